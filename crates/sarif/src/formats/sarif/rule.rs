//! Rules: of the driver and of extensions in one list, each id once.

use std::collections::HashMap;

use super::Reading;
use crate::fault::{FaultKind, Faults};
use crate::json::{Data, Document, Value};
use crate::model::{Confidence, Level, Rule, Score};
use crate::schema;

/// Members that are looked at and written anew.
const LOOKED_AT: [&str; 9] = [
    "id",
    "name",
    "shortDescription",
    "fullDescription",
    "help",
    "helpUri",
    "defaultConfiguration",
    "deprecatedIds",
    "properties",
];

/// Where rules are found by what results say about them.
#[derive(Default)]
pub(super) struct Rules<'d, 'a> {
    /// By id.
    pub(super) ids: HashMap<String, usize>,
    /// Of each component (the driver first, then the extensions), its rules in the order of the file.
    pub(super) components: Vec<Vec<Option<usize>>>,
    /// The components themselves.
    pub(super) tools: Vec<&'d Value<'a>>,
}

/// The least and the most that GitHub takes for a score.
const SECURITY_SEVERITY: &str = "security-severity";

impl<'d, 'a> Reading<'d, 'a> {
    pub(super) fn read_rules(&mut self, tool: Option<&'d Value<'a>>, faults: &mut Faults) -> Vec<Rule> {
        let mut rules: Vec<Rule> = Vec::new();
        let Some(tool) = tool else { return rules };
        self.rules.tools.extend(tool.get("driver"));
        self.rules.tools.extend(self.document.list(tool, "extensions", faults));
        for component in self.rules.tools.clone() {
            let mut places = Vec::new();
            for value in self.document.list(component, "rules", faults) {
                places.push(self.rule(value, &mut rules, faults));
            }
            self.rules.components.push(places);
        }
        rules
    }

    fn rule(&mut self, value: &Value<'a>, rules: &mut Vec<Rule>, faults: &mut Faults) -> Option<usize> {
        let document = self.document;
        let Some(id) = document.text(value, "id", faults) else {
            document.say(faults, FaultKind::MissingMember, value, || "a rule without an id".to_owned());
            return None;
        };
        let rule = self.described(id, value, faults);
        if let Some(known) = self.rules.ids.get(id).copied() {
            document.say(faults, FaultKind::DuplicateRule, value, || format!("a second rule `{id}`"));
            // One rule can have one score: the worst, so that nothing looks better than it is.
            rules[known].score = rules[known].score.max(rule.score);
            return Some(known);
        }
        self.rules.ids.insert(id.to_owned(), rules.len());
        rules.push(rule);
        Some(rules.len() - 1)
    }

    fn described(&self, id: &str, value: &Value<'a>, faults: &mut Faults) -> Rule {
        let document = self.document;
        let words = |key: &str, kind: &str, faults: &mut Faults| {
            let message = value.get(key)?;
            document.text(message, kind, faults).map(str::to_owned).filter(|text| !text.trim().is_empty())
        };
        let configuration = value.get("defaultConfiguration");
        let level = configuration.and_then(|configuration| document.text(configuration, "level", faults));
        let mut deprecated_ids: Vec<String> = Vec::new();
        for id in document.texts(value, "deprecatedIds", faults) {
            if !deprecated_ids.iter().any(|known| known == id) {
                deprecated_ids.push(id.to_owned());
            }
        }
        let mut rule = Rule {
            id: id.to_owned(),
            name: document.text(value, "name", faults).map(str::to_owned),
            short: words("shortDescription", "text", faults),
            full: words("fullDescription", "text", faults),
            help: words("help", "text", faults),
            help_markdown: words("help", "markdown", faults),
            help_uri: document.text(value, "helpUri", faults).map(str::to_owned),
            level: level.and_then(Level::meant),
            deprecated_ids,
            rest: self.members(value, &schema::RULE, &LOOKED_AT, faults),
            ..Rule::default()
        };
        if let Some(strings) = value.get("messageStrings").and_then(Value::members) {
            let text = |message: &Value<'a>| message.get("text").and_then(Value::text).map(str::to_owned);
            rule.messages =
                strings.iter().filter_map(|(id, message)| Some((id.to_string(), text(message)?))).collect();
        }
        for (key, property) in value.get("properties").and_then(Value::members).unwrap_or_default() {
            match key.as_ref() {
                SECURITY_SEVERITY => rule.score = score(document, property, faults),
                "tags" => {
                    let tags = property.array().unwrap_or_default().iter().filter_map(Value::text);
                    for tag in tags {
                        if !rule.tags.iter().any(|known| known == tag) {
                            rule.tags.push(tag.to_owned());
                        }
                    }
                }
                "precision" if property.text().and_then(Confidence::parse).is_some() => {
                    rule.confidence = property.text().and_then(Confidence::parse);
                }
                _ => rule.properties.push((key.as_ref().into(), property.to_json())),
            }
        }
        rule
    }

    /// The rule of a result: by its id, by its index, or by what its `rule` says. One that nobody describes is added.
    pub(super) fn rule_of(
        &mut self,
        result: &Value<'a>,
        rules: &mut Vec<Rule>,
        faults: &mut Faults,
    ) -> usize {
        let document = self.document;
        let reference = result.get("rule");
        let in_reference = |key: &str| reference.and_then(|reference| reference.get(key));
        let id = document.text(result, "ruleId", faults).or_else(|| in_reference("id").and_then(Value::text));
        let index = result.get("ruleIndex").and_then(Value::count).or_else(|| in_reference("index")?.count());
        let component = in_reference("toolComponent");
        let by_index = index.and_then(|index| {
            let place = self.rules.components.get(self.component(component))?.get(index as usize);
            place.copied().flatten()
        });
        if let (Some(index), None, None) = (index, by_index, id) {
            document.say(faults, FaultKind::BadIndex, result, || {
                format!("`ruleIndex` is {index}, and there is no such rule")
            });
        }
        let Some(id) = id else {
            let unknown = "unknown";
            return by_index.unwrap_or_else(|| self.added(unknown, rules));
        };
        // `CA5350/md5` is a kind of `CA5350`.
        let by_id = std::iter::successors(Some(id), |id| id.rsplit_once('/').map(|(above, _)| above))
            .find_map(|id| self.rules.ids.get(id).copied());
        if let (Some(by_index), Some(by_id)) = (by_index, by_id)
            && by_index != by_id
        {
            document.say(faults, FaultKind::StaleRuleIndex, result, || {
                format!("`ruleIndex` means `{}`, `ruleId` is `{id}`; the id counts", rules[by_index].id)
            });
        }
        by_id.unwrap_or_else(|| self.added(id, rules))
    }

    fn added(&mut self, id: &str, rules: &mut Vec<Rule>) -> usize {
        if let Some(known) = self.rules.ids.get(id) {
            return *known;
        }
        self.rules.ids.insert(id.to_owned(), rules.len());
        rules.push(Rule::new(id));
        rules.len() - 1
    }

    /// The driver, or the extension that a reference means.
    fn component(&self, reference: Option<&Value<'a>>) -> usize {
        let Some(reference) = reference else { return 0 };
        if let Some(index) = reference.get("index").and_then(Value::count) {
            return index as usize + 1;
        }
        let same = |key: &str| {
            let wanted = reference.get(key)?.text()?;
            self.rules.tools.iter().position(|tool| tool.get(key).and_then(Value::text) == Some(wanted))
        };
        same("guid").or_else(|| same("name")).unwrap_or(0)
    }
}

/// A score as it should be, a number in quotes; or as it is often written, a number or a word.
pub(super) fn score(document: &Document<'_>, value: &Value<'_>, faults: &mut Faults) -> Option<Score> {
    let text = match &value.data {
        Data::Number(text) => *text,
        _ => value.text().unwrap_or_default(),
    };
    let known = Score::parse(text);
    if known.is_some() && matches!(value.data, Data::Text(_)) {
        return known.filter(|score| score.tenths > 0);
    }
    let of_word = match text.trim().to_ascii_lowercase().as_str() {
        "critical" => Some(95),
        "high" => Some(80),
        "medium" | "moderate" => Some(55),
        "low" => Some(20),
        _ => None,
    };
    document.say(faults, FaultKind::BadSeverity, value, || {
        format!("`{SECURITY_SEVERITY}` is {}, expected a number from 0.1 to 10.0 in quotes", value.describe())
    });
    known.or(of_word.map(|tenths| Score { tenths })).filter(|score| score.tenths > 0)
}
