//! Reports of osv-scanner.

use expect_test::expect;

use super::*;
use crate::formats::Format;
use crate::formats::dump_packages::dumped;

pub(in crate::formats) const REPORT: &str = r#"{
  "results": [
    {"source": {"path": "/srv/shop/go.mod", "type": "lockfile"},
     "packages": [{"package": {"name": "golang.org/x/text", "version": "0.3.5", "ecosystem": "Go"},
       "vulnerabilities": [{"schema_version": "1.3.1", "id": "GO-2021-0113", "aliases": ["CVE-2021-38561", "GHSA-ppp9-7jff-5vj2"], "summary": "Out-of-bounds read in golang.org/x/text/language", "details": "Parse can panic.",
          "affected": [{"package": {"ecosystem": "Go", "name": "golang.org/x/text"}, "ranges": [{"type": "SEMVER", "events": [{"introduced": "0"}, {"fixed": "0.3.7"}]}]}]}],
       "groups": [{"ids": ["GO-2021-0113"], "aliases": ["CVE-2021-38561", "GHSA-ppp9-7jff-5vj2", "GO-2021-0113"], "experimentalAnalysis": {"GO-2021-0113": {"called": true, "unimportant": false}}, "max_severity": ""}]}]},
    {"source": {"path": "package-lock.json", "type": "lockfile"},
     "packages": [
      {"package": {"name": "lodash", "version": "4.17.20", "ecosystem": "npm"}, "dependency_groups": ["dev"],
       "vulnerabilities": [
        {"id": "GHSA-35jh-r3h4-6jhm", "aliases": ["CVE-2021-23337"], "related": ["CVE-1999-1"], "upstream": ["CVE-1999-2"], "summary": "Command Injection in lodash", "details": "`lodash` versions prior to 4.17.21 are vulnerable.",
         "severity": [{"type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:H/UI:N/S:U/C:H/I:H/A:H"}], "database_specific": {"severity": "HIGH", "cwe_ids": ["CWE-77", "CWE-94"]},
         "affected": [{"package": {"ecosystem": "npm", "name": "lodash"}, "ranges": [{"type": "SEMVER", "events": [{"introduced": "0"}, {"fixed": "3.10.2"}, {"introduced": "4.0.0"}, {"fixed": "4.17.21"}]}, {"type": "GIT", "events": [{"fixed": "c4847ebe7d14540bb28a8b932a9ce1b9ecbfee1a"}]}]}, {"package": {"ecosystem": "npm", "name": "lodash-es"}, "ranges": [{"type": "SEMVER", "events": [{"fixed": "9.9.9"}]}]}]},
        {"id": "MAL-2022-1", "aliases": ["GHSA-35jh-r3h4-6jhm"]}],
       "groups": [{"ids": ["GHSA-35jh-r3h4-6jhm", "MAL-2022-1"], "aliases": ["CVE-2021-23337", "GHSA-35jh-r3h4-6jhm", "MAL-2022-1"], "max_severity": "7.2"}]},
      {"package": {"name": "minimist", "version": "1.2.5", "ecosystem": "npm"},
       "vulnerabilities": [{"id": "GHSA-xvch-5gv4-984h", "severity": [{"type": "CVSS_V4", "score": "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N"}, {"type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}]}],
       "licenses": ["MIT"], "license_violations": ["MIT"]},
      {"package": {"name": "six", "version": "1.0.0", "ecosystem": "npm"}}]}
  ],
  "experimental_config": {"licenses": {"summary": false, "allowlist": null}}
}"#;

#[test]
fn a_group_is_one_finding() {
    expect![[r#"
        run osv-scanner -
          rule CVE-2021-38561 warning - [security]
            short: Out-of-bounds read in golang.org/x/text/language
            full: Parse can panic.
            help: CVE-2021-38561 is described at https://osv.dev/vulnerability/GO-2021-0113
            uri: https://osv.dev/vulnerability/GO-2021-0113
          rule CVE-2021-23337 error 7.2 [security external/cwe/cwe-77 external/cwe/cwe-94]
            short: Command Injection in lodash
            full: `lodash` versions prior to 4.17.21 are vulnerable.
            help: CVE-2021-23337 is described at https://osv.dev/vulnerability/GHSA-35jh-r3h4-6jhm
            uri: https://osv.dev/vulnerability/GHSA-35jh-r3h4-6jhm
          rule GHSA-xvch-5gv4-984h error 9.3 [security]
            short: GHSA-xvch-5gv4-984h
            help: GHSA-xvch-5gv4-984h is described at https://osv.dev/vulnerability/GHSA-xvch-5gv4-984h
            uri: https://osv.dev/vulnerability/GHSA-xvch-5gv4-984h
          rule license/MIT warning - []
            short: The license MIT is not among those that are allowed
          alert CVE-2021-38561 warning - - from 7:19
            golang.org/x/text 0.3.5: Out-of-bounds read in golang.org/x/text/language (CVE-2021-38561). Fixed in 0.3.7.
            at /srv/shop/go.mod
            golang golang.org/x/text 0.3.5 pkg:golang/golang.org/x/text@0.3.5
            aliases GO-2021-0113 GHSA-ppp9-7jff-5vj2; fixed 0.3.7; Called; https://osv.dev/vulnerability/GO-2021-0113
          alert CVE-2021-23337 error high 7.2 from 16:19
            lodash 4.17.20: Command Injection in lodash (CVE-2021-23337). Fixed in 4.17.21.
            at package-lock.json
            npm lodash 4.17.20 pkg:npm/lodash@4.17.20
            aliases GHSA-35jh-r3h4-6jhm MAL-2022-1; fixed 4.17.21; https://osv.dev/vulnerability/GHSA-35jh-r3h4-6jhm
            dependencyGroups: ["dev"]
            cvss: {"vector":"CVSS:3.1/AV:N/AC:L/PR:H/UI:N/S:U/C:H/I:H/A:H"}
          alert GHSA-xvch-5gv4-984h error - 9.3 from 18:28
            minimist 1.2.5: GHSA-xvch-5gv4-984h. No fixed version is known.
            at package-lock.json
            npm minimist 1.2.5 pkg:npm/minimist@1.2.5
            https://osv.dev/vulnerability/GHSA-xvch-5gv4-984h
            cvss: {"vector":"CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N"}
          alert license/MIT warning - - from 19:52
            minimist 1.2.5: its license MIT is not among those that are allowed.
            at package-lock.json
            subject minimist 1.2.5
            npm minimist 1.2.5 pkg:npm/minimist@1.2.5
            license: "MIT"
        fault 18:28 missing-member: `GHSA-xvch-5gv4-984h` is in no group
    "#]].assert_eq(&dumped(Format::OsvScanner, REPORT));
}

/// osv-scanner writes the same for a clean project and, in some versions, for one without any package: the exit status 128
/// tells them apart, the report does not.
#[test]
fn an_empty_report_says_that_it_does_not_tell_what_was_scanned() {
    let empty = r#"{"results":[],"experimental_config":{"licenses":{"summary":false,"allowlist":null}}}"#;
    expect![[r#"
        run osv-scanner -
        fault 1:1 missing-member: no source is listed; only with `--all-packages` the report tells what was scanned
    "#]].assert_eq(&dumped(Format::OsvScanner, empty));
    assert_eq!(
        dumped(Format::OsvScanner, r#"{"results": null, "experimental_config": {}}"#).lines().count(),
        2
    );
    assert_eq!(dumped(Format::OsvScanner, r#"{"results": []}"#).lines().count(), 2);
}

#[test]
fn reports_of_others_are_not_taken() {
    for other in [
        r#"{"errors": [], "generated_at": "2026-01-01T00:00:00Z", "metrics": {}, "results": []}"#,
        r#"{"version": "1.2.3", "results": [], "errors": [], "paths": {"scanned": []}}"#,
        r#"{"results": [{"check_id": "x", "path": "y"}]}"#,
        r#"{"results": ["#,
        r#"{"results": "#,
    ] {
        let document = crate::json::parse(other, &mut Faults::default());
        assert!(!detects(&document), "{other}");
    }
}

#[test]
fn what_is_odd_is_said() {
    let odd = r#"{"results":[{"source":{"path":"a.lock","type":"lockfile"},"packages":[{"package":{}},{"package":{"name":"x"},"groups":[{"ids":[]},{"ids":["CVE-2020-1"]}],"vulnerabilities":[{"summary":"y"},7],"license_violations":{}}]},{"packages":{}},5]}"#;
    expect![[r#"
        run osv-scanner -
          rule CVE-2020-1 warning - [security]
            short: CVE-2020-1
            help: CVE-2020-1 is described at https://osv.dev/vulnerability/CVE-2020-1
            uri: https://osv.dev/vulnerability/CVE-2020-1
          alert CVE-2020-1 warning - - from 1:131
            x: CVE-2020-1. No fixed version is known.
            at a.lock
             x - -
            https://osv.dev/vulnerability/CVE-2020-1
        fault 1:71 unusable-result: a package without a name
        fault 1:120 unusable-result: a group of vulnerabilities of `x` without an id
        fault 1:174 unusable-result: a vulnerability of `x` without an id
        fault 1:190 unusable-result: a vulnerability of `x` without an id
        fault 1:214 unusable-result: `license_violations` is an object, expected an array of results
    "#]]
    .assert_eq(&dumped(Format::OsvScanner, odd));
}

#[test]
fn a_cut_report_is_recognised() {
    for end in [90, 200, 600, 1500, 2300] {
        let dump = dumped(Format::OsvScanner, &REPORT[..end]);
        assert!(dump.contains("truncated"), "{dump}");
    }
}

#[test]
fn versions_are_ordered_by_their_numbers() {
    let ordered = ["0.9", "1.0.0-rc.1", "1.0.0", "1.0.0.1", "1.2", "v1.10.0", "2"];
    for pair in ordered.windows(2) {
        assert_eq!(compare(pair[0], pair[1]), Ordering::Less, "{pair:?}");
        assert_eq!(compare(pair[1], pair[0]), Ordering::Greater, "{pair:?}");
    }
    assert_eq!(compare("v1.2.3", "1.2.3"), Ordering::Equal);
}
