//! The trend: a line of blocks, one a commit, and the figures of its ends.

use gatewright_core::decimal::floored_percent;
use gatewright_core::report::{Block, Inline, Section};

use crate::Ratio;
use crate::baseline::TrendPoint;
use crate::evidence::Evidence;

const BLOCKS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// One line for each unit that this run counts in, where at least two commits can be compared.
pub(super) fn section(evidence: &Evidence, trend: &[TrendPoint]) -> Option<Section> {
    let mut blocks = Vec::new();
    for unit in evidence.native_units() {
        let now = evidence.ratio(unit);
        let counted = trend.iter().filter(|point| point.native.contains(&unit));
        let earlier = counted.map(|point| (point.commit.as_str(), point.totals.ratio(unit)));
        let row: Vec<(&str, Ratio)> =
            earlier.chain([("", now)]).filter(|(_, ratio)| !ratio.is_no_data()).collect();
        if row.len() < 2 || now.is_no_data() {
            continue;
        }
        let (first, ratio) = row[0];
        let percent = |ratio: Ratio| floored_percent(ratio.covered, ratio.total).unwrap_or_default();
        let since: String = first.chars().take(10).collect();
        let text =
            format!(" {} % at {since}, {} % now, over {} commits", percent(ratio), percent(now), row.len());
        let line = sparkline(&row.iter().map(|(_, ratio)| *ratio).collect::<Vec<_>>());
        blocks.push(Block::Text {
            content: vec![Inline::text(format!("{}: ", unit.name())), Inline::code(line), Inline::text(text)],
        });
    }
    (!blocks.is_empty()).then(|| super::section("trend", "Trend", 30, false, blocks))
}

/// The lowest share is the lowest block, the highest the highest.
fn sparkline(row: &[Ratio]) -> String {
    const SCALE: u128 = 1_000_000_000;
    let share = |ratio: &Ratio| u128::from(ratio.covered) * SCALE / u128::from(ratio.total.max(1));
    let least = row.iter().map(share).min().unwrap_or(0);
    let width = row.iter().map(share).max().unwrap_or(0) - least;
    let block = |ratio: &Ratio| {
        let height = ((share(ratio) - least) * 7).checked_div(width).unwrap_or(3);
        BLOCKS[usize::try_from(height).unwrap_or(0).min(7)]
    };
    row.iter().map(block).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_spans_from_the_least_to_the_most() {
        let row =
            |covered: &[u64]| covered.iter().map(|covered| Ratio::new(*covered, 100)).collect::<Vec<_>>();
        assert_eq!(sparkline(&row(&[80, 87, 83, 80, 85])), "▁█▄▁▆");
        assert_eq!(sparkline(&row(&[5, 5])), "▄▄");
    }
}
