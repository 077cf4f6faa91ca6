//! # What it checks
//!
//! Tests that failed, that could not be carried out or did not end, and what failed outside of any test: a package
//! that does not build, the teardown of a suite, a process that crashed.
//!
//! # Why
//!
//! A failing test says that the change, or what it builds on, does not do what somebody relied on.
//!
//! # Example
//!
//! ```text
//! --- FAIL: TestParse (0.00s)
//!     parse_test.go:12: got 1, want 2
//! ```
//!
//! # Instead
//!
//! Mend the code or the test. A test that also passes in another attempt is flaky, and has a policy of its own. What
//! the verdict makes of a failure is the policy `on-failure`, by default `fail`.

use gatewright_core::report::{Change, Finding, RuleInfo, SECTION_PROPERTY, Severity, WaiverMark};

use crate::compare::Standing;
use crate::evidence::{Evidence, FailureEvidence};
use crate::model::Subject;
use crate::policy::Policy;
use crate::table::TestOutcome;

/// What this rule is.
pub(crate) const INFO: RuleInfo = RuleInfo {
    id: "failed-test",
    title: "A test that failed",
    severity: Severity::High,
    since: "0.1.0",
    help: "Mend the code or the test.",
};

/// One finding for each failing test, up to a limit.
pub(crate) fn check(evidence: &Evidence, policy: &Policy) -> Vec<Finding> {
    let bad = evidence.failures().filter(FailureEvidence::is_bad).take(super::MOST_FINDINGS);
    bad.map(|evidence| {
        let failure = evidence.failure;
        let verb = match (failure.subject, failure.outcome) {
            (Subject::OutsideTests, _) => "Failed outside of tests",
            (_, TestOutcome::Flaky) => "Failed by the runner's policy, though an attempt passed",
            (_, TestOutcome::Errored) => "Could not be carried out",
            _ => "Failed",
        };
        let mut finding = finding(&INFO, &evidence, verb, policy);
        if failure.subject == Subject::OutsideTests {
            finding.help = Some("Look at its output: tests behind it may not have run.".to_owned());
        }
        finding
    })
    .collect()
}

/// A finding about a failing or flaky test.
pub(super) fn finding(
    rule: &RuleInfo,
    evidence: &FailureEvidence<'_>,
    verb: &str,
    policy: &Policy,
) -> Finding {
    let failure = evidence.failure;
    let mut finding =
        Finding::new(rule, super::CATEGORY, message(evidence, verb)).under(evidence.policy(policy));
    finding.location = evidence.location.cloned();
    // A fingerprint of the test, not of its place: lines move.
    finding.fingerprint = format!("{:016x}", failure.id.0);
    let properties = [
        ("suite", &failure.suite),
        ("class", &failure.class),
        ("name", &failure.name),
        ("variant", &failure.variant),
        ("kind", &failure.detail.kind),
    ];
    for (key, value) in properties.into_iter().filter(|(_, value)| !value.is_empty()) {
        finding.properties.insert(key.to_owned(), value.clone());
    }
    finding.change = match evidence.standing {
        Some(Standing::New { .. }) => Some(Change::New),
        Some(Standing::Known { .. } | Standing::FlakyBefore { .. }) => Some(Change::Unchanged),
        _ => None,
    };
    if evidence.quarantine.is_some() {
        finding.properties.insert(SECTION_PROPERTY, crate::sections::QUARANTINED);
    }
    finding.waiver = evidence.quarantine.map(|entry| {
        Box::new(WaiverMark {
            owner: entry.owner.clone(),
            reason: entry.reason.clone(),
            until: Some(entry.until.to_string()),
        })
    });
    finding
}

/// `Failed: a test (linux), new: expected 1`.
fn message(evidence: &FailureEvidence<'_>, verb: &str) -> String {
    let failure = evidence.failure;
    let variant = if failure.variant.is_empty() { String::new() } else { format!(" ({})", failure.variant) };
    let standing = evidence
        .standing
        .map(|standing| crate::compare::shown(standing, failure.subject))
        .unwrap_or_default();
    let standing = if standing.is_empty() { standing } else { format!(", {standing}") };
    let first = first_line(&failure.detail.message);
    let why = if first.is_empty() { String::new() } else { format!(": {first}") };
    format!("{verb}: {}{variant}{standing}{why}", failure.title())
}

/// The first line that says something.
fn first_line(text: &str) -> &str {
    let line = text.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default();
    crate::text::cut_str(line, 300)
}
