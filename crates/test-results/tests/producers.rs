//! Reports that real tools wrote (see `testdata/README.md`): the counts are those that each tool printed.

use gatewright_test_results::{Collector, Format, Results, TestOutcome, read};

#[track_caller]
fn results(format: Format, report: &[u8]) -> Results {
    let mut collector = Collector::default();
    let parsed = read(&mut &*report, &mut collector).expect("a report that is known");
    assert_eq!((parsed.format, parsed.complete), (format, true), "{:?}", parsed.diagnostics);
    collector.finish()
}

/// Passed, failed, errored, skipped, flaky.
fn counts(results: &Results) -> [u64; 5] {
    let tests = results.tests;
    [tests.passed, tests.failed, tests.errored, tests.skipped, tests.flaky]
}

fn failures(results: &Results) -> Vec<(TestOutcome, String, String)> {
    let line = |text: &str| text.lines().next().unwrap_or_default().to_owned();
    let failures = results.failures.iter();
    failures.map(|failure| (failure.outcome, failure.title(), line(&failure.detail.message))).collect()
}

#[track_caller]
fn check(results: &Results, tests: [u64; 5], expected: &[(TestOutcome, &str, &str)]) {
    let found = failures(results);
    let found: Vec<_> =
        found.iter().map(|(outcome, name, said)| (*outcome, name.as_str(), said.as_str())).collect();
    assert_eq!((counts(results), found.as_slice()), (tests, expected));
}

use TestOutcome::{Errored, Failed, Flaky};

#[test]
fn go_test() {
    // `--- PASS:` six times without roots, `--- FAIL:` of leaves twice; bad, maine and slow fail as packages.
    check(
        &results(Format::GoTest, include_bytes!("../testdata/go-test.json")),
        [6, 2, 3, 1, 0],
        &[
            (Errored, "example.com/demo/bad › (outside of tests)", "the package does not build"),
            (
                Errored,
                "example.com/demo/maine › (outside of tests)",
                "the package failed, and none of its tests did",
            ),
            (Errored, "example.com/demo/slow › TestSlow", "panic: test timed out after 2s"),
            (Failed, "example.com/demo/panics › TestPanics/sub", "panic: boom [recovered, repanicked]"),
            (Failed, "example.com/demo/pkg › TestTable/two", "got 1, want 2"),
        ],
    );
    let twice = results(Format::GoTest, include_bytes!("../testdata/go-test-count-2.json"));
    assert_eq!((twice.runs.total(), twice.runs.failed), (12, 2));
    assert_eq!(counts(&twice), [4, 1, 0, 1, 0]);
    let mut cached = Collector::default();
    let parsed =
        read(&mut include_bytes!("../testdata/go-test-cached.json").as_slice(), &mut cached).unwrap();
    assert_eq!((parsed.cached, parsed.runs.passed), (1, 1));
}

#[test]
fn cargo_test() {
    check(
        &results(Format::Libtest, include_bytes!("../testdata/cargo-test.json")),
        [2, 3, 0, 1, 0],
        &[
            (Failed, "returns", "Error: \"wrong\""),
            (Failed, "should", "test did not panic as expected at src/lib.rs:13:4"),
            (Failed, "fails", "assertion `left == right` failed: one is not two"),
        ],
    );
}

#[test]
fn pytest() {
    // 3 failed, 5 passed, 1 skipped, 1 xfailed, 1 xpassed, 3 errors: a failure with an error in its teardown is two
    // runs of one test, so three tests fail in four runs, and a test that passed before its teardown is one as well.
    let tests = results(Format::JUnit, include_bytes!("../testdata/pytest.xml"));
    assert_eq!((tests.runs.failed, tests.runs.errored, tests.runs.skipped), (3, 3, 2));
    check(
        &tests,
        [5, 2, 3, 2, 0],
        &[
            (Errored, "test_demo › test_setup_error", "failed on setup with \"RuntimeError: setup broke\""),
            (
                Errored,
                "test_demo › test_teardown_error",
                "failed on teardown with \"RuntimeError: teardown broke\"",
            ),
            (Errored, "test_demo › test_fails_and_teardown_error", "assert False"),
            (Failed, "test_demo › test_fails", "AssertionError: one is not two"),
            (Failed, "test_demo › test_param[2]", "assert 2 == 1"),
        ],
    );
    check(
        &results(Format::JUnit, include_bytes!("../testdata/pytest-collection-error.xml")),
        [0, 0, 1, 0, 0],
        &[(Errored, "pytest › test_import", "collection failure")],
    );
}

#[test]
fn node() {
    // `# pass 5` counts the test around `child`, which is no leaf.
    let expected = [4, 2, 0, 2, 0];
    check(
        &results(Format::Tap, include_bytes!("../testdata/node.tap")),
        expected,
        &[
            (Failed, "fails", "Expected values to be strictly equal:"),
            (Failed, "suite › inner # with hash", "boom <&>"),
        ],
    );
    check(
        &results(Format::JUnit, include_bytes!("../testdata/node.xml")),
        expected,
        &[
            (Failed, "test › fails", "Expected values to be strictly equal:1 !== 2"),
            (Failed, "test › inner # with hash", "boom <&>"),
        ],
    );
}

#[test]
fn test_more() {
    // `prove` counts 7 top-level points, 2 of them failed; the subtests' leaves are counted here.
    check(
        &results(Format::Tap, include_bytes!("../testdata/test-more.tap")),
        [3, 2, 0, 3, 0],
        &[(Failed, "second # with hash", ""), (Failed, "inner › y", "")],
    );
}

#[test]
fn ctest() {
    // `3 tests failed out of 5`, with the one that could not start, which its report calls skipped; `2 did not run`.
    check(
        &results(Format::JUnit, include_bytes!("../testdata/ctest.xml")),
        [1, 2, 1, 2, 0],
        &[(Errored, "missing", "Unable to find executable"), (Failed, "fails", ""), (Failed, "slow", "")],
    );
}

#[test]
fn surefire() {
    // `Tests run: 8, Failures: 2, Errors: 2, Skipped: 1, Flakes: 1`, both classes together.
    check(
        &results(Format::JUnit, include_bytes!("../testdata/surefire-DemoTest.xml")),
        [2, 2, 1, 1, 1],
        &[
            (Errored, "org.demo.DemoTest › throwsError", "boom"),
            (Failed, "org.demo.DemoTest › rows(int)[2]", "expected: <1> but was: <2>"),
            (Failed, "org.demo.DemoTest › fails", "one is not two ==> expected: <1> but was: <2>"),
            (Flaky, "org.demo.DemoTest › flickers", "first try"),
        ],
    );
    let setup = results(Format::JUnit, include_bytes!("../testdata/surefire-SetupTest.xml"));
    assert_eq!(counts(&setup), [0, 0, 1, 0, 0]);
}
