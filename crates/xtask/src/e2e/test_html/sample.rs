//! The results of a made-up run: twenty thousand tests in three variants, with failures of every kind, histories, and
//! names that try to break out of the page.

use std::io;

use gatewright_core::RepoPath;
use gatewright_test_results::output::Runs;
use gatewright_test_results::output::html::{HistoryStrip, HtmlReport, TestNotes, write_html};
use gatewright_test_results::{
    Attempts, Collector, Detail, Evidence, Excerpt, Nanoseconds, Occurrence, Outcome, PastOutcome, Sink,
    Subject, TestId, TestName,
};

/// A name that is markup and turns the direction of text.
pub(super) const HOSTILE: &str =
    "<img src=x onerror=window.pwned=1>\u{202e}gpj\"&amp;'</script><script>window.pwned=2</script>";

/// What its failure says.
const HOSTILE_TEXT: &str =
    "</script><script>window.pwned = 3</script>\u{202e}\u{2028}\u{0}\u{1b}[31mred\u{1b}[0m<!--\n";

const VARIANTS: [&str; 3] = ["linux", "windows", "macos"];

const WORDS: [&str; 12] = [
    "applies_discount",
    "rejects_empty_cart",
    "keeps_order_stable",
    "parses_header",
    "retries_on_timeout",
    "renders_summary",
    "rounds_half_even",
    "survives_restart",
    "escapes_markup",
    "merges_parts",
    "reports_progress",
    "closes_socket",
];

/// The evidence, and how to show it.
pub(in crate::e2e) struct Sample {
    pub(in crate::e2e) evidence: Evidence,
}

impl Sample {
    pub(in crate::e2e) fn new(tests: usize) -> Self {
        let mut collector = Collector::listing(tests + 10);
        for (number, variant) in VARIANTS.iter().enumerate() {
            collector.begin(number, variant, None);
            tell_report(tests, number, &mut collector);
        }
        let evidence = Evidence::new(Vec::new(), collector.finish(), &|path, _| RepoPath::new(path).ok());
        Self { evidence }
    }

    /// Hands over the report's files.
    pub(super) fn write(&self, sink: &mut dyn FnMut(&str, Vec<u8>) -> io::Result<()>) -> io::Result<()> {
        let failing: Vec<TestId> = self.evidence.results.failures.iter().map(|failure| failure.id).collect();
        let notes = |id: TestId| {
            let place = failing.iter().position(|known| *known == id);
            TestNotes {
                is_new: place.is_some_and(|place| place % 4 == 1),
                standing: place
                    .map(|_| "known: it failed in 3 runs before, since 9c0ffee".to_owned())
                    .unwrap_or_default(),
                quarantine: place
                    .filter(|place| place % 9 == 4)
                    .map(|_| "until 2031-01-01, owned by @orders: the payment sandbox is down".to_owned()),
                history: Some(history(id, place.is_some())),
            }
        };
        let report = HtmlReport {
            title: "shop · nightly",
            verdict: "fail",
            headline: &self.headline(),
            reasons: &["tests.failed is 160, and 0 are allowed".to_owned()],
            subject: &[("Commit", "1a2b3c4"), ("Branch", "main"), ("Time", "2026-11-21 17:00 UTC")],
            evidence: &self.evidence,
            notes: &notes,
            blob: Some("https://github.com/example/shop/blob/1a2b3c4"),
        };
        write_html(&report, sink)
    }

    fn headline(&self) -> String {
        let tests = self.evidence.results.tests;
        format!(
            "{} failed, {} errors, {} flaky, {} skipped, {} passed of {} tests",
            tests.failed,
            tests.errored,
            tests.flaky,
            tests.skipped,
            tests.passed,
            tests.total()
        )
    }
}

/// Reads the reports once more.
pub(in crate::e2e) fn replay(tests: usize, into: &mut dyn Runs) {
    for (number, variant) in VARIANTS.iter().enumerate() {
        into.begin(variant, None);
        tell_report(tests, number, into);
    }
}

/// The report of one variant: every third test, and in the last what is odd.
fn tell_report(tests: usize, number: usize, sink: &mut dyn Sink) {
    (0..tests).filter(|test| test % VARIANTS.len() == number).for_each(|test| tell(test, sink));
    if number == VARIANTS.len() - 1 {
        tell_odd(sink);
    }
}

/// Sixty runs: most tests pass always, those that fail now did so now and then.
fn history(id: TestId, fails: bool) -> HistoryStrip {
    let outcome = |run: u64| match (id.0 >> (run % 50)) & 7 {
        0 if fails => PastOutcome::Failed,
        1 if fails => PastOutcome::Flaky,
        _ if run < id.0 % 9 => PastOutcome::Absent,
        _ if id.0.is_multiple_of(211) => PastOutcome::Skipped,
        _ => PastOutcome::Passed,
    };
    let rate = if fails { "4 of 60 runs, 6.7 % (2.6–15.9 %)" } else { "" };
    HistoryStrip { outcomes: (0..60).map(outcome).collect(), rate: rate.to_owned() }
}

fn tell(test: usize, sink: &mut dyn Sink) {
    let word = WORDS[test % WORDS.len()];
    let module = test / 97 % 180;
    let suite = format!("shop/{}/module_{module:03}", ["orders", "billing", "search", "mail"][module % 4]);
    let class =
        if module.is_multiple_of(3) { format!("org.example.shop.Module{module}Test") } else { String::new() };
    let (name, file) = (format!("{word}_{test}"), format!("{suite}/{word}_test.py"));
    let name = TestName { suite: &suite, class: &class, name: &name, file: &file };
    let duration = Some(Nanoseconds(
        (test as u64 * 7919 % 90_000) * 1000 + if test == 4242 { 75_500_000_000 } else { 0 },
    ));
    let line = u32::try_from(10 + test % 300).unwrap_or(1);
    let run = |outcome| Occurrence { duration, line, ..Occurrence::new(name, outcome) };
    let detail = failure(test, &file, line);
    let properties =
        [("owner", "orders"), ("attachment", "screens/checkout-1.png"), ("browser", "chromium 156")]
            .map(|(name, value)| (name.to_owned(), value.to_owned()));
    match test % 1000 {
        7 | 131 | 257 | 389 | 499 | 613 => sink.take(&Occurrence {
            detail: Some(&detail),
            properties: &properties,
            report_line: test as u64,
            ..run(Outcome::Failed)
        }),
        800 | 911 => sink.take(&Occurrence { detail: Some(&detail), ..run(Outcome::Errored) }),
        55 | 555 | 777 => sink.take(&Occurrence {
            detail: Some(&detail),
            attempts: Attempts { failed_before: 2, failed_by_runner: test % 1000 == 777 },
            ..run(if test % 1000 == 777 { Outcome::Failed } else { Outcome::Passed })
        }),
        300..=318 => sink.take(&run(Outcome::Skipped)),
        _ => sink.take(&run(Outcome::Passed)),
    }
}

fn failure(number: usize, file: &str, line: u32) -> Detail {
    let (kind, message, text) = match number % 3 {
        0 => (
            "AssertionError",
            format!("expected total {number} but found {}", number + 1),
            format!(
                "    def test_total(cart):\n>       assert cart.total() == {number}\nE       assert {} == {number}\n\nDiff:\n  {{\n    \"currency\": \"EUR\",\n-   \"total\": {number},\n+   \"total\": {},\n    \"items\": []\n  }}\n\n{file}:{line}: AssertionError\n{}",
                number + 1,
                number + 1,
                "---- captured output ----\nINFO shop.orders: one more line of the log\n".repeat(180)
            ),
        ),
        1 => (
            "java.lang.IllegalStateException",
            String::new(),
            (0..100).fold(
                "java.lang.IllegalStateException: connection was closed\n".to_owned(),
                |text, frame| {
                    format!("{text}\tat org.example.shop.Client.call{frame}(Client.java:{})\n", 100 + frame)
                },
            ),
        ),
        _ => (
            "TimeoutError",
            format!("no answer within 30 s from the service of order {number}"),
            String::new(),
        ),
    };
    let text = if number % 1000 == 131 {
        Excerpt { head: "first words\n".repeat(300), left_out: 1_234_567, tail: "last words\n".repeat(100) }
    } else {
        Excerpt::whole(text)
    };
    Detail { kind: kind.to_owned(), message, text, file: file.to_owned(), line, is_crash: false }
}

fn tell_odd(sink: &mut dyn Sink) {
    let hostile = TestName { suite: "odd › <b>suite</b>", class: "", name: HOSTILE, file: "odd/<i>.rs" };
    let text = Excerpt::whole(HOSTILE_TEXT);
    let detail = Detail { kind: "<u>".to_owned(), message: HOSTILE.to_owned(), text, ..Detail::default() };
    let properties = [
        ("attachment".to_owned(), "javascript:window.pwned=4".to_owned()),
        ("</dd><img src=x onerror=window.pwned=5>".to_owned(), HOSTILE.to_owned()),
    ];
    sink.take(&Occurrence {
        detail: Some(&detail),
        properties: &properties,
        ..Occurrence::new(hostile, Outcome::Failed)
    });
    let long = "a_very_long_name_without_any_blank".repeat(20);
    let named = TestName { suite: "odd", class: "", name: &long, file: "" };
    sink.take(&Occurrence::new(named, Outcome::Passed));
    let setup = TestName { suite: "odd", class: "", name: "(outside of tests)", file: "" };
    let detail = Detail {
        message: "the database of the tests did not start".to_owned(),
        text: Excerpt::whole("docker: no space left on device\n"),
        ..Detail::default()
    };
    sink.take(&Occurrence {
        subject: Subject::OutsideTests,
        detail: Some(&detail),
        ..Occurrence::new(setup, Outcome::Errored)
    });
}
