//! `cargo test` with the JSON of libtest, which a stable compiler writes where it is told to be a nightly one, and
//! nextest, which tries again what fails.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Result, ensure};

use super::{Counts, Results, Run, Tool, all_of, before, line_with};
use crate::command::{self, scrubbed};
use crate::copy;
use crate::e2e::Judge;

pub(super) const TOOLS: &[Tool] =
    &[Tool { name: "cargo test", run: cargo_test }, Tool { name: "cargo nextest", run: nextest }];

const SOURCE: &str = "src/lib.rs";

/// `cargo test` of a test that ends its process.
const ABORTING: [&str; 5] = ["test", "--test=lucky", "aborts_if_asked", "--", "--exact"];

fn cargo_test(_: &Judge) -> Result<Run> {
    let folder = copy::fresh("tests/data/producers/tests-rust")?;
    let cargo = |arguments: &[&str]| {
        let mut cargo = scrubbed(Path::new("cargo"));
        cargo.args(arguments).current_dir(folder.path());
        cargo
    };
    let as_json = |mut command: Command, file: &str| -> Result<()> {
        command.env("RUSTC_BOOTSTRAP", "1").args(["-Zunstable-options", "--format=json"]);
        let finished = command::capture(&mut command, super::LIMIT)?;
        ensure!(!finished.stdout.is_empty(), "it wrote nothing and says: {}", finished.stderr);
        Ok(fs::write(folder.path().join(file), finished.stdout)?)
    };
    let shown = all_of(&mut cargo(&["test", "--no-fail-fast"]))?;
    forget_the_first_try(folder.path())?;
    as_json(cargo(&["test", "--no-fail-fast", "--"]), "tests.json")?;
    let aborted = all_of(cargo(&ABORTING).env("KINDS_ABORT", "1"))?;
    let mut aborting = cargo(&ABORTING);
    aborting.env("KINDS_ABORT", "1");
    as_json(aborting, "aborted.json")?;
    ensure!(aborted.contains("SIGABRT"), "the test that is to abort did not: {aborted}");
    let results = vec![
        Results {
            what: "JSON of libtest",
            files: vec!["tests.json"],
            printed: of_results(&shown),
            marked: Some(SOURCE),
        },
        Results {
            what: "JSON of a process that aborts",
            files: vec!["aborted.json"],
            // It prints how many tests it runs, and no result.
            printed: Counts {
                errored: before(line_with(&aborted, "running ")?, "test"),
                ..of_results(&aborted)
            },
            marked: None,
        },
    ];
    Ok(Run { folder, results })
}

/// All lines such as `test result: FAILED. 3 passed; 2 failed; 1 ignored; …`.
fn of_results(text: &str) -> Counts {
    let lines = || text.lines().filter(|line| line.starts_with("test result:"));
    let sum = |word: &str| lines().map(|line| before(line, word)).sum();
    Counts { passed: sum("passed"), failed: sum("failed"), skipped: sum("ignored"), ..Counts::default() }
}

/// One test passes only where it was tried before.
fn forget_the_first_try(folder: &Path) -> Result<()> {
    let marker = folder.join("target/tmp/tried");
    if marker.exists() {
        fs::remove_file(marker)?;
    }
    Ok(())
}

fn nextest(judge: &Judge) -> Result<Run> {
    let folder = copy::fresh("tests/data/producers/tests-rust")?;
    let mut nextest = scrubbed(&judge.peers.program("cargo-nextest")?);
    nextest.args(["nextest", "run", "--message-format=libtest-json-plus"]).current_dir(folder.path());
    nextest.env("NEXTEST_EXPERIMENTAL_LIBTEST_JSON", "1");
    let finished = command::capture(&mut nextest, super::LIMIT)?;
    fs::write(folder.path().join("tests.json"), finished.stdout)?;
    let printed = of_summary(line_with(&finished.stderr, "Summary [")?);
    let results = vec![
        // Its JUnit XML leaves out what was skipped.
        Results {
            what: "JUnit XML",
            files: vec!["target/nextest/default/junit.xml"],
            printed: Counts { skipped: 0, ..printed },
            marked: Some(SOURCE),
        },
        Results { what: "JSON", files: vec!["tests.json"], printed, marked: Some(SOURCE) },
    ];
    Ok(Run { folder, results })
}

/// `Summary [   0.115s] 7 tests run: 5 passed (1 flaky), 2 failed, 1 skipped`.
fn of_summary(line: &str) -> Counts {
    let flaky = before(line, "flaky");
    Counts {
        passed: before(line, "passed") - flaky,
        failed: before(line, "failed"),
        skipped: before(line, "skipped"),
        flaky,
        ..Counts::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_printed_is_read() {
        let text = "test result: FAILED. 3 passed; 2 failed; 1 ignored; 0 measured\nx\ntest result: ok. 1 passed; 0 failed; 0 ignored;\n";
        assert_eq!(of_results(text), Counts { passed: 4, failed: 2, skipped: 1, ..Counts::default() });
        let line = "     Summary [   0.115s] 7 tests run: 5 passed (1 flaky), 2 failed, 1 skipped";
        assert_eq!(of_summary(line), Counts { passed: 4, failed: 2, skipped: 1, flaky: 1, errored: 0 });
    }
}
