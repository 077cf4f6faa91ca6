//! This repository keeps the rules of its own house.

use std::time::{Duration, Instant};

#[test]
fn the_house_is_tidy() {
    let start = Instant::now();
    let tidied = xtask::tidy::check(&xtask::root()).unwrap();
    assert!(tidied.files > 20, "only {} files were read", tidied.files);
    let problems: Vec<_> = tidied.problems.iter().map(ToString::to_string).collect();
    assert!(problems.is_empty(), "{}\nsee `cargo xtask tidy`", problems.join("\n"));
    // It is part of every `cargo test`; generous for a busy machine.
    assert!(start.elapsed() < Duration::from_secs(20), "{:?}", start.elapsed());
}
