//! The JSON of `cargo audit --json`: one object with `database`, `lockfile`, `settings`, `vulnerabilities` and `warnings`.
//!
//! `vulnerabilities.list` and each list of `warnings` have entries of `advisory`, `versions` and `package`; a warning about a
//! yanked version has no advisory. Only a CVSS vector tells how bad something is; its score is computed.

use super::advisory::{
    Found, Gathered, Scored, json_text, others, owned, package_in, results, score_of_vector,
};
use crate::fault::{FaultKind, Faults};
use crate::identity::CRATES;
use crate::json::{Document, Value};
use crate::model::{Advisory, Alert, Confidence, Level, Package, Place, Rule, Run};

const NAME: &str = "cargo-audit";
const URI: &str = "https://github.com/rustsec/rustsec/tree/main/cargo-audit";

pub(super) fn detects(document: &Document<'_>) -> bool {
    let Some(root) = document.root() else { return false };
    root.get("database").is_some_and(|database| database.has(&["advisory-count"]))
        || root.get("lockfile").is_some_and(|lockfile| lockfile.has(&["dependency-count"]))
        || root.get("vulnerabilities").is_some_and(|all| all.has(&["found", "count", "list"]))
            && root.has(&["warnings"])
}

/// Each document is a report: `cargo audit bin` writes one for each binary.
pub(super) fn read(document: &Document<'_>, faults: &mut Faults) -> Vec<Run> {
    document.values().iter().map(|root| report(document, root, faults)).collect()
}

fn report(document: &Document<'_>, root: &Value<'_>, faults: &mut Faults) -> Run {
    emptiness(document, root, faults);
    let mut gathered = Gathered::default();
    let vulnerabilities = document.object(root, "vulnerabilities", faults);
    match vulnerabilities {
        Some(vulnerabilities) => {
            let list = results(document, vulnerabilities, "list", faults);
            for entry in list {
                self::entry(document, entry, "vulnerability", &mut gathered, faults);
            }
            disagreement(document, vulnerabilities, list.len(), faults);
        }
        None => document
            .say(faults, FaultKind::ScanIncomplete, root, || "there is no `vulnerabilities`".to_owned()),
    }
    let warnings = document.object(root, "warnings", faults);
    for (kind, _) in warnings.and_then(Value::members).unwrap_or_default() {
        for entry in warnings.map(|all| results(document, all, kind, faults)).unwrap_or_default() {
            self::entry(document, entry, kind, &mut gathered, faults);
        }
    }
    gathered.into_run(Run::of(NAME, None, URI))
}

/// An empty lock file and an empty database look like a clean project.
fn emptiness(document: &Document<'_>, root: &Value<'_>, faults: &mut Faults) {
    let count = |object: &str, key: &str| {
        let count = root.get(object).and_then(|object| object.get(key));
        count.filter(|count| count.count() == Some(0))
    };
    if let Some(count) = count("lockfile", "dependency-count") {
        document.say(faults, FaultKind::NothingScanned, count, || "the lock file has no package".to_owned());
    }
    if let Some(count) = count("database", "advisory-count") {
        document.say(faults, FaultKind::ScanIncomplete, count, || "the database has no advisory".to_owned());
    }
}

fn disagreement(document: &Document<'_>, vulnerabilities: &Value<'_>, listed: usize, faults: &mut Faults) {
    let stated = document.count(vulnerabilities, "count", faults).map_or(listed, |count| count as usize);
    let found = document.flag(vulnerabilities, "found", faults) == Some(true);
    if stated > listed || found && listed == 0 {
        document.say(faults, FaultKind::ScanIncomplete, vulnerabilities, || {
            format!("{} found, it says, but {listed} listed", stated.max(1))
        });
    }
}

fn entry(
    document: &Document<'_>,
    value: &Value<'_>,
    kind: &str,
    gathered: &mut Gathered,
    faults: &mut Faults,
) {
    let package = document.object(value, "package", faults);
    let advisory = document.object(value, "advisory", faults);
    let name = package.and_then(|package| owned(document, package, "name", faults));
    let name = name.or_else(|| owned(document, advisory?, "package", faults));
    let Some(name) = name else {
        return document.say(faults, FaultKind::UnusableResult, value, || {
            format!("an entry ({kind}) without the name of its package")
        });
    };
    let version = package.and_then(|package| document.text(package, "version", faults));
    let Some(advisory) = advisory else {
        return warned(document, value, kind, package_in(CRATES, &name, version), gathered);
    };
    let Some(id) = owned(document, advisory, "id", faults) else {
        return document.say(faults, FaultKind::UnusableResult, advisory, || {
            format!("an advisory about `{name}` without an id")
        });
    };
    let patched = document.object(value, "versions", faults);
    let patched = patched.map(|versions| document.texts(versions, "patched", faults)).unwrap_or_default();
    let informational = document.text(advisory, "informational", faults);
    let url = owned(document, advisory, "url", faults);
    let score = scored(document, advisory, faults);
    let unscored = if kind == "vulnerability" { Level::Error } else { Level::Warning };
    let found = Found {
        advisory: Advisory {
            aliases: others(document.texts(advisory, "aliases", faults), &id),
            package: package_in(CRATES, &name, version),
            fixed_in: others(patched.iter().copied().map(least), ""),
            url: Some(format!("https://rustsec.org/advisories/{id}.html")),
            id,
            ..Advisory::default()
        },
        title: owned(document, advisory, "title", faults),
        description: owned(document, advisory, "description", faults),
        // Without a score a vulnerability is taken for a bad one; what is unmaintained, unsound or a notice is less.
        level: score.is_none().then_some(unscored),
        score,
        places: vec![Place::file("Cargo.lock")],
        properties: [("kind", Some(informational.unwrap_or(kind))), ("reference", url.as_deref())]
            .into_iter()
            .filter_map(|(key, text)| Some((key.into(), json_text(text?))))
            .collect(),
        origin: document.place(value),
        ..Found::default()
    };
    // Only a weakness is about security: neglect is not.
    if kind == "vulnerability" || informational.unwrap_or(kind) == "unsound" {
        gathered.add(found);
    } else {
        gathered.add_plain(found);
    }
}

/// A warning without an advisory: the version was yanked.
fn warned(document: &Document<'_>, value: &Value<'_>, kind: &str, package: Package, gathered: &mut Gathered) {
    let short = match kind {
        "yanked" => "The version was yanked from its registry".to_owned(),
        kind => format!("The package is {kind}"),
    };
    let rule = gathered.rule(Rule {
        level: Some(Level::Warning),
        help: Some("Update it to a version that was not taken back: `cargo update -p`".to_owned())
            .filter(|_| kind == "yanked"),
        confidence: Some(Confidence::VeryHigh),
        short: Some(short.clone()),
        ..Rule::new(kind)
    });
    let version = package.version.as_deref().map(|version| format!(" {version}")).unwrap_or_default();
    gathered.alert(Alert {
        rule,
        level: Some(Level::Warning),
        message: format!("{}{version}: {short}.", package.name),
        places: vec![Place::file("Cargo.lock")],
        subject: Some(format!("{}{version}", package.name)),
        advisory: Some(Box::new(Advisory { id: kind.to_owned(), package, ..Advisory::default() })),
        origin: document.place(value),
        ..Alert::default()
    });
}

/// The version in a requirement: `0.2.23` of `>=0.2.23` and of `^0.2.23`.
fn least(requirement: &str) -> &str {
    let first = requirement.split(',').next().unwrap_or_default().trim();
    first.trim_start_matches(['>', '=', '^', '~', ' '])
}

fn scored(document: &Document<'_>, advisory: &Value<'_>, faults: &mut Faults) -> Option<Scored> {
    let vector = owned(document, advisory, "cvss", faults)?;
    let Some((_, score)) = score_of_vector(&vector) else {
        if let Some(value) = advisory.get("cvss") {
            document.say(faults, FaultKind::BadSeverity, value, || {
                format!("{} is no CVSS vector with a score", value.describe())
            });
        }
        return None;
    };
    Some(Scored { score, source: "rustsec".to_owned(), vector: Some(vector) })
}

#[cfg(test)]
#[path = "cargo_audit_tests.rs"]
pub(super) mod tests;
