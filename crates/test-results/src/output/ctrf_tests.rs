//! CTRF: its text, and that our reader finds in it what was written.

use expect_test::expect;
use proptest::prelude::*;
use serde_json::Value;

use super::*;
use crate::model::Attempts;
use crate::output::tests::{Run, collect, read_again, runs, written};

fn ctrf(runs: &[Run]) -> String {
    let about = CtrfAbout { tool: "gatewright", version: "1.0", time: 1_700_000_000 };
    written(runs, |results, replay, out| write_ctrf(&about, results, replay, out))
}

#[test]
fn a_report() {
    let mut fails =
        Run::new("pkg › unit", "fails", Outcome::Failed).saying("E", "1 != 2", "- left\n+ right\n");
    fails.names[1] = "Case".to_owned();
    fails.names[3] = "tests/a.py".to_owned();
    (fails.line, fails.duration, fails.variant) = (12, Some(Nanoseconds(1_204_900_000)), "linux");
    fails.properties = [("owner", "core"), ("tag", "slow"), ("tag", "db"), ("attachment", "out/shot.png")]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into();
    let mut flaky = Run::new("", "flaky", Outcome::Passed).saying("E", "first", "");
    flaky.attempts = Attempts { failed_before: 2, failed_by_runner: false };
    let in_group = |mut run: Run| {
        run.group = Some("shard");
        run
    };
    let runs = [
        fails,
        flaky,
        Run::new("", "", Outcome::Errored),
        Run::new("", "later", Outcome::Skipped).saying("", "not today", ""),
        in_group(Run::new("s", "tried", Outcome::Failed).saying("E", "first try", "text")),
        in_group(Run::new("s", "tried", Outcome::Passed)),
    ];
    expect![[r#"
        {"reportFormat":"CTRF","specVersion":"0.0.0","generatedBy":"gatewright","results":{"tool":{"name":"gatewright","version":"1.0"},"tests":[
        {"name":"fails","status":"failed","duration":1204,"suite":["linux","pkg","unit","Case"],"message":"1 != 2","trace":"- left\n+ right\n","line":12,"labels":{"owner":"core","tag":["slow","db"]},"filePath":"tests/a.py","attachments":[{"name":"shot.png","contentType":"image/png","path":"out/shot.png"}]},
        {"name":"flaky","status":"passed","duration":0,"message":"first","retries":2,"flaky":true},
        {"name":"(no name)","status":"failed","duration":0,"rawStatus":"errored"},
        {"name":"later","status":"skipped","duration":0,"message":"not today"},
        {"name":"tried","status":"passed","duration":0,"suite":["s"],"message":"first try","trace":"text","retries":1,"retryAttempts":[{"attempt":1,"status":"failed","message":"first try","trace":"text"}],"flaky":true}
        ],"summary":{"tests":5,"passed":2,"failed":2,"skipped":1,"pending":0,"other":0,"flaky":2,"start":1699999998796,"stop":1700000000000}}}
    "#]].assert_eq(&ctrf(&runs));
}

proptest! {
    #[test]
    fn it_reads_again_as_what_was_written(runs in runs()) {
        let expected = collect(&runs);
        let text = ctrf(&runs);
        let (found, _) = read_again(&text);
        prop_assert_eq!(found, expected.runs, "{}", text);
        let value: Value = serde_json::from_str(&text).unwrap();
        let summary = &value["results"]["summary"];
        prop_assert_eq!(&summary["tests"], expected.runs.total());
        let parts: u64 = ["passed", "failed", "skipped"].iter().filter_map(|part| summary[part].as_u64()).sum();
        prop_assert_eq!(parts, expected.runs.total());
        prop_assert_eq!(&summary["flaky"], expected.runs.flaky);
    }

    #[test]
    fn tests_stay_apart(runs in runs()) {
        let expected = collect(&runs);
        prop_assert_eq!(read_again(&ctrf(&runs)).1, expected.tests);
    }
}
