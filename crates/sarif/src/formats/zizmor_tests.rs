//! Reports of zizmor, real ones and broken ones, and what is made of them.

use expect_test::expect;

use super::super::dump_code::{cut_everywhere, dump, odd_everywhere};
use crate::formats::{Format, read};

/// What zizmor 1.32.0 wrote of `tests/data/scanners/zizmor` with `--no-ignores`, the routes left out.
const REPORT: &str = r##"[
  {"ident": "artipacked", "desc": "credential persistence through GitHub Actions artifacts", "url": "https://docs.zizmor.sh/audits/#artipacked", "determinations": {"confidence": "Low", "severity": "Medium", "persona": "Regular"}, "locations": [{"symbolic": {"key": {"Local": {"verbatim_path": "./.github/workflows/ci.yml"}}, "annotation": "does not set persist-credentials: false", "feature_kind": "Normal", "kind": "Primary"}, "concrete": {"location": {"start_point": {"row": 8, "column": 8}, "end_point": {"row": 8, "column": 33}, "offset_span": {"start": 117, "end": 142}}, "feature": "uses: actions/checkout@v4", "comments": []}}], "ignored": false, "fixes": [{"title": "set persist-credentials: false", "key": {"Local": {"verbatim_path": "./.github/workflows/ci.yml"}}, "disposition": "unsafe"}]},
  {"ident": "excessive-permissions", "desc": "overly broad permissions", "url": "https://docs.zizmor.sh/audits/#excessive-permissions", "determinations": {"confidence": "Medium", "severity": "Medium", "persona": "Regular"}, "locations": [{"symbolic": {"key": {"Local": {"verbatim_path": "./.github/workflows/ci.yml"}}, "annotation": "this job", "feature_kind": "Normal", "kind": "Related"}, "concrete": {"location": {"start_point": {"row": 5, "column": 2}, "end_point": {"row": 12, "column": 0}, "offset_span": {"start": 64, "end": 302}}, "feature": "  build:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: actions/checkout@v4\n      - name: é漢🙂\n        run: echo \"é漢🙂 ${{ github.event.pull_request.title }}\"\n      - uses: actions/setup-go@v5 # zizmor: ignore[unpinned-uses]\n", "comments": ["# zizmor: ignore[unpinned-uses]"]}}, {"symbolic": {"key": {"Local": {"verbatim_path": "./.github/workflows/ci.yml"}}, "annotation": "default permissions used due to no permissions: block", "feature_kind": "Normal", "kind": "Primary"}, "concrete": {"location": {"start_point": {"row": 5, "column": 2}, "end_point": {"row": 12, "column": 0}, "offset_span": {"start": 64, "end": 302}}, "feature": "  build:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: actions/checkout@v4\n      - name: é漢🙂\n        run: echo \"é漢🙂 ${{ github.event.pull_request.title }}\"\n      - uses: actions/setup-go@v5 # zizmor: ignore[unpinned-uses]\n", "comments": ["# zizmor: ignore[unpinned-uses]"]}}], "ignored": false, "fixes": []},
  {"ident": "dangerous-triggers", "desc": "use of fundamentally insecure workflow trigger", "url": "https://docs.zizmor.sh/audits/#dangerous-triggers", "determinations": {"confidence": "Medium", "severity": "High", "persona": "Regular"}, "locations": [{"symbolic": {"key": {"Local": {"verbatim_path": "./.github/workflows/ci.yml"}}, "annotation": "this workflow", "feature_kind": "Normal", "kind": "Hidden"}, "concrete": {"location": {"start_point": {"row": 1, "column": 0}, "end_point": {"row": 3, "column": 19}, "offset_span": {"start": 9, "end": 55}}, "feature": "on:\n  pull_request_target:\n    types: [opened]", "comments": []}}, {"symbolic": {"key": {"Local": {"verbatim_path": "./.github/workflows/ci.yml"}}, "annotation": "pull_request_target is almost always used insecurely", "feature_kind": "KeyOnly", "kind": "Primary"}, "concrete": {"location": {"start_point": {"row": 2, "column": 2}, "end_point": {"row": 2, "column": 21}, "offset_span": {"start": 15, "end": 34}}, "feature": "pull_request_target", "comments": []}}], "ignored": false, "fixes": []},
  {"ident": "template-injection", "desc": "code injection via template expansion", "url": "https://docs.zizmor.sh/audits/#template-injection", "determinations": {"confidence": "High", "severity": "High", "persona": "Regular"}, "locations": [{"symbolic": {"key": {"Local": {"verbatim_path": "./.github/workflows/ci.yml"}}, "annotation": "this step", "feature_kind": "Normal", "kind": "Hidden"}, "concrete": {"location": {"start_point": {"row": 9, "column": 8}, "end_point": {"row": 10, "column": 68}, "offset_span": {"start": 151, "end": 235}}, "feature": "name: é漢🙂\n        run: echo \"é漢🙂 ${{ github.event.pull_request.title }}\"", "comments": []}}, {"symbolic": {"key": {"Local": {"verbatim_path": "./.github/workflows/ci.yml"}}, "annotation": "may expand into attacker-controllable code", "feature_kind": {"Subfeature": {"after": 17, "fragment": {"Raw": "github.event.pull_request.title"}}}, "kind": "Primary"}, "concrete": {"location": {"start_point": {"row": 10, "column": 33}, "end_point": {"row": 10, "column": 64}, "offset_span": {"start": 200, "end": 231}}, "feature": "echo \"é漢🙂 ${{ github.event.pull_request.title }}\"", "comments": []}}, {"symbolic": {"key": {"Local": {"verbatim_path": "./.github/workflows/ci.yml"}}, "annotation": "this run block", "feature_kind": "KeyOnly", "kind": "Related"}, "concrete": {"location": {"start_point": {"row": 10, "column": 8}, "end_point": {"row": 10, "column": 11}, "offset_span": {"start": 175, "end": 178}}, "feature": "run", "comments": []}}], "ignored": false, "fixes": [{"title": "replace expression with environment variable", "key": {"Local": {"verbatim_path": "./.github/workflows/ci.yml"}}, "disposition": "unsafe"}]},
  {"ident": "unpinned-uses", "desc": "unpinned action reference", "url": "https://docs.zizmor.sh/audits/#unpinned-uses", "determinations": {"confidence": "High", "severity": "High", "persona": "Regular"}, "locations": [{"symbolic": {"key": {"Local": {"verbatim_path": "./.github/workflows/ci.yml"}}, "annotation": "this step", "feature_kind": "Normal", "kind": "Hidden"}, "concrete": {"location": {"start_point": {"row": 8, "column": 8}, "end_point": {"row": 8, "column": 33}, "offset_span": {"start": 117, "end": 142}}, "feature": "uses: actions/checkout@v4", "comments": []}}, {"symbolic": {"key": {"Local": {"verbatim_path": "./.github/workflows/ci.yml"}}, "annotation": "action is not pinned to a hash (required by blanket policy)", "feature_kind": {"Subfeature": {"after": 0, "fragment": {"Raw": "actions/checkout@v4"}}}, "kind": "Primary"}, "concrete": {"location": {"start_point": {"row": 8, "column": 14}, "end_point": {"row": 8, "column": 33}, "offset_span": {"start": 123, "end": 142}}, "feature": "actions/checkout@v4", "comments": []}}], "ignored": false, "fixes": []},
  {"ident": "unpinned-uses", "desc": "unpinned action reference", "url": "https://docs.zizmor.sh/audits/#unpinned-uses", "determinations": {"confidence": "High", "severity": "High", "persona": "Regular"}, "locations": [{"symbolic": {"key": {"Local": {"verbatim_path": "./.github/workflows/ci.yml"}}, "annotation": "this step", "feature_kind": "Normal", "kind": "Hidden"}, "concrete": {"location": {"start_point": {"row": 11, "column": 8}, "end_point": {"row": 12, "column": 0}, "offset_span": {"start": 244, "end": 302}}, "feature": "uses: actions/setup-go@v5 # zizmor: ignore[unpinned-uses]\n", "comments": ["# zizmor: ignore[unpinned-uses]"]}}, {"symbolic": {"key": {"Local": {"verbatim_path": "./.github/workflows/ci.yml"}}, "annotation": "action is not pinned to a hash (required by blanket policy)", "feature_kind": {"Subfeature": {"after": 0, "fragment": {"Raw": "actions/setup-go@v5"}}}, "kind": "Primary"}, "concrete": {"location": {"start_point": {"row": 11, "column": 14}, "end_point": {"row": 11, "column": 33}, "offset_span": {"start": 250, "end": 269}}, "feature": "actions/setup-go@v5", "comments": ["# zizmor: ignore[unpinned-uses]"]}}], "ignored": true, "fixes": []}
]"##;

#[test]
fn reads_what_zizmor_writes() {
    expect![[r#"
        run zizmor Bytes
        rule zizmor/artipacked name="artipacked" short="credential persistence through GitHub Actions artifacts" uri="https://docs.zizmor.sh/audits/#artipacked" tags="security"
        rule zizmor/excessive-permissions name="excessive-permissions" short="overly broad permissions" uri="https://docs.zizmor.sh/audits/#excessive-permissions" tags="security"
        rule zizmor/dangerous-triggers name="dangerous-triggers" short="use of fundamentally insecure workflow trigger" uri="https://docs.zizmor.sh/audits/#dangerous-triggers" tags="security"
        rule zizmor/template-injection name="template-injection" short="code injection via template expansion" uri="https://docs.zizmor.sh/audits/#template-injection" tags="security"
        rule zizmor/unpinned-uses name="unpinned-uses" short="unpinned action reference" uri="https://docs.zizmor.sh/audits/#unpinned-uses" tags="security"
        zizmor/artipacked warning/medium/low "credential persistence through GitHub Actions artifacts: does not set persist-credentials: false" from 2:3
          at ./.github/workflows/ci.yml:9:9 to 9:34 says="does not set persist-credentials: false"
        zizmor/excessive-permissions warning/medium/medium "overly broad permissions: default permissions used due to no permissions: block" from 3:3
          at ./.github/workflows/ci.yml:6:3 to 12 says="default permissions used due to no permissions: block"
          see ./.github/workflows/ci.yml:6:3 to 12 says="this job"
        zizmor/dangerous-triggers error/high/medium "use of fundamentally insecure workflow trigger: pull_request_target is almost always used insecurely" from 4:3
          at ./.github/workflows/ci.yml:3:3 to 3:22 says="pull_request_target is almost always used insecurely"
        zizmor/template-injection error/high/high "code injection via template expansion: may expand into attacker-controllable code" from 5:3
          at ./.github/workflows/ci.yml:11:34 to 11:65 says="may expand into attacker-controllable code"
          see ./.github/workflows/ci.yml:11:9 to 11:12 says="this run block"
        zizmor/unpinned-uses error/high/high "unpinned action reference: action is not pinned to a hash (required by blanket policy)" from 6:3
          at ./.github/workflows/ci.yml:9:15 to 9:34 says="action is not pinned to a hash (required by blanket policy)"
        zizmor/unpinned-uses error/high/high "unpinned action reference: action is not pinned to a hash (required by blanket policy)" from 7:3
          at ./.github/workflows/ci.yml:12:15 to 12:34 says="action is not pinned to a hash (required by blanket policy)"
          accepted InSource Accepted
    "#]].assert_eq(&dump(Format::Zizmor, REPORT));
}

#[test]
fn counts_what_zizmor_counts() {
    let run = &read(REPORT.as_bytes()).unwrap().runs[0];
    let open = run.alerts.iter().filter(|alert| alert.suppressions.as_ref().is_some_and(Vec::is_empty));
    assert_eq!((open.count(), run.alerts.len()), (5, 6), "5 findings, and 1 that a marker ignores");
}

#[test]
fn columns_are_bytes_from_1() {
    let source = include_str!("../../../../tests/data/scanners/zizmor/.github/workflows/ci.yml");
    let run = &read(REPORT.as_bytes()).unwrap().runs[0];
    let injection = run.alerts.iter().find(|alert| run.rules[alert.rule].id == "zizmor/template-injection");
    let region = injection.unwrap().places[0].region.as_ref().unwrap();
    let line = source.lines().nth(region.start_line as usize - 1).unwrap();
    let columns = region.start_column.unwrap() as usize - 1..region.end_column.unwrap() as usize - 1;
    assert_eq!(&line[columns], "github.event.pull_request.title");
}

#[test]
fn a_region_never_ends_behind_the_file() {
    let at = |start: (u32, u32), end: (u32, u32)| {
        let report = format!(
            r#"[{{"ident": "x", "desc": "d", "determinations": {{"severity": "Low", "confidence": "Unknown"}}, "ignored": false,
  "locations": [{{"symbolic": {{"key": {{"Local": {{"verbatim_path": "w.yml"}}}}, "kind": "Primary", "annotation": "a"}},
  "concrete": {{"location": {{"start_point": {{"row": {}, "column": {}}}, "end_point": {{"row": {}, "column": {}}}}}}}}}]}}]"#,
            start.0, start.1, end.0, end.1
        );
        let text = dump(Format::Zizmor, &report);
        text.lines().find_map(|line| line.strip_prefix("  at ")).unwrap().to_owned()
    };
    assert_eq!(at((5, 2), (12, 0)), r#"w.yml:6:3 to 12 says="a""#);
    assert_eq!(at((5, 2), (6, 0)), r#"w.yml:6:3 says="a""#);
    assert_eq!(at((5, 2), (5, 2)), r#"w.yml:6:3 says="a""#);
    assert_eq!(at((5, 2), (5, 4)), r#"w.yml:6:3 to 6:5 says="a""#);
    assert_eq!(at((0, 0), (4, 0)), r#"w.yml:1:1 to 4 says="a""#);
    assert_eq!(at((u32::MAX, u32::MAX), (u32::MAX, 7)), r#"w.yml:4294967295:4294967295 says="a""#);
}

#[test]
fn oddities_are_faults_and_the_rest_counts() {
    let report = r#"[
  {"ident": "hardcoded-container-credentials", "desc": "d", "determinations": {"severity": "Awful"}, "locations": [
    {"symbolic": {"key": {"Remote": {"slug": {"owner": "o", "repo": "r", "git_ref": "v1"}, "path": "action.yml"}}, "kind": "Related"}},
    {"symbolic": {"key": {"Other": {}}, "kind": "Primary"}}, 3]},
  {"ident": "a", "locations": []},
  {"desc": "d"}
]"#;
    expect![[r#"
        run zizmor Bytes
        rule zizmor/hardcoded-container-credentials name="hardcoded-container-credentials" short="d" tags="security"
        rule zizmor/a name="a" short="a" tags="security"
        zizmor/hardcoded-container-credentials warning/-/- "d" secret from 2:3
          at action.yml in o/r@v1
        zizmor/a warning/-/- "a" from 5:3
        fault bad-severity 2:92: `severity` is `Awful`, expected one of `High`, `Medium`, `Low`, `Informational`, `Unknown`
        fault unusable-result 4:62: an entry of the results is the number 3, expected an object
        fault no-place 4:5: a location without a path
        fault missing-member 5:3: a result of `a` has no `desc`
        fault missing-member 5:3: a result has no `severity`
        fault no-place 5:3: a finding without `locations`
        fault unusable-result 6:3: `ident` of a result is missing, expected a text
    "#]].assert_eq(&dump(Format::Zizmor, report));
}

#[test]
fn a_cut_report_says_so() {
    cut_everywhere(Format::Zizmor, REPORT);
}

#[test]
fn odd_values_are_said() {
    odd_everywhere(Format::Zizmor, REPORT);
}
