//! pytest with `JUnit` XML: a module that can't be loaded, fixtures that fail before and behind their test, and a test that
//! pytest-rerunfailures tries again, of which the XML holds nothing but a second pass.

use anyhow::{Result, ensure};

use super::{Counts, Results, Run, Tool, before, line_with, printed};
use crate::copy;
use crate::e2e::Judge;

pub(super) const TOOLS: &[Tool] = &[Tool { name: "pytest", run }];

fn run(judge: &Judge) -> Result<Run> {
    judge.peers.program("pytest-rerunfailures")?;
    let folder = copy::fresh("tests/data/producers/tests-python")?;
    let pytest = judge.peers.program("pytest")?;
    let whole = ["--continue-on-collection-errors", "--junit-xml=junit.xml"];
    let shown = printed(&pytest, &whole, folder.path())?;
    let stopped = printed(&pytest, &["--junit-xml=stopped.xml"], folder.path())?;
    ensure!(shown.contains("1 rerun"), "nothing was tried again: {shown}");
    let results = vec![
        Results {
            what: "JUnit XML",
            files: vec!["junit.xml"],
            printed: of_summary(&shown)?,
            marked: Some("tests/test_words.py"),
        },
        Results {
            what: "JUnit XML of a module that can't be loaded",
            files: vec!["stopped.xml"],
            printed: of_summary(&stopped)?,
            marked: None,
        },
    ];
    Ok(Run { folder, results })
}

/// `= 2 failed, 9 passed, 1 skipped, 1 xfailed, 1 xpassed, 3 errors, 1 rerun in 0.10s =`. A test that passes and whose
/// fixture fails behind it is among the passed ones and among the errors; to us it is one test with an error.
fn of_summary(text: &str) -> Result<Counts> {
    let line = line_with(text, " in ")?;
    let twice = text.matches("ERROR at teardown of").count() as u64;
    Ok(Counts {
        passed: before(line, "passed") + before(line, "xpassed") - twice,
        failed: before(line, "failed"),
        errored: before(line, "errors") + before(line, "error"),
        skipped: before(line, "skipped") + before(line, "xfailed"),
        flaky: 0,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_printed_is_read() {
        let text = "__ ERROR at teardown of test_a __\n= 2 failed, 9 passed, 1 skipped, 1 xfailed, 1 xpassed, 3 errors, 1 rerun in 0.10s =\n";
        let expected = Counts { passed: 9, failed: 2, errored: 3, skipped: 2, flaky: 0 };
        assert_eq!(of_summary(text).unwrap(), expected);
        assert_eq!(of_summary("== 1 error in 0.39s ==").unwrap().errored, 1);
    }
}
