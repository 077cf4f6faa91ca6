//! RSpec's JSON.

use expect_test::{Expect, expect};

use super::super::Format;
use crate::dump;

#[track_caller]
fn check(text: &str, expected: &Expect) {
    dump::check(Format::RSpec, text, expected);
}

#[test]
fn examples() {
    check(
        r##"{"version":"3.13.0","messages":["An error occurred while loading ./spec/b_spec.rb."],"examples":[
{"id":"1","description":"works","full_description":"A works","status":"passed","file_path":"./spec/a_spec.rb","line_number":3,"run_time":0.25,"pending_message":null},
{"description":"fails","full_description":"A fails","status":"failed","file_path":"./spec/a_spec.rb","line_number":9,"run_time":0.5,"exception":{"class":"RSpec::Expectations::ExpectationNotMetError","message":"\nexpected: 1\n","backtrace":["./spec/a_spec.rb:10:in `block'"]}},
{"full_description":"A waits","status":"pending","pending_message":"later"}],
"summary":{"duration":1,"example_count":3,"failure_count":1,"pending_count":1,"errors_outside_of_examples_count":2},"summary_line":"x"}
"##,
        &expect![[r#"
            Passed []  :: A works @spec/a_spec.rb:3 250000000ns
            Failed []  :: A fails @spec/a_spec.rb:9 500000000ns
              RSpec::Expectations::ExpectationNotMetError: "expected: 1"
              "./spec/a_spec.rb:10:in `block'\n"
            Skipped []  :: A waits
              : "later"
            Errored outside []  :: (outside of tests)
              : "an error outside of the examples, 1 of 2"
              "An error occurred while loading ./spec/b_spec.rb.\n"
            Errored outside []  :: (outside of tests 2)
              : "an error outside of the examples, 2 of 2"
              "An error occurred while loading ./spec/b_spec.rb.\n"
            complete
        "#]],
    );
}

#[test]
fn load_errors_and_broken_ones() {
    check(
        r##"{"version":"3","messages":["load error"],"examples":[],"summary":{"errors_outside_of_examples_count":1}}
Coverage report generated
"##,
        &expect![[r#"
            Errored outside []  :: (outside of tests)
              : "an error outside of the examples, 1 of 1"
              "load error\n"
            2:1 foreign-text: text behind the report
            complete
        "#]],
    );
    check(
        r##"{"examples":[{"status":"passed","full_description":"a"},{"status":"pas"##,
        &expect![[r#"
        Passed []  :: a
        1:70 truncated: the report ends before its document does
        NOT COMPLETE
    "#]],
    );
    check(
        r##"{"examples":{}}"##,
        &expect![[r#"
            1:14 malformed-record: no report of this format: invalid type: map, expected a list at line 1 column 14
            NOT COMPLETE
        "#]],
    );
    check(
        r##"[1]"##,
        &expect![[r#"
        1:2 malformed-record: no report of this format: invalid type: sequence, expected an object at line 1 column 2
        NOT COMPLETE
    "#]],
    );
}
