//! Dart's JSON lines.

use expect_test::{Expect, expect};

use super::super::Format;
use crate::dump;

#[track_caller]
fn check(text: &str, expected: &Expect) {
    dump::check(Format::Dart, text, expected);
}

#[test]
fn tests_hidden_ones_and_errors() {
    check(
        r##"{"protocolVersion":"0.1.1","runnerVersion":"1.24.9","pid":1,"type":"start","time":0}
{"suite":{"id":0,"platform":"vm","path":"test/a_test.dart"},"type":"suite","time":0}
{"test":{"id":1,"name":"loading test/a_test.dart","suiteID":0,"groupIDs":[],"metadata":{"skip":false,"skipReason":null},"line":null},"type":"testStart","time":1}
{"testID":1,"result":"success","skipped":false,"hidden":true,"type":"testDone","time":100}
{"test":{"id":2,"name":"group a","suiteID":0,"metadata":{"skip":false},"line":7,"url":"x"},"type":"testStart","time":100}
{"testID":2,"messageType":"print","message":"hi","type":"print","time":101}
{"testID":2,"error":"Expected: <2>\n  Actual: <1>","stackTrace":"test/a_test.dart 8:5 main.<fn>","isFailure":true,"type":"error","time":110}
{"testID":2,"result":"failure","skipped":false,"hidden":false,"type":"testDone","time":112}
{"test":{"id":3,"name":"s","suiteID":0,"metadata":{"skip":true,"skipReason":"later"}},"type":"testStart","time":112}
{"testID":3,"result":"success","skipped":true,"hidden":false,"type":"testDone","time":112}
{"test":{"id":4,"name":"loading test/b_test.dart","suiteID":0,"metadata":{}},"type":"testStart","time":113}
{"testID":4,"error":"Failed to load","stackTrace":"","isFailure":false,"type":"error","time":114}
{"testID":4,"result":"error","skipped":false,"hidden":true,"type":"testDone","time":115}
{"success":false,"type":"done","time":120}
[{"event":"daemon"}]
"##,
        &expect![[r#"
            Failed [test/a_test.dart]  :: group a @test/a_test.dart:7 12000000ns line 5
              : "Expected: <2>\n  Actual: <1>"
              "test/a_test.dart 8:5 main.<fn>"
            Skipped [test/a_test.dart]  :: s @test/a_test.dart:0 0ns line 9
              : "later"
            Errored outside [test/a_test.dart]  :: loading test/b_test.dart @test/a_test.dart:0 2000000ns line 11
              : "Failed to load"
            15:1 foreign-text: a line that is no event
                | [{\"event\":\"daemon\"}]
            complete
        "#]],
    );
    check(
        r##"{"protocolVersion":"0.1.1","type":"start","time":0}
{"test":{"id":2,"name":"a","suiteID":0,"metadata":{}},"type":"testStart","time":1}
{"testID":9,"result":"success","type":"testDone","time":2}
{"x"##,
        &expect![[r#"
            Errored []  :: a line 2
              : "the test did not end: the stream stops while it runs"
            3:1 stray-record: the end of a test that never began
            4:1 truncated: the stream has no last event
            4:3 malformed-record: an event that is no whole JSON object
                | {\"x
            NOT COMPLETE
        "#]],
    );
}
