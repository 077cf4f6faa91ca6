//! The first parents of a commit: as far as the clone goes from its own history, behind that from the lists that
//! entries keep. Both are facts about commits, which never change; a commit that was rewritten has another id.

use std::collections::{HashMap, VecDeque};

use gatewright_core::repository::CommitId;

use super::objects::Objects;
use super::read::{Held, Opened};
use crate::error::Failure;

/// Descriptions read at a time while looking for a list that leads on.
const BATCH: usize = 16;

/// Goes from commit to first parent.
pub(crate) struct Lineage<'a> {
    objects: &'a dyn Objects,
    /// What follows the last answer in the clone's history.
    ahead: VecDeque<CommitId>,
    chunk: usize,
    /// Whether the last answer came from the clone's history.
    is_here: bool,
    lists: Option<Lists<'a>>,
}

impl<'a> Lineage<'a> {
    /// With a store, and the entries of it that are known already.
    pub(crate) fn new(objects: &'a dyn Objects, store: Option<(&'a Opened<'a>, &[Held])>) -> Self {
        let lists = store.map(|(store, held)| Lists {
            store,
            own: held.first().map(|held| held.folder.clone()),
            unread: held.iter().cloned().collect(),
            listed_all: false,
            edges: HashMap::new(),
        });
        Self { objects, ahead: VecDeque::new(), chunk: 32, is_here: true, lists }
    }

    /// The first parent. Each question must be about the answer before.
    pub(crate) fn after(&mut self, commit: &CommitId) -> Result<Option<CommitId>, Failure> {
        let was_here = self.is_here;
        if was_here && let Some(next) = self.after_here(commit)? {
            return Ok(Some(next));
        }
        self.is_here = false;
        // The first commit of a history that is all here: no list knows better.
        if was_here && self.objects.written_parents(commit)?.is_some() {
            return Ok(None);
        }
        if let Some(lists) = &mut self.lists
            && let Some(next) = lists.after(commit)?
        {
            return Ok(Some(next));
        }
        // A list may lead back to what the clone has.
        if was_here { Ok(None) } else { self.after_here(commit) }
    }

    fn after_here(&mut self, commit: &CommitId) -> Result<Option<CommitId>, Failure> {
        if self.ahead.is_empty() {
            self.ahead = self.objects.first_parents(commit, self.chunk)?.into();
            self.chunk = (self.chunk * 4).min(4096);
        }
        let next = self.ahead.pop_front();
        self.is_here = next.is_some();
        Ok(next)
    }
}

/// The lists of the store's entries, read only as far as they are needed.
struct Lists<'a> {
    store: &'a Opened<'a>,
    own: Option<String>,
    unread: VecDeque<Held>,
    listed_all: bool,
    edges: HashMap<CommitId, CommitId>,
}

impl Lists<'_> {
    fn after(&mut self, commit: &CommitId) -> Result<Option<CommitId>, Failure> {
        loop {
            if let Some(next) = self.edges.get(commit) {
                return Ok(Some(next.clone()));
            }
            // The commit's own entries know best; then the latest, which are the likeliest to lie above it.
            let own = |held: &Held| held.name.commit == *commit;
            let (mut batch, rest): (Vec<Held>, Vec<Held>) = self.unread.drain(..).partition(own);
            self.unread = rest.into();
            if batch.is_empty() {
                batch.extend(self.unread.drain(..self.unread.len().min(BATCH)));
            }
            if batch.is_empty() && !self.list_others()? {
                return Ok(None);
            }
            self.read(&batch)?;
        }
    }

    fn read(&mut self, batch: &[Held]) -> Result<(), Failure> {
        for about in self.store.abouts(&batch.iter().collect::<Vec<_>>())?.into_iter().flatten() {
            let mut commit = about.name.commit;
            for ancestor in about.ancestors {
                self.edges.entry(commit).or_insert_with(|| ancestor.clone());
                commit = ancestor;
            }
        }
        Ok(())
    }

    /// Turns to the other series: what a commit's first parents are is the same in all of them.
    fn list_others(&mut self) -> Result<bool, Failure> {
        if self.listed_all {
            return Ok(false);
        }
        self.listed_all = true;
        let mut others = Vec::new();
        for folder in self.store.other_folders(self.own.as_deref()) {
            match self.store.held(folder) {
                // Another series that can't be read takes nothing from this one.
                Err(Failure::Known(_)) => {}
                held => others.extend(held?),
            }
        }
        others.sort_unstable_by(|one, other| other.name.cmp(&one.name));
        self.unread.extend(others);
        Ok(true)
    }
}
