//! The loop of a baseline, as two workflows run it: recorded on pushes to the default branch, pushed to a bare remote,
//! fetched into the clone of depth 2 of a pull request, and judged there; also after the history was rewritten.

#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![allow(clippy::disallowed_methods, reason = "it starts git and the binary")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use gatewright_tests::binaries::build;
use serde_json::{Value, json};
use tempfile::TempDir;

const CONFIGURATION: &str = "coverage-gate:\n  minimum: 10\n  max-drop: 5\n";

fn binary() -> &'static Path {
    static BINARY: OnceLock<PathBuf> = OnceLock::new();
    BINARY.get_or_init(|| build(&BTreeSet::from(["coverage-gate".to_owned()])).unwrap().join("coverage-gate"))
}

/// A bare remote, and the clone of somebody who pushes to it.
struct World {
    folder: TempDir,
}

/// What a run left behind.
struct Ran {
    code: Option<i32>,
    text: String,
    report: Value,
}

impl World {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let world = Self { folder };
        world.git("", &["init", "--quiet", "--bare", "--initial-branch=main", "remote.git"]);
        world.git("", &["init", "--quiet", "--initial-branch=main", "author"]);
        world.git("author", &["remote", "add", "origin", &world.url()]);
        world.write("author", ".github/gatewright.yml", CONFIGURATION);
        world.write("author", ".gitignore", "lcov.info\n");
        world.write("author", "src/a.js", "1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n");
        world.commit("first");
        world
    }

    fn path(&self, inside: &str) -> PathBuf {
        self.folder.path().join(inside)
    }

    fn url(&self) -> String {
        format!("file://{}", self.path("remote.git").display())
    }

    fn write(&self, clone: &str, path: &str, text: &str) {
        let path = self.path(clone).join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn git(&self, clone: &str, arguments: &[&str]) -> String {
        let mut command = Command::new("git");
        command.args(arguments).current_dir(self.path(clone));
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("GIT_") {
                command.env_remove(name);
            }
        }
        for role in ["AUTHOR", "COMMITTER"] {
            command
                .env(format!("GIT_{role}_NAME"), "Ada")
                .env(format!("GIT_{role}_EMAIL"), "ada@example.com");
        }
        command.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1");
        let output = command.output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "git {arguments:?}: {said}");
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    /// Commits what lies in the author's clone to its branch, pushes that, and returns the commit.
    fn commit(&self, message: &str) -> String {
        self.git("author", &["add", "--all"]);
        self.git("author", &["commit", "--quiet", "--allow-empty", "-m", message]);
        self.git("author", &["push", "--quiet", "--force", "origin", "HEAD"]);
        self.git("author", &["rev-parse", "HEAD"])
    }

    /// A merge of the author's commit into the remote's main, as the pull request 1 has it.
    fn pull_request(&self) {
        let merge = ["commit-tree", "HEAD^{tree}", "-p", "main", "-p", "HEAD", "-m", "Merge"];
        let merge = self.git("author", &merge);
        self.git("author", &["push", "--quiet", "--force", "origin", &format!("{merge}:refs/pull/1/merge")]);
    }

    /// What actions/checkout makes of one ref of the remote.
    fn checkout(&self, clone: &str, from: &str, depth: &str) {
        self.git("", &["init", "--quiet", clone]);
        self.git(clone, &["remote", "add", "origin", &self.url()]);
        self.git(
            clone,
            &["fetch", "--quiet", "--no-tags", depth, "origin", &format!("+{from}:refs/remotes/{from}")],
        );
        self.git(clone, &["checkout", "--quiet", "--detach", &format!("refs/remotes/{from}")]);
    }

    /// Ten lines, of which so many ran.
    fn report(&self, clone: &str, covered: usize) {
        let lines: String =
            (1..=10).map(|line| format!("DA:{line},{}\n", u8::from(line <= covered))).collect();
        self.write(clone, "lcov.info", &format!("SF:src/a.js\n{lines}end_of_record\n"));
    }

    fn gate(&self, clone: &str, event: &str, arguments: &[&str]) -> Ran {
        let head = self.git(clone, &["rev-parse", "HEAD"]);
        let mut payload = json!({"repository": {"default_branch": "main", "full_name": "o/r"}});
        let mut git_ref = "refs/heads/main";
        if event == "pull_request" {
            git_ref = "refs/pull/1/merge";
            let side = |branch: &str| json!({"ref": branch, "sha": head, "repo": {"full_name": "o/r", "fork": false}});
            payload["pull_request"] = json!({"number": 1, "base": side("main"), "head": side("change")});
        }
        self.write("", "event.json", &payload.to_string());
        let report = self.path("report.json");
        // A run that leaves no report must not show that of the run before.
        let _ = fs::remove_file(&report);
        let mut command = Command::new(binary());
        command.args(arguments).current_dir(self.path(clone)).env_clear();
        command.env("PATH", std::env::var_os("PATH").unwrap()).env("HOME", self.folder.path());
        command.env("GIT_CONFIG_NOSYSTEM", "1").env("GIT_CONFIG_GLOBAL", "/dev/null");
        command.env("GITHUB_WORKSPACE", self.path(clone)).env("GITHUB_EVENT_PATH", self.path("event.json"));
        command.env("RUNNER_TEMP", self.folder.path()).env("GITHUB_SHA", head).env("GITHUB_REF", git_ref);
        for (name, value) in [
            ("CI", "true"),
            ("GITHUB_ACTIONS", "true"),
            ("GITHUB_EVENT_NAME", event),
            ("GITHUB_REPOSITORY", "o/r"),
            ("GITHUB_RUN_ID", "7"),
            ("GITHUB_RUN_ATTEMPT", "1"),
        ] {
            command.env(name, value);
        }
        if arguments != ["fetch"] {
            command.arg("--report-file").arg(&report);
        }
        let output = command.output().unwrap();
        let text = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap()).concat();
        let report = fs::read(&report).map_or(Value::Null, |bytes| serde_json::from_slice(&bytes).unwrap());
        Ran { code: output.status.code(), text, report }
    }

    /// Records so many covered lines for the commit of main.
    fn record(&self, clone: &str, covered: usize) {
        self.checkout(clone, "refs/heads/main", "--depth=1");
        self.report(clone, covered);
        let ran = self.gate(clone, "push", &["record"]);
        assert_eq!(ran.code, Some(0), "{}", ran.text);
        assert!(ran.text.contains("recorded coverage-gate for "), "{}", ran.text);
    }

    /// Judges the pull request with so many covered lines, in a clone of depth 2 after a fetch.
    fn judge(&self, clone: &str, covered: usize) -> Ran {
        self.checkout(clone, "refs/pull/1/merge", "--depth=2");
        self.report(clone, covered);
        let fetched = self.gate(clone, "pull_request", &["fetch"]);
        assert_eq!(fetched.code, Some(0), "{}", fetched.text);
        self.gate(clone, "pull_request", &[])
    }
}

fn drop_of(ran: &Ran) -> &Value {
    let measures = ran.report["measures"].as_array().unwrap_or_else(|| panic!("no report: {}", ran.text));
    let drop = measures.iter().find(|one| one["name"] == "coverage.lines.drop" && one["scope"] == "total");
    &drop.unwrap_or_else(|| panic!("no drop among {measures:#?}"))["outcome"]
}

#[test]
fn what_main_recorded_is_what_a_pull_request_is_held_to() {
    let world = World::new();
    world.record("push", 8);
    let base = world.git("author", &["rev-parse", "main"]);
    world.git("author", &["checkout", "--quiet", "-b", "change"]);
    world.write("author", "README.md", "words\n");
    world.commit("words");
    world.pull_request();
    let ran = world.judge("worse", 7);
    assert_eq!(ran.code, Some(1), "{}", ran.text);
    assert_eq!(drop_of(&ran), "fail");
    assert!(ran.text.contains(&base[..10]), "the commit is not named: {}", ran.text);
    let ran = world.judge("equal", 8);
    assert_eq!((ran.code, drop_of(&ran)), (Some(0), &json!("pass")), "{}", ran.text);
}

#[test]
fn the_nearest_recorded_ancestor_serves_where_the_base_has_none() {
    let world = World::new();
    let recorded = world.git("author", &["rev-parse", "main"]);
    world.record("push", 8);
    for number in 0..5 {
        world.write("author", "notes.md", &format!("{number}\n"));
        world.commit("unrecorded");
    }
    world.git("author", &["checkout", "--quiet", "-b", "change"]);
    world.write("author", "README.md", "words\n");
    world.commit("words");
    world.pull_request();
    let shallow = world.judge("shallow", 7);
    assert_eq!(shallow.code, Some(1), "{}", shallow.text);
    // Five commits back is out of a clone of depth 2, which then has no baseline and says so instead of passing.
    assert!(shallow.text.contains("no-baseline"), "{}", shallow.text);
    world.checkout("deep", "refs/pull/1/merge", "--depth=10");
    world.report("deep", 7);
    assert_eq!(world.gate("deep", "pull_request", &["fetch"]).code, Some(0));
    let deep = world.gate("deep", "pull_request", &[]);
    assert_eq!((deep.code, drop_of(&deep)), (Some(1), &json!("fail")), "{}", deep.text);
    assert!(deep.text.contains(&recorded[..10]), "{}", deep.text);
}

#[test]
fn a_rewritten_history_has_no_baseline_until_it_is_recorded() {
    let world = World::new();
    world.record("push", 8);
    world.git("author", &["commit", "--quiet", "--amend", "-m", "another first"]);
    world.git("author", &["push", "--quiet", "--force", "origin", "HEAD"]);
    world.git("author", &["checkout", "--quiet", "-b", "change"]);
    world.write("author", "README.md", "words\n");
    world.commit("words");
    world.pull_request();
    let ran = world.judge("before", 7);
    assert_eq!((ran.code, drop_of(&ran)), (Some(1), &json!("no-data")), "{}", ran.text);
    assert!(ran.text.contains("no-baseline"), "{}", ran.text);
    world.record("again", 7);
    let ran = world.judge("after", 7);
    assert_eq!((ran.code, drop_of(&ran)), (Some(0), &json!("pass")), "{}", ran.text);
}

#[test]
fn without_a_fetch_and_without_a_store_it_says_what_to_do() {
    let world = World::new();
    world.git("author", &["checkout", "--quiet", "-b", "change"]);
    world.commit("empty");
    world.pull_request();
    let ran = world.judge("nothing", 7);
    assert_eq!((ran.code, drop_of(&ran)), (Some(1), &json!("no-data")), "{}", ran.text);
    assert!(ran.text.contains("`command: record`"), "{}", ran.text);
}

#[test]
fn a_pull_request_records_nothing() {
    let world = World::new();
    world.git("author", &["checkout", "--quiet", "-b", "change"]);
    world.commit("empty");
    world.pull_request();
    world.checkout("pr", "refs/pull/1/merge", "--depth=2");
    world.report("pr", 10);
    let ran = world.gate("pr", "pull_request", &["record"]);
    assert_ne!(ran.code, Some(0), "{}", ran.text);
    assert!(ran.text.contains("on the default branch only"), "{}", ran.text);
    assert_eq!(world.git("remote.git", &["for-each-ref", "refs/gatewright"]), "");
}
