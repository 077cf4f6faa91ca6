//! A picture as an LCOV tracefile that readers of LCOV 1.x and 2.x take alike.
//!
//! - `DA` is the line view: of a file that counts in statements, the lines that its statements span.
//! - `BRDA` has two plain numbers. Arms that are known by a text, and arms that reports only count (`n` of `m`), are
//!   numbered in order; arms that don't count are left out, and so is what makes a branch branch (`e`, `f`, `U`),
//!   because readers of 1.x stumble over the letters.
//! - `FN` and `FNDA` have one name for a function, the first of its aliases, with the calls of all of them. Where a
//!   report does not say on which line a function starts, it is declared on the first line that is free for its name:
//!   readers refuse calls of what was not declared.
//! - Totals are counted from the records, so what a producer declared beside its units is not carried over. A file
//!   that has totals only is written with totals only.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::{self, Write};

use super::is_listed;
use crate::{Branch, FileCoverage, Function, Picture, Ratio, Unit};

/// Writes the picture as one tracefile.
pub fn write_lcov(picture: &Picture, out: &mut dyn Write) -> io::Result<()> {
    let out = &mut io::BufWriter::new(out);
    for (path, file) in picture.files() {
        let path = if path.trim().is_empty() { Cow::Borrowed("\u{fffd}") } else { one_line(path) };
        writeln!(out, "TN:\nSF:{path}")?;
        if (file.is_summary_only() && file.branches().is_empty() && file.functions().is_empty())
            || !is_listed(file)
        {
            write_totals(file, out)?;
        } else {
            write_functions(file, out)?;
            write_branches(file, out)?;
            write_lines(file, out)?;
        }
        writeln!(out, "end_of_record")?;
    }
    out.flush()
}

/// LCOV has no escaping: a line break would begin a record of its own.
fn one_line(text: &str) -> Cow<'_, str> {
    if text.contains(char::is_control) {
        Cow::Owned(text.replace(char::is_control, "\u{fffd}"))
    } else {
        Cow::Borrowed(text)
    }
}

fn write_totals(file: &FileCoverage, out: &mut dyn Write) -> io::Result<()> {
    write_found("FNF", "FNH", file.ratio(Unit::Functions), out)?;
    write_found("BRF", "BRH", file.ratio(Unit::Branches), out)?;
    let lines = file.ratio(Unit::Lines);
    writeln!(out, "LF:{}\nLH:{}", lines.total, lines.covered)
}

fn write_found(found: &str, hit: &str, ratio: Ratio, out: &mut dyn Write) -> io::Result<()> {
    if ratio.is_no_data() {
        return Ok(());
    }
    writeln!(out, "{found}:{}\n{hit}:{}", ratio.total, ratio.covered)
}

fn write_functions(file: &FileCoverage, out: &mut dyn Write) -> io::Result<()> {
    if file.functions().is_empty() && file.is_summary_only() {
        return write_found("FNF", "FNH", file.ratio(Unit::Functions), out);
    }
    let mut functions: BTreeMap<(u32, Cow<'_, str>), u64> = BTreeMap::new();
    let mut ratio = Ratio::default();
    for names in file.functions_united() {
        let Some(first) = names.first() else { continue };
        let hits = names.iter().fold(0_u64, |sum, name| sum.saturating_add(name.hits()));
        ratio.count(1, hits > 0);
        functions.insert(place(first, &functions), hits);
    }
    for (start, name) in functions.keys() {
        // `FN:3,7,f` would read as a function `f` that ends on line 7.
        let looks_like_an_end = name.split_once(',').is_some_and(|(end, _)| end.parse::<u32>().is_ok());
        if looks_like_an_end {
            writeln!(out, "FN:{start},{start},{name}")?;
        } else {
            writeln!(out, "FN:{start},{name}")?;
        }
    }
    functions.iter().try_for_each(|((_, name), hits)| writeln!(out, "FNDA:{hits},{name}"))?;
    write_found("FNF", "FNH", ratio, out)
}

/// A line and a name that no other function of the file has both of.
fn place<'a, T>(function: &'a Function, taken: &BTreeMap<(u32, Cow<'a, str>), T>) -> (u32, Cow<'a, str>) {
    let name = one_line(function.name());
    let first = function.start().unwrap_or(1);
    let is_free = |line: &u32| !taken.contains_key(&(*line, name.clone()));
    let line = (first..=u32::MAX).chain(1..first).find(is_free).unwrap_or(first);
    (line, name)
}

fn write_branches(file: &FileCoverage, out: &mut dyn Write) -> io::Result<()> {
    if file.branches().is_empty() && file.is_summary_only() {
        return write_found("BRF", "BRH", file.ratio(Unit::Branches), out);
    }
    let mut named = file.branches().chunk_by(|left, right| left.line() == right.line()).peekable();
    let mut tallied = file.branch_tallies().iter().peekable();
    let mut ratio = Ratio::default();
    loop {
        let next = [named.peek().map(|arms| arms[0].line()), tallied.peek().map(|tally| tally.line())];
        let Some(line) = next.into_iter().flatten().min() else { break };
        let arms = named.next_if(|arms| arms[0].line() == line).unwrap_or_default();
        let counted = tallied.next_if(|tally| tally.line() == line).is_some();
        let of_line = file.branches_on(line);
        ratio += of_line;
        if counted {
            (0..of_line.total).try_for_each(|arm| {
                let taken = u8::from(arm < of_line.covered);
                writeln!(out, "BRDA:{line},0,{arm},{taken}")
            })?;
        } else {
            write_arms(line, arms, out)?;
        }
    }
    write_found("BRF", "BRH", ratio, out)
}

/// The arms of one line: under their own numbers, or all of them counted through if one has none.
fn write_arms(line: u32, arms: &[Branch], out: &mut dyn Write) -> io::Result<()> {
    let numbers: Option<Vec<(u32, u32)>> = arms.iter().map(Branch::numbers).collect();
    for (index, arm) in arms.iter().enumerate().filter(|(_, arm)| arm.is_measured()) {
        match &numbers {
            Some(numbers) => write!(out, "BRDA:{line},{},{},", numbers[index].0, numbers[index].1)?,
            None => write!(out, "BRDA:{line},0,{index},")?,
        }
        match arm.taken() {
            Some(taken) => writeln!(out, "{taken}")?,
            None => writeln!(out, "-")?,
        }
    }
    Ok(())
}

fn write_lines(file: &FileCoverage, out: &mut dyn Write) -> io::Result<()> {
    let view = file.line_view();
    if view.runs().is_empty() && file.is_summary_only() {
        let lines = file.ratio(Unit::Lines);
        return writeln!(out, "LF:{}\nLH:{}", lines.total, lines.covered);
    }
    for run in view.runs() {
        (run.first..=run.last).try_for_each(|line| writeln!(out, "DA:{line},{}", run.hits))?;
    }
    let lines = view.ratio();
    writeln!(out, "LF:{}\nLH:{}", lines.total, lines.covered)
}

#[cfg(test)]
#[path = "lcov_tests.rs"]
mod tests;
