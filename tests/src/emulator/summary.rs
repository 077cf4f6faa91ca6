//! `GITHUB_STEP_SUMMARY`: accepted whole or thrown away whole, by its size in bytes before masking.

use serde::Serialize;

use super::{lines, masks::Masks};

/// The most bytes that a step may write.
pub const LIMIT: usize = 1_048_576;

/// What became of one step's summary.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// Whether it is shown.
    pub state: State,
    /// Its size before masking.
    pub bytes: usize,
    /// What is shown: masked line by line, so a secret that spans lines stays visible.
    #[serde(skip)]
    pub text: String,
}

/// Whether a summary is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// It is.
    Accepted,
    /// It was too big: none of it is.
    Discarded,
}

/// Judges what a step wrote; nothing written is no summary.
pub fn judge(bytes: &[u8], masks: &Masks) -> Option<Summary> {
    if bytes.is_empty() {
        return None;
    }
    if bytes.len() > LIMIT {
        return Some(Summary { state: State::Discarded, bytes: bytes.len(), text: String::new() });
    }
    let decoded = lines::decode_file(bytes);
    let mut text = String::with_capacity(decoded.len());
    for line in lines::cut(decoded.as_bytes()) {
        text.push_str(&masks.hide(&line));
        text.push('\n');
    }
    Some(Summary { state: State::Accepted, bytes: bytes.len(), text })
}

/// The error that a discarded summary adds. Kibibytes are rounded down.
pub fn too_big(bytes: usize) -> String {
    format!(
        "$GITHUB_STEP_SUMMARY upload aborted, supports content up to a size of {}k, got {}k. For more \
         information see: https://docs.github.com/actions/using-workflows/workflow-commands-for-github-actions\
         #adding-a-markdown-summary",
        LIMIT / 1024,
        bytes / 1024
    )
}
