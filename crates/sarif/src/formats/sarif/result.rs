//! Results.

use gatewright_core::report::Change;

use super::Reading;
use super::rule::score;
use crate::clean::{UNKNOWN, is_texts};
use crate::fault::{FaultKind, Faults};
use crate::json::{Data, Value, write_text};
use crate::model::{Alert, Kind, Level, Rule};
use crate::schema;
use crate::write::{ADVISORY, read_advisory};

/// Members of a result that are looked at and written anew.
const LOOKED_AT: [&str; 14] = [
    "ruleId",
    "ruleIndex",
    "rule",
    "kind",
    "level",
    "message",
    "locations",
    "relatedLocations",
    "suppressions",
    "baselineState",
    "partialFingerprints",
    "fingerprints",
    "properties",
    "baselineGuid",
];

impl<'a> Reading<'_, 'a> {
    /// A result; nothing where it can't be understood.
    pub(super) fn alert(
        &mut self,
        value: &Value<'a>,
        rules: &mut Vec<Rule>,
        faults: &mut Faults,
    ) -> Option<Alert> {
        let document = self.document;
        if value.members().is_none() || value.is_cut {
            document.say(faults, FaultKind::UnusableResult, value, || {
                let what =
                    if value.is_cut { "is cut off".to_owned() } else { format!("is {}", value.describe()) };
                format!("a result {what}, expected a whole object")
            });
            return None;
        }
        let rule = self.rule_of(value, rules, faults);
        let kind = self.kind(value, faults);
        let mut alert = Alert {
            rule,
            kind,
            level: Some(self.level(value, kind, &rules[rule], faults)),
            places: self.places(value, "locations", faults),
            related: self.places(value, "relatedLocations", faults),
            suppressions: self.suppressions(value, faults),
            change: change(value),
            partial_fingerprints: self.texts(value, "partialFingerprints", faults),
            fingerprints: self.texts(value, "fingerprints", faults),
            rest: self.members(value, &schema::RESULT, &LOOKED_AT, faults),
            origin: document.place(value),
            ..Alert::default()
        };
        self.read_message(value, &rules[rule], &mut alert, faults);
        self.read_properties(value, &mut alert, faults);
        let is_hierarchical = value.get("ruleId").and_then(Value::text).filter(|id| *id != rules[rule].id);
        if let Some(id) = is_hierarchical {
            let mut json = String::new();
            write_text(id, &mut json);
            alert.properties.push(("gatewright/ruleId".into(), json.into()));
        }
        // A list of one takes the room of four while it grows, and there are tens of thousands of them.
        alert.places.shrink_to_fit();
        alert.partial_fingerprints.shrink_to_fit();
        alert.fingerprints.shrink_to_fit();
        alert.properties.shrink_to_fit();
        Some(alert)
    }

    fn kind(&self, value: &Value<'a>, faults: &mut Faults) -> Kind {
        let word = self.document.text(value, "kind", faults);
        let kind = word.and_then(Kind::parse);
        if let (Some(word), None) = (word, kind) {
            self.document.say(faults, FaultKind::WrongType, value, || {
                format!(
                    "`kind` is `{}`, which SARIF does not have; read as `fail`",
                    crate::json::excerpt(word)
                )
            });
        }
        kind.unwrap_or_default()
    }

    /// The level by the standard's order: its own, that of the invocation's overrides, the rule's, `warning`.
    fn level(&self, value: &Value<'a>, kind: Kind, rule: &Rule, faults: &mut Faults) -> Level {
        let document = self.document;
        let word = document.text(value, "level", faults);
        let own = word.and_then(Level::meant);
        if let Some(word) = word.filter(|word| own.is_none_or(|level| level.as_str() != *word)) {
            document.say(faults, FaultKind::WrongType, value, || {
                format!("`level` is `{}`, which SARIF does not have", crate::json::excerpt(word))
            });
        }
        if kind != Kind::Fail {
            if own.is_some_and(|level| level != Level::None) {
                document.say(faults, FaultKind::LevelOfKind, value, || {
                    format!(
                        "the kind `{}` has no level; `level` is `{}`",
                        kind.as_str(),
                        word.unwrap_or_default()
                    )
                });
            }
            return Level::None;
        }
        own.or_else(|| self.overridden(value, &rule.id)).or(rule.level).unwrap_or(Level::Warning)
    }

    fn overridden(&self, value: &Value<'a>, id: &str) -> Option<Level> {
        let index = value.get("provenance").and_then(|provenance| provenance.get("invocationIndex")?.count());
        let invocations = self.run.get("invocations")?.array()?;
        let invocation = match index {
            Some(index) => invocations.get(index as usize)?,
            // Of one invocation there is no doubt.
            None => invocations.first().filter(|_| invocations.len() == 1)?,
        };
        let overrides = invocation.get("ruleConfigurationOverrides")?.array()?;
        let is_of_rule = |over: &&Value<'a>| {
            let Some(descriptor) = over.get("descriptor") else { return false };
            match descriptor.get("id").and_then(Value::text) {
                Some(known) => known == id,
                None => descriptor.get("index").and_then(Value::count).is_some_and(|index| {
                    let rules = self.rules.components.first();
                    let place = rules.and_then(|rules| rules.get(index as usize).copied().flatten());
                    place.is_some() && place == self.rules.ids.get(id).copied()
                }),
            }
        };
        let configuration = overrides.iter().find(is_of_rule)?.get("configuration")?;
        configuration.get("level").and_then(Value::text).and_then(Level::meant)
    }

    fn read_message(&self, value: &Value<'a>, rule: &Rule, alert: &mut Alert, faults: &mut Faults) {
        let document = self.document;
        let message = value.get("message");
        let text = message.and_then(|message| document.text(message, "text", faults));
        alert.markdown = message.and_then(|message| message.get("markdown")?.text()).map(str::to_owned);
        let of_id = || {
            let id = message?.get("id")?.text()?;
            let own = rule.messages.iter().find(|(known, _)| known == id).map(|(_, text)| text.as_str());
            let global = || {
                let driver = self.rules.tools.first()?;
                driver.get("globalMessageStrings")?.get(id)?.get("text")?.text()
            };
            own.or_else(global)
        };
        let arguments: Vec<&str> = message
            .and_then(|message| message.get("arguments")?.array())
            .unwrap_or_default()
            .iter()
            .filter_map(Value::text)
            .collect();
        let words = text.filter(|text| !text.trim().is_empty()).or_else(of_id);
        alert.message = match words {
            Some(words) if arguments.is_empty() => words.to_owned(),
            Some(words) => with_arguments(words, &arguments),
            None => {
                document
                    .say(faults, FaultKind::MissingMember, value, || "a result without a message".to_owned());
                let of_rule = rule.short.clone().or_else(|| rule.full.clone());
                of_rule.unwrap_or_else(|| format!("{} found something here.", rule.id))
            }
        };
    }

    fn read_properties(&self, value: &Value<'a>, alert: &mut Alert, faults: &mut Faults) {
        for (key, property) in value.get("properties").and_then(Value::members).unwrap_or_default() {
            match key.as_ref() {
                "security-severity" => alert.score = score(self.document, property, faults),
                ADVISORY => alert.advisory = read_advisory(property).map(Box::new),
                "gatewright/severity" => alert.severity = property.text().and_then(|word| word.parse().ok()),
                "gatewright/subject" => alert.subject = property.text().map(str::to_owned),
                "gatewright/secret" => alert.is_secret = property.data == Data::Bool(true),
                "gatewright/cwes" => {
                    let texts = property.array().unwrap_or_default().iter().filter_map(Value::text);
                    alert.cwes = texts.map(str::to_owned).collect();
                }
                // The standard has `tags` as texts of which no two are equal.
                "tags" if !is_texts(property) => {
                    alert.properties.push(("gatewright/tags".into(), property.to_json()));
                }
                _ => alert.properties.push((key.as_ref().into(), property.to_json())),
            }
        }
        let odd = super::place::odd_members(value, &schema::RESULT, &LOOKED_AT);
        if odd.is_empty() {
            return;
        }
        let mut json = String::from("{");
        for (number, (key, member)) in odd.iter().enumerate() {
            if number > 0 {
                json.push(',');
            }
            write_text(key, &mut json);
            json.push(':');
            json.push_str(member);
        }
        json.push('}');
        alert.properties.push((UNKNOWN.into(), json.into()));
    }

    /// An object of texts.
    fn texts(&self, value: &Value<'a>, key: &str, faults: &mut Faults) -> Vec<(Box<str>, Box<str>)> {
        let members = self.document.object(value, key, faults).and_then(Value::members).unwrap_or_default();
        members.iter().filter_map(|(key, text)| Some((key.as_ref().into(), text.text()?.into()))).collect()
    }
}

fn change(value: &Value<'_>) -> Option<Change> {
    match value.get("baselineState").and_then(Value::text)? {
        "new" => Some(Change::New),
        "unchanged" => Some(Change::Unchanged),
        "updated" => Some(Change::Updated),
        "absent" => Some(Change::Absent),
        _ => None,
    }
}

/// A message with `{0}` and its like replaced, and `{{` and `}}` as one brace.
fn with_arguments(text: &str, arguments: &[&str]) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(['{', '}']) {
        out.push_str(&rest[..at]);
        let brace = &rest[at..=at];
        let after = &rest[at + 1..];
        let index = after.find('}').filter(|_| brace == "{").and_then(|end| {
            let argument = arguments.get(after[..end].parse::<usize>().ok()?)?;
            Some((*argument, end))
        });
        if let Some((argument, end)) = index {
            out.push_str(argument);
            rest = &after[end + 1..];
        } else {
            out.push_str(brace);
            rest = after.strip_prefix(brace).unwrap_or(after);
        }
    }
    out + rest
}
