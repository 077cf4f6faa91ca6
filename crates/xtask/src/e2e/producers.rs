//! Fresh reports of real producers. The producers' own totals, and a second sum of ours that shares no code
//! with the product, must equal what coverage-gate reports, and its exit status must follow the minimum.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;

use super::Judge;
use crate::command::{self, scrubbed};
use crate::copy;
use crate::total::{Total, total_of};

const LIMIT: Duration = Duration::from_mins(5);

pub(super) fn judge(judge: &mut Judge) {
    println!("\nfresh reports");
    let proof = go(judge);
    judge.step("go test", proof);
    let proof = javascript(judge);
    judge.step("c8", proof);
}

fn go(judge: &Judge) -> Result<String> {
    let copy = copy::fresh("examples/go")?;
    let committed = sum_of_profile(&fs::read_to_string(copy.path().join("coverage.out"))?)?;
    let mut test = scrubbed(Path::new("go"));
    test.args(["test", "-count=1", "-coverprofile=coverage.out", "-coverpkg=./...", "./..."]);
    command::stdout(test.current_dir(copy.path()), LIMIT)?;
    commit_if_changed(copy.path())?;

    let truth = sum_of_profile(&fs::read_to_string(copy.path().join("coverage.out"))?)?;
    ensure!(truth == committed, "the committed report says {committed}, a fresh one {truth}; make it again");
    let mut cover = scrubbed(Path::new("go"));
    cover.args(["tool", "cover", "-func=coverage.out"]).current_dir(copy.path());
    let printed = command::stdout(&mut cover, LIMIT)?;
    let percent = printed.split_whitespace().last().context("go tool cover printed nothing")?;
    ensure!(percent == truth.rounded(), "go tool cover says {percent}, the profile {}", truth.rounded());
    agrees(judge, copy.path(), "coverage.out", &[("coverage.statements", truth)])?;
    Ok(format!("{truth} statements by coverage-gate and by our second sum, {percent} by go tool cover"))
}

fn javascript(judge: &Judge) -> Result<String> {
    let copy = copy::fresh("examples/javascript")?;
    let mut run = scrubbed(&judge.peers.program("c8")?);
    run.args(["--all", "--src=src", "--include=src", "--reporter=lcovonly", "--reporter=json-summary"]);
    command::stdout(run.args(["node", "--test"]).current_dir(copy.path()), LIMIT)?;
    commit_if_changed(copy.path())?;

    let summary = fs::read_to_string(copy.path().join("coverage/coverage-summary.json"))?;
    let summary: Value = serde_json::from_str(&summary)?;
    let truth = |kind: &str| -> Result<(String, Total)> {
        let number =
            |key: &str| summary["total"][kind][key].as_u64().with_context(|| format!("c8 counts no {kind}"));
        Ok((format!("coverage.{kind}"), Total { covered: number("covered")?, total: number("total")? }))
    };
    let truths = [truth("lines")?, truth("branches")?, truth("functions")?];
    let named: Vec<_> = truths.iter().map(|(name, total)| (name.as_str(), *total)).collect();
    agrees(judge, copy.path(), "coverage/lcov.info", &named)?;
    let said: Vec<_> = named.iter().map(|(name, total)| format!("{name} {total}")).collect();
    Ok(format!("{} by coverage-gate and by c8", said.join(", ")))
}

/// coverage-gate must report these totals, pass at 85 % and fail at 95 %.
fn agrees(judge: &Judge, folder: &Path, report: &str, truths: &[(&str, Total)]) -> Result<()> {
    let out = tempfile::tempdir()?;
    for (minimum, status) in [("85", 0), ("95", 1)] {
        let json = out.path().join(format!("{minimum}.json"));
        let mut gate = scrubbed(&judge.binaries.join("coverage-gate"));
        gate.args([report, "--minimum", minimum, "--format", "json", "--report-file"]).arg(&json);
        let finished = command::capture(gate.current_dir(folder), LIMIT)?;
        if finished.status.code() != Some(status) {
            bail!(
                "at {minimum} % it ended with {}, expected {status}: {}",
                finished.status,
                finished.stderr.trim()
            );
        }
        for (measure, truth) in truths {
            let found = total_of(&json, measure)?;
            ensure!(found == *truth, "{measure} is {found}, its producer says {truth}");
        }
    }
    Ok(())
}

/// Statements of a Go profile, each block counted once however many test binaries wrote it.
fn sum_of_profile(profile: &str) -> Result<Total> {
    let mut blocks: BTreeMap<&str, (u64, bool)> = BTreeMap::new();
    for record in profile.lines().skip(1) {
        let (rest, count) = record.rsplit_once(' ').context("a record without a count")?;
        let (block, statements) = rest.rsplit_once(' ').context("a record without statements")?;
        let known = blocks.entry(block).or_insert((statements.parse()?, false));
        known.1 |= count != "0";
    }
    let total = blocks.values().map(|(statements, _)| statements).sum();
    let covered = blocks.values().filter(|(_, hit)| *hit).map(|(statements, _)| statements).sum();
    Ok(Total { covered, total })
}

fn commit_if_changed(folder: &Path) -> Result<()> {
    let mut status = Command::new("git");
    let changed = command::stdout(status.args(["status", "--porcelain"]).current_dir(folder), LIMIT)?;
    if changed.is_empty() { Ok(()) } else { copy::commit(folder) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_counts_once() {
        let profile = "mode: set\na.go:1.1,2.2 3 0\na.go:4.1,5.2 2 0\na.go:1.1,2.2 3 1\n";
        let sum = sum_of_profile(profile).unwrap();
        assert_eq!(sum, Total { covered: 3, total: 5 });
        assert_eq!((sum.to_string(), sum.rounded()), ("3/5".to_owned(), "60.0%".to_owned()));
    }

    #[test]
    fn the_example_is_what_its_page_says() {
        let profile = fs::read_to_string(crate::root().join("examples/go/coverage.out")).unwrap();
        let page = fs::read_to_string(crate::root().join("examples/go/README.md")).unwrap();
        let sum = sum_of_profile(&profile).unwrap();
        assert!(page.contains(&format!("{} of {} statements", sum.covered, sum.total)), "{sum}");
    }
}
