//! Fresh reports of real producers, in every format that each can write. The totals that a producer states in another
//! way (its table, its summary) must equal what coverage-gate reports, and its exit status must follow the minimum.

use std::fs;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;
use tempfile::TempDir;

use super::Judge;
use crate::command::{self, scrubbed};
use crate::copy;
use crate::total::{Total, total_of};

mod c;
mod go;
mod java;
mod javascript;
mod php;
mod python;
mod ruby;
mod rust;

const LIMIT: Duration = Duration::from_mins(5);

const LINES: &str = "coverage.lines";
const BRANCHES: &str = "coverage.branches";
const FUNCTIONS: &str = "coverage.functions";
const STATEMENTS: &str = "coverage.statements";

/// A program that makes reports.
struct Producer {
    name: &'static str,
    /// Runs it on a project and asks it for all its formats.
    run: fn(&Judge) -> Result<Run>,
    written: &'static [Written],
}

/// What a producer left.
struct Run {
    /// The project, a repository of its own.
    folder: TempDir,
    /// The totals that it states. Behind the name of a measure may stand a space and in what sense: where a format can't
    /// hold what its producer counted, a sum of ours over that file, which shares no code with the product.
    stated: Vec<(&'static str, Total)>,
}

/// One report, in as many files as it takes.
struct Written {
    format: &'static str,
    files: &'static [&'static str],
    /// What it tells of; the first is what the gate judges.
    measures: &'static [&'static str],
}

pub(super) fn judge(judge: &mut Judge) {
    println!("\nfresh reports");
    let all = [
        go::PRODUCERS,
        javascript::PRODUCERS,
        python::PRODUCERS,
        c::PRODUCERS,
        rust::PRODUCERS,
        java::PRODUCERS,
        php::PRODUCERS,
        ruby::PRODUCERS,
    ];
    for producer in all.into_iter().flatten() {
        match (producer.run)(judge) {
            Ok(run) => producer.written.iter().for_each(|written| {
                let proof = written.agrees(judge, &run);
                judge.step(&format!("{}, {}", producer.name, written.format), proof);
            }),
            Err(error) => judge.step(producer.name, Err(error)),
        }
    }
}

impl Written {
    /// coverage-gate must report the stated totals, pass at the whole percent below and fail at the one above.
    fn agrees(&self, judge: &Judge, run: &Run) -> Result<String> {
        let stated = |measure: &&str| -> Result<(&'static str, Total)> {
            let found = run.stated.iter().find(|(name, _)| name == measure);
            found.copied().with_context(|| format!("the producer states no {measure}"))
        };
        let stated = self.measures.iter().map(stated).collect::<Result<Vec<_>>>()?;
        let (_, judged) = stated.first().context("a report tells of something")?;
        ensure!(judged.covered < judged.total, "{judged} leaves nothing to fail for");
        let percent = judged.covered * 100 / judged.total;
        let out = tempfile::tempdir()?;
        for (minimum, status) in [(percent, 0), (percent + 1, 1)] {
            let json = out.path().join(format!("{minimum}.json"));
            let mut gate = scrubbed(&judge.binaries.join("coverage-gate"));
            gate.args(self.files).args(["--minimum", &minimum.to_string(), "--format", "json"]);
            gate.arg("--report-file").arg(&json).current_dir(run.folder.path());
            let finished = command::capture(&mut gate, LIMIT)?;
            if finished.status.code() != Some(status) {
                bail!(
                    "at {minimum} % it ended with {}, expected {status}: {}{}",
                    finished.status,
                    finished.stderr.trim(),
                    states(&json)
                );
            }
            for (measure, stated) in &stated {
                let name = measure.split_once(' ').map_or(*measure, |(name, _)| name);
                let found = total_of(&json, name)?;
                ensure!(found == *stated, "{measure} is {found}, its producer says {stated}");
            }
        }
        let said = stated.iter().map(|(name, total)| format!("{} {total}", name.replace("coverage.", "")));
        Ok(said.collect::<Vec<_>>().join(", "))
    }
}

/// What a report of ours has to say about odd circumstances.
fn states(report: &Path) -> String {
    let text = fs::read_to_string(report).unwrap_or_default();
    let report: Value = serde_json::from_str(&text).unwrap_or_default();
    let messages =
        report["states"].as_array().into_iter().flatten().filter_map(|state| state["message"].as_str());
    messages.map(|message| format!("\n        {message}")).collect()
}

/// Runs a step of a producer in its project; it must succeed.
fn step(program: &Path, arguments: &[&str], folder: &Path) -> Result<String> {
    command::stdout(scrubbed(program).args(arguments).current_dir(folder), LIMIT)
}

fn json(file: &Path) -> Result<Value> {
    let text = fs::read_to_string(file).with_context(|| format!("{} was not written", file.display()))?;
    serde_json::from_str(&text).with_context(|| format!("{} is not JSON", file.display()))
}

/// Two whole numbers of a JSON object, as a total.
fn total(object: &Value, covered: &str, total: &str) -> Result<Total> {
    let number = |key: &str| object[key].as_u64().with_context(|| format!("the producer states no `{key}`"));
    Ok(Total { covered: number(covered)?, total: number(total)? })
}

fn commit_if_changed(folder: &Path) -> Result<()> {
    let changed = step(Path::new("git"), &["status", "--porcelain"], folder)?;
    if changed.is_empty() { Ok(()) } else { copy::commit(folder) }
}
