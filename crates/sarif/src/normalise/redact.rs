//! Takes out what must not be shown: the secrets that a scanner found, and who wrote them.
//!
//! Of a result about a secret no source is kept, quoted text and long words in its message are replaced, and so is its rule's
//! text where it has them. Fingerprints that name people or commits go. Elsewhere e-mail addresses in source text are
//! replaced. No hash of a secret is made, from which a short one could be guessed, but that of a line of a file that lies in the
//! repository for all to read.

use crate::model::{Alert, Properties, Rule, Run};

/// What stands in place of a secret.
pub const REDACTED: &str = "[REDACTED]";

/// Parts of results that show source.
const SHOWS_SOURCE: [&str; 8] =
    ["codeFlows", "stacks", "graphs", "graphTraversals", "attachments", "fixes", "webRequest", "webResponse"];
/// Parts of places that show source.
const PLACE_SHOWS_SOURCE: [&str; 2] = ["contextRegion", "annotations"];
/// Keys of fingerprints and properties that name people, or repeat what they wrote.
const PERSONAL: [&str; 12] = [
    "author",
    "authors",
    "commitmessage",
    "commitsha",
    "commit",
    "date",
    "email",
    "fingerprint_raw",
    "line",
    "match",
    "message",
    "secret",
];

/// Tools that look for secrets and nothing else.
const SECRET_TOOLS: [&str; 6] = ["2ms", "gitleaks", "trufflehog", "detect-secrets", "ggshield", "secretlint"];

pub(super) fn redact(run: &mut Run) {
    let tool = run.tool.name.to_ascii_lowercase();
    let is_secret_tool = SECRET_TOOLS.iter().any(|known| tool.contains(known));
    let rules_of_secrets: Vec<bool> =
        run.rules.iter().map(|rule| is_secret_tool || is_about_secrets(rule)).collect();
    let mut any = false;
    let mut words = Vec::new();
    for alert in &mut run.alerts {
        alert.is_secret |= rules_of_secrets[alert.rule];
        if alert.is_secret {
            any |= redact_alert(alert, &mut words);
        } else {
            any |= redact_addresses(alert);
        }
    }
    // A rule's text may repeat what a result shows.
    for rule in &mut run.rules {
        for text in
            [&mut rule.short, &mut rule.full, &mut rule.help, &mut rule.help_markdown].into_iter().flatten()
        {
            for word in &words {
                if text.contains(word.as_str()) {
                    *text = text.replace(word.as_str(), REDACTED);
                    any = true;
                }
            }
        }
    }
    let known = run.rest.iter().any(|(key, _)| key.as_ref() == "redactionTokens");
    if any && !known {
        run.rest.push(("redactionTokens".into(), format!("[\"{REDACTED}\"]").into()));
    }
}

/// Whether a rule looks for credentials in the source.
fn is_about_secrets(rule: &Rule) -> bool {
    let tags = rule.tags.iter().map(|tag| tag.to_ascii_lowercase());
    let by_tag = tags.into_iter().any(|tag| {
        matches!(tag.as_str(), "secret" | "secrets")
            || ["cwe-798", "cwe-259", "cwe-321", "cwe-522"].iter().any(|cwe| {
                tag.split(|char: char| !char.is_ascii_alphanumeric() && char != '-').any(|word| word == *cwe)
            })
    });
    let id = rule.id.to_ascii_lowercase();
    by_tag
        || id.starts_with("ckv_secret_")
        || id == "g101"
        || id.split(|char: char| !char.is_ascii_alphanumeric()).any(|word| word == "secret")
        || id.contains("hardcoded")
            && (id.contains("password") || id.contains("secret") || id.contains("cred"))
}

/// Takes the secret out of a result; its words are remembered. Whether anything was taken out.
fn redact_alert(alert: &mut Alert, words: &mut Vec<String>) -> bool {
    let before = alert.clone();
    let mut shown: Vec<String> = Vec::new();
    for place in alert.places.iter_mut().chain(&mut alert.related) {
        let snippet = place.region.as_mut().and_then(|region| region.snippet.take());
        shown.extend(snippet);
        place.rest.retain(|(key, _)| !PLACE_SHOWS_SOURCE.contains(&key.as_ref()));
    }
    // Words of the source that are long enough to be the secret, and what looks like one wherever it stands.
    let mut source: Vec<String> = shown.iter().flat_map(|text| secret_words(text)).collect();
    let texts = [Some(&alert.message), alert.markdown.as_ref()];
    source.extend(texts.into_iter().flatten().flat_map(|text| random_words(text)));
    for place in alert.places.iter_mut().chain(&mut alert.related) {
        place.message = place.message.take().map(|text| masked(&text, &source));
    }
    alert.subject = alert.subject.take().map(|text| masked(&text, &source));
    alert.message = masked(&alert.message, &source);
    alert.markdown = alert.markdown.take().map(|text| masked(&text, &source));
    alert.rest.retain(|(key, _)| !SHOWS_SOURCE.contains(&key.as_ref()));
    let is_personal = |key: &str| PERSONAL.contains(&key.to_ascii_lowercase().as_str());
    let repeats = |text: &str| source.iter().any(|word| text.contains(word.as_str()));
    alert.partial_fingerprints.retain(|(key, value)| !is_personal(key) && !repeats(value));
    alert.fingerprints.retain(|(key, value)| !is_personal(key) && !repeats(value));
    alert.properties.retain(|(key, json)| !is_personal(key) && !repeats(json));
    words.extend(source);
    *alert != before
}

/// Words of a text that are six characters or longer and could be part of a secret.
fn secret_words(text: &str) -> Vec<String> {
    let parts = text.split(|char: char| {
        char.is_whitespace() || matches!(char, '"' | '\'' | '`' | '=' | ':' | ',' | ';' | '(' | ')')
    });
    let is_long = |word: &&str| {
        word.chars().count() >= 6 && word.chars().any(|char| char.is_ascii_digit() || !char.is_alphanumeric())
    };
    let mut words: Vec<String> = parts.filter(is_long).map(str::to_owned).collect();
    words.dedup();
    words
}

/// Words of a text that look like keys and tokens: long, and letters and digits go to and fro in them.
fn random_words(text: &str) -> impl Iterator<Item = String> {
    const LEAST: usize = 16;
    const LEAST_CHANGES: usize = 2;
    let class = |byte: u8| match byte {
        b'0'..=b'9' => Some(0),
        b'a'..=b'z' => Some(1),
        b'A'..=b'Z' => Some(2),
        _ => None,
    };
    let is_random = move |word: &&str| {
        let classes: Vec<i32> = word.bytes().filter_map(class).collect();
        let changes = classes.windows(2).filter(|pair| pair[0] != pair[1]).count();
        word.len() >= LEAST && changes >= LEAST_CHANGES && classes.contains(&0)
    };
    let parts = text.split(|char: char| !(char.is_ascii_alphanumeric() || matches!(char, '+' | '_')));
    parts.filter(is_random).map(str::to_owned)
}

/// A message without what stands in quotes, and without the words of the source.
fn masked(text: &str, words: &[String]) -> String {
    let mut text = text.to_owned();
    for word in words {
        if text.contains(word.as_str()) {
            text = text.replace(word.as_str(), REDACTED);
        }
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text.as_str();
    while let Some(at) = rest.find(['\'', '"']) {
        let quote = &rest[at..=at];
        let before = rest[..at].chars().next_back();
        // An apostrophe inside of a word opens nothing.
        let opens = !before.is_some_and(char::is_alphanumeric);
        let end = rest[at + 1..].rfind(quote).filter(|_| opens);
        out.push_str(&rest[..=at]);
        match end {
            Some(end) if end > 0 => {
                out.push_str(REDACTED);
                rest = &rest[at + 1 + end..];
                out.push_str(quote);
                rest = &rest[1..];
            }
            _ => rest = &rest[at + 1..],
        }
    }
    out + rest
}

/// Replaces e-mail addresses in what a result shows of the source.
fn redact_addresses(alert: &mut Alert) -> bool {
    let mut any = false;
    let places = alert.places.iter_mut().chain(&mut alert.related);
    for place in places {
        if let Some(snippet) = place.region.as_mut().and_then(|region| region.snippet.as_mut())
            && let Some(clean) = without_addresses(snippet)
        {
            *snippet = clean;
            any = true;
        }
        any |= clean_rest(&mut place.rest);
    }
    any
}

fn clean_rest(rest: &mut Properties) -> bool {
    let mut any = false;
    for (_, json) in rest.iter_mut().filter(|(key, _)| key.as_ref() == "contextRegion") {
        if let Some(clean) = without_addresses(json) {
            *json = clean.into();
            any = true;
        }
    }
    any
}

/// The text with e-mail addresses replaced, if it has any.
fn without_addresses(text: &str) -> Option<String> {
    if !text.contains('@') {
        return None;
    }
    let is_local =
        |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'%' | b'+' | b'-');
    let is_domain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-');
    let bytes = text.as_bytes();
    let mut out = String::new();
    let mut from = 0;
    for at in memchr::memchr_iter(b'@', bytes) {
        let start = at - bytes[from..at].iter().rev().take_while(|byte| is_local(**byte)).count();
        let length = bytes[at + 1..].iter().take_while(|byte| is_domain(**byte)).count();
        let domain = text[at + 1..at + 1 + length].trim_end_matches(['.', '-']);
        let top = domain.rsplit_once('.').map_or("", |(_, top)| top);
        let is_address = start < at && top.len() >= 2 && top.bytes().all(|byte| byte.is_ascii_alphabetic());
        if is_address {
            out.push_str(&text[from..start]);
            out.push_str(REDACTED);
            from = at + 1 + domain.len();
        }
    }
    (from > 0).then(|| out + &text[from..])
}
