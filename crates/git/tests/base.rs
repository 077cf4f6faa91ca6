//! Which base is found, and what is said where none can be. Both back ends are asked for the same answer.

#![allow(clippy::unwrap_used, reason = "a failing test may panic where it stands")]
#![allow(clippy::needless_raw_string_hashes, reason = "expect-test writes them")]

mod fixture;

use expect_test::{Expect, expect};
use fixture::{Fixture, ask, base_of};
use gatewright_core::repository::{Base, BaseRequest, ChangeEnd, CommitId, RepositoryError};

/// main: 0 - 1 - 2; topic: 0 - 3 - 4
struct Forked {
    repo: Fixture,
    root: CommitId,
    main: [CommitId; 2],
    topic: [CommitId; 2],
}

fn forked() -> Forked {
    let repo = Fixture::new();
    repo.write("a", "0\n");
    let root = repo.commit();
    let commit = |name: &str, text: &str| {
        repo.write(name, text);
        repo.commit()
    };
    let main = [commit("main", "1\n"), commit("main", "2\n")];
    repo.git(&["switch", "--quiet", "--create", "topic", root.as_str()]);
    let topic = [commit("topic", "3\n"), commit("topic", "4\n")];
    Forked { repo, root, main, topic }
}

/// As on a pull request: HEAD is detached at the merge of the topic into main.
fn merged() -> (Forked, CommitId) {
    let forked = forked();
    forked.repo.git(&["switch", "--quiet", "--detach", "main"]);
    let merge = forked.repo.merge("topic");
    forked.repo.git(&["update-ref", "refs/heads/merge", "HEAD"]);
    (forked, merge)
}

fn check_error(error: &RepositoryError, expected: &Expect) {
    assert!(!error.not_a_repository);
    expected.assert_eq(&format!("{}\n{}\n", error.message, error.help));
}

fn base(commit: &CommitId, tip: &CommitId, found_as: &str) -> Base {
    Base { commit: commit.clone(), tip: tip.clone(), found_as: found_as.to_owned() }
}

#[test]
fn a_named_base_is_the_merge_base_with_it() {
    let Forked { repo, root, main, .. } = forked();
    assert_eq!(repo.explicit("main"), Ok(base(&root, &main[1], "merge base with main")));
    assert_eq!(repo.explicit("main~1"), Ok(base(&root, &main[0], "merge base with main~1")));
    assert_eq!(
        repo.explicit(main[1].as_str()).map(|base| (base.commit, base.tip)),
        Ok((root, main[1].clone()))
    );
    let parent = repo.id("HEAD^");
    assert_eq!(repo.explicit("HEAD~1"), Ok(base(&parent, &parent, "merge base with HEAD~1")));
    repo.git(&["tag", "--annotate", "--message", "x", "v1", "main"]);
    assert_eq!(repo.explicit("v1").map(|base| base.tip), Ok(main[1].clone()));
}

#[test]
fn a_branch_that_only_the_remote_has_is_found() {
    let Forked { repo, root, main, .. } = forked();
    let clone = repo.clone_with(&["--branch", "topic"]);
    assert_eq!(clone.explicit("main"), Ok(base(&root, &main[1], "merge base with origin/main")));
}

#[test]
fn an_unknown_base_names_what_was_tried_and_what_is_near() {
    let Forked { repo, .. } = forked();
    check_error(
        &repo.explicit("mian").unwrap_err(),
        &expect![[r#"
        there is no revision `mian`; tried `mian`, `origin/mian`
        Did you mean `main`?
    "#]],
    );
    for text in
        ["", "--all", "main..topic", "a b", "x\0y", "main\n", "@{u}", "^main", "HEAD~99", "HEAD:a", ":/none"]
    {
        let error = repo.explicit(text).unwrap_err();
        assert!(error.message.starts_with("there is no revision"), "{text:?}: {error}");
    }
    check_error(
        &repo.explicit("0123456789").unwrap_err(),
        &expect![[r#"
        there is no revision `0123456789`; tried `0123456789`, `origin/0123456789`
        Name a branch, a tag or a commit of this clone; `git branch --all` lists the branches.
    "#]],
    );
}

#[test]
fn on_a_merge_of_the_head_its_first_parent_is_the_base() {
    let (Forked { repo, root, main, topic }, _) = merged();
    let expected = base(&main[1], &main[1], "HEAD^1 of the merge commit");
    // Whatever base commit the event remembers.
    for remembered in [None, Some(&root), Some(&main[0])] {
        assert_eq!(repo.review(Some(&topic[1]), remembered), Ok(expected.clone()));
    }
    assert_eq!(repo.show(expected.commit.as_str(), ChangeEnd::Head), "Added \"topic\" +1\n");
}

#[test]
fn no_other_merge_and_no_other_parent_is_taken() {
    let (Forked { repo, root, main, topic }, merge) = merged();
    let found_as = format!("merge base with the event's base commit {}", main[0].short());
    // The event's head is not what HEAD merges: HEAD is something else.
    for head in [None, Some(&root), Some(&topic[0]), Some(&main[1]), Some(&merge)] {
        assert_eq!(repo.review(head, Some(&main[0])), Ok(base(&main[0], &main[0], &found_as)));
    }
    let error = repo.review(Some(&root), None).unwrap_err();
    check_error(
        &error,
        &expect![[r#"
        the event names no base commit, and HEAD is no merge of its head commit
        Name the base explicitly.
    "#]],
    );
}

#[test]
fn on_the_head_itself_the_merge_base_with_the_events_base_is_taken() {
    let Forked { repo, root, main, topic } = forked();
    let found_as = format!("merge base with the event's base commit {}", main[1].short());
    assert_eq!(repo.review(Some(&topic[1]), Some(&main[1])), Ok(base(&root, &main[1], &found_as)));
    // The branch merged main itself: its own merge is not the pull request's.
    let merge = repo.merge("main");
    assert_eq!(repo.review(Some(&merge), Some(&main[1])), Ok(base(&main[1], &main[1], &found_as)));
}

#[test]
fn an_event_with_nonsense_is_told() {
    let Forked { repo, topic, .. } = forked();
    let missing = CommitId::new(&"ab".repeat(20)).unwrap();
    check_error(
        &repo.review(Some(&topic[1]), Some(&missing)).unwrap_err(),
        &expect![[r#"
        the commit ababababab is not in this clone
        Fetch it: `git fetch origin abababababababababababababababababababab`.
    "#]],
    );
    let event = gatewright_core::repository::ReviewEvent {
        base_sha: Some("--upload-pack=x".to_owned()),
        ..Default::default()
    };
    check_error(
        &repo.base(&BaseRequest::Review(event)).unwrap_err(),
        &expect![[r#"
        the event's base commit `--upload-pack=x` is no full commit id
        Name the base explicitly.
    "#]],
    );
}

#[test]
fn a_laptop_takes_the_merge_base_with_the_remotes_default_branch() {
    let Forked { repo, root, main, .. } = forked();
    assert_eq!(repo.base(&BaseRequest::Local), Ok(None));
    repo.git(&["symbolic-ref", "HEAD", "refs/heads/main"]);
    let clone = repo.clone_with(&[]);
    clone.git(&["switch", "--quiet", "topic"]);
    let expected = base(&root, &main[1], "merge base with origin/main");
    assert_eq!(clone.base(&BaseRequest::Local), Ok(Some(expected)));
    clone.git(&["update-ref", "-d", "refs/remotes/origin/main"]);
    check_error(
        &clone.base(&BaseRequest::Local).unwrap_err(),
        &expect![[r#"
        origin/HEAD points to `origin/main`, which is not in this clone
        Run `git fetch origin` and `git remote set-head origin --auto`, or name the base explicitly.
    "#]],
    );
}

#[test]
fn histories_without_a_common_commit_are_told() {
    let Forked { repo, .. } = forked();
    repo.git(&["switch", "--quiet", "--orphan", "alone"]);
    repo.commit();
    check_error(
        &repo.explicit("main").unwrap_err(),
        &expect![[r#"
        HEAD and main have no common history
        Name a base that the checked out commit descends from.
    "#]],
    );
}

#[test]
fn of_several_merge_bases_the_newest_is_taken() {
    let Forked { repo, main, topic, .. } = forked();
    repo.git(&["switch", "--quiet", "main"]);
    repo.merge("topic");
    repo.git(&["switch", "--quiet", "topic"]);
    repo.merge(main[1].as_str());
    assert_eq!(repo.explicit("main").map(|base| base.commit), Ok(topic[1].clone()));
    repo.git(&["switch", "--quiet", "main"]);
    assert_eq!(repo.explicit("topic").map(|base| base.commit), Ok(topic[1].clone()));
}

#[test]
fn without_a_commit_there_is_no_base() {
    let repo = Fixture::new();
    check_error(
        &repo.explicit("main").unwrap_err(),
        &expect![[r#"
        the repository has no commit yet
        Commit something first.
    "#]],
    );
    assert_eq!(repo.base(&BaseRequest::Local), Ok(None));
    assert_eq!(ask(|git| gatewright_core::repository::Repository::head(git, repo.path())), Ok(None));
}

#[test]
fn a_merge_fetched_alone_asks_for_a_depth_of_two() {
    let (Forked { repo, main, topic, .. }, _) = merged();
    let clone = repo.clone_with(&["--depth=1", "--branch", "merge"]);
    let error = clone.review(Some(&topic[1]), Some(&main[0])).unwrap_err();
    let message = error.message.replace(main[1].short(), "<id>");
    check_error(
        &RepositoryError { message, ..error },
        &expect![[r#"
        HEAD is the merge of the pull request, but its first parent <id> is not in this clone
        Fetch one commit more: set `fetch-depth: 2` on actions/checkout, or run `git fetch --deepen=1`.
    "#]],
    );
    let clone = repo.clone_with(&["--depth=2", "--branch", "merge"]);
    let found = clone.review(Some(&topic[1]), Some(&main[0])).unwrap();
    assert_eq!(found.commit, main[1]);
    assert_eq!(clone.show(found.commit.as_str(), ChangeEnd::Head), "Added \"topic\" +1\n");
}

#[test]
fn a_head_fetched_alone_asks_for_the_whole_history() {
    let Forked { repo, root, main, topic } = forked();
    let clone = repo.clone_with(&["--depth=1", "--branch", "topic"]);
    let error = clone.review(Some(&topic[1]), Some(&main[1])).unwrap_err();
    let message = error.message.replace(main[1].short(), "<id>");
    check_error(
        &RepositoryError { message, ..error },
        &expect![[r#"
        the commit <id> is not in this clone
        Fetch the whole history: set `fetch-depth: 0` on actions/checkout, or run `git fetch --unshallow`.
    "#]],
    );
    // The base alone does not help: where the two meet is unknown.
    clone.git(&["fetch", "--quiet", "--depth=1", "origin", "main:refs/remotes/origin/main"]);
    check_error(
        &clone.explicit("main").unwrap_err(),
        &expect![[r#"
        the merge base of HEAD and origin/main can't be told, because the history of this clone is cut off
        Fetch the whole history: set `fetch-depth: 0` on actions/checkout, or run `git fetch --unshallow`.
    "#]],
    );
    let error = clone.review(Some(&topic[1]), Some(&main[1])).unwrap_err();
    assert!(error.help.contains("`fetch-depth: 0`"), "{error}");
    check_error(
        &clone.explicit("HEAD~1").unwrap_err(),
        &expect![[r#"
        there is no revision `HEAD~1`; tried `HEAD~1`, `origin/HEAD~1`
        The history of this clone is cut off: set `fetch-depth: 0` on actions/checkout, or run `git fetch --unshallow`.
    "#]],
    );
    clone.git(&["fetch", "--quiet", "--unshallow", "origin"]);
    assert_eq!(clone.explicit("main").map(|base| base.commit), Ok(root));
}

#[test]
fn a_common_commit_behind_which_the_true_base_may_hide_is_no_base() {
    // 0 - 1 - 2 - - - 5 main
    //  \       \
    //   3 - - - 4 topic, and the clone was cut at 2: it still sees 0 on both sides.
    let repo = Fixture::new();
    let zero = repo.commit();
    repo.commit();
    let two = repo.commit();
    repo.git(&["switch", "--quiet", "--create", "topic", zero.as_str()]);
    repo.write("topic", "3\n");
    repo.commit();
    repo.git(&["merge", "--quiet", "--no-ff", "--message", "four", two.as_str()]);
    repo.git(&["switch", "--quiet", "main"]);
    repo.write("main", "5\n");
    let five = repo.commit();
    repo.git(&["switch", "--quiet", "topic"]);
    let whole = repo.explicit("main").unwrap();
    assert_eq!(whole.commit, two);
    std::fs::write(repo.path().join(".git/shallow"), format!("{five}\n", five = five.as_str())).unwrap();
    let error = repo.explicit("main").unwrap_err();
    assert!(error.message.contains("can't be told"), "{error}");
    // Cut below the base, the answer is certain again.
    std::fs::write(repo.path().join(".git/shallow"), format!("{}\n", two.as_str())).unwrap();
    assert_eq!(repo.explicit("main"), Ok(whole));
}

#[test]
fn a_base_that_is_gone_is_an_error_and_not_an_empty_change() {
    let (Forked { repo, main, .. }, _) = merged();
    let clone = repo.clone_with(&["--depth=1", "--branch", "merge"]);
    let base = base_of(main[1].clone());
    let error = ask(|git| {
        gatewright_core::repository::Repository::changes(git, clone.path(), &base, ChangeEnd::Head)
    })
    .unwrap_err();
    assert!(error.message.ends_with("is not in this clone"), "{error}");
    assert!(error.help.contains("`fetch-depth: 0`"), "{error}");
}
