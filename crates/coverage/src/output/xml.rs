//! Text in XML: element content and double-quoted attribute values.

use std::borrow::Cow;

/// Foreign text for XML 1.0. What no XML document may hold, written out or as a reference, becomes U+FFFD; line
/// breaks and tabs are references, because a reader turns them into blanks in attributes.
pub(super) fn escape(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_special) {
        return Cow::Borrowed(text);
    }
    let mut safe = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            '\t' => safe.push_str("&#9;"),
            '\n' => safe.push_str("&#10;"),
            '\r' => safe.push_str("&#13;"),
            c if is_special(c) => safe.push('\u{fffd}'),
            c => safe.push(c),
        }
    }
    Cow::Owned(safe)
}

fn is_special(c: char) -> bool {
    matches!(c, '&' | '<' | '>' | '"' | '\'' | '\0'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{fffe}' | '\u{ffff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_breaks_out_and_nothing_illegal_gets_in() {
        assert_eq!(escape("plain/path.rs"), "plain/path.rs");
        assert_eq!(
            escape("\"/><x a='&]]>\u{0}\u{b}\u{1b}\u{ffff}\n\t\r"),
            "&quot;/&gt;&lt;x a=&#39;&amp;]]&gt;\u{fffd}\u{fffd}\u{fffd}\u{fffd}&#10;&#9;&#13;"
        );
    }
}
