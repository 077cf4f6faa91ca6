//! What people read: the headline, the worst files, the uncovered changed lines, what was read.

use gatewright_core::RepoPath;
use gatewright_core::decimal::floored_percent;
use gatewright_core::report::{Block, Cell, Column, Inline, Section};

use crate::evidence::Evidence;
use crate::judge::PatchBase;
use crate::policy::Policy;
use crate::{ClosingLines, FileCoverage, Ratio, Unit};

/// Files that the table of the worst shows.
const MOST_FILES: usize = 20;

/// `90.90 % of 22 statements; changed lines since abc: 85.71 % of 7`.
pub(crate) fn headline(evidence: &Evidence, base: &PatchBase) -> String {
    let mut parts: Vec<String> = Vec::new();
    for unit in evidence.native_units() {
        let ratio = evidence.ratio(unit);
        match floored_percent(ratio.covered, ratio.total) {
            Some(percent) => parts.push(format!("{percent} % of {} {}", ratio.total, unit.name())),
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
    parts.join("; ")
}

/// The sections, most important first.
pub(crate) fn sections(evidence: &Evidence, policy: &Policy) -> Vec<Section> {
    let all = [uncovered(evidence), worst_files(evidence, policy), read(evidence)];
    all.into_iter().flatten().collect()
}

fn section(id: &str, title: &str, rank: u32, collapsed: bool, blocks: Vec<Block>) -> Section {
    Section { id: id.to_owned(), title: title.to_owned(), rank, collapsed, blocks, gate: None }
}

fn uncovered(evidence: &Evidence) -> Option<Section> {
    let patch = evidence.patch.as_ref().filter(|patch| !patch.uncovered.is_empty())?;
    let mut files: Vec<(&RepoPath, u32, Cell)> = Vec::new();
    for (path, ranges) in &patch.uncovered {
        let mut places: Cell = Vec::new();
        for range in ranges {
            if !places.is_empty() {
                places.push(Inline::text(", "));
            }
            places.push(Inline::lines(path, range.first, range.last));
        }
        files.push((path, ranges.iter().map(|range| range.last - range.first + 1).sum(), places));
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
    let below = |ratio: &Ratio| {
        policy.minimum_file.is_some_and(|minimum| {
            minimum.cmp_fraction(u128::from(ratio.covered) * 100, ratio.total.into()).is_gt()
        })
    };
    // Files come in the order of their paths, and the sort keeps it among equals.
    files.sort_by_cached_key(|(_, _, ratio)| (!below(ratio), std::cmp::Reverse(ratio.missed())));
    let total = files.len();
    let columns = vec![
        Column::left("File"),
        Column::right("Missed"),
        Column::right("Of"),
        Column::left("Unit"),
        Column::right("Covered"),
        Column::left("Uncovered lines"),
    ];
    let row = |(path, file, ratio): (&str, &FileCoverage, Ratio)| -> Vec<Cell> {
        let name = match RepoPath::from_git(path) {
            Ok(place) if evidence.mapped.contains(path) => Inline::file(&place),
            _ => Inline::code(path),
        };
        let percent = floored_percent(ratio.covered, ratio.total).unwrap_or_default();
        let unit = if file.native_unit() == Unit::Statements { "statements" } else { "lines" };
        vec![
            vec![name],
            vec![Inline::text(ratio.missed().to_string())],
            vec![Inline::text(ratio.total.to_string())],
            vec![Inline::text(unit)],
            vec![Inline::text(format!("{percent} %"))],
            vec![Inline::text(missed_lines(file))],
        ]
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
    let columns =
        vec![Column::left("Report"), Column::left("Read as"), Column::right("Files"), Column::left("Notes")];
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
        vec![
            vec![Inline::code(&report.shown)],
            vec![Inline::text(format)],
            vec![Inline::text(files)],
            vec![Inline::text(notes)],
        ]
    };
    let rows = evidence.reports.iter().map(row).collect();
    let mut blocks = vec![Block::Table { columns, rows }];
    let unmapped = evidence.picture.files().filter(|(path, _)| !evidence.mapped.contains(*path)).count();
    if unmapped > 0 {
        let text = match unmapped {
            1 => "One measured file is none of the repository: it counts in the total, and is in no patch."
                .to_owned(),
            many => format!(
                "{many} measured files are none of the repository: they count in the total, and are in no patch."
            ),
        };
        blocks.push(Block::Text { content: vec![Inline::text(text)] });
    }
    Some(section("read", "What was read", 90, true, blocks))
}
