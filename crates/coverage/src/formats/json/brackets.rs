//! The containers that are open while they are read over. No recursion, and a bound.

/// The deepest nesting that is read.
const MAX_DEPTH: usize = 256;

/// Which containers are open: one bit each.
#[derive(Default)]
pub(super) struct Brackets {
    arrays: [u64; MAX_DEPTH / 64],
    depth: usize,
}

impl Brackets {
    /// `false` where there is no room for it.
    pub(super) fn push(&mut self, array: bool) -> bool {
        let Some(word) = self.arrays.get_mut(self.depth / 64) else { return false };
        let bit = 1 << (self.depth % 64);
        *word = if array { *word | bit } else { *word & !bit };
        self.depth += 1;
        true
    }

    /// Whether what is closed is an array. Something is open.
    pub(super) fn pop(&mut self) -> bool {
        self.depth -= 1;
        self.arrays[self.depth / 64] & 1 << (self.depth % 64) != 0
    }

    pub(super) fn is_empty(&self) -> bool {
        self.depth == 0
    }
}
