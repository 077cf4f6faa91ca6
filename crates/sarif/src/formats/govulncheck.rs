//! The JSON of `govulncheck -format json`: a stream of objects, each with one of `config`, `progress`, `SBOM`, `osv`, `finding`.
//!
//! `osv` messages describe every advisory about the modules, whatever their versions: only a `finding` says that one applies.
//! An advisory has several findings, for the module, the package and each symbol: the most precise ones count, whatever their
//! order. Each `config` begins a stream, so several of them may stand in one file. The exit status is always 0 and there is no
//! end marker, but the scanner says when it begins to compare: a stream without that word was given up before.

mod trace;

use std::collections::{BTreeMap, HashMap};

use super::advisory::{Found, Gathered, others, package};
use crate::fault::{FaultKind, Faults};
use crate::json::{Document, Value};
use crate::model::{Advisory, Columns, Level, Place, Reach, Run};

const NAME: &str = "govulncheck";
const URI: &str = "https://go.dev/security/vuln";
const MESSAGES: [&str; 5] = ["config", "progress", "SBOM", "osv", "finding"];

pub(super) fn detects(document: &Document<'_>) -> bool {
    let is_message = |value: &Value<'_>| {
        value.members().is_some_and(|members| {
            members.len() == 1
                && members.iter().all(|(key, value)| MESSAGES.contains(&key.as_ref()) && is_body(key, value))
        })
    };
    document.root().is_some_and(is_message)
}

fn is_body(key: &str, body: &Value<'_>) -> bool {
    let keys: &[&str] = match key {
        "config" => &["protocol_version", "scanner_name", "scan_level"],
        "progress" => &["message"],
        "SBOM" => &["go_version", "modules", "roots"],
        "osv" => &["id", "schema_version"],
        _ => &["osv", "trace"],
    };
    body.is_cut || keys.iter().any(|key| body.has(&[key]))
}

pub(super) fn read(document: &Document<'_>, faults: &mut Faults) -> Vec<Run> {
    let mut streams: Vec<Stream<'_, '_>> = Vec::new();
    for value in document.values() {
        let messages = value.members().unwrap_or_default();
        if messages.is_empty() {
            let found = value.describe();
            document.say(faults, FaultKind::UnusableResult, value, || {
                format!("{found} is no message of govulncheck")
            });
        }
        for (kind, body) in messages {
            if kind == "config" || streams.is_empty() {
                streams.push(Stream::default());
            }
            if let Some(stream) = streams.last_mut() {
                stream.take(document, kind, body, faults);
            }
        }
    }
    streams.into_iter().map(|stream| stream.into_run(document, faults)).collect()
}

/// What one run of govulncheck wrote.
#[derive(Default)]
struct Stream<'v, 'a> {
    config: Option<&'v Value<'a>>,
    sbom: Option<&'v Value<'a>>,
    progress: Vec<&'v str>,
    advisories: HashMap<&'v str, &'v Value<'a>>,
    findings: Vec<&'v Value<'a>>,
    /// The first message.
    first: Option<&'v Value<'a>>,
}

impl<'v, 'a> Stream<'v, 'a> {
    fn take(&mut self, document: &Document<'a>, kind: &str, body: &'v Value<'a>, faults: &mut Faults) {
        self.first.get_or_insert(body);
        match kind {
            "config" => self.config = Some(body),
            "SBOM" => self.sbom = Some(body),
            "progress" => self.progress.extend(document.text(body, "message", faults)),
            "finding" => self.findings.push(body),
            "osv" => match document.text(body, "id", faults) {
                Some(id) => drop(self.advisories.insert(id, body)),
                None => document
                    .say(faults, FaultKind::MissingMember, body, || "an advisory without an id".to_owned()),
            },
            kind => document.say(faults, FaultKind::UnknownMember, body, || format!("a message `{kind}`")),
        }
    }

    fn into_run(self, document: &Document<'a>, faults: &mut Faults) -> Run {
        let config = |key: &str| self.config.and_then(|config| config.get(key)?.text());
        let mut run =
            Run::of(NAME, config("scanner_version").map(|version| version.trim_start_matches('v')), URI);
        run.columns = Columns::Bytes;
        run.target = self.main_module(config("scan_mode"));
        let (level, mode) =
            (config("scan_level").unwrap_or("symbol"), config("scan_mode").unwrap_or("source"));
        self.completeness(document, level, mode, faults);
        let mut gathered = Gathered::default();
        for ((id, _), findings) in self.grouped(document, faults) {
            gathered.add(self.found(document, id, &findings, (level, mode), faults));
        }
        gathered.into_run(run)
    }

    /// The module that was scanned: it is the first that has no version. A binary is told apart by its main package.
    fn main_module(&self, mode: Option<&str>) -> Option<String> {
        let list = |key: &str| self.sbom.and_then(|sbom| sbom.get(key)?.array()).unwrap_or_default();
        let named = match mode {
            Some("binary") => list("roots").first().and_then(Value::text),
            _ => list("modules")
                .iter()
                .find(|module| !module.has(&["version"]))
                .and_then(|module| module.get("path")?.text()),
        };
        named.map(str::to_owned)
    }

    /// What looks clean and is not: a stream that ends before anything was compared.
    fn completeness(&self, document: &Document<'a>, level: &str, mode: &str, faults: &mut Faults) {
        let Some(first) = self.first else { return };
        if self.config.is_none() {
            document.say(faults, FaultKind::ScanIncomplete, first, || {
                "the stream's beginning, `config`, is missing".to_owned()
            });
        }
        let says = |words: &str| self.progress.iter().any(|message| message.starts_with(words));
        // Versions before 1.1.4 say nothing when they begin to compare, and nothing of fetching either.
        let compared =
            says("Checking the ") || says("Scanning your ") && !says("Fetching ") && self.sbom.is_none();
        if !compared && mode != "query" {
            document.say(faults, FaultKind::ScanIncomplete, first, || {
                "govulncheck gave up before it compared anything: its reason is on its standard error"
                    .to_owned()
            });
        }
        let roots =
            self.sbom.filter(|_| level != "module" && mode == "source").map(|sbom| (sbom, sbom.get("roots")));
        if let Some((sbom, roots)) = roots
            && roots.and_then(Value::array).is_none_or(<[_]>::is_empty)
        {
            document.say(faults, FaultKind::NothingScanned, sbom, || "no package was scanned".to_owned());
        }
    }

    /// The findings of each advisory and module; of these only the most precise.
    fn grouped(
        &self,
        document: &Document<'a>,
        faults: &mut Faults,
    ) -> BTreeMap<(&'v str, &'v str), Vec<&'v Value<'a>>> {
        let mut groups: BTreeMap<(&str, &str), Vec<&Value<'a>>> = BTreeMap::new();
        for finding in &self.findings {
            let id = document.text(finding, "osv", faults).filter(|id| !id.is_empty());
            let symbol = document.list(finding, "trace", faults).first();
            let module = symbol.and_then(|frame| frame.get("module")?.text());
            let (Some(id), Some(module)) = (id, module) else {
                document.say(faults, FaultKind::UnusableResult, finding, || {
                    "a finding without its advisory or its module".to_owned()
                });
                continue;
            };
            groups.entry((id, module)).or_default().push(finding);
        }
        for findings in groups.values_mut() {
            let most = findings.iter().map(|finding| trace::precision(finding)).max().unwrap_or_default();
            findings.retain(|finding| trace::precision(finding) == most);
        }
        groups
    }

    fn found(
        &self,
        document: &Document<'a>,
        id: &str,
        findings: &[&'v Value<'a>],
        (scan, mode): (&str, &str),
        faults: &mut Faults,
    ) -> Found {
        let mut traces: Vec<trace::Trace<'_>> =
            findings.iter().map(|finding| trace::Trace::of(finding)).collect();
        traces.sort();
        traces.dedup();
        let precision = findings.first().map(|finding| trace::precision(finding)).unwrap_or_default();
        let osv = self.advisories.get(id).copied();
        if let (None, Some(finding)) = (osv, findings.first()) {
            document.say(faults, FaultKind::MissingMember, finding, || format!("`{id}` is not described"));
        }
        let text = |key: &str| osv.and_then(|osv| osv.get(key)?.text()).map(str::to_owned);
        let aliases = osv.map(|osv| document.texts(osv, "aliases", faults)).unwrap_or_default();
        let url = osv.and_then(|osv| osv.get("database_specific")?.get("url")?.text());
        let fixed: Vec<&str> =
            findings.iter().filter_map(|finding| finding.get("fixed_version")?.text()).collect();
        let (module, version) = traces.first().map(trace::Trace::module).unwrap_or_default();
        let place = traces.iter().find_map(trace::Trace::place);
        let place = place.or_else(|| (mode != "binary").then(|| Place::line("go.mod", 1)));
        let mut fixed = others(fixed, "");
        fixed.sort();
        Found {
            advisory: Advisory {
                id: id.to_owned(),
                aliases: others(aliases, id),
                package: package("golang", module, version),
                fixed_in: fixed,
                reach: reach(scan, precision),
                url: url.map(str::to_owned),
                ..Advisory::default()
            },
            title: text("summary"),
            description: text("details"),
            level: Some(level(scan, precision)),
            places: place.into_iter().collect(),
            rest: trace::code_flows(&traces).into_iter().collect(),
            origin: findings.iter().map(|finding| document.place(finding)).min().unwrap_or_default(),
            ..Found::default()
        }
    }
}

/// How precise a finding is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
enum Precision {
    /// The module is required.
    #[default]
    Module,
    /// A vulnerable package of it is imported.
    Package,
    /// A vulnerable function is there.
    Function,
    /// A vulnerable function is called, and by whom is known.
    Stack,
}

/// govulncheck's own table: what it looked for and did not find makes an advisory less.
fn level(scan: &str, precision: Precision) -> Level {
    match (scan, precision) {
        (_, Precision::Stack | Precision::Function) | ("package", Precision::Package) | ("module", _) => {
            Level::Error
        }
        (_, Precision::Package) | ("package", Precision::Module) => Level::Warning,
        (_, Precision::Module) => Level::Note,
    }
}

/// A scan of packages does not know what is called, and one of modules not even what is imported.
fn reach(scan: &str, precision: Precision) -> Reach {
    match (scan, precision) {
        (_, Precision::Stack | Precision::Function) => Reach::Called,
        ("module", _) | ("package", Precision::Package) => Reach::Unknown,
        (_, Precision::Package) => Reach::Imported,
        (_, Precision::Module) => Reach::Required,
    }
}

#[cfg(test)]
#[path = "govulncheck_tests.rs"]
pub(super) mod tests;
