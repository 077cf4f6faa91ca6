//! `SimpleCov`; the project prints what its library counted.

use anyhow::{Context, Result};

use super::{BRANCHES, LINES, Producer, Run, Written, step};
use crate::copy;
use crate::e2e::Judge;
use crate::total::Total;

pub(super) const PRODUCERS: &[Producer] = &[Producer {
    name: "SimpleCov",
    run,
    written: &[Written {
        format: "result set of two runs",
        files: &["coverage/.resultset.json"],
        measures: &[LINES, BRANCHES],
    }],
}];

fn run(judge: &Judge) -> Result<Run> {
    let folder = copy::fresh("tests/data/producers/ruby")?;
    let ruby = judge.peers.program("ruby")?;
    step(&ruby, &["test/run.rb", "unit", "3", "triangle"], folder.path())?;
    let printed = step(&ruby, &["test/run.rb", "integration", "4", "square"], folder.path())?;
    let of = |kind: &str| of_line(&printed, kind).with_context(|| format!("it printed no `{kind}`"));
    Ok(Run { stated: vec![(LINES, of("line")?), (BRANCHES, of("branch")?)], folder })
}

/// `line 10 19`
fn of_line(text: &str, kind: &str) -> Option<Total> {
    let words: Vec<_> =
        text.lines().map(|line| line.split(' ').collect::<Vec<_>>()).find(|words| words[0] == kind)?;
    Some(Total { covered: words.get(1)?.parse().ok()?, total: words.get(2)?.parse().ok()? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_library_counted_is_read() {
        assert_eq!(of_line("line 10 19\nbranch 3 7\n", "branch"), Some(Total { covered: 3, total: 7 }));
    }
}
