//! What is remembered of every test: 16 bytes, in tables that grow by a quarter, so that a test takes 25 bytes at
//! most. Knows nothing of names.

use crate::identity::TestId;
use crate::model::{Nanoseconds, Occurrence, Outcome, Subject};

/// How a test ended, all its runs taken together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TestOutcome {
    /// At least one run could not be carried out or did not end.
    Errored,
    /// At least one run failed.
    Failed,
    /// A run failed and then passed when it was tried again.
    Flaky,
    /// It passed.
    Passed,
    /// It never ran.
    Skipped,
}

/// What runs of a test came to: flags that are only ever added, so that the order of runs does not matter.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Marks(u8);

impl Marks {
    const PASSED: u8 = 1;
    const FAILED: u8 = 2;
    const ERRORED: u8 = 4;
    const SKIPPED: u8 = 8;
    const FLAKY: u8 = 16;
    const FAILED_BY_RUNNER: u8 = 32;
    const OUTSIDE: u8 = 64;

    /// Of one run.
    pub(crate) fn of(run: &Occurrence<'_>) -> Self {
        let outcome = match run.outcome {
            _ if run.is_flaky() => Self::FLAKY,
            Outcome::Passed => Self::PASSED,
            Outcome::Failed => Self::FAILED,
            Outcome::Errored => Self::ERRORED,
            Outcome::Skipped => Self::SKIPPED,
        };
        let runner = if run.attempts.failed_by_runner { Self::FAILED_BY_RUNNER } else { 0 };
        let outside = if run.subject == Subject::OutsideTests { Self::OUTSIDE } else { 0 };
        Self(outcome | runner | outside)
    }

    /// Runs that were attempts of one: some that failed and one that passed make it flaky.
    #[must_use]
    pub(crate) fn as_attempts(self) -> Self {
        let has = |flags| self.0 & flags != 0;
        if has(Self::FAILED | Self::ERRORED) && has(Self::PASSED | Self::FLAKY) {
            return Self(Self::FLAKY | self.0 & (Self::FAILED_BY_RUNNER | Self::OUTSIDE));
        }
        self
    }

    /// The worst of the runs counts, and one that ran counts before one that was skipped.
    pub fn outcome(self) -> TestOutcome {
        let has = |flags| self.0 & flags != 0;
        match () {
            () if has(Self::ERRORED) => TestOutcome::Errored,
            () if has(Self::FAILED) => TestOutcome::Failed,
            () if has(Self::FLAKY) => TestOutcome::Flaky,
            () if has(Self::PASSED) => TestOutcome::Passed,
            () => TestOutcome::Skipped,
        }
    }

    /// Whether it passed in some attempt, and the runner was told to call that a failure.
    pub fn is_failed_by_runner(self) -> bool {
        self.0 & Self::FAILED_BY_RUNNER != 0
    }

    /// Whether it is no test, but something outside of them.
    pub fn is_outside(self) -> bool {
        self.0 & Self::OUTSIDE != 0
    }
}

/// So many bits of an identity choose the part of a table.
const PART_BITS: u32 = 12;

/// What is remembered of a test.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Entry {
    id: u64,
    /// A floating-point number of nanoseconds: 6 bits of exponent, 26 bits; 0 if it is not known.
    duration: u32,
    /// 24 bits for the suite, 8 for the marks.
    suite_and_marks: u32,
}

impl Entry {
    /// The test.
    pub fn id(&self) -> TestId {
        TestId(self.id)
    }

    /// What its runs came to.
    pub fn marks(&self) -> Marks {
        Marks(self.suite_and_marks.to_le_bytes()[0])
    }

    /// Its longest run, to seven digits.
    pub fn duration(&self) -> Option<Nanoseconds> {
        let (exponent, mantissa) = (self.duration >> 26, self.duration & ((1 << 26) - 1));
        (self.duration > 0).then(|| Nanoseconds(u64::from(mantissa) << exponent))
    }

    /// The number of its suite.
    pub(crate) fn suite(&self) -> u32 {
        self.suite_and_marks >> 8
    }
}

/// Greater for longer times; never 0.
fn packed(duration: Nanoseconds) -> u32 {
    let nanoseconds = duration.0.max(1);
    let exponent = (64 - nanoseconds.leading_zeros()).saturating_sub(26);
    let mantissa = u32::try_from(nanoseconds >> exponent).expect("26 bits are left");
    exponent << 26 | mantissa
}

/// Every test that was met.
#[derive(Clone, Debug)]
pub struct Table {
    parts: Vec<Part>,
}

/// One of 4096: growing copies little at once, and leaves little behind.
#[derive(Clone, Debug, Default)]
struct Part {
    entries: Vec<Entry>,
    filled: usize,
}

impl Default for Table {
    fn default() -> Self {
        Self { parts: vec![Part::default(); 1 << PART_BITS] }
    }
}

impl Table {
    /// Adds what a run of a test came to.
    #[inline]
    pub(crate) fn add(&mut self, id: TestId, suite: u32, marks: Marks, duration: Option<Nanoseconds>) {
        let entry = self.parts[(id.0 >> (64 - PART_BITS)) as usize].entry(id.0);
        if entry.id == 0 {
            entry.id = id.0;
            entry.suite_and_marks = suite << 8;
        }
        entry.suite_and_marks |= u32::from(marks.0);
        entry.duration = entry.duration.max(duration.map_or(0, packed));
    }

    /// Looks at the places of many tests, so that they are at hand when the tests are added. The looks depend on nothing
    /// and on no branch: a processor waits for several at once, which it can't where a search follows each.
    pub(crate) fn touch(&self, ids: impl Iterator<Item = TestId>) {
        let looked: u64 = ids
            .map(|id| {
                let part = &self.parts[(id.0 >> (64 - PART_BITS)) as usize];
                part.entries.get(part.wanted(id.0)).map_or(0, |entry| entry.id)
            })
            .fold(0, u64::wrapping_add);
        std::hint::black_box(looked);
    }

    /// What is remembered of a test.
    pub fn get(&self, id: TestId) -> Option<&Entry> {
        let part = &self.parts[(id.0 >> (64 - PART_BITS)) as usize];
        if part.entries.is_empty() {
            return None;
        }
        Some(&part.entries[part.place(id.0)]).filter(|entry| entry.id != 0)
    }

    /// Every test, in an order that depends on nothing but the tests.
    pub fn iter(&self) -> impl Iterator<Item = &Entry> {
        self.parts.iter().flat_map(|part| {
            let mut entries: Vec<&Entry> = part.entries.iter().filter(|entry| entry.id != 0).collect();
            entries.sort_unstable_by_key(|entry| entry.id);
            entries
        })
    }

    /// Every test, in no order that means anything.
    pub(crate) fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.parts.iter().flat_map(|part| part.entries.iter().filter(|entry| entry.id != 0))
    }

    /// How many tests there are.
    pub fn len(&self) -> usize {
        self.parts.iter().map(|part| part.filled).sum()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many bytes it takes.
    pub fn bytes(&self) -> usize {
        self.parts.iter().map(|part| part.entries.capacity() * size_of::<Entry>()).sum()
    }
}

impl Part {
    /// Where a test belongs, unless others are there.
    #[inline]
    fn wanted(&self, id: u64) -> usize {
        let wanted = (u128::from(id << PART_BITS) * self.entries.len() as u128) >> 64;
        usize::try_from(wanted).expect("less than the length")
    }

    /// The place of a test, or the empty one where it belongs; there is always one.
    #[inline]
    fn place(&self, id: u64) -> usize {
        let count = self.entries.len();
        let mut place = self.wanted(id);
        while self.entries[place].id != 0 && self.entries[place].id != id {
            place = if place + 1 == count { 0 } else { place + 1 };
        }
        place
    }

    #[inline]
    fn entry(&mut self, id: u64) -> &mut Entry {
        if self.filled * 5 >= self.entries.len() * 4 {
            self.grow();
        }
        let place = self.place(id);
        self.filled += usize::from(self.entries[place].id == 0);
        &mut self.entries[place]
    }

    fn grow(&mut self) {
        let count = (self.entries.len() * 5 / 4 + 1).max(4);
        let mut grown = Self { entries: vec![Entry::default(); count], filled: self.filled };
        for entry in self.entries.iter().filter(|entry| entry.id != 0) {
            let place = grown.place(entry.id);
            grown.entries[place] = *entry;
        }
        *self = grown;
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_test_takes_no_more_than_its_share() {
        let mut table = Table::default();
        let mut id = 1_u64;
        for number in 1..=300_000_usize {
            id = id.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            table.add(TestId(id), 1, Marks(1), None);
            if number.is_power_of_two() && number > 100_000 {
                assert!(table.bytes() <= 26 * number, "{} bytes for {number}", table.bytes());
            }
        }
        assert_eq!(table.len(), 300_000);
    }

    fn shown(table: &Table) -> Vec<Entry> {
        table.iter().copied().collect()
    }

    proptest! {
        #[test]
        fn a_table_is_a_map(runs in proptest::collection::vec((1..40_u64, any::<bool>(), 0..16_u8, any::<u64>()), 0..200)) {
            let mut table = Table::default();
            let mut map: BTreeMap<u64, (u8, u64)> = BTreeMap::new();
            for (id, high, marks, duration) in runs {
                let id = if high { id << 58 } else { id };
                table.add(TestId(id), 7, Marks(marks), Some(Nanoseconds(duration)));
                let entry = map.entry(id).or_default();
                *entry = (entry.0 | marks, entry.1.max(duration));
            }
            prop_assert_eq!(table.len(), map.len());
            for (id, (marks, duration)) in map {
                let entry = table.get(TestId(id)).unwrap();
                prop_assert_eq!((entry.marks(), entry.suite()), (Marks(marks), 7));
                let kept = entry.duration().unwrap().0;
                prop_assert!(kept.abs_diff(duration.max(1)) <= duration >> 25);
            }
        }

        #[test]
        fn the_order_of_runs_does_not_matter(runs in proptest::collection::vec((1..9_u64, 0..128_u8, any::<u32>()), 0..30)) {
            let fill = |runs: &mut dyn Iterator<Item = &(u64, u8, u32)>| {
                let mut table = Table::default();
                runs.for_each(|(id, marks, duration)| {
                    table.add(TestId(*id), 1, Marks(*marks), Some(Nanoseconds(u64::from(*duration))));
                });
                shown(&table)
            };
            prop_assert_eq!(fill(&mut runs.iter()), fill(&mut runs.iter().rev()));
        }

        #[test]
        fn longer_times_pack_greater(left in any::<u64>(), right in any::<u64>()) {
            let (left, right) = (left.min(right), left.max(right));
            prop_assert!(packed(Nanoseconds(left)) <= packed(Nanoseconds(right)));
        }
    }
}
