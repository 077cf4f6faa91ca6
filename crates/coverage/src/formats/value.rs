//! Line numbers and counts as reports in text really hold them. Knows no record.

use crate::decode;
use crate::diagnostic::Kind;

/// Why a record was left out.
pub(super) struct Fault {
    pub(super) kind: Kind,
    /// Into the text that holds the value.
    pub(super) offset: usize,
    pub(super) message: &'static str,
}

impl Fault {
    pub(super) fn new(offset: usize, message: &'static str) -> Self {
        Self { kind: Kind::MalformedRecord, offset, message }
    }
}

/// Something to say about a count that was read all the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Oddity {
    pub(super) kind: Kind,
    pub(super) message: &'static str,
}

/// A line number, counted from 1.
pub(super) fn parse_line(text: &[u8], offset: usize) -> Result<u32, Fault> {
    match decode::whole_u32(text) {
        Some(0) => Err(Fault { kind: Kind::LineZero, offset, message: "line 0: lines are counted from 1" }),
        Some(line) => Ok(line),
        None if is_undefined(text) => {
            Err(Fault { kind: Kind::UndefinedValue, offset, message: "a line number without a value" })
        }
        None => Err(Fault::new(offset, "the line number is no number")),
    }
}

/// A count: digits mostly; below zero is zero, above 64 bits is the largest number.
pub(super) fn parse_count(text: &[u8], offset: usize) -> Result<(u64, Option<Oddity>), Fault> {
    if let Some((count, length)) = decode::digits(text)
        && length == text.len()
    {
        return Ok((count, None));
    }
    if decode::is_digits(text) {
        return Ok((u64::MAX, Some(OVERFLOWING)));
    }
    if is_undefined(text) {
        return Err(Fault { kind: Kind::UndefinedValue, offset, message: "a count without a value" });
    }
    let (negative, magnitude) = match text {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        _ => (false, text),
    };
    let value = decimal(magnitude).ok_or(Fault::new(offset, "the count is no number"))?;
    if negative {
        return Ok((0, (value > 0.0).then_some(NEGATIVE)));
    }
    // From 2^64 on, where `as` would silently give the largest number.
    if value >= 18_446_744_073_709_551_616.0 {
        return Ok((u64::MAX, Some(OVERFLOWING)));
    }
    // Whatever ran a part of a time did run.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "not negative and below 2^64"
    )]
    Ok((value.ceil() as u64, Some(NOT_AN_INTEGER)))
}

const NEGATIVE: Oddity = Oddity { kind: Kind::NegativeCount, message: "a count below zero, read as 0" };
const OVERFLOWING: Oddity =
    Oddity { kind: Kind::OverflowingCount, message: "a count beyond 64 bits, read as the largest number" };
const NOT_AN_INTEGER: Oddity =
    Oddity { kind: Kind::NotAnInteger, message: "a count that is not written as an integer" };

fn is_undefined(text: &[u8]) -> bool {
    matches!(text.trim_ascii(), b"" | b"undefined" | b"null" | b"NaN")
}

/// `12`, `1.5`, `1e10`, `1.5E+3`: no `inf`, no `nan`, no hexadecimal.
fn decimal(text: &[u8]) -> Option<f64> {
    let starts_well = text.first().is_some_and(u8::is_ascii_digit);
    let only = text.iter().all(|byte| matches!(byte, b'0'..=b'9' | b'.' | b'e' | b'E' | b'+' | b'-'));
    (starts_well && only).then(|| std::str::from_utf8(text).ok()?.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<(u64, Option<Kind>), Kind> {
        parse_count(text.as_bytes(), 0)
            .map(|(count, oddity)| (count, oddity.map(|oddity| oddity.kind)))
            .map_err(|fault| fault.kind)
    }

    #[test]
    fn counts_of_the_wild() {
        assert_eq!(read("0"), Ok((0, None)));
        assert_eq!(read("18446744073709551615"), Ok((u64::MAX, None)));
        assert_eq!(read("18446744073709551616"), Ok((u64::MAX, Some(Kind::OverflowingCount))));
        assert_eq!(read("1e400"), Ok((u64::MAX, Some(Kind::OverflowingCount))));
        assert_eq!(read("-1"), Ok((0, Some(Kind::NegativeCount))));
        assert_eq!(read("-0"), Ok((0, None)));
        assert_eq!(read("1e10"), Ok((10_000_000_000, Some(Kind::NotAnInteger))));
        assert_eq!(read("1.5e+3"), Ok((1500, Some(Kind::NotAnInteger))));
        assert_eq!(read("0.25"), Ok((1, Some(Kind::NotAnInteger))));
        assert_eq!(read("+3"), Ok((3, Some(Kind::NotAnInteger))));
        for nothing in ["", "undefined", "NaN"] {
            assert_eq!(read(nothing), Err(Kind::UndefinedValue));
        }
        for nonsense in ["=", "x", "1x", "inf", "--1", "1e", "0x10", "-"] {
            assert_eq!(read(nonsense), Err(Kind::MalformedRecord), "{nonsense}");
        }
    }
}
