//! The JSON of `npm audit --json`: version 2 of the report (npm 7 and later), the same in `audit` of `npm audit fix --json`,
//! and version 1 (npm 6, and pnpm to this day).
//!
//! In version 2 an entry of `vulnerabilities` is a package, and its `via` has advisories (objects) and names of packages
//! that it depends on (strings): only the objects are findings, each counted once. Neither the installed version nor a file
//! is told. A failure is told in `error`, in place of all this; who reads the file looks for that first.

mod first;

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use super::advisory::{
    Found, Gathered, Scored, cwes, ids_in, others, owned, package, results, score_of, score_of_vector,
    severity_of,
};
use crate::fault::{FaultKind, Faults};
use crate::json::{Data, Document, Value, excerpt};
use crate::model::{Advisory, Place, Properties, Run};

const NAME: &str = "npm audit";
const URI: &str = "https://github.com/npm/cli";

pub(super) fn detects(document: &Document<'_>) -> bool {
    document.root().is_some_and(|root| second(root).is_some() || first::detects(root))
}

pub(super) fn read(document: &Document<'_>, faults: &mut Faults) -> Vec<Run> {
    document.values().iter().map(|root| report(document, root, faults)).collect()
}

fn report(document: &Document<'_>, root: &Value<'_>, faults: &mut Faults) -> Run {
    let mut gathered = Gathered::default();
    match second(root) {
        Some(report) => Report { document, report }.read(&mut gathered, faults),
        None => first::read(document, root, &mut gathered, faults),
    }
    gathered.into_run(Run::of(NAME, None, URI))
}

/// The text without the lines that `npm audit fix --dry-run --json` prints before its report, such as `add lodash 4.17.21`.
/// They become blank: every place in the text stays where it is.
pub(super) fn without_log<'t>(text: Cow<'t, str>, faults: &mut Faults) -> Cow<'t, str> {
    let is_log = |line: &&str| ["add ", "change ", "remove "].iter().any(|word| line.starts_with(word));
    let log: usize = text.split_inclusive('\n').take_while(is_log).map(str::len).sum();
    if log == 0 || !text[log..].starts_with('{') {
        return text;
    }
    faults.say(FaultKind::TrailingText, (1, 1), || {
        format!(
            "`{}` and what follows it before the report",
            excerpt(text.lines().next().unwrap_or_default())
        )
    });
    let blanks = text[..log].bytes().map(|byte| if byte == b'\n' { '\n' } else { ' ' });
    Cow::Owned(blanks.chain(text[log..].chars()).collect())
}

/// The report in version 2 or later.
fn second<'v, 'a>(root: &'v Value<'a>) -> Option<&'v Value<'a>> {
    let is_report = |value: &&Value<'_>| value.has(&["auditReportVersion"]);
    Some(root).filter(is_report).or_else(|| root.get("audit").filter(is_report))
}

struct Report<'v, 'a> {
    document: &'v Document<'a>,
    report: &'v Value<'a>,
}

impl<'a> Report<'_, 'a> {
    fn read(&self, gathered: &mut Gathered, faults: &mut Faults) {
        let (document, report) = (self.document, self.report);
        if document.count(report, "auditReportVersion", faults) != Some(2) {
            document
                .say(faults, FaultKind::OtherVersion, report, || "`auditReportVersion` is not 2".to_owned());
        }
        let nodes = document.object(report, "vulnerabilities", faults);
        let Some(nodes) = nodes.and_then(Value::members) else {
            return document.say(faults, FaultKind::ScanIncomplete, report, || {
                "there is no `vulnerabilities`".to_owned()
            });
        };
        let known: HashSet<&str> = nodes.iter().map(|(name, _)| name.as_ref()).collect();
        let mut found: Vec<(Found, String)> = Vec::new();
        let mut places: HashMap<(String, String), usize> = HashMap::new();
        for (name, node) in nodes {
            for via in results(document, node, "via", faults) {
                match &via.data {
                    Data::Text(other) if known.contains(other.as_ref()) => {}
                    Data::Text(other) => document.say(faults, FaultKind::UnusableResult, via, || {
                        format!("`{name}` is vulnerable through `{other}`, which is not listed")
                    }),
                    _ => match self.found(name, node, via, faults) {
                        Some(one) => unite(one, &mut found, &mut places),
                        None => document.say(faults, FaultKind::UnusableResult, via, || {
                            format!("`{name}` is vulnerable through {}, which has no id", via.describe())
                        }),
                    },
                }
            }
            if !node.has(&["via"]) {
                document.say(faults, FaultKind::UnusableResult, node, || format!("`{name}` has no `via`"));
            }
        }
        found.into_iter().for_each(|(found, _)| gathered.add(found));
        self.completeness(nodes.len(), faults);
    }

    fn found(
        &self,
        name: &str,
        node: &Value<'a>,
        via: &Value<'a>,
        faults: &mut Faults,
    ) -> Option<(Found, String)> {
        let document = self.document;
        let url = owned(document, via, "url", faults);
        let source = owned(document, via, "source", faults);
        let id = url.as_deref().and_then(|url| ids_in(url).next());
        let id = id.or_else(|| source.as_ref().map(|source| format!("npm:{source}")))?;
        let name =
            document.text(via, "dependency", faults).or(document.text(via, "name", faults)).unwrap_or(name);
        let range = document.text(via, "range", faults).unwrap_or_default();
        let severity = document.text(via, "severity", faults).and_then(severity_of);
        let mut properties = Properties::new();
        for (key, value) in [("range", via.get("range")), ("nodes", node.get("nodes"))] {
            properties.extend(value.map(|value| (key.into(), value.to_json())));
        }
        let upgrade = upgrade(node);
        let is_major = node.get("fixAvailable").and_then(|fix| fix.get("isSemVerMajor"));
        properties.extend(is_major.map(|major| ("isSemVerMajor".into(), major.to_json())));
        let found = Found {
            advisory: Advisory {
                package: package("npm", name, None),
                fixed_in: above(range),
                is_direct: document.flag(node, "isDirect", faults),
                upgrade,
                url,
                id: id.clone(),
                ..Advisory::default()
            },
            title: owned(document, via, "title", faults),
            cwes: cwes(via.get("cwe")),
            severity,
            score: scored(via),
            places: vec![Place::file("package-lock.json")],
            properties,
            origin: document.place(via),
            ..Found::default()
        };
        Some((found, id))
    }

    fn completeness(&self, listed: usize, faults: &mut Faults) {
        let metadata = self.report.get("metadata");
        let total = |key: &str| metadata.and_then(|metadata| metadata.get(key)?.get("total"));
        if let Some(total) = total("dependencies").filter(|total| total.count() == Some(0)) {
            self.document
                .say(faults, FaultKind::NothingScanned, total, || "no dependency was audited".to_owned());
        }
        if let Some(total) = total("vulnerabilities")
            && let Some(stated) = total.count()
            && stated as usize > listed
        {
            self.document.say(faults, FaultKind::ScanIncomplete, total, || {
                format!("{stated} vulnerable packages, it says, but {listed} listed")
            });
        }
    }
}

/// An advisory that is told again, for another range of the same package, is no other finding.
fn unite(
    (found, id): (Found, String),
    all: &mut Vec<(Found, String)>,
    places: &mut HashMap<(String, String), usize>,
) {
    let key = (id.clone(), found.advisory.package.name.clone());
    let Some(&place) = places.get(&key) else {
        places.insert(key, all.len());
        return all.push((found, id));
    };
    let known = &mut all[place].0;
    let fixed = known.advisory.fixed_in.iter().chain(&found.advisory.fixed_in).map(String::as_str);
    known.advisory.fixed_in = others(fixed, "");
    known.severity = known.severity.max(found.severity);
    known.advisory.upgrade = known.advisory.upgrade.take().or(found.advisory.upgrade);
    if found.score.as_ref().map(|scored| scored.score) > known.score.as_ref().map(|scored| scored.score) {
        known.score = found.score;
    }
}

/// What mends it: a version of a direct dependency, or npm by itself.
fn upgrade(node: &Value<'_>) -> Option<String> {
    let fix = node.get("fixAvailable")?;
    if fix.data == Data::Bool(true) {
        return Some("npm audit fix".to_owned());
    }
    let (name, version) = (fix.get("name")?.text()?, fix.get("version")?.text()?);
    Some(format!("{name}@{version}"))
}

/// The score of an advisory; npm writes 0 where it has none.
fn scored(advisory: &Value<'_>) -> Option<Scored> {
    let cvss = advisory.get("cvss")?;
    let vector = cvss.get("vectorString").and_then(Value::text).filter(|vector| !vector.is_empty());
    let stated = cvss.get("score").and_then(|score| match &score.data {
        Data::Number(text) => score_of(text),
        _ => score_of(score.text()?),
    });
    let score = stated.or_else(|| vector.and_then(score_of_vector).map(|(_, score)| score))?;
    Some(Scored { score, source: String::new(), vector: vector.map(str::to_owned) })
}

/// The versions at which vulnerable ranges end: `4.17.21` of `<4.17.21`, and of `>=1.0.0 <1.2.6 || >=2.0.0 <=2.1.0` `1.2.6`.
fn above(range: &str) -> Vec<String> {
    let ends = range.split("||").filter_map(|part| {
        let last = part.split_whitespace().last()?;
        last.strip_prefix('<').filter(|end| end.starts_with(|char: char| char.is_ascii_digit()))
    });
    // npm's way to say that no version is affected below this one, as for a package that was malicious once.
    others(ends.filter(|end| !end.starts_with("0.0.0")), "")
}

#[cfg(test)]
#[path = "npm_audit_tests.rs"]
pub(super) mod tests;
