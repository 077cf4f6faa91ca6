//! A race: contestants over one input, interleaved so that a busy machine slows all of them alike, judged by
//! the processor time of the whole process. All must find the totals that the input was made with.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde::Serialize;

use super::input::Input;
use crate::command::{self, Finished, scrubbed};
use crate::peers::Peers;
use crate::total::Total;

/// Who has used this much on the clock runs no further rounds.
const PATIENCE: Duration = Duration::from_mins(2);

/// One program over one input.
pub(super) struct Contestant<'a> {
    pub(super) name: &'static str,
    pub(super) command: Box<dyn Fn() -> Command + 'a>,
    /// What it found, read from what it left.
    pub(super) found: Box<Reader<'a>>,
}

/// Reads what a run found.
pub(super) type Reader<'a> = dyn Fn(&Finished) -> Result<Found> + 'a;

/// Makes a contestant of a rival.
pub(super) type Make = for<'a> fn(&Peers, &'a Input) -> Result<Contestant<'a>>;

/// A program that runs in the folder of the input.
pub(super) fn contestant<'a>(
    name: &'static str,
    program: PathBuf,
    input: &'a Input,
    arguments: impl Fn(&mut Command, &Path) + 'a,
    found: Box<Reader<'a>>,
) -> Contestant<'a> {
    let command = move || {
        let mut command = scrubbed(&program);
        command.current_dir(input.file.parent().unwrap_or(Path::new(".")));
        arguments(&mut command, &input.file);
        command
    };
    Contestant { name, command: Box::new(command), found }
}

/// `covered total`, as parsers alone print it.
pub(super) fn two_numbers(finished: &Finished) -> Result<Found> {
    let numbers = finished.stdout.trim().split_once(' ').context("no two numbers")?;
    Ok(Found::Exact(Total { covered: numbers.0.parse()?, total: numbers.1.parse()? }))
}

/// What a contestant says about its input.
#[derive(Clone, Copy, Debug)]
pub(super) enum Found {
    Exact(Total),
    /// Tenths of a percent, rounded to the nearest.
    Tenths(u64),
    /// It counts something else, so its figures can't be compared.
    AnotherUnit,
}

/// How one contestant did.
#[derive(Serialize)]
pub(super) struct Place {
    pub(super) name: &'static str,
    pub(super) rounds: usize,
    pub(super) cpu_ms: f64,
    pub(super) wall_ms: f64,
    pub(super) peak_mb: f64,
    pub(super) mb_per_cpu_second: f64,
    /// Its processor time as a multiple of the first contestant's.
    pub(super) ratio: f64,
}

/// How all contestants did over one input.
#[derive(Serialize)]
pub(super) struct Race {
    pub(super) job: String,
    pub(super) megabytes: f64,
    pub(super) total: Total,
    /// What those of the total are called that count: covered, passed.
    pub(super) word: &'static str,
    pub(super) places: Vec<Place>,
}

/// Runs the race; a contestant that finds other totals ends it.
pub(super) fn run(job: &str, input: &Input, contestants: &[Contestant<'_>], rounds: u32) -> Result<Race> {
    let mut runs: Vec<Vec<Finished>> = contestants.iter().map(|_| Vec::new()).collect();
    for _ in 0..rounds {
        for (contestant, runs) in contestants.iter().zip(&mut runs) {
            if runs.iter().map(|run| run.wall).sum::<Duration>() < PATIENCE {
                runs.push(
                    contestant.run(input).with_context(|| format!("{job}: {} failed", contestant.name))?,
                );
            }
        }
    }
    let megabytes = megabytes(input.bytes);
    let mut places: Vec<_> = contestants
        .iter()
        .zip(&runs)
        .map(|(contestant, runs)| place(contestant.name, runs, megabytes))
        .collect();
    let first = places.first().map_or(1.0, |place| place.cpu_ms);
    for place in &mut places {
        place.ratio = place.cpu_ms / first;
    }
    Ok(Race { job: job.to_owned(), megabytes, total: input.total, word: input.word, places })
}

impl Contestant<'_> {
    fn run(&self, input: &Input) -> Result<Finished> {
        let mut command = (self.command)();
        let finished = command::capture(&mut command, Duration::from_mins(15))?;
        let found = (self.found)(&finished).with_context(|| {
            let said = finished.stderr.lines().last().unwrap_or("nothing").to_owned();
            format!("`{}` ended with {} and says {said}", command::describe(&command), finished.status)
        })?;
        if !found.agrees(input.total) {
            bail!("it found {found:?}, the input was made with {:?}", input.total);
        }
        // What it said is not needed any more, and what we hold counts for who runs next.
        Ok(Finished { stdout: String::new(), stderr: String::new(), ..finished })
    }
}

impl Found {
    pub(super) fn agrees(self, truth: Total) -> bool {
        match self {
            Self::Exact(total) => total == truth,
            Self::Tenths(tenths) => tenths == truth.tenths(),
            Self::AnotherUnit => true,
        }
    }
}

impl Race {
    pub(super) fn print(&self) {
        println!(
            "\n{}: {:.1} MB, {} of {} {}",
            self.job, self.megabytes, self.total.covered, self.total.total, self.word
        );
        println!(
            "  {:<26} {:>9} {:>9} {:>9} {:>10} {:>8}  rounds",
            "", "CPU ms", "wall ms", "peak MB", "MB/CPU s", "ratio"
        );
        for place in &self.places {
            println!(
                "  {:<26} {:>9.1} {:>9.1} {:>9.1} {:>10.1} {:>8.1}  {}",
                place.name,
                place.cpu_ms,
                place.wall_ms,
                place.peak_mb,
                place.mb_per_cpu_second,
                place.ratio,
                place.rounds
            );
        }
    }
}

fn place(name: &'static str, runs: &[Finished], megabytes: f64) -> Place {
    let milliseconds = |time: fn(&Finished) -> Duration| {
        let mut times: Vec<_> = runs.iter().map(time).collect();
        median(&mut times).as_secs_f64() * 1e3
    };
    let cpu_ms = milliseconds(|run| run.cpu);
    let peak = runs.iter().map(|run| run.peak_memory).max().unwrap_or_default();
    Place {
        name,
        rounds: runs.len(),
        cpu_ms,
        wall_ms: milliseconds(|run| run.wall),
        peak_mb: self::megabytes(peak),
        mb_per_cpu_second: megabytes / cpu_ms * 1e3,
        ratio: 1.0,
    }
}

#[expect(clippy::cast_precision_loss, reason = "sizes here are far below 2^52 bytes")]
fn megabytes(bytes: u64) -> f64 {
    bytes as f64 / 1e6
}

/// The middle one, the later of two.
pub(super) fn median(times: &mut [Duration]) -> Duration {
    times.sort_unstable();
    times.get(times.len() / 2).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rounded_figure_agrees_with_the_exact_one() {
        let truth = Total { covered: 43, total: 48 };
        assert!(Found::Exact(truth).agrees(truth) && Found::Tenths(896).agrees(truth));
        assert!(!Found::Tenths(895).agrees(truth));
        assert!(!Found::Exact(Total { covered: 42, total: 48 }).agrees(truth));
    }

    #[test]
    fn the_median_is_the_middle_one() {
        let mut times: Vec<_> = [5, 1, 9].into_iter().map(Duration::from_secs).collect();
        assert_eq!(median(&mut times), Duration::from_secs(5));
    }
}
