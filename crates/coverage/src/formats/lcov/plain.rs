//! The records that make up nearly all of every tracefile, in their plainest form, read at once with their
//! line ends. Whatever is the least unusual is left to the readers that can say what is wrong with it.

use memchr::{memchr, memchr2};

use crate::chunks::MAX_LINE;
use crate::decode;
use crate::model::{Branch, LineHits};

/// `DA` without a checksum: the line, and what follows.
#[inline]
pub(super) fn plain_line(text: &[u8]) -> Option<(LineHits, &[u8])> {
    let rest = text.strip_prefix(b"DA:")?;
    let (line, rest) = decode::short_number(rest, b',').filter(|(line, _)| *line > 0)?;
    let (hits, rest) = decode::short_count(rest)?;
    Some((LineHits::new(line, hits), rest))
}

/// `BRDA` with plain numbers: the arm, and what follows.
#[inline]
pub(super) fn plain_branch(text: &[u8]) -> Option<(Branch, &[u8])> {
    let rest = text.strip_prefix(b"BRDA:")?;
    let (line, rest) = decode::short_number(rest, b',').filter(|(line, _)| *line > 0)?;
    let (block, rest) = decode::short_number(rest, b',')?;
    let (arm, rest) = decode::short_number(rest, b',')?;
    let (taken, rest) = match rest {
        [b'-', b'\n', rest @ ..] => (None, rest),
        _ => decode::short_count(rest).map(|(taken, rest)| (Some(taken), rest))?,
    };
    Some((Branch::numbered(line, block, arm, taken), rest))
}

/// `FN` without an end line, and without a comma in its name: line, name, and what follows.
#[inline]
pub(super) fn plain_declaration(text: &[u8]) -> Option<(u32, &[u8], &[u8])> {
    let rest = text.strip_prefix(b"FN:")?;
    let (start, rest) = decode::short_number(rest, b',').filter(|(start, _)| *start > 0)?;
    let end = memchr2(b',', b'\n', rest).filter(|end| rest[*end] == b'\n')?;
    plain_name(rest, end).map(|(name, rest)| (start, name, rest))
}

/// `FNDA`: count, name, and what follows.
#[inline]
pub(super) fn plain_call(text: &[u8]) -> Option<(u32, &[u8], &[u8])> {
    let rest = text.strip_prefix(b"FNDA:")?;
    let (hits, rest) = decode::short_number(rest, b',')?;
    let (name, rest) = plain_name(rest, memchr(b'\n', rest)?)?;
    Some((hits, name, rest))
}

/// What stands before the line end at `end`, and after it; not of a line that may be too long.
#[inline]
fn plain_name(text: &[u8], end: usize) -> Option<(&[u8], &[u8])> {
    let name = text[..end].strip_suffix(b"\r").unwrap_or(&text[..end]);
    (end < MAX_LINE / 2).then(|| (name, &text[end + 1..]))
}
