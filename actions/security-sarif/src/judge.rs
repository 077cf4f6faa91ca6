//! From texts to a report. Pure: where texts come from and how a report is shown is not known here.

use std::io::{self, BufRead, BufReader, Read};

use gatewright_core::RepoPath;
use gatewright_core::report::{Measure, Policy as StatePolicy, Report, Scope, State};

use crate::rules;

/// A text file that was read.
#[derive(Clone, Debug)]
pub struct Text {
    /// Its path in the repository, if it lies inside.
    pub path: Option<RepoPath>,
    /// Its path for readers.
    pub shown: String,
    /// How many lines it has.
    pub lines: u64,
}

/// What texts are held to.
#[derive(Clone, Copy, Debug)]
pub struct Policy {
    /// Most lines that a file may have.
    pub most_lines: u64,
    /// A pattern that finds no file, or no file at all.
    pub on_missing_file: StatePolicy,
}

/// Counts lines; a last one without its end counts as well.
pub fn count_lines(input: &mut dyn Read) -> io::Result<u64> {
    let mut reader = BufReader::new(input);
    let (mut lines, mut open) = (0, false);
    loop {
        let bytes = reader.fill_buf()?;
        let Some(last) = bytes.last() else { return Ok(lines + u64::from(open)) };
        lines += bytes.iter().map(|byte| u64::from(*byte == b'\n')).sum::<u64>();
        open = *last != b'\n';
        let length = bytes.len();
        reader.consume(length);
    }
}

/// The lines of the longest text.
pub fn longest(texts: &[Text]) -> Option<u64> {
    texts.iter().map(|text| text.lines).max()
}

/// Holds texts to a policy. What is missing is a state, so that no files never pass in silence.
pub fn judge(texts: &[Text], missing: &[String], policy: &Policy) -> Report {
    let mut report = Report::new();
    if let Some(lines) = longest(texts) {
        report.measures.push(Measure::count("text.lines", Scope::Total, lines, Some(policy.most_lines)));
        report.headline = format!("{lines} lines in the longest of the files ({})", texts.len());
    }
    // The total has the threshold; that of each file is for conditions.
    let of_file =
        |text: &Text| Measure::count("text.lines", Scope::named("file", &text.shown), text.lines, None);
    report.measures.extend(texts.iter().map(of_file));
    report.findings = rules::ALL.iter().flat_map(|rule| (rule.check)(texts, policy)).collect();
    let state = |pattern: &String| State {
        name: "missing-file".to_owned(),
        policy: policy.on_missing_file,
        message: format!("no file at {pattern}"),
        help: "Name the files in `files`, or make them before this.".to_owned(),
        gate: None,
    };
    report.states = missing.iter().map(state).collect();
    report
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    fn check(lines: &[u64], missing: &[&str], expected: Expect) {
        let text = |(number, lines): (usize, &u64)| {
            let shown = format!("{number}.md");
            Text { path: RepoPath::new(&shown).ok(), shown, lines: *lines }
        };
        let texts: Vec<Text> = lines.iter().enumerate().map(text).collect();
        let missing: Vec<String> = missing.iter().map(|pattern| (*pattern).to_owned()).collect();
        let policy = Policy { most_lines: 10, on_missing_file: StatePolicy::Fail };
        let report = judge(&texts, &missing, &policy);
        let mut shown = format!("{}\n", report.headline);
        for measure in &report.measures {
            shown += &format!("{} {} {:?}\n", measure.reference(), measure.display, measure.outcome);
        }
        for finding in &report.findings {
            let line = finding.location.as_ref().and_then(|location| location.line);
            shown += &format!("{} {line:?}: {}\n", finding.rule, finding.message);
        }
        for state in &report.states {
            shown += &format!("{}: {}\n", state.name, state.message);
        }
        expected.assert_eq(&shown);
    }

    #[test]
    fn texts_are_held_to_the_most() {
        check(
            &[10, 3],
            &[],
            expect![[r"
            10 lines in the longest of the files (2)
            text.lines 10 Pass
            text.lines[file:0.md] 10 NotJudged
            text.lines[file:1.md] 3 NotJudged
        "]],
        );
        check(
            &[11],
            &[],
            expect![[r"
            11 lines in the longest of the files (1)
            text.lines 11 Fail
            text.lines[file:0.md] 11 NotJudged
            long-file Some(11): 11 lines are more than 10.
        "]],
        );
    }

    #[test]
    fn nothing_is_a_state() {
        check(
            &[],
            &["NOTES.md"],
            expect![[r"

            missing-file: no file at NOTES.md
        "]],
        );
    }

    #[test]
    fn lines_are_counted() {
        let count = |text: &str| count_lines(&mut text.as_bytes()).unwrap();
        assert_eq!((count(""), count("a"), count("a\n"), count("a\n\nb")), (0, 1, 1, 3));
    }
}
