//! Our readers of test results beside those of others.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result};
use serde_json::json;

use super::input::{self, Input};
use super::race::{self, Race};
use super::{Bar, BenchArgs};
use crate::command;
use crate::peers::Peers;

mod rivals;

/// What reading may take at most, result and all, in megabytes.
const MEMORY_BAR: f64 = 100.0;

/// A report, and who else reads it.
struct Job {
    name: &'static str,
    make: fn(&Path, u32) -> Result<Input>,
    /// How many times as large as was asked for.
    times: u32,
    /// What our reader promised, in megabytes of a second of processor time.
    promised: f64,
    rivals: &'static [race::Make],
}

const JOBS: &[Job] = &[
    Job {
        name: "JUnit XML",
        make: input::results::junit,
        times: 1,
        promised: 300.0,
        rivals: &[rivals::test_results_parser, rivals::junitparser, rivals::junit_to_ctrf],
    },
    Job {
        name: "JUnit XML, three times as large",
        make: input::results::junit,
        times: 3,
        promised: 300.0,
        rivals: &[rivals::test_results_parser],
    },
    Job {
        name: "go test -json",
        make: input::results::go,
        times: 2,
        promised: 300.0,
        rivals: &[rivals::gotestsum],
    },
];

impl Job {
    fn is_wanted(&self, args: &BenchArgs) -> bool {
        let word = |text: &str| text.to_lowercase().replace(' ', "-");
        args.job.is_empty() || args.job.iter().any(|wanted| word(self.name).contains(&word(wanted)))
    }

    fn input(&self, folder: &Path, megabytes: u32) -> Result<Input> {
        let megabytes = megabytes * self.times;
        (self.make)(&folder.join(format!("test-results-{megabytes}")), megabytes)
    }
}

pub(super) fn run(args: &BenchArgs) -> Result<()> {
    let folder = crate::target().join("bench");
    let jobs = || JOBS.iter().filter(|job| job.is_wanted(args));
    if args.make_inputs {
        return jobs().try_for_each(|job| job.input(&folder, args.size_mb).map(|_| ()));
    }
    let mut make = Command::new(std::env::current_exe()?);
    make.args(["bench", "test-results", "--make-inputs", "--size-mb", &args.size_mb.to_string()]);
    make.args(args.job.iter().flat_map(|job| ["--job", job]));
    print!("{}", command::stdout(&mut make, Duration::from_mins(15))?);

    let peers = if args.without_rivals { None } else { Some(Peers::read()?) };
    if let Some(peers) = &peers {
        rivals::PEERS.iter().try_for_each(|peer| peers.ensure_one(peer))?;
    }
    let build = || super::build_parser("gatewright-test-results", "total");
    let ours = if args.without_ours { None } else { Some(build()?) };

    let (mut races, mut bars) = (Vec::new(), Vec::new());
    for job in jobs() {
        let input = job.input(&folder, args.size_mb)?;
        let race = hold(job, &input, ours.as_deref(), peers.as_ref(), args.rounds)?;
        race.print();
        if ours.is_some() {
            bars.extend(bars_of(job, &race)?);
        }
        races.push(race);
    }
    println!("\nbars");
    bars.iter().for_each(Bar::print);

    let report = folder.join("test-results.json");
    let text = json!({ "cores": std::thread::available_parallelism()?, "os": std::env::consts::OS, "races": races, "bars": bars });
    fs::write(&report, serde_json::to_string_pretty(&text)? + "\n")?;
    println!("\nall figures: {}", crate::shown(&report));
    Ok(())
}

fn hold(job: &Job, input: &Input, ours: Option<&Path>, peers: Option<&Peers>, rounds: u32) -> Result<Race> {
    let mut contestants = Vec::new();
    if let Some(ours) = ours {
        let ask = |command: &mut Command, file: &Path| {
            command.arg(file);
        };
        let found = Box::new(race::two_numbers);
        contestants.push(race::contestant("our reader", PathBuf::from(ours), input, ask, found));
    }
    if let Some(peers) = peers {
        for rival in job.rivals {
            contestants.push(rival(peers, input)?);
        }
    }
    race::run(job.name, input, &contestants, rounds)
}

fn bars_of(job: &Job, race: &Race) -> Result<[Bar; 2]> {
    let ours = race.places.first().context("nobody ran")?;
    let (speed, memory) = (ours.mb_per_cpu_second, ours.peak_mb);
    Ok([
        Bar { what: job.name.to_owned(), unit: "MB/s", found: speed, promised: job.promised, at_most: false },
        Bar {
            what: format!("{}, memory", job.name),
            unit: "MB",
            found: memory,
            promised: MEMORY_BAR,
            at_most: true,
        },
    ])
}
