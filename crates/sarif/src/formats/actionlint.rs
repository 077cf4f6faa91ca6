//! actionlint's JSON: `actionlint -format '{{json .}}'`, a list, or with `range`, one object after the other.
//!
//! `column` counts characters, but bytes from the start of the text that an expression stands in; `end_column` is a width
//! on a terminal, where some letters take two cells. The report brings the line itself along in `snippet`, and from it the
//! columns become UTF-16 units; without it they are left out, as they are in a text of several lines, all of which have the
//! place of the first. actionlint rates nothing.

use gatewright_core::report::Severity;

use super::code::{self, Findings};
use super::shellcheck;
use crate::fault::{FaultKind, Faults};
use crate::json::{Document, Value};
use crate::model::{Alert, Columns, Level, Place, Rule, Run};

/// What each kind of finding is about, in our words.
const KINDS: [(&str, &str); 18] = [
    ("action", "An action that is used wrongly"),
    ("credentials", "A password that stands in a workflow"),
    ("deprecated-commands", "A workflow command that is no longer supported"),
    ("env-var", "A wrong name of an environment variable"),
    ("events", "A wrong event or trigger"),
    ("expression", "A wrong or unsafe expression"),
    ("glob", "A wrong filter pattern"),
    ("id", "A wrong or repeated id"),
    ("if-cond", "A condition that is always true or always false"),
    ("job-needs", "A wrong dependency between jobs"),
    ("matrix", "A wrong matrix"),
    ("permissions", "A wrong permission"),
    ("pyflakes", "A defect in a Python script, found by Pyflakes"),
    ("runner-label", "An unknown label of a runner"),
    ("shell-name", "An unknown shell"),
    ("shellcheck", "A defect in a shell script, found by ShellCheck"),
    ("syntax-check", "A workflow that is not well-formed"),
    ("workflow-call", "A callable workflow that is used wrongly"),
];

/// The rule of expressions that let somebody else's text become code of a script. actionlint counts them as `expression`,
/// together with typing errors; a rule is a matter of security or is not, so they are one of their own here.
const UNTRUSTED: &str = "expression/untrusted-input";

/// How actionlint says that it could not look into a file.
const UNPARSED: &str = "could not parse as YAML";

pub(super) fn detects(document: &Document<'_>) -> bool {
    code::first(document).is_some_and(|finding| {
        finding.has(&["message", "filepath"])
            || finding.has(&["message", "line", "column", "kind"]) && !finding.has(&["code"])
    })
}

pub(super) fn read(document: &Document<'_>, faults: &mut Faults) -> Vec<Run> {
    let mut findings = Findings::new(Run::of("actionlint", None, "https://github.com/rhysd/actionlint"));
    findings.run.columns = Columns::Utf16;
    for finding in code::objects(document, faults) {
        if let Some(alert) = alert(document, finding, &mut findings, faults) {
            findings.add(alert);
        }
    }
    vec![findings.finish()]
}

fn alert(
    document: &Document<'_>,
    finding: &Value<'_>,
    findings: &mut Findings,
    faults: &mut Faults,
) -> Option<Alert> {
    let kind = code::required(document, finding, "kind", faults)?;
    let place = place(document, finding, kind, faults)?;
    let message = code::message(document, finding, "message", kind, faults);
    if kind == "syntax-check" && message.starts_with(UNPARSED) {
        document.say(faults, FaultKind::ScanIncomplete, finding, || {
            format!("actionlint gave up on `{}`: {}", place.uri, code::words(&message))
        });
    }
    let is_untrusted = kind == "expression" && is_untrusted(&message);
    let (id, weakness) = match kind {
        "credentials" => (kind, Some("CWE-798")),
        _ if is_untrusted => (UNTRUSTED, Some("CWE-94")),
        _ => (kind, None),
    };
    let rule = findings.rule(id, |id| rule(id, weakness.is_some()));
    let (level, severity) = match kind {
        _ if weakness.is_some() => (Level::Error, Some(Severity::High)),
        "shellcheck" => rating_of_shellcheck(&message),
        _ => (Level::Error, Some(Severity::Medium)),
    };
    Some(Alert {
        rule,
        level: Some(level),
        places: vec![place],
        severity,
        cwes: weakness.map(str::to_owned).into_iter().collect(),
        is_secret: kind == "credentials",
        message,
        origin: document.place(finding),
        ..Alert::default()
    })
}

fn rule(id: &str, is_security: bool) -> Rule {
    let known = KINDS.iter().find(|(kind, _)| *kind == id).map(|(_, words)| (*words).to_owned());
    let untrusted = "Text that anybody can write becomes code of a script".to_owned();
    Rule {
        short: if id == UNTRUSTED { Some(untrusted) } else { known },
        help_uri: Some("https://github.com/rhysd/actionlint/blob/main/docs/checks.md".to_owned()),
        tags: is_security.then(|| "security".to_owned()).into_iter().collect(),
        ..Rule::new(id)
    }
}

/// actionlint has no name for it; its two sentences have these words.
fn is_untrusted(message: &str) -> bool {
    ["is potentially untrusted", "extracts potentially untrusted properties"]
        .iter()
        .any(|words| message.contains(words))
}

/// What `ShellCheck` says in `shellcheck reported issue in this script: SC2086:info:1:6: …`.
fn rating_of_shellcheck(message: &str) -> (Level, Option<Severity>) {
    let word = message.split(": ").nth(1).and_then(|part| part.split(':').nth(1)).unwrap_or_default();
    let row = shellcheck::SEVERITIES.iter().find(|(name, _)| *name == word);
    match (word, row) {
        ("info" | "style", Some((_, severity))) => (Level::Note, *severity),
        (word, Some((_, severity))) => (Level::parse(word).unwrap_or(Level::Warning), *severity),
        (_, None) => (Level::Warning, Some(Severity::Low)),
    }
}

fn place(document: &Document<'_>, finding: &Value<'_>, kind: &str, faults: &mut Faults) -> Option<Place> {
    let file = code::required(document, finding, "filepath", faults)?;
    let line = document.count(finding, "line", faults).unwrap_or_default();
    let column = document.count(finding, "column", faults).filter(|column| *column > 0);
    let mut place = Place::line(file, line);
    let snippet = document.text(finding, "snippet", faults).unwrap_or_default();
    let (source, underline) = snippet.split_once('\n').unwrap_or((snippet, ""));
    if let (Some(region), Some(column)) = (&mut place.region, column)
        && let Some(start) = offset(source, column, kind == "expression")
    {
        let (start_column, end_column) = columns(source, start, column, underline);
        (region.start_column, region.end_column) = (Some(start_column), end_column);
    }
    Some(place)
}

/// How many bytes of a line stand before a column; none where there is no such place.
///
/// Behind letters of several bytes, the column of an expression counts characters up to the text it stands in, and bytes from
/// there on. Where that text begins is not told; but an expression begins with a token, and the wrong unit points elsewhere.
fn offset(source: &str, column: u32, is_expression: bool) -> Option<usize> {
    let before = usize::try_from(column).ok()?.checked_sub(1)?;
    if source.get(..before).is_some_and(str::is_ascii) {
        return (before < source.len()).then_some(before);
    }
    let characters = source.char_indices().nth(before).map(|(at, _)| at);
    if !is_expression {
        return characters;
    }
    let bytes = source.is_char_boundary(before).then_some(before);
    let begins = |at: &usize| is_token_start(source, *at);
    match (bytes.filter(begins), characters.filter(begins)) {
        (Some(at), None) | (None, Some(at)) => Some(at),
        _ => None,
    }
}

/// Whether a token of an expression begins at a byte of a line: a name, a number, a text, a bracket or a negation.
fn is_token_start(source: &str, at: usize) -> bool {
    let is_of_word = |letter: char| letter.is_alphanumeric() || matches!(letter, '_' | '-' | '.');
    let (Some(before), Some(rest)) = (source.get(..at), source.get(at..)) else { return false };
    let begins = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '\'' | '(' | '!');
    rest.starts_with(begins) && !before.ends_with(is_of_word)
}

/// Columns in UTF-16 units. What is underlined is as long as its line of `^~~~`, if that stands where it should: actionlint
/// takes every column for one of bytes there. If what is underlined holds letters of which nobody knows how wide a terminal
/// shows them, its end is left open.
fn columns(source: &str, start: usize, column: u32, underline: &str) -> (u32, Option<u32>) {
    let (before, rest) = source.split_at(start);
    let units = before.encode_utf16().count();
    let counted = |units: usize| u32::try_from(units).unwrap_or(u32::MAX).saturating_add(1);
    let width = underline.trim().len();
    let is_plain = |marked: &str| marked.bytes().all(|byte| (b' '..=b'~').contains(&byte));
    let is_known = column == counted(start)
        && underline.trim_start().starts_with('^')
        && rest.get(..width).is_some_and(is_plain);
    (counted(units), is_known.then(|| counted(units + width)))
}

#[cfg(test)]
#[path = "actionlint_tests.rs"]
mod tests;
