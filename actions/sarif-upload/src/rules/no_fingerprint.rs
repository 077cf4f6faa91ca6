//! # What it checks
//!
//! How many results lack `partialFingerprints.primaryLocationLineHash`, the one fingerprint that GitHub uses.
//!
//! # Why
//!
//! GitHub tells alerts of different commits apart by it. Without it an alert is closed and opened anew when lines above it
//! move, and a dismissal is lost with it. An upload through the API adds none, other than `github/codeql-action` does.
//!
//! # Example
//!
//! The SARIF of most scanners as they write it.
//!
//! # Instead
//!
//! Let `security-sarif` prepare the file: it adds the same hash as `github/codeql-action`.

use gatewright_core::report::{Finding, FindingOutcome, RuleInfo, Severity};

use crate::files::Checked;

/// What this rule is.
pub(crate) const INFO: RuleInfo = RuleInfo {
    id: "no-fingerprint",
    title: "Results have no fingerprint",
    severity: Severity::Medium,
    since: "0.1.0",
    help: "Let `security-sarif` prepare the file: it adds the hash that GitHub tells alerts apart by.",
};

/// One finding for a file.
pub(crate) fn check(file: &Checked<'_>) -> Vec<Finding> {
    let (without, all) = (file.log.without_fingerprint(), file.log.results());
    if without == 0 {
        return Vec::new();
    }
    let message = format!(
        "{without} of {} have no `primaryLocationLineHash`; their alerts may open anew when lines move",
        super::counted(all, "result")
    );
    let mut finding = file.finding(&INFO, &message, &[]);
    // GitHub takes the file, so this fails no gate, however strict it is.
    finding.outcome = FindingOutcome::Unknown;
    vec![finding]
}
