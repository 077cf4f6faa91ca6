//! The grammar, the places, and that neither depends on how the stream is cut.

use expect_test::{Expect, expect};

use super::*;
use crate::chunks::tests::Dripping;
use crate::dump::dump;

/// Reads a document, asking for everything, as a flat text of its tokens.
fn tokens(json: &mut Json<'_>, value: Value, text: &mut String) -> Pulled<()> {
    match value {
        Value::Object => {
            text.push('{');
            while json.key()? {
                text.push_str(&format!("{}:", decode::text(json.text()).escape_debug()));
                let value = json.value()?;
                tokens(json, value, text)?;
            }
            text.push_str("} ");
        }
        Value::Array => {
            text.push('[');
            while let Some(value) = json.element()? {
                tokens(json, value, text)?;
            }
            text.push_str("] ");
        }
        Value::Text => text.push_str(&format!("'{}' ", decode::text(json.text()).escape_debug())),
        Value::Number => text.push_str(&format!("#{} ", decode::text(json.text()))),
        Value::Unsigned(number) => text.push_str(&format!("{number} ")),
        Value::Null | Value::True | Value::False => text.push_str(&format!("{value:?} ")),
    }
    Ok(())
}

fn read(input: &[u8], step: usize, skip: bool) -> String {
    let mut dripping = Dripping { rest: input, step };
    let mut json = Json::new(&mut dripping);
    let mut text = String::new();
    let end = json.read_root(&mut |json| {
        text.push_str(&format!("{}: ", decode::text(json.text()).escape_debug()));
        if skip {
            return json.skip_value();
        }
        let value = json.value()?;
        tokens(json, value, &mut text)
    });
    let parsed = json.finish(Format::CoveragePyJson, Picture::default(), end).unwrap();
    format!("{}\n{} bytes, {} lines\n{}", text.trim_end(), parsed.bytes, parsed.lines, dump(&parsed))
}

fn check(input: impl AsRef<[u8]>, expected: &Expect) {
    let input = input.as_ref();
    let whole = read(input, usize::MAX, false);
    expected.assert_eq(&whole);
    let skipped = read(input, usize::MAX, true);
    for step in [1, 3, 7, 64, 4096, 100_000] {
        assert_eq!(read(input, step, false), whole, "{step} bytes at a time");
        assert_eq!(read(input, step, true), skipped, "{step} bytes at a time, skipped");
    }
}

#[test]
fn every_kind_of_token() {
    check(
        "\u{feff} {\"a\": [], \"b\" : {\"c\":1,\"d\":[1, 18446744073709551615,-2,1.5e3]},\r\n\t\"e\": [true,false,null,NaN,-Infinity]}\n\n",
        &expect![[r#"
            a: [] b: {c:1 d:[1 18446744073709551615 #-2 #1.5e3 ] } e: [True False Null #NaN #-Infinity ]
            109 bytes, 3 lines
            total no data
            complete
        "#]],
    );
}

#[test]
fn strings() {
    check(
        r#"{"a\"\\\/\b\f\n\r\té": "\u00e9\ud83d\ude00😀", "": "\ud83d \uDE00x\uzzzz \q"}"#,
        &expect![[r#"
        a\"\\/\u{8}\u{c}\n\r\té: 'é😀😀' : '� �x�zzzz \\q'
        80 bytes, 1 lines
        total no data
        1:52 unknown-escape: an escape that JSON does not know, read as it stands
            | …b\\f\\n\\r\\té\": \"\\u00e9\\ud83d\\ude00😀\", \"\": \"\\ud83d \\uDE00x\\uzzzz \\q\"}
        complete
    "#]],
    );
    check(
        b"{\"\xe9\": \"a\nb\tc\"}",
        &expect![[r#"
        é: 'a\nb\tc'
        14 bytes, 2 lines
        total no data
        complete
    "#]],
    );
    check(
        r#"{"a": "\ud83d"}"#,
        &expect![[r#"
        a: '�'
        15 bytes, 1 lines
        total no data
        1:7 lone-surrogate: half of a surrogate pair, read as U+FFFD
            | {\"a\": \"\\ud83d\"}
        complete
    "#]],
    );
}

#[test]
fn what_is_no_json() {
    for (input, column) in [
        ("{\"a\":1,}", 8),
        ("{\"a\" 1}", 2),
        ("{\"a\":01x}", 6),
        ("{\"a\":tru}", 6),
        ("{\"a\":[1 2]}", 9),
        ("{\"a\":[1,,2]}", 9),
        ("{\"a\":[1}", 8),
        ("{'a':1}", 2),
        ("{\"a\":+1}", 6),
        ("{\"a\":inf}", 6),
        ("[1]", 1),
        ("{\"a\":{\"b\":1]}", 12),
    ] {
        for step in [1, 7, usize::MAX] {
            let said = read(input.as_bytes(), step, false);
            assert!(said.contains(&format!("\n1:{column} malformed-record")), "{input}: {said}");
            assert!(said.ends_with("NOT COMPLETE\n"), "{input}: {said}");
        }
    }
}

#[test]
fn cut_anywhere_is_truncated() {
    let whole = r#"{"a": [1, "b\u00e9\\", {"c": null}], "d": -1.5, "e": true}"#;
    for end in 1..whole.len() {
        let said = read(&whole.as_bytes()[..end], 5, false);
        let skipped = read(&whole.as_bytes()[..end], 5, true);
        for said in [said, skipped] {
            assert!(said.contains(" truncated: "), "{end}: {said}");
        }
    }
    check(
        "{\"a\": [1,\n  2\n\n  ",
        &expect![[r#"
        a: [1 2
        17 bytes, 4 lines
        total no data
        2:4 truncated: the report ends in the middle of the document
            | 2
        NOT COMPLETE
    "#]],
    );
    check(
        "",
        &expect![[r#"

        0 bytes, 0 lines
        total no data
        1:1 truncated: the report ends in the middle of the document
        NOT COMPLETE
    "#]],
    );
}

#[test]
fn what_follows_the_end() {
    check(
        "{}\n{}\n",
        &expect![[r#"

        6 bytes, 2 lines
        total no data
        2:1 trailing-content: content behind the end of the document
            | {}
        NOT COMPLETE
    "#]],
    );
}

#[test]
fn nesting_has_an_end_and_takes_no_stack() {
    let deep = |depth: usize| format!("{{\"a\":{}{}}}", "[".repeat(depth), "]".repeat(depth));
    assert!(read(deep(256).as_bytes(), 64, true).ends_with("\ncomplete\n"));
    let said = read(deep(257).as_bytes(), 64, true);
    assert!(said.contains("1:262 malformed-record: nested deeper than 256 levels"), "{said}");
    let said = read(deep(1_000_000).as_bytes(), usize::MAX, true);
    assert!(said.contains("nested deeper than 256 levels"), "{said}");
}

#[test]
fn texts_have_an_end() {
    for (length, escaped) in
        [(MAX_TEXT, false), (MAX_TEXT + 1, false), (MAX_TEXT, true), (MAX_TEXT + 2, true), (400_000, true)]
    {
        let filler = if escaped { "\\\\" } else { "x" };
        let long = filler.repeat(length / filler.len());
        let input = format!("{{\"{long}\": \"{long}\", \"b\": 1}}");
        let read = |step: usize| {
            let mut dripping = Dripping { rest: input.as_bytes(), step };
            let mut json = Json::new(&mut dripping);
            let mut names = Vec::new();
            let end = json.read_root(&mut |json| {
                names.push(json.name()?.map(|name| name.len()));
                json.skip_value()
            });
            (names, dump(&json.finish(Format::CoveragePyJson, Picture::default(), end).unwrap()))
        };
        let (names, said) = read(usize::MAX);
        let fits = long.len() <= MAX_TEXT;
        assert_eq!(names, [fits.then_some(length / filler.len()), Some(1)]);
        assert_eq!(said.contains("1:2 overlong-name: a name of more than 65536 bytes"), !fits);
        for step in [1, 4096, 100_000] {
            assert_eq!(read(step), (names.clone(), said.clone()), "{step} bytes at a time");
        }
    }
}

#[test]
fn a_place_on_a_long_line() {
    let filler = "\"😀\",".repeat(100_000);
    let input = format!("{{\"a\":[{filler}1, 2, 3], ?}}");
    let whole = read(input.as_bytes(), usize::MAX, true);
    expect![[r#"
        a:
        700018 bytes, 1 lines
        total no data
        1:500017 malformed-record: this is not JSON
            | …\",\"😀\",\"😀\",\"😀\",\"😀\",\"😀\",\"😀\",\"😀\",1, 2, 3], ?}
        NOT COMPLETE
    "#]]
    .assert_eq(&whole);
    for step in [4096, 100_000] {
        assert_eq!(read(input.as_bytes(), step, true), whole, "{step} bytes at a time");
    }
}

#[test]
fn blanks_take_no_memory() {
    let input = format!("{{{0}\"a\"{0}: {0} 1{0}}}{0}", " \n".repeat(200_000));
    let said = read(input.as_bytes(), usize::MAX, false);
    assert!(said.contains("a key without a value"), "{said}");
    let input = format!("{{{0}\"a\"{1}: {0} 1{0}}}{0}", " \n".repeat(200_000), " ".repeat(1000));
    let whole = read(input.as_bytes(), usize::MAX, false);
    assert!(whole.starts_with("a: 1\n"), "{whole}");
    assert_eq!(read(input.as_bytes(), 4096, false), whole);
}
