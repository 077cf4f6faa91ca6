//! Named states: what is missing, broken or unknown, each with the policy that decides over it.

use gatewright_core::report::{Policy as StatePolicy, State};

use crate::evidence::{BaselineUnderReview, Evidence, ListUnderReview, ListVersion, ScanReport};
use crate::fault::Weight;
use crate::gate::Gate;
use crate::policy::Policy;

/// All states of a run, the ones that explain most first.
pub(crate) fn states(evidence: &Evidence, policy: &Policy) -> Vec<State> {
    let mut states: Vec<State> =
        evidence.missing.iter().map(|pattern| missing_report(pattern, policy)).collect();
    let unreadable = evidence.reports.iter();
    states.extend(unreadable.filter_map(|report| unreadable_report(report, policy.on_unreadable_report)));
    states.extend(policy.expected.iter().filter_map(|tool| missing_scanner(evidence, tool, policy)));
    states.extend(baseline(evidence, policy));
    states.extend(threats(evidence, policy));
    states.extend(evidence.lists.iter().find_map(list_of_the_change));
    states
}

fn state(name: &str, policy: StatePolicy, message: String, help: impl Into<String>) -> State {
    State { name: name.to_owned(), policy, message, help: help.into(), gate: None }
}

fn missing_report(pattern: &str, policy: &Policy) -> State {
    let help = "Run the scanner before this step, or correct `files`.";
    state("missing-report", policy.on_missing_report, format!("there is no report at {pattern}"), help)
}

fn unreadable_report(report: &ScanReport, policy: StatePolicy) -> Option<State> {
    match &report.content {
        Err(message) => {
            Some(state("unreadable-report", policy, format!("{}: {message}", report.shown), &*report.help))
        }
        Ok(content) => {
            let faults = &content.faults;
            let first = faults.kept().iter().find(|fault| fault.kind.weight() == Weight::Lost)?;
            let lost: u64 = faults
                .counts()
                .filter(|(kind, _)| kind.weight() == Weight::Lost)
                .map(|(_, count)| count)
                .sum();
            let more = if lost > 1 { format!(", and {} more", lost - 1) } else { String::new() };
            let message = format!("{}: results may be missing: {}{more}", report.shown, first.message);
            Some(state("unreadable-report", policy, message, first.kind.help()))
        }
    }
}

/// A scanner is there if a run is its own, or if a file that is said to be its is an empty list.
fn missing_scanner(evidence: &Evidence, tool: &str, policy: &Policy) -> Option<State> {
    let wanted = tool.to_ascii_lowercase();
    let has_run = evidence.runs.iter().any(|run| run.tool.name.to_ascii_lowercase().contains(&wanted));
    let is_named = |report: &ScanReport| {
        let is_empty = report.content.as_ref().is_ok_and(|content| content.is_empty_list);
        is_empty && report.tool.as_ref().is_some_and(|known| known.eq_ignore_ascii_case(&wanted))
    };
    if has_run || evidence.reports.iter().any(is_named) {
        return None;
    }
    let known = evidence.tools();
    let known = if known.is_empty() { "no scanner".to_owned() } else { known.join(", ") };
    let message = format!("there is no report of {tool}; found those of {known}");
    let help =
        format!("Run {tool} before this step and name its report in `files`, or leave it out of `expected`.");
    Some(state("missing-scanner", policy.on_missing_scanner, message, help))
}

fn baseline(evidence: &Evidence, policy: &Policy) -> Option<State> {
    let BaselineUnderReview::None { why, help, is_asked } = &evidence.baseline else { return None };
    let level = if *is_asked { policy.on_no_baseline } else { least(policy.on_no_baseline) };
    let message = format!("there is no baseline, so every finding counts as new: {why}");
    Some(state("no-baseline", level, message, help.clone()))
}

/// A list that the change itself may have written, or that does not count because it might be.
fn list_of_the_change(list: &ListUnderReview) -> Option<State> {
    let (name, message, help) = match &list.version {
        ListVersion::HereInstead { why, help } => (
            "acceptances-from-head",
            format!("{} is the change's own, because that of the base can't be read: {why}", list.shown),
            help,
        ),
        ListVersion::None { why, help } => (
            "acceptances-not-read",
            format!("{} accepts nothing, because that of the base can't be read: {why}", list.shown),
            help,
        ),
        ListVersion::Here | ListVersion::Base { .. } => return None,
    };
    Some(state(name, StatePolicy::Warn, message, help.clone()))
}

/// What nobody asks for warns at most.
fn least(policy: StatePolicy) -> StatePolicy {
    if policy == StatePolicy::Fail { StatePolicy::Warn } else { policy }
}

fn threats(evidence: &Evidence, policy: &Policy) -> Vec<State> {
    let mut states = Vec::new();
    let say = |message: String, help: &str| state("no-threat-data", policy.on_no_threat_data, message, help);
    let asks = |by: fn(&Gate) -> bool| policy.gates.iter().any(by);
    let advisories =
        || evidence.runs.iter().flat_map(|run| &run.alerts).filter_map(|alert| alert.advisory.as_ref());
    let troubles = evidence.threat_troubles.iter();
    states.extend(troubles.map(|(message, help)| say(message.clone(), help)));
    if asks(Gate::asks_for_epss) {
        const HELP: &str =
            "Fetch the day's file from FIRST in a step before this one, and name it in `epss-file`.";
        let scored = evidence.threats.scored_on.zip(evidence.today);
        if !evidence.threats.has_scores() && !advisories().any(|advisory| advisory.epss.is_some()) {
            states.push(say("a gate asks for `epss`, and there are no scores".to_owned(), HELP));
        } else if let Some((scored, today)) = scored
            && scored.days_until(today) > i64::from(policy.epss_days)
        {
            let days = scored.days_until(today);
            states.push(say(format!("the scores of `epss-file` are of {scored}, {days} days ago"), HELP));
        }
    }
    if asks(Gate::asks_for_kev) {
        const HELP: &str = "Fetch CISA's catalogue in a step before this one, and name it in `kev-file`.";
        let is_said = advisories().any(|advisory| advisory.is_exploited);
        if !evidence.threats.has_catalogue() && !is_said {
            states.push(say("a gate asks for `kev`, and there is no catalogue".to_owned(), HELP));
        }
    }
    states
}
