//! How the run stands beside the baseline: what was fixed, what came and went, what is skipped now, what got slower.

use gatewright_core::report::{Block, Cell, Column, Inline, Section};

use crate::compare::{Comparison, DurationChange, NamedTests};
use crate::evidence::{BaselineUnderReview, Evidence};

/// Names of one kind that are shown.
const MOST_NAMES: usize = 10;

/// Tests with another duration that are shown.
const MOST_CHANGES: usize = 10;

pub(super) fn section(evidence: &Evidence) -> Option<Section> {
    let (comparison, how) = match &evidence.baseline {
        BaselineUnderReview::Found { comparison, how, .. } => (comparison, how),
        BaselineUnderReview::None { why, help, .. } => {
            let content = vec![Inline::text(format!("Nothing to compare with: {why}. {help}"))];
            let blocks = vec![Block::Text { content }];
            return Some(super::section("compared", "Compared with the baseline", 70, true, blocks));
        }
        BaselineUnderReview::Unasked | BaselineUnderReview::NotApplicable(_) => return None,
    };
    let mut blocks = vec![Block::Text { content: vec![Inline::text(counts(comparison, how))] }];
    let kinds = [
        ("Fixed", &comparison.fixed),
        ("Added", &comparison.added),
        ("Removed", &comparison.removed),
        ("Newly skipped", &comparison.newly_skipped),
        ("No longer skipped", &comparison.no_longer_skipped),
    ];
    let rows: Vec<Vec<Cell>> = kinds
        .into_iter()
        .filter(|(_, tests)| tests.count > 0)
        .map(|(kind, tests)| row(kind, tests))
        .collect();
    if !rows.is_empty() {
        let columns = vec![Column::left(""), Column::right("Tests"), Column::left("Which")];
        blocks.push(Block::Table { columns, rows });
    }
    blocks.extend(durations("Slower test", &comparison.slower));
    blocks.extend(durations("Faster test", &comparison.faster));
    if !comparison.is_conclusive() {
        let text = format!(
            "{} tests of the baseline are recorded without their names: what is said of single tests is not all.",
            comparison.unrecorded
        );
        blocks.push(Block::Text { content: vec![Inline::text(text)] });
    }
    Some(super::section("compared", "Compared with the baseline", 25, true, blocks))
}

fn counts(comparison: &Comparison, how: &str) -> String {
    let (now, before) = (comparison.tests, comparison.baseline_tests);
    let difference = match now.cmp(&before) {
        std::cmp::Ordering::Less => format!("{} fewer", before - now),
        std::cmp::Ordering::Equal => "as many".to_owned(),
        std::cmp::Ordering::Greater => format!("{} more", now - before),
    };
    format!("The baseline {how} has {before} tests, this run {now}: {difference}.")
}

fn row(kind: &str, tests: &NamedTests) -> Vec<Cell> {
    let at_least = if tests.is_conclusive { "" } else { "at least " };
    let mut names: Cell = Vec::new();
    for test in tests.named.iter().take(MOST_NAMES) {
        if !names.is_empty() {
            names.push(Inline::text(", "));
        }
        names.push(Inline::code(&test.title));
        if !test.variant.is_empty() {
            names.push(Inline::text(format!(" ({})", test.variant)));
        }
    }
    let more = tests.count.saturating_sub(tests.named.len().min(MOST_NAMES) as u64);
    if more > 0 {
        names.push(Inline::text(if names.is_empty() {
            format!("{more}")
        } else {
            format!(" and {more} more")
        }));
    }
    vec![vec![Inline::text(kind)], vec![Inline::text(format!("{at_least}{}", tests.count))], names]
}

fn durations(title: &str, changes: &[DurationChange]) -> Vec<Block> {
    if changes.is_empty() {
        return Vec::new();
    }
    let columns = vec![Column::left(title), Column::right("As a rule"), Column::right("Now")];
    let row = |change: &DurationChange| -> Vec<Cell> {
        let mut name = vec![Inline::code(&change.title)];
        if !change.variant.is_empty() {
            name.push(Inline::text(format!(" ({})", change.variant)));
        }
        vec![name, vec![Inline::text(change.typical.shown())], vec![Inline::text(change.now.shown())]]
    };
    let rows = changes.iter().take(MOST_CHANGES).map(row).collect();
    super::table(columns, rows, changes.len())
}
