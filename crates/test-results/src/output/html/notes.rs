//! What history and quarantine know of the tests of a run, put as the page says it. It decides nothing: what is new and
//! what is in quarantine was decided elsewhere.

use std::collections::HashMap;

use super::{HistoryStrip, TestNotes};
use crate::collect::Results;
use crate::compare::{Comparison, Rate, Standing};
use crate::history::History;
use crate::identity::TestId;
use crate::quarantine::{Quarantine, Quarantined};

/// The bytes of a commit's name that are shown.
const SHORT_COMMIT: usize = 10;

/// What is known besides this run, by test.
#[derive(Clone, Debug, Default)]
pub struct Notes<'a> {
    history: Option<&'a History>,
    failures: HashMap<TestId, TestNotes>,
}

impl<'a> Notes<'a> {
    /// Of a run. `comparison` and `quarantined` are those of the same results.
    pub fn new(
        results: &Results,
        history: Option<&'a History>,
        comparison: Option<&Comparison>,
        quarantine: &[Quarantine],
        quarantined: Option<&Quarantined>,
    ) -> Self {
        let mut failures = HashMap::new();
        for (number, failure) in results.failures.iter().enumerate() {
            let standing = comparison.and_then(|comparison| comparison.standings.get(number));
            let holder = quarantined.and_then(|quarantined| *quarantined.by_failure.get(number)?);
            let notes = TestNotes {
                is_new: matches!(standing, Some(Standing::New { .. })),
                standing: standing.map(said).unwrap_or_default(),
                quarantine: holder.and_then(|number| quarantine.get(number)).map(held),
                history: None,
            };
            failures.insert(failure.id, notes);
        }
        Self { history, failures }
    }

    /// Of one of its tests.
    pub fn of(&self, id: TestId) -> TestNotes {
        let history = self.history.and_then(|history| strip(history, id));
        TestNotes { history, ..self.failures.get(&id).cloned().unwrap_or_default() }
    }
}

fn strip(history: &History, id: TestId) -> Option<HistoryStrip> {
    let past = history.get(id)?;
    let recorded = past.outcomes.iter().take(history.runs().len());
    let mut outcomes: Vec<_> = recorded.collect();
    outcomes.reverse();
    let rate = if past.outcomes.bad() > 0 { Rate::of(&past.outcomes).to_string() } else { String::new() };
    Some(HistoryStrip { outcomes, rate })
}

fn said(standing: &Standing) -> String {
    match standing {
        Standing::New { .. } => "it is new: it did not fail in the baseline run".to_owned(),
        Standing::Known { since, .. } if since.is_empty() => {
            "known: it failed in the baseline, too".to_owned()
        }
        Standing::Known { since, runs, is_at_least } => {
            let since = crate::text::cut_str(since, SHORT_COMMIT);
            let (times, noun) =
                (if *is_at_least { "at least " } else { "" }, if *runs == 1 { "run" } else { "runs" });
            format!("known: it failed in {times}{runs} {noun} before, since {since}")
        }
        Standing::FlakyBefore { rate } => format!("it comes and goes: bad in {rate}"),
        Standing::Inconclusive => "unknown: the history has no room for its name".to_owned(),
        Standing::NoBaseline => String::new(),
    }
}

fn held(entry: &Quarantine) -> String {
    let reason = entry.reason.trim();
    format!("until {}, owned by {}: {reason}", entry.until, entry.owner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::{PastOutcome, RunAbout};
    use crate::output::tests::{Run, collect};
    use crate::{Outcome, TestPattern};

    #[test]
    fn the_page_says_what_is_known() {
        let run = |outcome| collect(&[Run::new("s", "a", outcome), Run::new("s", "b", Outcome::Passed)]);
        let about = |commit: &str| RunAbout { commit: commit.repeat(40), time: 1 };
        let first = History::next(None, &run(Outcome::Passed), about("1"));
        let history = History::next(Some(&first), &run(Outcome::Failed), about("2"));
        let results = run(Outcome::Failed);
        let comparison = Comparison::new(&results, &history);
        let entry = Quarantine {
            test: TestPattern::new("*a"),
            variant: None,
            reason: "broken sandbox".to_owned(),
            owner: "@core".to_owned(),
            until: "2031-01-01".parse().expect("a day"),
            written_at: gatewright_core::report::Location::file(
                gatewright_core::RepoPath::new("g.yml").expect("a path"),
            ),
        };
        let quarantined = Quarantined { by_failure: vec![Some(0)], entries: Vec::new() };
        let notes = Notes::new(&results, Some(&history), Some(&comparison), &[entry], Some(&quarantined));
        let failing = notes.of(results.failures[0].id);
        assert!(!failing.is_new);
        assert_eq!(failing.standing, "known: it failed in 1 run before, since 2222222222");
        assert_eq!(failing.quarantine.as_deref(), Some("until 2031-01-01, owned by @core: broken sandbox"));
        let strip = failing.history.expect("it is recorded");
        assert_eq!(strip.outcomes, [PastOutcome::Passed, PastOutcome::Failed]);
        assert!(strip.rate.starts_with("1 of 2 runs, 50.0 % ("), "{}", strip.rate);
        let passing = results.roster.as_ref().and_then(|roster| roster.iter().find(|test| test.name == "b"));
        let passing = notes.of(passing.expect("it is listed").id);
        assert_eq!(passing.history.map(|strip| strip.rate), Some(String::new()));
        assert!(
            Notes::new(&results, Some(&first), Some(&Comparison::new(&results, &first)), &[], None)
                .of(results.failures[0].id)
                .is_new
        );
    }
}
