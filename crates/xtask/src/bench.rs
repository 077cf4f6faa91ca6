//! Our binaries beside the tools that they replace, on the same input in the same call: only the ratio counts.
//! The concern's own module makes the inputs and names the contestants.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::Result;
use serde::Serialize;

use crate::command;

mod coverage;
mod input;
mod race;
mod sarif;
mod test_results;

/// What to measure.
#[derive(clap::Args)]
pub struct BenchArgs {
    /// The concern; without it, all of them.
    #[arg(value_enum)]
    concern: Option<Concern>,
    /// How often each contestant runs; the median counts.
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..=100))]
    rounds: u32,
    /// The size of the large inputs.
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..=2000))]
    size_mb: u32,
    /// Only the jobs whose name holds this; may be repeated.
    #[arg(long, value_name = "NAME")]
    job: Vec<String>,
    /// Only make the inputs. The measuring run asks this of a process of its own, because the peak memory of what a
    /// process starts counts from its own.
    #[arg(long, hide = true)]
    make_inputs: bool,
    /// Measure only our binary.
    #[arg(long, conflicts_with = "without_ours")]
    without_rivals: bool,
    /// Measure only the rivals.
    #[arg(long)]
    without_ours: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Concern {
    /// Coverage reports of every format.
    Coverage,
    /// Scanners' findings.
    Sarif,
    /// Test results.
    TestResults,
}

/// A figure that we promised to reach.
#[derive(Serialize)]
struct Bar {
    what: String,
    unit: &'static str,
    found: f64,
    /// The least, or the most where `at_most` says so.
    promised: f64,
    at_most: bool,
}

impl Bar {
    fn is_met(&self) -> bool {
        if self.at_most { self.found <= self.promised } else { self.found >= self.promised }
    }

    fn print(&self) {
        let (sign, met) =
            (if self.at_most { "≤" } else { "≥" }, if self.is_met() { "met" } else { "MISSED" });
        println!(
            "  {:<44} {:>8.2} {:<5} {sign} {:<6} {met}",
            self.what, self.found, self.unit, self.promised
        );
    }
}

/// `cargo xtask bench`.
pub fn run(args: &BenchArgs) -> Result<()> {
    match args.concern {
        Some(Concern::Coverage) => coverage::run(args),
        Some(Concern::Sarif) => sarif::run(args),
        Some(Concern::TestResults) => test_results::run(args),
        None => coverage::run(args).and_then(|()| test_results::run(args)).and_then(|()| sarif::run(args)),
    }
}

/// Builds one of our actions as it ships and returns its binary.
fn build_ours(action: &str) -> Result<PathBuf> {
    println!("building {action} with the profile that ships …");
    let mut build = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    build.args(["build", "--locked", "--profile", "dist", "--package", action]).current_dir(crate::root());
    command::stdout(&mut build, Duration::from_mins(30))?;
    Ok(crate::target().join("dist").join(action))
}

/// A parser alone, as an example of its crate, built as it ships.
fn build_parser(package: &str, example: &str) -> Result<PathBuf> {
    println!("building the parser of {package} …");
    let mut build = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    build.args(["build", "--locked", "--profile", "dist", "--package", package, "--example", example]);
    command::stdout(build.current_dir(crate::root()), Duration::from_mins(30))?;
    Ok(crate::target().join("dist/examples").join(example))
}

/// Start-up and size of a binary against their bars.
fn bars_of_binary(binary: &Path, most_megabytes: f64) -> Result<Vec<Bar>> {
    let mut starts = Vec::new();
    for _ in 0..40 {
        let mut version = command::scrubbed(binary);
        let finished = command::capture(version.arg("--version"), Duration::from_secs(10))?;
        starts.push(finished.success(&version)?.cpu);
    }
    let start = race::median(&mut starts).as_secs_f64() * 1e3;
    #[expect(clippy::cast_precision_loss, reason = "a binary has far fewer than 2^52 bytes")]
    let size = fs::metadata(binary)?.len() as f64 / 1e6;
    Ok(vec![
        Bar {
            what: "processor time of a start".into(),
            unit: "ms",
            found: start,
            promised: 5.0,
            at_most: true,
        },
        Bar {
            what: "size of the binary".into(),
            unit: "MB",
            found: size,
            promised: most_megabytes,
            at_most: true,
        },
    ])
}
