//! `RSpec` with its JSON, and a file that can't be loaded, for which it runs nothing at all.

use anyhow::Result;

use super::{Counts, Results, Run, Tool, before, line_with, printed};
use crate::copy;
use crate::e2e::Judge;

pub(super) const TOOLS: &[Tool] = &[Tool { name: "RSpec", run }];

fn run(judge: &Judge) -> Result<Run> {
    let folder = copy::fresh("tests/data/producers/tests-ruby")?;
    let rspec = judge.peers.program("rspec")?;
    let run = |file: &str, what: &str| {
        let arguments = ["--format=progress", "--format=json", "--out", file, what];
        printed(&rspec, &arguments, folder.path())
    };
    let shown = run("tests.json", "spec/words_spec.rb")?;
    let broken = run("broken.json", "spec")?;
    let results = vec![
        Results {
            what: "JSON",
            files: vec!["tests.json"],
            printed: of_summary(&shown)?,
            marked: Some("spec/words_spec.rb"),
        },
        Results {
            what: "JSON of a file that can't be loaded",
            files: vec!["broken.json"],
            printed: of_summary(&broken)?,
            marked: None,
        },
    ];
    Ok(Run { folder, results })
}

/// `8 examples, 2 failures, 2 pending` and `…, 1 error occurred outside of examples`.
fn of_summary(text: &str) -> Result<Counts> {
    let line = line_with(text, " examples, ")?;
    let [failed, skipped] = [before(line, "failures") + before(line, "failure"), before(line, "pending")];
    Ok(Counts {
        passed: before(line, "examples") - failed - skipped,
        failed,
        errored: before(line, "error") + before(line, "errors"),
        skipped,
        flaky: 0,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_printed_is_read() {
        let counts = of_summary("8 examples, 2 failures, 2 pending\n").unwrap();
        assert_eq!(counts, Counts { passed: 4, failed: 2, skipped: 2, ..Counts::default() });
        let counts = of_summary("0 examples, 0 failures, 1 error occurred outside of examples").unwrap();
        assert_eq!(counts, Counts { errored: 1, ..Counts::default() });
    }
}
