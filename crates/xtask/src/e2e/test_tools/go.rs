//! `go test`: packages that do not build, that panic, that exit behind their tests, that never end. What `-v` prints is
//! counted.

use std::path::Path;

use anyhow::Result;

use super::{Counts, Results, Run, Tool, into_file, printed};
use crate::command::scrubbed;
use crate::copy;
use crate::e2e::Judge;

pub(super) const TOOLS: &[Tool] = &[Tool { name: "go test", run }];

fn run(_: &Judge) -> Result<Run> {
    let folder = copy::fresh("tests/data/producers/tests-go")?;
    let test = ["test", "-count=1", "-timeout=2s"];
    let shown = printed(Path::new("go"), &[&test[..], &["-v", "./..."]].concat(), folder.path())?;
    let mut json = scrubbed(Path::new("go"));
    into_file(json.args(test).args(["-json", "./..."]), folder.path(), "tests.json")?;
    let sound =
        printed(Path::new("go"), &["test", "-count=1", "-v", "-run=OneWord", "./words"], folder.path())?;
    let mut json = scrubbed(Path::new("go"));
    json.args(["test", "-count=1", "-json", "-run=OneWord", "./words"]);
    into_file(&mut json, folder.path(), "sound.json")?;
    let results = vec![
        Results {
            what: "JSON",
            files: vec!["tests.json"],
            printed: of_verbose(&shown),
            marked: Some("words/words_test.go"),
        },
        Results {
            what: "JSON of a run that passes",
            files: vec!["sound.json"],
            printed: of_verbose(&sound),
            marked: None,
        },
    ];
    Ok(Run { folder, results })
}

/// Leaves by outcome, tests that the panic of a timeout names as running, and packages that failed without either.
fn of_verbose(text: &str) -> Counts {
    let mut counts = Counts::default();
    let mut tests: Vec<(&str, &str)> = Vec::new();
    let mut running = 0;
    for line in text.lines() {
        let words: Vec<&str> = line.split_whitespace().collect();
        match words[..] {
            ["---", outcome, name, _] => tests.push((outcome, name)),
            // `		TestNeverEnds (2s)`
            [name, time] if line.starts_with("\t\tTest") && time.starts_with('(') => {
                running += u64::from(!name.is_empty());
            }
            ["ok" | "FAIL", _, ..] => {
                let is_leaf = |name: &str| {
                    !tests
                        .iter()
                        .any(|(_, other)| other.strip_prefix(name).is_some_and(|rest| rest.starts_with('/')))
                };
                let count = |wanted: &str| {
                    tests.iter().filter(|(outcome, name)| *outcome == wanted && is_leaf(name)).count() as u64
                };
                let failed = count("FAIL:");
                counts.passed += count("PASS:");
                counts.failed += failed;
                counts.skipped += count("SKIP:");
                counts.errored += running + u64::from(words[0] == "FAIL" && failed + running == 0);
                (tests, running) = (Vec::new(), 0);
            }
            _ => {}
        }
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leaves_are_counted() {
        let text = "FAIL\tm/broken [build failed]\n--- FAIL: TestA (0.00s)\n    --- PASS: TestA/b (0.00s)\n    --- FAIL: TestA/c (0.00s)\n--- SKIP: TestAB (0.00s)\nFAIL\nFAIL\tm/a\t0.1s\npanic: test timed out after 2s\n\trunning tests:\n\t\tTestNeverEnds (2s)\nFAIL\tm/slow\t2.0s\n?   \tm/none\t[no test files]\nFAIL\n";
        assert_eq!(of_verbose(text), Counts { passed: 1, failed: 1, errored: 2, skipped: 1, flaky: 0 });
    }
}
