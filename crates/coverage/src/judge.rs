//! From evidence and policy to a report: measures, findings, states, sections. Pure, and it cannot fail.

use gatewright_core::report::Report;

use crate::baseline::EarlierFigures;
use crate::evidence::Evidence;
use crate::policy::Policy;
use crate::{gates, rules, sections, states};

/// What the run knows about the base, in the words of the judge.
#[derive(Clone, Debug)]
pub enum PatchBase {
    /// The change was measured against this, as readers should see it.
    Known(String),
    /// This run has no base, and why.
    NotApplicable(String),
    /// There should be one, but it can't be read: what is wrong, and the next step.
    Unreadable(String, String),
}

/// What the judge must know of the run besides the evidence.
#[derive(Clone, Debug)]
pub struct Circumstances {
    /// What the change is compared with.
    pub base: PatchBase,
    /// Patterns and places where no report was found.
    pub missing: Vec<String>,
    /// Exclusions in `files` that took out nothing.
    pub idle_exclusions: Vec<String>,
    /// The figures of earlier commits, oldest first.
    pub trend: Vec<EarlierFigures>,
}

/// Judges.
pub fn judge(evidence: &Evidence, policy: &Policy, circumstances: &Circumstances) -> Report {
    let mut report = Report::new();
    let mut measured = gates::measure(evidence, policy, &circumstances.base);
    report.findings = rules::ALL.iter().flat_map(|rule| (rule.check)(evidence, policy)).collect();
    report.states = states::states(evidence, policy, circumstances, &measured);
    report.measures = std::mem::take(&mut measured.measures);
    report.headline = sections::headline(evidence, &circumstances.base);
    report.sections = sections::sections(evidence, policy, circumstances, &report.measures);
    report
}

#[cfg(test)]
#[path = "judge_tests.rs"]
mod tests;
