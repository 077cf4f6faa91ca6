//! What scanners' reports are held to.

use gatewright_core::report::Policy as StatePolicy;

use crate::gate::Gate;

/// The settings of the judgement.
#[derive(Clone, Debug)]
pub struct Policy {
    /// Which findings fail, in place of a severity alone.
    pub gates: Vec<Gate>,
    /// Scanners that must have reported.
    pub expected: Vec<String>,
    /// What a missing report does.
    pub on_missing_report: StatePolicy,
    /// What a report does that can't be read whole, or whose scanner did not do all of its work.
    pub on_unreadable_report: StatePolicy,
    /// What an expected scanner without a report does.
    pub on_missing_scanner: StatePolicy,
    /// What a missing baseline does, where somebody needs one.
    pub on_no_baseline: StatePolicy,
    /// What missing or old data on exploitation does, where a gate needs it.
    pub on_no_threat_data: StatePolicy,
    /// What markers in the source and acceptances in reports count for.
    pub inline_markers: InlineMarkers,
    /// Scores of exploitation may be so many days old.
    pub epss_days: u32,
}

/// What an acceptance counts for that stands in the source or in a scanner's report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InlineMarkers {
    /// It is accepted.
    Honour,
    /// It is accepted if it says why.
    RequireReason,
    /// It is shown, and the finding counts.
    Ignore,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            gates: Vec::new(),
            expected: Vec::new(),
            on_missing_report: StatePolicy::Fail,
            on_unreadable_report: StatePolicy::Fail,
            on_missing_scanner: StatePolicy::Fail,
            on_no_baseline: StatePolicy::Fail,
            on_no_threat_data: StatePolicy::Fail,
            inline_markers: InlineMarkers::Honour,
            epss_days: 7,
        }
    }
}
