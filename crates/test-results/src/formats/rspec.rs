//! `rspec --format json`:
//!
//! ```text
//! {"examples": [{"description", "full_description", "status": "passed" | "failed" | "pending", "file_path",
//!    "line_number", "run_time", "pending_message", "exception": {"class", "message", "backtrace": []}}],
//!  "messages": [], "summary": {"example_count", "failure_count", "errors_outside_of_examples_count"}}
//! ```
//!
//! A file that can't be loaded leaves no example: `errors_outside_of_examples_count` is the only word of it.

use std::io::{self, Read};

use serde_json::Value;

use super::document::{Document, Take, read_document, string, whole};
use super::{Out, Scanned};
use crate::diagnostic::{Diagnostics, Kind};
use crate::model::{Detail, Nanoseconds, Occurrence, Outcome, Subject, TestName};
use crate::text::{Clip, cut_str};

pub(crate) fn parse_rspec(input: &mut dyn Read, out: &mut Out<'_>) -> io::Result<Scanned> {
    let mut diagnostics = Diagnostics::default();
    let mut report = Report { out, outside: 0, messages: Clip::default(), unknown: 0 };
    let bytes = read_document(input, &mut report, &mut diagnostics)?;
    report.finish(&mut diagnostics);
    Ok(Scanned { diagnostics, bytes, cached: 0 })
}

struct Report<'o, 's> {
    out: &'o mut Out<'s>,
    outside: u64,
    messages: Clip,
    unknown: u64,
}

impl Document for Report<'_, '_> {
    fn take(&self, path: &str) -> Take {
        match path {
            "examples" | "messages" => Take::Each,
            "summary" => Take::Whole,
            _ => Take::Nothing,
        }
    }

    fn read(&mut self, path: &str, value: Value) {
        match path {
            "examples" => self.read_example(&value),
            "messages" => {
                self.messages.push(value.as_str().unwrap_or_default().as_bytes());
                self.messages.end_line();
            }
            _ => self.outside = whole(&value, "errors_outside_of_examples_count"),
        }
    }
}

impl Report<'_, '_> {
    fn read_example(&mut self, example: &Value) {
        let outcome = match string(example, "status") {
            "passed" => Outcome::Passed,
            "failed" => Outcome::Failed,
            "pending" => Outcome::Skipped,
            _ => {
                self.unknown += 1;
                Outcome::Errored
            }
        };
        let file = string(example, "file_path").trim_start_matches("./");
        let line = u32::try_from(whole(example, "line_number")).unwrap_or(0);
        let exception = example.get("exception").filter(|exception| exception.is_object());
        let reason = string(example, "pending_message");
        let detail = match exception {
            Some(exception) => Some(Detail {
                kind: cut_str(string(exception, "class"), 512).to_owned(),
                message: cut_str(string(exception, "message").trim(), 4096).to_owned(),
                text: backtrace(exception),
                ..Detail::default()
            }),
            None if reason.is_empty() => None,
            None => Some(Detail { message: cut_str(reason, 4096).to_owned(), ..Detail::default() }),
        };
        let full = string(example, "full_description");
        let name = if full.is_empty() { string(example, "description") } else { full };
        self.out.emit(&Occurrence {
            duration: example
                .get("run_time")
                .and_then(Value::as_f64)
                .and_then(|time| Nanoseconds::from_float(time, 1e9)),
            line,
            detail: detail.as_ref(),
            ..Occurrence::new(
                TestName {
                    suite: "",
                    class: "",
                    name: if name.is_empty() { "(no name)" } else { name },
                    file,
                },
                outcome,
            )
        });
    }

    fn finish(&mut self, diagnostics: &mut Diagnostics) {
        for error in 0..self.outside.min(100) {
            let message = format!("an error outside of the examples, {} of {}", error + 1, self.outside);
            let detail = Detail { message, text: self.messages.excerpt(), ..Detail::default() };
            let name = if error == 0 {
                "(outside of tests)".to_owned()
            } else {
                format!("(outside of tests {})", error + 1)
            };
            let test = TestName { name: &name, ..TestName::default() };
            let run = Occurrence::new(test, Outcome::Errored);
            self.out.emit(&Occurrence { subject: Subject::OutsideTests, detail: Some(&detail), ..run });
        }
        if self.unknown > 0 {
            let unknown = self.unknown;
            diagnostics.say(Kind::UnknownOutcome, (1, 1), b"", || {
                format!("{unknown} examples that ended in an unknown way")
            });
        }
    }
}

fn backtrace(exception: &Value) -> crate::Excerpt {
    let mut clip = Clip::default();
    for line in exception.get("backtrace").and_then(Value::as_array).into_iter().flatten() {
        clip.push(line.as_str().unwrap_or_default().as_bytes());
        clip.push(b"\n");
    }
    clip.excerpt()
}

#[cfg(test)]
#[path = "rspec_tests.rs"]
mod tests;
