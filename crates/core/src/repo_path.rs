//! A path inside the repository, as it stands in reports: relative, `/` between parts, no `.` or `..`.
//!
//! Everything that names a file to a reader goes through [`RepoPath`], because GitHub cuts the workspace
//! prefix off textually and resolves nothing by itself.

use std::fmt;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

/// A path relative to the repository's root, with `/` between its parts on every system.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(try_from = "String", into = "String")]
pub struct RepoPath(String);

/// Why a text is no path inside the repository.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RepoPathError {
    /// Nothing is left after normalising.
    #[error("an empty path names no file")]
    Empty,
    /// `..` leads out of the repository.
    #[error("`{0}` leads out of the repository")]
    Outside(String),
    /// Absolute paths are made relative by whoever knows the root.
    #[error("`{0}` is absolute, a path relative to the repository is needed")]
    Absolute(String),
}

impl RepoPath {
    /// Normalises a relative path: `\` becomes `/`, `.` vanishes, `..` is resolved as text.
    ///
    /// # Errors
    /// An empty path, an absolute one (`/x`, `C:\x`), or one whose `..` leave the repository.
    ///
    /// ```
    /// use gatewright_core::RepoPath;
    /// assert_eq!(RepoPath::new(r".\src\..\lib\a.rs").unwrap().as_str(), "lib/a.rs");
    /// assert!(RepoPath::new("../a.rs").is_err());
    /// ```
    pub fn new(text: &str) -> Result<Self, RepoPathError> {
        let slashed = text.replace('\\', "/");
        if is_absolute(&slashed) {
            return Err(RepoPathError::Absolute(text.to_owned()));
        }
        let mut parts: Vec<&str> = Vec::new();
        for part in slashed.split('/') {
            match part {
                "" | "." => {}
                ".." => {
                    parts.pop().ok_or_else(|| RepoPathError::Outside(text.to_owned()))?;
                }
                part => parts.push(part),
            }
        }
        if parts.is_empty() {
            return Err(RepoPathError::Empty);
        }
        Ok(Self(parts.join("/")))
    }

    /// A path as git names it: taken as it is, because a backslash is a legal character of a file name there.
    ///
    /// # Errors
    /// As [`RepoPath::new`], but only `/` separates.
    pub fn from_git(text: &str) -> Result<Self, RepoPathError> {
        if text.is_empty() {
            return Err(RepoPathError::Empty);
        }
        if text.starts_with('/') {
            return Err(RepoPathError::Absolute(text.to_owned()));
        }
        if text.split('/').any(|part| part == "..") {
            return Err(RepoPathError::Outside(text.to_owned()));
        }
        Ok(Self(text.to_owned()))
    }

    /// The path of `file` relative to `root`, or `None` when it does not lie inside.
    /// Both are compared as text after normalising: no symbolic link is followed.
    pub fn relative_to(root: &Path, file: &Path) -> Option<Self> {
        let root = slashed(root);
        let file = slashed(file);
        let rest = file.strip_prefix(root.trim_end_matches('/'))?;
        Self::new(rest.strip_prefix('/')?).ok()
    }

    /// The text, `/` between parts.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The last part.
    pub fn file_name(&self) -> &str {
        self.0.rsplit('/').next().unwrap_or(&self.0)
    }

    /// What stands after the last dot of the file name, if it has one that is not its first character.
    pub fn extension(&self) -> Option<&str> {
        match self.file_name().rsplit_once('.') {
            Some((stem, extension)) if !stem.is_empty() => Some(extension),
            _ => None,
        }
    }

    /// The folder that holds the file; empty for a file at the root.
    pub fn folder(&self) -> &str {
        self.0.rsplit_once('/').map_or("", |(folder, _)| folder)
    }

    /// The path on this system, below `root`.
    pub fn to_path(&self, root: &Path) -> PathBuf {
        let mut path = root.to_path_buf();
        path.extend(self.0.split('/'));
        path
    }
}

fn slashed(path: &Path) -> String {
    let text = path.to_string_lossy();
    if cfg!(windows) { text.replace('\\', "/") } else { text.into_owned() }
}

/// `/x`, `//server/x` and `C:/x` are absolute whatever system this runs on.
pub fn is_absolute(slashed: &str) -> bool {
    let bytes = slashed.as_bytes();
    slashed.starts_with('/')
        || matches!(bytes, [drive, b':', b'/', ..] if drive.is_ascii_alphabetic())
        || matches!(bytes, [drive, b':'] if drive.is_ascii_alphabetic())
}

impl fmt::Display for RepoPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for RepoPath {
    type Error = RepoPathError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::from_git(&text)
    }
}

impl From<RepoPath> for String {
    fn from(path: RepoPath) -> Self {
        path.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_leads_out_is_refused() {
        assert_eq!(RepoPath::new("a/../../b"), Err(RepoPathError::Outside("a/../../b".into())));
        assert_eq!(RepoPath::new(r"C:\a"), Err(RepoPathError::Absolute(r"C:\a".into())));
        assert_eq!(RepoPath::new("./."), Err(RepoPathError::Empty));
    }

    #[test]
    fn a_path_below_the_root_becomes_relative() {
        let root = Path::new("/w/repo");
        assert_eq!(
            RepoPath::relative_to(root, Path::new("/w/repo/./src/a.rs")).unwrap().as_str(),
            "src/a.rs"
        );
        assert_eq!(RepoPath::relative_to(root, Path::new("/w/repository/a.rs")), None);
        assert_eq!(RepoPath::relative_to(root, Path::new("/w/repo")), None);
    }

    #[test]
    fn parts_of_a_path() {
        let path = RepoPath::new("src/.hidden").unwrap();
        assert_eq!((path.file_name(), path.extension(), path.folder()), (".hidden", None, "src"));
        assert_eq!(RepoPath::new("a.tar.gz").unwrap().extension(), Some("gz"));
    }
}
