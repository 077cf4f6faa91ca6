//! A test's identity as 64 bits, the same on every machine and in every version: names of tests that pass are not kept.
//!
//! With ten million tests, two of them fall together in one of a million runs; what then happens is that they count as
//! one test with the worse of their outcomes. Nothing that failed can hide behind another name.

use crate::model::{Subject, TestName};

/// The identity of a test in a variant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TestId(pub u64);

impl TestId {
    /// The identity of a test; `variant` is a number of [`variant_seed`].
    pub(crate) fn new(variant: u64, subject: Subject, name: &TestName<'_>) -> Self {
        Self::in_suite(add(variant, name.suite), subject, name)
    }

    /// The same, where the number of the variant was already taken on to that of the suite.
    pub(crate) fn in_suite(suite: u64, subject: Subject, name: &TestName<'_>) -> Self {
        let mut state = add(suite, name.class);
        state = add(state, name.name);
        state = add(state, name.file);
        state = mix(state ^ K3, u64::from(subject == Subject::OutsideTests) ^ K1);
        // Zero marks an empty place in tables.
        Self(state.max(1))
    }
}

/// A variant as a number.
pub(crate) fn variant_seed(variant: &str) -> u64 {
    add(K2, variant)
}

/// A text as a number, beginning with another.
pub(crate) fn add(state: u64, text: &str) -> u64 {
    let bytes = text.as_bytes();
    let mut state = state ^ mix(bytes.len() as u64 ^ K3, K1);
    let mut chunks = bytes.chunks_exact(16);
    for chunk in &mut chunks {
        state = mix(word(&chunk[..8]) ^ K1, word(&chunk[8..]) ^ state);
    }
    let rest = chunks.remainder();
    let (low, high) = rest.split_at(rest.len().min(8));
    mix(word(low) ^ K2, word(high) ^ state)
}

// Digits of pi: numbers without a hidden meaning, with many bits set.
const K1: u64 = 0x243f_6a88_85a3_08d3;
const K2: u64 = 0x1319_8a2e_0370_7344;
const K3: u64 = 0xa409_3822_299f_31d0;

fn mix(left: u64, right: u64) -> u64 {
    let product = u128::from(left) * u128::from(right);
    #[expect(clippy::cast_possible_truncation, reason = "the two halves are folded")]
    let folded = (product as u64) ^ (product >> 64) as u64;
    folded
}

/// Up to eight bytes.
fn word(bytes: &[u8]) -> u64 {
    if let Some(bytes) = bytes.first_chunk() {
        return u64::from_le_bytes(*bytes);
    }
    let length = bytes.len();
    if let (Some(first), Some(last)) = (bytes.first_chunk(), bytes.last_chunk()) {
        // The two overlap, and agree where they do.
        let (first, last) = (u32::from_le_bytes(*first), u32::from_le_bytes(*last));
        return u64::from(first) | u64::from(last) << (8 * (length - 4));
    }
    bytes.iter().rev().fold(0, |word, byte| word << 8 | u64::from(*byte))
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn identities_never_change() {
        // Stores of history are keyed by these.
        let name = TestName { suite: "suite", class: "class", name: "a test with a longer name", file: "" };
        let id = TestId::new(variant_seed(""), Subject::Test, &name);
        assert_eq!(id, TestId(4_408_874_673_923_124_593), "never change this");
    }

    #[test]
    fn a_word_is_its_bytes() {
        let bytes = [0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88];
        for length in 0..=8 {
            let mut whole = [0; 8];
            whole[..length].copy_from_slice(&bytes[..length]);
            assert_eq!(word(&bytes[..length]), u64::from_le_bytes(whole), "{length}");
        }
    }

    #[test]
    fn every_part_counts() {
        let mut met = HashSet::new();
        for variant in ["", "linux"] {
            for (suite, class, name, file) in [
                ("ab", "", "", ""),
                ("a", "b", "", ""),
                ("", "ab", "", ""),
                ("", "", "ab", ""),
                ("", "", "", "ab"),
                ("", "", "ab\0", ""),
                ("", "", "\0ab", ""),
            ] {
                for subject in [Subject::Test, Subject::OutsideTests] {
                    let name = TestName { suite, class, name, file };
                    met.insert(TestId::new(variant_seed(variant), subject, &name));
                }
            }
        }
        assert_eq!(met.len(), 2 * 7 * 2);
        let names: HashSet<_> = (0..200_000).map(|number| add(K1, &format!("test_{number}")) >> 16).collect();
        // Of 48 bits: hardly any two of 200 000 fall together.
        assert!(names.len() > 199_990);
    }
}
