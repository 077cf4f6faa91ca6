//! `coverage-gate`: from inputs to a report on coverage. What a report means is known by `gatewright-coverage`; how it
//! is shown, by `gatewright-core`.

mod inputs;

use gatewright_core::action::{
    About, Action, ChangeUnderReview, Context, FilesAbout, MeasureAbout, Outcome, OutputAbout,
};
use gatewright_core::decimal::floored_percent;
use gatewright_core::glob::Globs;
use gatewright_core::report::{Measure, MeasureValue, Report, Scope, Source};
use gatewright_core::workspace::HashedReader;
use gatewright_core::{Failure, RepoPath};
use gatewright_coverage::{Gatherer, GoModule, Ignores, PatchBase, SourceTree, judge, read, rules};

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
    summary: "Judges coverage reports: the total, every file, and the lines that a change touches.",
    files: Some(FilesAbout { what: "Coverage reports", well_known: &WELL_KNOWN }),
    reads_base: true,
    verbs: &[],
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
    measures: &[
        MeasureAbout {
            name: "coverage.statements",
            description: "statements that ran, of those measured (Go)",
        },
        MeasureAbout {
            name: "coverage.lines",
            description: "lines that ran, of those measured; the scope `patch` counts changed lines only",
        },
        MeasureAbout {
            name: "coverage.branches",
            description: "branches that were taken, of those measured",
        },
        MeasureAbout { name: "coverage.functions", description: "functions that ran, of those measured" },
    ],
    rules: &rules::INFOS,
};

/// The action.
pub fn action() -> Action {
    Action::new(ABOUT, run)
}

fn run(inputs: &Inputs, ctx: &Context<'_>) -> Result<Outcome, Failure> {
    let well_known: Vec<String> = WELL_KNOWN.map(str::to_owned).to_vec();
    let given = !ctx.patterns.is_empty();
    let found = ctx.workspace.find(if given { ctx.patterns } else { &well_known });
    if let Some((pattern, message)) = found.wrong.first() {
        return Err(Failure::usage(
            format!("`{pattern}` in `files` is no glob: {message}"),
            "Correct it; `*` stays in a folder, `**` crosses folders.",
        ));
    }
    let missing = match (given, found.files.is_empty()) {
        (true, true) if found.empty.is_empty() => vec![format!("any of {}", ctx.patterns.join(", "))],
        (true, _) => found.empty,
        (false, true) => vec![format!("any of the well-known places ({})", WELL_KNOWN.join(", "))],
        (false, false) => Vec::new(),
    };
    let ignores = Ignored(Globs::new(&inputs.ignore).map_err(|(pattern, message)| {
        Failure::usage(
            format!("`{pattern}` in `ignore` is no glob: {message}"),
            "Correct it; patterns start at the repository's root.",
        )
    })?);
    let tree = source_tree(ctx);
    let mut gatherer = Gatherer::new(&tree);
    for (folder, message) in &found.unreadable {
        let message = format!("this folder can't be searched for reports: {message}");
        let help = "Let this user read it, or name the reports without a glob that leads there.".to_owned();
        gatherer.add_unreadable(ctx.workspace.shown(folder), None, message, help);
    }
    let mut sources = Vec::new();
    for (number, file) in found.files.iter().enumerate() {
        ctx.note(format!("reading {} ({} of {})", file.shown, number + 1, found.files.len()));
        let path = ctx.workspace.repo_path(&file.path);
        match read_report(&file.path) {
            Err((message, help)) => gatherer.add_unreadable(file.shown.clone(), path, message, help),
            Ok((parsed, bytes, sha256)) => {
                let format = parsed.format.name().to_owned();
                let files = parsed.picture.files().len();
                let what = if files == 1 { "file" } else { "files" };
                ctx.note(format!("{}: {format}, {files} {what}", file.shown));
                sources.push(Source { path: file.shown.clone(), format, bytes, sha256 });
                gatherer.add(file.shown.clone(), path, parsed);
            }
        }
    }
    let mut evidence = gatherer.finish(&ignores, &inputs.ignore);
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
    let mut report = judge(&evidence, &inputs.policy(), &base, &missing);
    report.sources = sources;
    let outputs =
        vec![("coverage".to_owned(), total(&report)), ("coverage-patch".to_owned(), patch(&report))];
    Ok(Outcome { report, outputs, ..Outcome::default() })
}

/// Reads one report and hashes it on the way; what is wrong comes back as a message and the next step.
fn read_report(
    path: &std::path::Path,
) -> Result<(gatewright_coverage::Parsed, u64, String), (String, String)> {
    let io = |error: std::io::Error| {
        (
            format!("it can't be read: {error}"),
            "Check that the file is a report and that this user may read it.".to_owned(),
        )
    };
    let mut reader = HashedReader::open(path).map_err(io)?;
    let parsed = read(&mut reader).map_err(|error| (error.to_string(), rules::sentence(error.help())))?;
    let (bytes, sha256) = reader.finish().map_err(io)?;
    Ok((parsed, bytes, sha256))
}

/// The repository's files, with those that the change adds and git does not track yet.
fn source_tree(ctx: &Context<'_>) -> SourceTree {
    let mut files = ctx.tracked_files();
    if let ChangeUnderReview::Known { changes, .. } = ctx.change {
        files.extend(changes.files.iter().map(|file| file.path.clone()));
    }
    let module = |file: &RepoPath| {
        let text = std::fs::read_to_string(file.to_path(&ctx.workspace.root)).ok()?;
        let line = text.lines().find_map(|line| line.trim().strip_prefix("module "))?;
        let path = line.split("//").next().unwrap_or(line).trim().trim_matches('"').to_owned();
        Some(GoModule { path, folder: file.folder().to_owned() })
    };
    let modules = files.iter().filter(|file| file.file_name() == "go.mod").filter_map(module).collect();
    SourceTree::new(&ctx.workspace.root.to_string_lossy(), files, modules)
}

struct Ignored(Globs);

impl Ignores for Ignored {
    fn decision(&self, path: &str) -> Option<(usize, bool)> {
        self.0.decision(path)
    }
}

/// The total in the unit that the reports count in: statements before lines.
fn total(report: &Report) -> String {
    let is_total = |measure: &&Measure| measure.scope == Scope::Total && measure.threshold.is_some();
    report.measures.iter().find(is_total).map(percent).unwrap_or_default()
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
    }
}
