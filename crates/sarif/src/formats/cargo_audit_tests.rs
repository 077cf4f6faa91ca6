//! Reports of cargo audit.

use expect_test::expect;

use crate::formats::Format;
use crate::formats::dump_packages::dumped;

pub(in crate::formats) const REPORT: &str = r##"{"database":{"advisory-count":812,"last-commit":"0f1e","last-updated":"2026-05-01T10:00:00+02:00"},"lockfile":{"dependency-count":191},
"settings":{"target_arch":[],"severity":null,"ignore":["RUSTSEC-2020-0159"],"informational_warnings":["unmaintained","unsound","notice"]},
"vulnerabilities":{"found":true,"count":2,"list":[
 {"advisory":{"id":"RUSTSEC-2020-0071","package":"time","title":"Potential segfault in the time crate","description":"\n### Impact\n\nUnix-like operating systems may segfault.","date":"2020-11-18","aliases":["CVE-2020-26235","GHSA-wcg3-cvx6-7396"],"related":["CVE-2020-26236"],"categories":["code-execution"],"keywords":["segfault"],"cvss":"CVSS:3.1/AV:L/AC:L/PR:L/UI:N/S:U/C:N/I:N/A:H","informational":null,"references":[],"source":null,"url":"https://github.com/time-rs/time/issues/293","withdrawn":null,"license":"CC0-1.0"},
  "versions":{"patched":[">=0.2.23"],"unaffected":["=0.2.0","=0.2.1"]},"affected":{"arch":[],"os":["linux"],"functions":{"time::now":["<0.2.23"]}},
  "package":{"name":"time","version":"0.1.43","checksum":"ca8a","replace":null}},
 {"advisory":{"id":"RUSTSEC-2023-0018","package":"remove_dir_all","title":"Race Condition Enabling Link Following","aliases":[],"cvss":null,"informational":null,"url":null},
  "versions":{"patched":["^0.7.1",">=0.8.0"],"unaffected":[]},"affected":null,"package":{"name":"remove_dir_all","version":"0.5.3","source":null}}]},
"warnings":{
 "unmaintained":[{"kind":"unmaintained","package":{"name":"dirs","version":"1.0.5"},"advisory":{"id":"RUSTSEC-2020-0053","package":"dirs","title":"dirs is unmaintained, use dirs-next instead","aliases":[],"informational":"unmaintained","cvss":null,"url":"https://github.com/dirs-dev/dirs-rs/issues/1"},"versions":{"patched":[],"unaffected":[]}}],
 "unsound":[{"kind":"unsound","package":{"name":"atty","version":"0.2.14"},"advisory":{"id":"RUSTSEC-2021-0145","package":"atty","title":"Potential unaligned read","aliases":["GHSA-g98v-hv3f-hcfr"],"informational":"unsound","cvss":null},"versions":{"patched":[],"unaffected":[]}}],
 "yanked":[{"kind":"yanked","package":{"name":"crossbeam","version":"0.2.10"},"advisory":null,"versions":null},{"kind":"yanked","package":{"name":"semver","version":"1.0.1"},"advisory":null,"versions":null}]}}"##;

#[test]
fn vulnerabilities_and_warnings_are_read() {
    expect![[r#"
        run cargo-audit -
          rule RUSTSEC-2020-0071 warning 5.5 [security]
            short: Potential segfault in the time crate
            full: \n### Impact\n\nUnix-like operating systems may segfault.
            help: RUSTSEC-2020-0071 is described at https://rustsec.org/advisories/RUSTSEC-2020-0071.html
            uri: https://rustsec.org/advisories/RUSTSEC-2020-0071.html
          rule RUSTSEC-2023-0018 error - [security]
            short: Race Condition Enabling Link Following
            help: RUSTSEC-2023-0018 is described at https://rustsec.org/advisories/RUSTSEC-2023-0018.html
            uri: https://rustsec.org/advisories/RUSTSEC-2023-0018.html
          rule RUSTSEC-2020-0053 warning - []
            short: dirs is unmaintained, use dirs-next instead
            help: RUSTSEC-2020-0053 is described at https://rustsec.org/advisories/RUSTSEC-2020-0053.html
            uri: https://rustsec.org/advisories/RUSTSEC-2020-0053.html
          rule RUSTSEC-2021-0145 warning - [security]
            short: Potential unaligned read
            help: RUSTSEC-2021-0145 is described at https://rustsec.org/advisories/RUSTSEC-2021-0145.html
            uri: https://rustsec.org/advisories/RUSTSEC-2021-0145.html
          rule yanked warning - []
            short: The version was yanked from its registry
            help: Update it to a version that was not taken back: `cargo update -p`
          alert RUSTSEC-2020-0071 warning - 5.5 from 4:2
            time 0.1.43: Potential segfault in the time crate (RUSTSEC-2020-0071). Fixed in 0.2.23.
            at Cargo.lock
            cargo time 0.1.43 pkg:cargo/time@0.1.43
            aliases CVE-2020-26235 GHSA-wcg3-cvx6-7396; fixed 0.2.23; https://rustsec.org/advisories/RUSTSEC-2020-0071.html
            kind: "vulnerability"
            reference: "https://github.com/time-rs/time/issues/293"
            cvss: {"source":"rustsec","vector":"CVSS:3.1/AV:L/AC:L/PR:L/UI:N/S:U/C:N/I:N/A:H"}
          alert RUSTSEC-2023-0018 error - - from 7:2
            remove_dir_all 0.5.3: Race Condition Enabling Link Following (RUSTSEC-2023-0018). Fixed in 0.7.1, 0.8.0.
            at Cargo.lock
            cargo remove_dir_all 0.5.3 pkg:cargo/remove_dir_all@0.5.3
            fixed 0.7.1 0.8.0; https://rustsec.org/advisories/RUSTSEC-2023-0018.html
            kind: "vulnerability"
          alert RUSTSEC-2020-0053 warning - - from 10:18
            dirs 1.0.5: dirs is unmaintained, use dirs-next instead (RUSTSEC-2020-0053). No fixed version is known.
            at Cargo.lock
            cargo dirs 1.0.5 pkg:cargo/dirs@1.0.5
            https://rustsec.org/advisories/RUSTSEC-2020-0053.html
            kind: "unmaintained"
            reference: "https://github.com/dirs-dev/dirs-rs/issues/1"
          alert RUSTSEC-2021-0145 warning - - from 11:13
            atty 0.2.14: Potential unaligned read (RUSTSEC-2021-0145). No fixed version is known.
            at Cargo.lock
            cargo atty 0.2.14 pkg:cargo/atty@0.2.14
            aliases GHSA-g98v-hv3f-hcfr; https://rustsec.org/advisories/RUSTSEC-2021-0145.html
            kind: "unsound"
          alert yanked warning - - from 12:12
            crossbeam 0.2.10: The version was yanked from its registry.
            at Cargo.lock
            subject crossbeam 0.2.10
            cargo crossbeam 0.2.10 pkg:cargo/crossbeam@0.2.10
          alert yanked warning - - from 12:112
            semver 1.0.1: The version was yanked from its registry.
            at Cargo.lock
            subject semver 1.0.1
            cargo semver 1.0.1 pkg:cargo/semver@1.0.1
    "#]].assert_eq(&dumped(Format::CargoAudit, REPORT));
}

#[test]
fn an_empty_lock_file_or_database_is_not_clean() {
    let report = r#"{"database":{"advisory-count":0},"lockfile":{"dependency-count":0},"vulnerabilities":{"found":false,"count":0,"list":[]},"warnings":{}}"#;
    expect![[r#"
        run cargo-audit -
        fault 1:65 nothing-scanned: the lock file has no package
        fault 1:31 scan-incomplete: the database has no advisory
    "#]]
    .assert_eq(&dumped(Format::CargoAudit, report));
}

#[test]
fn what_is_odd_is_said() {
    let report = r#"{"database":{"advisory-count":1},"lockfile":{"dependency-count":1},"vulnerabilities":{"found":true,"count":3,"list":[{"package":{}},{"advisory":{"title":"x"},"package":{"name":"a"}},{"advisory":{"id":"RUSTSEC-2020-0001","cvss":"high","package":"b"}}]},"warnings":{"notice":{},"yanked":[3]}}"#;
    expect![[r#"
        run cargo-audit -
          rule RUSTSEC-2020-0001 error - [security]
            short: RUSTSEC-2020-0001
            help: RUSTSEC-2020-0001 is described at https://rustsec.org/advisories/RUSTSEC-2020-0001.html
            uri: https://rustsec.org/advisories/RUSTSEC-2020-0001.html
          alert RUSTSEC-2020-0001 error - - from 1:183
            b: RUSTSEC-2020-0001. No fixed version is known.
            at Cargo.lock
            cargo b - pkg:cargo/b
            https://rustsec.org/advisories/RUSTSEC-2020-0001.html
            kind: "vulnerability"
        fault 1:118 unusable-result: an entry (vulnerability) without the name of its package
        fault 1:145 unusable-result: an advisory about `a` without an id
        fault 1:228 bad-severity: the string `high` is no CVSS vector with a score
        fault 1:274 unusable-result: `notice` is an object, expected an array of results
        fault 1:287 unusable-result: an entry (yanked) without the name of its package
    "#]]
    .assert_eq(&dumped(Format::CargoAudit, report));
}

#[test]
fn a_cut_report_is_recognised() {
    for end in [60, 130, 400, 1200] {
        let dump = dumped(Format::CargoAudit, &REPORT[..end]);
        assert!(dump.contains("truncated"), "{dump}");
    }
}
