//! JSON as scanners really write it: read whole, with the place of every value, and never given up.
//!
//! Grammar: RFC 8259, and beyond it what is met: `NaN` and `Infinity` (read as absent), half of a surrogate pair, raw control
//! characters, the same key twice (the last one counts), several documents in one file, and a file that ends in the middle
//! (what was read stands, and says that it is cut). Each of these is a fault. Strings borrow from the text where they can.
//! Knows no format.

mod number;
mod parse;
mod write;

use std::borrow::Cow;
use std::cell::OnceCell;

use crate::fault::{FaultKind, Faults};

pub use parse::parse;
pub use write::write_text;

/// Values in values: deeper ones are left out. Other readers end at 64, and what is kept in a property bag lies deeper there.
pub const MOST_DEPTH: usize = 56;

/// A text of JSON, read.
#[derive(Debug)]
pub struct Document<'a> {
    text: &'a str,
    values: Vec<Value<'a>>,
    /// Where each line but the first begins.
    lines: OnceCell<Vec<u32>>,
}

/// A value, and where it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Value<'a> {
    /// What it is.
    pub data: Data<'a>,
    /// How many bytes stand before it.
    pub at: u32,
    /// The text ended inside of it.
    pub is_cut: bool,
}

/// What a value is.
#[derive(Clone, Debug, PartialEq)]
pub enum Data<'a> {
    /// `null`, and what was left out.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number, as it is written.
    Number(&'a str),
    /// A string, unescaped.
    Text(Cow<'a, str>),
    /// Values.
    Array(Vec<Value<'a>>),
    /// Members, each key once, in the order of the text.
    Object(Vec<(Cow<'a, str>, Value<'a>)>),
    /// An array that [`Document::each`] reads: the `results` of a run of `runs`. A file has little else, and all of them at
    /// once would take many times its size.
    PutOff,
}

impl<'a> Document<'a> {
    /// The values at the top, mostly one.
    pub fn values(&self) -> &[Value<'a>] {
        &self.values
    }

    /// Leaves out empty lists where something stands beside them: of several files, those in which nothing was found.
    pub(crate) fn drop_empty_lists(&mut self) {
        let is_empty = |value: &Value<'_>| value.array().is_some_and(<[Value<'_>]>::is_empty);
        if self.values.first().is_some_and(is_empty) && !self.values.iter().all(is_empty) {
            self.values.retain(|value| !is_empty(value));
        }
    }

    /// The first value at the top.
    pub fn root(&self) -> Option<&Value<'a>> {
        self.values.first()
    }

    /// Line and column of a value, from 1; the column counts characters.
    pub fn place(&self, value: &Value<'_>) -> (u32, u32) {
        self.place_at(value.at)
    }

    /// Line and column of a byte.
    pub(crate) fn place_at(&self, at: u32) -> (u32, u32) {
        let starts = self.lines.get_or_init(|| {
            let breaks = memchr::memchr_iter(b'\n', self.text.as_bytes());
            breaks.map(|at| u32::try_from(at + 1).unwrap_or(u32::MAX)).collect()
        });
        let line = starts.partition_point(|start| *start <= at);
        let start = line.checked_sub(1).map_or(0, |before| starts[before]);
        let before = self.text.get(start as usize..at as usize).unwrap_or_default();
        let counted = |count: usize| u32::try_from(count).unwrap_or(u32::MAX).saturating_add(1);
        // A report of one line may be long, and each of its results has a place: bytes are near enough there.
        let column = if before.len() > 1000 { before.len() } else { before.chars().count() };
        (counted(line), counted(column))
    }

    /// Hands out the values of an array one after the other.
    pub fn each(
        &self,
        array: &Value<'a>,
        faults: &mut Faults,
        take: &mut dyn FnMut(&Value<'a>, &mut Faults),
    ) {
        match &array.data {
            Data::PutOff => parse::each(self, array.at, faults, take),
            Data::Array(values) => values.iter().for_each(|value| take(value, faults)),
            _ => {}
        }
    }

    /// Says a fault at a value.
    pub fn say(
        &self,
        faults: &mut Faults,
        kind: FaultKind,
        value: &Value<'_>,
        message: impl FnOnce() -> String,
    ) {
        faults.say(kind, self.place(value), message);
    }

    /// A member that should be a text.
    pub fn text<'v>(&self, object: &'v Value<'a>, key: &str, faults: &mut Faults) -> Option<&'v str> {
        self.typed(object, key, "a string", faults, Value::text)
    }

    /// A member that should be a text or a number; some tools write numbers as strings and some strings as numbers.
    pub fn word<'v>(&self, object: &'v Value<'a>, key: &str, faults: &mut Faults) -> Option<&'v str> {
        self.typed(object, key, "a string or a number", faults, |value| match value.data {
            Data::Number(text) => Some(text),
            _ => value.text(),
        })
    }

    /// A member that should be a line or column: a whole number from 0 on, maybe in quotes.
    pub fn count(&self, object: &Value<'a>, key: &str, faults: &mut Faults) -> Option<u32> {
        self.typed(object, key, "a whole number", faults, |value| match &value.data {
            Data::Text(text) => text.parse().ok(),
            _ => value.count(),
        })
    }

    /// A member that should be a number.
    pub fn float(&self, object: &Value<'a>, key: &str, faults: &mut Faults) -> Option<f64> {
        self.typed(object, key, "a number", faults, Value::float)
    }

    /// A member that should be `true` or `false`.
    pub fn flag(&self, object: &Value<'a>, key: &str, faults: &mut Faults) -> Option<bool> {
        self.typed(object, key, "true or false", faults, |value| match value.data {
            Data::Bool(flag) => Some(flag),
            _ => None,
        })
    }

    /// The values of a member that should be an array; nothing where it is absent.
    pub fn list<'v>(&self, object: &'v Value<'a>, key: &str, faults: &mut Faults) -> &'v [Value<'a>] {
        self.typed(object, key, "an array", faults, Value::array).unwrap_or_default()
    }

    /// The texts of a member that should be an array of texts.
    pub fn texts<'v>(&self, object: &'v Value<'a>, key: &str, faults: &mut Faults) -> Vec<&'v str> {
        self.list(object, key, faults).iter().filter_map(Value::text).collect()
    }

    /// A member that should be an object.
    pub fn object<'v>(&self, object: &'v Value<'a>, key: &str, faults: &mut Faults) -> Option<&'v Value<'a>> {
        self.typed(object, key, "an object", faults, |value| value.members().map(|_| value))
    }

    fn typed<'v, T: 'v>(
        &self,
        object: &'v Value<'a>,
        key: &str,
        expected: &str,
        faults: &mut Faults,
        read: impl FnOnce(&'v Value<'a>) -> Option<T>,
    ) -> Option<T> {
        let value = object.get(key)?;
        let read = read(value);
        if read.is_none() {
            self.say(faults, FaultKind::WrongType, value, || {
                format!("`{key}` is {}, expected {expected}", value.describe())
            });
        }
        read
    }
}

impl<'a> Value<'a> {
    /// The text of a string.
    pub fn text(&self) -> Option<&str> {
        match &self.data {
            Data::Text(text) => Some(text),
            _ => None,
        }
    }

    /// A whole number from 0 on.
    pub fn count(&self) -> Option<u32> {
        match self.data {
            // `1.0` is a whole number of JSON, too.
            Data::Number(text) => {
                text.trim_end_matches('0').strip_suffix('.').map_or(text, |whole| whole).parse().ok()
            }
            _ => None,
        }
    }

    /// A number.
    pub fn float(&self) -> Option<f64> {
        match self.data {
            Data::Number(text) => text.parse().ok(),
            _ => None,
        }
    }

    /// The values of an array.
    pub fn array(&self) -> Option<&[Value<'a>]> {
        match &self.data {
            Data::Array(values) => Some(values),
            _ => None,
        }
    }

    /// The members of an object.
    pub fn members(&self) -> Option<&[(Cow<'a, str>, Value<'a>)]> {
        match &self.data {
            Data::Object(members) => Some(members),
            _ => None,
        }
    }

    /// A member of an object; `null` is none.
    pub fn get(&self, key: &str) -> Option<&Value<'a>> {
        let (_, value) = self.members()?.iter().find(|(name, _)| name == key)?;
        (value.data != Data::Null).then_some(value)
    }

    /// Whether it is an object that has these members.
    pub fn has(&self, keys: &[&str]) -> bool {
        keys.iter()
            .all(|key| self.members().is_some_and(|members| members.iter().any(|(name, _)| name == key)))
    }

    /// What it is, for sentences.
    pub fn describe(&self) -> String {
        match &self.data {
            Data::Null => "null".to_owned(),
            Data::Bool(flag) => flag.to_string(),
            Data::Number(text) => format!("the number {}", excerpt(text)),
            Data::Text(text) => format!("the string `{}`", excerpt(text)),
            Data::Array(_) | Data::PutOff => "an array".to_owned(),
            Data::Object(_) => "an object".to_owned(),
        }
    }
}

/// The beginning of a text, for sentences.
pub(crate) fn excerpt(text: &str) -> Cow<'_, str> {
    const MOST: usize = 60;
    match text.char_indices().nth(MOST) {
        Some((end, _)) => Cow::Owned(format!("{}…", &text[..end])),
        None => Cow::Borrowed(text),
    }
}

#[cfg(test)]
mod tests;
