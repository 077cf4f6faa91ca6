//! Inputs of benchmarks: made once, from a fixed seed, with the totals that every contestant must find.

use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};

use anyhow::Result;

use crate::total::Total;

/// One made report.
pub(super) struct Input {
    pub(super) file: PathBuf,
    pub(super) bytes: u64,
    pub(super) total: Total,
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

/// A profile of `go test -covermode=count`, every block in a function of its own file. With `sources`, the Go
/// files that it tells of are written beside it, for rivals that can't work without.
pub(super) fn go_profile(folder: &Path, scale: Scale, sources: bool) -> Result<Input> {
    made_once(&folder.join("coverage.out"), |out| {
        let mut numbers = Numbers(42);
        let mut total = Total::default();
        writeln!(out, "mode: count")?;
        for file in 0..scale.files {
            let path = format!("package{}/source_file_{file}.go", file / 20);
            let mut written = 0;
            let mut line = 4;
            while written < scale.bytes_per_file() {
                let length = 1 + numbers.below(4);
                let statements = 1 + numbers.below(3);
                let count = numbers.below(3) * numbers.below(2000);
                let end = line + length;
                let record = format!("example.com/project/{path}:{line}.2,{end}.3 {statements} {count}\n");
                out.write_all(record.as_bytes())?;
                written += record.len() as u64;
                total.total += statements;
                total.covered += if count > 0 { statements } else { 0 };
                line = end + 1;
            }
            if sources {
                go_source(&folder.join(path), file / 20, line)?;
            }
        }
        if sources {
            fs::write(folder.join("go.mod"), "module example.com/project\n\ngo 1.22\n")?;
        }
        Ok(total)
    })
}

/// A function that spans all blocks of its file.
fn go_source(file: &Path, package: u32, lines: u64) -> Result<()> {
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder)?;
    }
    let name = file.file_stem().unwrap_or_default().to_string_lossy();
    let body = "\tx++\n".repeat(usize::try_from(lines)?);
    Ok(fs::write(
        file,
        format!("package package{package}\n\nfunc {name}(x int) int {{\n{body}\treturn x\n}}\n"),
    )?)
}

/// An LCOV file with functions, lines and branches, as llvm-cov and c8 write it.
pub(super) fn lcov(folder: &Path, scale: Scale) -> Result<Input> {
    made_once(&folder.join("lcov.info"), |out| {
        let mut numbers = Numbers(7);
        let mut total = Total::default();
        for file in 0..scale.files {
            let mut record = format!("TN:\nSF:packages/package{}/src/source_file_{file}.ts\n", file / 20);
            let (mut lines, mut hit) = (0, 0);
            while record.len() as u64 + 60 < scale.bytes_per_file() {
                lines += 1;
                let count = numbers.below(3) * numbers.below(2000);
                hit += u64::from(count > 0);
                if lines % 30 == 1 {
                    write!(record, "FN:{lines},function_{lines}\nFNDA:{count},function_{lines}\n")?;
                }
                writeln!(record, "DA:{lines},{count}")?;
                if lines % 6 == 0 {
                    write!(record, "BRDA:{lines},0,0,{count}\nBRDA:{lines},0,1,{}\n", numbers.below(2))?;
                }
            }
            write!(record, "LF:{lines}\nLH:{hit}\nend_of_record\n")?;
            out.write_all(record.as_bytes())?;
            total.total += lines;
            total.covered += hit;
        }
        Ok(total)
    })
}

/// Makes a file unless it is there with the totals beside it, which are written last.
fn made_once(file: &Path, make: impl FnOnce(&mut BufWriter<File>) -> Result<Total>) -> Result<Input> {
    let sums = file.with_extension("total.json");
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
    Ok(Input { file: file.to_path_buf(), bytes: fs::metadata(file)?.len(), total })
}

#[cfg(test)]
mod tests {
    use super::*;

    const SMALL: Scale = Scale { megabytes: 1, files: 100 };

    #[test]
    fn the_same_scale_makes_the_same_profile() {
        let folder = tempfile::tempdir().unwrap();
        let make = |name: &str| go_profile(&folder.path().join(name), SMALL, false).unwrap();
        let (first, second) = (make("a"), make("b"));
        assert_eq!(fs::read(&first.file).unwrap(), fs::read(&second.file).unwrap());
        assert!((950_000..1_150_000).contains(&first.bytes), "{}", first.bytes);
        // Summed once more from the text.
        let text = fs::read_to_string(&first.file).unwrap();
        let mut sum = Total::default();
        for record in text.lines().skip(1) {
            let words: Vec<_> = record.split(' ').collect();
            let statements: u64 = words[1].parse().unwrap();
            sum.total += statements;
            sum.covered += if words[2] == "0" { 0 } else { statements };
        }
        assert_eq!(sum, first.total);
    }

    #[test]
    fn an_lcov_file_holds_the_lines_it_claims() {
        let folder = tempfile::tempdir().unwrap();
        let input = lcov(folder.path(), SMALL).unwrap();
        let text = fs::read_to_string(&input.file).unwrap();
        let hits: Vec<_> =
            text.lines().filter_map(|line| line.strip_prefix("DA:")?.split(',').nth(1)).collect();
        let covered = hits.iter().filter(|hit| **hit != "0").count() as u64;
        assert_eq!(Total { covered, total: hits.len() as u64 }, input.total);
        assert!((900_000..1_100_000).contains(&input.bytes), "{}", input.bytes);
    }
}
