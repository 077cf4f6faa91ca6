//! The rules, one file each, and the one list that registers them.

mod comment_not_sent;

use gatewright_core::report::RuleInfo;

pub(crate) use comment_not_sent::check as comment_not_sent;

/// What the rules are, for the action's description.
pub(crate) const INFOS: [RuleInfo; 1] = [comment_not_sent::INFO];

/// The field that all findings of these rules belong to.
pub(crate) const CATEGORY: &str = "comment";
