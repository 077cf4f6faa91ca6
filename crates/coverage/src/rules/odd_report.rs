//! # What it checks
//!
//! Values in a report that were repaired by a stated rule: counts below zero or beyond 64 bits, line 0, `undefined`.
//!
//! # Why
//!
//! The totals are still those that the producer meant, but somebody should know that it writes such things.
//!
//! # Example
//!
//! `DA:12,-1` in an LCOV file, read as zero.
//!
//! # Instead
//!
//! Update the producer. A finding of this rule does not change the verdict.

use gatewright_core::report::{Finding, RuleInfo, Severity};

use crate::diagnostic::Weight;
use crate::evidence::Evidence;
use crate::policy::Policy;

/// What this rule is.
pub(crate) const INFO: RuleInfo = RuleInfo {
    id: "odd-report",
    title: "A value in a coverage report that had to be repaired",
    severity: Severity::Low,
    since: "0.1.0",
    help: "Update the tool that writes the report, or tell its authors.",
};

/// One finding for each repaired value that a reader kept.
pub(crate) fn check(evidence: &Evidence, _: &Policy) -> Vec<Finding> {
    let mut findings = Vec::new();
    for report in &evidence.reports {
        if let Ok(content) = &report.content {
            findings.extend(super::broken_report::of_weight(
                report,
                &INFO,
                Weight::Odd,
                content.diagnostics.iter(),
            ));
        }
    }
    findings
}
