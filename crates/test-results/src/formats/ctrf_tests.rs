//! CTRF.

use expect_test::{Expect, expect};

use super::super::Format;
use crate::dump;

#[track_caller]
fn check(text: &str, expected: &Expect) {
    dump::check(Format::Ctrf, text, expected);
}

#[test]
fn every_status() {
    check(
        r##"{"reportFormat":"CTRF","specVersion":"0.0.0","results":{"tool":{"name":"x"},"summary":{"tests":7,"failed":1},"tests":[
{"name":"a","status":"passed","duration":12},
{"name":"b","status":"failed","duration":1.5,"message":"m","trace":"t","suite":"x > y","filePath":"a.ts","line":7},
{"name":"c","status":"skipped","duration":0,"suite":["x","y"]},
{"name":"d","status":"pending","duration":0},
{"name":"e","status":"other","duration":0},
{"name":"f","status":"passed","duration":0,"flaky":true,"retries":2},
{"name":"g","status":"dancing","duration":0}]}}"##,
        &expect![[r#"
            Passed []  :: a 12000000ns
            Failed [x › y]  :: b @a.ts:7 1500000ns
              : "m"
              "t"
            Skipped [x › y]  :: c 0ns
            Skipped []  :: d 0ns
            Errored []  :: e 0ns
              : ""
            Passed flaky []  :: f after 2 0ns
            Errored []  :: g 0ns
              : ""
            1:1 unknown-outcome: 1 tests that ended in an unknown way
            complete
        "#]],
    );
}
