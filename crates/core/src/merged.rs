//! One report from many gates, so that a run of many renders once. Every part remembers its gate.

use crate::failure::Failure;
use crate::judge::state_reason;
use crate::report::{
    Block, Cell, Column, Inline, Policy, Reason, ReasonKind, ReasonLevel, Report, Section, State, Subject,
    Verdict, VerdictResult,
};

/// What became of one gate.
pub(crate) struct Gate {
    /// Its name.
    pub(crate) name: String,
    /// Its action.
    pub(crate) action: String,
    /// Its report, or why it has none.
    pub(crate) judged: Result<Report, Failure>,
}

/// Joins the gates in their order. `unjudged` are gates that only the change's own configuration has.
/// `of_the_run` is what there is to say about all of them.
pub(crate) fn merge(gates: Vec<Gate>, unjudged: Vec<String>, of_the_run: Vec<State>) -> Report {
    let mut merged = Report::new();
    merged.subject = Subject {
        action: "check".to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        ..Subject::default()
    };
    merged.verdict.result = VerdictResult::Pass;
    let mut rows = Vec::new();
    let mut failed = 0;
    let total = gates.len();
    for gate in gates {
        let verdict = gate
            .judged
            .as_ref()
            .map_or_else(|_| "no verdict".to_owned(), |report| report.verdict.result.to_string());
        let headline =
            gate.judged.as_ref().map_or_else(ToString::to_string, |report| report.headline.clone());
        let row: Vec<Cell> = vec![
            vec![Inline::code(&gate.name)],
            vec![Inline::text(&gate.action)],
            vec![Inline::strong(verdict)],
            vec![Inline::text(headline)],
        ];
        rows.push(row);
        match gate.judged {
            Ok(report) => {
                failed += usize::from(report.verdict.failed);
                add(&mut merged, &gate.name, report);
            }
            Err(failure) => {
                failed += 1;
                add_failure(&mut merged, &gate.name, &failure);
            }
        }
    }
    let without_data = rows.iter().all(|row| row[2] == [Inline::strong(VerdictResult::NoData.as_str())]);
    if without_data {
        merged.verdict.result = VerdictResult::NoData;
    }
    if total == 0 {
        merged.verdict.result = VerdictResult::NoData;
        merged.verdict.failed = true;
    }
    add_states(&mut merged, of_the_run);
    merged.verdict.reasons.sort_by_key(|reason| reason.level);
    merged.headline = match (total, failed) {
        (0, _) => "no gate is configured".to_owned(),
        (1, 0) => "the one gate holds".to_owned(),
        (2, 0) => "both gates hold".to_owned(),
        (_, 0) => format!("all {total} gates hold"),
        (1, _) => "the one gate fails".to_owned(),
        (2, 2) => "both gates fail".to_owned(),
        (_, 1) => format!("1 of {total} gates fails"),
        _ => format!("{failed} of {total} gates fail"),
    };
    let columns =
        vec![Column::left("Gate"), Column::left("Action"), Column::left("Verdict"), Column::left("Found")];
    merged.sections.push(section("gates", "Gates", 0, Block::Table { columns, rows }));
    if !unjudged.is_empty() {
        let text = format!(
            "The change's own configuration adds gates that are judged once it is merged: {}.",
            unjudged.join(", ")
        );
        merged.sections.push(section(
            "new-gates",
            "New gates",
            6,
            Block::Text { content: vec![Inline::text(text)] },
        ));
    }
    merged
}

fn section(id: &str, title: &str, rank: u32, block: Block) -> Section {
    Section {
        id: id.to_owned(),
        title: title.to_owned(),
        rank,
        collapsed: false,
        blocks: vec![block],
        gate: None,
    }
}

fn add(merged: &mut Report, name: &str, report: Report) {
    let gate = Some(name.to_owned());
    if merged.subject.head_sha.is_none() {
        merged.subject = Subject { action: merged.subject.action.clone(), name: None, ..report.subject };
    }
    // Where others were judged, a gate without data is a warning or, by its policy, a failure.
    let result = match report.verdict {
        Verdict { result: VerdictResult::NoData, failed: true, .. } => VerdictResult::Fail,
        Verdict { result: VerdictResult::NoData, failed: false, .. } => VerdictResult::Warn,
        Verdict { result, .. } => result,
    };
    merged.verdict.result = merged.verdict.result.max(result);
    merged.verdict.failed |= report.verdict.failed;
    merged
        .verdict
        .reasons
        .extend(report.verdict.reasons.into_iter().map(|reason| Reason { gate: gate.clone(), ..reason }));
    merged.sources.extend(report.sources);
    merged.measures.extend(report.measures.into_iter().map(|mut measure| {
        measure.gate.clone_from(&gate);
        measure
    }));
    merged.findings.extend(report.findings.into_iter().map(|mut finding| {
        finding.gate.clone_from(&gate);
        finding
    }));
    merged.states.extend(report.states.into_iter().map(|state| State { gate: gate.clone(), ..state }));
    merged
        .sections
        .extend(report.sections.into_iter().map(|section| Section { gate: gate.clone(), ..section }));
    let new = report.rules.into_iter().filter(|rule| !merged.rules.contains(rule)).collect::<Vec<_>>();
    merged.rules.extend(new);
}

fn add_states(merged: &mut Report, states: Vec<State>) {
    for reason in states.iter().filter_map(state_reason) {
        let fails = reason.level == ReasonLevel::Fail;
        let result = if fails { VerdictResult::Fail } else { VerdictResult::Warn };
        if merged.verdict.result != VerdictResult::NoData {
            merged.verdict.result = merged.verdict.result.max(result);
        }
        merged.verdict.failed |= fails;
        merged.verdict.reasons.push(reason);
    }
    merged.states.extend(states);
}

fn add_failure(merged: &mut Report, name: &str, failure: &Failure) {
    let gate = Some(name.to_owned());
    merged.verdict.result = VerdictResult::Fail;
    merged.verdict.failed = true;
    let message = failure.to_string();
    merged.verdict.reasons.push(Reason {
        kind: ReasonKind::State,
        name: "no-verdict".to_owned(),
        level: ReasonLevel::Fail,
        required: String::new(),
        found: message.clone(),
        help: failure.help.clone(),
        gate: gate.clone(),
    });
    merged.states.push(State {
        name: "no-verdict".to_owned(),
        policy: Policy::Fail,
        message,
        help: failure.help.clone(),
        gate,
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gate(name: &str, result: VerdictResult) -> Gate {
        let mut report = Report::new();
        report.verdict.result = result;
        report.verdict.failed = result == VerdictResult::Fail;
        Gate { name: name.to_owned(), action: "coverage-gate".to_owned(), judged: Ok(report) }
    }

    #[test]
    fn the_worst_gate_decides_and_none_is_no_pass() {
        let verdict = |gates| merge(gates, Vec::new(), Vec::new()).verdict;
        assert_eq!(
            verdict(vec![gate("a", VerdictResult::Pass), gate("b", VerdictResult::Warn)]).result,
            VerdictResult::Warn
        );
        assert!(verdict(vec![gate("a", VerdictResult::Fail), gate("b", VerdictResult::Pass)]).failed);
        let no_data = || gate("c", VerdictResult::NoData);
        assert_eq!(verdict(vec![no_data(), gate("a", VerdictResult::Pass)]).result, VerdictResult::Warn);
        assert_eq!(verdict(vec![no_data(), no_data()]).result, VerdictResult::NoData);
        assert_eq!((verdict(vec![]).result, verdict(vec![]).failed), (VerdictResult::NoData, true));
    }

    #[test]
    fn what_concerns_all_gates_is_said_once() {
        let warning = State {
            name: "config-from-head".into(),
            policy: Policy::Warn,
            message: "the base can't be read".into(),
            help: "Fetch it.".into(),
            gate: None,
        };
        let gates = vec![gate("a", VerdictResult::Pass), gate("b", VerdictResult::Pass)];
        let merged = merge(gates, Vec::new(), vec![warning]);
        assert_eq!((merged.verdict.result, merged.verdict.failed), (VerdictResult::Warn, false));
        assert_eq!((merged.states.len(), merged.verdict.reasons.len()), (1, 1));
    }

    #[test]
    fn a_gate_without_a_verdict_is_a_failure() {
        let failed = Gate {
            name: "a".into(),
            action: "x".into(),
            judged: Err(Failure::cannot_judge("disk full", "Make room.")),
        };
        let merged = merge(vec![failed, gate("b", VerdictResult::Pass)], Vec::new(), Vec::new());
        assert_eq!((merged.verdict.failed, merged.headline.as_str()), (true, "1 of 2 gates fails"));
    }
}
