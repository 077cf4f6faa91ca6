//! The functions of one record: declarations and calls stand apart in a tracefile and are joined at its end.

use std::collections::HashMap;
use std::ops::Range;

use crate::decode;
use crate::gather::Gathered;
use crate::model::{Function, Grouping};

/// A name inside [`Functions::names`].
type Name = Range<usize>;

/// Declarations and calls of one record, names in one buffer that is used again for the next record.
#[derive(Default)]
pub(super) struct Functions {
    names: Vec<u8>,
    declared: Vec<(Name, u32, Option<u32>)>,
    called: Vec<(Name, u64, u64)>,
    /// Where the functions of an index are: start and end.
    places: HashMap<u32, (u32, Option<u32>)>,
    called_placed: Vec<(u32, Name, u64, u64)>,
    /// How many entries the last folding left.
    folded: usize,
}

/// So many entries may wait for the end of their record before repeated ones are folded into one. No source
/// file has as many functions; a record that repeats itself without end must not fill the memory.
const WAITING: usize = 1 << 16;

impl Functions {
    /// `FN`.
    pub(super) fn declare(&mut self, name: &[u8], start: u32, end: Option<u32>) {
        let name = self.keep(name);
        self.declared.push((name, start, end));
    }

    /// `FNDA`, on line `origin` of the tracefile.
    pub(super) fn call(&mut self, name: &[u8], hits: u64, origin: u64) {
        let name = self.keep(name);
        self.called.push((name, hits, origin));
    }

    /// `FNL`. The first one of an index holds.
    pub(super) fn place(&mut self, index: u32, start: u32, end: Option<u32>) {
        self.places.entry(index).or_insert((start, end));
    }

    /// `FNA`, on line `origin` of the tracefile.
    pub(super) fn call_placed(&mut self, index: u32, name: &[u8], hits: u64, origin: u64) {
        let name = self.keep(name);
        self.called_placed.push((index, name, hits, origin));
    }

    fn keep(&mut self, name: &[u8]) -> Name {
        if self.waiting() >= WAITING.max(2 * self.folded) {
            self.fold();
        }
        let start = self.names.len();
        self.names.extend_from_slice(name);
        start..self.names.len()
    }

    fn name(&self, name: &Name) -> &[u8] {
        &self.names[name.clone()]
    }

    fn waiting(&self) -> usize {
        self.declared.len() + self.called.len() + self.called_placed.len()
    }

    /// One entry for equal declarations, for equal calls of an index, and no more calls of a name than it
    /// has declarations.
    fn fold(&mut self) {
        let names = std::mem::take(&mut self.names);
        let name = |range: &Name| &names[range.clone()];
        self.declared.sort_by(|left, right| (name(&left.0), left.1).cmp(&(name(&right.0), right.1)));
        self.declared.dedup_by(|next, kept| {
            let same = kept.1 == next.1 && name(&kept.0) == name(&next.0);
            kept.2 = if same { kept.2.max(next.2) } else { kept.2 };
            same
        });
        self.called.sort_by(|left, right| name(&left.0).cmp(name(&right.0)));
        let (declared, mut calls) = (&self.declared, 1);
        self.called.dedup_by(|next, kept| {
            if name(&kept.0) != name(&next.0) {
                calls = 1;
                return false;
            }
            let first = declared.partition_point(|other| name(&other.0) < name(&kept.0));
            if declared.get(first + calls).is_some_and(|other| name(&other.0) == name(&kept.0)) {
                calls += 1;
                return false;
            }
            kept.1 = kept.1.saturating_add(next.1);
            true
        });
        self.called_placed.sort_by(|left, right| (left.0, name(&left.1)).cmp(&(right.0, name(&right.1))));
        self.called_placed.dedup_by(|next, kept| {
            let same = kept.0 == next.0 && name(&kept.1) == name(&next.1);
            kept.2 = if same { kept.2.saturating_add(next.2) } else { kept.2 };
            same
        });
        self.rename(&names);
        self.folded = self.waiting();
    }

    /// Copies the names that are left out of the old buffer.
    fn rename(&mut self, old: &[u8]) {
        let mut names = Vec::new();
        let ranges = (self.declared.iter_mut().map(|entry| &mut entry.0))
            .chain(self.called.iter_mut().map(|entry| &mut entry.0))
            .chain(self.called_placed.iter_mut().map(|entry| &mut entry.1));
        for range in ranges {
            let start = names.len();
            names.extend_from_slice(&old[range.clone()]);
            *range = start..names.len();
        }
        self.names = names;
    }

    /// Hands the joined functions to `functions`, and returns the lines that call what was never declared.
    pub(super) fn join(&mut self, functions: &mut Gathered<Function>) -> Vec<u64> {
        let mut undeclared = Vec::new();
        let mut add = |function| functions.add(function, 0, &mut |_, _| {});
        self.join_by_name(&mut add, &mut undeclared);
        for (index, name, hits, origin) in &self.called_placed {
            let place = self.places.get(index);
            if place.is_none() {
                undeclared.push(*origin);
            }
            let (start, end) = place.map_or((None, None), |(start, end)| (Some(*start), *end));
            let grouping = if start.is_some() { Grouping::ByLine } else { Grouping::ByName };
            add(Function::new(&decode::text(self.name(name)), start, end, grouping, *hits));
        }
        self.clear();
        undeclared
    }

    /// The nth call of a name goes to its nth declaration, as producers write functions that share a name;
    /// calls beyond the last declaration go to that one.
    fn join_by_name(&mut self, add: &mut impl FnMut(Function), undeclared: &mut Vec<u64>) {
        let in_step = self.declared.len() == self.called.len()
            && self.declared.iter().zip(&self.called).all(|(d, c)| self.name(&d.0) == self.name(&c.0));
        if !in_step {
            let names = &self.names;
            self.declared.sort_by(|left, right| names[left.0.clone()].cmp(&names[right.0.clone()]));
            self.called.sort_by(|left, right| names[left.0.clone()].cmp(&names[right.0.clone()]));
        }
        let mut calls = self.called.iter().peekable();
        let mut declared = self.declared.iter().peekable();
        while let Some((name, start, end)) = declared.next() {
            let text = self.name(name);
            while let Some((unknown, hits, origin)) =
                calls.next_if(|(called, ..)| !in_step && self.name(called) < text)
            {
                undeclared.push(*origin);
                add(nowhere(self.name(unknown), *hits));
            }
            let mut hits = calls.next_if(|(called, ..)| self.name(called) == text).map_or(0, |call| call.1);
            let is_last = declared.peek().is_none_or(|(next, ..)| self.name(next) != text);
            while !in_step
                && is_last
                && let Some((_, more, _)) = calls.next_if(|(called, ..)| self.name(called) == text)
            {
                hits = hits.saturating_add(*more);
            }
            add(Function::new(&decode::text(text), Some(*start), *end, Grouping::ByName, hits));
        }
        for (unknown, hits, origin) in calls {
            undeclared.push(*origin);
            add(nowhere(self.name(unknown), *hits));
        }
    }

    fn clear(&mut self) {
        self.names.clear();
        self.declared.clear();
        self.called.clear();
        self.places.clear();
        self.called_placed.clear();
        self.folded = 0;
    }
}

fn nowhere(name: &[u8], hits: u64) -> Function {
    Function::new(&decode::text(name), None, None, Grouping::ByName, hits)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn join(functions: &mut Functions) -> Vec<(String, Option<u32>, u64)> {
        let mut gathered = Gathered::default();
        functions.join(&mut gathered);
        let joined = gathered.finish(&mut |_, _| {});
        joined.iter().map(|joined| (joined.name().to_owned(), joined.start(), joined.hits())).collect()
    }

    #[test]
    fn endless_repetition_is_folded_and_no_call_is_lost() {
        let mut functions = Functions::default();
        functions.place(7, 9, None);
        for _ in 0..3 * WAITING {
            functions.declare(b"f", 1, None);
            functions.declare(b"f", 5, None);
            functions.call(b"f", 1, 1);
            functions.call(b"g", 1, 1);
            functions.call_placed(7, b"h", 1, 1);
            assert!(functions.waiting() <= WAITING + 1 && functions.names.len() <= 2 * WAITING);
        }
        let joined = join(&mut functions);
        let calls = 3 * WAITING as u64;
        let hits_of = |name: &str| -> u64 {
            joined.iter().filter(|joined| joined.0 == name).map(|joined| joined.2).sum()
        };
        assert_eq!(["f", "g", "h"].map(hits_of), [calls; 3]);
        assert_eq!(joined.len(), 4);
    }

    #[test]
    fn folding_keeps_as_many_calls_of_a_name_as_it_has_declarations() {
        let mut functions = Functions::default();
        for start in [1, 5, 9] {
            functions.declare(b"f", start, None);
        }
        for hits in [0, 4, 2, 3] {
            functions.call(b"f", hits, 1);
        }
        functions.fold();
        assert_eq!(functions.called.len(), 3);
        let named = |start, hits| ("f".to_owned(), Some(start), hits);
        assert_eq!(join(&mut functions), [named(1, 0), named(5, 4), named(9, 5)]);
    }
}
