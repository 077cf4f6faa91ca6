//! A run that is cancelled says so: the runner sends SIGINT, and 7.5 s later SIGTERM, and then ends everything. The
//! binaries wait for a pipe that nobody writes to, so that they are certainly at work when the signal comes.

#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![allow(clippy::disallowed_methods, reason = "it starts what it interrupts, and makes the pipe")]

use std::collections::BTreeSet;
use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, Command};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use gatewright_tests::binaries::build;
use gatewright_tests::case::execute::{command, read_files};
use gatewright_tests::case::plan::Plan;
use gatewright_tests::case::stage::Stage;
use gatewright_tests::emulator::{Part, Setting, Shown, StepRun, Stream, judge};

/// The runner sends SIGTERM after 7.5 s.
const PATIENCE: Duration = Duration::from_secs(7);
/// A machine under load may be slow to start a program.
const START: Duration = Duration::from_secs(30);

/// Ends the process if a test fails before it ended by itself.
struct Guard(Child);

impl Drop for Guard {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

struct Cancelled {
    code: Option<i32>,
    stderr: String,
    shown: Shown,
    report_written: bool,
}

/// Starts a binary, waits until its log holds `sign`, sends the signal, and says what a reader sees.
fn cancel(run: &str, files: &[(&str, &str)], sign: &str, signal: &str) -> Cancelled {
    let case = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let path = case.path().join("input").join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    let plan = Plan::parse(run, "coverage-gate").unwrap();
    let stage = Stage::set(case.path(), &plan).unwrap();
    let made = Command::new("mkfifo").arg(stage.root.join("pipe.out")).status().unwrap();
    assert!(made.success());
    let folder = build(&BTreeSet::from([plan.binary.clone()])).unwrap();
    let mut child = Guard(command(&folder.join(&plan.binary), &plan, &stage).unwrap().spawn().unwrap());

    let (sender, lines) = mpsc::channel();
    let stderr = BufReader::new(child.0.stderr.take().unwrap());
    thread::spawn(move || stderr.lines().map_while(Result::ok).try_for_each(|line| sender.send(line)));
    let mut log = String::new();
    let deadline = Instant::now() + START;
    while !log.contains(sign) {
        let left = deadline.saturating_duration_since(Instant::now());
        log += &(lines.recv_timeout(left).unwrap_or_else(|_| panic!("no `{sign}` in:\n{log}")) + "\n");
    }

    let sent = Instant::now();
    let kill = Command::new("kill").arg(format!("-{signal}")).arg(child.0.id().to_string()).status().unwrap();
    assert!(kill.success());
    let code = loop {
        if let Some(status) = child.0.try_wait().unwrap() {
            break status.code();
        }
        assert!(sent.elapsed() < PATIENCE, "still running after {PATIENCE:?}");
        thread::sleep(Duration::from_millis(5));
    };
    lines.iter().for_each(|line| log += &(line + "\n"));
    let mut stdout = Vec::new();
    child.0.stdout.take().unwrap().read_to_end(&mut stdout).unwrap();
    let part = Part {
        printed: vec![(Stream::Stdout, stdout), (Stream::Stderr, log.clone().into_bytes())],
        files: read_files(&stage),
        exit_code: code.unwrap_or(-1),
        ..Part::default()
    };
    let step = StepRun { id: Some("step".to_owned()), parts: vec![part], ..StepRun::default() };
    let shown = judge(&step, &Setting::default());
    Cancelled { code, stderr: log, shown, report_written: holds_files(&stage.temp.join("gatewright")) }
}

fn holds_files(folder: &Path) -> bool {
    fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_some())
}

fn summary(shown: &Shown) -> String {
    shown.summaries.iter().map(|summary| summary.text.as_str()).collect()
}

#[test]
fn a_cancelled_gate_has_no_verdict_and_says_what_it_was_doing() {
    for signal in ["INT", "TERM"] {
        let run = "args: --verbose --files pipe.out";
        let cancelled = cancel(run, &[], "reading pipe.out", signal);
        assert_eq!(cancelled.code, Some(3), "{}", cancelled.stderr);
        assert_eq!(cancelled.shown.outputs.get("verdict").map(String::as_str), Some(""));
        assert_eq!(cancelled.shown.outputs.len(), 1, "{:?}", cancelled.shown.outputs);
        let text = "cancelled while: reading pipe.out (1 of 1)";
        assert!(cancelled.stderr.contains(&format!("error: {text}")), "{}", cancelled.stderr);
        assert!(
            summary(&cancelled.shown).contains(&format!("no verdict\n\n{text}")),
            "{}",
            summary(&cancelled.shown)
        );
        let [annotation, _] = cancelled.shown.annotations.as_slice() else {
            panic!("{:?}", cancelled.shown.annotations)
        };
        assert_eq!(annotation.message, format!("{text}. Run it again; nothing was left half-written."));
        assert!(!cancelled.report_written);
    }
}

#[test]
fn a_cancelled_check_names_the_gates_that_were_done() {
    let files = [
        ("coverage.out", "mode: set\nexample.com/a/a.go:1.1,2.2 1 1\n"),
        ("go.mod", "module example.com/a\n"),
        ("a.go", "package a\n\n"),
        (
            ".github/gatewright.yml",
            "coverage-gate:\n  - name: done\n    files: coverage.out\n  - name: waiting\n    files: pipe.out\n",
        ),
    ];
    let run = "binary: gatewright\nargs: check --verbose";
    let cancelled = cancel(run, &files, "reading pipe.out", "INT");
    assert_eq!(cancelled.code, Some(3), "{}", cancelled.stderr);
    assert_eq!(cancelled.shown.outputs.get("verdict").map(String::as_str), Some(""));
    assert!(cancelled.stderr.contains("Finished before that: done: pass."), "{}", cancelled.stderr);
    assert!(
        summary(&cancelled.shown).contains("Finished before that: done: pass."),
        "{}",
        summary(&cancelled.shown)
    );
}
