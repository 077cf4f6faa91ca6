//! Reports of `ShellCheck`, real ones and broken ones, and what is made of them.

use expect_test::expect;

use super::super::dump_code::{cut_everywhere, dump, odd_everywhere};
use crate::formats::{Format, read};
use crate::model::Columns;

/// What `ShellCheck` 0.11.0 wrote of `tests/data/scanners/shellcheck` with `-f json1`.
const REPORT: &str = r##"{
  "comments": [
    {"file": "deploy.sh", "line": 3, "endLine": 3, "column": 9, "endColumn": 18, "level": "warning", "code": 2115, "message": "Use \"${var:?}\" to ensure this never expands to /* .", "fix": null},
    {"file": "deploy.sh", "line": 3, "endLine": 3, "column": 9, "endColumn": 16, "level": "info", "code": 2086, "message": "Double quote to prevent globbing and word splitting.", "fix": {"replacements": [{"column": 9, "endColumn": 9, "endLine": 3, "insertionPoint": "afterEnd", "line": 3, "precedence": 7, "replacement": "\""}, {"column": 16, "endColumn": 16, "endLine": 3, "insertionPoint": "beforeStart", "line": 3, "precedence": 7, "replacement": "\""}]}},
    {"file": "deploy.sh", "line": 4, "endLine": 4, "column": 24, "endColumn": 30, "level": "warning", "code": 2046, "message": "Quote this to prevent word splitting.", "fix": null},
    {"file": "deploy.sh", "line": 4, "endLine": 4, "column": 24, "endColumn": 30, "level": "style", "code": 2006, "message": "Use $(...) notation instead of legacy backticks `...`.", "fix": {"replacements": [{"column": 24, "endColumn": 25, "endLine": 4, "insertionPoint": "afterEnd", "line": 4, "precedence": 7, "replacement": "$("}, {"column": 29, "endColumn": 30, "endLine": 4, "insertionPoint": "beforeStart", "line": 4, "precedence": 7, "replacement": ")"}]}},
    {"file": "deploy.sh", "line": 5, "endLine": 5, "column": 6, "endColumn": 8, "level": "info", "code": 2086, "message": "Double quote to prevent globbing and word splitting.", "fix": {"replacements": [{"column": 6, "endColumn": 6, "endLine": 5, "insertionPoint": "afterEnd", "line": 5, "precedence": 7, "replacement": "\""}, {"column": 8, "endColumn": 8, "endLine": 5, "insertionPoint": "beforeStart", "line": 5, "precedence": 7, "replacement": "\""}]}},
    {"file": "deploy.sh", "line": 6, "endLine": 6, "column": 1, "endColumn": 14, "level": "warning", "code": 2164, "message": "Use 'cd ... || exit' or 'cd ... || return' in case cd fails.", "fix": {"replacements": [{"column": 14, "endColumn": 14, "endLine": 6, "insertionPoint": "beforeStart", "line": 6, "precedence": 5, "replacement": " || exit"}]}},
    {"file": "deploy.sh", "line": 7, "endLine": 7, "column": 13, "endColumn": 24, "level": "error", "code": 2045, "message": "Iterating over ls output is fragile. Use globs.", "fix": null},
    {"file": "deploy.sh", "line": 7, "endLine": 7, "column": 18, "endColumn": 19, "level": "info", "code": 2035, "message": "Use ./*glob* or -- *glob* so names with dashes won't become options.", "fix": null}
  ]
}"##;

/// The same with `-f json`: a tab before line 3 counts as eight.
const OLD: &str = r##"[
  {"file": "deploy.sh", "line": 3, "endLine": 3, "column": 16, "endColumn": 25, "level": "warning", "code": 2115, "message": "Use \"${var:?}\" to ensure this never expands to /* .", "fix": null},
  {"file": "deploy.sh", "line": 3, "endLine": 3, "column": 16, "endColumn": 23, "level": "info", "code": 2086, "message": "Double quote to prevent globbing and word splitting.", "fix": {"replacements": [{"column": 16, "endColumn": 16, "endLine": 3, "insertionPoint": "afterEnd", "line": 3, "precedence": 7, "replacement": "\""}, {"column": 23, "endColumn": 23, "endLine": 3, "insertionPoint": "beforeStart", "line": 3, "precedence": 7, "replacement": "\""}]}},
  {"file": "deploy.sh", "line": 4, "endLine": 4, "column": 24, "endColumn": 30, "level": "warning", "code": 2046, "message": "Quote this to prevent word splitting.", "fix": null},
  {"file": "deploy.sh", "line": 4, "endLine": 4, "column": 24, "endColumn": 30, "level": "style", "code": 2006, "message": "Use $(...) notation instead of legacy backticks `...`.", "fix": {"replacements": [{"column": 24, "endColumn": 25, "endLine": 4, "insertionPoint": "afterEnd", "line": 4, "precedence": 7, "replacement": "$("}, {"column": 29, "endColumn": 30, "endLine": 4, "insertionPoint": "beforeStart", "line": 4, "precedence": 7, "replacement": ")"}]}},
  {"file": "deploy.sh", "line": 5, "endLine": 5, "column": 6, "endColumn": 8, "level": "info", "code": 2086, "message": "Double quote to prevent globbing and word splitting.", "fix": {"replacements": [{"column": 6, "endColumn": 6, "endLine": 5, "insertionPoint": "afterEnd", "line": 5, "precedence": 7, "replacement": "\""}, {"column": 8, "endColumn": 8, "endLine": 5, "insertionPoint": "beforeStart", "line": 5, "precedence": 7, "replacement": "\""}]}},
  {"file": "deploy.sh", "line": 6, "endLine": 6, "column": 1, "endColumn": 14, "level": "warning", "code": 2164, "message": "Use 'cd ... || exit' or 'cd ... || return' in case cd fails.", "fix": {"replacements": [{"column": 14, "endColumn": 14, "endLine": 6, "insertionPoint": "beforeStart", "line": 6, "precedence": 5, "replacement": " || exit"}]}},
  {"file": "deploy.sh", "line": 7, "endLine": 7, "column": 13, "endColumn": 24, "level": "error", "code": 2045, "message": "Iterating over ls output is fragile. Use globs.", "fix": null},
  {"file": "deploy.sh", "line": 7, "endLine": 7, "column": 18, "endColumn": 19, "level": "info", "code": 2035, "message": "Use ./*glob* or -- *glob* so names with dashes won't become options.", "fix": null}
]"##;

#[test]
fn reads_json1() {
    expect![[r#"
        run ShellCheck CodePoints
        rule SC2115 short="Use \"${var:?}\" to ensure this never expands to /* ." uri="https://www.shellcheck.net/wiki/SC2115"
        rule SC2086 short="Double quote to prevent globbing and word splitting." uri="https://www.shellcheck.net/wiki/SC2086"
        rule SC2046 short="Quote this to prevent word splitting." uri="https://www.shellcheck.net/wiki/SC2046"
        rule SC2006 short="Use $(...) notation instead of legacy backticks `...`." uri="https://www.shellcheck.net/wiki/SC2006"
        rule SC2164 short="Use 'cd ... || exit' or 'cd ... || return' in case cd fails." uri="https://www.shellcheck.net/wiki/SC2164"
        rule SC2045 short="Iterating over ls output is fragile. Use globs." uri="https://www.shellcheck.net/wiki/SC2045"
        rule SC2035 short="Use ./*glob* or -- *glob* so names with dashes won't become options." uri="https://www.shellcheck.net/wiki/SC2035"
        SC2115 warning/low/- "Use \"${var:?}\" to ensure this never expands to /* ." from 3:5
          at deploy.sh:3:9 to 3:18
        SC2086 note/info/- "Double quote to prevent globbing and word splitting." from 4:5
          at deploy.sh:3:9 to 3:16
        SC2046 warning/low/- "Quote this to prevent word splitting." from 5:5
          at deploy.sh:4:24 to 4:30
        SC2006 note/info/- "Use $(...) notation instead of legacy backticks `...`." from 6:5
          at deploy.sh:4:24 to 4:30
        SC2086 note/info/- "Double quote to prevent globbing and word splitting." from 7:5
          at deploy.sh:5:6 to 5:8
        SC2164 warning/low/- "Use 'cd ... || exit' or 'cd ... || return' in case cd fails." from 8:5
          at deploy.sh:6:1 to 6:14
        SC2045 error/medium/- "Iterating over ls output is fragile. Use globs." from 9:5
          at deploy.sh:7:13 to 7:24
        SC2035 note/info/- "Use ./*glob* or -- *glob* so names with dashes won't become options." from 10:5
          at deploy.sh:7:18 to 7:19
    "#]].assert_eq(&dump(Format::Shellcheck, REPORT));
}

#[test]
fn columns_of_json1_are_characters() {
    let source = include_str!("../../../../tests/data/scanners/shellcheck/deploy.sh");
    let run = &read(REPORT.as_bytes()).unwrap().runs[0];
    let alert = run.alerts.iter().find(|alert| run.rules[alert.rule].id == "SC2006").unwrap();
    let region = alert.places[0].region.as_ref().unwrap();
    let line: Vec<char> = source.lines().nth(region.start_line as usize - 1).unwrap().chars().collect();
    let columns = region.start_column.unwrap() as usize - 1..region.end_column.unwrap() as usize - 1;
    assert_eq!(line[columns].iter().collect::<String>(), "`date`");
}

#[test]
fn json_has_no_columns_that_can_be_used() {
    let (new, old) = (read(REPORT.as_bytes()).unwrap(), read(OLD.as_bytes()).unwrap());
    let (new, old) = (&new.runs[0], &old.runs[0]);
    assert_eq!((new.columns, old.columns), (Columns::CodePoints, Columns::Unusable));
    assert_eq!(new.rules, old.rules);
    assert_eq!(new.alerts.len(), old.alerts.len());
    for (new, old) in new.alerts.iter().zip(&old.alerts) {
        let (region, of_old) =
            (new.places[0].region.as_ref().unwrap(), old.places[0].region.as_ref().unwrap());
        assert!(
            region.start_column.is_some() && of_old.start_column.is_none() && of_old.end_column.is_none()
        );
        assert_eq!((region.start_line, region.end_line), (of_old.start_line, of_old.end_line));
    }
}

#[test]
fn nothing_found_and_no_file_are_the_same_to_shellcheck() {
    expect![[r#"
        run ShellCheck CodePoints
    "#]]
    .assert_eq(&dump(Format::Shellcheck, r#"{"comments":[]}"#));
}

#[test]
fn scripts_that_were_not_looked_at_are_said() {
    let report = r#"{"comments":[
  {"file":"z.sh","line":1,"endLine":1,"column":1,"endColumn":1,"level":"error","code":1071,"message":"ShellCheck only supports sh/bash/dash/ksh/'busybox sh' scripts. Sorry!","fix":null},
  {"file":"b.sh","line":2,"endLine":2,"column":1,"endColumn":1,"level":"error","code":1046,"message":"Couldn't find 'fi' for this 'if'.","fix":null},
  {"file":"b.sh","line":4,"endLine":4,"column":1,"endColumn":1,"level":"error","code":1072,"message":"Expected 'fi'. Fix any mentioned problems and try again.","fix":null}
]}"#;
    expect![[r#"
        run ShellCheck CodePoints
        rule SC1071 short="ShellCheck only supports sh/bash/dash/ksh/'busybox sh' scripts. Sorry!" uri="https://www.shellcheck.net/wiki/SC1071"
        rule SC1046 short="Couldn't find 'fi' for this 'if'." uri="https://www.shellcheck.net/wiki/SC1046"
        rule SC1072 short="Expected 'fi'. Fix any mentioned problems and try again." uri="https://www.shellcheck.net/wiki/SC1072"
        SC1071 error/medium/- "ShellCheck only supports sh/bash/dash/ksh/'busybox sh' scripts. Sorry!" from 2:3
          at z.sh:1:1
        SC1046 error/medium/- "Couldn't find 'fi' for this 'if'." from 3:3
          at b.sh:2:1
        SC1072 error/medium/- "Expected 'fi'. Fix any mentioned problems and try again." from 4:3
          at b.sh:4:1
        fault scan-incomplete 2:3: ShellCheck gave up on `z.sh` at line 1: ShellCheck only supports sh/bash/dash/ksh/'busybox sh' scripts. Sorry!
        fault scan-incomplete 4:3: ShellCheck gave up on `b.sh` at line 4: Expected 'fi'. Fix any mentioned problems and try again.
    "#]].assert_eq(&dump(Format::Shellcheck, report));
}

#[test]
fn oddities_are_faults_and_the_rest_counts() {
    let report = r#"{"comments":[
  {"file":"a.sh","line":0,"level":"fatal","code":2156,"message":"m"},
  {"file":"a.sh","line":3,"endLine":2,"column":7,"endColumn":4,"level":"style","code":2006,"message":""},
  {"file":"a.sh","line":3,"level":"style","message":"m"},
  {"line":3,"level":"style","code":1},
  null
]}"#;
    expect![[r#"
        run ShellCheck CodePoints
        rule SC2156 short="m" uri="https://www.shellcheck.net/wiki/SC2156" tags="security,external/cwe/cwe-78"
        rule SC2006 short="SC2006" uri="https://www.shellcheck.net/wiki/SC2006"
        SC2156 warning/high/- "m" cwe="CWE-78" from 2:3
          at a.sh
        SC2006 note/info/- "SC2006" from 3:3
          at a.sh:3:7
        fault unusable-result 6:3: an entry of the results is null, expected an object
        fault bad-severity 2:35: `level` is `fatal`, expected one of `error`, `warning`, `info`, `style`
        fault missing-member 3:3: a result of `SC2006` has no `message`
        fault unusable-result 4:3: `code` of a comment is missing or no number
        fault unusable-result 5:3: `file` of a result is missing, expected a text
    "#]]
    .assert_eq(&dump(Format::Shellcheck, report));
}

#[test]
fn a_cut_report_says_so() {
    cut_everywhere(Format::Shellcheck, REPORT);
    cut_everywhere(Format::Shellcheck, OLD);
}

#[test]
fn odd_values_are_said() {
    odd_everywhere(Format::Shellcheck, REPORT);
}
