//! What people read: the headline, what failed, what is flaky, the slowest, by suite and variant, what was read.

mod compared;

use std::collections::BTreeMap;

use gatewright_core::report::{Block, Cell, Column, Inline, Location, Section};

use crate::collect::{Failure, Results, SuiteResult};
use crate::compare::{Rate, Standing};
use crate::evidence::{Evidence, FailureEvidence, ReportEvidence};
use crate::model::Nanoseconds;
use crate::quarantine::Quarantine;
use crate::rerun::rerun_commands;
use crate::rules;
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
    let new = evidence.failures().filter(|failing| failing.is_new() && failing.is_bad()).count();
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
    // Behind the last of those that speak against the code: they come first.
    let bad = usize::from(tests.failed > 0) + usize::from(tests.errored > 0);
    if new > 0
        && let Some(last) = parts.get_mut(bad.max(1) - 1)
    {
        last.push_str(&format!(" ({new} new)"));
    }
    let noun = if tests.total() == 1 { "test" } else { "tests" };
    let mut text = format!("{} of {} {noun}", parts.join(", "), tests.total());
    if evidence.quarantined.count() > 0 {
        text.push_str(&format!(", {} in quarantine", evidence.quarantined.count()));
    }
    if results.runs.total() != tests.total() {
        text.push_str(&format!(" in {} runs", results.runs.total()));
    }
    if results.duration.0 > 0 {
        text.push_str(&format!(", {}", results.duration.shown()));
    }
    text
}

/// The sections, most important first.
pub(crate) fn sections(evidence: &Evidence, idle_exclusions: &[String]) -> Vec<Section> {
    let all = [
        failed(evidence),
        rerun(evidence),
        quarantined(evidence),
        flaky(evidence),
        compared::section(evidence),
        variants(evidence),
        by_shard(evidence),
        by_owner(evidence),
        suites(evidence),
        slowest(evidence),
        read(evidence, idle_exclusions),
    ];
    all.into_iter().flatten().collect()
}

fn section(id: &str, title: &str, rank: u32, collapsed: bool, blocks: Vec<Block>) -> Section {
    Section { id: id.to_owned(), title: title.to_owned(), rank, collapsed, blocks, gate: None }
}

fn text(content: Vec<Inline>) -> Block {
    Block::Text { content }
}

fn place(location: &Location) -> Inline {
    match location.line {
        Some(line) => Inline::lines(&location.path, line, location.end_line.unwrap_or(line)),
        None => Inline::file(&location.path),
    }
}

/// New ones first, each with its words, then names alone, then a number. What is in quarantine stands apart.
fn failed(evidence: &Evidence) -> Option<Section> {
    let mut all: Vec<_> =
        evidence.failures().filter(|failure| failure.is_bad() && failure.quarantine.is_none()).collect();
    if all.is_empty() {
        return None;
    }
    // Stable: the order of the results stays within each.
    all.sort_by_key(|failure| matches!(failure.standing, Some(Standing::Known { .. })));
    let mut blocks = Vec::new();
    for failing in all.iter().take(MOST_FAILURES) {
        let failure = failing.failure;
        let mut line = named(failing);
        if let Some(location) = failing.location {
            line.extend([Inline::text(" at "), place(location)]);
        }
        if failure.failed_runs > 1 {
            line.push(Inline::text(format!(", {} times", failure.failed_runs)));
        }
        line.extend(standing(failing).map(|standing| Inline::text(format!(", {standing}"))));
        blocks.push(text(line));
        let words = words(failure);
        if !words.is_empty() {
            blocks.push(Block::Code { text: words });
        }
    }
    let named: Vec<_> = all.iter().skip(MOST_FAILURES).take(MOST_NAMED).collect();
    if !named.is_empty() {
        let columns = vec![Column::left("Test"), Column::left("Where"), Column::left("")];
        let row = |failing: &&FailureEvidence<'_>| -> Vec<Cell> {
            vec![
                vec![Inline::code(failing.failure.title())],
                failing.location.map(place).into_iter().collect(),
                standing(failing).map(Inline::text).into_iter().collect(),
            ]
        };
        blocks.push(Block::Table { columns, rows: named.iter().map(row).collect() });
    }
    let total = all.len() as u64 + evidence.results.unlisted;
    let shown = all.len().min(MOST_FAILURES + MOST_NAMED) as u64;
    if total > shown {
        blocks
            .push(text(vec![Inline::text(format!("… and {} more; the report lists them.", total - shown))]));
    }
    Some(section("failed-tests", "Failed tests", 10, false, blocks))
}

fn named(failing: &FailureEvidence<'_>) -> Vec<Inline> {
    let mut line = vec![Inline::strong(failing.failure.title())];
    if !failing.failure.variant.is_empty() {
        line.push(Inline::text(format!(" ({})", failing.failure.variant)));
    }
    line
}

fn standing(failing: &FailureEvidence<'_>) -> Option<String> {
    failing
        .standing
        .map(|standing| crate::compare::shown(standing, failing.failure.subject))
        .filter(|standing| !standing.is_empty())
}

/// The section of failures in quarantine.
pub(crate) const QUARANTINED: &str = "quarantined";

/// Failures that are accepted for now: accepted is not the same as absent.
fn quarantined(evidence: &Evidence) -> Option<Section> {
    let held: Vec<_> =
        evidence.failures().filter_map(|failing| failing.quarantine.map(|entry| (failing, entry))).collect();
    let told = rules::about_quarantine(evidence);
    if held.is_empty() && told.is_empty() {
        return None;
    }
    let columns = ["Test", "Until", "Owner", "Reason", "First failure"].map(Column::left).to_vec();
    let row = |(failing, entry): &(FailureEvidence<'_>, &Quarantine)| -> Vec<Cell> {
        vec![
            vec![Inline::code(failing.failure.title())],
            vec![Inline::text(entry.until.to_string())],
            vec![Inline::text(&entry.owner)],
            vec![Inline::text(&entry.reason)],
            vec![Inline::text(first_line(failing.failure))],
        ]
    };
    let rows = held.iter().take(MOST_ROWS).map(row).collect();
    let mut blocks = if held.is_empty() { Vec::new() } else { table(columns, rows, held.len()) };
    let more = told.len().saturating_sub(MOST_ROWS);
    blocks.extend(told.into_iter().take(MOST_ROWS).map(|message| text(vec![Inline::text(message)])));
    if more > 0 {
        blocks.push(text(vec![Inline::text(format!("… and {more} more entries."))]));
    }
    Some(section(QUARANTINED, "In quarantine", 18, false, blocks))
}

fn first_line(failure: &Failure) -> &str {
    let message = failure.detail.message.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    crate::text::cut_str(message.trim(), 200)
}

/// The commands that run only the failures again.
fn rerun(evidence: &Evidence) -> Option<Section> {
    let bad = evidence.failures().filter(FailureEvidence::is_bad).take(MOST_RERUN);
    let with_format = bad.filter_map(|failing| {
        let content = evidence.reports.get(failing.failure.report)?.content.as_ref().ok()?;
        Some((content.format, failing.failure))
    });
    let bad: Vec<_> = with_format.collect();
    let commands = rerun_commands(&bad);
    if commands.is_empty() {
        return None;
    }
    let lines: Vec<&str> = commands.iter().map(|command| command.command.as_str()).collect();
    let mut blocks = vec![Block::Code { text: lines.join("\n") }];
    let left_out: usize = commands.iter().map(|command| command.left_out).sum();
    let unlisted = evidence.failures().filter(FailureEvidence::is_bad).count().saturating_sub(MOST_RERUN);
    if left_out + unlisted > 0 {
        let more = format!("{} further failures found no room in them.", left_out + unlisted);
        blocks.push(text(vec![Inline::text(more)]));
    }
    Some(section("rerun", "Run the failures again", 15, false, blocks))
}

/// Failures that commands are made for.
const MOST_RERUN: usize = 1000;

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
    let is_flaky = |failing: &FailureEvidence<'_>| {
        failing.failure.outcome == TestOutcome::Flaky && failing.quarantine.is_none()
    };
    let all: Vec<_> = evidence.failures().filter(is_flaky).collect();
    if all.is_empty() {
        return None;
    }
    let rated = evidence.history().is_some();
    let mut columns = vec![Column::left("Test"), Column::right("Failed"), Column::left("Where")];
    if rated {
        columns.push(Column::left("Before"));
    }
    columns.push(Column::left("First failure"));
    let row = |failing: &FailureEvidence<'_>| -> Vec<Cell> {
        let mut row = vec![
            vec![Inline::code(failing.failure.title())],
            vec![Inline::text(failing.failure.failed_runs.to_string())],
            failing.location.map(place).into_iter().collect(),
        ];
        if rated {
            let past = evidence.history().and_then(|history| history.get(failing.failure.id));
            let rate = past.map(|past| Inline::text(Rate::of(&past.outcomes).to_string()));
            row.push(rate.into_iter().collect());
        }
        row.push(vec![Inline::text(first_line(failing.failure))]);
        row
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

fn by_shard(evidence: &Evidence) -> Option<Section> {
    let mut shards: BTreeMap<u32, Tally> = BTreeMap::new();
    for report in &evidence.reports {
        if let (Some(shard), Ok(content)) = (report.shard, &report.content) {
            shards.entry(shard).or_default().add(&content.runs);
        }
    }
    if shards.is_empty() {
        return None;
    }
    let row = |(shard, runs): (&u32, &Tally)| -> Vec<Cell> {
        let mut row = vec![vec![Inline::text(shard.to_string())]];
        row.extend(tally_cells(runs));
        row
    };
    let rows: Vec<Vec<Cell>> = shards.iter().take(MOST_ROWS).map(row).collect();
    let blocks = table(tally_columns("Shard"), rows, shards.len());
    Some(section("shards", "By shard, in runs", 32, true, blocks))
}

/// Whose files the failures lie in, by CODEOWNERS.
fn by_owner(evidence: &Evidence) -> Option<Section> {
    if evidence.owners.is_empty() {
        return None;
    }
    let mut owners: BTreeMap<String, [u64; 2]> = BTreeMap::new();
    for failing in evidence.failures() {
        let ownership = failing.location.and_then(|location| evidence.owners.of(&location.path));
        let names = ownership.map(|ownership| ownership.owners.join(" ")).unwrap_or_default();
        let counts = owners.entry(names).or_default();
        counts[usize::from(!failing.is_bad())] += 1;
    }
    if owners.is_empty() {
        return None;
    }
    let columns = vec![Column::left("Code owner"), Column::right("Failing"), Column::right("Flaky")];
    let mut rows: Vec<(&String, &[u64; 2])> = owners.iter().collect();
    rows.sort_by_key(|(_, counts)| std::cmp::Reverse(**counts));
    let cell =
        |count: u64| -> Cell { if count == 0 { Vec::new() } else { vec![Inline::text(count.to_string())] } };
    let row = |(names, counts): &(&String, &[u64; 2])| -> Vec<Cell> {
        let name = if names.is_empty() { Inline::text("(nobody)") } else { Inline::code(names.as_str()) };
        vec![vec![name], cell(counts[0]), cell(counts[1])]
    };
    let total = rows.len();
    let rows = rows.iter().take(MOST_ROWS).map(row).collect();
    Some(section("owners", "By code owner", 35, false, table(columns, rows, total)))
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

fn read(evidence: &Evidence, idle_exclusions: &[String]) -> Option<Section> {
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
    let mut blocks = table(columns, rows, evidence.reports.len());
    if !idle_exclusions.is_empty() {
        let idle = format!("Takes out nothing: {}.", idle_exclusions.join(", "));
        blocks.push(text(vec![Inline::text(idle)]));
    }
    Some(section("read", "What was read", 90, true, blocks))
}
