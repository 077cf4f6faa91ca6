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
#[expect(clippy::inline_always, reason = "measured: a fifth of the time that a tracefile takes")]
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

/// Digits that fit 64 bits and a line end: the value, and what follows both.
#[expect(clippy::inline_always, reason = "measured: a fifth of the time that a tracefile takes")]
#[inline(always)]
pub(crate) fn short_count(text: &[u8]) -> Option<(u64, &[u8])> {
    let (value, length) = few_digits(text).or_else(|| digits(text))?;
    match &text[length..] {
        [b'\n', rest @ ..] | [b'\r', b'\n', rest @ ..] => Some((value, rest)),
        _ => None,
    }
}

/// One to seven digits, where eight bytes are left: their value and their number, without a branch for each
/// digit: how many digits a count has is what a processor can't guess.
#[inline]
fn few_digits(text: &[u8]) -> Option<(u64, usize)> {
    let word = u64::from_le_bytes(*text.first_chunk()?);
    // A digit becomes its value; what is no digit becomes more than 9 and then has its highest bit set.
    let values = word ^ 0x3030_3030_3030_3030;
    let others = (values.wrapping_add(0x7676_7676_7676_7676) | values) & 0x8080_8080_8080_8080;
    let length = others.trailing_zeros() / 8;
    if !(1..=7).contains(&length) {
        return None;
    }
    // The first digit is in the lowest byte. Zeros come in from below, as leading zeros of the number; then
    // neighbours are joined: digits to pairs, pairs to fours, fours to eight.
    let digits = values << (64 - 8 * length);
    let pairs = digits.wrapping_mul(10 << 8 | 1) >> 8 & 0x00ff_00ff_00ff_00ff;
    let fours = pairs.wrapping_mul(100 << 16 | 1) >> 16 & 0x0000_ffff_0000_ffff;
    let eight = fours.wrapping_mul(10_000 << 32 | 1) >> 32;
    Some((eight, length as usize))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn few_digits_are_at_most_seven_and_need_room() {
        assert_eq!(few_digits(b"0,......"), Some((0, 1)));
        assert_eq!(few_digits(b"1234567,"), Some((1_234_567, 7)));
        assert_eq!(few_digits(b"12\xff\xff\xff\xff\xff\xff"), Some((12, 2)));
        assert_eq!(few_digits(b"12345678"), None);
        assert_eq!(few_digits(b",1234567"), None);
        assert_eq!(few_digits(b"1234,"), None);
    }

    #[test]
    fn short_numbers_end_where_they_must() {
        assert_eq!(short_number(b"12,x", b','), Some((12, b"x".as_slice())));
        assert_eq!(short_number(b"999999999,", b','), Some((999_999_999, b"".as_slice())));
        for text in ["1000000000,", "12", "12.", ",", "", "x,"] {
            assert_eq!(short_number(text.as_bytes(), b','), None, "{text}");
        }
        assert_eq!(short_count(b"18446744073709551615\r\nx"), Some((u64::MAX, b"x".as_slice())));
        for text in ["18446744073709551616\n", "12", "12\r", "12 \n", "\n", ""] {
            assert_eq!(short_count(text.as_bytes()), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn few_digits_are_digits(bytes in prop_oneof![
            proptest::collection::vec(any::<u8>(), 0..12),
            "[0-9]{1,9}[,.\n]?[0-9a-z]{0,9}".prop_map(String::into_bytes),
        ]) {
            if let Some(few) = few_digits(&bytes) {
                prop_assert_eq!(Some(few), digits(&bytes));
            }
        }
    }
}
