//! What SARIF has no place for: the package and the advisory, as one property of a result.

use super::Members;
use crate::json::Value;
use crate::model::{Advisory, Epss, Package, Reach};

/// The property.
pub(crate) const ADVISORY: &str = "gatewright/advisory";

const REACHES: [(Reach, &str); 4] = [
    (Reach::Unknown, "unknown"),
    (Reach::Required, "required"),
    (Reach::Imported, "imported"),
    (Reach::Called, "called"),
];

impl Reach {
    /// The word for it.
    pub fn as_str(self) -> &'static str {
        REACHES.iter().find(|(reach, _)| *reach == self).map_or("unknown", |(_, word)| word)
    }
}

pub(crate) fn write_advisory(advisory: &Advisory, out: &mut String) {
    let package = &advisory.package;
    let mut members = Members::begin(out);
    members.text("id", &advisory.id);
    if !advisory.aliases.is_empty() {
        members.texts("aliases", &advisory.aliases);
    }
    members.text("kind", &package.kind);
    members.text("name", &package.name);
    members.optional("version", package.version.as_deref());
    members.optional("purl", package.purl.as_deref());
    if !advisory.fixed_in.is_empty() {
        members.texts("fixedIn", &advisory.fixed_in);
    }
    if advisory.reach != Reach::Unknown {
        members.text("reach", advisory.reach.as_str());
    }
    if let Some(epss) = advisory.epss {
        members.raw("epss", &format!("[{},{}]", epss.probability, epss.percentile));
    }
    if advisory.is_exploited {
        members.raw("exploited", "true");
    }
    members.optional("url", advisory.url.as_deref());
    if let Some(is_direct) = advisory.is_direct {
        members.raw("direct", if is_direct { "true" } else { "false" });
    }
    members.optional("upgrade", advisory.upgrade.as_deref());
    members.end();
}

/// Reads what [`write_advisory`] wrote.
pub(crate) fn read_advisory(value: &Value<'_>) -> Option<Advisory> {
    let text = |key: &str| value.get(key).and_then(Value::text).map(str::to_owned);
    let texts = |key: &str| -> Vec<String> {
        let values = value.get(key).and_then(Value::array).unwrap_or_default();
        values.iter().filter_map(|value| value.text().map(str::to_owned)).collect()
    };
    let flag = |key: &str| value.get(key).map(|value| value.data == crate::json::Data::Bool(true));
    let epss = value.get("epss").and_then(Value::array).and_then(|pair| {
        let number = |at: usize| pair.get(at)?.count().filter(|millionths| *millionths <= 1_000_000);
        Some(Epss { probability: number(0)?, percentile: number(1)? })
    });
    let reach = text("reach");
    Some(Advisory {
        id: text("id")?,
        aliases: texts("aliases"),
        package: Package {
            kind: text("kind").unwrap_or_default(),
            name: text("name")?,
            version: text("version"),
            purl: text("purl"),
        },
        fixed_in: texts("fixedIn"),
        reach: REACHES
            .iter()
            .find(|(_, word)| reach.as_deref() == Some(word))
            .map_or(Reach::Unknown, |(reach, _)| *reach),
        epss,
        is_exploited: flag("exploited").unwrap_or(false),
        url: text("url"),
        is_direct: flag("direct"),
        upgrade: text("upgrade"),
    })
}
