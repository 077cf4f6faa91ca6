//! The picture that reports paint: files, their units, and how many of them were covered. All integers.
//!
//! It must not know any format, nor what a good number is. Units are never mixed: each file knows the unit
//! that its report counts in, and every total is asked for by unit.

mod file;
mod lines;
mod unit;

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::ops::{Add, AddAssign};

pub use file::{FileCoverage, Hits, SummaryTotals, Totals};
pub(crate) use file::{branch_ratio, function_ratio};
pub use lines::{ClosingLines, LineRun, LineView};
pub(crate) use unit::BranchParts;
pub use unit::{Block, Branch, BranchKind, BranchTally, Function, Grouping, LineHits, Span};

/// The thing counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Unit {
    /// Statements, as Go counts them.
    Statements,
    /// Source lines.
    Lines,
    /// Arms of branches.
    Branches,
    /// Functions.
    Functions,
}

impl Unit {
    /// Every unit, in the order in which they are shown.
    pub const ALL: [Unit; 4] = [Unit::Statements, Unit::Lines, Unit::Branches, Unit::Functions];

    /// The plural, lower case, as measures are named: `coverage.<name>`.
    pub fn name(self) -> &'static str {
        match self {
            Unit::Statements => "statements",
            Unit::Lines => "lines",
            Unit::Branches => "branches",
            Unit::Functions => "functions",
        }
    }
}

/// Covered units out of measured ones. Zero measured is no data: neither 0 % nor 100 %.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Ratio {
    /// How many ran; never more than `total`.
    pub covered: u64,
    /// How many were measured.
    pub total: u64,
}

impl Ratio {
    /// A ratio; more covered than measured is read as all of them.
    pub fn new(covered: u64, total: u64) -> Self {
        Self { covered: covered.min(total), total }
    }

    /// Whether nothing was measured.
    pub fn is_no_data(self) -> bool {
        self.total == 0
    }

    /// How many were measured and did not run.
    pub fn missed(self) -> u64 {
        self.total.saturating_sub(self.covered)
    }

    /// Counts `units` more.
    pub(crate) fn count(&mut self, units: u64, covered: bool) {
        *self += Self { covered: if covered { units } else { 0 }, total: units };
    }
}

impl Add for Ratio {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            covered: self.covered.saturating_add(other.covered),
            total: self.total.saturating_add(other.total),
        }
    }
}

impl AddAssign for Ratio {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl std::iter::Sum for Ratio {
    fn sum<I: Iterator<Item = Self>>(ratios: I) -> Self {
        ratios.fold(Self::default(), Add::add)
    }
}

/// All files of one flag, from one report or from many.
///
/// Files are keyed by the path as the report wrote it; to find them in the repository is the business of
/// whoever knows the repository, who rebuilds the picture under new keys with [`Picture::insert`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Picture {
    files: BTreeMap<String, FileCoverage>,
}

impl Picture {
    /// The files in the order of their paths.
    pub fn files(&self) -> impl ExactSizeIterator<Item = (&str, &FileCoverage)> {
        self.files.iter().map(|(path, file)| (path.as_str(), file))
    }

    /// The file that a report wrote as `path`, letter by letter.
    pub fn file(&self, path: &str) -> Option<&FileCoverage> {
        self.files.get(path)
    }

    /// Whether there is no file. A picture with files may still hold no data: ask the ratios.
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// Adds a file; if there is one of this very path, the two are united.
    pub fn insert(&mut self, path: String, file: FileCoverage) {
        match self.files.entry(path) {
            Entry::Vacant(entry) => {
                entry.insert(file);
            }
            Entry::Occupied(mut entry) => entry.get_mut().absorb(file),
        }
    }

    /// What all files that count in `unit` add up to.
    ///
    /// Some files may count in lines and others in statements: see [`Picture::native_ratio`].
    pub fn ratio(&self, unit: Unit) -> Ratio {
        self.files.values().map(|file| file.ratio(unit)).sum()
    }

    /// What the files whose own unit is `unit` add up to. Over [`Unit::Statements`] and [`Unit::Lines`]
    /// every file is in exactly one of the two.
    pub fn native_ratio(&self, unit: Unit) -> Ratio {
        self.files.values().filter(|file| file.native_unit() == unit).map(|file| file.ratio(unit)).sum()
    }

    /// The totals in every unit.
    pub fn totals(&self) -> Totals {
        self.files.values().fold(Totals::default(), |totals, file| totals + file.totals())
    }

    /// Blocks about whose number of statements the reports disagree; they are in no statement total.
    pub fn disputes(&self) -> impl Iterator<Item = (&str, &Block)> {
        self.files().flat_map(|(path, file)| {
            file.blocks().iter().filter(|block| block.is_disputed()).map(move |block| (path, block))
        })
    }

    /// Files of which the reports measured different versions, with the least and the greatest version.
    pub fn version_conflicts(&self) -> impl Iterator<Item = (&str, &str, &str)> {
        self.files().filter_map(|(path, file)| {
            file.versions().filter(|(least, greatest)| least != greatest).map(|(l, g)| (path, l, g))
        })
    }

    /// Files that came in two units, so that only the line view is common to what was united.
    pub fn mixed_units(&self) -> impl Iterator<Item = &str> {
        self.files().filter(|(_, file)| file.has_mixed_units()).map(|(path, _)| path)
    }

    /// Files with totals only.
    pub fn summaries_only(&self) -> impl Iterator<Item = &str> {
        self.files().filter(|(_, file)| file.is_summary_only()).map(|(path, _)| path)
    }
}

impl IntoIterator for Picture {
    type Item = (String, FileCoverage);
    type IntoIter = std::collections::btree_map::IntoIter<String, FileCoverage>;

    /// The files with their paths, to be put under other ones.
    fn into_iter(self) -> Self::IntoIter {
        self.files.into_iter()
    }
}

impl FromIterator<(String, FileCoverage)> for Picture {
    fn from_iter<I: IntoIterator<Item = (String, FileCoverage)>>(files: I) -> Self {
        let mut files: Vec<_> = files.into_iter().collect();
        files.sort_by(|(left, _), (right, _)| left.cmp(right));
        files.dedup_by(|(path, file), (kept_path, kept)| {
            let same = path == kept_path;
            if same {
                kept.absorb(std::mem::take(file));
            }
            same
        });
        // In order and without duplicates, the map is built in one go.
        Self { files: files.into_iter().collect() }
    }
}
