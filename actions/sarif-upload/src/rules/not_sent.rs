//! # What it checks
//!
//! Whether the files reached GitHub, where nothing went wrong but something is not there: a token, a permission, or the
//! wish to send anything.
//!
//! # Why
//!
//! On pull requests from forks and of Dependabot a job's token may only read. That is as it should be, but nobody should
//! look for alerts in vain; so the exact upload is told that would have been made.
//!
//! # Example
//!
//! The event `pull_request` of a fork: the files are there, and GitHub refuses them.
//!
//! # Instead
//!
//! Give the job `security-events: write`. Where the upload must be made, set `on-refused: fail`.

use gatewright_core::report::{Finding, FindingOutcome, Policy, RuleInfo, Severity};

/// What this rule is.
pub(crate) const INFO: RuleInfo = RuleInfo {
    id: "not-sent",
    title: "The results were not uploaded",
    severity: Severity::Info,
    since: "0.1.0",
    help: "Give the job `security-events: write`.",
};

/// The state that it explains.
pub(crate) const REFUSED: &str = "refused";

/// The finding: why, what would have been sent, and the next step. A policy decides over a refusal; to have wished for
/// none is a notice.
pub(crate) fn finding(message: &str, help: &str, refused: Option<Policy>) -> Finding {
    let mut finding = Finding::new(&INFO, super::CATEGORY, message);
    if let Some(policy) = refused {
        finding = finding.explaining(REFUSED, policy);
    }
    // It is told, and no severity makes it fail: the policy does.
    finding.outcome = FindingOutcome::Unknown;
    finding.help = Some(help.to_owned());
    finding
}
