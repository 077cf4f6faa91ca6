//! Rules.

use super::{Members, message};
use crate::model::{Rule, Run};

/// The rules that are written, and where each rule of the run stands among them.
pub(super) fn chosen(run: &Run, kept: &[usize], most: usize) -> (Vec<usize>, Vec<usize>) {
    let mut is_used = vec![false; run.rules.len()];
    for at in kept {
        is_used[run.alerts[*at].rule] = true;
    }
    let all: Vec<usize> = if run.rules.len() <= most {
        (0..run.rules.len()).collect()
    } else {
        (0..run.rules.len()).filter(|at| is_used[*at]).collect()
    };
    let mut places = vec![0; run.rules.len()];
    for (place, at) in all.iter().enumerate() {
        places[*at] = place;
    }
    (all, places)
}

pub(super) fn write(rule: &Rule, out: &mut String) {
    let mut members = Members::begin(out);
    members.text("id", &rule.id);
    // A name that repeats the id is none.
    members.optional("name", rule.name.as_deref().filter(|name| *name != rule.id));
    for (key, text) in [("shortDescription", &rule.short), ("fullDescription", &rule.full)] {
        if let Some(text) = text {
            message(text, None, members.key(key));
        }
    }
    if let Some(help) = &rule.help {
        message(help, rule.help_markdown.as_deref(), members.key("help"));
    }
    members.optional("helpUri", rule.help_uri.as_deref());
    if let Some(level) = rule.level {
        members.key("defaultConfiguration").push_str(&format!("{{\"level\":\"{}\"}}", level.as_str()));
    }
    if !rule.deprecated_ids.is_empty() {
        members.texts("deprecatedIds", &rule.deprecated_ids);
    }
    members.all(&rule.rest);
    let mut bag = Members::begin(members.key("properties"));
    bag.all(&rule.properties);
    bag.optional("precision", rule.confidence.map(crate::model::Confidence::as_str));
    bag.optional("security-severity", rule.score.map(crate::model::Score::shown).as_deref());
    if !rule.tags.is_empty() {
        bag.texts("tags", &rule.tags);
    }
    bag.end();
    members.end();
}
