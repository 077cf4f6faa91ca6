//! What the readers of reports on code have in common: their lists of objects, the rules they learn from results, and the
//! tables that give a word its severity and its level. Knows no tool.

use std::collections::HashMap;

use gatewright_core::report::Severity;

use crate::fault::{FaultKind, Faults};
use crate::json::{Data, Document, Value, excerpt};
use crate::model::{Alert, Level, Rule, Run, Suppression, SuppressionKind, SuppressionStatus};

/// The first object in a list at the top, or at the top itself: by it lists are told apart.
pub(super) fn first<'v, 'a>(document: &'v Document<'a>) -> Option<&'v Value<'a>> {
    let root = document.root()?;
    root.array().map_or(Some(root), <[Value<'_>]>::first).filter(|value| value.members().is_some())
}

/// The objects of a report that is a list, or several lists or objects one after the other, as appending makes them.
pub(super) fn objects<'v, 'a>(document: &'v Document<'a>, faults: &mut Faults) -> Vec<&'v Value<'a>> {
    let mut objects = Vec::new();
    for value in document.values() {
        let values = value.array().unwrap_or_else(|| std::slice::from_ref(value));
        objects.extend(only_objects(document, values, faults));
    }
    objects
}

/// Those of the values that are objects; the others are said. What a cut left of one was said by whoever found the cut.
pub(super) fn only_objects<'v, 'a>(
    document: &Document<'a>,
    values: &'v [Value<'a>],
    faults: &mut Faults,
) -> Vec<&'v Value<'a>> {
    let is_object = |value: &&Value<'_>| {
        let is_object = value.members().is_some();
        let is_rest_of_cut = value.is_cut && value.data == Data::Null;
        if !is_object && !is_rest_of_cut {
            document.say(faults, FaultKind::UnusableResult, value, || {
                format!("an entry of the results is {}, expected an object", value.describe())
            });
        }
        is_object
    };
    values.iter().filter(is_object).collect()
}

/// A member without which a result can't be understood.
pub(super) fn required<'v>(
    document: &Document<'_>,
    result: &'v Value<'_>,
    key: &str,
    faults: &mut Faults,
) -> Option<&'v str> {
    let text = result.get(key).and_then(Value::text).filter(|text| !text.is_empty());
    if text.is_none() {
        document.say(faults, FaultKind::UnusableResult, result, || {
            let found = result.get(key).map_or_else(|| "missing".to_owned(), Value::describe);
            format!("`{key}` of a result is {found}, expected a text")
        });
    }
    text
}

/// The lines in a list of them.
pub(super) fn lines(document: &Document<'_>, object: &Value<'_>, key: &str, faults: &mut Faults) -> Vec<u32> {
    let mut lines = Vec::new();
    for value in document.list(object, key, faults) {
        match value.count() {
            Some(line) => lines.push(line),
            None => document.say(faults, FaultKind::WrongType, value, || {
                format!("a line of `{key}` is {}, expected a whole number", value.describe())
            }),
        }
    }
    lines
}

/// What a result says; where it says nothing, the rule speaks for it.
pub(super) fn message(
    document: &Document<'_>,
    result: &Value<'_>,
    key: &str,
    rule: &str,
    faults: &mut Faults,
) -> String {
    if let Some(text) = document.text(result, key, faults).filter(|text| !text.trim().is_empty()) {
        return text.to_owned();
    }
    document.say(faults, FaultKind::MissingMember, result, || {
        format!("a result of `{}` has no `{key}`", excerpt(rule))
    });
    rule.to_owned()
}

/// The severity that a table gives a word, whatever its case. The outer `None` says that the table does not know it.
pub(super) fn severity(
    document: &Document<'_>,
    result: &Value<'_>,
    key: &str,
    table: &[(&str, Option<Severity>)],
    faults: &mut Faults,
) -> Option<Severity> {
    if result.get(key).is_none() {
        document.say(faults, FaultKind::MissingMember, result, || format!("a result has no `{key}`"));
    }
    let word = document.text(result, key, faults)?;
    let row = table.iter().find(|(name, _)| name.eq_ignore_ascii_case(word));
    if row.is_none() {
        let known: Vec<String> = table.iter().map(|(name, _)| format!("`{name}`")).collect();
        let value = result.get(key).unwrap_or(result);
        document.say(faults, FaultKind::BadSeverity, value, || {
            format!("`{key}` is `{}`, expected one of {}", excerpt(word), known.join(", "))
        });
    }
    row.and_then(|(_, severity)| *severity)
}

/// The level of a severity: critical and high are errors, medium is a warning, the others notes. What nobody rated is a
/// warning: not harmless, and not proven to be worse.
pub(super) fn level(severity: Option<Severity>) -> Level {
    match severity {
        Some(Severity::Critical | Severity::High) => Level::Error,
        Some(Severity::Medium) | None => Level::Warning,
        Some(Severity::Low | Severity::Info) => Level::Note,
    }
}

/// What a tool says about itself, fit for a fault: in one line, and not without end.
pub(super) fn words(text: &str) -> String {
    const MOST: usize = 200;
    let mut line = String::new();
    for word in text.split_whitespace() {
        if !line.is_empty() {
            line.push(' ');
        }
        line.extend(word.chars().take(MOST));
        if let Some((end, _)) = line.char_indices().nth(MOST) {
            line.truncate(end);
            line.push('…');
            break;
        }
    }
    line
}

/// An acceptance, with the reason where one is given.
pub(super) fn accepted(kind: SuppressionKind, why: Option<&str>) -> Suppression {
    let justification = why.map(str::trim).filter(|why| !why.is_empty()).map(str::to_owned);
    Suppression { kind, status: SuppressionStatus::Accepted, justification, expires: None, rest: Vec::new() }
}

/// The weakness that an object names by the number in its `id`.
pub(super) fn weakness(document: &Document<'_>, object: &Value<'_>, faults: &mut Faults) -> Option<String> {
    let id = document.word(object, "id", faults)?;
    let cwe = cwe(id);
    if cwe.is_none() {
        document.say(faults, FaultKind::WrongType, object, || {
            format!("`id` of a weakness is `{}`, expected a number", excerpt(id))
        });
    }
    cwe
}

/// `CWE-78` of `78`, `CWE-78: …`, `cwe-078`; nothing where there is no number.
pub(super) fn cwe(text: &str) -> Option<String> {
    let text = text.trim();
    let rest = match text.get(..4) {
        Some(prefix) if prefix.eq_ignore_ascii_case("cwe-") => &text[4..],
        _ => text,
    };
    let digits = rest.split(|letter: char| !letter.is_ascii_digit()).next()?;
    let number: u32 = digits.parse().ok().filter(|number| *number > 0)?;
    Some(format!("CWE-{number}"))
}

/// A run that grows result by result, and the rules that its results name.
pub(super) struct Findings {
    pub(super) run: Run,
    known: HashMap<String, usize>,
}

impl Findings {
    pub(super) fn new(run: Run) -> Self {
        Self { run, known: HashMap::new() }
    }

    /// The index of a rule; `make` is asked for it where it is new.
    pub(super) fn rule(&mut self, id: &str, make: impl FnOnce(&str) -> Rule) -> usize {
        if let Some(index) = self.known.get(id) {
            return *index;
        }
        let index = self.run.rules.len();
        self.run.rules.push(make(id));
        self.known.insert(id.to_owned(), index);
        index
    }

    /// Adds a result. Its rule is tagged with the weaknesses it names, the way code scanning writes them.
    pub(super) fn add(&mut self, alert: Alert) {
        if let Some(rule) = self.run.rules.get_mut(alert.rule) {
            for cwe in &alert.cwes {
                let tag = format!("external/cwe/{}", cwe.to_ascii_lowercase());
                if !rule.tags.contains(&tag) {
                    rule.tags.push(tag);
                }
            }
        }
        self.run.alerts.push(alert);
    }

    /// The run. If one result was accepted somewhere, then all were asked about it. A rule without words gets those of its
    /// results where they agree and show nothing secret.
    pub(super) fn finish(mut self) -> Run {
        if self.run.alerts.iter().any(|alert| alert.suppressions.is_some()) {
            for alert in &mut self.run.alerts {
                alert.suppressions.get_or_insert_default();
            }
        }
        let mut words: Vec<Option<&str>> = vec![None; self.run.rules.len()];
        for alert in &self.run.alerts {
            let Some(word) = words.get_mut(alert.rule) else { continue };
            *word = match *word {
                None if !alert.is_secret => Some(&alert.message),
                Some(known) if known == alert.message => Some(known),
                _ => Some(""),
            };
        }
        for (rule, word) in self.run.rules.iter_mut().zip(words) {
            if rule.short.is_none() {
                rule.short = word.filter(|word| !word.is_empty()).map(str::to_owned);
            }
        }
        self.run
    }
}
