//! A self-contained HTML page: no script, style or picture from elsewhere, and a policy that forbids them.
//! Actions fill the frame with a body of their own; without one it shows the report's sections.

use std::io;

use crate::escape::html;
use crate::report::{Align, Block, Inline, Report, Section};

use super::{LinkBase, place_text, speaker};

const STYLE: &str = include_str!("page.css");

/// What an action puts into the frame besides the report. The parts are trusted: they come from our own code,
/// with every foreign text escaped.
#[derive(Clone, Copy, Debug, Default)]
pub struct PageParts<'a> {
    /// HTML after the sections.
    pub body: &'a str,
    /// CSS after ours.
    pub style: &'a str,
    /// JavaScript, run when the page is there.
    pub script: &'a str,
}

/// [`PageParts`] as an action hands them over.
#[derive(Clone, Debug, Default)]
pub struct PagePartsOwned {
    /// HTML after the sections.
    pub body: String,
    /// CSS after ours.
    pub style: String,
    /// JavaScript, run when the page is there.
    pub script: String,
}

impl PagePartsOwned {
    /// The parts, borrowed.
    pub fn parts(&self) -> PageParts<'_> {
        PageParts { body: &self.body, style: &self.style, script: &self.script }
    }
}

/// Writes the page.
pub fn render_html(
    report: &Report,
    links: &LinkBase,
    parts: PageParts<'_>,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    let title = html(&format!("{}: {}", speaker(report), report.verdict.result));
    write!(
        out,
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<meta name=\"color-scheme\" content=\"light dark\">\n\
         <title>{title}</title>\n<style>\n{STYLE}{}</style>\n</head>\n<body>\n<main>\n<h1><span class=\"verdict {}\">{}</span> {}</h1>\n",
        parts.style,
        report.verdict.result,
        report.verdict.result,
        html(&speaker(report)),
    )?;
    writeln!(out, "<p class=\"headline\">{}</p>", html(&report.headline))?;
    render_reasons(report, out)?;
    render_measures(report, out)?;
    let mut sections: Vec<&Section> = report.sections.iter().collect();
    sections.sort_by_key(|section| section.rank);
    for section in sections {
        render_section(section, links, out)?;
    }
    writeln!(out, "{}</main>", parts.body)?;
    if !parts.script.is_empty() {
        writeln!(out, "<script>\n{}\n</script>", parts.script)?;
    }
    writeln!(
        out,
        "<footer>{} {}</footer>\n</body>\n</html>",
        html(&report.subject.action),
        html(&report.subject.version)
    )
}

fn render_reasons(report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
    if report.verdict.reasons.is_empty() {
        return Ok(());
    }
    writeln!(out, "<ul class=\"reasons\">")?;
    for reason in &report.verdict.reasons {
        let level = if reason.level == crate::report::ReasonLevel::Fail { "fail" } else { "warn" };
        writeln!(
            out,
            "<li class=\"{level}\">{} <span class=\"help\">{}</span></li>",
            html(&reason.sentence()),
            html(&reason.help)
        )?;
    }
    writeln!(out, "</ul>")
}

fn render_measures(report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
    let shown =
        |measure: &&crate::report::Measure| !matches!(measure.scope, crate::report::Scope::Named { .. });
    writeln!(out, "<table><thead><tr><th>Measure<th class=\"right\">Found<th>Required</tr></thead><tbody>")?;
    for measure in report.measures.iter().filter(shown) {
        let required =
            measure.threshold.as_ref().map(|threshold| threshold.describe(measure.unit)).unwrap_or_default();
        writeln!(
            out,
            "<tr><td><code>{}</code><td class=\"right\">{}<td>{}</tr>",
            html(&measure.reference()),
            html(&measure.display),
            html(&required)
        )?;
    }
    writeln!(out, "</tbody></table>")
}

fn render_section(section: &Section, links: &LinkBase, out: &mut dyn io::Write) -> io::Result<()> {
    let open = if section.collapsed { "" } else { " open" };
    writeln!(out, "<details{open} id=\"{}\"><summary>{}</summary>", html(&section.id), html(&section.title))?;
    for block in &section.blocks {
        match block {
            Block::Text { content } => writeln!(out, "<p>{}</p>", inline(content, links))?,
            Block::Code { text } => writeln!(out, "<pre>{}</pre>", html(text))?,
            Block::Table { columns, rows } => {
                let class = |align: Align| if align == Align::Right { " class=\"right\"" } else { "" };
                write!(out, "<table><thead><tr>")?;
                columns.iter().try_for_each(|column| {
                    write!(out, "<th{}>{}", class(column.align), html(&column.title))
                })?;
                writeln!(out, "</tr></thead><tbody>")?;
                for row in rows {
                    write!(out, "<tr>")?;
                    let mut cells = row.iter().zip(columns);
                    cells.try_for_each(|(cell, column)| {
                        write!(out, "<td{}>{}", class(column.align), inline(cell, links))
                    })?;
                    writeln!(out, "</tr>")?;
                }
                writeln!(out, "</tbody></table>")?;
            }
        }
    }
    writeln!(out, "</details>")
}

fn inline(pieces: &[Inline], links: &LinkBase) -> String {
    let piece = |piece: &Inline| match piece {
        Inline::Text { text } => html(text),
        Inline::Strong { text } => format!("<strong>{}</strong>", html(text)),
        Inline::Code { text } => format!("<code>{}</code>", html(text)),
        Inline::Place { path, line, end_line } => {
            let text = html(&place_text(path, *line, *end_line));
            match links.link(path, *line, *end_line) {
                Some(link) => format!("<a href=\"{}\"><code>{text}</code></a>", html(&link)),
                None => format!("<code>{text}</code>"),
            }
        }
    };
    pieces.iter().map(piece).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::samples::hostile;

    #[test]
    fn the_page_needs_nothing_from_elsewhere_and_holds_no_foreign_markup() {
        let mut out = Vec::new();
        render_html(&hostile(), &LinkBase::default(), PageParts::default(), &mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert!(!text.contains("<img") && !text.contains("http://") && !text.contains("https://"), "{text}");
        assert!(text.contains("default-src 'none'"));
        assert!(text.contains("a|b\n::error::x &lt;img src=x&gt;"));
    }
}
