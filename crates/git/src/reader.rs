//! What a back end must be able to tell about an opened repository. The decisions above it (which base, what a
//! missing parent means) are written once, in terms of these questions. Knows no back end.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use gatewright_core::RepoPath;
use gatewright_core::repo_path::RepoPathError;
use gatewright_core::repository::{ChangeEnd, ChangeSet, CommitId};

use crate::Tag;
use crate::error::{Error, Failure};
use crate::graph::Graph;

/// What `refs/remotes/origin/HEAD` says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum RemoteHead {
    /// There is none.
    Absent,
    /// It names a branch that is not there.
    Dangling(String),
    /// The short name of its branch, such as `origin/main`, and the commit.
    At { name: String, commit: CommitId },
}

/// An opened repository.
pub(crate) trait Reader {
    /// The folder of its files, or the repository itself when it is bare.
    fn root(&self) -> PathBuf;

    /// The commit that is checked out; `None` before the first one.
    fn head(&self) -> Result<Option<CommitId>, Failure>;

    /// The commit that a revision names.
    fn resolve(&self, revision: &str) -> Result<Option<CommitId>, Failure>;

    /// The parents as the commit itself names them, whether or not they are there. `None` without the commit.
    fn written_parents(&self, commit: &CommitId) -> Result<Option<Vec<CommitId>>, Failure>;

    /// Seconds since 1970 at which it was committed.
    fn commit_time(&self, commit: &CommitId) -> Result<i64, Failure>;

    /// All best common ancestors. Only asked where no history is missing.
    fn merge_bases(&self, one: &CommitId, other: &CommitId) -> Result<Vec<CommitId>, Failure>;

    /// The commits whose parents were cut off.
    fn cut_commits(&self) -> Result<HashSet<CommitId>, Failure>;

    /// Everything that the tips reach, cut commits without their parents.
    fn graph(&self, tips: [&CommitId; 2]) -> Result<Graph, Failure>;

    /// Where the remote's default branch is.
    fn remote_head(&self) -> Result<RemoteHead, Failure>;

    /// Short names of all branches and tags, remote ones included.
    fn reference_names(&self) -> Result<Vec<String>, Failure>;

    /// The bytes of a regular file.
    fn file_at(&self, commit: &CommitId, path: &RepoPath) -> Result<Option<Vec<u8>>, Failure>;

    /// What changed since the commit, sorted by path.
    fn changes(&self, base: &CommitId, end: ChangeEnd) -> Result<ChangeSet, Failure>;

    /// Regular files of the index, or of HEAD where there is no index; sorted, each once.
    fn tracked_files(&self) -> Result<Vec<RepoPath>, Failure>;

    /// Tags of commits, in any order.
    fn tags(&self) -> Result<Vec<Tag>, Failure>;

    /// The commit and its first parents, newest first, up to `limit`.
    fn history(&self, from: &CommitId, limit: usize) -> Result<Vec<CommitId>, Failure>;
}

/// The folder to start from. Links are not followed: that would change its form on some systems.
pub(crate) fn absolute_folder(folder: &Path) -> Result<PathBuf, Error> {
    let absolute = std::path::absolute(folder).ok().filter(|absolute| absolute.is_dir());
    absolute.ok_or_else(|| Error::NoFolder(folder.to_owned()))
}

/// The parents in the text of a commit.
pub(crate) fn parents_in(commit: &[u8]) -> Vec<CommitId> {
    let header = commit.split(|&byte| byte == b'\n').take_while(|line| !line.is_empty());
    let parents = header.filter_map(|line| line.strip_prefix(b"parent "));
    parents.filter_map(|id| CommitId::new(std::str::from_utf8(id).ok()?)).collect()
}

/// The commits in the file `shallow` of a repository.
pub(crate) fn read_cut_commits(common_folder: &Path) -> Result<HashSet<CommitId>, Failure> {
    match std::fs::read_to_string(common_folder.join("shallow")) {
        Ok(text) => Ok(text.lines().filter_map(|line| CommitId::new(line.trim())).collect()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(HashSet::new()),
        Err(error) => Err(Failure::Unable(format!("the list of cut commits: {error}"))),
    }
}

/// A path as git holds it. Bytes that are no UTF-8 become U+FFFD: the path is then for readers only.
pub(crate) fn repo_path(bytes: &[u8]) -> Result<RepoPath, Error> {
    let text = String::from_utf8_lossy(bytes);
    RepoPath::from_git(&text).map_err(|error: RepoPathError| {
        tracing::debug!(%error, "a path in the repository");
        Error::BadPath(text.into_owned())
    })
}

/// Whether a mode in a tree is that of a regular file; links and submodules are none.
pub(crate) fn is_regular(mode: u32) -> bool {
    mode & 0o170_000 == 0o100_000
}
