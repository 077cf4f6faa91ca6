//! The case harness itself, with shell scripts in the place of an action's binary.

#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use expect_test::{Expect, expect};
use gatewright_tests::case::compare::Mode;
use gatewright_tests::case::plan::{Event, Plan, words};
use gatewright_tests::case::{Case, discover};
use tempfile::TempDir;

/// A folder of cases with one case, `sample/one`, and the script that it runs.
struct Sample {
    cases: TempDir,
}

impl Sample {
    fn new(script: &str, files: &[(&str, &str)]) -> Self {
        let sample = Self { cases: TempDir::new().unwrap() };
        for (path, text) in files {
            let path = sample.case().folder.join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        fs::write(sample.binary(), format!("#!/bin/sh\n{script}")).unwrap();
        fs::set_permissions(sample.binary(), fs::Permissions::from_mode(0o755)).unwrap();
        sample
    }

    fn binary(&self) -> PathBuf {
        self.cases.path().join("program")
    }

    fn case(&self) -> Case {
        Case { name: "sample/one".to_owned(), folder: self.cases.path().join("sample/one") }
    }

    fn check(&self, mode: Mode) -> Result<(), String> {
        self.case().check(&self.binary(), mode).map_err(|error| format!("{error:#}"))
    }

    fn expected(&self, name: &str) -> String {
        fs::read_to_string(self.case().folder.join("expected").join(name)).unwrap_or_default()
    }
}

/// Updates a case and shows one of the files.
fn updated(script: &str, run: &str, name: &str, expect: &Expect) {
    let path = format!("expected/{name}");
    let sample = Sample::new(script, &[("run", run), (&path, "")]);
    sample.check(Mode::Update).unwrap();
    expect.assert_eq(&sample.expected(name));
    sample.check(Mode::Compare).unwrap();
}

#[test]
fn an_empty_expectation_gets_the_usual_files() {
    let script = r##"echo "::error file=$PWD/a.rs,line=1::bad"
        echo "out=$RUNNER_TEMP/x" >> "$GITHUB_OUTPUT"
        echo "# $GITHUB_SHA" >> "$GITHUB_STEP_SUMMARY"
        exit 1"##;
    let sample = Sample::new(script, &[("run", ""), ("input/a.rs", "fn a() {}\n")]);
    sample.check(Mode::Update).unwrap();
    assert_eq!(
        (sample.expected("exit"), sample.expected("summary.md")),
        ("1\n".into(), "# [HEAD_SHA]\n".into())
    );
    assert!(!sample.case().folder.join("expected/stderr.txt").exists());
    expect![[r#"
        {
          "annotations": [
            {
              "file": "a.rs",
              "level": "error",
              "line": 1,
              "message": "bad"
            },
            {
              "level": "error",
              "message": "Process completed with exit code 1."
            }
          ],
          "outputs": {
            "out": "[TEMP]/x"
          },
          "result": "failure",
          "summaries": [
            {
              "state": "accepted"
            }
          ],
          "why": [
            "exit code 1"
          ]
        }
    "#]]
    .assert_eq(&sample.expected("shown.json"));
    sample.check(Mode::Compare).unwrap();
}

#[test]
fn a_difference_is_shown_with_the_command_that_mends_it() {
    let files = [("run", "args: two"), ("expected/exit", "0\n"), ("expected/stdout.txt", "one\n")];
    let error = Sample::new("echo $1; echo why >&2; exit 3", &files).check(Mode::Compare).unwrap_err();
    expect![[r"
        sample/one: what came out differs
        --- expected/exit
        +++ actual exit
        @@ -1 +1 @@
        -0
        +3

        --- expected/stdout.txt
        +++ actual stdout.txt
        @@ -1 +1 @@
        -one
        +two

        stderr was:
        why

        to accept what came out: UPDATE_EXPECT=1 cargo test -p gatewright-tests --test cases -- sample/one"]]
    .assert_eq(&error);
}

#[test]
fn a_case_without_run_or_exit_fails_by_name() {
    let error = |files| Sample::new("", files).check(Mode::Compare).unwrap_err();
    assert!(error(&[("expected/exit", "0\n")]).starts_with("sample/one: no `run` file"));
    assert!(error(&[("run", "")]).starts_with("sample/one: no `expected/exit` file"));
    let stray = error(&[("run", ""), ("expected/exit", "0\n"), ("expected/stdout", "")]);
    assert!(stray.contains("`expected/stdout` is none of exit, shown.json"), "{stray}");
}

#[test]
fn the_environment_is_scrubbed() {
    // The one variable that is passed on measures the coverage of our own programs.
    let names = r"env | sed 's/=.*//' | grep -v -e '^_$' -e '^LLVM_PROFILE_FILE$' | sort | tr '\n' ' '";
    updated(names, "laptop\nenv: MORE=1", "stdout.txt", &expect!["HOME MORE PATH PWD SOURCE_DATE_EPOCH "]);
    updated(
        r#"echo "$GITHUB_ACTIONS $CI $GITHUB_EVENT_NAME $GITHUB_REF $RUNNER_OS [$GITHUB_ACTION_REF] $GITHUB_TOKEN"
        echo "$GITHUB_WORKSPACE $RUNNER_TEMP $HOME $INPUT_FAIL_ON $1""#,
        "event: merge_group\nos: windows\ninput: fail-on=[HEAD_SHA]\nargs: '[ROOT]/a b'",
        "stdout.txt",
        &expect![[r"
            true true merge_group refs/heads/gh-readonly-queue/main/pr-1-[BASE_SHA] Windows [] 
            [ROOT] [TEMP] [HOME] [HEAD_SHA] [ROOT]/a b
        "]],
    );
}

#[test]
fn the_repository_lies_as_asked() {
    let script = "git rev-parse --abbrev-ref HEAD; git log --format='%H %P %s' --topo-order; git status --short; \
         git for-each-ref --format='%(refname) %(symref)'; true";
    for (git, expect) in [
        (
            "",
            expect![[r"
                HEAD
                [HEAD_SHA] [BASE_SHA] Change
                [BASE_SHA]  Base
                refs/remotes/origin/change 
            "]],
        ),
        (
            "git: merge depth=2 origin",
            expect![[r"
                HEAD
                [MERGE_SHA] [BASE_SHA] [HEAD_SHA] Merge
                [HEAD_SHA]  Change
                [BASE_SHA]  Base
                refs/remotes/origin/HEAD refs/remotes/origin/main
                refs/remotes/origin/main 
                refs/remotes/pull/1/merge 
            "]],
        ),
        (
            "git: shallow",
            expect![[r"
                HEAD
                [HEAD_SHA]  Change
                refs/remotes/origin/change 
            "]],
        ),
        ("git: none", expect![""]),
        (
            "laptop\ngit: origin",
            expect![[r"
                change
                [HEAD_SHA] [BASE_SHA] Change
                [BASE_SHA]  Base
                refs/heads/change 
                refs/remotes/origin/HEAD refs/remotes/origin/main
                refs/remotes/origin/change 
                refs/remotes/origin/main 
            "]],
        ),
    ] {
        updated(&format!("({script}) 2>/dev/null"), git, "stdout.txt", &expect);
    }
}

#[test]
fn commits_are_the_same_everywhere() {
    let sample = Sample::new(
        "git rev-parse HEAD | cut -c 1-39; git status --short; git diff --stat HEAD^1 HEAD | cat",
        &[
            ("run", ""),
            ("base/a", "1\n"),
            ("base/gone", "1\n"),
            ("input/a", "2\n"),
            ("input/.gitignore", "ignored\n"),
            ("input/ignored", "committed all the same\n"),
            ("generated/a", "edited\n"),
            ("generated/report.xml", ""),
            ("expected/stdout.txt", ""),
        ],
    );
    sample.check(Mode::Update).unwrap();
    expect![[r"
        [HEAD_SHA:10]a93f8075c9f566a7d3142ab681b23
         M a
        ?? report.xml
         .gitignore | 1 +
         a          | 2 +-
         gone       | 1 -
         ignored    | 1 +
         4 files changed, 3 insertions(+), 2 deletions(-)
    "]]
    .assert_eq(&sample.expected("stdout.txt"));
}

#[test]
fn the_event_has_the_commits() {
    updated(
        r#"cat "$GITHUB_EVENT_PATH"; echo; echo "$GITHUB_SHA $GITHUB_HEAD_REF $GITHUB_BASE_REF""#,
        "event: pull_request fork",
        "stdout.txt",
        &expect![[r#"
            {
              "action": "synchronize",
              "number": 1,
              "pull_request": {
                "base": {
                  "ref": "main",
                  "repo": {
                    "fork": false,
                    "full_name": "owner/repo"
                  },
                  "sha": "[BASE_SHA]"
                },
                "head": {
                  "ref": "change",
                  "repo": {
                    "fork": true,
                    "full_name": "contributor/repo"
                  },
                  "sha": "[HEAD_SHA]"
                },
                "number": 1,
                "title": "Change"
              },
              "repository": {
                "default_branch": "main",
                "fork": false,
                "full_name": "owner/repo",
                "html_url": "https://github.com/owner/repo",
                "name": "repo",
                "owner": {
                  "login": "owner"
                },
                "private": false
              }
            }
            [MERGE_SHA] change main
        "#]],
    );
    let sample = Sample::new(
        r#"cat "$GITHUB_EVENT_PATH""#,
        &[("run", ""), ("event.json", r#"{"after":"[HEAD_SHA]"}"#), ("expected/stdout.txt", "")],
    );
    sample.check(Mode::Update).unwrap();
    assert_eq!(sample.expected("stdout.txt"), r#"{"after":"[HEAD_SHA]"}"#);
}

#[test]
fn reports_sarif_and_files_are_found() {
    let script = r#"echo '{"version": "0.1.0", "path": "'$PWD'"}' > report.json
        echo '{"b":1,"a":2}' > out.sarif; echo changed > a.txt
        printf 'report=report.json\nreport-sha256=%s\n' "$(sha256sum report.json | cut -d' ' -f1)" >> "$GITHUB_OUTPUT""#;
    let sample = Sample::new(
        script,
        &[
            ("run", "args: --sarif-file out.sarif"),
            ("input/a.txt", "old\n"),
            ("expected/report.json", ""),
            ("expected/sarif.json", ""),
            ("expected/shown.json", ""),
            ("expected/files/a.txt", ""),
        ],
    );
    sample.check(Mode::Update).unwrap();
    assert_eq!(sample.expected("files/a.txt"), "changed\n");
    assert_eq!(sample.expected("sarif.json"), "{\n  \"a\": 2,\n  \"b\": 1\n}\n");
    assert_eq!(
        sample.expected("report.json"),
        "{\n  \"path\": \"[ROOT]\",\n  \"version\": \"[VERSION]\"\n}\n"
    );
    assert!(sample.expected("shown.json").contains(r#""report-sha256": "[REPORT_SHA256]""#));
}

#[test]
fn a_verdict_that_depends_on_the_streams_is_refused() {
    let script = "echo '::stop-commands::0123456789'; echo '::error::x' >&2";
    let error = Sample::new(script, &[("run", "")]).check(Mode::Update).unwrap_err();
    assert!(error.contains("which stream the runner reads first"), "{error}");
}

#[test]
fn run_files_are_read_line_by_line() {
    let plan =
        Plan::parse("# comment\n\nargs: a\nargs: 'b c'\nevent: pull_request fork\ndebug\n", "x").unwrap();
    assert_eq!(
        (plan.args, plan.event, plan.fork, plan.debug),
        (vec!["a".into(), "b c".into()], Event::PullRequest, true, true)
    );
    for (text, error) in [
        ("arg: x", "line 1: `arg: x`: no such line: see the list in tests/cases/README.md"),
        ("\nos: linus", "line 2: `os: linus`: expected linux, macos, windows"),
        ("git: deep", "line 1: `git: deep`: expected none, merge, shallow, depth=N or origin"),
        ("env: A", "line 1: `env: A`: expected NAME=value"),
        ("args: 'a", "line 1: `args: 'a`: a quote is never closed"),
        ("laptop: yes", "line 1: `laptop: yes`: no such line: see the list in tests/cases/README.md"),
    ] {
        assert_eq!(format!("{:#}", Plan::parse(text, "x").unwrap_err()), error);
    }
}

#[test]
fn words_are_cut_as_a_shell_does() {
    for (text, expected) in [
        ("a  b\tc", &["a", "b", "c"][..]),
        (r#"'a b' "c \" d" e\ f"#, &["a b", "c \" d", "e f"]),
        (r#"--x="a b"c '' $HOME *"#, &["--x=a bc", "", "$HOME", "*"]),
        ("", &[]),
    ] {
        assert_eq!(words(text).unwrap(), expected);
    }
}

#[test]
fn every_folder_is_a_case() {
    let sample = Sample::new("", &[("run", "")]);
    for folder in ["sample/two", "other/empty"] {
        fs::create_dir_all(sample.cases.path().join(folder)).unwrap();
    }
    let names: Vec<_> = discover(sample.cases.path()).unwrap().into_iter().map(|case| case.name).collect();
    assert_eq!(names, ["other/empty", "sample/one", "sample/two"]);
}
