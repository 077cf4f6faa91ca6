//! c8, which counts with V8, and nyc, which rewrites sources. Both state their totals in Istanbul's summary.

use std::path::Path;

use anyhow::Result;

use super::{
    BRANCHES, FUNCTIONS, LINES, Producer, Run, STATEMENTS, Written, commit_if_changed, json, step, total,
};
use crate::copy;
use crate::e2e::Judge;

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
    Written {
        format: "Cobertura",
        files: &["coverage/cobertura-coverage.xml"],
        measures: &[LINES, BRANCHES],
    },
    Written { format: "Clover", files: &["coverage/clover.xml"], measures: &[LINES] },
];

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
    let summary = json(&folder.path().join(Path::new("coverage/coverage-summary.json")))?;
    let of = |kind: &str| total(&summary["total"][kind], "covered", "total");
    let stated = vec![
        (LINES, of("lines")?),
        (STATEMENTS, of("statements")?),
        (BRANCHES, of("branches")?),
        (FUNCTIONS, of("functions")?),
    ];
    Ok(Run { folder, stated })
}
