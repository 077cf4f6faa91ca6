//! Secrets are masked before anything else is printed. No test runs inside this program's harness: the program is
//! itself the action, so that a whole run of core, from its first byte to its exit, can be judged.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![allow(clippy::disallowed_methods, reason = "it asks whether it is the test or the action")]

use std::path::Path;
use std::process::ExitCode;

use clap::Args;
use gatewright_core::action::{About, Action, Context, MeasureAbout, Outcome};
use gatewright_core::report::{Measure, Report, Scope};
use gatewright_core::repository::{
    Base, BaseRequest, ChangeEnd, ChangeSet, CommitId, Repository, RepositoryError,
};
use gatewright_core::{Failure, Host, RepoPath};
use gatewright_tests::case::execute::{Finished, run};
use gatewright_tests::case::plan::Plan;
use gatewright_tests::case::stage::Stage;
use gatewright_tests::emulator::{Order, Part, Setting, Shown, StepRun, Stream, judge};
use libtest_mimic::{Arguments, Trial};

const SECRET: &str = "ghs_0123456789abcdef";

fn main() -> ExitCode {
    if std::env::var_os("THE_ACTION").is_some() {
        return gatewright_core::run(
            &Action::new(ABOUT, act),
            &Host { repository: &NoRepository, store: &gatewright_core::store::NoStore },
        );
    }
    let trials = vec![
        Trial::test("the_mask_comes_first", || {
            the_mask_comes_first();
            Ok(())
        }),
        Trial::test("a_refused_input_shows_no_secret", || {
            a_refused_input_shows_no_secret();
            Ok(())
        }),
    ];
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}

/// An action that says its secret wherever it can.
#[derive(Args, Clone, Debug)]
struct Inputs {
    /// A token.
    #[arg(long, value_name = "SECRET")]
    token: Option<String>,
}

const ABOUT: About = About {
    name: "sample",
    version: "0.1.0",
    title: "Sample",
    summary: "Says its secret wherever it can.",
    files: None,
    reads_base: false,
    verbs: &[],
    lists: &[],
    outputs: &[],
    measures: &[MeasureAbout { name: "sample.things", description: "things" }],
    rules: &[],
};

#[expect(clippy::unnecessary_wraps, reason = "it is the form of an action")]
fn act(inputs: &Inputs, _: &Context<'_>) -> Result<Outcome, Failure> {
    let token = inputs.token.clone().unwrap_or_default();
    let mut report = Report::new();
    report.headline = format!("the token is {token}");
    report.measures = vec![Measure::count("sample.things", Scope::Total, 3, Some(1))];
    Ok(Outcome { report, outputs: vec![("said".to_owned(), token)], ..Outcome::default() })
}

struct NoRepository;

impl Repository for NoRepository {
    fn root(&self, _: &Path) -> Result<Option<std::path::PathBuf>, RepositoryError> {
        Ok(None)
    }

    fn head(&self, _: &Path) -> Result<Option<CommitId>, RepositoryError> {
        Ok(None)
    }

    fn base(&self, _: &Path, _: &BaseRequest) -> Result<Option<Base>, RepositoryError> {
        Ok(None)
    }

    fn changes(&self, _: &Path, _: &Base, _: ChangeEnd) -> Result<ChangeSet, RepositoryError> {
        unreachable!("without a base nobody asks")
    }

    fn file_at(&self, _: &Path, _: &CommitId, _: &RepoPath) -> Result<Option<Vec<u8>>, RepositoryError> {
        Ok(None)
    }

    fn tracked_files(&self, _: &Path) -> Result<Vec<RepoPath>, RepositoryError> {
        Ok(Vec::new())
    }
}

fn finished(lines: &str) -> Finished {
    let folder = tempfile::tempdir().unwrap();
    let text = format!("git: none\nenv: THE_ACTION=1\ninput: token={SECRET}\n{lines}");
    let plan = Plan::parse(&text, "sample").unwrap();
    let stage = Stage::set(folder.path(), &plan).unwrap();
    run(&std::env::current_exe().unwrap(), &plan, &stage).unwrap()
}

fn shown(finished: &Finished) -> Shown {
    let part = Part {
        printed: vec![(Stream::Stdout, finished.stdout.clone()), (Stream::Stderr, finished.stderr.clone())],
        files: finished.files.clone(),
        exit_code: finished.code.unwrap_or(-1),
        ..Part::default()
    };
    let step = StepRun { id: Some("step".to_owned()), parts: vec![part], ..StepRun::default() };
    judge(&step, &Setting { order: Order::StderrFirst, ..Setting::default() })
}

fn the_mask_comes_first() {
    let finished = finished("args: --verbose\ndebug");
    assert_eq!(finished.code, Some(1));
    let first = finished.stdout.split(|byte| *byte == b'\n').next().unwrap();
    assert_eq!(String::from_utf8_lossy(first), format!("::add-mask::{SECRET}"));
    assert!(!String::from_utf8_lossy(&finished.stderr).contains(SECRET), "the log comes on another stream");
    let shown = shown(&finished);
    assert_eq!(shown.masks, [SECRET]);
    assert!(shown.log.iter().any(|line| line.contains("the token is ***")), "{:?}", shown.log);
    assert!(shown.log.iter().all(|line| !line.contains(SECRET)), "{:?}", shown.log);
    assert!(shown.annotations.iter().all(|annotation| !annotation.message.contains(SECRET)));
    assert!(shown.summaries.iter().all(|summary| !summary.text.contains(SECRET)));
}

fn a_refused_input_shows_no_secret() {
    let finished = finished("input: annotations=many\nenv: INPUT_ANNOTATIONS=many");
    assert_eq!(finished.code, Some(2));
    for bytes in [&finished.stdout, &finished.stderr, &finished.files.summary] {
        let text = String::from_utf8_lossy(bytes).replace(&format!("::add-mask::{SECRET}\n"), "");
        assert!(!text.contains(SECRET), "{text}");
    }
}
