//! Tags and the order of their names. Knows no repository.

use std::cmp::Ordering;

use gatewright_core::repository::CommitId;

/// A tag of a commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tag {
    /// Its name without `refs/tags/`.
    pub name: String,
    /// The commit; an annotated tag is followed to it.
    pub commit: CommitId,
}

/// Orders names by the versions in them, oldest first: `v1.9` < `v1.10-rc.1` < `v1.10`. Digits compare as
/// numbers, a suffix after `-` comes before the name without it, build metadata after `+` counts last.
pub fn compare_versions(one: &str, other: &str) -> Ordering {
    let (one_parts, other_parts) = (split(one), split(other));
    natural(one_parts.release, other_parts.release)
        .then_with(|| match (one_parts.suffix, other_parts.suffix) {
            (None, None) => Ordering::Equal,
            (None, Some(_)) => Ordering::Greater,
            (Some(_), None) => Ordering::Less,
            (Some(one), Some(other)) => natural(one, other),
        })
        .then_with(|| natural(one_parts.build, other_parts.build))
        .then_with(|| one.cmp(other))
}

struct Parts<'a> {
    release: &'a str,
    suffix: Option<&'a str>,
    build: &'a str,
}

fn split(name: &str) -> Parts<'_> {
    let (rest, build) = name.split_once('+').unwrap_or((name, ""));
    // Only a dash after the first digit starts a suffix: `coverage-gate-v1.2` has none.
    let digit = rest.find(|char: char| char.is_ascii_digit()).unwrap_or(rest.len());
    let dash = rest[digit..].find('-').map(|at| digit + at);
    match dash {
        Some(at) => Parts { release: &rest[..at], suffix: Some(&rest[at + 1..]), build },
        None => Parts { release: rest, suffix: None, build },
    }
}

/// Runs of digits as numbers of any length, everything else as text. A shorter name comes first.
fn natural(one: &str, other: &str) -> Ordering {
    let (mut one, mut other) = (one.as_bytes(), other.as_bytes());
    loop {
        match (one.first(), other.first()) {
            (None, None) => return Ordering::Equal,
            (None, _) => return Ordering::Less,
            (_, None) => return Ordering::Greater,
            (Some(left), Some(right)) if left.is_ascii_digit() && right.is_ascii_digit() => {
                let (left, rest) = digits(one);
                let (right, other_rest) = digits(other);
                let order = left.len().cmp(&right.len()).then_with(|| left.cmp(right));
                if order.is_ne() {
                    return order;
                }
                (one, other) = (rest, other_rest);
            }
            (Some(left), Some(right)) if left != right => return left.cmp(right),
            _ => (one, other) = (&one[1..], &other[1..]),
        }
    }
}

/// The leading number without its zeros, and what follows.
fn digits(text: &[u8]) -> (&[u8], &[u8]) {
    let end = text.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(text.len());
    let zeros = text[..end].iter().take_while(|&&byte| byte == b'0').count();
    (&text[zeros..end], &text[end..])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn versions_compare_as_versions() {
        let mut names = [
            "v1.10.0",
            "v2",
            "v1.9.0",
            "v1.10.0-rc.2",
            "v1.10.0-rc.10",
            "v1.10.0-beta",
            "v1",
            "gate-v1.2",
            "gate-v1.10",
            "v1.10.0+1",
            "nightly",
        ];
        names.sort_by(|one, other| compare_versions(one, other));
        assert_eq!(
            names,
            [
                "gate-v1.2",
                "gate-v1.10",
                "nightly",
                "v1",
                "v1.9.0",
                "v1.10.0-beta",
                "v1.10.0-rc.2",
                "v1.10.0-rc.10",
                "v1.10.0",
                "v1.10.0+1",
                "v2",
            ]
        );
    }

    proptest! {
        #[test]
        fn it_is_an_order(names in prop::collection::vec("[av]{0,1}[0-9.a\\-+é]{0,6}", 3)) {
            let order = |one: usize, other: usize| compare_versions(&names[one], &names[other]);
            prop_assert_eq!(order(0, 1), order(1, 0).reverse());
            prop_assert_eq!(order(0, 1).is_eq(), names[0] == names[1]);
            if order(0, 1).is_lt() && order(1, 2).is_lt() {
                prop_assert!(order(0, 2).is_lt());
            }
        }
    }
}
