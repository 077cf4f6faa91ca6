//! What figures are held to, in one grammar for every gate:
//!
//! ```text
//! bound    = [ selector " " ] [ unit "=" ] value
//! selector = a name or a glob                  for flags, components, packages and files only
//! unit     = "statements" | "lines" | "branches" | "functions"     without one: what the reports count in
//! value    = decimal [ "%" ] | "off"
//! ```
//! Of several bounds that fit, the last one in the list holds, for each unit by itself: the general one comes first.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use gatewright_core::decimal::Decimal;
use gatewright_core::glob::Globs;

use crate::Unit;

/// What a gate looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Limit {
    /// The least share that must be covered, in percent.
    Minimum,
    /// By how many percentage points a share may fall since the baseline.
    MaxDrop,
    /// How many units may be uncovered.
    MaxUncovered,
}

/// What a gate looks at it in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Breadth {
    /// Everything.
    Total,
    /// The changed lines.
    Patch,
    /// Each flag.
    Flag,
    /// Each component.
    Component,
    /// Each folder.
    Package,
    /// Each file.
    File,
}

impl Breadth {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Total, Self::Patch, Self::Flag, Self::Component, Self::Package, Self::File];

    /// The word for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Total => "total",
            Self::Patch => "patch",
            Self::Flag => "flag",
            Self::Component => "component",
            Self::Package => "package",
            Self::File => "file",
        }
    }

    /// Whether there may be several of it, which selectors tell apart.
    pub fn is_named(self) -> bool {
        !matches!(self, Self::Total | Self::Patch)
    }
}

impl Limit {
    /// The input that sets it: `max-drop-package`.
    pub fn input(self, breadth: Breadth) -> String {
        let limit = match self {
            Self::Minimum => "minimum",
            Self::MaxDrop => "max-drop",
            Self::MaxUncovered => "max-uncovered",
        };
        if breadth == Breadth::Total { limit.to_owned() } else { format!("{limit}-{}", breadth.name()) }
    }
}

/// One bound as it was written.
#[derive(Clone, Debug)]
pub struct Bound {
    text: String,
    selector: Option<Globs>,
    unit: Option<Unit>,
    /// `None` takes a bound off.
    value: Option<Decimal>,
}

/// Why a text is no bound.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BoundError {
    /// The value is no share.
    #[error("expected a percentage from 0 to 100, such as `85` or `99.5`")]
    Share,
    /// The value is no number of points.
    #[error("expected percentage points from 0 to 100, such as `0.5`")]
    Points,
    /// The value is no count.
    #[error("expected a whole number, such as `20`")]
    Count,
    /// The unit is none.
    #[error("`{0}` is no unit: expected statements, lines, branches or functions")]
    Unit(String),
    /// There is nothing that a selector could choose from.
    #[error("`{0}` chooses nothing here: this bound holds for one figure only")]
    Selector(String),
    /// The selector is no glob.
    #[error("`{0}` is no glob: {1}")]
    Glob(String, String),
}

impl Bound {
    /// Reads a bound.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(text: &str, limit: Limit, breadth: Breadth) -> Result<Self, BoundError> {
        let wrong = || match limit {
            Limit::Minimum => BoundError::Share,
            Limit::MaxDrop => BoundError::Points,
            Limit::MaxUncovered => BoundError::Count,
        };
        let text = text.trim();
        let bare = match text.strip_suffix('%') {
            Some(bare) if limit == Limit::Minimum => bare.trim_end(),
            Some(_) => return Err(wrong()),
            None => text,
        };
        let (selector, figure) = match bare.rsplit_once(char::is_whitespace) {
            Some((selector, figure)) => (Some(selector.trim()), figure),
            None => (None, bare),
        };
        let (unit, value) = match figure.split_once('=') {
            Some((unit, value)) => (Some(unit_of(unit)?), value),
            None => (None, figure),
        };
        let value = if value == "off" { None } else { Some(number(value, limit).ok_or_else(wrong)?) };
        let selector = match selector {
            Some(selector) if !breadth.is_named() => {
                return Err(BoundError::Selector(selector.to_owned()));
            }
            Some(selector) => Some(
                Globs::new(&[selector.to_owned()])
                    .map_err(|(glob, message)| BoundError::Glob(glob, message))?,
            ),
            None => None,
        };
        Ok(Self { text: text.to_owned(), selector, unit, value })
    }

    /// As it was written.
    pub fn text(&self) -> &str {
        &self.text
    }

    fn fits(&self, name: &str) -> bool {
        self.selector.as_ref().is_none_or(|selector| chooses(selector, name))
    }
}

/// A folder is chosen by a glob over all that lies in it, too: `cmd/**` means the package `cmd`.
fn chooses(selector: &Globs, name: &str) -> bool {
    let takes = |name: &str| selector.decision(name).is_some_and(|(_, takes)| takes);
    takes(name) || takes(&format!("{name}/"))
}

fn unit_of(text: &str) -> Result<Unit, BoundError> {
    let found = Unit::ALL.into_iter().find(|unit| unit.name() == text);
    found.ok_or_else(|| BoundError::Unit(text.to_owned()))
}

fn number(text: &str, limit: Limit) -> Option<Decimal> {
    let value: Decimal = text.parse().ok()?;
    let most = if limit == Limit::MaxUncovered { 999_999_999 } else { 100 };
    let inside = value >= Decimal::whole(0) && value <= Decimal::whole(most);
    let whole = limit != Limit::MaxUncovered || !text.contains('.');
    (inside && whole).then_some(value)
}

/// The bounds of one gate, in the order they were written.
#[derive(Clone, Debug, Default)]
pub struct Bounds(Vec<Bound>);

impl Bounds {
    /// Whether nothing is held to anything.
    pub fn is_idle(&self) -> bool {
        self.0.iter().all(|bound| bound.value.is_none())
    }

    /// What something of this name is held to, by unit. `native` are the units that it is counted in.
    pub fn of(&self, name: &str, native: &BTreeSet<Unit>) -> BTreeMap<Unit, Decimal> {
        let mut held = BTreeMap::new();
        for bound in self.0.iter().filter(|bound| bound.fits(name)) {
            match (bound.unit, bound.value) {
                (None, None) => held.clear(),
                (None, Some(value)) => held.extend(native.iter().map(|unit| (*unit, value))),
                (Some(unit), Some(value)) => {
                    held.insert(unit, value);
                }
                (Some(unit), None) => {
                    held.remove(&unit);
                }
            }
        }
        held
    }

    /// Whether a selector, as opposed to a bound for all, speaks of this name.
    pub fn selects(&self, name: &str) -> bool {
        self.0.iter().any(|bound| bound.selector.is_some() && bound.fits(name))
    }

    /// The selectors that choose none of these names, as their bounds were written.
    pub fn idle<'a>(&self, names: impl Iterator<Item = &'a str> + Clone) -> Vec<&str> {
        let idle = self.0.iter().filter(|bound| {
            bound.selector.as_ref().is_some_and(|selector| !names.clone().any(|name| chooses(selector, name)))
        });
        idle.map(Bound::text).collect()
    }

    /// Every bound that holds something to a value, as it was written.
    pub fn texts(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter(|bound| bound.value.is_some()).map(Bound::text)
    }

    /// The units that are asked for by name.
    pub fn units(&self) -> BTreeSet<Unit> {
        self.0.iter().filter(|bound| bound.value.is_some()).filter_map(|bound| bound.unit).collect()
    }

    /// What holds where nobody names a unit; else what is asked of lines or of statements.
    fn general(&self) -> Option<Bound> {
        let of_unit = |unit| self.0.iter().rfind(|bound| bound.selector.is_none() && bound.unit == unit);
        let found =
            of_unit(None).or_else(|| of_unit(Some(Unit::Lines))).or_else(|| of_unit(Some(Unit::Statements)));
        found.map(|bound| Bound { unit: None, ..bound.clone() })
    }
}

/// Every gate with its bounds.
#[derive(Clone, Debug, Default)]
pub struct Gates(BTreeMap<(Limit, Breadth), Bounds>);

/// A gate's bounds in which one is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrongBound {
    /// The input.
    pub input: String,
    /// The bound as it was written.
    pub text: String,
    /// What is wrong with it.
    pub error: BoundError,
}

impl fmt::Display for WrongBound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` of `{}` can't be used: {}", self.text, self.input, self.error)
    }
}

impl Gates {
    /// Sets a gate's bounds.
    ///
    /// # Errors
    /// The first that is none.
    pub fn set(&mut self, limit: Limit, breadth: Breadth, bounds: &[String]) -> Result<(), WrongBound> {
        let read = |text: &String| {
            Bound::parse(text, limit, breadth).map_err(|error| WrongBound {
                input: limit.input(breadth),
                text: text.clone(),
                error,
            })
        };
        let bounds = bounds.iter().map(read).collect::<Result<Vec<_>, _>>()?;
        self.0.insert((limit, breadth), Bounds(bounds));
        Ok(())
    }

    /// Holds changed lines to what everything is held to, where nobody said anything about them.
    pub fn inherit_patch(&mut self) {
        let of_patch = (Limit::Minimum, Breadth::Patch);
        if self.0.get(&of_patch).is_none_or(|bounds| bounds.0.is_empty()) {
            let general = self.of(Limit::Minimum, Breadth::Total).general();
            self.0.insert(of_patch, Bounds(general.into_iter().collect()));
        }
    }

    /// A gate's bounds.
    pub fn of(&self, limit: Limit, breadth: Breadth) -> &Bounds {
        const NONE: &Bounds = &Bounds(Vec::new());
        self.0.get(&(limit, breadth)).unwrap_or(NONE)
    }

    /// Whether anything is compared with a baseline.
    pub fn ask_for_baseline(&self) -> bool {
        self.0.iter().any(|((limit, _), bounds)| *limit == Limit::MaxDrop && !bounds.is_idle())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bounds(limit: Limit, breadth: Breadth, texts: &[&str]) -> Bounds {
        let mut gates = Gates::default();
        let texts: Vec<String> = texts.iter().map(|text| (*text).to_owned()).collect();
        gates.set(limit, breadth, &texts).unwrap();
        gates.of(limit, breadth).clone()
    }

    fn held(texts: &[&str], name: &str) -> Vec<String> {
        let bounds = bounds(Limit::Minimum, Breadth::File, texts);
        let held = bounds.of(name, &BTreeSet::from([Unit::Lines]));
        held.into_iter().map(|(unit, value)| format!("{}={value}", unit.name())).collect()
    }

    fn wrong(text: &str, limit: Limit, breadth: Breadth) -> String {
        Bound::parse(text, limit, breadth).unwrap_err().to_string()
    }

    #[test]
    fn the_last_bound_that_fits_holds_for_each_unit() {
        let texts = ["80", "cmd/** off", "src/core/** branches=90", "src/core/old.rs lines=10.5%"];
        assert_eq!(held(&texts, "a.rs"), ["lines=80"]);
        assert_eq!(held(&texts, "cmd/x/a.rs"), [""; 0]);
        assert_eq!(held(&texts, "src/core/a.rs"), ["lines=80", "branches=90"]);
        assert_eq!(held(&texts, "src/core/old.rs"), ["lines=10.5", "branches=90"]);
        assert_eq!(held(&["80", "a b/*.rs 20"], "a b/c.rs"), ["lines=20"]);
        assert_eq!(held(&["lines=80", "branches=70", "gen lines=off"], "gen/a.rs"), ["branches=70"]);
    }

    #[test]
    fn a_package_is_chosen_by_what_lies_in_it() {
        let bounds = bounds(Limit::Minimum, Breadth::Package, &["cmd/** 20", "other 5"]);
        assert!(bounds.selects("cmd") && bounds.selects("cmd/app") && !bounds.selects("cmder"));
        assert_eq!(bounds.idle(["cmd", "x"].into_iter()), ["other 5"]);
    }

    #[test]
    fn what_is_no_bound_is_said() {
        use Breadth::{File, Total};
        use Limit::{MaxDrop, MaxUncovered, Minimum};
        assert_eq!(
            wrong("101", Minimum, Total),
            "expected a percentage from 0 to 100, such as `85` or `99.5`"
        );
        assert_eq!(wrong("-1", MaxDrop, Total), "expected percentage points from 0 to 100, such as `0.5`");
        assert_eq!(wrong("1.5", MaxUncovered, File), "expected a whole number, such as `20`");
        assert_eq!(
            wrong("regions=5", Minimum, Total),
            "`regions` is no unit: expected statements, lines, branches or functions"
        );
        assert_eq!(
            wrong("src/** 5", Minimum, Total),
            "`src/**` chooses nothing here: this bound holds for one figure only"
        );
        assert_eq!(wrong("a[ 5", Minimum, File), "`a[` is no glob: `[` has no `]`");
        assert_eq!(wrong("", Minimum, File), "expected a percentage from 0 to 100, such as `85` or `99.5`");
    }

    #[test]
    fn changed_lines_are_held_to_what_everything_is_held_to() {
        let patch = |minimum: &[&str], patch: &[&str]| {
            let mut gates = Gates::default();
            let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
            gates.set(Limit::Minimum, Breadth::Total, &texts(minimum)).unwrap();
            gates.set(Limit::Minimum, Breadth::Patch, &texts(patch)).unwrap();
            gates.inherit_patch();
            let held = gates.of(Limit::Minimum, Breadth::Patch).of("", &BTreeSet::from([Unit::Lines]));
            held.into_iter().map(|(unit, value)| format!("{}={value}", unit.name())).collect::<Vec<_>>()
        };
        assert_eq!(patch(&["80", "branches=70"], &[]), ["lines=80"]);
        assert_eq!(patch(&["statements=80"], &[]), ["lines=80"]);
        assert_eq!(patch(&["80"], &["off"]), [""; 0]);
        assert_eq!(patch(&["off"], &[]), [""; 0]);
        assert_eq!(patch(&["80"], &["90", "functions=100"]), ["lines=90", "functions=100"]);
    }
}
