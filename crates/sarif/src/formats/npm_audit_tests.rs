//! Reports of npm audit.

use expect_test::expect;

use super::*;
use crate::formats::dump_packages::dumped;
use crate::formats::{Format, ReadError};

pub(in crate::formats) const SECOND: &str = r#"{"auditReportVersion": 2, "vulnerabilities": {
  "lodash": {"name": "lodash", "severity": "critical", "isDirect": false,
    "via": [
      {"source": 1106913, "name": "lodash", "dependency": "lodash", "title": "Command Injection in lodash", "url": "https://github.com/advisories/GHSA-35jh-r3h4-6jhm", "severity": "high", "cwe": ["CWE-77", "CWE-94"], "cvss": {"score": 7.2, "vectorString": "CVSS:3.1/AV:N/AC:L/PR:H/UI:N/S:U/C:H/I:H/A:H"}, "range": "<4.17.21"},
      {"source": 1106914, "name": "lodash", "dependency": "lodash", "title": "Command Injection in lodash", "url": "https://github.com/advisories/GHSA-35jh-r3h4-6jhm", "severity": "moderate", "cwe": [], "cvss": {"score": 0, "vectorString": null}, "range": ">=5.0.0 <5.0.2 || >=6.0.0 <=6.1.0"}],
    "effects": ["grunt", "@scope/tool"], "range": "<=4.17.20", "nodes": ["node_modules/grunt/node_modules/lodash", "node_modules/lodash"], "fixAvailable": {"name": "grunt", "version": "1.5.3", "isSemVerMajor": true}},
  "grunt": {"name": "grunt", "severity": "high", "isDirect": true, "via": ["lodash", {"source": 1097, "name": "grunt", "dependency": "grunt", "title": "Path Traversal in Grunt", "url": "https://example.com/advisories/1097", "severity": "moderate", "cwe": "CWE-22", "cvss": {"score": 0, "vectorString": null}, "range": "<1.5.2"}], "effects": [], "range": "*", "nodes": ["node_modules/grunt"], "fixAvailable": true},
  "@scope/tool": {"name": "@scope/tool", "severity": "critical", "isDirect": true, "via": ["lodash"], "effects": [], "range": "*", "nodes": ["node_modules/@scope/tool"], "fixAvailable": false}},
 "metadata": {"vulnerabilities": {"info": 0, "low": 0, "moderate": 0, "high": 1, "critical": 2, "total": 3}, "dependencies": {"prod": 40, "dev": 200, "optional": 1, "peer": 0, "peerOptional": 0, "total": 240}}}"#;

#[test]
fn only_advisories_are_findings_and_each_counts_once() {
    expect![[r#"
        run npm audit -
          rule GHSA-35jh-r3h4-6jhm error 7.2 [security external/cwe/cwe-77 external/cwe/cwe-94]
            short: Command Injection in lodash
            help: GHSA-35jh-r3h4-6jhm is described at https://github.com/advisories/GHSA-35jh-r3h4-6jhm
            uri: https://github.com/advisories/GHSA-35jh-r3h4-6jhm
          rule npm:1097 warning - [security external/cwe/cwe-22]
            short: Path Traversal in Grunt
            help: npm:1097 is described at https://example.com/advisories/1097
            uri: https://example.com/advisories/1097
          alert GHSA-35jh-r3h4-6jhm error high 7.2 from 4:7
            lodash: Command Injection in lodash (GHSA-35jh-r3h4-6jhm). Fixed in 4.17.21, 5.0.2.
            at package-lock.json
            npm lodash - pkg:npm/lodash
            fixed 4.17.21 5.0.2; indirect; upgrade grunt@1.5.3; https://github.com/advisories/GHSA-35jh-r3h4-6jhm
            range: "<4.17.21"
            nodes: ["node_modules/grunt/node_modules/lodash","node_modules/lodash"]
            isSemVerMajor: true
            cvss: {"vector":"CVSS:3.1/AV:N/AC:L/PR:H/UI:N/S:U/C:H/I:H/A:H"}
          alert npm:1097 warning medium - from 7:86
            grunt: Path Traversal in Grunt (npm:1097). Fixed in 1.5.2.
            at package-lock.json
            npm grunt - pkg:npm/grunt
            fixed 1.5.2; direct; upgrade npm audit fix; https://example.com/advisories/1097
            range: "<1.5.2"
            nodes: ["node_modules/grunt"]
    "#]].assert_eq(&dumped(Format::NpmAudit, SECOND));
}

#[test]
fn the_report_in_that_of_a_dry_run_is_read() {
    let dry_run = format!(
        r#"{{"added": 0, "removed": 0, "changed": 2, "audited": 241, "funding": 3, "audit": {SECOND}}}"#
    );
    let own = dumped(Format::NpmAudit, SECOND);
    let without_places = |dump: &str| {
        dump.lines()
            .map(|line| line.split(" from ").next().unwrap_or_default().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(without_places(&dumped(Format::NpmAudit, &dry_run)), without_places(&own));
}

#[test]
fn lines_that_npm_prints_before_its_report_are_left_out() {
    let report = format!("add lodash 4.17.21\nremove é 2.0.0\n{SECOND}");
    let dump = dumped(Format::NpmAudit, &report);
    assert!(dump.contains("alert GHSA-35jh-r3h4-6jhm error high 7.2 from 6:7"), "{dump}");
    assert!(
        dump.contains("fault 1:1 trailing-text: `add lodash 4.17.21` and what follows it before the report"),
        "{dump}"
    );
    assert!(crate::formats::read(b"add lodash 4.17.21\n").is_err());
}

#[test]
fn the_first_version_is_read() {
    let report = r#"{"actions": [{"action": "update", "module": "lodash"}], "advisories": {
      "1523": {"findings": [
          {"version": "4.17.15", "paths": ["lodash", "grunt>lodash", "b5bb9d8014a0f9b1d61e21e796d78dccdf1352f23cd32812f4850b878ae4944c>lodash"], "dev": false},
          {"version": "3.10.1", "paths": ["old>lodash"]}],
        "id": 1523, "title": "Prototype Pollution", "module_name": "lodash", "cves": ["CVE-2019-10744"], "vulnerable_versions": "<4.17.19", "patched_versions": ">=4.17.19", "overview": "Versions of lodash prior to 4.17.19 are vulnerable.", "severity": "low", "cwe": "CWE-471", "url": "https://example.com/advisories/1523"}},
      "muted": [], "metadata": {"vulnerabilities": {"low": 1}, "dependencies": 300, "totalDependencies": 300}, "runId": "c3a1"}"#;
    expect![[r#"
        run npm audit -
          rule npm:1523 note - [security external/cwe/cwe-471]
            short: Prototype Pollution
            full: Versions of lodash prior to 4.17.19 are vulnerable.
            help: npm:1523 is described at https://example.com/advisories/1523
            uri: https://example.com/advisories/1523
          alert npm:1523 note low - from 2:15
            lodash 4.17.15: Prototype Pollution (npm:1523). Fixed in 4.17.19.
            at package-lock.json
            npm lodash 4.17.15 pkg:npm/lodash@4.17.15
            aliases CVE-2019-10744; fixed 4.17.19; direct; https://example.com/advisories/1523
            range: "<4.17.19"
            paths: ["lodash","grunt>lodash","[git]>lodash"]
          alert npm:1523 note low - from 2:15
            lodash 3.10.1: Prototype Pollution (npm:1523). Fixed in 4.17.19.
            at package-lock.json
            npm lodash 3.10.1 pkg:npm/lodash@3.10.1
            aliases CVE-2019-10744; fixed 4.17.19; indirect; https://example.com/advisories/1523
            range: "<4.17.19"
            paths: ["old>lodash"]
    "#]]
    .assert_eq(&dumped(Format::NpmAudit, report));
}

#[test]
fn the_report_of_pnpm_is_read() {
    let report = r#"{"actions": [], "advisories": {"1108263": {"findings": [{"version": "1.0.0", "paths": [".>ip"]}], "title": "SSRF", "module_name": "ip", "cves": ["CVE-2023-42282"], "patched_versions": "<0.0.0", "severity": "high", "cwe": ["CWE-918"], "github_advisory_id": "GHSA-78xj-cgh5-2h22", "cvss": {"score": 8.1, "vectorString": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:N"}, "url": "https://github.com/advisories/GHSA-78xj-cgh5-2h22"}}, "muted": [], "metadata": {"dependencies": 3, "totalDependencies": 3}}"#;
    expect![[r#"
        run npm audit -
          rule GHSA-78xj-cgh5-2h22 error 8.1 [security external/cwe/cwe-918]
            short: SSRF
            help: GHSA-78xj-cgh5-2h22 is described at https://github.com/advisories/GHSA-78xj-cgh5-2h22
            uri: https://github.com/advisories/GHSA-78xj-cgh5-2h22
          alert GHSA-78xj-cgh5-2h22 error high 8.1 from 1:43
            ip 1.0.0: SSRF (GHSA-78xj-cgh5-2h22). No fixed version is known.
            at pnpm-lock.yaml
            npm ip 1.0.0 pkg:npm/ip@1.0.0
            aliases CVE-2023-42282; direct; https://github.com/advisories/GHSA-78xj-cgh5-2h22
            paths: [".>ip"]
            cvss: {"vector":"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:N"}
    "#]]
    .assert_eq(&dumped(Format::NpmAudit, report));
}

#[test]
fn a_failure_is_no_report() {
    for failure in [
        r#"{"message": "request to https://registry.example.com failed", "statusCode": 503, "error": {"summary": "", "detail": ""}}"#,
        r#"{"error": {"code": "ENOLOCK", "summary": "This command requires an existing lockfile.", "detail": "Try creating one first"}}"#,
    ] {
        let error = crate::formats::read(failure.as_bytes()).expect_err("it failed");
        assert!(matches!(error, ReadError::ToolFailed { tool: "npm audit", .. }), "{error}");
    }
}

#[test]
fn what_looks_clean_and_is_not_is_said() {
    expect![[r#"
        run npm audit -
        fault 1:1 scan-incomplete: there is no `vulnerabilities`
    "#]]
    .assert_eq(&dumped(Format::NpmAudit, r#"{"auditReportVersion": 2}"#));
    expect![[r#"
        run npm audit -
        fault 1:122 nothing-scanned: no dependency was audited
        fault 1:92 scan-incomplete: 2 vulnerable packages, it says, but 0 listed
    "#]].assert_eq(&dumped(Format::NpmAudit, r#"{"auditReportVersion": 2, "vulnerabilities": {}, "metadata": {"vulnerabilities": {"total": 2}, "dependencies": {"total": 0}}}"#));
    expect![[r#"
        run npm audit -
        fault 1:82 nothing-scanned: no dependency was audited
    "#]]
    .assert_eq(&dumped(
        Format::NpmAudit,
        r#"{"actions": [], "advisories": {}, "muted": [], "metadata": {"totalDependencies": 0}}"#,
    ));
}

#[test]
fn what_is_odd_is_said() {
    let odd = r#"{"auditReportVersion": 3, "vulnerabilities": {"a": {"via": ["b", 7, {"title": "x"}]}, "c": {}, "d": 4}}"#;
    expect![[r#"
        run npm audit -
        fault 1:1 other-version: `auditReportVersion` is not 2
        fault 1:61 unusable-result: `a` is vulnerable through `b`, which is not listed
        fault 1:66 unusable-result: `a` is vulnerable through the number 7, which has no id
        fault 1:69 unusable-result: `a` is vulnerable through an object, which has no id
        fault 1:92 unusable-result: `c` has no `via`
        fault 1:101 unusable-result: `d` has no `via`
    "#]]
    .assert_eq(&dumped(Format::NpmAudit, odd));
    expect![[r#"
        run npm audit -
          rule npm:2 note - [security]
            short: npm:2
          alert npm:2 note - - from 1:44
            x: npm:2. No fixed version is known.
            at package-lock.json
            npm x - pkg:npm/x
        fault 1:22 unusable-result: the advisory 1 without the name of its package
        fault 1:77 wrong-type: `findings` is the number 3, expected an array
    "#]]
    .assert_eq(&dumped(
        Format::NpmAudit,
        r#"{"advisories": {"1": {"findings": 3}, "2": {"module_name": "x", "findings": 3}}}"#,
    ));
}

#[test]
fn a_cut_report_is_recognised() {
    for end in [40, 120, 400, 900, 1500] {
        let dump = dumped(Format::NpmAudit, &SECOND[..end]);
        assert!(dump.contains("truncated"), "{dump}");
    }
}

#[test]
fn ranges_end_where_they_are_mended() {
    for (range, fixed) in [
        ("<4.17.21", &["4.17.21"][..]),
        (">=1.0.0 <1.2.6 || <0.2.4", &["1.2.6", "0.2.4"]),
        ("<=2.0.0", &[]),
        ("*", &[]),
        ("", &[]),
        (">=0.0.0", &[]),
    ] {
        assert_eq!(above(range), fixed, "{range}");
    }
}
