//! `security-sarif`: from inputs to a report on what scanners found. What findings mean is known by `gatewright-sarif`; how a
//! report is shown, by `gatewright-core`.

#![allow(clippy::doc_markdown, reason = "OpenVEX is the name of a format, not of an item")]

mod baseline;
mod inputs;
mod lists;
mod places;
mod reports;
mod scan;
mod verbs;
mod waive;

use std::path::PathBuf;
use std::sync::Arc;

use gatewright_core::Failure;
use gatewright_core::action::{
    About, Action, Context, FilesAbout, MeasureAbout, Outcome, OutputAbout, OutputText, SarifWriter, Settle,
};
use gatewright_core::date::Date;
use gatewright_core::input::Provenance;
use gatewright_core::judge::FailOn;
use gatewright_core::report::{Measure, Report, Scope, Severity, Source};
use gatewright_core::source_tree::SourceTree;
use gatewright_core::store::Token;
use gatewright_sarif::csv::write_csv;
use gatewright_sarif::{
    Evidence, Faults, Limits, Sources, Threats, category, identify, join, judge, normalise, rules,
};

pub use inputs::Inputs;

use places::Places;

/// The places where workflows leave scanners' reports.
const WELL_KNOWN: [&str; 13] = [
    "*.sarif",
    "results/**/*.sarif",
    "reports/**/*.sarif",
    "gosec.json",
    "govulncheck.json",
    "trivy.json",
    "grype.json",
    "osv-scanner.json",
    "gitleaks.json",
    "semgrep.json",
    "bandit.json",
    "checkov.json",
    "npm-audit.json",
];

const ABOUT: About = About {
    name: "security-sarif",
    version: env!("CARGO_PKG_VERSION"),
    title: "Security SARIF",
    summary: "Judges what scanners found, whatever they write, and prepares SARIF that GitHub takes.",
    files: Some(FilesAbout {
        what: "Scanners' reports, with `TOOL=` in front to say whose they are,",
        well_known: &WELL_KNOWN,
    }),
    reads_base: true,
    verbs: &verbs::VERBS,
    lists: &[],
    outputs: &[
        OutputAbout { name: "critical", description: "how many critical findings stand" },
        OutputAbout { name: "high", description: "how many high findings stand" },
        OutputAbout { name: "medium", description: "how many medium findings stand" },
        OutputAbout { name: "low", description: "how many low findings stand" },
        OutputAbout { name: "scanners", description: "which scanners reported, with commas between them" },
    ],
    measures: &MEASURES,
    rules: &rules::INFOS,
};

const MEASURES: [MeasureAbout; 10] = [
    MeasureAbout { name: "security.critical", description: "critical findings that stand" },
    MeasureAbout { name: "security.high", description: "high findings that stand" },
    MeasureAbout { name: "security.medium", description: "medium findings that stand" },
    MeasureAbout { name: "security.low", description: "low findings that stand" },
    MeasureAbout { name: "security.info", description: "findings that stand and are only worth knowing" },
    MeasureAbout {
        name: "security.fixable",
        description: "findings in packages of which a mended version is known",
    },
    MeasureAbout { name: "security.exploited", description: "findings that are known to be exploited" },
    MeasureAbout { name: "security.secrets", description: "findings about credentials" },
    MeasureAbout { name: "security.waived", description: "findings that somebody accepted" },
    MeasureAbout { name: "security.gated", description: "findings that a rule of `gate` takes, by its name" },
];

/// The action.
pub fn action() -> Action {
    Action::new(ABOUT, run)
}

fn run(inputs: &Inputs, ctx: &Context<'_>) -> Result<Outcome, Failure> {
    let token = inputs.store_token.as_deref().and_then(Token::new);
    if ctx.verb == "fetch" {
        return Ok(verbs::fetch(token));
    }
    if ctx.verb == "waive" {
        return waive::waive(inputs, ctx);
    }
    let policy = inputs.policy()?;
    // Who runs scanners here and names no file wants nothing else to be read.
    let only_runs = !inputs.scanners.is_empty() && ctx.patterns.is_empty();
    let found = if only_runs { reports::Reports::default() } else { reports::find(ctx)? };
    let (mut evidence, mut sources) = found.read(ctx);
    scan::run(inputs, ctx, &mut evidence, &mut sources)?;
    evidence.today = Some(Date::from_unix_seconds(ctx.time));
    read_threats(inputs, ctx, &mut evidence, &mut sources);
    let tree = SourceTree::of_run(ctx, &inputs.source_roots, &inputs.rewrite)?;
    let places = Places::new(ctx, &tree, inputs);
    bring_into_shape(&mut evidence, inputs, ctx, &places);
    evidence.asks_for_new = policy.gates.iter().any(gatewright_sarif::Gate::asks_for_new)
        || ctx.conditions.iter().any(baseline::asks_for_new);
    evidence.asked_tools = ctx.conditions.iter().flat_map(baseline::asked_tools).collect();
    baseline::compare_with_found(inputs, ctx, &mut evidence, &mut sources);
    lists::accept(inputs, ctx, &mut evidence, &mut sources)?;
    evidence.groups = join(&evidence.runs);
    let effects = match ctx.verb {
        "record" => verbs::record(&evidence, token, ctx)?,
        _ => Vec::new(),
    };
    let evidence = Arc::new(evidence);
    let (mut report, judgement) = judge(&evidence, &policy);
    report.sources = sources;
    let judgement = Arc::new(judgement);
    let settling = Arc::clone(&judgement);
    let has_own_gates = !policy.gates.is_empty() && ctx.provenance("fail-on") == Provenance::Default;
    Ok(Outcome {
        report,
        effects,
        outputs: vec![("scanners".to_owned(), evidence.tools().join(","))],
        texts: inputs.csv_file.iter().map(csv).collect(),
        fail_on: has_own_gates.then_some(FailOn::Never),
        settle: Some(Settle(Arc::new(move |report: &mut Report| {
            settling.settle(report);
            counts(report)
        }))),
        sarif: Some(SarifWriter(Arc::new(move |report: &Report| {
            let written = judgement.outgoing(report, Limits::GITHUB);
            written.into_iter().map(|file| file.text).collect()
        }))),
        ..Outcome::default()
    })
}

fn csv(path: &String) -> OutputText {
    OutputText { path: PathBuf::from(path), write: Arc::new(write_csv) }
}

/// How many findings stand, as outputs.
fn counts(report: &Report) -> Vec<(String, String)> {
    let count = |severity: Severity| {
        let name = format!("security.{severity}");
        let of = |measure: &&Measure| measure.name == name && measure.scope == Scope::Total;
        let shown = report.measures.iter().find(of).map(|measure| measure.display.clone());
        (severity.to_string(), shown.unwrap_or_default())
    };
    [Severity::Critical, Severity::High, Severity::Medium, Severity::Low].map(count).to_vec()
}

/// Normalises, places and identifies every result, and gives every run a category of its own.
fn bring_into_shape(evidence: &mut Evidence, inputs: &Inputs, ctx: &Context<'_>, places: &Places<'_>) {
    for (run, report) in evidence.runs.iter_mut().zip(&evidence.of_report) {
        let report = &mut evidence.reports[*report];
        if let Ok(content) = &mut report.content {
            ctx.note(format!("normalising {} of {}", run.tool.name, report.shown));
            normalise(run, &places.of_report(report.path.as_ref()), &mut content.faults);
            if content.faults.lose_results() {
                run.mark_incomplete();
            }
        }
    }
    places::place_the_placeless(&mut evidence.runs, inputs, places, ctx);
    let prefix = match ctx.name() {
        Some(name) => format!("{}/{name}", inputs.category.trim_matches('/')),
        None => inputs.category.clone(),
    };
    category::assign(&mut evidence.runs, &prefix);
    let mut faults = Faults::default();
    identify(&mut evidence.runs, &mut |path| places.read(path), &mut faults);
    // Which report a fingerprint stood in that identifies nothing is of no interest: it is told with the first.
    if let Some(Ok(content)) =
        evidence.reports.iter_mut().map(|report| &mut report.content).find(|content| content.is_ok())
    {
        content.faults.absorb(faults);
    }
}

/// Data on exploitation, from the files that are named.
fn read_threats(inputs: &Inputs, ctx: &Context<'_>, evidence: &mut Evidence, sources: &mut Vec<Source>) {
    type Read = fn(&mut Threats, &[u8]) -> Result<(), String>;
    let files: [(&str, &Option<String>, &str, Read); 2] = [
        ("epss-file", &inputs.epss_file, "EPSS", Threats::read_epss),
        ("kev-file", &inputs.kev_file, "KEV", Threats::read_kev),
    ];
    for (input, path, format, read) in files {
        let Some(path) = path else { continue };
        let trouble = match reports::bytes(ctx, path, format) {
            Err(message) => (
                format!("`{path}` of `{input}` can't be read: {message}"),
                "Bring it there in a step before this one.".to_owned(),
            ),
            Ok((bytes, source)) => {
                sources.push(source);
                match read(&mut evidence.threats, &bytes) {
                    Ok(()) => continue,
                    Err(message) => (
                        format!("`{path}` of `{input}` is no such file: {message}"),
                        "Name the file as its publisher offers it.".to_owned(),
                    ),
                }
            }
        };
        evidence.threat_troubles.push(trouble);
    }
}
