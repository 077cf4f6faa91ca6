//! The reader of workflow commands in the runner emulator: any bytes, and never a panic; every line is read once.

#![no_main]

use gatewright_tests::emulator::commands;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let text = String::from_utf8_lossy(bytes);
    let breaks = text.replace("\r\n", "\n").matches(['\n', '\r']).count();
    assert!(commands::read(bytes).len() <= breaks + 1);
});
