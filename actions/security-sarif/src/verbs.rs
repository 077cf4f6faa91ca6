//! What the action does besides judging: it fetches and records what was found.

use gatewright_core::Failure;
use gatewright_core::action::{Context, Outcome, VerbAbout};
use gatewright_core::answer::Answer;
use gatewright_core::effect::{Effect, Verdicts};
use gatewright_core::store::{Retention, Token};
use gatewright_sarif::{Evidence, ScanReport, Snapshot};

pub(crate) const VERBS: [VerbAbout; 4] = [
    VerbAbout { name: "judge", summary: "Judges the reports that lie here.", operands: None },
    VerbAbout {
        name: "fetch",
        summary: "Brings what was recorded here, for a later `judge`; needs `contents: read`.",
        operands: None,
    },
    VerbAbout {
        name: "record",
        summary: "Judges, and records what was found; on the default branch only, needs `contents: write`.",
        operands: None,
    },
    VerbAbout {
        name: "waive",
        summary: "Writes a waiver into the configuration, with `reason`, `owner` and `until`.",
        operands: Some("a rule, and maybe a glob of paths"),
    },
];

/// Commits of which a record is kept.
const MOST_KEPT: usize = 50;

/// Fetches the store; nothing is read or judged.
pub(crate) fn fetch(token: Option<Token>) -> Outcome {
    Outcome {
        effects: vec![Effect::FetchStore { token }],
        answer: Some(Answer::default()),
        ..Outcome::default()
    }
}

/// The effects that record what was found. What is not whole is not recorded: what is missing would look new later.
pub(crate) fn record(
    evidence: &Evidence,
    token: Option<Token>,
    ctx: &Context<'_>,
) -> Result<Vec<Effect>, Failure> {
    let is_broken = |report: &&ScanReport| match &report.content {
        Ok(content) => content.faults.lose_results(),
        Err(_) => true,
    };
    let broken =
        evidence.reports.iter().find(is_broken).map(|report| format!("{} can't be read whole", report.shown));
    let missing = evidence.missing.first().map(|pattern| format!("there is no report at {pattern}"));
    if let Some(what) = broken.or(missing) {
        return Err(Failure::cannot_judge(
            format!("this run can't be recorded: {what}"),
            "Nothing was recorded. Mend that, and run `record` again.",
        ));
    }
    let retention = Retention { most_entries: MOST_KEPT, ..Retention::default() };
    let most = usize::try_from(retention.most_payload_bytes).unwrap_or(usize::MAX);
    let payload = Snapshot::of(&evidence.runs)
        .to_bytes_within(most)
        .map_err(|error| Failure::cannot_judge(error.to_string(), error.help()))?;
    ctx.note(format!("recording takes {} bytes", payload.len()));
    Ok(vec![Effect::Record { part: "", payload, retention, on: Verdicts::All, token }])
}
