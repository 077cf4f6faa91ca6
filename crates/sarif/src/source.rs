//! Files of the repository that results are about: found, read once, and their lines counted.

use std::collections::HashMap;
use std::sync::Arc;

use gatewright_core::RepoPath;

/// Where places of results are looked up. Handed in: this crate opens nothing.
pub trait Sources {
    /// The one file of the repository that a tool means by a path.
    fn locate(&self, path: &str) -> Option<RepoPath>;

    /// Whether an absolute path lies outside of the repository.
    fn is_outside(&self, path: &str) -> bool;

    /// The bytes of a file.
    fn read(&self, path: &RepoPath) -> Option<Arc<[u8]>>;
}

/// No file is there.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoSources;

impl Sources for NoSources {
    fn locate(&self, _: &str) -> Option<RepoPath> {
        None
    }

    fn is_outside(&self, _: &str) -> bool {
        false
    }

    fn read(&self, _: &RepoPath) -> Option<Arc<[u8]>> {
        None
    }
}

/// A file and where its lines begin.
#[derive(Clone, Debug)]
pub(crate) struct Text {
    bytes: Arc<[u8]>,
    starts: Vec<u32>,
}

impl Text {
    pub(crate) fn new(bytes: Arc<[u8]>) -> Self {
        // A carriage return alone ends a line too, as it does where lines are hashed.
        let ends = |at: &usize| bytes[*at] == b'\n' || bytes.get(at + 1) != Some(&b'\n');
        let after = memchr::memchr2_iter(b'\n', b'\r', &bytes).filter(ends);
        let after = after.map(|at| u32::try_from(at + 1).unwrap_or(u32::MAX));
        let starts = std::iter::once(0).chain(after).collect();
        Self { bytes, starts }
    }

    /// How many lines there are; what follows the last line break is none where nothing follows.
    pub(crate) fn lines(&self) -> u32 {
        let counted = u32::try_from(self.starts.len()).unwrap_or(u32::MAX);
        let ends_with_break = self.starts.last().is_some_and(|start| *start as usize >= self.bytes.len());
        counted - u32::from(ends_with_break && counted > 1)
    }

    /// A line, from 1, without its line break.
    pub(crate) fn line(&self, number: u32) -> Option<&[u8]> {
        let at = number.checked_sub(1)? as usize;
        let start = *self.starts.get(at)? as usize;
        let end = self.starts.get(at + 1).map_or(self.bytes.len(), |next| *next as usize);
        let line = self.bytes.get(start..end)?;
        let line = line.strip_suffix(b"\n").unwrap_or(line);
        Some(line.strip_suffix(b"\r").unwrap_or(line))
    }
}

/// Files that were read, each once; the last few are kept.
pub(crate) struct Texts<'s> {
    sources: &'s dyn Sources,
    known: HashMap<RepoPath, Option<Arc<Text>>>,
    bytes: usize,
}

/// So many bytes of files are kept.
const MOST_BYTES: usize = 32 << 20;

impl<'s> Texts<'s> {
    pub(crate) fn new(sources: &'s dyn Sources) -> Self {
        Self { sources, known: HashMap::new(), bytes: 0 }
    }

    pub(crate) fn of(&mut self, path: &RepoPath) -> Option<Arc<Text>> {
        if let Some(known) = self.known.get(path) {
            return known.clone();
        }
        let text = self.sources.read(path).map(|bytes| Arc::new(Text::new(bytes)));
        self.bytes += text.as_ref().map_or(0, |text| text.bytes.len());
        if self.bytes > MOST_BYTES {
            self.known.clear();
            self.bytes = text.as_ref().map_or(0, |text| text.bytes.len());
        }
        self.known.insert(path.clone(), text.clone());
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_end_as_they_do_where_they_are_hashed() {
        let text = Text::new(Arc::from(&b"a\rb\r\nc\nd\r\r"[..]));
        assert_eq!(text.lines(), 5);
        let lines: Vec<_> = (1..=6).map(|number| text.line(number)).collect();
        assert_eq!(lines, [Some(&b"a"[..]), Some(b"b"), Some(b"c"), Some(b"d"), Some(b""), Some(b"")]);
    }
}
