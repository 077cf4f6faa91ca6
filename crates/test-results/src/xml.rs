//! XML out of a stream, in bounded memory: tags, and text in pieces. Knows no format.
//!
//! A general reader hands over whole events, so that 50 MB of captured output take 50 MB, and stops at the first
//! error. Here text and comments pass in pieces, tags have a limit, everything has a line, and what is not
//! well-formed is named while the rest is still read. Document types are read over: no entity is ever defined, so that
//! none can grow, and nothing outside the report is ever looked at.

mod near;
mod tag;

use std::io::{self, Read};

use memchr::{memchr, memchr_iter, memmem, memrchr};

use self::near::find_near;
pub(crate) use self::tag::{Tag, unescape_into, unescaped};
use crate::diagnostic::{Diagnostics, Kind};
use crate::lines::read_some;
use crate::text;

/// The longest tag that is read whole: messages stand in attributes, and some are whole logs.
pub(crate) const MAX_TAG: usize = 1024 * 1024;

/// How much of a longer one is kept.
const TAG_HEAD: usize = 256 * 1024;

/// Text is handed out in pieces of at most this many bytes.
const PIECE: usize = 64 * 1024;

/// How much is asked of the stream at once.
const READ: usize = 256 * 1024;

/// Elements in elements: what is deeper is no report.
const MAX_DEPTH: usize = 1000;

/// Stands for the name of an element without content: no tag ends it.
const NO_NAME: u32 = 0;

/// What comes next.
#[derive(Debug)]
pub(crate) enum Event<'a> {
    /// `<name a="b">`; an [`Event::End`] follows even where it is `<name/>`.
    Start(Tag<'a>),
    /// `</name>`, or the end that an element lacks.
    End,
    /// A piece of text, with references.
    Text(&'a [u8]),
    /// A piece of a section of character data.
    CData(&'a [u8]),
}

/// What is being read over or handed out in pieces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mode {
    Content,
    CData,
    /// Up to `-->`.
    Comment,
    /// Up to `?>`.
    Instruction,
}

/// Where the reader stands.
#[derive(Clone, Copy, Debug)]
struct Position {
    /// Of the buffer: everything before is counted.
    at: usize,
    line: u64,
    column: u32,
}

/// A stream of XML.
pub(crate) struct Xml<'r> {
    input: &'r mut dyn Read,
    buffer: Vec<u8>,
    /// What was handed out ends here.
    at: usize,
    filled: usize,
    ended: bool,
    bytes: u64,
    mode: Mode,
    /// The open elements: hashes of their names, with the lengths.
    open: Vec<u32>,
    /// Ends that are owed: of an element without content, or of elements that were left open.
    owed: usize,
    roots: u64,
    /// Text outside was complained about since the last element.
    outside_said: bool,
    too_deep: bool,
    position: Position,
    /// Where the last start tag begins, in the buffer.
    tag_at: usize,
    /// Where it begins in the report, if it is too long for the buffer.
    held_place: Option<(u64, u32)>,
    /// The start of a tag that is too long.
    held: Vec<u8>,
    pub(crate) diagnostics: Diagnostics,
}

impl<'r> Xml<'r> {
    pub(crate) fn new(input: &'r mut dyn Read) -> Self {
        Self {
            input,
            buffer: vec![0; 2 * READ],
            at: 0,
            filled: 0,
            ended: false,
            bytes: 0,
            mode: Mode::Content,
            open: Vec::new(),
            owed: 0,
            roots: 0,
            outside_said: false,
            too_deep: false,
            position: Position { at: 0, line: 1, column: 1 },
            tag_at: 0,
            held_place: None,
            held: Vec::new(),
            diagnostics: Diagnostics::default(),
        }
    }

    /// How many bytes were read so far.
    pub(crate) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Directly after a start tag: its line and its column.
    pub(crate) fn place(&mut self) -> (u64, u32) {
        self.held_place.unwrap_or_else(|| {
            self.count_to(self.tag_at);
            (self.position.line, self.position.column)
        })
    }

    /// The line and the column of what comes next.
    pub(crate) fn here(&mut self) -> (u64, u32) {
        self.count_to(self.at);
        (self.position.line, self.position.column)
    }

    /// The next event. Text is handed out only where it is wanted.
    pub(crate) fn next(&mut self, wants_text: bool) -> io::Result<Option<Event<'_>>> {
        if self.owed > 0 {
            self.owed -= 1;
            self.open.pop();
            return Ok(Some(Event::End));
        }
        loop {
            if self.too_deep {
                return Ok(None);
            }
            match self.mode {
                Mode::Comment => self.skip_to(b"-->")?,
                Mode::Instruction => self.skip_to(b"?>")?,
                Mode::CData => {
                    let piece = self.piece_of_cdata()?;
                    if wants_text && !piece.is_empty() {
                        return Ok(Some(Event::CData(&self.buffer[piece])));
                    }
                }
                Mode::Content => {
                    let text = self.text()?;
                    if !text.is_empty() {
                        if self.open.is_empty() {
                            self.check_outside(text);
                        } else if wants_text {
                            return Ok(Some(Event::Text(&self.buffer[text])));
                        }
                        continue;
                    }
                    if self.at == self.filled {
                        return Ok(self.close_rest());
                    }
                    match self.markup()? {
                        Found::Start { range, empty } => return Ok(Some(self.start(range, empty))),
                        Found::HeldStart { empty } => return Ok(Some(self.start_held(empty))),
                        Found::End(name) => {
                            if self.end(name) {
                                return Ok(Some(Event::End));
                            }
                        }
                        Found::Stray if wants_text => return Ok(Some(Event::Text(b"<"))),
                        Found::Stray | Found::Other => {}
                    }
                }
            }
        }
    }

    /// Says something about what comes next, or about what was just read.
    pub(crate) fn say(
        &mut self,
        kind: Kind,
        place: (u64, u32),
        found: &[u8],
        message: impl FnOnce() -> String,
    ) {
        self.diagnostics.say(kind, place, found, message);
    }

    /// The end of the stream: everything must be closed.
    fn close_rest(&mut self) -> Option<Event<'static>> {
        if self.open.is_empty() {
            if self.roots == 0 && self.diagnostics.count(Kind::Truncated) == 0 {
                let place = self.here();
                self.say(Kind::Truncated, place, b"", || {
                    "the report ends before its first element".to_owned()
                });
            }
            return None;
        }
        if self.diagnostics.count(Kind::Truncated) == 0 {
            let (place, open) = (self.here(), self.open.len());
            self.say(Kind::Truncated, place, b"", || match open {
                1 => "the report ends before its last element does".to_owned(),
                _ => format!("the report ends inside of {open} elements"),
            });
        }
        self.open.pop();
        Some(Event::End)
    }

    /// Counts lines and columns up to `to`.
    fn count_to(&mut self, to: usize) {
        let Position { at, line, column } = &mut self.position;
        if to <= *at {
            return;
        }
        let mut passed = &self.buffer[*at..to];
        if let Some(last) = memrchr(b'\n', passed) {
            *line += memchr_iter(b'\n', passed).count() as u64;
            *column = 1;
            passed = &passed[last + 1..];
        }
        let units: usize =
            passed.iter().map(|byte| usize::from(byte & 0xc0 != 0x80) + usize::from(*byte >= 0xf0)).sum();
        *column = column.saturating_add(u32::try_from(units).unwrap_or(u32::MAX));
        *at = to;
    }

    /// Reads once; `false` at the end of the stream. Moves what is not handed out yet to the front.
    fn fill(&mut self) -> io::Result<bool> {
        if self.ended {
            return Ok(false);
        }
        if self.buffer.len() - self.filled < READ / 2 {
            self.count_to(self.at);
            self.buffer.copy_within(self.at..self.filled, 0);
            self.filled -= self.at;
            self.position.at = self.position.at.saturating_sub(self.at);
            self.tag_at = self.tag_at.saturating_sub(self.at);
            self.at = 0;
            if self.buffer.len() - self.filled < READ / 2 {
                self.buffer.resize(self.buffer.len() + READ.max(self.buffer.len() / 2), 0);
            }
        }
        let count = read_some(self.input, &mut self.buffer[self.filled..])?;
        self.filled += count;
        self.bytes += count as u64;
        self.ended = count == 0;
        Ok(count > 0)
    }

    /// Fills until `least` bytes are there, or all there are.
    fn have(&mut self, least: usize) -> io::Result<bool> {
        while self.filled - self.at < least {
            if !self.fill()? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Text before the next `<`: a piece that ends neither inside a character nor inside a reference.
    fn text(&mut self) -> io::Result<std::ops::Range<usize>> {
        let mut seen = 0;
        loop {
            let rest = &self.buffer[self.at..self.filled];
            if let Some(found) = find_near(b'<', &rest[seen..]) {
                let piece = self.at..self.at + seen + found;
                self.at = piece.end;
                return Ok(piece);
            }
            seen = rest.len();
            if seen >= PIECE {
                let mut piece = text::cut(rest, seen - 4);
                let tail = piece.len() - 16;
                if let Some(reference) = memrchr(b'&', &piece[tail..])
                    && memchr(b';', &piece[tail + reference..]).is_none()
                {
                    piece = &piece[..tail + reference];
                }
                let piece = self.at..self.at + piece.len();
                self.at = piece.end;
                return Ok(piece);
            }
            if !self.fill()? {
                let piece = self.at..self.filled;
                self.at = self.filled;
                return Ok(piece);
            }
        }
    }

    /// Outside of every element only blanks may stand.
    fn check_outside(&mut self, text: std::ops::Range<usize>) {
        let bytes = &self.buffer[text.clone()];
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        let blanks = bytes.iter().take_while(|byte| byte.is_ascii_whitespace() || **byte == 0).count();
        if blanks == bytes.len() || self.outside_said {
            return;
        }
        self.outside_said = true;
        let start = text.end - (bytes.len() - blanks);
        self.count_to(start);
        let (place, behind) = ((self.position.line, self.position.column), self.roots > 0);
        self.say(Kind::MalformedMarkup, place, b"", || {
            format!("text {} the report's element", if behind { "behind" } else { "before" })
        });
    }

    fn piece_of_cdata(&mut self) -> io::Result<std::ops::Range<usize>> {
        if !self.have(3)? {
            self.say_open("a section of character data");
            let piece = self.at..self.filled;
            self.at = self.filled;
            self.mode = Mode::Content;
            return Ok(piece);
        }
        let rest = &self.buffer[self.at..self.filled];
        if let Some(end) = memmem::find(rest, b"]]>") {
            let piece = self.at..self.at + end;
            self.at = piece.end + 3;
            self.mode = Mode::Content;
            return Ok(piece);
        }
        if rest.len() < PIECE && self.fill()? {
            return Ok(0..0);
        }
        // The last two bytes may begin the end.
        let keep = if self.ended { 0 } else { 2 };
        let most = rest_len(self.at, self.filled) - keep;
        let piece = if keep == 0 { most } else { text::cut(&self.buffer[self.at..self.filled], most).len() };
        let piece = self.at..self.at + piece;
        self.at = piece.end;
        Ok(piece)
    }

    /// Reads over everything up to and with `end`.
    fn skip_to(&mut self, end: &'static [u8]) -> io::Result<()> {
        loop {
            if let Some(found) = memmem::find(&self.buffer[self.at..self.filled], end) {
                self.at += found + end.len();
                self.mode = Mode::Content;
                return Ok(());
            }
            self.at = self.at.max(self.filled.saturating_sub(end.len() - 1));
            if !self.fill()? {
                self.at = self.filled;
                self.say_open("a comment or an instruction");
                self.mode = Mode::Content;
                return Ok(());
            }
        }
    }

    fn say_open(&mut self, what: &'static str) {
        let place = self.here();
        self.say(Kind::Truncated, place, b"", || format!("the report ends inside {what}"));
    }

    /// What begins with `<`.
    fn markup(&mut self) -> io::Result<Found> {
        self.have(9)?;
        let rest = &self.buffer[self.at..self.filled];
        let (mode, length) = match rest {
            [b'<', b'/', ..] => return self.tag(true),
            [b'<', first, ..] if is_name_start(*first) => return self.tag(false),
            [b'<', b'!', b'[', b'C', b'D', b'A', b'T', b'A', b'[', ..] => (Mode::CData, 9),
            [b'<', b'!', b'-', b'-', ..] => (Mode::Comment, 4),
            [b'<', b'?', ..] => (Mode::Instruction, 2),
            [b'<', b'!', ..] => return self.document_type(),
            [b'<'] => {
                self.at += 1;
                self.say_open("a tag");
                return Ok(Found::Other);
            }
            _ => {
                let (place, found) = (self.here(), rest_head(&self.buffer[self.at..self.filled]));
                self.say(Kind::MalformedMarkup, place, &found, || "a `<` that begins no tag".to_owned());
                self.at += 1;
                return Ok(Found::Stray);
            }
        };
        self.at += length;
        self.mode = mode;
        Ok(Found::Other)
    }

    /// `<!DOCTYPE …>`, with a subset in brackets or without.
    fn document_type(&mut self) -> io::Result<Found> {
        let mut at = self.at;
        let (mut depth, mut quote) = (0_u32, None);
        loop {
            if at == self.filled {
                // Nothing of it is needed again.
                self.at = self.filled;
                if !self.fill()? {
                    self.say_open("a document type");
                    return Ok(Found::Other);
                }
                at = self.at;
            }
            let byte = self.buffer[at];
            at += 1;
            match (quote, byte) {
                (Some(open), _) if byte == open => quote = None,
                (Some(_), _) => {}
                (None, b'"' | b'\'') => quote = Some(byte),
                (None, b'<') => depth += 1,
                (None, b'>') => {
                    depth -= 1;
                    if depth == 0 {
                        self.at = at;
                        return Ok(Found::Other);
                    }
                }
                _ => {}
            }
        }
    }

    /// A start tag, or an end tag.
    fn tag(&mut self, is_end: bool) -> io::Result<Found> {
        let mut seen = 1;
        let mut quote = None;
        loop {
            let rest = &self.buffer[self.at..self.filled];
            if let Some(end) = tag_end(rest, &mut seen, &mut quote) {
                if end > MAX_TAG {
                    let empty = rest[end - 1] == b'/';
                    self.hold();
                    self.at += end + 1;
                    return Ok(if is_end { Found::Other } else { Found::HeldStart { empty } });
                }
                let inside = self.at + 1..self.at + end;
                (self.tag_at, self.held_place) = (self.at, None);
                self.at += end + 1;
                if is_end {
                    return Ok(Found::End(inside.start + 1..inside.end));
                }
                let empty = self.buffer[inside.end - 1] == b'/';
                return Ok(Found::Start { range: inside.start..inside.end - usize::from(empty), empty });
            }
            if rest.len() > MAX_TAG + 1 {
                return self.overlong_tag(is_end, quote);
            }
            if !self.fill()? {
                self.say_open("a tag");
                self.at = self.filled;
                return Ok(Found::Other);
            }
        }
    }

    /// Keeps the start of a tag that is too long.
    fn hold(&mut self) {
        let place = self.here();
        self.held_place = Some(place);
        self.held.clear();
        let tag = &self.buffer[self.at + 1..self.at + 1 + TAG_HEAD];
        self.held.extend_from_slice(text::cut(tag, TAG_HEAD - 4));
        let found = rest_head(&self.held);
        self.say(Kind::OverlongTag, place, &found, || format!("a tag of more than {MAX_TAG} bytes"));
    }

    fn overlong_tag(&mut self, is_end: bool, mut quote: Option<u8>) -> io::Result<Found> {
        self.hold();
        let mut last = self.buffer[self.filled - 1];
        self.at = self.filled;
        while self.fill()? {
            let rest = &self.buffer[self.at..self.filled];
            let mut seen = 0;
            if let Some(end) = tag_end(rest, &mut seen, &mut quote) {
                let empty = if end == 0 { last } else { rest[end - 1] } == b'/';
                self.at += end + 1;
                return Ok(if is_end { Found::Other } else { Found::HeldStart { empty } });
            }
            last = rest[rest.len() - 1];
            self.at = self.filled;
        }
        self.say_open("a tag");
        Ok(Found::Other)
    }

    fn start(&mut self, range: std::ops::Range<usize>, empty: bool) -> Event<'_> {
        let name_end = Tag::new(&self.buffer[range.clone()]).full_name().len();
        self.enter(
            if empty { NO_NAME } else { hash_of(&self.buffer[range.start..range.start + name_end]) },
            empty,
        );
        Event::Start(Tag::known(&self.buffer[range], name_end))
    }

    fn start_held(&mut self, empty: bool) -> Event<'_> {
        let hash = hash_of(Tag::new(&self.held).full_name());
        self.enter(hash, empty);
        Event::Start(Tag::new(&self.held))
    }

    fn enter(&mut self, hash: u32, empty: bool) {
        if self.open.is_empty() {
            self.roots += 1;
            self.outside_said = false;
            if self.roots == 2 {
                let place = self.place();
                self.say(Kind::MalformedMarkup, place, b"", || {
                    "a second element behind the report's own".to_owned()
                });
            }
        }
        self.open.push(hash);
        self.owed = usize::from(empty);
        if self.open.len() > MAX_DEPTH {
            let place = self.here();
            self.say(Kind::TooDeep, place, b"", || format!("elements in more than {MAX_DEPTH} elements"));
            self.too_deep = true;
            self.owed = self.open.len();
        }
    }

    /// Whether the end tag ends an element. Elements inside that were left open are owed an end as well.
    fn end(&mut self, name: std::ops::Range<usize>) -> bool {
        let name = self.buffer[name].trim_ascii();
        let hash = hash_of(name);
        if self.open.last() == Some(&hash) {
            self.open.pop();
            return true;
        }
        let found = rest_head(name);
        let place = self.here();
        let opened = self.open.iter().rposition(|open| *open == hash);
        self.say(Kind::MalformedMarkup, place, &found, || match opened {
            Some(_) => "the end of an element while others inside are open".to_owned(),
            None => "the end of an element that is not open".to_owned(),
        });
        let Some(opened) = opened else { return false };
        self.owed = self.open.len() - opened - 1;
        self.open.pop();
        true
    }
}

fn rest_len(at: usize, filled: usize) -> usize {
    filled - at
}

/// A little of what comes, for a diagnostic: not more than is there however the stream is cut.
fn rest_head(rest: &[u8]) -> Vec<u8> {
    let rest = &rest[..rest.len().min(9)];
    text::cut(rest, 8).to_vec()
}

enum Found {
    Start {
        range: std::ops::Range<usize>,
        empty: bool,
    },
    HeldStart {
        empty: bool,
    },
    End(std::ops::Range<usize>),
    /// A `<` that is meant as text.
    Stray,
    /// Nothing to be handed out.
    Other,
}

/// Where the `>` is that ends a tag; `seen` and `quote` remember how far was looked.
#[inline]
fn tag_end(rest: &[u8], seen: &mut usize, quote: &mut Option<u8>) -> Option<usize> {
    loop {
        if let Some(open) = *quote {
            let Some(at) = find_near(open, &rest[*seen..]) else { break };
            *seen += at + 1;
            *quote = None;
        }
        // Between two values there is hardly more than a name.
        let Some(at) = rest[*seen..].iter().position(|byte| matches!(byte, b'>' | b'"' | b'\'')) else {
            break;
        };
        *seen += at;
        if rest[*seen] == b'>' {
            return Some(*seen);
        }
        *quote = Some(rest[*seen]);
        *seen += 1;
    }
    *seen = rest.len();
    None
}

fn is_name_start(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || byte == b'_' || byte == b':' || byte >= 0x80
}

/// FNV-1a: two open elements are told apart by it, not by their names.
fn hash_of(name: &[u8]) -> u32 {
    name.iter().fold(0x811c_9dc5, |hash, byte| (hash ^ u32::from(*byte)).wrapping_mul(0x0100_0193))
}

#[cfg(test)]
#[path = "xml_tests.rs"]
mod tests;
