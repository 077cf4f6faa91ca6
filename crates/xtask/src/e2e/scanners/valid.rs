//! What we make of reports, by the validators of others: the standard's own schema, and the standard's SDK with GitHub's
//! rules. And by ourselves: reading what we wrote must change nothing.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use tempfile::TempDir;

use super::{LIMIT, Scan};
use crate::command::{self, scrubbed};
use crate::copy;
use crate::e2e::Judge;

/// SARIF that we wrote, under names of its own, and where it was written: a repository that it can be read in again.
#[derive(Default)]
pub(super) struct Outputs {
    folders: Vec<TempDir>,
    files: Vec<Output>,
}

struct Output {
    /// What it was made of.
    name: String,
    project: PathBuf,
    file: PathBuf,
}

impl Outputs {
    /// Keeps what was made of a scan.
    pub(super) fn keep(&mut self, scan: Scan) {
        for written in &scan.written {
            let file = scan.reports.path().join(format!("{}.out", written.file));
            if file.exists() {
                let project = scan.project.path().to_owned();
                self.files.push(Output { name: written.file.to_owned(), project, file });
            }
        }
        self.folders.extend([scan.project, scan.reports]);
    }
}

pub(super) fn judge(judge: &mut Judge, mut outputs: Outputs) {
    for (name, added) in [("cases", cases(judge, &mut outputs)), ("odd SARIF", odd(judge, &mut outputs))] {
        judge.step(&format!("output of {name}"), added);
    }
    let all = collected(&outputs);
    for (name, check) in [
        ("output by the standard's schema", schema as fn(&Judge, &Path) -> Result<String>),
        ("output by the multitool with GitHub's rules", multitool),
    ] {
        let proof = match &all {
            Ok(folder) => check(judge, folder.path()),
            Err(error) => Err(anyhow::anyhow!("nothing was collected: {error:#}")),
        };
        judge.step(name, proof);
    }
    let proof = again(judge, &outputs);
    judge.step("output, read again", proof);
}

/// The reports of our own cases: those that can be read are written.
fn cases(judge: &Judge, outputs: &mut Outputs) -> Result<String> {
    let before = outputs.files.len();
    let folder = crate::root().join("tests/cases/security-sarif");
    for entry in fs::read_dir(&folder)? {
        let case = entry?.path();
        let name = case.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let project = tempfile::tempdir()?;
        for part in ["input", "generated"] {
            copy_all(&case.join(part), project.path())?;
        }
        // It is about the reports: settings, of which some are wrong on purpose, have cases of their own.
        let settings = project.path().join(".github/gatewright.yml");
        if settings.exists() {
            fs::remove_file(settings)?;
        }
        fs::write(project.path().join("NOTES"), "Reports of a case.\n")?;
        copy::commit(project.path())?;
        let run = fs::read_to_string(case.join("run"))?;
        let words = run.lines().filter_map(|line| line.strip_prefix("args:")).flat_map(str::split_whitespace);
        for (number, file) in words.filter(|word| project.path().join(word).is_file()).enumerate() {
            write(judge, outputs, project.path(), file, &format!("{name}-{number}"))?;
        }
        outputs.folders.push(project);
    }
    let made = outputs.files.len() - before;
    ensure!(made >= 3, "{made} files: too few to prove anything");
    Ok(format!("{made} files written"))
}

/// SARIF with the faults that tools are known for.
fn odd(judge: &Judge, outputs: &mut Outputs) -> Result<String> {
    let before = outputs.files.len();
    let project = copy::fresh("tests/data/sarif")?;
    for entry in fs::read_dir(project.path())? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        if Path::new(&name).extension().is_some_and(|ending| ending == "sarif") {
            write(judge, outputs, project.path(), &name, &name)?;
        }
    }
    outputs.folders.push(project);
    let made = outputs.files.len() - before;
    ensure!(made > 0, "nothing was written");
    Ok(format!("{made} files written"))
}

fn write(judge: &Judge, outputs: &mut Outputs, project: &Path, file: &str, name: &str) -> Result<()> {
    let out = project.join(format!("{name}.out"));
    let mut gate = scrubbed(&judge.binaries.join("security-sarif"));
    gate.arg(file).arg("--sarif-file").arg(&out).current_dir(project);
    let finished = command::capture(&mut gate, LIMIT)?;
    ensure!(finished.status.code() < Some(2), "{name} ended with {}: {}", finished.status, finished.stderr);
    if out.exists() {
        outputs.files.push(Output { name: name.to_owned(), project: project.to_owned(), file: out });
    }
    Ok(())
}

/// All in one folder: a validator starts slowly, and takes many files.
fn collected(outputs: &Outputs) -> Result<TempDir> {
    let folder = tempfile::tempdir()?;
    for output in &outputs.files {
        fs::copy(&output.file, folder.path().join(format!("{}.sarif", output.name)))
            .with_context(|| format!("nothing was made of {}", output.name))?;
    }
    Ok(folder)
}

fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files = fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>>>()?;
    files.retain(|file| file.extension().is_some_and(|end| end == "sarif"));
    files.sort();
    ensure!(!files.is_empty(), "there is no output");
    Ok(files)
}

fn schema(judge: &Judge, folder: &Path) -> Result<String> {
    let files = files(folder)?;
    let schema = multitool_folder(judge)?.join("sarif-2.1.0.json");
    let mut check = scrubbed(&judge.peers.program("check-jsonschema")?);
    check.arg("--schemafile").arg(schema).args(&files);
    command::stdout(&mut check, LIMIT)?;
    Ok(format!("{} files accepted", files.len()))
}

/// The package's own launcher hands its arguments to a shell, which cuts the rule kinds at their semicolon.
pub(super) fn multitool_folder(judge: &Judge) -> Result<PathBuf> {
    judge.peers.program("sarif-multitool")?;
    let system = if cfg!(target_os = "macos") { "darwin" } else { "linux" };
    Ok(judge.peers.node_folder().join(format!("node_modules/@microsoft/sarif-multitool-{system}")))
}

/// Its exit status says nothing: its own SARIF does.
fn multitool(judge: &Judge, folder: &Path) -> Result<String> {
    let files = files(folder)?;
    let judged = folder.join("judged.json");
    let mut validate = scrubbed(&multitool_folder(judge)?.join("Sarif.Multitool"));
    validate.arg("validate").args(&files).args(["--rule-kind", "Sarif;Ghas", "--log", "ForceOverwrite"]);
    command::capture(validate.arg("--output").arg(&judged), LIMIT)?;
    let judged: Value = serde_json::from_slice(&fs::read(&judged)?)?;
    let run = &judged["runs"][0];
    ensure!(
        run["invocations"][0]["executionSuccessful"] != false,
        "it did not end well: {}",
        run["invocations"]
    );
    let results = run["results"].as_array().context("it wrote no results")?;
    let mut errors = Vec::new();
    for result in results {
        let rule = result["ruleIndex"].as_u64().and_then(|at| usize::try_from(at).ok());
        let of_rule = rule.map(|at| &run["tool"]["driver"]["rules"][at]["defaultConfiguration"]["level"]);
        let level = result["level"].as_str().or_else(|| of_rule?.as_str()).unwrap_or("warning");
        if level == "error" {
            let place = &result["locations"][0]["physicalLocation"];
            errors.push(format!(
                "\n        {} {} at {}",
                result["ruleId"], result["message"], place["artifactLocation"]["uri"]
            ));
        }
    }
    errors.truncate(20);
    ensure!(errors.is_empty(), "it says:{}", errors.concat());
    Ok(format!("{} files without an error, {} warnings", files.len(), results.len()))
}

/// Our output is input like any other, and nothing is left to mend in it.
fn again(judge: &Judge, outputs: &Outputs) -> Result<String> {
    for output in &outputs.files {
        let out = tempfile::tempdir()?;
        let file = out.path().join("again.sarif");
        // Its ending is that of SARIF's files.
        let input = out.path().join("input.sarif");
        fs::copy(&output.file, &input)?;
        let mut gate = scrubbed(&judge.binaries.join("security-sarif"));
        gate.arg(&input).arg("--sarif-file").arg(&file).current_dir(&output.project);
        let finished = command::capture(&mut gate, LIMIT)?;
        let (first, second) = (fs::read_to_string(&output.file)?, fs::read_to_string(&file));
        let second = second.with_context(|| format!("{}: it says {}", output.name, finished.stderr))?;
        let differs = first.lines().zip(second.lines()).find(|(a, b)| a != b);
        ensure!(
            first == second,
            "{} is written in another way:\n        {}\n        {}",
            output.name,
            shortened(differs.map_or("", |(a, _)| a), differs.map_or("", |(_, b)| b)),
            shortened(differs.map_or("", |(_, b)| b), differs.map_or("", |(a, _)| a))
        );
    }
    Ok(format!("{} files give the same bytes", outputs.files.len()))
}

/// The part of a line where it begins to differ from another.
fn shortened(line: &str, other: &str) -> String {
    let same = line.chars().zip(other.chars()).take_while(|(a, b)| a == b).count();
    line.chars().skip(same.saturating_sub(60)).take(200).collect()
}

fn copy_all(from: &Path, to: &Path) -> Result<()> {
    if !from.exists() {
        return Ok(());
    }
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy_all(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}
