//! Reads one report, once, and prints two numbers, in bytes: the most memory that the process took at once, and what it
//! takes in the end, with the result in hand. Their difference is what reading takes beyond its result. Linux only;
//! start it with `MIMALLOC_PURGE_DELAY=0`, so that what is freed is given back.
//!
//! `cargo run --profile dist -p gatewright-coverage --example memory -- <path>`

#![allow(
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a measuring program, not a part of the product"
)]

use gatewright_coverage::read;

/// A figure that the kernel keeps about this process.
fn kept(figure: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("Linux tells");
    let line = status.lines().find_map(|line| line.strip_prefix(figure)).expect("a figure of this name");
    let digits: String = line.chars().filter(char::is_ascii_digit).collect();
    digits.parse::<u64>().expect("a number of kibibytes") * 1024
}

fn main() {
    let path = std::env::args().nth(1).expect("the path of a report");
    let mut file = std::fs::File::open(path).expect("a file that can be read");
    let parsed = read(&mut file).expect("a report that is known");
    println!("{} {}", kept("VmHWM:"), kept("VmRSS:"));
    std::mem::forget(parsed);
}
