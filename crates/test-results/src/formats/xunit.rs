//! The XML of xUnit.net, versions 1 to 3.
//!
//! ```text
//! assemblies > assembly{name}
//!   errors > error{type, name} > failure
//!   collection{name} | class{name}
//!     test{name, type, method, time, result, source-file, source-line}
//!       failure{exception-type} > message | stack-trace     reason > message?     traits > trait{name, value}
//! ```
//!
//! Rows of a theory share a method and differ in their names. Errors of an assembly are failures outside of tests.

use std::io::{self, Read};

use super::markup::{Complaint, Elements, file_name, read_elements, shortened, without_class};
use super::{Out, Scanned};
use crate::diagnostic::Kind;
use crate::model::{Detail, Nanoseconds, Occurrence, Outcome, Subject, TestName};
use crate::number::{self, Time};
use crate::suites::SuitePath;
use crate::text::{Clip, cut_str};
use crate::xml::{Tag, unescaped};

/// Traits of a test that are kept.
const MOST_TRAITS: usize = 16;

pub(crate) fn parse_xunit(input: &mut dyn Read, out: &mut Out<'_>) -> io::Result<Scanned> {
    read_elements(input, &mut Reader::default(), out)
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Element {
    Root,
    Assembly,
    /// A collection, a class.
    Group,
    Test,
    /// Outside of tests.
    Error,
    Errors,
    Failure,
    Message,
    StackTrace,
    Traits,
    Other,
}

#[derive(Debug, Default)]
struct Test {
    name: String,
    class: String,
    file: String,
    source_line: u32,
    outcome: Option<Outcome>,
    time: Option<Nanoseconds>,
    kind: String,
    message: Clip,
    text: Clip,
    traits: Vec<(String, String)>,
    line: u64,
}

#[derive(Default)]
struct Reader {
    elements: Vec<Element>,
    path: SuitePath,
    test: Test,
    needs_line: bool,
}

impl Elements for Reader {
    fn wants_text(&self) -> bool {
        matches!(self.elements.last(), Some(Element::Message | Element::StackTrace))
    }

    fn open(&mut self, tag: Tag<'_>) -> Option<Complaint> {
        let within = self.elements.last().copied();
        let mut complaint = None;
        let element = match (within, tag.name()) {
            (None, b"assemblies") => Element::Root,
            (None | Some(Element::Root), b"assembly") => {
                self.path.enter(file_name(&tag.text("name").unwrap_or_default()));
                Element::Assembly
            }
            (None, _) => {
                complaint = Some(Complaint::foreign_root(tag, "xUnit.net's XML"));
                Element::Other
            }
            (Some(Element::Assembly), b"collection" | b"class") => Element::Group,
            (Some(Element::Assembly), b"errors") => Element::Errors,
            (Some(Element::Errors), b"error") => {
                self.test = Test { kind: shortened(tag.text("type")), ..Test::default() };
                self.test.name = shortened(tag.text("name"));
                self.needs_line = true;
                Element::Error
            }
            (Some(Element::Assembly | Element::Group), b"test") => {
                complaint = self.open_test(tag);
                Element::Test
            }
            (Some(Element::Test | Element::Error), b"failure") => {
                if self.test.kind.is_empty() {
                    self.test.kind = shortened(tag.text("exception-type"));
                }
                self.needs_line |= self.test.line == 0;
                Element::Failure
            }
            (Some(Element::Test), b"reason") => Element::Message,
            (Some(Element::Message | Element::Failure), b"message") => Element::Message,
            (Some(Element::Failure), b"stack-trace") => Element::StackTrace,
            (Some(Element::Test), b"traits") => Element::Traits,
            (Some(Element::Traits), b"trait") => {
                if self.test.traits.len() < MOST_TRAITS {
                    let text = |name| cut_str(&tag.text(name).unwrap_or_default(), 512).to_owned();
                    self.test.traits.push((text("name"), text("value")));
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
        self.test.line = line;
    }

    fn add_text(&mut self, piece: &[u8]) {
        let test = &mut self.test;
        if self.elements.last() == Some(&Element::Message) {
            test.message.push(piece);
        } else {
            test.text.push(piece);
        }
    }

    fn close(&mut self, is_cut: bool, out: &mut Out<'_>) -> Option<Complaint> {
        match self.elements.pop()? {
            Element::Test => self.close_test(is_cut, out),
            Element::Error => self.close_error(out),
            Element::Assembly => self.path.leave(),
            _ => {}
        }
        None
    }
}

impl Reader {
    fn open_test(&mut self, tag: Tag<'_>) -> Option<Complaint> {
        self.test = Test::default();
        let test = &mut self.test;
        let mut complaint = None;
        for (name, value) in tag.attributes() {
            match name {
                b"name" => test.name.push_str(&unescaped(value)),
                b"type" => test.class.push_str(&unescaped(value)),
                b"source-file" => test.file.push_str(&unescaped(value)),
                b"source-line" => test.source_line = number::line(value),
                b"time" => {
                    let time = number::seconds(value);
                    if time == Time::Strange {
                        complaint = Some(Complaint::new(
                            Kind::StrangeDuration,
                            tag.raw(),
                            "a time that is no number of seconds",
                        ));
                    }
                    test.time = time.known();
                }
                b"result" => {
                    test.outcome = match value {
                        b"Pass" => Some(Outcome::Passed),
                        b"Fail" => Some(Outcome::Failed),
                        b"Skip" | b"NotRun" => Some(Outcome::Skipped),
                        _ => None,
                    };
                }
                _ => {}
            }
        }
        if test.outcome.is_none() {
            complaint =
                Some(Complaint::new(Kind::UnknownOutcome, tag.raw(), "a test that ended in an unknown way"));
        }
        test.name = without_class(&test.name, &test.class).to_owned();
        if test.name.trim().is_empty() {
            complaint = Some(Complaint::new(Kind::NamelessTest, tag.raw(), "a test without a name"));
            test.name.push_str("(no name)");
        }
        complaint
    }

    fn detail(&self) -> Detail {
        Detail {
            kind: self.test.kind.clone(),
            message: cut_str(&self.test.message.excerpt().shown(), 4096).trim().to_owned(),
            text: self.test.text.excerpt(),
            ..Detail::default()
        }
    }

    fn close_test(&mut self, is_cut: bool, out: &mut Out<'_>) {
        let test = &self.test;
        let outcome = test.outcome.unwrap_or(Outcome::Errored);
        if is_cut && !outcome.is_bad() {
            return;
        }
        let has_detail = outcome.is_bad() || !test.message.is_empty();
        let detail = has_detail.then(|| self.detail());
        let name =
            TestName { suite: self.path.as_str(), class: &test.class, name: &test.name, file: &test.file };
        out.emit(&Occurrence {
            duration: test.time,
            line: test.source_line,
            detail: detail.as_ref(),
            properties: &test.traits,
            report_line: test.line,
            ..Occurrence::new(name, outcome)
        });
    }

    fn close_error(&mut self, out: &mut Out<'_>) {
        let detail = self.detail();
        let class = &self.test.name;
        let name = TestName { suite: self.path.as_str(), class, name: "(outside of tests)", file: "" };
        out.emit(&Occurrence {
            subject: Subject::OutsideTests,
            detail: Some(&detail),
            report_line: self.test.line,
            ..Occurrence::new(name, Outcome::Errored)
        });
    }
}

#[cfg(test)]
#[path = "xunit_tests.rs"]
mod tests;
