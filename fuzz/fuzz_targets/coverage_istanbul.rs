//! The reader of the JSON of Istanbul: any bytes, and the laws of the picture hold.

#![no_main]

use gatewright_coverage::Format;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| gatewright_fuzz::check(Format::Istanbul, bytes));
