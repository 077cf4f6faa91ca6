//! The lists of tests that programs print. Strict: a line that is not understood may be a test that nobody runs.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{Runner, Unit};
use crate::rerun::is_doc_test;

/// Why a list can't be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ListingError {
    /// It lists nothing.
    #[error("the list for {} names no test", .0.id())]
    Empty(Runner),
    /// A line is not one of such a list.
    #[error("line {line} of the list for {} is not understood: `{text}`", .runner.id())]
    Line {
        /// Whose list it is.
        runner: Runner,
        /// The line, from 1.
        line: usize,
        /// Its beginning.
        text: String,
    },
    /// It says that it lists another number of tests.
    #[error("the list for {} names {found} tests, and says that there are {said}", .runner.id())]
    Count {
        /// Whose list it is.
        runner: Runner,
        /// What it says.
        said: usize,
        /// What is there.
        found: usize,
    },
    /// It is no JSON of the expected shape.
    #[error("the list for {} is not understood: {message}", .runner.id())]
    Json {
        /// Whose list it is.
        runner: Runner,
        /// What is wrong, with line and column.
        message: String,
    },
    /// A documentation test: cargo can't be told to run one by its name, because rustdoc takes names apart at blanks.
    #[error("the list for cargo has the documentation test `{0}`, and those can't be split")]
    DocTest(String),
    /// A name that can't be an argument, or a line of a list.
    #[error("the test `{0}` can't be told to run by its name")]
    Name(String),
}

impl ListingError {
    /// The next step: a full sentence.
    pub fn help(&self) -> String {
        match self {
            Self::Empty(runner)
            | Self::Line { runner, .. }
            | Self::Count { runner, .. }
            | Self::Json { runner, .. } => {
                format!("Make the list with `{}`, of its standard output only.", runner.list_command())
            }
            Self::DocTest(_) => format!(
                "Make the list with `{}`, and run `cargo test --doc` in a job of its own.",
                Runner::Cargo.list_command()
            ),
            Self::Name(_) => "Rename it, without control characters and a hyphen in front.".to_owned(),
        }
    }
}

/// What a line of a list is.
enum Line {
    Unit(Unit),
    /// Nothing that is run.
    Other,
    /// Not understood.
    Odd,
}

impl Line {
    /// A unit, if the line is understood.
    fn unit_if(is_understood: bool, name: &str) -> Self {
        if is_understood { Self::Unit(Unit::named(name)) } else { Self::Odd }
    }
}

/// The units that a program lists, as [`Runner::list_command`] prints them.
///
/// # Errors
/// Where a line is not understood, nothing is listed, or less than the list says itself.
pub fn parse_listing(runner: Runner, text: &str) -> Result<Vec<Unit>, ListingError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let units = match runner {
        Runner::Go => lines(runner, text, |line| Line::unit_if(!line.contains(char::is_whitespace), line))?,
        Runner::Cargo => lines(runner, text, cargo)?,
        Runner::Nextest if text.trim_start().starts_with('{') => nextest_json(text)?,
        Runner::Nextest => nextest_plain(text)?,
        Runner::Pytest => pytest(text)?,
        Runner::Jest if text.trim_start().starts_with('[') => {
            let files: Vec<String> =
                serde_json::from_str(text).map_err(|error| json_error(runner, &error))?;
            files.iter().map(|file| Unit::named(file)).collect()
        }
        // `npm test -- --listTests` says what it runs.
        Runner::Jest => lines(runner, text, |line| {
            if line.starts_with("> ") { Line::Other } else { Line::Unit(Unit::named(line)) }
        })?,
    };
    check_names(runner, &units)?;
    if units.is_empty() { Err(ListingError::Empty(runner)) } else { Ok(units) }
}

fn check_names(runner: Runner, units: &[Unit]) -> Result<(), ListingError> {
    // Behind `--`, libtest still takes a hyphen for an option; nextest and pytest are never told a name as such.
    let takes_options = !matches!(runner, Runner::Nextest | Runner::Pytest);
    let is_odd = |unit: &Unit| {
        takes_options && unit.name.starts_with('-') || unit.line().chars().any(char::is_control)
    };
    if let Some(odd) = units.iter().find(|unit| is_odd(unit)) {
        return Err(ListingError::Name(odd.name.escape_default().to_string()));
    }
    match units.iter().find(|unit| runner == Runner::Cargo && is_doc_test(&unit.name)) {
        Some(doc) => Err(ListingError::DocTest(doc.name.clone())),
        None => Ok(()),
    }
}

fn lines(runner: Runner, text: &str, mut parse: impl FnMut(&str) -> Line) -> Result<Vec<Unit>, ListingError> {
    let mut units = Vec::new();
    for (number, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        match parse(line) {
            Line::Unit(unit) => units.push(unit),
            Line::Other => {}
            Line::Odd => {
                let text = line.chars().take(80).collect();
                return Err(ListingError::Line { runner, line: number + 1, text });
            }
        }
    }
    Ok(units)
}

/// `name: test`, `name: benchmark` and, without `--format terse`, `3 tests, 0 benchmarks`.
fn cargo(line: &str) -> Line {
    let is_count = |text: &str, noun: &str| {
        text.split_once(' ').is_some_and(|(count, word)| {
            count.bytes().all(|byte| byte.is_ascii_digit()) && word.strip_suffix('s').unwrap_or(word) == noun
        })
    };
    match line.rsplit_once(": ") {
        Some((name, "test")) => Line::Unit(Unit::named(name)),
        Some((_, "bench" | "benchmark")) => Line::Other,
        _ => match line.split_once(", ") {
            Some((tests, benchmarks)) if is_count(tests, "test") && is_count(benchmarks, "benchmark") => {
                Line::Other
            }
            _ => Line::Odd,
        },
    }
}

#[derive(Deserialize)]
struct NextestList {
    #[serde(rename = "rust-suites")]
    suites: BTreeMap<String, NextestSuite>,
}

#[derive(Deserialize)]
struct NextestSuite {
    #[serde(default)]
    testcases: BTreeMap<String, NextestCase>,
}

#[derive(Deserialize)]
struct NextestCase {
    #[serde(rename = "filter-match")]
    filter_match: NextestMatch,
}

#[derive(Deserialize)]
struct NextestMatch {
    status: String,
}

/// What its filter leaves out, ignored tests mostly, is not run.
fn nextest_json(text: &str) -> Result<Vec<Unit>, ListingError> {
    let list: NextestList =
        serde_json::from_str(text).map_err(|error| json_error(Runner::Nextest, &error))?;
    let units = list.suites.into_iter().flat_map(|(binary, suite)| {
        let runs = suite.testcases.into_iter().filter(|(_, case)| case.filter_match.status == "matches");
        runs.map(move |(name, _)| Unit { binary: binary.clone(), name }).collect::<Vec<_>>()
    });
    Ok(units.collect())
}

/// `binary name` on a line, or the binary and a colon, and its tests below, four blanks in.
fn nextest_plain(text: &str) -> Result<Vec<Unit>, ListingError> {
    let mut binary = String::new();
    lines(Runner::Nextest, text, |line| {
        if let Some(name) = line.strip_prefix("    ").filter(|_| !binary.is_empty()) {
            return Line::Unit(Unit { binary: binary.clone(), name: name.to_owned() });
        }
        if line.starts_with("  ") && !binary.is_empty() {
            // `bin: target/…` and the like, of `--verbose`.
            return Line::Other;
        }
        if let Some(before) = line.strip_suffix(':').filter(|before| !before.contains(' ')) {
            before.clone_into(&mut binary);
            return Line::Other;
        }
        match line.split_once(' ') {
            Some((binary, name)) if !binary.is_empty() && !name.is_empty() && !name.starts_with(' ') => {
                Line::Unit(Unit { binary: binary.to_owned(), name: name.to_owned() })
            }
            _ => Line::Odd,
        }
    })
}

/// `file::class::test[…]` (`-q`) or `file: 7` (`-qq`), and at the end how many there are. Warnings follow a line of `=`.
fn pytest(text: &str) -> Result<Vec<Unit>, ListingError> {
    let runner = Runner::Pytest;
    let (mut said, mut is_over) = (None, false);
    let units = lines(runner, text, |line| {
        if let Some(count) = collected(line) {
            (said, is_over) = (Some(count), true);
            return Line::Other;
        }
        is_over |= line.starts_with("=====") && line.contains("warnings summary");
        if is_over {
            return Line::Other;
        }
        if line.contains("::") {
            return Line::unit_if(!line.starts_with("ERROR "), line);
        }
        match line.rsplit_once(": ") {
            Some((file, count)) => {
                Line::unit_if(!count.is_empty() && count.bytes().all(|byte| byte.is_ascii_digit()), file)
            }
            None => Line::Odd,
        }
    })?;
    match said {
        Some(said) if said != units.len() && units.iter().all(|unit| unit.name.contains("::")) => {
            Err(ListingError::Count { runner, said, found: units.len() })
        }
        _ => Ok(units),
    }
}

/// `8 tests collected in 0.02s`, `3/8 tests collected (5 deselected) in 0.01s`, `no tests collected in …`, between `=` or not.
fn collected(line: &str) -> Option<usize> {
    let line = line.trim_matches(['=', ' ']);
    let (count, rest) = line.split_once(' ')?;
    let is_summary = ["test collected", "tests collected"].iter().any(|words| rest.starts_with(words));
    if !is_summary {
        return None;
    }
    if count == "no" { Some(0) } else { count.split('/').next()?.parse().ok() }
}

fn json_error(runner: Runner, error: &serde_json::Error) -> ListingError {
    ListingError::Json { runner, message: error.to_string() }
}
