//! What a back end must be able to tell about the store's objects. Where entries lie in them is written once, above.

use gatewright_core::repository::CommitId;

use crate::error::Failure;
use crate::reader::Reader;

/// The reference that holds the store.
pub(crate) const REFERENCE: &str = "refs/gatewright/v1";
/// No blob of the store is as large; a larger one is not read into memory.
pub(crate) const MOST_BLOB: u64 = 256 << 20;

/// What the reference holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Tip {
    /// There is no reference.
    Absent,
    /// A commit.
    Commit(CommitId),
    /// An object of another kind.
    Other(String),
}

/// One entry of a tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Item {
    /// Its name; bytes that are no UTF-8 become U+FFFD, which no name of ours holds.
    pub(crate) name: String,
    /// Its object.
    pub(crate) id: String,
    /// What it is.
    pub(crate) kind: ItemKind,
    /// The length of a file, where it was listed.
    pub(crate) bytes: Option<u64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ItemKind {
    File,
    Folder,
    Other,
}

/// A file's bytes, or why they can't be had.
pub(crate) type Blob = Result<Vec<u8>, String>;

/// The objects of an opened repository.
pub(crate) trait Objects: Reader {
    /// What the store's reference holds.
    fn tip(&self) -> Result<Tip, Failure>;

    /// What lies in a tree, or in the tree of a commit.
    fn tree(&self, id: &str) -> Result<Vec<Item>, Failure>;

    /// The bytes of files.
    fn blobs(&self, items: &[&Item]) -> Result<Vec<Blob>, Failure>;

    /// The ids that follow a commit along its first parents, at most so many. Ends with the first commit that is not
    /// here, whose id is known; empty where the commit itself is not here.
    fn first_parents(&self, from: &CommitId, most: usize) -> Result<Vec<CommitId>, Failure>;
}

/// What is said of a file that is there and can't be had.
pub(crate) fn unreadable() -> String {
    "its object is missing or damaged".to_owned()
}

pub(crate) fn oversized(bytes: u64) -> String {
    format!("{bytes} bytes are more than any entry of ours has")
}
