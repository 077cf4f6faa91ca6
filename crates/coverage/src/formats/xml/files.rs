//! The source files of a document in the making. Knows no markup.

use std::collections::HashMap;

use crate::gather::{Gathered, Measured};
use crate::model::{
    Block, Branch, BranchTally, FileCoverage, Function, Hits, LineHits, Picture, Ratio, SummaryTotals,
    function_ratio,
};

/// A line that one document may name more than once: in a class and in its instances, for each statement. The
/// most frequent one holds, for the sum would count some runs twice.
struct MostHits(LineHits);

impl Measured for MostHits {
    #[inline]
    fn order(&self, other: &Self) -> std::cmp::Ordering {
        self.0.order(&other.0)
    }

    fn absorb(&mut self, other: Self) {
        if other.0.hits() > self.0.hits() {
            self.0 = other.0;
        }
    }
}

/// A source file in the making.
#[derive(Default)]
pub(in crate::formats) struct SourceFile {
    lines: Gathered<MostHits>,
    tallies: Gathered<BranchTally>,
    branches: Gathered<Branch>,
    functions: Gathered<Function>,
    blocks: Gathered<Block>,
    pub(in crate::formats) summary: Option<Box<SummaryTotals>>,
    pub(in crate::formats) declared: Option<Box<SummaryTotals>>,
    pub(in crate::formats) hits: Hits,
    in_statements: bool,
}

impl SourceFile {
    #[inline]
    pub(in crate::formats) fn add_line(&mut self, line: u32, hits: u64) {
        self.lines.add(MostHits(LineHits::new(line, hits)), 0, &mut |_, _| {});
    }

    #[inline]
    pub(in crate::formats) fn add_tally(&mut self, tally: BranchTally) {
        self.tallies.add(tally, 0, &mut |_, _| {});
    }

    pub(in crate::formats) fn add_branch(&mut self, branch: Branch) {
        self.branches.add(branch, 0, &mut |_, _| {});
    }

    pub(in crate::formats) fn add_function(&mut self, function: Function) {
        self.functions.add(function, 0, &mut |_, _| {});
    }

    /// The file counts in statements, whether it has any or not.
    pub(in crate::formats) fn count_statements(&mut self) {
        self.in_statements = true;
    }

    pub(in crate::formats) fn add_statement(&mut self, block: Block) {
        self.blocks.add(block, 0, &mut |_, _| {});
    }

    /// The functions so far.
    pub(in crate::formats) fn functions(&mut self) -> Ratio {
        self.functions.settle();
        function_ratio(self.functions.settled())
    }

    fn finish(mut self) -> FileCoverage {
        let file = if self.in_statements {
            FileCoverage::in_statements_and_their_lines()
        } else {
            FileCoverage::in_lines()
        };
        let lines = self.lines.finish(&mut |_, _| {});
        let mut file = FileCoverage {
            lines: lines.into_iter().map(|line| line.0).collect(),
            tallies: self.tallies.finish(&mut |_, _| {}),
            branches: self.branches.finish(&mut |_, _| {}),
            functions: self.functions.finish(&mut |_, _| {}),
            blocks: self.blocks.finish(&mut |_, _| {}),
            summary: self.summary,
            declared: self.declared,
            hits: self.hits,
            ..file
        };
        file.flatten();
        file
    }
}

/// All of them, by the name that the document gives them.
#[derive(Default)]
pub(in crate::formats) struct Files {
    files: Vec<SourceFile>,
    by_name: HashMap<Box<str>, usize>,
}

impl Files {
    /// The number of the file of a name, and whether it is a new one.
    pub(in crate::formats) fn enter(&mut self, name: &str) -> (usize, bool) {
        if let Some(known) = self.by_name.get(name) {
            return (*known, false);
        }
        self.files.push(SourceFile::default());
        self.by_name.insert(name.into(), self.files.len() - 1);
        (self.files.len() - 1, true)
    }

    /// The file of a number that [`Files::enter`] gave.
    #[inline]
    pub(in crate::formats) fn file(&mut self, number: usize) -> &mut SourceFile {
        &mut self.files[number]
    }

    pub(in crate::formats) fn finish(self) -> Picture {
        let mut names: Vec<_> = self.by_name.into_iter().collect();
        names.sort_unstable_by_key(|(_, file)| *file);
        let files = names.into_iter().zip(self.files);
        files.map(|((name, _), file)| (name.into_string(), file.finish())).collect()
    }
}
