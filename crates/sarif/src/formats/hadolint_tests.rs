//! Reports of Hadolint, real ones and broken ones, and what is made of them.

use expect_test::expect;

use super::super::dump_code::{cut_everywhere, dump, odd_everywhere};
use crate::formats::{Format, read};

/// What Hadolint 2.15.1 wrote of `tests/data/scanners/hadolint`.
const REPORT: &str = r##"[
  {"code": "DL3006", "column": 1, "file": "Dockerfile", "level": "warning", "line": 1, "message": "Always tag the version of an image explicitly"},
  {"code": "DL4000", "column": 1, "file": "Dockerfile", "level": "error", "line": 2, "message": "MAINTAINER is deprecated"},
  {"code": "DL3008", "column": 1, "file": "Dockerfile", "level": "warning", "line": 3, "message": "Pin versions in apt get install. Instead of `apt-get install <package>` use `apt-get install <package>=<version>`"},
  {"code": "DL3015", "column": 1, "file": "Dockerfile", "level": "info", "line": 3, "message": "Avoid additional packages by specifying `--no-install-recommends`"},
  {"code": "DL3009", "column": 1, "file": "Dockerfile", "level": "info", "line": 3, "message": "Delete the apt lists (/var/lib/apt/lists) after installing something"},
  {"code": "DL3003", "column": 1, "file": "Dockerfile", "level": "warning", "line": 4, "message": "Use WORKDIR to switch to a directory"},
  {"code": "DL4006", "column": 1, "file": "Dockerfile", "level": "warning", "line": 4, "message": "Set the SHELL option -o pipefail before RUN with a pipe in it. If you are using /bin/sh in an alpine image or if your shell is symlinked to busybox then consider explicitly setting your SHELL to /bin/ash, or disable this check"},
  {"code": "DL3004", "column": 1, "file": "Dockerfile", "level": "error", "line": 4, "message": "Do not use sudo as it leads to unpredictable behavior. Use a tool like gosu to enforce root"},
  {"code": "SC2086", "column": 1, "file": "Dockerfile", "level": "info", "line": 6, "message": "Double quote to prevent globbing and word splitting."},
  {"code": "DL4006", "column": 1, "file": "Dockerfile", "level": "warning", "line": 6, "message": "Set the SHELL option -o pipefail before RUN with a pipe in it. If you are using /bin/sh in an alpine image or if your shell is symlinked to busybox then consider explicitly setting your SHELL to /bin/ash, or disable this check"},
  {"code": "DL3002", "column": 1, "file": "Dockerfile", "level": "warning", "line": 7, "message": "Last USER should not be root"},
  {"code": "DL3066", "column": 1, "file": "Dockerfile", "level": "info", "line": 7, "message": "Non-numeric user-id may not be resolvable by host system"},
  {"code": "DL3025", "column": 1, "file": "Dockerfile", "level": "warning", "line": 8, "message": "Use arguments JSON notation for CMD and ENTRYPOINT arguments"},
  {"code": "DL1000", "column": 4, "file": "broken.Dockerfile", "level": "error", "line": 2, "message": "missing whitespace"}
]"##;

#[test]
fn reads_what_hadolint_writes() {
    expect![[r#"
        run Hadolint Unusable
        rule DL3006 short="Always tag the version of an image explicitly" uri="https://github.com/hadolint/hadolint/wiki/DL3006"
        rule DL4000 short="MAINTAINER is deprecated" uri="https://github.com/hadolint/hadolint/wiki/DL4000"
        rule DL3008 short="Pin versions in apt get install. Instead of `apt-get install <package>` use `apt-get install <package>=<version>`" uri="https://github.com/hadolint/hadolint/wiki/DL3008"
        rule DL3015 short="Avoid additional packages by specifying `--no-install-recommends`" uri="https://github.com/hadolint/hadolint/wiki/DL3015"
        rule DL3009 short="Delete the apt lists (/var/lib/apt/lists) after installing something" uri="https://github.com/hadolint/hadolint/wiki/DL3009"
        rule DL3003 short="Use WORKDIR to switch to a directory" uri="https://github.com/hadolint/hadolint/wiki/DL3003"
        rule DL4006 short="Set the SHELL option -o pipefail before RUN with a pipe in it. If you are using /bin/sh in an alpine image or if your shell is symlinked to busybox then consider explicitly setting your SHELL to /bin/ash, or disable this check" uri="https://github.com/hadolint/hadolint/wiki/DL4006"
        rule DL3004 short="Do not use sudo as it leads to unpredictable behavior. Use a tool like gosu to enforce root" uri="https://github.com/hadolint/hadolint/wiki/DL3004" tags="security,external/cwe/cwe-250"
        rule SC2086 short="Double quote to prevent globbing and word splitting." uri="https://www.shellcheck.net/wiki/SC2086"
        rule DL3002 short="Last USER should not be root" uri="https://github.com/hadolint/hadolint/wiki/DL3002" tags="security,external/cwe/cwe-250"
        rule DL3066 short="Non-numeric user-id may not be resolvable by host system" uri="https://github.com/hadolint/hadolint/wiki/DL3066"
        rule DL3025 short="Use arguments JSON notation for CMD and ENTRYPOINT arguments" uri="https://github.com/hadolint/hadolint/wiki/DL3025"
        rule DL1000 short="missing whitespace" uri="https://github.com/hadolint/hadolint/wiki/DL1000"
        DL3006 warning/low/- "Always tag the version of an image explicitly" from 2:3
          at Dockerfile:1
        DL4000 error/medium/- "MAINTAINER is deprecated" from 3:3
          at Dockerfile:2
        DL3008 warning/low/- "Pin versions in apt get install. Instead of `apt-get install <package>` use `apt-get install <package>=<version>`" from 4:3
          at Dockerfile:3
        DL3015 note/info/- "Avoid additional packages by specifying `--no-install-recommends`" from 5:3
          at Dockerfile:3
        DL3009 note/info/- "Delete the apt lists (/var/lib/apt/lists) after installing something" from 6:3
          at Dockerfile:3
        DL3003 warning/low/- "Use WORKDIR to switch to a directory" from 7:3
          at Dockerfile:4
        DL4006 warning/low/- "Set the SHELL option -o pipefail before RUN with a pipe in it. If you are using /bin/sh in an alpine image or if your shell is symlinked to busybox then consider explicitly setting your SHELL to /bin/ash, or disable this check" from 8:3
          at Dockerfile:4
        DL3004 error/medium/- "Do not use sudo as it leads to unpredictable behavior. Use a tool like gosu to enforce root" cwe="CWE-250" from 9:3
          at Dockerfile:4
        SC2086 note/info/- "Double quote to prevent globbing and word splitting." from 10:3
          at Dockerfile:6
        DL4006 warning/low/- "Set the SHELL option -o pipefail before RUN with a pipe in it. If you are using /bin/sh in an alpine image or if your shell is symlinked to busybox then consider explicitly setting your SHELL to /bin/ash, or disable this check" from 11:3
          at Dockerfile:6
        DL3002 warning/medium/- "Last USER should not be root" cwe="CWE-250" from 12:3
          at Dockerfile:7
        DL3066 note/info/- "Non-numeric user-id may not be resolvable by host system" from 13:3
          at Dockerfile:7
        DL3025 warning/low/- "Use arguments JSON notation for CMD and ENTRYPOINT arguments" from 14:3
          at Dockerfile:8
        DL1000 error/medium/- "missing whitespace" from 15:3
          at broken.Dockerfile:2
        fault scan-incomplete 15:3: Hadolint gave up on `broken.Dockerfile` at line 2: missing whitespace
    "#]].assert_eq(&dump(Format::Hadolint, REPORT));
}

#[test]
fn counts_what_hadolint_counts() {
    let parsed = read(REPORT.as_bytes()).unwrap();
    assert_eq!(parsed.runs[0].alerts.len(), REPORT.matches(r#""code": "#).count());
}

#[test]
fn several_reports_in_one_file_are_read() {
    let one = r#"[{"code":"DL3006","column":1,"file":"a","level":"warning","line":1,"message":"m"}]"#;
    let parsed = read(format!("{one}\n{one}\n[]\n").as_bytes()).unwrap();
    assert_eq!((parsed.format, parsed.runs[0].alerts.len()), (Format::Hadolint, 2));
    assert!(parsed.faults.is_empty());
}

#[test]
fn oddities_are_faults_and_the_rest_counts() {
    let report = r#"[
  {"code":"DL3026","column":1,"file":"a","level":"error","line":0,"message":"m"},
  {"code":"SC1072","column":1,"file":"a","level":"error","line":2,"message":"Expected a command."},
  {"code":"DL3004","column":1,"file":"a","level":"ignore","line":"3"},
  {"code":"SC2086","column":1,"level":"info","line":3},
  []
]"#;
    expect![[r#"
        run Hadolint Unusable
        rule DL3026 short="m" uri="https://github.com/hadolint/hadolint/wiki/DL3026" tags="security,external/cwe/cwe-829"
        rule SC1072 short="Expected a command." uri="https://www.shellcheck.net/wiki/SC1072"
        rule DL3004 short="DL3004" uri="https://github.com/hadolint/hadolint/wiki/DL3004" tags="security,external/cwe/cwe-250"
        DL3026 error/high/- "m" cwe="CWE-829" from 2:3
          at a
        SC1072 error/medium/- "Expected a command." from 3:3
          at a:2
        DL3004 warning/medium/- "DL3004" cwe="CWE-250" from 4:3
          at a:3
        fault unusable-result 6:3: an entry of the results is an array, expected an object
        fault scan-incomplete 3:3: Hadolint gave up on `a` at line 2: Expected a command.
        fault missing-member 4:3: a result of `DL3004` has no `message`
        fault bad-severity 4:50: `level` is `ignore`, expected one of `error`, `warning`, `info`, `style`
        fault unusable-result 5:3: `file` of a result is missing, expected a text
    "#]].assert_eq(&dump(Format::Hadolint, report));
}

#[test]
fn a_cut_report_says_so() {
    cut_everywhere(Format::Hadolint, REPORT);
}

#[test]
fn odd_values_are_said() {
    odd_everywhere(Format::Hadolint, REPORT);
}
