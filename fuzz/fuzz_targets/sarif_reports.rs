//! Scanners' reports of every format: any bytes, and what is read is normalised, identified, joined and written again.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| gatewright_fuzz::sarif::check(bytes));
