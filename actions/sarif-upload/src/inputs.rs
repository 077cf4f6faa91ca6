//! The inputs of the action. Their doc comments are the help, `action.yml` and the README.

use clap::Args;
use gatewright_core::input::value::boolean;
use gatewright_core::report::Policy;

/// What is sent, as what, and how long GitHub is waited for.
#[derive(Args, Clone, Debug)]
pub struct Inputs {
    /// Token that may upload (`security-events: write`). In a workflow the job's own, unless another one is given.
    /// Without any, or with one that may not, nothing is sent, and what would have been is said.
    #[arg(long, value_name = "SECRET")]
    pub token: Option<String>,

    /// Branch, tag or pull request that was scanned, by its full name: `refs/heads/main`, `refs/pull/5/merge`. Goes
    /// with `sha`. Without both: those of the run, if they are what is checked out.
    #[arg(long, value_name = "REF")]
    pub r#ref: Option<String>,

    /// Commit that was scanned, with all its digits. Goes with `ref`.
    #[arg(long, value_name = "COMMIT")]
    pub sha: Option<String>,

    /// Folder of the checkout as absolute paths in the SARIF have it, where the scan ran elsewhere, as in a container:
    /// `file:///src`. Without it: the workspace.
    #[arg(long, value_name = "URI")]
    pub checkout_uri: Option<String>,

    /// Most seconds to wait until GitHub has processed the results; `0` does not wait. What is pending then is not
    /// taken for a success.
    #[arg(long, value_name = "SECONDS", default_value = "155")]
    pub wait: u32,

    /// Most seconds to wait, all in all, for GitHub's rate limits and outages.
    #[arg(long, value_name = "SECONDS", default_value = "120")]
    pub most_wait: u32,

    /// Have GitHub hold the files to its specification, too.
    #[arg(long, value_name = "BOOL", default_value = "false", num_args = 0..=1, default_missing_value = "true", require_equals = true, value_parser = boolean)]
    pub validate: bool,

    /// Check the files and say what would be sent, and send nothing.
    #[arg(long, value_name = "BOOL", default_value = "false", num_args = 0..=1, default_missing_value = "true", require_equals = true, value_parser = boolean)]
    pub dry_run: bool,

    /// Where to write what is sent, whether or not it is: the body of each request, one a line.
    #[arg(long, value_name = "FILE")]
    pub payload_file: Option<String>,

    /// What a missing file does: fail, warn or ignore.
    #[arg(long, value_name = "POLICY", default_value = "fail")]
    pub on_missing_file: Policy,

    /// What an upload that the token may not make does: fail, warn or ignore.
    #[arg(long, value_name = "POLICY", default_value = "ignore")]
    pub on_refused: Policy,
}
