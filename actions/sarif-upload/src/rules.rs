//! The rules, one file each, and the one list that registers them. What is of high severity makes GitHub refuse a file
//! whole, so such a file is not sent.

pub(crate) mod bad_severity;
pub(crate) mod cut_results;
pub(crate) mod duplicate_run;
pub(crate) mod invalid_sarif;
pub(crate) mod no_fingerprint;
pub(crate) mod not_sent;
pub(crate) mod outside_checkout;
pub(crate) mod over_limit;
pub(crate) mod processing_errors;
pub(crate) mod rejected;
pub(crate) mod unusable_location;

use gatewright_core::report::{Finding, RuleInfo};

use crate::files::Checked;

/// What the rules are, for the action's description.
pub(crate) const INFOS: [RuleInfo; 11] = [
    bad_severity::INFO,
    cut_results::INFO,
    duplicate_run::INFO,
    invalid_sarif::INFO,
    no_fingerprint::INFO,
    not_sent::INFO,
    outside_checkout::INFO,
    over_limit::INFO,
    processing_errors::INFO,
    rejected::INFO,
    unusable_location::INFO,
];

/// The field that all findings of these rules belong to.
pub(crate) const CATEGORY: &str = "upload";

/// What is wrong with a file.
pub(crate) fn check(file: &Checked<'_>) -> Vec<Finding> {
    let checks = [
        invalid_sarif::check,
        over_limit::check,
        duplicate_run::check,
        unusable_location::check,
        outside_checkout::check,
        bad_severity::check,
        cut_results::check,
        no_fingerprint::check,
    ];
    checks.iter().flat_map(|check| check(file)).collect()
}

/// `1 result`, `2 results`.
pub(crate) fn counted(count: u64, thing: &str) -> String {
    if count == 1 { format!("1 {thing}") } else { format!("{count} {thing}s") }
}
