//! Markup in all its forms, with a handler that writes down what it sees.

use std::fmt::Write;

use expect_test::{Expect, expect};
use proptest::prelude::*;

use super::*;
use crate::chunks::tests::Dripping;

/// What a document holds, as text.
#[derive(Default)]
struct Record {
    text: String,
    depth: usize,
}

impl Handler for Record {
    /// Whether its text is kept.
    type Element = bool;

    fn open(&mut self, _: Option<bool>, tag: &Tag<'_>, said: &mut Diagnostics) -> bool {
        let _ = write!(self.text, "{:1$}<{2}", "", self.depth, decode::text(tag.name()));
        for (name, value) in tag.attributes() {
            let value = tag.text(value, said);
            let _ = write!(self.text, " {}={value:?}", decode::text(name));
        }
        self.text.push_str(if tag.is_broken() { " broken>\n" } else { ">\n" });
        self.depth += 1;
        tag.name() == b"t"
    }

    fn close(&mut self, keeps: bool, text: String, _: &mut Diagnostics) {
        self.depth -= 1;
        if keeps {
            let _ = writeln!(self.text, "{:1$}{text:?}", "", self.depth);
        }
    }

    fn keeps_text(keeps: bool) -> bool {
        keeps
    }
}

fn record(text: &[u8], step: usize) -> (String, Diagnostics, (u64, u64)) {
    let (mut record, mut said) = (Record::default(), Diagnostics::default());
    let size = read(&mut Dripping { rest: text, step }, &mut record, &mut said).unwrap();
    assert_eq!(record.depth, 0, "every element ends");
    (record.text, said, size)
}

fn check(text: &[u8], expected: &Expect) {
    let (mut seen, said, _) = record(text, usize::MAX);
    for said in &said {
        let _ = writeln!(seen, "{}:{} {}: {}", said.line, said.column, said.kind.id(), said.message);
    }
    expected.assert_eq(&seen);
}

#[test]
fn everything_that_a_document_may_hold() {
    check(
        "\u{feff}<?xml version='1.0' encoding=\"UTF-8\"?>\r\n<!-- <a> -- ' -->\n<?x > ?>\n<a \
         b = '\"1\"'\n\tc=\"x>y'\"d=\"\">text &amp; <![CDATA[<not><a>]]> <t> &lt;<![CDATA[ &lt; ]]>é</t ><e:é-1/></a>\n<!-- -->\n"
            .as_bytes(),
        &expect![[r#"
            <a b="\"1\"" c="x>y'" d="">
             <t>
             " < &lt; é"
             <e:é-1>
        "#]],
    );
}

#[test]
fn latin_1_is_read_if_it_is_declared() {
    check(
        b"<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><a b=\"\xe9\xc3\xa9\"><t>\xe9</t></a>",
        &expect![[r#"
            <a b="éÃ©">
             <t>
             "é"
        "#]],
    );
    check(
        b"<a b=\"\xe9\"/>",
        &expect![[r#"
        <a b="é">
        1:7 name-not-utf8: a name that is not UTF-8
    "#]],
    );
    check(
        b"<?xml version=\"1.0\" encoding=\"KOI8-R\"?><a b=\"x\"/>",
        &expect![[r#"
        <a b="x">
        1:1 name-not-utf8: an encoding that is not known: read as UTF-8
    "#]],
    );
}

#[test]
fn places_count_utf16_units_also_where_all_is_one_line() {
    check(
        "<a b=\"😀é\"/><".as_bytes(),
        &expect![[r#"
        <a b="😀é">
        1:13 truncated: the report ends inside of a tag
    "#]],
    );
    check(
        "<a>\n\n <b c=\"&x;\"/>😀<b c=\"\n&x;\"/></b></a>".as_bytes(),
        &expect![[r#"
        <a>
         <b c="&x;">
         <b c="\n&x;">
        3:8 entity-not-expanded: an entity that XML itself does not know is left as it is
        4:1 entity-not-expanded: an entity that XML itself does not know is left as it is
        4:7 malformed-record: the end of no element
    "#]],
    );
}

#[test]
fn references_that_mean_nothing_stay_as_they_are() {
    check(
        b"<a b=\"&#0;&#x110000;&#xD800;&#;&;&&amp;&lt&#+5;&#x;&toolongtobeoneatall;&#65\"/>",
        &expect![[r#"
            <a b="&#0;&#x110000;&#xD800;&#;&;&&&lt&#+5;&#x;&toolongtobeoneatall;&#65">
            1:7 entity-not-expanded: an entity that XML itself does not know is left as it is
        "#]],
    );
}

#[test]
fn nesting_is_bounded() {
    let deep = "<a>".repeat(300) + "<b/>" + &"</a>".repeat(300);
    let (seen, said, _) = record(format!("<r>{deep}<c/></r>").as_bytes(), usize::MAX);
    assert_eq!(seen.lines().count(), MAX_DEPTH + 1);
    assert!(seen.ends_with("\n <c>\n"), "what follows is where it belongs");
    assert_eq!(said.count(Kind::MalformedRecord), 1);
}

#[test]
fn a_tag_of_any_length_takes_one_buffer() {
    let long = "x".repeat(3 * scan::MAX_TAG);
    let text = format!("<r>\n<a b=\"{long}>\n\" c='/'><b/></a>\n<c d='{long}'/></c{long}><e/></r>\n");
    for step in [1000, scan::MAX_TAG, usize::MAX] {
        let (seen, said, size) = record(text.as_bytes(), step);
        assert_eq!(seen, "<r>\n <a broken>\n  <b>\n <c broken>\n <e>\n");
        let places: Vec<_> = said.iter().map(|said| (said.kind, said.line, said.column)).collect();
        let end = u32::try_from(long.len()).unwrap();
        assert_eq!(
            places,
            [(Kind::OverlongLine, 2, 1), (Kind::OverlongLine, 4, 1), (Kind::OverlongLine, 4, 10 + end)]
        );
        assert_eq!(size, (text.len() as u64, 4));
    }
    let exact = |length: usize| format!("<a b=\"{}\"/>", "x".repeat(length - 9));
    for (length, is_read) in [(scan::MAX_TAG, true), (scan::MAX_TAG + 1, false)] {
        let text = format!("<r>{}</r>", exact(length));
        let (_, said, _) = record(text.as_bytes(), 4096);
        assert_eq!(said.is_empty(), is_read);
    }
}

#[test]
fn text_of_any_length_takes_one_buffer() {
    let long = "x".repeat(3 * scan::MAX_TAG);
    let text = format!("<r><t>{long}<![CDATA[{long}]]></t><!--{long}--><?{long}?>{long}<b/></r>");
    let (seen, said, _) = record(text.as_bytes(), 7777);
    assert!(said.is_empty() && seen.ends_with("\n <b>\n") && seen.len() < 17 * 1024);
}

#[test]
fn documents_that_are_cut() {
    for text in
        ["<a", "<a><!-", "<a><!-- x --", "<a><![CDATA[]]", "<?xml", "<!DOCTYPE a [", "<a></a", "<a b='"]
    {
        let (_, said, _) = record(text.as_bytes(), usize::MAX);
        assert_eq!(said.count(Kind::Truncated), 1, "{text}");
    }
}

/// Markup, nearly.
pub(crate) fn markup() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        6 => "<[ab]( [cd]=\"[x<&>;]{0,3}\"){0,2} ?/?>",
        4 => "</[ab]>",
        2 => "[<>/=\"' !?\\[\\]&;#a\n-]{1,4}",
        1 => Just("<!-- x -->".to_owned()),
        1 => Just("<![CDATA[<a>]]>".to_owned()),
        1 => Just("<!DOCTYPE a [<!ENTITY b 'c'>]>".to_owned()),
        1 => Just("<?xml version='1.0' encoding='latin1'?>".to_owned()),
        1 => "(é|😀|\n)",
    ];
    proptest::collection::vec(piece, 0..30).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn any_markup_is_read_alike_however_it_comes(text in markup()) {
        let whole = record(text.as_bytes(), usize::MAX);
        for step in [1, 2, 3, 7] {
            prop_assert_eq!(&record(text.as_bytes(), step), &whole);
        }
    }

    #[test]
    fn well_formed_documents_are_read_as_quick_xml_reads_them(text in document()) {
        let (seen, said, _) = record(text.as_bytes(), usize::MAX);
        prop_assert!(said.is_empty(), "{said:?}");
        prop_assert_eq!(seen, as_quick_xml_reads(&text));
    }
}

/// A document without any fault, and without text that is kept.
fn document() -> impl Strategy<Value = String> {
    let piece = "(x|é|😀|&lt;|&amp;|&apos;|&quot;|&#233;|&#xE9;|>|/|=|\\?| )";
    let value = || proptest::collection::vec(piece, 0..20).prop_map(|pieces| pieces.concat());
    let attribute = ("[a-c]( ?= ?)", "['\"]", value(), " {0,2}\n?")
        .prop_map(|(name, quote, value, blanks)| format!(" {name}{quote}{value}{quote}{blanks}"));
    let attributes = proptest::collection::vec(attribute, 0..4).prop_map(|attributes| attributes.concat());
    let between = prop_oneof![
        4 => Just(""), 2 => Just("\n  "), 1 => Just("text &amp; 'more' > \"x\""), 1 => Just("<!-- <a> ' -- -->"),
        1 => Just("<![CDATA[<a b='>]]]>"), 1 => Just("<?go <a> ?>"),
    ];
    let leaf =
        ("[a-d:é]{1,3}", attributes.clone()).prop_map(|(name, attributes)| format!("<{name}{attributes}/>"));
    let element = leaf.prop_recursive(5, 40, 5, move |inner| {
        let inner = proptest::collection::vec((inner, between.clone()), 0..5);
        ("[a-d]{1,3}", attributes.clone(), between.clone(), inner).prop_map(
            |(name, attributes, before, inner)| {
                let inner: String = inner.into_iter().map(|(element, after)| element + after).collect();
                format!("<{name}{attributes}>{before}{inner}</{name} >")
            },
        )
    });
    ("(<\\?xml version='1.0'\\?>)?\n?(<!DOCTYPE a SYSTEM '>'>)?", element)
        .prop_map(|(head, root)| head + &root + "\n")
}

fn as_quick_xml_reads(text: &str) -> String {
    use quick_xml::events::Event;
    let mut reader = quick_xml::Reader::from_str(text);
    let (mut seen, mut depth) = (String::new(), 0_usize);
    loop {
        let (tag, deeper) = match reader.read_event().unwrap() {
            Event::Start(tag) => (tag, 1),
            Event::Empty(tag) => (tag, 0),
            Event::End(_) => {
                depth -= 1;
                continue;
            }
            Event::Eof => return seen,
            _ => continue,
        };
        let _ = write!(seen, "{:1$}<{2}", "", depth, decode::text(tag.name().as_ref()));
        for attribute in tag.attributes().with_checks(false) {
            let attribute = attribute.unwrap();
            let value = quick_xml::escape::unescape(std::str::from_utf8(&attribute.value).unwrap()).unwrap();
            let _ = write!(seen, " {}={value:?}", decode::text(attribute.key.as_ref()));
        }
        seen.push_str(">\n");
        depth += deeper;
    }
}
