//! Reports of Bandit, real ones and broken ones, and what is made of them.

use expect_test::expect;

use super::super::dump_code::{cut_everywhere, dump, odd_everywhere};
use crate::formats::{Format, read};

/// What Bandit 1.9.4 wrote of `tests/data/scanners/bandit`.
const REPORT: &str = r#"{
  "errors": [
    {"filename": "./broken.py", "reason": "syntax error while parsing AST from file"}
  ],
  "generated_at": "2026-11-21T20:26:28Z",
  "metrics": {"./app.py": {"CONFIDENCE.HIGH": 7, "CONFIDENCE.LOW": 0, "CONFIDENCE.MEDIUM": 1, "CONFIDENCE.UNDEFINED": 0, "SEVERITY.HIGH": 2, "SEVERITY.LOW": 5, "SEVERITY.MEDIUM": 1, "SEVERITY.UNDEFINED": 0, "loc": 19, "nosec": 0, "skipped_tests": 1}, "./broken.py": {"loc": 2, "nosec": 0, "skipped_tests": 0}, "_totals": {"CONFIDENCE.HIGH": 7, "CONFIDENCE.LOW": 0, "CONFIDENCE.MEDIUM": 1, "CONFIDENCE.UNDEFINED": 0, "SEVERITY.HIGH": 2, "SEVERITY.LOW": 5, "SEVERITY.MEDIUM": 1, "SEVERITY.UNDEFINED": 0, "loc": 21, "nosec": 0, "skipped_tests": 1}},
  "results": [
    {"code": "2 import hashlib\n3 import pickle\n4 import subprocess\n", "col_offset": 0, "end_col_offset": 13, "filename": "./app.py", "issue_confidence": "HIGH", "issue_cwe": {"id": 502, "link": "https://cwe.mitre.org/data/definitions/502.html"}, "issue_severity": "LOW", "issue_text": "Consider possible security implications associated with pickle module.", "line_number": 3, "line_range": [3], "more_info": "https://bandit.readthedocs.io/en/1.9.4/blacklists/blacklist_imports.html#b403-import-pickle", "test_id": "B403", "test_name": "blacklist"},
    {"code": "3 import pickle\n4 import subprocess\n5 \n", "col_offset": 0, "end_col_offset": 17, "filename": "./app.py", "issue_confidence": "HIGH", "issue_cwe": {"id": 78, "link": "https://cwe.mitre.org/data/definitions/78.html"}, "issue_severity": "LOW", "issue_text": "Consider possible security implications associated with the subprocess module.", "line_number": 4, "line_range": [4], "more_info": "https://bandit.readthedocs.io/en/1.9.4/blacklists/blacklist_imports.html#b404-import-subprocess", "test_id": "B404", "test_name": "blacklist"},
    {"code": "5 \n6 PASSWORD = \"correct-horse-battery\"\n7 \n", "col_offset": 11, "end_col_offset": 34, "filename": "./app.py", "issue_confidence": "MEDIUM", "issue_cwe": {"id": 259, "link": "https://cwe.mitre.org/data/definitions/259.html"}, "issue_severity": "LOW", "issue_text": "Possible hardcoded password: 'correct-horse-battery'", "line_number": 6, "line_range": [6], "more_info": "https://bandit.readthedocs.io/en/1.9.4/plugins/b105_hardcoded_password_string.html", "test_id": "B105", "test_name": "hardcoded_password_string"},
    {"code": "9 def run(name):\n10     subprocess.call(name, shell=True)\n11 \n", "col_offset": 4, "end_col_offset": 37, "filename": "./app.py", "issue_confidence": "HIGH", "issue_cwe": {"id": 78, "link": "https://cwe.mitre.org/data/definitions/78.html"}, "issue_severity": "HIGH", "issue_text": "subprocess call with shell=True identified, security issue.", "line_number": 10, "line_range": [10], "more_info": "https://bandit.readthedocs.io/en/1.9.4/plugins/b602_subprocess_popen_with_shell_equals_true.html", "test_id": "B602", "test_name": "subprocess_popen_with_shell_equals_true"},
    {"code": "13 def load(data):\n14     text = \"é漢🙂\"; return pickle.loads(data)\n15 \n", "col_offset": 31, "end_col_offset": 49, "filename": "./app.py", "issue_confidence": "HIGH", "issue_cwe": {"id": 502, "link": "https://cwe.mitre.org/data/definitions/502.html"}, "issue_severity": "MEDIUM", "issue_text": "Pickle and modules that wrap it can be unsafe when used to deserialize untrusted data, possible security issue.", "line_number": 14, "line_range": [14], "more_info": "https://bandit.readthedocs.io/en/1.9.4/blacklists/blacklist_calls.html#b301-pickle", "test_id": "B301", "test_name": "blacklist"},
    {"code": "17 def digest(data):\n18     return hashlib.md5(data).hexdigest()\n19 \n", "col_offset": 11, "end_col_offset": 28, "filename": "./app.py", "issue_confidence": "HIGH", "issue_cwe": {"id": 327, "link": "https://cwe.mitre.org/data/definitions/327.html"}, "issue_severity": "HIGH", "issue_text": "Use of weak MD5 hash for security. Consider usedforsecurity=False", "line_number": 18, "line_range": [18], "more_info": "https://bandit.readthedocs.io/en/1.9.4/plugins/b324_hashlib.html", "test_id": "B324", "test_name": "hashlib"},
    {"code": "21 def check(value):\n22     assert value\n23     return eval(value)  # nosec B307\n", "col_offset": 4, "end_col_offset": 16, "filename": "./app.py", "issue_confidence": "HIGH", "issue_cwe": {"id": 703, "link": "https://cwe.mitre.org/data/definitions/703.html"}, "issue_severity": "LOW", "issue_text": "Use of assert detected. The enclosed code will be removed when compiling to optimised byte code.", "line_number": 22, "line_range": [22], "more_info": "https://bandit.readthedocs.io/en/1.9.4/plugins/b101_assert_used.html", "test_id": "B101", "test_name": "assert_used"},
    {"code": "28         load(b\"\")\n29     except Exception:\n30         pass\n", "col_offset": 4, "end_col_offset": 12, "filename": "./app.py", "issue_confidence": "HIGH", "issue_cwe": {"id": 703, "link": "https://cwe.mitre.org/data/definitions/703.html"}, "issue_severity": "LOW", "issue_text": "Try, Except, Pass detected.", "line_number": 29, "line_range": [29, 30], "more_info": "https://bandit.readthedocs.io/en/1.9.4/plugins/b110_try_except_pass.html", "test_id": "B110", "test_name": "try_except_pass"}
  ]
}"#;

#[test]
fn reads_what_bandit_writes() {
    expect![[r#"
        run Bandit Bytes version="1.9.4" left-out=1
        rule B403 name="import_pickle" short="Consider possible security implications associated with pickle module." uri="https://bandit.readthedocs.io/en/1.9.4/blacklists/blacklist_imports.html#b403-import-pickle" tags="security,external/cwe/cwe-502"
        rule B404 name="import_subprocess" short="Consider possible security implications associated with the subprocess module." uri="https://bandit.readthedocs.io/en/1.9.4/blacklists/blacklist_imports.html#b404-import-subprocess" tags="security,external/cwe/cwe-78"
        rule B105 name="hardcoded_password_string" uri="https://bandit.readthedocs.io/en/1.9.4/plugins/b105_hardcoded_password_string.html" tags="security,external/cwe/cwe-259"
        rule B602 name="subprocess_popen_with_shell_equals_true" short="subprocess call with shell=True identified, security issue." uri="https://bandit.readthedocs.io/en/1.9.4/plugins/b602_subprocess_popen_with_shell_equals_true.html" tags="security,external/cwe/cwe-78"
        rule B301 name="pickle" short="Pickle and modules that wrap it can be unsafe when used to deserialize untrusted data, possible security issue." uri="https://bandit.readthedocs.io/en/1.9.4/blacklists/blacklist_calls.html#b301-pickle" tags="security,external/cwe/cwe-502"
        rule B324 name="hashlib" short="Use of weak MD5 hash for security. Consider usedforsecurity=False" uri="https://bandit.readthedocs.io/en/1.9.4/plugins/b324_hashlib.html" tags="security,external/cwe/cwe-327"
        rule B101 name="assert_used" short="Use of assert detected. The enclosed code will be removed when compiling to optimised byte code." uri="https://bandit.readthedocs.io/en/1.9.4/plugins/b101_assert_used.html" tags="security,external/cwe/cwe-703"
        rule B110 name="try_except_pass" short="Try, Except, Pass detected." uri="https://bandit.readthedocs.io/en/1.9.4/plugins/b110_try_except_pass.html" tags="security,external/cwe/cwe-703"
        B403 note/low/high "Consider possible security implications associated with pickle module." cwe="CWE-502" from 8:5
          at ./app.py:3:1 to 3:14
        B404 note/low/high "Consider possible security implications associated with the subprocess module." cwe="CWE-78" from 9:5
          at ./app.py:4:1 to 4:18
        B105 note/low/medium "Possible hardcoded password: 'correct-horse-battery'" cwe="CWE-259" secret from 10:5
          at ./app.py:6:12 to 6:35
        B602 error/high/high "subprocess call with shell=True identified, security issue." cwe="CWE-78" from 11:5
          at ./app.py:10:5 to 10:38
        B301 warning/medium/high "Pickle and modules that wrap it can be unsafe when used to deserialize untrusted data, possible security issue." cwe="CWE-502" from 12:5
          at ./app.py:14:32 to 14:50
        B324 error/high/high "Use of weak MD5 hash for security. Consider usedforsecurity=False" cwe="CWE-327" from 13:5
          at ./app.py:18:12 to 18:29
        B101 note/low/high "Use of assert detected. The enclosed code will be removed when compiling to optimised byte code." cwe="CWE-703" from 14:5
          at ./app.py:22:5 to 22:17
        B110 note/low/high "Try, Except, Pass detected." cwe="CWE-703" from 15:5
          at ./app.py:29:5 to 30:13
        fault scan-incomplete 3:5: Bandit left out `./broken.py`: syntax error while parsing AST from file
    "#]].assert_eq(&dump(Format::Bandit, REPORT));
}

#[test]
fn counts_what_bandit_counts() {
    use gatewright_core::report::Severity;
    let run = &read(REPORT.as_bytes()).unwrap().runs[0];
    let of = |severity| run.alerts.iter().filter(|alert| alert.severity == Some(severity)).count();
    assert_eq!((of(Severity::High), of(Severity::Medium), of(Severity::Low)), (2, 1, 5));
}

#[test]
fn columns_are_bytes_from_1() {
    let source = include_str!("../../../../tests/data/scanners/bandit/app.py");
    let run = &read(REPORT.as_bytes()).unwrap().runs[0];
    let alert = run.alerts.iter().find(|alert| run.rules[alert.rule].id == "B301").unwrap();
    let region = alert.places[0].region.as_ref().unwrap();
    let line = source.lines().nth(region.start_line as usize - 1).unwrap();
    let columns = region.start_column.unwrap() as usize - 1..region.end_column.unwrap() as usize - 1;
    assert_eq!(&line[columns], "pickle.loads(data)");
}

#[test]
fn columns_of_another_line_are_left_out() {
    // What Bandit 1.9.4 says of a call from line 3 to 7 whose fifth line holds a password, and of a text of two lines.
    let report = r#"{"errors": [], "generated_at": "", "results": [
  {"test_id": "B106", "issue_text": "Possible hardcoded password: 'hunter2hunter2'", "filename": "m.py", "line_number": 5, "line_range": [3, 4, 5, 6, 7], "col_offset": 11, "end_col_offset": 5, "issue_severity": "LOW"},
  {"test_id": "B608", "issue_text": "t", "filename": "m.py", "line_number": 12, "line_range": [12, 13], "col_offset": 9, "end_col_offset": 25, "issue_severity": "LOW"}
]}"#;
    expect![[r#"
        run Bandit Bytes
        rule B106 tags="security"
        rule B608 short="t" tags="security"
        B106 note/low/- "Possible hardcoded password: 'hunter2hunter2'" secret from 2:3
          at m.py:5 to 7
        B608 note/low/- "t" from 3:3
          at m.py:12:10 to 13:26
    "#]]
    .assert_eq(&dump(Format::Bandit, report));
}

#[test]
fn nothing_scanned_is_said() {
    let report = r#"{"errors": [], "generated_at": "", "metrics": {"_totals": {"loc": 0, "nosec": 0, "skipped_tests": 0}}, "results": []}"#;
    expect![[r#"
        run Bandit Bytes
        fault nothing-scanned 1:47: Bandit scanned no file
    "#]]
    .assert_eq(&dump(Format::Bandit, report));
}

#[test]
fn oddities_are_faults_and_the_rest_counts() {
    let report = r#"{"errors": [{}], "results": [
  {"test_id": "B106", "issue_text": "t", "filename": "a.py", "line_number": 7, "line_range": [5, 6, 7, 8], "col_offset": 3, "end_col_offset": 9, "issue_severity": "UNDEFINED"},
  {"test_id": "B000", "issue_text": "t", "filename": "a.py", "line_number": 0, "issue_severity": "WORST", "issue_cwe": {"id": {}}},
  {"test_id": "B000", "issue_text": "t", "filename": ""},
  {"test_id": "B602", "issue_text": "t", "filename": "a.py", "line_number": 4294967295, "col_offset": 4294967295}
]}"#;
    expect![[r#"
        run Bandit Bytes
        rule B106 tags="security"
        rule B000 short="t" tags="security"
        rule B602 short="t" tags="security"
        B106 warning/-/- "t" secret from 2:3
          at a.py:7 to 8
        B000 warning/-/- "t" from 3:3
          at a.py
        B602 warning/-/- "t" from 5:3
          at a.py:4294967295:4294967295
        fault scan-incomplete 1:13: Bandit left out `a file`: no reason is given
        fault bad-severity 3:98: `issue_severity` is `WORST`, expected one of `HIGH`, `MEDIUM`, `LOW`, `UNDEFINED`
        fault wrong-type 3:127: `id` is an object, expected a string or a number
        fault unusable-result 4:3: `filename` of a result is the string ``, expected a text
        fault missing-member 5:3: a result has no `issue_severity`
    "#]].assert_eq(&dump(Format::Bandit, report));
}

#[test]
fn a_cut_report_says_so() {
    let start = REPORT.find("metrics").unwrap();
    assert!(read(&REPORT.as_bytes()[..start]).is_ok(), "it is known by its first members");
    for end in (start..REPORT.len()).filter(|end| REPORT.is_char_boundary(*end)) {
        let parsed = read(&REPORT.as_bytes()[..end]).unwrap();
        assert_eq!(parsed.format, Format::Bandit);
        assert!(parsed.faults.lose_results());
    }
    cut_everywhere(Format::Bandit, REPORT);
}

#[test]
fn odd_values_are_said() {
    odd_everywhere(Format::Bandit, REPORT);
}
