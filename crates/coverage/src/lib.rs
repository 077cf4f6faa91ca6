//! Coverage reports, read into one exact picture.
//!
//! The way through: bytes → [`read`] (or [`detect()`] and a reader of [`formats`]) → [`Parsed`]: a
//! [`Picture`] of integers and the [`Diagnostics`] of everything that was odd or broken on the way.
//! Pictures of several reports are united with [`Picture::absorb`].
//!
//! Then [`Gatherer`] files pictures under repository paths into [`Evidence`], and [`judge()`] holds it to a [`Policy`].
//!
//! This crate owns formats, arithmetic and the rules. It must not know where bytes come from or how anything is
//! shown. It never panics on input, and the memory it takes is proportional to the picture, not to the report.

#![cfg_attr(
    test,
    allow(clippy::needless_raw_string_hashes, reason = "this is how expect-test writes its snapshots")
)]

pub mod baseline;
mod chunks;
mod decode;
pub mod detect;
pub mod diagnostic;
pub mod evidence;
pub mod explain;
pub mod flags;
pub mod formats;
mod gates;
mod gather;
mod judge;
mod language;
mod merge;
pub mod model;
pub mod output;
pub mod policy;
pub mod rules;
mod sections;
mod states;
mod tally;
mod unpack;

pub use detect::{Lookalike, Unknown, detect};
pub use diagnostic::{Diagnostic, Diagnostics, Kind, Weight};
pub use evidence::{Evidence, Gatherer, Ignores, Selection};
pub use flags::Named;
pub use formats::{Format, Parsed, ReadError, read};
pub use judge::{Circumstances, PatchBase, judge};
pub use model::{
    Block, Branch, BranchKind, BranchTally, ClosingLines, FileCoverage, Function, Grouping, Hits, LineHits,
    LineRun, LineView, Picture, Ratio, Span, SummaryTotals, Totals, Unit,
};

pub use baseline::{Baseline, BaselineUnderReview};
pub use policy::Policy;
pub use tally::{Partials, Tally};

#[cfg(test)]
mod dump;
#[cfg(test)]
mod laws;
