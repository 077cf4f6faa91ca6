//! How a test ended in each of the last runs: three bits a run.

use crate::table::{Marks, TestOutcome};

/// Runs that are remembered.
pub const MOST_RUNS: usize = 50;

/// How a test ended in a recorded run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PastOutcome {
    /// It was not there.
    Absent,
    /// It passed.
    Passed,
    /// An expectation did not hold.
    Failed,
    /// It could not be carried out, or did not end.
    Errored,
    /// A run failed and then passed when it was tried again.
    Flaky,
    /// It never ran.
    Skipped,
}

impl PastOutcome {
    const ALL: [Self; 6] =
        [Self::Absent, Self::Passed, Self::Failed, Self::Errored, Self::Flaky, Self::Skipped];

    /// Of a test that is in a table. One that the runner called a failure although an attempt passed is flaky.
    pub(crate) fn of(marks: Marks) -> Self {
        match marks.outcome() {
            TestOutcome::Errored => Self::Errored,
            TestOutcome::Failed => Self::Failed,
            TestOutcome::Flaky => Self::Flaky,
            TestOutcome::Passed => Self::Passed,
            TestOutcome::Skipped => Self::Skipped,
        }
    }

    /// Whether it speaks against the code.
    pub fn is_bad(self) -> bool {
        matches!(self, Self::Failed | Self::Errored)
    }

    /// Whether the test was carried out at all.
    pub fn is_executed(self) -> bool {
        !matches!(self, Self::Absent | Self::Skipped)
    }

    /// A number under six.
    pub(super) fn code(self) -> u8 {
        self as u8
    }

    pub(super) fn from_code(code: u8) -> Option<Self> {
        Self::ALL.get(usize::from(code)).copied()
    }
}

/// The outcomes of a test, the newest first; runs before those that are recorded count as absent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Outcomes([u64; 3]);

impl Outcomes {
    /// Puts a newer one in front, and forgets the oldest.
    pub(super) fn push(&mut self, outcome: PastOutcome) {
        for (bit, plane) in self.0.iter_mut().enumerate() {
            let newest = u64::from(outcome.code() >> bit & 1);
            *plane = (*plane << 1 | newest) & ((1 << MOST_RUNS) - 1);
        }
    }

    /// How it ended so many runs before the newest.
    pub fn get(&self, runs_ago: usize) -> PastOutcome {
        if runs_ago >= MOST_RUNS {
            return PastOutcome::Absent;
        }
        let bit = |plane: usize| u8::from(self.0[plane] >> runs_ago & 1 == 1) << plane;
        PastOutcome::from_code(bit(0) | bit(1) | bit(2)).expect("only codes are ever pushed")
    }

    /// How it ended in the newest run.
    pub fn newest(&self) -> PastOutcome {
        self.get(0)
    }

    /// All fifty, the newest first.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = PastOutcome> + ExactSizeIterator + '_ {
        (0..MOST_RUNS).map(|runs_ago| self.get(runs_ago))
    }

    /// In how many runs it ended so.
    pub fn count(&self, outcome: PastOutcome) -> u32 {
        let code = outcome.code();
        let planes = (0..3).map(|bit| if code >> bit & 1 == 1 { self.0[bit] } else { !self.0[bit] });
        (planes.fold(u64::MAX, |all, plane| all & plane) & ((1 << MOST_RUNS) - 1)).count_ones()
    }

    /// In how many runs it was carried out.
    pub fn executed(&self) -> u32 {
        use PastOutcome::{Errored, Failed, Flaky, Passed};
        [Passed, Failed, Errored, Flaky].into_iter().map(|outcome| self.count(outcome)).sum()
    }

    /// In how many runs it failed in some attempt.
    pub fn bad(&self) -> u32 {
        use PastOutcome::{Errored, Failed, Flaky};
        [Failed, Errored, Flaky].into_iter().map(|outcome| self.count(outcome)).sum()
    }

    /// Whether it was in no recorded run.
    pub(super) fn is_absent(&self) -> bool {
        self.0 == [0; 3]
    }

    /// How many times it began to fail: a failure after a pass, or the first that is recorded. Runs in which it did not
    /// run change nothing.
    pub fn failing_spells(&self) -> u32 {
        let (mut spells, mut was_bad) = (0, false);
        for outcome in self.iter().rev().filter(|outcome| outcome.is_executed()) {
            spells += u32::from(outcome.is_bad() && !was_bad);
            was_bad = outcome.is_bad();
        }
        spells
    }

    /// For one that failed in the newest run: how many runs failed without a pass between them, and how many runs ago
    /// the first of them was. Skipped runs neither end that nor count; a run without it ends it.
    pub fn failing(&self) -> Option<(u32, usize)> {
        let mut failing = None;
        for (runs_ago, outcome) in self.iter().enumerate() {
            match outcome {
                PastOutcome::Failed | PastOutcome::Errored => {
                    let (runs, _) = failing.unwrap_or((0, 0));
                    failing = Some((runs + 1, runs_ago));
                }
                PastOutcome::Skipped if failing.is_some() => {}
                _ => break,
            }
        }
        failing
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    pub(super) fn outcomes(letters: &str) -> Outcomes {
        let mut outcomes = Outcomes::default();
        for letter in letters.chars() {
            outcomes.push(match letter {
                '.' => PastOutcome::Passed,
                'F' => PastOutcome::Failed,
                'E' => PastOutcome::Errored,
                '~' => PastOutcome::Flaky,
                's' => PastOutcome::Skipped,
                _ => PastOutcome::Absent,
            });
        }
        outcomes
    }

    #[test]
    fn a_failure_begins_where_it_last_passed() {
        // Oldest first.
        assert_eq!(outcomes("..F.FsE").failing(), Some((2, 2)));
        assert_eq!(outcomes("..F-F").failing(), Some((1, 0)));
        assert_eq!(outcomes("FF.").failing(), None);
        assert_eq!(outcomes("FFs").failing(), None, "the newest did not fail");
        assert_eq!(outcomes("").failing(), None);
    }

    #[test]
    fn spells_are_counted_across_runs_without_it() {
        assert_eq!(outcomes(".F.s.F-F.").failing_spells(), 2);
        assert_eq!(outcomes("F").failing_spells(), 1);
        assert_eq!(outcomes("...~..").failing_spells(), 0);
    }

    proptest! {
        #[test]
        fn planes_are_a_list(codes in proptest::collection::vec(0_u8..6, 0..120)) {
            let mut outcomes = Outcomes::default();
            let mut list = vec![PastOutcome::Absent; MOST_RUNS];
            for code in codes {
                let outcome = PastOutcome::from_code(code).unwrap();
                outcomes.push(outcome);
                list.insert(0, outcome);
                list.pop();
            }
            prop_assert_eq!(outcomes.iter().collect::<Vec<_>>(), list.clone());
            for outcome in PastOutcome::ALL {
                let expected = list.iter().filter(|known| **known == outcome).count();
                prop_assert_eq!(outcomes.count(outcome) as usize, expected);
            }
            let executed = list.iter().filter(|known| known.is_executed()).count();
            prop_assert_eq!(outcomes.executed() as usize, executed);
            prop_assert_eq!(outcomes.is_absent(), list.iter().all(|known| *known == PastOutcome::Absent));
        }
    }
}
