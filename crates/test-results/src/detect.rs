//! Which format the first bytes of a report are: by content, never by a name.
//!
//! What is no report that is read is at least named, with the step that turns it into one.

mod lookalike;

use std::fmt;

use memchr::{memchr, memmem};

pub use lookalike::Lookalike;

use crate::formats::Format;
use crate::text;

/// How many of the first bytes [`detect()`] wants to see, where there are as many.
pub const HEAD: usize = 64 * 1024;

/// The most bytes of an unknown report that are shown.
const SHOWN: usize = 64;

/// Content of no format that is read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct Unknown {
    /// What it looks like, if it looks like anything.
    pub lookalike: Option<Lookalike>,
    /// The first bytes as text, with what can't be shown written as `\x..`; empty for an empty file.
    pub first_bytes_shown: String,
}

impl Unknown {
    fn new(lookalike: Option<Lookalike>, head: &[u8]) -> Self {
        Self { lookalike, first_bytes_shown: show(head) }
    }

    /// The next step.
    pub fn help(&self) -> &'static str {
        self.lookalike.map_or(
            "test results in these formats are read: JUnit XML, go test -json, TRX, NUnit, xUnit.net, TAP, libtest and \
             nextest JSON, RSpec, Mocha and Dart JSON, CTRF",
            Lookalike::help,
        )
    }
}

impl fmt::Display for Unknown {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.lookalike {
            Some(Lookalike::Empty) => write!(formatter, "the report is empty"),
            Some(lookalike) => {
                let (name, shown) = (lookalike.name(), &self.first_bytes_shown);
                write!(
                    formatter,
                    "this looks like {name}, not like test results that are read: it starts with `{shown}`"
                )
            }
            None => {
                write!(formatter, "no known format of test results starts with `{}`", self.first_bytes_shown)
            }
        }
    }
}

/// Recognises a format by the first bytes of a report in UTF-8: up to [`HEAD`] of them are looked at.
///
/// A byte order mark and blank lines are passed over, and so are lines that other programs wrote before the first event
/// of a stream.
///
/// # Errors
/// [`Unknown`], with what it looks like instead.
///
/// ```
/// use gatewright_test_results::{Format, Lookalike, detect};
/// assert_eq!(detect(b"<testsuites/>"), Ok(Format::JUnit));
/// assert_eq!(detect(b"{\"Time\":\"x\",\"Action\":\"start\",\"Package\":\"m\"}"), Ok(Format::GoTest));
/// assert_eq!(detect(b"<!doctype html>").unwrap_err().lookalike, Some(Lookalike::Html));
/// ```
pub fn detect(head: &[u8]) -> Result<Format, Unknown> {
    let head = head.get(..HEAD).unwrap_or(head);
    if let Some(lookalike) = lookalike::by_magic(head) {
        return Err(Unknown::new(Some(lookalike), head));
    }
    let text = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head).trim_ascii_start();
    let found = match text.first() {
        None => return Err(Unknown::new(Some(Lookalike::Empty), b"")),
        Some(b'<') => by_root(text),
        Some(b'[') => None,
        Some(_) => by_lines(text),
    };
    found.ok_or_else(|| Unknown::new(lookalike::of(text), text))
}

fn by_root(text: &[u8]) -> Option<Format> {
    Some(match root_name(text) {
        b"testsuites" | b"testsuite" | b"testcase" => Format::JUnit,
        b"TestRun" => Format::Trx,
        b"test-run" | b"test-results" | b"test-suite" => Format::NUnit,
        b"assemblies" | b"assembly" => Format::XUnit,
        _ => return None,
    })
}

/// The name of the first element, without a prefix. Declarations, instructions and comments stand before it.
fn root_name(text: &[u8]) -> &[u8] {
    let tag = lookalike::root_tag(text);
    let end = tag.iter().position(|byte| byte.is_ascii_whitespace() || *byte == b'/').unwrap_or(tag.len());
    let name = &tag[..end];
    memchr(b':', name).map_or(name, |colon| &name[colon + 1..])
}

/// The first line that has the sign of a format decides: other programs write to the same stream.
fn by_lines(text: &[u8]) -> Option<Format> {
    for line in text.split(|byte| *byte == b'\n') {
        let line = line.trim_ascii();
        if line.starts_with(b"{") {
            let is_first = line.as_ptr() == text.as_ptr();
            let found = by_event(line).or_else(|| by_document(text).filter(|_| is_first));
            if found.is_some() {
                return found;
            }
        } else if is_tap(line) {
            return Some(Format::Tap);
        }
    }
    None
}

/// One event of a stream of them.
fn by_event(line: &[u8]) -> Option<Format> {
    let has = |sign: &str| has_key(line, sign);
    if has("Action") && (has("Package") || has("ImportPath")) {
        return Some(Format::GoTest);
    }
    if has("protocolVersion") && has("type") && !has("reportFormat") {
        return Some(Format::Dart);
    }
    let is_libtest = |kind: &str| {
        let sign = format!("\"{kind}\"");
        has("type") && has("event") && memmem::find(line, sign.as_bytes()).is_some()
    };
    (is_libtest("suite") || is_libtest("test")).then_some(Format::Libtest)
}

/// A document that begins with the text.
fn by_document(text: &[u8]) -> Option<Format> {
    let has = |sign: &str| has_key(text, sign);
    if has("reportFormat") && memmem::find(text, b"CTRF").is_some()
        || has("results") && has("tool") && has("summary")
    {
        return Some(Format::Ctrf);
    }
    if has("stats") && (has("passes") || has("tests")) && !has("numTotalTests") && !has("config") {
        return Some(Format::Mocha);
    }
    // RSpec writes its version first, and its seed.
    (has("examples") || has("rspec") && has("version")).then_some(Format::RSpec)
}

/// A key of an object, wherever it stands.
fn has_key(text: &[u8], key: &str) -> bool {
    let sign = format!("\"{key}\"");
    memmem::find_iter(text, sign.as_bytes())
        .any(|at| text[at + sign.len()..].trim_ascii_start().first() == Some(&b':'))
}

/// A version, a plan or a point.
fn is_tap(line: &[u8]) -> bool {
    let starts = |sign: &[u8]| line.starts_with(sign);
    let plan = line.strip_prefix(b"1..").is_some_and(|rest| {
        let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        digits > 0 && rest[digits..].trim_ascii_start().first().is_none_or(|byte| *byte == b'#')
    });
    let point = |word: &[u8]| {
        line.strip_prefix(word).is_some_and(|rest| rest.first().is_none_or(|byte| *byte == b' '))
    };
    // `ok  <tab>package` is what `go test` prints for people.
    starts(b"TAP version ")
        || plan
        || point(b"ok") && line.len() > 3 && !starts(b"ok  \t")
        || point(b"not ok")
}

/// The first bytes, printable on any terminal and in any file.
fn show(head: &[u8]) -> String {
    let shown = text::cut(head, SHOWN);
    let mut text = match std::str::from_utf8(shown) {
        Ok(text) if !text.contains('\0') => {
            let escaped = |character: char| {
                if character.is_control() {
                    character.escape_default().to_string()
                } else {
                    character.to_string()
                }
            };
            text.chars().map(escaped).collect()
        }
        _ => String::from_utf8_lossy(&shown.escape_ascii().collect::<Vec<u8>>()).into_owned(),
    };
    if head.len() > shown.len() {
        text.push('…');
    }
    text
}

#[cfg(test)]
#[path = "detect/tests.rs"]
mod tests;
