//! What is remembered of every test: 16 bytes, so that a test takes 25 bytes at most while what is told of tests comes
//! in. Knows nothing of names.

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

    /// What two runs of one test came to. Which of them came first doesn't matter.
    fn with(self, other: Self) -> Self {
        let marks = self.marks().0 | other.marks().0;
        Self {
            id: self.id,
            duration: self.duration.max(other.duration),
            suite_and_marks: self.suite().min(other.suite()) << 8 | u32::from(marks),
        }
    }
}

/// Greater for longer times; never 0.
fn packed(duration: Nanoseconds) -> u32 {
    let nanoseconds = duration.0.max(1);
    let exponent = (64 - nanoseconds.leading_zeros()).saturating_sub(26);
    let mantissa = u32::try_from(nanoseconds >> exponent).expect("26 bits are left");
    exponent << 26 | mantissa
}

/// So many bits of an identity choose the part of a table.
const PART_BITS: u32 = 8;

/// How many parts there are.
const PARTS: usize = 1 << PART_BITS;

/// Entries of a chunk. All chunks are of one size, so that what one part gives back another can use.
const CHUNK: usize = 64;

/// A part is put in order once it has so many chunks that are not, or a third of those that are.
const MOST_RECENT: usize = 4;

type Chunk = Vec<Entry>;

/// The part that a test belongs to.
#[inline]
fn part_of(id: TestId) -> usize {
    usize::from(id.0.to_be_bytes()[0])
}

/// Every test that was met.
#[derive(Clone, Debug, Default)]
pub struct Table {
    /// None, or all of them: entries in order, in chunks that hold at least one.
    parts: Vec<Vec<Chunk>>,
}

impl Table {
    /// What is remembered of a test.
    pub fn get(&self, id: TestId) -> Option<&Entry> {
        let part = self.parts.get(part_of(id))?;
        let chunk =
            part.get(part.partition_point(|chunk| chunk.last().is_some_and(|last| last.id < id.0)))?;
        chunk.binary_search_by_key(&id.0, |entry| entry.id).ok().map(|at| &chunk[at])
    }

    /// Every test, in an order that depends on nothing but the tests.
    pub fn iter(&self) -> impl Iterator<Item = &Entry> {
        self.parts.iter().flatten().flatten()
    }

    /// How many tests there are.
    pub fn len(&self) -> usize {
        self.parts.iter().flatten().map(Vec::len).sum()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.parts.iter().all(Vec::is_empty)
    }

    /// How many bytes it takes.
    pub fn bytes(&self) -> usize {
        self.parts.iter().map(|part| bytes(part)).sum()
    }
}

fn bytes(chunks: &[Chunk]) -> usize {
    chunks.iter().map(|chunk| size_of::<Chunk>() + chunk.capacity() * size_of::<Entry>()).sum()
}

/// What is told of tests, on its way to a [`Table`].
///
/// A test's place in a large table is far from that of the test before, and a processor would wait for most of them.
/// So what is told is only written down, and put in order by and by, one part at a time that is small enough to be at
/// hand. Nothing is ever copied beside itself as a whole.
#[derive(Debug)]
pub(crate) struct Intake {
    parts: Vec<Part>,
    room: Room,
}

/// One of 256.
#[derive(Debug, Default)]
struct Part {
    /// In order, each test once.
    sorted: Vec<Chunk>,
    /// As they came, in full chunks.
    recent: Vec<Chunk>,
    /// The last that came.
    open: Chunk,
}

/// Room to be used again.
#[derive(Debug, Default)]
struct Room {
    chunks: Vec<Chunk>,
    recent: Vec<Entry>,
}

impl Default for Intake {
    fn default() -> Self {
        Self { parts: (0..PARTS).map(|_| Part::default()).collect(), room: Room::default() }
    }
}

impl Intake {
    /// Adds what a run of a test came to.
    #[inline]
    pub(crate) fn add(&mut self, id: TestId, suite: u32, marks: Marks, duration: Option<Nanoseconds>) {
        self.add_entry(Entry {
            id: id.0,
            duration: duration.map_or(0, packed),
            suite_and_marks: suite << 8 | u32::from(marks.0),
        });
    }

    #[inline]
    fn add_entry(&mut self, entry: Entry) {
        let part = &mut self.parts[part_of(entry.id())];
        if part.open.len() == CHUNK {
            part.close(&mut self.room);
        }
        part.open.push(entry);
    }

    /// Takes over what was told of attempts of one run each.
    pub(crate) fn add_attempts(&mut self, attempts: Self) {
        for entry in attempts.table().iter() {
            self.add(entry.id(), entry.suite(), entry.marks().as_attempts(), entry.duration());
        }
    }

    /// All of it.
    pub(crate) fn table(self) -> Table {
        let Self { parts, mut room } = self;
        let parts = parts.into_iter().map(|mut part| {
            part.sort(&mut room);
            if let Some(last) = part.sorted.last_mut() {
                last.shrink_to_fit();
            }
            part.sorted
        });
        Table { parts: parts.collect() }
    }

    #[cfg(test)]
    fn bytes(&self) -> usize {
        let parts = self.parts.iter();
        let parts = parts
            .map(|part| bytes(&part.sorted) + bytes(&part.recent) + bytes(std::slice::from_ref(&part.open)));
        parts.sum::<usize>() + bytes(&self.room.chunks) + self.room.recent.capacity() * size_of::<Entry>()
    }
}

impl Room {
    fn chunk(&mut self) -> Chunk {
        self.chunks.pop().unwrap_or_else(|| Vec::with_capacity(CHUNK))
    }

    fn give_back(&mut self, mut chunk: Chunk) {
        // The first of a part grew until it was full; one that did not is too small.
        if chunk.capacity() == CHUNK {
            chunk.clear();
            self.chunks.push(chunk);
        }
    }
}

impl Part {
    /// The open chunk is full.
    #[cold]
    fn close(&mut self, room: &mut Room) {
        self.recent.push(std::mem::replace(&mut self.open, room.chunk()));
        if self.recent.len() >= MOST_RECENT.max(self.sorted.len() / 3) {
            self.sort(room);
        }
    }

    /// Puts everything in order.
    fn sort(&mut self, room: &mut Room) {
        let mut recent = std::mem::take(&mut room.recent);
        recent.clear();
        for chunk in self.recent.drain(..) {
            recent.extend_from_slice(&chunk);
            room.give_back(chunk);
        }
        recent.append(&mut self.open);
        recent.sort_unstable_by_key(|entry| entry.id);
        recent.dedup_by(|next, kept| {
            let is_same = next.id == kept.id;
            if is_same {
                *kept = kept.with(*next);
            }
            is_same
        });
        self.merge(&recent, room);
        room.recent = recent;
    }

    /// Takes entries in between that are in order, each test once.
    fn merge(&mut self, mut recent: &[Entry], room: &mut Room) {
        if recent.is_empty() {
            return;
        }
        let before = std::mem::take(&mut self.sorted);
        let mut merged = Merged { chunks: Vec::with_capacity(before.len() + recent.len() / CHUNK + 1), room };
        for chunk in before {
            let mut rest = chunk.as_slice();
            while let (Some(next), Some(last)) = (recent.first(), rest.last())
                && next.id <= last.id
            {
                let at = rest.iter().position(|entry| entry.id >= next.id).expect("the last one is");
                merged.extend(&rest[..at]);
                let is_known = rest[at].id == next.id;
                merged.extend(&[if is_known { rest[at].with(*next) } else { *next }]);
                rest = &rest[at + usize::from(is_known)..];
                recent = &recent[1..];
            }
            merged.extend(rest);
            merged.room.give_back(chunk);
        }
        merged.extend(recent);
        self.sorted = merged.chunks;
    }
}

/// Entries in order, in the making.
struct Merged<'r> {
    chunks: Vec<Chunk>,
    room: &'r mut Room,
}

impl Merged<'_> {
    #[inline]
    fn extend(&mut self, mut entries: &[Entry]) {
        while !entries.is_empty() {
            match self.chunks.last_mut() {
                Some(chunk) if chunk.len() < CHUNK => {
                    let (head, rest) = entries.split_at(entries.len().min(CHUNK - chunk.len()));
                    chunk.extend_from_slice(head);
                    entries = rest;
                }
                _ => self.chunks.push(self.room.chunk()),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_test_takes_no_more_than_its_share() {
        let mut intake = Intake::default();
        let mut id = 1_u64;
        let count = 300_000_usize;
        for number in 1..=count {
            id = id.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            intake.add(TestId(id), 1, Marks(1), None);
            if number > 50_000 && number % 1000 == 0 {
                assert!(intake.bytes() <= 22 * number, "{} bytes for {number}", intake.bytes());
            }
        }
        let table = intake.table();
        assert_eq!(table.len(), count);
        assert!(table.bytes() <= 18 * count, "{} bytes", table.bytes());
    }

    #[test]
    fn runs_of_known_tests_take_little_more() {
        let mut intake = Intake::default();
        let count = 200_000_u64;
        for round in 0..3_u64 {
            for number in 0..count {
                let id = (number + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
                intake.add(TestId(id), 1, Marks(1), Some(Nanoseconds(round)));
            }
            assert!(intake.bytes() <= 25 * 200_000, "{} bytes in round {round}", intake.bytes());
        }
        assert_eq!(intake.table().len(), 200_000);
    }

    fn filled<'r>(runs: impl Iterator<Item = &'r (u64, u8, u32)>) -> Table {
        let mut intake = Intake::default();
        runs.for_each(|(id, marks, duration)| {
            intake.add(
                TestId(*id),
                u32::from(marks % 4),
                Marks(*marks),
                Some(Nanoseconds(u64::from(*duration))),
            );
        });
        intake.table()
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

        // Few parts and many runs in each, so that chunks fill up, and are merged into others.
        #[test]
        fn a_table_is_a_map(runs in proptest::collection::vec((1..3000_u64, any::<bool>(), 0..16_u8, any::<u64>()), 0..4000)) {
            let mut intake = Intake::default();
            let mut map: BTreeMap<u64, (u8, u64)> = BTreeMap::new();
            for (id, high, marks, duration) in runs {
                let id = if high { id << 50 } else { id };
                intake.add(TestId(id), 7, Marks(marks), Some(Nanoseconds(duration)));
                let entry = map.entry(id).or_default();
                *entry = (entry.0 | marks, entry.1.max(duration));
            }
            let table = intake.table();
            prop_assert_eq!(table.len(), map.len());
            prop_assert!(table.iter().map(|entry| entry.id).eq(map.keys().copied()));
            prop_assert!(table.get(TestId(5000)).is_none());
            for (id, (marks, duration)) in map {
                let entry = table.get(TestId(id)).unwrap();
                prop_assert_eq!((entry.marks(), entry.suite()), (Marks(marks), 7));
                let kept = entry.duration().unwrap().0;
                prop_assert!(kept.abs_diff(duration.max(1)) <= duration >> 25);
            }
        }

        #[test]
        fn the_order_of_runs_does_not_matter(runs in proptest::collection::vec((1..400_u64, 0..128_u8, any::<u32>()), 0..1500)) {
            prop_assert!(filled(runs.iter()).iter().eq(filled(runs.iter().rev()).iter()));
        }
    }

    proptest! {
        #[test]
        fn longer_times_pack_greater(left in any::<u64>(), right in any::<u64>()) {
            let (left, right) = (left.min(right), left.max(right));
            prop_assert!(packed(Nanoseconds(left)) <= packed(Nanoseconds(right)));
        }
    }
}
