//! Our actions in workflows, run by act in host mode: whether the wiring holds, from an action's inputs over
//! the launcher to the binary and back to its outputs. How GitHub shows annotations is not judged here: act
//! reads workflow commands by rules of its own.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;

use super::Judge;
use crate::command::{self, scrubbed};
use crate::copy;

/// What one job must have done.
struct Expected {
    job: &'static str,
    result: &'static str,
    /// The output `verdict` of its step `gate`; empty where nothing was judged.
    verdict: &'static str,
    /// A text that must stand in what it printed or in its summary.
    says: &'static str,
}

/// What act's log tells about one job.
#[derive(Debug, Default)]
struct Job {
    result: String,
    /// The outputs of its step `gate`.
    outputs: BTreeMap<String, String>,
    /// All that it printed, act's errors over it, and its summary.
    said: String,
}

pub(super) fn judge(judge: &mut Judge) {
    println!("\nactions under act");
    let expected = [
        Expected { job: "passes", result: "success", verdict: "pass", says: "the report says pass" },
        Expected { job: "fails", result: "failure", verdict: "fail", says: "the report says fail" },
        Expected { job: "both-formats", result: "success", verdict: "pass", says: "the report says pass" },
        Expected { job: "nothing-to-judge", result: "failure", verdict: "no-data", says: "no-such-report" },
        Expected { job: "wrong-input", result: "failure", verdict: "", says: "minimum" },
    ];
    act_run(judge, "coverage-gate", include_str!("coverage-gate.yml"), &expected);
    let expected = [
        Expected { job: "passes", result: "success", verdict: "pass", says: "the report says pass" },
        Expected { job: "fails", result: "failure", verdict: "fail", says: "the report says fail" },
        Expected { job: "two-variants", result: "success", verdict: "pass", says: "the report says pass" },
        Expected { job: "runs-the-tests", result: "success", verdict: "pass", says: "the report says pass" },
        Expected { job: "dies-behind-its-tests", result: "failure", verdict: "fail", says: "3" },
        Expected { job: "nothing-ran", result: "failure", verdict: "no-data", says: "no-such-report" },
    ];
    act_run(judge, "test-report", include_str!("test-report.yml"), &expected);
    let expected = [
        Expected {
            job: "passes",
            result: "success",
            verdict: "pass",
            says: "the report of Hadolint says pass",
        },
        Expected { job: "fails", result: "failure", verdict: "fail", says: "the report says fail" },
        Expected {
            job: "a-scanner-is-missing",
            result: "failure",
            verdict: "fail",
            says: "there is no report of trivy",
        },
        Expected { job: "no-report", result: "failure", verdict: "no-data", says: "no-such-report" },
    ];
    act_run(judge, "security-sarif", include_str!("security-sarif.yml"), &expected);
}

/// Runs one workflow in a copy of this repository and counts one step for each job.
fn act_run(judge: &mut Judge, name: &str, workflow: &str, expected: &[Expected]) {
    let jobs = match run(judge, workflow) {
        Ok(jobs) => jobs,
        Err(error) => return judge.step(&format!("act {name}"), Err(error)),
    };
    for expected in expected {
        let proof = match jobs.get(expected.job) {
            Some(job) => expected.compare(job),
            None => Err(anyhow::anyhow!("act ran no such job")),
        };
        judge.step(&format!("act {name}/{}", expected.job), proof);
    }
}

fn run(judge: &Judge, workflow: &str) -> Result<BTreeMap<String, Job>> {
    let copy = copy::fresh("")?;
    let home = tempfile::tempdir()?;
    let file = ".github/workflows/e2e.yml";
    fs::create_dir_all(copy.path().join(".github/workflows"))?;
    fs::write(copy.path().join(file), workflow)?;
    copy::commit(copy.path())?;

    let mut act = scrubbed(&judge.peers.program("act")?);
    // act hands its own environment to the jobs, and keeps their workspaces below the cache folder.
    act.env("HOME", home.path()).env("XDG_CACHE_HOME", home.path().join("cache"));
    act.args(["push", "--workflows", file, "--platform", "ubuntu-latest=-self-hosted", "--json"]);
    act.args(["--env", &format!("GATEWRIGHT_BIN_DIR={}", absolute(&judge.binaries)?)]);
    let finished = command::capture(act.current_dir(copy.path()), Duration::from_mins(5))?;
    let jobs = read_log(&finished.stdout);
    if jobs.is_empty() {
        bail!("act ran no job and says: {}", finished.stderr.trim());
    }
    Ok(jobs)
}

fn absolute(folder: &Path) -> Result<String> {
    let folder = fs::canonicalize(folder).with_context(|| format!("{} is missing", folder.display()))?;
    Ok(folder.display().to_string())
}

fn read_log(log: &str) -> BTreeMap<String, Job> {
    let mut jobs: BTreeMap<String, Job> = BTreeMap::new();
    for line in log.lines() {
        let Ok(entry) = serde_json::from_str::<Value>(line) else { continue };
        let text = |key: &str| entry[key].as_str().unwrap_or_default();
        if text("jobID").is_empty() {
            continue;
        }
        let job = jobs.entry(text("jobID").to_owned()).or_default();
        if !text("jobResult").is_empty() {
            text("jobResult").clone_into(&mut job.result);
        }
        let of_gate = entry["stepID"] == serde_json::json!(["gate"]);
        if text("command") == "set-output" && of_gate {
            job.outputs.insert(text("name").to_owned(), text("arg").to_owned());
        }
        let said = if text("command") == "summary" { text("content") } else { text("msg") };
        if entry["raw_output"] == true || !text("command").is_empty() || text("level") == "error" {
            job.said.push_str(said);
            job.said.push('\n');
        }
    }
    jobs
}

impl Expected {
    fn compare(&self, job: &Job) -> Result<String> {
        let verdict = job.outputs.get("verdict").map_or("", String::as_str);
        let last: Vec<_> = job.said.lines().rev().take(12).collect();
        let context = || format!("the job printed last, newest first:\n    {}", last.join("\n    "));
        ensure!(
            job.result == self.result,
            "it ended with {}, expected {}; {}",
            job.result,
            self.result,
            context()
        );
        ensure!(
            verdict == self.verdict,
            "verdict is `{verdict}`, expected `{}`; {}",
            self.verdict,
            context()
        );
        ensure!(job.said.contains(self.says), "it never says `{}`; {}", self.says, context());
        Ok(format!("{}, verdict `{verdict}`, {} outputs", job.result, job.outputs.len()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_of_act_is_read() {
        let log = r###"{"jobID":"a","stepID":["gate","x"],"command":"set-output","name":"verdict","arg":"inner","msg":"m"}
{"jobID":"a","stepID":["gate"],"command":"set-output","name":"verdict","arg":"pass","msg":"m"}
{"jobID":"a","stepID":["gate"],"command":"summary","content":"## Coverage","msg":"m"}
{"jobID":"a","stepID":["1"],"raw_output":true,"msg":"hello\n"}
{"jobID":"a","jobResult":"success","msg":"done"}
not json
"###;
        let jobs = read_log(log);
        let job = &jobs["a"];
        assert_eq!((job.result.as_str(), job.outputs["verdict"].as_str()), ("success", "pass"));
        assert!(job.said.contains("## Coverage\n") && job.said.contains("hello\n"), "{}", job.said);
        let expected = Expected { job: "a", result: "success", verdict: "pass", says: "hello" };
        assert_eq!(expected.compare(job).unwrap(), "success, verdict `pass`, 1 outputs");
        let other = Expected { verdict: "fail", ..expected };
        assert!(
            other.compare(job).unwrap_err().to_string().starts_with("verdict is `pass`, expected `fail`")
        );
    }
}
