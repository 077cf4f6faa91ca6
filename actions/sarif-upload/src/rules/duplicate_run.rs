//! # What it checks
//!
//! Whether the runs of one file can be told apart, by the tool's name, full name, version, semantic version and guid and
//! by `automationDetails.id`; and whether two files bring runs of the same tool and category.
//!
//! # Why
//!
//! GitHub refuses a file with two runs of the same identity: "A delivery cannot contain multiple runs with the same
//! category". Of two files with the same tool and category it takes both, and the second takes the place of the first:
//! its alerts are closed as if they were fixed.
//!
//! # Example
//!
//! Two scans of container images by the same tool, none of which sets `automationDetails`.
//!
//! # Instead
//!
//! Give each run an `automationDetails.id` of its own that stays the same from run to run, such as `trivy/api-image/`.

use std::collections::BTreeMap;

use gatewright_core::report::{Finding, Location, RuleInfo, Severity};

use crate::files::{Checked, SarifFile};
use crate::locate::{self, Step};
use crate::log::{Identity, Run};

/// What this rule is.
pub(crate) const INFO: RuleInfo = RuleInfo {
    id: "duplicate-run",
    title: "Two runs are the same to GitHub",
    severity: Severity::High,
    since: "0.1.0",
    help: "Give each run of a tool an `automationDetails.id` of its own that stays the same, such as `trivy/api-image/`.",
};

/// The runs of a file that repeat an earlier one.
pub(crate) fn check(file: &Checked<'_>) -> Vec<Finding> {
    let mut seen: BTreeMap<Identity<'_>, usize> = BTreeMap::new();
    let mut findings = Vec::new();
    for (index, run) in file.log.runs().iter().enumerate().take(super::over_limit::MOST_RUNS) {
        if let Some(first) = seen.get(&run.identity()) {
            let first = locate::shown(&[Step::Key("runs"), Step::Index(*first)]);
            let message = format!("a run of {} is the same as {first}", about(run));
            findings.push(file.finding(&INFO, &message, &[Step::Key("runs"), Step::Index(index)]));
        } else {
            seen.insert(run.identity(), index);
        }
    }
    findings
}

/// Files that would take the place of an earlier one, with their indexes.
pub(crate) fn between(files: &[SarifFile]) -> Vec<(usize, Finding)> {
    let mut seen: BTreeMap<(&str, &str), &str> = BTreeMap::new();
    let mut clashes = Vec::new();
    for (index, file) in files.iter().enumerate().filter(|(_, file)| file.packed.is_some()) {
        let keys: Vec<(&str, &str)> =
            file.log.runs().iter().map(|run| (run.name().unwrap_or_default(), run.category())).collect();
        let taken = file.log.runs().iter().zip(&keys).find_map(|(run, key)| Some((run, seen.get(key)?)));
        if let Some((run, first)) = taken {
            let message = format!(
                "{}: its run of {} would take the place of the one in {first}",
                file.shown,
                about(run)
            );
            let finding = Finding::new(&INFO, super::CATEGORY, message);
            let finding = match &file.path {
                Some(path) => finding.at(Location::file(path.clone())),
                None => finding,
            };
            clashes.push((index, finding));
        } else {
            seen.extend(keys.into_iter().map(|key| (key, file.shown.as_str())));
        }
    }
    clashes
}

fn about(run: &Run) -> String {
    let short = |text: &str| text.chars().take(100).collect::<String>();
    let name = short(run.name().unwrap_or_default());
    match run.category() {
        "" => format!("{name} without a category"),
        category => format!("{name} with the category {}", short(category)),
    }
}
