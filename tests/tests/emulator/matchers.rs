//! Problem matchers: validation, one line, several lines, loops, severities and files.

use gatewright_tests::emulator::matchers::Matchers;
use gatewright_tests::emulator::{Job, Setting, Shown, StepResult, judge};

use super::{messages, on_disk, prints, texts};

fn setting(matcher: &str) -> Setting {
    on_disk(&[
        ("/builds/work/repo/repo/m.json", matcher),
        (
            "/builds/work/repo/repo/.git/config",
            "[remote \"origin\"]\n\turl = https://github.com/owner/repo\n",
        ),
        ("/builds/work/repo/repo/src/a.c", ""),
        ("/builds/work/repo/repo/vendor/.git/config", "\turl = https://github.com/other/repo\n"),
        ("/builds/work/repo/repo/vendor/b.c", ""),
    ])
}

fn matched(matcher: &str, lines: &str) -> Shown {
    judge(&prints(&format!("::add-matcher::m.json\n{lines}")), &setting(matcher))
}

const GCC: &str = r#"{"problemMatcher":[{"owner":"gcc","severity":"warning","pattern":[
    {"regexp":"^(.+?):(\\d+):(\\d+): (?:(\\w+): )?(.*)$","file":1,"line":2,"column":3,"severity":4,"message":5}]}]}"#;

const ESLINT: &str = r#"{"problemMatcher":[{"owner":"eslint","pattern":[
    {"regexp":"^([^\\s].*)$","file":1},
    {"regexp":"^\\s+(\\d+):(\\d+)\\s+(\\w+)\\s+(.*)$","line":1,"column":2,"severity":3,"message":4,"loop":true}]}]}"#;

#[test]
fn one_line_with_severity_and_file() {
    let shown = matched(
        GCC,
        "src/a.c:1:2: error: bad\nsrc/a.c:3:4: no severity\nsrc/a.c:5:6: fatal: unknown severity\nplain\n",
    );
    assert_eq!(texts(&shown), ["error src/a.c 1 col 2: bad", "warning src/a.c 3 col 4: no severity"]);
    assert_eq!(shown.log[0], "##[error]src/a.c:1:2: error: bad");
    assert_eq!(shown.log[2..], ["src/a.c:5:6: fatal: unknown severity", "plain"]);
}

#[test]
fn a_file_must_exist_in_the_repository() {
    let shown = matched(
        GCC,
        "src/none.c:1:2: error: a\nvendor/b.c:1:2: error: b\n/builds/work/repo/repo/src/../src/a.c:1:2: error: c\n/etc/x:1:2: error: d",
    );
    assert_eq!(
        texts(&shown),
        ["error 1 col 2: a", "error 1 col 2: b", "error src/a.c 1 col 2: c", "error 1 col 2: d"]
    );
}

#[test]
fn colours_are_stripped_first() {
    let shown = matched(GCC, "\u{1b}[1m\u{1b}[31;1msrc/a.c:1:2: \u{1b}[merror: bad\u{1b}[0m");
    assert_eq!(texts(&shown), ["error src/a.c 1 col 2: bad"]);
    assert_eq!(shown.log, ["##[error]src/a.c:1:2: error: bad"]);
}

#[test]
fn a_loop_repeats_its_last_pattern() {
    let shown = matched(ESLINT, "src/a.c\n  1:2  error  one\n  3:4  warning  two\n\n  5:6  error  none\n");
    assert_eq!(texts(&shown), ["error src/a.c 1 col 2: one", "warning src/a.c 3 col 4: two"]);
}

#[test]
fn without_a_loop_the_state_is_cleared() {
    let shown =
        matched(&ESLINT.replace(",\"loop\":true", ""), "src/a.c\n  1:2  error  one\n  3:4  error  two\n");
    assert_eq!(messages(&shown), ["one"]);
}

#[test]
fn a_match_resets_the_other_matchers() {
    let quick = r#"{"owner":"quick","pattern":[{"regexp":"^quick (.*)$","message":1}]}"#;
    let slow = r#"{"owner":"slow","pattern":[{"regexp":"^file (.*)$","file":1},{"regexp":"^.*(slow)$","message":1}]}"#;
    let json = format!(r#"{{"problemMatcher":[{slow},{quick}]}}"#);
    assert_eq!(messages(&matched(&json, "file src/a.c\nit is slow")), ["slow"]);
    assert_eq!(messages(&matched(&json, "file src/a.c\nquick one slow\nit is slow")), ["one slow"]);
}

#[test]
fn matchers_reach_later_steps_without_their_state() {
    let mut job = Job::new(setting(ESLINT));
    job.run(&prints("::add-matcher::m.json\nsrc/a.c\n"));
    assert!(job.run(&prints("  1:2  error  one\n")).annotations.is_empty());
    assert_eq!(messages(&job.run(&prints("src/a.c\n  1:2  error  one\n"))), ["one"]);
}

#[test]
fn a_blank_message_is_skipped() {
    assert!(matched(GCC, "src/a.c:1:2: error:  ").annotations.is_empty());
}

#[test]
fn the_newest_matcher_is_tried_first_and_an_owner_replaces_itself() {
    let matcher = |owner: &str, severity: &str| {
        format!(
            r#"{{"owner":"{owner}","severity":"{severity}","pattern":[{{"regexp":"^x: (.*)$","message":1}}]}}"#
        )
    };
    let json = format!(r#"{{"problemMatcher":[{},{}]}}"#, matcher("a", "error"), matcher("b", "notice"));
    assert_eq!(texts(&matched(&json, "x: y")), ["notice @1: y"]);
    assert_eq!(texts(&matched(&json, "::remove-matcher owner=B::\nx: y")), ["error @1: y"]);
    assert!(matched(&json, "::remove-matcher::m.json\nx: y").annotations.is_empty());
    assert_eq!(
        messages(&matched(&json, "::remove-matcher owner=a::m.json")),
        [
            "Either specify an owner name or a file path in ##[remove-matcher] command. Both values cannot be set."
        ]
    );
}

#[test]
fn matches_count_against_the_ten() {
    let shown = matched(GCC, &"src/a.c:1:2: error: bad\n".repeat(12));
    assert_eq!((shown.annotations.len(), shown.dropped.len()), (10, 2));
}

#[test]
fn digits_are_ascii_only() {
    assert!(matched(GCC, "src/a.c:١:2: error: bad").annotations.is_empty());
}

#[test]
fn a_matcher_that_takes_too_long_is_removed() {
    let slow =
        r#"{"problemMatcher":[{"owner":"slow","pattern":[{"regexp":"^(a+)+(?!b)\\1$","message":1}]}]}"#;
    let shown = matched(slow, &format!("{}c\nnext", "a".repeat(60)));
    assert!(messages(&shown)[0].starts_with("Removing issue matcher 'slow'. Matcher failed 3 times."));
    assert_eq!(shown.log.last().map(String::as_str), Some("next"));
}

#[test]
fn configurations_are_validated() {
    let one = |owner: &str, patterns: &str| {
        Matchers::default()
            .add(&format!(r#"{{"problemMatcher":[{{"owner":"{owner}","pattern":[{patterns}]}}]}}"#))
    };
    for (owner, patterns, error) in [
        ("", "", "Owner must not be empty"),
        ("a", "", "Matcher 'a' does not contain any patterns"),
        ("a", r#"{"regexp":"(x)","file":1}"#, "At least one pattern must set 'message'"),
        (
            "a",
            r#"{"regexp":"(x)","message":1,"loop":true}"#,
            "Only the last pattern in a multiline matcher may set 'loop'",
        ),
        (
            "a",
            r#"{"regexp":"(x)","message":1},{"regexp":"x","loop":true}"#,
            "The loop pattern must set 'message'",
        ),
        (
            "a",
            r#"{"regexp":"(x)","message":1},{"regexp":"(x)","message":1}"#,
            "The property 'message' is set twice",
        ),
        ("a", r#"{"regexp":"(x)","message":2}"#, "The property 'message' is set to 2 which is out of range"),
    ] {
        assert_eq!(one(owner, patterns), Err(error.to_owned()));
    }
    let twice = r#"{"owner":"a","pattern":[{"regexp":"x","message":0}]}"#;
    let json = format!(r#"{{"problemMatcher":[{twice},{}]}}"#, twice.replace("\"a\"", "\"A\""));
    assert_eq!(Matchers::default().add(&json), Err("Duplicate owner name 'A'".to_owned()));
}

#[test]
fn a_bad_configuration_fails_the_step() {
    let shown = matched("{", "x");
    assert_eq!(shown.result, StepResult::Failure);
    assert_eq!(messages(&shown)[0], "Unable to process command '::add-matcher::m.json' successfully.");
    let missing = judge(&prints("::add-matcher::none.json"), &setting(GCC));
    assert_eq!(messages(&missing)[1], "Could not find file '/builds/work/repo/repo/none.json'.");
}
