//! What the judge looks at: the reports as they were read, what they came to, and where in the repository tests failed.
//! Built once, purely; rules only read it.

use std::collections::HashMap;

use gatewright_core::RepoPath;
use gatewright_core::report::Location;

use crate::collect::{Failure, Results};
use crate::frames::frames;
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
        Self { reports, results, locations }
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
