//! The folders of a run, and finding and opening files in them. Concerns get readers and bytes from here; they
//! open nothing themselves.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Component, Path, PathBuf};

use crate::failure::Failure;
use crate::glob::Pattern;
use crate::{Hasher, RepoPath};

/// Where a run works.
#[derive(Clone, Debug)]
pub struct Workspace {
    /// The repository's root, or the working directory where there is no repository.
    pub root: PathBuf,
    /// The folder that relative paths start from.
    pub directory: PathBuf,
}

/// A file that a pattern found.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct FoundFile {
    /// Its path on this system.
    pub path: PathBuf,
    /// Its path for readers: relative to the repository where it lies inside.
    pub shown: String,
}

/// What patterns found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// The files, each once, sorted.
    pub files: Vec<FoundFile>,
    /// Patterns that found nothing.
    pub empty: Vec<String>,
    /// Exclusions that took out nothing, with their `!`.
    pub idle: Vec<String>,
    /// Folders that a glob had to look into and could not, with what the system said.
    pub unreadable: Vec<(PathBuf, String)>,
    /// Patterns that are none, with what is wrong.
    pub wrong: Vec<(String, String)>,
}

impl Found {
    /// What was found, unless a pattern of this input is none.
    ///
    /// # Errors
    /// The first pattern that is no glob.
    pub fn accepted(self, input: &str) -> Result<Self, Failure> {
        match self.wrong.first() {
            None => Ok(self),
            Some((pattern, message)) => Err(Failure::usage(
                format!("`{pattern}` in `{input}` is no glob: {message}"),
                "Correct it; `*` stays in a folder, `**` crosses folders.",
            )),
        }
    }

    /// Where there should be a file and is none: each pattern that finds nothing, or all of them together where nothing
    /// is left. Without patterns, one of the well-known places is enough.
    pub fn missing(&self, patterns: &[String], well_known: &[&str]) -> Vec<String> {
        match (patterns.is_empty(), self.files.is_empty()) {
            (false, true) if self.empty.is_empty() => vec![format!("any of {}", patterns.join(", "))],
            (false, _) => self.empty.clone(),
            (true, true) => vec![format!("any of the well-known places ({})", well_known.join(", "))],
            (true, false) => Vec::new(),
        }
    }
}

/// Folders that a glob does not descend into unless it names them.
const SKIPPED: [&str; 4] = [".git", "node_modules", ".gatewright", "target"];
/// Deeper folders than this are not searched.
const DEEPEST: usize = 64;

impl Workspace {
    /// A file's path relative to the repository, if it lies inside.
    pub fn repo_path(&self, file: &Path) -> Option<RepoPath> {
        RepoPath::relative_to(&self.root, &self.directory.join(file))
    }

    /// Finds files. A pattern is a path or a glob (`*` within a folder, `**` across folders, `?`, `[…]`, `{a,b}`);
    /// `!` in front excludes what it matches. A path that exists as it is written is not read as a glob.
    pub fn find(&self, patterns: &[String]) -> Found {
        self.search(patterns, &[".git"])
    }

    /// Finds files in the usual places: folders of other people's files and of builds are left out.
    pub fn find_usual(&self, patterns: &[String]) -> Found {
        self.search(patterns, &SKIPPED)
    }

    fn search(&self, patterns: &[String], skipped: &[&str]) -> Found {
        let mut found = Found::default();
        let mut paths = BTreeSet::new();
        let mut excluded = Vec::new();
        for pattern in patterns {
            if let Some(pattern) = pattern.strip_prefix('!') {
                match Pattern::new(&self.whole(pattern)) {
                    Ok(matcher) => excluded.push((pattern, matcher)),
                    Err(message) => found.wrong.push((pattern.to_owned(), message)),
                }
                continue;
            }
            match self.matches(pattern, skipped, &mut found.unreadable) {
                Ok(matched) if matched.is_empty() => found.empty.push(pattern.clone()),
                Ok(matched) => paths.extend(matched),
                Err(message) => found.wrong.push((pattern.clone(), message)),
            }
        }
        let takes_none = |matcher: &Pattern| !paths.iter().any(|path| matcher.is_match(&slashed(path)));
        let idle = excluded.iter().filter(|(_, matcher)| takes_none(matcher));
        found.idle = idle.map(|(pattern, _)| format!("!{pattern}")).collect();
        let file = |path: PathBuf| FoundFile { shown: self.shown(&path), path };
        let kept = |path: &PathBuf| !excluded.iter().any(|(_, matcher)| matcher.is_match(&slashed(path)));
        found.files = paths.into_iter().filter(kept).map(file).collect();
        found
    }

    /// A pattern over whole paths: what stands before it is the working directory, letter by letter.
    fn whole(&self, pattern: &str) -> String {
        if crate::repo_path::is_absolute(pattern) {
            return pattern.to_owned();
        }
        let (mut folder, mut rest) = (self.directory.as_path(), pattern);
        loop {
            if let Some(below) = rest.strip_prefix("./") {
                rest = below;
            } else if let (Some(below), Some(above)) = (rest.strip_prefix("../"), folder.parent()) {
                (folder, rest) = (above, below);
            } else {
                break;
            }
        }
        let special = |c| matches!(c, '*' | '?' | '[' | ']' | '{' | '}' | '\\' | '!');
        let letters = slashed(folder)
            .chars()
            .flat_map(|c| special(c).then_some('\\').into_iter().chain([c]))
            .collect::<String>();
        format!("{}/{rest}", letters.trim_end_matches('/'))
    }

    /// A path for readers.
    pub fn shown(&self, path: &Path) -> String {
        match RepoPath::relative_to(&self.root, path) {
            Some(relative) => relative.to_string(),
            None => slashed(path),
        }
    }

    fn matches(
        &self,
        pattern: &str,
        skipped: &[&str],
        unreadable: &mut Vec<(PathBuf, String)>,
    ) -> Result<Vec<PathBuf>, String> {
        let pattern = if cfg!(windows) { pattern.replace('\\', "/") } else { pattern.to_owned() };
        let literal = normal(&self.directory.join(&pattern));
        if literal.exists() {
            return Ok(vec![literal]);
        }
        if !pattern.contains(['*', '?', '[', '{']) {
            return Ok(Vec::new());
        }
        // The part in front of the first special character is a folder: the search begins there.
        let special = pattern.find(['*', '?', '[', '{']).unwrap_or(pattern.len());
        let fixed = pattern[..special].rfind('/').map_or("", |slash| &pattern[..=slash]);
        let start = normal(&self.directory.join(fixed));
        let rest = &pattern[fixed.len()..];
        let seen = BTreeSet::new();
        let mut search = Search {
            matcher: Pattern::new(rest)?,
            start: start.clone(),
            named: rest,
            skipped,
            seen,
            unreadable,
        };
        let mut matched = Vec::new();
        if start.is_dir() {
            search.walk(&start, 0, &mut matched);
        }
        Ok(matched)
    }
}

struct Search<'a> {
    matcher: Pattern,
    start: PathBuf,
    named: &'a str,
    skipped: &'a [&'a str],
    seen: BTreeSet<PathBuf>,
    unreadable: &'a mut Vec<(PathBuf, String)>,
}

impl Search<'_> {
    /// Links to folders are followed, each folder once.
    fn walk(&mut self, folder: &Path, depth: usize, matched: &mut Vec<PathBuf>) {
        let entries = std::fs::canonicalize(folder).and_then(|real| {
            if self.seen.insert(real) { std::fs::read_dir(folder).map(Some) } else { Ok(None) }
        });
        let entries = match entries {
            Ok(Some(entries)) => entries,
            Ok(None) => return,
            Err(error) => return self.unreadable.push((folder.to_path_buf(), error.to_string())),
        };
        for entry in entries {
            let entry = match entry {
                Ok(entry) => entry,
                Err(error) => {
                    self.unreadable.push((folder.to_path_buf(), error.to_string()));
                    continue;
                }
            };
            let path = entry.path();
            let name = entry.file_name().to_string_lossy().into_owned();
            if path.is_dir() {
                let named = self.named.split('/').any(|part| part == name);
                if !named && self.skipped.contains(&name.as_str()) {
                    continue;
                }
                if depth < DEEPEST {
                    self.walk(&path, depth + 1, matched);
                } else {
                    self.unreadable.push((path, format!("it lies deeper than {DEEPEST} folders")));
                }
            } else if self.matcher.is_match(&slashed(path.strip_prefix(&self.start).unwrap_or(&path)))
                && path.is_file()
            {
                matched.push(path);
            }
        }
    }
}

fn slashed(path: &Path) -> String {
    let text = path.to_string_lossy();
    if cfg!(windows) { text.replace('\\', "/") } else { text.into_owned() }
}

/// Resolves `.` and `..` as text, so that one file has one path.
pub(crate) fn normal(path: &Path) -> PathBuf {
    let mut parts = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => {
                parts.pop();
            }
            other => parts.push(other),
        }
    }
    parts
}

/// A file that is read once from start to end and hashed on the way.
pub struct HashedReader {
    file: File,
    hasher: Hasher,
    bytes: u64,
}

impl HashedReader {
    /// Opens a regular file.
    pub fn open(path: &Path) -> io::Result<Self> {
        let file = File::open(path)?;
        if file.metadata()?.is_dir() {
            return Err(io::Error::new(io::ErrorKind::IsADirectory, "this is a folder"));
        }
        Ok(Self { file, hasher: Hasher::default(), bytes: 0 })
    }

    /// How many bytes were read, and their SHA-256. Bytes that the parser left unread are read now.
    pub fn finish(mut self) -> io::Result<(u64, String)> {
        io::copy(&mut self.by_ref(), &mut io::sink())?;
        Ok((self.bytes, self.hasher.finish()))
    }
}

impl Read for HashedReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.file.read(buffer)?;
        self.hasher.update(&buffer[..count]);
        self.bytes += count as u64;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn find(patterns: &[&str]) -> (Vec<String>, Vec<String>) {
        let folder = tempfile::tempdir().unwrap();
        for file in
            ["a.out", "sub/b.out", "sub/deep/c.out", "node_modules/x/d.out", "odd[1].out", "sub/e.txt"]
        {
            let path = folder.path().join(file);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, "x").unwrap();
        }
        let workspace = Workspace { root: folder.path().to_path_buf(), directory: folder.path().join("sub") };
        let patterns: Vec<String> = patterns.iter().map(|pattern| (*pattern).to_owned()).collect();
        let found = workspace.find(&patterns);
        (found.files.into_iter().map(|file| file.shown).collect(), found.empty)
    }

    #[test]
    fn globs_start_from_the_working_directory() {
        assert_eq!(find(&["*.out"]).0, ["sub/b.out"]);
        assert_eq!(find(&["**/*.out"]).0, ["sub/b.out", "sub/deep/c.out"]);
        assert_eq!(find(&["../*.out"]).0, ["a.out", "odd[1].out"]);
        assert_eq!(find(&["../**/*.out", "!deep/**", "!../a.out"]).0.len(), 3);
        assert_eq!(find(&["../*.out", "!../a.*", "*.out", "!./b.out"]).0, ["odd[1].out"]);
    }

    #[test]
    fn a_path_that_exists_is_no_glob() {
        assert_eq!(find(&["../odd[1].out", "../odd[1].out"]).0, ["odd[1].out"]);
        assert_eq!(find(&["../node_modules/*/d.out"]).0, ["node_modules/x/d.out"]);
    }

    #[test]
    fn what_finds_nothing_is_said() {
        assert_eq!(
            find(&["x.out", "*.lcov", "b.out"]),
            (vec!["sub/b.out".to_owned()], vec!["x.out".to_owned(), "*.lcov".to_owned()])
        );
    }

    #[test]
    fn hashing_does_not_change_what_is_read() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "abc").unwrap();
        let mut reader = HashedReader::open(file.path()).unwrap();
        let mut one = [0];
        reader.read_exact(&mut one).unwrap();
        assert_eq!(reader.finish().unwrap(), (3, crate::sha256(b"abc")));
    }
}
