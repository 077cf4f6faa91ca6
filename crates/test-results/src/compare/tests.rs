//! What is said of a run beside the history of those before it.

use proptest::prelude::*;

use super::*;
use crate::history::tests::{about, listed, results, rolled};

type Run<'a> = [(&'a str, &'a str, &'a str, char, u64)];

fn recorded(run: &Run<'_>) -> History {
    History::next(None, &results(run), about("base"))
}

fn titles(tests: &NamedTests) -> Vec<&str> {
    assert_eq!(tests.count, tests.named.len() as u64);
    assert!(tests.is_conclusive);
    tests.named.iter().map(|test| test.title.as_str()).collect()
}

/// The standing of the one test, after runs that ended so.
fn after(letters: &str) -> Standing {
    let failing = results(&[("", "s", "t", 'F', 0)]);
    let comparison = Comparison::new(&failing, &rolled(letters));
    assert_eq!(comparison.standings.len(), 1);
    comparison.standings[0].clone()
}

#[test]
fn a_failure_is_new_known_or_flaky() {
    let known =
        |since: &str, runs, is_at_least| Standing::Known { since: since.to_owned(), runs, is_at_least };
    assert_eq!(after("..."), Standing::New { before: PastOutcome::Passed });
    assert_eq!(after("F.."), Standing::New { before: PastOutcome::Passed }, "mended, and broken again");
    assert_eq!(after(".s"), Standing::New { before: PastOutcome::Skipped });
    assert_eq!(after("F-"), Standing::New { before: PastOutcome::Absent });
    assert_eq!(after(".F"), known("c1", 1, false));
    assert_eq!(after(".FEsF"), known("c1", 3, false));
    assert_eq!(after("FF"), known("c0", 2, false), "all that was ever recorded");
    assert_eq!(after(&"F".repeat(60)), known("c10", 50, true));
    assert_eq!(after("..~."), Standing::FlakyBefore { rate: Rate::new(1, 4) });
    assert_eq!(after(".F.sF-."), Standing::FlakyBefore { rate: Rate::new(2, 5) });
    assert_eq!(after(""), Standing::NoBaseline);
}

#[test]
fn tests_come_go_break_heal_and_are_skipped() {
    let base = recorded(&[
        ("", "k", "stays", '.', 0),
        ("", "k", "healed", 'F', 0),
        ("", "k", "gone", '.', 0),
        ("", "k", "gone failing", 'F', 0),
        ("", "k", "skipped now", '.', 0),
        ("", "k", "ran again", 's', 0),
        ("", "k", "skipped still", 's', 0),
        ("", "k", "(build)", 'X', 0),
    ]);
    let comparison = Comparison::new(
        &results(&[
            ("", "k", "stays", '.', 0),
            ("", "k", "healed", '.', 0),
            ("", "k", "skipped now", 's', 0),
            ("", "k", "ran again", 'F', 0),
            ("", "k", "skipped still", 's', 0),
            ("", "k", "brand new", '.', 0),
            ("", "k", "(link)", 'X', 0),
        ]),
        &base,
    );
    assert_eq!(titles(&comparison.fixed), ["k › (build)", "k › healed"]);
    assert_eq!(titles(&comparison.added), ["k › brand new"]);
    assert_eq!(titles(&comparison.removed), ["k › gone", "k › gone failing"]);
    assert_eq!(titles(&comparison.newly_skipped), ["k › skipped now"]);
    assert_eq!(titles(&comparison.no_longer_skipped), ["k › ran again"]);
    assert_eq!((comparison.tests, comparison.baseline_tests, comparison.fewer()), (7, 8, 1));
    assert_eq!(comparison.missing_suites, []);
    assert!(comparison.is_conclusive());
    assert_eq!(comparison.baseline.unwrap().commit, "base");
}

#[test]
fn names_that_are_not_recorded_leave_answers_open() {
    let run = [("", "k", "a", '.', 0), ("", "k", "b", '.', 0), ("", "k", "c", 'F', 0)];
    let history = History::next(None, &listed(&run, 1), about("base"));
    let comparison = Comparison::new(&results(&run), &history);
    assert_eq!((comparison.unrecorded, comparison.is_conclusive()), (2, false));
    assert_eq!(comparison.standings, [Standing::Inconclusive]);
    // The two that are unknown may be those that were not recorded.
    assert_eq!((comparison.added.count, comparison.added.is_conclusive), (0, false));
    let more = [&run[..], &[("", "k", "d", '.', 0)]].concat();
    assert_eq!(Comparison::new(&results(&more), &history).added.count, 1);
    assert_eq!((comparison.fewer(), comparison.removed.is_conclusive), (0, false));
}

#[test]
fn suites_and_variants_that_are_gone_are_named() {
    let base = recorded(&[
        ("linux", "pkg/a", "t", '.', 0),
        ("linux", "pkg/b", "t", '.', 0),
        ("linux", "pkg/b", "u", 's', 0),
        ("windows", "pkg/a", "t", '.', 0),
        ("macos", "pkg/a", "t", '.', 0),
        ("macos", "pkg/b", "t", '.', 0),
        ("linux", "", "no suite", '.', 0),
    ]);
    let now = results(&[("linux", "pkg/a", "t", '.', 0), ("windows", "pkg/b", "t", '.', 0)]);
    let comparison = Comparison::new(&now, &base);
    let shown: Vec<_> = comparison
        .missing_suites
        .iter()
        .map(|missing| (missing.variant.as_str(), missing.suite.as_str(), missing.tests))
        .collect();
    assert_eq!(shown, [("linux", "pkg/b", 2), ("macos", "", 2), ("windows", "pkg/a", 1)]);
}

#[test]
fn long_lists_are_counted_whole() {
    let names: Vec<String> = (0..1500).map(|number| format!("t{number:04}")).collect();
    let run: Vec<_> = names.iter().map(|name| ("", "k", name.as_str(), '.', 0)).collect();
    let comparison = Comparison::new(&results(&run[..1]), &recorded(&run));
    assert_eq!((comparison.removed.count, comparison.removed.named.len()), (1499, MOST_NAMED));
    assert_eq!(comparison.removed.named[0].title, "k › t0001");
    assert_eq!(comparison.fewer(), 1499);
}

/// Ten runs of tests that take so many milliseconds.
fn timed(times: &[(&str, u64)]) -> History {
    let run: Vec<_> = times.iter().map(|(name, time)| ("", "k", *name, '.', *time)).collect();
    (0..10).fold(History::default(), |history, _| History::next(Some(&history), &results(&run), about("c")))
}

#[test]
fn slower_and_faster_tests_are_told_when_it_matters() {
    let history = timed(&[("slow", 400), ("fast", 2000), ("little", 10), ("same", 400), ("failed", 100)]);
    let now = results(&[
        ("", "k", "slow", '.', 1000),
        ("", "k", "fast", '.', 300),
        ("", "k", "little", '.', 200),
        ("", "k", "same", '.', 700),
        ("", "k", "failed", 'F', 9000),
    ]);
    let comparison = Comparison::new(&now, &history);
    let titles =
        |changes: &[DurationChange]| changes.iter().map(|change| change.title.clone()).collect::<Vec<_>>();
    assert_eq!(titles(&comparison.slower), ["k › slow"]);
    assert_eq!(titles(&comparison.faster), ["k › fast"]);
    assert_eq!(comparison.pace, None, "five tests are too few");
    let slow = &comparison.slower[0];
    assert!((590..=620).contains(&(slow.difference().0 / 1_000_000)), "{slow:?}");
    // Four runs are too few.
    let young = (0..4).fold(History::default(), |history, _| {
        History::next(Some(&history), &results(&[("", "k", "t", '.', 100)]), about("c"))
    });
    assert_eq!(Comparison::new(&results(&[("", "k", "t", '.', 5000)]), &young).slower, []);
}

#[test]
fn a_slow_machine_is_no_news_of_a_test() {
    let names: Vec<String> = (0..30).map(|number| format!("t{number:02}")).collect();
    let times: Vec<_> = names.iter().map(|name| (name.as_str(), 500)).collect();
    let history = timed(&times);
    let mut now: Vec<_> = names.iter().map(|name| ("", "k", name.as_str(), '.', 1500)).collect();
    now[3].4 = 6000;
    let comparison = Comparison::new(&results(&now), &history);
    assert_eq!(comparison.slower.len(), 1);
    assert_eq!(comparison.slower[0].title, "k › t03");
    assert!((2900..=3100).contains(&comparison.pace.unwrap()), "{:?}", comparison.pace);
}

proptest! {
    #[test]
    fn noise_stays_silent(noise in prop::collection::vec(prop::collection::vec(60_u64..=140, 12), 8..20)) {
        let run = |times: &[u64]| {
            let names: Vec<String> = (0..times.len()).map(|number| format!("t{number}")).collect();
            let tests: Vec<_> = names.iter().zip(times).map(|(name, time)| ("", "k", name.as_str(), '.', time * 20)).collect();
            results(&tests)
        };
        let (last, before) = noise.split_last().unwrap();
        let history = before.iter().fold(History::default(), |history, times| {
            History::next(Some(&history), &run(times), about("c"))
        });
        let comparison = Comparison::new(&run(last), &history);
        // Times between 60 % and 140 % of what they are on average: a factor of 2.3 at the most, of 1.7 against the middle.
        prop_assert!(comparison.slower.len() + comparison.faster.len() <= 1, "{:?}", comparison);
    }

    #[test]
    fn a_run_beside_itself_has_no_news(tests in prop::collection::vec((0..3_usize, 0..9_usize, prop::sample::select(vec!['.', 'F', 's', '~', 'X'])), 0..20)) {
        let names = ["a", "b", "c", "d", "e", "f", "g", "h", "i"];
        let run: Vec<_> = tests.iter().map(|(suite, name, ended)| ("v", names[*suite], names[*name], *ended, 5)).collect();
        let comparison = Comparison::new(&results(&run), &recorded(&run));
        for list in [&comparison.added, &comparison.removed, &comparison.fixed, &comparison.newly_skipped, &comparison.no_longer_skipped] {
            prop_assert_eq!(list.count, 0);
        }
        prop_assert_eq!((comparison.fewer(), comparison.missing_suites.len()), (0, 0));
        let is_news = |standing: &Standing| matches!(standing, Standing::New { .. });
        prop_assert!(!comparison.standings.iter().any(is_news));
    }
}
