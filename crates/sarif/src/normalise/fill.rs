//! What GitHub wants of every rule: a short and a full description and help, within its lengths; and a place for every result.

use crate::model::{Alert, Run};

/// GitHub's lengths, in characters.
const MOST_NAME: usize = 255;
const MOST_DESCRIPTION: usize = 1024;
/// The tags of a rule that GitHub keeps.
const MOST_TAGS: usize = 10;
/// No message is longer: it would not be read, and a file has room for 10 MB.
const MOST_MESSAGE: usize = 20_000;

pub(super) fn fill(run: &mut Run) {
    let mut example: Vec<Option<usize>> = vec![None; run.rules.len()];
    for (at, alert) in run.alerts.iter_mut().enumerate() {
        shorten(&mut alert.message, MOST_MESSAGE);
        if let Some(markdown) = &mut alert.markdown {
            shorten(markdown, MOST_MESSAGE);
        }
        example[alert.rule].get_or_insert(at);
    }
    for (rule, example) in run.rules.iter_mut().zip(example) {
        let message = example.map(|at| first_sentence(&run.alerts[at])).filter(|text| !text.is_empty());
        let short = rule.short.take().or_else(|| rule.name.clone()).or(message);
        let mut short = short.filter(|text| !text.trim().is_empty()).unwrap_or_else(|| rule.id.clone());
        let mut full =
            rule.full.take().filter(|text| !text.trim().is_empty()).unwrap_or_else(|| short.clone());
        let help = rule.help.take().filter(|text| !text.trim().is_empty());
        rule.help = Some(help.unwrap_or_else(|| match &rule.help_uri {
            Some(uri) => format!("{full}\n\nSee {uri}"),
            None => full.clone(),
        }));
        shorten(&mut short, MOST_DESCRIPTION);
        shorten(&mut full, MOST_DESCRIPTION);
        (rule.short, rule.full) = (Some(short), Some(full));
        if let Some(name) = &mut rule.name {
            shorten(name, MOST_NAME);
        }
        // Of many tags the one that makes a security alert must stay.
        rule.tags.sort_by_key(|tag| tag != "security");
        rule.tags.truncate(MOST_TAGS);
        rule.help_uri = rule.help_uri.take().filter(|uri| crate::clean::has_scheme(uri));
    }
    let uri = run.tool.information_uri.take();
    run.tool.information_uri = uri.filter(|uri| crate::clean::has_scheme(uri));
}

fn first_sentence(alert: &Alert) -> String {
    let line = alert.message.lines().find(|line| !line.trim().is_empty()).unwrap_or_default().trim();
    let end = line.find(". ").map_or(line.len(), |at| at + 1);
    line[..end].to_owned()
}

/// Cuts a text to so many characters, the last of which says so.
fn shorten(text: &mut String, most: usize) {
    if text.len() <= most {
        return;
    }
    let Some((end, _)) = text.char_indices().nth(most) else { return };
    let last = text[..end].char_indices().next_back().map_or(0, |(at, _)| at);
    text.truncate(last);
    text.push('…');
}
