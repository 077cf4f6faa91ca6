//! What stands between the quotes of a string, decoded.

use memchr::memchr;

/// Adds the decoded text. `Ok(false)` with half of a surrogate pair in it, `Err` with an escape that nobody knows.
pub(super) fn unescape(text: &[u8], decoded: &mut Vec<u8>) -> Result<bool, ()> {
    let (mut rest, mut whole, mut known) = (text, true, true);
    while let Some(at) = memchr(b'\\', rest) {
        decoded.extend_from_slice(&rest[..at]);
        let escape = rest.get(at + 1).copied().unwrap_or(b'\\');
        rest = rest.get(at + 2..).unwrap_or_default();
        let plain = match escape {
            b'"' | b'\\' | b'/' => escape,
            b'b' => 8,
            b'f' => 12,
            b'n' => b'\n',
            b'r' => b'\r',
            b't' => b'\t',
            b'u' => {
                let (character, after) = unicode(rest);
                whole &= character.is_some();
                let character = character.unwrap_or(char::REPLACEMENT_CHARACTER);
                decoded.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
                rest = after;
                continue;
            }
            _ => {
                known = false;
                decoded.push(b'\\');
                escape
            }
        };
        decoded.push(plain);
    }
    decoded.extend_from_slice(rest);
    if known { Ok(whole) } else { Err(()) }
}

/// The character that `XXXX` or `XXXX\uXXXX` stands for, and what follows it.
fn unicode(text: &[u8]) -> (Option<char>, &[u8]) {
    let Some((high, rest)) = four_digits(text) else { return (None, text) };
    let low = rest.strip_prefix(b"\\u").and_then(four_digits);
    match (high, low) {
        (0xd800..=0xdbff, Some((low @ 0xdc00..=0xdfff, rest))) => {
            (char::from_u32(0x1_0000 + ((high - 0xd800) << 10) + (low - 0xdc00)), rest)
        }
        _ => (char::from_u32(high), rest),
    }
}

fn four_digits(text: &[u8]) -> Option<(u32, &[u8])> {
    let (digits, rest) = text.split_at_checked(4)?;
    let digits = std::str::from_utf8(digits).ok().filter(|digits| !digits.starts_with('+'))?;
    Some((u32::from_str_radix(digits, 16).ok()?, rest))
}
