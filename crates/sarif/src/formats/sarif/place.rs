//! Places: what GitHub shows of them, and the rest.

use super::Reading;
use crate::clean::UNKNOWN;
use crate::fault::{FaultKind, Faults};
use crate::json::{Data, Value, write_text};
use crate::model::{Place, Properties, Region};
use crate::schema;

/// Members that are looked at and written anew.
const LOOKED_AT: [&str; 3] = ["physicalLocation", "message", "properties"];

impl<'a> Reading<'_, 'a> {
    /// The places in a member of a result.
    pub(super) fn places(&self, result: &Value<'a>, key: &str, faults: &mut Faults) -> Vec<Place> {
        self.document.list(result, key, faults).iter().filter_map(|value| self.place(value, faults)).collect()
    }

    fn place(&self, value: &Value<'a>, faults: &mut Faults) -> Option<Place> {
        if value.members().is_none() {
            self.document.say(faults, FaultKind::WrongType, value, || {
                format!("a location is {}, expected an object", value.describe())
            });
            return None;
        }
        let mut place = Place {
            message: value.get("message").and_then(|message| message.get("text")?.text()).map(str::to_owned),
            rest: self.members(value, &schema::LOCATION, &LOOKED_AT, faults),
            ..Place::default()
        };
        for logical in self.document.list(value, "logicalLocations", faults) {
            let pointed = self.pointed("logicalLocations", logical);
            let name = |value: &Value<'a>| {
                let name = value.get("fullyQualifiedName").or_else(|| value.get("name"))?;
                name.text().map(str::to_owned)
            };
            place.logical.extend(name(logical).or_else(|| pointed.and_then(name)));
        }
        let mut unknown = Vec::new();
        if let Some(physical) = self.document.object(value, "physicalLocation", faults) {
            self.physical(physical, &mut place, &mut unknown, faults);
        }
        let bag = bag(value, &schema::LOCATION, &unknown);
        place.rest.extend(bag.map(|bag| ("properties".into(), bag)));
        Some(place)
    }

    fn physical(
        &self,
        physical: &Value<'a>,
        place: &mut Place,
        unknown: &mut Vec<(&'static str, Box<str>)>,
        faults: &mut Faults,
    ) {
        if let Some(artifact) = self.document.object(physical, "artifactLocation", faults) {
            let pointed = self.pointed("artifacts", artifact).and_then(|artifact| artifact.get("location"));
            let member = |key: &str| {
                let own = artifact.get(key).and_then(Value::text);
                own.or_else(|| pointed?.get(key)?.text()).map(str::to_owned)
            };
            place.uri = member("uri").unwrap_or_default();
            place.base = member("uriBaseId");
        }
        if let Some(region) = self.document.object(physical, "region", faults) {
            place.region = self.region(region, faults);
            if place.region.is_none() {
                unknown.push(("region", region.to_json()));
            }
        }
        for (key, shape) in [("contextRegion", &schema::REGION), ("address", &schema::ADDRESS)] {
            let Some(part) = physical.get(key) else { continue };
            let mut out = String::new();
            if self.cleaner.value(part, &schema::Shape::Object(shape), faults, &mut out) {
                place.rest.push((key.into(), out.into()));
            }
        }
    }

    fn pointed(&self, list: &str, value: &Value<'a>) -> Option<&Value<'a>> {
        let index = value.get("index").and_then(Value::count)?;
        self.run.get(list)?.array()?.get(index as usize)
    }

    fn region(&self, value: &Value<'a>, faults: &mut Faults) -> Option<Region> {
        let document = self.document;
        let mut number = |key: &str| -> Option<u32> {
            let member = value.get(key)?;
            let number = document.count(value, key, faults);
            if number == Some(0) {
                document.say(faults, FaultKind::BadRegion, member, || {
                    format!("`{key}` is 0, and lines and columns count from 1")
                });
            }
            number.filter(|number| *number > 0)
        };
        let (start_line, end_line) = (number("startLine"), number("endLine"));
        let (start_column, end_column) = (number("startColumn"), number("endColumn"));
        let start_line = start_line?;
        let mut region = Region {
            start_line,
            start_column,
            end_line,
            end_column,
            snippet: value.get("snippet").and_then(|snippet| snippet.get("text")?.text()).map(str::to_owned),
        };
        if region.end_line.is_some_and(|end| end < start_line) {
            document.say(faults, FaultKind::BadRegion, value, || {
                format!(
                    "the region ends on line {}, before line {start_line} where it starts",
                    end_line.unwrap_or(0)
                )
            });
            (region.end_line, region.end_column) = (None, None);
        }
        Some(region)
    }
}

/// The property bag of an object with what the schema does not have and what was not understood.
fn bag(value: &Value<'_>, object: &schema::Object, unknown: &[(&'static str, Box<str>)]) -> Option<Box<str>> {
    let properties = value.get("properties");
    let is_odd = |key: &str| object.member(key).is_none() && !LOOKED_AT_SOMEWHERE.contains(&key);
    let members = value.members().unwrap_or_default();
    let odd: Vec<(&str, &Value<'_>)> = members
        .iter()
        .filter(|(key, value)| is_odd(key) && value.data != Data::Null)
        .map(|(key, value)| (key.as_ref(), value))
        .collect();
    if properties.is_none() && odd.is_empty() && unknown.is_empty() {
        return None;
    }
    let mut out = String::new();
    crate::clean::bag(properties, &odd, &mut out);
    if !unknown.is_empty() {
        // An object of our own making: it ends with a brace.
        out.pop();
        if out.len() > 1 {
            out.push(',');
        }
        for (number, (key, json)) in unknown.iter().enumerate() {
            if number > 0 {
                out.push(',');
            }
            write_text(&format!("{UNKNOWN}/{key}"), &mut out);
            out.push(':');
            out.push_str(json);
        }
        out.push('}');
    }
    Some(out.into())
}

/// The members of a bag that [`Self::bag`] makes, for objects whose properties are told apart.
pub(super) fn odd_members(value: &Value<'_>, object: &schema::Object, known: &[&str]) -> Properties {
    let is_odd = |key: &str| object.member(key).is_none() && !known.contains(&key) && key != "properties";
    let odd = value
        .members()
        .unwrap_or_default()
        .iter()
        .filter(|(key, value)| is_odd(key) && value.data != Data::Null);
    odd.map(|(key, value)| (key.as_ref().into(), value.to_json())).collect()
}

/// Members of locations and physical locations that are looked at and written anew.
const LOOKED_AT_SOMEWHERE: [&str; 3] = ["physicalLocation", "message", "properties"];
