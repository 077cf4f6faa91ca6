//! Why bytes are no history, and what to do about it.

/// Why a history can't be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HistoryError {
    /// It does not begin as one.
    #[error("it is no history of tests")]
    NotOne,
    /// A later version wrote it.
    #[error("it is a history of tests in format {0}, and this version reads format 1")]
    Later(u64),
    /// It breaks its own grammar.
    #[error("the history of tests is broken: {0}")]
    Broken(&'static str),
    /// It holds more than any that was written here.
    #[error("the history of tests is too large: {0}")]
    TooLarge(&'static str),
}

impl HistoryError {
    /// The next step: a full sentence.
    pub fn help(&self) -> &'static str {
        match self {
            Self::NotOne => "Hand over a history that this action recorded.",
            Self::Later(_) => "Use the version of this action that recorded it, or a later one.",
            Self::Broken(_) | Self::TooLarge(_) => {
                "Remove it; the next recorded run on the default branch begins a new one."
            }
        }
    }
}
