//! A repository opened with libgit2. Knows libgit2; whatever libgit2 can't do becomes [`Failure::Unable`].

mod changes;
mod objects;

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

use gatewright_core::RepoPath;
use gatewright_core::repository::{ChangeEnd, ChangeSet, CommitId};
use git2::{ErrorClass, ErrorCode, ObjectType, Oid, RepositoryOpenFlags};

use crate::Tag;
use crate::error::{Error, Failure};
use crate::graph::Graph;
use crate::reader::{self, Reader, RemoteHead};

/// An opened repository.
pub(crate) struct Library {
    repository: git2::Repository,
}

impl Library {
    /// Opens the repository around a folder.
    pub(crate) fn open(folder: &Path) -> Result<Self, Failure> {
        let folder = reader::absolute_folder(folder)?;
        let ceilings: [&Path; 0] = [];
        match git2::Repository::open_ext(&folder, RepositoryOpenFlags::empty(), ceilings) {
            Ok(repository) => Ok(Self { repository }),
            Err(error) if error.code() == ErrorCode::NotFound => match unusable_link(&folder) {
                Some(link) => Err(Error::Broken(link).into()),
                None => Err(Error::NoRepository.into()),
            },
            // The program knows more ways to call a folder safe, and has the last word.
            Err(error) => Err(error.into()),
        }
    }

    fn find_commit(&self, id: &CommitId) -> Result<git2::Commit<'_>, Failure> {
        let oid = oid(id)?;
        self.repository.find_commit(oid).map_err(|error| match error.code() {
            ErrorCode::NotFound => {
                Error::MissingCommit { id: id.clone(), shallow: self.repository.is_shallow() }.into()
            }
            _ => error.into(),
        })
    }

    fn reference(&self, name: &str) -> Result<Option<git2::Reference<'_>>, Failure> {
        present(self.repository.find_reference(name))
    }
}

/// The nearest `.git` at or above a folder in which no repository was found. An empty folder is no attempt at one.
fn unusable_link(folder: &Path) -> Option<PathBuf> {
    let links = folder.ancestors().map(|folder| folder.join(".git"));
    links.into_iter().find(|link| match link.read_dir() {
        Ok(mut entries) => entries.next().is_some(),
        Err(_) => link.is_file(),
    })
}

fn present<T>(answer: Result<T, git2::Error>) -> Result<Option<T>, Failure> {
    match answer {
        Ok(value) => Ok(Some(value)),
        Err(error) if error.code() == ErrorCode::NotFound => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// The entry of a path. Only a tree that can be read says that there is none: in a partial clone, whole
/// folders are missing.
fn entry_at<'tree>(tree: &git2::Tree<'tree>, path: &Path) -> Result<Option<git2::TreeEntry<'tree>>, Failure> {
    match tree.get_path(path) {
        Err(error) if error.class() != ErrorClass::Tree => Err(error.into()),
        answer => present(answer),
    }
}

fn oid(id: &CommitId) -> Result<Oid, Failure> {
    Ok(Oid::from_str(id.as_str())?)
}

fn commit_id(oid: Oid) -> CommitId {
    CommitId::new(&oid.to_string()).expect("libgit2 writes ids in lower-case hexadecimal digits")
}

impl Reader for Library {
    fn root(&self) -> PathBuf {
        let root = self.repository.workdir().unwrap_or_else(|| self.repository.path());
        // Collected anew, because libgit2 ends folders with a slash.
        root.components().collect()
    }

    fn head(&self) -> Result<Option<CommitId>, Failure> {
        Ok(present(self.repository.refname_to_id("HEAD"))?.map(commit_id))
    }

    fn resolve(&self, revision: &str) -> Result<Option<CommitId>, Failure> {
        let object = self.repository.revparse_single(revision);
        match object.and_then(|object| object.peel_to_commit()) {
            Ok(commit) => Ok(Some(commit_id(commit.id()))),
            Err(error) => match error.code() {
                ErrorCode::NotFound | ErrorCode::InvalidSpec | ErrorCode::Ambiguous | ErrorCode::Peel => {
                    Ok(None)
                }
                _ => Err(error.into()),
            },
        }
    }

    fn written_parents(&self, commit: &CommitId) -> Result<Option<Vec<CommitId>>, Failure> {
        // The object itself is read, because libgit2 leaves out the parents of a cut commit.
        let odb = self.repository.odb()?;
        let object = present(odb.read(oid(commit)?))?;
        let object = object.filter(|object| object.kind() == ObjectType::Commit);
        Ok(object.map(|object| reader::parents_in(object.data())))
    }

    fn commit_time(&self, commit: &CommitId) -> Result<i64, Failure> {
        Ok(self.find_commit(commit)?.time().seconds())
    }

    fn merge_bases(&self, one: &CommitId, other: &CommitId) -> Result<Vec<CommitId>, Failure> {
        match self.repository.merge_bases(oid(one)?, oid(other)?) {
            Ok(bases) => Ok(bases.iter().copied().map(commit_id).collect()),
            // Not found is said of a commit that is missing on the way as well.
            Err(error) if error.class() == ErrorClass::Merge && error.code() == ErrorCode::NotFound => {
                Ok(Vec::new())
            }
            Err(error) => Err(error.into()),
        }
    }

    fn cut_commits(&self) -> Result<HashSet<CommitId>, Failure> {
        reader::read_cut_commits(self.repository.commondir())
    }

    fn graph(&self, tips: [&CommitId; 2]) -> Result<Graph, Failure> {
        let mut graph: HashMap<CommitId, Vec<CommitId>> = HashMap::new();
        let mut open: Vec<CommitId> = tips.into_iter().cloned().collect();
        while let Some(id) = open.pop() {
            if let Entry::Vacant(entry) = graph.entry(id) {
                // Cut commits have no parents here.
                let commit = self.find_commit(entry.key())?;
                let parents: Vec<CommitId> = commit.parent_ids().map(commit_id).collect();
                open.extend(parents.iter().cloned());
                entry.insert(parents);
            }
        }
        Ok(graph)
    }

    fn remote_head(&self) -> Result<RemoteHead, Failure> {
        let Some(reference) = self.reference("refs/remotes/origin/HEAD")? else {
            return Ok(RemoteHead::Absent);
        };
        let target = reference.symbolic_target()?.unwrap_or("refs/remotes/origin/HEAD");
        let name = target.strip_prefix("refs/remotes/").unwrap_or(target).to_owned();
        Ok(match present(reference.resolve())? {
            Some(resolved) => RemoteHead::At { name, commit: commit_id(resolved.peel_to_commit()?.id()) },
            None => RemoteHead::Dangling(name),
        })
    }

    fn reference_names(&self) -> Result<Vec<String>, Failure> {
        let mut names = Vec::new();
        for reference in self.repository.references()? {
            let reference = reference?;
            if (reference.is_branch() || reference.is_remote() || reference.is_tag())
                && let Ok(name) = reference.shorthand()
            {
                names.push(name.to_owned());
            }
        }
        Ok(names)
    }

    fn file_at(&self, commit: &CommitId, path: &RepoPath) -> Result<Option<Vec<u8>>, Failure> {
        let tree = self.find_commit(commit)?.tree()?;
        let Some(entry) = entry_at(&tree, Path::new(path.as_str()))? else { return Ok(None) };
        let mode = u32::try_from(entry.filemode()).unwrap_or_default();
        if entry.kind() != Some(ObjectType::Blob) {
            return Ok(None);
        }
        if !reader::is_regular(mode) {
            return Err(Error::SymbolicLink { path: path.to_string(), commit: commit.clone() }.into());
        }
        Ok(Some(self.repository.find_blob(entry.id())?.content().to_vec()))
    }

    fn changes(&self, base: &CommitId, end: ChangeEnd) -> Result<ChangeSet, Failure> {
        changes::changes(self, base, end)
    }

    fn tracked_files(&self) -> Result<Vec<RepoPath>, Failure> {
        let mut index = self.repository.index()?;
        if self.repository.is_bare() {
            let Some(head) = self.head()? else { return Ok(Vec::new()) };
            index = git2::Index::new()?;
            index.read_tree(&self.find_commit(&head)?.tree()?)?;
        }
        let entries = index.iter().filter(|entry| reader::is_regular(entry.mode));
        let mut paths = entries.map(|entry| reader::repo_path(&entry.path)).collect::<Result<Vec<_>, _>>()?;
        paths.sort();
        paths.dedup();
        Ok(paths)
    }

    fn tags(&self) -> Result<Vec<Tag>, Failure> {
        let mut tags = Vec::new();
        for reference in self.repository.references_glob("refs/tags/*")? {
            let reference = reference?;
            let name = String::from_utf8_lossy(reference.name_bytes());
            let name = name.strip_prefix("refs/tags/").unwrap_or(&name).to_owned();
            // A tag of a tree or a file is no tag of a commit.
            match reference.peel(ObjectType::Any)?.into_commit() {
                Ok(commit) => tags.push(Tag { name, commit: commit_id(commit.id()) }),
                Err(other) => tracing::debug!(name, kind = ?other.kind(), "a tag of no commit"),
            }
        }
        Ok(tags)
    }

    fn history(&self, from: &CommitId, limit: usize) -> Result<Vec<CommitId>, Failure> {
        let mut history = Vec::new();
        let mut next = Some(from.clone());
        while let Some(id) = next.filter(|_| history.len() < limit) {
            next = self.find_commit(&id)?.parent_ids().next().map(commit_id);
            history.push(id);
        }
        Ok(history)
    }
}
