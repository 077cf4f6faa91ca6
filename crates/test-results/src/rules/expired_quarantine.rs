//! # What it checks
//!
//! Entries of `quarantine` whose last day has passed.
//!
//! # Why
//!
//! A quarantine without an end is a test that was given up without anybody saying so.
//!
//! # Example
//!
//! ```yaml
//! quarantine:
//!   - test: "opens the door"
//!     reason: races with the lock
//!     owner: "@ada"
//!     until: 2026-01-31
//! ```
//!
//! # Instead
//!
//! Mend the test and remove the entry, or have its owner renew the date. From its end on, the entry holds nothing: a
//! failure of its test is a failure.

use gatewright_core::report::{Finding, RuleInfo, Severity};

use crate::evidence::Evidence;
use crate::policy::Policy;

/// What this rule is.
pub(crate) const INFO: RuleInfo = RuleInfo {
    id: "expired-quarantine",
    title: "A quarantine that has expired",
    severity: Severity::Medium,
    since: "0.1.0",
    help: "Mend the test and remove the entry, or have its owner renew the date.",
};

/// One finding for each such entry.
pub(crate) fn check(evidence: &Evidence, _: &Policy) -> Vec<Finding> {
    super::entries(evidence, &INFO, |entry, standing| {
        let held = match standing.failures {
            0 => String::new(),
            1 => "; its failure counts again".to_owned(),
            many => format!("; its {many} failures count again"),
        };
        standing.is_expired.then(|| format!("expired on {}{held}", entry.until))
    })
}
