//! What a picture is written as, besides the report: merged LCOV and Cobertura for other tools, a badge, a trend
//! line, and the HTML report that people open.
//!
//! Every function here is pure: values in, bytes out through `&mut dyn Write`, the same bytes for the same values.
//! It must not judge (what a good number is comes as a minimum, and only chooses a colour), read files (a source
//! comes through a function) or know where its bytes go.

mod badge;
mod cobertura;
mod html;

mod lcov;
mod trend;
mod xml;

pub use badge::{Badge, BadgeColour, write_badge_json, write_badge_svg};
pub use cobertura::write_cobertura;
pub use html::{Baseline, ChangedLines, Form, Group, HtmlReport, Sink, write_html};
pub use lcov::write_lcov;
pub use trend::{TrendPoint, trend_text, write_trend_svg};

/// No source file has as many lines or arms of branches. A report may claim to span four billion lines in one
/// short record; a file beyond this is written with its totals only, so that no output outgrows what was read.
const MOST_UNITS: u64 = 1_000_000;

/// Whether a file's lines and arms can be written out one by one.
fn is_listed(file: &crate::FileCoverage) -> bool {
    let arms: u64 = file.branch_tallies().iter().map(|tally| u64::from(tally.total())).sum();
    let lines: u64 = file.line_view().runs().iter().map(|run| run.count()).sum();
    lines <= MOST_UNITS && arms <= MOST_UNITS
}
