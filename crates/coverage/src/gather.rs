//! Units of one file, gathered in any order into a sorted list without duplicates. Knows no format.
//!
//! Reports mostly name units in order, and name a file again in the same order. Both are one comparison
//! here. What comes out of order waits in a tail that is never longer than the list, so that neither time
//! nor memory grows with repetition.

use std::cmp::Ordering;

/// Something that a report counts, and that several reports may count.
pub(crate) trait Measured: Sized {
    /// The order of units; two that are equal in it are the same unit.
    fn order(&self, other: &Self) -> Ordering;

    /// Takes over what another report says about the same unit. Must be commutative and associative.
    fn absorb(&mut self, other: Self);

    /// Whether what reports say about the unit cannot all be true.
    fn is_disputed(&self) -> bool {
        false
    }
}

/// A sorted list in the making.
#[derive(Debug)]
pub(crate) struct Gathered<T> {
    sorted: Vec<T>,
    /// Out of order and not in `sorted`, each with the line of the report that named it.
    tail: Vec<(T, u64)>,
    /// Where in `sorted` the next unit is expected when a file is named again.
    cursor: usize,
}

/// A tail may always be this long: sorting less is not worth it.
const TAIL: usize = 32;

impl<T> Default for Gathered<T> {
    fn default() -> Self {
        Self { sorted: Vec::new(), tail: Vec::new(), cursor: 0 }
    }
}

impl<T: Measured> Gathered<T> {
    /// Adds what line `origin` says about a unit. `disputed` hears of a unit and the line that disagreed,
    /// once for each unit.
    #[inline]
    pub(crate) fn add(&mut self, unit: T, origin: u64, disputed: &mut impl FnMut(&T, u64)) {
        if self.tail.is_empty() && self.sorted.last().is_none_or(|last| last.order(&unit) == Ordering::Less) {
            self.sorted.push(unit);
            return;
        }
        self.add_known(unit, origin, disputed);
    }

    #[inline(never)]
    fn add_known(&mut self, unit: T, origin: u64, disputed: &mut impl FnMut(&T, u64)) {
        let expected = self.sorted.get(self.cursor).is_some_and(|next| next.order(&unit) == Ordering::Equal);
        let at =
            if expected { Ok(self.cursor) } else { self.sorted.binary_search_by(|known| known.order(&unit)) };
        if let Ok(at) = at {
            absorb(&mut self.sorted[at], unit, origin, disputed);
            self.cursor = at + 1;
            return;
        }
        self.tail.push((unit, origin));
        if self.tail.len() >= self.sorted.len().max(TAIL) {
            self.settle_telling(disputed);
        }
    }

    /// The sorted list; gathering starts anew.
    pub(crate) fn finish(&mut self, disputed: &mut impl FnMut(&T, u64)) -> Vec<T> {
        self.settle_telling(disputed);
        self.cursor = 0;
        let mut sorted = std::mem::take(&mut self.sorted);
        sorted.shrink_to_fit();
        sorted
    }

    /// Makes [`Gathered::settled`] whole, for units that have no disputes.
    pub(crate) fn settle(&mut self) {
        self.settle_telling(&mut |_, _| {});
    }

    /// What was gathered up to the last settling.
    pub(crate) fn settled(&self) -> &[T] {
        &self.sorted
    }

    /// Hands everything over to `other`, and keeps the room that it took.
    pub(crate) fn move_into(&mut self, other: &mut Self) {
        self.settle();
        if other.sorted.is_empty() && other.tail.is_empty() {
            // Exactly the room needed: there are many files, and most are not named again.
            other.sorted = Vec::with_capacity(self.sorted.len());
            other.sorted.append(&mut self.sorted);
        } else {
            for unit in self.sorted.drain(..) {
                other.add(unit, 0, &mut |_, _| {});
            }
        }
        self.cursor = 0;
    }

    /// Works the tail into the sorted list.
    fn settle_telling(&mut self, disputed: &mut impl FnMut(&T, u64)) {
        if self.tail.is_empty() {
            return;
        }
        // Stable, so that the line named in a dispute is the later one.
        self.tail.sort_by(|(left, _), (right, _)| left.order(right));
        let mut folded: Vec<T> = Vec::with_capacity(self.tail.len());
        for (unit, origin) in self.tail.drain(..) {
            match folded.last_mut().filter(|last| last.order(&unit) == Ordering::Equal) {
                Some(last) => absorb(last, unit, origin, disputed),
                None => folded.push(unit),
            }
        }
        unite(&mut self.sorted, folded);
        self.cursor = self.sorted.len();
    }
}

fn absorb<T: Measured>(known: &mut T, unit: T, origin: u64, disputed: &mut impl FnMut(&T, u64)) {
    let agreed = !known.is_disputed();
    known.absorb(unit);
    if agreed && known.is_disputed() {
        disputed(known, origin);
    }
}

/// Unites two sorted lists without duplicates into the first.
pub(crate) fn unite<T: Measured>(left: &mut Vec<T>, right: Vec<T>) {
    if left.is_empty() {
        *left = right;
        return;
    }
    let same_units = left.len() == right.len()
        && left.iter().zip(&right).all(|(left, right)| left.order(right) == Ordering::Equal);
    if same_units {
        for (left, right) in left.iter_mut().zip(right) {
            left.absorb(right);
        }
        return;
    }
    let mut united = Vec::with_capacity(left.len().max(right.len()));
    let mut rights = right.into_iter().peekable();
    for mut unit in std::mem::take(left) {
        while let Some(before) = rights.next_if(|right| right.order(&unit) == Ordering::Less) {
            united.push(before);
        }
        if let Some(same) = rights.next_if(|right| right.order(&unit) == Ordering::Equal) {
            unit.absorb(same);
        }
        united.push(unit);
    }
    united.extend(rights);
    *left = united;
}
