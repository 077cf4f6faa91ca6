//! Fresh results of real test tools, on projects whose tests fail in every way. What a tool prints for people is counted
//! here, by code that the product shares nothing with; test-report must count the same in the report of that run,
//! end with a failure, and put the failure at the line where it happened.

use std::fmt;
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;
use tempfile::TempDir;

use super::Judge;
use crate::command::{self, scrubbed};

mod c;
mod go;
mod java;
mod javascript;
mod perl;
mod php;
mod python;
mod ruby;
mod rust;

const LIMIT: Duration = Duration::from_mins(5);

/// Stands in every project at the line of which a failure must be shown.
const MARK: &str = "the line that is annotated";

/// A program that runs tests.
struct Tool {
    name: &'static str,
    /// Has it run a project, as often as it takes.
    run: fn(&Judge) -> Result<Run>,
}

/// What a tool left.
struct Run {
    /// The project, a repository of its own.
    folder: TempDir,
    results: Vec<Results>,
}

/// Results of one run, in as many files as it takes.
struct Results {
    what: &'static str,
    files: Vec<&'static str>,
    /// What the tool printed that they come to.
    printed: Counts,
    /// The file of the failure that has the mark, if the report tells where a test failed.
    marked: Option<&'static str>,
}

/// Tests by outcome.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Counts {
    passed: u64,
    failed: u64,
    errored: u64,
    skipped: u64,
    flaky: u64,
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { passed, failed, errored, skipped, flaky } = self;
        write!(f, "{passed} passed, {failed} failed, {errored} with errors, {skipped} skipped, {flaky} flaky")
    }
}

pub(super) fn judge(judge: &mut Judge) {
    println!("\nfresh results of tests");
    let all = [
        go::TOOLS,
        rust::TOOLS,
        python::TOOLS,
        javascript::TOOLS,
        java::TOOLS,
        c::TOOLS,
        perl::TOOLS,
        ruby::TOOLS,
        php::TOOLS,
    ];
    let start = Instant::now();
    for tool in all.into_iter().flatten() {
        match (tool.run)(judge) {
            Ok(run) => run.results.iter().for_each(|results| {
                let proof = results.agree(judge, run.folder.path());
                judge.step(&format!("{}, {}", tool.name, results.what), proof);
            }),
            Err(error) => judge.step(tool.name, Err(error)),
        }
    }
    println!("  in {} s", start.elapsed().as_secs());
}

impl Results {
    fn agree(&self, judge: &Judge, folder: &Path) -> Result<String> {
        let out = tempfile::tempdir()?;
        let json = out.path().join("report.json");
        let mut report = scrubbed(&judge.binaries.join("test-report"));
        report.args(&self.files).args(["--format", "json"]);
        report.arg("--report-file").arg(&json).current_dir(folder);
        let finished = command::capture(&mut report, LIMIT)?;
        let text = fs::read_to_string(&json)
            .with_context(|| format!("it wrote no report: {}", finished.stderr.trim()))?;
        let report: Value = serde_json::from_str(&text)?;
        let found = counts(&report)?;
        ensure!(
            found == self.printed,
            "test-report says {found}; the tool printed {}{}",
            self.printed,
            said(&report)
        );
        let status = i32::from(self.printed.failed + self.printed.errored > 0);
        if finished.status.code() != Some(status) {
            bail!("it ended with {}, expected {status}: {}", finished.status, finished.stderr.trim());
        }
        let Some(file) = self.marked else { return Ok(found.to_string()) };
        let line = marked_line(&folder.join(file))?;
        let places = places(&report);
        ensure!(
            places.contains(&(file.to_owned(), line)),
            "no failure is at {file}:{line}, but at {places:?}"
        );
        Ok(format!("{found}; a failure is at {file}:{line}"))
    }
}

/// What a report of ours counts over all variants.
fn counts(report: &Value) -> Result<Counts> {
    let measures = report["measures"].as_array().context("the report has no measures")?;
    let count = |name: &str| -> Result<u64> {
        let found = measures.iter().find(|found| found["name"] == name && found["scope"] == "total");
        found.and_then(|found| found["value"].as_u64()).with_context(|| format!("the report has no {name}"))
    };
    Ok(Counts {
        passed: count("tests.passed")?,
        failed: count("tests.failed")?,
        errored: count("tests.errored")?,
        skipped: count("tests.skipped")?,
        flaky: count("tests.flaky")?,
    })
}

/// What stands in a report of ours about failures and odd circumstances.
fn said(report: &Value) -> String {
    let of = |list: &str| -> Vec<String> {
        let list = report[list].as_array().into_iter().flatten();
        list.filter_map(|item| item["message"].as_str()).map(|text| format!("\n        {text}")).collect()
    };
    [of("findings"), of("states")].concat().concat()
}

/// Where findings are.
fn places(report: &Value) -> Vec<(String, u64)> {
    let findings = report["findings"].as_array().into_iter().flatten();
    let place = |finding: &Value| {
        let location = &finding["location"];
        Some((location["path"].as_str()?.to_owned(), location["line"].as_u64().unwrap_or(0)))
    };
    findings.filter_map(place).collect()
}

fn marked_line(file: &Path) -> Result<u64> {
    let text = fs::read_to_string(file).with_context(|| format!("{} is gone", file.display()))?;
    let line = text.lines().position(|line| line.contains(MARK));
    Ok(line.with_context(|| format!("{} has no mark", file.display()))? as u64 + 1)
}

/// Runs a tool on its project, whatever its tests come to, and returns all that it prints.
fn printed(program: &Path, arguments: &[&str], folder: &Path) -> Result<String> {
    all_of(scrubbed(program).args(arguments).current_dir(folder))
}

/// All that a command prints, errors last.
fn all_of(command: &mut std::process::Command) -> Result<String> {
    let finished = command::capture(command, LIMIT)?;
    Ok(format!("{}\n{}", finished.stdout, finished.stderr))
}

/// Takes the output of a command into a file of the project.
fn into_file(command: &mut std::process::Command, folder: &Path, file: &str) -> Result<()> {
    let finished = command::capture(command.current_dir(folder), LIMIT)?;
    Ok(fs::write(folder.join(file), finished.stdout)?)
}

/// The line that a tool closes with, by a word that only it has.
fn line_with<'t>(text: &'t str, word: &str) -> Result<&'t str> {
    let found = text.lines().rev().find(|line| line.contains(word));
    found.with_context(|| format!("the tool printed no `{word}`, but:\n{text}"))
}

/// The number before a word: `2` of `1 failed, 2 passed` before `passed`; nothing is none.
fn before(line: &str, word: &str) -> u64 {
    let words: Vec<&str> = words(line).collect();
    let found = words.windows(2).find(|pair| pair[1] == word).and_then(|pair| pair[0].parse().ok());
    found.unwrap_or(0)
}

/// The number behind a word: `2` of `Tests: 9, Failures: 2` behind `Failures`; nothing is none.
fn behind(line: &str, word: &str) -> u64 {
    let words: Vec<&str> = words(line).collect();
    let found = words.windows(2).find(|pair| pair[0] == word).and_then(|pair| pair[1].parse().ok());
    found.unwrap_or(0)
}

fn words(line: &str) -> impl Iterator<Item = &str> {
    line.split(|character: char| !character.is_alphanumeric()).filter(|word| !word.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_beside_words() {
        let line = "= 2 failed, 9 passed, 1 xfailed in 0.10s =";
        assert_eq!([before(line, "failed"), before(line, "passed"), before(line, "skipped")], [2, 9, 0]);
        let line = "Tests: 11, Failures: 2, Risky: 1.";
        assert_eq!([behind(line, "Tests"), behind(line, "Risky"), behind(line, "Errors")], [11, 1, 0]);
    }

    #[test]
    fn counts_are_those_of_the_whole() {
        let report = serde_json::json!({ "measures": [
            { "name": "tests.passed", "scope": "variant:a", "value": 1 },
            { "name": "tests.passed", "scope": "total", "value": 5 },
            { "name": "tests.failed", "scope": "total", "value": 4 },
            { "name": "tests.errored", "scope": "total", "value": 3 },
            { "name": "tests.skipped", "scope": "total", "value": 2 },
        ]});
        assert!(counts(&report).unwrap_err().to_string().contains("tests.flaky"));
        let mut report = report;
        let flaky = serde_json::json!({ "name": "tests.flaky", "scope": "total", "value": 1 });
        report["measures"].as_array_mut().unwrap().push(flaky);
        let expected = Counts { passed: 5, failed: 4, errored: 3, skipped: 2, flaky: 1 };
        assert_eq!(counts(&report).unwrap(), expected);
    }

    #[test]
    fn every_project_has_its_mark() {
        let folder = crate::root().join("tests/data/producers");
        for file in [
            "tests-go/words/words_test.go",
            "tests-rust/src/lib.rs",
            "tests-python/tests/test_words.py",
            "tests-jest/src/words.check.js",
            "tests-node/words.test.mjs",
            "tests-mocha/test/words.spec.cjs",
            "tests-java/src/test/java/com/example/WordsTest.java",
            "tests-c/words.c",
            "tests-perl/t/words.t",
            "tests-ruby/spec/words_spec.rb",
            "tests-php/tests/WordsTest.php",
        ] {
            assert!(marked_line(&folder.join(file)).is_ok(), "{file}");
        }
    }
}
