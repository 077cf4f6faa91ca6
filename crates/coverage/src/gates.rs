//! The figures: each scope in each unit, with what it is held to and what it was in the baseline. Files are held by
//! rules instead, so that a waiver can accept one; everything else is held here.

use std::collections::{BTreeMap, BTreeSet};

use gatewright_core::decimal::Decimal;
use gatewright_core::report::{Fraction, Measure, MeasureOutcome, Scope, Unit as MeasureUnit};

use crate::baseline::{Baseline, BaselineUnderReview, Stand, formats_of};
use crate::evidence::{Evidence, package_of};
use crate::flags::{Fate, FlagEvidence, Named};
use crate::judge::PatchBase;
use crate::policy::bounds::{Breadth, Limit};
use crate::policy::{DROP, Policy, RemovedCode, UNCOVERED};
use crate::tally::Tally;
use crate::{Ratio, Totals, Unit};

/// Packages that are measured unasked, at most.
const MOST_PACKAGES: usize = 200;

/// A unit's name in measures.
pub(crate) fn measure_name(unit: Unit) -> String {
    format!("coverage.{}", unit.name())
}

/// What came of measuring.
#[derive(Default)]
pub(crate) struct Measured {
    pub(crate) measures: Vec<Measure>,
    /// Scopes whose drop comes from removed code alone, with the measure that is not held.
    pub(crate) forgiven: Vec<String>,
    /// Why scopes can't be compared with the baseline.
    pub(crate) incomparable: BTreeSet<String>,
}

/// What a scope was in the baseline.
#[derive(Clone, Debug)]
pub(crate) enum Before {
    /// There is no baseline, and none is due.
    NotApplicable,
    /// There should be one.
    Absent,
    /// The baseline does not know it: it is new.
    New,
    /// It can't be compared, and why.
    Incomparable(String),
    /// It added up to this.
    Was(Totals),
}

/// Everything that is measured, in the order in which it is shown.
pub(crate) fn measure(evidence: &Evidence, policy: &Policy, base: &PatchBase) -> Measured {
    let mut measured = Measured::default();
    if evidence.picture.is_empty() && evidence.flags.is_empty() {
        return measured;
    }
    let ledger = Ledger { evidence, policy, parts: PartsBefore::of(evidence) };
    if !evidence.picture.is_empty() {
        let before = before_total(evidence);
        ledger.add(&mut measured, Scope::Total, Breadth::Total, ("", &evidence.total), before);
        measured.measures.extend(patch_measures(evidence, policy, base));
    }
    for (name, flag) in &evidence.flags {
        ledger.add_flag(&mut measured, name, flag);
    }
    for (name, tally) in &evidence.components {
        let component = Scope::named("component", name);
        let globs = evidence.component_globs.iter().find(|named| named.name == *name);
        let before = ledger.parts.component(globs);
        ledger.add(&mut measured, component, Breadth::Component, (name, tally), before);
    }
    ledger.add_packages(&mut measured);
    ledger.add_files(&mut measured);
    if let Some(Before::Incomparable(why)) = &ledger.parts.instead
        && !policy.gates.of(Limit::MaxDrop, Breadth::File).is_idle()
    {
        measured.incomparable.insert(why.clone());
    }
    measured
}

struct Ledger<'a> {
    evidence: &'a Evidence,
    policy: &'a Policy,
    parts: PartsBefore<'a>,
}

impl Ledger<'_> {
    /// The figures of one scope, in every unit that it has or that is asked of it.
    fn add(
        &self,
        measured: &mut Measured,
        scope: Scope,
        breadth: Breadth,
        (name, tally): (&str, &Tally),
        before: Before,
    ) {
        let held = |limit| self.policy.gates.of(limit, breadth).of(name, tally.native());
        let (minimum, uncovered, drop) =
            (held(Limit::Minimum), held(Limit::MaxUncovered), held(Limit::MaxDrop));
        let always = matches!(breadth, Breadth::Total | Breadth::Flag | Breadth::Component);
        for unit in Unit::ALL {
            let ratio = tally.ratio(unit);
            let share = measure_name(unit);
            let asked = minimum.contains_key(&unit) || self.policy.names(&share, &scope);
            // What a folder does not have in a unit that others have is nothing to be held to.
            let due = always || ratio.total > 0;
            let minimum = minimum.get(&unit).copied().filter(|_| due);
            if ratio.total > 0 || tally.native().contains(&unit) && always || asked && due {
                let mut share = Measure::percent(&share, scope.clone(), ratio.covered, ratio.total, minimum);
                if let Before::Was(totals) = &before {
                    let was = totals.ratio(unit);
                    share.baseline =
                        (was.total > 0).then_some(gatewright_core::report::MeasureValue::Ratio {
                            numerator: was.covered,
                            denominator: was.total,
                        });
                }
                measured.measures.push(share);
            }
            self.add_uncovered(measured, &scope, (unit, ratio), uncovered.get(&unit).copied(), always);
            self.add_drop(measured, &scope, (unit, ratio), drop.get(&unit).copied(), (&before, always));
        }
    }

    fn add_uncovered(
        &self,
        measured: &mut Measured,
        scope: &Scope,
        (unit, ratio): (Unit, Ratio),
        most: Option<Decimal>,
        always: bool,
    ) {
        let name = format!("{}{UNCOVERED}", measure_name(unit));
        let asked = most.is_some() || self.policy.names(&name, scope);
        if ratio.total > 0 && (asked || always) {
            let most = most.and_then(|most| u64::try_from(most.billionths() / 1_000_000_000).ok());
            measured.measures.push(Measure::count(&name, scope.clone(), ratio.missed(), most));
        } else if asked && always {
            // Nothing measured is no data: not a count of nothing uncovered.
            let mut measure = Measure::percent(&name, scope.clone(), 0, 0, most);
            measure.unit = MeasureUnit::Count;
            measure.threshold = most.map(|value| gatewright_core::report::Threshold::Most { value });
            measured.measures.push(measure);
        }
    }

    fn add_drop(
        &self,
        measured: &mut Measured,
        scope: &Scope,
        (unit, ratio): (Unit, Ratio),
        most: Option<Decimal>,
        (before, always): (&Before, bool),
    ) {
        let name = format!("{}{DROP}", measure_name(unit));
        let asked = most.is_some() || self.policy.names(&name, scope);
        let after = fraction(ratio);
        match before {
            Before::Was(totals) => {
                let was = totals.ratio(unit);
                if !asked && (!always || was.total == 0 || ratio.total == 0) {
                    return;
                }
                if asked && (was.total == 0) != (ratio.total == 0) {
                    let who = if was.total == 0 { "the baseline" } else { "this run" };
                    let why = format!("{}: {who} measures no {}", shown(scope), unit.name());
                    measured.incomparable.insert(why);
                }
                let mut drop = Measure::drop(&name, scope.clone(), fraction(was), after, most);
                if drop.outcome == MeasureOutcome::Fail
                    && self.policy.removed_code == RemovedCode::Forgive
                    && ratio.missed() <= was.missed()
                {
                    drop = Measure::drop(&name, scope.clone(), fraction(was), after, None);
                    measured.forgiven.push(drop.reference());
                }
                measured.measures.push(drop);
            }
            Before::Incomparable(why) if asked || self.policy.asks_for_baseline() && always => {
                measured.incomparable.insert(why.clone());
                if asked {
                    let none = Fraction::default();
                    measured.measures.push(Measure::drop(&name, scope.clone(), none, after, most));
                }
            }
            Before::Absent if asked => {
                let none = Fraction::default();
                measured.measures.push(Measure::drop(&name, scope.clone(), none, after, most));
            }
            Before::NotApplicable | Before::New if asked => {
                measured.measures.push(Measure::not_applicable(&name, scope.clone(), MeasureUnit::Points));
            }
            _ => {}
        }
    }

    fn add_flag(&self, measured: &mut Measured, name: &str, flag: &FlagEvidence) {
        let scope = Scope::named("flag", name);
        if let Fate::Missing(_) = flag.fate {
            // A figure that nobody measured has no data, in whatever unit it is asked for.
            let of_scope = self.policy.named.iter().filter(|(_, of)| *of == scope);
            let mut names: BTreeSet<String> = of_scope.map(|(name, _)| name.clone()).collect();
            let held = self.policy.gates.of(Limit::Minimum, Breadth::Flag);
            names.extend(held.of(name, &self.evidence.native_units()).into_keys().map(measure_name));
            for name in names {
                measured.measures.push(Measure::percent(&name, scope.clone(), 0, 0, None));
            }
            return;
        }
        let from = measured.measures.len();
        let before = before_flag(self.evidence, name, flag);
        self.add(measured, scope, Breadth::Flag, (name, &flag.tally), before);
        if let Some(commit) = flag.carried_from() {
            for measure in &mut measured.measures[from..] {
                measure.carried_from = Some(commit.to_owned());
                measure.display.push_str(" (carried)");
            }
        }
    }

    fn add_packages(&self, measured: &mut Measured) {
        let gates = [Limit::Minimum, Limit::MaxDrop, Limit::MaxUncovered]
            .map(|limit| self.policy.gates.of(limit, Breadth::Package));
        let all = self.evidence.packages.len() <= MOST_PACKAGES || gates.iter().any(|gate| !gate.is_idle());
        let named: BTreeSet<&Scope> = self.policy.named.iter().map(|(_, scope)| scope).collect();
        let before = self.parts.packages();
        for (name, tally) in &self.evidence.packages {
            let scope = Scope::named("package", name);
            if !all && !named.contains(&scope) {
                continue;
            }
            let was = self.parts.part(|_| before.get(name.as_str()).copied());
            self.add(measured, scope, Breadth::Package, (name, tally), was);
        }
    }

    /// Single files only where a condition or a selector names them: rules hold them to their bounds.
    fn add_files(&self, measured: &mut Measured) {
        let gates = [Limit::Minimum, Limit::MaxDrop, Limit::MaxUncovered]
            .map(|limit| self.policy.gates.of(limit, Breadth::File));
        let named: BTreeSet<&str> =
            self.policy.named.iter().filter_map(|(_, scope)| file_of(scope)).collect();
        // A condition about a file that nobody measures is refused with the nearest name, so all are there to choose from.
        let all = named.iter().any(|path| self.evidence.picture.file(path).is_none());
        for (path, file, totals) in self.evidence.files() {
            let selected = gates.iter().any(|gate| gate.selects(path));
            if !(all || selected || named.contains(path)) {
                continue;
            }
            let scope = Scope::named("file", path);
            let mut tally = Tally::default();
            tally.add(file.native_unit(), totals);
            let before = self.parts.file(path);
            let from = measured.measures.len();
            self.add(measured, scope, Breadth::File, (path, &tally), before);
            for measure in &mut measured.measures[from..] {
                measure.threshold = None;
                if matches!(measure.outcome, MeasureOutcome::Pass | MeasureOutcome::Fail) {
                    measure.outcome = MeasureOutcome::NotJudged;
                }
            }
        }
    }
}

fn file_of(scope: &Scope) -> Option<&str> {
    match scope {
        Scope::Named { kind, name } if kind == "file" => Some(name),
        _ => None,
    }
}

fn fraction(ratio: Ratio) -> Fraction {
    Fraction { numerator: ratio.covered, denominator: ratio.total }
}

fn shown(scope: &Scope) -> String {
    match scope {
        Scope::Total => "the total".to_owned(),
        Scope::Named { kind, name } => format!("the {kind} {name}"),
        other => other.to_string(),
    }
}

/// What the change adds up to. Lines always, other units where there are any or a bound asks for them.
fn patch_measures(evidence: &Evidence, policy: &Policy, base: &PatchBase) -> Vec<Measure> {
    let native = BTreeSet::from([Unit::Lines]);
    let held = |limit| policy.gates.of(limit, Breadth::Patch).of("", &native);
    let (minimum, uncovered) = (held(Limit::Minimum), held(Limit::MaxUncovered));
    let small = is_small(evidence, policy);
    let mut measures = Vec::new();
    for unit in [Unit::Lines, Unit::Statements, Unit::Branches, Unit::Functions] {
        let name = measure_name(unit);
        let count = format!("{name}{UNCOVERED}");
        let least = minimum.get(&unit).copied();
        let most = uncovered.get(&unit).copied();
        let asked = unit == Unit::Lines || least.is_some() || policy.names(&name, &Scope::Patch);
        let asked_count = most.is_some() || policy.names(&count, &Scope::Patch);
        let ratio = evidence.patch.as_ref().map(|patch| patch.ratio_in(unit)).unwrap_or_default();
        match base {
            PatchBase::Known(_) if ratio.total > 0 => {
                let least = least.filter(|_| !small);
                measures.push(Measure::percent(&name, Scope::Patch, ratio.covered, ratio.total, least));
                if asked_count {
                    let most = most.and_then(|most| u64::try_from(most.billionths() / 1_000_000_000).ok());
                    measures.push(Measure::count(&count, Scope::Patch, ratio.missed(), most));
                }
            }
            PatchBase::Unreadable(..) => {
                let none = |name: &str, least| Measure::percent(name, Scope::Patch, 0, 0, least);
                measures.extend(asked.then(|| none(&name, least)));
                measures.extend(asked_count.then(|| none(&count, None)));
            }
            // A unit that no report measures at all has no data, whatever the change touches.
            PatchBase::Known(_) if unit != Unit::Lines && evidence.ratio(unit).total == 0 => {
                measures.extend(asked.then(|| Measure::percent(&name, Scope::Patch, 0, 0, least)));
                measures.extend(asked_count.then(|| Measure::percent(&count, Scope::Patch, 0, 0, None)));
            }
            _ => {
                let none = |name: &str, unit| Measure::not_applicable(name, Scope::Patch, unit);
                measures.extend(asked.then(|| none(&name, MeasureUnit::Percent)));
                measures.extend(asked_count.then(|| none(&count, MeasureUnit::Count)));
            }
        }
    }
    measures
}

/// Whether the change has so few measured lines that it is not held to `minimum-patch`.
pub(crate) fn is_small(evidence: &Evidence, policy: &Policy) -> bool {
    let lines = evidence.patch.as_ref().map_or(0, |patch| patch.ratio.total);
    lines > 0 && lines <= policy.small_patch
}

/// The baseline, if there is one; else what that means for everything.
fn baseline_of(evidence: &Evidence) -> Result<&Baseline, Before> {
    match &evidence.baseline {
        BaselineUnderReview::Found { baseline, .. } => Ok(baseline),
        BaselineUnderReview::NotApplicable(_) => Err(Before::NotApplicable),
        BaselineUnderReview::None { .. } | BaselineUnderReview::Unreadable { .. } => Err(Before::Absent),
    }
}

pub(crate) fn before_total(evidence: &Evidence) -> Before {
    let baseline = match baseline_of(evidence) {
        Ok(baseline) => baseline,
        Err(before) => return before,
    };
    let now: BTreeSet<&String> = evidence.flags.keys().collect();
    let was: BTreeSet<&String> = baseline.flags.keys().collect();
    if let Some(name) = was.difference(&now).next() {
        return Before::Incomparable(format!("the total: only the baseline has the flag {name}"));
    }
    if let Some(name) = now.difference(&was).next() {
        return Before::Incomparable(format!("the total: the baseline does not have the flag {name}"));
    }
    if let Some((name, _)) = evidence.flags.iter().find(|(_, flag)| matches!(flag.fate, Fate::Missing(_))) {
        return Before::Incomparable(format!("the total: the flag {name} is missing from this run"));
    }
    compared("the total", &baseline.total, &formats_of(evidence), evidence.total.native())
}

fn before_flag(evidence: &Evidence, name: &str, flag: &FlagEvidence) -> Before {
    match baseline_of(evidence) {
        Err(before) => before,
        Ok(baseline) => match baseline.flags.get(name) {
            None => Before::Incomparable(format!("the flag {name}: the baseline does not have it")),
            Some(stand) => compared(&format!("the flag {name}"), stand, &flag.formats, flag.tally.native()),
        },
    }
}

fn compared(what: &str, stand: &Stand, formats: &BTreeSet<String>, native: &BTreeSet<Unit>) -> Before {
    let list = |names: &BTreeSet<String>| names.iter().cloned().collect::<Vec<_>>().join(" and ");
    let units =
        |units: &BTreeSet<Unit>| units.iter().map(|unit| unit.name()).collect::<Vec<_>>().join(" and ");
    if stand.formats != *formats {
        let (was, is) = (list(&stand.formats), list(formats));
        return Before::Incomparable(format!(
            "{what}: the baseline was counted from {was}, this run from {is}"
        ));
    }
    if stand.native != *native {
        let (was, is) = (units(&stand.native), units(native));
        return Before::Incomparable(format!("{what}: the baseline counts {was}, this run {is}"));
    }
    Before::Was(stand.totals)
}

/// What parts of the whole were: folders, components, files. They are compared only where the whole is, because other
/// formats and other flags count the same files in another way.
pub(crate) struct PartsBefore<'a> {
    /// Why there is nothing to compare with, if there is not.
    instead: Option<Before>,
    baseline: Option<&'a Baseline>,
}

impl<'a> PartsBefore<'a> {
    pub(crate) fn of(evidence: &'a Evidence) -> Self {
        let baseline = baseline_of(evidence).ok();
        let instead = match before_total(evidence) {
            Before::Was(_) if baseline.is_some_and(|baseline| baseline.files.is_empty()) => Some(
                Before::Incomparable("packages and files: the baseline keeps no single files".to_owned()),
            ),
            Before::Was(_) => None,
            other => Some(other),
        };
        Self { instead, baseline }
    }

    pub(crate) fn file(&self, path: &str) -> Before {
        self.part(|baseline| baseline.files.get(path).map(|(_, totals)| *totals))
    }

    fn component(&self, named: Option<&Named>) -> Before {
        self.part(|baseline| {
            let tally = named.and_then(|named| baseline.tally(|path| named.takes(path)));
            tally.map(|tally| tally.totals())
        })
    }

    /// Every folder, in one pass over the files of the baseline.
    fn packages(&self) -> BTreeMap<&'a str, Totals> {
        let mut tallies: BTreeMap<&str, Tally> = BTreeMap::new();
        for (path, (native, totals)) in self.baseline.iter().flat_map(|baseline| &baseline.files) {
            tallies.entry(package_of(path)).or_default().add(*native, totals);
        }
        tallies.into_iter().map(|(name, tally)| (name, tally.totals())).collect()
    }

    fn part(&self, find: impl Fn(&Baseline) -> Option<Totals>) -> Before {
        match &self.instead {
            Some(instead) => instead.clone(),
            None => self.baseline.and_then(find).map_or(Before::New, Before::Was),
        }
    }
}
