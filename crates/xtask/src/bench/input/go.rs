//! Go profiles, and the sources that they tell of.

use std::fs;
use std::io::Write as _;
use std::path::Path;

use anyhow::Result;

use super::{Input, Numbers, Scale, made_once};
use crate::total::Total;

/// A profile of `go test -covermode=count`, every block in a function of its own file. With `sources`, the Go
/// files that it tells of are written beside it, for rivals that can't work without.
pub(in crate::bench) fn profile(folder: &Path, scale: Scale, sources: bool) -> Result<Input> {
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
                source(&folder.join(path), file / 20, line)?;
            }
        }
        if sources {
            fs::write(folder.join("go.mod"), "module example.com/project\n\ngo 1.22\n")?;
        }
        Ok(total)
    })
}

/// A function that spans all blocks of its file.
fn source(file: &Path, package: u32, lines: u64) -> Result<()> {
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

#[cfg(test)]
mod tests {
    use super::super::tests::SMALL;
    use super::*;

    #[test]
    fn the_same_scale_makes_the_same_profile() {
        let folder = tempfile::tempdir().unwrap();
        let make = |name: &str| profile(&folder.path().join(name), SMALL, false).unwrap();
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
}
