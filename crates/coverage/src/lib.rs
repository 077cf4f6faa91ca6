//! Coverage reports, read into one exact picture.
//!
//! The way through: bytes → [`read`] (or [`detect()`] and a reader of [`formats`]) → [`Parsed`]: a
//! [`Picture`] of integers and the [`Diagnostics`] of everything that was odd or broken on the way.
//! Pictures of several reports are united with [`Picture::absorb`].
//!
//! This crate owns formats and arithmetic. It must not know where bytes come from, how a path of a report
//! maps to the repository, what a threshold is, or how anything is shown. It never panics on input, and
//! the memory it takes is proportional to the picture, not to the report.

#![cfg_attr(
    test,
    allow(clippy::needless_raw_string_hashes, reason = "this is how expect-test writes its snapshots")
)]

mod chunks;
mod decode;
pub mod detect;
pub mod diagnostic;
pub mod formats;
mod gather;
mod merge;
pub mod model;

pub use detect::{Lookalike, Unknown, detect};
pub use diagnostic::{Diagnostic, Diagnostics, Kind, Weight};
pub use formats::{Format, Parsed, ReadError, read};
pub use model::{
    Block, Branch, BranchKind, ClosingLines, FileCoverage, Function, Grouping, Hits, LineHits, LineRun,
    LineView, Picture, Ratio, Span, SummaryTotals, Totals, Unit,
};

#[cfg(test)]
mod dump;
#[cfg(test)]
mod laws;
