//! Judging by the tools of others: fresh reports of real producers, linters of workflows and scripts, and our
//! actions run by act. Each step says what it proved; a step that can't run is a failure, unless `peers.toml`
//! names it with a reason.

use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use anyhow::{Result, bail};

use crate::command;
use crate::peers::{Peers, Set};

mod act;
mod browser;
mod contract;
mod html;
mod lint;
mod outputs;
mod page;
mod producers;
mod scanners;
mod test_html;
mod test_tools;

/// What to judge.
#[derive(clap::Args)]
pub struct E2eArgs {
    /// Run only this part; may be repeated.
    #[arg(long, value_enum)]
    only: Vec<Part>,
}

#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Part {
    /// Fresh reports of real producers against our totals.
    Producers,
    /// Fresh results of real test tools against what they print.
    Tests,
    /// Fresh output of real scanners against what they print, and what we make of it.
    Sarif,
    /// Workflows, actions and scripts by their linters.
    Lint,
    /// What our actions write, by validators of others.
    Outputs,
    /// The HTML coverage report, in a browser.
    Html,
    /// The HTML test report, in a browser.
    TestHtml,
    /// Our requests to GitHub, by its own description.
    Contract,
    /// Our actions in workflows, run by act on this machine.
    Act,
}

/// What every part needs, and the count of what was proved.
struct Judge {
    peers: Peers,
    /// The folder of our binaries.
    binaries: PathBuf,
    passed: u32,
    failed: u32,
}

/// `cargo xtask e2e`.
pub fn run(args: &E2eArgs) -> Result<()> {
    let peers = Peers::read()?;
    peers.ensure_set(Set::Judges)?;
    for cannot in peers.cannot() {
        println!("not here: {}: {}", cannot.what, cannot.reason);
    }
    let mut judge = Judge { peers, binaries: build()?, passed: 0, failed: 0 };
    for (part, judged) in [
        (Part::Producers, producers::judge as fn(&mut Judge)),
        (Part::Tests, test_tools::judge),
        (Part::Sarif, scanners::judge),
        (Part::Lint, lint::judge),
        (Part::Outputs, outputs::judge),
        (Part::Html, html::judge),
        (Part::TestHtml, test_html::judge),
        (Part::Contract, contract::judge),
        (Part::Act, act::judge),
    ] {
        if args.only.is_empty() || args.only.contains(&part) {
            judged(&mut judge);
        }
    }
    println!("\n{} passed, {} failed", judge.passed, judge.failed);
    if judge.failed > 0 || judge.passed == 0 {
        bail!("the judges do not agree with us");
    }
    Ok(())
}

/// Builds our binaries and returns their folder.
fn build() -> Result<PathBuf> {
    println!("building our binaries …");
    let mut build = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    build.args(["build", "--locked"]).current_dir(crate::root());
    for package in ["coverage-gate", "test-report", "security-sarif"] {
        build.args(["--package", package]);
    }
    command::stdout(&mut build, Duration::from_mins(30))?;
    Ok(crate::target().join("debug"))
}

impl Judge {
    /// Counts one step and says what it proved or why it failed.
    fn step(&mut self, name: &str, proof: Result<String>) {
        match proof {
            Ok(proof) => {
                self.passed += 1;
                println!("  pass  {name}: {proof}");
            }
            Err(error) => {
                self.failed += 1;
                println!("  FAIL  {name}: {error:#}");
            }
        }
    }
}
