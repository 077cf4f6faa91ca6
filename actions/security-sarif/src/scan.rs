//! Runs the scanners that `scanners` names, beside each other, and reads what they print.

use std::time::Duration;

use gatewright_core::Failure;
use gatewright_core::action::Context;
use gatewright_core::process::{Finished, ProcessError};
use gatewright_core::report::Source;
use gatewright_core::sha256;
use gatewright_sarif::scanners::{Scan, names, scan};
use gatewright_sarif::{Evidence, ScanContent, ScanReport, read};

use crate::Inputs;
use crate::reports::understand_empty_list;

/// Characters of what a scanner says when it fails that are shown.
const MOST_SHOWN: usize = 300;

/// Runs them all and adds what they found.
pub(crate) fn run(
    inputs: &Inputs,
    ctx: &Context<'_>,
    evidence: &mut Evidence,
    sources: &mut Vec<Source>,
) -> Result<(), Failure> {
    if inputs.scanners.is_empty() {
        return Ok(());
    }
    let files = ctx.tracked_files();
    let one = |line: &String| {
        scan(line, &files).map_err(|message| {
            Failure::usage(
                format!("`{line}` in `scanners` can't be used: {message}"),
                format!(
                    "Write `NAME [TARGET]`, one a line; the names are {}.",
                    names().collect::<Vec<_>>().join(", ")
                ),
            )
        })
    };
    let scans: Vec<Scan> = inputs.scanners.iter().map(one).collect::<Result<_, _>>()?;
    let (idle, scans): (Vec<Scan>, Vec<Scan>) = scans.into_iter().partition(|scan| scan.words.is_empty());
    for scan in idle {
        evidence.reports.push(report(
            &scan,
            Err((
                "there is no file here that it looks at".to_owned(),
                "Leave it out of `scanners`, or name its files.".to_owned(),
            )),
        ));
    }
    let commands: Vec<Vec<String>> = scans.iter().map(|scan| scan.words.clone()).collect();
    let limit = Duration::from_secs(60 * u64::from(inputs.time_limit));
    for (scan, ran) in scans.iter().zip(ctx.collect(&commands, limit)) {
        let at = evidence.reports.len();
        let unread = report(scan, Err((String::new(), String::new())));
        let whole = understood(scan, ran).and_then(|(mut parsed, source)| {
            understand_empty_list(&unread, &mut parsed).map_err(|message| (message, run_it(scan)))?;
            Ok((parsed, source))
        });
        match whole {
            Err(why) => evidence.reports.push(report(scan, Err(why))),
            Ok((parsed, source)) => {
                sources.push(source);
                evidence.of_report.extend(parsed.runs.iter().map(|_| at));
                evidence.runs.extend(parsed.runs);
                let content = ScanContent {
                    format: parsed.format.name(),
                    faults: parsed.faults,
                    is_empty_list: parsed.is_empty_list,
                };
                evidence.reports.push(report(scan, Ok(content)));
            }
        }
    }
    Ok(())
}

fn report(scan: &Scan, content: Result<ScanContent, (String, String)>) -> ScanReport {
    let (content, help) = match content {
        Ok(content) => (Ok(content), String::new()),
        Err((message, help)) => (Err(message), help),
    };
    ScanReport { shown: scan.shown(), path: None, content, help, tool: Some(scan.name.to_owned()) }
}

type Understood = (gatewright_sarif::Parsed, Source);

/// What a scanner printed, where it ended as one does that did its work.
fn understood(scan: &Scan, ran: Result<Finished, ProcessError>) -> Result<Understood, (String, String)> {
    let ran = ran.map_err(|error| {
        let help = match &error {
            ProcessError::TimedOut { .. } => {
                "Give it longer with `time-limit`, or less to look at.".to_owned()
            }
            _ => format!("Install {} in a step before this one, so that it is on `PATH`.", scan.name),
        };
        let source = std::error::Error::source(&error).map(|source| format!(": {source}"));
        (format!("{error}{}", source.unwrap_or_default()), help)
    })?;
    let said = String::from_utf8_lossy(&ran.stderr);
    let last: String =
        said.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or_default().trim().to_owned();
    let last: String = last.chars().take(MOST_SHOWN).collect();
    let says = if last.is_empty() { String::new() } else { format!("; it says: {last}") };
    let status = ran.status.code();
    if !status.is_some_and(|status| scan.is_whole(status)) {
        let how = status.map_or_else(
            || "was ended by a signal".to_owned(),
            |status| format!("ended with status {status}"),
        );
        return Err((format!("{} {how}, which is no scan that ran through{says}", scan.name), run_it(scan)));
    }
    let parsed = read(&ran.stdout).map_err(|error| (format!("{error}{says}"), run_it(scan)))?;
    let source = Source {
        path: scan.shown(),
        format: parsed.format.name().to_owned(),
        bytes: ran.stdout.len() as u64,
        sha256: sha256(&ran.stdout),
    };
    Ok((parsed, source))
}

fn run_it(scan: &Scan) -> String {
    format!("Run `{}` by hand to see all that it says.", scan.words.join(" "))
}
