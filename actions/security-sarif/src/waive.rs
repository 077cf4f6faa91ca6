//! `waive`: writes a waiver into the configuration, for a reviewed change.

use gatewright_core::Failure;
use gatewright_core::action::{Context, Outcome, OutputFile};
use gatewright_core::answer::{Answer, Tone};
use gatewright_core::config::insert::NewWaiver;
use gatewright_core::date::Date;
use gatewright_core::glob::Pattern;

use crate::Inputs;

const USAGE: &str = "Write `security-sarif waive RULE [PATH] --reason TEXT --owner NAME --until YYYY-MM-DD`.";

/// The configuration with the waiver in it, and what was written where.
pub(crate) fn waive(inputs: &Inputs, ctx: &Context<'_>) -> Result<Outcome, Failure> {
    let waiver = waiver(inputs, ctx)?;
    let (path, file, inserted) = ctx.with_waiver(&waiver)?;
    let mut lines =
        vec![vec![(Tone::Plain, "wrote ".to_owned()), (Tone::Strong, format!("{path}:{}", inserted.line))]];
    lines.extend(inserted.entry.iter().map(|line| vec![(Tone::Dim, format!("    {line}"))]));
    let next = "It counts once a reviewed change has brought it to the base.";
    lines.push(vec![(Tone::Plain, next.to_owned())]);
    Ok(Outcome {
        files: vec![OutputFile { path: file, bytes: inserted.text.into_bytes() }],
        answer: Some(Answer { lines, ..Answer::default() }),
        ..Outcome::default()
    })
}

fn waiver(inputs: &Inputs, ctx: &Context<'_>) -> Result<NewWaiver, Failure> {
    let (rule, path) = match ctx.operands {
        [rule] => (rule, None),
        [rule, path] => (rule, Some(path)),
        [] => return Err(Failure::usage("`waive` names no rule", USAGE)),
        [_, _, more, ..] => {
            return Err(Failure::usage(
                format!("`waive` takes a rule and a path, and `{more}` is one more"),
                USAGE,
            ));
        }
    };
    let said = |flag: &str, value: Option<&String>| {
        let text = value.map(|text| text.trim()).filter(|text| !text.is_empty());
        text.map(str::to_owned).ok_or_else(|| Failure::usage(format!("`--{flag}` is missing"), USAGE))
    };
    let today = Date::from_unix_seconds(ctx.time);
    let until: Date = said("until", inputs.until.as_ref())?
        .parse()
        .map_err(|message: String| Failure::usage(format!("in `--until`, {message}"), USAGE))?;
    if until < today {
        let message = format!("`--until` is {until}, and today is {today}: it would have expired");
        return Err(Failure::usage(message, "Choose a day to look at it again."));
    }
    if let Some(Err(message)) = path.map(|path| Pattern::new(path)) {
        return Err(Failure::usage(format!("the path is no pattern: {message}"), USAGE));
    }
    Ok(NewWaiver {
        rule: rule.trim().to_owned(),
        path: path.map(|path| path.trim().to_owned()),
        reason: said("reason", inputs.reason.as_ref())?,
        owner: said("owner", inputs.owner.as_ref())?,
        until,
    })
}
