//! # What it checks
//!
//! Whether every rule's `security-severity` is a number in a string, if it has one.
//!
//! # Why
//!
//! One rule with a word there makes GitHub refuse the whole upload: "invalid security severity value, is not a number".
//!
//! # Example
//!
//! `"security-severity": "HIGH"`, copied by a scanner out of a user's own rule.
//!
//! # Instead
//!
//! `"security-severity": "8.0"`, or none. GitHub reads 9.0 and more as critical, from 7.0 as high, from 4.0 as medium.

use gatewright_core::report::{Finding, RuleInfo, Severity};

use crate::files::Checked;
use crate::locate::Step;
use crate::log::{Rules, Run};
use crate::rules::over_limit::MOST_RUNS;

/// What this rule is.
pub(crate) const INFO: RuleInfo = RuleInfo {
    id: "bad-severity",
    title: "A security severity is no number",
    severity: Severity::High,
    since: "0.1.0",
    help: "Write a number in a string, such as \"8.0\", or leave it out.",
};

/// One finding for each list of rules with such a severity.
pub(crate) fn check(file: &Checked<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (index, run) in file.log.runs().iter().enumerate().take(MOST_RUNS) {
        for (rules, path) in rules(run) {
            let Some(spot) = &rules.bad_severities else { continue };
            let begin = [Step::Key("runs"), Step::Index(index)];
            let at: Vec<Step> = begin.into_iter().chain(path).chain([Step::Index(spot.first)]).collect();
            let more = match spot.count - 1 {
                0 => String::new(),
                more => format!(", and {} more", super::counted(more, "rule")),
            };
            let message = format!("`security-severity` is \"{}\"{more}", spot.example);
            findings.push(file.finding(&INFO, &message, &at));
        }
    }
    findings
}

/// The lists of rules of a run, with the way to each.
pub(super) fn rules(run: &Run) -> Vec<(&Rules, Vec<Step>)> {
    let own = run.driver().and_then(|driver| driver.rules.as_ref());
    let own = own.map(|rules| (rules, vec![Step::Key("tool"), Step::Key("driver"), Step::Key("rules")]));
    let of_extension = |(index, extension): (usize, &crate::log::Component)| {
        let path = vec![Step::Key("tool"), Step::Key("extensions"), Step::Index(index), Step::Key("rules")];
        Some((index, path)).filter(|_| extension.rules.is_some())
    };
    let extensions = run.extensions().iter().enumerate().filter_map(of_extension);
    let extensions =
        extensions.filter_map(|(index, path)| Some((run.extensions()[index].rules.as_ref()?, path)));
    own.into_iter().chain(extensions).collect()
}
