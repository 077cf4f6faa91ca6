//! That a gate does not wait for git: 2,000 files, of which 50 changed, and a store of 500 entries. The bounds are
//! wide, because test machines are busy; `--nocapture` shows the figures.

#![allow(clippy::unwrap_used, reason = "a failing test may panic where it stands")]

mod fixture;

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use fixture::Fixture;
use gatewright_core::repository::{BaseRequest, ChangeEnd, CommitId, Repository};
use gatewright_core::store::{Store as _, Time};
use gatewright_git::Git;

#[test]
fn a_usual_change_takes_milliseconds() {
    let repo = Fixture::new();
    let text = |file: usize, changed: bool| {
        (0..150).fold(String::new(), |mut text, line| {
            let mark = if changed && line % 40 == 7 { "changed" } else { "line" };
            writeln!(text, "file {file} has {mark} {line}").unwrap();
            text
        })
    };
    for file in 0..2000 {
        repo.write(&format!("src/part{}/file{file}.rs", file % 40), text(file, false));
    }
    repo.commit();
    repo.git(&["branch", "base"]);
    for file in (0..2000).step_by(40) {
        // A fifth of them is renamed as well.
        let old = format!("src/part{}/file{file}.rs", file % 40);
        if file % 200 == 0 {
            repo.remove(&old);
            repo.write(&format!("src/moved/other{file}.rs"), text(file, true));
        } else {
            repo.write(&old, text(file, true));
        }
    }
    repo.commit();
    for (end, bound) in [(ChangeEnd::Head, 200), (ChangeEnd::WorkTree, 600)] {
        let times = (0..10).map(|_| {
            let start = Instant::now();
            let base = Git.base(repo.path(), &BaseRequest::Explicit("base".to_owned())).unwrap().unwrap();
            let changes = Git.changes(repo.path(), &base, end).unwrap();
            let time = start.elapsed();
            assert_eq!(changes.files.len(), 50);
            assert_eq!(changes.files.iter().filter(|file| file.old_path.is_some()).count(), 10);
            assert!(changes.files.iter().all(|file| file.added.len() == 4 && file.removed.len() == 4));
            time
        });
        let best = times.min().unwrap();
        println!("{end:?}: {best:?}");
        assert!(best < Duration::from_millis(bound), "{end:?} took {best:?}");
    }
}

/// A store of an entry for each of the commits, oldest first, written down as the format has it.
fn write_store(repo: &Fixture, commits: &[CommitId]) {
    let git = git2::Repository::open(repo.path()).unwrap();
    let mut folder = git.treebuilder(None).unwrap();
    for (at, commit) in commits.iter().enumerate() {
        let time = Time::from_unix_seconds(1_800_000_000 + at as u64 * 60).to_string();
        let commit = commit.as_str();
        let mut about = format!(
            "gatewright-entry 1\nseries unit\ncommit {commit}\nrun {at} 1\ntime {time}\npayload 20000\n"
        );
        for ancestor in commits[..at].iter().rev().take(50) {
            writeln!(about, "parent {}", ancestor.as_str()).unwrap();
        }
        about += "end\n";
        let payload: Vec<u8> = (at..at + 2_500).flat_map(|number| (number * 7_919).to_le_bytes()).collect();
        let name = format!("{}.{commit}.{at}.1", time.replace(['-', ':'], ""));
        folder.insert(&name, git.blob(about.as_bytes()).unwrap(), 0o100_644).unwrap();
        folder.insert(format!("{name}.payload"), git.blob(&payload).unwrap(), 0o100_644).unwrap();
    }
    let mut series = git.treebuilder(None).unwrap();
    series.insert("unit", folder.write().unwrap(), 0o040_000).unwrap();
    let mut root = git.treebuilder(None).unwrap();
    root.insert("format", git.blob(b"gatewright-store 1\n").unwrap(), 0o100_644).unwrap();
    root.insert("series", series.write().unwrap(), 0o040_000).unwrap();
    let tree = git.find_tree(root.write().unwrap()).unwrap();
    let who = git2::Signature::now("Test", "test@example.com").unwrap();
    git.commit(Some("refs/gatewright/v1"), &who, &who, "store", &tree, &[]).unwrap();
}

#[test]
fn a_baseline_among_five_hundred_takes_milliseconds() {
    let repo = Fixture::new();
    let here = repo.commit();
    let id = |number: usize| CommitId::new(&format!("{number:040x}")).unwrap();
    let commits: Vec<CommitId> = (1..=499).map(id).chain([here.clone()]).collect();
    write_store(&repo, &commits);
    for form in ["loose", "packed"] {
        // Not at all is only said after all lists are read.
        for (what, commit, distance) in [("at once", &here, Some(0)), ("none", &id(1000), None)] {
            let times = (0..10).map(|_| {
                let start = Instant::now();
                let answer = Git.baseline(repo.path(), "unit", commit).unwrap();
                let time = start.elapsed();
                assert_eq!(answer.value.map(|found| found.distance), distance);
                assert_eq!(answer.damaged, []);
                time
            });
            let best = times.min().unwrap();
            println!("{form}, {what}: {best:?}");
            assert!(best < Duration::from_secs(2), "{form}, {what} took {best:?}");
        }
        let start = Instant::now();
        // None of them is here: by the lists alone.
        assert_eq!(Git.history(repo.path(), "unit", &id(499), 50).unwrap().value.len(), 50);
        println!("{form}, history: {:?}", start.elapsed());
        repo.git(&["gc", "--quiet"]);
    }
}
