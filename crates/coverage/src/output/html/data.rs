//! What the page shows, as JSON. It owns the shape that `app/` reads, and the escaping: the text may stand in a
//! `<script>` element and in a script of its own, and nothing in it can end either.
//!
//! Numbers beyond 2^53, which JavaScript can't hold, are texts.

use std::fmt::Write as _;

use super::{ChangedLines, HtmlReport, Pack};
use crate::output::is_listed;
use crate::{Branch, FileCoverage, Ratio, Totals, Unit};

/// Arms of one line that are told apart.
const MOST_ARMS: usize = 24;

/// One file in the index.
pub(super) struct FileRow<'a> {
    pub(super) path: &'a str,
    pub(super) totals: Totals,
    pub(super) unit: Unit,
    /// Its changed lines, if it is changed.
    pub(super) changed: Option<Ratio>,
    pub(super) before: Before,
    pub(super) place: Place,
}

/// What a file added up to in the baseline.
pub(super) enum Before {
    /// There is no baseline.
    Unknown,
    /// The file was not there.
    Absent,
    /// This.
    Was(Totals),
}

/// Where the source of a file stands.
#[derive(Clone, Copy)]
pub(super) struct Place {
    pub(super) pack: usize,
    pub(super) slot: usize,
}

/// The figures of everything: `{title, subject, totals, …, folders, files, packs}`.
pub(super) fn index(report: &HtmlReport<'_>, rows: &[FileRow<'_>], packs: &[Pack]) -> String {
    let mut out = String::with_capacity(4096 + rows.len() * 96);
    out.push_str("{\"title\":");
    text(&mut out, report.title);
    out.push_str(",\"subject\":");
    list(&mut out, report.subject, |out, (label, value)| {
        pair_of_texts(out, label, value);
    });
    out.push_str(",\"totals\":");
    totals(&mut out, &report.totals);
    if let Some(patch) = report.patch {
        out.push_str(",\"patch\":");
        ratio(&mut out, patch);
    }
    if let Some(baseline) = &report.baseline {
        out.push_str(",\"baseline\":{\"name\":");
        text(&mut out, baseline.name);
        out.push_str(",\"totals\":");
        totals(&mut out, &baseline.totals);
        out.push('}');
    }
    if let Some(minimum) = report.minimum {
        // A decimal with at most nine digits behind the point is written as a number of JSON.
        let _ = write!(out, ",\"minimum\":{minimum}");
    }
    if let Some(blob) = report.blob.filter(|blob| blob.starts_with("https://")) {
        out.push_str(",\"blob\":");
        text(&mut out, blob);
    }
    out.push_str(",\"trend\":");
    list(&mut out, report.trend, |out, point| {
        out.push('[');
        text(out, &point.label);
        let _ = write!(out, ",{},{}]", point.ratio.covered, point.ratio.total);
    });
    out.push_str(",\"groups\":");
    list(&mut out, report.groups, |out, group| {
        out.push('[');
        text(out, group.kind);
        out.push(',');
        text(out, group.name);
        out.push(',');
        totals(out, &group.totals);
        out.push(']');
    });
    out.push_str(",\"packs\":");
    list(&mut out, packs, |out, pack| match pack {
        Pack::Held(_) => out.push_str("null"),
        Pack::Written(hash) => text(out, hash),
    });
    files(&mut out, rows);
    out.push('}');
    out
}

/// Folders once, and files as `[folder, name, pack, slot, unit, [figures], changed, before]`.
fn files(out: &mut String, rows: &[FileRow<'_>]) {
    let split = |path: &'_ str| path.rfind('/').map_or(0, |at| at + 1);
    let mut folders: Vec<&str> = rows.iter().map(|row| &row.path[..split(row.path)]).collect();
    folders.sort_unstable();
    folders.dedup();
    out.push_str(",\"folders\":");
    list(out, &folders, |out, folder| text(out, folder));
    out.push_str(",\"files\":");
    list(out, rows, |out, row| {
        let (folder, name) = row.path.split_at(split(row.path));
        let folder = folders.binary_search(&folder).unwrap_or(0);
        let _ = write!(out, "[{folder},");
        text(out, name);
        let unit = u8::from(row.unit == Unit::Lines);
        let _ = write!(out, ",{},{},{unit},", row.place.pack, row.place.slot);
        totals(out, &row.totals);
        if row.changed.is_some() || !matches!(row.before, Before::Unknown) {
            out.push(',');
            match row.changed {
                Some(changed) => ratio(out, changed),
                None => out.push('0'),
            }
        }
        match &row.before {
            Before::Unknown => {}
            Before::Absent => out.push_str(",1"),
            Before::Was(before) => {
                out.push(',');
                ratio(out, before.ratio(row.unit));
            }
        }
        out.push(']');
    });
}

/// One source: `{s: text or null, h: runs of lines, b: branches by line, f: functions, c: changed lines}`.
pub(super) fn write_file(
    out: &mut String,
    file: &FileCoverage,
    source: Option<&str>,
    changed: Option<&ChangedLines>,
) {
    out.push_str("{\"s\":");
    match source {
        Some(source) => text(out, source.strip_prefix('\u{feff}').unwrap_or(source)),
        None => out.push_str("null"),
    }
    out.push_str(",\"h\":[");
    for (index, run) in file.line_view().runs().iter().enumerate() {
        separate(out, index);
        let _ = write!(out, "{},{},", run.first, run.last);
        number(out, run.hits);
    }
    out.push_str("],\"b\":[");
    if is_listed(file) {
        branches(out, file);
    }
    out.push_str("],\"f\":[");
    for (index, names) in file.functions_united().enumerate() {
        separate(out, index);
        let hits = names.iter().fold(0_u64, |sum, name| sum.saturating_add(name.hits()));
        let (start, name) = names.first().map_or((0, ""), |name| (name.start().unwrap_or(0), name.name()));
        let _ = write!(out, "[{start},");
        text(out, name);
        out.push(',');
        number(out, hits);
        out.push(']');
    }
    out.push_str("],\"c\":[");
    for (index, range) in
        changed.map(|changed| changed.ranges.as_slice()).unwrap_or_default().iter().enumerate()
    {
        separate(out, index);
        let _ = write!(out, "{},{}", range.first, range.last);
    }
    out.push_str("]}");
}

/// `[line, taken, all, arm, times, arm, times, …]`: arms as far as they have names; `null` where the condition was
/// never evaluated.
fn branches(out: &mut String, file: &FileCoverage) {
    let mut lines: Vec<u32> = file.branches().iter().map(Branch::line).collect();
    lines.extend(file.branch_tallies().iter().map(|tally| tally.line()));
    lines.sort_unstable();
    lines.dedup();
    let mut named = file.branches().chunk_by(|left, right| left.line() == right.line()).peekable();
    let mut first = true;
    for line in lines {
        let arms = named.next_if(|arms| arms[0].line() == line).unwrap_or_default();
        let of_line = file.branches_on(line);
        if of_line.is_no_data() {
            continue;
        }
        separate(out, usize::from(!first));
        first = false;
        let _ = write!(out, "[{line},{},{}", of_line.covered, of_line.total);
        for arm in arms.iter().filter(|arm| arm.is_measured()).take(MOST_ARMS) {
            out.push(',');
            text(out, &arm.label());
            out.push(',');
            match arm.taken() {
                Some(taken) => number(out, taken),
                None => out.push_str("null"),
            }
        }
        out.push(']');
    }
}

fn list<T>(out: &mut String, items: &[T], mut write: impl FnMut(&mut String, &T)) {
    out.push('[');
    for (index, item) in items.iter().enumerate() {
        separate(out, index);
        write(out, item);
    }
    out.push(']');
}

fn separate(out: &mut String, index: usize) {
    if index > 0 {
        out.push(',');
    }
}

fn pair_of_texts(out: &mut String, left: &str, right: &str) {
    out.push('[');
    text(out, left);
    out.push(',');
    text(out, right);
    out.push(']');
}

/// Covered and measured in the order of [`Unit::ALL`].
fn totals(out: &mut String, totals: &Totals) {
    out.push('[');
    for (index, unit) in Unit::ALL.into_iter().enumerate() {
        separate(out, index);
        let Ratio { covered, total } = totals.ratio(unit);
        let _ = write!(out, "{covered},{total}");
    }
    out.push(']');
}

fn ratio(out: &mut String, ratio: Ratio) {
    let _ = write!(out, "[{},{}]", ratio.covered, ratio.total);
}

fn number(out: &mut String, number: u64) {
    let _ = if number < 1 << 53 { write!(out, "{number}") } else { write!(out, "\"{number}\"") };
}

/// A text as JSON that is also JavaScript and may stand in a `<script>` element.
pub(super) fn text(out: &mut String, text: &str) {
    out.push('"');
    let mut copied = 0;
    for (at, c) in text.char_indices() {
        let escape = match c {
            '"' => "\\\"",
            '\\' => "\\\\",
            '\n' => "\\n",
            '\t' => "\\t",
            '\r' => "\\r",
            // `</script>` and `<!--` for a document, `]]>` for XHTML, `&` for both.
            '<' => "\\u003c",
            '>' => "\\u003e",
            '&' => "\\u0026",
            '\u{2028}' => "\\u2028",
            '\u{2029}' => "\\u2029",
            '\0'..='\u{1f}' | '\u{7f}' => "",
            _ => continue,
        };
        out.push_str(&text[copied..at]);
        if escape.is_empty() {
            let _ = write!(out, "\\u{:04x}", u32::from(c));
        } else {
            out.push_str(escape);
        }
        copied = at + c.len_utf8();
    }
    out.push_str(&text[copied..]);
    out.push('"');
}
