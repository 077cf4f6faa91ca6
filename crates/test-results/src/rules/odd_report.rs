//! # What it checks
//!
//! What a reader had to put right in a report that is whole: totals that are not those of the results, durations that
//! are none, outcomes that the format does not know, tests marked as failing that pass.
//!
//! # Why
//!
//! Every test still counts, but the tool that wrote the report, or the way it is called, deserves a look.
//!
//! # Example
//!
//! `<testsuite tests="3">` around four test cases: four are counted.
//!
//! # Instead
//!
//! Bring the tool up to date. A finding of this rule never fails the gate.

use gatewright_core::report::{Finding, RuleInfo, Severity};

use crate::diagnostic::Weight;
use crate::evidence::Evidence;
use crate::policy::Policy;

/// What this rule is.
pub(crate) const INFO: RuleInfo = RuleInfo {
    id: "odd-report",
    title: "A report that had to be put right",
    severity: Severity::Low,
    since: "0.1.0",
    help: "Bring the tool that writes the report up to date.",
};

/// One finding for each oddity.
pub(crate) fn check(evidence: &Evidence, _: &Policy) -> Vec<Finding> {
    let read = evidence.reports.iter().filter_map(|report| Some((report, report.content.as_ref().ok()?)));
    read.flat_map(|(report, content)| {
        super::broken_report::of_weight(report, &INFO, Weight::Odd, content.diagnostics.iter())
    })
    .take(super::MOST_FINDINGS)
    .collect()
}
