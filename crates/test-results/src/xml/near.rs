//! Looking for a byte that is mostly near: a call to the search for far ones takes longer than finding it. Knows no XML.

use memchr::memchr;

const ONES: u64 = 0x0101_0101_0101_0101;

const HIGH_BITS: u64 = 0x8080_8080_8080_8080;

/// So many words are looked at here.
const NEAR: usize = 12;

/// Where the first such byte is.
#[inline]
pub(super) fn find_near(wanted: u8, bytes: &[u8]) -> Option<usize> {
    let (words, rest) = bytes.as_chunks::<8>();
    let pattern = u64::from(wanted) * ONES;
    for (number, word) in words.iter().take(NEAR).enumerate() {
        // A byte that is wanted becomes zero; the lowest zero, and maybe more above it, gets its high bit set.
        let differing = u64::from_le_bytes(*word) ^ pattern;
        let zeros = differing.wrapping_sub(ONES) & !differing & HIGH_BITS;
        if zeros != 0 {
            return Some(number * 8 + zeros.trailing_zeros() as usize / 8);
        }
    }
    if words.len() > NEAR {
        return memchr(wanted, &bytes[NEAR * 8..]).map(|at| NEAR * 8 + at);
    }
    rest.iter().position(|byte| *byte == wanted).map(|at| words.len() * 8 + at)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_is_found_is_the_first(wanted in any::<u8>(), mut bytes in proptest::collection::vec(any::<u8>(), 0..300), places in proptest::collection::vec(any::<prop::sample::Index>(), 0..3)) {
            let (below, above) = (wanted.wrapping_sub(1), wanted.wrapping_add(1));
            bytes.iter_mut().filter(|byte| **byte == wanted || **byte < 80).for_each(|byte| *byte = above);
            bytes.iter_mut().filter(|byte| **byte > 170).for_each(|byte| *byte = below);
            for place in places {
                if !bytes.is_empty() {
                    let at = place.index(bytes.len());
                    bytes[at] = wanted;
                }
            }
            for start in 0..bytes.len().min(9) {
                let bytes = &bytes[start..];
                prop_assert_eq!(find_near(wanted, bytes), memchr(wanted, bytes));
            }
        }
    }
}
