//! SARIF as it is read and written again.

use expect_test::{Expect, expect};
use gatewright_core::report::Severity;

use crate::write::{Limits, Outgoing, write_sarif};
use crate::{Parsed, read};

fn parsed(text: &str) -> Parsed {
    read(text.as_bytes()).unwrap()
}

/// All of its runs, written without limits.
fn written(parsed: &Parsed) -> String {
    let all = |run: &crate::Run| (0..run.alerts.len()).map(|at| (at, Severity::High)).collect();
    let runs: Vec<Outgoing<'_>> = parsed.runs.iter().map(|run| Outgoing { run, alerts: all(run) }).collect();
    let mut files = write_sarif(&runs, Limits::NONE);
    assert_eq!(files.len(), 1);
    files.remove(0).text
}

fn faults(parsed: &Parsed) -> String {
    let line = |fault: &crate::Fault| {
        format!("{}:{}: {}: {}\n", fault.line, fault.column, fault.kind.id(), fault.message)
    };
    parsed.faults.kept().iter().map(line).collect()
}

/// What is read of a run with these rules and results, as it is written again; and the faults.
fn check(rules: &str, results: &str, expected: &Expect, said: &Expect) {
    let text = format!(
        r#"{{"version":"2.1.0","runs":[{{"tool":{{"driver":{{"name":"t","rules":[{rules}]}}}},"results":[{results}]}}]}}"#
    );
    let parsed = parsed(&text);
    let text = written(&parsed);
    let value: serde_json::Value = serde_json::from_str(&text).unwrap();
    let results = value["runs"][0]["results"].as_array().unwrap();
    let lines: String = results.iter().map(|result| format!("{result}\n")).collect();
    expected.assert_eq(&lines);
    said.assert_eq(&faults(&parsed));
    let again = self::parsed(&text);
    assert_eq!(faults(&again), "", "what we write is without fault");
    assert_eq!(written(&again), text, "what we write is read and written as it is");
}

#[test]
fn the_level_follows_the_standard() {
    check(
        r#"{"id":"a","defaultConfiguration":{"level":"error"}},{"id":"b"}"#,
        r#"{"ruleId":"a","message":{"text":"m"}},
           {"ruleId":"b","message":{"text":"m"}},
           {"ruleId":"a","level":"note","message":{"text":"m"}},
           {"ruleId":"a","kind":"review","level":"note","message":{"text":"m"}},
           {"ruleIndex":0,"message":{"text":"m"}},
           {"ruleId":"a/sub","ruleIndex":1,"message":{"text":"m"}},
           {"rule":{"id":"new"},"message":{"text":"m"}}"#,
        &expect![[r#"
            {"level":"error","locations":[],"message":{"text":"m"},"ruleId":"a","ruleIndex":0}
            {"level":"warning","locations":[],"message":{"text":"m"},"ruleId":"b","ruleIndex":1}
            {"level":"note","locations":[],"message":{"text":"m"},"ruleId":"a","ruleIndex":0}
            {"kind":"review","level":"none","locations":[],"message":{"text":"m"},"ruleId":"a","ruleIndex":0}
            {"level":"error","locations":[],"message":{"text":"m"},"ruleId":"a","ruleIndex":0}
            {"level":"error","locations":[],"message":{"text":"m"},"properties":{"gatewright/ruleId":"a/sub"},"ruleId":"a","ruleIndex":0}
            {"level":"warning","locations":[],"message":{"text":"m"},"ruleId":"new","ruleIndex":2}
        "#]],
        &expect![[r#"
            4:12: level-of-kind: the kind `review` has no level; `level` is `note`
            6:12: stale-rule-index: `ruleIndex` means `b`, `ruleId` is `a/sub`; the id counts
        "#]],
    );
}

#[test]
fn a_bad_result_leaves_the_others_alone() {
    check(
        r#"{"id":"a","messageStrings":{"x":{"text":"{0} in {{{1}}}"}}},{"id":"a","properties":{"security-severity":"9.8"}}"#,
        r#"7, {"message":null}, {"ruleId":"a","message":{"id":"x","arguments":["A","B"]}},
           {"ruleId":"a","message":{"text":"m"},"locations":[{"physicalLocation":{"artifactLocation":{"uri":"a b.rs"},
             "region":{"startLine":0,"startColumn":3},"contextRegion":{"startLine":1}}}]},
           {"ruleId":"a","message":{"text":"m"},"fixes":[{"description":{"text":"d"}}],"color":"red","rank":"high",
             "properties":{"tags":["x","x"],"own":[1]},"guid":"7"},
           {"ruleId":"a","level":"fatal","kind":"bad","message":{"text":"m"},"suppressions":[{"kind":"inSource"},{"kind":"?"}]}"#,
        &expect![[r#"
            {"level":"warning","locations":[],"message":{"text":"unknown found something here."},"ruleId":"unknown","ruleIndex":1,"suppressions":[]}
            {"level":"warning","locations":[],"message":{"text":"A in {B}"},"ruleId":"a","ruleIndex":0,"suppressions":[]}
            {"level":"warning","locations":[{"physicalLocation":{"artifactLocation":{"uri":"a%20b.rs"},"contextRegion":{"startLine":1},"region":{"startLine":1}},"properties":{"gatewright/unknown/region":{"startColumn":3,"startLine":0}}}],"message":{"text":"m"},"ruleId":"a","ruleIndex":0,"suppressions":[]}
            {"fixes":[],"level":"warning","locations":[],"message":{"text":"m"},"properties":{"gatewright/tags":["x","x"],"gatewright/unknown":{"color":"red"},"own":[1]},"ruleId":"a","ruleIndex":0,"suppressions":[]}
            {"level":"error","locations":[],"message":{"text":"m"},"ruleId":"a","ruleIndex":0,"suppressions":[{"kind":"inSource","status":"accepted"}]}
        "#]],
        &expect![[r#"
            1:127: duplicate-rule: a second rule `a`
            1:193: unusable-result: a result is the number 7, expected a whole object
            1:196: missing-member: a result without a message
            3:36: bad-region: `startLine` is 0, and lines and columns count from 1
            4:58: bad-fix: an object lacks what SARIF demands there
            4:109: wrong-type: `rank` is the string `high`, which SARIF does not allow there
            5:63: wrong-type: `guid` is the string `7`, which SARIF does not allow there
            4:96: unknown-member: `color` is no member that SARIF has there
            6:12: wrong-type: `kind` is `bad`, which SARIF does not have; read as `fail`
            6:12: wrong-type: `level` is `fatal`, which SARIF does not have
            6:114: wrong-type: a suppression of the kind `?`, which SARIF does not have, suppresses nothing
        "#]],
    );
}

/// Strict validators refuse a file for one list with equal elements, and GitHub's rules for a notification without help.
#[test]
fn what_must_be_distinct_is_and_what_must_be_described_is() {
    let text = r#"{"version": "2.1.0", "runs": [{
        "tool": {"driver": {"name": "t", "language": "english",
            "notifications": [{"id": "n"}, {"id": "m", "fullDescription": {"text": "Full."}}],
            "rules": [{"id": "r", "name": "r", "deprecatedIds": ["b", "b"]}]}},
        "artifacts": [{"mimeType": "a/b"}, {"mimeType": "a/b"}, {"mimeType": "a/b", "roles": ["added", "none"]}],
        "results": [{"ruleId": "r", "message": {"text": "x"}, "properties": {"tags": ["a", "a"]},
            "taxa": [{"id": "a"}, {}, {"index": 1}],
            "suppressions": [{"kind": "inSource"}, {"kind": "inSource"}],
            "relatedLocations": [
                {"physicalLocation": {"artifactLocation": {"uri": "a.go"}, "region": {"startLine": 1}}},
                {"physicalLocation": {"artifactLocation": {"uri": "a.go"}, "region": {"startLine": 1}}}
            ]}]
    }]}"#;
    let once = written(&parsed(text));
    for part in [
        r#""notifications":[{"id":"n","shortDescription":{"text":"n"},"fullDescription":{"text":"n"},"help":{"text":"n"}},"#,
        r#"{"id":"m","fullDescription":{"text":"Full."},"shortDescription":{"text":"Full."},"help":{"text":"Full."}}]"#,
        r#""artifacts":[{"mimeType":"a/b"},{"properties":{"gatewright/sameAs":0,"gatewright/index":1}},{"mimeType":"a/b","roles":["added"]"#,
        r#""deprecatedIds":["b"]"#,
        r#""taxa":[{"id":"a"},{"index":1}]"#,
        r#""suppressions":[{"kind":"inSource","status":"accepted"}]"#,
        r#""gatewright/tags":["a","a"]"#,
    ] {
        assert!(once.contains(part), "{part} is missing in {once}");
    }
    assert_eq!(once.matches("a.go").count(), 1, "{once}");
    assert!(!once.contains("english") && !once.contains(r#""name":"r""#), "{once}");
    assert_eq!(written(&parsed(&once)), once);
}
