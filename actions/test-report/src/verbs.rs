//! What the action does besides judging: it runs tests, splits them, says whether they need to run, and fetches and records
//! what happened to them.

use gatewright_core::Failure;
use gatewright_core::action::{Context, Outcome, VerbAbout};
use gatewright_core::answer::Answer;
use gatewright_core::effect::{Effect, Verdicts};
use gatewright_core::report::Policy;
use gatewright_core::store::{Retention, Token};
use gatewright_test_results::{Evidence, History, RunAbout, TestPattern};

use crate::Inputs;
use crate::baseline::FoundBaseline;
use crate::unchanged;

pub(crate) const VERBS: [VerbAbout; 6] = [
    VerbAbout { name: "judge", summary: "Judges the results that lie here.", operands: None },
    VerbAbout {
        name: "run",
        summary: "Runs a command, shows what it says, and judges its results and its end together.",
        operands: Some("the command, behind `--`"),
    },
    VerbAbout {
        name: "shards",
        summary: "Splits tests over so many machines by their recorded durations: a matrix, and a list for each.",
        operands: Some("how many, and behind `--` a command that lists the tests"),
    },
    VerbAbout {
        name: "unchanged",
        summary: "Says whether `inputs` are what they were when the tests passed: then that pass stands.",
        operands: None,
    },
    VerbAbout {
        name: "fetch",
        summary: "Brings what was recorded here, for a later `judge`, `shards` or `unchanged`; needs `contents: read`.",
        operands: None,
    },
    VerbAbout {
        name: "record",
        summary: "Judges, and records what happened to every test; on the default branch only, needs `contents: write`.",
        operands: None,
    },
];

/// Commits of which the history is kept: each holds that of the fifty before it.
const MOST_KEPT: usize = 30;

/// Fetches the store; nothing is read or judged.
pub(crate) fn fetch(token: Option<Token>) -> Outcome {
    Outcome {
        effects: vec![Effect::FetchStore { token }],
        answer: Some(Answer::default()),
        ..Outcome::default()
    }
}

/// The effects that record this run as part of the history.
pub(crate) fn record(
    inputs: &Inputs,
    evidence: &Evidence,
    missing: &[String],
    baseline: &FoundBaseline,
    token: Option<&Token>,
    ctx: &Context<'_>,
) -> Result<Vec<Effect>, Failure> {
    let broken = evidence.reports.iter().find(|report| match &report.content {
        Ok(content) => !content.complete,
        Err(_) => true,
    });
    let policy = inputs.policy();
    let stale = evidence.reports.iter().find_map(|report| Some((report, report.stale.as_ref()?)));
    let stale = stale.filter(|_| policy.on_stale_report == Policy::Fail);
    let is_empty = evidence.results.tests.executed() == 0 && policy.on_no_tests == Policy::Fail;
    let what = match (broken, missing.first(), stale) {
        (Some(report), ..) => Some(format!("{} can't be read whole", report.shown)),
        (None, Some(pattern), _) => Some(format!("there is no report at {pattern}")),
        (None, None, Some((report, why))) => Some(format!("{}: {why}", report.shown)),
        // Fewer tests than none there can't be: whatever came after would be held to nothing.
        (None, None, None) => is_empty.then(|| "no test ran".to_owned()),
    };
    // A suite that is not in what is recorded would look as if it had been removed.
    if let Some(what) = what {
        return Err(Failure::cannot_judge(
            format!("this run can't be recorded: {what}"),
            "Nothing was recorded. Mend that, and run `record` again.",
        ));
    }
    if !inputs.baseline.is_empty() {
        return Err(Failure::usage(
            "`record` goes on with what was recorded, and `baseline` names something else",
            "Leave `baseline` out where you record.",
        ));
    }
    let retention = Retention::default();
    let most = usize::try_from(retention.most_payload_bytes).unwrap_or(usize::MAX);
    let commit = ctx.subject.head_sha.clone().unwrap_or_default();
    let history = History::next(baseline.history(), &evidence.results, RunAbout { commit, time: ctx.time });
    let patterns: Vec<TestPattern> = evidence.quarantine.iter().map(|entry| entry.test.clone()).collect();
    let (payload, left_out) = history.to_bytes_within(most, &|past| {
        patterns.iter().any(|pattern| pattern.is_match(&past.suite, &past.class, &past.name))
    });
    if left_out + history.left_out() > 0 {
        let count = left_out + history.left_out();
        ctx.note(format!("{count} tests found no room in the history: only their number is recorded"));
    }
    let retention = Retention { most_entries: MOST_KEPT, ..retention };
    let effect = |part, payload, on| Effect::Record { part, payload, retention, on, token: token.cloned() };
    let mut effects = vec![effect("", payload, Verdicts::All)];
    if let Some(inputs) = unchanged::payload(inputs, evidence, ctx)? {
        effects.push(effect(unchanged::PART, inputs, Verdicts::Passed));
    }
    Ok(effects)
}
