//! What must hold for every report, whatever is in it.

use proptest::collection::vec;
use proptest::prelude::*;

use crate::dump::dump;
use crate::{Collector, Format, Outcome, Results, Sink, TestName};

/// Pieces that mean something to some format, in any order.
fn pieces(pieces: &'static [&'static str]) -> impl Strategy<Value = String> {
    vec(prop_oneof![8 => proptest::sample::select(pieces).prop_map(str::to_owned), 1 => "[a-z0-9 é\u{0}]{0,4}"], 0..40)
        .prop_map(|pieces| pieces.concat())
}

const XML: &[&str] = &[
    "<testsuites>",
    "</testsuites>",
    "<testsuite name='s' tests='2'>",
    "</testsuite>",
    "<testcase name='a' time='0.1'>",
    "<testcase name='b'/>",
    "<testcase>",
    "</testcase>",
    "<failure message='m'>",
    "<failure/>",
    "</failure>",
    "<error/>",
    "<skipped/>",
    "<flakyFailure/>",
    "<rerunError>",
    "</rerunError>",
    "<![CDATA[",
    "]]>",
    "<!--",
    "-->",
    "<x>",
    "<",
    "&lt;",
    "<TestRun>",
    "</TestRun>",
    "<Results>",
    "</Results>",
    "<UnitTestResult testName='a' outcome='Passed'>",
    "<UnitTestResult outcome='Failed' testName='b'/>",
    "</UnitTestResult>",
    "<InnerResults>",
    "</InnerResults>",
    "<Output>",
    "</Output>",
    "<ErrorInfo>",
    "</ErrorInfo>",
    "<Message>",
    "</Message>",
    "<TestDefinitions>",
    "</TestDefinitions>",
    "<UnitTest id='1' storage='a.dll'>",
    "<TestMethod className='C'/>",
    "</UnitTest>",
    "<ResultSummary outcome='Failed'>",
    "</ResultSummary>",
    "<RunInfos>",
    "<RunInfo outcome='Error'>",
    "<Text>",
    "</Text>",
    "</RunInfo>",
    "</RunInfos>",
    "<test-run>",
    "</test-run>",
    "<test-suite type='Assembly' name='n' result='Failed'>",
    "</test-suite>",
    "<results>",
    "</results>",
    "<test-case name='a' result='Passed'/>",
    "<test-case fullname='n.b' name='b' result='Failed'>",
    "</test-case>",
    "<message>",
    "</message>",
    "<assemblies>",
    "<assembly name='a'>",
    "</assembly>",
    "<collection>",
    "</collection>",
    "<errors>",
    "</errors>",
    "<error type='t'>",
    "</error>",
    "<test name='a' result='Pass'/>",
    "<test name='b' result='Fail'>",
    "</test>",
];

const LINES: &[&str] = &[
    "\n",
    "\n",
    "\r\n",
    "    ",
    "ok 1",
    "not ok 2 - b",
    "ok",
    "1..3",
    "1..0",
    "# Subtest: s",
    "  ---",
    "  ...",
    "  message: x",
    "Bail out! x",
    "TAP version 14",
    " # SKIP",
    " # todo x",
    "\\#",
    "\n{\"Action\":\"run\",\"Package\":\"m\",\"Test\":\"A\"}\n",
    "\n{\"Action\":\"run\",\"Package\":\"m\",\"Test\":\"A/b\"}\n",
    "\n{\"Action\":\"fail\",\"Package\":\"m\",\"Test\":\"A/b\"}\n",
    "\n{\"Action\":\"pass\",\"Package\":\"m\",\"Test\":\"A\"}\n",
    "\n{\"Action\":\"output\",\"Package\":\"m\",\"Test\":\"A\",\"Output\":\"panic: test timed out\"}\n",
    "\n{\"Action\":\"fail\",\"Package\":\"m\"}\n",
    "\n{\"Action\":\"pass\",\"Package\":\"n\"}\n",
    "# m\n",
    "FAIL\tm\n",
    "\n{\"type\":\"suite\",\"event\":\"started\"}\n",
    "\n{\"type\":\"suite\",\"event\":\"ok\"}\n",
    "\n{\"type\":\"suite\",\"event\":\"failed\",\"failed\":1}\n",
    "\n{\"type\":\"test\",\"event\":\"started\",\"name\":\"a::b$c\"}\n",
    "\n{\"type\":\"test\",\"event\":\"ok\",\"name\":\"a::b$c#2\"}\n",
    "\n{\"type\":\"test\",\"event\":\"failed\",\"name\":\"d\"}\n",
    "\n{\"type\":\"testStart\",\"test\":{\"id\":1,\"name\":\"a\"}}\n",
    "\n{\"type\":\"testDone\",\"testID\":1,\"result\":\"success\"}\n",
    "\n{\"type\":\"done\",\"success\":false}\n",
    "{",
    "}",
];

const DOCUMENT: &[&str] = &[
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "\"examples\":[",
    "\"status\":\"passed\"",
    "\"stats\":{",
    "\"passes\":[",
    "\"failures\":[",
    "{\"title\":\"a\",\"err\":{}}",
    "{\"status\":\"failed\",\"name\":\"b\"}",
    "\"results\":{",
    "\"tests\":[",
    "\"summary\":{",
    "\"failed\":9",
    "\"errors_outside_of_examples_count\":3",
    "null",
    "1e999",
    "\"x\"",
];

fn report() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        pieces(XML).prop_map(String::into_bytes),
        pieces(LINES).prop_map(String::into_bytes),
        pieces(DOCUMENT).prop_map(String::into_bytes),
        vec(any::<u8>(), 0..300),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    /// Also checks that nothing depends on how the stream is cut.
    #[test]
    fn any_report_is_read_as_any_format(bytes in report()) {
        for format in Format::ALL {
            let (_, parsed) = dump(format, &bytes);
            prop_assert_eq!(parsed.bytes, bytes.len() as u64);
            prop_assert!(parsed.diagnostics.iter().all(|said| said.line > 0 && said.column > 0));
        }
        let _ = crate::detect(&bytes);
        let _ = crate::read(&mut bytes.as_slice(), &mut crate::Tally::default());
    }

    /// Whatever is cut off a report, what is left either fails or is not complete, or nothing that counts was lost.
    #[test]
    fn a_report_that_was_cut_is_no_whole_one(cut in 0..JUNIT.len()) {
        let mut whole = crate::Tally::default();
        Format::JUnit.parse(&mut JUNIT.as_bytes(), &mut whole).unwrap();
        let mut left = crate::Tally::default();
        let parsed = Format::JUnit.parse(&mut &JUNIT.as_bytes()[..cut], &mut left).unwrap();
        prop_assert!(!parsed.complete || left == whole, "{}", &JUNIT[..cut]);
        prop_assert!(left.passed <= whole.passed && left.skipped <= whole.skipped);
    }

    #[test]
    fn runs_in_any_order_come_to_the_same(runs in vec((0..4_usize, 0..3_usize, 0..4_usize), 0..30)) {
        let collect = |runs: &mut dyn Iterator<Item = &(usize, usize, usize)>| {
            let mut collector = Collector::default();
            for (test, variant, outcome) in runs {
                collector.begin(0, ["", "linux", "windows"][*variant], (*variant == 2).then_some("group"));
                let outcome = [Outcome::Passed, Outcome::Failed, Outcome::Errored, Outcome::Skipped][*outcome];
                let test = TestName { name: ["a", "b", "c", "d"][*test], ..TestName::default() };
                collector.take(&crate::Occurrence::new(test, outcome));
            }
            collector.finish()
        };
        let (one, other) = (collect(&mut runs.iter()), collect(&mut runs.iter().rev()));
        prop_assert_eq!(one.tests, other.tests);
        prop_assert_eq!(one.runs.total(), runs.len() as u64);
        assert_sound(&one);
    }
}

fn assert_sound(results: &Results) {
    assert!(results.tests.total() <= results.runs.total());
    assert_eq!(results.table.len() as u64, results.tests.total());
    let mut of_suites = crate::Tally::default();
    results.suites.iter().for_each(|suite| of_suites.add(&suite.tests));
    assert_eq!(of_suites, results.tests);
    let bad = results.tests.bad() + results.tests.flaky;
    assert_eq!(results.failures.len() as u64 + results.unlisted, bad);
}

const JUNIT: &str = r#"<?xml version="1.0"?>
<testsuites><testsuite name="s"><testcase name="a"/><testcase name="b"><failure message="m">t</failure></testcase>
<testcase name="c"><skipped/></testcase><testcase name="d"><system-out><![CDATA[x]]></system-out></testcase></testsuite></testsuites>"#;
