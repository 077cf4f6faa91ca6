//! Reports of Grype.

use expect_test::expect;

use crate::formats::Format;
use crate::formats::dump_packages::dumped;

pub(in crate::formats) const IMAGE: &str = r#"{
 "matches": [
  {"vulnerability": {"id": "GHSA-jfh8-c2jp-5v3q", "dataSource": "https://github.com/advisories/GHSA-jfh8-c2jp-5v3q", "namespace": "github:language:java", "severity": "Critical", "urls": [],
    "description": "Remote code injection in Log4j",
    "cvss": [
      {"type": "Secondary", "version": "3.1", "vector": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H", "metrics": {"baseScore": 10, "exploitabilityScore": 3.9, "impactScore": 6}, "vendorMetadata": {}}],
    "knownExploited": [{"cve": "CVE-2021-44228", "vendorProject": "Apache"}],
    "epss": [{"cve": "CVE-2021-44228", "epss": 0.94358, "percentile": 0.9996, "date": "2026-05-01"}],
    "cwes": [{"cve": "CVE-2021-44228", "cwe": "CWE-502", "source": "security@apache.org", "type": "Secondary"}, {"cwe": "CWE-502"}, {"cwe": "CWE-20"}],
    "fix": {"versions": ["2.15.0"], "state": "fixed", "available": [{"version": "2.15.0", "date": "2021-12-10"}]}, "advisories": [], "risk": 100},
   "relatedVulnerabilities": [{"id": "CVE-2021-44228", "namespace": "nvd:cpe", "severity": "Critical", "cvss": []}],
   "matchDetails": [{"type": "exact-direct-match", "matcher": "java-matcher", "fix": {"suggestedVersion": "2.15.0"}}],
   "artifact": {"id": "1", "name": "log4j-core", "version": "2.14.1", "type": "java-archive", "locations": [{"path": "/app/app.jar", "layerID": "sha256:aa", "accessPath": "/app/app.jar"}], "purl": "pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1", "upstreams": []}},
  {"vulnerability": {"id": "CVE-2023-4039", "dataSource": "https://security-tracker.debian.org/tracker/CVE-2023-4039", "namespace": "debian:distro:debian:12", "severity": "Negligible", "cvss": [], "fix": {"versions": [], "state": "wont-fix"}, "risk": 0},
   "relatedVulnerabilities": [{"id": "CVE-2023-4039", "description": "A stack protector fault.", "cvss": [{"source": "nvd@nist.gov", "type": "Primary", "version": "3.1", "vector": "CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:U/C:L/I:L/A:N", "metrics": {"baseScore": 4.8}}, {"version": "2.0", "vector": "AV:N/AC:L/Au:N/C:N/I:N/A:C", "metrics": {"baseScore": 7.8}}]}],
   "artifact": {"name": "libgcc-s1", "version": "12.2.0-14", "type": "deb", "locations": [{"path": "/var/lib/dpkg/status.d/libgcc-s1"}], "purl": "pkg:deb/debian/libgcc-s1@12.2.0-14?arch=amd64&distro=debian-12&upstream=gcc-12"}}
 ],
 "ignoredMatches": [{"vulnerability": {"id": "CVE-2020-1"}, "appliedIgnoreRules": [{"vulnerability": "CVE-2020-1"}]}],
 "source": {"type": "image", "target": {"userInput": "registry.example.com/shop:1.2", "imageID": "sha256:bb"}},
 "distro": {"name": "debian", "version": "12"},
 "descriptor": {"name": "grype", "version": "0.110.0", "timestamp": "2026-05-03T00:10:00Z", "db": {"status": {"schemaVersion": "v6.0.2", "built": "2026-05-01T04:09:55Z", "valid": true}}}
}"#;

#[test]
fn an_image_is_read() {
    expect![[r#"
        run grype 0.110.0 target=registry.example.com/shop:1.2 left_out=1
          databaseBuilt: "2026-05-01T04:09:55Z"
          rule GHSA-jfh8-c2jp-5v3q error 10.0 [security external/cwe/cwe-502 external/cwe/cwe-20]
            short: Remote code injection in Log4j
            full: Remote code injection in Log4j
            help: GHSA-jfh8-c2jp-5v3q is described at https://github.com/advisories/GHSA-jfh8-c2jp-5v3q
            uri: https://github.com/advisories/GHSA-jfh8-c2jp-5v3q
          rule CVE-2023-4039 note - [security]
            short: A stack protector fault
            full: A stack protector fault.
            help: CVE-2023-4039 is described at https://security-tracker.debian.org/tracker/CVE-2023-4039
            uri: https://security-tracker.debian.org/tracker/CVE-2023-4039
          alert GHSA-jfh8-c2jp-5v3q error critical 10.0 from 3:3
            org.apache.logging.log4j:log4j-core 2.14.1: Remote code injection in Log4j (GHSA-jfh8-c2jp-5v3q). Fixed in 2.15.0.
            at /app/app.jar
            maven org.apache.logging.log4j:log4j-core 2.14.1 pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1
            aliases CVE-2021-44228; fixed 2.15.0; epss 943580 999600; exploited; https://github.com/advisories/GHSA-jfh8-c2jp-5v3q
            namespace: "github:language:java"
            fixState: "fixed"
            risk: 100
            cvss: {"vector":"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H"}
          alert CVE-2023-4039 note - - from 14:3
            libgcc-s1 12.2.0-14: A stack protector fault (CVE-2023-4039). No fixed version is known.
            at /var/lib/dpkg/status.d/libgcc-s1
            deb libgcc-s1 12.2.0-14 pkg:deb/debian/libgcc-s1@12.2.0-14?arch=amd64&distro=debian-12&upstream=gcc-12
            https://security-tracker.debian.org/tracker/CVE-2023-4039
            namespace: "debian:distro:debian:12"
            fixState: "wont-fix"
            risk: 0
    "#]].assert_eq(&dumped(Format::Grype, IMAGE));
}

#[test]
fn paths_of_a_folder_begin_there() {
    for (target, path, expected) in [
        (".", "/package-lock.json", "at package-lock.json\n"),
        ("./services/web", "/package-lock.json", "at services/web/package-lock.json\n"),
        ("/srv/x", "/go.mod", "at /srv/x/go.mod\n"),
        ("/srv/x", "/srv/x/go.mod", "at /srv/x/go.mod\n"),
    ] {
        let report = format!(
            r#"{{"matches":[{{"vulnerability":{{"id":"CVE-2020-1"}},"artifact":{{"name":"x","version":"1","type":"npm","locations":[{{"path":"{path}"}}]}}}}],"source":{{"type":"directory","target":"{target}"}}}}"#
        );
        let dump = dumped(Format::Grype, &report);
        assert!(dump.contains(expected) && dump.contains("npm x 1 pkg:npm/x@1"), "{dump}");
    }
}

#[test]
fn an_old_or_broken_database_is_not_clean() {
    let report = |built: &str, valid: bool, configuration: &str| {
        format!(
            r#"{{"matches":[],"source":{{"type":"directory","target":"."}},"descriptor":{{"name":"grype","version":"0.86.1","configuration":{configuration},"timestamp":"2026-03-01T00:00:00Z","db":{{"built":"{built}","valid":{valid}}}}}}}"#
        )
    };
    expect![[r#"
        run grype 0.86.1 target=.
          databaseBuilt: "2026-01-15T08:00:00Z"
        fault 1:174 scan-incomplete: grype's database was 45 days old: what was published since is not found
    "#]]
    .assert_eq(&dumped(Format::Grype, &report("2026-01-15T08:00:00Z", true, "{}")));
    expect![[r#"
        run grype 0.86.1 target=.
          databaseBuilt: "2026-02-26T08:00:00Z"
        fault 1:165 scan-incomplete: grype says of its database: it is not valid
    "#]]
    .assert_eq(&dumped(Format::Grype, &report("2026-02-26T08:00:00Z", false, "{}")));
    let month = r#"{"db":{"max-allowed-built-age":2592000000000000}}"#;
    expect![[r#"
        run grype 0.86.1 target=.
          databaseBuilt: "2026-02-01T08:00:00Z"
    "#]]
    .assert_eq(&dumped(Format::Grype, &report("2026-02-01T08:00:00Z", true, month)));
}

#[test]
fn what_a_bill_of_materials_lists_without_a_place_is_in_it() {
    let report = r#"{"matches":[{"vulnerability":{"id":"CVE-2020-1"},"artifact":{"name":"x","version":"1","type":"gem","locations":[]}}],"source":{"type":"sbom-file","target":"bom.json"}}"#;
    let dump = dumped(Format::Grype, report);
    assert!(dump.contains("at bom.json\n"), "{dump}");
    let dump = dumped(Format::Grype, &report.replace("sbom-file", "purl").replace("bom.json", "pkg:gem/x@1"));
    assert!(!dump.contains(" at "), "{dump}");
}

#[test]
fn what_is_odd_is_said() {
    let report = r#"{"matches":[{"artifact":{"name":"x"}},{"vulnerability":{"id":"CVE-2020-1","severity":4,"cvss":[{"metrics":{"baseScore":0.0}}]},"artifact":{"name":"y","type":"odd"}},{"vulnerability":{"id":"CVE-2020-1","cvss":[{"version":"3.1","vector":"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H"}]},"artifact":{"name":"z","purl":"no purl","locations":[{"path":""}]}},3],"source":7,"ignoredMatches":null}"#;
    expect![[r#"
        run grype -
          rule CVE-2020-1 error 7.5 [security]
            short: CVE-2020-1
          alert CVE-2020-1 note - - from 1:39
            y: CVE-2020-1. No fixed version is known.
             y - -
          alert CVE-2020-1 error - 7.5 from 1:166
            z: CVE-2020-1. No fixed version is known.
             z - -
            cvss: {"vector":"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H"}
        fault 1:366 wrong-type: `source` is the number 7, expected an object
        fault 1:13 unusable-result: a match without the id of its vulnerability or the name of its artifact
        fault 1:86 wrong-type: `severity` is the number 4, expected a string
        fault 1:354 unusable-result: a match without the id of its vulnerability or the name of its artifact
    "#]]
    .assert_eq(&dumped(Format::Grype, report));
}

#[test]
fn a_cut_report_is_recognised_and_keeps_what_was_read() {
    let dump = dumped(Format::Grype, &IMAGE[..1900]);
    assert!(dump.contains("alert GHSA-jfh8-c2jp-5v3q error critical 10.0"), "{dump}");
    assert!(dump.contains("truncated"), "{dump}");
}
