//! One record of a tracefile, and the source file that all records of one name add up to.

use super::functions::Functions;
use crate::diagnostic::{Diagnostics, Kind, Place};
use crate::gather::Gathered;
use crate::model::{
    Branch, FileCoverage, Function, LineHits, Ratio, SummaryTotals, branch_ratio, function_ratio,
};

/// A source file in the making.
#[derive(Default)]
pub(super) struct LcovFile {
    lines: Gathered<LineHits>,
    branches: Gathered<Branch>,
    functions: Gathered<Function>,
    summary: Option<Box<SummaryTotals>>,
    versions: Option<Box<(String, String)>>,
}

impl LcovFile {
    pub(super) fn finish(mut self) -> FileCoverage {
        FileCoverage {
            lines: self.lines.finish(&mut |_, _| {}),
            branches: self.branches.finish(&mut |_, _| {}),
            functions: self.functions.finish(&mut |_, _| {}),
            summary: self.summary,
            versions: self.versions,
            ..FileCoverage::in_lines()
        }
    }
}

/// `LF`, `LH` and their kin.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Declared {
    lines: (Option<u64>, Option<u64>),
    branches: (Option<u64>, Option<u64>),
    functions: (Option<u64>, Option<u64>),
}

impl Declared {
    pub(super) fn set(&mut self, keyword: &[u8], number: u64) {
        let place = match keyword {
            b"LF" => &mut self.lines.0,
            b"LH" => &mut self.lines.1,
            b"BRF" => &mut self.branches.0,
            b"BRH" => &mut self.branches.1,
            b"FNF" => &mut self.functions.0,
            b"FNH" => &mut self.functions.1,
            _ => return,
        };
        *place = Some(number);
    }
}

/// The record that is being read. One value serves all records, so that its buffers do.
#[derive(Default)]
pub(super) struct Record {
    file: usize,
    lines: Gathered<LineHits>,
    branches: Gathered<Branch>,
    pub(super) functions: Functions,
    joined: Gathered<Function>,
    pub(super) declared: Declared,
    version: Option<(String, u64)>,
    /// Whether there is any `DA`, good or bad.
    pub(super) names_lines: bool,
}

impl Record {
    pub(super) fn start(&mut self, file: usize) {
        self.file = file;
    }

    pub(super) fn file(&self) -> usize {
        self.file
    }

    #[inline]
    pub(super) fn add_line(&mut self, line: LineHits) {
        self.names_lines = true;
        self.lines.add(line, 0, &mut |_, _| {});
    }

    #[inline]
    pub(super) fn add_branch(&mut self, branch: Branch) {
        self.branches.add(branch, 0, &mut |_, _| {});
    }

    pub(super) fn set_version(&mut self, version: String, origin: u64) {
        self.version = Some((version, origin));
    }

    /// Whether the declared totals of lines are there and agree with the lines.
    pub(super) fn declared_lines_are_here(&mut self) -> bool {
        self.lines.settle();
        let lines = line_ratio(self.lines.settled());
        self.declared.lines.0.is_some() && differs(self.declared.lines, lines).is_none()
    }

    /// Adds the record to its file. `end` is the line of the tracefile on which it ends.
    pub(super) fn end(&mut self, file: &mut LcovFile, end: u64, diagnostics: &mut Diagnostics) {
        for origin in self.functions.join(&mut self.joined) {
            let place = Place { line: origin, text: b"", offset: 0 };
            diagnostics.say(Kind::UndeclaredFunction, place, "a FN or FNL record", || {
                "calls of a function that was not declared".to_owned()
            });
        }
        self.joined.settle();
        self.branches.settle();
        self.lines.settle();
        let declared = std::mem::take(&mut self.declared);
        let totals = SummaryTotals {
            lines: line_ratio(self.lines.settled()),
            branches: branch_ratio(self.branches.settled().iter()),
            functions: function_ratio(self.joined.settled()),
        };
        let place = Place { line: end, text: b"", offset: 0 };
        let names_lines = std::mem::take(&mut self.names_lines);
        let is_only_declared = |(total, _): (Option<u64>, _), is_named: bool| !is_named && total > Some(0);
        let is_summary = is_only_declared(declared.lines, false)
            || is_only_declared(declared.branches, !self.branches.settled().is_empty())
            || is_only_declared(declared.functions, !self.joined.settled().is_empty());
        if !names_lines && is_summary {
            diagnostics.say(Kind::SummaryOnly, place, "", || "totals without lines".to_owned());
            keep_summary(file, declared);
        } else {
            say_differences(declared, totals, place, diagnostics);
        }
        self.end_version(file, diagnostics);
        self.lines.move_into(&mut file.lines);
        self.branches.move_into(&mut file.branches);
        self.joined.move_into(&mut file.functions);
    }

    fn end_version(&mut self, file: &mut LcovFile, diagnostics: &mut Diagnostics) {
        let Some((version, origin)) = self.version.take() else { return };
        let Some(known) = file.versions.as_deref_mut() else {
            file.versions = Some(Box::new((version.clone(), version)));
            return;
        };
        if version < known.0 || version > known.1 {
            let place = Place { line: origin, text: version.as_bytes(), offset: 0 };
            diagnostics.say(Kind::VersionConflict, place, "one version of one file", || {
                "an earlier record measured another version of this file".to_owned()
            });
            if version < known.0 {
                known.0 = version;
            } else {
                known.1 = version;
            }
        }
    }
}

/// Keeps declared totals, because there is nothing else.
fn keep_summary(file: &mut LcovFile, declared: Declared) {
    let ratio =
        |(total, covered): (Option<u64>, Option<u64>)| Ratio::new(covered.unwrap_or(0), total.unwrap_or(0));
    let summary = SummaryTotals {
        lines: ratio(declared.lines),
        branches: ratio(declared.branches),
        functions: ratio(declared.functions),
    };
    let summary = file.summary.take().map_or(summary, |before| before.larger(summary));
    file.summary = Some(Box::new(summary));
}

fn line_ratio(lines: &[LineHits]) -> Ratio {
    let mut ratio = Ratio::default();
    for line in lines {
        ratio.count(1, line.hits() > 0);
    }
    ratio
}

/// What was declared, if it is not what was added up.
fn differs(declared: (Option<u64>, Option<u64>), counted: Ratio) -> Option<(u64, u64)> {
    let total = declared.0.unwrap_or(counted.total);
    let covered = declared.1.unwrap_or(counted.covered);
    ((covered, total) != (counted.covered, counted.total)).then_some((covered, total))
}

fn say_differences(
    declared: Declared,
    counted: SummaryTotals,
    place: Place<'_>,
    diagnostics: &mut Diagnostics,
) {
    let pairs = [
        ("lines", declared.lines, counted.lines),
        ("branches", declared.branches, counted.branches),
        ("functions", declared.functions, counted.functions),
    ];
    for (unit, declared, counted) in pairs {
        if let Some((covered, total)) = differs(declared, counted) {
            diagnostics.say(Kind::TotalsDiffer, place, "", || {
                format!(
                    "the record declares {covered}/{total} {unit}, its records add up to {}/{}",
                    counted.covered, counted.total
                )
            });
        }
    }
}
