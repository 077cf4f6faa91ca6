//! What the action writes besides its report: the HTML report, and every run for other programs.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use gatewright_core::Failure;
use gatewright_core::action::{Context, Outcome, OutputFolder, OutputStream};
use gatewright_core::report::{Reason, Report};
use gatewright_core::runner::FolderSink;
use gatewright_test_results::output::html::{HtmlReport, Notes, write_html};
use gatewright_test_results::output::{CtrfAbout, Replay, Runs, write_ctrf, write_junit};
use gatewright_test_results::{Evidence, Sink, TestId};

use crate::reports::ReportFile;

/// Where to write what.
#[derive(Args, Clone, Debug)]
pub struct OutputInputs {
    /// Where `run` keeps what the command prints, for a later step; without it, in a file of its own.
    #[arg(long, value_name = "OUTPUT")]
    pub results_file: Option<String>,

    /// Where to write the HTML report: a folder with every test, to search and filter, which works from the file system.
    /// What an earlier run wrote there is replaced.
    #[arg(long, value_name = "OUTPUT")]
    pub html_report: Option<String>,

    /// Where to write every run of all reports as one JUnit XML.
    #[arg(long, value_name = "OUTPUT")]
    pub junit_file: Option<String>,

    /// Where to write every run of all reports as CTRF, the Common Test Report Format.
    #[arg(long, value_name = "OUTPUT")]
    pub ctrf_file: Option<String>,
}

impl OutputInputs {
    /// Whether something is to be written that names every test.
    pub(crate) fn names_tests(&self) -> bool {
        self.html_report.is_some()
    }
}

/// A slip in a path must not cost a file of the repository.
pub(crate) fn spare_tracked(inputs: &OutputInputs, ctx: &Context<'_>) -> Result<(), Failure> {
    let paths = [&inputs.results_file, &inputs.junit_file, &inputs.ctrf_file];
    if paths.into_iter().all(Option::is_none) {
        return Ok(());
    }
    let tracked = ctx.tracked_files();
    for path in paths.into_iter().flatten() {
        let place = ctx.workspace.repo_path(&ctx.workspace.directory.join(path));
        if place.is_some_and(|place| tracked.contains(&place)) {
            return Err(Failure::usage(
                format!("`{path}` would be written over: it is a file of the repository"),
                "Give every output a path of its own, best one that `.gitignore` names.",
            ));
        }
    }
    Ok(())
}

/// Adds what is asked for to the outcome.
pub(crate) fn add(
    inputs: &OutputInputs,
    ctx: &Context<'_>,
    evidence: &Arc<Evidence>,
    files: Vec<ReportFile>,
    outcome: &mut Outcome,
) {
    let title = ctx.title().unwrap_or_else(|| "Tests".to_owned());
    let files = Arc::new(files);
    if let Some(path) = &inputs.junit_file {
        let (evidence, files, title) = (Arc::clone(evidence), Arc::clone(&files), title.clone());
        let write = Arc::new(move |out: &mut dyn io::Write| {
            write_junit(&title, &evidence.results, &mut replay(&files), out)
        });
        outcome.streams.push(OutputStream { path: PathBuf::from(path), write });
    }
    if let Some(path) = &inputs.ctrf_file {
        let (evidence, files, time) = (Arc::clone(evidence), Arc::clone(&files), ctx.time);
        let write = Arc::new(move |out: &mut dyn io::Write| {
            let about = CtrfAbout { tool: "test-report", version: env!("CARGO_PKG_VERSION"), time };
            write_ctrf(&about, &evidence.results, &mut replay(&files), out)
        });
        outcome.streams.push(OutputStream { path: PathBuf::from(path), write });
    }
    if let Some(path) = &inputs.html_report {
        let page = Page {
            title,
            facts: ctx.facts(),
            blob: ctx.blob.map(str::to_owned),
            evidence: Arc::clone(evidence),
        };
        let write = Arc::new(move |report: &Report, sink: &mut FolderSink<'_>| page.write(report, sink));
        outcome.folders.push(OutputFolder { path: PathBuf::from(path), write });
    }
}

/// Reads the reports once more. Those that could not be read the first time are left out, as they were.
fn replay(files: &[ReportFile]) -> Box<Replay<'_>> {
    Box::new(move |runs: &mut dyn Runs| {
        for file in files {
            runs.begin(&file.variant, file.attempts.as_deref());
            let sink: &mut dyn Sink = runs;
            file.parse(sink)
                .map_err(|(message, _)| io::Error::other(format!("{}: {message}", file.file.shown)))?;
        }
        Ok(())
    })
}

struct Page {
    title: String,
    facts: Vec<(String, String)>,
    blob: Option<String>,
    evidence: Arc<Evidence>,
}

impl Page {
    fn write(&self, report: &Report, sink: &mut FolderSink<'_>) -> io::Result<()> {
        let reasons: Vec<String> = report.verdict.reasons.iter().map(Reason::sentence).collect();
        let facts: Vec<(&str, &str)> =
            self.facts.iter().map(|(label, value)| (label.as_str(), value.as_str())).collect();
        let evidence = &self.evidence;
        let notes = Notes::new(
            &evidence.results,
            evidence.history(),
            evidence.comparison(),
            &evidence.quarantine,
            Some(&evidence.quarantined),
        );
        let notes = |id: TestId| notes.of(id);
        let page = HtmlReport {
            title: &self.title,
            verdict: report.verdict.result.as_str(),
            headline: &report.headline,
            reasons: &reasons,
            subject: &facts,
            evidence: &self.evidence,
            notes: &notes,
            blob: self.blob.as_deref(),
        };
        write_html(&page, sink)
    }
}
