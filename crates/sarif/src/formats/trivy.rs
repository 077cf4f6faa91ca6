//! The JSON of Trivy, `trivy … --format json`: `Results`, one a target and class, with vulnerabilities, misconfigurations,
//! secrets and licenses. Schema 2; the bare list of targets that versions before 0.20 wrote is read as well.
//!
//! `Results` is left out where nothing was found and where nothing was scanned alike. Only misconfigurations whose `Status`
//! is `FAIL` are findings.

mod other;

use std::collections::HashMap;

use super::advisory::{
    Found, Gathered, Scored, cwes, others, owned, package, package_of_purl, results, score_of,
    score_of_vector, severity_of,
};
use crate::fault::{FaultKind, Faults};
use crate::json::{Document, Value};
use crate::model::{Advisory, Package, Place, Properties, Region, Run};

const NAME: &str = "Trivy";
const URI: &str = "https://github.com/aquasecurity/trivy";

pub(super) fn detects(document: &Document<'_>) -> bool {
    let Some(root) = document.root() else { return false };
    let is_target = |value: &Value<'_>| {
        value.has(&["Target"])
            && ["Class", "Type", "Vulnerabilities", "Misconfigurations"].iter().any(|key| value.has(&[key]))
    };
    if let Some(list) = root.array() {
        return list.first().is_some_and(is_target);
    }
    root.has(&["SchemaVersion"])
        && (["ArtifactName", "ArtifactType", "CreatedAt", "ReportID", "Results", "Trivy"]
            .iter()
            .any(|key| root.has(&[key]))
            || root.is_cut && root.members().is_some_and(|members| members.len() == 1))
}

pub(super) fn read(document: &Document<'_>, faults: &mut Faults) -> Vec<Run> {
    document.values().iter().map(|root| report(document, root, faults)).collect()
}

fn report(document: &Document<'_>, root: &Value<'_>, faults: &mut Faults) -> Run {
    if root.has(&["SchemaVersion"]) && document.count(root, "SchemaVersion", faults) != Some(2) {
        document.say(faults, FaultKind::OtherVersion, root, || "`SchemaVersion` is not 2".to_owned());
    }
    let targets = root.array().unwrap_or_else(|| results(document, root, "Results", faults));
    let artifact = owned(document, root, "ArtifactName", faults);
    if artifact.is_none() && root.array().is_none() {
        document.say(faults, FaultKind::ScanIncomplete, root, || "there is no `ArtifactName`".to_owned());
    }
    if targets.is_empty() {
        document.say(faults, FaultKind::NothingScanned, root, || {
            "no target is listed: nothing was found, or nothing was scanned".to_owned()
        });
    }
    let tool = root.get("Trivy").and_then(|tool| tool.get("Version")?.text());
    let mut run = Run::of(NAME, tool, URI);
    run.target.clone_from(&artifact);
    let mut gathered = Gathered::default();
    for value in targets {
        if value.members().is_none_or(<[_]>::is_empty) {
            document.say(faults, FaultKind::UnusableResult, value, || {
                format!("{} among the results", value.describe())
            });
        }
        let name = owned(document, value, "Target", faults).unwrap_or_default();
        let target = Target::read(document, value, name, artifact.as_deref(), faults);
        run.left_out += target.read_all(&mut gathered, faults);
    }
    gathered.into_run(run)
}

/// A file, a list of packages or an image that was looked at.
struct Target<'v, 'a> {
    document: &'v Document<'a>,
    value: &'v Value<'a>,
    /// Where its findings are.
    uri: String,
    /// What packages are of: `npm`, `debian`.
    kind: &'v str,
    /// The packages in it by id and by name and version, where they were asked for.
    packages: HashMap<String, &'v Value<'a>>,
}

impl<'v, 'a> Target<'v, 'a> {
    fn read(
        document: &'v Document<'a>,
        value: &'v Value<'a>,
        name: String,
        artifact: Option<&str>,
        faults: &mut Faults,
    ) -> Self {
        let kind = document.text(value, "Type", faults).unwrap_or_default();
        let mut packages = HashMap::new();
        for package in document.list(value, "Packages", faults) {
            let text = |key: &str| package.get(key).and_then(Value::text).unwrap_or_default();
            packages.insert(format!("{}@{}", text("Name"), text("Version")), package);
            packages.insert(text("ID").to_owned(), package);
        }
        packages.remove("");
        Self { document, value, uri: uri(name, artifact), kind, packages }
    }

    /// Adds what it has; the number of findings that somebody had left out.
    fn read_all(&self, gathered: &mut Gathered, faults: &mut Faults) -> u64 {
        let list = |key: &str, faults: &mut Faults| results(self.document, self.value, key, faults);
        for value in list("Vulnerabilities", faults) {
            match self.vulnerability(value, faults) {
                Some(found) => gathered.add(found),
                None => self.document.say(faults, FaultKind::UnusableResult, value, || {
                    "a vulnerability without its id or its package".to_owned()
                }),
            }
        }
        for value in list("Misconfigurations", faults) {
            other::misconfiguration(self, value, gathered, faults);
        }
        for value in list("Secrets", faults) {
            other::secret(self, value, gathered, faults);
        }
        for value in list("Licenses", faults) {
            other::license(self, value, gathered, faults);
        }
        let exceptions =
            self.value.get("MisconfSummary").and_then(|summary| summary.get("Exceptions")?.count());
        let modified = list("ExperimentalModifiedFindings", faults).len();
        u64::try_from(modified).unwrap_or(u64::MAX).saturating_add(u64::from(exceptions.unwrap_or_default()))
    }

    fn vulnerability(&self, value: &Value<'a>, faults: &mut Faults) -> Option<Found> {
        let document = self.document;
        let id = owned(document, value, "VulnerabilityID", faults)?;
        let name = owned(document, value, "PkgName", faults)?;
        let version = document.text(value, "InstalledVersion", faults);
        let fixed = document.text(value, "FixedVersion", faults).unwrap_or_default();
        let word = document.text(value, "Severity", faults).unwrap_or_default();
        let source = document.text(value, "SeveritySource", faults);
        let mut properties = Properties::new();
        for key in ["Status", "SeveritySource", "Layer"] {
            properties.extend(value.get(key).map(|value| (property(key), value.to_json())));
        }
        Some(Found {
            advisory: Advisory {
                aliases: others(document.texts(value, "VendorIDs", faults), &id),
                package: self.package(value, &name, version, faults),
                fixed_in: others(fixed.split(','), ""),
                url: owned(document, value, "PrimaryURL", faults),
                is_direct: self.is_direct(value),
                id,
                ..Advisory::default()
            },
            title: owned(document, value, "Title", faults),
            description: owned(document, value, "Description", faults),
            cwes: cwes(value.get("CweIDs")),
            severity: severity_of(word),
            score: scored(value, source, word),
            places: self.places(value),
            properties,
            origin: document.place(value),
            ..Found::default()
        })
    }

    fn package(&self, value: &Value<'a>, name: &str, version: Option<&str>, faults: &mut Faults) -> Package {
        let identifier = self.document.object(value, "PkgIdentifier", faults);
        let purl = identifier.and_then(|identifier| identifier.get("PURL")?.text());
        match purl.and_then(package_of_purl) {
            Some(purl) => Package {
                name: name.to_owned(),
                version: version.filter(|version| !version.is_empty()).map(str::to_owned).or(purl.version),
                ..purl
            },
            None => package(kind(self.kind), name, version),
        }
    }

    /// The package in the list of packages, where that was asked for.
    fn listed(&self, value: &Value<'a>) -> Option<&'v Value<'a>> {
        let text = |key: &str| value.get(key).and_then(Value::text).unwrap_or_default();
        let by_id = self.packages.get(text("PkgID"));
        by_id
            .or_else(|| self.packages.get(&format!("{}@{}", text("PkgName"), text("InstalledVersion"))))
            .copied()
    }

    fn is_direct(&self, value: &Value<'a>) -> Option<bool> {
        match self.listed(value)?.get("Relationship")?.text()? {
            "direct" => Some(true),
            "indirect" => Some(false),
            _ => None,
        }
    }

    fn places(&self, value: &Value<'a>) -> Vec<Place> {
        // A package in an image has a file of its own: a jar, or its metadata.
        let path = value.get("PkgPath").and_then(Value::text).filter(|path| !path.is_empty());
        let uri = path.unwrap_or(&self.uri);
        let locations = self.listed(value).and_then(|package| package.get("Locations")?.array());
        let regions = locations.unwrap_or_default().iter().filter_map(other::region);
        let places: Vec<Place> = regions.flat_map(|region| place(uri, Some(region))).collect();
        if places.is_empty() { place(uri, None) } else { places }
    }
}

/// A place in a file; none where the file is not known.
fn place(uri: &str, region: Option<Region>) -> Vec<Place> {
    let place = || Place { region, ..Place::file(uri) };
    (!uri.is_empty()).then(place).into_iter().collect()
}

/// Where a target's findings are: a path as it is, and of an image its name without tag, digest and system.
fn uri(target: String, artifact: Option<&str>) -> String {
    let Some((name, _)) = target.split_once(" (").filter(|_| target.ends_with(')')) else { return target };
    if artifact.is_some_and(|artifact| artifact != name) {
        return target;
    }
    let name = name.split('@').next().unwrap_or_default();
    let tag = name.rfind(':').filter(|colon| !name[*colon..].contains('/'));
    tag.map_or(name, |colon| &name[..colon]).to_owned()
}

/// The source that gave the word gives the score. Where it has none, its word stands; where there is no word, the score of
/// the national database counts, or else the first.
fn scored(value: &Value<'_>, source: Option<&str>, word: &str) -> Option<Scored> {
    let all = value.get("CVSS").and_then(Value::members).unwrap_or_default();
    let of = |source: &str| {
        all.iter().find(|(name, _)| name == source).and_then(|(name, record)| best(name, record))
    };
    let own = source.and_then(of);
    let has_word = !word.is_empty() && !word.eq_ignore_ascii_case("unknown");
    if own.is_some() || has_word {
        return own;
    }
    of("nvd").or_else(|| all.iter().find_map(|(name, record)| best(name, record)))
}

/// Of a source's scores that of the newest CVSS.
fn best(source: &str, record: &Value<'_>) -> Option<Scored> {
    ["V40", "V3", "V2"].iter().find_map(|version| {
        let vector = record.get(&format!("{version}Vector")).and_then(Value::text);
        let stated = record.get(&format!("{version}Score")).and_then(Value::float);
        let score = stated.and_then(|stated| score_of(&stated.to_string()));
        let score = score.or_else(|| vector.and_then(score_of_vector).map(|(_, score)| score))?;
        Some(Scored { score, source: source.to_owned(), vector: vector.map(str::to_owned) })
    })
}

/// The type of package URL of a target's `Type`, for versions that give no package URL.
fn kind(trivy: &str) -> &'static str {
    match trivy {
        "alpine" | "wolfi" | "chainguard" | "minimos" => "apk",
        "debian" | "ubuntu" | "echo" => "deb",
        "alma"
        | "amazon"
        | "azurelinux"
        | "cbl-mariner"
        | "centos"
        | "fedora"
        | "opensuse"
        | "opensuse.leap"
        | "opensuse.tumbleweed"
        | "oracle"
        | "photon"
        | "redhat"
        | "rocky"
        | "sles"
        | "slem"
        | "suse linux enterprise server" => "rpm",
        "bundler" | "gemspec" => "gem",
        "cargo" | "rustbinary" | "rust-binary" => "cargo",
        "composer" | "composer-vendor" => "composer",
        "npm" | "yarn" | "pnpm" | "bun" | "node-pkg" => "npm",
        "jar" | "pom" | "gradle" | "sbt" => "maven",
        "nuget" | "dotnet-core" | "packages-props" => "nuget",
        "pip" | "pipenv" | "poetry" | "uv" | "pylock" | "python-pkg" | "python-egg" => "pypi",
        "gomod" | "gobinary" => "golang",
        "mix" | "hex" => "hex",
        "pub" => "pub",
        "swift" => "swift",
        "cocoapods" => "cocoapods",
        "conan" => "conan",
        "conda-pkg" | "conda-environment" => "conda",
        "bitnami" => "bitnami",
        _ => "",
    }
}

/// A member's name as property bags have them: `severitySource`.
fn property(key: &str) -> Box<str> {
    let (first, rest) = key.split_at(1);
    format!("{}{rest}", first.to_ascii_lowercase()).into_boxed_str()
}

#[cfg(test)]
#[path = "trivy_tests.rs"]
pub(super) mod tests;
