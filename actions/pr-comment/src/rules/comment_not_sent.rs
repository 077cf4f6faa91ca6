//! # What it checks
//!
//! Whether the comment reached the pull request, where nothing went wrong but something is not there: a pull request, a
//! token, a permission.
//!
//! # Why
//!
//! On pull requests from forks and of Dependabot a job's token may only read, and a push may belong to no pull request.
//! That is as it should be and fails nothing, but nobody should look for a comment in vain.
//!
//! # Example
//!
//! The event `pull_request` of a fork: the reports are there, and GitHub refuses the comment.
//!
//! # Instead
//!
//! Give the job `pull-requests: write`; for forks, run `pr-comment` in a second workflow on `workflow_run`. Where the
//! comment must be there, set `required`.

use gatewright_core::report::{Finding, FindingOutcome, RuleInfo, Severity};

/// What this rule is.
pub(crate) const INFO: RuleInfo = RuleInfo {
    id: "comment-not-sent",
    title: "The comment was not sent",
    severity: Severity::Info,
    since: "0.1.0",
    help: "Give the job `pull-requests: write`; for forks, comment in a second workflow on `workflow_run`.",
};

/// The finding, where there is a reason.
pub(crate) fn check(reason: Option<&(String, String)>) -> Option<Finding> {
    let (message, help) = reason?;
    let mut finding = Finding::new(&INFO, super::CATEGORY, message);
    finding.help = Some(help.clone());
    // It is told, and no severity makes it fail: `required` does.
    finding.outcome = FindingOutcome::Unknown;
    Some(finding)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_is_a_notice() {
        assert!(check(None).is_none());
        let finding = check(Some(&("why".into(), "Do.".into()))).unwrap();
        assert_eq!((finding.outcome, finding.severity), (FindingOutcome::Unknown, Severity::Info));
    }
}
