//! zizmor's own JSON, version 1: `zizmor --format json`.
//!
//! A list of findings with `ident`, `determinations` and `locations`. Rows and columns count from 0, columns in bytes. A
//! region may end at the start of the line behind it, which need not exist. A workflow that does not parse leaves no trace
//! in it, unless zizmor is run with `--strict-collection`.

use gatewright_core::report::Severity;

use super::code::{self, Findings};
use crate::fault::{FaultKind, Faults};
use crate::json::{Document, Value};
use crate::model::{Alert, Columns, Confidence, Place, Region, Rule, Run, SuppressionKind};

const SEVERITIES: [(&str, Option<Severity>); 5] = [
    ("High", Some(Severity::High)),
    ("Medium", Some(Severity::Medium)),
    ("Low", Some(Severity::Low)),
    ("Informational", Some(Severity::Info)),
    ("Unknown", None),
];

/// Audits that find passwords in workflows.
const SECRETS: [&str; 1] = ["hardcoded-container-credentials"];

pub(super) fn detects(document: &Document<'_>) -> bool {
    document.root().is_some_and(|root| root.array().is_some())
        && code::first(document).is_some_and(|finding| {
            finding.has(&["ident", "determinations"]) || finding.is_cut && finding.has(&["ident", "desc"])
        })
}

pub(super) fn read(document: &Document<'_>, faults: &mut Faults) -> Vec<Run> {
    let mut findings = Findings::new(Run::of("zizmor", None, "https://docs.zizmor.sh/"));
    findings.run.columns = Columns::Bytes;
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
    let ident = code::required(document, finding, "ident", faults)?;
    let text = code::message(document, finding, "desc", ident, faults);
    let uri = document.text(finding, "url", faults).map(str::to_owned);
    // The id that zizmor's own SARIF has: changing from one to the other reopens no alert.
    let rule = findings.rule(&format!("zizmor/{ident}"), |id| Rule {
        name: Some(ident.to_owned()),
        short: Some(text.clone()),
        help_uri: uri,
        tags: vec!["security".to_owned()],
        ..Rule::new(id)
    });
    let rating = document.object(finding, "determinations", faults).unwrap_or(finding);
    let severity = code::severity(document, rating, "severity", &SEVERITIES, faults);
    let confidence = document.text(rating, "confidence", faults).and_then(Confidence::parse);
    let (places, related) = places(document, finding, faults);
    let says = places.first().and_then(|place| place.message.as_deref());
    let is_ignored = document.flag(finding, "ignored", faults) == Some(true);
    Some(Alert {
        rule,
        level: Some(code::level(severity)),
        message: says.map_or_else(|| text.clone(), |says| format!("{text}: {says}")),
        places,
        related,
        severity,
        confidence,
        is_secret: SECRETS.contains(&ident),
        suppressions: is_ignored.then(|| vec![code::accepted(SuppressionKind::InSource, None)]),
        origin: document.place(finding),
        ..Alert::default()
    })
}

/// The place that counts, and the others. Hidden ones only say where a marker may stand.
fn places(document: &Document<'_>, finding: &Value<'_>, faults: &mut Faults) -> (Vec<Place>, Vec<Place>) {
    let mut first = Vec::new();
    let mut related = Vec::new();
    let mut hidden = Vec::new();
    let locations = document.list(finding, "locations", faults);
    for location in code::only_objects(document, locations, faults) {
        let symbolic = document.object(location, "symbolic", faults).unwrap_or(location);
        let Some(place) = place(document, location, symbolic, faults) else {
            let message = || "a location without a path".to_owned();
            document.say(faults, FaultKind::NoPlace, location, message);
            continue;
        };
        match document.text(symbolic, "kind", faults) {
            Some("Primary") if first.is_empty() => first.push(place),
            Some("Hidden") => hidden.push(place),
            _ => related.push(place),
        }
    }
    if first.is_empty() {
        let rest = if related.is_empty() { &mut hidden } else { &mut related };
        first.extend(rest.drain(..rest.len().min(1)));
    }
    if first.is_empty() {
        document.say(faults, FaultKind::NoPlace, finding, || "a finding without `locations`".to_owned());
    }
    (first, related)
}

fn place(
    document: &Document<'_>,
    location: &Value<'_>,
    symbolic: &Value<'_>,
    faults: &mut Faults,
) -> Option<Place> {
    // `{"Local": {…}}`, or `{"Remote": {…}}` where zizmor fetched a repository.
    let key = document.object(symbolic, "key", faults)?;
    let (_, input) = key.members()?.first()?;
    let names = ["verbatim_path", "given_path", "path"];
    let path = names.iter().find_map(|name| input.get(name)?.text()).filter(|path| !path.is_empty())?;
    let concrete = document.object(location, "concrete", faults);
    let region = concrete
        .and_then(|concrete| document.object(concrete, "location", faults))
        .and_then(|points| region(document, points, faults));
    let message = document.text(symbolic, "annotation", faults).map(str::to_owned);
    let slug = input.get("slug").map(|slug| {
        let part = |name| slug.get(name).and_then(Value::text).unwrap_or_default();
        format!("{}/{}@{}", part("owner"), part("repo"), part("git_ref"))
    });
    Some(Place {
        uri: path.to_owned(),
        region,
        message,
        logical: slug.into_iter().collect(),
        ..Place::default()
    })
}

fn region(document: &Document<'_>, points: &Value<'_>, faults: &mut Faults) -> Option<Region> {
    let start = document.object(points, "start_point", faults)?;
    let start_row = document.count(start, "row", faults)?;
    let mut region = Region {
        start_line: start_row.saturating_add(1),
        start_column: document.count(start, "column", faults).map(|column| column.saturating_add(1)),
        ..Region::default()
    };
    let end = document.object(points, "end_point", faults);
    let end_row = end.and_then(|end| document.count(end, "row", faults)).filter(|row| *row >= start_row);
    let end_column = end.and_then(|end| document.count(end, "column", faults));
    let (Some(end_row), Some(end_column)) = (end_row, end_column) else { return Some(region) };
    if end_column == 0 && end_row > start_row {
        // It ends with the newline of the line before.
        region.end_line = (end_row - 1 > start_row).then_some(end_row);
    } else {
        region.end_line = (end_row > start_row).then(|| end_row.saturating_add(1));
        let end_column = end_column.saturating_add(1);
        let is_point = end_row == start_row && Some(end_column) <= region.start_column;
        region.end_column = (!is_point).then_some(end_column);
    }
    Some(region)
}

#[cfg(test)]
#[path = "zizmor_tests.rs"]
mod tests;
