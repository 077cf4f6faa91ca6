//! `coverage-gate`: from inputs to a report on coverage. What a report means is known by `gatewright-coverage`; how it
//! is shown, by `gatewright-core`.

mod baseline;
mod inputs;
mod outputs;
mod reports;
mod verbs;

use std::io::Read as _;

use gatewright_core::action::{
    About, Action, ChangeUnderReview, Context, FilesAbout, MeasureAbout, Outcome, OutputAbout,
};
use gatewright_core::decimal::floored_percent;
use gatewright_core::glob::Globs;
use gatewright_core::report::{Measure, MeasureValue, Report, Scope, Unit};
use gatewright_core::source_tree::SourceTree;
use gatewright_core::store::Token;
use gatewright_core::{Failure, RepoPath};
use gatewright_coverage::policy::bounds::{Breadth, Limit};
use gatewright_coverage::{
    Circumstances, Gatherer, Ignores, Named, Partials, PatchBase, Selection, judge, rules,
};

pub use inputs::Inputs;

/// The places where coverage tools leave their reports.
const WELL_KNOWN: [&str; 7] = [
    "coverage.out",
    "cover.out",
    "coverage.txt",
    "lcov.info",
    "coverage.lcov",
    "coverage/lcov.info",
    "coverage/coverage.out",
];

const ABOUT: About = About {
    name: "coverage-gate",
    version: env!("CARGO_PKG_VERSION"),
    title: "Coverage gate",
    summary: "Judges coverage reports: the total, its parts, every file, and the lines that a change touches.",
    files: Some(FilesAbout { what: "Coverage reports", well_known: &WELL_KNOWN }),
    reads_base: true,
    verbs: &verbs::VERBS,
    lists: &[],
    outputs: &[
        OutputAbout {
            name: "coverage",
            description: "total coverage in percent, floored to two decimals; empty without data",
        },
        OutputAbout {
            name: "coverage-patch",
            description: "coverage of the changed lines in percent; empty where it does not apply",
        },
    ],
    measures: &MEASURES,
    rules: &rules::INFOS,
};

const MEASURES: [MeasureAbout; 12] = [
    MeasureAbout { name: "coverage.statements", description: "statements that ran, of those measured" },
    MeasureAbout {
        name: "coverage.lines",
        description: "lines that ran, of those measured; the scope `patch` counts changed lines only",
    },
    MeasureAbout { name: "coverage.branches", description: "branches that were taken, of those measured" },
    MeasureAbout { name: "coverage.functions", description: "functions that ran, of those measured" },
    MeasureAbout { name: "coverage.statements.uncovered", description: "statements that did not run" },
    MeasureAbout { name: "coverage.lines.uncovered", description: "lines that did not run" },
    MeasureAbout { name: "coverage.branches.uncovered", description: "branches that were not taken" },
    MeasureAbout { name: "coverage.functions.uncovered", description: "functions that did not run" },
    MeasureAbout {
        name: "coverage.statements.drop",
        description: "percentage points that the share of statements fell by since the baseline; below 0 it rose",
    },
    MeasureAbout { name: "coverage.lines.drop", description: "the same of lines" },
    MeasureAbout { name: "coverage.branches.drop", description: "the same of branches" },
    MeasureAbout { name: "coverage.functions.drop", description: "the same of functions" },
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
    let policy = inputs.policy(ctx.conditions)?;
    let (flags, flag_paths) = (named("flags", &inputs.flags)?, named("flag-paths", &inputs.flag_paths)?);
    let components = named("components", &inputs.components)?;
    if let Some(stray) = flag_paths.iter().find(|paths| !flags.iter().any(|flag| flag.name == paths.name)) {
        return Err(Failure::usage(
            format!("`flag-paths` names the flag {}, which `flags` does not", stray.name),
            "Say in `flags` which reports make it up, or correct the name.",
        ));
    }
    let ignores = Ignored(Globs::new(&inputs.ignore).map_err(|(pattern, message)| {
        Failure::usage(
            format!("`{pattern}` in `ignore` is no glob: {message}"),
            "Correct it; patterns start at the repository's root.",
        )
    })?);
    let reports = reports::find(ctx, &flags)?;
    let baseline = baseline::find(inputs, ctx);
    let tree = SourceTree::of_run(ctx, &inputs.source_roots, &inputs.rewrite)?;
    let mut gatherer = Gatherer::new(&tree);
    let mut sources = reports::gather(&reports, ctx, &mut gatherer);
    gatherer.settle_flags(&flags, &flag_paths, &baseline.found);
    let heads = |path: &RepoPath| head(&path.to_path(&ctx.workspace.root));
    let selection = Selection {
        ignores: &ignores,
        patterns: &inputs.ignore,
        heads: if inputs.generated == "ignore" { Some(&heads) } else { None },
        components: &components,
        partials: if inputs.partials == "miss" { Partials::Miss } else { Partials::Hit },
    };
    let mut evidence = gatherer.finish(&selection).with_baseline(baseline.found);
    sources.extend(baseline.source);
    for (pattern, files) in &evidence.ignored {
        ctx.note(format!("`{pattern}` of `ignore` leaves out {}: {}", files.len(), files.join(", ")));
    }
    let base = match ctx.change {
        ChangeUnderReview::Known { base, changes } => {
            let source = |path: &RepoPath| std::fs::read_to_string(path.to_path(&ctx.workspace.root)).ok();
            evidence = evidence.with_change(changes, &ignores, &source);
            PatchBase::Known(format!("since {}, {}", base.commit.short(), base.found_as))
        }
        ChangeUnderReview::NotApplicable(why) => PatchBase::NotApplicable(why.clone()),
        ChangeUnderReview::Unreadable(error) => {
            PatchBase::Unreadable(error.message.clone(), error.help.clone())
        }
    };
    let circumstances = Circumstances {
        base,
        missing: reports.missing,
        idle_exclusions: reports.idle_exclusions,
        trend: baseline.trend,
    };
    if ctx.verb == "explain" {
        return verbs::explained(&evidence, ctx);
    }
    let mut report = judge(&evidence, &policy, &circumstances);
    report.sources = sources;
    let effects = match ctx.verb {
        "record" => verbs::recorded(&evidence, &flag_paths, token.as_ref(), ctx)?,
        _ => Vec::new(),
    };
    let outputs =
        vec![("coverage".to_owned(), total(&report)), ("coverage-patch".to_owned(), patch(&report))];
    let mut outcome = Outcome { report, outputs, effects, ..Outcome::default() };
    let least = policy.gates.of(Limit::Minimum, Breadth::Total).of("", &evidence.native_units());
    let minimum = least.get(&outputs::headline_unit(&evidence)).copied();
    let written = outputs::Written { evidence, trend: &circumstances.trend, minimum };
    outputs::add(&inputs.outputs, ctx, written, &mut outcome)?;
    Ok(outcome)
}

fn named(input: &str, lines: &[String]) -> Result<Vec<Named>, Failure> {
    Named::parse(lines).map_err(|(line, message)| {
        let help = "Each line reads NAME=GLOB; several lines of one name belong together.";
        Failure::usage(format!("`{line}` in `{input}` can't be used: {message}"), help)
    })
}

/// How much of a file is read to see whether a program wrote it.
const HEAD: u64 = 8192;

fn head(path: &std::path::Path) -> Option<String> {
    let mut bytes = Vec::new();
    std::fs::File::open(path).ok()?.take(HEAD).read_to_end(&mut bytes).ok()?;
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

struct Ignored(Globs);

impl Ignores for Ignored {
    fn decision(&self, path: &str) -> Option<(usize, bool)> {
        self.0.decision(path)
    }
}

/// The total in the unit that the reports count in: statements before lines.
fn total(report: &Report) -> String {
    let is_share = |measure: &&Measure| measure.scope == Scope::Total && measure.unit == Unit::Percent;
    let mut shares = report.measures.iter().filter(is_share);
    shares.next().map(percent).unwrap_or_default()
}

fn patch(report: &Report) -> String {
    report.measures.iter().find(|measure| measure.scope == Scope::Patch).map(percent).unwrap_or_default()
}

fn percent(measure: &Measure) -> String {
    match measure.value {
        MeasureValue::Ratio { numerator, denominator } => {
            floored_percent(numerator, denominator).unwrap_or_default()
        }
        MeasureValue::Count { value } => value.to_string(),
        MeasureValue::Difference { .. } => String::new(),
    }
}
