//! Short texts by name, held tightly: a report may have a hundred thousand findings with five of them each.

use std::borrow::Cow;
use std::fmt;

use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// What a concern knows about a finding besides: texts by name, in the order of the names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Properties(Vec<(Cow<'static, str>, Box<str>)>);

impl Properties {
    /// The text of a name.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.position(name).ok().map(|at| &*self.0[at].1)
    }

    /// Whether there is a text of this name.
    pub fn contains_key(&self, name: &str) -> bool {
        self.position(name).is_ok()
    }

    /// Sets the text of a name.
    pub fn insert(&mut self, name: impl Into<Cow<'static, str>>, text: impl Into<Box<str>>) {
        let name = name.into();
        match self.position(&name) {
            Ok(at) => self.0[at].1 = text.into(),
            Err(at) => {
                self.0.reserve_exact(1);
                self.0.insert(at, (name, text.into()));
            }
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Names and texts, in the order of the names.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, text)| (&**name, &**text))
    }

    fn position(&self, name: &str) -> Result<usize, usize> {
        self.0.binary_search_by(|(known, _)| (**known).cmp(name))
    }
}

impl Serialize for Properties {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter())
    }
}

impl<'de> Deserialize<'de> for Properties {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members;

        impl<'de> Visitor<'de> for Members {
            type Value = Properties;

            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("an object of texts")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Properties, A::Error> {
                let mut properties = Properties::default();
                while let Some((name, text)) = members.next_entry::<String, Box<str>>()? {
                    properties.insert(name, text);
                }
                Ok(properties)
            }
        }

        deserializer.deserialize_map(Members)
    }
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for Properties {
    fn schema_name() -> Cow<'static, str> {
        "Properties".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        std::collections::BTreeMap::<String, String>::json_schema(generator)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_text_of_a_name_counts_and_names_are_in_order() {
        let mut properties = Properties::default();
        for (name, text) in [("tool", "a"), ("cwe", "CWE-1"), ("tool", "b")] {
            properties.insert(name, text);
        }
        assert_eq!(properties.get("tool"), Some("b"));
        assert_eq!(properties.get("cvss"), None);
        let written = serde_json::to_string(&properties).unwrap();
        assert_eq!(written, r#"{"cwe":"CWE-1","tool":"b"}"#);
        assert_eq!(serde_json::from_str::<Properties>(&written).unwrap(), properties);
    }
}
