//! Bandit's own JSON: `bandit -f json`.
//!
//! An object of `errors`, `generated_at`, `metrics` and `results`. Columns count bytes from 0; SARIF of Bandit counts the
//! same bytes from 1. Bandit ends with status 0 when a file does not exist or does not parse: only `errors` says so.

use gatewright_core::report::Severity;

use super::code::{self, Findings};
use crate::fault::{FaultKind, Faults};
use crate::json::{Document, Value};
use crate::model::{Alert, Columns, Confidence, Place, Region, Rule, Run};

const SEVERITIES: [(&str, Option<Severity>); 4] = [
    ("HIGH", Some(Severity::High)),
    ("MEDIUM", Some(Severity::Medium)),
    ("LOW", Some(Severity::Low)),
    ("UNDEFINED", None),
];

/// Tests that find passwords, and show them in their messages.
const SECRETS: [&str; 3] = ["B105", "B106", "B107"];

pub(super) fn detects(document: &Document<'_>) -> bool {
    let Some(root) = document.root() else { return false };
    let first = root.get("results").and_then(Value::array).and_then(<[Value<'_>]>::first);
    root.has(&["errors", "generated_at"])
        || root.has(&["errors", "metrics", "results"])
        || first.is_some_and(|result| result.has(&["test_id", "issue_text"]))
}

pub(super) fn read(document: &Document<'_>, faults: &mut Faults) -> Vec<Run> {
    let reports = code::only_objects(document, document.values(), faults);
    reports.into_iter().map(|report| run(document, report, faults)).collect()
}

fn run(document: &Document<'_>, report: &Value<'_>, faults: &mut Faults) -> Run {
    let mut findings = Findings::new(Run::of("Bandit", None, "https://bandit.readthedocs.io/"));
    findings.run.columns = Columns::Bytes;
    let listed = document.list(report, "errors", faults);
    for error in code::only_objects(document, listed, faults) {
        let file = document.text(error, "filename", faults).unwrap_or("a file");
        let reason = document.text(error, "reason", faults).unwrap_or("no reason is given");
        document.say(faults, FaultKind::ScanIncomplete, error, || {
            format!("Bandit left out `{}`: {}", code::words(file), code::words(reason))
        });
    }
    if let Some(metrics) = document.object(report, "metrics", faults) {
        let is_total = |name: &str| name == "_totals";
        let files = metrics.members().unwrap_or_default().iter().filter(|(name, _)| !is_total(name)).count();
        if files == 0 && !metrics.is_cut {
            document.say(faults, FaultKind::NothingScanned, metrics, || "Bandit scanned no file".to_owned());
        }
        if let Some(totals) = document.object(metrics, "_totals", faults) {
            let mut count = |key| document.count(totals, key, faults).map_or(0, u64::from);
            findings.run.left_out = count("nosec") + count("skipped_tests");
        }
    }
    if report.get("results").is_none() && !report.is_cut {
        let message = || "a report without `results`".to_owned();
        document.say(faults, FaultKind::ScanIncomplete, report, message);
    }
    for result in code::only_objects(document, document.list(report, "results", faults), faults) {
        if let Some(alert) = alert(document, result, &mut findings, faults) {
            findings.add(alert);
        }
    }
    // The version stands in the links to the documentation alone.
    findings.run.tool.version =
        findings.run.rules.iter().find_map(|rule| documented_version(rule.help_uri.as_deref()?));
    findings.finish()
}

/// `1.9.4` of `https://bandit.readthedocs.io/en/1.9.4/…`
fn documented_version(uri: &str) -> Option<String> {
    let (_, rest) = uri.split_once(".readthedocs.io/en/")?;
    let version = rest.split('/').next()?;
    version.starts_with(|letter: char| letter.is_ascii_digit()).then(|| version.to_owned())
}

fn alert(
    document: &Document<'_>,
    result: &Value<'_>,
    findings: &mut Findings,
    faults: &mut Faults,
) -> Option<Alert> {
    let id = code::required(document, result, "test_id", faults)?;
    let file = code::required(document, result, "filename", faults)?;
    let name = document.text(result, "test_name", faults);
    let uri = document.text(result, "more_info", faults);
    let rule = findings.rule(id, |id| Rule {
        name: name.map(|name| rule_name(id, name, uri)),
        help_uri: uri.map(str::to_owned),
        tags: vec!["security".to_owned()],
        ..Rule::new(id)
    });
    let severity = code::severity(document, result, "issue_severity", &SEVERITIES, faults);
    let confidence = document.text(result, "issue_confidence", faults).and_then(Confidence::parse);
    let weakness = document.object(result, "issue_cwe", faults);
    let cwe = weakness.and_then(|cwe| code::weakness(document, cwe, faults));
    Some(Alert {
        rule,
        level: Some(code::level(severity)),
        message: code::message(document, result, "issue_text", id, faults),
        places: vec![place(document, result, file, faults)],
        severity,
        confidence,
        cwes: cwe.into_iter().collect(),
        is_secret: SECRETS.contains(&id),
        origin: document.place(result),
        ..Alert::default()
    })
}

/// All tests of forbidden calls and imports are called `blacklist`; what sets them apart is in the link: `…#b301-pickle`.
fn rule_name(id: &str, name: &str, uri: Option<&str>) -> String {
    let fragment =
        uri.filter(|_| name == "blacklist").and_then(|uri| uri.rsplit_once('#')).map(|(_, own)| own);
    let own = fragment.and_then(|fragment| {
        let (start, rest) = fragment.split_once('-')?;
        (start.eq_ignore_ascii_case(id) && !rest.is_empty()).then_some(rest)
    });
    own.map_or_else(|| name.to_owned(), |own| own.replace('-', "_"))
}

fn place(document: &Document<'_>, result: &Value<'_>, file: &str, faults: &mut Faults) -> Place {
    let line = document.count(result, "line_number", faults).unwrap_or_default();
    if line == 0 {
        return Place::file(file);
    }
    let lines = code::lines(document, result, "line_range", faults);
    let last = lines.iter().copied().max().unwrap_or(line).max(line);
    let mut region =
        Region { start_line: line, end_line: (last > line).then_some(last), ..Region::default() };
    // The columns are those of the whole expression. Some tests name the line of an argument inside of it: there, they
    // say nothing.
    if lines.iter().copied().min().is_none_or(|first| first == line) {
        let start = document.count(result, "col_offset", faults);
        let end = document.count(result, "end_col_offset", faults).filter(|end| *end > 0);
        region.start_column = start.map(|column| column.saturating_add(1));
        region.end_column = end.map(|column| column.saturating_add(1));
    }
    Place::region(file, region)
}

#[cfg(test)]
#[path = "bandit_tests.rs"]
mod tests;
