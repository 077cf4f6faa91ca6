//! Lists of other tools that say what is accepted: from bytes to entries, and from entries to acceptances of results.
//!
//! A tool's list speaks for that tool's findings, an OpenVEX document for all. An entry that has expired accepts nothing, and
//! so does one that can't be understood; both are told with their line. It must not know where lists lie or which version of
//! them counts: that is for whoever hands over their bytes.

mod apply;
mod gitleaks;
mod grype;
mod instant;
mod openvex;
mod osv_scanner;
mod package;
mod trivy;

use std::fmt;

use gatewright_core::RepoPath;
use gatewright_core::config::yaml::{self, Node, Value};
use gatewright_core::glob::Pattern;
use gatewright_core::report::Location;

pub use apply::{ListUse, OwnProduct, apply};
pub use instant::Instant;
pub(crate) use package::PackagePattern;

/// The lists that tools look for at the root of a repository.
pub const WELL_KNOWN: [&str; 5] =
    [".trivyignore", ".trivyignore.yaml", "osv-scanner.toml", ".gitleaksignore", ".grype.yaml"];

/// No list is longer than this, in bytes.
pub const MOST_BYTES: usize = 16 << 20;
/// So many odd entries of one list are told.
const MOST_ODD: usize = 100;

/// Whose list it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ListKind {
    /// `.trivyignore`: ids, one a line.
    TrivyIgnore,
    /// `.trivyignore.yaml`.
    TrivyIgnoreYaml,
    /// `osv-scanner.toml`.
    OsvScanner,
    /// `.gitleaksignore`: fingerprints, one a line.
    GitleaksIgnore,
    /// The rules below `ignore` in the configuration of Grype.
    Grype,
    /// A document of OpenVEX.
    OpenVex,
}

impl ListKind {
    /// The tool whose findings it speaks for; none where it speaks for all.
    pub fn tool(self) -> Option<&'static str> {
        match self {
            Self::TrivyIgnore | Self::TrivyIgnoreYaml => Some("trivy"),
            Self::OsvScanner => Some("osv-scanner"),
            Self::GitleaksIgnore => Some("gitleaks"),
            Self::Grype => Some("grype"),
            Self::OpenVex => None,
        }
    }

    /// For whom it speaks, for readers.
    pub fn speaks_for(self) -> &'static str {
        match self {
            Self::TrivyIgnore | Self::TrivyIgnoreYaml => "Trivy",
            Self::OsvScanner => "osv-scanner",
            Self::GitleaksIgnore => "Gitleaks",
            Self::Grype => "Grype",
            Self::OpenVex => "all scanners",
        }
    }

    /// Whether a tool of this name goes by it.
    fn is_of(self, tool: &str) -> bool {
        self.tool().is_none_or(|own| tool.to_ascii_lowercase().contains(own))
    }
}

/// A list that was read.
#[derive(Clone, Debug)]
pub struct AcceptanceList {
    /// Its path for readers.
    pub shown: String,
    /// Its path in the repository, if it lies there.
    pub path: Option<RepoPath>,
    /// Whose it is; nothing where that can't be told.
    pub kind: Option<ListKind>,
    /// What it accepts.
    pub entries: Vec<ListEntry>,
    /// What in it can't be understood.
    pub odd: Vec<OddEntry>,
    /// Further entries that can't be understood and are only counted.
    pub more_odd: usize,
    /// Entries that it holds, the odd ones among them.
    pub count: usize,
}

/// Something in a list that can't be understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OddEntry {
    /// Its line, 0 where it has none.
    pub line: u32,
    /// What is wrong: lower case, without a full stop.
    pub message: String,
}

/// An entry of a list: a finding that fits all that is said here is accepted.
#[derive(Clone, Debug, Default)]
pub struct ListEntry {
    /// Its line.
    pub line: u32,
    /// What it is about, for readers: an id, a package, a fingerprint.
    pub named: String,
    /// Ids, one of which the finding has; without any, whatever its id.
    pub(crate) ids: Vec<String>,
    /// What kind of finding.
    pub(crate) class: Option<Class>,
    /// Where, one of which fits; without any, everywhere.
    pub(crate) paths: Vec<Pattern>,
    /// Packages, one of which fits; without any, whatever it is about.
    pub(crate) packages: Vec<PackagePattern>,
    /// The fingerprint that Gitleaks gives it.
    pub(crate) fingerprint: Option<String>,
    /// Whether a mended version is known.
    pub(crate) has_fix: Option<bool>,
    /// The folder whose files it is about.
    pub(crate) folder: Option<String>,
    /// What a statement of OpenVEX says.
    pub(crate) statement: Option<Statement>,
    /// The first moment at which it accepts nothing.
    pub until: Option<Instant>,
    /// Why.
    pub reason: Option<String>,
}

/// A statement of OpenVEX on one product.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Statement {
    /// The product, and the component of it, as they are written.
    pub(crate) product: String,
    /// When it was made.
    pub(crate) time: Instant,
    /// What it comes to.
    pub(crate) stance: Stance,
    /// What the statement is about.
    pub(crate) about: About,
}

/// What a statement is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum About {
    /// The package itself, or all of a product, whichever it turns out to be: the identifier, and the package if it is one.
    Product(String, Option<PackagePattern>),
    /// A component of a product: the product's identifier, and the component.
    Component(String, PackagePattern),
}

/// What a statement comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stance {
    /// It is not affected.
    NotAffected,
    /// It is mended.
    Fixed,
    /// It is affected, or nobody knows yet.
    Stands,
}

/// A kind of finding, where a list tells them apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Class {
    /// Of a package.
    Vulnerability,
    /// Of a configuration.
    Misconfiguration,
    /// A credential.
    Secret,
    /// A licence.
    Licence,
}

impl fmt::Display for OddEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

/// Reads a list; whose it is says its name, and where that says nothing, its content.
pub fn read_list(shown: &str, path: Option<RepoPath>, bytes: &[u8]) -> AcceptanceList {
    let mut list = AcceptanceList::empty(shown, path);
    let Ok(text) = std::str::from_utf8(bytes) else {
        list.odd(0, "it is not UTF-8");
        return list;
    };
    if text.len() > MOST_BYTES {
        list.odd(0, format!("it is longer than {} MiB", MOST_BYTES >> 20));
        return list;
    }
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let name = shown.rsplit(['/', '\\']).next().unwrap_or(shown).to_ascii_lowercase();
    let has_ending = |endings: &[&str]| endings.iter().any(|ending| name.ends_with(ending));
    if has_ending(&[".yaml", ".yml"]) {
        of_yaml(text, &mut list);
    } else if has_ending(&[".toml"]) {
        list.kind = Some(ListKind::OsvScanner);
        osv_scanner::read(text, &mut list);
    } else if name.contains("trivyignore") {
        list.kind = Some(ListKind::TrivyIgnore);
        each_line(text, &mut list, trivy::entry_of_line);
    } else if name.contains("gitleaksignore") {
        list.kind = Some(ListKind::GitleaksIgnore);
        each_line(text, &mut list, gitleaks::entry);
    } else {
        list.odd(
            0,
            "whose list it is can't be told by its name: `.trivyignore`, `.gitleaksignore`, `….toml` (osv-scanner) and \
             `….yaml` (Trivy, Grype) can be read",
        );
    }
    list
}

/// Reads a document of OpenVEX.
pub fn read_vex(shown: &str, path: Option<RepoPath>, bytes: &[u8]) -> AcceptanceList {
    let mut list = AcceptanceList::empty(shown, path);
    list.kind = Some(ListKind::OpenVex);
    match std::str::from_utf8(bytes) {
        Ok(text) => openvex::read(text.strip_prefix('\u{feff}').unwrap_or(text), &mut list),
        Err(_) => list.odd(0, "it is not UTF-8"),
    }
    list
}

/// A list that is not there or can't be read.
pub fn unreadable_list(shown: &str, path: Option<RepoPath>, why: &str) -> AcceptanceList {
    let mut list = AcceptanceList::empty(shown, path);
    list.odd(0, why);
    list
}

fn of_yaml(text: &str, list: &mut AcceptanceList) {
    let root = match yaml::parse(text) {
        Ok(root) => root,
        Err(error) => {
            list.odd(error.place.line, format!("this is not valid YAML: {error}"));
            return;
        }
    };
    let has = |key: &str| root.get(key).is_some();
    if root.value == Value::Null {
        // Nothing is said in it.
    } else if trivy::SECTIONS.iter().any(|(key, _)| has(key)) {
        list.kind = Some(ListKind::TrivyIgnoreYaml);
        trivy::read_yaml(&root, list);
    } else if has("ignore") || list.shown.to_ascii_lowercase().contains("grype") {
        list.kind = Some(ListKind::Grype);
        grype::read(&root, list);
    } else {
        list.odd(
            1,
            "it has neither the sections of Trivy (`vulnerabilities`, …) nor `ignore`, as Grype has it",
        );
    }
}

impl AcceptanceList {
    fn empty(shown: &str, path: Option<RepoPath>) -> Self {
        let shown = shown.to_owned();
        Self { shown, path, kind: None, entries: Vec::new(), odd: Vec::new(), more_odd: 0, count: 0 }
    }

    /// One that does not count: it holds nothing.
    pub fn none(shown: &str, path: Option<RepoPath>) -> Self {
        Self::empty(shown, path)
    }

    /// Adds an entry.
    fn push(&mut self, entry: ListEntry) {
        self.entries.push(entry);
    }

    /// Says that something can't be understood.
    fn odd(&mut self, line: u32, message: impl Into<String>) {
        if self.odd.len() < MOST_ODD {
            self.odd.push(OddEntry { line, message: message.into() });
        } else {
            self.more_odd += 1;
        }
    }

    /// Adds what was read, or says why it could not be.
    fn take(&mut self, line: u32, read: Result<ListEntry, String>) {
        self.count += 1;
        match read {
            Ok(entry) => self.push(entry),
            Err(message) => self.odd(line, message),
        }
    }

    /// Where a line of it is.
    pub(crate) fn at(&self, line: u32) -> Option<Location> {
        let path = self.path.clone()?;
        Some(if line == 0 { Location::file(path) } else { Location::lines(path, line, line) })
    }
}

/// The text of a key of an entry in YAML; nothing where it is absent or empty.
fn text_of<'n>(node: &'n Node, key: &str) -> Result<Option<&'n str>, String> {
    match node.get(key).map(|node| &node.value) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Scalar { text, .. }) => Ok(Some(text.trim()).filter(|text| !text.is_empty())),
        Some(_) => Err(format!("`{key}` is no single value")),
    }
}

/// The texts of a key of an entry in YAML: a list of them, or one.
fn texts_of<'n>(node: &'n Node, key: &str) -> Result<Vec<&'n str>, String> {
    let single = |node: &'n Node| match &node.value {
        Value::Scalar { text, .. } => Ok(text.trim()),
        _ => Err(format!("`{key}` holds {}", node.kind())),
    };
    match node.get(key) {
        None | Some(Node { value: Value::Null, .. }) => Ok(Vec::new()),
        Some(Node { value: Value::List(items), .. }) => items.iter().map(single).collect(),
        Some(node) => Ok(vec![single(node)?]),
    }
}

/// Refuses keys that are not known: one that is not looked at might narrow what is accepted.
fn only_keys(node: &Node, known: &[&str]) -> Result<(), String> {
    match node.entries().iter().find(|entry| !known.contains(&entry.key.as_str())) {
        None => Ok(()),
        Some(entry) => Err(format!("`{}` is not known here, and may narrow what it accepts", entry.key)),
    }
}

fn pattern(text: &str) -> Result<Pattern, String> {
    let text = text.strip_prefix("./").unwrap_or(text).trim_start_matches('/');
    Pattern::new(text).map_err(|message| format!("`{text}` is no path pattern: {message}"))
}

/// Reads a list of one entry a line. A comment speaks for the entries right below it, up to an empty line or another one.
fn each_line(
    text: &str,
    list: &mut AcceptanceList,
    read: fn(u32, &str, Option<&str>) -> Result<ListEntry, String>,
) {
    let mut comment: Option<String> = None;
    let mut is_open = false;
    for (at, text) in text.lines().enumerate() {
        let (line, text) = (u32::try_from(at + 1).unwrap_or(u32::MAX), text.trim());
        if text.is_empty() {
            (comment, is_open) = (None, false);
        } else if let Some(words) = text.strip_prefix('#') {
            comment = joined(comment.filter(|_| is_open), words);
            is_open = true;
        } else {
            is_open = false;
            list.take(line, read(line, text, comment.as_deref()));
        }
    }
}

/// The words of a comment behind those of the lines above it.
fn joined(before: Option<String>, words: &str) -> Option<String> {
    let words = words.trim_start_matches('#').trim();
    match before {
        Some(before) if words.is_empty() => Some(before),
        Some(before) => Some(format!("{before} {words}")),
        None => Some(words.to_owned()).filter(|words| !words.is_empty()),
    }
}

#[cfg(test)]
mod tests;
