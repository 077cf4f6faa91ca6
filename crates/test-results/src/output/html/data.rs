//! What the page shows, as JSON. It owns the shape that `app/` reads, and the escaping: the text may stand in a
//! `<script>` element and in a script of its own, and nothing in it can end either.
//!
//! Tests are columns, not rows: a hundred thousand of them are read in a blink, and names of suites stand once.

use std::collections::{HashMap, HashSet};
use std::io;

use gatewright_core::report::Location;
use gatewright_core::sha256;
use serde::Serialize;

use super::{Files, HistoryStrip, HtmlReport, MOST_HISTORY, MOST_TESTS, PACK_BYTES, SINGLE_BYTES, TestNotes};
use crate::collect::{Failure, Results};
use crate::history::PastOutcome;
use crate::identity::TestId;
use crate::model::{Nanoseconds, Subject, Tally};
use crate::output::attachments::{attachments, is_attachment};
use crate::table::TestOutcome;
use crate::text::cut_str;

/// Bytes of the message that the list shows.
const MOST_MESSAGE: usize = 240;

/// Suites that are listed.
const MOST_SUITES: usize = 2000;

/// Flags of a failure.
const NEW: u8 = 1;
const QUARANTINED: u8 = 2;
const FAILED_BY_RUNNER: u8 = 4;

#[derive(Serialize)]
struct Index<'a> {
    title: &'a str,
    verdict: &'a str,
    headline: &'a str,
    reasons: &'a [String],
    subject: &'a [(&'a str, &'a str)],
    counts: [u64; 5],
    runs: u64,
    time: u64,
    variants: &'a [String],
    /// Suites, classes and files, each once.
    around: Vec<&'a str>,
    names: Vec<&'a str>,
    /// Of each test: its outcome, a letter.
    outcomes: String,
    /// Of each test: variant, suite, class, file, line.
    places: [Vec<usize>; 5],
    /// Of each test: microseconds, -1 where it is not known.
    times: Vec<i64>,
    /// Of each test: its history by number, -1 for none.
    history: Vec<i64>,
    /// Outcomes as letters, and the rate.
    histories: Vec<(String, String)>,
    /// Tests that are none.
    outside: Vec<usize>,
    failures: Vec<Row<'a>>,
    suites: Vec<Suite<'a>>,
    unlisted_suites: usize,
    packs: Vec<Option<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cut: Option<[u64; 2]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    blob: Option<&'a str>,
}

/// Test, pack, slot, message, place, flags, identity.
#[derive(Serialize)]
struct Row<'a>(usize, usize, usize, &'a str, String, u8, String);

/// Name, variant, counts, microseconds, whether it stands for those that found no room.
#[derive(Serialize)]
struct Suite<'a>(&'a str, &'a str, [u64; 5], u64, u8);

/// The words of a failure.
#[derive(Serialize)]
struct Words<'a> {
    #[serde(skip_serializing_if = "str::is_empty")]
    kind: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    message: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    head: &'a str,
    gap: u64,
    #[serde(skip_serializing_if = "str::is_empty")]
    tail: &'a str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    properties: Vec<(&'a str, &'a str)>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    files: Vec<&'a str>,
    report: &'a str,
    line: u64,
    runs: u64,
    #[serde(skip_serializing_if = "String::is_empty")]
    standing: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    quarantine: Option<String>,
}

/// A script that is closed: its content as long as the report may become one file, else its hash.
pub(super) enum Pack {
    Held(String),
    Written(String),
}

/// A test as the page lists it.
struct Listed<'a> {
    id: TestId,
    subject: Subject,
    outcome: TestOutcome,
    duration: Option<Nanoseconds>,
    /// Variant, suite, class, file.
    around: [&'a str; 4],
    name: &'a str,
    line: u32,
}

/// The index as JSON, and the words of the failures that stay in the page.
pub(super) fn index(report: &HtmlReport<'_>, sink: &mut Files<'_>) -> io::Result<(String, Vec<Pack>)> {
    let results = &report.evidence.results;
    let tests = listed(results);
    let cut = (tests.len() < results.table.len()).then(|| [tests.len() as u64, results.table.len() as u64]);
    let mut packs = Packs::default();
    let numbers: HashMap<TestId, usize> =
        tests.iter().enumerate().map(|(number, test)| (test.id, number)).collect();
    let mut failures = Vec::with_capacity(results.failures.len());
    for (index, failure) in results.failures.iter().enumerate() {
        let Some(number) = numbers.get(&failure.id) else { continue };
        let location = report.evidence.locations.get(index).and_then(Option::as_ref);
        failures.push(row(report, failure, *number, location, &mut packs, sink)?);
    }
    let packs = packs.finish(sink)?;
    let mut index = Index {
        title: report.title,
        verdict: report.verdict,
        headline: report.headline,
        reasons: report.reasons,
        subject: report.subject,
        counts: counts(&results.tests),
        runs: results.runs.total(),
        time: microseconds(results.duration),
        variants: &results.variants,
        around: Vec::new(),
        names: Vec::with_capacity(tests.len()),
        outcomes: String::with_capacity(tests.len()),
        places: Default::default(),
        times: Vec::with_capacity(tests.len()),
        history: Vec::with_capacity(tests.len()),
        histories: Vec::new(),
        outside: Vec::new(),
        failures,
        suites: suites(results),
        unlisted_suites: results.suites.len().saturating_sub(MOST_SUITES),
        packs: packs.iter().map(Pack::hash).collect(),
        cut,
        blob: report.blob.filter(|blob| blob.starts_with("https://")),
    };
    add_columns(&mut index, &tests, report);
    Ok((script_json(&index), packs))
}

/// Every test whose name is known, or what failed and the slowest.
fn listed(results: &Results) -> Vec<Listed<'_>> {
    if let Some(roster) = &results.roster
        && roster.is_complete()
        && results.table.len() <= MOST_TESTS
    {
        let variant = |number: usize| results.variants.get(number).map_or("", String::as_str);
        return roster
            .iter()
            .filter_map(|test| {
                let entry = results.table.get(test.id)?;
                Some(Listed {
                    id: test.id,
                    subject: test.subject,
                    outcome: entry.marks().outcome(),
                    duration: entry.duration(),
                    around: [variant(test.variant), test.suite, test.class, test.file],
                    name: test.name,
                    line: test.line,
                })
            })
            .collect();
    }
    let mut tests: Vec<Listed<'_>> = results.failures.iter().map(of_failure).collect();
    let known: HashSet<TestId> = tests.iter().map(|test| test.id).collect();
    let slow = results.slowest.iter().filter(|slow| !known.contains(&slow.id));
    tests.extend(slow.map(|slow| Listed {
        id: slow.id,
        subject: Subject::Test,
        outcome: results.table.get(slow.id).map_or(TestOutcome::Passed, |entry| entry.marks().outcome()),
        duration: Some(slow.duration),
        around: [&slow.variant, &slow.suite, &slow.class, ""],
        name: &slow.name,
        line: 0,
    }));
    tests
}

fn of_failure(failure: &Failure) -> Listed<'_> {
    Listed {
        id: failure.id,
        subject: failure.subject,
        outcome: failure.outcome,
        duration: failure.duration,
        around: [&failure.variant, &failure.suite, &failure.class, &failure.file],
        name: &failure.name,
        line: failure.line,
    }
}

fn add_columns<'a>(index: &mut Index<'a>, tests: &[Listed<'a>], report: &HtmlReport<'a>) {
    let mut numbers: HashMap<&str, usize> = HashMap::new();
    let mut histories: HashMap<(String, String), usize> = HashMap::new();
    for (number, test) in tests.iter().enumerate() {
        let [variant, suite, class, file] = test.around;
        let mut around = |text: &'a str| {
            *numbers.entry(text).or_insert_with(|| {
                index.around.push(text);
                index.around.len() - 1
            })
        };
        let variant = index.variants.iter().position(|known| known == variant).unwrap_or(0);
        let place = [variant, around(suite), around(class), around(file), test.line as usize];
        index.places.iter_mut().zip(place).for_each(|(column, value)| column.push(value));
        index.names.push(test.name);
        index.outcomes.push(letter(test.outcome));
        let time = |time| i64::try_from(microseconds(time)).unwrap_or(i64::MAX);
        index.times.push(test.duration.map_or(-1, time));
        let TestNotes { history, .. } = (report.notes)(test.id);
        index.history.push(history.map_or(-1, |history| {
            let next = histories.len();
            let number = *histories.entry(strip(history)).or_insert(next);
            i64::try_from(number).unwrap_or(-1)
        }));
        if test.subject == Subject::OutsideTests {
            index.outside.push(number);
        }
    }
    let mut histories: Vec<_> = histories.into_iter().collect();
    histories.sort_unstable_by_key(|(_, number)| *number);
    index.histories = histories.into_iter().map(|(history, _)| history).collect();
}

fn strip(history: HistoryStrip) -> (String, String) {
    let from = history.outcomes.len().saturating_sub(MOST_HISTORY);
    let letter = |outcome: &PastOutcome| match outcome {
        PastOutcome::Passed => 'p',
        PastOutcome::Failed => 'f',
        PastOutcome::Errored => 'e',
        PastOutcome::Flaky => 'k',
        PastOutcome::Skipped => 's',
        PastOutcome::Absent => '-',
    };
    (history.outcomes[from..].iter().map(letter).collect(), history.rate)
}

fn letter(outcome: TestOutcome) -> char {
    match outcome {
        TestOutcome::Errored => 'e',
        TestOutcome::Failed => 'f',
        TestOutcome::Flaky => 'k',
        TestOutcome::Passed => 'p',
        TestOutcome::Skipped => 's',
    }
}

/// Failed, errored, flaky, skipped, passed.
fn counts(tests: &Tally) -> [u64; 5] {
    [tests.failed, tests.errored, tests.flaky, tests.skipped, tests.passed]
}

fn microseconds(duration: Nanoseconds) -> u64 {
    duration.0 / 1000
}

/// Those with failures first, then those that took longest.
fn suites(results: &Results) -> Vec<Suite<'_>> {
    let mut suites: Vec<_> = results.suites.iter().collect();
    suites.sort_by_key(|suite| std::cmp::Reverse((suite.tests.bad(), suite.tests.flaky, suite.duration)));
    suites.truncate(MOST_SUITES);
    let suite = |suite: &&'_ crate::SuiteResult| {
        (counts(&suite.tests), microseconds(suite.duration), u8::from(suite.is_rest))
    };
    suites
        .iter()
        .map(|one| {
            let (counts, time, is_rest) = suite(one);
            Suite(&one.name, &one.variant, counts, time, is_rest)
        })
        .collect()
}

fn row<'a>(
    report: &HtmlReport<'a>,
    failure: &'a Failure,
    number: usize,
    location: Option<&Location>,
    packs: &mut Packs,
    sink: &mut Files<'_>,
) -> io::Result<Row<'a>> {
    let notes = (report.notes)(failure.id);
    let flag = |is: bool, flag: u8| if is { flag } else { 0 };
    let flags = flag(notes.is_new, NEW)
        | flag(notes.quarantine.is_some(), QUARANTINED)
        | flag(failure.failed_by_runner, FAILED_BY_RUNNER);
    let detail = &failure.detail;
    let said = if detail.message.trim().is_empty() { &detail.text.head } else { &detail.message };
    let message = said.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default();
    let place = location.map(|at| match at.line {
        Some(line) => format!("{}:{line}", at.path.as_str()),
        None => at.path.as_str().to_owned(),
    });
    let words = Words {
        kind: &detail.kind,
        message: &detail.message,
        head: &detail.text.head,
        gap: detail.text.left_out,
        tail: &detail.text.tail,
        properties: failure
            .properties
            .iter()
            .filter(|(name, _)| !is_attachment(name))
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect(),
        files: attachments(&failure.properties, &[&detail.text.head, &detail.text.tail]),
        report: report.evidence.reports.get(failure.report).map_or("", |report| report.shown.as_str()),
        line: failure.report_line,
        runs: failure.failed_runs,
        standing: notes.standing,
        quarantine: notes.quarantine,
    };
    let (pack, slot) = packs.add(&script_json(&words), sink)?;
    let id = format!("{:016x}", failure.id.0);
    Ok(Row(number, pack, slot, cut_str(message, MOST_MESSAGE), place.unwrap_or_default(), flags, id))
}

/// The words, in scripts of neighbours.
#[derive(Default)]
struct Packs {
    /// The JSON list that is being written, without its end.
    open: String,
    /// How many failures it holds.
    count: usize,
    closed: Vec<Pack>,
    held: usize,
    /// Scripts that are there: failures that say the same share one.
    hashes: HashSet<String>,
}

impl Packs {
    fn add(&mut self, words: &str, sink: &mut Files<'_>) -> io::Result<(usize, usize)> {
        if self.open.len() >= PACK_BYTES {
            self.close(sink)?;
        }
        self.open.push(if self.count == 0 { '[' } else { ',' });
        self.open.push_str(words);
        self.count += 1;
        Ok((self.closed.len(), self.count - 1))
    }

    fn close(&mut self, sink: &mut Files<'_>) -> io::Result<()> {
        if self.count == 0 {
            return Ok(());
        }
        let mut content = std::mem::take(&mut self.open);
        content.push(']');
        self.count = 0;
        self.held += content.len();
        self.closed.push(Pack::Held(content));
        if self.held <= SINGLE_BYTES {
            return Ok(());
        }
        for pack in &mut self.closed {
            let Pack::Held(content) = pack else { continue };
            let hash = sha256(content.as_bytes())[..16].to_owned();
            if self.hashes.insert(hash.clone()) {
                sink(
                    &format!("data/{hash}.js"),
                    format!("gatewright(\"{hash}\",{content});\n").into_bytes(),
                )?;
            }
            *pack = Pack::Written(hash);
        }
        Ok(())
    }

    fn finish(mut self, sink: &mut Files<'_>) -> io::Result<Vec<Pack>> {
        self.close(sink)?;
        Ok(self.closed)
    }
}

impl Pack {
    fn hash(&self) -> Option<String> {
        match self {
            Pack::Held(_) => None,
            Pack::Written(hash) => Some(hash.clone()),
        }
    }
}

/// JSON that is also JavaScript and may stand in a `<script>` element: the letters that could end one stand in texts
/// only, so they may be escaped everywhere.
pub(super) fn script_json(value: &impl Serialize) -> String {
    let json = serde_json::to_string(value).expect("texts, numbers, and lists of them are JSON");
    let mut safe = String::with_capacity(json.len());
    let mut copied = 0;
    for (at, c) in json.char_indices() {
        let escape = match c {
            '<' => "\\u003c",
            '>' => "\\u003e",
            '&' => "\\u0026",
            '\u{7f}' => "\\u007f",
            '\u{2028}' => "\\u2028",
            '\u{2029}' => "\\u2029",
            _ => continue,
        };
        safe.push_str(&json[copied..at]);
        safe.push_str(escape);
        copied = at + c.len_utf8();
    }
    safe.push_str(&json[copied..]);
    safe
}
