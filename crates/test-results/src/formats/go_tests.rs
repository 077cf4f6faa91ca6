//! Streams of `go test -json`, whole ones and broken ones.

use expect_test::{Expect, expect};

use super::super::Format;
use crate::dump;

#[track_caller]
fn check(text: &str, expected: &Expect) {
    dump::check(Format::GoTest, text, expected);
}

#[test]
fn leaves_count_and_a_root_only_where_no_subtest_failed() {
    check(
        r#"{"Action":"start","Package":"m/a"}
{"Action":"run","Package":"m/a","Test":"TestA"}
{"Action":"output","Package":"m/a","Test":"TestA","Output":"=== RUN   TestA\n"}
{"Action":"run","Package":"m/a","Test":"TestA/one"}
{"Action":"run","Package":"m/b","Test":"TestOther"}
{"Action":"run","Package":"m/a","Test":"TestA/two/three"}
{"Action":"output","Package":"m/a","Test":"TestA/two/three","Output":"    a_test.go:7: got 1: want 2\n"}
{"Action":"output","Package":"m/a","Test":"TestA/two/three","Output":"--- FAIL: TestA/two/three (0.25s)\n"}
{"Action":"fail","Package":"m/a","Test":"TestA/two/three","Elapsed":0.25}
{"Action":"skip","Package":"m/b","Test":"TestOther","Elapsed":0}
{"Action":"pass","Package":"m/a","Test":"TestA/one","Elapsed":0}
{"Action":"fail","Package":"m/a","Test":"TestA","Elapsed":0.5}
{"Action":"run","Package":"m/a","Test":"TestB"}
{"Action":"run","Package":"m/a","Test":"TestB/sub"}
{"Action":"output","Package":"m/a","Test":"TestB/sub","Output":"filed under the wrong test\n"}
{"Action":"pass","Package":"m/a","Test":"TestB/sub","Elapsed":0}
{"Action":"fail","Package":"m/a","Test":"TestB","Elapsed":0.5}
{"Action":"attr","Package":"m/a","Test":"TestC","Key":"issue","Value":"12"}
{"Action":"pass","Package":"m/a","Test":"TestC"}
{"Action":"output","Package":"m/a","Output":"FAIL\n"}
{"Action":"fail","Package":"m/a","Elapsed":0.7}
{"Action":"pass","Package":"m/b","Elapsed":0.7}
{"Action":"skip","Package":"m/none","Elapsed":0}
"#,
        &expect![[r#"
            Skipped [m/b]  :: TestOther 0ns line 5
              : ""
            Passed [m/a]  :: TestA/one 0ns line 4
            Failed [m/a]  :: TestA/two/three 250000000ns line 6
              : "got 1: want 2"
              "    a_test.go:7: got 1: want 2\n--- FAIL: TestA/two/three (0.25s)\n"
            Passed [m/a]  :: TestB/sub 0ns line 14
            Failed [m/a]  :: TestB 500000000ns line 13
              : "filed under the wrong test"
              "filed under the wrong test\n"
            Passed [m/a]  :: TestC issue=12
            complete
        "#]],
    );
}

#[test]
fn the_same_test_twice_is_two_runs() {
    check(
        r#"{"Action":"run","Package":"m","Test":"T"}
{"Action":"pass","Package":"m","Test":"T","Elapsed":0}
{"Action":"run","Package":"m","Test":"T"}
{"Action":"fail","Package":"m","Test":"T","Elapsed":0}
{"Action":"fail","Package":"m","Elapsed":0}
"#,
        &expect![[r#"
            Passed [m]  :: T 0ns line 1
            Failed [m]  :: T 0ns line 3
              : ""
            complete
        "#]],
    );
}

#[test]
fn a_package_that_does_not_build() {
    check(
        r##"{"ImportPath":"m/a [m/a.test]","Action":"build-output","Output":"# m/a [m/a.test]\n"}
{"ImportPath":"m/a [m/a.test]","Action":"build-output","Output":"a/a_test.go:9:2: undefined: x\n"}
{"ImportPath":"m/a [m/a.test]","Action":"build-fail"}
{"Action":"start","Package":"m/a"}
{"Action":"output","Package":"m/a","Output":"FAIL\tm/a [build failed]\n"}
{"Action":"fail","Package":"m/a","Elapsed":0,"FailedBuild":"m/a [m/a.test]"}
"##,
        &expect![[r##"
            Errored outside [m/a]  :: (outside of tests) line 6
              : "the package does not build"
              "# m/a [m/a.test]\na/a_test.go:9:2: undefined: x\nFAIL\tm/a [build failed]\n"
            complete
        "##]],
    );
    check(
        "# m/b\nb/b.go:3:1: syntax error\nFAIL\tm/b [build failed]\nFAIL\tm/c [setup failed]\n{\"Action\":\"fail\",\"Package\":\"m/c\"}\n",
        &expect![[r##"
            Errored outside [m/c]  :: (outside of tests) line 5
              : "the package failed, and none of its tests did"
            Errored outside [m/b]  :: (outside of tests)
              : "the package failed, and none of its tests did"
              "# m/b\nb/b.go:3:1: syntax error\n"
            1:1 foreign-text: a line that is no event
                | # m/b
            2:1 foreign-text: a line that is no event
                | b/b.go:3:1: syntax error
            3:1 foreign-text: a line that is no event
                | FAIL\tm/b [build failed]
            4:1 foreign-text: a line that is no event
                | FAIL\tm/c [setup failed]
            complete
        "##]],
    );
}

#[test]
fn what_main_or_init_do() {
    check(
        r#"{"Action":"start","Package":"m"}
{"Action":"run","Package":"m","Test":"T"}
{"Action":"pass","Package":"m","Test":"T","Elapsed":0}
{"Action":"output","Package":"m","Output":"PASS\n"}
{"Action":"output","Package":"m","Output":"exit status 3\n"}
{"Action":"output","Package":"m","Output":"FAIL\tm\t0.003s\n"}
{"Action":"fail","Package":"m","Elapsed":0.003}
"#,
        &expect![[r#"
            Passed [m]  :: T 0ns line 2
            Errored outside [m]  :: (outside of tests) line 7
              : "the package failed, and none of its tests did"
              "exit status 3\nFAIL\tm\t0.003s\n"
            complete
        "#]],
    );
}

#[test]
fn a_panic_ends_the_package_with_tests_running() {
    check(
        r#"{"Action":"run","Package":"m","Test":"A"}
{"Action":"run","Package":"m","Test":"A/sub"}
{"Action":"output","Package":"m","Test":"A/sub","Output":"panic: boom [recovered]\n"}
{"Action":"output","Package":"m","Test":"A/sub","Output":"goroutine 7 [running]:\n"}
{"Action":"output","Package":"m","Output":"FAIL\tm\t0.1s\n"}
{"Action":"fail","Package":"m","Elapsed":0.1}
"#,
        &expect![[r#"
            Errored [m]  :: A/sub line 2
              panic: "the test did not end before its package did"
              "panic: boom [recovered]\ngoroutine 7 [running]:\nFAIL\tm\t0.1s\n"
            complete
        "#]],
    );
}

#[test]
fn a_time_out_names_what_ran() {
    check(
        r#"{"Action":"run","Package":"m","Test":"Slow"}
{"Action":"output","Package":"m","Test":"Slow","Output":"waiting\n"}
{"Action":"output","Package":"m","Test":"Slow","Output":"panic: test timed out after 1s\n"}
{"Action":"output","Package":"m","Test":"Slow","Output":"goroutine 1 [chan receive]:\n"}
{"Action":"fail","Package":"m","Test":"Slow","Elapsed":1}
{"Action":"fail","Package":"m","Elapsed":1}
"#,
        &expect![[r#"
            Failed [m]  :: Slow 1000000000ns line 1
              : "panic: test timed out after 1s"
              "waiting\n"
            complete
        "#]],
    );
}

#[test]
fn an_end_may_be_missing_where_the_root_passed() {
    check(
        r#"{"Action":"run","Package":"m","Test":"A"}
{"Action":"run","Package":"m","Test":"A/sub"}
{"Action":"pass","Package":"m","Test":"A","Elapsed":0}
{"Action":"output","Package":"m","Test":"NoRun","Output":"x\n"}
{"Action":"pass","Package":"m","Test":"NoRun","Elapsed":0}
{"Action":"output","Package":"m","Output":"ok  \tm\t(cached)\n"}
{"Action":"pass","Package":"m","Elapsed":0}
"#,
        &expect![[r#"
            Passed [m]  :: NoRun 0ns
            1 cached
            complete
        "#]],
    );
}

#[test]
fn streams_that_stop() {
    check(
        r#"{"Action":"run","Package":"m","Test":"A"}
{"Action":"start","Package":"n"}
{"Action":"out"#,
        &expect![[r#"
            Errored [m]  :: A line 1
              : "the test did not end: the stream stops while it runs"
            Errored outside [n]  :: (outside of tests)
              : "the package did not end: the stream stops while it runs"
            3:1 truncated: the stream ends before 2 packages do, m first
            3:14 malformed-record: an event that is no whole JSON object
                | {\"Action\":\"out
            NOT COMPLETE
        "#]],
    );
    check(
        "{\"Action\":\"pass\",\"Package\":\"m\"}\n{\"Action\":\"ru",
        &expect![[r#"
        2:1 truncated: the stream ends in the middle of an event
        2:13 malformed-record: an event that is no whole JSON object
            | {\"Action\":\"ru
        NOT COMPLETE
    "#]],
    );
}

#[test]
fn other_lines_and_other_events() {
    check(
        "\u{feff}go: downloading x v1.0.0\n\n{\"Action\":\"pass\",\"Package\":\"m\",\"Test\":\"A\",\"New\":[1]}\r\n{\"level\":\"info\"}\n{ not json }\n{\"Action\":\"dance\",\"Package\":\"m\"}\n{\"Action\":\"pass\",\"Package\":\"m\"}\n",
        &expect![[r#"
            Passed [m]  :: A
            1:1 foreign-text: a line that is no event
                | go: downloading x v1.0.0
            4:1 foreign-text: a line that is no event
                | {\"level\":\"info\"}
            5:1 foreign-text: a line that is no event
                | { not json }
            6:1 unknown-record: an event with an unknown action
                | dance
            complete
        "#]],
    );
}

#[test]
fn a_line_of_a_megabyte() {
    let long = "x".repeat(1 << 20);
    let text = format!(
        "{{\"Action\":\"output\",\"Package\":\"m\",\"Test\":\"A\",\"Output\":\"{long}\"}}\n{{\"Action\":\"fail\",\"Package\":\"m\",\"Test\":\"A\"}}\n{{\"Action\":\"fail\",\"Package\":\"m\"}}\n"
    );
    let mut shown = dump::Shown::default();
    let parsed = Format::GoTest.parse(&mut text.as_bytes(), &mut shown).unwrap();
    assert_eq!((parsed.runs.failed, parsed.complete), (1, true));
    assert!(shown.0.contains("bytes left out"));
}
