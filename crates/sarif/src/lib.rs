//! What scanners found, read into one model, whatever tool wrote it: normalised, identified, compared and judged.
//!
//! The way through: bytes → [`read`], which recognises the format by content and gives the runs of a [`Parsed`] file, with
//! [`Faults`] for everything that was odd or lost on the way. This crate owns formats, identities and rules. It must not
//! know where bytes come from or how anything is shown. It never panics on input, and nothing is dropped without a count.

mod clean;
pub mod compare;
pub mod fault;
pub mod formats;
pub mod identity;
pub mod join;
pub mod json;
pub mod line_hash;
pub mod model;
pub mod normalise;
mod schema;
pub mod severity;
pub mod source;
pub mod write;

pub use fault::{Fault, FaultKind, Faults, Weight};
pub use formats::{Format, Parsed, ReadError, read};
pub use model::{
    Advisory, Alert, Columns, Confidence, Epss, Kind, Level, Package, Place, Properties, Reach, Region, Rule,
    Run, Score, Suppression, SuppressionKind, SuppressionStatus, Tool,
};
pub use normalise::normalise;
pub use severity::severity;
pub use source::{NoSources, Sources};
pub use write::{Limits, Outgoing, Written, write_sarif};
