//! What each kind of content is taken for, and what is said about it.

use expect_test::{Expect, expect};

use super::*;

fn check(head: &[u8], expected: &Expect) {
    let said = match detect(head) {
        Ok(format) => format.name().to_owned(),
        Err(unknown) => format!("{unknown}\nhelp: {}", unknown.help()),
    };
    expected.assert_eq(&said);
}

#[track_caller]
fn is(head: &str, format: Format) {
    assert_eq!(detect(head.as_bytes()), Ok(format), "{head}");
}

#[track_caller]
fn looks_like(head: &str, lookalike: Lookalike) {
    let found = detect(head.as_bytes()).map_err(|unknown| unknown.lookalike);
    assert_eq!(found, Err(Some(lookalike)), "{head}");
}

#[test]
fn xml_by_its_root() {
    is("\u{feff}<?xml version='1.0'?>\n<!-- <assemblies> -->\n<testsuites name='x'>", Format::JUnit);
    is("<testsuite/>", Format::JUnit);
    is("<!DOCTYPE x [<!ENTITY a '>'>]><testsuite>", Format::JUnit);
    is("<TestRun id='x' xmlns='http://microsoft.com/schemas/VisualStudio/TeamTest/2010'>", Format::Trx);
    is("<t:TestRun xmlns:t='x'>", Format::Trx);
    is("<test-run id='2'>", Format::NUnit);
    is("<test-results name='x'>", Format::NUnit);
    is("<test-suite type='Assembly'>", Format::NUnit);
    is("<assemblies>", Format::XUnit);
    is("<assembly name='x'>", Format::XUnit);
}

#[test]
fn streams_by_their_first_event() {
    is("{\"Time\":\"x\",\"Action\":\"start\",\"Package\":\"m\"}\n", Format::GoTest);
    is("go: downloading x\n{\"ImportPath\":\"m\",\"Action\":\"build-output\"}\n", Format::GoTest);
    is("# m\nm.go:1:1: x\n{\"Action\":\"fail\",\"Package\":\"m\"}", Format::GoTest);
    is("{ \"type\": \"suite\", \"event\": \"started\", \"test_count\": 1 }", Format::Libtest);
    is("{\"level\":\"info\"}\n{\"type\":\"test\",\"event\":\"started\",\"name\":\"a\"}", Format::Libtest);
    is(
        "{\"protocolVersion\":\"0.1.1\",\"runnerVersion\":\"1\",\"pid\":1,\"type\":\"start\",\"time\":0}",
        Format::Dart,
    );
    is("TAP version 13\n", Format::Tap);
    is("1..4\nok 1\n", Format::Tap);
    is("# Subtest: a\nok 1 - a\n", Format::Tap);
    is("some text\nnot ok 1 - a\n", Format::Tap);
    is("1..0 # SKIP no\n", Format::Tap);
}

#[test]
fn documents_by_their_keys() {
    is("{\"version\":\"3.13\",\"seed\":1,\"examples\":[]}", Format::RSpec);
    is("{\n  \"stats\": {\n \"suites\": 1 }, \"tests\": []", Format::Mocha);
    is("{\"reportFormat\":\"CTRF\",\"results\":{}}", Format::Ctrf);
    is("{\"results\": {\"tool\": {\"name\": \"jest\"}, \"summary\": {}, \"tests\": []}}", Format::Ctrf);
}

#[test]
fn nothing_and_what_nobody_knows() {
    check(
        b"",
        &expect![[r#"
        the report is empty
        help: the producer wrote nothing: look at the step that runs the tests"#]],
    );
    looks_like("\n \r\n", Lookalike::Empty);
    check(
        b"hello\tworld\n\x1b[31m",
        &expect![[r#"
        no known format of test results starts with `hello\tworld\n\u{1b}[31m`
        help: test results in these formats are read: JUnit XML, go test -json, TRX, NUnit, xUnit.net, TAP, libtest and nextest JSON, RSpec, Mocha and Dart JSON, CTRF"#]],
    );
    check(
        &[0, 159, 146, 150],
        &expect![[r#"
        no known format of test results starts with `\x00\x9f\x92\x96`
        help: test results in these formats are read: JUnit XML, go test -json, TRX, NUnit, xUnit.net, TAP, libtest and nextest JSON, RSpec, Mocha and Dart JSON, CTRF"#]],
    );
    check(
        "é".repeat(100).as_bytes(),
        &expect![[r#"
        no known format of test results starts with `éééééééééééééééééééééééééééééééé…`
        help: test results in these formats are read: JUnit XML, go test -json, TRX, NUnit, xUnit.net, TAP, libtest and nextest JSON, RSpec, Mocha and Dart JSON, CTRF"#]],
    );
}

#[test]
fn mistakes() {
    check(
        b"=== RUN   TestA\n--- PASS: TestA (0.00s)\nok  \tm\t0.1s\n",
        &expect![[r#"
        this looks like what `go test` prints for people, not like test results that are read: it starts with `=== RUN   TestA\n--- PASS: TestA (0.00s)\nok  \tm\t0.1s\n`
        help: `go test -json ./... > results.json`"#]],
    );
    check(
        b"\nrunning 2 tests\ntest a ... ok\n",
        &expect![[r#"
        this looks like what `cargo test` prints for people, not like test results that are read: it starts with `running 2 tests\ntest a ... ok\n`
        help: `cargo nextest run --profile ci` with `[profile.ci.junit]` writes JUnit XML; on nightly, `cargo test -- -Z unstable-options --format json` writes JSON lines"#]],
    );
    looks_like("===== test session starts =====\n", Lookalike::PytestText);
    looks_like("mode: set\nm/a.go:1.1,2.2 1 1\n", Lookalike::Coverage);
    looks_like("<!DOCTYPE html>\n<html>", Lookalike::Html);
    looks_like("<coverage line-rate='1'>", Lookalike::Coverage);
    looks_like("<robot generator='x'>", Lookalike::RobotXml);
    looks_like("<Site BuildName='x'>", Lookalike::CtestXml);
    looks_like("<project/>", Lookalike::Xml);
    looks_like("<!-- never closed", Lookalike::Xml);
    looks_like("{\"numTotalTests\":3,\"testResults\":[],\"stats\":{},\"tests\":1}", Lookalike::JestJson);
    looks_like(
        "{\"config\":{\"rootDir\":\"x\"},\"suites\":[],\"stats\":{},\"tests\":1}",
        Lookalike::PlaywrightJson,
    );
    looks_like("[{\"keyword\":\"Feature\"}]", Lookalike::CucumberJson);
    looks_like("{\"version\":\"2.1.0\",\"$schema\":\"x/sarif-schema-2.1.0.json\"}", Lookalike::Sarif);
    looks_like("{}", Lookalike::Json);
    assert_eq!(detect(b"\x1f\x8b\x08").unwrap_err().lookalike, Some(Lookalike::Gzip));
    assert_eq!(detect(b"PK\x03\x04").unwrap_err().lookalike, Some(Lookalike::Zip));
}
