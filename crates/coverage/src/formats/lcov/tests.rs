//! Tracefiles of both versions, of other producers, and of accidents.

use expect_test::{Expect, expect};

use super::*;
use crate::dump::dump;
use crate::model::{Ratio, Unit};

fn parse(text: impl AsRef<[u8]>) -> Parsed {
    parse_lcov(&mut text.as_ref()).unwrap()
}

fn check(text: impl AsRef<[u8]>, expected: &Expect) {
    expected.assert_eq(&dump(&parse(text)));
}

#[test]
fn version_1() {
    check(
        "TN:unit\nSF:src/a.c\nFN:1,main\nFN:7,helper\nFNDA:1,main\nFNDA:0,helper\nFNF:2\nFNH:1\n\
         BRDA:3,0,0,1\nBRDA:3,0,1,-\nBRF:2\nBRH:1\nDA:1,1\nDA:3,1\nDA:7,0\nLF:3\nLH:2\nend_of_record\n",
        &expect![[r#"
            src/a.c (lines)
              lines 1:1 3:1 7:0
              branch 3:0,0 Plain 1
              branch 3:0,1 Plain -
              function 1-? main x1
              function 7-? helper x0
              lines 2/3 branches 1/2 functions 1/2
            total lines 2/3 branches 1/2 functions 1/2
            complete
        "#]],
    );
}

#[test]
fn version_2_groups_the_names_of_a_line() {
    check(
        "# comment\nTN:\nSF:a.cc\nVER:1a2b\nFNL:0,3,9\nFNA:0,2,f<int>(int, int)\nFNA:0,0,f<long>(long, long)\nFNL:1,12\nFNA:1,0,g\nFNF:2\nFNH:1\n\
         DA:3,2\nLF:1\nLH:1\nend_of_record\n",
        &expect![[r#"
            a.cc (lines)
              version 1a2b..1a2b
              lines 3:2
              function 3-9 f<int>(int, int) x2 = f<long>(long, long) x0
              function 12-? g x0
              lines 1/1 functions 1/2
            total lines 1/1 functions 1/2
            complete
        "#]],
    );
}

#[test]
fn functions_with_end_lines_and_commas() {
    check(
        "SF:a\nFN:1,5,f\nFN:7,operator,(int)\nFN:9,3,odd\nFN:11,12,\nFNDA:1,f\nFNDA:2,operator,(int)\nend_of_record\n",
        &expect![[r#"
            a (lines)
              function 1-5 f x1
              function 7-? operator,(int) x2
              function 9-? 3,odd x0
              function 11-? 12, x0
              functions 2/4
            total functions 2/4
            complete
        "#]],
    );
}

#[test]
fn functions_of_one_name_take_their_calls_in_order() {
    check(
        "SF:a\nFN:1,anon\nFN:5,anon\nFNDA:0,anon\nFNDA:4,anon\nend_of_record\n",
        &expect![[r#"
        a (lines)
          function 1-? anon x0
          function 5-? anon x4
          functions 1/2
        total functions 1/2
        complete
    "#]],
    );
    check(
        "SF:a\nFN:1,anon\nFN:5,anon\nFN:3,b\nFNDA:1,b\nFNDA:0,anon\nFNDA:4,anon\nFNDA:3,anon\nend_of_record\n",
        &expect![[r#"
            a (lines)
              function 1-? anon x0
              function 3-? b x1
              function 5-? anon x7
              functions 2/3
            total functions 2/3
            complete
        "#]],
    );
}

#[test]
fn calls_of_functions_that_were_not_declared() {
    check(
        "SF:a\nFN:1,b\nFNDA:1,a\nFNDA:1,c\nFNA:9,1,d\nend_of_record\n",
        &expect![[r#"
        a (lines)
          function ?-? a x1
          function ?-? c x1
          function ?-? d x1
          function 1-? b x0
          functions 3/4
        total functions 3/4
        3:1 undeclared-function: calls of a function that was not declared
        4:1 undeclared-function: calls of a function that was not declared
        5:1 undeclared-function: calls of a function that was not declared
        complete
    "#]],
    );
}

#[test]
fn branches_of_every_form() {
    check(
        "SF:a\nBRDA:1,0,0,0\nBRDA:1,0,1,-\nBRDA:1,e0,2,1\nBRDA:1,fU1,0,0\nBRDA:1,U1,1,3\nBRDA:1,0,a && f(b, c),2\nBRDA:1,x,1,2\nend_of_record\n",
        &expect![[r#"
            a (lines)
              branch 1:0,0 Plain 0
              branch 1:0,a && f(b, c) Plain 2
              branch 1:x,1 Plain 2
              branch 1:0,1 Plain -
              branch 1:0,2 Exception 1
              branch 1:1,0 Fallthrough 0 unmeasured
              branch 1:1,1 Plain 3
              branches 4/6
            total branches 4/6
            complete
        "#]],
    );
}

#[test]
fn checksums_of_any_letter() {
    check(
        "SF:a\nDA:1,1,e0aBcD+/==\nDA:2,0,Zz\nDA:3,4,\nend_of_record\n",
        &expect![[r#"
        a (lines)
          lines 1:1 2:0 3:4
          lines 2/3
        total lines 2/3
        complete
    "#]],
    );
}

#[test]
fn counts_of_the_wild() {
    check(
        "SF:a\nDA:1,18446744073709551616\nDA:2,-1\nDA:3,1e10\nDA:4,=\nDA:5,undefined\nDA:undefined,1\nDA:,1\nDA:6,\nDA:0,3\nDA:7,18446744073709551615\nDA:8\nDA:4294967296,1\nend_of_record\n",
        &expect![[r#"
            a (lines)
              lines 1:18446744073709551615 2:0 3:10000000000 7:18446744073709551615
              lines 3/4
            total lines 3/4
            2:6 overflowing-count: a count beyond 64 bits, read as the largest number
                | DA:1,18446744073709551616
            3:6 negative-count: a count below zero, read as 0
                | DA:2,-1
            4:6 not-an-integer: a count that is not written as an integer
                | DA:3,1e10
            5:6 malformed-record: the count is no number
                | DA:4,=
            6:6 undefined-value: a count without a value
                | DA:5,undefined
            7:4 undefined-value: a line number without a value
                | DA:undefined,1
            8:4 undefined-value: a line number without a value
                | DA:,1
            9:6 undefined-value: a count without a value
                | DA:6,
            10:4 line-zero: line 0: lines are counted from 1
                | DA:0,3
            12:4 malformed-record: a line needs a number and a count
                | DA:8
            13:4 malformed-record: the line number is no number
                | DA:4294967296,1
            NOT COMPLETE
        "#]],
    );
}

#[test]
fn one_file_in_three_records() {
    check(
        "SF:a\nDA:1,1\nDA:2,0\nend_of_record\nSF:b\nDA:1,0\nend_of_record\nSF:a\nDA:1,0\nDA:2,5\nDA:9,0\nend_of_record\nSF:a\nDA:4,1\nDA:1,2\nend_of_record\n",
        &expect![[r#"
            a (lines)
              lines 1:3 2:5 4:1 9:0
              lines 3/4
            b (lines)
              lines 1:0
              lines 0/1
            total lines 3/5
            complete
        "#]],
    );
}

#[test]
fn a_hit_is_not_lost_to_a_later_record() {
    check(
        "SF:a\nDA:1,1\nDA:2,1\nend_of_record\nSF:b\nDA:1,1\nend_of_record\nSF:a\nDA:1,0\nDA:2,0\nend_of_record\n",
        &expect![[r#"
            a (lines)
              lines 1:1 2:1
              lines 2/2
            b (lines)
              lines 1:1
              lines 1/1
            total lines 3/3
            complete
        "#]],
    );
}

#[test]
fn a_line_named_twice_adds_up() {
    check(
        "SF:a\nDA:1,1\nDA:1,2\nDA:5,0\nDA:3,0\nDA:5,1\nend_of_record\n",
        &expect![[r#"
        a (lines)
          lines 1:3 3:0 5:1
          lines 2/3
        total lines 2/3
        complete
    "#]],
    );
}

#[test]
fn versions_must_agree() {
    check(
        "SF:a\nVER:1\nDA:1,1\nend_of_record\nSF:a\nDA:2,1\nend_of_record\nSF:a\nVER:2\nDA:1,1\nend_of_record\n",
        &expect![[r#"
            a (lines)
              version 1..2
              lines 1:2 2:1
              lines 2/2
            total lines 2/2
            9:1 version-conflict: an earlier record measured another version of this file
                | 2
            NOT COMPLETE
        "#]],
    );
}

#[test]
fn declared_totals_are_compared_and_not_believed() {
    check(
        "SF:a\nFNF:3\nFNH:0\nBRF:1\nBRH:1\nDA:1,1\nDA:2,0\nLF:99\nLH:98\nend_of_record\n",
        &expect![[r#"
        a (lines)
          lines 1:1 2:0
          lines 1/2
        total lines 1/2
        10:1 totals-differ: the record declares 98/99 lines, its records add up to 1/2
        10:1 totals-differ: the record declares 1/1 branches, its records add up to 0/0
        10:1 totals-differ: the record declares 0/3 functions, its records add up to 0/0
        complete
    "#]],
    );
}

#[test]
fn totals_without_lines() {
    check(
        "SF:a\nFNF:3\nFNH:2\nBRF:4\nBRH:1\nLF:10\nLH:7\nend_of_record\nSF:b\nFNF:0\nFNH:0\nLF:0\nLH:0\nend_of_record\nSF:c\nLF:3\nLH:9\nend_of_record\n",
        &expect![[r#"
            a (lines)
              summary only
              lines 7/10 branches 1/4 functions 2/3
            b (lines)
              no data
            c (lines)
              summary only
              lines 3/3
            total lines 10/13 branches 1/4 functions 2/3
            8:1 summary-only: totals without lines
            18:1 summary-only: totals without lines
            complete
        "#]],
    );
}

#[test]
fn totals_beside_lines_give_way_to_them() {
    let parsed = parse("SF:a\nLF:10\nLH:7\nend_of_record\nSF:a\nDA:1,0\nend_of_record\n");
    assert_eq!(parsed.picture.ratio(Unit::Lines), Ratio::new(0, 1));
    assert_eq!(parsed.picture.summaries_only().count(), 0);
    assert_eq!(parsed.diagnostics.count(Kind::SummaryOnly), 1);
}

#[test]
fn mcdc_is_read_over_and_said() {
    check(
        "SF:a\nMCDC:3,2,t,1,0,a && b\nMCDC:3,2,f,0,0,a && b\nMCF:2\nMCH:1\nDA:3,1\nend_of_record\n",
        &expect![[r#"
            a (lines)
              lines 3:1
              lines 1/1
            total lines 1/1
            2:1 unjudged-record: records of type MCDC are read over
                | MCDC:3,2,t,1,0,a && b
            3:1 unjudged-record: records of type MCDC are read over
                | MCDC:3,2,f,0,0,a && b
            complete
        "#]],
    );
}

#[test]
fn unknown_records_are_counted() {
    check(
        "SF:a\nXYZ:1\nDA:1,1\nXYZ:2\nend_of_record\nZZ:\n",
        &expect![[r#"
        a (lines)
          lines 1:1
          lines 1/1
        total lines 1/1
        2:1 unknown-record: records of type XYZ are read over
            | XYZ:1
        4:1 unknown-record: records of type XYZ are read over
            | XYZ:2
        6:1 unknown-record: records of type ZZ are read over
            | ZZ:
        complete
    "#]],
    );
}

#[test]
fn names_of_every_kind() {
    check(
        b"SF:C:\\src\\a b.c\nDA:1,1\nend_of_record\nSF:src/\xc3\xa9.rs\nDA:1,1\nend_of_record\nSF:src/\xe8.rs\nDA:1,0\nend_of_record\n",
        &expect![[r#"
            C:\src\a b.c (lines)
              lines 1:1
              lines 1/1
            src/è.rs (lines)
              lines 1:0
              lines 0/1
            src/é.rs (lines)
              lines 1:1
              lines 1/1
            total lines 2/3
            7:4 name-not-utf8: a name that is not UTF-8
                | SF:src/è.rs
            complete
        "#]],
    );
}

#[test]
fn windows_line_ends_and_blank_lines() {
    check(
        "\u{feff}TN:\r\n\r\nSF:a.c\r\nDA:1,1\r\nDA:2,0\r\n  \r\nend_of_record\r\n",
        &expect![[r#"
        a.c (lines)
          lines 1:1 2:0
          lines 1/2
        total lines 1/2
        complete
    "#]],
    );
}

#[test]
fn a_missing_end_in_the_middle() {
    check(
        "SF:a\nDA:1,1\nSF:b\nDA:1,0\nend_of_record\n",
        &expect![[r#"
        a (lines)
          lines 1:1
          lines 1/1
        b (lines)
          lines 1:0
          lines 0/1
        total lines 1/2
        3:1 unterminated-record: the record before has no end
            | SF:b
        complete
    "#]],
    );
}

#[test]
fn a_last_record_without_end_whose_totals_agree_is_whole() {
    check(
        "SF:a\nDA:1,1\nDA:2,0\nLF:2\nLH:1\n",
        &expect![[r#"
        a (lines)
          lines 1:1 2:0
          lines 1/2
        total lines 1/2
        5:1 unterminated-record: the last record has no end
        complete
    "#]],
    );
}

#[test]
fn a_last_record_without_end_is_whole_where_no_record_has_one() {
    let parsed = parse("SF:a\nDA:1,1\nSF:b\nDA:1,1\n");
    assert!(parsed.complete);
    assert_eq!(parsed.diagnostics.count(Kind::UnterminatedRecord), 2);
}

#[test]
fn a_cut_tracefile_is_not_whole() {
    check(
        "SF:a\nDA:1,1\nend_of_record\nSF:b\nDA:1,1\n",
        &expect![[r#"
        a (lines)
          lines 1:1
          lines 1/1
        b (lines)
          lines 1:1
          lines 1/1
        total lines 2/2
        5:1 truncated: the last record has no end
        NOT COMPLETE
    "#]],
    );
    check(
        "SF:a\nDA:1,1\nend_of_record\nSF:b\nDA:1,1\nDA:2",
        &expect![[r#"
        a (lines)
          lines 1:1
          lines 1/1
        b (lines)
          lines 1:1
          lines 1/1
        total lines 2/2
        6:5 truncated: the tracefile ends in the middle of a line
            | DA:2
        NOT COMPLETE
    "#]],
    );
    check(
        "SF:a\nDA:1,1\nLF:2\nLH:1\n",
        &expect![[r#"
        a (lines)
          lines 1:1
          lines 1/1
        total lines 1/1
        4:1 truncated: the last record has no end
        4:1 totals-differ: the record declares 1/2 lines, its records add up to 1/1
        NOT COMPLETE
    "#]],
    );
}

#[test]
fn the_very_last_line_end_may_miss() {
    let parsed = parse("SF:a\nDA:1,1\nend_of_record");
    assert!(parsed.complete && parsed.diagnostics.is_empty());
}

#[test]
fn records_of_no_file() {
    check(
        "DA:1,1\nBRDA:1,0,0,1\nend_of_record\nSF:\nDA:1,1\nend_of_record\nSF:a\nDA:1,1\nend_of_record\n",
        &expect![[r#"
            a (lines)
              lines 1:1
              lines 1/1
            total lines 1/1
            1:1 record-outside-file: a record of no source file
                | DA:1,1
            2:1 record-outside-file: a record of no source file
                | BRDA:1,0,0,1
            3:1 stray-end: the end of no record
                | end_of_record
            4:4 empty-name: a source file without a name
                | SF:
            NOT COMPLETE
        "#]],
    );
}

#[test]
fn garbage() {
    check(
        "SF:a\nhello\nDA:x,1\nDA:1\nBRDA:1,0,1\nBRDA:1\nBRDA:1,0,0,x\nFN:x,f\nFN:1\nFNDA:x,f\nFNL:x,1\nFNL:1\nFNA:1,2\nLF:x\nend_of_record\n",
        &expect![[r#"
            a (lines)
              no data
            total no data
            2:1 malformed-record: no record of LCOV
                | hello
            3:4 malformed-record: the line number is no number
                | DA:x,1
            4:4 malformed-record: a line needs a number and a count
                | DA:1
            5:10 malformed-record: a branch needs a line, a block, a branch and a count
                | BRDA:1,0,1
            6:6 malformed-record: a branch needs a line, a block, a branch and a count
                | BRDA:1
            7:12 malformed-record: the count is no number
                | BRDA:1,0,0,x
            8:4 malformed-record: the line number is no number
                | FN:x,f
            9:4 malformed-record: a function needs a line and a name
                | FN:1
            10:6 malformed-record: the count is no number
                | FNDA:x,f
            11:5 malformed-record: the index is no number
                | FNL:x,1
            12:5 malformed-record: a function needs an index and a line
                | FNL:1
            13:7 malformed-record: a function needs an index, a count and a name
                | FNA:1,2
            14:4 malformed-record: a total is no number
                | LF:x
            NOT COMPLETE
        "#]],
    );
}

#[test]
fn only_a_test_name() {
    check(
        "TN:\n",
        &expect![[r#"
        total no data
        complete
    "#]],
    );
}
