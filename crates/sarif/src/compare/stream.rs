//! Numbers and texts as bytes, and back with every length held to a limit before anything is made of it. Knows nothing of
//! findings.

use std::io::{Read, Write};
use std::sync::Arc;

use flate2::Compression;
use flate2::read::ZlibDecoder;
use flate2::write::ZlibEncoder;

use super::SnapshotError;

/// Bytes in the making.
#[derive(Debug, Default)]
pub(super) struct Writer {
    bytes: Vec<u8>,
}

impl Writer {
    #[cfg(test)]
    pub(super) fn of(bytes: &[u8]) -> Self {
        Self { bytes: bytes.to_vec() }
    }

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

    /// Sorted texts: how much each has in common with the one before, how long the rest is, and the rests.
    pub(super) fn texts(&mut self, texts: &[&str]) {
        self.number(texts.len() as u64);
        let mut rests = Vec::new();
        let mut before = "";
        for text in texts {
            let equal = before.bytes().zip(text.bytes()).take_while(|(left, right)| left == right).count();
            let common = text.floor_char_boundary(equal);
            self.number(common as u64);
            self.number((text.len() - common) as u64);
            rests.extend_from_slice(&text.as_bytes()[common..]);
            before = text;
        }
        self.bytes(&rests);
    }

    /// Appends everything as a zlib stream.
    pub(super) fn pack_into(&self, to: &mut Vec<u8>) {
        let mut encoder = ZlibEncoder::new(to, Compression::default());
        encoder.write_all(&self.bytes).and_then(|()| encoder.finish().map(drop)).expect("memory takes bytes");
    }
}

/// The bytes of a zlib stream, if it is whole, nothing follows, and they are no more than `most`.
pub(super) fn unpack(bytes: &[u8], most: u64) -> Result<Vec<u8>, SnapshotError> {
    let mut decoder = ZlibDecoder::new(bytes);
    let mut unpacked = Vec::new();
    (&mut decoder)
        .take(most + 1)
        .read_to_end(&mut unpacked)
        .map_err(|_| SnapshotError::Broken("it can't be unpacked"))?;
    if unpacked.len() as u64 > most {
        return Err(SnapshotError::TooLarge);
    }
    if decoder.total_in() != bytes.len() as u64 {
        return Err(SnapshotError::Broken("something follows its end"));
    }
    Ok(unpacked)
}

const SHORT: SnapshotError = SnapshotError::Broken("it ends too early");

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

    pub(super) fn take(&mut self, count: usize) -> Result<&'a [u8], SnapshotError> {
        let (taken, rest) = self.rest.split_at_checked(count).ok_or(SHORT)?;
        self.rest = rest;
        Ok(taken)
    }

    pub(super) fn number(&mut self) -> Result<u64, SnapshotError> {
        let mut number = 0_u64;
        for shift in (0..64).step_by(7) {
            let [byte, ..] = *self.take(1)? else { return Err(SHORT) };
            let bits = u64::from(byte & 0x7f);
            if bits << shift >> shift != bits {
                break;
            }
            number |= bits << shift;
            if byte & 0x80 == 0 {
                return Ok(number);
            }
        }
        Err(SnapshotError::Broken("a number is too large"))
    }

    /// A count, or an index below one. What is counted takes at least `size` bytes each, of those that are left.
    pub(super) fn count(&mut self, most: usize, size: usize) -> Result<usize, SnapshotError> {
        let count = usize::try_from(self.number()?).map_err(|_| SnapshotError::TooLarge)?;
        match count {
            _ if count > most => Err(SnapshotError::TooLarge),
            _ if count > self.rest.len() / size => Err(SHORT),
            _ => Ok(count),
        }
    }

    /// So many texts of at most `each` bytes, and `together` in all.
    pub(super) fn texts(
        &mut self,
        most: usize,
        each: usize,
        together: usize,
    ) -> Result<Vec<Arc<str>>, SnapshotError> {
        let count = self.count(most, 2)?;
        let mut lengths = Vec::with_capacity(count);
        let mut sum = 0;
        for _ in 0..count {
            let (common, own) = (self.number()?, self.number()?);
            let length = |number: u64| usize::try_from(number).ok().filter(|length| *length <= each);
            let (common, own) = length(common).zip(length(own)).ok_or(SnapshotError::TooLarge)?;
            sum += common + own;
            if common + own > each || sum > together {
                return Err(SnapshotError::TooLarge);
            }
            lengths.push((common, own));
        }
        let mut before = String::new();
        let mut texts = Vec::with_capacity(count);
        for (common, own) in lengths {
            if !before.is_char_boundary(common) {
                return Err(SnapshotError::Broken("a text is shorter than said"));
            }
            before.truncate(common);
            let own = std::str::from_utf8(self.take(own)?);
            before.push_str(own.map_err(|_| SnapshotError::Broken("a text is no UTF-8"))?);
            texts.push(Arc::from(before.as_str()));
        }
        Ok(texts)
    }
}
