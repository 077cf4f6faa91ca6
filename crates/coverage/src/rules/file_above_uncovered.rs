//! # What it checks
//!
//! Files with more uncovered statements, lines, branches or functions than `max-uncovered-file` allows.
//!
//! # Why
//!
//! A percentage forgives a large file what it does not forgive a small one: 90 % of 5,000 lines leave 500 that nobody
//! runs.
//!
//! # Example
//!
//! With `max-uncovered-file: 100`, a file of 5,000 lines of which 4,500 run.
//!
//! # Instead
//!
//! Test the file, split it, or give it a bound of its own behind the general one: `src/legacy/** 800`.

use std::collections::BTreeSet;

use gatewright_core::report::{Finding, RuleInfo, Severity};

use crate::evidence::Evidence;
use crate::policy::Policy;
use crate::policy::bounds::{Breadth, Limit};

/// What this rule is.
pub(crate) const INFO: RuleInfo = RuleInfo {
    id: "file-above-uncovered",
    title: "A file with too much uncovered",
    severity: Severity::High,
    since: "0.1.0",
    help: "Test the file, or give it a bound of its own in `max-uncovered-file`.",
};

/// One finding for each file with too much uncovered, in each unit.
pub(crate) fn check(evidence: &Evidence, policy: &Policy) -> Vec<Finding> {
    let gate = policy.gates.of(Limit::MaxUncovered, Breadth::File);
    let mut findings = Vec::new();
    if gate.is_idle() {
        return findings;
    }
    for (path, file, totals) in evidence.files() {
        for (unit, most) in gate.of(path, &BTreeSet::from([file.native_unit()])) {
            let ratio = totals.ratio(unit);
            if most.cmp_fraction(ratio.missed().into(), 1).is_lt() {
                let (missed, total, unit) = (ratio.missed(), ratio.total, unit.name());
                let message = format!("{missed} of {total} {unit} are not covered, at most {most} may be.");
                findings.push(super::about_file(&INFO, evidence, path, &message));
            }
        }
    }
    findings
}
