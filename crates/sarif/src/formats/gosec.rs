//! gosec's own JSON: `gosec -fmt json`.
//!
//! An object of `Golang errors` (errors by file), `Issues`, `Stats` and `GosecVersion`. Numbers stand in strings, and a
//! line may be a range: `"12-15"`. Columns count bytes and only say where it begins. SARIF of gosec knows no severity
//! between its levels; this does.

use gatewright_core::report::Severity;

use super::code::{self, Findings};
use crate::fault::{FaultKind, Faults};
use crate::json::{Document, Value, excerpt};
use crate::model::{Alert, Columns, Confidence, Place, Region, Rule, Run, Suppression, SuppressionKind};

const SEVERITIES: [(&str, Option<Severity>); 3] =
    [("HIGH", Some(Severity::High)), ("MEDIUM", Some(Severity::Medium)), ("LOW", Some(Severity::Low))];

/// Rules that find secrets.
const SECRETS: [&str; 1] = ["G101"];

pub(super) fn detects(document: &Document<'_>) -> bool {
    document.root().is_some_and(|root| root.has(&["Golang errors"]) || root.has(&["Issues", "Stats"]))
}

pub(super) fn read(document: &Document<'_>, faults: &mut Faults) -> Vec<Run> {
    let reports = code::only_objects(document, document.values(), faults);
    reports.into_iter().map(|report| run(document, report, faults)).collect()
}

fn run(document: &Document<'_>, report: &Value<'_>, faults: &mut Faults) -> Run {
    let version = document.text(report, "GosecVersion", faults);
    let mut findings = Findings::new(Run::of("gosec", version, "https://github.com/securego/gosec"));
    findings.run.columns = Columns::Bytes;
    let has_errors = errors(document, report, faults);
    for issue in code::only_objects(document, document.list(report, "Issues", faults), faults) {
        if let Some(alert) = alert(document, issue, &mut findings, faults) {
            findings.add(alert);
        }
    }
    if let Some(stats) = document.object(report, "Stats", faults) {
        if document.count(stats, "files", faults) == Some(0) && !has_errors {
            document.say(faults, FaultKind::NothingScanned, stats, || "gosec scanned 0 files".to_owned());
        }
        // With `-track-suppressions` it lists what was accepted; without it only counts the markers.
        let markers = document.count(stats, "nosec", faults).map_or(0, u64::from);
        let listed = findings.run.alerts.iter().filter(|alert| alert.suppressions.is_some()).count() as u64;
        findings.run.left_out = markers.saturating_sub(listed);
    }
    findings.finish()
}

/// Says each error of the compiler: what does not compile is not looked at.
fn errors(document: &Document<'_>, report: &Value<'_>, faults: &mut Faults) -> bool {
    let Some(errors) = document.object(report, "Golang errors", faults) else { return false };
    let files = errors.members().unwrap_or_default();
    for (file, list) in files {
        for error in list.array().unwrap_or_default() {
            let line = document.count(error, "line", faults).unwrap_or_default();
            let words = document.text(error, "error", faults).unwrap_or("an error without words");
            document.say(faults, FaultKind::ScanIncomplete, error, || {
                let place = match (file.is_empty(), line) {
                    (true, _) => "a package".to_owned(),
                    (false, 0) => format!("`{file}`"),
                    (false, line) => format!("`{file}`, line {line}"),
                };
                format!("gosec could not load {place}: {}", code::words(words))
            });
        }
    }
    !files.is_empty()
}

fn alert(
    document: &Document<'_>,
    issue: &Value<'_>,
    findings: &mut Findings,
    faults: &mut Faults,
) -> Option<Alert> {
    let id = code::required(document, issue, "rule_id", faults)?;
    let weakness = document.object(issue, "cwe", faults);
    let uri = weakness.and_then(|cwe| document.text(cwe, "url", faults)).map(str::to_owned);
    let rule =
        findings.rule(id, |id| Rule { help_uri: uri, tags: vec!["security".to_owned()], ..Rule::new(id) });
    let severity = code::severity(document, issue, "severity", &SEVERITIES, faults);
    let confidence = document.text(issue, "confidence", faults).and_then(Confidence::parse);
    let cwe = weakness.and_then(|cwe| code::weakness(document, cwe, faults));
    Some(Alert {
        rule,
        level: Some(code::level(severity)),
        message: code::message(document, issue, "details", id, faults),
        places: place(document, issue, faults).into_iter().collect(),
        severity,
        confidence,
        cwes: cwe.into_iter().collect(),
        is_secret: SECRETS.contains(&id),
        suppressions: suppressions(document, issue, faults),
        origin: document.place(issue),
        ..Alert::default()
    })
}

fn place(document: &Document<'_>, issue: &Value<'_>, faults: &mut Faults) -> Option<Place> {
    let Some(file) = document.text(issue, "file", faults).filter(|file| !file.is_empty()) else {
        document.say(faults, FaultKind::NoPlace, issue, || "an issue without a `file`".to_owned());
        return None;
    };
    let lines = document.word(issue, "line", faults).unwrap_or_default();
    let (start, end) = lines.split_once('-').unwrap_or((lines, lines));
    let (Ok(start), Ok(end)) = (start.trim().parse::<u32>(), end.trim().parse::<u32>()) else {
        document.say(faults, FaultKind::BadRegion, issue, || {
            format!("`line` is `{}`, expected a number or two: `12-15`", excerpt(lines))
        });
        return Some(Place::file(file));
    };
    if start == 0 {
        return Some(Place::file(file));
    }
    let region = Region {
        start_line: start,
        start_column: document.count(issue, "column", faults).filter(|column| *column > 0),
        end_line: (end > start).then_some(end),
        ..Region::default()
    };
    Some(Place::region(file, region))
}

fn suppressions(document: &Document<'_>, issue: &Value<'_>, faults: &mut Faults) -> Option<Vec<Suppression>> {
    let listed = document.list(issue, "suppressions", faults);
    let mut all: Vec<Suppression> = Vec::with_capacity(listed.len());
    for one in code::only_objects(document, listed, faults) {
        let why = document.text(one, "justification", faults);
        let kind = match document.text(one, "kind", faults) {
            Some("external") => SuppressionKind::External,
            _ => SuppressionKind::InSource,
        };
        all.push(code::accepted(kind, why));
    }
    if all.is_empty() && document.flag(issue, "nosec", faults) == Some(true) {
        all.push(code::accepted(SuppressionKind::InSource, None));
    }
    (!all.is_empty()).then_some(all)
}

#[cfg(test)]
#[path = "gosec_tests.rs"]
mod tests;
