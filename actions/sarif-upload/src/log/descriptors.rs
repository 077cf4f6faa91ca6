//! The rules of a program: how many, the most tags of one, and severities that are no numbers.

use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::lists::{Counted, Peak, Spot, count, example};

/// The rules of a program, counted.
#[derive(Clone, Debug, Default)]
pub(crate) struct Rules {
    pub(crate) count: u64,
    pub(crate) tags: Peak,
    /// Those whose `security-severity` is no number; the example is what stands there.
    pub(crate) bad_severities: Option<Spot>,
}

impl Counted<'_> for Rules {
    type Element = NarrowRule;
    const WHAT: &'static str = "an array of rules";

    fn count(&mut self, rule: NarrowRule) {
        let at = usize::try_from(self.count).unwrap_or(usize::MAX);
        self.count += 1;
        let Some(properties) = rule.properties else { return };
        self.tags.see(properties.tags.map_or(0, |tags| tags.len() as u64), at);
        if let Some(Scalar::Text(text)) = &properties.security_severity
            && !text.parse::<f64>().is_ok_and(f64::is_finite)
        {
            let spot = || Spot { count: 0, first: at, example: example(text) };
            self.bad_severities.get_or_insert_with(spot).count += 1;
        }
    }
}

impl<'de> Deserialize<'de> for Rules {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        count(deserializer)
    }
}

#[derive(Deserialize)]
#[serde(expecting = "a rule")]
pub(super) struct NarrowRule {
    #[serde(default)]
    properties: Option<Properties>,
}

#[derive(Deserialize)]
#[serde(expecting = "the properties of a rule")]
struct Properties {
    #[serde(default, rename = "security-severity")]
    security_severity: Option<Scalar>,
    /// Elements without a size take no memory.
    #[serde(default)]
    tags: Option<Vec<IgnoredAny>>,
}

/// A text, or something else that is not looked at.
enum Scalar {
    Text(String),
    Other,
}

impl<'de> Deserialize<'de> for Scalar {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ScalarVisitor)
    }
}

struct ScalarVisitor;

impl<'de> Visitor<'de> for ScalarVisitor {
    type Value = Scalar;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Scalar, E> {
        Ok(Scalar::Text(text.to_owned()))
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<Scalar, E> {
        Ok(Scalar::Other)
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<Scalar, E> {
        Ok(Scalar::Other)
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<Scalar, E> {
        Ok(Scalar::Other)
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<Scalar, E> {
        Ok(Scalar::Other)
    }

    fn visit_unit<E: Error>(self) -> Result<Scalar, E> {
        Ok(Scalar::Other)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Scalar, A::Error> {
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Scalar::Other)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Scalar, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Scalar::Other)
    }
}
