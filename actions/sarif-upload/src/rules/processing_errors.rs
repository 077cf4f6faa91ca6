//! # What it checks
//!
//! Whether GitHub processed a file without a complaint.
//!
//! # Why
//!
//! It may call an upload complete and name errors all the same. Then the results are stored, but maybe not as the scanner
//! meant them.
//!
//! # Example
//!
//! A file of which GitHub could not use a part.
//!
//! # Instead
//!
//! Do what the finding says; the gate does not fail for it.

use gatewright_core::report::{Finding, FindingOutcome, Location, RuleInfo, Severity};
use gatewright_github::code_scanning::advice;

use crate::files::SarifFile;

/// What this rule is.
pub(crate) const INFO: RuleInfo = RuleInfo {
    id: "processing-errors",
    title: "GitHub processed a file and names errors",
    severity: Severity::Medium,
    since: "0.1.0",
    help: "Read GitHub's words; its documentation says more under \"Troubleshooting SARIF uploads\".",
};

/// GitHub's words about a file that it has processed.
pub(crate) fn finding(file: &SarifFile, words: &str) -> Finding {
    let message = format!("{}: GitHub has processed it, and says: {words}", file.shown);
    let mut finding = Finding::new(&INFO, super::CATEGORY, message);
    finding.help = Some(advice(words).to_owned());
    // The results are stored, so this fails no gate, however strict it is.
    finding.outcome = FindingOutcome::Unknown;
    match &file.path {
        Some(path) => finding.at(Location::file(path.clone())),
        None => finding,
    }
}
