//! How long a test takes as a rule, in three bytes: not moved much by one odd run, and the same bytes on every machine.
//!
//! A time is kept as a number of steps, 32 to a doubling (about 2 %), the steps within a doubling equally long: the
//! arithmetic is that of integers. Each new time moves the typical one by a part of the difference: 1/2 for the second
//! time, 1/3 for the third, 1/4 from there on, and then what differs by more than a doubling counts as one. So one odd
//! run moves it by a fifth at most once three are known. The spread is the mean distance of single times from the typical
//! one, moved in the same way.

use crate::model::Nanoseconds;

/// Steps to a doubling.
pub(crate) const STEPS: i32 = 32;

/// The farthest that counts, once enough times are known.
const FARTHEST: i32 = STEPS;

/// The newest time weighs at least one part in so many.
const SLOWEST: i32 = 4;

/// The greatest time in steps.
const MOST: u16 = 64 * 32 - 1;

/// How long a test takes as a rule.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Typical {
    /// In steps and one more; 0 if it is not known.
    level: u16,
    spread: u8,
}

impl Typical {
    /// The time, to about 2 %; none if it was never said.
    pub fn duration(self) -> Option<Nanoseconds> {
        self.steps().map(time)
    }

    /// In steps.
    pub(crate) fn steps(self) -> Option<i32> {
        (self.level > 0).then(|| i32::from(self.level) - 1)
    }

    /// The mean distance of single times from it, in steps.
    pub(crate) fn spread(self) -> i32 {
        i32::from(self.spread)
    }

    /// One more time, after so many.
    pub(super) fn add(&mut self, duration: Nanoseconds, times_before: u32) {
        let new = steps(duration);
        let Some(old) = self.steps() else {
            *self = Self::from_steps(new, 0);
            return;
        };
        let weight = i32::try_from(times_before).unwrap_or(SLOWEST).clamp(1, SLOWEST - 1) + 1;
        let farthest = if weight == SLOWEST { FARTHEST } else { i32::MAX };
        let difference = (new - old).clamp(-farthest, farthest);
        let distance = difference.abs() - self.spread();
        *self = Self::from_steps(old + part(difference, weight), self.spread() + part(distance, weight));
    }

    fn from_steps(steps: i32, spread: i32) -> Self {
        let level = u16::try_from(steps.max(0)).unwrap_or(MOST).min(MOST) + 1;
        Self { level, spread: u8::try_from(spread.max(0)).unwrap_or(u8::MAX) }
    }

    /// As it is stored.
    pub(super) fn stored(self) -> (u16, u8) {
        (self.level, self.spread)
    }

    /// From what is stored, if it can be that.
    pub(super) fn from_stored(level: u16, spread: u8) -> Option<Self> {
        (level <= MOST + 1 && (level > 0 || spread == 0)).then_some(Self { level, spread })
    }
}

/// A part of a difference, rounded away from zero, so that small differences are not lost for ever.
fn part(difference: i32, weight: i32) -> i32 {
    (difference + difference.signum() * (weight - 1)) / weight
}

/// A time in steps.
pub(crate) fn steps(duration: Nanoseconds) -> i32 {
    let nanoseconds = duration.0.max(1);
    let doublings = nanoseconds.ilog2();
    // The bits behind the first, five of them.
    let behind = u128::from(nanoseconds) << 5 >> doublings;
    let within = i32::try_from(behind).expect("less than 64") - STEPS;
    i32::try_from(doublings).expect("less than 64") * STEPS + within
}

/// The shortest time of so many steps.
pub(crate) fn time(steps: i32) -> Nanoseconds {
    let steps = u32::try_from(steps.clamp(0, i32::from(MOST))).expect("it is not below zero");
    let nanoseconds = (u128::from(steps % 32) + 32) << (steps / 32) >> 5;
    Nanoseconds(u64::try_from(nanoseconds).unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn typical(milliseconds: &[u64]) -> u64 {
        let mut typical = Typical::default();
        for (number, time) in milliseconds.iter().enumerate() {
            typical.add(Nanoseconds(time * 1_000_000), u32::try_from(number).unwrap());
        }
        typical.duration().unwrap().0 / 1_000_000
    }

    #[test]
    fn one_odd_run_moves_it_little() {
        let mut times = vec![100; 20];
        let calm = typical(&times);
        assert!((97..=100).contains(&calm), "{calm}");
        times.push(60_000);
        let moved = typical(&times);
        assert!((110..=120).contains(&moved), "{moved}");
        // A change that stays is followed.
        times.extend([60_000; 60]);
        let followed = typical(&times);
        assert!((58_000..=60_000).contains(&followed), "{followed}");
        // A first run that was odd is soon forgotten.
        let mut times = vec![100; 18];
        times[0] = 5000;
        let soon = typical(&times);
        assert!(soon < 110, "{soon}");
    }

    proptest! {
        #[test]
        fn steps_come_back(nanoseconds in 1_u64..) {
            let there = steps(Nanoseconds(nanoseconds));
            let back = time(there).0;
            prop_assert!(back <= nanoseconds && nanoseconds - back <= nanoseconds / 32 + 1, "{}", back);
            if nanoseconds > 64 {
                prop_assert_eq!(steps(time(there)), there);
            }
        }

        #[test]
        fn longer_is_never_less(left: u64, right: u64) {
            prop_assert!(steps(Nanoseconds(left.min(right))) <= steps(Nanoseconds(left.max(right))));
        }

        #[test]
        fn any_times_do(times in proptest::collection::vec(any::<u64>(), 1..80)) {
            let mut typical = Typical::default();
            for (number, nanoseconds) in times.iter().enumerate() {
                typical.add(Nanoseconds(*nanoseconds), u32::try_from(number).unwrap());
            }
            let shown = typical.duration().unwrap().0;
            prop_assert!(shown <= *times.iter().max().unwrap().max(&1));
            prop_assert!(shown >= times.iter().min().unwrap() / 32 * 31);
            let (level, spread) = typical.stored();
            prop_assert_eq!(Typical::from_stored(level, spread), Some(typical));
        }
    }
}
