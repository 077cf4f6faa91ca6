//! # What it checks
//!
//! Reports of which a part is missing from the picture: records that break the format's grammar, a report that ends in
//! the middle, a file that is no coverage report at all.
//!
//! # Why
//!
//! A report that was cut on its way looks like a project with less code. Judging what is left would be a verdict
//! about something else.
//!
//! # Example
//!
//! A Go profile whose last line is `example.com/m/a.go:12.3,14.` because the disk was full.
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
    title: "A coverage report that can't be read whole",
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
                finding.help = Some(report.help.clone());
                findings.push(finding);
            }
        }
    }
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
        let expected = if diagnostic.expected.is_empty() {
            String::new()
        } else {
            format!(", expected {}", diagnostic.expected)
        };
        let found = if diagnostic.found.is_empty() {
            String::new()
        } else {
            format!("; found `{}`", diagnostic.found)
        };
        let place = format!("{}:{}:{}", report.shown, diagnostic.line, diagnostic.column);
        let mut finding = unknown(rule, format!("{place}: {}{found}{expected}.", diagnostic.message), report);
        finding.location = self::place(report, diagnostic);
        if !diagnostic.help().is_empty() {
            finding.help = Some(sentence(diagnostic.help()));
        }
        finding.properties.insert("kind", diagnostic.kind.id().to_owned());
        finding
    };
    diagnostics.filter(|diagnostic| diagnostic.kind.weight() == weight).map(finding).collect()
}

/// The line of the report that a diagnostic speaks of.
pub(super) fn place(report: &ReportEvidence, diagnostic: &Diagnostic) -> Option<Location> {
    let line = u32::try_from(diagnostic.line).unwrap_or(u32::MAX).max(1);
    report.path.clone().map(|path| Location::lines(path, line, line))
}

/// A finding about the report itself: it decides nothing, the state beside it does.
fn unknown(rule: &RuleInfo, message: String, report: &ReportEvidence) -> Finding {
    let mut finding = Finding::new(rule, super::CATEGORY, message);
    finding.outcome = FindingOutcome::Unknown;
    finding.location = report.path.clone().map(Location::file);
    finding
}
