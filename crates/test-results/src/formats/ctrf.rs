//! CTRF, the Common Test Report Format, schema 0.0 and 1.0:
//!
//! ```text
//! {"reportFormat": "CTRF", "results": {"tool": {"name"}, "summary": {"tests", "failed", …},
//!   "tests": [{"name", "status": "passed" | "failed" | "skipped" | "pending" | "other", "duration", "suite"?,
//!     "message"?, "trace"?, "filePath"?, "line"?, "flaky"?, "retries"?, "rawStatus"?}]}}
//! ```
//!
//! Durations are milliseconds; `suite` is a text with ` > ` in it, or since 1.0 a list.

use std::io::{self, Read};

use serde_json::Value;

use super::document::{Document, Take, read_document, string, whole};
use super::{Out, Scanned};
use crate::diagnostic::{Diagnostics, Kind};
use crate::model::{Attempts, Detail, Nanoseconds, Occurrence, Outcome, TestName};
use crate::suites::BETWEEN;
use crate::text::{Clip, cut_str};

pub(crate) fn parse_ctrf(input: &mut dyn Read, out: &mut Out<'_>) -> io::Result<Scanned> {
    let mut diagnostics = Diagnostics::default();
    let mut report = Report { out, unknown: 0, declared: None };
    let bytes = read_document(input, &mut report, &mut diagnostics)?;
    let (unknown, declared, failed) = (report.unknown, report.declared, report.out.runs.bad());
    if unknown > 0 {
        diagnostics.say(Kind::UnknownOutcome, (1, 1), b"", || {
            format!("{unknown} tests that ended in an unknown way")
        });
    }
    let flaky = report.out.runs.flaky;
    if let Some(declared) = declared.filter(|declared| *declared > failed + flaky && diagnostics.is_empty()) {
        diagnostics.say(Kind::TotalsDiffer, (1, 1), b"", || {
            format!("the report declares {declared} failed tests, and {failed} of them are here")
        });
    }
    Ok(Scanned { diagnostics, bytes, cached: 0 })
}

struct Report<'o, 's> {
    out: &'o mut Out<'s>,
    unknown: u64,
    declared: Option<u64>,
}

impl Document for Report<'_, '_> {
    fn take(&self, path: &str) -> Take {
        match path {
            "results" => Take::Enter,
            "results.tests" => Take::Each,
            "results.summary" => Take::Whole,
            _ => Take::Nothing,
        }
    }

    fn read(&mut self, path: &str, test: Value) {
        if path == "results.summary" {
            self.declared = test.get("failed").and_then(Value::as_u64);
            return;
        }
        let outcome = match string(&test, "status") {
            "passed" => Outcome::Passed,
            // The format has no errors; what wrote the report may know them.
            "failed" if matches!(string(&test, "rawStatus"), "error" | "errored") => Outcome::Errored,
            "failed" => Outcome::Failed,
            "skipped" | "pending" => Outcome::Skipped,
            "other" => Outcome::Errored,
            _ => {
                self.unknown += 1;
                Outcome::Errored
            }
        };
        let is_flaky = test.get("flaky").and_then(Value::as_bool).unwrap_or(false);
        let retries = u32::try_from(whole(&test, "retries")).unwrap_or(u32::MAX);
        // Retries of a test that passed failed, or it would not have been tried again.
        let failed_before = retries.max(u32::from(is_flaky));
        let (message, trace) = (string(&test, "message"), string(&test, "trace"));
        let has_detail = outcome.is_bad() || !message.is_empty() || !trace.is_empty();
        let detail = has_detail.then(|| {
            let mut clip = Clip::default();
            clip.push(trace.as_bytes());
            Detail { message: cut_str(message, 4096).to_owned(), text: clip.excerpt(), ..Detail::default() }
        });
        let suite = match test.get("suite") {
            Some(Value::Array(names)) => {
                names.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(BETWEEN)
            }
            Some(Value::String(suite)) => suite.replace(" > ", BETWEEN),
            _ => String::new(),
        };
        let name = Some(string(&test, "name")).filter(|name| !name.is_empty()).unwrap_or("(no name)");
        self.out.emit(&Occurrence {
            attempts: Attempts { failed_before, failed_by_runner: is_flaky && outcome.is_bad() },
            duration: test
                .get("duration")
                .and_then(Value::as_f64)
                .and_then(|time| Nanoseconds::from_float(time, 1e6)),
            line: u32::try_from(whole(&test, "line")).unwrap_or(0),
            detail: detail.as_ref(),
            ..Occurrence::new(
                TestName { suite: &suite, class: "", name, file: string(&test, "filePath") },
                outcome,
            )
        });
    }
}

#[cfg(test)]
#[path = "ctrf_tests.rs"]
mod tests;
