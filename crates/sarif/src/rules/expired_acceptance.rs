//! # What it checks
//!
//! Acceptances with a day that has passed: in scanners' reports (`expiryUtc`), and entries of other tools' lists.
//!
//! # Why
//!
//! Somebody promised to look again by that day. The finding counts from then on.
//!
//! # Example
//!
//! `CVE-2024-1234 exp:2026-01-31` in `.trivyignore`, in February.
//!
//! # Instead
//!
//! Mend what it accepted and remove it, or have its owner renew the day.

use std::collections::BTreeSet;

use gatewright_core::report::{Finding, FindingOutcome, Location, RuleInfo, Severity};

use super::CATEGORY;
use crate::accept::{Acceptance, EntryTrouble, acceptance};
use crate::evidence::Evidence;
use crate::findings::stands;
use crate::policy::Policy;

/// What this rule is.
pub(crate) const INFO: RuleInfo = RuleInfo {
    id: "expired-acceptance",
    title: "An acceptance of another tool has expired",
    severity: Severity::Medium,
    since: "0.1.0",
    help: "Mend what it accepted and remove it, or have its owner renew the day.",
};

/// One finding for each entry of a list, and one for each rule and file of a report.
pub(crate) fn check(evidence: &Evidence, policy: &Policy) -> Vec<Finding> {
    let mut found: BTreeSet<(String, Option<Location>)> = BTreeSet::new();
    for run in &evidence.runs {
        for alert in run.alerts.iter().filter(|alert| stands(alert)) {
            let Acceptance::Refused { why, has_expired: true } =
                acceptance(alert, &run.tool.name, policy.inline_markers, evidence.today)
            else {
                continue;
            };
            let place = alert.places.first().and_then(|place| place.path.clone()).map(Location::file);
            let rule = &run.rules[alert.rule].id;
            found.insert((format!("The acceptance of `{rule}` of {} {why}.", run.tool.name), place));
        }
    }
    let entries = evidence.about_lists.iter().filter(|entry| entry.trouble == EntryTrouble::Expired);
    found.extend(entries.map(|entry| (entry.message.clone(), entry.at.clone())));
    let finding = |(message, at): (String, Option<Location>)| {
        let mut finding = Finding::new(&INFO, CATEGORY, message);
        finding.outcome = FindingOutcome::Unknown;
        finding.location = at;
        finding
    };
    found.into_iter().map(finding).collect()
}
