//! `test-report`: from inputs to a report on test results. What results mean is known by `gatewright-test-results`; how a
//! report is shown, by `gatewright-core`.

mod command;
mod inputs;
mod outputs;
mod reports;
mod verbs;

use std::collections::BTreeSet;

use gatewright_core::action::{About, Action, Context, FilesAbout, MeasureAbout, Outcome, OutputAbout};
use gatewright_core::source_tree::{Mapped, Origin, Places, SourceTree};
use gatewright_core::{Failure, RepoPath};
use gatewright_test_results::{Circumstances, Collector, Evidence, Tally, judge, rules};

pub use inputs::Inputs;
use reports::Begun;

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
    lists: &[],
    outputs: &[
        OutputAbout { name: "tests", description: "how many tests there are, each once in each variant" },
        OutputAbout { name: "passed", description: "how many of them passed" },
        OutputAbout { name: "failed", description: "how many failed" },
        OutputAbout { name: "errored", description: "how many could not be carried out or did not end" },
        OutputAbout { name: "skipped", description: "how many were skipped" },
        OutputAbout { name: "flaky", description: "how many failed and passed when they were tried again" },
    ],
    measures: &MEASURES,
    rules: &rules::INFOS,
};

const MEASURES: [MeasureAbout; 7] = [
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
];

/// The action.
pub fn action() -> Action {
    Action::new(ABOUT, run)
}

fn run(inputs: &Inputs, ctx: &Context<'_>) -> Result<Outcome, Failure> {
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
    let mut collector = Collector::default();
    let (read, sources) = reports.read(ctx, begun.as_ref(), &mut collector);
    let tree = SourceTree::of_run(ctx, &inputs.source_roots, &inputs.rewrite)?;
    let evidence = Evidence::new(read, collector.finish(), &|path, report| resolve(&tree, path, report));
    let circumstances = Circumstances { missing: reports.missing, command };
    let mut report = judge(&evidence, &inputs.policy(), &circumstances);
    report.sources = sources;
    Ok(Outcome { report, outputs: counts(&evidence.results.tests), ..Outcome::default() })
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
