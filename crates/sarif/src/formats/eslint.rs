//! `ESLint`'s own JSON: `eslint -f json`, a list of files, and `-f json-with-metadata`, which says more about rules.
//!
//! Columns count UTF-16 units from 1, the end is the column behind. A file that does not parse has one message that is
//! `fatal` and no rule; nothing else was looked at in it. What a directive accepted is listed, with its reason.

use gatewright_core::report::Severity;

use super::code::{self, Findings};
use crate::fault::{FaultKind, Faults};
use crate::json::{Document, Value};
use crate::model::{Alert, Columns, Level, Place, Region, Rule, Run, SuppressionKind};

/// Rules that are about weaknesses, by name or by the plugin in front of it, with their CWE. `ESLint`'s others are about
/// style and mistakes.
const WEAKNESSES: [(&str, Option<&str>); 12] = [
    ("no-eval", Some("CWE-95")),
    ("no-implied-eval", Some("CWE-95")),
    ("@typescript-eslint/no-implied-eval", Some("CWE-95")),
    ("no-new-func", Some("CWE-95")),
    ("no-script-url", Some("CWE-79")),
    ("react/no-danger", Some("CWE-79")),
    ("react/jsx-no-script-url", Some("CWE-79")),
    ("react/jsx-no-target-blank", Some("CWE-1022")),
    ("no-unsanitized/", Some("CWE-79")),
    ("no-secrets/", Some("CWE-798")),
    ("security/", None),
    ("@microsoft/sdl/", None),
];

/// Rules that find secrets.
const SECRETS: &str = "no-secrets/";

/// Directives that accept nothing have no rule of their own.
const UNUSED: &str = "unused-directive";

pub(super) fn detects(document: &Document<'_>) -> bool {
    let is_file =
        |file: &Value<'_>| file.has(&["filePath", "messages"]) || file.is_cut && file.has(&["filePath"]);
    let Some(root) = document.root() else { return false };
    if root.array().is_some() {
        return code::first(document).is_some_and(is_file);
    }
    let results = root.get("results").and_then(Value::array);
    results.and_then(<[Value<'_>]>::first).is_some_and(is_file)
        || root.get("metadata").is_some_and(|metadata| metadata.has(&["rulesMeta"]))
}

pub(super) fn read(document: &Document<'_>, faults: &mut Faults) -> Vec<Run> {
    let mut findings = Findings::new(Run::of("ESLint", None, "https://eslint.org/"));
    findings.run.columns = Columns::Utf16;
    for report in document.values() {
        let metadata = report.get("metadata").and_then(|metadata| metadata.get("rulesMeta"));
        let files = report.array().unwrap_or_else(|| document.list(report, "results", faults));
        if files.is_empty() && !report.is_cut {
            document.say(faults, FaultKind::NothingScanned, report, || "ESLint looked at no file".to_owned());
        }
        for file in code::only_objects(document, files, faults) {
            file_messages(document, file, metadata, &mut findings, faults);
        }
    }
    vec![findings.finish()]
}

fn file_messages(
    document: &Document<'_>,
    file: &Value<'_>,
    metadata: Option<&Value<'_>>,
    findings: &mut Findings,
    faults: &mut Faults,
) {
    let Some(path) = code::required(document, file, "filePath", faults) else { return };
    if file.get("messages").is_none() && !file.is_cut {
        let message = || format!("nothing is said about `{path}`: there are no `messages`");
        document.say(faults, FaultKind::UnusableResult, file, message);
    }
    for key in ["messages", "suppressedMessages"] {
        for message in code::only_objects(document, document.list(file, key, faults), faults) {
            if let Some(alert) = alert(document, message, path, metadata, findings, faults) {
                findings.add(alert);
            }
        }
    }
}

fn alert(
    document: &Document<'_>,
    message: &Value<'_>,
    path: &str,
    metadata: Option<&Value<'_>>,
    findings: &mut Findings,
    faults: &mut Faults,
) -> Option<Alert> {
    let id = document.text(message, "ruleId", faults).filter(|id| !id.is_empty());
    let text = code::message(document, message, "message", id.unwrap_or(path), faults);
    if is_blind(document, message, id, &text, faults) {
        let line = document.count(message, "line", faults).unwrap_or_default();
        document.say(faults, FaultKind::ScanIncomplete, message, || {
            let place = if line == 0 { format!("`{path}`") } else { format!("`{path}`, line {line}") };
            format!("ESLint did not do all of its work in {place}: {}", code::words(&text))
        });
        // Without a rule there is nothing but that; with one, it also is a finding.
        id?;
    }
    let id = id.unwrap_or(UNUSED);
    let weakness =
        WEAKNESSES.iter().find(|(name, _)| *name == id || name.ends_with('/') && id.starts_with(name));
    let rule = findings.rule(id, |id| rule(id, weakness.is_some(), metadata.and_then(|all| all.get(id))));
    let (level, severity) = rating(document, message, weakness.is_some(), faults);
    let accepted = document.list(message, "suppressions", faults);
    let suppressions: Vec<_> = code::only_objects(document, accepted, faults)
        .into_iter()
        .map(|one| {
            // A directive stands in the source; the other kind is a file of accepted ones beside it.
            let is_directive = document.text(one, "kind", faults).is_none_or(|kind| kind == "directive");
            let kind = if is_directive { SuppressionKind::InSource } else { SuppressionKind::External };
            code::accepted(kind, document.text(one, "justification", faults))
        })
        .collect();
    Some(Alert {
        rule,
        level: Some(level),
        places: vec![place(document, message, path, faults)],
        severity: Some(severity),
        cwes: weakness.and_then(|(_, cwe)| *cwe).map(str::to_owned).into_iter().collect(),
        is_secret: id.starts_with(SECRETS),
        suppressions: (!suppressions.is_empty()).then_some(suppressions),
        message: text,
        origin: document.place(message),
        ..Alert::default()
    })
}

/// Whether `ESLint` says that it did not look: at a file that does not parse or is ignored, or with a rule it does not have.
fn is_blind(
    document: &Document<'_>,
    message: &Value<'_>,
    id: Option<&str>,
    text: &str,
    faults: &mut Faults,
) -> bool {
    let is_fatal = document.flag(message, "fatal", faults) == Some(true);
    let is_about_directives = text.starts_with("Unused ");
    is_fatal || id.is_none() && !is_about_directives || text.starts_with("Definition for rule ")
}

/// `ESLint`'s words are 2, an error, and 1, a warning. Like those of other linters they are about defects; what is a weakness
/// is rated one higher.
fn rating(
    document: &Document<'_>,
    message: &Value<'_>,
    is_weakness: bool,
    faults: &mut Faults,
) -> (Level, Severity) {
    let number = document.count(message, "severity", faults);
    if !matches!(number, Some(1 | 2)) {
        document.say(faults, FaultKind::BadSeverity, message, || {
            let found = message.get("severity").map_or_else(|| "missing".to_owned(), Value::describe);
            format!("`severity` is {found}, expected 1 or 2")
        });
    }
    match (number, is_weakness) {
        (Some(2), true) => (Level::Error, Severity::High),
        (Some(2), false) => (Level::Error, Severity::Medium),
        (_, true) => (Level::Warning, Severity::Medium),
        (_, false) => (Level::Warning, Severity::Low),
    }
}

fn rule(id: &str, is_security: bool, metadata: Option<&Value<'_>>) -> Rule {
    let docs = metadata.and_then(|metadata| metadata.get("docs"));
    let text = |key| docs.and_then(|docs| docs.get(key)).and_then(Value::text).map(str::to_owned);
    // The rules of ESLint itself have no plugin in front, and a page each.
    let is_own = !id.contains('/') && id != UNUSED;
    let page = is_own.then(|| format!("https://eslint.org/docs/latest/rules/{id}"));
    Rule {
        short: text("description"),
        help_uri: text("url").or(page),
        tags: is_security.then(|| "security".to_owned()).into_iter().collect(),
        ..Rule::new(id)
    }
}

fn place(document: &Document<'_>, message: &Value<'_>, path: &str, faults: &mut Faults) -> Place {
    let mut count = |key| document.count(message, key, faults).filter(|count| *count > 0);
    let Some(start_line) = count("line") else { return Place::file(path) };
    let end_line = count("endLine").unwrap_or(start_line).max(start_line);
    let (start_column, end_column) = (count("column"), count("endColumn"));
    let is_point = end_line == start_line && end_column <= start_column;
    let region = Region {
        start_line,
        start_column,
        end_line: (end_line > start_line).then_some(end_line),
        end_column: end_column.filter(|_| !is_point),
        snippet: None,
    };
    Place::region(path, region)
}

#[cfg(test)]
#[path = "eslint_tests.rs"]
mod tests;
