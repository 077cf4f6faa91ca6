//! What results are held to. Plain values: where they come from is not known here.

use gatewright_core::report::Policy as StatePolicy;

/// Limits, and what each named state does to the verdict.
#[derive(Clone, Debug)]
pub struct Policy {
    /// A test that failed or could not be carried out.
    pub on_failure: StatePolicy,
    /// A test that failed and then passed.
    pub on_flaky: StatePolicy,
    /// The most flaky tests that are taken as they are, if there is a limit.
    pub maximum_flaky: Option<u64>,
    /// The most skipped tests, if there is a limit.
    pub maximum_skipped: Option<u64>,
    /// Reports without a single test that ran.
    pub on_no_tests: StatePolicy,
    /// A pattern that finds no report, or no report at all.
    pub on_missing_report: StatePolicy,
    /// A report that can't be read whole.
    pub on_unreadable_report: StatePolicy,
    /// A report that is older than the run.
    pub on_stale_report: StatePolicy,
    /// The command that makes the reports, for the message about missing ones.
    pub produced_by: Option<String>,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            on_failure: StatePolicy::Fail,
            on_flaky: StatePolicy::Warn,
            maximum_flaky: None,
            maximum_skipped: None,
            on_no_tests: StatePolicy::Fail,
            on_missing_report: StatePolicy::Fail,
            on_unreadable_report: StatePolicy::Fail,
            on_stale_report: StatePolicy::Fail,
            produced_by: None,
        }
    }
}
