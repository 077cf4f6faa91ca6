//! JSON as it should be, and as it is met.

use proptest::prelude::*;

use super::*;

fn read(text: &str) -> (Vec<String>, Vec<String>) {
    let mut faults = Faults::default();
    let document = parse(text, &mut faults);
    let said = faults
        .kept()
        .iter()
        .map(|fault| format!("{}:{}: {}: {}", fault.line, fault.column, fault.kind.id(), fault.message));
    (document.values().iter().map(|value| value.to_json().into_string()).collect(), said.collect())
}

fn check(text: &str, value: &str, said: &[&str]) {
    let (values, faults) = read(text);
    assert_eq!(
        (values.join(" "), faults),
        (value.to_owned(), said.iter().map(|&text| text.to_owned()).collect())
    );
}

#[test]
fn what_is_json_is_read_as_it_is() {
    check(
        r#" {"a": [1, -2.5e3, true, null, "x\n\u00e9\ud83d\ude00\/"], "b": {}} "#,
        r#"{"a":[1,-2.5e3,true,null,"x\né😀/"],"b":{}}"#,
        &[],
    );
    check("{\"a\":1}\n{\"b\":2}\n", r#"{"a":1} {"b":2}"#, &[]);
    check("", "", &[]);
}

#[test]
fn what_is_cut_keeps_what_was_read() {
    check(
        r#"{"a":[1,{"b":"xy"#,
        r#"{"a":[1,{"b":null}]}"#,
        &["1:17: truncated: the file ends where the end of a string should be"],
    );
    check(r#"[1, tru"#, "[1,null]", &["1:8: truncated: the file ends where the end of a word should be"]);
    check("[1,\n 2 3]", "[1,2]", &["2:4: syntax: found `3`, expected `,` or `]`"]);
    check("{a: 1}", "{}", &["1:2: syntax: found `a`, expected a key in quotes"]);
    check("<xml>", "null", &["1:1: syntax: found `<`, expected a value"]);
    check("[1] done", "[1]", &["1:5: foreign-text: `done` after the end of a document"]);
    check(
        "{}\n[INFO] go: downloading\n  {\"a\":1}}\n[0000]\n[{}]",
        r#"{} {"a":1} [{}]"#,
        &[
            "2:1: foreign-text: `[INFO] go: downloading` after the end of a document",
            "3:10: foreign-text: `}` after the end of a document",
        ],
    );
}

#[test]
fn results_that_stand_twice_are_lost_and_not_put_right() {
    check(
        r#"{"Issues":[{"a":1}],"Issues":[],"tags":["x"],"tags":[]}"#,
        r#"{"Issues":[],"tags":[]}"#,
        &[
            "1:40: duplicate-key: `tags` stands twice; the last one counts",
            "1:11: lost-duplicate: `Issues` stands twice; the last one counts",
        ],
    );
    let lost = |text: &str| {
        let mut faults = Faults::default();
        parse(text, &mut faults);
        faults.lose_results()
    };
    assert!(lost(r#"{"runs":[{"results":[{}],"results":[]}]}"#));
    assert!(!lost(r#"{"runs":[{"results":[ ],"results":[{}]}]}"#));
    assert!(lost(r#"{"runs":[{"results":[{}]}],"runs":[]}"#));
}

#[test]
fn what_json_does_not_have_is_told() {
    check(
        r#"[NaN, -Infinity, 01, 1., +2]"#,
        "[null,null,null,null,null]",
        &[
            "1:2: not-a-number: `NaN` is no number of JSON",
            "1:7: not-a-number: `-Infinity` is no number of JSON",
            "1:18: not-a-number: `01` is no number of JSON",
            "1:22: not-a-number: `1.` is no number of JSON",
            "1:26: not-a-number: `+2` is no number of JSON",
        ],
    );
    check(
        r#"["\ud800", "\udc00x", "\uZ"]"#,
        r#"["�","�x","�Z"]"#,
        &[
            "1:3: lone-surrogate: \\ud800 is half of a character",
            "1:13: lone-surrogate: \\udc00 is half of a character",
            "1:24: lone-surrogate: `\\u` without four hexadecimal digits",
        ],
    );
    check(
        "[\"a\tb\"]",
        "[\"a\\tb\"]",
        &["1:4: raw-control-character: the control character 0x09 in a string"],
    );
    check(
        r#"{"a":1,"b":2,"a":3}"#,
        r#"{"b":2,"a":3}"#,
        &["1:6: duplicate-key: `a` stands twice; the last one counts"],
    );
}

#[test]
fn depth_has_an_end() {
    let text = format!("[1,{}{},2]", "[".repeat(100_000), "]".repeat(100_000));
    let (values, faults) = read(&text);
    assert!(values[0].ends_with(",2]") && values[0].len() < 1000, "{}", values[0].len());
    assert_eq!(faults, ["1:59: too-deep: more than 56 values in values"]);
    let (_, faults) = read(&"[".repeat(1_000_000));
    assert_eq!(faults.len(), 2, "{faults:?}");
}

proptest! {
    #[test]
    fn no_text_breaks_it(text in "[\\[\\]{}\",:\\\\u0-9a-fnulltrue\\-. é😀\u{0}-\u{1f}]{0,60}") {
        let _ = read(&text);
    }

    /// `serde_json` and this reader agree on what is JSON, and on what it says.
    #[test]
    fn it_reads_what_others_read(text in "[\\[\\]{}\",:\\\\u0-9ae\\-. ]{0,24}") {
        if let Ok(expected) = serde_json::from_str::<serde_json::Value>(&text) {
            let (values, faults) = read(&text);
            let has_duplicates = faults.iter().any(|fault| fault.contains("duplicate-key"));
            prop_assert!(has_duplicates || faults.is_empty(), "{faults:?}");
            prop_assert_eq!(serde_json::from_str::<serde_json::Value>(&values[0]).unwrap(), expected);
        }
    }
}
