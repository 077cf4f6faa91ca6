//! Streams of govulncheck.

use expect_test::expect;
use proptest::prelude::*;

use super::*;
use crate::formats::Format;
use crate::formats::dump_packages::dumped;
use crate::json::parse;

const CONFIG: &str = r#"{"config": {"protocol_version": "v1.0.0", "scanner_name": "govulncheck", "scanner_version": "v1.1.4", "db": "https://vuln.go.dev", "go_version": "go1.26.8", "scan_level": "symbol", "scan_mode": "source"}}
"#;
const START: &str = r#"{
  "SBOM": {
    "go_version": "go1.26.8",
    "modules": [{"path": "example.com/shop"}, {"path": "golang.org/x/text", "version": "v0.3.5"}],
    "roots": ["example.com/shop/cmd", "example.com/shop"]
  }
}
{"progress": {"message": "Fetching vulnerabilities from the database..."}}
"#;
const CHECKING: &str = r#"{"progress": {"message": "Checking the code against the vulnerabilities..."}}
"#;
const OSV: &str = r#"{"osv": {"schema_version": "1.3.1", "id": "GO-2021-0113", "aliases": ["CVE-2021-38561", "GHSA-ppp9-7jff-5vj2"], "summary": "Out-of-bounds read in golang.org/x/text/language", "details": "Due to improper index calculation, a tag can cause Parse to panic.", "affected": [], "database_specific": {"url": "https://example.com/vuln/GO-2021-0113"}}}
{"osv": {"schema_version": "1.3.1", "id": "GO-2022-1059", "aliases": ["CVE-2022-32149"], "summary": "Denial of service via crafted Accept-Language header in golang.org/x/text/language"}}
{"osv": {"schema_version": "1.3.1", "id": "GO-2020-0015", "aliases": ["CVE-2020-14040"], "summary": "Infinite loop when decoding some inputs in golang.org/x/text"}}
{"osv": {"schema_version": "1.3.1", "id": "GO-2099-0001", "summary": "Not in this version"}}
"#;
const FINDINGS: [&str; 7] = [
    r#"{"finding": {"osv": "GO-2020-0015", "fixed_version": "v0.3.9", "trace": [{"module": "golang.org/x/text", "version": "v0.3.5"}]}}"#,
    r#"{"finding": {"osv": "GO-2021-0113", "fixed_version": "v0.3.7", "trace": [{"module": "golang.org/x/text", "version": "v0.3.5"}]}}"#,
    r#"{"finding": {"osv": "GO-2022-1059", "trace": [{"module": "golang.org/x/text", "version": "v0.3.5"}]}}"#,
    r#"{"finding": {"osv": "GO-2021-0113", "fixed_version": "v0.3.7", "trace": [{"module": "golang.org/x/text", "version": "v0.3.5", "package": "golang.org/x/text/language"}]}}"#,
    r#"{"finding": {"osv": "GO-2022-1059", "trace": [{"module": "golang.org/x/text", "version": "v0.3.5", "package": "golang.org/x/text/language"}]}}"#,
    r#"{"finding": {"osv": "GO-2021-0113", "fixed_version": "v0.3.7", "trace": [{"module": "golang.org/x/text", "version": "v0.3.5", "package": "golang.org/x/text/language", "function": "MustParse", "position": {"filename": "language/tags.go", "offset": 900, "line": 13, "column": 6}}, {"module": "example.com/shop", "package": "example.com/shop/cmd", "function": "Must", "receiver": "*Tags", "position": {"filename": "cmd/my tags.go", "offset": 222, "line": 12, "column": 30}}, {"module": "example.com/shop", "package": "example.com/shop", "function": "main", "position": {"filename": "main.go", "offset": 99, "line": 10, "column": 25}}]}}"#,
    r#"{"finding": {"osv": "GO-2021-0113", "fixed_version": "v0.3.7", "trace": [{"module": "golang.org/x/text", "version": "v0.3.5", "package": "golang.org/x/text/language", "function": "Parse", "position": {"filename": "language/parse.go", "offset": 1121, "line": 33, "column": 6}}, {"module": "example.com/shop", "package": "example.com/shop/cmd", "function": "Parse", "position": {"filename": "cmd/cmd.go", "offset": 122, "line": 7, "column": 28}}]}}"#,
];

/// A whole stream.
pub(in crate::formats) fn sample() -> String {
    stream(&FINDINGS)
}

fn stream(findings: &[&str]) -> String {
    format!("{CONFIG}{START}{OSV}{CHECKING}{}\n", findings.join("\n"))
}

#[test]
fn each_advisory_that_applies_is_one_alert_of_its_most_precise_level() {
    expect![[r#"
        run govulncheck 1.1.4 target=example.com/shop
          rule GO-2020-0015 note - [security]
            short: Infinite loop when decoding some inputs in golang.org/x/text
          rule GO-2021-0113 error - [security]
            short: Out-of-bounds read in golang.org/x/text/language
            full: Due to improper index calculation, a tag can cause Parse to panic.
            help: GO-2021-0113 is described at https://example.com/vuln/GO-2021-0113
            uri: https://example.com/vuln/GO-2021-0113
          rule GO-2022-1059 warning - [security]
            short: Denial of service via crafted Accept-Language header in golang.org/x/text/language
          alert GO-2020-0015 note - - from 15:13
            golang.org/x/text v0.3.5: Infinite loop when decoding some inputs in golang.org/x/text (GO-2020-0015). Fixed in v0.3.9.
            at go.mod:1
            golang golang.org/x/text v0.3.5 pkg:golang/golang.org/x/text@v0.3.5
            aliases CVE-2020-14040; fixed v0.3.9; Required
          alert GO-2021-0113 error - - from 20:13
            golang.org/x/text v0.3.5: Out-of-bounds read in golang.org/x/text/language (GO-2021-0113). Fixed in v0.3.7.
            at cmd/cmd.go:7:28 example.com/shop/cmd.Parse
            golang golang.org/x/text v0.3.5 pkg:golang/golang.org/x/text@v0.3.5
            aliases CVE-2021-38561 GHSA-ppp9-7jff-5vj2; fixed v0.3.7; Called; https://example.com/vuln/GO-2021-0113
            codeFlows: [{"threadFlows":[{"locations":[{"location":{"physicalLocation":{"artifactLocation":{"uri":"cmd/cmd.go"},"region":{"startLine":7,"startColumn":28}},"message":{"text":"example.com/shop/cmd.Parse"}}},{"location":{"physicalLocation":{"artifactLocation":{"uri":"golang.org/x/text@v0.3.5/language/parse.go"},"region":{"startLine":33,"startColumn":6}},"message":{"text":"golang.org/x/text/language.Parse"}}}]}]},{"threadFlows":[{"locations":[{"location":{"physicalLocation":{"artifactLocation":{"uri":"main.go"},"region":{"startLine":10,"startColumn":25}},"message":{"text":"example.com/shop.main"}}},{"location":{"physicalLocation":{"artifactLocation":{"uri":"cmd/my%20tags.go"},"region":{"startLine":12,"startColumn":30}},"message":{"text":"example.com/shop/cmd.(*Tags).Must"}}},{"location":{"physicalLocation":{"artifactLocation":{"uri":"golang.org/x/text@v0.3.5/language/tags.go"},"region":{"startLine":13,"startColumn":6}},"message":{"text":"golang.org/x/text/language.MustParse"}}}]}]}]
          alert GO-2022-1059 warning - - from 19:13
            golang.org/x/text v0.3.5: Denial of service via crafted Accept-Language header in golang.org/x/text/language (GO-2022-1059). No fixed version is known.
            at go.mod:1
            golang golang.org/x/text v0.3.5 pkg:golang/golang.org/x/text@v0.3.5
            aliases CVE-2022-32149; Imported
    "#]].assert_eq(&dumped(Format::Govulncheck, &stream(&FINDINGS)));
}

#[test]
fn advisories_alone_are_no_findings() {
    expect![[r#"
        run govulncheck 1.1.4 target=example.com/shop
    "#]]
    .assert_eq(&dumped(Format::Govulncheck, &stream(&[])));
}

#[test]
fn a_stream_that_was_given_up_is_not_clean() {
    expect![[r#"
        run govulncheck 1.1.4
        fault 1:12 scan-incomplete: govulncheck gave up before it compared anything: its reason is on its standard error
    "#]].assert_eq(&dumped(Format::Govulncheck, CONFIG));
    expect![[r#"
        run govulncheck 1.1.4 target=example.com/shop
        fault 1:12 scan-incomplete: govulncheck gave up before it compared anything: its reason is on its standard error
    "#]].assert_eq(&dumped(Format::Govulncheck, &format!("{CONFIG}{START}{OSV}")));
    let no_package =
        format!("{CONFIG}{{\"SBOM\":{{\"go_version\":\"go1.26.8\",\"modules\":[],\"roots\":[]}}}}{CHECKING}");
    expect![[r#"
        run govulncheck 1.1.4
        fault 2:9 nothing-scanned: no package was scanned
    "#]]
    .assert_eq(&dumped(Format::Govulncheck, &no_package));
}

#[test]
fn an_older_version_that_says_less_is_complete() {
    let old = CONFIG.replace("v1.1.4", "v1.0.1")
        + r#"{"progress":{"message":"Scanning your code and 46 packages across 5 dependent modules for known vulnerabilities..."}}"#;
    expect![[r#"
        run govulncheck 1.0.1
    "#]]
    .assert_eq(&dumped(Format::Govulncheck, &old));
}

#[test]
fn the_level_follows_what_was_looked_for() {
    for (scan, expected) in [
        (
            "symbol",
            ["GO-2020-0015 note Required", "GO-2021-0113 error Called", "GO-2022-1059 warning Imported"],
        ),
        (
            "package",
            ["GO-2020-0015 warning Required", "GO-2021-0113 error Called", "GO-2022-1059 error Unknown"],
        ),
        ("module", ["GO-2020-0015 error Unknown", "GO-2021-0113 error Called", "GO-2022-1059 error Unknown"]),
    ] {
        let text = stream(&FINDINGS).replace("\"symbol\"", &format!("\"{scan}\""));
        let (runs, _) = runs(&text);
        let found: Vec<String> = runs[0]
            .alerts
            .iter()
            .filter_map(|alert| {
                let advisory = alert.advisory.as_ref()?;
                Some(format!("{} {} {:?}", advisory.id, alert.level?.as_str(), advisory.reach))
            })
            .collect();
        assert_eq!(found, expected, "{scan}");
    }
}

#[test]
fn in_a_binary_nothing_has_a_place() {
    let text = format!(
        "{}{{\"progress\":{{\"message\":\"Checking the binary against the vulnerabilities...\"}}}}{}",
        CONFIG.replace("source", "binary"),
        r#"{"SBOM":{"roots":["example.com/shop"]}}{"finding":{"osv":"GO-2021-0113","fixed_version":"v0.3.7","trace":[{"module":"golang.org/x/text","version":"v0.3.5","package":"golang.org/x/text/language","function":"Parse"}]}}"#
    );
    expect![[r#"
        run govulncheck 1.1.4 target=example.com/shop
          rule GO-2021-0113 error - [security]
            short: GO-2021-0113
          alert GO-2021-0113 error - - from 2:128
            golang.org/x/text v0.3.5: GO-2021-0113. Fixed in v0.3.7.
            golang golang.org/x/text v0.3.5 pkg:golang/golang.org/x/text@v0.3.5
            fixed v0.3.7; Called
        fault 2:128 missing-member: `GO-2021-0113` is not described
    "#]]
    .assert_eq(&dumped(Format::Govulncheck, &text));
}

#[test]
fn streams_of_several_modules_may_stand_in_one_file() {
    let other = stream(&FINDINGS[..1]).replace("example.com/shop", "example.com/mail");
    let (runs, _) = runs(&(stream(&FINDINGS) + &other));
    let found: Vec<(Option<&str>, usize)> =
        runs.iter().map(|run| (run.target.as_deref(), run.alerts.len())).collect();
    assert_eq!(found, [(Some("example.com/shop"), 3), (Some("example.com/mail"), 1)]);
}

#[test]
fn what_is_odd_is_said() {
    let odd = r#"{"finding":{"trace":[{"module":"x"}]}}{"finding":{"osv":"GO-1","trace":[]}}{"finding":{"osv":"GO-1","trace":"x"}}{"osv":{}}{"news":{}}{"finding":{"osv":"GO-2","trace":[{"module":"m"},3]}}[]"#;
    expect![[r#"
        run govulncheck 1.1.4
          rule GO-2 note - [security]
            short: GO-2
          alert GO-2 note - - from 3:146
            m: GO-2. No fixed version is known.
            at go.mod:1
            golang m - pkg:golang/m
            Required
            codeFlows: [{"threadFlows":[{"locations":[{"location":{"message":{"text":""}}},{"location":{"message":{"text":"m"}}}]}]}]
        fault 3:121 missing-member: an advisory without an id
        fault 3:132 unknown-member: a message `news`
        fault 3:188 unusable-result: an array is no message of govulncheck
        fault 3:12 unusable-result: a finding without its advisory or its module
        fault 3:50 unusable-result: a finding without its advisory or its module
        fault 3:109 wrong-type: `trace` is the string `x`, expected an array
        fault 3:87 unusable-result: a finding without its advisory or its module
        fault 3:146 missing-member: `GO-2` is not described
    "#]].assert_eq(&dumped(Format::Govulncheck, &format!("{CONFIG}{CHECKING}{odd}")));
    expect![[r#"
        run govulncheck -
        fault 1:8 scan-incomplete: the stream's beginning, `config`, is missing
        fault 1:8 scan-incomplete: govulncheck gave up before it compared anything: its reason is on its standard error
    "#]].assert_eq(&dumped(Format::Govulncheck, r#"{"osv":{"id":"GO-1"}}"#));
}

fn runs(text: &str) -> (Vec<Run>, Faults) {
    let mut faults = Faults::default();
    let document = parse(text, &mut faults);
    assert!(detects(&document), "{text}");
    (read(&document, &mut faults), faults)
}

#[test]
fn a_cut_stream_keeps_what_was_read() {
    let text = stream(&FINDINGS);
    for end in (20..text.len()).filter(|end| text.is_char_boundary(*end)) {
        let (_, faults) = runs(&text[..end]);
        let at_boundary = text[..end].trim_end().ends_with("}}");
        assert!(at_boundary || faults.lose_results(), "{}", &text[..end]);
    }
}

proptest! {
    #[test]
    fn the_order_of_findings_means_nothing(order in Just((0..FINDINGS.len()).collect::<Vec<_>>()).prop_shuffle()) {
        let shuffled: Vec<&str> = order.iter().map(|number| FINDINGS[*number]).collect();
        let alerts = |findings: &[&str]| {
            let (mut runs, _) = runs(&stream(findings));
            runs.iter_mut().flat_map(|run| &mut run.alerts).for_each(|alert| alert.origin = (0, 0));
            runs
        };
        prop_assert_eq!(alerts(&shuffled), alerts(&FINDINGS));
    }
}
