//! Which failures the entries hold, and what becomes of the entries.

use gatewright_core::RepoPath;
use proptest::prelude::*;

use super::*;
use crate::history::tests::{about, listed, results, rolled};

fn entry(test: &str, variant: Option<&str>, until: &str) -> Quarantine {
    Quarantine {
        test: TestPattern::new(test),
        variant: variant.map(str::to_owned),
        reason: "the clock".to_owned(),
        owner: "@team".to_owned(),
        until: until.parse().unwrap(),
        written_at: Location::file(RepoPath::new(".github/gatewright.yml").unwrap()),
    }
}

fn today() -> Date {
    "2027-03-10".parse().unwrap()
}

fn is_match(pattern: &str) -> bool {
    TestPattern::new(pattern).is_match("pkg/store", "com.example.Store", "keeps order [1]")
}

#[test]
fn a_pattern_means_names_classes_and_titles() {
    for pattern in [
        "keeps order [1]",
        "com.example.Store",
        "com.example.*",
        "pkg/store › keeps order [1]",
        "com.example.Store › *",
        "pkg/* › keeps*",
        "*order*",
        "*",
        "***",
    ] {
        assert!(is_match(pattern), "{pattern}");
    }
    for pattern in [
        "",
        "keeps order",
        "keeps order ?1]",
        "Store",
        "pkg/store",
        "com.example.Store.*",
        "*order",
        "order*",
    ] {
        assert!(!is_match(pattern), "{pattern}");
    }
    // No class is no match for a pattern that takes any class.
    assert!(!TestPattern::new(" › *").is_match("", "", "name"));
    // A star that has to give back what it took, at no great cost.
    assert!(TestPattern::new("*a*ab").is_match("", "", "aabaab"));
    assert!(!TestPattern::new(&"*a".repeat(200)).is_match("", "", &"b".repeat(4000)));
}

#[test]
fn the_first_entry_that_still_holds_takes_a_failure() {
    let run = results(&[
        ("linux", "k", "flaps", 'F', 0),
        ("windows", "k", "flaps", '~', 0),
        ("linux", "k", "late", 'F', 0),
        ("linux", "k", "other", 'F', 0),
        ("linux", "k", "(build)", 'X', 0),
        ("linux", "k", "fine", '.', 0),
    ]);
    let entries = [
        entry("flaps", Some("windows"), "2027-03-10"),
        entry("k › fl*", None, "2027-04-01"),
        entry("late", None, "2027-03-09"),
        entry("(build)", None, "2027-04-01"),
        entry("gone", None, "2027-04-01"),
    ];
    let quarantined = apply(&entries, today(), &run, None, 5);
    let held: Vec<_> = run
        .failures
        .iter()
        .zip(&quarantined.by_failure)
        .map(|(failure, entry)| (failure.variant.as_str(), failure.name.as_str(), *entry))
        .collect();
    assert_eq!(
        held,
        [
            ("linux", "(build)", None),
            ("linux", "flaps", Some(1)),
            ("linux", "late", None),
            ("linux", "other", None),
            ("windows", "flaps", Some(0)),
        ]
    );
    assert_eq!(quarantined.count(), 2);
    let standing = |number: usize| quarantined.entries[number];
    assert_eq!(standing(1).failures, 2, "both variants");
    assert_eq!((standing(2).is_expired, standing(2).failures), (true, 1));
    assert_eq!((standing(3).failures, standing(3).is_unmatched), (0, true), "what is no test can't be held");
    assert!(standing(4).is_unmatched && !standing(1).is_unmatched);
}

#[test]
fn an_entry_is_unmatched_only_where_all_names_are_known() {
    let run = [("", "k", "a", '.', 0), ("", "k", "b", '.', 0)];
    let unmatched = |results: &Results| {
        apply(&[entry("b", None, "2027-04-01"), entry("c", None, "2027-04-01")], today(), results, None, 5)
            .entries
            .iter()
            .map(|entry| entry.is_unmatched)
            .collect::<Vec<_>>()
    };
    assert_eq!(unmatched(&results(&run)), [false, true]);
    assert_eq!(unmatched(&listed(&run, 1)), [false, false]);
}

#[test]
fn what_passes_for_long_enough_can_go() {
    let passes = |letters: &str, now: char| {
        let run = results(&[("", "s", "t", now, 0)]);
        apply(&[entry("t", None, "2027-04-01")], today(), &run, Some(&rolled(letters)), 3).entries[0].passes
    };
    assert_eq!(passes("F...", '.'), Some(3));
    assert_eq!(passes("F..s.", '.'), Some(3), "a skipped run says nothing");
    assert_eq!(passes("....", 'F'), None);
    assert_eq!(passes("....", 's'), None);
    assert_eq!(passes("F..", '.'), None);
    assert_eq!(passes(".....F", '.'), None);
    // Of several tests, the one with the fewest counts; one that is new has none.
    let both = results(&[("", "k", "t1", '.', 0), ("", "k", "t2", '.', 0)]);
    let one = results(&[("", "k", "t1", '.', 0)]);
    let mut history = History::next(None, &one, about("a"));
    let passes = |history: &History| {
        apply(&[entry("t*", None, "2027-04-01")], today(), &both, Some(history), 2).entries[0].passes
    };
    for _ in 0..3 {
        history = History::next(Some(&history), &one, about("b"));
    }
    assert_eq!(passes(&history), None);
    for _ in 0..2 {
        history = History::next(Some(&history), &both, about("c"));
    }
    assert_eq!(passes(&history), Some(2));
}

/// The same by the definition, in exponential time.
fn slow(pattern: &[u8], text: &[u8]) -> bool {
    match pattern.split_first() {
        None => text.is_empty(),
        Some((b'*', rest)) => (0..=text.len()).any(|skipped| slow(rest, &text[skipped..])),
        Some((byte, rest)) => text.first() == Some(byte) && slow(rest, &text[1..]),
    }
}

proptest! {
    #[test]
    fn stars_are_any_text(pattern in "[ab*é]{0,8}", text in "[abé]{0,10}") {
        prop_assert_eq!(fits(pattern.as_bytes(), text.as_bytes()), slow(pattern.as_bytes(), text.as_bytes()));
    }
}
