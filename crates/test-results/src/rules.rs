//! The rules, one file each, and the one list that registers them: [`ALL`].
//!
//! A rule looks at the evidence and finds; whether a finding fails the gate is decided by severity and policy, in core.

mod broken_report;
mod expired_quarantine;
mod failed_test;
mod flaky_test;
mod idle_quarantine;
mod odd_report;
mod unmatched_quarantine;

use gatewright_core::fingerprint;
use gatewright_core::report::{Finding, RuleInfo};

use crate::evidence::Evidence;
use crate::policy::Policy;
use crate::quarantine::{EntryStanding, Quarantine};

/// A rule and its check.
#[derive(Clone, Copy, Debug)]
pub struct RegisteredRule {
    /// What it is.
    pub info: RuleInfo,
    /// What it finds.
    pub check: fn(&Evidence, &Policy) -> Vec<Finding>,
}

/// Every rule, by id.
pub const ALL: [RegisteredRule; 7] = [
    RegisteredRule { info: broken_report::INFO, check: broken_report::check },
    RegisteredRule { info: expired_quarantine::INFO, check: expired_quarantine::check },
    RegisteredRule { info: failed_test::INFO, check: failed_test::check },
    RegisteredRule { info: flaky_test::INFO, check: flaky_test::check },
    RegisteredRule { info: idle_quarantine::INFO, check: idle_quarantine::check },
    RegisteredRule { info: odd_report::INFO, check: odd_report::check },
    RegisteredRule { info: unmatched_quarantine::INFO, check: unmatched_quarantine::check },
];

/// What the rules are, for the action's description.
pub const INFOS: [RuleInfo; 7] = {
    let mut infos = [ALL[0].info; 7];
    let mut index = 0;
    while index < ALL.len() {
        infos[index] = ALL[index].info;
        index += 1;
    }
    infos
};

/// What there is to say about the entries of the quarantine.
pub(crate) fn about_quarantine(evidence: &Evidence) -> Vec<String> {
    let policy = Policy::default();
    let checks = [expired_quarantine::check, unmatched_quarantine::check, idle_quarantine::check];
    let findings = checks.into_iter().flat_map(|check| check(evidence, &policy));
    findings.map(|finding| finding.message).collect()
}

/// A finding about each entry of the quarantine of which there is something to say.
fn entries(
    evidence: &Evidence,
    rule: &RuleInfo,
    say: impl Fn(&Quarantine, &EntryStanding) -> Option<String>,
) -> Vec<Finding> {
    let all = evidence.quarantine.iter().zip(&evidence.quarantined.entries);
    all.filter_map(|(entry, standing)| {
        let variant = entry.variant.as_ref().map(|variant| format!(" ({variant})")).unwrap_or_default();
        let what = say(entry, standing)?;
        let message =
            format!("The quarantine of `{}`{variant} by {} {what}.", entry.test.text(), entry.owner);
        let mut finding = Finding::new(rule, CATEGORY, message).at(entry.written_at.clone());
        finding.fingerprint = fingerprint(&[rule.id, entry.test.text(), &variant, &entry.owner]);
        Some(finding)
    })
    .collect()
}

/// The field that all findings of this crate belong to.
pub(crate) const CATEGORY: &str = "tests";

/// Findings of one rule at most: a report of a hundred thousand failures is told by its numbers.
pub(crate) const MOST_FINDINGS: usize = 1000;
