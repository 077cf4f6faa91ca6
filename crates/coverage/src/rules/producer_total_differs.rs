//! # What it checks
//!
//! Totals that a report states about itself and that are not what its records add up to.
//!
//! # Why
//!
//! Two numbers for one thing make people distrust both. This gate always counts the records; where the producer counts
//! in another way, for a reason that is known, the finding says which.
//!
//! # Example
//!
//! `LF:12` behind eleven `DA` records of a file.
//!
//! # Instead
//!
//! Nothing, where the reason is known. Else the report was edited, cut or joined by something that did not count anew:
//! make it again with the tool itself. A finding of this rule does not change the verdict.

use gatewright_core::report::{Finding, RuleInfo, Severity};

use crate::Kind;
use crate::evidence::Evidence;
use crate::policy::Policy;

/// What this rule is.
pub(crate) const INFO: RuleInfo = RuleInfo {
    id: "producer-total-differs",
    title: "A report whose own totals differ from its records",
    severity: Severity::Info,
    since: "0.1.0",
    help: "The records count. If no reason is named, make the report again with the tool that wrote it.",
};

/// One finding for each report, at the first such total.
pub(crate) fn check(evidence: &Evidence, _: &Policy) -> Vec<Finding> {
    let mut findings = Vec::new();
    for report in &evidence.reports {
        let Ok(content) = &report.content else { continue };
        let count = content.diagnostics.count(Kind::TotalsDiffer);
        let mut differing =
            content.diagnostics.iter().filter(|diagnostic| diagnostic.kind == Kind::TotalsDiffer);
        let Some(first) = differing.next() else { continue };
        let more = match count {
            1 => String::new(),
            many => format!(" ({} more like this in the report)", many - 1),
        };
        let message = format!("{}:{}: {}{more}.", report.shown, first.line, first.message);
        let mut finding = Finding::new(&INFO, super::CATEGORY, message);
        finding.location = super::broken_report::place(report, first);
        finding.properties.insert("kind", Kind::TotalsDiffer.id().to_owned());
        finding.properties.insert("count", count.to_string());
        findings.push(finding);
    }
    findings
}
