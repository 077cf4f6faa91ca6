//! The changed lines of single, named situations. Every answer is asked of libgit2 and of the git program.

#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a failing test may panic where it stands")]
#![allow(clippy::needless_raw_string_hashes, reason = "expect-test writes them")]

mod fixture;

use std::fmt::Write as _;
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};

use expect_test::expect;
use fixture::{Fixture, base_of, git_in, program, run_git};
use gatewright_core::repository::{ChangeEnd, Repository};
use gatewright_git::{BackEnd, Git};

fn lines(count: usize) -> String {
    (1..=count).fold(String::new(), |mut text, number| {
        writeln!(text, "line {number}").unwrap();
        text
    })
}

/// One fixture for both ends: what is committed, and what then lies in the working tree.
fn check(before: impl Fn(&Fixture), after: impl Fn(&Fixture), expected: &expect_test::Expect) {
    let repo = Fixture::new();
    before(&repo);
    repo.commit();
    after(&repo);
    expected.assert_eq(&repo.show("HEAD", ChangeEnd::WorkTree));
    repo.git(&["add", "--all"]);
    expected.assert_eq(&repo.show("HEAD", ChangeEnd::WorkTree));
    repo.commit();
    expected.assert_eq(&repo.show("HEAD^", ChangeEnd::Head));
    expected.assert_eq(&repo.show("HEAD^", ChangeEnd::WorkTree));
}

#[test]
fn edits_additions_and_deletions() {
    check(
        |repo| {
            repo.write("edited", "1\n2\n3\n4\n5\n6\n");
            repo.write("gone", lines(3));
            repo.write("same", "x\n");
            repo.write("shortened", "1\n2\n3\n");
        },
        |repo| {
            repo.write("edited", "0\n1\n2\nthree\n4\n6\n7\n");
            repo.remove("gone");
            repo.write("new/one", "a\nb");
            repo.write("shortened", "1\n3\n");
            repo.write("nothing", "");
        },
        &expect![[r#"
            Modified "edited" +1,4,7 -3,5
            Deleted "gone" -1-3
            Added "new/one" +1-2
            Added "nothing"
            Modified "shortened" -2
        "#]],
    );
}

#[test]
fn a_pure_rename_adds_no_line_and_an_edited_one_only_its_own() {
    check(
        |repo| {
            repo.write("pure.rs", lines(10));
            repo.write("old/edited.rs", lines(20).replace("line", "row"));
            repo.write("rewritten.rs", lines(9).replace("line", "column"));
        },
        |repo| {
            repo.git(&["mv", "pure.rs", "moved.rs"]);
            repo.remove("old/edited.rs");
            repo.write("new/edited.rs", lines(20).replace("line", "row").replace("row 7\n", "seven\n"));
            repo.remove("rewritten.rs");
            repo.write("fresh.rs", "nothing\nof\nthe\nold\n");
        },
        &expect![[r#"
            Added "fresh.rs" +1-4
            Renamed "pure.rs" -> "moved.rs"
            Renamed "old/edited.rs" -> "new/edited.rs" +7 -7
            Deleted "rewritten.rs" -1-9
        "#]],
    );
}

#[test]
fn lines_that_look_like_a_patch_are_lines() {
    check(
        |repo| repo.write("x", "-- a/y\n1\n2\n3\n"),
        |repo| repo.write("x", "1\n++ b/y\n@@ -1 +1 @@\ndiff --git a/z b/z\n2\n3\n"),
        &expect![[r#"
            Modified "x" +2-4 -1
        "#]],
    );
}

#[test]
fn any_name_is_a_name() {
    let names = [
        "with space",
        "tab\there",
        "new\nline",
        "back\\slash",
        "quo\"te",
        "grüße/ñandú.rs",
        "a b/ c ",
        "--- a",
        "'x'",
        "日本",
        "star*",
        "[a]",
        ":(top)x",
        "-dash",
        "%s",
        "\u{1}",
    ];
    check(
        |repo| {
            for name in names {
                repo.write(name, "1\n2\n");
            }
        },
        |repo| {
            for name in names {
                repo.write(name, "1\ntwo\n");
                repo.write(&format!("new {name}"), format!("only in {name:?}\n"));
            }
        },
        &expect![[r#"
            Modified "\u{1}" +2 -2
            Modified "%s" +2 -2
            Modified "'x'" +2 -2
            Modified "--- a" +2 -2
            Modified "-dash" +2 -2
            Modified ":(top)x" +2 -2
            Modified "[a]" +2 -2
            Modified "a b/ c " +2 -2
            Modified "back\\slash" +2 -2
            Modified "grüße/ñandú.rs" +2 -2
            Modified "new\nline" +2 -2
            Added "new \u{1}" +1
            Added "new %s" +1
            Added "new 'x'" +1
            Added "new --- a" +1
            Added "new -dash" +1
            Added "new :(top)x" +1
            Added "new [a]" +1
            Added "new a b/ c " +1
            Added "new back\\slash" +1
            Added "new grüße/ñandú.rs" +1
            Added "new new\nline" +1
            Added "new quo\"te" +1
            Added "new star*" +1
            Added "new tab\there" +1
            Added "new with space" +1
            Added "new 日本" +1
            Modified "quo\"te" +2 -2
            Modified "star*" +2 -2
            Modified "tab\there" +2 -2
            Modified "with space" +2 -2
            Modified "日本" +2 -2
        "#]],
    );
}

#[test]
fn binaries_have_no_lines() {
    check(
        |repo| {
            repo.write("image", b"a\0b\nc\n");
            repo.write("became", "text\n");
            repo.write("late", [&[b'x'; 9000][..], b"\0\n"].concat());
            repo.write(".gitattributes", "*.lock -diff\n*.dat binary\n*.forced diff\n");
            for name in ["a.lock", "a.dat"] {
                repo.write(name, "1\n2\n");
            }
            repo.write("a.forced", b"1\0\n2\n");
        },
        |repo| {
            repo.write("image", b"a\0b\nd\n");
            repo.write("became", b"text\n\0\n");
            repo.write("late", [&[b'x'; 9000][..], b"\0\nmore\n"].concat());
            repo.write("new", b"\0");
            for name in ["a.lock", "a.dat", "b.lock"] {
                repo.write(name, format!("1\n3 {name}\n"));
            }
            repo.write("a.forced", b"1\0\n3\n");
        },
        &expect![[r#"
            Modified "a.dat" binary
            Modified "a.forced" +2 -2
            Modified "a.lock" binary
            Added "b.lock" binary
            Modified "became" binary
            Modified "image" binary
            Modified "late" +2
            Added "new" binary
        "#]],
    );
}

#[test]
fn modes_and_line_ends() {
    let executable = |repo: &Fixture, name: &str| {
        fs::set_permissions(repo.path().join(name), fs::Permissions::from_mode(0o755)).unwrap();
    };
    check(
        |repo| {
            repo.write("script", "1\n");
            repo.write("no-end", "1\n2");
            repo.write("end", "1\n2\n");
            repo.write("crlf", "1\r\n2\r\n3\r\n");
            repo.write("lf", "1\n2\n3\n");
            repo.write("cr", "1\r2\r3\r");
        },
        |repo| {
            executable(repo, "script");
            repo.write("no-end", "1\n2\n");
            repo.write("end", "1\n2");
            repo.write("crlf", "1\r\ntwo\r\n3\r\n");
            repo.write("lf", "1\r\n2\n3\n");
            repo.write("cr", "1\r2\r4\r");
        },
        &expect![[r#"
            Modified "cr" +1 -1
            Modified "crlf" +2 -2
            Modified "end" +2 -2
            Modified "lf" +1 -1
            Modified "no-end" +2 -2
            Modified "script"
        "#]],
    );
}

#[test]
fn links_and_submodules_are_no_files() {
    let other = Fixture::new();
    other.write("x", "1\n");
    other.commit();
    check(
        |repo| {
            repo.write("file", "1\n2\n");
            repo.write("becomes-link", "1\n2\n");
            symlink("file", repo.path().join("link")).unwrap();
            symlink("file", repo.path().join("becomes-file")).unwrap();
            symlink("file", repo.path().join("changes")).unwrap();
        },
        |repo| {
            repo.remove("becomes-link");
            symlink("file", repo.path().join("becomes-link")).unwrap();
            repo.remove("becomes-file");
            repo.write("becomes-file", "a\nb\nc\n");
            repo.remove("changes");
            symlink("link", repo.path().join("changes")).unwrap();
            symlink("link", repo.path().join("new-link")).unwrap();
            let url = other.path().to_str().unwrap();
            if !repo.path().join("module").exists() {
                repo.git(&["submodule", "--quiet", "add", "--force", url, "module"]);
                repo.git(&["reset", "--quiet", "--", ".gitmodules"]);
                repo.remove(".gitmodules");
            }
        },
        &expect![[r#"
            Added "becomes-file" +1-3
            Deleted "becomes-link" -1-2
        "#]],
    );
}

#[test]
fn a_file_behind_a_link_is_gone() {
    let elsewhere = Fixture::empty();
    elsewhere.write("x", "1\n2\n");
    check(
        |repo| {
            repo.write("folder/x", "1\n");
            repo.write("folder/deep/x", "1\n2\n");
        },
        |repo| {
            fs::remove_dir_all(repo.path().join("folder")).unwrap();
            symlink(elsewhere.path(), repo.path().join("folder")).unwrap();
        },
        &expect![[r#"
            Deleted "folder/deep/x" -1-2
            Deleted "folder/x" -1
        "#]],
    );
}

#[test]
fn a_folder_takes_the_place_of_a_file() {
    check(
        |repo| {
            repo.write("a", "1\n");
            repo.write("b/c", "2\n3\n");
        },
        |repo| {
            repo.remove("a");
            repo.write("a/x", "other\n");
            fs::remove_dir_all(repo.path().join("b")).unwrap();
            repo.write("b", "more\nof\nit\n");
        },
        &expect![[r#"
            Deleted "a" -1
            Added "a/x" +1
            Added "b" +1-3
            Deleted "b/c" -1-2
        "#]],
    );
}

#[test]
fn an_added_line_among_equals_is_where_people_see_it() {
    // Asked for no context, git itself would name a line in the middle.
    check(
        |repo| repo.write("x", "same\n".repeat(2000)),
        |repo| repo.write("x", "same\n".repeat(2001)),
        &expect![[r#"
            Modified "x" +2001
        "#]],
    );
}

#[test]
fn line_ends_that_git_converts_are_no_change() {
    let repo = Fixture::new();
    repo.write(".gitattributes", "*.txt text=auto\n*.win text eol=crlf\n*.raw -text\n");
    for name in ["a.txt", "a.win", "a.raw", "edited.txt", "plain"] {
        repo.write(name, "1\n2\n3\n");
    }
    repo.commit();
    for name in ["a.txt", "a.win", "a.raw", "plain"] {
        repo.write(name, "1\r\n2\r\n3\r\n");
    }
    repo.write("edited.txt", "1\r\n2\r\nthree\r\n");
    repo.write("untracked.txt", "1\r\n9\r\n");
    expect![[r#"
        Modified "a.raw" +1-3 -1-3
        Modified "edited.txt" +3 -3
        Modified "plain" +1-3 -1-3
        Added "untracked.txt" +1-2
    "#]]
    .assert_eq(&repo.show("HEAD", ChangeEnd::WorkTree));
    repo.git(&["config", "core.autocrlf", "true"]);
    expect![[r#"
        Modified "a.raw" +1-3 -1-3
        Modified "edited.txt" +3 -3
        Added "untracked.txt" +1-2
    "#]]
    .assert_eq(&repo.show("HEAD", ChangeEnd::WorkTree));
}

#[test]
fn the_working_tree_counts_as_it_lies_there() {
    let repo = Fixture::new();
    repo.write(".gitignore", "ignored*\n");
    for name in
        ["staged", "both", "unstaged", "uncached", "restored", "conflict", "assumed", "ignored-but-tracked"]
    {
        repo.write(name, lines(5).replace("line", name));
    }
    repo.git(&["add", "--force", "ignored-but-tracked"]);
    repo.commit();
    repo.write("staged", "1\n");
    repo.write("both", "1\n");
    repo.git(&["add", "staged", "both"]);
    repo.write("both", lines(5).replace("line", "both") + "6\n");
    repo.write("unstaged", lines(4).replace("line", "unstaged"));
    repo.git(&["rm", "--quiet", "--cached", "uncached"]);
    repo.git(&["rm", "--quiet", "restored"]);
    repo.write("restored", lines(6).replace("line", "restored"));
    repo.git(&["update-index", "--assume-unchanged", "assumed"]);
    repo.write("assumed", "nobody looks\n");
    repo.write("ignored-but-tracked", "1\n");
    repo.write("ignored", "1\n");
    repo.write("untracked/deep/x", "1\n");
    repo.write("announced", "1\n2\n");
    repo.git(&["add", "--intent-to-add", "announced"]);
    git_in(repo.path(), &["init", "--quiet", "inner"], 0);
    repo.write("inner/x", "1\n");
    expect![[r#"
        Added "announced" +1-2
        Modified "both" +6
        Modified "ignored-but-tracked" +1 -1-5
        Modified "restored" +6
        Modified "staged" +1 -1-5
        Modified "unstaged" -5
        Added "untracked/deep/x" +1
    "#]]
    .assert_eq(&repo.show("HEAD", ChangeEnd::WorkTree));
    assert_eq!(repo.show("HEAD", ChangeEnd::Head), "");
}

#[test]
fn an_unfinished_merge_counts_as_it_lies_there() {
    let repo = Fixture::new();
    for name in ["conflict", "deleted-by-us", "deleted-by-them", "then-removed"] {
        repo.write(name, "1\n2\n3\n");
    }
    repo.commit();
    repo.git(&["switch", "--quiet", "--create", "theirs"]);
    for name in ["conflict", "deleted-by-us", "then-removed"] {
        repo.write(name, "1\ntheirs\n3\n");
    }
    repo.remove("deleted-by-them");
    repo.commit();
    repo.git(&["switch", "--quiet", "main"]);
    for name in ["conflict", "deleted-by-them", "then-removed"] {
        repo.write(name, "1\nours\n3\n");
    }
    repo.remove("deleted-by-us");
    repo.commit();
    let merge = run_git(repo.path(), &["merge", "--quiet", "theirs"], 0);
    assert_eq!(merge.status.code(), Some(1), "the merge stops at its conflicts");
    repo.remove("then-removed");
    expect![[r#"
        Modified "conflict" +2,4-6
        Added "deleted-by-us" +1-3
        Deleted "then-removed" -1-3
    "#]]
    .assert_eq(&repo.show("HEAD", ChangeEnd::WorkTree));
}

#[test]
fn settings_of_the_user_change_nothing() {
    let repo = Fixture::new();
    repo.write("a.rs", lines(10));
    repo.write("sub/b.rs", lines(10).replace("line", "b"));
    repo.commit();
    repo.git(&["mv", "a.rs", "c ö.rs"]);
    repo.write("sub/b.rs", lines(10).replace("line", "b").replace("b 5\n", "five\n\n"));
    repo.commit();
    repo.write("untracked", "1\n");
    let plain = (repo.show("HEAD^", ChangeEnd::Head), repo.show("HEAD^", ChangeEnd::WorkTree));
    for (key, value) in [
        ("diff.renames", "false"),
        ("diff.algorithm", "patience"),
        ("diff.context", "7"),
        ("diff.interHunkContext", "9"),
        ("diff.noprefix", "true"),
        ("diff.mnemonicPrefix", "true"),
        ("diff.external", "false"),
        ("diff.relative", "true"),
        ("diff.suppressBlankEmpty", "true"),
        ("diff.orderFile", "nowhere"),
        ("diff.indentHeuristic", "false"),
        ("diff.renameLimit", "1"),
        ("color.ui", "always"),
        ("core.quotePath", "true"),
        ("core.pager", "false"),
        ("status.showUntrackedFiles", "no"),
        ("core.fsmonitor", "false"),
    ] {
        repo.git(&["config", key, value]);
    }
    let base = base_of(repo.id("HEAD^"));
    let ask = |git: &BackEnd, end| fixture::show(&git.changes(&repo.path().join("sub"), &base, end).unwrap());
    for git in [BackEnd::Library, program()] {
        assert_eq!((ask(&git, ChangeEnd::Head), ask(&git, ChangeEnd::WorkTree)), plain, "{git:?}");
    }
    expect![[r#"
        Renamed "a.rs" -> "c ö.rs"
        Modified "sub/b.rs" +5-6 -5
    "#]]
    .assert_eq(&plain.0);
}

#[test]
fn nothing_is_written() {
    let repo = Fixture::new();
    repo.write("a", "1\n");
    repo.commit();
    repo.write("a", "2\n");
    repo.write("b", "new\n");
    let state = || {
        let index = fs::read(repo.path().join(".git/index")).unwrap();
        (index, repo.git(&["count-objects", "-v"]))
    };
    let before = state();
    repo.changes("HEAD", ChangeEnd::WorkTree);
    assert_eq!(before, state());
}

#[test]
fn a_filter_program_is_left_to_git() {
    let repo = Fixture::new();
    repo.git(&["config", "filter.upper.clean", "tr a-z A-Z"]);
    repo.write(".gitattributes", "*.up filter=upper\n");
    repo.write("x.up", "one\ntwo\n");
    repo.commit();
    repo.write("x.up", "One\nthree\n");
    let base = base_of(repo.id("HEAD"));
    let expected = "Modified \"x.up\" +2 -2\n";
    assert_eq!(fixture::show(&Git.changes(repo.path(), &base, ChangeEnd::WorkTree).unwrap()), expected);
    let alone = BackEnd::Library.changes(repo.path(), &base, ChangeEnd::WorkTree).unwrap_err();
    assert_eq!(alone.message, "the repository can't be read: the attribute filter=upper of x.up");
}

#[test]
fn names_that_are_no_utf8_are_shown_as_well_as_can_be() {
    use std::os::unix::ffi::OsStrExt;
    let repo = Fixture::new();
    let name = std::ffi::OsStr::from_bytes(b"caf\xe9");
    fs::write(repo.path().join(name), "1\n").unwrap();
    repo.commit();
    fs::write(repo.path().join(name), "1\n2\n").unwrap();
    expect![[r#"
        Modified "caf�" +2
    "#]]
    .assert_eq(&repo.show("HEAD", ChangeEnd::WorkTree));
}

#[test]
fn renames_are_decided_as_git_decides_them_around_the_threshold() {
    // Sixty files, moved under their own or another name and rewritten by 20 to 80 percent.
    let repo = Fixture::new();
    let text = |file: usize, kept: usize| {
        (0..100).fold(String::new(), |mut text, line| {
            // Lines of unlike lengths; the ones that are kept are spread over the file.
            let padding = "x".repeat((file * 7 + line * 13) % 90);
            let word = if (line * 37) % 100 < kept { "kept" } else { "lost" };
            writeln!(text, "{file} {word} {line} {padding}").unwrap();
            text
        })
    };
    for file in 0..60 {
        repo.write(&format!("old/{file}.rs"), text(file, 100));
    }
    repo.commit();
    fs::remove_dir_all(repo.path().join("old")).unwrap();
    for file in 0..60 {
        let name = if file % 2 == 0 { format!("new/{file}.rs") } else { format!("new/other{file}.rs") };
        repo.write(&name, text(file, 20 + file));
    }
    repo.commit();
    let changes = repo.changes("HEAD^", ChangeEnd::Head);
    let renamed = changes.files.iter().filter(|file| file.old_path.is_some()).count();
    assert_eq!((renamed, changes.files.len()), (37, 83));
}
