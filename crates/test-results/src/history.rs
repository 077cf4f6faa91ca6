//! What is remembered of the runs on the default branch, to hold later runs against: of every test its names, how it ended
//! in each of the last runs, how long it takes as a rule, and how often it passed in a row.
//!
//! A history rolls on: [`History::next`] puts a run in front and forgets what is too old. It must not know where it is
//! stored, nor which run of the default branch deserves to be recorded.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use crate::collect::Results;
use crate::identity::{TestId, variant_seed};
use crate::model::{Nanoseconds, Subject, TestName};

mod duration;
mod error;
mod outcomes;
mod payload;

pub use duration::Typical;
pub(crate) use duration::{STEPS, steps, time};
pub use error::HistoryError;
pub use outcomes::{MOST_RUNS, Outcomes, PastOutcome};

/// Bytes of a commit's name that are kept.
const MOST_COMMIT: usize = 64;

/// Bytes of a variant's name that are kept; the other names are cut by the roster.
const MOST_VARIANT: usize = 4096;

/// A run to be recorded.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RunAbout {
    /// The commit that was tested.
    pub commit: String,
    /// When, in seconds after the start of 1970.
    pub time: u64,
}

/// A run that is recorded.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PastRun {
    /// The commit that was tested.
    pub commit: String,
    /// When, in seconds after the start of 1970.
    pub time: u64,
    /// How many tests there were, those with them whose names are not recorded.
    pub tests: u64,
}

/// What is remembered of a test.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Past {
    /// Which.
    pub id: TestId,
    /// Whether it is a test at all.
    pub subject: Subject,
    /// Its variant, empty where there is none.
    pub variant: Arc<str>,
    /// The suites it is in.
    pub suite: Arc<str>,
    /// Its class.
    pub class: Arc<str>,
    /// Its name.
    pub name: Box<str>,
    /// Its file, as the reports say.
    pub file: Arc<str>,
    /// How it ended in the recorded runs.
    pub outcomes: Outcomes,
    /// How long its passed runs take as a rule.
    pub typical: Typical,
    /// In how many runs it passed since it last did not. Runs that did not execute it neither end that nor count.
    pub passes: u32,
}

impl Past {
    /// The name by which people know it.
    pub fn title(&self) -> String {
        crate::collect::title(&self.suite, &self.class, &self.name)
    }

    /// Its identity by its names; another one is kept where a name was too long to be kept whole.
    fn id_by_names(&self) -> TestId {
        let name = TestName { suite: &self.suite, class: &self.class, name: &self.name, file: &self.file };
        TestId::new(variant_seed(&self.variant), self.subject, &name)
    }

    /// In the order in which they are stored: what belongs together lies together.
    fn sort_key(&self) -> (&str, &str, &str, &str, &str, bool, TestId) {
        let outside = self.subject == Subject::OutsideTests;
        (&self.variant, &self.suite, &self.class, &self.file, &self.name, outside, self.id)
    }

    fn record(&mut self, outcome: PastOutcome, duration: Option<Nanoseconds>) {
        if outcome == PastOutcome::Passed {
            if let Some(duration) = duration {
                self.typical.add(duration, self.outcomes.count(PastOutcome::Passed));
            }
            self.passes = self.passes.saturating_add(1);
        } else if outcome.is_executed() {
            self.passes = 0;
        }
        self.outcomes.push(outcome);
    }
}

/// What is remembered of the last runs, [`MOST_RUNS`] of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct History {
    runs: Vec<PastRun>,
    tests: BTreeMap<TestId, Past>,
    left_out: u64,
}

impl History {
    /// What is remembered once a run is recorded, too. The names of new tests are those of its roster; a test that is in
    /// no roster and not known yet is left out, and counted.
    pub fn next(previous: Option<&Self>, results: &Results, run: RunAbout) -> Self {
        let mut next = previous.cloned().unwrap_or_default();
        let commit = crate::text::cut_str(&run.commit, MOST_COMMIT).to_owned();
        let tests = results.table.len() as u64;
        next.runs.insert(0, PastRun { commit, time: run.time, tests });
        next.runs.truncate(MOST_RUNS);
        next.admit(results);
        let mut known = 0;
        next.tests.retain(|id, past| {
            if let Some(entry) = results.table.get(*id) {
                past.record(PastOutcome::of(entry.marks()), entry.duration());
                known += 1;
            } else {
                past.record(PastOutcome::Absent, None);
            }
            !past.outcomes.is_absent()
        });
        next.left_out = tests - known;
        next
    }

    /// The tests of a run that are not known yet.
    fn admit(&mut self, results: &Results) {
        let mut texts = Texts::default();
        for past in self.tests.values() {
            texts.known.extend([&past.variant, &past.suite, &past.class, &past.file].map(Arc::clone));
        }
        let variants: Vec<Arc<str>> = results
            .variants
            .iter()
            .map(|variant| texts.one(crate::text::cut_str(variant, MOST_VARIANT)))
            .collect();
        for test in results.roster.iter().flat_map(crate::Roster::iter) {
            if self.tests.contains_key(&test.id) || results.table.get(test.id).is_none() {
                continue;
            }
            let past = Past {
                id: test.id,
                subject: test.subject,
                variant: variants.get(test.variant).cloned().unwrap_or_default(),
                suite: texts.one(test.suite),
                class: texts.one(test.class),
                name: test.name.into(),
                file: texts.one(test.file),
                outcomes: Outcomes::default(),
                typical: Typical::default(),
                passes: 0,
            };
            self.tests.insert(test.id, past);
        }
    }

    /// The runs, the newest first.
    pub fn runs(&self) -> &[PastRun] {
        &self.runs
    }

    /// What is remembered of a test.
    pub fn get(&self, id: TestId) -> Option<&Past> {
        self.tests.get(&id)
    }

    /// Every test that is remembered, by its identity.
    pub fn tests(&self) -> impl ExactSizeIterator<Item = &Past> {
        self.tests.values()
    }

    /// How many tests of the newest run are not recorded, because their names found no room.
    pub fn left_out(&self) -> u64 {
        self.left_out
    }
}

/// Names that many tests share, each once.
#[derive(Debug, Default)]
struct Texts {
    known: HashSet<Arc<str>>,
}

impl Texts {
    fn one(&mut self, text: &str) -> Arc<str> {
        if let Some(known) = self.known.get(text) {
            return Arc::clone(known);
        }
        let text: Arc<str> = text.into();
        self.known.insert(Arc::clone(&text));
        text
    }
}

#[cfg(test)]
pub(crate) mod tests;
