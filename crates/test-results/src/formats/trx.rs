//! TRX of `dotnet test` and Visual Studio: the schemas TeamTest 2006 and 2010.
//!
//! ```text
//! TestRun
//!   Results > UnitTestResult{testId, testName, outcome, duration, resultType?}
//!       Output > ErrorInfo > Message | StackTrace
//!       InnerResults > UnitTestResult                       the rows of a data-driven test
//!   TestDefinitions > UnitTest{id, storage?} > TestMethod{className}
//!   ResultSummary{outcome} > Counters{failed} | RunInfos > RunInfo{outcome} > Text
//! ```
//!
//! The class of a test stands in its definition, mostly behind its result, so results wait for the end of the report:
//! this is the one reader whose memory grows with the report. Of a data-driven test the rows count.

use std::collections::HashMap;
use std::io::{self, Read};

use super::markup::{Complaint, Elements, file_name, read_elements, shortened, without_class};
use super::{Out, Scanned};
use crate::diagnostic::Kind;
use crate::identity::add;
use crate::model::{Detail, Nanoseconds, Occurrence, Outcome, Subject, TestName};
use crate::number::{self, Time};
use crate::text::Clip;
use crate::xml::Tag;

pub(crate) fn parse_trx(input: &mut dyn Read, out: &mut Out<'_>) -> io::Result<Scanned> {
    let mut reader = Reader::default();
    let scanned = read_elements(input, &mut reader, out)?;
    reader.finish(scanned.diagnostics.count(Kind::Truncated) > 0, out);
    Ok(scanned)
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Element {
    Root,
    Results,
    Result,
    ErrorInfo,
    Message,
    StackTrace,
    Definition,
    Summary,
    RunInfo,
    RunText,
    Files,
    Other,
}

/// A result that waits for its definition.
#[derive(Debug)]
struct Held {
    test: u64,
    name: String,
    outcome: Outcome,
    duration: Option<Nanoseconds>,
    detail: Option<Box<Detail>>,
    line: u64,
    /// Rows in it, and whether one of them failed.
    rows: u64,
    failed_rows: u64,
    text: Clip,
    /// What it left behind, as properties.
    files: Vec<(String, String)>,
}

/// Files of one result that are named.
const MOST_FILES: usize = 16;

#[derive(Default)]
struct Reader {
    elements: Vec<Element>,
    /// Results in results.
    open: Vec<Held>,
    held: Vec<Held>,
    /// By a test's id: its class and its assembly.
    definitions: HashMap<u64, (u32, u32)>,
    names: Vec<String>,
    by_name: HashMap<String, u32>,
    defining: Option<(u64, String)>,
    message: Clip,
    run_info: Option<(bool, u64)>,
    outside: Vec<(Detail, u64)>,
    summary: String,
    summary_line: u64,
    needs_line: bool,
}

impl Elements for Reader {
    fn wants_text(&self) -> bool {
        matches!(self.elements.last(), Some(Element::Message | Element::StackTrace | Element::RunText))
    }

    fn open(&mut self, tag: Tag<'_>) -> Option<Complaint> {
        let within = self.elements.last().copied();
        let mut complaint = None;
        let element = match (within, tag.name()) {
            (None, b"TestRun") => Element::Root,
            (None, _) => {
                complaint = Some(Complaint::foreign_root(tag, "TRX"));
                Element::Other
            }
            (Some(Element::Root | Element::Result), b"Results" | b"InnerResults" | b"Output") => {
                Element::Results
            }
            (Some(Element::Results), name) if is_result(name) => {
                complaint = self.open_result(tag);
                Element::Result
            }
            (Some(Element::Results), b"ErrorInfo") => Element::ErrorInfo,
            (Some(Element::Result), b"ResultFiles") => Element::Files,
            (Some(Element::Files), b"ResultFile") => {
                if let (Some(result), Some(path)) = (self.open.last_mut(), tag.text("path"))
                    && result.files.len() < MOST_FILES
                {
                    let path = crate::text::cut_str(&path, 1024).to_owned();
                    result.files.push(("attachment".to_owned(), path));
                }
                Element::Other
            }
            (Some(Element::ErrorInfo), b"Message") => self.clear_message(Element::Message),
            (Some(Element::ErrorInfo), b"StackTrace") => Element::StackTrace,
            (Some(Element::Root), b"TestDefinitions") => Element::Definition,
            (Some(Element::Definition), _) => {
                self.define(tag);
                Element::Definition
            }
            (Some(Element::Root), b"ResultSummary") => {
                self.summary = shortened(tag.text("outcome"));
                self.needs_line = true;
                Element::Summary
            }
            (Some(Element::Summary), b"RunInfos") => Element::Summary,
            (Some(Element::Summary), b"RunInfo") => {
                let outcome = tag.attribute("outcome").unwrap_or_default();
                self.run_info = Some((outcome_of(outcome).is_none_or(Outcome::is_bad), 0));
                self.needs_line = true;
                Element::RunInfo
            }
            (Some(Element::RunInfo), b"Text" | b"Exception") => self.clear_message(Element::RunText),
            _ => Element::Other,
        };
        self.elements.push(element);
        complaint
    }

    fn wants_line(&self) -> bool {
        self.needs_line
    }

    fn set_line(&mut self, line: u64) {
        self.needs_line = false;
        match (self.elements.last(), self.open.last_mut(), &mut self.run_info) {
            (Some(Element::RunInfo), _, Some((_, at))) => *at = line,
            (Some(Element::Summary), ..) => self.summary_line = line,
            (_, Some(result), _) => result.line = line,
            _ => {}
        }
    }

    fn add_text(&mut self, piece: &[u8]) {
        match (self.elements.last(), self.open.last_mut()) {
            (Some(Element::StackTrace), Some(result)) => result.text.push(piece),
            _ => self.message.push(piece),
        }
    }

    fn close(&mut self, is_cut: bool, _: &mut Out<'_>) -> Option<Complaint> {
        match self.elements.pop()? {
            Element::Message => {
                let message = self.message.excerpt();
                if let Some(result) = self.open.last_mut() {
                    let detail = result.detail.get_or_insert_default();
                    if detail.message.is_empty() {
                        detail.message = message.shown();
                    }
                }
            }
            Element::Result => self.close_result(is_cut),
            Element::RunInfo => {
                if let Some((true, line)) = self.run_info.take() {
                    let message = self.message.excerpt().shown();
                    self.outside.push((Detail { message, ..Detail::default() }, line));
                }
                self.message.clear();
            }
            Element::Definition => self.defining = self.defining.take().filter(|_| self.elements.len() > 2),
            _ => {}
        }
        None
    }
}

impl Reader {
    fn clear_message(&mut self, element: Element) -> Element {
        self.message.clear();
        element
    }

    fn open_result(&mut self, tag: Tag<'_>) -> Option<Complaint> {
        let mut complaint = None;
        let mut held = Held {
            test: 0,
            name: String::new(),
            // A result that does not say how it ended did not end well.
            outcome: Outcome::Errored,
            duration: None,
            detail: None,
            line: 0,
            rows: 0,
            failed_rows: 0,
            text: Clip::default(),
            files: Vec::new(),
        };
        for (name, value) in tag.attributes() {
            match name {
                b"testId" => held.test = id(value),
                b"testName" => held.name = crate::xml::unescaped(value).into_owned(),
                b"outcome" => match outcome_of(value) {
                    Some(outcome) => held.outcome = outcome,
                    None => {
                        complaint =
                            Some(Complaint::new(Kind::UnknownOutcome, tag.raw(), "an unknown outcome"));
                    }
                },
                b"duration" => {
                    let time = number::time_span(value);
                    if time == Time::Strange {
                        complaint = Some(Complaint::new(
                            Kind::StrangeDuration,
                            tag.raw(),
                            "a duration that is no span of time",
                        ));
                    }
                    held.duration = time.known();
                }
                _ => {}
            }
        }
        if held.name.trim().is_empty() {
            complaint = Some(Complaint::new(Kind::NamelessTest, tag.raw(), "a test without a name"));
            "(no name)".clone_into(&mut held.name);
        }
        self.needs_line = true;
        self.open.push(held);
        complaint
    }

    fn close_result(&mut self, is_cut: bool) {
        let Some(mut result) = self.open.pop() else { return };
        if let Some(outer) = self.open.last_mut() {
            outer.rows += 1;
            outer.failed_rows += u64::from(result.outcome.is_bad());
        }
        let speaks = result.rows == 0 || result.outcome.is_bad() && result.failed_rows == 0;
        if !speaks || is_cut && !result.outcome.is_bad() {
            return;
        }
        if result.outcome.is_bad() || result.detail.is_some() {
            result.detail.get_or_insert_default().text = result.text.excerpt();
        }
        result.text = Clip::new(0, 0);
        self.held.push(result);
    }

    /// Inside of the definitions: tests, and the methods in them.
    fn define(&mut self, tag: Tag<'_>) {
        if tag.name() == b"TestMethod" {
            let class = tag.text("className").unwrap_or_default();
            // `Namespace.Class, Assembly, Version=…`
            let class = self.number(class.split(',').next().unwrap_or_default().trim());
            if let Some((test, storage)) = &self.defining {
                let (test, storage) = (*test, storage.clone());
                let assembly = self.number(file_name(&storage));
                self.definitions.insert(test, (class, assembly));
            }
        } else if let Some(test) = tag.attribute("id").filter(|_| self.elements.len() == 2) {
            self.defining = Some((id(test), shortened(tag.text("storage"))));
        }
    }

    fn number(&mut self, name: &str) -> u32 {
        if let Some(known) = self.by_name.get(name) {
            return *known;
        }
        let next = u32::try_from(self.names.len()).unwrap_or(u32::MAX);
        self.names.push(name.to_owned());
        self.by_name.insert(name.to_owned(), next);
        next
    }

    /// Hands on what waited.
    fn finish(&mut self, is_cut: bool, out: &mut Out<'_>) {
        let name = |number: u32| self.names.get(number as usize).map_or("", String::as_str);
        for held in &self.held {
            let (class, suite) = self
                .definitions
                .get(&held.test)
                .map_or(("", ""), |(class, suite)| (name(*class), name(*suite)));
            let test = TestName { suite, class, name: without_class(&held.name, class), file: "" };
            out.emit(&Occurrence {
                duration: held.duration,
                detail: held.detail.as_deref(),
                properties: &held.files,
                report_line: if held.detail.is_some() { held.line } else { 0 },
                ..Occurrence::new(test, held.outcome)
            });
        }
        let ended_badly = outcome_of(self.summary.as_bytes()).is_some_and(Outcome::is_bad);
        if ended_badly && out.runs.bad() == 0 && self.outside.is_empty() && !is_cut {
            let message = format!("the run ended as {}, and none of its tests did", self.summary);
            self.outside.push((Detail { message, ..Detail::default() }, self.summary_line));
        }
        for (detail, line) in &self.outside {
            let test = TestName { name: "(outside of tests)", ..TestName::default() };
            out.emit(&Occurrence {
                subject: Subject::OutsideTests,
                detail: Some(detail),
                report_line: *line,
                ..Occurrence::new(test, Outcome::Errored)
            });
        }
    }
}

fn is_result(name: &[u8]) -> bool {
    matches!(
        name,
        b"UnitTestResult"
            | b"TestResult"
            | b"GenericTestResult"
            | b"WebTestResult"
            | b"ManualTestResult"
            | b"TestResultAggregation"
    )
}

/// Ids are GUIDs in any case.
fn id(value: &[u8]) -> u64 {
    add(0, &crate::text::text(value).to_ascii_lowercase())
}

/// The outcomes of the test platform. An aborted run in which a test passed still shows that the test passed.
fn outcome_of(value: &[u8]) -> Option<Outcome> {
    Some(match value {
        b"Passed" | b"PassedButRunAborted" | b"Completed" | b"Complete" | b"Warning" => Outcome::Passed,
        b"Failed" => Outcome::Failed,
        b"Error" | b"Timeout" | b"Aborted" | b"Disconnected" | b"InProgress" => Outcome::Errored,
        b"Inconclusive" | b"NotRunnable" | b"NotExecuted" | b"Pending" => Outcome::Skipped,
        _ => return None,
    })
}

#[cfg(test)]
#[path = "trx_tests.rs"]
mod tests;
