//! Why there is no verdict: our own flags or configuration are wrong (exit 2), or we could not judge (exit 3).
//! A gate that fails is no failure in this sense.

use std::fmt::Write as _;

use crate::config::ConfigError;
use crate::config::yaml::Place;
use crate::escape::log_text;
use crate::render::{Palette, ended};
use crate::repository::RepositoryError;

/// Exit status: everything holds (`pass`, `warn`), or nothing was judged and a policy allows that.
pub const EXIT_PASSED: u8 = 0;
/// Exit status: the gate failed.
pub const EXIT_FAILED: u8 = 1;
/// Exit status: our own flags or configuration are wrong.
pub const EXIT_USAGE: u8 = 2;
/// Exit status: could not judge, because of I/O, the network, SIGINT, or a bug of ours.
pub const EXIT_CANNOT_JUDGE: u8 = 3;

/// Why there is no verdict.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Failure {
    /// Which exit status it becomes.
    pub kind: FailureKind,
    /// What is wrong: lower case, without a full stop.
    pub message: String,
    /// Where, if it is at a place.
    pub at: Option<FailurePlace>,
    /// The next step: a full sentence.
    pub help: String,
}

/// Whose fault it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailureKind {
    /// Flags, inputs or configuration.
    Usage,
    /// The world around us.
    CannotJudge,
    /// Ours.
    Bug,
}

/// A place in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FailurePlace {
    /// The file.
    pub path: String,
    /// The place.
    pub place: Place,
    /// The line as it stands there.
    pub source_line: String,
}

/// Lower-case advice, as error types give it, as a full sentence.
pub fn sentence(text: &str) -> String {
    let mut characters = text.chars();
    let first = characters.next().map(|first| first.to_uppercase().collect::<String>()).unwrap_or_default();
    let end = if text.ends_with('.') { "" } else { "." };
    format!("{first}{}{end}", characters.as_str())
}

impl Failure {
    /// Flags, inputs or configuration are wrong.
    pub fn usage(message: impl Into<String>, help: impl Into<String>) -> Self {
        Self { kind: FailureKind::Usage, message: message.into(), at: None, help: help.into() }
    }

    /// The world around us does not let us judge.
    pub fn cannot_judge(message: impl Into<String>, help: impl Into<String>) -> Self {
        Self { kind: FailureKind::CannotJudge, message: message.into(), at: None, help: help.into() }
    }

    /// A panic that was caught.
    pub(crate) fn bug(message: &str) -> Self {
        Self {
            kind: FailureKind::Bug,
            message: format!("this is a bug of ours: {message}"),
            at: None,
            help: format!(
                "Please report it with the input that caused it at {}/issues.",
                crate::REPOSITORY_URL
            ),
        }
    }

    /// What is wrong and the next step, as sentences.
    pub(crate) fn sentences(&self) -> String {
        format!("{} {}", ended(&self.message), self.help)
    }

    /// The exit status.
    pub fn exit(&self) -> u8 {
        match self.kind {
            FailureKind::Usage => EXIT_USAGE,
            FailureKind::CannotJudge | FailureKind::Bug => EXIT_CANNOT_JUDGE,
        }
    }

    /// As a reader of a terminal or log sees it.
    pub(crate) fn render(&self, palette: Palette) -> String {
        let mut text = format!("{}: {}\n", palette.error("error"), log_text(&self.message));
        if let Some(at) = &self.at {
            let number = at.place.line.to_string();
            let gutter = " ".repeat(number.len());
            let before = usize::try_from(at.place.column).unwrap_or(1).saturating_sub(1);
            let caret: String =
                at.source_line.chars().take(before).map(|c| if c == '\t' { '\t' } else { ' ' }).collect();
            // Writing to a String never fails.
            let _ = writeln!(
                text,
                "{gutter}{} {}:{}:{}",
                palette.dim("-->"),
                log_text(&at.path),
                at.place.line,
                at.place.column
            );
            if !at.source_line.is_empty() {
                let bar = palette.dim("|");
                let _ = writeln!(
                    text,
                    "{gutter} {bar}\n{} {bar} {}\n{gutter} {bar} {caret}^",
                    palette.dim(&number),
                    log_text(&at.source_line)
                );
            }
        }
        let _ =
            writeln!(text, "  {} {}", palette.dim("help:"), log_text(&self.help).replace('\n', "\n        "));
        text
    }
}

impl From<ConfigError> for Failure {
    fn from(error: ConfigError) -> Self {
        let at = FailurePlace { path: error.path, place: error.place, source_line: error.source_line };
        Self { kind: FailureKind::Usage, message: error.message, at: Some(at), help: error.help }
    }
}

impl From<RepositoryError> for Failure {
    fn from(error: RepositoryError) -> Self {
        Self::cannot_judge(error.message, error.help)
    }
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;

    #[test]
    fn a_failure_shows_its_line() {
        let at = FailurePlace {
            path: "a.yml".into(),
            place: Place { line: 12, column: 3 },
            source_line: "  minmum: 85".into(),
        };
        let failure =
            Failure { at: Some(at), ..Failure::usage("there is no setting `minmum`", "Use `minimum`.") };
        expect![[r"
            error: there is no setting `minmum`
              --> a.yml:12:3
               |
            12 |   minmum: 85
               |   ^
              help: Use `minimum`.
        "]]
        .assert_eq(&failure.render(Palette::Plain));
    }
}
