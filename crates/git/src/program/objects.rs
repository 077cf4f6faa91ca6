//! The objects of the store, read through the `git` program: few calls, each for many objects.

use gatewright_core::repository::CommitId;

use super::{Commands, call, complaint, parse_id, utf8, zero_ended};
use crate::error::Failure;
use crate::reader::Reader as _;
use crate::store::fault::Fault;
use crate::store::objects::{
    Blob, Item, ItemKind, MOST_BLOB, Objects, REFERENCE, Tip, oversized, unreadable,
};

/// Ids in one call: some systems allow no longer command lines.
const MOST_IDS: usize = 200;

impl Objects for Commands {
    fn tip(&self) -> Result<Tip, Failure> {
        // `rev-parse` would call a broken reference none at all.
        let words = ["for-each-ref", "--format=%(objecttype) %(objectname)", REFERENCE];
        let output = call(&self.git(words), &[0, 128])?;
        if output.stderr.contains("broken ref") {
            return Err(Fault::BrokenReference.into());
        }
        if output.code != 0 {
            return Err(Fault::Unreadable(complaint(&output.stderr)).into());
        }
        let text = utf8(output.stdout)?;
        Ok(match text.trim_end().split_once(' ') {
            None => Tip::Absent,
            Some(("commit", id)) => Tip::Commit(parse_id(id)?),
            Some((kind, _)) => Tip::Other(kind.to_owned()),
        })
    }

    fn tree(&self, id: &str) -> Result<Vec<Item>, Failure> {
        list(self, &[id])
    }

    fn blobs(&self, items: &[&Item]) -> Result<Vec<Blob>, Failure> {
        let mut blobs = Vec::with_capacity(items.len());
        for items in items.chunks(MOST_IDS) {
            match together(self, items)? {
                Some(together) => blobs.extend(together),
                None => {
                    for item in items {
                        blobs.push(one(self, item)?);
                    }
                }
            }
        }
        Ok(blobs)
    }

    fn first_parents(&self, from: &CommitId, most: usize) -> Result<Vec<CommitId>, Failure> {
        if self.written_parents(from)?.is_none() {
            return Ok(Vec::new());
        }
        // Cut commits and the first one end the list.
        let limit = format!("--max-count={}", most + 1);
        let text = utf8(self.read(["rev-list", "--first-parent", &limit, from.as_str()])?)?;
        let mut ids = text.lines().skip(1).map(parse_id).collect::<Result<Vec<_>, _>>()?;
        if ids.len() < most {
            let parents = self.written_parents(ids.last().unwrap_or(from))?;
            ids.extend(parents.unwrap_or_default().into_iter().next());
        }
        Ok(ids)
    }
}

/// What `ls-tree` lists, with sizes.
pub(super) fn list(git: &Commands, words: &[&str]) -> Result<Vec<Item>, Failure> {
    let words = ["ls-tree", "-z", "-l", "--full-tree"].into_iter().chain(words.iter().copied());
    let output = call(&git.git(words), &[0, 1, 128])?;
    if output.code != 0 {
        return Err(Fault::Unreadable(complaint(&output.stderr)).into());
    }
    zero_ended(&output.stdout).map(item).collect()
}

/// `<mode> <kind> <id> <size, right-aligned>` TAB name
fn item(line: &[u8]) -> Result<Item, Failure> {
    let text = String::from_utf8_lossy(line);
    let unreadable = || Failure::Unable("git printed a tree that can't be read".to_owned());
    let (head, name) = text.split_once('\t').ok_or_else(unreadable)?;
    match head.split_ascii_whitespace().collect::<Vec<_>>().as_slice() {
        [mode, kind, id, size] => Ok(Item {
            name: name.to_owned(),
            id: (*id).to_owned(),
            kind: match *kind {
                "tree" => ItemKind::Folder,
                "blob" if mode.starts_with("100") => ItemKind::File,
                _ => ItemKind::Other,
            },
            bytes: size.parse().ok(),
        }),
        _ => Err(unreadable()),
    }
}

/// All files in one call, which prints them without a border: their sizes are known.
fn together(git: &Commands, items: &[&Item]) -> Result<Option<Vec<Blob>>, Failure> {
    let sizes: Option<Vec<u64>> = items.iter().map(|item| item.bytes).collect();
    let Some(sizes) = sizes.filter(|sizes| items.len() > 1 && sizes.iter().sum::<u64>() <= MOST_BLOB) else {
        return Ok(None);
    };
    let words = ["show", "--no-textconv"].into_iter().chain(items.iter().map(|item| item.id.as_str()));
    let output = call(&git.git(words), &[0, 128])?;
    let mut rest = output.stdout.as_slice();
    if output.code != 0 || rest.len() as u64 != sizes.iter().sum::<u64>() {
        return Ok(None);
    }
    let mut take = |size: &u64| {
        let (blob, behind) = rest.split_at_checked(usize::try_from(*size).ok()?)?;
        rest = behind;
        Some(Ok(blob.to_vec()))
    };
    Ok(sizes.iter().map(&mut take).collect())
}

fn one(git: &Commands, item: &Item) -> Result<Blob, Failure> {
    match item.bytes {
        Some(bytes) if bytes > MOST_BLOB => return Ok(Err(oversized(bytes))),
        Some(_) => {}
        // Its size could not be told: it is not here, or garbled.
        None => return Ok(Err(unreadable())),
    }
    let output = call(&git.git(["cat-file", "blob", &item.id]), &[0, 1, 128])?;
    if output.code != 0 {
        tracing::debug!(id = item.id, reason = complaint(&output.stderr), "a file of the store");
        return Ok(Err(unreadable()));
    }
    Ok(Ok(output.stdout))
}
