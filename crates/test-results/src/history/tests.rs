//! What a history keeps, forgets, cuts, and refuses to read.

use proptest::prelude::*;

use super::*;
use crate::model::{Occurrence, Outcome};
use crate::{Collector, Sink};

/// A run of tests: variant, suite, name, how it ended, milliseconds.
pub(crate) fn results(tests: &[(&str, &str, &str, char, u64)]) -> Results {
    listed(tests, usize::MAX)
}

pub(crate) fn listed(tests: &[(&str, &str, &str, char, u64)], most: usize) -> Results {
    let mut collector = Collector::listing(most);
    for (variant, suite, name, ended, milliseconds) in tests {
        collector.begin(0, variant, None);
        let test = TestName { suite, name, class: "", file: "" };
        let outcome = match ended {
            'F' => Outcome::Failed,
            'E' | 'X' => Outcome::Errored,
            's' => Outcome::Skipped,
            _ => Outcome::Passed,
        };
        let mut run = Occurrence::new(test, outcome);
        run.duration = (*milliseconds > 0).then_some(Nanoseconds(milliseconds * 1_000_000));
        run.attempts.failed_before = u32::from(*ended == '~');
        run.subject = if *ended == 'X' { Subject::OutsideTests } else { Subject::Test };
        collector.take(&run);
    }
    collector.finish()
}

pub(crate) fn about(commit: &str) -> RunAbout {
    RunAbout { commit: commit.to_owned(), time: 1_800_000_000 }
}

/// Runs one after the other, the oldest first; a letter is how the one test `s › t` ended, `-` that it was not there.
pub(crate) fn rolled(letters: &str) -> History {
    letters.chars().enumerate().fold(History::default(), |history, (number, ended)| {
        let run = [("", "s", "t", ended, 5)];
        let run = if ended == '-' { &[][..] } else { &run[..] };
        History::next(Some(&history), &results(run), about(&format!("c{number}")))
    })
}

fn shown(past: &Past, runs: usize) -> String {
    let letter = |outcome| match outcome {
        PastOutcome::Absent => '-',
        PastOutcome::Passed => '.',
        PastOutcome::Failed => 'F',
        PastOutcome::Errored => 'E',
        PastOutcome::Flaky => '~',
        PastOutcome::Skipped => 's',
    };
    past.outcomes.iter().take(runs).map(letter).collect()
}

#[test]
fn a_run_goes_in_front_and_the_oldest_is_forgotten() {
    let history = rolled("..FE~s-.");
    let past = history.tests().next().unwrap();
    assert_eq!(shown(past, 8), ".-s~EF..");
    assert_eq!((past.title().as_str(), past.passes), ("s › t", 1));
    assert_eq!(history.runs()[0], PastRun { commit: "c7".into(), time: 1_800_000_000, tests: 1 });
    assert_eq!(history.runs().len(), 8);
    let long = rolled(&".".repeat(70));
    assert_eq!((long.runs().len(), long.tests().next().unwrap().passes), (50, 70));
    // What did not run in a run neither ends a row of passes nor counts.
    assert_eq!(rolled(".s-.").tests().next().unwrap().passes, 2);
}

#[test]
fn a_test_that_was_gone_for_all_runs_is_forgotten() {
    let gone = |runs: usize| rolled(&format!(".{}", "-".repeat(runs)));
    assert_eq!(gone(49).tests().len(), 1);
    assert_eq!(gone(50).tests().len(), 0);
}

#[test]
fn tests_without_a_recorded_name_are_counted() {
    let run = listed(&[("", "s", "a", '.', 0), ("", "s", "b", '.', 0), ("", "s", "c", 'F', 0)], 1);
    let first = History::next(None, &run, about("a"));
    assert_eq!((first.left_out(), first.tests().len(), first.runs()[0].tests), (2, 1, 3));
    // Known tests need no roster; their outcomes come from the table.
    let second = History::next(
        Some(&first),
        &listed(&[("", "s", "a", 'F', 0), ("", "s", "b", '.', 0)], 0),
        about("b"),
    );
    assert_eq!((second.left_out(), shown(second.tests().next().unwrap(), 2).as_str()), (1, "F."));
}

#[test]
fn only_times_of_passed_runs_make_the_typical_one() {
    let runs = [('.', 100), ('F', 90_000), ('s', 1), ('.', 100)];
    let history = runs.iter().fold(History::default(), |history, (ended, time)| {
        History::next(Some(&history), &results(&[("", "s", "t", *ended, *time)]), about("c"))
    });
    let typical = history.tests().next().unwrap().typical.duration().unwrap();
    assert!((97_000_000..=100_000_000).contains(&typical.0), "{typical:?}");
}

fn whole(history: &History) -> Vec<u8> {
    let (bytes, left_out) = history.to_bytes_within(usize::MAX, &|_| false);
    assert_eq!(left_out, 0);
    bytes
}

#[test]
fn a_history_comes_back_and_its_bytes_are_always_the_same() {
    let long = "x".repeat(5000);
    let tests = [
        ("linux", "pkg/a", "TestA", '.', 10),
        ("windows", "pkg/a", "TestA", 'F', 10),
        ("linux", "pkg/a", "TestÄ", '~', 0),
        ("linux", "pkg/a", "TestÀ", 's', 0),
        ("linux", "pkg/b", "(build)", 'X', 0),
        ("linux", "pkg/b", long.as_str(), '.', 3),
        (long.as_str(), "pkg/b", "TestA", '.', 3),
    ];
    let mut history = History::default();
    for (number, count) in [7, 3, 5, 7].into_iter().enumerate() {
        history =
            History::next(Some(&history), &results(&tests[7 - count..]), about(&format!("commit {number}")));
        let bytes = whole(&history);
        assert_eq!(History::from_bytes(&bytes), Ok(history.clone()));
        assert_eq!(whole(&History::from_bytes(&bytes).unwrap()), bytes);
    }
    assert_eq!(history.tests().len(), 7);
    assert_eq!(History::from_bytes(&whole(&History::default())), Ok(History::default()));
}

/// So many tests with names like those of a large Java or Rust suite, of which a few fail or flake.
fn large(count: u64, runs: u64) -> History {
    let words =
        ["parses", "rejects", "keeps", "rounds", "reports", "merges", "empty", "nested", "unicode", "limits"];
    let mut seed = 7_u64;
    let mut random = |below: u64| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) % below
    };
    let mut history = History::default();
    for run in 0..runs {
        history.runs.push(PastRun {
            commit: format!("{:040x}", run.wrapping_mul(0x9e37_79b9_7f4a_7c15)),
            time: run,
            tests: count,
        });
    }
    let mut texts = Texts::default();
    for number in 0..count {
        let mut word = || words[usize::try_from(random(10)).unwrap()];
        let suite =
            format!("com.example.module{}.service{}.{}Test", number / 2000, number / 250, number / 125);
        let name = format!("{}_{}_when_{}_{}_{}", word(), word(), word(), word(), number % 250);
        let mut past = Past {
            id: TestId(0),
            subject: Subject::Test,
            variant: texts.one(""),
            suite: texts.one(&suite),
            class: texts.one(&suite),
            name: name.into(),
            file: texts.one(""),
            outcomes: Outcomes::default(),
            typical: Typical::default(),
            passes: 0,
        };
        let typical = 1_000_000 << random(12);
        // Tests come one by one over the time that is recorded.
        for _ in random(runs)..runs {
            let duration = Some(Nanoseconds(typical * (80 + random(40)) / 100));
            match random(10_000) {
                0..5 => past.record(PastOutcome::Failed, duration),
                5..10 => past.record(PastOutcome::Flaky, duration),
                10..20 => past.record(PastOutcome::Skipped, None),
                _ => past.record(PastOutcome::Passed, duration),
            }
        }
        past.id = past.id_by_names();
        history.tests.insert(past.id, past);
    }
    history
}

#[test]
fn a_hundred_thousand_tests_take_less_than_two_megabytes() {
    let history = large(100_000, 50);
    assert_eq!((history.tests().len(), history.runs().len()), (100_000, 50));
    let bytes = whole(&history);
    assert!(bytes.len() < 2_000_000, "{} bytes", bytes.len());
    assert_eq!(History::from_bytes(&bytes), Ok(history));
}

#[test]
fn what_is_cut_is_counted_and_what_failed_stays() {
    let history = large(2000, 4);
    let bytes = whole(&history);
    let named = |past: &Past| past.name.ends_with("_7");
    let (cut, left_out) = history.to_bytes_within(bytes.len() / 3, &named);
    assert!(cut.len() <= bytes.len() / 3 && cut.len() > bytes.len() / 4, "{} of {}", cut.len(), bytes.len());
    let kept = History::from_bytes(&cut).unwrap();
    assert_eq!(kept.tests().len() as u64 + left_out, 2000);
    assert_eq!(kept.left_out(), left_out);
    assert_eq!(kept.runs(), history.runs());
    let matters = |past: &&Past| past.outcomes.bad() > 0 || named(past);
    assert!(history.tests().filter(matters).count() > 10);
    for past in history.tests().filter(matters) {
        assert_eq!(kept.get(past.id), Some(past));
    }
    // However small the limit, there is a history, and the runs are in it.
    let (least, left_out) = history.to_bytes_within(0, &|_| false);
    assert_eq!((History::from_bytes(&least).unwrap().runs().len(), left_out), (4, 2000));
}

#[test]
fn what_is_none_is_said() {
    use HistoryError::{Broken, Later, NotOne};
    let read = |bytes: &[u8]| History::from_bytes(bytes).unwrap_err();
    assert_eq!(read(b""), NotOne);
    assert_eq!(read(b"{}"), NotOne);
    assert_eq!(read(b"gatewright.test-history/0\n"), NotOne);
    assert_eq!(read(b"gatewright.test-history/2\nanything"), Later(2));
    assert_eq!(
        read(b"gatewright.test-history/2\n").to_string(),
        "it is a history of tests in format 2, and this version reads format 1"
    );
    assert_eq!(read(b"gatewright.test-history/1\nx"), Broken("it can't be unpacked"));
    let mut bytes = whole(&rolled("..F"));
    bytes.push(0);
    assert_eq!(read(&bytes), Broken("something follows its end"));
    bytes.truncate(bytes.len() - 3);
    assert_eq!(read(&bytes), Broken("it can't be unpacked"));
    assert!(Later(2).help().contains("version"));
}

/// A payload with this behind its first line, packed.
fn packed(unpacked: &[u8]) -> Vec<u8> {
    use std::io::Write;
    let to = b"gatewright.test-history/1\n".to_vec();
    let mut encoder = flate2::write::ZlibEncoder::new(to, flate2::Compression::fast());
    encoder.write_all(unpacked).unwrap();
    encoder.finish().unwrap()
}

fn unpacked(bytes: &[u8]) -> Vec<u8> {
    use std::io::Read;
    let start = bytes.iter().position(|byte| *byte == b'\n').unwrap() + 1;
    let mut unpacked = Vec::new();
    flate2::read::ZlibDecoder::new(&bytes[start..]).read_to_end(&mut unpacked).unwrap();
    unpacked
}

#[test]
fn small_payloads_that_claim_much_are_refused_at_once() {
    use HistoryError::{Broken, TooLarge};
    let read = |unpacked: &[u8]| History::from_bytes(&packed(unpacked)).unwrap_err();
    // No runs, nothing left out, and then texts and tests without end.
    assert_eq!(read(&[0, 0, 0xff, 0xff, 0xff, 0xff, 0x0f]), TooLarge("texts"));
    assert_eq!(read(&[0, 0, 0xff, 0xff, 0x7f]), Broken("it ends too early"));
    assert_eq!(read(&[0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0x0f]), TooLarge("tests"));
    assert_eq!(read(&[51]), TooLarge("runs"));
    assert_eq!(read(&[0xff; 11]), Broken("a number is too large"));
    // Texts that each repeat the whole of the one before.
    let count = 100_000_u64;
    let mut texts = vec![0, 0, 0xa0, 0x8d, 0x06, 0];
    (1..count).for_each(|_| texts.extend([0x80, 0x20]));
    texts.extend([0x80, 0x20]);
    (1..count).for_each(|_| texts.push(0));
    texts.resize(texts.len() + 4096, b'x');
    assert_eq!(read(&texts), TooLarge("its texts"));
}

type Test = (usize, usize, usize, char, u64);

fn runs() -> impl Strategy<Value = Vec<Vec<Test>>> {
    let ended = prop::sample::select(vec!['.', '.', '.', 'F', 'E', '~', 's', 'X']);
    let test = (0..2_usize, 0..3_usize, 0..6_usize, ended, 0..10_000_u64);
    prop::collection::vec(prop::collection::vec(test, 0..12), 0..6)
}

fn history(runs: &[Vec<Test>]) -> History {
    let names = ["", "a", "ab", "abc", "é", "è"];
    runs.iter().fold(History::default(), |history, run| {
        let tests: Vec<_> = run
            .iter()
            .map(|(variant, suite, name, ended, time)| {
                (["", "linux"][*variant], names[*suite], names[*name], *ended, *time)
            })
            .collect();
        History::next(Some(&history), &results(&tests), about("c"))
    })
}

proptest! {
    #[test]
    fn every_history_comes_back(runs in runs(), most in 0..400_usize) {
        let history = history(&runs);
        prop_assert_eq!(&History::from_bytes(&whole(&history)).unwrap(), &history);
        let (bytes, left_out) = history.to_bytes_within(most, &|_| false);
        let cut = History::from_bytes(&bytes).unwrap();
        prop_assert_eq!(cut.tests().len() as u64 + left_out, history.tests().len() as u64);
        prop_assert!(bytes.len() <= most || cut.tests().len() == 0);
        prop_assert!(cut.tests().all(|past| history.get(past.id) == Some(past)));
    }

    #[test]
    fn no_bytes_panic(runs in runs(), changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4)) {
        let bytes = whole(&history(&runs));
        let mut inside = unpacked(&bytes);
        let mut outside = bytes;
        for (at, byte) in changes {
            let place = at.index(outside.len());
            outside[place] = byte;
            let place = at.index(inside.len());
            inside[place] = byte;
        }
        let _ = History::from_bytes(&outside);
        if let Ok(read) = History::from_bytes(&packed(&inside)) {
            // What is taken is a history, and says the same again.
            let again = whole(&read);
            prop_assert_eq!(History::from_bytes(&again).unwrap(), read);
        }
    }

    #[test]
    fn no_stream_panics(inside in prop::collection::vec(any::<u8>(), 0..60)) {
        let _ = History::from_bytes(&packed(&inside));
    }
}
