//! One step of the library alone, as the benchmark measures it beside the tools of others. Prints two numbers: what it found,
//! and of how many.
//!
//! `cargo run --profile dist -p gatewright-sarif --example measure -- hash <source>`: every line's hash
//! `… -- hashes <source>`: prints them, to be held against another program's
//! `… -- merge <file>…`: reads, normalises, identifies, joins and writes
//! `… -- compare <before> <now>`: reads both, stores and restores the first, and compares

#![allow(
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a measuring program, not a part of the product"
)]

use std::fmt::Write;
use std::fs;

use gatewright_core::report::{Change, Severity};
use gatewright_sarif::compare::{Snapshot, compare};
use gatewright_sarif::identity::identify;
use gatewright_sarif::join::join;
use gatewright_sarif::line_hash::{LineHash, line_hashes};
use gatewright_sarif::write::{Limits, Outgoing, write_sarif};
use gatewright_sarif::{Faults, NoSources, Run, normalise, read};

fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let (found, all) = match &words[..] {
        ["hash", file] => {
            let hashes = hashes(file);
            (hashes.iter().flatten().count(), hashes.len())
        }
        ["hashes", file] => {
            let mut text = String::new();
            for hash in hashes(file).iter().flatten() {
                writeln!(text, "{hash}").expect("a String takes it");
            }
            return print!("{text}");
        }
        ["merge", files @ ..] => merge(files),
        ["compare", before, now] => compare_two(before, now),
        _ => panic!("hash, hashes, merge or compare, and paths"),
    };
    println!("{found} {all}");
}

fn hashes(file: &str) -> Vec<Option<LineHash>> {
    let bytes = fs::read(file).expect("a source file");
    let ends = bytes.split(|byte| matches!(byte, b'\n' | b'\r')).count() - 1;
    let lines: Vec<u32> = (1..=u32::try_from(ends).expect("not so many lines") + 1).collect();
    line_hashes(&bytes, &lines)
}

fn runs(file: &str) -> Vec<Run> {
    let mut parsed = read(&fs::read(file).expect("a report")).expect("a report that is known");
    parsed.runs.iter_mut().for_each(|run| normalise(run, &NoSources, &mut parsed.faults));
    identify(&mut parsed.runs, &mut |_| None, &mut parsed.faults);
    parsed.runs
}

/// How many results are written, of all.
fn merge(files: &[&str]) -> (usize, usize) {
    let runs: Vec<Run> = files.iter().flat_map(|file| runs(file)).collect();
    let groups = join(&runs).len();
    let outgoing: Vec<Outgoing<'_>> = runs
        .iter()
        .map(|run| Outgoing { run, alerts: (0..run.alerts.len()).map(|at| (at, Severity::Medium)).collect() })
        .collect();
    let written = write_sarif(&outgoing, Limits::NONE);
    let results = written.iter().flat_map(|file| &file.runs).map(|run| run.results).sum();
    std::mem::forget(runs);
    (results, groups)
}

/// How many of the results now were there before.
fn compare_two(before: &str, now: &str) -> (usize, usize) {
    let stored = Snapshot::of(&runs(before)).to_bytes_within(4 << 20).expect("it is small enough");
    let before = Snapshot::from_bytes(&stored).expect("it was just made");
    let now = runs(now);
    let comparison = compare(&now, &before, &[]);
    let known = comparison.count(Change::Unchanged) + comparison.count(Change::Updated);
    let all = known + comparison.count(Change::New);
    std::mem::forget((before, now, comparison, Faults::default()));
    (known, all)
}
