//! `JaCoCo` XML, as its document type describes it (`report.dtd` 1.1) and as Kover and gcovr write it too:
//!
//! ```text
//! report     = sessioninfo* (group* | package*) counter*      name
//! group      = (group* | package*) counter*                   name: a module
//! package    = (class | sourcefile)* counter*                 name: com/example
//! class      = method* counter*                               name sourcefilename
//! method     = counter*                                       name desc [line]
//! sourcefile = line* counter*                                 name: A.java
//! line       =                                                nr mi ci mb cb
//! counter    =                                                type missed covered
//! ```
//!
//! `mi`, `ci`: missed and covered instructions of a line, `mb`, `cb`: of its arms. A line is covered if any of its
//! instructions is. There are no paths: a file is `package/A.java`, below the names of its groups.
//!
//! gcovr leaves `mi` and `ci` out; whether a line ran is then in the counters of its file only. Otherwise counters
//! are compared with what the lines and methods add up to.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Read};

use super::value::{parse_count, parse_line};
use super::xml::{self, Files, Handler, Position, Tag, required, say_fault};
use super::{Format, Parsed};
use crate::diagnostic::{Diagnostics, Kind, Spot};
use crate::model::{BranchTally, Function, Grouping, Hits, Picture, Ratio, SummaryTotals, Unit};
use gatewright_core::source_tree::Places;

/// Reads a `JaCoCo` report to its end.
///
/// # Errors
/// Only those of the stream: whatever the report holds is said in its diagnostics.
pub fn parse_jacoco(input: &mut dyn Read) -> io::Result<Parsed> {
    let mut report = Report::default();
    let mut said = Diagnostics::default();
    let size = xml::read(input, &mut report, &mut said)?;
    let picture = std::mem::take(&mut report.files).finish();
    report.compare(&picture, &mut said);
    let places = Places::Packages { modules: report.modules };
    Ok(Parsed { places, ..Parsed::new(Format::JaCoCo, picture, said, size) })
}

/// The longest prefix that many names may share: each of them is kept with it, so a long one would multiply.
const MAX_PREFIX: usize = 1024;

/// What an element is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Element {
    Root,
    Group,
    Package,
    Class,
    Method,
    SourceFile,
    /// Anything that measures nothing, or does it in its attributes.
    Other,
}

/// A report in the making.
#[derive(Default)]
struct Report {
    files: Files,
    groups: Vec<String>,
    package: String,
    /// The class that is open: its name, and the file that it is from.
    class: (String, Option<usize>),
    method: Option<(String, Option<u32>)>,
    /// Counters of the method that is open: whether any, and any covered.
    called: Option<bool>,
    source: Option<Source>,
    /// The files that had a `sourcefile` already.
    seen: BTreeSet<usize>,
    modules: BTreeMap<String, String>,
    totals: Counters,
    totals_at: Option<(Position, String)>,
    /// Methods of classes that name no file.
    homeless: u64,
}

/// Lines, branches and methods.
#[derive(Clone, Copy, Debug, Default)]
struct Counters {
    lines: Option<Ratio>,
    branches: Option<Ratio>,
    methods: Option<Ratio>,
}

/// The source file that is open.
struct Source {
    file: usize,
    position: Position,
    found: String,
    is_new: bool,
    lines: Ratio,
    branches: Ratio,
    /// Whether there are lines that do not say whether they ran.
    has_unknown: bool,
    counters: Counters,
}

impl Handler for Report {
    type Element = Element;

    #[inline]
    fn open(&mut self, within: Option<Element>, tag: &Tag<'_>, said: &mut Diagnostics) -> Element {
        match (within, tag.name()) {
            (Some(Element::SourceFile), b"line") => {
                self.read_line(tag, said);
                Element::Other
            }
            (Some(within), b"counter") => {
                if within != Element::Other {
                    self.read_counter(within, tag, said);
                }
                Element::Other
            }
            (Some(Element::Class), b"method") => {
                self.start_method(tag, said);
                Element::Method
            }
            (within, name) => self.read_container(within, name, tag, said),
        }
    }

    fn close(&mut self, element: Element, _: String, said: &mut Diagnostics) {
        match element {
            Element::Group => {
                self.groups.pop();
            }
            Element::Package => self.package.clear(),
            Element::Class => self.class = (String::new(), None),
            Element::Method => self.end_method(),
            Element::SourceFile => self.end_source(said),
            Element::Root | Element::Other => {}
        }
    }
}

impl Report {
    fn read_container(
        &mut self,
        within: Option<Element>,
        name: &[u8],
        tag: &Tag<'_>,
        said: &mut Diagnostics,
    ) -> Element {
        let text = |name: &[u8], said: &mut Diagnostics| tag.value(name).map(|name| tag.text(name, said));
        match (within, name) {
            (None, b"report") => Element::Root,
            (None, _) => {
                tag.say(Kind::MalformedRecord, 0, said, "<report>", || "no root of JaCoCo".to_owned());
                Element::Other
            }
            (Some(Element::Root | Element::Group), b"group" | b"package") => {
                let is_group = tag.name() == b"group";
                let name = text(b"name", said).unwrap_or_default();
                let before: usize = self.groups.iter().map(|group| group.len() + 1).sum();
                if before + name.len() > MAX_PREFIX {
                    tag.say(Kind::OverlongLine, 0, said, "", || {
                        format!("names of packages and modules of more than {MAX_PREFIX} bytes")
                    });
                    return Element::Other;
                }
                if is_group {
                    self.groups.push(name.into_owned());
                    return Element::Group;
                }
                self.package = name.into_owned();
                Element::Package
            }
            (Some(Element::Package), b"class") => {
                let name = text(b"name", said).unwrap_or_default();
                let name = name.rsplit('/').next().filter(|name| name.len() <= MAX_PREFIX);
                let name = name.unwrap_or_default().to_owned();
                let file = text(b"sourcefilename", said).filter(|file| !file.is_empty());
                self.class = (name, file.map(|file| self.enter(&file).0));
                Element::Class
            }
            (Some(Element::Package), b"sourcefile") => {
                self.start_source(tag, said);
                Element::SourceFile
            }
            _ => Element::Other,
        }
    }

    /// The file of a name in the package that is open, and whether it is new.
    fn enter(&mut self, name: &str) -> (usize, bool) {
        let module = self.groups.join("/");
        let parts = [module.as_str(), &self.package, name];
        let path = parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("/");
        let entered = self.files.enter(&path);
        if entered.1 {
            self.files.file(entered.0).hits = Hits::Flags;
            if !module.is_empty() {
                self.modules.insert(path, module);
            }
        }
        entered
    }

    fn start_method(&mut self, tag: &Tag<'_>, said: &mut Diagnostics) {
        self.called = None;
        let mut text = |name: &[u8]| tag.value(name).map(|name| tag.text(name, said)).unwrap_or_default();
        let (name, signature) = (text(b"name"), text(b"desc"));
        let line = tag.value(b"line").and_then(|line| parse_line(line.text, 0).ok());
        let class = &self.class.0;
        self.method = (!tag.is_broken()).then(|| (format!("{class}.{name}{signature}"), line));
    }

    fn end_method(&mut self) {
        let (Some((name, line)), Some(called)) = (self.method.take(), self.called.take()) else { return };
        match self.class.1 {
            Some(file) => {
                let function = Function::new(&name, line, None, Grouping::ByName, called.into());
                self.files.file(file).add_function(function);
            }
            None => self.homeless += 1,
        }
    }

    fn start_source(&mut self, tag: &Tag<'_>, said: &mut Diagnostics) {
        let name = tag.value(b"name").map(|name| tag.text(name, said)).unwrap_or_default();
        if name.is_empty() {
            self.source = None;
            if !tag.is_broken() {
                tag.say(Kind::EmptyName, 0, said, "name=\"<file>\"", || {
                    "a source file without a name".to_owned()
                });
            }
            return;
        }
        let file = self.enter(&name).0;
        self.source = Some(Source {
            file,
            position: tag.position(),
            found: tag.shown(),
            is_new: self.seen.insert(file),
            lines: Ratio::default(),
            branches: Ratio::default(),
            has_unknown: false,
            counters: Counters::default(),
        });
    }

    fn read_line(&mut self, tag: &Tag<'_>, said: &mut Diagnostics) {
        let Some(source) = self.source.as_mut().filter(|_| !tag.is_broken()) else { return };
        let (mut number, mut counts) = (None, [None; 4]);
        for (name, value) in tag.attributes() {
            match name {
                b"nr" => number = Some(value),
                b"mi" => counts[0] = Some(value),
                b"ci" => counts[1] = Some(value),
                b"mb" => counts[2] = Some(value),
                b"cb" => counts[3] = Some(value),
                _ => {}
            }
        }
        let number = match required(number, "a line without a number", parse_line) {
            Ok(number) => number,
            Err(fault) => return say_fault(tag, &fault, said),
        };
        let knows_hits = counts[0].is_some() || counts[1].is_some();
        let mut numbers = [0; 4];
        for (count, number) in counts.into_iter().zip(&mut numbers) {
            let Some(count) = count else { continue };
            match parse_count(count.text, count.offset) {
                Ok((count, _)) => *number = count,
                Err(fault) => return say_fault(tag, &fault, said),
            }
        }
        let [_, instructions, missed, covered] = numbers;
        let file = self.files.file(source.file);
        if knows_hits {
            source.lines.count(1, instructions > 0);
            file.add_line(number, u64::from(instructions > 0));
        } else {
            source.has_unknown = true;
        }
        if missed > 0 || covered > 0 {
            let short = |number: u64| u32::try_from(number).unwrap_or(u32::MAX);
            let tally = BranchTally::new(number, short(covered), short(missed.saturating_add(covered)));
            source.branches += Ratio::new(tally.covered().into(), tally.total().into());
            file.add_tally(tally);
        }
    }

    fn read_counter(&mut self, within: Element, tag: &Tag<'_>, said: &mut Diagnostics) {
        let counters = match (within, &mut self.source) {
            (Element::SourceFile, Some(source)) => &mut source.counters,
            (Element::Root, _) => {
                self.totals_at.get_or_insert_with(|| (tag.position(), tag.shown()));
                &mut self.totals
            }
            (Element::Method, _) => &mut Counters::default(),
            _ => return,
        };
        let Some(kind) = tag.value(b"type") else { return };
        let place = match kind.text {
            b"LINE" => &mut counters.lines,
            b"BRANCH" => &mut counters.branches,
            b"METHOD" => &mut counters.methods,
            // The instructions of a method tell the same where it does not count itself.
            b"INSTRUCTION" if within == Element::Method => &mut counters.lines,
            _ => return,
        };
        let mut number = |name: &[u8]| {
            required(tag.value(name), "a counter without its numbers", parse_count)
                .map_err(|fault| say_fault(tag, &fault, said))
                .ok()
        };
        let (Some((missed, _)), Some((covered, _))) = (number(b"missed"), number(b"covered")) else { return };
        *place = Some(Ratio::new(covered, missed.saturating_add(covered)));
        if within == Element::Method && !matches!(kind.text, b"LINE" | b"BRANCH") {
            self.called = Some(covered > 0 || self.called == Some(true));
        }
    }

    fn end_source(&mut self, said: &mut Diagnostics) {
        let Some(source) = self.source.take() else { return };
        let file = self.files.file(source.file);
        let functions = file.functions();
        let counters = source.counters;
        let summary = SummaryTotals {
            lines: counters.lines.unwrap_or_default(),
            branches: counters.branches.unwrap_or_default(),
            functions: counters.methods.unwrap_or_default(),
        };
        if source.lines.is_no_data() && !summary.lines.is_no_data() {
            source.say(Kind::SummaryOnly, said, || "totals without lines".to_owned());
            let summary = file.summary.take().map_or(summary, |before| before.larger(summary));
            file.summary = Some(Box::new(summary));
            return;
        }
        if source.has_unknown {
            source.say(Kind::MalformedRecord, said, || {
                "lines that do not say whether they ran, and no counter does".to_owned()
            });
        }
        if functions.is_no_data() && !summary.functions.is_no_data() && source.is_new {
            let declared = SummaryTotals { functions: summary.functions, ..SummaryTotals::default() };
            file.declared = Some(Box::new(declared));
        }
        let methods = counters.methods.filter(|_| source.is_new && !functions.is_no_data());
        let triples = [
            (Unit::Lines, counters.lines, source.lines),
            (Unit::Branches, counters.branches, source.branches),
            (Unit::Functions, methods, functions),
        ];
        for (unit, declared, ours) in triples {
            let Some(declared) = declared.filter(|declared| *declared != ours) else { continue };
            source.say(Kind::TotalsDiffer, said, || difference("file", unit, declared, ours, ""));
        }
    }

    /// Counters of the report that are not those of its files.
    fn compare(&self, picture: &Picture, said: &mut Diagnostics) {
        let Some((position, found)) = &self.totals_at else { return };
        let triples = [
            (Unit::Lines, self.totals.lines),
            (Unit::Branches, self.totals.branches),
            (Unit::Functions, self.totals.methods),
        ];
        for (unit, declared) in triples {
            let ours = picture.ratio(unit);
            let Some(declared) = declared.filter(|declared| *declared != ours) else { continue };
            let reason = if self.homeless > 0 && declared.total > ours.total {
                ", because some classes name no source file"
            } else {
                ""
            };
            let spot = || Spot { line: position.line(), column: position.column(), found: found.clone() };
            said.say_at(Kind::TotalsDiffer, spot, "", || difference("report", unit, declared, ours, reason));
        }
    }
}

impl Source {
    fn say(&self, kind: Kind, said: &mut Diagnostics, message: impl FnOnce() -> String) {
        let (line, column) = (self.position.line(), self.position.column());
        said.say_at(kind, || Spot { line, column, found: self.found.clone() }, "", message);
    }
}

fn difference(whose: &str, unit: Unit, declared: Ratio, ours: Ratio, reason: &str) -> String {
    format!(
        "the {whose} declares {}/{} {}, its units add up to {}/{}{reason}",
        declared.covered,
        declared.total,
        unit.name(),
        ours.covered,
        ours.total
    )
}

#[cfg(test)]
#[path = "jacoco/tests.rs"]
mod tests;
