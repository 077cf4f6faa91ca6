//! One interval.

use std::fmt;

/// All numbers from `first` to `last`, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Interval<T> {
    pub first: T,
    pub last: T,
}

impl<T: Ord + Copy> Interval<T> {
    /// An interval, whichever end is named first.
    pub fn new(one: T, other: T) -> Self {
        if one <= other { Self { first: one, last: other } } else { Self { first: other, last: one } }
    }

    pub fn contains(&self, number: T) -> bool {
        self.first <= number && number <= self.last
    }

    /// What both have in common.
    pub fn meet(&self, other: &Self) -> Option<Self> {
        let (first, last) = (self.first.max(other.first), self.last.min(other.last));
        (first <= last).then_some(Self { first, last })
    }
}

impl<T: fmt::Display + PartialEq> fmt::Display for Interval<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.first == self.last {
            write!(f, "{}", self.first)
        } else {
            write!(f, "{}-{}", self.first, self.last)
        }
    }
}
