//! Semgrep's own JSON: `semgrep scan --json`.
//!
//! An object of `version`, `results`, `errors` and `paths`. Columns count bytes from 1, the end is the column behind. Rules
//! stand in each of their results. Semgrep ends with status 0 when it failed, and whoever is not logged in gets the same
//! words as the fingerprint and the lines of every result.

use gatewright_core::report::Severity;

use super::code::{self, Findings};
use crate::fault::{FaultKind, Faults};
use crate::json::{Data, Document, Value};
use crate::model::{Alert, Columns, Confidence, Place, Region, Rule, Run, Score, SuppressionKind};

/// Semgrep has two scales: the newer words of its registry, and the older ones, which it equates with high, medium and low.
const SEVERITIES: [(&str, Option<Severity>); 9] = [
    ("CRITICAL", Some(Severity::Critical)),
    ("HIGH", Some(Severity::High)),
    ("ERROR", Some(Severity::High)),
    ("MEDIUM", Some(Severity::Medium)),
    ("WARNING", Some(Severity::Medium)),
    ("LOW", Some(Severity::Low)),
    ("INFO", Some(Severity::Low)),
    ("EXPERIMENT", Some(Severity::Info)),
    ("INVENTORY", Some(Severity::Info)),
];

/// Weaknesses that are secrets in the source.
const SECRETS: [&str; 4] = ["CWE-259", "CWE-312", "CWE-321", "CWE-798"];

pub(super) fn detects(document: &Document<'_>) -> bool {
    let Some(root) = document.root() else { return false };
    root.get("results").and_then(Value::array).is_some_and(|results| match results.first() {
        Some(result) => result.has(&["check_id"]),
        None => root.has(&["errors", "paths"]) || root.has(&["version", "errors"]),
    })
}

pub(super) fn read(document: &Document<'_>, faults: &mut Faults) -> Vec<Run> {
    let reports = code::only_objects(document, document.values(), faults);
    reports.into_iter().map(|report| run(document, report, faults)).collect()
}

fn run(document: &Document<'_>, report: &Value<'_>, faults: &mut Faults) -> Run {
    let version = document.text(report, "version", faults);
    // The name that its own SARIF has.
    let is_oss = document.text(report, "engine_requested", faults).is_none_or(|engine| engine == "OSS");
    let name = if is_oss { "Semgrep OSS" } else { "Semgrep PRO" };
    let mut findings = Findings::new(Run::of(name, version, "https://semgrep.dev/"));
    findings.run.columns = Columns::Bytes;
    let has_errors = errors(document, report, faults);
    if let Some(paths) = document.object(report, "paths", faults)
        && paths.get("scanned").and_then(Value::array).is_some_and(<[Value<'_>]>::is_empty)
        && !has_errors
    {
        document.say(faults, FaultKind::NothingScanned, paths, || "Semgrep scanned no file".to_owned());
    }
    for result in code::only_objects(document, document.list(report, "results", faults), faults) {
        if let Some(alert) = alert(document, result, &mut findings, faults) {
            findings.add(alert);
        }
    }
    drop_constant(document, report, &mut findings.run, faults);
    findings.finish()
}

/// Says what Semgrep says that it could not do.
fn errors(document: &Document<'_>, report: &Value<'_>, faults: &mut Faults) -> bool {
    let listed = document.list(report, "errors", faults);
    for error in code::only_objects(document, listed, faults) {
        // `"SemgrepError"`, or `["PartialParsing", […]]`.
        let kind = error.get("type").and_then(|kind| match &kind.data {
            Data::Array(parts) => parts.first()?.text(),
            _ => kind.text(),
        });
        let words = document.text(error, "message", faults).or(kind).unwrap_or("an error without words");
        // What it parsed in part it did look at: a large repository always has such a file.
        let is_warning = error.get("level").and_then(Value::text) == Some("warn");
        let fault = if is_warning { FaultKind::ScannedInPart } else { FaultKind::ScanIncomplete };
        document.say(faults, fault, error, || format!("Semgrep says: {}", code::words(words)));
    }
    let skipped = document.list(report, "skipped_rules", faults);
    for rule in skipped {
        let id = rule.get("rule_id").unwrap_or(rule).text().unwrap_or("a rule");
        document.say(faults, FaultKind::ScanIncomplete, rule, || format!("Semgrep left out the rule `{id}`"));
    }
    !listed.is_empty() || !skipped.is_empty()
}

fn alert(
    document: &Document<'_>,
    result: &Value<'_>,
    findings: &mut Findings,
    faults: &mut Faults,
) -> Option<Alert> {
    let id = code::required(document, result, "check_id", faults)?;
    let path = code::required(document, result, "path", faults)?;
    let extra = document.object(result, "extra", faults).unwrap_or(result);
    let metadata = document.object(extra, "metadata", faults);
    let cwes = metadata.map(cwes).unwrap_or_default();
    let category = metadata.and_then(|metadata| texts(metadata, "category").next());
    let is_security = !cwes.is_empty() || category == Some("security");
    let rule = findings.rule(id, |id| rule(document, id, metadata, is_security, faults));
    let severity = code::severity(document, extra, "severity", &SEVERITIES, faults);
    let is_secret = cwes.iter().any(|cwe| SECRETS.contains(&cwe.as_str()))
        || id.contains("secrets.")
        || metadata.is_some_and(is_about_secrets);
    let confidence = metadata.and_then(|metadata| Confidence::parse(texts(metadata, "confidence").next()?));
    let is_ignored = document.flag(extra, "is_ignored", faults) == Some(true);
    let fingerprint = document.text(extra, "fingerprint", faults).filter(|text| !text.is_empty());
    Some(Alert {
        rule,
        level: Some(code::level(severity)),
        message: code::message(document, extra, "message", id, faults),
        places: vec![place(document, result, path, faults)],
        severity,
        confidence,
        cwes,
        is_secret,
        suppressions: is_ignored.then(|| vec![code::accepted(SuppressionKind::InSource, None)]),
        fingerprints: fingerprint.map(|text| ("matchBasedId/v1".into(), text.into())).into_iter().collect(),
        origin: document.place(result),
        ..Alert::default()
    })
}

fn rule(
    document: &Document<'_>,
    id: &str,
    metadata: Option<&Value<'_>>,
    is_security: bool,
    faults: &mut Faults,
) -> Rule {
    let text = |key| metadata.and_then(|metadata| texts(metadata, key).next());
    let score = metadata.and_then(|metadata| metadata.get("security-severity")).and_then(|value| {
        let score = match &value.data {
            Data::Number(text) => Score::parse(text),
            _ => value.text().and_then(Score::parse),
        };
        if score.is_none() {
            document.say(faults, FaultKind::BadSeverity, value, || {
                format!("`security-severity` is {}, expected a number from 0.0 to 10.0", value.describe())
            });
        }
        score
    });
    let uri = ["source", "shortlink", "references"].into_iter().find_map(text);
    Rule {
        // The id begins with the folders of the file that the rule stands in.
        name: id.rsplit('.').next().filter(|name| *name != id).map(str::to_owned),
        help_uri: uri.map(str::to_owned),
        score,
        tags: is_security.then(|| "security".to_owned()).into_iter().collect(),
        ..Rule::new(id)
    }
}

/// The texts of a member that is one or a list of them; authors of rules write what they like.
fn texts<'v>(metadata: &'v Value<'_>, key: &str) -> impl Iterator<Item = &'v str> {
    let value = metadata.get(key);
    let values = value.map(|value| value.array().unwrap_or_else(|| std::slice::from_ref(value)));
    values.unwrap_or_default().iter().filter_map(Value::text)
}

fn cwes(metadata: &Value<'_>) -> Vec<String> {
    let mut cwes: Vec<String> = Vec::new();
    for cwe in texts(metadata, "cwe").filter_map(code::cwe) {
        if !cwes.contains(&cwe) {
            cwes.push(cwe);
        }
    }
    cwes
}

fn is_about_secrets(metadata: &Value<'_>) -> bool {
    let words = texts(metadata, "category").chain(texts(metadata, "subcategory"));
    words.into_iter().any(|word| word.eq_ignore_ascii_case("secrets") || word.eq_ignore_ascii_case("secret"))
        || metadata.has(&["secret_type"])
}

fn place(document: &Document<'_>, result: &Value<'_>, path: &str, faults: &mut Faults) -> Place {
    let mut point = |key| -> Option<(u32, Option<u32>)> {
        let point = document.object(result, key, faults)?;
        let line = document.count(point, "line", faults).filter(|line| *line > 0)?;
        Some((line, document.count(point, "col", faults).filter(|column| *column > 0)))
    };
    let (start, end) = (point("start"), point("end"));
    let Some((start_line, start_column)) = start else { return Place::file(path) };
    let mut region = Region { start_line, start_column, ..Region::default() };
    if let Some(end) = end.filter(|end| *end > (start_line, start_column)) {
        region.end_line = (end.0 > start_line).then_some(end.0);
        region.end_column = end.1;
    }
    Place::region(path, region)
}

/// Fingerprints that are the same for all results tell none apart: `requires login`.
fn drop_constant(document: &Document<'_>, report: &Value<'_>, run: &mut Run, faults: &mut Faults) {
    const NO_LOGIN: &str = "requires login";
    let mut values = run.alerts.iter().flat_map(|alert| &alert.fingerprints).map(|(_, value)| value.as_ref());
    let Some(first) = values.next().map(str::to_owned) else { return };
    let mut others = 0;
    let is_constant = values.inspect(|_| others += 1).all(|value| value == first);
    if first != NO_LOGIN && !(is_constant && others > 0) {
        return;
    }
    document.say(faults, FaultKind::ConstantFingerprint, report, || {
        format!("the fingerprint of every result is `{}`", code::words(&first))
    });
    for alert in &mut run.alerts {
        alert.fingerprints.retain(|(_, value)| value.as_ref() != first);
    }
}

#[cfg(test)]
#[path = "semgrep_tests.rs"]
mod tests;
