//! # What it checks
//!
//! Lists of other tools, and entries of them, that can't be understood: a day that is none, an entry without an id, a key that
//! is not known here and may narrow what is accepted, a list that is not there.
//!
//! # Why
//!
//! Such an entry accepts nothing, so that what it was meant to accept counts; who wrote it should know why.
//!
//! # Example
//!
//! `CVE-2024-1234 exp:2026-31-01` in `.trivyignore`.
//!
//! # Instead
//!
//! Correct the entry. To leave lists out, name the ones that count in `ignore-files`, or `none`.

use gatewright_core::report::{Finding, FindingOutcome, RuleInfo, Severity};

use super::CATEGORY;
use crate::accept::{AboutEntry, EntryTrouble};
use crate::evidence::Evidence;
use crate::policy::Policy;

/// What this rule is.
pub(crate) const INFO: RuleInfo = RuleInfo {
    id: "unreadable-acceptance",
    title: "An acceptance of another tool can't be understood",
    severity: Severity::Medium,
    since: "0.1.0",
    help: "Correct it; until then it accepts nothing.",
};

/// One finding for each entry.
pub(crate) fn check(evidence: &Evidence, _policy: &Policy) -> Vec<Finding> {
    let finding = |entry: &AboutEntry| {
        let mut finding = Finding::new(&INFO, CATEGORY, entry.message.clone());
        finding.outcome = FindingOutcome::Unknown;
        finding.location.clone_from(&entry.at);
        finding
    };
    let entries = evidence.about_lists.iter().filter(|entry| entry.trouble == EntryTrouble::Unreadable);
    entries.map(finding).collect()
}
