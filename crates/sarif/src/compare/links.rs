//! Which finding of now is which of before. Knows nothing of tools: it is handed the findings of one.

use std::collections::hash_map::Entry as Slot;
use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::hash::Hash;
use std::sync::Arc;

use super::Entry;
use crate::identity::without_count;

/// Pairs of a file's findings that are all held against each other, to find the nearest.
const MOST_PAIRS: usize = 40_000;

/// Findings of one package and id that are tried, where ids of CVEs contradict.
const MOST_TRIED: usize = 50;

/// What a finding of now was found to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Link {
    /// The index of the finding of before.
    pub(super) old: usize,
    /// An id of an advisory told that they are the same.
    pub(super) by_id: bool,
}

/// The hash of a finding's line, without the number that tells equal lines apart.
pub(super) fn hash(entry: &Entry) -> &str {
    without_count(&entry.fingerprint)
}

/// For each finding of now, that of before. Both are sorted.
pub(super) fn link(old: &[Entry], now: &[Entry], renames: &BTreeMap<&str, &str>) -> Vec<Option<Link>> {
    let name_now = |entry: &Entry| renames.get(&*entry.file).map(|file| (*file).to_owned());
    let mut linking = Linking {
        old: old.iter().map(|entry| Row { entry, renamed: name_now(entry), is_free: true }).collect(),
        now: now.iter().map(|entry| Row { entry, renamed: None, is_free: true }).collect(),
        links: vec![None; now.len()],
    };
    linking.within_files();
    if linking.follow_files() {
        linking.within_files();
    }
    for of_words in [true, false] {
        linking.by_nearest_line(of_words);
    }
    linking.links
}

/// A finding on its way.
struct Row<'e> {
    entry: &'e Entry,
    /// What its file is called now, where that is known to be another name.
    renamed: Option<String>,
    is_free: bool,
}

/// What two findings have to have in common: fingerprint, what is said, line.
type Step = for<'r> fn(&'r Row<'_>) -> (&'r str, Option<u64>, Option<u32>);

impl Row<'_> {
    fn file(&self) -> &str {
        self.renamed.as_deref().unwrap_or(&self.entry.file)
    }
}

/// All that tells one finding from another, apart from its line and from the number that tells equal ones apart: with a number
/// fewer or more in front of it, a finding is still itself.
#[derive(PartialEq, Eq, Hash)]
struct Exactly<'r> {
    rule: &'r str,
    file: &'r str,
    hash: &'r str,
    digest: u64,
    /// The digest knows no numbers, and `port 22` is not `port 80`.
    message: &'r str,
    package: &'r str,
    version: &'r str,
    ids: &'r [Arc<str>],
}

impl<'r> Exactly<'r> {
    fn of(row: &'r Row<'_>) -> Self {
        let entry = row.entry;
        Self {
            rule: &entry.rule,
            file: row.file(),
            hash: hash(entry),
            digest: entry.digest,
            message: &entry.message,
            package: &entry.package,
            version: &entry.version,
            ids: &entry.ids,
        }
    }
}

struct Linking<'e> {
    old: Vec<Row<'e>>,
    now: Vec<Row<'e>>,
    links: Vec<Option<Link>>,
}

type Pairs = Vec<(usize, usize)>;

impl Linking<'_> {
    fn connect(&mut self, pairs: Pairs, by_id: bool) {
        for (old, now) in pairs {
            if !can_be_one(self.old[old].entry, self.now[now].entry) {
                continue;
            }
            self.old[old].is_free = false;
            self.now[now].is_free = false;
            self.links[now] = Some(Link { old, by_id });
        }
    }

    /// Steps 1 to 3.
    fn within_files(&mut self) {
        let pairs = in_order(&self.old, &self.now, |row| Some((Exactly::of(row), row.entry.line)));
        self.connect(pairs, false);
        let pairs = in_order(&self.old, &self.now, |row| Some(Exactly::of(row)));
        self.connect(pairs, false);
        let steps: [Step; 5] = [
            |row| (&row.entry.fingerprint, Some(row.entry.digest), Some(row.entry.line)),
            |row| (&row.entry.fingerprint, Some(row.entry.digest), None),
            |row| (&row.entry.fingerprint, None, None),
            |row| (hash(row.entry), Some(row.entry.digest), None),
            |row| (hash(row.entry), None, None),
        ];
        for of_version in [true, false] {
            for step in steps {
                let pairs = in_order(&self.old, &self.now, |row| {
                    let (entry, key) = (row.entry, step(row));
                    let version = of_version.then_some(&*entry.version);
                    (!key.0.is_empty()).then(|| (&*entry.rule, row.file(), &*entry.package, version, key))
                });
                self.connect(pairs, false);
            }
        }
        for of_version in [true, false] {
            let pairs = by_id(&self.old, &self.now, of_version);
            self.connect(pairs, true);
        }
    }

    /// Step 4, and whether a file turned out to be another.
    fn follow_files(&mut self) -> bool {
        type Key<'r> = (&'r str, &'r str, Option<u64>, Option<(&'r str, &'r str)>);
        fn of_line<'r>(row: &'r Row<'_>, digest: Option<u64>, words: Option<&'r str>) -> Option<Key<'r>> {
            let entry = row.entry;
            let has_hash = entry.line > 0 && entry.package.is_empty() && !entry.fingerprint.is_empty();
            has_hash.then(|| (&*entry.rule, hash(entry), digest, words.map(|words| (words, ""))))
        }
        // The fingerprint of what is about a package or a thing holds the path.
        fn of_thing<'r>(row: &'r Row<'_>, exactly: Option<(&'r str, &'r str)>) -> Option<Key<'r>> {
            let entry = row.entry;
            let has_none = entry.line == 0 || !entry.package.is_empty();
            has_none.then(|| (&*entry.rule, &*entry.package, Some(entry.digest), exactly))
        }
        let steps: [for<'r> fn(&'r Row<'_>) -> Option<Key<'r>>; 5] = [
            |row| of_line(row, Some(row.entry.digest), Some(&row.entry.message)),
            |row| of_line(row, Some(row.entry.digest), None),
            |row| of_line(row, None, None),
            |row| of_thing(row, Some((&row.entry.message, &row.entry.version))),
            |row| of_thing(row, None),
        ];
        let mut moved = Vec::new();
        for step in steps {
            let mut pairs = unique(&self.old, &self.now, step);
            pairs.retain(|(old, now)| share_id(self.old[*old].entry, self.now[*now].entry));
            moved.extend_from_slice(&pairs);
            self.connect(pairs, false);
        }
        self.rename(&moved)
    }

    /// Files that no finding is in any more are taken for those that most of their findings went to.
    fn rename(&mut self, moved: &[(usize, usize)]) -> bool {
        let here: BTreeSet<&str> = self.now.iter().map(|row| &*row.entry.file).collect();
        let mut votes: BTreeMap<(&str, &str), usize> = BTreeMap::new();
        for (old, now) in moved {
            *votes.entry((self.old[*old].file(), &*self.now[*now].entry.file)).or_default() += 1;
        }
        let mut renames: BTreeMap<String, (usize, String)> = BTreeMap::new();
        for ((from, to), count) in votes {
            if !here.contains(from) && renames.get(from).is_none_or(|(most, _)| count > *most) {
                renames.insert(from.to_owned(), (count, to.to_owned()));
            }
        }
        for row in self.old.iter_mut().filter(|row| row.is_free) {
            if let Some((_, to)) = renames.get(row.file()) {
                row.renamed = Some(to.clone());
            }
        }
        !renames.is_empty()
    }

    /// Step 5.
    fn by_nearest_line(&mut self, of_words: bool) {
        type Key<'r> = (&'r str, &'r str, u64, Option<&'r str>);
        type Buckets<'r> = HashMap<Key<'r>, (Vec<usize>, Vec<usize>)>;
        fn key<'r>(row: &'r Row<'_>, of_words: bool) -> Key<'r> {
            let words = of_words.then_some(&*row.entry.message);
            (&*row.entry.rule, row.file(), row.entry.digest, words)
        }
        let mut buckets = Buckets::new();
        // What is known of a package is known by its ids.
        let code = |(_, row): &(usize, &Row<'_>)| row.entry.package.is_empty();
        for (at, row) in free(&self.old).filter(code) {
            buckets.entry(key(row, of_words)).or_default().0.push(at);
        }
        for (at, row) in free(&self.now).filter(code) {
            if let Slot::Occupied(mut bucket) = buckets.entry(key(row, of_words)) {
                bucket.get_mut().1.push(at);
            }
        }
        let mut pairs = Vec::new();
        for (old, now) in buckets.into_values() {
            if old.len().saturating_mul(now.len()) > MOST_PAIRS {
                pairs.extend(old.into_iter().zip(now));
            } else {
                pairs.extend(self.nearest(&old, &now));
            }
        }
        self.connect(pairs, false);
    }

    fn nearest(&self, old: &[usize], now: &[usize]) -> Pairs {
        let distance = |old: usize, now: usize| self.old[old].entry.line.abs_diff(self.now[now].entry.line);
        let all = old.iter().flat_map(|old| now.iter().map(move |now| (*old, *now)));
        let mut all: Vec<_> = all.map(|(old, now)| (distance(old, now), old, now)).collect();
        all.sort_unstable();
        let (mut taken_old, mut taken_now) = (BTreeSet::new(), BTreeSet::new());
        let mut pairs = Vec::new();
        for (_, old, now) in all {
            if !taken_old.contains(&old) && !taken_now.contains(&now) {
                taken_old.insert(old);
                taken_now.insert(now);
                pairs.push((old, now));
            }
        }
        pairs
    }
}

fn free<'r, 'e>(rows: &'r [Row<'e>]) -> impl Iterator<Item = (usize, &'r Row<'e>)> {
    rows.iter().enumerate().filter(|(_, row)| row.is_free)
}

/// What has the same key, in the order in which it stands. What has no key stays alone.
fn in_order<'r, K: Hash + Eq>(
    old: &'r [Row<'_>],
    now: &'r [Row<'_>],
    key: impl Fn(&'r Row<'_>) -> Option<K>,
) -> Pairs {
    let mut waiting: HashMap<K, Vec<usize>> = HashMap::new();
    for (at, row) in free(old) {
        if let Some(key) = key(row) {
            waiting.entry(key).or_default().push(at);
        }
    }
    waiting.values_mut().for_each(|old| old.reverse());
    let next = |row| waiting.get_mut(&key(row)?)?.pop();
    let mut next = next;
    free(now).filter_map(|(at, row)| Some((next(row)?, at))).collect()
}

/// What has a key that is there once on either side.
fn unique<'r, K: Hash + Eq>(
    old: &'r [Row<'_>],
    now: &'r [Row<'_>],
    key: impl Fn(&'r Row<'_>) -> Option<K>,
) -> Pairs {
    /// The last with a key, and how many there are.
    #[derive(Default)]
    struct Seen {
        old: (usize, usize),
        now: (usize, usize),
    }
    let mut seen: HashMap<K, Seen> = HashMap::new();
    for (at, row) in free(old) {
        if let Some(key) = key(row) {
            let seen = seen.entry(key).or_default();
            seen.old = (at, seen.old.1 + 1);
        }
    }
    for (at, row) in free(now) {
        if let Some(seen) = key(row).and_then(|key| seen.get_mut(&key)) {
            seen.now = (at, seen.now.1 + 1);
        }
    }
    let mut pairs: Pairs = seen
        .into_values()
        .filter(|seen| seen.old.1 == 1 && seen.now.1 == 1)
        .map(|seen| (seen.old.0, seen.now.0))
        .collect();
    pairs.sort_unstable();
    pairs
}

/// Packages of one file that share an id.
fn by_id(old: &[Row<'_>], now: &[Row<'_>], of_version: bool) -> Pairs {
    type Key<'r> = (&'r str, &'r str, &'r str, Option<&'r str>);
    fn key<'r>(row: &'r Row<'_>, id: &'r str, of_version: bool) -> Key<'r> {
        (row.file(), &*row.entry.package, id, of_version.then_some(&*row.entry.version))
    }
    let mut holders: HashMap<Key<'_>, VecDeque<usize>> = HashMap::new();
    for (at, row) in free(now).filter(|(_, row)| !row.entry.package.is_empty()) {
        for id in &row.entry.ids {
            holders.entry(key(row, id, of_version)).or_default().push_back(at);
        }
    }
    let mut taken = BTreeSet::new();
    let mut pairs = Vec::new();
    for (at, row) in free(old).filter(|(_, row)| !row.entry.package.is_empty()) {
        let found = row.entry.ids.iter().find_map(|id| {
            let holders = holders.get_mut(&key(row, id, of_version))?;
            while holders.front().is_some_and(|first| taken.contains(first)) {
                holders.pop_front();
            }
            let mut some = holders.iter().take(MOST_TRIED).copied();
            some.find(|at| !taken.contains(at) && can_be_one(row.entry, now[*at].entry))
        });
        if let Some(found) = found {
            taken.insert(found);
            pairs.push((at, found));
        }
    }
    pairs
}

/// Whether two of a package may be of one advisory; what has no ids is told apart by its rule.
fn share_id(old: &Entry, now: &Entry) -> bool {
    let of_old: BTreeSet<&str> = old.ids.iter().map(|id| &**id).collect();
    now.ids.iter().any(|id| of_old.contains(&**id)) || (of_old.is_empty() && now.ids.is_empty())
}

/// Two that both name CVE ids, and none in common, are two vulnerabilities, whatever else they share.
fn can_be_one(old: &Entry, now: &Entry) -> bool {
    fn cves(entry: &Entry) -> impl Iterator<Item = &str> {
        entry.ids.iter().map(|id| &**id).filter(|id| id.starts_with("CVE-"))
    }
    let of_old: BTreeSet<&str> = cves(old).collect();
    let mut of_now = cves(now).peekable();
    of_old.is_empty() || of_now.peek().is_none() || of_now.any(|id| of_old.contains(id))
}
