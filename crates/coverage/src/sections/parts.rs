//! Tables of the parts of the whole: flags, components, folders. What is held to a bound comes first, the worst of it on
//! top.

use gatewright_core::report::{
    Block, Cell, Column, Inline, Measure, MeasureOutcome, MeasureValue, Scope, Section, Unit as MeasureUnit,
};

use crate::evidence::Evidence;
use crate::flags::Fate;
use crate::gates::measure_name;
use crate::policy::bounds::Breadth;

/// Rows that a table shows.
const MOST_ROWS: usize = 20;

/// The table of one kind of part; folders only where there are several.
pub(super) fn table(evidence: &Evidence, measures: &[Measure], breadth: Breadth) -> Option<Section> {
    let (title, rank, most) = match breadth {
        Breadth::Flag => ("Flags", 12, usize::MAX),
        Breadth::Component => ("Components", 14, usize::MAX),
        _ => ("Packages", 25, MOST_ROWS),
    };
    let kind = breadth.name();
    let mut shown: Vec<(&str, &Measure)> = measures
        .iter()
        .filter_map(|measure| match &measure.scope {
            Scope::Named { kind: of, name } if of == kind && is_shown(measure, evidence) => {
                Some((name.as_str(), measure))
            }
            _ => None,
        })
        .collect();
    let parts: std::collections::BTreeSet<&str> = shown.iter().map(|(name, _)| *name).collect();
    if shown.is_empty() || breadth == Breadth::Package && parts.len() < 2 {
        return None;
    }
    // Stable: parts come in the order of their names.
    shown.sort_by_key(|(_, measure)| {
        let rank = match measure.outcome {
            MeasureOutcome::Fail => 0,
            MeasureOutcome::NoData => 1,
            _ => 2,
        };
        (rank, std::cmp::Reverse(if breadth == Breadth::Package { missed(measure) } else { 0 }))
    });
    let compared = shown.iter().any(|(_, measure)| measure.baseline.is_some());
    let mut columns = vec![
        Column::left(""),
        Column::left(match breadth {
            Breadth::Flag => "Flag",
            Breadth::Component => "Component",
            _ => "Package",
        }),
        Column::left("Measure"),
        Column::right("Found"),
        Column::right("Exactly"),
        Column::left("Required"),
    ];
    if compared {
        columns.push(Column::right("Before"));
    }
    let total = shown.len();
    let row = |(name, measure): (&str, &Measure)| row(name, measure, compared);
    let rows: Vec<Vec<Cell>> = shown.into_iter().take(most).map(row).collect();
    let mut blocks = vec![Block::Table { columns, rows }];
    if total > most {
        let text = format!("… and {} more rows; the report lists them all.", total - most);
        blocks.push(Block::Text { content: vec![Inline::text(text)] });
    }
    if breadth == Breadth::Flag {
        blocks.extend(carried(evidence));
    }
    Some(super::section(&format!("{kind}s"), title, rank, false, blocks))
}

/// Shares in the units that reports count in; other figures where they are held to something.
fn is_shown(measure: &Measure, evidence: &Evidence) -> bool {
    let is_native = || evidence.total.native().iter().any(|unit| measure_name(*unit) == measure.name);
    measure.threshold.is_some() || measure.unit == MeasureUnit::Percent && is_native()
}

fn missed(measure: &Measure) -> u64 {
    match measure.value {
        MeasureValue::Ratio { numerator, denominator } => denominator.saturating_sub(numerator),
        _ => 0,
    }
}

fn row(name: &str, measure: &Measure, compared: bool) -> Vec<Cell> {
    let sign = match measure.outcome {
        MeasureOutcome::Pass => "✅",
        MeasureOutcome::Fail => "❌",
        MeasureOutcome::NoData => "❔",
        MeasureOutcome::NotApplicable | MeasureOutcome::NotJudged => "",
    };
    let exactly = match measure.value {
        MeasureValue::Ratio { numerator, denominator } if denominator > 0 => {
            format!("{numerator}/{denominator}")
        }
        _ => String::new(),
    };
    let required =
        measure.threshold.as_ref().map(|threshold| threshold.describe(measure.unit)).unwrap_or_default();
    let mut row = vec![
        vec![Inline::text(sign)],
        vec![Inline::code(name)],
        vec![Inline::code(&measure.name)],
        vec![Inline::text(&measure.display)],
        vec![Inline::text(exactly)],
        vec![Inline::text(required)],
    ];
    if compared {
        let before = measure.baseline.map(|value| value.display(measure.unit)).unwrap_or_default();
        row.push(vec![Inline::text(before)]);
    }
    row
}

fn carried(evidence: &Evidence) -> Option<Block> {
    let carried = evidence.flags.iter().filter(|(_, flag)| matches!(flag.fate, Fate::Carried { .. }));
    let names: Vec<&str> = carried.map(|(name, _)| name.as_str()).collect();
    let text = match names.as_slice() {
        [] => return None,
        [one] => format!("The figures of {one} are carried forward: it did not run."),
        many => format!("The figures of {} are carried forward: they did not run.", many.join(", ")),
    };
    Some(Block::Text { content: vec![Inline::text(text)] })
}
