//! What of a stranger's report may be shown: numbers, words of our own, and paths of the pull request's own files.
//!
//! A run of a fork writes its reports itself, so any text in them may be a lie that we would sign. A report is
//! therefore not escaped but made anew: whatever is no number, no word of the vocabulary below and no path that GitHub
//! lists for the pull request stays behind, and how much that was is said.

use std::collections::BTreeSet;

use gatewright_core::report::{
    Block, Column, Finding, FindingOutcome, Inline, Measure, MeasureOutcome, MeasureValue, Report, Scope,
    Section, Threshold, Unit, VerdictResult,
};

/// Names of actions that are shown as they are.
pub const ACTIONS: [&str; 10] = [
    "check",
    "coverage-gate",
    "test-report",
    "security-sarif",
    "packer-validate",
    "policy-check",
    "task-sync",
    "release-builder",
    "quality-gate",
    "sarif-upload",
];

/// Names of measures that are shown as they are: a field, and what is counted in it.
pub const MEASURES: [(&str, &[&str]); 6] = [
    (
        "coverage",
        &[
            "statements",
            "lines",
            "branches",
            "functions",
            "statements.uncovered",
            "lines.uncovered",
            "branches.uncovered",
            "functions.uncovered",
            "statements.drop",
            "lines.drop",
            "branches.drop",
            "functions.drop",
        ],
    ),
    ("tests", &["total", "passed", "failed", "errored", "skipped", "flaky", "runs", "quarantined"]),
    (
        "security",
        &["critical", "high", "medium", "low", "info", "fixable", "exploited", "secrets", "waived", "gated"],
    ),
    ("packer", &["critical", "high", "medium", "low", "info"]),
    ("plan", &["tasks", "done", "ready", "blocked"]),
    ("upload", &["files", "sent", "runs", "results", "unidentified"]),
];

/// A table of more places is no help to anybody.
const MOST_PLACES: usize = 200;

/// A report of ours with what may be shown of a stranger's.
pub(crate) fn project(stranger: &Report, files: &BTreeSet<String>) -> Report {
    let mut report = Report::new();
    let action = ACTIONS.iter().find(|action| **action == stranger.subject.action);
    action.map_or("another gate", |action| action).clone_into(&mut report.subject.action);
    report.measures = stranger.measures.iter().filter_map(|measure| measure_anew(measure, files)).collect();
    let fails = report.measures.iter().any(|measure| measure.outcome == MeasureOutcome::Fail);
    report.verdict.result = if fails { VerdictResult::Fail } else { stranger.verdict.result };
    report.verdict.failed = fails || stranger.verdict.failed;
    report.headline = headline(&report.measures);
    let places: Vec<&Finding> =
        stranger.findings.iter().filter(|finding| may_be_shown(finding, files)).collect();
    let hidden = stranger.findings.len() - places.len() + stranger.measures.len() - report.measures.len();
    report.sections.extend(section(&places, hidden));
    report
}

/// A measure whose name, scope and figures are ours: display and outcome are worked out again.
fn measure_anew(measure: &Measure, files: &BTreeSet<String>) -> Option<Measure> {
    let (field, counted) = measure.name.split_once('.')?;
    let (field, known) = MEASURES.iter().find(|(known, _)| *known == field)?;
    let counted = known.iter().find(|known| **known == counted)?;
    let scope = match &measure.scope {
        Scope::Named { kind, name } if kind == "file" && files.contains(name) => Scope::named("file", name),
        Scope::Named { .. } => return None,
        plain => plain.clone(),
    };
    let name = format!("{field}.{counted}");
    match (measure.unit, measure.value, measure.threshold) {
        (unit, _, _) if measure.outcome == MeasureOutcome::NotApplicable => {
            Some(Measure::not_applicable(&name, scope, unit))
        }
        (Unit::Percent, MeasureValue::Ratio { numerator, denominator }, threshold)
            if numerator <= denominator =>
        {
            let least = match threshold {
                Some(Threshold::Least { value }) => Some(value),
                Some(Threshold::Most { .. }) => return None,
                None => None,
            };
            Some(Measure::percent(&name, scope, numerator, denominator, least))
        }
        (Unit::Count, MeasureValue::Count { value }, None) => Some(Measure::count(&name, scope, value, None)),
        _ => None,
    }
}

/// The figures that are held to something, in our words.
fn headline(measures: &[Measure]) -> String {
    let shown = measures.iter().filter(|measure| !matches!(measure.scope, Scope::Named { .. }));
    let parts: Vec<String> =
        shown.take(3).map(|measure| format!("{} {}", measure.reference(), measure.display)).collect();
    parts.join(", ")
}

fn may_be_shown(finding: &Finding, files: &BTreeSet<String>) -> bool {
    let open =
        matches!(finding.outcome, FindingOutcome::Fail | FindingOutcome::Unknown) && finding.waiver.is_none();
    open && finding.location.as_ref().is_some_and(|at| files.contains(at.path.as_str()))
}

fn section(places: &[&Finding], hidden: usize) -> Option<Section> {
    let mut blocks = Vec::new();
    if !places.is_empty() {
        let row = |finding: &&Finding| {
            let at = finding.location.as_ref()?;
            let line = at.line.unwrap_or(0);
            let place = if line == 0 {
                Inline::file(&at.path)
            } else {
                Inline::lines(&at.path, line, at.end_line.unwrap_or(line))
            };
            Some(vec![vec![Inline::text(finding.severity.as_str())], vec![place]])
        };
        let rows = places.iter().take(MOST_PLACES).filter_map(row).collect();
        blocks.push(Block::Table { columns: vec![Column::left("Severity"), Column::left("Place")], rows });
    }
    let hidden = hidden + places.len().saturating_sub(MOST_PLACES);
    if hidden > 0 {
        let text = format!("{hidden} more findings or figures are in the run's own summary and report.");
        blocks.push(Block::Text { content: vec![Inline::text(text)] });
    }
    let section = |blocks| Section {
        id: "places".to_owned(),
        title: "Places".to_owned(),
        rank: 1,
        collapsed: false,
        blocks,
        gate: None,
    };
    (!blocks.is_empty()).then(|| section(blocks))
}

#[cfg(test)]
mod tests {
    use gatewright_core::RepoPath;
    use gatewright_core::render::{CommentPage, LinkBase, render_comment};
    use gatewright_core::report::{
        Location, Policy, Reason, ReasonKind, ReasonLevel, RuleInfo, Severity, State,
    };
    use proptest::prelude::*;

    use super::*;

    const RULE: RuleInfo = RuleInfo { id: "r", title: "t", severity: Severity::High, since: "0", help: "h" };

    /// A report every text of which is the stranger's.
    fn stranger(text: &str) -> Report {
        let mut report = Report::new();
        report.subject.action = text.into();
        report.subject.name = Some(text.into());
        report.headline = text.into();
        let least = "85".parse().ok();
        for name in ["coverage.lines", text] {
            let mut measure = Measure::percent(name, Scope::Total, 1, 2, least);
            measure.display = text.into();
            measure.gate = Some(text.into());
            measure.outcome = MeasureOutcome::Pass;
            report.measures.push(measure);
        }
        report.measures.push(Measure::percent("coverage.lines", Scope::named("flag", text), 1, 2, None));
        report.measures.push(Measure::percent("coverage.lines", Scope::named("file", text), 1, 2, None));
        for path in ["src/a.rs", "not/theirs.rs"] {
            let mut finding = Finding { category: text.to_owned().into(), ..Finding::new(&RULE, "", text) }
                .at(Location::lines(RepoPath::new(path).unwrap(), 3, 4));
            finding.rule = text.into();
            finding.help = Some(text.into());
            report.findings.push(finding);
        }
        report.states.push(State {
            name: text.into(),
            policy: Policy::Warn,
            message: text.into(),
            help: text.into(),
            gate: None,
        });
        let reason = Reason {
            kind: ReasonKind::State,
            name: text.into(),
            level: ReasonLevel::Fail,
            required: text.into(),
            found: text.into(),
            help: text.into(),
            gate: None,
        };
        report.verdict.reasons.push(reason);
        report.sections.push(Section {
            id: text.into(),
            title: text.into(),
            rank: 0,
            collapsed: false,
            blocks: vec![Block::Code { text: text.into() }],
            gate: None,
        });
        report.verdict.result = VerdictResult::Pass;
        report
    }

    #[test]
    fn numbers_and_known_paths_stay_and_a_lie_about_a_threshold_does_not() {
        let files = BTreeSet::from(["src/a.rs".to_owned()]);
        let report = project(&stranger("Approved by the security team"), &files);
        assert_eq!(report.verdict.result, VerdictResult::Fail);
        assert_eq!(report.headline, "coverage.lines 50.00 %");
        let text = render_comment(&CommentPage {
            title: "CI",
            verdict: VerdictResult::Fail,
            reports: &[report],
            notes: &[],
            links: &LinkBase::default(),
            commit: None,
            run: None,
        });
        assert!(text.contains("src/a.rs") && text.contains("4 more findings or figures"), "{text}");
        assert!(!text.contains("Approved") && !text.contains("theirs"), "{text}");
    }

    proptest! {
        #[test]
        fn no_text_of_a_stranger_survives(text in "[A-Z][a-z]{7,20}") {
            let report = project(&stranger(&text), &BTreeSet::from(["src/a.rs".to_owned()]));
            prop_assert!(!serde_json::to_string(&report).unwrap().contains(&text));
        }
    }
}
