//! What stands between `<` and `>`: a name and attributes; and text with references. Knows no format and no stream.

use std::borrow::Cow;

use memchr::memchr;

use super::near::find_near;
use crate::text;

/// What stands between `<` and `>`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tag<'a> {
    raw: &'a [u8],
    /// Where the name ends, prefix and all.
    name_end: usize,
}

impl<'a> Tag<'a> {
    pub(super) fn new(raw: &'a [u8]) -> Self {
        let end = raw.iter().position(|byte| byte.is_ascii_whitespace() || *byte == b'/');
        Self { raw, name_end: end.unwrap_or(raw.len()) }
    }

    /// The same, where it is known how long the name is.
    pub(super) fn known(raw: &'a [u8], name_end: usize) -> Self {
        Self { raw, name_end }
    }

    pub(super) fn full_name(self) -> &'a [u8] {
        &self.raw[..self.name_end]
    }

    /// The name without a prefix.
    pub(crate) fn name(self) -> &'a [u8] {
        let name = self.full_name();
        name.iter().rposition(|byte| *byte == b':').map_or(name, |colon| &name[colon + 1..])
    }

    /// The attributes: name, and value with references.
    pub(crate) fn attributes(self) -> impl Iterator<Item = (&'a [u8], &'a [u8])> {
        let mut rest = &self.raw[self.name_end..];
        std::iter::from_fn(move || {
            let (attribute, after) = next_attribute(rest)?;
            rest = after;
            Some(attribute)
        })
    }

    /// One attribute.
    pub(crate) fn attribute(self, name: &str) -> Option<&'a [u8]> {
        self.attributes().find(|(found, _)| *found == name.as_bytes()).map(|(_, value)| value)
    }

    /// One attribute as text.
    pub(crate) fn text(self, name: &str) -> Option<Cow<'a, str>> {
        self.attribute(name).map(unescaped)
    }

    /// The tag, for a diagnostic.
    pub(crate) fn raw(self) -> &'a [u8] {
        self.raw
    }
}

/// A name and a value.
type Attribute<'a> = (&'a [u8], &'a [u8]);

/// An attribute, and what follows. A value without quotes ends at a blank, an open one with the tag.
#[inline]
fn next_attribute(rest: &[u8]) -> Option<(Attribute<'_>, &[u8])> {
    let start = rest.iter().position(|byte| !byte.is_ascii_whitespace() && *byte != b'/')?;
    let rest = &rest[start..];
    let name_end = rest.iter().position(|byte| *byte == b'=' || byte.is_ascii_whitespace());
    let (name, rest) = rest.split_at(name_end.unwrap_or(rest.len()));
    let rest = rest.trim_ascii_start();
    let Some(value) = rest.strip_prefix(b"=") else { return Some(((name, b""), rest)) };
    let value = value.trim_ascii_start();
    let (value, rest) = if let Some(quote @ (b'"' | b'\'')) = value.first() {
        let value = &value[1..];
        match find_near(*quote, value) {
            Some(end) => (&value[..end], &value[end + 1..]),
            None => (value, b"".as_slice()),
        }
    } else {
        let end = value.iter().position(u8::is_ascii_whitespace).unwrap_or(value.len());
        value.split_at(end)
    };
    Some(((name, value), rest))
}

/// Text with its references resolved: the five that XML knows, and characters by number. Others stay as they are.
pub(crate) fn unescaped(raw: &[u8]) -> Cow<'_, str> {
    if find_near(b'&', raw).is_none() {
        return text::text(raw);
    }
    let mut bytes = Vec::with_capacity(raw.len());
    unescape_into(raw, |piece| bytes.extend_from_slice(piece));
    Cow::Owned(text::text(&bytes).into_owned())
}

/// The same, piece by piece.
pub(crate) fn unescape_into(mut raw: &[u8], mut push: impl FnMut(&[u8])) {
    while let Some(at) = memchr(b'&', raw) {
        push(&raw[..at]);
        raw = &raw[at..];
        let end = memchr(b';', &raw[..raw.len().min(16)]);
        let mut room = [0; 4];
        if let Some(resolved) = end.and_then(|end| reference(&raw[1..end], &mut room)) {
            push(resolved);
            raw = &raw[end.expect("a reference has an end") + 1..];
        } else {
            push(b"&");
            raw = &raw[1..];
        }
    }
    push(raw);
}

fn reference<'a>(name: &[u8], room: &'a mut [u8; 4]) -> Option<&'a [u8]> {
    let number = match name {
        b"lt" => return Some(b"<"),
        b"gt" => return Some(b">"),
        b"amp" => return Some(b"&"),
        b"quot" => return Some(b"\""),
        b"apos" => return Some(b"'"),
        [b'#', b'x' | b'X', digits @ ..] => {
            u32::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?
        }
        [b'#', digits @ ..] => std::str::from_utf8(digits).ok()?.parse().ok()?,
        _ => return None,
    };
    Some(char::from_u32(number)?.encode_utf8(room).as_bytes())
}
