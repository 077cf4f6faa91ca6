//! Checkov's own JSON: `checkov -o json`.
//!
//! An object for one framework, a list of them for several, and a bare summary where nothing was looked at. Lines are those
//! of a whole block, without columns, and several checks fail on one block; `resource` says which one it is. Paths begin
//! with a slash and are relative to where Checkov ran. Severities come from its paid platform; without it they are absent.

use gatewright_core::report::Severity;

use super::code::{self, Findings};
use crate::fault::{FaultKind, Faults};
use crate::json::{Document, Value};
use crate::model::{Alert, Columns, Place, Region, Rule, Run, SuppressionKind};

const SEVERITIES: [(&str, Option<Severity>); 7] = [
    ("CRITICAL", Some(Severity::Critical)),
    ("HIGH", Some(Severity::High)),
    ("MEDIUM", Some(Severity::Medium)),
    ("MODERATE", Some(Severity::Medium)),
    ("LOW", Some(Severity::Low)),
    ("INFO", Some(Severity::Info)),
    ("NONE", None),
];

/// Checks that find secrets. They call the secret's hash a resource.
const SECRETS: &str = "CKV_SECRET_";

/// A secret that nobody rated.
const UNRATED_SECRET: Severity = Severity::High;

pub(super) fn detects(document: &Document<'_>) -> bool {
    code::first(document).is_some_and(|report| {
        report.has(&["check_type", "results"])
            || report.is_cut && report.has(&["check_type"])
            || report.has(&["checkov_version", "passed", "failed"])
    })
}

pub(super) fn read(document: &Document<'_>, faults: &mut Faults) -> Vec<Run> {
    let mut findings = Findings::new(Run::of("checkov", None, "https://www.checkov.io/"));
    findings.run.columns = Columns::Unusable;
    for report in code::objects(document, faults) {
        one_kind(document, report, &mut findings, faults);
    }
    vec![findings.finish()]
}

/// What was found in files of one kind: Terraform, Dockerfiles, secrets and so on.
fn one_kind(document: &Document<'_>, report: &Value<'_>, findings: &mut Findings, faults: &mut Faults) {
    // Where nothing was looked at, the summary stands by itself.
    let summary = document.object(report, "summary", faults).unwrap_or(report);
    if let Some(version) = document.text(summary, "checkov_version", faults) {
        findings.run.tool.version = Some(version.to_owned());
    }
    let mut count = |key| document.count(summary, key, faults).unwrap_or_default();
    let checked = ["passed", "failed", "skipped", "parsing_errors"].map(&mut count);
    let unparsed = checked[3];
    if checked == [0; 4] && summary.has(&["passed", "failed"]) {
        document.say(faults, FaultKind::NothingScanned, report, || "Checkov checked nothing".to_owned());
    }
    let Some(results) = document.object(report, "results", faults) else { return };
    let listed = document.list(results, "parsing_errors", faults);
    for file in listed {
        let path = file.text().unwrap_or("a file");
        document.say(faults, FaultKind::ScanIncomplete, file, || {
            format!("Checkov could not parse `{}`", code::words(path))
        });
    }
    if listed.is_empty() && unparsed > 0 {
        document.say(faults, FaultKind::ScanIncomplete, summary, || {
            format!("Checkov could not parse {unparsed} files, and does not list them")
        });
    }
    for (key, is_skipped) in [("failed_checks", false), ("skipped_checks", true)] {
        for check in code::only_objects(document, document.list(results, key, faults), faults) {
            if let Some(alert) = alert(document, check, is_skipped, findings, faults) {
                findings.add(alert);
            }
        }
    }
}

fn alert(
    document: &Document<'_>,
    check: &Value<'_>,
    is_skipped: bool,
    findings: &mut Findings,
    faults: &mut Faults,
) -> Option<Alert> {
    let id = code::required(document, check, "check_id", faults)?;
    let message = code::message(document, check, "check_name", id, faults);
    let place = place(document, check, faults)?;
    let uri = document.text(check, "guideline", faults).filter(|uri| !uri.is_empty());
    let full = document.text(check, "description", faults).filter(|text| !text.is_empty());
    let rule = findings.rule(id, |id| Rule {
        short: Some(message.clone()),
        full: full.map(str::to_owned),
        help_uri: uri.map(str::to_owned),
        tags: vec!["security".to_owned()],
        ..Rule::new(id)
    });
    let is_rated = check.get("severity").is_some();
    let severity =
        is_rated.then(|| code::severity(document, check, "severity", &SEVERITIES, faults)).flatten();
    let is_secret = id.starts_with(SECRETS);
    let severity = severity.or(is_secret.then_some(UNRATED_SECRET));
    let subject = document.text(check, "resource", faults).filter(|name| !name.is_empty() && !is_secret);
    let result = document.object(check, "check_result", faults);
    let why = result.and_then(|result| document.text(result, "suppress_comment", faults));
    Some(Alert {
        rule,
        level: Some(code::level(severity)),
        message,
        places: vec![place],
        severity,
        cwes: is_secret.then(|| "CWE-798".to_owned()).into_iter().collect(),
        is_secret,
        subject: subject.map(str::to_owned),
        suppressions: is_skipped.then(|| vec![code::accepted(SuppressionKind::InSource, why)]),
        origin: document.place(check),
        ..Alert::default()
    })
}

/// The path is that from where Checkov ran, if it is there; the other begins where it was told to look.
fn place(document: &Document<'_>, check: &Value<'_>, faults: &mut Faults) -> Option<Place> {
    let mut path = |key| document.text(check, key, faults).map(|path| path.trim_start_matches('/'));
    let path =
        [path("repo_file_path"), path("file_path")].into_iter().flatten().find(|path| !path.is_empty());
    let Some(path) = path else {
        document.say(faults, FaultKind::UnusableResult, check, || "a check without a `file_path`".to_owned());
        return None;
    };
    let lines = code::lines(document, check, "file_line_range", faults);
    let mut place = Place::file(path);
    if let [start_line, end_line] = lines[..]
        && start_line > 0
    {
        let end_line = (end_line > start_line).then_some(end_line);
        place.region = Some(Region { start_line, end_line, ..Region::default() });
    }
    Some(place)
}

#[cfg(test)]
#[path = "checkov_tests.rs"]
mod tests;
