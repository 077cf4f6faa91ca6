//! Which tests became slower or faster, so that noise stays silent.

use crate::collect::Results;
use crate::history::{History, Past, PastOutcome, STEPS, steps, time};
use crate::identity::TestId;
use crate::model::Nanoseconds;
use crate::table::TestOutcome;

/// A test that took another time than it takes as a rule.
///
/// Its time `t` is held against `e`, the typical time of its passed runs times the pace of this run (the middle of
/// `t / typical` over all tests that take [`LEAST_PACED`] or more, once there are [`LEAST_FOR_PACE`] of them: a slow machine
/// is no news of a test). It is slower where all of this holds, and faster the other way round:
/// - it passed, and passed in at least [`LEAST_PASSES`] recorded runs,
/// - `t ≥ 2 e`,
/// - `t − e ≥` [`LEAST_DIFFERENCE`],
/// - `log₂ (t / e)` is at least four times its spread, the mean distance of single runs from the typical one in doublings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DurationChange {
    /// Which test.
    pub id: TestId,
    /// Its variant.
    pub variant: String,
    /// The name by which people know it.
    pub title: String,
    /// What it takes as a rule, without the pace of this run.
    pub typical: Nanoseconds,
    /// What it was expected to take in this run.
    pub expected: Nanoseconds,
    /// What it took.
    pub now: Nanoseconds,
}

impl DurationChange {
    /// The difference to what was expected.
    pub fn difference(&self) -> Nanoseconds {
        Nanoseconds(self.now.0.abs_diff(self.expected.0))
    }
}

/// Passed runs from which a typical time is trusted.
pub const LEAST_PASSES: u32 = 5;

/// Differences under this are no news.
pub const LEAST_DIFFERENCE: Nanoseconds = Nanoseconds(250_000_000);

/// Tests that take less tell nothing about the pace of a machine.
pub const LEAST_PACED: Nanoseconds = Nanoseconds(10_000_000);

/// Tests that it takes to tell the pace of a run.
pub const LEAST_FOR_PACE: usize = 20;

/// Changes that are listed.
const MOST_CHANGES: usize = 100;

/// How many mean distances are no noise.
const SPREADS: i32 = 4;

#[derive(Debug, Default)]
pub(super) struct Changes {
    pub(super) slower: Vec<DurationChange>,
    pub(super) faster: Vec<DurationChange>,
    pub(super) pace: Option<u64>,
}

/// A test with both times, in steps.
struct Pair<'a> {
    past: &'a Past,
    now: Nanoseconds,
    typical: i32,
}

pub(super) fn changes(results: &Results, history: &History) -> Changes {
    let pairs: Vec<Pair<'_>> = history.tests().filter_map(|past| pair(past, results)).collect();
    let pace = pace(&pairs);
    let mut changes = Changes { pace: pace.map(per_thousand), ..Changes::default() };
    for pair in &pairs {
        let expected = pair.typical + pace.unwrap_or(0);
        let change = DurationChange {
            id: pair.past.id,
            variant: pair.past.variant.as_ref().to_owned(),
            title: String::new(),
            typical: time(pair.typical),
            expected: time(expected),
            now: pair.now,
        };
        let steps = steps(pair.now) - expected;
        let is_news = steps.abs() >= STEPS.max(SPREADS * pair.past.typical.spread())
            && change.difference() >= LEAST_DIFFERENCE;
        if is_news {
            let list = if steps > 0 { &mut changes.slower } else { &mut changes.faster };
            list.push(DurationChange { title: pair.past.title(), ..change });
        }
    }
    for list in [&mut changes.slower, &mut changes.faster] {
        list.sort_by_key(|change| (u64::MAX - change.difference().0, change.id));
        list.truncate(MOST_CHANGES);
    }
    changes
}

fn pair<'a>(past: &'a Past, results: &Results) -> Option<Pair<'a>> {
    let entry = results.table.get(past.id)?;
    let is_trusted = past.outcomes.count(PastOutcome::Passed) >= LEAST_PASSES
        && entry.marks().outcome() == TestOutcome::Passed;
    let pair = Pair { past, now: entry.duration()?, typical: past.typical.steps()? };
    is_trusted.then_some(pair)
}

/// The middle of the differences, in steps.
fn pace(pairs: &[Pair<'_>]) -> Option<i32> {
    let paced = pairs.iter().filter(|pair| time(pair.typical) >= LEAST_PACED);
    let mut differences: Vec<i32> = paced.map(|pair| steps(pair.now) - pair.typical).collect();
    differences.sort_unstable();
    (differences.len() >= LEAST_FOR_PACE).then(|| differences[differences.len() / 2])
}

/// A difference in steps as a factor of a thousand.
fn per_thousand(pace: i32) -> u64 {
    // 2⁴⁰ lies far enough from both ends.
    let one = 40 * STEPS;
    let factor = (u128::from(time(one + pace).0) * 1000) >> 40;
    u64::try_from(factor).unwrap_or(u64::MAX)
}
