//! Cutting a stream of bytes into lines as .NET's `ReadLine` does: at `\n`, at `\r\n`, and at a lone `\r`.
//! It knows nothing about what a line means.

/// Cuts one stream that arrives in pieces.
#[derive(Clone, Debug, Default)]
pub struct LineCutter {
    pending: Vec<u8>,
    after_return: bool,
    started: bool,
}

impl LineCutter {
    /// Takes the next bytes and returns the lines that they complete.
    pub fn push(&mut self, bytes: &[u8]) -> Vec<String> {
        let mut lines = Vec::new();
        for &byte in bytes {
            let second_of_pair = byte == b'\n' && self.after_return;
            self.after_return = byte == b'\r';
            match byte {
                b'\n' if second_of_pair => {}
                b'\n' | b'\r' => lines.push(self.take()),
                _ => self.pending.push(byte),
            }
        }
        lines
    }

    /// The rest at the end of the stream; a stream that ends in a line break has none.
    pub fn finish(&mut self) -> Option<String> {
        (!self.pending.is_empty()).then(|| self.take())
    }

    fn take(&mut self) -> String {
        let bytes = std::mem::take(&mut self.pending);
        let first = !std::mem::replace(&mut self.started, true);
        let bytes = if first { bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&bytes) } else { &bytes };
        String::from_utf8_lossy(bytes).into_owned()
    }
}

/// Cuts a whole stream. A byte order mark at its start is swallowed; what is not UTF-8 becomes U+FFFD.
pub fn cut(bytes: &[u8]) -> Vec<String> {
    let mut cutter = LineCutter::default();
    let mut lines = cutter.push(bytes);
    lines.extend(cutter.finish());
    lines
}

/// A whole file as .NET's `ReadAllText` sees it: the byte order mark chooses between UTF-8 and UTF-16 (which
/// old PowerShell writes) and is swallowed.
pub fn decode_file(bytes: &[u8]) -> String {
    let wide = |bytes: &[u8], join: fn([u8; 2]) -> u16| {
        let units = bytes.chunks(2).map(|pair| match *pair {
            [first, second] => join([first, second]),
            _ => 0xFFFD,
        });
        char::decode_utf16(units).map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
    };
    match bytes {
        [0xEF, 0xBB, 0xBF, rest @ ..] => String::from_utf8_lossy(rest).into_owned(),
        [0xFF, 0xFE, rest @ ..] => wide(rest, u16::from_le_bytes),
        [0xFE, 0xFF, rest @ ..] => wide(rest, u16::from_be_bytes),
        _ => String::from_utf8_lossy(bytes).into_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_ends_at_any_of_the_three_breaks() {
        for (bytes, expected) in [
            (&b"a\nb"[..], &["a", "b"][..]),
            (b"a\r\nb\r\n", &["a", "b"]),
            (b"a\r::error::x", &["a", "::error::x"]),
            (b"a\r\r\nb", &["a", "", "b"]),
            (b"\n\r\n\r", &["", "", ""]),
            (b"a\n\rb", &["a", "", "b"]),
            (b"", &[]),
            (b"no end", &["no end"]),
        ] {
            assert_eq!(cut(bytes), expected, "{:?}", String::from_utf8_lossy(bytes));
        }
    }

    #[test]
    fn other_unicode_breaks_are_text() {
        let text = "a\u{85}b\u{2028}c\u{2029}d\u{b}e\u{c}f";
        assert_eq!(cut(text.as_bytes()), [text]);
    }

    #[test]
    fn a_pair_and_a_character_split_over_pieces_stay_whole() {
        let mut cutter = LineCutter::default();
        assert_eq!(cutter.push(b"a\r"), ["a"]);
        assert!(cutter.push(b"\n\xC3").is_empty());
        assert_eq!(cutter.push(b"\xA9\n"), ["é"]);
        assert_eq!(cutter.finish(), None);
    }

    #[test]
    fn what_is_not_utf8_is_replaced() {
        assert_eq!(cut(b"\xFF\xE2\x82::\n\xC3"), ["\u{FFFD}\u{FFFD}::", "\u{FFFD}"]);
    }

    #[test]
    fn a_byte_order_mark_is_swallowed_at_the_start_only() {
        assert_eq!(cut(b"\xEF\xBB\xBF::error::x\n\xEF\xBB\xBFb"), ["::error::x", "\u{FEFF}b"]);
        assert_eq!(decode_file(b"\xEF\xBB\xBFa=b"), "a=b");
        assert_eq!(decode_file(b"\xFF\xFEa\0=\0"), "a=");
        assert_eq!(decode_file(b"\xFE\xFF\0a"), "a");
    }
}
