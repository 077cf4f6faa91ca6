//! One file of a picture as compact JSON: lists of numbers, one after the other. What comes back is put in order again,
//! so that whatever bytes claim, the model's promises hold.

use serde::{Deserialize, Serialize};

use crate::gather::Measured;
use crate::model::BranchParts;
use crate::{
    Block, Branch, BranchKind, BranchTally, FileCoverage, Function, Grouping, Hits, LineHits, Ratio, Span,
    SummaryTotals,
};

type StoredBranch = (u32, u32, u32, u8, u8, u8, u64, Option<String>);
type StoredFunction = (u32, u32, u64, u64, String);

/// A file. What is empty is left out.
#[derive(Default, Serialize, Deserialize)]
pub(super) struct StoredFile {
    /// What it is counted in and what its counts mean: one bit each.
    #[serde(default, rename = "k")]
    kind: u8,
    /// Start line and column, end line and column, least and most statements, hits.
    #[serde(default, rename = "b", skip_serializing_if = "Vec::is_empty")]
    blocks: Vec<u64>,
    /// Line and hits.
    #[serde(default, rename = "l", skip_serializing_if = "Vec::is_empty")]
    lines: Vec<u64>,
    /// Line, block, arm, kind, unreachable, evaluated, taken, label.
    #[serde(default, rename = "r", skip_serializing_if = "Vec::is_empty")]
    branches: Vec<StoredBranch>,
    /// Line, covered, total.
    #[serde(default, rename = "t", skip_serializing_if = "Vec::is_empty")]
    tallies: Vec<(u32, u32, u32)>,
    /// Start, end, grouping (0 by name, 1 by line, 2 + n by column n), hits, name.
    #[serde(default, rename = "f", skip_serializing_if = "Vec::is_empty")]
    functions: Vec<StoredFunction>,
    /// Totals instead of units.
    #[serde(default, rename = "s", skip_serializing_if = "Option::is_none")]
    summary: Option<[u64; 6]>,
    /// Totals beside units.
    #[serde(default, rename = "d", skip_serializing_if = "Option::is_none")]
    declared: Option<[u64; 6]>,
    /// The least and the greatest version.
    #[serde(default, rename = "v", skip_serializing_if = "Option::is_none")]
    versions: Option<(String, String)>,
}

const IN_STATEMENTS: u8 = 1;
const IN_LINES: u8 = 2;
const SPANS: u8 = 4;
const FLAGS: u8 = 8;

impl StoredFile {
    pub(super) fn of(file: &FileCoverage) -> Self {
        let bit = |set: bool, bit: u8| if set { bit } else { 0 };
        let block = |block: &Block| {
            let (span, (least, most)) = (block.span(), block.claimed_statements());
            [span.start_line, span.start_column, span.end_line, span.end_column, least, most]
                .map(u64::from)
                .into_iter()
                .chain([block.hits()])
        };
        let branch = |branch: &Branch| {
            let parts = branch.parts();
            let label = parts.label.map(str::to_owned);
            let taken = branch.taken().unwrap_or(0);
            let (unreachable, evaluated) = (u8::from(parts.unreachable), u8::from(branch.taken().is_some()));
            (
                branch.line(),
                parts.block,
                parts.arm,
                kind_number(branch.kind()),
                unreachable,
                evaluated,
                taken,
                label,
            )
        };
        let function = |function: &Function| {
            let (start, end) = (function.start().unwrap_or(0), function.end().unwrap_or(0));
            let grouping = match function.grouping() {
                Grouping::ByName => 0,
                Grouping::ByLine => 1,
                Grouping::ByColumn(column) => 2 + u64::from(column),
            };
            (start, end, grouping, function.hits(), function.name().to_owned())
        };
        Self {
            kind: bit(file.in_statements, IN_STATEMENTS)
                | bit(file.in_lines, IN_LINES)
                | bit(file.spans, SPANS)
                | bit(file.hits == Hits::Flags, FLAGS),
            blocks: file.blocks.iter().flat_map(block).collect(),
            lines: file.lines.iter().flat_map(|line| [u64::from(line.line()), line.hits()]).collect(),
            branches: file.branches.iter().map(branch).collect(),
            tallies: file.tallies.iter().map(|t| (t.line(), t.covered(), t.total())).collect(),
            functions: file.functions.iter().map(function).collect(),
            summary: file.summary.as_deref().map(stored),
            declared: file.declared.as_deref().map(stored),
            versions: file.versions.as_deref().cloned(),
        }
    }

    pub(super) fn unpack(self) -> FileCoverage {
        let number = |number: u64| u32::try_from(number).unwrap_or(u32::MAX);
        let block = |of: &[u64]| {
            let span = Span {
                start_line: number(of[0]),
                start_column: number(of[1]),
                end_line: number(of[2]),
                end_column: number(of[3]),
            };
            let mut block = Block::new(span, number(of[4]), of[6]);
            if of[5] != of[4] {
                block.absorb(Block::new(span, number(of[5]), 0));
            }
            block
        };
        let branch = |stored: StoredBranch| {
            let (line, block, arm, kind, unreachable, evaluated, taken, label) = stored;
            let parts = BranchParts { block, arm, label: label.as_deref(), unreachable: unreachable > 0 };
            Branch::of_parts(line, parts, kind_of(kind), (evaluated > 0).then_some(taken))
        };
        let function = |(start, end, grouping, hits, name): StoredFunction| {
            let grouping = match grouping {
                0 => Grouping::ByName,
                1 => Grouping::ByLine,
                column => Grouping::ByColumn(u32::try_from(column - 2).unwrap_or(u32::MAX)),
            };
            Function::new(&name, Some(start), Some(end), grouping, hits)
        };
        FileCoverage {
            blocks: in_order(self.blocks.chunks_exact(7).map(block).collect()),
            lines: in_order(
                self.lines.chunks_exact(2).map(|of| LineHits::new(number(of[0]), of[1])).collect(),
            ),
            branches: in_order(self.branches.into_iter().map(branch).collect()),
            tallies: in_order(self.tallies.into_iter().map(|(l, n, m)| BranchTally::new(l, n, m)).collect()),
            functions: in_order(self.functions.into_iter().map(function).collect()),
            summary: self.summary.map(|of| Box::new(summary(of))),
            declared: self.declared.map(|of| Box::new(summary(of))),
            versions: self.versions.map(Box::new),
            hits: if self.kind & FLAGS > 0 { Hits::Flags } else { Hits::Counts },
            in_statements: self.kind & IN_STATEMENTS > 0,
            in_lines: self.kind & IN_LINES > 0,
            spans: self.kind & SPANS > 0,
        }
    }
}

/// Sorted and without duplicates, as the model's lists are.
fn in_order<T: Measured>(mut units: Vec<T>) -> Vec<T> {
    if units.windows(2).all(|pair| pair[0].order(&pair[1]).is_lt()) {
        return units;
    }
    units.sort_by(Measured::order);
    units.dedup_by(|later, kept| later.order(kept).is_eq());
    units
}

fn stored(totals: &SummaryTotals) -> [u64; 6] {
    let SummaryTotals { lines, branches, functions } = totals;
    [lines.covered, lines.total, branches.covered, branches.total, functions.covered, functions.total]
}

fn summary(of: [u64; 6]) -> SummaryTotals {
    SummaryTotals {
        lines: Ratio::new(of[0], of[1]),
        branches: Ratio::new(of[2], of[3]),
        functions: Ratio::new(of[4], of[5]),
    }
}

fn kind_number(kind: BranchKind) -> u8 {
    match kind {
        BranchKind::Plain => 0,
        BranchKind::Fallthrough => 1,
        BranchKind::Exception => 2,
    }
}

fn kind_of(number: u8) -> BranchKind {
    match number {
        1 => BranchKind::Fallthrough,
        2 => BranchKind::Exception,
        _ => BranchKind::Plain,
    }
}
