//! What the evidence is held to. Plain values: where they come from is not known here.

use gatewright_core::decimal::Decimal;
use gatewright_core::report::Policy as StatePolicy;

/// Thresholds in percent, and what each named state does to the verdict.
#[derive(Clone, Debug)]
pub struct Policy {
    /// Least coverage of everything, in each unit that reports count in.
    pub minimum: Decimal,
    /// Least coverage of every single file, if files are judged.
    pub minimum_file: Option<Decimal>,
    /// Least coverage of the changed lines.
    pub minimum_patch: Decimal,
    /// A pattern that finds no report, or no report at all.
    pub on_missing_report: StatePolicy,
    /// A report that can't be read whole.
    pub on_unreadable_report: StatePolicy,
    /// A changed source file that no report knows.
    pub on_unmapped_file: StatePolicy,
    /// A report's path that fits several files.
    pub on_ambiguous_path: StatePolicy,
    /// Reports without a single measured unit, or a base that can't be read.
    pub on_no_data: StatePolicy,
    /// The command that makes the reports, for the message about missing ones.
    pub produced_by: Option<String>,
}
