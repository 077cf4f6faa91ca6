//! A baseline as bytes: compact JSON, `gatewright.coverage-baseline/v1`. The same figures give the same bytes. An earlier
//! report is read as a baseline, too; it keeps no single files and no lines.

use std::collections::{BTreeMap, BTreeSet};

use gatewright_core::report::{Measure, MeasureValue, Report, Scope};
use serde::{Deserialize, Serialize};

use super::picture::StoredFile;
use super::{Baseline, BaselineError, Stand};
use crate::{Ratio, Totals, Unit};

/// The name and version of the payload.
pub(super) const SCHEMA: &str = "gatewright.coverage-baseline/v1";

/// Covered and measured, in the order of [`Unit::ALL`].
type StoredTotals = [u64; 8];

#[derive(Serialize, Deserialize)]
struct Payload {
    schema: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    commit: Option<String>,
    total: StoredStand,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    flags: BTreeMap<String, StoredStand>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    files: BTreeMap<String, (Native, StoredTotals)>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pictures: BTreeMap<String, BTreeMap<String, StoredFile>>,
}

#[derive(Serialize, Deserialize)]
struct StoredStand {
    formats: BTreeSet<String>,
    native: BTreeSet<Native>,
    totals: StoredTotals,
    #[serde(default, rename = "carriedFrom", skip_serializing_if = "Option::is_none")]
    carried_from: Option<String>,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Native {
    Statements,
    Lines,
    Branches,
    Functions,
}

#[derive(Deserialize)]
struct Head {
    #[serde(default)]
    schema: String,
}

impl Baseline {
    /// As bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        let stored = Payload {
            schema: SCHEMA.to_owned(),
            commit: self.commit.clone(),
            total: StoredStand::of(&self.total),
            flags: self.flags.iter().map(|(name, stand)| (name.clone(), StoredStand::of(stand))).collect(),
            files: self
                .files
                .iter()
                .map(|(path, (native, totals))| (path.clone(), (Native::of(*native), stored_totals(totals))))
                .collect(),
            pictures: self
                .pictures
                .iter()
                .map(|(flag, picture)| {
                    let files = picture.files().map(|(path, file)| (path.to_owned(), StoredFile::of(file)));
                    (flag.clone(), files.collect())
                })
                .collect(),
        };
        let mut bytes = serde_json::to_vec(&stored).expect("maps with texts as keys are JSON");
        bytes.push(b'\n');
        bytes
    }

    /// As at most so many bytes, if leaving out pictures is enough for that: the largest first. Also the flags that can't
    /// be carried forward from it for that reason.
    pub fn to_bytes_within(mut self, most: usize) -> (Vec<u8>, Vec<String>) {
        let mut left_out = Vec::new();
        loop {
            let bytes = self.to_bytes();
            let size = |picture: &crate::Picture| {
                picture.files().map(|(_, file)| file.lines().len() + file.blocks().len() * 4).sum::<usize>()
            };
            let largest = self.pictures.iter().max_by_key(|(_, picture)| size(picture));
            match largest.map(|(flag, _)| flag.clone()) {
                Some(flag) if bytes.len() > most => {
                    self.pictures.remove(&flag);
                    left_out.push(flag);
                }
                _ => return (bytes, left_out),
            }
        }
    }

    /// Reads a baseline, or an earlier report as one.
    ///
    /// # Errors
    /// Where it is neither, with line and column; or where it is a report of a run that was itself incomplete.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, BaselineError> {
        let head: Head = serde_json::from_slice(bytes)?;
        match head.schema.as_str() {
            SCHEMA => Ok(serde_json::from_slice::<Payload>(bytes)?.unpack()),
            gatewright_core::report::SCHEMA => of_report(&serde_json::from_slice(bytes)?),
            "" => Err(BaselineError::Schema("missing".to_owned())),
            other => Err(BaselineError::Schema(format!("`{}`", other.chars().take(80).collect::<String>()))),
        }
    }
}

impl Payload {
    fn unpack(self) -> Baseline {
        let pictures = self.pictures.into_iter().map(|(flag, files)| {
            (flag, files.into_iter().map(|(path, file)| (path, file.unpack())).collect())
        });
        Baseline {
            commit: self.commit,
            total: self.total.unpack(),
            flags: self.flags.into_iter().map(|(name, stand)| (name, stand.unpack())).collect(),
            files: self
                .files
                .into_iter()
                .map(|(path, (native, totals))| (path, (native.unit(), totals_from(totals))))
                .collect(),
            pictures: pictures.collect(),
        }
    }
}

impl StoredStand {
    fn of(stand: &Stand) -> Self {
        Self {
            formats: stand.formats.clone(),
            native: stand.native.iter().map(|unit| Native::of(*unit)).collect(),
            totals: stored_totals(&stand.totals),
            carried_from: stand.carried_from.clone(),
        }
    }

    fn unpack(self) -> Stand {
        Stand {
            formats: self.formats,
            native: self.native.into_iter().map(Native::unit).collect(),
            totals: totals_from(self.totals),
            carried_from: self.carried_from,
        }
    }
}

impl Native {
    fn of(unit: Unit) -> Self {
        match unit {
            Unit::Statements => Self::Statements,
            Unit::Lines => Self::Lines,
            Unit::Branches => Self::Branches,
            Unit::Functions => Self::Functions,
        }
    }

    fn unit(self) -> Unit {
        match self {
            Self::Statements => Unit::Statements,
            Self::Lines => Unit::Lines,
            Self::Branches => Unit::Branches,
            Self::Functions => Unit::Functions,
        }
    }
}

fn stored_totals(totals: &Totals) -> StoredTotals {
    let [s, l, b, f] = Unit::ALL.map(|unit| totals.ratio(unit));
    [s.covered, s.total, l.covered, l.total, b.covered, b.total, f.covered, f.total]
}

fn totals_from(stored: StoredTotals) -> Totals {
    let [sc, st, lc, lt, bc, bt, fc, ft] = stored;
    Totals {
        statements: Ratio::new(sc, st),
        lines: Ratio::new(lc, lt),
        branches: Ratio::new(bc, bt),
        functions: Ratio::new(fc, ft),
    }
}

/// States of a run that left something out of its figures.
const INCOMPLETE: [&str; 4] = ["missing-report", "unreadable-report", "missing-flag", "no-data"];

fn of_report(report: &Report) -> Result<Baseline, BaselineError> {
    if let Some(state) = report.states.iter().find(|state| INCOMPLETE.contains(&state.name.as_str())) {
        return Err(BaselineError::Incomplete(format!("{}: {}", state.name, state.message)));
    }
    let sources = report.sources.iter().filter(|source| source.format != super::FORMAT);
    let formats: BTreeSet<String> = sources.map(|source| source.format.clone()).collect();
    let mut baseline = Baseline {
        commit: report.subject.merge_sha.clone().or_else(|| report.subject.head_sha.clone()),
        total: Stand { formats: formats.clone(), ..Stand::default() },
        ..Baseline::default()
    };
    let mut figures = 0;
    for measure in &report.measures {
        let Some((unit, ratio)) = figure(measure) else { continue };
        figures += 1;
        let stand = match &measure.scope {
            Scope::Total => &mut baseline.total,
            Scope::Named { kind, name } if kind == "flag" => {
                let stand = baseline.flags.entry(name.clone()).or_default();
                stand.carried_from.clone_from(&measure.carried_from);
                stand
            }
            _ => continue,
        };
        *of_unit(&mut stand.totals, unit) = ratio;
        if matches!(unit, Unit::Statements | Unit::Lines)
            && measure.outcome != gatewright_core::report::MeasureOutcome::NoData
        {
            stand.native.insert(unit);
        }
    }
    if figures == 0 {
        return Err(BaselineError::NoFigures(report.subject.action.clone()));
    }
    Ok(baseline)
}

fn figure(measure: &Measure) -> Option<(Unit, Ratio)> {
    let name = measure.name.strip_prefix("coverage.")?;
    let unit = Unit::ALL.into_iter().find(|unit| unit.name() == name)?;
    match measure.value {
        MeasureValue::Ratio { numerator, denominator } => Some((unit, Ratio::new(numerator, denominator))),
        _ => None,
    }
}

fn of_unit(totals: &mut Totals, unit: Unit) -> &mut Ratio {
    match unit {
        Unit::Statements => &mut totals.statements,
        Unit::Lines => &mut totals.lines,
        Unit::Branches => &mut totals.branches,
        Unit::Functions => &mut totals.functions,
    }
}

#[cfg(test)]
mod tests {
    use expect_test::expect;
    use proptest::prelude::*;

    use super::*;

    fn sample() -> Baseline {
        let totals = Totals { statements: Ratio::new(3, 4), lines: Ratio::new(5, 6), ..Totals::default() };
        let stand = Stand {
            formats: BTreeSet::from(["Go cover profile".to_owned()]),
            native: BTreeSet::from([Unit::Statements]),
            totals,
            carried_from: None,
        };
        let report = "mode: count\na.go:1.2,3.4 2 7\n";
        let picture = crate::read(&mut report.as_bytes()).unwrap().picture;
        Baseline {
            commit: Some("c0ffee".to_owned()),
            total: stand.clone(),
            flags: BTreeMap::from([("unit".to_owned(), Stand { carried_from: Some("f00".into()), ..stand })]),
            files: BTreeMap::from([("a.go".to_owned(), (Unit::Statements, totals))]),
            pictures: BTreeMap::from([("unit".to_owned(), picture)]),
        }
    }

    #[test]
    fn it_is_compact_and_comes_back() {
        let bytes = sample().to_bytes();
        expect![[r#"
            {"schema":"gatewright.coverage-baseline/v1","commit":"c0ffee","total":{"formats":["Go cover profile"],"native":["statements"],"totals":[3,4,5,6,0,0,0,0]},"flags":{"unit":{"formats":["Go cover profile"],"native":["statements"],"totals":[3,4,5,6,0,0,0,0],"carriedFrom":"f00"}},"files":{"a.go":["statements",[3,4,5,6,0,0,0,0]]},"pictures":{"unit":{"a.go":{"k":5,"b":[1,2,3,4,2,2,7]}}}}
        "#]]
        .assert_eq(std::str::from_utf8(&bytes).unwrap());
        assert_eq!(Baseline::from_bytes(&bytes).unwrap(), sample());
    }

    #[test]
    fn what_is_too_large_is_left_out_by_name() {
        let whole = sample().to_bytes().len();
        assert_eq!(sample().to_bytes_within(whole), (sample().to_bytes(), Vec::new()));
        let (bytes, left_out) = sample().to_bytes_within(whole - 1);
        assert_eq!(left_out, ["unit"]);
        assert!(Baseline::from_bytes(&bytes).unwrap().pictures.is_empty());
    }

    #[test]
    fn what_is_none_is_said_with_its_place() {
        let error = |text: &str| Baseline::from_bytes(text.as_bytes()).unwrap_err().to_string();
        expect!["it is no baseline: EOF while parsing an object at line 2 column 0"].assert_eq(&error("{\n"));
        expect!["it is no baseline: its `schema` is missing"].assert_eq(&error("{}"));
        expect!["it is no baseline: its `schema` is `x/v2`"].assert_eq(&error(r#"{"schema":"x/v2"}"#));
        expect!["it is no baseline: missing field `total` at line 1 column 44"]
            .assert_eq(&error(&format!("{{\"schema\":\"{SCHEMA}\"}}")));
    }

    #[test]
    fn a_report_serves_and_an_incomplete_one_does_not() {
        let mut report = Report::new();
        report.subject.head_sha = Some("abc".into());
        report.measures.push(Measure::percent("coverage.lines", Scope::Total, 3, 4, None));
        report.measures.push(Measure::percent("coverage.lines", Scope::Patch, 0, 4, None));
        report.measures.push(Measure::percent("coverage.lines", Scope::named("flag", "unit"), 1, 4, None));
        let read = |report: &Report| Baseline::from_bytes(&serde_json::to_vec(report).unwrap());
        let baseline = read(&report).unwrap();
        assert_eq!(baseline.total.totals.lines, Ratio::new(3, 4));
        assert_eq!(baseline.flags["unit"].totals.lines, Ratio::new(1, 4));
        report.states.push(gatewright_core::report::State {
            name: "unreadable-report".into(),
            policy: gatewright_core::report::Policy::Warn,
            message: "a.out is broken".into(),
            help: String::new(),
            gate: None,
        });
        let error = read(&report).unwrap_err().to_string();
        expect!["it was not judged whole: unreadable-report: a.out is broken"].assert_eq(&error);
        assert!(matches!(read(&Report::new()), Err(BaselineError::NoFigures(_))));
    }

    proptest! {
        #[test]
        fn no_bytes_panic(at in 0_usize..300, byte: u8) {
            let mut bytes = sample().to_bytes();
            let at = at % bytes.len();
            bytes[at] = byte;
            if let Ok(baseline) = Baseline::from_bytes(&bytes) {
                for picture in baseline.pictures.values() {
                    let _ = picture.totals();
                    picture.files().for_each(|(_, file)| drop(file.line_view()));
                }
            }
        }

        #[test]
        fn a_picture_comes_back_whole(picture in crate::laws::picture()) {
            let baseline = Baseline { pictures: BTreeMap::from([("f".to_owned(), picture)]), ..Baseline::default() };
            prop_assert_eq!(Baseline::from_bytes(&baseline.to_bytes()).unwrap(), baseline);
        }
    }
}
