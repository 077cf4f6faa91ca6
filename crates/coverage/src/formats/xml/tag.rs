//! One start tag: its name, its attributes and where they stand. Knows no format and no stream.

use std::borrow::Cow;
use std::ops::Deref;

use memchr::{memchr, memchr2, memrchr};

use super::place::{Encoding, Places, Position};
use crate::decode;
use crate::diagnostic::{Diagnostics, Kind, Spot, excerpt};

/// Name and value of an attribute, as offsets into its tag. Tags are bounded, so 32 bits do.
#[derive(Clone, Copy, Debug)]
pub(super) struct Attribute {
    name: (u32, u32),
    value: (u32, u32),
}

/// Where a start tag ends and what it is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shape {
    pub(super) name_end: usize,
    /// Behind the tag.
    pub(super) end: usize,
    pub(super) is_empty: bool,
    /// What is wrong with it, and where.
    pub(super) fault: Option<(usize, &'static str)>,
}

/// Finds the attributes of the tag with which `text` starts. `None` if the tag does not end in `text`.
#[inline]
pub(super) fn split(text: &[u8], attributes: &mut Vec<Attribute>) -> Option<Shape> {
    attributes.clear();
    let mut at = 1;
    while !is_delimiter(*text.get(at)?) {
        at += 1;
    }
    let name_end = at;
    loop {
        at = skip_blanks(text, at);
        match *text.get(at)? {
            b'>' => return Some(Shape { name_end, end: at + 1, is_empty: false, fault: None }),
            b'/' if *text.get(at + 1)? == b'>' => {
                return Some(Shape { name_end, end: at + 2, is_empty: true, fault: None });
            }
            _ => match split_attribute(text, at)? {
                Ok((attribute, end)) => {
                    attributes.push(attribute);
                    at = end;
                }
                Err((offset, message)) => {
                    attributes.clear();
                    return recover(text, name_end, offset, message);
                }
            },
        }
    }
}

/// `name="value"` at `at`, and the offset behind it; or what is wrong with it. `None` if `text` ends before.
#[inline]
#[expect(clippy::type_complexity, reason = "three outcomes: too short, broken, read")]
fn split_attribute(text: &[u8], at: usize) -> Option<Result<(Attribute, usize), (usize, &'static str)>> {
    let mut name_end = at;
    while !is_delimiter(*text.get(name_end)?) {
        name_end += 1;
    }
    if name_end == at {
        return Some(Err((at, "no attribute may start here")));
    }
    let equals = skip_blanks(text, name_end);
    if *text.get(equals)? != b'=' {
        return Some(Err((equals, "an attribute without a value")));
    }
    let quote_at = skip_blanks(text, equals + 1);
    let quote = *text.get(quote_at)?;
    if !matches!(quote, b'"' | b'\'') {
        return Some(Err((quote_at, "the value of an attribute needs quotes")));
    }
    let start = quote_at + 1;
    let end = find_end_of_value(text, start, quote)?;
    if text[end] != quote {
        return Some(Err((end, "the value of an attribute has no end")));
    }
    let attribute = Attribute { name: (short(at), short(name_end)), value: (short(start), short(end)) };
    Some(Ok((attribute, end + 1)))
}

/// The closing quote, or a `<`, which no value may hold.
#[inline]
fn find_end_of_value(text: &[u8], start: usize, quote: u8) -> Option<usize> {
    // Most values are shorter than it takes to set up a search.
    let near = text.get(start..start + 12).unwrap_or(&text[start..]);
    if let Some(length) = near.iter().position(|byte| *byte == quote || *byte == b'<') {
        return Some(start + length);
    }
    let far = start + near.len();
    memchr2(quote, b'<', &text[far..]).map(|length| far + length)
}

/// A tag that is broken at `fault` ends at the next `>`, or before the next tag.
fn recover(text: &[u8], name_end: usize, fault: usize, message: &'static str) -> Option<Shape> {
    let end = fault + memchr2(b'>', b'<', &text[fault..])?;
    let fault = Some((fault, message));
    if text[end] == b'>' {
        return Some(Shape { name_end, end: end + 1, is_empty: text[end - 1] == b'/', fault });
    }
    // A value without its closing quote ran over the end of its tag. If there is no end at all, the tag is taken
    // for an empty one, as most are: what follows is then not lost inside of it.
    let is_empty = memrchr(b'>', &text[..end]).is_none_or(|close| text[close - 1] == b'/');
    Some(Shape { name_end, end, is_empty, fault })
}

#[inline]
fn skip_blanks(text: &[u8], mut at: usize) -> usize {
    while text.get(at).is_some_and(u8::is_ascii_whitespace) {
        at += 1;
    }
    at
}

#[inline]
fn is_delimiter(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n' | b'/' | b'>' | b'<' | b'=' | b'"' | b'\'')
}

fn short(offset: usize) -> u32 {
    u32::try_from(offset).unwrap_or(u32::MAX)
}

/// Some markup and where it stands.
#[derive(Clone, Copy)]
pub(in crate::formats) struct Markup<'a> {
    pub(super) text: &'a [u8],
    /// The buffer in which it stands.
    pub(super) buffer: &'a [u8],
    pub(super) start: usize,
    pub(super) places: &'a Places,
}

impl Markup<'_> {
    /// Where the markup stands.
    pub(in crate::formats) fn position(&self) -> Position {
        self.places.locate(self.buffer, self.start, 0)
    }

    /// Its text as diagnostics show it.
    pub(in crate::formats) fn shown(&self) -> String {
        shown(self.text)
    }

    /// Says something about the place at `offset` of the markup.
    pub(in crate::formats) fn say(
        &self,
        kind: Kind,
        offset: usize,
        said: &mut Diagnostics,
        expected: &'static str,
        message: impl FnOnce() -> String,
    ) {
        let spot = || {
            let position = self.places.locate(self.buffer, self.start, offset);
            Spot { line: position.line(), column: position.column(), found: self.shown() }
        };
        said.say_at(kind, spot, expected, message);
    }
}

/// A start tag.
pub(in crate::formats) struct Tag<'a> {
    pub(super) markup: Markup<'a>,
    pub(super) name: &'a [u8],
    pub(super) attributes: &'a [Attribute],
    pub(super) is_broken: bool,
}

impl<'a> Deref for Tag<'a> {
    type Target = Markup<'a>;

    fn deref(&self) -> &Markup<'a> {
        &self.markup
    }
}

/// The value of an attribute as it is written.
#[derive(Clone, Copy)]
pub(in crate::formats) struct Value<'a> {
    /// The bytes between the quotes.
    pub(in crate::formats) text: &'a [u8],
    /// Where they start in their tag.
    pub(in crate::formats) offset: usize,
}

impl<'a> Tag<'a> {
    /// The name of the element.
    pub(in crate::formats) fn name(&self) -> &'a [u8] {
        self.name
    }

    /// Whether it is not well-formed: it was said, there are no attributes, and what it means is lost.
    pub(in crate::formats) fn is_broken(&self) -> bool {
        self.is_broken
    }

    /// Names and values in the order of the document.
    #[inline]
    pub(in crate::formats) fn attributes(&self) -> impl Iterator<Item = (&'a [u8], Value<'a>)> + use<'a> {
        let text = self.markup.text;
        self.attributes.iter().map(move |attribute| {
            let range = |(start, end): (u32, u32)| &text[start as usize..end as usize];
            (
                range(attribute.name),
                Value { text: range(attribute.value), offset: attribute.value.0 as usize },
            )
        })
    }

    /// The value of one attribute.
    pub(in crate::formats) fn value(&self, name: &[u8]) -> Option<Value<'a>> {
        self.attributes().find(|(found, _)| *found == name).map(|(_, value)| value)
    }

    /// The value of an attribute as text, with its entities expanded; what is odd about it is said.
    pub(in crate::formats) fn text(&self, value: Value<'a>, said: &mut Diagnostics) -> Cow<'a, str> {
        let (text, unknown) = decode_value(value.text, self.places.encoding());
        if let Some(offset) = unknown {
            self.say(Kind::EntityNotExpanded, value.offset + offset, said, "", || {
                "an entity that XML itself does not know is left as it is".to_owned()
            });
        }
        if self.places.encoding() == Encoding::Utf8 && std::str::from_utf8(value.text).is_err() {
            self.say(Kind::NameNotUtf8, value.offset, said, "", || "a name that is not UTF-8".to_owned());
        }
        text
    }
}

/// The first line of some markup, bounded.
pub(super) fn shown(text: &[u8]) -> String {
    excerpt(&text[..memchr(b'\n', text).unwrap_or(text.len())])
}

/// A value with its entities expanded, and the offset of the first one that is left as it is: only the five
/// that every document has and references to characters are known, so nothing can grow.
fn decode_value(value: &[u8], encoding: Encoding) -> (Cow<'_, str>, Option<usize>) {
    let text = match encoding {
        Encoding::Utf8 => decode::text(value),
        Encoding::Latin1 => value.iter().map(|byte| char::from(*byte)).collect(),
    };
    let Some(first) = memchr(b'&', text.as_bytes()) else { return (text, None) };
    let (mut expanded, mut rest) = (text[..first].to_owned(), &text[first..]);
    let mut unknown = None;
    while let Some(entity) = rest.strip_prefix('&') {
        // The longest one is `&#x10ffff;`, or with some zeros before.
        let name = entity.as_bytes().iter().take(16).position(|byte| *byte == b';').map(|end| &entity[..end]);
        if let Some((name, character)) = name.and_then(|name| Some((name, character(name)?))) {
            expanded.push(character);
            rest = &entity[name.len() + 1..];
        } else {
            unknown.get_or_insert(value.len().min(text.len() - rest.len()));
            expanded.push('&');
            rest = entity;
        }
        let next = memchr(b'&', rest.as_bytes()).unwrap_or(rest.len());
        expanded.push_str(&rest[..next]);
        rest = &rest[next..];
    }
    (Cow::Owned(expanded), unknown)
}

fn character(name: &str) -> Option<char> {
    let number = |digits: &str, radix| {
        let number = u32::from_str_radix(digits, radix).ok().filter(|_| !digits.starts_with('+'))?;
        char::from_u32(number).filter(|character| *character != '\0')
    };
    match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => {
            let reference = name.strip_prefix('#')?;
            match reference.strip_prefix(['x', 'X']) {
                Some(digits) => number(digits, 16),
                None => number(reference, 10),
            }
        }
    }
}

/// Text of an element, with its entities expanded.
pub(super) fn decode_text(text: &[u8], encoding: Encoding) -> String {
    decode_value(text, encoding).0.into_owned()
}
