//! What scanners found, read into one model, whatever tool wrote it: normalised, identified, compared and judged.
//!
//! The way through: bytes → [`read`], which recognises the format by content and gives the runs of a [`Parsed`] file, with
//! [`Faults`] for everything that was odd or lost on the way. This crate owns formats, identities and rules. It must not
//! know where bytes come from or how anything is shown. It never panics on input, and nothing is dropped without a count.

#![allow(clippy::doc_markdown, reason = "OpenVEX, CycloneDX and the like are names of formats, not of items")]
#![allow(clippy::similar_names, reason = "this crate is about names and what they name")]

pub mod accept;
pub mod category;
mod clean;
pub mod compare;
pub mod csv;
pub mod evidence;
pub mod fault;
mod findings;
pub mod formats;
pub mod gate;
pub mod identity;
pub mod join;
pub mod json;
mod judge;
pub mod line_hash;
pub mod lists;
pub mod model;
pub mod normalise;
pub mod policy;
pub mod rules;
pub mod scanners;
mod schema;
mod sections;
pub mod severity;
pub mod source;
mod states;
pub mod threat;
pub mod write;

pub use compare::{Gone, Snapshot, compare};
pub use evidence::{BaselineUnderReview, Evidence, ScanContent, ScanReport};
pub use fault::{Fault, FaultKind, Faults, Weight};
pub use formats::{Format, Parsed, ReadError, read};
pub use gate::Gate;
pub use identity::identify;
pub use join::{AlertAt, join};
pub use judge::{Judgement, MEASURES, judge};
pub use model::{
    Advisory, Alert, Columns, Confidence, Epss, Kind, Level, Package, Place, Properties, Reach, Region, Rule,
    Run, Score, Suppression, SuppressionKind, SuppressionStatus, Tool,
};
pub use normalise::normalise;
pub use policy::{InlineMarkers, Policy};
pub use severity::severity;
pub use source::{NoSources, Sources};
pub use threat::Threats;
pub use write::{Limits, Outgoing, Written, write_sarif};
