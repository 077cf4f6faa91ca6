//! Makes a large report of a given kind and size in memory, reads it a few times, and prints how many
//! megabytes one second of processor time reads, and how much memory the process took at most.
//!
//! `cargo run --profile dist -p gatewright-coverage --example parse -- [kind] [megabytes] [copy]`, with the kinds
//! go, go-dup, lcov, coveragepy, istanbul, llvm-cov and simplecov,
//! where `copy` keeps the made report; or `-- <path>` to read such a file as a stream.

#![allow(
    clippy::print_stdout,
    clippy::disallowed_methods,
    clippy::cast_precision_loss,
    reason = "a measuring program, not a part of the product"
)]

#[path = "parse/json.rs"]
mod json;

use std::fmt::Write;
use std::io::Read;
use std::time::Instant;

use gatewright_coverage::{Parsed, Unit, read};

fn main() {
    let mut arguments = std::env::args().skip(1);
    let kind = arguments.next().unwrap_or_else(|| "go".to_owned());
    let megabytes: usize = arguments.next().and_then(|text| text.parse().ok()).unwrap_or(100);
    let size = megabytes * 1_000_000;
    let text = match kind.as_str() {
        "go" => go_profile(size, 1),
        "go-dup" => go_profile(size, 10),
        "lcov" => tracefile(size),
        kind => match json::make(kind, size) {
            Some(text) => text,
            None => return measure(|| Box::new(std::fs::File::open(kind).expect("a kind or a path"))),
        },
    };
    if let Some(path) = arguments.next() {
        std::fs::write(path, &text).expect("a path to write to");
    }
    measure(|| Box::new(text.as_slice()));
}

fn measure<'t>(open: impl Fn() -> Box<dyn Read + 't>) {
    println!("{} kB resident at most so far", resident());
    for _ in 0..5 {
        let (cpu, clock) = (cpu_seconds(), Instant::now());
        let parsed = read(&mut open()).expect("a report that is known");
        let (cpu, clock) = (cpu_seconds() - cpu, clock.elapsed().as_secs_f64());
        let speed = |seconds: f64| parsed.bytes as f64 / 1e6 / seconds;
        println!(
            "{:7.0} MB/s of processor time, {:7.0} MB/s of clock time; {}",
            speed(cpu),
            speed(clock),
            describe(&parsed)
        );
    }
}

fn describe(parsed: &Parsed) -> String {
    let mut text = format!("{} files", parsed.picture.files().len());
    for unit in Unit::ALL {
        let ratio = parsed.picture.ratio(unit);
        write!(text, ", {} {}/{}", unit.name(), ratio.covered, ratio.total).expect("a String takes it");
    }
    write!(text, ", complete: {}, {} kB resident", parsed.complete, resident()).expect("a String takes it");
    text
}

/// Small numbers that look random and are the same on every run.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit
    }
}

/// As `go test ./... -coverprofile` writes it, or with `-coverpkg=./...` the same blocks `times` times.
fn go_profile(size: usize, times: usize) -> Vec<u8> {
    let mut numbers = Numbers(1);
    let mut text = String::with_capacity(size * 11 / 10);
    let mut file = 0;
    while text.len() < size / times {
        let mut line = 10;
        for _ in 0..50 {
            let (last, statements) = (line + numbers.below(8), 1 + numbers.below(6));
            let (from, to, count) = (2 + numbers.below(40), 2 + numbers.below(40), numbers.below(3));
            let to = if last == line { from + to } else { to };
            writeln!(
                text,
                "github.com/org/project/internal/pkg{:03}/file{file:05}.go:{line}.{from},{last}.{to} {statements} {count}",
                file / 30
            )
            .expect("a String takes it");
            line = last + 1 + numbers.below(3);
        }
        file += 1;
    }
    format!("mode: count\n{}", text.repeat(times)).into_bytes()
}

/// Functions, branches and mostly lines, as geninfo writes them.
fn tracefile(size: usize) -> Vec<u8> {
    let mut numbers = Numbers(1);
    let mut text = String::with_capacity(size * 11 / 10);
    let mut file = 0;
    while text.len() < size {
        writeln!(text, "TN:\nSF:/builds/project/src/module{:03}/file{file:05}.c", file / 30)
            .expect("a String takes it");
        for function in 0..20 {
            writeln!(text, "FN:{},module_function_{function}", 10 + function * 30)
                .expect("a String takes it");
        }
        for function in 0..20 {
            writeln!(text, "FNDA:{},module_function_{function}", numbers.below(900))
                .expect("a String takes it");
        }
        for branch in 0..60 {
            let taken = numbers.below(3);
            writeln!(text, "BRDA:{},0,{},{taken}", 12 + branch / 2 * 10, branch % 2)
                .expect("a String takes it");
        }
        for line in 0..600 {
            if numbers.below(3) > 0 {
                let magnitude = 10_u64.pow(u32::try_from(numbers.below(6)).expect("small"));
                writeln!(text, "DA:{},{}", 10 + line, numbers.below(magnitude)).expect("a String takes it");
            }
        }
        text.push_str("end_of_record\n");
        file += 1;
    }
    text.into_bytes()
}

/// Processor time of this process so far, as Linux keeps it; clock time elsewhere.
fn cpu_seconds() -> f64 {
    // Nanoseconds on a processor are the first number here.
    std::fs::read_to_string("/proc/self/schedstat")
        .ok()
        .and_then(|text| text.split(' ').next()?.parse::<f64>().ok())
        .map_or(0.0, |nanoseconds| nanoseconds / 1e9)
}

fn resident() -> String {
    std::fs::read_to_string("/proc/self/status")
        .ok()
        .and_then(|text| {
            let line = text.lines().find(|line| line.starts_with("VmHWM:"))?;
            Some(line.split_ascii_whitespace().nth(1)?.to_owned())
        })
        .unwrap_or_else(|| "?".to_owned())
}
