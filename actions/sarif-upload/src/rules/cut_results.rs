//! # What it checks
//!
//! What GitHub takes and does not keep: results of a run beyond 5,000, locations of a result beyond 100, steps of code
//! flows beyond 1,000, tags of a rule beyond 10.
//!
//! # Why
//!
//! The upload succeeds, and what is missing looks as if it were not there. Which results GitHub keeps is not always the
//! worst.
//!
//! # Example
//!
//! A first scan of an old code base with 12,000 results.
//!
//! # Instead
//!
//! Send the worst 5,000, and say so; `security-sarif` does.

use gatewright_core::report::{Finding, RuleInfo, Severity};

use crate::files::Checked;
use crate::locate::Step;
use crate::rules::over_limit::MOST_RUNS;

/// What this rule is.
pub(crate) const INFO: RuleInfo = RuleInfo {
    id: "cut-results",
    title: "GitHub keeps only a part",
    severity: Severity::Medium,
    since: "0.1.0",
    help: "Send the worst 5,000 results of a run, and the tags and locations that matter.",
};

const KEPT_RESULTS: u64 = 5_000;
const KEPT_LOCATIONS: u64 = 100;
const KEPT_FLOW_LOCATIONS: u64 = 1_000;
const KEPT_TAGS: u64 = 10;

/// What is cut.
pub(crate) fn check(file: &Checked<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut say = |what: &str, count: u64, kept: u64, at: Vec<Step>| {
        if count > kept {
            findings.push(file.finding(&INFO, &format!("{what}: {count}, and GitHub keeps {kept}"), &at));
        }
    };
    for (index, run) in file.log.runs().iter().enumerate().take(MOST_RUNS) {
        let begin = || vec![Step::Key("runs"), Step::Index(index)];
        for (rules, path) in super::bad_severity::rules(run) {
            let at = begin().into_iter().chain(path).chain([Step::Index(rules.tags.at)]).collect();
            say("tags of a rule", rules.tags.most, KEPT_TAGS, at);
        }
        let Some(results) = &run.results else { continue };
        let of = |at: usize| [begin(), vec![Step::Key("results"), Step::Index(at)]].concat();
        say("results in a run", results.count, KEPT_RESULTS, [begin(), vec![Step::Key("results")]].concat());
        say("locations of a result", results.locations.most, KEPT_LOCATIONS, of(results.locations.at));
        let flow = results.flow_locations;
        say("steps in a result's code flows", flow.most, KEPT_FLOW_LOCATIONS, of(flow.at));
    }
    findings
}
