//! Bytes of a report as text. Knows no format.

use std::borrow::Cow;

/// UTF-8 as it is, and anything else as Latin-1: no byte is lost, so two names never fall together.
pub(crate) fn text(bytes: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => Cow::Owned(bytes.iter().map(|byte| char::from(*byte)).collect()),
    }
}

/// A run of decimal digits at the start: its value and its length, if it has one and it fits 64 bits.
#[inline]
pub(crate) fn digits(bytes: &[u8]) -> Option<(u64, usize)> {
    let mut value = 0_u64;
    let mut length = 0;
    while let Some(digit) = bytes.get(length).map(|byte| byte.wrapping_sub(b'0')).filter(|digit| *digit < 10)
    {
        value = value.checked_mul(10)?.checked_add(u64::from(digit))?;
        length += 1;
    }
    (length > 0).then_some((value, length))
}

/// A whole text of decimal digits that fits 32 bits.
pub(crate) fn whole_u32(bytes: &[u8]) -> Option<u32> {
    digits(bytes)
        .filter(|(_, length)| *length == bytes.len())
        .and_then(|(value, _)| u32::try_from(value).ok())
}

/// Whether the text is one or more decimal digits, of any length.
pub(crate) fn is_digits(bytes: &[u8]) -> bool {
    !bytes.is_empty() && bytes.iter().all(u8::is_ascii_digit)
}

/// One to nine digits and the byte that must follow them: the value, and what follows both.
#[expect(clippy::inline_always, reason = "measured: a tenth of the time of a tracefile")]
#[inline(always)]
pub(crate) fn short_number(text: &[u8], after: u8) -> Option<(u32, &[u8])> {
    let mut value = 0_u32;
    for (length, byte) in text.iter().enumerate().take(10) {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            return (*byte == after && length > 0).then(|| (value, &text[length + 1..]));
        }
        // The tenth digit may wrap; nobody sees it, for the loop ends.
        value = value.wrapping_mul(10).wrapping_add(u32::from(digit));
    }
    None
}

/// One to eighteen digits and a line end: the value, and what follows both.
#[expect(clippy::inline_always, reason = "measured: a tenth of the time of a tracefile")]
#[inline(always)]
pub(crate) fn short_count(text: &[u8]) -> Option<(u64, &[u8])> {
    let mut value = 0_u64;
    for (length, byte) in text.iter().enumerate().take(19) {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            return (length > 0).then(|| after_line_end(&text[length..])).flatten().map(|rest| (value, rest));
        }
        value = value.wrapping_mul(10).wrapping_add(u64::from(digit));
    }
    None
}

#[inline]
fn after_line_end(text: &[u8]) -> Option<&[u8]> {
    match text {
        [b'\n', rest @ ..] | [b'\r', b'\n', rest @ ..] => Some(rest),
        _ => None,
    }
}
