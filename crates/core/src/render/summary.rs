//! The job summary: GitHub-flavoured Markdown under a budget.
//!
//! GitHub throws a step's whole summary away when it has more than 1,048,576 bytes. The budget stays clearly
//! below and is spent by rank; what does not fit is cut at a row or a block, and the cut is said.

use std::fmt::Write as _;

use crate::decimal::floored_percent;
use crate::escape::{markdown, markdown_code, markdown_fence};
use crate::report::{
    Align, Block, Cell, Column, Fraction, Inline, Measure, MeasureOutcome, Policy, Reason, ReasonLevel,
    Report, Section, VerdictResult,
};

use super::{LinkBase, ended, place_text, speaker};

/// The most bytes that all summaries of one step may have together.
pub const SUMMARY_MOST_BYTES: usize = 1_000_000;

/// Kept free for the note about a cut and for closing tags.
const RESERVE: usize = 2_000;

/// Renders the summary in at most `budget` bytes.
pub fn render_summary(report: &Report, links: &LinkBase, budget: usize) -> String {
    let mut page = Page::new(budget, str::len, links);
    page.add(&heading(report));
    page.reasons(&report.verdict.reasons);
    for state in report.states.iter().filter(|state| state.policy == Policy::Ignore) {
        let gate = state.gate.as_ref().map(|gate| format!("{}: ", markdown(gate))).unwrap_or_default();
        page.add(&format!("- {gate}{}: {}\n", markdown(&state.name), markdown(&state.message)));
    }
    page.add("\n");
    page.measures(&report.measures);
    let mut sections: Vec<&Section> = report.sections.iter().collect();
    sections.sort_by_key(|section| section.rank);
    for section in sections {
        page.section(section);
    }
    page.finish(budget)
}

/// The sign of a verdict.
pub(super) fn sign(result: VerdictResult) -> &'static str {
    match result {
        VerdictResult::Pass => "✅",
        VerdictResult::Warn => "⚠️",
        VerdictResult::Fail => "❌",
        VerdictResult::NoData => "❔",
    }
}

fn heading(report: &Report) -> String {
    let sign = sign(report.verdict.result);
    let mut text = format!("## {sign} {}: {}\n\n", markdown(&speaker(report)), report.verdict.result);
    if !report.headline.is_empty() {
        let _ = writeln!(text, "{}\n", markdown(&report.headline));
    }
    text
}

/// `90.00 % → 85.71 %`.
fn before_and_after(before: Fraction, after: Fraction) -> String {
    let percent = |share: Fraction| floored_percent(share.numerator, share.denominator);
    match (percent(before), percent(after)) {
        (Some(before), Some(after)) => format!("{before} % → {after} %"),
        _ => String::new(),
    }
}

/// Markdown that grows within a budget.
pub(super) struct Page<'a> {
    text: String,
    used: usize,
    budget: usize,
    /// How long a text is, in the units of the budget.
    length: fn(&str) -> usize,
    cut: Vec<String>,
    links: &'a LinkBase,
}

impl<'a> Page<'a> {
    /// An empty page; a part of the budget is kept for the note about a cut and for closing tags.
    pub(super) fn new(budget: usize, length: fn(&str) -> usize, links: &'a LinkBase) -> Self {
        let budget = budget.saturating_sub(RESERVE);
        Self { text: String::new(), used: 0, budget, length, cut: Vec::new(), links }
    }

    fn fits(&self, text: &str) -> bool {
        self.used + (self.length)(text) <= self.budget
    }

    fn push(&mut self, text: &str) {
        self.used += (self.length)(text);
        self.text.push_str(text);
    }

    pub(super) fn add(&mut self, text: &str) -> bool {
        let fits = self.fits(text);
        if fits {
            self.push(text);
        }
        fits
    }

    /// Ends what is folded; the budget was kept for it.
    pub(super) fn close_details(&mut self) {
        self.push("</details>\n\n");
    }

    /// Remembers that something was left out.
    pub(super) fn leave_out(&mut self, what: String) {
        self.cut.push(what);
    }

    pub(super) fn reasons(&mut self, reasons: &[Reason]) {
        for (number, reason) in reasons.iter().enumerate() {
            let sign = if reason.level == ReasonLevel::Fail { "❌" } else { "⚠️" };
            let gate = reason.gate.as_ref().map(|gate| format!("{}: ", markdown(gate))).unwrap_or_default();
            let line = format!(
                "- {sign} {gate}{} {}\n",
                markdown(&ended(&reason.sentence())),
                markdown(&reason.help)
            );
            if !self.add(&line) {
                self.cut.push(format!("{} reasons", reasons.len() - number));
                break;
            }
        }
    }

    /// All measures that are held to something, and the totals; single files stand in the sections.
    pub(super) fn measures(&mut self, measures: &[Measure]) {
        let shown = |measure: &&Measure| {
            measure.threshold.is_some() && !matches!(measure.scope, crate::report::Scope::Named { .. })
                || measure.outcome == MeasureOutcome::NotApplicable
                || measure.scope == crate::report::Scope::Total
                    && measure.unit == crate::report::Unit::Percent
        };
        let columns = [
            Column::left(""),
            Column::left("Measure"),
            Column::right("Found"),
            Column::right("Exactly"),
            Column::left("Required"),
        ];
        let row = |measure: &Measure| -> Vec<Cell> {
            let sign = match measure.outcome {
                MeasureOutcome::Pass => "✅",
                MeasureOutcome::Fail => "❌",
                MeasureOutcome::NoData => "❔",
                MeasureOutcome::NotApplicable | MeasureOutcome::NotJudged => "",
            };
            let exactly = match measure.value {
                crate::report::MeasureValue::Ratio { numerator, denominator } if denominator > 0 => {
                    format!("{numerator}/{denominator}")
                }
                crate::report::MeasureValue::Difference { before, after } => before_and_after(before, after),
                _ => String::new(),
            };
            let required = measure
                .threshold
                .as_ref()
                .map(|threshold| threshold.describe(measure.unit))
                .unwrap_or_default();
            let reference = Inline::code(measure.reference());
            vec![
                vec![Inline::text(sign)],
                vec![reference],
                vec![Inline::text(&measure.display)],
                vec![Inline::text(exactly)],
                vec![Inline::text(required)],
            ]
        };
        let rows: Vec<Vec<Cell>> = measures.iter().filter(shown).map(row).collect();
        if !rows.is_empty() {
            self.table(&columns, &rows, "measures");
        }
    }

    pub(super) fn section(&mut self, section: &Section) {
        let gate = section.gate.as_ref().map(|gate| format!("{}: ", markdown(gate))).unwrap_or_default();
        let title = format!("{gate}{}", markdown(&section.title));
        let open = if section.collapsed {
            format!("<details><summary>{title}</summary>\n\n")
        } else {
            format!("### {title}\n\n")
        };
        if !self.fits(&format!("{open}</details>\n\n")) {
            self.cut.push(format!("the section “{}”", section.title));
            return;
        }
        self.push(&open);
        for block in &section.blocks {
            self.block(block, &section.title);
        }
        if section.collapsed {
            self.close_details();
        }
    }

    fn block(&mut self, block: &Block, title: &str) {
        let fits = match block {
            Block::Text { content } => {
                let text = self.inline(content) + "\n\n";
                self.add(&text)
            }
            Block::Code { text } => {
                let fence = markdown_fence(text);
                let text = crate::escape::terminal(text).into_owned();
                self.add(&format!("{fence}text\n{text}\n{fence}\n\n"))
            }
            Block::Table { columns, rows } => {
                self.table(columns, rows, title);
                true
            }
        };
        if !fits {
            self.cut.push(format!("a part of “{title}”"));
        }
    }

    pub(super) fn table(&mut self, columns: &[Column], rows: &[Vec<Cell>], title: &str) {
        let titles: Vec<String> = columns.iter().map(|column| markdown(&column.title)).collect();
        let rules: Vec<&str> =
            columns.iter().map(|column| if column.align == Align::Right { "---:" } else { "---" }).collect();
        if !self.add(&format!("| {} |\n| {} |\n", titles.join(" | "), rules.join(" | "))) {
            self.cut.push(format!("the table of “{title}”"));
            return;
        }
        for (number, row) in rows.iter().enumerate() {
            let cells: Vec<String> = row.iter().map(|cell| self.inline(cell)).collect();
            if !self.add(&format!("| {} |\n", cells.join(" | "))) {
                self.cut.push(format!("{} rows of “{title}”", rows.len() - number));
                break;
            }
        }
        self.push("\n");
    }

    fn inline(&self, pieces: &[Inline]) -> String {
        let piece = |piece: &Inline| match piece {
            Inline::Text { text } => markdown(text),
            Inline::Strong { text } => format!("<strong>{}</strong>", markdown(text)),
            Inline::Code { text } => markdown_code(text),
            Inline::Place { path, line, end_line } => {
                let text = markdown_code(&place_text(path, *line, *end_line));
                match self.links.link(path, *line, *end_line) {
                    Some(link) => format!("<a href=\"{}\">{text}</a>", crate::escape::html(&link)),
                    None => text,
                }
            }
        };
        pieces.iter().map(piece).collect()
    }

    pub(super) fn finish(mut self, budget: usize) -> String {
        if !self.cut.is_empty() {
            let mut cut = self.cut.iter().take(5).map(|text| markdown(text)).collect::<Vec<_>>().join(", ");
            if self.cut.len() > 5 {
                let _ = write!(cut, " and {} more", self.cut.len() - 5);
            }
            let note = format!(
                "> **Cut to stay within GitHub's limit:** {cut}. The report file holds everything.\n\n"
            );
            if self.used + (self.length)(&note) <= budget {
                self.push(&note);
            }
        }
        self.text
    }
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;
    use crate::render::samples::hostile;

    #[test]
    fn hostile_text_forms_no_structure() {
        let links = LinkBase { blob: Some("https://github.com/o/r/blob/abc".into()) };
        expect![[r###"
            ## ❌ coverage-gate (go): fail

            headline a&#124;b :&#58;<!-- -->error:&#58;<!-- -->x &#60;img src=x&#62; &#96;&#96; &#64;<!-- -->org &#35;&#35;&#91;error&#93;y %0A &#91;31m

            - ❌ coverage.lines&#91;file&#58;<!-- -->a&#124;b :&#58;<!-- -->error:&#58;<!-- -->x &#60;img src=x&#62; &#96;&#96; &#64;<!-- -->org &#35;&#35;&#91;error&#93;y %0A &#91;31m&#93;: found 33.33 % (1/3), required at least 85 %. Cover 2 more lines to reach it.
            - ⚠️ unreadable-report: a&#124;b :&#58;<!-- -->error:&#58;<!-- -->x &#60;img src=x&#62; &#96;&#96; &#64;<!-- -->org &#35;&#35;&#91;error&#93;y %0A &#91;31m. Make it again.

            <details><summary>a&#124;b :&#58;<!-- -->error:&#58;<!-- -->x &#60;img src=x&#62; &#96;&#96; &#64;<!-- -->org &#35;&#35;&#91;error&#93;y %0A &#91;31m</summary>

            | File | % |
            | --- | ---: |
            | <code>a&#124;b :&#58;<!-- -->error:&#58;<!-- -->x &#60;img src=x&#62; &#96;&#96; &#64;<!-- -->org &#35;&#35;&#91;error&#93;y %0A &#91;31m</code> | 1 |

            ````text
            ```
            </details>
            ::warning::z
            ````

            <strong>a&#124;b :&#58;<!-- -->error:&#58;<!-- -->x &#60;img src=x&#62; &#96;&#96; &#64;<!-- -->org &#35;&#35;&#91;error&#93;y %0A &#91;31m</strong><a href="https://github.com/o/r/blob/abc/a%20b/%3Cc%3E.rs#L1-L2"><code>a b/&#60;c&#62;.rs&#58;<!-- -->1-2</code></a>

            </details>

        "###]].assert_eq(&render_summary(&hostile(), &links, SUMMARY_MOST_BYTES));
    }

    #[test]
    fn the_budget_holds_and_the_cut_is_said() {
        let mut report = hostile();
        let row = vec![vec![Inline::text("ü".repeat(50))]];
        report.sections[0].blocks =
            vec![Block::Table { columns: vec![Column::left("x")], rows: vec![row; 100_000] }];
        for budget in [0, 1_000, 2_500, 3_000, 10_000, SUMMARY_MOST_BYTES] {
            let text = render_summary(&report, &LinkBase::default(), budget);
            assert!(text.len() <= budget, "{} of {budget}", text.len());
            assert_eq!(text.matches("<details>").count(), text.matches("</details>").count());
            if budget >= 10_000 {
                assert!(text.contains("rows of"), "{text}");
            }
        }
    }
}
