//! # What it checks
//!
//! Whether every result has a location in a file, and whether the addresses of its locations are ones that GitHub takes:
//! paths relative to the repository, or absolute ones of the checkout's scheme, which is `file` unless `checkout-uri` says
//! otherwise.
//!
//! # Why
//!
//! One such result among thousands makes GitHub refuse the whole upload: "expected at least one location", "an invalid URI
//! was provided as a SARIF location", "SARIF URI scheme "git" did not match the checkout URI scheme "file"".
//!
//! # Example
//!
//! `"uri": ""`, from a scanner that cut the root off a path that lies outside of it; `"uri": "docker://app"`.
//!
//! # Instead
//!
//! Point at the file that brings the problem in: a manifest, a lock file, the Dockerfile, the workflow.

use gatewright_core::report::{Finding, RuleInfo, Severity};

use crate::files::Checked;
use crate::locate::Step;
use crate::log::Fault;
use crate::rules::over_limit::MOST_RUNS;

/// What this rule is.
pub(crate) const INFO: RuleInfo = RuleInfo {
    id: "unusable-location",
    title: "A result is in no file that GitHub can show",
    severity: Severity::High,
    since: "0.1.0",
    help: "Give every result a location with a path relative to the repository; what belongs to no file can point at the manifest.",
};

/// One finding for each kind of fault of a run.
pub(crate) fn check(file: &Checked<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (index, run) in file.log.runs().iter().enumerate().take(MOST_RUNS) {
        for (fault, spot) in run.results.iter().flat_map(|results| &results.faults) {
            let example = &spot.example;
            let what = match fault {
                Fault::Scheme(scheme) if scheme == file.scheme() => continue,
                Fault::Scheme(_) => format!("an address whose scheme is not `{}`: {example}", file.scheme()),
                Fault::NoLocation => "no location".to_owned(),
                Fault::NoFile => "a location without `physicalLocation.artifactLocation.uri`".to_owned(),
                Fault::IndexOnly => {
                    "a location that names its file by `index` only, which GitHub does not look up".to_owned()
                }
                Fault::EmptyUri => "a location with an empty `uri`".to_owned(),
                Fault::InvalidUri => format!("a location whose `uri` is none: {example}"),
            };
            let has = if spot.count == 1 { "has" } else { "have" };
            let first = if spot.count == 1 { "" } else { ", the first here" };
            let message = format!("{} {has} {what}{first}", super::counted(spot.count, "result"));
            let at = [Step::Key("runs"), Step::Index(index), Step::Key("results"), Step::Index(spot.first)];
            findings.push(file.finding(&INFO, &message, &at));
        }
    }
    findings
}
