//! Counts as JSON reports really hold them.

use crate::decode;
use crate::diagnostic::Kind;

use super::{Json, Pulled, Value};

/// From here on, a number does not fit 64 bits.
const TOO_LARGE: f64 = 18_446_744_073_709_551_616.0;

/// Whether a text that looks like a number is one.
pub(crate) fn is_number(text: &[u8]) -> bool {
    let magnitude = text.strip_prefix(b"-").unwrap_or(text);
    matches!(magnitude, b"NaN" | b"Infinity") || decimal(magnitude).is_some()
}

/// `12`, `1.5`, `1e10`, `1.5E+3`: no `inf`, no hexadecimal.
fn decimal(text: &[u8]) -> Option<f64> {
    let starts_well = text.first().is_some_and(u8::is_ascii_digit);
    let only = text.iter().all(|byte| matches!(byte, b'0'..=b'9' | b'.' | b'e' | b'E' | b'+' | b'-'));
    (starts_well && only).then(|| std::str::from_utf8(text).ok()?.parse().ok()).flatten()
}

impl Json<'_> {
    /// A value as a count: below zero is zero, above 64 bits is the largest number, a part of one is one.
    /// `None` where it is no count, which is said.
    #[inline]
    pub(crate) fn count(&mut self, value: Value) -> Pulled<Option<u64>> {
        match value {
            Value::Unsigned(count) => Ok(Some(count)),
            _ => self.odd_count(value),
        }
    }

    fn odd_count(&mut self, value: Value) -> Pulled<Option<u64>> {
        if value != Value::Number {
            self.is(value, Value::Number, "a count")?;
            return Ok(None);
        }
        let negative = self.text().starts_with(b"-");
        let magnitude = self.text().strip_prefix(b"-").unwrap_or(self.text());
        let (count, kind, message) = match (magnitude, decimal(magnitude)) {
            (b"NaN", _) => (None, Kind::UndefinedValue, "a count without a value"),
            (_, Some(0.0)) if negative => return Ok(Some(0)),
            _ if negative => (Some(0), Kind::NegativeCount, "a count below zero, read as 0"),
            (_, Some(count)) if count < TOO_LARGE && !decode::is_digits(magnitude) => {
                // Whatever ran a part of a time did run.
                #[expect(
                    clippy::cast_possible_truncation,
                    clippy::cast_sign_loss,
                    reason = "not negative and below 2^64"
                )]
                let count = count.ceil() as u64;
                (Some(count), Kind::NotAnInteger, "a count that is not written as an integer")
            }
            _ => {
                let message = "a count beyond 64 bits, read as the largest number";
                (Some(u64::MAX), Kind::OverflowingCount, message)
            }
        };
        self.say(kind, "", || message.to_owned())?;
        Ok(count)
    }

    /// A value as the number of a line of source, counted from 1. `None` where it is none, which is said.
    #[inline]
    pub(crate) fn line(&mut self, value: Value) -> Pulled<Option<u32>> {
        if let Value::Unsigned(line) = value
            && let Ok(line) = u32::try_from(line)
            && line > 0
        {
            return Ok(Some(line));
        }
        if value == Value::Unsigned(0) {
            self.say(Kind::LineZero, "", || "line 0: lines are counted from 1".to_owned())?;
        } else {
            // No value is of this kind: a container is read over.
            self.say(Kind::MalformedRecord, "the number of a line", || {
                "the line number is no number of a line".to_owned()
            })?;
            self.skip(value)?;
        }
        Ok(None)
    }

    /// The value behind a key as a total, for comparing only: `None` where it is no whole number.
    pub(crate) fn total(&mut self) -> Pulled<Option<u64>> {
        let value = self.value()?;
        self.skip(value)?;
        Ok(if let Value::Unsigned(total) = value { Some(total) } else { None })
    }
}
