//! The chores of this repository. Nothing here ships: it may print, start programs and read the
//! environment as it likes, and no other crate depends on it.
#![allow(
    clippy::disallowed_methods,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "chores are programs for developers: they print, start programs and read the environment"
)]
#![allow(clippy::format_push_string, reason = "what chores write is short, and reads best as it is written")]

use std::path::{Path, PathBuf};
use std::process::ExitCode;

pub mod bench;
pub mod command;
pub mod copy;
pub mod coverage;
pub mod e2e;
pub mod generate;
pub mod manifest;
pub mod new;
pub mod peers;
pub mod tidy;
mod total;
pub mod transcript;

/// The root of this repository: two folders above this crate.
pub fn root() -> PathBuf {
    let xtask = std::env::var_os("CARGO_MANIFEST_DIR")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
    xtask.ancestors().nth(2).unwrap_or(&xtask).to_path_buf()
}

/// Where cargo builds: `CARGO_TARGET_DIR`, else `target` at the root.
pub fn target() -> PathBuf {
    let chosen = std::env::var_os("CARGO_TARGET_DIR").filter(|folder| !folder.is_empty());
    let folder = chosen.map_or_else(|| PathBuf::from("target"), PathBuf::from);
    root().join(folder)
}

/// A path for people: relative to the root where it lies below it.
pub fn shown(path: &Path) -> String {
    path.strip_prefix(root()).unwrap_or(path).display().to_string()
}

/// Ends a chore: what went wrong goes to stderr, cause by cause.
pub fn report(done: &anyhow::Result<()>) -> ExitCode {
    let Err(error) = done else { return ExitCode::SUCCESS };
    eprintln!("error: {error}");
    for cause in error.chain().skip(1) {
        eprintln!("  because {cause}");
    }
    ExitCode::FAILURE
}
