//! What the action writes besides its report.

use clap::Args;

/// Where to write what.
#[derive(Args, Clone, Debug)]
pub struct OutputInputs {
    /// Where `run` keeps what the command prints, for a later step; without it, in a file of its own.
    #[arg(long, value_name = "OUTPUT")]
    pub results_file: Option<String>,
}
