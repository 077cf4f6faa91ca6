//! TRX of the test platform.

use expect_test::{Expect, expect};

use super::super::Format;
use crate::dump;

#[track_caller]
fn check(text: &str, expected: &Expect) {
    dump::check(Format::Trx, text, expected);
}

#[test]
fn every_outcome_and_the_class_of_a_test() {
    check(
        r##"<?xml version="1.0" encoding="utf-8"?>
<TestRun id="x" xmlns="http://microsoft.com/schemas/VisualStudio/TeamTest/2010">
<Results>
<UnitTestResult testId="A0" testName="N.C.T0" outcome="Passed" duration="00:00:01.5000000"/>
<UnitTestResult testId="A1" testName="N.C.T1" outcome="PassedButRunAborted" duration="00:00:01.5000000"/>
<UnitTestResult testId="A2" testName="N.C.T2" outcome="Completed" duration="00:00:01.5000000"/>
<UnitTestResult testId="A3" testName="N.C.T3" outcome="Warning" duration="00:00:01.5000000"/>
<UnitTestResult testId="A4" testName="N.C.T4" outcome="Failed" duration="00:00:01.5000000"/>
<UnitTestResult testId="A5" testName="N.C.T5" outcome="Error" duration="00:00:01.5000000"/>
<UnitTestResult testId="A6" testName="N.C.T6" outcome="Timeout" duration="00:00:01.5000000"/>
<UnitTestResult testId="A7" testName="N.C.T7" outcome="Aborted" duration="00:00:01.5000000"/>
<UnitTestResult testId="A8" testName="N.C.T8" outcome="Disconnected" duration="00:00:01.5000000"/>
<UnitTestResult testId="A9" testName="N.C.T9" outcome="InProgress" duration="00:00:01.5000000"/>
<UnitTestResult testId="A10" testName="N.C.T10" outcome="Inconclusive" duration="00:00:01.5000000"/>
<UnitTestResult testId="A11" testName="N.C.T11" outcome="NotRunnable" duration="00:00:01.5000000"/>
<UnitTestResult testId="A12" testName="N.C.T12" outcome="NotExecuted" duration="00:00:01.5000000"/>
<UnitTestResult testId="A13" testName="N.C.T13" outcome="Pending" duration="00:00:01.5000000"/>
<UnitTestResult testId="A14" testName="N.C.T14" outcome="Odd" duration="00:00:01.5000000"/>
<UnitTestResult testId="B" testName="no outcome" duration="1.02:00:00.0"><Output><StdOut>x</StdOut><ErrorInfo><Message>Assert.AreEqual failed.</Message><StackTrace>   at N.C.T() in C:\src\C.cs:line 12</StackTrace></ErrorInfo></Output></UnitTestResult>
</Results>
<TestDefinitions><UnitTest name="T4" storage="c:\src\bin\tests.dll" id="a4"><Execution id="e"/><TestMethod codeBase="x" className="N.C, Tests, Version=1" name="T4"/></UnitTest></TestDefinitions>
<ResultSummary outcome="Failed"><Counters total="16"/></ResultSummary>
</TestRun>"##,
        &expect![[r#"
            Passed []  :: N.C.T0 1500000000ns
            Passed []  :: N.C.T1 1500000000ns
            Passed []  :: N.C.T2 1500000000ns
            Passed []  :: N.C.T3 1500000000ns
            Failed [tests.dll] N.C :: T4 1500000000ns line 8
              : ""
            Errored []  :: N.C.T5 1500000000ns line 9
              : ""
            Errored []  :: N.C.T6 1500000000ns line 10
              : ""
            Errored []  :: N.C.T7 1500000000ns line 11
              : ""
            Errored []  :: N.C.T8 1500000000ns line 12
              : ""
            Errored []  :: N.C.T9 1500000000ns line 13
              : ""
            Skipped []  :: N.C.T10 1500000000ns
            Skipped []  :: N.C.T11 1500000000ns
            Skipped []  :: N.C.T12 1500000000ns
            Skipped []  :: N.C.T13 1500000000ns
            Errored []  :: N.C.T14 1500000000ns line 18
              : ""
            Errored []  :: no outcome 93600000000000ns line 19
              : "Assert.AreEqual failed."
              "   at N.C.T() in C:\\src\\C.cs:line 12"
            18:1 unknown-outcome: an unknown outcome
                | UnitTestResult testId=\"A14\" testName=\"N.C.T14\" outcome=\"Odd\" duration=\"00:00:01.5000000\"
            complete
        "#]],
    );
}

#[test]
fn rows_count_and_what_holds_them_does_not() {
    check(
        r##"<TestRun xmlns="http://microsoft.com/schemas/VisualStudio/TeamTest/2006"><Results>
<UnitTestResult testName="Add" outcome="Failed" resultType="DataDrivenTest"><InnerResults>
<UnitTestResult testName="Add (1)" outcome="Passed"/><UnitTestResult testName="Add (2)" outcome="Failed"><Output><ErrorInfo><Message>m</Message></ErrorInfo></Output></UnitTestResult>
</InnerResults></UnitTestResult></Results></TestRun>"##,
        &expect![[r#"
            Passed []  :: Add (1)
            Failed []  :: Add (2) line 3
              : "m"
            complete
        "#]],
    );
}

#[test]
fn a_host_that_crashed() {
    check(
        r##"<TestRun><Results><UnitTestResult testName="a" outcome="Passed"/></Results>
<ResultSummary outcome="Failed"><RunInfos><RunInfo outcome="Error"><Text>The active test run was aborted. Reason: Test host process crashed</Text></RunInfo>
<RunInfo outcome="Warning"><Text>w</Text></RunInfo></RunInfos></ResultSummary></TestRun>"##,
        &expect![[r#"
            Passed []  :: a
            Errored outside []  :: (outside of tests) line 2
              : "The active test run was aborted. Reason: Test host process crashed"
            complete
        "#]],
    );
    check(
        r##"<TestRun><Results/>
<ResultSummary outcome="Aborted"/></TestRun>"##,
        &expect![[r#"
            Errored outside []  :: (outside of tests) line 2
              : "the run ended as Aborted, and none of its tests did"
            complete
        "#]],
    );
    check(
        r##"<TestRun><Results><UnitTestResult testName="a" outcome="Passed"/><UnitTestResult testName="b" outcome="Passed">"##,
        &expect![[r#"
            Passed []  :: a
            1:112 truncated: the report ends inside of 3 elements
            NOT COMPLETE
        "#]],
    );
}

#[test]
fn result_files_are_named() {
    let text = r#"<TestRun xmlns="http://microsoft.com/schemas/VisualStudio/TeamTest/2010"><Results><UnitTestResult testId="1" testName="N.C.T" outcome="Failed"><Output><ErrorInfo><Message>no</Message></ErrorInfo></Output><ResultFiles><ResultFile path="machine/a.png"/></ResultFiles></UnitTestResult></Results></TestRun>"#;
    let mut collector = crate::Collector::default();
    crate::read(&mut text.as_bytes(), &mut collector).unwrap();
    let failure = &collector.finish().failures[0];
    assert_eq!(failure.properties, [("attachment".to_owned(), "machine/a.png".to_owned())]);
}
