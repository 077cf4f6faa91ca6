//! Which format the first bytes of a report are: by content, never by a name.
//!
//! What is no report that is read is at least named, with the step that turns it into one.

mod json;
mod lookalike;

use std::fmt;

use memchr::memmem;

pub use lookalike::Lookalike;

use crate::decode;
use crate::formats::Format;

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
            "coverage reports in these formats are read: Go cover profiles, LCOV tracefiles, the XML of Cobertura, JaCoCo \
             and Clover, and the JSON of coverage.py, Istanbul, llvm-cov and SimpleCov",
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
                    "this looks like {name}, not like a coverage report that is read: it starts with `{shown}`"
                )
            }
            None => {
                write!(formatter, "no known coverage format starts with `{}`", self.first_bytes_shown)
            }
        }
    }
}

/// Recognises a format by the first bytes of a report: up to [`HEAD`] of them are looked at.
///
/// A byte order mark and blank lines are passed over, and so are the comments of LCOV.
///
/// # Errors
/// [`Unknown`], with what it looks like instead.
///
/// ```
/// use gatewright_coverage::{Format, Lookalike, detect};
/// assert_eq!(detect(b"mode: atomic\n"), Ok(Format::GoProfile));
/// assert_eq!(detect(b"\nTN:\nSF:src/a.c\n"), Ok(Format::Lcov));
/// assert_eq!(detect(b"<!doctype html>").unwrap_err().lookalike, Some(Lookalike::Html));
/// ```
pub fn detect(head: &[u8]) -> Result<Format, Unknown> {
    let head = head.get(..HEAD).unwrap_or(head);
    if let Some(lookalike) = lookalike::by_magic(head) {
        return Err(Unknown::new(Some(lookalike), head));
    }
    let text = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head).trim_ascii_start();
    if text.starts_with(b"mode:") {
        return Ok(Format::GoProfile);
    }
    match text.first() {
        None => Err(Unknown::new(Some(Lookalike::Empty), b"")),
        Some(b'<') => lookalike::by_root(text).map_err(|lookalike| Unknown::new(Some(lookalike), text)),
        Some(b'{') => json::detect(text).map_err(|lookalike| Unknown::new(Some(lookalike), text)),
        Some(b'[') => Err(Unknown::new(Some(Lookalike::Json), text)),
        Some(_) if is_lcov(text) => Ok(Format::Lcov),
        Some(_) => Err(Unknown::new(lookalike::by_lines(text), text)),
    }
}

/// Comments, then a record that only LCOV has; or, behind lines that nobody knows, the end of a record.
fn is_lcov(text: &[u8]) -> bool {
    let first = text
        .split(|byte| *byte == b'\n')
        .map(<[u8]>::trim_ascii)
        .find(|line| !line.is_empty() && !line.starts_with(b"#"));
    let starts = [b"TN:".as_slice(), b"SF:", b"VER:", b"DA:", b"FN:", b"FNDA:", b"FNL:", b"BRDA:"];
    first.is_some_and(|line| starts.iter().any(|start| line.starts_with(start)))
        || memmem::find(text, b"\nSF:").is_some()
        || memmem::find(text, b"\nend_of_record").is_some()
}

/// The first bytes, printable on any terminal and in any file.
fn show(head: &[u8]) -> String {
    let cut = head.get(..SHOWN).unwrap_or(head);
    // Cut at a character, if it is text at all.
    let cut = match std::str::from_utf8(cut) {
        Err(error) if error.error_len().is_none() && head.len() > SHOWN => &cut[..error.valid_up_to()],
        _ => cut,
    };
    let mut shown = String::new();
    match std::str::from_utf8(cut) {
        Ok(text) if !text.contains('\0') => {
            for character in text.chars() {
                if character.is_control() {
                    shown.extend(character.escape_default());
                } else {
                    shown.push(character);
                }
            }
        }
        _ => shown.push_str(&decode::text(&cut.escape_ascii().collect::<Vec<u8>>())),
    }
    if head.len() > cut.len() {
        shown.push('…');
    }
    shown
}

#[cfg(test)]
#[path = "detect/tests.rs"]
mod tests;
