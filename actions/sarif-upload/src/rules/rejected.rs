//! # What it checks
//!
//! Whether GitHub takes each file and can process it.
//!
//! # Why
//!
//! What it rejects is in no list of alerts. Not everything that it holds against a file is known before it is sent; then
//! its words are here, with the next step. The other files are sent all the same.
//!
//! # Example
//!
//! The SARIF of an analysis that the repository's default setup runs, too.
//!
//! # Instead
//!
//! Do what the finding says, and upload again.

use gatewright_core::report::{Finding, Location, RuleInfo, Severity};

use crate::files::SarifFile;
use crate::send::Rejected;

/// What this rule is.
pub(crate) const INFO: RuleInfo = RuleInfo {
    id: "rejected",
    title: "GitHub rejected a file",
    severity: Severity::High,
    since: "0.1.0",
    help: "Read GitHub's words; its documentation says more under \"Troubleshooting SARIF uploads\".",
};

/// GitHub's words about a file, and the next step.
pub(crate) fn finding(file: &SarifFile, rejected: &Rejected) -> Finding {
    let mut finding = Finding::new(&INFO, super::CATEGORY, format!("{}: {}", file.shown, rejected.message));
    finding.help = Some(rejected.help.clone());
    match &file.path {
        Some(path) => finding.at(Location::file(path.clone())),
        None => finding,
    }
}
