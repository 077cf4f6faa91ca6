//! The JSON of `pip-audit -f json`: an object with `dependencies`, and the bare list of them that versions before 2.0 wrote.
//!
//! A dependency has `name`, `version` and `vulns` (`id`, `fix_versions`, `aliases`, `description`), or `name` and
//! `skip_reason`: such a one was not looked at, and the exit status does not tell. It says neither how bad something is nor
//! in which file a dependency stands.

use super::advisory::{Found, Gathered, others, owned, package_in, results};
use crate::fault::{FaultKind, Faults};
use crate::json::{Document, Value};
use crate::model::{Advisory, Level, Run};

const NAME: &str = "pip-audit";
const URI: &str = "https://github.com/pypa/pip-audit";

pub(super) fn detects(document: &Document<'_>) -> bool {
    let is_dependency =
        |value: &Value<'_>| value.has(&["name"]) && (value.has(&["vulns"]) || value.has(&["skip_reason"]));
    let begins = |list: &[Value<'_>]| list.first().is_some_and(is_dependency);
    let Some(root) = document.root() else { return false };
    match root.array() {
        Some(list) => begins(list),
        None => root
            .get("dependencies")
            .and_then(Value::array)
            .is_some_and(|list| begins(list) || (list.is_empty() || list[0].is_cut) && root.has(&["fixes"])),
    }
}

pub(super) fn read(document: &Document<'_>, faults: &mut Faults) -> Vec<Run> {
    document.values().iter().map(|root| report(document, root, faults)).collect()
}

fn report(document: &Document<'_>, root: &Value<'_>, faults: &mut Faults) -> Run {
    let dependencies = match root.array() {
        Some(list) => list,
        None => results(document, root, "dependencies", faults),
    };
    if dependencies.is_empty() {
        document.say(faults, FaultKind::NothingScanned, root, || "no dependency was audited".to_owned());
    }
    let mut gathered = Gathered::default();
    for dependency in dependencies {
        self::dependency(document, dependency, &mut gathered, faults);
    }
    gathered.into_run(Run::of(NAME, None, URI))
}

fn dependency(document: &Document<'_>, value: &Value<'_>, gathered: &mut Gathered, faults: &mut Faults) {
    let Some(name) = owned(document, value, "name", faults) else {
        let found = value.describe();
        return document.say(faults, FaultKind::UnusableResult, value, || {
            format!("{found} among the dependencies has no name")
        });
    };
    if value.has(&["skip_reason"]) {
        let reason = document.text(value, "skip_reason", faults).unwrap_or("no reason is given");
        document
            .say(faults, FaultKind::ScanIncomplete, value, || format!("`{name}` was not audited: {reason}"));
        return;
    }
    if !value.has(&["vulns"]) {
        document.say(faults, FaultKind::ScanIncomplete, value, || {
            format!("`{name}` has neither `vulns` nor `skip_reason`")
        });
    }
    let version = document.word(value, "version", faults);
    for vulnerability in results(document, value, "vulns", faults) {
        let Some(id) = owned(document, vulnerability, "id", faults) else {
            document.say(faults, FaultKind::UnusableResult, vulnerability, || {
                format!("a vulnerability of `{name}` has no id")
            });
            continue;
        };
        let aliases = others(document.texts(vulnerability, "aliases", faults), &id);
        let url = format!("https://osv.dev/vulnerability/{id}");
        gathered.add(Found {
            advisory: Advisory {
                aliases,
                package: package_in("PyPI", &name, version),
                fixed_in: others(document.texts(vulnerability, "fix_versions", faults), ""),
                url: Some(url),
                id,
                ..Advisory::default()
            },
            description: owned(document, vulnerability, "description", faults),
            // Nobody says how bad it is; that it is vulnerable is certain.
            level: Some(Level::Warning),
            origin: document.place(vulnerability),
            ..Found::default()
        });
    }
}

#[cfg(test)]
#[path = "pip_audit_tests.rs"]
pub(super) mod tests;
