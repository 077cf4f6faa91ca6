//! What steps hand on to each other, and the limits of a job and of a run.

use gatewright_tests::emulator::{FileCommands, Job, Reason, Setting, StepResult, StepRun, show_run};

use super::{map, prints, shown, writes};

fn full_step() -> StepRun {
    prints(&("::error::e\n".repeat(10) + &"::warning::w\n".repeat(10)))
}

#[test]
fn fifty_annotations_a_job() {
    let mut job = Job::new(Setting::default());
    for _ in 0..3 {
        job.run(&full_step());
    }
    let shown = job.finish(&[]);
    assert_eq!((shown.annotations.len(), shown.dropped.len()), (50, 10));
    assert!(shown.dropped.iter().all(|dropped| dropped.reason == Reason::JobCap));
    assert_eq!(shown.result, StepResult::Success, "errors alone fail nothing");
}

#[test]
fn fifty_annotations_a_run() {
    let jobs: Vec<_> = (0..3)
        .map(|_| {
            let mut job = Job::new(Setting::default());
            job.run(&full_step());
            job.finish(&[])
        })
        .collect();
    let run = show_run(&jobs);
    assert_eq!((run.annotations.len(), run.dropped.len()), (50, 10));
    assert_eq!(run.dropped[0].reason, Reason::RunCap);
}

#[test]
fn masks_and_variables_reach_later_steps() {
    let mut job = Job::new(Setting::default());
    job.run(&prints("::add-mask::hidden\n"));
    let files = FileCommands { env: b"A=1\n".to_vec(), path: b"/one\n".to_vec(), ..FileCommands::default() };
    job.run(&writes(files));
    let last = job.run(&prints("a hidden word"));
    assert_eq!(last.log, ["a *** word"]);
    assert_eq!((job.env(), job.path()), (&map(&[("A", "1")]), &["/one".to_owned()][..]));
}

#[test]
fn a_stop_token_ends_with_its_step() {
    let mut job = Job::new(Setting::default());
    job.run(&prints("::stop-commands::tok\n"));
    assert_eq!(job.run(&prints("::error::x")).annotations.len(), 1);
    assert!(shown("::stop-commands::tok\n::error::x").annotations.is_empty());
}

#[test]
fn a_background_step_holds_back_until_it_is_waited_for() {
    let mut job = Job::new(Setting::default());
    let files = FileCommands {
        output: b"verdict=pass\n".to_vec(),
        env: b"A=1\n".to_vec(),
        path: b"/one\n/two\n".to_vec(),
        ..FileCommands::default()
    };
    job.run(&StepRun { background: true, ..writes(files) });
    assert!(job.outputs("step").is_empty() && job.env().is_empty() && job.path().is_empty());
    job.wait("step");
    assert_eq!(job.outputs("step"), map(&[("verdict", "pass")]));
    assert_eq!((job.env(), job.path()), (&map(&[("A", "1")]), &["/two".to_owned(), "/one".to_owned()][..]));
}

#[test]
fn a_masked_output_is_not_handed_on() {
    let job = Job::new(Setting { secrets: vec!["hush".to_owned()], ..Setting::default() });
    let shown = job.finish(&[("open", "value"), ("closed", "a hush b")]);
    assert_eq!(shown.outputs, map(&[("open", "value")]));
    assert_eq!(shown.annotations[0].message, "Skip output 'closed' since it may contain secret.");
}

#[test]
fn one_red_step_makes_the_job_red() {
    let mut job = Job::new(Setting::default());
    job.run(&prints("::set-env name=A::1"));
    job.run(&prints("fine"));
    assert_eq!(job.finish(&[]).result, StepResult::Failure);
}
