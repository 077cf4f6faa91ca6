//! `coverage-final.json` of Istanbul, as nyc, c8, Jest and Vitest write it, and what nyc keeps in
//! `.nyc_output`:
//!
//! ```text
//! {"<path>": {"path": "<path>",
//!    "statementMap": {"<id>": <range>},  "s": {"<id>": <count>},
//!    "fnMap": {"<id>": {"name": "f", "decl": <range>, "loc": <range>, "line": 1}},  "f": {"<id>": <count>},
//!    "branchMap": {"<id>": {"type": "if", "loc": <range>, "locations": [<range>], "line": 1}},  "b": {"<id>": [<count>]},
//!    "inputSourceMap": {…}, "hash": "…", "_coverageSchema": "…"}}
//! <range> is {"start": {"line": 1, "column": 0}, "end": {"line": 1, "column": 9}}
//! ```
//!
//! The map or the file may be wrapped in `data`. The order of keys is not relied on: maps and counts of one file
//! are held until it ends. Lines count from 1, columns from 0; `null` as the column of an end is the end of the
//! line. A line is measured if a statement starts on it, and ran as often as the one of them that ran most.
//!
//! What is one thing in two reports is told by place and not by id, for ids depend on what else was instrumented:
//! a statement by its range, a function by its line and name, an arm by where its branch starts and its number
//! among the arms that start there, by the order of their ranges. Two branches may start at one place
//! (`a && b ? c : d`); equal ranges are told apart by the order of their ids.

mod file;
mod halves;

use std::io::{self, Read};

use self::file::File;
use super::json::{Json, Pulled};
use super::{Format, Parsed};
use crate::diagnostic::Kind;
use crate::model::Picture;

/// Reads a coverage map of Istanbul to its end.
///
/// # Errors
/// Only those of the stream: whatever the report holds is said in its diagnostics.
pub fn parse_istanbul(input: &mut dyn Read) -> io::Result<Parsed> {
    let mut json = Json::new(input);
    let mut report = Report::default();
    let end = json.read_root(&mut |json| report.read_member(json));
    json.finish(Format::Istanbul, report.picture, end)
}

/// A report in the making.
#[derive(Default)]
struct Report {
    picture: Picture,
    /// Buffers that serve all files.
    file: File,
}

impl Report {
    fn read_member(&mut self, json: &mut Json<'_>) -> Pulled<()> {
        if json.text() != b"data" {
            return self.read_file(json);
        }
        if json.object("an object of files")? {
            while json.key()? {
                self.read_file(json)?;
            }
        }
        Ok(())
    }

    /// Reads what stands under the path of a file.
    fn read_file(&mut self, json: &mut Json<'_>) -> Pulled<()> {
        let spot = json.spot();
        let Some(key) = json.name()? else { return json.skip_value() };
        if !json.object("an object with the maps and counts of a file")? {
            return Ok(());
        }
        self.file.read(json)?;
        let (path, file) = self.file.finish(json, key, spot);
        if let Some(known) = self.picture.file(&path) {
            json.unite(known.blocks().len() + known.branches().len() + known.functions().len())?;
            json.say_at(spot, Kind::RepeatedKey, "", || format!("{path} was there before; both are united"));
        }
        self.picture.insert(path, file);
        Ok(())
    }
}

#[cfg(test)]
#[path = "istanbul/tests.rs"]
mod tests;
