//! What `SimpleCov` keeps in `.resultset.json`, and the two reports in JSON that are made of it:
//!
//! ```text
//! {"<command>": {"coverage": {"<path>": <file>}, "timestamp": 1}}                     .resultset.json
//! {"meta": {"simplecov_version": "0.22.0"}, "coverage": {"<path>": <file>}, …}        simplecov_json_formatter
//! {"files": [{"filename": "<path>", "coverage": <file>, "covered_lines": 1, "lines_of_code": 2, …}],
//!  "metrics": {"covered_lines": 1, "total_lines": 2, …}, …}                           simplecov-json
//!
//! <file> is [<line>, …], or {"lines": [<line>, …], "branches": <branches>, "methods": <methods>}
//! <line> is a count, `null` where nothing can run, `"ignored"` between `:nocov:` marks
//! <branches> is {"[:if, 0, 6, 4, 6, 42]": {"[:then, 1, 6, 4, 6, 29]": 0, …}, …}: kind, number, line, column, end
//!               or [{"type": "then", "start_line": 6, "end_line": 6, "report_line": 6, "coverage": 0}, …]
//! <methods> is {"[\"Shape\", :area, 3, 2, 5, 5]": 1}
//! ```
//!
//! The commands of one report are united here as `SimpleCov` unites them: counts add up, and a line that is
//! `null` for one command and 0 for another is not measured. Between reports the rule of the model holds.

mod file;

use std::collections::BTreeMap;
use std::io::{self, Read};

use self::file::{Entry, File};
use super::json::{Json, Pulled, Spot, Value};
use super::{Format, Parsed};
use crate::diagnostic::Kind;
use crate::model::{Ratio, Unit};

/// Reads a report of `SimpleCov` to its end.
///
/// # Errors
/// Only those of the stream: whatever the report holds is said in its diagnostics.
pub fn parse_simplecov(input: &mut dyn Read) -> io::Result<Parsed> {
    let mut json = Json::new(input);
    let mut report = Report::default();
    let end = json.read_root(&mut |json| report.read_member(json));
    let complete = end.is_ok();
    let files = std::mem::take(&mut report.files);
    let picture = files.into_iter().map(|(path, file)| (path, file.finish())).collect();
    if complete {
        report.compare(&mut json, &picture);
    }
    json.finish(Format::SimpleCov, picture, end)
}

/// A report in the making.
#[derive(Default)]
struct Report {
    files: BTreeMap<String, File>,
    /// Buffers that serve all files.
    entry: Entry,
    /// How many maps of files were read; each is one command.
    commands: u32,
    metrics: Option<(Spot, Declared)>,
    /// Whether it is one of the two made reports.
    is_made: bool,
    /// An object at the root that holds no coverage.
    without: Option<Spot>,
}

/// Totals for comparing.
#[derive(Clone, Copy, Debug, Default)]
struct Declared {
    covered: Option<u64>,
    total: Option<u64>,
}

impl Declared {
    fn compare(&self, json: &mut Json<'_>, spot: Spot, counted: Ratio, whose: &str) {
        let (Some(covered), Some(total)) = (self.covered, self.total) else { return };
        if (covered, total) != (counted.covered, counted.total) {
            json.say_at(spot, Kind::TotalsDiffer, "", || {
                let counted = format!("{}/{}", counted.covered, counted.total);
                format!("{whose} declares {covered}/{total} lines, its lines add up to {counted}")
            });
        }
    }
}

impl Report {
    fn read_member(&mut self, json: &mut Json<'_>) -> Pulled<()> {
        match json.text() {
            b"coverage" => {
                self.is_made = true;
                self.read_files(json)
            }
            b"files" => {
                self.is_made = true;
                self.read_list(json)
            }
            b"metrics" => {
                let spot = json.spot();
                self.metrics = Some((spot, read_metrics(json)?));
                Ok(())
            }
            b"meta" => {
                self.is_made = true;
                json.skip_value()
            }
            b"groups" | b"total" | b"errors" => json.skip_value(),
            _ => self.read_command(json),
        }
    }

    fn read_command(&mut self, json: &mut Json<'_>) -> Pulled<()> {
        let spot = json.spot();
        let value = json.value()?;
        if value != Value::Object {
            return json.skip(value);
        }
        let mut is_command = false;
        while json.key()? {
            if json.text() == b"coverage" {
                is_command = true;
                self.read_files(json)?;
            } else {
                json.skip_value()?;
            }
        }
        if !is_command {
            self.without.get_or_insert(spot);
        }
        Ok(())
    }

    fn read_files(&mut self, json: &mut Json<'_>) -> Pulled<()> {
        self.commands += 1;
        if !json.object("an object of files")? {
            return Ok(());
        }
        while json.key()? {
            let spot = json.spot();
            let Some(path) = json.name()? else {
                json.skip_value()?;
                continue;
            };
            let value = json.value()?;
            self.entry.clear();
            if self.entry.read(json, value)? {
                self.add(json, path, spot)?;
            }
        }
        Ok(())
    }

    fn add(&mut self, json: &mut Json<'_>, path: String, spot: Spot) -> Pulled<()> {
        let file = self.files.entry(path).or_default();
        json.unite(file.units())?;
        if file.command == self.commands {
            json.say_at(spot, Kind::RepeatedKey, "", || {
                "this file was there before; both are united".to_owned()
            });
        }
        file.command = self.commands;
        if !file.absorb(&mut self.entry) {
            json.say_at(spot, Kind::VersionConflict, "the same number of lines", || {
                "another command measured this file with another number of lines".to_owned()
            });
        }
        Ok(())
    }

    /// `files` of simplecov-json.
    fn read_list(&mut self, json: &mut Json<'_>) -> Pulled<()> {
        self.commands += 1;
        if !json.array("a list of files")? {
            return Ok(());
        }
        while let Some(value) = json.element()? {
            let spot = json.spot();
            if json.is(value, Value::Object, "an object with the coverage of a file")? {
                self.read_listed(json, spot)?;
            }
        }
        Ok(())
    }

    fn read_listed(&mut self, json: &mut Json<'_>, spot: Spot) -> Pulled<()> {
        let (mut path, mut declared, mut is_read) = (None, Declared::default(), false);
        let mut is_named = false;
        self.entry.clear();
        while json.key()? {
            match json.text() {
                b"filename" => {
                    is_named = true;
                    let value = json.value()?;
                    path = if json.is(value, Value::Text, "a path")? { json.name()? } else { None };
                }
                b"coverage" => {
                    let value = json.value()?;
                    is_read = self.entry.read(json, value)?;
                }
                b"covered_lines" => declared.covered = json.total()?,
                b"lines_of_code" => declared.total = json.total()?,
                _ => json.skip_value()?,
            }
        }
        if !is_named {
            json.say_at(spot, Kind::EmptyName, "`filename`", || "a file without a name".to_owned());
        }
        let Some(path) = path else { return Ok(()) };
        if !is_read {
            json.say_at(spot, Kind::MalformedRecord, "`coverage`", || format!("{path} without its lines"));
            return Ok(());
        }
        declared.compare(json, spot, self.entry.ratio(), &path);
        self.add(json, path, spot)
    }

    fn compare(&self, json: &mut Json<'_>, picture: &crate::model::Picture) {
        if let Some((spot, metrics)) = &self.metrics {
            metrics.compare(json, *spot, picture.ratio(Unit::Lines), "`metrics`");
        }
        if let Some(spot) = self.without.filter(|_| !self.is_made) {
            json.say_at(spot, Kind::MalformedRecord, "`coverage`", || {
                "a command without coverage".to_owned()
            });
        }
    }
}

fn read_metrics(json: &mut Json<'_>) -> Pulled<Declared> {
    let mut declared = Declared::default();
    if !json.object("an object of totals")? {
        return Ok(declared);
    }
    while json.key()? {
        match json.text() {
            b"covered_lines" => declared.covered = json.total()?,
            b"total_lines" => declared.total = json.total()?,
            _ => json.skip_value()?,
        }
    }
    Ok(declared)
}

#[cfg(test)]
#[path = "simplecov/tests.rs"]
mod tests;
