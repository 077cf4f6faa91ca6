//! Files of a pull request whose names no case folder can hold, because Windows could not check them out: line breaks,
//! commands, colours, markup. They are changed and in no report, so every place of the run has to show them.

#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::collections::BTreeSet;
use std::fs;

use gatewright_tests::binaries::build;
use gatewright_tests::case::execute::{Finished, run};
use gatewright_tests::case::plan::Plan;
use gatewright_tests::case::stage::Stage;
use gatewright_tests::emulator::{Level, Order, Part, Setting, Shown, StepRun, Stream, judge};

const NAMES: [&str; 8] = [
    "src/a\n::error::broken out.js",
    "src/b\r::warning::broken out.js",
    "src/::error file=x,line=1::broken out.js",
    "src/##[error]broken out.js",
    "src/\u{1b}[31mred\u{202e}.js",
    "src/<img src=x onerror=alert(1)>|`**[x](http:y)**`.js",
    "src/@org #1 :tada: --> ]]>.js",
    "src/C:\\temp\\x.js",
];

fn finished(arguments: &str) -> (Finished, Shown) {
    let case = tempfile::tempdir().unwrap();
    for (folder, names) in [("base", &[][..]), ("input", &NAMES)] {
        for name in names.iter().chain(&["src/known.js"]) {
            let path = case.path().join(folder).join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "export const one = 1;\n").unwrap();
        }
    }
    fs::create_dir_all(case.path().join("generated")).unwrap();
    let report = "SF:src/known.js\nDA:1,1\nend_of_record\n";
    fs::write(case.path().join("generated/lcov.info"), report).unwrap();
    let text = format!("event: pull_request\ngit: merge\nargs: {arguments}");
    let plan = Plan::parse(&text, "coverage-gate").unwrap();
    let stage = Stage::set(case.path(), &plan).unwrap();
    let folder = build(&BTreeSet::from([plan.binary.clone()])).unwrap();
    let finished = run(&folder.join(&plan.binary), &plan, &stage).unwrap();
    let part = Part {
        printed: vec![(Stream::Stdout, finished.stdout.clone()), (Stream::Stderr, finished.stderr.clone())],
        files: finished.files.clone(),
        exit_code: finished.code.unwrap_or(-1),
        ..Part::default()
    };
    let step = StepRun { id: Some("step".to_owned()), parts: vec![part], ..StepRun::default() };
    let shown = judge(&step, &Setting { order: Order::StderrFirst, ..Setting::default() });
    (finished, shown)
}

#[test]
fn each_name_is_annotated_and_obeyed_nowhere() {
    let (finished, shown) = finished("--verbose");
    assert_eq!(finished.code, Some(1), "{}", String::from_utf8_lossy(&finished.stderr));
    let files: BTreeSet<_> = shown.annotations.iter().filter_map(|one| one.file.as_deref()).collect();
    assert_eq!(files, BTreeSet::from(NAMES));
    // One for each file, which explain the state, and the runner's own.
    assert_eq!(shown.annotations.len(), NAMES.len() + 1, "{:#?}", shown.annotations);
    assert!(shown.annotations.iter().all(|annotation| annotation.level == Level::Error));
    assert_eq!((shown.dropped.len(), shown.fixups.len()), (0, 0));
    for (number, line) in shown.log.iter().enumerate() {
        let text = line.trim_start_matches("##[error]");
        assert!(!text.contains(['\u{1b}', '\u{202e}']), "line {number} steers a terminal: {line:?}");
    }
}

#[test]
fn the_summary_holds_no_markup_of_a_name() {
    let (finished, _) = finished("--format markdown");
    for text in [&finished.files.summary, &finished.stdout] {
        let text = String::from_utf8_lossy(text);
        for markup in ["<img", "**[x]", "@org", "\n::", "http:y", ":tada:", "\u{1b}", "\u{202e}"] {
            assert!(!text.contains(markup), "{markup:?} in:\n{text}");
        }
    }
}

#[test]
fn other_formats_hold_the_names_unharmed() {
    let (finished, _) = finished("--format json");
    let report: serde_json::Value = serde_json::from_slice(&finished.stdout).unwrap();
    let paths: BTreeSet<_> = report["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["location"]["path"].as_str().unwrap())
        .collect();
    assert_eq!(paths, BTreeSet::from(NAMES));
    for (format, structure) in [("sarif", "\r"), ("junit", "<img")] {
        let (finished, shown) = self::finished(&format!("--format {format}"));
        let text = String::from_utf8(finished.stdout).unwrap();
        assert!(!text.contains(structure) && !text.contains('\u{1b}'), "{text}");
        assert!(shown.annotations.len() == 1, "only the runner's own: {:#?}", shown.annotations);
    }
}
