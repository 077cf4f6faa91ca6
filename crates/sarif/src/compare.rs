//! Findings beside those of an earlier commit: which are new, which are as they were, which are gone, and of which nobody can
//! tell.
//!
//! Findings are linked by hashes, each step only what is not linked yet:
//! 1. by rule, file and fingerprint, where files that git saw renamed count as one;
//! 2. by rule, file and line hash, whichever of several equal lines it is;
//! 3. a package, by an id that both sides share, unless that made two CVE ids one: when an advisory gets another id, its
//!    finding stays, and keeps its old fingerprint;
//! 4. across files, where rule and line hash are there once on either side; a file most of whose findings went to another file
//!    that way is taken for renamed, and 1 to 3 follow it;
//! 5. in code, by rule, file and message without whole numbers: the nearest line.
//!
//! Before all of them goes what is the same to the letter: what is there on both sides is never called new, however much
//! beside it differs from it in numbers alone. In each step, findings that also say the same go first, and of a package
//! those of one version, and else they are taken in the order of the file. The order of the input never matters. It must not know what a new finding means to a gate.

use std::collections::{BTreeMap, BTreeSet};

use gatewright_core::RepoPath;
use gatewright_core::report::Change;

use crate::identity::set_fingerprint;
use crate::model::Run;

mod links;
mod payload;
mod snapshot;
mod stream;

pub use payload::SnapshotError;
pub use snapshot::{Entry, Snapshot, Source};

/// How a finding stands against the baseline.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// New, unchanged or updated; nothing where the baseline says nothing of this tool.
    pub change: Option<Change>,
    /// The fingerprint of the same finding in the baseline, where only an id of its advisory told that it is the same.
    pub inherited: Option<Box<str>>,
}

/// A finding of the baseline that is not here.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Gone {
    /// Who found it.
    pub source: Source,
    /// What was found.
    pub entry: Entry,
}

/// How runs stand against a baseline.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Comparison {
    /// Of each run, of each of its alerts.
    pub standings: Vec<Vec<Standing>>,
    /// What the same tools do not find any more, sorted.
    pub absent: Vec<Gone>,
    /// What tools found that did not run now: nobody knows whether it is still there. Sorted.
    pub inconclusive: Vec<Gone>,
    /// Tools that ran now, and of which the baseline does not say that they ran: none of their findings is called new. Sorted.
    pub unknown: Vec<Source>,
}

impl Comparison {
    /// How many findings stand so.
    pub fn count(&self, change: Change) -> usize {
        match change {
            Change::Absent => self.absent.len(),
            _ => self.standings.iter().flatten().filter(|standing| standing.change == Some(change)).count(),
        }
    }

    /// Writes down on each finding how it stands, and gives it the fingerprint that it inherits.
    pub fn apply(&self, runs: &mut [Run]) {
        for (run, standings) in runs.iter_mut().zip(&self.standings) {
            for (alert, standing) in run.alerts.iter_mut().zip(standings) {
                alert.change = standing.change;
                if let Some(inherited) = &standing.inherited {
                    set_fingerprint(alert, inherited);
                }
            }
        }
    }
}

/// Holds runs against a baseline. `renames` are the files that git says were renamed since: from, to.
pub fn compare(runs: &[Run], before: &Snapshot, renames: &[(RepoPath, RepoPath)]) -> Comparison {
    let (now, places) = Snapshot::with_places(runs);
    let renames = renames.iter().map(|(from, to)| (from.as_str(), to.as_str())).collect();
    let pairs = pairs_of_sources(&now.sources, &before.sources);
    let mut comparison = Comparison {
        standings: runs.iter().map(|run| vec![Standing::default(); run.alerts.len()]).collect(),
        ..Comparison::default()
    };
    for (source, of_now) in now.sources.iter().zip(&pairs) {
        if of_now.is_none() {
            comparison.unknown.push(source.clone());
        }
    }
    let now_range = |source: usize| range_of(&now.entries, source);
    for (at, source) in before.sources.iter().enumerate() {
        let old = &before.entries[range_of(&before.entries, at)];
        let gone = |entry: &Entry| Gone { source: source.clone(), entry: entry.clone() };
        let Some(same) = pairs.iter().position(|pair| *pair == Some(at)) else {
            comparison.inconclusive.extend(old.iter().map(gone));
            continue;
        };
        let range = now_range(same);
        let links = links::link(old, &now.entries[range.clone()], &renames);
        let mut is_found = vec![false; old.len()];
        for (index, link) in range.zip(&links) {
            let standing =
                standing(&now.entries[index], link.as_ref().map(|link| (&old[link.old], link.by_id)));
            if let Some(link) = link {
                is_found[link.old] = true;
            }
            let (run, alert) = places[index];
            comparison.standings[run][alert] = standing;
        }
        let absent = old.iter().zip(is_found).filter(|(_, is_found)| !is_found);
        comparison.absent.extend(absent.map(|(entry, _)| gone(entry)));
    }
    comparison
}

fn standing(now: &Entry, old: Option<(&Entry, bool)>) -> Standing {
    let Some((old, by_id)) = old else {
        return Standing { change: Some(Change::New), inherited: None };
    };
    let inherits = by_id && !old.fingerprint.is_empty() && old.fingerprint != now.fingerprint;
    let is_same = now.rule == old.rule
        && now.file == old.file
        && now.digest == old.digest
        && now.version == old.version
        && now.ids == old.ids
        && (!now.package.is_empty() || !have_other_lines(now, old));
    Standing {
        change: Some(if is_same { Change::Unchanged } else { Change::Updated }),
        inherited: inherits.then(|| Box::from(&*old.fingerprint)),
    }
}

/// Whether both have the hash of a line, and not of the same. A report from elsewhere may say nothing of its lines.
fn have_other_lines(now: &Entry, old: &Entry) -> bool {
    let [now, old] = [now, old].map(links::hash);
    let is_of_line = |hash: &str| (1..=16).contains(&hash.len());
    now != old && is_of_line(now) && is_of_line(old)
}

/// Entries are sorted by their source first.
fn range_of(entries: &[Entry], source: usize) -> std::ops::Range<usize> {
    let start = entries.partition_point(|entry| (entry.source as usize) < source);
    let end = entries.partition_point(|entry| entry.source as usize <= source);
    start..end
}

/// For each source of now, the one of before that it is held against: of the same tool and category. Where a tool has one
/// category on either side, these belong together whatever they are called: somebody named it, or named it better.
fn pairs_of_sources(now: &[Source], before: &[Source]) -> Vec<Option<usize>> {
    let single = |sources: &[Source]| {
        let mut tools: BTreeMap<_, Vec<usize>> = BTreeMap::new();
        for (at, source) in sources.iter().enumerate() {
            tools.entry(source.tool.clone()).or_default().push(at);
        }
        tools.retain(|_, sources| sources.len() == 1);
        tools
    };
    let (single_now, single_before) = (single(now), single(before));
    let pair = |source: &Source| {
        before.binary_search(source).ok().or_else(|| {
            single_now.get(&source.tool)?;
            single_before.get(&source.tool)?.first().copied()
        })
    };
    let pairs: Vec<_> = now.iter().map(pair).collect();
    debug_assert_eq!(
        pairs.iter().flatten().collect::<BTreeSet<_>>().len(),
        pairs.iter().flatten().count(),
        "no two of now are held against one"
    );
    pairs
}

#[cfg(test)]
mod tests;
