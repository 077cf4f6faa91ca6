//! Finds what the figures are compared with: a file that the user names.

use std::path::Path;

use gatewright_core::action::{ChangeUnderReview, Context};
use gatewright_core::report::Source;
use gatewright_core::sha256;
use gatewright_coverage::baseline::FORMAT;
use gatewright_coverage::{Baseline, BaselineUnderReview};

use crate::Inputs;

/// A baseline, and the file that it was read from.
#[derive(Debug)]
pub(crate) struct FoundBaseline {
    pub(crate) found: BaselineUnderReview,
    pub(crate) source: Option<Source>,
}

/// Looks for the baseline of this run.
pub(crate) fn find(inputs: &Inputs, ctx: &Context<'_>) -> FoundBaseline {
    if let Some(path) = &inputs.baseline {
        return read(path, ctx);
    }
    let found = match ctx.change {
        ChangeUnderReview::NotApplicable(why) => BaselineUnderReview::NotApplicable(why.clone()),
        ChangeUnderReview::Known { .. } | ChangeUnderReview::Unreadable(_) => BaselineUnderReview::None {
            why: "no baseline is there to compare with".to_owned(),
            help:
                "Name an earlier report of the base in `baseline`, or let `on-no-baseline` be `warn` until \
                   there is one."
                    .to_owned(),
        },
    };
    FoundBaseline { found, source: None }
}

fn read(path: &str, ctx: &Context<'_>) -> FoundBaseline {
    let file = ctx.workspace.directory.join(path);
    let shown = ctx.workspace.shown(&file);
    if is_edited(&file, ctx) {
        let found = BaselineUnderReview::Unreadable {
            message: format!("{shown} is edited by the change that is compared with it"),
            help: "Keep the baseline out of the repository, or change it in a change of its own.".to_owned(),
        };
        return FoundBaseline { found, source: None };
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
            return FoundBaseline { found, source: None };
        }
        Err(error) => {
            let help = "Check that it is a file and that this user may read it.".to_owned();
            let found = BaselineUnderReview::Unreadable { message: format!("{shown}: {error}"), help };
            return FoundBaseline { found, source: None };
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
    FoundBaseline { found, source: Some(source) }
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
