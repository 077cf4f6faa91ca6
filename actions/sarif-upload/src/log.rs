//! What of a SARIF file decides whether GitHub takes it: counts, names, and the first place of each fault. The rest is read
//! over, and lists are counted instead of kept, so that a file costs little more memory than its own size, however odd it is.

mod descriptors;
mod lists;
mod places;

use serde::Deserialize;

pub(crate) use descriptors::Rules;
pub(crate) use lists::First;
pub(crate) use places::{Fault, Results};

/// A file that could be read.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(expecting = "a SARIF log")]
pub(crate) struct Log {
    #[serde(default)]
    pub(crate) version: Option<String>,
    /// None where the file has no `runs`. One more is kept than GitHub takes.
    #[serde(default)]
    pub(crate) runs: Option<First<Run, 21>>,
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
    /// One more is kept than GitHub takes.
    #[serde(default)]
    pub(crate) extensions: Option<First<Component, 101>>,
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
    /// The runs, as far as they are kept.
    pub(crate) fn runs(&self) -> &[Run] {
        self.runs.as_ref().map_or(&[], |runs| &runs.kept)
    }

    /// How many runs there are.
    pub(crate) fn run_count(&self) -> u64 {
        self.runs.as_ref().map_or(0, |runs| runs.count)
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

    /// The program's parts, as far as they are kept.
    pub(crate) fn extensions(&self) -> &[Component] {
        self.tool.as_ref().and_then(|tool| tool.extensions.as_ref()).map_or(&[], |parts| &parts.kept)
    }

    /// How many parts it has.
    pub(crate) fn extension_count(&self) -> u64 {
        self.tool.as_ref().and_then(|tool| tool.extensions.as_ref()).map_or(0, |parts| parts.count)
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
        parse(text.as_bytes()).unwrap().runs.unwrap().kept.remove(0)
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

    #[test]
    fn what_is_too_much_is_counted_and_not_kept() {
        let many = |item: &str| vec![item; 1_000].join(",");
        let text = format!("{{\"runs\":[{{\"tool\":{{\"extensions\":[{}]}}}},{}]}}", many("{}"), many("{}"));
        let log = parse(text.as_bytes()).unwrap();
        assert_eq!((log.runs().len(), log.run_count()), (21, 1_001));
        assert_eq!((log.runs()[0].extensions().len(), log.runs()[0].extension_count()), (101, 1_000));
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
