//! Trivy's lists. `.trivyignore`: an id a line, behind it maybe `exp:YYYY-MM-DD`; `#` begins a comment. `.trivyignore.yaml`:
//! a list of entries for each kind of finding, with paths, package URLs, a day and a statement. An entry has expired from
//! the beginning of its day in UTC.
//! Grammar: `pkg/result/ignore.go` of Trivy 0.60 and its page on filtering.

use gatewright_core::config::yaml::{Node, Value};

use super::{
    AcceptanceList, Class, Instant, ListEntry, PackagePattern, joined, only_keys, pattern, text_of, texts_of,
};
use crate::identity::normal_id;

/// The sections of the list in YAML.
pub(super) const SECTIONS: [(&str, Class); 4] = [
    ("vulnerabilities", Class::Vulnerability),
    ("misconfigurations", Class::Misconfiguration),
    ("secrets", Class::Secret),
    ("licenses", Class::Licence),
];

/// An entry of `.trivyignore`.
pub(super) fn entry_of_line(line: u32, text: &str, comment: Option<&str>) -> Result<ListEntry, String> {
    let (text, own) = match text.split_once(" #") {
        Some((text, words)) => (text, joined(None, words)),
        None => (text, None),
    };
    let mut words = text.split_whitespace();
    let id = words.next().unwrap_or_default();
    let mut until = None;
    for word in words {
        let day = word
            .strip_prefix("exp:")
            .ok_or_else(|| format!("`{word}` behind `{id}` is neither `exp:YYYY-MM-DD` nor a comment"))?;
        until = Some(Instant::parse(day)?);
    }
    Ok(ListEntry {
        line,
        named: id.to_owned(),
        ids: vec![normal_id(id)],
        until,
        reason: own.or_else(|| comment.map(str::to_owned)),
        ..ListEntry::default()
    })
}

pub(super) fn read_yaml(root: &Node, list: &mut AcceptanceList) {
    for section in root.entries() {
        let known = SECTIONS.iter().find(|(key, _)| *key == section.key);
        match (known, &section.node.value) {
            (_, Value::Null) => {}
            (Some((_, class)), Value::List(items)) => {
                for item in items {
                    list.take(item.place.line, entry_of_yaml(item, *class));
                }
            }
            (Some(_), _) => {
                let message = format!("`{}` holds {}, expected a list", section.key, section.node.kind());
                list.odd(section.key_place.line, message);
            }
            (None, _) => {
                let known = SECTIONS.map(|(key, _)| key).join(", ");
                let message = format!("`{}` is no section; there are {known}", section.key);
                list.odd(section.key_place.line, message);
            }
        }
    }
}

fn entry_of_yaml(item: &Node, class: Class) -> Result<ListEntry, String> {
    if !matches!(item.value, Value::Map(_)) {
        return Err(format!("found {}, expected a mapping with `id`", item.kind()));
    }
    only_keys(item, &["id", "paths", "purls", "expired_at", "statement"])?;
    let id = text_of(item, "id")?.ok_or("an entry has no `id`")?;
    let purls = texts_of(item, "purls")?;
    Ok(ListEntry {
        line: item.place.line,
        named: id.to_owned(),
        ids: vec![normal_id(id)],
        class: Some(class),
        paths: texts_of(item, "paths")?.into_iter().map(pattern).collect::<Result<_, _>>()?,
        packages: purls.into_iter().map(PackagePattern::of_url).collect::<Result<_, _>>()?,
        until: text_of(item, "expired_at")?.map(Instant::parse).transpose()?,
        reason: text_of(item, "statement")?.map(str::to_owned),
        ..ListEntry::default()
    })
}
