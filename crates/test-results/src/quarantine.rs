//! Quarantine: a test whose failure is known and accepted for a while, by somebody, for a reason, until a day.
//!
//! What fails outside of tests, a package that does not build say, can't be put into quarantine, nor can a test that ends
//! the process of others: nobody knows which tests did not run. It must not know the configuration that the entries are written in, nor what becomes of a gate.

use std::collections::BTreeMap;

use gatewright_core::date::Date;
use gatewright_core::report::Location;

use crate::collect::Results;
use crate::history::{History, PastOutcome};
use crate::identity::TestId;
use crate::model::Subject;
use crate::suites::BETWEEN;
use crate::table::TestOutcome;

/// Which tests are meant: `*` stands for any text, everything else for itself.
///
/// It is held against a test's class, its name, and both of `suite › name` and `class › name`; one that fits is enough.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TestPattern(String);

impl TestPattern {
    /// A pattern; there is none that is wrong, but an empty one means no test.
    pub fn new(text: &str) -> Self {
        Self(text.to_owned())
    }

    /// As it was written.
    pub fn text(&self) -> &str {
        &self.0
    }

    /// Whether a test is meant.
    pub fn is_match(&self, suite: &str, class: &str, name: &str) -> bool {
        if self.0.is_empty() {
            return false;
        }
        let fits = |text: &str| fits(self.0.as_bytes(), text.as_bytes());
        let joined = |around: &str| !around.is_empty() && fits(&[around, BETWEEN, name].concat());
        fits(name) || !class.is_empty() && fits(class) || joined(suite) || joined(class)
    }
}

/// Greedy, with one place to come back to: at most as many steps as the product of the lengths.
fn fits(pattern: &[u8], text: &[u8]) -> bool {
    let (mut at, mut in_text) = (0, 0);
    let mut back: Option<(usize, usize)> = None;
    while in_text < text.len() {
        if pattern.get(at) == Some(&b'*') {
            at += 1;
            back = Some((at, in_text));
        } else if pattern.get(at) == Some(&text[in_text]) {
            at += 1;
            in_text += 1;
        } else if let Some((behind_star, from)) = back {
            at = behind_star;
            in_text = from + 1;
            back = Some((at, in_text));
        } else {
            return false;
        }
    }
    pattern[at..].iter().all(|byte| *byte == b'*')
}

/// An entry of the quarantine.
#[derive(Clone, Debug)]
pub struct Quarantine {
    /// Which tests.
    pub test: TestPattern,
    /// In which variant; without one, in all.
    pub variant: Option<String>,
    /// Why.
    pub reason: String,
    /// Who answers for it.
    pub owner: String,
    /// The last day it holds.
    pub until: Date,
    /// Where it is written.
    pub written_at: Location,
}

impl Quarantine {
    /// Whether it means a test of a variant.
    pub fn means(&self, variant: &str, suite: &str, class: &str, name: &str) -> bool {
        self.variant.as_deref().is_none_or(|wanted| wanted == variant)
            && self.test.is_match(suite, class, name)
    }
}

/// What became of an entry in this run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct EntryStanding {
    /// Its last day has passed: it holds nothing any more.
    pub is_expired: bool,
    /// Failing and flaky tests that it means; those of an expired entry are not in quarantine.
    pub failures: u64,
    /// It means no test of this run, and all their names are known.
    pub is_unmatched: bool,
    /// Every test that it means passed in this run, and has passed in so many recorded runs before, no fewer than asked
    /// for: the entry can go. The number is that of the test with the fewest.
    pub passes: Option<u32>,
}

/// What the quarantine comes to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Quarantined {
    /// For each of the results' failures: the entry that holds it, by its number.
    pub by_failure: Vec<Option<usize>>,
    /// For each entry.
    pub entries: Vec<EntryStanding>,
}

impl Quarantined {
    /// How many failing or flaky tests are in quarantine.
    pub fn count(&self) -> u64 {
        self.by_failure.iter().flatten().count() as u64
    }
}

/// Applies the quarantine: the first entry that means a test and has not expired holds it. `passes` is how often a test
/// must have passed in a row to be let go, at least once.
pub fn apply(
    entries: &[Quarantine],
    today: Date,
    results: &Results,
    history: Option<&History>,
    passes: u32,
) -> Quarantined {
    let mut standings: Vec<EntryStanding> = entries
        .iter()
        .map(|entry| EntryStanding { is_expired: entry.until < today, ..EntryStanding::default() })
        .collect();
    let mut by_failure = Vec::with_capacity(results.failures.len());
    for failure in &results.failures {
        let mut holder = None;
        for (number, entry) in entries.iter().enumerate() {
            // A crash takes tests with it that nobody accepted the loss of.
            let is_meant = failure.subject == Subject::Test
                && !failure.detail.is_crash
                && entry.means(&failure.variant, &failure.suite, &failure.class, &failure.name);
            if is_meant {
                standings[number].failures += 1;
                holder = holder.or((!standings[number].is_expired).then_some(number));
            }
        }
        by_failure.push(holder);
    }
    let is_listed = results.roster.as_ref().is_some_and(crate::Roster::is_complete);
    if is_listed && results.unlisted == 0 {
        let met = passes_of(entries, results, history);
        for (number, standing) in standings.iter_mut().enumerate() {
            let fewest = met.get(&number).copied();
            standing.is_unmatched = fewest.is_none() && standing.failures == 0;
            standing.passes = fewest.filter(|fewest| standing.failures == 0 && *fewest >= passes.max(1));
        }
    }
    Quarantined { by_failure, entries: standings }
}

/// For each entry that means a test of this run: how often the one with the fewest passes passed before, if they all
/// passed in this one.
fn passes_of(entries: &[Quarantine], results: &Results, history: Option<&History>) -> BTreeMap<usize, u32> {
    let mut met: BTreeMap<usize, u32> = BTreeMap::new();
    for test in
        results.roster.iter().flat_map(crate::Roster::iter).filter(|test| test.subject == Subject::Test)
    {
        let variant = results.variants.get(test.variant).map_or("", String::as_str);
        for (number, entry) in entries.iter().enumerate() {
            if entry.means(variant, test.suite, test.class, test.name) {
                let passes = passes_before(test.id, results, history);
                met.entry(number).and_modify(|fewest| *fewest = passes.min(*fewest)).or_insert(passes);
            }
        }
    }
    met
}

/// In how many recorded runs it passed in a row; none if it did not pass in this one.
fn passes_before(id: TestId, results: &Results, history: Option<&History>) -> u32 {
    let passes_now =
        results.table.get(id).is_some_and(|entry| entry.marks().outcome() == TestOutcome::Passed);
    match history.and_then(|history| history.get(id)) {
        Some(past) if passes_now && past.outcomes.newest() == PastOutcome::Passed => past.passes,
        _ => 0,
    }
}

#[cfg(test)]
mod tests;
