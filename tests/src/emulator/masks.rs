//! Secrets: which forms of a value the runner hides, and how it hides them. It knows nothing about where a
//! secret came from.

use std::collections::BTreeSet;

/// The values to hide, with all their encoded forms.
#[derive(Clone, Debug, Default)]
pub struct Masks {
    forms: BTreeSet<String>,
}

impl Masks {
    /// Hides a value, each of its trimmed non-empty lines, and what each becomes when somebody encodes it.
    pub fn add(&mut self, value: &str) {
        self.add_value(value);
        for line in value.split(['\r', '\n']).map(str::trim) {
            self.add_value(line);
        }
    }

    fn add_value(&mut self, value: &str) {
        let plain = std::iter::once(value.to_owned());
        self.forms.extend(plain.chain(encodings(value)).filter(|form| !form.is_empty()));
    }

    /// The text with every secret replaced by `***`; secrets that overlap or touch become one.
    pub fn hide(&self, text: &str) -> String {
        let mut spans: Vec<(usize, usize)> =
            self.forms.iter().flat_map(|form| occurrences(text, form)).collect();
        spans.sort_unstable();
        let mut hidden = String::with_capacity(text.len());
        let mut end = 0;
        for (index, &(start, stop)) in spans.iter().enumerate() {
            if index == 0 || start > end {
                hidden.push_str(&text[end..start]);
                hidden.push_str("***");
            }
            end = end.max(stop);
        }
        hidden.push_str(&text[end..]);
        hidden
    }

    /// Whether a text holds a secret.
    pub fn touches(&self, text: &str) -> bool {
        self.hide(text) != text
    }
}

/// All places of a form, overlapping ones included.
fn occurrences(text: &str, form: &str) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(at) = text[from..].find(form) {
        let start = from + at;
        found.push((start, start + form.len()));
        from = start + text[start..].chars().next().map_or(1, char::len_utf8);
    }
    found
}

fn encodings(value: &str) -> Vec<String> {
    let bytes = value.as_bytes();
    let shifted = |by: usize| base64(if bytes.len() > by { &bytes[by..] } else { bytes });
    vec![
        base64(bytes),
        shifted(1),
        shifted(2),
        value.replace('"', "\\\""),
        value.replace('\'', "''"),
        json(value),
        uri(value),
        xml(value),
        without_quotes(value),
        before_ampersand(value),
        after_ampersand(value),
    ]
}

fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for group in bytes.chunks(3) {
        let byte = |index: usize| u32::from(group.get(index).copied().unwrap_or(0));
        let word = byte(0) << 16 | byte(1) << 8 | byte(2);
        for digit in 0..4 {
            let sextet = (word >> (18 - 6 * digit)) & 63;
            text.push(if digit <= group.len() { char::from(ALPHABET[sextet as usize]) } else { '=' });
        }
    }
    text
}

fn json(value: &str) -> String {
    use std::fmt::Write;
    let mut text = String::new();
    for character in value.chars() {
        match character {
            '"' => text.push_str("\\\""),
            '\\' => text.push_str("\\\\"),
            '\n' => text.push_str("\\n"),
            '\r' => text.push_str("\\r"),
            '\t' => text.push_str("\\t"),
            '\u{8}' => text.push_str("\\b"),
            '\u{c}' => text.push_str("\\f"),
            '\0'..='\u{1f}' | '\u{85}' | '\u{2028}' | '\u{2029}' => {
                write!(text, "\\u{:04x}", u32::from(character)).expect("a string takes any text");
            }
            _ => text.push(character),
        }
    }
    text
}

fn uri(value: &str) -> String {
    use std::fmt::Write;
    let mut text = String::new();
    for &byte in value.as_bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            text.push(char::from(byte));
        } else {
            write!(text, "%{byte:02X}").expect("a string takes any text");
        }
    }
    text
}

fn xml(value: &str) -> String {
    let escape = [('&', "&amp;"), ('<', "&lt;"), ('>', "&gt;"), ('"', "&quot;"), ('\'', "&apos;")];
    escape.iter().fold(value.to_owned(), |text, (plain, code)| text.replace(*plain, code))
}

fn without_quotes(value: &str) -> String {
    let inner = value.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    inner.filter(|_| utf16_length(value) > 8).unwrap_or_default().to_owned()
}

/// PowerShell prints a failed command in two colours and so in two pieces, cut at an ampersand. Pieces under
/// six units are too short to hide.
fn before_ampersand(value: &str) -> String {
    let end = value.find("&+").map(|at| at + 2).or_else(|| value.rfind('&').map(|at| at + 1));
    long_enough(end.map_or("", |end| &value[..end]))
}

fn after_ampersand(value: &str) -> String {
    let coloured = |at: usize| {
        let mut rest = value[at + 2..].chars();
        rest.next();
        rest.as_str()
    };
    let plain = |at: usize| &value[at + 1..];
    long_enough(value.find("&+").map(coloured).or_else(|| value.rfind('&').map(plain)).unwrap_or_default())
}

fn long_enough(piece: &str) -> String {
    if utf16_length(piece) >= 6 { piece.to_owned() } else { String::new() }
}

fn utf16_length(text: &str) -> usize {
    text.encode_utf16().count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hide(secret: &str, text: &str) -> String {
        let mut masks = Masks::default();
        masks.add(secret);
        masks.hide(text)
    }

    #[test]
    fn every_encoded_form_is_hidden() {
        let secret = "\"p<a&s's/wörd\"";
        for (form, text) in [
            ("plain", "\"p<a&s's/wörd\""),
            ("base64", "InA8YSZzJ3Mvd8O2cmQi"),
            ("base64, one byte on", "cDxhJnMncy93w7ZyZCI="),
            ("base64, two bytes on", "PGEmcydzL3fDtnJkIg=="),
            ("command line", "\\\"p<a&s's/wörd\\\""),
            ("expression", "\"p<a&s''s/wörd\""),
            ("uri", "%22p%3Ca%26s%27s%2Fw%C3%B6rd%22"),
            ("xml", "&quot;p&lt;a&amp;s&apos;s/wörd&quot;"),
            ("without quotes", "p<a&s's/wörd"),
            ("after the ampersand", "s's/wörd\""),
        ] {
            assert_eq!(hide(secret, &format!("[{text}]")), "[***]", "{form}");
        }
        assert_eq!(hide("a\\b\u{1}\nc", "[a\\\\b\\u0001\\nc]"), "[***]", "json");
        assert_eq!(hide("alpha&+beta-gamma", "alpha&+ eta-gamma"), "*** ***", "the coloured letter");
    }

    #[test]
    fn every_line_of_a_secret_is_hidden_by_itself() {
        assert_eq!(
            hide("first line\r\n  second line  \n\n", "first line; second line; third"),
            "***; ***; third"
        );
    }

    #[test]
    fn secrets_that_overlap_or_touch_become_one() {
        let mut masks = Masks::default();
        masks.add("abcabc");
        masks.add("xyz");
        assert_eq!(masks.hide("1abcabcabc2"), "1***2");
        assert_eq!(masks.hide("abcabcxyz abcabc"), "*** ***");
        assert_eq!(masks.hide("abcab"), "abcab");
    }

    #[test]
    fn an_empty_value_hides_nothing() {
        assert_eq!(hide("", "text"), "text");
        assert_eq!(hide(" \n", "a b"), "a b");
    }
}
