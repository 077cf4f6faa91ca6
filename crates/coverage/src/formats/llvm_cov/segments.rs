//! Lines from segments, as LLVM derives them (`LineCoverageStats` in `CoverageMapping.cpp`).
//!
//! A segment is a place from which on a count holds, up to the next segment. For each line, let *before* be the
//! last segment before it. A segment *starts a region* if it has a count, is an entry and is no gap. The line is
//! measured if it does not begin with a skipped region (an entry without a count) and *before* has a count or a
//! region starts on it; and also if any entry with a count stands on it. It ran as often as *before* or as the
//! region that starts on it and ran most.

use super::file::number;
use crate::diagnostic::Kind;
use crate::formats::json::{Json, Pulled, Value};
use crate::model::LineHits;

/// `[line, column, count, has count, is region entry, is gap region]`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Segment {
    line: u32,
    column: u32,
    count: u64,
    has_count: bool,
    is_entry: bool,
    is_gap: bool,
}

impl Segment {
    /// Where it stands.
    pub(super) fn place(&self) -> (u32, u32) {
        (self.line, self.column)
    }

    fn starts_region(&self) -> bool {
        self.has_count && self.is_entry && !self.is_gap
    }

    /// Reads the elements of the array that was opened. `None` where they are no segment, which is said.
    pub(super) fn read(json: &mut Json<'_>) -> Pulled<Option<Self>> {
        let mut segment =
            Self { line: 0, column: 0, count: 0, has_count: false, is_entry: false, is_gap: false };
        let (mut at, mut is_whole) = (0, true);
        while let Some(value) = json.element()? {
            match at {
                0 => match json.line(value)? {
                    Some(line) => segment.line = line,
                    None => is_whole = false,
                },
                1 => segment.column = number(json, value)?.unwrap_or(0),
                2 => segment.count = json.count(value)?.unwrap_or(0),
                3 => segment.has_count = is_true(json, value)?,
                4 => segment.is_entry = is_true(json, value)?,
                5 => segment.is_gap = is_true(json, value)?,
                _ => json.skip(value)?,
            }
            at += 1;
        }
        // Before LLVM 11 there were no gaps.
        if at < 5 {
            json.say(Kind::MalformedRecord, "a place, a count and two flags", || {
                "half of a segment".to_owned()
            })?;
            is_whole = false;
        }
        Ok(is_whole.then_some(segment))
    }
}

/// A flag: `true` and `false`, and 1 and 0 as some versions wrote it.
fn is_true(json: &mut Json<'_>, value: Value) -> Pulled<bool> {
    match value {
        Value::True => Ok(true),
        Value::False => Ok(false),
        Value::Unsigned(number) => Ok(number > 0),
        _ => json.is(value, Value::True, "a flag"),
    }
}

/// The measured lines of sorted segments; `None` where they are more than `room`.
pub(super) fn lines_of(segments: &[Segment], room: u64) -> Option<Vec<LineHits>> {
    let mut lines = Vec::new();
    let mut before: Option<&Segment> = None;
    for on_line in segments.chunk_by(|left, right| left.line == right.line) {
        let (first, last) = (&on_line[0], &on_line[on_line.len() - 1]);
        // Lines without a segment are measured as what holds on them.
        if let Some(before) = before.filter(|before| before.has_count) {
            let between = before.line + 1..first.line;
            if lines.len() as u64 + between.len() as u64 > room {
                return None;
            }
            lines.extend(between.map(|line| LineHits::new(line, before.count)));
        }
        if let Some(hits) = hits_on(before, on_line) {
            lines.push(LineHits::new(first.line, hits));
        }
        before = Some(last);
    }
    lines.shrink_to_fit();
    (lines.len() as u64 <= room).then_some(lines)
}

/// How often a line with segments ran; `None` where it is not measured.
fn hits_on(before: Option<&Segment>, on_line: &[Segment]) -> Option<u64> {
    let begins_skipped = on_line[0].is_entry && !on_line[0].has_count;
    let before_counts = before.is_some_and(|before| before.has_count);
    let starts = on_line.iter().filter(|segment| segment.starts_region());
    let is_measured = !begins_skipped && (before_counts || starts.clone().next().is_some())
        || on_line.iter().any(|segment| segment.is_entry && segment.has_count);
    let started = starts.map(|segment| segment.count).max().unwrap_or(0);
    is_measured.then(|| before.map_or(0, |before| before.count).max(started))
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    fn check(segments: &[(u32, u64, &str)], expected: &Expect) {
        let segments: Vec<Segment> = segments
            .iter()
            .map(|&(line, count, flags)| Segment {
                line,
                column: 1,
                count,
                has_count: flags.contains('c'),
                is_entry: flags.contains('e'),
                is_gap: flags.contains('g'),
            })
            .collect();
        let lines = lines_of(&segments, 1000).unwrap();
        let lines: Vec<_> = lines.iter().map(|line| format!("{}:{}", line.line(), line.hits())).collect();
        expected.assert_eq(&lines.join(" "));
    }

    #[test]
    fn a_region_holds_until_it_ends() {
        check(&[(2, 3, "ce"), (4, 0, "c"), (5, 3, "c"), (7, 0, "")], &expect!["2:3 3:3 4:3 5:0 6:3 7:3"]);
    }

    #[test]
    fn what_starts_on_a_line_counts_if_it_ran_more() {
        check(&[(1, 1, "ce"), (2, 5, "ce"), (2, 1, "c"), (3, 0, "")], &expect!["1:1 2:5 3:1"]);
    }

    #[test]
    fn lines_between_functions_are_not_measured() {
        check(&[(1, 1, "ce"), (2, 0, ""), (5, 0, "ce"), (6, 0, "")], &expect!["1:1 2:1 5:0 6:0"]);
    }

    #[test]
    fn a_gap_starts_no_region_but_is_measured() {
        check(&[(1, 1, "ce"), (2, 0, "ceg"), (3, 0, "ce"), (4, 0, "")], &expect!["1:1 2:1 3:0 4:0"]);
        check(&[(2, 7, "ceg"), (3, 0, "")], &expect!["2:0 3:7"]);
    }

    #[test]
    fn a_skipped_region_is_not_measured() {
        check(&[(1, 1, "ce"), (3, 0, "e"), (5, 1, "c"), (6, 0, "")], &expect!["1:1 2:1 6:1"]);
        check(&[(1, 1, "ce"), (3, 0, "e"), (3, 4, "ce"), (4, 0, "")], &expect!["1:1 2:1 3:4 4:4"]);
    }

    #[test]
    fn a_region_over_everything_has_no_room() {
        let (start, end) = (
            Segment { line: 1, column: 1, count: 1, has_count: true, is_entry: true, is_gap: false },
            Segment { line: u32::MAX, column: 1, count: 0, has_count: false, is_entry: false, is_gap: false },
        );
        assert!(lines_of(&[start, end], 1 << 20).is_none());
    }
}
