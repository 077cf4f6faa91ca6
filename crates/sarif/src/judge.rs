//! From evidence and policy to a report: findings and states at once, figures and gates once waivers are applied. Pure.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use gatewright_core::report::{Change, Finding, FindingOutcome, Measure, Report, Scope, Severity, Unit};

use crate::evidence::{BaselineUnderReview, Evidence};
use crate::findings::{CATEGORY, Known, findings, rule, stands};
use crate::gate::Gate;
use crate::join::AlertAt;
use crate::policy::Policy;
use crate::severity::severity;
use crate::write::{Limits, Outgoing, Written, write_sarif};
use crate::{accept, rules as own_rules, sections, states};

/// The names that conditions may use.
pub const MEASURES: [&str; 10] = [
    "security.critical",
    "security.high",
    "security.medium",
    "security.low",
    "security.info",
    "security.fixable",
    "security.exploited",
    "security.secrets",
    "security.waived",
    "security.gated",
];

/// A report on its way: what was found stands, what is accepted is for core to say.
#[derive(Clone, Debug)]
pub struct Judgement {
    evidence: Arc<Evidence>,
    policy: Policy,
    known: HashMap<u128, Known>,
}

/// A fingerprint as a number: it is 32 hexadecimal digits.
fn key(fingerprint: &str) -> u128 {
    u128::from_str_radix(fingerprint, 16).unwrap_or_default()
}

/// A count that nobody could make.
fn no_data(name: &str, scope: Scope) -> Measure {
    let mut measure = Measure::percent(name, scope, 0, 0, None);
    measure.unit = Unit::Count;
    measure
}

/// Judges what can be judged before waivers are known.
pub fn judge(evidence: &Arc<Evidence>, policy: &Policy) -> (Report, Judgement) {
    let mut report = Report::new();
    let most = evidence.groups.len();
    let mut known: HashMap<u128, Known> = HashMap::with_capacity(most);
    let mut ruled: HashSet<String> = HashSet::new();
    // Of each fingerprint that is there more than once, the last number: to count from 1 each time would be quadratic.
    let mut numbers: HashMap<u128, usize> = HashMap::new();
    report.findings.reserve(most);
    for (of, mut finding) in findings(evidence, policy) {
        // One finding for each fingerprint: equal results of one run are told apart by their number already.
        let first = finding.fingerprint.clone();
        while known.contains_key(&key(&finding.fingerprint)) {
            let number = numbers.entry(key(&first)).or_insert(1);
            *number += 1;
            finding.fingerprint = gatewright_core::fingerprint(&[&first, &number.to_string()]);
        }
        if !ruled.contains(&finding.rule) {
            ruled.insert(finding.rule.clone());
            report.rules.push(rule(evidence, &of, &finding));
        }
        known.insert(key(&finding.fingerprint), of);
        report.findings.push(finding);
    }
    report.states = states::states(evidence, policy);
    report.findings.extend(own_rules::ALL.iter().flat_map(|rule| (rule.check)(evidence, policy)));
    (report, Judgement { evidence: Arc::clone(evidence), policy: policy.clone(), known })
}

impl Judgement {
    /// Completes a report whose waivers are applied: figures, gates, sections, headline.
    pub fn settle(&self, report: &mut Report) {
        self.mark_gated(report);
        if !self.evidence.is_empty() {
            report.measures = self.measures(report);
        }
        report.headline = sections::headline(&self.evidence, report);
        let sections = sections::sections(&self.evidence, &self.policy, report);
        report.sections.splice(0..0, sections);
    }

    /// Writes down on each finding which gates take it.
    fn mark_gated(&self, report: &mut Report) {
        let has_none = matches!(self.evidence.baseline, BaselineUnderReview::NotApplicable(_));
        let gates: Vec<&Gate> =
            self.policy.gates.iter().filter(|gate| !(has_none && gate.asks_for_new())).collect();
        for finding in &mut report.findings {
            if finding.outcome != FindingOutcome::Fail || finding.waiver.is_some() {
                continue;
            }
            let Some(known) = self.known(finding) else { continue };
            let taken = gates.iter().filter(|gate| gate.takes(&known.facts(&self.evidence)));
            let names: Vec<&str> = taken.map(|gate| gate.name.as_str()).collect();
            if !names.is_empty() {
                finding.properties.insert("gates", names.join(", "));
            }
        }
    }

    fn known(&self, finding: &Finding) -> Option<&Known> {
        self.known.get(&key(&finding.fingerprint)).filter(|_| finding.category == CATEGORY)
    }

    fn measures(&self, report: &Report) -> Vec<Measure> {
        let standing: Vec<(&Finding, &Known)> = report
            .findings
            .iter()
            .filter(|finding| finding.outcome == FindingOutcome::Fail && finding.waiver.is_none())
            .filter_map(|finding| Some((finding, self.known(finding)?)))
            .collect();
        let count = |name: &str, scope: Scope, keep: &dyn Fn(&Known) -> bool| {
            let count = standing.iter().filter(|(_, known)| keep(known)).count();
            Measure::count(name, scope, count as u64, None)
        };
        let name = |severity: Severity| format!("{CATEGORY}.{severity}");
        let mut measures = Vec::new();
        let of_severities = |scope: &dyn Fn() -> Scope, keep: &dyn Fn(&Known) -> bool| -> Vec<Measure> {
            let one = |severity: Severity| {
                count(&name(severity), scope(), &|known| known.severity == severity && keep(known))
            };
            Severity::ALL.into_iter().map(one).collect()
        };
        measures.extend(of_severities(&|| Scope::Total, &|_| true));
        measures.push(count("security.fixable", Scope::Total, &|known| known.is_fixable));
        measures.push(count("security.exploited", Scope::Total, &|known| known.is_exploited));
        measures.push(count("security.secrets", Scope::Total, &|known| known.is_secret));
        let waived = report.findings.iter().filter(|finding| finding.waiver.is_some()).count();
        measures.push(Measure::count("security.waived", Scope::Total, waived as u64, None));
        match &self.evidence.baseline {
            BaselineUnderReview::Found { .. } => {
                measures.extend(of_severities(&|| Scope::New, &|known| known.change == Some(Change::New)));
            }
            BaselineUnderReview::NotApplicable(_) if self.evidence.asks_for_new => {
                let absent = |severity| Measure::not_applicable(&name(severity), Scope::New, Unit::Count);
                measures.extend(Severity::ALL.into_iter().map(absent));
            }
            _ => {}
        }
        let (tools, asked) = (self.evidence.tools(), &self.evidence.asked_tools);
        if tools.len() > 1 || !asked.is_empty() {
            for tool in &tools {
                let is_of = |known: &Known| known.tools(&self.evidence).iter().any(|known| known == tool);
                measures.extend(of_severities(&|| Scope::named("tool", *tool), &is_of));
            }
        }
        // Of one that should have reported and did not, nothing is known; any other name is a mistake.
        let is_expected = |tool: &&String| {
            self.policy.expected.iter().any(|expected| expected.eq_ignore_ascii_case(tool))
                && !tools.contains(&tool.as_str())
        };
        for tool in asked.iter().filter(is_expected) {
            let absent = |severity| no_data(&name(severity), Scope::named("tool", tool.as_str()));
            measures.extend(Severity::ALL.into_iter().map(absent));
        }
        let has_none = matches!(self.evidence.baseline, BaselineUnderReview::NotApplicable(_));
        for gate in &self.policy.gates {
            if has_none && gate.asks_for_new() {
                let scope = Scope::named("gate", gate.name.as_str());
                measures.push(Measure::not_applicable("security.gated", scope, Unit::Count));
                continue;
            }
            let taken = standing.iter().filter(|(_, known)| gate.takes(&known.facts(&self.evidence))).count();
            let scope = Scope::named("gate", gate.name.as_str());
            measures.push(Measure::count("security.gated", scope, taken as u64, Some(gate.most)));
        }
        measures
    }

    /// The SARIF for an upload: what stands, by run, within limits. Accepted findings and those that are gone are left out,
    /// because GitHub would open an alert for each.
    pub fn outgoing(&self, report: &Report, limits: Limits) -> Vec<Written> {
        let of_waived = report.findings.iter().filter(|finding| finding.waiver.is_some());
        let of_waived = of_waived.filter_map(|finding| self.known(finding));
        let waived: BTreeSet<AlertAt> = of_waived.flat_map(|known| known.group.iter().copied()).collect();
        let evidence = &self.evidence;
        let outgoing = |(at, run): (usize, &'_ crate::Run)| {
            let alerts = run.alerts.iter().enumerate().filter(|(alert, one)| {
                let accepted =
                    accept::acceptance(one, &run.tool.name, self.policy.inline_markers, evidence.today);
                let is_accepted = matches!(accepted, accept::Acceptance::Accepted(_));
                stands(one) && !is_accepted && !waived.contains(&AlertAt { run: at, alert: *alert })
            });
            alerts
                .map(|(at, one)| (at, severity(&run.tool.name, &run.rules[one.rule], one)))
                .collect::<Vec<_>>()
        };
        let runs: Vec<Outgoing<'_>> = evidence
            .runs
            .iter()
            .enumerate()
            .map(|(at, run)| Outgoing { run, alerts: outgoing((at, run)) })
            .collect();
        write_sarif(&runs, limits)
    }

    /// The evidence.
    pub fn evidence(&self) -> &Evidence {
        &self.evidence
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Alert, Place, Rule, Run};

    #[test]
    fn equal_fingerprints_are_numbered_in_linear_time() {
        let count = 20_000;
        let alert = Alert { places: vec![Place::line("a.c", 1)], message: "x".into(), ..Alert::default() };
        let run = Run {
            rules: vec![Rule::new("R1".to_owned())],
            alerts: vec![alert; count],
            ..Run::of("t", None, "")
        };
        let groups = (0..count).map(|alert| vec![AlertAt { run: 0, alert }]).collect();
        let evidence =
            Arc::new(Evidence { runs: vec![run], of_report: vec![0], groups, ..Evidence::default() });
        let start = std::time::Instant::now();
        let (report, _) = judge(&evidence, &Policy::default());
        // Each held against each takes minutes.
        assert!(start.elapsed().as_secs() < 20, "{:?}", start.elapsed());
        let fingerprints: HashSet<_> = report.findings.iter().map(|finding| &finding.fingerprint).collect();
        assert_eq!(fingerprints.len(), count);
    }
}
