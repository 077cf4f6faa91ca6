//! A picture as Cobertura XML, valid by its DTD 04: one package a folder, one class a file.
//!
//! - Lines are the line view: of a file that counts in statements, the lines that its statements span.
//! - `branch="true"` and `condition-coverage` stand on measured lines only, because a line without hits has no place
//!   here. Totals count all branches all the same.
//! - Rates have four decimals and are floored: 1 only when it is exact. Where nothing was measured the DTD still
//!   requires a number: it is 0, and `lines-valid` says that it means nothing.
//! - There is no document type declaration: it would name a server that readers ask for the DTD, or make those
//!   fail that allow none.

use std::collections::BTreeMap;
use std::io::{self, Write};

use super::is_listed;
use super::xml::escape;
use crate::{FileCoverage, Function, Picture, Ratio, Totals};

/// Files of one folder, with what they add up to.
type Package<'a> = Vec<(&'a str, &'a FileCoverage, Totals)>;

/// Writes the picture. `timestamp` is the time that the report tells, in seconds since 1970.
pub fn write_cobertura(picture: &Picture, timestamp: u64, out: &mut dyn Write) -> io::Result<()> {
    let out = &mut io::BufWriter::new(out);
    let mut packages: BTreeMap<&str, Package<'_>> = BTreeMap::new();
    for (path, file) in picture.files() {
        let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        packages.entry(folder).or_default().push((path, file, file.totals()));
    }
    let totals = packages.values().map(sum).fold(Totals::default(), |all, package| all + package);
    writeln!(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>")?;
    writeln!(
        out,
        "<coverage {} lines-covered=\"{}\" lines-valid=\"{}\" branches-covered=\"{}\" branches-valid=\"{}\" \
         complexity=\"0\" version=\"gatewright {}\" timestamp=\"{}\">",
        rates(totals),
        totals.lines.covered,
        totals.lines.total,
        totals.branches.covered,
        totals.branches.total,
        env!("CARGO_PKG_VERSION"),
        timestamp.saturating_mul(1000),
    )?;
    writeln!(out, "<sources><source>.</source></sources>\n<packages>")?;
    for (folder, files) in &packages {
        let name = if folder.is_empty() { "." } else { folder };
        writeln!(out, "<package name=\"{}\" {} complexity=\"0\"><classes>", escape(name), rates(sum(files)))?;
        files.iter().try_for_each(|(path, file, totals)| write_class(path, file, *totals, out))?;
        writeln!(out, "</classes></package>")?;
    }
    writeln!(out, "</packages>\n</coverage>")?;
    out.flush()
}

fn sum(files: &Package<'_>) -> Totals {
    files.iter().fold(Totals::default(), |all, (_, _, totals)| all + *totals)
}

fn rates(totals: Totals) -> String {
    format!("line-rate=\"{}\" branch-rate=\"{}\"", rate(totals.lines), rate(totals.branches))
}

/// `0.8333`, floored.
fn rate(ratio: Ratio) -> String {
    if ratio.is_no_data() || ratio.covered == 0 {
        return "0".to_owned();
    }
    if ratio.missed() == 0 {
        return "1".to_owned();
    }
    format!("0.{:04}", u128::from(ratio.covered) * 10_000 / u128::from(ratio.total))
}

fn write_class(path: &str, file: &FileCoverage, totals: Totals, out: &mut dyn Write) -> io::Result<()> {
    let name = path.rsplit_once('/').map_or(path, |(_, name)| name);
    writeln!(
        out,
        "<class name=\"{}\" filename=\"{}\" {} complexity=\"0\">",
        escape(name),
        escape(path),
        rates(totals)
    )?;
    write!(out, "<methods>")?;
    if is_listed(file) {
        file.functions_united().try_for_each(|names| write_method(names, out))?;
    }
    writeln!(out, "</methods>\n<lines>")?;
    if is_listed(file) {
        let view = file.line_view();
        for run in view.runs() {
            (run.first..=run.last).try_for_each(|line| write_line(line, run.hits, file, out))?;
        }
    }
    writeln!(out, "</lines></class>")
}

fn write_method(names: &[Function], out: &mut dyn Write) -> io::Result<()> {
    let Some(first) = names.first() else { return Ok(()) };
    let hits = names.iter().fold(0_u64, |sum, name| sum.saturating_add(name.hits()));
    write!(
        out,
        "\n<method name=\"{}\" signature=\"\" line-rate=\"{}\" branch-rate=\"0\" complexity=\"0\"><lines>",
        escape(first.name()),
        u8::from(hits > 0)
    )?;
    if let Some(line) = first.start() {
        write!(out, "<line number=\"{line}\" hits=\"{}\"/>", countable(hits))?;
    }
    write!(out, "</lines></method>")
}

fn write_line(line: u32, hits: u64, file: &FileCoverage, out: &mut dyn Write) -> io::Result<()> {
    let hits = countable(hits);
    let arms = file.branches_on(line);
    if arms.is_no_data() {
        return writeln!(out, "<line number=\"{line}\" hits=\"{hits}\" branch=\"false\"/>");
    }
    let percent = u128::from(arms.covered) * 100 / u128::from(arms.total);
    writeln!(
        out,
        "<line number=\"{line}\" hits=\"{hits}\" branch=\"true\" condition-coverage=\"{percent}% ({}/{})\"/>",
        arms.covered, arms.total
    )
}

/// Readers on the Java and .NET platforms have no larger number.
fn countable(hits: u64) -> u64 {
    hits.min(i64::MAX.unsigned_abs())
}

#[cfg(test)]
#[path = "cobertura_tests.rs"]
mod tests;
