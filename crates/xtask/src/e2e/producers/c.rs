//! gcc's coverage through gcovr, which states its totals in a summary.

use std::fs;
use std::path::Path;

use anyhow::Result;

use super::{BRANCHES, FUNCTIONS, LINES, Producer, Run, Written, json, step, total};
use crate::copy;
use crate::e2e::Judge;

pub(super) const PRODUCERS: &[Producer] = &[Producer {
    name: "gcovr",
    run,
    written: &[
        Written { format: "Cobertura", files: &["coverage.xml"], measures: &[LINES, BRANCHES] },
        Written { format: "LCOV", files: &["lcov.info"], measures: &[LINES, BRANCHES, FUNCTIONS] },
        Written { format: "Clover", files: &["clover.xml"], measures: &[LINES] },
        Written { format: "JaCoCo", files: &["jacoco.xml"], measures: &[LINES, BRANCHES] },
    ],
}];

fn run(judge: &Judge) -> Result<Run> {
    let folder = copy::fresh("examples/c")?;
    fs::create_dir(folder.path().join("build"))?;
    let arguments = [
        "-std=c11",
        "-O0",
        "--coverage",
        "-Isrc",
        "-o",
        "build/run",
        "src/ring.c",
        "src/rle.c",
        "test/run.c",
    ];
    step(Path::new("gcc"), &arguments, folder.path())?;
    step(&folder.path().join("build/run"), &[], folder.path())?;
    let arguments = [
        ["--filter", "src/"],
        ["--cobertura", "coverage.xml"],
        ["--lcov", "lcov.info"],
        ["--clover", "clover.xml"],
        ["--jacoco", "jacoco.xml"],
        ["--json-summary", "summary.json"],
    ];
    step(&judge.peers.program("gcovr")?, arguments.as_flattened(), folder.path())?;
    let summary = json(&folder.path().join("summary.json"))?;
    let of = |kind: &str| total(&summary, &format!("{kind}_covered"), &format!("{kind}_total"));
    let stated = vec![(LINES, of("line")?), (BRANCHES, of("branch")?), (FUNCTIONS, of("function")?)];
    Ok(Run { folder, stated })
}
