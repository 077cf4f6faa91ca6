//! What the gate writes besides its report: the HTML report, merged reports for other tools, a badge.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;
use gatewright_core::action::{ChangeUnderReview, Context, Outcome, OutputFile, OutputFolder};
use gatewright_core::decimal::Decimal;
use gatewright_core::report::Report;
use gatewright_core::{Failure, RepoPath};
use gatewright_coverage::baseline::EarlierFigures;
use gatewright_coverage::output::{
    Badge, Baseline as ShownBaseline, ChangedLines, Form, Group, HtmlReport, TrendPoint, write_badge_json,
    write_badge_svg, write_cobertura, write_html, write_lcov,
};
use gatewright_coverage::{BaselineUnderReview, Evidence, Ratio, Totals, Unit};

/// Where to write what.
#[derive(Args, Clone, Debug)]
pub struct OutputInputs {
    /// Where to write the HTML report: a folder with every file, its lines, hits and branches, which works from the file
    /// system. What an earlier run wrote there is replaced.
    #[arg(long, value_name = "OUTPUT")]
    pub html_report: Option<String>,

    /// Where to write all reports merged into one, as LCOV.
    #[arg(long, value_name = "OUTPUT")]
    pub lcov_file: Option<String>,

    /// Where to write all reports merged into one, as Cobertura XML.
    #[arg(long, value_name = "OUTPUT")]
    pub cobertura_file: Option<String>,

    /// Where to write a badge of the total, as SVG.
    #[arg(long, value_name = "OUTPUT")]
    pub badge_file: Option<String>,

    /// Where to write the badge as JSON for an endpoint of shields.io.
    #[arg(long, value_name = "OUTPUT")]
    pub badge_json_file: Option<String>,
}

/// What is written about.
pub(crate) struct Written<'a> {
    pub(crate) evidence: Evidence,
    pub(crate) trend: &'a [EarlierFigures],
    /// The least share of the total in the unit that the badge shows.
    pub(crate) minimum: Option<Decimal>,
}

/// Adds what is asked for to the outcome.
pub(crate) fn add(
    inputs: &OutputInputs,
    ctx: &Context<'_>,
    written: Written<'_>,
    outcome: &mut Outcome,
) -> Result<(), Failure> {
    spare_sources(inputs, ctx, &written.evidence)?;
    let unit = headline_unit(&written.evidence);
    let badge = Badge::of("coverage", written.evidence.ratio(unit), written.minimum);
    let picture = &written.evidence.picture;
    let mut file = |path: &Option<String>, write: &dyn Fn(&mut Vec<u8>) -> std::io::Result<()>| {
        let Some(path) = path else { return Ok(()) };
        let mut bytes = Vec::new();
        write(&mut bytes).map_err(|error| {
            Failure::cannot_judge(format!("`{path}` can't be made: {error}"), "Try without it.")
        })?;
        outcome.files.push(OutputFile { path: PathBuf::from(path), bytes });
        Ok::<(), Failure>(())
    };
    file(&inputs.lcov_file, &|bytes| write_lcov(picture, bytes))?;
    file(&inputs.cobertura_file, &|bytes| write_cobertura(picture, ctx.time, bytes))?;
    file(&inputs.badge_file, &|bytes| write_badge_svg(&badge, bytes))?;
    file(&inputs.badge_json_file, &|bytes| write_badge_json(&badge, bytes))?;
    if let Some(path) = &inputs.html_report {
        outcome.folders.push(html(path, ctx, written));
    }
    Ok(())
}

/// A slip in a path must not cost a source file.
fn spare_sources(inputs: &OutputInputs, ctx: &Context<'_>, evidence: &Evidence) -> Result<(), Failure> {
    let paths = [&inputs.lcov_file, &inputs.cobertura_file, &inputs.badge_file, &inputs.badge_json_file];
    for path in paths.into_iter().flatten() {
        let place = ctx.workspace.repo_path(&ctx.workspace.directory.join(path));
        if place.is_some_and(|place| evidence.mapped.contains(place.as_str())) {
            return Err(Failure::usage(
                format!("`{path}` would be written over: it is a source file that is measured"),
                "Give every output file a path of its own.",
            ));
        }
    }
    Ok(())
}

/// The unit that one figure speaks for: statements before lines.
pub(crate) fn headline_unit(evidence: &Evidence) -> Unit {
    evidence.native_units().first().copied().unwrap_or(Unit::Lines)
}

/// The HTML report, made when the files are written: its sources are read one by one.
fn html(path: &str, ctx: &Context<'_>, written: Written<'_>) -> OutputFolder {
    let page = Page {
        title: ctx.title().unwrap_or_else(|| "Coverage".to_owned()),
        subject: ctx.facts(),
        changed: changed(ctx),
        trend: trend(&written),
        minimum: written.minimum,
        blob: ctx.blob.map(str::to_owned),
        root: ctx.workspace.root.clone(),
        patch: written.evidence.patch.as_ref().map(|patch| patch.ratio),
        evidence: written.evidence,
    };
    let write =
        Arc::new(move |_: &Report, sink: &mut gatewright_core::runner::FolderSink<'_>| page.write(sink));
    OutputFolder { path: PathBuf::from(path), write }
}

struct Page {
    title: String,
    subject: Vec<(String, String)>,
    changed: BTreeMap<String, ChangedLines>,
    trend: Vec<TrendPoint>,
    minimum: Option<Decimal>,
    blob: Option<String>,
    root: PathBuf,
    patch: Option<Ratio>,
    evidence: Evidence,
}

impl Page {
    fn write(&self, sink: &mut gatewright_core::runner::FolderSink<'_>) -> std::io::Result<()> {
        let subject: Vec<(&str, &str)> =
            self.subject.iter().map(|(label, value)| (label.as_str(), value.as_str())).collect();
        let source = |path: &str| source(&self.root, &self.evidence, path);
        let groups = groups(&self.evidence);
        let (baseline, how) = match &self.evidence.baseline {
            BaselineUnderReview::Found { baseline, how, .. } => (Some(baseline), how.as_str()),
            _ => (None, ""),
        };
        let before =
            |path: &str| baseline.and_then(|baseline| baseline.files.get(path)).map(|(_, totals)| *totals);
        let shown = baseline.map(|baseline| ShownBaseline {
            name: how,
            totals: baseline.total.totals,
            file: &before,
        });
        let report = HtmlReport {
            title: &self.title,
            subject: &subject,
            totals: self.evidence.total.totals(),
            picture: &self.evidence.picture,
            patch: self.patch,
            changed: &self.changed,
            // Without its files, a baseline would call every file new.
            baseline: shown.filter(|_| baseline.is_some_and(|baseline| !baseline.files.is_empty())),
            trend: &self.trend,
            groups: &groups,
            minimum: self.minimum,
            blob: self.blob.as_deref(),
            source: &source,
            form: Form::BySize,
        };
        write_html(&report, sink)
    }
}

/// The text of a file of the repository; what a report claims to lie elsewhere is not read.
pub(crate) fn source(root: &Path, evidence: &Evidence, path: &str) -> Option<String> {
    let path = RepoPath::from_git(path).ok().filter(|_| evidence.mapped.contains(path))?;
    let bytes = std::fs::read(path.to_path(root)).ok()?;
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

fn changed(ctx: &Context<'_>) -> BTreeMap<String, ChangedLines> {
    let ChangeUnderReview::Known { changes, .. } = ctx.change else { return BTreeMap::new() };
    let touched = changes.files.iter().filter(|file| !file.added.is_empty());
    touched
        .map(|file| (file.path.as_str().to_owned(), ChangedLines { ranges: file.added.clone(), ratio: None }))
        .collect()
}

/// The total over the last commits in the unit of the headline, the oldest first, and this run as the last.
fn trend(written: &Written<'_>) -> Vec<TrendPoint> {
    let unit = headline_unit(&written.evidence);
    let comparable = written.trend.iter().filter(|point| point.native.contains(&unit));
    let mut points: Vec<TrendPoint> = comparable
        .map(|point| TrendPoint {
            label: point.commit.chars().take(10).collect(),
            ratio: point.totals.ratio(unit),
        })
        .collect();
    if !points.is_empty() {
        points.push(TrendPoint { label: "this run".to_owned(), ratio: written.evidence.ratio(unit) });
    }
    points
}

fn groups(evidence: &Evidence) -> Vec<Group<'_>> {
    let group = |kind: &'static str, name, totals: Totals| Group { kind, name, totals };
    let flags = evidence.flags.iter().map(|(name, flag)| group("flag", name.as_str(), flag.tally.totals()));
    let components =
        evidence.components.iter().map(|(name, tally)| group("component", name.as_str(), tally.totals()));
    let packages =
        evidence.packages.iter().map(|(name, tally)| group("package", name.as_str(), tally.totals()));
    flags.chain(components).chain(packages).collect()
}
