//! Reports of real tools against the figures that these tools print themselves.

use gatewright_coverage::{Kind, Parsed, Picture, Ratio, Unit, read};

macro_rules! report {
    ($name:literal) => {
        read(&mut include_bytes!(concat!("../testdata/", $name)).as_slice()).unwrap()
    };
}

/// `covered/total` as `go tool cover -func` prints it on its last line: to the nearest tenth of a percent.
fn as_go_prints(ratio: Ratio) -> String {
    #[expect(clippy::cast_precision_loss, reason = "small numbers")]
    let percent = ratio.covered as f64 / ratio.total as f64 * 100.0;
    format!("{percent:.1}%")
}

#[test]
fn go_totals_are_those_of_go_tool_cover() {
    let statements = |parsed: &Parsed| {
        assert!(parsed.complete && parsed.diagnostics.is_empty());
        parsed.picture.ratio(Unit::Statements)
    };
    let totals = [
        (report!("go/set.out"), Ratio { covered: 11, total: 21 }, "52.4%"),
        (report!("go/atomic.out"), Ratio { covered: 12, total: 21 }, "57.1%"),
        (report!("go/count.out"), Ratio { covered: 5, total: 14 }, "35.7%"),
        (report!("go/covdata.out"), Ratio { covered: 9, total: 22 }, "40.9%"),
    ];
    for (parsed, expected, printed) in totals {
        assert_eq!(statements(&parsed), expected);
        assert_eq!(as_go_prints(expected), printed);
    }
}

#[test]
fn unit_and_integration_profiles_of_one_module_unite() {
    let united = Picture::united([report!("go/set.out").picture, report!("go/covdata.out").picture]);
    assert_eq!(united.ratio(Unit::Statements), Ratio { covered: 13, total: 22 });
    assert_eq!(united.native_ratio(Unit::Lines), Ratio::default());
    assert_eq!(united.disputes().count(), 0);
}

fn totals(picture: &Picture) -> [(u64, u64); 3] {
    [Unit::Lines, Unit::Functions, Unit::Branches].map(|unit| {
        let Ratio { covered, total } = picture.ratio(unit);
        (covered, total)
    })
}

#[test]
fn geninfo_totals_are_those_of_lcov_summary() {
    let (first, second) = (report!("lcov/geninfo-1.16-first.info"), report!("lcov/geninfo-1.16-second.info"));
    let merged = report!("lcov/geninfo-1.16-merged.info");
    assert_eq!(totals(&first.picture), [(16, 20), (4, 5), (9, 18)]);
    assert_eq!(totals(&second.picture), [(19, 20), (5, 5), (10, 18)]);
    assert_eq!(totals(&merged.picture), [(19, 20), (5, 5), (11, 18)]);
    assert!(first.complete && second.complete && merged.complete);
    assert!(merged.diagnostics.is_empty(), "the declared totals are ours");
}

#[test]
fn uniting_is_what_lcov_does() {
    let (first, second) = (report!("lcov/geninfo-1.16-first.info"), report!("lcov/geninfo-1.16-second.info"));
    let united = Picture::united([first.picture, second.picture]);
    let merged = report!("lcov/geninfo-1.16-merged.info").picture;
    for ((path, ours), (other, theirs)) in united.files().zip(merged.files()) {
        assert_eq!(path, other);
        assert_eq!(ours.lines(), theirs.lines());
        assert_eq!(ours.functions(), theirs.functions());
        assert_eq!(ours.branches(), theirs.branches());
    }
    assert_eq!(united.files().len(), merged.files().len());
}

#[test]
fn javascript_totals_are_the_declared_ones() {
    for parsed in [report!("lcov/c8.info"), report!("lcov/nyc.info")] {
        assert!(parsed.complete && parsed.diagnostics.is_empty());
    }
    assert_eq!(totals(&report!("lcov/nyc.info").picture), [(10, 12), (4, 6), (5, 7)]);
    assert_eq!(totals(&report!("lcov/c8.info").picture), [(21, 25), (4, 5), (7, 9)]);
}

#[test]
fn llvm_cov_declares_other_totals_than_its_lines_and_means_it() {
    let whole = report!("lcov/llvm-cov.info");
    assert!(whole.complete);
    assert_eq!(totals(&whole.picture), [(13, 18), (4, 6), (0, 0)]);
    assert_eq!(whole.diagnostics.count(Kind::TotalsDiffer), 2);
    let summary = report!("lcov/llvm-cov-summary-only.info");
    assert_eq!(totals(&summary.picture), [(13, 19), (3, 5), (0, 0)]);
    assert_eq!(summary.picture.summaries_only().count(), 1);
}
