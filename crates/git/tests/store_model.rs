//! The store against a model: any history, any records, any depth of the clone.

#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a failing test may panic where it stands")]

mod fixture;

use std::collections::{BTreeMap, HashMap};

use fixture::Fixture;
use fixture::store::{START, entry, fetch, text};
use gatewright_core::repository::CommitId;
use gatewright_core::store::{MOST_ANCESTORS, NewEntry, Retention, Store as _, Time};
use gatewright_git::BackEnd;
use proptest::prelude::*;

const SERIES: [&str; 2] = ["a/b", "b"];

/// A history: the parents of each commit, all of them before it. And who records what, in this order: a commit, a
/// series, a run, a time and a payload.
/// Commit, series, run, time, payload.
type Record = (usize, usize, usize, u64, Vec<u8>);

#[derive(Clone, Debug)]
struct World {
    parents: Vec<Vec<usize>>,
    records: Vec<Record>,
    /// The clone in which the questions are asked: its branch's commit and its depth.
    tip: usize,
    depth: usize,
    most: usize,
}

fn worlds() -> impl Strategy<Value = World> {
    (3_usize..14).prop_flat_map(|size| {
        let parents: Vec<_> = (0..size)
            .map(|number| match number {
                0 => Just(Vec::new()).boxed(),
                _ => prop::collection::vec(number.saturating_sub(4)..number, 0..3)
                    .prop_map(|mut parents| {
                        let mut seen = Vec::new();
                        parents.retain(|parent| {
                            !seen.contains(parent) && {
                                seen.push(*parent);
                                true
                            }
                        });
                        parents
                    })
                    .boxed(),
            })
            .collect();
        let record =
            (0..size, 0..SERIES.len(), 0_usize..3, 0_u64..50, prop::collection::vec(any::<u8>(), 0..20));
        (parents, prop::collection::vec(record, 0..8), 0..size, 1_usize..5, 1_usize..4)
            .prop_map(|(parents, records, tip, depth, most)| World { parents, records, tip, depth, most })
    })
}

/// What the store is to hold: the latest word of each run on a commit of a series.
type Model = BTreeMap<(usize, usize, usize), (u64, Vec<u8>)>;

struct Built {
    remote: Fixture,
    clone: Fixture,
    ids: Vec<CommitId>,
}

fn build(world: &World) -> Built {
    let remote = Fixture::new();
    let git = git2::Repository::open(remote.path()).unwrap();
    let tree = git.find_tree(git.treebuilder(None).unwrap().write().unwrap()).unwrap();
    let mut ids: Vec<git2::Oid> = Vec::new();
    for (number, parents) in world.parents.iter().enumerate() {
        let time = git2::Time::new(1_700_000_000 + i64::try_from(number).unwrap(), 0);
        let who = git2::Signature::new("Test", "test@example.com", &time).unwrap();
        let parents: Vec<_> = parents.iter().map(|parent| git.find_commit(ids[*parent]).unwrap()).collect();
        let parents: Vec<_> = parents.iter().collect();
        let id = git.commit(None, &who, &who, &number.to_string(), &tree, &parents).unwrap();
        git.reference(&format!("refs/heads/c{number}"), id, true, "").unwrap();
        ids.push(id);
    }
    git.set_head(&format!("refs/heads/c{}", ids.len() - 1)).unwrap();
    let ids = ids.into_iter().map(|id| CommitId::new(&id.to_string()).unwrap()).collect();
    let (depth, branch) = (format!("--depth={}", world.depth), format!("c{}", world.tip));
    let clone = remote.clone_with(&[&depth, "--branch", &branch]);
    Built { remote, clone, ids }
}

fn new_entry(ids: &[CommitId], record: &Record) -> NewEntry {
    let (commit, series, run, time, payload) = record;
    NewEntry {
        time: Time::from_unix_seconds(START + time),
        payload: payload.clone(),
        ..entry(SERIES[*series], &ids[*commit], *run)
    }
}

/// The first parents of a commit, itself first.
fn line(parents: &[Vec<usize>], from: usize) -> Vec<usize> {
    std::iter::successors(Some(from), |commit| parents[*commit].first().copied()).collect()
}

fn is_here(repo: &Fixture, id: &CommitId) -> bool {
    git2::Repository::open(repo.path()).unwrap().find_commit(id.as_str().parse().unwrap()).is_ok()
}

/// What is known in the clone: where a step leads, from its own commits and from the lists in the store.
fn known(world: &World, built: &Built, model: &Model) -> HashMap<usize, usize> {
    let local = (0..world.parents.len()).filter(|commit| is_here(&built.clone, &built.ids[*commit]));
    let listed = model
        .keys()
        .flat_map(|(_, commit, _)| line(&world.parents, *commit).into_iter().take(MOST_ANCESTORS));
    local.chain(listed).filter_map(|commit| Some((commit, *world.parents[commit].first()?))).collect()
}

fn expected(
    model: &Model,
    steps: &HashMap<usize, usize>,
    (series, from): (usize, usize),
    most: usize,
) -> Vec<(usize, usize, usize, Vec<u8>)> {
    let line = std::iter::successors(Some(from), |commit| steps.get(commit).copied());
    let mut all = Vec::new();
    for (distance, commit) in line.enumerate() {
        let mut of_commit: Vec<_> = model
            .iter()
            .filter(|((own, at, _), _)| (*own, *at) == (series, commit))
            .map(|((_, _, run), (time, payload))| (*time, *run, payload.clone()))
            .collect();
        of_commit.sort();
        all.extend(of_commit.into_iter().rev().map(|(_, run, payload)| (distance, commit, run, payload)));
    }
    all.truncate(most);
    all
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(8) })]
    #[test]
    fn what_is_found_is_what_the_model_says(world in worlds()) {
        let built = build(&world);
        let mut model = Model::new();
        for record in &world.records {
            let entry = new_entry(&built.ids, record);
            BackEnd::Either.record(built.remote.path(), None, &entry, &Retention::default()).unwrap();
            let (commit, series, run, time, payload) = record.clone();
            model.insert((series, commit, run), (time, payload));
        }
        fetch(built.clone.path());
        let whole: HashMap<usize, usize> = (0..world.parents.len())
            .filter_map(|commit| Some((commit, *world.parents[commit].first()?)))
            .collect();
        let cut = known(&world, &built, &model);
        for (repo, steps) in [(&built.remote, &whole), (&built.clone, &cut)] {
            for (series, commit) in (0..SERIES.len()).flat_map(|series| (0..world.parents.len()).map(move |commit| (series, commit))) {
                let answer = BackEnd::Library
                    .history(repo.path(), SERIES[series], &built.ids[commit], world.most)
                    .unwrap();
                prop_assert_eq!(&answer.damaged, &[]);
                prop_assert_eq!(answer.store.is_some(), !model.is_empty());
                let found: Vec<_> = answer.value.iter().map(|found| {
                    let entry = &found.entry;
                    let at = built.ids.iter().position(|id| *id == entry.commit).unwrap();
                    (found.distance, at, usize::try_from(entry.run.id).unwrap(), entry.payload.clone())
                }).collect();
                let expected = expected(&model, steps, (series, commit), world.most);
                prop_assert_eq!(&found, &expected);
                let baseline =
                    BackEnd::Library.baseline(repo.path(), SERIES[series], &built.ids[commit]).unwrap();
                prop_assert_eq!(baseline.value.as_ref(), answer.value.first());
                // Nothing was found, and who comes before the last one can't be told: only then it is called cut.
                let last = std::iter::successors(Some(commit), |commit| steps.get(commit).copied()).last();
                let unknown = !is_here(repo, &built.ids[last.unwrap()]);
                if expected.is_empty() && model.keys().any(|(own, _, _)| *own == series) {
                    prop_assert_eq!(baseline.cut, unknown);
                }
                prop_assert!(!baseline.cut || expected.is_empty());
            }
        }
    }
}

#[test]
fn both_back_ends_agree_in_a_cut_clone() {
    let world = World {
        parents: vec![vec![], vec![0], vec![1], vec![2, 0], vec![3], vec![4], vec![4, 2]],
        records: (0_usize..5)
            .map(|number| (number, number % 2, 1, number as u64, number.to_le_bytes().to_vec()))
            .collect(),
        tip: 6,
        depth: 2,
        most: 9,
    };
    let built = build(&world);
    for record in &world.records {
        let entry = new_entry(&built.ids, record);
        fixture::program().record(built.remote.path(), None, &entry, &Retention::default()).unwrap();
    }
    fetch(built.clone.path());
    for (series, id) in SERIES.iter().flat_map(|series| built.ids.iter().map(move |id| (series, id))) {
        let answer = fixture::ask(|git| git.history(built.clone.path(), series, id, 9)).unwrap();
        assert!(answer.value.iter().all(|found| text(found).len() > 1));
    }
}
