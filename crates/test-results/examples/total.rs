//! Reads one report, once, and prints how many of its tests passed and how many there are: the reader alone, as the
//! benchmark measures it beside those of others.
//!
//! `cargo run --profile dist -p gatewright-test-results --example total -- <path>`

#![allow(
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a measuring program, not a part of the product"
)]

use gatewright_test_results::{Collector, read};

fn main() {
    let path = std::env::args().nth(1).expect("the path of a report");
    let mut file = std::fs::File::open(path).expect("a file that can be read");
    let mut collector = Collector::default();
    let parsed = read(&mut file, &mut collector).expect("a report that is known");
    let results = collector.finish();
    assert!(parsed.complete, "the report is broken");
    println!("{} {}", results.tests.passed, results.tests.total());
    // What is measured is reading; giving everything back piece by piece is not part of it.
    std::mem::forget((parsed, results));
}
