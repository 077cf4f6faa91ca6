//! Ascending, non-touching line ranges, built up from front to back. Knows nothing of git.

use gatewright_core::repository::LineRange;

/// Adds `count` lines that start at `first`, joined with the last range where the two touch.
/// `first` must not lie before what is already there.
pub(crate) fn extend(ranges: &mut Vec<LineRange>, first: u32, count: u32) {
    let Some(length) = count.checked_sub(1) else { return };
    let last = first.saturating_add(length);
    match ranges.last_mut() {
        Some(before) if before.last.saturating_add(1) >= first => before.last = before.last.max(last),
        _ => ranges.push(LineRange { first, last }),
    }
}

/// All lines of a text; a last line without its end counts.
pub(crate) fn whole(text: &[u8]) -> Vec<LineRange> {
    let ends = memchr::memchr_iter(b'\n', text).count();
    let open = usize::from(text.last().is_some_and(|&byte| byte != b'\n'));
    let mut ranges = Vec::new();
    extend(&mut ranges, 1, u32::try_from(ends + open).unwrap_or(u32::MAX));
    ranges
}

#[cfg(test)]
mod tests {
    use super::*;

    fn range(first: u32, last: u32) -> LineRange {
        LineRange { first, last }
    }

    #[test]
    fn touching_lines_join() {
        let mut ranges = Vec::new();
        for (first, count) in [(1, 2), (3, 1), (5, 0), (5, 2), (9, 1)] {
            extend(&mut ranges, first, count);
        }
        assert_eq!(ranges, [range(1, 3), range(5, 6), range(9, 9)]);
    }

    #[test]
    fn a_last_line_without_its_end_counts() {
        assert_eq!(whole(b""), []);
        assert_eq!(whole(b"\n"), [range(1, 1)]);
        assert_eq!(whole(b"a\nb"), [range(1, 2)]);
        assert_eq!(whole(b"a\nb\n"), [range(1, 2)]);
    }
}
