//! The named states of a run: what is missing, unreadable, not comparable, or merely to be said. Each follows its own
//! policy; the default of those that leave something out is not silence.

use std::collections::BTreeSet;

use gatewright_core::RepoPath;
use gatewright_core::report::{Policy as StatePolicy, State};

use crate::baseline::BaselineUnderReview;
use crate::evidence::{Evidence, ReportEvidence};
use crate::flags::Fate;
use crate::gates::{self, Measured};
use crate::judge::{Circumstances, PatchBase};
use crate::policy::Policy;
use crate::policy::bounds::{Breadth, Limit};
use crate::rules;

pub(crate) fn states(
    evidence: &Evidence,
    policy: &Policy,
    circumstances: &Circumstances,
    measured: &Measured,
) -> Vec<State> {
    let mut states = Vec::new();
    states.extend(circumstances.missing.iter().map(|pattern| missing_report(pattern, policy)));
    states.extend(
        evidence.reports.iter().filter_map(|report| unreadable_report(report, policy.on_unreadable_report)),
    );
    states.extend(about_flags(evidence, policy));
    states.extend(no_data(evidence, policy));
    if !evidence.picture.is_empty() {
        states.extend(about_patch(evidence, policy, &circumstances.base));
        states.extend(about_baseline(evidence, policy, measured));
        states.extend(idle_bounds(evidence, policy));
    }
    states.extend(about_paths(evidence, policy));
    states.extend(about_selection(evidence, circumstances));
    states
}

fn state(name: &str, policy: StatePolicy, message: String, help: impl Into<String>) -> State {
    State { name: name.to_owned(), policy, message, help: help.into(), gate: None }
}

fn rules_help(id: &str) -> String {
    let rule = rules::ALL.iter().find(|rule| rule.info.id == id);
    rule.map(|rule| rule.info.help.to_owned()).unwrap_or_default()
}

/// The first few names, and how many more there are.
pub(crate) fn first_few<'a>(names: impl Iterator<Item = &'a str>) -> String {
    const FEW: usize = 3;
    let names: Vec<&str> = names.collect();
    let shown = names.iter().take(FEW).copied().collect::<Vec<_>>().join(", ");
    if names.len() > FEW { format!("{shown} and {} more", names.len() - FEW) } else { shown }
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
            let records = match broken {
                1 => "one broken record,".to_owned(),
                many => format!("{many} broken records, the first"),
            };
            let at =
                first.map(|first| format!(" at line {}: {}", first.line, first.message)).unwrap_or_default();
            format!("{}: {records}{at}", report.shown)
        }
    };
    let help = if report.help.is_empty() { rules_help("broken-report") } else { report.help.clone() };
    Some(state("unreadable-report", policy, message, help))
}

fn about_flags(evidence: &Evidence, policy: &Policy) -> Vec<State> {
    let about = |(name, flag): (&String, &crate::flags::FlagEvidence)| match &flag.fate {
        Fate::Ran => None,
        Fate::Missing(why) => {
            let message = format!("the flag {name} has no report and is not carried forward: {why}");
            let help = "Run its tests, or name in `flag-paths` the files that it depends on, so that its last figures \
                        hold while none of them changes.";
            Some(state("missing-flag", policy.on_missing_flag, message, help))
        }
        Fate::Carried { commit, left_out } => {
            let commit = commit.chars().take(10).collect::<String>();
            let out = match left_out.len() {
                0 => String::new(),
                1 => format!("; {} changed since and is left out of it", left_out[0]),
                many => format!("; {many} files changed since and are left out of it"),
            };
            let message = format!(
                "the flag {name} did not run: its figures, which the total holds, too, are those of {commit}{out}"
            );
            Some(state("carried-flag", StatePolicy::Ignore, message, "Nothing is to be done."))
        }
    };
    evidence.flags.iter().filter_map(about).collect()
}

/// Reports were read, but something that is held to a bound measures nothing.
fn no_data(evidence: &Evidence, policy: &Policy) -> Vec<State> {
    let read = evidence.reports.iter().any(|report| report.content.is_ok());
    let help = "Check that the tests ran, which packages or files the coverage tool was told to measure, and what \
                `ignore` leaves out.";
    let no_data = |message: String| state("no-data", policy.on_no_data, message, help);
    if read && evidence.picture.is_empty() {
        return vec![no_data("the reports measure no file".to_owned())];
    }
    let mut states = Vec::new();
    let native = evidence.total.native();
    if let Some(unit) = native.iter().find(|unit| evidence.ratio(**unit).total == 0).filter(|_| read) {
        states.push(no_data(format!("the reports count in {}, but measure none", unit.name())));
    }
    if evidence.picture.is_empty() {
        return states;
    }
    let mut asked = BTreeSet::new();
    for breadth in Breadth::ALL {
        for limit in [Limit::Minimum, Limit::MaxDrop, Limit::MaxUncovered] {
            let units = policy.gates.of(limit, breadth).units();
            let absent = units.into_iter().filter(|unit| evidence.ratio(*unit).total == 0);
            asked.extend(absent.map(|unit| (unit, limit.input(breadth))));
        }
    }
    for (unit, input) in asked.into_iter().filter(|(unit, _)| !native.contains(unit)) {
        states.push(no_data(format!("no report measures {}, which `{input}` bounds", unit.name())));
    }
    let flags = evidence.flags.iter().filter(|(_, flag)| !matches!(flag.fate, Fate::Missing(_)));
    let flags = flags.map(|(name, flag)| (Breadth::Flag, name, &flag.tally));
    let components = evidence.components.iter().map(|(name, tally)| (Breadth::Component, name, tally));
    for (breadth, name, tally) in flags.chain(components) {
        let word = breadth.name();
        if tally.files() == 0 {
            states.push(no_data(format!("the {word} {name} holds no measured file")));
            continue;
        }
        let bounds = policy.gates.of(Limit::Minimum, breadth).of(name, tally.native());
        let empty = bounds.keys().find(|unit| tally.ratio(**unit).total == 0);
        if let Some(unit) = empty.filter(|unit| evidence.ratio(**unit).total > 0) {
            states.push(no_data(format!("the {word} {name} measures no {}", unit.name())));
        }
    }
    states
}

fn about_patch(evidence: &Evidence, policy: &Policy, base: &PatchBase) -> Vec<State> {
    let patch = match (base, &evidence.patch) {
        (PatchBase::NotApplicable(why), _) => {
            let help =
                "Changed lines are judged on pull requests and merge groups, or with the input `base`.";
            let message = format!("changed lines are not judged: {why}");
            return vec![state("no-base", StatePolicy::Ignore, message, help)];
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
        let files = first_few(patch.unmapped.keys().map(RepoPath::as_str));
        let what = if patch.unmapped.len() == 1 { "file" } else { "files" };
        let message = format!("no report knows the changed source {what} {files}");
        let help = rules_help("unmapped-changed-file");
        states.push(state("unmapped-file", policy.on_unmapped_file, message, help));
    } else if patch.ratio.total == 0 {
        let message = match patch.files {
            0 => "nothing changed since the base",
            _ => "the change touches no line that is measured",
        };
        let help = "Nothing is to be done.";
        states.push(state("no-measured-lines", StatePolicy::Ignore, message.to_owned(), help));
    }
    let is_held = !policy.gates.of(Limit::Minimum, Breadth::Patch).is_idle();
    if is_held && gates::is_small(evidence, policy) {
        let (lines, most) = (patch.ratio.total, policy.small_patch);
        let lines =
            if lines == 1 { "one measured line".to_owned() } else { format!("{lines} measured lines") };
        let message = format!(
            "the change touches {lines}: up to {most} are not held to `minimum-patch` (`small-patch`)"
        );
        states.push(state("small-patch", StatePolicy::Ignore, message, "Nothing is to be done."));
    }
    states
}

fn about_baseline(evidence: &Evidence, policy: &Policy, measured: &Measured) -> Vec<State> {
    let mut states = Vec::new();
    let asked = policy.asks_for_baseline();
    match &evidence.baseline {
        BaselineUnderReview::NotApplicable(why) if asked => {
            let message = format!("nothing is compared with a baseline: {why}");
            let help =
                "Figures are compared on pull requests and merge groups, or with the input `baseline`.";
            states.push(state("no-baseline", StatePolicy::Ignore, message, help));
        }
        BaselineUnderReview::None { why, help } if asked => {
            let message = format!("drops can't be judged: {why}");
            states.push(state("no-baseline", policy.on_no_baseline, message, help.clone()));
        }
        BaselineUnderReview::Unreadable { message, help } => {
            let message = format!("the baseline can't be read: {message}");
            states.push(state("unreadable-baseline", policy.on_no_baseline, message, help.clone()));
        }
        _ => {}
    }
    let help = "Record a baseline with this configuration on the default branch; until then nothing of this is compared.";
    for why in &measured.incomparable {
        states.push(state("incomparable-baseline", policy.on_incomparable_baseline, why.clone(), help));
    }
    for name in &measured.forgiven {
        let message = format!(
            "{name} is not held to its bound: no more is uncovered than before, covered code was removed (`removed-code`)"
        );
        states.push(state("removed-code", StatePolicy::Ignore, message, "Nothing is to be done."));
    }
    states
}

/// Selectors that choose nothing: a bound that holds for nobody looks like one that holds.
fn idle_bounds(evidence: &Evidence, policy: &Policy) -> Vec<State> {
    let mut states = Vec::new();
    for breadth in Breadth::ALL.into_iter().filter(|breadth| breadth.is_named()) {
        let names: Vec<&str> = match breadth {
            Breadth::Flag => evidence.flags.keys().map(String::as_str).collect(),
            Breadth::Component => evidence.components.keys().map(String::as_str).collect(),
            Breadth::Package => evidence.packages.keys().map(String::as_str).collect(),
            _ => evidence.files().map(|(path, _, _)| path).collect(),
        };
        for limit in [Limit::Minimum, Limit::MaxDrop, Limit::MaxUncovered] {
            let gate = policy.gates.of(limit, breadth);
            let mut idle = gate.idle(names.iter().copied());
            if !gate.is_idle() && names.is_empty() {
                idle = gate.texts().collect();
            }
            for bound in idle {
                let (input, word) = (limit.input(breadth), breadth.name());
                let message = format!("`{bound}` of `{input}` holds for no {word}");
                let help = format!("Remove it, or correct what it chooses: a name or a glob of a {word}.");
                states.push(state("idle-bound", StatePolicy::Warn, message, help));
            }
        }
    }
    states
}

fn about_paths(evidence: &Evidence, policy: &Policy) -> Vec<State> {
    let mut states = Vec::new();
    if !evidence.ambiguous.is_empty() {
        let paths = first_few(evidence.ambiguous.keys().map(String::as_str));
        let message = match evidence.ambiguous.len() {
            1 => format!("{paths} of the reports fits several files and was mapped to none"),
            many => {
                format!("{many} paths of the reports fit several files and were mapped to none ({paths})")
            }
        };
        states.push(state("ambiguous-path", policy.on_ambiguous_path, message, rules_help("ambiguous-path")));
    }
    let unmapped: Vec<&str> = evidence.unmapped().collect();
    if !unmapped.is_empty() {
        let files = first_few(unmapped.iter().copied());
        let message = match unmapped.len() {
            1 => format!(
                "{files} of the reports is no file of the repository: it counts in the total, and is in no patch"
            ),
            many => format!(
                "{many} files of the reports are not in the repository: they count in the total, and are in no patch ({files})"
            ),
        };
        let help = "Say with `rewrite` or `source-roots` where they lie, or take them out with `ignore`.";
        states.push(state("unmapped-path", policy.on_unmapped_path, message, help));
    }
    if !evidence.other_case.is_empty() {
        let pairs: Vec<String> =
            evidence.other_case.iter().map(|(name, file)| format!("{name} as {file}")).collect();
        let message = format!(
            "paths were matched without regard to case: {}",
            first_few(pairs.iter().map(String::as_str))
        );
        let help = "Have the tool write paths as they are in the repository.";
        states.push(state("other-case", StatePolicy::Ignore, message, help));
    }
    states
}

/// What was left out, and what was meant to leave something out and did not.
fn about_selection(evidence: &Evidence, circumstances: &Circumstances) -> Vec<State> {
    let mut states = Vec::new();
    if !evidence.generated.is_empty() {
        let files = first_few(evidence.generated.iter().map(String::as_str));
        let message = match evidence.generated.len() {
            1 => format!("one file says that it is generated and is left out: {files}"),
            many => format!("{many} files say that they are generated and are left out: {files}"),
        };
        states.push(state("generated-files", StatePolicy::Ignore, message, "Nothing is to be done."));
    }
    for pattern in &evidence.idle_ignores {
        let message = format!("the pattern `{pattern}` of `ignore` matches no file of any report");
        let help = "Remove it, or correct it: patterns start at the repository's root.";
        states.push(state("idle-ignore", StatePolicy::Warn, message, help));
    }
    for pattern in &circumstances.idle_exclusions {
        let message = format!("the exclusion `{pattern}` of `files` takes out no report");
        let help = "Remove it, or correct it: it starts at the working directory, as the other patterns do.";
        states.push(state("idle-exclusion", StatePolicy::Warn, message, help));
    }
    states
}
