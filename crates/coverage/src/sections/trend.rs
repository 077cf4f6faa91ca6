//! The trend: a line of blocks, one a commit, and the figures of its ends.

use gatewright_core::decimal::floored_percent;
use gatewright_core::report::{Block, Inline, Section};

use crate::Ratio;
use crate::baseline::EarlierFigures;
use crate::evidence::Evidence;
use crate::output::{TrendPoint, trend_text};

/// One line for each unit that this run counts in, where at least two commits can be compared.
pub(super) fn section(evidence: &Evidence, trend: &[EarlierFigures]) -> Option<Section> {
    let mut blocks = Vec::new();
    for unit in evidence.native_units() {
        let now = evidence.ratio(unit);
        let counted = trend.iter().filter(|earlier| earlier.native.contains(&unit));
        let earlier = counted.map(|earlier| (earlier.commit.as_str(), earlier.totals.ratio(unit)));
        let row: Vec<TrendPoint> = earlier
            .chain([("", now)])
            .filter(|(_, ratio)| !ratio.is_no_data())
            .map(|(commit, ratio)| TrendPoint { label: commit.chars().take(10).collect(), ratio })
            .collect();
        if row.len() < 2 || now.is_no_data() {
            continue;
        }
        let percent = |ratio: Ratio| floored_percent(ratio.covered, ratio.total).unwrap_or_default();
        let (first, was, commits) = (&row[0].label, percent(row[0].ratio), row.len());
        let text = format!(" {was} % at {first}, {} % now, over {commits} commits", percent(now));
        let line = Inline::code(trend_text(&row));
        blocks.push(Block::Text {
            content: vec![Inline::text(format!("{}: ", unit.name())), line, Inline::text(text)],
        });
    }
    (!blocks.is_empty()).then(|| super::section("trend", "Trend", 30, false, blocks))
}
