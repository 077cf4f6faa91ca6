//! The XML of NUnit, versions 2 and 3.
//!
//! ```text
//! test-run (3) | test-results (2) | test-suite
//!   test-suite{type, name, result, label, site} > results?
//!     failure > message | stack-trace                                          of the suite itself
//!     test-case{name, fullname, classname, result, label, duration | time, executed, success}
//!       failure > message | stack-trace     reason > message     properties > property{name, value}
//! ```
//!
//! A suite that failed by itself, in its teardown say, is a failure outside of tests; one that failed because of what
//! is in it or around it is none.

use std::io::{self, Read};

use super::markup::{Complaint, Elements, file_name, read_elements, without_class};
use super::{Out, Scanned};
use crate::diagnostic::Kind;
use crate::model::{Detail, Nanoseconds, Occurrence, Outcome, Subject, TestName};
use crate::number::{self, Time};
use crate::suites::SuitePath;
use crate::text::{Clip, cut_str};
use crate::xml::{Tag, unescaped};

/// Properties of a test that are kept.
const MOST_PROPERTIES: usize = 16;

pub(crate) fn parse_nunit(input: &mut dyn Read, out: &mut Out<'_>) -> io::Result<Scanned> {
    read_elements(input, &mut Reader::default(), out)
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Element {
    Root,
    Suite,
    Case,
    Failure,
    Message,
    StackTrace,
    Properties,
    Attachments,
    FilePath,
    Other,
}

#[derive(Debug)]
struct Suite {
    fullname: String,
    outcome: Outcome,
    /// Whether a failure of it is about what is in it or around it.
    is_of_others: bool,
    bad: u64,
}

#[derive(Debug, Default)]
struct Case {
    name: String,
    class: String,
    outcome: Option<Outcome>,
    time: Option<Nanoseconds>,
    message: Clip,
    text: Clip,
    /// The path of an attachment.
    file: Clip,
    properties: Vec<(String, String)>,
    line: u64,
}

#[derive(Default)]
struct Reader {
    elements: Vec<Element>,
    suites: Vec<Suite>,
    path: SuitePath,
    case: Case,
    needs_line: bool,
}

impl Elements for Reader {
    fn wants_text(&self) -> bool {
        matches!(self.elements.last(), Some(Element::Message | Element::StackTrace | Element::FilePath))
    }

    fn open(&mut self, tag: Tag<'_>) -> Option<Complaint> {
        let within = self.elements.last().copied();
        let mut complaint = None;
        let element = match (within, tag.name()) {
            (None, b"test-run" | b"test-results") => Element::Root,
            (None | Some(Element::Root | Element::Suite), b"test-suite") => {
                complaint = self.open_suite(tag);
                Element::Suite
            }
            (None, _) => {
                complaint = Some(Complaint::foreign_root(tag, "NUnit's XML"));
                Element::Other
            }
            // Version 2 has a list between a suite and what is in it: it belongs to the suite.
            (Some(Element::Suite), b"results") => Element::Root,
            (Some(Element::Root | Element::Suite), b"test-case") => {
                complaint = self.open_case(tag);
                Element::Case
            }
            (Some(Element::Suite | Element::Case), b"failure" | b"reason") => {
                if within == Some(Element::Suite) {
                    self.case.clear();
                }
                self.needs_line = true;
                Element::Failure
            }
            (Some(Element::Failure), b"message") => Element::Message,
            (Some(Element::Failure), b"stack-trace") => Element::StackTrace,
            (Some(Element::Case), b"attachments") => Element::Attachments,
            (Some(Element::Attachments), b"attachment") => Element::Attachments,
            (Some(Element::Attachments), b"filePath") => Element::FilePath,
            (Some(Element::Case), b"properties") => Element::Properties,
            (Some(Element::Properties), b"property") => {
                let properties = &mut self.case.properties;
                if properties.len() < MOST_PROPERTIES {
                    let (name, value) = (tag.text("name"), tag.text("value"));
                    let short = |text: Option<std::borrow::Cow<'_, str>>| {
                        cut_str(&text.unwrap_or_default(), 512).to_owned()
                    };
                    properties.push((short(name), short(value)));
                }
                Element::Other
            }
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
        self.case.line = line;
    }

    fn add_text(&mut self, piece: &[u8]) {
        let case = &mut self.case;
        match self.elements.last() {
            Some(Element::Message) => case.message.push(piece),
            Some(Element::FilePath) => case.file.push(piece),
            _ => case.text.push(piece),
        }
    }

    fn close(&mut self, is_cut: bool, out: &mut Out<'_>) -> Option<Complaint> {
        match self.elements.pop()? {
            Element::Case => self.close_case(is_cut, out),
            Element::FilePath => {
                let path = self.case.file.excerpt().shown();
                self.case.file.clear();
                if self.case.properties.len() < MOST_PROPERTIES {
                    let path = cut_str(path.trim(), 1024).to_owned();
                    self.case.properties.push(("attachment".to_owned(), path));
                }
            }
            Element::Suite => {
                self.path.leave();
                let suite = self.suites.pop()?;
                if let Some(outer) = self.suites.last_mut() {
                    outer.bad += suite.bad + u64::from(suite.outcome.is_bad());
                }
            }
            Element::Failure if self.elements.last() == Some(&Element::Suite) => {
                self.close_failure_of_suite(out);
            }
            _ => {}
        }
        None
    }
}

impl Case {
    fn clear(&mut self) {
        self.name.clear();
        self.class.clear();
        (self.outcome, self.time, self.line) = (None, None, 0);
        self.message.clear();
        self.text.clear();
        self.file.clear();
        self.properties.clear();
    }

    fn detail(&self) -> Option<Detail> {
        (self.line > 0).then(|| Detail {
            message: cut_str(&self.message.excerpt().shown(), 4096).trim().to_owned(),
            text: self.text.excerpt(),
            ..Detail::default()
        })
    }
}

impl Reader {
    fn open_suite(&mut self, tag: Tag<'_>) -> Option<Complaint> {
        let name = tag.text("name").unwrap_or_default();
        let fullname = tag.text("fullname").unwrap_or_else(|| name.clone()).into_owned();
        let kind = tag.attribute("type").unwrap_or_default();
        // Namespaces, classes and methods are in the names of tests.
        match kind {
            b"Assembly" | b"TestAssembly" | b"Test Project" => self.path.enter(file_name(&name)),
            _ => self.path.enter(""),
        }
        let said = said(tag);
        let site = tag.attribute("site").unwrap_or_default();
        self.suites.push(Suite {
            fullname,
            outcome: said.unwrap_or(Outcome::Passed),
            is_of_others: matches!(site, b"Child" | b"Parent"),
            bad: 0,
        });
        None
    }

    fn open_case(&mut self, tag: Tag<'_>) -> Option<Complaint> {
        let case = &mut self.case;
        case.clear();
        let mut complaint = None;
        let mut fullname = None;
        for (name, value) in tag.attributes() {
            match name {
                b"name" => case.name.push_str(&unescaped(value)),
                b"fullname" => fullname = Some(unescaped(value)),
                b"classname" => case.class.push_str(&unescaped(value)),
                b"duration" | b"time" => {
                    let time = number::seconds(value);
                    if time == Time::Strange {
                        complaint = Some(Complaint::new(
                            Kind::StrangeDuration,
                            tag.raw(),
                            "a time that is no number of seconds",
                        ));
                    }
                    case.time = time.known();
                }
                _ => {}
            }
        }
        if case.class.is_empty() {
            let around = self.suites.iter().rev().map(|suite| suite.fullname.as_str());
            let full = fullname.as_deref().unwrap_or(&case.name);
            // Version 2 writes the whole name; the nearest suite that it begins with is its class.
            let class =
                around.filter(|class| without_class(full, class) != full).max_by_key(|class| class.len());
            case.class = class
                .map(str::to_owned)
                .or_else(|| Some(full.split('(').next()?.rsplit_once('.')?.0.to_owned()))
                .unwrap_or_default();
        }
        case.name = without_class(&case.name, &case.class).to_owned();
        if case.name.trim().is_empty() {
            complaint = Some(Complaint::new(Kind::NamelessTest, tag.raw(), "a test without a name"));
            case.name.push_str("(no name)");
        }
        case.outcome = said(tag);
        if case.outcome.is_none() {
            complaint =
                Some(Complaint::new(Kind::UnknownOutcome, tag.raw(), "a test that ended in an unknown way"));
        }
        complaint
    }

    fn close_case(&mut self, is_cut: bool, out: &mut Out<'_>) {
        let case = &self.case;
        let outcome = case.outcome.unwrap_or(Outcome::Errored);
        if is_cut && !outcome.is_bad() {
            return;
        }
        if let Some(suite) = self.suites.last_mut() {
            suite.bad += u64::from(outcome.is_bad());
        }
        let detail = case.detail();
        let test = TestName { suite: self.path.as_str(), class: &case.class, name: &case.name, file: "" };
        out.emit(&Occurrence {
            duration: case.time,
            detail: detail.as_ref(),
            properties: &case.properties,
            report_line: case.line,
            ..Occurrence::new(test, outcome)
        });
    }

    fn close_failure_of_suite(&mut self, out: &mut Out<'_>) {
        let Some(suite) = self.suites.last() else { return };
        // Where version 2 says nothing about the site, cases that failed explain it.
        if suite.is_of_others || !suite.outcome.is_bad() || suite.bad > 0 {
            return;
        }
        let detail = self.case.detail();
        let test = TestName {
            suite: self.path.as_str(),
            class: &suite.fullname,
            name: "(outside of tests)",
            file: "",
        };
        out.emit(&Occurrence {
            subject: Subject::OutsideTests,
            detail: detail.as_ref(),
            report_line: self.case.line,
            ..Occurrence::new(test, suite.outcome)
        });
    }
}

/// How a suite or a case ended. A warning passes, an inconclusive one says nothing, an invalid one could not run.
fn said(tag: Tag<'_>) -> Option<Outcome> {
    let label = tag.attribute("label").unwrap_or_default();
    let is_not = |name| tag.attribute(name).is_some_and(|value| value.eq_ignore_ascii_case(b"false"));
    if is_not("executed") && tag.attribute("result").is_none_or(|result| result != b"NotRunnable") {
        return Some(Outcome::Skipped);
    }
    Some(match (tag.attribute("result"), label) {
        (Some(b"Failed"), b"Error" | b"Invalid" | b"Cancelled") => Outcome::Errored,
        (Some(b"Failed" | b"Failure"), _) => Outcome::Failed,
        (Some(b"Error" | b"NotRunnable" | b"Cancelled"), _) => Outcome::Errored,
        (Some(b"Passed" | b"Success" | b"Warning"), _) => Outcome::Passed,
        (Some(b"Skipped" | b"Ignored" | b"Inconclusive"), _) => Outcome::Skipped,
        (Some(_), _) => return None,
        (None, _) if is_not("success") => Outcome::Failed,
        (None, _) => tag.attribute("success").map(|_| Outcome::Passed)?,
    })
}

#[cfg(test)]
#[path = "nunit_tests.rs"]
mod tests;
