//! Named conditions of the run itself. "Never green by absence": what is missing, unreadable or not applicable
//! is a state with a stated policy, and states follow only their policies.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Something about the run that is not a finding in the code: a report that could not be read, a base that is missing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct State {
    /// Its name: `unreadable-report`.
    pub name: String,
    /// What it does to the verdict.
    pub policy: Policy,
    /// What is the case, naming the file or scope.
    pub message: String,
    /// The next step: a full sentence.
    pub help: String,
    /// The gate it belongs to, in a report merged from many.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gate: Option<String>,
}

/// What a state does to the verdict.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Policy {
    /// The gate fails.
    Fail,
    /// The gate passes with a warning.
    Warn,
    /// It is said, and nothing else.
    Ignore,
}

impl Policy {
    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Fail => "fail",
            Self::Warn => "warn",
            Self::Ignore => "ignore",
        }
    }
}

impl fmt::Display for Policy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for Policy {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let found = [Self::Fail, Self::Warn, Self::Ignore].into_iter().find(|policy| policy.as_str() == text);
        found.ok_or_else(|| "expected fail, warn or ignore".to_owned())
    }
}
