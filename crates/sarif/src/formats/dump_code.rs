//! What a reader made of a report, as text for snapshots: one line a rule, an alert, a fault.

use std::fmt::Write as _;

use crate::formats::{Format, read};
use crate::model::{Alert, Place, Rule, Run};

/// Reads a report and shows all of it. It has to be of the expected format.
pub(super) fn dump(format: Format, text: &str) -> String {
    let parsed = read(text.as_bytes()).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(parsed.format, format, "another reader took it");
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

/// The texts of the alerts and faults must not panic or lose a fault wherever the report ends.
pub(super) fn cut_everywhere(format: Format, text: &str) {
    for end in (0..text.len()).filter(|end| text.is_char_boundary(*end)) {
        let Ok(parsed) = read(&text.as_bytes()[..end]) else { continue };
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
