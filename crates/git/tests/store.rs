//! What is recorded and what is found again, in every kind of clone.

#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a failing test may panic where it stands")]
#![allow(clippy::needless_raw_string_hashes, reason = "expect-test writes them")]

mod fixture;

use expect_test::expect;
use fixture::store::{
    DAY, START, baseline, entry, fetch, found, isolated_with, listed, record, remote_with, share, some, text,
};
use fixture::{Fixture, ask, git_in, program, run_git};
use gatewright_core::repository::CommitId;
use gatewright_core::store::{Fetched, NewEntry, Place, Retention, Run, Store as _, StoreErrorKind, Time};

const UNIT: &str = "coverage-gate/unit";

#[test]
fn without_a_store_there_is_no_baseline_and_no_error() {
    let repo = Fixture::new();
    let commit = repo.commit();
    let answer = baseline(repo.path(), UNIT, &commit);
    assert_eq!((answer.value, answer.store), (None, None));
    assert_eq!(listed(repo.path()), []);
    let empty = Fixture::empty();
    let error = ask(|git| git.baseline(empty.path(), UNIT, &commit)).unwrap_err();
    assert_eq!(
        (error.kind, error.message.as_str()),
        (StoreErrorKind::Repository, "there is no git repository here")
    );
}

#[test]
fn the_nearest_first_parent_counts_and_never_another_entry() {
    let repo = Fixture::new();
    let main: Vec<CommitId> = (0..5).map(|_| repo.commit()).collect();
    repo.git(&["checkout", "--quiet", "-b", "side", main[1].as_str()]);
    let side = repo.commit();
    repo.git(&["checkout", "--quiet", "main"]);
    let merge = repo.merge("side");
    // The side's entry is the latest, the one of the second commit the earliest.
    let recorded = [(&main[1], 1), (&main[3], 2), (&main[4], 3), (&side, 9)];
    for (commit, number) in recorded {
        record(repo.path(), &entry(UNIT, commit, number));
    }
    record(repo.path(), &entry("other", &main[2], 5));

    assert_eq!(found(repo.path(), UNIT, &main[4]), some(3, 0));
    assert_eq!(found(repo.path(), UNIT, &main[2]), some(1, 1));
    assert_eq!(found(repo.path(), UNIT, &main[0]), None);
    assert!(!baseline(repo.path(), UNIT, &main[0]).cut, "the history is all here");
    assert_eq!(found(repo.path(), UNIT, &side), some(9, 0));
    // The merged side is no first parent.
    assert_eq!(found(repo.path(), UNIT, &merge), some(3, 1));
    assert_eq!(found(repo.path(), "other", &merge), some(5, 3));
    assert_eq!(found(repo.path(), "coverage-gate", &merge), None);

    let found = baseline(repo.path(), UNIT, &main[2]);
    assert_eq!(found.store, Some(repo.id("refs/gatewright/v1")));
    let entry = found.value.unwrap().entry;
    assert_eq!((entry.commit, entry.ancestors), (main[1].clone(), vec![main[0].clone()]));
    assert_eq!(entry.time.to_string(), "2027-01-15T08:01:00Z");

    let history = |most| ask(|git| git.history(repo.path(), UNIT, &merge, most)).unwrap().value;
    let seen: Vec<_> = history(9).iter().map(|found| (text(found), found.distance)).collect();
    assert_eq!(seen, [("3".to_owned(), 1), ("2".to_owned(), 2), ("1".to_owned(), 4)]);
    assert_eq!(history(2).len(), 2);
    assert_eq!(history(0), []);
}

#[test]
fn the_same_run_again_replaces_and_another_run_stands_beside() {
    let repo = Fixture::new();
    let commit = repo.commit();
    let first = record(repo.path(), &entry(UNIT, &commit, 1));
    assert_eq!((first.place, first.tries, first.pruned, first.kept), (Place::Local, 1, 0, true));
    // Not a bit changes.
    assert_eq!(record(repo.path(), &entry(UNIT, &commit, 1)), first);

    let again = NewEntry {
        run: Run { id: 1, attempt: 2 },
        payload: b"again".to_vec(),
        time: Time::from_unix_seconds(START + DAY),
        ..entry(UNIT, &commit, 1)
    };
    record(repo.path(), &again);
    assert_eq!(listed(repo.path()), [(UNIT.to_owned(), 1)]);
    assert_eq!(found(repo.path(), UNIT, &commit), Some(("again".to_owned(), 0)));

    record(repo.path(), &entry(UNIT, &commit, 2));
    assert_eq!(listed(repo.path()), [(UNIT.to_owned(), 1), (UNIT.to_owned(), 2)]);
    // The latest by time counts, whoever recorded last.
    assert_eq!(found(repo.path(), UNIT, &commit), Some(("again".to_owned(), 0)));
    let history = ask(|git| git.history(repo.path(), UNIT, &commit, 9)).unwrap().value;
    assert_eq!(history.iter().map(text).collect::<Vec<_>>(), ["again", "2"]);
}

#[test]
fn the_same_entries_make_the_same_commit() {
    let repo = Fixture::new();
    let commits: Vec<CommitId> = (0..3).map(|_| repo.commit()).collect();
    let entries: Vec<NewEntry> = (0..3).map(|number| entry(UNIT, &commits[number], number)).collect();
    let stores = [[0, 1, 2], [2, 1, 0], [1, 2, 0]].map(|order| {
        let clone = repo.clone_with(&[]);
        order.map(|number| record(clone.path(), &entries[number]).store)[2].clone()
    });
    expect![[r#"
        [
            CommitId(
                "a70fbbfcbc2abefa7b98329297c33e2fef434938",
            ),
        ]
    "#]]
    .assert_debug_eq(&[stores[0].clone()]);
    assert!(stores.iter().all(|store| *store == stores[0]), "{stores:?}");
}

#[test]
fn nothing_that_a_user_sets_changes_the_commit() {
    let repo = Fixture::new();
    let commit = repo.commit();
    let expected = record(repo.clone_with(&[]).path(), &entry(UNIT, &commit, 1)).store;
    let settings = [
        ("commit.gpgSign", "true"),
        ("gpg.program", "false"),
        ("i18n.commitEncoding", "ISO-8859-1"),
        ("core.autocrlf", "true"),
        ("core.splitIndex", "true"),
        ("core.logAllRefUpdates", "always"),
        ("user.useConfigOnly", "true"),
        ("core.ignoreCase", "true"),
    ];
    for (key, value) in settings {
        repo.git(&["config", key, value]);
    }
    repo.write(".git/info/attributes", "* text eol=crlf\n");
    repo.write(".git/hooks/reference-transaction", "#!/bin/sh\nexit 1\n");
    let hook = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    std::fs::set_permissions(repo.path().join(".git/hooks/reference-transaction"), hook).unwrap();
    let mine = isolated_with(&[
        ("TZ", "Asia/Kolkata"),
        ("GIT_AUTHOR_NAME", "Me"),
        ("GIT_COMMITTER_DATE", "1 +0000"),
    ]);
    let recorded = mine.record(repo.path(), None, &entry(UNIT, &commit, 1), &Retention::default()).unwrap();
    assert_eq!(recorded.store, expected);
    assert!(!repo.path().join(".git/logs/refs/gatewright").exists());
    let left = run_git(repo.path(), &["status", "--porcelain"], 0).stdout;
    assert_eq!(String::from_utf8(left).unwrap(), "", "neither index nor files are touched");
}

#[test]
fn hostile_series_stay_apart_and_come_back() {
    let repo = Fixture::new();
    let commit = repo.commit();
    let long = "ü".repeat(150);
    let longer = format!("{long}x");
    let names =
        ["../x", "a/b", "a", ":", ".git", "format", "A", "a b\n\0", "ünï", "-rf", "%2F", "/", &long, &longer];
    for (number, name) in names.iter().enumerate() {
        record(repo.path(), &entry(name, &commit, number));
    }
    for (number, name) in names.iter().enumerate() {
        assert_eq!(found(repo.path(), name, &commit), some(number, 0), "{name:?}");
    }
    let mut expected: Vec<_> =
        names.iter().enumerate().map(|(number, name)| ((*name).to_owned(), number)).collect();
    expected.sort();
    assert_eq!(listed(repo.path()), expected);
    repo.git(&["fsck", "--strict"]);

    let refused =
        program().record(repo.path(), None, &entry("", &commit, 1), &Retention::default()).unwrap_err();
    assert_eq!(refused.kind, StoreErrorKind::BadEntry);
}

#[test]
fn what_is_old_goes_and_is_said() {
    let repo = Fixture::new();
    let commits: Vec<CommitId> = (0..6).map(|_| repo.commit()).collect();
    let retention = Retention { most_entries: 3, ..Retention::default() };
    let daily = |number: usize| NewEntry {
        time: Time::from_unix_seconds(START + number as u64 * DAY),
        ..entry(UNIT, &commits[number], number)
    };
    let record = |entry: &NewEntry, retention: &Retention| {
        let recorded = program().record(repo.path(), None, entry, retention).unwrap();
        (recorded.pruned, recorded.kept)
    };
    for number in 1..=3 {
        assert_eq!(record(&daily(number), &retention), (0, true));
    }
    assert_eq!(record(&daily(4), &retention), (1, true));
    assert_eq!(record(&entry("other", &commits[0], 0), &retention), (0, true));
    // Older than all that may stay: it is not written, and that is said.
    let before = repo.id("refs/gatewright/v1");
    assert_eq!(record(&daily(0), &retention), (0, false));
    assert_eq!(repo.id("refs/gatewright/v1"), before);
    let numbers = |folder| listed(folder).into_iter().map(|(_, number)| number).collect::<Vec<_>>();
    assert_eq!(numbers(repo.path()), [4, 3, 2, 0]);
    // By age, and with a least number.
    let young = Retention { most_days: 1, least_entries: 0, ..Retention::default() };
    assert_eq!(record(&daily(5), &Retention { least_entries: 9, ..young }), (0, true));
    assert_eq!(record(&daily(5), &young), (2, true));
    assert_eq!(numbers(repo.path()), [5, 4, 0]);
    // For room the oldest of any series goes.
    let bytes: u64 = repo
        .git(&["ls-tree", "-r", "-l", "refs/gatewright/v1"])
        .lines()
        .filter(|line| line.contains("series/"))
        .map(|line| line.split_whitespace().nth(3).unwrap().parse::<u64>().unwrap())
        .sum();
    assert_eq!(record(&daily(5), &Retention { most_bytes: bytes, ..Retention::default() }), (0, true));
    assert_eq!(record(&daily(5), &Retention { most_bytes: bytes - 1, ..Retention::default() }), (1, true));
    assert_eq!(numbers(repo.path()), [5, 4]);

    let large = NewEntry { payload: vec![0; 11], ..daily(5) };
    let small = Retention { most_payload_bytes: 10, ..Retention::default() };
    let refused = program().record(repo.path(), None, &large, &small).unwrap_err();
    assert_eq!(
        (refused.kind, refused.message.as_str()),
        (StoreErrorKind::BadEntry, "11 bytes are more than the 10 that the store takes")
    );
}

#[test]
fn what_was_let_go_is_gone_from_the_repository() {
    let repo = Fixture::new();
    let commits: Vec<CommitId> = (0..3).map(|_| repo.commit()).collect();
    let one = Retention { most_entries: 1, ..Retention::default() };
    for (number, commit) in commits.iter().enumerate() {
        program().record(repo.path(), None, &entry(UNIT, commit, number), &one).unwrap();
    }
    // A commit, three trees, the format, a description and a payload.
    let held = repo.git(&["rev-list", "--objects", "refs/gatewright/v1"]);
    assert_eq!(held.lines().count(), 7, "{held}");
}

#[test]
fn clones_of_any_depth_find_it() {
    let (remote, clone, ids) = remote_with(8);
    for (commit, number) in [(2, 1), (5, 2)] {
        assert_eq!(share(clone.path(), &entry(UNIT, &ids[commit], number)).unwrap().place, Place::Remote);
    }
    // A branch from between the two, whose parent no shallow clone has.
    clone.git(&["checkout", "--quiet", "-b", "topic", ids[4].as_str()]);
    let topic = clone.commit();
    clone.git(&["push", "--quiet", "origin", "topic"]);
    for depth in ["--depth=1", "--depth=2", "--depth=3", "--no-single-branch"] {
        // The parent of the one commit is known; nothing says what lies between it and the entry before.
        let on_main = if depth == "--depth=1" { None } else { some(2, 2) };
        for (branch, commit, expected) in [("main", &ids[7], on_main), ("topic", &topic, some(1, 3))] {
            let clone = remote.clone_with(&[depth, "--branch", branch]);
            let cut = clone.git(&["rev-parse", "--is-shallow-repository"]);
            assert_eq!(found(clone.path(), UNIT, commit), None);
            assert!(matches!(fetch(clone.path()), Fetched::At(_)));
            assert_eq!(found(clone.path(), UNIT, commit), expected, "{depth} {branch}");
            assert_eq!(baseline(clone.path(), UNIT, commit).cut, expected.is_none(), "{depth} {branch}");
            assert_eq!(found(clone.path(), UNIT, &ids[3]), some(1, 1), "the commit itself is not here");
            assert_eq!(
                clone.git(&["rev-parse", "--is-shallow-repository"]),
                cut,
                "the clone is as deep as before"
            );
            assert!(!clone.path().join(".git/FETCH_HEAD").exists());
        }
    }
}

#[test]
fn shallow_clones_record_what_the_store_knows_of_their_history() {
    let (remote, clone, ids) = remote_with(60);
    share(clone.path(), &entry(UNIT, &ids[57], 1)).unwrap();
    let shallow = remote.clone_with(&["--depth=1"]);
    share(shallow.path(), &entry("other", &ids[59], 2)).unwrap();
    let ancestors = baseline(shallow.path(), "other", &ids[59]).value.unwrap().entry.ancestors;
    // Its own parent, which is written in the commit; nothing leads from there to the recorded one.
    assert_eq!(ancestors, [ids[58].clone()]);

    let shallow = remote.clone_with(&["--depth=2"]);
    share(shallow.path(), &entry(UNIT, &ids[59], 3)).unwrap();
    let ancestors = baseline(shallow.path(), UNIT, &ids[59]).value.unwrap().entry.ancestors;
    let expected: Vec<CommitId> = ids[9..59].iter().rev().cloned().collect();
    assert_eq!(ancestors, expected);
    // Fifty steps back from the only entry that bridges the gap.
    assert_eq!(found(shallow.path(), UNIT, &ids[59]), some(3, 0));
    assert_eq!(found(shallow.path(), UNIT, &ids[9]), None);
}

#[test]
fn lists_lead_from_entry_to_entry_and_through_other_series() {
    let (remote, clone, ids) = remote_with(130);
    share(clone.path(), &entry(UNIT, &ids[0], 1)).unwrap();
    share(clone.path(), &entry("other", &ids[45], 2)).unwrap();
    share(clone.path(), &entry("other", &ids[90], 3)).unwrap();
    let shallow = remote.clone_with(&["--depth=1"]);
    fetch(shallow.path());
    assert_eq!(found(shallow.path(), UNIT, &ids[129]), None, "no list reaches the clone's history");
    share(clone.path(), &entry("third", &ids[129], 4)).unwrap();
    fetch(shallow.path());
    assert_eq!(found(shallow.path(), UNIT, &ids[129]), some(1, 129));
    assert_eq!(found(shallow.path(), "other", &ids[128]), some(3, 38));
}

#[test]
fn rewritten_history_is_no_ancestor() {
    let (remote, clone, ids) = remote_with(4);
    for (number, id) in ids.iter().enumerate().skip(1) {
        share(clone.path(), &entry(UNIT, id, number)).unwrap();
    }
    clone.git(&["reset", "--quiet", "--hard", ids[1].as_str()]);
    clone.write("a", "rewritten");
    let rewritten = [clone.commit(), clone.commit()];
    clone.git(&["push", "--quiet", "--force", "origin", "main"]);
    let orphan = {
        clone.git(&["checkout", "--quiet", "--orphan", "new"]);
        clone.commit()
    };
    for clone in [&clone, &remote.clone_with(&["--depth=2"])] {
        fetch(clone.path());
        // 2 and 3 are later, and of a history that is gone.
        let answer = found(clone.path(), UNIT, &rewritten[1]);
        let cut = clone.git(&["rev-parse", "--is-shallow-repository"]) == "true";
        assert_eq!(answer, some(1, 2), "cut: {cut}");
        let answer = baseline(clone.path(), UNIT, &orphan);
        assert_eq!((answer.value, answer.store), (None, Some(clone.id("refs/gatewright/v1"))));
    }
}

#[test]
fn worktrees_bare_repositories_and_partial_clones_serve() {
    let (remote, clone, ids) = remote_with(3);
    share(clone.path(), &entry(UNIT, &ids[1], 1)).unwrap();
    assert_eq!(found(remote.path(), UNIT, &ids[2]), some(1, 1), "bare");
    record(remote.path(), &entry(UNIT, &ids[2], 2));
    assert_eq!(found(remote.path(), UNIT, &ids[2]), some(2, 0), "bare");

    let tree = clone.outside().join("tree");
    clone.git(&["worktree", "add", "--quiet", "--detach", tree.to_str().unwrap()]);
    fetch(&tree);
    assert_eq!(found(&tree, UNIT, &ids[2]), some(2, 0));
    share(&tree, &entry(UNIT, &ids[0], 3)).unwrap();
    assert_eq!(found(clone.path(), UNIT, &ids[0]), some(3, 0));

    git_in(remote.path(), &["config", "uploadpack.allowFilter", "true"], 0);
    for filter in ["--filter=blob:none", "--filter=tree:0"] {
        let partial = remote.clone_with(&[filter, "--no-checkout"]);
        fetch(partial.path());
        // Whole, without the remote.
        partial.git(&["remote", "set-url", "origin", "/nowhere"]);
        let found = program().baseline(partial.path(), UNIT, &ids[2]).unwrap();
        assert_eq!(found.value.map(|found| text(&found)), Some("2".to_owned()), "{filter}");
    }
}

#[test]
fn ids_of_sha_256_and_odd_object_stores_serve() {
    let repo = Fixture::empty();
    repo.init(&["init", "--quiet", "--object-format=sha256"]);
    let (first, second) = (repo.commit(), repo.commit());
    record(repo.path(), &entry(UNIT, &first, 1));
    for git in [program(), gatewright_git::BackEnd::Either] {
        let answer = git.baseline(repo.path(), UNIT, &second).unwrap();
        assert_eq!(answer.value.map(|found| (text(&found), found.distance)), some(1, 1));
        assert_eq!(answer.store.unwrap().as_str().len(), 64);
        assert_eq!(git.entries(repo.path()).unwrap().value.len(), 1);
    }
    // A store that was packed by a garbage collection.
    let repo = Fixture::new();
    let commit = repo.commit();
    record(repo.path(), &entry(UNIT, &commit, 1));
    repo.git(&["gc", "--quiet", "--prune=now"]);
    assert_eq!(found(repo.path(), UNIT, &commit), some(1, 0));
}
