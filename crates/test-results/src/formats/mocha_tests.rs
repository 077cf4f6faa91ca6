//! Mocha's JSON.

use expect_test::{Expect, expect};

use super::super::Format;
use crate::dump;

#[track_caller]
fn check(text: &str, expected: &Expect) {
    dump::check(Format::Mocha, text, expected);
}

#[test]
fn milliseconds_hooks_and_retries() {
    check(
        r##"{"stats":{"suites":1,"tests":4,"passes":2,"pending":1,"failures":2},
"tests":[{"title":"a","fullTitle":"S a","file":"/w/a.js","duration":1500,"currentRetry":0,"err":{}}],
"pending":[{"title":"p","fullTitle":"S p","file":"/w/a.js","currentRetry":0,"err":{}}],
"failures":[{"title":"f","fullTitle":"S f","file":"/w/a.js","duration":1,"currentRetry":1,"err":{"stack":"AssertionError: x\n    at Context.<anonymous> (a.js:9:3)","message":"x","name":"AssertionError"}},
{"title":"\"before each\" hook for \"g\"","fullTitle":"S \"before each\" hook for \"g\"","err":{"message":"boom"}}],
"passes":[{"title":"a","fullTitle":"S a","file":"/w/a.js","duration":1500,"currentRetry":0,"err":{}},
{"title":"r","fullTitle":"S r","duration":2.5,"currentRetry":2,"err":{}}]}"##,
        &expect![[r#"
            Skipped []  :: S p @/w/a.js:0
            Failed []  :: S f @/w/a.js:0 after 1 1000000ns
              AssertionError: "x"
              "AssertionError: x\n    at Context.<anonymous> (a.js:9:3)"
            Failed outside []  :: S "before each" hook for "g"
              : "boom"
            Passed []  :: S a @/w/a.js:0 1500000000ns
            Passed flaky []  :: S r after 2 2500000ns
            complete
        "#]],
    );
    check(
        r##"{"stats":{"failures":2},"tests":[],"pending":[],"failures":[],"passes":[]}"##,
        &expect![[r#"
            1:1 totals-differ: the report declares 2 failures, and 0 of them are here
            complete
        "#]],
    );
}
