//! Core against the runner emulator: whatever core is asked to show, a reader of the run sees exactly that, and
//! whatever else it prints, the runner takes for text. Core is what is tested here; the emulator knows nothing of it.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use gatewright_core::RepoPath;
use gatewright_core::escape::{json_in_log, log_text, terminal, xml_in_log};
use gatewright_core::render::{
    Annotation, LinkBase, SUMMARY_MOST_BYTES, annotations, render_annotations, render_summary,
};
use gatewright_core::report::{
    AnnotationLevel, Block, Column, Finding, FindingOutcome, Inline, Location, Report, RuleInfo, Section,
    Severity, WaiverMark,
};
use gatewright_core::runner::{Outputs, mask, relay};
use gatewright_tests::emulator::summary::State;
use gatewright_tests::emulator::{
    FileCommands, Level, Order, Outcome, Part, Setting, Shown, StepRun, Stream, judge,
};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

const RULE: RuleInfo =
    RuleInfo { id: "odd", title: "Odd", severity: Severity::High, since: "0.1.0", help: "Make it even." };

/// Characters that mean something to somebody on the way.
const HOSTILE: &str = "[a-z ]{0,4}|[\\PC]{0,8}|(::error file=x::|##\\[error\\]|%0A|%250A|%|,|:|\n|\r\n|\r|\t|\\]|::|\u{1b}\\[31m|\u{202e}|@|<b>|`){1,4}";

fn hostile() -> impl Strategy<Value = String> {
    vec(HOSTILE, 0..6).prop_map(|parts| parts.concat())
}

/// A path of a repository. One that begins with `=` can't be told to the runner: it drops equals signs at the start of
/// a property, and there is no way to write them otherwise.
fn path() -> impl Strategy<Value = RepoPath> {
    vec(HOSTILE, 1..4).prop_filter_map("no path of a repository", |parts| {
        let text = parts.concat().replace('\0', "");
        let text = text.trim_start_matches('=');
        RepoPath::from_git(text).ok().filter(|_| text.split('/').all(|part| !part.is_empty() && part != "."))
    })
}

fn location() -> impl Strategy<Value = Location> {
    let number = prop_oneof![1..40_u32, Just(u32::MAX)];
    (path(), option::of((number.clone(), 0..5_u32)), option::of((number, 0..5_u32))).prop_map(
        |(path, lines, columns)| Location {
            path,
            line: lines.map(|(first, _)| first),
            end_line: lines.map(|(first, more)| first.saturating_add(more)),
            column: lines.and(columns).map(|(first, _)| first),
            end_column: lines.and(columns).map(|(first, more)| first.saturating_add(more)),
        },
    )
}

fn finding() -> impl Strategy<Value = Finding> {
    let outcome = prop_oneof![
        4 => Just(FindingOutcome::Fail),
        2 => Just(FindingOutcome::Unknown),
        1 => Just(FindingOutcome::Pass),
        1 => Just(FindingOutcome::NotApplicable),
    ];
    let severity = proptest::sample::select(Severity::ALL.to_vec());
    (hostile(), option::of(hostile()), option::of(location()), severity, outcome, prop::bool::weighted(0.1))
        .prop_map(|(message, help, location, severity, outcome, waived)| {
            let mut finding = Finding::new(&RULE, "test", message);
            (finding.help, finding.location) = (help, location);
            (finding.severity, finding.outcome) = (severity, outcome);
            finding.waiver = waived.then(|| {
                Box::new(WaiverMark { owner: "ada".to_owned(), reason: "known".to_owned(), until: None })
            });
            finding
        })
}

fn step(part: Part) -> StepRun {
    StepRun { id: Some("step".to_owned()), parts: vec![part], ..StepRun::default() }
}

/// What a reader sees when this was printed, whichever stream the runner reads first.
fn shown(stream: Stream, printed: &[u8]) -> Shown {
    let part = Part { printed: vec![(stream, printed.to_vec())], ..Part::default() };
    judge(&step(part), &Setting { order: Order::StderrFirst, ..Setting::default() })
}

fn printed(annotations: &[Annotation]) -> Vec<u8> {
    let mut bytes = Vec::new();
    render_annotations(annotations, &mut bytes).unwrap();
    bytes
}

/// An annotation in the emulator's terms.
type Terms = (Level, String, String, Option<String>, [Option<i32>; 4]);

fn meant(annotation: &Annotation) -> Terms {
    let level = match annotation.level {
        AnnotationLevel::Error => Level::Error,
        AnnotationLevel::Warning => Level::Warning,
        AnnotationLevel::Notice => Level::Notice,
    };
    // The runner counts in 32 bits with a sign.
    let number = |number: u32| i32::try_from(number).unwrap_or(i32::MAX);
    let at = annotation.location.as_ref();
    let line = at.map(|at| at.line.unwrap_or(1));
    let end_line = at.map(|at| at.end_line.or(at.line).unwrap_or(1));
    let on_one_line = |column: Option<u32>| column.filter(|_| line.map(number) == end_line.map(number));
    (
        level,
        annotation.title.clone(),
        annotation.message.clone(),
        at.map(|at| at.path.as_str().to_owned()),
        [
            line.map(number),
            end_line.map(number),
            on_one_line(at.and_then(|at| at.column)).map(number),
            on_one_line(at.and_then(|at| at.end_column)).map(number),
        ],
    )
}

fn seen(shown: &Shown) -> Vec<Terms> {
    let terms = shown.annotations.iter().map(|annotation| {
        let annotation = annotation.clone();
        (
            annotation.level,
            annotation.title.unwrap_or_default(),
            annotation.message,
            annotation.file,
            [annotation.line, annotation.end_line, annotation.col, annotation.end_column],
        )
    });
    terms.collect()
}

proptest! {
    #[test]
    fn every_annotation_is_seen_as_it_was_meant(findings in vec(finding(), 0..30), most in 0..=10_usize) {
        let mut report = Report::new();
        report.subject.action = "sample".to_owned();
        report.findings = findings;
        report.rules = vec![RULE.into()];
        let annotations = annotations(&report, most);
        let shown = shown(Stream::Stdout, &printed(&annotations));
        prop_assert_eq!(seen(&shown), annotations.iter().map(meant).collect::<Vec<_>>());
        prop_assert_eq!(shown.dropped, vec![]);
        prop_assert_eq!(shown.fixups, vec![]);
        for annotation in &annotations {
            let message = &annotation.message;
            prop_assert_eq!(terminal(message), message.as_str(), "a message steers a terminal");
        }
    }

    #[test]
    fn outputs_arrive_as_they_were_written(
        values in prop::collection::btree_map("[a-z][a-z0-9_-]{0,8}", prop_oneof![hostile(), "(a<<EOF|EOF|ghadelimiter_|\n|=){0,6}"], 0..6),
    ) {
        let file = tempfile::NamedTempFile::new().unwrap();
        for (name, value) in &values {
            Outputs::new(file.path()).write(name, value).unwrap();
        }
        let files = FileCommands { output: std::fs::read(file.path()).unwrap(), ..FileCommands::default() };
        let shown = judge(&step(Part { files, ..Part::default() }), &Setting::default());
        prop_assert_eq!(shown.outputs, values);
        prop_assert_eq!((shown.why, shown.annotations), (vec![], vec![]));
    }

    #[test]
    fn relayed_bytes_are_only_text(
        bytes in prop_oneof![vec(any::<u8>(), 0..200), hostile().prop_map(String::into_bytes)],
        stderr: bool,
    ) {
        let mut relayed = Vec::new();
        relay(&bytes, &mut relayed).unwrap();
        relayed.extend(b"::notice::after\n");
        let shown = shown(if stderr { Stream::Stderr } else { Stream::Stdout }, &relayed);
        let messages: Vec<&str> = shown.annotations.iter().map(|one| one.message.as_str()).collect();
        prop_assert_eq!(messages, vec!["after"], "what follows is obeyed, and nothing else is");
        let obeyed = shown.commands.iter().filter(|command| command.outcome == Outcome::Obeyed);
        prop_assert!(obeyed.count() <= 3, "{:?}", shown.commands);
        prop_assert_eq!((shown.masks, shown.env, shown.path, shown.why), Default::default());
    }

    #[test]
    fn log_text_is_only_text(text in prop_oneof![hostile(), "\\PC{0,60}"], stderr: bool, lead in "[ \t]{0,2}") {
        let line = format!("{lead}{}\n", log_text(&text));
        let shown = shown(if stderr { Stream::Stderr } else { Stream::Stdout }, line.as_bytes());
        prop_assert_eq!((shown.annotations, shown.commands, shown.why), Default::default());
        prop_assert_eq!(shown.log.len(), text.split('\n').count(), "a line became two");
    }

    #[test]
    fn documents_in_logs_are_only_text(text in hostile()) {
        let json = json_in_log(&serde_json::to_string_pretty(&[&text]).unwrap());
        prop_assert_eq!(serde_json::from_str::<Vec<String>>(&json).unwrap(), vec![text.clone()]);
        let xml = format!("<a>{}</a>", text.replace('&', "&amp;").replace('<', "&lt;"));
        for document in [json, xml_in_log(&xml)] {
            let shown = shown(Stream::Stdout, document.as_bytes());
            prop_assert_eq!((shown.annotations, shown.commands), Default::default(), "{}", document);
        }
    }

    #[test]
    fn a_masked_value_is_in_no_log(value in "[!-~]([ -~]{2,20})[!-~]|[!-~]{4,10}\n[!-~]{4,10}", around in "[a-z]{0,5}") {
        let mut bytes = Vec::new();
        mask(&value, &mut bytes).unwrap();
        for line in value.lines() {
            bytes.extend(format!("{around} {}\n", log_text(line)).bytes());
        }
        let shown = shown(Stream::Stdout, &bytes);
        prop_assert_eq!(&shown.masks, &vec![value.clone()]);
        for line in value.lines().filter(|line| log_text(line) == **line) {
            prop_assert!(shown.log.iter().skip(1).all(|shown| !shown.contains(line)), "{:?}", shown.log);
        }
    }
}

/// One finding for each other line of a file, and a table row for each.
fn crowded() -> Report {
    let mut report = Report::new();
    "sample".clone_into(&mut report.subject.action);
    let place =
        |number: u32| Location::lines(RepoPath::new("src/a.rs").unwrap(), number * 2 + 1, number * 2 + 1);
    report.findings = (0..100_000_u32)
        .map(|number| {
            let mut finding = Finding::new(&RULE, "test", format!("odd {number}")).at(place(number));
            finding.severity = Severity::ALL[number as usize % 5];
            finding
        })
        .collect();
    let row =
        |finding: &Finding| vec![vec![Inline::text("é|".repeat(20))], vec![Inline::code(&finding.message)]];
    report.sections = vec![Section {
        id: "all".to_owned(),
        title: "All".to_owned(),
        rank: 1,
        collapsed: true,
        blocks: vec![Block::Table {
            columns: vec![Column::left("Text"), Column::left("Finding")],
            rows: report.findings.iter().map(row).collect(),
        }],
        gate: None,
    }];
    report
}

#[test]
fn a_hundred_thousand_findings_stay_within_the_limits() {
    let report = crowded();
    let annotations = annotations(&report, 10);
    let summary = render_summary(&report, &LinkBase::default(), SUMMARY_MOST_BYTES);
    let part = Part {
        printed: vec![(Stream::Stdout, printed(&annotations))],
        files: FileCommands { summary: summary.into_bytes(), ..FileCommands::default() },
        ..Part::default()
    };
    let shown = judge(&step(part), &Setting::default());
    assert_eq!(seen(&shown), annotations.iter().map(meant).collect::<Vec<_>>());
    for level in [Level::Error, Level::Warning, Level::Notice] {
        assert_eq!(shown.annotations.iter().filter(|one| one.level == level).count(), 10);
    }
    assert_eq!((shown.dropped.len(), shown.fixups.len()), (0, 0));
    let [summary] = shown.summaries.as_slice() else { panic!("{} summaries", shown.summaries.len()) };
    assert_eq!(summary.state, State::Accepted);
    assert!(
        summary.bytes > SUMMARY_MOST_BYTES / 2,
        "{} bytes: the budget is there to be used",
        summary.bytes
    );
    assert!(summary.text.contains("Cut to stay within GitHub's limit"));
}
