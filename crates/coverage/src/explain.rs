//! One file, line by line: what ran, how often, and which branches were not taken. An answer for a person who wants
//! to know why a file stands where it stands. It must not judge.

use gatewright_core::answer::{Answer, AnswerLine, Tone};
use gatewright_core::decimal::floored_percent;
use gatewright_core::repository::LineRange;
use serde_json::{Map, Value, json};

use crate::model::{FileCoverage, LineRun, Ratio, Unit};

/// What is known about one line.
#[derive(Clone, Copy, Debug, Default)]
struct Known {
    /// How often it ran; `None` where it is not measured.
    hits: Option<u64>,
    branches: Ratio,
    changed: bool,
}

/// Explains a file. `source` is its text; without it only the measured lines are listed. `changed` are the lines that
/// the change under review adds or modifies.
pub fn explain(path: &str, file: &FileCoverage, source: Option<&str>, changed: &[LineRange]) -> Answer {
    let view = file.line_view();
    let known = |line: u32, runs: &[LineRun]| Known {
        hits: runs.iter().find(|run| run.first <= line && line <= run.last).map(|run| run.hits),
        branches: file.branches_on(line),
        changed: changed.iter().any(|range| range.first <= line && line <= range.last),
    };
    let mut rows: Vec<(u32, Known, &str)> = Vec::new();
    let mut runs = view.runs();
    if let Some(source) = source {
        for (number, text) in (1_u32..).zip(source.lines()) {
            runs = &runs[runs.partition_point(|run| run.last < number)..];
            rows.push((number, known(number, &runs[..runs.len().min(1)]), text));
        }
    } else {
        let lines = runs.iter().flat_map(|run| (run.first..=run.last).map(move |line| (line, *run)));
        rows.extend(lines.take(MOST_LINES).map(|(line, run)| (line, known(line, &[run]), "")));
    }
    let mut lines = heading(path, file, source.is_some());
    let width = rows.last().map_or(1, |(line, _, _)| line.to_string().len());
    lines.extend(rows.iter().map(|(number, known, text)| line(*number, width, *known, text)));
    Answer { lines, data: data(path, file, &rows) }
}

/// The most lines that are listed without a source: a report may claim to span four billion.
const MOST_LINES: usize = 100_000;

fn heading(path: &str, file: &FileCoverage, has_source: bool) -> Vec<AnswerLine> {
    let figures: Vec<String> = Unit::ALL
        .into_iter()
        .filter_map(|unit| {
            let ratio = file.ratio(unit);
            let percent = floored_percent(ratio.covered, ratio.total)?;
            Some(format!("{percent} % of {} {}", ratio.total, unit.name()))
        })
        .collect();
    let figures = if figures.is_empty() { "nothing measured".to_owned() } else { figures.join(", ") };
    let mut lines = vec![vec![(Tone::Strong, path.to_owned()), (Tone::Dim, format!("  {figures}"))]];
    if !has_source {
        let text = "The file can't be read here: only the measured lines are listed.";
        lines.push(vec![(Tone::Dim, text.to_owned())]);
    }
    lines
}

fn line(number: u32, width: usize, known: Known, text: &str) -> AnswerLine {
    let mark = if known.changed { "+" } else { " " };
    let partly = known.branches.missed() > 0;
    let tone = match known.hits {
        None => Tone::Plain,
        Some(0) => Tone::Bad,
        Some(_) if partly => Tone::Doubtful,
        Some(_) => Tone::Good,
    };
    let hits = known.hits.map_or(String::new(), |hits| format!("{}x", short(hits)));
    let Ratio { covered, total } = known.branches;
    let branches = if total > 0 { format!("{covered}/{total}") } else { String::new() };
    vec![
        (Tone::Dim, format!("{number:>width$} {mark} ")),
        (tone, format!("{hits:>6} {branches:>5}")),
        (Tone::Dim, " | ".to_owned()),
        (if known.hits == Some(0) { Tone::Bad } else { Tone::Plain }, text.to_owned()),
    ]
}

/// At most five characters: `99999`, `12k`, `3M`, rounded down.
fn short(hits: u64) -> String {
    let units = [(1_u64, ""), (1_000, "k"), (1_000_000, "M"), (1_000_000_000, "G"), (1_000_000_000_000, "T")];
    if hits < 100_000 {
        return hits.to_string();
    }
    let fits = |(size, _): &&(u64, &str)| hits / size < 10_000;
    units.iter().find(fits).map_or_else(|| "much".to_owned(), |(size, sign)| format!("{}{sign}", hits / size))
}

fn data(path: &str, file: &FileCoverage, rows: &[(u32, Known, &str)]) -> Value {
    let totals: Map<String, Value> = Unit::ALL
        .into_iter()
        .map(|unit| (unit, file.ratio(unit)))
        .filter(|(_, ratio)| !ratio.is_no_data())
        .map(|(unit, ratio)| (unit.name().to_owned(), figure(ratio)))
        .collect();
    let measured = |(number, known, _): &(u32, Known, &str)| {
        let hits = known.hits?;
        let mut line = json!({"line": number, "hits": hits, "changed": known.changed});
        if known.branches.total > 0 {
            line["branches"] = figure(known.branches);
        }
        Some(line)
    };
    json!({"path": path, "totals": totals, "lines": rows.iter().filter_map(measured).collect::<Vec<_>>()})
}

fn figure(ratio: Ratio) -> Value {
    json!({"covered": ratio.covered, "total": ratio.total})
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    const REPORT: &str =
        "TN:\nSF:a.js\nBRDA:2,0,0,1\nBRDA:2,0,1,0\nDA:2,123456\nDA:3,0\nDA:5,1\nend_of_record\n";

    fn check(source: Option<&str>, expected: &Expect) {
        let parsed = crate::read(&mut REPORT.as_bytes()).unwrap();
        let file = parsed.picture.file("a.js").unwrap();
        let answer = explain("a.js", file, source, &[LineRange { first: 3, last: 4 }]);
        let text: Vec<String> =
            answer.lines.iter().map(|line| line.iter().map(|(_, text)| text.as_str()).collect()).collect();
        expected.assert_eq(&(text.join("\n") + "\n"));
        assert_eq!(answer.data["lines"][0]["branches"]["total"], 2);
    }

    #[test]
    fn every_line_says_what_ran() {
        let source = "f() {\n  if (x)\n    y();\n  // why\n  z();\n}\n";
        check(
            Some(source),
            &expect![[r#"
                a.js  66.66 % of 3 lines, 50.00 % of 2 branches
                1                | f() {
                2    123kx   1/2 |   if (x)
                3 +     0x       |     y();
                4 +              |   // why
                5       1x       |   z();
                6                | }
            "#]],
        );
    }

    #[test]
    fn without_a_source_the_measured_lines_are_listed() {
        check(
            None,
            &expect![[r#"
                a.js  66.66 % of 3 lines, 50.00 % of 2 branches
                The file can't be read here: only the measured lines are listed.
                2    123kx   1/2 | 
                3 +     0x       | 
                5       1x       | 
            "#]],
        );
    }

    #[test]
    fn large_counts_stay_narrow() {
        assert_eq!(
            [99_999, 123_456, 12_345_678, u64::MAX].map(short),
            ["99999", "123k", "12M", "much"].map(str::to_owned)
        );
    }
}
