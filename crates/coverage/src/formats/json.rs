//! JSON, pulled token by token out of a stream, with the line and the column of each: what the JSON formats
//! share. Grammar: RFC 8259, and beyond it what producers really write: `NaN`, `Infinity`, raw control
//! characters and bytes that are not UTF-8 inside strings, half of a surrogate pair.
//!
//! Memory is one buffer, whatever the document: a string is looked at up to [`MAX_TEXT`] bytes, and what
//! nobody asks for is read over without being kept or descended into. Knows no format.

mod brackets;
mod escape;
mod number;
mod stream;

use std::io::{self, Read};

use memchr::memchr2;

use self::brackets::Brackets;
use self::escape::unescape;
use self::stream::{LOOKAHEAD, Stream};
use super::{Format, Parsed};
use crate::decode;
use crate::diagnostic::{Diagnostics, Kind};
use crate::model::Picture;

pub(crate) use self::stream::Spot;

/// The longest string that is looked at, as it stands in the report. No path is as long.
pub(crate) const MAX_TEXT: usize = 64 * 1024;

/// So many units may be gone through in a report of any size to unite files that it names again, and so many
/// more for each of its bytes. A unit takes several bytes, so whole shards in one report stay far below.
const UNITED: u64 = 1 << 24;
const UNITED_PER_BYTE: u64 = 4;

/// A text of so many bytes is short.
const SHORT: usize = 16;

/// A value. Of a container, only its opening bracket was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Value {
    Null,
    True,
    False,
    /// A number of decimal digits that fits 64 bits.
    Unsigned(u64),
    /// Another number: [`Json::text`] has it.
    Number,
    /// A string: [`Json::text`] has it.
    Text,
    Array,
    Object,
}

/// Why reading ended early.
#[derive(Debug)]
pub(crate) enum Stop {
    /// The stream failed.
    Io(io::Error),
    /// What follows can't be understood; a diagnostic says why.
    Said,
}

impl From<io::Error> for Stop {
    fn from(error: io::Error) -> Self {
        Stop::Io(error)
    }
}

/// What reading a part gives.
pub(crate) type Pulled<T> = Result<T, Stop>;

/// Where the text of the last string or number is.
#[derive(Clone, Copy, Debug)]
enum TextAt {
    /// In the buffer, so far behind the start of the token, and so long.
    Buffer(usize, usize),
    /// Decoded.
    Scratch,
    /// Longer than [`MAX_TEXT`], and started there.
    Nowhere(Spot),
}

/// A document that is being read.
pub(crate) struct Json<'r> {
    stream: Stream<'r>,
    text: TextAt,
    scratch: Vec<u8>,
    /// A container was opened, and nothing in it was read yet.
    fresh: bool,
    /// How many units were gone through to unite files that stand in the report again.
    united: u64,
    pub(crate) diagnostics: Diagnostics,
}

impl<'r> Json<'r> {
    pub(crate) fn new(input: &'r mut dyn Read) -> Self {
        Self {
            stream: Stream::new(input),
            text: TextAt::Buffer(0, 0),
            scratch: Vec::new(),
            fresh: false,
            united: 0,
            diagnostics: Diagnostics::default(),
        }
    }

    /// Reads a document whose root is an object, member by member, and what follows it. `member` is called
    /// with the key as [`Json::text`], and must read its value.
    pub(crate) fn read_root(&mut self, member: &mut dyn FnMut(&mut Self) -> Pulled<()>) -> Pulled<()> {
        self.stream.skip_mark()?;
        if self.value()? != Value::Object {
            return Err(self.fail(
                Kind::MalformedRecord,
                "an object",
                "the root of the report is no object",
            )?);
        }
        while self.key()? {
            member(self)?;
        }
        self.stream.skip_blanks()?;
        if self.stream.rest().is_empty() {
            return Ok(());
        }
        self.stream.mark();
        Err(self.fail(Kind::TrailingContent, "the end", "content behind the end of the document")?)
    }

    /// The report, once everything in it was read. Reads the stream to its end.
    pub(crate) fn finish(mut self, format: Format, picture: Picture, end: Pulled<()>) -> io::Result<Parsed> {
        match end {
            Err(Stop::Io(error)) => return Err(error),
            Ok(()) | Err(Stop::Said) => {}
        }
        let read = self.stream.drain()?;
        Ok(Parsed::new(format, picture, self.diagnostics, read))
    }

    /// The next value: the root, or what stands behind a key.
    pub(crate) fn value(&mut self) -> Pulled<Value> {
        let byte = self.next_byte()?;
        self.value_from(byte)
    }

    /// The next element of the array that was opened, or its end.
    #[inline]
    pub(crate) fn element(&mut self) -> Pulled<Option<Value>> {
        let mut byte = self.next_byte()?;
        if byte == b']' {
            self.stream.mark();
            self.stream.at += 1;
            self.fresh = false;
            return Ok(None);
        }
        if !std::mem::take(&mut self.fresh) {
            if byte != b',' {
                return Err(self.fail_here("`,` or `]`")?);
            }
            self.stream.at += 1;
            byte = self.next_byte()?;
        }
        self.value_from(byte).map(Some)
    }

    /// Reads the next key of the object that was opened; `false` at its end.
    pub(crate) fn key(&mut self) -> Pulled<bool> {
        let mut byte = self.next_byte()?;
        if byte == b'}' {
            self.stream.mark();
            self.stream.at += 1;
            self.fresh = false;
            return Ok(false);
        }
        if !std::mem::take(&mut self.fresh) {
            if byte != b',' {
                return Err(self.fail_here("`,` or `}`")?);
            }
            self.stream.at += 1;
            byte = self.next_byte()?;
        }
        if byte != b'"' {
            return Err(self.fail_here("a key in quotes")?);
        }
        self.stream.mark();
        self.read_string()?;
        self.read_colon()?;
        Ok(true)
    }

    /// The bytes of the string or number that was read last, until the next one is read. Nothing, where it
    /// is longer than [`MAX_TEXT`].
    #[inline]
    pub(crate) fn text(&self) -> &[u8] {
        match self.text {
            TextAt::Buffer(start, length) => self.stream.token(start, length),
            TextAt::Scratch => &self.scratch,
            TextAt::Nowhere(_) => b"",
        }
    }

    /// The last string as the name of something that must have one; what is odd about it is said.
    pub(crate) fn name(&mut self) -> Pulled<Option<String>> {
        if let TextAt::Nowhere(spot) = self.text {
            self.say_at(spot, Kind::OverlongName, "", || format!("a name of more than {MAX_TEXT} bytes"));
            return Ok(None);
        }
        let name = decode::text(self.text()).into_owned();
        if name.trim_ascii().is_empty() {
            self.say(Kind::EmptyName, "a path", || "a source file without a name".to_owned())?;
            return Ok(None);
        }
        if std::str::from_utf8(self.text()).is_err() {
            self.say(Kind::NameNotUtf8, "", || "a name that is not UTF-8".to_owned())?;
        }
        Ok(Some(name))
    }

    /// Reads over a value whose start was read.
    pub(crate) fn skip(&mut self, value: Value) -> Pulled<()> {
        match value {
            Value::Object => self.skip_open(false),
            Value::Array => self.skip_open(true),
            _ => Ok(()),
        }
    }

    /// Reads over the next value, however large it is.
    pub(crate) fn skip_value(&mut self) -> Pulled<()> {
        match self.next_byte()? {
            b'"' => {
                self.stream.mark();
                self.stream.at += 1;
                self.skip_string()
            }
            byte => {
                let value = self.value_from(byte)?;
                self.skip(value)
            }
        }
    }

    /// Whether the value behind a key is an object; if it isn't, that is said and it is read over.
    pub(crate) fn object(&mut self, what: &'static str) -> Pulled<bool> {
        let value = self.value()?;
        self.is(value, Value::Object, what)
    }

    /// Whether the value behind a key is an array; if it isn't, that is said and it is read over.
    pub(crate) fn array(&mut self, what: &'static str) -> Pulled<bool> {
        let value = self.value()?;
        self.is(value, Value::Array, what)
    }

    /// Whether a value is of the wanted kind; if it isn't, that is said and it is read over.
    pub(crate) fn is(&mut self, value: Value, wanted: Value, what: &'static str) -> Pulled<bool> {
        if value == wanted {
            return Ok(true);
        }
        self.say(Kind::MalformedRecord, what, || "a value of another kind than expected".to_owned())?;
        self.skip(value)?;
        Ok(false)
    }

    /// Where the last token starts.
    pub(crate) fn spot(&mut self) -> Spot {
        self.stream.spot()
    }

    /// How many bytes stand before the last token.
    pub(crate) fn offset(&self) -> u64 {
        self.stream.offset()
    }

    /// To be called before a file is united with one of `units` units that the report named before. Where a few
    /// bytes keep naming one large file, time would grow with the square of the report: then reading ends.
    pub(crate) fn unite(&mut self, units: usize) -> Pulled<()> {
        self.united += units as u64;
        if self.united <= UNITED + UNITED_PER_BYTE * self.offset() {
            return Ok(());
        }
        let message = "the report names the same files again and again";
        Err(self.fail(Kind::MalformedRecord, "each file once", message)?)
    }

    /// Says something about the last token.
    pub(crate) fn say(
        &mut self,
        kind: Kind,
        expected: &'static str,
        message: impl FnOnce() -> String,
    ) -> io::Result<()> {
        if !self.diagnostics.has_room(kind) {
            self.diagnostics.say_found(kind, (1, 1), String::new(), expected, message);
            return Ok(());
        }
        let found = self.stream.excerpt()?;
        let Spot { line, column } = self.stream.spot();
        self.diagnostics.say_found(kind, (line.into(), column), found, expected, message);
        Ok(())
    }

    /// Says something about a place that was read before.
    pub(crate) fn say_at(
        &mut self,
        spot: Spot,
        kind: Kind,
        expected: &'static str,
        message: impl FnOnce() -> String,
    ) {
        let place = (spot.line.into(), spot.column);
        self.diagnostics.say_found(kind, place, String::new(), expected, message);
    }

    /// The first byte of the next token, which is not consumed.
    #[inline]
    fn next_byte(&mut self) -> Pulled<u8> {
        let rest = self.stream.rest();
        if rest.len() > LOOKAHEAD && rest[0] > b' ' {
            return Ok(rest[0]);
        }
        self.stream.skip_blanks()?;
        match self.stream.rest().first() {
            Some(byte) => Ok(*byte),
            None => Err(self.fail_at_end()?),
        }
    }

    #[inline]
    fn value_from(&mut self, byte: u8) -> Pulled<Value> {
        self.stream.mark();
        match byte {
            b'0'..=b'9' => match plain_number(self.stream.rest()) {
                Some((number, length)) => {
                    self.text = TextAt::Buffer(0, length);
                    self.stream.at += length;
                    Ok(Value::Unsigned(number))
                }
                None => self.read_number(),
            },
            b'"' => self.read_string().map(|()| Value::Text),
            b'{' => Ok(self.open(Value::Object)),
            b'[' => Ok(self.open(Value::Array)),
            b't' => self.read_word("true", Value::True),
            b'f' => self.read_word("false", Value::False),
            b'n' => self.read_word("null", Value::Null),
            b'-' | b'N' | b'I' => self.read_number(),
            _ => Err(self.fail_here("a value")?),
        }
    }

    fn open(&mut self, value: Value) -> Value {
        self.stream.at += 1;
        self.fresh = true;
        value
    }

    fn read_word(&mut self, word: &'static str, value: Value) -> Pulled<Value> {
        let rest = self.stream.rest();
        if rest.starts_with(word.as_bytes()) {
            self.stream.at += word.len();
            return Ok(value);
        }
        if word.as_bytes().starts_with(rest) {
            return Err(self.fail_at_end()?);
        }
        Err(self.fail_here(word)?)
    }

    /// Whatever looks like a number, and is none that [`plain_number`] reads.
    fn read_number(&mut self) -> Pulled<Value> {
        let belongs = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.');
        let mut length = 0;
        loop {
            let more = self.stream.rest()[length..].iter().take_while(|byte| belongs(byte)).count();
            length += more;
            if length < self.stream.rest().len() || length > MAX_TEXT || !self.stream.fill()? {
                break;
            }
        }
        let is_number = number::is_number(&self.stream.rest()[..length]);
        if !is_number && length == self.stream.rest().len() && length <= MAX_TEXT {
            return Err(self.fail_at_end()?);
        }
        if !is_number {
            return Err(self.fail_here("a number")?);
        }
        self.text = TextAt::Buffer(0, length);
        self.stream.at += length;
        Ok(Value::Number)
    }

    /// Reads a string from its opening quote on. Its token stays in the buffer.
    fn read_string(&mut self) -> Pulled<()> {
        self.stream.at += 1;
        let start = self.stream.rest();
        let start = &start[..start.len().min(SHORT)];
        // Most keys are so short that a search that is made for long texts costs more than it gives.
        if let Some(length) = start.iter().position(|byte| matches!(byte, b'"' | b'\\'))
            && start[length] == b'"'
        {
            self.text = TextAt::Buffer(1, length);
            self.stream.at += length + 1;
            return Ok(());
        }
        let mut length = 0;
        loop {
            let rest = self.stream.rest();
            match memchr2(b'"', b'\\', &rest[length..]) {
                Some(_) if length > MAX_TEXT => break,
                Some(at) if rest[length + at] == b'"' => {
                    length += at;
                    if length > MAX_TEXT {
                        break;
                    }
                    self.text = TextAt::Buffer(1, length);
                    self.stream.at += length + 1;
                    return Ok(());
                }
                Some(at) => return self.read_escaped(length + at),
                None if rest.len() > MAX_TEXT => break,
                None => {
                    length = rest.len();
                    if !self.stream.fill()? {
                        return Err(self.fail_at_end()?);
                    }
                }
            }
        }
        self.read_overlong()
    }

    /// The same from the first backslash on, which is `length` bytes behind the opening quote.
    fn read_escaped(&mut self, mut length: usize) -> Pulled<()> {
        loop {
            // A backslash, whatever it escapes, up to the next quote or backslash.
            length += 2;
            loop {
                let rest = self.stream.rest();
                if length > MAX_TEXT {
                    return self.read_overlong();
                }
                let next = rest.get(length..).and_then(|rest| memchr2(b'"', b'\\', rest));
                if let Some(at) = next {
                    length += at;
                    break;
                }
                length = length.max(rest.len());
                if !self.stream.fill()? {
                    return Err(self.fail_at_end()?);
                }
            }
            if self.stream.rest()[length] == b'"' {
                return self.unescape(length);
            }
        }
    }

    fn unescape(&mut self, length: usize) -> Pulled<()> {
        if length > MAX_TEXT {
            return self.read_overlong();
        }
        let mut scratch = std::mem::take(&mut self.scratch);
        scratch.clear();
        let whole = unescape(&self.stream.rest()[..length], &mut scratch);
        self.scratch = scratch;
        self.stream.at += length + 1;
        self.text = TextAt::Scratch;
        match whole {
            Ok(true) => Ok(()),
            Ok(false) => {
                let message = || "half of a surrogate pair, read as U+FFFD".to_owned();
                Ok(self.say(Kind::LoneSurrogate, "", message)?)
            }
            Err(()) => {
                let message = || "an escape that JSON does not know, read as it stands".to_owned();
                Ok(self.say(Kind::UnknownEscape, "", message)?)
            }
        }
    }

    fn read_overlong(&mut self) -> Pulled<()> {
        self.text = TextAt::Nowhere(self.stream.spot());
        self.skip_string()
    }

    /// Reads over the rest of a string.
    fn skip_string(&mut self) -> Pulled<()> {
        loop {
            let rest = self.stream.rest();
            match memchr2(b'"', b'\\', rest) {
                Some(at) if rest[at] == b'"' => {
                    // Where it started may be gone.
                    self.stream.at += at;
                    self.stream.mark();
                    self.stream.at += 1;
                    return Ok(());
                }
                Some(at) if at + 1 < rest.len() => self.stream.at += at + 2,
                found => {
                    self.stream.at += found.unwrap_or(rest.len());
                    if !self.stream.fill()? {
                        return Err(self.fail_at_end()?);
                    }
                }
            }
        }
    }

    #[inline]
    fn read_colon(&mut self) -> Pulled<()> {
        if self.stream.rest().first() == Some(&b':') {
            self.stream.at += 1;
            return Ok(());
        }
        self.seek_colon()
    }

    fn seek_colon(&mut self) -> Pulled<()> {
        loop {
            let rest = self.stream.rest();
            let blanks = rest.iter().take_while(|byte| is_blank(**byte)).count();
            if blanks > MAX_TEXT {
                break;
            }
            match rest.get(blanks) {
                Some(b':') => {
                    self.stream.at += blanks + 1;
                    return Ok(());
                }
                Some(_) => break,
                None => {
                    if !self.stream.fill()? {
                        return Err(self.fail_at_end()?);
                    }
                }
            }
        }
        Err(self.fail(Kind::MalformedRecord, "`:`", "this is not JSON: a key without a value")?)
    }

    /// Reads over the rest of the container that was opened last, without descending into what it holds.
    fn skip_open(&mut self, array: bool) -> Pulled<()> {
        self.fresh = false;
        let mut open = Brackets::default();
        open.push(array);
        loop {
            let rest = self.stream.rest();
            let Some(at) = rest.iter().position(|byte| STRUCTURAL[usize::from(*byte)]) else {
                self.stream.at += rest.len();
                self.stream.mark();
                if !self.stream.fill()? {
                    return Err(self.fail_at_end()?);
                }
                continue;
            };
            let byte = rest[at];
            self.stream.at += at;
            if byte == b'"' {
                self.stream.mark();
                self.stream.at += 1;
                self.skip_string()?;
                continue;
            }
            let is_array = matches!(byte, b'[' | b']');
            if matches!(byte, b'[' | b'{') {
                if !open.push(is_array) {
                    self.stream.mark();
                    return Err(self.fail(Kind::MalformedRecord, "", "nested deeper than 256 levels")?);
                }
            } else if open.pop() != is_array {
                return Err(self.fail_here(if is_array { "`}`" } else { "`]`" })?);
            }
            if open.is_empty() {
                self.stream.mark();
                self.stream.at += 1;
                return Ok(());
            }
            self.stream.at += 1;
        }
    }

    /// Nothing more can be understood, because of what stands at the current place.
    fn fail_here(&mut self, expected: &'static str) -> io::Result<Stop> {
        self.stream.mark();
        self.fail(Kind::MalformedRecord, expected, "this is not JSON")
    }

    fn fail(&mut self, kind: Kind, expected: &'static str, message: &'static str) -> io::Result<Stop> {
        self.say(kind, expected, || message.to_owned())?;
        Ok(Stop::Said)
    }

    fn fail_at_end(&mut self) -> io::Result<Stop> {
        self.stream.mark_end();
        self.fail(Kind::Truncated, "", "the report ends in the middle of the document")
    }
}

/// The bytes that matter where only the end of a container is sought.
const STRUCTURAL: [bool; 256] = {
    let mut table = [false; 256];
    table[b'"' as usize] = true;
    table[b'[' as usize] = true;
    table[b']' as usize] = true;
    table[b'{' as usize] = true;
    table[b'}' as usize] = true;
    table
};

fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\n' | b'\r' | b'\t')
}

/// Digits that fit 64 bits, with something behind them that ends a number, or nothing.
#[inline]
fn plain_number(rest: &[u8]) -> Option<(u64, usize)> {
    let (number, length) = decode::digits(rest)?;
    let ends = rest.get(length).is_none_or(|byte| matches!(byte, b',' | b']' | b'}') || is_blank(*byte));
    ends.then_some((number, length))
}

#[cfg(test)]
#[path = "json/tests.rs"]
mod tests;
