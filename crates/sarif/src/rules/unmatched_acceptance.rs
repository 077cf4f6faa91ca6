//! # What it checks
//!
//! Statements of OpenVEX (`not_affected`) that accept nothing, where a scanner looked for vulnerable packages.
//!
//! Entries of a tool's own list (`.trivyignore`, `osv-scanner.toml`, `.gitleaksignore`, `.grype.yaml`) are left alone: the
//! tool goes by its list itself, so what an entry is about is not in its report any more, and whether the entry is still
//! needed can't be told from there.
//!
//! # Why
//!
//! A list that nobody prunes accepts what comes back later, unseen.
//!
//! # Example
//!
//! A document says that the project is not affected by a CVE of a package that it does not use any more.
//!
//! # Instead
//!
//! Remove the statement, or correct its id or product.

use gatewright_core::report::{Finding, FindingOutcome, RuleInfo, Severity};

use super::CATEGORY;
use crate::accept::{AboutEntry, EntryTrouble};
use crate::evidence::Evidence;
use crate::policy::Policy;

/// What this rule is.
pub(crate) const INFO: RuleInfo = RuleInfo {
    id: "unmatched-acceptance",
    title: "An acceptance of another tool matches no finding",
    severity: Severity::Low,
    since: "0.1.0",
    help: "Remove it, or correct its id or product.",
};

/// One finding for each entry.
pub(crate) fn check(evidence: &Evidence, _policy: &Policy) -> Vec<Finding> {
    let finding = |entry: &AboutEntry| {
        let mut finding = Finding::new(&INFO, CATEGORY, entry.message.clone());
        finding.outcome = FindingOutcome::Unknown;
        finding.location.clone_from(&entry.at);
        finding
    };
    let entries = evidence.about_lists.iter().filter(|entry| entry.trouble == EntryTrouble::Unmatched);
    entries.map(finding).collect()
}
