//! Tables and text for people. All text here is plain: each renderer escapes it for its own place.

use serde::{Deserialize, Serialize};

use crate::RepoPath;

/// A part of the summary. Sections are shown by rank; a budget cuts those with the highest rank first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Section {
    /// Stable name: `worst-files`.
    pub id: String,
    /// Its heading.
    pub title: String,
    /// 0 is most important.
    pub rank: u32,
    /// Shown folded where the place can fold.
    pub collapsed: bool,
    /// What it says.
    pub blocks: Vec<Block>,
    /// The gate it belongs to, in a report merged from many.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gate: Option<String>,
}

/// A part of a section.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", tag = "kind")]
pub enum Block {
    /// A paragraph.
    Text {
        /// Its pieces.
        content: Vec<Inline>,
    },
    /// A table.
    Table {
        /// Its columns.
        columns: Vec<Column>,
        /// Its rows, each as long as there are columns.
        rows: Vec<Vec<Cell>>,
    },
    /// Text whose line breaks and blanks matter.
    Code {
        /// The text.
        text: String,
    },
}

/// A column of a table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Column {
    /// Its heading.
    pub title: String,
    /// To which side its cells lean.
    pub align: Align,
}

impl Column {
    /// A column of words.
    pub fn left(title: &str) -> Self {
        Self { title: title.to_owned(), align: Align::Left }
    }

    /// A column of figures.
    pub fn right(title: &str) -> Self {
        Self { title: title.to_owned(), align: Align::Right }
    }
}

/// To which side cells lean.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Align {
    /// Words.
    Left,
    /// Figures.
    Right,
}

/// A cell of a table.
pub type Cell = Vec<Inline>;

/// A piece of a line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase", tag = "kind")]
pub enum Inline {
    /// Words.
    Text {
        /// The words.
        text: String,
    },
    /// Words that matter.
    Strong {
        /// The words.
        text: String,
    },
    /// A name, a command, a path.
    Code {
        /// The name.
        text: String,
    },
    /// A file of the repository, or lines of it; a link where the place has links.
    Place {
        /// The file.
        path: RepoPath,
        /// The first line.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        line: Option<u32>,
        /// The last line.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        end_line: Option<u32>,
    },
}

impl Inline {
    /// Words.
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text { text: text.into() }
    }

    /// A name, a command, a path.
    pub fn code(text: impl Into<String>) -> Self {
        Self::Code { text: text.into() }
    }

    /// Words that matter.
    pub fn strong(text: impl Into<String>) -> Self {
        Self::Strong { text: text.into() }
    }

    /// A file.
    pub fn file(path: &RepoPath) -> Self {
        Self::Place { path: path.clone(), line: None, end_line: None }
    }

    /// Lines of a file.
    pub fn lines(path: &RepoPath, line: u32, end_line: u32) -> Self {
        Self::Place { path: path.clone(), line: Some(line), end_line: Some(end_line) }
    }
}
