//! Reading reports and deciding which of them may be shown: those of this repository, commit and run.
//!
//! That is no proof against a job that forges its report: a hash from `needs` is (`expect-sha256`).

use std::io::Read as _;

use gatewright_core::action::Context;
use gatewright_core::render::overall;
use gatewright_core::report::{Block, Inline, Policy, Report, SCHEMA, Source, State, VerdictResult};
use gatewright_core::workspace::{FoundFile, HashedReader};
use gatewright_github::Stamp;

use crate::inputs::Expectation;

/// A larger report is none: with 100,000 findings one has 60 MB.
const MOST_BYTES: u64 = 128 << 20;
/// More files than these are not read.
const MOST_FILES: usize = 500;

/// What a report must be about; what is not known is not asked.
#[derive(Clone, Debug, Default)]
pub(crate) struct Expected {
    pub(crate) repository: Option<String>,
    pub(crate) head: Option<String>,
    pub(crate) run: Option<Stamp>,
    /// The hashes that count, where any are given.
    pub(crate) hashes: Vec<Expectation>,
    pub(crate) on_missing: Option<Policy>,
    pub(crate) on_refused: Option<Policy>,
}

/// What was read.
#[derive(Clone, Debug, Default)]
pub(crate) struct Reports {
    /// Those to show.
    pub(crate) accepted: Vec<Report>,
    /// What is missing, and what was refused.
    pub(crate) states: Vec<State>,
    pub(crate) sources: Vec<Source>,
}

/// Reads files in their order.
pub(crate) fn read(
    ctx: &Context<'_>,
    files: &[FoundFile],
    missing: &[String],
    expected: &Expected,
) -> Reports {
    let mut reports = Reports::default();
    let mut hashes = Vec::new();
    for file in files.iter().take(MOST_FILES) {
        ctx.note(format!("reading {}", file.shown));
        let (bytes, sha256) = match bytes(file) {
            Ok(read) => read,
            Err(message) => {
                reports.refuse(&file.shown, &message, expected);
                continue;
            }
        };
        let size = bytes.len() as u64;
        let report = match parse(&bytes) {
            // What this action said before is no verdict.
            Ok(report) if report.subject.action == crate::NAME => continue,
            other => other.and_then(|report| {
                fits(&report, expected)?;
                listed(&sha256, expected)?;
                Ok(report)
            }),
        };
        match report {
            Ok(report) => {
                reports.sources.push(Source {
                    path: file.shown.clone(),
                    format: SCHEMA.to_owned(),
                    bytes: size,
                    sha256: sha256.clone(),
                });
                hashes.push(sha256);
                reports.accepted.push(report);
            }
            Err(message) => reports.refuse(&file.shown, &message, expected),
        }
    }
    if files.len() > MOST_FILES {
        reports.refuse(
            "files",
            &format!("there are {} of them, and {MOST_FILES} are read", files.len()),
            expected,
        );
    }
    reports.miss(missing, &hashes, expected);
    drop_covered(&mut reports.accepted);
    reports
}

impl Reports {
    /// What the comment says all in all: what is missing or refused counts by its policy.
    pub(crate) fn verdict(&self) -> VerdictResult {
        let shown = overall(&self.accepted);
        let any = |policy| self.states.iter().any(|state| state.policy == policy);
        match shown {
            VerdictResult::NoData | VerdictResult::Fail => shown,
            _ if any(Policy::Fail) => VerdictResult::Fail,
            _ if any(Policy::Warn) => VerdictResult::Warn,
            other => other,
        }
    }

    fn refuse(&mut self, shown: &str, message: &str, expected: &Expected) {
        self.states.push(State {
            name: "refused-report".to_owned(),
            policy: expected.on_refused.unwrap_or(Policy::Fail),
            message: format!("{shown}: {message}"),
            help: "Hand over the reports of this very run, as Gatewright wrote them.".to_owned(),
            gate: None,
        });
    }

    fn miss(&mut self, patterns: &[String], hashes: &[String], expected: &Expected) {
        let mut messages: Vec<String> =
            patterns.iter().map(|pattern| format!("no report is at {pattern}")).collect();
        for Expectation { sha256, instance } in &expected.hashes {
            match sha256 {
                None => messages.push(format!("{instance} left no report: was it skipped, or did it fail?")),
                Some(sha256) if !hashes.contains(sha256) => {
                    messages.push(format!("the report of {instance} is not there"));
                }
                Some(_) => {}
            }
        }
        self.states.extend(messages.into_iter().map(|message| State {
            name: "missing-report".to_owned(),
            policy: expected.on_missing.unwrap_or(Policy::Fail),
            message,
            help: "Run the gates first, and hand their reports over (in another job: as an artifact); `files` says where they lie."
                .to_owned(),
            gate: None,
        }));
    }
}

fn bytes(file: &FoundFile) -> Result<(Vec<u8>, String), String> {
    let io = |error: std::io::Error| format!("it can't be read: {error}");
    let mut reader = HashedReader::open(&file.path).map_err(io)?;
    let mut bytes = Vec::new();
    reader.by_ref().take(MOST_BYTES + 1).read_to_end(&mut bytes).map_err(io)?;
    if bytes.len() as u64 > MOST_BYTES {
        return Err(format!("it has more than {MOST_BYTES} bytes"));
    }
    let (_, sha256) = reader.finish().map_err(io)?;
    Ok((bytes, sha256))
}

fn parse(bytes: &[u8]) -> Result<Report, String> {
    let schema = |value: &serde_json::Value| value["schema"].as_str().unwrap_or_default().to_owned();
    serde_json::from_slice::<Report>(bytes)
        .map_err(|error| match serde_json::from_slice(bytes) {
            Ok(value) if schema(&value) != SCHEMA => format!("this is no {SCHEMA}"),
            _ => {
                let (line, column, text) = (error.line(), error.column(), error.to_string());
                format!("{line}:{column}: {}", text.split(" at line ").next().unwrap_or_default())
            }
        })
        .and_then(
            |report| if report.schema == SCHEMA { Ok(report) } else { Err(format!("this is no {SCHEMA}")) },
        )
}

/// Whether a report is about what is expected.
fn fits(report: &Report, expected: &Expected) -> Result<(), String> {
    let subject = &report.subject;
    let same = |what: &str, found: &Option<String>, wanted: &Option<String>| match (found, wanted) {
        (_, None) => Ok(()),
        (Some(found), Some(wanted)) if found == wanted => Ok(()),
        (Some(found), Some(wanted)) => Err(format!("it is about the {what} {found}, not {wanted}")),
        (None, Some(_)) => Err(format!("it names no {what}")),
    };
    same("repository", &subject.repository, &expected.repository)?;
    same("commit", &subject.head_sha, &expected.head)?;
    let Some(run) = expected.run else { return Ok(()) };
    same("run", &subject.run_id, &Some(run.run.to_string()))?;
    // After "re-run failed jobs" the reports of the others are those of an earlier attempt.
    let attempt = subject.run_attempt.as_deref().and_then(|attempt| attempt.parse::<u64>().ok());
    match attempt {
        Some(attempt) if (1..=run.attempt).contains(&attempt) => Ok(()),
        _ => Err(format!("it is of no attempt up to {} of the run", run.attempt)),
    }
}

fn listed(sha256: &str, expected: &Expected) -> Result<(), String> {
    let known = expected.hashes.iter().any(|expectation| expectation.sha256.as_deref() == Some(sha256));
    if expected.hashes.is_empty() || known {
        Ok(())
    } else {
        Err("`expect-sha256` does not list it".to_owned())
    }
}

/// A run of many gates writes each gate's report and one of all: the latter shows them, and those that have none.
fn drop_covered(reports: &mut Vec<Report>) {
    let gates = |report: &Report| -> Vec<(String, String)> {
        let rows = report
            .sections
            .iter()
            .filter(|section| section.id == "gates")
            .flat_map(|section| &section.blocks);
        let rows =
            rows.flat_map(|block| if let Block::Table { rows, .. } = block { rows.as_slice() } else { &[] });
        let text = |cell: Option<&Vec<Inline>>| match cell.map(Vec::as_slice) {
            Some([Inline::Code { text } | Inline::Text { text }]) => text.clone(),
            _ => String::new(),
        };
        rows.map(|row| (text(row.first()), text(row.get(1)))).collect()
    };
    let of_all = reports.iter().filter(|report| report.subject.action == "check");
    let covered: Vec<(String, String)> = of_all.flat_map(gates).collect();
    reports.retain(|report| {
        let action = report.subject.action.clone();
        let name = report.subject.name.clone().unwrap_or_else(|| action.clone());
        action == "check" || !covered.contains(&(name, action))
    });
}

#[cfg(test)]
mod tests {
    use gatewright_core::report::{Cell, Section};

    use super::*;

    fn report(action: &str, name: Option<&str>) -> Report {
        let mut report = Report::new();
        report.subject.action = action.into();
        report.subject.name = name.map(str::to_owned);
        report.subject.repository = Some("o/r".into());
        report.subject.head_sha = Some("h".into());
        report.subject.run_id = Some("7".into());
        report.subject.run_attempt = Some("2".into());
        report
    }

    fn expected() -> Expected {
        Expected {
            repository: Some("o/r".into()),
            head: Some("h".into()),
            run: Some(Stamp { run: 7, attempt: 3 }),
            ..Expected::default()
        }
    }

    #[test]
    fn only_reports_of_this_commit_and_run_fit() {
        assert_eq!(fits(&report("a", None), &expected()), Ok(()));
        assert_eq!(fits(&Report::new(), &Expected::default()), Ok(()));
        let refused = |change: fn(&mut Report)| {
            let mut report = report("a", None);
            change(&mut report);
            fits(&report, &expected()).unwrap_err()
        };
        assert_eq!(
            refused(|report| report.subject.head_sha = Some("x".into())),
            "it is about the commit x, not h"
        );
        assert_eq!(refused(|report| report.subject.head_sha = None), "it names no commit");
        assert_eq!(
            refused(|report| report.subject.repository = Some("x/r".into())),
            "it is about the repository x/r, not o/r"
        );
        assert_eq!(
            refused(|report| report.subject.run_id = Some("8".into())),
            "it is about the run 8, not 7"
        );
        for attempt in ["4", "0", "x", "-1"] {
            let mut report = report("a", None);
            report.subject.run_attempt = Some(attempt.into());
            assert_eq!(fits(&report, &expected()), Err("it is of no attempt up to 3 of the run".into()));
        }
    }

    #[test]
    fn what_is_no_report_is_said_with_its_place() {
        let whole = serde_json::to_string(&report("a", None)).unwrap();
        assert!(parse(whole.as_bytes()).is_ok());
        assert_eq!(parse(b"{\n  \"x\": }").unwrap_err(), "2:8: expected value");
        assert_eq!(parse(b"{}").unwrap_err(), "this is no gatewright.report/v1");
        assert_eq!(
            parse(whole.replace("report/v1", "report/v2").as_bytes()).unwrap_err(),
            "this is no gatewright.report/v1"
        );
        assert!(parse(b"{\"schema\":\"gatewright.report/v1\"}").unwrap_err().contains(": missing field"));
    }

    #[test]
    fn gates_that_a_report_of_all_shows_are_not_shown_twice() {
        let mut all = report("check", None);
        let row: Vec<Cell> = vec![vec![Inline::code("go")], vec![Inline::text("coverage-gate")]];
        let block = Block::Table { columns: Vec::new(), rows: vec![row] };
        all.sections.push(Section {
            id: "gates".into(),
            title: String::new(),
            rank: 0,
            collapsed: false,
            blocks: vec![block],
            gate: None,
        });
        let mut reports =
            vec![report("coverage-gate", Some("go")), all, report("coverage-gate", Some("web"))];
        drop_covered(&mut reports);
        let names: Vec<_> = reports
            .iter()
            .map(|report| (report.subject.action.as_str(), report.subject.name.as_deref()))
            .collect();
        assert_eq!(names, [("check", None), ("coverage-gate", Some("web"))]);
    }
}
