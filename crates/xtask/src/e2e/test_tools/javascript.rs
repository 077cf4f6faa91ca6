//! node's own runner with two reporters, jest with jest-junit, and mocha with its JSON.

use std::path::Path;

use anyhow::{Context, Result, ensure};

use super::{Counts, Results, Run, Tool, all_of, before, behind, line_with, printed};
use crate::command::scrubbed;
use crate::copy;
use crate::e2e::Judge;

pub(super) const TOOLS: &[Tool] = &[
    Tool { name: "node:test", run: node },
    Tool { name: "jest", run: jest },
    Tool { name: "mocha", run: mocha },
];

const NODE: &str = "words.test.mjs";

fn node(_: &Judge) -> Result<Run> {
    let folder = copy::fresh("tests/data/producers/tests-node")?;
    let reporters = [
        "--test-reporter=spec",
        "--test-reporter-destination=stdout",
        "--test-reporter=junit",
        "--test-reporter-destination=junit.xml",
        "--test-reporter=tap",
        "--test-reporter-destination=tests.tap",
    ];
    let shown = printed(Path::new("node"), &[&["--test"], &reporters[..]].concat(), folder.path())?;
    let of_junit = of_node(&shown)?;
    // The JUnit reporter has a test that is to do skipped; in TAP, one that passes nevertheless passed.
    let passed_to_do =
        shown.lines().filter(|line| line.contains('✔') && line.ends_with(concat!("# TO", "DO"))).count()
            as u64;
    ensure!(passed_to_do == 1, "one test that is to do passes, and {passed_to_do} are printed: {shown}");
    let of_tap = Counts {
        passed: of_junit.passed + passed_to_do,
        skipped: of_junit.skipped - passed_to_do,
        ..of_junit
    };
    let results = vec![
        Results { what: "JUnit XML", files: vec!["junit.xml"], printed: of_junit, marked: Some(NODE) },
        Results { what: "TAP", files: vec!["tests.tap"], printed: of_tap, marked: Some(NODE) },
    ];
    Ok(Run { folder, results })
}

/// `ℹ tests 14`, `ℹ pass 6` and so on. A test with steps is among them beside its steps; it is no leaf.
fn of_node(text: &str) -> Result<Counts> {
    let of = |word: &str| line_with(text, &format!("ℹ {word} ")).map(|line| behind(line, word));
    // Whatever has something in it is announced once; suites are counted apart.
    let (_, tests) = text.split_once("\n✔").context("no test passed")?;
    let around = tests.lines().take_while(|line| !line.starts_with('ℹ')).filter(|line| line.contains('▶'));
    let names: std::collections::BTreeSet<&str> =
        around.map(|line| line.split(" (").next().unwrap_or_default().trim()).collect();
    let parents = names.len() as u64 - of("suites")?;
    Ok(Counts {
        passed: of("pass")? - parents,
        failed: of("fail")? + of("cancelled")?,
        errored: 0,
        skipped: of("skipped")? + of("todo")?,
        flaky: 0,
    })
}

fn jest(judge: &Judge) -> Result<Run> {
    let folder = copy::fresh("tests/data/producers/tests-jest")?;
    let junit = judge.peers.program("jest-junit")?;
    let mut jest = scrubbed(&judge.peers.program("jest")?);
    jest.arg("--ci").arg("--reporters=default").arg(format!("--reporters={}", junit.display()));
    // Without it, a file that can't be loaded is in no report.
    jest.env("JEST_JUNIT_REPORT_TEST_SUITE_ERRORS", "true").current_dir(folder.path());
    let shown = all_of(&mut jest)?;
    let tests = line_with(&shown, "Tests: ")?;
    let broken = shown.matches("Test suite failed to run").count() as u64;
    let printed = Counts {
        // jest-junit writes a test that is to do like one that passed.
        passed: before(tests, "passed") + before(tests, "todo"),
        failed: before(tests, "failed"),
        errored: broken,
        skipped: before(tests, "skipped"),
        flaky: 0,
    };
    let marked = Some("src/words.check.js");
    let results = vec![Results { what: "jest-junit", files: vec!["junit.xml"], printed, marked }];
    Ok(Run { folder, results })
}

fn mocha(judge: &Judge) -> Result<Run> {
    let folder = copy::fresh("tests/data/producers/tests-mocha")?;
    let mocha = judge.peers.program("mocha")?;
    let files = "test/**/*.spec.cjs";
    let shown = printed(&mocha, &[files], folder.path())?;
    printed(&mocha, &[files, "--reporter=json", "--reporter-option=output=tests.json"], folder.path())?;
    let of = |word: &str| line_with(&shown, &format!(" {word}")).map(|line| before(line, word));
    // mocha does not print that one of them passed on a second try; its JSON says so.
    let flaky = 1;
    let printed = Counts {
        passed: of("passing")? - flaky,
        failed: of("failing")?,
        errored: 0,
        skipped: of("pending")?,
        flaky,
    };
    let marked = Some("test/words.spec.cjs");
    let results = vec![Results { what: "JSON", files: vec!["tests.json"], printed, marked }];
    Ok(Run { folder, results })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_test_with_steps_is_no_leaf() {
        let text = "✖ broken.mjs (1ms)\n✔ one (1ms)\n▶ count\n  ▶ deeper\n    ✔ two (1ms)\n  ▶ deeper (1ms)\n▶ count (2ms)\n▶ with steps\n  ✔ first (1ms)\n▶ with steps (1ms)\nℹ tests 6\nℹ suites 2\nℹ pass 4\nℹ fail 1\nℹ cancelled 0\nℹ skipped 0\nℹ todo 1\n";
        let expected = Counts { passed: 3, failed: 1, errored: 0, skipped: 1, flaky: 0 };
        assert_eq!(of_node(text).unwrap(), expected);
    }
}
