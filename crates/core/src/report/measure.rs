//! An exact figure with the threshold it is held to.

use std::cmp::Ordering;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::decimal::{Decimal, floored_percent};

/// An exact figure. Names and scopes are a public contract: conditions, metrics and history refer to them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Measure {
    /// Dotted and stable: `coverage.lines`.
    pub name: String,
    /// What it covers.
    pub scope: Scope,
    /// What is counted.
    pub unit: Unit,
    /// The figure.
    #[serde(flatten)]
    pub value: MeasureValue,
    /// The figure as it is shown: floored.
    pub display: String,
    /// What it is held to, if anything.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub threshold: Option<Threshold>,
    /// The figure of the baseline, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub baseline: Option<MeasureValue>,
    /// Which way is better.
    pub direction: Direction,
    /// How it stands against its threshold.
    pub outcome: MeasureOutcome,
    /// The commit that the figure was carried forward from, where this run did not measure it itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub carried_from: Option<String>,
    /// The gate it belongs to, in a report merged from many.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gate: Option<String>,
}

impl Measure {
    /// A percentage: higher is better. With a threshold it is judged at once, on integers.
    pub fn percent(name: &str, scope: Scope, covered: u64, total: u64, least: Option<Decimal>) -> Self {
        let value = MeasureValue::Ratio { numerator: covered, denominator: total };
        let threshold = least.map(|value| Threshold::Least { value });
        Self {
            name: name.to_owned(),
            scope,
            unit: Unit::Percent,
            display: value.display(Unit::Percent),
            outcome: judge(Unit::Percent, &value, threshold.as_ref()),
            value,
            threshold,
            baseline: None,
            direction: Direction::HigherIsBetter,
            carried_from: None,
            gate: None,
        }
    }

    /// By how many percentage points a share fell since the baseline: lower is better, and below zero it rose. With a
    /// threshold it is judged at once, on integers.
    pub fn drop(name: &str, scope: Scope, before: Fraction, after: Fraction, most: Option<Decimal>) -> Self {
        let value = MeasureValue::Difference { before, after };
        let threshold = most.map(|value| Threshold::Most { value });
        Self {
            name: name.to_owned(),
            scope,
            unit: Unit::Points,
            display: value.display(Unit::Points),
            outcome: judge(Unit::Points, &value, threshold.as_ref()),
            value,
            threshold,
            baseline: None,
            direction: Direction::LowerIsBetter,
            carried_from: None,
            gate: None,
        }
    }

    /// A count: lower is better. With a threshold it is judged at once.
    pub fn count(name: &str, scope: Scope, value: u64, most: Option<u64>) -> Self {
        let value = MeasureValue::Count { value };
        let threshold = most
            .map(|most| Threshold::Most { value: Decimal::whole(i64::try_from(most).unwrap_or(i64::MAX)) });
        Self {
            name: name.to_owned(),
            scope,
            unit: Unit::Count,
            display: value.display(Unit::Count),
            outcome: judge(Unit::Count, &value, threshold.as_ref()),
            value,
            threshold,
            baseline: None,
            direction: Direction::LowerIsBetter,
            carried_from: None,
            gate: None,
        }
    }

    /// A figure that this run has no way to know, with why not.
    pub fn not_applicable(name: &str, scope: Scope, unit: Unit) -> Self {
        let mut measure = Self::percent(name, scope, 0, 0, None);
        measure.unit = unit;
        "not applicable".clone_into(&mut measure.display);
        measure.outcome = MeasureOutcome::NotApplicable;
        measure
    }

    /// How the figure compares with a literal in the measure's unit; `None` when there is no data.
    pub fn compare(&self, literal: Decimal) -> Option<Ordering> {
        compare(self.unit, &self.value, literal)
    }

    /// `coverage.lines[patch]`, with the gate in front in a merged report.
    pub fn reference(&self) -> String {
        let gate = self.gate.as_ref().map(|gate| format!("{gate}/")).unwrap_or_default();
        if self.scope == Scope::Total {
            format!("{gate}{}", self.name)
        } else {
            format!("{gate}{}[{}]", self.name, self.scope)
        }
    }
}

fn compare(unit: Unit, value: &MeasureValue, literal: Decimal) -> Option<Ordering> {
    match *value {
        MeasureValue::Difference { before, after } => drop_in_points(before, after)
            .map(|(negative, part, whole)| cmp_signed(literal, negative, part, whole).reverse()),
        MeasureValue::Ratio { denominator: 0, .. } => None,
        MeasureValue::Ratio { numerator, denominator } => {
            let factor = if unit == Unit::Percent { 100 } else { 1 };
            Some(literal.cmp_fraction(u128::from(numerator) * factor, denominator.into()).reverse())
        }
        MeasureValue::Count { value } => Some(literal.cmp_fraction(value.into(), 1).reverse()),
    }
}

fn judge(unit: Unit, value: &MeasureValue, threshold: Option<&Threshold>) -> MeasureOutcome {
    let no_data = match value {
        MeasureValue::Ratio { denominator, .. } => *denominator == 0,
        MeasureValue::Difference { before, after } => before.denominator == 0 || after.denominator == 0,
        MeasureValue::Count { .. } => false,
    };
    let holds = match threshold {
        _ if no_data => return MeasureOutcome::NoData,
        None => return MeasureOutcome::NotJudged,
        Some(Threshold::Least { value: least }) => compare(unit, value, *least) != Some(Ordering::Less),
        Some(Threshold::Most { value: most }) => compare(unit, value, *most) != Some(Ordering::Greater),
    };
    if holds { MeasureOutcome::Pass } else { MeasureOutcome::Fail }
}

/// What a share fell by, as sign, numerator and denominator: `100 × (before − after)`.
fn drop_in_points(before: Fraction, after: Fraction) -> Option<(bool, u128, u128)> {
    let whole = u128::from(before.denominator) * u128::from(after.denominator);
    if whole == 0 {
        return None;
    }
    let was = u128::from(before.numerator) * u128::from(after.denominator);
    let is = u128::from(after.numerator) * u128::from(before.denominator);
    Some((was < is, was.abs_diff(is), whole))
}

/// Compares a literal with `±100 × part / whole`, exactly: the products have up to 192 bits.
fn cmp_signed(literal: Decimal, negative: bool, part: u128, whole: u128) -> Ordering {
    let wanted = wide(whole, literal.billionths().unsigned_abs());
    let found = wide(part, 100_000_000_000);
    match (literal.billionths() < 0, negative && part > 0) {
        (false, false) => wanted.cmp(&found),
        (true, true) => found.cmp(&wanted),
        (true, false) => Ordering::Less,
        (false, true) => Ordering::Greater,
    }
}

/// The product, as its upper and its lower half.
fn wide(left: u128, right: u64) -> (u128, u128) {
    let low = (left & u128::from(u64::MAX)) * u128::from(right);
    let high = (left >> 64) * u128::from(right);
    let (sum, carry) = low.overflowing_add(high << 64);
    ((high >> 64) + u128::from(carry), sum)
}

/// Points with a sign and two decimals, never better than they are: a drop of 0.504 is shown as 0.51.
fn shown_points(negative: bool, part: u128, whole: u128) -> String {
    // 100 × part / whole in hundredths; a share moves by 100 points at most, so dividing first loses nothing that counts.
    let hundredths = match part.checked_mul(10_000) {
        Some(scaled) if negative => scaled / whole,
        Some(scaled) => scaled.div_ceil(whole),
        None => part.div_ceil((whole / 10_000).max(1)).min(10_000),
    };
    let sign = if negative && hundredths > 0 { "-" } else { "" };
    format!("{sign}{}.{:02} points", hundredths / 100, hundredths % 100)
}

/// The figure itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(untagged)]
pub enum MeasureValue {
    /// A fraction of two counts.
    Ratio {
        /// The part.
        numerator: u64,
        /// The whole; zero means that there is no data.
        denominator: u64,
    },
    /// A count.
    Count {
        /// How many.
        value: u64,
    },
    /// What became of a share since the baseline.
    Difference {
        /// The share in the baseline.
        before: Fraction,
        /// The share now.
        after: Fraction,
    },
}

/// A part of a whole.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Fraction {
    /// The part.
    pub numerator: u64,
    /// The whole; zero means that there is no data.
    pub denominator: u64,
}

impl MeasureValue {
    /// As it is shown: percentages floored to two decimals.
    pub fn display(&self, unit: Unit) -> String {
        match (*self, unit) {
            (Self::Ratio { numerator, denominator }, Unit::Percent) => {
                floored_percent(numerator, denominator)
                    .map_or_else(|| "no data".to_owned(), |text| format!("{text} %"))
            }
            (Self::Ratio { numerator, denominator }, _) => format!("{numerator}/{denominator}"),
            (Self::Count { value }, _) => value.to_string(),
            (Self::Difference { before, after }, _) => match drop_in_points(before, after) {
                Some((negative, part, whole)) => shown_points(negative, part, whole),
                None => "no data".to_owned(),
            },
        }
    }
}

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Unit {
    /// A hundredth part: literals are compared with 100 × numerator / denominator.
    Percent,
    /// Things.
    Count,
    /// Percentage points.
    Points,
}

/// Which way is better.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Direction {
    /// More is better.
    HigherIsBetter,
    /// Less is better.
    LowerIsBetter,
}

/// What a figure is held to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", tag = "kind")]
pub enum Threshold {
    /// The figure must not be below.
    Least {
        /// The bound, in the measure's unit.
        value: Decimal,
    },
    /// The figure must not be above.
    Most {
        /// The bound, in the measure's unit.
        value: Decimal,
    },
}

impl Threshold {
    /// `at least 85 %`.
    pub fn describe(&self, unit: Unit) -> String {
        let (Self::Least { value } | Self::Most { value }) = self;
        let sign = match unit {
            Unit::Percent => " %",
            Unit::Points if *value == Decimal::whole(1) => " point",
            Unit::Points => " points",
            Unit::Count => "",
        };
        match self {
            Self::Least { value } => format!("at least {value}{sign}"),
            Self::Most { value } => format!("at most {value}{sign}"),
        }
    }
}

/// How a figure stands against its threshold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum MeasureOutcome {
    /// It holds.
    Pass,
    /// It does not.
    Fail,
    /// There is nothing to divide by.
    NoData,
    /// This run has no such figure: no base, for example.
    NotApplicable,
    /// It has no threshold.
    NotJudged,
}

/// What a figure covers: `total`, `patch`, `new`, or a kind and a name such as `file:src/a.rs`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub enum Scope {
    /// Everything.
    Total,
    /// The lines that the change touches.
    Patch,
    /// What the baseline does not have.
    New,
    /// One of a kind: `flag` and `unit`, `file` and `src/a.rs`.
    Named {
        /// The kind.
        kind: String,
        /// Its name.
        name: String,
    },
}

impl Scope {
    /// One of a kind.
    pub fn named(kind: &str, name: impl Into<String>) -> Self {
        Self::Named { kind: kind.to_owned(), name: name.into() }
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Total => f.write_str("total"),
            Self::Patch => f.write_str("patch"),
            Self::New => f.write_str("new"),
            Self::Named { kind, name } if kind.is_empty() => f.write_str(name),
            Self::Named { kind, name } => write!(f, "{kind}:{name}"),
        }
    }
}

impl From<String> for Scope {
    fn from(text: String) -> Self {
        match text.as_str() {
            "total" => Self::Total,
            "patch" => Self::Patch,
            "new" => Self::New,
            other => match other.split_once(':') {
                Some((kind, name)) => Self::named(kind, name),
                None => Self::named("", other),
            },
        }
    }
}

impl From<Scope> for String {
    fn from(scope: Scope) -> Self {
        scope.to_string()
    }
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for Scope {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Scope".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "description": "What a figure covers: total, patch, new, or a kind and a name such as file:src/a.rs.",
            "type": "string",
            "minLength": 1
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn percent(covered: u64, total: u64, least: &str) -> MeasureOutcome {
        Measure::percent("coverage.lines", Scope::Total, covered, total, least.parse().ok()).outcome
    }

    #[test]
    fn rounding_never_decides() {
        assert_eq!(percent(89_988, 100_000, "90"), MeasureOutcome::Fail);
        assert_eq!(percent(2071, 2072, "100"), MeasureOutcome::Fail);
        assert_eq!(percent(17, 20, "85"), MeasureOutcome::Pass);
        assert_eq!(percent(0, 0, "0"), MeasureOutcome::NoData);
    }

    #[test]
    fn counts_have_a_most() {
        let measure = |value| Measure::count("security.high", Scope::New, value, Some(2)).outcome;
        assert_eq!((measure(2), measure(3)), (MeasureOutcome::Pass, MeasureOutcome::Fail));
    }

    fn fell(before: (u64, u64), after: (u64, u64), most: &str) -> (String, MeasureOutcome) {
        let fraction = |(numerator, denominator)| Fraction { numerator, denominator };
        let (before, after) = (fraction(before), fraction(after));
        let measure = Measure::drop("coverage.lines.drop", Scope::Total, before, after, most.parse().ok());
        (measure.display, measure.outcome)
    }

    #[test]
    fn a_drop_is_judged_exactly_and_never_shown_better_than_it_is() {
        assert_eq!(fell((9, 10), (8, 10), "10"), ("10.00 points".into(), MeasureOutcome::Pass));
        assert_eq!(fell((9, 10), (7_999, 10_000), "10"), ("10.01 points".into(), MeasureOutcome::Fail));
        assert_eq!(fell((1, 3), (2, 3), "0"), ("-33.33 points".into(), MeasureOutcome::Pass));
        assert_eq!(fell((1, 3), (2, 3), "-40"), ("-33.33 points".into(), MeasureOutcome::Fail));
        assert_eq!(fell((1, 3), (1, 3), "0"), ("0.00 points".into(), MeasureOutcome::Pass));
        assert_eq!(fell((1, 0), (1, 3), "0"), ("no data".into(), MeasureOutcome::NoData));
        let most = u64::MAX;
        assert_eq!(fell((most, most), (most - 1, most), "0").1, MeasureOutcome::Fail);
        assert_eq!(fell((most, most), (0, most), "100"), ("100.00 points".into(), MeasureOutcome::Pass));
    }

    #[test]
    fn scopes_round_trip() {
        for text in ["total", "patch", "new", "file:src/a:b.rs", "flag:unit", "odd"] {
            assert_eq!(Scope::from(text.to_owned()).to_string(), text);
        }
    }

    proptest! {
        #[test]
        fn a_drop_agrees_with_cross_multiplication(
            bc in 0_u64..5000, bm in 0_u64..5000, hc in 0_u64..5000, hm in 0_u64..5000, hundredths in 0_u32..=10_000,
        ) {
            let (bt, ht) = (bc + bm + 1, hc + hm + 1);
            let text = format!("{}.{:02}", hundredths / 100, hundredths % 100);
            let [bc, bt, hc, ht] = [bc, bt, hc, ht];
            let outcome = fell((bc, bt), (hc, ht), &text).1;
            let [bc, bt, hc, ht] = [bc, bt, hc, ht].map(i128::from);
            let holds = (bc * ht - hc * bt) * 10_000 <= i128::from(hundredths) * bt * ht;
            prop_assert_eq!(outcome == MeasureOutcome::Pass, holds);
        }

        #[test]
        fn the_verdict_is_monotone_in_its_threshold(
            covered in 0_u64..10_000, more in 0_u64..10_000, low in 0_u32..=10_000, high in 0_u32..=10_000,
        ) {
            let (low, high) = (low.min(high), low.max(high));
            let text = |hundredths: u32| format!("{}.{:02}", hundredths / 100, hundredths % 100);
            let (easy, hard) = (percent(covered, covered + more, &text(low)), percent(covered, covered + more, &text(high)));
            prop_assert!(hard != MeasureOutcome::Pass || easy == MeasureOutcome::Pass);
        }
    }
}
