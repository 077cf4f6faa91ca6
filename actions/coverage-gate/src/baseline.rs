//! Finds what the figures are compared with: a file that the user names, or what the store holds of the base.

use std::path::Path;

use gatewright_core::action::{ChangeUnderReview, Context};
use gatewright_core::report::Source;
use gatewright_core::sha256;
use gatewright_core::store::Baseline as StoredBaseline;
use gatewright_coverage::baseline::{EarlierFigures, FORMAT};
use gatewright_coverage::{Baseline, BaselineUnderReview};

use crate::Inputs;
use crate::verbs::FILES;

/// A baseline, and the file that it was read from.
#[derive(Debug)]
pub(crate) struct FoundBaseline {
    pub(crate) found: BaselineUnderReview,
    pub(crate) source: Option<Source>,
    /// What the commits before added up to, the oldest first.
    pub(crate) trend: Vec<EarlierFigures>,
}

/// Commits of the trend.
const MOST_POINTS: usize = 30;

/// Looks for the baseline of this run.
pub(crate) fn find(inputs: &Inputs, ctx: &Context<'_>) -> FoundBaseline {
    if let Some(path) = &inputs.baseline {
        return read(path, ctx);
    }
    stored(ctx)
}

/// What the store holds of the base, or of the nearest recorded commit before it.
fn stored(ctx: &Context<'_>) -> FoundBaseline {
    let recorded = ctx.recorded("", MOST_POINTS);
    for damaged in &recorded.damaged {
        ctx.note(format!("{} in the store of baselines can't be read: {}", damaged.path, damaged.reason));
    }
    let mut entries: Vec<(&StoredBaseline, Baseline)> = Vec::new();
    let mut unreadable = None;
    for entry in &recorded.entries {
        // Of several runs of one commit the first is the latest.
        if entries.last().is_some_and(|(last, _)| last.entry.commit == entry.entry.commit) {
            continue;
        }
        match Baseline::from_bytes(&entry.entry.payload) {
            Ok(baseline) => entries.push((entry, baseline)),
            Err(error) => unreadable = unreadable.or(Some((entry, error))),
        }
    }
    let trend = entries.iter().rev().map(|(entry, baseline)| earlier(entry, baseline)).collect();
    let found = match (entries.into_iter().next(), unreadable) {
        (Some((entry, baseline)), _) => found_in_store(entry, baseline, ctx),
        (None, Some((entry, error))) => BaselineUnderReview::Unreadable {
            message: format!("what was recorded of {}: {error}", entry.entry.commit.short()),
            help: error.help().to_owned(),
        },
        (None, None) => match (ctx.change, recorded.damaged.first()) {
            (_, Some(damaged)) => BaselineUnderReview::Unreadable {
                message: format!("{} in the store of baselines: {}", damaged.path, damaged.reason),
                help: "Record it again with `command: record` on the default branch.".to_owned(),
            },
            (ChangeUnderReview::NotApplicable(why), None) => BaselineUnderReview::NotApplicable(why.clone()),
            _ => BaselineUnderReview::None { why: recorded.why_none, help: recorded.help },
        },
    };
    FoundBaseline { found, source: None, trend }
}

fn earlier(entry: &StoredBaseline, baseline: &Baseline) -> EarlierFigures {
    let time = i64::try_from(entry.entry.time.unix_seconds()).unwrap_or(i64::MAX);
    EarlierFigures::of(baseline, entry.entry.commit.as_str(), time)
}

fn found_in_store(entry: &StoredBaseline, baseline: Baseline, ctx: &Context<'_>) -> BaselineUnderReview {
    let commit = &entry.entry.commit;
    // Single files are kept for fewer commits; those of another commit would be no comparison.
    let files = ctx.recorded(FILES, 1).entries.into_iter().find(|files| files.entry.commit == *commit);
    let whole = files.and_then(|files| Baseline::from_bytes(&files.entry.payload).ok());
    let mut baseline = whole.unwrap_or(baseline);
    baseline.commit = Some(commit.as_str().to_owned());
    let changes = match ctx.change {
        ChangeUnderReview::Known { base, changes } if base.commit == *commit => Some(changes.clone()),
        _ => ctx.changes_since(commit),
    };
    BaselineUnderReview::Found { baseline: Box::new(baseline), how: ctx.whereabouts(entry), changes }
}

fn read(path: &str, ctx: &Context<'_>) -> FoundBaseline {
    let file = ctx.workspace.directory.join(path);
    let shown = ctx.workspace.shown(&file);
    if is_edited(&file, ctx) {
        let found = BaselineUnderReview::Unreadable {
            message: format!("{shown} is edited by the change that is compared with it"),
            help: "Keep the baseline out of the repository, or change it in a change of its own.".to_owned(),
        };
        return FoundBaseline { found, source: None, trend: Vec::new() };
    }
    let bytes = match std::fs::read(&file) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            let found = BaselineUnderReview::None {
                why: format!("there is no baseline at {shown}"),
                help:
                    "Bring it there before this step, or let `on-no-baseline` be `warn` until there is one."
                        .to_owned(),
            };
            return FoundBaseline { found, source: None, trend: Vec::new() };
        }
        Err(error) => {
            let help = "Check that it is a file and that this user may read it.".to_owned();
            let found = BaselineUnderReview::Unreadable { message: format!("{shown}: {error}"), help };
            return FoundBaseline { found, source: None, trend: Vec::new() };
        }
    };
    let source = Source {
        path: shown.clone(),
        format: FORMAT.to_owned(),
        bytes: bytes.len() as u64,
        sha256: sha256(&bytes),
    };
    let found = match Baseline::from_bytes(&bytes) {
        Ok(baseline) => found(baseline, &shown, ctx),
        Err(error) => BaselineUnderReview::Unreadable {
            message: format!("{shown}: {error}"),
            help: error.help().to_owned(),
        },
    };
    ctx.note(format!("{shown}: read as {FORMAT}"));
    FoundBaseline { found, source: Some(source), trend: Vec::new() }
}

/// Whether the change itself edits the baseline: it would choose what it is measured against.
fn is_edited(file: &Path, ctx: &Context<'_>) -> bool {
    let ChangeUnderReview::Known { changes, .. } = ctx.change else { return false };
    let Some(path) = ctx.workspace.repo_path(file) else { return false };
    // Files that git does not know are made by this run, or lie on a laptop.
    changes.files.iter().any(|change| change.path == path) && ctx.tracked_files().contains(&path)
}

fn found(baseline: Baseline, shown: &str, ctx: &Context<'_>) -> BaselineUnderReview {
    let how = match &baseline.commit {
        Some(commit) => format!("of {} ({shown})", commit.chars().take(10).collect::<String>()),
        None => format!("in {shown}"),
    };
    // What changed is known only since the base of this run.
    let changes = match ctx.change {
        ChangeUnderReview::Known { base, changes }
            if baseline.commit.as_deref() == Some(base.commit.as_str()) =>
        {
            Some(changes.clone())
        }
        _ => None,
    };
    BaselineUnderReview::Found { baseline: Box::new(baseline), how, changes }
}
