//! The rules, one file each, and the one list that registers them: [`ALL`].
//!
//! A rule looks at the evidence and finds; whether a finding fails the gate is decided by severity and policy, in core.

mod ambiguous_path;
mod broken_report;
mod file_below_minimum;
mod odd_report;
mod uncovered_changed_lines;
mod unmapped_changed_file;

use gatewright_core::report::{Finding, FindingOutcome, Policy as StatePolicy, RuleInfo, Severity};

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
pub const ALL: [RegisteredRule; 6] = [
    RegisteredRule { info: ambiguous_path::INFO, check: ambiguous_path::check },
    RegisteredRule { info: broken_report::INFO, check: broken_report::check },
    RegisteredRule { info: file_below_minimum::INFO, check: file_below_minimum::check },
    RegisteredRule { info: odd_report::INFO, check: odd_report::check },
    RegisteredRule { info: uncovered_changed_lines::INFO, check: uncovered_changed_lines::check },
    RegisteredRule { info: unmapped_changed_file::INFO, check: unmapped_changed_file::check },
];

/// What the rules are, for the action's description.
pub const INFOS: [RuleInfo; 6] = {
    let mut infos = [ALL[0].info; 6];
    let mut index = 0;
    while index < ALL.len() {
        infos[index] = ALL[index].info;
        index += 1;
    }
    infos
};

pub use broken_report::sentence;

/// The field that all findings of this crate belong to.
pub(crate) const CATEGORY: &str = "coverage";

/// Marks a finding that only explains a state: the state's policy decides over the gate, so it decides how loud
/// the finding is, too.
pub(crate) fn explains_state(mut finding: Finding, policy: StatePolicy) -> Finding {
    (finding.outcome, finding.severity) = match policy {
        StatePolicy::Fail => (FindingOutcome::Unknown, Severity::High),
        StatePolicy::Warn => (FindingOutcome::Unknown, Severity::Medium),
        StatePolicy::Ignore => (FindingOutcome::NotApplicable, Severity::Info),
    };
    finding
}
