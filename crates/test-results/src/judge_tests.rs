//! From reports as text to what the judge says, as people would read it.

use std::fmt::Write;

use expect_test::{Expect, expect};
use gatewright_core::RepoPath;
use gatewright_core::report::{Block, Inline, Policy as StatePolicy};

use super::*;
use crate::{Collector, ReportEvidence, read};

/// Files of the repository that reports may mean.
const FILES: [&str; 4] = ["pkg/a_test.go", "src/test/java/org/ATest.java", "tests/test_a.py", "results.xml"];

fn resolve(path: &str, _: Option<&RepoPath>) -> Option<RepoPath> {
    let file = FILES.iter().find(|file| path.ends_with(*file) || file.ends_with(&format!("/{path}")))?;
    RepoPath::new(file).ok()
}

/// Reports as (variant, group of attempts, text).
fn judged(reports: &[(&str, Option<&str>, &str)], policy: &Policy) -> Report {
    let mut collector = Collector::default();
    let mut read_reports = Vec::new();
    for (index, (variant, attempts, text)) in reports.iter().enumerate() {
        collector.begin(index, variant, *attempts);
        let (content, help) = match read(&mut text.as_bytes(), &mut collector) {
            Ok(parsed) => (Ok(parsed.into()), String::new()),
            Err(error) => (Err(error.to_string()), error.help().to_owned()),
        };
        read_reports.push(ReportEvidence {
            shown: format!("results{index}.xml"),
            path: None,
            variant: (*variant).to_owned(),
            shard: None,
            stale: None,
            content,
            help,
        });
    }
    judge(&Evidence::new(read_reports, collector.finish(), &resolve), policy, &Circumstances::default())
}

fn missing(pattern: &str) -> Circumstances {
    Circumstances { missing: vec![pattern.to_owned()], ..Circumstances::default() }
}

fn inline(content: &[Inline]) -> String {
    let piece = |piece: &Inline| match piece {
        Inline::Text { text } => text.clone(),
        Inline::Strong { text } => format!("*{text}*"),
        Inline::Code { text } => format!("`{text}`"),
        Inline::Place { path, line, .. } => format!("<{path}:{}>", line.unwrap_or(0)),
    };
    content.iter().map(piece).collect()
}

fn shown(report: &Report) -> String {
    let mut text = format!("# {}\n", report.headline);
    for measure in &report.measures {
        write!(text, "{}={} ", measure.reference(), measure.display).unwrap();
    }
    text.push('\n');
    for state in &report.states {
        writeln!(text, "state {} ({}): {}\n  help: {}", state.name, state.policy, state.message, state.help)
            .unwrap();
    }
    for finding in &report.findings {
        let place = finding
            .location
            .as_ref()
            .map_or(String::new(), |place| format!(" at {}:{}", place.path, place.line.unwrap_or(0)));
        writeln!(
            text,
            "finding {} {:?} {:?}{place}: {}",
            finding.rule, finding.severity, finding.outcome, finding.message
        )
        .unwrap();
    }
    for section in &report.sections {
        writeln!(text, "## {} ({})", section.title, section.rank).unwrap();
        for block in &section.blocks {
            match block {
                Block::Text { content } => writeln!(text, "{}", inline(content)).unwrap(),
                Block::Code { text: code } => writeln!(text, "    {}", code.replace('\n', "\n    ")).unwrap(),
                Block::Table { columns, rows } => {
                    writeln!(
                        text,
                        "| {}",
                        columns.iter().map(|column| column.title.as_str()).collect::<Vec<_>>().join(" | ")
                    )
                    .unwrap();
                    for row in rows {
                        assert_eq!(row.len(), columns.len());
                        writeln!(
                            text,
                            "| {}",
                            row.iter().map(|cell| inline(cell)).collect::<Vec<_>>().join(" | ")
                        )
                        .unwrap();
                    }
                }
            }
        }
    }
    text
}

#[track_caller]
fn check(reports: &[(&str, Option<&str>, &str)], expected: &Expect) {
    expected.assert_eq(&shown(&judged(reports, &Policy::default())));
}

#[test]
fn what_broke_and_what_flaked() {
    check(
        &[
            (
                "linux",
                None,
                r#"<testsuite name="org.ATest"><testcase classname="org.ATest" name="works" time="0.5"><failure message="expected 1" type="AssertionError">	at java.base/java.util.List.of(List.java:1)
	at org.ATest.works(ATest.java:31)</failure></testcase>
<testcase classname="org.ATest" name="flickers" time="2.5"><flakyFailure message="timeout">at org.ATest.flickers(ATest.java:7)</flakyFailure></testcase>
<testcase classname="org.ATest" name="passes" time="0.001"/></testsuite>"#,
            ),
            (
                "windows",
                None,
                "{\"Action\":\"output\",\"Package\":\"m/pkg\",\"Test\":\"TestA\",\"Output\":\"    a_test.go:12: got 1\\n\"}\n{\"Action\":\"fail\",\"Package\":\"m/pkg\",\"Test\":\"TestA\",\"Elapsed\":0.1}\n{\"Action\":\"fail\",\"Package\":\"m/pkg\"}\n",
            ),
        ],
        &expect![[r#"
            # 2 failed, 1 flaky, 1 passed of 4 tests, 3.101 s
            tests.total=4 tests.passed=1 tests.failed=2 tests.errored=0 tests.skipped=0 tests.flaky=1 tests.runs=4 tests.total[variant:linux]=3 tests.passed[variant:linux]=1 tests.failed[variant:linux]=1 tests.errored[variant:linux]=0 tests.skipped[variant:linux]=0 tests.flaky[variant:linux]=1 tests.total[variant:windows]=1 tests.passed[variant:windows]=0 tests.failed[variant:windows]=1 tests.errored[variant:windows]=0 tests.skipped[variant:windows]=0 tests.flaky[variant:windows]=0 
            state flaky (warn): one test is flaky
              help: Find what they depend on besides the code: time, order, ports, the network.
            finding failed-test High Fail at src/test/java/org/ATest.java:31: Failed: org.ATest › works (linux): expected 1
            finding failed-test High Fail at pkg/a_test.go:12: Failed: m/pkg › TestA (windows): got 1
            finding flaky-test Medium Unknown at src/test/java/org/ATest.java:7: Passed after a failed attempt: org.ATest › flickers (linux): timeout
            ## Failed tests (10)
            *org.ATest › works* (linux) at <src/test/java/org/ATest.java:31>
                AssertionError: expected 1
                	at java.base/java.util.List.of(List.java:1)
                	at org.ATest.works(ATest.java:31)
            *m/pkg › TestA* (windows) at <pkg/a_test.go:12>
                    a_test.go:12: got 1
            ## Run the failures again (15)
                mvn test -Dsurefire.failIfNoSpecifiedTests=false '-Dtest=org.ATest#works'
                go test -run '^TestA$' m/pkg
            ## Flaky tests (20)
            | Test | Failed | Where | First failure
            | `org.ATest › flickers` | 1 | <src/test/java/org/ATest.java:7> | timeout
            ## By variant (30)
            | Variant | Failed | Errors | Flaky | Skipped | Passed
            | `linux` | 1 |  | 1 |  | 1
            | `windows` | 1 |  |  |  | 
            ## By suite (50)
            | Suite | Failed | Errors | Flaky | Skipped | Passed | Time
            | `org.ATest` (linux) | 1 |  | 1 |  | 1 | 3.001 s
            | `m/pkg` (windows) | 1 |  |  |  |  | 100 ms
            ## Slowest tests (60)
            | Test | Time
            | `org.ATest › flickers` (linux) | 2.500 s
            | `org.ATest › works` (linux) | 500 ms
            | `m/pkg › TestA` (windows) | 100 ms
            | `org.ATest › passes` (linux) | 1 ms
            ## What was read (90)
            | Report | Read as | Runs | Notes
            | `results0.xml` (linux) | JUnit XML | 3 | 
            | `results1.xml` (windows) | go test -json | 1 | 
        "#]],
    );
}

#[test]
fn never_green_by_absence() {
    check(
        &[],
        &expect![[r#"
        # no test ran

    "#]],
    );
    check(
        &[("", None, "<testsuites/>")],
        &expect![[r#"
            # no test ran

            state no-tests (fail): the reports hold no test
              help: Check the filter that chooses the tests, and the step that runs them.
            ## What was read (90)
            | Report | Read as | Runs | Notes
            | `results0.xml` | JUnit XML | 0 | 
        "#]],
    );
    check(
        &[("", None, "<testsuite><testcase name=\"a\"><skipped/></testcase></testsuite>")],
        &expect![[r#"
            # 1 skipped of 1 test
            tests.total=1 tests.passed=0 tests.failed=0 tests.errored=0 tests.skipped=1 tests.flaky=0 tests.runs=1 
            state no-tests (fail): the one test was skipped
              help: Check the filter that chooses the tests, and the step that runs them.
            ## What was read (90)
            | Report | Read as | Runs | Notes
            | `results0.xml` | JUnit XML | 1 | 
        "#]],
    );
    check(
        &[("", None, ""), ("", None, "<testsuite><testcase name=\"a\"/>")],
        &expect![[r#"
        # 1 passed of 1 test
        tests.total=1 tests.passed=1 tests.failed=0 tests.errored=0 tests.skipped=0 tests.flaky=0 tests.runs=1 
        state unreadable-report (fail): results0.xml: the report is empty
          help: The producer wrote nothing: look at the step that runs the tests.
        state unreadable-report (fail): results1.xml: one broken place, first at line 1: the report ends before its last element does
          help: The test process was killed or the disk was full: look at the step that runs the tests, then run it again.
        finding broken-report High Unknown: results0.xml: the report is empty.
        finding broken-report High Unknown: results1.xml:1:32: the report ends before its last element does.
        ## What was read (90)
        | Report | Read as | Runs | Notes
        | `results0.xml` | nothing |  | the report is empty
        | `results1.xml` | JUnit XML | 1 | 1 × truncated
    "#]],
    );
    let missing = judge(&Evidence::default(), &Policy::default(), &missing("**/junit.xml"));
    expect![[r#"
        # no test ran

        state missing-report (fail): no test report at **/junit.xml
          help: Run the tests before this, or name the reports in `files`.
    "#]]
    .assert_eq(&shown(&missing));
}

#[test]
fn policies_decide_over_failures_and_flaky_ones() {
    let reports = [(
        "",
        None,
        "<testsuite><testcase name=\"a\"><failure/></testcase><testcase name=\"b\"><flakyError/></testcase></testsuite>",
    )];
    for (on_failure, on_flaky) in [
        (StatePolicy::Fail, StatePolicy::Fail),
        (StatePolicy::Warn, StatePolicy::Warn),
        (StatePolicy::Ignore, StatePolicy::Ignore),
    ] {
        let policy = Policy { on_failure, on_flaky, ..Policy::default() };
        let report = judged(&reports, &policy);
        let fails = report
            .findings
            .iter()
            .filter(|finding| finding.outcome == gatewright_core::report::FindingOutcome::Fail)
            .count();
        assert_eq!(fails, if on_failure == StatePolicy::Fail { 2 } else { 0 });
        let states: Vec<_> = report.states.iter().map(|state| (state.name.as_str(), state.policy)).collect();
        let expected: &[_] = if on_failure == StatePolicy::Warn {
            &[("failure", StatePolicy::Warn), ("flaky", StatePolicy::Warn)]
        } else {
            &[]
        };
        assert_eq!(states, expected);
    }
}

#[test]
fn a_limit_on_findings_fails_the_gate_all_the_same() {
    let cases: String =
        (0..1500).map(|number| format!("<testcase name=\"t{number}\"><failure/></testcase>")).collect();
    let text = format!("<testsuite>{cases}</testsuite>");
    let report = judged(&[("", None, &text)], &Policy::default());
    assert_eq!(report.findings.len(), rules::MOST_FINDINGS);
    assert_eq!(report.states[0].message, "1500 tests failed, of which the first 1000 are findings");
}

#[test]
fn attempts_of_a_declared_group() {
    let failed = "<testsuite name=\"s\"><testcase name=\"a\"><failure message=\"x\"/></testcase></testsuite>";
    let passed = "<testsuite name=\"s\"><testcase name=\"a\"/></testsuite>";
    let report = judged(&[("", Some("1"), failed), ("", Some("1"), passed)], &Policy::default());
    assert_eq!(report.headline, "1 flaky of 1 test in 2 runs");
    let report = judged(&[("", None, failed), ("", None, passed)], &Policy::default());
    assert_eq!(report.headline, "1 failed of 1 test in 2 runs");
}
