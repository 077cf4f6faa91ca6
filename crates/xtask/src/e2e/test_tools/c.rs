//! `CTest`, whose reports hold what a program printed, and programs that crash, never end, or are not there.

use std::path::{Path, PathBuf};

use anyhow::{Result, ensure};

use super::{Counts, Results, Run, Tool, printed};
use crate::copy;
use crate::e2e::Judge;

pub(super) const TOOLS: &[Tool] = &[Tool { name: "ctest", run }];

fn run(judge: &Judge) -> Result<Run> {
    let folder = copy::fresh("tests/data/producers/tests-c")?;
    let ctest: PathBuf = judge.peers.program("ctest")?;
    printed(Path::new("cmake"), &["-S", ".", "-B", "build"], folder.path())?;
    let built = printed(Path::new("cmake"), &["--build", "build"], folder.path())?;
    ensure!(folder.path().join("build/words").exists(), "CMake built nothing: {built}");
    let shown = printed(&ctest, &["--test-dir", "build", "--output-junit", "../junit.xml"], folder.path())?;
    let file = if folder.path().join("junit.xml").exists() { "junit.xml" } else { "build/junit.xml" };
    let results = vec![Results {
        what: "JUnit XML",
        files: vec![file],
        printed: of_lines(&shown),
        marked: Some("words.c"),
    }];
    Ok(Run { folder, results })
}

/// `2/8 Test #2: breaks ...........................***Failed    0.02 sec`
fn of_lines(text: &str) -> Counts {
    let mut counts = Counts::default();
    for line in text.lines().filter(|line| line.contains(" Test #") && line.trim_end().ends_with("sec")) {
        let count = match line {
            _ if line.contains("***Skipped") || line.contains("Not Run (Disabled)") => &mut counts.skipped,
            _ if line.contains("***Not Run") => &mut counts.errored,
            _ if line.contains("***") => &mut counts.failed,
            _ => &mut counts.passed,
        };
        *count += 1;
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_counts_once() {
        let text = "    Start 1: a\n1/6 Test #1: a ....   Passed    0.02 sec\n2/6 Test #2: b ...***Failed    0.02 sec\n3/6 Test #3: c ....Subprocess aborted***Exception:   0.02 sec\n4/6 Test #4: d ...***Skipped   0.00 sec\n5/6 Test #6: e ...***Not Run (Disabled)   0.00 sec\n6/6 Test #7: f ....***Not Run   0.00 sec\nTotal Test time (real) =   1.07 sec\n";
        assert_eq!(of_lines(text), Counts { passed: 1, failed: 2, errored: 1, skipped: 2, flaky: 0 });
    }
}
