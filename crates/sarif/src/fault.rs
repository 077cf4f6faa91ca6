//! What is wrong with a file: every oddity named, located, counted, and bounded in memory.
//!
//! A fault is never an abort. Texts here are raw, to be escaped by whoever shows them.

use std::collections::BTreeMap;

/// How much a fault takes away from a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Weight {
    /// Something was read over that says nothing about any result.
    Note,
    /// Something was put right by a stated rule; every result still counts.
    Repaired,
    /// Results may be missing: what the file says is not all that there is.
    Lost,
}

/// What a fault is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FaultKind {
    /// The file ends in the middle of something.
    Truncated,
    /// The file is not JSON from here on.
    Syntax,
    /// Values in values beyond any use; what is deeper was left out.
    TooDeep,
    /// A log in front of the document.
    TrailingText,
    /// Text between or behind documents that is none; what follows it on a line of its own is read.
    ForeignText,
    /// Bytes that are no UTF-8; they became replacement characters.
    NotUtf8,
    /// Half of a surrogate pair; it became a replacement character.
    LoneSurrogate,
    /// Control characters in a string, which JSON does not allow; they were kept.
    RawControl,
    /// A member stands twice in an object; the last one counts.
    DuplicateKey,
    /// A member stands twice in an object, and the first one held results, which are lost.
    LostDuplicate,
    /// `NaN` or `Infinity`, which JSON does not have; read as absent.
    NotANumber,
    /// A value of another type than the format says; read as absent.
    WrongType,
    /// Something without which a result can't be understood; the result was left out.
    UnusableResult,
    /// A member that the format does not have; kept in the property bag.
    UnknownMember,
    /// Something that the format demands was missing and was filled in.
    MissingMember,
    /// An index into a list that has no such place.
    BadIndex,
    /// The rule's index and its id name different rules; the id counts.
    StaleRuleIndex,
    /// Two rules of one id; they were united.
    DuplicateRule,
    /// A severity that is no number from 0 to 10.
    BadSeverity,
    /// A level that contradicts the kind of the result.
    LevelOfKind,
    /// A region that does not exist in the file, or ends before it starts.
    BadRegion,
    /// A result without a place.
    NoPlace,
    /// A path that leads out of the repository, or to a file that is not there.
    ForeignPath,
    /// A fix that changes nothing or no file; it was left out.
    BadFix,
    /// A fingerprint that is the same for every result; it identifies nothing.
    ConstantFingerprint,
    /// The file says that it is of another version of its format.
    OtherVersion,
    /// The scanner says that it could not do all of its work.
    ScanIncomplete,
    /// The scanner warns that it could not look at all of a file.
    ScannedInPart,
    /// The scanner says that it looked at nothing.
    NothingScanned,
}

impl FaultKind {
    /// The stable name.
    pub fn id(self) -> &'static str {
        self.row().0
    }

    /// How much it takes away.
    pub fn weight(self) -> Weight {
        self.row().1
    }

    /// The next step; empty where nothing is to be done.
    pub fn help(self) -> &'static str {
        self.row().2
    }

    fn row(self) -> (&'static str, Weight, &'static str) {
        use Weight::{Lost, Note, Repaired};
        const MAKE_ANEW: &str =
            "Run the scanner again and let it end: what lies here was cut off or mixed with other output.";
        const TELL: &str = "Nothing is lost. The scanner's authors may want to know.";
        match self {
            Self::Truncated => ("truncated", Lost, MAKE_ANEW),
            Self::Syntax => ("syntax", Lost, MAKE_ANEW),
            Self::TooDeep => ("too-deep", Lost, "No scanner nests so deep: look at who wrote this file."),
            Self::TrailingText => ("trailing-text", Note, "Keep the scanner's log out of its report."),
            Self::ForeignText => ("foreign-text", Repaired, "Keep the scanner's log out of its report."),
            Self::NotUtf8 => ("not-utf-8", Repaired, TELL),
            Self::LoneSurrogate => ("lone-surrogate", Repaired, TELL),
            Self::RawControl => ("raw-control-character", Note, ""),
            Self::DuplicateKey => (
                "duplicate-key",
                Repaired,
                "Look at who wrote this file: readers differ in which one counts.",
            ),
            Self::LostDuplicate => (
                "lost-duplicate",
                Lost,
                "Look at who wrote this file: one of the two holds results that nobody would see.",
            ),
            Self::NotANumber => ("not-a-number", Repaired, TELL),
            Self::WrongType => ("wrong-type", Repaired, TELL),
            Self::UnusableResult => (
                "unusable-result",
                Lost,
                "Read that result in the scanner's own words, and update the scanner.",
            ),
            Self::UnknownMember => ("unknown-member", Note, ""),
            Self::MissingMember => ("missing-member", Note, ""),
            Self::BadIndex => ("bad-index", Repaired, TELL),
            Self::StaleRuleIndex => ("stale-rule-index", Repaired, TELL),
            Self::DuplicateRule => ("duplicate-rule", Note, ""),
            Self::BadSeverity => (
                "bad-severity",
                Repaired,
                "Write `security-severity` as a number from 0.1 to 10.0, in quotes.",
            ),
            Self::LevelOfKind => ("level-of-kind", Note, ""),
            Self::BadRegion => (
                "bad-region",
                Repaired,
                "Scan the commit that is checked out here: the lines are of another one, or the scanner miscounts.",
            ),
            Self::NoPlace => ("no-place", Note, ""),
            Self::ForeignPath => (
                "foreign-path",
                Repaired,
                "Scan from the repository's root, or set `source-roots` or `rewrite`.",
            ),
            Self::BadFix => ("bad-fix", Note, ""),
            Self::ConstantFingerprint => ("constant-fingerprint", Note, ""),
            Self::OtherVersion => ("other-version", Repaired, "Have the tool write SARIF 2.1.0."),
            Self::ScanIncomplete => {
                ("scan-incomplete", Lost, "Mend what the scanner complains about, and scan again.")
            }
            Self::ScannedInPart => (
                "scanned-in-part",
                Repaired,
                "See whether the scanner can be taught what it stumbles over; the rest of the file was looked at.",
            ),
            Self::NothingScanned => {
                ("nothing-scanned", Lost, "Give the scanner its target, or leave it out.")
            }
        }
    }
}

/// One thing that is wrong, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// What it is about.
    pub kind: FaultKind,
    /// The line in the file, from 1; 0 where it is about the file as a whole.
    pub line: u32,
    /// The column in the file, from 1, in characters; 0 with the line.
    pub column: u32,
    /// What was found, and what was expected: lower case, without a full stop.
    pub message: String,
}

/// So many faults of each kind are kept in words; the others only count.
const MOST_KEPT: usize = 5;

/// All that is wrong with a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Faults {
    kept: Vec<Fault>,
    counts: BTreeMap<FaultKind, u64>,
}

impl Faults {
    /// Adds one. `message` is only asked for while there is room.
    pub fn say(&mut self, kind: FaultKind, place: (u32, u32), message: impl FnOnce() -> String) {
        let count = self.counts.entry(kind).or_default();
        *count += 1;
        if usize::try_from(*count).unwrap_or(usize::MAX) <= MOST_KEPT {
            self.kept.push(Fault { kind, line: place.0, column: place.1, message: message() });
        }
    }

    /// Those that were kept in words, in the order of the file.
    pub fn kept(&self) -> &[Fault] {
        &self.kept
    }

    /// How many there are of each kind, whether kept or not.
    pub fn counts(&self) -> impl Iterator<Item = (FaultKind, u64)> {
        self.counts.iter().map(|(kind, count)| (*kind, *count))
    }

    /// How many there are of one kind.
    pub fn count(&self, kind: FaultKind) -> u64 {
        self.counts.get(&kind).copied().unwrap_or_default()
    }

    /// Whether results may be missing.
    pub fn lose_results(&self) -> bool {
        self.counts.keys().any(|kind| kind.weight() == Weight::Lost)
    }

    /// Whether nothing at all is wrong.
    pub fn is_empty(&self) -> bool {
        self.counts.is_empty()
    }

    /// Adds another file's.
    pub fn absorb(&mut self, other: Self) {
        for fault in other.kept {
            let kept = self.kept.iter().filter(|known| known.kind == fault.kind).count();
            if kept < MOST_KEPT {
                self.kept.push(fault);
            }
        }
        for (kind, count) in other.counts {
            *self.counts.entry(kind).or_default() += count;
        }
    }
}
