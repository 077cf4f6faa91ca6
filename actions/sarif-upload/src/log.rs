//! What of a SARIF file decides whether GitHub takes it: counts, names, and the first place of each fault. The rest is read
//! over, so that a file of a hundred megabytes costs little more than its own size.

use std::collections::BTreeMap;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, SeqAccess, Visitor};
use serde_json::Value;

use crate::uri::{Uri, classify};

/// Kinds of faults that are kept apart in one run; a scheme is a kind.
const MOST_KINDS: usize = 20;

/// A file that could be read.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(expecting = "a SARIF log")]
pub(crate) struct Log {
    #[serde(default)]
    pub(crate) version: Option<String>,
    /// None where the file has no `runs`.
    #[serde(default)]
    pub(crate) runs: Option<Vec<Run>>,
}

/// A run.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", expecting = "a run")]
pub(crate) struct Run {
    #[serde(default)]
    pub(crate) tool: Option<Tool>,
    #[serde(default)]
    automation_details: Option<AutomationDetails>,
    /// None where the run has no `results`.
    #[serde(default)]
    pub(crate) results: Option<Results>,
}

/// Who made the results.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(expecting = "a tool")]
pub(crate) struct Tool {
    #[serde(default)]
    pub(crate) driver: Option<Component>,
    #[serde(default)]
    pub(crate) extensions: Option<Vec<Component>>,
}

/// A program, or a part of one.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", expecting = "a component of a tool")]
pub(crate) struct Component {
    #[serde(default)]
    pub(crate) name: Option<String>,
    #[serde(default)]
    full_name: Option<String>,
    #[serde(default)]
    version: Option<String>,
    #[serde(default)]
    semantic_version: Option<String>,
    #[serde(default)]
    guid: Option<String>,
    #[serde(default)]
    pub(crate) rules: Option<Rules>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(expecting = "automation details")]
struct AutomationDetails {
    #[serde(default)]
    id: Option<String>,
}

/// What GitHub tells runs of one file apart by: the names and versions of the tool, and the automation id.
pub(crate) type Identity<'a> = [Option<&'a str>; 6];

impl Log {
    /// The runs.
    pub(crate) fn runs(&self) -> &[Run] {
        self.runs.as_deref().unwrap_or_default()
    }

    /// How many results there are.
    pub(crate) fn results(&self) -> u64 {
        self.tally(|results| results.count)
    }

    /// How many of them GitHub could only tell from others by their lines.
    pub(crate) fn without_fingerprint(&self) -> u64 {
        self.tally(|results| results.without_fingerprint)
    }

    fn tally(&self, of: fn(&Results) -> u64) -> u64 {
        self.runs().iter().filter_map(|run| run.results.as_ref()).map(of).sum()
    }

    /// The one tool of all runs, if it is one.
    pub(crate) fn tool(&self) -> Option<&str> {
        let first = self.runs().first()?.name()?;
        self.runs().iter().all(|run| run.name() == Some(first)).then_some(first)
    }
}

impl Run {
    /// The tool's name.
    pub(crate) fn name(&self) -> Option<&str> {
        self.driver()?.name.as_deref()
    }

    /// The program itself.
    pub(crate) fn driver(&self) -> Option<&Component> {
        self.tool.as_ref()?.driver.as_ref()
    }

    /// The program's parts.
    pub(crate) fn extensions(&self) -> &[Component] {
        self.tool.as_ref().and_then(|tool| tool.extensions.as_deref()).unwrap_or_default()
    }

    /// What the run is told apart by.
    pub(crate) fn identity(&self) -> Identity<'_> {
        let driver = self.driver();
        let of =
            |field: fn(&Component) -> &Option<String>| driver.and_then(|driver| field(driver).as_deref());
        [
            of(|driver| &driver.name),
            of(|driver| &driver.full_name),
            of(|driver| &driver.version),
            of(|driver| &driver.semantic_version),
            of(|driver| &driver.guid),
            self.automation_id(),
        ]
    }

    fn automation_id(&self) -> Option<&str> {
        self.automation_details.as_ref()?.id.as_deref()
    }

    /// The category: what stands before the last slash of the automation id.
    pub(crate) fn category(&self) -> &str {
        self.automation_id().and_then(|id| id.rsplit_once('/')).map_or("", |(category, _)| category)
    }

    /// How many rules it has, those of extensions counted.
    pub(crate) fn rules(&self) -> u64 {
        let components = self.driver().into_iter().chain(self.extensions());
        components.filter_map(|component| component.rules.as_ref()).map(|rules| rules.count).sum()
    }
}

/// The largest of some counts, and whose it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Peak {
    pub(crate) most: u64,
    pub(crate) at: usize,
}

impl Peak {
    fn see(&mut self, count: usize, at: usize) {
        if count as u64 > self.most {
            *self = Self { most: count as u64, at };
        }
    }
}

/// How often something is wrong, and where first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Spot {
    pub(crate) count: u64,
    pub(crate) first: usize,
    /// What stands there.
    pub(crate) example: String,
}

/// What is wrong with a result's place.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Fault {
    /// It has none.
    NoLocation,
    /// It is in no file.
    NoFile,
    /// The file is named by a number only.
    IndexOnly,
    /// The file's `uri` is empty.
    EmptyUri,
    /// The file's `uri` is none.
    InvalidUri,
    /// The `uri` is absolute; whether that will do depends on the scheme.
    Scheme(String),
}

/// The results of a run, counted.
#[derive(Clone, Debug, Default)]
pub(crate) struct Results {
    pub(crate) count: u64,
    pub(crate) without_fingerprint: u64,
    pub(crate) faults: BTreeMap<Fault, Spot>,
    pub(crate) locations: Peak,
    pub(crate) flow_locations: Peak,
}

impl Results {
    fn take(&mut self, result: &NarrowResult) {
        let at = usize::try_from(self.count).unwrap_or(usize::MAX);
        self.count += 1;
        let hash = result.partial_fingerprints.as_ref().and_then(|prints| prints.primary_location_line_hash);
        self.without_fingerprint += u64::from(hash.is_none());
        let locations = result.locations.as_deref().unwrap_or_default();
        self.locations.see(locations.len(), at);
        let flows = result.code_flows.iter().flatten().filter_map(|flow| flow.thread_flows.as_ref());
        let steps = flows.flatten().filter_map(|thread| thread.locations.as_ref()).map(Vec::len).sum();
        self.flow_locations.see(steps, at);
        if locations.is_empty() {
            self.fault(Fault::NoLocation, at, "");
        }
        for location in locations {
            if let Some((fault, example)) = location.fault() {
                self.fault(fault, at, example);
            }
        }
        // A related place may be in no file, but where it names one, that is looked at.
        for location in result.related_locations.iter().flatten() {
            match location.fault() {
                None | Some((Fault::NoFile, _)) => {}
                Some((fault, example)) => self.fault(fault, at, example),
            }
        }
    }

    fn fault(&mut self, fault: Fault, at: usize, example: &str) {
        if let Some(spot) = self.faults.get_mut(&fault) {
            spot.count += 1;
        } else if self.faults.len() < MOST_KINDS {
            let example = example.chars().take(100).collect();
            self.faults.insert(fault, Spot { count: 1, first: at, example });
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", expecting = "a result")]
struct NarrowResult {
    #[serde(default)]
    locations: Option<Vec<Place>>,
    #[serde(default)]
    related_locations: Option<Vec<Place>>,
    #[serde(default)]
    code_flows: Option<Vec<CodeFlow>>,
    #[serde(default)]
    partial_fingerprints: Option<Fingerprints>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", expecting = "fingerprints")]
struct Fingerprints {
    #[serde(default)]
    primary_location_line_hash: Option<IgnoredAny>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", expecting = "a code flow")]
struct CodeFlow {
    #[serde(default)]
    thread_flows: Option<Vec<ThreadFlow>>,
}

#[derive(Deserialize)]
#[serde(expecting = "a thread flow")]
struct ThreadFlow {
    #[serde(default)]
    locations: Option<Vec<IgnoredAny>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", expecting = "a location")]
struct Place {
    #[serde(default)]
    physical_location: Option<PhysicalLocation>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", expecting = "a physical location")]
struct PhysicalLocation {
    #[serde(default)]
    artifact_location: Option<ArtifactLocation>,
}

#[derive(Deserialize)]
#[serde(expecting = "the location of an artifact")]
struct ArtifactLocation {
    #[serde(default)]
    uri: Option<String>,
    #[serde(default)]
    index: Option<IgnoredAny>,
}

impl Place {
    /// What is wrong with it, and what stands there.
    fn fault(&self) -> Option<(Fault, &str)> {
        let artifact =
            self.physical_location.as_ref().and_then(|physical| physical.artifact_location.as_ref());
        let Some(artifact) = artifact else { return Some((Fault::NoFile, "")) };
        let Some(uri) = artifact.uri.as_deref() else {
            return Some((if artifact.index.is_some() { Fault::IndexOnly } else { Fault::NoFile }, ""));
        };
        match classify(uri) {
            Uri::Path => None,
            Uri::Absolute(scheme) => Some((Fault::Scheme(scheme.to_ascii_lowercase()), uri)),
            Uri::Empty => Some((Fault::EmptyUri, uri)),
            Uri::Invalid => Some((Fault::InvalidUri, uri)),
        }
    }
}

/// The rules of a program, counted.
#[derive(Clone, Debug, Default)]
pub(crate) struct Rules {
    pub(crate) count: u64,
    pub(crate) tags: Peak,
    /// Those whose `security-severity` is no number; the example is what stands there.
    pub(crate) bad_severities: Option<Spot>,
}

#[derive(Deserialize)]
#[serde(expecting = "a rule")]
struct NarrowRule {
    #[serde(default)]
    properties: Option<RuleProperties>,
}

#[derive(Deserialize)]
#[serde(expecting = "the properties of a rule")]
struct RuleProperties {
    #[serde(default, rename = "security-severity")]
    security_severity: Option<Value>,
    #[serde(default)]
    tags: Option<Value>,
}

impl Rules {
    fn take(&mut self, rule: &NarrowRule) {
        let at = usize::try_from(self.count).unwrap_or(usize::MAX);
        self.count += 1;
        let Some(properties) = &rule.properties else { return };
        self.tags.see(properties.tags.as_ref().and_then(Value::as_array).map_or(0, Vec::len), at);
        if let Some(Value::String(text)) = &properties.security_severity
            && !text.parse::<f64>().is_ok_and(f64::is_finite)
        {
            let example = text.chars().take(100).collect();
            self.bad_severities.get_or_insert(Spot { count: 0, first: at, example }).count += 1;
        }
    }
}

/// Lists that are counted element by element.
trait Counted<'de>: Default {
    type Element: Deserialize<'de>;
    const WHAT: &'static str;
    fn count(&mut self, element: &Self::Element);
}

impl Counted<'_> for Results {
    type Element = NarrowResult;
    const WHAT: &'static str = "an array of results";

    fn count(&mut self, element: &NarrowResult) {
        self.take(element);
    }
}

impl Counted<'_> for Rules {
    type Element = NarrowRule;
    const WHAT: &'static str = "an array of rules";

    fn count(&mut self, element: &NarrowRule) {
        self.take(element);
    }
}

struct Counting<T>(T);

impl<'de, T: Counted<'de>> Visitor<'de> for Counting<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(T::WHAT)
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut list: A) -> Result<T, A::Error> {
        while let Some(element) = list.next_element::<T::Element>()? {
            self.0.count(&element);
        }
        Ok(self.0)
    }
}

impl<'de> Deserialize<'de> for Results {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(Counting(Self::default()))
    }
}

impl<'de> Deserialize<'de> for Rules {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(Counting(Self::default()))
    }
}

/// Why a file is no SARIF.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Unreadable {
    /// Where, if it is known.
    pub(crate) line: Option<u32>,
    pub(crate) column: Option<u32>,
    pub(crate) message: String,
}

/// Reads a file.
pub(crate) fn parse(bytes: &[u8]) -> Result<Log, Unreadable> {
    let unknown = |message: &str| Unreadable { line: None, column: None, message: message.to_owned() };
    if bytes.starts_with(b"\xef\xbb\xbf") || bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff")
    {
        return Err(unknown("it begins with a byte order mark, and JSON has none"));
    }
    match bytes.trim_ascii_start().first() {
        None => return Err(unknown("it is empty")),
        // A struct may come as an array, too, says serde; SARIF may not.
        Some(b'{') => {}
        Some(_) => return Err(unknown("it is no JSON object")),
    }
    serde_json::from_slice(bytes).map_err(|error| {
        let text = error.to_string();
        let number = |number: usize| u32::try_from(number).ok().filter(|number| *number > 0);
        Unreadable {
            line: number(error.line()),
            column: number(error.column()),
            message: text.split(" at line ").next().unwrap_or_default().to_owned(),
        }
    })
}

#[cfg(test)]
mod tests {
    use expect_test::expect;
    use proptest::prelude::*;

    use super::*;

    fn run(text: &str) -> Run {
        let text = format!("{{\"version\":\"2.1.0\",\"runs\":[{text}]}}");
        parse(text.as_bytes()).unwrap().runs.unwrap().remove(0)
    }

    #[test]
    fn places_of_results_are_judged_by_their_first_fault() {
        let results = run(r#"{"results":[
            {"locations":[{"physicalLocation":{"artifactLocation":{"uri":"a.rs"}}}],"partialFingerprints":{"primaryLocationLineHash":"x:1"}},
            {}, {"locations":[]}, {"locations":[{}]},
            {"locations":[{"physicalLocation":{"artifactLocation":{"uri":""}}}]},
            {"locations":[{"physicalLocation":{"artifactLocation":{"index":3}}}]},
            {"locations":[{"physicalLocation":{"artifactLocation":{"uri":"git::https://x/y"}}}]},
            {"locations":[{"physicalLocation":{"artifactLocation":{"uri":"a"}}}],"relatedLocations":[{"message":{}},{"physicalLocation":{"artifactLocation":{"uri":"%SRCROOT%/b"}}}]}
        ]}"#).results.unwrap();
        assert_eq!((results.count, results.without_fingerprint), (8, 7));
        let faults: Vec<String> = results
            .faults
            .iter()
            .map(|(fault, spot)| format!("{fault:?} {} {} {:?}", spot.count, spot.first, spot.example))
            .collect();
        expect![[r#"
            NoLocation 2 1 ""
            NoFile 1 3 ""
            IndexOnly 1 5 ""
            EmptyUri 1 4 ""
            InvalidUri 1 7 "%SRCROOT%/b"
            Scheme("git") 1 6 "git::https://x/y""#]]
        .assert_eq(&faults.join("\n"));
    }

    #[test]
    fn severities_are_numbers_in_strings() {
        let rule = |value: &str| format!("{{\"properties\":{{\"security-severity\":{value}}}}}");
        let bad = |values: &[&str]| {
            let rules: Vec<String> = values.iter().map(|value| rule(value)).collect();
            let run = run(&format!("{{\"tool\":{{\"driver\":{{\"rules\":[{}]}}}}}}", rules.join(",")));
            run.driver().unwrap().rules.clone().unwrap().bad_severities
        };
        assert_eq!(bad(&["\"8.0\"", "\"0\"", "\"10.1\"", "7.5", "null"]), None);
        for value in ["\"HIGH\"", "\"\"", "\"NaN\"", "\"inf\"", "\" 8\""] {
            assert_eq!(
                bad(&["\"8.0\"", value]).map(|spot| (spot.count, spot.first)),
                Some((1, 1)),
                "{value}"
            );
        }
    }

    #[test]
    fn categories_end_at_the_last_slash() {
        let category =
            |id: &str| run(&format!("{{\"automationDetails\":{{\"id\":\"{id}\"}}}}")).category().to_owned();
        assert_eq!([category("a/b/"), category("a/b/run-7"), category("alone")], ["a/b", "a/b", ""]);
        assert_eq!(run("{}").category(), "");
    }

    #[test]
    fn what_is_no_sarif_is_said_with_its_place() {
        let of = |text: &[u8]| {
            let unreadable = parse(text).unwrap_err();
            format!("{:?}:{:?}: {}", unreadable.line, unreadable.column, unreadable.message)
        };
        let said = [
            of(b""),
            of(b"[\"2.1.0\", []]"),
            of(b"\xef\xbb\xbf{}"),
            of(b"{\n \"runs\": [{\"results\": 7}]}"),
            of(b"{\"runs\": [], \"runs\": []}"),
            of(b"{\"runs\": ["),
            of(b"{\"runs\": [{\"results\": [null]}]}"),
        ];
        expect![[r"
            None:None: it is empty
            None:None: it is no JSON object
            None:None: it begins with a byte order mark, and JSON has none
            Some(2):Some(23): invalid type: integer `7`, expected an array of results
            Some(1):Some(19): duplicate field `runs`
            Some(1):Some(10): EOF while parsing a list
            Some(1):Some(27): invalid type: null, expected a result"]]
        .assert_eq(&said.join("\n"));
    }

    #[test]
    fn depth_and_size_of_what_is_read_over_do_not_matter() {
        let deep = format!("{{\"x\":{}{}}}", "[".repeat(100_000), "]".repeat(100_000));
        assert!(parse(deep.as_bytes()).unwrap().runs.is_none());
        let numbers = b"{\"x\":1e999,\"y\":\"\\ud800\",\"x\":2}";
        assert!(parse(numbers).is_ok());
    }

    proptest! {
        #[test]
        fn no_bytes_are_too_odd(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = parse(&bytes);
            let mut text = b"{\"runs\":[{\"results\":[".to_vec();
            text.extend(bytes);
            let _ = parse(&text);
        }
    }
}
