//! From bytes to text: what is compressed is unpacked, and what is no UTF-8 becomes it.

use std::borrow::Cow;
use std::io::Read;

use super::ReadError;
use crate::fault::{FaultKind, Faults};
use crate::json::{Value, excerpt};

/// No report is longer, unpacked.
const MOST_BYTES: u64 = 2 << 30;

/// The bytes, unpacked where they are a gzip stream.
pub(crate) fn unpacked(bytes: &[u8]) -> Result<Cow<'_, [u8]>, ReadError> {
    if !bytes.starts_with(&[0x1f, 0x8b]) {
        return Ok(Cow::Borrowed(bytes));
    }
    let mut out = Vec::new();
    let mut reader = flate2::bufread::MultiGzDecoder::new(bytes).take(MOST_BYTES + 1);
    reader.read_to_end(&mut out).map_err(|error| ReadError::Compressed(error.to_string()))?;
    if out.len() as u64 > MOST_BYTES {
        return Err(ReadError::Compressed("it holds more than 2 GiB".to_owned()));
    }
    Ok(Cow::Owned(out))
}

/// The text: UTF-8 or, with a mark, UTF-16; the mark is left out.
pub(super) fn decoded<'a>(bytes: &'a [u8], faults: &mut Faults) -> Cow<'a, str> {
    let wide = |bytes: &[u8], unit: fn([u8; 2]) -> u16| {
        let units: Vec<u16> = bytes.as_chunks::<2>().0.iter().map(|pair| unit(*pair)).collect();
        String::from_utf16_lossy(&units)
    };
    match bytes {
        [0xef, 0xbb, 0xbf, rest @ ..] => utf8(rest, faults),
        [0xff, 0xfe, rest @ ..] => Cow::Owned(wide(rest, u16::from_le_bytes)),
        [0xfe, 0xff, rest @ ..] => Cow::Owned(wide(rest, u16::from_be_bytes)),
        bytes => utf8(bytes, faults),
    }
}

fn utf8<'a>(bytes: &'a [u8], faults: &mut Faults) -> Cow<'a, str> {
    if let Err(error) = std::str::from_utf8(bytes) {
        let before = &bytes[..error.valid_up_to()];
        let line = memchr::memchr_iter(b'\n', before).count() + 1;
        let column = before.len() - memchr::memrchr(b'\n', before).map_or(0, |at| at + 1) + 1;
        let counted = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        faults.say(FaultKind::NotUtf8, (counted(line), counted(column)), || {
            format!("the byte {:#04x} is no UTF-8", bytes[error.valid_up_to()])
        });
    }
    String::from_utf8_lossy(bytes)
}

/// What a text is that is no JSON, with a comma in front; empty where nobody knows.
pub(super) fn looks_like(text: &str) -> &'static str {
    let start = text.trim_start();
    let begins = |words: &[&str]| words.iter().any(|word| start.starts_with(word));
    if begins(&["<?xml", "<testsuite", "<checkstyle", "<"]) {
        ", but XML or HTML"
    } else if begins(&["---", "%YAML"]) {
        ", but YAML"
    } else if begins(&["mode: "]) {
        ", but a Go coverage profile"
    } else if start.lines().next().is_some_and(|line| line.matches(',').count() > 2) {
        ", but CSV"
    } else {
        ""
    }
}

/// What a value has at its top, for sentences.
pub(super) fn top(value: &Value<'_>) -> String {
    const MOST: usize = 8;
    let keys = |value: &Value<'_>| -> String {
        let members = value.members().unwrap_or_default();
        let names: Vec<String> =
            members.iter().take(MOST).map(|(key, _)| format!("`{}`", excerpt(key))).collect();
        let more = if members.len() > MOST { " and more" } else { "" };
        format!("{}{more}", names.join(", "))
    };
    match value.array().map(<[Value<'_>]>::first) {
        Some(Some(first)) if first.members().is_some() => format!("a list of objects with {}", keys(first)),
        Some(Some(first)) => format!("a list that begins with {}", first.describe()),
        Some(None) => "an empty list".to_owned(),
        None if value.members().is_some_and(<[_]>::is_empty) => "an object without members".to_owned(),
        None => format!("an object with {}", keys(value)),
    }
}
