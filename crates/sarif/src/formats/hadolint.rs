//! Hadolint's own JSON: `hadolint -f json`.
//!
//! A list of findings, of Hadolint itself (`DL3006`) and of the `ShellCheck` in it (`SC2086`). The column is always 1, but for
//! text that does not parse. Such a file was not looked at, and that finding alone says so.

use gatewright_core::report::Severity;

use super::code::{self, Findings};
use super::shellcheck;
use crate::fault::{FaultKind, Faults};
use crate::json::{Document, Value};
use crate::model::{Alert, Columns, Place, Rule, Run};

/// The few findings that are weaknesses, not matters of style: a container that runs as root, commands as root inside of
/// it, and images from places that nobody allowed. Images and packages without a version (DL3006, DL3008 and the like) make
/// builds differ; an attacker gains nothing by them alone.
const WEAKNESSES: [(&str, &str, Severity); 3] = [
    ("DL3002", "CWE-250", Severity::Medium),
    ("DL3004", "CWE-250", Severity::Medium),
    ("DL3026", "CWE-829", Severity::High),
];

/// The file does not parse.
const UNPARSED: &str = "DL1000";

pub(super) fn detects(document: &Document<'_>) -> bool {
    document.root().is_some_and(|root| root.array().is_some())
        && code::first(document).is_some_and(|finding| {
            let code = finding.get("code").and_then(Value::text);
            let is_code = code.is_some_and(|code| code.starts_with("DL") || code.starts_with("SC"));
            is_code && (finding.has(&["file", "level"]) || finding.is_cut)
        })
}

pub(super) fn read(document: &Document<'_>, faults: &mut Faults) -> Vec<Run> {
    let mut findings = Findings::new(Run::of("Hadolint", None, "https://github.com/hadolint/hadolint"));
    findings.run.columns = Columns::Unusable;
    for finding in code::objects(document, faults) {
        if let Some(alert) = alert(document, finding, &mut findings, faults) {
            findings.add(alert);
        }
    }
    vec![findings.finish()]
}

fn alert(
    document: &Document<'_>,
    finding: &Value<'_>,
    findings: &mut Findings,
    faults: &mut Faults,
) -> Option<Alert> {
    let id = code::required(document, finding, "code", faults)?;
    let file = code::required(document, finding, "file", faults)?;
    let weakness = WEAKNESSES.iter().find(|(code, ..)| *code == id);
    let rule = if id.starts_with("SC") {
        shellcheck::rule(findings, id)
    } else {
        findings.rule(id, |id| Rule {
            help_uri: Some(format!("https://github.com/hadolint/hadolint/wiki/{id}")),
            tags: weakness.map(|_| "security".to_owned()).into_iter().collect(),
            ..Rule::new(id)
        })
    };
    let message = code::message(document, finding, "message", id, faults);
    let line = document.count(finding, "line", faults).unwrap_or_default();
    if id == UNPARSED || shellcheck::is_blind(id) {
        document.say(faults, FaultKind::ScanIncomplete, finding, || {
            format!("Hadolint gave up on `{file}` at line {line}: {}", code::words(&message))
        });
    }
    let severity = shellcheck::severity(document, finding, id, faults);
    let cwe = weakness.map(|(_, cwe, _)| *cwe).or_else(|| shellcheck::weakness(id));
    Some(Alert {
        rule,
        level: shellcheck::linter_level(document, finding, faults),
        message,
        places: vec![Place::line(file, line)],
        severity: weakness.map(|(.., severity)| *severity).or(severity),
        cwes: cwe.map(str::to_owned).into_iter().collect(),
        origin: document.place(finding),
        ..Alert::default()
    })
}

#[cfg(test)]
#[path = "hadolint_tests.rs"]
mod tests;
