//! CTRF, the Common Test Report Format, by the schema of its version 0.0. Written as the runs come: the summary stands
//! behind the tests, which JSON does not mind, so that memory does not grow with their number.
//!
//! The format has no errors beside failures: an error is `failed` with the raw status `errored`, so that no reader
//! takes it for something else. Nor has it classes or variants: both are suites. Durations are whole milliseconds, and
//! one that is not known is 0, because the schema asks for one.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::{self, Write};

use serde::Serialize;

use super::Replay;
use super::attachments::{attachments, content_type, is_attachment};
use super::cases::{Case, Tried, each_case};
use crate::collect::Results;
use crate::model::{Detail, Nanoseconds, Outcome, Subject};
use crate::suites::BETWEEN;

/// Failed tries that are written out.
const MOST_TRIES: usize = 100;

/// What the report says besides its tests.
#[derive(Clone, Copy, Debug)]
pub struct CtrfAbout<'a> {
    /// The tool that made it.
    pub tool: &'a str,
    /// Its version.
    pub version: &'a str,
    /// The time of the run in seconds since the start of 1970: the format asks for one.
    pub time: u64,
}

/// Writes every run of the reports; `replay` reads the reports that `results` are of once more.
///
/// # Errors
/// Those of `replay` and of `out`.
pub fn write_ctrf(
    about: &CtrfAbout<'_>,
    results: &Results,
    replay: &mut Replay<'_>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let tool = Tool { name: about.tool, version: about.version };
    write!(
        out,
        "{{\"reportFormat\":\"CTRF\",\"specVersion\":\"0.0.0\",\"generatedBy\":\"gatewright\",\"results\":{{\"tool\":"
    )?;
    serde_json::to_writer(&mut *out, &tool)?;
    write!(out, ",\"tests\":[")?;
    let stop = about.time.saturating_mul(1000);
    let start = stop.saturating_sub(milliseconds(results.duration));
    let mut summary = Summary { start, stop, ..Summary::default() };
    each_case(results, replay, &mut |case| {
        out.write_all(if summary.tests == 0 { b"\n" } else { b",\n" })?;
        let test = Test::new(case);
        summary.count(&test);
        Ok(serde_json::to_writer(&mut *out, &test)?)
    })?;
    write!(out, "\n],\"summary\":")?;
    serde_json::to_writer(&mut *out, &summary)?;
    out.write_all(b"}}\n")
}

#[derive(Serialize)]
struct Tool<'a> {
    name: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    version: &'a str,
}

#[derive(Default, Serialize)]
struct Summary {
    tests: u64,
    passed: u64,
    failed: u64,
    skipped: u64,
    pending: u64,
    other: u64,
    flaky: u64,
    start: u64,
    stop: u64,
}

impl Summary {
    fn count(&mut self, test: &Test<'_>) {
        self.tests += 1;
        match test.status {
            "passed" => self.passed += 1,
            "skipped" => self.skipped += 1,
            _ => self.failed += 1,
        }
        self.flaky += u64::from(test.flaky);
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Test<'a> {
    name: &'a str,
    status: &'static str,
    duration: u64,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    suite: Vec<&'a str>,
    #[serde(skip_serializing_if = "str::is_empty")]
    message: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    trace: Cow<'a, str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<u32>,
    #[serde(skip_serializing_if = "str::is_empty")]
    raw_status: &'static str,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    labels: BTreeMap<&'a str, Label<'a>>,
    #[serde(skip_serializing_if = "str::is_empty")]
    r#type: &'static str,
    #[serde(skip_serializing_if = "str::is_empty")]
    file_path: &'a str,
    #[serde(skip_serializing_if = "is_zero")]
    retries: u64,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    retry_attempts: Vec<Attempt<'a>>,
    #[serde(skip_serializing_if = "is_false")]
    flaky: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    attachments: Vec<Attachment<'a>>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands over a reference")]
fn is_zero(number: &u64) -> bool {
    *number == 0
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands over a reference")]
fn is_false(value: &bool) -> bool {
    !*value
}

/// A property that is named more than once has several values.
#[derive(Serialize)]
#[serde(untagged)]
enum Label<'a> {
    One(&'a str),
    Many(Vec<&'a str>),
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Attempt<'a> {
    #[serde(rename = "attempt")]
    number: usize,
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    duration: Option<u64>,
    #[serde(skip_serializing_if = "str::is_empty")]
    message: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    trace: Cow<'a, str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Attachment<'a> {
    name: &'a str,
    content_type: &'static str,
    path: &'a str,
}

impl<'a> Test<'a> {
    fn new(case: &Case<'a>) -> Self {
        let run = case.run;
        // A run that passed says why earlier attempts failed.
        let detail = run.detail.or(case.tried.first().map(|tried| &tried.detail));
        let is_flaky = case.is_flaky();
        let status = match run.outcome {
            Outcome::Failed | Outcome::Errored => "failed",
            Outcome::Skipped if !is_flaky => "skipped",
            Outcome::Skipped | Outcome::Passed => "passed",
        };
        let texts =
            detail.map(|detail| [detail.text.head.as_str(), detail.text.tail.as_str()]).unwrap_or_default();
        let files = attachments(run.properties, &texts);
        Self {
            name: if run.test.name.is_empty() { "(no name)" } else { run.test.name },
            status,
            duration: run.duration.map_or(0, milliseconds),
            suite: suite(case),
            message: detail.map(|detail| detail.message.as_str()).unwrap_or_default(),
            trace: detail.map(trace).unwrap_or_default(),
            line: (run.line > 0).then_some(run.line),
            raw_status: if run.outcome == Outcome::Errored { "errored" } else { "" },
            labels: labels(run.properties),
            r#type: if run.subject == Subject::OutsideTests { "outside of tests" } else { "" },
            file_path: run.test.file,
            retries: if status == "skipped" { 0 } else { case.failed_before() },
            retry_attempts: case.tried.iter().take(MOST_TRIES).enumerate().map(Attempt::new).collect(),
            flaky: is_flaky,
            attachments: files.into_iter().map(Attachment::new).collect(),
        }
    }
}

impl<'a> Attempt<'a> {
    fn new((index, tried): (usize, &'a Tried)) -> Self {
        Self {
            number: index + 1,
            status: "failed",
            duration: tried.duration.map(milliseconds),
            message: &tried.detail.message,
            trace: trace(&tried.detail),
        }
    }
}

impl<'a> Attachment<'a> {
    fn new(path: &'a str) -> Self {
        let name = path.rsplit(['/', '\\']).next().unwrap_or(path);
        Self { name, content_type: content_type(path), path }
    }
}

/// The variant, the suites, the class unless the last of them has its name.
fn suite<'a>(case: &Case<'a>) -> Vec<&'a str> {
    let names = std::iter::once(case.variant).chain(case.run.test.suite.split(BETWEEN));
    let mut names: Vec<&str> = names.filter(|name| !name.is_empty()).collect();
    let class = case.run.test.class;
    if !class.is_empty() && names.last() != Some(&class) {
        names.push(class);
    }
    names
}

fn labels(properties: &[(String, String)]) -> BTreeMap<&str, Label<'_>> {
    let mut values: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (name, value) in properties.iter().filter(|(name, _)| !is_attachment(name)) {
        values.entry(name).or_default().push(value);
    }
    let label = |values: Vec<_>| if let [one] = values[..] { Label::One(one) } else { Label::Many(values) };
    values.into_iter().map(|(name, values)| (name, label(values))).collect()
}

fn trace(detail: &Detail) -> Cow<'_, str> {
    if detail.text.left_out == 0 && detail.text.tail.is_empty() {
        return Cow::Borrowed(&detail.text.head);
    }
    Cow::Owned(detail.text.shown())
}

fn milliseconds(duration: Nanoseconds) -> u64 {
    duration.0 / 1_000_000
}

#[cfg(test)]
#[path = "ctrf_tests.rs"]
mod tests;
