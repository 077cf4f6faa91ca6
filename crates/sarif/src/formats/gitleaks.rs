//! Gitleaks' own JSON: `gitleaks dir --report-format json`, `gitleaks git --report-format json`.
//!
//! A list of objects with the names of Go fields. An empty list does not say that Gitleaks wrote it, nor does the `null` of
//! older versions. Columns count bytes, and are wrong by one in ways that depend on the line. Who wrote a secret, when and
//! with which words is in the report; none of that is taken over, and neither is the secret or the line around it.

use gatewright_core::report::Severity;

use super::code::{self, Findings};
use crate::fault::Faults;
use crate::json::{Document, Value};
use crate::model::{Alert, Columns, Confidence, Place, Region, Rule, Run};

/// Gitleaks rates nothing. A key of a known kind opens a door until it is revoked.
const OF_A_KNOWN_KIND: (Severity, Confidence) = (Severity::Critical, Confidence::High);

/// Rules that go by chance alone: a word such as `key`, and text after it that looks random.
const BY_CHANCE: [&str; 1] = ["generic-api-key"];
const OF_NO_KNOWN_KIND: (Severity, Confidence) = (Severity::High, Confidence::Medium);

pub(super) fn detects(document: &Document<'_>) -> bool {
    document.root().is_some_and(|root| root.array().is_some())
        && code::first(document).is_some_and(|leak| {
            leak.has(&["RuleID", "StartLine"])
                || leak.has(&["StartLine", "EndLine", "StartColumn"])
                || leak.is_cut && leak.has(&["RuleID"])
        })
}

pub(super) fn read(document: &Document<'_>, faults: &mut Faults) -> Vec<Run> {
    let mut findings = Findings::new(Run::of("gitleaks", None, "https://github.com/gitleaks/gitleaks"));
    findings.run.columns = Columns::Bytes;
    for leak in code::objects(document, faults) {
        if let Some(alert) = alert(document, leak, &mut findings, faults) {
            findings.add(alert);
        }
    }
    vec![findings.finish()]
}

fn alert(
    document: &Document<'_>,
    leak: &Value<'_>,
    findings: &mut Findings,
    faults: &mut Faults,
) -> Option<Alert> {
    let id = code::required(document, leak, "RuleID", faults)?;
    let file = code::required(document, leak, "File", faults)?;
    let message = code::message(document, leak, "Description", id, faults);
    let tags: Vec<String> = document.texts(leak, "Tags", faults).into_iter().map(str::to_owned).collect();
    let rule = findings.rule(id, |id| Rule {
        short: Some(message.clone()),
        tags: std::iter::once("security".to_owned()).chain(tags).collect(),
        ..Rule::new(id)
    });
    let (severity, confidence) = if BY_CHANCE.contains(&id) { OF_NO_KNOWN_KIND } else { OF_A_KNOWN_KIND };
    let commit = document.text(leak, "Commit", faults).filter(|commit| !commit.is_empty());
    let region = region(document, leak, commit.is_some(), faults);
    let fingerprint = document.text(leak, "Fingerprint", faults).filter(|text| !text.is_empty());
    Some(Alert {
        rule,
        level: Some(code::level(Some(severity))),
        message,
        places: vec![region.map_or_else(|| Place::file(file), |region| Place::region(file, region))],
        severity: Some(severity),
        confidence: Some(confidence),
        cwes: vec!["CWE-798".to_owned()],
        is_secret: true,
        subject: commit.map(|commit| format!("commit {commit}")),
        fingerprints: fingerprint.map(|text| ("gitleaks/v8".into(), text.into())).into_iter().collect(),
        origin: document.place(leak),
        ..Alert::default()
    })
}

/// Columns are counted from the newline before a line, so that 1 too many is counted where a newline is: the first column
/// is too large by 1, and the last one happens to be the one behind. Before the first line of what is looked at, there is no
/// newline: there the first column is right, and the last is the last. In a directory that is line 1 of a file. In a
/// history it is the first line of any hunk, which the report does not tell; there, columns are left out.
fn region(
    document: &Document<'_>,
    leak: &Value<'_>,
    is_history: bool,
    faults: &mut Faults,
) -> Option<Region> {
    let start_line = document.count(leak, "StartLine", faults).filter(|line| *line > 0)?;
    let end_line = document.count(leak, "EndLine", faults).unwrap_or(start_line).max(start_line);
    let mut region =
        Region { start_line, end_line: (end_line > start_line).then_some(end_line), ..Region::default() };
    if !is_history {
        let start = document.count(leak, "StartColumn", faults).filter(|column| *column > 0);
        let end = document.count(leak, "EndColumn", faults).filter(|column| *column > 0);
        region.start_column =
            start.map(|column| if start_line == 1 { column } else { column.saturating_sub(1).max(1) });
        region.end_column = end.map(|column| if end_line == 1 { column.saturating_add(1) } else { column });
    }
    Some(region)
}

#[cfg(test)]
#[path = "gitleaks_tests.rs"]
mod tests;
