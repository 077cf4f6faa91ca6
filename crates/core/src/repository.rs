//! What an action may ask of the repository under it. `gatewright-git` answers; core and the concerns only
//! know these questions, and a binary that needs none of them links no git.

use std::path::Path;

use crate::RepoPath;

/// The full id of a commit: 40 (SHA-1) or 64 (SHA-256) lower-case hexadecimal digits.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CommitId(String);

impl CommitId {
    /// Reads a full id.
    pub fn new(text: &str) -> Option<Self> {
        let hex = text.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte));
        (hex && matches!(text.len(), 40 | 64)).then(|| Self(text.to_owned()))
    }

    /// All digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The first ten digits, for readers.
    pub fn short(&self) -> &str {
        &self.0[..10]
    }
}

/// What the event tells about the change under review. Absent on a laptop.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReviewEvent {
    /// The head commit of the pull request or merge group.
    pub head_sha: Option<String>,
    /// The base commit as the event knew it; on a pull request it may be weeks old.
    pub base_sha: Option<String>,
}

/// Where the base of a change is to be looked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BaseRequest {
    /// The user named it: a branch, tag, commit or expression such as `HEAD~3`.
    Explicit(String),
    /// A pull request or merge group: `HEAD^1` where HEAD is a merge whose second parent is the event's head,
    /// else the merge base with the event's base commit; never another parent.
    Review(ReviewEvent),
    /// A laptop: the merge base with `origin/HEAD`.
    Local,
}

/// The commit that a change is compared with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Base {
    /// The commit from which the changed lines are counted: the merge base, or `HEAD^1` of a merge ref.
    pub commit: CommitId,
    /// The tip of the base: where the configuration of a review is read. Equals `commit` for a merge ref.
    pub tip: CommitId,
    /// How it was found, for readers: "HEAD^1 of the merge commit", "merge base with origin/main".
    pub found_as: String,
}

/// Which state of the tree a change ends at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChangeEnd {
    /// The commit that is checked out: what CI judges.
    Head,
    /// The files as they lie there, untracked ones that are not ignored included: what a laptop judges.
    WorkTree,
}

/// Lines `first..=last` of a file, 1-based.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LineRange {
    /// The first line.
    pub first: u32,
    /// The last line, not below the first.
    pub last: u32,
}

/// What happened to a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChangeKind {
    /// It is new.
    Added,
    /// It was there before.
    Modified,
    /// It had another path before.
    Renamed,
    /// It is gone.
    Deleted,
}

/// One file of a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangedFile {
    /// Its path now, or the last one when it is gone.
    pub path: RepoPath,
    /// Its path before, when that differs.
    pub old_path: Option<RepoPath>,
    /// What happened to it.
    pub kind: ChangeKind,
    /// It is not text: no line is known to have changed.
    pub binary: bool,
    /// Lines of the new file that are added or modified, ascending, not touching each other.
    pub added: Vec<LineRange>,
    /// Lines of the old file that are gone or were modified, ascending, not touching each other.
    pub removed: Vec<LineRange>,
}

/// All files of a change, sorted by path. Submodules are left out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ChangeSet {
    /// The files.
    pub files: Vec<ChangedFile>,
}

/// Why the repository gave no answer. Both texts are shown to the user.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct RepositoryError {
    /// What is wrong, lower case, without a full stop.
    pub message: String,
    /// The next step: a full sentence.
    pub help: String,
    /// There is no repository at all here, as opposed to one that can't answer.
    pub not_a_repository: bool,
}

/// The questions. One implementor asks git, the other answers for folders that are no repository.
pub trait Repository {
    /// The repository's root folder, or `None` where `folder` is in no repository.
    fn root(&self, folder: &Path) -> Result<Option<std::path::PathBuf>, RepositoryError>;

    /// The commit that is checked out, or `None` in a repository without commits.
    fn head(&self, folder: &Path) -> Result<Option<CommitId>, RepositoryError>;

    /// The commit that the change is compared with. `Ok(None)` only for [`BaseRequest::Local`] in a
    /// repository without `origin/HEAD`.
    fn base(&self, folder: &Path, request: &BaseRequest) -> Result<Option<Base>, RepositoryError>;

    /// A file's bytes in a commit; `None` when the commit has no such file.
    fn file_at(
        &self,
        folder: &Path,
        commit: &CommitId,
        path: &RepoPath,
    ) -> Result<Option<Vec<u8>>, RepositoryError>;

    /// The lines that changed since the base; renames are followed.
    fn changes(&self, folder: &Path, base: &Base, end: ChangeEnd) -> Result<ChangeSet, RepositoryError>;

    /// All files that git tracks, sorted.
    fn tracked_files(&self, folder: &Path) -> Result<Vec<RepoPath>, RepositoryError>;
}

/// Answers for an action that needs no repository: there is none.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoRepository;

impl NoRepository {
    fn none<T>() -> Result<T, RepositoryError> {
        Err(RepositoryError {
            message: "there is no git repository here".to_owned(),
            help:
                "Run inside a clone of the repository; in a workflow, put actions/checkout before this step."
                    .to_owned(),
            not_a_repository: true,
        })
    }
}

impl Repository for NoRepository {
    fn root(&self, _: &Path) -> Result<Option<std::path::PathBuf>, RepositoryError> {
        Ok(None)
    }

    fn head(&self, _: &Path) -> Result<Option<CommitId>, RepositoryError> {
        Ok(None)
    }

    fn base(&self, _: &Path, _: &BaseRequest) -> Result<Option<Base>, RepositoryError> {
        Self::none()
    }

    fn file_at(&self, _: &Path, _: &CommitId, _: &RepoPath) -> Result<Option<Vec<u8>>, RepositoryError> {
        Self::none()
    }

    fn changes(&self, _: &Path, _: &Base, _: ChangeEnd) -> Result<ChangeSet, RepositoryError> {
        Self::none()
    }

    fn tracked_files(&self, _: &Path) -> Result<Vec<RepoPath>, RepositoryError> {
        Self::none()
    }
}
