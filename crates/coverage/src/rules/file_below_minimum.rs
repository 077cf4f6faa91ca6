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

use std::collections::BTreeSet;

use gatewright_core::decimal::floored_percent;
use gatewright_core::report::{Finding, RuleInfo, Severity};

use crate::evidence::Evidence;
use crate::policy::Policy;
use crate::policy::bounds::{Breadth, Limit};

/// What this rule is.
pub(crate) const INFO: RuleInfo = RuleInfo {
    id: "file-below-minimum",
    title: "A file below its minimum coverage",
    severity: Severity::High,
    since: "0.1.0",
    help: "Test the file, or name it in `ignore` if it is generated.",
};

/// One finding for each file below the minimum, in each unit.
pub(crate) fn check(evidence: &Evidence, policy: &Policy) -> Vec<Finding> {
    let gate = policy.gates.of(Limit::Minimum, Breadth::File);
    let mut findings = Vec::new();
    if gate.is_idle() {
        return findings;
    }
    for (path, file, totals) in evidence.files() {
        for (unit, minimum) in gate.of(path, &BTreeSet::from([file.native_unit()])) {
            let ratio = totals.ratio(unit);
            let Some(percent) = floored_percent(ratio.covered, ratio.total) else { continue };
            if !minimum.cmp_fraction(u128::from(ratio.covered) * 100, ratio.total.into()).is_gt() {
                continue;
            }
            let message = format!(
                "{} of {} {} are covered ({percent} %), at least {minimum} % is required.",
                ratio.covered,
                ratio.total,
                unit.name(),
            );
            findings.push(super::about_file(&INFO, evidence, path, &message));
        }
    }
    findings
}
