//! JUnit XML: its text in both forms, and that our reader and quick-junit's find in it what was written.

use expect_test::expect;
use proptest::prelude::*;

use super::*;
use crate::model::Attempts;
use crate::output::tests::{HOSTILE, Run, collect, read_again, runs, written};

const ALL: Limits = Limits { cases: usize::MAX, bytes: usize::MAX };

fn whole(runs: &[Run]) -> String {
    written(runs, |results, replay, out| write_within("t", results, replay, out, [ALL, PART]))
}

fn in_parts(runs: &[Run], cases: usize) -> String {
    let limits = Limits { cases, bytes: usize::MAX };
    written(runs, |results, replay, out| write_within("t", results, replay, out, [limits, limits]))
}

fn sample() -> Vec<Run> {
    let mut place =
        Run::new("pkg", "fails", Outcome::Failed).saying("AssertionError", "1 != 2", "- left\n+ right\n");
    place.names[1] = "pkg.Case".to_owned();
    place.names[3] = "tests/a.py".to_owned();
    (place.line, place.duration) = (12, Some(Nanoseconds(1_204_000_000)));
    place.properties = vec![("owner".to_owned(), "core & co".to_owned())];
    if let Some(detail) = &mut place.detail {
        (detail.file, detail.line) = ("tests/lib.py".to_owned(), 3);
    }
    let again = |outcome, failed_before, failed_by_runner| {
        let mut run = Run::new("pkg", "again", outcome).saying("E", "first", "text");
        run.attempts = Attempts { failed_before, failed_by_runner };
        run
    };
    let mut on_windows = Run::new("pkg", "passes", Outcome::Passed);
    on_windows.variant = "windows";
    vec![
        place,
        Run::new("pkg", "passes", Outcome::Passed),
        Run::new("pkg", "skipped", Outcome::Skipped).saying("", "Unable to find a device", ""),
        again(Outcome::Passed, 2, false),
        again(Outcome::Errored, 1, false),
        again(Outcome::Failed, 1, true),
        on_windows,
    ]
}

#[test]
fn one_document() {
    expect![[r#"
        <?xml version="1.0" encoding="UTF-8"?>
        <testsuites name="t" tests="7" skipped="1" failures="2" errors="1">
            <testsuite name="pkg" tests="6" skipped="1" errors="1" failures="2" time="1.204">
                <testcase name="fails" classname="pkg.Case" time="1.204" file="tests/a.py" line="12">
                    <properties>
                        <property name="owner" value="core &amp; co"/>
                    </properties>
                    <failure message="1 != 2" type="AssertionError">tests/lib.py:3
        - left
        + right
        </failure>
                </testcase>
                <testcase name="passes" classname="pkg"/>
                <testcase name="skipped" classname="pkg">
                    <skipped message="Unable to find a device"/>
                </testcase>
                <testcase name="again" classname="pkg">
                    <flakyFailure message="first" type="E">text</flakyFailure>
                    <flakyFailure>
                    </flakyFailure>
                </testcase>
                <testcase name="again" classname="pkg">
                    <error message="first" type="E">text</error>
                    <rerunError>
                    </rerunError>
                </testcase>
                <testcase name="again" classname="pkg">
                    <failure message="first" type="E">text</failure>
                    <flakyFailure>
                    </flakyFailure>
                </testcase>
            </testsuite>
            <testsuite name="windows › pkg" tests="1" skipped="0" errors="0" failures="0">
                <properties>
                    <property name="variant" value="windows"/>
                </properties>
                <testcase name="passes" classname="pkg"/>
            </testsuite>
        </testsuites>
    "#]]
    .assert_eq(&whole(&sample()));
}

#[test]
fn hostile_text_stays_text() {
    let mut run = Run::new(HOSTILE, HOSTILE, Outcome::Failed).saying(HOSTILE, HOSTILE, HOSTILE);
    run.properties = vec![(HOSTILE.to_owned(), HOSTILE.to_owned())];
    let runs = [run, Run::new("s", "passes", Outcome::Passed)];
    for text in [whole(&runs), in_parts(&runs, 1)] {
        assert_eq!(read_again(&text), (collect(&runs).runs, collect(&runs).tests));
        let is_legal = |c: char| c == '\n' || !(c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}'));
        // Outside of text, where XML itself needs them, tabs and carriage returns are pictures.
        let odd: String = text.chars().filter(|c| !is_legal(*c) && !matches!(c, '\t' | '\r')).collect();
        assert_eq!(odd, "");
        assert_eq!(
            (text.matches("<failure").count(), text.matches("]]>").count(), text.matches("<x").count()),
            (1, 0, 0)
        );
    }
}

#[test]
fn in_parts_each_counts_its_own() {
    let text = in_parts(&sample(), 2);
    assert_eq!(read_again(&text), read_again(&whole(&sample())));
    assert_eq!(text.matches("<testsuite ").count(), 3, "{text}");
    assert!(text.contains("<testsuites name=\"t\">\n    <testsuite name=\"pkg\" tests=\"3\" skipped=\"1\" errors=\"0\" failures=\"1\""), "{text}");
}

#[test]
fn tries_of_a_declared_group_are_one_case() {
    let in_group = |mut run: Run| {
        run.group = Some("shard");
        run
    };
    let runs = [
        in_group(Run::new("s", "a", Outcome::Failed).saying("E", "first try", "text")),
        in_group(Run::new("s", "b", Outcome::Passed)),
        in_group(Run::new("s", "a", Outcome::Passed)),
        in_group(Run::new("s", "b", Outcome::Failed).saying("E", "second try", "text")),
        in_group(Run::new("s", "c", Outcome::Failed)),
    ];
    let text = whole(&runs);
    assert_eq!(read_again(&text).1, collect(&runs).tests, "{text}");
    assert_eq!(text.matches("name=\"a\"").count(), 1, "{text}");
    assert!(text.contains("<flakyFailure message=\"first try\""), "{text}");
}

proptest! {
    #[test]
    fn both_forms_read_again_as_what_was_written(runs in runs(), cases in 1..9_usize) {
        let expected = collect(&runs);
        for text in [whole(&runs), in_parts(&runs, cases)] {
            let (found, _) = read_again(&text);
            prop_assert_eq!(found, expected.runs, "{}", text);
            // The second opinion.
            let report = Report::deserialize_from_str(&text);
            prop_assert!(report.is_ok(), "{:?} {}", report, text);
            let suites = report.unwrap().test_suites;
            let cases: usize = suites.iter().map(|suite| suite.test_cases.len()).sum();
            prop_assert_eq!(cases as u64, expected.runs.total());
            for suite in suites {
                prop_assert_eq!(suite.tests, suite.test_cases.len());
            }
        }
    }

    #[test]
    fn tests_stay_apart(runs in runs()) {
        let expected = collect(&runs);
        prop_assert_eq!(read_again(&whole(&runs)).1, expected.tests);
    }
}
