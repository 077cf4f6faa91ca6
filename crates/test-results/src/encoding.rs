//! UTF-16 as UTF-8, on the way. Knows no format.

use std::io::{self, Read};

use crate::lines::read_some;

/// Which of two bytes comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ByteOrder {
    Little,
    Big,
}

/// Whether the first bytes are those of a text in UTF-16, with a byte order mark or as plain ASCII.
pub(crate) fn utf16(head: &[u8]) -> Option<ByteOrder> {
    match head {
        [0xff, 0xfe, ..] => Some(ByteOrder::Little),
        [0xfe, 0xff, ..] => Some(ByteOrder::Big),
        [first, 0, second, 0, ..] if *first != 0 && *second != 0 => Some(ByteOrder::Little),
        [0, first, 0, second, ..] if *first != 0 && *second != 0 => Some(ByteOrder::Big),
        _ => None,
    }
}

/// A stream of UTF-16 that reads as UTF-8. Halves of pairs become U+FFFD.
pub(crate) struct FromUtf16<'r> {
    input: &'r mut dyn Read,
    order: ByteOrder,
    raw: Vec<u8>,
    raw_filled: usize,
    text: Vec<u8>,
    text_read: usize,
    /// The first half of a pair.
    pending: Option<u16>,
    ended: bool,
}

impl<'r> FromUtf16<'r> {
    pub(crate) fn new(input: &'r mut dyn Read, order: ByteOrder) -> Self {
        Self {
            input,
            order,
            raw: vec![0; 32 * 1024],
            raw_filled: 0,
            text: Vec::new(),
            text_read: 0,
            pending: None,
            ended: false,
        }
    }

    fn refill(&mut self) -> io::Result<()> {
        self.text.clear();
        self.text_read = 0;
        while self.text.is_empty() && !self.ended {
            let count = read_some(self.input, &mut self.raw[self.raw_filled..])?;
            self.raw_filled += count;
            self.ended = count == 0;
            let whole = self.raw_filled / 2 * 2;
            for at in (0..whole).step_by(2) {
                let pair = [self.raw[at], self.raw[at + 1]];
                let unit = match self.order {
                    ByteOrder::Little => u16::from_le_bytes(pair),
                    ByteOrder::Big => u16::from_be_bytes(pair),
                };
                self.decode(unit);
            }
            self.raw.copy_within(whole..self.raw_filled, 0);
            self.raw_filled -= whole;
            if self.ended && (self.pending.take().is_some() || self.raw_filled > 0) {
                self.raw_filled = 0;
                self.push(char::REPLACEMENT_CHARACTER);
            }
        }
        Ok(())
    }

    fn decode(&mut self, unit: u16) {
        if let Some(first) = self.pending.take() {
            if let Some(Ok(character)) = char::decode_utf16([first, unit]).next() {
                self.push(character);
                return;
            }
            self.push(char::REPLACEMENT_CHARACTER);
        }
        match char::from_u32(unit.into()) {
            Some(character) => self.push(character),
            None if unit < 0xdc00 => self.pending = Some(unit),
            None => self.push(char::REPLACEMENT_CHARACTER),
        }
    }

    fn push(&mut self, character: char) {
        self.text.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
    }
}

impl Read for FromUtf16<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.text_read == self.text.len() {
            self.refill()?;
        }
        let rest = &self.text[self.text_read..];
        let count = rest.len().min(buffer.len());
        buffer[..count].copy_from_slice(&rest[..count]);
        self.text_read += count;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::lines::tests::Dripping;

    fn decoded(bytes: &[u8], order: ByteOrder, step: usize) -> String {
        let mut text = String::new();
        let mut dripping = Dripping { rest: bytes, step };
        FromUtf16::new(&mut dripping, order).read_to_string(&mut text).unwrap();
        text
    }

    proptest! {
        #[test]
        fn any_units_are_text(units in proptest::collection::vec(prop_oneof![any::<u16>(), 0xd7f0..0xe010_u16], 0..50), odd in any::<bool>()) {
            let mut little: Vec<u8> = units.iter().flat_map(|unit| unit.to_le_bytes()).collect();
            let big: Vec<u8> = units.iter().flat_map(|unit| unit.to_be_bytes()).collect();
            let expected = String::from_utf16_lossy(&units);
            for step in [1, 3, 4096] {
                prop_assert_eq!(&decoded(&little, ByteOrder::Little, step), &expected);
                prop_assert_eq!(&decoded(&big, ByteOrder::Big, step), &expected);
            }
            if odd {
                little.push(b'x');
                let text = decoded(&little, ByteOrder::Little, 2);
                prop_assert!(text.ends_with(char::REPLACEMENT_CHARACTER));
            }
        }
    }
}
