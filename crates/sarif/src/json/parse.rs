//! From text to values.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::collections::HashSet;

use super::{Data, Document, MOST_DEPTH, Value, excerpt, number};
use crate::fault::{FaultKind, Faults};

/// Reads a text: all documents in it. It always gives what could be read; faults say what could not. Text longer than
/// 4 GiB is cut there.
pub fn parse<'a>(text: &'a str, faults: &mut Faults) -> Document<'a> {
    let whole = u32::try_from(text.len()).is_ok();
    let text = if whole {
        text
    } else {
        text.get(..text.floor_char_boundary(u32::MAX as usize)).unwrap_or_default()
    };
    let mut document = Document { text, values: Vec::new(), lines: OnceCell::new() };
    let mut parser = Parser::new(text, 0);
    loop {
        parser.skip_blanks();
        if parser.at >= text.len() || parser.stopped {
            break;
        }
        if !document.values.is_empty() && !begins_document(&text[parser.at..]) {
            let rest = excerpt(text[parser.at..].lines().next().unwrap_or_default()).into_owned();
            parser.say(FaultKind::ForeignText, move || format!("`{rest}` after the end of a document"));
            parser.at = next_document(text, parser.at);
            continue;
        }
        let value = parser.value();
        document.values.push(value);
    }
    parser.tell(&document, faults);
    document
}

/// Whether a document begins here, and not a line of a log: `[INFO] …`.
fn begins_document(text: &str) -> bool {
    let bytes = text.as_bytes();
    let inner = text.get(1..).unwrap_or_default().trim_start().as_bytes().first();
    match bytes.first() {
        Some(b'{') => matches!(inner, Some(b'"' | b'}') | None),
        Some(b'[') => matches!(inner, Some(b'{' | b'[' | b']') | None),
        _ => false,
    }
}

/// Where the next line begins on which a document may begin; the end where there is none.
fn next_document(text: &str, from: usize) -> usize {
    let starts = memchr::memchr_iter(b'\n', &text.as_bytes()[from..]).map(|at| from + at + 1);
    let first =
        starts.map(|start| start + blanks(&text[start..])).find(|start| begins_document(&text[*start..]));
    first.unwrap_or(text.len())
}

fn blanks(text: &str) -> usize {
    text.len() - text.trim_start_matches([' ', '\t']).len()
}

/// Whether a value is where results may stand: to lose it is to lose them.
fn holds_results(value: &Value<'_>) -> bool {
    let is_container =
        |value: &Value<'_>| matches!(value.data, Data::Array(_) | Data::Object(_) | Data::PutOff);
    match &value.data {
        Data::PutOff => true,
        Data::Array(values) => values.iter().any(is_container),
        Data::Object(members) => members.iter().any(|(_, value)| is_container(value)),
        _ => false,
    }
}

/// Hands out the values of an array that was put off, one after the other: none of them is kept.
pub(super) fn each<'a>(
    document: &Document<'a>,
    from: u32,
    faults: &mut Faults,
    take: &mut dyn FnMut(&Value<'a>, &mut Faults),
) {
    let mut parser = Parser::new(document.text, from as usize + 1);
    parser.depth = DEPTH_OF_RESULTS;
    parser.skip_blanks();
    if parser.bytes().get(parser.at) == Some(&b']') {
        return;
    }
    loop {
        let value = parser.value();
        parser.tell(document, faults);
        take(&value, faults);
        if !parser.goes_on(b']', "`,` or `]`") {
            parser.tell(document, faults);
            return;
        }
    }
}

/// The root, `runs`, a run: what is in its `results` is deeper.
const DEPTH_OF_RESULTS: usize = 3;

struct Parser<'a> {
    text: &'a str,
    at: usize,
    depth: usize,
    /// Nothing more can be read.
    stopped: bool,
    said: Vec<(FaultKind, u32, String)>,
    /// What is read of the containers that are open: each takes its own from the end, and no more room than it needs.
    values: Vec<Value<'a>>,
    members: Vec<(Cow<'a, str>, Value<'a>)>,
    /// What is read stands in the root's member `runs`.
    in_runs: bool,
}

/// So many faults of one kind are remembered with their places; the others only count.
const MOST_WORDS: usize = 1000;

impl<'a> Parser<'a> {
    fn new(text: &'a str, at: usize) -> Self {
        Self {
            text,
            at,
            depth: 0,
            stopped: false,
            said: Vec::new(),
            values: Vec::new(),
            members: Vec::new(),
            in_runs: false,
        }
    }

    /// Says what there is to say.
    fn tell(&mut self, document: &Document<'a>, faults: &mut Faults) {
        for (kind, at, message) in self.said.drain(..) {
            faults.say(kind, document.place_at(at), || message);
        }
    }

    fn bytes(&self) -> &'a [u8] {
        self.text.as_bytes()
    }

    fn say(&mut self, kind: FaultKind, message: impl FnOnce() -> String) {
        let at = u32::try_from(self.at).unwrap_or(u32::MAX);
        let message = if self.said.len() < MOST_WORDS { message() } else { String::new() };
        self.said.push((kind, at, message));
    }

    fn skip_blanks(&mut self) {
        while let Some(b' ' | b'\n' | b'\r' | b'\t') = self.bytes().get(self.at) {
            self.at += 1;
        }
    }

    /// Ends reading here: the text is at its end, or is no JSON.
    fn stop(&mut self, expected: &str) {
        if self.stopped {
            return;
        }
        self.stopped = true;
        match self.text.get(self.at..).and_then(|rest| rest.chars().next()) {
            None => self.say(FaultKind::Truncated, || format!("the file ends where {expected} should be")),
            Some(found) => {
                self.say(FaultKind::Syntax, || {
                    format!("found `{}`, expected {expected}", found.escape_debug())
                });
            }
        }
    }

    fn value(&mut self) -> Value<'a> {
        self.skip_blanks();
        let at = u32::try_from(self.at).unwrap_or(u32::MAX);
        let data = match self.bytes().get(self.at) {
            Some(b'{') => self.container(Self::object),
            Some(b'[') => self.container(Self::array),
            Some(b'"') => self.string().map_or(Data::Null, Data::Text),
            Some(b'-' | b'+' | b'.' | b'0'..=b'9') => self.number(),
            Some(b'a'..=b'z' | b'A'..=b'Z') => self.word(),
            _ => {
                self.stop("a value");
                Data::Null
            }
        };
        Value { data, at, is_cut: self.stopped }
    }

    fn container(&mut self, read: fn(&mut Self) -> Data<'a>) -> Data<'a> {
        if self.depth >= MOST_DEPTH {
            self.say(FaultKind::TooDeep, || format!("more than {MOST_DEPTH} values in values"));
            self.skip_container();
            if self.stopped {
                self.say(FaultKind::Truncated, || "the file ends inside of what is too deep".to_owned());
            }
            return Data::Null;
        }
        self.at += 1;
        self.depth += 1;
        let data = read(self);
        self.depth -= 1;
        data
    }

    fn array(&mut self) -> Data<'a> {
        let start = self.values.len();
        self.skip_blanks();
        if self.bytes().get(self.at) == Some(&b']') {
            self.at += 1;
            return Data::Array(Vec::new());
        }
        loop {
            let value = self.value();
            self.values.push(value);
            if !self.goes_on(b']', "`,` or `]`") {
                return Data::Array(self.values.drain(start..).collect());
            }
        }
    }

    /// A run's results are many, and each is looked at alone: they are put off.
    fn put_off(&mut self) -> Value<'a> {
        let at = u32::try_from(self.at).unwrap_or(u32::MAX);
        self.skip_container();
        Value { data: Data::PutOff, at, is_cut: self.stopped }
    }

    /// Whether the value that follows this key is a run's results.
    fn is_results(&self, key: &str) -> bool {
        let is_of_run = self.depth == DEPTH_OF_RESULTS && self.in_runs;
        key == "results" && is_of_run && self.bytes().get(self.at) == Some(&b'[')
    }

    fn object(&mut self) -> Data<'a> {
        let start = self.members.len();
        self.skip_blanks();
        if self.bytes().get(self.at) == Some(&b'}') {
            self.at += 1;
            return Data::Object(Vec::new());
        }
        loop {
            self.skip_blanks();
            if self.bytes().get(self.at) != Some(&b'"') {
                self.stop("a key in quotes");
                break;
            }
            let Some(key) = self.string() else { break };
            self.skip_blanks();
            if self.bytes().get(self.at) != Some(&b':') {
                self.stop("`:`");
                break;
            }
            self.at += 1;
            self.skip_blanks();
            if self.depth == 1 {
                self.in_runs = key == "runs";
            }
            let value = if self.is_results(&key) { self.put_off() } else { self.value() };
            self.members.push((key, value));
            if !self.goes_on(b'}', "`,` or `}`") {
                break;
            }
        }
        let mut members: Vec<(Cow<'a, str>, Value<'a>)> = self.members.drain(start..).collect();
        self.without_duplicates(&mut members);
        Data::Object(members)
    }

    /// Whether another element follows; else the container is at its end.
    fn goes_on(&mut self, end: u8, expected: &str) -> bool {
        if self.stopped {
            return false;
        }
        self.skip_blanks();
        match self.bytes().get(self.at) {
            Some(b',') => {
                self.at += 1;
                true
            }
            Some(byte) if *byte == end => {
                self.at += 1;
                false
            }
            _ => {
                self.stop(expected);
                false
            }
        }
    }

    /// Of members with one key the last one stays.
    fn without_duplicates(&mut self, members: &mut Vec<(Cow<'a, str>, Value<'a>)>) {
        const FEW: usize = 12;
        let has_duplicates = if members.len() <= FEW {
            (1..members.len()).any(|end| members[..end].iter().any(|(key, _)| *key == members[end].0))
        } else {
            let mut seen = HashSet::with_capacity(members.len());
            !members.iter().all(|(key, _)| seen.insert(key.as_ref()))
        };
        if !has_duplicates {
            return;
        }
        let mut last: HashSet<Cow<'a, str>> = HashSet::new();
        let mut kept = Vec::with_capacity(members.len());
        for (key, value) in std::mem::take(members).into_iter().rev() {
            if last.insert(key.clone()) {
                kept.push((key, value));
            } else {
                let here = std::mem::replace(&mut self.at, value.at as usize);
                let is_empty = matches!(value.data, Data::PutOff) && self.is_empty_array();
                let loses = holds_results(&value) && !is_empty;
                self.say(if loses { FaultKind::LostDuplicate } else { FaultKind::DuplicateKey }, || {
                    format!("`{}` stands twice; the last one counts", excerpt(&key))
                });
                self.at = here;
            }
        }
        kept.reverse();
        *members = kept;
    }

    /// Whether an array without values begins here.
    fn is_empty_array(&self) -> bool {
        self.text.get(self.at + 1..).is_some_and(|rest| rest.trim_start().starts_with(']'))
    }

    /// Reads over a container without going into it. What is put off says itself what is wrong in it.
    fn skip_container(&mut self) {
        let mut open = 0_usize;
        let bytes = self.bytes();
        while let Some(byte) = bytes.get(self.at) {
            self.at += 1;
            match byte {
                b'"' => self.skip_string(),
                b'{' | b'[' => open += 1,
                b'}' | b']' => open -= 1,
                _ => {}
            }
            if open == 0 {
                return;
            }
        }
        self.stopped = true;
    }

    /// Reads over a string from behind its opening quote on.
    fn skip_string(&mut self) {
        let bytes = self.bytes();
        while let Some(found) = memchr::memchr2(b'"', b'\\', bytes.get(self.at..).unwrap_or_default()) {
            self.at += found + 1;
            if bytes[self.at - 1] == b'"' {
                return;
            }
            self.at += 1;
        }
        self.at = bytes.len();
    }

    fn number(&mut self) -> Data<'a> {
        let rest = &self.bytes()[self.at..];
        let token = rest
            .iter()
            .take_while(|byte| matches!(byte, b'0'..=b'9' | b'-' | b'+' | b'.' | b'e' | b'E'))
            .count();
        if number::length(rest) == Some(token) {
            let text = &self.text[self.at..self.at + token];
            self.at += token;
            return Data::Number(text);
        }
        if self.text[self.at..].starts_with("-Infinity") {
            return self.no_number("-Infinity".len());
        }
        self.no_number(token)
    }

    fn no_number(&mut self, length: usize) -> Data<'a> {
        let text = &self.text[self.at..self.at + length];
        self.say(FaultKind::NotANumber, || format!("`{}` is no number of JSON", excerpt(text)));
        self.at += length;
        Data::Null
    }

    fn word(&mut self) -> Data<'a> {
        let rest = &self.text[self.at..];
        let length = rest.bytes().take_while(u8::is_ascii_alphanumeric).count();
        let data = match &rest[..length] {
            "true" => Data::Bool(true),
            "false" => Data::Bool(false),
            "null" => Data::Null,
            "NaN" | "Infinity" | "nan" | "inf" => return self.no_number(length),
            word if self.at + length == self.text.len() && is_beginning(word) => {
                self.at = self.text.len();
                self.stop("the end of a word");
                return Data::Null;
            }
            _ => {
                self.stop("a value");
                return Data::Null;
            }
        };
        self.at += length;
        data
    }

    /// A string from its opening quote on; nothing where it has no end.
    fn string(&mut self) -> Option<Cow<'a, str>> {
        let start = self.at + 1;
        let end = self.plain_end(start);
        if self.bytes().get(end) == Some(&b'"') {
            self.at = end + 1;
            return Some(Cow::Borrowed(&self.text[start..end]));
        }
        let mut out = String::from(&self.text[start..end]);
        self.at = end;
        loop {
            match self.bytes().get(self.at) {
                None => {
                    self.stop("the end of a string");
                    return None;
                }
                Some(b'"') => {
                    self.at += 1;
                    return Some(Cow::Owned(out));
                }
                Some(b'\\') => self.escape(&mut out),
                Some(control) => {
                    self.say(FaultKind::RawControl, || {
                        format!("the control character {control:#04x} in a string")
                    });
                    out.push(char::from(*control));
                    self.at += 1;
                }
            }
            let end = self.plain_end(self.at);
            out.push_str(&self.text[self.at..end]);
            self.at = end;
        }
    }

    /// Where the first byte is that has a meaning in a string.
    fn plain_end(&self, from: usize) -> usize {
        let rest = self.bytes().get(from..).unwrap_or_default();
        let special = rest.iter().position(|byte| *byte < 0x20 || *byte == b'"' || *byte == b'\\');
        from + special.unwrap_or(rest.len())
    }

    fn escape(&mut self, out: &mut String) {
        let plain = match self.bytes().get(self.at + 1) {
            Some(b'n') => '\n',
            Some(b't') => '\t',
            Some(b'r') => '\r',
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'u') => return self.unicode(out),
            Some(char @ (b'"' | b'\\' | b'/')) => char::from(*char),
            None => {
                self.at += 1;
                return;
            }
            // An escape that JSON does not have stands for itself.
            Some(_) => {
                self.say(FaultKind::RawControl, || "an escape that JSON does not have".to_owned());
                self.at += 1;
                out.push('\\');
                return;
            }
        };
        out.push(plain);
        self.at += 2;
    }

    /// `\u` and four digits, or two of these that make one character.
    fn unicode(&mut self, out: &mut String) {
        let unit = |at: usize| {
            let digits = self.text.get(at..at + 4)?;
            let is_hex = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
            u16::from_str_radix(digits, 16).ok().filter(|_| is_hex)
        };
        let first = unit(self.at + 2);
        let follows = self.bytes().get(self.at + 6..self.at + 8) == Some(b"\\u");
        let second = follows.then(|| unit(self.at + 8)).flatten();
        let Some(first) = first else {
            self.say(FaultKind::LoneSurrogate, || "`\\u` without four hexadecimal digits".to_owned());
            out.push('\u{fffd}');
            self.at += 2;
            return;
        };
        let pair = second.and_then(|second| char::decode_utf16([first, second]).next()?.ok());
        match (char::from_u32(u32::from(first)), pair) {
            (Some(char), _) => {
                out.push(char);
                self.at += 6;
            }
            (None, Some(char)) => {
                out.push(char);
                self.at += 12;
            }
            (None, None) => {
                self.say(FaultKind::LoneSurrogate, || format!("\\u{first:04x} is half of a character"));
                out.push('\u{fffd}');
                self.at += 6;
            }
        }
    }
}

fn is_beginning(word: &str) -> bool {
    ["true", "false", "null"].iter().any(|whole| whole.starts_with(word))
}
