//! Cobertura XML, as its document type describes it (`coverage-04.dtd` of Cobertura) and as producers other
//! than Cobertura write it:
//!
//! ```text
//! coverage   = sources? packages      lines-valid lines-covered branches-valid branches-covered …
//! source     = path
//! package    = classes
//! class      = methods lines          filename name …
//! method     = lines                  name signature [hits] …
//! line       = conditions             number hits [branch condition-coverage missing-branches]
//! condition  =                        number type coverage
//! statement  =                        line start end invocation-count [branch ignored]     scoverage
//! ```
//!
//! A file is all classes with its `filename`. Only the lines of classes are lines: those of methods are the
//! same ones again, and say where a function starts and whether it ran. `condition-coverage="50% (1/2)"` counts
//! arms; where it is missing, a condition has two, and of `missing-branches` at least one more was taken if the
//! line ran. Rates are never read. Totals of the root are compared with what the lines add up to.
//!
//! scoverage writes statements instead of lines, in `scoverage` or in `coverage`: they are statements here too.

use std::io::{self, Read};

use super::value::{parse_count, parse_line};
use super::xml::{self, Files, Handler, Position, Tag, Value, required, say_fault};
use super::{Format, Parsed};
use crate::decode;
use crate::diagnostic::{Diagnostics, Kind, Spot};
use crate::model::{Block, Branch, BranchTally, Function, Grouping, Picture, Ratio, Span, Unit};
use gatewright_core::source_tree::Places;

/// Reads a Cobertura report to its end.
///
/// # Errors
/// Only those of the stream: whatever the report holds is said in its diagnostics.
pub fn parse_cobertura(input: &mut dyn Read) -> io::Result<Parsed> {
    let mut report = Report::default();
    let mut said = Diagnostics::default();
    let size = xml::read(input, &mut report, &mut said)?;
    let picture = std::mem::take(&mut report.files).finish();
    report.compare(&picture, &mut said);
    let places = Places::Paths { sources: report.sources };
    Ok(Parsed { places, ..Parsed::new(Format::Cobertura, picture, said, size) })
}

/// What an element is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Element {
    /// The root, `packages`, `package` and `classes`: they only hold others.
    Root,
    Shell,
    Sources,
    Source,
    Class,
    Methods,
    Method,
    MethodLines,
    Lines,
    Line,
    Conditions,
    Statements,
    /// Anything that measures nothing.
    Other,
}

/// A report in the making.
#[derive(Default)]
struct Report {
    files: Files,
    sources: Vec<String>,
    /// The file of the class that is open, if it has a name.
    file: Option<usize>,
    method: Method,
    /// A line whose arms are known from its conditions only.
    conditions: Option<BranchTally>,
    declared: Option<Declared>,
    /// What the lines add up to if each is counted as often as a class names it.
    named: (Ratio, Ratio),
    /// Whether a class has methods without lines.
    lacks_lines: bool,
    /// How many statements of the class came so far, to tell those apart that have no range.
    statements: u32,
}

/// The method that is open.
#[derive(Default)]
struct Method {
    name: String,
    called: Option<u64>,
    start: Option<u32>,
    hits: u64,
}

/// The totals of the root.
struct Declared {
    position: Position,
    found: String,
    lines: (Option<u64>, Option<u64>),
    branches: (Option<u64>, Option<u64>),
    is_istanbul: bool,
}

impl Handler for Report {
    type Element = Element;

    #[inline]
    fn open(&mut self, within: Option<Element>, tag: &Tag<'_>, said: &mut Diagnostics) -> Element {
        match (within, tag.name()) {
            (Some(Element::Lines), b"line") => {
                self.read_line(tag, said);
                Element::Line
            }
            (Some(Element::MethodLines), b"line") => {
                self.read_line_of_method(tag);
                Element::Other
            }
            (None, name) => self.read_root(name, tag, said),
            (Some(within), name) => self.read_other(within, name, tag, said),
        }
    }

    fn close(&mut self, element: Element, text: String, _: &mut Diagnostics) {
        match element {
            Element::Source => self.add_source(text.trim()),
            Element::Line => {
                if let (Some(tally), Some(file)) = (self.conditions.take(), self.file) {
                    self.add_tally(file, tally);
                }
            }
            Element::Method => self.end_method(),
            Element::Class => self.file = None,
            _ => {}
        }
    }

    fn keeps_text(element: Element) -> bool {
        element == Element::Source
    }
}

/// More roots of sources than this help nobody.
const MAX_SOURCES: usize = 256;

impl Report {
    fn add_source(&mut self, source: &str) {
        let is_new = !source.is_empty() && !self.sources.iter().any(|known| known == source);
        if is_new && self.sources.len() < MAX_SOURCES {
            self.sources.push(source.to_owned());
        }
    }

    fn read_root(&mut self, name: &[u8], tag: &Tag<'_>, said: &mut Diagnostics) -> Element {
        if !matches!(name, b"coverage" | b"scoverage") {
            tag.say(Kind::MalformedRecord, 0, said, "<coverage>", || "no root of Cobertura".to_owned());
            return Element::Other;
        }
        let number = |name: &[u8]| {
            let text = tag.value(name)?.text;
            decode::digits(text).filter(|(_, length)| *length == text.len()).map(|(number, _)| number)
        };
        self.declared.get_or_insert_with(|| Declared {
            position: tag.position(),
            found: tag.shown(),
            lines: (number(b"lines-covered"), number(b"lines-valid")),
            branches: (number(b"branches-covered"), number(b"branches-valid")),
            is_istanbul: tag.value(b"version").is_some_and(|version| version.text == b"0.1"),
        });
        Element::Root
    }

    fn read_other(&mut self, within: Element, name: &[u8], tag: &Tag<'_>, said: &mut Diagnostics) -> Element {
        match (within, name) {
            (Element::Root | Element::Shell, b"packages" | b"package" | b"classes") => Element::Shell,
            (Element::Root, b"sources") => Element::Sources,
            (Element::Sources, b"source") => Element::Source,
            (Element::Root | Element::Shell, b"class") => {
                self.start_class(tag, said);
                Element::Class
            }
            (Element::Class, b"methods") => Element::Methods,
            (Element::Methods, b"method") => {
                self.start_method(tag, said);
                Element::Method
            }
            (Element::Method, b"lines") => Element::MethodLines,
            (Element::Class, b"lines") => Element::Lines,
            (Element::Line, b"conditions") => Element::Conditions,
            (Element::Conditions, b"condition") => {
                self.read_condition(tag);
                Element::Other
            }
            (Element::Class | Element::Method, b"statements") => Element::Statements,
            (Element::Statements, b"statement") => {
                self.read_statement(tag, said);
                Element::Other
            }
            _ => Element::Other,
        }
    }

    fn start_class(&mut self, tag: &Tag<'_>, said: &mut Diagnostics) {
        self.statements = 0;
        let name = tag.value(b"filename").map(|name| tag.text(name, said)).unwrap_or_default();
        self.file = (!name.trim().is_empty()).then(|| self.files.enter(&name).0);
        if self.file.is_none() && !tag.is_broken() {
            tag.say(Kind::EmptyName, 0, said, "filename=\"<path>\"", || {
                "a class without a file name".to_owned()
            });
        }
    }

    fn start_method(&mut self, tag: &Tag<'_>, said: &mut Diagnostics) {
        let text = |name: &[u8], said: &mut Diagnostics| tag.value(name).map(|name| tag.text(name, said));
        let name = text(b"name", said).unwrap_or_default();
        let signature = text(b"signature", said).unwrap_or_default();
        // `(I)V` belongs to the name, `int $n` is a text beside it.
        let gap = if signature.is_empty() || signature.starts_with('(') { "" } else { " " };
        let called = tag.value(b"hits").and_then(|hits| parse_count(hits.text, 0).ok());
        self.method = Method {
            name: format!("{name}{gap}{signature}"),
            called: called.map(|hits| hits.0),
            ..Method::default()
        };
    }

    fn end_method(&mut self) {
        let method = std::mem::take(&mut self.method);
        let Some(file) = self.file else { return };
        if method.start.is_none() {
            self.lacks_lines = true;
        }
        if method.start.is_some() || method.called.is_some() {
            let hits = method.called.unwrap_or(method.hits);
            let function = Function::new(&method.name, method.start, None, Grouping::ByName, hits);
            self.files.file(file).add_function(function);
        }
    }

    fn read_line(&mut self, tag: &Tag<'_>, said: &mut Diagnostics) {
        let Some(file) = self.file.filter(|_| !tag.is_broken()) else { return };
        let mut line = LineAttributes::default();
        for (name, value) in tag.attributes() {
            match name {
                b"number" => line.number = Some(value),
                b"hits" => line.hits = Some(value),
                b"branch" => line.branch = Some(value),
                b"condition-coverage" => line.arms = Some(value),
                b"missing-branches" => line.missing = Some(value),
                _ => {}
            }
        }
        let number = match required(line.number, "a line without a number", parse_line) {
            Ok(number) => number,
            Err(fault) => return say_fault(tag, &fault, said),
        };
        let hits = match required(line.hits, "a line without hits", parse_count) {
            Ok((hits, oddity)) => {
                if let Some(oddity) = oddity.filter(|oddity| oddity.kind != Kind::NotAnInteger) {
                    tag.say(oddity.kind, line.hits.map_or(0, |hits| hits.offset), said, "", || {
                        oddity.message.to_owned()
                    });
                }
                hits
            }
            Err(fault) => return say_fault(tag, &fault, said),
        };
        self.named.0.count(1, hits > 0);
        self.files.file(file).add_line(number, hits);
        if line.branch.is_some() || line.arms.is_some() {
            self.read_arms(file, number, hits, &line);
        }
    }

    fn read_arms(&mut self, file: usize, number: u32, hits: u64, line: &LineAttributes<'_>) {
        if line.branch.is_some_and(|branch| !branch.text.trim_ascii().eq_ignore_ascii_case(b"true")) {
            return;
        }
        if let Some((covered, total)) = line.arms.and_then(|arms| fraction(arms.text)) {
            self.add_tally(file, BranchTally::new(number, covered, total));
        } else if let Some(missing) = line.missing.filter(|missing| !missing.text.trim_ascii().is_empty()) {
            let missing = missing.text.split(|byte| *byte == b',').count();
            let missing = u32::try_from(missing).unwrap_or(u32::MAX);
            let total = missing.saturating_add(u32::from(hits > 0)).max(2);
            self.add_tally(file, BranchTally::new(number, total - missing, total));
        } else {
            self.conditions = Some(BranchTally::new(number, 0, 0));
        }
    }

    fn add_tally(&mut self, file: usize, tally: BranchTally) {
        if tally.total() > 0 {
            self.named.1 += Ratio::new(tally.covered().into(), tally.total().into());
            self.files.file(file).add_tally(tally);
        }
    }

    /// A condition of a line that does not count its arms: true and false, of which one, both or none were taken.
    fn read_condition(&mut self, tag: &Tag<'_>) {
        let Some(tally) = &mut self.conditions else { return };
        let Some(coverage) = tag.value(b"coverage") else { return };
        let text = coverage.text.trim_ascii();
        let percent = text.strip_suffix(b"%").unwrap_or(text);
        let taken = match decode::digits(percent) {
            None => return,
            Some((100.., _)) => 2,
            // `0`, `0.0`, but not `0.5`.
            Some((0, length)) if !percent[length..].iter().any(|byte| matches!(byte, b'1'..=b'9')) => 0,
            Some(_) => 1,
        };
        *tally = BranchTally::new(tally.line(), tally.covered() + taken, tally.total().saturating_add(2));
    }

    fn read_line_of_method(&mut self, tag: &Tag<'_>) {
        let number = tag.value(b"number").and_then(|number| parse_line(number.text, 0).ok());
        let hits = tag.value(b"hits").and_then(|hits| parse_count(hits.text, 0).ok());
        if let (Some(number), Some((hits, _))) = (number, hits) {
            let method = &mut self.method;
            method.start = Some(method.start.map_or(number, |start| start.min(number)));
            method.hits = method.hits.max(hits);
        }
    }

    fn read_statement(&mut self, tag: &Tag<'_>, said: &mut Diagnostics) {
        let Some(file) = self.file.filter(|_| !tag.is_broken()) else { return };
        let is = |name: &[u8]| tag.value(name).is_some_and(|value| value.text.eq_ignore_ascii_case(b"true"));
        if is(b"ignored") {
            return;
        }
        let (number, hits) = (tag.value(b"line"), tag.value(b"invocation-count"));
        let line = match required(number, "a statement without a line", parse_line) {
            Ok(line) => line,
            Err(fault) => return say_fault(tag, &fault, said),
        };
        let hits = match required(hits, "a statement without a count", parse_count) {
            Ok((hits, _)) => hits,
            Err(fault) => return say_fault(tag, &fault, said),
        };
        self.statements = self.statements.saturating_add(1);
        let offset = |name: &[u8]| tag.value(name).and_then(|value| decode::whole_u32(value.text));
        let (start, end) = offset(b"start").zip(offset(b"end")).unwrap_or((self.statements, self.statements));
        let file = self.files.file(file);
        file.count_statements();
        file.add_line(line, hits);
        let span = Span { start_line: line, end_line: line, start_column: start, end_column: end };
        file.add_statement(Block::new(span, 1, hits));
        if is(b"branch") {
            file.add_branch(Branch::numbered(line, start, end, Some(hits)));
        }
    }

    /// Totals of the root that are not those of the lines, with the reason if it is a known one.
    fn compare(&self, picture: &Picture, said: &mut Diagnostics) {
        let Some(declared) = &self.declared else { return };
        let pairs =
            [(Unit::Lines, declared.lines, self.named.0), (Unit::Branches, declared.branches, self.named.1)];
        for (unit, (covered, total), named) in pairs {
            let (Some(covered), Some(total)) = (covered, total) else { continue };
            let ours = picture.ratio(unit);
            if (covered, total) == (ours.covered, ours.total) {
                continue;
            }
            let reason = if (covered, total) == (named.covered, named.total) {
                ", because it counts a line anew for each class or instance that names it"
            } else if unit == Unit::Branches && total > ours.total && declared.is_istanbul {
                ", because it leaves out arms on lines without a statement"
            } else if unit == Unit::Branches && ours.is_no_data() {
                ", because no line of it counts any"
            } else if unit == Unit::Lines && self.lacks_lines && total > ours.total {
                ", because the lines of some functions are not in it"
            } else {
                ""
            };
            let (line, column) = (declared.position.line(), declared.position.column());
            let spot = || Spot { line, column, found: declared.found.clone() };
            said.say_at(Kind::TotalsDiffer, spot, "", || {
                format!(
                    "the report declares {covered}/{total} {}, its lines add up to {}/{}{reason}",
                    unit.name(),
                    ours.covered,
                    ours.total
                )
            });
        }
    }
}

/// What a `line` says.
#[derive(Default)]
struct LineAttributes<'a> {
    number: Option<Value<'a>>,
    hits: Option<Value<'a>>,
    branch: Option<Value<'a>>,
    arms: Option<Value<'a>>,
    missing: Option<Value<'a>>,
}

/// The two numbers of `50% (1/2)`.
fn fraction(text: &[u8]) -> Option<(u32, u32)> {
    let open = memchr::memchr(b'(', text)?;
    let (covered, length) = decode::digits(&text[open + 1..])?;
    let rest = text[open + 1 + length..].trim_ascii_start().strip_prefix(b"/")?.trim_ascii_start();
    let (total, _) = decode::digits(rest)?;
    let short = |number: u64| u32::try_from(number).unwrap_or(u32::MAX);
    Some((short(covered), short(total)))
}

#[cfg(test)]
#[path = "cobertura/tests.rs"]
mod tests;
