//! `go test`. Beside what `go tool cover` prints stands a second sum of ours, which shares no code with the product.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};

use super::{Producer, Run, STATEMENTS, Written, commit_if_changed, step};
use crate::copy;
use crate::e2e::Judge;
use crate::total::Total;

pub(super) const PRODUCERS: &[Producer] = &[Producer {
    name: "go test",
    run,
    written: &[Written { format: "profile", files: &["coverage.out"], measures: &[STATEMENTS] }],
}];

fn run(_: &Judge) -> Result<Run> {
    let folder = copy::fresh("examples/go")?;
    let committed = sum_of_profile(&fs::read_to_string(folder.path().join("coverage.out"))?)?;
    let test = ["test", "-count=1", "-coverprofile=coverage.out", "-coverpkg=./...", "./..."];
    step(Path::new("go"), &test, folder.path())?;
    commit_if_changed(folder.path())?;

    let truth = sum_of_profile(&fs::read_to_string(folder.path().join("coverage.out"))?)?;
    ensure!(truth == committed, "the committed report says {committed}, a fresh one {truth}; make it again");
    let printed = step(Path::new("go"), &["tool", "cover", "-func=coverage.out"], folder.path())?;
    let percent = printed.split_whitespace().last().context("go tool cover printed nothing")?;
    ensure!(percent == truth.rounded(), "go tool cover says {percent}, the profile {}", truth.rounded());
    Ok(Run { folder, stated: vec![(STATEMENTS, truth)] })
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
