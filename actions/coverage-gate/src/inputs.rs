//! The inputs of the action. Their doc comments are the help, `action.yml` and the README.

use clap::Args;
use gatewright_core::decimal::Percent;
use gatewright_core::report::Policy as StatePolicy;
use gatewright_coverage::Policy;

/// What coverage is held to.
#[derive(Args, Clone, Debug)]
pub struct Inputs {
    /// Least coverage of everything, in percent.
    #[arg(long, value_name = "PERCENT", default_value = "85")]
    pub minimum: Percent,

    /// Least coverage of the lines that the change adds or modifies, in percent. Without it: as `minimum`.
    #[arg(long, value_name = "PERCENT")]
    pub minimum_patch: Option<Percent>,

    /// Least coverage of every single file, in percent; a file below is a finding of severity high, which a waiver can
    /// accept. Without it, files are not judged one by one.
    #[arg(long, value_name = "PERCENT")]
    pub minimum_file: Option<Percent>,

    /// Files to leave out: globs from the repository's root, one a line.
    #[arg(long, value_name = "GLOB")]
    pub ignore: Vec<String>,

    /// The command that makes the reports; shown when one is missing.
    #[arg(long, value_name = "COMMAND")]
    pub produced_by: Option<String>,

    /// What a missing report does: fail, warn or ignore.
    #[arg(long, value_name = "POLICY", default_value = "fail")]
    pub on_missing_report: StatePolicy,

    /// What a report that can't be read whole does: fail, warn or ignore.
    #[arg(long, value_name = "POLICY", default_value = "fail")]
    pub on_unreadable_report: StatePolicy,

    /// What a changed source file that no report knows does: fail, warn or ignore.
    #[arg(long, value_name = "POLICY", default_value = "fail")]
    pub on_unmapped_file: StatePolicy,

    /// What a report's path that fits several files does: fail, warn or ignore.
    #[arg(long, value_name = "POLICY", default_value = "warn")]
    pub on_ambiguous_path: StatePolicy,

    /// What reports that measure nothing, or a base that can't be read, do: fail, warn or ignore.
    #[arg(long, value_name = "POLICY", default_value = "fail")]
    pub on_no_data: StatePolicy,
}

impl Inputs {
    /// The policy they make.
    pub(crate) fn policy(&self) -> Policy {
        Policy {
            minimum: self.minimum.0,
            minimum_file: self.minimum_file.map(|percent| percent.0),
            minimum_patch: self.minimum_patch.unwrap_or(self.minimum).0,
            on_missing_report: self.on_missing_report,
            on_unreadable_report: self.on_unreadable_report,
            on_unmapped_file: self.on_unmapped_file,
            on_ambiguous_path: self.on_ambiguous_path,
            on_no_data: self.on_no_data,
            produced_by: self.produced_by.clone(),
        }
    }
}
