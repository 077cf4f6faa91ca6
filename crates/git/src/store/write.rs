//! Recording an entry: what lies in the store, less what goes, and the entry; then the reference, if nobody was
//! faster, else all of it again.
//!
//! The commit has no parents. A chain of commits would keep every payload that was ever let go, in the repository
//! and in each clone, and a clone would have to cut the chain, which makes git call the whole clone shallow. A
//! commit that a report names remains readable as long as somebody has it.
//!
//! Entries are carried over by name and never read: one that is damaged takes nothing from the others, goes when it
//! is old, and is not dropped because this clone alone can't read it. Names that are not ours are left alone. A tree
//! that can't be read as a whole is not written over: the error says how to begin anew.

use std::collections::BTreeMap;
use std::thread;
use std::time::Duration;

use gatewright_core::repository::CommitId;
use gatewright_core::store::{MOST_ANCESTORS, NewEntry, Place, Recorded, Remote, Retention};

use super::fault::Fault;
use super::layout::{self, About, FORMAT, Name, PAYLOAD};
use super::lineage::Lineage;
use super::objects::{Objects, Tip};
use super::read::Opened;
use super::retention::{Held, outdated};
use crate::error::Failure;
use crate::program::{Brought, Commands, Written};

/// Each round one writer is done, whoever it is: so many may write at the same time.
const TRIES: u32 = 60;

/// The first parents of a commit, as the clone and a store know them.
pub(crate) type Ancestors<'a> = dyn Fn(Option<&CommitId>) -> Result<Vec<CommitId>, Failure> + 'a;

/// The nearest first parents of a commit.
pub(crate) fn ancestors(
    objects: &dyn Objects,
    store: Option<&CommitId>,
    commit: &CommitId,
) -> Result<Vec<CommitId>, Failure> {
    let opened = store.map(|store| Opened::at(objects, store)).transpose()?;
    let mut lineage = Lineage::new(objects, opened.as_ref().map(|opened| (opened, &[][..])));
    let mut ancestors = Vec::new();
    let mut last = commit.clone();
    while ancestors.len() < MOST_ANCESTORS {
        let Some(next) = lineage.after(&last)? else { break };
        ancestors.push(next.clone());
        last = next;
    }
    Ok(ancestors)
}

/// Writes an entry to the remote and here, or here alone.
pub(crate) fn record(
    git: &Commands,
    remote: Option<&Remote>,
    entry: &NewEntry,
    retention: &Retention,
    ancestors: &Ancestors<'_>,
) -> Result<Recorded, Failure> {
    check(entry, retention)?;
    let scratch = tempfile::tempdir().map_err(|error| Fault::Unwritable(error.to_string()))?;
    let mut reason = String::new();
    for tries in 1..=TRIES {
        thread::sleep(pause(tries));
        let (place, old) = match remote.map(|remote| git.bring(remote)).transpose()? {
            None | Some(Brought::NoRemote) => (Place::Local, here(git)?),
            Some(Brought::Here) => (Place::Remote, here(git)?),
            Some(Brought::NoStore) => (Place::Remote, None),
            Some(Brought::Busy(text)) => {
                reason = text;
                continue;
            }
        };
        let next = Next::build(git, scratch.path(), old.as_ref(), entry, retention, ancestors)?;
        let recorded =
            Recorded { store: next.commit.clone(), place, pruned: next.pruned, kept: next.kept, tries };
        if old.as_ref() == Some(&next.commit) {
            return Ok(recorded);
        }
        let written = match (place, remote) {
            (Place::Remote, Some(remote)) => git.push(remote, &next.commit, old.as_ref())?,
            _ => git.update_reference(&next.commit, old.as_ref())?,
        };
        match written {
            Written::Busy(text) => reason = text,
            Written::Done if place == Place::Local => return Ok(recorded),
            Written::Done => {
                follow(git, &next.commit, old.as_ref());
                return Ok(recorded);
            }
        }
    }
    Err(Fault::Contended { tries: TRIES, reason }.into())
}

/// The entry is safe with the remote; whoever holds our own reference brings a store that is as new.
fn follow(git: &Commands, new: &CommitId, old: Option<&CommitId>) {
    // Where the remote had none, what lies here is of another time.
    let old = old.cloned().or_else(|| here(git).ok().flatten());
    match git.update_reference(new, old.as_ref()) {
        Ok(Written::Done) => {}
        other => tracing::debug!(?other, "the store's own reference stays where it is"),
    }
}

pub(crate) fn pause(tries: u32) -> Duration {
    match tries {
        1 => Duration::ZERO,
        _ => Duration::from_millis(10 << tries.min(7)),
    }
}

fn check(entry: &NewEntry, retention: &Retention) -> Result<(), Fault> {
    if entry.series.is_empty() {
        return Err(Fault::NoSeries);
    }
    let (bytes, most) = (entry.payload.len() as u64, retention.most_payload_bytes.min(retention.most_bytes));
    if bytes > most {
        return Err(Fault::TooLarge { bytes, most });
    }
    Ok(())
}

fn here(git: &Commands) -> Result<Option<CommitId>, Failure> {
    match git.tip()? {
        Tip::Absent => Ok(None),
        Tip::Commit(commit) => Ok(Some(commit)),
        Tip::Other(kind) => Err(Fault::NotAStore(format!("a {kind}")).into()),
    }
}

/// The store as it is to be.
struct Next {
    commit: CommitId,
    pruned: usize,
    kept: bool,
}

impl Next {
    fn build(
        git: &Commands,
        scratch: &std::path::Path,
        old: Option<&CommitId>,
        entry: &NewEntry,
        retention: &Retention,
        ancestors: &Ancestors<'_>,
    ) -> Result<Self, Failure> {
        let ancestors = ancestors(old)?;
        let name = Name { time: entry.time, commit: entry.commit.clone(), run: entry.run };
        let bytes = entry.payload.len() as u64;
        let about = About { series: entry.series.clone(), name: name.clone(), bytes, ancestors }.write();
        let folder = layout::folder_name(&entry.series);

        let mut held = old.map(|old| held(git, old)).transpose()?.unwrap_or_default();
        let same = |held: &Held| {
            held.folder == folder && held.name.commit == name.commit && held.name.run.id == name.run.id
        };
        let replaced: Vec<Held> = held.extract_if(.., |held| same(held)).collect();
        let own = Held { name: name.clone(), folder: folder.clone(), bytes: bytes + about.len() as u64 };
        held.push(own.clone());
        let outdated = outdated(held.clone(), &folder, retention);
        let kept = !outdated.contains(&own);
        // The time of its latest entry: who wrote last leaves no trace, and the same entries make the same commit.
        let left = held.iter().filter(|held| !outdated.contains(held));
        let time = left.map(|held| held.name.time).max().unwrap_or(entry.time);

        let path = path(&folder, &name);
        let added = [path.clone(), format!("{path}{PAYLOAD}"), "format".to_owned()];
        let gone = outdated.iter().chain(&replaced).filter(|held| **held != own);
        let gone = gone.map(|held| self::path(&held.folder, &held.name));
        let gone: Vec<String> = gone.flat_map(|path| [format!("{path}{PAYLOAD}"), path]).collect();
        let ids = git.write_files(scratch, &[about.as_bytes(), &entry.payload, FORMAT.as_bytes()])?;
        let added = added.into_iter().zip(ids.iter().map(String::as_str));
        let added: Vec<(String, &str)> = added.filter(|(path, _)| kept || path == "format").collect();
        let tree = git.write_tree(scratch, old, &gone, &added)?;
        let pruned = outdated.len() - usize::from(!kept);
        Ok(Self { commit: git.write_commit(&tree, time)?, pruned, kept })
    }
}

fn path(folder: &str, name: &Name) -> String {
    format!("series/{folder}/{name}")
}

/// The entries of a store, by their names alone. Whether it is one was checked when its lists were read.
fn held(git: &Commands, store: &CommitId) -> Result<Vec<Held>, Failure> {
    let mut held: BTreeMap<(String, Name), u64> = BTreeMap::new();
    for item in git.files(store)? {
        let Some((folder, text)) = item.name.strip_prefix("series/").and_then(|path| path.split_once('/'))
        else {
            continue;
        };
        if let Some(name) = Name::parse(text.strip_suffix(PAYLOAD).unwrap_or(text)) {
            *held.entry((folder.to_owned(), name)).or_default() += item.bytes.unwrap_or_default();
        }
    }
    Ok(held.into_iter().map(|((folder, name), bytes)| Held { name, folder, bytes }).collect())
}
