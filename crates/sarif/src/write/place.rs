//! Places.

use std::collections::BTreeSet;

use gatewright_core::render::percent_encoded;

use super::{Members, message};
use crate::clean::reference;
use crate::model::{Place, Region};

/// Members of a place that stand in its physical location.
const PHYSICAL: [&str; 2] = ["contextRegion", "address"];

pub(super) fn write_all(key: &str, places: &[Place], needs_region: bool, members: &mut Members<'_>) {
    let out = members.key(key);
    out.push('[');
    // Of related places no two may be equal; of a result's own they may.
    let mut known: BTreeSet<String> = BTreeSet::new();
    for (number, place) in places.iter().enumerate() {
        let start = out.len();
        if number > 0 {
            out.push(',');
        }
        let from = out.len();
        write(place, needs_region, out);
        if key == "relatedLocations" && !known.insert(out[from..].to_owned()) {
            out.truncate(start);
        }
    }
    out.push(']');
}

fn write(place: &Place, needs_region: bool, out: &mut String) {
    let mut members = Members::begin(out);
    let is_physical = |key: &str| PHYSICAL.contains(&key);
    if place.path.is_some() || !place.uri.is_empty() {
        let mut physical = Members::begin(members.key("physicalLocation"));
        let uri =
            place.path.as_ref().map_or_else(|| relative(&place.uri), |path| percent_encoded(path.as_str()));
        let mut artifact = Members::begin(physical.key("artifactLocation"));
        artifact.text("uri", &uri);
        artifact.end();
        // GitHub wants a line for every result.
        let first_line = Region { start_line: 1, ..Region::default() };
        let region = place.region.as_ref().or(needs_region.then_some(&first_line));
        if let Some(region) = region {
            write_region(region, physical.key("region"));
        }
        for (key, json) in place.rest.iter().filter(|(key, _)| is_physical(key)) {
            physical.raw(key, json);
        }
        physical.end();
    }
    for (key, json) in place.rest.iter().filter(|(key, _)| !is_physical(key)) {
        members.raw(key, json);
    }
    let has_logical = place.rest.iter().any(|(key, _)| key.as_ref() == "logicalLocations");
    if !place.logical.is_empty() && !has_logical {
        let out = members.key("logicalLocations");
        out.push('[');
        for (number, name) in place.logical.iter().enumerate() {
            if number > 0 {
                out.push(',');
            }
            let mut logical = Members::begin(out);
            logical.text("fullyQualifiedName", name);
            logical.end();
        }
        out.push(']');
    }
    if let Some(text) = &place.message {
        message(text, None, members.key("message"));
    }
    members.end();
}

/// A path that was not found as a relative reference: what stands before a colon in its first part would be a scheme.
fn relative(path: &str) -> String {
    let reference = reference(path);
    let (first, rest) = reference.split_at(reference.find('/').unwrap_or(reference.len()));
    format!("{}{rest}", first.replace(':', "%3A"))
}

fn write_region(region: &Region, out: &mut String) {
    let mut members = Members::begin(out);
    members.raw("startLine", &region.start_line.to_string());
    let numbers = [
        ("startColumn", region.start_column),
        ("endLine", region.end_line),
        ("endColumn", region.end_column),
    ];
    for (key, number) in numbers {
        if let Some(number) = number {
            members.raw(key, &number.to_string());
        }
    }
    if let Some(snippet) = &region.snippet {
        message(snippet, None, members.key("snippet"));
    }
    members.end();
}
