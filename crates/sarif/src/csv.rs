//! Findings as CSV (RFC 4180), one a row, for spreadsheets. A cell that a spreadsheet would take for a formula gets an
//! apostrophe in front.

use gatewright_core::report::{Change, Finding, Report};

use crate::findings::CATEGORY;
use crate::write::state;

const COLUMNS: [&str; 16] = [
    "severity",
    "rule",
    "aliases",
    "tool",
    "path",
    "line",
    "message",
    "package",
    "version",
    "fixed",
    "cvss",
    "epss",
    "kev",
    "change",
    "waived until",
    "fingerprint",
];

/// The findings of scanners, waived ones too, in the order of the report.
pub fn write_csv(report: &Report) -> String {
    let mut out = row(COLUMNS.iter().map(|&column| column.to_owned()));
    for finding in report.findings.iter().filter(|finding| finding.category == CATEGORY) {
        out.push_str(&row(cells(finding).into_iter()));
    }
    out
}

fn cells(finding: &Finding) -> [String; 16] {
    let property = |key: &str| finding.properties.get(key).unwrap_or_default().to_owned();
    let place = finding.location.as_ref();
    let until =
        finding.waiver.as_ref().map(|waiver| waiver.until.clone().unwrap_or_else(|| "no date".to_owned()));
    [
        finding.severity.to_string(),
        finding.rule.clone(),
        property("aliases"),
        property("tool"),
        place.map(|at| at.path.to_string()).unwrap_or_default(),
        place.and_then(|at| at.line).map(|line| line.to_string()).unwrap_or_default(),
        finding.message.clone(),
        property("package"),
        property("version"),
        property("fixed"),
        property("cvss"),
        property("epss"),
        property("kev"),
        finding.change.map(|change: Change| state(change).to_owned()).unwrap_or_default(),
        until.unwrap_or_default(),
        finding.fingerprint.clone(),
    ]
}

fn row(cells: impl Iterator<Item = String>) -> String {
    let cell = |text: String| {
        let text = if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{text}") } else { text };
        if text.contains(['"', ',', '\n', '\r']) {
            format!("\"{}\"", text.replace('"', "\"\""))
        } else {
            text
        }
    };
    let cells: Vec<String> = cells.map(cell).collect();
    cells.join(",") + "\r\n"
}

#[cfg(test)]
mod tests {
    use gatewright_core::report::{RuleInfo, Severity};

    use super::*;

    const RULE: RuleInfo =
        RuleInfo { id: "=cmd()", title: "x", severity: Severity::High, since: "0.1.0", help: "Mend it." };

    #[test]
    fn no_cell_is_a_formula_or_two() {
        let finding = Finding::new(&RULE, CATEGORY, "a \"b\", c\nd");
        let report = Report { findings: vec![finding], ..Report::new() };
        let text = write_csv(&report);
        let second = text.split_once("\r\n").map(|(_, rest)| rest).unwrap();
        assert_eq!(second, "high,'=cmd(),,,,,\"a \"\"b\"\", c\nd\",,,,,,,,,\r\n");
    }
}
