//! Everything that can be wrong with a repository, and the next step for each. Knows no back end; what a
//! back end says in its own words is only ever the last part of a message.

use std::path::PathBuf;

use gatewright_core::repository::{CommitId, RepositoryError};

use crate::store::fault::Fault;

/// Why the repository gave no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Error {
    #[error("there is no git repository here")]
    NoRepository,
    #[error("there is no folder `{}`", .0.display())]
    NoFolder(PathBuf),
    #[error("`{}` leads to no usable git repository", .0.display())]
    Broken(PathBuf),
    #[error("git refuses to read `{}`, because another user owns it", .0.display())]
    OtherOwner(PathBuf),
    #[error("git was led to another repository than the one around `{}`", .0.display())]
    OtherRepository(PathBuf),
    #[error("the repository has no commit yet")]
    NoCommits,
    #[error("the repository is bare, it has no files to compare")]
    Bare,
    #[error("there is no revision `{text}`; tried {}", quoted(.tried))]
    UnknownRevision { text: String, tried: Vec<String>, near: Vec<String>, shallow: bool },
    #[error("the commit {} is not in this clone", .id.short())]
    MissingCommit { id: CommitId, shallow: bool },
    #[error("HEAD is the merge of the pull request, but its first parent {} is not in this clone", .parent.short())]
    MissingMergeParent { parent: CommitId },
    #[error("the merge base of HEAD and {other} can't be told, because the history of this clone is cut off")]
    HistoryCut { other: String },
    #[error("HEAD and {other} have no common history")]
    NoCommonHistory { other: String },
    #[error("the event names no base commit, and HEAD is no merge of its head commit")]
    NoBaseInEvent,
    #[error("the event's base commit `{0}` is no full commit id")]
    BadBaseInEvent(String),
    #[error("origin/HEAD points to `{0}`, which is not in this clone")]
    DanglingRemoteHead(String),
    #[error("`{path}` is a symbolic link in {}", .commit.short())]
    SymbolicLink { path: String, commit: CommitId },
    #[error("the repository holds a file whose path `{0}` leads out of it")]
    BadPath(String),
    #[error("the git program can't be run: {reason}; without it the repository can't be read: {library}")]
    NoProgram { reason: String, library: String },
    #[error("the repository can't be read: {0}")]
    Unreadable(String),
    #[error(transparent)]
    Store(#[from] Fault),
}

const WHOLE_HISTORY: &str = "Fetch the whole history: set `fetch-depth: 0` on actions/checkout, or run \
    `git fetch --unshallow`.";

impl Error {
    /// The next step: full sentences.
    pub(crate) fn help(&self) -> String {
        match self {
            Self::NoRepository => {
                "Run inside a clone of the repository; in a workflow, put actions/checkout before this step."
            }
            Self::NoFolder(_) => "Check the working directory; in a workflow, put actions/checkout before this step.",
            Self::Broken(_) => "Clone the repository again, or run `git worktree repair` where it is a worktree.",
            Self::OtherOwner(root) => {
                return format!(
                    "If you trust it, run `git config --global --add safe.directory {}` before this step.",
                    shell_word(&root.display().to_string())
                );
            }
            Self::OtherRepository(_) => "Unset the environment variable GIT_DIR for this step.",
            Self::NoCommits => "Commit something first.",
            Self::Bare => "Run in a clone that has a working tree.",
            Self::UnknownRevision { near, shallow, .. } => return unknown_revision_help(near, *shallow),
            Self::MissingCommit { shallow: true, .. } | Self::HistoryCut { .. } => WHOLE_HISTORY,
            Self::MissingCommit { id, .. } => {
                return format!("Fetch it: `git fetch origin {}`.", id.as_str());
            }
            Self::MissingMergeParent { .. } => {
                "Fetch one commit more: set `fetch-depth: 2` on actions/checkout, or run `git fetch --deepen=1`."
            }
            Self::NoCommonHistory { .. } => "Name a base that the checked out commit descends from.",
            Self::NoBaseInEvent | Self::BadBaseInEvent(_) => "Name the base explicitly.",
            Self::DanglingRemoteHead(_) => {
                "Run `git fetch origin` and `git remote set-head origin --auto`, or name the base explicitly."
            }
            Self::SymbolicLink { .. } => "Put a regular file in its place: links are not followed inside a commit.",
            Self::BadPath(_) => "No git program writes such a commit; find out who made it.",
            Self::NoProgram { .. } => "Install git 2.31 or newer, and make sure that it is on PATH.",
            Self::Store(fault) => return fault.help(),
            Self::Unreadable(_) => "Run `git fsck` in the repository; if it finds errors, clone it again.",
        }
        .to_owned()
    }
}

impl From<Error> for RepositoryError {
    fn from(error: Error) -> Self {
        Self {
            message: error.to_string(),
            help: error.help(),
            not_a_repository: matches!(error, Error::NoRepository),
        }
    }
}

/// What one back end says to a question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Failure {
    /// The answer is this error, whoever is asked.
    Known(Error),
    /// This back end can't tell; the other may. In its own words.
    Unable(String),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Known(error)
    }
}

impl From<git2::Error> for Failure {
    fn from(error: git2::Error) -> Self {
        Self::Unable(error.message().to_owned())
    }
}

fn unknown_revision_help(near: &[String], shallow: bool) -> String {
    let cut = "The history of this clone is cut off: set `fetch-depth: 0` on actions/checkout, or run \
        `git fetch --unshallow`.";
    match (near, shallow) {
        ([], false) => {
            "Name a branch, a tag or a commit of this clone; `git branch --all` lists the branches.".into()
        }
        ([], true) => cut.into(),
        (near, false) => format!("Did you mean {}?", quoted(near)),
        (near, true) => format!("Did you mean {}? {cut}", quoted(near)),
    }
}

fn quoted(texts: &[String]) -> String {
    texts.iter().map(|text| format!("`{text}`")).collect::<Vec<_>>().join(", ")
}

fn shell_word(text: &str) -> String {
    let plain = |char: char| char.is_alphanumeric() || "/\\:._-+@~".contains(char);
    if text.chars().all(plain) { text.to_owned() } else { format!("'{}'", text.replace('\'', r"'\''")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_with_a_space_is_quoted_for_the_shell() {
        assert_eq!(shell_word("/w/repo"), "/w/repo");
        assert_eq!(shell_word("/w/my 'repo"), r"'/w/my '\''repo'");
    }
}
