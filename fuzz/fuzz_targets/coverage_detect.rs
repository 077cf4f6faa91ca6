//! Recognising a report: any bytes, and never a panic.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Err(unknown) = gatewright_coverage::detect(bytes) {
        // 64 bytes, each at most `\u{7f}`, and an ellipsis.
        assert!(unknown.first_bytes_shown.chars().count() <= 64 * 6 + 1);
        assert!(!unknown.first_bytes_shown.contains(char::is_control));
        assert!(!unknown.to_string().is_empty());
    }
});
