//! The HTML report: what people open to see what failed, why, and since when.
//!
//! It works from the file system, with no server and nothing from elsewhere: a browser does not let a page of `file://`
//! fetch its neighbours, but it does load scripts from beside it. So the report is a folder: `index.html` names every
//! test with its outcome, and `data/<hash>.js` hold the words of the failures, some [`PACK_BYTES`] each, loaded when
//! somebody opens one. A report with few words is one file. A script is named by the hash of its content: no foreign
//! letter gets into a name.
//!
//! Up to [`MOST_TESTS`] tests are listed. Beyond, or where the roster of names is not complete, the report lists those
//! that failed, those that are flaky and the slowest, and says so.
//!
//! The parts: `data.rs` writes what the page shows as JSON, escaped for a script; `page.rs` writes the document and the
//! policy that forbids every script but ours; `app/` holds the page's own script and style. Foreign text is JSON inside
//! a script, where nothing can end the script, and reaches the document as text only, never as markup. Without scripts
//! the page shows the headline and what failed.

mod data;
mod notes;
mod page;

use std::io;

use crate::evidence::Evidence;
use crate::history::PastOutcome;
use crate::identity::TestId;

pub use notes::Notes;

/// Bytes of failures' words after which a script is closed.
const PACK_BYTES: usize = 256 << 10;

/// Bytes of failures' words up to which the report is one file.
const SINGLE_BYTES: usize = 1 << 20;

/// Tests up to which every one is listed.
pub const MOST_TESTS: usize = 100_000;

/// All that the report shows. Nothing here is judged; the page shows it as it is.
#[derive(Clone, Copy)]
pub struct HtmlReport<'a> {
    /// What the report is about: the repository or the gate.
    pub title: &'a str,
    /// `pass`, `warn`, `fail` or `no-data`; empty where nobody judged.
    pub verdict: &'a str,
    /// The sentence that says it all.
    pub headline: &'a str,
    /// Why the verdict is not a pass: sentences, the worst first.
    pub reasons: &'a [String],
    /// Lines below the title, as label and value: commit, branch, time.
    pub subject: &'a [(&'a str, &'a str)],
    /// What ran. For passing tests to have names, its results need a roster.
    pub evidence: &'a Evidence,
    /// What is known of a test besides this run; [`Notes::of`] for one.
    pub notes: &'a dyn Fn(TestId) -> TestNotes,
    /// Where a file of this commit can be seen: `https://…/blob/<commit>`.
    pub blob: Option<&'a str>,
}

/// What is known of a test besides this run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TestNotes {
    /// It fails, and did not in what the run is compared with.
    pub is_new: bool,
    /// How its failure stands against what the run is compared with, for people; empty where there is nothing to say.
    pub standing: String,
    /// Why its failures are accepted for now, with owner and end: it is in quarantine.
    pub quarantine: Option<String>,
    /// What it did before.
    pub history: Option<HistoryStrip>,
}

/// The last outcomes of a test.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HistoryStrip {
    /// Oldest first; of more than [`MOST_HISTORY`] the last ones are shown.
    pub outcomes: Vec<PastOutcome>,
    /// How often it is bad, for people: `3 of 40 runs, 7.5 % (2.6–19.9 %)`; empty where it never was.
    pub rate: String,
}

/// Outcomes of one test's history that are shown.
pub const MOST_HISTORY: usize = 60;

/// Where the files of a report go: a path relative to the report, with `/`, and the bytes. `index.html` comes last.
pub type Files<'a> = dyn FnMut(&str, Vec<u8>) -> io::Result<()> + 'a;

/// Writes the report.
///
/// # Errors
/// Those of the sink.
pub fn write_html(report: &HtmlReport<'_>, sink: &mut Files<'_>) -> io::Result<()> {
    let (index, packs) = data::index(report, sink)?;
    sink("index.html", page::page(report, &index, &packs))
}

#[cfg(test)]
#[path = "html/tests.rs"]
mod tests;
