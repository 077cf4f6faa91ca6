//! # What it checks
//!
//! Paths in a report that several files of the repository could be.
//!
//! # Why
//!
//! Guessing would count one file's lines for another. Such a path keeps its own name, counts in the total, and is
//! in no patch.
//!
//! # Example
//!
//! `main.go` in a report, with `cmd/a/main.go` and `cmd/b/main.go` in the repository.
//!
//! # Instead
//!
//! Run the producer so that it writes paths from the repository's root. What the verdict makes of it is the
//! policy `on-ambiguous-path`, by default `warn`.

use gatewright_core::RepoPath;
use gatewright_core::report::{Finding, RuleInfo, Severity};

use crate::evidence::Evidence;
use crate::policy::Policy;

/// What this rule is.
pub(crate) const INFO: RuleInfo = RuleInfo {
    id: "ambiguous-path",
    title: "A report's path that fits several files",
    severity: Severity::Medium,
    since: "0.1.0",
    help: "Have the tool write paths from the repository's root.",
};

/// One finding for each such path.
pub(crate) fn check(evidence: &Evidence, policy: &Policy) -> Vec<Finding> {
    let finding = |(name, candidates): (&String, &Vec<RepoPath>)| {
        let shown: Vec<&str> = candidates.iter().take(3).map(RepoPath::as_str).collect();
        let more =
            if candidates.len() > 3 { format!(" and {} more", candidates.len() - 3) } else { String::new() };
        let message = format!("The path `{name}` of a report could be {}{more}.", shown.join(", "));
        Finding::new(&INFO, super::CATEGORY, message).explaining("ambiguous-path", policy.on_ambiguous_path)
    };
    evidence.ambiguous.iter().map(finding).collect()
}
