//! Runs on their way to a writer: the tries of a declared group become one case, as they are one test for the
//! [`Collector`](crate::Collector). Knows no format.

use std::collections::BTreeMap;
use std::io;

use super::{Replay, Runs};
use crate::collect::Results;
use crate::identity::{TestId, variant_seed};
use crate::model::{Attempts, Detail, Nanoseconds, Occurrence, Outcome, Sink, Subject, TestName};
use crate::table::TestOutcome;
use crate::text::Excerpt;

/// Bytes of the texts of failed tries that are held until the try that passed comes.
const MOST_HELD: usize = 8 * 1024 * 1024;

/// What a writer writes: a run, with the tries of its group that failed before.
#[derive(Clone, Copy)]
pub(super) struct Case<'a> {
    pub(super) variant: &'a str,
    pub(super) run: &'a Occurrence<'a>,
    pub(super) tried: &'a [Tried],
}

/// A try that failed.
#[derive(Clone, Debug)]
pub(super) struct Tried {
    pub(super) outcome: Outcome,
    pub(super) detail: Detail,
    pub(super) duration: Option<Nanoseconds>,
}

impl Case<'_> {
    /// Failed and passed.
    pub(super) fn is_flaky(&self) -> bool {
        self.run.is_flaky() || !self.tried.is_empty()
    }

    /// How many attempts failed before the last one.
    pub(super) fn failed_before(&self) -> u64 {
        let told = u64::from(self.run.attempts.failed_before);
        (told + self.tried.len() as u64).max(u64::from(self.is_flaky()))
    }
}

/// Reads the reports once more, and hands over one case after the other.
pub(super) fn each_case(
    results: &Results,
    replay: &mut Replay<'_>,
    write: &mut dyn FnMut(&Case<'_>) -> io::Result<()>,
) -> io::Result<()> {
    let mut cases = Cases {
        results,
        write,
        variant: String::new(),
        seed: variant_seed(""),
        group: None,
        held: BTreeMap::new(),
        held_bytes: 0,
        failed: None,
    };
    replay(&mut cases)?;
    cases.finish()
}

struct Cases<'a> {
    results: &'a Results,
    write: &'a mut dyn FnMut(&Case<'_>) -> io::Result<()>,
    variant: String,
    seed: u64,
    group: Option<String>,
    /// Tries that failed of tests that passed in another try.
    held: BTreeMap<(String, TestId), Held>,
    held_bytes: usize,
    failed: Option<io::Error>,
}

struct Held {
    variant: String,
    subject: Subject,
    names: [String; 4],
    line: u32,
    tried: Vec<Tried>,
}

impl Runs for Cases<'_> {
    fn begin(&mut self, variant: &str, attempts: Option<&str>) {
        variant.clone_into(&mut self.variant);
        self.seed = variant_seed(variant);
        self.group = attempts.map(str::to_owned);
    }
}

impl Sink for Cases<'_> {
    fn take(&mut self, run: &Occurrence<'_>) {
        if self.failed.is_some() {
            return;
        }
        let mut tried = Vec::new();
        if let Some(group) = &self.group {
            let id = TestId::new(self.seed, run.subject, &run.test);
            let outcome = self.results.table.get(id).map(|entry| entry.marks().outcome());
            let is_flaky = outcome == Some(TestOutcome::Flaky);
            if is_flaky && run.outcome.is_bad() && !run.is_flaky() {
                let key = (group.clone(), id);
                self.hold(key, run);
                return;
            }
            if is_flaky && run.outcome == Outcome::Passed {
                tried = self.held.remove(&(group.clone(), id)).map(|held| held.tried).unwrap_or_default();
            }
        }
        let written = (self.write)(&Case { variant: &self.variant, run, tried: &tried });
        self.failed = written.err();
    }
}

impl Cases<'_> {
    fn hold(&mut self, key: (String, TestId), run: &Occurrence<'_>) {
        let mut detail = run.detail.cloned().unwrap_or_default();
        self.held_bytes += detail.text.len();
        if self.held_bytes > MOST_HELD {
            detail.text = Excerpt::default();
        }
        let TestName { suite, class, name, file } = run.test;
        let held = self.held.entry(key).or_insert_with(|| Held {
            variant: self.variant.clone(),
            subject: run.subject,
            names: [suite, class, name, file].map(str::to_owned),
            line: run.line,
            tried: Vec::new(),
        });
        held.tried.push(Tried { outcome: run.outcome, detail, duration: run.duration });
    }

    /// Tries that failed after the one that passed, which is written already.
    fn finish(self) -> io::Result<()> {
        if let Some(failed) = self.failed {
            return Err(failed);
        }
        for held in self.held.into_values() {
            let [suite, class, name, file] = &held.names;
            let run = Occurrence {
                subject: held.subject,
                line: held.line,
                attempts: Attempts::default(),
                ..Occurrence::new(TestName { suite, class, name, file }, Outcome::Passed)
            };
            (self.write)(&Case { variant: &held.variant, run: &run, tried: &held.tried })?;
        }
        Ok(())
    }
}
