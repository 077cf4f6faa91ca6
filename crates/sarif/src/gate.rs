//! Gates: which findings fail, as lines that people write.
//!
//! ```text
//! [NAME: ]WORD…       all words must hold for a finding to count; any line that counts more than its `max` fails
//! severity>=high      this severity or worse
//! cvss>=7.0           this score or worse; where there is no score, that of the severity
//! epss>=0.1           this probability of exploitation within 30 days or more, from 0 to 1
//! kev                 known to be exploited
//! fixable             a version that mends it is known
//! new                 not in the baseline; without a baseline, everything is
//! reachable           not known to be unused: what nobody looked at counts
//! secret              about a credential
//! tool=gosec          found by this tool, whatever the case
//! rule=CVE-2026-1     of this rule, or an alias of it: the whole id, whatever the case
//! path=src/**         in these files
//! max=3               so many may stand
//! ```

use std::fmt;
use std::str::FromStr;

use gatewright_core::glob::Pattern;
use gatewright_core::report::Severity;

use crate::model::{Reach, Score};

/// One line.
#[derive(Clone, Debug)]
pub struct Gate {
    /// Its name; without one, its words.
    pub name: String,
    /// So many findings may stand.
    pub most: u64,
    words: Vec<Word>,
}

#[derive(Clone, Debug)]
enum Word {
    Severity(Severity),
    Cvss(Score),
    /// In millionths.
    Epss(u32),
    Kev,
    Fixable,
    New,
    Reachable,
    Secret,
    Tool(String),
    Rule(String),
    Path(Box<Pattern>),
}

/// What a gate looks at.
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own, and a word asks for it")]
#[derive(Clone, Debug)]
pub struct Facts<'a> {
    /// How bad it is.
    pub severity: Severity,
    /// Its score, where there is one.
    pub score: Option<Score>,
    /// The probability of exploitation, in millionths.
    pub epss: Option<u32>,
    /// It is known to be exploited.
    pub is_exploited: bool,
    /// A version that mends it is known.
    pub is_fixable: bool,
    /// It is not in the baseline.
    pub is_new: bool,
    /// Whether it is used.
    pub reach: Reach,
    /// It is about a credential.
    pub is_secret: bool,
    /// Who found it.
    pub tools: &'a [String],
    /// Its rule and all aliases.
    pub ids: &'a [String],
    /// Its file.
    pub path: Option<&'a str>,
}

/// What the words are, for errors.
const EXPECTED: &str = "expected severity>=WORD, cvss>=SCORE, epss>=PROBABILITY, kev, fixable, new, reachable, secret, \
                        tool=NAME, rule=ID, path=GLOB or max=COUNT";

impl FromStr for Gate {
    type Err = String;

    fn from_str(line: &str) -> Result<Self, String> {
        let (name, rest) = match line.split_once(": ") {
            Some((name, rest)) if !name.contains(['=', '>']) => (Some(name.trim()), rest),
            _ => (None, line),
        };
        let mut gate = Self { name: name.unwrap_or(rest.trim()).to_owned(), most: 0, words: Vec::new() };
        let mut has_most = false;
        for word in rest.split_whitespace() {
            if let Some(most) = word.strip_prefix("max=") {
                if std::mem::replace(&mut has_most, true) {
                    return Err(format!("`{word}` is a second `max=`, and only one can count"));
                }
                gate.most =
                    most.parse().map_err(|_| format!("`{word}`: expected a whole number behind `max=`"))?;
            } else {
                gate.words.push(word.parse()?);
            }
        }
        if gate.words.is_empty() {
            return Err(format!("there is no condition in it; {EXPECTED}"));
        }
        Ok(gate)
    }
}

impl FromStr for Word {
    type Err = String;

    fn from_str(word: &str) -> Result<Self, String> {
        let bad = |what: &str| format!("`{word}`: {what}");
        let plain = match word {
            "kev" => Some(Self::Kev),
            "fixable" => Some(Self::Fixable),
            "new" => Some(Self::New),
            "reachable" => Some(Self::Reachable),
            "secret" => Some(Self::Secret),
            _ => None,
        };
        if let Some(word) = plain {
            return Ok(word);
        }
        if let Some((key, value)) = word.split_once(">=") {
            return match key {
                "severity" => value.parse().map(Self::Severity).map_err(|message: String| bad(&message)),
                "cvss" => Score::parse(value)
                    .map(Self::Cvss)
                    .ok_or_else(|| bad("expected a score from 0.0 to 10.0")),
                "epss" => {
                    millionths(value).map(Self::Epss).ok_or_else(|| bad("expected a probability from 0 to 1"))
                }
                _ => Err(bad(EXPECTED)),
            };
        }
        match word.split_once('=') {
            Some((_, "")) => Err(bad("nothing stands behind the `=`")),
            Some(("tool", tool)) => Ok(Self::Tool(tool.to_ascii_lowercase())),
            Some(("rule", rule)) if rule.contains('*') => {
                Err(bad("ids are whole here: write one rule a line, or choose by `tool=` or `path=`"))
            }
            Some(("rule", rule)) => Ok(Self::Rule(rule.to_owned())),
            Some(("path", glob)) if glob.starts_with('!') => {
                Err(bad("nothing can be left out here: name the paths that count"))
            }
            Some(("path", glob)) if glob.split('/').any(|part| part == "..") => {
                Err(bad("paths begin at the root of the repository, so nothing is above it"))
            }
            Some(("path", glob)) => Pattern::new(glob)
                .map(|pattern| Self::Path(Box::new(pattern)))
                .map_err(|message| bad(&message)),
            Some(("severity", severity)) => Err(bad(&format!("write `severity>={severity}`"))),
            _ => Err(bad(EXPECTED)),
        }
    }
}

/// A number from 0 to 1 in millionths, what is finer cut off.
pub(crate) fn millionths(text: &str) -> Option<u32> {
    let value: f64 = text.trim().parse().ok()?;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 0 to a million")]
    (0.0..=1.0).contains(&value).then(|| (value * 1e6 + 1e-6).floor() as u32)
}

impl Gate {
    /// Whether a finding counts.
    pub fn takes(&self, facts: &Facts<'_>) -> bool {
        self.words.iter().all(|word| word.holds(facts))
    }

    /// Whether it asks what is new.
    pub fn asks_for_new(&self) -> bool {
        self.words.iter().any(|word| matches!(word, Word::New))
    }

    /// Whether it asks for probabilities of exploitation.
    pub fn asks_for_epss(&self) -> bool {
        self.words.iter().any(|word| matches!(word, Word::Epss(_)))
    }

    /// Whether it asks what is known to be exploited.
    pub fn asks_for_kev(&self) -> bool {
        self.words.iter().any(|word| matches!(word, Word::Kev))
    }

    /// The tools that it names.
    pub fn tools(&self) -> impl Iterator<Item = &str> {
        self.words.iter().filter_map(|word| match word {
            Word::Tool(tool) => Some(tool.as_str()),
            _ => None,
        })
    }
}

impl Word {
    fn holds(&self, facts: &Facts<'_>) -> bool {
        match self {
            Self::Severity(least) => facts.severity >= *least,
            Self::Cvss(least) => {
                let of_severity = || facts.severity.security_severity().and_then(Score::parse);
                facts.score.or_else(of_severity).is_some_and(|score| score >= *least)
            }
            Self::Epss(least) => facts.epss.is_some_and(|epss| epss >= *least),
            Self::Kev => facts.is_exploited,
            Self::Fixable => facts.is_fixable,
            Self::New => facts.is_new,
            Self::Reachable => matches!(facts.reach, Reach::Called | Reach::Unknown),
            Self::Secret => facts.is_secret,
            Self::Tool(tool) => {
                facts.tools.iter().any(|known| known.to_ascii_lowercase().contains(tool.as_str()))
            }
            Self::Rule(rule) => facts.ids.iter().any(|id| id.eq_ignore_ascii_case(rule)),
            Self::Path(pattern) => facts.path.is_some_and(|path| pattern.is_match(path)),
        }
    }
}

impl fmt::Display for Gate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts<'a>() -> Facts<'a> {
        Facts {
            severity: Severity::High,
            score: None,
            epss: Some(150_000),
            is_exploited: false,
            is_fixable: true,
            is_new: false,
            reach: Reach::Unknown,
            is_secret: false,
            tools: &[],
            ids: &[],
            path: Some("src/a.go"),
        }
    }

    fn takes(line: &str) -> bool {
        line.parse::<Gate>().unwrap().takes(&facts())
    }

    #[test]
    fn all_words_must_hold() {
        assert!(takes("severity>=high"));
        assert!(takes("exploitable: epss>=0.15 fixable reachable path=src/**"));
        assert!(takes("cvss>=8.0") && !takes("cvss>=8.1"), "a high one without a score is 8.0");
        assert!(!takes("severity>=high new") && !takes("severity>=critical") && !takes("kev"));
        let gate: Gate =
            "old ones: severity>=low max=12".parse().unwrap_or_else(|_| "x: kev max=12".parse().unwrap());
        assert_eq!(gate.most, 12);
    }

    #[test]
    fn what_is_wrong_is_named() {
        let error = |line: &str| line.parse::<Gate>().unwrap_err();
        assert!(error("severity>=bad").starts_with("`severity>=bad`: expected critical, high"));
        assert!(error("epss>=2").contains("from 0 to 1"));
        assert!(error("severity=high").contains("write `severity>=high`"));
        assert!(error("max=3").starts_with("there is no condition in it"));
        assert!(error("kev max=x").contains("whole number"));
        assert!(error("tool=").contains("nothing stands behind"));
        assert_eq!(error("kev max=1 max=2"), "`max=2` is a second `max=`, and only one can count");
        assert!(error("rule=CVE-2026-*").starts_with("`rule=CVE-2026-*`: ids are whole here"));
        assert!(error("path=!vendor/**").starts_with("`path=!vendor/**`: nothing can be left out"));
        assert!(
            error("path=../x").contains("begin at the root") && error("path=a/../b").contains("begin at")
        );
    }

    #[test]
    fn ids_are_compared_whatever_their_case() {
        let gate: Gate = "rule=cve-2026-1".parse().unwrap();
        let ids = ["GHSA-aaaa-bbbb-cccc".to_owned(), "CVE-2026-1".to_owned()];
        assert!(
            gate.takes(&Facts { ids: &ids, ..facts() }) && !gate.takes(&Facts { ids: &ids[..1], ..facts() })
        );
    }
}
