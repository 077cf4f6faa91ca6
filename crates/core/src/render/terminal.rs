//! A report in a terminal or a log: reasons, annotations as a reader would see them, the table, and where the rest lies.

use std::io;

use unicode_width::UnicodeWidthStr;

use crate::answer::Tone;
use crate::escape::log_text;
use crate::report::{
    Align, AnnotationLevel, Block, Cell, Column, Measure, MeasureOutcome, Policy, Reason, ReasonLevel,
    Report, Scope, Section, Unit, VerdictResult,
};

use super::annotations::describe;
use super::{Annotation, plain, speaker};

/// The colours to use: none, or ANSI's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Palette {
    /// Plain text.
    Plain,
    /// ANSI escape sequences.
    Ansi,
}

impl Palette {
    fn paint(self, code: &str, text: &str) -> String {
        match self {
            Self::Plain => text.to_owned(),
            Self::Ansi => format!("\u{1b}[{code}m{text}\u{1b}[0m"),
        }
    }

    /// A verdict's word in its colour.
    pub fn verdict(self, result: VerdictResult) -> String {
        let code = match result {
            VerdictResult::Pass => "1;32",
            VerdictResult::Warn => "1;33",
            VerdictResult::Fail | VerdictResult::NoData => "1;31",
        };
        self.paint(code, result.as_str())
    }

    /// A word of error in its colour.
    pub fn error(self, text: &str) -> String {
        self.paint("1;31", text)
    }

    /// Words that are not the point.
    pub fn dim(self, text: &str) -> String {
        self.paint("2", text)
    }

    /// A piece of an answer in its colour.
    pub fn tone(self, tone: Tone, text: &str) -> String {
        match tone {
            Tone::Plain => text.to_owned(),
            Tone::Dim => self.paint("2", text),
            Tone::Strong => self.paint("1", text),
            Tone::Good => self.paint("32", text),
            Tone::Doubtful => self.paint("33", text),
            Tone::Bad => self.paint("31", text),
        }
    }
}

/// Rows of a section that a terminal shows before it points at the report.
const MOST_ROWS: usize = 15;

/// How a report is shown in a terminal.
#[derive(Clone, Copy, Debug)]
pub struct TerminalStyle {
    /// Its colours.
    pub palette: Palette,
    /// Whether sections that a page would fold are shown.
    pub unfolded: bool,
}

/// Writes the report for a reader. `annotations` are those that GitHub would show; inside Actions they are printed
/// as commands instead, so the caller hands none.
pub fn render_terminal(
    report: &Report,
    annotations: &[Annotation],
    style: TerminalStyle,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    let palette = style.palette;
    writeln!(out, "{}: {}", log_text(&speaker(report)), palette.verdict(report.verdict.result))?;
    if !report.headline.is_empty() {
        writeln!(out, "  {}", log_text(&report.headline))?;
    }
    for reason in &report.verdict.reasons {
        render_reason(reason, palette, out)?;
    }
    for state in report.states.iter().filter(|state| state.policy == Policy::Ignore) {
        let gate = state.gate.as_ref().map(|gate| format!("{}: ", log_text(gate))).unwrap_or_default();
        let text = log_text(&state.message).replace('\n', " ");
        writeln!(out, "  {}: {gate}{}: {text}", palette.dim("note"), log_text(&state.name))?;
    }
    render_measures(&report.measures, palette, out)?;
    let places: Vec<&Annotation> =
        annotations.iter().filter(|annotation| annotation.location.is_some()).collect();
    for annotation in places {
        let (place, message) = describe(annotation);
        let level = match annotation.level {
            AnnotationLevel::Error => palette.paint("1;31", "error"),
            AnnotationLevel::Warning => palette.paint("1;33", "warning"),
            AnnotationLevel::Notice => palette.paint("1;36", "notice"),
        };
        writeln!(out, "{level}: {}", log_text(&message).replace('\n', "\n  "))?;
        writeln!(out, "  {} {}", palette.dim("-->"), log_text(&place))?;
    }
    let shown = |section: &&Section| style.unfolded || !section.collapsed;
    let mut sections: Vec<&Section> = report.sections.iter().filter(shown).collect();
    sections.sort_by_key(|section| section.rank);
    for section in sections {
        render_section(section, palette, out)?;
    }
    Ok(())
}

fn render_reason(reason: &Reason, palette: Palette, out: &mut dyn io::Write) -> io::Result<()> {
    let level = match reason.level {
        ReasonLevel::Fail => palette.paint("1;31", "fail"),
        ReasonLevel::Warn => palette.paint("1;33", "warn"),
    };
    let gate = reason.gate.as_ref().map(|gate| format!("{}: ", log_text(gate))).unwrap_or_default();
    writeln!(out, "  {level}: {gate}{}", log_text(&reason.sentence()).replace('\n', " "))?;
    writeln!(out, "        {} {}", palette.dim("help:"), log_text(&reason.help).replace('\n', " "))
}

fn render_measures(measures: &[Measure], palette: Palette, out: &mut dyn io::Write) -> io::Result<()> {
    let merely_shown = |measure: &Measure| measure.threshold.is_none() && measure.unit != Unit::Percent;
    let shown = |measure: &&Measure| !matches!(measure.scope, Scope::Named { .. }) && !merely_shown(measure);
    let columns = [
        Column::left("Measure"),
        Column::right("Found"),
        Column::right("Exactly"),
        Column::left("Required"),
        Column::left(""),
    ];
    let rows: Vec<Vec<String>> = measures
        .iter()
        .filter(shown)
        .map(|measure| {
            let exactly = match measure.value {
                crate::report::MeasureValue::Ratio { numerator, denominator } if denominator > 0 => {
                    format!("{numerator}/{denominator}")
                }
                _ => String::new(),
            };
            let outcome = match measure.outcome {
                MeasureOutcome::Pass => "pass",
                MeasureOutcome::Fail => "fail",
                MeasureOutcome::NoData => "no data",
                MeasureOutcome::NotApplicable | MeasureOutcome::NotJudged => "",
            };
            let required = measure
                .threshold
                .as_ref()
                .map(|threshold| threshold.describe(measure.unit))
                .unwrap_or_default();
            vec![measure.reference(), measure.display.clone(), exactly, required, outcome.to_owned()]
        })
        .collect();
    if rows.is_empty() { Ok(()) } else { render_table(&columns, &rows, palette, out) }
}

fn render_section(section: &Section, palette: Palette, out: &mut dyn io::Write) -> io::Result<()> {
    let gate = section.gate.as_ref().map(|gate| format!("{gate}: ")).unwrap_or_default();
    let title = log_text(&format!("{gate}{}", section.title)).replace('\n', " ");
    writeln!(out, "\n{}", palette.paint("1", &title))?;
    for block in &section.blocks {
        match block {
            Block::Text { content } => writeln!(out, "  {}", log_text(&plain(content)).replace('\n', " "))?,
            Block::Code { text } => writeln!(out, "    {}", log_text(text).replace('\n', "\n    "))?,
            Block::Table { columns, rows } => {
                let text = |row: &Vec<Cell>| row.iter().map(|cell| plain(cell)).collect::<Vec<String>>();
                let shown: Vec<Vec<String>> = rows.iter().take(MOST_ROWS).map(text).collect();
                render_table(columns, &shown, palette, out)?;
                if rows.len() > MOST_ROWS {
                    writeln!(
                        out,
                        "  {}",
                        palette.dim(&format!("… and {} more in the report", rows.len() - MOST_ROWS))
                    )?;
                }
            }
        }
    }
    Ok(())
}

fn render_table(
    columns: &[Column],
    rows: &[Vec<String>],
    palette: Palette,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    let rows: Vec<Vec<String>> =
        rows.iter().map(|row| row.iter().map(|cell| log_text(cell).replace('\n', " ")).collect()).collect();
    let width = |index: usize| {
        let cells = rows.iter().filter_map(|row| row.get(index)).map(|cell| cell.width());
        cells.chain([columns[index].title.width()]).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..columns.len()).map(width).collect();
    let line = |cells: &[String]| {
        let padded = cells.iter().zip(columns).zip(&widths).map(|((cell, column), width)| {
            let blanks = " ".repeat(width.saturating_sub(cell.width()));
            if column.align == Align::Right { format!("{blanks}{cell}") } else { format!("{cell}{blanks}") }
        });
        padded.collect::<Vec<String>>().join("  ").trim_end().to_owned()
    };
    let titles: Vec<String> = columns.iter().map(|column| column.title.clone()).collect();
    writeln!(out, "  {}", palette.dim(&line(&titles)))?;
    rows.iter().try_for_each(|row| writeln!(out, "  {}", line(row)))
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;
    use crate::render::annotations;
    use crate::render::samples::hostile;

    #[test]
    fn hostile_text_is_shown_defused() {
        let report = hostile();
        let mut out = Vec::new();
        render_terminal(
            &report,
            &annotations(&report, 10),
            TerminalStyle { palette: Palette::Plain, unfolded: true },
            &mut out,
        )
        .unwrap();
        let text = String::from_utf8(out).unwrap();
        assert!(!text.contains('\u{1b}') && !text.contains("##["));
        assert!(text.lines().all(|line| !line.trim_start().starts_with("::")), "{text}");
        expect![[r#"
            coverage-gate (go): fail
              headline a|b
            \::error::x <img src=x> `` @org ##\[error]y %0A ␛[31m
              fail: coverage.lines[file:a|b \::error::x <img src=x> `` @org ##\[error]y %0A ␛[31m]: found 33.33 % (1/3), required at least 85 %
                    help: Cover 2 more lines to reach it.
              warn: unreadable-report: a|b \::error::x <img src=x> `` @org ##\[error]y %0A ␛[31m
                    help: Make it again.
            notice: a|b
              \::error::x <img src=x> `` @org ##\[error]y %0A ␛[31m. Add a test that runs them.
              --> src/<b>.rs:3-4

            a|b \::error::x <img src=x> `` @org ##\[error]y %0A ␛[31m
              File                                                       %
              a|b \::error::x <img src=x> `` @org ##\[error]y %0A ␛[31m  1
                ```
                </details>
                \::warning::z
              a|b \::error::x <img src=x> `` @org ##\[error]y %0A ␛[31ma b/<c>.rs:1-2
        "#]].assert_eq(&text);
    }
}
