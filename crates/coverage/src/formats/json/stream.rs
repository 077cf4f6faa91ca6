//! A window on a stream, and where in the document it is. Knows bytes, lines and columns, no JSON.
//!
//! Columns are counted when they are asked for, from where they were counted last: a document on one line
//! costs no more than one on many. What is shown of a place is the same however the stream hands out its
//! bytes: so much before and behind it is always in the window.

use std::io::{self, Read};

use memchr::{memchr_iter, memrchr};

use super::MAX_TEXT;
use crate::decode;

/// How much is asked of the stream at once, at least.
const READ: usize = 128 * 1024;

/// At least so much is in the window behind a blank that was read over, if there is as much: enough for
/// every literal and every number of 64 bits.
pub(crate) const LOOKAHEAD: usize = 32;

/// So many bytes before a token are shown, at most. Twice as many stay in the window, for a token may turn out
/// to be the end of the stream before it.
const BEFORE: usize = 240;

/// So many bytes from the start of a token on are shown, at most.
const BEHIND: usize = 320;

/// So many characters are shown before a place and from it on.
const SHOWN: (usize, usize) = (40, 80);

/// A place in the report.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Spot {
    /// The line, counted from 1.
    pub(crate) line: u32,
    /// The column, counted from 1, in UTF-16 units.
    pub(crate) column: u32,
}

/// A stream and the part of it that is looked at.
pub(crate) struct Stream<'r> {
    input: &'r mut dyn Read,
    buffer: Vec<u8>,
    filled: usize,
    ended: bool,
    /// Everything before was read over.
    pub(crate) at: usize,
    /// Where the last token starts; it stays in the window.
    token: usize,
    /// How many bytes came before the window.
    gone: u64,
    /// Lines and columns were counted up to here.
    counted: usize,
    newlines: u64,
    /// UTF-16 units since the last newline before `counted`.
    units: u64,
}

impl<'r> Stream<'r> {
    pub(crate) fn new(input: &'r mut dyn Read) -> Self {
        Self {
            input,
            buffer: vec![0; 2 * READ + 2 * MAX_TEXT],
            filled: 0,
            ended: false,
            at: 0,
            token: 0,
            gone: 0,
            counted: 0,
            newlines: 0,
            units: 0,
        }
    }

    /// What is in the window and was not read over.
    #[inline]
    pub(crate) fn rest(&self) -> &[u8] {
        &self.buffer[self.at..self.filled]
    }

    /// A part of the last token.
    #[inline]
    pub(crate) fn token(&self, start: usize, length: usize) -> &[u8] {
        self.buffer.get(self.token + start..self.token + start + length).unwrap_or_default()
    }

    /// A token starts here.
    #[inline]
    pub(crate) fn mark(&mut self) {
        self.token = self.at;
    }

    /// The last token is what the stream ends with: behind the last byte that is no blank, if that is near.
    pub(crate) fn mark_end(&mut self) {
        let near = self.filled.saturating_sub(BEFORE);
        let last = self.buffer[near..self.filled].iter().rposition(|byte| !super::is_blank(*byte));
        self.token = last.map_or(near, |last| near + last + 1);
        self.at = self.filled;
    }

    /// Where the last token starts, in bytes from the start of the stream.
    pub(crate) fn offset(&self) -> u64 {
        self.gone + self.token as u64
    }

    /// Passes over a byte order mark.
    pub(crate) fn skip_mark(&mut self) -> io::Result<()> {
        while self.filled < 3 && self.fill()? {}
        if self.rest().starts_with(b"\xef\xbb\xbf") {
            self.at = 3;
            self.counted = 3;
        }
        Ok(())
    }

    /// Passes over blanks, and looks ahead behind them.
    pub(crate) fn skip_blanks(&mut self) -> io::Result<()> {
        loop {
            let rest = self.rest();
            let blanks = rest.iter().take_while(|byte| super::is_blank(**byte)).count();
            let left = rest.len() - blanks;
            self.at += blanks;
            if left > LOOKAHEAD || self.ended {
                return Ok(());
            }
            self.token = self.at;
            self.fill()?;
        }
    }

    /// Reads once, and keeps what is not read over and the last token; `false` at the end of the stream.
    pub(crate) fn fill(&mut self) -> io::Result<bool> {
        if self.ended {
            return Ok(false);
        }
        if self.buffer.len() - self.filled < READ {
            self.make_room();
        }
        loop {
            match self.input.read(&mut self.buffer[self.filled..]) {
                Ok(0) => {
                    self.ended = true;
                    return Ok(false);
                }
                Ok(count) => {
                    // A reader that claims more than it was given room for is broken; trust the room.
                    self.filled = (self.filled + count).min(self.buffer.len());
                    return Ok(true);
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }

    fn make_room(&mut self) {
        // Tokens that are kept are bounded; where one is not, its start is not needed.
        if self.at - self.token.min(self.at) > MAX_TEXT + LOOKAHEAD {
            self.token = self.at;
        }
        let gone = self.token.min(self.at).saturating_sub(2 * BEFORE);
        self.count_to(gone);
        self.buffer.copy_within(gone..self.filled, 0);
        self.gone += gone as u64;
        self.filled -= gone;
        self.at -= gone;
        self.token -= gone;
        self.counted = self.counted.saturating_sub(gone);
    }

    /// Where the last token starts.
    pub(crate) fn spot(&mut self) -> Spot {
        self.count_to(self.token);
        let number = |count: u64| u32::try_from(count.saturating_add(1)).unwrap_or(u32::MAX);
        let ends_here = self.ended && self.token == self.filled;
        // Behind the last line end there is no line.
        if ends_here && self.units == 0 && self.newlines > 0 {
            return Spot { line: number(self.newlines - 1), column: 1 };
        }
        Spot { line: number(self.newlines), column: number(self.units) }
    }

    fn count_to(&mut self, end: usize) {
        if end <= self.counted {
            return;
        }
        let mut text = &self.buffer[self.counted..end];
        if let Some(last) = memrchr(b'\n', text) {
            self.newlines += memchr_iter(b'\n', &text[..=last]).count() as u64;
            self.units = 0;
            text = &text[last + 1..];
        }
        self.units += utf16_units(text);
        self.counted = end;
    }

    /// What stands around the start of the last token, on its line.
    pub(crate) fn excerpt(&mut self) -> io::Result<String> {
        while self.filled - self.token < BEHIND && self.fill()? {}
        let (before, behind) = self.buffer[..self.filled].split_at(self.token);
        let before = &before[before.len().saturating_sub(BEFORE)..];
        let line_start = memrchr(b'\n', before);
        let starts_line = line_start.is_some() || self.offset() <= BEFORE as u64;
        let before = &before[line_start.map_or(0, |at| at + 1)..];
        let before = before.strip_prefix(b"\xef\xbb\xbf").unwrap_or(before).trim_ascii_start();
        let behind = &behind[..behind.len().min(BEHIND)];
        let line_end = behind.iter().position(|byte| matches!(byte, b'\n' | b'\r'));
        let ends_line = line_end.is_some() || self.ended && self.filled - self.token <= BEHIND;
        let behind = &behind[..line_end.unwrap_or(behind.len())];
        Ok(shown(before, starts_line, behind, ends_line))
    }

    /// Reads the rest of the stream: how many bytes and how many lines there were in all.
    pub(crate) fn drain(&mut self) -> io::Result<(u64, u64)> {
        loop {
            self.at = self.filled;
            self.token = self.filled;
            if !self.fill()? {
                break;
            }
        }
        self.count_to(self.filled);
        let ends_in_newline = self.filled == 0 || self.buffer[self.filled - 1] == b'\n';
        let lines = self.newlines + u64::from(!ends_in_newline);
        Ok((self.gone + self.filled as u64, lines))
    }
}

/// How many UTF-16 units a part of a line takes: one for each character, two above U+FFFF.
fn utf16_units(text: &[u8]) -> u64 {
    let characters = text.iter().filter(|byte| **byte & 0xc0 != 0x80).count();
    let pairs = text.iter().filter(|byte| **byte >= 0xf0).count();
    (characters + pairs) as u64
}

/// The end of one text and the start of another, with `…` where something was left out.
fn shown(before: &[u8], starts_line: bool, behind: &[u8], ends_line: bool) -> String {
    let is_inside = |byte: &u8| byte & 0xc0 == 0x80;
    let cut = before.iter().take(3).take_while(|byte| is_inside(byte)).count();
    let before = decode::text(&before[if starts_line { 0 } else { cut }..]).into_owned();
    let left_out = before.chars().count().saturating_sub(SHOWN.0);
    let mut text = String::new();
    if left_out > 0 || !starts_line {
        text.push('…');
    }
    text.extend(before.chars().skip(left_out));
    let whole = match std::str::from_utf8(behind) {
        Err(error) if error.error_len().is_none() && !ends_line => &behind[..error.valid_up_to()],
        _ => behind,
    };
    let behind = decode::text(whole);
    text.extend(behind.chars().take(SHOWN.1));
    if behind.chars().nth(SHOWN.1).is_some() || !ends_line {
        text.push('…');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_utf16_units() {
        assert_eq!(utf16_units("a😀é".as_bytes()), 4);
    }

    #[test]
    fn what_is_shown_is_cut_at_characters() {
        let (before, behind) = ("é".repeat(100), "ü".repeat(100));
        let text = shown(&before.as_bytes()[1..], false, &behind.as_bytes()[..199], false);
        assert_eq!(text, format!("…{}{}…", "é".repeat(40), "ü".repeat(80)));
        assert_eq!(shown(b"{", true, b"\"a\": 1}", true), "{\"a\": 1}");
    }
}
