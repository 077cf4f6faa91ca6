//! The verdict: findings, measures, states and conditions become one decision. Pure, and it cannot fail once the
//! conditions name measures that exist.

use std::collections::BTreeMap;
use std::str::FromStr;

use crate::condition::{Condition, ConditionError, Truth};
use crate::decimal::floored_percent;
use crate::report::{
    Finding, FindingOutcome, Measure, MeasureOutcome, Policy, Reason, ReasonKind, ReasonLevel, Report,
    Severity, State, Unit, Verdict, VerdictResult,
};

/// From which severity on an unwaived finding fails the gate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailOn {
    /// This one and every worse one.
    Severity(Severity),
    /// Findings never fail the gate; measures, states and conditions still do.
    Never,
}

impl FromStr for FailOn {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "never" => Ok(Self::Never),
            other => other
                .parse()
                .map(Self::Severity)
                .map_err(|_| "expected critical, high, medium, low, info or never".to_owned()),
        }
    }
}

/// What the verdict is made by.
#[derive(Clone, Debug)]
pub struct Judgement<'a> {
    /// The lowest severity that fails.
    pub fail_on: FailOn,
    /// Conditions, all of which must hold.
    pub conditions: &'a [Condition],
    /// All measure names that the action can produce.
    pub measure_names: &'a [&'a str],
}

/// Decides.
///
/// # Errors
/// A condition names a measure or scope that does not exist.
pub fn judge(report: &Report, judgement: &Judgement<'_>) -> Result<Verdict, ConditionError> {
    let mut reasons: Vec<Reason> = report.measures.iter().filter_map(measure_reason).collect();
    let mut judged = any_measure_is_judged(&report.measures);
    for condition in judgement.conditions {
        let truth = condition.judge(&report.measures, judgement.measure_names)?;
        judged |= matches!(truth, Truth::Holds | Truth::Fails(_));
        reasons.extend(condition_reason(condition, truth));
    }
    let decided = |finding: &Finding| matches!(finding.outcome, FindingOutcome::Fail | FindingOutcome::Pass);
    judged |= report.findings.iter().any(|finding| decided(finding) && finding.category != "waiver");
    reasons.extend(finding_reasons(&report.findings, judgement.fail_on));
    reasons.extend(report.states.iter().filter_map(state_reason));
    reasons.sort_by_key(|left| left.level);

    let fails = reasons.iter().any(|reason| reason.level == ReasonLevel::Fail);
    let result = match (judged, fails, reasons.is_empty()) {
        (false, _, _) => VerdictResult::NoData,
        (true, true, _) => VerdictResult::Fail,
        (true, false, false) => VerdictResult::Warn,
        (true, false, true) => VerdictResult::Pass,
    };
    // Where nothing was judged, the states say why, and their policies what it means; silence fails.
    let failed = fails || (result == VerdictResult::NoData && report.states.is_empty());
    Ok(Verdict { result, failed, reasons })
}

/// Where figures are held to something, only those count: one that is merely shown says nothing about the others.
fn any_measure_is_judged(measures: &[Measure]) -> bool {
    let any_is_held = measures.iter().any(|measure| measure.threshold.is_some());
    measures.iter().any(|measure| match measure.outcome {
        MeasureOutcome::Pass | MeasureOutcome::Fail => true,
        MeasureOutcome::NotJudged => !any_is_held,
        MeasureOutcome::NoData | MeasureOutcome::NotApplicable => false,
    })
}

fn measure_reason(measure: &Measure) -> Option<Reason> {
    let threshold = measure.threshold.as_ref()?;
    if measure.outcome != MeasureOutcome::Fail {
        return None;
    }
    Some(Reason {
        kind: ReasonKind::Measure,
        name: measure.reference(),
        level: ReasonLevel::Fail,
        required: threshold.describe(measure.unit),
        found: exact(measure),
        help: next_step(measure),
        gate: measure.gate.clone(),
    })
}

fn exact(measure: &Measure) -> String {
    match measure.value {
        crate::report::MeasureValue::Ratio { numerator, denominator } if measure.unit == Unit::Percent => {
            format!("{} ({numerator}/{denominator})", measure.display)
        }
        crate::report::MeasureValue::Difference { before, after } => {
            let percent = |share: crate::report::Fraction| {
                floored_percent(share.numerator, share.denominator).unwrap_or_default()
            };
            format!("{} (from {} % to {} %)", measure.display, percent(before), percent(after))
        }
        _ => measure.display.clone(),
    }
}

/// How many more units would pass: the question everybody asks next.
fn next_step(measure: &Measure) -> String {
    use crate::report::{MeasureValue, Threshold};
    match (measure.value, measure.threshold) {
        (MeasureValue::Ratio { numerator, denominator }, Some(Threshold::Least { value }))
            if measure.unit == Unit::Percent =>
        {
            let things = measure.name.rsplit('.').next().unwrap_or("units");
            let needed = needed_units(value.billionths(), denominator).saturating_sub(numerator);
            let things = if needed == 1 { singular(things) } else { things };
            format!("Cover {needed} more {things} to reach it.")
        }
        (MeasureValue::Count { value }, Some(Threshold::Most { value: most })) => {
            let most = u64::try_from(most.billionths() / 1_000_000_000).unwrap_or(0);
            format!("Bring it down by {}.", value.saturating_sub(most))
        }
        _ => "Bring the figure back within its bound.".to_owned(),
    }
}

/// A regular plural without its ending.
fn singular(plural: &str) -> &str {
    let ending = if plural.ends_with("ches") { "es" } else { "s" };
    plural.strip_suffix(ending).unwrap_or(plural)
}

/// The least part of `total` that is at least `billionths` of a percent.
fn needed_units(billionths: i64, total: u64) -> u64 {
    let wanted = u128::from(billionths.max(0).unsigned_abs()) * u128::from(total);
    u64::try_from(wanted.div_ceil(100_000_000_000)).unwrap_or(u64::MAX)
}

fn condition_reason(condition: &Condition, truth: Truth) -> Option<Reason> {
    let found = match truth {
        Truth::Holds | Truth::NotApplicable(_) => return None,
        Truth::Fails(found) => found.join(", "),
        Truth::NoData(names) => format!("no data for {}", names.join(", ")),
    };
    Some(Reason {
        kind: ReasonKind::Condition,
        name: "condition".to_owned(),
        level: ReasonLevel::Fail,
        required: condition.to_string(),
        found,
        help: "Mend the figures, or change the condition in a reviewed change of the configuration."
            .to_owned(),
        gate: None,
    })
}

fn level_of(policy: Policy) -> Option<ReasonLevel> {
    match policy {
        Policy::Fail => Some(ReasonLevel::Fail),
        Policy::Warn => Some(ReasonLevel::Warn),
        Policy::Ignore => None,
    }
}

/// One reason a rule, worst rule first.
fn finding_reasons(findings: &[Finding], fail_on: FailOn) -> Vec<Reason> {
    let mut by_rule: BTreeMap<(std::cmp::Reverse<Severity>, &str), Vec<&Finding>> = BTreeMap::new();
    for finding in findings {
        let counts = finding.outcome == FindingOutcome::Fail && finding.waiver.is_none();
        let bad_enough = matches!(fail_on, FailOn::Severity(least) if finding.severity >= least);
        if counts && bad_enough {
            by_rule.entry((std::cmp::Reverse(finding.severity), &finding.rule)).or_default().push(finding);
        }
    }
    let reason = |((severity, rule), found): ((std::cmp::Reverse<Severity>, &str), Vec<&Finding>)| Reason {
        kind: ReasonKind::Finding,
        name: rule.to_owned(),
        level: ReasonLevel::Fail,
        required: "none".to_owned(),
        found: format!("{} of severity {}", found.len(), severity.0),
        help: found.first().and_then(|finding| finding.help.clone()).unwrap_or_default(),
        gate: found.first().and_then(|finding| finding.gate.clone()),
    };
    by_rule.into_iter().map(reason).collect()
}

pub(crate) fn state_reason(state: &State) -> Option<Reason> {
    Some(Reason {
        kind: ReasonKind::State,
        name: state.name.clone(),
        level: level_of(state.policy)?,
        required: String::new(),
        found: state.message.clone(),
        help: state.help.clone(),
        gate: state.gate.clone(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decimal::Decimal;
    use crate::report::{RuleInfo, Scope};

    const RULE: RuleInfo =
        RuleInfo { id: "odd", title: "Odd", severity: Severity::High, since: "0.1.0", help: "Make it even." };

    fn decide(report: &Report) -> (VerdictResult, bool) {
        let judgement =
            Judgement { fail_on: FailOn::Severity(Severity::High), conditions: &[], measure_names: &[] };
        let verdict = judge(report, &judgement).unwrap();
        (verdict.result, verdict.failed)
    }

    fn lines(covered: u64, total: u64) -> Measure {
        Measure::percent("coverage.lines", Scope::Total, covered, total, Some(Decimal::whole(85)))
    }

    fn state(policy: Policy) -> State {
        State {
            name: "unreadable-report".into(),
            policy,
            message: "a.out is broken".into(),
            help: "Make it again.".into(),
            gate: None,
        }
    }

    #[test]
    fn nothing_judged_is_no_data_under_every_policy() {
        let with = |states| Report { measures: vec![lines(0, 0)], states, ..Report::new() };
        assert_eq!(decide(&Report::new()), (VerdictResult::NoData, true));
        assert_eq!(decide(&with(vec![])), (VerdictResult::NoData, true));
        assert_eq!(decide(&with(vec![state(Policy::Fail)])), (VerdictResult::NoData, true));
        assert_eq!(decide(&with(vec![state(Policy::Warn)])), (VerdictResult::NoData, false));
        assert_eq!(decide(&with(vec![state(Policy::Ignore)])), (VerdictResult::NoData, false));
    }

    #[test]
    fn a_figure_that_is_merely_shown_does_not_stand_in_for_one_without_data() {
        let shown = Measure::percent("coverage.branches", Scope::Total, 3, 3, None);
        let with = |measures| Report { measures, ..Report::new() };
        assert_eq!(decide(&with(vec![lines(0, 0), shown.clone()])), (VerdictResult::NoData, true));
        assert_eq!(decide(&with(vec![shown])), (VerdictResult::Pass, false));
    }

    #[test]
    fn states_follow_their_own_policies() {
        let with =
            |policy| Report { measures: vec![lines(9, 10)], states: vec![state(policy)], ..Report::new() };
        assert_eq!(decide(&with(Policy::Fail)), (VerdictResult::Fail, true));
        assert_eq!(decide(&with(Policy::Warn)), (VerdictResult::Warn, false));
        assert_eq!(decide(&with(Policy::Ignore)), (VerdictResult::Pass, false));
    }

    #[test]
    fn only_unwaived_failing_findings_count() {
        let mut finding = Finding::new(&RULE, "test", "odd");
        let report = |finding: &Finding| Report {
            measures: vec![lines(9, 10)],
            findings: vec![finding.clone()],
            ..Report::new()
        };
        assert_eq!(decide(&report(&finding)), (VerdictResult::Fail, true));
        finding.severity = Severity::Medium;
        assert_eq!(decide(&report(&finding)), (VerdictResult::Pass, false));
        finding.severity = Severity::Critical;
        finding.outcome = FindingOutcome::Unknown;
        assert_eq!(decide(&report(&finding)), (VerdictResult::Pass, false));
    }

    #[test]
    fn a_reason_says_how_much_is_missing() {
        let report = Report { measures: vec![lines(80, 101)], ..Report::new() };
        let judgement = Judgement { fail_on: FailOn::Never, conditions: &[], measure_names: &[] };
        let verdict = judge(&report, &judgement).unwrap();
        assert_eq!(
            verdict.reasons[0].sentence(),
            "coverage.lines: found 79.20 % (80/101), required at least 85 %"
        );
        assert_eq!(verdict.reasons[0].help, "Cover 6 more lines to reach it.");
        assert_eq!((singular("lines"), singular("branches")), ("line", "branch"));
    }
}
