//! Talks to GitHub, and is the only code that does: one client under one retry policy, pages, errors that name the
//! missing permission, and the one sticky comment of a pull request.
//!
//! It knows no action and renders nothing: a comment's text comes from the caller. The environment is core's; what a
//! client must know of it arrives as [`Settings`].

mod api;
mod client;
mod clock;
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
