//! Reads reports and prints what they come to: `cargo run -p gatewright-test-results --example read -- <path>…`.

#![allow(
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a program to look with, not a part of the product"
)]

use gatewright_test_results::{Collector, read};

fn main() {
    for path in std::env::args().skip(1) {
        let mut file = std::fs::File::open(&path).expect("a path of a report");
        let mut collector = Collector::default();
        match read(&mut file, &mut collector) {
            Err(error) => println!("{path}: {error}\n  help: {}", error.help()),
            Ok(parsed) => {
                println!(
                    "{path}: {}, {:?}, complete: {}",
                    parsed.format.name(),
                    parsed.runs,
                    parsed.complete
                );
                for failure in collector.finish().failures {
                    println!("  {:?} {}: {:?}", failure.outcome, failure.title(), failure.detail);
                }
                for said in &parsed.diagnostics {
                    println!(
                        "  {}:{} {}: {} | {}",
                        said.line,
                        said.column,
                        said.kind.id(),
                        said.message,
                        said.found
                    );
                }
            }
        }
    }
}
