//! The JSON lines of libtest (`cargo test -- -Z unstable-options --format json`) and of nextest
//! (`--message-format libtest-json`), version 0.1:
//!
//! ```text
//! {"type": "suite", "event": "started", "test_count": 2}
//! {"type": "test", "event": "started", "name"}
//! {"type": "test", "event": "ok" | "failed" | "ignored" | "timeout" | "allowed_failure", "name", "exec_time"?,
//!  "stdout"?, "message"?, "reason"?}
//! {"type": "bench", "name", "median", "deviation"}
//! {"type": "suite", "event": "ok" | "failed", "passed", "failed", "ignored", "measured", "filtered_out"}
//! ```
//!
//! Suites have no name: one that cargo announces on the same stream is taken, others are numbered. A test that never
//! ends, or a suite without its last event, crashed. nextest writes `crate::binary$test`, and `#2` behind the name of a
//! test that took two attempts; its suites may interleave.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::{self, Read};

use serde::Deserialize;

use super::{Out, Scanned};
use crate::diagnostic::{Diagnostics, Kind};
use crate::lines::{Line, MAX_LINE, each_line};
use crate::model::{Attempts, Detail, Nanoseconds, Occurrence, Outcome, Subject, Tally, TestName};
use crate::number;
use crate::text::{self, Clip, cut_str};

/// What nextest says of a test that passed when it was tried again, and was to fail nevertheless.
const FLAKY_FAILURE: &str = "flaky test treated as failure";

#[expect(clippy::struct_field_names, reason = "they are the names of the format")]
#[derive(Debug, Deserialize)]
struct Event<'a> {
    #[serde(borrow, rename = "type")]
    kind: Cow<'a, str>,
    #[serde(borrow, default)]
    event: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    name: Option<Cow<'a, str>>,
    #[serde(default)]
    exec_time: Option<ExecTime>,
    #[serde(borrow, default)]
    stdout: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    message: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    reason: Option<Cow<'a, str>>,
    #[serde(default)]
    failed: Option<u64>,
}

/// A number today, `"0.001s"` before.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum ExecTime {
    Number(f64),
    Text(String),
}

impl ExecTime {
    fn time(&self) -> Option<Nanoseconds> {
        match self {
            Self::Number(seconds) => Nanoseconds::from_float(*seconds, 1e9),
            Self::Text(text) => number::seconds(text.as_bytes()).known(),
        }
    }
}

pub(crate) fn parse_libtest(input: &mut dyn Read, out: &mut Out<'_>) -> io::Result<Scanned> {
    let mut stream = Stream::default();
    let end = each_line(input, &mut |number, line| {
        stream.line = number;
        match line {
            Line::Whole(line) => stream.read_line(line, out),
            Line::Overlong(head) => stream.diagnostics.say(Kind::OverlongLine, (number, 1), head, || {
                format!("a line of more than {MAX_LINE} bytes")
            }),
        }
    })?;
    stream.finish(out);
    Ok(Scanned { diagnostics: stream.diagnostics, bytes: end.bytes, cached: 0 })
}

#[derive(Default)]
struct Stream {
    /// Suites that began and did not end: nextest begins several.
    open_suites: u64,
    /// Names are those of nextest. It ends a suite as soon as it has counted as many ends as tests, attempts among
    /// them, and begins it once more for those that still run.
    is_nextest: bool,
    suites: u64,
    /// What cargo said before the suite began.
    announced: Option<String>,
    suite: String,
    running: BTreeMap<String, u64>,
    /// Of the suite.
    runs: Tally,
    /// Lines that are no events: what a test that crashes prints is among them.
    foreign: Clip,
    line: u64,
    diagnostics: Diagnostics,
}

impl Stream {
    fn read_line(&mut self, line: &[u8], out: &mut Out<'_>) {
        let bytes = line.trim_ascii();
        if bytes.is_empty() {
            return;
        }
        let decoded = text::text(bytes);
        let event = if bytes.starts_with(b"{") {
            serde_json::from_str::<Event<'_>>(&decoded)
        } else {
            return self.read_foreign(&decoded);
        };
        match event {
            Ok(event) => self.read_event(&event, out),
            Err(error) if error.is_data() => self.read_foreign(&decoded),
            Err(error) => {
                let column = u32::try_from(error.column()).unwrap_or(u32::MAX);
                self.diagnostics.say(Kind::MalformedRecord, (self.line, column), bytes, || {
                    "an event that is no whole JSON object".to_owned()
                });
            }
        }
    }

    fn read_foreign(&mut self, line: &str) {
        self.diagnostics
            .say(Kind::ForeignText, (self.line, 1), line.as_bytes(), || "a line that is no event".to_owned());
        if let Some(name) = announced(line) {
            self.announced = Some(name);
            return;
        }
        self.foreign.push(line.as_bytes());
        self.foreign.push(b"\n");
    }

    fn read_event(&mut self, event: &Event<'_>, out: &mut Out<'_>) {
        match (event.kind.as_ref(), event.event.as_deref().unwrap_or_default()) {
            ("suite", "started") => self.start_suite(out),
            ("suite", "ok") => self.end_suite(None, out),
            ("suite", "failed") => self.end_suite(Some(event.failed.unwrap_or(0)), out),
            ("test", word) => self.read_test(word, event, out),
            ("bench", _) => self.end_test(Outcome::Passed, event, out),
            ("report", _) => {}
            (kind, _) => self.diagnostics.say(Kind::UnknownRecord, (self.line, 1), kind.as_bytes(), || {
                "an event of an unknown type".to_owned()
            }),
        }
    }

    fn read_test(&mut self, word: &str, event: &Event<'_>, out: &mut Out<'_>) {
        match word {
            "started" => {
                if let Some(name) = &event.name {
                    self.is_nextest |= name.contains('$');
                    self.running.insert(name.to_string(), self.line);
                }
            }
            "ok" => self.end_test(Outcome::Passed, event, out),
            "failed" => self.end_test(Outcome::Failed, event, out),
            "ignored" | "allowed_failure" => self.end_test(Outcome::Skipped, event, out),
            // It still runs.
            "timeout" => {}
            _ => {
                self.diagnostics.say(Kind::UnknownOutcome, (self.line, 1), word.as_bytes(), || {
                    "a test that ended in an unknown way".to_owned()
                });
                self.end_test(Outcome::Errored, event, out);
            }
        }
    }

    fn start_suite(&mut self, out: &mut Out<'_>) {
        // libtest runs one after the other: a second one while tests run is another program's.
        if self.open_suites > 0 && !self.running.is_empty() && !self.is_nextest {
            self.crash(out);
        }
        self.open_suites += 1;
        self.suites += 1;
        self.runs = Tally::default();
        self.suite = match self.announced.take() {
            Some(name) => name,
            None if self.suites == 1 => String::new(),
            None => format!("suite {}", self.suites),
        };
    }

    fn end_suite(&mut self, failed: Option<u64>, out: &mut Out<'_>) {
        let is_one_of_many = self.open_suites > 1;
        self.open_suites = self.open_suites.saturating_sub(1);
        if self.is_nextest {
            return;
        }
        if !is_one_of_many {
            if !self.running.is_empty() {
                self.end_running("the test has a beginning and no end", out);
            }
            if failed.is_some() && self.runs.bad() + self.runs.flaky == 0 {
                self.emit_outside("the suite failed, and none of its tests did", out);
            }
        }
        if let Some(failed) =
            failed.filter(|failed| *failed > self.runs.bad() + self.runs.flaky + self.runs.skipped)
        {
            let bad = self.runs.bad();
            self.diagnostics.say(Kind::TotalsDiffer, (self.line, 1), b"", || {
                format!("a suite declares {failed} failed tests, and {bad} of them are here")
            });
        }
        self.foreign.clear();
    }

    fn end_test(&mut self, outcome: Outcome, event: &Event<'_>, out: &mut Out<'_>) {
        let Some(full) = event.name.as_deref().filter(|name| !name.is_empty()) else {
            self.diagnostics
                .say(Kind::NamelessTest, (self.line, 1), b"", || "a test without a name".to_owned());
            return;
        };
        self.is_nextest |= full.contains('$');
        if self.running.remove(full).is_none() {
            // nextest begins a test without the number of its attempts.
            let (start, _) = split_attempt(full);
            self.running.remove(start);
        }
        let reason = event.reason.as_deref().unwrap_or_default();
        let name = Name::of(full, &self.suite);
        let failed_by_runner = outcome.is_bad() && reason == FLAKY_FAILURE;
        let attempts = Attempts { failed_before: name.attempt.saturating_sub(1), failed_by_runner };
        let stdout = event.stdout.as_deref().unwrap_or_default();
        let said = event.message.as_deref().filter(|message| !message.is_empty());
        let message = match (said, reason) {
            (Some(said), _) => said.to_owned(),
            (None, "") => panic_message(stdout),
            (None, reason) => reason.to_owned(),
        };
        let detail = (outcome != Outcome::Passed || attempts.failed_before > 0).then(|| {
            let mut clip = Clip::default();
            clip.push(stdout.as_bytes());
            let message = cut_str(&message, 4096).to_owned();
            let (file, line) = place_of_example(&name.test).unwrap_or_default();
            Detail { message, text: clip.excerpt(), file: file.to_owned(), line, ..Detail::default() }
        });
        let run = Occurrence {
            attempts,
            duration: event.exec_time.as_ref().and_then(ExecTime::time),
            detail: detail.as_ref(),
            report_line: self.line,
            ..Occurrence::new(
                TestName { suite: &name.suite, name: &name.test, ..TestName::default() },
                outcome,
            )
        };
        self.runs.count(&run);
        out.emit(&run);
    }

    /// Tests that began and did not end.
    fn end_running(&mut self, why: &str, out: &mut Out<'_>) {
        for (full, line) in std::mem::take(&mut self.running) {
            let name = Name::of(&full, &self.suite);
            let detail = Detail {
                message: why.to_owned(),
                text: self.foreign.excerpt(),
                is_crash: true,
                ..Detail::default()
            };
            let test = TestName { suite: &name.suite, name: &name.test, ..TestName::default() };
            let run = Occurrence {
                detail: Some(&detail),
                report_line: line,
                ..Occurrence::new(test, Outcome::Errored)
            };
            self.runs.count(&run);
            out.emit(&run);
        }
    }

    fn emit_outside(&mut self, message: &str, out: &mut Out<'_>) {
        let detail =
            Detail { message: message.to_owned(), text: self.foreign.excerpt(), ..Detail::default() };
        let test = TestName { suite: &self.suite, name: "(outside of tests)", ..TestName::default() };
        out.emit(&Occurrence {
            subject: Subject::OutsideTests,
            detail: Some(&detail),
            report_line: self.line,
            ..Occurrence::new(test, Outcome::Errored)
        });
    }

    /// A suite has no end: its process died.
    fn crash(&mut self, out: &mut Out<'_>) {
        let open = self.open_suites;
        self.diagnostics.say(Kind::Truncated, (self.line.max(1), 1), b"", || match open {
            0 | 1 => "a suite has no end".to_owned(),
            _ => format!("{open} suites have no end"),
        });
        if self.running.is_empty() {
            self.emit_outside("the suite did not end: its process died, or the stream stops", out);
        } else {
            self.end_running("the test did not end: its process died, or the stream stops", out);
        }
        self.open_suites = 0;
        self.foreign.clear();
    }

    fn finish(&mut self, out: &mut Out<'_>) {
        if self.open_suites > 0 || !self.running.is_empty() {
            self.crash(out);
        } else if self.suites == 0 && self.diagnostics.count(Kind::MalformedRecord) == 0 {
            self.diagnostics
                .say(Kind::MalformedRecord, (self.line.max(1), 1), b"", || "there is no suite".to_owned());
        }
    }
}

/// `Running unittests src/lib.rs (target/debug/deps/name-0123456789abcdef)` and `Doc-tests name`.
fn announced(line: &str) -> Option<String> {
    let line = line.trim();
    if let Some(name) = line.strip_prefix("Doc-tests ") {
        return Some(format!("{} (doc)", cut_str(name.trim(), 256)));
    }
    let rest = line.strip_prefix("Running ")?;
    let program = rest.strip_suffix(')')?.rsplit_once('(')?.1;
    let file = program.rsplit(['/', '\\']).next()?;
    let file = file.strip_suffix(".exe").unwrap_or(file);
    let name = match file.rsplit_once('-') {
        Some((name, hash)) if hash.len() == 16 && hash.bytes().all(|byte| byte.is_ascii_hexdigit()) => name,
        _ => file,
    };
    Some(cut_str(name, 256).to_owned())
}

struct Name {
    suite: String,
    test: String,
    attempt: u32,
}

impl Name {
    fn of(full: &str, suite: &str) -> Self {
        let Some((binary, _)) = full.split_once('$') else {
            return Self { suite: suite.to_owned(), test: cut_str(full, 4096).to_owned(), attempt: 1 };
        };
        let (full, attempt) = split_attempt(full);
        let name = full.get(binary.len() + 1..).unwrap_or_default();
        // The rounds of a stress run are runs of the same test.
        Self { suite: without_stress(binary), test: without_stress(cut_str(name, 4096)), attempt }
    }
}

/// `name#2`: the name, and how many attempts there were.
fn split_attempt(full: &str) -> (&str, u32) {
    match full.rsplit_once('#') {
        Some((name, attempt)) if full.contains('$') => match attempt.parse() {
            Ok(attempt) if attempt > 0 => (name, attempt),
            _ => (full, 1),
        },
        _ => (full, 1),
    }
}

fn without_stress(name: &str) -> String {
    let Some((before, after)) = name.split_once("@stress-") else { return name.to_owned() };
    format!("{before}{}", after.trim_start_matches(|character: char| character.is_ascii_digit()))
}

/// `src/lib.rs - count (line 9)`: an example of the documentation is compiled elsewhere, and its name says where it is.
fn place_of_example(name: &str) -> Option<(&str, u32)> {
    let (file, item) = name.split_once(" - ")?;
    let line = item.strip_suffix(')').or_else(|| item.rsplit_once(") - ").map(|(item, _)| item))?;
    let line = number::line(line.rsplit_once("(line ")?.1.as_bytes());
    (line > 0 && !file.contains(' ')).then_some((file, line))
}

/// What `panic!` says: the line after its place, or before Rust 1.73 the text in quotes before it.
fn panic_message(stdout: &str) -> String {
    let mut lines = stdout.lines();
    let panicked = lines.find_map(|line| Some(line.split_once(" panicked at ")?.1));
    let message = match panicked {
        Some(old) if old.starts_with('\'') => {
            old[1..].rsplit_once("',").map_or(&old[1..], |(message, _)| message)
        }
        Some(_) => lines.next().unwrap_or_default(),
        None => stdout.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default(),
    };
    cut_str(message.trim(), 512).to_owned()
}

#[cfg(test)]
#[path = "libtest_tests.rs"]
mod tests;
