//! Reading a store: which entries there are, and what they hold. Whatever can't be read is noted and passed over;
//! only a store of which nothing can be told is an error.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet, HashMap};

use gatewright_core::repository::CommitId;
use gatewright_core::store::{Answer, Baseline, Damaged, Listed, MOST_DISTANCE, StoredEntry};

use super::fault::Fault;
use super::layout::{self, About, FORMAT, Name, PAYLOAD};
use super::lineage::Lineage;
use super::objects::{Blob, Item, ItemKind, Objects, Tip};
use crate::error::Failure;

/// A store at one of its commits.
pub(crate) struct Opened<'a> {
    pub(crate) objects: &'a dyn Objects,
    folders: Vec<Item>,
    damaged: RefCell<BTreeSet<Damaged>>,
    cut: Cell<bool>,
}

/// Where an entry lies.
#[derive(Clone, Debug)]
pub(crate) struct Held {
    pub(crate) folder: String,
    pub(crate) name: Name,
    about: Option<Item>,
    payload: Option<Item>,
}

/// Entries along the first parents of a commit.
pub(crate) fn history(
    objects: &dyn Objects,
    series: &str,
    commit: &CommitId,
    most: usize,
) -> Result<Answer<Vec<Baseline>>, Failure> {
    answer(objects, |store| {
        let Some(folder) = store.folder(series) else { return Ok(Vec::new()) };
        let held = store.held(folder)?;
        let mut by_commit: HashMap<&CommitId, Vec<&Held>> = HashMap::new();
        for held in &held {
            by_commit.entry(&held.name.commit).or_default().push(held);
        }
        let mut lineage = Lineage::new(objects, Some((store, &held)));
        let mut found = Vec::new();
        let mut next = Some(commit.clone());
        let mut distance = 0;
        while let Some(commit) = next.filter(|_| distance <= MOST_DISTANCE && !by_commit.is_empty()) {
            for held in by_commit.remove(&commit).unwrap_or_default() {
                if found.len() < most
                    && let Some(entry) = store.entry(series, held)?
                {
                    found.push(Baseline { entry, distance });
                }
            }
            if found.len() >= most {
                break;
            }
            next = lineage.after(&commit)?;
            distance += 1;
            if next.is_none() && !by_commit.is_empty() {
                store.cut.set(objects.written_parents(&commit)?.is_none());
            }
        }
        Ok(found)
    })
}

/// All entries, by series, latest first.
pub(crate) fn entries(objects: &dyn Objects) -> Result<Answer<Vec<Listed>>, Failure> {
    answer(objects, |store| {
        let mut listed = Vec::new();
        for folder in &store.folders {
            let held = match store.held(folder) {
                Err(Failure::Known(_)) => {
                    store.note(format!("series/{}", folder.name), super::objects::unreadable());
                    continue;
                }
                held => held?,
            };
            for (held, about) in held.iter().zip(store.abouts(&held.iter().collect::<Vec<_>>())?) {
                let Some(about) = about else { continue };
                if layout::folder_name(&about.series) != held.folder {
                    store.note(held.path(), "it belongs to another series".to_owned());
                } else if store.payload(held, &about)?.is_some() {
                    let Name { time, commit, run } = about.name;
                    listed.push(Listed { series: about.series, commit, run, time });
                }
            }
        }
        listed.sort_by(|one, other| {
            let latest = |entry: &Listed| (entry.time, entry.commit.clone(), entry.run);
            one.series.cmp(&other.series).then_with(|| latest(other).cmp(&latest(one)))
        });
        Ok(listed)
    })
}

fn answer<T: Default>(
    objects: &dyn Objects,
    question: impl Fn(&Opened<'_>) -> Result<T, Failure>,
) -> Result<Answer<T>, Failure> {
    let commit = match objects.tip()? {
        Tip::Absent => {
            return Ok(Answer { value: T::default(), store: None, damaged: Vec::new(), cut: false });
        }
        Tip::Commit(commit) => commit,
        Tip::Other(kind) => return Err(Fault::NotAStore(format!("a {kind}")).into()),
    };
    let store = Opened::at(objects, &commit)?;
    let value = question(&store)?;
    Ok(Answer {
        value,
        store: Some(commit),
        damaged: store.damaged.into_inner().into_iter().collect(),
        cut: store.cut.get(),
    })
}

impl<'a> Opened<'a> {
    /// Opens the store of a commit, if it is one of a format that we read.
    pub(crate) fn at(objects: &'a dyn Objects, commit: &CommitId) -> Result<Self, Failure> {
        let root = objects.tree(commit.as_str())?;
        let format = root.iter().find(|item| item.name == "format" && item.kind == ItemKind::File);
        let Some(format) = format else {
            return Err(Fault::NotAStore("a commit without the file `format`".to_owned()).into());
        };
        let blob = objects.blobs(&[format])?.pop().unwrap_or_else(|| Err(super::objects::unreadable()));
        let text = blob.map_err(|reason| Fault::Unreadable(format!("the file `format`: {reason}")))?;
        if text != FORMAT.as_bytes() {
            let line = String::from_utf8_lossy(&text).lines().next().unwrap_or_default().to_owned();
            let fault = match line.strip_prefix("gatewright-store ") {
                Some(version) if line != FORMAT.trim_end() => Fault::LaterFormat(version.to_owned()),
                _ => Fault::NotAStore("a commit with another file `format`".to_owned()),
            };
            return Err(fault.into());
        }
        let store = Self { objects, folders: Vec::new(), damaged: RefCell::default(), cut: Cell::new(false) };
        let mut folders = Vec::new();
        for item in &root {
            match (item.name.as_str(), item.kind) {
                ("format", ItemKind::File) => {}
                ("series", ItemKind::Folder) => folders = objects.tree(&item.id)?,
                _ => store.note(item.name.clone(), unknown()),
            }
        }
        for item in folders.extract_if(.., |item| item.kind != ItemKind::Folder) {
            store.note(format!("series/{}", item.name), unknown());
        }
        Ok(Self { folders, ..store })
    }

    fn note(&self, path: String, reason: String) {
        self.damaged.borrow_mut().insert(Damaged { path, reason });
    }

    fn folder(&self, series: &str) -> Option<&Item> {
        let name = layout::folder_name(series);
        self.folders.iter().find(|item| item.name == name)
    }

    /// The folders of all series but one.
    pub(crate) fn other_folders(&self, folder: Option<&str>) -> impl Iterator<Item = &Item> {
        self.folders.iter().filter(move |item| Some(item.name.as_str()) != folder)
    }

    /// The entries of a folder, latest first.
    pub(crate) fn held(&self, folder: &Item) -> Result<Vec<Held>, Failure> {
        let mut held: BTreeMap<Name, Held> = BTreeMap::new();
        for item in self.objects.tree(&folder.id)? {
            let (text, is_payload) = match item.name.strip_suffix(PAYLOAD) {
                Some(text) => (text, true),
                None => (item.name.as_str(), false),
            };
            let name = Name::parse(text).filter(|_| item.kind == ItemKind::File);
            let Some(name) = name else {
                self.note(format!("series/{}/{}", folder.name, item.name), unknown());
                continue;
            };
            let empty = Held { folder: folder.name.clone(), name: name.clone(), about: None, payload: None };
            let held = held.entry(name).or_insert(empty);
            *(if is_payload { &mut held.payload } else { &mut held.about }) = Some(item);
        }
        Ok(held.into_values().rev().collect())
    }

    /// The descriptions of entries; none for those that can't be read.
    pub(crate) fn abouts(&self, held: &[&Held]) -> Result<Vec<Option<About>>, Failure> {
        let items: Vec<&Item> = held.iter().filter_map(|held| held.about.as_ref()).collect();
        let mut blobs = self.objects.blobs(&items)?.into_iter();
        let about = |held: &&Held| {
            let blob = held.about.as_ref().and_then(|_| blobs.next());
            self.sound(held, blob.unwrap_or_else(|| Err("its description is missing".to_owned())))
        };
        Ok(held.iter().map(about).collect())
    }

    fn sound(&self, held: &Held, blob: Blob) -> Option<About> {
        let about = blob.and_then(|bytes| About::parse(&bytes));
        let about = about.and_then(|about| {
            let same = about.name == held.name;
            same.then_some(about).ok_or_else(|| "its description is that of another entry".to_owned())
        });
        about.map_err(|reason| self.note(held.path(), reason)).ok()
    }

    fn payload(&self, held: &Held, about: &About) -> Result<Option<Vec<u8>>, Failure> {
        let blob = match &held.payload {
            Some(item) => {
                self.objects.blobs(&[item])?.pop().unwrap_or_else(|| Err(super::objects::unreadable()))
            }
            None => Err("its payload is missing".to_owned()),
        };
        let blob = blob.and_then(|bytes| match bytes.len() as u64 {
            length if length == about.bytes => Ok(bytes),
            length => Err(format!("its payload has {length} bytes instead of {}", about.bytes)),
        });
        Ok(blob.map_err(|reason| self.note(format!("{}{PAYLOAD}", held.path()), reason)).ok())
    }

    fn entry(&self, series: &str, held: &Held) -> Result<Option<StoredEntry>, Failure> {
        let Some(about) = self.abouts(&[held])?.pop().flatten() else { return Ok(None) };
        if about.series != series {
            self.note(held.path(), "it belongs to another series".to_owned());
            return Ok(None);
        }
        let Some(payload) = self.payload(held, &about)? else { return Ok(None) };
        let About { series, name: Name { time, commit, run }, ancestors, .. } = about;
        Ok(Some(StoredEntry { series, commit, run, time, ancestors, payload }))
    }
}

impl Held {
    fn path(&self) -> String {
        format!("series/{}/{}", self.folder, self.name)
    }
}

fn unknown() -> String {
    "no version that is known here wrote it".to_owned()
}
