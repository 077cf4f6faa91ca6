//! Reports in JSON of real tools against the figures that these tools print, and against LCOV of the same runs.

use gatewright_coverage::{FileCoverage, Kind, Parsed, Picture, Ratio, Unit, read};

macro_rules! report {
    ($name:literal) => {
        read(&mut include_bytes!(concat!("../testdata/", $name)).as_slice()).unwrap()
    };
}

/// Statements, lines, branches and functions.
fn totals(picture: &Picture) -> [(u64, u64); 4] {
    Unit::ALL.map(|unit| {
        let Ratio { covered, total } = picture.ratio(unit);
        (covered, total)
    })
}

#[track_caller]
fn undisturbed(parsed: Parsed) -> Picture {
    assert!(parsed.complete && parsed.diagnostics.is_empty(), "{:?}", parsed.diagnostics);
    parsed.picture
}

/// Whether two reports name the same lines of the same files, and say the same of each.
#[track_caller]
fn same_lines(left: &Picture, right: &Picture, say: impl Fn(&FileCoverage) -> Vec<(u32, u64)>) {
    assert_eq!(left.files().len(), right.files().len());
    for ((path, one), (other_path, other)) in left.files().zip(right.files()) {
        assert_eq!(path, other_path);
        assert_eq!(say(one), say(other), "{path}");
    }
}

fn hits(file: &FileCoverage) -> Vec<(u32, u64)> {
    file.lines().iter().map(|line| (line.line(), line.hits())).collect()
}

#[test]
fn coverage_py_totals_are_those_of_its_own_summary() {
    // Nothing to say: `totals` and each `summary` are what the lists add up to, branches included.
    let branch = undisturbed(report!("coveragepy/branch.json"));
    assert_eq!(totals(&branch), [(0, 0), (45, 55), (13, 18), (6, 7)]);
    let line = undisturbed(report!("coveragepy/line.json"));
    assert_eq!(totals(&line), [(0, 0), (45, 55), (0, 0), (6, 7)]);
    same_lines(&branch, &report!("coveragepy/branch.info").picture, hits);
}

#[test]
fn istanbul_totals_are_those_of_its_summary() {
    let reports = [
        (report!("istanbul/c8.json"), report!("istanbul/c8.info"), [(45, 53), (45, 53), (26, 29), (4, 5)]),
        (report!("istanbul/nyc.json"), report!("istanbul/nyc.info"), [(24, 30), (10, 11), (13, 24), (6, 7)]),
        (
            report!("istanbul/jest-babel.json"),
            report!("istanbul/jest-babel.info"),
            [(22, 30), (10, 11), (11, 24), (6, 7)],
        ),
        (
            report!("istanbul/jest-v8.json"),
            report!("istanbul/jest-v8.info"),
            [(13, 14), (13, 14), (9, 21), (6, 7)],
        ),
    ];
    for (json, lcov, expected) in reports {
        let json = undisturbed(json);
        assert_eq!(totals(&json), expected);
        assert_eq!(totals(&lcov.picture)[1..], expected[1..]);
        assert!(json.files().all(|(_, file)| file.native_unit() == Unit::Statements));
        // LCOV names files relative to where Istanbul ran.
        let lines = |picture: &Picture| -> Vec<_> {
            let mut lines: Vec<_> = picture.files().map(|(_, file)| hits(file)).collect();
            lines.sort();
            lines
        };
        assert_eq!(lines(&json), lines(&lcov.picture));
    }
}

#[test]
fn what_nyc_keeps_of_each_process_unites_to_its_report() {
    let shards =
        [report!("istanbul/nyc-shard-0.json"), report!("istanbul/nyc-shard-1.json")].map(undisturbed);
    let whole = undisturbed(report!("istanbul/nyc.json"));
    let united = Picture::united(shards);
    assert_eq!(totals(&united), totals(&whole));
    assert_eq!(united, whole);
}

#[test]
fn simplecov_branches_are_those_that_it_prints() {
    let one = undisturbed(report!("simplecov/branch.json"));
    assert_eq!(totals(&one), [(0, 0), (15, 23), (5, 10), (0, 0)]);
    // What stands between `:nocov:` marks is left out by SimpleCov when it shows the lines, not in this file.
    let two = undisturbed(report!("simplecov/branch-two-commands.json"));
    assert_eq!(totals(&two), [(0, 0), (16, 23), (6, 10), (0, 0)]);
}

/// The sums of `LF` and `LH`, which the reader of LCOV does not trust.
fn declared_lines(tracefile: &str) -> (u64, u64) {
    let sum = |keyword: &str| -> u64 {
        tracefile
            .lines()
            .filter_map(|line| line.strip_prefix(keyword))
            .map(|n| n.parse::<u64>().expect("a number"))
            .sum()
    };
    (sum("LH:"), sum("LF:"))
}

#[test]
fn llvm_cov_totals_are_its_own_in_every_export() {
    let expected = [(0, 0), (89, 99), (0, 0), (23, 26)];
    let whole = report!("llvm-cov/whole.json");
    assert!(whole.complete);
    assert_eq!(totals(&whole.picture), expected);
    assert_eq!(totals(&report!("llvm-cov/skip-functions.json").picture), expected);
    let summary = report!("llvm-cov/summary-only.json");
    assert_eq!(totals(&summary.picture), expected);
    assert_eq!(summary.picture.summaries_only().count(), 5);
    let branch = report!("llvm-cov/branch.json");
    assert_eq!(totals(&branch.picture), [(0, 0), (89, 99), (12, 18), (23, 26)]);
    assert_eq!(declared_lines(include_str!("../testdata/llvm-cov/whole.info")), (89, 99));
    assert_eq!(declared_lines(include_str!("../testdata/llvm-cov/branch.info")), (89, 99));
}

#[test]
fn llvm_cov_lines_are_those_of_its_lcov() {
    same_lines(&report!("llvm-cov/whole.json").picture, &report!("llvm-cov/whole.info").picture, hits);
    same_lines(&report!("llvm-cov/branch.json").picture, &report!("llvm-cov/branch.info").picture, hits);
}

#[test]
fn llvm_cov_functions_are_united_as_llvm_counts_them() {
    // Without the declared totals, which a second report takes away, the functions themselves come to the same.
    let whole = report!("llvm-cov/whole.json");
    let differing = whole.diagnostics.iter().filter(|said| said.kind == Kind::TotalsDiffer);
    assert!(differing.clone().count() == 4 && differing.clone().all(|said| said.message.contains(" lines ")));
    let lcov = report!("llvm-cov/whole.info").picture;
    let lines: Vec<_> = lcov.files().map(|(path, _)| path.to_owned()).collect();
    let without: Vec<_> = whole.picture.clone().into_iter().collect();
    assert_eq!(without.iter().map(|(path, _)| path.clone()).collect::<Vec<_>>(), lines);
    for (path, file) in &without {
        let united = file.functions_united().filter(|names| names.iter().any(|name| name.hits() > 0)).count();
        let declared = file.declared().unwrap().functions;
        assert_eq!(
            (united as u64, file.functions_united().count() as u64),
            (declared.covered, declared.total),
            "{path}"
        );
    }
}

#[test]
fn shards_of_llvm_cov_unite_by_their_segments() {
    let whole = report!("llvm-cov/whole.json").picture;
    let twice = Picture::united([whole.clone(), whole.clone()]);
    assert_eq!(totals(&twice), totals(&whole));
    // With a report that covers other lines, no declared total holds.
    let united = Picture::united([whole, report!("llvm-cov/whole.info").picture]);
    assert_eq!(totals(&united)[1], (83, 91));
}
