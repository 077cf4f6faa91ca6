//! A run held against the history of the default branch: what is new, what was known, what is gone, what became slower.
//!
//! What the history does not know is never taken for news: where names found no room in it, the answers that depend on
//! them say so. It must not know which of this fails a gate.

use std::collections::{BTreeMap, BTreeSet};

use crate::collect::{Failure, Results};
use crate::history::{History, MOST_RUNS, Past, PastOutcome, PastRun};
use crate::identity::TestId;
use crate::model::Subject;
use crate::table::{Entry, TestOutcome};

mod duration;
mod rate;

pub use duration::{DurationChange, LEAST_DIFFERENCE, LEAST_FOR_PACE, LEAST_PACED, LEAST_PASSES};
pub use rate::Rate;

/// Names that a list holds; further tests are only counted.
pub const MOST_NAMED: usize = 1000;

/// How a failing or flaky test stands against the history.
#[derive(Clone, Debug, PartialEq)]
pub enum Standing {
    /// In the baseline run it passed, was skipped, or was not there.
    New {
        /// How it ended there.
        before: PastOutcome,
    },
    /// It failed in the baseline run, too.
    Known {
        /// The commit of the first of those runs that failed without a pass between them.
        since: String,
        /// How many of them there are.
        runs: u32,
        /// It failed in the oldest recorded run: it may have failed before.
        is_at_least: bool,
    },
    /// It passed in the baseline run or was flaky there, and comes and goes: a recorded run was flaky, or it failed, passed
    /// and failed again.
    FlakyBefore {
        /// How often it was bad.
        rate: Rate,
    },
    /// The history does not know it, and lacks names: it may have been there.
    Inconclusive,
    /// There is no run to hold it against.
    NoBaseline,
}

/// A standing in a few words: `new`, `since 1a2b3c4 (3 runs)`; empty where there is nothing to say.
pub(crate) fn shown(standing: &Standing, subject: Subject) -> String {
    match standing {
        Standing::New { before: PastOutcome::Absent } if subject == Subject::Test => "a new test".to_owned(),
        Standing::New { .. } => "new".to_owned(),
        Standing::Known { since, runs, is_at_least } => {
            let since: String = since.chars().take(7).collect();
            let runs = if *runs == 1 { "1 run".to_owned() } else { format!("{runs} runs") };
            let least = if *is_at_least { "at least " } else { "" };
            format!("since {since} ({least}{runs})")
        }
        Standing::FlakyBefore { rate } => format!("flaky before: {rate}"),
        Standing::Inconclusive => "perhaps new: its history lacks names".to_owned(),
        Standing::NoBaseline => String::new(),
    }
}

/// A test by its names.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct NamedTest {
    /// Its variant, empty where there is none.
    pub variant: String,
    /// The name by which people know it.
    pub title: String,
    /// Which.
    pub id: TestId,
}

/// Tests of which something is so.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NamedTests {
    /// How many there are; at least so many where `is_conclusive` is false.
    pub count: u64,
    /// Their names, by variant and title, up to [`MOST_NAMED`].
    pub named: Vec<NamedTest>,
    /// No name that would be needed is missing.
    pub is_conclusive: bool,
}

/// A suite of the baseline run of which this run has no test.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct MissingSuite {
    /// Its variant.
    pub variant: String,
    /// Its name; empty where the whole variant is missing.
    pub suite: String,
    /// How many tests it had.
    pub tests: u64,
}

/// A run beside the newest recorded one, the baseline run.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Comparison {
    /// The baseline run; none where no run is recorded, and then nothing below is told.
    pub baseline: Option<PastRun>,
    /// The tests of the baseline run that the history has no names of; with any, answers may be inconclusive.
    pub unrecorded: u64,
    /// For each of the results' failures.
    pub standings: Vec<Standing>,
    /// Failed in the baseline run and passed in this one; what failed outside of tests and is gone, too.
    pub fixed: NamedTests,
    /// Not in the baseline run.
    pub added: NamedTests,
    /// Not in this run.
    pub removed: NamedTests,
    /// Executed in the baseline run and skipped in this one.
    pub newly_skipped: NamedTests,
    /// Skipped in the baseline run and executed in this one.
    pub no_longer_skipped: NamedTests,
    /// Suites and variants of the baseline run of which this run has nothing.
    pub missing_suites: Vec<MissingSuite>,
    /// Tests that take longer than they used to, those that cost the most time first. [`DurationChange`] has the formula.
    pub slower: Vec<DurationChange>,
    /// Tests that take less time than they used to, those that save the most first.
    pub faster: Vec<DurationChange>,
    /// How long tests of this run took for each 1000 ms that they take as a rule, in the middle of all: 2000 on a machine
    /// of half the speed. None with too few tests to tell.
    pub pace: Option<u64>,
    /// How many tests this run has.
    pub tests: u64,
    /// How many tests the baseline run had.
    pub baseline_tests: u64,
}

impl Comparison {
    /// Holds a run against a history.
    pub fn new(results: &Results, history: &History) -> Self {
        let tests = results.table.len() as u64;
        let Some(baseline) = history.runs().first() else {
            let standings = vec![Standing::NoBaseline; results.failures.len()];
            return Self { standings, tests, ..Self::default() };
        };
        let mut lists = Lists::default();
        for past in history.tests() {
            lists.sort(past, results);
        }
        let is_whole = history.left_out() == 0;
        let finish = |list: List| list.finish(is_whole);
        let durations = duration::changes(results, history);
        Self {
            baseline: Some(baseline.clone()),
            unrecorded: history.left_out(),
            standings: results.failures.iter().map(|failure| standing(failure, history)).collect(),
            fixed: finish(lists.fixed),
            added: added(results, history),
            removed: finish(lists.removed),
            newly_skipped: finish(lists.newly_skipped),
            no_longer_skipped: finish(lists.no_longer_skipped),
            missing_suites: missing_suites(results, history),
            slower: durations.slower,
            faster: durations.faster,
            pace: durations.pace,
            tests,
            baseline_tests: baseline.tests,
        }
    }

    /// How many tests fewer than the baseline run this run has.
    pub fn fewer(&self) -> u64 {
        self.baseline_tests.saturating_sub(self.tests)
    }

    /// Whether no answer is left open for want of names.
    pub fn is_conclusive(&self) -> bool {
        self.baseline.is_some() && self.unrecorded == 0 && self.added.is_conclusive
    }
}

/// How a failing or flaky test stands.
pub fn standing(failure: &Failure, history: &History) -> Standing {
    if history.runs().is_empty() {
        return Standing::NoBaseline;
    }
    let Some(past) = history.get(failure.id) else {
        return if history.left_out() > 0 {
            Standing::Inconclusive
        } else {
            Standing::New { before: PastOutcome::Absent }
        };
    };
    if let Some((runs, first)) = past.outcomes.failing() {
        let run = history.runs().get(first);
        return Standing::Known {
            since: run.map(|run| run.commit.clone()).unwrap_or_default(),
            runs,
            is_at_least: first + 1 == history.runs().len() && history.runs().len() == MOST_RUNS,
        };
    }
    if past.outcomes.count(PastOutcome::Flaky) > 0 || past.outcomes.failing_spells() > 1 {
        return Standing::FlakyBefore { rate: Rate::of(&past.outcomes) };
    }
    Standing::New { before: past.outcomes.newest() }
}

/// A list in the making.
#[derive(Debug, Default)]
struct List {
    count: u64,
    named: BTreeSet<NamedTest>,
}

impl List {
    fn add(&mut self, test: NamedTest) {
        self.count += 1;
        self.named.insert(test);
        if self.named.len() > MOST_NAMED {
            self.named.pop_last();
        }
    }

    fn finish(self, is_conclusive: bool) -> NamedTests {
        NamedTests { count: self.count, named: self.named.into_iter().collect(), is_conclusive }
    }
}

impl NamedTest {
    fn of(past: &Past) -> Self {
        Self { variant: past.variant.as_ref().to_owned(), title: past.title(), id: past.id }
    }
}

#[derive(Debug, Default)]
struct Lists {
    fixed: List,
    removed: List,
    newly_skipped: List,
    no_longer_skipped: List,
}

impl Lists {
    fn sort(&mut self, past: &Past, results: &Results) {
        let before = past.outcomes.newest();
        if before == PastOutcome::Absent {
            return;
        }
        let now = results.table.get(past.id).map(|entry| entry.marks().outcome());
        let is_test = past.subject == Subject::Test;
        let list = match now {
            None if is_test => &mut self.removed,
            // What broke outside of tests has a name only where it breaks.
            None if before.is_bad() => &mut self.fixed,
            Some(TestOutcome::Passed) if before.is_bad() => &mut self.fixed,
            Some(TestOutcome::Skipped) if before.is_executed() => &mut self.newly_skipped,
            Some(now) if before == PastOutcome::Skipped && now != TestOutcome::Skipped => {
                &mut self.no_longer_skipped
            }
            _ => return,
        };
        list.add(NamedTest::of(past));
    }
}

/// Tests that the baseline run did not have.
fn added(results: &Results, history: &History) -> NamedTests {
    let is_new =
        |id: TestId| history.get(id).is_none_or(|past| past.outcomes.newest() == PastOutcome::Absent);
    let is_added = |entry: &&Entry| !entry.marks().is_outside() && is_new(entry.id());
    let unknown = results.table.iter().filter(is_added).count() as u64;
    if history.left_out() > 0 {
        // Any of them may be one of those that the history has no name of.
        let count = unknown.saturating_sub(history.left_out());
        return NamedTests { count, named: Vec::new(), is_conclusive: false };
    }
    let mut list = List::default();
    for test in results.roster.iter().flat_map(crate::Roster::iter) {
        if test.subject == Subject::Test && is_new(test.id) {
            let variant = results.variants.get(test.variant).cloned().unwrap_or_default();
            list.add(NamedTest { variant, title: test.title(), id: test.id });
        }
    }
    list.count = unknown;
    list.finish(true)
}

/// Suites and variants of which nothing is left. A variant that is missing whole stands for its suites.
fn missing_suites(results: &Results, history: &History) -> Vec<MissingSuite> {
    let mut suites: BTreeMap<(&str, &str), u64> = BTreeMap::new();
    let mut variants: BTreeMap<&str, u64> = BTreeMap::new();
    let present =
        |past: &&Past| past.subject == Subject::Test && past.outcomes.newest() != PastOutcome::Absent;
    for past in history.tests().filter(present) {
        *variants.entry(&past.variant).or_default() += 1;
        if !past.suite.is_empty() {
            *suites.entry((&past.variant, &past.suite)).or_default() += 1;
        }
    }
    let here: BTreeSet<(&str, &str)> =
        results.suites.iter().map(|suite| (suite.variant.as_str(), suite.name.as_str())).collect();
    // Where a variant has more suites than are told apart, one of the rest may be any.
    let blurred: BTreeSet<&str> =
        results.suites.iter().filter(|suite| suite.is_rest).map(|suite| suite.variant.as_str()).collect();
    let variants_here: BTreeSet<&str> = here.iter().map(|(variant, _)| *variant).collect();
    let missing = |variant: &str, suite: &str, tests: u64| MissingSuite {
        variant: variant.to_owned(),
        suite: suite.to_owned(),
        tests,
    };
    let whole = variants.iter().filter(|(variant, _)| !variants_here.contains(**variant));
    let mut all: Vec<MissingSuite> = whole.map(|(variant, tests)| missing(variant, "", *tests)).collect();
    let single = suites.iter().filter(|((variant, suite), _)| {
        variants_here.contains(variant) && !blurred.contains(variant) && !here.contains(&(*variant, *suite))
    });
    all.extend(single.map(|((variant, suite), tests)| missing(variant, suite, *tests)));
    all.sort_unstable();
    all
}

#[cfg(test)]
mod tests;
