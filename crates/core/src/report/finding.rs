//! One thing found at one place.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::{Policy, Properties, Severity};
use crate::RepoPath;

/// One thing found, where it is, and what is known about it. `outcome`, `change` and `waiver` are independent facts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Finding {
    /// The rule that found it.
    pub rule: String,
    /// The field it belongs to: `coverage`, `security`.
    pub category: Cow<'static, str>,
    /// How bad it is.
    pub severity: Severity,
    /// How sure the rule is.
    pub confidence: Confidence,
    /// What is wrong, in one or two sentences, the remedy first where there is one.
    pub message: String,
    /// Where it is, if it is at a place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<Location>,
    /// The next step: a full sentence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
    /// Edits that would mend it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fixes: Vec<Fix>,
    /// Stable across runs for the same thing.
    pub fingerprint: String,
    /// Other places that explain it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub related: Vec<Related>,
    /// What the concern knows besides.
    #[serde(default, skip_serializing_if = "Properties::is_empty")]
    pub properties: Properties,
    /// What the rule decided.
    pub outcome: FindingOutcome,
    /// How it stands against the baseline, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub change: Option<Change>,
    /// Who accepted it, where somebody did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waiver: Option<Box<WaiverMark>>,
    /// The gate that found it, in a report merged from many.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gate: Option<String>,
}

/// The property that names the state which a finding explains: readers are told once, at the finding's place.
pub const STATE_PROPERTY: &str = "state";

/// The property that names the section in which a waived finding is told: the list of all waived ones leaves it out.
pub const SECTION_PROPERTY: &str = "section";

/// The property that lists other ids of the same thing, with blanks between them: a waiver may name any of them.
pub const ALIASES_PROPERTY: &str = "aliases";

impl Finding {
    /// A finding with the usual facts: sure, failed, neither compared nor waived.
    pub fn new(rule: &super::RuleInfo, category: &'static str, message: impl Into<String>) -> Self {
        Self {
            rule: rule.id.to_owned(),
            category: Cow::Borrowed(category),
            severity: rule.severity,
            confidence: Confidence::High,
            message: message.into(),
            location: None,
            help: Some(rule.help.to_owned()),
            fixes: Vec::new(),
            fingerprint: String::new(),
            related: Vec::new(),
            properties: Properties::default(),
            outcome: FindingOutcome::Fail,
            change: None,
            waiver: None,
            gate: None,
        }
    }

    /// Lets a policy decide over it, and so over how loud it is.
    #[must_use]
    pub fn under(mut self, policy: Policy) -> Self {
        (self.outcome, self.severity) = match policy {
            Policy::Fail => (FindingOutcome::Fail, Severity::High),
            Policy::Warn => (FindingOutcome::Unknown, Severity::Medium),
            Policy::Ignore => (FindingOutcome::NotApplicable, Severity::Info),
        };
        self
    }

    /// Marks it as one that only explains a state: the state's policy decides over the gate, so it decides how loud
    /// the finding is, too. Readers are told once, here.
    #[must_use]
    pub fn explaining(mut self, state: &str, policy: Policy) -> Self {
        self = self.under(policy);
        self.properties.insert(STATE_PROPERTY.to_owned(), state.to_owned());
        if policy == Policy::Fail {
            self.outcome = FindingOutcome::Unknown;
        }
        self
    }

    /// Places it.
    #[must_use]
    pub fn at(mut self, location: Location) -> Self {
        self.location = Some(location);
        self
    }
}

/// How sure a rule is of a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Confidence {
    /// A guess.
    Low,
    /// Likely.
    Medium,
    /// Certain.
    High,
}

/// What a rule decided about a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum FindingOutcome {
    /// The rule is broken here.
    Fail,
    /// It could not be decided; a state says what that means for the verdict.
    Unknown,
    /// The rule holds here.
    Pass,
    /// The rule does not apply here.
    NotApplicable,
}

/// How a finding stands against the baseline.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Change {
    /// Not in the baseline.
    New,
    /// In the baseline as it is.
    Unchanged,
    /// In the baseline, but changed.
    Updated,
    /// Only in the baseline.
    Absent,
}

/// A place in a file of the repository.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Location {
    /// Relative to the repository's root.
    pub path: RepoPath,
    /// The first line, from 1; absent for the file as a whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
    /// The last line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end_line: Option<u32>,
    /// The first column, from 1, in UTF-16 units.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub column: Option<u32>,
    /// The column behind the last, in UTF-16 units.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end_column: Option<u32>,
}

impl Location {
    /// A whole file.
    pub fn file(path: RepoPath) -> Self {
        Self { path, line: None, end_line: None, column: None, end_column: None }
    }

    /// Whole lines of a file.
    pub fn lines(path: RepoPath, first: u32, last: u32) -> Self {
        Self { line: Some(first), end_line: Some(last), ..Self::file(path) }
    }
}

/// An edit that would mend a finding: replace bytes `start..end` of the file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Fix {
    /// The file.
    pub path: RepoPath,
    /// The first byte.
    pub start: u64,
    /// The byte behind the last.
    pub end: u64,
    /// What stands there afterwards.
    pub replacement: String,
}

/// Another place that explains a finding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Related {
    /// Where it is.
    pub location: Location,
    /// What it has to do with the finding.
    pub message: String,
}

/// Who accepted a finding, why, and until when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct WaiverMark {
    /// Who answers for it.
    pub owner: String,
    /// Why it is accepted.
    pub reason: String,
    /// The last day it holds, `YYYY-MM-DD`; absent only for another tool's inline marker.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<String>,
}
