//! SARIF 2.1.0, tolerantly: each result is read on its own, so that a bad one is a fault and the others count.
//!
//! A run keeps its own results: nothing is merged across runs. What numbers point at (artifacts, logical locations, messages,
//! rules of extensions) is put in its place, because GitHub does not follow them.

mod place;
mod result;
mod rule;
mod suppression;

use crate::clean::Cleaner;
use crate::fault::{FaultKind, Faults};
use crate::json::{Data, Document, Value};
use crate::model::{Columns, Properties, Run, Tool};
use crate::schema;

/// Members that are looked at and written anew.
const LOOKED_AT: [&str; 8] = [
    "name",
    "fullName",
    "version",
    "semanticVersion",
    "guid",
    "informationUri",
    "rules",
    "globalMessageStrings",
];

pub(super) fn detects(document: &Document<'_>) -> bool {
    let Some(root) = document.root().filter(|root| root.members().is_some()) else { return false };
    let names_schema = root.get("$schema").and_then(Value::text).is_some_and(|uri| uri.contains("sarif"));
    let is_version =
        root.get("version").and_then(Value::text).is_some_and(|version| version.starts_with("2.1"));
    names_schema || root.has(&["runs", "version"]) || (is_version && root.has(&["runs"]))
}

pub(super) fn read(document: &Document<'_>, faults: &mut Faults) -> Vec<Run> {
    let mut runs = Vec::new();
    for root in document.values() {
        if let Some(version) = root.get("version").filter(|version| version.text() != Some("2.1.0")) {
            document.say(faults, FaultKind::OtherVersion, version, || {
                format!("`version` is {}, expected 2.1.0", version.describe())
            });
        }
        let list = document.list(root, "runs", faults);
        if list.is_empty() {
            document.say(faults, FaultKind::NothingScanned, root, || "there is no run in `runs`".to_owned());
        }
        for value in list {
            if value.members().is_some() {
                runs.push(run(document, value, faults));
            } else {
                document.say(faults, FaultKind::UnusableResult, value, || {
                    format!("a run is {}, expected an object", value.describe())
                });
            }
        }
    }
    runs
}

/// Tools whose SARIF does not say what columns count, and which count bytes of UTF-8.
const COUNTS_BYTES: [&str; 5] = ["bandit", "gosec", "govulncheck", "semgrep", "zizmor"];
/// Tools whose columns mean nothing: always 1, or one too large on some lines.
const COUNTS_NOTHING: [&str; 3] = ["checkov", "gitleaks", "hadolint"];

/// What reading the parts of a run needs.
struct Reading<'d, 'a> {
    document: &'d Document<'a>,
    cleaner: Cleaner<'d, 'a>,
    run: &'d Value<'a>,
    rules: rule::Rules<'d, 'a>,
}

fn run<'d, 'a>(document: &'d Document<'a>, value: &'d Value<'a>, faults: &mut Faults) -> Run {
    let cleaner = Cleaner { document, run: value };
    let tool = value.get("tool");
    let driver = tool.and_then(|tool| tool.get("driver"));
    if driver.is_none() {
        document.say(faults, FaultKind::MissingMember, value, || "the run does not name its tool".to_owned());
    }
    let mut reading = Reading { document, cleaner, run: value, rules: rule::Rules::default() };
    let rules = reading.read_rules(tool, faults);
    let mut run = Run {
        tool: reading.tool(driver, faults),
        rules,
        automation_id: value
            .get("automationDetails")
            .and_then(|details| document.text(details, "id", faults))
            .map(str::to_owned)
            .filter(|id| !id.is_empty()),
        columns: reading.columns(faults),
        bases: reading.bases(),
        target: value
            .get("properties")
            .and_then(|properties| properties.get("gatewright/target")?.text())
            .map(str::to_owned),
        rest: reading.members(value, &schema::RUN, &KNOWN, faults),
        properties: properties(value),
        ..Run::default()
    };
    reading.read_invocations(faults);
    match value.members().and_then(|members| members.iter().find(|(key, _)| key == "results")) {
        None => document.say(faults, FaultKind::ScanIncomplete, value, || {
            "the run has no `results`: the tool did not get to write any".to_owned()
        }),
        Some((_, results)) if results.array().is_none() && results.data != Data::PutOff => {
            document.say(faults, FaultKind::ScanIncomplete, results, || {
                format!("`results` is {}, expected an array: nobody knows what was found", results.describe())
            });
        }
        Some((_, results)) => {
            document.each(results, faults, &mut |result, faults| {
                run.alerts.extend(reading.alert(result, &mut run.rules, faults));
            });
            run.alerts.shrink_to_fit();
        }
    }
    run
}

/// Members of a run that are looked at, or that lose their meaning: what they are pointed at for is put in its place.
const KNOWN: [&str; 13] = [
    "tool",
    "results",
    "automationDetails",
    "columnKind",
    "originalUriBaseIds",
    "properties",
    "logicalLocations",
    "threadFlowLocations",
    "policies",
    "translations",
    "conversion",
    "newlineSequences",
    "runAggregates",
];

impl<'a> Reading<'_, 'a> {
    fn tool(&self, driver: Option<&Value<'a>>, faults: &mut Faults) -> Tool {
        let Some(driver) = driver else { return Tool { name: "unknown".to_owned(), ..Tool::default() } };
        let text = |key: &str, faults: &mut Faults| {
            self.document.text(driver, key, faults).map(str::to_owned).filter(|text| !text.is_empty())
        };
        let mut rest = self.members(driver, &schema::DRIVER, &LOOKED_AT, faults);
        if let Some(properties) = driver.get("properties") {
            let mut out = String::new();
            crate::clean::bag(Some(properties), &[], &mut out);
            rest.push(("properties".into(), out.into()));
        }
        Tool {
            name: text("name", faults).unwrap_or_else(|| "unknown".to_owned()),
            full_name: text("fullName", faults),
            version: text("version", faults),
            semantic_version: text("semanticVersion", faults),
            guid: text("guid", faults),
            information_uri: text("informationUri", faults),
            rest,
        }
    }

    fn columns(&self, faults: &mut Faults) -> Columns {
        let tool = self.rules.tools.first().and_then(|driver| driver.get("name")?.text()).unwrap_or_default();
        let tool = tool.to_ascii_lowercase();
        let is_one = |known: &&str| tool.contains(*known);
        match self.document.text(self.run, "columnKind", faults) {
            Some("unicodeCodePoints") => Columns::CodePoints,
            Some(_) => Columns::Utf16,
            None if COUNTS_BYTES.iter().any(&is_one) => Columns::Bytes,
            None if COUNTS_NOTHING.iter().any(is_one) => Columns::Unusable,
            None => Columns::Utf16,
        }
    }

    /// Folders, each with those that it is relative to put in front.
    fn bases(&self) -> Vec<(String, String)> {
        const MOST_STEPS: usize = 10;
        let Some(all) = self.run.get("originalUriBaseIds") else { return Vec::new() };
        let uri_of = |id: &str| -> Option<String> {
            let mut uri = String::new();
            let mut next = Some(id.to_owned());
            for _ in 0..MOST_STEPS {
                let Some(id) = next.take() else { break };
                let base = all.get(&id)?;
                uri = format!("{}{uri}", base.get("uri").and_then(Value::text).unwrap_or_default());
                next = base.get("uriBaseId").and_then(Value::text).map(str::to_owned);
            }
            (!uri.is_empty()).then_some(uri)
        };
        let ids = all.members().unwrap_or_default().iter().map(|(id, _)| id.to_string());
        ids.filter_map(|id| Some((id.clone(), uri_of(&id)?))).collect()
    }

    /// What the tool says about its own run.
    fn read_invocations(&self, faults: &mut Faults) {
        let document = self.document;
        for invocation in document.list(self.run, "invocations", faults) {
            let flag = invocation.get("executionSuccessful");
            if let Some(flag) = flag.filter(|flag| flag.data == Data::Bool(false)) {
                document.say(faults, FaultKind::ScanIncomplete, flag, || {
                    let why = ["exitCodeDescription", "processStartFailureMessage"];
                    let why = why.iter().find_map(|key| invocation.get(key)?.text());
                    let why = why.map(|why| format!(": {}", crate::json::excerpt(why))).unwrap_or_default();
                    format!("the tool says that it did not run through (`executionSuccessful` is false){why}")
                });
            }
            for list in ["toolExecutionNotifications", "toolConfigurationNotifications"] {
                for note in document.list(invocation, list, faults) {
                    if note.get("level").and_then(Value::text) == Some("error") {
                        document.say(faults, FaultKind::ScanIncomplete, note, || {
                            let text = note.get("message").and_then(|message| message.get("text")?.text());
                            format!(
                                "the tool reports an error: {}",
                                crate::json::excerpt(text.unwrap_or("no words"))
                            )
                        });
                    }
                }
            }
        }
    }

    /// The members of an object that are passed on, as JSON; those that are looked at elsewhere are `known`.
    fn members(
        &self,
        value: &Value<'a>,
        object: &'static schema::Object,
        known: &[&str],
        faults: &mut Faults,
    ) -> Properties {
        let mut rest = Properties::new();
        for (key, member) in value.members().unwrap_or_default() {
            let Some(shape) = object.member(key).filter(|_| !known.contains(&key.as_ref())) else { continue };
            if member.data == Data::Null {
                continue;
            }
            let mut out = String::new();
            if self.cleaner.value(member, shape, faults, &mut out) {
                rest.push((key.as_ref().into(), out.into()));
            } else {
                self.document.say(faults, FaultKind::WrongType, member, || {
                    format!("`{key}` is {}, which SARIF does not allow there", member.describe())
                });
            }
        }
        self.say_unknown(value, object, known, faults);
        rest
    }

    fn say_unknown(&self, value: &Value<'a>, object: &schema::Object, known: &[&str], faults: &mut Faults) {
        for (key, member) in value.members().unwrap_or_default() {
            if object.member(key).is_none() && !known.contains(&key.as_ref()) && key != "properties" {
                self.document.say(faults, FaultKind::UnknownMember, member, || {
                    format!("`{}` is no member that SARIF has there", crate::json::excerpt(key))
                });
            }
        }
    }
}

/// The property bag of an object, member by member.
fn properties(value: &Value<'_>) -> Properties {
    let members = value.get("properties").and_then(Value::members).unwrap_or_default();
    members.iter().map(|(key, value)| (key.as_ref().into(), value.to_json())).collect()
}

#[cfg(test)]
#[path = "sarif_tests.rs"]
mod tests;
