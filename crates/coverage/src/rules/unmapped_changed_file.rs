//! # What it checks
//!
//! Source files that the change touches, in a language that the reports measure, which no report mentions.
//!
//! # Why
//!
//! A new file that no test loads is in no report, and its lines would count as neither covered nor missed: the change
//! would pass for the very reason that it has no tests.
//!
//! # Example
//!
//! A new `src/pay.js` beside a report that knows only the files that tests import.
//!
//! # Instead
//!
//! Have the tool measure all files (`c8 --all`, `go test -coverpkg=./...`, `coverage run --source=.`), or name
//! the file in `ignore`. What the verdict makes of it is the policy `on-unmapped-file`, by default `fail`.

use gatewright_core::report::{Finding, Location, RuleInfo, Severity};

use crate::evidence::Evidence;
use crate::policy::Policy;

/// What this rule is.
pub(crate) const INFO: RuleInfo = RuleInfo {
    id: "unmapped-changed-file",
    title: "A changed source file that no report knows",
    severity: Severity::High,
    since: "0.1.0",
    help: "Have the tests measure all files, or name this one in `ignore`.",
};

/// One finding for each such file.
pub(crate) fn check(evidence: &Evidence, policy: &Policy) -> Vec<Finding> {
    let unmapped = evidence.patch.iter().flat_map(|patch| &patch.unmapped);
    unmapped
        .map(|(path, line)| {
            let known = evidence.picture.file(path.as_str());
            let message = if known.is_some_and(crate::FileCoverage::is_summary_only) {
                format!("The reports give only totals of the changed file {path}, and no lines to judge it by.")
            } else if known.is_some() {
                format!("The reports know {path}, but not the function that begins in line {line}: they may be older than the change.")
            } else {
                format!("No coverage report knows the changed file {path}.")
            };
            let place = Location::lines(path.clone(), *line, *line);
            let finding = Finding::new(&INFO, super::CATEGORY, message).at(place);
            finding.explaining("unmapped-file", policy.on_unmapped_file)
        })
        .collect()
}
