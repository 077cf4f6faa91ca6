//! Clover XML, as its schema describes it (`clover.xsd` of `OpenClover`) and as `PHPUnit`, Istanbul and gcovr write
//! it:
//!
//! ```text
//! coverage = project testproject?         generated clover
//! project  = metrics (package | file)*    a testproject measures the tests: it is read over
//! package  = metrics file*                name
//! file     = metrics class* line*         name path
//! line     =                              num type count | num type truecount falsecount
//! metrics  =                              statements coveredstatements conditionals … methods … [loc]
//! ```
//!
//! A file is counted in statements: each `stmt` is one, and several may share a line; a `method` is a function and
//! no statement. What is of no type that is known is a statement. Lines are those of statements and conditions.
//! A `cond` has two arms, taken if `truecount` and `falsecount` are above zero. Istanbul means another thing: its
//! `cond` has a `count` too, is a statement, and counts arms that were taken and not taken.
//!
//! Where the metrics of a file have more methods or conditionals than its lines, their totals hold: `PHPUnit` and
//! Istanbul write some of them nowhere else. `PHPUnit` writes a line on which a method starts as that method, also
//! if a statement is there; metrics and lines together tell where that was. What then still differs is named.
//! Lines behind `loc`, which `PHPUnit` writes, are left out.

use std::io::{self, Read};

use super::value::{parse_count, parse_line};
use super::xml::{self, Files, Handler, Position, SourceFile, Tag, Value, required, say_fault};
use super::{Format, Parsed};
use crate::decode;
use crate::diagnostic::{Diagnostics, Kind, Spot};
use crate::model::{Block, BranchTally, Function, Grouping, Picture, Ratio, Span, SummaryTotals, Unit};

/// Reads a Clover report to its end.
///
/// # Errors
/// Only those of the stream: whatever the report holds is said in its diagnostics.
pub fn parse_clover(input: &mut dyn Read) -> io::Result<Parsed> {
    let mut report = Report::default();
    let mut said = Diagnostics::default();
    let size = xml::read(input, &mut report, &mut said)?;
    let picture = std::mem::take(&mut report.files).finish();
    report.compare(&picture, &mut said);
    Ok(Parsed::new(Format::Clover, picture, said, size))
}

/// What an element is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Element {
    Root,
    Project,
    Package,
    File,
    /// Anything that measures nothing, or does it in its attributes.
    Other,
}

/// A report in the making.
#[derive(Default)]
struct Report {
    files: Files,
    file: Option<File>,
    totals: Option<Metrics>,
}

/// The file that is open.
#[derive(Default)]
struct File {
    number: usize,
    statements: Vec<Statement>,
    /// Line, arms that were taken, and all arms.
    conditions: Vec<(u32, u64, u64)>,
    /// How often each line of conditions ran.
    runs: Vec<(u32, u64)>,
    methods: Vec<(u32, u64, String)>,
    metrics: Option<Metrics>,
}

/// A statement: its line and how often it ran.
#[derive(Clone, Copy)]
struct Statement {
    line: u32,
    hits: u64,
}

/// What a file or the project says that it adds up to.
struct Metrics {
    position: Position,
    found: String,
    statements: Option<Ratio>,
    branches: Option<Ratio>,
    functions: Option<Ratio>,
    /// How many lines the file has.
    length: Option<u32>,
}

impl Handler for Report {
    type Element = Element;

    #[inline]
    fn open(&mut self, within: Option<Element>, tag: &Tag<'_>, said: &mut Diagnostics) -> Element {
        match (within, tag.name()) {
            (Some(Element::File), b"line") => {
                self.read_line(tag, said);
                Element::Other
            }
            (Some(Element::File), b"metrics") => {
                if let Some(file) = &mut self.file {
                    file.metrics = Some(Metrics::of(tag));
                }
                Element::Other
            }
            (Some(Element::Project), b"metrics") => {
                self.totals = Some(Metrics::of(tag));
                Element::Other
            }
            (Some(Element::Project | Element::Package), b"file") => {
                self.start_file(tag, said);
                Element::File
            }
            (Some(Element::Project | Element::Package), b"package") => Element::Package,
            (Some(Element::Root), b"project") => Element::Project,
            (None, b"coverage") => Element::Root,
            (None, _) => {
                tag.say(Kind::MalformedRecord, 0, said, "<coverage>", || "no root of Clover".to_owned());
                Element::Other
            }
            _ => Element::Other,
        }
    }

    fn close(&mut self, element: Element, _: String, said: &mut Diagnostics) {
        if element == Element::File
            && let Some(file) = self.file.take()
        {
            file.end(&mut self.files, said);
        }
    }
}

impl Report {
    fn start_file(&mut self, tag: &Tag<'_>, said: &mut Diagnostics) {
        let given = |name: &[u8]| tag.value(name).filter(|name| !name.text.trim_ascii().is_empty());
        let Some(name) = given(b"path").or_else(|| given(b"name")) else {
            self.file = None;
            if !tag.is_broken() {
                tag.say(Kind::EmptyName, 0, said, "path=\"<path>\"", || "a file without a name".to_owned());
            }
            return;
        };
        let (number, _) = self.files.enter(&tag.text(name, said));
        self.files.file(number).count_statements();
        self.file = Some(File { number, ..File::default() });
    }

    fn read_line(&mut self, tag: &Tag<'_>, said: &mut Diagnostics) {
        let Some(file) = self.file.as_mut().filter(|_| !tag.is_broken()) else { return };
        let mut line = LineAttributes::default();
        for (name, value) in tag.attributes() {
            match name {
                b"num" => line.number = Some(value),
                b"type" => line.kind = value.text,
                b"count" => line.count = Some(value),
                b"truecount" => line.taken = Some(value),
                b"falsecount" => line.missed = Some(value),
                b"name" => line.name = Some(value),
                b"signature" => line.signature = Some(value),
                _ => {}
            }
        }
        let number = match required(line.number, "a line without a number", parse_line) {
            Ok(number) => number,
            Err(fault) => return say_fault(tag, &fault, said),
        };
        let mut count =
            |value: Option<Value<'_>>| match required(value, "a line without a count", parse_count) {
                Ok((count, oddity)) => {
                    if let Some(oddity) = oddity {
                        let offset = value.map_or(0, |value| value.offset);
                        tag.say(oddity.kind, offset, said, "", || oddity.message.to_owned());
                    }
                    Some(count)
                }
                Err(fault) => {
                    say_fault(tag, &fault, said);
                    None
                }
            };
        if line.kind == b"cond" && (line.taken.is_some() || line.missed.is_some()) {
            let (Some(taken), Some(missed)) = (count(line.taken), count(line.missed)) else { return };
            if line.count.is_some() {
                let Some(hits) = count(line.count) else { return };
                file.statements.push(Statement { line: number, hits });
                file.conditions.push((number, taken, taken.saturating_add(missed)));
            } else {
                file.conditions.push((number, u64::from(taken > 0) + u64::from(missed > 0), 2));
                file.runs.push((number, taken.saturating_add(missed)));
            }
        } else if let Some(hits) = count(line.count) {
            if line.kind == b"method" {
                let name = line.name.or(line.signature).map(|name| tag.text(name, said)).unwrap_or_default();
                file.methods.push((number, hits, name.into_owned()));
            } else {
                file.statements.push(Statement { line: number, hits });
            }
        }
    }

    /// Metrics of the project that are not those of its files.
    fn compare(&self, picture: &Picture, said: &mut Diagnostics) {
        if let Some(totals) = &self.totals {
            let ours = picture.totals();
            let ours = [ours.statements, ours.branches, ours.functions];
            totals.compare("project", ours, !ours[2].is_no_data(), said);
        }
    }
}

/// What a `line` says.
#[derive(Default)]
struct LineAttributes<'a> {
    number: Option<Value<'a>>,
    kind: &'a [u8],
    count: Option<Value<'a>>,
    taken: Option<Value<'a>>,
    missed: Option<Value<'a>>,
    name: Option<Value<'a>>,
    signature: Option<Value<'a>>,
}

impl File {
    fn end(mut self, files: &mut Files, said: &mut Diagnostics) {
        self.drop_lines_beyond(said);
        self.add_hidden_statements();
        let file = files.file(self.number);
        let statements = self.end_statements(file);
        let branches = self.end_conditions(file);
        let mut functions = Ratio::default();
        for (line, hits, name) in &self.methods {
            file.add_function(Function::new(name, Some(*line), None, Grouping::ByName, *hits));
            functions.count(1, *hits > 0);
        }
        let Some(metrics) = self.metrics else { return };
        let declared = SummaryTotals {
            lines: Ratio::default(),
            branches: beyond(branches, metrics.branches),
            functions: beyond(functions, metrics.functions),
        };
        if declared != SummaryTotals::default() {
            file.declared = Some(Box::new(declared));
        }
        let or_told = |declared: Ratio, told| if declared.is_no_data() { told } else { declared };
        let ours = [statements, or_told(declared.branches, branches), or_told(declared.functions, functions)];
        metrics.compare("file", ours, !self.methods.is_empty(), said);
    }

    fn end_statements(&mut self, file: &mut SourceFile) -> Ratio {
        self.statements.sort_by_key(|statement| statement.line);
        let (mut before, mut place) = (0, 0);
        let mut ratio = Ratio::default();
        for Statement { line, hits } in &self.statements {
            place = if *line == before { place + 1 } else { 1 };
            before = *line;
            let span = Span { start_line: *line, end_line: *line, start_column: place, end_column: place };
            file.add_statement(Block::new(span, 1, *hits));
            file.add_line(*line, *hits);
            ratio.count(1, *hits > 0);
        }
        ratio
    }

    /// Conditions that share a line are different ones: their arms add up.
    fn end_conditions(&mut self, file: &mut SourceFile) -> Ratio {
        for (line, hits) in &self.runs {
            file.add_line(*line, *hits);
        }
        self.conditions.sort_unstable_by_key(|(line, ..)| *line);
        let mut sum = Ratio::default();
        for conditions in self.conditions.chunk_by(|left, right| left.0 == right.0) {
            let ratio: Ratio = conditions.iter().map(|(_, taken, all)| Ratio::new(*taken, *all)).sum();
            let short = |number: u64| u32::try_from(number).unwrap_or(u32::MAX);
            let tally = BranchTally::new(conditions[0].0, short(ratio.covered), short(ratio.total));
            sum += Ratio::new(tally.covered().into(), tally.total().into());
            file.add_tally(tally);
        }
        sum
    }

    /// Statements that stand on the line of a method and are written as the method only. There are as many as the
    /// metrics have more; if that is not the number of all methods, it may be that of those without another
    /// statement, which are whole on one line.
    fn add_hidden_statements(&mut self) {
        let Some(declared) = self.metrics.as_ref().and_then(|metrics| metrics.statements) else { return };
        let Some(hidden) = usize::try_from(declared.total)
            .ok()
            .and_then(|total| total.checked_sub(self.statements.len()))
            .filter(|hidden| *hidden > 0 && *hidden <= self.methods.len())
        else {
            return;
        };
        let mut lines: Vec<u32> = self.statements.iter().map(|statement| statement.line).collect();
        lines.sort_unstable();
        self.methods.sort_by_key(|(line, ..)| *line);
        let bare = |(line, ..): &&(u32, u64, String)| lines.binary_search(line).is_err();
        let all: Vec<_> = self.methods.iter().filter(bare).collect();
        let nexts = self.methods.iter().skip(1).map(|next| next.0).chain([u32::MAX]);
        let whole = self.methods.iter().zip(nexts).filter(|((line, ..), next)| {
            lines.get(lines.partition_point(|known| known < line)).is_none_or(|first| first >= next)
        });
        let whole: Vec<_> = whole.map(|(method, _)| method).collect();
        let found = [all, whole].into_iter().find(|methods| methods.len() == hidden).unwrap_or_default();
        let found = found.into_iter().map(|(line, hits, _)| Statement { line: *line, hits: *hits });
        self.statements.extend(found.collect::<Vec<_>>());
    }

    fn drop_lines_beyond(&mut self, said: &mut Diagnostics) {
        let Some(metrics) = &self.metrics else { return };
        let Some(length) = metrics.length.filter(|length| *length > 0) else { return };
        let all = self.statements.len() + self.conditions.len() + self.methods.len();
        self.statements.retain(|statement| statement.line <= length);
        self.conditions.retain(|(line, ..)| *line <= length);
        self.runs.retain(|(line, ..)| *line <= length);
        self.methods.retain(|(line, ..)| *line <= length);
        let left = self.statements.len() + self.conditions.len() + self.methods.len();
        if left < all {
            metrics.say(Kind::LineBeyondEnd, said, || {
                format!("{} entries behind line {length}, the last one of the file", all - left)
            });
        }
    }
}

/// What is declared, if it has all that was told and more: units that the lines leave out.
fn beyond(told: Ratio, declared: Option<Ratio>) -> Ratio {
    let holds =
        |ratio: &Ratio| *ratio != told && ratio.covered >= told.covered && ratio.missed() >= told.missed();
    declared.filter(holds).unwrap_or_default()
}

impl Metrics {
    fn of(tag: &Tag<'_>) -> Self {
        let number = |name: &[u8]| {
            let text = tag.value(name)?.text;
            decode::digits(text).filter(|(_, length)| *length == text.len()).map(|(number, _)| number)
        };
        let ratio = |total: &[u8], covered: &[u8]| Some(Ratio::new(number(covered)?, number(total)?));
        Self {
            position: tag.position(),
            found: tag.shown(),
            statements: ratio(b"statements", b"coveredstatements"),
            branches: ratio(b"conditionals", b"coveredconditionals"),
            functions: ratio(b"methods", b"coveredmethods"),
            length: number(b"loc").and_then(|length| u32::try_from(length).ok()),
        }
    }

    fn compare(&self, whose: &str, ours: [Ratio; 3], methods_hide_statements: bool, said: &mut Diagnostics) {
        let units = [Unit::Statements, Unit::Branches, Unit::Functions];
        let declared = [self.statements, self.branches, self.functions];
        for ((unit, ours), declared) in units.into_iter().zip(ours).zip(declared) {
            let Some(declared) = declared.filter(|declared| *declared != ours) else { continue };
            let reason = match unit {
                Unit::Functions if declared.total == ours.total && declared.covered < ours.covered => {
                    ", because it calls a method covered only if all of it ran"
                }
                Unit::Statements if methods_hide_statements && declared.total > ours.total => {
                    ", because a statement on the line of a method is not written"
                }
                _ => "",
            };
            self.say(Kind::TotalsDiffer, said, || {
                format!(
                    "the {whose} declares {}/{} {}, its lines add up to {}/{}{reason}",
                    declared.covered,
                    declared.total,
                    unit.name(),
                    ours.covered,
                    ours.total
                )
            });
        }
    }

    fn say(&self, kind: Kind, said: &mut Diagnostics, message: impl FnOnce() -> String) {
        let (line, column) = (self.position.line(), self.position.column());
        said.say_at(kind, || Spot { line, column, found: self.found.clone() }, "", message);
    }
}

#[cfg(test)]
#[path = "clover/tests.rs"]
mod tests;
