//! Our handling of scanners' findings beside that of others: merging, holding against a baseline, and hashing lines.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result};
use serde_json::json;

use super::input::{self, Input};
use super::race::{self, Contestant, Found, Place, Race};
use super::{Bar, BenchArgs};
use crate::command::{self, Finished};
use crate::peers::Peers;

mod rivals;

/// Megabytes of the source file.
const SOURCE: u64 = 10;

/// What is done, and who else does it.
struct Job {
    name: &'static str,
    make: fn(&Path) -> Result<Input>,
    /// What the library's measuring program is asked.
    ask_library: fn(&mut Command, &Path),
    /// What our action is asked, where it does this alone.
    ask_action: Option<fn(&mut Command, &Path)>,
    rivals: &'static [race::Make],
    bars: fn(&Place) -> Vec<Bar>,
}

const JOBS: &[Job] = &[
    Job {
        name: "merge two tools' files",
        make: |folder| input::sarif::two_tools(&folder.join("sarif-merge")),
        ask_library: |command, file| {
            command.arg("merge").arg(file).arg(file.with_file_name("b.sarif"));
        },
        ask_action: Some(|command, file| {
            command.arg("--files").arg(file).arg("--files").arg(file.with_file_name("b.sarif"));
        }),
        rivals: &[rivals::multitool_merge, rivals::sarif_tools_copy],
        bars: second_and_memory,
    },
    Job {
        name: "baseline with half of the files renamed",
        make: |folder| input::sarif::renamed(&folder.join("sarif-baseline")),
        ask_library: |command, file| {
            command.arg("compare").arg(file.with_file_name("before.sarif")).arg(file);
        },
        ask_action: Some(|command, file| {
            command.arg("--files").arg(file).arg("--baseline").arg(file.with_file_name("before.sarif"));
        }),
        rivals: &[rivals::multitool_match, rivals::sarif_tools_diff],
        bars: second_and_memory,
    },
    Job {
        name: "line hashes",
        make: |folder| input::sarif::source(&folder.join("sarif-source"), SOURCE),
        ask_library: |command, file| {
            command.arg("hash").arg(file);
        },
        ask_action: None,
        rivals: &[rivals::multitool_hash],
        bars: |place| vec![bar("line hashes", "MB/s", place.mb_per_cpu_second, 200.0, false)],
    },
];

fn second_and_memory(place: &Place) -> Vec<Bar> {
    vec![
        bar(place.name, "ms", place.wall_ms, 1000.0, true),
        bar(place.name, "MB", place.peak_mb, 150.0, true),
    ]
}

fn bar(what: &str, unit: &'static str, found: f64, promised: f64, at_most: bool) -> Bar {
    Bar { what: what.to_owned(), unit, found, promised, at_most }
}

impl Job {
    fn is_wanted(&self, args: &BenchArgs) -> bool {
        let word = |text: &str| text.to_lowercase().replace(' ', "-");
        args.job.is_empty() || args.job.iter().any(|wanted| word(self.name).contains(&word(wanted)))
    }
}

/// Programs of ours.
#[derive(Default)]
struct Ours {
    library: Option<PathBuf>,
    action: Option<PathBuf>,
}

impl Ours {
    fn build() -> Result<Self> {
        let library = Some(super::build_parser("gatewright-sarif", "measure")?);
        let is_there = crate::root().join("actions/security-sarif").is_dir();
        let action = is_there.then(|| super::build_ours("security-sarif")).transpose()?;
        Ok(Self { library, action })
    }
}

pub(super) fn run(args: &BenchArgs) -> Result<()> {
    let folder = crate::target().join("bench");
    let jobs = || JOBS.iter().filter(|job| job.is_wanted(args));
    if args.make_inputs {
        return jobs().try_for_each(|job| (job.make)(&folder).map(|_| ()));
    }
    let mut make = Command::new(std::env::current_exe()?);
    make.args(["bench", "sarif", "--make-inputs"]);
    make.args(args.job.iter().flat_map(|job| ["--job", job]));
    print!("{}", command::stdout(&mut make, Duration::from_mins(15))?);

    let peers = if args.without_rivals { None } else { Some(Peers::read()?) };
    if let Some(peers) = &peers {
        rivals::PEERS.iter().try_for_each(|peer| peers.ensure_one(peer))?;
    }
    let ours = if args.without_ours { Ours::default() } else { Ours::build()? };

    let (mut races, mut bars) = (Vec::new(), Vec::new());
    for job in jobs() {
        let input = (job.make)(&folder)?;
        let race = hold(job, &input, &ours, peers.as_ref(), args.rounds)?;
        race.print();
        let of_ours = race.places.iter().filter(|place| place.name.starts_with("our "));
        for bar in of_ours.flat_map(job.bars) {
            bars.push(Bar { what: format!("{}: {}", job.name, bar.what), ..bar });
        }
        races.push(race);
    }
    println!("\nbars");
    bars.iter().for_each(Bar::print);

    let report = folder.join("sarif.json");
    let text = json!({ "cores": std::thread::available_parallelism()?, "os": std::env::consts::OS, "races": races, "bars": bars });
    fs::write(&report, serde_json::to_string_pretty(&text)? + "\n")?;
    println!("\nall figures: {}", crate::shown(&report));
    Ok(())
}

fn hold(job: &Job, input: &Input, ours: &Ours, peers: Option<&Peers>, rounds: u32) -> Result<Race> {
    let mut contestants: Vec<Contestant<'_>> = Vec::new();
    if let (Some(action), Some(ask)) = (&ours.action, job.ask_action) {
        contestants.push(our_action(action.clone(), input, ask));
    }
    if let Some(library) = &ours.library {
        let found = Box::new(race::two_numbers);
        contestants.push(race::contestant("our library", library.clone(), input, job.ask_library, found));
    }
    if let Some(peers) = peers {
        for rival in job.rivals {
            contestants.push(rival(peers, input)?);
        }
    }
    race::run(job.name, input, &contestants, rounds)
}

/// The whole action: it also judges, shows and cuts to what GitHub takes, so that its file holds fewer results.
fn our_action(program: PathBuf, input: &Input, ask: fn(&mut Command, &Path)) -> Contestant<'_> {
    let out = input.file.with_file_name("ours.sarif");
    let written = out.clone();
    let ask = move |command: &mut Command, file: &Path| {
        let _ = fs::remove_file(&out);
        ask(command, file);
        command.arg("--sarif-file").arg(&out).args(["--fail-on", "never"]);
    };
    let found = move |_: &Finished| {
        let bytes = fs::metadata(&written).context("it wrote no SARIF")?.len();
        anyhow::ensure!(bytes > 1_000_000, "its SARIF is of {bytes} bytes");
        Ok(Found::AnotherUnit)
    };
    race::contestant("our action", program, input, ask, Box::new(found))
}
