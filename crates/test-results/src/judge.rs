//! From evidence and policy to a report: measures, findings, states, sections. Pure, and it cannot fail.

use gatewright_core::failure::sentence;
use gatewright_core::report::{Measure, Policy as StatePolicy, Report, Scope, State};

use crate::evidence::{Evidence, ReportEvidence};
use crate::policy::Policy;
use crate::{Tally, Weight, rules, sections};

/// Judges. `missing` are the patterns that find no report.
pub fn judge(evidence: &Evidence, policy: &Policy, missing: &[String]) -> Report {
    let mut report = Report::new();
    report.measures = measures(evidence, policy);
    report.findings = rules::ALL.iter().flat_map(|rule| (rule.check)(evidence, policy)).collect();
    report.states = states(evidence, policy, missing);
    report.headline = sections::headline(evidence);
    report.sections = sections::sections(evidence);
    report
}

/// The names that conditions may use.
pub const MEASURES: [&str; 7] = [
    "tests.total",
    "tests.passed",
    "tests.failed",
    "tests.errored",
    "tests.skipped",
    "tests.flaky",
    "tests.runs",
];

fn measures(evidence: &Evidence, policy: &Policy) -> Vec<Measure> {
    if !evidence.reports.iter().any(|report| report.content.is_ok()) {
        return Vec::new();
    }
    let results = &evidence.results;
    let mut measures = of_tally(&results.tests, &|| Scope::Total, policy);
    measures.push(Measure::count("tests.runs", Scope::Total, results.runs.total(), None));
    if results.variants.iter().any(|variant| !variant.is_empty()) {
        for variant in &results.variants {
            let tests = sections::of_variant(results, variant);
            let unlimited = Policy { maximum_flaky: None, maximum_skipped: None, ..policy.clone() };
            measures.extend(of_tally(&tests, &|| Scope::named("variant", variant.as_str()), &unlimited));
        }
    }
    measures
}

fn of_tally(tests: &Tally, scope: &dyn Fn() -> Scope, policy: &Policy) -> Vec<Measure> {
    let count = |name: &str, value, most| Measure::count(name, scope(), value, most);
    // Failures are held to nothing here: each is a finding, so that a waiver can accept one.
    vec![
        count("tests.total", tests.total(), None),
        count("tests.passed", tests.passed, None),
        count("tests.failed", tests.failed, None),
        count("tests.errored", tests.errored, None),
        count("tests.skipped", tests.skipped, policy.maximum_skipped),
        count("tests.flaky", tests.flaky, policy.maximum_flaky),
    ]
}

fn states(evidence: &Evidence, policy: &Policy, missing: &[String]) -> Vec<State> {
    let mut states: Vec<State> = missing.iter().map(|pattern| missing_report(pattern, policy)).collect();
    states.extend(
        evidence.reports.iter().filter_map(|report| unreadable_report(report, policy.on_unreadable_report)),
    );
    states.extend(evidence.reports.iter().filter_map(|report| stale_report(report, policy.on_stale_report)));
    states.extend(no_tests(evidence, policy));
    states.extend(failures(evidence, policy));
    states
}

fn state(name: &str, policy: StatePolicy, message: String, help: impl Into<String>) -> State {
    State { name: name.to_owned(), policy, message, help: help.into(), gate: None }
}

fn missing_report(pattern: &str, policy: &Policy) -> State {
    let help = match &policy.produced_by {
        Some(command) => format!("Make it with `{command}`."),
        None => "Run the tests before this, or name the reports in `files`.".to_owned(),
    };
    state("missing-report", policy.on_missing_report, format!("no test report at {pattern}"), help)
}

fn unreadable_report(report: &ReportEvidence, policy: StatePolicy) -> Option<State> {
    let (message, help) = match &report.content {
        Err(message) => (format!("{}: {message}", report.shown), report.help.as_str()),
        Ok(content) if content.complete => return None,
        Ok(content) => {
            let broken = content.diagnostics.weighing(Weight::Broken);
            let first =
                content.diagnostics.iter().find(|diagnostic| diagnostic.kind.weight() == Weight::Broken);
            let at = first
                .map(|first| format!(", first at line {}: {}", first.line, first.message))
                .unwrap_or_default();
            let records =
                if broken == 1 { "one broken place".to_owned() } else { format!("{broken} broken places") };
            (format!("{}: {records}{at}", report.shown), first.map_or("", |first| first.help()))
        }
    };
    let help = if help.is_empty() { "make the report anew" } else { help };
    Some(state("unreadable-report", policy, message, sentence(help)))
}

fn stale_report(report: &ReportEvidence, policy: StatePolicy) -> Option<State> {
    let why = report.stale.as_ref()?;
    let help = "Remove old results before the tests run, or name only those of this run.";
    Some(state("stale-report", policy, format!("{}: {why}", report.shown), help))
}

/// Reports were read, and nothing ran.
fn no_tests(evidence: &Evidence, policy: &Policy) -> Option<State> {
    if !evidence.reports.iter().any(|report| report.content.is_ok()) {
        return None;
    }
    let tests = evidence.results.tests;
    let message = match tests.total() {
        0 => "the reports hold no test".to_owned(),
        1 if tests.executed() == 0 => "the one test was skipped".to_owned(),
        total if tests.executed() == 0 => format!("all {total} tests were skipped"),
        _ => return None,
    };
    let help = "Check the filter that chooses the tests, and the step that runs them.";
    Some(state("no-tests", policy.on_no_tests, message, help))
}

/// Failures beyond those that are findings, or that a policy keeps from failing the gate as findings: they must still
/// be told, and a limit on findings must not turn a gate green.
fn failures(evidence: &Evidence, policy: &Policy) -> Vec<State> {
    let results = &evidence.results;
    let mut states = Vec::new();
    let bad = results.tests.bad() + results.failed_by_runner;
    let shown = rules::MOST_FINDINGS as u64;
    if bad > shown {
        let message = format!("{bad} tests failed, of which the first {shown} are findings");
        states.push(state("many-failures", policy.on_failure, message, "Look for what they have in common."));
    } else if bad > 0 && policy.on_failure == StatePolicy::Warn {
        let message = if bad == 1 { "one test failed".to_owned() } else { format!("{bad} tests failed") };
        states.push(state("failed-tests", StatePolicy::Warn, message, "Mend the code or the tests."));
    }
    let flaky = results.tests.flaky.saturating_sub(results.failed_by_runner);
    if flaky > 0 && policy.on_flaky == StatePolicy::Warn
        || flaky > shown && policy.on_flaky == StatePolicy::Fail
    {
        let message =
            if flaky == 1 { "one test is flaky".to_owned() } else { format!("{flaky} tests are flaky") };
        let help = "Find what they depend on besides the code: time, order, ports, the network.";
        states.push(state("flaky-tests", policy.on_flaky, message, help));
    }
    states
}

#[cfg(test)]
#[path = "judge_tests.rs"]
mod tests;
