//! The one value that all actions produce: findings, measures, states and sections, and the verdict on them.
//! `quality-gate`, metrics and notifications consume it, so its JSON is a public contract: `gatewright.report/v1`.
//!
//! These are plain data. Who decides is [`crate::judge`], who shows is [`crate::render`].

mod finding;
mod measure;
mod properties;
mod section;
mod severity;
mod state;
mod verdict;

use serde::{Deserialize, Serialize};

pub use finding::{
    ALIASES_PROPERTY, Change, Confidence, Finding, FindingOutcome, Fix, Location, Related, SECTION_PROPERTY,
    STATE_PROPERTY, WaiverMark,
};
pub use measure::{Direction, Fraction, Measure, MeasureOutcome, MeasureValue, Scope, Threshold, Unit};
pub use properties::Properties;
pub use section::{Align, Block, Cell, Column, Inline, Section};
pub use severity::{AnnotationLevel, Severity};
pub use state::{Policy, State};
pub use verdict::{Reason, ReasonKind, ReasonLevel, Verdict, VerdictResult};

/// The name and version of the report format.
pub const SCHEMA: &str = "gatewright.report/v1";

/// What one action found out about one subject.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Report {
    /// Always `gatewright.report/v1`.
    pub schema: String,
    /// What was judged, by what.
    pub subject: Subject,
    /// The decision and its reasons.
    pub verdict: Verdict,
    /// One line for readers: the most important figures.
    pub headline: String,
    /// The files that were read.
    pub sources: Vec<Source>,
    /// Exact figures, with their thresholds.
    pub measures: Vec<Measure>,
    /// Everything found, worst first.
    pub findings: Vec<Finding>,
    /// Named conditions of the run itself: something is missing, unreadable, not applicable.
    pub states: Vec<State>,
    /// The rules that the findings name.
    pub rules: Vec<Rule>,
    /// Tables and text for people, most important first.
    pub sections: Vec<Section>,
}

impl Report {
    /// An empty report, to be filled by a concern.
    pub fn new() -> Self {
        Self { schema: SCHEMA.to_owned(), ..Self::default() }
    }
}

/// What was judged, by what. Everything in it comes from the run, so the same run gives the same bytes.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Subject {
    /// The action: `coverage-gate`.
    pub action: String,
    /// The action's version.
    pub version: String,
    /// The configured name of this gate, where it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// `owner/name`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repository: Option<String>,
    /// The head commit of the change: on a pull request that of the pull request, not of the merge.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub head_sha: Option<String>,
    /// The commit that was checked out, where it is the merge of the head into the base.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub merge_sha: Option<String>,
    /// The commit that the change is compared with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base_sha: Option<String>,
    /// The workflow run's id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run_id: Option<String>,
    /// The attempt of that run, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run_attempt: Option<String>,
    /// The earlier run that this one is compared with, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub baseline: Option<BaselineAbout>,
    /// SHA-256 over the resolved inputs: two reports of one digest were judged by the same rules.
    pub inputs_digest: String,
}

/// What was recorded earlier and is compared with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct BaselineAbout {
    /// The commit that it was recorded for.
    pub commit: String,
    /// How many first-parent steps that commit lies before the base; 0 for the base itself.
    pub distance: usize,
    /// The commit of the store that it was read from: an input of the run like any other.
    pub store_commit: String,
}

/// A file that was read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Source {
    /// Its path as a reader knows it.
    pub path: String,
    /// What it was read as.
    pub format: String,
    /// Its size in bytes.
    pub bytes: u64,
    /// SHA-256 of its bytes, in hexadecimal.
    pub sha256: String,
}

/// What a rule is, for readers of a finding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Rule {
    /// Its id, unique in its action: `uncovered-changed-lines`.
    pub id: String,
    /// A short title.
    pub title: String,
    /// How bad a finding of it is, unless the finding says otherwise.
    pub severity: Severity,
    /// The version that brought it.
    pub since: String,
    /// What to do about a finding: a full sentence.
    pub help: String,
}

/// A rule's metadata as it stands beside its check.
#[derive(Clone, Copy, Debug)]
pub struct RuleInfo {
    /// Its id, equal to its file's name with `-` for `_`.
    pub id: &'static str,
    /// A short title.
    pub title: &'static str,
    /// How bad a finding of it is.
    pub severity: Severity,
    /// The version that brought it.
    pub since: &'static str,
    /// What to do about a finding: a full sentence.
    pub help: &'static str,
}

impl From<RuleInfo> for Rule {
    fn from(info: RuleInfo) -> Self {
        Self {
            id: info.id.to_owned(),
            title: info.title.to_owned(),
            severity: info.severity,
            since: info.since.to_owned(),
            help: info.help.to_owned(),
        }
    }
}
