//! Lines out of a stream, one at a time, in bounded memory. Knows no format.
//!
//! What a reader sees must not depend on how the stream hands out its bytes: only on the lines.

use std::io::{self, Read};

use memchr::memchr;

/// The longest line that a reader looks at, without its line end: test tools put a test's whole output into one.
pub(crate) const MAX_LINE: usize = 8 * 1024 * 1024;

/// How much is asked of the stream at once.
const READ: usize = 256 * 1024;

/// The most bytes of an overlong line that are kept for its diagnostic.
const HEAD: usize = 512;

/// A line, without its line end.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Line<'a> {
    /// As it stands there.
    Whole(&'a [u8]),
    /// One of more than [`MAX_LINE`] bytes: its first bytes.
    Overlong(&'a [u8]),
}

/// A stream, cut at line ends.
pub(crate) struct Lines<'r> {
    input: &'r mut dyn Read,
    buffer: Vec<u8>,
    start: usize,
    filled: usize,
    /// No line end between `start` and here.
    scanned: usize,
    number: u64,
    bytes: u64,
    ended: bool,
    terminated: bool,
}

impl<'r> Lines<'r> {
    pub(crate) fn new(input: &'r mut dyn Read) -> Self {
        let buffer = vec![0; 2 * READ];
        Self {
            input,
            buffer,
            start: 0,
            filled: 0,
            scanned: 0,
            number: 0,
            bytes: 0,
            ended: false,
            terminated: true,
        }
    }

    /// How many bytes were read so far.
    pub(crate) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// The number of the line that was handed out last, from 1.
    pub(crate) fn number(&self) -> u64 {
        self.number
    }

    /// Whether the stream ends in a line end, as far as it was read.
    pub(crate) fn is_terminated(&self) -> bool {
        self.terminated
    }

    /// The next line, or `None` at the end.
    pub(crate) fn next(&mut self) -> io::Result<Option<Line<'_>>> {
        loop {
            if let Some(at) = memchr(b'\n', &self.buffer[self.scanned..self.filled]) {
                let (start, end) = (self.start, self.scanned + at);
                self.start = end + 1;
                self.scanned = self.start;
                self.number += 1;
                return Ok(Some(line(&self.buffer[start..end])));
            }
            self.scanned = self.filled;
            if self.filled - self.start > MAX_LINE {
                return self.next_overlong().map(Some);
            }
            if self.ended || !self.fill()? {
                let rest = self.start..self.filled;
                self.start = self.filled;
                self.scanned = self.filled;
                self.terminated &= rest.is_empty();
                self.number += u64::from(!rest.is_empty());
                return Ok((!rest.is_empty()).then(|| line(&self.buffer[rest])));
            }
        }
    }

    /// Drops everything up to the next line end.
    fn next_overlong(&mut self) -> io::Result<Line<'_>> {
        let mut head = [0; HEAD];
        head.copy_from_slice(&self.buffer[self.start..self.start + HEAD]);
        self.number += 1;
        loop {
            let found = memchr(b'\n', &self.buffer[self.scanned..self.filled]);
            self.start = found.map_or(self.filled, |at| self.scanned + at + 1);
            self.scanned = self.start;
            if found.is_some() {
                break;
            }
            if self.ended || !self.fill()? {
                self.terminated = false;
                break;
            }
        }
        // What was handed out is no longer looked at: there is room before the first byte, or behind the last.
        self.buffer.truncate(self.buffer.len().max(HEAD));
        if self.start < HEAD {
            let shift = HEAD - self.start;
            self.buffer.resize(self.buffer.len() + shift, 0);
            self.buffer.copy_within(self.start..self.filled, HEAD);
            self.start = HEAD;
            self.scanned = HEAD;
            self.filled += shift;
        }
        self.buffer[..HEAD].copy_from_slice(&head);
        Ok(Line::Overlong(&self.buffer[..HEAD]))
    }

    /// Reads once; `false` at the end of the stream.
    fn fill(&mut self) -> io::Result<bool> {
        if self.start > 0 {
            self.buffer.copy_within(self.start..self.filled, 0);
            self.filled -= self.start;
            self.scanned -= self.start;
            self.start = 0;
        }
        if self.buffer.len() - self.filled < READ {
            self.buffer.resize(self.filled + READ.max(self.filled / 2), 0);
        }
        let count = read_some(self.input, &mut self.buffer[self.filled..])?;
        self.filled += count;
        self.bytes += count as u64;
        self.ended = count == 0;
        Ok(count > 0)
    }
}

fn line(bytes: &[u8]) -> Line<'_> {
    if bytes.len() > MAX_LINE {
        return Line::Overlong(&bytes[..HEAD]);
    }
    Line::Whole(bytes.strip_suffix(b"\r").unwrap_or(bytes))
}

/// What is known at the end of a stream of lines.
pub(crate) struct End {
    pub(crate) bytes: u64,
    /// The number of the last line.
    pub(crate) lines: u64,
    /// Whether the last line has a line end.
    pub(crate) is_terminated: bool,
}

/// Hands over every line with its number, the first without a byte order mark.
pub(crate) fn each_line(input: &mut dyn Read, read: &mut dyn FnMut(u64, Line<'_>)) -> io::Result<End> {
    let mut lines = Lines::new(input);
    loop {
        let number = lines.number() + 1;
        match lines.next()? {
            None => break,
            Some(Line::Whole(line)) if number == 1 => {
                read(number, Line::Whole(line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line)));
            }
            Some(line) => read(number, line),
        }
    }
    Ok(End { bytes: lines.bytes(), lines: lines.number(), is_terminated: lines.is_terminated() })
}

/// Reads once, and again if it was interrupted; zero at the end.
pub(crate) fn read_some(input: &mut dyn Read, room: &mut [u8]) -> io::Result<usize> {
    loop {
        match input.read(room) {
            // A reader that claims more than it was given room for is broken; trust the room.
            Ok(count) => return Ok(count.min(room.len())),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
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

    #[test]
    fn lines_do_not_depend_on_how_the_stream_is_cut() {
        let mut input = b"one\n\nthree\r\n".to_vec();
        input.extend(std::iter::repeat_n(b'x', MAX_LINE));
        input.push(b'\n');
        input.extend(std::iter::repeat_n(b'y', MAX_LINE + 1));
        input.push(b'\n');
        input.extend(std::iter::repeat_n(b'z', 2 * MAX_LINE));
        input.extend_from_slice(b"\nlast");
        let expected =
            [(3, false), (0, false), (5, false), (MAX_LINE, false), (HEAD, true), (HEAD, true), (4, false)];
        for step in [4096, 100_003, MAX_LINE, usize::MAX] {
            let mut dripping = Dripping { rest: &input, step };
            let mut lines = Lines::new(&mut dripping);
            let mut met = Vec::new();
            while let Some(line) = lines.next().unwrap() {
                met.push(match line {
                    Line::Whole(text) => (text.len(), false),
                    Line::Overlong(head) => (head.len(), true),
                });
            }
            assert_eq!(met, expected, "{step} bytes at a time");
            assert_eq!((lines.number(), lines.is_terminated()), (7, false));
            assert_eq!(lines.bytes(), input.len() as u64);
        }
    }

    #[test]
    fn a_line_of_any_length_takes_bounded_memory() {
        let mut endless = io::repeat(b'x').take(50 * 1024 * 1024);
        let mut lines = Lines::new(&mut endless);
        assert!(matches!(lines.next().unwrap(), Some(Line::Overlong(_))));
        assert!(lines.next().unwrap().is_none());
        assert!(lines.buffer.len() < 3 * MAX_LINE);
    }
}
