//! The changed lines, with libgit2. Knows how git compares a tree with files that lie in a folder, and leaves
//! to the program what libgit2 does otherwise than git: filter programs and other encodings.

use std::collections::{BTreeMap, HashSet};
use std::ffi::OsStr;
use std::path::Path;

use gatewright_core::repository::{ChangeEnd, ChangeKind, ChangeSet, ChangedFile, CommitId, LineRange};
use git2::{AttrCheckFlags, AttrValue, Delta, DiffOptions, IndexEntry, Oid, Patch, Repository, Tree};

use super::{Library, entry_at};
use crate::error::{Error, Failure};
use crate::reader::{self, Reader};
use crate::renames::{self, Candidate};
use crate::{binary, ranges};

/// Contents above this are never text, as with git's `core.bigFileThreshold`.
const BIG: u64 = 512 * 1024 * 1024;
/// Index entries whose file git does not look at: `git update-index --assume-unchanged`.
const ASSUME_VALID: u16 = 0x8000;
/// Index entries whose file a sparse checkout left out.
const SKIP_WORKTREE: u16 = 0x4000;

/// One side of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Side {
    /// There is nothing.
    Nothing,
    /// A regular file.
    File { id: Oid, executable: bool },
    /// A link or a submodule: no file, but the name is taken.
    Other,
}

impl Side {
    fn new(id: Oid, mode: u32) -> Self {
        if reader::is_regular(mode) { Self::File { id, executable: mode & 0o100 != 0 } } else { Self::Other }
    }

    fn file(self) -> Option<Oid> {
        match self {
            Self::File { id, .. } => Some(id),
            Self::Nothing | Self::Other => None,
        }
    }
}

/// By path.
type Sides = BTreeMap<Vec<u8>, (Side, Side)>;

pub(super) fn changes(library: &Library, base: &CommitId, end: ChangeEnd) -> Result<ChangeSet, Failure> {
    let repository = &library.repository;
    let base = library.find_commit(base)?.tree()?;
    // Contents that lie in the working tree are kept in memory while they are compared: nothing is written.
    let objects = repository.odb()?;
    let _memory = objects.add_new_mempack_backend(1000)?;
    let sides = match end {
        ChangeEnd::Head => {
            let head = library.head()?.ok_or(Error::NoCommits)?;
            between_trees(repository, &base, &library.find_commit(&head)?.tree()?)?
        }
        ChangeEnd::WorkTree => to_work_tree(repository, &base)?,
    };
    Ok(ChangeSet { files: compare(repository, sides)? })
}

fn options() -> DiffOptions {
    let mut options = DiffOptions::new();
    options.include_typechange(true).ignore_submodules(true).context_lines(0).interhunk_lines(0);
    options
}

fn between_trees(repository: &Repository, old: &Tree<'_>, new: &Tree<'_>) -> Result<Sides, Failure> {
    let diff = repository.diff_tree_to_tree(Some(old), Some(new), Some(&mut options()))?;
    let mut sides = Sides::new();
    for delta in diff.deltas() {
        let side = |file: git2::DiffFile<'_>| match file.id() {
            id if id.is_zero() => Side::Nothing,
            id => Side::new(id, file.mode().into()),
        };
        let path = delta.new_file().path_bytes().or_else(|| delta.old_file().path_bytes());
        let path = path.unwrap_or_default().to_vec();
        // A folder that becomes a file of its name comes as two deltas.
        let entry = sides.entry(path).or_insert((Side::Nothing, Side::Nothing));
        let (old, new) = (side(delta.old_file()), side(delta.new_file()));
        if old != Side::Nothing {
            entry.0 = old;
        }
        if new != Side::Nothing {
            entry.1 = new;
        }
    }
    Ok(sides)
}

fn to_work_tree(repository: &Repository, base: &Tree<'_>) -> Result<Sides, Failure> {
    let root = repository.workdir().ok_or(Error::Bare)?;
    let index = repository.index()?;
    let staged = repository.diff_tree_to_index(Some(base), Some(&index), Some(&mut options()))?;
    let mut look = options();
    look.include_untracked(true).recurse_untracked_dirs(true);
    let lying = repository.diff_index_to_workdir(Some(&index), Some(&mut look))?;

    // Whether the file that lies there has to be looked at: the index knows the others.
    let mut paths: BTreeMap<Vec<u8>, bool> = BTreeMap::new();
    for delta in staged.deltas() {
        paths.insert(path_of(&delta).to_vec(), delta.status() == Delta::Conflicted);
    }
    for delta in lying.deltas() {
        let path = path_of(&delta);
        // A repository inside this one.
        if !path.ends_with(b"/") {
            paths.insert(path.to_vec(), true);
        }
    }
    let mut sides = Sides::new();
    for (path, look) in paths {
        let file = bytes_to_path(&path)?;
        let old = match entry_at(base, file)? {
            Some(entry) if entry.kind() != Some(git2::ObjectType::Tree) => {
                Side::new(entry.id(), u32::try_from(entry.filemode()).unwrap_or_default())
            }
            _ => Side::Nothing,
        };
        let entry = index.get_path(file, 0);
        let new = match entry {
            Some(entry) if !look || is_left_out(&entry) => Side::new(entry.id, entry.mode),
            entry if look && !is_behind_link(root, file) => {
                lying_file(repository, &root.join(file), file, entry.as_ref(), old)?
            }
            _ => Side::Nothing,
        };
        sides.insert(path, (old, new));
    }
    Ok(sides)
}

fn path_of<'a>(delta: &git2::DiffDelta<'a>) -> &'a [u8] {
    delta.new_file().path_bytes().or_else(|| delta.old_file().path_bytes()).unwrap_or_default()
}

fn is_left_out(entry: &IndexEntry) -> bool {
    entry.flags & ASSUME_VALID != 0 || entry.flags_extended & SKIP_WORKTREE != 0
}

/// Whether one of the folders above a file is a link: then it lies elsewhere, and is gone from here.
fn is_behind_link(root: &Path, file: &Path) -> bool {
    let mut folders = file.ancestors().skip(1).filter(|folder| !folder.as_os_str().is_empty());
    folders.any(|folder| root.join(folder).is_symlink())
}

/// The file that lies in the working tree, as `git add` would store it.
fn lying_file(
    repository: &Repository,
    place: &Path,
    path: &Path,
    entry: Option<&IndexEntry>,
    old: Side,
) -> Result<Side, Failure> {
    let Ok(found) = place.symlink_metadata() else { return Ok(Side::Nothing) };
    if found.is_symlink() {
        return Ok(Side::Other);
    }
    if found.is_dir() {
        // The place of a file taken by a folder; that of a submodule keeps its name.
        let submodule = entry.is_some_and(|entry| !reader::is_regular(entry.mode));
        return Ok(if submodule { Side::Other } else { Side::Nothing });
    }
    if !found.is_file() {
        return Ok(Side::Nothing);
    }
    for attribute in ["filter", "working-tree-encoding"] {
        if let AttrValue::String(value) = attribute_of(repository, path, attribute)? {
            return Err(Failure::Unable(format!("the attribute {attribute}={value} of {}", path.display())));
        }
    }
    let executable = match (repository.config()?.get_bool("core.filemode").unwrap_or(true), entry, old) {
        (true, ..) => is_executable(&found),
        (false, Some(entry), _) => entry.mode & 0o100 != 0,
        (false, None, Side::File { executable, .. }) => executable,
        (false, None, _) => false,
    };
    Ok(Side::File { id: repository.blob_path(place)?, executable })
}

#[cfg(unix)]
fn is_executable(found: &std::fs::Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt;
    found.permissions().mode() & 0o100 != 0
}

#[cfg(not(unix))]
fn is_executable(_: &std::fs::Metadata) -> bool {
    false
}

#[cfg(unix)]
#[expect(clippy::unnecessary_wraps, reason = "on other systems not every name can be a path")]
fn bytes_to_path(bytes: &[u8]) -> Result<&Path, Failure> {
    use std::os::unix::ffi::OsStrExt;
    Ok(Path::new(OsStr::from_bytes(bytes)))
}

#[cfg(not(unix))]
fn bytes_to_path(bytes: &[u8]) -> Result<&Path, Failure> {
    let text = std::str::from_utf8(bytes).map_err(|error| Failure::Unable(error.to_string()))?;
    Ok(Path::new(OsStr::new(text)))
}

fn attribute_of<'a>(repository: &'a Repository, path: &Path, name: &str) -> Result<AttrValue<'a>, Failure> {
    Ok(AttrValue::from_string(repository.get_attr(path, name, AttrCheckFlags::FILE_THEN_INDEX)?))
}

/// From two sides of every path to changed lines.
fn compare(repository: &Repository, sides: Sides) -> Result<Vec<ChangedFile>, Failure> {
    let sides: Vec<_> = sides.into_iter().filter(|(_, (old, new))| old != new).collect();
    let source_of = find_renames(repository, &sides)?;
    let sources: HashSet<usize> = source_of.values().copied().collect();
    let mut files = Vec::new();
    for (index, (path, (old, new))) in sides.iter().enumerate() {
        if sources.contains(&index) {
            continue;
        }
        let source = source_of.get(&index).map(|&source| &sides[source]);
        let (old_path, old) = source.map_or((path, *old), |(path, (old, _))| (path, *old));
        let kind = match (old, *new) {
            (Side::File { .. }, Side::File { .. }) if source.is_some() => ChangeKind::Renamed,
            (Side::File { .. }, Side::File { .. }) => ChangeKind::Modified,
            (Side::File { .. }, _) => ChangeKind::Deleted,
            (_, Side::File { .. }) => ChangeKind::Added,
            _ => continue,
        };
        let (binary, added, removed) = lines(repository, (old_path, old.file()), (path, new.file()))?;
        files.push(ChangedFile {
            path: reader::repo_path(path)?,
            old_path: source.map(|(path, _)| reader::repo_path(path)).transpose()?,
            kind,
            binary,
            added,
            removed,
        });
    }
    files.sort_by(|one, other| one.path.cmp(&other.path));
    Ok(files)
}

/// Indices of new files with those of the lost files that they were.
fn find_renames(
    repository: &Repository,
    sides: &[(Vec<u8>, (Side, Side))],
) -> Result<BTreeMap<usize, usize>, Failure> {
    let one_sided = |gone: bool| {
        sides.iter().enumerate().filter_map(move |(index, (path, (old, new)))| match (old, new) {
            (Side::File { id, .. }, Side::Nothing) if gone => Some((index, path, *id)),
            (Side::Nothing, Side::File { id, .. }) if !gone => Some((index, path, *id)),
            _ => None,
        })
    };
    if one_sided(true).next().is_none() || one_sided(false).next().is_none() {
        return Ok(BTreeMap::new());
    }
    let objects = repository.odb()?;
    let candidates = |gone: bool| -> Result<(Vec<usize>, Vec<Candidate<'_>>), Failure> {
        let mut found = (Vec::new(), Vec::new());
        for (index, path, id) in one_sided(gone) {
            let size = objects.read_header(id)?.0 as u64;
            found.0.push(index);
            found.1.push(Candidate { path, id, size });
        }
        Ok(found)
    };
    let ((gone_at, gone), (new_at, new)) = (candidates(true)?, candidates(false)?);
    let load = |id: Oid| Ok(objects.read(id)?.data().to_vec());
    let pairs = renames::pair(&gone, &new, &load)?;
    Ok(pairs.into_iter().map(|(gone, new)| (new_at[new], gone_at[gone])).collect())
}

type Lines = (bool, Vec<LineRange>, Vec<LineRange>);

/// Whether it is binary, the added and the removed lines.
fn lines(
    repository: &Repository,
    old: (&[u8], Option<Oid>),
    new: (&[u8], Option<Oid>),
) -> Result<Lines, Failure> {
    let blob = |id: Option<Oid>| id.map(|id| repository.find_blob(id)).transpose();
    let (old_blob, new_blob) = (blob(old.1)?, blob(new.1)?);
    for (path, blob) in [(old.0, &old_blob), (new.0, &new_blob)] {
        if let Some(blob) = blob
            && is_binary(repository, bytes_to_path(path)?, blob.content())?
        {
            return Ok((true, Vec::new(), Vec::new()));
        }
    }
    let (mut added, mut removed) = (Vec::new(), Vec::new());
    match (&old_blob, &new_blob) {
        (Some(old), Some(new)) if old.id() != new.id() => {
            let mut options = options();
            options.indent_heuristic(true).force_text(true);
            let patch = Patch::from_blobs(old, None, new, None, Some(&mut options))?;
            for index in 0..patch.num_hunks() {
                let (hunk, _) = patch.hunk(index)?;
                ranges::extend(&mut removed, hunk.old_start(), hunk.old_lines());
                ranges::extend(&mut added, hunk.new_start(), hunk.new_lines());
            }
        }
        (None, Some(new)) => added = ranges::whole(new.content()),
        (Some(old), None) => removed = ranges::whole(old.content()),
        _ => {}
    }
    Ok((false, added, removed))
}

fn is_binary(repository: &Repository, path: &Path, content: &[u8]) -> Result<bool, Failure> {
    let told = match attribute_of(repository, path, "diff")? {
        AttrValue::True => Some(false),
        AttrValue::False => Some(true),
        AttrValue::String(driver) => repository.config()?.get_bool(&format!("diff.{driver}.binary")).ok(),
        AttrValue::Bytes(_) | AttrValue::Unspecified => None,
    };
    let big = content.len() as u64 > BIG;
    Ok(told.unwrap_or_else(|| big || binary::looks_binary(content)))
}
