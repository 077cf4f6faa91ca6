//! What the reader of XML makes of documents, whole ones and broken ones.

use expect_test::{Expect, expect};
use proptest::prelude::*;

use super::*;
use crate::lines::tests::Dripping;

/// The events as lines, text joined.
fn events(input: &[u8], step: usize) -> String {
    let mut dripping = Dripping { rest: input, step };
    let mut xml = Xml::new(&mut dripping);
    let (mut shown, mut text) = (String::new(), Vec::new());
    let flush = |shown: &mut String, text: &mut Vec<u8>| {
        if !text.is_empty() {
            shown.push_str(&format!("text {:?}\n", text::text(text)));
            text.clear();
        }
    };
    loop {
        let start = match xml.next(true).unwrap() {
            None => break,
            Some(Event::Text(piece)) => {
                unescape_into(piece, |piece| text.extend_from_slice(piece));
                continue;
            }
            Some(Event::CData(piece)) => {
                text.extend_from_slice(piece);
                continue;
            }
            Some(Event::End) => "end".to_owned(),
            Some(Event::Start(tag)) => {
                let attributes: Vec<_> = tag
                    .attributes()
                    .map(|(name, value)| format!(" {}={:?}", text::text(name), unescaped(value)))
                    .map(|text| if text.len() > 200 { format!(" {} bytes", text.len()) } else { text })
                    .collect();
                format!("{}{}", text::text(tag.name()), attributes.concat())
            }
        };
        flush(&mut shown, &mut text);
        let (line, column) = if start == "end" { xml.here() } else { xml.place() };
        shown.push_str(&format!("{line}:{column} {start}\n"));
    }
    flush(&mut shown, &mut text);
    for said in &xml.diagnostics {
        shown.push_str(&format!("{}:{} {}: {}\n", said.line, said.column, said.kind.id(), said.message));
    }
    shown
}

fn check(input: &str, expected: &Expect) {
    let whole = events(input.as_bytes(), usize::MAX);
    for step in [1, 2, 3, 7] {
        assert_eq!(events(input.as_bytes(), step), whole, "{step} bytes at a time");
    }
    expected.assert_eq(&whole);
}

#[test]
fn a_document() {
    check(
        "\u{feff}<?xml version=\"1.0\"?>\n<!DOCTYPE a [<!ENTITY e \"x>y\">]>\n<!-- <no> -->\n<n:a b='1 > 0' c = \"&lt;é&#10;&#x1F600;&e;&\">\n <b/>1 &amp; 2<![CDATA[<&amp;]]></n:a>\n",
        &expect![[r#"
            4:1 a b="1 > 0" c="<é\n😀&e;&"
            text "\n "
            5:2 b
            5:6 end
            text "1 & 2<&amp;"
            5:39 end
        "#]],
    );
}

#[test]
fn broken_documents() {
    check(
        "",
        &expect![[r#"
        1:1 truncated: the report ends before its first element
    "#]],
    );
    check(
        "plain text",
        &expect![[r#"
            1:1 malformed-markup: text before the report's element
            1:11 truncated: the report ends before its first element
        "#]],
    );
    check(
        "<a><b c='1",
        &expect![[r#"
        1:1 a
        1:11 end
        1:4 truncated: the report ends inside a tag
    "#]],
    );
    check(
        "<a>\n<b><![CDATA[x]]",
        &expect![[r#"
            1:1 a
            text "\n"
            2:1 b
            text "x]]"
            2:16 end
            2:16 end
            2:16 truncated: the report ends inside a section of character data
        "#]],
    );
    check(
        "<a><b></a>",
        &expect![[r#"
        1:1 a
        1:4 b
        1:11 end
        1:11 end
        1:11 malformed-markup: the end of an element while others inside are open
    "#]],
    );
    check(
        "<a>1 < 2</b></a> x <c/>",
        &expect![[r#"
        1:1 a
        text "1 < 2"
        1:17 end
        1:20 c
        1:24 end
        1:6 malformed-markup: a `<` that begins no tag
        1:13 malformed-markup: the end of an element that is not open
        1:18 malformed-markup: text behind the report's element
        1:20 malformed-markup: a second element behind the report's own
    "#]],
    );
}

#[test]
fn a_tag_that_is_too_long_keeps_its_start() {
    let input = format!("<a><f type='T' message='{}/>'/>after</a>", "y".repeat(3 * MAX_TAG));
    for step in [1000, 100_000, usize::MAX] {
        let shown = events(input.as_bytes(), step);
        let lines: Vec<&str> = shown.lines().collect();
        assert_eq!(lines[0], "1:1 a");
        assert!(lines[1].starts_with("1:4 f type=\"T\" 262"), "{}", lines[1]);
        assert_eq!(lines[3], "text \"after\"");
        assert_eq!(lines[5], "1:4 overlong-tag: a tag of more than 1048576 bytes");
        assert_eq!(lines.len(), 6);
    }
}

#[test]
fn neither_depth_nor_text_takes_memory() {
    let deep = "<a>".repeat(100_000);
    let shown = events(deep.as_bytes(), usize::MAX);
    assert!(shown.contains("too-deep"));
    let mut start: &[u8] = b"<a>";
    let mut end: &[u8] = b"</a>";
    let mut text = io::repeat(b'x').take(50 * 1024 * 1024);
    let mut input = Read::chain(&mut start, &mut text).chain(&mut end);
    let mut xml = Xml::new(&mut input);
    let mut length = 0;
    while let Some(event) = xml.next(true).unwrap() {
        if let Event::Text(piece) = event {
            length += piece.len();
        }
    }
    assert_eq!(length, 50 * 1024 * 1024);
    assert!(xml.buffer.len() <= 4 * READ);
    assert!(xml.diagnostics.iter().next().is_none());
}

proptest! {
    #[test]
    fn any_bytes_are_read_however_they_come(bytes in prop_oneof![
        proptest::collection::vec(any::<u8>(), 0..200),
        "(<|</|>|/>|a|b|é| |\"|'|=|&|&lt;|;|<!--|-->|<!\\[CDATA\\[|\\]\\]>|<!D|\\[|\\]|<\\?|\\?>|\n){0,60}".prop_map(String::into_bytes),
    ]) {
        let whole = events(&bytes, usize::MAX);
        for step in [1, 3, 8] {
            prop_assert_eq!(&events(&bytes, step), &whole);
        }
    }

    /// Byte by byte, as one would write it down.
    #[test]
    fn a_tag_ends_where_no_quote_is_open(bytes in "[>\"'a =]{0,9}[a-z]{0,120}[>\"'a =]{0,30}", cut in any::<prop::sample::Index>()) {
        let mut open = None;
        let expected = bytes.bytes().position(|byte| {
            match open {
                Some(quote) if byte == quote => open = None,
                None if byte == b'"' || byte == b'\'' => open = Some(byte),
                _ => {}
            }
            open.is_none() && byte == b'>'
        });
        let (mut seen, mut quote) = (0, None);
        let cut = cut.index(bytes.len() + 1);
        let early = tag_end(&bytes.as_bytes()[..cut], &mut seen, &mut quote);
        prop_assert_eq!(early, expected.filter(|end| *end < cut));
        if early.is_none() {
            prop_assert_eq!(tag_end(bytes.as_bytes(), &mut seen, &mut quote), expected);
        }
    }
}
