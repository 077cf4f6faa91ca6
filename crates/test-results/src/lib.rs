//! Test results, read, grouped and judged.

#![cfg_attr(
    test,
    allow(clippy::needless_raw_string_hashes, reason = "this is how expect-test writes its snapshots")
)]

pub mod detect;
pub mod diagnostic;
mod encoding;
pub mod formats;
mod lines;
pub mod model;
mod number;
mod suites;
mod text;
mod xml;

#[cfg(test)]
mod dump;

pub use detect::{Unknown, detect};
pub use diagnostic::{Diagnostic, Diagnostics, Kind, Weight};
pub use formats::{Format, Parsed, ReadError, read};
pub use model::{Attempts, Detail, Nanoseconds, Occurrence, Outcome, Sink, Subject, Tally, TestName};
pub use text::Excerpt;
