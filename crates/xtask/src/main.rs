//! The dispatcher of `cargo xtask <chore>`: parses the command line and hands over. What a chore does
//! stands in its own module of the library beside this file.

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use xtask::{peers, tidy};

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
    /// Install the pinned tools of others that judge or rival us.
    Peers(peers::PeersArgs),
    /// Check the rules of the house.
    Tidy(tidy::TidyArgs),
}

fn main() -> ExitCode {
    let done = match CommandLine::parse().chore {
        Chore::Peers(args) => peers::run(&args),
        Chore::Tidy(args) => tidy::run(&args),
    };
    xtask::report(&done)
}
