//! Markup out of a stream, in a fixed buffer: start tags, end tags and what is wrong between them. Knows no
//! format and does not match tags.
//!
//! What a reader sees must not depend on how the stream hands out its bytes.

use std::io::{self, Read};

use memchr::memchr;

use super::place::{Encoding, Places, Position};
use super::tag::{Attribute, Markup, Shape, Tag, shown, split};
use crate::chunks::MAX_LINE;
use crate::diagnostic::{Diagnostics, Kind, Spot};

/// The longest tag that is looked at.
pub(super) const MAX_TAG: usize = MAX_LINE;

/// How much is asked of the stream beyond the longest tag.
const READ: usize = 256 * 1024;

/// The most bytes of text that are kept: the paths that elements hold are shorter.
const MAX_TEXT: usize = 16 * 1024;

/// The most bytes of an overlong tag that are kept, for its name and its diagnostic.
const HEAD: usize = 512;

/// What to do with text between tags.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Text {
    /// There must be none but blanks: outside of the root.
    Refused,
    /// It means nothing.
    Skipped,
    /// It is kept for [`Scanner::take_text`].
    Kept,
}

/// What comes next.
pub(super) enum Token<'a> {
    /// A start tag, and whether it is its own end tag.
    Open(Tag<'a>, bool),
    /// The name of an end tag, and the tag.
    Close(&'a [u8], Markup<'a>),
    /// The stream ends.
    End,
}

/// A token as offsets, so that the buffer may be filled again before it is handed out.
#[derive(Clone, Copy)]
enum Found {
    Open(Shape),
    /// In `Scanner::head`; whether it is empty.
    Overlong(bool),
    /// The length of the tag.
    Close(usize),
    End,
}

/// A stream, cut at its markup.
pub(super) struct Scanner<'r> {
    input: &'r mut dyn Read,
    buffer: Vec<u8>,
    /// What was handed out ends here.
    at: usize,
    filled: usize,
    bytes: u64,
    places: Places,
    attributes: Vec<Attribute>,
    pub(super) text: Text,
    kept: Vec<u8>,
    head: Vec<u8>,
    stray_text: bool,
}

impl<'r> Scanner<'r> {
    pub(super) fn new(input: &'r mut dyn Read) -> io::Result<Self> {
        let mut scanner = Self {
            input,
            buffer: vec![0; MAX_TAG + READ],
            at: 0,
            filled: 0,
            bytes: 0,
            places: Places::default(),
            attributes: Vec::new(),
            text: Text::Refused,
            kept: Vec::new(),
            head: Vec::new(),
            stray_text: false,
        };
        scanner.fill()?;
        if scanner.buffer[..scanner.filled].starts_with(b"\xef\xbb\xbf") {
            scanner.at = 3;
            scanner.places.skip_mark(3);
        }
        Ok(scanner)
    }

    /// How many bytes were read so far.
    pub(super) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// The last line that there is. Only behind the end of the stream.
    pub(super) fn last_position(&self) -> Position {
        self.places.locate(&self.buffer[..self.filled], self.filled, 0).at_end()
    }

    pub(super) fn encoding(&self) -> Encoding {
        self.places.encoding()
    }

    /// The text that was kept since the last time.
    pub(super) fn take_text(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.kept)
    }

    /// The next tag; what is wrong before it is said.
    pub(super) fn next(&mut self, said: &mut Diagnostics) -> io::Result<Token<'_>> {
        let found = self.find(said)?;
        let start = self.at;
        self.at += match found {
            Found::Open(shape) => shape.end,
            Found::Close(length) => length,
            Found::Overlong(_) | Found::End => 0,
        };
        let buffer = &self.buffer[..self.filled];
        let markup = |text| Markup { text, buffer, start, places: &self.places };
        let tag = |text, name_end, is_broken| Tag {
            markup: markup(text),
            name: &text[1..name_end],
            attributes: &self.attributes,
            is_broken,
        };
        Ok(match found {
            Found::End => Token::End,
            Found::Close(length) => {
                let text = &buffer[start..self.at];
                Token::Close(text[2..length - 1].trim_ascii_end(), markup(text))
            }
            Found::Open(shape) => {
                let tag = tag(&buffer[start..self.at], shape.name_end, shape.fault.is_some());
                if let Some((offset, message)) = shape.fault {
                    tag.say(Kind::MalformedRecord, offset, said, "", || message.to_owned());
                }
                Token::Open(tag, shape.is_empty)
            }
            Found::Overlong(is_empty) => {
                let name_end = self.head.iter().position(|byte| is_delimiter_of_names(*byte));
                Token::Open(tag(&self.head, name_end.unwrap_or(self.head.len()), true), is_empty)
            }
        })
    }

    fn find(&mut self, said: &mut Diagnostics) -> io::Result<Found> {
        loop {
            let rest = &self.buffer[self.at..self.filled];
            let Some(length) = memchr(b'<', rest) else {
                self.pass_text(rest.len(), said);
                if self.fill()? {
                    continue;
                }
                return Ok(Found::End);
            };
            self.pass_text(length, said);
            let rest = &self.buffer[self.at..self.filled];
            let found = match rest.get(1) {
                None => None,
                Some(b'!' | b'?') => {
                    if self.pass_declaration(said)? {
                        continue;
                    }
                    return Ok(Found::End);
                }
                Some(b'/') => memchr(b'>', rest).map(|end| Found::Close(end + 1)),
                Some(byte) if is_name_start(*byte) => split(rest, &mut self.attributes).map(Found::Open),
                Some(_) => {
                    self.say(Kind::MalformedRecord, said, "no tag starts like this");
                    self.at += 1;
                    continue;
                }
            };
            let length = match found {
                Some(Found::Close(length)) => length,
                Some(Found::Open(shape)) => shape.end,
                _ => rest.len(),
            };
            if length > MAX_TAG {
                self.attributes.clear();
                if let Some(found) = self.pass_overlong(said)? {
                    return Ok(found);
                }
            } else if let Some(found) = found {
                return Ok(found);
            } else if !self.fill()? {
                self.say(Kind::Truncated, said, "the report ends inside of a tag");
                self.at = self.filled;
                return Ok(Found::End);
            }
        }
    }

    /// Text before the next tag.
    #[inline]
    fn pass_text(&mut self, length: usize, said: &mut Diagnostics) {
        if self.text != Text::Skipped {
            self.look_at_text(length, said);
        }
        self.at += length;
    }

    fn look_at_text(&mut self, length: usize, said: &mut Diagnostics) {
        let text = &self.buffer[self.at..self.at + length];
        match self.text {
            Text::Kept => keep(&mut self.kept, text),
            Text::Refused if !self.stray_text => {
                if let Some(offset) = text.iter().position(|byte| !byte.is_ascii_whitespace() && *byte != 0) {
                    let (at, shown_text) = (self.at, shown(&text[offset..]));
                    let position = self.places.locate(&self.buffer[..self.filled], at, offset);
                    let spot =
                        || Spot { line: position.line(), column: position.column(), found: shown_text };
                    said.say_at(Kind::MalformedRecord, spot, "", || {
                        "text outside of the document's root".to_owned()
                    });
                    self.stray_text = true;
                }
            }
            _ => {}
        }
    }

    /// Comments, instructions, the document type and sections of text. `false` if the stream ends inside.
    fn pass_declaration(&mut self, said: &mut Diagnostics) -> io::Result<bool> {
        while self.filled - self.at < 9 && self.fill()? {}
        let rest = &self.buffer[self.at..self.filled];
        let closed = if rest.starts_with(b"<!--") {
            self.at += 4;
            self.pass_until(b"-->", Text::Skipped)?
        } else if rest.starts_with(b"<![CDATA[") {
            self.at += 9;
            self.pass_until(b"]]>", self.text)?
        } else if rest.starts_with(b"<?") {
            self.read_encoding(said);
            self.at += 2;
            self.pass_until(b"?>", Text::Skipped)?
        } else {
            self.pass_document_type(said)?
        };
        if !closed {
            self.say_at_end(said);
        }
        Ok(closed)
    }

    /// `<?xml version="1.0" encoding="ISO-8859-1"?>`: declarations of other encodings than these two are not
    /// believed, because whoever writes `UTF-16` in text of single bytes is wrong.
    fn read_encoding(&mut self, said: &mut Diagnostics) {
        let rest = &self.buffer[self.at..self.filled];
        let Some(end) = memchr(b'>', rest).filter(|_| rest.starts_with(b"<?xml ")) else { return };
        let mut attributes = Vec::new();
        // The question marks make it no tag, but names and values are those of one.
        let mut text = rest[..=end].to_vec();
        text.remove(1);
        if text.ends_with(b"?>") {
            text.remove(text.len() - 2);
        }
        split(&text, &mut attributes);
        let markup = Markup { text: &text, buffer: &text, start: 0, places: &Places::default() };
        let tag = Tag { markup, name: b"xml", attributes: &attributes, is_broken: false };
        let Some(encoding) = tag.value(b"encoding") else { return };
        let name = encoding.text.to_ascii_lowercase();
        if matches!(name.as_slice(), b"iso-8859-1" | b"latin1" | b"iso8859-1" | b"windows-1252") {
            self.places.set_encoding(Encoding::Latin1);
        } else if !matches!(name.as_slice(), b"utf-8" | b"utf8" | b"us-ascii" | b"ascii") {
            self.say(Kind::NameNotUtf8, said, "an encoding that is not known: read as UTF-8");
        }
    }

    /// Passes over everything up to and including `end`.
    fn pass_until(&mut self, end: &[u8], text: Text) -> io::Result<bool> {
        let mut kept = std::mem::take(&mut self.kept);
        let found = loop {
            let rest = &self.buffer[self.at..self.filled];
            let found = memchr::memmem::find(rest, end);
            // The end may be cut: its first bytes stay.
            let passed = found.unwrap_or(rest.len().saturating_sub(end.len() - 1));
            if text == Text::Kept {
                // No entities here: an ampersand is itself.
                let parts = rest[..passed].split_inclusive(|byte| *byte == b'&');
                for part in parts {
                    keep(&mut kept, part);
                    keep(&mut kept, if part.ends_with(b"&") { b"amp;" } else { b"" });
                }
            }
            self.at += passed;
            if found.is_some() {
                self.at += end.len();
                break true;
            }
            if !self.fill()? {
                break false;
            }
        };
        self.kept = kept;
        Ok(found)
    }

    /// `<!DOCTYPE … [ … ]>`: nothing is fetched and nothing is declared by it.
    fn pass_document_type(&mut self, said: &mut Diagnostics) -> io::Result<bool> {
        let (mut quote, mut depth, mut comment, mut declares) = (None, 0_u32, false, false);
        let mut recent = 0_u64;
        let start = self.spot();
        let closed = self.pass_while(|byte| {
            recent = recent << 8 | u64::from(byte);
            if comment {
                comment = recent & 0x00ff_ffff != u64::from_be_bytes(*b"\0\0\0\0\0-->");
                depth -= u32::from(!comment);
            } else if let Some(open) = quote {
                quote = (byte != open).then_some(open);
            } else {
                declares |= recent == u64::from_be_bytes(*b"<!ENTITY");
                comment = recent & 0xffff_ffff == u64::from_be_bytes(*b"\0\0\0\0<!--");
                match byte {
                    b'"' | b'\'' => quote = Some(byte),
                    b'<' => depth = depth.saturating_add(1),
                    b'>' => depth = depth.saturating_sub(1),
                    _ => {}
                }
            }
            depth > 0
        })?;
        if declares {
            said.say_at(
                Kind::EntityNotExpanded,
                || start,
                "",
                || "the document declares entities of its own; they are never expanded".to_owned(),
            );
        }
        Ok(closed)
    }

    /// A tag that is too long: its start is kept and its attributes are not read.
    fn pass_overlong(&mut self, said: &mut Diagnostics) -> io::Result<Option<Found>> {
        let rest = &self.buffer[self.at..self.filled];
        self.head = rest[..rest.len().min(HEAD)].to_vec();
        self.say(Kind::OverlongLine, said, "a tag that is too long");
        let is_end_tag = self.head.starts_with(b"</");
        let (mut quote, mut last) = (None, 0);
        let closed = self.pass_while(|byte| {
            match quote {
                Some(open) if byte == open => quote = None,
                Some(_) => {}
                None if matches!(byte, b'"' | b'\'') && !is_end_tag => quote = Some(byte),
                None if byte == b'>' => return false,
                None => last = byte,
            }
            true
        })?;
        if !closed {
            self.say_at_end(said);
            return Ok(Some(Found::End));
        }
        Ok((!is_end_tag).then_some(Found::Overlong(last == b'/')))
    }

    /// Passes over bytes while `go_on` says so, and over the one where it stops. `false` if none does.
    fn pass_while(&mut self, mut go_on: impl FnMut(u8) -> bool) -> io::Result<bool> {
        loop {
            while self.at < self.filled {
                self.at += 1;
                if !go_on(self.buffer[self.at - 1]) {
                    return Ok(true);
                }
            }
            if !self.fill()? {
                return Ok(false);
            }
        }
    }

    fn spot(&self) -> Spot {
        let buffer = &self.buffer[..self.filled];
        let position = self.places.locate(buffer, self.at, 0);
        Spot { line: position.line(), column: position.column(), found: shown(&buffer[self.at..]) }
    }

    fn say(&self, kind: Kind, said: &mut Diagnostics, message: &'static str) {
        said.say_at(kind, || self.spot(), "", || message.to_owned());
    }

    fn say_at_end(&mut self, said: &mut Diagnostics) {
        self.at = self.filled;
        let position = self.last_position();
        let spot = || Spot { line: position.line(), column: position.column(), found: String::new() };
        said.say_at(Kind::Truncated, spot, "", || "the report ends inside of markup".to_owned());
    }

    /// Fills the buffer as far as the stream goes; `false` if nothing was left.
    fn fill(&mut self) -> io::Result<bool> {
        self.places.forget(&self.buffer[..self.filled], self.at);
        self.buffer.copy_within(self.at..self.filled, 0);
        self.filled -= self.at;
        self.at = 0;
        let before = self.filled;
        while self.filled < self.buffer.len() {
            match self.input.read(&mut self.buffer[self.filled..]) {
                Ok(0) => break,
                Ok(count) => {
                    // A reader that claims more than it was given room for is broken; trust the room.
                    let filled = (self.filled + count).min(self.buffer.len());
                    self.bytes += (filled - self.filled) as u64;
                    self.filled = filled;
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(self.filled > before)
    }
}

fn keep(kept: &mut Vec<u8>, text: &[u8]) {
    let room = MAX_TEXT.saturating_sub(kept.len()).min(text.len());
    kept.extend_from_slice(&text[..room]);
}

fn is_delimiter_of_names(byte: u8) -> bool {
    byte.is_ascii_whitespace() || matches!(byte, b'/' | b'>')
}

fn is_name_start(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || matches!(byte, b'_' | b':') || byte >= 0x80
}
