//! One file of one command, and what all commands come to.

use std::cmp::Ordering;

use crate::decode;
use crate::diagnostic::Kind;
use crate::formats::json::{Json, Pulled, Value};
use crate::gather::Gathered;
use crate::model::{Branch, FileCoverage, Function, Grouping, LineHits, Ratio};

/// What one command says about a file. One value serves all files, so that its buffers do.
#[derive(Default)]
pub(super) struct Entry {
    /// The lines that can run.
    lines: Vec<LineHits>,
    /// How many lines the list has, those that can't run included.
    length: u32,
    branches: Gathered<Branch>,
    functions: Gathered<Function>,
}

impl Entry {
    pub(super) fn clear(&mut self) {
        *self = Self { lines: std::mem::take(&mut self.lines), ..Self::default() };
        self.lines.clear();
    }

    pub(super) fn ratio(&self) -> Ratio {
        let mut ratio = Ratio::default();
        for line in &self.lines {
            ratio.count(1, line.hits() > 0);
        }
        ratio
    }

    /// Reads a list of lines or an object with one, whose start was read; `false` if it is neither.
    pub(super) fn read(&mut self, json: &mut Json<'_>, value: Value) -> Pulled<bool> {
        match value {
            Value::Array => {
                self.read_lines(json)?;
                Ok(true)
            }
            Value::Object => self.read_members(json),
            _ => json.is(value, Value::Array, "a list of lines or an object with one"),
        }
    }

    fn read_members(&mut self, json: &mut Json<'_>) -> Pulled<bool> {
        let spot = json.spot();
        let mut has_lines = false;
        while json.key()? {
            match json.text() {
                b"lines" => {
                    has_lines = json.array("a list of lines")?;
                    if has_lines {
                        self.read_lines(json)?;
                    }
                }
                b"branches" => match json.value()? {
                    Value::Object => self.read_conditions(json)?,
                    Value::Array => self.read_listed_branches(json)?,
                    value => json.skip(value)?,
                },
                b"methods" => match json.value()? {
                    Value::Object => self.read_methods(json)?,
                    value => json.skip(value)?,
                },
                _ => json.skip_value()?,
            }
        }
        if !has_lines {
            json.say_at(spot, Kind::MalformedRecord, "`lines`", || {
                "a file without a list of lines".to_owned()
            });
        }
        Ok(has_lines)
    }

    /// Reads the array that was opened.
    fn read_lines(&mut self, json: &mut Json<'_>) -> Pulled<()> {
        self.lines.clear();
        self.length = 0;
        while let Some(value) = json.element()? {
            self.length = self.length.saturating_add(1);
            match value {
                Value::Null => {}
                Value::Text if json.text() == b"ignored" => {}
                value => {
                    if let Some(hits) = json.count(value)? {
                        self.lines.push(LineHits::new(self.length, hits));
                    }
                }
            }
        }
        // So many lines have no numbers; the last one stands for all that follow.
        self.lines.dedup_by_key(|line| line.line());
        Ok(())
    }

    fn read_conditions(&mut self, json: &mut Json<'_>) -> Pulled<()> {
        while json.key()? {
            let Some(condition) = place(json.text(), 5) else {
                say_no_branch(json)?;
                continue;
            };
            if !json.object("an object with the arms of a branch")? {
                continue;
            }
            while json.key()? {
                let Some(arm) = place(json.text(), 5) else {
                    say_no_branch(json)?;
                    continue;
                };
                let value = json.value()?;
                let Some(taken) = json.count(value)? else { continue };
                let label =
                    format!("{} {}, {} {}", condition.what, condition.numbers[0], arm.what, arm.numbers[0]);
                let line = condition.numbers[1];
                if line > 0 {
                    self.branches.add(Branch::labelled(line, &label, Some(taken)), 0, &mut |_, _| {});
                } else {
                    json.say(Kind::LineZero, "", || "line 0: lines are counted from 1".to_owned())?;
                }
            }
        }
        Ok(())
    }

    /// `branches` as `simplecov_json_formatter` lists them.
    fn read_listed_branches(&mut self, json: &mut Json<'_>) -> Pulled<()> {
        let mut number = 0_u32;
        while let Some(value) = json.element()? {
            if !json.is(value, Value::Object, "an object with an arm of a branch")? {
                continue;
            }
            number = number.saturating_add(1);
            let spot = json.spot();
            let (mut what, mut start, mut reported, mut taken) = (String::new(), None, None, None);
            let mut is_ignored = false;
            while json.key()? {
                match json.text() {
                    b"type" => {
                        let value = json.value()?;
                        if json.is(value, Value::Text, "the kind of a branch")? {
                            what = decode::text(json.text()).into_owned();
                        }
                    }
                    b"start_line" => {
                        let value = json.value()?;
                        start = json.line(value)?;
                    }
                    b"report_line" => {
                        let value = json.value()?;
                        reported = json.line(value)?;
                    }
                    b"coverage" => match json.value()? {
                        Value::Text if json.text() == b"ignored" => is_ignored = true,
                        Value::Null => is_ignored = true,
                        value => taken = json.count(value)?,
                    },
                    _ => json.skip_value()?,
                }
            }
            match (reported.or(start), taken) {
                (Some(line), Some(taken)) => {
                    let label = format!("{what} #{number}");
                    self.branches.add(Branch::labelled(line, &label, Some(taken)), 0, &mut |_, _| {});
                }
                _ if is_ignored => {}
                _ => json.say_at(spot, Kind::MalformedRecord, "a line and a count", || {
                    "a branch without a line or without a count".to_owned()
                }),
            }
        }
        Ok(())
    }

    fn read_methods(&mut self, json: &mut Json<'_>) -> Pulled<()> {
        while json.key()? {
            let Some(method) = place(json.text(), 4) else {
                say_no_branch(json)?;
                continue;
            };
            let value = json.value()?;
            let Some(hits) = json.count(value)? else { continue };
            let [start, _, end, _, _] = method.numbers;
            let end = (end >= start).then_some(end);
            let function = Function::new(&method.what, Some(start), end, Grouping::ByName, hits);
            self.functions.add(function, 0, &mut |_, _| {});
        }
        Ok(())
    }
}

fn say_no_branch(json: &mut Json<'_>) -> Pulled<()> {
    json.say(Kind::MalformedRecord, "[:kind, number, line, column, line, column]", || {
        "a key that is no place of a branch or a method".to_owned()
    })?;
    json.skip_value()
}

/// What a key such as `[:if, 0, 6, 4, 6, 42]` says.
struct Place {
    /// `if`, or `Shape, area`.
    what: String,
    numbers: [u32; 5],
}

/// A key in Ruby's notation of an array that ends in so many numbers.
fn place(key: &[u8], numbers: usize) -> Option<Place> {
    let inside = key.strip_prefix(b"[")?.strip_suffix(b"]")?;
    let mut parts = inside.rsplitn(numbers + 1, |byte| *byte == b',');
    let mut place = Place { what: String::new(), numbers: [0; 5] };
    for at in (0..numbers).rev() {
        place.numbers[at] = decode::whole_u32(parts.next()?.trim_ascii())?;
    }
    let names = decode::text(parts.next()?).into_owned();
    place.what = names.chars().filter(|character| !matches!(character, ':' | '"')).collect();
    Some(place)
}

/// A file of all commands that were read.
#[derive(Default)]
pub(super) struct File {
    lines: Vec<LineHits>,
    /// Of the longest list; 0 before the first one.
    length: u32,
    branches: Gathered<Branch>,
    functions: Gathered<Function>,
    /// The command that was read last.
    pub(super) command: u32,
}

impl File {
    /// Takes over what one command says. `false` if the two can't have measured the same source.
    pub(super) fn absorb(&mut self, entry: &mut Entry) -> bool {
        entry.branches.move_into(&mut self.branches);
        entry.functions.move_into(&mut self.functions);
        let is_first = self.length == 0 && self.lines.is_empty();
        if is_first {
            self.lines = entry.lines.clone();
            self.length = entry.length;
            return true;
        }
        let common = self.length.min(entry.length);
        let united = unite(&self.lines, &entry.lines, common);
        self.length = self.length.max(entry.length);
        self.lines = united;
        self.lines.last().is_none_or(|line| line.line() <= common)
    }

    /// How much there is to go through when more is absorbed. Branches and methods are looked up.
    pub(super) fn units(&self) -> usize {
        self.lines.len()
    }

    pub(super) fn finish(mut self) -> FileCoverage {
        FileCoverage {
            lines: self.lines,
            branches: self.branches.finish(&mut |_, _| {}),
            functions: self.functions.finish(&mut |_, _| {}),
            ..FileCoverage::in_lines()
        }
    }
}

/// The sum of two lists. Up to `common`, what is in one only is not relevant in the other: if it did not run,
/// it is not measured. Behind, only one list says anything.
fn unite(left: &[LineHits], right: &[LineHits], common: u32) -> Vec<LineHits> {
    let mut united = Vec::with_capacity(left.len().max(right.len()));
    let (mut left, mut right) = (left.iter().peekable(), right.iter().peekable());
    let alone = |line: &&LineHits| line.hits() > 0 || line.line() > common;
    while let (Some(one), Some(other)) = (left.peek(), right.peek()) {
        match one.line().cmp(&other.line()) {
            Ordering::Less => united.extend(left.next().filter(alone).cloned()),
            Ordering::Greater => united.extend(right.next().filter(alone).cloned()),
            Ordering::Equal => {
                united.push(LineHits::new(one.line(), one.hits().saturating_add(other.hits())));
                left.next();
                right.next();
            }
        }
    }
    united.extend(left.chain(right).filter(alone).cloned());
    united
}
