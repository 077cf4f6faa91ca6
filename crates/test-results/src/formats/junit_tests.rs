//! JUnit XML of many producers, and broken ones.

use expect_test::{Expect, expect};

use super::super::Format;
use crate::dump;

#[track_caller]
fn check(text: &str, expected: &Expect) {
    dump::check(Format::JUnit, text, expected);
}

#[test]
fn suites_in_suites_with_cases_at_two_levels_and_wrong_counts() {
    check(
        r#"<?xml version="1.0"?>
<testsuites name="all" tests="99">
 <testsuite name="outer" tests="3" failures="7" file="spec/outer.rb">
  <testcase name="one" classname="A" time="1,234.5"/>
  <testsuite name="inner">
    <testcase name="two" file="spec/inner.rb" line="12"/>
    <testsuite name="inner"><testcase name="three" class="C"></testcase></testsuite>
  </testsuite>
  <testcase classname="Everything | here.phpt"/>
 </testsuite>
</testsuites>"#,
        &expect![[r#"
            Passed [outer] A :: one @spec/outer.rb:0 1234500000000ns
            Passed [outer › inner]  :: two @spec/inner.rb:12
            Passed [outer › inner] C :: three @spec/outer.rb:0
            Passed [outer]  :: Everything | here.phpt @spec/outer.rb:0
            10:14 totals-differ: a suite declares 3 tests and 7 failures and errors, and holds 4 tests and 0 of them
            complete
        "#]],
    );
}

#[test]
fn a_bare_suite_and_a_bare_case() {
    check(
        r#"<testsuite><testcase name="a" time=""/><testcase name="b" time="<<computed>>"/></testsuite>"#,
        &expect![[r#"
            Passed []  :: a
            Passed []  :: b
            1:40 strange-duration: a time that is no number of seconds
                | testcase name=\"b\" time=\"<<computed>>\"
            complete
        "#]],
    );
    check(
        r#"<testcase name="a"/>"#,
        &expect![[r#"
        Passed []  :: a
        complete
    "#]],
    );
}

#[test]
fn a_class_that_comes_again_is_read_again() {
    check(
        "<testsuite><testcase classname='A' name='1'/><testcase classname='A' name='2'/><testcase name='3'/>\
         <testcase classname='A' name='4'/><testcase classname='&amp;lt;' name='5'/>\
         <testcase classname='&lt;' name='6'/><testcase classname='<' name='7'/></testsuite>",
        &expect![[r#"
            Passed [] A :: 1
            Passed [] A :: 2
            Passed []  :: 3
            Passed [] A :: 4
            Passed [] &lt; :: 5
            Passed [] < :: 6
            Passed [] < :: 7
            complete
        "#]],
    );
}

#[test]
fn several_failures_and_failed_and_skipped_at_once() {
    check(
        r#"<testsuite name="s" line="3">
<testcase name="two failures"><failure type="E" message="a&#10;b" file="x.py" line="7">first</failure><failure message="c">second</failure></testcase>
<testcase name="worst"><skipped/><failure message="f"/><error message="e"><![CDATA[<x>]]>&lt;y></error></testcase>
<testcase name="both"><failure/><skipped message="why"/></testcase>
<testcase name="left out"><skipped message="not today"/><system-out>long</system-out></testcase>
<testcase name="after"/>
</testsuite>"#,
        &expect![[r#"
            Failed [s]  :: two failures line 2
              E: "a\nb" @x.py:7
              "first\nc\nsecond"
            Errored [s]  :: worst line 3
              : "f"
              "e\n<x><y>"
            Failed [s]  :: both line 4
              : ""
            Skipped [s]  :: left out
              : "not today"
            Passed [s]  :: after
            complete
        "#]],
    );
}

#[test]
fn reruns_and_flaky_ones() {
    check(
        r#"<testsuite name="s">
<testcase name="flaky"><flakyFailure message="m" type="T"><stackTrace>at A.b(A.java:3)</stackTrace><system-out>o</system-out></flakyFailure></testcase>
<testcase name="flaky error twice"><flakyError/><flakyError/></testcase>
<testcase name="never"><failure message="last">l</failure><rerunFailure message="1"><stackTrace>x</stackTrace></rerunFailure><rerunError/></testcase>
<testcase name="told to fail"><failure/><flakyFailure/></testcase>
<testcase name="all four"><flakyFailure/><flakyError/><rerunFailure/><rerunError/></testcase>
<testcase name="reruns only"><rerunFailure/></testcase>
</testsuite>"#,
        &expect![[r#"
            Passed flaky [s]  :: flaky after 1 line 2
              T: "m"
              "at A.b(A.java:3)"
            Passed flaky [s]  :: flaky error twice after 2 line 3
              : ""
            Failed [s]  :: never after 2 line 4
              : "last"
              "l\n1\nx\n"
            Failed flaky [s]  :: told to fail after 1 by-runner line 5
              : ""
            Passed flaky [s]  :: all four after 4 line 6
              : ""
            Failed [s]  :: reruns only after 1 line 7
              : ""
            complete
        "#]],
    );
}

#[test]
fn outcomes_in_attributes() {
    check(
        r#"<testsuite>
<testcase name="a" status="run" result="completed"/>
<testcase name="b" status="notrun" result="suppressed"/>
<testcase name="c" status="disabled"/>
<testcase name="d" status="fail"/>
<testcase name="e" result="Error"/>
<testcase name="f" status="passed"><failure/></testcase>
</testsuite>"#,
        &expect![[r#"
            Passed []  :: a
            Skipped []  :: b
            Skipped []  :: c
            Failed []  :: d
            Errored []  :: e
            Failed []  :: f line 7
              : ""
            complete
        "#]],
    );
}

#[test]
fn what_fails_outside_of_cases() {
    check(
        r#"<testsuites><testsuite name="s" errors="2" tests="1"><testcase name="a"/>
<error message="setup">trace</error><failure>teardown</failure><system-err>x</system-err></testsuite></testsuites>"#,
        &expect![[r#"
            Passed [s]  :: a
            Errored outside [s]  :: (outside of tests) line 2
              : "setup"
              "trace"
            Failed outside [s]  :: (outside of tests) line 2
              : ""
              "teardown"
            complete
        "#]],
    );
}

#[test]
fn properties_of_a_case() {
    check(
        r#"<testsuite><properties><property name="os" value="x"/></properties>
<testcase name="a"><properties><property name="k" value="v &amp; w"/></properties></testcase></testsuite>"#,
        &expect![[r#"
            Passed []  :: a k=v & w
            complete
        "#]],
    );
}

#[test]
fn no_entity_grows_and_control_characters_stay() {
    check(
        "<!DOCTYPE x [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;&a;\"><!ENTITY f SYSTEM \"file:///etc/passwd\">]><testsuite><testcase name=\"a&b;\u{1}&#27;[31m\"><failure>&f;\u{8}</failure></testcase></testsuite>",
        &expect![[r#"
            Failed []  :: a&b;[31m line 1
              : ""
              "&f;\u{8}"
            complete
        "#]],
    );
}

#[test]
fn cut_reports_count_no_open_case_as_passed() {
    check(
        "<testsuite tests=\"2\"><testcase name=\"a\"/><testcase name=\"b\">",
        &expect![[r#"
        Passed []  :: a
        1:61 truncated: the report ends inside of 2 elements
        NOT COMPLETE
    "#]],
    );
    check(
        "<testsuite><testcase name=\"a\"><failure message=\"m\">tex",
        &expect![[r#"
        Failed []  :: a line 1
          : "m"
          "tex"
        1:55 truncated: the report ends inside of 3 elements
        NOT COMPLETE
    "#]],
    );
    check(
        "<testsuite><testcase name=\"a\"/><testc",
        &expect![[r#"
        Passed []  :: a
        1:32 truncated: the report ends inside a tag
        NOT COMPLETE
    "#]],
    );
}

#[test]
fn what_is_no_junit() {
    check(
        "<html><testcase name=\"a\"/></html>",
        &expect![[r#"
        1:1 malformed-markup: `html` is no element of JUnit XML
            | html
        NOT COMPLETE
    "#]],
    );
    check(
        "File is empty.",
        &expect![[r#"
        1:1 malformed-markup: text before the report's element
        1:15 truncated: the report ends before its first element
        NOT COMPLETE
    "#]],
    );
    check(
        "<testsuite><testcase/><testcase><error/></testcase></testsuite>",
        &expect![[r#"
        Errored []  :: (no name) line 1
          : ""
        1:12 nameless-test: a test without a name
            | testcase
        1:23 nameless-test: a test without a name
            | testcase
        NOT COMPLETE
    "#]],
    );
    check(
        "<testsuite><testcase name=\"a\"/></testsuite><testsuite><testcase name=\"b\"/></testsuite>",
        &expect![[r#"
            Passed []  :: a
            Passed []  :: b
            1:44 malformed-markup: a second element behind the report's own
            NOT COMPLETE
        "#]],
    );
}

#[test]
fn megabytes_of_output_leave_the_rest_alone() {
    let long = "y<>".repeat(3_000_000);
    let text = format!(
        "<testsuite><testcase name=\"a\"><failure><![CDATA[{long}]]>end</failure></testcase><testcase name=\"b\"><system-out><![CDATA[{long}]]></system-out></testcase></testsuite>"
    );
    let mut shown = dump::Shown::default();
    let parsed = Format::JUnit.parse(&mut text.as_bytes(), &mut shown).unwrap();
    assert_eq!((parsed.runs.failed, parsed.runs.passed, parsed.complete), (1, 1, true));
    assert!(shown.0.contains("bytes left out") && shown.0.len() < 20_000);
}

#[test]
fn a_class_that_is_said_twice() {
    check(
        r#"<testsuite><testcase name="a" class="C" classname="C"/><testcase name="b" classname="C" class="C"/></testsuite>"#,
        &expect![[r#"
            Passed [] C :: a
            Passed [] C :: b
            complete
        "#]],
    );
}

#[test]
fn what_was_printed_speaks_for_a_failure_that_says_nothing() {
    check(
        r#"<testsuite>
<testcase name="ctest" status="fail"><failure message=""/><system-out>words.c:29: expected more
</system-out></testcase>
<testcase name="other"><failure message="m"/><system-out>noise</system-out></testcase>
<testcase name="text"><failure>why</failure><system-out>noise</system-out></testcase>
<testcase name="passed"><system-out>noise</system-out></testcase>
</testsuite>"#,
        &expect![[r#"
            Failed []  :: ctest line 2
              : ""
              "words.c:29: expected more\n"
            Failed []  :: other line 4
              : "m"
            Failed []  :: text line 5
              : ""
              "why"
            Passed []  :: passed
            complete
        "#]],
    );
}

#[test]
fn words_of_ctest_are_its_own_only_where_it_says_them() {
    let skip = |status: &str| {
        let text = format!(
            "<testsuite><testcase name=\"a\"{status}><skipped message=\"Unable to find docker\"/></testcase></testsuite>"
        );
        let mut tally = crate::Tally::default();
        crate::read(&mut text.as_bytes(), &mut tally).unwrap();
        (tally.errored, tally.skipped)
    };
    assert_eq!(skip(""), (0, 1));
    assert_eq!(skip(" status=\"notrun\""), (1, 0));
}

#[test]
fn attachments_stand_in_what_a_failing_test_printed() {
    let text = "<testsuite><testcase name=\"a\"><failure message=\"m\">t</failure><system-out><![CDATA[lines\n[[ATTACHMENT|shots/a.png]]\nmore]]></system-out></testcase>\
        <testcase name=\"b\"><system-out>[[ATTACHMENT|of-a-pass.png]]</system-out></testcase></testsuite>";
    let mut collector = crate::Collector::default();
    crate::read(&mut text.as_bytes(), &mut collector).unwrap();
    let results = collector.finish();
    assert_eq!(results.failures[0].properties, [("attachment".to_owned(), "shots/a.png".to_owned())]);
    assert_eq!((results.tests.passed, results.tests.failed), (1, 1));
}
