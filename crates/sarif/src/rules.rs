//! The rules about the reports themselves, one file each, and the one list that registers them: [`ALL`]. What scanners
//! found keeps their own rules.

mod broken_scan;
mod expired_acceptance;
mod odd_scan;
mod unmatched_acceptance;
mod unreadable_acceptance;

use gatewright_core::report::{Finding, FindingOutcome, Location, RuleInfo};

use crate::evidence::{Evidence, ScanReport};
use crate::fault::{Fault, Faults, Weight};
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
pub const ALL: [RegisteredRule; 5] = [
    RegisteredRule { info: broken_scan::INFO, check: broken_scan::check },
    RegisteredRule { info: expired_acceptance::INFO, check: expired_acceptance::check },
    RegisteredRule { info: odd_scan::INFO, check: odd_scan::check },
    RegisteredRule { info: unmatched_acceptance::INFO, check: unmatched_acceptance::check },
    RegisteredRule { info: unreadable_acceptance::INFO, check: unreadable_acceptance::check },
];

/// What the rules are, for the action's description.
pub const INFOS: [RuleInfo; 5] = {
    let mut infos = [ALL[0].info; 5];
    let mut index = 0;
    while index < ALL.len() {
        infos[index] = ALL[index].info;
        index += 1;
    }
    infos
};

/// The field that findings about reports belong to.
pub(crate) const CATEGORY: &str = "scan";

/// Faults of a weight as findings of a rule.
fn of_weight(report: &ScanReport, faults: &Faults, weight: Weight, rule: &RuleInfo) -> Vec<Finding> {
    let finding = |fault: &Fault| {
        let place = match fault.line {
            0 => report.shown.clone(),
            line => format!("{}:{line}:{}", report.shown, fault.column),
        };
        let more = faults.count(fault.kind);
        let is_last = faults.kept().iter().rfind(|known| known.kind == fault.kind) == Some(fault);
        let told = faults.kept().iter().filter(|known| known.kind == fault.kind).count() as u64;
        let more = if is_last && more > told {
            format!(" (and {} more like it)", more - told)
        } else {
            String::new()
        };
        let mut finding = about(rule, report, format!("{place}: {}{more}.", fault.message));
        if let (Some(location), 1..) = (&mut finding.location, fault.line) {
            (location.line, location.end_line) = (Some(fault.line), Some(fault.line));
        }
        if !fault.kind.help().is_empty() {
            finding.help = Some(fault.kind.help().to_owned());
        }
        finding.properties.insert("kind", fault.kind.id().to_owned());
        finding
    };
    faults.kept().iter().filter(|fault| fault.kind.weight() == weight).map(finding).collect()
}

/// A finding about a report: it decides nothing, the state beside it does.
fn about(rule: &RuleInfo, report: &ScanReport, message: String) -> Finding {
    let mut finding = Finding::new(rule, CATEGORY, message);
    finding.outcome = FindingOutcome::Unknown;
    finding.location = report.path.clone().map(Location::file);
    finding
}
