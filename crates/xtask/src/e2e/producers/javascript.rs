//! c8, which counts with V8, and nyc, which rewrites sources. Both state their totals in Istanbul's summary.

use std::fs;

use anyhow::Result;

use super::{
    BRANCHES, FUNCTIONS, LINES, Producer, Run, STATEMENTS, Written, commit_if_changed, json, step, total,
};
use crate::copy;
use crate::e2e::Judge;
use crate::total::Total;

pub(super) const PRODUCERS: &[Producer] = &[
    Producer { name: "c8", run: c8, written: WRITTEN },
    Producer { name: "nyc", run: nyc, written: WRITTEN },
];

const WRITTEN: &[Written] = &[
    Written { format: "LCOV", files: &["coverage/lcov.info"], measures: &[LINES, BRANCHES, FUNCTIONS] },
    Written {
        format: "JSON",
        files: &["coverage/coverage-final.json"],
        measures: &[LINES, STATEMENTS, BRANCHES, FUNCTIONS],
    },
    Written { format: "Cobertura", files: &[COBERTURA], measures: &[LINES, BRANCHES_OF_LINES] },
    Written { format: "Clover", files: &["coverage/clover.xml"], measures: &[LINES] },
];

const COBERTURA: &str = "coverage/cobertura-coverage.xml";

/// Istanbul leaves a branch out of Cobertura where no statement begins on its line, such as a default of a parameter.
const BRANCHES_OF_LINES: &str = "coverage.branches of lines with statements";

const REPORTERS: [&str; 5] = [
    "--reporter=lcovonly",
    "--reporter=json",
    "--reporter=cobertura",
    "--reporter=clover",
    "--reporter=json-summary",
];

fn c8(judge: &Judge) -> Result<Run> {
    let folder = copy::fresh("examples/javascript")?;
    let arguments = [&["--all", "--src=src", "--include=src"], &REPORTERS[..], &["node", "--test"]].concat();
    step(&judge.peers.program("c8")?, &arguments, folder.path())?;
    stated(folder)
}

fn nyc(judge: &Judge) -> Result<Run> {
    let folder = copy::fresh("tests/data/producers/commonjs")?;
    let arguments = [&["--all", "--include=lib/**"], &REPORTERS[..], &["node", "test/run.js"]].concat();
    step(&judge.peers.program("nyc")?, &arguments, folder.path())?;
    stated(folder)
}

fn stated(folder: tempfile::TempDir) -> Result<Run> {
    commit_if_changed(folder.path())?;
    let summary = json(&folder.path().join("coverage/coverage-summary.json"))?;
    let of = |kind: &str| total(&summary["total"][kind], "covered", "total");
    let stated = vec![
        (LINES, of("lines")?),
        (STATEMENTS, of("statements")?),
        (BRANCHES, of("branches")?),
        (FUNCTIONS, of("functions")?),
        (BRANCHES_OF_LINES, of_cobertura(&fs::read_to_string(folder.path().join(COBERTURA))?)),
    ];
    Ok(Run { folder, stated })
}

/// All `condition-coverage="50% (1/2)"`.
fn of_cobertura(report: &str) -> Total {
    let mut sum = Total::default();
    for rest in report.split("condition-coverage=\"").skip(1) {
        let fraction = || rest.split_once('(')?.1.split_once(')')?.0.split_once('/');
        if let Some((covered, total)) = fraction() {
            sum.covered += covered.parse().unwrap_or(0);
            sum.total += total.parse().unwrap_or(0);
        }
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conditions_are_summed() {
        let report =
            r#"<line condition-coverage="50% (1/2)"/><line/><line condition-coverage="100% (3/3)"/>"#;
        assert_eq!(of_cobertura(report), Total { covered: 4, total: 5 });
    }
}
