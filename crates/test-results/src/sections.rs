//! What people read: the headline, what failed, what is flaky, the slowest, by suite and variant, what was read.

use gatewright_core::report::{Block, Cell, Column, Inline, Location, Section};

use crate::collect::{Failure, Results, SuiteResult};
use crate::evidence::{Evidence, ReportEvidence};
use crate::model::Nanoseconds;
use crate::table::TestOutcome;
use crate::{Tally, Weight};

/// Failures that the summary shows with their text.
const MOST_FAILURES: usize = 20;

/// Failures that it names beyond those.
const MOST_NAMED: usize = 100;

/// Bytes of a failure's text in the summary.
const MOST_TEXT: usize = 1500;

/// Rows of a table.
const MOST_ROWS: usize = 20;

/// `2 failed, 1 error, 1 flaky, 3 skipped, 40 passed of 47 tests in 1.204 s`.
pub(crate) fn headline(evidence: &Evidence) -> String {
    let results = &evidence.results;
    let tests = results.tests;
    if tests.total() == 0 {
        return "no test ran".to_owned();
    }
    let mut parts: Vec<String> = Vec::new();
    let errors = if tests.errored == 1 { "error" } else { "errors" };
    for (count, word) in [
        (tests.failed, "failed"),
        (tests.errored, errors),
        (tests.flaky, "flaky"),
        (tests.skipped, "skipped"),
        (tests.passed, "passed"),
    ] {
        if count > 0 {
            parts.push(format!("{count} {word}"));
        }
    }
    let noun = if tests.total() == 1 { "test" } else { "tests" };
    let mut text = format!("{} of {} {noun}", parts.join(", "), tests.total());
    if results.runs.total() != tests.total() {
        text.push_str(&format!(" in {} runs", results.runs.total()));
    }
    if results.duration.0 > 0 {
        text.push_str(&format!(", {}", results.duration.shown()));
    }
    text
}

/// The sections, most important first.
pub(crate) fn sections(evidence: &Evidence) -> Vec<Section> {
    let all = [
        failed(evidence),
        flaky(evidence),
        variants(evidence),
        suites(evidence),
        slowest(evidence),
        read(evidence),
    ];
    all.into_iter().flatten().collect()
}

fn section(id: &str, title: &str, rank: u32, collapsed: bool, blocks: Vec<Block>) -> Section {
    Section { id: id.to_owned(), title: title.to_owned(), rank, collapsed, blocks, gate: None }
}

fn text(content: Vec<Inline>) -> Block {
    Block::Text { content }
}

fn listed<'a>(
    evidence: &'a Evidence,
    wanted: impl Fn(&Failure) -> bool + 'a,
) -> impl Iterator<Item = (&'a Failure, Option<&'a Location>)> {
    let located = evidence.results.failures.iter().zip(evidence.locations.iter().map(Option::as_ref));
    located.filter(move |(failure, _)| wanted(failure))
}

fn place(location: &Location) -> Inline {
    match location.line {
        Some(line) => Inline::lines(&location.path, line, location.end_line.unwrap_or(line)),
        None => Inline::file(&location.path),
    }
}

/// Each with its words, then names alone, then a number.
fn failed(evidence: &Evidence) -> Option<Section> {
    let is_bad = |failure: &Failure| failure.outcome != TestOutcome::Flaky || failure.failed_by_runner;
    let all: Vec<_> = listed(evidence, is_bad).collect();
    if all.is_empty() {
        return None;
    }
    let mut blocks = Vec::new();
    for (failure, location) in all.iter().take(MOST_FAILURES) {
        let mut line = vec![Inline::strong(failure.title())];
        if !failure.variant.is_empty() {
            line.push(Inline::text(format!(" ({})", failure.variant)));
        }
        if let Some(location) = location {
            line.extend([Inline::text(" at "), place(location)]);
        }
        if failure.failed_runs > 1 {
            line.push(Inline::text(format!(", {} times", failure.failed_runs)));
        }
        blocks.push(text(line));
        let words = words(failure);
        if !words.is_empty() {
            blocks.push(Block::Code { text: words });
        }
    }
    let named: Vec<_> = all.iter().skip(MOST_FAILURES).take(MOST_NAMED).collect();
    if !named.is_empty() {
        let columns = vec![Column::left("Test"), Column::left("Where")];
        let row = |(failure, location): &&(&Failure, Option<&Location>)| -> Vec<Cell> {
            vec![vec![Inline::code(failure.title())], location.map(place).into_iter().collect()]
        };
        blocks.push(Block::Table { columns, rows: named.iter().map(row).collect() });
    }
    let total = evidence.results.tests.bad() + evidence.results.failed_by_runner;
    let shown = all.len().min(MOST_FAILURES + MOST_NAMED) as u64;
    if total > shown {
        blocks
            .push(text(vec![Inline::text(format!("… and {} more; the report lists them.", total - shown))]));
    }
    Some(section("failed-tests", "Failed tests", 10, false, blocks))
}

/// What a failure says: its message unless the text begins with it, then the text.
fn words(failure: &Failure) -> String {
    let detail = &failure.detail;
    let body = detail.text.trimmed(MOST_TEXT).shown();
    let message = crate::text::cut_str(detail.message.trim(), MOST_TEXT);
    let words =
        if message.is_empty() || body.contains(message) { body } else { format!("{message}\n{body}") };
    let kind = &detail.kind;
    let words = words.trim_end().trim_start_matches('\n');
    if kind.is_empty() || words.contains(kind.as_str()) {
        words.to_owned()
    } else {
        format!("{kind}: {words}")
    }
}

fn flaky(evidence: &Evidence) -> Option<Section> {
    let all: Vec<_> = listed(evidence, |failure| failure.outcome == TestOutcome::Flaky).collect();
    if all.is_empty() {
        return None;
    }
    let columns = vec![
        Column::left("Test"),
        Column::right("Failed"),
        Column::left("Where"),
        Column::left("First failure"),
    ];
    let row = |(failure, location): &(&Failure, Option<&Location>)| -> Vec<Cell> {
        let message = failure.detail.message.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
        vec![
            vec![Inline::code(failure.title())],
            vec![Inline::text(failure.failed_runs.to_string())],
            location.map(place).into_iter().collect(),
            vec![Inline::text(crate::text::cut_str(message.trim(), 200))],
        ]
    };
    let rows = all.iter().take(MOST_ROWS).map(row).collect();
    Some(section("flaky-tests", "Flaky tests", 20, false, table(columns, rows, all.len())))
}

/// A table, and how many rows it lacks.
fn table(columns: Vec<Column>, rows: Vec<Vec<Cell>>, total: usize) -> Vec<Block> {
    let more = total - rows.len();
    let mut blocks = vec![Block::Table { columns, rows }];
    if more > 0 {
        blocks.push(text(vec![Inline::text(format!("… and {more} more."))]));
    }
    blocks
}

/// What the tests of a variant came to.
pub(crate) fn of_variant(results: &Results, variant: &str) -> Tally {
    let mut tally = Tally::default();
    for suite in results.suites.iter().filter(|suite| suite.variant == variant) {
        tally.add(&suite.tests);
    }
    tally
}

fn tally_columns(first: &str) -> Vec<Column> {
    let mut columns = vec![Column::left(first)];
    columns.extend(["Failed", "Errors", "Flaky", "Skipped", "Passed"].map(Column::right));
    columns
}

fn tally_cells(tests: &Tally) -> [Cell; 5] {
    [tests.failed, tests.errored, tests.flaky, tests.skipped, tests.passed]
        .map(|count| if count == 0 { Vec::new() } else { vec![Inline::text(count.to_string())] })
}

fn variants(evidence: &Evidence) -> Option<Section> {
    let results = &evidence.results;
    if results.variants.len() < 2 {
        return None;
    }
    let row = |variant: &String| -> Vec<Cell> {
        let name = if variant.is_empty() { Inline::text("(none)") } else { Inline::code(variant.as_str()) };
        let mut row = vec![vec![name]];
        row.extend(tally_cells(&of_variant(results, variant)));
        row
    };
    let rows: Vec<Vec<Cell>> = results.variants.iter().take(MOST_ROWS).map(row).collect();
    let blocks = table(tally_columns("Variant"), rows, results.variants.len());
    Some(section("variants", "By variant", 30, false, blocks))
}

/// Suites with something bad first, then those that took longest.
fn suites(evidence: &Evidence) -> Option<Section> {
    let mut suites: Vec<&SuiteResult> = evidence.results.suites.iter().collect();
    if suites.len() < 2 {
        return None;
    }
    suites.sort_by_key(|suite| {
        (
            std::cmp::Reverse(suite.tests.bad()),
            std::cmp::Reverse(suite.tests.flaky),
            std::cmp::Reverse(suite.duration),
        )
    });
    let mut columns = tally_columns("Suite");
    columns.push(Column::right("Time"));
    let row = |suite: &&SuiteResult| -> Vec<Cell> {
        let name = match (suite.is_rest, suite.name.is_empty()) {
            (true, _) => Inline::text("(further suites)"),
            (_, true) => Inline::text("(none)"),
            _ => Inline::code(suite.name.as_str()),
        };
        let mut first = vec![name];
        if !suite.variant.is_empty() {
            first.push(Inline::text(format!(" ({})", suite.variant)));
        }
        let mut row = vec![first];
        row.extend(tally_cells(&suite.tests));
        row.push(time(suite.duration));
        row
    };
    let rows: Vec<Vec<Cell>> = suites.iter().take(MOST_ROWS).map(row).collect();
    Some(section("suites", "By suite", 50, true, table(columns, rows, suites.len())))
}

fn time(duration: Nanoseconds) -> Cell {
    if duration.0 == 0 { Vec::new() } else { vec![Inline::text(duration.shown())] }
}

fn slowest(evidence: &Evidence) -> Option<Section> {
    let slow: Vec<_> = evidence
        .results
        .slowest
        .iter()
        .filter(|slow| slow.duration >= Nanoseconds(1_000_000))
        .take(10)
        .collect();
    if slow.is_empty() {
        return None;
    }
    let columns = vec![Column::left("Test"), Column::right("Time")];
    let row = |slow: &&crate::SlowTest| -> Vec<Cell> {
        let mut first = vec![Inline::code(crate::collect::title(&slow.suite, &slow.class, &slow.name))];
        if !slow.variant.is_empty() {
            first.push(Inline::text(format!(" ({})", slow.variant)));
        }
        vec![first, time(slow.duration)]
    };
    let rows = slow.iter().map(row).collect();
    Some(section("slowest", "Slowest tests", 60, true, vec![Block::Table { columns, rows }]))
}

fn read(evidence: &Evidence) -> Option<Section> {
    if evidence.reports.is_empty() {
        return None;
    }
    let columns =
        vec![Column::left("Report"), Column::left("Read as"), Column::right("Runs"), Column::left("Notes")];
    let row = |report: &ReportEvidence| -> Vec<Cell> {
        let (format, runs, notes) = match &report.content {
            Ok(content) => {
                let mut notes: Vec<String> = content
                    .diagnostics
                    .counts()
                    .filter(|(kind, _)| kind.weight() > Weight::Note)
                    .map(|(kind, count)| format!("{count} × {}", kind.id()))
                    .collect();
                if content.cached > 0 {
                    notes.push(format!("{} suites cached: results of an earlier run", content.cached));
                }
                (content.format.name().to_owned(), content.runs.total().to_string(), notes.join(", "))
            }
            Err(message) => ("nothing".to_owned(), String::new(), message.clone()),
        };
        let mut first = vec![Inline::code(&report.shown)];
        if !report.variant.is_empty() {
            first.push(Inline::text(format!(" ({})", report.variant)));
        }
        vec![first, vec![Inline::text(format)], vec![Inline::text(runs)], vec![Inline::text(notes)]]
    };
    let rows: Vec<Vec<Cell>> = evidence.reports.iter().take(200).map(row).collect();
    Some(section("read", "What was read", 90, true, table(columns, rows, evidence.reports.len())))
}
