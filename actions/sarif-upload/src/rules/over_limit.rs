//! # What it checks
//!
//! GitHub's limits of an upload: 20 runs in a file; 25,000 results, 25,000 rules and 100 extensions of the tool in a run;
//! 1,000 locations and 10,000 steps of code flows in a result; 20 tags of a rule; 10 MB of gzip in all.
//!
//! # Why
//!
//! What is over one of them is refused whole, and says so only after it was sent, if at all.
//!
//! # Example
//!
//! A file into which the SARIF of 21 shards was merged, a run each.
//!
//! # Instead
//!
//! Split the file: each file is an upload of its own. Send the worst results, and leave out rules that found nothing.

use gatewright_core::report::{Finding, RuleInfo, Severity};
use gatewright_github::code_scanning::MOST_PACKED_BYTES;

use crate::files::Checked;
use crate::locate::Step;

/// What this rule is.
pub(crate) const INFO: RuleInfo = RuleInfo {
    id: "over-limit",
    title: "A file is over a limit of GitHub's",
    severity: Severity::High,
    since: "0.1.0",
    help: "Split the file, send the worst results, and leave out rules that found nothing.",
};

/// Runs in a file.
pub(crate) const MOST_RUNS: usize = 20;
const MOST_RESULTS: u64 = 25_000;
const MOST_RULES: u64 = 25_000;
const MOST_EXTENSIONS: u64 = 100;
const MOST_LOCATIONS: u64 = 1_000;
const MOST_FLOW_LOCATIONS: u64 = 10_000;
const MOST_TAGS: u64 = 20;

/// The limits that are passed.
pub(crate) fn check(file: &Checked<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    let runs = file.log.runs();
    let mut say = |what: &str, count: u64, most: u64, at: &[Step]| {
        if count > most {
            findings.push(file.finding(&INFO, &format!("{what}: {count}, and GitHub takes {most}"), at));
        }
    };
    say("runs in a file", file.log.run_count(), MOST_RUNS as u64, &[Step::Key("runs")]);
    for (index, run) in runs.iter().enumerate().take(MOST_RUNS) {
        let (list, at) = (Step::Key("runs"), Step::Index(index));
        say("rules in a run", run.rules(), MOST_RULES, &[list, at]);
        say("extensions of a tool", run.extension_count(), MOST_EXTENSIONS, &[list, at]);
        for (rules, path) in super::bad_severity::rules(run) {
            let rule: Vec<Step> =
                [list, at].into_iter().chain(path).chain([Step::Index(rules.tags.at)]).collect();
            say("tags of a rule", rules.tags.most, MOST_TAGS, &rule);
        }
        let Some(results) = &run.results else { continue };
        let key = Step::Key("results");
        say("results in a run", results.count, MOST_RESULTS, &[list, at, key]);
        let (locations, flow) = (results.locations, results.flow_locations);
        say(
            "locations of a result",
            locations.most,
            MOST_LOCATIONS,
            &[list, at, key, Step::Index(locations.at)],
        );
        say(
            "steps in a result's code flows",
            flow.most,
            MOST_FLOW_LOCATIONS,
            &[list, at, key, Step::Index(flow.at)],
        );
    }
    findings
}

/// Whether what travels is too much.
pub(crate) fn too_large(file: &Checked<'_>, packed: u64) -> Option<Finding> {
    let message = format!("bytes of gzip: {packed}, and GitHub takes {MOST_PACKED_BYTES}");
    (packed > MOST_PACKED_BYTES).then(|| file.finding(&INFO, &message, &[]))
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use crate::files::check;

    /// The messages about a run.
    fn said(run: &str) -> String {
        let text = format!("{{\"version\":\"2.1.0\",\"runs\":[{run}]}}");
        let (_, packed, findings) = check("a.sarif", None, text.as_bytes(), "file:///src");
        let messages: Vec<String> = findings
            .iter()
            .filter(|finding| finding.rule == super::INFO.id)
            .map(|finding| finding.message.clone())
            .collect();
        assert_eq!(packed.is_none(), !messages.is_empty());
        messages.join("\n")
    }

    fn list(count: usize, item: &str) -> String {
        vec![item; count].join(",")
    }

    fn run(results: &str, rules: &str, extensions: &str) -> String {
        format!(
            "{{\"tool\":{{\"driver\":{{\"name\":\"t\",\"rules\":[{rules}]}},\"extensions\":[{extensions}]}},\"results\":[{results}]}}"
        )
    }

    const PLACE: &str = "{\"physicalLocation\":{\"artifactLocation\":{\"uri\":\"a\"}}}";

    #[test]
    fn a_limit_that_is_reached_is_not_passed() {
        let result = format!("{{\"locations\":[{PLACE}]}}");
        let rule = "{\"properties\":{\"tags\":[]}}";
        assert_eq!(said(&run(&list(25_000, &result), &list(25_000, rule), &list(100, "{}"))), "");
        let tags = |count| format!("{{\"properties\":{{\"tags\":[{}]}}}}", list(count, "\"t\""));
        let places = |count| format!("{{\"locations\":[{}]}}", list(count, PLACE));
        let flow = |count| {
            format!(
                "{{\"locations\":[{PLACE}],\"codeFlows\":[{{\"threadFlows\":[{{\"locations\":[{}]}}]}}]}}",
                list(count, "{}")
            )
        };
        assert_eq!(said(&run(&format!("{},{}", places(1_000), flow(10_000)), &tags(20), "")), "");
        let over = [
            said(&run(&list(25_001, &result), "", "")),
            said(&run("", &list(25_001, rule), &list(101, "{}"))),
            said(&run(
                &format!("{result},{},{}", places(1_001), flow(10_001)),
                &format!("{rule},{}", tags(21)),
                "",
            )),
            said(
                &(0..21)
                    .map(|id| {
                        format!("{{\"automationDetails\":{{\"id\":\"{id}/\"}},{}", &run("", "", "")[1..])
                    })
                    .collect::<Vec<_>>()
                    .join(","),
            ),
        ];
        expect![[r"
            a.sarif: results in a run: 25001, and GitHub takes 25000 (runs[0].results)
            a.sarif: rules in a run: 25001, and GitHub takes 25000 (runs[0])
            a.sarif: extensions of a tool: 101, and GitHub takes 100 (runs[0])
            a.sarif: tags of a rule: 21, and GitHub takes 20 (runs[0].tool.driver.rules[1])
            a.sarif: locations of a result: 1001, and GitHub takes 1000 (runs[0].results[1])
            a.sarif: steps in a result's code flows: 10001, and GitHub takes 10000 (runs[0].results[2])
            a.sarif: runs in a file: 21, and GitHub takes 20 (runs)"]]
        .assert_eq(&over.join("\n"));
    }
}
