//! Runs of all reports, taken together: which tests there are, how each ended, and the words of those that failed.
//!
//! What makes a retry is decided here and nowhere else. A report's own markup of earlier attempts does; so does a
//! declared group of attempts, whose reports are the tries of one run. Everything else is a run of its own, and the
//! worst run of a test counts. The same test in two variants is two tests.

use std::collections::{BTreeMap, HashMap};

use crate::identity::{TestId, add, variant_seed};
use crate::model::{Detail, Nanoseconds, Occurrence, Sink, Subject, Tally, TestName};
use crate::roster::Roster;
use crate::suites::BETWEEN;
use crate::table::{Intake, Marks, Table, TestOutcome};
use crate::text::{Excerpt, cut_str};

/// Failing tests that are listed; more are only counted.
pub const MOST_FAILURES: usize = 100_000;

/// Bytes of failures' texts that are kept; later failures keep their names and messages only.
pub const MOST_TEXT: usize = 24 * 1024 * 1024;

/// Suites that are told apart in one variant; tests of further ones are counted together.
const MOST_SUITES: usize = 10_000;

/// Slowest tests that are listed.
pub const MOST_SLOW: usize = 20;

/// Bytes of a message or a name that are kept once there is no room for texts.
const SHORT: usize = 200;

/// Bytes of a name that are kept; its identity is that of all of it.
const MOST_NAME: usize = 4096;

/// Takes the runs of one report after the other.
#[derive(Debug, Default)]
pub struct Collector {
    tests: Intake,
    /// Of groups of attempts: variant and name.
    attempts: BTreeMap<(u32, String), Intake>,
    /// The group whose reports are being read, and what is told of its tests.
    group: Option<((u32, String), Intake)>,
    variants: Vec<(String, u64)>,
    variant: u32,
    report: usize,
    suites: Suites,
    failures: Vec<Failure>,
    by_id: HashMap<TestId, u32>,
    unlisted: u64,
    text_bytes: usize,
    slowest: Vec<SlowTest>,
    runs: Tally,
    time: u64,
    roster: Option<Roster>,
}

/// A test of which a run failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// What failed.
    pub id: TestId,
    /// Whether it is a test at all.
    pub subject: Subject,
    /// How the test ended, all runs taken together.
    pub outcome: TestOutcome,
    /// An attempt passed, and the runner was told to call that a failure.
    pub failed_by_runner: bool,
    /// Its variant, empty where there is none.
    pub variant: String,
    /// The suites it is in.
    pub suite: String,
    /// Its class.
    pub class: String,
    /// Its name.
    pub name: String,
    /// Its file, as the report says.
    pub file: String,
    /// The line there; 0 if it is not said.
    pub line: u32,
    /// Why the first of its failed runs failed.
    pub detail: Detail,
    /// How many runs failed, attempts with them.
    pub failed_runs: u64,
    /// The report, by the number that [`Collector::begin`] was told.
    pub report: usize,
    /// The line of the report.
    pub report_line: u64,
    /// How long its longest run took.
    pub duration: Option<Nanoseconds>,
    /// What the report says besides.
    pub properties: Vec<(String, String)>,
}

impl Failure {
    /// The name by which people know it: with its class, or its suite where it has no class.
    pub fn title(&self) -> String {
        title(&self.suite, &self.class, &self.name)
    }
}

/// A test's name for people: `class › name`, or `suite › name`.
pub(crate) fn title(suite: &str, class: &str, name: &str) -> String {
    let around = if class.is_empty() { suite } else { class };
    let says_it = name.strip_prefix(around).is_some_and(|rest| !rest.starts_with(char::is_alphanumeric));
    if around.is_empty() || says_it {
        return name.to_owned();
    }
    format!("{around}{BETWEEN}{name}")
}

/// A test that took long.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SlowTest {
    /// Which.
    pub id: TestId,
    /// How long its longest run took.
    pub duration: Nanoseconds,
    /// Its variant.
    pub variant: String,
    /// The suites it is in.
    pub suite: String,
    /// Its class.
    pub class: String,
    /// Its name.
    pub name: String,
}

/// What the tests of a suite came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SuiteResult {
    /// Its variant.
    pub variant: String,
    /// Its name; empty for tests without a suite.
    pub name: String,
    /// Its tests by outcome.
    pub tests: Tally,
    /// The longest runs of its tests, added up.
    pub duration: Nanoseconds,
    /// Whether it stands for all suites for which there was no room.
    pub is_rest: bool,
}

/// What all reports came to.
#[derive(Clone, Debug, Default)]
pub struct Results {
    /// Tests by outcome: each identity once in each variant.
    pub tests: Tally,
    /// Runs by outcome.
    pub runs: Tally,
    /// Tests that fail by the runner's own policy although an attempt passed; they count as flaky.
    pub failed_by_runner: u64,
    /// What runs took, added up.
    pub duration: Nanoseconds,
    /// Failing and flaky tests: what failed outside of tests and errors first, then failures, then flaky ones; in the
    /// order of the reports within each.
    pub failures: Vec<Failure>,
    /// Failing tests beyond those listed.
    pub unlisted: u64,
    /// The slowest first.
    pub slowest: Vec<SlowTest>,
    /// By variant and suite, in the order they were met.
    pub suites: Vec<SuiteResult>,
    /// The variants, in the order they were met; one that is empty if none was named.
    pub variants: Vec<String>,
    /// Every test.
    pub table: Table,
    /// The names of the tests, where somebody asked for them.
    pub roster: Option<Roster>,
}

#[derive(Debug, Default)]
struct Suites {
    list: Vec<(u32, String, bool)>,
    by_hash: HashMap<u64, u32>,
    last: (u64, u32),
    rest: HashMap<u32, u32>,
}

impl Suites {
    /// The number of a suite.
    #[inline]
    fn number(&mut self, variant: u32, hash: u64, name: &str) -> u32 {
        if self.last.0 == hash && !self.list.is_empty() {
            return self.last.1;
        }
        let number = match self.by_hash.get(&hash) {
            Some(number) => *number,
            None => self.admit(variant, hash, name),
        };
        self.last = (hash, number);
        number
    }

    fn admit(&mut self, variant: u32, hash: u64, name: &str) -> u32 {
        let next = u32::try_from(self.list.len()).expect("there are few suites and variants");
        if self.by_hash.len() < MOST_SUITES {
            self.list.push((variant, name.to_owned(), false));
            self.by_hash.insert(hash, next);
            return next;
        }
        let list = &mut self.list;
        *self.rest.entry(variant).or_insert_with(|| {
            list.push((variant, String::new(), true));
            next
        })
    }
}

impl Collector {
    /// A collector that keeps the names of so many tests.
    pub fn listing(most: usize) -> Self {
        Self { roster: Some(Roster::new(most)), ..Self::default() }
    }

    /// The runs that follow are those of the report with this number. `variant` tells legs of a matrix apart; reports of
    /// the same group of `attempts` are tries of one run.
    pub fn begin(&mut self, report: usize, variant: &str, attempts: Option<&str>) {
        self.close_group();
        let known = self.variants.iter().position(|(known, _)| known == variant);
        let number = known.unwrap_or_else(|| {
            self.variants.push((variant.to_owned(), variant_seed(variant)));
            self.variants.len() - 1
        });
        self.variant = u32::try_from(number).unwrap_or(u32::MAX);
        self.report = report;
        self.suites.last = (0, 0);
        self.group = attempts.map(|group| {
            let group = (self.variant, group.to_owned());
            let known = self.attempts.remove(&group).unwrap_or_default();
            (group, known)
        });
    }

    /// What everything came to.
    pub fn finish(mut self) -> Results {
        self.close_group();
        for attempts in std::mem::take(&mut self.attempts).into_values() {
            self.tests.add_attempts(attempts);
        }
        let table = self.tests.table();
        let mut results = Results {
            runs: self.runs,
            duration: Nanoseconds(self.time),
            unlisted: self.unlisted,
            slowest: self.slowest,
            variants: self.variants.into_iter().map(|(variant, _)| variant).collect(),
            ..Results::default()
        };
        let variant_of = |variant: u32| results.variants.get(variant as usize).cloned().unwrap_or_default();
        results.suites = self
            .suites
            .list
            .into_iter()
            .map(|(variant, name, is_rest)| SuiteResult {
                variant: variant_of(variant),
                name,
                tests: Tally::default(),
                duration: Nanoseconds(0),
                is_rest,
            })
            .collect();
        table.iter().for_each(|entry| {
            let suite = &mut results.suites[entry.suite() as usize];
            count(&mut results.tests, entry.marks().outcome());
            count(&mut suite.tests, entry.marks().outcome());
            suite.duration.0 = suite.duration.0.saturating_add(entry.duration().map_or(0, |time| time.0));
            results.failed_by_runner += u64::from(entry.marks().is_failed_by_runner());
        });
        for failure in &mut self.failures {
            let entry = table.get(failure.id).expect("every failure is in the table");
            failure.outcome = entry.marks().outcome();
            failure.failed_by_runner = entry.marks().is_failed_by_runner();
            failure.duration = entry.duration();
        }
        // Stable: the order of the reports stays within each.
        self.failures.sort_by_key(|failure| (failure.outcome, failure.subject == Subject::Test));
        results.failures = self.failures;
        results.table = table;
        results.roster = self.roster;
        results
    }

    fn close_group(&mut self) {
        self.attempts.extend(self.group.take());
    }

    #[cold]
    fn add_failure(&mut self, id: TestId, run: &Occurrence<'_>) {
        if let Some(known) = self.by_id.get(&id) {
            let known = &mut self.failures[*known as usize];
            known.failed_runs += failed_runs(run);
            return;
        }
        if self.failures.len() >= MOST_FAILURES {
            self.unlisted += 1;
            return;
        }
        let TestName { suite, class, name, file } = run.test;
        self.text_bytes +=
            [suite, class, name, file].iter().map(|name| name.len().min(MOST_NAME)).sum::<usize>();
        let most = if self.text_bytes <= MOST_TEXT { MOST_NAME } else { SHORT };
        let name = |name| cut_str(name, most).to_owned();
        let detail = self.kept_detail(run);
        self.by_id.insert(id, u32::try_from(self.failures.len()).expect("there are at most 100 000"));
        self.failures.push(Failure {
            id,
            subject: run.subject,
            outcome: TestOutcome::Failed,
            failed_by_runner: false,
            variant: self.variants[self.variant as usize].0.clone(),
            suite: name(run.test.suite),
            class: name(run.test.class),
            name: name(run.test.name),
            file: name(run.test.file),
            line: run.line,
            detail,
            failed_runs: failed_runs(run),
            report: self.report,
            report_line: run.report_line,
            duration: None,
            properties: run.properties.to_vec(),
        });
    }

    /// A run's words, as far as there is room for them.
    fn kept_detail(&mut self, run: &Occurrence<'_>) -> Detail {
        let Some(detail) = run.detail else { return Detail::default() };
        let bytes = detail.text.len() + detail.message.len() + detail.kind.len() + detail.file.len();
        if self.text_bytes + bytes <= MOST_TEXT {
            self.text_bytes += bytes;
            return detail.clone();
        }
        let left_out = detail.text.left_out + detail.text.len() as u64;
        Detail {
            kind: cut_str(&detail.kind, SHORT).to_owned(),
            message: cut_str(&detail.message, SHORT).to_owned(),
            text: Excerpt { left_out, ..Excerpt::default() },
            file: cut_str(&detail.file, SHORT).to_owned(),
            line: detail.line,
            is_crash: detail.is_crash,
        }
    }

    fn add_slow(&mut self, id: TestId, run: &Occurrence<'_>, duration: Nanoseconds) {
        if let Some(known) = self.slowest.iter_mut().find(|slow| slow.id == id) {
            known.duration = known.duration.max(duration);
        } else {
            self.slowest.truncate(MOST_SLOW - 1);
            self.slowest.push(SlowTest {
                id,
                duration,
                variant: self.variants[self.variant as usize].0.clone(),
                suite: cut_str(run.test.suite, MOST_NAME).to_owned(),
                class: cut_str(run.test.class, MOST_NAME).to_owned(),
                name: cut_str(run.test.name, MOST_NAME).to_owned(),
            });
        }
        self.slowest.sort_by(|left, right| right.duration.cmp(&left.duration).then(left.id.cmp(&right.id)));
    }
}

fn failed_runs(run: &Occurrence<'_>) -> u64 {
    u64::from(run.attempts.failed_before) + u64::from(run.outcome.is_bad())
}

fn count(tally: &mut Tally, outcome: TestOutcome) {
    let counter = match outcome {
        TestOutcome::Passed => &mut tally.passed,
        TestOutcome::Failed => &mut tally.failed,
        TestOutcome::Errored => &mut tally.errored,
        TestOutcome::Skipped => &mut tally.skipped,
        TestOutcome::Flaky => &mut tally.flaky,
    };
    *counter += 1;
}

impl Sink for Collector {
    fn take(&mut self, run: &Occurrence<'_>) {
        if self.variants.is_empty() {
            self.begin(0, "", None);
        }
        self.runs.count(run);
        let seed = self.variants[self.variant as usize].1;
        let suite = add(seed, run.test.suite);
        let id = TestId::in_suite(suite, run.subject, &run.test);
        let suite = self.suites.number(self.variant, suite, run.test.suite);
        let tests = self.group.as_mut().map_or(&mut self.tests, |(_, attempts)| attempts);
        tests.add(id, suite, Marks::of(run), run.duration);
        if let Some(roster) = &mut self.roster {
            roster.add(id, self.variant, run);
        }
        if run.outcome.is_bad() || run.is_flaky() {
            self.add_failure(id, run);
        }
        if let Some(duration) = run.duration {
            self.time = self.time.saturating_add(duration.0);
            if self.slowest.len() < MOST_SLOW
                || self.slowest.last().is_some_and(|last| last.duration < duration)
            {
                self.add_slow(id, run, duration);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Attempts, Outcome};

    fn run(name: &str, outcome: Outcome) -> Occurrence<'_> {
        Occurrence::new(TestName { suite: "s", name, ..TestName::default() }, outcome)
    }

    fn tally(tally: Tally) -> [u64; 5] {
        [tally.passed, tally.failed, tally.errored, tally.skipped, tally.flaky]
    }

    #[test]
    fn undeclared_repeats_are_runs_of_which_the_worst_wins() {
        for order in [[Outcome::Passed, Outcome::Failed], [Outcome::Failed, Outcome::Passed]] {
            let mut collector = Collector::default();
            for (report, outcome) in order.into_iter().enumerate() {
                collector.begin(report, "", None);
                collector.take(&run("a", outcome));
            }
            let results = collector.finish();
            assert_eq!(tally(results.tests), [0, 1, 0, 0, 0]);
            assert_eq!(tally(results.runs), [1, 1, 0, 0, 0]);
            assert_eq!(results.failures[0].outcome, TestOutcome::Failed);
        }
    }

    #[test]
    fn declared_attempts_make_a_retry_and_variants_never_do() {
        let mut collector = Collector::default();
        for (report, (variant, group, outcome)) in [
            ("linux", Some("one"), Outcome::Failed),
            ("linux", Some("one"), Outcome::Passed),
            ("windows", Some("one"), Outcome::Failed),
            ("macos", None, Outcome::Passed),
        ]
        .into_iter()
        .enumerate()
        {
            collector.begin(report, variant, group);
            collector.take(&run("a", outcome));
        }
        let results = collector.finish();
        assert_eq!(tally(results.tests), [1, 1, 0, 0, 1]);
        let outcomes: Vec<_> =
            results.failures.iter().map(|failure| (failure.variant.as_str(), failure.outcome)).collect();
        assert_eq!(outcomes, [("windows", TestOutcome::Failed), ("linux", TestOutcome::Flaky)]);
    }

    #[test]
    fn groups_of_attempts_are_runs_of_each_other() {
        let mut collector = Collector::default();
        collector.begin(0, "", Some("shard 1"));
        collector.take(&run("a", Outcome::Failed));
        collector.begin(1, "", Some("shard 2"));
        collector.take(&run("a", Outcome::Passed));
        assert_eq!(tally(collector.finish().tests), [0, 1, 0, 0, 0]);
    }

    #[test]
    fn the_markup_of_a_format_makes_a_retry() {
        let mut collector = Collector::default();
        let flaky = Attempts { failed_before: 2, failed_by_runner: false };
        collector.take(&Occurrence { attempts: flaky, ..run("a", Outcome::Passed) });
        collector.take(&Occurrence { attempts: flaky, ..run("b", Outcome::Failed) });
        let told = Attempts { failed_before: 1, failed_by_runner: true };
        collector.take(&Occurrence { attempts: told, ..run("c", Outcome::Failed) });
        let results = collector.finish();
        assert_eq!(tally(results.tests), [0, 1, 0, 0, 2]);
        assert_eq!(results.failed_by_runner, 1);
        assert_eq!(results.failures[0].failed_runs, 3);
    }

    #[test]
    fn what_ran_counts_before_what_was_skipped() {
        let mut collector = Collector::default();
        collector.take(&run("a", Outcome::Skipped));
        collector.take(&run("a", Outcome::Passed));
        collector.take(&run("b", Outcome::Skipped));
        assert_eq!(tally(collector.finish().tests), [1, 0, 0, 1, 0]);
    }

    #[test]
    fn texts_names_and_suites_have_limits_and_counts_have_none() {
        let mut collector = Collector::default();
        let text = Excerpt::whole("x".repeat(4096));
        let detail = Detail { message: "m".repeat(4096), text, ..Detail::default() };
        for number in 0..MOST_FAILURES + 10 {
            let (suite, name) = (format!("suite {number}"), format!("test {number}"));
            let test = TestName { suite: &suite, name: &name, ..TestName::default() };
            let duration = Some(Nanoseconds(number as u64 % 1000));
            collector.take(&Occurrence {
                detail: Some(&detail),
                duration,
                ..Occurrence::new(test, Outcome::Failed)
            });
        }
        let results = collector.finish();
        assert_eq!(results.tests.failed, MOST_FAILURES as u64 + 10);
        assert_eq!((results.failures.len(), results.unlisted), (MOST_FAILURES, 10));
        let kept: usize = results.failures.iter().map(|failure| failure.detail.text.len()).sum();
        assert!(kept <= MOST_TEXT);
        assert_eq!(results.failures[MOST_FAILURES - 1].detail.text.left_out, 4096);
        assert_eq!(results.suites.len(), MOST_SUITES + 1);
        assert!(results.suites[MOST_SUITES].is_rest);
        assert_eq!(results.suites.iter().map(|suite| suite.tests.failed).sum::<u64>(), results.tests.failed);
        assert_eq!((results.slowest.len(), results.slowest[0].duration), (MOST_SLOW, Nanoseconds(999)));
    }
}
