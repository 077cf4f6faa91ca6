//! Patterns as GitHub documents them, and the lines that it skips.

use proptest::prelude::*;

use super::*;

fn path(path: &str) -> RepoPath {
    RepoPath::new(path).unwrap()
}

/// Whether a file fits a pattern.
fn fits(pattern: &str, file: &str) -> bool {
    let (owners, diagnostics) = Owners::parse(format!("{pattern} @a").as_bytes());
    assert_eq!(diagnostics, [], "{pattern}");
    owners.of(&path(file)).is_some()
}

#[test]
fn patterns_fit_as_on_github() {
    for (pattern, yes, no) in [
        ("*", &["a", "a/b.js"][..], &[][..]),
        ("*.js", &["a.js", "a/b/c.js", "x.js/y"], &["a.ts", "a.jsx"]),
        (
            "/build/logs/",
            &["build/logs/a", "build/logs/a/b"],
            &["x/build/logs/a", "build/logs", "build/logsx/a"],
        ),
        ("docs/*", &["docs/getting-started.md"], &["docs/build-app/troubleshooting.md", "x/docs/a"]),
        ("apps/", &["apps/a", "x/apps/a/b"], &["apps", "x/apps"]),
        ("/docs/", &["docs/a/b"], &["x/docs/a"]),
        ("/scripts/", &["scripts/a"], &["x/scripts/a"]),
        (
            "**/logs",
            &["logs", "build/logs", "scripts/logs/a", "deeply/nested/logs/b/c"],
            &["logs2", "build/log"],
        ),
        ("/apps/github", &["apps/github", "apps/github/a"], &["apps/githubx", "x/apps/github"]),
        ("a/**", &["a/b", "a/b/c"], &["a", "x/a/b"]),
        ("a/**/b", &["a/b", "a/x/b", "a/x/y/b", "a/x/b/c"], &["a/xb", "b", "x/a/b"]),
        ("/*", &["a"], &["a/b"]),
        ("/a?c", &["abc", "abc/d"], &["ac", "a/c"]),
        ("a\\ b/", &["a b/c"], &["a/c", "b/c"]),
        ("a\\*", &["a*", "x/a*"], &["ab"]),
        ("src/*.rs", &["src/a.rs"], &["src/a/b.rs", "a.rs"]),
        ("name#1", &["name#1"], &["name"]),
        ("/src/*/gen/", &["src/a/gen/b/c"], &["src/a/b/gen/c", "src/gen/c"]),
    ] {
        for file in yes {
            assert!(fits(pattern, file), "{pattern} {file}");
        }
        for file in no {
            assert!(!fits(pattern, file), "{pattern} {file}");
        }
    }
}

#[test]
fn the_last_line_that_fits_decides() {
    let text = "\u{feff}# Everything\n*  @global @org/team\r\n\n*.go me@example.com # for now\n/vendor/\n/vendor/own.go @me\n";
    let (owners, diagnostics) = Owners::parse(text.as_bytes());
    assert_eq!(diagnostics, []);
    let of = |file: &str| {
        let ownership = owners.of(&path(file)).unwrap();
        (ownership.owners.join(" "), ownership.line)
    };
    assert_eq!(of("README.md"), ("@global @org/team".into(), 2));
    assert_eq!(of("a/b.go"), ("me@example.com".into(), 4));
    assert_eq!(of("vendor/x/y.go"), (String::new(), 5));
    assert_eq!(of("vendor/own.go"), ("@me".into(), 6));
    assert_eq!(
        owners.all().into_iter().collect::<Vec<_>>(),
        ["@global", "@me", "@org/team", "me@example.com"]
    );
}

#[test]
fn lines_that_mean_nothing_are_named() {
    let text = b"!a @a\n[ab].js @a\n\\#a @a\n/ @a\nb team\nc\\\n\xff @a\nd @org/team/x\ne x@y@z\nok @a\n";
    let (owners, diagnostics) = Owners::parse(text);
    let shown: Vec<String> =
        diagnostics.iter().map(|diagnostic| format!("{}: {}", diagnostic.line, diagnostic.message)).collect();
    expect_test::expect![[r"
        1: `!` takes nothing back here; name the owners in a later line
        2: `[ ]` chooses nothing here
        3: `\#` does not begin a pattern here
        4: the pattern names no file
        5: `team` is neither `@user`, nor `@organisation/team`, nor an address
        6: the pattern ends in a backslash
        7: the line is no UTF-8
        8: `@org/team/x` is neither `@user`, nor `@organisation/team`, nor an address
        9: `x@y@z` is neither `@user`, nor `@organisation/team`, nor an address"]]
    .assert_eq(&shown.join("\n"));
    assert_eq!(owners.of(&path("ok")).unwrap().line, 10);
    assert!(owners.of(&path("a")).is_none());
    let (owners, diagnostics) = Owners::parse(&vec![b'#'; MOST_BYTES + 1]);
    assert!(owners.is_empty() && diagnostics.len() == 1);
}

proptest! {
    #[test]
    fn no_file_panics(text in "([a*?/\\\\ #!@\\[\\]\n]|\\*\\*|@a){0,40}", file in "[ab]{1,3}(/[ab]{1,3}){0,4}") {
        let (owners, _) = Owners::parse(text.as_bytes());
        let _ = owners.of(&path(&file));
    }

    #[test]
    fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..80)) {
        let _ = Owners::parse(&bytes);
    }

    #[test]
    fn a_path_with_escapes_fits_itself(file in "[ab *?#!]{1,6}(/[ab *?#!]{1,6}){0,3}") {
        prop_assume!(RepoPath::new(&file).is_ok_and(|path| path.as_str() == file));
        let escaped: String = file.chars().flat_map(|c| if c == '/' { vec![c] } else { vec!['\\', c] }).collect();
        prop_assert!(fits(&format!("/{escaped}"), &file), "{}", escaped);
    }
}
