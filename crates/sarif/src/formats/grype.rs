//! The JSON of `grype -o json`: one object with `matches`, `ignoredMatches`, `source`, `distro` and `descriptor`.
//!
//! A match joins a `vulnerability` and an `artifact`; `relatedVulnerabilities` are the records of other sources about the
//! same, with their ids. The vulnerability's own source decides: the scores of related records count only where it has no
//! word for how bad it is.

use super::advisory::{
    Found, Gathered, Scored, cwe_of, others, owned, package, package_of_purl, results, score_of,
    score_of_vector, severity_of, version_of_vector,
};
use crate::fault::{FaultKind, Faults};
use crate::json::{Document, Value};
use crate::model::{Advisory, Epss, Package, Place, Properties, Run};

const NAME: &str = "grype";
const URI: &str = "https://github.com/anchore/grype";

pub(super) fn detects(document: &Document<'_>) -> bool {
    let Some(root) = document.root() else { return false };
    let Some(matches) = root.get("matches").and_then(Value::array) else { return false };
    let is_grype = |value: &Value<'_>| value.get("name").and_then(Value::text) == Some(NAME);
    root.get("descriptor").is_some_and(is_grype)
        || matches.first().is_some_and(|first| first.has(&["vulnerability"]))
        || ["ignoredMatches", "source", "distro"].iter().any(|key| root.has(&[key]))
}

pub(super) fn read(document: &Document<'_>, faults: &mut Faults) -> Vec<Run> {
    document.values().iter().map(|root| report(document, root, faults)).collect()
}

fn report(document: &Document<'_>, root: &Value<'_>, faults: &mut Faults) -> Run {
    if !root.has(&["matches"]) {
        document.say(faults, FaultKind::ScanIncomplete, root, || "there is no `matches`".to_owned());
    }
    let descriptor = document.object(root, "descriptor", faults);
    let version = descriptor.and_then(|descriptor| document.text(descriptor, "version", faults));
    let source = Source::read(document, root, faults);
    let mut run = Run::of(NAME, version, URI);
    run.target.clone_from(&source.target);
    run.left_out = u64::try_from(document.list(root, "ignoredMatches", faults).len()).unwrap_or(u64::MAX);
    if let Some(descriptor) = descriptor {
        run.properties.extend(database(document, descriptor, faults));
    }
    let mut gathered = Gathered::default();
    for value in results(document, root, "matches", faults) {
        if let Some(found) = matched(document, value, &source, faults) {
            gathered.add(found);
        }
    }
    gathered.into_run(run)
}

/// What was scanned.
struct Source {
    /// Its name.
    target: Option<String>,
    /// The folder that paths begin in, where a folder was scanned.
    folder: Option<String>,
    /// The file that was scanned, such as an SBOM.
    file: Option<String>,
}

impl Source {
    fn read(document: &Document<'_>, root: &Value<'_>, faults: &mut Faults) -> Self {
        let Some(source) = document.object(root, "source", faults) else {
            return Self { target: None, folder: None, file: None };
        };
        let kind = document.text(source, "type", faults).unwrap_or_default();
        let name = source.get("target").and_then(|target| match target.members() {
            Some(_) => {
                document.text(target, "userInput", faults).or_else(|| document.text(target, "path", faults))
            }
            None => target.text(),
        });
        let target = name.filter(|name| !name.is_empty() && kind != "unknown").map(str::to_owned);
        let folder = target.clone().filter(|_| kind == "directory");
        let file = target.clone().filter(|_| matches!(kind, "file" | "sbom-file"));
        Self { target, folder, file }
    }

    /// A path as the repository has it: paths in a folder that was scanned begin with a slash there.
    fn path(&self, path: &str) -> String {
        let Some(folder) = &self.folder else { return path.to_owned() };
        let folder = folder.trim_start_matches("./").trim_end_matches('/');
        let inside = path.trim_start_matches('/');
        let begins = path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'));
        match folder {
            _ if begins => path.to_owned(),
            "" | "." => inside.to_owned(),
            folder => format!("{folder}/{inside}"),
        }
    }
}

fn matched(
    document: &Document<'_>,
    value: &Value<'_>,
    source: &Source,
    faults: &mut Faults,
) -> Option<Found> {
    let vulnerability = document.object(value, "vulnerability", faults);
    let artifact = document.object(value, "artifact", faults);
    let id = vulnerability.and_then(|vulnerability| owned(document, vulnerability, "id", faults));
    let name = artifact.and_then(|artifact| owned(document, artifact, "name", faults));
    let (Some(vulnerability), Some(artifact), Some(id), Some(name)) = (vulnerability, artifact, id, name)
    else {
        document.say(faults, FaultKind::UnusableResult, value, || {
            "a match without the id of its vulnerability or the name of its artifact".to_owned()
        });
        return None;
    };
    let related = document.list(value, "relatedVulnerabilities", faults);
    let aliases = related.iter().filter_map(|record| record.get("id")?.text());
    let word = document.text(vulnerability, "severity", faults).unwrap_or_default();
    let description = owned(document, vulnerability, "description", faults)
        .or_else(|| related.iter().find_map(|record| owned(document, record, "description", faults)));
    Some(Found {
        advisory: Advisory {
            aliases: others(aliases, &id),
            package: package_of(document, artifact, &name, faults),
            fixed_in: fixed_in(document, value, vulnerability, faults),
            epss: epss(vulnerability),
            is_exploited: !document.list(vulnerability, "knownExploited", faults).is_empty(),
            url: owned(document, vulnerability, "dataSource", faults),
            id,
            ..Advisory::default()
        },
        description,
        cwes: cwes(document, vulnerability, faults),
        severity: severity_of(word),
        score: scored(document, vulnerability, related, word, faults),
        places: places(document, artifact, source, faults),
        properties: properties(vulnerability),
        origin: document.place(value),
        ..Found::default()
    })
}

fn package_of(document: &Document<'_>, artifact: &Value<'_>, name: &str, faults: &mut Faults) -> Package {
    let version = document.word(artifact, "version", faults);
    let purl = document.text(artifact, "purl", faults).and_then(package_of_purl);
    if let Some(purl) = purl {
        let version = version.filter(|version| !version.is_empty()).map(str::to_owned);
        return Package { version: version.or_else(|| purl.version.clone()), ..purl };
    }
    let kind = match document.text(artifact, "type", faults).unwrap_or_default() {
        "go-module" => "golang",
        "python" => "pypi",
        "java-archive" | "jenkins-plugin" => "maven",
        "rust-crate" => "cargo",
        "php-composer" => "composer",
        "dotnet" => "nuget",
        "github-action" => "github",
        "dart-pub" => "pub",
        kind @ ("npm" | "gem" | "deb" | "rpm" | "apk" | "hex" | "conan" | "swift" | "bitnami") => kind,
        _ => "",
    };
    package(kind, name, version)
}

/// The version that grype suggests first, then the others that mend it.
fn fixed_in(
    document: &Document<'_>,
    value: &Value<'_>,
    vulnerability: &Value<'_>,
    faults: &mut Faults,
) -> Vec<String> {
    let details = document.list(value, "matchDetails", faults);
    let suggested = details.iter().filter_map(|detail| detail.get("fix")?.get("suggestedVersion")?.text());
    let fix = document.object(vulnerability, "fix", faults);
    let versions = fix.map(|fix| document.texts(fix, "versions", faults)).unwrap_or_default();
    others(suggested.chain(versions), "")
}

/// The worst of the scores: a record of a source that is no CVE may name several of them.
fn epss(vulnerability: &Value<'_>) -> Option<Epss> {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 0 to a million")]
    let millionths = |value: &Value<'_>, key: &str| {
        value.get(key)?.float().map(|share| (share.clamp(0.0, 1.0) * 1e6).round() as u32)
    };
    let scores = vulnerability.get("epss").and_then(Value::array).unwrap_or_default().iter();
    let scores = scores.filter_map(|score| {
        let percentile = millionths(score, "percentile").unwrap_or_default();
        Some(Epss { probability: millionths(score, "epss")?, percentile })
    });
    scores.max_by_key(|score| (score.probability, score.percentile))
}

fn cwes(document: &Document<'_>, vulnerability: &Value<'_>, faults: &mut Faults) -> Vec<String> {
    let list = document.list(vulnerability, "cwes", faults).iter();
    let texts = list.filter_map(|cwe| cwe.text().or_else(|| cwe.get("cwe")?.text()));
    let named: Vec<String> = texts.filter_map(cwe_of).collect();
    others(named.iter().map(String::as_str), "")
}

/// The vulnerability's own score; that of related records only where there is no word either.
fn scored(
    document: &Document<'_>,
    vulnerability: &Value<'_>,
    related: &[Value<'_>],
    word: &str,
    faults: &mut Faults,
) -> Option<Scored> {
    let own = best(document, vulnerability, faults);
    let has_word = !word.is_empty() && !word.eq_ignore_ascii_case("unknown");
    if own.is_some() || has_word {
        return own;
    }
    related.iter().find_map(|record| best(document, record, faults))
}

/// Of a record's scores that of the newest CVSS; of these the first that is primary; then the highest.
fn best(document: &Document<'_>, record: &Value<'_>, faults: &mut Faults) -> Option<Scored> {
    let entries = document.list(record, "cvss", faults).iter();
    let scores = entries.filter_map(|entry| {
        let vector = entry.get("vector").and_then(Value::text);
        let stated = entry.get("metrics").and_then(|metrics| document.word(metrics, "baseScore", faults));
        let computed = vector.and_then(score_of_vector);
        let score = stated.and_then(score_of).or(computed.map(|(_, score)| score))?;
        let written = entry.get("version").and_then(Value::text).unwrap_or_default();
        let version = match vector.and_then(version_of_vector) {
            Some(version) => version,
            None => written.replace('.', "").parse().unwrap_or_default(),
        };
        let is_primary = entry.get("type").and_then(Value::text) == Some("Primary");
        let source = entry.get("source").and_then(Value::text).unwrap_or_default().to_owned();
        Some((version, is_primary, Scored { score, source, vector: vector.map(str::to_owned) }))
    });
    let best = scores.max_by_key(|(version, is_primary, scored)| (*version, *is_primary, scored.score));
    best.map(|(_, _, scored)| scored)
}

fn places(document: &Document<'_>, artifact: &Value<'_>, source: &Source, faults: &mut Faults) -> Vec<Place> {
    let locations = document.list(artifact, "locations", faults).iter();
    let paths = locations.filter_map(|location| location.get("path")?.text()).filter(|path| !path.is_empty());
    let mut places: Vec<Place> = paths.map(|path| Place::file(source.path(path))).collect();
    if places.is_empty() {
        places.extend(source.file.as_ref().map(Place::file));
    }
    places
}

/// What only grype tells, and what explains a finding that has no fix.
fn properties(vulnerability: &Value<'_>) -> Properties {
    let state = vulnerability.get("fix").and_then(|fix| fix.get("state"));
    [("namespace", vulnerability.get("namespace")), ("fixState", state), ("risk", vulnerability.get("risk"))]
        .into_iter()
        .filter_map(|(key, value)| Some((key.into(), value?.to_json())))
        .collect()
}

/// When the database was built. One that is too old to know what was found since makes a report look clean.
fn database(
    document: &Document<'_>,
    descriptor: &Value<'_>,
    faults: &mut Faults,
) -> Option<(Box<str>, Box<str>)> {
    let db = descriptor.get("db")?;
    // Since its sixth scheme the database's state stands one level deeper.
    let status = db.get("status").unwrap_or(db);
    let error = status.get("error").filter(|error| error.text() != Some(""));
    let is_invalid = status.get("valid").is_some_and(|valid| valid.data == crate::json::Data::Bool(false));
    if error.is_some() || is_invalid {
        let said = error.map_or_else(|| "it is not valid".to_owned(), Value::describe);
        document
            .say(faults, FaultKind::ScanIncomplete, status, || format!("grype says of its database: {said}"));
    }
    let built = status.get("built")?;
    let scanned = descriptor.get("timestamp").and_then(Value::text).and_then(days);
    if let (Some(built_on), Some(scanned)) = (built.text().and_then(days), scanned) {
        let age = scanned - built_on;
        if age > allowed_days(descriptor) {
            document.say(faults, FaultKind::ScanIncomplete, built, || {
                format!("grype's database was {age} days old: what was published since is not found")
            });
        }
    }
    Some(("databaseBuilt".into(), built.to_json()))
}

/// After so many days grype itself refuses a database, unless it is configured to take older ones.
fn allowed_days(descriptor: &Value<'_>) -> i64 {
    const DEFAULT: i64 = 5;
    const NANOSECONDS: i64 = 86_400_000_000_000;
    let configured = descriptor.get("configuration").and_then(|all| all.get("db"));
    let most =
        configured.and_then(|db| db.get("max-allowed-built-age").or_else(|| db.get("maxAllowedBuiltAge")));
    let days = most.and_then(|most| match &most.data {
        crate::json::Data::Number(text) => text.parse::<i64>().ok().map(|age| age / NANOSECONDS),
        crate::json::Data::Text(text) => {
            text.split_once('h').and_then(|(hours, _)| hours.parse::<i64>().ok()).map(|hours| hours / 24)
        }
        _ => None,
    });
    days.unwrap_or(DEFAULT).max(DEFAULT)
}

/// The days from the first of March of the year 0 to the date at the beginning of a time stamp.
fn days(stamp: &str) -> Option<i64> {
    let mut parts =
        stamp.get(..10)?.split('-').map(|part| part.parse::<i64>().ok().filter(|part| *part >= 0));
    let (year, month, day) = (parts.next()??, parts.next()??, parts.next()??);
    let (year, month) = if month < 3 { (year - 1, month + 9) } else { (year, month - 3) };
    Some(
        year * 365 + year.div_euclid(4) - year.div_euclid(100)
            + year.div_euclid(400)
            + (month * 153 + 2) / 5
            + day,
    )
}

#[cfg(test)]
#[path = "grype_tests.rs"]
pub(super) mod tests;
