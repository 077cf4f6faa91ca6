//! What the readers of reports on packages share: findings about a package, their rules, severity words, CVSS scores and
//! published ids. Package URLs are made and read in `purl`. Knows no format.

mod purl;

use gatewright_core::report::Severity;
use std::collections::{HashMap, HashSet};

use crate::fault::{FaultKind, Faults};
use crate::json::{Document, Value, write_text};
use crate::model::{Advisory, Alert, Confidence, Level, Package, Place, Properties, Rule, Run, Score};

pub(super) use purl::{kind_of_ecosystem, package, package_of_purl};

/// One advisory that applies to one package, as a tool reports it.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) advisory: Advisory,
    /// What is wrong, in a few words.
    pub(super) title: Option<String>,
    /// What is wrong, in many words.
    pub(super) description: Option<String>,
    pub(super) cwes: Vec<String>,
    /// The tool's own word.
    pub(super) severity: Option<Severity>,
    pub(super) score: Option<Scored>,
    /// The level, where it does not follow from the severity.
    pub(super) level: Option<Level>,
    pub(super) places: Vec<Place>,
    pub(super) rest: Properties,
    pub(super) properties: Properties,
    pub(super) origin: (u32, u32),
}

/// A score, and what it was taken from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Scored {
    pub(super) score: Score,
    /// Who gave it: `nvd`, `ghsa`; empty where the report does not say.
    pub(super) source: String,
    /// The CVSS vector, where there is one.
    pub(super) vector: Option<String>,
}

/// Rules and alerts of one run, while they are gathered.
#[derive(Debug, Default)]
pub(super) struct Gathered {
    rules: Vec<Rule>,
    places: HashMap<String, usize>,
    alerts: Vec<Alert>,
}

impl Gathered {
    /// The index of a rule. Of a rule that is known already the higher score and the worse level stay.
    pub(super) fn rule(&mut self, rule: Rule) -> usize {
        if let Some(&place) = self.places.get(&rule.id) {
            let known = &mut self.rules[place];
            known.score = known.score.max(rule.score);
            known.level = known.level.max(rule.level);
            return place;
        }
        self.places.insert(rule.id.clone(), self.rules.len());
        self.rules.push(rule);
        self.rules.len() - 1
    }

    /// Adds an alert that is not about a package.
    pub(super) fn alert(&mut self, alert: Alert) {
        self.alerts.push(alert);
    }

    /// Adds an advisory that applies: its rule and its alert.
    pub(super) fn add(&mut self, found: Found) {
        let tags = tags(&found.cwes);
        self.add_tagged(found, tags);
    }

    /// The same for what is worth knowing of a package and no weakness.
    pub(super) fn add_plain(&mut self, found: Found) {
        self.add_tagged(found, Vec::new());
    }

    fn add_tagged(&mut self, found: Found, tags: Vec<String>) {
        let score = found.score.as_ref().map(|scored| scored.score);
        let severity = found.severity.or_else(|| score.and_then(Score::severity));
        let level = found.level.unwrap_or_else(|| level_of(severity));
        let advisory = found.advisory;
        let title = found.title.filter(|title| !title.trim().is_empty());
        let title = title.as_deref().or(found.description.as_deref()).map(brief).unwrap_or_default();
        let message = message(&advisory, &title);
        let rule = self.rule(Rule {
            short: Some(if title.is_empty() { advisory.id.clone() } else { title }),
            full: found.description.filter(|text| !text.is_empty()),
            help: advisory.url.as_ref().map(|url| format!("{} is described at {url}", advisory.id)),
            help_uri: advisory.url.clone(),
            level: Some(level),
            score,
            tags,
            confidence: Some(Confidence::VeryHigh),
            ..Rule::new(advisory.id.clone())
        });
        let mut properties = found.properties;
        properties.extend(found.score.as_ref().and_then(Scored::property));
        self.alerts.push(Alert {
            rule,
            level: Some(level),
            message,
            places: found.places,
            advisory: Some(Box::new(advisory)),
            score,
            severity: found.severity,
            cwes: found.cwes,
            rest: found.rest,
            properties,
            origin: found.origin,
            ..Alert::default()
        });
    }

    /// Puts what was gathered into a run.
    pub(super) fn into_run(self, run: Run) -> Run {
        Run { rules: self.rules, alerts: self.alerts, ..run }
    }
}

impl Scored {
    /// Where the score comes from, as a member of a property bag.
    fn property(&self) -> Option<(Box<str>, Box<str>)> {
        let mut json = String::from("{");
        for (key, value) in [("source", Some(&self.source)), ("vector", self.vector.as_ref())] {
            if let Some(value) = value.filter(|value| !value.is_empty()) {
                json.push_str(if json.len() > 1 { "," } else { "" });
                write_text(key, &mut json);
                json.push(':');
                write_text(value, &mut json);
            }
        }
        json.push('}');
        (json.len() > 2).then(|| (Box::from("cvss"), json.into_boxed_str()))
    }
}

/// The sentence of an alert: the package, what is wrong with it, and what mends it.
fn message(advisory: &Advisory, title: &str) -> String {
    let Advisory { id, package, fixed_in, .. } = advisory;
    let mut out = package.name.clone();
    if let Some(version) = &package.version {
        out.push_str(&format!(" {version}"));
    }
    match title {
        "" => out.push_str(&format!(": {id}")),
        title if title.contains(id.as_str()) => out.push_str(&format!(": {title}")),
        title => out.push_str(&format!(": {title} ({id})")),
    }
    match fixed_in.as_slice() {
        [] => out.push_str(". No fixed version is known."),
        fixed => out.push_str(&format!(". Fixed in {}.", fixed.join(", "))),
    }
    out
}

/// The first sentence of a text, without its full stop, and not too much of it.
fn brief(text: &str) -> String {
    const MOST: usize = 200;
    // A heading of Markdown such as `### Impact` says nothing.
    let line = text.lines().map(str::trim).find(|line| !line.is_empty() && !line.starts_with('#'));
    let line = line.unwrap_or_default();
    let sentence = line.split(". ").next().unwrap_or_default().trim_end_matches('.');
    match sentence.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}…", &sentence[..end]),
        None => sentence.to_owned(),
    }
}

/// The tags of a rule about a weakness.
pub(super) fn tags(cwes: &[String]) -> Vec<String> {
    let weaknesses = cwes.iter().map(|cwe| format!("external/cwe/{}", cwe.to_ascii_lowercase()));
    std::iter::once("security".to_owned()).chain(weaknesses).collect()
}

/// The severity that a tool's word means, whatever its case; nothing for `unknown`, `negligible` and the like.
pub(super) fn severity_of(word: &str) -> Option<Severity> {
    const WORDS: [(&str, Severity); 8] = [
        ("critical", Severity::Critical),
        ("high", Severity::High),
        ("important", Severity::High),
        ("medium", Severity::Medium),
        ("moderate", Severity::Medium),
        ("low", Severity::Low),
        ("info", Severity::Info),
        ("informational", Severity::Info),
    ];
    let word = word.trim();
    WORDS.iter().find(|(known, _)| known.eq_ignore_ascii_case(word)).map(|(_, severity)| *severity)
}

/// The level that a severity means.
pub(super) fn level_of(severity: Option<Severity>) -> Level {
    match severity {
        Some(Severity::Critical | Severity::High) => Level::Error,
        Some(Severity::Medium) => Level::Warning,
        Some(Severity::Low | Severity::Info) | None => Level::Note,
    }
}

/// A score above zero; a score of 0.0 says nothing, and must not stand against a word.
pub(super) fn score_of(text: &str) -> Option<Score> {
    Score::parse(text).filter(|score| score.tenths > 0)
}

/// The base score of a CVSS vector of version 2, 3.0, 3.1 or 4.0, and that version in tenths.
pub(super) fn score_of_vector(vector: &str) -> Option<(u8, Score)> {
    let vector = vector.trim().trim_start_matches('(').trim_end_matches(')').trim_end_matches('/');
    let version = version_of_vector(vector)?;
    let needed: &[&str] = match version {
        20 => &["AV", "AC", "Au", "C", "I", "A"],
        40 => &["AV", "AC", "AT", "PR", "UI", "VC", "VI", "VA", "SC", "SI", "SA"],
        _ => &["AV", "AC", "PR", "UI", "S", "C", "I", "A"],
    };
    let has = |metric: &&str| vector.split('/').any(|part| part.split(':').next() == Some(metric));
    if vector.len() > 500 || !needed.iter().all(has) {
        return None;
    }
    let value = vector.parse::<cvss::Cvss>().ok()?.score();
    Some((version, score_of(&format!("{value:.1}"))?))
}

/// The version of CVSS that a vector is of, in tenths.
pub(super) fn version_of_vector(vector: &str) -> Option<u8> {
    match vector.get(..9) {
        Some("CVSS:3.0/") => Some(30),
        Some("CVSS:3.1/") => Some(31),
        Some("CVSS:4.0/") => Some(40),
        _ if vector.contains("Au:") && !vector.starts_with("CVSS:") => Some(20),
        _ => None,
    }
}

/// `CWE-79` of `CWE-79`, `79` or `CWE-79: Cross-site scripting`.
pub(super) fn cwe_of(text: &str) -> Option<String> {
    let text = text.trim();
    let number =
        text.get(..4).filter(|start| start.eq_ignore_ascii_case("cwe-")).map_or(text, |_| &text[4..]);
    let digits: String = number.chars().take_while(char::is_ascii_digit).collect();
    let ends = number[digits.len()..].chars().next().is_none_or(|next| !next.is_alphanumeric());
    (!digits.is_empty() && ends).then(|| format!("CWE-{digits}"))
}

/// The weaknesses that a member names: a list of texts, or one.
pub(super) fn cwes(value: Option<&Value<'_>>) -> Vec<String> {
    let Some(value) = value else { return Vec::new() };
    let texts = value.array().unwrap_or(std::slice::from_ref(value));
    let cwes: Vec<String> = texts.iter().filter_map(|text| cwe_of(text.text()?)).collect();
    others(cwes.iter().map(String::as_str), "")
}

/// Published ids in a text, such as a URL: `CVE-2021-44228`, `GHSA-jfh8-c2jp-5v3q`. In the order of the text.
pub(super) fn ids_in(text: &str) -> impl Iterator<Item = String> {
    let words = text.split(|char: char| !char.is_ascii_alphanumeric() && char != '-');
    words.filter_map(|word| cve(word).or_else(|| ghsa(word)))
}

fn cve(word: &str) -> Option<String> {
    let (year, number) = word.get(4..)?.split_once('-')?;
    let is_number =
        |text: &str, least: usize| text.len() >= least && text.bytes().all(|byte| byte.is_ascii_digit());
    let starts = word[..4].eq_ignore_ascii_case("cve-");
    (starts && year.len() == 4 && is_number(year, 4) && is_number(number, 4) && number.len() < 20)
        .then(|| word.to_ascii_uppercase())
}

fn ghsa(word: &str) -> Option<String> {
    let rest = word.get(5..).filter(|_| word[..5].eq_ignore_ascii_case("ghsa-"))?;
    let parts: Vec<&str> = rest.split('-').collect();
    let fits = parts.len() == 3 && parts.iter().all(|part| part.len() == 4);
    fits.then(|| format!("GHSA-{}", rest.to_ascii_lowercase()))
}

/// Texts without the empty ones, each once, and without one of them.
pub(super) fn others<'t>(texts: impl IntoIterator<Item = &'t str>, own: &'t str) -> Vec<String> {
    let mut seen = HashSet::from([own]);
    let texts = texts.into_iter().map(str::trim).filter(|text| !text.is_empty());
    let mut out = Vec::new();
    for text in texts {
        if seen.insert(text) {
            out.push(text.to_owned());
        }
    }
    out
}

/// The results in a member. Where it is no list, what it holds is lost.
pub(super) fn results<'v, 'a>(
    document: &Document<'a>,
    object: &'v Value<'a>,
    key: &str,
    faults: &mut Faults,
) -> &'v [Value<'a>] {
    let Some(value) = object.get(key) else { return &[] };
    value.array().unwrap_or_else(|| {
        document.say(faults, FaultKind::UnusableResult, value, || {
            format!("`{key}` is {}, expected an array of results", value.describe())
        });
        &[]
    })
}

/// A member that should be a text, owned and not empty.
pub(super) fn owned(
    document: &Document<'_>,
    object: &Value<'_>,
    key: &str,
    faults: &mut Faults,
) -> Option<String> {
    let text = object.get(key).and_then(|_| document.word(object, key, faults))?;
    (!text.is_empty()).then(|| text.to_owned())
}

/// A text as a value of a property bag.
pub(super) fn json_text(text: &str) -> Box<str> {
    let mut out = String::new();
    write_text(text, &mut out);
    out.into_boxed_str()
}

/// A package with what is known of it, for tools that name an ecosystem.
pub(super) fn package_in(ecosystem: &str, name: &str, version: Option<&str>) -> Package {
    package(kind_of_ecosystem(ecosystem), name, version)
}

#[cfg(test)]
#[path = "advisory_tests.rs"]
mod tests;
