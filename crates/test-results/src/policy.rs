//! What results are held to. Plain values: where they come from is not known here.

use gatewright_core::decimal::Percent;
use gatewright_core::report::Policy as StatePolicy;

use crate::Nanoseconds;

/// Limits, and what each named state does to the verdict.
#[derive(Clone, Debug)]
pub struct Policy {
    /// A test that failed.
    pub on_failure: StatePolicy,
    /// A test that could not be carried out or did not end, and what failed outside of tests.
    pub on_error: StatePolicy,
    /// A failure that the baseline has, too; the milder of this and the two above holds.
    pub on_known_failure: StatePolicy,
    /// A test that failed and then passed.
    pub on_flaky: StatePolicy,
    /// The most flaky tests, if there is a limit.
    pub max_flaky: Option<u64>,
    /// More flaky tests than that.
    pub on_many_flaky: StatePolicy,
    /// The most skipped tests, if there is a limit.
    pub max_skipped: Option<u64>,
    /// More skipped tests than that.
    pub on_many_skipped: StatePolicy,
    /// By how many percent there may be fewer tests than in the baseline, if there is a limit.
    pub max_fewer: Option<Percent>,
    /// Still fewer tests.
    pub on_fewer_tests: StatePolicy,
    /// The longest time of one test, if there is a limit.
    pub max_time: Option<Nanoseconds>,
    /// The longest time of all tests together, if there is a limit.
    pub max_total_time: Option<Nanoseconds>,
    /// Tests that take longer than one of the two.
    pub on_slow: StatePolicy,
    /// Reports without a single test that ran.
    pub on_no_tests: StatePolicy,
    /// A pattern that finds no report, or no report at all.
    pub on_missing_report: StatePolicy,
    /// A report that can't be read whole.
    pub on_unreadable_report: StatePolicy,
    /// A report that is older than the run.
    pub on_stale_report: StatePolicy,
    /// A suite that the baseline has and this run lacks.
    pub on_missing_suite: StatePolicy,
    /// No baseline where a limit needs one.
    pub on_no_baseline: StatePolicy,
    /// The command that makes the reports, for the message about missing ones.
    pub produced_by: Option<String>,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            on_failure: StatePolicy::Fail,
            on_error: StatePolicy::Fail,
            on_known_failure: StatePolicy::Fail,
            on_flaky: StatePolicy::Warn,
            max_flaky: None,
            on_many_flaky: StatePolicy::Fail,
            max_skipped: None,
            on_many_skipped: StatePolicy::Fail,
            max_fewer: None,
            on_fewer_tests: StatePolicy::Fail,
            max_time: None,
            max_total_time: None,
            on_slow: StatePolicy::Fail,
            on_no_tests: StatePolicy::Fail,
            on_missing_report: StatePolicy::Fail,
            on_unreadable_report: StatePolicy::Fail,
            on_stale_report: StatePolicy::Fail,
            on_missing_suite: StatePolicy::Fail,
            on_no_baseline: StatePolicy::Fail,
            produced_by: None,
        }
    }
}
