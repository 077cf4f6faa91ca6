//! Where things lie in the tree of the store, and what its files hold. Pure: names and bytes.
//!
//! ```text
//! format                                     "gatewright-store 1" NL
//! series/<series>/<name>                     who measured which commit, and its first parents: see About
//! series/<series>/<name>.payload             the bytes of the entry
//!
//! name   = time "." commit "." run "." attempt         time as 20270131T093000Z
//! series = the text with every byte but [A-Za-z0-9_-], and dots behind the first byte, as "%" and two digits;
//!          of a long one the beginning, "%." and the SHA-256 of the whole
//! ```
//!
//! The name alone says what there is to say for finding an entry and for letting it go; files are only read for the
//! entries that answer a question.

use std::fmt::{self, Write as _};

use gatewright_core::repository::CommitId;
use gatewright_core::sha256;
use gatewright_core::store::{MOST_ANCESTORS, Run, Time};

/// What the file `format` holds.
pub(crate) const FORMAT: &str = "gatewright-store 1\n";
/// How the description of an entry begins.
const ABOUT: &str = "gatewright-entry 1";
/// A longer name of a folder is cut: some systems that unpack a tree take no more than 255 bytes.
const MOST_FOLDER_NAME: usize = 200;

pub(crate) const PAYLOAD: &str = ".payload";

/// The name of an entry. Ordered by time.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Name {
    pub(crate) time: Time,
    pub(crate) commit: CommitId,
    pub(crate) run: Run,
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let time: String = self.time.to_string().chars().filter(|char| !"-:".contains(*char)).collect();
        write!(f, "{time}.{}.{}.{}", self.commit.as_str(), self.run.id, self.run.attempt)
    }
}

impl Name {
    /// Reads exactly what [`Name`] shows.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split('.');
        let (time, commit, id, attempt) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        let digits = |from: usize, to: usize| time.get(from..to);
        let time = format!(
            "{}-{}-{}T{}:{}:{}Z",
            digits(0, 4)?,
            digits(4, 6)?,
            digits(6, 8)?,
            digits(9, 11)?,
            digits(11, 13)?,
            digits(13, 15)?
        );
        let run = Run { id: id.parse().ok()?, attempt: attempt.parse().ok()? };
        let name = Self { time: time.parse().ok()?, commit: CommitId::new(commit)?, run };
        (name.to_string() == text).then_some(name)
    }
}

/// A text in which only letters, digits, `_`, `-` and inner dots stand for themselves.
pub(crate) fn escape(text: &str) -> String {
    text.bytes().enumerate().fold(String::new(), |mut escaped, (at, byte)| {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'_' | b'-' => escaped.push(char::from(byte)),
            b'.' if at > 0 => escaped.push('.'),
            _ => {
                // Writing to a String never fails.
                let _ = write!(escaped, "%{byte:02X}");
            }
        }
        escaped
    })
}

/// The text that was escaped. `None` for what [`escape`] never writes.
pub(crate) fn unescape(escaped: &str) -> Option<String> {
    let mut bytes = Vec::new();
    let mut rest = escaped;
    while let Some(at) = rest.find('%') {
        bytes.extend_from_slice(&rest.as_bytes()[..at]);
        bytes.push(u8::from_str_radix(rest.get(at + 1..at + 3)?, 16).ok()?);
        rest = &rest[at + 3..];
    }
    bytes.extend_from_slice(rest.as_bytes());
    String::from_utf8(bytes).ok().filter(|text| escape(text) == escaped)
}

/// The folder of a series.
pub(crate) fn folder_name(series: &str) -> String {
    let mut name = escape(series);
    if name.len() > MOST_FOLDER_NAME {
        // All of it is ASCII. No escape begins with "%.", so no series is mistaken for another.
        name.truncate(100);
        name = format!("{name}%.{}", sha256(series.as_bytes()));
    }
    name
}

/// The description of an entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct About {
    pub(crate) series: String,
    pub(crate) name: Name,
    /// The length of the payload.
    pub(crate) bytes: u64,
    pub(crate) ancestors: Vec<CommitId>,
}

impl About {
    /// The bytes of its file: lines, of which the last one says that none is missing.
    pub(crate) fn write(&self) -> String {
        let Name { time, commit, run } = &self.name;
        let mut text = format!("{ABOUT}\nseries {}\ncommit {}\n", escape(&self.series), commit.as_str());
        text += &format!("run {} {}\ntime {time}\npayload {}\n", run.id, run.attempt, self.bytes);
        for ancestor in &self.ancestors {
            // Each description that is read is written again to be compared.
            ["parent ", ancestor.as_str(), "\n"].iter().for_each(|part| text.push_str(part));
        }
        text + "end\n"
    }

    /// Reads exactly what [`About::write`] writes, or says what is wrong.
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, String> {
        let text = std::str::from_utf8(bytes).map_err(|_| "it is no text".to_owned())?;
        let first = text.lines().next().unwrap_or_default();
        if first != ABOUT {
            return Err(match first.strip_prefix("gatewright-entry ") {
                Some(_) => "a later version wrote it".to_owned(),
                None => "it is no description of an entry".to_owned(),
            });
        }
        let about =
            Self::parse_lines(text).ok_or_else(|| "its description is cut off or garbled".to_owned())?;
        if about.ancestors.len() > MOST_ANCESTORS {
            return Err("it names too many parents".to_owned());
        }
        Ok(about)
    }

    fn parse_lines(text: &str) -> Option<Self> {
        let mut lines = text.strip_suffix("end\n")?.lines().skip(1);
        let series = unescape(lines.next()?.strip_prefix("series ")?)?;
        let commit = CommitId::new(lines.next()?.strip_prefix("commit ")?)?;
        let (id, attempt) = lines.next()?.strip_prefix("run ")?.split_once(' ')?;
        let run = Run { id: id.parse().ok()?, attempt: attempt.parse().ok()? };
        let time = lines.next()?.strip_prefix("time ")?.parse().ok()?;
        let bytes = lines.next()?.strip_prefix("payload ")?.parse().ok()?;
        let ancestors =
            lines.map(|line| CommitId::new(line.strip_prefix("parent ")?)).collect::<Option<_>>()?;
        let about = Self { series, name: Name { time, commit, run }, bytes, ancestors };
        (about.write() == text).then_some(about)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use proptest::prelude::*;

    use super::*;

    fn name(seconds: u64, commit: u64, id: u64, attempt: u32) -> Name {
        let commit = CommitId::new(&format!("{commit:040x}")).unwrap();
        Name { time: Time::from_unix_seconds(seconds), commit, run: Run { id, attempt } }
    }

    #[test]
    fn hostile_series_stay_in_their_folder() {
        let shown =
            ["coverage-gate/unit", "../x", "a/b", ":", ".git", "..", "ü", "a\nb\0", "git~1", "%2F", "a b"]
                .map(folder_name);
        assert_eq!(
            shown,
            [
                "coverage-gate%2Funit",
                "%2E.%2Fx",
                "a%2Fb",
                "%3A",
                "%2Egit",
                "%2E.",
                "%C3%BC",
                "a%0Ab%00",
                "git%7E1",
                "%252F",
                "a%20b"
            ]
        );
        let (long, longer) = ("x".repeat(300), "x".repeat(301));
        assert_eq!(folder_name(&long).len(), 166);
        assert_ne!(folder_name(&long), folder_name(&longer));
    }

    #[test]
    fn a_name_is_read_as_it_is_shown() {
        let shown = name(1_800_000_000, 7, 42, 3).to_string();
        assert_eq!(shown, format!("20270115T080000Z.{}7.42.3", "0".repeat(39)));
        for wrong in [
            "",
            "x",
            &shown[1..],
            &format!("{shown}.4"),
            &shown.replace("42", "042"),
            &shown.replace('Z', "X"),
        ] {
            assert_eq!(Name::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_description_that_is_cut_anywhere_is_refused() {
        let about = About {
            series: "a/b".to_owned(),
            name: name(1_800_000_000, 7, 0, 1),
            bytes: 12,
            ancestors: vec![name(0, 8, 0, 0).commit, name(0, 9, 0, 0).commit],
        };
        let text = about.write();
        assert_eq!(About::parse(text.as_bytes()), Ok(about));
        for end in 0..text.len() {
            assert!(About::parse(&text.as_bytes()[..end]).is_err(), "{end}");
        }
        let later = text.replace("entry 1", "entry 2");
        assert_eq!(About::parse(later.as_bytes()), Err("a later version wrote it".to_owned()));
    }

    proptest! {
        #[test]
        fn different_series_have_different_folders(texts in prop::collection::hash_set("(?s).{1,90}", 2..8)) {
            let folders: HashSet<String> = texts.iter().map(|text| folder_name(text)).collect();
            prop_assert_eq!(folders.len(), texts.len());
            for folder in folders {
                prop_assert!(folder.len() <= MOST_FOLDER_NAME && !folder.starts_with('.'));
                prop_assert!(folder.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-.%".contains(&byte)));
            }
        }

        #[test]
        fn names_and_descriptions_come_back(
            series in "(?s).{1,400}", time: u32, commit: u64, id: u64, attempt: u32, bytes: u64, parents in 0_u64..50,
        ) {
            let name = name(u64::from(time), commit, id, attempt);
            prop_assert_eq!(Name::parse(&name.to_string()), Some(name.clone()));
            prop_assert_eq!(unescape(&escape(&series)), Some(series.clone()));
            let ancestors = (0..parents).map(|number| CommitId::new(&format!("{number:040x}")).unwrap()).collect();
            let about = About { series, name, bytes, ancestors };
            prop_assert_eq!(About::parse(about.write().as_bytes()), Ok(about));
        }

        #[test]
        fn no_bytes_break_the_readers(bytes in prop::collection::vec(any::<u8>(), 0..200), text in "\\PC*") {
            let _ = (About::parse(&bytes), Name::parse(&text), unescape(&text));
            let _ = About::parse(format!("{ABOUT}\n{text}end\n").as_bytes());
        }
    }
}
