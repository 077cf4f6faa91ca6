//! Talks to GitHub, and is the only code that does: one client under one retry policy, pages, errors that name the
//! missing permission, the one sticky comment of a pull request, and uploads to code scanning.
//!
//! It knows no action and renders nothing: a comment's text and a SARIF file come from the caller. The environment is core's; what a
//! client must know of it arrives as [`Settings`].

mod api;
mod client;
mod clock;
pub mod code_scanning;
mod error;
pub mod event;
mod marker;
mod pages;
mod retry;
mod sticky;
mod transport;

pub use api::{Account, ChangedPath, Comment, PullRequest, RepositoryName, Run, Side};
pub use client::{Client, Settings, Token};
pub use clock::Clock;
pub use error::{GithubError, Limit};
pub use marker::{Key, Stamp};
pub use sticky::{Published, StickyComment, publish};
pub use transport::Proxies;
