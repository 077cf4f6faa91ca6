//! Reports of Gitleaks, real ones and broken ones, and what is made of them.

use expect_test::expect;

use super::super::dump_code::{cut_everywhere, dump, odd_everywhere};
use crate::formats::{Format, read};

/// What Gitleaks 8.30.1 wrote of `tests/data/scanners/gitleaks`.
const REPORT: &str = r#"[
  {"RuleID": "aws-access-token", "Description": "Identified a pattern that may indicate AWS credentials, risking unauthorized cloud resource access and data breaches on AWS platforms.", "StartLine": 3, "EndLine": 3, "StartColumn": 23, "EndColumn": 42, "Match": "AKIAFAKEFAKE2345WXYZ", "Secret": "AKIAFAKEFAKE2345WXYZ", "File": "settings.py", "SymlinkFile": "", "Commit": "", "Entropy": 3.4841838, "Author": "", "Email": "", "Date": "", "Message": "", "Tags": [], "Fingerprint": "settings.py:aws-access-token:3"},
  {"RuleID": "github-pat", "Description": "Uncovered a GitHub Personal Access Token, potentially leading to unauthorized repository access and sensitive content exposure.", "StartLine": 4, "EndLine": 4, "StartColumn": 38, "EndColumn": 77, "Match": "ghp_F4k3F4k3n0tAr34lT0k3nZyXwVuTsRqPoNmL", "Secret": "ghp_F4k3F4k3n0tAr34lT0k3nZyXwVuTsRqPoNmL", "File": "settings.py", "SymlinkFile": "", "Commit": "", "Entropy": 4.6841836, "Author": "", "Email": "", "Date": "", "Message": "", "Tags": [], "Fingerprint": "settings.py:github-pat:4"}
]"#;

#[test]
fn reads_what_gitleaks_writes() {
    expect![[r#"
        run gitleaks Bytes
        rule aws-access-token short="Identified a pattern that may indicate AWS credentials, risking unauthorized cloud resource access and data breaches on AWS platforms." tags="security,external/cwe/cwe-798"
        rule github-pat short="Uncovered a GitHub Personal Access Token, potentially leading to unauthorized repository access and sensitive content exposure." tags="security,external/cwe/cwe-798"
        aws-access-token error/critical/high "Identified a pattern that may indicate AWS credentials, risking unauthorized cloud resource access and data breaches on AWS platforms." cwe="CWE-798" secret gitleaks/v8=settings.py:aws-access-token:3 from 2:3
          at settings.py:3:22 to 3:42
        github-pat error/critical/high "Uncovered a GitHub Personal Access Token, potentially leading to unauthorized repository access and sensitive content exposure." cwe="CWE-798" secret gitleaks/v8=settings.py:github-pat:4 from 3:3
          at settings.py:4:37 to 4:77
    "#]].assert_eq(&dump(Format::Gitleaks, REPORT));
}

#[test]
fn columns_are_those_of_the_secret() {
    let source = include_str!("../../../../tests/data/scanners/gitleaks/settings.py");
    let secrets = ["AKIAFAKEFAKE2345WXYZ", "ghp_F4k3F4k3n0tAr34lT0k3nZyXwVuTsRqPoNmL"];
    let parsed = read(REPORT.as_bytes()).unwrap();
    assert_eq!(parsed.runs[0].alerts.len(), secrets.len(), "Gitleaks says `leaks found: 2`");
    for (alert, secret) in parsed.runs[0].alerts.iter().zip(secrets) {
        let region = alert.places[0].region.as_ref().unwrap();
        let line = source.lines().nth(region.start_line as usize - 1).unwrap();
        let columns = region.start_column.unwrap() as usize - 1..region.end_column.unwrap() as usize - 1;
        assert_eq!(&line[columns], secret);
    }
}

#[test]
fn the_first_line_is_counted_otherwise() {
    let report = r#"[
  {"RuleID": "a", "Description": "d", "StartLine": 1, "EndLine": 1, "StartColumn": 8, "EndColumn": 11, "File": "f"},
  {"RuleID": "a", "Description": "d", "StartLine": 1, "EndLine": 3, "StartColumn": 8, "EndColumn": 11, "File": "f"},
  {"RuleID": "a", "Description": "d", "StartLine": 2, "EndLine": 2, "StartColumn": 1, "EndColumn": 0, "File": "f"}
]"#;
    expect![[r#"
        run gitleaks Bytes
        rule a short="d" tags="security,external/cwe/cwe-798"
        a error/critical/high "d" cwe="CWE-798" secret from 2:3
          at f:1:8 to 1:12
        a error/critical/high "d" cwe="CWE-798" secret from 3:3
          at f:1:8 to 3:11
        a error/critical/high "d" cwe="CWE-798" secret from 4:3
          at f:2:1
    "#]]
    .assert_eq(&dump(Format::Gitleaks, report));
}

#[test]
fn nobody_is_named_and_no_secret_shown() {
    let report = r#"[{"Description": "Generic key", "StartLine": 3, "EndLine": 3, "StartColumn": 9, "EndColumn": 20,
  "Match": "key = hunter2hunter2", "Secret": "hunter2hunter2", "File": "old.env", "SymlinkFile": "",
  "Commit": "f00dfeedf00dfeedf00dfeedf00dfeedf00dfeed", "Link": "https://example.com/blob/f00d/old.env#L3",
  "Author": "Ada Example", "Email": "ada@example.com", "Date": "2026-01-01T00:00:00Z",
  "Message": "add hunter2hunter2", "Tags": ["key"], "RuleID": "generic-api-key",
  "Fingerprint": "f00dfeedf00dfeedf00dfeedf00dfeedf00dfeed:old.env:generic-api-key:3"}]"#;
    let parsed = read(report.as_bytes()).unwrap();
    let all = format!("{parsed:?}");
    for private in ["hunter2", "Ada", "ada@", "2026-01-01", "blob"] {
        assert!(!all.contains(private), "{private} is in {all}");
    }
    expect![[r#"
        run gitleaks Bytes
        rule generic-api-key short="Generic key" tags="security,key,external/cwe/cwe-798"
        generic-api-key error/high/medium "Generic key" cwe="CWE-798" subject="commit f00dfeedf00dfeedf00dfeedf00dfeedf00dfeed" secret gitleaks/v8=f00dfeedf00dfeedf00dfeedf00dfeedf00dfeed:old.env:generic-api-key:3 from 1:2
          at old.env:3
    "#]].assert_eq(&dump(Format::Gitleaks, report));
}

#[test]
fn nothing_found_names_no_tool() {
    for report in ["[]", " null\n"] {
        let parsed = read(report.as_bytes()).unwrap();
        assert!(parsed.is_empty_list && parsed.runs.is_empty() && parsed.faults.is_empty());
    }
}

#[test]
fn oddities_are_faults_and_the_rest_counts() {
    let report = r#"[
  {"RuleID": "a", "StartLine": 2, "File": "f", "Tags": null},
  {"RuleID": "a", "StartLine": 2},
  "leak",
  {"RuleID": "a", "StartLine": "two", "File": "f", "Description": 1}
]"#;
    expect![[r#"
        run gitleaks Bytes
        rule a short="a" tags="security,external/cwe/cwe-798"
        a error/critical/high "a" cwe="CWE-798" secret from 2:3
          at f:2
        a error/critical/high "a" cwe="CWE-798" secret from 5:3
          at f
        fault unusable-result 4:3: an entry of the results is the string `leak`, expected an object
        fault missing-member 2:3: a result of `a` has no `Description`
        fault unusable-result 3:3: `File` of a result is missing, expected a text
        fault wrong-type 5:67: `Description` is the number 1, expected a string
        fault missing-member 5:3: a result of `a` has no `Description`
        fault wrong-type 5:32: `StartLine` is the string `two`, expected a whole number
    "#]]
    .assert_eq(&dump(Format::Gitleaks, report));
}

#[test]
fn a_cut_report_says_so() {
    cut_everywhere(Format::Gitleaks, REPORT);
}

#[test]
fn odd_values_are_said() {
    odd_everywhere(Format::Gitleaks, REPORT);
}
