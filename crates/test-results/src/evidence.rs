//! What the judge looks at: the reports as they were read, what they came to, and where in the repository tests failed.
//! Built once, purely; rules only read it.

use std::collections::HashMap;

use gatewright_core::RepoPath;
use gatewright_core::date::Date;
use gatewright_core::report::{Location, Policy as StatePolicy};

use crate::collect::{Failure, Results};
use crate::compare::{Comparison, Standing};
use crate::frames::frames;
use crate::history::History;
use crate::owners::Owners;
use crate::policy::Policy;
use crate::quarantine::{self, Quarantine, Quarantined};
use crate::table::TestOutcome;
use crate::{Diagnostics, Format, Parsed, Tally};

/// A report as it was read.
#[derive(Clone, Debug)]
pub struct ReportEvidence {
    /// Its path for readers.
    pub shown: String,
    /// Its path in the repository, if it lies inside.
    pub path: Option<RepoPath>,
    /// The leg of a matrix that it is of; empty where none is named.
    pub variant: String,
    /// The shard that it is of, from 1, where the run has shards.
    pub shard: Option<u32>,
    /// Why it is older than the run, if it is.
    pub stale: Option<String>,
    /// What became of it.
    pub content: Result<ReportContent, String>,
    /// The next step where it could not be read.
    pub help: String,
}

impl ReportEvidence {
    /// A report of which only the name is known yet.
    pub fn named(shown: String) -> Self {
        Self {
            shown,
            path: None,
            variant: String::new(),
            shard: None,
            stale: None,
            content: Err("it was not read".to_owned()),
            help: String::new(),
        }
    }
}

/// The content of a report that was recognised.
#[derive(Clone, Debug)]
pub struct ReportContent {
    /// Its format.
    pub format: Format,
    /// Its runs by outcome.
    pub runs: Tally,
    /// How many suites in it show results of an earlier run.
    pub cached: u64,
    /// What was odd or broken in it.
    pub diagnostics: Diagnostics,
    /// Nothing that it should hold is missing.
    pub complete: bool,
}

impl From<Parsed> for ReportContent {
    fn from(parsed: Parsed) -> Self {
        let Parsed { format, runs, cached, diagnostics, complete, .. } = parsed;
        Self { format, runs, cached, diagnostics, complete }
    }
}

/// Finds the file of the repository that a report means by a path, if there is exactly one. The second is the path of
/// the report: relative paths may be meant beside it.
pub type Resolve<'a> = &'a dyn Fn(&str, Option<&RepoPath>) -> Option<RepoPath>;

/// All that is judged.
#[derive(Clone, Debug, Default)]
pub struct Evidence {
    /// Every report, in the order they were read.
    pub reports: Vec<ReportEvidence>,
    /// What they came to.
    pub results: Results,
    /// For each of the results' failures: where it failed, if a file of the repository answers.
    pub locations: Vec<Option<Location>>,
    /// What the run is compared with.
    pub baseline: BaselineUnderReview,
    /// The entries of the quarantine.
    pub quarantine: Vec<Quarantine>,
    /// What they hold.
    pub quarantined: Quarantined,
    /// Who owns which file.
    pub owners: Owners,
    /// A pattern found no report: tests may be missing.
    pub lacks_reports: bool,
}

/// What a run is compared with, as far as it is known.
#[derive(Clone, Debug, Default)]
pub enum BaselineUnderReview {
    /// Nobody looked for one.
    #[default]
    Unasked,
    /// This event has none, and why.
    NotApplicable(String),
    /// There is none.
    None {
        /// Why, lower case, without a full stop.
        why: String,
        /// The next step.
        help: String,
        /// Somebody named one, or figures that need one.
        is_asked: bool,
    },
    /// What was recorded.
    Found {
        /// All of it.
        history: Box<History>,
        /// How the run stands beside it.
        comparison: Box<Comparison>,
        /// Which it is, for sentences: `of 1a2b3c4, the base`.
        how: String,
    },
}

impl Evidence {
    /// Looks for the place of every failure.
    pub fn new(reports: Vec<ReportEvidence>, results: Results, resolve: Resolve<'_>) -> Self {
        let mut known: HashMap<(String, Option<usize>), Option<RepoPath>> = HashMap::new();
        let mut locate = |path: &str, report: usize| {
            let beside = reports.get(report).and_then(|report| report.path.as_ref());
            let key = (path.to_owned(), beside.map(|_| report));
            known.entry(key).or_insert_with(|| resolve(path, beside)).clone()
        };
        let locations = results.failures.iter().map(|failure| location(failure, &mut locate)).collect();
        Self { reports, results, locations, ..Self::default() }
    }

    /// Holds the run against a history.
    #[must_use]
    pub fn compared_with(self, history: History, how: String) -> Self {
        let comparison = Box::new(Comparison::new(&self.results, &history));
        Self { baseline: BaselineUnderReview::Found { history: Box::new(history), comparison, how }, ..self }
    }

    /// Puts failures into quarantine; `passes` in a row let a test go.
    #[must_use]
    pub fn with_quarantine(self, entries: Vec<Quarantine>, today: Date, passes: u32) -> Self {
        let quarantined = quarantine::apply(&entries, today, &self.results, self.history(), passes);
        Self { quarantine: entries, quarantined, ..self }
    }

    /// Whether every test that should be known is.
    pub(crate) fn is_whole(&self) -> bool {
        let is_read = |report: &ReportEvidence| report.content.as_ref().is_ok_and(|content| content.complete);
        !self.lacks_reports && self.reports.iter().all(is_read)
    }

    /// What was recorded, if it is known.
    pub fn history(&self) -> Option<&History> {
        match &self.baseline {
            BaselineUnderReview::Found { history, .. } => Some(history),
            _ => None,
        }
    }

    /// How the run stands beside that.
    pub fn comparison(&self) -> Option<&Comparison> {
        match &self.baseline {
            BaselineUnderReview::Found { comparison, .. } => Some(comparison),
            _ => None,
        }
    }

    /// The failures, each with what is known of it.
    pub(crate) fn failures(&self) -> impl Iterator<Item = FailureEvidence<'_>> {
        self.results.failures.iter().enumerate().map(|(number, failure)| FailureEvidence {
            failure,
            location: self.locations.get(number).and_then(Option::as_ref),
            standing: self.comparison().and_then(|comparison| comparison.standings.get(number)),
            quarantine: self
                .quarantined
                .by_failure
                .get(number)
                .copied()
                .flatten()
                .and_then(|entry| self.quarantine.get(entry)),
        })
    }
}

/// A failing or flaky test with what is known of it besides.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FailureEvidence<'a> {
    pub(crate) failure: &'a Failure,
    /// Where it failed.
    pub(crate) location: Option<&'a Location>,
    /// How it stands beside the baseline.
    pub(crate) standing: Option<&'a Standing>,
    /// The entry of the quarantine that holds it.
    pub(crate) quarantine: Option<&'a Quarantine>,
}

impl FailureEvidence<'_> {
    /// Whether it fails, as opposed to being flaky.
    pub(crate) fn is_bad(&self) -> bool {
        self.failure.outcome != TestOutcome::Flaky || self.failure.failed_by_runner
    }

    /// Whether the baseline does not have it.
    pub(crate) fn is_new(&self) -> bool {
        matches!(self.standing, Some(Standing::New { .. }))
    }

    /// What it does to the gate.
    pub(crate) fn policy(&self, policy: &Policy) -> StatePolicy {
        let own = match self.failure.outcome {
            TestOutcome::Errored => policy.on_error,
            TestOutcome::Flaky if !self.failure.failed_by_runner => policy.on_flaky,
            _ => policy.on_failure,
        };
        match self.standing {
            Some(Standing::Known { .. }) if self.is_bad() => milder(own, policy.on_known_failure),
            _ => own,
        }
    }
}

/// The policy that does less.
fn milder(one: StatePolicy, other: StatePolicy) -> StatePolicy {
    match (one, other) {
        (StatePolicy::Ignore, _) | (_, StatePolicy::Ignore) => StatePolicy::Ignore,
        (StatePolicy::Warn, _) | (_, StatePolicy::Warn) => StatePolicy::Warn,
        _ => StatePolicy::Fail,
    }
}

/// The place of the assertion where the report names it, then the first place of the text that is a file of the
/// repository, then where the test is declared. In the text, a line of the test's own file comes first: what failed
/// deep in other code is called from there.
fn location(failure: &Failure, locate: &mut dyn FnMut(&str, usize) -> Option<RepoPath>) -> Option<Location> {
    let report = failure.report;
    let at = |path, line| if line > 0 { Location::lines(path, line, line) } else { Location::file(path) };
    let declared =
        Some(failure.file.as_str()).filter(|file| !file.is_empty()).and_then(|file| locate(file, report));
    let detail = &failure.detail;
    if !detail.file.is_empty()
        && let Some(path) = locate(&detail.file, report)
    {
        return Some(at(path, detail.line));
    }
    let text = format!("{}\n{}\n{}", detail.message, detail.text.head, detail.text.tail);
    let named: Vec<(RepoPath, u32)> = frames(&text)
        .into_iter()
        .filter_map(|frame| {
            Some((
                locate(&in_package(&frame.path, &failure.suite), report)
                    .or_else(|| locate(&frame.path, report))?,
                frame.line,
            ))
        })
        .collect();
    let own = named.iter().find(|(path, _)| Some(path) == declared.as_ref());
    if let Some((path, line)) = own.or(named.first()) {
        return Some(at(path.clone(), *line));
    }
    declared.map(|path| at(path, failure.line))
}

/// Go names files without their folder: the package has it.
fn in_package(path: &str, suite: &str) -> String {
    if path.rsplit_once('.').is_some_and(|(_, ending)| ending == "go")
        && !path.contains('/')
        && suite.contains('/')
    {
        return format!("{suite}/{path}");
    }
    path.to_owned()
}
