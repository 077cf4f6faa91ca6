//! The inputs that every action has.

use clap::Args;

use super::value::boolean;
use crate::judge::FailOn;

/// Inputs of every action. Their doc comments are the help, the README and `action.yml`.
#[derive(Args, Clone, Debug)]
pub struct SharedInputs {
    /// Folder that all other paths are relative to.
    #[arg(long, value_name = "FOLDER", help_heading = "Shared")]
    pub working_directory: Option<String>,

    /// Configuration file, relative to the repository's root. On pull requests its base version counts.
    #[arg(long, value_name = "FILE", default_value = crate::config::DEFAULT_PATH, help_heading = "Shared")]
    pub config: String,

    /// What to do on a pull request whose base commit can't be read: `base` refuses to judge, `head-with-warning` takes
    /// the head's configuration and says so. Pull requests from forks always refuse.
    #[arg(long, value_name = "WHERE", default_value = "head-with-warning", value_parser = ["base", "head-with-warning"], help_heading = "Shared")]
    pub config_from: String,

    /// Which settings of the configuration to use, where it has several for this action.
    #[arg(long, value_name = "NAME", value_parser = gate_name, help_heading = "Shared")]
    pub name: Option<String>,

    /// Lowest severity of a finding that fails: critical, high, medium, low, info or never.
    #[arg(long, value_name = "SEVERITY", default_value = "high", help_heading = "Shared")]
    pub fail_on: FailOn,

    /// Most annotations of each kind (error, warning, notice), 0 to 10.
    #[arg(long, value_name = "N", default_value = "10", value_parser = clap::value_parser!(u8).range(0..=10), help_heading = "Shared")]
    pub annotations: u8,

    /// Write the job summary.
    #[arg(long, value_name = "BOOL", default_value = "true", num_args = 0..=1, default_missing_value = "true", require_equals = true, value_parser = boolean, help_heading = "Shared")]
    pub summary: bool,

    /// Say more about what is read and ignored.
    #[arg(long, value_name = "BOOL", default_value = "false", num_args = 0..=1, default_missing_value = "true", require_equals = true, value_parser = boolean, help_heading = "Shared")]
    pub verbose: bool,

    /// Where the JSON report goes. Without it: a new file below the runner's temporary folder, or
    /// `.gatewright/<action>.json` on a laptop.
    #[arg(long, value_name = "FILE", help_heading = "Shared")]
    pub report_file: Option<String>,

    /// Where to write SARIF, for code scanning.
    #[arg(long, value_name = "FILE", help_heading = "Shared")]
    pub sarif_file: Option<String>,

    /// Where to write the report as a page of HTML that needs nothing from elsewhere.
    #[arg(long, value_name = "FILE", help_heading = "Shared")]
    pub html_file: Option<String>,
}

fn gate_name(text: &str) -> Result<String, String> {
    let rule = "expected 1 to 64 of the letters a-z, A-Z, digits, `-`, `_` and `.`";
    if crate::config::is_name(text) { Ok(text.to_owned()) } else { Err(rule.to_owned()) }
}

/// Flags that make no sense as inputs of a workflow step.
#[derive(Args, Clone, Copy, Debug)]
pub(crate) struct FlagsOnly {
    /// What standard output carries [default: github inside Actions, else human].
    #[arg(long, value_name = "FORMAT", value_enum, help_heading = "Shared")]
    pub(crate) format: Option<Format>,

    /// When to use colour [default: auto, which is a terminal outside Actions without `NO_COLOR`].
    #[arg(long, value_name = "WHEN", value_enum, help_heading = "Shared")]
    pub(crate) color: Option<Color>,

    /// Print every input, its value, and where it comes from; judge nothing.
    #[arg(long, help_heading = "Shared")]
    pub(crate) explain_inputs: bool,
}

/// What standard output carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Format {
    /// Text for a terminal.
    Human,
    /// The report.
    Json,
    /// SARIF 2.1.0.
    Sarif,
    /// The job summary.
    Markdown,
    /// `JUnit` XML.
    Junit,
    /// Text for a log, and annotations as workflow commands.
    Github,
}

/// When to use colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Color {
    /// On a terminal.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// Inputs that only a flag or `with:` can set: they decide which configuration is read, or how, or what is done; and
/// no secret belongs into a file.
pub(crate) const NOT_IN_CONFIG: [&str; 11] = [
    "working-directory",
    "config",
    "config-from",
    "name",
    "command",
    "args",
    "token",
    "store-token",
    // What a new waiver says.
    "reason",
    "owner",
    "until",
];
/// Flags that are no inputs of `action.yml`.
pub const FLAG_ONLY: [&str; 5] = ["format", "color", "explain-inputs", "help", "version"];
