//! Reads one report, once, and prints what it adds up to: the parser alone, as the benchmark measures it beside
//! the parsers of others.
//!
//! `cargo run --profile dist -p gatewright-coverage --example read -- <path>`

#![allow(
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a measuring program, not a part of the product"
)]

use gatewright_coverage::{Unit, read};

fn main() {
    let path = std::env::args().nth(1).expect("the path of a report");
    let mut file = std::fs::File::open(path).expect("a file that can be read");
    let parsed = read(&mut file).expect("a report that is known");
    let unit = parsed.picture.files().next().map_or(Unit::Lines, |(_, file)| file.native_unit());
    let ratio = parsed.picture.ratio(unit);
    println!("{} {}", ratio.covered, ratio.total);
    // What is measured is reading; giving a hundred megabytes back piece by piece is not part of it.
    std::mem::forget(parsed);
}
