//! What coverage maps hold, and what they should not.

use expect_test::{Expect, expect};

use super::*;
use crate::dump::dump;

fn check(text: &str, expected: &Expect) {
    expected.assert_eq(&dump(&parse_istanbul(&mut text.as_bytes()).unwrap()));
}

const WHOLE: &str = r#"{"/src/a.js": {"path": "/src/a.js", "all": false,
"statementMap": {"0": {"start": {"line": 1, "column": 0}, "end": {"line": 3, "column": 1}},
  "1": {"start": {"line": 2, "column": 2}, "end": {"line": 2, "column": 20}},
  "2": {"start": {"line": 2, "column": 8}, "end": {"line": 2, "column": null}},
  "3": {"start": {"line": 5, "column": 0}, "end": {"line": 5, "column": 9}}},
"fnMap": {"0": {"name": "f", "decl": {"start": {"line": 1, "column": 9}, "end": {"line": 1, "column": 10}},
    "loc": {"start": {"line": 1, "column": 12}, "end": {"line": 3, "column": 1}}, "line": 1},
  "1": {"name": "g", "loc": {"start": {"line": 2, "column": 9}, "end": {"line": 2, "column": 11}}},
  "2": {"name": "g", "line": 2}},
"branchMap": {"0": {"loc": {"start": {"line": 2, "column": 2}, "end": {"line": 2, "column": 20}}, "type": "cond-expr",
    "locations": [{"start": {"line": 2, "column": 9}, "end": {"line": 2, "column": 10}}, {"start": {}, "end": {}}], "line": 2},
  "1": {"loc": {"start": {"line": 2, "column": 2}, "end": {"line": 2, "column": 7}}, "type": "binary-expr",
    "locations": [{"start": {"line": 2, "column": 2}}, {"start": {"line": 2, "column": 6}}]},
  "2": {"type": "if", "line": 5, "locations": [{}, {}]},
  "3": {"type": "if", "locations": [{"start": {}, "end": {}}, {"start": {"line": 6, "column": 1}, "end": {"line": 6, "column": 2}}]}},
"s": {"0": 1, "1": 4, "2": 0, "3": 0}, "f": {"0": 4, "1": 0, "2": 1},
"b": {"0": [3, 1], "1": [4, 0], "2": [0, 0], "3": [1, 1]}, "bT": {"1": [0, 0]},
"_coverageSchema": "1a1c", "hash": "5f", "inputSourceMap": {"version": 3, "sources": ["]}"]}}}"#;

#[test]
fn statements_lines_branches_and_functions() {
    check(
        WHOLE,
        &expect![[r#"
        /src/a.js (statements)
          1.1,3.2 1 x1
          2.3,2.21 1 x4
          2.9,2.4294967295 1 x0
          5.1,5.10 1 x0
          lines 1:1 2:4 5:0
          branch 2:3,0 Plain 4
          branch 2:3,1 Plain 0
          branch 2:3,2 Plain 3
          branch 2:3,3 Plain 1
          branch 5:1,0 Plain 0
          branch 5:1,1 Plain 0
          branch 6:2,0 Plain 1
          branch 6:2,1 Plain 1
          function 1-3 f x4
          function 2-2 g x0
          function 2-? g #2 x1
          statements 2/4 lines 2/3 branches 5/8 functions 2/3
        total statements 2/4 lines 2/3 branches 5/8 functions 2/3
        complete
    "#]],
    );
}

#[test]
fn counts_may_come_before_maps_and_both_may_be_wrapped() {
    let plain = parse_istanbul(&mut WHOLE.as_bytes()).unwrap().picture;
    let parse = |text: &str| {
        let parsed = parse_istanbul(&mut text.as_bytes()).unwrap();
        assert!(parsed.complete && parsed.diagnostics.is_empty(), "{:?}", parsed.diagnostics);
        parsed.picture
    };
    let (maps, counts) = WHOLE.split_once("\"s\": ").unwrap();
    let (counts, rest) = counts.split_once(", \"bT\"").unwrap();
    let (start, maps) = maps.split_once("\"statementMap\"").unwrap();
    let turned = format!("{start}\"s\": {counts}, \"statementMap\"{maps}\"bT\"{rest}");
    assert_eq!(parse(&turned), plain);
    assert_eq!(parse(&format!("{{\"data\": {WHOLE}}}")), plain);
    let inside = WHOLE.strip_prefix("{\"/src/a.js\": ").unwrap().strip_suffix('}').unwrap();
    assert_eq!(parse(&format!("{{\"/src/a.js\": {{\"data\": {inside}}}}}")), plain);
}

#[test]
fn other_ids_of_the_same_places_are_the_same_units() {
    let other = WHOLE.replace("\"3\": ", "\"13\": ").replace("\"2\": ", "\"12\": ");
    let (one, other) = (read(WHOLE), read(&other));
    assert_eq!(one, other);
    let united = crate::Picture::united([one.clone(), other]);
    assert_eq!(united.totals(), one.totals());
}

fn read(text: &str) -> crate::Picture {
    parse_istanbul(&mut text.as_bytes()).unwrap().picture
}

#[test]
fn halves_that_do_not_fit() {
    check(
        r#"{"a.js": {"statementMap": {"0": {"start": {"line": 1, "column": 0}}, "1": {"start": {"line": 2, "column": 0}}},
  "fnMap": {"0": {"name": "f", "line": 1}}, "branchMap": {"0": {"line": 1, "locations": [{}, {}]}},
  "s": {"0": 1, "7": 1}, "f": {}, "b": {"0": [1, 0, 5], "1": [1]}}}"#,
        &expect![[r#"
            a.js (statements)
              1.1,1.4294967295 1 x1
              lines 1:1
              branch 1:1,0 Plain 1
              branch 1:1,1 Plain 0
              branch 1:1,2 Plain 5
              statements 1/1 lines 1/1 branches 2/3
            total statements 1/1 lines 1/1 branches 2/3
            1:70 contradiction: statement 1 of a.js has no count
            2:13 contradiction: function 0 of a.js has no count
            3:17 contradiction: a count of statement 7, which a.js does not map
            3:41 contradiction: branch 0 of a.js has 2 arms and 3 counts
            3:57 contradiction: a count of branch 1, which a.js does not map
            NOT COMPLETE
        "#]],
    );
}

#[test]
fn malformed_records() {
    check(
        r#"{"a.js": {"statementMap": {"x": {}, "0": [], "1": {"start": {}}, "2": {"start": {"line": 0}}, "3": {"start": 7}},
  "s": {"1": 1, "2": 1, "3": -1, "4": "x"}, "b": {"0": 1}, "branchMap": {"0": {}}, "fnMap": 5},
 "b.js": {"lines": {"total": 1}},
 "": {}, "c.js": 1}"#,
        &expect![[r#"
            a.js (statements)
              no data
            b.js (statements)
              no data
            total no data
            1:28 malformed-record: an id that is no number
                | {\"a.js\": {\"statementMap\": {\"x\": {}, \"0\": [], \"1\": {\"start\": {}}, \"2\": {\"start\": {\"line\": 0}}, \"3\": {\"start\"…
            1:42 malformed-record: a value of another kind than expected
                | …\"a.js\": {\"statementMap\": {\"x\": {}, \"0\": [], \"1\": {\"start\": {}}, \"2\": {\"start\": {\"line\": 0}}, \"3\": {\"start\": 7}},
            1:46 malformed-record: a statement without a line
            1:66 malformed-record: a statement without a line
            1:95 malformed-record: a statement without a line
            2:30 negative-count: a count below zero, read as 0
                | \"s\": {\"1\": 1, \"2\": 1, \"3\": -1, \"4\": \"x\"}, \"b\": {\"0\": 1}, \"branchMap\": {\"0\": {}}, \"fnMap\": 5},
            2:39 malformed-record: a value of another kind than expected
                | \"s\": {\"1\": 1, \"2\": 1, \"3\": -1, \"4\": \"x\"}, \"b\": {\"0\": 1}, \"branchMap\": {\"0\": {}}, \"fnMap\": 5},
            2:56 malformed-record: a value of another kind than expected
                | … \"2\": 1, \"3\": -1, \"4\": \"x\"}, \"b\": {\"0\": 1}, \"branchMap\": {\"0\": {}}, \"fnMap\": 5},
            2:74 malformed-record: a branch without a line
            2:74 contradiction: branch 0 of a.js has no count
            2:93 malformed-record: a value of another kind than expected
                | …\": 1}, \"branchMap\": {\"0\": {}}, \"fnMap\": 5},
            3:2 malformed-record: b.js without a map and counts of statements
            4:2 empty-name: a source file without a name
                | \"\": {}, \"c.js\": 1}
            4:18 malformed-record: a value of another kind than expected
                | \"\": {}, \"c.js\": 1}
            NOT COMPLETE
        "#]],
    );
}

#[test]
fn a_file_and_an_id_twice() {
    check(
        r#"{"a.js": {"statementMap": {"0": {"start": {"line": 1, "column": 0}}}, "s": {"0": 1, "0": 0}},
 "a.js": {"statementMap": {"0": {"start": {"line": 1, "column": 0}}}, "s": {"0": 2}}}"#,
        &expect![[r#"
            a.js (statements)
              1.1,1.4294967295 1 x2
              lines 1:2
              statements 1/1 lines 1/1
            total statements 1/1 lines 1/1
            1:85 repeated-key: id 0 stands here twice; the last one holds
            2:2 repeated-key: a.js was there before; both are united
            complete
        "#]],
    );
}

#[test]
fn a_file_that_is_cut_is_left_out() {
    let first = r#"{"a.js": {"statementMap": {"0": {"start": {"line": 1, "column": 0}}}, "s": {"0": 1}},"#;
    check(
        &format!("{first}\n{}", &WHOLE[1..600]),
        &expect![[r#"
        a.js (statements)
          1.1,1.4294967295 1 x1
          lines 1:1
          statements 1/1 lines 1/1
        total statements 1/1 lines 1/1
        9:21 truncated: the report ends in the middle of the document
            | \"1\": {\"name\": \"g\",
        NOT COMPLETE
    "#]],
    );
}
