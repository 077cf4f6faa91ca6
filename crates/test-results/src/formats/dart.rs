//! `dart test --reporter json` and `flutter test --machine`: one event a line, protocol 0.1.
//!
//! ```text
//! {"type": "start", "protocolVersion"}      {"type": "suite", "suite": {"id", "path"}}
//! {"type": "testStart", "time", "test": {"id", "name", "suiteID", "line", "url", "metadata": {"skip", "skipReason"}}}
//! {"type": "error", "testID", "error", "stackTrace", "isFailure"}
//! {"type": "testDone", "time", "testID", "result": "success" | "failure" | "error", "hidden", "skipped"}
//! {"type": "done", "success"}
//! ```
//!
//! Times are milliseconds since the start. Hidden tests load files and the like: they count only where they failed.

use std::collections::BTreeMap;
use std::io::{self, Read};

use serde_json::Value;

use super::document::{string, whole};
use super::{Out, Scanned};
use crate::diagnostic::{Diagnostics, Kind};
use crate::lines::{Line, MAX_LINE, each_line};
use crate::model::{Detail, Nanoseconds, Occurrence, Outcome, Subject, TestName};
use crate::text::{self, Clip, cut_str};

pub(crate) fn parse_dart(input: &mut dyn Read, out: &mut Out<'_>) -> io::Result<Scanned> {
    let mut stream = Stream::default();
    let end = each_line(input, &mut |number, line| {
        stream.line = number;
        match line {
            Line::Whole(line) => stream.read_line(line.trim_ascii(), out),
            Line::Overlong(head) => stream.diagnostics.say(Kind::OverlongLine, (number, 1), head, || {
                format!("a line of more than {MAX_LINE} bytes")
            }),
        }
    })?;
    stream.finish(out);
    Ok(Scanned { diagnostics: stream.diagnostics, bytes: end.bytes, cached: 0 })
}

#[derive(Default)]
struct Test {
    name: String,
    suite: String,
    file_line: u32,
    start: u64,
    report_line: u64,
    error: Option<Detail>,
    skip_reason: String,
}

#[derive(Default)]
struct Stream {
    suites: BTreeMap<u64, String>,
    running: BTreeMap<u64, Test>,
    bad: u64,
    done: bool,
    line: u64,
    diagnostics: Diagnostics,
}

impl Stream {
    fn read_line(&mut self, line: &[u8], out: &mut Out<'_>) {
        if line.is_empty() {
            return;
        }
        // Flutter's daemon puts its own events into brackets.
        if !line.starts_with(b"{") {
            let place = (self.line, 1);
            self.diagnostics.say(Kind::ForeignText, place, line, || "a line that is no event".to_owned());
            return;
        }
        match serde_json::from_str::<Value>(&text::text(line)) {
            Ok(event) => self.read_event(&event, out),
            Err(error) => {
                let column = u32::try_from(error.column()).unwrap_or(u32::MAX);
                self.diagnostics.say(Kind::MalformedRecord, (self.line, column), line, || {
                    "an event that is no whole JSON object".to_owned()
                });
            }
        }
    }

    fn read_event(&mut self, event: &Value, out: &mut Out<'_>) {
        match string(event, "type") {
            "suite" => {
                if let Some(suite) = event.get("suite") {
                    let path = cut_str(string(suite, "path"), 4096);
                    self.suites.insert(whole(suite, "id"), path.to_owned());
                }
            }
            "testStart" => {
                if let Some(test) = event.get("test") {
                    self.start(event, test);
                }
            }
            "error" => {
                let Some(test) = self.running.get_mut(&whole(event, "testID")) else { return };
                let mut clip = Clip::default();
                clip.push(string(event, "stackTrace").as_bytes());
                let message = cut_str(string(event, "error").trim(), 4096).to_owned();
                test.error.get_or_insert_with(|| Detail {
                    message,
                    text: clip.excerpt(),
                    ..Detail::default()
                });
            }
            "testDone" => self.end(event, out),
            "done" => {
                self.done = true;
                if event.get("success") == Some(&Value::Bool(false))
                    && self.bad == 0
                    && self.running.is_empty()
                {
                    self.emit_outside("the run failed, and none of its tests did", out);
                }
            }
            "start" | "allSuites" | "group" | "print" | "debug" => {}
            other => {
                let place = (self.line, 1);
                self.diagnostics.say(Kind::UnknownRecord, place, other.as_bytes(), || {
                    "an event of an unknown type".to_owned()
                });
            }
        }
    }

    fn start(&mut self, event: &Value, test: &Value) {
        let metadata = test.get("metadata").unwrap_or(&Value::Null);
        // `root_line` is that of the test's own file, `line` may be one of a package that declares it.
        let line =
            [whole(test, "root_line"), whole(test, "line")].into_iter().find(|line| *line > 0).unwrap_or(0);
        let started = Test {
            name: cut_str(string(test, "name"), 4096).to_owned(),
            suite: self.suites.get(&whole(test, "suiteID")).cloned().unwrap_or_default(),
            file_line: u32::try_from(line).unwrap_or(0),
            start: whole(event, "time"),
            report_line: self.line,
            error: None,
            skip_reason: cut_str(string(metadata, "skipReason"), 4096).to_owned(),
        };
        self.running.insert(whole(test, "id"), started);
    }

    fn end(&mut self, event: &Value, out: &mut Out<'_>) {
        let Some(test) = self.running.remove(&whole(event, "testID")) else {
            let place = (self.line, 1);
            self.diagnostics
                .say(Kind::StrayRecord, place, b"", || "the end of a test that never began".to_owned());
            return;
        };
        let is = |name: &str| event.get(name).and_then(Value::as_bool).unwrap_or(false);
        let outcome = match string(event, "result") {
            "success" if is("skipped") => Outcome::Skipped,
            "success" => Outcome::Passed,
            "failure" => Outcome::Failed,
            "error" => Outcome::Errored,
            _ => {
                let place = (self.line, 1);
                self.diagnostics.say(Kind::UnknownOutcome, place, b"", || {
                    "a test that ended in an unknown way".to_owned()
                });
                Outcome::Errored
            }
        };
        if is("hidden") && !outcome.is_bad() {
            return;
        }
        let subject = if is("hidden") { Subject::OutsideTests } else { Subject::Test };
        let milliseconds = whole(event, "time").saturating_sub(test.start);
        let duration = Some(Nanoseconds(milliseconds.saturating_mul(1_000_000)));
        self.emit(subject, &test, outcome, duration, out);
    }

    fn emit(
        &mut self,
        subject: Subject,
        test: &Test,
        outcome: Outcome,
        duration: Option<Nanoseconds>,
        out: &mut Out<'_>,
    ) {
        self.bad += u64::from(outcome.is_bad());
        let reason = Some(Detail { message: test.skip_reason.clone(), ..Detail::default() });
        let detail = match outcome {
            Outcome::Passed => None,
            Outcome::Skipped => reason.filter(|reason| !reason.message.is_empty()),
            _ => test.error.clone(),
        };
        let name = if test.name.is_empty() { "(no name)" } else { &test.name };
        out.emit(&Occurrence {
            subject,
            duration,
            line: test.file_line,
            detail: detail.as_ref(),
            report_line: test.report_line,
            ..Occurrence::new(TestName { suite: &test.suite, class: "", name, file: &test.suite }, outcome)
        });
    }

    fn emit_outside(&mut self, message: &str, out: &mut Out<'_>) {
        let test = Test {
            name: "(outside of tests)".to_owned(),
            error: Some(Detail { message: message.to_owned(), ..Detail::default() }),
            report_line: self.line,
            ..Test::default()
        };
        self.emit(Subject::OutsideTests, &test, Outcome::Errored, None, out);
    }

    fn finish(&mut self, out: &mut Out<'_>) {
        for (_, mut test) in std::mem::take(&mut self.running) {
            let message = "the test did not end: the stream stops while it runs".to_owned();
            test.error.get_or_insert_with(|| Detail { message, is_crash: true, ..Detail::default() });
            self.emit(Subject::Test, &test, Outcome::Errored, None, out);
        }
        if !self.done {
            let place = (self.line.max(1), 1);
            self.diagnostics.say(Kind::Truncated, place, b"", || "the stream has no last event".to_owned());
        }
    }
}

#[cfg(test)]
#[path = "dart_tests.rs"]
mod tests;
