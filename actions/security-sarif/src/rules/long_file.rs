//! # What it checks
//!
//! Files with more lines than `most-lines`.
//!
//! # Why
//!
//! A text that nobody reads to its end is as good as none.
//!
//! # Example
//!
//! With `most-lines: 200`, notes of 250 lines: the finding is at line 201.
//!
//! # Instead
//!
//! Take out what is no longer true, or make two files of it.

use gatewright_core::report::{Finding, Location, RuleInfo, Severity};

use crate::judge::{Policy, Text};

/// What this rule is.
pub(crate) const INFO: RuleInfo = RuleInfo {
    id: "long-file",
    title: "A file with too many lines",
    severity: Severity::Medium,
    since: "0.1.0",
    help: "Shorten it, or make two files of it.",
};

/// One finding for each file, at the first line that is too many.
pub(crate) fn check(texts: &[Text], policy: &Policy) -> Vec<Finding> {
    let long = texts.iter().filter(|text| text.lines > policy.most_lines);
    long.map(|text| {
        let message = format!("{} lines are more than {}.", text.lines, policy.most_lines);
        let finding = Finding::new(&INFO, super::CATEGORY, message);
        let line = u32::try_from(policy.most_lines + 1).unwrap_or(u32::MAX);
        match &text.path {
            Some(path) => finding.at(Location::lines(path.clone(), line, line)),
            None => finding,
        }
    })
    .collect()
}
