//! # What it checks
//!
//! Entries of other tools' lists of acceptances that accept nothing.
//!
//! # Why
//!
//! A list that nobody prunes accepts what comes back later, unseen.
//!
//! # Example
//!
//! A CVE in `.trivyignore` of a package that is long mended.
//!
//! # Instead
//!
//! Remove the entry, or correct its id or path.

use gatewright_core::report::{Finding, FindingOutcome, RuleInfo, Severity};

use super::CATEGORY;
use crate::evidence::Evidence;
use crate::policy::Policy;

/// What this rule is.
pub(crate) const INFO: RuleInfo = RuleInfo {
    id: "unmatched-acceptance",
    title: "An acceptance of another tool matches no finding",
    severity: Severity::Low,
    since: "0.1.0",
    help: "Remove it, or correct its id or path.",
};

/// One finding for each entry.
pub(crate) fn check(evidence: &Evidence, _policy: &Policy) -> Vec<Finding> {
    let finding = |entry: &crate::accept::AboutEntry| {
        let mut finding = Finding::new(&INFO, CATEGORY, entry.message.clone());
        finding.outcome = FindingOutcome::Unknown;
        finding.location.clone_from(&entry.at);
        finding
    };
    evidence.about_lists.iter().filter(|entry| !entry.has_expired).map(finding).collect()
}
