//! The changed lines, as `git diff` prints them. Names and kinds come from the raw part with its NUL-ended
//! fields, lines from the patch.

use std::collections::HashMap;
use std::fs::{self, File};
use std::path::Path;

use gatewright_core::repository::{ChangeEnd, ChangeKind, ChangeSet, ChangedFile, CommitId};
use tempfile::TempDir;

use super::{Commands, call, zero_ended};
use crate::error::{Error, Failure};
use crate::patch::{FilePatch, parse_patch};
use crate::reader::{self, Reader};

/// One line of context, not none: with none, git cuts the common end off before it compares, and then slides a
/// block of added lines to another place than it shows to people.
const DIFF: [&str; 17] = [
    "diff",
    "--raw",
    "--numstat",
    "--patch",
    "-z",
    "--unified=1",
    "--inter-hunk-context=0",
    "-M50%",
    "-l1000",
    "-O/dev/null",
    "--diff-algorithm=myers",
    "--indent-heuristic",
    "--ignore-submodules=all",
    "--no-ext-diff",
    "--no-textconv",
    "--no-color",
    "--no-abbrev",
];

pub(super) fn changes(git: &Commands, base: &CommitId, end: ChangeEnd) -> Result<ChangeSet, Failure> {
    git.require(base)?;
    let prefixes = ["--src-prefix=a/", "--dst-prefix=b/"];
    let words = DIFF.into_iter().chain(prefixes).chain([base.as_str()]);
    let output = match end {
        ChangeEnd::Head => {
            let head = git.head()?.ok_or(Error::NoCommits)?;
            git.read(words.chain([head.as_str(), "--"]))?
        }
        ChangeEnd::WorkTree => {
            if git.bare {
                return Err(Error::Bare.into());
            }
            let index = with_untracked(git)?;
            let mut program = git.git(words.chain(["--"]));
            if let Some(index) = &index {
                program = program.env("GIT_INDEX_FILE", utf8(&index.path().join("index"))?);
            }
            call(&program, &[0])?.stdout
        }
    };
    let mut files = parse(&output)?;
    files.sort_by(|one, other| one.path.cmp(&other.path));
    Ok(ChangeSet { files })
}

/// `git diff` does not look at untracked files. So they are announced (`git add --intent-to-add`) in a copy of
/// the index. `None` where there are none.
fn with_untracked(git: &Commands) -> Result<Option<TempDir>, Failure> {
    let listed = git.read(["ls-files", "--others", "--exclude-standard", "-z"])?;
    // A name that ends with a slash is a repository inside this one.
    let names: Vec<&[u8]> = zero_ended(&listed).filter(|name| !name.ends_with(b"/")).collect();
    if names.is_empty() {
        return Ok(None);
    }
    let unable = |error: std::io::Error| Failure::Unable(format!("a temporary index: {error}"));
    let folder = TempDir::new().map_err(unable)?;
    let (index, list) = (folder.path().join("index"), folder.path().join("names"));
    copy_with_time(&Path::new(&git.own_folder).join("index"), &index).map_err(unable)?;
    let mut text = names.join(&0);
    text.push(0);
    fs::write(&list, text).map_err(unable)?;

    let list = format!("--pathspec-from-file={}", utf8(&list)?);
    let mut words = vec!["add", "--intent-to-add", &list, "--pathspec-file-nul"];
    if Path::new(&git.own_folder).join("info/sparse-checkout").exists() {
        words.push("--sparse");
    }
    let objects = git.common_folder.join("objects");
    let program = git
        .git(words)
        .env("GIT_INDEX_FILE", utf8(&index)?)
        // It stores an empty object, which shall not stay either.
        .env("GIT_OBJECT_DIRECTORY", utf8(folder.path())?)
        .env("GIT_ALTERNATE_OBJECT_DIRECTORIES", format!("{:?}", utf8(&objects)?));
    call(&program, &[0])?;
    Ok(Some(folder))
}

/// The time says which entries of an index may be out of date without showing it.
fn copy_with_time(from: &Path, to: &Path) -> std::io::Result<()> {
    let modified = match fs::metadata(from) {
        Ok(metadata) => metadata.modified()?,
        // Nothing was ever added.
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
    };
    fs::copy(from, to)?;
    File::options().write(true).open(to)?.set_modified(modified)
}

fn utf8(path: &Path) -> Result<String, Failure> {
    let text =
        path.to_str().ok_or_else(|| Failure::Unable(format!("the path {} is no UTF-8", path.display())))?;
    Ok(text.to_owned())
}

/// One entry of the raw part.
struct Entry<'a> {
    old_mode: u32,
    new_mode: u32,
    status: u8,
    old: &'a [u8],
    new: &'a [u8],
}

fn parse(output: &[u8]) -> Result<Vec<ChangedFile>, Failure> {
    let unreadable = || Failure::Unable("git printed a diff that can't be read".to_owned());
    let mut fields = Fields { rest: output };
    let mut entries = Vec::new();
    while fields.rest.first() == Some(&b':') {
        entries.push(raw_entry(&mut fields).ok_or_else(unreadable)?);
    }
    let mut binaries = HashMap::new();
    while !fields.rest.is_empty() && fields.rest.first() != Some(&0) {
        let (path, binary) = number_entry(&mut fields).ok_or_else(unreadable)?;
        binaries.insert(path, binary);
    }
    let patch = fields.rest.strip_prefix(b"\0").unwrap_or(fields.rest);
    let patches = parse_patch(patch).map_err(|error| Failure::Unable(error.to_string()))?;
    let mut patches: HashMap<_, FilePatch> =
        patches.into_iter().map(|patch| ((patch.old.clone(), patch.new.clone()), patch)).collect();

    let mut files = Vec::new();
    for entry in entries {
        let old = reader::is_regular(entry.old_mode).then(|| entry.old.to_vec());
        let new = reader::is_regular(entry.new_mode).then(|| entry.new.to_vec());
        let kind = match (&old, &new, entry.status) {
            // An unmerged file comes a second time, as what lies in the working tree.
            (_, _, b'U') | (None, None, _) => continue,
            (None, Some(_), _) => ChangeKind::Added,
            (Some(_), None, _) => ChangeKind::Deleted,
            (Some(_), Some(_), b'R') => ChangeKind::Renamed,
            (Some(_), Some(_), _) => ChangeKind::Modified,
        };
        let binary = binaries.get(entry.new).copied().unwrap_or_default();
        let patch = patches.remove(&(old, new)).unwrap_or_default();
        files.push(ChangedFile {
            path: reader::repo_path(entry.new)?,
            old_path: (kind == ChangeKind::Renamed).then(|| reader::repo_path(entry.old)).transpose()?,
            kind,
            binary,
            added: patch.added,
            removed: patch.removed,
        });
    }
    Ok(files)
}

/// `:100644 100755 <id> <id> R087` NUL old NUL new NUL
fn raw_entry<'a>(fields: &mut Fields<'a>) -> Option<Entry<'a>> {
    let head = std::str::from_utf8(fields.next()?.strip_prefix(b":")?).ok()?;
    let mut words = head.split(' ');
    let mut mode = || u32::from_str_radix(words.next()?, 8).ok();
    let (old_mode, new_mode) = (mode()?, mode()?);
    let status = *words.nth(2)?.as_bytes().first()?;
    let old = fields.next()?;
    let new = if matches!(status, b'R' | b'C') { fields.next()? } else { old };
    Some(Entry { old_mode, new_mode, status, old, new })
}

/// `3` TAB `1` TAB path NUL, or with nothing for the path, then old NUL new NUL. Dashes stand for a binary.
fn number_entry<'a>(fields: &mut Fields<'a>) -> Option<(&'a [u8], bool)> {
    let mut parts = fields.next()?.splitn(3, |&byte| byte == b'\t');
    let binary = parts.next()? == b"-";
    parts.next()?;
    let path = match parts.next()? {
        b"" => {
            fields.next()?;
            fields.next()?
        }
        path => path,
    };
    Some((path, binary))
}

struct Fields<'a> {
    rest: &'a [u8],
}

impl<'a> Fields<'a> {
    /// The bytes up to the next NUL, which there must be.
    fn next(&mut self) -> Option<&'a [u8]> {
        let end = self.rest.iter().position(|&byte| byte == 0)?;
        let field = &self.rest[..end];
        self.rest = &self.rest[end + 1..];
        Some(field)
    }
}
