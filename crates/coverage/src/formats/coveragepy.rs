//! What `coverage json` of coverage.py writes, formats 1 to 3:
//!
//! ```text
//! {"meta": {"format": 3, "version": "7.17.3", "branch_coverage": true, …},
//!  "files": {"<path>": {
//!    "executed_lines": [1, …], "missing_lines": [2, …], "excluded_lines": [3, …],
//!    "executed_branches": [[from, to], …], "missing_branches": [[from, to], …],
//!    "summary": {"covered_lines": 1, "num_statements": 2, "covered_branches": 0, "num_branches": 0, …},
//!    "functions": {"Class.name": {"start_line": 1, "executed_lines": […], "missing_lines": […], …}, "": {…}},
//!    "classes": {…}, "contexts": {…}}},
//!  "totals": {as "summary"}}
//! ```
//!
//! The order of keys is not relied on. Lines are known to have run or not, not how often. A branch with a
//! negative target leaves the function. The function without a name is the body of the module.

use std::io::{self, Read};

use super::json::{Json, Pulled, Spot, Value};
use super::{Format, Parsed};
use crate::decode;
use crate::diagnostic::Kind;
use crate::gather::Gathered;
use crate::model::{Branch, FileCoverage, Function, Grouping, Hits, LineHits, Picture, Ratio, Unit};

/// Reads a report of coverage.py to its end.
///
/// # Errors
/// Only those of the stream: whatever the report holds is said in its diagnostics.
pub fn parse_coveragepy(input: &mut dyn Read) -> io::Result<Parsed> {
    let mut json = Json::new(input);
    let mut report = Report::default();
    let end = json.read_root(&mut |json| report.read_member(json)).map(|()| report.compare(&mut json));
    json.finish(Format::CoveragePyJson, report.picture, end)
}

/// A report in the making.
#[derive(Default)]
struct Report {
    picture: Picture,
    totals: Declared,
    /// Buffers that serve all files.
    file: File,
}

impl Report {
    fn read_member(&mut self, json: &mut Json<'_>) -> Pulled<()> {
        match json.text() {
            b"files" => self.read_files(json),
            b"totals" => self.totals.read(json),
            _ => json.skip_value(),
        }
    }

    fn read_files(&mut self, json: &mut Json<'_>) -> Pulled<()> {
        if !json.object("an object of files")? {
            return Ok(());
        }
        while json.key()? {
            let spot = json.spot();
            let Some(path) = json.name()? else {
                json.skip_value()?;
                continue;
            };
            if let Some(known) = self.picture.file(&path) {
                json.say(Kind::RepeatedKey, "", || "this file was there before; both are united".to_owned())?;
                json.unite(known.lines().len() + known.branches().len() + known.functions().len())?;
            }
            if !json.object("an object with the lines of a file")? {
                continue;
            }
            self.file.read(json)?;
            let file = self.file.finish(json, &path, spot);
            self.picture.insert(path, file);
        }
        Ok(())
    }

    fn compare(&self, json: &mut Json<'_>) {
        for unit in [Unit::Lines, Unit::Branches] {
            self.totals.compare(json, unit, self.picture.ratio(unit), &|| "`totals`".to_owned());
        }
    }
}

/// The totals of a `summary`, for comparing.
#[derive(Clone, Copy, Debug, Default)]
struct Declared {
    spot: Spot,
    lines: (Option<u64>, Option<u64>),
    branches: (Option<u64>, Option<u64>),
}

impl Declared {
    /// Reads the value behind a key.
    fn read(&mut self, json: &mut Json<'_>) -> Pulled<()> {
        *self = Self { spot: json.spot(), ..Self::default() };
        if !json.object("an object of totals")? {
            return Ok(());
        }
        while json.key()? {
            let total = match json.text() {
                b"covered_lines" => &mut self.lines.0,
                b"num_statements" => &mut self.lines.1,
                b"covered_branches" => &mut self.branches.0,
                b"num_branches" => &mut self.branches.1,
                _ => {
                    json.skip_value()?;
                    continue;
                }
            };
            *total = json.total()?;
        }
        Ok(())
    }

    fn compare(&self, json: &mut Json<'_>, unit: Unit, counted: Ratio, whose: &dyn Fn() -> String) {
        let declared = if unit == Unit::Lines { self.lines } else { self.branches };
        let (Some(covered), Some(total)) = declared else { return };
        if (covered, total) != (counted.covered, counted.total) {
            json.say_at(self.spot, Kind::TotalsDiffer, "", || {
                let (whose, unit) = (whose(), unit.name());
                let counted = format!("{}/{}", counted.covered, counted.total);
                format!("{whose} declares {covered}/{total} {unit}, the lists add up to {counted}")
            });
        }
    }
}

/// A list of lines.
#[derive(Default)]
struct Lines {
    lines: Vec<u32>,
    /// Where the list starts, if there is one.
    spot: Option<Spot>,
}

impl Lines {
    fn read(&mut self, json: &mut Json<'_>) -> Pulled<()> {
        self.spot = Some(json.spot());
        if !json.array("a list of lines")? {
            return Ok(());
        }
        while let Some(value) = json.element()? {
            if let Some(line) = json.line(value)? {
                self.lines.push(line);
            }
        }
        Ok(())
    }

    fn settle(&mut self) {
        if !self.lines.is_sorted() {
            self.lines.sort_unstable();
        }
        self.lines.dedup();
    }

    fn clear(&mut self) {
        self.lines.clear();
        self.spot = None;
    }
}

/// One entry of `files` in the making.
#[derive(Default)]
struct File {
    executed: Lines,
    missing: Lines,
    branches: Gathered<Branch>,
    functions: Gathered<Function>,
    summary: Option<Declared>,
}

impl File {
    fn read(&mut self, json: &mut Json<'_>) -> Pulled<()> {
        self.executed.clear();
        self.missing.clear();
        self.summary = None;
        while json.key()? {
            match json.text() {
                b"executed_lines" => self.executed.read(json)?,
                b"missing_lines" => self.missing.read(json)?,
                b"executed_branches" => self.read_branches(json, Some(1))?,
                b"missing_branches" => self.read_branches(json, Some(0))?,
                b"functions" => self.read_functions(json)?,
                b"summary" => self.summary.get_or_insert_default().read(json)?,
                _ => json.skip_value()?,
            }
        }
        Ok(())
    }

    fn read_branches(&mut self, json: &mut Json<'_>, taken: Option<u64>) -> Pulled<()> {
        if !json.array("a list of branches")? {
            return Ok(());
        }
        while let Some(value) = json.element()? {
            if !json.is(value, Value::Array, "a pair of lines")? {
                continue;
            }
            let (mut from, mut to, mut place) = (None, None, 0);
            while let Some(value) = json.element()? {
                match place {
                    0 => from = json.line(value)?,
                    1 => to = target(json, value)?,
                    _ => json.skip(value)?,
                }
                place += 1;
            }
            if let (Some(from), Some(to)) = (from, &to) {
                self.branches.add(Branch::labelled(from, to, taken), 0, &mut |_, _| {});
            } else if place < 2 {
                json.say(Kind::MalformedRecord, "[from, to]", || "half of a branch".to_owned())?;
            }
        }
        Ok(())
    }

    fn read_functions(&mut self, json: &mut Json<'_>) -> Pulled<()> {
        if !json.object("an object of functions")? {
            return Ok(());
        }
        while json.key()? {
            if json.text().is_empty() {
                json.skip_value()?;
                continue;
            }
            let name = decode::text(json.text()).into_owned();
            if json.object("an object with the lines of a function")? {
                self.read_function(json, &name)?;
            }
        }
        Ok(())
    }

    fn read_function(&mut self, json: &mut Json<'_>, name: &str) -> Pulled<()> {
        let (mut start, mut executed, mut measured) = (None, false, false);
        while json.key()? {
            match json.text() {
                b"start_line" => {
                    let value = json.value()?;
                    start = json.line(value)?;
                }
                b"executed_lines" => {
                    executed = has_elements(json)?;
                    measured |= executed;
                }
                b"missing_lines" => measured |= has_elements(json)?,
                _ => json.skip_value()?,
            }
        }
        // Excluded as a whole, or without a line of its own.
        if measured {
            let function = Function::new(name, start, None, Grouping::ByName, u64::from(executed));
            self.functions.add(function, 0, &mut |_, _| {});
        }
        Ok(())
    }

    /// The file, with what contradicts itself said.
    fn finish(&mut self, json: &mut Json<'_>, path: &str, spot: Spot) -> FileCoverage {
        self.executed.settle();
        self.missing.settle();
        if self.executed.spot.is_none() && self.missing.spot.is_none() {
            json.say_at(spot, Kind::MalformedRecord, "`executed_lines` and `missing_lines`", || {
                format!("{path} without a list of lines")
            });
        }
        let mut file = FileCoverage {
            lines: self.unite_lines(json, path, spot),
            branches: self.branches.finish(&mut |_, _| {}),
            functions: self.functions.finish(&mut |_, _| {}),
            hits: Hits::Flags,
            ..FileCoverage::in_lines()
        };
        // An arm or a function may be named twice.
        file.flatten();
        if let Some(summary) = &self.summary {
            for unit in [Unit::Lines, Unit::Branches] {
                summary.compare(json, unit, file.ratio(unit), &|| format!("the summary of {path}"));
            }
        }
        file
    }

    /// Both lists as one. A line in both is missing: nothing that may not have run counts as covered.
    fn unite_lines(&self, json: &mut Json<'_>, path: &str, spot: Spot) -> Vec<LineHits> {
        let mut lines = Vec::with_capacity(self.executed.lines.len() + self.missing.lines.len());
        let mut missing = self.missing.lines.iter().copied().peekable();
        for line in self.executed.lines.iter().copied() {
            while let Some(before) = missing.next_if(|missing| *missing < line) {
                lines.push(LineHits::new(before, 0));
            }
            let is_both = missing.next_if_eq(&line).is_some();
            if is_both {
                let spot = self.executed.spot.max(self.missing.spot).unwrap_or(spot);
                json.say_at(spot, Kind::Contradiction, "a line in one of the two lists", || {
                    format!("line {line} of {path} is both executed and missing; taken as missing")
                });
            }
            lines.push(LineHits::new(line, u64::from(!is_both)));
        }
        lines.extend(missing.map(|line| LineHits::new(line, 0)));
        lines
    }
}

/// Where a branch leads to, in words.
fn target(json: &mut Json<'_>, value: Value) -> Pulled<Option<String>> {
    let number = match value {
        Value::Unsigned(line) => return Ok(Some(format!("to {line}"))),
        Value::Number => json.text().strip_prefix(b"-").filter(|number| decode::is_digits(number)),
        _ => None,
    };
    if let Some(line) = number {
        return Ok(Some(format!("exit {}", decode::text(line))));
    }
    json.is(value, Value::Number, "the line that a branch leads to")?;
    Ok(None)
}

/// Whether the array behind a key holds anything.
fn has_elements(json: &mut Json<'_>) -> Pulled<bool> {
    if !json.array("a list of lines")? {
        return Ok(false);
    }
    let Some(first) = json.element()? else { return Ok(false) };
    json.skip(first)?;
    json.skip(Value::Array)?;
    Ok(true)
}

#[cfg(test)]
#[path = "coveragepy/tests.rs"]
mod tests;
