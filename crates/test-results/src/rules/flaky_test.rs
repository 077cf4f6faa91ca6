//! # What it checks
//!
//! Tests that failed and then passed when they were tried again, without a change in between. Only the report's own
//! markup of reruns, or a declared group of attempts, makes a second run a retry.
//!
//! # Why
//!
//! A flaky test is right about nothing: it hides the failure it should show, and it stops changes that are fine.
//!
//! # Example
//!
//! ```xml
//! <testcase name="opens"><flakyFailure message="timeout"/></testcase>
//! ```
//!
//! # Instead
//!
//! Find what the test depends on besides the code: time, order, ports, the network. What the verdict makes of it is the
//! policy `on-flaky`, by default `warn`.

use gatewright_core::report::{Finding, RuleInfo, Severity};

use crate::evidence::Evidence;
use crate::policy::Policy;

use super::failed_test::finding;

/// What this rule is.
pub(crate) const INFO: RuleInfo = RuleInfo {
    id: "flaky-test",
    title: "A test that failed and then passed",
    severity: Severity::Medium,
    since: "0.1.0",
    help: "Find what the test depends on besides the code: time, order, ports, the network.",
};

/// One finding for each flaky test, up to a limit.
pub(crate) fn check(evidence: &Evidence, policy: &Policy) -> Vec<Finding> {
    let flaky = evidence.failures().filter(|failure| !failure.is_bad()).take(super::MOST_FINDINGS);
    flaky
        .map(|evidence| {
            let verb = match evidence.failure.failed_runs {
                1 => "Passed after a failed attempt".to_owned(),
                many => format!("Passed after {many} failed attempts"),
            };
            finding(&INFO, &evidence, &verb, policy)
        })
        .collect()
}
