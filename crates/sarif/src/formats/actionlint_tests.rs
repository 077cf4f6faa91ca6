//! Reports of actionlint, real ones and broken ones, and what is made of them.

use expect_test::expect;

use super::super::dump_code::{cut_everywhere, dump, odd_everywhere};
use super::columns;
use crate::formats::{Format, read};

/// What actionlint 1.7.12 wrote of `tests/data/scanners/actionlint`.
const REPORT: &str = r##"[
  {"message": "\"password\" section in \"container\" section should be specified via secrets. do not put password value directly", "filepath": ".github/workflows/ci.yml", "line": 12, "column": 19, "kind": "credentials", "snippet": "        password: not-a-password\n                  ^~~~~~~~~~~~~~", "end_column": 32},
  {"message": "\"github.event.pull_request.title\" is potentially untrusted. avoid using it directly in inline scripts. instead, pass it through an environment variable. see https://docs.github.com/en/actions/reference/security/secure-use#good-practices-for-mitigating-script-injection-attacks for more details", "filepath": ".github/workflows/ci.yml", "line": 14, "column": 24, "kind": "expression", "snippet": "      - run: echo \"${{ github.event.pull_request.title }}\"\n                       ^~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~", "end_column": 54},
  {"message": "property \"even\" is not defined in object type {action: string; action_path: string; action_ref: string; action_repository: string; action_status: string; actor: string; actor_id: string; api_url: string; artifact_cache_size_limit: number; base_ref: string; env: string; event: object; event_name: string; event_path: string; graphql_url: string; head_ref: string; job: string; output: string; path: string; ref: string; ref_name: string; ref_protected: bool; ref_type: string; repository: string; repository_id: string; repository_owner: string; repository_owner_id: string; repository_visibility: string; repositoryurl: string; retention_days: number; run_attempt: string; run_id: string; run_number: string; secret_source: string; server_url: string; sha: string; state: string; step_summary: string; token: string; triggering_actor: string; workflow: string; workflow_ref: string; workflow_sha: string; workspace: string}", "filepath": ".github/workflows/ci.yml", "line": 15, "column": 34, "kind": "expression", "snippet": "      - run: echo \"é漢🙂 ${{ github.even.title }}\"\n                             ^~~~~~~~~~~~~~~~~", "end_column": 46},
  {"message": "input \"no-such-input\" is not defined in action \"actions/checkout@v4\". available inputs are \"clean\", \"fetch-depth\", \"fetch-tags\", \"filter\", \"github-server-url\", \"lfs\", \"path\", \"persist-credentials\", \"ref\", \"repository\", \"set-safe-directory\", \"show-progress\", \"sparse-checkout\", \"sparse-checkout-cone-mode\", \"ssh-key\", \"ssh-known-hosts\", \"ssh-strict\", \"ssh-user\", \"submodules\", \"token\"", "filepath": ".github/workflows/ci.yml", "line": 18, "column": 11, "kind": "action", "snippet": "          no-such-input: 1\n          ^~~~~~~~~~~~~~", "end_column": 24},
  {"message": "workflow command \"set-output\" was deprecated. use `echo \"{name}={value}\" >> $GITHUB_OUTPUT` instead: https://docs.github.com/en/actions/using-workflows/workflow-commands-for-github-actions", "filepath": ".github/workflows/ci.yml", "line": 19, "column": 14, "kind": "deprecated-commands", "snippet": "      - run: echo \"::set-output name=title::x\"\n             ^~~~", "end_column": 17}
]"##;

#[test]
fn reads_what_actionlint_writes() {
    expect![[r#"
        run actionlint Utf16
        rule credentials short="A password that stands in a workflow" uri="https://github.com/rhysd/actionlint/blob/main/docs/checks.md" tags="security,external/cwe/cwe-798"
        rule expression/untrusted-input short="Text that anybody can write becomes code of a script" uri="https://github.com/rhysd/actionlint/blob/main/docs/checks.md" tags="security,external/cwe/cwe-94"
        rule expression short="A wrong or unsafe expression" uri="https://github.com/rhysd/actionlint/blob/main/docs/checks.md"
        rule action short="An action that is used wrongly" uri="https://github.com/rhysd/actionlint/blob/main/docs/checks.md"
        rule deprecated-commands short="A workflow command that is no longer supported" uri="https://github.com/rhysd/actionlint/blob/main/docs/checks.md"
        credentials error/high/- "\"password\" section in \"container\" section should be specified via secrets. do not put password value directly" cwe="CWE-798" secret from 2:3
          at .github/workflows/ci.yml:12:19 to 12:33
        expression/untrusted-input error/high/- "\"github.event.pull_request.title\" is potentially untrusted. avoid using it directly in inline scripts. instead, pass it through an environment variable. see https://docs.github.com/en/actions/reference/security/secure-use#good-practices-for-mitigating-script-injection-attacks for more details" cwe="CWE-94" from 3:3
          at .github/workflows/ci.yml:14:24 to 14:55
        expression error/medium/- "property \"even\" is not defined in object type {action: string; action_path: string; action_ref: string; action_repository: string; action_status: string; actor: string; actor_id: string; api_url: string; artifact_cache_size_limit: number; base_ref: string; env: string; event: object; event_name: string; event_path: string; graphql_url: string; head_ref: string; job: string; output: string; path: string; ref: string; ref_name: string; ref_protected: bool; ref_type: string; repository: string; repository_id: string; repository_owner: string; repository_owner_id: string; repository_visibility: string; repositoryurl: string; retention_days: number; run_attempt: string; run_id: string; run_number: string; secret_source: string; server_url: string; sha: string; state: string; step_summary: string; token: string; triggering_actor: string; workflow: string; workflow_ref: string; workflow_sha: string; workspace: string}" from 4:3
          at .github/workflows/ci.yml:15:29 to 15:46
        action error/medium/- "input \"no-such-input\" is not defined in action \"actions/checkout@v4\". available inputs are \"clean\", \"fetch-depth\", \"fetch-tags\", \"filter\", \"github-server-url\", \"lfs\", \"path\", \"persist-credentials\", \"ref\", \"repository\", \"set-safe-directory\", \"show-progress\", \"sparse-checkout\", \"sparse-checkout-cone-mode\", \"ssh-key\", \"ssh-known-hosts\", \"ssh-strict\", \"ssh-user\", \"submodules\", \"token\"" from 5:3
          at .github/workflows/ci.yml:18:11 to 18:25
        deprecated-commands error/medium/- "workflow command \"set-output\" was deprecated. use `echo \"{name}={value}\" >> $GITHUB_OUTPUT` instead: https://docs.github.com/en/actions/using-workflows/workflow-commands-for-github-actions" from 6:3
          at .github/workflows/ci.yml:19:14 to 19:18
    "#]].assert_eq(&dump(Format::Actionlint, REPORT));
}

#[test]
fn no_password_is_taken_over() {
    assert!(REPORT.contains("not-a-password"));
    let parsed = read(REPORT.as_bytes()).unwrap();
    assert!(!format!("{:?}", parsed.runs).contains("not-a-password"));
}

#[test]
fn columns_are_those_of_what_is_underlined() {
    let source = include_str!("../../../../tests/data/scanners/actionlint/.github/workflows/ci.yml");
    let marked =
        ["not-a-password", "github.event.pull_request.title", "github.even.title", "no-such-input:", "echo"];
    let run = &read(REPORT.as_bytes()).unwrap().runs[0];
    assert_eq!(run.alerts.len(), marked.len(), "actionlint says so many");
    for (alert, marked) in run.alerts.iter().zip(marked) {
        let region = alert.places[0].region.as_ref().unwrap();
        let line: Vec<u16> =
            source.lines().nth(region.start_line as usize - 1).unwrap().encode_utf16().collect();
        let columns = region.start_column.unwrap() as usize - 1..region.end_column.unwrap() as usize - 1;
        assert_eq!(String::from_utf16_lossy(&line[columns]), marked);
    }
}

#[test]
fn wide_letters_leave_the_end_open() {
    assert_eq!(columns("a: 漢🙂b", 3, 4, "   ^~~~~"), (4, None));
    assert_eq!(columns("漢🙂: plain", 9, 10, "      ^~~~~"), (6, Some(11)));
    assert_eq!(columns("a: b", 3, 4, ""), (4, None));
    assert_eq!(columns("a: b", 3, 4, "   ^~~~~~~~"), (4, None));
}

#[test]
fn behind_wide_letters_the_unit_depends() {
    // What actionlint 1.7.12 wrote of a sequence entry of one line, of a text of several lines, and of broken YAML.
    let report = r#"[
  {"message":"shell name \"nosuch\" is invalid","filepath":"w.yml","line":12,"column":29,"kind":"shell-name","snippet":"      - {name: \"é漢\", shell: nosuch, run: 'echo \"${{ foo }}\"' }\n                          ^~","end_column":28},
  {"message":"undefined variable \"foo\"","filepath":"w.yml","line":12,"column":53,"kind":"expression","snippet":"      - {name: \"é漢\", shell: nosuch, run: 'echo \"${{ foo }}\"' }\n                                                  ^~","end_column":52},
  {"message":"\"github.event.issue.title\" is potentially untrusted","filepath":"w.yml","line":6,"column":45,"kind":"expression","snippet":"      - run: |","end_column":45},
  {"message":"could not parse as YAML: did not find expected node content","filepath":"w.yml","line":2,"column":0,"kind":"syntax-check","snippet":"jobs: [","end_column":0}
]"#;
    expect![[r#"
        run actionlint Utf16
        rule shell-name short="An unknown shell" uri="https://github.com/rhysd/actionlint/blob/main/docs/checks.md"
        rule expression short="A wrong or unsafe expression" uri="https://github.com/rhysd/actionlint/blob/main/docs/checks.md"
        rule expression/untrusted-input short="Text that anybody can write becomes code of a script" uri="https://github.com/rhysd/actionlint/blob/main/docs/checks.md" tags="security,external/cwe/cwe-94"
        rule syntax-check short="A workflow that is not well-formed" uri="https://github.com/rhysd/actionlint/blob/main/docs/checks.md"
        shell-name error/medium/- "shell name \"nosuch\" is invalid" from 2:3
          at w.yml:12:29
        expression error/medium/- "undefined variable \"foo\"" from 3:3
          at w.yml:12:53
        expression/untrusted-input error/high/- "\"github.event.issue.title\" is potentially untrusted" cwe="CWE-94" from 4:3
          at w.yml:6
        syntax-check error/medium/- "could not parse as YAML: did not find expected node content" from 5:3
          at w.yml:2
        fault scan-incomplete 5:3: actionlint gave up on `w.yml`: could not parse as YAML: did not find expected node content
    "#]].assert_eq(&dump(Format::Actionlint, report));
}

#[test]
fn objects_in_a_row_are_read_too() {
    let report = "{\"message\":\"m\",\"filepath\":\"w.yml\",\"line\":1,\"column\":1,\"kind\":\"events\",\"snippet\":\"on: x\\n^~~\",\"end_column\":3}\n".repeat(2);
    let parsed = read(report.as_bytes()).unwrap();
    assert_eq!((parsed.format, parsed.runs[0].alerts.len()), (Format::Actionlint, 2));
}

#[test]
fn ratings_of_shellcheck_are_kept() {
    let report = r#"[
  {"message":"shellcheck reported issue in this script: SC2086:info:1:6: Double quote","filepath":"w.yml","line":9,"column":9,"kind":"shellcheck"},
  {"message":"shellcheck reported issue in this script: SC2046:warning:1:6: Quote","filepath":"w.yml","line":9,"column":9,"kind":"shellcheck"},
  {"message":"shellcheck reported issue in this script: SC1009:error:1:6: x","filepath":"w.yml","line":9,"column":9,"kind":"shellcheck"},
  {"message":"shellcheck","filepath":"w.yml","line":9,"column":9,"kind":"shellcheck"}
]"#;
    expect![[r#"
        run actionlint Utf16
        rule shellcheck short="A defect in a shell script, found by ShellCheck" uri="https://github.com/rhysd/actionlint/blob/main/docs/checks.md"
        shellcheck note/info/- "shellcheck reported issue in this script: SC2086:info:1:6: Double quote" from 2:3
          at w.yml:9
        shellcheck warning/low/- "shellcheck reported issue in this script: SC2046:warning:1:6: Quote" from 3:3
          at w.yml:9
        shellcheck error/medium/- "shellcheck reported issue in this script: SC1009:error:1:6: x" from 4:3
          at w.yml:9
        shellcheck warning/low/- "shellcheck" from 5:3
          at w.yml:9
    "#]].assert_eq(&dump(Format::Actionlint, report));
}

#[test]
fn oddities_are_faults_and_the_rest_counts() {
    let report = r#"[
  {"message":"m","filepath":"w.yml","line":0,"column":0,"kind":"new-kind","snippet":"","end_column":0},
  {"message":"m","filepath":"w.yml","line":4,"column":99,"kind":"expression","snippet":"é\n ^~"},
  {"message":"m","filepath":"w.yml","line":4,"column":2,"kind":"expression","snippet":"é\n ^~"},
  {"message":"m","line":4,"column":2,"kind":"glob"},
  {"message":"m","filepath":"w.yml"},
  {"filepath":"w.yml","kind":"id","line":-1}
]"#;
    expect![[r#"
        run actionlint Utf16
        rule new-kind short="m" uri="https://github.com/rhysd/actionlint/blob/main/docs/checks.md"
        rule expression short="A wrong or unsafe expression" uri="https://github.com/rhysd/actionlint/blob/main/docs/checks.md"
        rule id short="A wrong or repeated id" uri="https://github.com/rhysd/actionlint/blob/main/docs/checks.md"
        new-kind error/medium/- "m" from 2:3
          at w.yml
        expression error/medium/- "m" from 3:3
          at w.yml:4
        expression error/medium/- "m" from 4:3
          at w.yml:4
        id error/medium/- "id" from 7:3
          at w.yml
        fault unusable-result 5:3: `filepath` of a result is missing, expected a text
        fault unusable-result 6:3: `kind` of a result is missing, expected a text
        fault wrong-type 7:42: `line` is the number -1, expected a whole number
        fault missing-member 7:3: a result of `id` has no `message`
    "#]].assert_eq(&dump(Format::Actionlint, report));
}

#[test]
fn a_cut_report_says_so() {
    let start = REPORT.find("line").unwrap();
    assert!(read(&REPORT.as_bytes()[..start]).is_ok());
    cut_everywhere(Format::Actionlint, REPORT);
}

#[test]
fn odd_values_are_said() {
    odd_everywhere(Format::Actionlint, REPORT);
}
