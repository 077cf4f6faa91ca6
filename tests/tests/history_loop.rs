//! The loop of a history of tests, as two workflows run it: recorded on pushes to the default branch into a bare remote,
//! fetched into shallow clones of a pull request, and held against the results there; also whether tests need to run.

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

/// How the runner's file of the event is named.
const EVENT: &str = "event.json";

const REPORT: &str = "junit.xml";

fn binary() -> &'static Path {
    static BINARY: OnceLock<PathBuf> = OnceLock::new();
    BINARY.get_or_init(|| build(&BTreeSet::from(["test-report".to_owned()])).unwrap().join("test-report"))
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
    outputs: String,
}

impl Ran {
    /// The messages of the findings of a rule.
    fn findings(&self, rule: &str) -> Vec<String> {
        let findings =
            self.report["findings"].as_array().unwrap_or_else(|| panic!("no report: {}", self.text));
        let of_rule = findings.iter().filter(|finding| finding["rule"] == rule);
        of_rule.map(|finding| finding["message"].as_str().unwrap().to_owned()).collect()
    }

    /// The messages of the states of a name.
    fn states(&self, name: &str) -> Vec<String> {
        let states = self.report["states"].as_array().unwrap_or_else(|| panic!("no report: {}", self.text));
        let named = states.iter().filter(|state| state["name"] == name);
        named.map(|state| state["message"].as_str().unwrap().to_owned()).collect()
    }

    /// The row of the table of changes that begins so, as text.
    fn row(&self, kind: &str) -> Option<String> {
        let rows = &self.section("compared")["blocks"];
        let tables = rows.as_array().unwrap().iter().filter_map(|block| block["rows"].as_array());
        let row = tables.flatten().find(|row| row[0].to_string().contains(&format!("\"{kind}\"")));
        row.map(Value::to_string)
    }

    fn section(&self, id: &str) -> &Value {
        let sections =
            self.report["sections"].as_array().unwrap_or_else(|| panic!("no report: {}", self.text));
        sections.iter().find(|section| section["id"] == id).unwrap_or(&Value::Null)
    }

    fn has_output(&self, line: &str) -> bool {
        let (name, value) = line.split_once('=').unwrap();
        let mut lines = self.outputs.lines();
        lines.any(|one| one == line || one.starts_with(&format!("{name}<<")))
            && self.outputs.lines().any(|one| one == line || one == value)
    }
}

/// A suite, a test, and how it ends: `pass`, `fail`, `skip` or `flaky`.
type Test<'a> = (&'a str, &'a str, &'a str);

const GREEN: [Test<'static>; 4] = [
    ("shop", "buys", "pass"),
    ("shop", "sells", "pass"),
    ("door", "opens", "pass"),
    ("door", "shuts", "pass"),
];

/// The green run with some tests that end otherwise, or are `gone`.
fn but<'a>(others: &[Test<'a>]) -> Vec<Test<'a>> {
    let mut all: Vec<Test<'a>> = GREEN.to_vec();
    for other in others {
        all.retain(|test| (test.0, test.1) != (other.0, other.1));
        if other.2 != "gone" {
            all.push(*other);
        }
    }
    all
}

fn junit(tests: &[Test<'_>]) -> String {
    let suites: BTreeSet<&str> = tests.iter().map(|test| test.0).collect();
    let mut text = String::from("<testsuites>\n");
    for suite in suites {
        text += &format!("<testsuite name=\"{suite}\">\n");
        for (_, name, end) in tests.iter().filter(|test| test.0 == suite) {
            let inside = match *end {
                "fail" => "<failure message=\"got 1, want 2\"/>",
                "skip" => "<skipped/>",
                "flaky" => "<flakyFailure message=\"timeout\"/>",
                _ => "",
            };
            text += &format!("<testcase name=\"{name}\" time=\"0.01\">{inside}</testcase>\n");
        }
        text += "</testsuite>\n";
    }
    text + "</testsuites>\n"
}

impl World {
    fn new(configuration: &str) -> Self {
        // A build takes longer than a report may be older than its job.
        binary();
        let folder = tempfile::tempdir().unwrap();
        let world = Self { folder };
        world.git("", &["init", "--quiet", "--bare", "--initial-branch=main", "remote.git"]);
        world.git("", &["init", "--quiet", "--initial-branch=main", "author"]);
        world.git("author", &["remote", "add", "origin", &world.url()]);
        world.write("author", ".github/gatewright.yml", configuration);
        world.write("author", ".gitignore", "junit.xml\n");
        world.write("author", "src/shop.js", "buy\n");
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

    /// Commits what lies in the author's clone to its branch, and pushes that.
    fn commit(&self, message: &str) {
        self.git("author", &["add", "--all"]);
        self.git("author", &["commit", "--quiet", "--allow-empty", "-m", message]);
        self.git("author", &["push", "--quiet", "--force", "origin", "HEAD"]);
    }

    /// A branch of one commit, and its merge into the remote's main, as the pull request 1 has it.
    fn pull_request(&self) {
        self.git("author", &["checkout", "--quiet", "-B", "change"]);
        self.commit("change");
        let merge = ["commit-tree", "HEAD^{tree}", "-p", "main", "-p", "HEAD", "-m", "Merge"];
        let merge = self.git("author", &merge);
        self.git("author", &["push", "--quiet", "--force", "origin", &format!("{merge}:refs/pull/1/merge")]);
    }

    /// What actions/checkout makes of one ref of the remote.
    fn checkout(&self, clone: &str, from: &str, depth: u32) {
        self.git("", &["init", "--quiet", clone]);
        self.git(clone, &["remote", "add", "origin", &self.url()]);
        let (depth, spec) = (format!("--depth={depth}"), format!("+{from}:refs/remotes/{from}"));
        self.git(clone, &["fetch", "--quiet", "--no-tags", &depth, "origin", &spec]);
        self.git(clone, &["checkout", "--quiet", "--detach", &format!("refs/remotes/{from}")]);
    }

    /// Runs the action in a clone, as a job on this event does.
    fn act(&self, clone: &str, event: &str, arguments: &[&str]) -> Ran {
        let head = self.git(clone, &["rev-parse", "HEAD"]);
        let mut payload = json!({"repository": {"default_branch": "main", "full_name": "o/r"}});
        let mut git_ref = "refs/heads/main";
        if event == "pull_request" {
            git_ref = "refs/pull/1/merge";
            let base = self.git("author", &["rev-parse", "main"]);
            let side = |branch: &str, sha: &str| json!({"ref": branch, "sha": sha, "repo": {"full_name": "o/r", "fork": false}});
            payload["pull_request"] =
                json!({"number": 1, "base": side("main", &base), "head": side("change", &head)});
        }
        let (report, outputs) = (self.path("report.json"), self.path("outputs"));
        self.write("", EVENT, &payload.to_string());
        // The job began before its tests wrote their report.
        let began = std::time::SystemTime::now() - std::time::Duration::from_mins(1);
        fs::File::options().write(true).open(self.path(EVENT)).unwrap().set_modified(began).unwrap();
        // A run that leaves no report must not show that of the run before.
        let _ = fs::remove_file(&report);
        fs::write(&outputs, "").unwrap();
        let mut command = Command::new(binary());
        command.args(arguments).current_dir(self.path(clone)).env_clear();
        command.env("PATH", std::env::var_os("PATH").unwrap()).env("HOME", self.folder.path());
        command.env("GIT_CONFIG_NOSYSTEM", "1").env("GIT_CONFIG_GLOBAL", "/dev/null");
        command.env("GITHUB_WORKSPACE", self.path(clone)).env("GITHUB_EVENT_PATH", self.path(EVENT));
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
        command.env("GITHUB_OUTPUT", &outputs);
        if arguments != ["fetch"] {
            command.arg("--report-file").arg(&report);
        }
        let output = command.output().unwrap();
        let text = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap()).concat();
        let report = fs::read(&report).map_or(Value::Null, |bytes| serde_json::from_slice(&bytes).unwrap());
        Ran { code: output.status.code(), text, report, outputs: fs::read_to_string(outputs).unwrap() }
    }

    /// A push to main: a commit, a clone of it that knows the commits before, and its tests recorded.
    fn push(&self, number: usize, tests: &[Test<'_>], more: &[&str]) -> Ran {
        self.git("author", &["checkout", "--quiet", "main"]);
        self.commit(&format!("push {number}"));
        let clone = format!("push-{number}");
        self.checkout(&clone, "refs/heads/main", 2);
        self.write(&clone, REPORT, &junit(tests));
        let fetched = self.act(&clone, "push", &["fetch"]);
        assert_eq!(fetched.code, Some(0), "{}", fetched.text);
        let ran = self.act(&clone, "push", &[&["record"], more].concat());
        assert!(ran.text.contains("recorded test-report for "), "{}", ran.text);
        ran
    }

    /// The pull request in a clone of this depth, after a fetch.
    fn request(&self, depth: u32) -> String {
        let clone = format!("request-{depth}");
        if !self.path(&clone).exists() {
            self.checkout(&clone, "refs/pull/1/merge", depth);
        }
        let fetched = self.act(&clone, "pull_request", &["fetch"]);
        assert_eq!(fetched.code, Some(0), "{}", fetched.text);
        clone
    }

    fn judge(&self, clone: &str, tests: &[Test<'_>], more: &[&str]) -> Ran {
        self.write(clone, REPORT, &junit(tests));
        self.act(clone, "pull_request", more)
    }
}

#[test]
fn a_known_failure_is_told_from_a_new_one_in_clones_of_every_depth() {
    let world = World::new("test-report:\n  on-known-failure: warn\n");
    let recorded = world.push(1, &but(&[("shop", "sells", "fail")]), &[]);
    assert_eq!(recorded.code, Some(1), "a failing run is recorded, and fails: {}", recorded.text);
    let base = world.git("author", &["rev-parse", "main"]);
    world.pull_request();
    for depth in [2, 10] {
        let clone = world.request(depth);
        let known = world.judge(&clone, &but(&[("shop", "sells", "fail")]), &[]);
        assert_eq!(
            (known.code, &known.report["verdict"]["result"]),
            (Some(0), &json!("warn")),
            "{}",
            known.text
        );
        assert_eq!(known.states("known-failure"), ["one test failed as it did before"]);
        assert!(
            known.findings("failed-test")[0].contains(&format!("since {} (1 run)", &base[..7])),
            "{}",
            known.text
        );

        let new = but(&[("shop", "sells", "fail"), ("door", "opens", "fail")]);
        let new = world.judge(&clone, &new, &[]);
        assert_eq!(new.code, Some(1), "{}", new.text);
        assert!(
            new.report["headline"].as_str().unwrap().contains("2 failed (1 new)"),
            "{}",
            new.report["headline"]
        );
        assert!(
            new.findings("failed-test").iter().any(|text| text.starts_with("Failed: door › opens, new: "))
        );

        let fixed = world.judge(&clone, &but(&[("shop", "buys", "gone"), ("shop", "lends", "pass")]), &[]);
        assert_eq!(fixed.code, Some(0), "{}", fixed.text);
        for (kind, name) in [("Fixed", "shop › sells"), ("Removed", "shop › buys"), ("Added", "shop › lends")]
        {
            let row = fixed.row(kind).unwrap_or_else(|| panic!("no {kind} in {}", fixed.section("compared")));
            assert!(row.contains(name), "{row}");
        }
    }
}

#[test]
fn a_clone_without_the_base_never_takes_a_failure_for_known() {
    let world = World::new("test-report:\n  on-known-failure: warn\n");
    world.push(1, &but(&[("shop", "sells", "fail")]), &[]);
    world.pull_request();
    let clone = world.request(1);
    let ran = world.judge(&clone, &but(&[("shop", "sells", "fail")]), &["--max-fewer", "10"]);
    assert_eq!(ran.code, Some(1), "{}", ran.text);
    let [missing] = ran.states("no-baseline").try_into().unwrap();
    assert!(missing.ends_with(" is not in this clone"), "{missing}");
    assert_eq!(ran.states("known-failure"), Vec::<String>::new());
    assert!(ran.text.contains("fetch-depth"), "no next step: {}", ran.text);
}

#[test]
fn what_the_baseline_ran_and_this_run_lacks_fails() {
    let world = World::new("test-report:\n  max-fewer: 30\n");
    assert_eq!(world.push(1, &GREEN, &[]).code, Some(0));
    world.pull_request();
    let clone = world.request(2);
    let one_gone = world.judge(&clone, &but(&[("door", "shuts", "gone")]), &[]);
    assert_eq!(one_gone.code, Some(0), "a quarter less is allowed: {}", one_gone.text);
    let suite = but(&[("door", "opens", "gone"), ("door", "shuts", "gone")]);
    let gone = world.judge(&clone, &suite, &[]);
    assert_eq!(gone.code, Some(1), "{}", gone.text);
    let [missing] = gone.states("missing-suite").try_into().unwrap();
    assert!(missing.starts_with("the suite door with 2 tests ran in the baseline "), "{missing}");
    let [fewer] = gone.states("fewer-tests").try_into().unwrap();
    assert!(fewer.starts_with("found 2 tests, 2 fewer than the 4 of the baseline "), "{fewer}");
    let alone = world.judge(&clone, &suite, &["--max-fewer", "50"]);
    assert_eq!(alone.code, Some(1), "the suite alone fails: {}", alone.text);
    assert_eq!(alone.states("fewer-tests"), Vec::<String>::new());
    let accepted =
        world.judge(&clone, &suite, &["--on-missing-suite", "ignore", "--on-fewer-tests", "ignore"]);
    assert_eq!(accepted.code, Some(0), "{}", accepted.text);
}

#[test]
fn a_quarantine_that_is_idle_says_so_and_one_that_is_not_holds() {
    let configuration = "test-report:
  quarantine-passes: 3
  quarantine:
    - test: opens
      reason: races with the lock
      owner: '@ada'
      until: 2099-12-31
    - test: shop › *
      reason: the shop moves
      owner: '@bob'
      until: 2001-01-01
";
    let world = World::new(configuration);
    for number in 1..=3 {
        assert_eq!(world.push(number, &GREEN, &[]).code, Some(0));
    }
    world.pull_request();
    let clone = world.request(2);
    let idle = world.judge(&clone, &GREEN, &[]);
    assert_eq!(idle.code, Some(0), "{}", idle.text);
    assert_eq!(
        idle.findings("idle-quarantine")[0],
        "The quarantine of `opens` by @ada can end: it passed, and in the 3 recorded runs before, too."
    );
    let held = world.judge(&clone, &but(&[("door", "opens", "fail")]), &[]);
    assert_eq!(held.code, Some(0), "{}", held.text);
    assert!(held.findings("idle-quarantine").iter().all(|text| !text.contains("`opens`")), "{}", held.text);
    let expired = world.judge(&clone, &but(&[("shop", "buys", "fail")]), &[]);
    assert_eq!(expired.code, Some(1), "{}", expired.text);
    assert_eq!(
        expired.findings("expired-quarantine"),
        ["The quarantine of `shop › *` by @bob expired on 2001-01-01; its failure counts again."]
    );
}

#[test]
fn a_test_that_comes_and_goes_is_told_with_its_rate() {
    let world = World::new("test-report:\n  on-flaky: warn\n");
    for (number, end) in [(1, "pass"), (2, "flaky"), (3, "pass"), (4, "pass")] {
        assert_eq!(world.push(number, &but(&[("door", "opens", end)]), &[]).code, Some(0));
    }
    world.pull_request();
    let clone = world.request(2);
    let ran = world.judge(&clone, &but(&[("door", "opens", "flaky")]), &[]);
    assert_eq!(ran.code, Some(0), "{}", ran.text);
    let [finding] = ran.findings("flaky-test").try_into().unwrap();
    // One of four, with the interval of so few runs.
    assert!(finding.contains("flaky before: 1 of 4 runs"), "{finding}");
    assert!(finding.contains('%'), "no interval: {finding}");
}

#[test]
fn a_recorded_pass_stands_only_for_the_same_inputs() {
    let configuration = "test-report:\n  inputs:\n    - src/**\n    - '!**/*.md'\n";
    let world = World::new(configuration);
    assert_eq!(world.push(1, &GREEN, &[]).code, Some(0));
    world.write("author", "src/notes.md", "words\n");
    world.write("author", "README.md", "words\n");
    world.pull_request();
    let clone = world.request(2);
    let same = world.act(&clone, "pull_request", &["unchanged"]);
    assert_eq!(same.code, Some(0), "{}", same.text);
    assert!(same.has_output("unchanged=true"), "{}", same.outputs);
    assert!(
        same.report["headline"].as_str().unwrap().starts_with("not run: "),
        "{}",
        same.report["headline"]
    );

    for (path, text) in [("src/shop.js", "sell\n"), ("src/shop.js", "buy\n")] {
        world.write(&clone, path, text);
        let ran = world.act(&clone, "pull_request", &["unchanged"]);
        let expected = if text == "buy\n" { "unchanged=true" } else { "unchanged=false" };
        assert_eq!(ran.code, Some(0), "{}", ran.text);
        assert!(ran.has_output(expected), "{path} {text}: {}", ran.outputs);
    }
    let other = world.act(&clone, "pull_request", &["unchanged", "--inputs-also", "node 24"]);
    assert!(other.has_output("unchanged=false"), "{}", other.outputs);
    fs::remove_file(world.path(&clone).join("src/shop.js")).unwrap();
    let gone = world.act(&clone, "pull_request", &["unchanged"]);
    assert!(gone.has_output("unchanged=false"), "{}", gone.outputs);
}

#[test]
fn a_failing_record_stores_no_pass() {
    let world = World::new("test-report:\n  inputs: src/**\n");
    let failed = world.push(1, &but(&[("door", "opens", "fail")]), &[]);
    assert_eq!(failed.code, Some(1), "{}", failed.text);
    assert!(!failed.text.contains("recorded test-report#inputs"), "{}", failed.text);
    world.pull_request();
    let clone = world.request(2);
    let ran = world.act(&clone, "pull_request", &["unchanged"]);
    assert_eq!(ran.code, Some(0), "{}", ran.text);
    assert!(ran.has_output("unchanged=false"), "{}", ran.outputs);
}

#[test]
fn a_failure_in_quarantine_makes_no_pass_that_outlives_the_quarantine() {
    let world = World::new(
        "test-report:
  inputs: src/**
  quarantine:
    - {test: opens, reason: races with the lock, owner: '@ada', until: 2099-12-31}
",
    );
    let held = world.push(1, &but(&[("door", "opens", "fail")]), &[]);
    assert_eq!(held.code, Some(0), "{}", held.text);
    world.pull_request();
    let clone = world.request(2);
    let ran = world.act(&clone, "pull_request", &["unchanged"]);
    assert!(ran.has_output("unchanged=false"), "{}", ran.outputs);
}

#[test]
fn a_run_without_tests_or_with_old_reports_is_not_recorded() {
    let world = World::new("test-report:\n  max-fewer: 10\n");
    world.checkout("empty", "refs/heads/main", 1);
    world.write("empty", REPORT, "<testsuites/>\n");
    let ran = world.act("empty", "push", &["record"]);
    assert_eq!(ran.code, Some(3), "{}", ran.text);
    assert!(ran.text.contains("this run can't be recorded: no test ran"), "{}", ran.text);
    world.write("empty", REPORT, &junit(&GREEN));
    let old = std::time::SystemTime::now() - std::time::Duration::from_hours(1);
    let report = fs::File::options().write(true).open(world.path("empty").join(REPORT)).unwrap();
    report.set_modified(old).unwrap();
    let ran = world.act("empty", "push", &["record"]);
    assert_eq!(ran.code, Some(3), "{}", ran.text);
    assert!(ran.text.contains("junit.xml: it was written "), "{}", ran.text);
    assert_eq!(world.git("remote.git", &["for-each-ref", "refs/gatewright"]), "");
    let accepted = world.act("empty", "push", &["record", "--on-stale-report", "warn"]);
    assert_eq!(accepted.code, Some(0), "{}", accepted.text);
}

#[test]
fn a_pull_request_records_nothing() {
    let world = World::new("test-report: {}\n");
    world.pull_request();
    world.checkout("request", "refs/pull/1/merge", 2);
    world.write("request", REPORT, &junit(&GREEN));
    let ran = world.act("request", "pull_request", &["record"]);
    assert_ne!(ran.code, Some(0), "{}", ran.text);
    assert!(ran.text.contains("on the default branch only"), "{}", ran.text);
    assert_eq!(world.git("remote.git", &["for-each-ref", "refs/gatewright"]), "");
}

#[test]
fn a_damaged_entry_is_a_state_where_a_limit_needs_it() {
    let world = World::new("test-report:\n  max-fewer: 10\n");
    assert_eq!(world.push(1, &GREEN, &[]).code, Some(0));
    world.git("author", &["fetch", "--quiet", "origin", "+refs/gatewright/v1:refs/gatewright/v1"]);
    world.git("", &["clone", "--quiet", "--no-checkout", "author", "vandal"]);
    world.git("vandal", &["fetch", "--quiet", "origin", "refs/gatewright/v1"]);
    world.git("vandal", &["checkout", "--quiet", "--detach", "FETCH_HEAD"]);
    let files = world.git("vandal", &["ls-files"]);
    let entries: Vec<&str> = files.lines().filter(|file| *file != "format").collect();
    assert!(!entries.is_empty(), "{files}");
    entries.iter().for_each(|file| world.write("vandal", file, "damaged\n"));
    world.git("vandal", &["commit", "--quiet", "--all", "-m", "damage"]);
    let to = world.url();
    world.git("vandal", &["push", "--quiet", "--force", &to, "HEAD:refs/gatewright/v1"]);

    world.pull_request();
    let clone = world.request(2);
    let ran = world.judge(&clone, &GREEN, &[]);
    assert_eq!(ran.code, Some(1), "{}", ran.text);
    let [state] = ran.states("no-baseline").try_into().unwrap();
    assert!(state.contains("in the store of baselines can't be read"), "{state}");
    assert!(ran.text.contains("Record it again with `command: record`"), "{}", ran.text);
    let lenient = world.judge(&clone, &GREEN, &["--on-no-baseline", "warn"]);
    assert_eq!(lenient.code, Some(0), "{}", lenient.text);
}
