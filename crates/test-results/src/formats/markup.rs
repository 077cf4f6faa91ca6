//! What the readers of XML formats share: the way from events to a format's elements.

use std::borrow::Cow;
use std::io::{self, Read};

use super::{Out, Scanned};
use crate::diagnostic::Kind;
use crate::text::cut_str;
use crate::xml::{Event, Tag, Xml, unescape_into, unescaped};

/// Bytes of a message that are kept.
const MOST_MESSAGE: usize = 4096;

/// A format made of elements.
pub(crate) trait Elements {
    /// Whether the text that comes is of use.
    fn wants_text(&self) -> bool;

    /// An element begins.
    fn open(&mut self, tag: Tag<'_>) -> Option<Complaint>;

    /// The line of the element that began last, where it was asked for.
    fn wants_line(&self) -> bool;

    /// Says it.
    fn set_line(&mut self, line: u64);

    /// A piece of text, references resolved.
    fn add_text(&mut self, piece: &[u8]);

    /// An element ends. If the report is cut, it may lack what would have come.
    fn close(&mut self, is_cut: bool, out: &mut Out<'_>) -> Option<Complaint>;
}

/// Something to say about a tag.
pub(crate) struct Complaint {
    kind: Kind,
    message: String,
    found: Vec<u8>,
}

impl Complaint {
    pub(crate) fn new(kind: Kind, found: &[u8], message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), found: found[..found.len().min(512)].to_vec() }
    }

    /// A root that is none of the format.
    pub(crate) fn foreign_root(tag: Tag<'_>, format: &str) -> Self {
        let name = unescaped(tag.name());
        let message = format!("`{}` is no element of {format}", cut_str(&name, 64));
        Self::new(Kind::MalformedMarkup, tag.raw(), message)
    }
}

/// Reads a stream to its end.
pub(crate) fn read_elements(
    input: &mut dyn Read,
    elements: &mut impl Elements,
    out: &mut Out<'_>,
) -> io::Result<Scanned> {
    let mut xml = Xml::new(input);
    while let Some(event) = xml.next(elements.wants_text())? {
        match event {
            Event::Start(tag) => {
                let complaint = elements.open(tag);
                if elements.wants_line() {
                    elements.set_line(xml.place().0);
                }
                if let Some(complaint) = complaint {
                    let place = xml.place();
                    xml.say(complaint.kind, place, &complaint.found, || complaint.message);
                }
            }
            Event::End => {
                let is_cut = xml.diagnostics.count(Kind::Truncated) > 0;
                if let Some(complaint) = elements.close(is_cut, out) {
                    let place = xml.here();
                    xml.say(complaint.kind, place, &complaint.found, || complaint.message);
                }
            }
            Event::Text(piece) => unescape_into(piece, |piece| elements.add_text(piece)),
            Event::CData(piece) => elements.add_text(piece),
        }
    }
    Ok(Scanned { bytes: xml.bytes(), diagnostics: xml.diagnostics, cached: 0 })
}

/// The start of a text that may be long.
pub(crate) fn shortened(text: Option<Cow<'_, str>>) -> String {
    text.map(|text| cut_str(&text, MOST_MESSAGE).to_owned()).unwrap_or_default()
}

/// The last part of a path of any system: the file that an assembly is.
pub(crate) fn file_name(path: &str) -> &str {
    path.rsplit(['/', '\\']).next().unwrap_or(path)
}

/// A name without the class that it begins with.
pub(crate) fn without_class<'a>(name: &'a str, class: &str) -> &'a str {
    let rest = name.strip_prefix(class).and_then(|rest| rest.strip_prefix('.'));
    rest.filter(|rest| !class.is_empty() && !rest.is_empty()).unwrap_or(name)
}
