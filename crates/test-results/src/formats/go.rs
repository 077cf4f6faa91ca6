//! `go test -json`: the events of `cmd/test2json` and of the build, one JSON object a line.
//!
//! ```text
//! {"Time", "Action", "Package", "Test", "Elapsed", "Output"}
//!   start run pause cont output bench pass fail skip      of a package, or with "Test" of a test
//!   attr  with "Key", "Value"
//!   fail  of a package, with "FailedBuild" where it did not build
//! {"ImportPath", "Action": "build-output" | "build-fail", "Output"}
//! ```
//!
//! Events of packages and of parallel tests interleave. A test with subtests is no leaf: it counts only where it failed
//! and none of its subtests did. A package that failed without a failed test counts as one failure outside of tests. A
//! test that never ends failed, unless it is a subtest whose root passed: its end was swallowed by its output.
//! Lines that are no events are what other programs wrote; the builds of older versions of Go are among them.

mod package;

use std::borrow::Cow;
use std::collections::HashMap;
use std::io::{self, Read};

use serde::Deserialize;

use self::package::Package;
use super::{Out, Scanned};
use crate::diagnostic::{Diagnostics, Kind};
use crate::lines::{End, Line, MAX_LINE, each_line};
use crate::model::{Nanoseconds, Outcome};
use crate::text::{self, Clip, cut_str};

/// Packages whose builds' output is kept.
const MOST_BUILDS: usize = 200;

/// One line.
#[derive(Debug, Deserialize)]
struct Event<'a> {
    #[serde(borrow, rename = "Action")]
    action: Cow<'a, str>,
    #[serde(borrow, default, rename = "Package")]
    package: Option<Cow<'a, str>>,
    #[serde(borrow, default, rename = "Test")]
    test: Option<Cow<'a, str>>,
    #[serde(borrow, default, rename = "Output")]
    output: Option<Cow<'a, str>>,
    #[serde(default, rename = "Elapsed")]
    elapsed: Option<f64>,
    #[serde(borrow, default, rename = "ImportPath")]
    import_path: Option<Cow<'a, str>>,
    #[serde(borrow, default, rename = "FailedBuild")]
    failed_build: Option<Cow<'a, str>>,
    #[serde(borrow, default, rename = "Key")]
    key: Option<Cow<'a, str>>,
    #[serde(borrow, default, rename = "Value")]
    value: Option<Cow<'a, str>>,
}

pub(crate) fn parse_go(input: &mut dyn Read, out: &mut Out<'_>) -> io::Result<Scanned> {
    let mut stream = Stream::default();
    let end = each_line(input, &mut |number, line| {
        stream.line = number;
        match line {
            Line::Whole(line) => stream.read_line(line, out),
            Line::Overlong(head) => stream.diagnostics.say(Kind::OverlongLine, (number, 1), head, || {
                format!("a line of more than {MAX_LINE} bytes")
            }),
        }
    })?;
    stream.finish(&end, out);
    Ok(Scanned { diagnostics: stream.diagnostics, bytes: end.bytes, cached: stream.cached })
}

#[derive(Default)]
struct Stream {
    packages: HashMap<String, Package>,
    /// The order in which packages were met: what is left at the end is told in it.
    order: u64,
    /// What building a package printed, by import path.
    builds: HashMap<String, Clip>,
    /// The package whose build plain lines are about, since its line `# package`.
    building: Option<String>,
    /// Other lines between the events.
    foreign: Clip,
    /// Packages of which plain lines say that they failed.
    failed_plainly: Vec<String>,
    line: u64,
    /// Where the last line began that looks like an event and is none.
    broken_at: u64,
    cached: u64,
    diagnostics: Diagnostics,
}

impl Stream {
    fn read_line(&mut self, line: &[u8], out: &mut Out<'_>) {
        let text = line.trim_ascii();
        if text.starts_with(b"{") {
            self.building = None;
        } else {
            if !text.is_empty() {
                self.read_foreign(line);
            }
            return;
        }
        // Output may hold bytes that are no text; Go writes U+FFFD for them, others may not.
        let decoded = text::text(text);
        match serde_json::from_str::<Event<'_>>(&decoded) {
            Ok(event) => self.read_event(&event, out),
            Err(error) if text.ends_with(b"}") && !error.is_syntax() => self.read_foreign(line),
            Err(error) => {
                self.broken_at = self.line;
                if memchr::memmem::find(text, b"\"Action\"").is_none() {
                    self.read_foreign(line);
                    return;
                }
                let column = u32::try_from(error.column()).unwrap_or(u32::MAX);
                self.diagnostics.say(Kind::MalformedRecord, (self.line, column), text, || {
                    "an event that is no whole JSON object".to_owned()
                });
            }
        }
    }

    /// A line of another program, or of the build before Go 1.24.
    fn read_foreign(&mut self, line: &[u8]) {
        self.diagnostics
            .say(Kind::ForeignText, (self.line, 1), line, || "a line that is no event".to_owned());
        if let Some(rest) = line.strip_prefix(b"FAIL\t") {
            self.building = None;
            let name = rest.split(u8::is_ascii_whitespace).next().unwrap_or_default();
            if !name.is_empty() && self.failed_plainly.len() < MOST_BUILDS {
                self.failed_plainly.push(text::text(name).into_owned());
            }
            return;
        }
        if let Some(header) = line.strip_prefix(b"# ") {
            let name = header.split(u8::is_ascii_whitespace).next().unwrap_or_default();
            self.building = Some(text::text(name).into_owned());
        }
        let text = match &self.building {
            Some(name) => match build(&mut self.builds, name) {
                Some(text) => text,
                None => return,
            },
            None => &mut self.foreign,
        };
        text.push(line);
        text.push(b"\n");
    }

    fn read_event(&mut self, event: &Event<'_>, out: &mut Out<'_>) {
        let Some(name) = event.package.as_deref() else {
            self.read_build(event);
            return;
        };
        if !self.packages.contains_key(name) {
            self.order += 1;
            self.packages.insert(cut_str(name, 4096).to_owned(), Package::new(self.order));
        }
        let name = cut_str(name, 4096);
        let package = self.packages.get_mut(name).expect("it was put there");
        if let Some(test) = event.test.as_deref().filter(|test| !test.is_empty()) {
            let elapsed = event.elapsed.and_then(|elapsed| Nanoseconds::from_float(elapsed, 1e9));
            match event.action.as_ref() {
                "output" => package.add_output(test, event.output.as_deref().unwrap_or_default()),
                "run" => package.start(test, self.line),
                "pause" | "cont" | "start" => {}
                "pass" | "bench" => package.end(name, test, Outcome::Passed, elapsed, out),
                "fail" => package.end(name, test, Outcome::Failed, elapsed, out),
                "skip" => package.end(name, test, Outcome::Skipped, elapsed, out),
                "attr" => package.add_attribute(
                    test,
                    event.key.as_deref().unwrap_or_default(),
                    event.value.as_deref().unwrap_or_default(),
                ),
                _ => self.say_unknown(event),
            }
            return;
        }
        match event.action.as_ref() {
            "start" | "run" | "pause" | "cont" | "bench" | "attr" => {}
            "output" => {
                let output = event.output.as_deref().unwrap_or_default();
                self.cached += u64::from(output.starts_with("ok  \t") && output.contains("\t(cached)"));
                package.add_own_output(output);
            }
            "pass" | "skip" => self.end_package(name, false, None, out),
            "fail" => self.end_package(name, true, event.failed_build.as_deref(), out),
            _ => self.say_unknown(event),
        }
    }

    fn say_unknown(&mut self, event: &Event<'_>) {
        let action = &event.action;
        self.diagnostics.say(Kind::UnknownRecord, (self.line, 1), action.as_bytes(), || {
            "an event with an unknown action".to_owned()
        });
    }

    fn read_build(&mut self, event: &Event<'_>) {
        match (event.action.as_ref(), event.import_path.as_deref()) {
            ("build-output", Some(path)) => {
                if let Some(text) = build(&mut self.builds, path) {
                    text.push(event.output.as_deref().unwrap_or_default().as_bytes());
                }
            }
            ("build-fail", Some(_)) => {}
            _ => self.say_unknown(event),
        }
    }

    fn end_package(&mut self, name: &str, failed: bool, failed_build: Option<&str>, out: &mut Out<'_>) {
        let Some(mut package) = self.packages.remove(name) else { return };
        let build = self.builds.get(failed_build.unwrap_or(name));
        let other = build.or(Some(&self.foreign).filter(|text| !text.is_empty()));
        self.failed_plainly.retain(|known| known != name);
        package.finish(name, failed, failed_build, other, self.line, out);
    }

    /// Packages without an end did not end.
    fn finish(&mut self, end: &End, out: &mut Out<'_>) {
        let mut open: Vec<(String, Package)> = self.packages.drain().collect();
        open.sort_by_key(|(_, package)| package.order);
        if let Some((name, _)) = open.first() {
            let (line, count) = (end.lines.max(1), open.len());
            self.diagnostics.say(Kind::Truncated, (line, 1), b"", || match count {
                1 => format!("the stream ends before the package {name} does"),
                _ => format!("the stream ends before {count} packages do, {name} first"),
            });
        } else if !end.is_terminated && self.broken_at == end.lines && end.lines > 0 {
            self.diagnostics.say(Kind::Truncated, (self.broken_at, 1), b"", || {
                "the stream ends in the middle of an event".to_owned()
            });
        }
        for (name, mut package) in open {
            self.failed_plainly.retain(|known| *known != name);
            package.finish_unended(&name, out);
        }
        for name in std::mem::take(&mut self.failed_plainly) {
            let other = self.builds.get(&name).or(Some(&self.foreign).filter(|text| !text.is_empty()));
            Package::new(0).finish(&name, true, None, other, 0, out);
        }
    }
}

/// What building a package printed, where there is room for it.
fn build<'a>(builds: &'a mut HashMap<String, Clip>, path: &str) -> Option<&'a mut Clip> {
    if !builds.contains_key(path) {
        if builds.len() >= MOST_BUILDS {
            return None;
        }
        builds.insert(path.to_owned(), Clip::default());
    }
    builds.get_mut(path)
}

#[cfg(test)]
#[path = "go_tests.rs"]
mod tests;
