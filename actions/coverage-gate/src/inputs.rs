//! The inputs of the action. Their doc comments are the help, `action.yml` and the README.

use std::collections::BTreeSet;

use clap::Args;
use gatewright_core::Failure;
use gatewright_core::condition::Condition;
use gatewright_core::report::Policy as StatePolicy;
use gatewright_coverage::policy::bounds::{Bound, Breadth, Gates, Limit};
use gatewright_coverage::policy::{Policy, RemovedCode};

use crate::outputs::OutputInputs;

/// What coverage is held to.
///
/// A bound reads `[SELECTOR ][UNIT=]VALUE`: see `policy::bounds`. They are kept as texts that were checked, because the
/// texts are what readers of a report know.
#[derive(Args, Clone, Debug)]
pub struct Inputs {
    /// Least coverage of everything, in percent; `UNIT=` in front for one of statements, lines, branches or functions, one
    /// bound a line, `off` for none.
    #[arg(long, value_name = "BOUND", default_value = "85", value_parser = minimum)]
    pub minimum: Vec<String>,

    /// Least coverage of the lines that the change adds or modifies. Without it: as `minimum`.
    #[arg(long, value_name = "BOUND", value_parser = minimum_patch)]
    pub minimum_patch: Vec<String>,

    /// Least coverage of each flag: `[FLAG ][UNIT=]PERCENT`, one a line; the last that fits holds.
    #[arg(long, value_name = "BOUND", value_parser = minimum_flag)]
    pub minimum_flag: Vec<String>,

    /// Least coverage of each component: `[COMPONENT ][UNIT=]PERCENT`.
    #[arg(long, value_name = "BOUND", value_parser = minimum_component)]
    pub minimum_component: Vec<String>,

    /// Least coverage of each package, which is a folder: `[GLOB ][UNIT=]PERCENT`.
    #[arg(long, value_name = "BOUND", value_parser = minimum_package)]
    pub minimum_package: Vec<String>,

    /// Least coverage of every single file: `[GLOB ][UNIT=]PERCENT`; a file below is a finding of severity high, which a
    /// waiver can accept. Without it, files are not judged one by one.
    #[arg(long, value_name = "BOUND", value_parser = minimum_file)]
    pub minimum_file: Vec<String>,

    /// Most percentage points by which the total may fall since the baseline.
    #[arg(long, value_name = "BOUND", value_parser = max_drop)]
    pub max_drop: Vec<String>,

    /// Most percentage points by which a flag may fall: `[FLAG ][UNIT=]POINTS`.
    #[arg(long, value_name = "BOUND", value_parser = max_drop_flag)]
    pub max_drop_flag: Vec<String>,

    /// Most percentage points by which a component may fall: `[COMPONENT ][UNIT=]POINTS`.
    #[arg(long, value_name = "BOUND", value_parser = max_drop_component)]
    pub max_drop_component: Vec<String>,

    /// Most percentage points by which a package may fall: `[GLOB ][UNIT=]POINTS`.
    #[arg(long, value_name = "BOUND", value_parser = max_drop_package)]
    pub max_drop_package: Vec<String>,

    /// Most percentage points by which a file may fall: `[GLOB ][UNIT=]POINTS`; a file that fell further is a finding.
    #[arg(long, value_name = "BOUND", value_parser = max_drop_file)]
    pub max_drop_file: Vec<String>,

    /// Most that may be uncovered of everything, as a count: `[UNIT=]COUNT`.
    #[arg(long, value_name = "BOUND", value_parser = max_uncovered)]
    pub max_uncovered: Vec<String>,

    /// Most that may be uncovered of the changed lines.
    #[arg(long, value_name = "BOUND", value_parser = max_uncovered_patch)]
    pub max_uncovered_patch: Vec<String>,

    /// Most that may be uncovered in a flag: `[FLAG ][UNIT=]COUNT`.
    #[arg(long, value_name = "BOUND", value_parser = max_uncovered_flag)]
    pub max_uncovered_flag: Vec<String>,

    /// Most that may be uncovered in a component: `[COMPONENT ][UNIT=]COUNT`.
    #[arg(long, value_name = "BOUND", value_parser = max_uncovered_component)]
    pub max_uncovered_component: Vec<String>,

    /// Most that may be uncovered in a package: `[GLOB ][UNIT=]COUNT`.
    #[arg(long, value_name = "BOUND", value_parser = max_uncovered_package)]
    pub max_uncovered_package: Vec<String>,

    /// Most that may be uncovered in a file: `[GLOB ][UNIT=]COUNT`; a file with more is a finding.
    #[arg(long, value_name = "BOUND", value_parser = max_uncovered_file)]
    pub max_uncovered_file: Vec<String>,

    /// A change with at most so many measured lines is not held to `minimum-patch`; that is said.
    #[arg(long, value_name = "LINES", default_value = "0")]
    pub small_patch: u64,

    /// What a drop means after which no more is uncovered than before, because covered code was removed: `forgive` says so
    /// and does not hold it to `max-drop`, `count` takes it as a drop.
    #[arg(long, value_name = "HOW", default_value = "forgive", value_parser = ["forgive", "count"])]
    pub removed_code: String,

    /// What a line that ran without all of its branches counts as, where lines are counted: hit or miss.
    #[arg(long, value_name = "AS", default_value = "hit", value_parser = ["hit", "miss"])]
    pub partials: String,

    /// Which reports make up a flag: `NAME=GLOB`, one a line, several for one name. Flags are united with all other reports
    /// and judged each on its own.
    #[arg(long, value_name = "NAME=GLOB")]
    pub flags: Vec<String>,

    /// Which source files a flag depends on: `NAME=GLOB`. While none of them changes, a flag that did not run keeps the
    /// figures of the baseline.
    #[arg(long, value_name = "NAME=GLOB")]
    pub flag_paths: Vec<String>,

    /// Files that belong together wherever they lie: `NAME=GLOB`, one a line, several for one name.
    #[arg(long, value_name = "NAME=GLOB")]
    pub components: Vec<String>,

    /// Folders that paths in reports may be relative to.
    #[arg(long, value_name = "FOLDER")]
    pub source_roots: Vec<String>,

    /// Prefixes of paths in reports and what stands there in the repository: `/app/src=src`, one a line.
    #[arg(long, value_name = "FROM=TO")]
    pub rewrite: Vec<String>,

    /// Files to leave out: globs from the repository's root, one a line; `!` in front takes back.
    #[arg(long, value_name = "GLOB")]
    pub ignore: Vec<String>,

    /// What files are whose first lines say that a program wrote them (`// Code generated … DO NOT EDIT.`, `@generated`):
    /// `count` or `ignore`.
    #[arg(long, value_name = "HOW", default_value = "count", value_parser = ["count", "ignore"])]
    pub generated: String,

    /// An earlier JSON report or a recorded baseline to compare with.
    #[arg(long, value_name = "FILE")]
    pub baseline: Option<String>,

    /// The command that makes the reports; shown when one is missing.
    #[arg(long, value_name = "COMMAND")]
    pub produced_by: Option<String>,

    /// What a missing report does: fail, warn or ignore.
    #[arg(long, value_name = "POLICY", default_value = "fail")]
    pub on_missing_report: StatePolicy,

    /// What a report that can't be read whole does: fail, warn or ignore.
    #[arg(long, value_name = "POLICY", default_value = "fail")]
    pub on_unreadable_report: StatePolicy,

    /// What a flag without reports that can't be carried forward does: fail, warn or ignore.
    #[arg(long, value_name = "POLICY", default_value = "fail")]
    pub on_missing_flag: StatePolicy,

    /// What a changed source file that no report knows does: fail, warn or ignore.
    #[arg(long, value_name = "POLICY", default_value = "fail")]
    pub on_unmapped_file: StatePolicy,

    /// What a report's path that is no file of the repository does: fail, warn or ignore.
    #[arg(long, value_name = "POLICY", default_value = "warn")]
    pub on_unmapped_path: StatePolicy,

    /// What a report's path that fits several files does: fail, warn or ignore.
    #[arg(long, value_name = "POLICY", default_value = "warn")]
    pub on_ambiguous_path: StatePolicy,

    /// What a baseline that is missing or can't be read, where a drop is bounded, does: fail, warn or ignore.
    #[arg(long, value_name = "POLICY", default_value = "fail")]
    pub on_no_baseline: StatePolicy,

    /// What a baseline of other formats, units or flags, where a drop is bounded, does: fail, warn or ignore.
    #[arg(long, value_name = "POLICY", default_value = "warn")]
    pub on_incomparable_baseline: StatePolicy,

    /// What reports that measure nothing, or a base that can't be read, do: fail, warn or ignore.
    #[arg(long, value_name = "POLICY", default_value = "fail")]
    pub on_no_data: StatePolicy,

    /// What is written besides the report.
    #[command(flatten)]
    pub outputs: OutputInputs,

    /// A token for `fetch` and `record`, only where actions/checkout left no credentials (`persist-credentials: false`).
    #[arg(long, value_name = "SECRET")]
    pub store_token: Option<String>,
}

/// One reader a bound: it keeps the text once it is known to be one.
macro_rules! bound_readers {
    ($($reader:ident: $limit:ident $breadth:ident;)*) => {
        $(fn $reader(text: &str) -> Result<String, String> {
            let bound = Bound::parse(text, Limit::$limit, Breadth::$breadth);
            bound.map(|bound| bound.text().to_owned()).map_err(|error| error.to_string())
        })*
    };
}

bound_readers! {
    minimum: Minimum Total;
    minimum_patch: Minimum Patch;
    minimum_flag: Minimum Flag;
    minimum_component: Minimum Component;
    minimum_package: Minimum Package;
    minimum_file: Minimum File;
    max_drop: MaxDrop Total;
    max_drop_flag: MaxDrop Flag;
    max_drop_component: MaxDrop Component;
    max_drop_package: MaxDrop Package;
    max_drop_file: MaxDrop File;
    max_uncovered: MaxUncovered Total;
    max_uncovered_patch: MaxUncovered Patch;
    max_uncovered_flag: MaxUncovered Flag;
    max_uncovered_component: MaxUncovered Component;
    max_uncovered_package: MaxUncovered Package;
    max_uncovered_file: MaxUncovered File;
}

impl Inputs {
    /// The policy they make, for a run that is held to these conditions, too.
    pub(crate) fn policy(&self, conditions: &[Condition]) -> Result<Policy, Failure> {
        let mut named = BTreeSet::new();
        for condition in conditions {
            let references = condition.references().into_iter();
            named.extend(references.map(|(name, scope)| (name.to_owned(), scope.clone())));
        }
        Ok(Policy {
            gates: self.gates()?,
            small_patch: self.small_patch,
            removed_code: if self.removed_code == "count" {
                RemovedCode::Count
            } else {
                RemovedCode::Forgive
            },
            named,
            on_missing_report: self.on_missing_report,
            on_unreadable_report: self.on_unreadable_report,
            on_unmapped_file: self.on_unmapped_file,
            on_unmapped_path: self.on_unmapped_path,
            on_ambiguous_path: self.on_ambiguous_path,
            on_missing_flag: self.on_missing_flag,
            on_no_baseline: self.on_no_baseline,
            on_incomparable_baseline: self.on_incomparable_baseline,
            on_no_data: self.on_no_data,
            produced_by: self.produced_by.clone(),
        })
    }

    fn gates(&self) -> Result<Gates, Failure> {
        use Breadth::{Component, File, Flag, Package, Patch, Total};
        use Limit::{MaxDrop, MaxUncovered, Minimum};
        let all = [
            (Minimum, Total, &self.minimum),
            (Minimum, Patch, &self.minimum_patch),
            (Minimum, Flag, &self.minimum_flag),
            (Minimum, Component, &self.minimum_component),
            (Minimum, Package, &self.minimum_package),
            (Minimum, File, &self.minimum_file),
            (MaxDrop, Total, &self.max_drop),
            (MaxDrop, Flag, &self.max_drop_flag),
            (MaxDrop, Component, &self.max_drop_component),
            (MaxDrop, Package, &self.max_drop_package),
            (MaxDrop, File, &self.max_drop_file),
            (MaxUncovered, Total, &self.max_uncovered),
            (MaxUncovered, Patch, &self.max_uncovered_patch),
            (MaxUncovered, Flag, &self.max_uncovered_flag),
            (MaxUncovered, Component, &self.max_uncovered_component),
            (MaxUncovered, Package, &self.max_uncovered_package),
            (MaxUncovered, File, &self.max_uncovered_file),
        ];
        let mut gates = Gates::default();
        for (limit, breadth, bounds) in all {
            let help = "A bound reads `[SELECTOR ][UNIT=]VALUE`, such as `src/core/** branches=90`.";
            gates.set(limit, breadth, bounds).map_err(|wrong| Failure::usage(wrong.to_string(), help))?;
        }
        gates.inherit_patch();
        Ok(gates)
    }
}
