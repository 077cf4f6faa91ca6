//! Splits the tests of a run over several machines.

use std::path::PathBuf;
use std::time::Duration;

use gatewright_core::Failure;
use gatewright_core::action::{Context, Outcome, OutputFile, RunCommand};
use gatewright_core::answer::{Answer, Tone};
use gatewright_core::failure::sentence;
use gatewright_core::relay::Ending;
use gatewright_test_results::shards::{Runner, parse_listing, split};

use crate::Inputs;
use crate::baseline::FoundBaseline;

/// How long the listing of tests may take: it may build them first.
const LIMIT: Duration = Duration::from_hours(1);

/// Bytes of the matrix: outputs of a job are limited to a megabyte, counted in UTF-16.
const MOST_MATRIX: usize = 400_000;

/// Splits the tests.
pub(crate) fn tests(
    inputs: &Inputs,
    baseline: &FoundBaseline,
    ctx: &Context<'_>,
) -> Result<Outcome, Failure> {
    let (most, command) = operands(ctx)?;
    let tool = inputs.tool.as_deref().and_then(|id| Runner::ALL.into_iter().find(|tool| tool.id() == id));
    let Some(tool) = tool else {
        return Err(Failure::usage(
            "`shards` needs `tool`: whose tests are split?",
            "Set it to go, cargo, nextest, pytest or jest.",
        ));
    };
    let text = listing(inputs, tool, command, ctx)?;
    let units = parse_listing(tool, &text)
        .map_err(|error| Failure::usage(error.to_string(), sentence(&error.help())))?;
    let shards = split(tool, &units, most, baseline.history());
    let mut answer = Answer::default();
    for shard in &shards.shards {
        let tests =
            if shard.units.len() == 1 { "1 unit".to_owned() } else { format!("{} units", shard.units.len()) };
        let estimate =
            if shard.estimate.0 > 0 { format!(", about {}", shard.estimate.shown()) } else { String::new() };
        answer.lines.push(vec![
            (Tone::Strong, format!("shard {}/{}", shard.number, shards.shards.len())),
            (Tone::Plain, format!(": {tests}{estimate}")),
        ]);
    }
    if shards.unknown > 0 {
        let unknown = format!(
            "{} of {} units have no recorded duration and count as the middle one",
            shards.unknown,
            units.len()
        );
        answer.lines.push(vec![(Tone::Dim, unknown)]);
    }
    let matrix = shards.matrix(MOST_MATRIX);
    answer.data.clone_from(&matrix);
    let mut files = Vec::new();
    if let Some(folder) = &inputs.lists {
        for shard in &shards.shards {
            let path = PathBuf::from(folder).join(format!("{}.txt", shard.number));
            files.push(OutputFile { path, bytes: shards.list(shard).into_bytes() });
        }
    }
    let outputs = vec![
        ("matrix".to_owned(), matrix.to_string()),
        ("shards".to_owned(), shards.shards.len().to_string()),
    ];
    Ok(Outcome { answer: Some(answer), outputs, files, ..Outcome::default() })
}

/// How many shards, and the command that lists the tests.
fn operands<'a>(ctx: &'a Context<'_>) -> Result<(usize, &'a [String]), Failure> {
    let help = "Write `test-report shards 4 --tool go`, or with a command of your own `test-report shards 4 --tool go -- go list \
                ./...`.";
    let Some((number, command)) = ctx.operands.split_first() else {
        return Err(Failure::usage("`shards` needs their number", help));
    };
    match number.parse() {
        Ok(most @ 1..=1000) => Ok((most, command)),
        _ => Err(Failure::usage(format!("`{number}` is no number of shards from 1 to 1000"), help)),
    }
}

fn listing(inputs: &Inputs, tool: Runner, command: &[String], ctx: &Context<'_>) -> Result<String, Failure> {
    if let Some(list) = &inputs.list {
        let path = ctx.workspace.directory.join(list);
        return std::fs::read_to_string(&path).map_err(|error| {
            Failure::usage(
                format!("the list `{}` can't be read: {error}", ctx.workspace.shown(&path)),
                format!("Make it with `{}`.", tool.list_command()),
            )
        });
    }
    let usual: Vec<String> = tool.list_command().split(' ').map(str::to_owned).collect();
    let words = if command.is_empty() { usual.as_slice() } else { command };
    let ran = ctx.run(&RunCommand { words, limit: LIMIT, keep: None }, &mut |_| None)?;
    if ran.ending != Ending::Exited(0) {
        let ended = match ran.ending {
            Ending::Exited(status) => format!("ended with status {status}"),
            Ending::Signal(signal) => format!("was ended by signal {signal}"),
            Ending::TimedOut(_) => "did not finish within an hour".to_owned(),
        };
        return Err(Failure::cannot_judge(
            format!("`{}` {ended}, so nobody knows which tests there are", ran.shown),
            "Look at what it says; nothing was split.",
        ));
    }
    let bytes = std::fs::read(&ran.stdout).map_err(|error| {
        Failure::cannot_judge(format!("the list can't be read: {error}"), "Run it again.")
    })?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
