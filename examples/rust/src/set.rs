//! Many intervals.

use std::fmt;

use crate::interval::Interval;

/// A set of numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct IntervalSet {
    /// In order, with a gap between each and the next.
    intervals: Vec<Interval<u32>>,
}

macro_rules! from_number {
    ($($number:ty),*) => {
        $(impl From<$number> for IntervalSet {
            fn from(number: $number) -> Self {
                let mut set = Self::default();
                set.insert(Interval::new(u32::from(number), u32::from(number)));
                set
            }
        })*
    };
}

from_number!(u8, u16, u32);

impl IntervalSet {
    /// Adds all numbers of an interval.
    pub fn insert(&mut self, added: Interval<u32>) {
        let touches = |known: &Interval<u32>| {
            known.first <= added.last.saturating_add(1) && added.first <= known.last.saturating_add(1)
        };
        let (touched, mut kept): (Vec<_>, Vec<_>) = self.intervals.iter().copied().partition(touches);
        let joined = touched
            .iter()
            .fold(added, |all, one| Interval::new(all.first.min(one.first), all.last.max(one.last)));
        kept.push(joined);
        kept.sort_by_key(|interval| interval.first);
        self.intervals = kept;
    }

    pub fn contains(&self, number: u32) -> bool {
        self.intervals.iter().any(|interval| interval.contains(number))
    }

    /// How many numbers there are.
    pub fn count(&self) -> u64 {
        self.intervals.iter().map(|interval| u64::from(interval.last - interval.first) + 1).sum()
    }

    /// The numbers of an interval that are missing.
    pub fn gaps(&self, within: Interval<u32>) -> Vec<Interval<u32>> {
        let mut gaps = Vec::new();
        let mut next = within.first;
        for known in self.intervals.iter().filter_map(|known| known.meet(&within)) {
            if known.first > next {
                gaps.push(Interval::new(next, known.first - 1));
            }
            match known.last.checked_add(1) {
                Some(after) => next = after,
                None => return gaps,
            }
        }
        if next <= within.last {
            gaps.push(Interval::new(next, within.last));
        }
        gaps
    }
}

impl fmt::Display for IntervalSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let texts: Vec<_> = self.intervals.iter().map(ToString::to_string).collect();
        f.write_str(&texts.join(","))
    }
}
