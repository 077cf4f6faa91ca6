//! Reports of pip-audit.

use expect_test::expect;

use crate::formats::Format;
use crate::formats::dump_packages::dumped;

pub(in crate::formats) const REPORT: &str = r#"{"dependencies": [
  {"name": "flask", "version": "0.5", "vulns": [
    {"id": "PYSEC-2019-179", "fix_versions": ["1.0"], "aliases": ["CVE-2019-1010083", "GHSA-5wv5-4vpf-pj6m"], "description": "The Pallets Project Flask before 1.0 is affected by unexpected memory usage.\nMore."},
    {"id": "GHSA-562c-5r94-xh97", "fix_versions": [], "aliases": [], "description": ""}
  ]},
  {"name": "requests", "version": "2.32.3", "vulns": []}
], "fixes": []}"#;

#[test]
fn vulnerabilities_are_read() {
    expect![[r#"
        run pip-audit -
          rule PYSEC-2019-179 warning - [security]
            short: The Pallets Project Flask before 1.0 is affected by unexpected memory usage
            full: The Pallets Project Flask before 1.0 is affected by unexpected memory usage.\nMore.
            help: PYSEC-2019-179 is described at https://osv.dev/vulnerability/PYSEC-2019-179
            uri: https://osv.dev/vulnerability/PYSEC-2019-179
          rule GHSA-562c-5r94-xh97 warning - [security]
            short: GHSA-562c-5r94-xh97
            help: GHSA-562c-5r94-xh97 is described at https://osv.dev/vulnerability/GHSA-562c-5r94-xh97
            uri: https://osv.dev/vulnerability/GHSA-562c-5r94-xh97
          alert PYSEC-2019-179 warning - - from 3:5
            flask 0.5: The Pallets Project Flask before 1.0 is affected by unexpected memory usage (PYSEC-2019-179). Fixed in 1.0.
            pypi flask 0.5 pkg:pypi/flask@0.5
            aliases CVE-2019-1010083 GHSA-5wv5-4vpf-pj6m; fixed 1.0; https://osv.dev/vulnerability/PYSEC-2019-179
          alert GHSA-562c-5r94-xh97 warning - - from 4:5
            flask 0.5: GHSA-562c-5r94-xh97. No fixed version is known.
            pypi flask 0.5 pkg:pypi/flask@0.5
            https://osv.dev/vulnerability/GHSA-562c-5r94-xh97
    "#]].assert_eq(&dumped(Format::PipAudit, REPORT));
}

#[test]
fn the_older_list_is_read() {
    let list = r#"[{"name": "flask", "version": "0.5", "vulns": [{"id": "PYSEC-2018-66", "fix_versions": ["0.12.3"], "description": "x"}]}]"#;
    expect![[r#"
        run pip-audit -
          rule PYSEC-2018-66 warning - [security]
            short: x
            full: x
            help: PYSEC-2018-66 is described at https://osv.dev/vulnerability/PYSEC-2018-66
            uri: https://osv.dev/vulnerability/PYSEC-2018-66
          alert PYSEC-2018-66 warning - - from 1:48
            flask 0.5: x (PYSEC-2018-66). Fixed in 0.12.3.
            pypi flask 0.5 pkg:pypi/flask@0.5
            fixed 0.12.3; https://osv.dev/vulnerability/PYSEC-2018-66
    "#]]
    .assert_eq(&dumped(Format::PipAudit, list));
}

#[test]
fn a_dependency_that_was_skipped_is_not_clean() {
    let report = r#"{"dependencies": [{"name": "inhouse", "skip_reason": "Dependency not found on PyPI and could not be audited: inhouse (1.0)"}, {"name": "six", "version": "1.16.0", "vulns": []}], "fixes": []}"#;
    expect![[r#"
        run pip-audit -
        fault 1:19 scan-incomplete: `inhouse` was not audited: Dependency not found on PyPI and could not be audited: inhouse (1.0)
    "#]].assert_eq(&dumped(Format::PipAudit, report));
}

#[test]
fn no_dependency_at_all_is_not_clean() {
    expect![[r#"
        run pip-audit -
        fault 1:1 nothing-scanned: no dependency was audited
    "#]]
    .assert_eq(&dumped(Format::PipAudit, r#"{"dependencies": [], "fixes": []}"#));
}

#[test]
fn what_is_odd_is_said() {
    let report = r#"{"dependencies": [{"name": "a", "vulns": [{"aliases": ["CVE-2020-1"]}, 7]}, {"vulns": []}, {"name": "b", "version": 3}, {"name": "c", "vulns": {}}], "fixes": []}"#;
    expect![[r#"
        run pip-audit -
        fault 1:43 unusable-result: a vulnerability of `a` has no id
        fault 1:72 unusable-result: a vulnerability of `a` has no id
        fault 1:77 unusable-result: an object among the dependencies has no name
        fault 1:92 scan-incomplete: `b` has neither `vulns` nor `skip_reason`
        fault 1:144 unusable-result: `vulns` is an object, expected an array of results
    "#]]
    .assert_eq(&dumped(Format::PipAudit, report));
}

#[test]
fn a_cut_report_is_recognised_and_keeps_what_was_read() {
    expect![[r#"
        run pip-audit -
          rule PYSEC-2019-179 warning - [security]
            short: The Pallets Project Flask before 1.0 is affected by unexpected memory usage
            full: The Pallets Project Flask before 1.0 is affected by unexpected memory usage.\nMore.
            help: PYSEC-2019-179 is described at https://osv.dev/vulnerability/PYSEC-2019-179
            uri: https://osv.dev/vulnerability/PYSEC-2019-179
          alert PYSEC-2019-179 warning - - from 3:5
            flask 0.5: The Pallets Project Flask before 1.0 is affected by unexpected memory usage (PYSEC-2019-179). Fixed in 1.0.
            pypi flask 0.5 pkg:pypi/flask@0.5
            aliases CVE-2019-1010083 GHSA-5wv5-4vpf-pj6m; fixed 1.0; https://osv.dev/vulnerability/PYSEC-2019-179
        fault 4:20 truncated: the file ends where the end of a string should be
        fault 4:5 unusable-result: a vulnerability of `flask` has no id
    "#]].assert_eq(&dumped(Format::PipAudit, &REPORT[..300]));
}
