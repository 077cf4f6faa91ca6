//! The tools of others as contestants: how each is asked, and where it says what it found.

use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};

use super::input::Input;
use super::race::{Contestant, Found, contestant, two_numbers};
use crate::command::Finished;
use crate::peers::Peers;
use crate::total::Total;

/// Who must be installed.
pub(super) const PEERS: [&str; 4] = ["test-results-parser", "junitparser", "junit-to-ctrf", "gotestsum"];

/// It takes skipped tests for passed ones; how many there are, and how many failed, it must find.
pub(super) fn test_results_parser<'a>(peers: &Peers, input: &'a Input) -> Result<Contestant<'a>> {
    let program = "import sys, test_results_parser as parser\n\
        runs = parser.parse_junit_xml(open(sys.argv[1], 'rb').read()).testruns\n\
        print(sum(str(run.outcome) == 'pass' for run in runs), len(runs))";
    let found = |finished: &Finished| {
        let Found::Exact(found) = two_numbers(finished)? else { anyhow::bail!("no two numbers") };
        let truth = input.total;
        anyhow::ensure!(found.total == truth.total, "it found {} tests", found.total);
        anyhow::ensure!(found.covered >= truth.covered, "it found that {} passed", found.covered);
        Ok(Found::AnotherUnit)
    };
    let python = peers.program("test-results-parser")?;
    Ok(contestant("test-results-parser", python, input, asked(program), Box::new(found)))
}

pub(super) fn junitparser<'a>(peers: &Peers, input: &'a Input) -> Result<Contestant<'a>> {
    let program = "import sys, junitparser\n\
        cases = [case.is_passed for suite in junitparser.JUnitXml.fromfile(sys.argv[1]) for case in suite]\n\
        print(sum(cases), len(cases))";
    let python = peers.program("junitparser")?.with_file_name("python");
    Ok(contestant("junitparser", python, input, asked(program), Box::new(two_numbers)))
}

fn asked(program: &'static str) -> impl Fn(&mut Command, &Path) {
    move |command, file| {
        command.args(["-c", program]).arg(file);
    }
}

pub(super) fn junit_to_ctrf<'a>(peers: &Peers, input: &'a Input) -> Result<Contestant<'a>> {
    let report = input.file.with_extension("ctrf.json");
    let found = {
        let report = report.clone();
        move |_: &Finished| {
            // The sums come first. What we hold counts for the next contestant, so the rest is not read.
            let mut head = [0; 1000];
            File::open(&report)?.read_exact(&mut head)?;
            sums_of_ctrf(&String::from_utf8_lossy(&head))
        }
    };
    let ask = move |command: &mut Command, file: &Path| {
        // A report of an earlier round must not answer for this one.
        let _ = std::fs::remove_file(&report);
        command.arg(file).arg("-o").arg(&report);
    };
    Ok(contestant("junit-to-ctrf", peers.program("junit-to-ctrf")?, input, ask, Box::new(found)))
}

/// `"summary": { "tests": 48, "passed": 43, …`
fn sums_of_ctrf(text: &str) -> Result<Found> {
    let number = |key: &str| {
        let value = text.split_once(&format!("\"{key}\": "))?.1;
        value.split(|end: char| !end.is_ascii_digit()).next()?.parse().ok()
    };
    let total = || Some(Total { covered: number("passed")?, total: number("tests")? });
    total().map(Found::Exact).context("it states no sums")
}

pub(super) fn gotestsum<'a>(peers: &Peers, input: &'a Input) -> Result<Contestant<'a>> {
    let ask = |command: &mut Command, file: &Path| {
        command.args(["--format", "none", "--raw-command", "--", "cat"]).arg(file);
    };
    let found = |finished: &Finished| sums_of_gotestsum(&finished.stdout);
    Ok(contestant("gotestsum", peers.program("gotestsum")?, input, ask, Box::new(found)))
}

/// `DONE 48 tests, 2 skipped, 3 failures in 0.500s`
fn sums_of_gotestsum(text: &str) -> Result<Found> {
    let last = text.lines().rev().find_map(|line| line.strip_prefix("DONE ")).context("it never ends")?;
    let number = |word: &str| -> Option<u64> {
        let before = last.split(", ").find(|part| part.contains(word))?;
        before.split(' ').next()?.parse().ok()
    };
    let total = number(" test").context("it states no tests")?;
    let others = number(" skipped").unwrap_or(0) + number(" failure").unwrap_or(0);
    Ok(Found::Exact(Total { covered: total.saturating_sub(others), total }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rivals_figures_are_read() {
        let truth = Total { covered: 43, total: 48 };
        let go = sums_of_gotestsum("x\nDONE 48 tests, 2 skipped, 3 failures in 0.500s\n");
        assert!(go.unwrap().agrees(truth));
        let go = sums_of_gotestsum("DONE 1 test in 0.500s\n");
        assert!(go.unwrap().agrees(Total { covered: 1, total: 1 }));
        assert!(sums_of_gotestsum("PASS\n").is_err());
        let ctrf = sums_of_ctrf("\"summary\": {\n  \"tests\": 48,\n  \"passed\": 43,\n");
        assert!(ctrf.unwrap().agrees(truth));
    }
}
