//! The tests of a run split over machines, so that all take about as long: by what they took in recorded runs.
//!
//! A unit is what the program can be told to run: a package of Go, a test of cargo or nextest, a test or a file of
//! pytest, a file of jest. Units come from the program's own list, so none is ever forgotten: one that no recorded run
//! knows takes as long as the one in the middle, and is assigned like any other. It must not know who runs a shard, nor
//! whether all did.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use serde_json::{Value, json};

use crate::history::History;
use crate::model::Nanoseconds;
use crate::rerun::quote::shell;

mod arguments;
mod durations;
mod listing;

pub use listing::{ListingError, parse_listing};

/// The most jobs that a matrix of GitHub has.
pub const MOST_SHARDS: usize = 256;

/// What a unit counts as long as no duration is known at all.
const UNKNOWN: Nanoseconds = Nanoseconds(1_000_000_000);

/// A program whose tests can be split.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Runner {
    /// `go test`, by packages.
    Go,
    /// `cargo test --tests`, by names of tests; documentation tests can't be run by name.
    Cargo,
    /// `cargo nextest run`, by tests.
    Nextest,
    /// `pytest`, by tests or by files, as they are listed.
    Pytest,
    /// `jest`, by files.
    Jest,
}

impl Runner {
    /// Every one.
    pub const ALL: [Self; 5] = [Self::Go, Self::Cargo, Self::Nextest, Self::Pytest, Self::Jest];

    /// The stable name.
    pub fn id(self) -> &'static str {
        match self {
            Self::Go => "go",
            Self::Cargo => "cargo",
            Self::Nextest => "nextest",
            Self::Pytest => "pytest",
            Self::Jest => "jest",
        }
    }

    /// The command whose output [`parse_listing`] reads.
    pub fn list_command(self) -> &'static str {
        match self {
            Self::Go => "go list ./...",
            Self::Cargo => "cargo test --tests -- --list --format terse",
            Self::Nextest => "cargo nextest list --message-format json",
            Self::Pytest => "pytest --collect-only -q",
            Self::Jest => "npx jest --listTests",
        }
    }

    /// The beginning of the command that runs a shard; its arguments follow.
    pub fn run_command(self) -> &'static str {
        match self {
            Self::Go => "go test",
            Self::Cargo => "cargo test --tests",
            Self::Nextest => "cargo nextest run",
            Self::Pytest => "pytest",
            Self::Jest => "npx jest",
        }
    }
}

/// What a program can be told to run.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Unit {
    /// The test binary, by its identity; only nextest has one.
    pub binary: String,
    /// The name, as the program lists it.
    pub name: String,
}

impl Unit {
    fn named(name: &str) -> Self {
        Self { binary: String::new(), name: name.to_owned() }
    }

    /// One line of a list.
    pub fn line(&self) -> String {
        if self.binary.is_empty() { self.name.clone() } else { format!("{} {}", self.binary, self.name) }
    }
}

/// What one machine is to run; never empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shard {
    /// Its number, from 1.
    pub number: usize,
    /// Its units, sorted.
    pub units: Vec<Unit>,
    /// How long its units take as a rule, added up.
    pub estimate: Nanoseconds,
}

/// Units split over machines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shards {
    /// Whose units they are.
    pub runner: Runner,
    /// The shards: as many as asked for, but no more than there are units.
    pub shards: Vec<Shard>,
    /// How many units no recorded run knows.
    pub unknown: usize,
}

/// Splits units over so many machines, the longest first, each to the machine that has the least so far. R. L. Graham,
/// "Bounds on multiprocessing timing anomalies", SIAM Journal on Applied Mathematics 17 (1969), pages 416–429: the machine
/// that takes the longest then takes at most 4/3 of what the best split needs. The same units and history give the same
/// split, in whatever order they are listed; a unit that is listed twice counts once.
pub fn split(runner: Runner, units: &[Unit], most: usize, history: Option<&History>) -> Shards {
    let mut units: Vec<&Unit> = units.iter().collect();
    units.sort_unstable();
    units.dedup();
    let durations = durations::durations(runner, &units, history);
    let unknown = durations.iter().filter(|duration| duration.is_none()).count();
    let mut known: Vec<Nanoseconds> = durations.iter().flatten().copied().collect();
    known.sort_unstable();
    let middle = known.get(known.len() / 2).copied().unwrap_or(UNKNOWN);
    let mut longest_first: Vec<(Nanoseconds, &Unit)> =
        durations.iter().map(|duration| duration.unwrap_or(middle)).zip(units.iter().copied()).collect();
    longest_first.sort_by_key(|(duration, _)| Reverse(*duration));
    let count = most.clamp(1, MOST_SHARDS).min(units.len());
    let mut shards: Vec<Shard> =
        (1..=count).map(|number| Shard { number, units: Vec::new(), estimate: Nanoseconds(0) }).collect();
    // By time, then by the number of units, so that units that take no time are spread, too.
    let mut idle: BinaryHeap<Reverse<(Nanoseconds, usize, usize)>> =
        (0..count).map(|shard| Reverse((Nanoseconds(0), 0, shard))).collect();
    for (duration, unit) in longest_first {
        let Reverse((load, units, at)) = idle.pop().expect("there is a shard where there is a unit");
        let load = Nanoseconds(load.0.saturating_add(duration.0));
        shards[at].units.push(unit.clone());
        shards[at].estimate = load;
        idle.push(Reverse((load, units + 1, at)));
    }
    shards.iter_mut().for_each(|shard| shard.units.sort_unstable());
    Shards { runner, shards, unknown }
}

impl Shards {
    /// The arguments that make the program run a shard.
    pub fn arguments(&self, shard: &Shard) -> Vec<String> {
        arguments::arguments(self.runner, &shard.units)
    }

    /// The same as words of a POSIX shell: what stands behind [`Runner::run_command`].
    pub fn line(&self, shard: &Shard) -> String {
        self.arguments(shard).iter().map(|argument| shell(argument)).collect::<Vec<_>>().join(" ")
    }

    /// The units of a shard, one a line.
    pub fn list(&self, shard: &Shard) -> String {
        shard.units.iter().map(|unit| format!("{}\n", unit.line())).collect()
    }

    /// A matrix for GitHub Actions: `shard`, `shards`, `name`, `estimate-seconds`, and `args`, the words of a shell. Outputs of a
    /// job are limited: where all is more than `most` bytes, it is without `args`, and a job needs its list.
    pub fn matrix(&self, most: usize) -> Value {
        let count = self.shards.len();
        let row = |shard: &Shard| {
            json!({
                "shard": shard.number,
                "shards": count,
                "name": format!("{}/{count}", shard.number),
                "estimate-seconds": shard.estimate.0.div_ceil(1_000_000_000),
            })
        };
        let mut rows: Vec<Value> = self.shards.iter().map(row).collect();
        let lines: Vec<String> = self.shards.iter().map(|shard| self.line(shard)).collect();
        let with = |rows: &[Value]| json!({ "include": rows });
        let short = with(&rows);
        for (row, line) in rows.iter_mut().zip(lines) {
            row["args"] = Value::String(line);
        }
        let long = with(&rows);
        if long.to_string().len() <= most { long } else { short }
    }
}

#[cfg(test)]
mod tests;
