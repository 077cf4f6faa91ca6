//! Test results, read, grouped and judged.

#![cfg_attr(
    test,
    allow(clippy::needless_raw_string_hashes, reason = "this is how expect-test writes its snapshots")
)]

pub mod collect;
pub mod detect;
pub mod diagnostic;
mod encoding;
pub mod formats;
mod identity;
mod lines;
pub mod model;
mod number;
mod suites;
mod table;
mod text;
mod xml;

#[cfg(test)]
mod dump;

pub use collect::{Collector, Failure, Results, SlowTest, SuiteResult};
pub use detect::{Unknown, detect};
pub use diagnostic::{Diagnostic, Diagnostics, Kind, Weight};
pub use formats::{Format, Parsed, ReadError, read};
pub use identity::TestId;
pub use model::{Attempts, Detail, Nanoseconds, Occurrence, Outcome, Sink, Subject, Tally, TestName};
pub use table::{Entry, Marks, Table, TestOutcome};
pub use text::Excerpt;
