//! # What it checks
//!
//! Files whose coverage, in the unit their report counts in, is below `minimum-file`.
//!
//! # Why
//!
//! A good total lets single files rot: the untested file is where the next incident is.
//!
//! # Example
//!
//! With `minimum-file: 60`, a file of which 5 of 20 statements run.
//!
//! # Instead
//!
//! Test the file, or, if it is generated, name it in `ignore`.

use gatewright_core::RepoPath;
use gatewright_core::report::{Finding, Location, Measure, MeasureOutcome, RuleInfo, Scope, Severity};

use crate::evidence::Evidence;
use crate::policy::Policy;

/// What this rule is.
pub(crate) const INFO: RuleInfo = RuleInfo {
    id: "file-below-minimum",
    title: "A file below its minimum coverage",
    severity: Severity::High,
    since: "0.1.0",
    help: "Test the file, or name it in `ignore` if it is generated.",
};

/// One finding for each file below the minimum.
pub(crate) fn check(evidence: &Evidence, policy: &Policy) -> Vec<Finding> {
    let Some(minimum) = policy.minimum_file else { return Vec::new() };
    let mut findings = Vec::new();
    for (name, file, totals) in evidence.files() {
        let unit = file.native_unit();
        let ratio = totals.ratio(unit);
        let measure = Measure::percent("", Scope::Total, ratio.covered, ratio.total, Some(minimum));
        if measure.outcome != MeasureOutcome::Fail {
            continue;
        }
        let message = format!(
            "{} of {} {} are covered ({}), at least {minimum} % is required.",
            ratio.covered,
            ratio.total,
            unit.name(),
            measure.display
        );
        let finding = Finding::new(&INFO, super::CATEGORY, message);
        findings.push(match RepoPath::from_git(name) {
            Ok(path) if evidence.mapped.contains(name) => finding.at(Location::file(path)),
            // Without a place, only the message can say which file it is.
            _ => Finding { message: format!("{name}: {}", finding.message), ..finding },
        });
    }
    findings
}
