//! Problem matchers: the configuration with the runner's validation, the state of patterns over several
//! lines, and the step from a match to an annotation.

use std::collections::BTreeMap;
use std::sync::Arc;

use fancy_regex::{Captures, Regex};
use serde::Deserialize;

use super::annotations::Level;
use super::{Entry, Setting, commands, full_path, lines};

/// The matchers of a job, newest first.
#[derive(Clone, Debug, Default)]
pub struct Matchers {
    active: Vec<Matcher>,
}

/// What the matchers made of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// An annotation.
    Issue {
        /// Its kind.
        level: Level,
        /// Its message.
        message: String,
        /// `file`, `line` and `col`, as far as they hold.
        properties: BTreeMap<String, String>,
        /// The line without colours, for the log.
        line: String,
    },
    /// A matcher that took too long is gone; this is the warning. The line is to be tried again.
    Removed(String),
}

#[derive(Clone, Debug)]
struct Matcher {
    owner: String,
    severity: String,
    patterns: Arc<Vec<Pattern>>,
    state: Vec<Option<Match>>,
}

#[derive(Debug)]
struct Pattern {
    config: PatternConfig,
    regex: Regex,
}

#[derive(Clone, Debug, Default)]
struct Match {
    file: Option<String>,
    line: Option<String>,
    column: Option<String>,
    severity: Option<String>,
    message: Option<String>,
    from_path: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Config {
    #[serde(default)]
    problem_matcher: Vec<MatcherConfig>,
}

#[derive(Deserialize)]
struct MatcherConfig {
    #[serde(default)]
    owner: String,
    #[serde(default)]
    severity: String,
    #[serde(default)]
    pattern: Vec<PatternConfig>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct PatternConfig {
    #[serde(default)]
    regexp: String,
    file: Option<i32>,
    line: Option<i32>,
    column: Option<i32>,
    severity: Option<i32>,
    code: Option<i32>,
    message: Option<i32>,
    from_path: Option<i32>,
    #[serde(default, rename = "loop")]
    repeats: bool,
}

impl Matchers {
    /// Adds the matchers of a configuration file in front of the others; those of the same owner go.
    pub fn add(&mut self, json: &str) -> Result<(), String> {
        let config = parse(json)?;
        let mut new = Vec::new();
        for matcher in config.problem_matcher {
            let known = |owner: &Matcher| commands::same(&owner.owner, &matcher.owner);
            let patterns = validate(&matcher)?;
            if new.iter().any(known) {
                return Err(format!("Duplicate owner name '{}'", matcher.owner));
            }
            let state = vec![None; patterns.len() - 1];
            new.push(Matcher {
                owner: matcher.owner,
                severity: matcher.severity,
                patterns: Arc::new(patterns),
                state,
            });
        }
        for matcher in new {
            self.remove(std::slice::from_ref(&matcher.owner));
            self.active.insert(0, matcher);
        }
        Ok(())
    }

    /// Removes the matchers of these owners.
    pub fn remove(&mut self, owners: &[String]) {
        self.active.retain(|matcher| !owners.iter().any(|owner| commands::same(owner, &matcher.owner)));
    }

    /// The owners in a configuration file.
    pub fn owners(json: &str) -> Result<Vec<String>, String> {
        Ok(parse(json)?.problem_matcher.into_iter().map(|matcher| matcher.owner).collect())
    }

    /// Tries a line, colours taken off: the newest matcher first; a match resets the others.
    pub fn scan(&mut self, line: &str, setting: &Setting) -> Option<Found> {
        let line = without_colours(line);
        for index in 0..self.active.len() {
            let Ok(found) = self.active[index].scan(&line) else {
                let gone = self.active.remove(index);
                return Some(Found::Removed(format!(
                    "Removing issue matcher '{}'. Matcher failed 3 times. Error: The Regex engine has timed \
                     out while trying to match a pattern to an input string.",
                    gone.owner
                )));
            };
            let Some(found) = found else { continue };
            for (other, matcher) in self.active.iter_mut().enumerate() {
                if other != index {
                    matcher.reset();
                }
            }
            if let Some((level, message, properties)) = to_issue(&found, setting) {
                return Some(Found::Issue { level, message, properties, line });
            }
        }
        None
    }
}

impl Matcher {
    fn reset(&mut self) {
        self.state.fill(None);
    }

    /// The patterns are tried from the last to the first, each where the one before it matched before.
    fn scan(&mut self, line: &str) -> Result<Option<Match>, ()> {
        let patterns = Arc::clone(&self.patterns);
        let last = patterns.len() - 1;
        for index in (0..=last).rev() {
            let running = index.checked_sub(1).map(|before| self.state[before].clone());
            if matches!(running, Some(None)) {
                continue;
            }
            let running = running.flatten();
            let pattern = &patterns[index];
            let captures = pattern.regex.captures(line).map_err(|_| ())?;
            let found = captures.map(|captures| pattern.read(&captures, running.as_ref()));
            if index < last {
                self.state[index] = found;
                continue;
            }
            match found {
                Some(found) => {
                    self.reset();
                    if pattern.config.repeats {
                        self.state[index - 1] = running;
                    }
                    return Ok(Some(self.with_severity(found)));
                }
                None if index > 0 => self.state[index - 1] = None,
                None => {}
            }
        }
        Ok(None)
    }

    fn with_severity(&self, mut found: Match) -> Match {
        if found.severity.as_deref().unwrap_or_default().is_empty() {
            found.severity = Some(self.severity.clone());
        }
        found
    }
}

impl Pattern {
    fn read(&self, captures: &Captures, running: Option<&Match>) -> Match {
        let group = |index: Option<i32>| {
            let index = usize::try_from(index?).ok()?;
            Some(captures.get(index).map_or_else(String::new, |group| group.as_str().to_owned()))
        };
        let running = running.cloned().unwrap_or_default();
        let config = &self.config;
        Match {
            file: running.file.or_else(|| group(config.file)),
            line: running.line.or_else(|| group(config.line)),
            column: running.column.or_else(|| group(config.column)),
            severity: running.severity.or_else(|| group(config.severity)),
            message: running.message.or_else(|| group(config.message)),
            from_path: running.from_path.or_else(|| group(config.from_path)),
        }
    }
}

fn parse(json: &str) -> Result<Config, String> {
    serde_json::from_str(json).map_err(|error| error.to_string())
}

fn validate(matcher: &MatcherConfig) -> Result<Vec<Pattern>, String> {
    let owner = &matcher.owner;
    if owner.is_empty() {
        return Err("Owner must not be empty".to_owned());
    }
    if !matcher.severity.is_empty() && Level::named(&matcher.severity).is_none() {
        return Err(format!("Matcher '{owner}' contains unexpected default severity '{}'", matcher.severity));
    }
    if matcher.pattern.is_empty() {
        return Err(format!("Matcher '{owner}' does not contain any patterns"));
    }
    let mut set = BTreeMap::new();
    let last = matcher.pattern.len() - 1;
    let mut patterns = Vec::new();
    for (index, config) in matcher.pattern.iter().enumerate() {
        if config.repeats && (index == 0 || index < last) {
            return Err("Only the last pattern in a multiline matcher may set 'loop'".to_owned());
        }
        if config.repeats && config.message.is_none() {
            return Err("The loop pattern must set 'message'".to_owned());
        }
        let regex = Regex::new(&ecma_script(&config.regexp)).map_err(|error| error.to_string())?;
        for (name, group) in config.groups() {
            let Some(group) = group else { continue };
            if set.insert(name, index).is_some() {
                return Err(format!("The property '{name}' is set twice"));
            }
            if !usize::try_from(group).is_ok_and(|group| group < regex.captures_len()) {
                return Err(format!("The property '{name}' is set to {group} which is out of range"));
            }
        }
        patterns.push(Pattern { config: config.clone(), regex });
    }
    if set.contains_key("message") {
        Ok(patterns)
    } else {
        Err("At least one pattern must set 'message'".to_owned())
    }
}

impl PatternConfig {
    fn groups(&self) -> [(&'static str, Option<i32>); 7] {
        [
            ("file", self.file),
            ("line", self.line),
            ("column", self.column),
            ("severity", self.severity),
            ("code", self.code),
            ("message", self.message),
            ("fromPath", self.from_path),
        ]
    }
}

/// The runner's dialect: `\d`, `\w` and `\s` mean ASCII only.
fn ecma_script(pattern: &str) -> String {
    let mut text = String::new();
    let mut in_class = false;
    let mut characters = pattern.chars();
    while let Some(character) = characters.next() {
        let set = match character {
            '\\' => match characters.next() {
                Some('d') => Some("0-9"),
                Some('w') => Some("a-zA-Z0-9_"),
                Some('s') => Some(" \\f\\n\\r\\t\\v"),
                Some('D') if !in_class => Some("^0-9"),
                Some('W') if !in_class => Some("^a-zA-Z0-9_"),
                Some('S') if !in_class => Some("^ \\f\\n\\r\\t\\v"),
                Some(other) => {
                    text.extend(['\\', other]);
                    continue;
                }
                None => None,
            },
            '[' if !in_class => {
                in_class = true;
                None
            }
            '[' => Some("\\["),
            ']' => {
                in_class = false;
                None
            }
            _ => None,
        };
        match set {
            Some(set) if in_class => text.push_str(set),
            Some(set) => text.extend(["[", set, "]"]),
            None => text.push(character),
        }
    }
    text
}

fn without_colours(line: &str) -> String {
    let mut parts = line.split("\u{1b}[");
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let rest = part.trim_start_matches(|character: char| character.is_ascii_digit() || character == ';');
        text.push_str(rest.strip_prefix('m').unwrap_or(rest));
    }
    text
}

/// An unknown severity or a blank message is no annotation.
fn to_issue(found: &Match, setting: &Setting) -> Option<(Level, String, BTreeMap<String, String>)> {
    let message = found.message.clone().filter(|message| !message.trim().is_empty())?;
    let level = match found.severity.as_deref().unwrap_or_default() {
        "" => Level::Error,
        severity => Level::named(severity)?,
    };
    let mut properties = BTreeMap::new();
    for (key, text) in [("line", &found.line), ("col", &found.column)] {
        let digits = |text: &&String| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        if let Some(number) = text.as_ref().filter(digits).and_then(|text| text.parse::<i32>().ok()) {
            properties.insert(key.to_owned(), number.to_string());
        }
    }
    if let Some(file) = file_of(found, setting) {
        properties.insert("file".to_owned(), file);
    }
    Some((level, message, properties))
}

/// The file, relative to the repository; none unless it exists and the repository is the workflow's.
fn file_of(found: &Match, setting: &Setting) -> Option<String> {
    let mut file = found.file.clone().filter(|file| !file.trim().is_empty())?;
    if let Some((folder, _)) = found.from_path.as_deref().and_then(|from| from.rsplit_once('/'))
        && !setting.is_rooted(&file)
        && !folder.trim().is_empty()
    {
        file = format!("{folder}/{file}");
    }
    let path = if setting.is_rooted(&file) {
        full_path(&setting.to_host(&full_path(&file)))
    } else {
        setting.in_workspace(&file)
    };
    let Some(Entry::File(_)) = setting.disk.entry(&path) else { return None };
    let root = repository_of(&path, setting)?;
    Some(path[root.len()..].trim_start_matches('/').to_owned())
}

fn repository_of(path: &str, setting: &Setting) -> Option<String> {
    let (folder, _) = path.rsplit_once('/')?;
    match setting.disk.entry(&format!("{folder}/.git/config")) {
        Some(Entry::File(config)) => {
            let host = setting.server.split_once("://").map_or("", |(_, host)| host);
            let urls = [
                format!("url = {}/{}", setting.server, setting.repository),
                format!("url = git@{host}:{}.git", setting.repository),
            ];
            let text = lines::decode_file(&config);
            let ours = text.lines().any(|line| urls.iter().any(|url| commands::same(url, line.trim())));
            ours.then(|| folder.to_owned())
        }
        _ => repository_of(folder, setting),
    }
}
