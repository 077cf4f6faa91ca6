//! Whether a content is text. Knows bytes only.

/// How many bytes git looks at.
const SNIFFED: usize = 8000;

/// Git's own guess: a NUL near the start.
pub(crate) fn looks_binary(bytes: &[u8]) -> bool {
    bytes[..bytes.len().min(SNIFFED)].contains(&0)
}
