//! How often a test is bad, and how sure that is.

use std::fmt;

use crate::history::Outcomes;

/// Runs in which a test failed in some attempt, of those that carried it out, with a 95 % interval.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rate {
    /// Failed or flaky runs.
    pub bad: u32,
    /// Runs that carried it out.
    pub runs: u32,
    /// The low end of the interval, of 1.
    pub low: f64,
    /// The high end, of 1.
    pub high: f64,
}

/// The 97.5 % quantile of the normal distribution.
const Z: f64 = 1.959_963_984_540_054;

impl Rate {
    /// The score interval of E. B. Wilson, "Probable inference, the law of succession, and statistical inference", Journal
    /// of the American Statistical Association 22 (1927), pages 209–212: with p = bad / n,
    /// (p + z²/2n ± z √(p (1 − p)/n + z²/4n²)) / (1 + z²/n). Of no run, it is everything.
    pub fn new(bad: u32, runs: u32) -> Self {
        let bad = bad.min(runs);
        if runs == 0 {
            return Self { bad, runs, low: 0.0, high: 1.0 };
        }
        let n = f64::from(runs);
        let p = f64::from(bad) / n;
        let middle = p + Z * Z / (2.0 * n);
        let reach = Z * (p * (1.0 - p) / n + Z * Z / (4.0 * n * n)).sqrt();
        let of = |end: f64| (end / (1.0 + Z * Z / n)).clamp(0.0, 1.0);
        // Where it never or always was bad, the end is exact, and rounding must not move it.
        let low = if bad == 0 { 0.0 } else { of(middle - reach) };
        let high = if bad == runs { 1.0 } else { of(middle + reach) };
        Self { bad, runs, low, high }
    }

    /// Of what is recorded of a test.
    pub fn of(outcomes: &Outcomes) -> Self {
        Self::new(outcomes.bad(), outcomes.executed())
    }
}

/// In percent with a digit: rounded, but 0 % and 100 % only where that is exact.
fn percent(share: f64) -> String {
    let percent = share * 100.0;
    let rounded = (percent * 10.0).round() / 10.0;
    let honest = if rounded <= 0.0 && share > 0.0 {
        0.1
    } else if rounded >= 100.0 && share < 1.0 {
        99.9
    } else {
        rounded
    };
    if honest <= 0.0 || honest >= 100.0 { format!("{honest:.0}") } else { format!("{honest:.1}") }
}

impl fmt::Display for Rate {
    /// `3 of 40 runs, 7.5 % (2.6–19.9 %)`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { bad, runs, low, high } = *self;
        if runs == 0 {
            return f.write_str("no run recorded");
        }
        let share = percent(f64::from(bad) / f64::from(runs));
        let noun = if runs == 1 { "run" } else { "runs" };
        write!(f, "{bad} of {runs} {noun}, {share} % ({}–{} %)", percent(low), percent(high))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn intervals_are_those_of_the_formula() {
        // The ends are those of `statsmodels.stats.proportion.proportion_confint(bad, runs, method="wilson")`.
        assert_eq!(Rate::new(3, 40).to_string(), "3 of 40 runs, 7.5 % (2.6–19.9 %)");
        assert_eq!(Rate::new(0, 50).to_string(), "0 of 50 runs, 0 % (0–7.1 %)");
        assert_eq!(Rate::new(50, 50).to_string(), "50 of 50 runs, 100 % (92.9–100 %)");
        assert_eq!(Rate::new(1, 1).to_string(), "1 of 1 run, 100 % (20.7–100 %)");
        assert_eq!(Rate::new(0, 0).to_string(), "no run recorded");
        let rate = Rate::new(1, 10);
        assert!((rate.low - 0.017_876).abs() < 1e-6 && (rate.high - 0.404_150).abs() < 1e-6, "{rate:?}");
        assert_eq!(percent(0.000_1), "0.1");
        assert_eq!(percent(0.999_99), "99.9");
    }

    proptest! {
        #[test]
        fn the_rate_lies_in_its_interval(bad in 0_u32..60, runs in 0_u32..60) {
            let rate = Rate::new(bad, runs);
            prop_assert!(0.0 <= rate.low && rate.low <= rate.high && rate.high <= 1.0);
            if runs > 0 {
                let p = f64::from(rate.bad) / f64::from(runs);
                prop_assert!(rate.low <= p && p <= rate.high, "{:?}", rate);
                // More of the same makes it surer.
                let surer = Rate::new(rate.bad * 4, runs * 4);
                prop_assert!(surer.high - surer.low < rate.high - rate.low);
            }
        }
    }
}
