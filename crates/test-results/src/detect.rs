//! Which format the first bytes of a report are: by content, never by a name.

use std::fmt;

use crate::formats::Format;

/// How many of the first bytes [`detect()`] wants to see, where there are as many.
pub const HEAD: usize = 64 * 1024;

/// Content of no format that is read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct Unknown {}

impl Unknown {
    /// The next step.
    pub fn help(&self) -> &'static str {
        ""
    }
}

impl fmt::Display for Unknown {
    fn fmt(&self, _formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        Ok(())
    }
}

/// Recognises.
pub fn detect(head: &[u8]) -> Result<Format, Unknown> {
    Ok(if head.starts_with(b"{") { Format::GoTest } else { Format::JUnit })
}
