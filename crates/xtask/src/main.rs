//! The dispatcher of `cargo xtask <chore>`: parses the command line and hands over. What a chore does
//! stands in its own module of the library beside this file.

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use xtask::{bench, coverage, e2e, generate, manifest, new, peers, tidy};

/// The chores of this repository.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", disable_help_subcommand = true)]
struct CommandLine {
    #[command(subcommand)]
    chore: Chore,
}

/// One line a chore, in the order of the alphabet.
#[derive(Subcommand)]
enum Chore {
    /// Measure our binaries beside the tools that they replace.
    Bench(bench::BenchArgs),
    /// Measure how much of this repository its own tests reach, as LCOV.
    Coverage(coverage::CoverageArgs),
    /// Judge our actions, reports and workflows by the tools of others.
    E2e(e2e::E2eArgs),
    /// Write what follows from the sources: action.yml, tables, references and schemas.
    Gen(generate::GenArgs),
    /// Write and check dist/manifest.json, which pins the bytes that each action runs.
    Manifest(manifest::ManifestArgs),
    /// Begin an action: one that builds, passes its tests and runs in a workflow as it comes.
    NewAction(new::NewActionArgs),
    /// Begin a case of an action.
    NewCase(new::NewCaseArgs),
    /// Begin a rule: its file, its line in the list, and two cases.
    NewRule(new::NewRuleArgs),
    /// Install the pinned tools of others that judge or rival us.
    Peers(peers::PeersArgs),
    /// Check the rules of the house.
    Tidy(tidy::TidyArgs),
}

fn main() -> ExitCode {
    let done = match CommandLine::parse().chore {
        Chore::Bench(args) => bench::run(&args),
        Chore::Coverage(args) => coverage::run(&args),
        Chore::E2e(args) => e2e::run(&args),
        Chore::Gen(args) => generate::run(&args),
        Chore::Manifest(args) => manifest::run(args),
        Chore::NewAction(args) => new::run_action(&args),
        Chore::NewCase(args) => new::run_case(&args),
        Chore::NewRule(args) => new::run_rule(&args),
        Chore::Peers(args) => peers::run(&args),
        Chore::Tidy(args) => tidy::run(&args),
    };
    xtask::report(&done)
}
