//! Reports of Semgrep, real ones and broken ones, and what is made of them.

use expect_test::expect;

use super::super::dump_code::{cut_everywhere, dump, odd_everywhere};
use crate::formats::{Format, read};

/// What Semgrep 1.182.0 wrote of `tests/data/scanners/semgrep`, its times left out.
const REPORT: &str = r##"{
  "version": "1.182.0",
  "results": [
    {"check_id": "fixed-password", "path": "app.py", "start": {"line": 5, "col": 1, "offset": 78}, "end": {"line": 5, "col": 35, "offset": 112}, "extra": {"message": "a password stands in the source", "metadata": {"category": "security", "subcategory": ["secrets"], "cwe": "CWE-798: Use of Hard-coded Credentials"}, "severity": "WARNING", "fingerprint": "requires login", "lines": "requires login", "validation_state": "NO_VALIDATOR", "engine_kind": "OSS"}},
    {"check_id": "shell-true", "path": "app.py", "start": {"line": 9, "col": 5, "offset": 134}, "end": {"line": 9, "col": 38, "offset": 167}, "extra": {"message": "a shell is started with text from outside", "metadata": {"category": "security", "confidence": "HIGH", "impact": "HIGH", "likelihood": "MEDIUM", "cwe": ["CWE-78: OS command injection"], "references": ["https://example.com/shell-true"]}, "severity": "ERROR", "fingerprint": "requires login", "lines": "requires login", "validation_state": "NO_VALIDATOR", "engine_kind": "OSS"}},
    {"check_id": "pickle-loads", "path": "app.py", "start": {"line": 13, "col": 32, "offset": 217}, "end": {"line": 13, "col": 50, "offset": 235}, "extra": {"message": "what is unpickled can run anything", "metadata": {"category": "security", "cwe": ["CWE-502: Deserialization of Untrusted Data"], "security-severity": "HIGH"}, "severity": "CRITICAL", "fingerprint": "requires login", "lines": "requires login", "validation_state": "NO_VALIDATOR", "engine_kind": "OSS"}}
  ],
  "errors": [],
  "paths": {"scanned": ["app.py"]},
  "engine_requested": "OSS",
  "skipped_rules": [],
  "profiling_results": []
}"##;

#[test]
fn reads_what_semgrep_writes() {
    expect![[r#"
        run Semgrep OSS Bytes version="1.182.0"
        rule fixed-password tags="security,external/cwe/cwe-798"
        rule shell-true short="a shell is started with text from outside" uri="https://example.com/shell-true" tags="security,external/cwe/cwe-78"
        rule pickle-loads short="what is unpickled can run anything" tags="security,external/cwe/cwe-502"
        fixed-password warning/medium/- "a password stands in the source" cwe="CWE-798" secret from 4:5
          at app.py:5:1 to 5:35
        shell-true error/high/high "a shell is started with text from outside" cwe="CWE-78" from 5:5
          at app.py:9:5 to 9:38
        pickle-loads error/critical/- "what is unpickled can run anything" cwe="CWE-502" from 6:5
          at app.py:13:32 to 13:50
        fault bad-severity 6:320: `security-severity` is the string `HIGH`, expected a number from 0.0 to 10.0
        fault constant-fingerprint 1:1: the fingerprint of every result is `requires login`
    "#]].assert_eq(&dump(Format::Semgrep, REPORT));
}

#[test]
fn columns_are_bytes() {
    let source = include_str!("../../../../tests/data/scanners/semgrep/app.py");
    let run = &read(REPORT.as_bytes()).unwrap().runs[0];
    let alert = run.alerts.iter().find(|alert| run.rules[alert.rule].id == "pickle-loads").unwrap();
    let region = alert.places[0].region.as_ref().unwrap();
    let line = source.lines().nth(region.start_line as usize - 1).unwrap();
    let columns = region.start_column.unwrap() as usize - 1..region.end_column.unwrap() as usize - 1;
    assert_eq!(&line[columns], "pickle.loads(data)");
}

#[test]
fn failures_that_look_clean_are_said() {
    let bad_rules = r#"{"version": "1.182.0", "results": [], "errors": [
  {"code": 5, "level": "error", "type": "SemgrepError", "message": "Invalid YAML file bad.yaml:\n\twhile parsing a flow node"},
  {"code": 3, "level": "warn", "type": ["PartialParsing", [{"path": "c.py"}]], "message": "Syntax error at line c.py:3:\n `foo(` was unexpected", "path": "c.py"},
  {"code": 2, "type": ["Timeout", []]}
], "paths": {"scanned": []}, "skipped_rules": ["slow-rule", {"rule_id": "new-rule"}]}"#;
    expect![[r#"
        run Semgrep OSS Bytes version="1.182.0"
        fault scan-incomplete 2:3: Semgrep says: Invalid YAML file bad.yaml: while parsing a flow node
        fault scanned-in-part 3:3: Semgrep says: Syntax error at line c.py:3: `foo(` was unexpected
        fault scan-incomplete 4:3: Semgrep says: Timeout
        fault scan-incomplete 5:48: Semgrep left out the rule `slow-rule`
        fault scan-incomplete 5:61: Semgrep left out the rule `new-rule`
    "#]]
    .assert_eq(&dump(Format::Semgrep, bad_rules));
    let nothing = r#"{"version": "1.182.0", "results": [], "errors": [], "paths": {"scanned": []}, "engine_requested": "OSS", "skipped_rules": []}"#;
    expect![[r#"
        run Semgrep OSS Bytes version="1.182.0"
        fault nothing-scanned 1:62: Semgrep scanned no file
    "#]]
    .assert_eq(&dump(Format::Semgrep, nothing));
}

#[test]
fn fingerprints_tell_results_apart_or_are_dropped() {
    let report = |first: &str, second: &str| {
        let result = |print: &str| {
            format!(
                r#"{{"check_id": "a.secrets.b", "path": "p", "start": {{"line": 1}}, "end": {{"line": 1}}, "extra": {{"message": "m", "severity": "LOW", "is_ignored": true, "fingerprint": "{print}"}}}}"#
            )
        };
        format!(r#"{{"version": "1", "results": [{}, {}]}}"#, result(first), result(second))
    };
    expect![[r#"
        run Semgrep OSS Bytes version="1"
        rule a.secrets.b name="b"
        a.secrets.b note/low/- "m" secret matchBasedId/v1=aa from 1:30
          at p:1
          accepted InSource Accepted
        a.secrets.b note/low/- "m" secret matchBasedId/v1=bb from 1:201
          at p:1
          accepted InSource Accepted
    "#]]
    .assert_eq(&dump(Format::Semgrep, &report("aa", "bb")));
    let same = read(report("aa", "aa").as_bytes()).unwrap();
    assert!(same.runs[0].alerts.iter().all(|alert| alert.fingerprints.is_empty()));
    assert_eq!(same.faults.count(crate::FaultKind::ConstantFingerprint), 1);
}

#[test]
fn oddities_are_faults_and_the_rest_counts() {
    let report = r#"{"results": [
  {"check_id": "r", "path": "p", "start": {"line": 3, "col": 7}, "end": {"line": 2, "col": 1}, "extra": {"message": "m", "severity": "LOUD", "metadata": {"cwe": [1, "CWE-78: x", "CWE-078", "none"], "references": "https://example.com", "security-severity": 7.5, "confidence": ["LOW"]}}},
  {"check_id": "r", "path": "p", "start": {"line": 3, "col": 7}, "end": {"line": 5, "col": 2}, "extra": {"message": "m", "severity": "ERROR"}},
  {"check_id": "r", "path": "p", "extra": 4},
  {"check_id": "r"}
]}"#;
    expect![[r#"
        run Semgrep OSS Bytes
        rule r uri="https://example.com" score="7.5" tags="security,external/cwe/cwe-78"
        r warning/-/low "m" cwe="CWE-78" from 2:3
          at p:3:7
        r error/high/- "m" from 3:3
          at p:3:7 to 5:2
        r warning/-/- "r" from 4:3
          at p
        fault bad-severity 2:134: `severity` is `LOUD`, expected one of `CRITICAL`, `HIGH`, `ERROR`, `MEDIUM`, `WARNING`, `LOW`, `INFO`, `EXPERIMENT`, `INVENTORY`
        fault wrong-type 4:43: `extra` is the number 4, expected an object
        fault missing-member 4:3: a result has no `severity`
        fault missing-member 4:3: a result of `r` has no `message`
        fault unusable-result 5:3: `path` of a result is missing, expected a text
    "#]].assert_eq(&dump(Format::Semgrep, report));
}

#[test]
fn a_cut_report_says_so() {
    cut_everywhere(Format::Semgrep, REPORT);
}

#[test]
fn odd_values_are_said() {
    odd_everywhere(Format::Semgrep, REPORT);
}
