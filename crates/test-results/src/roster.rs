//! The names of tests, for those who ask for them: an output that lists every test, or a history. Bounded, because a run
//! may hold millions; what found no room is counted. Knows no outcome: those are in the [`crate::Table`], by identity.

use std::collections::HashMap;

use crate::identity::TestId;
use crate::model::{Occurrence, Subject};
use crate::text::cut_str;

/// Bytes of one name that are kept.
const MOST_NAME: usize = 4096;

/// Bytes of names that are kept of all tests.
const MOST_TEXT: usize = 64 * 1024 * 1024;

/// The names of tests, each identity once, in the order in which they were met.
#[derive(Clone, Debug, Default)]
pub struct Roster {
    most: usize,
    entries: Vec<Kept>,
    by_id: HashMap<TestId, u32>,
    /// All names, one behind the other.
    names: String,
    /// Suites, classes and files, each once.
    around: Vec<Box<str>>,
    by_around: HashMap<Box<str>, u32>,
    left_out: u64,
}

#[derive(Clone, Copy, Debug)]
struct Kept {
    id: TestId,
    subject: Subject,
    variant: u32,
    suite: u32,
    class: u32,
    file: u32,
    line: u32,
    name: (u32, u32),
}

/// A test of the roster.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Listed<'a> {
    /// Which.
    pub id: TestId,
    /// Whether it is a test at all.
    pub subject: Subject,
    /// Its variant, by its number in [`crate::Results::variants`].
    pub variant: usize,
    /// The suites it is in.
    pub suite: &'a str,
    /// Its class.
    pub class: &'a str,
    /// Its name.
    pub name: &'a str,
    /// Its file, as the report says.
    pub file: &'a str,
    /// The line there; 0 if it is not said.
    pub line: u32,
}

impl Listed<'_> {
    /// The name by which people know it.
    pub fn title(&self) -> String {
        crate::collect::title(self.suite, self.class, self.name)
    }
}

impl Roster {
    /// A roster with room for so many tests.
    pub fn new(most: usize) -> Self {
        Self { most: most.min(u32::MAX as usize), ..Self::default() }
    }

    /// Adds the test of a run, unless it is there.
    pub(crate) fn add(&mut self, id: TestId, variant: u32, run: &Occurrence<'_>) {
        if self.by_id.contains_key(&id) {
            return;
        }
        if self.entries.len() >= self.most || self.names.len() >= MOST_TEXT {
            // Counted once for each run of it: nobody remembers those that are not kept.
            self.left_out += 1;
            return;
        }
        let start = u32::try_from(self.names.len()).expect("less than the limit");
        self.names.push_str(cut_str(run.test.name, MOST_NAME));
        let end = u32::try_from(self.names.len()).expect("less than the limit and one name");
        let kept = Kept {
            id,
            subject: run.subject,
            variant,
            suite: self.around(run.test.suite),
            class: self.around(run.test.class),
            file: self.around(run.test.file),
            line: run.line,
            name: (start, end),
        };
        self.by_id.insert(id, u32::try_from(self.entries.len()).expect("less than the limit"));
        self.entries.push(kept);
    }

    fn around(&mut self, text: &str) -> u32 {
        let text = cut_str(text, MOST_NAME);
        if let Some(number) = self.by_around.get(text) {
            return *number;
        }
        let number = u32::try_from(self.around.len()).expect("there are three for each test at most");
        self.around.push(text.into());
        self.by_around.insert(text.into(), number);
        number
    }

    /// The names of a test.
    pub fn get(&self, id: TestId) -> Option<Listed<'_>> {
        self.by_id.get(&id).map(|number| self.listed(&self.entries[*number as usize]))
    }

    /// Every test that found room, in the order in which they were met.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = Listed<'_>> {
        self.entries.iter().map(|kept| self.listed(kept))
    }

    fn listed(&self, kept: &Kept) -> Listed<'_> {
        let around = |number: u32| self.around[number as usize].as_ref();
        Listed {
            id: kept.id,
            subject: kept.subject,
            variant: kept.variant as usize,
            suite: around(kept.suite),
            class: around(kept.class),
            name: &self.names[kept.name.0 as usize..kept.name.1 as usize],
            file: around(kept.file),
            line: kept.line,
        }
    }

    /// How many tests found room.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether it lists none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Whether every test found room.
    pub fn is_complete(&self) -> bool {
        self.left_out == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Outcome, TestName};
    use crate::{Collector, Sink};

    #[test]
    fn names_are_kept_once_and_up_to_a_limit() {
        let mut collector = Collector::listing(2);
        for (variant, name) in [("linux", "a"), ("linux", "a"), ("windows", "a"), ("windows", "b")] {
            collector.begin(0, variant, None);
            let test = TestName { suite: "s", class: "C", name, file: "a.go" };
            collector.take(&Occurrence { line: 3, ..Occurrence::new(test, Outcome::Passed) });
        }
        let results = collector.finish();
        let roster = results.roster.expect("it was asked for");
        let shown: Vec<_> =
            roster.iter().map(|test| (test.variant, test.title(), test.file, test.line)).collect();
        assert_eq!(shown, [(0, "C › a".to_owned(), "a.go", 3), (1, "C › a".to_owned(), "a.go", 3)]);
        assert!(!roster.is_complete() && results.table.len() == 3);
        let first = roster.iter().next().expect("there are two");
        assert_eq!(roster.get(first.id), Some(first));
    }
}
