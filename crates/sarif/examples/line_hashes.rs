//! Hashes every line of a source file and prints how many there are, and how many megabytes a second of processor time
//! takes; with `--print`, the hashes, one a line: what to hold against another program's.
//!
//! `cargo run --profile dist -p gatewright-sarif --example line_hashes -- <path> [--print | rounds]`

#![allow(
    clippy::print_stdout,
    clippy::disallowed_methods,
    clippy::cast_precision_loss,
    reason = "a measuring program, not a part of the product"
)]

use std::fmt::Write;
use std::time::Instant;

use gatewright_sarif::line_hash::line_hashes;

fn main() {
    let mut arguments = std::env::args().skip(1);
    let bytes = std::fs::read(arguments.next().expect("the path of a source file")).expect("a file");
    let option = arguments.next();
    let ends = bytes.iter().filter(|byte| matches!(byte, b'\n' | b'\r')).count();
    let lines: Vec<u32> = (1..=u32::try_from(ends).expect("not so many lines") + 1).collect();
    if option.as_deref() == Some("--print") {
        let hashes = line_hashes(&bytes, &lines).into_iter().flatten();
        return print!(
            "{}",
            hashes.fold(String::new(), |mut text, hash| {
                writeln!(text, "{hash}").expect("a String takes it");
                text
            })
        );
    }
    let rounds: u32 = option.and_then(|text| text.parse().ok()).unwrap_or(1);
    let (mut best, mut found) = (f64::MAX, 0);
    for _ in 0..rounds {
        let start = Instant::now();
        found = line_hashes(&bytes, &lines).iter().flatten().count();
        best = best.min(start.elapsed().as_secs_f64());
    }
    println!("{found} {:.0}", bytes.len() as f64 / 1e6 / best);
}
