//! # What it checks
//!
//! Lines that the change adds or modifies, that a report measures, and that no test ran. Adjacent lines are one finding.
//!
//! # Why
//!
//! New code without a test is where regressions come from, and the author of the change is the one who can still
//! add the test cheaply. A total hides it: ten new lines hardly move a total of ten thousand.
//!
//! # Example
//!
//! ```go
//! func Parse(text string) (int, error) {
//!     if text == "" {
//!         return 0, errEmpty // no test passes an empty text
//!     }
//! ```
//!
//! # Instead
//!
//! Add a test that runs the lines, or take them out. A finding of this rule does not fail the gate by itself: the
//! share of covered changed lines is held to `minimum-patch`.

use gatewright_core::report::{Finding, Location, RuleInfo, Severity};

use crate::evidence::Evidence;
use crate::policy::Policy;

/// What this rule is.
pub(crate) const INFO: RuleInfo = RuleInfo {
    id: "uncovered-changed-lines",
    title: "Changed lines that no test runs",
    severity: Severity::Info,
    since: "0.1.0",
    help: "Add a test that runs this code.",
};

/// One finding for each range of uncovered changed lines.
pub(crate) fn check(evidence: &Evidence, _: &Policy) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, ranges) in evidence.patch.iter().flat_map(|patch| &patch.uncovered) {
        for range in ranges {
            let message = match range.last - range.first {
                0 => format!("Line {} is not covered by any test.", range.first),
                _ => format!("Lines {} to {} are not covered by any test.", range.first, range.last),
            };
            let location = Location::lines(path.clone(), range.first, range.last);
            findings.push(Finding::new(&INFO, super::CATEGORY, message).at(location));
        }
    }
    findings
}
