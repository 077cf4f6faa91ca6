//! Makes a large report of a given kind and size in memory, reads it a few times, and prints how many
//! megabytes one second of processor time reads, and how much memory the process took at most.
//!
//! `cargo run --profile dist -p gatewright-test-results --example parse -- [junit|go] [megabytes] [copy]`,
//! where `copy` keeps the made report; or `-- <path>` to read such a file as a stream.

#![allow(
    clippy::print_stdout,
    clippy::disallowed_methods,
    clippy::cast_precision_loss,
    reason = "a measuring program, not a part of the product"
)]

use std::fmt::Write;
use std::io::Read;
use std::time::Instant;

use gatewright_test_results::{Collector, read};

fn main() {
    let mut arguments = std::env::args().skip(1);
    let kind = arguments.next().unwrap_or_else(|| "junit".to_owned());
    let megabytes: usize = arguments.next().and_then(|text| text.parse().ok()).unwrap_or(100);
    let size = megabytes * 1_000_000;
    let text = match kind.as_str() {
        "junit" => junit(size),
        "go" => go(size),
        path => return measure(|| Box::new(std::fs::File::open(path).expect("a kind or a path"))),
    };
    if let Some(path) = arguments.next() {
        std::fs::write(path, &text).expect("a path to write to");
    }
    measure(|| Box::new(text.as_bytes()));
}

fn measure<'t>(open: impl Fn() -> Box<dyn Read + 't>) {
    println!("{} kB resident at most so far", resident());
    for _ in 0..4 {
        let (cpu, clock) = (cpu_seconds(), Instant::now());
        let mut collector = Collector::default();
        let parsed = read(&mut open(), &mut collector).expect("a report that is known");
        let results = collector.finish();
        let (cpu, clock) = (cpu_seconds() - cpu, clock.elapsed().as_secs_f64());
        let speed = |seconds: f64| parsed.bytes as f64 / 1e6 / seconds;
        println!(
            "{:7.0} MB/s of processor time, {:7.0} MB/s of clock time; {} runs, {:?}, complete: {}, {} B a test, {} kB resident",
            speed(cpu),
            speed(clock),
            results.runs.total(),
            results.tests,
            parsed.complete,
            results.table.bytes() / results.table.len().max(1),
            resident()
        );
    }
}

/// Small numbers that look random and are the same on every run.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit
    }
}

/// Suites of thirty cases; one in two hundred fails with a trace, one in fifty prints something.
fn junit(size: usize) -> String {
    let mut numbers = Numbers(1);
    let mut text = String::with_capacity(size * 11 / 10);
    text.push_str("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n");
    let mut suite = 0;
    while text.len() < size {
        let package = format!("org.example.project.module{:03}.Feature{suite:05}Test", suite / 30);
        writeln!(text, "  <testsuite name=\"{package}\" tests=\"30\" timestamp=\"2026-01-02T03:04:05\">")
            .expect("a String takes it");
        for case in 0..30 {
            let time = numbers.below(5000);
            write!(
                text,
                "    <testcase classname=\"{package}\" name=\"behaves_as_expected_{case}\" time=\"{}.{:03}\"",
                time / 1000,
                time % 1000
            )
            .expect("a String takes it");
            match numbers.below(200) {
                0 => text.push_str(
                    ">\n      <failure message=\"expected: &lt;1&gt; but was: &lt;2&gt;\" type=\"AssertionFailedError\">at org.example.A.b(A.java:12)\nat org.example.C.d(C.java:345)\n</failure>\n    </testcase>\n",
                ),
                1..=4 => text.push_str(
                    ">\n      <system-out><![CDATA[2026-01-02 INFO started\n2026-01-02 INFO stopped\n]]></system-out>\n    </testcase>\n",
                ),
                5 => text.push_str("><skipped message=\"not here\"/></testcase>\n"),
                _ => text.push_str("/>\n"),
            }
        }
        text.push_str("  </testsuite>\n");
        suite += 1;
    }
    text.push_str("</testsuites>\n");
    text
}

/// Packages of forty tests, each with a few lines of output; one in two hundred fails.
fn go(size: usize) -> String {
    let mut numbers = Numbers(1);
    let mut text = String::with_capacity(size * 11 / 10);
    let mut package = 0;
    let time = "\"Time\":\"2026-01-02T03:04:05.678901234Z\"";
    while text.len() < size {
        let name = format!("\"Package\":\"example.com/org/project/internal/pkg{package:04}\"");
        writeln!(text, "{{{time},\"Action\":\"start\",{name}}}").expect("a String takes it");
        let mut failed = false;
        for test in 0..40 {
            let fails = numbers.below(200) == 0;
            failed |= fails;
            let (word, upper) = if fails { ("fail", "FAIL") } else { ("pass", "PASS") };
            let event = format!("{{{time},\"Action\":");
            let of = format!("{name},\"Test\":\"TestFeature{test}Works\"");
            write!(
                text,
                "{event}\"run\",{of}}}\n{event}\"output\",{of},\"Output\":\"=== RUN   TestFeature{test}Works\\n\"}}\n\
                 {event}\"output\",{of},\"Output\":\"    feature_test.go:{test}: checked \\\"{test}\\\" of them\\n\"}}\n\
                 {event}\"output\",{of},\"Output\":\"--- {upper}: TestFeature{test}Works (0.01s)\\n\"}}\n\
                 {event}\"{word}\",{of},\"Elapsed\":0.01}}\n"
            )
            .expect("a String takes it");
        }
        let word = if failed { "fail" } else { "pass" };
        writeln!(text, "{{{time},\"Action\":\"{word}\",{name},\"Elapsed\":1.5}}").expect("a String takes it");
        package += 1;
    }
    text
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
