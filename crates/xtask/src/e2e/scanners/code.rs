//! Scanners of source code.

use anyhow::{Context, Result};

use super::{Scan, Scanner, Stated, Written, at_line, behind, between, into_file, printed};
use crate::copy;
use crate::e2e::Judge;

pub(super) const SCANNERS: &[Scanner] =
    &[Scanner { name: "gosec", run: gosec }, Scanner { name: "Bandit", run: bandit }];

/// `main.go:17:43: [CWE-328] … (Rule:G401, Severity:MEDIUM, Confidence:HIGH)`
fn gosec(judge: &Judge) -> Result<Scan> {
    let (project, reports) = (copy::fresh("tests/data/scanners/gosec")?, tempfile::tempdir()?);
    let gosec = judge.peers.program("gosec")?;
    let root = project.path().canonicalize()?;
    for format in ["json", "sarif"] {
        let file = reports.path().join(format!("gosec.{format}"));
        into_file(&gosec, &["-quiet", "-fmt", format, "./..."], &root, &file)?;
    }
    let (lines, _) = printed(&gosec, &["-quiet", "-fmt", "golint", "./..."], &root)?;
    let mut stated = Vec::new();
    let mut severities = [("high", 0), ("medium", 0), ("low", 0)];
    for line in lines.lines() {
        let Some((path, number, rest)) = at_line(line) else { continue };
        let path = path.strip_prefix(&format!("{}/", root.display())).unwrap_or(path);
        let rule = between(rest, "(Rule:", ",").context("a line without a rule")?;
        let severity = between(rest, "Severity:", ",").unwrap_or_default().to_lowercase();
        severities.iter_mut().filter(|(word, _)| *word == severity).for_each(|(_, count)| *count += 1);
        stated.push(Stated::new(rule, path, number));
    }
    let (summary, _) = printed(&gosec, &["-quiet", "-color=false", "-fmt", "text", "./..."], &root)?;
    let total = behind(&summary, "Issues")?;
    // Its SARIF says `error` of high and medium.
    let written = vec![
        Written { file: "gosec.json", stated: stated.clone(), total, severities: severities.to_vec() },
        Written { file: "gosec.sarif", stated, total, severities: Vec::new() },
    ];
    Ok(Scan { project, reports, written })
}

/// `app.py:10 B602`, and a summary by severity.
fn bandit(judge: &Judge) -> Result<Scan> {
    let (project, reports) = (copy::fresh("tests/data/scanners/bandit")?, tempfile::tempdir()?);
    let bandit = judge.peers.program("bandit")?;
    for format in ["json", "sarif"] {
        let file = reports.path().join(format!("bandit.{format}"));
        into_file(&bandit, &["--quiet", "--format", format, "app.py"], project.path(), &file)?;
    }
    let template =
        ["--quiet", "--format", "custom", "--msg-template", "{relpath}:{line}:{test_id}", "app.py"];
    let (lines, _) = printed(&bandit, &template, project.path())?;
    let places = lines.lines().filter_map(at_line);
    let stated: Vec<Stated> = places.map(|(path, line, rule)| Stated::new(rule.trim(), path, line)).collect();
    let (text, _) = printed(&bandit, &["--format", "txt", "app.py"], project.path())?;
    let by_severity = between(&text, "Total issues (by severity):", "Total issues").context("no summary")?;
    let mut severities = Vec::new();
    for (word, ours) in [("Low:", "low"), ("Medium:", "medium"), ("High:", "high")] {
        severities.push((ours, behind(by_severity, word)?));
    }
    let total = severities.iter().map(|(_, count)| count).sum();
    let written = |file| Written { file, stated: stated.clone(), total, severities: severities.clone() };
    let written = vec![written("bandit.json"), written("bandit.sarif")];
    Ok(Scan { project, reports, written })
}

/// Bandit ends with 0 where a file does not parse.
pub(super) fn broken(judge: &Judge) -> Result<Scan> {
    let (project, reports) = (copy::fresh("tests/data/scanners/bandit")?, tempfile::tempdir()?);
    let bandit = judge.peers.program("bandit")?;
    let file = reports.path().join("bandit.json");
    into_file(&bandit, &["--quiet", "--format", "json", "broken.py"], project.path(), &file)?;
    let written = vec![Written { file: "bandit.json", stated: Vec::new(), total: 0, severities: Vec::new() }];
    Ok(Scan { project, reports, written })
}
