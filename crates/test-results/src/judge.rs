//! From evidence and policy to a report: measures, findings, states, sections. Pure, and it cannot fail.

use gatewright_core::relay::Ending;
use gatewright_core::report::{Measure, Report, Scope};

use crate::evidence::Evidence;
use crate::policy::Policy;
use crate::{Tally, rules, sections, states};

/// What is known of a run besides its reports.
#[derive(Clone, Debug, Default)]
pub struct Circumstances {
    /// The patterns that find no report.
    pub missing: Vec<String>,
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
    report.measures = measures(evidence);
    report.findings = rules::ALL.iter().flat_map(|rule| (rule.check)(evidence, policy)).collect();
    report.states = states::states(evidence, policy, circumstances);
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

fn measures(evidence: &Evidence) -> Vec<Measure> {
    // Without a test nothing was judged, and no figure may look as if there were.
    if evidence.results.tests.total() == 0 {
        return Vec::new();
    }
    let results = &evidence.results;
    let mut measures = of_tally(&results.tests, &|| Scope::Total);
    measures.push(Measure::count("tests.runs", Scope::Total, results.runs.total(), None));
    if results.variants.iter().any(|variant| !variant.is_empty()) {
        for variant in &results.variants {
            let tests = sections::of_variant(results, variant);
            measures.extend(of_tally(&tests, &|| Scope::named("variant", variant.as_str())));
        }
    }
    measures
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
