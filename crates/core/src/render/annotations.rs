//! Annotations: the reasons of the verdict and the findings, worst first, adjacent ones joined, at most ten of a kind.
//!
//! GitHub keeps the first ten errors, ten warnings and ten notices of a whole action and drops the rest without
//! a word; a blank message uses up a place; a message is cut at 4,096 UTF-16 units after masking.

use std::io;

use crate::escape::{command_data, command_property, terminal};
use crate::report::{AnnotationLevel, Finding, FindingOutcome, Location, ReasonLevel, Report};

use crate::report::STATE_PROPERTY as STATE;

use super::{cut_utf16, ended, place_text, speaker};

/// Kept below GitHub's 4,096, because masking may lengthen a message.
const MOST_MESSAGE_UNITS: usize = 3_500;

/// The runner reads numbers of 32 bits with a sign, and drops what is larger.
const MOST_NUMBER: u32 = i32::MAX.unsigned_abs();

/// One annotation, as GitHub should show it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Annotation {
    /// Its kind.
    pub level: AnnotationLevel,
    /// Its title.
    pub title: String,
    /// What it says.
    pub message: String,
    /// Where it stands.
    pub location: Option<Location>,
}

/// The annotations of a report, at most `most` of each kind; the last of a kind says how many more there are.
pub fn annotations(report: &Report, most: usize) -> Vec<Annotation> {
    let (reasons, findings) = (reasons(report), findings(report));
    let mut kept = Vec::new();
    for level in [AnnotationLevel::Error, AnnotationLevel::Warning, AnnotationLevel::Notice] {
        let reasons = || reasons.iter().filter(|annotation| annotation.level == level);
        let findings = || findings.iter().filter(|joined| joined.finding.severity.annotation() == level);
        let more = (reasons().count() + findings().count()).saturating_sub(most);
        let of_findings = findings().map(|joined| joined.annotation(report));
        let mut of_kind: Vec<Annotation> = reasons().cloned().chain(of_findings).take(most).collect();
        if let Some(last) = of_kind.last_mut().filter(|_| more > 0) {
            let note =
                format!("\n({more} more of this kind: the job summary and the report list all of them.)");
            last.message = cut_utf16(&last.message, MOST_MESSAGE_UNITS - note.len()) + &note;
        }
        kept.extend(of_kind);
    }
    kept
}

fn reasons(report: &Report) -> Vec<Annotation> {
    let annotation = |reason: &crate::report::Reason| Annotation {
        level: if reason.level == ReasonLevel::Fail {
            AnnotationLevel::Error
        } else {
            AnnotationLevel::Warning
        },
        title: match &reason.gate {
            Some(gate) => terminal(&format!("{}: {gate}", report.subject.action)).into_owned(),
            None => terminal(&speaker(report)).into_owned(),
        },
        message: shown(&format!("{} {}", ended(&reason.sentence()), reason.help)),
        location: None,
    };
    // Findings speak for themselves, at their places; and for the state that they explain.
    let explained = |reason: &crate::report::Reason| {
        report.findings.iter().any(|finding| {
            is_shown(finding)
                && finding.gate == reason.gate
                && finding.properties.get(STATE) == Some(&reason.name)
        })
    };
    let of_its_own = |reason: &&crate::report::Reason| match reason.kind {
        crate::report::ReasonKind::Finding => false,
        crate::report::ReasonKind::State => !explained(reason),
        _ => true,
    };
    report.verdict.reasons.iter().filter(of_its_own).map(annotation).collect()
}

fn is_shown(finding: &Finding) -> bool {
    finding.waiver.is_none() && matches!(finding.outcome, FindingOutcome::Fail | FindingOutcome::Unknown)
}

/// Findings of one rule on lines that follow each other: told as one.
struct Joined<'a> {
    /// The first of them.
    finding: &'a Finding,
    /// The last line of all.
    end_line: Option<u32>,
    /// What all of them say, where that is not the same.
    message: Option<String>,
}

fn findings(report: &Report) -> Vec<Joined<'_>> {
    let mut open: Vec<&Finding> = report.findings.iter().filter(|finding| is_shown(finding)).collect();
    open.sort_by(|left, right| {
        (&left.rule, &left.gate, &left.location).cmp(&(&right.rule, &right.gate, &right.location))
    });
    let mut joined: Vec<Joined<'_>> = Vec::new();
    for finding in open {
        match joined.last_mut().filter(|last| last.touches(finding)) {
            Some(last) => last.join(finding),
            None => joined.push(Joined {
                finding,
                end_line: finding.location.as_ref().and_then(|at| at.end_line),
                message: None,
            }),
        }
    }
    joined.sort_by_key(|joined| {
        let finding = joined.finding;
        (std::cmp::Reverse(finding.severity), std::cmp::Reverse(joined.length()), &finding.location)
    });
    joined
}

impl Joined<'_> {
    fn message(&self) -> &str {
        self.message.as_deref().unwrap_or(&self.finding.message)
    }

    fn length(&self) -> u32 {
        let first = self.finding.location.as_ref().and_then(|at| at.line);
        first.zip(self.end_line).map_or(0, |(first, last)| last.saturating_sub(first))
    }

    /// One rule, one file, and the second begins on the line after the first, or on the same.
    fn touches(&self, second: &Finding) -> bool {
        let first = self.finding;
        let same = first.rule == second.rule
            && first.gate == second.gate
            && first.severity == second.severity
            && first.help == second.help;
        match (&first.location, &second.location) {
            (Some(one), Some(two))
                if same && one.path == two.path && one.column.is_none() && two.column.is_none() =>
            {
                matches!((self.end_line.or(one.line), two.line), (Some(end), Some(start)) if end.saturating_add(1) >= start)
            }
            _ => false,
        }
    }

    fn join(&mut self, second: &Finding) {
        let (Some(one), Some(two)) = (&self.finding.location, &second.location) else { return };
        self.end_line = self.end_line.or(one.line).max(two.end_line.or(two.line));
        if self.message() != second.message {
            self.message = Some(format!("{}\n{}", self.message(), second.message));
        }
    }

    fn annotation(&self, report: &Report) -> Annotation {
        let finding = self.finding;
        let rule = report.rules.iter().find(|rule| rule.id == finding.rule);
        let text = match finding.help.as_deref() {
            Some(help) => format!("{} {help}", ended(self.message())),
            None => self.message().to_owned(),
        };
        Annotation {
            level: finding.severity.annotation(),
            title: terminal(rule.map_or(&finding.rule, |rule| &rule.title)).into_owned(),
            message: shown(if text.trim().is_empty() { &finding.rule } else { &text }),
            location: finding.location.clone().map(|at| Location { end_line: self.end_line, ..at }),
        }
    }
}

/// A message that fits, and that steers no terminal: the runner prints it to the log, too.
fn shown(message: &str) -> String {
    cut_utf16(&terminal(message), MOST_MESSAGE_UNITS)
}

/// Writes the annotations as workflow commands, each on a line of its own.
pub fn render_annotations(annotations: &[Annotation], out: &mut dyn io::Write) -> io::Result<()> {
    for annotation in annotations {
        let mut properties = Vec::new();
        if let Some(location) = &annotation.location {
            properties.push(format!("file={}", command_property(location.path.as_str())));
            // GitHub places a file without a line at line 0.
            let line = location.line.unwrap_or(1).min(MOST_NUMBER);
            let end_line = location.end_line.unwrap_or(line).clamp(line, MOST_NUMBER);
            properties.push(format!("line={line},endLine={end_line}"));
            // Columns on several lines are dropped by the runner.
            if let (Some(column), true) = (location.column, line == end_line) {
                let column = column.min(MOST_NUMBER);
                let end = location.end_column.unwrap_or(column).clamp(column, MOST_NUMBER);
                properties.push(format!("col={column},endColumn={end}"));
            }
        }
        properties.push(format!("title={}", command_property(&annotation.title)));
        writeln!(
            out,
            "::{} {}::{}",
            annotation.level.command(),
            properties.join(","),
            command_data(&annotation.message)
        )?;
    }
    Ok(())
}

/// The annotations as a reader would see them, for a terminal.
pub(super) fn describe(annotation: &Annotation) -> (String, String) {
    let place =
        annotation.location.as_ref().map(|at| place_text(&at.path, at.line, at.end_line)).unwrap_or_default();
    (place, annotation.message.clone())
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;
    use crate::render::samples::{finding, hostile};

    fn text(report: &Report, most: usize) -> String {
        let mut out = Vec::new();
        render_annotations(&annotations(report, most), &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn hostile_text_stays_inside_its_command() {
        let text = text(&hostile(), 10);
        expect![[r"
            ::error title=coverage-gate (go)::coverage.lines[file%3Aa|b%0A::error::x <img src=x> `` @org ##[error]y %250A ␛[31m]: found 33.33 %25 (1/3), required at least 85 %25. Cover 2 more lines to reach it.
        "]]
        .assert_eq(&text.lines().next().map(|line| line.replace("[file:", "[file%3A").replace('\u{1b}', "␛") + "\n").unwrap());
        assert!(
            text.lines().all(|line| line.starts_with("::error ")
                || line.starts_with("::warning ")
                || line.starts_with("::notice ")),
            "{text}"
        );
        assert_eq!(text.lines().count(), 3);
    }

    #[test]
    fn titles_steer_no_terminal() {
        let mut report = Report::new();
        let mut odd = finding("a.rs", 1, 1);
        odd.rule = "a\u{1b}]0;x\u{7}\u{202e}b".into();
        report.findings = vec![odd];
        expect![[r"
            ::notice file=a.rs,line=1,endLine=1,title=a␛]0;x␇\u{202e}b::Line 1 is not covered. Add a test that runs them.
        "]]
        .assert_eq(&text(&report, 10));
    }

    #[test]
    fn neighbours_are_joined_and_the_longest_comes_first() {
        let mut report = Report::new();
        report.findings =
            vec![finding("b.rs", 9, 9), finding("a.rs", 1, 1), finding("a.rs", 2, 3), finding("a.rs", 5, 5)];
        let shown: Vec<(String, String)> = annotations(&report, 10).iter().map(describe).collect();
        let places: Vec<&str> = shown.iter().map(|(place, _)| place.as_str()).collect();
        assert_eq!(places, ["a.rs:1-3", "a.rs:5", "b.rs:9"]);
    }

    #[test]
    fn at_most_ten_of_a_kind_and_the_last_counts_the_rest() {
        let mut report = Report::new();
        report.findings =
            (0..100_000).map(|number| finding("a.rs", number * 2 + 1, number * 2 + 1)).collect();
        let shown = annotations(&report, 10);
        assert_eq!(shown.len(), 10);
        assert!(
            shown[9]
                .message
                .ends_with("(99990 more of this kind: the job summary and the report list all of them.)")
        );
        assert_eq!(annotations(&report, 0), []);
    }

    #[test]
    fn long_messages_are_cut_and_blank_ones_named() {
        let mut report = Report::new();
        let mut long = finding("a.rs", 1, 1);
        long.message = "😀".repeat(5000);
        let mut blank = finding("b.rs", 1, 1);
        blank.message = " ".into();
        blank.help = None;
        report.findings = vec![long, blank];
        let shown = annotations(&report, 10);
        assert!(shown[0].message.encode_utf16().count() <= MOST_MESSAGE_UNITS);
        assert_eq!(shown[1].message, "uncovered-changed-lines");
    }
}
