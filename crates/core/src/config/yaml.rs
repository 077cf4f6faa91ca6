//! YAML with places: a tree in which every value and key knows its line and column, so that a configuration error can
//! point at what is wrong. Duplicate keys are errors; aliases are expanded under a budget.

use saphyr_parser::{Event, Parser, ScalarStyle, Span};

/// A place in the configuration file, 1-based; the column counts characters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// The line.
    pub line: u32,
    /// The column.
    pub column: u32,
}

/// A value and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    /// Where it begins.
    pub place: Place,
    /// The value.
    pub value: Value,
}

/// A YAML value. Scalars stay text: what they mean is decided by who reads them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// `null`, `~` or nothing at all.
    Null,
    /// Any other scalar; `quoted` where it was written in quotes or as a block.
    Scalar {
        /// The text.
        text: String,
        /// It is text for certain.
        quoted: bool,
    },
    /// A list.
    List(Vec<Node>),
    /// A mapping, in the order of the file.
    Map(Vec<Entry>),
}

/// A key and its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The key.
    pub key: String,
    /// Where the key stands.
    pub key_place: Place,
    /// The value.
    pub node: Node,
}

/// Why a text is no configuration.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct YamlError {
    /// Where.
    pub place: Place,
    /// What is wrong.
    pub message: String,
}

/// More nodes than this, after aliases are expanded, are refused.
const MOST_NODES: usize = 100_000;
/// Deeper nesting than this is refused.
const DEEPEST: usize = 64;

impl Node {
    /// The value of a key, if this is a mapping that has it.
    pub fn get(&self, key: &str) -> Option<&Self> {
        self.entries().iter().find(|entry| entry.key == key).map(|entry| &entry.node)
    }

    /// The entries of a mapping; none for anything else.
    pub fn entries(&self) -> &[Entry] {
        match &self.value {
            Value::Map(entries) => entries,
            _ => &[],
        }
    }

    /// What it is, for messages.
    pub fn kind(&self) -> &'static str {
        match &self.value {
            Value::Null => "nothing",
            Value::Scalar { .. } => "a single value",
            Value::List(_) => "a list",
            Value::Map(_) => "a mapping",
        }
    }
}

/// Reads the first and only document. An empty file is `Null`.
pub fn parse(text: &str) -> Result<Node, YamlError> {
    let mut reader = Reader { parser: Parser::new_from_str(text), anchors: Vec::new(), nodes: 0 };
    let mut document = None;
    loop {
        let (event, span) = reader.next()?;
        match event {
            Event::StreamEnd => break,
            Event::StreamStart | Event::DocumentStart(_) | Event::DocumentEnd | Event::Nothing => {}
            event if document.is_none() => document = Some(reader.node(event, span, 0)?),
            _ => return Err(error(span, "a second document; one is expected")),
        }
    }
    Ok(document.unwrap_or(Node { place: Place { line: 1, column: 1 }, value: Value::Null }))
}

fn place(span: Span) -> Place {
    let number = |value: usize| u32::try_from(value).unwrap_or(u32::MAX);
    Place { line: number(span.start.line()).max(1), column: number(span.start.col()).saturating_add(1) }
}

fn error(span: Span, message: impl Into<String>) -> YamlError {
    YamlError { place: place(span), message: message.into() }
}

struct Reader<'a> {
    parser: Parser<'a, saphyr_parser::StrInput<'a>>,
    anchors: Vec<(usize, Node)>,
    nodes: usize,
}

impl<'a> Reader<'a> {
    fn next(&mut self) -> Result<(Event<'a>, Span), YamlError> {
        match self.parser.next_event() {
            Some(Ok(event)) => Ok(event),
            Some(Err(scan)) => Err(error(Span::empty(*scan.marker()), scan.info())),
            None => Ok((Event::StreamEnd, Span::default())),
        }
    }

    fn node(&mut self, event: Event<'a>, span: Span, depth: usize) -> Result<Node, YamlError> {
        if depth > DEEPEST {
            return Err(error(span, format!("nested deeper than {DEEPEST} levels")));
        }
        self.count(1, span)?;
        let (anchor, value) = match event {
            Event::Scalar(text, style, anchor, _) => (anchor, scalar(&text, style)),
            Event::SequenceStart(anchor, _) => (anchor, self.list(depth)?),
            Event::MappingStart(anchor, _) => (anchor, self.map(depth)?),
            Event::Alias(id) => {
                let target =
                    self.anchors.iter().find(|(anchor, _)| *anchor == id).map(|(_, node)| node.clone());
                let target =
                    target.ok_or_else(|| error(span, "an alias to an anchor that is not complete here"))?;
                self.count(size(&target), span)?;
                return Ok(Node { place: place(span), value: target.value });
            }
            _ => return Err(error(span, "a value is expected")),
        };
        let node = Node { place: place(span), value };
        if anchor > 0 {
            self.anchors.push((anchor, node.clone()));
        }
        Ok(node)
    }

    fn count(&mut self, nodes: usize, span: Span) -> Result<(), YamlError> {
        self.nodes += nodes;
        if self.nodes > MOST_NODES {
            return Err(error(span, format!("more than {MOST_NODES} values once aliases are expanded")));
        }
        Ok(())
    }

    fn list(&mut self, depth: usize) -> Result<Value, YamlError> {
        let mut items = Vec::new();
        loop {
            match self.next()? {
                (Event::SequenceEnd, _) => return Ok(Value::List(items)),
                (event, span) => items.push(self.node(event, span, depth + 1)?),
            }
        }
    }

    fn map(&mut self, depth: usize) -> Result<Value, YamlError> {
        let mut entries: Vec<Entry> = Vec::new();
        loop {
            let (key, key_span) = match self.next()? {
                (Event::MappingEnd, _) => return Ok(Value::Map(entries)),
                (Event::Scalar(text, ..), span) => (text.into_owned(), span),
                (_, span) => return Err(error(span, "a key must be a single value")),
            };
            if let Some(first) = entries.iter().find(|entry| entry.key == key) {
                let message = format!(
                    "the key `{key}` stands here again; it is already on line {}",
                    first.key_place.line
                );
                return Err(error(key_span, message));
            }
            let (event, span) = self.next()?;
            let node = self.node(event, span, depth + 1)?;
            entries.push(Entry { key, key_place: place(key_span), node });
        }
    }
}

fn scalar(text: &str, style: ScalarStyle) -> Value {
    match (style, text) {
        (ScalarStyle::Plain, "" | "~" | "null" | "Null" | "NULL") => Value::Null,
        _ => Value::Scalar { text: text.to_owned(), quoted: style != ScalarStyle::Plain },
    }
}

fn size(node: &Node) -> usize {
    1 + match &node.value {
        Value::List(items) => items.iter().map(size).sum(),
        Value::Map(entries) => entries.iter().map(|entry| size(&entry.node)).sum(),
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn fails(text: &str) -> String {
        let error = parse(text).unwrap_err();
        format!("{}:{}: {error}", error.place.line, error.place.column)
    }

    #[test]
    fn values_know_their_places() {
        let tree = parse("a:\n  - x: 'y'\n    z: ~\n").unwrap();
        let list = tree.get("a").unwrap();
        let Value::List(items) = &list.value else { panic!("{list:?}") };
        let x = items[0].get("x").unwrap();
        assert_eq!(
            (x.place, x.value.clone()),
            (Place { line: 2, column: 8 }, Value::Scalar { text: "y".into(), quoted: true })
        );
        assert_eq!(items[0].get("z").unwrap().value, Value::Null);
    }

    #[test]
    fn what_is_wrong_is_located() {
        assert_eq!(
            fails("a: 1\nb: 2\na: 3\n"),
            "3:1: the key `a` stands here again; it is already on line 1"
        );
        assert!(fails("a: [1\n").starts_with("2:1: "), "{}", fails("a: [1\n"));
        assert!(fails(&"[".repeat(100)).contains("nested deeper"));
        let bomb = "a: &a [1,1,1,1,1,1,1,1,1]\n".to_owned()
            + &(b'b'..=b'i')
                .map(|c| {
                    format!(
                        "{0}: &{0} [*{1},*{1},*{1},*{1},*{1},*{1},*{1},*{1},*{1}]\n",
                        c as char,
                        (c - 1) as char
                    )
                })
                .collect::<String>();
        assert!(fails(&bomb).contains("once aliases are expanded"), "{}", fails(&bomb));
    }

    #[test]
    fn anchors_serve_again() {
        let tree = parse("x: &x {minimum: 85}\ny: *x\n").unwrap();
        assert_eq!(tree.get("y").unwrap().get("minimum").map(Node::kind), Some("a single value"));
    }

    proptest! {
        #[test]
        fn no_text_panics(text in "[a:\\-\\[\\]{}&*'\"\n ~|>?!%#]{0,60}") {
            let _ = parse(&text);
        }
    }
}
