//! A report as people and programs see it. Every renderer owns its limits and escapes for its own place;
//! none decides anything.

mod annotations;
mod comment;
mod html;
mod junit;
mod sarif;
mod summary;
mod terminal;

pub use annotations::{Annotation, annotations, render_annotations};
pub use comment::{COMMENT_MOST_UNITS, CommentPage, overall, render_comment};
pub use html::{PageParts, PagePartsOwned, render_html};
pub use junit::render_junit;
pub use sarif::{SARIF_MOST_RESULTS, render_sarif};
pub use summary::{SUMMARY_MOST_BYTES, render_summary};
pub use terminal::{Palette, TerminalStyle, render_terminal};

use crate::RepoPath;
use crate::report::{Inline, Report};

/// Where files of the judged commit can be looked at.
#[derive(Clone, Debug, Default)]
pub struct LinkBase {
    /// `https://github.com/owner/name/blob/<sha>`, or none: then places are plain text.
    pub blob: Option<String>,
}

impl LinkBase {
    fn link(&self, path: &RepoPath, line: Option<u32>, end_line: Option<u32>) -> Option<String> {
        let base = self.blob.as_ref()?;
        let fragment = match (line, end_line) {
            (Some(first), Some(last)) if last > first => format!("#L{first}-L{last}"),
            (Some(first), _) => format!("#L{first}"),
            _ => String::new(),
        };
        Some(format!("{base}/{}{fragment}", percent_encoded(path.as_str())))
    }
}

/// A path as part of a URL or URI reference: everything but unreserved characters and `/` is encoded.
pub fn percent_encoded(path: &str) -> String {
    let mut encoded = String::with_capacity(path.len());
    for byte in path.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                encoded.push(char::from(byte));
            }
            byte => {
                use std::fmt::Write as _;
                // Writing to a String never fails.
                let _ = write!(encoded, "%{byte:02X}");
            }
        }
    }
    encoded
}

/// `src/a.rs:3-5`.
fn place_text(path: &RepoPath, line: Option<u32>, end_line: Option<u32>) -> String {
    match (line, end_line) {
        (Some(first), Some(last)) if last > first => format!("{path}:{first}-{last}"),
        (Some(first), _) => format!("{path}:{first}"),
        _ => path.to_string(),
    }
}

fn plain(cell: &[Inline]) -> String {
    cell.iter()
        .map(|piece| match piece {
            Inline::Text { text } | Inline::Strong { text } | Inline::Code { text } => text.clone(),
            Inline::Place { path, line, end_line } => place_text(path, *line, *end_line),
        })
        .collect()
}

/// A text with a full stop, unless it ends like a sentence already.
pub(crate) fn ended(text: &str) -> String {
    let end = if text.ends_with(['.', '!', '?']) { "" } else { "." };
    format!("{text}{end}")
}

/// `coverage-gate (go)`: who speaks.
fn speaker(report: &Report) -> String {
    match &report.subject.name {
        Some(name) => format!("{} ({name})", report.subject.action),
        None => report.subject.action.clone(),
    }
}

/// Cuts at a character border so that at most `most` UTF-16 units are left, an ellipsis included.
fn cut_utf16(text: &str, most: usize) -> String {
    if text.encode_utf16().count() <= most {
        return text.to_owned();
    }
    let mut units = 0;
    let kept: String = text
        .chars()
        .take_while(|c| {
            units += c.len_utf16();
            units < most
        })
        .collect();
    kept + "…"
}

#[cfg(test)]
pub(crate) mod samples {
    use crate::RepoPath;
    use crate::report::{
        Block, Column, Finding, Inline, Location, Measure, Policy, Report, RuleInfo, Scope, Section,
        Severity, State,
    };

    pub(crate) const RULE: RuleInfo = RuleInfo {
        id: "uncovered-changed-lines",
        title: "Changed lines that no test runs",
        severity: Severity::Info,
        since: "0.1.0",
        help: "Add a test that runs them.",
    };

    pub(crate) fn finding(path: &str, first: u32, last: u32) -> Finding {
        let path = RepoPath::from_git(path).unwrap();
        let message = if first == last {
            format!("Line {first} is not covered")
        } else {
            format!("Lines {first} to {last} are not covered")
        };
        let mut finding = Finding::new(&RULE, "coverage", message).at(Location::lines(path, first, last));
        finding.fingerprint = format!("{first:032x}");
        finding
    }

    /// A report whose foreign texts try to break out of every place.
    pub(crate) fn hostile() -> Report {
        let evil = "a|b\n::error::x <img src=x> `` @org ##[error]y %0A \u{1b}[31m";
        let mut report = Report::new();
        report.subject.action = "coverage-gate".into();
        report.subject.name = Some("go".into());
        report.subject.version = "0.1.0".into();
        report.headline = format!("headline {evil}");
        report.rules.push(RULE.into());
        report.measures.push(Measure::percent(
            "coverage.lines",
            Scope::named("file", evil),
            1,
            3,
            "85".parse().ok(),
        ));
        let mut found = finding("src/<b>.rs", 3, 4);
        found.message = evil.to_owned();
        report.findings.push(found);
        report.states.push(State {
            name: "unreadable-report".into(),
            policy: Policy::Warn,
            message: evil.to_owned(),
            help: "Make it again.".into(),
            gate: None,
        });
        report.sections.push(Section {
            id: "worst".into(),
            title: evil.to_owned(),
            rank: 1,
            collapsed: true,
            blocks: vec![
                Block::Table {
                    columns: vec![Column::left("File"), Column::right("%")],
                    rows: vec![vec![vec![Inline::code(evil)], vec![Inline::text("1")]]],
                },
                Block::Code { text: "```\n</details>\n::warning::z".into() },
                Block::Text {
                    content: vec![
                        Inline::strong(evil),
                        Inline::lines(&RepoPath::from_git("a b/<c>.rs").unwrap(), 1, 2),
                    ],
                },
            ],
            gate: None,
        });
        let judgement = crate::judge::Judgement {
            fail_on: crate::judge::FailOn::Never,
            conditions: &[],
            measure_names: &[],
        };
        report.verdict = crate::judge::judge(&report, &judgement).unwrap();
        report
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_in_links_are_encoded() {
        let base = LinkBase { blob: Some("https://github.com/o/r/blob/abc".into()) };
        let path = RepoPath::from_git("a b/ü#?.rs").unwrap();
        assert_eq!(
            base.link(&path, Some(3), Some(5)).unwrap(),
            "https://github.com/o/r/blob/abc/a%20b/%C3%BC%23%3F.rs#L3-L5"
        );
    }

    #[test]
    fn cutting_counts_utf16_and_keeps_characters() {
        assert_eq!(cut_utf16("a😀b", 4), "a😀b");
        assert_eq!(cut_utf16("a😀bc", 4), "a😀…");
        assert_eq!(cut_utf16("a😀bc", 3), "a…");
    }
}
