//! The inputs of the action. Their doc comments are the help, `action.yml` and the README.

use clap::Args;
use gatewright_core::report::Policy as StatePolicy;

use {{domain}}::judge::Policy;

/// What text files are held to.
#[derive(Args, Clone, Debug)]
pub struct Inputs {
    /// Most lines that a file may have.
    #[arg(long, value_name = "N", default_value = "200")]
    pub most_lines: u32,

    /// What a missing file does: fail, warn or ignore.
    #[arg(long, value_name = "POLICY", default_value = "fail")]
    pub on_missing_file: StatePolicy,
}

impl Inputs {
    /// The policy they make.
    pub(crate) fn policy(&self) -> Policy {
        Policy { most_lines: u64::from(self.most_lines), on_missing_file: self.on_missing_file }
    }
}
