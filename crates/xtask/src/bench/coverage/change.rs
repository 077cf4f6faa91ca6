//! A repository with a change under review, and a Cobertura report of its tests.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result};

use super::input::{self, Input, Scale};
use crate::command;
use crate::copy;
use crate::total::Total;

/// The branch that the change is compared with.
pub(super) const BASE: &str = "base";

/// How many files the change touches; half of each is new.
const CHANGED: usize = 20;

/// A repository whose report has this many megabytes. What every contestant must find is the coverage of the new lines.
pub(super) fn make(folder: &Path, megabytes: u32) -> Result<Input> {
    let report = input::xml::cobertura(folder, Scale::of_wordy(megabytes))?;
    let sums = folder.join("coverage.patch");
    if let Some(total) = fs::read_to_string(&sums).ok().and_then(|text| serde_json::from_str(&text).ok()) {
        return Ok(Input { total, ..report });
    }
    let text = fs::read_to_string(&report.file)?;
    let mut patch = Total::default();
    let mut sources = Vec::new();
    for class in text.split("<class ").skip(1) {
        let file = attribute(class, "filename").context("a class without a file")?;
        let lines: Vec<_> = class.lines().filter_map(line).collect();
        let last = lines.last().map_or(0, |(number, _)| *number);
        let (is_changed, half) = (sources.len() < CHANGED, last / 2);
        if is_changed {
            let new: Vec<_> = lines.iter().filter(|(number, _)| *number > half).collect();
            patch.total += new.len() as u64;
            patch.covered += new.iter().filter(|(_, hits)| *hits > 0).count() as u64;
        }
        sources.push((file.to_owned(), if is_changed { half } else { last }, last));
    }
    commit(folder, sources.iter().map(|(path, first, _)| (path.as_str(), *first)))?;
    git(folder, &["branch", "--force", BASE])?;
    commit(folder, sources.iter().take(CHANGED).map(|(path, _, last)| (path.as_str(), *last)))?;
    fs::write(sums, serde_json::to_string(&patch)?)?;
    Ok(Input { total: patch, ..report })
}

fn commit<'s>(folder: &Path, sources: impl Iterator<Item = (&'s str, u64)>) -> Result<()> {
    for (path, lines) in sources {
        let file = folder.join(path);
        fs::create_dir_all(file.parent().unwrap_or(folder))?;
        let mut text = String::new();
        (1..=lines).try_for_each(|line| writeln!(text, "step({line})"))?;
        fs::write(file, text)?;
    }
    // What is measured is no part of what is under review.
    fs::write(folder.join(".gitignore"), "/coverage.*\n")?;
    copy::commit(folder)
}

fn git(folder: &Path, arguments: &[&str]) -> Result<String> {
    command::stdout(Command::new("git").args(arguments).current_dir(folder), Duration::from_mins(1))
}

/// Number and hits of a `line` element.
fn line(text: &str) -> Option<(u64, u64)> {
    let element = text.trim_start().strip_prefix("<line ")?;
    Some((attribute(element, "number")?.parse().ok()?, attribute(element, "hits")?.parse().ok()?))
}

fn attribute<'t>(element: &'t str, name: &str) -> Option<&'t str> {
    Some(element.split_once(&format!("{name}=\""))?.1.split_once('"')?.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_of_each_changed_file_is_new() {
        let folder = tempfile::tempdir().unwrap();
        let first = make(folder.path(), 1).unwrap();
        assert!(first.total.covered > 0 && first.total.covered < first.total.total, "{}", first.total);
        let changed = git(folder.path(), &["diff", "--name-only", BASE, "HEAD"]).unwrap();
        assert_eq!(changed.lines().count(), CHANGED);
        // It is there the second time.
        let head = git(folder.path(), &["rev-parse", "HEAD"]).unwrap();
        assert_eq!(make(folder.path(), 1).unwrap().total, first.total);
        assert_eq!(git(folder.path(), &["rev-parse", "HEAD"]).unwrap(), head);
    }
}
