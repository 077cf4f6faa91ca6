//! Reports of gosec, real ones and broken ones, and what is made of them.

use expect_test::expect;

use super::super::dump_code::{cut_everywhere, dump, odd_everywhere};
use crate::fault::FaultKind;
use crate::formats::{Format, read};

/// What gosec 2.22.8 wrote of `tests/data/scanners/gosec` with `-track-suppressions`.
const REPORT: &str = r#"{
  "Golang errors": {},
  "Issues": [
    {"severity": "MEDIUM", "confidence": "HIGH", "cwe": {"id": "328", "url": "https://cwe.mitre.org/data/definitions/328.html"}, "rule_id": "G401", "details": "Use of weak cryptographic primitive", "file": "/repo/main.go", "code": "16: func digest(text string) string {\n17: \t/* é漢🙂 */ return fmt.Sprintf(\"%x\", md5.Sum([]byte(text)))\n18: }\n", "line": "17", "column": "43", "nosec": false, "suppressions": null},
    {"severity": "MEDIUM", "confidence": "HIGH", "cwe": {"id": "676", "url": "https://cwe.mitre.org/data/definitions/676.html"}, "rule_id": "G114", "details": "Use of net/http serve function that has no support for setting timeouts", "file": "/repo/main.go", "code": "30: \t}\n31: \thttp.ListenAndServe(\":8080\", nil)\n32: }\n", "line": "31", "column": "2", "nosec": false, "suppressions": null},
    {"severity": "MEDIUM", "confidence": "HIGH", "cwe": {"id": "22", "url": "https://cwe.mitre.org/data/definitions/22.html"}, "rule_id": "G304", "details": "Potential file inclusion via variable", "file": "/repo/main.go", "code": "20: func open(path string) {\n21: \tfile, _ := os.Open(path) // #nosec G304 -- the path is checked by the caller\n22: \tfile.Close()\n", "line": "21", "column": "13", "nosec": false, "suppressions": [{"kind": "inSource", "justification": "the path is checked by the caller"}]},
    {"severity": "MEDIUM", "confidence": "HIGH", "cwe": {"id": "327", "url": "https://cwe.mitre.org/data/definitions/327.html"}, "rule_id": "G501", "details": "Blocklisted import crypto/md5: weak cryptographic primitive", "file": "/repo/main.go", "code": "4: import (\n5: \t\"crypto/md5\"\n6: \t\"fmt\"\n", "line": "5", "column": "2", "nosec": false, "suppressions": null},
    {"severity": "LOW", "confidence": "HIGH", "cwe": {"id": "703", "url": "https://cwe.mitre.org/data/definitions/703.html"}, "rule_id": "G104", "details": "Errors unhandled", "file": "/repo/main.go", "code": "30: \t}\n31: \thttp.ListenAndServe(\":8080\", nil)\n32: }\n", "line": "31", "column": "2", "nosec": false, "suppressions": null},
    {"severity": "LOW", "confidence": "HIGH", "cwe": {"id": "703", "url": "https://cwe.mitre.org/data/definitions/703.html"}, "rule_id": "G104", "details": "Errors unhandled", "file": "/repo/main.go", "code": "21: \tfile, _ := os.Open(path) // #nosec G304 -- the path is checked by the caller\n22: \tfile.Close()\n23: }\n", "line": "22", "column": "2", "nosec": false, "suppressions": null}
  ],
  "Stats": {"files": 1, "lines": 32, "nosec": 1, "found": 5},
  "GosecVersion": "dev"
}"#;

#[test]
fn reads_what_gosec_writes() {
    expect![[r#"
        run gosec Bytes version="dev"
        rule G401 short="Use of weak cryptographic primitive" uri="https://cwe.mitre.org/data/definitions/328.html" tags="security,external/cwe/cwe-328"
        rule G114 short="Use of net/http serve function that has no support for setting timeouts" uri="https://cwe.mitre.org/data/definitions/676.html" tags="security,external/cwe/cwe-676"
        rule G304 short="Potential file inclusion via variable" uri="https://cwe.mitre.org/data/definitions/22.html" tags="security,external/cwe/cwe-22"
        rule G501 short="Blocklisted import crypto/md5: weak cryptographic primitive" uri="https://cwe.mitre.org/data/definitions/327.html" tags="security,external/cwe/cwe-327"
        rule G104 short="Errors unhandled" uri="https://cwe.mitre.org/data/definitions/703.html" tags="security,external/cwe/cwe-703"
        G401 warning/medium/high "Use of weak cryptographic primitive" cwe="CWE-328" from 4:5
          at /repo/main.go:17:43
        G114 warning/medium/high "Use of net/http serve function that has no support for setting timeouts" cwe="CWE-676" from 5:5
          at /repo/main.go:31:2
        G304 warning/medium/high "Potential file inclusion via variable" cwe="CWE-22" from 6:5
          at /repo/main.go:21:13
          accepted InSource Accepted why="the path is checked by the caller"
        G501 warning/medium/high "Blocklisted import crypto/md5: weak cryptographic primitive" cwe="CWE-327" from 7:5
          at /repo/main.go:5:2
        G104 note/low/high "Errors unhandled" cwe="CWE-703" from 8:5
          at /repo/main.go:31:2
        G104 note/low/high "Errors unhandled" cwe="CWE-703" from 9:5
          at /repo/main.go:22:2
    "#]].assert_eq(&dump(Format::Gosec, REPORT));
}

#[test]
fn counts_what_gosec_counts() {
    let run = &read(REPORT.as_bytes()).unwrap().runs[0];
    let open = run.alerts.iter().filter(|alert| alert.suppressions.as_ref().is_some_and(Vec::is_empty));
    assert_eq!((open.count(), run.alerts.len()), (5, 6), "`found` is 5, and `nosec` is 1");
    assert_eq!(run.left_out, 0, "the one with a marker is listed");
}

#[test]
fn columns_are_bytes() {
    let source = include_str!("../../../../tests/data/scanners/gosec/main.go");
    let run = &read(REPORT.as_bytes()).unwrap().runs[0];
    let alert = run.alerts.iter().find(|alert| run.rules[alert.rule].id == "G401").unwrap();
    let region = alert.places[0].region.as_ref().unwrap();
    let line = source.lines().nth(region.start_line as usize - 1).unwrap();
    let column = region.start_column.unwrap() as usize - 1;
    assert!(line[column..].starts_with("md5.Sum("), "{}", &line[column..]);
}

#[test]
fn packages_that_do_not_load_are_said() {
    let report = r##"{"Golang errors": {
  "": [{"line": 0, "column": 0, "error": "# command-line-arguments\n./a.go:2:15: undefined: undefined"}],
  "/repo/a.go": [{"line": 2, "column": 15, "error": "undefined: undefined"}]
}, "Issues": [], "Stats": {"files": 1, "lines": 2, "nosec": 0, "found": 0}, "GosecVersion": "dev"}"##;
    expect![[r#"
        run gosec Bytes version="dev"
        fault scan-incomplete 2:8: gosec could not load a package: # command-line-arguments ./a.go:2:15: undefined: undefined
        fault scan-incomplete 3:18: gosec could not load `/repo/a.go`, line 2: undefined: undefined
    "#]]
    .assert_eq(&dump(Format::Gosec, report));
}

#[test]
fn nothing_scanned_is_said() {
    let report = r#"{"Golang errors": {}, "Issues": null, "Stats": {"files": 0}}"#;
    expect![[r#"
        run gosec Bytes
        fault nothing-scanned 1:48: gosec scanned 0 files
    "#]]
    .assert_eq(&dump(Format::Gosec, report));
}

#[test]
fn oddities_are_faults_and_the_rest_counts() {
    let report = r#"{"Golang errors": {}, "Issues": [
  {"severity": "HIGH", "confidence": "MEDIUM", "cwe": null, "rule_id": "G204", "details": "d", "file": "a.go", "line": "12-15", "column": "3"},
  {"severity": "SEVERE", "confidence": "?", "rule_id": "G204", "details": "", "file": "a.go", "line": "x"},
  {"severity": "LOW", "rule_id": "G101", "details": "Potential hardcoded credentials", "file": "", "line": 3},
  {"severity": "LOW", "details": "of no rule"},
  7,
  {"severity": 1, "rule_id": "G103", "details": "d", "file": "a.go", "line": "0", "nosec": true}
], "Stats": {"files": 1, "nosec": 3}}"#;
    expect![[r#"
        run gosec Bytes left-out=2
        rule G204 tags="security"
        rule G101 tags="security"
        rule G103 short="d" tags="security"
        G204 error/high/medium "d" from 2:3
          at a.go:12:3 to 15
        G204 warning/-/- "G204" from 3:3
          at a.go
        G101 note/low/- "Potential hardcoded credentials" secret from 4:3
        G103 warning/-/- "d" from 7:3
          at a.go
          accepted InSource Accepted
        fault unusable-result 6:3: an entry of the results is the number 7, expected an object
        fault bad-severity 3:16: `severity` is `SEVERE`, expected one of `HIGH`, `MEDIUM`, `LOW`
        fault missing-member 3:3: a result of `G204` has no `details`
        fault bad-region 3:3: `line` is `x`, expected a number or two: `12-15`
        fault no-place 4:3: an issue without a `file`
        fault unusable-result 5:3: `rule_id` of a result is missing, expected a text
        fault wrong-type 7:16: `severity` is the number 1, expected a string
    "#]]
    .assert_eq(&dump(Format::Gosec, report));
}

#[test]
fn a_cut_report_is_recognised_and_says_so() {
    cut_everywhere(Format::Gosec, REPORT);
    let cut = read(&REPORT.as_bytes()[..REPORT.find("G114").unwrap()]).unwrap();
    assert_eq!(cut.runs[0].alerts.len(), 1);
    assert_eq!(cut.faults.count(FaultKind::Truncated), 1);
}

#[test]
fn odd_values_are_said() {
    odd_everywhere(Format::Gosec, REPORT);
}
