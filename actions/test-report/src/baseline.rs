//! Finds what the run is compared with: reports that the user names, or what the store holds of the base.

use gatewright_core::Failure;
use gatewright_core::action::{ChangeUnderReview, Context};
use gatewright_core::report::Source;
use gatewright_test_results::evidence::BaselineUnderReview;
use gatewright_test_results::{Collector, History, RunAbout};

use crate::reports::{ReportFile, variants};
use crate::{Inputs, MOST_NAMES, asks_for_new};

/// A baseline before the run is known that is held against it.
pub(crate) enum FoundBaseline {
    /// None, for this reason.
    None(BaselineUnderReview),
    /// This one.
    History { history: History, how: String, sources: Vec<Source> },
}

impl FoundBaseline {
    pub(crate) fn history(&self) -> Option<&History> {
        match self {
            Self::None(_) => None,
            Self::History { history, .. } => Some(history),
        }
    }
}

/// Looks for the baseline of this run.
pub(crate) fn find(inputs: &Inputs, ctx: &Context<'_>) -> Result<FoundBaseline, Failure> {
    if inputs.baseline.is_empty() { Ok(recorded(inputs, ctx)) } else { of_reports(inputs, ctx) }
}

/// What the store holds of the base, or of the nearest recorded commit before it.
fn recorded(inputs: &Inputs, ctx: &Context<'_>) -> FoundBaseline {
    let recorded = ctx.recorded("", 1);
    // Who has no store and asks for nothing that needs one wants no lecture about it.
    let is_unasked = inputs.max_fewer.is_none() && ctx.conditions.is_empty();
    if recorded.store.is_none() && recorded.damaged.is_empty() && is_unasked {
        ctx.note(format!("nothing to compare with: {}", recorded.why_none));
        return FoundBaseline::None(BaselineUnderReview::Unasked);
    }
    for damaged in &recorded.damaged {
        ctx.note(format!("{} in the store of baselines can't be read: {}", damaged.path, damaged.reason));
    }
    let asks = ctx.conditions.iter().any(asks_for_new);
    let none = |why: String, help: String| {
        FoundBaseline::None(BaselineUnderReview::None { why, help, is_asked: asks })
    };
    let Some(entry) = recorded.entries.first() else {
        return match (ctx.change, recorded.damaged.first()) {
            (_, Some(damaged)) => none(
                format!("{} in the store of baselines can't be read: {}", damaged.path, damaged.reason),
                "Record it again with `command: record` on the default branch.".to_owned(),
            ),
            (ChangeUnderReview::NotApplicable(why), None) => {
                FoundBaseline::None(BaselineUnderReview::NotApplicable(why.clone()))
            }
            _ => none(recorded.why_none, recorded.help),
        };
    };
    match History::from_bytes(&entry.entry.payload) {
        Ok(history) => FoundBaseline::History { history, how: ctx.whereabouts(entry), sources: Vec::new() },
        Err(error) => none(
            format!("what was recorded of {} can't be used: {error}", entry.entry.commit.short()),
            error.help().to_owned(),
        ),
    }
}

/// Reports of an earlier run, as a history of one.
fn of_reports(inputs: &Inputs, ctx: &Context<'_>) -> Result<FoundBaseline, Failure> {
    let help = "Bring it there before this step, or let `on-no-baseline` be `warn` until there is one.";
    let none = |why: String, help: &str| {
        FoundBaseline::None(BaselineUnderReview::None { why, help: help.to_owned(), is_asked: true })
    };
    let mut collector = Collector::listing(MOST_NAMES);
    let mut sources = Vec::new();
    let mut files = Vec::new();
    for (variant, glob) in variants(&inputs.baseline, ctx) {
        let found = ctx.workspace.find(std::slice::from_ref(&glob)).accepted("baseline")?;
        if found.files.is_empty() {
            return Ok(none(format!("there is no report at {glob}"), help));
        }
        files.extend(found.files.into_iter().map(|file| (variant.clone(), file)));
    }
    for (number, (variant, file)) in files.into_iter().enumerate() {
        let shown = file.shown.clone();
        collector.begin(number, &variant, None);
        match ReportFile::new(file).parse(&mut collector) {
            Ok((parsed, bytes, sha256)) if parsed.complete => {
                let format = format!("baseline, {}", parsed.format.name());
                sources.push(Source { path: shown, format, bytes, sha256 });
            }
            Ok(_) => {
                let why = format!("the baseline {shown} can't be read whole");
                return Ok(none(why, "Make it anew: the run that it is of may have been cut off."));
            }
            Err((message, help)) => return Ok(none(format!("the baseline {shown}: {message}"), &help)),
        }
    }
    let history =
        History::next(None, &collector.finish(), RunAbout { commit: String::new(), time: ctx.time });
    Ok(FoundBaseline::History { history, how: format!("in {}", inputs.baseline.join(", ")), sources })
}
