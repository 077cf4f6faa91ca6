//! The objects of the store, read through libgit2. Whatever is odd is left to the program, which has the last word.

use gatewright_core::repository::CommitId;
use git2::ObjectType;

use super::{Library, commit_id, oid, present};
use crate::error::Failure;
use crate::reader;
use crate::store::objects::{Blob, Item, ItemKind, MOST_BLOB, Objects, REFERENCE, Tip, oversized};

impl Objects for Library {
    fn tip(&self) -> Result<Tip, Failure> {
        let Some(reference) = self.reference(REFERENCE)? else { return Ok(Tip::Absent) };
        let Some(id) = reference.resolve()?.target() else { return Ok(Tip::Absent) };
        let object = self.repository.find_object(id, None)?;
        Ok(match object.kind() {
            Some(ObjectType::Commit) => Tip::Commit(commit_id(id)),
            kind => Tip::Other(kind.map_or("object", |kind| kind.str()).to_owned()),
        })
    }

    fn tree(&self, id: &str) -> Result<Vec<Item>, Failure> {
        let tree = self.repository.find_object(git2::Oid::from_str(id)?, None)?.peel_to_tree()?;
        let item = |entry: git2::TreeEntry<'_>| {
            let kind = match entry.kind() {
                Some(ObjectType::Tree) => ItemKind::Folder,
                Some(ObjectType::Blob)
                    if reader::is_regular(u32::try_from(entry.filemode()).unwrap_or_default()) =>
                {
                    ItemKind::File
                }
                _ => ItemKind::Other,
            };
            let name = String::from_utf8_lossy(entry.name_bytes()).into_owned();
            Item { name, id: entry.id().to_string(), kind, bytes: None }
        };
        Ok(tree.iter().map(item).collect())
    }

    fn blobs(&self, items: &[&Item]) -> Result<Vec<Blob>, Failure> {
        let odb = self.repository.odb()?;
        let mut blobs = Vec::with_capacity(items.len());
        for item in items {
            let id = git2::Oid::from_str(&item.id)?;
            let (bytes, kind) = odb.read_header(id)?;
            if kind != ObjectType::Blob {
                return Err(Failure::Unable(format!("the object {id} is no file")));
            }
            if bytes as u64 > MOST_BLOB {
                blobs.push(Err(oversized(bytes as u64)));
            } else {
                blobs.push(Ok(odb.read(id)?.data().to_vec()));
            }
        }
        Ok(blobs)
    }

    fn first_parents(&self, from: &CommitId, most: usize) -> Result<Vec<CommitId>, Failure> {
        let odb = self.repository.odb()?;
        let mut parents: Vec<CommitId> = Vec::new();
        while parents.len() < most {
            // The object itself is read, because libgit2 leaves out the parents of a cut commit.
            let Some(object) = present(odb.read(oid(parents.last().unwrap_or(from))?))? else { break };
            if object.kind() != ObjectType::Commit {
                break;
            }
            let Some(parent) = reader::parents_in(object.data()).into_iter().next() else { break };
            parents.push(parent);
        }
        Ok(parents)
    }
}
