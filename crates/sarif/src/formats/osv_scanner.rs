//! The JSON of `osv-scanner --format json`: `results`, each a `source` with `packages`, each of these with `vulnerabilities`
//! and with `groups` of those that are the same.
//!
//! A group is one finding. Its id is the one that osv-scanner itself shows for it. A source without findings is only listed
//! where every package is asked for, so an empty list does not tell what was scanned.

use std::cmp::Ordering;
use std::collections::{HashMap, HashSet};

use gatewright_core::report::Severity;

use super::advisory::{
    Found, Gathered, Scored, cwes, json_text, others, owned, package_in, results, score_of, score_of_vector,
    severity_of,
};
use crate::fault::{FaultKind, Faults};
use crate::json::{Data, Document, Value};
use crate::model::{Advisory, Alert, Confidence, Level, Package, Place, Properties, Reach, Rule, Run};

const NAME: &str = "osv-scanner";
const URI: &str = "https://github.com/google/osv-scanner";

pub(super) fn detects(document: &Document<'_>) -> bool {
    let Some(root) = document.root() else { return false };
    let Some((_, results)) = root.members().unwrap_or_default().iter().find(|(key, _)| key == "results")
    else {
        return false;
    };
    // Semgrep, Bandit and others have `results` too; an empty one that stands alone is of osv-scanner before 1.4.
    let is_alone = root.members().is_some_and(|members| members.len() == 1) && !root.is_cut;
    match &results.data {
        Data::Null => root.has(&["experimental_config"]) || is_alone && !results.is_cut,
        Data::Array(list) => match list.first() {
            Some(first) => {
                first.get("source").is_some_and(|source| source.has(&["path", "type"]) || source.is_cut)
            }
            None => root.has(&["experimental_config"]) || is_alone,
        },
        _ => false,
    }
}

pub(super) fn read(document: &Document<'_>, faults: &mut Faults) -> Vec<Run> {
    document.values().iter().map(|root| report(document, root, faults)).collect()
}

fn report(document: &Document<'_>, root: &Value<'_>, faults: &mut Faults) -> Run {
    let mut gathered = Gathered::default();
    let sources = results(document, root, "results", faults);
    if sources.is_empty() {
        document.say(faults, FaultKind::MissingMember, root, || {
            "no source is listed; only with `--all-packages` the report tells what was scanned".to_owned()
        });
    }
    for result in sources {
        if !result.has(&["packages"]) {
            document.say(faults, FaultKind::UnusableResult, result, || {
                format!("{} among the results has no packages", result.describe())
            });
        }
        let source = document.object(result, "source", faults);
        let path = source.and_then(|source| owned(document, source, "path", faults));
        let places: Vec<Place> = path.into_iter().map(Place::file).collect();
        for package in results(document, result, "packages", faults) {
            Affected::read(document, package, &places, faults, &mut gathered);
        }
    }
    gathered.into_run(Run::of(NAME, None, URI))
}

/// A package and what is known to be wrong with it.
struct Affected<'v, 'a> {
    document: &'v Document<'a>,
    package: Package,
    places: &'v [Place],
    vulnerabilities: &'v [Value<'a>],
    /// The vulnerabilities by their ids.
    records: HashMap<&'v str, &'v Value<'a>>,
    properties: Properties,
}

impl<'v, 'a> Affected<'v, 'a> {
    fn read(
        document: &'v Document<'a>,
        value: &'v Value<'a>,
        places: &'v [Place],
        faults: &mut Faults,
        gathered: &mut Gathered,
    ) {
        let info = document.object(value, "package", faults);
        let text = |key: &str| info.and_then(|info| info.get(key)?.text()).filter(|text| !text.is_empty());
        // What is vendored in has a commit and no name.
        let (Some(name), version) = (text("name").or(text("commit")), text("version").or(text("commit")))
        else {
            return document
                .say(faults, FaultKind::UnusableResult, value, || "a package without a name".to_owned());
        };
        let groups = document.texts(value, "dependency_groups", faults);
        let mut properties = Properties::new();
        if let Some(list) = value.get("dependency_groups").filter(|_| !groups.is_empty()) {
            properties.push(("dependencyGroups".into(), list.to_json()));
        }
        let package = package_in(text("ecosystem").unwrap_or_default(), name, version);
        let vulnerabilities = results(document, value, "vulnerabilities", faults);
        let records =
            vulnerabilities.iter().filter_map(|record| Some((record.get("id")?.text()?, record))).collect();
        let affected = Affected { document, package, places, vulnerabilities, records, properties };
        let groups = results(document, value, "groups", faults);
        for group in groups {
            match affected.found(group, faults) {
                Some(found) => gathered.add(found),
                None => document.say(faults, FaultKind::UnusableResult, group, || {
                    format!("a group of vulnerabilities of `{name}` without an id")
                }),
            }
        }
        affected.ungrouped(groups, gathered, faults);
        for license in results(document, value, "license_violations", faults) {
            affected.license(license, gathered);
        }
    }

    /// One finding of the vulnerabilities in a group.
    fn found(&self, group: &Value<'a>, faults: &mut Faults) -> Option<Found> {
        let document = self.document;
        let ids = document.texts(group, "ids", faults);
        let aliases = document.texts(group, "aliases", faults);
        let id = ids.iter().chain(&aliases).copied().min_by(|a, b| display_order(a, b))?;
        let mut known: Vec<&Value<'_>> = ids.iter().filter_map(|id| self.records.get(id).copied()).collect();
        known.sort_by_key(|record| record.get("id").and_then(Value::text) != Some(id));
        let all =
            ids.iter().copied().chain(aliases).chain(known.iter().flat_map(|record| aliases_of(record)));
        let analysis = group.get("experimental_analysis").or_else(|| group.get("experimentalAnalysis"));
        Some(self.advisory(
            id,
            others(all, id),
            &known,
            reach(analysis),
            scored(group, &known),
            document.place(group),
        ))
    }

    /// Vulnerabilities that are in no group are findings of their own.
    fn ungrouped(&self, groups: &[Value<'a>], gathered: &mut Gathered, faults: &mut Faults) {
        let grouped: HashSet<&str> =
            groups.iter().flat_map(|group| self.document.texts(group, "ids", faults)).collect();
        for record in self.vulnerabilities.iter().filter(|record| !is_one_of(record, &grouped)) {
            let Some(id) = owned(self.document, record, "id", faults) else {
                self.document.say(faults, FaultKind::UnusableResult, record, || {
                    format!("a vulnerability of `{}` without an id", self.package.name)
                });
                continue;
            };
            self.document.say(faults, FaultKind::MissingMember, record, || format!("`{id}` is in no group"));
            let aliases = others(aliases_of(record), &id);
            let place = self.document.place(record);
            gathered.add(self.advisory(
                &id,
                aliases,
                &[record],
                Reach::Unknown,
                scored(record, &[record]),
                place,
            ));
        }
    }

    fn advisory(
        &self,
        id: &str,
        aliases: Vec<String>,
        known: &[&'v Value<'a>],
        reach: Reach,
        score: Option<Scored>,
        origin: (u32, u32),
    ) -> Found {
        let text = |key: &str| {
            known.iter().find_map(|record| record.get(key)?.text().filter(|text| !text.is_empty()))
        };
        let databases = || known.iter().filter_map(|record| record.get("database_specific"));
        let words = databases().filter_map(|own| severity_of(own.get("severity")?.text()?));
        let severity: Option<Severity> = words.max();
        let cwes = databases().flat_map(|own| cwes(own.get("cwe_ids"))).collect::<Vec<_>>();
        let record = known.first().and_then(|record| record.get("id")?.text()).unwrap_or(id);
        Found {
            advisory: Advisory {
                id: id.to_owned(),
                aliases,
                package: self.package.clone(),
                fixed_in: self.fixed_in(known),
                reach,
                url: Some(format!("https://osv.dev/vulnerability/{record}")),
                ..Advisory::default()
            },
            title: text("summary").map(str::to_owned),
            description: text("details").map(str::to_owned),
            cwes: others(cwes.iter().map(String::as_str), ""),
            severity,
            // As the tool itself has it where nobody says how bad it is.
            level: (severity.is_none() && score.is_none()).then_some(Level::Warning),
            score,
            places: self.places.to_vec(),
            properties: self.properties.clone(),
            origin,
            ..Found::default()
        }
    }

    /// Versions above its own that mend the package, the least first.
    fn fixed_in(&self, known: &[&'v Value<'a>]) -> Vec<String> {
        let list =
            |value: &'v Value<'a>, key: &str| value.get(key).and_then(Value::array).unwrap_or_default();
        let mut fixed: Vec<&str> = Vec::new();
        for record in known {
            for affected in list(record, "affected") {
                let name = affected.get("package").and_then(|package| package.get("name")?.text());
                let ranges = list(affected, "ranges").iter().filter(|range| {
                    name.is_some_and(|name| name.eq_ignore_ascii_case(&self.package.name))
                        && range.get("type").and_then(Value::text) != Some("GIT")
                });
                let events = ranges.flat_map(|range| list(range, "events"));
                fixed.extend(events.filter_map(|event| event.get("fixed")?.text()));
            }
        }
        let own = self.package.version.as_deref().unwrap_or_default();
        // Fixes of other branches that lie behind mend nothing, unless all of them do: then the order is not understood.
        let is_above = |version: &&str| compare(version, own) == Ordering::Greater;
        if fixed.iter().any(is_above) {
            fixed.retain(is_above);
        }
        fixed.sort_by(|a, b| compare(a, b));
        others(fixed, "")
    }

    fn license(&self, license: &Value<'a>, gathered: &mut Gathered) {
        let name = license.text().unwrap_or("UNKNOWN");
        let rule = gathered.rule(Rule {
            short: Some(format!("The license {name} is not among those that are allowed")),
            level: Some(Level::Warning),
            confidence: Some(Confidence::High),
            ..Rule::new(format!("license/{name}"))
        });
        let version =
            self.package.version.as_deref().map(|version| format!(" {version}")).unwrap_or_default();
        let mut properties = self.properties.clone();
        properties.push(("license".into(), json_text(name)));
        gathered.alert(Alert {
            rule,
            level: Some(Level::Warning),
            message: format!(
                "{}{version}: its license {name} is not among those that are allowed.",
                self.package.name
            ),
            places: self.places.to_vec(),
            advisory: Some(Box::new(Advisory {
                id: format!("license/{name}"),
                package: self.package.clone(),
                ..Advisory::default()
            })),
            subject: Some(format!("{}{version}", self.package.name)),
            properties,
            origin: self.document.place(license),
            ..Alert::default()
        });
    }
}

fn is_one_of(record: &Value<'_>, ids: &HashSet<&str>) -> bool {
    record.get("id").and_then(Value::text).is_some_and(|id| ids.contains(id))
}

fn aliases_of<'v>(record: &'v Value<'_>) -> impl Iterator<Item = &'v str> {
    record.get("aliases").and_then(Value::array).unwrap_or_default().iter().filter_map(Value::text)
}

/// Which id of a group osv-scanner shows: of a distribution, then CVE, then of an ecosystem, then GHSA.
fn display_order(a: &str, b: &str) -> Ordering {
    let rank = |id: &str| match id.split('-').next().unwrap_or_default() {
        "DSA" | "USN" => 0,
        "CVE" => 1,
        "GHSA" => 3,
        _ => 2,
    };
    rank(a).cmp(&rank(b)).then_with(|| a.cmp(b))
}

/// What the analysis of calls says of a group's vulnerabilities: the worst of it.
fn reach(analysis: Option<&Value<'_>>) -> Reach {
    let entries = analysis.and_then(Value::members).unwrap_or_default().iter();
    let called = entries.filter_map(|(_, entry)| match entry.get("called")?.data {
        Data::Bool(true) => Some(Reach::Called),
        Data::Bool(false) => Some(Reach::Imported),
        _ => None,
    });
    called.max().unwrap_or_default()
}

/// The tool's own score of the group, which is the highest of its vulnerabilities; where it gives none, that of the
/// newest CVSS.
fn scored(group: &Value<'_>, known: &[&Value<'_>]) -> Option<Scored> {
    let list = |value: &Value<'_>, key: &str| -> Vec<String> {
        let list = value.get(key).and_then(Value::array).unwrap_or_default().iter();
        list.filter_map(|entry| Some(entry.get("score")?.text()?.to_owned())).collect()
    };
    let of_packages =
        known.iter().flat_map(|record| record.get("affected").and_then(Value::array).unwrap_or_default());
    let vectors = known.iter().copied().chain(of_packages).flat_map(|value| list(value, "severity"));
    let mut scores: Vec<_> = vectors
        .filter_map(|vector| score_of_vector(&vector).map(|(version, score)| (version, score, vector)))
        .collect();
    scores.sort();
    let own = group.get("max_severity").and_then(Value::text).and_then(score_of);
    let best = match own {
        Some(own) => scores.iter().rev().find(|(_, score, _)| *score == own),
        None => scores.last(),
    };
    let score = own.or(best.map(|(_, score, _)| *score))?;
    Some(Scored { score, source: String::new(), vector: best.map(|(_, _, vector)| vector.clone()) })
}

/// Versions by their numbers: near enough to put the ones that mend something in order.
fn compare(a: &str, b: &str) -> Ordering {
    fn parts(version: &str) -> impl Iterator<Item = Result<u64, &str>> {
        let version = version.strip_prefix('v').unwrap_or(version);
        let parts = version.split(['.', '-', '+', '_', '~', ':']);
        parts.map(|part| part.parse().map_err(|_| part))
    }
    let (mut left, mut right) = (parts(a), parts(b));
    loop {
        // A number is above a word, as a release is above its candidates, and words are below the end of a version.
        let order = match (left.next(), right.next()) {
            (None, None) => return Ordering::Equal,
            (None, Some(part)) => {
                if part.is_ok() {
                    Ordering::Less
                } else {
                    Ordering::Greater
                }
            }
            (Some(part), None) => {
                if part.is_ok() {
                    Ordering::Greater
                } else {
                    Ordering::Less
                }
            }
            (Some(Ok(left)), Some(Ok(right))) => left.cmp(&right),
            (Some(Err(left)), Some(Err(right))) => left.cmp(right),
            (Some(Ok(_)), Some(Err(_))) => Ordering::Greater,
            (Some(Err(_)), Some(Ok(_))) => Ordering::Less,
        };
        if order != Ordering::Equal {
            return order;
        }
    }
}

#[cfg(test)]
#[path = "osv_scanner_tests.rs"]
pub(super) mod tests;
