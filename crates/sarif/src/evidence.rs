//! What is judged: the reports, the runs in them, what belongs together, and what is known besides.

use gatewright_core::RepoPath;
use gatewright_core::date::Date;

use crate::compare::Gone;
use crate::fault::Faults;
use crate::join::AlertAt;
use crate::lists::ListUse;
use crate::model::{Alert, Rule, Run};
use crate::threat::Threats;

/// All that is known.
#[derive(Clone, Debug, Default)]
pub struct Evidence {
    /// The files that were read.
    pub reports: Vec<ScanReport>,
    /// The runs in them, normalised and identified.
    pub runs: Vec<Run>,
    /// Of each run the report that it stands in.
    pub of_report: Vec<usize>,
    /// Results that are one finding; each result is in exactly one group.
    pub groups: Vec<Vec<AlertAt>>,
    /// What is known about exploitation.
    pub threats: Threats,
    /// What is wrong with the data on exploitation that was named, and the next step.
    pub threat_troubles: Vec<(String, String)>,
    /// What the findings were compared with.
    pub baseline: BaselineUnderReview,
    /// Somebody asks for figures of what is new.
    pub asks_for_new: bool,
    /// Tools of which somebody asks for figures.
    pub asked_tools: Vec<String>,
    /// Findings of the baseline that are gone.
    pub gone: Vec<Gone>,
    /// Tools of which nothing can be said against the baseline, and why.
    pub inconclusive: Vec<String>,
    /// Where reports should be and are not.
    pub missing: Vec<String>,
    /// Exclusions that took out nothing.
    pub idle_exclusions: Vec<String>,
    /// The day of the run.
    pub today: Option<Date>,
    /// Acceptances from lists of other tools that are worth a word.
    pub about_lists: Vec<crate::accept::AboutEntry>,
    /// The lists of other tools.
    pub lists: Vec<ListUnderReview>,
}

/// A list of another tool that says what is accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListUnderReview {
    /// Its path for readers.
    pub shown: String,
    /// For whom it speaks; empty where that is not known.
    pub speaks_for: &'static str,
    /// Entries that it holds.
    pub entries: usize,
    /// What of it was of use.
    pub used: ListUse,
    /// Which version of it counts.
    pub version: ListVersion,
}

/// Which version of a list counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ListVersion {
    /// The one that lies here.
    Here,
    /// That of the base.
    Base {
        /// The change edits it.
        is_changed: bool,
    },
    /// The one that lies here, because the base can't be read.
    HereInstead {
        /// Why not: lower case, without a full stop.
        why: String,
        /// The next step.
        help: String,
    },
    /// None.
    None {
        /// Why the base's can't be read: lower case, without a full stop.
        why: String,
        /// The next step.
        help: String,
    },
}

/// A file that was read.
#[derive(Clone, Debug)]
pub struct ScanReport {
    /// Its path for readers.
    pub shown: String,
    /// Its path in the repository, if it lies there.
    pub path: Option<RepoPath>,
    /// What it says, or why that can't be read.
    pub content: Result<ScanContent, String>,
    /// The next step where it can't be read.
    pub help: String,
    /// The tool that its pattern names.
    pub tool: Option<String>,
}

/// What a file says.
#[derive(Clone, Debug)]
pub struct ScanContent {
    /// Its format, for readers.
    pub format: &'static str,
    /// All that is wrong with it.
    pub faults: Faults,
    /// It is an empty list: some tool found nothing.
    pub is_empty_list: bool,
}

/// How the findings stand against an earlier run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum BaselineUnderReview {
    /// Nobody asks for one, and there is none.
    #[default]
    Unasked,
    /// This event has none.
    NotApplicable(String),
    /// There should be one.
    None {
        /// Why there is none, lower case, without a full stop.
        why: String,
        /// The next step.
        help: String,
        /// A gate or a condition needs it.
        is_asked: bool,
    },
    /// There is one.
    Found {
        /// What: `what was recorded of 1a2b3c4d5e, the base`.
        how: String,
    },
}

impl Evidence {
    /// A result.
    pub fn alert(&self, at: AlertAt) -> &Alert {
        &self.runs[at.run].alerts[at.alert]
    }

    /// The rule of a result.
    pub fn rule(&self, at: AlertAt) -> &Rule {
        &self.runs[at.run].rules[self.alert(at).rule]
    }

    /// The tool of a result.
    pub fn tool(&self, at: AlertAt) -> &str {
        &self.runs[at.run].tool.name
    }

    /// The names of the tools that reported, each once, in order.
    pub fn tools(&self) -> Vec<&str> {
        let is_list =
            |report: &&ScanReport| report.content.as_ref().is_ok_and(|content| content.is_empty_list);
        let lists = self.reports.iter().filter(is_list).filter_map(|report| report.tool.as_deref());
        let mut tools: Vec<&str> = self.runs.iter().map(|run| run.tool.name.as_str()).chain(lists).collect();
        tools.sort_unstable();
        tools.dedup();
        tools
    }

    /// Whether anything was scanned at all: a run, or a report that says that there is nothing.
    pub fn is_empty(&self) -> bool {
        let is_list =
            |report: &ScanReport| report.content.as_ref().is_ok_and(|content| content.is_empty_list);
        self.runs.is_empty() && !self.reports.iter().any(is_list)
    }
}
