//! Bytes of a report as text, and long texts as their beginning and end. Knows no format.

use std::borrow::Cow;

/// UTF-8 as it is, and anything else as Latin-1: no byte is lost, so two names never fall together.
pub(crate) fn text(bytes: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => Cow::Owned(bytes.iter().map(|byte| char::from(*byte)).collect()),
    }
}

/// The longest start of `bytes` of at most `most` bytes that does not end inside a character.
pub(crate) fn cut(bytes: &[u8], most: usize) -> &[u8] {
    if bytes.len() <= most {
        return bytes;
    }
    let mut end = most;
    // A character has three continuation bytes at most; more of them is no UTF-8, and any cut is as good.
    while end > most.saturating_sub(3) && end > 0 && is_continuation(bytes[end]) {
        end -= 1;
    }
    if is_continuation(bytes[end]) { &bytes[..most] } else { &bytes[..end] }
}

/// The same for text.
pub(crate) fn cut_str(text: &str, most: usize) -> &str {
    &text[..text.floor_char_boundary(most.min(text.len()))]
}

fn is_continuation(byte: u8) -> bool {
    byte & 0xc0 == 0x80
}

/// A text of which only the beginning and the end are kept.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Excerpt {
    /// The beginning, or all of it.
    pub head: String,
    /// How many bytes between the two were left out.
    pub left_out: u64,
    /// The end; empty if nothing was left out.
    pub tail: String,
}

impl Excerpt {
    /// A text that is short.
    pub fn whole(text: impl Into<String>) -> Self {
        Self { head: text.into(), ..Self::default() }
    }

    /// Whether there is no text.
    pub fn is_empty(&self) -> bool {
        self.head.is_empty() && self.left_out == 0
    }

    /// How many bytes are kept.
    pub fn len(&self) -> usize {
        self.head.len() + self.tail.len()
    }

    /// The text, with the number of bytes left out in its middle.
    pub fn shown(&self) -> String {
        if self.left_out == 0 {
            return format!("{}{}", self.head, self.tail);
        }
        format!("{}\n… {} bytes left out …\n{}", self.head, self.left_out, self.tail)
    }

    /// No more than about `most` bytes of it: a third of them from the end.
    #[must_use]
    pub fn trimmed(&self, most: usize) -> Self {
        if self.len() <= most {
            return self.clone();
        }
        let mut clip = Clip::new(most - most / 3, most / 3);
        clip.push(self.head.as_bytes());
        clip.skip(self.left_out);
        clip.push(self.tail.as_bytes());
        clip.excerpt()
    }
}

/// An [`Excerpt`] in the making, from pieces of any size, in bounded memory. To be used again and again.
#[derive(Clone, Debug)]
pub(crate) struct Clip {
    head: Vec<u8>,
    /// The last bytes behind the head, twice as many as are kept at most: then the older half goes.
    tail: Vec<u8>,
    gone: u64,
    head_most: usize,
    tail_most: usize,
}

impl Default for Clip {
    fn default() -> Self {
        Self::new(Self::HEAD, Self::TAIL)
    }
}

impl Clip {
    /// How much of the beginning of a failure's text is kept.
    pub(crate) const HEAD: usize = 6 * 1024;
    /// How much of its end.
    pub(crate) const TAIL: usize = 2 * 1024;

    pub(crate) fn new(head_most: usize, tail_most: usize) -> Self {
        Self { head: Vec::new(), tail: Vec::new(), gone: 0, head_most, tail_most }
    }

    pub(crate) fn clear(&mut self) {
        self.head.clear();
        self.tail.clear();
        self.gone = 0;
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.head.is_empty() && self.gone == 0
    }

    #[inline]
    pub(crate) fn push(&mut self, mut bytes: &[u8]) {
        let room = if self.tail.is_empty() && self.gone == 0 { self.head_most - self.head.len() } else { 0 };
        let (head, rest) = bytes.split_at(room.min(bytes.len()));
        self.head.extend_from_slice(head);
        bytes = rest;
        if bytes.is_empty() {
            return;
        }
        if bytes.len() > self.tail_most {
            let (over, end) = bytes.split_at(bytes.len() - self.tail_most);
            self.gone += (self.tail.len() + over.len()) as u64;
            self.tail.clear();
            bytes = end;
        }
        self.tail.extend_from_slice(bytes);
        if self.tail.len() > 2 * self.tail_most {
            let over = self.tail.len() - self.tail_most;
            self.tail.drain(..over);
            self.gone += over as u64;
        }
    }

    /// Bytes that are gone already.
    fn skip(&mut self, bytes: u64) {
        if bytes > 0 {
            self.gone += self.tail.len() as u64 + bytes;
            self.tail.clear();
        }
    }

    /// Adds what another one holds.
    pub(crate) fn append(&mut self, other: &Self) {
        self.push(&other.head);
        self.skip(other.gone);
        self.push(&other.tail);
    }

    /// A line break, unless there is one already or nothing before it.
    pub(crate) fn end_line(&mut self) {
        let last = self.tail.last().or(self.head.last());
        if last.is_some_and(|last| *last != b'\n') {
            self.push(b"\n");
        }
    }

    pub(crate) fn excerpt(&self) -> Excerpt {
        let over = self.tail.len().saturating_sub(self.tail_most);
        let mut left_out = self.gone + over as u64;
        let tail = &self.tail[over..];
        if left_out == 0 {
            // All of it is here: it was split anywhere.
            let mut whole = self.head.clone();
            whole.extend_from_slice(tail);
            return Excerpt::whole(text(&whole).into_owned());
        }
        let head = cut(&self.head, self.head.len().saturating_sub(1).max(1));
        let head = if std::str::from_utf8(&self.head).is_ok() { &self.head } else { head };
        let start = tail.iter().take(3).take_while(|byte| is_continuation(**byte)).count();
        left_out += (self.head.len() - head.len() + start) as u64;
        Excerpt { head: lossy(head), left_out, tail: lossy(&tail[start..]) }
    }
}

/// UTF-8 where it is; a character that was cut does not make Latin-1 of all others.
fn lossy(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(error) if error.error_len().is_none() => {
            String::from_utf8_lossy(&bytes[..error.valid_up_to()]).into_owned()
        }
        Err(_) => text(bytes).into_owned(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_long_text_keeps_its_beginning_and_its_end() {
        let mut clip = Clip::new(4, 3);
        clip.push(b"abcdefghijklmnop");
        assert_eq!(clip.excerpt(), Excerpt { head: "abcd".into(), left_out: 9, tail: "nop".into() });
        assert_eq!(clip.excerpt().shown(), "abcd\n… 9 bytes left out …\nnop");
        clip.clear();
        clip.push(b"abcdefg");
        assert_eq!(clip.excerpt(), Excerpt::whole("abcdefg"));
    }

    #[test]
    fn a_character_is_never_cut() {
        let mut clip = Clip::new(3, 3);
        clip.push("éééééééé".as_bytes());
        assert_eq!(clip.excerpt(), Excerpt { head: "é".into(), left_out: 12, tail: "é".into() });
        assert_eq!(cut("aé".as_bytes(), 2), b"a");
        assert_eq!(cut_str("aé", 2), "a");
    }

    proptest! {
        #[test]
        fn pieces_do_not_matter(pieces in proptest::collection::vec("[a-zé]{0,9}", 0..12)) {
            let whole: String = pieces.concat();
            let (mut one, mut many) = (Clip::new(5, 7), Clip::new(5, 7));
            one.push(whole.as_bytes());
            pieces.iter().for_each(|piece| many.push(piece.as_bytes()));
            let excerpt = one.excerpt();
            prop_assert_eq!(&excerpt, &many.excerpt());
            prop_assert_eq!(excerpt.len() as u64 + excerpt.left_out, whole.len() as u64);
            prop_assert!(whole.starts_with(&excerpt.head) && whole.ends_with(&excerpt.tail));
        }
    }
}
