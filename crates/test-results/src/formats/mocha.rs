//! `mocha --reporter json`:
//!
//! ```text
//! {"stats": {"tests", "passes", "pending", "failures"}, "tests": [test], "pending": [test], "failures": [test],
//!  "passes": [test]}      test = {"title", "fullTitle", "file", "duration", "currentRetry", "err": {"message", "stack"}}
//! ```
//!
//! Durations are milliseconds. Each test stands in `tests` and once more in the list of its outcome: those lists are
//! read. A test that passed with `currentRetry` above zero failed before.

use std::io::{self, Read};

use serde_json::Value;

use super::document::{Document, Take, read_document, string, whole};
use super::{Out, Scanned};
use crate::diagnostic::{Diagnostics, Kind};
use crate::model::{Attempts, Detail, Nanoseconds, Occurrence, Outcome, Subject, TestName};
use crate::text::{Clip, cut_str};

pub(crate) fn parse_mocha(input: &mut dyn Read, out: &mut Out<'_>) -> io::Result<Scanned> {
    let mut diagnostics = Diagnostics::default();
    let mut report = Report { out, failures: 0, declared: None };
    let bytes = read_document(input, &mut report, &mut diagnostics)?;
    let (failures, declared) = (report.failures, report.declared);
    if let Some(declared) = declared.filter(|declared| *declared > failures && diagnostics.is_empty()) {
        diagnostics.say(Kind::TotalsDiffer, (1, 1), b"", || {
            format!("the report declares {declared} failures, and {failures} of them are here")
        });
    }
    Ok(Scanned { diagnostics, bytes, cached: 0 })
}

struct Report<'o, 's> {
    out: &'o mut Out<'s>,
    failures: u64,
    declared: Option<u64>,
}

impl Document for Report<'_, '_> {
    fn take(&self, path: &str) -> Take {
        match path {
            "stats" => Take::Whole,
            "pending" | "failures" | "passes" => Take::Each,
            _ => Take::Nothing,
        }
    }

    fn read(&mut self, path: &str, test: Value) {
        let outcome = match path {
            "stats" => {
                self.declared = test.get("failures").and_then(Value::as_u64);
                return;
            }
            "pending" => Outcome::Skipped,
            "failures" => Outcome::Failed,
            _ => Outcome::Passed,
        };
        self.failures += u64::from(outcome.is_bad());
        let title = string(&test, "title");
        let full = string(&test, "fullTitle");
        let name = [full, title].into_iter().find(|name| !name.is_empty()).unwrap_or("(no name)");
        // Hooks fail as `"before each" hook for "test"`.
        let is_hook = title.starts_with("\"before") || title.starts_with("\"after");
        let error = test.get("err").filter(|_| outcome.is_bad());
        let detail = error.map(|error| {
            let mut clip = Clip::default();
            clip.push(string(error, "stack").as_bytes());
            Detail {
                kind: cut_str(string(error, "name"), 512).to_owned(),
                message: cut_str(string(error, "message"), 4096).to_owned(),
                text: clip.excerpt(),
                ..Detail::default()
            }
        });
        let retries = u32::try_from(whole(&test, "currentRetry")).unwrap_or(u32::MAX);
        self.out.emit(&Occurrence {
            subject: if is_hook { Subject::OutsideTests } else { Subject::Test },
            attempts: Attempts { failed_before: retries, failed_by_runner: false },
            duration: test
                .get("duration")
                .and_then(Value::as_f64)
                .and_then(|time| Nanoseconds::from_float(time, 1e6)),
            detail: detail.as_ref(),
            ..Occurrence::new(TestName { suite: "", class: "", name, file: string(&test, "file") }, outcome)
        });
    }
}

#[cfg(test)]
#[path = "mocha_tests.rs"]
mod tests;
