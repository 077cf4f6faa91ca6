//! From evidence and policy to a report: measures, findings, states, sections. Pure, and it cannot fail.

use gatewright_core::decimal::Decimal;
use gatewright_core::report::{Measure, Policy as StatePolicy, Report, Scope, State, Unit as MeasureUnit};

use crate::evidence::{Evidence, ReportEvidence};
use crate::policy::Policy;
use crate::{Unit, rules, sections};

/// What the run knows about the base, in the words of the judge.
#[derive(Clone, Debug)]
pub enum PatchBase {
    /// The change was measured against this, as readers should see it.
    Known(String),
    /// This run has no base, and why.
    NotApplicable(String),
    /// There should be one, but it can't be read: what is wrong, and the next step.
    Unreadable(String, String),
}

/// Judges.
pub fn judge(evidence: &Evidence, policy: &Policy, base: &PatchBase, missing: &[String]) -> Report {
    let mut report = Report::new();
    report.measures = measures(evidence, policy, base);
    report.findings = rules::ALL.iter().flat_map(|rule| (rule.check)(evidence, policy)).collect();
    report.states = states(evidence, policy, base, missing);
    report.headline = sections::headline(evidence, base);
    report.sections = sections::sections(evidence, policy);
    report
}

/// A unit's name in measures.
pub(crate) fn measure_name(unit: Unit) -> String {
    format!("coverage.{}", unit.name())
}

fn measures(evidence: &Evidence, policy: &Policy, base: &PatchBase) -> Vec<Measure> {
    if evidence.picture.is_empty() {
        return Vec::new();
    }
    let native = evidence.native_units();
    let mut measures = Vec::new();
    for unit in [Unit::Statements, Unit::Lines, Unit::Branches, Unit::Functions] {
        let ratio = evidence.ratio(unit);
        let judged = native.contains(&unit);
        if judged || ratio.total > 0 {
            let least = judged.then_some(policy.minimum);
            measures.push(Measure::percent(
                &measure_name(unit),
                Scope::Total,
                ratio.covered,
                ratio.total,
                least,
            ));
        }
    }
    measures.push(patch_measure(evidence, policy.minimum_patch, base));
    for (path, _, totals) in evidence.files() {
        let scope = || Scope::named("file", path);
        for unit in [Unit::Statements, Unit::Lines] {
            let ratio = totals.ratio(unit);
            // Held to the minimum by the rule `file-below-minimum`, so that a waiver can accept a file.
            if ratio.total > 0 {
                measures.push(Measure::percent(
                    &measure_name(unit),
                    scope(),
                    ratio.covered,
                    ratio.total,
                    None,
                ));
            }
        }
    }
    measures
}

fn patch_measure(evidence: &Evidence, minimum: Decimal, base: &PatchBase) -> Measure {
    let name = measure_name(Unit::Lines);
    match (&evidence.patch, base) {
        (Some(patch), PatchBase::Known(_)) if patch.ratio.total > 0 => {
            Measure::percent(&name, Scope::Patch, patch.ratio.covered, patch.ratio.total, Some(minimum))
        }
        (_, PatchBase::Unreadable(..)) => Measure::percent(&name, Scope::Patch, 0, 0, Some(minimum)),
        _ => Measure::not_applicable(&name, Scope::Patch, MeasureUnit::Percent),
    }
}

fn states(evidence: &Evidence, policy: &Policy, base: &PatchBase, missing: &[String]) -> Vec<State> {
    let mut states = Vec::new();
    states.extend(missing.iter().map(|pattern| missing_report(pattern, policy)));
    states.extend(
        evidence.reports.iter().filter_map(|report| unreadable_report(report, policy.on_unreadable_report)),
    );
    states.extend(no_data(evidence, policy.on_no_data));
    if !evidence.picture.is_empty() {
        states.extend(about_patch(evidence, policy, base));
    }
    if !evidence.ambiguous.is_empty() {
        let message = match evidence.ambiguous.len() {
            1 => "one path of the reports fits several files and was mapped to none".to_owned(),
            many => format!("{many} paths of the reports fit several files and were mapped to none"),
        };
        states.push(state("ambiguous-path", policy.on_ambiguous_path, message, rules_help("ambiguous-path")));
    }
    for pattern in &evidence.idle_ignores {
        let message = format!("the pattern `{pattern}` of `ignore` matches no file of any report");
        states.push(state(
            "idle-ignore",
            StatePolicy::Warn,
            message,
            "Remove it, or correct it: patterns start at the repository's root.".to_owned(),
        ));
    }
    states
}

fn state(name: &str, policy: StatePolicy, message: String, help: String) -> State {
    State { name: name.to_owned(), policy, message, help, gate: None }
}

fn rules_help(id: &str) -> String {
    let rule = rules::ALL.iter().find(|rule| rule.info.id == id);
    rule.map(|rule| rule.info.help.to_owned()).unwrap_or_default()
}

fn missing_report(pattern: &str, policy: &Policy) -> State {
    let help = match &policy.produced_by {
        Some(command) => format!("Make it with `{command}`."),
        None => "Run the tests with coverage before this, or name the reports in `files`.".to_owned(),
    };
    state("missing-report", policy.on_missing_report, format!("no coverage report at {pattern}"), help)
}

fn unreadable_report(report: &ReportEvidence, policy: StatePolicy) -> Option<State> {
    let message = match &report.content {
        Err(message) => format!("{}: {message}", report.shown),
        Ok(content) if content.complete => return None,
        Ok(content) => {
            let broken: u64 = content.diagnostics.weighing(crate::Weight::Broken);
            let first = content
                .diagnostics
                .iter()
                .find(|diagnostic| diagnostic.kind.weight() == crate::Weight::Broken);
            let at = first
                .map(|first| format!(", first at line {}: {}", first.line, first.message))
                .unwrap_or_default();
            let records =
                if broken == 1 { "one broken record".to_owned() } else { format!("{broken} broken records") };
            format!("{}: {records}{at}", report.shown)
        }
    };
    let help = if report.help.is_empty() { rules_help("broken-report") } else { report.help.clone() };
    Some(state("unreadable-report", policy, message, help))
}

/// Reports were read, but one of the units that they count in measures nothing.
fn no_data(evidence: &Evidence, policy: StatePolicy) -> Option<State> {
    let read = evidence.reports.iter().any(|report| report.content.is_ok());
    let units = evidence.native_units();
    let empty = units.iter().find(|unit| evidence.ratio(**unit).total == 0);
    let message = match empty {
        Some(unit) if read => format!("the reports count in {}, but measure none", unit.name()),
        None if read && units.is_empty() => "the reports measure no file".to_owned(),
        _ => return None,
    };
    let help = "Check that the tests ran, which packages or files the coverage tool was told to measure, and what \
         `ignore` leaves out.";
    Some(state("no-data", policy, message, help.to_owned()))
}

fn about_patch(evidence: &Evidence, policy: &Policy, base: &PatchBase) -> Vec<State> {
    let patch = match (base, &evidence.patch) {
        (PatchBase::NotApplicable(why), _) => {
            let help =
                "Changed lines are judged on pull requests and merge groups, or with the input `base`."
                    .to_owned();
            return vec![state(
                "no-base",
                StatePolicy::Ignore,
                format!("changed lines are not judged: {why}"),
                help,
            )];
        }
        (PatchBase::Unreadable(message, help), _) => {
            let message = format!("changed lines can't be judged: {message}");
            return vec![state("unreadable-base", policy.on_no_data, message, help.clone())];
        }
        (PatchBase::Known(_), None) => return Vec::new(),
        (PatchBase::Known(_), Some(patch)) => patch,
    };
    let mut states = Vec::new();
    if !patch.unmapped.is_empty() {
        let files: Vec<&str> = patch.unmapped.keys().take(3).map(gatewright_core::RepoPath::as_str).collect();
        let more = if patch.unmapped.len() > 3 {
            format!(" and {} more", patch.unmapped.len() - 3)
        } else {
            String::new()
        };
        let what = if patch.unmapped.len() == 1 { "file" } else { "files" };
        let message = format!("no report knows the changed source {what} {}{more}", files.join(", "));
        states.push(state(
            "unmapped-file",
            policy.on_unmapped_file,
            message,
            rules_help("unmapped-changed-file"),
        ));
    } else if patch.ratio.total == 0 {
        let message = match patch.files {
            0 => "nothing changed since the base".to_owned(),
            _ => "the change touches no line that is measured".to_owned(),
        };
        states.push(state(
            "no-measured-lines",
            StatePolicy::Ignore,
            message,
            "Nothing is to be done.".to_owned(),
        ));
    }
    states
}
