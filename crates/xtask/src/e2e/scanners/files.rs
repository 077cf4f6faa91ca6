//! Scanners of workflows, scripts, images' recipes, and of anything for credentials.

use anyhow::{Context, Result};

use super::{Scan, Scanner, Stated, Written, at_line, before, behind, between, into_file, printed};
use crate::copy;
use crate::e2e::Judge;

pub(super) const SCANNERS: &[Scanner] = &[
    Scanner { name: "zizmor", run: zizmor },
    Scanner { name: "actionlint", run: actionlint },
    Scanner { name: "ShellCheck", run: shellcheck },
    Scanner { name: "Hadolint", run: hadolint },
    Scanner { name: "Gitleaks", run: gitleaks },
];

/// `::error file=.github/workflows/ci.yml,line=9,title=unpinned-uses::…`, and a summary by severity.
fn zizmor(judge: &Judge) -> Result<Scan> {
    let (project, reports) = (copy::fresh("tests/data/scanners/zizmor")?, tempfile::tempdir()?);
    let zizmor = judge.peers.program("zizmor")?;
    let ask = |format: &'static str| ["--offline", "--no-progress", "--color=never", "--format", format, "."];
    for format in ["json", "sarif"] {
        let file = reports.path().join(format!("zizmor.{format}"));
        into_file(&zizmor, &ask(format), project.path(), &file)?;
    }
    let (lines, _) = printed(&zizmor, &ask("github"), project.path())?;
    let mut stated = Vec::new();
    for line in lines.lines().filter(|line| line.starts_with("::")) {
        let path = between(line, "file=", ",").context("an annotation without a file")?;
        let number = between(line, "line=", ",").and_then(|number| number.parse().ok());
        let rule = between(line, "title=", "::").context("an annotation without a title")?;
        stated.push(Stated::new(format!("zizmor/{rule}"), path, number));
    }
    let (text, _) = printed(&zizmor, &ask("plain"), project.path())?;
    let left_out = before(&text, "ignored") + before(&text, "suppressed");
    let total = before(&text, "findings").saturating_sub(left_out);
    let words = [("low", "low"), ("medium", "medium"), ("high", "high"), ("info", "informational")];
    let severities: Vec<_> = words.into_iter().map(|(ours, word)| (ours, before(&text, word))).collect();
    let written = |file| Written { file, stated: stated.clone(), total, severities: severities.clone() };
    let written = vec![written("zizmor.json"), written("zizmor.sarif")];
    Ok(Scan { project, reports, written })
}

/// `.github/workflows/ci.yml:12:19: … [credentials]`
fn actionlint(judge: &Judge) -> Result<Scan> {
    let (project, reports) = (copy::fresh("tests/data/scanners/actionlint")?, tempfile::tempdir()?);
    let actionlint = judge.peers.program("actionlint")?;
    let quiet = ["-shellcheck=", "-pyflakes="];
    let json = [&quiet[..], &["-format", "{{json .}}"]].concat();
    into_file(&actionlint, &json, project.path(), &reports.path().join("actionlint.json"))?;
    let (lines, _) = printed(&actionlint, &[&quiet[..], &["-oneline"]].concat(), project.path())?;
    let found = lines.lines().filter_map(|line| {
        let (path, number, rest) = at_line(line)?;
        let kind = rest.rsplit_once(" [")?.1.strip_suffix(']')?;
        // We tell these from expressions that are only wrong.
        let rule = if rest.contains("potentially untrusted") { "expression/untrusted-input" } else { kind };
        Some(Stated::new(rule, path, number))
    });
    let stated: Vec<Stated> = found.collect();
    let total = lines.lines().count() as u64;
    let written = vec![Written { file: "actionlint.json", stated, total, severities: Vec::new() }];
    Ok(Scan { project, reports, written })
}

/// `deploy.sh:3:9: warning: … [SC2115]`
fn shellcheck(judge: &Judge) -> Result<Scan> {
    let (project, reports) = (copy::fresh("tests/data/scanners/shellcheck")?, tempfile::tempdir()?);
    let shellcheck = judge.peers.program("shellcheck")?;
    for format in ["json", "json1"] {
        let file = reports.path().join(format!("shellcheck.{format}"));
        into_file(&shellcheck, &["--format", format, "deploy.sh"], project.path(), &file)?;
    }
    let (lines, _) = printed(&shellcheck, &["--format=gcc", "deploy.sh"], project.path())?;
    let found = lines.lines().filter_map(|line| {
        let (path, number, rest) = at_line(line)?;
        Some(Stated::new(rest.rsplit_once(" [")?.1.strip_suffix(']')?, path, number))
    });
    let (stated, total): (Vec<Stated>, _) = (found.collect(), lines.lines().count() as u64);
    let written = |file| Written { file, stated: stated.clone(), total, severities: Vec::new() };
    let written = vec![written("shellcheck.json"), written("shellcheck.json1")];
    Ok(Scan { project, reports, written })
}

/// `Dockerfile:1 DL3006 warning: …`
fn hadolint(judge: &Judge) -> Result<Scan> {
    let (project, reports) = (copy::fresh("tests/data/scanners/hadolint")?, tempfile::tempdir()?);
    let hadolint = judge.peers.program("hadolint")?;
    for format in ["json", "sarif"] {
        let file = reports.path().join(format!("hadolint.{format}"));
        into_file(&hadolint, &["--format", format, "Dockerfile"], project.path(), &file)?;
    }
    let (lines, _) = printed(&hadolint, &["--no-color", "Dockerfile"], project.path())?;
    let found = lines.lines().filter_map(|line| {
        let mut words = line.split_whitespace();
        let (path, number) = words.next()?.split_once(':')?;
        Some(Stated::new(words.next()?, path, number.parse::<u64>().ok()?))
    });
    let (stated, total): (Vec<Stated>, _) = (found.collect(), lines.lines().count() as u64);
    let written = |file| Written { file, stated: stated.clone(), total, severities: Vec::new() };
    let written = vec![written("hadolint.json"), written("hadolint.sarif")];
    Ok(Scan { project, reports, written })
}

/// A file that Hadolint can't parse has one finding, `DL1000`, and may have thousands of others.
pub(super) fn broken(judge: &Judge) -> Result<Scan> {
    let (project, reports) = (copy::fresh("tests/data/scanners/hadolint")?, tempfile::tempdir()?);
    let hadolint = judge.peers.program("hadolint")?;
    let file = reports.path().join("hadolint.json");
    into_file(&hadolint, &["--format", "json", "broken.Dockerfile"], project.path(), &file)?;
    let written =
        vec![Written { file: "hadolint.json", stated: Vec::new(), total: 0, severities: Vec::new() }];
    Ok(Scan { project, reports, written })
}

/// `RuleID: …`, `File: …` and `Line: …` of each, and `leaks found: 2`.
fn gitleaks(judge: &Judge) -> Result<Scan> {
    let (project, reports) = (copy::fresh("tests/data/scanners/gitleaks")?, tempfile::tempdir()?);
    let gitleaks = judge.peers.program("gitleaks")?;
    for format in ["json", "sarif"] {
        let file = reports.path().join(format!("gitleaks.{format}")).display().to_string();
        let arguments = ["dir", "--no-banner", "--report-format", format, "--report-path", &file, "."];
        printed(&gitleaks, &arguments, project.path())?;
    }
    let shown = ["dir", "--verbose", "--no-banner", "--no-color", "--redact", "."];
    let (lines, said) = printed(&gitleaks, &shown, project.path())?;
    let mut stated = Vec::new();
    for one in lines.split("\n\n") {
        let of = |key: &str| one.lines().find_map(|line| line.strip_prefix(key)).map(str::trim);
        if let (Some(rule), Some(path), Some(line)) = (of("RuleID:"), of("File:"), of("Line:")) {
            stated.push(Stated::new(rule, path, line.parse::<u64>().ok()));
        }
    }
    let total = behind(&said, "leaks found:")?;
    let written = |file| Written { file, stated: stated.clone(), total, severities: Vec::new() };
    let written = vec![written("gitleaks.json"), written("gitleaks.sarif")];
    Ok(Scan { project, reports, written })
}
