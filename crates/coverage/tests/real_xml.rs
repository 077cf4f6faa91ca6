//! XML reports of real tools against the figures that these tools print themselves.

use gatewright_core::source_tree::Places;
use gatewright_coverage::{Kind, Parsed, Picture, Ratio, Unit, read};

macro_rules! report {
    ($name:literal) => {
        read(&mut include_bytes!(concat!("../testdata/", $name)).as_slice()).unwrap()
    };
}

/// Statements, lines, branches and functions.
fn totals(parsed: &Parsed) -> [(u64, u64); 4] {
    Unit::ALL.map(|unit| {
        let Ratio { covered, total } = parsed.picture.ratio(unit);
        (covered, total)
    })
}

/// Read whole, with so many totals of its own that are not ours.
#[track_caller]
fn check(parsed: &Parsed, expected: [(u64, u64); 4], differences: u64) {
    assert!(parsed.complete);
    assert_eq!(totals(parsed), expected);
    let kinds: Vec<_> = parsed.diagnostics.counts().collect();
    let expected = [(Kind::TotalsDiffer, differences)];
    assert_eq!(kinds, if differences == 0 { &[] } else { expected.as_slice() });
}

const NONE: (u64, u64) = (0, 0);

#[test]
fn cobertura_totals_are_the_printed_ones() {
    check(&report!("cobertura/coveragepy-branch.xml"), [NONE, (45, 55), (13, 18), NONE], 0);
    check(&report!("cobertura/gcovr-c.xml"), [NONE, (57, 62), (27, 34), (9, 9)], 0);
    check(&report!("cobertura/grcov-c.xml"), [NONE, (78, 85), (36, 52), (13, 13)], 0);
    // grcov and cargo-llvm-cov print lines per function instead; these are the ones of the report's root.
    check(&report!("cobertura/cargo-llvm-cov-nightly-branch.xml"), [NONE, (83, 91), (13, 18), (27, 35)], 0);
}

#[test]
fn what_producers_of_cobertura_count_otherwise_is_named_with_the_reason() {
    let reasons = |parsed: &Parsed| -> Vec<String> {
        parsed.diagnostics.iter().map(|said| said.message.clone()).collect()
    };
    // gcovr prints 9 of 10 lines and 12 of 28 branches: two instances of one template.
    let gcovr = report!("cobertura/gcovr-cpp.xml");
    check(&gcovr, [NONE, (7, 8), (11, 24), (6, 7)], 2);
    assert!(reasons(&gcovr).iter().all(|reason| reason.contains("counts a line anew")));
    // nyc prints 13 of 24 branches: two are a default argument, on a line without a statement.
    let nyc = report!("cobertura/nyc.xml");
    check(&nyc, [NONE, (10, 11), (11, 22), (6, 7)], 1);
    assert!(reasons(&nyc).iter().all(|reason| reason.contains("arms on lines without a statement")));
    let jest = report!("cobertura/jest-babel.xml");
    check(&jest, [NONE, (10, 11), (9, 22), (6, 7)], 1);
    // PHPUnit counts branches and writes none of them.
    let phpunit = report!("cobertura/phpunit-xdebug-branch.xml");
    check(&phpunit, [NONE, (8, 11), NONE, (4, 5)], 1);
    assert!(reasons(&phpunit).iter().all(|reason| reason.contains("no line of it counts any")));
}

#[test]
fn sources_are_kept_as_hints() {
    let parsed = report!("cobertura/coveragepy-branch.xml");
    assert_eq!(parsed.places, Places::Paths { sources: vec!["/builds/sample/python/ledger".to_owned()] });
    assert!(parsed.picture.file("café menu.py").is_some());
}

#[test]
fn jacoco_totals_are_those_of_its_csv() {
    check(&report!("jacoco/maven-text.xml"), [NONE, (20, 21), (8, 10), (7, 8)], 0);
    let groups = report!("jacoco/maven-aggregate-groups.xml");
    check(&groups, [NONE, (40, 43), (26, 31), (12, 13)], 0);
    let Places::Packages { modules } = groups.places else { panic!("{:?}", groups.places) };
    let text: Vec<_> = groups.picture.files().map(|(path, _)| (path, modules[path].as_str())).collect();
    assert_eq!(
        text,
        [
            ("codes/com/example/Check.java", "codes"),
            ("codes/com/example/Kind.java", "codes"),
            ("text/com/example/Check.java", "text"),
            ("text/com/example/Words.java", "text"),
        ]
    );
}

#[test]
fn jacoco_of_gcovr_is_neither_covered_nor_missed_line_by_line() {
    let parsed = report!("jacoco/gcovr-c.xml");
    assert!(parsed.complete);
    assert_eq!(totals(&parsed), [NONE, (57, 62), (27, 34), (9, 9)]);
    assert_eq!(parsed.picture.summaries_only().count(), 3);
}

#[test]
fn clover_totals_are_the_printed_ones() {
    check(&report!("clover/nyc.xml"), [(10, 11), (10, 11), (13, 24), (6, 7)], 0);
    check(&report!("clover/c8.xml"), [(45, 53), (45, 53), (26, 29), (4, 5)], 0);
    check(&report!("clover/gcovr-cpp.xml"), [(9, 10), (7, 8), NONE, NONE], 0);
    check(&report!("clover/openclover-4.5.2-aggregate.xml"), [(24, 32), (24, 28), (10, 18), (9, 12)], 0);
    // PHPUnit calls a method covered if all of it ran, and prints 2 of 4: once for the file, once for all.
    check(&report!("clover/phpunit-xdebug-branch.xml"), [(8, 11), (8, 11), (10, 15), (3, 4)], 2);
}

/// Each line with whether it ran, by the ends of paths.
fn lines(picture: &Picture) -> Vec<(String, Vec<(u32, bool)>)> {
    let mut files: Vec<_> = picture
        .files()
        .map(|(path, file)| {
            let name = path.rsplit('/').next().unwrap_or(path).to_owned();
            (name, file.lines().iter().map(|line| (line.line(), line.hits() > 0)).collect())
        })
        .collect();
    files.sort();
    files
}

#[test]
fn one_run_has_the_same_lines_in_both_formats() {
    let pairs = [
        (report!("cobertura/nyc.xml"), report!("clover/nyc.xml")),
        (report!("cobertura/gcovr-cpp.xml"), report!("clover/gcovr-cpp.xml")),
        (report!("cobertura/phpunit-xdebug-branch.xml"), report!("clover/phpunit-xdebug-branch.xml")),
    ];
    for (cobertura, clover) in pairs {
        assert_eq!(lines(&cobertura.picture), lines(&clover.picture));
    }
}
