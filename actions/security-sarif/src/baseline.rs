//! Finds what the findings are compared with: a file that the user names, or what the store holds of the base.

use std::path::Path;
use std::sync::Arc;

use gatewright_core::RepoPath;
use gatewright_core::action::{ChangeUnderReview, Context};
use gatewright_core::condition::Condition;
use gatewright_core::repo_path::is_absolute;
use gatewright_core::report::{Scope, Source};
use gatewright_sarif::{
    BaselineUnderReview, Evidence, Gone, Snapshot, Sources, category, compare, identify, normalise, read,
};

use crate::{Inputs, reports};

/// Compares with the baseline, where there is one, and writes down on each result how it stands.
fn compare_with(evidence: &mut Evidence, before: &Snapshot, renames: &[(RepoPath, RepoPath)]) {
    let comparison = compare(&evidence.runs, before, renames);
    comparison.apply(&mut evidence.runs);
    let broken = broken_tools(evidence);
    let (unsure, gone): (Vec<Gone>, Vec<Gone>) =
        comparison.absent.into_iter().partition(|gone| broken.iter().any(|tool| **tool == *gone.source.tool));
    evidence.gone = gone;
    if !unsure.is_empty() {
        evidence.inconclusive.push(format!(
            "{} findings of the baseline are not in reports that can't be read whole: nobody knows whether they are gone.",
            unsure.len()
        ));
    }
    for source in &comparison.unknown {
        evidence.inconclusive.push(format!(
            "The baseline does not say that {} ran{}: all that it found counts as new.",
            source.tool,
            in_category(&source.category)
        ));
    }
    let mut missing: Vec<String> = comparison
        .inconclusive
        .iter()
        .map(|gone| format!("{}{}", gone.source.tool, in_category(&gone.source.category)))
        .collect();
    missing.dedup();
    for tool in missing {
        evidence.inconclusive.push(format!(
            "{tool} found something at the baseline and did not run now: nobody knows whether that is still there."
        ));
    }
}

/// Tools of which results may be missing: what they do not name need not be gone.
fn broken_tools(evidence: &Evidence) -> Vec<String> {
    let is_broken = |report: usize| match &evidence.reports[report].content {
        Ok(content) => content.faults.lose_results(),
        Err(_) => true,
    };
    let runs = evidence.runs.iter().zip(&evidence.of_report);
    runs.filter(|(_, report)| is_broken(**report)).map(|(run, _)| run.tool.name.clone()).collect()
}

/// Files of another commit: paths are taken as they are written, and nothing is read.
struct Earlier<'a>(&'a Path);

impl Sources for Earlier<'_> {
    fn locate(&self, path: &str) -> Option<RepoPath> {
        if is_absolute(path) {
            RepoPath::relative_to(self.0, Path::new(path))
        } else {
            RepoPath::new(path).ok()
        }
    }

    fn is_outside(&self, _: &str) -> bool {
        false
    }

    fn read(&self, _: &RepoPath) -> Option<Arc<[u8]>> {
        None
    }
}

fn in_category(category: &str) -> String {
    if category.is_empty() { String::new() } else { format!(" in the category {category}") }
}

/// Looks for the baseline of this run, and compares with it.
pub(crate) fn compare_with_found(
    inputs: &Inputs,
    ctx: &Context<'_>,
    evidence: &mut Evidence,
    sources: &mut Vec<Source>,
) {
    if let Some(path) = &inputs.baseline {
        return of_file(inputs, ctx, path, evidence, sources);
    }
    let is_asked = evidence.asks_for_new;
    let recorded = ctx.recorded("", 1);
    let Some(entry) = recorded.entries.first() else {
        evidence.baseline = match ctx.change {
            ChangeUnderReview::NotApplicable(why) => BaselineUnderReview::NotApplicable(why.clone()),
            _ if !is_asked && recorded.store.is_none() => BaselineUnderReview::Unasked,
            _ => BaselineUnderReview::None { why: recorded.why_none, help: recorded.help, is_asked },
        };
        return;
    };
    match Snapshot::from_bytes(&entry.entry.payload) {
        Ok(snapshot) => {
            let renames =
                ctx.changes_since(&entry.entry.commit).map(|changes| changes.files).unwrap_or_default();
            let renames: Vec<(RepoPath, RepoPath)> =
                renames.into_iter().filter_map(|file| Some((file.old_path?, file.path))).collect();
            compare_with(evidence, &snapshot, &renames);
            evidence.baseline =
                BaselineUnderReview::Found { how: format!("what was recorded {}", ctx.whereabouts(entry)) };
        }
        Err(error) => {
            let why = format!("what was recorded of {} can't be used: {error}", entry.entry.commit.short());
            evidence.baseline = BaselineUnderReview::None { why, help: error.help().to_owned(), is_asked };
        }
    }
}

/// Whether a condition is about what the baseline does not have.
pub(crate) fn asks_for_new(condition: &Condition) -> bool {
    condition.references().into_iter().any(|(_, scope)| *scope == Scope::New)
}

/// The tools that a condition names.
pub(crate) fn asked_tools(condition: &Condition) -> Vec<String> {
    let tool = |(_, scope): (&str, &Scope)| match scope {
        Scope::Named { kind, name } if kind == "tool" => Some(name.clone()),
        _ => None,
    };
    condition.references().into_iter().filter_map(tool).collect()
}

/// A SARIF file of an earlier run, or a record of this action.
fn of_file(
    inputs: &Inputs,
    ctx: &Context<'_>,
    path: &str,
    evidence: &mut Evidence,
    sources: &mut Vec<Source>,
) {
    let none =
        |why: String, help: &str| BaselineUnderReview::None { why, help: help.to_owned(), is_asked: true };
    let (bytes, mut source) = match reports::bytes(ctx, path, "baseline") {
        Ok(read) => read,
        Err(message) => {
            let help =
                "Bring it there before this step, or let `on-no-baseline` be `warn` until there is one.";
            evidence.baseline = none(format!("`{path}` can't be read: {message}"), help);
            return;
        }
    };
    let snapshot = if Snapshot::is_one(&bytes) {
        Snapshot::from_bytes(&bytes).map_err(|error| (error.to_string(), error.help().to_owned()))
    } else {
        match read(&bytes) {
            Err(error) => Err((error.to_string(), error.help().to_owned())),
            Ok(parsed) if parsed.faults.lose_results() => Err((
                "it can't be read whole".to_owned(),
                "Make it anew: the run that it is of may have been cut off.".to_owned(),
            )),
            Ok(parsed) if results_cut(&parsed.runs) > 0 => Err((
                format!(
                    "{} of its results were cut for the upload, and nobody can tell whether a finding was among them",
                    results_cut(&parsed.runs)
                ),
                "Name a report of the scanner itself, or have this action record its findings (`record`)."
                    .to_owned(),
            )),
            Ok(parsed) => {
                source.format = format!("baseline, {}", parsed.format.name());
                Ok(as_snapshot(parsed.runs, inputs, ctx))
            }
        }
    };
    match snapshot {
        Ok(snapshot) => {
            sources.push(source);
            compare_with(evidence, &snapshot, &[]);
            evidence.baseline = BaselineUnderReview::Found { how: path.to_owned() };
        }
        Err((message, help)) => evidence.baseline = none(format!("`{path}`: {message}"), &help),
    }
}

/// Results that were left out of a SARIF file that this action wrote.
fn results_cut(runs: &[gatewright_sarif::Run]) -> u64 {
    let of = |run: &gatewright_sarif::Run| {
        let cut = run.properties.iter().find(|(key, _)| key.as_ref() == "gatewright/resultsCut")?;
        // What is no number may be any.
        Some(cut.1.trim().parse().unwrap_or(1))
    };
    runs.iter().filter_map(of).fold(0, u64::saturating_add)
}

/// Runs of an earlier report. Their files are of another commit, so nothing in them is looked at here.
fn as_snapshot(mut runs: Vec<gatewright_sarif::Run>, inputs: &Inputs, ctx: &Context<'_>) -> Snapshot {
    let mut faults = gatewright_sarif::Faults::default();
    for run in &mut runs {
        normalise(run, &Earlier(&ctx.workspace.root), &mut faults);
    }
    let prefix = match ctx.name() {
        Some(name) => format!("{}/{name}", inputs.category.trim_matches('/')),
        None => inputs.category.clone(),
    };
    category::assign(&mut runs, &prefix);
    identify(&mut runs, &mut |_| None, &mut faults);
    Snapshot::of(&runs)
}
