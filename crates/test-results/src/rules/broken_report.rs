//! # What it checks
//!
//! Reports of which a part may be missing: XML that is not well-formed, events that are no whole records, a report that
//! ends in the middle, a file that is no report at all.
//!
//! # Why
//!
//! A report that was cut on its way looks like a suite with fewer tests. What is missing may be what failed.
//!
//! # Example
//!
//! A JUnit file without its last line, because the process that wrote it was killed.
//!
//! # Instead
//!
//! Make the report anew. What the verdict makes of it is the policy `on-unreadable-report`, by default `fail`.

use gatewright_core::failure::sentence;
use gatewright_core::report::{Finding, FindingOutcome, Location, RuleInfo, Severity};

use crate::diagnostic::{Diagnostic, Weight};
use crate::evidence::{Evidence, ReportEvidence};
use crate::policy::Policy;

/// What this rule is.
pub(crate) const INFO: RuleInfo = RuleInfo {
    id: "broken-report",
    title: "A report of test results that can't be read whole",
    severity: Severity::High,
    since: "0.1.0",
    help: "Make the report anew.",
};

/// One finding for each broken record, and one for each report that is none.
pub(crate) fn check(evidence: &Evidence, policy: &Policy) -> Vec<Finding> {
    let mut findings = Vec::new();
    for report in &evidence.reports {
        match &report.content {
            Ok(content) => {
                findings.extend(of_weight(report, &INFO, Weight::Broken, content.diagnostics.iter()));
            }
            Err(message) => {
                let mut finding = unknown(&INFO, format!("{}: {message}.", report.shown), report);
                finding.help = Some(sentence(&report.help));
                findings.push(finding);
            }
        }
    }
    findings.truncate(super::MOST_FINDINGS);
    let loud = |finding: Finding| finding.explaining("unreadable-report", policy.on_unreadable_report);
    findings.into_iter().map(loud).collect()
}

/// Diagnostics of a weight as findings of a rule.
pub(super) fn of_weight<'a>(
    report: &ReportEvidence,
    rule: &RuleInfo,
    weight: Weight,
    diagnostics: impl Iterator<Item = &'a Diagnostic>,
) -> Vec<Finding> {
    let finding = |diagnostic: &Diagnostic| {
        let found = if diagnostic.found.is_empty() {
            String::new()
        } else {
            format!("; found `{}`", diagnostic.found)
        };
        let place = format!("{}:{}:{}", report.shown, diagnostic.line, diagnostic.column);
        let mut finding = unknown(rule, format!("{place}: {}{found}.", diagnostic.message), report);
        if let Some(location) = &mut finding.location {
            let line = u32::try_from(diagnostic.line).unwrap_or(u32::MAX).max(1);
            location.line = Some(line);
            location.end_line = Some(line);
        }
        if !diagnostic.help().is_empty() {
            finding.help = Some(sentence(diagnostic.help()));
        }
        finding.properties.insert("kind", diagnostic.kind.id().to_owned());
        finding
    };
    diagnostics.filter(|diagnostic| diagnostic.kind.weight() == weight).map(finding).collect()
}

/// A finding about the report itself: it decides nothing, the state beside it does.
fn unknown(rule: &RuleInfo, message: String, report: &ReportEvidence) -> Finding {
    let mut finding = Finding::new(rule, super::CATEGORY, message);
    finding.outcome = FindingOutcome::Unknown;
    finding.location = report.path.clone().map(Location::file);
    finding
}
