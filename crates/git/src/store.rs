//! The store of earlier commits' entries: the tree of a commit that one reference holds. Where things lie in it is
//! told in `layout`, why it is written as it is in `write`. What a payload means is not known here.

pub(crate) mod base64;
pub(crate) mod fault;
mod layout;
mod lineage;
pub(crate) mod objects;
mod read;
mod retention;
mod write;

use std::path::Path;

use gatewright_core::repository::CommitId;
use gatewright_core::store::{
    Answer, Baseline, Fetched, Listed, NewEntry, Recorded, Remote, Retention, Store, StoreError,
};

use crate::error::Failure;
use crate::program::{Brought, Commands};
use crate::store::fault::{Fault, store_error};
use crate::store::objects::{Objects, Tip};
use crate::{BackEnd, Git};

/// Others that bring the store into the same clone at the same time are done in a moment.
const TRIES: u32 = 20;

impl BackEnd {
    fn look<T>(
        &self,
        folder: &Path,
        question: impl Fn(&dyn Objects) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        self.either(folder, |library| question(library), |program| question(program))
    }

    fn commands(&self, folder: &Path) -> Result<Commands, Failure> {
        match self {
            Self::Program { environment } => Commands::open(folder, environment),
            Self::Either | Self::Library => Commands::open(folder, &[]),
        }
    }

    fn bring(&self, folder: &Path, remote: &Remote) -> Result<Fetched, Failure> {
        let git = self.commands(folder)?;
        let mut reason = "the reference is gone again".to_owned();
        for tries in 1..=TRIES {
            std::thread::sleep(write::pause(tries));
            match git.bring(remote)? {
                Brought::NoRemote => return Ok(Fetched::NoRemote),
                Brought::NoStore => return Ok(Fetched::NoStore),
                Brought::Busy(text) => reason = text,
                Brought::Here => match git.tip()? {
                    Tip::Commit(commit) => return Ok(Fetched::At(commit)),
                    Tip::Other(kind) => return Err(Fault::NotAStore(format!("a {kind}")).into()),
                    Tip::Absent => {}
                },
            }
        }
        Err(Fault::Unwritable(reason).into())
    }
}

impl Store for BackEnd {
    fn fetch(&self, folder: &Path, remote: &Remote) -> Result<Fetched, StoreError> {
        self.bring(folder, remote).map_err(store_error)
    }

    fn baseline(
        &self,
        folder: &Path,
        series: &str,
        commit: &CommitId,
    ) -> Result<Answer<Option<Baseline>>, StoreError> {
        let Answer { value, store, damaged, cut } = self.history(folder, series, commit, 1)?;
        Ok(Answer { value: value.into_iter().next(), store, damaged, cut })
    }

    fn history(
        &self,
        folder: &Path,
        series: &str,
        commit: &CommitId,
        most: usize,
    ) -> Result<Answer<Vec<Baseline>>, StoreError> {
        self.look(folder, |objects| read::history(objects, series, commit, most)).map_err(store_error)
    }

    fn entries(&self, folder: &Path) -> Result<Answer<Vec<Listed>>, StoreError> {
        self.look(folder, read::entries).map_err(store_error)
    }

    fn record(
        &self,
        folder: &Path,
        remote: Option<&Remote>,
        entry: &NewEntry,
        retention: &Retention,
    ) -> Result<Recorded, StoreError> {
        let ancestors = |store: Option<&CommitId>| {
            self.look(folder, |objects| write::ancestors(objects, store, &entry.commit))
        };
        self.commands(folder)
            .and_then(|git| write::record(&git, remote, entry, retention, &ancestors))
            .map_err(store_error)
    }
}

impl Store for Git {
    fn fetch(&self, folder: &Path, remote: &Remote) -> Result<Fetched, StoreError> {
        BackEnd::Either.fetch(folder, remote)
    }

    fn baseline(
        &self,
        folder: &Path,
        series: &str,
        commit: &CommitId,
    ) -> Result<Answer<Option<Baseline>>, StoreError> {
        BackEnd::Either.baseline(folder, series, commit)
    }

    fn history(
        &self,
        folder: &Path,
        series: &str,
        commit: &CommitId,
        most: usize,
    ) -> Result<Answer<Vec<Baseline>>, StoreError> {
        BackEnd::Either.history(folder, series, commit, most)
    }

    fn entries(&self, folder: &Path) -> Result<Answer<Vec<Listed>>, StoreError> {
        BackEnd::Either.entries(folder)
    }

    fn record(
        &self,
        folder: &Path,
        remote: Option<&Remote>,
        entry: &NewEntry,
        retention: &Retention,
    ) -> Result<Recorded, StoreError> {
        BackEnd::Either.record(folder, remote, entry, retention)
    }
}
