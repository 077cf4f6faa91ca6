//! XML as reports use it: elements and attributes, streamed. It owns the markup and must not know any format.
//!
//! A stream is read in a fixed buffer; names are the only thing that is decoded, and of entities only the five
//! of XML itself and references to characters. A document type is passed over: nothing is fetched, nothing is
//! expanded. Nesting and the length of tags are bounded. What is not well-formed is said with its place, and
//! reading goes on behind it: elements that were left open are closed, so a handler always sees matching pairs.

mod files;
mod place;
mod scan;
mod tag;

use std::io::{self, Read};

pub(super) use self::files::{Files, SourceFile};
pub(super) use self::place::Position;
use self::scan::{Scanner, Text, Token};
use self::tag::decode_text;
pub(super) use self::tag::{Markup, Tag, Value};
use super::value::Fault;
use crate::decode;
use crate::diagnostic::{Diagnostics, Kind, Spot};

/// The deepest nesting that is followed; no format goes below twenty.
const MAX_DEPTH: usize = 256;

/// What a format makes of elements.
pub(super) trait Handler {
    /// What an element is, by its name and by what it stands in.
    type Element: Copy;

    /// An element starts. `within` is what it stands in, `None` for the root.
    fn open(&mut self, within: Option<Self::Element>, tag: &Tag<'_>, said: &mut Diagnostics)
    -> Self::Element;

    /// An element ends. `text` is what stood inside, if [`Handler::keeps_text`] asked for it.
    fn close(&mut self, element: Self::Element, text: String, said: &mut Diagnostics);

    /// Whether the text inside of an element means anything.
    fn keeps_text(_: Self::Element) -> bool {
        false
    }
}

/// Reads a document to its end: how many bytes and lines it had.
pub(super) fn read<H: Handler>(
    input: &mut dyn Read,
    handler: &mut H,
    said: &mut Diagnostics,
) -> io::Result<(u64, u64)> {
    let mut scanner = Scanner::new(input)?;
    let mut document = Document { open: Vec::new(), names: Vec::new(), beyond: 0, had_root: false, handler };
    loop {
        // A root that has ended has no text behind it, and neither has one that was not there yet.
        scanner.text = document.text();
        let (closed, changes_text) = match scanner.next(said)? {
            Token::End => break,
            Token::Open(tag, is_empty) => document.open(&tag, is_empty, said),
            Token::Close(name, markup) => (document.end_of(name, &markup, said), true),
        };
        if closed > 0 || changes_text {
            let text = scanner.take_text();
            let text = if text.is_empty() { String::new() } else { decode_text(&text, scanner.encoding()) };
            document.close(closed, text, said);
        }
    }
    document.finish(scanner.last_position(), said);
    let bytes = scanner.bytes();
    Ok((bytes, if bytes == 0 { 0 } else { scanner.last_position().line() }))
}

/// The elements that are open.
struct Document<'h, H: Handler> {
    /// Each with the start of its name in `names`.
    open: Vec<(H::Element, usize)>,
    names: Vec<u8>,
    /// How many more are open below the deepest one that is followed.
    beyond: u64,
    had_root: bool,
    handler: &'h mut H,
}

impl<H: Handler> Document<'_, H> {
    fn text(&self) -> Text {
        match self.open.last() {
            None => Text::Refused,
            Some((element, _)) if self.beyond == 0 && H::keeps_text(*element) => Text::Kept,
            Some(_) => Text::Skipped,
        }
    }

    /// How many elements end with it: one if it is empty.
    #[inline]
    fn open(&mut self, tag: &Tag<'_>, is_empty: bool, said: &mut Diagnostics) -> (usize, bool) {
        if self.beyond > 0 || self.open.len() >= MAX_DEPTH {
            if self.beyond == 0 {
                tag.say(Kind::MalformedRecord, 0, said, "", || {
                    format!("elements nested deeper than {MAX_DEPTH}")
                });
            }
            self.beyond += u64::from(!is_empty);
            return (0, false);
        }
        let within = self.open.last().map(|(element, _)| *element);
        if within.is_none() && std::mem::replace(&mut self.had_root, true) {
            tag.say(Kind::MalformedRecord, 0, said, "", || {
                "a second root: one document is one report".to_owned()
            });
        }
        let element = self.handler.open(within, tag, said);
        if is_empty {
            self.handler.close(element, String::new(), said);
            return (0, false);
        }
        self.open.push((element, self.names.len()));
        self.names.extend_from_slice(tag.name());
        (0, true)
    }

    /// How many elements an end tag ends.
    fn end_of(&mut self, name: &[u8], markup: &Markup<'_>, said: &mut Diagnostics) -> usize {
        if self.beyond > 0 {
            self.beyond -= 1;
            return 0;
        }
        let mut end = self.names.len();
        let position = self.open.iter().rev().position(|(_, start)| {
            let same = self.names[*start..end] == *name;
            end = *start;
            same
        });
        match position {
            Some(0) => 1,
            Some(inner) => {
                markup.say(Kind::MalformedRecord, 0, said, "", || {
                    format!("<{}> has no end tag", decode::text(self.last_name()))
                });
                inner + 1
            }
            None => {
                markup.say(Kind::MalformedRecord, 0, said, "", || "the end of no element".to_owned());
                0
            }
        }
    }

    fn last_name(&self) -> &[u8] {
        self.open.last().map_or(&[], |(_, start)| &self.names[*start..])
    }

    fn close(&mut self, count: usize, mut text: String, said: &mut Diagnostics) {
        for _ in 0..count {
            if let Some((element, start)) = self.open.pop() {
                self.names.truncate(start);
                self.handler.close(element, std::mem::take(&mut text), said);
            }
        }
    }

    /// The stream has ended; so do all elements.
    fn finish(&mut self, end: Position, said: &mut Diagnostics) {
        let spot = || Spot { line: end.line(), column: end.column(), found: String::new() };
        let is_open = !self.open.is_empty();
        if said.count(Kind::Truncated) == 0 && (is_open || !self.had_root) {
            said.say_at(Kind::Truncated, spot, "", || {
                if is_open {
                    format!("the report ends inside of <{}>", decode::text(self.last_name()))
                } else {
                    "the report has no element at all".to_owned()
                }
            });
        }
        self.close(self.open.len(), String::new(), said);
    }
}

/// The value of an attribute that must be there; `missing` says what is wrong if it is not.
pub(super) fn required<T>(
    value: Option<Value<'_>>,
    missing: &'static str,
    parse: impl FnOnce(&[u8], usize) -> Result<T, Fault>,
) -> Result<T, Fault> {
    match value {
        Some(value) => parse(value.text, value.offset),
        None => Err(Fault::new(0, missing)),
    }
}

/// Says why an element was left out.
pub(super) fn say_fault(tag: &Tag<'_>, fault: &Fault, said: &mut Diagnostics) {
    tag.say(fault.kind, fault.offset, said, "", || fault.message.to_owned());
}

#[cfg(test)]
#[path = "xml/tests.rs"]
mod tests;
