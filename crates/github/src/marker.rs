//! The hidden line by which a sticky comment is found again: whose it is, and which run wrote it last.
//!
//! ```text
//! marker = "<!-- gatewright: " key " run=" digits " attempt=" digits " -->"      the comment's first line
//! key    = what the workflow chose, with everything but letters, digits, ".", "_", "/" and single "-" as %XX
//! ```

use std::fmt::{self, Write as _};

const OPENING: &str = "<!-- gatewright: ";
const CLOSING: &str = " -->";

/// Names one sticky comment of a pull request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key(String);

impl Key {
    /// A key of any text: what could end a comment of HTML is encoded, and what is too long is cut.
    pub fn new(text: &str) -> Self {
        const MOST: usize = 200;
        let mut key = String::new();
        for byte in text.trim().bytes() {
            let plain = byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'/');
            if plain || (byte == b'-' && !key.ends_with('-')) {
                key.push(char::from(byte));
            } else {
                // Writing to a String never fails.
                let _ = write!(key, "%{byte:02X}");
            }
            if key.len() >= MOST {
                break;
            }
        }
        if key.is_empty() { Self("gatewright".to_owned()) } else { Self(key) }
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// Which run of a workflow speaks. A later run is greater, and so is a later attempt of one run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Stamp {
    /// The run's id: GitHub counts them upwards.
    pub run: u64,
    /// Its attempt, from 1.
    pub attempt: u64,
}

/// The marker's line.
pub(crate) fn line(key: &Key, stamp: Stamp) -> String {
    format!("{OPENING}{key} run={} attempt={}{CLOSING}", stamp.run, stamp.attempt)
}

/// The stamp of a comment that begins with the marker of this key.
pub(crate) fn read(key: &Key, body: &str) -> Option<Stamp> {
    let line = body.lines().next()?.strip_prefix(OPENING)?.trim_end().strip_suffix(CLOSING)?;
    let mut words = line.split(' ');
    if words.next() != Some(&key.0) {
        return None;
    }
    let mut number = |name: &str| words.next()?.strip_prefix(name)?.strip_prefix('=')?.parse().ok();
    let stamp = Stamp { run: number("run")?, attempt: number("attempt")? };
    words.next().is_none().then_some(stamp)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_marker_is_read_back_only_by_its_key() {
        let (key, stamp) = (Key::new("CI/go"), Stamp { run: 12, attempt: 2 });
        let text = line(&key, stamp);
        assert_eq!(text, "<!-- gatewright: CI/go run=12 attempt=2 -->");
        assert_eq!(read(&key, &format!("{text}\r\nwords")), Some(stamp));
        assert_eq!(read(&Key::new("CI"), &text), None);
        for other in [
            "",
            "words\n<!-- gatewright: CI/go run=12 attempt=2 -->",
            "<!-- gatewright: CI/go run=x attempt=2 -->",
            "<!-- gatewright: CI/go run=1 attempt=2 x -->",
        ] {
            assert_eq!(read(&key, other), None, "{other}");
        }
    }

    #[test]
    fn later_runs_and_attempts_are_greater() {
        let stamp = |run, attempt| Stamp { run, attempt };
        assert!(stamp(2, 1) > stamp(1, 9) && stamp(1, 2) > stamp(1, 1));
    }

    proptest! {
        #[test]
        fn no_key_ends_the_comment(text in "\\PC{0,60}|[-> !a]{0,30}", run: u64, attempt: u64) {
            let (key, stamp) = (Key::new(&text), Stamp { run, attempt });
            let line = line(&key, stamp);
            let inner = &line[4..line.len() - 3];
            prop_assert!(!inner.contains("--") && !inner.contains('>') && !line.contains('\n'));
            prop_assert_eq!(read(&key, &line), Some(stamp));
        }
    }
}
