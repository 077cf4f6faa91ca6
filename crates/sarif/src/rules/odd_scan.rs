//! # What it checks
//!
//! What was put right in scanners' reports by a stated rule: indexes that point nowhere, severities that are no numbers,
//! regions that do not exist, paths that lead out of the repository, keys that stand twice.
//!
//! # Why
//!
//! Other readers do not put it right, or do it in another way. GitHub refuses a whole file for one of these.
//!
//! # Example
//!
//! `"security-severity": "HIGH"` in a rule: GitHub refuses the file; here it is read as 8.0.
//!
//! # Instead
//!
//! Nothing has to be done for this gate. Tell the scanner's authors, and send what this action writes.

use gatewright_core::report::{Finding, FindingOutcome, RuleInfo, Severity};

use super::of_weight;
use crate::evidence::{Evidence, ScanReport};
use crate::fault::Weight;
use crate::policy::Policy;

/// What this rule is.
pub(crate) const INFO: RuleInfo = RuleInfo {
    id: "odd-scan",
    title: "Something in a scanner's report that was put right",
    severity: Severity::Info,
    since: "0.1.0",
    help: "Nothing is lost. The scanner's authors may want to know.",
};

/// One finding for each.
pub(crate) fn check(evidence: &Evidence, _policy: &Policy) -> Vec<Finding> {
    let of_report = |report: &ScanReport| match &report.content {
        Ok(content) => of_weight(report, &content.faults, Weight::Repaired, &INFO),
        Err(_) => Vec::new(),
    };
    let mut all: Vec<Finding> = evidence.reports.iter().flat_map(of_report).collect();
    all.iter_mut().for_each(|finding| finding.outcome = FindingOutcome::NotApplicable);
    all
}
