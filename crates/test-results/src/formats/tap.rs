//! TAP, versions 12 to 14 (the Test Anything Protocol's version 14 specification):
//!
//! ```text
//! TAP version 14                           1..N # reason        before or after all points; 1..0: all are skipped
//! ok|not ok [number] [-] [name] [# SKIP reason | # todo reason]
//!   ---                                    detail of the point before, two blanks deeper
//!   ...
//! # Subtest: name                          of the document that follows, four blanks deeper, up to its own point
//! Bail out! reason                         pragma +strict
//! ```
//!
//! Points that the plan promises and that are missing failed. So did a document without a plan. A point that closes
//! a subtest is no leaf: it counts only where it failed and none of its own points did.
//!
//! A stream may hold several documents. Each begins with its version, with a second plan, with another first point once the
//! plan is fulfilled, or with a line by which `prove -v` announces a file: `t/words.t .. `.

use std::io::{self, Read};

use super::{Out, Scanned};
use crate::diagnostic::{Diagnostics, Kind};
use crate::frames::frames;
use crate::lines::{Line, MAX_LINE, each_line};
use crate::model::{Attempts, Detail, Nanoseconds, Occurrence, Outcome, Subject, TestName};
use crate::number;
use crate::suites::BETWEEN;
use crate::text::{self, Clip, cut_str};

/// Subtests in subtests.
const MAX_DEPTH: usize = 64;

/// Numbers of points that are remembered, to find the missing ones.
const MOST_NUMBERS: u64 = 1 << 24;

/// Missing points that are told one by one.
const MOST_MISSING: u64 = 100;

pub(crate) fn parse_tap(input: &mut dyn Read, out: &mut Out<'_>) -> io::Result<Scanned> {
    let mut stream = Stream { levels: vec![Level::default()], ..Stream::default() };
    let end = each_line(input, &mut |number, line| {
        stream.line = number;
        match line {
            Line::Whole(line) => stream.read_line(&text::text(line), out),
            Line::Overlong(head) => stream.diagnostics.say(Kind::OverlongLine, (number, 1), head, || {
                format!("a line of more than {MAX_LINE} bytes")
            }),
        }
    })?;
    stream.finish(out);
    Ok(Scanned { diagnostics: stream.diagnostics, bytes: end.bytes, cached: 0 })
}

/// A document, or a subtest.
#[derive(Debug, Default)]
struct Level {
    name: String,
    plan: Option<u64>,
    /// Points so far; the next one without a number has the next number.
    points: u64,
    last_number: u64,
    /// A bit a number.
    seen: Vec<u64>,
    beyond_plan: u64,
    has_failed: bool,
    /// What is known of the subtest that follows.
    next_name: Option<String>,
}

/// A point, until what follows it is known.
#[derive(Debug)]
struct Point {
    name: String,
    outcome: Outcome,
    reason: String,
    depth: usize,
    line: u64,
    /// It closes a subtest in which a point failed, or none did.
    closes: Option<bool>,
    text: Clip,
    message: String,
    /// The next deeper line of the detail is the message.
    message_follows: bool,
    duration: Option<Nanoseconds>,
    file: String,
    at_line: u32,
}

#[derive(Default)]
struct Stream {
    /// The file that prove announced.
    document: String,
    levels: Vec<Level>,
    point: Option<Point>,
    in_detail: bool,
    bailed: bool,
    met: bool,
    line: u64,
    diagnostics: Diagnostics,
}

impl Stream {
    fn read_line(&mut self, line: &str, out: &mut Out<'_>) {
        if self.in_detail {
            let inside = line.trim();
            if inside == "..." {
                self.in_detail = false;
            } else if let Some(point) = &mut self.point {
                point.read_detail(line);
            }
            return;
        }
        let body = line.trim_start_matches(' ');
        let indent = line.len() - body.len();
        let depth = indent / 4;
        if body.trim_end() == "---" && self.point.as_ref().is_some_and(|point| indent == point.depth * 4 + 2)
        {
            self.in_detail = true;
        } else if let Some(rest) = body.strip_prefix("Bail out!").or_else(|| body.strip_prefix("bail out!")) {
            self.bail(rest.trim(), out);
        } else if indent.is_multiple_of(4) && depth < MAX_DEPTH {
            self.read_body(body.trim_end(), depth, out);
        }
    }

    fn read_body(&mut self, body: &str, depth: usize, out: &mut Out<'_>) {
        if let Some(rest) = body.strip_prefix("not ok").filter(|rest| ends_word(rest)) {
            self.read_point(rest, false, depth, out);
        } else if let Some(rest) = body.strip_prefix("ok").filter(|rest| ends_word(rest)) {
            self.read_point(rest, true, depth, out);
        } else if let Some(name) =
            body.strip_prefix("# Subtest").filter(|rest| rest.is_empty() || rest.starts_with(':'))
        {
            self.settle(out);
            self.name_subtest(name.trim_start_matches(':').trim(), depth);
        } else if let Some(comment) = body.strip_prefix('#') {
            if let Some(point) = self.point.as_mut().filter(|point| point.outcome.is_bad()) {
                point.text.push(comment.strip_prefix(' ').unwrap_or(comment).as_bytes());
                point.text.push(b"\n");
            }
        } else if let Some(plan) = body.strip_prefix("1..") {
            self.read_plan(plan, depth, out);
        } else if body.starts_with("TAP version") && depth == 0 {
            self.begin_document(out);
            self.met = true;
        } else if let Some((file, skipped)) = announced(body).filter(|_| depth == 0) {
            self.begin_document(out);
            cut_str(file, 1024).clone_into(&mut self.document);
            if let Some(reason) = skipped {
                self.read_plan(&format!("0 # SKIP {reason}"), 0, out);
            }
        }
    }

    /// Ends the document before, if there is one.
    fn begin_document(&mut self, out: &mut Out<'_>) {
        if self.met || self.bailed {
            self.end_document(out);
        }
    }

    /// Whether the document has all points of its plan.
    fn is_fulfilled(&self) -> bool {
        self.levels.first().is_some_and(|level| level.plan.is_some_and(|plan| level.points >= plan))
    }

    /// The comment stands before the subtest, or as its first line.
    fn name_subtest(&mut self, name: &str, depth: usize) {
        let name = cut_str(name, 1024).to_owned();
        if depth < self.levels.len() {
            self.levels[depth].next_name = Some(name);
        } else if self.level(depth - 1).next_name.is_some() {
            // The document around has a name already, so this one is of a document in it.
            self.level(depth).next_name = Some(name);
        } else {
            self.level(depth - 1).next_name = Some(name);
        }
    }

    /// Opens the levels down to a depth; deeper ones stay until their point comes.
    fn level(&mut self, depth: usize) -> &mut Level {
        while self.levels.len() <= depth {
            let name = self.levels.last_mut().and_then(|level| level.next_name.take());
            let name = name.unwrap_or_else(|| "subtest".to_owned());
            self.levels.push(Level { name, ..Level::default() });
        }
        &mut self.levels[depth]
    }

    fn read_plan(&mut self, plan: &str, depth: usize, out: &mut Out<'_>) {
        let digits = plan.find(|character: char| !character.is_ascii_digit()).unwrap_or(plan.len());
        let Some(last) = number::whole(&plan.as_bytes()[..digits]) else { return };
        if depth == 0 && self.levels[0].plan.is_some() {
            self.begin_document(out);
        }
        self.settle(out);
        self.close_deeper(depth, out);
        let reason = plan[digits..].trim().trim_start_matches('#').trim();
        let reason = directive(reason).map_or_else(|| reason.to_owned(), |(_, reason)| reason);
        let level = self.level(depth);
        level.plan.get_or_insert(last);
        self.met = true;
        if last == 0 {
            let detail = Detail { message: reason, ..Detail::default() };
            self.emit_outside(depth, Outcome::Skipped, detail, out);
        }
    }

    fn read_point(&mut self, rest: &str, ok: bool, depth: usize, out: &mut Out<'_>) {
        self.settle(out);
        if depth == 0 && self.is_fulfilled() {
            // prove's own word behind a file of which all is well.
            if !self.document.is_empty() && ok && prove_says(rest) {
                return;
            }
            let first = rest.trim_start().split(' ').next() == Some("1");
            if first && self.levels[0].seen.first().is_some_and(|seen| seen & 2 != 0) {
                self.begin_document(out);
            }
        }
        self.met = true;
        self.level(depth);
        let closes = (self.levels.len() > depth + 1).then(|| self.close_deeper(depth, out));
        let rest = rest.trim_start();
        let digits = rest.find(|character: char| !character.is_ascii_digit()).unwrap_or(rest.len());
        let given = number::whole(&rest.as_bytes()[..digits]);
        let rest = if given.is_some() { &rest[digits..] } else { rest };
        let (name, directive) = split_directive(rest.trim());
        let name = name.strip_prefix("- ").or_else(|| name.strip_prefix('-')).unwrap_or(&name).trim();
        let number = self.count_point(given, depth);
        let name = if name.is_empty() { format!("test {number}") } else { cut_str(name, 4096).to_owned() };
        let (outcome, reason) = match directive {
            Some((Directive::Skip, reason)) => (Outcome::Skipped, reason),
            Some((Directive::Todo, reason)) if !ok => (Outcome::Skipped, reason),
            Some((Directive::Todo, reason)) => {
                let place = (self.line, 1);
                self.diagnostics.say(Kind::UnexpectedPass, place, name.as_bytes(), || {
                    "a test that is to do passes".to_owned()
                });
                (Outcome::Passed, reason)
            }
            None => (if ok { Outcome::Passed } else { Outcome::Failed }, String::new()),
        };
        let level = &mut self.levels[depth];
        level.has_failed |= outcome.is_bad() || closes == Some(true);
        self.point = Some(Point {
            name,
            outcome,
            reason,
            depth,
            line: self.line,
            closes,
            text: Clip::default(),
            message: String::new(),
            message_follows: false,
            duration: None,
            file: String::new(),
            at_line: 0,
        });
    }

    fn count_point(&mut self, given: Option<u64>, depth: usize) -> u64 {
        let level = &mut self.levels[depth];
        let number = given.unwrap_or(level.last_number.saturating_add(1));
        level.last_number = number;
        level.points += 1;
        let is_beyond = level.plan.is_some_and(|plan| number > plan) || number == 0;
        level.beyond_plan += u64::from(is_beyond);
        if number < MOST_NUMBERS {
            let (word, bit) = ((number / 64) as usize, 1 << (number % 64));
            if level.seen.len() <= word {
                level.seen.resize(word + 1, 0);
            }
            if level.seen[word] & bit != 0 {
                self.diagnostics
                    .say(Kind::RepeatedNumber, (self.line, 1), b"", || format!("a second test {number}"));
            }
            level.seen[word] |= bit;
        }
        number
    }

    /// Hands on the point that waits.
    fn settle(&mut self, out: &mut Out<'_>) {
        self.in_detail = false;
        let Some(point) = self.point.take() else { return };
        // A subtest speaks through its points, unless only the subtest as a whole failed.
        if point.closes == Some(true) || point.closes == Some(false) && !point.outcome.is_bad() {
            return;
        }
        let message = if point.reason.is_empty() { point.message } else { point.reason };
        let text = point.text.excerpt();
        let has_detail = point.outcome.is_bad() || !message.is_empty();
        let message = if message.is_empty() { first_line(&text.head) } else { message };
        let line = assertion(&text.head, &point.file).unwrap_or(point.at_line);
        let detail =
            has_detail.then(|| Detail { message, text, file: point.file, line, ..Detail::default() });
        let suite = self.suite(point.depth);
        out.emit(&Occurrence {
            duration: point.duration,
            detail: detail.as_ref(),
            report_line: point.line,
            ..Occurrence::new(
                TestName { suite: &suite, name: &point.name, ..TestName::default() },
                point.outcome,
            )
        });
    }

    fn suite(&self, depth: usize) -> String {
        let subtests = self.levels[1..=depth.min(self.levels.len() - 1)].iter();
        let document = Some(self.document.as_str()).filter(|document| !document.is_empty());
        let names: Vec<&str> =
            document.into_iter().chain(subtests.map(|level| level.name.as_str())).collect();
        names.join(BETWEEN)
    }

    /// Ends the subtests below a depth: whether a point in them failed.
    fn close_deeper(&mut self, depth: usize, out: &mut Out<'_>) -> bool {
        let mut failed = false;
        while self.levels.len() > depth + 1 {
            failed |= self.close_level(out);
            self.levels.pop();
            if let Some(level) = self.levels.last_mut() {
                level.has_failed |= failed;
            }
        }
        failed
    }

    /// What the deepest level promised and did not hold.
    fn close_level(&mut self, out: &mut Out<'_>) -> bool {
        let depth = self.levels.len() - 1;
        let Level { plan, points, beyond_plan, has_failed, ref seen, .. } = self.levels[depth];
        if self.bailed || !self.met {
            return has_failed;
        }
        let Some(plan) = plan else {
            let message = "there is no plan: nobody knows whether all tests ran".to_owned();
            self.emit_outside(depth, Outcome::Errored, Detail { message, ..Detail::default() }, out);
            return true;
        };
        let is_missing = |number: &u64| {
            let bits =
                usize::try_from(number / 64).ok().and_then(|word| seen.get(word)).copied().unwrap_or(0);
            bits & (1 << (number % 64)) == 0
        };
        let missing =
            if points - beyond_plan.min(points) >= plan { 0 } else { plan - (points - beyond_plan) };
        let told: Vec<u64> = (1..=plan.min(MOST_NUMBERS))
            .filter(is_missing)
            .take(usize::try_from(MOST_MISSING.min(missing)).expect("at most a hundred"))
            .collect();
        let rest = missing - told.len() as u64;
        let suite = self.suite(depth);
        for number in &told {
            let name = format!("test {number}");
            let message = format!("the plan promises {plan} tests, and this one did not run");
            let detail = Detail { message, is_crash: true, ..Detail::default() };
            let test = TestName { suite: &suite, name: &name, ..TestName::default() };
            let run = Occurrence::new(test, Outcome::Errored);
            out.emit(&Occurrence { detail: Some(&detail), report_line: self.line, ..run });
        }
        if rest > 0 {
            let message = format!("{rest} more tests of the plan did not run");
            self.emit_outside(depth, Outcome::Errored, Detail { message, ..Detail::default() }, out);
        }
        if beyond_plan > 0 {
            let message = match beyond_plan {
                1 => format!("1 test is not in the plan 1..{plan}"),
                many => format!("{many} tests are not in the plan 1..{plan}"),
            };
            self.emit_outside(depth, Outcome::Errored, Detail { message, ..Detail::default() }, out);
        }
        has_failed || missing > 0 || beyond_plan > 0
    }

    fn emit_outside(&mut self, depth: usize, outcome: Outcome, detail: Detail, out: &mut Out<'_>) {
        let suite = self.suite(depth);
        out.emit(&Occurrence {
            subject: Subject::OutsideTests,
            attempts: Attempts::default(),
            detail: Some(&detail),
            report_line: self.line,
            ..Occurrence::new(
                TestName { suite: &suite, name: "(outside of tests)", ..TestName::default() },
                outcome,
            )
        });
    }

    fn bail(&mut self, reason: &str, out: &mut Out<'_>) {
        self.settle(out);
        let reason = if reason.is_empty() { String::new() } else { format!(": {}", cut_str(reason, 1024)) };
        let detail = Detail { message: format!("the run was given up{reason}"), ..Detail::default() };
        if !self.bailed {
            self.emit_outside(0, Outcome::Errored, detail, out);
        }
        self.bailed = true;
    }

    fn end_document(&mut self, out: &mut Out<'_>) {
        self.settle(out);
        self.close_deeper(0, out);
        self.close_level(out);
        self.levels = vec![Level::default()];
        self.document.clear();
        (self.bailed, self.met) = (false, false);
    }

    fn finish(&mut self, out: &mut Out<'_>) {
        let nothing = !self.met && !self.bailed;
        if self.in_detail {
            self.diagnostics.say(Kind::Truncated, (self.line, 1), b"", || {
                "the report ends inside the detail of a test".to_owned()
            });
        }
        self.end_document(out);
        if nothing {
            self.diagnostics.say(Kind::MalformedRecord, (self.line.max(1), 1), b"", || {
                "there is neither a plan nor a test".to_owned()
            });
        }
    }
}

impl Point {
    /// A line of the detail: a few keys that many producers use, and all of it as text.
    fn read_detail(&mut self, line: &str) {
        let body = line.get(self.depth * 4 + 2..).unwrap_or_else(|| line.trim_start());
        if self.outcome.is_bad() {
            self.text.push(body.as_bytes());
            self.text.push(b"\n");
        }
        let (key, value) = body.split_once(':').unwrap_or((body, ""));
        let value = unquoted(value.trim());
        if std::mem::take(&mut self.message_follows) {
            cut_str(body.trim(), 1024).clone_into(&mut self.message);
            return;
        }
        match key.trim_start() {
            "message" | "error" if self.message.is_empty() && !body.starts_with(' ') => {
                self.message_follows = matches!(value, "|-" | "|" | ">" | ">-" | "|+");
                if !self.message_follows {
                    cut_str(value, 1024).clone_into(&mut self.message);
                }
            }
            "duration_ms" if !body.starts_with(' ') => {
                let milliseconds = value.parse().ok();
                self.duration = milliseconds.and_then(|value| Nanoseconds::from_float(value, 1e6));
            }
            "file" if self.file.is_empty() => cut_str(value, 1024).clone_into(&mut self.file),
            "line" if self.at_line == 0 => self.at_line = number::line(value.as_bytes()),
            "location" if self.file.is_empty() => {
                // `path:line:column`; a drive may stand before it.
                let mut parts = value.rsplitn(3, ':');
                let (_, line, path) = (parts.next(), parts.next(), parts.next());
                self.at_line = line.map_or(0, |line| number::line(line.as_bytes()));
                path.unwrap_or_default().clone_into(&mut self.file);
            }
            _ => {}
        }
    }
}

/// `t/words.t ..... `, as `prove -v` begins what a file prints: dots up to a column, two at least. Before it may stand the
/// time in brackets, and behind it that all of the file was skipped, and why.
fn announced(line: &str) -> Option<(&str, Option<&str>)> {
    let is_word = |word: &&str| !word.is_empty();
    let (timed, rest) = line.split_once(' ').filter(|(time, _)| time.starts_with('[')).unwrap_or(("", line));
    let mut words = rest.splitn(3, ' ').filter(is_word);
    let (file, dots, said) = (words.next()?, words.next()?, words.next().unwrap_or_default().trim());
    let skipped = said.strip_prefix("skipped").map(|reason| reason.trim_start_matches(':').trim());
    let is_file = file.contains('.') && (timed.is_empty() || timed.ends_with(']'));
    let is_dots = dots.len() >= 2 && dots.bytes().all(|byte| byte == b'.');
    (is_file && is_dots && (said.is_empty() || skipped.is_some())).then_some((file, skipped))
}

/// What stands behind prove's `ok`: nothing, or with `--timer` how long it took.
fn prove_says(rest: &str) -> bool {
    let rest = rest.trim();
    rest.is_empty() || rest.starts_with(|first: char| first.is_ascii_digit()) && rest.contains(" ms")
}

/// node says where a test is declared, and where it failed in the stack: the first line there of the same file.
fn assertion(text: &str, file: &str) -> Option<u32> {
    let frames = frames(text.split_once("stack:")?.1);
    frames.iter().find(|frame| !file.is_empty() && frame.path == file).map(|frame| frame.line)
}

fn unquoted(value: &str) -> &str {
    let inside = |quote| value.strip_prefix(quote).and_then(|rest| rest.strip_suffix(quote));
    inside('\'').or_else(|| inside('"')).unwrap_or(value)
}

fn ends_word(rest: &str) -> bool {
    rest.is_empty() || rest.starts_with(|character: char| character.is_whitespace())
}

fn first_line(text: &str) -> String {
    let line = text.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default();
    cut_str(line, 512).to_owned()
}

enum Directive {
    Skip,
    Todo,
}

/// The name without its escapes, and the directive behind an unescaped ` # `.
fn split_directive(text: &str) -> (String, Option<(Directive, String)>) {
    let mut name = String::with_capacity(text.len());
    let mut characters = text.char_indices().peekable();
    while let Some((at, character)) = characters.next() {
        match character {
            '\\' if matches!(characters.peek(), Some((_, '#' | '\\'))) => {
                name.extend(characters.next().map(|(_, character)| character));
            }
            '#' if name.is_empty() || name.ends_with(char::is_whitespace) => {
                if let Some(directive) = directive(text[at + 1..].trim()) {
                    return (name.trim_end().to_owned(), Some(directive));
                }
                name.push('#');
            }
            _ => name.push(character),
        }
    }
    (name, None)
}

fn directive(text: &str) -> Option<(Directive, String)> {
    let starts = |word: &str| text.get(..4).is_some_and(|start| start.eq_ignore_ascii_case(word));
    let directive = if starts("skip") {
        Directive::Skip
    } else if starts("todo") {
        Directive::Todo
    } else {
        return None;
    };
    // Letters that follow belong to the word: `Skipped: why`.
    let rest = text[4..].trim_start_matches(|character: char| character.is_ascii_alphabetic());
    Some((directive, cut_str(rest.trim_start_matches(':').trim(), 1024).to_owned()))
}

#[cfg(test)]
#[path = "tap_tests.rs"]
mod tests;
