//! One element of `functions`: an instance of a function.

use super::file::number;
use crate::decode;
use crate::diagnostic::Kind;
use crate::formats::json::{Json, Pulled, Value};
use crate::model::{Function, Grouping};

/// An instance in the making. One value serves all, so that its buffers do.
#[derive(Default)]
pub(super) struct Instance {
    name: String,
    count: Option<u64>,
    /// All file names in one text, and where each ends.
    filenames: String,
    ends: Vec<usize>,
    region: Option<Region>,
    has_regions: bool,
}

/// The first region of code. Where it ends, the function need not.
#[derive(Clone, Copy)]
struct Region {
    line: u32,
    column: u32,
    file: u32,
}

impl Instance {
    /// Reads the object that was opened.
    pub(super) fn read(&mut self, json: &mut Json<'_>) -> Pulled<()> {
        let spot = json.spot();
        self.name.clear();
        self.filenames.clear();
        self.ends.clear();
        self.count = None;
        self.region = None;
        self.has_regions = false;
        while json.key()? {
            match json.text() {
                b"name" => {
                    let value = json.value()?;
                    if json.is(value, Value::Text, "a name")? {
                        self.name.push_str(&decode::text(json.text()));
                    }
                }
                b"count" => {
                    let value = json.value()?;
                    self.count = json.count(value)?;
                }
                b"filenames" => self.read_filenames(json)?,
                b"regions" => self.read_regions(json)?,
                _ => json.skip_value()?,
            }
        }
        let is_broken = self.count.is_none()
            || !self.has_regions
            || self.region.is_some_and(|region| self.filename(region.file).is_none());
        if is_broken {
            self.region = None;
            json.say_at(spot, Kind::MalformedRecord, "`count`, `filenames` and `regions`", || {
                "a function without its count, its file or its place".to_owned()
            });
        }
        Ok(())
    }

    fn read_filenames(&mut self, json: &mut Json<'_>) -> Pulled<()> {
        if !json.array("a list of paths")? {
            return Ok(());
        }
        while let Some(value) = json.element()? {
            if json.is(value, Value::Text, "a path")? {
                self.filenames.push_str(&decode::text(json.text()));
            }
            self.ends.push(self.filenames.len());
        }
        Ok(())
    }

    fn filename(&self, file: u32) -> Option<&str> {
        let file = usize::try_from(file).ok()?;
        let start = if file == 0 { 0 } else { *self.ends.get(file - 1)? };
        self.filenames.get(start..*self.ends.get(file)?)
    }

    /// Only the first region of code is looked at; the others are the business of segments.
    fn read_regions(&mut self, json: &mut Json<'_>) -> Pulled<()> {
        if !json.array("a list of regions")? {
            return Ok(());
        }
        self.has_regions = true;
        while let Some(value) = json.element()? {
            if !json.is(value, Value::Array, "a region")? {
                continue;
            }
            let mut numbers = [0; 8];
            let mut at = 0;
            while let Some(value) = json.element()? {
                match at {
                    0..=3 | 5..=7 => numbers[at] = number(json, value)?.unwrap_or(u32::MAX),
                    _ => json.skip(value)?,
                }
                at += 1;
            }
            let [line, column, _, _, _, file, _, kind] = numbers;
            if at >= 8 && kind == 0 && line > 0 {
                self.region = Some(Region { line, column, file });
                return json.skip(Value::Array);
            }
        }
        Ok(())
    }

    /// The file and the function; nothing where there is no code, or where it was said what is wrong.
    pub(super) fn finish(&self) -> Option<(&str, Function)> {
        let Region { line, column, file } = self.region?;
        let function =
            Function::new(&self.name, Some(line), None, Grouping::ByColumn(column), self.count.unwrap_or(0));
        Some((self.filename(file)?, function))
    }
}
