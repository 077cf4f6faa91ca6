//! The decision and its reasons.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The decision about a subject. Made by [`crate::judge`] alone.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Verdict {
    /// The decision.
    pub result: VerdictResult,
    /// Whether the action should fail its step. `no-data` fails only under the policy `fail`.
    pub failed: bool,
    /// Why, worst first. Empty for a plain pass.
    pub reasons: Vec<Reason>,
}

/// The decision in a word.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum VerdictResult {
    /// Everything holds.
    Pass,
    /// Everything holds, but somebody should look.
    Warn,
    /// Nothing was judged.
    #[default]
    NoData,
    /// Something does not hold.
    Fail,
}

impl VerdictResult {
    /// The word for it, as the output `verdict` carries it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Warn => "warn",
            Self::NoData => "no-data",
            Self::Fail => "fail",
        }
    }
}

impl fmt::Display for VerdictResult {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// One reason for a verdict.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Reason {
    /// What kind of thing speaks.
    pub kind: ReasonKind,
    /// The rule, measure, state or condition.
    pub name: String,
    /// Whether it fails the gate or only warns.
    pub level: ReasonLevel,
    /// What was required.
    pub required: String,
    /// What was found.
    pub found: String,
    /// The next step: a full sentence.
    pub help: String,
    /// The gate it belongs to, in a report merged from many.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gate: Option<String>,
}

impl Reason {
    /// `coverage.lines[patch]: found 50.00 % (1/2), required at least 85 %`.
    pub fn sentence(&self) -> String {
        match self.kind {
            ReasonKind::State => format!("{}: {}", self.name, self.found),
            _ => format!("{}: found {}, required {}", self.name, self.found, self.required),
        }
    }
}

/// What kind of thing speaks in a reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum ReasonKind {
    /// A measure missed its threshold.
    Measure,
    /// A condition does not hold.
    Condition,
    /// Findings of a rule.
    Finding,
    /// A state's policy.
    State,
}

/// What a reason does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum ReasonLevel {
    /// It fails the gate.
    Fail,
    /// It only warns.
    Warn,
}
