//! What the judge looks at: the reports as they were read, the one picture under repository paths, its parts, and the
//! lines that the change touches. Built once, purely; rules and gates only read it.

mod gatherer;
mod patch;

use std::collections::{BTreeMap, BTreeSet};

use gatewright_core::RepoPath;
use gatewright_core::repository::ChangeSet;

pub use gatherer::{Gatherer, Heads, Ignores, Report, Selection};
pub use patch::Patch;

use crate::baseline::BaselineUnderReview;
use crate::flags::{FlagEvidence, Named};
use crate::tally::{Partials, Tally};
use crate::{Diagnostics, FileCoverage, Format, Picture, Ratio, Totals, Unit};

/// A report as it was read.
#[derive(Clone, Debug)]
pub struct ReportEvidence {
    /// Its path for readers.
    pub shown: String,
    /// Its path in the repository, if it lies inside.
    pub path: Option<RepoPath>,
    /// The flag that it belongs to.
    pub flag: Option<String>,
    /// What became of it.
    pub content: Result<ReportContent, String>,
    /// The next step where it could not be read.
    pub help: String,
}

/// The content of a report that was recognised.
#[derive(Clone, Debug)]
pub struct ReportContent {
    /// Its format.
    pub format: Format,
    /// What was odd or broken in it.
    pub diagnostics: Diagnostics,
    /// Nothing that it should hold is missing.
    pub complete: bool,
    /// How many files it measures.
    pub files: usize,
}

/// All that is judged.
#[derive(Clone, Debug, Default)]
pub struct Evidence {
    /// Every report, in the order they were read.
    pub reports: Vec<ReportEvidence>,
    /// All files, under their repository paths; under the report's own where none answers.
    pub picture: Picture,
    /// What everything adds up to.
    pub total: Tally,
    /// What each file adds up to, counted once: a line view is not free.
    totals: BTreeMap<String, Totals>,
    /// Each flag by itself.
    pub flags: BTreeMap<String, FlagEvidence>,
    /// What the files of each component add up to.
    pub components: BTreeMap<String, Tally>,
    /// What the files of each folder add up to; the root's is `.`.
    pub packages: BTreeMap<String, Tally>,
    /// Which keys of the picture are files of the repository.
    pub mapped: BTreeSet<String>,
    /// Report paths that several files could be.
    pub ambiguous: BTreeMap<String, Vec<RepoPath>>,
    /// Report paths that are a file's but for the case of letters.
    pub other_case: BTreeMap<String, RepoPath>,
    /// Patterns of `ignore` with the files that each took out.
    pub ignored: BTreeMap<String, Vec<String>>,
    /// Patterns of `ignore` that decided over no file of any report.
    pub idle_ignores: Vec<String>,
    /// Files that were left out because their head says that they are generated.
    pub generated: Vec<String>,
    /// What the figures are compared with.
    pub baseline: BaselineUnderReview,
    /// The lines that the change touches, where there is a change.
    pub patch: Option<Patch>,
    partials: Partials,
    pub(crate) component_globs: Vec<Named>,
}

impl Evidence {
    /// What everything adds up to in one unit; see [`Tally::ratio`] about lines.
    pub fn ratio(&self, unit: Unit) -> Ratio {
        self.total.ratio(unit)
    }

    /// Every file with what it adds up to, in the order of the paths.
    pub fn files(&self) -> impl Iterator<Item = (&str, &FileCoverage, &Totals)> {
        self.picture.files().zip(self.totals.values()).map(|((path, file), totals)| (path, file, totals))
    }

    /// What a file adds up to.
    pub fn totals_of(&self, path: &str) -> Option<&Totals> {
        self.totals.get(path)
    }

    /// The units that files bring natively: statements, lines, or both where formats are mixed.
    pub fn native_units(&self) -> BTreeSet<Unit> {
        self.total.native().clone()
    }

    /// Measured files that are no files of the repository, and which no other state speaks of.
    pub fn unmapped(&self) -> impl Iterator<Item = &str> {
        let unmapped = |path: &&str| !self.mapped.contains(*path) && !self.ambiguous.contains_key(*path);
        self.picture.files().map(|(path, _)| path).filter(unmapped)
    }

    /// With what the figures are compared with.
    #[must_use]
    pub fn with_baseline(mut self, baseline: BaselineUnderReview) -> Self {
        self.baseline = baseline;
        self
    }

    /// Measures the change. `source` gives a file's text, to tell declarations and comments from code.
    #[must_use]
    pub fn with_change(
        mut self,
        changes: &ChangeSet,
        ignores: &dyn Ignores,
        source: &dyn Fn(&RepoPath) -> Option<String>,
    ) -> Self {
        self.patch = Some(Patch::of(&self, changes, ignores, source));
        self
    }
}

/// The folder of a path, as packages are named.
pub(crate) fn package_of(path: &str) -> &str {
    match path.rsplit_once('/') {
        Some(("", _)) => "/",
        Some((folder, _)) => folder,
        None => ".",
    }
}
