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

use gatewright_core::report::{Finding, RuleInfo, Severity};

use crate::collect::Failure;
use crate::evidence::Evidence;
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
    failures(evidence, |failure| failure.outcome != TestOutcome::Flaky || failure.failed_by_runner)
        .map(|(failure, mut finding)| {
            let verb = match (failure.subject, failure.outcome) {
                (Subject::OutsideTests, _) => "Failed outside of tests",
                (_, TestOutcome::Flaky) => "Failed by the runner's policy, though an attempt passed",
                (_, TestOutcome::Errored) => "Could not be carried out",
                _ => "Failed",
            };
            finding.message = message(failure, verb);
            finding.under(policy.of_failure(failure))
        })
        .collect()
}

/// Findings without words for the failures that are wanted.
pub(super) fn failures<'a>(
    evidence: &'a Evidence,
    wanted: impl Fn(&Failure) -> bool + 'a,
) -> impl Iterator<Item = (&'a Failure, Finding)> + 'a {
    let listed = evidence.results.failures.iter().zip(&evidence.locations);
    listed.filter(move |(failure, _)| wanted(failure)).take(super::MOST_FINDINGS).map(
        |(failure, location)| {
            let mut finding = Finding::new(&INFO, super::CATEGORY, "");
            finding.location.clone_from(location);
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
            (failure, finding)
        },
    )
}

/// `Failed: a test (linux): expected 1`.
pub(super) fn message(failure: &Failure, verb: &str) -> String {
    let variant = if failure.variant.is_empty() { String::new() } else { format!(" ({})", failure.variant) };
    let first = first_line(&failure.detail.message);
    let why = if first.is_empty() { String::new() } else { format!(": {first}") };
    format!("{verb}: {}{variant}{why}", failure.title())
}

/// The first line that says something.
fn first_line(text: &str) -> &str {
    let line = text.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default();
    crate::text::cut_str(line, 300)
}
