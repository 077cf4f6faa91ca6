//! What result sets hold, and what they should not.

use expect_test::{Expect, expect};

use super::*;
use crate::dump::dump;

fn check(text: &str, expected: &Expect) {
    expected.assert_eq(&dump(&parse_simplecov(&mut text.as_bytes()).unwrap()));
}

#[test]
fn both_shapes_of_a_file() {
    check(
        r#"{"RSpec": {"coverage": {
  "/a.rb": [null, 1, 0, "ignored", 3],
  "/b.rb": {"lines": [1, null, 0], "branches": {
    "[:if, 0, 3, 4, 10, 6]": {"[:then, 1, 4, 6, 4, 9]": 1, "[:else, 2, 3, 4, 10, 6]": 0},
    "[:\"&.\", 3, 3, 8, 3, 12]": {"[:then, 4, 3, 8, 3, 12]": 0}},
   "methods": {"[\"Shape\", :area, 3, 2, 5, 5]": 1, "[Shape, :[], 7, 2, 8, 5]": 0}}
 }, "timestamp": 1700000000}}"#,
        &expect![[r#"
            /a.rb (lines)
              lines 2:1 3:0 5:3
              lines 2/3
            /b.rb (lines)
              lines 1:1 3:0
              branch 3:&. 3, then 4 Plain 0
              branch 3:if 0, else 2 Plain 0
              branch 3:if 0, then 1 Plain 1
              function 3-5 Shape, area x1
              function 7-8 Shape, [] x0
              lines 1/2 branches 1/3 functions 1/2
            total lines 3/5 branches 1/3 functions 1/2
            complete
        "#]],
    );
}

#[test]
fn commands_add_up_and_a_line_not_relevant_to_one_must_run_to_count() {
    check(
        r#"{"unit": {"coverage": {"/a.rb": [1, null, null, 0, 0, null]}, "timestamp": 1},
 "integration": {"coverage": {"/a.rb": {"lines": [2, 0, 5, null, 0, null, null]}, "/b.rb": [0]}, "timestamp": 1},
 "third": {"coverage": {"/a.rb": [0, 0, 0, 0, 0, 0]}, "timestamp": 1}}"#,
        &expect![[r#"
            /a.rb (lines)
              lines 1:3 3:5 5:0
              lines 2/3
            /b.rb (lines)
              lines 1:0
              lines 0/1
            total lines 2/4
            complete
        "#]],
    );
}

#[test]
fn other_lengths_are_other_sources() {
    check(
        r#"{"unit": {"coverage": {"/a.rb": [1, 1]}}, "integration": {"coverage": {"/a.rb": [1, 1, 0]}}}"#,
        &expect![[r#"
            /a.rb (lines)
              lines 1:2 2:2 3:0
              lines 2/3
            total lines 2/3
            1:72 version-conflict: another command measured this file with another number of lines
            NOT COMPLETE
        "#]],
    );
}

#[test]
fn made_by_simplecov_json() {
    check(
        r#"{"timestamp": 1, "command_name": "RSpec", "files": [
  {"filename": "/a.rb", "covered_percent": 50.0, "coverage": [1, null, 0], "covered_lines": 1, "lines_of_code": 2},
  {"filename": "/b.rb", "coverage": {"lines": [1, "ignored", 0]}, "covered_lines": 2, "lines_of_code": 2}],
 "metrics": {"covered_percent": 50.0, "covered_lines": 3, "total_lines": 4}}"#,
        &expect![[r#"
            /a.rb (lines)
              lines 1:1 3:0
              lines 1/2
            /b.rb (lines)
              lines 1:1 3:0
              lines 1/2
            total lines 2/4
            3:3 totals-differ: /b.rb declares 2/2 lines, its lines add up to 1/2
            4:2 totals-differ: `metrics` declares 3/4 lines, its lines add up to 2/4
            complete
        "#]],
    );
}

#[test]
fn made_by_simplecov_json_formatter() {
    check(
        r#"{"meta": {"simplecov_version": "0.22.0"}, "coverage": {"/a.rb": {"lines": [1, null, 0], "branches": [
    {"type": "then", "start_line": 3, "end_line": 3, "coverage": 0, "inline": true, "report_line": 3},
    {"type": "else", "start_line": 4, "end_line": 4, "coverage": "ignored", "inline": false, "report_line": 3},
    {"type": "else", "start_line": 5, "end_line": 5, "coverage": 2}]}},
 "groups": {"x": {"lines": {}}}}"#,
        &expect![[r#"
            /a.rb (lines)
              lines 1:1 3:0
              branch 3:then #1 Plain 0
              branch 5:else #3 Plain 2
              lines 1/2 branches 1/2
            total lines 1/2 branches 1/2
            complete
        "#]],
    );
}

#[test]
fn malformed_records() {
    check(
        r#"{"RSpec": {"coverage": {"/a.rb": [1, "x", -1, 1.5, [2]], "/b.rb": 5, "/c.rb": {"branches": {}},
  "/d.rb": {"lines": [1], "branches": {"[:if, 0]": {}, "[:if, 0, 0, 4, 10, 6]": {"[:then, 1, 4, 6, 4, 9]": 1},
    "[:if, 0, 1, 4, 10, 6]": {"then": 1, "[:then, 1, 4, 6, 4, 9]": null}}, "methods": {"x": 1}},
  "": [1], "/a.rb": [1]}}, "x": {"timestamp": 1}}"#,
        &expect![[r#"
            /a.rb (lines)
              lines 1:2 3:0 4:2
              lines 2/3
            /d.rb (lines)
              lines 1:1
              lines 1/1
            total lines 3/4
            1:38 malformed-record: a value of another kind than expected
                | {\"RSpec\": {\"coverage\": {\"/a.rb\": [1, \"x\", -1, 1.5, [2]], \"/b.rb\": 5, \"/c.rb\": {\"branches\": {}},
            1:43 negative-count: a count below zero, read as 0
                | …RSpec\": {\"coverage\": {\"/a.rb\": [1, \"x\", -1, 1.5, [2]], \"/b.rb\": 5, \"/c.rb\": {\"branches\": {}},
            1:47 not-an-integer: a count that is not written as an integer
                | …c\": {\"coverage\": {\"/a.rb\": [1, \"x\", -1, 1.5, [2]], \"/b.rb\": 5, \"/c.rb\": {\"branches\": {}},
            1:52 malformed-record: a value of another kind than expected
                | …\"coverage\": {\"/a.rb\": [1, \"x\", -1, 1.5, [2]], \"/b.rb\": 5, \"/c.rb\": {\"branches\": {}},
            1:67 malformed-record: a value of another kind than expected
                | …a.rb\": [1, \"x\", -1, 1.5, [2]], \"/b.rb\": 5, \"/c.rb\": {\"branches\": {}},
            1:79 malformed-record: a file without a list of lines
            2:40 malformed-record: a key that is no place of a branch or a method
                | \"/d.rb\": {\"lines\": [1], \"branches\": {\"[:if, 0]\": {}, \"[:if, 0, 0, 4, 10, 6]\": {\"[:then, 1, 4, 6, 4, 9]\": 1},
            2:108 line-zero: line 0: lines are counted from 1
                | … 4, 10, 6]\": {\"[:then, 1, 4, 6, 4, 9]\": 1},
            3:31 malformed-record: a key that is no place of a branch or a method
                | \"[:if, 0, 1, 4, 10, 6]\": {\"then\": 1, \"[:then, 1, 4, 6, 4, 9]\": null}}, \"methods\": {\"x\": 1}},
            3:68 malformed-record: a value of another kind than expected
                | …: {\"then\": 1, \"[:then, 1, 4, 6, 4, 9]\": null}}, \"methods\": {\"x\": 1}},
            3:88 malformed-record: a key that is no place of a branch or a method
                | …n, 1, 4, 6, 4, 9]\": null}}, \"methods\": {\"x\": 1}},
            4:3 empty-name: a source file without a name
                | \"\": [1], \"/a.rb\": [1]}}, \"x\": {\"timestamp\": 1}}
            4:12 version-conflict: another command measured this file with another number of lines
            4:12 repeated-key: this file was there before; both are united
            4:28 malformed-record: a command without coverage
            NOT COMPLETE
        "#]],
    );
    check(
        r#"{"files": [{"coverage": [1]}, {"filename": "/a.rb"}, 5], "timestamp": 1}"#,
        &expect![[r#"
        total no data
        1:12 empty-name: a file without a name
        1:31 malformed-record: /a.rb without its lines
        1:54 malformed-record: a value of another kind than expected
            | …coverage\": [1]}, {\"filename\": \"/a.rb\"}, 5], \"timestamp\": 1}
        NOT COMPLETE
    "#]],
    );
}

#[test]
fn what_was_read_before_the_end_is_kept() {
    check(
        "{\"a\": {\"coverage\": {\"/a.rb\": [1],\n\"/b.rb\": [1,",
        &expect![[r#"
        /a.rb (lines)
          lines 1:1
          lines 1/1
        total lines 1/1
        2:13 truncated: the report ends in the middle of the document
            | \"/b.rb\": [1,
        NOT COMPLETE
    "#]],
    );
}

#[test]
fn a_large_file_named_again_and_again_ends() {
    let lines = "1,".repeat(100_000);
    let again = ",\"a\":[1]".repeat(5000);
    let text = format!("{{\"u\":{{\"coverage\":{{\"a\":[{lines}1]{again}}}}}}}");
    let parsed = parse_simplecov(&mut text.as_bytes()).unwrap();
    let last = parsed.diagnostics.iter().find(|said| said.kind == Kind::MalformedRecord).unwrap();
    assert_eq!(last.message, "the report names the same files again and again");
    // A shard for each process is no such thing.
    let whole = format!("{{\"coverage\":{{\"a\":[{lines}1]}}}}");
    let shards = (0..40).map(|shard| format!("\"{shard}\":{whole}")).collect::<Vec<_>>().join(",");
    assert!(parse_simplecov(&mut format!("{{{shards}}}").as_bytes()).unwrap().complete);
}
