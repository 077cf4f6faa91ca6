//! Streams of libtest and nextest, whole ones and broken ones.

use expect_test::{Expect, expect};

use super::super::Format;
use crate::dump;

#[track_caller]
fn check(text: &str, expected: &Expect) {
    dump::check(Format::Libtest, text, expected);
}

#[test]
fn every_outcome() {
    check(
        r##"     Running unittests src/lib.rs (target/debug/deps/demo-0123456789abcdef)
{ "type": "suite", "event": "started", "test_count": 6 }
{ "type": "test", "event": "started", "name": "a" }
{ "type": "test", "name": "a", "event": "ok", "exec_time": 0.0015 }
{ "type": "test", "event": "started", "name": "b" }
{ "type": "test", "event": "timeout", "name": "b" }
{ "type": "test", "name": "b", "event": "failed", "exec_time": "0.25s", "stdout": "thread 'b' panicked at src/lib.rs:7:9:\nassertion failed: x\nnote: run\n" }
{ "type": "test", "name": "c", "event": "ignored", "message": "slow" }
{ "type": "test", "name": "d", "event": "failed", "reason": "time limit exceeded" }
{ "type": "test", "name": "e", "event": "failed", "message": "did not panic" }
{ "type": "test", "name": "f", "event": "failed", "stdout": "thread 'f' panicked at 'old words', src/lib.rs:1:2\n" }
{ "type": "bench", "name": "g", "median": 12, "deviation": 1 }
{ "type": "test", "name": "h", "event": "allowed_failure" }
{ "type": "suite", "event": "failed", "passed": 1, "failed": 4, "ignored": 1, "measured": 0, "filtered_out": 0, "exec_time": 0.3 }
   Doc-tests demo
{ "type": "suite", "event": "started", "test_count": 1 }
{ "type": "test", "name": "a", "event": "ok" }
{ "type": "suite", "event": "ok", "passed": 1, "failed": 0 }
{ "type": "suite", "event": "started", "test_count": 1 }
{ "type": "test", "name": "a", "event": "danced" }
{ "type": "suite", "event": "failed", "passed": 0, "failed": 1 }
"##,
        &expect![[r#"
            Passed [demo]  :: a 1500000ns line 4
            Failed [demo]  :: b 250000000ns line 7
              : "assertion failed: x"
              "thread 'b' panicked at src/lib.rs:7:9:\nassertion failed: x\nnote: run\n"
            Skipped [demo]  :: c line 8
              : "slow"
            Failed [demo]  :: d line 9
              : "time limit exceeded"
            Failed [demo]  :: e line 10
              : "did not panic"
            Failed [demo]  :: f line 11
              : "old words"
              "thread 'f' panicked at 'old words', src/lib.rs:1:2\n"
            Passed [demo]  :: g line 12
            Skipped [demo]  :: h line 13
              : ""
            Passed [demo (doc)]  :: a line 17
            Errored [suite 3]  :: a line 20
              : ""
            1:1 foreign-text: a line that is no event
                | Running unittests src/lib.rs (target/debug/deps/demo-0123456789abcdef)
            15:1 foreign-text: a line that is no event
                | Doc-tests demo
            20:1 unknown-outcome: a test that ended in an unknown way
                | danced
            complete
        "#]],
    );
}

#[test]
fn crashes() {
    check(
        r##"{ "type": "suite", "event": "started", "test_count": 2 }
{ "type": "test", "event": "started", "name": "a" }
thread panicked while panicking. aborting.
"##,
        &expect![[r#"
            Errored []  :: a line 2
              : "the test did not end: its process died, or the stream stops"
              "thread panicked while panicking. aborting.\n"
            3:1 truncated: a suite has no end
            3:1 foreign-text: a line that is no event
                | thread panicked while panicking. aborting.
            NOT COMPLETE
        "#]],
    );
    check(
        r##"{ "type": "suite", "event": "started", "test_count": 2 }
{ "type": "test", "event": "started", "name": "a" }
{ "type": "suite", "event": "started", "test_count": 0 }
{ "type": "suite", "event": "ok" }
"##,
        &expect![[r#"
            Errored []  :: a line 2
              : "the test did not end: its process died, or the stream stops"
            3:1 truncated: a suite has no end
            NOT COMPLETE
        "#]],
    );
    check(
        r##"{ "type": "suite", "event": "started", "test_count": 2 }
"##,
        &expect![[r#"
            Errored outside []  :: (outside of tests) line 1
              : "the suite did not end: its process died, or the stream stops"
            1:1 truncated: a suite has no end
            NOT COMPLETE
        "#]],
    );
    check(
        r##"{ "type": "suite", "event": "started" }
{ "type": "suite", "event": "failed", "failed": 0 }
{ "type": "te"##,
        &expect![[r#"
            Errored outside []  :: (outside of tests) line 2
              : "the suite failed, and none of its tests did"
            3:13 malformed-record: an event that is no whole JSON object
                | { \"type\": \"te
            NOT COMPLETE
        "#]],
    );
}

#[test]
fn attempts_of_nextest() {
    check(
        r##"{"type":"suite","event":"started","test_count":2,"nextest":{"crate":"demo","test_binary":"demo","kind":"lib"}}
{"type":"suite","event":"started","test_count":1,"nextest":{"crate":"demo","test_binary":"it","kind":"test"}}
{"type":"test","event":"started","name":"demo::demo$tests::a"}
{"type":"test","event":"started","name":"demo::it$b"}
{"type":"test","event":"ok","name":"demo::demo$tests::a#2","exec_time":0.1}
{"type":"test","event":"failed","name":"demo::it$b#3","exec_time":0.1,"stdout":"x"}
{"type":"test","event":"failed","name":"demo::it$c#2","exec_time":0.1,"reason":"flaky test treated as failure"}
{"type":"test","event":"ok","name":"demo::it@stress-4$d","exec_time":0.1}
{"type":"suite","event":"ok","passed":1,"failed":0}
{"type":"suite","event":"failed","passed":0,"failed":2}
"##,
        &expect![[r#"
            Passed flaky [demo::demo]  :: tests::a after 1 100000000ns line 5
              : ""
            Failed [demo::it]  :: b after 2 100000000ns line 6
              : "x"
              "x"
            Failed flaky [demo::it]  :: c after 1 by-runner 100000000ns line 7
              : "flaky test treated as failure"
            Passed [demo::it]  :: d 100000000ns line 8
            complete
        "#]],
    );
}

#[test]
fn an_example_of_the_documentation_has_its_place_in_its_name() {
    check(
        r#"{ "type": "suite", "event": "started", "test_count": 2 }
{ "type": "test", "name": "src/lib.rs - count (line 9)", "event": "failed", "stdout": "" }
{ "type": "test", "name": "src/lib.rs - count (line 14) - compile fail", "event": "failed", "stdout": "" }
{ "type": "suite", "event": "failed", "passed": 0, "failed": 2, "ignored": 0 }
"#,
        &expect![[r#"
            Failed []  :: src/lib.rs - count (line 9) line 2
              : "" @src/lib.rs:9
            Failed []  :: src/lib.rs - count (line 14) - compile fail line 3
              : "" @src/lib.rs:14
            complete
        "#]],
    );
}

#[test]
fn nextest_ends_a_suite_of_which_a_test_is_tried_again() {
    check(
        r#"{"type":"suite","event":"started","test_count":2,"nextest":{"crate":"k","test_binary":"k","kind":"lib"}}
{"type":"test","event":"started","name":"k::k$lucky"}
{"type":"test","event":"started","name":"k::k$no"}
{"type":"test","event":"failed","name":"k::k$no#2","stdout":"Error: no"}
{"type":"suite","event":"failed","passed":0,"failed":1,"nextest":{"crate":"k","test_binary":"k","kind":"lib"}}
{"type":"suite","event":"started","test_count":2,"nextest":{"crate":"k","test_binary":"k","kind":"lib"}}
{"type":"test","event":"ok","name":"k::k$lucky#2"}
{"type":"suite","event":"ok","passed":1,"failed":0,"nextest":{"crate":"k","test_binary":"k","kind":"lib"}}
"#,
        &expect![[r#"
            Failed [k::k]  :: no after 1 line 4
              : "Error: no"
              "Error: no"
            Passed flaky [k::k]  :: lucky after 1 line 7
              : ""
            complete
        "#]],
    );
    check(
        r#"{"type":"suite","event":"started","test_count":2}
{"type":"test","event":"started","name":"k::k$a"}
{"type":"suite","event":"ok","passed":1,"failed":0}
"#,
        &expect![[r#"
            Errored [k::k]  :: a line 2
              : "the test did not end: its process died, or the stream stops"
            3:1 truncated: a suite has no end
            NOT COMPLETE
        "#]],
    );
}
