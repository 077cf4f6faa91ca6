//! The readers of JSON, lines and documents: any bytes, and the laws of results hold.

#![no_main]

use gatewright_test_results::Format;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| gatewright_fuzz::test_results::check(
    &[Format::Libtest, Format::Dart, Format::RSpec, Format::Mocha, Format::Ctrf],
    bytes
));
