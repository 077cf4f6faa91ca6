//! Named states: what is missing, broken, stale, too much or too slow, each with the policy that decides over it.

use gatewright_core::failure::sentence;
use gatewright_core::relay::Ending;
use gatewright_core::report::{Policy as StatePolicy, State};

use crate::evidence::{Evidence, ReportEvidence};
use crate::judge::{Circumstances, CommandEnd};
use crate::policy::Policy;
use crate::{Nanoseconds, Weight, rules};

/// All states of a run, the ones that explain most first.
pub(crate) fn states(evidence: &Evidence, policy: &Policy, circumstances: &Circumstances) -> Vec<State> {
    let mut states = Vec::new();
    states.extend(circumstances.command.as_ref().and_then(|command| command_end(command, evidence)));
    states.extend(circumstances.missing.iter().map(|pattern| missing_report(pattern, policy)));
    states.extend(
        evidence.reports.iter().filter_map(|report| unreadable_report(report, policy.on_unreadable_report)),
    );
    states.extend(evidence.reports.iter().filter_map(|report| stale_report(report, policy.on_stale_report)));
    states.extend(no_tests(evidence, policy));
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
        Ending::Exited(status) if failed && says_failed(status, results.tests.bad()) => return None,
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
fn says_failed(status: i32, failed: u64) -> bool {
    matches!(status, 1 | 8 | 100 | 101) || u64::try_from(status) == Ok(failed)
}

fn missing_report(pattern: &str, policy: &Policy) -> State {
    let help = match &policy.produced_by {
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
    if !evidence.reports.iter().any(|report| report.content.is_ok()) {
        return None;
    }
    let tests = evidence.results.tests;
    let message = match tests.total() {
        0 => "the reports hold no test".to_owned(),
        1 if tests.executed() == 0 => "the one test was skipped".to_owned(),
        total if tests.executed() == 0 => format!("all {total} tests were skipped"),
        _ => return None,
    };
    let help = "Check the filter that chooses the tests, and the step that runs them.";
    Some(state("no-tests", policy.on_no_tests, message, help))
}

/// Failures beyond those that are findings, or that a policy keeps from failing the gate as findings: they must still
/// be told, and a limit on findings must not turn a gate green.
fn failures(evidence: &Evidence, policy: &Policy) -> Vec<State> {
    let results = &evidence.results;
    let mut states = Vec::new();
    let shown = rules::MOST_FINDINGS as u64;
    let bad = results.tests.bad() + results.failed_by_runner;
    if bad > shown {
        let message = format!("{bad} tests failed, of which the first {shown} are findings");
        let strictest = strictest(policy.on_failure, policy.on_error);
        states.push(state("failure", strictest, message, "Look for what they have in common."));
    }
    let mild = |name: &str, count: u64, policy: StatePolicy, one: &str, many: &str| {
        let message = if count == 1 { one.to_owned() } else { format!("{count} {many}") };
        let told = count > 0 && policy == StatePolicy::Warn;
        told.then(|| state(name, StatePolicy::Warn, message, "Mend the code or the tests."))
    };
    let failed = results.tests.failed + results.failed_by_runner;
    states.extend(mild("failure", failed, policy.on_failure, "one test failed", "tests failed"));
    let (one, many) = ("one test could not be carried out", "tests could not be carried out");
    states.extend(mild("error", results.tests.errored, policy.on_error, one, many));
    let flaky = results.tests.flaky.saturating_sub(results.failed_by_runner);
    if flaky > 0 && policy.on_flaky == StatePolicy::Warn
        || flaky > shown && policy.on_flaky == StatePolicy::Fail
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

/// More flaky or skipped tests than are taken as they are.
fn limits(evidence: &Evidence, policy: &Policy) -> Vec<State> {
    let tests = evidence.results.tests;
    let over = |name: &str, what: &str, found: u64, most: Option<u64>, policy: StatePolicy, help: &str| {
        let most = most.filter(|most| found > *most)?;
        Some(state(name, policy, format!("found {found} {what} tests, at most {most} are allowed"), help))
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
