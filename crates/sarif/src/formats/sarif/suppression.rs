//! Who accepted a result.

use super::Reading;
use crate::fault::{FaultKind, Faults};
use crate::json::Value;
use crate::model::{Suppression, SuppressionKind, SuppressionStatus};

impl<'a> Reading<'_, 'a> {
    /// The suppressions of a result; nothing where it does not have the member.
    pub(super) fn suppressions(&self, result: &Value<'a>, faults: &mut Faults) -> Option<Vec<Suppression>> {
        result.get("suppressions")?;
        let list = self.document.list(result, "suppressions", faults);
        Some(list.iter().filter_map(|value| self.suppression(value, faults)).collect())
    }

    fn suppression(&self, value: &Value<'a>, faults: &mut Faults) -> Option<Suppression> {
        let document = self.document;
        let kind = match document.text(value, "kind", faults) {
            Some("inSource") => SuppressionKind::InSource,
            Some("external") => SuppressionKind::External,
            other => {
                // What can't be understood accepts nothing.
                document.say(faults, FaultKind::WrongType, value, || {
                    format!(
                        "a suppression of the kind `{}`, which SARIF does not have, suppresses nothing",
                        other.unwrap_or("")
                    )
                });
                return None;
            }
        };
        let status = match document.text(value, "status", faults) {
            None | Some("accepted") => SuppressionStatus::Accepted,
            Some("rejected") => SuppressionStatus::Rejected,
            // An unknown word is no yes.
            Some(_) => SuppressionStatus::UnderReview,
        };
        let properties = value.get("properties");
        let expires =
            properties.and_then(|properties| properties.get("expiryUtc")?.text()).map(str::to_owned);
        let mut rest = Vec::new();
        for key in ["guid", "location", "properties"] {
            let Some(member) = value.get(key) else { continue };
            let shape = match key {
                "guid" => crate::schema::Shape::Guid,
                "location" => crate::schema::Shape::Object(&crate::schema::LOCATION),
                _ => crate::schema::Shape::Bag,
            };
            let mut out = String::new();
            if self.cleaner.value(member, &shape, faults, &mut out) {
                rest.push((key.into(), out.into()));
            }
        }
        Some(Suppression {
            kind,
            status,
            justification: document.text(value, "justification", faults).map(str::to_owned),
            expires,
            rest,
        })
    }
}
