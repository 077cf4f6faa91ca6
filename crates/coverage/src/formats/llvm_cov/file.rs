//! One element of `files`, and what it declares.

use super::segments::{Segment, lines_of};
use crate::diagnostic::Kind;
use crate::formats::json::{Json, Pulled, Spot, Value};
use crate::gather::{Gathered, unite};
use crate::model::{Branch, FileCoverage, Function, LineHits, Ratio, SummaryTotals, Unit};

/// What a `summary` or `totals` declares, where it does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Summary {
    lines: Option<Ratio>,
    functions: Option<Ratio>,
    branches: Option<Ratio>,
}

impl Summary {
    pub(super) fn of(&self, unit: Unit) -> Option<Ratio> {
        match unit {
            Unit::Lines => self.lines,
            Unit::Functions => self.functions,
            Unit::Branches => self.branches,
            Unit::Statements => None,
        }
    }

    /// Reads the value behind a key.
    pub(super) fn read(&mut self, json: &mut Json<'_>) -> Pulled<()> {
        if !json.object("an object of totals")? {
            return Ok(());
        }
        while json.key()? {
            let unit = match json.text() {
                b"lines" => &mut self.lines,
                b"functions" => &mut self.functions,
                b"branches" => &mut self.branches,
                _ => {
                    json.skip_value()?;
                    continue;
                }
            };
            *unit = read_ratio(json)?;
        }
        Ok(())
    }

    fn totals(&self) -> SummaryTotals {
        SummaryTotals {
            lines: self.lines.unwrap_or_default(),
            branches: self.branches.unwrap_or_default(),
            functions: self.functions.unwrap_or_default(),
        }
    }
}

impl From<SummaryTotals> for Summary {
    fn from(totals: SummaryTotals) -> Self {
        let SummaryTotals { lines, branches, functions } = totals;
        Self { lines: Some(lines), functions: Some(functions), branches: Some(branches) }
    }
}

/// `{"count": 2, "covered": 1, …}` behind a key.
fn read_ratio(json: &mut Json<'_>) -> Pulled<Option<Ratio>> {
    if !json.object("an object with `count` and `covered`")? {
        return Ok(None);
    }
    let (mut total, mut covered) = (None, None);
    while json.key()? {
        match json.text() {
            b"count" => total = json.total()?,
            b"covered" => covered = json.total()?,
            _ => json.skip_value()?,
        }
    }
    Ok(total.zip(covered).map(|(total, covered)| Ratio::new(covered, total)))
}

/// The two arms of a condition: where it stands, and how often it was true and false.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Condition {
    place: [u32; 4],
    taken: [u64; 2],
}

/// A file in the making.
#[derive(Default)]
pub(super) struct File {
    spot: Spot,
    /// Whether it stands in `files`, and not only in `filenames` of a function.
    pub(super) is_listed: bool,
    lines: Vec<LineHits>,
    /// Whether there are segments, even none.
    has_segments: bool,
    conditions: Vec<Condition>,
    functions: Gathered<Function>,
    summary: Option<(Spot, Summary)>,
}

impl File {
    /// A file that stands in `files`, at `spot`.
    pub(super) fn listed(spot: Spot) -> Self {
        Self { spot, is_listed: true, ..Self::default() }
    }

    /// Reads the object that was opened, and returns its name. `lines` counts the lines of all files.
    pub(super) fn read(&mut self, json: &mut Json<'_>, lines: &mut u64) -> Pulled<Option<String>> {
        let (mut name, mut is_named) = (None, false);
        while json.key()? {
            let spot = json.spot();
            match json.text() {
                b"filename" => {
                    is_named = true;
                    let value = json.value()?;
                    name = if json.is(value, Value::Text, "a path")? { json.name()? } else { None };
                }
                b"segments" => self.read_segments(json, lines)?,
                b"branches" => self.read_branches(json)?,
                b"summary" => {
                    let mut summary = Summary::default();
                    summary.read(json)?;
                    self.summary = Some((spot, summary));
                }
                _ => json.skip_value()?,
            }
        }
        if !is_named {
            json.say_at(self.spot, Kind::EmptyName, "`filename`", || "a file without a name".to_owned());
        }
        self.conditions.sort_unstable();
        self.unite_conditions();
        Ok(name)
    }

    fn read_segments(&mut self, json: &mut Json<'_>, lines: &mut u64) -> Pulled<()> {
        let spot = json.spot();
        if !json.array("a list of segments")? {
            return Ok(());
        }
        self.has_segments = true;
        let mut segments: Vec<Segment> = Vec::new();
        while let Some(value) = json.element()? {
            if json.is(value, Value::Array, "a segment")?
                && let Some(segment) = Segment::read(json)?
            {
                segments.push(segment);
            }
        }
        if !segments.is_sorted_by_key(Segment::place) {
            segments.sort_by_key(Segment::place);
        }
        // Far more than any report of a real program has: some hundred bytes stand for each line.
        let room = (json.offset() + ROOM).saturating_sub(*lines);
        match lines_of(&segments, room) {
            Some(found) => {
                *lines += found.len() as u64;
                self.lines = found;
            }
            None => json.say_at(spot, Kind::MalformedRecord, "", || {
                "segments over more lines than any source has".to_owned()
            }),
        }
        Ok(())
    }

    fn read_branches(&mut self, json: &mut Json<'_>) -> Pulled<()> {
        if !json.array("a list of branches")? {
            return Ok(());
        }
        while let Some(value) = json.element()? {
            if !json.is(value, Value::Array, "a branch")? {
                continue;
            }
            let (mut place, mut taken, mut at) = ([0; 4], [None; 2], 0);
            while let Some(value) = json.element()? {
                match at {
                    0..4 => place[at] = number(json, value)?.unwrap_or(0),
                    4..6 => taken[at - 4] = json.count(value)?,
                    _ => json.skip(value)?,
                }
                at += 1;
            }
            match taken {
                [Some(when_true), Some(when_false)] if place[0] > 0 => {
                    self.conditions.push(Condition { place, taken: [when_true, when_false] });
                }
                _ => json.say(Kind::MalformedRecord, "two places and two counts", || {
                    "a branch without its place or its counts".to_owned()
                })?,
            }
        }
        Ok(())
    }

    /// One condition for each place; what instances of one function repeat adds up.
    fn unite_conditions(&mut self) {
        self.conditions.dedup_by(|next, kept| {
            let same = next.place == kept.place;
            if same {
                for (kept, next) in kept.taken.iter_mut().zip(next.taken) {
                    *kept = kept.saturating_add(next);
                }
            }
            same
        });
    }

    pub(super) fn add_function(&mut self, function: Function) {
        self.functions.add(function, 0, &mut |_, _| {});
    }

    /// How much there is to go through when more is absorbed.
    pub(super) fn units(&self) -> usize {
        self.lines.len() + self.conditions.len()
    }

    /// Takes over what another element says about the same file.
    pub(super) fn absorb(&mut self, mut other: File, json: &mut Json<'_>) {
        if !self.is_listed {
            // A function came before.
            other.functions = std::mem::take(&mut self.functions);
            *self = other;
            return;
        }
        json.say_at(other.spot, Kind::RepeatedKey, "", || {
            "this file was there before; both are united".to_owned()
        });
        // Totals of one file can't be united: both must say the same of the same, or neither holds.
        let is_same = self.summary.map(|summary| summary.1) == other.summary.map(|summary| summary.1)
            && self.lines == other.lines
            && self.conditions == other.conditions;
        unite(&mut self.lines, other.lines);
        self.conditions.append(&mut other.conditions);
        self.conditions.sort_unstable();
        self.unite_conditions();
        self.has_segments |= other.has_segments;
        if !is_same {
            let larger = |left: Summary, right: Summary| left.totals().larger(right.totals());
            self.summary = match (self.summary, other.summary) {
                _ if self.has_segments => None,
                (Some(left), Some(right)) => Some((left.0, Summary::from(larger(left.1, right.1)))),
                (left, right) => left.or(right),
            };
        }
    }

    /// The file, with the totals that differ said, those of functions only where all functions were read.
    pub(super) fn finish(self, json: &mut Json<'_>, name: &str, has_functions: bool) -> FileCoverage {
        let mut file = FileCoverage {
            lines: self.lines,
            branches: arms(&self.conditions),
            functions: { self.functions }.finish(&mut |_, _| {}),
            ..FileCoverage::in_lines()
        };
        let Some((spot, summary)) = self.summary else {
            if !self.has_segments {
                json.say_at(self.spot, Kind::MalformedRecord, "`segments` or `summary`", || {
                    format!("{name} without segments and without a summary")
                });
            }
            return file;
        };
        let totals = Some(Box::new(summary.totals()));
        if !self.has_segments {
            json.say_at(spot, Kind::SummaryOnly, "", || format!("totals of {name} without lines"));
            file.summary = totals;
            return file;
        }
        for (unit, counted_from, reason) in REASONS {
            let (declared, counted) = (summary.of(unit), file.ratio(unit));
            let Some(declared) = declared.filter(|declared| *declared != counted) else { continue };
            if unit == Unit::Functions && !has_functions {
                continue;
            }
            json.say_at(spot, Kind::TotalsDiffer, "", || {
                let (unit, Ratio { covered, total }) = (unit.name(), declared);
                format!(
                    "the summary of {name} declares {covered}/{total} {unit} and holds, though its {counted_from} \
                     come to {}/{}{reason}",
                    counted.covered, counted.total
                )
            });
        }
        let says_something = [summary.lines, summary.functions, summary.branches]
            .into_iter()
            .flatten()
            .any(|ratio| !ratio.is_no_data());
        file.declared = totals.filter(|_| says_something);
        file
    }
}

/// What each unit is counted from here, and why LLVM may come to something else
/// (`CoverageSummaryInfo.h`).
const REASONS: [(Unit, &str, &str); 3] = [
    (
        Unit::Lines,
        "segments",
        ": llvm-cov adds up the lines of each function, and of several instances takes the larger numbers",
    ),
    (Unit::Functions, "functions", ""),
    (
        Unit::Branches,
        "branches",
        ": of several instances of a function llvm-cov takes the larger numbers, and leaves out arms that the \
         compiler decided",
    ),
];

/// So many lines may stand in a report that is small.
const ROOM: u64 = 1 << 16;

/// Both arms of each condition. Conditions that start at one place are told apart by the order of their ends.
fn arms(conditions: &[Condition]) -> Vec<Branch> {
    let mut arms = Vec::with_capacity(conditions.len() * 2);
    for of_place in conditions.chunk_by(|left, right| left.place[..2] == right.place[..2]) {
        let mut arm = 0;
        for Condition { place: [line, column, ..], taken } in of_place {
            // Neither true nor false: never evaluated.
            let is_evaluated = taken[0] > 0 || taken[1] > 0;
            for taken in taken {
                arms.push(Branch::numbered(*line, *column, arm, is_evaluated.then_some(*taken)));
                arm += 1;
            }
        }
    }
    arms
}

/// A value as a number of 32 bits; what is none is said.
pub(super) fn number(json: &mut Json<'_>, value: Value) -> Pulled<Option<u32>> {
    if let Value::Unsigned(number) = value {
        return Ok(Some(u32::try_from(number).unwrap_or(u32::MAX)));
    }
    json.is(value, Value::Unsigned(0), "a number")?;
    Ok(None)
}
