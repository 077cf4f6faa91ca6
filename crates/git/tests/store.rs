//! The store, as two clones of one remote and several writers see it.

#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a failing test may panic where it stands")]
#![allow(clippy::needless_raw_string_hashes, reason = "expect-test writes them")]

mod fixture;

use std::path::Path;

use fixture::{Fixture, git_in, program};
use gatewright_core::repository::CommitId;
use gatewright_core::store::{
    Answer, Baseline, Fetched, NewEntry, Place, Recorded, Remote, Retention, Run, Store, StoreError, Time,
};
use gatewright_git::BackEnd;

#[test]
fn smoke() {
    let repo = Fixture::new();
    let first = repo.commit();
    let second = repo.commit();
    let entry = NewEntry {
        series: "coverage-gate/unit".into(),
        commit: first.clone(),
        run: Run { id: 1, attempt: 1 },
        time: Time::from_unix_seconds(1_800_000_000),
        payload: b"x".to_vec(),
    };
    let recorded = program().record(repo.path(), None, &entry, &Retention::default()).unwrap();
    println!("{recorded:?}");
    println!("{}", git_in(repo.path(), &["ls-tree", "-r", "-l", "refs/gatewright/v1"], 0));
    println!("{}", git_in(repo.path(), &["cat-file", "commit", "refs/gatewright/v1"], 0));
    for git in [BackEnd::Library, program(), BackEnd::Either] {
        println!("{:?}", git.baseline(repo.path(), "coverage-gate/unit", &second));
        println!("{:?}", git.entries(repo.path()));
    }
}
