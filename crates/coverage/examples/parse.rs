//! Makes a large report of a given kind and size in memory, reads it a few times, and prints how many
//! megabytes one second of processor time reads, and how much memory the process took at most.
//!
//! `cargo run --profile dist -p gatewright-coverage --example parse -- KIND [megabytes] [copy]`, where the kind is one of
//! go, go-dup, lcov, cobertura, jacoco, clover, coveragepy, istanbul, llvm-cov and simplecov,
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
        "cobertura" => cobertura(size),
        "jacoco" => jacoco(size),
        "clover" => clover(size),
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

/// Dense in attributes, as coverage.py writes it, with branches on every fourth line.
fn cobertura(size: usize) -> Vec<u8> {
    let mut numbers = Numbers(1);
    let mut text = String::with_capacity(size * 11 / 10);
    text.push_str("<?xml version=\"1.0\" ?>\n<coverage version=\"7.17.3\" line-rate=\"0.8\" complexity=\"0\">\n\t<packages>\n\t\t<package name=\"p\">\n\t\t\t<classes>\n");
    let mut file = 0;
    while text.len() < size {
        writeln!(text, "\t\t\t\t<class name=\"file{file:05}.py\" filename=\"src/module{:03}/file{file:05}.py\" complexity=\"0\" line-rate=\"0.84\" branch-rate=\"0.5\">\n\t\t\t\t\t<methods/>\n\t\t\t\t\t<lines>", file / 30).expect("a String takes it");
        for line in 0..300 {
            let (hits, taken) = (numbers.below(3), numbers.below(3));
            if line % 4 == 0 {
                writeln!(text, "\t\t\t\t\t\t<line number=\"{}\" hits=\"{hits}\" branch=\"true\" condition-coverage=\"{}% ({taken}/2)\"/>", line * 2, taken * 50)
            } else {
                writeln!(text, "\t\t\t\t\t\t<line number=\"{}\" hits=\"{hits}\"/>", line * 2 + 1)
            }
            .expect("a String takes it");
        }
        text.push_str("\t\t\t\t\t</lines>\n\t\t\t\t</class>\n");
        file += 1;
    }
    text.push_str("\t\t\t</classes>\n\t\t</package>\n\t</packages>\n</coverage>\n");
    text.into_bytes()
}

/// All in one line, with a method for every ten lines.
fn jacoco(size: usize) -> Vec<u8> {
    let mut numbers = Numbers(1);
    let mut text = String::with_capacity(size * 11 / 10);
    text.push_str("<?xml version=\"1.0\" encoding=\"UTF-8\"?><!DOCTYPE report PUBLIC \"-//JACOCO//DTD Report 1.1//EN\" \"report.dtd\"><report name=\"x\">");
    let mut file = 0;
    while text.len() < size {
        write!(text, "<package name=\"com/example/p{file:05}\"><class name=\"com/example/p{file:05}/A\" sourcefilename=\"A.java\">").expect("a String takes it");
        for method in 0..30 {
            let called = numbers.below(2);
            write!(text, "<method name=\"method{method}\" desc=\"(Ljava/lang/String;)Z\" line=\"{}\"><counter type=\"INSTRUCTION\" missed=\"{}\" covered=\"{}\"/><counter type=\"LINE\" missed=\"0\" covered=\"5\"/><counter type=\"COMPLEXITY\" missed=\"0\" covered=\"3\"/><counter type=\"METHOD\" missed=\"{}\" covered=\"{called}\"/></method>", method * 10 + 1, (1 - called) * 30, called * 30, 1 - called).expect("a String takes it");
        }
        text.push_str("</class><sourcefile name=\"A.java\">");
        for line in 1..=300 {
            write!(
                text,
                "<line nr=\"{line}\" mi=\"{}\" ci=\"{}\" mb=\"{}\" cb=\"{}\"/>",
                numbers.below(9),
                numbers.below(9),
                numbers.below(2),
                numbers.below(2)
            )
            .expect("a String takes it");
        }
        text.push_str("</sourcefile></package>");
        file += 1;
    }
    text.push_str("</report>");
    text.into_bytes()
}

/// As `PHPUnit` writes it: methods, statements, metrics behind them.
fn clover(size: usize) -> Vec<u8> {
    let mut numbers = Numbers(1);
    let mut text = String::with_capacity(size * 11 / 10);
    text.push_str("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<coverage generated=\"1\">\n  <project timestamp=\"1\">\n");
    let mut file = 0;
    while text.len() < size {
        writeln!(text, "    <file name=\"/builds/project/src/Module{:03}/File{file:05}.php\">", file / 30)
            .expect("a String takes it");
        for line in 1..=300 {
            let count = numbers.below(4);
            if line % 12 == 0 {
                writeln!(text, "      <line num=\"{line}\" type=\"method\" name=\"method{line}\" visibility=\"public\" complexity=\"2\" crap=\"6\" count=\"{count}\"/>")
            } else {
                writeln!(text, "      <line num=\"{line}\" type=\"stmt\" count=\"{count}\"/>")
            }
            .expect("a String takes it");
        }
        text.push_str("      <metrics loc=\"400\" ncloc=\"300\" classes=\"1\"/>\n    </file>\n");
        file += 1;
    }
    text.push_str("  </project>\n</coverage>\n");
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
