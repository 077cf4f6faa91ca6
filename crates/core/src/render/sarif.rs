//! SARIF 2.1.0, as GitHub's code scanning takes it.
//!
//! GitHub shows the 5,000 worst results of a run and refuses more than 25,000; a result must carry a location and
//! is followed by its fingerprint. Results without a place stay in the report and are counted in the run.

use std::collections::BTreeMap;
use std::io;

use serde_json::json;
use serde_sarif::sarif::{
    ArtifactLocation, Location as SarifLocation, Message, MultiformatMessageString, PhysicalLocation,
    PropertyBag, Region, ReportingConfiguration, ReportingDescriptor, Result as SarifResult, ResultLevel,
    Run, RunAutomationDetails, Sarif, Suppression, Tool, ToolComponent,
};

use crate::report::{AnnotationLevel, Change, Finding, FindingOutcome, Location, Report, Rule, Severity};

use super::percent_encoded;

/// The most results of a run that GitHub shows.
pub const SARIF_MOST_RESULTS: usize = 5_000;

const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// Writes the findings as one SARIF run.
pub fn render_sarif(report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
    let mut placed: Vec<&Finding> = report.findings.iter().filter(|finding| is_result(finding)).collect();
    placed.sort_by(|left, right| {
        right.severity.cmp(&left.severity).then_with(|| left.location.cmp(&right.location))
    });
    let left_out = report.findings.iter().filter(|finding| finding.location.is_none()).count();
    let cut = placed.len().saturating_sub(SARIF_MOST_RESULTS);
    placed.truncate(SARIF_MOST_RESULTS);

    let category = match &report.subject.name {
        Some(name) => format!("{}/{name}/", report.subject.action),
        None => format!("{}/", report.subject.action),
    };
    let results: Vec<SarifResult> =
        placed.into_iter().map(|finding| result(finding, &report.rules)).collect();
    let counts = BTreeMap::from([
        ("gatewright/resultsCut".to_owned(), json!(cut)),
        ("gatewright/findingsWithoutPlace".to_owned(), json!(left_out)),
        ("gatewright/verdict".to_owned(), json!(report.verdict.result.as_str())),
    ]);
    let run = Run::builder()
        .tool(Tool::builder().driver(driver(report)).build())
        .automation_details(RunAutomationDetails::builder().id(category).build())
        .column_kind(json!("utf16CodeUnits"))
        .results(results)
        .properties(PropertyBag::builder().additional_properties(counts).build())
        .build();
    let sarif = Sarif::builder().schema(SCHEMA).version(json!("2.1.0")).runs(vec![run]).build();
    serde_json::to_writer_pretty(&mut *out, &sarif)?;
    writeln!(out)
}

fn is_result(finding: &Finding) -> bool {
    finding.location.is_some() && matches!(finding.outcome, FindingOutcome::Fail | FindingOutcome::Unknown)
}

fn driver(report: &Report) -> ToolComponent {
    ToolComponent::builder()
        .name(format!("gatewright {}", report.subject.action))
        .version(report.subject.version.clone())
        .semantic_version(report.subject.version.clone())
        .information_uri(format!("{}/tree/main/actions/{}", crate::REPOSITORY_URL, report.subject.action))
        .rules(report.rules.iter().map(descriptor).collect::<Vec<_>>())
        .build()
}

fn descriptor(rule: &Rule) -> ReportingDescriptor {
    let text = |text: &str| MultiformatMessageString::builder().text(text.to_owned()).build();
    let level = ReportingConfiguration::builder().level(json!(rule.severity.sarif_level())).build();
    ReportingDescriptor::builder()
        .id(rule.id.clone())
        .name(rule.id.split('-').map(capitalised).collect::<String>())
        .short_description(text(&rule.title))
        .full_description(text(&format!("{}.", rule.title)))
        .help(text(&rule.help))
        .default_configuration(level)
        .build()
}

fn capitalised(word: &str) -> String {
    let mut characters = word.chars();
    characters.next().map(|first| first.to_uppercase().chain(characters).collect()).unwrap_or_default()
}

fn result(finding: &Finding, rules: &[Rule]) -> SarifResult {
    let fingerprints = BTreeMap::from([("gatewright/v1".to_owned(), finding.fingerprint.clone())]);
    let mut result = SarifResult::builder()
        .rule_id(finding.rule.clone())
        .level(level(finding.severity))
        .message(Message::builder().text(finding.message.clone()).build())
        .locations(finding.location.iter().map(location).collect::<Vec<_>>())
        .partial_fingerprints(fingerprints)
        .build();
    result.rule_index =
        rules.iter().position(|rule| rule.id == finding.rule).and_then(|index| i64::try_from(index).ok());
    result.baseline_state = finding.change.map(|change| {
        json!(match change {
            Change::New => "new",
            Change::Unchanged => "unchanged",
            Change::Updated => "updated",
            Change::Absent => "absent",
        })
    });
    result.suppressions = finding.waiver.as_ref().map(|waiver| {
        let until = waiver.until.as_deref().unwrap_or("no date");
        let justification = format!("{} ({}, until {until})", waiver.reason, waiver.owner);
        vec![
            Suppression::builder()
                .kind(json!("external"))
                .status(json!("accepted"))
                .justification(justification)
                .build(),
        ]
    });
    result
}

fn level(severity: Severity) -> ResultLevel {
    match severity.annotation() {
        AnnotationLevel::Error => ResultLevel::Error,
        AnnotationLevel::Warning => ResultLevel::Warning,
        AnnotationLevel::Notice => ResultLevel::Note,
    }
}

fn location(location: &Location) -> SarifLocation {
    let artifact = ArtifactLocation::builder().uri(percent_encoded(location.path.as_str())).build();
    let mut region = Region::builder().start_line(i64::from(location.line.unwrap_or(1))).build();
    region.end_line = location.end_line.map(i64::from);
    region.start_column = location.column.map(i64::from);
    region.end_column = location.end_column.map(i64::from);
    let physical = PhysicalLocation::builder().artifact_location(artifact).region(region).build();
    SarifLocation::builder().physical_location(physical).build()
}

/// Where a value of the emitted file can be looked at in tests.
#[cfg(test)]
fn parsed(report: &Report) -> serde_json::Value {
    let mut out = Vec::new();
    render_sarif(report, &mut out).unwrap();
    serde_json::from_slice(&out).unwrap()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::samples::{finding, hostile};
    use crate::report::WaiverMark;

    #[test]
    fn a_result_carries_what_github_needs() {
        let mut report = hostile();
        report.findings[0].waiver = Some(Box::new(WaiverMark {
            owner: "ada".into(),
            reason: "legacy".into(),
            until: Some("2027-01-01".into()),
        }));
        let sarif = parsed(&report);
        let result = &sarif["runs"][0]["results"][0];
        assert_eq!(result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"], "src/%3Cb%3E.rs");
        assert_eq!(
            result["locations"][0]["physicalLocation"]["region"],
            json!({"startLine": 3, "endLine": 4})
        );
        assert_eq!(result["suppressions"][0]["justification"], "legacy (ada, until 2027-01-01)");
        assert_eq!(result["ruleIndex"], 0);
        assert_eq!(sarif["runs"][0]["automationDetails"]["id"], "coverage-gate/go/");
    }

    #[test]
    fn the_worst_results_are_kept_and_the_cut_is_counted() {
        let mut report = hostile();
        report.findings = (1..=100_000).map(|line| finding("a.rs", line, line)).collect();
        let sarif = parsed(&report);
        assert_eq!(sarif["runs"][0]["results"].as_array().unwrap().len(), SARIF_MOST_RESULTS);
        assert_eq!(sarif["runs"][0]["properties"]["gatewright/resultsCut"], 95_000);
    }
}
