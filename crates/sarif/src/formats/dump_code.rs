//! What a reader made of a report, as text for snapshots: one line a rule, an alert, a fault.

use std::fmt::Write as _;

use serde_json::Value as Json;

use super::READERS;
use crate::fault::Faults;
use crate::formats::{Format, read};
use crate::json;
use crate::model::{Alert, Place, Rule, Run};

/// Reads a report and shows all of it. It has to be of the expected format.
pub(super) fn dump(format: Format, text: &str) -> String {
    let parsed = read(text.as_bytes()).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(takers(text), [format], "one reader takes it, and no other");
    let mut out = String::new();
    for run in &parsed.runs {
        run_line(&mut out, run);
        run.rules.iter().for_each(|rule| rule_line(&mut out, rule));
        run.alerts.iter().for_each(|alert| alert_lines(&mut out, run, alert));
    }
    for fault in parsed.faults.kept() {
        let _ = writeln!(out, "fault {} {}:{}: {}", fault.kind.id(), fault.line, fault.column, fault.message);
    }
    out
}

/// The formats whose readers would take it.
fn takers(text: &str) -> Vec<Format> {
    let document = json::parse(text, &mut Faults::default());
    READERS.iter().filter(|reader| (reader.detects)(&document)).map(|reader| reader.format).collect()
}

/// Whatever value of a report is replaced by one of another type, nothing panics, and what changes is said.
pub(super) fn odd_everywhere(format: Format, text: &str) {
    let whole: Json = serde_json::from_str(text).unwrap();
    let base = read(text.as_bytes()).unwrap();
    let known = base.faults;
    let base = bare(base.runs);
    let mut places = Vec::new();
    places_of(&whole, String::new(), &mut places);
    // What authors of Semgrep's rules write there has no types.
    places.retain(|place| !place.contains("/metadata/"));
    for place in places {
        for odd in [
            Json::Array(Vec::new()),
            serde_json::json!({}),
            Json::from("odd"),
            Json::from(-1),
            Json::from(true),
        ] {
            let mut changed = whole.clone();
            let value = changed.pointer_mut(&place).unwrap();
            if std::mem::discriminant(value) == std::mem::discriminant(&odd) || value.is_null() {
                continue;
            }
            let shown = odd.to_string();
            *value = odd;
            let Ok(parsed) = read(changed.to_string().as_bytes()) else { continue };
            let is_said = parsed.faults.counts().any(|(kind, count)| count > known.count(kind));
            let is_same = parsed.format != format || bare(parsed.runs) == base;
            assert!(is_same || is_said, "{shown} at {place}: results differ, and nobody says why");
        }
    }
}

/// The runs without what depends on how long the report's values are.
fn bare(mut runs: Vec<Run>) -> Vec<Run> {
    runs.iter_mut().flat_map(|run| &mut run.alerts).for_each(|alert| alert.origin = (0, 0));
    runs
}

fn places_of(value: &Json, place: String, places: &mut Vec<String>) {
    match value {
        Json::Array(values) => {
            values
                .iter()
                .enumerate()
                .for_each(|(at, value)| places_of(value, format!("{place}/{at}"), places));
        }
        Json::Object(members) => members.iter().for_each(|(key, value)| {
            let key = key.replace('~', "~0").replace('/', "~1");
            places_of(value, format!("{place}/{key}"), places);
        }),
        _ => {}
    }
    places.push(place);
}

/// Wherever a report is cut off, nothing panics, no other reader takes it, and the cut is said.
pub(super) fn cut_everywhere(format: Format, text: &str) {
    // Every third byte: there is no rhythm of three in a report.
    for end in (0..text.len()).step_by(3).filter(|end| text.is_char_boundary(*end)) {
        let Ok(parsed) = read(&text.as_bytes()[..end]) else { continue };
        assert!(takers(&text[..end]).len() <= 1, "cut at {end}, several readers take it");
        assert!(parsed.format == format || parsed.is_empty_list, "cut at {end}: {:?}", parsed.format);
        let is_whole = text[end..].trim().is_empty();
        assert!(is_whole || parsed.faults.lose_results(), "cut at {end}, and nobody says so");
    }
}

fn run_line(out: &mut String, run: &Run) {
    let _ = write!(out, "run {} {:?}", run.tool.name, run.columns);
    field(out, "version", run.tool.version.as_deref());
    field(out, "target", run.target.as_deref());
    if run.left_out > 0 {
        let _ = write!(out, " left-out={}", run.left_out);
    }
    out.push('\n');
}

fn rule_line(out: &mut String, rule: &Rule) {
    let _ = write!(out, "rule {}", rule.id);
    field(out, "name", rule.name.as_deref());
    field(out, "short", rule.short.as_deref());
    field(out, "full", rule.full.as_deref());
    field(out, "help", rule.help.as_deref());
    field(out, "uri", rule.help_uri.as_deref());
    field(out, "level", rule.level.map(crate::model::Level::as_str));
    field(out, "score", rule.score.map(crate::model::Score::shown).as_deref());
    field(out, "tags", Some(rule.tags.join(",")).filter(|tags| !tags.is_empty()).as_deref());
    out.push('\n');
}

fn alert_lines(out: &mut String, run: &Run, alert: &Alert) {
    let level = alert.level.map_or("-", crate::model::Level::as_str);
    let severity = alert.severity.map_or("-", gatewright_core::report::Severity::as_str);
    let confidence = alert.confidence.map_or("-", crate::model::Confidence::as_str);
    let rule = &run.rules[alert.rule].id;
    let _ = write!(out, "{rule} {level}/{severity}/{confidence} {:?}", alert.message);
    field(out, "cwe", Some(alert.cwes.join(",")).filter(|cwes| !cwes.is_empty()).as_deref());
    field(out, "subject", alert.subject.as_deref());
    if alert.is_secret {
        out.push_str(" secret");
    }
    for (key, value) in alert.fingerprints.iter().chain(&alert.partial_fingerprints) {
        let _ = write!(out, " {key}={value}");
    }
    let _ = writeln!(out, " from {}:{}", alert.origin.0, alert.origin.1);
    alert.places.iter().for_each(|place| place_line(out, "at", place));
    alert.related.iter().for_each(|place| place_line(out, "see", place));
    for suppression in alert.suppressions.iter().flatten() {
        let _ = write!(out, "  accepted {:?} {:?}", suppression.kind, suppression.status);
        field(out, "why", suppression.justification.as_deref());
        out.push('\n');
    }
}

fn place_line(out: &mut String, word: &str, place: &Place) {
    let _ = write!(out, "  {word} {}", place.uri);
    if let Some(region) = &place.region {
        let _ = write!(out, ":{}", region.start_line);
        let _ = region.start_column.map(|column| write!(out, ":{column}"));
        if region.end_line.is_some() || region.end_column.is_some() {
            let _ = write!(out, " to {}", region.end_line.unwrap_or(region.start_line));
            let _ = region.end_column.map(|column| write!(out, ":{column}"));
        }
    }
    field(out, "says", place.message.as_deref());
    if !place.logical.is_empty() {
        let _ = write!(out, " in {}", place.logical.join(","));
    }
    out.push('\n');
}

fn field(out: &mut String, name: &str, value: Option<&str>) {
    if let Some(value) = value {
        let _ = write!(out, " {name}={value:?}");
    }
}
