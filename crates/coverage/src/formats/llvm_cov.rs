//! `llvm-cov export`, the format `llvm.coverage.json.export` of versions 2 and 3, also with `-summary-only` and
//! `-skip-functions`, and what `cargo llvm-cov --json` makes of it:
//!
//! ```text
//! {"data": [{"files": [{"filename": "<path>", "segments": [<segment>], "branches": [<branch>],
//!                       "expansions": […], "mcdc_records": […], "summary": <summary>}],
//!            "functions": [{"name": "main", "count": 1, "filenames": ["<path>"], "regions": [<region>], …}],
//!            "totals": <summary>}],
//!  "type": "llvm.coverage.json.export", "version": "3.1.0"}
//!
//! <segment> is [line, column, count, has count, is region entry, is gap region]
//! <region>  is [line, column, end line, end column, count, file, expanded file, kind]; kind 0 is code
//! <branch>  is [line, column, end line, end column, taken if true, taken if false, file, expanded file, kind]
//! <summary> is {"lines": {"count": 2, "covered": 1, …}, "functions": …, "branches": …, "regions": …, …}
//! ```
//!
//! The lines and their counts come from the segments, as LLVM derives them for its own listings. Totals are those
//! of `summary`: LLVM adds up the lines of each function there, and that can't be told from the segments, which
//! know no functions. Instances of one generic function are one function, told by where they start; a branch
//! that several instances repeat is one branch, and its counts add up.

mod file;
mod function;
mod segments;

use std::collections::HashMap;
use std::io::{self, Read};

use self::file::{File, Summary};
use self::function::Instance;
use super::json::{Json, Pulled, Spot, Value};
use super::{Format, Parsed};
use crate::diagnostic::Kind;
use crate::model::{Picture, Unit};

/// Reads an export of llvm-cov to its end.
///
/// # Errors
/// Only those of the stream: whatever the report holds is said in its diagnostics.
pub fn parse_llvm_cov(input: &mut dyn Read) -> io::Result<Parsed> {
    let mut json = Json::new(input);
    let mut export = Export::default();
    let end = json.read_root(&mut |json| export.read_member(json));
    let picture = export.finish(&mut json, end.is_ok());
    json.finish(Format::LlvmCovJson, picture, end)
}

/// An export in the making.
#[derive(Default)]
struct Export {
    files: Vec<(Box<str>, File)>,
    by_name: HashMap<Box<str>, usize>,
    /// Buffers that serve all functions.
    instance: Instance,
    /// Whether `files` of the element of `data` that is being read came before.
    has_files: bool,
    totals: Vec<(Spot, Summary)>,
    /// Lines that segments came to so far.
    lines: u64,
    /// Whether any function was read: `-skip-functions` leaves them out.
    has_functions: bool,
}

impl Export {
    fn read_member(&mut self, json: &mut Json<'_>) -> Pulled<()> {
        if json.text() != b"data" {
            return json.skip_value();
        }
        if !json.array("a list of exports")? {
            return Ok(());
        }
        while let Some(value) = json.element()? {
            if json.is(value, Value::Object, "an object with files")? {
                self.read_export(json)?;
            }
        }
        Ok(())
    }

    fn read_export(&mut self, json: &mut Json<'_>) -> Pulled<()> {
        self.has_files = false;
        while json.key()? {
            let spot = json.spot();
            match json.text() {
                b"files" => {
                    self.read_files(json)?;
                    self.has_files = true;
                }
                b"functions" => self.read_functions(json)?,
                b"totals" => {
                    let mut totals = Summary::default();
                    totals.read(json)?;
                    self.totals.push((spot, totals));
                }
                _ => json.skip_value()?,
            }
        }
        Ok(())
    }

    fn read_files(&mut self, json: &mut Json<'_>) -> Pulled<()> {
        if !json.array("a list of files")? {
            return Ok(());
        }
        while let Some(value) = json.element()? {
            let spot = json.spot();
            if !json.is(value, Value::Object, "an object with the coverage of a file")? {
                continue;
            }
            let mut file = File::listed(spot);
            let Some(name) = file.read(json, &mut self.lines)? else { continue };
            match self.by_name.get(name.as_str()) {
                Some(known) => {
                    let known = &mut self.files[*known].1;
                    json.unite(known.units())?;
                    known.absorb(file, json);
                }
                None => self.add(name, file),
            }
        }
        Ok(())
    }

    fn add(&mut self, name: String, file: File) {
        let name = name.into_boxed_str();
        self.by_name.insert(name.clone(), self.files.len());
        self.files.push((name, file));
    }

    fn read_functions(&mut self, json: &mut Json<'_>) -> Pulled<()> {
        if !json.array("a list of functions")? {
            return Ok(());
        }
        while let Some(value) = json.element()? {
            if !json.is(value, Value::Object, "an object with a function")? {
                continue;
            }
            self.has_functions = true;
            self.instance.read(json)?;
            let Some((file, function)) = self.instance.finish() else { continue };
            match self.by_name.get(file) {
                Some(known) => self.files[*known].1.add_function(function),
                // Functions of files that the user left out are exported all the same.
                None if self.has_files => {}
                None => {
                    let mut unlisted = File::default();
                    unlisted.add_function(function);
                    let file = file.to_owned();
                    self.add(file, unlisted);
                }
            }
        }
        Ok(())
    }

    /// The picture; where the export was read to its end, what it declares is compared.
    fn finish(mut self, json: &mut Json<'_>, is_whole: bool) -> Picture {
        let has_functions = self.has_functions;
        let listed = self.files.into_iter().filter(|(_, file)| file.is_listed);
        let picture: Picture = listed
            .map(|(name, file)| {
                let name = name.into_string();
                let file = file.finish(json, &name, has_functions && is_whole);
                (name, file)
            })
            .collect();
        if let (true, [(spot, totals)]) = (is_whole, self.totals.as_slice()) {
            for unit in [Unit::Lines, Unit::Functions, Unit::Branches] {
                let (declared, files) = (totals.of(unit), picture.ratio(unit));
                if declared.is_some_and(|declared| declared != files) {
                    let declared = declared.unwrap_or_default();
                    json.say_at(*spot, Kind::TotalsDiffer, "", || {
                        format!(
                            "`totals` declares {}/{} {unit}, the files come to {}/{}",
                            declared.covered,
                            declared.total,
                            files.covered,
                            files.total,
                            unit = unit.name()
                        )
                    });
                }
            }
        }
        self.totals.clear();
        picture
    }
}

#[cfg(test)]
#[path = "llvm_cov/tests.rs"]
mod tests;
