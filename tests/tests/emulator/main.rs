//! The runner emulator, rule by rule. Every other test of the outside of our actions trusts it.
#![allow(clippy::unwrap_used, clippy::format_push_string, reason = "a test may fail, and need not be fast")]

mod annotations;
mod commands;
mod files;
mod hostile;
mod job;
mod matchers;

use std::collections::BTreeMap;
use std::fmt::Write;

use gatewright_tests::emulator::{
    Annotation, Disk, FileCommands, Kind, Part, Setting, Shown, StepRun, Stream, judge,
};

/// A `run:` step with the id `step` that prints this on stdout.
fn prints(stdout: &str) -> StepRun {
    step(Part { printed: vec![(Stream::Stdout, stdout.as_bytes().to_vec())], ..Part::default() })
}

/// A `run:` step with the id `step` that writes these files.
fn writes(files: FileCommands) -> StepRun {
    step(Part { files, ..Part::default() })
}

fn step(part: Part) -> StepRun {
    StepRun { kind: part.kind, id: Some("step".to_owned()), parts: vec![part], ..StepRun::default() }
}

/// What an ordinary setting shows of text on stdout.
fn shown(stdout: &str) -> Shown {
    judge(&prints(stdout), &Setting::default())
}

/// A composite of these parts.
fn composite(parts: Vec<Part>) -> StepRun {
    StepRun { kind: Kind::Composite, id: Some("step".to_owned()), parts, ..StepRun::default() }
}

fn on_disk(files: &[(&str, &str)]) -> Setting {
    let files = files.iter().map(|&(path, text)| (path.to_owned(), text.as_bytes().to_vec())).collect();
    Setting { disk: Disk::Given(files), ..Setting::default() }
}

fn map(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())).collect()
}

/// `error src/a.rs 1-2 col 3-4 [title]: message`, with only what is there.
fn text(annotation: &Annotation) -> String {
    let mut text = format!("{:?}", annotation.level).to_lowercase();
    let range = |first: Option<i32>, last: Option<i32>| {
        first.map(|first| last.map_or(first.to_string(), |last| format!("{first}-{last}")))
    };
    if let Some(file) = &annotation.file {
        write!(text, " {file}").unwrap();
    }
    if let Some(lines) = range(annotation.line, annotation.end_line) {
        write!(text, " {lines}").unwrap();
    }
    if let Some(columns) = range(annotation.col, annotation.end_column) {
        write!(text, " col {columns}").unwrap();
    }
    if let Some(title) = &annotation.title {
        write!(text, " [{title}]").unwrap();
    }
    if let Some(line) = annotation.log_line {
        write!(text, " @{line}").unwrap();
    }
    write!(text, ": {}", annotation.message).unwrap();
    text
}

fn texts(shown: &Shown) -> Vec<String> {
    shown.annotations.iter().map(text).collect()
}

fn messages(shown: &Shown) -> Vec<&str> {
    shown.annotations.iter().map(|annotation| annotation.message.as_str()).collect()
}
