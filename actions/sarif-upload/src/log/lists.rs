//! Lists that are read element by element: counted, and kept only as far as somebody looks at them.

use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, SeqAccess, Visitor};

/// The largest of some counts, and whose it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Peak {
    pub(crate) most: u64,
    pub(crate) at: usize,
}

impl Peak {
    pub(super) fn see(&mut self, count: u64, at: usize) {
        if count > self.most {
            *self = Self { most: count, at };
        }
    }
}

/// How often something is wrong, and where first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Spot {
    pub(crate) count: u64,
    pub(crate) first: usize,
    /// What stands there, shortened.
    pub(crate) example: String,
}

/// A foreign text that is kept for readers.
pub(super) fn example(text: &str) -> String {
    text.chars().take(300).collect()
}

/// What a list comes to.
pub(super) trait Counted<'de>: Default {
    type Element: Deserialize<'de>;
    /// In words, for who finds something else in its place.
    const WHAT: &'static str;
    fn count(&mut self, element: Self::Element);
}

/// Reads a list.
pub(super) fn count<'de, T: Counted<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    deserializer.deserialize_seq(Counting(T::default()))
}

struct Counting<T>(T);

impl<'de, T: Counted<'de>> Visitor<'de> for Counting<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(T::WHAT)
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut list: A) -> Result<T, A::Error> {
        while let Some(element) = list.next_element::<T::Element>()? {
            self.0.count(element);
        }
        Ok(self.0)
    }
}

/// The first `N` elements of a list, and how many there are.
#[derive(Clone, Debug)]
pub(crate) struct First<T, const N: usize> {
    pub(crate) kept: Vec<T>,
    pub(crate) count: u64,
}

impl<T, const N: usize> Default for First<T, N> {
    fn default() -> Self {
        Self { kept: Vec::new(), count: 0 }
    }
}

impl<'de, T: Deserialize<'de>, const N: usize> Counted<'de> for First<T, N> {
    type Element = T;
    const WHAT: &'static str = "an array";

    fn count(&mut self, element: T) {
        self.count += 1;
        if self.kept.len() < N {
            self.kept.push(element);
        }
    }
}

impl<'de, T: Deserialize<'de>, const N: usize> Deserialize<'de> for First<T, N> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        count(deserializer)
    }
}
