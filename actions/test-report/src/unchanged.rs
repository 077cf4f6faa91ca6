//! Whether the tests need to run: their inputs as one digest, and what was recorded of an earlier pass with the same.

use gatewright_core::Failure;
use gatewright_core::action::{Context, Outcome};
use gatewright_core::answer::Answer;
use gatewright_core::glob::Globs;
use gatewright_core::report::{Block, Inline, Measure, Report, Scope, Section};
use gatewright_core::{Hasher, sha256};
use gatewright_test_results::{Evidence, Tally};
use serde::{Deserialize, Serialize};

use crate::{Inputs, counts};

/// The part of the store that holds passes by their inputs.
pub(crate) const PART: &str = "inputs";

/// Recorded passes that are looked at.
const MOST_PASSES: usize = 50;

/// A pass, as it is recorded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Pass {
    version: u32,
    /// SHA-256 over all inputs.
    inputs: String,
    passed: u64,
    skipped: u64,
    flaky: u64,
}

const VERSION: u32 = 1;

/// What is recorded of a pass; nothing where no inputs are named, and nothing where a test failed: a quarantine that let
/// the run pass ends some day, and then the pass must not go on without it.
pub(crate) fn payload(
    inputs: &Inputs,
    evidence: &Evidence,
    ctx: &Context<'_>,
) -> Result<Option<Vec<u8>>, Failure> {
    if inputs.inputs.is_empty() {
        return Ok(None);
    }
    if evidence.results.tests.bad() + evidence.results.failed_by_runner > 0 {
        ctx.note("tests failed: this run is no pass that could stand for another".to_owned());
        return Ok(None);
    }
    let Tally { passed, skipped, flaky, .. } = evidence.results.tests;
    let pass = Pass { version: VERSION, inputs: digest(inputs, ctx)?.0, passed, skipped, flaky };
    Ok(Some(serde_json::to_vec(&pass).expect("a flat struct of texts and numbers becomes JSON")))
}

/// Says whether a recorded pass stands.
pub(crate) fn decide(inputs: &Inputs, ctx: &Context<'_>) -> Result<Outcome, Failure> {
    if inputs.inputs.is_empty() {
        return Err(Failure::usage(
            "`unchanged` needs `inputs`",
            "Name the files that the tests depend on: `--inputs 'src/**' --inputs go.sum`.",
        ));
    }
    let (digest, files) = digest(inputs, ctx)?;
    let recorded = ctx.recorded(PART, MOST_PASSES);
    let found = recorded.entries.iter().find_map(|entry| {
        let pass: Pass = serde_json::from_slice(&entry.entry.payload).ok()?;
        (pass.version == VERSION && pass.inputs == digest).then_some((entry, pass))
    });
    let Some((entry, pass)) = found else {
        let why = if recorded.entries.is_empty() {
            format!("The tests need to run: {}.", recorded.why_none)
        } else {
            "The tests need to run: no recorded pass has these inputs.".to_owned()
        };
        return Ok(Outcome {
            answer: Some(Answer {
                data: serde_json::json!({ "unchanged": false, "inputs": digest, "files": files }),
                ..Answer::line(why)
            }),
            outputs: vec![("unchanged".to_owned(), "false".to_owned())],
            ..Outcome::default()
        });
    };
    let whereabouts = ctx.whereabouts(entry);
    let tests = Tally { passed: pass.passed, skipped: pass.skipped, flaky: pass.flaky, ..Tally::default() };
    let mut report = Report::new();
    report.headline = format!("not run: the inputs are those of the pass {whereabouts}, which stands");
    let count = |name: &str, value| Measure::count(name, Scope::Total, value, None);
    report.measures = vec![
        count("tests.total", tests.total()),
        count("tests.passed", tests.passed),
        count("tests.skipped", tests.skipped),
        count("tests.flaky", tests.flaky),
    ];
    let text = format!(
        "No test ran. {files} files that the tests depend on are as they were when {} tests passed, {whereabouts}; the \
         figures are those of that run.",
        tests.passed + tests.flaky
    );
    report.sections = vec![Section {
        id: "unchanged".to_owned(),
        title: "A recorded pass stands".to_owned(),
        rank: 10,
        collapsed: false,
        blocks: vec![Block::Text { content: vec![Inline::text(text)] }],
        gate: None,
    }];
    let mut outputs = counts(&tests);
    outputs.push(("unchanged".to_owned(), "true".to_owned()));
    Ok(Outcome { report, outputs, ..Outcome::default() })
}

/// SHA-256 over the names and bytes of all inputs, the words, and the kind of machine; and how many files there are.
fn digest(inputs: &Inputs, ctx: &Context<'_>) -> Result<(String, usize), Failure> {
    let globs = Globs::new(&inputs.inputs).map_err(|(pattern, message)| {
        Failure::usage(
            format!("`{pattern}` in `inputs` is no glob: {message}"),
            "Correct it; patterns start at the repository's root.",
        )
    })?;
    let mut files: Vec<_> = ctx.tracked_files();
    files.retain(|file| globs.decision(file.as_str()).is_some_and(|(_, takes)| takes));
    files.sort();
    if files.is_empty() {
        return Err(Failure::usage(
            format!("`inputs` takes no file of the repository: {}", inputs.inputs.join(", ")),
            "Correct the globs; they start at the repository's root.",
        ));
    }
    let mut hasher = Hasher::default();
    let mut add = |kind: &str, name: &str, value: &str| {
        // Lengths keep what belongs together together.
        hasher.update(format!("{kind} {} {name} {} {value}\n", name.len(), value.len()).as_bytes());
    };
    for name in ["RUNNER_OS", "RUNNER_ARCH"] {
        add("machine", name, ctx.environment().get(name).unwrap_or_default());
    }
    inputs.inputs_also.iter().for_each(|words| add("words", "", words));
    for file in &files {
        let path = file.to_path(&ctx.workspace.root);
        // A link is where it leads to, not what lies there.
        let link = std::fs::read_link(&path).ok();
        let bytes = match link {
            Some(target) => target.to_string_lossy().into_owned().into_bytes(),
            None => match std::fs::read(&path) {
                Ok(bytes) => bytes,
                // Tracked, and removed here: that is an input, too.
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                    add("gone", file.as_str(), "");
                    continue;
                }
                // A submodule is a folder: its commit is what git tracks, and that is not known here.
                Err(error) => {
                    return Err(Failure::cannot_judge(
                        format!("`{file}` of `inputs` can't be read: {error}"),
                        "Exclude it with `!`, or let this user read it.",
                    ));
                }
            },
        };
        add("file", file.as_str(), &sha256(&bytes));
    }
    Ok((hasher.finish(), files.len()))
}
