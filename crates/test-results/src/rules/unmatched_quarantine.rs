//! # What it checks
//!
//! Entries of `quarantine` that mean no test of this run. Where not all names of the tests are known, nothing is said.
//!
//! # Why
//!
//! An entry that means nothing is a typing error, or a test that is gone: the next test of that name would be in
//! quarantine from its first day on.
//!
//! # Example
//!
//! ```yaml
//! quarantine:
//!   - test: "opens teh door"
//! ```
//!
//! # Instead
//!
//! Correct the name as the report shows it, or remove the entry.

use gatewright_core::report::{Finding, RuleInfo, Severity};

use crate::evidence::Evidence;
use crate::policy::Policy;

/// What this rule is.
pub(crate) const INFO: RuleInfo = RuleInfo {
    id: "unmatched-quarantine",
    title: "A quarantine that means no test",
    severity: Severity::Low,
    since: "0.1.0",
    help: "Correct the name as the report shows it, or remove the entry.",
};

/// One finding for each such entry.
pub(crate) fn check(evidence: &Evidence, _: &Policy) -> Vec<Finding> {
    // Where nothing ran, that is what is wrong.
    if evidence.results.table.is_empty() {
        return Vec::new();
    }
    super::entries(evidence, &INFO, |_, standing| {
        // One that has expired is told of already.
        (standing.is_unmatched && !standing.is_expired).then(|| "means no test of this run".to_owned())
    })
}
