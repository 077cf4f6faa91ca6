//! Exact numbers: thresholds and literals are decimals, comparisons are on fractions of integers, and what is
//! shown is floored, so that no rounding ever decides a gate.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A decimal number with at most nine digits after the point, held exactly.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Decimal {
    /// The value times 10⁹.
    billionths: i64,
}

const SCALE: i64 = 1_000_000_000;

/// Why a text is no decimal.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no decimal number (digits, at most one point, at most nine digits after it)")]
pub struct DecimalError(String);

impl Decimal {
    /// A whole number; numbers past ±9.2·10⁹ saturate.
    pub fn whole(value: i64) -> Self {
        Self { billionths: value.saturating_mul(SCALE) }
    }

    /// Compares with the fraction `numerator / denominator`, exactly. The denominator must not be zero.
    pub fn cmp_fraction(self, numerator: u128, denominator: u128) -> Ordering {
        debug_assert!(denominator > 0, "a fraction of nothing has no order");
        if self.billionths < 0 {
            return Ordering::Less;
        }
        let scaled = u128::from(self.billionths.unsigned_abs());
        // Both operands of a measure are 64-bit counts, so the products stay below 2¹²⁸.
        (scaled * denominator).cmp(&(numerator * u128::from(SCALE.unsigned_abs())))
    }

    /// The value times 10⁹.
    pub fn billionths(self) -> i64 {
        self.billionths
    }
}

impl FromStr for Decimal {
    type Err = DecimalError;

    fn from_str(text: &str) -> Result<Self, DecimalError> {
        let error = || DecimalError(text.to_owned());
        let (negative, digits) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let only_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        let dangling = digits.ends_with('.') || whole.is_empty();
        if dangling || whole.len() > 9 || fraction.len() > 9 || !only_digits(whole) || !only_digits(fraction)
        {
            return Err(error());
        }
        let whole: i64 = whole.parse().map_err(|_| error())?;
        let fraction: i64 = format!("{fraction:0<9}").parse().map_err(|_| error())?;
        let billionths = whole * SCALE + fraction;
        Ok(Self { billionths: if negative { -billionths } else { billionths } })
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.billionths < 0 { "-" } else { "" };
        let scale = SCALE.unsigned_abs();
        let (whole, rest) = (self.billionths.unsigned_abs() / scale, self.billionths.unsigned_abs() % scale);
        if rest == 0 {
            return write!(f, "{sign}{whole}");
        }
        let fraction = format!("{rest:09}");
        write!(f, "{sign}{whole}.{}", fraction.trim_end_matches('0'))
    }
}

impl TryFrom<String> for Decimal {
    type Error = DecimalError;

    fn try_from(text: String) -> Result<Self, DecimalError> {
        text.parse()
    }
}

impl From<Decimal> for String {
    fn from(value: Decimal) -> Self {
        value.to_string()
    }
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for Decimal {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Decimal".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "description": "An exact decimal number, as text.",
            "type": "string",
            "pattern": r"^-?[0-9]{1,9}(\.[0-9]{1,9})?$"
        })
    }
}

/// A percentage from 0 to 100, as users write it: `85`, `99.5`, `80%`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Percent(pub Decimal);

/// Why a text is no percentage.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected a percentage from 0 to 100, such as `85` or `99.5`")]
pub struct PercentError;

impl FromStr for Percent {
    type Err = PercentError;

    fn from_str(text: &str) -> Result<Self, PercentError> {
        let number = text.strip_suffix('%').map_or(text, str::trim_end);
        let value: Decimal = number.parse().map_err(|_| PercentError)?;
        let valid = value >= Decimal::whole(0) && value <= Decimal::whole(100);
        if valid { Ok(Self(value)) } else { Err(PercentError) }
    }
}

impl fmt::Display for Percent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} %", self.0)
    }
}

/// `numerator / denominator` as a percentage with two decimals, floored: `100.00` only when it is exact.
/// A zero denominator has no percentage.
pub fn floored_percent(numerator: u64, denominator: u64) -> Option<String> {
    if denominator == 0 {
        return None;
    }
    let hundredths = u128::from(numerator) * 10_000 / u128::from(denominator);
    Some(format!("{}.{:02}", hundredths / 100, hundredths % 100))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn decimals_are_exact() {
        assert_eq!("85".parse::<Decimal>().unwrap(), Decimal::whole(85));
        assert_eq!("0.10".parse::<Decimal>().unwrap().to_string(), "0.1");
        assert_eq!("-3.25".parse::<Decimal>().unwrap().to_string(), "-3.25");
        for wrong in ["", ".", "1.", ".5", "1e3", "+1", "NaN", "1_0", "0.1234567891", "12345678901", "١"] {
            assert!(wrong.parse::<Decimal>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn percentages_have_bounds() {
        assert_eq!("99.5 %".parse::<Percent>().unwrap().to_string(), "99.5 %");
        for wrong in ["-1", "100.000000001", "%", "abc"] {
            assert!(wrong.parse::<Percent>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_hundred_is_shown_only_when_exact() {
        assert_eq!(floored_percent(2071, 2072).unwrap(), "99.95");
        assert_eq!(floored_percent(u64::MAX - 1, u64::MAX).unwrap(), "99.99");
        assert_eq!(floored_percent(3, 3).unwrap(), "100.00");
        assert_eq!(floored_percent(0, 0), None);
    }

    proptest! {
        #[test]
        fn text_round_trips(billionths in -999_999_999_999_999_999_i64..999_999_999_999_999_999) {
            let value = Decimal { billionths };
            prop_assert_eq!(value.to_string().parse::<Decimal>().unwrap(), value);
        }

        #[test]
        fn comparison_agrees_with_cross_multiplication(
            tenths in 0_u32..2000, numerator in any::<u64>(), denominator in 1..=u64::MAX,
        ) {
            let value: Decimal = format!("{}.{}", tenths / 10, tenths % 10).parse().unwrap();
            let expected = (u128::from(tenths) * u128::from(denominator)).cmp(&(u128::from(numerator) * 10));
            prop_assert_eq!(value.cmp_fraction(numerator.into(), denominator.into()), expected);
        }
    }
}
