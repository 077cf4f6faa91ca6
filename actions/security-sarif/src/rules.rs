//! The rules, one file each, and the one list that registers them: [`ALL`].

mod long_file;

use gatewright_core::report::{Finding, RuleInfo};

use crate::judge::{Policy, Text};

/// A rule and its check.
#[derive(Clone, Copy, Debug)]
pub struct RegisteredRule {
    /// What it is.
    pub info: RuleInfo,
    /// What it finds.
    pub check: fn(&[Text], &Policy) -> Vec<Finding>,
}

/// Every rule, by id.
pub const ALL: [RegisteredRule; 1] = [RegisteredRule { info: long_file::INFO, check: long_file::check }];

/// What the rules are, for the action's description.
pub const INFOS: [RuleInfo; 1] = {
    let mut infos = [ALL[0].info; 1];
    let mut index = 0;
    while index < ALL.len() {
        infos[index] = ALL[index].info;
        index += 1;
    }
    infos
};

/// The field that all findings of these rules belong to.
pub(crate) const CATEGORY: &str = "text";
