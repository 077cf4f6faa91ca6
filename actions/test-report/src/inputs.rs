//! The inputs of the action. Their doc comments are the help, `action.yml` and the README.

use clap::Args;
use gatewright_core::decimal::{Decimal, Percent};
use gatewright_core::report::Policy as StatePolicy;
use gatewright_test_results::{Nanoseconds, Policy};

use crate::outputs::OutputInputs;

/// What test results are held to.
#[derive(Args, Clone, Debug)]
pub struct Inputs {
    /// Reports that are tries of one run: `GROUP=GLOB`, one a line, several for one group. A test that fails in one and
    /// passes in another is flaky. Reports that no group names are runs of their own, of which the worst counts.
    #[arg(long, value_name = "GROUP=GLOB")]
    pub attempts: Vec<String>,

    /// Reports whose times are milliseconds although their format says seconds: globs, one a line.
    #[arg(long, value_name = "GLOB")]
    pub milliseconds: Vec<String>,

    /// How many shards the tests were split into. `{shard}` in `files` stands for the number of each, from 1, and a shard
    /// without a report is missing.
    #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub shards: Option<u32>,

    /// What a test that failed does: fail, warn or ignore.
    #[arg(long, value_name = "POLICY", default_value = "fail")]
    pub on_failure: StatePolicy,

    /// What a test that could not be carried out or did not end, and what failed outside of tests, does: fail, warn or
    /// ignore.
    #[arg(long, value_name = "POLICY", default_value = "fail")]
    pub on_error: StatePolicy,

    /// What a failure does that the baseline has, too: fail, warn or ignore.
    #[arg(long, value_name = "POLICY", default_value = "fail")]
    pub on_known_failure: StatePolicy,

    /// What a test that failed and passed when it was tried again does: fail, warn or ignore.
    #[arg(long, value_name = "POLICY", default_value = "warn")]
    pub on_flaky: StatePolicy,

    /// Most flaky tests.
    #[arg(long, value_name = "COUNT")]
    pub max_flaky: Option<u64>,

    /// What more flaky tests than `max-flaky` do: fail, warn or ignore.
    #[arg(long, value_name = "POLICY", default_value = "fail")]
    pub on_many_flaky: StatePolicy,

    /// Most skipped tests.
    #[arg(long, value_name = "COUNT")]
    pub max_skipped: Option<u64>,

    /// What more skipped tests than `max-skipped` do: fail, warn or ignore.
    #[arg(long, value_name = "POLICY", default_value = "fail")]
    pub on_many_skipped: StatePolicy,

    /// By how many percent there may be fewer tests than in the baseline.
    #[arg(long, value_name = "PERCENT")]
    pub max_fewer: Option<Percent>,

    /// What fewer tests than `max-fewer` allows do: fail, warn or ignore.
    #[arg(long, value_name = "POLICY", default_value = "fail")]
    pub on_fewer_tests: StatePolicy,

    /// Longest time that one test may take, in seconds.
    #[arg(long, value_name = "SECONDS")]
    pub max_seconds: Option<Decimal>,

    /// Longest time that all tests together may take, in seconds.
    #[arg(long, value_name = "SECONDS")]
    pub max_total_seconds: Option<Decimal>,

    /// What tests slower than `max-seconds` or `max-total-seconds` do: fail, warn or ignore.
    #[arg(long, value_name = "POLICY", default_value = "fail")]
    pub on_slow: StatePolicy,

    /// What reports without a test that ran do: fail, warn or ignore.
    #[arg(long, value_name = "POLICY", default_value = "fail")]
    pub on_no_tests: StatePolicy,

    /// What a missing report, or a shard without one, does: fail, warn or ignore.
    #[arg(long, value_name = "POLICY", default_value = "fail")]
    pub on_missing_report: StatePolicy,

    /// What a report that can't be read whole does: fail, warn or ignore.
    #[arg(long, value_name = "POLICY", default_value = "fail")]
    pub on_unreadable_report: StatePolicy,

    /// What a report that is older than the run does: fail, warn or ignore.
    #[arg(long, value_name = "POLICY", default_value = "fail")]
    pub on_stale_report: StatePolicy,

    /// What a suite that the baseline has and this run lacks does: fail, warn or ignore.
    #[arg(long, value_name = "POLICY", default_value = "fail")]
    pub on_missing_suite: StatePolicy,

    /// What a baseline that is missing or can't be read, where somebody names one or needs one, does: fail, warn or ignore.
    #[arg(long, value_name = "POLICY", default_value = "fail")]
    pub on_no_baseline: StatePolicy,

    /// Reports of an earlier run to compare with, in place of what was recorded: paths and globs, with `VARIANT=` in front as
    /// in `files`, one a line.
    #[arg(long, value_name = "GLOB")]
    pub baseline: Vec<String>,

    /// After how many passes in a row a quarantined test should leave quarantine.
    #[arg(long, value_name = "COUNT", default_value = "20")]
    pub quarantine_passes: u32,

    /// Folders that paths in reports may be relative to.
    #[arg(long, value_name = "FOLDER")]
    pub source_roots: Vec<String>,

    /// Prefixes of paths in reports and what stands there in the repository: `/app/src=src`, one a line.
    #[arg(long, value_name = "FROM=TO")]
    pub rewrite: Vec<String>,

    /// The command that makes the reports; shown when one is missing.
    #[arg(long, value_name = "COMMAND")]
    pub produced_by: Option<String>,

    /// Longest time that the command of `run` may take, in minutes.
    #[arg(long, value_name = "MINUTES", default_value = "360", value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub time_limit: u32,

    /// Files whose content decides whether the tests need to run, as globs from the repository's root, one a line; `!` in
    /// front takes back. `record` remembers what they were when the tests passed, `unchanged` asks for it.
    #[arg(long, value_name = "GLOB")]
    pub inputs: Vec<String>,

    /// What else decides whether the tests need to run, one a line: versions of tools, settings.
    #[arg(long, value_name = "WORDS")]
    pub inputs_also: Vec<String>,

    /// The program whose tests `shards` splits.
    #[arg(long, value_name = "TOOL", value_parser = ["go", "cargo", "nextest", "pytest", "jest"])]
    pub tool: Option<String>,

    /// The list of tests that `shards` splits, as that program prints it. Without it, and without a command behind the
    /// number of shards, the program's usual command makes it.
    #[arg(long, value_name = "FILE")]
    pub list: Option<String>,

    /// Where `shards` writes the list of each shard, one test a line: a folder with `1.txt`, `2.txt` and so on.
    #[arg(long, value_name = "OUTPUT")]
    pub lists: Option<String>,

    /// What is written besides the report.
    #[command(flatten)]
    pub outputs: OutputInputs,

    /// A token for `fetch` and `record`, only where actions/checkout left no credentials (`persist-credentials: false`).
    #[arg(long, value_name = "SECRET")]
    pub store_token: Option<String>,
}

impl Inputs {
    /// The policy they make.
    pub(crate) fn policy(&self) -> Policy {
        // A decimal holds billionths: of a second, those are nanoseconds.
        let time = |seconds: Decimal| Nanoseconds(u64::try_from(seconds.billionths()).unwrap_or(0));
        Policy {
            on_failure: self.on_failure,
            on_error: self.on_error,
            on_known_failure: self.on_known_failure,
            on_flaky: self.on_flaky,
            max_flaky: self.max_flaky,
            on_many_flaky: self.on_many_flaky,
            max_skipped: self.max_skipped,
            on_many_skipped: self.on_many_skipped,
            max_fewer: self.max_fewer,
            on_fewer_tests: self.on_fewer_tests,
            max_time: self.max_seconds.map(time),
            max_total_time: self.max_total_seconds.map(time),
            on_slow: self.on_slow,
            on_no_tests: self.on_no_tests,
            on_missing_report: self.on_missing_report,
            on_unreadable_report: self.on_unreadable_report,
            on_stale_report: self.on_stale_report,
            on_missing_suite: self.on_missing_suite,
            on_no_baseline: self.on_no_baseline,
            produced_by: self.produced_by.clone(),
        }
    }
}
