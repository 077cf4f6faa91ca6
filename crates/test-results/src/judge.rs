//! From evidence and policy to a report: measures, findings, states, sections. Pure, and it cannot fail.

use gatewright_core::relay::Ending;
use gatewright_core::report::{Measure, Report, Scope, Unit};

use crate::evidence::{BaselineUnderReview, Evidence, FailureEvidence};
use crate::policy::Policy;
use crate::table::TestOutcome;
use crate::{Tally, rules, sections, states};

/// What is known of a run besides its reports.
#[derive(Clone, Debug, Default)]
pub struct Circumstances {
    /// The patterns that find no report.
    pub missing: Vec<String>,
    /// Somebody asks for figures of what is new.
    pub asks_for_new: bool,
    /// Exclusions that took out nothing, with their `!`.
    pub idle_exclusions: Vec<String>,
    /// The command that was run, and how it ended.
    pub command: Option<CommandEnd>,
}

/// How a command ended that ran tests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommandEnd {
    /// The command, for readers.
    pub shown: String,
    /// How it ended.
    pub ending: Ending,
}

/// Judges.
pub fn judge(evidence: &Evidence, policy: &Policy, circumstances: &Circumstances) -> Report {
    let mut report = Report::new();
    report.measures = measures(evidence, circumstances.asks_for_new);
    report.findings = rules::ALL.iter().flat_map(|rule| (rule.check)(evidence, policy)).collect();
    report.states = states::states(evidence, policy, circumstances);
    report.headline = sections::headline(evidence);
    report.sections = sections::sections(evidence, &circumstances.idle_exclusions);
    report
}

/// The names that conditions may use.
pub const MEASURES: [&str; 8] = [
    "tests.total",
    "tests.passed",
    "tests.failed",
    "tests.errored",
    "tests.skipped",
    "tests.flaky",
    "tests.runs",
    "tests.quarantined",
];

fn measures(evidence: &Evidence, asks_for_new: bool) -> Vec<Measure> {
    // Without a test nothing was judged, and no figure may look as if there were.
    if evidence.results.tests.total() == 0 {
        return Vec::new();
    }
    let results = &evidence.results;
    let mut measures = of_tally(&results.tests, &|| Scope::Total);
    measures.push(Measure::count("tests.runs", Scope::Total, results.runs.total(), None));
    if !evidence.quarantine.is_empty() {
        let quarantined = evidence.quarantined.count();
        measures.push(Measure::count("tests.quarantined", Scope::Total, quarantined, None));
    }
    measures.extend(new_failures(evidence, asks_for_new));
    if results.variants.iter().any(|variant| !variant.is_empty()) {
        for variant in &results.variants {
            let tests = sections::of_variant(results, variant);
            measures.extend(of_tally(&tests, &|| Scope::named("variant", variant.as_str())));
        }
    }
    measures
}

/// Failures that the baseline does not have.
fn new_failures(evidence: &Evidence, asks_for_new: bool) -> Vec<Measure> {
    let names = ["tests.failed", "tests.errored", "tests.flaky"];
    match &evidence.baseline {
        BaselineUnderReview::NotApplicable(_) if asks_for_new => {
            names.map(|name| Measure::not_applicable(name, Scope::New, Unit::Count)).to_vec()
        }
        BaselineUnderReview::Found { .. } => {
            let mut counts = [0_u64; 3];
            for failure in evidence.failures().filter(FailureEvidence::is_new) {
                let at = match failure.failure.outcome {
                    TestOutcome::Errored => 1,
                    TestOutcome::Flaky if !failure.failure.failed_by_runner => 2,
                    _ => 0,
                };
                counts[at] += 1;
            }
            // What is not listed is not known to be old.
            counts[0] += evidence.results.unlisted;
            names
                .into_iter()
                .zip(counts)
                .map(|(name, count)| Measure::count(name, Scope::New, count, None))
                .collect()
        }
        _ => Vec::new(),
    }
}

/// Nothing is held to a limit here: each failure is a finding, so that a waiver can accept one, and each limit is a state
/// with a policy of its own.
fn of_tally(tests: &Tally, scope: &dyn Fn() -> Scope) -> Vec<Measure> {
    let count = |name: &str, value| Measure::count(name, scope(), value, None);
    vec![
        count("tests.total", tests.total()),
        count("tests.passed", tests.passed),
        count("tests.failed", tests.failed),
        count("tests.errored", tests.errored),
        count("tests.skipped", tests.skipped),
        count("tests.flaky", tests.flaky),
    ]
}

#[cfg(test)]
#[path = "judge_tests.rs"]
mod tests;
