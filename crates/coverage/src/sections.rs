//! What people read: the headline, the worst files, the uncovered changed lines, what was read.

mod parts;
mod trend;

use std::collections::BTreeSet;

use gatewright_core::RepoPath;
use gatewright_core::decimal::floored_percent;
use gatewright_core::report::{Block, Cell, Column, Fraction, Inline, Measure, Scope, Section};

use crate::baseline::BaselineUnderReview;
use crate::evidence::Evidence;
use crate::gates::{self, Before, PartsBefore};
use crate::judge::{Circumstances, PatchBase};
use crate::policy::Policy;
use crate::policy::bounds::{Breadth, Limit};
use crate::states::first_few;
use crate::{ClosingLines, FileCoverage, Ratio, Unit};

/// Files that the table of the worst shows.
const MOST_FILES: usize = 20;

/// `90.90 % of 22 statements (+1.20 points); 85.71 % of 7 changed lines (since abc)`.
pub(crate) fn headline(evidence: &Evidence, base: &PatchBase) -> String {
    let mut parts: Vec<String> = Vec::new();
    let before = gates::before_total(evidence);
    for unit in evidence.native_units() {
        let ratio = evidence.ratio(unit);
        match floored_percent(ratio.covered, ratio.total) {
            Some(percent) => {
                let since =
                    delta(&before, unit, ratio).map(|points| format!(" ({points})")).unwrap_or_default();
                parts.push(format!("{percent} % of {} {}{since}", ratio.total, unit.name()));
            }
            None => parts.push(format!("no {} measured", unit.name())),
        }
    }
    if parts.is_empty() {
        parts.push("no coverage data".to_owned());
    }
    if let (Some(patch), PatchBase::Known(base)) = (&evidence.patch, base)
        && let Some(percent) = floored_percent(patch.ratio.covered, patch.ratio.total)
    {
        parts.push(format!("{percent} % of {} changed lines ({base})", patch.ratio.total));
    }
    if let (BaselineUnderReview::Found { how, .. }, Before::Was(_)) = (&evidence.baseline, before) {
        parts.push(format!("compared with the baseline {how}"));
    }
    parts.join("; ")
}

/// The sections, most important first.
pub(crate) fn sections(
    evidence: &Evidence,
    policy: &Policy,
    circumstances: &Circumstances,
    measures: &[Measure],
) -> Vec<Section> {
    let all = [
        uncovered(evidence),
        parts::table(evidence, measures, Breadth::Flag),
        parts::table(evidence, measures, Breadth::Component),
        worst_files(evidence, policy),
        parts::table(evidence, measures, Breadth::Package),
        trend::section(evidence, &circumstances.trend),
        read(evidence),
    ];
    all.into_iter().flatten().collect()
}

/// `+1.20 points`: what became of a share, where that is known. Never shown better than it is.
pub(crate) fn delta(before: &Before, unit: Unit, now: Ratio) -> Option<String> {
    let Before::Was(totals) = before else { return None };
    let was = totals.ratio(unit);
    let fraction = |ratio: Ratio| Fraction { numerator: ratio.covered, denominator: ratio.total };
    if was.total == 0 || now.total == 0 {
        return None;
    }
    let drop = Measure::drop("", Scope::Total, fraction(was), fraction(now), None).display;
    Some(match drop.strip_prefix('-') {
        Some(rise) => format!("+{rise}"),
        None if drop.starts_with("0.00") => "±0.00 points".to_owned(),
        None => format!("−{drop}"),
    })
}

fn section(id: &str, title: &str, rank: u32, collapsed: bool, blocks: Vec<Block>) -> Section {
    Section { id: id.to_owned(), title: title.to_owned(), rank, collapsed, blocks, gate: None }
}

fn uncovered(evidence: &Evidence) -> Option<Section> {
    let patch = evidence.patch.as_ref().filter(|patch| !patch.uncovered.is_empty())?;
    let mut files: Vec<(&RepoPath, u64, Cell)> = Vec::new();
    for (path, ranges) in &patch.uncovered {
        let mut places: Cell = Vec::new();
        for range in ranges {
            if !places.is_empty() {
                places.push(Inline::text(", "));
            }
            places.push(Inline::lines(path, range.first, range.last));
        }
        files.push((path, patch.uncovered_lines.get(path).copied().unwrap_or_default(), places));
    }
    files.sort_by(|left, right| right.1.cmp(&left.1).then_with(|| left.0.cmp(right.0)));
    let columns = vec![Column::right("Lines"), Column::left("Where")];
    let rows = files
        .into_iter()
        .map(|(_, lines, places)| vec![vec![Inline::text(lines.to_string())], places])
        .collect();
    Some(section(
        "uncovered-changed-lines",
        "Uncovered changed lines",
        10,
        false,
        vec![Block::Table { columns, rows }],
    ))
}

/// Ranges of missed lines that a row names.
const MOST_RANGES: usize = 6;

/// `18-19, 30`: where to look; a block's closing line is left out, as in the patch.
fn missed_lines(file: &FileCoverage) -> String {
    let view = file.patch_view(ClosingLines::LeftOut);
    let ranges: Vec<(u32, u32)> = view.missed().collect();
    let range = |(first, last): &(u32, u32)| {
        if first == last { first.to_string() } else { format!("{first}-{last}") }
    };
    let mut shown: Vec<String> = ranges.iter().take(MOST_RANGES).map(range).collect();
    if ranges.len() > MOST_RANGES {
        shown.push(format!("and {} more", ranges.len() - MOST_RANGES));
    }
    shown.join(", ")
}

/// The files with the most that is missed; those below their minimum come first.
fn worst_files(evidence: &Evidence, policy: &Policy) -> Option<Section> {
    let mut files: Vec<(&str, &FileCoverage, Ratio)> =
        evidence.files().map(|(path, file, totals)| (path, file, totals.ratio(file.native_unit()))).collect();
    files.retain(|(_, _, ratio)| ratio.missed() > 0);
    if files.is_empty() {
        return None;
    }
    let gate = policy.gates.of(Limit::Minimum, Breadth::File);
    let below = |path: &str, file: &FileCoverage, ratio: &Ratio| {
        let unit = file.native_unit();
        let minimum =
            if gate.is_idle() { None } else { gate.of(path, &BTreeSet::from([unit])).remove(&unit) };
        minimum.is_some_and(|minimum| {
            minimum.cmp_fraction(u128::from(ratio.covered) * 100, ratio.total.into()).is_gt()
        })
    };
    // Files come in the order of their paths, and the sort keeps it among equals.
    files.sort_by_cached_key(|(path, file, ratio)| {
        (!below(path, file, ratio), std::cmp::Reverse(ratio.missed()))
    });
    let total = files.len();
    let before = PartsBefore::of(evidence);
    let compared = matches!(before.file(""), Before::New);
    let mut columns = vec![
        Column::left("File"),
        Column::right("Missed"),
        Column::right("Of"),
        Column::left("Unit"),
        Column::right("Covered"),
        Column::left("Uncovered lines"),
    ];
    if compared {
        columns.insert(5, Column::right("Change"));
    }
    let row = |(path, file, ratio): (&str, &FileCoverage, Ratio)| -> Vec<Cell> {
        let name = match RepoPath::from_git(path) {
            Ok(place) if evidence.mapped.contains(path) => Inline::file(&place),
            _ => Inline::code(path),
        };
        let percent = floored_percent(ratio.covered, ratio.total).unwrap_or_default();
        let unit = if file.native_unit() == Unit::Statements { "statements" } else { "lines" };
        let mut row = vec![
            vec![name],
            vec![Inline::text(ratio.missed().to_string())],
            vec![Inline::text(ratio.total.to_string())],
            vec![Inline::text(unit)],
            vec![Inline::text(format!("{percent} %"))],
            vec![Inline::text(missed_lines(file))],
        ];
        if compared {
            let since = before.file(path);
            let is_new = matches!(since, Before::New);
            let change = delta(&since, file.native_unit(), ratio);
            let change = change.unwrap_or_else(|| if is_new { "new" } else { "" }.to_owned());
            row.insert(5, vec![Inline::text(change)]);
        }
        row
    };
    let rows: Vec<Vec<Cell>> = files.into_iter().take(MOST_FILES).map(row).collect();
    let mut blocks = vec![Block::Table { columns, rows }];
    if total > MOST_FILES {
        let text =
            format!("… and {} more with something uncovered; the report lists them all.", total - MOST_FILES);
        blocks.push(Block::Text { content: vec![Inline::text(text)] });
    }
    Some(section("worst-files", "Files with the most uncovered", 20, false, blocks))
}

fn read(evidence: &Evidence) -> Option<Section> {
    if evidence.reports.is_empty() {
        return None;
    }
    let with_flags = evidence.reports.iter().any(|report| report.flag.is_some());
    let mut columns =
        vec![Column::left("Report"), Column::left("Read as"), Column::right("Files"), Column::left("Notes")];
    if with_flags {
        columns.insert(1, Column::left("Flag"));
    }
    let row = |report: &crate::evidence::ReportEvidence| -> Vec<Cell> {
        let (format, files, notes) = match &report.content {
            Ok(content) => {
                let notes: Vec<String> = content
                    .diagnostics
                    .counts()
                    .map(|(kind, count)| format!("{count} × {}", kind.id()))
                    .collect();
                (content.format.name().to_owned(), content.files.to_string(), notes.join(", "))
            }
            Err(message) => ("nothing".to_owned(), String::new(), message.clone()),
        };
        let mut row = vec![
            vec![Inline::code(&report.shown)],
            vec![Inline::text(format)],
            vec![Inline::text(files)],
            vec![Inline::text(notes)],
        ];
        if with_flags {
            row.insert(1, vec![Inline::text(report.flag.as_deref().unwrap_or_default())]);
        }
        row
    };
    let rows = evidence.reports.iter().map(row).collect();
    let mut blocks = vec![Block::Table { columns, rows }];
    for (pattern, files) in &evidence.ignored {
        let what = if files.len() == 1 { "file" } else { "files" };
        let count = Inline::text(format!("{} {what} left out by ", files.len()));
        let names = Inline::text(format!(" of `ignore`: {}", first_few(files.iter().map(String::as_str))));
        blocks.push(Block::Text { content: vec![count, Inline::code(pattern), names] });
    }
    Some(section("read", "What was read", 90, true, blocks))
}
