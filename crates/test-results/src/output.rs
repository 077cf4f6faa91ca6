//! What is written about the results for other programs and for people who want all of them: JUnit XML, CTRF, an HTML
//! report. Values in, bytes out: each format is one file, and none opens a file itself.
//!
//! [`Results`](crate::Results) keep no words of tests that pass, and of those that fail only one run's; whoever wants
//! every run has the reports read once more. That is what a [`Replay`] does: it costs a second reading, and no memory.

mod attachments;
mod cases;
mod ctrf;
pub mod html;
mod junit;

use std::io;

use crate::model::Sink;

pub use ctrf::{CtrfAbout, write_ctrf};
pub use junit::{MOST_CASES, write_junit};

/// Takes the runs of all reports, one report after the other.
pub trait Runs: Sink {
    /// The runs that follow are those of a report of this variant; reports of the same group of `attempts` are tries of
    /// one run. The same words as for [`Collector::begin`](crate::Collector::begin).
    fn begin(&mut self, variant: &str, attempts: Option<&str>);
}

/// Reads all reports once more: for each, [`Runs::begin`] and then [`read`](crate::read).
pub type Replay<'a> = dyn FnMut(&mut dyn Runs) -> io::Result<()> + 'a;

#[cfg(test)]
mod tests;
