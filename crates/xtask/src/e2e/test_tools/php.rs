//! `PHPUnit` with `JUnit` XML: data sets in suites of their own, and tests that assert nothing, which it writes as errors.

use anyhow::Result;

use super::{Counts, Results, Run, Tool, behind, line_with, printed};
use crate::copy;
use crate::e2e::Judge;

pub(super) const TOOLS: &[Tool] = &[Tool { name: "PHPUnit", run }];

fn run(judge: &Judge) -> Result<Run> {
    let folder = copy::fresh("tests/data/producers/tests-php")?;
    let phpunit = judge.peers.program("phpunit")?;
    let shown = printed(&phpunit, &["--log-junit=junit.xml"], folder.path())?;
    let results = vec![Results {
        what: "JUnit XML",
        files: vec!["junit.xml"],
        printed: of_totals(line_with(&shown, "Tests: ")?),
        marked: Some("tests/WordsTest.php"),
    }];
    Ok(Run { folder, results })
}

/// `Tests: 11, Assertions: 6, Errors: 1, Failures: 2, Skipped: 2, Incomplete: 1, Risky: 1.`
fn of_totals(line: &str) -> Counts {
    let failed = behind(line, "Failures");
    let errored = behind(line, "Errors") + behind(line, "Risky");
    let skipped = behind(line, "Skipped") + behind(line, "Incomplete");
    Counts { passed: behind(line, "Tests") - failed - errored - skipped, failed, errored, skipped, flaky: 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_totals_are_read() {
        let line = "Tests: 11, Assertions: 6, Errors: 1, Failures: 2, Skipped: 2, Incomplete: 1, Risky: 1.";
        let expected = Counts { passed: 4, failed: 2, errored: 2, skipped: 3, flaky: 0 };
        assert_eq!(of_totals(line), expected);
    }
}
