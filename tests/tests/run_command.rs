//! `test-report run`: a command's results and its end, judged together. What it prints reaches nobody but readers, what it
//! starts ends with it, and it runs once.

#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![allow(clippy::disallowed_methods, reason = "it starts git and the binary, and ends what it started")]

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::thread;
use std::time::{Duration, Instant};

use gatewright_tests::binaries::build;
use gatewright_tests::emulator::{Annotation, Part, Setting, StepRun, Stream, judge};
use serde_json::{Value, json};
use tempfile::TempDir;

/// Nothing here takes so long, unless it hangs.
const PATIENCE: Duration = Duration::from_mins(1);

/// The runner sends SIGTERM 7.5 s after SIGINT, and then ends everything.
const RUNNER_PATIENCE: Duration = Duration::from_secs(7);

const QUARANTINE: &str = "test-report:
  quarantine:
    - test: opens
      reason: races with the lock
      owner: '@ada'
      until: 2099-12-31
";

fn binary() -> &'static Path {
    static BINARY: OnceLock<PathBuf> = OnceLock::new();
    BINARY.get_or_init(|| build(&BTreeSet::from(["test-report".to_owned()])).unwrap().join("test-report"))
}

/// A folder with scripts, in which the action runs as in a step.
struct Step {
    folder: TempDir,
}

/// What a run left behind.
struct Ran {
    code: Option<i32>,
    stdout: String,
    stderr: String,
    report: Value,
    elapsed: Duration,
}

impl Ran {
    fn text(&self) -> String {
        format!("{}\n{}", self.stdout, self.stderr)
    }

    /// The message of the state about the command's end.
    fn command_failed(&self) -> Option<&str> {
        let states = self.report["states"].as_array().unwrap_or_else(|| panic!("no report: {}", self.text()));
        states.iter().find(|state| state["name"] == "command-failed")?["message"].as_str()
    }

    /// What a reader of the run sees by GitHub's rules.
    fn annotations(&self) -> Vec<Annotation> {
        let printed = vec![
            (Stream::Stdout, self.stdout.clone().into_bytes()),
            (Stream::Stderr, self.stderr.clone().into_bytes()),
        ];
        let part = Part { printed, exit_code: self.code.unwrap_or(-1), ..Part::default() };
        let step = StepRun { id: Some("step".to_owned()), parts: vec![part], ..StepRun::default() };
        judge(&step, &Setting::default()).annotations
    }
}

/// Ends a process if a test fails before it ended by itself.
struct Guard(Child);

impl Drop for Guard {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Processes that a script started, by the ids that it wrote down; they end with the test.
struct Started(Vec<String>);

impl Started {
    fn read(step: &Step) -> Self {
        let text = fs::read_to_string(step.path("ids")).unwrap();
        Self(text.lines().map(str::to_owned).collect())
    }

    /// Those that still run: one that has ended and that nobody has asked for yet does not.
    fn running(&self) -> Vec<&str> {
        let runs = |id: &&String| {
            let output = Command::new("ps").args(["-o", "stat=", "-p", id]).output().unwrap();
            let state = String::from_utf8(output.stdout).unwrap();
            !state.trim().is_empty() && !state.trim().starts_with('Z')
        };
        self.0.iter().filter(runs).map(String::as_str).collect()
    }
}

impl Drop for Started {
    fn drop(&mut self) {
        for id in self.running() {
            let _ = Command::new("kill").args(["-s", "KILL", id]).status();
        }
    }
}

impl Step {
    fn new(script: &str) -> Self {
        let step = Self { folder: tempfile::tempdir().unwrap() };
        step.write("work/tests.sh", script);
        step
    }

    fn path(&self, inside: &str) -> PathBuf {
        self.folder.path().join("work").join(inside)
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn quarantined(self) -> Self {
        self.write("work/.github/gatewright.yml", QUARANTINE);
        self
    }

    /// The action with these arguments and variables; its streams go to files, which nothing can block.
    fn command(&self, arguments: &[&str], variables: &[(&str, &str)]) -> Command {
        let root = self.folder.path();
        self.write("event.json", &json!({"repository": {"default_branch": "main"}}).to_string());
        let mut command = Command::new(binary());
        command.args(arguments).current_dir(root.join("work")).env_clear();
        command.env("PATH", std::env::var_os("PATH").unwrap()).env("HOME", root);
        command.env("GIT_CONFIG_NOSYSTEM", "1").env("GIT_CONFIG_GLOBAL", "/dev/null");
        command.env("GIT_CEILING_DIRECTORIES", root);
        command.env("GITHUB_WORKSPACE", root.join("work")).env("RUNNER_TEMP", root);
        command.env("GITHUB_EVENT_PATH", root.join("event.json"));
        for (name, value) in [("CI", "true"), ("GITHUB_ACTIONS", "true"), ("GITHUB_EVENT_NAME", "push")] {
            command.env(name, value);
        }
        for name in ["GITHUB_OUTPUT", "GITHUB_ENV", "GITHUB_PATH", "GITHUB_STATE", "GITHUB_STEP_SUMMARY"] {
            let file = root.join(name);
            fs::write(&file, "").unwrap();
            command.env(name, file);
        }
        command.envs(variables.iter().copied());
        command.stdin(Stdio::null());
        command.stdout(File::create(root.join("stdout")).unwrap());
        command.stderr(File::create(root.join("stderr")).unwrap());
        command
    }

    /// Waits for the end.
    fn wait(&self, mut child: Guard, since: Instant, patience: Duration) -> Ran {
        let code = loop {
            if let Some(status) = child.0.try_wait().unwrap() {
                break status.code();
            }
            assert!(since.elapsed() < patience, "still running after {patience:?}");
            thread::sleep(Duration::from_millis(10));
        };
        let elapsed = since.elapsed();
        let read = |name: &str| fs::read_to_string(self.folder.path().join(name)).unwrap();
        let report = fs::read(self.folder.path().join("report.json"));
        let report = report.map_or(Value::Null, |bytes| serde_json::from_slice(&bytes).unwrap());
        Ran { code, stdout: read("stdout"), stderr: read("stderr"), report, elapsed }
    }

    fn run_with(&self, more: &[&str], variables: &[(&str, &str)]) -> Ran {
        let report = self.folder.path().join("report.json");
        let options = ["run", "--report-file", report.to_str().unwrap()];
        let arguments = [&options[..], more, &["--", "sh", "tests.sh"]].concat();
        let since = Instant::now();
        let child = Guard(self.command(&arguments, variables).spawn().unwrap());
        self.wait(child, since, PATIENCE)
    }

    fn run(&self) -> Ran {
        self.run_with(&[], &[])
    }
}

const PASSES: &str = "echo 1..2; echo 'ok 1 - adds'; echo 'ok 2 - opens'\n";
const FAILS: &str = "echo 1..2; echo 'ok 1 - adds'; echo 'not ok 2 - opens'\n";

#[test]
fn the_end_of_the_command_is_ours_to_judge() {
    let cases = [
        ("passes, and 0", Step::new(PASSES), 0, None),
        (
            "passes, and 3",
            Step::new(&format!("{PASSES}exit 3\n")),
            1,
            Some("`sh tests.sh` ended with status 3, and no test failed"),
        ),
        (
            "passes, and 1",
            Step::new(&format!("{PASSES}exit 1\n")),
            1,
            Some("`sh tests.sh` ended with status 1, and no test failed"),
        ),
        ("fails, and 0", Step::new(FAILS), 1, None),
        ("fails, and 1", Step::new(&format!("{FAILS}exit 1\n")), 1, None),
        ("in quarantine, and 1", Step::new(&format!("{FAILS}exit 1\n")).quarantined(), 0, None),
        (
            "in quarantine, and 3",
            Step::new(&format!("{FAILS}exit 3\n")).quarantined(),
            1,
            Some("`sh tests.sh` ended with status 3, which says more than that tests failed"),
        ),
        (
            "in quarantine, and a signal",
            Step::new(&format!("{FAILS}kill -s SEGV $$\n")).quarantined(),
            1,
            Some("`sh tests.sh` was ended by signal 11"),
        ),
    ];
    for (what, step, code, message) in cases {
        let ran = step.run();
        assert_eq!((ran.code, ran.command_failed()), (Some(code), message), "{what}: {}", ran.text());
    }
}

#[test]
fn a_command_that_says_nothing_of_tests_is_no_success() {
    let ran = Step::new("echo all is well\n").run();
    assert_eq!(ran.code, Some(1), "{}", ran.text());
    assert!(ran.text().contains("missing-report"), "{}", ran.text());
}

#[test]
fn a_test_that_ran_when_the_command_died_is_named() {
    let step = Step::new(
        r#"echo '{"Action":"run","Package":"m","Test":"TestA"}'
echo '{"Action":"pass","Package":"m","Test":"TestA","Elapsed":0.1}'
echo '{"Action":"run","Package":"m","Test":"TestB"}'
kill -s KILL $$
"#,
    );
    let ran = step.run();
    assert_eq!((ran.code, ran.command_failed()), (Some(1), Some("`sh tests.sh` was ended by signal 9")));
    let mut findings = ran.report["findings"].as_array().unwrap().iter();
    let failed = findings.find(|finding| finding["rule"] == "failed-test").unwrap();
    let message = failed["message"].as_str().unwrap();
    assert!(message.starts_with("Could not be carried out: m › TestB: "), "{message}");
}

/// Sends the signal once the script has written down its ids, and says who still runs afterwards.
fn cancel(script: &str, signal: &str) -> Ran {
    let step = Step::new(script);
    let child = Guard(step.command(&["run", "--", "sh", "tests.sh"], &[]).spawn().unwrap());
    let since = Instant::now();
    while !step.path("ready").exists() {
        assert!(since.elapsed() < PATIENCE, "the command did not begin");
        thread::sleep(Duration::from_millis(10));
    }
    let started = Started::read(&step);
    assert_eq!(started.running().len(), started.0.len(), "it began, and runs");
    let sent = Instant::now();
    let kill = Command::new("kill").args(["-s", signal, &child.0.id().to_string()]).status().unwrap();
    assert!(kill.success());
    let ran = step.wait(child, sent, RUNNER_PATIENCE);
    // The system takes a moment to end what was killed.
    let ended = Instant::now();
    while !started.running().is_empty() && ended.elapsed() < Duration::from_secs(1) {
        thread::sleep(Duration::from_millis(10));
    }
    assert_eq!(started.running(), Vec::<&str>::new(), "left behind: {}", ran.text());
    ran
}

#[test]
fn a_cancelled_run_ends_all_that_it_started() {
    let script = "sleep 300 & echo $! > ids; echo $$ >> ids; echo 1..1; touch ready; wait\n";
    for signal in ["INT", "TERM"] {
        let ran = cancel(script, signal);
        assert_eq!(ran.code, Some(3), "{}", ran.text());
        assert!(ran.stderr.contains("error: cancelled while: running sh tests.sh"), "{}", ran.text());
        assert!(!ran.text().contains("command-failed"), "a verdict beside the message: {}", ran.text());
    }
}

#[test]
fn a_command_that_does_not_listen_is_ended_all_the_same() {
    let script = "trap '' TERM INT; sleep 300 & echo $! > ids; echo $$ >> ids; touch ready; wait\n";
    let ran = cancel(script, "TERM");
    assert_eq!(ran.code, Some(3), "{}", ran.text());
    assert!(ran.stderr.contains("error: cancelled while: running sh tests.sh"), "{}", ran.text());
}

#[test]
fn what_it_prints_is_shown_and_commands_nobody() {
    let commands = "echo '::error::boom'
echo '  ::warning file=a::boom'
echo '##[error]boom'
echo 'text ##[group]boom'
echo '::stop-commands::token'
echo '::add-mask::adds'
echo '::notice::boom' >&2
echo '##[warning]boom' >&2
";
    let step = Step::new(&format!("{commands}{PASSES}"));
    let ran = step.run();
    assert_eq!(ran.code, Some(0), "{}", ran.text());
    assert_eq!(ran.annotations(), []);
    for word in ["error::boom", "warning file=a::boom", "[error]boom", "stop-commands::token", "ok 1 - adds"]
    {
        assert!(ran.stdout.contains(word), "not shown: {word} in {}", ran.stdout);
    }
    assert!(ran.stderr.contains("notice::boom"), "{}", ran.stderr);

    let after = Step::new(&format!("{commands}{FAILS}printf '# no end of line'\n"));
    let ran = after.run();
    assert_eq!(ran.code, Some(1), "{}", ran.text());
    let messages: Vec<String> = ran.annotations().into_iter().map(|one| one.message).collect();
    assert!(messages.iter().any(|text| text.contains("Failed: opens")), "{messages:?} in {}", ran.stdout);
    assert!(!messages.iter().any(|text| text.contains("boom")), "{messages:?}");
}

#[test]
fn a_command_split_over_a_long_line_is_none_either() {
    // What is longer than a piece is shown in pieces: a command must not arise where they meet.
    let script = format!(
        "{PASSES}awk 'BEGIN {{ for (i = 0; i < 65535; i++) printf \"x\"; print \"##[error]boom\" }}'\n"
    );
    let ran = Step::new(&script).run();
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert!(ran.stdout.contains("boom"));
    assert_eq!(ran.annotations(), []);
}

#[test]
fn the_command_gets_nothing_that_was_given_to_us() {
    let step = Step::new(&format!("{PASSES}env | sed 's/^/# /'\n"));
    let kept = step.path("printed");
    let variables = [("INPUT_STORE_TOKEN", "s3cr3t-t0k3n"), ("OWN_SETTING", "kept")];
    let ran = step.run_with(&["--results-file", kept.to_str().unwrap()], &variables);
    assert_eq!(ran.code, Some(0), "{}", ran.text());
    let printed = fs::read_to_string(kept).unwrap();
    for name in [
        "INPUT_",
        "s3cr3t",
        "GITHUB_OUTPUT",
        "GITHUB_ENV",
        "GITHUB_PATH",
        "GITHUB_STATE",
        "GITHUB_STEP_SUMMARY",
    ] {
        assert!(!printed.contains(name), "{name} in {printed}");
    }
    for line in ["# OWN_SETTING=kept", "# GITHUB_ACTIONS=true", "# PATH="] {
        assert!(printed.contains(line), "no {line} in {printed}");
    }
}

#[test]
fn the_format_that_was_asked_for_has_standard_output_for_itself() {
    let ran = Step::new(&format!("{PASSES}echo noise\n")).run_with(&["--format", "json"], &[]);
    assert_eq!(ran.code, Some(0), "{}", ran.text());
    let report: Value =
        serde_json::from_str(&ran.stdout).unwrap_or_else(|error| panic!("{error}: {}", ran.stdout));
    assert_eq!(report["verdict"]["result"], "pass");
    assert!(ran.stderr.contains("noise") && ran.stderr.contains("ok 1 - adds"), "{}", ran.stderr);
}

#[test]
fn streams_that_close_early_or_never_hang_nobody() {
    let early = Step::new(&format!("{PASSES}exec >&- 2>&-\nsleep 0.3\n")).run();
    assert_eq!(early.code, Some(0), "{}", early.text());
    let early = Step::new(&format!("{PASSES}exec >&- 2>&-\nsleep 0.3\nexit 3\n")).run();
    assert_eq!(early.code, Some(1), "{}", early.text());

    let step = Step::new(&format!("{PASSES}sleep 300 & echo $! > ids\n"));
    let ran = step.run();
    let started = Started::read(&step);
    assert_eq!(ran.code, Some(0), "{}", ran.text());
    assert!(ran.elapsed < Duration::from_secs(30), "{:?}", ran.elapsed);
    assert_eq!(started.running(), Vec::<&str>::new(), "what held the stream open is left behind");
}

#[test]
fn the_file_of_results_holds_every_byte() {
    let step =
        Step::new("printf '1..1\\r\\nok 1 - \\377a\\n# \\033[31mred\\033[0m ::error::x\\n# \\000end'\n");
    let kept = step.path("new/folder/printed.tap");
    let ran = step.run_with(&["--results-file", "new/folder/printed.tap"], &[]);
    assert_eq!(ran.code, Some(0), "{}", ran.text());
    let bytes = fs::read(kept).unwrap();
    assert_eq!(bytes, b"1..1\r\nok 1 - \xffa\n# \x1b[31mred\x1b[0m ::error::x\n# \0end");
}

#[test]
fn a_change_of_the_configuration_does_not_run_the_command_twice() {
    let step = Step::new(&format!("echo once >> ../count\n{FAILS}exit 1\n"));
    let git = |arguments: &[&str]| {
        let mut command = Command::new("git");
        command.args(["-c", "user.name=Ada", "-c", "user.email=ada@example.com"]).args(arguments);
        command
            .current_dir(step.path(""))
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_CONFIG_NOSYSTEM", "1");
        let output = command.output().unwrap();
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    };
    step.write("work/.github/gatewright.yml", "test-report: {}\n");
    git(&["init", "--quiet", "--initial-branch=main"]);
    git(&["add", "--all"]);
    git(&["commit", "--quiet", "-m", "base"]);
    let base = git(&["rev-parse", "HEAD"]);
    step.write("work/.github/gatewright.yml", QUARANTINE);
    git(&["commit", "--quiet", "--all", "-m", "quarantine"]);
    let head = git(&["rev-parse", "HEAD"]);

    let side =
        |name: &str, sha: &str| json!({"ref": name, "sha": sha, "repo": {"full_name": "o/r", "fork": false}});
    let event = json!({
        "repository": {"default_branch": "main", "full_name": "o/r"},
        "pull_request": {"number": 1, "base": side("main", &base), "head": side("change", &head)},
    });
    step.write("request.json", &event.to_string());
    let path = step.folder.path().join("request.json");
    let variables = [
        ("GITHUB_EVENT_NAME", "pull_request"),
        ("GITHUB_EVENT_PATH", path.to_str().unwrap()),
        ("GITHUB_REPOSITORY", "o/r"),
        ("GITHUB_REF", "refs/pull/1/merge"),
        ("GITHUB_SHA", head.as_str()),
    ];
    let ran = step.run_with(&[], &variables);
    // The quarantine that the change would give itself counts only once it is merged.
    assert_eq!(ran.code, Some(1), "{}", ran.text());
    assert_eq!(fs::read_to_string(step.folder.path().join("count")).unwrap(), "once\n", "{}", ran.text());
    assert!(
        ran.text().contains("edits the configuration of its own judge"),
        "the change is not told: {}",
        ran.text()
    );
}
