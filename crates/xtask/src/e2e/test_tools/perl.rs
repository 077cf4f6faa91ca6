//! prove, and the TAP of `Test::More` that it runs: subtests, a script that dies, one that is left out.

use std::fs;
use std::path::Path;

use anyhow::{Result, ensure};

use super::{Counts, Results, Run, Tool, behind, line_with, printed};
use crate::copy;
use crate::e2e::Judge;

pub(super) const TOOLS: &[Tool] = &[Tool { name: "prove", run }];

const SCRIPTS: [&str; 4] = ["left_out", "nested", "short", "words"];

fn run(judge: &Judge) -> Result<Run> {
    let folder = copy::fresh("tests/data/producers/tests-perl")?;
    let prove = judge.peers.program("prove")?;
    let shown = printed(&prove, &["t"], folder.path())?;
    // What Test::More says of a failure goes to the errors; `--merge` puts it where it belongs.
    let verbose = printed(&prove, &["--verbose", "--merge", "t"], folder.path())?;
    fs::write(folder.path().join("prove.tap"), &verbose)?;
    for script in SCRIPTS {
        let run = format!("exec perl t/{script}.t 2>&1");
        let tap = printed(Path::new("sh"), &["-c", &run], folder.path())?;
        fs::write(folder.path().join(format!("{script}.tap")), tap)?;
    }
    let (counts, points) = of_verbose(&verbose);
    let tests = behind(line_with(&shown, "Files=")?, "Tests");
    ensure!(points == tests, "prove counted {tests} tests, and {points} of them were printed");
    let marked = Some("t/words.t");
    let files = vec!["left_out.tap", "nested.tap", "short.tap", "words.tap"];
    let results = vec![
        Results { what: "its verbose output", files: vec!["prove.tap"], printed: counts, marked },
        Results { what: "TAP of each script", files, printed: counts, marked },
    ];
    Ok(Run { folder, results })
}

/// The leaves by outcome, and how many points stand at the margin: those are prove's tests.
fn of_verbose(text: &str) -> (Counts, u64) {
    let mut counts = Counts::default();
    let (mut points, mut before) = (0, 0);
    for line in text.lines() {
        let indent = line.len() - line.trim_start().len();
        let words: Vec<&str> = line.split_whitespace().collect();
        let count = match words[..] {
            ["ok", number, ..] if is_number(number) => &mut counts.passed,
            ["not", "ok", number, ..] if is_number(number) => &mut counts.failed,
            // `Parse errors: Bad plan.  You planned 3 tests but ran 1.`
            ["Parse", "errors:", "Bad", "plan.", .., "planned", planned, "tests", "but", "ran", ran] => {
                let number = |word: &str| word.trim_end_matches('.').parse().unwrap_or(0);
                counts.errored += number(planned) - number(ran);
                continue;
            }
            [_, _, "skipped:", ..] => {
                counts.skipped += 1;
                continue;
            }
            _ => continue,
        };
        points += u64::from(indent == 0);
        // Points that stand deeper right before it are its own.
        let is_leaf = before <= indent;
        before = indent;
        let directive = line.rsplit_once(" # ").map(|(_, directive)| directive.to_ascii_lowercase());
        let is_skipped = directive.is_some_and(|said| said.starts_with("skip") || said.starts_with("todo"));
        match (is_skipped, is_leaf) {
            (true, _) => counts.skipped += 1,
            (false, true) => *count += 1,
            (false, false) => {}
        }
    }
    (counts, points)
}

fn is_number(word: &str) -> bool {
    word.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leaves_are_counted() {
        let text = "t/a.t .. skipped: why\nt/b.t .. \n    ok 1 - x\n    not ok 2 - y\nnot ok 1 - z\nok 2 # skip not here\nnot ok 3 - w # \x54ODO known\nok 4\n  Parse errors: Bad plan.  You planned 3 tests but ran 1.\n";
        let expected = Counts { passed: 2, failed: 1, errored: 2, skipped: 3, flaky: 0 };
        assert_eq!(of_verbose(text), (expected, 4));
    }
}
