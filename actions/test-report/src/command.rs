//! Runs the command that runs the tests, shows what it says, and keeps its results.

use std::fs::File;
use std::io::Read as _;
use std::time::Duration;

use gatewright_core::Failure;
use gatewright_core::action::{Context, RunCommand};
use gatewright_core::relay::Ran;
use gatewright_test_results::{CommandEnd, Format, Live, detect};

use crate::Inputs;
use crate::reports::{Begun, ReportFile};

/// A command that ran.
pub(crate) struct TestRun {
    /// How it ended.
    pub(crate) end: CommandEnd,
    /// When it began.
    pub(crate) begun: Begun,
    /// What it printed, if that is results.
    pub(crate) printed: Option<ReportFile>,
}

/// So much of an output is looked at to see whether it is results.
const HEAD: u64 = 64 * 1024;

/// Runs the command that the operands are.
pub(crate) fn run(inputs: &Inputs, ctx: &Context<'_>) -> Result<TestRun, Failure> {
    let command = RunCommand {
        words: ctx.operands,
        limit: Duration::from_secs(u64::from(inputs.time_limit) * 60),
        keep: inputs.outputs.results_file.as_deref(),
    };
    let mut live = Live::default();
    let ran = ctx.run(&command, &mut |line| live.line(line))?;
    let printed = printed(&ran, ctx)?;
    Ok(TestRun {
        end: CommandEnd { shown: ran.shown, ending: ran.ending },
        begun: Begun { at: ran.started, what: "the command" },
        printed,
    })
}

/// The output as a report, if it is one; words for people are none.
fn printed(ran: &Ran, ctx: &Context<'_>) -> Result<Option<ReportFile>, Failure> {
    let mut head = Vec::new();
    File::open(&ran.stdout).and_then(|file| file.take(HEAD).read_to_end(&mut head)).map_err(|error| {
        Failure::cannot_judge(
            format!("the output that was kept in `{}` can't be read: {error}", ran.stdout.display()),
            "Run it again.",
        )
    })?;
    let is_results = match detect(&head) {
        // Many a line for people begins with `ok`: in what a command prints, a plan or a version must be there.
        Ok(Format::Tap) => head.split(|byte| *byte == b'\n').any(|line| {
            line.starts_with(b"TAP version ")
                || line.strip_prefix(b"1..").is_some_and(|rest| rest.first().is_some_and(u8::is_ascii_digit))
        }),
        Ok(_) => true,
        Err(_) => false,
    };
    Ok(is_results.then(|| ReportFile::of_command(&ran.stdout, ctx.workspace.shown(&ran.stdout))))
}
