//! A fraction in whole numbers, as producers, rivals and our own reports state it: what they are compared by.

use std::fmt;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What a report says in whole numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Total {
    pub(crate) covered: u64,
    pub(crate) total: u64,
}

impl Total {
    /// Tenths of a percent, rounded to the nearest; 0 of nothing.
    pub(crate) fn tenths(self) -> u64 {
        (self.covered * 2000 + self.total) / (2 * self.total).max(1)
    }

    /// The percentage with one decimal, rounded as `go tool cover` does.
    pub(crate) fn rounded(self) -> String {
        format!("{}.{}%", self.tenths() / 10, self.tenths() % 10)
    }
}

impl fmt::Display for Total {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.covered, self.total)
    }
}

/// The total of one measure in a report of ours.
pub(crate) fn total_of(report: &Path, measure: &str) -> Result<Total> {
    of_scope(report, measure, "total")
}

/// What one measure says of the changed lines in a report of ours.
pub(crate) fn patch_of(report: &Path, measure: &str) -> Result<Total> {
    of_scope(report, measure, "patch")
}

fn of_scope(report: &Path, measure: &str, scope: &str) -> Result<Total> {
    let text = fs::read_to_string(report).with_context(|| format!("{} was not written", report.display()))?;
    let report: Value = serde_json::from_str(&text)?;
    let measures = report["measures"].as_array().context("the report has no measures")?;
    let found = measures.iter().find(|found| found["name"] == measure && found["scope"] == scope);
    let found = found.with_context(|| format!("the report has no {measure}[{scope}]"))?;
    let number = |key: &str| found[key].as_u64().with_context(|| format!("{measure} has no {key}"));
    Ok(Total { covered: number("numerator")?, total: number("denominator")? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_of_ours_is_read() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("report.json");
        fs::write(
            &file,
            r#"{"measures":[{"name":"coverage.lines","scope":"patch","numerator":1,"denominator":2},
            {"name":"coverage.lines","scope":"total","numerator":3,"denominator":4}]}"#,
        )
        .unwrap();
        assert_eq!(total_of(&file, "coverage.lines").unwrap(), Total { covered: 3, total: 4 });
        assert_eq!(patch_of(&file, "coverage.lines").unwrap(), Total { covered: 1, total: 2 });
        let error = total_of(&file, "coverage.statements").unwrap_err().to_string();
        assert_eq!(error, "the report has no coverage.statements[total]");
    }
}
