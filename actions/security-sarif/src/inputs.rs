//! The inputs of the action. Their doc comments are the help, `action.yml` and the README.

use std::collections::BTreeSet;

use clap::{Args, ValueEnum};
use gatewright_core::Failure;
use gatewright_core::report::Policy as StatePolicy;
use gatewright_sarif::{Gate, InlineMarkers, Policy};

/// What scanners' findings are held to.
#[derive(Args, Clone, Debug)]
pub struct Inputs {
    /// Which findings fail, one rule a line: `[NAME: ]WORD…`, where all words must hold. Words: `severity>=high`, `cvss>=7.0`,
    /// `epss>=0.1`, `kev`, `fixable`, `new`, `reachable`, `secret`, `tool=NAME`, `rule=ID`, `path=GLOB`; `max=COUNT` lets
    /// so many stand. With any, `fail-on` counts only where somebody sets it.
    #[arg(long, value_name = "RULE")]
    pub gate: Vec<String>,

    /// Scanners to run here, one a line: `NAME [TARGET] [-- ARGUMENT…]`. A target is a path, `image:REFERENCE` or `sbom:FILE`.
    /// They must be on `PATH`; what they cost and reach is theirs. Without `files`, only what they print is judged.
    #[arg(long, value_name = "SCAN")]
    pub scanners: Vec<String>,

    /// Longest time that one of `scanners` may take, in minutes.
    #[arg(long, value_name = "MINUTES", default_value = "30", value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub time_limit: u32,

    /// Scanners that must have reported, one a line: `gosec`, `trivy`.
    #[arg(long, value_name = "TOOL")]
    pub expected: Vec<String>,

    /// An earlier SARIF file, or a record of this action, to compare with in place of what was recorded.
    #[arg(long, value_name = "FILE")]
    pub baseline: Option<String>,

    /// FIRST's probabilities of exploitation: the day's `epss_scores-YYYY-MM-DD.csv`, packed or not.
    #[arg(long, value_name = "FILE")]
    pub epss_file: Option<String>,

    /// How many days old those may be.
    #[arg(long, value_name = "DAYS", default_value = "7")]
    pub epss_days: u32,

    /// CISA's catalogue of known exploited vulnerabilities: `known_exploited_vulnerabilities.json`.
    #[arg(long, value_name = "FILE")]
    pub kev_file: Option<String>,

    /// What markers in the source (`#nosec`), acceptances in reports and lists of other tools count for: honour,
    /// require-reason or ignore.
    #[arg(long, value_name = "POLICY", default_value = "honour", value_enum, hide_possible_values = true)]
    pub inline_markers: Markers,

    /// Lists of other tools that say what is accepted, as paths and globs, one a line; `none` for none. Without any:
    /// `.trivyignore`, `.trivyignore.yaml`, `osv-scanner.toml`, `.gitleaksignore` and `.grype.yaml` at the repository's root.
    /// On pull requests their base version counts.
    #[arg(long, value_name = "GLOB")]
    pub ignore_files: Vec<String>,

    /// OpenVEX documents, as paths and globs, one a line: what they say is not affected or fixed is accepted. On pull requests
    /// their base version counts.
    #[arg(long, value_name = "GLOB")]
    pub vex_files: Vec<String>,

    /// What the categories begin with that runs get which have none. A category that changes closes its alerts.
    #[arg(long, value_name = "NAME", default_value = "security-sarif")]
    pub category: String,

    /// The file that is shown for findings without a place, which GitHub refuses. Without it: the workflow, or a manifest.
    #[arg(long, value_name = "PATH")]
    pub default_location: Option<String>,

    /// Folders that paths in reports may be relative to.
    #[arg(long, value_name = "FOLDER")]
    pub source_roots: Vec<String>,

    /// Prefixes of paths in reports and what stands there in the repository: `/app/src=src`, one a line.
    #[arg(long, value_name = "FROM=TO")]
    pub rewrite: Vec<String>,

    /// Where to write the findings as CSV, waived ones too.
    #[arg(long, value_name = "OUTPUT")]
    pub csv_file: Option<String>,

    /// What a missing report does: fail, warn or ignore.
    #[arg(long, value_name = "POLICY", default_value = "fail")]
    pub on_missing_report: StatePolicy,

    /// What a report that can't be read whole, or whose scanner did not do all of its work, does: fail, warn or ignore.
    #[arg(long, value_name = "POLICY", default_value = "fail")]
    pub on_unreadable_report: StatePolicy,

    /// What a scanner of `expected` without a report does: fail, warn or ignore.
    #[arg(long, value_name = "POLICY", default_value = "fail")]
    pub on_missing_scanner: StatePolicy,

    /// What a missing baseline, where somebody names one or a gate or condition needs one, does: fail, warn or ignore.
    #[arg(long, value_name = "POLICY", default_value = "fail")]
    pub on_no_baseline: StatePolicy,

    /// What missing or old data on exploitation, where a gate needs it, does: fail, warn or ignore.
    #[arg(long, value_name = "POLICY", default_value = "fail")]
    pub on_no_threat_data: StatePolicy,

    /// For `waive`: why the findings are accepted.
    #[arg(long, value_name = "TEXT")]
    pub reason: Option<String>,

    /// For `waive`: who answers for it.
    #[arg(long, value_name = "NAME")]
    pub owner: Option<String>,

    /// For `waive`: the last day it holds.
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub until: Option<String>,

    /// A token for `fetch` and `record`, only where actions/checkout left no credentials (`persist-credentials: false`).
    #[arg(long, value_name = "SECRET")]
    pub store_token: Option<String>,
}

/// What acceptances outside of the configuration count for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Markers {
    /// They are accepted.
    Honour,
    /// They are accepted if they say why.
    RequireReason,
    /// They are shown, and the finding counts.
    Ignore,
}

impl Inputs {
    /// The policy they make.
    ///
    /// # Errors
    /// A gate is none.
    pub(crate) fn policy(&self) -> Result<Policy, Failure> {
        let gate = |line: &String| {
            line.parse::<Gate>().map_err(|message| {
                Failure::usage(
                    format!("`{line}` in `gate` can't be used: {message}"),
                    "Write one rule a line, such as `severity>=high new`.",
                )
            })
        };
        let gates: Vec<Gate> = self.gate.iter().map(gate).collect::<Result<_, _>>()?;
        let mut names = BTreeSet::new();
        if let Some(twice) = gates.iter().find(|gate| !names.insert(gate.name.as_str())) {
            return Err(Failure::usage(
                format!("two rules of `gate` are called `{}`", twice.name),
                "Give each a name of its own: the report and conditions know them by it.",
            ));
        }
        Ok(Policy {
            gates,
            expected: self.expected.clone(),
            on_missing_report: self.on_missing_report,
            on_unreadable_report: self.on_unreadable_report,
            on_missing_scanner: self.on_missing_scanner,
            on_no_baseline: self.on_no_baseline,
            on_no_threat_data: self.on_no_threat_data,
            inline_markers: match self.inline_markers {
                Markers::Honour => InlineMarkers::Honour,
                Markers::RequireReason => InlineMarkers::RequireReason,
                Markers::Ignore => InlineMarkers::Ignore,
            },
            epss_days: self.epss_days,
        })
    }
}
