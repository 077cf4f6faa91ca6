//! Recognising a report of test results, in UTF-8 or UTF-16: any bytes, and never a panic; what is recognised is read
//! the same however it comes.

#![no_main]

use gatewright_test_results::{Collector, read};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Err(unknown) = gatewright_test_results::detect(bytes) {
        assert!(!unknown.to_string().is_empty() && !unknown.help().is_empty());
        assert!(!unknown.to_string().contains(char::is_control));
    }
    let whole = read(&mut &*bytes, &mut Collector::default());
    // In its first four bytes a text that begins with these would be taken for UTF-16 itself.
    let is_plain = !bytes.iter().take(4).any(|byte| *byte == 0 || *byte >= 0x80);
    if let (Ok(whole), true, Ok(text)) = (whole, is_plain, std::str::from_utf8(bytes)) {
        let wide: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let marked = [b"\xff\xfe".as_slice(), &wide].concat();
        let read = read(&mut marked.as_slice(), &mut Collector::default())
            .expect("memory can be read, and it is known");
        assert!(read.runs == whole.runs && read.complete == whole.complete && read.format == whole.format);
    }
});
