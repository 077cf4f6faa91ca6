//! What core reads from people, conditions and configuration, and what it writes of foreign text: any bytes, and
//! never a panic; what is escaped for the log holds no command.

#![no_main]

use gatewright_core::condition::Condition;
use gatewright_core::config::ConfigFile;
use gatewright_core::escape;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let text = String::from_utf8_lossy(bytes);
    let _ = Condition::parse(&text);
    if let Ok(file) = ConfigFile::parse("fuzz.yml", &text) {
        for (action, _) in file.actions() {
            for settings in file.settings(action).unwrap_or_default() {
                let _ = (settings.conditions(), settings.waivers(), settings.values("minimum"));
            }
        }
    }
    for line in escape::log_text(&text).lines() {
        assert!(!line.trim_start().starts_with("::") && !line.contains("##["));
    }
    assert!(!escape::markdown(&text).replace("<!-- -->", "").contains(['<', '|', '`', '\n']));
});
