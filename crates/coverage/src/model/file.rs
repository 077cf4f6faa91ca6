//! What is known about one source file. It knows its units, not its path and not its format.

use std::ops::Add;

use super::lines::{ClosingLines, LineView};
use super::unit::{Block, Branch, BranchTally, Function, Grouping, LineHits};
use super::{Ratio, Unit};

/// What the hit counts of a file mean.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Hits {
    /// How often.
    #[default]
    Counts,
    /// Only whether: 0 or 1 (`mode: set`). One such report makes the united counts flags too.
    Flags,
}

/// Totals that a report declared without the units behind them. They can't be united: of two, the larger
/// numbers hold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SummaryTotals {
    /// Lines.
    pub lines: Ratio,
    /// Branches.
    pub branches: Ratio,
    /// Functions.
    pub functions: Ratio,
}

impl SummaryTotals {
    pub(crate) fn larger(self, other: Self) -> Self {
        Self {
            lines: larger(self.lines, other.lines),
            branches: larger(self.branches, other.branches),
            functions: larger(self.functions, other.functions),
        }
    }
}

/// One ratio for each unit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Statements.
    pub statements: Ratio,
    /// Lines.
    pub lines: Ratio,
    /// Branches.
    pub branches: Ratio,
    /// Functions.
    pub functions: Ratio,
}

impl Totals {
    /// The ratio in one unit.
    pub fn ratio(&self, unit: Unit) -> Ratio {
        match unit {
            Unit::Statements => self.statements,
            Unit::Lines => self.lines,
            Unit::Branches => self.branches,
            Unit::Functions => self.functions,
        }
    }
}

impl Add for Totals {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            statements: self.statements + other.statements,
            lines: self.lines + other.lines,
            branches: self.branches + other.branches,
            functions: self.functions + other.functions,
        }
    }
}

/// What one or more reports say about one source file. All lists are sorted and without duplicates.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FileCoverage {
    pub(crate) blocks: Vec<Block>,
    pub(crate) lines: Vec<LineHits>,
    pub(crate) branches: Vec<Branch>,
    pub(crate) tallies: Vec<BranchTally>,
    pub(crate) functions: Vec<Function>,
    /// Totals instead of units.
    pub(crate) summary: Option<Box<SummaryTotals>>,
    /// Totals beside units, where the producer counts in a way that its units can't tell. They hold as long as
    /// every report of the file declares the same.
    pub(crate) declared: Option<Box<SummaryTotals>>,
    /// The least and the greatest version of the file that a report measured.
    pub(crate) versions: Option<Box<(String, String)>>,
    pub(crate) hits: Hits,
    pub(crate) in_statements: bool,
    pub(crate) in_lines: bool,
    /// Whether blocks measure the lines that they span.
    pub(crate) spans: bool,
}

impl FileCoverage {
    /// A file whose report counts in statements: its blocks measure the lines that they span.
    pub(crate) fn in_statements() -> Self {
        Self { in_statements: true, spans: true, ..Self::default() }
    }

    /// A file whose report counts in statements and names the lines that these measure.
    pub(crate) fn in_statements_and_their_lines() -> Self {
        Self { in_statements: true, ..Self::default() }
    }

    /// A file whose report counts in lines.
    pub(crate) fn in_lines() -> Self {
        Self { in_lines: true, ..Self::default() }
    }

    /// The unit that the file is judged in: what its reports count in, and lines, which both can tell,
    /// where they count in different ones.
    pub fn native_unit(&self) -> Unit {
        if self.in_statements && !self.in_lines { Unit::Statements } else { Unit::Lines }
    }

    /// Whether reports in statements and reports in lines were united here.
    pub fn has_mixed_units(&self) -> bool {
        self.in_statements && self.in_lines
    }

    /// Whether there are totals, but no lines: enough for a total, not for a patch and not for uniting.
    pub fn is_summary_only(&self) -> bool {
        self.summary.is_some() && self.lines.is_empty() && self.blocks.is_empty()
    }

    /// What the hit counts mean.
    pub fn hits(&self) -> Hits {
        self.hits
    }

    /// The least and the greatest version of the file that reports measured, if any says so.
    pub fn versions(&self) -> Option<(&str, &str)> {
        self.versions.as_deref().map(|(least, greatest)| (least.as_str(), greatest.as_str()))
    }

    /// The blocks of statements.
    pub fn blocks(&self) -> &[Block] {
        &self.blocks
    }

    /// The lines that reports named one by one. Lines that blocks span are in [`FileCoverage::line_view`].
    pub fn lines(&self) -> &[LineHits] {
        &self.lines
    }

    /// The arms of branches, where reports tell them apart.
    pub fn branches(&self) -> &[Branch] {
        &self.branches
    }

    /// The arms of branches that reports only count, by line.
    pub fn branch_tallies(&self) -> &[BranchTally] {
        &self.tallies
    }

    /// The totals that every report of the file declares, where these hold instead of what its units add up to.
    pub fn declared(&self) -> Option<&SummaryTotals> {
        self.declared.as_deref()
    }

    /// The names of functions; several may be one: [`FileCoverage::functions_united`].
    pub fn functions(&self) -> &[Function] {
        &self.functions
    }

    /// The functions, each with all its names.
    pub fn functions_united(&self) -> impl Iterator<Item = &[Function]> {
        self.functions.chunk_by(Function::is_same_as)
    }

    /// The arms of one line that were taken, of those that count. A line that ran with fewer is partial.
    pub fn branches_on(&self, line: u32) -> Ratio {
        let from = self.branches.partition_point(|branch| branch.line() < line);
        let named = branch_ratio(self.branches[from..].iter().take_while(|branch| branch.line() == line));
        let tally = self.tallies.binary_search_by_key(&line, |tally| tally.line());
        tally.map_or(named, |at| larger(named, counted(self.tallies[at])))
    }

    /// Covered and measured in one unit.
    pub fn ratio(&self, unit: Unit) -> Ratio {
        match unit {
            Unit::Statements => self.statement_ratio(),
            Unit::Lines => self.line_ratio(),
            Unit::Branches => self.branch_ratio(),
            Unit::Functions => self.function_ratio(),
        }
    }

    /// Covered and measured in every unit.
    pub fn totals(&self) -> Totals {
        Totals {
            statements: self.statement_ratio(),
            lines: self.line_ratio(),
            branches: self.branch_ratio(),
            functions: self.function_ratio(),
        }
    }

    /// Every measured line. A line is measured if it was named or if a block spans it, and covered if any
    /// of these ran.
    pub fn line_view(&self) -> LineView {
        LineView::of(&self.lines, self.spanning(), ClosingLines::Measured)
    }

    /// The measured lines as a patch is judged on them: blocks without statements measure nothing, and with
    /// [`ClosingLines::LeftOut`] the line that only closes a function is not measured either.
    pub fn patch_view(&self, closing: ClosingLines) -> LineView {
        LineView::of(&self.lines, self.spanning().filter(|block| block.claimed_statements().1 > 0), closing)
    }

    /// Neighbours that look like pieces of one straight run, each with the statements of the whole run.
    ///
    /// Go 1.27.0 splits a straight run at blank lines and gives every piece the statements of all pieces. The
    /// sign: a piece ends at column 1, which no block of another version does, and the next one starts in the
    /// same column, has as many statements (two or more, for each piece has one), and ran if it ran. Such a
    /// run is counted once. Without the source this can't be certain: two branches of equal length may look
    /// the same, so whoever shows the total should say that it was put right.
    pub fn split_runs(&self) -> impl Iterator<Item = (&Block, &Block)> {
        let mut open: Option<&Block> = None;
        self.blocks.iter().filter_map(move |block| {
            let (span, before) = (block.span(), open);
            if before.is_some_and(|piece| span.start_line < piece.span().end_line) {
                return None; // inside of the piece: a function literal
            }
            let ends_at_margin = span.end_column == 1 && span.end_line > span.start_line;
            open = (ends_at_margin && block.statements().is_some_and(|count| count > 1)).then_some(block);
            before.filter(|piece| are_pieces(piece, block)).map(|piece| (piece, block))
        })
    }

    fn spanning(&self) -> impl Iterator<Item = &Block> {
        self.blocks.iter().filter(|_| self.spans)
    }

    fn statement_ratio(&self) -> Ratio {
        let mut ratio = Ratio::default();
        for block in &self.blocks {
            ratio.count(block.statements().map_or(0, u64::from), block.hits() > 0);
        }
        for (_, repeated) in self.split_runs() {
            let statements = repeated.statements().map_or(0, u64::from);
            ratio.total = ratio.total.saturating_sub(statements);
            ratio.covered = ratio.covered.saturating_sub(if repeated.hits() > 0 { statements } else { 0 });
        }
        ratio
    }

    fn line_ratio(&self) -> Ratio {
        if let Some(declared) = self.declared_in(|totals| totals.lines) {
            return declared;
        }
        if !self.blocks.is_empty() && self.spans {
            return self.line_view().ratio();
        }
        if self.lines.is_empty() {
            return self.summary.as_deref().map_or(Ratio::default(), |summary| summary.lines);
        }
        let mut ratio = Ratio::default();
        for line in &self.lines {
            ratio.count(1, line.hits() > 0);
        }
        ratio
    }

    fn branch_ratio(&self) -> Ratio {
        if self.branches.is_empty() && self.is_summary_only() {
            return self.summary.as_deref().map_or(Ratio::default(), |summary| summary.branches);
        }
        if let Some(declared) = self.declared_in(|totals| totals.branches) {
            return declared;
        }
        let named = branch_ratio(self.branches.iter());
        // A line may have both, from different reports: its arms are counted once.
        let extra = self.tallies.iter().map(|tally| {
            let from = self.branches.partition_point(|branch| branch.line() < tally.line());
            let of_line = self.branches[from..].iter().take_while(|branch| branch.line() == tally.line());
            let (own, both) = (branch_ratio(of_line.clone()), larger(branch_ratio(of_line), counted(*tally)));
            Ratio { covered: both.covered - own.covered, total: both.total - own.total }
        });
        named + extra.sum()
    }

    fn function_ratio(&self) -> Ratio {
        if self.functions.is_empty() && self.is_summary_only() {
            return self.summary.as_deref().map_or(Ratio::default(), |summary| summary.functions);
        }
        self.declared_in(|totals| totals.functions).unwrap_or_else(|| function_ratio(&self.functions))
    }

    fn declared_in(&self, unit: impl Fn(&SummaryTotals) -> Ratio) -> Option<Ratio> {
        self.declared.as_deref().map(unit).filter(|ratio| !ratio.is_no_data())
    }

    /// Makes all counts 0 or 1 if that is all that they mean.
    pub(crate) fn flatten(&mut self) {
        if self.hits == Hits::Flags {
            self.blocks.iter_mut().for_each(Block::flatten);
            self.lines.iter_mut().for_each(LineHits::flatten);
            self.branches.iter_mut().for_each(Branch::flatten);
            self.functions.iter_mut().for_each(Function::flatten);
        }
    }
}

/// Whether two neighbours may be of one run. Their counts are equal too, but to ask for that would let the
/// ratio change where a sum of counts reaches its limit.
fn are_pieces(piece: &Block, next: &Block) -> bool {
    piece.statements() == next.statements()
        && piece.span().start_column == next.span().start_column
        && (piece.hits() > 0) == (next.hits() > 0)
}

fn larger(left: Ratio, right: Ratio) -> Ratio {
    Ratio { covered: left.covered.max(right.covered), total: left.total.max(right.total) }
}

fn counted(tally: BranchTally) -> Ratio {
    Ratio::new(tally.covered().into(), tally.total().into())
}

pub(crate) fn branch_ratio<'a>(branches: impl Iterator<Item = &'a Branch>) -> Ratio {
    let mut ratio = Ratio::default();
    for branch in branches.filter(|branch| branch.is_measured()) {
        ratio.count(1, branch.is_covered());
    }
    ratio
}

pub(crate) fn function_ratio(functions: &[Function]) -> Ratio {
    let mut ratio = Ratio::default();
    for names in functions.chunk_by(Function::is_same_as) {
        debug_assert!(names.len() == 1 || names[0].grouping() != Grouping::ByName);
        ratio.count(1, names.iter().any(|name| name.hits() > 0));
    }
    ratio
}
