//! What a parse came to, as compact text for snapshots.

use std::fmt::Write;

use crate::lines::tests::Dripping;
use crate::{Diagnostics, Format, Occurrence, Parsed, Sink, Subject};

/// Everything that a sink is told, one line a run.
#[derive(Default)]
pub(crate) struct Shown(pub(crate) String);

impl Sink for Shown {
    fn take(&mut self, run: &Occurrence<'_>) {
        let text = &mut self.0;
        write!(text, "{:?}", run.outcome).unwrap();
        if run.subject == Subject::OutsideTests {
            text.push_str(" outside");
        }
        if run.is_flaky() {
            text.push_str(" flaky");
        }
        let name = run.test;
        write!(text, " [{}] {} :: {}", name.suite, name.class, name.name).unwrap();
        if !name.file.is_empty() || run.line > 0 {
            write!(text, " @{}:{}", name.file, run.line).unwrap();
        }
        if run.attempts.failed_before > 0 {
            write!(text, " after {}", run.attempts.failed_before).unwrap();
        }
        if run.attempts.failed_by_runner {
            text.push_str(" by-runner");
        }
        if let Some(duration) = run.duration {
            write!(text, " {}ns", duration.0).unwrap();
        }
        for (key, value) in run.properties {
            write!(text, " {key}={value}").unwrap();
        }
        if run.report_line > 0 {
            write!(text, " line {}", run.report_line).unwrap();
        }
        text.push('\n');
        if let Some(detail) = run.detail {
            let (kind, message) = (&detail.kind, &detail.message);
            let place = if detail.file.is_empty() {
                String::new()
            } else {
                format!(" @{}:{}", detail.file, detail.line)
            };
            writeln!(text, "  {kind}: {message:?}{place}").unwrap();
            if !detail.text.is_empty() {
                writeln!(text, "  {:?}", detail.text.shown()).unwrap();
            }
        }
    }
}

/// Parses whole and in drops, which must be the same, and shows it.
pub(crate) fn dump(format: Format, bytes: &[u8]) -> (String, Parsed) {
    let mut shown = Shown::default();
    let parsed = format.parse(&mut &*bytes, &mut shown).unwrap();
    for step in [1, 3, 7, 64] {
        let mut again = Shown::default();
        let dripped = format.parse(&mut Dripping { rest: bytes, step }, &mut again).unwrap();
        assert_eq!((&again.0, &dripped), (&shown.0, &parsed), "{step} bytes at a time");
    }
    let mut text = shown.0;
    dump_diagnostics(&mut text, &parsed.diagnostics);
    if parsed.cached > 0 {
        writeln!(text, "{} cached", parsed.cached).unwrap();
    }
    writeln!(text, "{}", if parsed.complete { "complete" } else { "NOT COMPLETE" }).unwrap();
    (text, parsed)
}

/// Checks against a snapshot.
pub(crate) fn check(format: Format, text: &str, expected: &expect_test::Expect) {
    expected.assert_eq(&dump(format, text.as_bytes()).0);
}

fn dump_diagnostics(text: &mut String, diagnostics: &Diagnostics) {
    for said in diagnostics {
        writeln!(text, "{}:{} {}: {}", said.line, said.column, said.kind.id(), said.message).unwrap();
        if !said.found.is_empty() {
            writeln!(text, "    | {}", said.found.escape_debug()).unwrap();
        }
    }
}
