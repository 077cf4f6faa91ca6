//! # What it checks
//!
//! Entries of `quarantine` all of whose tests passed in this run and in the recorded runs before it, `quarantine-passes`
//! times in a row.
//!
//! # Why
//!
//! A test that holds again protects nobody while its failures are accepted.
//!
//! # Example
//!
//! A test that was put into quarantine when a service it needs was moved, and that has passed ever since.
//!
//! # Instead
//!
//! Remove the entry.

use gatewright_core::report::{Finding, RuleInfo, Severity};

use crate::evidence::Evidence;
use crate::policy::Policy;

/// What this rule is.
pub(crate) const INFO: RuleInfo = RuleInfo {
    id: "idle-quarantine",
    title: "A quarantine that can end",
    severity: Severity::Low,
    since: "0.1.0",
    help: "Remove the entry.",
};

/// One finding for each such entry.
pub(crate) fn check(evidence: &Evidence, _: &Policy) -> Vec<Finding> {
    super::entries(evidence, &INFO, |_, standing| {
        standing.passes.map(|passes| match passes {
            1 => "can end: it passed, and in the recorded run before, too".to_owned(),
            many => format!("can end: it passed, and in the {many} recorded runs before, too"),
        })
    })
}
