//! What the evidence is held to. Plain values: where they come from is not known here.

pub mod bounds;

use std::collections::BTreeSet;

use gatewright_core::report::{Policy as StatePolicy, Scope};

pub use bounds::Gates;

/// Bounds, and what each named state does to the verdict.
#[derive(Clone, Debug)]
pub struct Policy {
    /// What shares, drops and uncovered counts are held to.
    pub gates: Gates,
    /// A change with at most so many measured lines is not held to `minimum-patch`.
    pub small_patch: u64,
    /// What a drop means that comes from removed code alone.
    pub removed_code: RemovedCode,
    /// The figures that conditions name: they are measured whatever else asks for them.
    pub named: BTreeSet<(String, Scope)>,
    /// A pattern that finds no report, or no report at all.
    pub on_missing_report: StatePolicy,
    /// A report that can't be read whole.
    pub on_unreadable_report: StatePolicy,
    /// A changed source file that no report knows.
    pub on_unmapped_file: StatePolicy,
    /// A report's path that is no file of the repository.
    pub on_unmapped_path: StatePolicy,
    /// A report's path that fits several files.
    pub on_ambiguous_path: StatePolicy,
    /// A flag without reports that can't be carried forward.
    pub on_missing_flag: StatePolicy,
    /// Figures are to be compared with a baseline, and there is none.
    pub on_no_baseline: StatePolicy,
    /// The baseline was counted by other formats, in another unit or over other flags.
    pub on_incomparable_baseline: StatePolicy,
    /// Reports without a single measured unit, or a base that can't be read.
    pub on_no_data: StatePolicy,
    /// The command that makes the reports, for the message about missing ones.
    pub produced_by: Option<String>,
}

impl Policy {
    /// Whether a condition names this figure.
    pub(crate) fn names(&self, measure: &str, scope: &Scope) -> bool {
        self.named.iter().any(|(name, of)| name == measure && of == scope)
    }

    /// Whether anything is compared with a baseline: a bound asks for it, or a condition.
    pub fn asks_for_baseline(&self) -> bool {
        self.gates.ask_for_baseline() || self.named.iter().any(|(name, _)| name.ends_with(DROP))
    }
}

/// How the names of drops end.
pub(crate) const DROP: &str = ".drop";
/// How the names of uncovered counts end.
pub(crate) const UNCOVERED: &str = ".uncovered";

/// What a drop means where no more is uncovered than before, so that it comes from removed covered code alone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RemovedCode {
    /// It is said, and not held to `max-drop`.
    #[default]
    Forgive,
    /// It is a drop like any other.
    Count,
}
