//! Asks git repositories: the base of a change, its lines, files of other commits, tags and history.
//!
//! libgit2 answers in a fraction of the time a process takes, but there are repositories that it can't read:
//! partial clones, those with SHA-256 ids or tables of references, sparse indexes, files behind a filter
//! program. Those are asked about through the `git` program. Both give the same answers, which
//! `tests/differential.rs` holds them to.
//!
//! This crate decides nothing about what a change means and reads no environment. It fetches nothing and writes
//! nothing, neither index nor objects, but for the store of earlier commits' entries, and that only when told to
//! fetch or to record.

mod base;
mod binary;
mod error;
mod graph;
mod library;
mod patch;
mod program;
mod ranges;
mod reader;
mod renames;
mod store;
mod tags;

use std::path::{Path, PathBuf};

use gatewright_core::Host;
use gatewright_core::RepoPath;
use gatewright_core::repository::{
    Base, BaseRequest, ChangeEnd, ChangeSet, CommitId, Repository, RepositoryError,
};

use crate::error::{Error, Failure};
use crate::library::Library;
use crate::program::Commands;
use crate::reader::Reader;
pub use crate::tags::{Tag, compare_versions};

/// Answers for real repositories.
///
/// Symbolic links are no files here: a link that is added or changed is left out, as submodules are, a file that
/// becomes a link is deleted, and a link that becomes a file is added. To read one at a commit is an error.
/// A name that is no UTF-8 is shown as well as can be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Git;

/// The one value there is.
pub fn repository() -> Git {
    Git
}

impl Git {
    /// What a binary brings to a run: answers about the repository, and its store.
    pub fn host(&self) -> Host<'_> {
        Host { repository: self, store: self }
    }

    /// All tags of commits, by the versions in their names, oldest first.
    pub fn tags(&self, folder: &Path) -> Result<Vec<Tag>, RepositoryError> {
        BackEnd::Either.tags(folder)
    }

    /// `from` and its first parents, newest first, at most `limit`. Ends early where the clone's history is cut.
    pub fn first_parents(
        &self,
        folder: &Path,
        from: &CommitId,
        limit: usize,
    ) -> Result<Vec<CommitId>, RepositoryError> {
        BackEnd::Either.first_parents(folder, from, limit)
    }
}

/// Who is asked. Only tests need another than [`BackEnd::Either`], to hold one against the other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BackEnd {
    /// libgit2, and the `git` program where libgit2 can't tell.
    Either,
    /// libgit2 alone.
    Library,
    /// The `git` program alone.
    Program {
        /// Variables on top of the inherited environment.
        environment: Vec<(String, String)>,
    },
}

impl BackEnd {
    /// As [`Git::tags`].
    pub fn tags(&self, folder: &Path) -> Result<Vec<Tag>, RepositoryError> {
        let mut tags = self.ask(folder, |reader| reader.tags())?;
        tags.sort_by(|one, other| compare_versions(&one.name, &other.name));
        Ok(tags)
    }

    /// As [`Git::first_parents`].
    pub fn first_parents(
        &self,
        folder: &Path,
        from: &CommitId,
        limit: usize,
    ) -> Result<Vec<CommitId>, RepositoryError> {
        self.ask(folder, |reader| reader.history(from, limit))
    }

    fn ask<T>(
        &self,
        folder: &Path,
        question: impl Fn(&dyn Reader) -> Result<T, Failure>,
    ) -> Result<T, RepositoryError> {
        let answer = self.either(folder, |library| question(library), |program| question(program));
        answer.map_err(|failure| match failure {
            Failure::Known(error) => error.into(),
            Failure::Unable(reason) => Error::Unreadable(reason).into(),
        })
    }

    fn either<T>(
        &self,
        folder: &Path,
        library: impl Fn(&Library) -> Result<T, Failure>,
        program: impl Fn(&Commands) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        let library = || Library::open(folder).and_then(|reader| library(&reader));
        let program = |environment: &[(String, String)]| {
            Commands::open(folder, environment).and_then(|reader| program(&reader))
        };
        match self {
            Self::Library => library(),
            Self::Program { environment } => program(environment),
            Self::Either => match library() {
                Err(Failure::Unable(reason)) => {
                    tracing::debug!(reason, "libgit2 can't tell, asking the git program");
                    program(&[]).map_err(|failure| with_reason(failure, reason))
                }
                answer => answer,
            },
        }
    }
}

/// Without the program, what libgit2 said is the only clue.
fn with_reason(failure: Failure, reason: String) -> Failure {
    match failure {
        Failure::Known(Error::NoProgram { reason: program, .. }) => {
            Failure::Known(Error::NoProgram { reason: program, library: reason })
        }
        failure => failure,
    }
}

impl Repository for BackEnd {
    fn root(&self, folder: &Path) -> Result<Option<PathBuf>, RepositoryError> {
        match self.ask(folder, |reader| Ok(reader.root())) {
            Ok(root) => Ok(Some(root)),
            Err(error) if error.not_a_repository => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn head(&self, folder: &Path) -> Result<Option<CommitId>, RepositoryError> {
        self.ask(folder, |reader| reader.head())
    }

    fn base(&self, folder: &Path, request: &BaseRequest) -> Result<Option<Base>, RepositoryError> {
        self.ask(folder, |reader| base::find(reader, request))
    }

    fn file_at(
        &self,
        folder: &Path,
        commit: &CommitId,
        path: &RepoPath,
    ) -> Result<Option<Vec<u8>>, RepositoryError> {
        self.ask(folder, |reader| reader.file_at(commit, path))
    }

    fn changes(&self, folder: &Path, base: &Base, end: ChangeEnd) -> Result<ChangeSet, RepositoryError> {
        self.ask(folder, |reader| reader.changes(&base.commit, end))
    }

    fn tracked_files(&self, folder: &Path) -> Result<Vec<RepoPath>, RepositoryError> {
        self.ask(folder, |reader| reader.tracked_files())
    }
}

impl Repository for Git {
    fn root(&self, folder: &Path) -> Result<Option<PathBuf>, RepositoryError> {
        BackEnd::Either.root(folder)
    }

    fn head(&self, folder: &Path) -> Result<Option<CommitId>, RepositoryError> {
        BackEnd::Either.head(folder)
    }

    fn base(&self, folder: &Path, request: &BaseRequest) -> Result<Option<Base>, RepositoryError> {
        BackEnd::Either.base(folder, request)
    }

    fn file_at(
        &self,
        folder: &Path,
        commit: &CommitId,
        path: &RepoPath,
    ) -> Result<Option<Vec<u8>>, RepositoryError> {
        BackEnd::Either.file_at(folder, commit, path)
    }

    fn changes(&self, folder: &Path, base: &Base, end: ChangeEnd) -> Result<ChangeSet, RepositoryError> {
        BackEnd::Either.changes(folder, base, end)
    }

    fn tracked_files(&self, folder: &Path) -> Result<Vec<RepoPath>, RepositoryError> {
        BackEnd::Either.tracked_files(folder)
    }
}
