//! `JUnit` through Maven Surefire, which tries again what fails, with a setup that fails and a class in a class.

use anyhow::{Context, Result};

use super::{Counts, Results, Run, Tool, all_of, behind};
use crate::copy;
use crate::e2e::Judge;

pub(super) const TOOLS: &[Tool] = &[Tool { name: "Surefire", run }];

fn run(judge: &Judge) -> Result<Run> {
    let folder = copy::fresh("tests/data/producers/tests-java")?;
    let shown = all_of(&mut judge.peers.maven("maven-surefire-plugin", folder.path())?)?;
    let results = vec![Results {
        what: "JUnit XML",
        files: vec!["target/surefire-reports/*.xml"],
        printed: of_totals(&shown).with_context(|| format!("it printed no totals, but:\n{shown}"))?,
        marked: Some("src/test/java/com/example/WordsTest.java"),
    }];
    Ok(Run { folder, results })
}

/// `Tests run: 11, Failures: 2, Errors: 2, Skipped: 2, Flakes: 1`, of all classes; those of one end with a time.
fn of_totals(text: &str) -> Option<Counts> {
    let line =
        text.lines().rev().find(|line| line.contains("Tests run:") && !line.contains("Time elapsed"))?;
    let [tests, failed, errored, skipped, flaky] =
        ["run", "Failures", "Errors", "Skipped", "Flakes"].map(|word| behind(line, word));
    Some(Counts { passed: tests - failed - errored - skipped - flaky, failed, errored, skipped, flaky })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_totals_are_read() {
        let text = "[ERROR] Tests run: 11, Failures: 2, Errors: 2, Skipped: 2, Flakes: 1\n[ERROR] Tests run: 9, Failures: 3, Time elapsed: 0.6 s\n";
        let expected = Counts { passed: 4, failed: 2, errored: 2, skipped: 2, flaky: 1 };
        assert_eq!(of_totals(text), Some(expected));
    }
}
