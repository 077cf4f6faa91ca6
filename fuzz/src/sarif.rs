//! The laws of scanners' reports, for any bytes.

use gatewright_sarif::{FaultKind, Faults, Limits, NoSources, Outgoing, Snapshot, Weight, category, identify, join, normalise, read, write_sarif};
use gatewright_core::report::Severity;

/// Reads bytes as a report, whatever its format, and takes it all the way through.
pub fn check(bytes: &[u8]) {
    let Ok(parsed) = read(bytes) else { return };
    let mut runs = parsed.runs;
    let mut faults = Faults::default();
    for run in &mut runs {
        assert!(run.alerts.iter().all(|alert| alert.rule < run.rules.len()), "every result has a rule");
        normalise(run, &NoSources, &mut faults);
    }
    category::assign(&mut runs, "fuzz");
    identify(&mut runs, &mut |_| None, &mut faults);
    let groups = join(&runs);
    let alerts: usize = runs.iter().map(|run| run.alerts.len()).sum();
    assert_eq!(groups.iter().map(Vec::len).sum::<usize>(), alerts, "every result is in one group");
    let snapshot = Snapshot::of(&runs);
    if let Ok(bytes) = snapshot.to_bytes_within(4 << 20) {
        assert!(Snapshot::from_bytes(&bytes).is_ok(), "what is recorded can be read");
    }
    if runs.is_empty() {
        return;
    }
    let outgoing: Vec<Outgoing<'_>> = runs
        .iter()
        .map(|run| Outgoing { run, alerts: (0..run.alerts.len()).map(|at| (at, Severity::High)).collect() })
        .collect();
    for file in write_sarif(&outgoing, Limits::GITHUB) {
        let again = read(file.text.as_bytes()).expect("what we write is a report");
        // What the scanner says of itself is passed on, and what is kept in a bag lies deeper there than where it was read;
        // anything else would be lost by us.
        let known = [FaultKind::ScanIncomplete, FaultKind::NothingScanned, FaultKind::TooDeep];
        let mut ours = again.faults.kept().iter().filter(|fault| !known.contains(&fault.kind));
        let lost = ours.find(|fault| fault.kind.weight() == Weight::Lost);
        assert!(lost.is_none(), "what we write is whole: {lost:?}");
    }
}

/// Reads bytes as a record of findings.
pub fn check_record(bytes: &[u8]) {
    if let Ok(snapshot) = Snapshot::from_bytes(bytes) {
        let _ = snapshot.entries().len();
    }
}
