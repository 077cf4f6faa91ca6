//! JUnit XML, as some two dozen producers write it. There is no standard; what they share is this:
//!
//! ```text
//! testsuites? > testsuite{name, file?, line?, tests?, failures?, errors?, …}     suites stand in suites to any depth
//!   testcase{name, classname?, file?, line?, time?, status?, result?}
//!     failure | error {message?, type?, file?, line?} text                          none, one or several
//!     skipped | disabled {message?}
//!     flakyFailure | flakyError | rerunFailure | rerunError {message?, type?}         Surefire, nextest
//!       stackTrace | system-out | system-err
//!     properties > property{name, value} | system-out | system-err
//!   failure | error                                                                  of the suite itself
//! ```
//!
//! The cases are counted, whatever the suites declare. A case that failed and was skipped failed, unless it is skipped as
//! one that is still to do (node). One that CTest could not even start is skipped in its report, and failed. `flaky…` beside a
//! failure means that an attempt passed and the runner was told to fail the test; `rerun…` beside a failure, that no
//! attempt passed.

mod markers;

use std::borrow::Cow;
use std::io::{self, Read};

use super::markup::{Complaint, Elements, read_elements, shortened};
use super::{Out, Scanned};
use crate::diagnostic::Kind;
use crate::model::{Attempts, Detail, Nanoseconds, Occurrence, Outcome, Subject, TestName};
use crate::number::{self, Time};
use crate::suites::SuitePath;
use crate::text::{Clip, cut_str};
use crate::xml::{Tag, unescaped};

use markers::Markers;

/// Properties of a case that are kept.
const MOST_PROPERTIES: usize = 16;

/// What CTest says of a test that it skipped because it could not start it.
const NOT_STARTED: [&[u8]; 5] = [
    b"Unable to find",
    b"Required Files Missing",
    b"Fixture dependency failed",
    b"Insufficient",
    b"Failed to start",
];

/// Bytes of a name or a value that are kept.
const MOST_VALUE: usize = 512;

pub(crate) fn parse_junit(input: &mut dyn Read, out: &mut Out<'_>) -> io::Result<Scanned> {
    read_elements(input, &mut Reader::default(), out)
}

/// An element, as far as it matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Element {
    Root,
    Suite,
    Case,
    /// A failure, an error or the like, whose text is kept.
    Detail,
    /// What a failing test printed: only the attachments that it names are of interest.
    Output,
    Properties,
    Other,
}

/// A suite that is open.
#[derive(Debug, Default)]
struct Suite {
    file: String,
    line: u32,
    declared: Declared,
    /// Cases in it, and in suites in it.
    cases: u64,
    bad: u64,
    own_cases: u64,
    own_bad: u64,
}

/// What a suite says about itself.
#[derive(Clone, Copy, Debug, Default)]
struct Declared {
    tests: Option<u64>,
    bad: u64,
}

/// The case that is open, or the failure of a suite. Its room is used again and again.
#[derive(Debug, Default)]
struct Case {
    name: String,
    class: String,
    /// The class before, which mostly comes again.
    last_class: String,
    file: String,
    line: u32,
    time: Option<Nanoseconds>,
    /// What an attribute says.
    said: Option<Outcome>,
    failures: u32,
    errors: u32,
    skipped: bool,
    to_do: bool,
    flaky: u32,
    reruns: u32,
    /// The skip's message, until a failure needs the room.
    detail: Detail,
    text: Clip,
    properties: Vec<(String, String)>,
    report_line: u64,
}

impl Case {
    fn clear(&mut self) {
        self.name.clear();
        if !self.class.is_empty() {
            std::mem::swap(&mut self.class, &mut self.last_class);
            self.class.clear();
        }
        self.file.clear();
        (self.line, self.time, self.said) = (0, None, None);
        (self.failures, self.errors, self.flaky, self.reruns) = (0, 0, 0, 0);
        (self.skipped, self.to_do) = (false, false);
        if self.report_line > 0 || !self.detail.message.is_empty() {
            self.detail = Detail::default();
            self.text.clear();
        }
        self.properties.clear();
        self.report_line = 0;
    }

    /// Whether it failed and nobody said why so far.
    fn says_nothing(&self) -> bool {
        self.failures + self.errors > 0 && self.detail.message.is_empty() && self.text.is_empty()
    }

    fn outcome(&self) -> (Outcome, Attempts) {
        let bad = self.failures + self.errors > 0 && !self.to_do;
        let attempts =
            Attempts { failed_before: self.flaky + self.reruns, failed_by_runner: bad && self.flaky > 0 };
        let outcome = match () {
            () if self.to_do => Outcome::Skipped,
            () if self.errors > 0 => Outcome::Errored,
            () if bad => Outcome::Failed,
            () if self.skipped => Outcome::Skipped,
            // Reruns that failed and no word of one that passed.
            () if self.reruns > 0 && self.flaky == 0 => Outcome::Failed,
            () => self.said.unwrap_or(Outcome::Passed),
        };
        (outcome, attempts)
    }
}

#[derive(Default)]
struct Reader {
    elements: Vec<Element>,
    suites: Vec<Suite>,
    path: SuitePath,
    case: Case,
    in_case: bool,
    needs_line: bool,
    markers: Markers,
}

impl Elements for Reader {
    fn wants_text(&self) -> bool {
        matches!(self.elements.last(), Some(Element::Detail | Element::Output))
    }

    fn open(&mut self, tag: Tag<'_>) -> Option<Complaint> {
        let within = self.elements.last().copied();
        let mut complaint = None;
        let element = match (within, tag.name()) {
            (None, b"testsuites") => Element::Root,
            (None | Some(Element::Root | Element::Suite), b"testsuite") => {
                self.open_suite(tag);
                Element::Suite
            }
            (None | Some(Element::Root | Element::Suite), b"testcase") => {
                complaint = self.open_case(tag);
                Element::Case
            }
            (Some(Element::Case | Element::Suite | Element::Root), name) => self.open_inside(name, tag),
            (Some(Element::Properties), b"property") => {
                self.add_property(tag);
                Element::Other
            }
            (Some(Element::Detail), b"stackTrace") => Element::Detail,
            (None, _) => {
                complaint = Some(Complaint::foreign_root(tag, "JUnit XML"));
                Element::Other
            }
            _ => Element::Other,
        };
        self.elements.push(element);
        complaint
    }

    /// The report may be cut: then nobody knows how an open case ended.
    fn close(&mut self, is_cut: bool, out: &mut Out<'_>) -> Option<Complaint> {
        match self.elements.pop()? {
            Element::Case => {
                self.close_case(is_cut, out);
                self.in_case = false;
                None
            }
            Element::Detail if !self.in_case && self.elements.last() != Some(&Element::Detail) => {
                self.close_detail_of_suite(out);
                None
            }
            Element::Suite => self.close_suite(is_cut),
            _ => None,
        }
    }

    fn wants_line(&self) -> bool {
        self.needs_line
    }

    fn set_line(&mut self, line: u64) {
        self.needs_line = false;
        self.case.report_line = line;
    }

    fn add_text(&mut self, piece: &[u8]) {
        if self.elements.last() == Some(&Element::Output) {
            let properties = &mut self.case.properties;
            self.markers.push(piece, &mut |path| {
                if properties.len() < MOST_PROPERTIES {
                    properties.push(("attachment".to_owned(), path));
                }
            });
            return;
        }
        self.case.text.push(piece);
    }
}

impl Reader {
    /// Inside of a case or a suite.
    fn open_inside(&mut self, name: &[u8], tag: Tag<'_>) -> Element {
        let case = &mut self.case;
        let counter = match name {
            b"failure" => &mut case.failures,
            b"error" => &mut case.errors,
            b"flakyFailure" | b"flakyError" if self.in_case => &mut case.flaky,
            b"rerunFailure" | b"rerunError" if self.in_case => &mut case.reruns,
            b"skipped" | b"disabled" | b"ignored" if self.in_case => {
                case.skipped = true;
                case.to_do |= tag.attribute("type") == Some(b"todo");
                // Only CTest says of a skipped case that it did not run; elsewhere these are anybody's words.
                let message = tag.attribute("message").unwrap_or_default();
                let by_ctest = case.said == Some(Outcome::Skipped);
                case.errors +=
                    u32::from(by_ctest && NOT_STARTED.iter().any(|start| message.starts_with(start)));
                if case.report_line == 0 {
                    case.detail.message = shortened(tag.text("message"));
                }
                return Element::Other;
            }
            b"properties" if self.in_case => return Element::Properties,
            // CTest's failures say nothing: what the program printed follows them.
            b"system-out" | b"system-err" if self.in_case && case.says_nothing() => return Element::Detail,
            b"system-out" | b"system-err"
                if self.in_case && case.failures + case.errors + case.flaky + case.reruns > 0 =>
            {
                self.markers.clear();
                return Element::Output;
            }
            _ => return Element::Other,
        };
        if !self.in_case && *counter == 0 {
            // `clear` would take the counter of an earlier failure of the suite with it, and none is open.
            case.clear();
            if name == b"failure" { case.failures = 1 } else { case.errors = 1 }
        } else {
            *counter += 1;
        }
        self.open_detail(tag);
        Element::Detail
    }

    /// The first failure gives the kind and the message; further ones follow in the text.
    fn open_detail(&mut self, tag: Tag<'_>) {
        let case = &mut self.case;
        let message = shortened(tag.text("message"));
        if case.report_line == 0 {
            case.detail = Detail { message, ..Detail::default() };
            case.text.clear();
            self.needs_line = true;
        } else if !message.is_empty() {
            case.text.end_line();
            case.text.push(message.as_bytes());
            case.text.end_line();
        } else {
            case.text.end_line();
        }
        let detail = &mut case.detail;
        if detail.kind.is_empty() {
            detail.kind = shortened(tag.text("type"));
        }
        if detail.file.is_empty() {
            detail.file = shortened(tag.text("file"));
            detail.line = tag.attribute("line").map_or(0, number::line);
        }
    }

    fn open_suite(&mut self, tag: Tag<'_>) {
        let mut suite = Suite::default();
        let mut name = Cow::Borrowed("");
        for (attribute, value) in tag.attributes() {
            match attribute {
                b"name" => name = unescaped(value),
                b"file" | b"filepath" => suite.file = shortened(Some(unescaped(value))),
                b"line" => suite.line = number::line(value),
                b"tests" => suite.declared.tests = number::whole(value),
                b"failures" | b"errors" => suite.declared.bad += number::whole(value).unwrap_or(0),
                _ => {}
            }
        }
        self.path.enter(&name);
        self.suites.push(suite);
    }

    fn open_case(&mut self, tag: Tag<'_>) -> Option<Complaint> {
        let case = &mut self.case;
        case.clear();
        self.in_case = true;
        let mut complaint = None;
        for (attribute, value) in tag.attributes() {
            match attribute {
                b"name" => case.name.push_str(&unescaped(value)),
                b"classname" if case.class.is_empty() && is_plainly(value, &case.last_class) => {
                    std::mem::swap(&mut case.class, &mut case.last_class);
                }
                b"classname" => {
                    // PHPUnit writes `class` before it.
                    case.class.clear();
                    case.class.push_str(&unescaped(value));
                }
                b"class" if case.class.is_empty() => case.class.push_str(&unescaped(value)),
                b"file" | b"filename" | b"filepath" => case.file.push_str(&unescaped(value)),
                b"line" | b"lineno" => case.line = number::line(value),
                b"time" | b"duration" => {
                    let time = number::seconds(value);
                    if time == Time::Strange {
                        let message = "a time that is no number of seconds";
                        complaint = Some(Complaint::new(Kind::StrangeDuration, tag.raw(), message));
                    }
                    case.time = time.known();
                }
                b"status" | b"result" => case.said = case.said.or(said(value)),
                _ => {}
            }
        }
        if case.name.is_empty() {
            // Nette Tester writes everything into the class.
            std::mem::swap(&mut case.name, &mut case.class);
        }
        if case.name.trim_ascii().is_empty() {
            complaint = Some(Complaint::new(Kind::NamelessTest, tag.raw(), "a test without a name"));
        }
        complaint
    }

    fn add_property(&mut self, tag: Tag<'_>) {
        let properties = &mut self.case.properties;
        if let Some(name) = tag.text("name").filter(|_| properties.len() < MOST_PROPERTIES) {
            let value = tag.text("value").unwrap_or_default();
            properties.push((cut_str(&name, MOST_VALUE).to_owned(), cut_str(&value, MOST_VALUE).to_owned()));
        }
    }

    fn close_case(&mut self, is_cut: bool, out: &mut Out<'_>) {
        let (outcome, attempts) = self.case.outcome();
        if !outcome.is_bad() && (is_cut || self.case.name.trim_ascii().is_empty()) {
            return;
        }
        if let Some(suite) = self.suites.last_mut() {
            suite.own_cases += 1;
            suite.own_bad += u64::from(outcome.is_bad());
        }
        self.emit(Subject::Test, outcome, attempts, out);
    }

    /// What failed outside of every case: the setup of a class, a process that died.
    fn close_detail_of_suite(&mut self, out: &mut Out<'_>) {
        let outcome = if self.case.failures > 0 { Outcome::Failed } else { Outcome::Errored };
        if let Some(suite) = self.suites.last_mut() {
            suite.own_bad += 1;
        }
        self.emit(Subject::OutsideTests, outcome, Attempts::default(), out);
        self.case.clear();
    }

    fn emit(&mut self, subject: Subject, outcome: Outcome, attempts: Attempts, out: &mut Out<'_>) {
        let case = &mut self.case;
        let has_detail = case.report_line > 0 || !case.detail.message.is_empty();
        if has_detail {
            case.detail.text = case.text.excerpt();
        }
        let placed = self.suites.iter().rev().find(|suite| !suite.file.is_empty());
        let (file, line) = match placed {
            Some(suite) if case.file.is_empty() => {
                (suite.file.as_str(), if case.line > 0 { case.line } else { suite.line })
            }
            _ => (case.file.as_str(), case.line),
        };
        let name = if case.name.is_empty() { "(no name)" } else { &case.name };
        let name = if subject == Subject::OutsideTests { "(outside of tests)" } else { name };
        out.emit(&Occurrence {
            subject,
            test: TestName { suite: self.path.as_str(), class: &case.class, name, file },
            outcome,
            attempts,
            duration: case.time,
            line,
            detail: has_detail.then_some(&case.detail),
            properties: &case.properties,
            report_line: case.report_line,
        });
    }

    fn close_suite(&mut self, is_cut: bool) -> Option<Complaint> {
        self.path.leave();
        let suite = self.suites.pop()?;
        let (cases, bad) = (suite.cases + suite.own_cases, suite.bad + suite.own_bad);
        if let Some(outer) = self.suites.last_mut() {
            outer.cases += cases;
            outer.bad += bad;
        }
        let Declared { tests, bad: declared_bad } = suite.declared;
        let differs =
            tests.is_some_and(|tests| tests != cases && tests != suite.own_cases) || declared_bad > bad;
        (differs && !is_cut).then(|| {
            let tests = tests.map(|tests| format!("{tests} tests and ")).unwrap_or_default();
            let message = format!(
                "a suite declares {tests}{declared_bad} failures and errors, and holds {cases} tests and {bad} of them"
            );
            Complaint::new(Kind::TotalsDiffer, b"", message)
        })
    }
}

/// Whether this is the text as it stands there, without a reference.
fn is_plainly(raw: &[u8], text: &str) -> bool {
    raw == text.as_bytes() && memchr::memchr(b'&', raw).is_none()
}

/// What `status` and `result` say where no element does: `run` and `completed` are no outcome.
fn said(value: &[u8]) -> Option<Outcome> {
    let value = value.trim_ascii();
    let is = |words: &[&str]| words.iter().any(|word| value.eq_ignore_ascii_case(word.as_bytes()));
    match () {
        () if is(&[
            "skipped",
            "disabled",
            "ignored",
            "notrun",
            "not_run",
            "suppressed",
            "pending",
            "inconclusive",
        ]) =>
        {
            Some(Outcome::Skipped)
        }
        () if is(&["failed", "failure", "fail"]) => Some(Outcome::Failed),
        () if is(&["error", "errored", "broken", "aborted", "timeout"]) => Some(Outcome::Errored),
        () => None,
    }
}

#[cfg(test)]
#[path = "junit_tests.rs"]
mod tests;
