//! Test results, read into one exact picture of what ran, what broke and what flaked.
//!
//! The way through: bytes → [`read`], which hands every run of every test to a [`Sink`] and returns what was odd or broken
//! on the way. A [`Collector`] is the sink that takes all reports together: which tests there are, how each ended, and
//! the words of those that failed, in [`Results`]. [`Evidence`] adds the places in the repository, and [`judge()`] holds it
//! to a [`Policy`].
//!
//! This crate owns formats, what counts as one test and as one retry, and the rules. It must not know where bytes come
//! from or how anything is shown. It never panics on input. Memory does not grow with a report: a test takes 25 bytes at
//! most, and only failures keep words, up to a limit.

#![allow(clippy::doc_markdown, reason = "JUnit, NUnit, TestNG and CTest are names of tools, not of items")]
#![allow(clippy::similar_names, reason = "this crate is about tests and their texts")]
#![cfg_attr(
    test,
    allow(clippy::needless_raw_string_hashes, reason = "this is how expect-test writes its snapshots")
)]

pub mod collect;
pub mod compare;
pub mod detect;
pub mod diagnostic;
mod encoding;
pub mod evidence;
pub mod formats;
pub mod frames;
pub mod history;
mod identity;
mod judge;
mod lines;
mod live;
pub mod model;
mod number;
pub mod output;
pub mod owners;
mod policy;
pub mod quarantine;
pub mod rerun;
pub mod roster;
pub mod rules;
mod sections;
pub mod shards;
mod states;
mod suites;
mod table;
mod text;
mod xml;

pub use collect::{Collector, Failure, Results, SlowTest, SuiteResult};

pub use compare::{Comparison, Rate, Standing};
pub use detect::{Lookalike, Unknown, detect};
pub use diagnostic::{Diagnostic, Diagnostics, Kind, Weight};
pub use evidence::{Evidence, ReportContent, ReportEvidence};
pub use formats::{Format, Parsed, ReadError, read};
pub use history::{History, HistoryError, PastOutcome, RunAbout};
pub use identity::TestId;
pub use judge::{Circumstances, CommandEnd, MEASURES, judge};
pub use live::Live;
pub use model::{
    Attempts, Detail, Milliseconds, Nanoseconds, Occurrence, Outcome, Sink, Subject, Tally, TestName,
};
pub use owners::Owners;
pub use policy::Policy;
pub use quarantine::{Quarantine, Quarantined, TestPattern};
pub use rerun::rerun_commands;
pub use roster::{Listed, Roster};
pub use table::{Entry, Marks, Table, TestOutcome};
pub use text::Excerpt;

#[cfg(test)]
mod dump;
#[cfg(test)]
mod laws;
