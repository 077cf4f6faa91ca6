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
}

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
        let start = self.names.len();
        self.names.extend_from_slice(name);
        start..self.names.len()
    }

    fn name(&self, name: &Name) -> &[u8] {
        &self.names[name.clone()]
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
    }
}

fn nowhere(name: &[u8], hits: u64) -> Function {
    Function::new(&decode::text(name), None, None, Grouping::ByName, hits)
}
