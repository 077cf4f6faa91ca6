//! One shape for what all tools say: places are files of the repository, columns count UTF-16 units, rules say what GitHub
//! wants to show, and secrets are taken out.

mod fill;
mod package_line;
mod redact;

use gatewright_core::RepoPath;

use crate::fault::{FaultKind, Faults};
use crate::model::{Alert, Columns, Place, Region, Run};
use crate::severity::{score_rules, settle};
use crate::source::{Sources, Texts};

pub use redact::REDACTED;

/// Normalises a run.
pub fn normalise(run: &mut Run, sources: &dyn Sources, faults: &mut Faults) {
    let mut texts = Texts::new(sources);
    let (bases, columns) = (std::mem::take(&mut run.bases), run.columns);
    for alert in &mut run.alerts {
        let origin = alert.origin;
        for place in alert.places.iter_mut().chain(&mut alert.related) {
            locate(place, &bases, sources);
            mend_region(place, columns, &mut texts, origin, faults);
        }
        move_out(alert, faults);
        // GitHub shows the first place only: it should be one that is there.
        if let Some(first) = alert.places.iter().position(|place| place.path.is_some()) {
            alert.places.swap(0, first);
        }
    }
    package_line::place_packages(run, &mut texts);
    run.bases = bases;
    run.columns = Columns::Utf16;
    redact::redact(run);
    fill::fill(run);
    settle(run);
    score_rules(run);
}

/// Finds the file that a place means.
fn locate(place: &mut Place, bases: &[(String, String)], sources: &dyn Sources) {
    if place.path.is_some() || place.uri.is_empty() {
        return;
    }
    let Some(path) = path_of(place, bases) else { return };
    if path.is_empty() || path == "." {
        place.uri.clear();
        return;
    }
    place.path = sources.locate(&path);
    if place.path.is_none() {
        // What lies outside is told apart by its slash, for a while.
        let leads_out = sources.is_outside(&path) || path.split('/').any(|part| part == "..");
        if leads_out {
            place.uri = format!("/{}", path.trim_start_matches('/'));
            place.base = None;
            return;
        }
        // What GitHub can't resolve is shown as it is; a URI must not begin with a slash.
        let shown = path.trim_start_matches('/');
        shown.clone_into(&mut place.uri);
        place.base = None;
    }
}

/// A place outside of the repository is none that GitHub can show, and one with another scheme makes it refuse the whole
/// file: such a place is told in the message.
fn move_out(alert: &mut Alert, faults: &mut Faults) {
    let is_out = |place: &Place| {
        place.path.is_none()
            && (place.uri.starts_with('/') || crate::clean::has_scheme(&place.uri) && !is_windows(&place.uri))
    };
    let mut told = Vec::new();
    for place in alert.places.iter_mut().filter(|place| is_out(place)) {
        let uri = std::mem::take(&mut place.uri);
        faults.say(FaultKind::ForeignPath, alert.origin, || {
            format!("`{}` is no file of this repository", crate::json::excerpt(&uri))
        });
        (place.base, place.region) = (None, None);
        told.push(uri);
    }
    for uri in told {
        alert.message.push_str(&format!(" (in {uri})"));
        alert.subject.get_or_insert(uri);
    }
    alert.related.retain(|place| !is_out(place));
    let is_empty = |place: &Place| place.path.is_none() && place.uri.is_empty() && place.logical.is_empty();
    alert.places.retain(|place| !is_empty(place));
}

/// The path that a place names: decoded, below its base, with slashes. Nothing for a URI that names no file.
fn path_of(place: &Place, bases: &[(String, String)]) -> Option<String> {
    let uri = place.uri.as_str();
    let path = if is_windows(uri) {
        uri.replace('\\', "/")
    } else if let Some(rest) = uri.strip_prefix("file:") {
        decoded(rest.strip_prefix("//").map_or(rest, |rest| rest.strip_prefix("localhost").unwrap_or(rest)))
    } else if crate::clean::has_scheme(uri) {
        return None;
    } else {
        decoded(&uri.replace('\\', "/"))
    };
    // `/C:/a` of `file:///C:/a`.
    let path = if path.starts_with('/') && is_windows(&path[1..]) { path[1..].to_owned() } else { path };
    let base = place.base.as_ref().and_then(|id| bases.iter().find(|(known, _)| known == id));
    let path = match base {
        Some((_, base)) if !path.starts_with('/') && base.starts_with("file:") => {
            let base = Place { uri: base.clone(), ..Place::default() };
            let base = path_of(&base, &[])?;
            format!("{}/{path}", base.trim_end_matches('/'))
        }
        _ => path,
    };
    Some(path.strip_prefix("./").unwrap_or(&path).to_owned())
}

fn is_windows(path: &str) -> bool {
    matches!(path.as_bytes(), [drive, b':', b'/' | b'\\', ..] if drive.is_ascii_alphabetic())
}

/// Percent-decoded, where that gives UTF-8.
fn decoded(text: &str) -> String {
    if !text.contains('%') {
        return text.to_owned();
    }
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let digits = bytes.get(at + 1..at + 3).filter(|_| *byte == b'%');
        let value = digits.and_then(|digits| u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok());
        out.push(value.unwrap_or(*byte));
        at += if value.is_some() { 3 } else { 1 };
    }
    String::from_utf8(out).unwrap_or_else(|_| text.to_owned())
}

/// Makes a region one that exists: lines that are there, and columns in UTF-16 units. Lines are trusted first; a column that
/// is not on the line, or in the middle of a character, is left out rather than guessed.
fn mend_region(
    place: &mut Place,
    columns: Columns,
    texts: &mut Texts<'_>,
    origin: (u32, u32),
    faults: &mut Faults,
) {
    let Some(region) = &mut place.region else { return };
    if columns == Columns::Unusable {
        (region.start_column, region.end_column) = (None, None);
    }
    let text = place.path.as_ref().and_then(|path: &RepoPath| texts.of(path));
    let Some(text) = text else {
        // Without the source nothing can be converted; bytes are characters where all is ASCII, and nobody knows.
        if columns == Columns::Bytes {
            (region.start_column, region.end_column) = (None, None);
        }
        return;
    };
    let lines = text.lines();
    if region.start_line > lines {
        faults.say(FaultKind::BadRegion, origin, || {
            let path = place.path.as_ref().map_or("", RepoPath::as_str);
            format!("line {} of {path}, which has {lines}", region.start_line)
        });
        place.region = None;
        return;
    }
    let mut end_line = region.end_line.unwrap_or(region.start_line);
    if end_line > lines {
        // Some tools end a region at the start of the line behind the last.
        (end_line, region.end_column) = (lines, None);
        region.end_line = Some(lines);
    }
    let convert =
        |line: u32, column: Option<u32>| -> Option<u32> { in_utf16(text.line(line)?, column?, columns) };
    let (start, end) =
        (convert(region.start_line, region.start_column), convert(end_line, region.end_column));
    let lost =
        (region.start_column.is_some() && start.is_none()) || (region.end_column.is_some() && end.is_none());
    if lost {
        faults.say(FaultKind::BadRegion, origin, || {
            format!("a column that line {} does not have; columns were left out", region.start_line)
        });
        (region.start_column, region.end_column) = (None, None);
        return;
    }
    (region.start_column, region.end_column) = (start, end);
    let is_backwards = |region: &Region| {
        let start = region.start_column.unwrap_or(1);
        end_line == region.start_line && region.end_column.is_some_and(|end| end <= start)
    };
    // An empty region marks nothing: from its start to the end of the line it does.
    if is_backwards(region) {
        region.end_column = None;
    }
}

/// A column in UTF-16 units; nothing where the line does not have it.
fn in_utf16(line: &[u8], column: u32, columns: Columns) -> Option<u32> {
    let before = column.checked_sub(1)? as usize;
    if line.is_ascii() {
        return (before <= line.len()).then_some(column);
    }
    let text = std::str::from_utf8(line).ok()?;
    let units = match columns {
        Columns::Bytes => text.get(..before)?.encode_utf16().count(),
        Columns::CodePoints => {
            let end = text.char_indices().map(|(at, _)| at).chain([text.len()]).nth(before)?;
            text[..end].encode_utf16().count()
        }
        Columns::Utf16 | Columns::Unusable => {
            let mut units = 0;
            let mut ends = text.chars().map(|char| {
                units += char.len_utf16();
                units
            });
            (before == 0 || ends.any(|end| end == before)).then_some(before)?
        }
    };
    u32::try_from(units + 1).ok()
}

#[cfg(test)]
#[path = "normalise_tests.rs"]
mod tests;
