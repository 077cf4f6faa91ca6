//! The whole way from reports to a report: what gates, states and sections make of evidence. Only what no case of the
//! real program shows better.

use std::collections::BTreeSet;

use expect_test::{Expect, expect};
use gatewright_core::RepoPath;
use gatewright_core::report::{Block, Inline, MeasureOutcome, Policy as StatePolicy};
use gatewright_core::repository::{ChangeKind, ChangeSet, ChangedFile, LineRange};
use proptest::prelude::*;

use super::*;
use crate::baseline::{Baseline, BaselineUnderReview, EarlierFigures};
use crate::evidence::{Gatherer, Ignores, Report as NewReport, Selection};
use crate::policy::bounds::{Breadth, Limit};
use crate::policy::{Gates, RemovedCode};
use crate::{Named, Partials, Ratio, Totals, Unit};
use gatewright_core::source_tree::SourceTree;

struct NothingIgnored;

impl Ignores for NothingIgnored {
    fn decision(&self, _: &str) -> Option<(usize, bool)> {
        None
    }
}

fn selection() -> Selection<'static> {
    let ignores = &NothingIgnored;
    Selection { ignores, patterns: &[], heads: None, components: &[], partials: Partials::Hit }
}

fn policy(bounds: &[(Limit, Breadth, &str)]) -> Policy {
    let mut gates = Gates::default();
    for (limit, breadth, bound) in bounds {
        gates.set(*limit, *breadth, &[(*bound).to_owned()]).unwrap();
    }
    Policy {
        gates,
        small_patch: 0,
        removed_code: RemovedCode::Forgive,
        named: BTreeSet::new(),
        on_missing_report: StatePolicy::Fail,
        on_unreadable_report: StatePolicy::Fail,
        on_unmapped_file: StatePolicy::Fail,
        on_unmapped_path: StatePolicy::Warn,
        on_ambiguous_path: StatePolicy::Warn,
        on_missing_flag: StatePolicy::Fail,
        on_no_baseline: StatePolicy::Fail,
        on_incomparable_baseline: StatePolicy::Warn,
        on_no_data: StatePolicy::Fail,
        produced_by: None,
    }
}

fn circumstances() -> Circumstances {
    Circumstances {
        base: PatchBase::NotApplicable("a push has no base".to_owned()),
        missing: Vec::new(),
        idle_exclusions: Vec::new(),
        trend: Vec::new(),
    }
}

fn tree(files: &[&str]) -> SourceTree {
    SourceTree::new("", files.iter().map(|file| RepoPath::new(file).unwrap()), Vec::new())
}

fn evidence(reports: &[(Option<&str>, &str)]) -> Evidence {
    let tree = tree(&["src/a.js", "src/b.js", "a.go"]);
    let mut gatherer = Gatherer::new(&tree);
    for (flag, text) in reports {
        let report = NewReport { flag: flag.map(str::to_owned), ..NewReport::default() };
        gatherer.add(report, crate::read(&mut text.as_bytes()).unwrap());
    }
    gatherer.finish(&selection())
}

fn found(baseline: Baseline) -> BaselineUnderReview {
    BaselineUnderReview::Found { baseline: Box::new(baseline), how: "of c0ffee".to_owned(), changes: None }
}

fn check(report: &Report, expected: &Expect) {
    let measures = report.measures.iter().map(|measure| {
        let held = measure.threshold.map(|threshold| format!(", {}", threshold.describe(measure.unit)));
        format!(
            "{} = {}{}: {:?}\n",
            measure.reference(),
            measure.display,
            held.unwrap_or_default(),
            measure.outcome
        )
    });
    let states =
        report.states.iter().map(|state| format!("{} ({}): {}\n", state.name, state.policy, state.message));
    let findings = report.findings.iter().map(|finding| format!("{}: {}\n", finding.rule, finding.message));
    expected.assert_eq(&measures.chain(states).chain(findings).collect::<String>());
}

const A: &str = "SF:src/a.js\nDA:1,1\nDA:2,1\nDA:3,0\nDA:4,0\nend_of_record\n";
const B: &str = "SF:src/b.js\nDA:1,1\nDA:2,0\nend_of_record\n";
const GO: &str = "mode: set\na.go:1.1,2.9 3 1\na.go:3.1,4.9 1 0\n";

#[test]
fn each_unit_of_mixed_reports_is_judged_by_itself() {
    let evidence = evidence(&[(None, A), (None, GO)]);
    let report = judge(&evidence, &policy(&[(Limit::Minimum, Breadth::Total, "60")]), &circumstances());
    check(
        &report,
        &expect![[r#"
        coverage.statements = 75.00 %, at least 60 %: Pass
        coverage.statements.uncovered = 1: NotJudged
        coverage.lines = 50.00 %, at least 60 %: Fail
        coverage.lines.uncovered = 2: NotJudged
        coverage.lines[patch] = not applicable: NotApplicable
        coverage.statements[package:.] = 75.00 %: NotJudged
        coverage.lines[package:.] = 50.00 %: NotJudged
        coverage.lines[package:src] = 50.00 %: NotJudged
        no-base (ignore): changed lines are not judged: a push has no base
    "#]],
    );
}

#[test]
fn a_drop_of_a_unit_that_one_side_lacks_is_not_comparable() {
    let before = Baseline::of(&evidence(&[(None, A)]), Some("c0ffee"), |_| false).unwrap();
    let now = format!("{A}{}", "SF:src/b.js\nDA:1,1\nBRDA:1,0,0,1\nend_of_record\n");
    let evidence = evidence(&[(None, &now)]).with_baseline(found(before));
    let bounds = [
        (Limit::MaxDrop, Breadth::Total, "branches=1"),
        (Limit::MaxDrop, Breadth::File, "src/a.js functions=1"),
    ];
    check(
        &judge(&evidence, &policy(&bounds), &circumstances()),
        &expect![[r#"
            coverage.lines = 60.00 %: NotJudged
            coverage.lines.uncovered = 2: NotJudged
            coverage.lines.drop = -10.00 points: NotJudged
            coverage.branches = 100.00 %: NotJudged
            coverage.branches.uncovered = 0: NotJudged
            coverage.branches.drop = no data, at most 1 point: NoData
            coverage.lines[patch] = not applicable: NotApplicable
            coverage.lines[package:src] = 60.00 %: NotJudged
            coverage.branches[package:src] = 100.00 %: NotJudged
            coverage.lines[file:src/a.js] = 50.00 %: NotJudged
            coverage.functions.drop[file:src/a.js] = no data: NoData
            no-data (fail): no report measures functions, which `max-drop-file` bounds
            no-base (ignore): changed lines are not judged: a push has no base
            incomparable-baseline (warn): the total: the baseline measures no branches
        "#]],
    );
}

#[test]
fn flags_are_compared_with_their_own_past() {
    let before = Baseline::of(&evidence(&[(Some("unit"), A), (Some("e2e"), B)]), Some("c0ffee"), |_| false);
    let now = A.replace("DA:2,1", "DA:2,0");
    let evidence = evidence(&[(Some("unit"), &now), (Some("e2e"), B)]).with_baseline(found(before.unwrap()));
    let report = judge(&evidence, &policy(&[(Limit::MaxDrop, Breadth::Flag, "1")]), &circumstances());
    check(
        &report,
        &expect![[r#"
            coverage.lines = 33.33 %: NotJudged
            coverage.lines.uncovered = 4: NotJudged
            coverage.lines.drop = 16.67 points: NotJudged
            coverage.lines[patch] = not applicable: NotApplicable
            coverage.lines[flag:e2e] = 50.00 %: NotJudged
            coverage.lines.uncovered[flag:e2e] = 1: NotJudged
            coverage.lines.drop[flag:e2e] = 0.00 points, at most 1 point: Pass
            coverage.lines[flag:unit] = 25.00 %: NotJudged
            coverage.lines.uncovered[flag:unit] = 3: NotJudged
            coverage.lines.drop[flag:unit] = 25.00 points, at most 1 point: Fail
            coverage.lines[package:src] = 33.33 %: NotJudged
            no-base (ignore): changed lines are not judged: a push has no base
        "#]],
    );
}

#[test]
fn the_trend_is_a_line() {
    let point = |commit: &str, covered| EarlierFigures {
        commit: commit.to_owned(),
        time: 0,
        totals: Totals { lines: Ratio::new(covered, 4), ..Totals::default() },
        native: [Unit::Lines].into(),
    };
    let trend = vec![point("0123456789abcdef", 0), point("1", 4)];
    let report = judge(&evidence(&[(None, A)]), &policy(&[]), &Circumstances { trend, ..circumstances() });
    let section = report.sections.iter().find(|section| section.id == "trend").unwrap();
    let [Block::Text { content }] = section.blocks.as_slice() else { panic!("one line") };
    let [Inline::Text { text: unit }, Inline::Code { text: line }, Inline::Text { text }] =
        content.as_slice()
    else {
        panic!("a unit, a line, its ends")
    };
    expect!["lines:  ▁█▄  0.00 % at 0123456789, 50.00 % now, over 3 commits"]
        .assert_eq(&format!("{unit} {line} {text}"));
}

#[test]
fn a_change_is_counted_in_every_unit() {
    let text = "SF:src/a.js\nFN:1,4,f\nFNDA:1,f\nFN:6,7,g\nFNDA:0,g\nBRDA:2,0,0,1\nBRDA:2,0,1,0\nBRDA:6,0,0,0\n\
                DA:1,1\nDA:2,1\nDA:6,0\nDA:7,0\nend_of_record\n";
    let file = ChangedFile {
        path: RepoPath::new("src/a.js").unwrap(),
        old_path: None,
        kind: ChangeKind::Modified,
        binary: false,
        added: vec![LineRange { first: 2, last: 3 }],
        removed: Vec::new(),
    };
    let changes = ChangeSet { files: vec![file] };
    let evidence = evidence(&[(None, text)]).with_change(&changes, &NothingIgnored, &|_| None);
    let patch = evidence.patch.unwrap();
    assert_eq!(
        Unit::ALL.map(|unit| patch.ratio_in(unit)),
        [Ratio::default(), Ratio::new(1, 1), Ratio::new(1, 2), Ratio::new(1, 1)]
    );
}

#[test]
fn thirty_thousand_files_stay_a_short_report() {
    let mut text = String::new();
    for number in 0..30_000 {
        text.push_str(&format!("SF:src/{}/f{number}.js\nDA:1,{}\nend_of_record\n", number / 100, number % 2));
    }
    let evidence = evidence(&[(None, &text)]);
    let bounds = [(Limit::Minimum, Breadth::Package, "60"), (Limit::Minimum, Breadth::File, "src/1/** 50")];
    let report = judge(&evidence, &policy(&bounds), &circumstances());
    let failed = report.measures.iter().filter(|measure| measure.outcome == MeasureOutcome::Fail).count();
    assert_eq!((failed, report.findings.len()), (300, 50));
    let rows = |block: &Block| match block {
        Block::Table { rows, .. } => rows.len(),
        _ => 1,
    };
    assert!(report.sections.iter().flat_map(|section| &section.blocks).map(rows).sum::<usize>() < 100);
}

fn named(lines: &[&str]) -> Vec<Named> {
    Named::parse(&lines.iter().map(|line| (*line).to_owned()).collect::<Vec<_>>()).unwrap()
}

fn changed(path: &str) -> ChangeSet {
    let file = ChangedFile {
        path: RepoPath::new(path).unwrap(),
        old_path: None,
        kind: ChangeKind::Modified,
        binary: false,
        added: vec![LineRange { first: 1, last: 1 }],
        removed: Vec::new(),
    };
    ChangeSet { files: vec![file] }
}

/// The evidence of a run in which only `unit` ran, after one in which `e2e` did, too.
fn carried(
    first: &str,
    second: &str,
    depends_on: &[&str],
    changes: Option<ChangeSet>,
) -> (Evidence, Evidence) {
    let mut before = evidence(&[(Some("unit"), first), (Some("e2e"), second)]);
    // Odd texts are what properties are made of; here it is the picture that counts.
    before
        .reports
        .iter_mut()
        .flat_map(|report| &mut report.content)
        .for_each(|content| content.complete = true);
    let baseline = Baseline::of(&before, Some("c0ffee"), |_| true).unwrap();
    let baseline = Baseline::from_bytes(&baseline.to_bytes()).unwrap();
    let review = BaselineUnderReview::Found { baseline: Box::new(baseline), how: String::new(), changes };
    let tree = tree(&["src/a.js", "src/b.js"]);
    let mut gatherer = Gatherer::new(&tree);
    let report = NewReport { flag: Some("unit".to_owned()), ..NewReport::default() };
    gatherer.add(report, crate::read(&mut first.as_bytes()).unwrap());
    gatherer.settle_flags(&named(&["unit=u", "e2e=e"]), &named(depends_on), &review);
    (before, gatherer.finish(&selection()))
}

#[test]
fn without_declared_paths_or_known_changes_nothing_is_carried() {
    let none = ChangeSet::default();
    let fate = |depends_on: &[&str], changes| carried(A, B, depends_on, changes).1.flags["e2e"].fate.clone();
    expect![[r#"Missing("`flag-paths` names nothing that it depends on")"#]]
        .assert_eq(&format!("{:?}", fate(&["unit=src/**"], Some(none.clone()))));
    expect![[r#"Missing("it is not known what changed since the baseline")"#]]
        .assert_eq(&format!("{:?}", fate(&["e2e=src/**"], None)));
    expect![[r#"Missing("it depends on src/b.js, which changed")"#]]
        .assert_eq(&format!("{:?}", fate(&["e2e=src/b.js"], Some(changed("src/b.js")))));
    expect![[r#"Carried { commit: "c0ffee", left_out: ["src/b.js"] }"#]]
        .assert_eq(&format!("{:?}", fate(&["e2e=src/a.js"], Some(changed("src/b.js")))));
    expect![[r#"Missing("`lib/**` of `flag-paths` names no file")"#]]
        .assert_eq(&format!("{:?}", fate(&["e2e=src/**", "e2e=lib/**"], Some(none.clone()))));
    expect![[r#"Missing("`!lib/**` of `flag-paths` names no file")"#]]
        .assert_eq(&format!("{:?}", fate(&["e2e=!lib/**"], Some(none))));
}

proptest! {
    #[test]
    fn what_is_carried_unchanged_is_the_same_picture(first in crate::laws::tracefile(), second in crate::laws::tracefile()) {
        let (before, now) = carried(&first, &second, &["e2e=src/a.js"], Some(ChangeSet::default()));
        prop_assert_eq!(before.picture, now.picture);
        prop_assert_eq!(before.total, now.total);
    }
}
