//! The rules, one file each, and the one list that registers them: [`ALL`].
//!
//! A rule looks at the evidence and finds; whether a finding fails the gate is decided by severity and policy, in core.

mod broken_report;
mod failed_test;
mod flaky_test;
mod odd_report;

use gatewright_core::report::{Finding, RuleInfo};

use crate::evidence::Evidence;
use crate::policy::Policy;

/// A rule and its check.
#[derive(Clone, Copy, Debug)]
pub struct RegisteredRule {
    /// What it is.
    pub info: RuleInfo,
    /// What it finds.
    pub check: fn(&Evidence, &Policy) -> Vec<Finding>,
}

/// Every rule, by id.
pub const ALL: [RegisteredRule; 4] = [
    RegisteredRule { info: broken_report::INFO, check: broken_report::check },
    RegisteredRule { info: failed_test::INFO, check: failed_test::check },
    RegisteredRule { info: flaky_test::INFO, check: flaky_test::check },
    RegisteredRule { info: odd_report::INFO, check: odd_report::check },
];

/// What the rules are, for the action's description.
pub const INFOS: [RuleInfo; 4] = {
    let mut infos = [ALL[0].info; 4];
    let mut index = 0;
    while index < ALL.len() {
        infos[index] = ALL[index].info;
        index += 1;
    }
    infos
};

/// The field that all findings of this crate belong to.
pub(crate) const CATEGORY: &str = "tests";

/// Findings of one rule at most: a report of a hundred thousand failures is told by its numbers.
pub(crate) const MOST_FINDINGS: usize = 1000;
