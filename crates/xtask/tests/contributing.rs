//! A stranger who follows CONTRIBUTING.md gets what it shows.

use std::time::{Duration, Instant};

use xtask::transcript;

#[test]
fn a_stranger_adds_a_rule_a_format_and_an_action() {
    let start = Instant::now();
    let played = transcript::play("CONTRIBUTING.md").unwrap_or_else(|error| panic!("{error:#}"));
    assert!(played > 10, "only {played} commands were run");
    // With warm dependencies; generous for a busy machine that has to build everything once.
    assert!(start.elapsed() < Duration::from_mins(20), "{:?}", start.elapsed());
}
