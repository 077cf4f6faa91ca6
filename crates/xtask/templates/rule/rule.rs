//! # What it checks
//!
//! …
//!
//! # Why
//!
//! …
//!
//! # Example
//!
//! …
//!
//! # Instead
//!
//! …

use gatewright_core::report::{Finding, RuleInfo, Severity};

{{uses}}
/// What this rule is.
pub(crate) const INFO: RuleInfo = RuleInfo {
    id: "{{id}}",
    title: "{{title}}",
    severity: Severity::{{severity}},
    since: "{{version}}",
    help: "…",
};

/// One finding for each …
pub(crate) fn check({{arguments}}) -> Vec<Finding> {
    Vec::new()
}
