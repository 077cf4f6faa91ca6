//! Pictures of several reports become one: the union of their units, the sum of their counts.
//!
//! Uniting is commutative and associative, and a report united with itself keeps every ratio; the tests in
//! `laws.rs` hold it to that. Nothing here guesses: files are the same if their paths are, letter by letter.

use crate::gather::{Measured, unite};
use crate::model::{Branch, FileCoverage, Hits, Picture};

impl Picture {
    /// Takes over all that another picture shows.
    pub fn absorb(&mut self, other: Picture) {
        if self.is_empty() {
            *self = other;
            return;
        }
        for (path, file) in other {
            self.insert(path, file);
        }
    }

    /// All pictures as one.
    pub fn united(pictures: impl IntoIterator<Item = Picture>) -> Picture {
        let mut united = Picture::default();
        for picture in pictures {
            united.absorb(picture);
        }
        united
    }
}

impl FileCoverage {
    /// Takes over what other reports say about the same file.
    pub fn absorb(&mut self, other: FileCoverage) {
        // Totals that stand beside units can't be united: they hold only for what every report says alike.
        if self.declared.is_some() && (self.declared != other.declared || !self.covers_the_same(&other)) {
            self.declared = None;
        }
        unite(&mut self.blocks, other.blocks);
        unite(&mut self.lines, other.lines);
        unite(&mut self.branches, other.branches);
        unite(&mut self.tallies, other.tallies);
        unite(&mut self.functions, other.functions);
        self.summary = match (self.summary.take(), other.summary) {
            (Some(left), Some(right)) => Some(Box::new(left.larger(*right))),
            (left, right) => left.or(right),
        };
        self.versions = match (self.versions.take(), other.versions) {
            (Some(left), Some(right)) => Some(Box::new((left.0.min(right.0), left.1.max(right.1)))),
            (left, right) => left.or(right),
        };
        self.in_statements |= other.in_statements;
        self.in_lines |= other.in_lines;
        self.spans |= other.spans;
        self.hits = self.hits.max(other.hits);
        if self.hits == Hits::Flags {
            self.flatten();
        }
    }

    /// Whether both have the same units, and the same of them ran.
    fn covers_the_same(&self, other: &Self) -> bool {
        self.tallies == other.tallies
            && same(&self.lines, &other.lines, |line| line.hits() > 0)
            && same(&self.blocks, &other.blocks, |block| block.hits() > 0)
            && same(&self.branches, &other.branches, Branch::is_covered)
            && same(&self.functions, &other.functions, |function| function.hits() > 0)
    }
}

/// Whether two lists have the same units, and `is` says the same of each.
fn same<T: Measured>(left: &[T], right: &[T], is: impl Fn(&T) -> bool) -> bool {
    left.len() == right.len()
        && left.iter().zip(right).all(|(left, right)| left.order(right).is_eq() && is(left) == is(right))
}
