//! Recognising commands in lines: the current form `::name key=value,key=value::data`, the legacy form
//! `##[name key=value;key=value]data`, and the state between `::stop-commands::TOKEN` and `::TOKEN::`.
//! It does not know what a command does, and never panics on any bytes.

use std::collections::BTreeMap;

use super::lines;

/// The commands that the runner registers.
pub const REGISTERED: [&str; 15] = [
    "add-mask",
    "add-matcher",
    "add-path",
    "debug",
    "echo",
    "endgroup",
    "error",
    "group",
    "notice",
    "remove-matcher",
    "save-state",
    "set-env",
    "set-output",
    "stop-commands",
    "warning",
];

/// Which of the two forms a command was written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Form {
    /// `::name::data`, at the start of a line.
    Current,
    /// `##[name]data`, anywhere in a line.
    Legacy,
}

/// One command, decoded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Command {
    /// How it was written.
    pub form: Form,
    /// Its name, in lower case where it is a registered one.
    pub name: String,
    /// Its properties: keys in lower case, values decoded and not empty.
    pub properties: BTreeMap<String, String>,
    /// What follows, decoded.
    pub data: String,
}

/// What the runner takes a line for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Line {
    /// Plain output.
    Text(String),
    /// A command to act on; `line` is its source.
    Command {
        /// The command.
        command: Command,
        /// The line it stands in.
        line: String,
    },
    /// Would be a command, but commands are stopped: plain output.
    Withheld {
        /// The name of the command that was not obeyed.
        name: String,
        /// The line it stands in.
        line: String,
    },
    /// Commands stop here.
    Stopped {
        /// The token that resumes them.
        token: String,
        /// The line it stands in.
        line: String,
    },
    /// Commands are obeyed again.
    Resumed(String),
    /// A token that the runner refuses: empty, `pause-logging`, or a registered command.
    TokenRefused(String),
}

/// Reads the lines of one step, whichever stream they come from: the stop state covers both.
#[derive(Clone, Debug, Default)]
pub struct Reader {
    token: Option<String>,
}

impl Reader {
    /// What the next line is.
    pub fn read(&mut self, line: &str) -> Line {
        let source = line.to_owned();
        let Some(command) = parse(line, self.token.as_deref()) else { return Line::Text(source) };
        match &self.token {
            Some(token) if same(token, &command.name) => {
                self.token = None;
                Line::Resumed(source)
            }
            Some(_) => Line::Withheld { name: command.name, line: source },
            None if command.name == "stop-commands" => self.stop(command.data, source),
            None => Line::Command { command, line: source },
        }
    }

    fn stop(&mut self, token: String, line: String) -> Line {
        if token.is_empty() || same(&token, "pause-logging") || is_registered(&token, None) {
            return Line::TokenRefused(line);
        }
        self.token = Some(token.clone());
        Line::Stopped { token, line }
    }
}

/// Everything that a stream holds, read by itself.
pub fn read(bytes: &[u8]) -> Vec<Line> {
    let mut reader = Reader::default();
    lines::cut(bytes).iter().map(|line| reader.read(line)).collect()
}

/// The command in a line, if there is one. While commands are stopped, `token` is a registered name as well.
pub fn parse(line: &str, token: Option<&str>) -> Option<Command> {
    parse_current(line, token).or_else(|| parse_legacy(line, token))
}

fn parse_current(line: &str, token: Option<&str>) -> Option<Command> {
    let rest = line.trim_start().strip_prefix("::")?;
    let (info, data) = rest.split_once("::")?;
    let (name, properties) = split_name(info, token)?;
    let properties = split_properties(properties.trim(), ',', decode_property);
    Some(Command { form: Form::Current, name, properties, data: decode_data(data) })
}

fn parse_legacy(line: &str, token: Option<&str>) -> Option<Command> {
    let (_, rest) = line.split_once("##[")?;
    let (info, data) = rest.split_once(']')?;
    let (name, properties) = split_name(info, token)?;
    let properties = split_properties(properties, ';', decode_legacy);
    Some(Command { form: Form::Legacy, name, properties, data: decode_legacy(data) })
}

fn split_name<'a>(info: &'a str, token: Option<&str>) -> Option<(String, &'a str)> {
    let (name, properties) = info.split_once(' ').unwrap_or((info, ""));
    is_registered(name, token).then(|| (name.to_ascii_lowercase(), properties))
}

/// Cuts at the separator, each piece at its first `=`. Equals signs before the key or doubled before the
/// value are swallowed, because the runner drops empty pieces in both cuts.
fn split_properties(text: &str, separator: char, decode: fn(&str) -> String) -> BTreeMap<String, String> {
    let mut properties = BTreeMap::new();
    for piece in text.split(separator) {
        let Some((key, value)) = piece.trim_start_matches('=').split_once('=') else { continue };
        let value = value.trim_start_matches('=');
        if !value.is_empty() {
            properties.insert(key.to_lowercase(), decode(value));
        }
    }
    properties
}

/// Undoes the escaping of data: `%25` last, so that a text escaped once comes back whole.
pub fn decode_data(text: &str) -> String {
    decode(text, &[("%0D", "\r"), ("%0A", "\n")])
}

/// Undoes the escaping of a property's value.
pub fn decode_property(text: &str) -> String {
    decode(text, &[("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ",")])
}

/// Undoes the escaping of the legacy form, in data and properties alike.
pub fn decode_legacy(text: &str) -> String {
    decode(text, &[("%3B", ";"), ("%0D", "\r"), ("%0A", "\n"), ("%5D", "]")])
}

fn decode(text: &str, table: &[(&str, &str)]) -> String {
    let decoded = table.iter().fold(text.to_owned(), |text, (code, plain)| text.replace(code, plain));
    decoded.replace("%25", "%")
}

fn is_registered(name: &str, token: Option<&str>) -> bool {
    REGISTERED.iter().copied().chain(token).any(|registered| same(registered, name))
}

/// Compares as .NET's ordinal comparison without case does: character by character in upper case, where no
/// character outside ASCII becomes one inside it.
pub fn same(left: &str, right: &str) -> bool {
    left.chars().map(upper).eq(right.chars().map(upper))
}

fn upper(character: char) -> char {
    let mut upper = character.to_uppercase();
    match (upper.next(), upper.next()) {
        (Some(one), None) if one.is_ascii() == character.is_ascii() => one,
        _ => character,
    }
}
