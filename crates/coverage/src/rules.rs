//! The rules, one file each, and the one list that registers them: [`ALL`].
//!
//! A rule looks at the evidence and finds; whether a finding fails the gate is decided by severity and policy, in core.

mod ambiguous_path;
mod broken_report;
mod file_above_uncovered;
mod file_below_minimum;
mod file_dropped;
mod odd_report;
mod producer_total_differs;
mod uncovered_changed_lines;
mod unmapped_changed_file;

use gatewright_core::RepoPath;
use gatewright_core::report::{Finding, Location, RuleInfo};

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
pub const ALL: [RegisteredRule; 9] = [
    RegisteredRule { info: ambiguous_path::INFO, check: ambiguous_path::check },
    RegisteredRule { info: broken_report::INFO, check: broken_report::check },
    RegisteredRule { info: file_above_uncovered::INFO, check: file_above_uncovered::check },
    RegisteredRule { info: file_below_minimum::INFO, check: file_below_minimum::check },
    RegisteredRule { info: file_dropped::INFO, check: file_dropped::check },
    RegisteredRule { info: odd_report::INFO, check: odd_report::check },
    RegisteredRule { info: producer_total_differs::INFO, check: producer_total_differs::check },
    RegisteredRule { info: uncovered_changed_lines::INFO, check: uncovered_changed_lines::check },
    RegisteredRule { info: unmapped_changed_file::INFO, check: unmapped_changed_file::check },
];

/// What the rules are, for the action's description.
pub const INFOS: [RuleInfo; 9] = {
    let mut infos = [ALL[0].info; 9];
    let mut index = 0;
    while index < ALL.len() {
        infos[index] = ALL[index].info;
        index += 1;
    }
    infos
};

/// The field that all findings of this crate belong to.
pub(crate) const CATEGORY: &str = "coverage";

/// A finding about a measured file, at the file if it is one of the repository.
pub(crate) fn about_file(rule: &RuleInfo, evidence: &Evidence, path: &str, message: &str) -> Finding {
    match RepoPath::from_git(path) {
        Ok(place) if evidence.mapped.contains(path) => {
            Finding::new(rule, CATEGORY, message).at(Location::file(place))
        }
        // Without a place, only the message can say which file it is.
        _ => Finding::new(rule, CATEGORY, format!("{path}: {message}")),
    }
}
