//! `.github/gatewright.yml`: finding an action's settings in it, strictly, and saying where what came from.

pub mod insert;
pub mod yaml;

use std::collections::BTreeMap;

use crate::RepoPath;
use crate::action::{FieldAbout, ListAbout};
use crate::condition::Condition;
use crate::date::Date;
use crate::glob::Pattern;
use crate::nearest::nearest;
use crate::report::Location;
use crate::waiver::Waiver;

use yaml::{Node, Place, Value};

/// Where the configuration lies unless told otherwise.
pub const DEFAULT_PATH: &str = ".github/gatewright.yml";

/// Keys that every action's settings may have besides its inputs.
pub const SHARED_KEYS: [&str; 3] = ["name", "conditions", "waivers"];

/// The list that every action's settings may have.
pub const WAIVERS: ListAbout = ListAbout {
    name: "waivers",
    item: "a waiver",
    description: "Findings that a named person accepts, for a reason, until a day.",
    required: &[
        FieldAbout { name: "rule", description: "The rule whose findings are accepted." },
        FieldAbout { name: "reason", description: "Why they are accepted." },
        FieldAbout { name: "owner", description: "Who answers for it." },
        FieldAbout { name: "until", description: "The last day it holds: YYYY-MM-DD." },
    ],
    optional: &[FieldAbout {
        name: "path",
        description: "The files it holds for: a glob from the repository's root. Without it, everywhere.",
    }],
};

/// An entry of a list that was read.
#[derive(Clone, Debug)]
pub struct ConfigEntry {
    texts: BTreeMap<&'static str, String>,
    /// The last day it holds, where it has one.
    pub until: Option<Date>,
    /// Where it is written.
    pub written_at: Location,
    places: BTreeMap<&'static str, Place>,
    place: Place,
}

impl ConfigEntry {
    /// A field's text; what is required is there.
    pub fn text(&self, key: &str) -> Option<&str> {
        self.texts.get(key).map(String::as_str)
    }
}

/// What an entry of a list is made of, as advice.
fn list_help(list: &ListAbout) -> String {
    let names = |fields: &[FieldAbout]| -> Vec<String> {
        let name = |field: &FieldAbout| match field.name {
            "until" => "`until` (YYYY-MM-DD)".to_owned(),
            name => format!("`{name}`"),
        };
        fields.iter().map(name).collect()
    };
    let joined = |names: Vec<String>| match names.split_last() {
        Some((end, [])) => end.clone(),
        Some((end, rest)) => format!("{} and {end}", rest.join(", ")),
        None => String::new(),
    };
    let mut item = list.item.to_owned();
    if let Some(first) = item.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    let optional = match list.optional {
        [] => String::new(),
        fields => format!(", and may have {}", joined(names(fields))),
    };
    format!("{item} has {}{optional}.", joined(names(list.required)))
}

/// A configuration file that was read.
#[derive(Clone, Debug)]
pub struct ConfigFile {
    /// Its path as readers know it.
    pub path: String,
    /// Its bytes as text.
    pub text: String,
    root: Node,
}

/// What is wrong in a configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigError {
    /// The file.
    pub path: String,
    /// Where in it.
    pub place: Place,
    /// The line as it stands there.
    pub source_line: String,
    /// What is wrong: lower case, without a full stop.
    pub message: String,
    /// The next step: a full sentence.
    pub help: String,
}

/// An action's settings: one mapping of the file.
#[derive(Clone, Debug)]
pub struct Settings<'a> {
    file: &'a ConfigFile,
    node: &'a Node,
    /// The configured name, where it has one.
    pub name: Option<String>,
}

impl ConfigFile {
    /// Reads a configuration's text.
    pub fn parse(path: &str, text: &str) -> Result<Self, ConfigError> {
        let file = |root| Self { path: path.to_owned(), text: text.to_owned(), root };
        let root = yaml::parse(text).map_err(|error| {
            file(Node { place: error.place, value: Value::Null }).error(
                error.place,
                format!("this is not valid YAML: {error}"),
                "Correct the line; indentation is by blanks, and a value with `: ` or `#` in it needs quotes.",
            )
        })?;
        let file = file(root);
        match &file.root.value {
            Value::Map(_) | Value::Null => Ok(file),
            _ => Err(file.error(
                file.root.place,
                format!("found {}, expected a mapping whose keys are actions", file.root.kind()),
                "Begin with the name of an action, such as `coverage-gate:`.",
            )),
        }
    }

    /// An error at a place of this file.
    pub fn error(&self, place: Place, message: impl Into<String>, help: impl Into<String>) -> ConfigError {
        let index = usize::try_from(place.line).unwrap_or(1).saturating_sub(1);
        ConfigError {
            path: self.path.clone(),
            place,
            source_line: self.text.lines().nth(index).unwrap_or("").to_owned(),
            message: message.into(),
            help: help.into(),
        }
    }

    /// The top-level keys and their places, in the order of the file.
    pub fn actions(&self) -> impl Iterator<Item = (&str, Place)> {
        self.root.entries().iter().map(|entry| (entry.key.as_str(), entry.key_place))
    }

    /// The error of a top-level key that is no action.
    pub fn unknown_action(&self, key: &str, place: Place, known: &[&str]) -> ConfigError {
        let message = match nearest(key, known.iter().copied()) {
            Some(name) => format!("`{key}` is no action, did you mean `{name}`?"),
            None => format!("`{key}` is no action"),
        };
        self.error(place, message, format!("The actions are: {}.", known.join(", ")))
    }

    /// All settings of an action: one mapping, or a list of mappings each with a unique name.
    pub fn settings(&self, action: &str) -> Result<Vec<Settings<'_>>, ConfigError> {
        let Some(node) = self.root.get(action) else { return Ok(Vec::new()) };
        let nodes = match &node.value {
            Value::List(items) => items.iter().collect(),
            _ => vec![node],
        };
        let several = nodes.len() > 1;
        let mut all: Vec<Settings<'_>> = Vec::new();
        for node in nodes {
            if !matches!(node.value, Value::Map(_) | Value::Null) {
                let message = format!("found {}, expected a mapping of `{action}`'s settings", node.kind());
                return Err(self.error(node.place, message, "Write one setting a line: `key: value`."));
            }
            let settings = Settings { file: self, node, name: self.name(node)? };
            match &settings.name {
                None if several => {
                    return Err(self.error(
                        node.place,
                        format!("one of several settings of `{action}` has no name"),
                        "Give each a `name:` of its own; the input `name` chooses among them.",
                    ));
                }
                Some(name) if all.iter().any(|other| other.name.as_deref() == Some(name)) => {
                    return Err(self.error(
                        node.place,
                        format!("the name `{name}` is taken"),
                        "Give each a name of its own.",
                    ));
                }
                _ => all.push(settings),
            }
        }
        Ok(all)
    }

    fn name(&self, node: &Node) -> Result<Option<String>, ConfigError> {
        let Some(name) = node.get("name") else { return Ok(None) };
        match &name.value {
            Value::Scalar { text, .. } if is_name(text) => Ok(Some(text.clone())),
            _ => Err(self.error(
                name.place,
                "this is no name",
                "Use 1 to 64 of the letters a-z, A-Z, digits, `-`, `_` and `.`.",
            )),
        }
    }
}

/// Whether a text can name a gate: it becomes part of file names and of conditions.
pub fn is_name(text: &str) -> bool {
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    !text.is_empty() && text.len() <= 64 && text.chars().all(allowed)
}

impl<'a> Settings<'a> {
    /// Refuses keys that the action does not know and names the nearest.
    pub fn check_keys(&self, known: &[&str]) -> Result<(), ConfigError> {
        let all = || known.iter().copied().chain(SHARED_KEYS);
        match self.node.entries().iter().find(|entry| !all().any(|key| key == entry.key)) {
            None => Ok(()),
            Some(entry) => {
                let missing = format!("there is no setting `{}`", entry.key);
                let (message, help) = if let Some(name) = nearest(&entry.key, all()) {
                    let help = "Correct it; `--help` describes every setting.".to_owned();
                    (format!("{missing}, did you mean `{name}`?"), help)
                } else {
                    let mut names: Vec<&str> = all().collect();
                    names.sort_unstable();
                    (missing, format!("The settings are: {}.", names.join(", ")))
                };
                Err(self.file.error(entry.key_place, message, help))
            }
        }
    }

    /// The values of an input as texts with the place of the first; `None` when the key is absent or empty.
    pub fn values(&self, key: &str) -> Result<Option<(Vec<String>, Place)>, ConfigError> {
        let Some(node) = self.node.get(key) else { return Ok(None) };
        let single = |node: &Node| match &node.value {
            Value::Scalar { text, .. } => Ok(text.trim().to_owned()),
            _ => Err(self.file.error(
                node.place,
                format!("`{key}` holds {}, expected a single value", node.kind()),
                "Write a text, a number or a truth value.",
            )),
        };
        let values = match &node.value {
            Value::Null => return Ok(None),
            Value::List(items) => items.iter().map(single).collect::<Result<Vec<_>, _>>()?,
            _ => vec![single(node)?],
        };
        Ok((!values.is_empty()).then_some((values, node.place)))
    }

    /// The conditions, parsed, with their places.
    pub fn conditions(&self) -> Result<Vec<(Condition, Place)>, ConfigError> {
        let items = match self.node.get("conditions") {
            None => return Ok(Vec::new()),
            Some(Node { value: Value::List(items), .. }) => items.as_slice(),
            Some(node) => std::slice::from_ref(node),
        };
        items.iter().map(|item| Ok((self.condition(item)?, item.place))).collect()
    }

    fn condition(&self, item: &Node) -> Result<Condition, ConfigError> {
        let help = "A condition reads like `coverage.lines[patch] >= 80 and coverage.lines >= 85`.";
        let Value::Scalar { text, .. } = &item.value else {
            return Err(self.file.error(
                item.place,
                format!("found {}, expected a condition", item.kind()),
                help,
            ));
        };
        Condition::parse(text)
            .map_err(|error| self.file.error(item.place, format!("in the condition, {error}"), help))
    }

    /// The waivers, read strictly.
    pub fn waivers(&self) -> Result<Vec<Waiver>, ConfigError> {
        let waiver = |entry: ConfigEntry| {
            let path = entry.text("path").map(Pattern::new).transpose().map_err(|message| {
                let at = entry.places.get("path").copied().unwrap_or(entry.place);
                self.file.error(at, format!("this is no path pattern: {message}"), list_help(&WAIVERS))
            })?;
            let text = |key: &str| entry.text(key).unwrap_or_default().to_owned();
            Ok(Waiver {
                rule: text("rule"),
                path,
                reason: text("reason"),
                owner: text("owner"),
                until: entry.until.expect("every waiver has a last day"),
                written_at: entry.written_at.clone(),
            })
        };
        self.entries(&WAIVERS)?.into_iter().map(waiver).collect()
    }

    /// The entries of a list, read strictly.
    pub fn entries(&self, list: &ListAbout) -> Result<Vec<ConfigEntry>, ConfigError> {
        match self.node.get(list.name) {
            None | Some(Node { value: Value::Null, .. }) => Ok(Vec::new()),
            Some(Node { value: Value::List(items), .. }) => {
                items.iter().map(|item| self.entry(item, list)).collect()
            }
            Some(node) => {
                let first = list.required.first().map_or("", |field| field.name);
                Err(self.file.error(
                    node.place,
                    format!("found {}, expected a list: `{}`", node.kind(), list.name),
                    format!("Write `- {first}: …` entries. {}", list_help(list)),
                ))
            }
        }
    }

    fn entry(&self, item: &Node, list: &ListAbout) -> Result<ConfigEntry, ConfigError> {
        let help = list_help(list);
        let known = || list.required.iter().chain(list.optional).map(|field| field.name);
        if let Some(entry) = item.entries().iter().find(|entry| !known().any(|key| key == entry.key)) {
            let near = nearest(&entry.key, known()).map(|near| format!(", did you mean `{near}`?"));
            let message = format!("{} has no `{}`{}", list.item, entry.key, near.unwrap_or_default());
            return Err(self.file.error(entry.key_place, message, help));
        }
        let mut texts = BTreeMap::new();
        let mut places = BTreeMap::new();
        for key in known() {
            let Some(node) = item.get(key) else { continue };
            if let Value::Scalar { text, .. } = &node.value
                && !text.trim().is_empty()
            {
                texts.insert(key, text.trim().to_owned());
                places.insert(key, node.place);
            }
        }
        if let Some(missing) = list.required.iter().find(|field| !texts.contains_key(field.name)) {
            let item_of = list.item.replacen("a ", "the ", 1).replacen("an ", "the ", 1);
            return Err(self.file.error(item.place, format!("{item_of} has no `{}`", missing.name), help));
        }
        let until = match texts.get("until").map(|text| text.parse::<Date>()) {
            None => None,
            Some(Ok(until)) => Some(until),
            Some(Err(message)) => {
                return Err(self.file.error(places["until"], message, help));
            }
        };
        // A configuration outside the repository has no place that an annotation could point at.
        let config = RepoPath::new(&self.file.path)
            .or_else(|_| RepoPath::new(DEFAULT_PATH))
            .expect("the default path is a path");
        let written_at = Location::lines(config, item.place.line, item.place.line);
        Ok(ConfigEntry { texts, until, written_at, places, place: item.place })
    }

    /// The file these settings stand in.
    pub fn file(&self) -> &'a ConfigFile {
        self.file
    }

    /// Where they stand.
    pub fn place(&self) -> Place {
        self.node.place
    }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    fn check(text: &str, expected: Expect) {
        let answer = ConfigFile::parse(DEFAULT_PATH, text).and_then(|file| {
            let all = file.settings("coverage-gate")?;
            let mut shown = Vec::new();
            for settings in &all {
                settings.check_keys(&["minimum", "files"])?;
                let conditions = settings.conditions()?.len();
                let waivers = settings.waivers()?.len();
                shown.push(format!(
                    "{:?} minimum {:?} conditions {conditions} waivers {waivers}",
                    settings.name,
                    settings.values("minimum")?.map(|(values, _)| values)
                ));
            }
            Ok(shown.join("\n"))
        });
        let text = answer.unwrap_or_else(|error| {
            format!(
                "{}:{}:{}: {}\n{}\n{}",
                error.path,
                error.place.line,
                error.place.column,
                error.message,
                error.source_line,
                error.help
            )
        });
        expected.assert_eq(&text);
    }

    #[test]
    fn settings_are_one_or_several() {
        check(
            "coverage-gate:\n  minimum: 85\n",
            expect![[r#"None minimum Some(["85"]) conditions 0 waivers 0"#]],
        );
        check(
            "coverage-gate:\n  - name: a\n    minimum: 1\n    conditions: ['coverage.lines > 1']\n  - name: b\n",
            expect![[r#"
                Some("a") minimum Some(["1"]) conditions 1 waivers 0
                Some("b") minimum None conditions 0 waivers 0"#]],
        );
        check("other: {}\n", expect![""]);
        check("", expect![""]);
    }

    #[test]
    fn what_is_wrong_is_shown_with_its_line() {
        check(
            "coverage-gate:\n  minmum: 85\n",
            expect![[r#"
            .github/gatewright.yml:2:3: there is no setting `minmum`, did you mean `minimum`?
              minmum: 85
            Correct it; `--help` describes every setting."#]],
        );
        check(
            "coverage-gate:\n  - minimum: 1\n  - minimum: 2\n",
            expect![[r#"
            .github/gatewright.yml:2:5: one of several settings of `coverage-gate` has no name
              - minimum: 1
            Give each a `name:` of its own; the input `name` chooses among them."#]],
        );
        check(
            "coverage-gate:\n  - name: a\n  - name: a\n",
            expect![[r#"
            .github/gatewright.yml:3:5: the name `a` is taken
              - name: a
            Give each a name of its own."#]],
        );
        check(
            "coverage-gate: 85\n",
            expect![[r#"
            .github/gatewright.yml:1:16: found a single value, expected a mapping of `coverage-gate`'s settings
            coverage-gate: 85
            Write one setting a line: `key: value`."#]],
        );
        check(
            "- coverage-gate\n",
            expect![[r#"
            .github/gatewright.yml:1:1: found a list, expected a mapping whose keys are actions
            - coverage-gate
            Begin with the name of an action, such as `coverage-gate:`."#]],
        );
        check(
            "coverage-gate:\n  conditions:\n    - coverage.lines => 1\n",
            expect![[r#"
            .github/gatewright.yml:3:7: in the condition, column 16: found `=>`, expected one of `>=`, `>`, `<=`, `<`, `==`, `!=`
                - coverage.lines => 1
            A condition reads like `coverage.lines[patch] >= 80 and coverage.lines >= 85`."#]],
        );
        check(
            "coverage-gate:\n  waivers:\n    - rule: x\n      reason: y\n      owner: z\n",
            expect![[r#"
            .github/gatewright.yml:3:7: the waiver has no `until`
                - rule: x
            A waiver has `rule`, `reason`, `owner` and `until` (YYYY-MM-DD), and may have `path`."#]],
        );
        check(
            "coverage-gate:\n  waivers:\n    - {rule: x, reason: y, owner: z, until: 2027-02-30}\n",
            expect![[r#"
                .github/gatewright.yml:3:45: `2027-02-30` is no day of the calendar; write it as YYYY-MM-DD, such as 2027-01-31
                    - {rule: x, reason: y, owner: z, until: 2027-02-30}
                A waiver has `rule`, `reason`, `owner` and `until` (YYYY-MM-DD), and may have `path`."#]],
        );
        check(
            "coverage-gate:\n\tminimum: 1\n",
            expect![[r#"
            .github/gatewright.yml:2:2: this is not valid YAML: tabs disallowed within this context (block indentation)
            	minimum: 1
            Correct the line; indentation is by blanks, and a value with `: ` or `#` in it needs quotes."#]],
        );
        check(
            "coverage-gate:\n  name: a/b\n",
            expect![[r#"
            .github/gatewright.yml:2:9: this is no name
              name: a/b
            Use 1 to 64 of the letters a-z, A-Z, digits, `-`, `_` and `.`."#]],
        );
    }
}
