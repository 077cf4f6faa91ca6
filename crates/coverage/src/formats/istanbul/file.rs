//! One file of a coverage map: its maps and its counts, which stand apart, and what they come to together.

use super::halves::Halves;
use crate::decode;
use crate::diagnostic::Kind;
use crate::formats::json::{Json, Pulled, Spot, Value};
use crate::gather::Gathered;
use crate::model::{Block, Branch, FileCoverage, Function, Grouping, LineHits, Span};

/// A line and a column, counted from 1, as far as they are there.
#[derive(Clone, Copy, Debug, Default)]
struct Position {
    line: Option<u32>,
    column: Option<u32>,
}

/// A part of the source.
#[derive(Clone, Copy, Debug, Default)]
struct Extent {
    start: Position,
    end: Position,
}

impl Extent {
    /// As a span. Where the end is not said, it is the end of the line, or of the first one.
    fn span(&self) -> Option<Span> {
        let start_line = self.start.line?;
        Some(Span {
            start_line,
            end_line: self.end.line.unwrap_or(start_line),
            start_column: self.start.column.unwrap_or(1),
            end_column: self.end.column.unwrap_or(u32::MAX),
        })
    }
}

/// A function of `fnMap`.
#[derive(Default)]
struct Declared {
    name: String,
    start: Option<u32>,
    end: Option<u32>,
}

/// A branch of `branchMap`.
#[derive(Clone, Copy)]
struct Fork {
    /// Where it stands; nowhere if it does not say.
    span: Option<Span>,
    arms: usize,
}

/// One file in the making. One value serves all files, so that its buffers do.
#[derive(Default)]
pub(super) struct File {
    path: String,
    statements: Halves<Option<Span>, u64>,
    functions: Halves<Declared, u64>,
    /// Counts are a start and an end in `taken`.
    branches: Halves<Fork, (usize, usize)>,
    taken: Vec<u64>,
}

impl File {
    /// Reads the object that was opened.
    pub(super) fn read(&mut self, json: &mut Json<'_>) -> Pulled<()> {
        self.path.clear();
        self.statements.clear();
        self.functions.clear();
        self.branches.clear();
        self.taken.clear();
        while json.key()? {
            if json.text() == b"data" {
                if json.object("an object with the maps and counts of a file")? {
                    while json.key()? {
                        self.read_member(json)?;
                    }
                }
            } else {
                self.read_member(json)?;
            }
        }
        Ok(())
    }

    fn read_member(&mut self, json: &mut Json<'_>) -> Pulled<()> {
        match json.text() {
            b"path" => match json.value()? {
                Value::Text => self.path = json.name()?.unwrap_or_default(),
                value => json.skip(value)?,
            },
            b"statementMap" => self.statements.read_map(json, read_statement)?,
            b"fnMap" => self.functions.read_map(json, read_function)?,
            b"branchMap" => self.branches.read_map(json, read_fork)?,
            b"s" => self.statements.read_counts(json, read_count)?,
            b"f" => self.functions.read_counts(json, read_count)?,
            b"b" => {
                let taken = &mut self.taken;
                self.branches.read_counts(json, |json, value| read_arms(json, value, taken))?;
            }
            _ => json.skip_value()?,
        }
        Ok(())
    }

    /// The path and the file, with what contradicts itself said. `key` is where the file stood, at `spot`.
    pub(super) fn finish(&mut self, json: &mut Json<'_>, key: String, spot: Spot) -> (String, FileCoverage) {
        let path = if self.path.is_empty() { key } else { std::mem::take(&mut self.path) };
        if !self.statements.is_there() {
            json.say_at(spot, Kind::MalformedRecord, "`statementMap` and `s`", || {
                format!("{path} without a map and counts of statements")
            });
        }
        let (blocks, lines) = self.finish_statements(json, &path);
        let file = FileCoverage {
            blocks,
            lines,
            branches: self.finish_branches(json, &path),
            functions: self.finish_functions(json, &path),
            ..FileCoverage::in_statements_and_their_lines()
        };
        (path, file)
    }

    fn finish_statements(&mut self, json: &mut Json<'_>, path: &str) -> (Vec<Block>, Vec<LineHits>) {
        let mut blocks = Gathered::default();
        let mut lines = Vec::with_capacity(self.statements.mapped.len());
        self.statements.join(json, path, "statement", |_, span, hits| {
            if let Some(span) = span {
                blocks.add(Block::new(span, 1, hits), 0, &mut |_, _| {});
                lines.push((span.start_line, hits));
            }
        });
        if !lines.is_sorted() {
            lines.sort_unstable();
        }
        let mut of_lines: Vec<LineHits> = Vec::with_capacity(lines.len());
        for runs in lines.chunk_by(|left, right| left.0 == right.0) {
            // Sorted: the last one ran most.
            let (line, hits) = runs[runs.len() - 1];
            of_lines.push(LineHits::new(line, hits));
        }
        of_lines.shrink_to_fit();
        (blocks.finish(&mut |_, _| {}), of_lines)
    }

    fn finish_branches(&mut self, json: &mut Json<'_>, path: &str) -> Vec<Branch> {
        let mut forks = Vec::with_capacity(self.branches.mapped.len());
        let mut odd = Vec::new();
        self.branches.join(json, path, "branch", |(id, spot), fork, (start, end)| {
            if fork.arms != end - start {
                odd.push((id, spot, fork.arms, end - start));
            }
            if let Some(span) = fork.span {
                let Span { start_line, start_column, end_line, end_column } = span;
                forks.push((start_line, start_column, end_line, end_column, id, start, end));
            }
        });
        for (id, spot, arms, counts) in odd {
            json.say_at(spot, Kind::Contradiction, "a count for each arm", || {
                format!("branch {id} of {path} has {arms} arms and {counts} counts")
            });
        }
        forks.sort_unstable();
        let mut branches = Vec::with_capacity(self.taken.len());
        for (line, column, arms) in arms_of(&forks) {
            for (arm, at) in (0..).zip(arms) {
                branches.push(Branch::numbered(line, column, arm, Some(self.taken[at])));
            }
        }
        branches
    }

    fn finish_functions(&mut self, json: &mut Json<'_>, path: &str) -> Vec<Function> {
        let mut declared = Vec::with_capacity(self.functions.mapped.len());
        self.functions.join(json, path, "function", |_, function, hits| declared.push((function, hits)));
        declared.sort_by(|(left, _), (right, _)| (left.start, &left.name).cmp(&(right.start, &right.name)));
        let mut functions = Gathered::default();
        for namesakes in
            declared.chunk_by(|(left, _), (right, _)| left.start == right.start && left.name == right.name)
        {
            for (number, (function, hits)) in (1..).zip(namesakes) {
                let Declared { name, start, end } = function;
                // Two functions of one name on one line are two functions.
                let name = if number == 1 { name.clone() } else { format!("{name} #{number}") };
                let function = Function::new(&name, *start, *end, Grouping::ByName, *hits);
                functions.add(function, 0, &mut |_, _| {});
            }
        }
        functions.finish(&mut |_, _| {})
    }
}

/// A branch in its order: line, column, end, id, and its counts from and to.
type Placed = (u32, u32, u32, u32, u32, usize, usize);

/// For each place at which branches start, where the counts of all their arms are.
fn arms_of(forks: &[Placed]) -> impl Iterator<Item = (u32, u32, impl Iterator<Item = usize>)> {
    forks
        .chunk_by(|left, right| (left.0, left.1) == (right.0, right.1))
        .map(|of_place| (of_place[0].0, of_place[0].1, of_place.iter().flat_map(|fork| fork.5..fork.6)))
}

fn read_statement(json: &mut Json<'_>, spot: Spot) -> Pulled<Option<Span>> {
    let span = read_extent(json)?.span();
    if span.is_none() {
        json.say_at(spot, Kind::MalformedRecord, "a line", || "a statement without a line".to_owned());
    }
    Ok(span)
}

/// Reads the members of a range that was opened.
fn read_extent(json: &mut Json<'_>) -> Pulled<Extent> {
    let mut extent = Extent::default();
    while json.key()? {
        match json.text() {
            b"start" => extent.start = read_position(json)?,
            b"end" => extent.end = read_position(json)?,
            _ => json.skip_value()?,
        }
    }
    Ok(extent)
}

/// The value behind a key as a range.
fn read_extent_value(json: &mut Json<'_>) -> Pulled<Extent> {
    match json.value()? {
        Value::Object => read_extent(json),
        value => json.skip(value).map(|()| Extent::default()),
    }
}

/// The value behind a key as a position: whatever of it is no number is not there.
fn read_position(json: &mut Json<'_>) -> Pulled<Position> {
    let mut position = Position::default();
    let value = json.value()?;
    if value != Value::Object {
        json.skip(value)?;
        return Ok(position);
    }
    while json.key()? {
        let is_line = match json.text() {
            b"line" => true,
            b"column" => false,
            _ => {
                json.skip_value()?;
                continue;
            }
        };
        let value = json.value()?;
        json.skip(value)?;
        let number = if let Value::Unsigned(number) = value { u32::try_from(number).ok() } else { None };
        if is_line {
            position.line = number.filter(|line| *line > 0);
        } else {
            position.column = number.map(|column| column.saturating_add(1));
        }
    }
    Ok(position)
}

fn read_function(json: &mut Json<'_>, _: Spot) -> Pulled<Declared> {
    let mut function = Declared::default();
    let (mut declared, mut body, mut line) = (Extent::default(), Extent::default(), None);
    while json.key()? {
        match json.text() {
            b"name" => match json.value()? {
                Value::Text => function.name = decode::text(json.text()).into_owned(),
                value => json.skip(value)?,
            },
            b"decl" => declared = read_extent_value(json)?,
            b"loc" => body = read_extent_value(json)?,
            b"line" => line = read_line(json)?,
            _ => json.skip_value()?,
        }
    }
    function.start = declared.start.line.or(line).or(body.start.line);
    function.end = body.end.line.filter(|end| function.start.is_some_and(|start| start <= *end));
    Ok(function)
}

fn read_fork(json: &mut Json<'_>, spot: Spot) -> Pulled<Fork> {
    let (mut whole, mut first, mut line) = (Extent::default(), None, None);
    let mut arms = 0;
    while json.key()? {
        match json.text() {
            b"loc" => whole = read_extent_value(json)?,
            b"line" => line = read_line(json)?,
            b"locations" => {
                if !json.array("a list of places")? {
                    continue;
                }
                while let Some(value) = json.element()? {
                    arms += 1;
                    let place = if value == Value::Object { read_extent(json)?.span() } else { None };
                    first = first.or(place);
                    if value != Value::Object {
                        json.skip(value)?;
                    }
                }
            }
            _ => json.skip_value()?,
        }
    }
    let of_line = line.map(|line| Span { start_line: line, end_line: line, start_column: 1, end_column: 1 });
    let span = whole.span().or(of_line).or(first);
    if span.is_none() {
        json.say_at(spot, Kind::MalformedRecord, "a line", || "a branch without a line".to_owned());
    }
    Ok(Fork { span, arms })
}

fn read_line(json: &mut Json<'_>) -> Pulled<Option<u32>> {
    let value = json.value()?;
    json.skip(value)?;
    let Value::Unsigned(line) = value else { return Ok(None) };
    Ok(u32::try_from(line).ok().filter(|line| *line > 0))
}

fn read_count(json: &mut Json<'_>, value: Value) -> Pulled<Option<u64>> {
    json.count(value)
}

fn read_arms(json: &mut Json<'_>, value: Value, taken: &mut Vec<u64>) -> Pulled<Option<(usize, usize)>> {
    if !json.is(value, Value::Array, "a list of counts")? {
        return Ok(None);
    }
    let start = taken.len();
    while let Some(value) = json.element()? {
        if let Some(count) = json.count(value)? {
            taken.push(count);
        }
    }
    Ok(Some((start, taken.len())))
}
