//! `ShellCheck`'s own JSON: `shellcheck -f json1`, an object with `comments`, and the older `-f json`, a bare list of them.
//!
//! Columns of `json1` count characters. Those of `json` count a tab as up to eight, so that they can't be used without the
//! source; they are left out. A file that is not there leaves no trace: `{"comments":[]}` is also what a clean one gives, and
//! only `ShellCheck`'s exit status 2 tells them apart.

use gatewright_core::report::Severity;

use super::code::{self, Findings};
use crate::fault::{FaultKind, Faults};
use crate::json::{Document, Value};
use crate::model::{Alert, Columns, Level, Place, Region, Rule, Run};

/// What a linter says is rated below what a scanner says: its errors are defects, not weaknesses.
pub(super) const SEVERITIES: [(&str, Option<Severity>); 4] = [
    ("error", Some(Severity::Medium)),
    ("warning", Some(Severity::Low)),
    ("info", Some(Severity::Info)),
    ("style", Some(Severity::Info)),
];

/// The few findings that are weaknesses by themselves, with their CWE: file names that become code of a shell. Missing
/// quotes (SC2086) may be one too, but mostly are not; rated so, they would drown everything.
const WEAKNESSES: [(&str, &str); 1] = [("SC2156", "CWE-78")];

/// Findings that say that a script, or what follows, was not looked at: a shell it does not know, and text that does not
/// parse.
const BLIND: [&str; 2] = ["SC1071", "SC1072"];

pub(super) fn detects(document: &Document<'_>) -> bool {
    let Some(root) = document.root() else { return false };
    if root.array().is_some() {
        return code::first(document).is_some_and(|comment| comment.has(&["file", "line", "endLine"]));
    }
    let comments = root.get("comments").and_then(Value::array);
    comments.is_some_and(|comments| match comments.first() {
        None => root.members().is_some_and(|members| members.len() == 1),
        Some(comment) => comment.has(&["file", "line"]) || comment.is_cut,
    })
}

pub(super) fn read(document: &Document<'_>, faults: &mut Faults) -> Vec<Run> {
    let mut findings = Findings::new(Run::of("ShellCheck", None, "https://www.shellcheck.net/"));
    let is_old = document.root().is_some_and(|root| root.array().is_some());
    findings.run.columns = if is_old { Columns::Unusable } else { Columns::CodePoints };
    let mut comments = Vec::new();
    if is_old {
        comments = code::objects(document, faults);
    } else {
        for report in code::only_objects(document, document.values(), faults) {
            let listed = document.list(report, "comments", faults);
            comments.extend(code::only_objects(document, listed, faults));
        }
    }
    for comment in comments {
        if let Some(alert) = alert(document, comment, is_old, &mut findings, faults) {
            findings.add(alert);
        }
    }
    vec![findings.finish()]
}

fn alert(
    document: &Document<'_>,
    comment: &Value<'_>,
    is_old: bool,
    findings: &mut Findings,
    faults: &mut Faults,
) -> Option<Alert> {
    let Some(code) = comment.get("code").and_then(Value::count) else {
        let message = || "`code` of a comment is missing or no number".to_owned();
        document.say(faults, FaultKind::UnusableResult, comment, message);
        return None;
    };
    let file = code::required(document, comment, "file", faults)?;
    let id = format!("SC{code}");
    let level = linter_level(document, comment, faults);
    let message = code::message(document, comment, "message", &id, faults);
    let region = region(document, comment, is_old, faults);
    if is_blind(&id) {
        let line = region.as_ref().map_or(0, |region| region.start_line);
        document.say(faults, FaultKind::ScanIncomplete, comment, || {
            format!("ShellCheck gave up on `{file}` at line {line}: {}", code::words(&message))
        });
    }
    Some(Alert {
        rule: rule(findings, &id),
        level,
        message,
        places: vec![region.map_or_else(|| Place::file(file), |region| Place::region(file, region))],
        severity: severity(document, comment, &id, faults),
        cwes: weakness(&id).map(str::to_owned).into_iter().collect(),
        origin: document.place(comment),
        ..Alert::default()
    })
}

/// The rule of a finding; Hadolint has the same ones.
pub(super) fn rule(findings: &mut Findings, id: &str) -> usize {
    findings.rule(id, |id| Rule {
        help_uri: Some(format!("https://www.shellcheck.net/wiki/{id}")),
        tags: weakness(id).map(|_| "security".to_owned()).into_iter().collect(),
        ..Rule::new(id)
    })
}

/// The weakness that a finding is by itself.
pub(super) fn weakness(id: &str) -> Option<&'static str> {
    WEAKNESSES.iter().find(|(code, _)| *code == id).map(|(_, cwe)| *cwe)
}

/// Whether a finding says that what follows was not looked at.
pub(super) fn is_blind(id: &str) -> bool {
    BLIND.contains(&id)
}

/// The severity of a finding: that of its word, and high where it is a weakness.
pub(super) fn severity(
    document: &Document<'_>,
    finding: &Value<'_>,
    id: &str,
    faults: &mut Faults,
) -> Option<Severity> {
    let severity = code::severity(document, finding, "level", &SEVERITIES, faults);
    if weakness(id).is_some() { Some(Severity::High) } else { severity }
}

/// The level as a linter writes it: `error`, `warning`, and `info` and `style`, which are notes.
pub(super) fn linter_level(
    document: &Document<'_>,
    finding: &Value<'_>,
    faults: &mut Faults,
) -> Option<Level> {
    let word = document.text(finding, "level", faults)?;
    match word {
        "info" | "style" => Some(Level::Note),
        word => Level::parse(word).or(Some(Level::Warning)),
    }
}

fn region(document: &Document<'_>, comment: &Value<'_>, is_old: bool, faults: &mut Faults) -> Option<Region> {
    let start_line = document.count(comment, "line", faults).filter(|line| *line > 0)?;
    let end_line = document.count(comment, "endLine", faults).unwrap_or(start_line).max(start_line);
    let mut column = |key| document.count(comment, key, faults).filter(|column| *column > 0 && !is_old);
    let (start_column, end_column) = (column("column"), column("endColumn"));
    // A point, as for what is missing somewhere, becomes the rest of its line: no region may be empty.
    let is_point = end_line == start_line && end_column <= start_column;
    Some(Region {
        start_line,
        start_column,
        end_line: (end_line > start_line).then_some(end_line),
        end_column: end_column.filter(|_| !is_point),
        snippet: None,
    })
}

#[cfg(test)]
#[path = "shellcheck_tests.rs"]
mod tests;
