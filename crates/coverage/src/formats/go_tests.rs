//! Go profiles as Go writes them, as people join them, and as accidents leave them.

use expect_test::{Expect, expect};

use super::*;
use crate::dump::dump;
use crate::model::{ClosingLines, Ratio, Unit};

fn parse(text: impl AsRef<[u8]>) -> Parsed {
    parse_go(&mut text.as_ref()).unwrap()
}

fn check(text: impl AsRef<[u8]>, expected: &Expect) {
    expected.assert_eq(&dump(&parse(text)));
}

#[test]
fn set() {
    check(
        "mode: set\nm/a.go:3.13,5.2 2 1\nm/a.go:7.13,9.2 1 0\nm/b.go:1.1,1.5 4 1\n",
        &expect![[r#"
        m/a.go (statements)
          flags
          3.13,5.2 2 x1
          7.13,9.2 1 x0
          statements 2/3 lines 3/6
        m/b.go (statements)
          flags
          1.1,1.5 4 x1
          statements 4/4 lines 1/1
        total statements 6/7 lines 4/7
        complete
    "#]],
    );
}

#[test]
fn count_and_atomic_are_one_class() {
    check(
        "mode: count\nm/a.go:3.13,5.2 2 7\nmode: atomic\nm/a.go:3.13,5.2 2 5\n",
        &expect![[r#"
        m/a.go (statements)
          3.13,5.2 2 x12
          statements 2/2 lines 3/3
        total statements 2/2 lines 3/3
        3:1 mode-repeated: a second profile starts here
            | mode: atomic
        complete
    "#]],
    );
}

#[test]
fn joined_profiles_count_every_statement_once() {
    let first = "mode: set\nm/a.go:3.13,5.2 2 1\nm/b.go:1.1,2.5 3 0\n";
    let second = "mode: set\nm/a.go:3.13,5.2 2 0\nm/b.go:1.1,2.5 3 1\n";
    check(
        format!("{first}{second}"),
        &expect![[r#"
        m/a.go (statements)
          flags
          3.13,5.2 2 x1
          statements 2/2 lines 3/3
        m/b.go (statements)
          flags
          1.1,2.5 3 x1
          statements 3/3 lines 2/2
        total statements 5/5 lines 5/5
        4:1 mode-repeated: a second profile starts here
            | mode: set
        complete
    "#]],
    );
    let one_way = parse(format!("{first}{second}")).picture;
    assert_eq!(one_way, parse(format!("{second}{first}")).picture);
    assert_eq!(one_way, Picture::united([parse(first).picture, parse(second).picture]));
}

#[test]
fn equal_starts_with_different_ends_are_different_blocks() {
    check(
        "mode: count\nm/a.go:3.13,5.2 2 1\nm/a.go:3.13,4.9 1 0\nm/a.go:3.13,5.2 2 1\nm/a.go:3.13,4.9 1 3\n",
        &expect![[r#"
            m/a.go (statements)
              3.13,4.9 1 x3
              3.13,5.2 2 x2
              statements 3/3 lines 3/3
            total statements 3/3 lines 3/3
            complete
        "#]],
    );
}

#[test]
fn out_of_order() {
    check(
        "mode: count\nm/a.go:9.1,9.5 1 1\nm/a.go:2.1,2.5 1 0\nm/b.go:1.1,1.2 1 1\nm/a.go:5.1,5.5 1 2\nm/a.go:2.1,2.5 1 4\n",
        &expect![[r#"
            m/a.go (statements)
              2.1,2.5 1 x4
              5.1,5.5 1 x2
              9.1,9.5 1 x1
              statements 3/3 lines 3/3
            m/b.go (statements)
              1.1,1.2 1 x1
              statements 1/1 lines 1/1
            total statements 4/4 lines 4/4
            complete
        "#]],
    );
}

#[test]
fn counts_saturate() {
    check(
        "mode: count\nm/a.go:1.1,1.5 1 18446744073709551614\nm/a.go:1.1,1.5 1 9\nm/a.go:2.1,2.5 1 99999999999999999999999\n",
        &expect![[r#"
            m/a.go (statements)
              1.1,1.5 1 x18446744073709551615
              2.1,2.5 1 x18446744073709551615
              statements 2/2 lines 2/2
            total statements 2/2 lines 2/2
            4:18 overflowing-count: read as 18446744073709551615, the largest count
                | m/a.go:2.1,2.5 1 99999999999999999999999
            complete
        "#]],
    );
}

#[test]
fn set_and_counts_in_one_file() {
    check(
        "mode: set\nm/a.go:1.1,1.5 1 1\nmode: count\nm/a.go:1.1,1.5 1 7\nm/b.go:1.1,1.5 1 7\n",
        &expect![[r#"
        m/a.go (statements)
          flags
          1.1,1.5 1 x1
          statements 1/1 lines 1/1
        m/b.go (statements)
          1.1,1.5 1 x7
          statements 1/1 lines 1/1
        total statements 2/2 lines 2/2
        3:1 mode-conflict: `set` knows whether, `count` and `atomic` how often: only whether is left
            | mode: count
        NOT COMPLETE
    "#]],
    );
}

#[test]
fn disagreement_about_statements_is_located() {
    check(
        "mode: count\nm/a.go:1.1,3.5 2 1\nm/a.go:4.1,5.5 7 1\nm/a.go:1.1,3.5 3 0\nm/a.go:1.1,3.5 4 0\n",
        &expect![[r#"
            m/a.go (statements)
              1.1,3.5 2|4 x1
              4.1,5.5 7 x1
              statements 7/7 lines 5/5
            total statements 7/7 lines 5/5
            4:1 statement-dispute: the block 1.1,3.5 has 2 statements in one record and 3 in another
                | m/a.go:1.1,3.5 3 0
            NOT COMPLETE
        "#]],
    );
}

#[test]
fn disagreement_among_blocks_out_of_order_is_located_too() {
    check(
        "mode: count\nm/a.go:9.1,9.5 2 1\nm/a.go:4.1,5.5 7 1\nm/a.go:4.1,5.5 8 1\n",
        &expect![[r#"
        m/a.go (statements)
          4.1,5.5 7|8 x2
          9.1,9.5 2 x1
          statements 2/2 lines 3/3
        total statements 2/2 lines 3/3
        4:1 statement-dispute: the block 4.1,5.5 has 7 statements in one record and 8 in another
        NOT COMPLETE
    "#]],
    );
}

#[test]
fn names_with_anything_in_them() {
    check(
        "mode: set\nC:\\src\\my app\\a b.go:1.1,2.2 1 1\nm/a:1.2,3.4 5 6.go:1.1,2.2 1 0\nm/\u{e9}.go:1.1,2.2 1 0\n",
        &expect![[r#"
            C:\src\my app\a b.go (statements)
              flags
              1.1,2.2 1 x1
              statements 1/1 lines 2/2
            m/a:1.2,3.4 5 6.go (statements)
              flags
              1.1,2.2 1 x0
              statements 0/1 lines 0/2
            m/é.go (statements)
              flags
              1.1,2.2 1 x0
              statements 0/1 lines 0/2
            total statements 1/3 lines 2/6
            complete
        "#]],
    );
    check(
        b"mode: set\nm/\xe9.go:1.1,2.2 1 0\n",
        &expect![[r#"
        m/é.go (statements)
          flags
          1.1,2.2 1 x0
          statements 0/1 lines 0/2
        total statements 0/1 lines 0/2
        2:1 name-not-utf8: a name that is not UTF-8
            | m/é.go:1.1,2.2 1 0
        complete
    "#]],
    );
}

#[test]
fn windows_line_ends_blank_lines_and_a_byte_order_mark() {
    check(
        "\u{feff}mode: set\r\n\r\nm/a.go:1.1,2.2 1 1\r\nm/a.go:3.1,4.2 1 0\r\n\r\n",
        &expect![[r#"
        m/a.go (statements)
          flags
          1.1,2.2 1 x1
          3.1,4.2 1 x0
          statements 1/2 lines 2/4
        total statements 1/2 lines 2/4
        complete
    "#]],
    );
}

#[test]
fn only_the_mode() {
    check(
        "mode: set\n",
        &expect![[r#"
        total no data
        complete
    "#]],
    );
}

#[test]
fn no_mode() {
    check(
        "m/a.go:1.1,2.2 1 1\nm/a.go:3.1,4.2 1 0\n",
        &expect![[r#"
        m/a.go (statements)
          1.1,2.2 1 x1
          3.1,4.2 1 x0
          statements 1/2 lines 2/4
        total statements 1/2 lines 2/4
        1:1 mode-missing: a profile starts with its mode
            | m/a.go:1.1,2.2 1 1
        NOT COMPLETE
    "#]],
    );
    check(
        "",
        &expect![[r#"
            total no data
            1:1 mode-missing: a profile starts with its mode
            NOT COMPLETE
        "#]],
    );
}

#[test]
fn an_unknown_mode() {
    check(
        "mode: sett\nm/a.go:1.1,2.2 1 1\n",
        &expect![[r#"
        m/a.go (statements)
          1.1,2.2 1 x1
          statements 1/1 lines 2/2
        total statements 1/1 lines 2/2
        1:7 mode-unknown: no mode that Go writes
            | mode: sett
        NOT COMPLETE
    "#]],
    );
}

#[test]
fn no_final_line_end() {
    check(
        "mode: set\nm/a.go:1.1,2.2 1 1",
        &expect![[r#"
        m/a.go (statements)
          flags
          1.1,2.2 1 x1
          statements 1/1 lines 2/2
        total statements 1/1 lines 2/2
        2:19 missing-final-newline: the last line has no line end
            | m/a.go:1.1,2.2 1 1
        complete
    "#]],
    );
}

#[test]
fn cut_in_the_middle_of_a_block() {
    check(
        "mode: set\nm/a.go:1.1,2.2 1 1\nm/a.go:3.1,4",
        &expect![[r#"
        m/a.go (statements)
          flags
          1.1,2.2 1 x1
          statements 1/1 lines 2/2
        total statements 1/1 lines 2/2
        3:13 truncated: the profile ends in the middle of a block
            | m/a.go:3.1,4
        NOT COMPLETE
    "#]],
    );
}

#[test]
fn garbage() {
    check(
        "mode: count\nhello\nm/a.go:1.1,2.2 1 x\nm/a.go:1.1,2.2 one 1\nm/a.go:1.1 1 1\nm/a.go:0.1,2.2 1 1\nm/a.go:1,2 1 1\n\
         m/a.go:1.1,2.2 1 -1\nm/a.go:1.1,2.2 -1 1\nm/a.go:-1.1,2.2 1 1\nm/a.go:4294967296.1,2.2 1 1\n\
         m/a.go:5.1,4.2 1 1\nm/a.go:5.9,5.2 1 1\n:1.1,2.2 1 1\nm/a.go 1 1\nm/a.go:8.1,9.2 1 1\n",
        &expect![[r#"
            m/a.go (statements)
              8.1,9.2 1 x1
              statements 1/1 lines 2/2
            total statements 1/1 lines 2/2
            2:1 malformed-record: a block needs two numbers at its end
                | hello
            3:18 malformed-record: the count is no number
                | m/a.go:1.1,2.2 1 x
            4:16 malformed-record: the number of statements is no number
                | m/a.go:1.1,2.2 one 1
            5:8 malformed-record: the range is not line.column,line.column
                | m/a.go:1.1 1 1
            6:8 malformed-record: lines are counted from 1
                | m/a.go:0.1,2.2 1 1
            7:8 malformed-record: the range is not line.column,line.column
                | m/a.go:1,2 1 1
            8:18 negative-block: a block can't run less than never
                | m/a.go:1.1,2.2 1 -1
            9:16 negative-block: a number below zero
                | m/a.go:1.1,2.2 -1 1
            10:8 negative-block: a number below zero
                | m/a.go:-1.1,2.2 1 1
            11:8 malformed-record: the range is not line.column,line.column
                | m/a.go:4294967296.1,2.2 1 1
            12:8 inverted-range: the block ends before it starts
                | m/a.go:5.1,4.2 1 1
            13:8 inverted-range: the block ends before it starts
                | m/a.go:5.9,5.2 1 1
            14:1 empty-name: a block of no file
                | :1.1,2.2 1 1
            15:1 malformed-record: a block needs a colon between name and range
                | m/a.go 1 1
            NOT COMPLETE
        "#]],
    );
}

#[test]
fn inverted_ranges_right_behind_good_blocks() {
    check(
        "mode: set\nm/a.go:1.1,2.2 1 1\nm/a.go:5.1,4.2 1 1\nm/a.go:5.9,5.2 1 1\n",
        &expect![[r#"
        m/a.go (statements)
          flags
          1.1,2.2 1 x1
          statements 1/1 lines 2/2
        total statements 1/1 lines 2/2
        3:8 inverted-range: the block ends before it starts
            | m/a.go:5.1,4.2 1 1
        4:8 inverted-range: the block ends before it starts
            | m/a.go:5.9,5.2 1 1
        NOT COMPLETE
    "#]],
    );
}

#[test]
fn output_of_cover_func_in_between() {
    check(
        "mode: set\nm/a.go:1.1,2.2 1 1\nm/a.go:19:\tmain\t\t100.0%\ntotal:\t\t(statements)\t85.7%\n",
        &expect![[r#"
            m/a.go (statements)
              flags
              1.1,2.2 1 x1
              statements 1/1 lines 2/2
            total statements 1/1 lines 2/2
            3:1 function-percent-line: a line of `go tool cover -func`
                | m/a.go:19:\tmain\t\t100.0%
            4:1 function-percent-line: a line of `go tool cover -func`
                | total:\t\t(statements)\t85.7%
            complete
        "#]],
    );
}

#[test]
fn blocks_without_statements_are_measured_lines_but_not_in_a_patch() {
    let parsed = parse("mode: set\nm/a.go:3.20,3.21 0 0\nm/a.go:5.10,7.2 1 1\n");
    let file = parsed.picture.file("m/a.go").unwrap();
    assert_eq!(file.ratio(Unit::Statements), Ratio::new(1, 1));
    assert_eq!(file.line_view().ratio(), Ratio::new(3, 4));
    assert_eq!(file.patch_view(ClosingLines::Measured).ratio(), Ratio::new(3, 3));
    assert_eq!(file.patch_view(ClosingLines::LeftOut).ratio(), Ratio::new(2, 2));
    assert_eq!(file.patch_view(ClosingLines::LeftOut).hits(7), None);
}

/// Seven statements, one missed, as Go 1.27.0 writes them.
#[test]
fn a_straight_run_split_at_blank_lines_counts_once() {
    check(
        "mode: set\nm/a.go:4.2,6.1 5 1\nm/a.go:7.2,9.1 5 1\nm/a.go:10.2,10.10 5 1\nm/a.go:11.3,12.1 1 0\nm/a.go:14.2,14.22 1 1\n",
        &expect![[r#"
            m/a.go (statements)
              flags
              4.2,6.1 5 x1
              7.2,9.1 5 x1
              10.2,10.10 5 x1
              11.3,12.1 1 x0
              14.2,14.22 1 x1
              statements 6/7 lines 8/10
            total statements 6/7 lines 8/10
            1:1 split-run: 2 blocks repeat the statements of the block before, the first in m/a.go: 4.2,6.1 and 7.2,9.1; each run is counted once
            complete
        "#]],
    );
}

#[test]
fn equal_neighbours_that_do_not_end_at_the_margin_are_not_a_split_run() {
    let parsed = parse(
        "mode: set\nm/a.go:4.2,6.3 5 1\nm/a.go:7.2,9.2 5 1\nm/a.go:10.2,12.1 5 1\nm/a.go:12.1,13.4 4 1\n",
    );
    assert_eq!(parsed.picture.ratio(Unit::Statements), Ratio::new(19, 19));
    assert!(parsed.diagnostics.is_empty());
}

#[test]
fn a_body_before_the_code_behind_it_is_not_a_split_run() {
    for text in ["m/a.go:4.3,5.1 1 1\nm/a.go:6.3,6.9 1 1\n", "m/a.go:4.3,6.1 2 1\nm/a.go:7.2,8.9 2 1\n"] {
        let parsed = parse(format!("mode: set\n{text}"));
        let Ratio { covered, total } = parsed.picture.ratio(Unit::Statements);
        assert_eq!((covered, parsed.diagnostics.is_empty()), (total, true));
        assert!(total == 2 || total == 4);
    }
}

#[test]
fn a_function_literal_inside_a_piece_does_not_hide_the_split() {
    let parsed = parse("mode: set\nm/a.go:4.2,9.1 3 1\nm/a.go:5.9,6.4 1 0\nm/a.go:10.2,11.4 3 1\n");
    assert_eq!(parsed.picture.ratio(Unit::Statements), Ratio::new(3, 4));
    assert_eq!(parsed.diagnostics.count(Kind::SplitRun), 1);
}

#[test]
fn hostile_repetition_is_counted_not_kept() {
    let mut text = "mode: set\n".to_owned();
    for _ in 0..5000 {
        text.push_str("nothing\n");
    }
    let parsed = parse(text);
    assert_eq!(parsed.diagnostics.count(Kind::MalformedRecord), 5000);
    assert_eq!(parsed.diagnostics.iter().count() as u64, Diagnostics::KEPT_PER_KIND);
}

#[test]
fn a_line_without_end_is_named_and_left_out() {
    let mut text = b"mode: set\n".to_vec();
    text.extend(std::iter::repeat_n(b'x', MAX_LINE + 1));
    text.extend_from_slice(b":1.1,2.2 1 1\nm/a.go:1.1,2.2 1 1\n");
    let parsed = parse(text);
    assert_eq!(parsed.diagnostics.count(Kind::OverlongLine), 1);
    assert_eq!(parsed.picture.files().len(), 1);
    assert!(!parsed.complete);
}
