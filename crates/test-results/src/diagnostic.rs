//! What a reader has to say about a report: every oddity named, located, counted, and bounded in memory.
//!
//! A broken record is a diagnostic, never an abort. This module knows no format and renders nothing: the
//! excerpts are raw text, to be escaped by whoever shows them.

use std::collections::BTreeMap;

use crate::text;

/// How much a diagnostic takes away from the report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Weight {
    /// Something was read over that says nothing about any test.
    Note,
    /// A value was repaired by a stated rule; every test still counts.
    Odd,
    /// Results that the report was meant to hold may be missing: it is not complete.
    Broken,
}

/// What a diagnostic is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// A record does not follow the grammar of its format; it was left out.
    MalformedRecord,
    /// XML that is not well-formed; what could be read was.
    MalformedMarkup,
    /// The report ends in the middle of something.
    Truncated,
    /// A line is longer than any reader accepts; it was left out.
    OverlongLine,
    /// Elements in elements beyond any use; the rest was not read.
    TooDeep,
    /// A result without a name; it was left out unless it failed.
    NamelessTest,
    /// A record that ends a test that never began, or the like.
    StrayRecord,
    /// A tag that is too long; its end was left out.
    OverlongTag,
    /// Totals of the report differ from the results in it.
    TotalsDiffer,
    /// A duration that is no number or below zero.
    StrangeDuration,
    /// An outcome that the format does not know; it counts as an error.
    UnknownOutcome,
    /// The number of a test that was met before.
    RepeatedNumber,
    /// A test that was marked as failing passes.
    UnexpectedPass,
    /// Text between the records, of a program that wrote to the same stream.
    ForeignText,
    /// A record that says nothing about results.
    UnknownRecord,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Kind; 15] = [
        Kind::MalformedRecord,
        Kind::MalformedMarkup,
        Kind::Truncated,
        Kind::OverlongLine,
        Kind::TooDeep,
        Kind::NamelessTest,
        Kind::StrayRecord,
        Kind::OverlongTag,
        Kind::TotalsDiffer,
        Kind::StrangeDuration,
        Kind::UnknownOutcome,
        Kind::RepeatedNumber,
        Kind::UnexpectedPass,
        Kind::ForeignText,
        Kind::UnknownRecord,
    ];

    /// The stable name.
    pub fn id(self) -> &'static str {
        match self {
            Kind::MalformedRecord => "malformed-record",
            Kind::MalformedMarkup => "malformed-markup",
            Kind::Truncated => "truncated",
            Kind::OverlongLine => "overlong-line",
            Kind::TooDeep => "too-deep",
            Kind::NamelessTest => "nameless-test",
            Kind::StrayRecord => "stray-record",
            Kind::OverlongTag => "overlong-tag",
            Kind::TotalsDiffer => "totals-differ",
            Kind::StrangeDuration => "strange-duration",
            Kind::UnknownOutcome => "unknown-outcome",
            Kind::RepeatedNumber => "repeated-number",
            Kind::UnexpectedPass => "unexpected-pass",
            Kind::ForeignText => "foreign-text",
            Kind::UnknownRecord => "unknown-record",
        }
    }

    /// How much it takes away.
    pub fn weight(self) -> Weight {
        match self {
            Kind::MalformedRecord
            | Kind::MalformedMarkup
            | Kind::Truncated
            | Kind::OverlongLine
            | Kind::TooDeep
            | Kind::NamelessTest => Weight::Broken,
            Kind::StrayRecord
            | Kind::OverlongTag
            | Kind::TotalsDiffer
            | Kind::StrangeDuration
            | Kind::UnknownOutcome
            | Kind::RepeatedNumber
            | Kind::UnexpectedPass => Weight::Odd,
            Kind::ForeignText | Kind::UnknownRecord => Weight::Note,
        }
    }

    /// The next step; empty where nothing is to be done.
    pub fn help(self) -> &'static str {
        match self {
            Kind::MalformedRecord => {
                "write the results anew; nothing but the test program may write to this file"
            }
            Kind::MalformedMarkup => {
                "write the report anew, with one program at a time; its tool may not escape names or output"
            }
            Kind::Truncated => {
                "the test process was killed or the disk was full: look at the step that runs the tests, then run it again"
            }
            Kind::OverlongLine => {
                "let the tests write less in one line, or leave their output out of the report"
            }
            Kind::TooDeep => "this is no report of a test tool: look at what made it",
            Kind::NamelessTest => "let the producer write a `name` for each test",
            Kind::TotalsDiffer => {
                "the results themselves were counted; compare them with what the tool printed"
            }
            Kind::UnknownOutcome => "compare the version of the tool with what is read, and tell us",
            Kind::StrayRecord
            | Kind::OverlongTag
            | Kind::StrangeDuration
            | Kind::RepeatedNumber
            | Kind::UnexpectedPass
            | Kind::ForeignText
            | Kind::UnknownRecord => "",
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
    /// What stands there: raw text, bounded, with `…` where it was cut.
    pub found: String,
}

impl Diagnostic {
    /// The next step; empty where nothing is to be done.
    pub fn help(&self) -> &'static str {
        self.kind.help()
    }
}

/// All that was said about one report: the first few of each kind, and how many there were of each.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Diagnostics {
    kept: Vec<Diagnostic>,
    counts: BTreeMap<Kind, u64>,
}

/// The most characters that an excerpt shows.
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
        (line, column): (u64, u32),
        found: &[u8],
        message: impl FnOnce() -> String,
    ) {
        let count = self.counts.entry(kind).or_insert(0);
        *count += 1;
        if *count <= Self::KEPT_PER_KIND {
            let found = excerpt(found);
            self.kept.push(Diagnostic { kind, line, column, message: message(), found });
        }
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

/// The start of a line or a tag as text, cut at a character.
fn excerpt(bytes: &[u8]) -> String {
    let head = text::text(text::cut(bytes, EXCERPT * 4));
    match head.char_indices().nth(EXCERPT) {
        Some((end, _)) => format!("{}…", &head[..end]),
        None if head.len() < bytes.len() && std::str::from_utf8(bytes).is_ok() => format!("{head}…"),
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
            diagnostics.say(Kind::MalformedRecord, (line, 1), b"x", || "no record".to_owned());
        }
        assert_eq!(diagnostics.iter().count() as u64, Diagnostics::KEPT_PER_KIND);
        assert_eq!(diagnostics.count(Kind::MalformedRecord), 1000);
        assert_eq!(diagnostics.weighing(Weight::Broken), 1000);
    }

    #[test]
    fn excerpts_are_cut_at_a_character() {
        assert_eq!(excerpt("é".repeat(500).as_bytes()), format!("{}…", "é".repeat(EXCERPT)));
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
