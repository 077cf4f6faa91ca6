//! A store that is not as we write it: what is said, what is still found, and what becomes of it when an entry is
//! recorded.

#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a failing test may panic where it stands")]
#![allow(clippy::needless_raw_string_hashes, reason = "expect-test writes them")]

mod fixture;

use std::fs;

use expect_test::{Expect, expect};
use fixture::store::{baseline, entry, found, origin, record, remote_with, some, text};
use fixture::{Fixture, ask, git_in, program};
use gatewright_core::repository::CommitId;
use gatewright_core::store::{Answer, Retention, Store as _, StoreError, StoreErrorKind};
use gatewright_git::BackEnd;
use git2::build::TreeUpdateBuilder;

const UNIT: &str = "unit";

/// Three commits, of which the first two have an entry.
fn recorded() -> (Fixture, Vec<CommitId>) {
    let repo = Fixture::new();
    let ids: Vec<CommitId> = (0..3).map(|_| repo.commit()).collect();
    record(repo.path(), &entry(UNIT, &ids[0], 1));
    record(repo.path(), &entry(UNIT, &ids[1], 2));
    (repo, ids)
}

/// Writes a file of the store, or takes one away, as no version of ours would.
fn edit(repo: &Fixture, path: &str, bytes: Option<&[u8]>) {
    let git = git2::Repository::open(repo.path()).unwrap();
    let tree = git.find_reference("refs/gatewright/v1").unwrap().peel_to_tree().unwrap();
    let mut update = TreeUpdateBuilder::new();
    match bytes {
        Some(bytes) => update.upsert(path, git.blob(bytes).unwrap(), git2::FileMode::Blob),
        None => update.remove(path),
    };
    let tree = git.find_tree(update.create_updated(&git, &tree).unwrap()).unwrap();
    let who = git2::Signature::now("Somebody", "somebody@example.com").unwrap();
    let commit = git.commit(None, &who, &who, "garbage", &tree, &[]).unwrap();
    git.reference("refs/gatewright/v1", commit, true, "garbage").unwrap();
}

fn read(repo: &Fixture, path: &str) -> Vec<u8> {
    let mut text = repo.git(&["show", &format!("refs/gatewright/v1:{path}")]).into_bytes();
    text.push(b'\n');
    text
}

/// The path of the entry of a run.
fn path_of(repo: &Fixture, run: u64) -> String {
    let paths = repo.git(&["ls-tree", "-r", "--name-only", "refs/gatewright/v1"]);
    paths.lines().find(|path| path.ends_with(&format!(".{run}.1"))).unwrap().to_owned()
}

/// Both that tell it to its end; libgit2 alone leaves what is odd to the program.
fn either<T: PartialEq + std::fmt::Debug>(question: impl Fn(&BackEnd) -> T) -> T {
    let answer = question(&program());
    assert_eq!(question(&BackEnd::Either), answer, "either (left) and the git program (right) differ");
    answer
}

fn damage<T>(answer: &Answer<T>) -> String {
    answer.damaged.iter().map(|damaged| format!("{}: {}\n", damaged.path, damaged.reason)).collect()
}

/// What is found for the last commit, and what is passed over on the way.
fn passed_over(repo: &Fixture, ids: &[CommitId], expected: Expect) -> Option<(String, usize)> {
    let answer = either(|git| git.baseline(repo.path(), UNIT, &ids[2])).unwrap();
    let all = either(|git| git.entries(repo.path())).unwrap();
    assert_eq!(damage(&all), damage(&answer), "the listing names the same");
    expected.assert_eq(&damage(&answer).replace(ids[1].as_str(), "<second>"));
    answer.value.map(|found| (text(&found), found.distance))
}

#[test]
fn an_entry_that_is_damaged_is_named_and_the_next_one_counts() {
    let check = |change: &dyn Fn(&Fixture, &str), expected: Expect| {
        let (repo, ids) = recorded();
        change(&repo, &path_of(&repo, 2));
        assert_eq!(passed_over(&repo, &ids, expected), some(1, 2));
        // It takes nothing from those who record, and goes when its commit is recorded again.
        record(repo.path(), &entry("other", &ids[2], 3));
        record(repo.path(), &entry(UNIT, &ids[1], 2));
        assert_eq!(found(repo.path(), UNIT, &ids[2]), some(2, 1));
        assert_eq!(found(repo.path(), "other", &ids[2]), some(3, 0));
    };
    check(
        &|repo, path| {
            let about = read(repo, path);
            edit(repo, path, Some(&about[..about.len() - 20]));
        },
        expect![[r#"
            series/unit/20270115T080200Z.<second>.2.1: its description is cut off or garbled
        "#]],
    );
    check(
        &|repo, path| {
            let about = String::from_utf8(read(repo, path)).unwrap();
            edit(repo, path, Some(about.replace("entry 1", "entry 2").as_bytes()));
        },
        expect![[r#"
            series/unit/20270115T080200Z.<second>.2.1: a later version wrote it
        "#]],
    );
    check(
        &|repo, path| edit(repo, path, Some(b"\xff\0")),
        expect![[r#"
        series/unit/20270115T080200Z.<second>.2.1: it is no text
    "#]],
    );
    check(
        &|repo, path| edit(repo, path, Some(&read(repo, &path_of(repo, 1)))),
        expect![[r#"
        series/unit/20270115T080200Z.<second>.2.1: its description is that of another entry
    "#]],
    );
    check(
        &|repo, path| edit(repo, path, None),
        expect![[r#"
        series/unit/20270115T080200Z.<second>.2.1: its description is missing
    "#]],
    );
    check(
        &|repo, path| edit(repo, &format!("{path}.payload"), None),
        expect![[r#"
        series/unit/20270115T080200Z.<second>.2.1.payload: its payload is missing
    "#]],
    );
    check(
        &|repo, path| edit(repo, &format!("{path}.payload"), Some(b"cut off?")),
        expect![[r#"
        series/unit/20270115T080200Z.<second>.2.1.payload: its payload has 8 bytes instead of 1
    "#]],
    );
    check(
        &|repo, path| edit(repo, &format!("{path}.payload"), Some(&vec![b'x'; 1 << 20])),
        expect![[r#"
        series/unit/20270115T080200Z.<second>.2.1.payload: its payload has 1048576 bytes instead of 1
    "#]],
    );
}

#[test]
fn names_that_are_not_ours_are_named_and_left_alone() {
    let (repo, ids) = recorded();
    for path in ["README", "series/file", "series/unit/notes", "series/unit/more/notes"] {
        edit(&repo, path, Some(b"x"));
    }
    let expected = expect![[r#"
        README: no version that is known here wrote it
        series/file: no version that is known here wrote it
        series/unit/more: no version that is known here wrote it
        series/unit/notes: no version that is known here wrote it
    "#]];
    assert_eq!(passed_over(&repo, &ids, expected), some(2, 1));
    record(repo.path(), &entry(UNIT, &ids[2], 3));
    assert_eq!(either(|git| git.entries(repo.path())).unwrap().damaged.len(), 4);
    assert_eq!(repo.git(&["show", "refs/gatewright/v1:README"]), "x");
}

/// What those are told who ask, and those who record; nothing is written then.
fn refused(repo: &Fixture, ids: &[CommitId], kind: StoreErrorKind, expected: Expect) {
    let error = either(|git| git.baseline(repo.path(), UNIT, &ids[2])).unwrap_err();
    let reference = fs::read(repo.path().join(".git/refs/gatewright/v1")).unwrap();
    let recording =
        program().record(repo.path(), None, &entry(UNIT, &ids[2], 3), &Retention::default()).unwrap_err();
    assert_eq!(
        fs::read(repo.path().join(".git/refs/gatewright/v1")).unwrap(),
        reference,
        "it is not written over"
    );
    assert_eq!((error.kind, recording.kind), (kind, kind), "{error}, {recording}");
    assert_eq!(error, recording);
    let StoreError { message, help, .. } = error;
    expected.assert_eq(&format!("{message}\n{help}\n"));
}

#[test]
fn what_is_no_store_is_neither_read_nor_written_over() {
    let (repo, ids) = recorded();
    let store = repo.id("refs/gatewright/v1");
    let blob = repo.git(&["rev-parse", "refs/gatewright/v1:format"]);
    repo.git(&["update-ref", "refs/gatewright/v1", &blob]);
    refused(
        &repo,
        &ids,
        StoreErrorKind::Damaged,
        expect![[r#"
        `refs/gatewright/v1` holds a blob, no store
        If nothing else uses it, remove it with `git push origin --delete refs/gatewright/v1` and `git update-ref -d refs/gatewright/v1`; the next recording begins a new store.
    "#]],
    );

    repo.git(&["tag", "--annotate", "--message", "x", "tag", store.as_str()]);
    repo.git(&["update-ref", "refs/gatewright/v1", &repo.git(&["rev-parse", "refs/tags/tag"])]);
    refused(
        &repo,
        &ids,
        StoreErrorKind::Damaged,
        expect![[r#"
        `refs/gatewright/v1` holds a tag, no store
        If nothing else uses it, remove it with `git push origin --delete refs/gatewright/v1` and `git update-ref -d refs/gatewright/v1`; the next recording begins a new store.
    "#]],
    );

    repo.git(&["update-ref", "refs/gatewright/v1", ids[0].as_str()]);
    refused(
        &repo,
        &ids,
        StoreErrorKind::Damaged,
        expect![[r#"
        `refs/gatewright/v1` holds a commit without the file `format`, no store
        If nothing else uses it, remove it with `git push origin --delete refs/gatewright/v1` and `git update-ref -d refs/gatewright/v1`; the next recording begins a new store.
    "#]],
    );

    repo.git(&["update-ref", "refs/gatewright/v1", store.as_str()]);
    edit(&repo, "format", Some(b"gatewright-store 2\nmore\n"));
    refused(
        &repo,
        &ids,
        StoreErrorKind::LaterFormat,
        expect![[r#"
        the store in `refs/gatewright/v1` has the format `2`, which a later version wrote
        Use the version that wrote it, or a later one.
    "#]],
    );

    edit(&repo, "format", Some(b""));
    refused(
        &repo,
        &ids,
        StoreErrorKind::Damaged,
        expect![[r#"
        `refs/gatewright/v1` holds a commit with another file `format`, no store
        If nothing else uses it, remove it with `git push origin --delete refs/gatewright/v1` and `git update-ref -d refs/gatewright/v1`; the next recording begins a new store.
    "#]],
    );
}

#[test]
fn a_reference_that_is_broken_is_not_taken_for_none() {
    let (remote, clone, _) = remote_with(1);
    git_in(remote.path(), &["update-ref", "refs/gatewright/v1", "HEAD"], 0);
    for content in ["", "garbage\n", "0000000000000000000000000000000000000000\n"] {
        let (repo, ids) = recorded();
        for repo in [&repo, &clone] {
            repo.write(".git/refs/gatewright/v1", content);
        }
        let error = program().fetch(clone.path(), &origin()).unwrap_err();
        assert_eq!(error.kind, StoreErrorKind::Damaged, "{error}");
        refused(
            &repo,
            &ids,
            StoreErrorKind::Damaged,
            expect![[r#"
                `refs/gatewright/v1` is broken, it names no object
                Remove the file `refs/gatewright/v1` from the folder that `git rev-parse --git-common-dir` names, and fetch the store again with the verb `fetch`.
            "#]],
        );
    }
    let (repo, ids) = recorded();
    fs::write(repo.path().join(".git/refs/gatewright/v1"), "0123456789012345678901234567890123456789\n")
        .unwrap();
    refused(
        &repo,
        &ids,
        StoreErrorKind::Damaged,
        expect![[r#"
        the store in `refs/gatewright/v1` can't be read: missing object 0123456789012345678901234567890123456789 for refs/gatewright/v1
        Fetch it again: `git update-ref -d refs/gatewright/v1`, then the verb `fetch`. If that does not mend it, begin a new one with `git push origin --delete refs/gatewright/v1`.
    "#]],
    );
}

/// Where a loose object lies.
fn object(repo: &Fixture, revision: &str) -> std::path::PathBuf {
    let id = repo.git(&["rev-parse", revision]);
    repo.path().join(".git/objects").join(&id[..2]).join(&id[2..])
}

#[test]
fn objects_that_are_damaged_on_the_disk_are_no_missing_baseline() {
    // A file.
    for garble in [None, Some(b"garbage".as_slice())] {
        let (repo, ids) = recorded();
        let path = object(&repo, &format!("refs/gatewright/v1:{}", path_of(&repo, 2)));
        fs::remove_file(&path).unwrap();
        if let Some(bytes) = garble {
            fs::write(&path, bytes).unwrap();
        }
        let answer = either(|git| git.baseline(repo.path(), UNIT, &ids[2])).unwrap();
        assert_eq!(answer.value.map(|found| text(&found)), Some("1".to_owned()));
        assert_eq!(answer.damaged.len(), 1);
        assert_eq!(answer.damaged[0].reason, "its object is missing or damaged");
    }
    // Its folder, and all of it.
    for revision in ["refs/gatewright/v1:series/unit", "refs/gatewright/v1^{tree}", "refs/gatewright/v1"] {
        let (repo, ids) = recorded();
        fs::remove_file(object(&repo, revision)).unwrap();
        let error = either(|git| git.baseline(repo.path(), UNIT, &ids[2])).unwrap_err();
        assert_eq!(error.kind, StoreErrorKind::Damaged, "{revision}: {error}");
        let error =
            program().record(repo.path(), None, &entry(UNIT, &ids[2], 3), &Retention::default()).unwrap_err();
        assert_eq!(error.kind, StoreErrorKind::Damaged, "{revision}: {error}");
    }
    // The folder of another series takes nothing from this one.
    let (repo, ids) = recorded();
    record(repo.path(), &entry("other", &ids[2], 3));
    fs::remove_file(object(&repo, "refs/gatewright/v1:series/other")).unwrap();
    let answer = either(|git| git.baseline(repo.path(), UNIT, &ids[2])).unwrap();
    assert_eq!(answer.value.map(|found| text(&found)), Some("2".to_owned()));
    let all = either(|git| git.entries(repo.path())).unwrap();
    assert_eq!(
        (all.value.len(), damage(&all).as_str()),
        (2, "series/other: its object is missing or damaged\n")
    );
}

#[test]
fn a_tree_that_leads_out_of_itself_is_refused() {
    let (repo, ids) = recorded();
    let blob = repo.git(&["rev-parse", "refs/gatewright/v1:format"]);
    // `100644 ..` NUL id: what no git program writes.
    let raw: Vec<u8> = (0..20).map(|at| u8::from_str_radix(&blob[at * 2..at * 2 + 2], 16).unwrap()).collect();
    let tree = [b"100644 ..\0".as_slice(), &raw, b"100644 format\0", &raw].concat();
    fs::write(repo.outside().join("tree"), tree).unwrap();
    let tree = repo.outside().join("tree");
    let words = ["hash-object", "-w", "--literally", "-t", "tree", tree.to_str().unwrap()];
    let tree = git_in(repo.path(), &words, 0);
    let commit = repo.git(&["commit-tree", "-m", "x", &tree]);
    repo.git(&["update-ref", "refs/gatewright/v1", &commit]);
    let answer = baseline(repo.path(), UNIT, &ids[2]);
    assert_eq!(
        (answer.value, damage(&ask(|git| git.entries(repo.path())).unwrap()).as_str()),
        (None, "..: no version that is known here wrote it\n")
    );
    let error =
        program().record(repo.path(), None, &entry(UNIT, &ids[2], 3), &Retention::default()).unwrap_err();
    assert_eq!(error.kind, StoreErrorKind::Damaged);
    assert_eq!(error.message, "the store in `refs/gatewright/v1` can't be read: invalid path '..'");
}
