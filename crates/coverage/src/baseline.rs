//! The figures of an earlier commit: what a drop is measured against, and what a flag is carried forward from. A plain
//! value; where it is kept and how it was found is not known here.

mod error;
mod payload;
mod picture;

use std::collections::{BTreeMap, BTreeSet};

use gatewright_core::repository::ChangeSet;

pub use error::BaselineError;

use crate::evidence::Evidence;
use crate::flags::Fate;
use crate::tally::Tally;
use crate::{Picture, Totals, Unit};

/// What a baseline is called among the files that were read.
pub const FORMAT: &str = "coverage baseline";

/// What an earlier commit added up to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Baseline {
    /// The commit, if it is known.
    pub commit: Option<String>,
    /// Everything.
    pub total: Stand,
    /// Each flag.
    pub flags: BTreeMap<String, Stand>,
    /// Each file with the unit that it is counted in; empty where the baseline keeps no files.
    pub files: BTreeMap<String, (Unit, Totals)>,
    /// The files of the flags that can be carried forward.
    pub pictures: BTreeMap<String, Picture>,
}

/// How something stood, and what it was counted by.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stand {
    /// The formats of the reports.
    pub formats: BTreeSet<String>,
    /// The units that files were counted in.
    pub native: BTreeSet<Unit>,
    /// The figures.
    pub totals: Totals,
    /// The commit that it was itself carried forward from.
    pub carried_from: Option<String>,
}

/// What is known of the baseline of a run.
#[derive(Clone, Debug)]
pub enum BaselineUnderReview {
    /// There is one.
    Found {
        /// It.
        baseline: Box<Baseline>,
        /// Where it comes from, for readers: "of abc1234, 3 commits before the base".
        how: String,
        /// What changed since its commit, where that is known.
        changes: Option<ChangeSet>,
    },
    /// This run has none, and why: nothing is compared, and nothing is wrong.
    NotApplicable(String),
    /// There should be one.
    None {
        /// Why there is none.
        why: String,
        /// The next step.
        help: String,
    },
    /// There is one, but it can't be read.
    Unreadable {
        /// What is wrong.
        message: String,
        /// The next step.
        help: String,
    },
}

impl Default for BaselineUnderReview {
    fn default() -> Self {
        Self::NotApplicable("no baseline was asked for".to_owned())
    }
}

/// What some commit before this run added up to, for the trend.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EarlierFigures {
    /// The commit.
    pub commit: String,
    /// When it was made, in seconds since 1970.
    pub time: i64,
    /// What it added up to.
    pub totals: Totals,
    /// The units that files were counted in.
    pub native: BTreeSet<Unit>,
}

impl EarlierFigures {
    /// Those of a baseline, for the trend.
    pub fn of(baseline: &Baseline, commit: &str, time: i64) -> Self {
        let Stand { totals, native, .. } = &baseline.total;
        Self { commit: commit.to_owned(), time, totals: *totals, native: native.clone() }
    }
}

impl Baseline {
    /// The figures of this run as the baseline of later ones. Pictures are kept of the flags named in `keep`.
    ///
    /// # Errors
    /// What is incomplete: an unfinished run must not become what others are measured against.
    pub fn of(
        evidence: &Evidence,
        commit: Option<&str>,
        keep: impl Fn(&str) -> bool,
    ) -> Result<Self, BaselineError> {
        if let Some(report) = evidence
            .reports
            .iter()
            .find(|report| !report.content.as_ref().is_ok_and(|content| content.complete))
        {
            return Err(BaselineError::Incomplete(format!("{} could not be read whole", report.shown)));
        }
        if evidence.picture.is_empty() {
            return Err(BaselineError::Incomplete("there is no coverage data".to_owned()));
        }
        let mut flags = BTreeMap::new();
        let mut pictures = BTreeMap::new();
        for (name, flag) in &evidence.flags {
            if let Fate::Missing(why) = &flag.fate {
                return Err(BaselineError::Incomplete(format!("the flag {name} is missing: {why}")));
            }
            let carried_from = flag.carried_from().map(str::to_owned);
            flags.insert(name.clone(), stand(&flag.tally, flag.formats.clone(), carried_from));
            if keep(name) {
                pictures.insert(name.clone(), flag.picture.clone());
            }
        }
        let files =
            evidence.files().map(|(path, file, totals)| (path.to_owned(), (file.native_unit(), *totals)));
        Ok(Self {
            commit: commit.map(str::to_owned),
            total: stand(&evidence.total, formats_of(evidence), None),
            flags,
            files: files.collect(),
            pictures,
        })
    }

    /// What the files for which `belongs` says so added up to; `None` where the baseline keeps no files, or none of these.
    pub(crate) fn tally(&self, belongs: impl Fn(&str) -> bool) -> Option<Tally> {
        let mut tally = Tally::default();
        for (_, (native, totals)) in self.files.iter().filter(|(path, _)| belongs(path)) {
            tally.add(*native, totals);
        }
        (tally.files() > 0).then_some(tally)
    }
}

fn stand(tally: &Tally, formats: BTreeSet<String>, carried_from: Option<String>) -> Stand {
    Stand { formats, native: tally.native().clone(), totals: tally.totals(), carried_from }
}

/// The names of the formats that all figures come from.
pub(crate) fn formats_of(evidence: &Evidence) -> BTreeSet<String> {
    let read = evidence.reports.iter().filter_map(|report| report.content.as_ref().ok());
    let read = read.map(|content| content.format.name().to_owned());
    read.chain(evidence.flags.values().flat_map(|flag| flag.formats.iter().cloned())).collect()
}
