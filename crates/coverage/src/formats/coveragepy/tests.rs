//! What reports of coverage.py hold, and what they should not.

use expect_test::{Expect, expect};

use super::*;
use crate::dump::dump;

fn check(text: &str, expected: &Expect) {
    expected.assert_eq(&dump(&parse_coveragepy(&mut text.as_bytes()).unwrap()));
}

#[test]
fn lines_branches_and_functions() {
    check(
        r#"{"meta": {"format": 3, "branch_coverage": true}, "files": {"a/b.py": {
            "executed_lines": [1, 2, 5], "summary": {"covered_lines": 3, "num_statements": 4, "num_branches": 3, "covered_branches": 2},
            "missing_lines": [3], "excluded_lines": [9, 10],
            "executed_branches": [[2, 5], [2, -1]], "missing_branches": [[2, 3]],
            "functions": {
                "A.f": {"executed_lines": [2], "missing_lines": [3], "start_line": 1},
                "A.g": {"executed_lines": [], "missing_lines": [3]},
                "excluded": {"executed_lines": [], "missing_lines": [], "excluded_lines": [9]},
                "": {"executed_lines": [1], "missing_lines": []}},
            "classes": {"A": {"executed_lines": [7]}}, "contexts": {"1": ["", "]}"]}}},
          "totals": {"covered_lines": 3, "num_statements": 4}}"#,
        &expect![[r#"
            a/b.py (lines)
              flags
              lines 1:1 2:1 3:0 5:1
              branch 2:exit 1 Plain 1
              branch 2:to 3 Plain 0
              branch 2:to 5 Plain 1
              function ?-? A.g x0
              function 1-? A.f x1
              lines 3/4 branches 2/3 functions 1/2
            total lines 3/4 branches 2/3 functions 1/2
            complete
        "#]],
    );
}

#[test]
fn without_branches() {
    check(
        r#"{"files": {"a.py": {"missing_lines": [], "executed_lines": [2, 1, 2]}, "empty.py": {"executed_lines": [], "missing_lines": []}}}"#,
        &expect![[r#"
            a.py (lines)
              flags
              lines 1:1 2:1
              lines 2/2
            empty.py (lines)
              flags
              no data
            total lines 2/2
            complete
        "#]],
    );
}

#[test]
fn totals_that_differ() {
    check(
        r#"{"files": {"a.py": {"executed_lines": [1], "missing_lines": [2],
              "summary": {"covered_lines": 2, "num_statements": 2, "num_branches": 2, "covered_branches": 1}}},
            "totals": {"covered_lines": 1, "num_statements": 3}}"#,
        &expect![[r#"
            a.py (lines)
              flags
              lines 1:1 2:0
              lines 1/2
            total lines 1/2
            2:15 totals-differ: the summary of a.py declares 2/2 lines, the lists add up to 1/2
            2:15 totals-differ: the summary of a.py declares 1/2 branches, the lists add up to 0/0
            3:13 totals-differ: `totals` declares 1/3 lines, the lists add up to 1/2
            complete
        "#]],
    );
}

#[test]
fn contradictions_and_malformed_records() {
    check(
        r#"{"files": {
            "a.py": {"executed_lines": [1, 2, 3], "missing_lines": [2, 4]},
            "b.py": {"summary": {}},
            "c.py": {"executed_lines": [0, "x", -1, 4294967296, null, 1, [2]], "missing_lines": 5},
            "d.py": {"executed_lines": [1], "executed_branches": [[1], [1, "x"], [1, 2, 3], 7, [0, 1], [1, 2.5]]},
            "e.py": [], "": {},
            "a.py": {"executed_lines": [2]}
        }}"#,
        &expect![[r#"
            a.py (lines)
              flags
              lines 1:1 2:1 3:1 4:0
              lines 3/4
            b.py (lines)
              flags
              no data
            c.py (lines)
              flags
              lines 1:1
              lines 1/1
            d.py (lines)
              flags
              lines 1:1
              branch 1:to 2 Plain 1
              lines 1/1 branches 1/1
            total lines 5/6 branches 1/1
            2:51 contradiction: line 2 of a.py is both executed and missing; taken as missing
            3:13 malformed-record: b.py without a list of lines
            4:41 line-zero: line 0: lines are counted from 1
                | \"c.py\": {\"executed_lines\": [0, \"x\", -1, 4294967296, null, 1, [2]], \"missing_lines\": 5},
            4:44 malformed-record: the line number is no number of a line
                | \"c.py\": {\"executed_lines\": [0, \"x\", -1, 4294967296, null, 1, [2]], \"missing_lines\": 5},
            4:49 malformed-record: the line number is no number of a line
                | \"c.py\": {\"executed_lines\": [0, \"x\", -1, 4294967296, null, 1, [2]], \"missing_lines\": 5},
            4:53 malformed-record: the line number is no number of a line
                | \"c.py\": {\"executed_lines\": [0, \"x\", -1, 4294967296, null, 1, [2]], \"missing_lines\": 5},
            4:65 malformed-record: the line number is no number of a line
                | …ecuted_lines\": [0, \"x\", -1, 4294967296, null, 1, [2]], \"missing_lines\": 5},
            4:74 malformed-record: the line number is no number of a line
                | …nes\": [0, \"x\", -1, 4294967296, null, 1, [2]], \"missing_lines\": 5},
            4:97 malformed-record: a value of another kind than expected
                | …967296, null, 1, [2]], \"missing_lines\": 5},
            5:69 malformed-record: half of a branch
                | …ed_lines\": [1], \"executed_branches\": [[1], [1, \"x\"], [1, 2, 3], 7, [0, 1], [1, 2.5]]},
            5:76 malformed-record: a value of another kind than expected
                | …s\": [1], \"executed_branches\": [[1], [1, \"x\"], [1, 2, 3], 7, [0, 1], [1, 2.5]]},
            5:93 malformed-record: a value of another kind than expected
                | …d_branches\": [[1], [1, \"x\"], [1, 2, 3], 7, [0, 1], [1, 2.5]]},
            5:97 line-zero: line 0: lines are counted from 1
                | …anches\": [[1], [1, \"x\"], [1, 2, 3], 7, [0, 1], [1, 2.5]]},
            6:21 malformed-record: a value of another kind than expected
                | \"e.py\": [], \"\": {},
            6:25 empty-name: a source file without a name
                | \"e.py\": [], \"\": {},
            7:13 repeated-key: this file was there before; both are united
                | \"a.py\": {\"executed_lines\": [2]}
            NOT COMPLETE
        "#]],
    );
}

#[test]
fn what_was_read_before_the_end_is_kept() {
    check(
        "{\"files\": {\"a.py\": {\"executed_lines\": [1]},\n \"b.py\": {\"executed_lines\": [1, 2",
        &expect![[r#"
            a.py (lines)
              flags
              lines 1:1
              lines 1/1
            total lines 1/1
            2:34 truncated: the report ends in the middle of the document
                | \"b.py\": {\"executed_lines\": [1, 2
            NOT COMPLETE
        "#]],
    );
}

#[test]
fn a_large_file_named_again_and_again_ends() {
    let lines = (1..100_000).map(|line| line.to_string()).collect::<Vec<_>>().join(",");
    let again = ",\"a\":{\"executed_lines\":[],\"missing_lines\":[]}".repeat(5000);
    let text = format!("{{\"files\":{{\"a\":{{\"executed_lines\":[{lines}]}}{again}}}}}");
    let parsed = parse_coveragepy(&mut text.as_bytes()).unwrap();
    let last = parsed.diagnostics.iter().find(|said| said.kind == Kind::MalformedRecord).unwrap();
    assert_eq!(last.message, "the report names the same files again and again");
    assert!(!parsed.complete);
    assert_eq!(parsed.picture.ratio(Unit::Lines).total, 99_999);
}

#[test]
fn names_of_the_wild() {
    let text = b"\xef\xbb\xbf{\"files\": {\"caf\xe9.py\": {\"executed_lines\": [1]}, \"C:\\\\a b\\u00fc.py\": {\"executed_lines\": [1]},
 \"\\ud83d.py\": {\"executed_lines\": [1]}, \" \": 1}}";
    let parsed = parse_coveragepy(&mut text.as_slice()).unwrap();
    expect![[r#"
        C:\a bü.py (lines)
          flags
          lines 1:1
          lines 1/1
        café.py (lines)
          flags
          lines 1:1
          lines 1/1
        �.py (lines)
          flags
          lines 1:1
          lines 1/1
        total lines 3/3
        1:12 name-not-utf8: a name that is not UTF-8
            | {\"files\": {\"café.py\": {\"executed_lines\": [1]}, \"C:\\\\a b\\u00fc.py\": {\"executed_lines\": [1]},
        2:2 lone-surrogate: half of a surrogate pair, read as U+FFFD
            | \"\\ud83d.py\": {\"executed_lines\": [1]}, \" \": 1}}
        2:40 empty-name: a source file without a name
            | \"\\ud83d.py\": {\"executed_lines\": [1]}, \" \": 1}}
        NOT COMPLETE
    "#]].assert_eq(&dump(&parsed));
}
