//! What the tests of all outputs share: runs of any kind, and what they come to when they are read again.

use proptest::collection::vec;
use proptest::prelude::*;

use super::{Replay, Runs};
use crate::text::Excerpt;
use crate::{
    Attempts, Collector, Detail, Nanoseconds, Occurrence, Outcome, Results, Sink, Subject, Tally, TestName,
};

/// What ends elements, attributes, scripts and strings, and what no document may hold.
pub(crate) const HOSTILE: &str =
    "]]></failure><x a=\"'&amp;--><!--</script>\u{0}\u{1b}[31m\u{202e}\u{2028}\u{fffe}\r\n\t\\u003c";

/// A run that owns what it says.
#[derive(Clone, Debug)]
pub(crate) struct Run {
    pub(crate) variant: &'static str,
    pub(crate) group: Option<&'static str>,
    pub(crate) names: [String; 4],
    pub(crate) outcome: Outcome,
    pub(crate) attempts: Attempts,
    pub(crate) duration: Option<Nanoseconds>,
    pub(crate) line: u32,
    pub(crate) detail: Option<Detail>,
    pub(crate) properties: Vec<(String, String)>,
}

impl Run {
    pub(crate) fn new(suite: &str, name: &str, outcome: Outcome) -> Self {
        Self {
            variant: "",
            group: None,
            names: [suite, "", name, ""].map(str::to_owned),
            outcome,
            attempts: Attempts::default(),
            duration: None,
            line: 0,
            detail: None,
            properties: Vec::new(),
        }
    }

    pub(crate) fn saying(mut self, kind: &str, message: &str, text: &str) -> Self {
        let (kind, message) = (kind.to_owned(), message.to_owned());
        self.detail = Some(Detail { kind, message, text: Excerpt::whole(text), ..Detail::default() });
        self
    }

    fn tell(&self, sink: &mut dyn Sink) {
        let [suite, class, name, file] = &self.names;
        sink.take(&Occurrence {
            subject: Subject::Test,
            test: TestName { suite, class, name, file },
            outcome: self.outcome,
            attempts: self.attempts,
            duration: self.duration,
            line: self.line,
            detail: self.detail.as_ref(),
            properties: &self.properties,
            report_line: 1,
        });
    }
}

pub(crate) fn collect(runs: &[Run]) -> Results {
    let mut collector = Collector::listing(1000);
    for run in runs {
        collector.begin(0, run.variant, run.group);
        run.tell(&mut collector);
    }
    collector.finish()
}

/// What a writer of all runs writes.
pub(crate) fn written(
    runs: &[Run],
    write: impl Fn(&Results, &mut Replay<'_>, &mut Vec<u8>) -> std::io::Result<()>,
) -> String {
    let mut out = Vec::new();
    let mut replay = |into: &mut dyn Runs| {
        for run in runs {
            into.begin(run.variant, run.group);
            run.tell(into);
        }
        Ok(())
    };
    write(&collect(runs), &mut replay, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

/// What our own reader makes of it: runs and tests by outcome.
pub(crate) fn read_again(text: &str) -> (Tally, Tally) {
    let mut collector = Collector::default();
    let parsed = crate::read(&mut text.as_bytes(), &mut collector).unwrap();
    assert!(parsed.complete && parsed.diagnostics.is_empty(), "{:?}\n{text}", parsed.diagnostics);
    let results = collector.finish();
    (results.runs, results.tests)
}

fn any_text() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => "[a-z ]{0,8}",
        1 => Just(HOSTILE.to_owned()),
        1 => Just("Unable to find it".to_owned()),
        1 => "\\PC{0,9}",
        1 => any::<String>(),
    ]
}

fn name() -> impl Strategy<Value = String> {
    proptest::sample::select(vec![
        "a",
        "b",
        "c › d",
        "",
        " ",
        "a\u{0}",
        "<&\"]]>",
        "e › f › g",
        "\u{1b}[1mx",
        "x > y",
    ])
    .prop_map(str::to_owned)
}

fn suite() -> impl Strategy<Value = String> {
    proptest::sample::select(vec!["", "s", "s › t", "<\n>", "u/v"]).prop_map(str::to_owned)
}

fn class() -> impl Strategy<Value = String> {
    proptest::sample::select(vec!["", "C", "org.D"]).prop_map(str::to_owned)
}

fn outcome() -> impl Strategy<Value = Outcome> {
    proptest::sample::select(vec![Outcome::Passed, Outcome::Failed, Outcome::Errored, Outcome::Skipped])
}

prop_compose! {
    fn detail()(kind in any_text(), message in any_text(), text in any_text(), file in any_text(), line in 0..9_u32) -> Detail {
        Detail { kind, message, text: Excerpt::whole(text), file, line, is_crash: false }
    }
}

prop_compose! {
    /// A run of any kind, outside of every group.
    pub(crate) fn run()(
        variant in proptest::sample::select(vec!["", "linux", "win<dows"]),
        (suite, class, name) in (suite(), class(), name()),
        file in proptest::sample::select(vec!["", "a.py"]),
        outcome in outcome(),
        (failed_before, failed_by_runner) in (prop_oneof![4 => Just(0_u32), 2 => 1..4_u32, 1 => Just(u32::MAX)], proptest::bool::weighted(0.2)),
        duration in proptest::option::of(0..10_000_000_000_u64),
        line in 0..9_u32,
        detail in proptest::option::of(detail()),
        properties in vec((any_text(), any_text()), 0..3),
    ) -> Run {
        let attempts = Attempts { failed_before, failed_by_runner };
        let duration = duration.map(Nanoseconds);
        let names = [suite, class, name, file.to_owned()];
        Run { variant, group: None, names, outcome, attempts, duration, line, detail, properties }
    }
}

/// Tests that count as one because their names show the same are the exception: of names that all differ to the eye.
pub(crate) fn runs() -> impl Strategy<Value = Vec<Run>> {
    vec(run(), 0..40)
}
