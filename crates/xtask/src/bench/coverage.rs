//! coverage-gate beside octocov, go-test-coverage, `go tool cover` and lcov. The rivals that need sources get
//! a smaller input that has them; ours runs on that one, too.

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
use crate::total::{Total, total_of};

/// Megabytes of the input whose sources exist.
const WITH_SOURCES: u32 = 4;

/// What every job shares.
struct Stage {
    folder: PathBuf,
    ours: Option<PathBuf>,
    parser: Option<PathBuf>,
    peers: Option<Peers>,
    rounds: u32,
}

pub(super) fn run(args: &BenchArgs) -> Result<()> {
    let peers = if args.without_rivals { None } else { Some(Peers::read()?) };
    if let Some(peers) = &peers {
        peers.ensure_set(Set::Rivals)?;
    }
    let ours = if args.without_ours { None } else { Some(super::build_ours("coverage-gate")?) };
    let parser = match &ours {
        Some(_) => Some(super::build_parser("gatewright-coverage", "read")?),
        None => None,
    };
    let stage = Stage { parser, folder: crate::target().join("bench"), ours, peers, rounds: args.rounds };

    let scale = Scale::of(args.size_mb);
    let races = [stage.go(scale)?, stage.go_with_sources()?, stage.lcov(scale)?];
    races.iter().for_each(Race::print);
    let bars = stage.bars(&races)?;
    println!("\nbars");
    bars.iter().for_each(Bar::print);

    let report = stage.folder.join("coverage.json");
    let text = json!({ "cores": std::thread::available_parallelism()?, "os": std::env::consts::OS, "races": races, "bars": bars });
    fs::write(&report, serde_json::to_string_pretty(&text)? + "\n")?;
    println!("\nall figures: {}", crate::shown(&report));
    Ok(())
}

impl Stage {
    fn go(&self, scale: Scale) -> Result<Race> {
        let folder = self.job(&format!("go-{}", scale.megabytes))?;
        let input = input::go_profile(&folder, scale, false)?;
        let mut contestants = self.ours(&input, "coverage.statements");
        contestants.extend(self.octocov("go", &input)?);
        race::run("Go profile", &input, &contestants, self.rounds)
    }

    fn go_with_sources(&self) -> Result<Race> {
        let folder = self.job(&format!("go-sources-{WITH_SOURCES}"))?;
        let input = input::go_profile(&folder, Scale::of(WITH_SOURCES), true)?;
        let mut contestants = self.ours(&input, "coverage.statements");
        contestants.extend(self.octocov("go", &input)?);
        if let Some(peers) = &self.peers {
            contestants.push(go_tool_cover(&folder));
            contestants.push(go_test_coverage(peers.program("go-test-coverage")?, &folder));
        }
        race::run("Go profile with sources", &input, &contestants, self.rounds)
    }

    fn lcov(&self, scale: Scale) -> Result<Race> {
        let folder = self.job(&format!("lcov-{}", scale.megabytes))?;
        let input = input::lcov(&folder, scale)?;
        let mut contestants = self.ours(&input, "coverage.lines");
        contestants.extend(self.octocov("lcov", &input)?);
        if let Some(peers) = &self.peers {
            contestants.push(lcov_summary(peers.program("lcov")?, input.file.clone()));
        }
        race::run("LCOV", &input, &contestants, self.rounds)
    }

    /// A job's folder: an empty git repository of its own, so that nobody reads the one around it.
    fn job(&self, name: &str) -> Result<PathBuf> {
        let folder = self.folder.join(name);
        fs::create_dir_all(&folder)?;
        if !folder.join(".git").exists() {
            let mut init = Command::new("git");
            command::stdout(init.args(["init", "--quiet"]).arg(&folder), Duration::from_secs(20))?;
        }
        Ok(folder)
    }

    /// Ours over an input, as one list item or none.
    fn ours<'a>(&'a self, input: &'a Input, measure: &'static str) -> Vec<Contestant<'a>> {
        let Some(binary) = &self.ours else { return Vec::new() };
        let report = input.file.with_file_name("report.json");
        let command = {
            let report = report.clone();
            move || {
                // A report of an earlier round must not answer for this one.
                let _ = fs::remove_file(&report);
                let mut command = scrubbed(binary);
                command
                    .arg(&input.file)
                    .args(["--minimum", "0", "--format", "json", "--report-file"])
                    .arg(&report);
                command.current_dir(input.file.parent().unwrap_or(&self.folder));
                command
            }
        };
        let found = move |_: &Finished| Ok(Found::Exact(total_of(&report, measure)?));
        let gate = Contestant { name: "coverage-gate", command: Box::new(command), found: Box::new(found) };
        self.parser(input).into_iter().chain([gate]).collect()
    }

    /// Our parser alone: what the parsers of others are to be held against.
    fn parser<'a>(&'a self, input: &'a Input) -> Option<Contestant<'a>> {
        let program = self.parser.as_ref()?;
        let command = move || {
            let mut command = scrubbed(program);
            command.arg(&input.file);
            command
        };
        Some(Contestant { name: "our parser", command: Box::new(command), found: Box::new(two_numbers) })
    }

    fn octocov<'a>(&self, format: &'static str, input: &'a Input) -> Result<Option<Contestant<'a>>> {
        let Some(peers) = &self.peers else { return Ok(None) };
        let program = peers.program("octocov-coverage")?;
        let command = move || {
            let mut command = scrubbed(&program);
            command.arg(format).arg(&input.file);
            command
        };
        Ok(Some(Contestant {
            name: "octocov's parser",
            command: Box::new(command),
            found: Box::new(two_numbers),
        }))
    }

    fn bars(&self, races: &[Race]) -> Result<Vec<Bar>> {
        let Some(binary) = &self.ours else { return Ok(Vec::new()) };
        let mut bars = Vec::new();
        for race in races.iter().filter(|race| race.megabytes > f64::from(WITH_SOURCES) * 2.0) {
            let ours = race.places.first().context("nobody ran")?;
            let what = format!("{}, our parser", race.job);
            bars.push(Bar {
                what,
                unit: "MB/s",
                found: ours.mb_per_cpu_second,
                promised: 500.0,
                at_most: false,
            });
        }
        bars.extend(super::bars_of_binary(binary, 4.0)?);
        Ok(bars)
    }
}

/// `covered total`, as parsers alone print it.
fn two_numbers(finished: &Finished) -> Result<Found> {
    let numbers = finished.stdout.trim().split_once(' ').context("no two numbers")?;
    Ok(Found::Exact(Total { covered: numbers.0.parse()?, total: numbers.1.parse()? }))
}

fn go_tool_cover(folder: &Path) -> Contestant<'_> {
    let command = move || {
        let mut command = scrubbed(Path::new("go"));
        command.args(["tool", "cover", "-func=coverage.out"]).current_dir(folder);
        command
    };
    Contestant { name: "go tool cover -func", command: Box::new(command), found: Box::new(tenths) }
}

/// `total:   (statements)   89.6%` is the last line of `go tool cover -func`.
fn tenths(finished: &Finished) -> Result<Found> {
    let last = finished.stdout.lines().last().context("it printed nothing")?;
    let percent =
        last.split_whitespace().last().and_then(|word| word.strip_suffix('%')).context("no percent")?;
    Ok(Found::Tenths(percent.replace('.', "").parse()?))
}

fn go_test_coverage(program: PathBuf, folder: &Path) -> Contestant<'_> {
    let command = move || {
        let mut command = scrubbed(&program);
        command.args(["--profile", "coverage.out", "--source-dir", ".", "--threshold-file", "0"]);
        command.args(["--threshold-package", "0", "--threshold-total", "0"]).current_dir(folder);
        command
    };
    // `Total test coverage: 89.6% (43/48)`
    let found = |finished: &Finished| between(&finished.stdout, "Total test coverage:", '(', "/", ')');
    Contestant { name: "go-test-coverage", command: Box::new(command), found: Box::new(found) }
}

fn lcov_summary<'a>(program: PathBuf, file: PathBuf) -> Contestant<'a> {
    let command = move || {
        let mut command = scrubbed(&program);
        command.arg("--summary").arg(&file);
        command
    };
    // `  lines......: 66.0% (651026 of 987000 lines)`, on stderr in some versions
    let found = |finished: &Finished| {
        let said = format!("{}\n{}", finished.stdout, finished.stderr);
        between(&said, "lines......:", '(', " of ", ' ')
    };
    Contestant { name: "lcov --summary", command: Box::new(command), found: Box::new(found) }
}

/// Two numbers of the line that holds `mark`: after `open`, parted by `middle`, before `close`.
fn between(text: &str, mark: &str, open: char, middle: &str, close: char) -> Result<Found> {
    let numbers = || {
        let line = text.lines().find(|line| line.contains(mark))?;
        let (covered, rest) = line.split_once(open)?.1.split_once(middle)?;
        let total = rest.split_once(close)?.0;
        Some(Total { covered: covered.parse().ok()?, total: total.parse().ok()? })
    };
    numbers().map(Found::Exact).with_context(|| format!("no figures on a line with `{mark}`"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rivals_figures_are_read() {
        let truth = Total { covered: 43, total: 48 };
        let gate = between("x\nTotal test coverage: 89.6% (43/48)\n", "Total test coverage:", '(', "/", ')');
        assert!(gate.unwrap().agrees(truth));
        let lcov = between("  lines......: 89.6% (43 of 48 lines)\n", "lines......:", '(', " of ", ' ');
        assert!(lcov.unwrap().agrees(truth));
        assert!(between("nothing", "lines......:", '(', " of ", ' ').is_err());
    }
}
