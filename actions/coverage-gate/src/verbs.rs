//! What the gate does besides judging: it explains a file, and it fetches and records baselines.

use std::collections::BTreeMap;

use gatewright_core::Failure;
use gatewright_core::action::{ChangeUnderReview, Context, Outcome, VerbAbout};
use gatewright_core::answer::{Answer, Tone};
use gatewright_core::effect::{Effect, Verdicts};
use gatewright_core::nearest::nearest;
use gatewright_core::repository::LineRange;
use gatewright_core::store::{Retention, Token};
use gatewright_coverage::explain::explain;
use gatewright_coverage::{Baseline, Evidence, Named};

use crate::outputs::source;

pub(crate) const VERBS: [VerbAbout; 4] = [
    VerbAbout { name: "judge", summary: "Judges the reports.", operands: None },
    VerbAbout {
        name: "explain",
        summary: "Prints files line by line: hits, branches, and what the change touches.",
        operands: Some("source files"),
    },
    VerbAbout {
        name: "fetch",
        summary: "Brings the recorded baselines here, for a later `judge`; needs `contents: read`.",
        operands: None,
    },
    VerbAbout {
        name: "record",
        summary: "Judges, and records the figures as the commit's baseline; on the default branch only, needs \
                  `contents: write`.",
        operands: None,
    },
];

/// The part of the store that holds single files and the flags that can be carried forward: larger, and kept for fewer
/// commits than the figures.
pub(crate) const FILES: &str = "files";

/// Commits whose single files are kept.
const MOST_FILES_KEPT: usize = 30;

/// Fetches the store; nothing is read or judged.
pub(crate) fn fetch(token: Option<Token>) -> Outcome {
    Outcome {
        effects: vec![Effect::FetchStore { token }],
        answer: Some(Answer::default()),
        ..Outcome::default()
    }
}

/// Explains the named files.
pub(crate) fn explained(evidence: &Evidence, ctx: &Context<'_>) -> Result<Outcome, Failure> {
    if ctx.operands.is_empty() {
        return Err(Failure::usage(
            "`explain` needs a source file",
            "Name one or more behind the verb: `coverage-gate explain src/a.rs`.",
        ));
    }
    let mut answer = Answer::default();
    let mut data = Vec::new();
    for operand in ctx.operands {
        let path = find(operand, evidence, ctx)?;
        let file = evidence.picture.file(&path).expect("it was just found");
        let text = source(&ctx.workspace.root, evidence, &path);
        let explained = explain(&path, file, text.as_deref(), &changed(&path, ctx));
        if !answer.lines.is_empty() {
            answer.lines.push(vec![(Tone::Plain, String::new())]);
        }
        answer.lines.extend(explained.lines);
        data.push(explained.data);
    }
    answer.data = data.into();
    Ok(Outcome { answer: Some(answer), ..Outcome::default() })
}

fn changed(path: &str, ctx: &Context<'_>) -> Vec<LineRange> {
    let ChangeUnderReview::Known { changes, .. } = ctx.change else { return Vec::new() };
    let file = changes.files.iter().find(|file| file.path.as_str() == path);
    file.map(|file| file.added.clone()).unwrap_or_default()
}

/// The measured file that is meant: by its path from the working directory, or as the repository knows it.
fn find(operand: &str, evidence: &Evidence, ctx: &Context<'_>) -> Result<String, Failure> {
    let here = ctx.workspace.repo_path(&ctx.workspace.directory.join(operand));
    let candidates = here.iter().map(gatewright_core::RepoPath::as_str).chain([operand]);
    if let Some(path) = candidates.into_iter().find(|path| evidence.picture.file(path).is_some()) {
        return Ok(path.to_owned());
    }
    if evidence.picture.is_empty() {
        return Err(Failure::cannot_judge(
            "no report measures any file, so there is nothing to explain",
            "Make the reports first; `--verbose` says what was read, and `--files` names others.",
        ));
    }
    let near = nearest(operand, evidence.picture.files().map(|(path, _)| path));
    let hint = near.map(|near| format!(", did you mean `{near}`?")).unwrap_or_default();
    Err(Failure::usage(
        format!("no report measures `{operand}`{hint}"),
        "Name a source file as it lies in the repository; what `ignore` leaves out can't be explained.",
    ))
}

/// The effects that record this run as the baseline of its commit.
pub(crate) fn recorded(
    evidence: &Evidence,
    flag_paths: &[Named],
    token: Option<&Token>,
    ctx: &Context<'_>,
) -> Result<Vec<Effect>, Failure> {
    let retention = Retention::default();
    let incomplete = |error: gatewright_coverage::baseline::BaselineError| {
        Failure::cannot_judge(
            format!("this run can't be a baseline: {error}"),
            "Nothing was recorded. Mend that, and run `record` again.",
        )
    };
    // What nobody carries forward need not be kept line by line.
    let carried = |flag: &str| flag_paths.iter().any(|paths| paths.name == flag);
    let whole = Baseline::of(evidence, None, carried).map_err(incomplete)?;
    let figures = Baseline { files: BTreeMap::new(), pictures: BTreeMap::new(), ..whole.clone() };
    let most = usize::try_from(retention.most_payload_bytes).unwrap_or(usize::MAX);
    let (payload, left_out) = whole.to_bytes_within(most);
    for flag in left_out {
        ctx.note(format!(
            "the flag {flag} is too large to be carried forward: only its figures are recorded"
        ));
    }
    let effect = |part, payload, retention| Effect::Record {
        part,
        payload,
        retention,
        on: Verdicts::All,
        token: token.cloned(),
    };
    let mut effects = vec![effect("", figures.to_bytes(), retention)];
    if payload.len() <= most {
        effects.push(effect(FILES, payload, Retention { most_entries: MOST_FILES_KEPT, ..retention }));
    } else {
        ctx.note("there are too many files to record each: only the figures of the whole are recorded");
    }
    Ok(effects)
}
