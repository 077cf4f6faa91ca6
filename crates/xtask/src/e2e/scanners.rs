//! Fresh output of real scanners, on small projects that are vulnerable on purpose. What a scanner prints for people is
//! read here, by code that the product shares nothing with; security-sarif must find the same rules at the same lines in
//! the scanner's own format and in its SARIF, and fail where the scanner did not do its work.

use std::fmt;
use std::fs;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use tempfile::TempDir;

use super::Judge;
use crate::command::{self, Finished, scrubbed};

mod code;
mod files;
mod hashes;
mod packages;
mod valid;

const LIMIT: Duration = Duration::from_mins(3);

/// A program that looks for faults.
struct Scanner {
    name: &'static str,
    /// Has it look at its project, once for each format and once for people.
    run: fn(&Judge) -> Result<Scan>,
}

/// What a scanner left.
struct Scan {
    /// The project, a repository of its own.
    project: TempDir,
    /// Its reports: apart, so that no scanner looks at them.
    reports: TempDir,
    written: Vec<Written>,
}

/// One report, and what the scanner prints of the same project.
struct Written {
    /// The file below `reports`.
    file: &'static str,
    /// All that it found, as it prints it.
    stated: Vec<Stated>,
    /// How many that are, by its own summary.
    total: u64,
    /// How many of each severity, where its summary says so and this format can.
    severities: Vec<(&'static str, u64)>,
}

/// Something found.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Stated {
    path: String,
    line: Option<u64>,
    rule: String,
}

impl Stated {
    fn new(rule: impl Into<String>, path: &str, line: impl Into<Option<u64>>) -> Self {
        let path = path.trim_start_matches("./").to_owned();
        Self { path, line: line.into(), rule: rule.into() }
    }
}

impl fmt::Display for Stated {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let line = self.line.map(|line| format!(":{line}")).unwrap_or_default();
        write!(f, "{} at {}{line}", self.rule, self.path)
    }
}

pub(super) fn judge(judge: &mut Judge) {
    println!("\nfresh output of scanners");
    let mut outputs = valid::Outputs::default();
    let all = [code::SCANNERS, files::SCANNERS, packages::SCANNERS];
    for scanner in all.into_iter().flatten() {
        match (scanner.run)(judge) {
            Ok(scan) => {
                for written in &scan.written {
                    let proof = written.agrees(judge, &scan);
                    judge.step(&format!("{}, {}", scanner.name, written.file), proof);
                }
                outputs.keep(scan);
            }
            Err(error) => judge.step(scanner.name, Err(error)),
        }
    }
    for (name, run) in [("Bandit", code::broken as fn(&Judge) -> Result<Scan>), ("Hadolint", files::broken)] {
        let proof = run(judge).and_then(|scan| fails_without_findings(judge, &scan));
        judge.step(&format!("{name}, over what does not parse"), proof);
    }
    valid::judge(judge, outputs);
    let proof = hashes::judge(judge);
    judge.step("line hashes by the multitool", proof);
}

impl Written {
    fn agrees(&self, judge: &Judge, scan: &Scan) -> Result<String> {
        ensure!(!self.stated.is_empty(), "the scanner found nothing, which proves nothing");
        ensure!(
            self.stated.len() as u64 == self.total,
            "its summary says {}, and it prints {}",
            self.total,
            self.stated.len()
        );
        let (finished, report) = gated(judge, scan, self.file)?;
        let mut stated = self.stated.clone();
        stated.sort();
        let mut found = found(&report);
        // Where the scanner names only the file of a package, we look its line up: that is more, not another place.
        for ours in &mut found {
            let without = Stated { line: None, ..ours.clone() };
            if stated.contains(&without) {
                *ours = without;
            }
        }
        found.sort();
        ensure!(
            found == stated,
            "security-sarif says:{}\n      the scanner says:{}{}",
            listed(&found),
            listed(&stated),
            said(&report)
        );
        let counted = |word: &str| measure(&report, &format!("security.{word}"));
        let all = ["critical", "high", "medium", "low", "info"];
        let sum = all.into_iter().map(counted).sum::<Result<u64>>()?;
        ensure!(sum == self.total, "the measures come to {sum}, not {}", self.total);
        for (word, wanted) in &self.severities {
            let found = counted(word)?;
            ensure!(found == *wanted, "{found} are {word}, the scanner says {wanted}");
        }
        let status = i32::from(counted("critical")? + counted("high")? > 0);
        ensure!(
            finished.status.code() == Some(status),
            "it ended with {}, expected {status}: {}",
            finished.status,
            finished.stderr.trim()
        );
        let places = stated.iter().filter(|stated| stated.line.is_some()).count();
        Ok(format!("{sum} found, {places} at the line that the scanner says"))
    }
}

/// A scanner that says it found nothing, because it could not look, must not pass.
fn fails_without_findings(judge: &Judge, scan: &Scan) -> Result<String> {
    for written in &scan.written {
        let (finished, report) = gated(judge, scan, written.file)?;
        ensure!(
            finished.status.code() == Some(1),
            "{} passed with {}{}",
            written.file,
            finished.status,
            said(&report)
        );
        ensure!(report["verdict"] != "pass", "the verdict on {} is `pass`", written.file);
    }
    Ok(format!("{} reports fail", scan.written.len()))
}

/// Runs the action on one report of a scan.
fn gated(judge: &Judge, scan: &Scan, file: &str) -> Result<(Finished, Value)> {
    let json = scan.reports.path().join("gatewright.json");
    let mut gate = scrubbed(&judge.binaries.join("security-sarif"));
    gate.arg(scan.reports.path().join(file)).arg("--report-file").arg(&json);
    gate.arg("--sarif-file").arg(scan.reports.path().join(format!("{file}.out")));
    let finished = command::capture(gate.current_dir(scan.project.path()), LIMIT)?;
    let text = fs::read_to_string(&json)
        .with_context(|| format!("it wrote no report: {}", finished.stderr.trim()))?;
    fs::remove_file(&json)?;
    Ok((finished, serde_json::from_str(&text)?))
}

/// The scanners' findings in a report of ours, sorted.
fn found(report: &Value) -> Vec<Stated> {
    let findings = report["findings"].as_array().into_iter().flatten();
    let of_scanners = findings.filter(|finding| finding["category"] == "security");
    let mut found: Vec<Stated> = of_scanners
        .map(|finding| {
            let place = &finding["location"];
            let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
            Stated { path: text(&place["path"]), line: place["line"].as_u64(), rule: text(&finding["rule"]) }
        })
        .collect();
    found.sort();
    found
}

fn measure(report: &Value, name: &str) -> Result<u64> {
    let measures = report["measures"].as_array().context("the report has no measures")?;
    let found = measures.iter().find(|found| found["name"] == name && found["scope"] == "total");
    found.and_then(|found| found["value"].as_u64()).with_context(|| format!("the report has no {name}"))
}

fn listed(all: &[Stated]) -> String {
    all.iter().map(|one| format!("\n        {one}")).collect()
}

/// What stands in a report of ours about scans that went wrong.
fn said(report: &Value) -> String {
    let of = |list: &str| -> Vec<String> {
        let list = report[list].as_array().into_iter().flatten();
        let odd = list.filter(|item| item["category"] != "security");
        odd.filter_map(|item| item["message"].as_str()).map(|text| format!("\n        {text}")).collect()
    };
    [of("findings"), of("states")].concat().concat()
}

/// Runs a scanner, whatever it finds, and returns what it prints: results, and all the rest.
fn printed(program: &Path, arguments: &[&str], project: &Path) -> Result<(String, String)> {
    let finished = command::capture(scrubbed(program).args(arguments).current_dir(project), LIMIT)?;
    Ok((finished.stdout, finished.stderr))
}

/// Runs a scanner that prints its report, into a file.
fn into_file(program: &Path, arguments: &[&str], project: &Path, file: &Path) -> Result<()> {
    let (report, said) = printed(program, arguments, project)?;
    ensure!(!report.trim().is_empty(), "it printed no report, and says: {}", said.trim());
    Ok(fs::write(file, report)?)
}

/// The number behind a word in the last line that has it: `5` of `Issues : 5` behind `Issues`.
fn behind(text: &str, word: &str) -> Result<u64> {
    let line = text.lines().rev().find(|line| line.contains(word));
    let rest = line.and_then(|line| line.split_once(word)).map(|(_, rest)| rest);
    let number = rest.and_then(|rest| {
        rest.split(|character: char| !character.is_ascii_digit()).find(|part| !part.is_empty())
    });
    number
        .and_then(|number| number.parse().ok())
        .with_context(|| format!("it prints no `{word}`, but:\n{text}"))
}

/// The number before a word, in the last line that has both; nothing is none.
fn before(text: &str, word: &str) -> u64 {
    let number = |line: &str| {
        let words: Vec<&str> = line
            .split(|character: char| !character.is_alphanumeric())
            .filter(|word| !word.is_empty())
            .collect();
        words.windows(2).find(|pair| pair[1] == word).and_then(|pair| pair[0].parse().ok())
    };
    text.lines().rev().find_map(number).unwrap_or(0)
}

/// `path:line` in front of a text, and the text.
fn at_line(text: &str) -> Option<(&str, u64, &str)> {
    let mut parts = text.splitn(3, ':');
    let (path, line, rest) = (parts.next()?, parts.next()?, parts.next()?);
    Some((path, line.parse().ok()?, rest))
}

/// What stands between two texts.
fn between<'t>(text: &'t str, from: &str, to: &str) -> Option<&'t str> {
    text.split_once(from)?.1.split_once(to).map(|(inside, _)| inside)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_beside_words() {
        assert_eq!(behind("Nosec  : 1\n  Issues : 5\n", "Issues").unwrap(), 5);
        assert!(behind("nothing", "Issues").is_err());
        let line = "9 findings (1 ignored, 3 suppressed): 0 informational, 0 low, 2 medium, 3 high";
        assert_eq!([before(line, "findings"), before(line, "suppressed"), before(line, "high")], [9, 3, 3]);
        assert_eq!(before(line, "critical"), 0);
    }

    #[test]
    fn places_in_front_of_texts() {
        assert_eq!(at_line("a/b.go:17:43: [x] y: z"), Some(("a/b.go", 17, "43: [x] y: z")));
        assert_eq!(at_line("no place"), None);
        assert_eq!(between("a (Rule:G401, x", "(Rule:", ","), Some("G401"));
    }
}
