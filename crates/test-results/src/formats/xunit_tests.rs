//! The XML of xUnit.net.

use expect_test::{Expect, expect};

use super::super::Format;
use crate::dump;

#[track_caller]
fn check(text: &str, expected: &Expect) {
    dump::check(Format::XUnit, text, expected);
}

#[test]
fn versions_1_and_2() {
    check(
        r##"<assemblies timestamp="x"><assembly name="C:\w\Tests.dll" total="4" errors="1">
<errors><error type="assembly-cleanup" name="N.Fixture"><failure exception-type="E"><message>cleanup</message><stack-trace>s</stack-trace></failure></error></errors>
<collection name="c"><test name="N.C.Row(x: 1)" type="N.C" method="Row" time="0.5" result="Pass" source-file="/w/C.cs" source-line="12"><traits><trait name="Category" value="x"/></traits></test>
<test name="N.C.Row(x: 2)" type="N.C" method="Row" time="0.5" result="Fail"><failure exception-type="Xunit.Sdk.EqualException"><message><![CDATA[Assert.Equal() Failure]]></message><stack-trace>   at N.C.Row() in /w/C.cs:line 13</stack-trace></failure></test>
<test name="N.C.Skipped" type="N.C" result="Skip"><reason>later</reason></test>
<test name="N.C.Explicit" type="N.C" result="NotRun"/>
<test name="N.C.Odd" type="N.C" result="Weird"/>
</collection></assembly></assemblies>"##,
        &expect![[r#"
            Errored outside [Tests.dll] N.Fixture :: (outside of tests) line 2
              assembly-cleanup: "cleanup"
              "s"
            Passed [Tests.dll] N.C :: Row(x: 1) @/w/C.cs:12 500000000ns Category=x
            Failed [Tests.dll] N.C :: Row(x: 2) 500000000ns line 4
              Xunit.Sdk.EqualException: "Assert.Equal() Failure"
              "   at N.C.Row() in /w/C.cs:line 13"
            Skipped [Tests.dll] N.C :: Skipped
              : "later"
            Skipped [Tests.dll] N.C :: Explicit
            Errored [Tests.dll] N.C :: Odd
              : ""
            7:1 unknown-outcome: a test that ended in an unknown way
                | test name=\"N.C.Odd\" type=\"N.C\" result=\"Weird\"
            complete
        "#]],
    );
    check(
        r##"<assembly name="a.dll"><errors/><class name="N.C"><test name="N.C.A" type="N.C" method="A" result="Fail" time="1"><failure exception-type="E"><message>m</message></failure></test></class></assembly>"##,
        &expect![[r#"
            Failed [a.dll] N.C :: A 1000000000ns line 1
              E: "m"
            complete
        "#]],
    );
}
