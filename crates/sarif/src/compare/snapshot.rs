//! What was found at one commit, as little of it as it takes to know it again and to name it when it is gone.

use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;

use gatewright_core::RepoPath;

use crate::identity::{PackageKey, file_of, fingerprint, ids_of, line_of, rule_of, without_numbers};
use crate::model::{Alert, Run};

/// Bytes of a message that are kept.
const MOST_MESSAGE: usize = 160;

/// Bytes that are kept of any other text.
pub(super) const MOST_NAME: usize = 1000;

/// What was found at one commit, and by whom it was looked for. The same findings give the same snapshot, whatever order
/// they come in. It can be made of an earlier SARIF file's runs as well as of this run's. Messages must have been redacted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Snapshot {
    /// Who looked, whether it found anything or not; each once, sorted.
    pub(super) sources: Vec<Source>,
    /// What was found, sorted.
    pub(super) entries: Vec<Entry>,
}

/// A tool, and the category of its runs.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Source {
    /// The tool's name.
    pub tool: Arc<str>,
    /// What stands before the last slash of the automation id; empty where there is none.
    pub category: Arc<str>,
}

/// One finding.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Entry {
    /// Who found it: an index.
    pub(super) source: u32,
    /// The file: its path in the repository, or what the tool wrote.
    pub file: Arc<str>,
    /// The line, from 1; 0 where there is none.
    pub line: u32,
    /// The rule's id.
    pub rule: Arc<str>,
    /// The fingerprint that counts; empty where there was none.
    pub fingerprint: Arc<str>,
    /// A hash of what it says and is about, without whole numbers.
    pub(super) digest: u64,
    /// The first words of its message; nothing of a secret's.
    pub message: Arc<str>,
    /// The package, without its version; empty where it is about none.
    pub package: Arc<str>,
    /// The package's version; empty where it is not known.
    pub version: Arc<str>,
    /// All ids of the advisory, sorted.
    pub ids: Vec<Arc<str>>,
}

impl Snapshot {
    /// What these runs found. Their findings must have their fingerprints.
    pub fn of(runs: &[Run]) -> Self {
        Self::with_places(runs).0
    }

    /// Who looked, each once, sorted.
    pub fn sources(&self) -> &[Source] {
        &self.sources
    }

    /// What was found.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// With the run and the alert that each entry was made of.
    pub(super) fn with_places(runs: &[Run]) -> (Self, Vec<(usize, usize)>) {
        let mut texts = Texts::default();
        let of_runs: Vec<Source> = runs.iter().map(|run| source_of(run, &mut texts)).collect();
        let sources: Vec<Source> = of_runs.iter().cloned().collect::<BTreeSet<_>>().into_iter().collect();
        let mut found = Vec::new();
        for (run_at, run) in runs.iter().enumerate() {
            let source = sources.binary_search(&of_runs[run_at]).unwrap_or_default();
            let source = u32::try_from(source).unwrap_or(u32::MAX);
            for (at, alert) in run.alerts.iter().enumerate() {
                found.push((Entry { source, ..entry_of(run, alert, &mut texts) }, (run_at, at)));
            }
        }
        found.sort_unstable();
        let (entries, places) = found.into_iter().unzip();
        (Self { sources, entries }, places)
    }
}

fn source_of(run: &Run, texts: &mut Texts) -> Source {
    let id = run.automation_id.as_deref().unwrap_or_default();
    let category = id.rsplit_once('/').map_or("", |(category, _)| category);
    Source { tool: texts.one(&run.tool.name), category: texts.one(category) }
}

fn entry_of(run: &Run, alert: &Alert, texts: &mut Texts) -> Entry {
    let said = if alert.is_secret { "" } else { &alert.message };
    let first_line = said.lines().next().unwrap_or_default().trim_end();
    let mut entry = Entry {
        source: 0,
        file: texts.one(&normal_file(alert)),
        line: line_of(alert),
        rule: texts.one(rule_of(run, alert)),
        fingerprint: texts.one(fingerprint(alert).unwrap_or_default()),
        digest: digest(&without_numbers(said), alert.subject.as_deref().unwrap_or_default()),
        message: texts.one(&first_line[..first_line.floor_char_boundary(MOST_MESSAGE)]),
        package: texts.one(""),
        version: texts.one(""),
        ids: Vec::new(),
    };
    if let Some(advisory) = &alert.advisory {
        entry.package = texts.one(&PackageKey::of(&advisory.package).to_string());
        entry.version = texts.one(advisory.package.version.as_deref().unwrap_or_default());
        entry.ids = ids_of(advisory).iter().map(|id| texts.one(id)).collect();
    }
    entry
}

/// Of a report whose files were not looked up, a path as it would have been found.
fn normal_file(alert: &Alert) -> String {
    let file = file_of(alert);
    RepoPath::new(file).map_or_else(|_| file.to_owned(), String::from)
}

fn digest(message: &str, subject: &str) -> u64 {
    let hash = gatewright_core::fingerprint(&[message, subject]);
    u64::from_str_radix(&hash[..16], 16).unwrap_or_default()
}

/// Texts that many findings share, each once.
#[derive(Default)]
struct Texts {
    known: HashSet<Arc<str>>,
}

impl Texts {
    fn one(&mut self, text: &str) -> Arc<str> {
        let text = &text[..text.floor_char_boundary(MOST_NAME)];
        if let Some(known) = self.known.get(text) {
            return Arc::clone(known);
        }
        let text: Arc<str> = text.into();
        self.known.insert(Arc::clone(&text));
        text
    }
}
