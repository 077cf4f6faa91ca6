//! `osv-scanner.toml`: `[[IgnoredVulns]]` with `id`, `ignoreUntil` and `reason`, and `[[PackageOverrides]]` with `name`,
//! `version`, `ecosystem`, `vulnerability.ignore`, `license.ignore`, `effectiveUntil` and `reason`. It is about the files
//! of the folder that it lies in, and not about what lies below: osv-scanner reads the one beside each lock file. Grammar: `internal/config` of osv-scanner 2, and its page on configuration.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::{AcceptanceList, Class, Instant, ListEntry, PackagePattern};
use crate::identity::normal_id;

type Item<'t, 'i> = &'t Spanned<DeValue<'i>>;

pub(super) fn read(text: &str, list: &mut AcceptanceList) {
    let lines = Lines::of(text);
    let root = match DeTable::parse(text) {
        Ok(root) => root,
        Err(error) => {
            let line = error.span().map_or(0, |span| lines.line(span.start));
            list.odd(line, format!("this is not valid TOML: {}", error.message().replace('\n', ", ")));
            return;
        }
    };
    let folder = list.path.as_ref().map(|path| path.folder().to_owned());
    let sections: [(&str, Reader); 2] = [("IgnoredVulns", vulnerability), ("PackageOverrides", package)];
    for (key, read) in sections {
        let Some(value) = get(root.get_ref(), key) else { continue };
        let DeValue::Array(items) = value.get_ref() else {
            list.odd(lines.line(value.span().start), format!("`{key}` is no list: write `[[{key}]]`"));
            continue;
        };
        let mut entries = Vec::new();
        for item in items {
            let line = lines.line(item.span().start);
            let read = match item.get_ref() {
                DeValue::Table(table) => read(table),
                _ => Err(format!("an entry of `{key}` is no table")),
            };
            entries.push((line, read));
        }
        for (line, read) in entries {
            let entry = |entry| ListEntry { line, folder: folder.clone(), ..entry };
            match read {
                // What changes a licence instead of accepting something.
                Ok(None) => {}
                Ok(Some(read)) => list.take(line, Ok(entry(read))),
                Err(message) => list.take(line, Err(message)),
            }
        }
    }
}

fn vulnerability(table: &DeTable<'_>) -> Result<Option<ListEntry>, String> {
    only_keys(table, &["id", "ignoreUntil", "reason"])?;
    let id = text(table, "id")?.ok_or("an entry has no `id`")?;
    Ok(Some(ListEntry {
        named: id.to_owned(),
        ids: vec![normal_id(id)],
        until: moment(table, "ignoreUntil")?,
        reason: text(table, "reason")?.map(str::to_owned),
        ..ListEntry::default()
    }))
}

fn package(table: &DeTable<'_>) -> Result<Option<ListEntry>, String> {
    const KEYS: [&str; 10] = [
        "name",
        "version",
        "ecosystem",
        "group",
        "nameIsRegex",
        "ignore",
        "vulnerability",
        "license",
        "effectiveUntil",
        "reason",
    ];
    only_keys(table, &KEYS)?;
    if flag(table, "nameIsRegex")? {
        return Err("`nameIsRegex` can't be used here: name the packages one by one".to_owned());
    }
    if let Some(group) = text(table, "group")? {
        return Err(format!("reports do not tell the `group` of a package, so `{group}` can't be checked"));
    }
    let below = |key: &str| match get(table, key).map(Spanned::get_ref) {
        None => Ok(false),
        Some(DeValue::Table(table)) => flag(table, "ignore"),
        Some(_) => Err(format!("`{key}` is no table")),
    };
    let class = match (flag(table, "ignore")?, below("vulnerability")?, below("license")?) {
        (true, ..) | (_, true, true) => None,
        (_, true, false) => Some(Class::Vulnerability),
        (_, false, true) => Some(Class::Licence),
        (false, false, false) => return Ok(None),
    };
    let word = |key: &str| text(table, key).map(|text| text.map(str::to_owned));
    let (name, version, kind) = (word("name")?, word("version")?, word("ecosystem")?);
    if name.is_none() && kind.is_none() {
        return Err("it names neither a package nor an ecosystem, and would accept everything".to_owned());
    }
    // `Debian:12` is an ecosystem and its release.
    let kind = kind.map(|kind| kind.split(':').next().unwrap_or_default().to_owned());
    let named: Vec<&str> = [&kind, &name, &version].into_iter().filter_map(|part| part.as_deref()).collect();
    Ok(Some(ListEntry {
        named: named.join(" "),
        class,
        packages: vec![PackagePattern { kind, name, version }],
        until: moment(table, "effectiveUntil")?,
        reason: word("reason")?,
        ..ListEntry::default()
    }))
}

/// Reads an entry of one table.
type Reader = fn(&DeTable<'_>) -> Result<Option<ListEntry>, String>;

/// A key, whatever its case: the reader of osv-scanner takes both `IgnoredVulns` and `ignoredVulns`.
fn get<'t, 'i>(table: &'t DeTable<'i>, key: &str) -> Option<Item<'t, 'i>> {
    table.iter().find(|(name, _)| name.get_ref().eq_ignore_ascii_case(key)).map(|(_, value)| value)
}

fn only_keys(table: &DeTable<'_>, known: &[&str]) -> Result<(), String> {
    let is_known = |name: &str| known.iter().any(|key| key.eq_ignore_ascii_case(name));
    match table.keys().find(|name| !is_known(name.get_ref())) {
        None => Ok(()),
        Some(name) => Err(format!("`{}` is not known here, and may narrow what it accepts", name.get_ref())),
    }
}

fn text<'t>(table: &'t DeTable<'_>, key: &str) -> Result<Option<&'t str>, String> {
    match get(table, key).map(Spanned::get_ref) {
        None => Ok(None),
        Some(DeValue::String(text)) => Ok(Some(text.trim()).filter(|text| !text.is_empty())),
        Some(_) => Err(format!("`{key}` is no text")),
    }
}

fn flag(table: &DeTable<'_>, key: &str) -> Result<bool, String> {
    match get(table, key).map(Spanned::get_ref) {
        None => Ok(false),
        Some(DeValue::Boolean(flag)) => Ok(*flag),
        Some(_) => Err(format!("`{key}` is neither true nor false")),
    }
}

fn moment(table: &DeTable<'_>, key: &str) -> Result<Option<Instant>, String> {
    match get(table, key).map(Spanned::get_ref) {
        None => Ok(None),
        Some(DeValue::Datetime(moment)) => Instant::parse(&moment.to_string()).map(Some),
        Some(DeValue::String(text)) if text.trim().is_empty() => Ok(None),
        Some(DeValue::String(text)) => Instant::parse(text).map(Some),
        Some(_) => Err(format!("`{key}` is no day")),
    }
}

/// Where the lines of a text begin.
struct Lines(Vec<usize>);

impl Lines {
    fn of(text: &str) -> Self {
        Self(memchr::memchr_iter(b'\n', text.as_bytes()).map(|at| at + 1).collect())
    }

    fn line(&self, byte: usize) -> u32 {
        u32::try_from(self.0.partition_point(|start| *start <= byte) + 1).unwrap_or(u32::MAX)
    }
}
