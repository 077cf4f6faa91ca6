//! `JUnit` XML: one suite a gate, one case a judged figure, state and rule, for places that show nothing else.

use std::collections::BTreeMap;
use std::io;

use quick_junit::{NonSuccessKind, Report as JunitReport, TestCase, TestCaseStatus, TestSuite};

use crate::report::{Finding, FindingOutcome, MeasureOutcome, Policy, ReasonKind, ReasonLevel, Report};

use super::{place_text, speaker};

/// Writes the report as `JUnit` XML.
pub fn render_junit(report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
    let mut suite = TestSuite::new(speaker(report));
    for measure in &report.measures {
        if measure.threshold.is_none() {
            continue;
        }
        let failed = matches!(measure.outcome, MeasureOutcome::Fail | MeasureOutcome::NoData);
        let required =
            measure.threshold.as_ref().map(|threshold| threshold.describe(measure.unit)).unwrap_or_default();
        let found = format!("found {}, required {required}", measure.display);
        suite.add_test_case(case("measure", &measure.reference(), failed.then_some(found.as_str()), ""));
    }
    for state in &report.states {
        let found = (state.policy == Policy::Fail).then_some(state.message.as_str());
        suite.add_test_case(case("state", &state.name, found, &state.help));
    }
    for reason in report.verdict.reasons.iter().filter(|reason| reason.kind == ReasonKind::Condition) {
        let found = (reason.level == ReasonLevel::Fail).then(|| reason.sentence());
        suite.add_test_case(case("condition", &reason.required, found.as_deref(), &reason.help));
    }
    for (rule, findings) in by_rule(&report.findings) {
        let fails = report
            .verdict
            .reasons
            .iter()
            .any(|reason| reason.kind == ReasonKind::Finding && reason.name == rule);
        let first = findings.first().map(|finding| finding.message.clone()).unwrap_or_default();
        let all: Vec<String> = findings.iter().map(|finding| line(finding)).collect();
        suite.add_test_case(case("rule", rule, fails.then_some(first.as_str()), &all.join("\n")));
    }
    let mut document = JunitReport::new(format!("gatewright {}", report.subject.action));
    document.add_test_suite(suite);
    document.serialize(out).map_err(io::Error::other)
}

fn by_rule(findings: &[Finding]) -> BTreeMap<&str, Vec<&Finding>> {
    let mut rules: BTreeMap<&str, Vec<&Finding>> = BTreeMap::new();
    for finding in
        findings.iter().filter(|finding| finding.outcome == FindingOutcome::Fail && finding.waiver.is_none())
    {
        rules.entry(&finding.rule).or_default().push(finding);
    }
    rules
}

fn line(finding: &Finding) -> String {
    match &finding.location {
        Some(at) => format!("{}: {}", place_text(&at.path, at.line, at.end_line), finding.message),
        None => finding.message.clone(),
    }
}

fn case(kind: &str, name: &str, failure: Option<&str>, detail: &str) -> TestCase {
    let mut status = match failure {
        None => TestCaseStatus::success(),
        Some(_) => TestCaseStatus::non_success(NonSuccessKind::Failure),
    };
    if let Some(message) = failure {
        status.set_message(message).set_type(kind).set_description(detail);
    }
    let mut case = TestCase::new(name.replace('\n', " "), status);
    case.set_classname(kind);
    if failure.is_none() && !detail.is_empty() {
        case.set_system_out(detail);
    }
    case
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::samples::hostile;

    #[test]
    fn failures_are_counted_and_text_is_escaped() {
        let mut out = Vec::new();
        render_junit(&hostile(), &mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert!(
            text.contains(
                r#"<testsuite name="coverage-gate (go)" tests="3" skipped="0" errors="0" failures="1">"#
            ),
            "{text}"
        );
        assert!(!text.contains("<img"));
    }
}
