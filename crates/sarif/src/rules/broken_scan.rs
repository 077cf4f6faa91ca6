//! # What it checks
//!
//! Reports of scanners of which results may be missing: a file that is no report, one that ends in the middle, a result that
//! can't be understood, a scanner that says that it could not do all of its work or that it looked at nothing.
//!
//! # Why
//!
//! A scan that failed looks like a scan that found nothing: every scanner has a failure whose output looks clean.
//!
//! # Example
//!
//! `"Golang errors"` in a report of gosec: packages that do not compile were not analysed.
//!
//! # Instead
//!
//! Mend what the scanner complains about and scan again. What the verdict makes of it is the policy `on-unreadable-report`, by
//! default `fail`.

use gatewright_core::report::{Finding, RuleInfo, Severity};

use super::{about, of_weight};
use crate::evidence::{Evidence, ScanReport};
use crate::fault::Weight;
use crate::policy::Policy;

/// What this rule is.
pub(crate) const INFO: RuleInfo = RuleInfo {
    id: "broken-scan",
    title: "A scanner's report of which results may be missing",
    severity: Severity::High,
    since: "0.1.0",
    help: "Mend what the scanner complains about, and scan again.",
};

/// One finding for each thing that is lost, and one for each report that is none.
pub(crate) fn check(evidence: &Evidence, policy: &Policy) -> Vec<Finding> {
    let of_report = |report: &ScanReport| match &report.content {
        Ok(content) => of_weight(report, &content.faults, Weight::Lost, &INFO),
        Err(message) => {
            let mut finding = about(&INFO, report, format!("{}: {message}.", report.shown));
            finding.help = Some(report.help.clone());
            vec![finding]
        }
    };
    let all = evidence.reports.iter().flat_map(of_report);
    all.map(|finding| finding.explaining("unreadable-report", policy.on_unreadable_report)).collect()
}
