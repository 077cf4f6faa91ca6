//! One JSON document, read as a stream: lists whose elements are results are handed over element by element, and what
//! is of no use is read over. Knows no format.

use std::fmt;
use std::io::{self, BufReader, Read};

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

use crate::diagnostic::{Diagnostics, Kind};
use crate::lines::read_some;

/// What is to be done with a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Take {
    /// An object whose members are asked for one by one.
    Enter,
    /// A list whose elements are handed over.
    Each,
    /// It is handed over.
    Whole,
    /// It is of no use.
    Nothing,
}

/// A format that is one document.
pub(crate) trait Document {
    /// What is to be done with the member at this path, as `results.tests`.
    fn take(&self, path: &str) -> Take;

    /// A member, or an element of one.
    fn read(&mut self, path: &str, value: Value);
}

/// How many bytes were read.
struct Counted<'r> {
    input: &'r mut dyn Read,
    bytes: u64,
}

impl Read for Counted<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = read_some(self.input, buffer)?;
        self.bytes += count as u64;
        Ok(count)
    }
}

/// Reads a stream to the document's end, and what follows it.
pub(crate) fn read_document(
    input: &mut dyn Read,
    document: &mut dyn Document,
    diagnostics: &mut Diagnostics,
) -> io::Result<u64> {
    let mut counted = Counted { input, bytes: 0 };
    let mut buffered = BufReader::with_capacity(64 * 1024, &mut counted);
    skip_mark(&mut buffered)?;
    let mut json = serde_json::Deserializer::from_reader(&mut buffered);
    let mut path = String::new();
    let read = Member { path: &mut path, document, take: Take::Enter }.deserialize(&mut json);
    let read = read.and_then(|()| {
        json.end().map_err(|error| {
            if error.is_io() {
                return error;
            }
            let place = place(&error);
            diagnostics.say(Kind::ForeignText, place, b"", || "text behind the report".to_owned());
            serde::de::Error::custom("said")
        })
    });
    match read {
        Err(error) if error.is_io() => return Err(error.into()),
        Err(error) if error.is_eof() => {
            diagnostics.say(Kind::Truncated, place(&error), b"", || {
                "the report ends before its document does".to_owned()
            });
        }
        Err(error) if diagnostics.count(Kind::ForeignText) == 0 => {
            diagnostics.say(Kind::MalformedRecord, place(&error), b"", || {
                format!("no report of this format: {error}")
            });
        }
        _ => {}
    }
    io::copy(&mut buffered, &mut io::sink())?;
    drop(buffered);
    Ok(counted.bytes)
}

fn place(error: &serde_json::Error) -> (u64, u32) {
    (error.line().max(1) as u64, u32::try_from(error.column().max(1)).unwrap_or(u32::MAX))
}

/// A byte order mark.
fn skip_mark(input: &mut BufReader<&mut Counted<'_>>) -> io::Result<()> {
    use std::io::BufRead;
    if input.fill_buf()?.starts_with(b"\xef\xbb\xbf") {
        input.consume(3);
    }
    Ok(())
}

struct Member<'a> {
    path: &'a mut String,
    document: &'a mut dyn Document,
    take: Take,
}

impl<'de> DeserializeSeed<'de> for Member<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        match self.take {
            Take::Nothing => <IgnoredAny as serde::Deserialize>::deserialize(deserializer).map(|_| ()),
            Take::Whole => {
                let value = <Value as serde::Deserialize>::deserialize(deserializer)?;
                self.document.read(self.path, value);
                Ok(())
            }
            Take::Enter | Take::Each => deserializer.deserialize_any(self),
        }
    }
}

impl<'de> Visitor<'de> for Member<'_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(if self.take == Take::Each { "a list" } else { "an object" })
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        if self.take == Take::Each {
            return Err(serde::de::Error::invalid_type(serde::de::Unexpected::Map, &self));
        }
        let length = self.path.len();
        while let Some(key) = map.next_key::<std::borrow::Cow<'_, str>>()? {
            if length > 0 {
                self.path.push('.');
            }
            self.path.push_str(crate::text::cut_str(&key, 64));
            let take = self.document.take(self.path);
            map.next_value_seed(Member { path: self.path, document: self.document, take })?;
            self.path.truncate(length);
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        if self.take != Take::Each {
            return Err(serde::de::Error::invalid_type(serde::de::Unexpected::Seq, &self));
        }
        while list
            .next_element_seed(Member { path: self.path, document: self.document, take: Take::Whole })?
            .is_some()
        {}
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }
}

/// A member as text; empty if it is none.
pub(crate) fn string<'v>(value: &'v Value, name: &str) -> &'v str {
    value.get(name).and_then(Value::as_str).unwrap_or_default()
}

/// A member as a number without a sign; 0 if it is none.
pub(crate) fn whole(value: &Value, name: &str) -> u64 {
    value.get(name).and_then(Value::as_u64).unwrap_or(0)
}
