//! What a reader has to say about a report: every oddity named, located, counted, and bounded in memory.
//!
//! A broken record is a diagnostic, never an abort. This module knows no format and renders nothing: the
//! excerpts are raw text, to be escaped by whoever shows them.

use std::collections::BTreeMap;

use crate::decode;

/// How much a diagnostic takes away from the report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Weight {
    /// Something was read over or put right without touching any number.
    Note,
    /// A value was repaired by a stated rule; every unit is still in the picture.
    Odd,
    /// Units that the report was meant to hold are missing from the totals: the picture is not complete.
    Broken,
}

/// What a diagnostic is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// A record does not follow the grammar of its format; it was left out.
    MalformedRecord,
    /// The report ends in the middle of something.
    Truncated,
    /// A line is longer than any reader accepts; it was left out.
    OverlongLine,
    /// A Go profile counts below zero; the record was left out.
    NegativeBlock,
    /// A block ends before it starts; it was left out.
    InvertedRange,
    /// One block with two different numbers of statements; it was kept out of the statement totals.
    StatementDispute,
    /// A Go profile does not start with a `mode:` line.
    ModeMissing,
    /// A `mode:` line names a mode that Go does not know.
    ModeUnknown,
    /// `set` and counting profiles inside one file.
    ModeConflict,
    /// A record that belongs to a source file stands before any `SF:`; it was left out.
    RecordOutsideFile,
    /// A source file without a name; its record was left out.
    EmptyName,
    /// Two versions (`VER:`) of one source file.
    VersionConflict,
    /// A report says two things about one unit that can't both be true, or only half of what it must say.
    Contradiction,
    /// The name of a source file is longer than any path; its record was left out.
    OverlongName,
    /// Something stands behind the end of the report; it was left out.
    TrailingContent,
    /// A count below zero, read as zero.
    NegativeCount,
    /// A count larger than 64 bits, read as the largest number.
    OverflowingCount,
    /// A line or a count that is empty or `undefined`; the record was left out, as its producer means it.
    UndefinedValue,
    /// Line 0; the record was left out, because lines are counted from 1.
    LineZero,
    /// Blocks that repeat the statement count of one straight run, as Go 1.27.0 writes them; counted once.
    SplitRun,
    /// A record without its `end_of_record`.
    UnterminatedRecord,
    /// A call count of a function that was not declared; it was counted, without a line.
    UndeclaredFunction,
    /// The last line has no line end, but reads well.
    MissingFinalNewline,
    /// A second `mode:` line: profiles were concatenated.
    ModeRepeated,
    /// Lines of `go tool cover -func` among the blocks, read over.
    FunctionPercentLine,
    /// A count written as a decimal or in scientific notation.
    NotAnInteger,
    /// A name that is not UTF-8, read as Latin-1.
    NameNotUtf8,
    /// A record type that this reader does not know, read over.
    UnknownRecord,
    /// A record type that measures none of our units (MC/DC), read over.
    UnjudgedRecord,
    /// `end_of_record` without a record.
    StrayEnd,
    /// Declared totals that differ from what the records add up to; the records hold.
    TotalsDiffer,
    /// A source file with totals only, without lines.
    SummaryOnly,
    /// An entity of the document's own, or one that nobody declared; it is left as it is written.
    EntityNotExpanded,
    /// A line behind the end of its source file, by the report's own count of lines; it was left out.
    LineBeyondEnd,
    /// Packed data that can't be unpacked any further.
    DamagedPacking,
    /// A report that is larger than any reader goes on with; the rest was left out.
    OverlongReport,
    /// A key that stands twice in one object; both were read.
    RepeatedKey,
    /// Half of a surrogate pair in a string, read as U+FFFD.
    LoneSurrogate,
    /// An escape that the format does not know, read as it stands.
    UnknownEscape,
}

impl Kind {
    /// Every kind, in the order of declaration.
    pub const ALL: [Kind; 39] = [
        Kind::MalformedRecord,
        Kind::Truncated,
        Kind::OverlongLine,
        Kind::NegativeBlock,
        Kind::InvertedRange,
        Kind::StatementDispute,
        Kind::ModeMissing,
        Kind::ModeUnknown,
        Kind::ModeConflict,
        Kind::RecordOutsideFile,
        Kind::EmptyName,
        Kind::VersionConflict,
        Kind::Contradiction,
        Kind::OverlongName,
        Kind::TrailingContent,
        Kind::NegativeCount,
        Kind::OverflowingCount,
        Kind::UndefinedValue,
        Kind::LineZero,
        Kind::SplitRun,
        Kind::UnterminatedRecord,
        Kind::UndeclaredFunction,
        Kind::MissingFinalNewline,
        Kind::ModeRepeated,
        Kind::FunctionPercentLine,
        Kind::NotAnInteger,
        Kind::NameNotUtf8,
        Kind::UnknownRecord,
        Kind::UnjudgedRecord,
        Kind::StrayEnd,
        Kind::TotalsDiffer,
        Kind::SummaryOnly,
        Kind::EntityNotExpanded,
        Kind::LineBeyondEnd,
        Kind::DamagedPacking,
        Kind::OverlongReport,
        Kind::RepeatedKey,
        Kind::LoneSurrogate,
        Kind::UnknownEscape,
    ];

    /// How much this kind takes away from the report.
    pub fn weight(self) -> Weight {
        match self {
            Kind::MalformedRecord
            | Kind::Truncated
            | Kind::OverlongLine
            | Kind::NegativeBlock
            | Kind::InvertedRange
            | Kind::StatementDispute
            | Kind::ModeMissing
            | Kind::ModeUnknown
            | Kind::ModeConflict
            | Kind::RecordOutsideFile
            | Kind::EmptyName
            | Kind::VersionConflict
            | Kind::DamagedPacking
            | Kind::OverlongReport
            | Kind::Contradiction
            | Kind::OverlongName
            | Kind::TrailingContent => Weight::Broken,
            Kind::NegativeCount
            | Kind::OverflowingCount
            | Kind::UndefinedValue
            | Kind::LineZero
            | Kind::SplitRun
            | Kind::UnterminatedRecord
            | Kind::UndeclaredFunction
            | Kind::MissingFinalNewline
            | Kind::EntityNotExpanded
            | Kind::LineBeyondEnd => Weight::Odd,
            Kind::ModeRepeated
            | Kind::FunctionPercentLine
            | Kind::NotAnInteger
            | Kind::NameNotUtf8
            | Kind::UnknownRecord
            | Kind::UnjudgedRecord
            | Kind::StrayEnd
            | Kind::TotalsDiffer
            | Kind::SummaryOnly
            | Kind::RepeatedKey
            | Kind::LoneSurrogate
            | Kind::UnknownEscape => Weight::Note,
        }
    }

    /// The stable name, as reports and configuration write it.
    pub fn id(self) -> &'static str {
        match self {
            Kind::MalformedRecord => "malformed-record",
            Kind::Truncated => "truncated",
            Kind::OverlongLine => "overlong-line",
            Kind::NegativeBlock => "negative-block",
            Kind::InvertedRange => "inverted-range",
            Kind::StatementDispute => "statement-dispute",
            Kind::ModeMissing => "mode-missing",
            Kind::ModeUnknown => "mode-unknown",
            Kind::ModeConflict => "mode-conflict",
            Kind::RecordOutsideFile => "record-outside-file",
            Kind::EmptyName => "empty-name",
            Kind::VersionConflict => "version-conflict",
            Kind::Contradiction => "contradiction",
            Kind::OverlongName => "overlong-name",
            Kind::TrailingContent => "trailing-content",
            Kind::NegativeCount => "negative-count",
            Kind::OverflowingCount => "overflowing-count",
            Kind::UndefinedValue => "undefined-value",
            Kind::LineZero => "line-zero",
            Kind::SplitRun => "split-run",
            Kind::UnterminatedRecord => "unterminated-record",
            Kind::UndeclaredFunction => "undeclared-function",
            Kind::MissingFinalNewline => "missing-final-newline",
            Kind::ModeRepeated => "mode-repeated",
            Kind::FunctionPercentLine => "function-percent-line",
            Kind::NotAnInteger => "not-an-integer",
            Kind::NameNotUtf8 => "name-not-utf8",
            Kind::UnknownRecord => "unknown-record",
            Kind::UnjudgedRecord => "unjudged-record",
            Kind::StrayEnd => "stray-end",
            Kind::TotalsDiffer => "totals-differ",
            Kind::SummaryOnly => "summary-only",
            Kind::EntityNotExpanded => "entity-not-expanded",
            Kind::LineBeyondEnd => "line-beyond-end",
            Kind::DamagedPacking => "damaged-packing",
            Kind::OverlongReport => "overlong-report",
            Kind::RepeatedKey => "repeated-key",
            Kind::LoneSurrogate => "lone-surrogate",
            Kind::UnknownEscape => "unknown-escape",
        }
    }

    /// The next step for whoever reads it; empty where nothing is to be done.
    pub fn help(self) -> &'static str {
        match self {
            Kind::MalformedRecord => {
                "make the report anew; if its producer writes it like this, report the line to us"
            }
            Kind::Truncated => {
                "the producer was stopped or the upload was cut: make the report anew and compare its size"
            }
            Kind::OverlongLine => "no producer writes such lines: check that the file is the report",
            Kind::NegativeBlock | Kind::InvertedRange => "`go test` never writes this: make the profile anew",
            Kind::StatementDispute => {
                "the profiles come from different sources or Go versions, or `//line` directives share a range: \
                 build all shards from one commit with one toolchain"
            }
            Kind::ModeMissing => "keep the `mode:` line of the first profile when joining profiles",
            Kind::ModeUnknown => "Go knows the modes set, count and atomic",
            Kind::ModeConflict => {
                "run all shards with the same -covermode, or hand over the profiles as separate files"
            }
            Kind::RecordOutsideFile => {
                "each record starts with `SF:<path>`: the start of the report is missing"
            }
            Kind::EmptyName => "each record needs the path of its source file: make the report anew",
            Kind::VersionConflict => {
                "the shards measured different contents of the file: build them from one commit"
            }
            Kind::Contradiction => {
                "the report was edited, or pieces of different runs were joined: make it anew"
            }
            Kind::OverlongName => "no path is as long: check that the file is the report",
            Kind::TrailingContent => "hand over reports as separate files instead of joining them",
            Kind::SplitRun => {
                "use Go 1.27.1 or later, or 1.26: Go 1.27.0 counts such runs once for each blank line"
            }
            Kind::UnterminatedRecord => "end each record with `end_of_record`",
            Kind::SummaryOnly => {
                "export lines too (without -summary-only) to judge patches or to merge shards"
            }
            Kind::MissingFinalNewline => "check that the report was not cut",
            Kind::LineBeyondEnd => "the report measured another version of the file: make it anew",
            Kind::DamagedPacking => {
                "pack or upload the report anew; `gzip -t FILE` tells whether it is whole"
            }
            Kind::OverlongReport => "hand over the report in parts, one file for each",
            Kind::NegativeCount
            | Kind::OverflowingCount
            | Kind::UndefinedValue
            | Kind::LineZero
            | Kind::UndeclaredFunction
            | Kind::ModeRepeated
            | Kind::FunctionPercentLine
            | Kind::NotAnInteger
            | Kind::NameNotUtf8
            | Kind::UnknownRecord
            | Kind::UnjudgedRecord
            | Kind::StrayEnd
            | Kind::TotalsDiffer
            | Kind::EntityNotExpanded
            | Kind::RepeatedKey
            | Kind::LoneSurrogate
            | Kind::UnknownEscape => "",
        }
    }
}

/// One thing to say about one place of a report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// What it is about.
    pub kind: Kind,
    /// The line of the report, counted from 1.
    pub line: u64,
    /// The column in that line, counted from 1, in UTF-16 units.
    pub column: u32,
    /// What was met, lower case and without a full stop.
    pub message: String,
    /// The start of the line as it stands there, or of a long line what stands around the place: raw text,
    /// bounded, with `…` where it was cut.
    pub found: String,
    /// What would have been right; empty where nothing in particular was expected.
    pub expected: &'static str,
}

impl Diagnostic {
    /// The next step; empty where nothing is to be done.
    pub fn help(&self) -> &'static str {
        self.kind.help()
    }
}

/// Where a diagnostic stands: the line's number, its bytes, and an offset into them.
#[derive(Clone, Copy)]
pub(crate) struct Place<'a> {
    pub(crate) line: u64,
    pub(crate) text: &'a [u8],
    pub(crate) offset: usize,
}

/// Where a diagnostic stands, worked out: line and column from 1, and the text there.
pub(crate) struct Spot {
    pub(crate) line: u64,
    pub(crate) column: u32,
    pub(crate) found: String,
}

/// All that was said about one report: the first few of each kind, and how many there were of each.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Diagnostics {
    kept: Vec<Diagnostic>,
    counts: BTreeMap<Kind, u64>,
}

/// The most characters of a line that an excerpt shows.
const EXCERPT: usize = 120;

impl Diagnostics {
    /// How many diagnostics of one kind are kept with their place; the rest is counted.
    pub const KEPT_PER_KIND: u64 = 20;

    /// The kept ones, in the order of the report's lines.
    pub fn iter(&self) -> std::slice::Iter<'_, Diagnostic> {
        self.kept.iter()
    }

    /// How many of a kind there were, kept or not.
    pub fn count(&self, kind: Kind) -> u64 {
        self.counts.get(&kind).copied().unwrap_or(0)
    }

    /// How many of a kind there were beyond the kept ones.
    pub fn left_out(&self, kind: Kind) -> u64 {
        self.count(kind).saturating_sub(Self::KEPT_PER_KIND)
    }

    /// The kinds that were met, each with its number.
    pub fn counts(&self) -> impl Iterator<Item = (Kind, u64)> + '_ {
        self.counts.iter().map(|(kind, count)| (*kind, *count))
    }

    /// How many there were of a weight.
    pub fn weighing(&self, weight: Weight) -> u64 {
        self.counts().filter(|(kind, _)| kind.weight() == weight).map(|(_, count)| count).sum()
    }

    /// Whether nothing was said at all.
    pub fn is_empty(&self) -> bool {
        self.counts.is_empty()
    }

    /// Counts one, and keeps it with its words while there is room for its kind.
    pub(crate) fn say(
        &mut self,
        kind: Kind,
        place: Place<'_>,
        expected: &'static str,
        message: impl FnOnce() -> String,
    ) {
        let spot = || Spot {
            line: place.line,
            column: column(place.text, place.offset),
            found: excerpt(place.text),
        };
        self.say_at(kind, spot, expected, message);
    }

    /// The same where the place is not a line that is at hand: `spot` is asked for only if it is kept.
    pub(crate) fn say_at(
        &mut self,
        kind: Kind,
        spot: impl FnOnce() -> Spot,
        expected: &'static str,
        message: impl FnOnce() -> String,
    ) {
        let count = self.counts.entry(kind).or_insert(0);
        *count += 1;
        if *count <= Self::KEPT_PER_KIND {
            let Spot { line, column, found } = spot();
            self.kept.push(Diagnostic { kind, line, column, message: message(), found, expected });
        }
    }

    /// Whether another one of a kind would be kept.
    pub(crate) fn has_room(&self, kind: Kind) -> bool {
        self.count(kind) < Self::KEPT_PER_KIND
    }

    /// [`Diagnostics::say`], for whoever knows line, column and excerpt.
    pub(crate) fn say_found(
        &mut self,
        kind: Kind,
        (line, column): (u64, u32),
        found: String,
        expected: &'static str,
        message: impl FnOnce() -> String,
    ) {
        if self.has_room(kind) {
            self.kept.push(Diagnostic { kind, line, column, message: message(), found, expected });
        }
        *self.counts.entry(kind).or_insert(0) += 1;
    }

    /// Puts what was kept in the order of lines: some things are noticed only later.
    pub(crate) fn sort(&mut self) {
        self.kept.sort_by_key(|diagnostic| (diagnostic.line, diagnostic.column, diagnostic.kind));
    }
}

impl<'a> IntoIterator for &'a Diagnostics {
    type Item = &'a Diagnostic;
    type IntoIter = std::slice::Iter<'a, Diagnostic>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

fn column(text: &[u8], offset: usize) -> u32 {
    let before = decode::text(text.get(..offset).unwrap_or(text));
    u32::try_from(before.encode_utf16().count()).map_or(u32::MAX, |units| units.saturating_add(1))
}

/// The start of a line as text, cut at a character.
pub(crate) fn excerpt(text: &[u8]) -> String {
    // A character takes four bytes at most, so this much is enough and bounds the work.
    let head = text.get(..EXCERPT * 4).unwrap_or(text);
    let head = if head.len() == text.len() { decode::text(head) } else { String::from_utf8_lossy(head) };
    match head.char_indices().nth(EXCERPT) {
        Some((end, _)) => format!("{}…", &head[..end]),
        None => head.into_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_first_of_a_kind_are_kept_and_all_are_counted() {
        let mut diagnostics = Diagnostics::default();
        for line in 1..=1000 {
            let place = Place { line, text: b"x", offset: 0 };
            diagnostics.say(Kind::MalformedRecord, place, "", || "no record".to_owned());
        }
        assert_eq!(diagnostics.iter().count() as u64, Diagnostics::KEPT_PER_KIND);
        assert_eq!(diagnostics.count(Kind::MalformedRecord), 1000);
        assert_eq!(diagnostics.left_out(Kind::MalformedRecord), 1000 - Diagnostics::KEPT_PER_KIND);
        assert_eq!(diagnostics.weighing(Weight::Broken), 1000);
    }

    #[test]
    fn columns_are_utf16_units_and_excerpts_are_cut_at_a_character() {
        assert_eq!(column("a😀b".as_bytes(), 5), 4);
        assert_eq!(column(b"abc", 99), 4);
        let long = "é".repeat(500);
        assert_eq!(excerpt(long.as_bytes()), format!("{}…", "é".repeat(EXCERPT)));
        assert_eq!(excerpt(b"src/\xe9.c"), "src/é.c");
    }

    #[test]
    fn every_kind_has_its_own_id_and_breakage_says_what_to_do() {
        let ids: std::collections::BTreeSet<_> = Kind::ALL.iter().map(|kind| kind.id()).collect();
        assert_eq!(ids.len(), Kind::ALL.len());
        for kind in Kind::ALL.into_iter().filter(|kind| kind.weight() == Weight::Broken) {
            assert!(!kind.help().is_empty(), "{} needs a help", kind.id());
        }
    }
}
