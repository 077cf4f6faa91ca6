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

/// One to nine digits and the byte that must follow them; moves behind both.
#[inline]
pub(crate) fn short_number(text: &[u8], at: &mut usize, after: u8) -> Option<u32> {
    let start = *at;
    let mut value = 0_u32;
    loop {
        let byte = *text.get(*at)?;
        *at += 1;
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            return (byte == after && *at - start > 1).then_some(value);
        }
        if *at - start > 9 {
            return None;
        }
        value = value * 10 + u32::from(digit);
    }
}

/// One to eighteen digits and a line end; moves behind both.
#[inline]
pub(crate) fn short_count(text: &[u8], at: &mut usize) -> Option<u64> {
    let start = *at;
    let mut value = 0_u64;
    loop {
        let byte = *text.get(*at)?;
        *at += 1;
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            let ends = byte == b'\n' || (byte == b'\r' && text.get(*at) == Some(&b'\n'));
            *at += usize::from(byte == b'\r');
            return (ends && *at - start > 1 + usize::from(byte == b'\r')).then_some(value);
        }
        if *at - start > 18 {
            return None;
        }
        value = value * 10 + u64::from(digit);
    }
}
