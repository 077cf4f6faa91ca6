//! From an `error`, `warning` or `notice` to what GitHub shows: the fix-ups of lines and columns in their
//! order, the treatment of the path, the cut of the message, and the ten places of each kind.

use std::collections::BTreeMap;

use serde::Serialize;

use super::masks::Masks;
use super::{Os, Setting};

/// The most of each kind that a step keeps.
pub const PER_KIND: usize = 10;

/// The longest message, in UTF-16 units.
pub const MESSAGE_LIMIT: usize = 4096;

/// The kind of an annotation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// `::error::`.
    Error,
    /// `::warning::`.
    Warning,
    /// `::notice::`.
    Notice,
}

impl Level {
    /// The level that a command or a matcher's severity names, whatever its case.
    pub fn named(name: &str) -> Option<Self> {
        [("error", Self::Error), ("warning", Self::Warning), ("notice", Self::Notice)]
            .into_iter()
            .find_map(|(word, level)| word.eq_ignore_ascii_case(name).then_some(level))
    }

    /// The mark before its line in the log.
    pub fn tag(self) -> &'static str {
        match self {
            Self::Error => "##[error]",
            Self::Warning => "##[warning]",
            Self::Notice => "##[notice]",
        }
    }
}

/// One annotation as GitHub has it in the end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Annotation {
    /// Its kind.
    pub level: Level,
    /// Masked and cut.
    pub message: String,
    /// The path, relative to the workspace if the runner could make it so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// The first line; 0 for a file without a line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<i32>,
    /// The last line, if it was given and survived.
    #[serde(rename = "endLine", skip_serializing_if = "Option::is_none")]
    pub end_line: Option<i32>,
    /// The first column.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub col: Option<i32>,
    /// The last column, if it was given and survived.
    #[serde(rename = "endColumn", skip_serializing_if = "Option::is_none")]
    pub end_column: Option<i32>,
    /// The title. The runner does not mask it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// The line of the step's log that it points at, where it has neither file nor line.
    #[serde(rename = "logLine", skip_serializing_if = "Option::is_none")]
    pub log_line: Option<usize>,
}

/// An annotation that nobody sees.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Dropped {
    /// Why not.
    pub reason: Reason,
    /// What it would have been.
    #[serde(flatten)]
    pub annotation: Annotation,
}

/// Why an annotation is not shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// Its step already had ten of the kind.
    KindCap,
    /// Its message is blank; it used up a place all the same.
    Blank,
    /// Its job already had fifty.
    JobCap,
    /// Its run already had fifty.
    RunCap,
}

/// What the runner changed about lines and columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fixup {
    /// `endLine` alone became `line` too.
    LineFromEndLine,
    /// `endColumn` alone became `col` too.
    ColumnFromEndColumn,
    /// Columns without a line were dropped.
    ColumnsWithoutLine,
    /// Columns over several lines were dropped; lines are compared as text.
    ColumnsOverLines,
    /// Lines that run backwards were both dropped.
    LinesBackwards,
    /// Columns that run backwards were both dropped.
    ColumnsBackwards,
}

/// Applies the fix-ups, in the runner's order, to the properties of one command.
pub fn fix_up(properties: &mut BTreeMap<String, String>) -> Vec<Fixup> {
    let number =
        |properties: &BTreeMap<String, String>, key: &str| properties.get(key).and_then(|text| integer(text));
    // Keys are in lower case, as the reader of commands leaves them.
    let drop_all = |properties: &mut BTreeMap<String, String>, keys: [&str; 2]| {
        let had: Vec<_> = keys.iter().filter_map(|key| properties.remove(*key)).collect();
        !had.is_empty()
    };
    let copy = |properties: &mut BTreeMap<String, String>, from: &str, to: &str| {
        let value = properties.get(from).cloned();
        properties.extend(value.map(|value| (to.to_owned(), value)));
    };
    let (lines, columns) = (["line", "endline"], ["col", "endcolumn"]);
    let mut done = Vec::new();
    if number(properties, "line").is_none() && number(properties, "endline").is_some() {
        copy(properties, "endline", "line");
        done.push(Fixup::LineFromEndLine);
    }
    if number(properties, "col").is_none() && number(properties, "endcolumn").is_some() {
        copy(properties, "endcolumn", "col");
        done.push(Fixup::ColumnFromEndColumn);
    }
    let (line, end_line) = (number(properties, "line"), number(properties, "endline"));
    let (column, end_column) = (number(properties, "col"), number(properties, "endcolumn"));
    if column.is_some() && line.is_none() && drop_all(properties, columns) {
        done.push(Fixup::ColumnsWithoutLine);
    }
    let differ = end_line.is_some() && properties.get("line") != properties.get("endline");
    if column.is_some() && differ && drop_all(properties, columns) {
        done.push(Fixup::ColumnsOverLines);
    }
    if end_line.is_some() && end_line < line && drop_all(properties, lines) {
        done.push(Fixup::LinesBackwards);
    }
    if end_column.is_some() && end_column < column && drop_all(properties, columns) {
        done.push(Fixup::ColumnsBackwards);
    }
    done
}

/// A number as .NET reads it: blanks around it and a sign are allowed, and it has 32 bits.
pub fn integer(text: &str) -> Option<i32> {
    text.trim_matches([' ', '\t', '\n', '\u{b}', '\u{c}', '\r']).parse().ok()
}

/// What becomes of a path: the container's part is translated, then the workspace is cut off as text. No
/// link is followed and no `.` or `..` resolved.
pub fn shown_path(file: &str, setting: &Setting) -> String {
    let file = setting.to_host(file);
    let native = |text: &str| match setting.os {
        Os::Windows => text.replace('/', "\\"),
        Os::Linux | Os::MacOs => text.to_owned(),
    };
    let separator = if setting.os == Os::Windows { '\\' } else { '/' };
    let (path, workspace) = (native(&file), native(&setting.workspace));
    let relative = match strip(&path, &workspace, setting.os) {
        Some("") => String::new(),
        Some(rest) if workspace.ends_with(separator) => rest.to_owned(),
        Some(rest) => rest.strip_prefix(separator).map_or_else(|| path.clone(), str::to_owned),
        None => path,
    };
    if relative.is_empty() || equal(&relative, &file, setting.os) {
        return file;
    }
    relative.replace(separator, "/")
}

/// Paths are compared without case everywhere but on Linux.
fn strip<'a>(path: &'a str, folder: &str, os: Os) -> Option<&'a str> {
    let (head, rest) = path.split_at_checked(folder.len())?;
    equal(head, folder, os).then_some(rest)
}

fn equal(left: &str, right: &str, os: Os) -> bool {
    if os == Os::Linux { left == right } else { super::commands::same(left, right) }
}

/// The annotation of a command, a matcher or the runner itself, before its place is found. Only the message
/// is masked.
pub fn build(
    level: Level,
    message: &str,
    properties: &BTreeMap<String, String>,
    masks: &Masks,
    log_line: Option<usize>,
) -> Annotation {
    let text = |key: &str| properties.get(key).filter(|text| !text.is_empty()).cloned();
    let number = |key: &str| properties.get(key).and_then(|text| integer(text));
    let file = text("file");
    let line = number("line");
    let nowhere = file.is_none() && line.unwrap_or(0) == 0;
    Annotation {
        level,
        message: cut(&masks.hide(message), MESSAGE_LIMIT),
        line: line.or(file.as_ref().map(|_| 0)),
        file,
        end_line: number("endline"),
        col: number("col"),
        end_column: number("endcolumn"),
        title: text("title"),
        log_line: log_line.filter(|_| nowhere),
    }
}

/// The first `limit` UTF-16 units; half of a character that is cut in two becomes U+FFFD.
pub fn cut(text: &str, limit: usize) -> String {
    let units: Vec<u16> = text.encode_utf16().take(limit).collect();
    String::from_utf16_lossy(&units)
}

/// The places of one step.
#[derive(Clone, Debug, Default)]
pub struct Places {
    /// What is shown, in the order in which it was said.
    pub kept: Vec<Annotation>,
    /// What is not.
    pub dropped: Vec<Dropped>,
    used: BTreeMap<Level, usize>,
}

impl Places {
    /// Finds a place for an annotation: the first ten of a kind have one, and a blank one wastes it.
    pub fn offer(&mut self, annotation: Annotation) {
        let used = self.used.entry(annotation.level).or_default();
        if *used >= PER_KIND {
            self.dropped.push(Dropped { reason: Reason::KindCap, annotation });
            return;
        }
        *used += 1;
        if annotation.message.trim().is_empty() {
            self.dropped.push(Dropped { reason: Reason::Blank, annotation });
        } else {
            self.kept.push(annotation);
        }
    }
}
