//! Whole lines out of a stream, many at a time, in a fixed buffer. Knows no format.
//!
//! What a reader sees must not depend on how the stream hands out its bytes: only on the lines.

use std::io::{self, Read};

use memchr::{memchr, memrchr};

/// The longest line that a reader looks at, without its line end. Mangled names of real programs stay well
/// below; longer lines are named and left out.
pub(crate) const MAX_LINE: usize = 256 * 1024;

/// How much is asked of the stream at once: small enough to stay in a second-level cache.
const READ: usize = 256 * 1024;

/// The most bytes of an overlong line that are kept for its diagnostic.
const HEAD: usize = 512;

/// One or more lines, or the start of one that is too long.
pub(crate) enum Chunk<'a> {
    /// Complete lines with their line ends; only the very last line of a stream may lack its own.
    Lines(&'a [u8]),
    /// One line of more than [`MAX_LINE`] bytes: its first bytes.
    Overlong(&'a [u8]),
}

/// A stream, cut at line ends.
pub(crate) struct Chunks<'r> {
    input: &'r mut dyn Read,
    buffer: Vec<u8>,
    /// What was handed out ends here.
    start: usize,
    /// No line end between `start` and here.
    scanned: usize,
    filled: usize,
    /// Inside an overlong line: drop everything up to its end.
    skipping: bool,
    bytes: u64,
    last_byte: u8,
}

impl<'r> Chunks<'r> {
    pub(crate) fn new(input: &'r mut dyn Read) -> Self {
        Self {
            input,
            buffer: vec![0; MAX_LINE + READ],
            start: 0,
            scanned: 0,
            filled: 0,
            skipping: false,
            bytes: 0,
            last_byte: b'\n',
        }
    }

    /// How many bytes were read so far.
    pub(crate) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Whether what was read so far ends in a line end, or is nothing.
    pub(crate) fn ends_in_newline(&self) -> bool {
        self.last_byte == b'\n'
    }

    /// The next lines, or `None` at the end.
    pub(crate) fn next(&mut self) -> io::Result<Option<Chunk<'_>>> {
        loop {
            if let Some(end) = self.find_end() {
                let start = std::mem::replace(&mut self.start, end);
                self.scanned = end;
                return Ok(Some(Chunk::Lines(&self.buffer[start..end])));
            }
            if self.filled - self.start > MAX_LINE {
                let head = self.start..self.start + HEAD;
                self.skipping = true;
                self.start = self.filled;
                self.scanned = self.filled;
                return Ok(Some(Chunk::Overlong(&self.buffer[head])));
            }
            if !self.fill()? {
                let start = std::mem::replace(&mut self.start, self.filled);
                self.scanned = self.filled;
                let rest = &self.buffer[start..self.filled];
                return Ok((!rest.is_empty()).then_some(Chunk::Lines(rest)));
            }
        }
    }

    /// Behind the last line end of the buffer, once any overlong line is dropped.
    fn find_end(&mut self) -> Option<usize> {
        if self.skipping {
            match memchr(b'\n', &self.buffer[self.start..self.filled]) {
                Some(newline) => {
                    self.skipping = false;
                    self.start += newline + 1;
                }
                None => self.start = self.filled,
            }
            self.scanned = self.start;
        }
        let end = memrchr(b'\n', &self.buffer[self.scanned..self.filled]).map(|at| self.scanned + at + 1);
        self.scanned = self.filled;
        end
    }

    /// Reads once; `false` at the end of the stream.
    fn fill(&mut self) -> io::Result<bool> {
        self.buffer.copy_within(self.start..self.filled, 0);
        self.filled -= self.start;
        self.scanned -= self.start;
        self.start = 0;
        loop {
            match self.input.read(&mut self.buffer[self.filled..]) {
                Ok(0) => return Ok(false),
                Ok(count) => {
                    // A reader that claims more than it was given room for is broken; trust the room.
                    self.filled = (self.filled + count).min(self.buffer.len());
                    self.bytes += count as u64;
                    self.last_byte = self.buffer[self.filled - 1];
                    return Ok(true);
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A stream that hands out a few bytes at a time.
    pub(crate) struct Dripping<'a> {
        pub(crate) rest: &'a [u8],
        pub(crate) step: usize,
    }

    impl Read for Dripping<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let count = self.step.min(self.rest.len()).min(buffer.len());
            let (head, rest) = self.rest.split_at(count);
            buffer[..count].copy_from_slice(head);
            self.rest = rest;
            Ok(count)
        }
    }

    /// The lines as (length, overlong).
    fn lines(input: &[u8], step: usize) -> Vec<(usize, bool)> {
        let mut dripping = Dripping { rest: input, step };
        let mut chunks = Chunks::new(&mut dripping);
        let mut lines = Vec::new();
        while let Some(chunk) = chunks.next().unwrap() {
            match chunk {
                Chunk::Lines(text) => {
                    for line in text.split_inclusive(|byte| *byte == b'\n') {
                        let length = line.strip_suffix(b"\n").unwrap_or(line).len();
                        lines.push(if length > MAX_LINE { (HEAD, true) } else { (length, false) });
                    }
                }
                Chunk::Overlong(head) => lines.push((head.len(), true)),
            }
        }
        lines
    }

    #[test]
    fn lines_do_not_depend_on_how_the_stream_is_cut() {
        let mut input = b"one\n\nthree\r\n".to_vec();
        input.extend(std::iter::repeat_n(b'x', MAX_LINE));
        input.push(b'\n');
        input.extend(std::iter::repeat_n(b'y', MAX_LINE + 1));
        input.push(b'\n');
        input.extend(std::iter::repeat_n(b'z', 3 * MAX_LINE));
        input.extend_from_slice(b"\nlast");
        let expected =
            [(3, false), (0, false), (6, false), (MAX_LINE, false), (HEAD, true), (HEAD, true), (4, false)];
        for step in [1, 7, 4096, MAX_LINE, usize::MAX] {
            assert_eq!(lines(&input, step), expected, "{step} bytes at a time");
        }
    }

    #[test]
    fn a_line_of_any_length_takes_one_buffer() {
        let mut endless = io::repeat(b'x').take(50 * 1024 * 1024);
        let mut chunks = Chunks::new(&mut endless);
        assert!(matches!(chunks.next().unwrap(), Some(Chunk::Overlong(_))));
        assert!(chunks.next().unwrap().is_none());
        assert_eq!(chunks.buffer.len(), MAX_LINE + READ);
        assert_eq!(chunks.bytes(), 50 * 1024 * 1024);
    }
}
