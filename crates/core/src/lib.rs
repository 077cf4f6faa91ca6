//! What every Gatewright action shares: inputs, the report and its verdict, all renderers, and the only
//! code that touches the runner (environment, standard streams, exit status, file commands, processes).
//!
//! This crate knows no concern: nothing here may name coverage, tests, SARIF producers or any other field.

pub mod process;
pub mod repo_path;
pub mod repository;

pub use repo_path::RepoPath;
