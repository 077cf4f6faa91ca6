//! Named states: what is missing, broken, stale, too much or too slow, each with the policy that decides over it.

use std::cmp::Ordering;

use gatewright_core::decimal::Percent;
use gatewright_core::failure::sentence;
use gatewright_core::relay::Ending;
use gatewright_core::report::{Policy as StatePolicy, State};

use crate::compare::{Comparison, MissingSuite, Standing};
use crate::evidence::{BaselineUnderReview, Evidence, FailureEvidence, ReportEvidence};
use crate::judge::{Circumstances, CommandEnd};
use crate::policy::Policy;
use crate::table::TestOutcome;
use crate::{Format, Nanoseconds, Weight, rules};

/// All states of a run, the ones that explain most first.
pub(crate) fn states(evidence: &Evidence, policy: &Policy, circumstances: &Circumstances) -> Vec<State> {
    let mut states = Vec::new();
    states.extend(circumstances.command.as_ref().and_then(|command| command_end(command, evidence)));
    states.extend(
        circumstances
            .missing
            .iter()
            .map(|pattern| missing_report(pattern, policy, circumstances.command.is_some())),
    );
    states.extend(
        evidence.reports.iter().filter_map(|report| unreadable_report(report, policy.on_unreadable_report)),
    );
    states.extend(evidence.reports.iter().filter_map(|report| stale_report(report, policy.on_stale_report)));
    states.extend(no_tests(evidence, policy));
    states.extend(baseline(evidence, policy));
    states.extend(failures(evidence, policy));
    states.extend(limits(evidence, policy));
    states.extend(slow_tests(evidence, policy));
    states
}

fn state(name: &str, policy: StatePolicy, message: String, help: impl Into<String>) -> State {
    State { name: name.to_owned(), policy, message, help: help.into(), gate: None }
}

/// The command's own end, where the tests do not explain it. No policy lets that pass: it is what the run was asked for.
fn command_end(command: &CommandEnd, evidence: &Evidence) -> Option<State> {
    let results = &evidence.results;
    let failed = results.tests.bad() + results.failed_by_runner > 0;
    let ended = match command.ending {
        Ending::Exited(0) => return None,
        // Tests failed, and the command says so: each of them is judged on its own.
        Ending::Exited(status) if failed && says_failed(status, evidence) => return None,
        Ending::Exited(status) if failed => {
            format!("ended with status {status}, which says more than that tests failed")
        }
        Ending::Exited(status) => format!("ended with status {status}, and no test failed"),
        Ending::Signal(signal) => format!("was ended by signal {signal}"),
        Ending::TimedOut(limit) => {
            format!(
                "did not finish within {} and was ended",
                Nanoseconds(limit.as_nanos().try_into().ok()?).shown()
            )
        }
    };
    let help = match command.ending {
        Ending::TimedOut(_) => "Look for what it waits for; `time-limit` gives it longer.",
        _ => "Look at the end of its output: what broke lies outside of the tests that were reported.",
    };
    Some(state("command-failed", StatePolicy::Fail, format!("`{}` {ended}", command.shown), help))
}

/// Whether a status means that tests failed, and nothing worse: 1 nearly everywhere, 8 of ctest, 100 of nextest, 101 of
/// cargo; Mocha and prove give the number of failures.
fn says_failed(status: i32, evidence: &Evidence) -> bool {
    let read = evidence.reports.iter().filter_map(|report| report.content.as_ref().ok());
    let may_count = read.into_iter().all(|content| matches!(content.format, Format::Mocha | Format::Tap));
    let is_count = u64::try_from(status) == Ok(evidence.results.tests.bad());
    matches!(status, 1 | 8 | 100 | 101) || may_count && is_count
}

fn missing_report(pattern: &str, policy: &Policy, after_command: bool) -> State {
    let help = match &policy.produced_by {
        None if after_command => {
            "Let the command print its results, as `go test -json` does, or leave a report that `files` names."
                .to_owned()
        }
        Some(command) => format!("Make it with `{command}`."),
        None => "Run the tests before this, or name the reports in `files`.".to_owned(),
    };
    state("missing-report", policy.on_missing_report, format!("no test report at {pattern}"), help)
}

fn unreadable_report(report: &ReportEvidence, policy: StatePolicy) -> Option<State> {
    let (message, help) = match &report.content {
        Err(message) => (format!("{}: {message}", report.shown), report.help.as_str()),
        Ok(content) if content.complete => return None,
        Ok(content) => {
            let broken = content.diagnostics.weighing(Weight::Broken);
            let first =
                content.diagnostics.iter().find(|diagnostic| diagnostic.kind.weight() == Weight::Broken);
            let at = first
                .map(|first| format!(", first at line {}: {}", first.line, first.message))
                .unwrap_or_default();
            let records =
                if broken == 1 { "one broken place".to_owned() } else { format!("{broken} broken places") };
            (format!("{}: {records}{at}", report.shown), first.map_or("", |first| first.help()))
        }
    };
    let help = if help.is_empty() { "make the report anew" } else { help };
    Some(state("unreadable-report", policy, message, sentence(help)))
}

fn stale_report(report: &ReportEvidence, policy: StatePolicy) -> Option<State> {
    let why = report.stale.as_ref()?;
    let help = "Remove old results before the tests run, or name only those of this run.";
    Some(state("stale-report", policy, format!("{}: {why}", report.shown), help))
}

/// Reports were read, and nothing ran.
fn no_tests(evidence: &Evidence, policy: &Policy) -> Option<State> {
    let tests = evidence.results.tests;
    let any_is_read = evidence.reports.iter().any(|report| report.content.is_ok());
    // A report that is missing or broken says so itself, unless nobody is to hear of it.
    let is_said = |policy| policy == StatePolicy::Fail;
    if !any_is_read && (is_said(policy.on_missing_report) || is_said(policy.on_unreadable_report)) {
        let all_missing = evidence.reports.is_empty();
        let silent = if all_missing { policy.on_missing_report } else { policy.on_unreadable_report };
        if is_said(silent) {
            return None;
        }
    }
    let message = match tests.total() {
        0 if !any_is_read => "no report was read, so nobody knows of any test".to_owned(),
        0 => "the reports hold no test".to_owned(),
        1 if tests.executed() == 0 => "the one test was skipped".to_owned(),
        total if tests.executed() == 0 => format!("all {total} tests were skipped"),
        _ => return None,
    };
    let help = "Check the filter that chooses the tests, and the step that runs them.";
    Some(state("no-tests", policy.on_no_tests, message, help))
}

/// Failures beyond those that are findings, or that a policy keeps from failing the gate as findings: they must still
/// be told, and a limit on findings must not turn a gate green. What is in quarantine is told where it is listed.
fn failures(evidence: &Evidence, policy: &Policy) -> Vec<State> {
    let shown = rules::MOST_FINDINGS;
    let mut states = Vec::new();
    let free = || evidence.failures().filter(|failure| failure.quarantine.is_none());
    let failing = || free().filter(FailureEvidence::is_bad);
    let beyond = evidence.failures().filter(FailureEvidence::is_bad).skip(shown);
    let beyond =
        beyond.filter(|failure| failure.quarantine.is_none() && failure.policy(policy) == StatePolicy::Fail);
    let hidden = beyond.count() as u64 + evidence.results.unlisted;
    if hidden > 0 {
        let bad = failing().count() as u64 + evidence.results.unlisted;
        let message = format!("{bad} tests failed, of which the first {shown} are findings");
        let strictest = strictest(policy.on_failure, policy.on_error);
        states.push(state("failure", strictest, message, "Look for what they have in common."));
    }
    let mild = failing().filter(|failure| failure.policy(policy) == StatePolicy::Warn);
    let (mut failed, mut errored, mut known) = (0, 0, 0);
    for failure in mild {
        let is_known = matches!(failure.standing, Some(Standing::Known { .. }));
        match failure.failure.outcome {
            _ if is_known && policy.on_known_failure == StatePolicy::Warn => known += 1,
            TestOutcome::Errored => errored += 1,
            _ => failed += 1,
        }
    }
    let mut told = |name: &str, count: u64, one: &str, many: &str| {
        let message = if count == 1 { one.to_owned() } else { format!("{count} {many}") };
        let help = "Mend the code or the tests.";
        states.extend((count > 0).then(|| state(name, StatePolicy::Warn, message, help)));
    };
    told("failure", failed, "one test failed", "tests failed");
    told("error", errored, "one test could not be carried out", "tests could not be carried out");
    told("known-failure", known, "one test failed as it did before", "tests failed as they did before");
    let flaky = free().filter(|failure| !failure.is_bad()).count() as u64;
    if flaky > 0 && policy.on_flaky == StatePolicy::Warn
        || flaky > shown as u64 && policy.on_flaky == StatePolicy::Fail
    {
        let message =
            if flaky == 1 { "one test is flaky".to_owned() } else { format!("{flaky} tests are flaky") };
        let help = "Find what they depend on besides the code: time, order, ports, the network.";
        states.push(state("flaky", policy.on_flaky, message, help));
    }
    states
}

fn strictest(one: StatePolicy, other: StatePolicy) -> StatePolicy {
    match (one, other) {
        (StatePolicy::Fail, _) | (_, StatePolicy::Fail) => StatePolicy::Fail,
        (StatePolicy::Warn, _) | (_, StatePolicy::Warn) => StatePolicy::Warn,
        _ => StatePolicy::Ignore,
    }
}

/// What the baseline has and this run lacks, and a baseline that a limit needs and nobody has.
fn baseline(evidence: &Evidence, policy: &Policy) -> Vec<State> {
    let mut states = Vec::new();
    match &evidence.baseline {
        BaselineUnderReview::None { why, help, is_asked } if *is_asked || policy.max_fewer.is_some() => {
            states.push(state("no-baseline", policy.on_no_baseline, why.clone(), help.clone()));
        }
        BaselineUnderReview::Found { comparison, how, .. } => {
            states.extend(missing_suites(comparison, how, policy));
            states.extend(fewer_tests(comparison, how, policy));
        }
        _ => {}
    }
    states
}

/// Missing suites that are named.
const MOST_SUITES: usize = 20;

fn missing_suites(comparison: &Comparison, how: &str, policy: &Policy) -> Vec<State> {
    let suite = |missing: &MissingSuite| {
        let tests = if missing.tests == 1 { "1 test".to_owned() } else { format!("{} tests", missing.tests) };
        let what = match (missing.suite.as_str(), missing.variant.as_str()) {
            ("", "") => "what has no variant".to_owned(),
            ("", variant) => format!("the variant {variant}"),
            (suite, "") => format!("the suite {suite}"),
            (suite, variant) => format!("the suite {suite} ({variant})"),
        };
        let message = format!("{what} with {tests} ran in the baseline {how}, and not here");
        let help = "Look for what kept it from running; where it was removed on purpose, the next recorded run knows.";
        state("missing-suite", policy.on_missing_suite, message, help)
    };
    let mut states: Vec<State> = comparison.missing_suites.iter().take(MOST_SUITES).map(suite).collect();
    let more = comparison.missing_suites.len() - states.len();
    if more > 0 {
        let message = format!("{more} more suites ran in the baseline {how}, and not here");
        states.push(state(
            "missing-suite",
            policy.on_missing_suite,
            message,
            "Look for what they have in common.",
        ));
    }
    states
}

/// Decided on integers: fewer × 100 against percent × tests of the baseline.
fn fewer_tests(comparison: &Comparison, how: &str, policy: &Policy) -> Option<State> {
    let Percent(most) = policy.max_fewer?;
    let (fewer, before) = (comparison.fewer(), comparison.baseline_tests);
    if before == 0 || most.cmp_fraction(u128::from(fewer) * 100, u128::from(before)) != Ordering::Less {
        return None;
    }
    let message = format!(
        "found {} tests, {fewer} fewer than the {before} of the baseline {how}; at most {most} % fewer are allowed",
        comparison.tests
    );
    let help = "Look for tests that no longer run; the table of removed tests names them.";
    Some(state("fewer-tests", policy.on_fewer_tests, message, help))
}

/// More flaky or skipped tests than are taken as they are.
fn limits(evidence: &Evidence, policy: &Policy) -> Vec<State> {
    let tests = evidence.results.tests;
    let over = |name: &str, what: &str, found: u64, most: Option<u64>, policy: StatePolicy, help: &str| {
        let most = most.filter(|most| found > *most)?;
        let noun = if found == 1 { "test" } else { "tests" };
        Some(state(name, policy, format!("found {found} {what} {noun}, at most {most} are allowed"), help))
    };
    let help = "Mend the least stable first; raising `max-flaky` only hides them.";
    let flaky = over("many-flaky", "flaky", tests.flaky, policy.max_flaky, policy.on_many_flaky, help);
    let help = "Take tests back in, or remove those that nobody needs.";
    let skipped =
        over("many-skipped", "skipped", tests.skipped, policy.max_skipped, policy.on_many_skipped, help);
    flaky.into_iter().chain(skipped).collect()
}

fn slow_tests(evidence: &Evidence, policy: &Policy) -> Vec<State> {
    let results = &evidence.results;
    let mut states = Vec::new();
    if let Some(most) = policy.max_time {
        let slow =
            results.table.iter().filter(|entry| entry.duration().is_some_and(|time| time > most)).count();
        if let Some(slowest) = results.slowest.first().filter(|_| slow > 0) {
            let name = crate::collect::title(&slowest.suite, &slowest.class, &slowest.name);
            let what = if slow == 1 { "one test took".to_owned() } else { format!("{slow} tests took") };
            let message = format!(
                "{what} longer than {}, the longest {name} with {}",
                most.shown(),
                slowest.duration.shown()
            );
            let help = "Make them faster, or split them: the table of slowest tests names them.";
            states.push(state("slow", policy.on_slow, message, help));
        }
    }
    if let Some(most) = policy.max_total_time.filter(|most| results.duration > *most) {
        let message = format!(
            "the tests took {} together, at most {} are allowed",
            results.duration.shown(),
            most.shown()
        );
        states.push(state("slow", policy.on_slow, message, "Make the slowest faster, or split the run."));
    }
    states
}
