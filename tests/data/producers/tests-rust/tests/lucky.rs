//! Passes when it is tried again: a file says that it was tried.

use std::{env, fs, path::Path};

#[test]
fn second_time_lucky() {
    let marker = Path::new(env!("CARGO_TARGET_TMPDIR")).join("tried");
    if !marker.exists() {
        fs::write(&marker, "").unwrap();
        panic!("the first time it never works");
    }
    fs::remove_file(marker).unwrap();
}

#[test]
fn aborts_if_asked() {
    if env::var_os("KINDS_ABORT").is_some() {
        std::process::abort();
    }
}
