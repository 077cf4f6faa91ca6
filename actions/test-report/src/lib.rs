//! `test-report`: from inputs to a report on test results. What results mean is known by `gatewright-test-results`; how a
//! report is shown, by `gatewright-core`.

#![allow(clippy::doc_markdown, reason = "JUnit is the name of a format, not of an item")]

mod baseline;
mod command;
mod inputs;
mod outputs;
mod quarantine;
mod reports;
mod split;
mod unchanged;
mod verbs;

use std::collections::BTreeSet;
use std::sync::Arc;

use gatewright_core::action::{About, Action, Context, FilesAbout, MeasureAbout, Outcome, OutputAbout};
use gatewright_core::condition::Condition;
use gatewright_core::date::Date;
use gatewright_core::report::Scope;
use gatewright_core::source_tree::{Mapped, Origin, Places, SourceTree};
use gatewright_core::store::Token;
use gatewright_core::{Failure, RepoPath};
use gatewright_test_results::{
    Circumstances, Collector, Evidence, Owners, ReportEvidence, Tally, judge, rules,
};

pub use inputs::Inputs;

use baseline::FoundBaseline;
use reports::{Begun, ReportFile};

/// Names of tests that are kept, where something needs them.
const MOST_NAMES: usize = 300_000;

/// The places where test tools leave their reports.
const WELL_KNOWN: [&str; 11] = [
    "junit.xml",
    "test-results.xml",
    "test-results/**/*.xml",
    "**/target/surefire-reports/TEST-*.xml",
    "**/target/failsafe-reports/TEST-*.xml",
    "**/build/test-results/**/TEST-*.xml",
    "target/nextest/*/junit.xml",
    "**/TestResults/*.trx",
    "TestResult.xml",
    "go-test.json",
    "test-results.json",
];

const ABOUT: About = About {
    name: "test-report",
    version: env!("CARGO_PKG_VERSION"),
    title: "Test report",
    summary: "Reports on test results: what ran, what broke, what flaked, and where; and never takes nothing for success.",
    files: Some(FilesAbout { what: "Test results", well_known: &WELL_KNOWN }),
    reads_base: true,
    verbs: &verbs::VERBS,
    lists: &[quarantine::LIST],
    outputs: &[
        OutputAbout { name: "tests", description: "how many tests there are, each once in each variant" },
        OutputAbout { name: "passed", description: "how many of them passed" },
        OutputAbout { name: "failed", description: "how many failed" },
        OutputAbout { name: "errored", description: "how many could not be carried out or did not end" },
        OutputAbout { name: "skipped", description: "how many were skipped" },
        OutputAbout { name: "flaky", description: "how many failed and passed when they were tried again" },
        OutputAbout { name: "unchanged", description: "of `unchanged`: `true` where a recorded pass stands" },
        OutputAbout { name: "matrix", description: "of `shards`: a matrix for a job, as JSON" },
        OutputAbout { name: "shards", description: "of `shards`: how many there are, never more than tests" },
    ],
    measures: &MEASURES,
    rules: &rules::INFOS,
};

const MEASURES: [MeasureAbout; 8] = [
    MeasureAbout { name: "tests.total", description: "tests, each once in each variant" },
    MeasureAbout { name: "tests.passed", description: "tests that passed" },
    MeasureAbout { name: "tests.failed", description: "tests that failed" },
    MeasureAbout { name: "tests.errored", description: "tests that could not be carried out or did not end" },
    MeasureAbout { name: "tests.skipped", description: "tests that were skipped" },
    MeasureAbout {
        name: "tests.flaky",
        description: "tests that failed and passed when they were tried again",
    },
    MeasureAbout { name: "tests.runs", description: "runs of tests, attempts not counted" },
    MeasureAbout { name: "tests.quarantined", description: "failing and flaky tests that are in quarantine" },
];

/// The action.
pub fn action() -> Action {
    Action::new(ABOUT, run)
}

fn run(inputs: &Inputs, ctx: &Context<'_>) -> Result<Outcome, Failure> {
    let token = inputs.store_token.as_deref().and_then(Token::new);
    match ctx.verb {
        "fetch" => return Ok(verbs::fetch(token)),
        "shards" => return split::tests(inputs, &baseline::find(inputs, ctx)?, ctx),
        "unchanged" => return unchanged::decide(inputs, ctx),
        _ => {}
    }
    outputs::spare_tracked(&inputs.outputs, ctx)?;
    let ran = if ctx.verb == "run" { Some(command::run(inputs, ctx)?) } else { None };
    let mut reports = match &ran {
        // What the command printed is enough; files are read where somebody names them.
        Some(ran) if ran.printed.is_some() && ctx.patterns.is_empty() && inputs.attempts.is_empty() => {
            reports::Reports::default()
        }
        _ => reports::find(inputs, ctx)?,
    };
    let job = ctx.job_started().map(|at| Begun { at, what: "this job" });
    let begun = ran.as_ref().map(|ran| ran.begun).or(job);
    let mut command = None;
    if let Some(ran) = ran {
        reports.files.extend(ran.printed);
        command = Some(ran.end);
    }
    let baseline = baseline::find(inputs, ctx)?;
    let quarantine = quarantine::entries(ctx);
    let needs_names = ctx.verb == "record"
        || baseline.history().is_some()
        || !quarantine.is_empty()
        || inputs.outputs.names_tests();
    let mut collector = if needs_names { Collector::listing(MOST_NAMES) } else { Collector::default() };
    let (read, mut sources) = reports.read(ctx, begun.as_ref(), &mut collector);
    let tree = SourceTree::of_run(ctx, &inputs.source_roots, &inputs.rewrite)?;
    let mut evidence = Evidence::new(read, collector.finish(), &|path, report| resolve(&tree, path, report));
    let effects = match ctx.verb {
        "record" => verbs::record(inputs, &evidence, &reports.missing, &baseline, token.as_ref(), ctx)?,
        _ => Vec::new(),
    };
    match baseline {
        FoundBaseline::None(none) => evidence.baseline = none,
        FoundBaseline::History { history, how, sources: read } => {
            sources.extend(read);
            evidence = evidence.compared_with(history, how);
        }
    }
    let today = Date::from_unix_seconds(ctx.time);
    let mut evidence = evidence.with_quarantine(quarantine, today, inputs.quarantine_passes);
    evidence.owners = owners(&tree, ctx);
    let readable = readable(reports.files, &evidence);
    let asks_for_new =
        |condition: &Condition| condition.references().into_iter().any(|(_, scope)| *scope == Scope::New);
    let circumstances = Circumstances {
        asks_for_new: ctx.conditions.iter().any(asks_for_new),
        missing: reports.missing,
        idle_exclusions: reports.idle_exclusions,
        command,
    };
    let mut report = judge(&evidence, &inputs.policy(), &circumstances);
    report.sources = sources;
    let mut outcome =
        Outcome { report, outputs: counts(&evidence.results.tests), effects, ..Outcome::default() };
    outputs::add(&inputs.outputs, ctx, &Arc::new(evidence), readable, &mut outcome);
    Ok(outcome)
}

/// The reports that could be read, in their order: those are read again for outputs that hold every run.
fn readable(files: Vec<ReportFile>, evidence: &Evidence) -> Vec<ReportFile> {
    let known = |file: &ReportFile| {
        let of_file = |report: &&ReportEvidence| report.shown == file.file.shown;
        evidence.reports.iter().find(of_file).is_some_and(|report| report.content.is_ok())
    };
    files.into_iter().filter(known).collect()
}

/// The places of CODEOWNERS, in GitHub's order.
const OWNERS: [&str; 3] = [".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS"];

fn owners(tree: &SourceTree, ctx: &Context<'_>) -> Owners {
    let place = OWNERS.iter().filter_map(|path| RepoPath::new(path).ok()).find(|path| tree.has(path));
    let bytes = place.as_ref().and_then(|path| std::fs::read(path.to_path(&ctx.workspace.root)).ok());
    let (owners, diagnostics) = Owners::parse(&bytes.unwrap_or_default());
    for diagnostic in diagnostics {
        let path = place.as_ref().map_or("", RepoPath::as_str);
        ctx.note(format!("{path}:{}: {}", diagnostic.line, diagnostic.message));
    }
    owners
}

/// The one file of the repository that a report means by a path.
fn resolve(tree: &SourceTree, path: &str, report: Option<&RepoPath>) -> Option<RepoPath> {
    let origin =
        Origin { report, places: &Places::Paths { sources: Vec::new() }, contested: &BTreeSet::new() };
    match tree.map(path, origin) {
        Mapped::File(file) | Mapped::OtherCase(file) => Some(file),
        Mapped::Ambiguous(_) | Mapped::Unmapped => None,
    }
}

fn counts(tests: &Tally) -> Vec<(String, String)> {
    let counts = [
        ("tests", tests.total()),
        ("passed", tests.passed),
        ("failed", tests.failed),
        ("errored", tests.errored),
        ("skipped", tests.skipped),
        ("flaky", tests.flaky),
    ];
    counts.map(|(name, count)| (name.to_owned(), count.to_string())).to_vec()
}
