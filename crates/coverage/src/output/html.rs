//! The HTML report: what people open to see which lines ran.
//!
//! It works from the file system, with no server and nothing from elsewhere: a browser does not let a page of `file://`
//! fetch its neighbours, but it does load scripts from beside it. So the report is a folder, `index.html` with the
//! figures of all files, and `data/<hash>.js` with the sources, each a single call that hands over its content. Why not
//! one file: ten thousand sources are a hundred megabytes, which no browser opens in a blink, and who wants one of
//! them should not wait for all. Why not one script a source: an artifact of ten thousand small files takes minutes to
//! upload and to unpack; neighbours share a script of some [`PACK_BYTES`] instead, which loads as fast. A script is
//! named by the hash of its content: no foreign letter gets into a name, no two names differ in case only, and a
//! cached script never belongs to another report. A report below [`SINGLE_BYTES`] is one file after all: [`Form`].
//!
//! The parts: `data.rs` writes what the page shows as JSON, escaped for a script; `page.rs` writes the document and the
//! policy that forbids every script but ours; `app/` holds the page's own script and style. The page must not compute what the
//! judge computes: it adds up figures for folders, and shows the rest as it was handed over.
//!
//! Foreign text (paths, sources, names) is JSON inside a script, where nothing can end the script, and reaches the
//! document as text only, never as markup.

mod data;
mod page;

use std::collections::BTreeMap;
use std::io;

use gatewright_core::decimal::Decimal;
use gatewright_core::repository::LineRange;
use gatewright_core::sha256;

use self::data::{Before, FileRow, Place};
use super::TrendPoint;
use crate::{ClosingLines, FileCoverage, Picture, Ratio, Totals};

/// Bytes of sources after which a script is closed.
const PACK_BYTES: usize = 256 << 10;

/// The most that a report may take to be one file.
const SINGLE_BYTES: usize = 2 << 20;

/// All that the report shows. Nothing here is judged; the page shows it as it is.
#[derive(Clone, Copy)]
pub struct HtmlReport<'a> {
    /// What the report is about: the repository or the gate.
    pub title: &'a str,
    /// Lines below the title, as label and value: commit, branch, time.
    pub subject: &'a [(&'a str, &'a str)],
    /// What everything adds up to.
    pub totals: Totals,
    /// The files, under the paths that readers know.
    pub picture: &'a Picture,
    /// The changed lines, covered and measured, where there is a change.
    pub patch: Option<Ratio>,
    /// The changed lines by path.
    pub changed: &'a BTreeMap<String, ChangedLines>,
    /// What the figures are compared with.
    pub baseline: Option<Baseline<'a>>,
    /// The total over the last commits, oldest first.
    pub trend: &'a [TrendPoint],
    /// Flags, components, packages.
    pub groups: &'a [Group<'a>],
    /// The least percentage that is asked for: it chooses colours.
    pub minimum: Option<Decimal>,
    /// Where a file of this commit can be seen: `https://…/blob/<commit>`.
    pub blob: Option<&'a str>,
    /// The text of a file, or nothing where it can't be read: then the report shows counts by line.
    pub source: &'a dyn Fn(&str) -> Option<String>,
    /// One file or a folder.
    pub form: Form,
}

/// One file or a folder.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Form {
    /// One file up to two megabytes, a folder above.
    #[default]
    BySize,
    /// One file, however large.
    SingleFile,
    /// A folder, however small.
    Folder,
}

/// The changed lines of a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ChangedLines {
    /// The lines, in order.
    pub ranges: Vec<LineRange>,
    /// How many of them are measured and ran, as the judge counted; without it the measured lines are counted here.
    pub ratio: Option<Ratio>,
}

/// What the figures are compared with.
#[derive(Clone, Copy)]
pub struct Baseline<'a> {
    /// Its name for readers: `main at 1a2b3c4`.
    pub name: &'a str,
    /// What everything added up to.
    pub totals: Totals,
    /// What a file added up to; `None` for a file that was not there.
    pub file: &'a dyn Fn(&str) -> Option<Totals>,
}

/// Files under one name: a flag, a component, a package.
#[derive(Clone, Copy, Debug)]
pub struct Group<'a> {
    /// `flag`, `component`, `package`.
    pub kind: &'a str,
    /// Its name.
    pub name: &'a str,
    /// What it adds up to.
    pub totals: Totals,
}

/// Where the files of a report go: a path relative to the report, with `/`, and the bytes. `index.html` comes last.
pub type Sink<'a> = dyn FnMut(&str, Vec<u8>) -> io::Result<()> + 'a;

/// Writes the report. Sources are asked for one by one and handed on: no more than a few megabytes are held at a time,
/// besides the figures of every file.
///
/// # Errors
/// Those of the sink.
pub fn write_html(report: &HtmlReport<'_>, sink: &mut Sink<'_>) -> io::Result<()> {
    let mut packs = Packs::new(report.form);
    let mut rows = Vec::with_capacity(report.picture.files().len());
    for (path, file) in report.picture.files() {
        let changed = report.changed.get(path);
        let text = (report.source)(path);
        let place = packs.begin(sink)?;
        data::write_file(&mut packs.open, file, text.as_deref(), changed);
        rows.push(row(report, path, file, changed, place));
    }
    let packs = packs.finish(sink)?;
    sink("index.html", page::page(report, &rows, &packs))
}

fn row<'a>(
    report: &HtmlReport<'_>,
    path: &'a str,
    file: &FileCoverage,
    changed: Option<&ChangedLines>,
    place: Place,
) -> FileRow<'a> {
    FileRow {
        path,
        totals: file.totals(),
        unit: file.native_unit(),
        changed: changed.map(|changed| changed.ratio.unwrap_or_else(|| changed_ratio(file, &changed.ranges))),
        before: report
            .baseline
            .map_or(Before::Unknown, |baseline| (baseline.file)(path).map_or(Before::Absent, Before::Was)),
        place,
    }
}

/// Measured lines among the changed ones.
fn changed_ratio(file: &FileCoverage, ranges: &[LineRange]) -> Ratio {
    let view = file.patch_view(ClosingLines::LeftOut);
    let mut ratio = Ratio::default();
    for range in ranges {
        let from = view.runs().partition_point(|run| run.last < range.first);
        for run in view.runs()[from..].iter().take_while(|run| run.first <= range.last) {
            let lines = u64::from(run.last.min(range.last) - run.first.max(range.first)) + 1;
            ratio.count(lines, run.hits > 0);
        }
    }
    ratio
}

/// The sources, in scripts of neighbours.
struct Packs {
    form: Form,
    /// The JSON list that is being written, without its end.
    open: String,
    /// How many files it holds.
    files: usize,
    closed: Vec<Pack>,
    /// Bytes of the closed packs that are still held.
    held: usize,
}

/// A script that is closed: its content as long as the report may become one file, else its path.
enum Pack {
    Held(String),
    Written(String),
}

impl Packs {
    fn new(form: Form) -> Self {
        Self { form, open: String::new(), files: 0, closed: Vec::new(), held: 0 }
    }

    /// Where the next file will stand.
    fn begin(&mut self, sink: &mut Sink<'_>) -> io::Result<Place> {
        if self.open.len() >= PACK_BYTES {
            self.close(sink)?;
        }
        self.open.push(if self.files == 0 { '[' } else { ',' });
        self.files += 1;
        Ok(Place { pack: self.closed.len(), slot: self.files - 1 })
    }

    fn close(&mut self, sink: &mut Sink<'_>) -> io::Result<()> {
        if self.files == 0 {
            return Ok(());
        }
        let mut content = std::mem::take(&mut self.open);
        content.push(']');
        self.files = 0;
        self.held += content.len();
        self.closed.push(Pack::Held(content));
        let stays_one_file = match self.form {
            Form::BySize => self.held <= SINGLE_BYTES,
            Form::SingleFile => true,
            Form::Folder => false,
        };
        if stays_one_file { Ok(()) } else { self.write(sink) }
    }

    /// Hands on what is held.
    fn write(&mut self, sink: &mut Sink<'_>) -> io::Result<()> {
        self.form = Form::Folder;
        for pack in &mut self.closed {
            let Pack::Held(content) = pack else { continue };
            let hash = &sha256(content.as_bytes())[..16];
            let path = format!("data/{hash}.js");
            sink(&path, format!("gatewright(\"{hash}\",{content});\n").into_bytes())?;
            *pack = Pack::Written(hash.to_owned());
        }
        Ok(())
    }

    fn finish(mut self, sink: &mut Sink<'_>) -> io::Result<Vec<Pack>> {
        self.close(sink)?;
        Ok(self.closed)
    }
}

#[cfg(test)]
#[path = "html/tests.rs"]
mod tests;
