//! What is to be done once a verdict stands: values that an action returns, and that the host's executors perform.
//! An effect that fails is reported and ends the run without a verdict; it never changes one in silence.

use crate::action::Outcome;
use crate::failure::Failure;
use crate::report::VerdictResult;
use crate::repository::{BaseRequest, CommitId};
use crate::session::Session;
use crate::store::{Fetched, NewEntry, Place, Recorded, Remote, Retention, Run, StoreError, Time, Token};

/// Where clones come from.
const REMOTE: &str = "origin";

/// Something to be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Bring the store of baselines here, as it is in the repository that this one was cloned from.
    FetchStore {
        /// Only where the clone brings no credentials.
        token: Option<Token>,
    },
    /// Store something about the commit that is checked out. Refused off the default branch.
    Record {
        /// Which of the action's series, where it has several; empty for the one.
        part: &'static str,
        /// What only the action understands.
        payload: Vec<u8>,
        /// What is kept.
        retention: Retention,
        /// For which verdicts.
        on: Verdicts,
        /// Only where the clone brings no credentials.
        token: Option<Token>,
    },
}

/// The verdicts after which something is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdicts {
    /// All.
    All,
    /// Those that pass, with a warning or without.
    Passed,
}

/// The name of an action's series: `coverage-gate/unit`, with the part behind a `#`.
pub(crate) fn series(action: &str, name: Option<&str>, part: &str) -> String {
    let name = name.map(|name| format!("/{name}")).unwrap_or_default();
    let part = if part.is_empty() { String::new() } else { format!("#{part}") };
    format!("{action}{name}{part}")
}

impl Session<'_> {
    /// Does what an action asks for, and says what was done.
    pub(crate) fn perform(
        &self,
        outcome: &Outcome,
        action: &str,
        name: Option<&str>,
    ) -> Result<Vec<String>, Failure> {
        let mut done = Vec::new();
        let passed = matches!(outcome.report.verdict.result, VerdictResult::Pass | VerdictResult::Warn);
        for effect in &outcome.effects {
            match effect {
                Effect::FetchStore { token } => done.push(self.fetch_store(token.clone())?),
                Effect::Record { part, on: Verdicts::Passed, .. } if !passed => {
                    done.push(format!("recorded no {part}: the verdict is no pass"));
                }
                Effect::Record { part, payload, retention, token, .. } => {
                    let series = series(action, name, part);
                    done.push(self.record(series, payload.clone(), retention, token.clone())?);
                }
            }
        }
        Ok(done)
    }

    fn fetch_store(&self, token: Option<Token>) -> Result<String, Failure> {
        self.notes.add("fetching the store of baselines".to_owned());
        let remote = Remote { name: REMOTE.to_owned(), token };
        Ok(match self.host.store.fetch(&self.workspace.directory, &remote)? {
            Fetched::At(commit) => format!("the store of baselines is here, at {}", commit.short()),
            Fetched::NoStore => {
                format!("`{REMOTE}` has no store of baselines yet: `record` on the default branch makes one")
            }
            Fetched::NoRemote => format!("there is no remote `{REMOTE}`: what lies here serves"),
        })
    }

    fn record(
        &self,
        series: String,
        payload: Vec<u8>,
        retention: &Retention,
        token: Option<Token>,
    ) -> Result<String, Failure> {
        self.notes.add(format!("recording {series}"));
        let commit = self.host.repository.head(&self.workspace.directory)?.ok_or_else(|| {
            Failure::cannot_judge(
                "there is no commit to record for",
                "Commit first; a baseline belongs to a commit.",
            )
        })?;
        self.refuse_off_the_default_branch(&commit)?;
        let number = |name: &str| self.environment.get(name).and_then(|text| text.parse().ok());
        let run = Run {
            id: number("GITHUB_RUN_ID").unwrap_or(0),
            attempt: number("GITHUB_RUN_ATTEMPT")
                .and_then(|attempt| u32::try_from(attempt).ok())
                .unwrap_or(1),
        };
        let time = Time::from_unix_seconds(self.environment.now());
        let entry = NewEntry { series: series.clone(), commit: commit.clone(), run, time, payload };
        let remote = Remote { name: REMOTE.to_owned(), token };
        let recorded = self.host.store.record(&self.workspace.directory, Some(&remote), &entry, retention)?;
        Ok(told(&series, &commit, &recorded))
    }

    /// A baseline is what the default branch holds. A pull request that could write one would move its own bar.
    fn refuse_off_the_default_branch(&self, commit: &CommitId) -> Result<(), Failure> {
        let refused = |why: String| {
            Failure::usage(
                format!("baselines are recorded on the default branch only, and {why}"),
                "Run `record` in a workflow on `push` to the default branch; elsewhere leave it out.",
            )
        };
        let Some(event) = &self.event else {
            // On a laptop the default branch is what `origin/HEAD` says; without one there is no other.
            let base = self.host.repository.base(&self.workspace.directory, &BaseRequest::Local)?;
            return match base {
                Some(base) if base.commit != *commit => {
                    Err(refused(format!("{} is not on `origin/HEAD`", commit.short())))
                }
                _ => Ok(()),
            };
        };
        if event.review.is_some() {
            return Err(refused(format!("this is a run of the event `{}`", event.name)));
        }
        let here = self.environment.get("GITHUB_REF").unwrap_or_default();
        match &event.default_branch {
            None => Err(refused("the event does not say which one that is".to_owned())),
            Some(branch) if here == format!("refs/heads/{branch}") => Ok(()),
            Some(branch) => Err(refused(format!("this is `{here}`, not `{branch}`"))),
        }
    }
}

fn told(series: &str, commit: &CommitId, recorded: &Recorded) -> String {
    let place = match recorded.place {
        Place::Remote => "",
        Place::Local => ", in this clone alone: it has no remote `origin`",
    };
    let kept = if recorded.kept { "" } else { ", which is too old to be kept beside what is there" };
    let pruned = match recorded.pruned {
        0 => String::new(),
        pruned => format!("; {pruned} older entries made room"),
    };
    format!("recorded {series} for {}{place}{kept}{pruned}", commit.short())
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::cannot_judge(error.message, error.help)
    }
}
