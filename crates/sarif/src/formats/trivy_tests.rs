//! Reports of Trivy.

use expect_test::expect;

use super::*;
use crate::formats::Format;
use crate::formats::dump_packages::dumped;

pub(in crate::formats) const FOLDER: &str = r#"{"SchemaVersion": 2, "Trivy": {"Version": "0.69.3"}, "ReportID": "0199", "CreatedAt": "2026-05-01T10:00:00Z", "ArtifactName": ".", "ArtifactType": "repository", "Metadata": {"RepoURL": "https://example.com/shop.git"},
 "Results": [
  {"Target": "web/package-lock.json", "Class": "lang-pkgs", "Type": "npm",
   "Packages": [{"ID": "lodash@4.17.20", "Name": "lodash", "Identifier": {"PURL": "pkg:npm/lodash@4.17.20"}, "Version": "4.17.20", "Relationship": "direct", "Locations": [{"StartLine": 42, "EndLine": 47}, {"StartLine": 90, "EndLine": 90}]}],
   "Vulnerabilities": [
    {"VulnerabilityID": "CVE-2021-23337", "VendorIDs": ["GHSA-35jh-r3h4-6jhm"], "PkgID": "lodash@4.17.20", "PkgName": "lodash", "PkgIdentifier": {"PURL": "pkg:npm/lodash@4.17.20", "UID": "x"}, "InstalledVersion": "4.17.20", "FixedVersion": "4.17.21, 5.0.0", "Status": "fixed", "SeveritySource": "ghsa", "PrimaryURL": "https://avd.aquasec.com/nvd/cve-2021-23337", "Title": "nodejs-lodash: command injection via template", "Description": "Lodash versions prior to 4.17.21 are vulnerable to Command Injection via the template function.", "Severity": "HIGH", "CweIDs": ["CWE-94", "CWE-77"], "CVSS": {"nvd": {"V2Vector": "AV:N/AC:L/Au:S/C:P/I:P/A:P", "V3Vector": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", "V2Score": 6.5, "V3Score": 9.8}, "ghsa": {"V3Vector": "CVSS:3.1/AV:N/AC:L/PR:H/UI:N/S:U/C:H/I:H/A:H", "V3Score": 7.2}}}]},
  {"Target": "web/.env", "Class": "secret", "Secrets": [{"RuleID": "aws-access-key-id", "Category": "AWS", "Severity": "CRITICAL", "Title": "AWS Access Key ID", "StartLine": 3, "EndLine": 3, "Code": {"Lines": [{"Number": 3, "Content": "KEY=****** # hunter2"}]}, "Match": "KEY=****** # hunter2", "Offset": 44}]},
  {"Target": "Dockerfile", "Class": "config", "Type": "dockerfile", "MisconfSummary": {"Successes": 20, "Failures": 2, "Exceptions": 1},
   "Misconfigurations": [
    {"Type": "Dockerfile Security Check", "ID": "DS002", "AVDID": "AVD-DS-0002", "Title": "Image user should not be 'root'", "Description": "Running containers with 'root' user can lead to a container escape.", "Message": "Specify at least 1 USER command in Dockerfile with non-root user as argument", "Namespace": "builtin.dockerfile.DS002", "Query": "data.builtin.dockerfile.DS002.deny", "Resolution": "Add 'USER <non root user name>' line to the Dockerfile", "Severity": "HIGH", "PrimaryURL": "https://avd.aquasec.com/misconfig/ds002", "References": [], "Status": "FAIL", "Layer": {}, "CauseMetadata": {"Provider": "Dockerfile", "Service": "general", "Code": {"Lines": null}}},
    {"ID": "AVD-AWS-0107", "Title": "An ingress security group rule allows traffic from /0", "Message": "Security group rule allows unrestricted ingress.", "Severity": "UNKNOWN", "Status": "FAIL", "CauseMetadata": {"Resource": "aws_security_group_rule.all", "Provider": "AWS", "Service": "ec2", "StartLine": 12, "EndLine": 15}},
    {"ID": "DS026", "Title": "No HEALTHCHECK defined", "Severity": "LOW", "Status": "PASS"}, {"ID": "DS005", "Severity": "LOW", "Status": "EXCEPTION"}, {"ID": "DS006", "Status": "MAYBE"}]},
  {"Target": "Node.js", "Class": "license", "Licenses": [{"Severity": "HIGH", "Category": "restricted", "PkgName": "readline-sync", "FilePath": "", "Name": "GPL-3.0", "Text": "", "Confidence": 1, "Link": ""}]},
  {"Target": "Loose File License(s)", "Class": "license-file", "Licenses": [{"Severity": "UNKNOWN", "Category": "unknown", "PkgName": "", "FilePath": "LICENSE", "Name": "BUSL-1.1", "Confidence": 0.92, "Link": "https://spdx.org/licenses/BUSL-1.1.html"}]}
 ]}"#;

#[test]
fn a_folder_is_read() {
    expect![[r#"
        run Trivy 0.69.3 target=. left_out=1
          rule CVE-2021-23337 error 7.2 [security external/cwe/cwe-94 external/cwe/cwe-77]
            short: nodejs-lodash: command injection via template
            full: Lodash versions prior to 4.17.21 are vulnerable to Command Injection via the template function.
            help: CVE-2021-23337 is described at https://avd.aquasec.com/nvd/cve-2021-23337
            uri: https://avd.aquasec.com/nvd/cve-2021-23337
          rule aws-access-key-id error - [security external/cwe/cwe-798]
            short: AWS Access Key ID
            help: Revoke it and make a new one: what was committed stays in the history
          rule DS002 error - [security]
            short: Image user should not be \'root\'
            full: Running containers with \'root\' user can lead to a container escape.
            help: Add \'USER <non root user name>\' line to the Dockerfile
            uri: https://avd.aquasec.com/misconfig/ds002
          rule AVD-AWS-0107 note - [security]
            short: An ingress security group rule allows traffic from /0
          rule license/GPL-3.0 error - []
            short: The license GPL-3.0 (restricted)
          rule license/BUSL-1.1 note - []
            short: The license BUSL-1.1 (unknown)
            uri: https://spdx.org/licenses/BUSL-1.1.html
          alert CVE-2021-23337 error high 7.2 from 6:5
            lodash 4.17.20: nodejs-lodash: command injection via template (CVE-2021-23337). Fixed in 4.17.21, 5.0.0.
            at web/package-lock.json:42-47
            at web/package-lock.json:90
            npm lodash 4.17.20 pkg:npm/lodash@4.17.20
            aliases GHSA-35jh-r3h4-6jhm; fixed 4.17.21 5.0.0; direct; https://avd.aquasec.com/nvd/cve-2021-23337
            status: "fixed"
            severitySource: "ghsa"
            cvss: {"source":"ghsa","vector":"CVSS:3.1/AV:N/AC:L/PR:H/UI:N/S:U/C:H/I:H/A:H"}
          alert aws-access-key-id error critical - secret from 7:57
            AWS Access Key ID stands in the source
            at web/.env:3
            category: "AWS"
          alert DS002 error high - from 10:5
            Specify at least 1 USER command in Dockerfile with non-root user as argument
            at Dockerfile
            provider: "Dockerfile"
            service: "general"
          alert AVD-AWS-0107 note - - from 11:5
            Security group rule allows unrestricted ingress.
            at Dockerfile:12-15
            subject aws_security_group_rule.all
            provider: "AWS"
            service: "ec2"
          alert license/GPL-3.0 error high - from 13:58
            readline-sync is under the license GPL-3.0, which is restricted
            at Node.js
            subject readline-sync
             readline-sync - -
            category: "restricted"
          alert license/BUSL-1.1 note - - from 14:77
            LICENSE is under the license BUSL-1.1, which is unknown
            at LICENSE
            subject LICENSE
            category: "unknown"
        fault 12:153 unusable-result: `DS006` has the status `MAYBE`, which is not known
    "#]].assert_eq(&dumped(Format::Trivy, FOLDER));
}

#[test]
fn what_a_line_holds_besides_a_secret_stays_out() {
    assert!(!dumped(Format::Trivy, FOLDER).contains("hunter2"));
}

#[test]
fn an_image_is_read() {
    let image = r#"{"SchemaVersion": 2, "ArtifactName": "registry.example.com:5000/shop/web:1.2@sha256:aa", "ArtifactType": "container_image", "Metadata": {"OS": {"Family": "debian", "Name": "12.5"}}, "Results": [
      {"Target": "registry.example.com:5000/shop/web:1.2@sha256:aa (debian 12.5)", "Class": "os-pkgs", "Type": "debian", "Vulnerabilities": [
        {"VulnerabilityID": "CVE-2024-2961", "VendorIDs": ["DSA-5673-1"], "PkgID": "libc6@2.36-9+deb12u4", "PkgName": "libc6", "PkgIdentifier": {"PURL": "pkg:deb/debian/libc6@2.36-9%2Bdeb12u4?arch=amd64&distro=debian-12.5"}, "InstalledVersion": "2.36-9+deb12u4", "FixedVersion": "2.36-9+deb12u6", "Status": "fixed", "Layer": {"DiffID": "sha256:bb"}, "SeveritySource": "debian", "Severity": "LOW", "Title": "glibc: Out of bounds write in iconv", "CVSS": {"nvd": {"V3Score": 8.8}, "redhat": {"V3Score": 8.8}}},
        {"VulnerabilityID": "TEMP-0841856-B18BAF", "PkgName": "bash", "InstalledVersion": "5.2.15-2+b2", "Status": "affected", "Severity": "UNKNOWN", "CVSS": {"ghsa": {"V40Vector": "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N", "V40Score": 9.3, "V3Score": 9.8}}}],
       "ExperimentalModifiedFindings": [{"Type": "vulnerability", "Status": "not_affected", "Statement": "vulnerable_code_not_in_execute_path", "Source": "VEX", "Finding": {}}]},
      {"Target": "Java", "Class": "lang-pkgs", "Type": "jar", "Vulnerabilities": [{"VulnerabilityID": "GHSA-jfh8-c2jp-5v3q", "PkgName": "org.apache.logging.log4j:log4j-core", "PkgPath": "app/app.jar", "InstalledVersion": "2.14.1", "Severity": "CRITICAL", "CVSS": {"ghsa": {"V3Score": 0}}}]},
      {"Target": "usr/bin/app", "Class": "lang-pkgs", "Type": "gobinary"}]}"#;
    expect![[r#"
        run Trivy - target=registry.example.com:5000/shop/web:1.2@sha256:aa left_out=1
          rule CVE-2024-2961 note - [security]
            short: glibc: Out of bounds write in iconv
          rule TEMP-0841856-B18BAF error 9.3 [security]
            short: TEMP-0841856-B18BAF
          rule GHSA-jfh8-c2jp-5v3q error - [security]
            short: GHSA-jfh8-c2jp-5v3q
          alert CVE-2024-2961 note low - from 3:9
            libc6 2.36-9+deb12u4: glibc: Out of bounds write in iconv (CVE-2024-2961). Fixed in 2.36-9+deb12u6.
            at registry.example.com:5000/shop/web
            deb libc6 2.36-9+deb12u4 pkg:deb/debian/libc6@2.36-9%2Bdeb12u4?arch=amd64&distro=debian-12.5
            aliases DSA-5673-1; fixed 2.36-9+deb12u6
            status: "fixed"
            severitySource: "debian"
            layer: {"DiffID":"sha256:bb"}
          alert TEMP-0841856-B18BAF error - 9.3 from 4:9
            bash 5.2.15-2+b2: TEMP-0841856-B18BAF. No fixed version is known.
            at registry.example.com:5000/shop/web
            deb bash 5.2.15-2+b2 -
            status: "affected"
            cvss: {"source":"ghsa","vector":"CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N"}
          alert GHSA-jfh8-c2jp-5v3q error critical - from 6:83
            org.apache.logging.log4j:log4j-core 2.14.1: GHSA-jfh8-c2jp-5v3q. No fixed version is known.
            at app/app.jar
            maven org.apache.logging.log4j:log4j-core 2.14.1 pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1
    "#]].assert_eq(&dumped(Format::Trivy, image));
}

#[test]
fn a_report_without_targets_may_be_of_nothing() {
    let empty = r#"{"SchemaVersion": 2, "CreatedAt": "2026-05-01T10:00:00Z", "ArtifactName": ".", "ArtifactType": "filesystem"}"#;
    expect![[r#"
        run Trivy - target=.
        fault 1:1 nothing-scanned: no target is listed: nothing was found, or nothing was scanned
    "#]]
    .assert_eq(&dumped(Format::Trivy, empty));
    expect![[r#"
        run Trivy -
        fault 1:1 other-version: `SchemaVersion` is not 2
        fault 1:1 scan-incomplete: there is no `ArtifactName`
        fault 1:1 nothing-scanned: no target is listed: nothing was found, or nothing was scanned
    "#]]
    .assert_eq(&dumped(Format::Trivy, r#"{"SchemaVersion": 3, "Results": null}"#));
    let clean = r#"{"SchemaVersion": 2, "ArtifactName": ".", "ArtifactType": "filesystem", "Results": [{"Target": "go.mod", "Class": "lang-pkgs", "Type": "gomod"}]}"#;
    expect![[r#"
        run Trivy - target=.
    "#]]
    .assert_eq(&dumped(Format::Trivy, clean));
}

#[test]
fn the_older_list_is_read() {
    let list = r#"[{"Target": "Gemfile.lock", "Type": "bundler", "Vulnerabilities": [{"VulnerabilityID": "CVE-2019-5420", "PkgName": "rails", "InstalledVersion": "5.2.2", "Severity": "CRITICAL"}]}, {"Target": "yarn.lock", "Vulnerabilities": null}]"#;
    expect![[r#"
        run Trivy -
          rule CVE-2019-5420 error - [security]
            short: CVE-2019-5420
          alert CVE-2019-5420 error critical - from 1:68
            rails 5.2.2: CVE-2019-5420. No fixed version is known.
            at Gemfile.lock
            gem rails 5.2.2 pkg:gem/rails@5.2.2
    "#]]
    .assert_eq(&dumped(Format::Trivy, list));
}

#[test]
fn reports_behind_each_other_are_runs_of_their_own() {
    let one = r#"{"SchemaVersion": 2, "ArtifactName": "web", "Results": [{"Target": "", "Class": "license", "Licenses": [{"Name": "MIT", "PkgName": "x", "Severity": "LOW"}]}]}"#;
    let both = format!("{one}\n{}", one.replace("web", "mail"));
    expect![[r#"
        run Trivy - target=web
          rule license/MIT note - []
            short: The license MIT (unknown)
          alert license/MIT note low - from 1:105
            x is under the license MIT, which is unknown
            subject x
             x - -
            category: "unknown"
        run Trivy - target=mail
          rule license/MIT note - []
            short: The license MIT (unknown)
          alert license/MIT note low - from 2:106
            x is under the license MIT, which is unknown
            subject x
             x - -
            category: "unknown"
    "#]]
    .assert_eq(&dumped(Format::Trivy, &both));
}

#[test]
fn a_package_of_no_target_has_no_place() {
    let report = FOLDER.replace("\"Target\": \"web/package-lock.json\", ", "");
    let mut faults = Faults::default();
    let runs = read(&crate::json::parse(&report, &mut faults), &mut faults);
    assert_eq!(runs[0].alerts[0].places, []);
}

#[test]
fn what_is_odd_is_said() {
    let odd = r#"{"SchemaVersion": 2, "ArtifactName": "x", "Results": [{}, {"Target": "a", "Vulnerabilities": [{"PkgName": "b"}, 3], "Secrets": {}, "Misconfigurations": [{}], "Packages": 4}, {"Target": "c", "Licenses": [{}], "Secrets": [{}]}]}"#;
    let mut faults = Faults::default();
    let document = crate::json::parse(odd, &mut faults);
    assert_eq!(read(&document, &mut faults)[0].alerts, []);
    assert_eq!(faults.count(FaultKind::UnusableResult), 7);
    assert_eq!(faults.count(FaultKind::WrongType), 1);
}

#[test]
fn a_cut_report_is_recognised() {
    for end in [20, 60, 300, 700, 2000, 3500] {
        let dump = dumped(Format::Trivy, &FOLDER[..end]);
        assert!(dump.contains("truncated"), "{dump}");
    }
}

#[test]
fn an_image_is_named_without_what_changes() {
    for (target, artifact, expected) in [
        ("alpine:3.19 (alpine 3.19.1)", "alpine:3.19", "alpine"),
        ("localhost:5000/a/b (debian 12)", "localhost:5000/a/b", "localhost:5000/a/b"),
        ("ghcr.io/a/b:1@sha256:00 (debian 12)", "ghcr.io/a/b:1@sha256:00", "ghcr.io/a/b"),
        ("docs (old)/package-lock.json", ".", "docs (old)/package-lock.json"),
        ("docs (old)", ".", "docs (old)"),
        ("go.mod", ".", "go.mod"),
    ] {
        assert_eq!(uri(target.to_owned(), Some(artifact)), expected);
    }
}
