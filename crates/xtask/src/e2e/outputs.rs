//! What our actions write, read by the validators of others: SARIF by its SDK's own tool with GitHub's rules, JSON by
//! our published schemas through a validator that nobody here wrote.

use std::fs;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use gatewright_test_results::output::{CtrfAbout, Runs, write_ctrf};
use serde_json::Value;

use super::Judge;
use super::test_html::sample::{Sample, replay};
use crate::command::{self, scrubbed};
use crate::copy;

const LIMIT: Duration = Duration::from_mins(2);

pub(super) fn judge(judge: &mut Judge) {
    println!("\noutputs");
    for (action, made) in [("coverage-gate", coverage(judge)), ("test-report", tests(judge))] {
        for (name, check) in [
            ("SARIF by the multitool", sarif as fn(&Judge, &Path) -> Result<String>),
            ("report by its schema", |judge, folder| {
                schema(judge, "docs/report.schema.json", &folder.join("report.json"))
            }),
        ] {
            let proof = match &made {
                Ok(folder) => check(judge, folder.path()),
                Err(error) => Err(anyhow::anyhow!("nothing was made: {error:#}")),
            };
            judge.step(&format!("{action}: {name}"), proof);
        }
    }
    judge.step("CTRF by its schema", ctrf(judge));
    let configuration = crate::root().join(".github/gatewright.yml");
    let proof = schema(judge, "docs/gatewright.schema.json", &configuration);
    judge.step("configuration by its schema", proof);
    let manifest = crate::root().join("dist/manifest.json");
    let proof = schema(judge, "dist/manifest.schema.json", &manifest);
    judge.step("manifest by its schema", proof);
}

/// A module with a change that no test runs, judged so that findings of several rules come out.
fn coverage(judge: &Judge) -> Result<tempfile::TempDir> {
    let folder = copy::fresh("examples/go")?;
    let source = folder.path().join("price/price.go");
    let odd = "\n// Odd tells odd numbers.\nfunc Odd(n int) bool {\n\treturn n%2 == 1\n}\n";
    fs::write(&source, fs::read_to_string(&source)? + odd)?;
    let mut test = scrubbed(Path::new("go"));
    test.args(["test", "-coverprofile=coverage.out", "-coverpkg=./...", "./..."]);
    command::stdout(test.current_dir(folder.path()), LIMIT)?;
    failing(judge, "coverage-gate", &["--base", "HEAD", "--minimum-file", "99"], folder.path())?;
    Ok(folder)
}

/// Tests of the same module that fail, flicker and can't be read whole.
fn tests(judge: &Judge) -> Result<tempfile::TempDir> {
    let folder = copy::fresh("examples/go")?;
    let case = |name: &str, inside: &str| {
        format!(
            "<testcase classname=\"price\" name=\"{name}\" file=\"price/price_test.go\" line=\"7\">{inside}</testcase>"
        )
    };
    let text = [
        case("fails", "<failure message=\"got 1, want 2\"/>"),
        case("breaks", "<error message=\"no such table\"/>"),
        case("flickers", "<flakyFailure message=\"timed out\"/>"),
        case("passes", ""),
    ];
    fs::write(folder.path().join("junit.xml"), format!("<testsuite name=\"price\">{}", text.concat()))?;
    failing(judge, "test-report", &["junit.xml"], folder.path())?;
    Ok(folder)
}

/// Runs an action that has something to complain about.
fn failing(judge: &Judge, action: &str, arguments: &[&str], folder: &Path) -> Result<()> {
    let mut gate = scrubbed(&judge.binaries.join(action));
    gate.args(arguments).args(["--sarif-file", "out.sarif", "--report-file", "report.json"]);
    let finished = command::capture(gate.current_dir(folder), LIMIT)?;
    ensure!(
        finished.status.code() == Some(1),
        "the gate ended with {}: {}",
        finished.status,
        finished.stderr
    );
    Ok(())
}

fn sarif(judge: &Judge, folder: &Path) -> Result<String> {
    judge.peers.program("sarif-multitool")?;
    // The package's own launcher hands its arguments to a shell, which cuts the rule kinds at their semicolon.
    let system = if cfg!(target_os = "macos") { "darwin" } else { "linux" };
    let tool = format!("node_modules/@microsoft/sarif-multitool-{system}/Sarif.Multitool");
    let mut validate = scrubbed(&judge.peers.node_folder().join(tool));
    validate.args(["validate", "out.sarif", "--rule-kind", "Sarif;Ghas", "--output", "judged.sarif"]);
    validate.args(["--log", "ForceOverwrite"]);
    command::stdout(validate.current_dir(folder), LIMIT)?;
    let read = |name: &str| -> Result<Value> { Ok(serde_json::from_slice(&fs::read(folder.join(name))?)?) };
    let judged = read("judged.sarif")?;
    let complaints = judged["runs"][0]["results"].as_array().cloned().unwrap_or_default();
    ensure!(complaints.is_empty(), "it says: {}", serde_json::to_string(&complaints)?);
    let results = read("out.sarif")?["runs"][0]["results"].as_array().map(Vec::len).context("no results")?;
    ensure!(results >= 3, "{results} results: too few to prove anything");
    Ok(format!("{results} results, no complaint"))
}

fn schema(judge: &Judge, schema: &str, file: &Path) -> Result<String> {
    accepts(judge, &crate::root().join(schema), file)?;
    Ok(format!("{} accepted", crate::shown(file)))
}

fn accepts(judge: &Judge, schema: &Path, file: &Path) -> Result<()> {
    let mut check = scrubbed(&judge.peers.program("check-jsonschema")?);
    check.arg("--schemafile").arg(schema).arg(file);
    command::stdout(&mut check, LIMIT).map(drop)
}

/// Two thousand tests of every kind.
fn ctrf(judge: &Judge) -> Result<String> {
    judge.peers.program("ctrf")?;
    let tests = 2000;
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("ctrf.json");
    let about = CtrfAbout { tool: "gatewright", version: env!("CARGO_PKG_VERSION"), time: 1_700_000_000 };
    let mut bytes = Vec::new();
    let results = Sample::new(tests).evidence.results;
    let mut again = |into: &mut dyn Runs| {
        replay(tests, into);
        Ok(())
    };
    write_ctrf(&about, &results, &mut again, &mut bytes)?;
    fs::write(&file, &bytes)?;
    accepts(judge, &judge.peers.node_folder().join("node_modules/ctrf/dist/ctrf-schema-0.0.json"), &file)?;
    let written: Value = serde_json::from_slice(&bytes)?;
    let failed = written["results"]["summary"]["failed"].as_u64();
    let wanted = results.tests.bad() + results.failed_by_runner;
    ensure!(failed == Some(wanted), "{failed:?} failed, not {wanted}");
    Ok(format!("{} tests accepted", results.tests.total()))
}
