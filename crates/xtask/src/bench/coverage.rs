//! coverage-gate beside the tools that it replaces, on every format that it reads. The rivals that need sources get
//! smaller inputs that have them; ours runs on those, too.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result};
use serde_json::json;

use super::input::{self, Input, Scale};
use super::race::{self, Contestant, Found, Race};
use super::{Bar, BenchArgs};
use crate::command::{self, Finished, scrubbed};
use crate::peers::{Peers, Set};
use crate::total::{patch_of, total_of};

mod change;
mod rivals;

/// Megabytes of the inputs whose sources exist.
const WITH_SOURCES: u32 = 4;

/// The most that reading may take beyond its result, in megabytes.
const MEMORY_BAR: f64 = 100.0;

/// What every job shares.
struct Stage {
    folder: PathBuf,
    ours: Option<Ours>,
    peers: Option<Peers>,
    rounds: u32,
    wanted: Vec<String>,
}

/// Our programs.
struct Ours {
    gate: PathBuf,
    /// The parser alone: what the parsers of others are to be held against.
    parser: PathBuf,
    /// The parser with an allocator that counts.
    memory: PathBuf,
}

/// A format, its large input and who else reads it.
struct Job {
    name: &'static str,
    make: fn(&Path, Scale) -> Result<Input>,
    scale: fn(u32) -> Scale,
    measure: &'static str,
    /// What our parser promised, in megabytes of a second of processor time.
    promised: f64,
    rivals: &'static [race::Make],
}

const JOBS: &[Job] = &[
    Job {
        name: "Go profile",
        make: |folder, scale| input::go::profile(folder, scale, false),
        scale: Scale::of,
        measure: "coverage.statements",
        promised: 500.0,
        rivals: &[rivals::octocov_go, rivals::grcov_of_go],
    },
    Job {
        name: "LCOV",
        make: input::lcov::tracefile,
        scale: Scale::of,
        measure: "coverage.lines",
        promised: 500.0,
        rivals: &[rivals::octocov_lcov, rivals::grcov, rivals::lcov_summary],
    },
    Job {
        name: "Cobertura",
        make: input::xml::cobertura,
        scale: Scale::of_wordy,
        measure: "coverage.lines",
        promised: 150.0,
        rivals: &[rivals::octocov_cobertura, rivals::pycobertura],
    },
    Job {
        name: "JaCoCo",
        make: input::xml::jacoco,
        scale: Scale::of_wordy,
        measure: "coverage.lines",
        promised: 150.0,
        rivals: &[rivals::octocov_jacoco, rivals::grcov_of_jacoco],
    },
    Job {
        name: "Clover",
        make: input::xml::clover,
        scale: Scale::of_wordy,
        measure: "coverage.lines",
        promised: 150.0,
        rivals: &[rivals::octocov_clover],
    },
    Job {
        name: "Istanbul JSON",
        make: input::json::istanbul,
        scale: Scale::of_wordy,
        measure: "coverage.lines",
        promised: 150.0,
        rivals: &[rivals::nyc_report],
    },
    Job {
        name: "coverage.py JSON",
        make: input::json::coverage_py,
        scale: Scale::of_wordy,
        measure: "coverage.lines",
        promised: 150.0,
        rivals: &[rivals::python_of_coverage_py],
    },
    Job {
        name: "llvm-cov JSON",
        make: input::json::llvm_cov,
        scale: Scale::of_wordy,
        measure: "coverage.lines",
        promised: 150.0,
        rivals: &[rivals::python_of_llvm_cov],
    },
    Job {
        name: "SimpleCov",
        make: input::json::simplecov,
        scale: Scale::of_wordy,
        measure: "coverage.lines",
        promised: 150.0,
        rivals: &[rivals::octocov_simplecov],
    },
];

/// What is judged by its changed lines: how many megabytes of report, and the most milliseconds that we may take.
const CHANGES: [(&str, u32, Option<f64>); 2] =
    [("A typical repository", 1, Some(50.0)), ("Cobertura with a change", 40, None)];

pub(super) fn run(args: &BenchArgs) -> Result<()> {
    let folder = crate::target().join("bench");
    if args.make_inputs {
        let stage = Stage { folder, ours: None, peers: None, rounds: 0, wanted: args.job.clone() };
        return stage.make_inputs(args.size_mb);
    }
    let mut make = Command::new(std::env::current_exe()?);
    make.args(["bench", "coverage", "--make-inputs", "--size-mb", &args.size_mb.to_string()]);
    make.args(args.job.iter().flat_map(|job| ["--job", job]));
    print!("{}", command::stdout(&mut make, Duration::from_mins(15))?);

    let peers = if args.without_rivals { None } else { Some(Peers::read()?) };
    if let Some(peers) = &peers {
        peers.ensure_set(Set::Rivals)?;
        // A judge elsewhere, here the only one that reads Istanbul's JSON.
        peers.ensure_one("nyc")?;
    }
    let ours = if args.without_ours { None } else { Some(Ours::build()?) };
    let stage = Stage { folder, ours, peers, rounds: args.rounds, wanted: args.job.clone() };

    let (mut races, mut bars) = (Vec::new(), Vec::new());
    for job in JOBS.iter().filter(|job| stage.wants(job.name)) {
        stage.large(job, args.size_mb, &mut races, &mut bars)?;
    }
    stage.with_sources(&mut races, &mut bars)?;
    if let Some(ours) = &stage.ours {
        bars.extend(super::bars_of_binary(&ours.gate, 4.0)?);
    }
    println!("\nbars");
    bars.iter().for_each(Bar::print);

    let report = stage.folder.join("coverage.json");
    let text = json!({ "cores": std::thread::available_parallelism()?, "os": std::env::consts::OS, "races": races, "bars": bars });
    fs::write(&report, serde_json::to_string_pretty(&text)? + "\n")?;
    println!("\nall figures: {}", crate::shown(&report));
    Ok(())
}

impl Ours {
    fn build() -> Result<Self> {
        Ok(Self {
            gate: super::build_ours("coverage-gate")?,
            parser: super::build_parser("gatewright-coverage", "read")?,
            memory: super::build_parser("gatewright-coverage", "memory")?,
        })
    }
}

impl Stage {
    fn wants(&self, job: &str) -> bool {
        let word = |text: &str| text.to_lowercase().replace(' ', "-");
        self.wanted.is_empty() || self.wanted.iter().any(|wanted| word(job).contains(&word(wanted)))
    }

    fn make_inputs(&self, megabytes: u32) -> Result<()> {
        for job in JOBS.iter().filter(|job| self.wants(job.name)) {
            self.input(job, megabytes)?;
        }
        for (name, megabytes, _) in CHANGES {
            if self.wants(name) {
                change::make(&self.folder(&format!("change-{megabytes}"))?, megabytes)?;
            }
        }
        Ok(())
    }

    fn input(&self, job: &Job, megabytes: u32) -> Result<Input> {
        let word = job.name.to_lowercase().replace([' ', '.'], "-");
        (job.make)(&self.folder(&format!("{word}-{megabytes}"))?, (job.scale)(megabytes))
    }

    /// A large input of one format: how fast, and with how much memory.
    fn large(&self, job: &Job, megabytes: u32, races: &mut Vec<Race>, bars: &mut Vec<Bar>) -> Result<()> {
        let input = self.input(job, megabytes)?;
        let mut contestants = Vec::new();
        if let Some(ours) = &self.ours {
            contestants.push(ours.parser(&input));
            contestants.push(ours.gate(&input, job.measure));
        }
        if let Some(peers) = &self.peers {
            for rival in job.rivals {
                contestants.push(rival(peers, &input)?);
            }
        }
        let race = race::run(job.name, &input, &contestants, self.rounds)?;
        race.print();
        if let Some(ours) = &self.ours {
            let found = race.places.first().context("nobody ran")?.mb_per_cpu_second;
            let what = format!("{}, our parser", job.name);
            bars.push(Bar { what, unit: "MB/s", found, promised: job.promised, at_most: false });
            let what = format!("{}, memory beyond the result", job.name);
            let found = ours.memory_beyond_result(&input)?;
            bars.push(Bar { what, unit: "MB", found, promised: MEMORY_BAR, at_most: true });
        }
        races.push(race);
        Ok(())
    }

    /// Smaller inputs whose sources exist, some of them with a change under review.
    fn with_sources(&self, races: &mut Vec<Race>, bars: &mut Vec<Bar>) -> Result<()> {
        if self.wants("Go profile with sources") {
            races.push(self.go_with_sources()?);
        }
        for (name, megabytes, most) in CHANGES {
            if !self.wants(name) {
                continue;
            }
            let change = change::make(&self.folder(&format!("change-{megabytes}"))?, megabytes)?;
            let mut contestants: Vec<_> = self.ours.iter().map(|ours| ours.gate_of_patch(&change)).collect();
            if let Some(peers) = &self.peers {
                contestants.push(rivals::diff_cover(peers, &change)?);
            }
            let race = race::run(name, &change, &contestants, self.rounds)?;
            race.print();
            if let (Some(promised), Some(_), Some(ours)) = (most, &self.ours, race.places.first()) {
                let what = format!("{name}, the whole gate");
                bars.push(Bar { what, unit: "ms", found: ours.cpu_ms, promised, at_most: true });
            }
            races.push(race);
        }
        Ok(())
    }

    fn go_with_sources(&self) -> Result<Race> {
        let folder = self.folder(&format!("go-sources-{WITH_SOURCES}"))?;
        let input = input::go::profile(&folder, Scale::of(WITH_SOURCES), true)?;
        let mut contestants = Vec::new();
        if let Some(ours) = &self.ours {
            contestants.extend([ours.parser(&input), ours.gate(&input, "coverage.statements")]);
        }
        if let Some(peers) = &self.peers {
            for rival in [rivals::octocov_go, rivals::go_tool_cover, rivals::go_test_coverage] {
                contestants.push(rival(peers, &input)?);
            }
        }
        let race = race::run("Go profile with sources", &input, &contestants, self.rounds)?;
        race.print();
        Ok(race)
    }

    /// A job's folder: an empty git repository of its own, so that nobody reads the one around it.
    fn folder(&self, name: &str) -> Result<PathBuf> {
        let folder = self.folder.join(name);
        fs::create_dir_all(&folder)?;
        if !folder.join(".git").exists() {
            let mut init = Command::new("git");
            command::stdout(init.args(["init", "--quiet"]).arg(&folder), Duration::from_secs(20))?;
        }
        Ok(folder)
    }
}

impl Ours {
    fn parser<'a>(&'a self, input: &'a Input) -> Contestant<'a> {
        let command = || {
            let mut command = scrubbed(&self.parser);
            command.arg(&input.file);
            command
        };
        Contestant { name: "our parser", command: Box::new(command), found: Box::new(race::two_numbers) }
    }

    /// The gate over an input; it is judged by the total.
    fn gate<'a>(&'a self, input: &'a Input, measure: &'static str) -> Contestant<'a> {
        let report = input.file.with_extension("ours");
        let found = {
            let report = report.clone();
            move |_: &Finished| Ok(Found::Exact(total_of(&report, measure)?))
        };
        self.contestant(input, report, &[], Box::new(found))
    }

    /// The gate over a change; it is judged by the changed lines.
    fn gate_of_patch<'a>(&'a self, input: &'a Input) -> Contestant<'a> {
        let report = input.file.with_extension("ours");
        let found = {
            let report = report.clone();
            move |_: &Finished| Ok(Found::Exact(patch_of(&report, "coverage.lines")?))
        };
        self.contestant(input, report, &["--base", change::BASE, "--minimum-patch", "0"], Box::new(found))
    }

    fn contestant<'a>(
        &'a self,
        input: &'a Input,
        report: PathBuf,
        arguments: &'static [&'static str],
        found: Box<race::Reader<'a>>,
    ) -> Contestant<'a> {
        let command = move || {
            // A report of an earlier round must not answer for this one.
            let _ = fs::remove_file(&report);
            let mut command = scrubbed(&self.gate);
            command.arg(&input.file).args(["--minimum", "0", "--format", "json", "--report-file"]);
            command.arg(&report).args(arguments);
            command.current_dir(input.file.parent().unwrap_or(Path::new(".")));
            command
        };
        Contestant { name: "coverage-gate", command: Box::new(command), found }
    }

    fn memory_beyond_result(&self, input: &Input) -> Result<f64> {
        let mut read = scrubbed(&self.memory);
        read.env("MIMALLOC_PURGE_DELAY", "0");
        let printed = command::stdout(read.arg(&input.file), Duration::from_mins(2))?;
        let (most, held) = printed.trim().split_once(' ').context("no two numbers")?;
        Ok((most.parse::<f64>()? - held.parse::<f64>()?) / 1e6)
    }
}
