//! Inputs of benchmarks: made once, from a fixed seed, with the totals that every contestant must find.

use std::fs::{self, File};
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};

use anyhow::Result;

use crate::total::Total;

pub(super) mod go;
pub(super) mod json;
pub(super) mod lcov;
pub(super) mod results;
pub(super) mod sarif;
pub(super) mod xml;

/// One made report.
pub(super) struct Input {
    pub(super) file: PathBuf,
    pub(super) bytes: u64,
    pub(super) total: Total,
    /// What those of the total are called that count.
    pub(super) word: &'static str,
}

/// How large an input is, and how many files it tells of.
#[derive(Clone, Copy)]
pub(super) struct Scale {
    pub(super) megabytes: u32,
    pub(super) files: u32,
}

impl Scale {
    /// As many files to a megabyte as a large monorepo has: 300.
    pub(super) fn of(megabytes: u32) -> Self {
        Self { megabytes, files: megabytes * 300 }
    }

    /// The same monorepo in a format that takes five times as many bytes to say the same.
    pub(super) fn of_wordy(megabytes: u32) -> Self {
        Self { megabytes, files: megabytes * 60 }
    }

    fn bytes_per_file(self) -> u64 {
        u64::from(self.megabytes) * 1_000_000 / u64::from(self.files)
    }
}

/// A random generator that gives the same numbers everywhere.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, end: u64) -> u64 {
        // Knuth's linear congruential generator; its high bits are good enough for hit counts.
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % end
    }
}

/// What a made report tells about one source file.
struct Source {
    package: u32,
    /// Without an extension.
    name: String,
    lines: Vec<Line>,
}

/// A measured line. Each is one statement, and every twentieth opens a function.
struct Line {
    number: u64,
    hits: u64,
    /// How many of two arms ran, where it branches.
    arms: Option<u64>,
}

impl Source {
    /// A third of all lines never ran; every sixth branches.
    fn make(index: u32, lines: u64, numbers: &mut Numbers) -> Self {
        let mut number = 0;
        let line = |at: u64| {
            number += 1 + u64::from(numbers.below(4) == 0);
            let hits = numbers.below(3) * numbers.below(2000);
            let arms = (at % 6 == 5).then(|| if hits == 0 { 0 } else { 1 + numbers.below(2) });
            Line { number, hits, arms }
        };
        let lines = (0..lines.max(1)).map(line).collect();
        Self { package: index / 20, name: format!("source_file_{index}"), lines }
    }

    fn covered(&self) -> u64 {
        self.lines.iter().filter(|line| line.hits > 0).count() as u64
    }

    fn total(&self) -> Total {
        Total { covered: self.covered(), total: self.lines.len() as u64 }
    }

    /// Both arms of all branches.
    fn arms(&self) -> Total {
        let arms = || self.lines.iter().filter_map(|line| line.arms);
        Total { covered: arms().sum(), total: 2 * arms().count() as u64 }
    }

    /// Runs of lines, each a function that ran as often as its first line.
    fn functions(&self) -> impl Iterator<Item = &[Line]> {
        self.lines.chunks(20)
    }
}

/// How a format says what a report tells.
struct Wording<'a> {
    /// About how many bytes it takes for one line.
    bytes_per_line: u64,
    head: &'a str,
    /// What stands between two files.
    between: &'a str,
    source: &'a dyn Fn(&Source, &mut String) -> Result<()>,
    tail: &'a str,
}

impl Wording<'_> {
    fn report(&self, file: &Path, scale: Scale) -> Result<Input> {
        self.report_then(file, scale, || self.tail.to_owned())
    }

    /// Makes a report of as many files as the scale says; its total is that of all lines. What ends it may depend on
    /// all that came before.
    fn report_then(&self, file: &Path, scale: Scale, tail: impl FnOnce() -> String) -> Result<Input> {
        made_once(file, |out| {
            let mut numbers = Numbers(11);
            let mut sum = Total::default();
            let mut text = self.head.to_owned();
            for index in 0..scale.files {
                if index > 0 {
                    text += self.between;
                }
                let lines = scale.bytes_per_file() / self.bytes_per_line;
                let source = Source::make(index, lines * 3 / 4 + numbers.below(lines / 2 + 1), &mut numbers);
                (self.source)(&source, &mut text)?;
                out.write_all(text.as_bytes())?;
                text.clear();
                sum.covered += source.total().covered;
                sum.total += source.total().total;
            }
            out.write_all(tail().as_bytes())?;
            Ok(sum)
        })
    }
}

/// Makes a file unless it is there with the totals beside it, which are written last.
fn made_once(file: &Path, make: impl FnOnce(&mut BufWriter<File>) -> Result<Total>) -> Result<Input> {
    let sums = file.with_extension("total");
    let known = fs::read_to_string(&sums).ok().and_then(|text| serde_json::from_str(&text).ok());
    let total = if let Some(total) = known {
        total
    } else {
        println!("making {} …", crate::shown(file));
        if let Some(folder) = file.parent() {
            fs::create_dir_all(folder)?;
        }
        let mut out = BufWriter::new(File::create(file)?);
        let total = make(&mut out)?;
        out.flush()?;
        fs::write(&sums, serde_json::to_string(&total)?)?;
        total
    };
    Ok(Input { file: file.to_path_buf(), bytes: fs::metadata(file)?.len(), total, word: "covered" })
}

#[cfg(test)]
mod tests {
    use super::*;

    pub(super) const SMALL: Scale = Scale { megabytes: 1, files: 100 };

    pub(super) type Make = fn(&Path, Scale) -> Result<Input>;

    pub(super) fn is_as_asked(make: Make) {
        let folder = tempfile::tempdir().unwrap();
        let input = make(folder.path(), SMALL).unwrap();
        let name = input.file.display();
        assert!((900_000..1_150_000).contains(&input.bytes), "{name} takes {} bytes", input.bytes);
        assert!(input.total.covered > 0 && input.total.covered < input.total.total, "{name}");
        // A report that is there is not made again.
        assert_eq!(make(folder.path(), SMALL).unwrap().total, input.total);
    }
}
