//! JSON as text again.

use std::fmt::Write;

use super::{Data, Value};

impl Value<'_> {
    /// The value as JSON, without blanks.
    pub fn to_json(&self) -> Box<str> {
        let mut out = String::new();
        self.write(&mut out);
        out.into_boxed_str()
    }

    /// Adds the value as JSON, without blanks.
    pub fn write(&self, out: &mut String) {
        match &self.data {
            Data::Null | Data::PutOff => out.push_str("null"),
            Data::Bool(flag) => out.push_str(if *flag { "true" } else { "false" }),
            Data::Number(text) => out.push_str(text),
            Data::Text(text) => write_text(text, out),
            Data::Array(values) => {
                out.push('[');
                for (number, value) in values.iter().enumerate() {
                    if number > 0 {
                        out.push(',');
                    }
                    value.write(out);
                }
                out.push(']');
            }
            Data::Object(members) => {
                out.push('{');
                for (number, (key, value)) in members.iter().enumerate() {
                    if number > 0 {
                        out.push(',');
                    }
                    write_text(key, out);
                    out.push(':');
                    value.write(out);
                }
                out.push('}');
            }
        }
    }
}

/// Adds a text as a JSON string.
pub fn write_text(text: &str, out: &mut String) {
    out.push('"');
    let mut from = 0;
    for (at, byte) in text.bytes().enumerate() {
        if byte >= 0x20 && byte != b'"' && byte != b'\\' {
            continue;
        }
        out.push_str(&text[from..at]);
        from = at + 1;
        match byte {
            b'"' => out.push_str("\\\""),
            b'\\' => out.push_str("\\\\"),
            b'\n' => out.push_str("\\n"),
            b'\r' => out.push_str("\\r"),
            b'\t' => out.push_str("\\t"),
            // A `String` takes everything.
            _ => drop(write!(out, "\\u{byte:04x}")),
        }
    }
    out.push_str(&text[from..]);
    out.push('"');
}
