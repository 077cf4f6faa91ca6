//! Numbers, texts and columns as bytes, and back with every length held to a limit before anything is made of it. Knows
//! nothing of tests.

use std::io::{Read, Write};

use flate2::Compression;
use flate2::read::ZlibDecoder;
use flate2::write::ZlibEncoder;

use super::super::HistoryError;
use crate::identity::TestId;

/// Bytes in the making.
#[derive(Debug, Default)]
pub(super) struct Writer {
    bytes: Vec<u8>,
}

impl Writer {
    /// LEB128.
    pub(super) fn number(&mut self, mut number: u64) {
        while number >= 0x80 {
            self.bytes.push(number.to_le_bytes()[0] | 0x80);
            number >>= 7;
        }
        self.bytes.push(number.to_le_bytes()[0]);
    }

    pub(super) fn bytes(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    /// A length and a text.
    pub(super) fn text(&mut self, text: &str) {
        self.number(text.len() as u64);
        self.bytes(text.as_bytes());
    }

    /// Values, each with how often it follows itself.
    pub(super) fn repeated(&mut self, values: impl Iterator<Item = u64>) {
        let mut values = values.peekable();
        while let Some(value) = values.next() {
            let mut repeats = 0;
            while values.next_if_eq(&value).is_some() {
                repeats += 1;
            }
            self.number(value);
            self.number(repeats);
        }
    }

    /// Texts: how much each has in common with the one before, then how long the rests are, then the rests.
    pub(super) fn texts<'a>(&mut self, texts: impl Iterator<Item = &'a str>) {
        let mut rests = Vec::new();
        let mut lengths = Self::default();
        let mut before = "";
        for text in texts {
            let equal = before.bytes().zip(text.bytes()).take_while(|(left, right)| left == right).count();
            let common = text.floor_char_boundary(equal);
            self.number(common as u64);
            lengths.number((text.len() - common) as u64);
            rests.extend_from_slice(&text.as_bytes()[common..]);
            before = text;
        }
        self.bytes(&lengths.bytes);
        self.bytes(&rests);
    }

    /// Appends everything as a zlib stream.
    pub(super) fn pack_into(&self, to: &mut Vec<u8>) {
        let mut encoder = ZlibEncoder::new(to, Compression::best());
        encoder.write_all(&self.bytes).and_then(|()| encoder.finish().map(drop)).expect("memory takes bytes");
    }
}

/// The bytes of a zlib stream, if it is whole, nothing follows, and they are no more than `most`.
pub(super) fn unpack(bytes: &[u8], most: u64) -> Result<Vec<u8>, HistoryError> {
    let mut decoder = ZlibDecoder::new(bytes);
    let mut unpacked = Vec::new();
    (&mut decoder)
        .take(most + 1)
        .read_to_end(&mut unpacked)
        .map_err(|_| HistoryError::Broken("it can't be unpacked"))?;
    if unpacked.len() as u64 > most {
        return Err(HistoryError::TooLarge("unpacked"));
    }
    if decoder.total_in() != bytes.len() as u64 {
        return Err(HistoryError::Broken("something follows its end"));
    }
    Ok(unpacked)
}

const SHORT: HistoryError = HistoryError::Broken("it ends too early");

/// Bytes that are read from their beginning.
#[derive(Debug)]
pub(super) struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    pub(super) fn is_at_end(&self) -> bool {
        self.rest.is_empty()
    }

    pub(super) fn take(&mut self, count: usize) -> Result<&'a [u8], HistoryError> {
        let (taken, rest) = self.rest.split_at_checked(count).ok_or(SHORT)?;
        self.rest = rest;
        Ok(taken)
    }

    pub(super) fn byte(&mut self) -> Result<u8, HistoryError> {
        Ok(self.take(1)?[0])
    }

    pub(super) fn number(&mut self) -> Result<u64, HistoryError> {
        let mut number = 0_u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            let bits = u64::from(byte & 0x7f);
            if bits << shift >> shift != bits {
                break;
            }
            number |= bits << shift;
            if byte & 0x80 == 0 {
                return Ok(number);
            }
        }
        Err(HistoryError::Broken("a number is too large"))
    }

    /// A count of what is there.
    pub(super) fn number_up_to(&mut self, most: usize, what: &'static str) -> Result<usize, HistoryError> {
        let number = self.number()?;
        usize::try_from(number).ok().filter(|number| *number <= most).ok_or(HistoryError::TooLarge(what))
    }

    pub(super) fn id(&mut self) -> Result<TestId, HistoryError> {
        let bytes = self.take(8)?.first_chunk().expect("there are eight");
        match u64::from_le_bytes(*bytes) {
            0 => Err(HistoryError::Broken("an identity is none")),
            id => Ok(TestId(id)),
        }
    }

    pub(super) fn text(&mut self, most: usize) -> Result<&'a str, HistoryError> {
        let length = self.number_up_to(most, "a text")?;
        let bytes = self.take(length)?;
        std::str::from_utf8(bytes).map_err(|_| HistoryError::Broken("a text is no UTF-8"))
    }

    /// So many values.
    pub(super) fn repeated(&mut self, count: usize) -> Result<Vec<u64>, HistoryError> {
        let mut values = Vec::new();
        while values.len() < count {
            let value = self.number()?;
            let repeats = self.number_up_to(count - values.len() - 1, "repeats")?;
            values.resize(values.len() + repeats + 1, value);
        }
        Ok(values)
    }

    /// So many texts of at most `most` bytes each, and `most_together` in all.
    pub(super) fn texts(
        &mut self,
        count: usize,
        most: usize,
        most_together: usize,
    ) -> Result<Vec<Box<str>>, HistoryError> {
        // Each takes two bytes at least: a count that is too great for what is there fails before anything is kept.
        if count > self.rest.len() / 2 {
            return Err(SHORT);
        }
        let lengths = |reader: &mut Self| -> Result<Vec<u32>, HistoryError> {
            let length = |reader: &mut Self| {
                let length = reader.number_up_to(most, "a text")?;
                u32::try_from(length).map_err(|_| HistoryError::TooLarge("a text"))
            };
            (0..count).map(|_| length(reader)).collect()
        };
        let (common, own) = (lengths(self)?, lengths(self)?);
        let mut together = 0;
        let mut before: Box<str> = Box::default();
        let mut texts = Vec::with_capacity(count);
        for (common, own) in common.into_iter().zip(own) {
            let (common, own) = (common as usize, own as usize);
            together += common + own;
            if common + own > most || together > most_together {
                return Err(HistoryError::TooLarge("its texts"));
            }
            let own = std::str::from_utf8(self.take(own)?);
            let own = own.map_err(|_| HistoryError::Broken("a text is no UTF-8"))?;
            let common = before.get(..common).ok_or(HistoryError::Broken("a text is shorter than said"))?;
            let text: Box<str> = [common, own].concat().into();
            texts.push(std::mem::replace(&mut before, text));
        }
        // The first place holds the empty text from before the first.
        if count > 0 {
            texts.remove(0);
            texts.push(before);
        }
        Ok(texts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_is_unpacked_up_to_a_limit() {
        let mut packed = Vec::new();
        Writer { bytes: vec![7; 1_000_000] }.pack_into(&mut packed);
        assert!(packed.len() < 2000);
        assert_eq!(unpack(&packed, 999_999), Err(HistoryError::TooLarge("unpacked")));
        assert_eq!(unpack(&packed, 1_000_000), Ok(vec![7; 1_000_000]));
    }
}
