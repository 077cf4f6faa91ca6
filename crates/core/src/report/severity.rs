//! How bad a finding is, and the one table of what that means in each place it is shown.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// How bad a finding is. The order is from harmless to worst.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing.
    Info,
    /// A small defect.
    Low,
    /// A defect.
    Medium,
    /// A defect that should stop a change.
    High,
    /// A defect that must stop everything.
    Critical,
}

/// The kinds of annotation that GitHub knows, worst first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum AnnotationLevel {
    /// `::error`
    Error,
    /// `::warning`
    Warning,
    /// `::notice`
    Notice,
}

impl AnnotationLevel {
    /// The workflow command's name.
    pub fn command(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Notice => "notice",
        }
    }
}

impl Severity {
    /// All severities, worst first.
    pub const ALL: [Self; 5] = [Self::Critical, Self::High, Self::Medium, Self::Low, Self::Info];

    /// The word for it.
    pub fn as_str(self) -> &'static str {
        self.row().0
    }

    /// The annotation it becomes.
    pub fn annotation(self) -> AnnotationLevel {
        self.row().1
    }

    /// SARIF's `level`.
    pub fn sarif_level(self) -> &'static str {
        self.row().2
    }

    /// GitHub's `security-severity`, which decides the shown severity of a security alert; none for [`Self::Info`].
    pub fn security_severity(self) -> Option<&'static str> {
        self.row().3
    }

    /// The one table. GitHub reads a score above 9.0 as critical, from 7.0 as high, from 4.0 as medium,
    /// and below as low.
    fn row(self) -> (&'static str, AnnotationLevel, &'static str, Option<&'static str>) {
        match self {
            Self::Critical => ("critical", AnnotationLevel::Error, "error", Some("9.5")),
            Self::High => ("high", AnnotationLevel::Error, "error", Some("8.0")),
            Self::Medium => ("medium", AnnotationLevel::Warning, "warning", Some("5.5")),
            Self::Low => ("low", AnnotationLevel::Notice, "note", Some("2.0")),
            Self::Info => ("info", AnnotationLevel::Notice, "note", None),
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for Severity {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let found = Self::ALL.into_iter().find(|severity| severity.as_str() == text);
        found.ok_or_else(|| "expected critical, high, medium, low or info".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;

    #[test]
    fn the_table_is_pinned() {
        let rows: Vec<String> = Severity::ALL
            .into_iter()
            .map(|severity| {
                let score = severity.security_severity().unwrap_or("-");
                format!(
                    "{severity:<9}{:<8} {:<8} {score}\n",
                    severity.annotation().command(),
                    severity.sarif_level()
                )
            })
            .collect();
        expect![[r"
            critical error    error    9.5
            high     error    error    8.0
            medium   warning  warning  5.5
            low      notice   note     2.0
            info     notice   note     -
        "]]
        .assert_eq(&rows.concat());
        assert!(Severity::Critical > Severity::High && Severity::Low > Severity::Info);
    }
}
