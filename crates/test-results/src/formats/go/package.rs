//! One package of a stream of Go's: its tests that run, and what they print.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use crate::formats::Out;
use crate::model::{Attempts, Detail, Nanoseconds, Occurrence, Outcome, Subject, TestName};
use crate::text::{Clip, cut_str};

/// Slashes of a name that are looked at.
const MOST_LEVELS: usize = 64;

/// Attributes of a test that are kept.
const MOST_ATTRIBUTES: usize = 16;

/// Bytes of an attribute's value, and of a message, that are kept.
const MOST_VALUE: usize = 512;

/// A test that runs.
#[derive(Default)]
struct Test {
    output: Clip,
    has_subtests: bool,
    has_failed_subtest: bool,
    attributes: Vec<(String, String)>,
    line: u64,
}

/// A subtest that failed, while its root runs: what it panicked with is told by the root.
struct Failed {
    name: String,
    elapsed: Option<Nanoseconds>,
    test: Test,
}

/// Failed subtests that wait for their roots; older ones go on without them.
const MOST_HELD: usize = 64;

pub(super) struct Package {
    pub(super) order: u64,
    held: VecDeque<Failed>,
    running: BTreeMap<String, Test>,
    /// Room of tests that ended, to be used again.
    spare: Vec<Test>,
    output: Clip,
    failed: bool,
    /// What says that the tests took too long.
    timed_out: Option<String>,
}

impl Package {
    pub(super) fn new(order: u64) -> Self {
        Self {
            order,
            held: VecDeque::new(),
            running: BTreeMap::new(),
            spare: Vec::new(),
            output: Clip::default(),
            failed: false,
            timed_out: None,
        }
    }

    /// A test begins: it makes the test around it one that is no leaf.
    pub(super) fn start(&mut self, name: &str, line: u64) {
        if self.running.contains_key(name) {
            return;
        }
        if let Some(outer) = around(name).find(|outer| self.running.contains_key(*outer))
            && let Some(outer) = self.running.get_mut(outer)
        {
            outer.has_subtests = true;
        }
        let mut test = self.spare.pop().unwrap_or_default();
        test.line = line;
        self.running.insert(name.to_owned(), test);
    }

    fn running(&mut self, name: &str) -> &mut Test {
        if !self.running.contains_key(name) {
            self.start(name, 0);
        }
        self.running.get_mut(name).expect("it was started")
    }

    pub(super) fn add_output(&mut self, name: &str, output: &str) {
        if output.starts_with("panic: test timed out") {
            self.timed_out = Some(cut_str(output.trim_end(), MOST_VALUE).to_owned());
        }
        // The dump of all goroutines says nothing about the test that happened to run.
        if self.timed_out.is_some() {
            self.output.push(output.as_bytes());
            return;
        }
        let test = self.running(name);
        if !is_noise(output) {
            test.output.push(output.as_bytes());
        }
    }

    pub(super) fn add_own_output(&mut self, output: &str) {
        let is_noise = output == "PASS\n" || output.starts_with("coverage: ") || output.starts_with("ok  \t");
        if !is_noise {
            self.output.push(output.as_bytes());
        }
    }

    pub(super) fn add_attribute(&mut self, name: &str, key: &str, value: &str) {
        let attributes = &mut self.running(name).attributes;
        if attributes.len() < MOST_ATTRIBUTES {
            attributes.push((cut_str(key, MOST_VALUE).to_owned(), cut_str(value, MOST_VALUE).to_owned()));
        }
    }

    pub(super) fn end(
        &mut self,
        package: &str,
        name: &str,
        outcome: Outcome,
        elapsed: Option<Nanoseconds>,
        out: &mut Out<'_>,
    ) {
        let mut test = self.running.remove(name).unwrap_or_default();
        self.tell_around(name, outcome, &test);
        let speaks = !test.has_subtests || outcome == Outcome::Failed && !test.has_failed_subtest;
        self.failed |= outcome == Outcome::Failed;
        if outcome == Outcome::Failed && self.running.contains_key(root(name)) && root(name) != name {
            if speaks {
                self.hold(package, Failed { name: name.to_owned(), elapsed, test }, out);
            }
            return;
        }
        self.release(package, name, &test.output, out);
        if speaks {
            let message = self.timed_out.as_deref().filter(|_| outcome == Outcome::Failed);
            emit(package, name, outcome, elapsed, &test, message, out);
        }
        test.output.clear();
        test.attributes.clear();
        (test.has_subtests, test.has_failed_subtest) = (false, false);
        self.spare.push(test);
    }

    fn hold(&mut self, package: &str, failed: Failed, out: &mut Out<'_>) {
        self.held.push_back(failed);
        if self.held.len() > MOST_HELD
            && let Some(oldest) = self.held.pop_front()
        {
            emit(package, &oldest.name, Outcome::Failed, oldest.elapsed, &oldest.test, None, out);
        }
    }

    /// The root of failed subtests ended: what it panicked with stopped the last of them.
    fn release(&mut self, package: &str, name: &str, output: &Clip, out: &mut Out<'_>) {
        let (mut of_root, others): (VecDeque<_>, VecDeque<_>) =
            std::mem::take(&mut self.held).into_iter().partition(|failed| root(&failed.name) == name);
        self.held = others;
        if let Some(last) = of_root.back_mut()
            && label(&last.test.output.excerpt().head).is_none()
            && label(&output.excerpt().head).is_some()
        {
            last.test.output.end_line();
            last.test.output.append(output);
        }
        for failed in of_root {
            emit(package, &failed.name, Outcome::Failed, failed.elapsed, &failed.test, None, out);
        }
    }

    /// The test around a subtest learns of its failure; or, as Go files lines under the wrong test at times, of what it
    /// printed.
    fn tell_around(&mut self, name: &str, outcome: Outcome, test: &Test) {
        let outer = around(name).find(|outer| self.running.contains_key(*outer));
        let Some(outer) = outer.and_then(|outer| self.running.get_mut(outer)) else { return };
        if outcome == Outcome::Failed || test.has_failed_subtest {
            outer.has_failed_subtest = true;
        } else if !outer.has_failed_subtest {
            outer.output.append(&test.output);
        }
    }

    /// The package ended.
    pub(super) fn finish(
        &mut self,
        name: &str,
        failed: bool,
        failed_build: Option<&str>,
        other: Option<&Clip>,
        line: u64,
        out: &mut Out<'_>,
    ) {
        let message = self.timed_out.clone();
        let message = message.as_deref().unwrap_or("the test did not end before its package did");
        self.end_running(name, message, !failed, out);
        if !failed || self.failed {
            return;
        }
        let message = match failed_build {
            Some(build) if build.split(' ').next() == Some(name) => "the package does not build".to_owned(),
            Some(build) => format!("{} does not build", cut_str(build, MOST_VALUE)),
            None if self.timed_out.is_some() => self.timed_out.clone().unwrap_or_default(),
            None => "the package failed, and none of its tests did".to_owned(),
        };
        let mut text = Clip::default();
        if let Some(other) = other {
            text.append(other);
            text.end_line();
        }
        text.append(&self.output);
        emit_outside(name, Outcome::Errored, message, &text, line, out);
    }

    /// The stream ended first.
    pub(super) fn finish_unended(&mut self, name: &str, out: &mut Out<'_>) {
        let ran = self.running.len();
        self.end_running(name, "the test did not end: the stream stops while it runs", false, out);
        if ran == 0 {
            let message = "the package did not end: the stream stops while it runs".to_owned();
            let output = std::mem::take(&mut self.output);
            emit_outside(name, Outcome::Errored, message, &output, 0, out);
        }
    }

    /// What still runs failed; what a subtest lacks whose root is gone is only the event of its end.
    fn end_running(&mut self, package: &str, message: &str, passed: bool, out: &mut Out<'_>) {
        let running = std::mem::take(&mut self.running);
        for name in self.held.iter().map(|failed| root(&failed.name).to_owned()).collect::<BTreeSet<_>>() {
            let mut output = running.get(&name).map(|test| test.output.clone()).unwrap_or_default();
            output.append(&self.output);
            self.release(package, &name, &output, out);
        }
        for (name, test) in &running {
            let root_ended = root(name) != name && !running.contains_key(root(name));
            // A leaf speaks for those around it.
            if root_ended || test.has_subtests && has_running_subtest(&running, name) {
                continue;
            }
            if test.has_failed_subtest {
                continue;
            }
            // Go tells of no end of a benchmark: that of its package is it.
            if passed && name.starts_with("Benchmark") {
                emit(package, name, Outcome::Passed, None, test, None, out);
                continue;
            }
            let mut with_output =
                Test { line: test.line, attributes: test.attributes.clone(), ..Test::default() };
            with_output.output.append(&test.output);
            with_output.output.end_line();
            with_output.output.append(&self.output);
            emit(package, name, Outcome::Errored, None, &with_output, Some(message), out);
            self.failed = true;
        }
    }
}

/// The names that the test around may have, innermost first: a name of a subtest may hold slashes itself.
fn around(name: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(name.rsplit_once('/').map(|(outer, _)| outer), |name| {
        Some(name.rsplit_once('/')?.0)
    })
    .take(MOST_LEVELS)
}

fn root(name: &str) -> &str {
    name.split('/').next().unwrap_or(name)
}

fn has_running_subtest(running: &BTreeMap<String, Test>, name: &str) -> bool {
    let below = format!("{name}/");
    running.range(below.clone()..).next().is_some_and(|(next, _)| next.starts_with(&below))
}

/// What the tool prints about the course of a test.
fn is_noise(output: &str) -> bool {
    let line = output.trim_start_matches(' ');
    line.starts_with("=== ") || line.starts_with("--- PASS: ")
}

fn emit(
    package: &str,
    name: &str,
    outcome: Outcome,
    duration: Option<Nanoseconds>,
    test: &Test,
    message: Option<&str>,
    out: &mut Out<'_>,
) {
    let detail = (outcome != Outcome::Passed).then(|| {
        let text = test.output.excerpt();
        let kind = label(&text.head).unwrap_or_default().to_owned();
        let said = message.map_or_else(|| first_words(&text.head), str::to_owned);
        // A panic ends the process of all tests of the package; so does what kept a test from its end.
        let is_crash = kind == PANIC || message.is_some();
        Detail { kind, message: said, text, is_crash, ..Detail::default() }
    });
    out.emit(&Occurrence {
        subject: Subject::Test,
        test: TestName { suite: package, class: "", name, file: "" },
        outcome,
        attempts: Attempts::default(),
        duration,
        line: 0,
        detail: detail.as_ref(),
        properties: &test.attributes,
        report_line: test.line,
    });
}

fn emit_outside(package: &str, outcome: Outcome, message: String, text: &Clip, line: u64, out: &mut Out<'_>) {
    let text = text.excerpt();
    let kind = label(&text.head).unwrap_or_default().to_owned();
    let detail = Detail { kind, message, text, ..Detail::default() };
    let test = TestName { suite: package, class: "", name: "(outside of tests)", file: "" };
    out.emit(&Occurrence {
        subject: Subject::OutsideTests,
        detail: Some(&detail),
        report_line: line,
        ..Occurrence::new(test, outcome)
    });
}

/// What deserves to be named.
fn label(text: &str) -> Option<&'static str> {
    if text.contains("WARNING: DATA RACE") {
        return Some("data race");
    }
    let panics = text.starts_with("panic: ") || text.contains("\npanic: ");
    panics.then_some(PANIC)
}

/// The kind of failure that ends the process.
const PANIC: &str = "panic";

/// The first line that says something: without the place that `t.Error` puts before it.
fn first_words(text: &str) -> String {
    let says = |line: &&str| !line.is_empty() && !line.starts_with("--- ");
    if let Some(panic) = text.lines().find(|line| line.starts_with("panic: ")) {
        return cut_str(panic, MOST_VALUE).to_owned();
    }
    let line = text.lines().map(str::trim).find(says).unwrap_or_default();
    let line = match line.split_once(": ") {
        Some((place, words))
            if place.rsplit_once(':').is_some_and(|(file, _)| file.rsplit('.').next() == Some("go")) =>
        {
            words
        }
        _ => line,
    };
    cut_str(line, MOST_VALUE).to_owned()
}
