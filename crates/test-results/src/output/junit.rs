//! JUnit XML, in one dialect whatever the reports were written in: that of quick-junit, which Jenkins, GitLab and nextest
//! share. A suite for each variant and suite; attempts as `flakyFailure` and `rerunFailure`; the same bytes for the same
//! reports, so without times of day and random identities.
//!
//! Up to [`MOST_CASES`] it is one document whose root says how many cases it holds. Beyond, suites are written as they
//! fill up, in bounded memory: a suite may then come in several parts, each with its own right counts, and the root has
//! none.
//!
//! Foreign text: what no XML document may hold is left out by quick-junit, as are the codes that colour a terminal; in
//! names, where two must not fall together, control characters are shown by their pictures instead.

use std::borrow::Cow;
use std::collections::HashMap;
use std::io::{self, Write};
use std::time::Duration;

use gatewright_core::escape::terminal;
use quick_junit::{
    FlakyOrRerun, NonSuccessKind, Property, Report, TestCase, TestCaseStatus, TestRerun, TestSuite,
};

use super::Replay;
use super::cases::{Case, each_case};
use crate::collect::Results;
use crate::model::{Detail, Nanoseconds, Outcome, Subject};
use crate::suites::BETWEEN;

/// Cases up to which the report is one document.
pub const MOST_CASES: usize = 100_000;

/// Attempts that are written out; a property says how many there were if it is more.
const MOST_ATTEMPTS: u64 = 100;

/// How much is held before it is written.
#[derive(Clone, Copy, Debug)]
struct Limits {
    cases: usize,
    bytes: usize,
}

/// Of the one document.
const WHOLE: Limits = Limits { cases: MOST_CASES, bytes: 48 * 1024 * 1024 };

/// Of a part, once it is more than one document.
const PART: Limits = Limits { cases: 10_000, bytes: 8 * 1024 * 1024 };

/// Writes every run of the reports. `title` names the whole; `replay` reads the reports that `results` are of once more.
///
/// # Errors
/// Those of `replay` and of `out`.
pub fn write_junit(
    title: &str,
    results: &Results,
    replay: &mut Replay<'_>,
    out: &mut dyn Write,
) -> io::Result<()> {
    write_within(title, results, replay, out, [WHOLE, PART])
}

fn write_within(
    title: &str,
    results: &Results,
    replay: &mut Replay<'_>,
    out: &mut dyn Write,
    [whole, part]: [Limits; 2],
) -> io::Result<()> {
    let mut open = Open::default();
    let mut in_parts = false;
    each_case(results, replay, &mut |case| {
        open.add(case);
        if open.is_over(if in_parts { part } else { whole }) {
            if !in_parts {
                writeln!(out, "{DECLARATION}\n<testsuites name=\"{}\">", attribute(title))?;
                in_parts = true;
            }
            open.write_part(out)?;
        }
        Ok(())
    })?;
    if in_parts {
        open.write_part(out)?;
        return out.write_all(b"</testsuites>\n");
    }
    let mut report = Report::new(visible(title));
    report.add_test_suites(open.suites);
    report.serialize(out).map_err(io::Error::other)
}

const DECLARATION: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>";

/// Suites that are not written yet.
#[derive(Default)]
struct Open {
    suites: Vec<TestSuite>,
    by_name: HashMap<(String, String), usize>,
    cases: usize,
    bytes: usize,
}

impl Open {
    fn add(&mut self, case: &Case<'_>) {
        let key = (case.variant.to_owned(), case.run.test.suite.to_owned());
        let suites = &mut self.suites;
        let number = *self.by_name.entry(key).or_insert_with(|| {
            suites.push(suite(case.variant, case.run.test.suite));
            suites.len() - 1
        });
        let suite = &mut suites[number];
        let (case, bytes) = test_case(case);
        if let Some(time) = case.time {
            suite.time = Some(suite.time.unwrap_or_default().saturating_add(time));
        }
        suite.add_test_case(case);
        self.cases += 1;
        self.bytes += bytes;
    }

    fn is_over(&self, limits: Limits) -> bool {
        self.cases > limits.cases || self.bytes > limits.bytes
    }

    /// The suites of a document of their own, without what is around them.
    fn write_part(&mut self, out: &mut dyn Write) -> io::Result<()> {
        let open = std::mem::take(self);
        if open.suites.is_empty() {
            return Ok(());
        }
        let mut report = Report::unnamed();
        report.add_test_suites(open.suites);
        let text = report.to_string().map_err(io::Error::other)?;
        let start = text.find("\n    <testsuite ").map_or(0, |at| at + 1);
        let end = text.rfind("</testsuites>").unwrap_or(text.len());
        out.write_all(&text.as_bytes()[start..end])
    }
}

fn suite(variant: &str, name: &str) -> TestSuite {
    let name = visible(name);
    if variant.is_empty() {
        return TestSuite::new(name.as_ref());
    }
    let variant = visible(variant);
    let between = if name.is_empty() { "" } else { BETWEEN };
    let mut suite = TestSuite::new(format!("{variant}{between}{name}"));
    suite.add_property(("variant", variant.as_ref()));
    suite
}

/// The case, and about how many bytes its texts take.
fn test_case(case: &Case<'_>) -> (TestCase, usize) {
    let run = case.run;
    let (status, bytes) = status(case);
    let name = visible(run.test.name);
    let name = match name.as_ref() {
        "" => "(no name)",
        // Readers, ours too, take a name of blanks for none.
        name if name.trim().is_empty() => "(blank)",
        name => name,
    };
    let mut made = TestCase::new(name, status);
    // Where there is no class, what groups by class groups by suite.
    let class = if run.test.class.is_empty() { run.test.suite } else { run.test.class };
    if !class.is_empty() {
        made.set_classname(visible(class));
    }
    if let Some(Nanoseconds(time)) = run.duration {
        made.set_time(Duration::from_nanos(time));
    }
    if !run.test.file.is_empty() {
        made.extra.insert("file".into(), visible(run.test.file).into());
        if run.line > 0 {
            made.extra.insert("line".into(), run.line.to_string().into());
        }
    }
    if run.subject == Subject::OutsideTests {
        made.add_property(("subject", "outside of tests"));
    }
    for (name, value) in run.properties {
        made.add_property(Property::new(visible(name).as_ref(), visible(value).as_ref()));
    }
    if case.failed_before() > MOST_ATTEMPTS {
        made.add_property(Property::new("failed-attempts", case.failed_before().to_string()));
    }
    (made, bytes)
}

fn status(case: &Case<'_>) -> (TestCaseStatus, usize) {
    let run = case.run;
    let kind = if run.outcome == Outcome::Errored { NonSuccessKind::Error } else { NonSuccessKind::Failure };
    let is_bad = run.outcome.is_bad();
    let mut status = match run.outcome {
        Outcome::Failed | Outcome::Errored => TestCaseStatus::non_success(kind),
        Outcome::Skipped if !case.is_flaky() => return skipped(run.detail),
        Outcome::Skipped | Outcome::Passed => TestCaseStatus::success(),
    };
    let mut bytes = 0;
    if let Some(detail) = run.detail.filter(|_| is_bad) {
        let text = words(detail);
        bytes += text.len() + detail.message.len();
        set(&mut status, detail);
        if !text.is_empty() {
            status.set_description(text);
        }
    }
    let flaky = if run.attempts.failed_by_runner { FlakyOrRerun::Flaky } else { FlakyOrRerun::Rerun };
    if is_bad {
        status.set_rerun_kind(flaky);
    }
    for tried in case.tried {
        let kind =
            if tried.outcome == Outcome::Errored { NonSuccessKind::Error } else { NonSuccessKind::Failure };
        let (rerun, size) = rerun(kind, Some(&tried.detail), tried.duration);
        bytes += size;
        status.add_rerun(rerun);
    }
    // What the report says of a run that passed is why the first of its attempts failed.
    let mut detail = run.detail.filter(|_| !is_bad);
    for _ in case.tried.len() as u64..case.failed_before().min(MOST_ATTEMPTS) {
        let (rerun, size) = rerun(kind, detail.take(), None);
        bytes += size;
        status.add_rerun(rerun);
    }
    (status, bytes)
}

fn skipped(detail: Option<&Detail>) -> (TestCaseStatus, usize) {
    let mut status = TestCaseStatus::skipped();
    let message = detail.map(|detail| detail.message.as_str()).unwrap_or_default();
    if !message.is_empty() {
        status.set_message(legal(message));
    }
    (status, message.len())
}

fn set(status: &mut TestCaseStatus, detail: &Detail) {
    if !detail.message.is_empty() {
        status.set_message(legal(&detail.message));
    }
    if !detail.kind.is_empty() {
        status.set_type(legal(&detail.kind));
    }
}

fn rerun(kind: NonSuccessKind, detail: Option<&Detail>, duration: Option<Nanoseconds>) -> (TestRerun, usize) {
    let mut rerun = TestRerun::new(kind);
    if let Some(Nanoseconds(time)) = duration {
        rerun.set_time(Duration::from_nanos(time));
    }
    let Some(detail) = detail else { return (rerun, 0) };
    let text = words(detail);
    let bytes = text.len() + detail.message.len();
    if !detail.message.is_empty() {
        rerun.set_message(legal(&detail.message));
    }
    if !detail.kind.is_empty() {
        rerun.set_type(legal(&detail.kind));
    }
    if !text.is_empty() {
        rerun.set_description(text);
    }
    (rerun, bytes)
}

/// The text of a failure, with the place of the assertion where it does not say it itself.
fn words(detail: &Detail) -> String {
    let text = legal(&detail.text.shown()).into_owned();
    if detail.file.is_empty() || text.contains(&detail.file) {
        return text;
    }
    let line = if detail.line > 0 { format!(":{}", detail.line) } else { String::new() };
    format!("{}{line}\n{text}", legal(&detail.file))
}

/// Two characters that no XML document may hold and that quick-junit lets pass.
fn legal(text: &str) -> Cow<'_, str> {
    if text.contains(['\u{fffe}', '\u{ffff}']) {
        return Cow::Owned(text.replace(['\u{fffe}', '\u{ffff}'], "\u{fffd}"));
    }
    Cow::Borrowed(text)
}

/// Control characters, and those that reorder text, as something to see.
fn visible(text: &str) -> Cow<'_, str> {
    let flat = terminal(text);
    if flat.contains(['\n', '\t', '\u{fffe}', '\u{ffff}']) {
        let flat = flat.replace('\n', "\u{240a}").replace('\t', "\u{2409}");
        return Cow::Owned(legal(&flat).into_owned());
    }
    flat
}

/// A value between double quotes.
fn attribute(text: &str) -> String {
    visible(text).replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
#[path = "junit_tests.rs"]
mod tests;
