//! Scanners for packages with known vulnerabilities. Their data is made up and lies beside the projects, so that no
//! network is asked and no news changes what they find.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use super::{LIMIT, Scan, Scanner, Stated, Written, before, between};
use crate::command::{self, scrubbed};
use crate::copy;
use crate::e2e::Judge;

pub(super) const SCANNERS: &[Scanner] =
    &[Scanner { name: "govulncheck", run: govulncheck }, Scanner { name: "OSV-Scanner", run: osv_scanner }];

/// `Vulnerability #1: GO-2026-9001` with `#1: main.go:19:36: …` where it is called, by sections.
fn govulncheck(judge: &Judge) -> Result<Scan> {
    let (project, reports) = (copy::fresh("tests/data/scanners/govulncheck")?, tempfile::tempdir()?);
    let program = judge.peers.program("govulncheck")?;
    let root = project.path().canonicalize()?;
    let database = format!("file://{}/database", root.display());
    let ask = |options: &[&str]| {
        let mut scan = scrubbed(&program);
        scan.args(["-db", &database]).args(options).arg("./...").current_dir(&root);
        // The vulnerable module is vendored: no proxy is asked for it.
        command::capture(scan.env("GOFLAGS", "-mod=vendor"), LIMIT)
    };
    for format in ["json", "sarif"] {
        let finished = ask(&["-format", format])?;
        ensure!(finished.status.success(), "it ended with {}: {}", finished.status, finished.stderr);
        fs::write(reports.path().join(format!("govulncheck.{format}")), finished.stdout)?;
    }
    let text = ask(&["-show", "verbose"])?.stdout;
    let mut stated = Vec::new();
    for one in text.split("Vulnerability #").skip(1) {
        let rule = between(one, ": ", "\n").context("a vulnerability without an id")?;
        let trace = one.lines().find_map(|line| line.trim().strip_prefix("#1: "));
        let place = trace.and_then(super::at_line);
        let (path, line) = place.map_or(("go.mod", 1), |(path, line, _)| (path, line));
        stated.push(Stated::new(rule, path, line));
    }
    let text = text.replace('\n', " ");
    let (_, closing) = text.split_once("Your code is affected by").context("no summary")?;
    let total = ["from", "in packages", "in modules"].into_iter().map(|word| counted(closing, word)).sum();
    // In its SARIF all are at the first line of `go.mod`.
    let at_module = |one: &Stated| Stated::new(&*one.rule, "go.mod", 1);
    let of_sarif = stated.iter().map(at_module).collect();
    let written = vec![
        Written { file: "govulncheck.json", stated, total, severities: Vec::new() },
        Written { file: "govulncheck.sarif", stated: of_sarif, total, severities: Vec::new() },
    ];
    Ok(Scan { project, reports, written })
}

/// `1` of `… 1 vulnerability in packages`.
fn counted(text: &str, behind: &str) -> u64 {
    let at = ["vulnerability", "vulnerabilities"]
        .into_iter()
        .find_map(|word| text.find(&format!("{word} {behind}")));
    at.map_or(0, |at| before(&format!("{} vulnerable", &text[..at]), "vulnerable"))
}

/// A table with a row for each: `| https://osv.dev/GHSA-… | 9.8 | npm | … | package-lock.json |`.
fn osv_scanner(judge: &Judge) -> Result<Scan> {
    let (project, reports) = (copy::fresh("tests/data/scanners/osv-scanner")?, tempfile::tempdir()?);
    let program = judge.peers.program("osv-scanner")?;
    let root = project.path().canonicalize()?;
    let cache = tempfile::tempdir()?;
    for ecosystem in ["PyPI", "npm"] {
        pack(
            judge,
            &root.join("database").join(ecosystem),
            &cache.path().join("osv-scanner").join(ecosystem),
        )?;
    }
    let ask = |format: &str| {
        let mut scan = scrubbed(&program);
        scan.args(["--experimental-offline", "--format", format]);
        scan.args(["--lockfile", "requirements.txt", "--lockfile", "package-lock.json"]);
        scan.env("OSV_SCANNER_LOCAL_DB_CACHE_DIRECTORY", cache.path()).current_dir(&root);
        let finished = command::capture(&mut scan, LIMIT)?;
        ensure!(finished.status.code() == Some(1), "it ended with {}: {}", finished.status, finished.stderr);
        Ok(finished.stdout)
    };
    for format in ["json", "sarif"] {
        fs::write(reports.path().join(format!("osv-scanner.{format}")), ask(format)?)?;
    }
    let table = ask("table")?;
    let mut stated = Vec::new();
    let mut severities = [("critical", 0), ("low", 0)];
    for row in table.lines().filter(|line| line.contains("https://osv.dev/")) {
        let cells: Vec<&str> = row.split('|').map(str::trim).collect();
        let [_, url, score, ecosystem, package, _, path, _] = cells[..] else { continue };
        let id = url.trim_start_matches("https://osv.dev/");
        severities[usize::from(score.parse::<f64>()? < 4.0)].1 += 1;
        let advisory = root.join("database").join(ecosystem).join(format!("{id}.json"));
        // It does not say where a package is pinned, and neither do we.
        ensure!(root.join(path).is_file() && !package.is_empty(), "a row without a place: {row}");
        stated.push(Stated::new(canonical(&advisory)?, path, None));
    }
    let total = table.matches("https://osv.dev/").count() as u64;
    let written = vec![
        Written { file: "osv-scanner.json", stated: stated.clone(), total, severities: severities.to_vec() },
        // It says `warning` of all.
        Written { file: "osv-scanner.sarif", stated, total, severities: Vec::new() },
    ];
    Ok(Scan { project, reports, written })
}

/// Makes the archive that OSV-Scanner downloads where it may.
fn pack(judge: &Judge, from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    let mut names = fs::read_dir(from)?.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>>>()?;
    names.sort();
    // The Python that bandit is installed in.
    let bandit = judge.peers.program("bandit")?;
    let mut zip = scrubbed(&bandit.with_file_name("python"));
    zip.args(["-m", "zipfile", "--create"]).arg(to.join("all.zip")).args(names);
    command::stdout(&mut zip, LIMIT).map(drop)
}

/// A CVE that an advisory is also called, else its id.
fn canonical(advisory: &Path) -> Result<String> {
    let text = fs::read(advisory).with_context(|| format!("{} is gone", advisory.display()))?;
    let advisory: Value = serde_json::from_slice(&text)?;
    let aliases = advisory["aliases"].as_array().into_iter().flatten().filter_map(Value::as_str);
    let cve = aliases.into_iter().find(|alias| alias.starts_with("CVE-"));
    cve.or(advisory["id"].as_str()).map(str::to_owned).context("an advisory without an id")
}
