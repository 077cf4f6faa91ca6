//! Where a repository is, what state it is in, and what is said where it can't be read.

#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a failing test may panic where it stands")]
#![allow(clippy::needless_raw_string_hashes, reason = "expect-test writes them")]

mod fixture;

use std::fs;
use std::path::Path;

use expect_test::{Expect, expect};
use fixture::{Fixture, ask, base_of, isolation, path, program, show};
use gatewright_core::repository::{BaseRequest, ChangeEnd, CommitId, Repository, RepositoryError};
use gatewright_git::{BackEnd, Git};

fn root(folder: &Path) -> Result<Option<std::path::PathBuf>, RepositoryError> {
    ask(|git| git.root(folder))
}

fn text(error: &RepositoryError, folder: &Path) -> String {
    format!("{}\n{}\n", error.message, error.help).replace(&folder.display().to_string(), "<folder>")
}

fn tracked(repo: &Fixture) -> Vec<String> {
    let files = ask(|git| git.tracked_files(repo.path())).unwrap();
    files.into_iter().map(|path| path.as_str().to_owned()).collect()
}

fn small() -> Fixture {
    let repo = Fixture::new();
    repo.write("a", "1\n");
    repo.write("sub/b", "1\n");
    repo.commit();
    repo
}

#[test]
fn the_root_is_found_from_any_folder_inside() {
    let repo = small();
    for folder in [repo.path().to_path_buf(), repo.path().join("sub"), repo.path().join("sub/../sub/.")] {
        assert_eq!(root(&folder), Ok(Some(repo.path().to_path_buf())));
    }
}

#[test]
fn outside_of_a_repository_there_is_none() {
    let repo = Fixture::empty();
    assert_eq!(root(repo.path()), Ok(None));
    let error = ask(|git| git.head(repo.path())).unwrap_err();
    assert!(error.not_a_repository);
    expect![[r#"
        there is no git repository here
        Run inside a clone of the repository; in a workflow, put actions/checkout before this step.
    "#]]
    .assert_eq(&text(&error, repo.path()));
    let error = root(&repo.path().join("nowhere")).unwrap_err();
    expect![[r#"
        there is no folder `<folder>/nowhere`
        Check the working directory; in a workflow, put actions/checkout before this step.
    "#]]
    .assert_eq(&text(&error, repo.path()));
}

#[test]
fn a_git_file_that_leads_nowhere_is_told() {
    let repo = Fixture::empty();
    fs::write(repo.path().join(".git"), "gitdir: /nowhere\n").unwrap();
    let check = |git: &BackEnd, expected: Expect| {
        expected.assert_eq(&text(&git.root(repo.path()).unwrap_err(), repo.path()));
    };
    check(
        &BackEnd::Either,
        expect![[r#"
        `<folder>/.git` leads to no usable git repository
        Clone the repository again, or run `git worktree repair` where it is a worktree.
    "#]],
    );
    check(
        &program(),
        expect![[r#"
        `/nowhere` leads to no usable git repository
        Clone the repository again, or run `git worktree repair` where it is a worktree.
    "#]],
    );
}

#[test]
fn before_the_first_commit_everything_is_tracked_and_nothing_can_be_compared() {
    let repo = Fixture::new();
    repo.write("x", "1\n");
    repo.git(&["add", "x"]);
    assert_eq!(ask(|git| git.head(repo.path())), Ok(None));
    assert_eq!(tracked(&repo), ["x"]);
    assert_eq!(ask(|git| git.tags(repo.path())), Ok(vec![]));
    // A base from elsewhere: everything that lies there can be compared with it.
    let other = small();
    repo.git(&["fetch", "--quiet", other.path().to_str().unwrap(), "main:other"]);
    let base = base_of(repo.id("other"));
    let changes = |end| ask(|git| git.changes(repo.path(), &base, end));
    let expected = "Deleted \"sub/b\" -1\nRenamed \"a\" -> \"x\"\n";
    assert_eq!(show(&changes(ChangeEnd::WorkTree).unwrap()), expected);
    expect![[r#"
        the repository has no commit yet
        Commit something first.
    "#]]
    .assert_eq(&text(&changes(ChangeEnd::Head).unwrap_err(), repo.path()));
}

#[test]
fn a_bare_repository_has_commits_but_no_working_tree() {
    let source = small();
    source.write("a", "2\n");
    source.commit();
    let repo = source.clone_with(&["--bare"]);
    assert_eq!(root(repo.path()), Ok(Some(repo.path().to_path_buf())));
    assert_eq!(repo.show("HEAD^", ChangeEnd::Head), "Modified \"a\" +1 -1\n");
    assert_eq!(tracked(&repo), ["a", "sub/b"]);
    let base = base_of(repo.id("HEAD^"));
    let error = ask(|git| git.changes(repo.path(), &base, ChangeEnd::WorkTree)).unwrap_err();
    expect![[r#"
        the repository is bare, it has no files to compare
        Run in a clone that has a working tree.
    "#]]
    .assert_eq(&text(&error, repo.path()));
}

#[test]
fn worktrees_and_submodules_are_repositories_of_their_own() {
    let repo = small();
    let tree = repo.outside().join("tree");
    repo.git(&["worktree", "add", "--quiet", "--detach", tree.to_str().unwrap()]);
    fs::write(tree.join("a"), "1\n2\n").unwrap();
    fs::write(tree.join("new"), "1\n").unwrap();
    let base = base_of(repo.id("HEAD"));
    let changes = |folder: &Path| show(&ask(|git| git.changes(folder, &base, ChangeEnd::WorkTree)).unwrap());
    assert_eq!(root(&tree.join("sub")), Ok(Some(tree.clone())));
    assert_eq!(changes(&tree), "Modified \"a\" +2\nAdded \"new\" +1\n");
    assert_eq!(changes(repo.path()), "");

    let outer = Fixture::new();
    outer.git(&["submodule", "--quiet", "add", repo.path().to_str().unwrap(), "module"]);
    outer.commit();
    let module = outer.path().join("module");
    fs::write(module.join("a"), "1\n2\n").unwrap();
    fs::write(module.join("new"), "1\n").unwrap();
    assert_eq!(root(&module.join("sub")), Ok(Some(module.clone())));
    assert_eq!(changes(&module), "Modified \"a\" +2\nAdded \"new\" +1\n");
    assert_eq!(tracked(&outer), [".gitmodules"]);
    assert_eq!(outer.show("HEAD", ChangeEnd::WorkTree), "");
}

#[test]
fn files_that_a_sparse_checkout_left_out_are_not_deleted() {
    let source = small();
    source.write("out/c", "1\n");
    source.commit();
    let repo = source.clone_with(&["--sparse"]);
    repo.git(&["sparse-checkout", "set", "sub"]);
    assert!(!repo.path().join("out").exists());
    repo.write("sub/b", "2\n");
    repo.write("sub/new", "one\n");
    assert_eq!(repo.show("HEAD", ChangeEnd::WorkTree), "Modified \"sub/b\" +1 -1\nAdded \"sub/new\" +1\n");
    assert_eq!(tracked(&repo), ["a", "out/c", "sub/b"]);
    // An index that libgit2 can't read.
    repo.git(&["sparse-checkout", "reapply", "--sparse-index"]);
    let base = base_of(repo.id("HEAD"));
    for git in [BackEnd::Either, program()] {
        let changes = git.changes(repo.path(), &base, ChangeEnd::WorkTree).unwrap();
        assert_eq!(show(&changes), "Modified \"sub/b\" +1 -1\nAdded \"sub/new\" +1\n");
    }
}

#[test]
fn in_a_partial_clone_git_fetches_what_is_missing() {
    let source = small();
    source.git(&["config", "uploadpack.allowFilter", "true"]);
    source.git(&["config", "uploadpack.allowAnySHA1InWant", "true"]);
    source.write("a", "2\n3\n");
    source.commit();
    let first = base_of(source.id("HEAD^"));
    for filter in ["--filter=blob:none", "--filter=tree:0"] {
        let repo = source.clone_with(&["--no-checkout", filter]);
        let folder = repo.path();
        for end in [ChangeEnd::Head, ChangeEnd::WorkTree] {
            let alone = BackEnd::Library.changes(folder, &first, end).unwrap_err();
            assert!(alone.message.starts_with("the repository can't be read: object not found"), "{alone}");
        }
        let nested = BackEnd::Library.file_at(folder, &first.commit, &path("sub/b")).unwrap_err();
        assert!(nested.message.starts_with("the repository can't be read: object not found"), "{nested}");
        assert_eq!(Git.file_at(folder, &first.commit, &path("sub/b")), Ok(Some(b"1\n".to_vec())));

        let found = Git.base(folder, &BaseRequest::Explicit("HEAD^".to_owned())).unwrap().unwrap();
        assert_eq!(found.commit, first.commit);
        assert_eq!(show(&Git.changes(folder, &found, ChangeEnd::Head).unwrap()), "Modified \"a\" +1-2 -1\n");
        // Without a checkout every file is missing.
        let gone = "Deleted \"a\" -1\nDeleted \"sub/b\" -1\n";
        assert_eq!(show(&Git.changes(folder, &found, ChangeEnd::WorkTree).unwrap()), gone);
    }
}

#[test]
fn ids_of_sixty_four_digits_are_read() {
    let repo = Fixture::empty();
    repo.init(&["init", "--quiet", "--object-format=sha256"]);
    repo.write("a", "1\n");
    let first = repo.commit();
    assert_eq!(first.as_str().len(), 64);
    repo.git(&["mv", "a", "b"]);
    repo.git(&["tag", "--annotate", "--message", "x", "v1"]);
    repo.commit();
    let folder = repo.path();
    let found = Git.base(folder, &BaseRequest::Explicit("v1".to_owned())).unwrap().unwrap();
    assert_eq!(found.commit, first);
    assert_eq!(show(&Git.changes(folder, &found, ChangeEnd::Head).unwrap()), "Renamed \"a\" -> \"b\"\n");
    assert_eq!(Git.first_parents(folder, &repo.id("HEAD"), 9).unwrap(), [repo.id("HEAD"), first]);
    assert_eq!(Git.tags(folder).unwrap().len(), 1);
    assert_eq!(Git.tracked_files(folder).unwrap(), [path("b")]);
}

#[test]
fn an_extension_that_nobody_knows_is_told_in_gits_words() {
    let repo = small();
    repo.git(&["config", "core.repositoryFormatVersion", "1"]);
    repo.git(&["config", "extensions.fromTheFuture", "true"]);
    let error = Git.head(repo.path()).unwrap_err();
    assert!(error.message.contains("extension"), "{error}");
    assert!(!error.help.is_empty());
}

#[test]
fn another_owners_repository_names_the_command_that_trusts_it() {
    let repo = small();
    let check = |git: &BackEnd| {
        expect![[r#"
            git refuses to read `<folder>`, because another user owns it
            If you trust it, run `git config --global --add safe.directory <folder>` before this step.
        "#]]
        .assert_eq(&text(&git.root(&repo.path().join("sub")).unwrap_err(), repo.path()));
    };
    // What git offers for its own tests; no right to give a folder away is needed.
    let mut environment = isolation();
    environment.push(("GIT_TEST_ASSUME_DIFFERENT_OWNER".to_owned(), "1".to_owned()));
    check(&BackEnd::Program { environment });
    // Where we may give the folder away, as root in a container, both back ends see another owner.
    if std::os::unix::fs::chown(repo.path(), Some(12345), None).is_ok() {
        std::os::unix::fs::chown(repo.path().join(".git"), Some(12345), None).unwrap();
        check(&program());
        check(&BackEnd::Either);
        let alone = BackEnd::Library.head(repo.path()).unwrap_err();
        assert!(alone.message.contains("owned"), "{alone}");
    }
}

#[test]
fn files_of_other_commits_are_read() {
    let repo = small();
    let first = repo.id("HEAD");
    std::os::unix::fs::symlink("a", repo.path().join("link")).unwrap();
    repo.write("a", "2\r\n\0");
    repo.write("odd *[name] \\ ü", "odd\n");
    let second = repo.commit();
    let read = |commit: &CommitId, name: &str| ask(|git| git.file_at(repo.path(), commit, &path(name)));
    assert_eq!(read(&first, "a"), Ok(Some(b"1\n".to_vec())));
    assert_eq!(read(&second, "a"), Ok(Some(b"2\r\n\0".to_vec())));
    assert_eq!(read(&second, "odd *[name] \\ ü"), Ok(Some(b"odd\n".to_vec())));
    for name in ["nowhere", "sub", "sub/nowhere", "a/b", "*"] {
        assert_eq!(read(&second, name), Ok(None), "{name}");
    }
    assert_eq!(read(&first, "link"), Ok(None));
    let message = read(&second, "link").unwrap_err().message;
    assert_eq!(message, format!("`link` is a symbolic link in {}", second.short()));
    let missing = CommitId::new(&"1".repeat(40)).unwrap();
    assert_eq!(read(&missing, "a").unwrap_err().message, "the commit 1111111111 is not in this clone");
}

#[test]
fn tags_are_followed_to_their_commits_and_sorted_as_versions() {
    let repo = small();
    let first = repo.id("HEAD");
    repo.git(&["tag", "v1.10.0"]);
    let second = repo.commit();
    repo.git(&["tag", "--annotate", "--message", "x", "v1.9.0"]);
    repo.git(&["tag", "--annotate", "--message", "x", "v1.10.0-rc.1", "v1.9.0"]);
    repo.git(&["tag", "of-a-tree", "HEAD^{tree}"]);
    repo.git(&["tag", "nested/v2", first.as_str()]);
    let tags = ask(|git| git.tags(repo.path())).unwrap();
    let tags: Vec<_> = tags.iter().map(|tag| (tag.name.as_str(), &tag.commit)).collect();
    assert_eq!(
        tags,
        [("nested/v2", &first), ("v1.9.0", &second), ("v1.10.0-rc.1", &second), ("v1.10.0", &first)]
    );
}

#[test]
fn history_follows_first_parents_and_ends_where_it_is_cut() {
    let repo = small();
    let first = repo.id("HEAD");
    repo.git(&["switch", "--quiet", "--create", "topic"]);
    repo.commit();
    repo.git(&["switch", "--quiet", "main"]);
    let second = repo.commit();
    let merge = repo.merge("topic");
    let history = |repo: &Fixture, limit| ask(|git| git.first_parents(repo.path(), &merge, limit)).unwrap();
    assert_eq!(history(&repo, 50), [merge.clone(), second.clone(), first]);
    assert_eq!(history(&repo, 2), [merge.clone(), second.clone()]);
    assert_eq!(history(&repo, 0), []);
    assert_eq!(history(&repo.clone_with(&["--depth=2"]), 50), [merge.clone(), second]);
}

#[test]
fn a_damaged_repository_is_an_error_with_a_next_step() {
    let damage = |what: &dyn Fn(&Path)| {
        let repo = small();
        repo.write("a", "2\n");
        repo.commit();
        let (base, head) = (base_of(repo.id("HEAD^")), repo.id("HEAD"));
        what(&repo.path().join(".git"));
        for git in [BackEnd::Library, program(), BackEnd::Either] {
            let answers = [
                git.head(repo.path()).map(|_| ()),
                git.base(repo.path(), &BaseRequest::Explicit("main".into())).map(|_| ()),
                git.changes(repo.path(), &base, ChangeEnd::Head).map(|_| ()),
                git.changes(repo.path(), &base, ChangeEnd::WorkTree).map(|_| ()),
                git.file_at(repo.path(), &head, &path("a")).map(|_| ()),
                git.tracked_files(repo.path()).map(|_| ()),
                git.tags(repo.path()).map(|_| ()),
                git.first_parents(repo.path(), &head, 9).map(|_| ()),
            ];
            let errors: Vec<_> = answers.into_iter().filter_map(Result::err).collect();
            assert!(!errors.is_empty(), "{git:?} noticed nothing");
            assert!(
                errors.iter().all(|error| !error.message.is_empty() && error.help.ends_with('.')),
                "{errors:?}"
            );
        }
    };
    damage(&|git| fs::write(git.join("index"), "nonsense").unwrap());
    damage(&|git| fs::write(git.join("HEAD"), "nonsense\n").unwrap());
    damage(&|git| fs::write(git.join("refs/heads/main"), "nonsense\n").unwrap());
    damage(&|git| fs::write(git.join("config"), "[nonsense").unwrap());
    damage(&|git| fs::remove_dir_all(git.join("objects")).unwrap());
    damage(&|git| {
        // Every object is missing.
        fs::remove_dir_all(git.join("objects")).unwrap();
        fs::create_dir(git.join("objects")).unwrap();
    });
    damage(&|git| {
        // Every object becomes empty, as after a crash.
        for folder in fs::read_dir(git.join("objects")).unwrap() {
            for object in fs::read_dir(folder.unwrap().path()).unwrap() {
                let object = object.unwrap().path();
                fs::remove_file(&object).unwrap();
                fs::write(object, "").unwrap();
            }
        }
    });
}

#[test]
fn a_broken_reference_is_not_taken_for_a_young_repository() {
    let repo = small();
    fs::write(repo.path().join(".git/refs/heads/main"), "nonsense\n").unwrap();
    for git in [BackEnd::Library, program(), BackEnd::Either] {
        let error = git.head(repo.path()).unwrap_err();
        assert!(error.message.starts_with("the repository can't be read: "), "{git:?}: {error}");
    }
}
