//! The XML of NUnit.

use expect_test::{Expect, expect};

use super::super::Format;
use crate::dump;

#[track_caller]
fn check(text: &str, expected: &Expect) {
    dump::check(Format::NUnit, text, expected);
}

#[test]
fn version_3() {
    check(
        r##"<test-run id="2" result="Failed">
<test-suite type="Assembly" name="/w/tests.dll" result="Failed" site="Child">
<test-suite type="TestFixture" name="F" fullname="N.F" classname="N.F" result="Failed" label="Error" site="TearDown"><failure><message>teardown</message><stack-trace>at N.F.TearDown() in F.cs:line 3</stack-trace></failure>
<test-case name="Passes" fullname="N.F.Passes" classname="N.F" result="Passed" duration="0.25"><properties><property name="Category" value="fast"/></properties></test-case>
<test-case name="Fails(1)" fullname="N.F.Fails(1)" classname="N.F" result="Passed"/>
</test-suite>
<test-suite type="TestFixture" name="G" fullname="N.G" result="Failed" site="Child"><failure><message>One or more child tests had errors</message></failure>
<test-case name="N.G.A" classname="N.G" result="Failed"><failure><message><![CDATA[ Expected: 1 ]]></message><stack-trace>t</stack-trace></failure></test-case>
<test-case name="B" classname="N.G" result="Failed" label="Error"/>
<test-case name="C" classname="N.G" result="Failed" label="Invalid"/>
<test-case name="D" classname="N.G" result="Inconclusive"/>
<test-case name="E" classname="N.G" result="Warning"/>
<test-case name="F" classname="N.G" result="Skipped" label="Ignored"><reason><message>later</message></reason></test-case>
<test-case name="G" classname="N.G" result="Odd"/>
</test-suite></test-suite></test-run>"##,
        &expect![[r#"
            Errored outside [tests.dll] N.F :: (outside of tests) line 3
              : "teardown"
              "at N.F.TearDown() in F.cs:line 3"
            Passed [tests.dll] N.F :: Passes 250000000ns Category=fast
            Passed [tests.dll] N.F :: Fails(1)
            Failed [tests.dll] N.G :: A line 8
              : "Expected: 1"
              "t"
            Errored [tests.dll] N.G :: B
            Errored [tests.dll] N.G :: C
            Skipped [tests.dll] N.G :: D
            Passed [tests.dll] N.G :: E
            Skipped [tests.dll] N.G :: F line 13
              : "later"
            Errored [tests.dll] N.G :: G
            14:1 unknown-outcome: a test that ended in an unknown way
                | test-case name=\"G\" classname=\"N.G\" result=\"Odd\"
            complete
        "#]],
    );
}

#[test]
fn version_2() {
    check(
        r##"<test-results name="tests.dll" total="5"><test-suite type="Assembly" name="C:\w\tests.dll" executed="True" result="Failure"><results>
<test-suite type="TestFixture" name="N.F" executed="True" result="Failure" success="False"><results>
<test-case name="N.F.A" executed="True" result="Success" success="True" time="0,012"/>
<test-case name="N.F.B(1.5)" executed="True" result="Failure" success="False" time="0.1"><failure><message>m</message></failure></test-case>
<test-case name="N.F.C" executed="False" result="Ignored"/>
<test-case name="N.F.D" executed="True" result="Error"/>
<test-case name="N.F.E" executed="False" result="NotRunnable"/>
<test-case name="N.F.F" executed="True" success="False"/>
</results></test-suite></results></test-suite></test-results>"##,
        &expect![[r#"
            Passed [tests.dll] N.F :: A 12000000ns
            Failed [tests.dll] N.F :: B(1.5) 100000000ns line 4
              : "m"
            Skipped [tests.dll] N.F :: C
            Errored [tests.dll] N.F :: D
            Errored [tests.dll] N.F :: E
            Failed [tests.dll] N.F :: F
            complete
        "#]],
    );
}

#[test]
fn attachments_are_named() {
    let text = r#"<test-run><test-suite type="Assembly" name="a.dll"><test-case name="N.C.T" fullname="N.C.T" classname="N.C" result="Failed"><failure><message>no</message></failure><attachments><attachment><filePath> shots/a.png </filePath><description>the door</description></attachment></attachments></test-case></test-suite></test-run>"#;
    let mut collector = crate::Collector::default();
    crate::read(&mut text.as_bytes(), &mut collector).unwrap();
    let failure = &collector.finish().failures[0];
    assert_eq!(failure.properties, [("attachment".to_owned(), "shots/a.png".to_owned())]);
    assert_eq!(failure.detail.message, "no");
}
