//! Reports of `ESLint`, real ones and broken ones, and what is made of them.

use expect_test::expect;

use super::super::dump_code::{cut_everywhere, dump, odd_everywhere};
use crate::formats::{Format, read};

/// What `ESLint` 10.15.0 wrote of `tests/data/scanners/eslint`, the sources left out.
const REPORT: &str = r##"[
  {"filePath": "/repo/app.js", "messages": [{"ruleId": "no-unused-vars", "severity": 1, "message": "'label' is assigned a value but never used.", "line": 4, "column": 9, "messageId": "unusedVar", "endLine": 4, "endColumn": 14, "suggestions": [{"messageId": "removeVar", "data": {"varName": "label"}, "fix": {"range": [38, 59], "text": ""}, "desc": "Remove unused variable 'label'."}]}, {"ruleId": "no-eval", "severity": 2, "message": "`eval` can be harmful.", "line": 4, "column": 32, "messageId": "unexpected", "endLine": 4, "endColumn": 36}, {"ruleId": "no-var", "severity": 1, "message": "Unexpected var, use let or const instead.", "line": 8, "column": 3, "messageId": "unexpectedVar", "endLine": 8, "endColumn": 18, "fix": {"range": [106, 121], "text": "let unused = 1;"}}, {"ruleId": "no-unused-vars", "severity": 1, "message": "'unused' is assigned a value but never used.", "line": 8, "column": 7, "messageId": "unusedVar", "endLine": 8, "endColumn": 13, "suggestions": [{"messageId": "removeVar", "data": {"varName": "unused"}, "fix": {"range": [106, 121], "text": ""}, "desc": "Remove unused variable 'unused'."}]}, {"ruleId": "eqeqeq", "severity": 2, "message": "Expected '===' and instead saw '=='.", "line": 9, "column": 9, "messageId": "unexpected", "endLine": 9, "endColumn": 11, "suggestions": [{"messageId": "replaceOperator", "data": {"expectedOperator": "===", "actualOperator": "=="}, "fix": {"range": [130, 132], "text": "==="}, "desc": "Use '===' instead of '=='."}]}, {"ruleId": "no-debugger", "severity": 2, "message": "Unexpected 'debugger' statement.", "line": 10, "column": 5, "messageId": "unexpected", "endLine": 10, "endColumn": 14}], "suppressedMessages": [{"ruleId": "no-new-func", "severity": 2, "message": "The Function constructor is eval.", "line": 13, "column": 10, "messageId": "noFunctionConstructor", "endLine": 13, "endColumn": 25, "suppressions": [{"kind": "directive", "justification": "the text is our own"}]}], "errorCount": 3, "fatalErrorCount": 0, "warningCount": 3, "fixableErrorCount": 0, "fixableWarningCount": 1, "usedDeprecatedRules": []},
  {"filePath": "/repo/broken.js", "messages": [{"ruleId": null, "fatal": true, "severity": 2, "message": "Parsing error: Unexpected token", "line": 2, "column": 1}], "suppressedMessages": [], "errorCount": 1, "fatalErrorCount": 1, "warningCount": 0, "fixableErrorCount": 0, "fixableWarningCount": 0, "usedDeprecatedRules": []},
  {"filePath": "/repo/eslint.config.js", "messages": [], "suppressedMessages": [], "errorCount": 0, "fatalErrorCount": 0, "warningCount": 0, "fixableErrorCount": 0, "fixableWarningCount": 0, "usedDeprecatedRules": []}
]"##;

#[test]
fn reads_what_eslint_writes() {
    expect![[r#"
        run ESLint Utf16
        rule no-unused-vars uri="https://eslint.org/docs/latest/rules/no-unused-vars"
        rule no-eval short="`eval` can be harmful." uri="https://eslint.org/docs/latest/rules/no-eval" tags="security,external/cwe/cwe-95"
        rule no-var short="Unexpected var, use let or const instead." uri="https://eslint.org/docs/latest/rules/no-var"
        rule eqeqeq short="Expected '===' and instead saw '=='." uri="https://eslint.org/docs/latest/rules/eqeqeq"
        rule no-debugger short="Unexpected 'debugger' statement." uri="https://eslint.org/docs/latest/rules/no-debugger"
        rule no-new-func short="The Function constructor is eval." uri="https://eslint.org/docs/latest/rules/no-new-func" tags="security,external/cwe/cwe-95"
        no-unused-vars warning/low/- "'label' is assigned a value but never used." from 2:45
          at /repo/app.js:4:9 to 4:14
        no-eval error/high/- "`eval` can be harmful." cwe="CWE-95" from 2:387
          at /repo/app.js:4:32 to 4:36
        no-var warning/low/- "Unexpected var, use let or const instead." from 2:545
          at /repo/app.js:8:3 to 8:18
        no-unused-vars warning/low/- "'unused' is assigned a value but never used." from 2:780
          at /repo/app.js:8:7 to 8:13
        eqeqeq error/medium/- "Expected '===' and instead saw '=='." from 2:1127
          at /repo/app.js:9:9 to 9:11
        no-debugger error/medium/- "Unexpected 'debugger' statement." from 2:1492
          at /repo/app.js:10:5 to 10:14
        no-new-func error/high/- "The Function constructor is eval." cwe="CWE-95" from 2:1689
          at /repo/app.js:13:10 to 13:25
          accepted InSource Accepted why="the text is our own"
        fault scan-incomplete 3:48: ESLint did not do all of its work in `/repo/broken.js`, line 2: Parsing error: Unexpected token
    "#]].assert_eq(&dump(Format::Eslint, REPORT));
}

#[test]
fn counts_what_eslint_counts() {
    use crate::model::Level;
    let parsed = read(REPORT.as_bytes()).unwrap();
    let run = &parsed.runs[0];
    let open: Vec<_> =
        run.alerts.iter().filter(|alert| alert.suppressions.as_ref().is_some_and(Vec::is_empty)).collect();
    let of = |level| open.iter().filter(|alert| alert.level == Some(level)).count();
    assert_eq!((of(Level::Error), of(Level::Warning)), (3, 3), "`errorCount` and `warningCount` of app.js");
    assert_eq!(parsed.faults.count(crate::FaultKind::ScanIncomplete), 1, "`fatalErrorCount` of broken.js");
}

#[test]
fn columns_are_utf_16_units() {
    let source = include_str!("../../../../tests/data/scanners/eslint/app.js");
    let run = &read(REPORT.as_bytes()).unwrap().runs[0];
    let alert = run.alerts.iter().find(|alert| run.rules[alert.rule].id == "no-eval").unwrap();
    let region = alert.places[0].region.as_ref().unwrap();
    let line: Vec<u16> = source.lines().nth(region.start_line as usize - 1).unwrap().encode_utf16().collect();
    let columns = region.start_column.unwrap() as usize - 1..region.end_column.unwrap() as usize - 1;
    assert_eq!(String::from_utf16_lossy(&line[columns]), "eval");
}

#[test]
fn metadata_tell_of_rules() {
    let report = r#"{"results": [{"filePath": "/repo/a.js", "messages": [
  {"ruleId": "security/detect-object-injection", "severity": 1, "message": "m", "line": 1, "column": 1}
]}], "metadata": {"cwd": "/repo", "rulesMeta": {"security/detect-object-injection": {"docs":
  {"description": "Detects it.", "url": "https://example.com/rule"}}}}}"#;
    expect![[r#"
        run ESLint Utf16
        rule security/detect-object-injection short="Detects it." uri="https://example.com/rule" tags="security"
        security/detect-object-injection warning/medium/- "m" from 2:3
          at /repo/a.js:1:1
    "#]].assert_eq(&dump(Format::Eslint, report));
    let none = r#"{"results": [], "metadata": {"rulesMeta": {}}}"#;
    expect![[r#"
        run ESLint Utf16
        fault nothing-scanned 1:1: ESLint looked at no file
    "#]]
    .assert_eq(&dump(Format::Eslint, none));
}

#[test]
fn what_was_not_looked_at_is_said() {
    let report = r#"[{"filePath": "/repo/dist/a.js", "messages": [
  {"ruleId": null, "severity": 1, "message": "File ignored because of a matching ignore pattern."},
  {"ruleId": "gone/rule", "severity": 2, "message": "Definition for rule 'gone/rule' not found.", "line": 1, "column": 1},
  {"ruleId": null, "severity": 1, "message": "Unused eslint-disable directive (no problems were reported).", "line": 3, "column": 5}
]}]"#;
    expect![[r#"
        run ESLint Utf16
        rule gone/rule short="Definition for rule 'gone/rule' not found."
        rule unused-directive short="Unused eslint-disable directive (no problems were reported)."
        gone/rule error/medium/- "Definition for rule 'gone/rule' not found." from 3:3
          at /repo/dist/a.js:1:1
        unused-directive warning/low/- "Unused eslint-disable directive (no problems were reported)." from 4:3
          at /repo/dist/a.js:3:5
        fault scan-incomplete 2:3: ESLint did not do all of its work in `/repo/dist/a.js`: File ignored because of a matching ignore pattern.
        fault scan-incomplete 3:3: ESLint did not do all of its work in `/repo/dist/a.js`, line 1: Definition for rule 'gone/rule' not found.
    "#]].assert_eq(&dump(Format::Eslint, report));
}

#[test]
fn oddities_are_faults_and_the_rest_counts() {
    let report = r#"[
  {"filePath": "a.js", "messages": [
    {"ruleId": "no-secrets/no-secrets", "severity": "high", "message": "m", "line": 0},
    {"ruleId": "eqeqeq", "severity": 3, "message": "m", "line": 5, "column": 4, "endLine": 4, "endColumn": 2},
    "text"], "suppressedMessages": {}},
  {"messages": []},
  null
]"#;
    expect![[r#"
        run ESLint Utf16
        rule no-secrets/no-secrets tags="security,external/cwe/cwe-798"
        rule eqeqeq short="m" uri="https://eslint.org/docs/latest/rules/eqeqeq"
        no-secrets/no-secrets warning/medium/- "m" cwe="CWE-798" secret from 3:5
          at a.js
        eqeqeq warning/low/- "m" from 4:5
          at a.js:5:4
        fault unusable-result 7:3: an entry of the results is null, expected an object
        fault unusable-result 5:5: an entry of the results is the string `text`, expected an object
        fault wrong-type 3:53: `severity` is the string `high`, expected a whole number
        fault bad-severity 3:5: `severity` is the string `high`, expected 1 or 2
        fault bad-severity 4:5: `severity` is the number 3, expected 1 or 2
        fault wrong-type 5:36: `suppressedMessages` is an object, expected an array
        fault unusable-result 6:3: `filePath` of a result is missing, expected a text
    "#]]
    .assert_eq(&dump(Format::Eslint, report));
}

#[test]
fn a_cut_report_says_so() {
    cut_everywhere(Format::Eslint, REPORT);
}

#[test]
fn odd_values_are_said() {
    odd_everywhere(Format::Eslint, REPORT);
}
