//! Why a baseline can't be read or made, and what to do about it.

/// Why a text is no baseline, or a run none for others.
#[derive(Debug, thiserror::Error)]
pub enum BaselineError {
    /// It breaks the grammar of JSON, or is not shaped as a baseline is.
    #[error("it is no baseline: {0}")]
    Json(#[from] serde_json::Error),
    /// It is JSON of something else.
    #[error("it is no baseline: its `schema` is {0}")]
    Schema(String),
    /// It is a report of a run that was itself incomplete.
    #[error("it was not judged whole: {0}")]
    Incomplete(String),
    /// It is a report of another action.
    #[error("it is a report without coverage figures, of `{0}`")]
    NoFigures(String),
}

impl BaselineError {
    /// The next step: a full sentence.
    pub fn help(&self) -> &'static str {
        match self {
            Self::Json(_) | Self::Schema(_) => {
                "Hand over the JSON report of an earlier run of coverage-gate, or a baseline that it recorded."
            }
            Self::Incomplete(_) => "Take the report of a run in which every report was read.",
            Self::NoFigures(_) => "Take a report of coverage-gate.",
        }
    }
}
