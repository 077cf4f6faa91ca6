//! # What it checks
//!
//! Files whose coverage fell since the baseline by more percentage points than `max-drop-file` allows.
//!
//! # Why
//!
//! Tests that are deleted or no longer run show in the files that they covered long before they show in a total.
//!
//! # Example
//!
//! With `max-drop-file: 5`, a file that had 18 of 20 lines covered and now has 12 of 20.
//!
//! # Instead
//!
//! Find the test that no longer runs the file. A file is not held to it where no more of it is uncovered than before, so
//! that removing covered code is no drop, unless `removed-code` says otherwise.

use std::collections::BTreeSet;

use gatewright_core::report::{Finding, Fraction, Measure, MeasureOutcome, RuleInfo, Scope, Severity};

use crate::Ratio;
use crate::evidence::Evidence;
use crate::gates::{Before, PartsBefore};
use crate::policy::bounds::{Breadth, Limit};
use crate::policy::{Policy, RemovedCode};

/// What this rule is.
pub(crate) const INFO: RuleInfo = RuleInfo {
    id: "file-dropped",
    title: "A file that lost coverage",
    severity: Severity::High,
    since: "0.1.0",
    help: "Find the test that no longer runs it.",
};

/// One finding for each file that fell too far, in each unit.
pub(crate) fn check(evidence: &Evidence, policy: &Policy) -> Vec<Finding> {
    let gate = policy.gates.of(Limit::MaxDrop, Breadth::File);
    let mut findings = Vec::new();
    if gate.is_idle() {
        return findings;
    }
    let before = PartsBefore::of(evidence);
    for (path, file, totals) in evidence.files() {
        let Before::Was(was) = before.file(path) else { continue };
        for (unit, most) in gate.of(path, &BTreeSet::from([file.native_unit()])) {
            let (was, is) = (was.ratio(unit), totals.ratio(unit));
            let drop = Measure::drop("", Scope::Total, fraction(was), fraction(is), Some(most));
            let forgiven = policy.removed_code == RemovedCode::Forgive && is.missed() <= was.missed();
            if drop.outcome != MeasureOutcome::Fail || forgiven {
                continue;
            }
            let message = format!(
                "{} of {} {} were covered, now {} of {}: a drop of {}, at most {most} may be.",
                was.covered,
                was.total,
                unit.name(),
                is.covered,
                is.total,
                drop.display,
            );
            findings.push(super::about_file(&INFO, evidence, path, &message));
        }
    }
    findings
}

fn fraction(ratio: Ratio) -> Fraction {
    Fraction { numerator: ratio.covered, denominator: ratio.total }
}
