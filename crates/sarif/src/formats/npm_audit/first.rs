//! Version 1 of npm's report: `advisories` by their numbers, each with the `findings` of its package.

use super::super::advisory::{Found, Gathered, cwes, ids_in, json_text, others, owned, package, severity_of};
use super::scored;
use crate::fault::{FaultKind, Faults};
use crate::json::{Document, Value};
use crate::model::{Advisory, Place, Properties};

/// One package may be reached on a million ways; so many are kept, and how many there are.
const MOST_PATHS: usize = 20;

pub(super) fn detects(root: &Value<'_>) -> bool {
    let Some(advisories) = root.get("advisories").and_then(Value::members) else {
        return root.has(&["actions", "muted"])
            || root.get("actions").is_some_and(|actions| root.is_cut && !actions.is_cut);
    };
    let is_advisory =
        |value: &Value<'_>| value.has(&["findings"]) || value.has(&["module_name"]) || value.is_cut;
    match advisories.first() {
        Some((_, first)) => is_advisory(first),
        None => root.has(&["metadata"]) || root.has(&["actions"]) || root.has(&["muted"]),
    }
}

pub(super) fn read(document: &Document<'_>, root: &Value<'_>, gathered: &mut Gathered, faults: &mut Faults) {
    match document.object(root, "advisories", faults).and_then(Value::members) {
        Some(advisories) => {
            for (number, advisory) in advisories {
                self::advisory(document, number, advisory, gathered, faults);
            }
        }
        None => {
            document.say(faults, FaultKind::ScanIncomplete, root, || "there is no `advisories`".to_owned());
        }
    }
    let metadata = root.get("metadata");
    let total = metadata.and_then(|all| all.get("totalDependencies").or_else(|| all.get("dependencies")));
    if let Some(total) = total.filter(|total| total.count() == Some(0)) {
        document.say(faults, FaultKind::NothingScanned, total, || "no dependency was audited".to_owned());
    }
}

fn advisory(
    document: &Document<'_>,
    number: &str,
    value: &Value<'_>,
    gathered: &mut Gathered,
    faults: &mut Faults,
) {
    let Some(name) = owned(document, value, "module_name", faults) else {
        return document.say(faults, FaultKind::UnusableResult, value, || {
            format!("the advisory {number} without the name of its package")
        });
    };
    let url = owned(document, value, "url", faults);
    let cves = document.texts(value, "cves", faults);
    let ghsa =
        document.text(value, "github_advisory_id", faults).filter(|id| !id.is_empty()).map(str::to_owned);
    let ghsa = ghsa.or_else(|| url.as_deref().and_then(|url| ids_in(url).next()));
    let id = ghsa.unwrap_or_else(|| format!("npm:{number}"));
    let severity = document.text(value, "severity", faults).and_then(severity_of);
    let findings = document.list(value, "findings", faults);
    let installed = findings.iter().filter_map(|finding| finding.get("version")?.text());
    let installed = others(installed, "");
    let versions: Vec<Option<&str>> = match installed.as_slice() {
        [] => vec![None],
        versions => versions.iter().map(|version| Some(version.as_str())).collect(),
    };
    for version in versions {
        let of_version = |finding: &&Value<'_>| finding.get("version").and_then(Value::text) == version;
        let of_version = findings.iter().filter(of_version);
        let paths: Vec<&str> = of_version
            .flat_map(|finding| finding.get("paths").and_then(Value::array).unwrap_or_default())
            .filter_map(Value::text)
            .collect();
        gathered.add(Found {
            advisory: Advisory {
                aliases: others(cves.iter().copied(), &id),
                package: package("npm", &name, version),
                fixed_in: patched(document.text(value, "patched_versions", faults).unwrap_or_default()),
                url: url.clone(),
                is_direct: (!paths.is_empty()).then(|| paths.iter().any(|path| is_direct(path))),
                id: id.clone(),
                ..Advisory::default()
            },
            title: owned(document, value, "title", faults),
            description: owned(document, value, "overview", faults),
            cwes: cwes(value.get("cwe")),
            severity,
            score: scored(value),
            places: vec![Place::file(lock_file(&paths))],
            properties: properties(document, value, &paths, faults),
            origin: document.place(value),
            ..Found::default()
        });
    }
}

/// pnpm's paths begin with the folder of a workspace, `.` for the root.
fn lock_file(paths: &[&str]) -> &'static str {
    let is_pnpm = paths.first().is_some_and(|path| path.starts_with(".>") || *path == ".");
    if is_pnpm { "pnpm-lock.yaml" } else { "package-lock.json" }
}

fn is_direct(path: &str) -> bool {
    !path.strip_prefix(".>").unwrap_or(path).contains('>')
}

/// `4.17.21` of `>=4.17.21`, and nothing of `<0.0.0`, which is npm's way to say that there is none.
fn patched(versions: &str) -> Vec<String> {
    let starts = versions.split("||").filter_map(|part| part.split_whitespace().next()?.strip_prefix(">="));
    others(starts, "")
}

fn properties(document: &Document<'_>, value: &Value<'_>, paths: &[&str], faults: &mut Faults) -> Properties {
    let mut properties = Properties::new();
    if let Some(range) = document.text(value, "vulnerable_versions", faults) {
        properties.push(("range".into(), json_text(range)));
    }
    if !paths.is_empty() {
        let shown: Vec<Box<str>> =
            paths.iter().take(MOST_PATHS).map(|path| json_text(&masked(path))).collect();
        properties.push(("paths".into(), format!("[{}]", shown.join(",")).into_boxed_str()));
        if paths.len() > MOST_PATHS {
            properties.push(("pathCount".into(), paths.len().to_string().into_boxed_str()));
        }
    }
    properties
}

/// Names of dependencies from git are digests of 64 digits that differ from run to run.
fn masked(path: &str) -> String {
    let mask = |part: &str| {
        let is_digest = part.len() == 64 && part.bytes().all(|byte| byte.is_ascii_hexdigit());
        if is_digest { "[git]".to_owned() } else { part.to_owned() }
    };
    let parts: Vec<String> = path.split('>').map(mask).collect();
    parts.join(">")
}
