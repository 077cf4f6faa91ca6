//! What every Gatewright action shares: inputs, the report and its verdict, all renderers, and the only
//! code that touches the runner (environment, standard streams, exit status, file commands, processes).
//!
//! This crate knows no concern: nothing here may name coverage, tests, SARIF producers or any other field.

pub mod action;
pub mod answer;
pub mod condition;
pub mod config;
pub mod date;
pub mod decimal;
mod digest;
pub mod effect;
pub mod escape;
pub mod failure;
mod front_door;
pub mod glob;
pub mod input;
pub mod judge;
mod merged;
pub mod nearest;
pub mod process;
mod publish;
pub mod relay;
pub mod render;
pub mod repo_path;
pub mod report;
pub mod repository;
mod run;
pub mod runner;
mod session;
pub mod source_tree;
pub mod store;
pub mod waiver;
pub mod workspace;

pub use digest::{Hasher, fingerprint, sha256};
pub use failure::Failure;
pub use front_door::run_front_door;
pub use repo_path::RepoPath;
pub use run::run;
pub use session::Host;

/// The one place that names the repository is `[workspace.package]`; everything else derives from it.
pub const REPOSITORY_URL: &str = env!("CARGO_PKG_REPOSITORY");

/// Reports of thousands of files are millions of small values. The system's allocators are up to several times
/// slower at that (musl's most of all, which the released programs would use), and this one costs 60 kB.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;
