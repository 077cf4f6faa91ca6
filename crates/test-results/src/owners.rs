//! Who owns a file, by `CODEOWNERS` as GitHub reads it: the last line whose pattern fits decides, and one without owners
//! takes ownership away.
//!
//! The patterns are those of `.gitignore` but for three: `!`, `[ ]` and `\#` mean nothing there, and a line with any of them is
//! skipped. A `/` at the beginning or within a pattern ties it to the root; one at the end means a folder and all that is
//! in it. `*` and `?` stay in their folder, `**` crosses folders. `docs/*` does not reach into folders of `docs`; any
//! other pattern that fits a folder takes everything in it. A backslash takes its meaning from the character behind it.
//!
//! It must not know where the file lies, nor whether its owners exist.

use std::collections::BTreeSet;

use gatewright_core::RepoPath;

/// The largest file that GitHub reads: 3 MB.
pub const MOST_BYTES: usize = 3 * 1024 * 1024;

/// Lines that are told to be wrong; more are only counted.
const MOST_DIAGNOSTICS: usize = 100;

/// The owners of files.
#[derive(Clone, Debug, Default)]
pub struct Owners {
    rules: Vec<Rule>,
}

#[derive(Clone, Debug)]
struct Rule {
    pattern: Pattern,
    owners: Vec<String>,
    line: usize,
}

/// A line that is skipped, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnersDiagnostic {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong with it.
    pub message: String,
}

/// The owners of a file, and the line that says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ownership<'a> {
    /// `@user`, `@organisation/team`, or an address; none where the line takes ownership away.
    pub owners: &'a [String],
    /// The line of the file.
    pub line: usize,
}

impl Owners {
    /// Reads a file, and says which lines it could not use.
    pub fn parse(bytes: &[u8]) -> (Self, Vec<OwnersDiagnostic>) {
        let mut owners = Self::default();
        let mut diagnostics = Vec::new();
        if bytes.len() > MOST_BYTES {
            let message = "the file is larger than 3 MB, and GitHub does not read it".to_owned();
            return (owners, vec![OwnersDiagnostic { line: 1, message }]);
        }
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        for (number, line) in bytes.split(|byte| *byte == b'\n').enumerate() {
            match parse_line(line) {
                Ok(Some((pattern, names))) => {
                    owners.rules.push(Rule { pattern, owners: names, line: number + 1 });
                }
                Ok(None) => {}
                Err(message) if diagnostics.len() < MOST_DIAGNOSTICS => {
                    diagnostics.push(OwnersDiagnostic { line: number + 1, message });
                }
                Err(_) => {}
            }
        }
        (owners, diagnostics)
    }

    /// Who owns a file; none where no line speaks of it.
    pub fn of(&self, path: &RepoPath) -> Option<Ownership<'_>> {
        let parts: Vec<&str> = path.as_str().split('/').collect();
        let rule = self.rules.iter().rev().find(|rule| rule.pattern.is_match(&parts))?;
        Some(Ownership { owners: &rule.owners, line: rule.line })
    }

    /// Everyone who owns something.
    pub fn all(&self) -> BTreeSet<&str> {
        self.rules.iter().flat_map(|rule| rule.owners.iter().map(String::as_str)).collect()
    }

    /// Whether no line could be used.
    pub fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }
}

fn parse_line(line: &[u8]) -> Result<Option<(Pattern, Vec<String>)>, String> {
    let Ok(line) = std::str::from_utf8(line) else {
        return Err("the line is no UTF-8".to_owned());
    };
    let line = line.trim();
    if line.is_empty() || line.starts_with('#') {
        return Ok(None);
    }
    let mut escaped = false;
    let end = line.find(|c: char| {
        let ends = c.is_whitespace() && !escaped;
        escaped = c == '\\' && !escaped;
        ends
    });
    let (pattern, rest) = line.split_at(end.unwrap_or(line.len()));
    let owners: Vec<String> =
        rest.split_whitespace().take_while(|word| !word.starts_with('#')).map(str::to_owned).collect();
    if let Some(odd) = owners.iter().find(|owner| !is_owner(owner)) {
        return Err(format!("`{odd}` is neither `@user`, nor `@organisation/team`, nor an address"));
    }
    Ok(Some((Pattern::new(pattern)?, owners)))
}

/// `@user`, `@organisation/team` or an address.
fn is_owner(owner: &str) -> bool {
    let is_name =
        |name: &str| !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || "-_.".contains(c));
    match owner.strip_prefix('@') {
        Some(name) => match name.split_once('/') {
            Some((organisation, team)) => is_name(organisation) && is_name(team),
            None => is_name(name),
        },
        None => owner
            .split_once('@')
            .is_some_and(|(user, host)| !user.is_empty() && !host.is_empty() && !host.contains('@')),
    }
}

#[derive(Clone, Debug)]
struct Pattern {
    parts: Vec<Part>,
    /// What it fits has to be a folder.
    is_folder: bool,
    /// It ends in `/*`: files right there, and nothing below.
    is_flat: bool,
}

/// What stands between slashes.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    /// `**`: any folders, or none.
    Folders,
    Name(Vec<Symbol>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Symbol {
    /// `*`.
    Any,
    /// `?`.
    One,
    Itself(char),
}

impl Pattern {
    fn new(text: &str) -> Result<Self, String> {
        if text.starts_with('!') {
            return Err("`!` takes nothing back here; name the owners in a later line".to_owned());
        }
        if text.starts_with("\\#") {
            return Err("`\\#` does not begin a pattern here".to_owned());
        }
        let (text, is_folder) = text.strip_suffix('/').map_or((text, false), |text| (text, true));
        let (inner, is_tied) = text.strip_prefix('/').map_or((text, text.contains('/')), |text| (text, true));
        if inner.is_empty() {
            // `/` alone is no file.
            return Err("the pattern names no file".to_owned());
        }
        let mut parts = if is_tied { Vec::new() } else { vec![Part::Folders] };
        for part in inner.split('/') {
            let part = if part == "**" { Part::Folders } else { Part::Name(symbols(part)?) };
            // Two in a row are one.
            if part != Part::Folders || parts.last() != Some(&Part::Folders) {
                parts.push(part);
            }
        }
        let is_flat = !is_folder && is_tied && parts.last() == Some(&Part::Name(vec![Symbol::Any]));
        Ok(Self { parts, is_folder, is_flat })
    }

    /// Whether a file, by the parts of its path, fits, or a folder that it is in.
    fn is_match(&self, path: &[&str]) -> bool {
        // Whether the pattern up to here fits the path up to there, for each length of the path.
        let mut fits = vec![false; path.len() + 1];
        fits[0] = true;
        for part in &self.parts {
            match part {
                Part::Folders => {
                    for length in 1..fits.len() {
                        fits[length] |= fits[length - 1];
                    }
                }
                Part::Name(symbols) => {
                    for length in (1..fits.len()).rev() {
                        fits[length] = fits[length - 1] && fits_name(symbols, path[length - 1]);
                    }
                    fits[0] = false;
                }
            }
        }
        // `a/**` is everything in `a`, and not `a` itself.
        let ends_in_folders = self.parts.last() == Some(&Part::Folders);
        let whole = !self.is_folder && fits[path.len()] && (!ends_in_folders || path.len() >= self.least());
        let folder = !self.is_flat && (1..path.len()).any(|length| fits[length]);
        whole || folder
    }

    /// Parts of a path that it takes at least, where it ends in `**`.
    fn least(&self) -> usize {
        self.parts.iter().filter(|part| **part != Part::Folders).count() + 1
    }
}

fn symbols(part: &str) -> Result<Vec<Symbol>, String> {
    let mut symbols = Vec::new();
    let mut characters = part.chars();
    while let Some(c) = characters.next() {
        let symbol = match c {
            '[' | ']' => return Err("`[ ]` chooses nothing here".to_owned()),
            '\\' => Symbol::Itself(characters.next().ok_or("the pattern ends in a backslash")?),
            '*' if symbols.last() == Some(&Symbol::Any) => continue,
            '*' => Symbol::Any,
            '?' => Symbol::One,
            c => Symbol::Itself(c),
        };
        symbols.push(symbol);
    }
    Ok(symbols)
}

fn fits_name(symbols: &[Symbol], name: &str) -> bool {
    let name: Vec<char> = name.chars().collect();
    let (mut at, mut in_name) = (0, 0);
    let mut back = None;
    while in_name < name.len() {
        match symbols.get(at) {
            Some(Symbol::Any) => {
                at += 1;
                back = Some((at, in_name));
                continue;
            }
            Some(Symbol::One) => {}
            Some(Symbol::Itself(c)) if *c == name[in_name] => {}
            _ => match back {
                Some((behind_star, from)) => {
                    (at, in_name) = (behind_star, from + 1);
                    back = Some((at, in_name));
                    continue;
                }
                None => return false,
            },
        }
        at += 1;
        in_name += 1;
    }
    symbols[at..].iter().all(|symbol| *symbol == Symbol::Any)
}

#[cfg(test)]
mod tests;
