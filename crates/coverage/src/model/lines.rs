//! Measured lines as runs: what a total in lines, a patch and an annotation ask for.
//!
//! Runs and not single lines, because a block may claim to span all the lines that a number can name.

use std::collections::BinaryHeap;

use super::Ratio;
use super::unit::{Block, LineHits};

/// Whether the line that closes a function is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClosingLines {
    /// Like every other line that a block spans.
    Measured,
    /// Not by a block of several lines that ends within the first column, as `}` at the margin does.
    LeftOut,
}

/// Consecutive measured lines with equal counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LineRun {
    /// The first line.
    pub first: u32,
    /// The last line, not before the first.
    pub last: u32,
    /// How often they ran; where blocks overlap, the count of the one that ran most.
    pub hits: u64,
}

impl LineRun {
    /// How many lines.
    pub fn count(self) -> u64 {
        u64::from(self.last - self.first) + 1
    }
}

/// Every measured line of a file, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LineView {
    runs: Vec<LineRun>,
}

impl LineView {
    pub(super) fn of<'a>(
        lines: &'a [LineHits],
        blocks: impl Iterator<Item = &'a Block>,
        closing: ClosingLines,
    ) -> Self {
        let named =
            lines.iter().map(|line| LineRun { first: line.line(), last: line.line(), hits: line.hits() });
        let spanned = blocks.filter_map(|block| run_of(block, closing));
        Self { runs: flatten(named, spanned) }
    }

    /// The runs in order; none touches another of the same count.
    pub fn runs(&self) -> &[LineRun] {
        &self.runs
    }

    /// How often a line ran; `None` where it is not measured.
    pub fn hits(&self, line: u32) -> Option<u64> {
        let at = self.runs.partition_point(|run| run.last < line);
        self.runs.get(at).filter(|run| run.first <= line).map(|run| run.hits)
    }

    /// Covered and measured lines.
    pub fn ratio(&self) -> Ratio {
        let mut ratio = Ratio::default();
        for run in &self.runs {
            ratio.count(run.count(), run.hits > 0);
        }
        ratio
    }

    /// The lines that did not run, as first and last.
    pub fn missed(&self) -> impl Iterator<Item = (u32, u32)> + '_ {
        self.runs.iter().filter(|run| run.hits == 0).map(|run| (run.first, run.last))
    }
}

fn run_of(block: &Block, closing: ClosingLines) -> Option<LineRun> {
    let span = block.span();
    let closes = span.end_line > span.start_line && span.end_column <= 2;
    let last = if closing == ClosingLines::LeftOut && closes { span.end_line - 1 } else { span.end_line };
    (span.start_line <= last).then_some(LineRun { first: span.start_line, last, hits: block.hits() })
}

/// Overlapping runs, each list sorted by its first line, as disjoint ones with the largest count.
fn flatten(named: impl Iterator<Item = LineRun>, spanned: impl Iterator<Item = LineRun>) -> Vec<LineRun> {
    let (mut named, mut spanned) = (named.peekable(), spanned.peekable());
    let mut runs: Vec<LineRun> = Vec::new();
    // The runs that reach the current line, the most run first.
    let mut open: BinaryHeap<(u64, u32)> = BinaryHeap::new();
    let mut line = 0;
    loop {
        while let Some(run) =
            named.next_if(|run| run.first <= line).or_else(|| spanned.next_if(|run| run.first <= line))
        {
            open.push((run.hits, run.last));
        }
        while open.peek().is_some_and(|(_, last)| *last < line) {
            open.pop();
        }
        let next = [named.peek(), spanned.peek()].into_iter().flatten().map(|run| run.first).min();
        match (open.peek(), next) {
            (None, None) => return runs,
            (None, Some(first)) => line = first,
            (Some(&(hits, last)), next) => {
                let last = next.map_or(last, |next| last.min(next - 1));
                append(&mut runs, LineRun { first: line, last, hits });
                match last.checked_add(1) {
                    Some(after) => line = after,
                    None => return runs,
                }
            }
        }
    }
}

fn append(runs: &mut Vec<LineRun>, run: LineRun) {
    match runs.last_mut().filter(|before| before.hits == run.hits && before.last + 1 == run.first) {
        Some(before) => before.last = run.last,
        None => runs.push(run),
    }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;
    use crate::model::Span;

    fn check(
        blocks: &[(u32, u32, u32, u64)],
        lines: &[(u32, u64)],
        closing: ClosingLines,
        expected: &Expect,
    ) {
        let blocks: Vec<Block> = blocks
            .iter()
            .map(|&(start_line, end_line, end_column, hits)| {
                Block::new(Span { start_line, end_line, start_column: 1, end_column }, 1, hits)
            })
            .collect();
        let lines: Vec<LineHits> = lines.iter().map(|&(line, hits)| LineHits::new(line, hits)).collect();
        let view = LineView::of(&lines, blocks.iter(), closing);
        let runs: Vec<String> =
            view.runs().iter().map(|run| format!("{}-{}:{}", run.first, run.last, run.hits)).collect();
        let Ratio { covered, total } = view.ratio();
        expected.assert_eq(&format!("{} = {covered}/{total}", runs.join(" ")));
    }

    #[test]
    fn the_block_that_ran_most_decides() {
        let blocks = [(1, 9, 9, 1), (3, 5, 9, 0), (4, 4, 9, 7), (12, 12, 9, 0)];
        check(&blocks, &[], ClosingLines::Measured, &expect!["1-3:1 4-4:7 5-9:1 12-12:0 = 9/10"]);
    }

    #[test]
    fn a_missed_block_inside_a_hit_one_and_the_reverse() {
        check(
            &[(1, 3, 9, 0), (2, 2, 9, 4)],
            &[],
            ClosingLines::Measured,
            &expect!["1-1:0 2-2:4 3-3:0 = 1/3"],
        );
    }

    #[test]
    fn named_lines_and_blocks_together() {
        check(
            &[(2, 4, 9, 0)],
            &[(1, 1), (3, 2), (9, 0)],
            ClosingLines::Measured,
            &expect!["1-1:1 2-2:0 3-3:2 4-4:0 9-9:0 = 2/5"],
        );
    }

    #[test]
    fn the_closing_brace_at_the_margin() {
        let blocks = [(1, 4, 2, 0), (6, 6, 2, 0), (8, 9, 3, 0)];
        check(&blocks, &[], ClosingLines::Measured, &expect!["1-4:0 6-6:0 8-9:0 = 0/7"]);
        check(&blocks, &[], ClosingLines::LeftOut, &expect!["1-3:0 6-6:0 8-9:0 = 0/6"]);
    }

    #[test]
    fn all_the_lines_that_a_number_can_name() {
        check(
            &[(1, u32::MAX, 9, 1)],
            &[(u32::MAX, 3)],
            ClosingLines::Measured,
            &expect!["1-4294967294:1 4294967295-4294967295:3 = 4294967295/4294967295"],
        );
    }

    #[test]
    fn a_line_is_found_or_unmeasured() {
        let lines = [LineHits::new(2, 0), LineHits::new(3, 0), LineHits::new(5, 1)];
        let view = LineView::of(&lines, [].into_iter(), ClosingLines::Measured);
        assert_eq!(
            [1, 2, 3, 4, 5, 6].map(|line| view.hits(line)),
            [None, Some(0), Some(0), None, Some(1), None]
        );
        assert_eq!(view.missed().collect::<Vec<_>>(), [(2, 3)]);
    }
}
