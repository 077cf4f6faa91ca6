//! Passes parts of SARIF on as JSON text that strict validators accept: what the schema does not have goes to the property
//! bag, what it demands and is missing makes the part be left out, and numbers that point into other lists are replaced by
//! what they point at.

use std::collections::HashMap;

use crate::fault::{FaultKind, Faults};
use crate::json::{Data, Document, Value, excerpt, write_text};
use crate::schema::{Object, Shape, Special};

/// Where things that the schema does not have are kept in property bags.
pub(crate) const UNKNOWN: &str = "gatewright/unknown";

/// Cleans the parts of one run.
pub(crate) struct Cleaner<'d, 'a> {
    pub(crate) document: &'d Document<'a>,
    /// The run: its lists are pointed into.
    pub(crate) run: &'d Value<'a>,
}

impl<'a> Cleaner<'_, 'a> {
    /// Adds the value as JSON text; nothing, and false, where it is not of that shape.
    pub(crate) fn value(
        &self,
        value: &Value<'a>,
        shape: &Shape,
        faults: &mut Faults,
        out: &mut String,
    ) -> bool {
        match (shape, &value.data) {
            (Shape::Any, _) => value.write(out),
            (Shape::Text, Data::Text(_)) | (Shape::Bool, Data::Bool(_)) => value.write(out),
            (Shape::Word(words), Data::Text(text)) if words.contains(&text.as_ref()) => value.write(out),
            (Shape::Guid, Data::Text(text)) if is_guid(text) => value.write(out),
            (Shape::Time, Data::Text(text)) if is_time(text) => value.write(out),
            (Shape::Language, Data::Text(text)) if is_language(text) => value.write(out),
            (Shape::Uri, Data::Text(text)) if has_scheme(text) => write_text(&reference(text), out),
            (Shape::Reference, Data::Text(text)) => write_text(&reference(text), out),
            (Shape::Int(least), Data::Number(text)) => match text.parse::<i64>() {
                Ok(number) if number >= *least => value.write(out),
                _ => return false,
            },
            (Shape::Number(least, most), Data::Number(text)) => match text.parse::<f64>() {
                Ok(number) if (*least..=*most).contains(&number) => value.write(out),
                _ => return false,
            },
            (Shape::List(shape, least), Data::Array(values)) => {
                return self.list(values, shape, *least, Equal::Stay, faults, out);
            }
            (Shape::Set(shape), Data::Array(values)) => {
                return self.list(values, shape, 0, Equal::Go, faults, out);
            }
            (Shape::Table(shape), Data::Array(values)) => {
                return self.list(values, shape, 0, Equal::Refer, faults, out);
            }
            (Shape::Map(shape), Data::Object(members)) => {
                out.push('{');
                let start = out.len();
                for (key, member) in members {
                    self.member(key, member, shape, start, faults, out);
                }
                out.push('}');
            }
            (Shape::Bag, Data::Object(_)) => bag(Some(value), &[], out),
            (Shape::Object(object), Data::Object(_)) => return self.object(value, object, faults, out),
            _ => return false,
        }
        true
    }

    /// Adds `"key":value`, with a comma where something stands behind `start`.
    fn member(
        &self,
        key: &str,
        value: &Value<'a>,
        shape: &Shape,
        start: usize,
        faults: &mut Faults,
        out: &mut String,
    ) -> bool {
        let before = out.len();
        if before > start {
            out.push(',');
        }
        write_text(key, out);
        out.push(':');
        let fits = self.value(value, shape, faults, out);
        if !fits {
            out.truncate(before);
        }
        fits
    }

    fn list(
        &self,
        values: &[Value<'a>],
        shape: &Shape,
        least: usize,
        equal: Equal,
        faults: &mut Faults,
        out: &mut String,
    ) -> bool {
        let start = out.len();
        let mut count = 0;
        let mut known: HashMap<Box<str>, usize> = HashMap::new();
        out.push('[');
        for (at, value) in values.iter().enumerate() {
            let before = out.len();
            if count > 0 {
                out.push(',');
            }
            let from = out.len();
            if !self.value(value, shape, faults, out) {
                out.truncate(before);
                let is_fix =
                    matches!(shape, Shape::Object(object) if object.member("artifactChanges").is_some());
                let kind = if is_fix { FaultKind::BadFix } else { FaultKind::WrongType };
                self.document.say(faults, kind, value, || {
                    format!("{} lacks what SARIF demands there", value.describe())
                });
                continue;
            }
            let first = match equal {
                Equal::Stay => at,
                Equal::Go | Equal::Refer => *known.entry(out[from..].into()).or_insert(at),
            };
            if first != at && equal == Equal::Go {
                out.truncate(before);
                continue;
            }
            if first != at {
                out.truncate(from);
                let same = "gatewright/sameAs";
                out.push_str(&format!("{{\"properties\":{{\"{same}\":{first},\"gatewright/index\":{at}}}}}"));
            }
            count += 1;
        }
        out.push(']');
        if count < least {
            out.truncate(start);
            return false;
        }
        true
    }

    fn object(&self, value: &Value<'a>, object: &Object, faults: &mut Faults, out: &mut String) -> bool {
        let start = out.len();
        out.push('{');
        let inside = out.len();
        let pointed = self.pointed(value, object.special);
        let mut unknown: Vec<(&str, &Value<'a>)> = Vec::new();
        let mut had: Vec<&str> = Vec::new();
        // What is pointed at comes first; what stands here itself counts.
        let own = value.members().unwrap_or_default();
        let of_pointed = pointed.and_then(Value::members).unwrap_or_default().iter();
        let not_here = of_pointed.filter(|(key, _)| !own.iter().any(|(name, _)| name == key));
        for (key, member) in own.iter().chain(not_here) {
            if key == "properties" || member.data == Data::Null {
                continue;
            }
            let points =
                !matches!(object.special, Special::None | Special::TaxonReference | Special::Notification);
            if points && matches!(key.as_ref(), "index" | "parentIndex") {
                continue;
            }
            match object.member(key) {
                Some(shape) if self.member(key, member, shape, inside, faults, out) => had.push(key),
                Some(_) => {
                    self.document.say(faults, FaultKind::WrongType, member, || {
                        format!("`{key}` is {}, which SARIF does not allow there", member.describe())
                    });
                    unknown.push((key, member));
                }
                None if crate::schema::PRIVATE.contains(&key.as_ref()) => {}
                None => {
                    self.document.say(faults, FaultKind::UnknownMember, member, || {
                        format!("`{}` is no member that SARIF has there", excerpt(key))
                    });
                    unknown.push((key, member));
                }
            }
        }
        let properties = value.get("properties");
        let names_nothing = object.special == Special::TaxonReference
            && !["id", "index", "guid"].iter().any(|key| had.contains(key));
        if names_nothing || object.required.iter().any(|key| !had.contains(key)) {
            out.truncate(start);
            return false;
        }
        if object.special == Special::Notification {
            describe(value, &had, out);
        }
        if properties.is_some() || !unknown.is_empty() {
            if out.len() > inside {
                out.push(',');
            }
            out.push_str("\"properties\":");
            bag(properties, &unknown, out);
        }
        out.push('}');
        true
    }

    /// What an object points at by its `index`.
    fn pointed(&self, value: &Value<'a>, special: Special) -> Option<&Value<'a>> {
        let index = value.get("index").and_then(Value::count)? as usize;
        let at = |list: &str| self.run.get(list)?.array()?.get(index);
        match special {
            Special::ArtifactLocation if value.get("uri").is_none() => at("artifacts")?.get("location"),
            Special::LogicalLocation => at("logicalLocations"),
            Special::ThreadFlowLocation => at("threadFlowLocations"),
            _ => None,
        }
    }
}

/// What becomes of elements that are equal to one before.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Equal {
    Stay,
    Go,
    Refer,
}

/// Adds the descriptions that a notification lacks, from those that it has.
fn describe(value: &Value<'_>, had: &[&str], out: &mut String) {
    const DESCRIPTIONS: [&str; 3] = ["shortDescription", "fullDescription", "help"];
    let of = |key: &&str| value.get(key)?.get("text")?.text().filter(|text| !text.trim().is_empty());
    let name = || value.get("name").or_else(|| value.get("id")).and_then(Value::text);
    let Some(text) = DESCRIPTIONS.iter().find_map(of).or_else(name) else { return };
    for key in DESCRIPTIONS.into_iter().filter(|key| !had.contains(key)) {
        out.push_str(&format!(",\"{key}\":{{\"text\":"));
        write_text(text, out);
        out.push('}');
    }
}

/// Adds a property bag, and what else is to be kept in it.
pub(crate) fn bag(properties: Option<&Value<'_>>, unknown: &[(&str, &Value<'_>)], out: &mut String) {
    out.push('{');
    let start = out.len();
    let next = |key: &str, out: &mut String| {
        if out.len() > start {
            out.push(',');
        }
        write_text(key, out);
        out.push(':');
    };
    let mut odd: Vec<(&str, &Value<'_>)> = unknown.to_vec();
    match properties {
        Some(properties) if properties.members().is_none() => odd.push(("properties", properties)),
        Some(properties) => {
            for (key, value) in properties.members().unwrap_or_default() {
                if key == "tags" && !is_texts(value) {
                    odd.push((key, value));
                    continue;
                }
                // What was kept by an earlier run of ours stays where it is.
                if key == UNKNOWN && !odd.is_empty() {
                    odd.extend(
                        value.members().unwrap_or_default().iter().map(|(key, value)| (key.as_ref(), value)),
                    );
                    continue;
                }
                next(key, out);
                value.write(out);
            }
        }
        None => {}
    }
    if !odd.is_empty() {
        next(UNKNOWN, out);
        out.push('{');
        for (number, (key, value)) in odd.iter().enumerate() {
            if number > 0 {
                out.push(',');
            }
            write_text(key, out);
            out.push(':');
            value.write(out);
        }
        out.push('}');
    }
    out.push('}');
}

/// Texts of which no two are equal.
pub(crate) fn is_texts(value: &Value<'_>) -> bool {
    value.array().is_some_and(|values| {
        let texts: std::collections::BTreeSet<&str> = values.iter().filter_map(Value::text).collect();
        texts.len() == values.len()
    })
}

fn is_guid(text: &str) -> bool {
    let bytes = text.as_bytes();
    let fits = |(at, byte): (usize, &u8)| match at {
        8 | 13 | 18 | 23 => *byte == b'-',
        14 => (b'1'..=b'5').contains(byte),
        19 => matches!(byte, b'8' | b'9' | b'a' | b'b' | b'A' | b'B'),
        _ => byte.is_ascii_hexdigit(),
    };
    bytes.len() == 36 && bytes.iter().enumerate().all(fits)
}

fn is_language(text: &str) -> bool {
    let is_word = |word: &str| word.len() == 2 && word.bytes().all(|byte| byte.is_ascii_alphabetic());
    match text.split_once('-') {
        Some((language, country)) => is_word(language) && is_word(country),
        None => is_word(text),
    }
}

fn is_time(text: &str) -> bool {
    text.parse::<gatewright_core::store::Time>().is_ok()
}

/// Whether it has a scheme: `https:`.
pub(crate) fn has_scheme(text: &str) -> bool {
    let scheme = text.split_once(':').map(|(scheme, _)| scheme);
    scheme.is_some_and(|scheme| {
        scheme.starts_with(|first: char| first.is_ascii_alphabetic())
            && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.'))
    })
}

/// A URI as one: what may not stand there is encoded.
pub(crate) fn reference(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for char in text.chars() {
        match char {
            '\\' => out.push('/'),
            '!' | '#'..=';' | '=' | '?'..='Z' | '[' | ']' | '_' | 'a'..='z' | '~' => out.push(char),
            _ => {
                let mut buffer = [0; 4];
                for byte in char.encode_utf8(&mut buffer).bytes() {
                    out.push_str(&format!("%{byte:02X}"));
                }
            }
        }
    }
    // A percent sign that encodes nothing is encoded itself.
    let mut clean = String::with_capacity(out.len());
    for (at, char) in out.char_indices() {
        let follows = out.as_bytes().get(at + 1..at + 3);
        let encodes = follows.is_some_and(|two| two.iter().all(u8::is_ascii_hexdigit));
        clean.push(char);
        if char == '%' && !encodes {
            clean.push_str("25");
        }
    }
    clean
}
