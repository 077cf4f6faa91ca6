//! # What it checks
//!
//! Whether a file is SARIF 2.1.0 that GitHub can read: JSON without a byte order mark, `version` "2.1.0", at least one of
//! `runs`, and in each run a `tool.driver.name` and an array `results`.
//!
//! # Why
//!
//! GitHub refuses such a file whole, often minutes after it was sent. A scanner that broke off, or that wrote its own
//! format under this name, leaves such files. One without a run says nothing at all, not even that a tool found nothing.
//!
//! # Example
//!
//! `"results": null`, as a scanner in Go writes it that found nothing.
//!
//! # Instead
//!
//! Look at the scanner's log; write `"results": []` where nothing was found.

use gatewright_core::RepoPath;
use gatewright_core::report::{Finding, Location, RuleInfo, Severity};

use crate::files::Checked;
use crate::locate::Step;
use crate::log::Unreadable;
use crate::rules::over_limit::MOST_RUNS;

/// What this rule is.
pub(crate) const INFO: RuleInfo = RuleInfo {
    id: "invalid-sarif",
    title: "A file is no SARIF that GitHub reads",
    severity: Severity::High,
    since: "0.1.0",
    help: "Look at the log of the scanner that wrote it; SARIF 2.1.0 has `results` in every run, empty where nothing was found.",
};

/// A file that could not be read at all.
pub(crate) fn unreadable(shown: &str, path: Option<&RepoPath>, message: &str) -> Finding {
    let finding = Finding::new(&INFO, super::CATEGORY, format!("{shown}: {message}"));
    match path {
        Some(path) => finding.at(Location::file(path.clone())),
        None => finding,
    }
}

/// A file that is no SARIF, at the place where that shows.
pub(crate) fn no_sarif(file: &Checked<'_>, unreadable: &Unreadable) -> Finding {
    let place = match (unreadable.line, unreadable.column) {
        (Some(line), Some(column)) => format!("{line}:{column}: "),
        _ => String::new(),
    };
    let mut finding = self::unreadable(file.shown, file.path, &format!("{place}{}", unreadable.message));
    if let (Some(location), Some(line)) = (&mut finding.location, unreadable.line) {
        location.line = Some(line);
        location.end_line = Some(line);
    }
    finding
}

/// What is not as SARIF has it.
pub(crate) fn check(file: &Checked<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    match file.log.version.as_deref() {
        Some("2.1.0") => {}
        Some(other) => {
            let other: String = other.chars().take(40).collect();
            let message = format!("this is version {other} of SARIF, and GitHub reads 2.1.0");
            findings.push(file.finding(&INFO, &message, &[Step::Key("version")]));
        }
        None => findings.push(file.finding(&INFO, "it names no `version`", &[])),
    }
    match &file.log.runs {
        None => findings.push(file.finding(&INFO, "it has no `runs`", &[])),
        // What is of another version is told already.
        Some(_) if file.log.run_count() == 0 && findings.is_empty() => {
            let message = "`runs` is empty: no tool says that it looked, and there is nothing to upload";
            findings.push(file.finding(&INFO, message, &[Step::Key("runs")]));
        }
        Some(_) => {}
    }
    for (index, run) in file.log.runs().iter().enumerate().take(MOST_RUNS) {
        let at = [Step::Key("runs"), Step::Index(index)];
        if run.name().is_none_or(str::is_empty) {
            findings.push(file.finding(&INFO, "a run has no `tool.driver.name`", &at));
        }
        if run.results.is_none() {
            findings.push(file.finding(&INFO, "a run has no array `results`", &at));
        }
    }
    findings
}
