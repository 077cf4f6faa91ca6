//! A snapshot as bytes, `gatewright.sarif-snapshot/1`: a line with that name, then a zlib stream. The same snapshot gives the
//! same bytes.
//!
//! In the stream, numbers are LEB128: all texts, sorted; the sources; then the findings, sorted, in columns, because like
//! beside like packs best: source, file, line, rule, fingerprint, message, package and version, each a number; eight bytes
//! of digest; how many ids; and the ids.

use std::collections::HashMap;
use std::sync::Arc;

use super::snapshot::{Entry, MOST_NAME, Snapshot, Source};
use super::stream::{Reader, Writer, unpack};

/// What the first line says before the version.
const NAME: &[u8] = b"gatewright.sarif-snapshot/";

/// The version of the format.
const VERSION: u64 = 1;

/// Findings that are kept: ten times what GitHub takes of one run.
const MOST_ENTRIES: usize = 250_000;

/// Tools and categories that are kept.
const MOST_SOURCES: usize = 10_000;

/// Texts that are kept, and ids.
const MOST_TEXTS: usize = 4 * MOST_ENTRIES;

/// Bytes of all texts.
const MOST_TEXT: usize = 64 * 1024 * 1024;

/// Bytes of everything, unpacked.
const MOST_UNPACKED: u64 = 96 * 1024 * 1024;

/// Bytes that a finding takes at least: eight numbers, a digest, how many ids.
const LEAST_OF_ENTRY: usize = 17;

/// Why bytes are no snapshot, or a snapshot can't be stored.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SnapshotError {
    /// They begin with something else.
    #[error("this is no record of scanners' findings")]
    NotOne,
    /// A later version of the format.
    #[error("this record of scanners' findings is of version {0}, and this program reads version {VERSION}")]
    Later(u64),
    /// It was cut off or changed.
    #[error("this record of scanners' findings is broken: {0}")]
    Broken(&'static str),
    /// There is more in it than is ever kept.
    #[error("there are too many findings to be recorded")]
    TooLarge,
}

impl SnapshotError {
    /// The next step: a full sentence.
    pub fn help(&self) -> &'static str {
        match self {
            Self::NotOne => "Name a record that this action wrote, or a SARIF file.",
            Self::Later(_) => "Use the same version of this action for the baseline and for the comparison.",
            Self::Broken(_) => "Have the default branch record its findings again.",
            Self::TooLarge => {
                "Leave out what nobody wrote, such as vendored code, or give scanners jobs and records of their own."
            }
        }
    }
}

impl Snapshot {
    /// As at most so many bytes; where it takes more, without the words of its messages.
    ///
    /// # Errors
    /// If that takes more, too, or if there are more findings than are ever kept. Part of them would be worse than none:
    /// what is missing would look new.
    pub fn to_bytes_within(&self, most: usize) -> Result<Vec<u8>, SnapshotError> {
        let whole = self.to_bytes()?;
        if whole.len() <= most {
            return Ok(whole);
        }
        let mut silent = self.clone();
        let nothing: Arc<str> = "".into();
        silent.entries.iter_mut().for_each(|entry| entry.message = Arc::clone(&nothing));
        silent.entries.sort_unstable();
        silent
            .to_bytes()
            .and_then(|bytes| (bytes.len() <= most).then_some(bytes).ok_or(SnapshotError::TooLarge))
    }

    fn to_bytes(&self) -> Result<Vec<u8>, SnapshotError> {
        let mut texts: Vec<&str> = Vec::new();
        texts.extend(self.sources.iter().flat_map(|source| [&*source.tool, &*source.category]));
        for entry in &self.entries {
            texts.extend(entry_texts(entry).chain(entry.ids.iter().map(AsRef::as_ref)));
        }
        texts.sort_unstable();
        texts.dedup();
        let ids = self.entries.iter().map(|entry| entry.ids.len()).sum::<usize>();
        let text = texts.iter().map(|text| text.len()).sum::<usize>();
        let is_wide = self.sources.len() > MOST_SOURCES;
        if is_wide
            || self.entries.len() > MOST_ENTRIES
            || texts.len().max(ids) > MOST_TEXTS
            || text > MOST_TEXT
        {
            return Err(SnapshotError::TooLarge);
        }
        let mut writer = Writer::default();
        writer.texts(&texts);
        let numbers: HashMap<&str, u64> = texts.into_iter().zip(0..).collect();
        let number = |text: &str| numbers.get(text).copied().unwrap_or_default();
        writer.number(self.sources.len() as u64);
        for source in &self.sources {
            writer.number(number(&source.tool));
            writer.number(number(&source.category));
        }
        writer.number(self.entries.len() as u64);
        self.entries.iter().for_each(|entry| writer.number(entry.source.into()));
        self.entries.iter().for_each(|entry| writer.number(entry.line.into()));
        for column in 0..TEXTS {
            let of_column = |entry: &Entry| entry_texts(entry).nth(column).map_or(0, &number);
            self.entries.iter().map(of_column).for_each(|text| writer.number(text));
        }
        self.entries.iter().for_each(|entry| writer.bytes(&entry.digest.to_le_bytes()));
        self.entries.iter().for_each(|entry| writer.number(entry.ids.len() as u64));
        self.entries.iter().flat_map(|entry| &entry.ids).for_each(|id| writer.number(number(id)));
        let mut bytes = [NAME, VERSION.to_string().as_bytes(), b"\n"].concat();
        writer.pack_into(&mut bytes);
        Ok(bytes)
    }

    /// Whether bytes say that they are a snapshot.
    pub fn is_one(bytes: &[u8]) -> bool {
        bytes.starts_with(NAME)
    }

    /// Reads a snapshot. No bytes make it panic or take more memory than the largest snapshot does.
    ///
    /// # Errors
    /// Where they are none, or of a later version, or broken.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, SnapshotError> {
        let rest = bytes.strip_prefix(NAME).ok_or(SnapshotError::NotOne)?;
        let end = rest.iter().take(20).position(|byte| *byte == b'\n').ok_or(SnapshotError::NotOne)?;
        let version = std::str::from_utf8(&rest[..end]).ok().and_then(|text| text.parse().ok());
        match version.ok_or(SnapshotError::NotOne)? {
            VERSION => {}
            later if later > VERSION => return Err(SnapshotError::Later(later)),
            _ => return Err(SnapshotError::NotOne),
        }
        let unpacked = unpack(&rest[end + 1..], MOST_UNPACKED)?;
        let mut reader = Reader::new(&unpacked);
        let texts = reader.texts(MOST_TEXTS, MOST_NAME, MOST_TEXT)?;
        let count = reader.count(MOST_SOURCES, 2)?;
        let sources = (0..count)
            .map(|_| Ok(Source { tool: text(&mut reader, &texts)?, category: text(&mut reader, &texts)? }));
        let sources = sources.collect::<Result<Vec<_>, SnapshotError>>()?;
        let entries = read_entries(&mut reader, &texts, sources.len())?;
        if !reader.is_at_end() {
            return Err(SnapshotError::Broken("something follows its end"));
        }
        if !sources.is_sorted_by(|left, right| left < right) || !entries.is_sorted() {
            return Err(SnapshotError::Broken("it is not sorted"));
        }
        Ok(Self { sources, entries })
    }
}

/// Texts of a finding, apart from its ids.
const TEXTS: usize = 6;

fn entry_texts(entry: &Entry) -> impl Iterator<Item = &str> {
    let texts: [&str; TEXTS] =
        [&entry.file, &entry.rule, &entry.fingerprint, &entry.message, &entry.package, &entry.version];
    texts.into_iter()
}

fn text(reader: &mut Reader<'_>, texts: &[Arc<str>]) -> Result<Arc<str>, SnapshotError> {
    let number = usize::try_from(reader.number()?).ok();
    let text = number.and_then(|number| texts.get(number));
    text.cloned().ok_or(SnapshotError::Broken("it names a text that is not there"))
}

fn read_entries(
    reader: &mut Reader<'_>,
    texts: &[Arc<str>],
    sources: usize,
) -> Result<Vec<Entry>, SnapshotError> {
    let count = reader.count(MOST_ENTRIES, LEAST_OF_ENTRY)?;
    let mut entries = vec![Entry::default(); count];
    let small =
        |number: u64| u32::try_from(number).map_err(|_| SnapshotError::Broken("a number is too large"));
    for entry in &mut entries {
        entry.source = small(reader.number()?)?;
        if entry.source as usize >= sources {
            return Err(SnapshotError::Broken("it names a tool that is not there"));
        }
    }
    for entry in &mut entries {
        entry.line = small(reader.number()?)?;
    }
    for column in 0..TEXTS {
        for entry in &mut entries {
            let text = text(reader, texts)?;
            let into: [&mut Arc<str>; TEXTS] = [
                &mut entry.file,
                &mut entry.rule,
                &mut entry.fingerprint,
                &mut entry.message,
                &mut entry.package,
                &mut entry.version,
            ];
            if let Some(into) = into.into_iter().nth(column) {
                *into = text;
            }
        }
    }
    for entry in &mut entries {
        let bytes = reader.take(8)?.first_chunk().expect("there are eight");
        entry.digest = u64::from_le_bytes(*bytes);
    }
    let mut left = MOST_TEXTS;
    let mut counts = Vec::with_capacity(count);
    for _ in 0..count {
        let ids = reader.count(left, 1)?;
        left -= ids;
        counts.push(ids);
    }
    for (entry, ids) in entries.iter_mut().zip(counts) {
        entry.ids = (0..ids).map(|_| text(reader, texts)).collect::<Result<_, _>>()?;
        entry.ids.sort_unstable();
    }
    Ok(entries)
}
