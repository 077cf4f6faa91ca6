//! Streams of TAP, whole ones and broken ones.

use expect_test::{Expect, expect};

use super::super::Format;
use crate::dump;

#[track_caller]
fn check(text: &str, expected: &Expect) {
    dump::check(Format::Tap, text, expected);
}

#[test]
fn points_plans_and_directives() {
    check(
        r##"TAP version 13
1..9
ok 1 - first
ok
not ok 3 third \# one \\ # with a hash
# Failed test at t/a.t line 7.
ok 4 - four # SKIP not here
ok 5 # skipped: why
not ok 6 - six # todo later
ok 7 - seven # todo: done
NOT OK is text
OK 8
ok 8 - 8 # 8
pragma +strict
ok 9 - nine#skip
"##,
        &expect![[r#"
            Passed []  :: first line 3
            Passed []  :: test 2 line 4
            Failed []  :: third # one \ # with a hash line 5
              : "Failed test at t/a.t line 7."
              "Failed test at t/a.t line 7.\n"
            Skipped []  :: four line 7
              : "not here"
            Skipped []  :: test 5 line 8
              : "why"
            Skipped []  :: six line 9
              : "later"
            Passed []  :: seven line 10
              : "done"
            Passed []  :: 8 # 8 line 13
            Passed []  :: nine#skip line 15
            10:1 unexpected-pass: a test that is to do passes
                | seven
            complete
        "#]],
    );
}

#[test]
fn detail_of_a_point() {
    check(
        r##"ok 1 - a
  ---
  duration_ms: 1.5
  ...
not ok 2 - b
  ---
  duration_ms: 0.25
  location: '/w/b.test.mjs:3:7'
  failureType: 'testCodeFailure'
  error: |-
    Expected values to be strictly equal:
    1 !== 2
  code: 'ERR_ASSERTION'
  ...
not ok 3 - c
  ---
  message: "wrong"
  at:
    file: c.js
    line: 12
  ...
1..3
"##,
        &expect![[r#"
            Passed []  :: a 1500000ns line 1
            Failed []  :: b 250000ns line 5
              : "Expected values to be strictly equal:" @/w/b.test.mjs:3
              "duration_ms: 0.25\nlocation: '/w/b.test.mjs:3:7'\nfailureType: 'testCodeFailure'\nerror: |-\n  Expected values to be strictly equal:\n  1 !== 2\ncode: 'ERR_ASSERTION'\n"
            Failed []  :: c line 15
              : "wrong" @c.js:12
              "message: \"wrong\"\nat:\n  file: c.js\n  line: 12\n"
            complete
        "#]],
    );
}

#[test]
fn subtests() {
    check(
        r##"TAP version 14
# Subtest: outer
    # Subtest: inner
        ok 1 - x
        not ok 2 - y
        1..2
    not ok 1 - inner
    ok 2 - z
    1..2
not ok 1 - outer
    # Subtest: named inside
    ok 1 - w
    1..1
ok 2 - named inside
    ok 1 - v
    1..1
not ok 3 - failed by itself
1..3
"##,
        &expect![[r#"
            Passed [outer › inner]  :: x line 4
            Failed [outer › inner]  :: y line 5
              : ""
            Passed [outer]  :: z line 8
            Passed [named inside]  :: w line 12
            Passed [subtest]  :: v line 15
            Failed []  :: failed by itself line 17
              : ""
            complete
        "#]],
    );
}

#[test]
fn plans_that_are_not_kept() {
    check(
        r##"1..5
ok 1
ok 3
ok 3
ok 9
"##,
        &expect![[r#"
            Passed []  :: test 1 line 2
            Passed []  :: test 3 line 3
            Passed []  :: test 3 line 4
            Passed []  :: test 9 line 5
            Errored []  :: test 2 line 5
              : "the plan promises 5 tests, and this one did not run"
            Errored []  :: test 4 line 5
              : "the plan promises 5 tests, and this one did not run"
            Errored outside []  :: (outside of tests) line 5
              : "1 test is not in the plan 1..5"
            4:1 repeated-number: a second test 3
            complete
        "#]],
    );
    check(
        r##"ok 1
"##,
        &expect![[r#"
            Passed []  :: test 1 line 1
            Errored outside []  :: (outside of tests) line 1
              : "there is no plan: nobody knows whether all tests ran"
            complete
        "#]],
    );
    check(
        r##"1..0 # SKIP no database
"##,
        &expect![[r#"
            Skipped outside []  :: (outside of tests) line 1
              : "no database"
            complete
        "#]],
    );
    check(
        r##"nothing here
"##,
        &expect![[r#"
            1:1 malformed-record: there is neither a plan nor a test
            NOT COMPLETE
        "#]],
    );
}

#[test]
fn bail_out() {
    check(
        r##"1..4
ok 1
    ok 1 - inner
    Bail out!  Disk full
"##,
        &expect![[r#"
            Passed []  :: test 1 line 2
            Passed [subtest]  :: inner line 3
            Errored outside []  :: (outside of tests) line 4
              : "the run was given up: Disk full"
            complete
        "#]],
    );
}

#[test]
fn several_documents() {
    check(
        r##"TAP version 13
1..1
ok 1 - a
TAP version 13
ok 1 - a
1..2
"##,
        &expect![[r#"
            Passed []  :: a line 3
            Passed []  :: a line 5
            Errored []  :: test 2 line 6
              : "the plan promises 2 tests, and this one did not run"
            complete
        "#]],
    );
}

#[test]
fn a_plan_of_any_size_takes_bounded_work() {
    let mut shown = dump::Shown::default();
    let parsed = Format::Tap.parse(&mut "1..1000000000\nok 1\n".as_bytes(), &mut shown).unwrap();
    assert_eq!((parsed.runs.passed, parsed.runs.errored), (1, 101));
    assert!(shown.0.contains("999999899 more tests of the plan did not run"));
}

#[test]
fn files_that_prove_announces_are_documents_of_their_own() {
    check(
        r##"t/left_out.t .. skipped: nothing to test
[17:25:51] t/timed.t .. 
1..1
ok 1
ok      140 ms ( 0.00 usr  0.00 sys +  0.03 cusr  0.00 csys =  0.03 CPU)
[17:25:51]
t/a.t ......... 
ok 1 - first
1..1
ok
t/short.t ..... 
1..2
ok 1 - first
Dubious, test returned 255 (wstat 65280, 0xff00)
Failed 1/2 subtests 
t/words.t ..... 
1..1
not ok 1 - blanks
Failed 1/1 subtests 

Test Summary Report
-------------------
Files=4, Tests=3,  0 wallclock secs
Result: FAIL
"##,
        &expect![[r#"
            Skipped outside [t/left_out.t]  :: (outside of tests) line 1
              : "nothing to test"
            Passed [t/timed.t]  :: test 1 line 4
            Passed [t/a.t]  :: first line 8
            Passed [t/short.t]  :: first line 13
            Errored [t/short.t]  :: test 2 line 16
              : "the plan promises 2 tests, and this one did not run"
            Failed [t/words.t]  :: blanks line 18
              : ""
            complete
        "#]],
    );
}

#[test]
fn documents_without_a_word_between_them() {
    check(
        "1..2\nok 1 - a\nok 2 - b\nok 1 - c\n1..1\n1..1\nok 1 - d\n",
        &expect![[r#"
        Passed []  :: a line 2
        Passed []  :: b line 3
        Passed []  :: c line 4
        Passed []  :: d line 7
        complete
    "#]],
    );
    // A number that is repeated while the plan has room is no other document.
    check(
        "1..2\nok 1 - a\nok 1 - b\n",
        &expect![[r#"
        Passed []  :: a line 2
        Passed []  :: b line 3
        3:1 repeated-number: a second test 1
        complete
    "#]],
    );
}

#[test]
fn the_stack_names_the_line_that_failed() {
    check(
        "TAP version 13\nnot ok 1 - a\n  ---\n  location: '/w/b.test.mjs:3:7'\n  error: 'no'\n  stack: |-\n    assert (file:///w/a.mjs:1:1)\n    Test.<anonymous> (file:///w/b.test.mjs:5:12)\n  ...\n1..1\n",
        &expect![[r#"
            Failed []  :: a line 2
              : "no" @/w/b.test.mjs:5
              "location: '/w/b.test.mjs:3:7'\nerror: 'no'\nstack: |-\n  assert (file:///w/a.mjs:1:1)\n  Test.<anonymous> (file:///w/b.test.mjs:5:12)\n"
            complete
        "#]],
    );
}
