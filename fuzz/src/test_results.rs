//! What the fuzz targets of the formats of test results hold for true of every input.

use gatewright_test_results::{Collector, Diagnostics, Format, Parsed, Results, Sink, read};

use crate::Dripping;

/// Reads `bytes` as each of `formats`, and as whatever they look like, and checks what must hold.
pub fn check(formats: &[Format], bytes: &[u8]) {
    for format in formats {
        let (parsed, results) =
            collected(|sink| format.parse(&mut &*bytes, sink).expect("memory can be read"));
        let mut dripping = Dripping { rest: bytes, step: bytes.len() };
        let (dripped, same) =
            collected(|sink| format.parse(&mut dripping, sink).expect("memory can be read"));
        assert!(parsed == dripped, "the result depends on how the stream was cut");
        assert!(results.tests == same.tests && results.failures == same.failures, "so do the runs");
        let mut listing = Collector::listing(50);
        format.parse(&mut &*bytes, &mut listing).expect("memory can be read");
        let listed = listing.finish();
        assert!(
            results.tests == listed.tests && results.failures == listed.failures,
            "names change a result"
        );
        check_sound(&parsed, &results, bytes);
    }
    let _ = read(&mut &*bytes, &mut Collector::default());
}

fn collected(parse: impl FnOnce(&mut dyn Sink) -> Parsed) -> (Parsed, Results) {
    let mut collector = Collector::default();
    let parsed = parse(&mut collector);
    (parsed, collector.finish())
}

fn check_sound(parsed: &Parsed, results: &Results, bytes: &[u8]) {
    assert_eq!(parsed.bytes, bytes.len() as u64);
    assert_eq!(parsed.runs, results.runs);
    assert!(results.tests.total() <= results.runs.total());
    assert_eq!(results.table.len() as u64, results.tests.total());
    assert_eq!(
        results.table.iter().filter(|entry| results.table.get(entry.id()) == Some(*entry)).count(),
        results.table.len()
    );
    let by_suite: u64 = results.suites.iter().map(|suite| suite.tests.total()).sum();
    assert_eq!(by_suite, results.tests.total());
    assert_eq!(results.failures.len() as u64 + results.unlisted, results.tests.bad() + results.tests.flaky);
    let kept = parsed.diagnostics.iter().count();
    let kinds = parsed.diagnostics.counts().count();
    assert!(kept as u64 <= kinds as u64 * Diagnostics::KEPT_PER_KIND);
    assert!(parsed.diagnostics.iter().all(|said| said.line > 0 && said.column > 0));
    // Words are never more than the report has, but for the few that we add.
    let words: usize = results.failures.iter().map(|failure| failure.detail.text.len()).sum();
    assert!(words <= bytes.len() * 4 * (parsed.runs.total() as usize + 1) + 1024);
}
