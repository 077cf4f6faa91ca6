//! Finds the reports, says which variant, shard and group of attempts each belongs to, and reads them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use gatewright_core::Failure;
use gatewright_core::action::Context;
use gatewright_core::failure::sentence;
use gatewright_core::glob::Globs;
use gatewright_core::nearest::nearest;
use gatewright_core::report::Source;
use gatewright_core::workspace::{Found, FoundFile, HashedReader};
use gatewright_test_results::{Collector, Milliseconds, Nanoseconds, Parsed, ReportEvidence, Sink, read};

use crate::Inputs;
use crate::WELL_KNOWN;
use crate::verbs::VERBS;

/// The reports of a run.
#[derive(Debug, Default)]
pub(crate) struct Reports {
    /// In the order of their paths.
    pub(crate) files: Vec<ReportFile>,
    /// Where there should be one and is none.
    pub(crate) missing: Vec<String>,
    /// Exclusions that took out nothing.
    pub(crate) idle_exclusions: Vec<String>,
    unreadable: Vec<(PathBuf, String)>,
}

/// A report that was found.
#[derive(Clone, Debug)]
pub(crate) struct ReportFile {
    pub(crate) file: FoundFile,
    /// The leg of a matrix that it is of; empty where none is named.
    pub(crate) variant: String,
    /// The shard, from 1.
    pub(crate) shard: Option<u32>,
    /// The group whose reports are tries of one run.
    pub(crate) attempts: Option<String>,
    /// Its times are milliseconds.
    milliseconds: bool,
    /// It is what the command of this run printed.
    is_own: bool,
}

/// What stands for the number of a shard.
const SHARD: &str = "{shard}";

/// A pattern of `files` with what it says about its reports.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Wanted {
    variant: String,
    shard: Option<u32>,
    glob: String,
}

impl Wanted {
    /// For readers, where nothing is found.
    fn shown(&self, shards: Option<u32>) -> String {
        let shard = self.shard.zip(shards).map(|(shard, of)| format!(" (shard {shard} of {of})"));
        let variant =
            if self.variant.is_empty() { String::new() } else { format!(" (variant {})", self.variant) };
        format!("{}{}{variant}", self.glob, shard.unwrap_or_default())
    }
}

/// Finds all reports: those of `files`, and those of the groups of attempts. Where only groups are named, only theirs are
/// read.
pub(crate) fn find(inputs: &Inputs, ctx: &Context<'_>) -> Result<Reports, Failure> {
    let (excluded, given): (Vec<String>, Vec<String>) =
        ctx.patterns.iter().cloned().partition(|pattern| pattern.starts_with('!'));
    let mut reports = Reports::default();
    let mut files: BTreeMap<PathBuf, ReportFile> = BTreeMap::new();
    if given.is_empty() && (inputs.attempts.is_empty() || !excluded.is_empty()) {
        let well_known: Vec<String> =
            WELL_KNOWN.iter().map(|glob| (*glob).to_owned()).chain(excluded.clone()).collect();
        let found = ctx.workspace.find_usual(&well_known).accepted("files")?;
        reports.missing = found.missing(&[], &WELL_KNOWN);
        reports.take(
            found,
            &Wanted { variant: String::new(), shard: None, glob: String::new() },
            &mut files,
        )?;
    }
    for wanted in wanted(&given, inputs.shards, ctx)? {
        let patterns = [std::slice::from_ref(&wanted.glob), excluded.as_slice()].concat();
        let found = ctx.workspace.find(&patterns).accepted("files")?;
        if found.files.is_empty() {
            // A word that is no path is mostly a verb with a slip in it.
            let is_word = wanted.glob.bytes().all(|byte| byte.is_ascii_alphabetic());
            let verb = nearest(&wanted.glob, VERBS.iter().map(|verb| verb.name)).filter(|_| is_word);
            let hint = verb.map(|verb| format!(" (did you mean the verb `{verb}`?)")).unwrap_or_default();
            reports.missing.push(wanted.shown(inputs.shards) + &hint);
        }
        reports.take(found, &wanted, &mut files)?;
    }
    for line in &inputs.attempts {
        let (group, glob) = named("attempts", line)?;
        let patterns = [&[glob.to_owned()], excluded.as_slice()].concat();
        let found = ctx.workspace.find(&patterns).accepted("attempts")?;
        if found.files.is_empty() {
            reports.missing.push(format!("{glob} (attempts {group})"));
        }
        for file in found.files {
            let known = files.entry(file.path.clone()).or_insert_with(|| ReportFile::new(file));
            if let Some(other) = known.attempts.replace(group.to_owned()).filter(|other| other != group) {
                return Err(Failure::usage(
                    format!("{} belongs to two groups of attempts: {other} and {group}", known.file.shown),
                    "Narrow the globs of `attempts`: each report is a try of one run.",
                ));
            }
        }
    }
    let milliseconds = Globs::new(&inputs.milliseconds).map_err(|(pattern, message)| {
        Failure::usage(format!("`{pattern}` in `milliseconds` is no glob: {message}"), "Correct it.")
    })?;
    for report in files.values_mut() {
        report.milliseconds = milliseconds.decision(&report.file.shown).is_some_and(|(_, takes)| takes);
    }
    reports.unreadable.sort();
    reports.unreadable.dedup();
    reports.idle_exclusions.sort();
    reports.idle_exclusions.dedup();
    reports.files = files.into_values().collect();
    Ok(reports)
}

/// `linux=results/{shard}/*.xml` as what it says: a variant, and a pattern for each shard.
fn wanted(given: &[String], shards: Option<u32>, ctx: &Context<'_>) -> Result<Vec<Wanted>, Failure> {
    let mut all = Vec::new();
    for pattern in given {
        let (variant, glob) = variant_and_glob(pattern, ctx);
        let wanted = |shard: Option<u32>| {
            let glob = shard.map_or_else(|| glob.to_owned(), |shard| glob.replace(SHARD, &shard.to_string()));
            Wanted { variant: variant.to_owned(), shard, glob }
        };
        match (glob.contains(SHARD), shards) {
            (true, Some(shards)) => all.extend((1..=shards).map(|shard| wanted(Some(shard)))),
            (true, None) => {
                return Err(Failure::usage(
                    format!("`{pattern}` names shards, and nobody says how many there are"),
                    "Set `shards` to their number.",
                ));
            }
            (false, _) => all.push(wanted(None)),
        }
    }
    if let Some(shards) = shards.filter(|_| all.iter().all(|wanted| wanted.shard.is_none())) {
        return Err(Failure::usage(
            format!("`shards` is {shards}, and no pattern of `files` names them"),
            format!("Write `{SHARD}` where the number of a shard stands: `results/{SHARD}/*.xml`."),
        ));
    }
    Ok(all)
}

/// What a pattern says about its reports, and where they lie.
fn variant_and_glob<'a>(pattern: &'a str, ctx: &Context<'_>) -> (&'a str, &'a str) {
    let is_file = ctx.workspace.directory.join(pattern).exists();
    match pattern.split_once('=') {
        Some((variant, glob)) if !is_file && is_variant(variant) => (variant.trim(), glob.trim()),
        _ => ("", pattern),
    }
}

/// Patterns with the variants that they name.
pub(crate) fn variants(patterns: &[String], ctx: &Context<'_>) -> Vec<(String, String)> {
    let one = |pattern: &String| {
        let (variant, glob) = variant_and_glob(pattern, ctx);
        (variant.to_owned(), glob.to_owned())
    };
    patterns.iter().map(one).collect()
}

/// The name of a leg of a matrix, as opposed to the beginning of a path.
fn is_variant(text: &str) -> bool {
    let text = text.trim();
    !text.is_empty()
        && text
            .chars()
            .all(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | ' ' | '(' | ')' | ',' | '+'))
}

fn named<'a>(input: &str, line: &'a str) -> Result<(&'a str, &'a str), Failure> {
    let parts = line.split_once('=').map(|(name, glob)| (name.trim(), glob.trim()));
    parts.filter(|(name, glob)| !name.is_empty() && !glob.is_empty()).ok_or_else(|| {
        Failure::usage(
            format!("`{line}` in `{input}` can't be used: expected NAME=GLOB"),
            "Each line reads NAME=GLOB; several lines of one name belong together.",
        )
    })
}

impl ReportFile {
    pub(crate) fn new(file: FoundFile) -> Self {
        Self { file, variant: String::new(), shard: None, attempts: None, milliseconds: false, is_own: false }
    }

    /// What the command of this run printed.
    pub(crate) fn of_command(path: &Path, shown: String) -> Self {
        Self { is_own: true, ..Self::new(FoundFile { path: path.to_path_buf(), shown }) }
    }
}

impl Reports {
    fn take(
        &mut self,
        found: Found,
        wanted: &Wanted,
        files: &mut BTreeMap<PathBuf, ReportFile>,
    ) -> Result<(), Failure> {
        self.unreadable.extend(found.unreadable);
        self.idle_exclusions.extend(found.idle);
        for file in found.files {
            let known = files.entry(file.path.clone()).or_insert_with(|| ReportFile::new(file));
            let of_two_variants =
                !known.variant.is_empty() && !wanted.variant.is_empty() && known.variant != wanted.variant;
            let of_two_shards =
                known.shard.is_some() && wanted.shard.is_some() && known.shard != wanted.shard;
            if of_two_variants || of_two_shards {
                let what = if of_two_variants { "variants" } else { "shards" };
                return Err(Failure::usage(
                    format!("{} belongs to two {what} by the patterns of `files`", known.file.shown),
                    "Narrow them: each report is of one leg of the run.",
                ));
            }
            if !wanted.variant.is_empty() {
                known.variant.clone_from(&wanted.variant);
            }
            known.shard = known.shard.or(wanted.shard);
        }
        Ok(())
    }

    /// Reads them all; what can't be read is handed over as such. `begun` is when the run began that they are of.
    pub(crate) fn read(
        &self,
        ctx: &Context<'_>,
        begun: Option<&Begun>,
        collector: &mut Collector,
    ) -> (Vec<ReportEvidence>, Vec<Source>) {
        let (mut all, mut sources) = (Vec::new(), Vec::new());
        for (folder, message) in &self.unreadable {
            all.push(ReportEvidence {
                content: Err(format!("this folder can't be searched for reports: {message}")),
                help: "let this user read it, or name the reports without a glob that leads there".to_owned(),
                ..ReportEvidence::named(ctx.workspace.shown(folder))
            });
        }
        for (number, report) in self.files.iter().enumerate() {
            let shown = &report.file.shown;
            ctx.note(format!("reading {shown} ({} of {})", number + 1, self.files.len()));
            collector.begin(all.len(), &report.variant, report.attempts.as_deref());
            let mut evidence = ReportEvidence {
                path: ctx.workspace.repo_path(&report.file.path),
                variant: report.variant.clone(),
                shard: report.shard,
                stale: begun.filter(|_| !report.is_own).and_then(|begun| begun.is_before(&report.file.path)),
                ..ReportEvidence::named(shown.clone())
            };
            match report.parse(collector) {
                Err((message, help)) => {
                    ctx.note(format!("{shown}: not read: {message}"));
                    (evidence.content, evidence.help) = (Err(message), help);
                }
                Ok((parsed, bytes, sha256)) => {
                    let format = parsed.format.name().to_owned();
                    ctx.note(format!("{shown}: {format}, {} runs", parsed.runs.total()));
                    sources.push(Source { path: shown.clone(), format, bytes, sha256 });
                    evidence.content = Ok(parsed.into());
                }
            }
            all.push(evidence);
        }
        (all, sources)
    }
}

impl ReportFile {
    /// Reads the report and hashes it on the way; what is wrong comes back as a message and the next step.
    pub(crate) fn parse(&self, sink: &mut dyn Sink) -> Result<(Parsed, u64, String), (String, String)> {
        let io = |error: std::io::Error| {
            (
                format!("it can't be read: {error}"),
                "check that the file is a report and that this user may read it".to_owned(),
            )
        };
        let mut reader = HashedReader::open(&self.file.path).map_err(io)?;
        let parsed = if self.milliseconds {
            read(&mut reader, &mut Milliseconds(sink))
        } else {
            read(&mut reader, sink)
        };
        let parsed = parsed.map_err(|error| (error.to_string(), sentence(error.help())))?;
        let (bytes, sha256) = reader.finish().map_err(io)?;
        Ok((parsed, bytes, sha256))
    }
}

/// When the run began whose reports are read.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Begun {
    pub(crate) at: SystemTime,
    /// What began: "this job".
    pub(crate) what: &'static str,
}

/// Clocks of file systems lag behind by so much at most.
const LAG: Duration = Duration::from_millis(50);

impl Begun {
    /// Why a file is older than the run, if it is.
    fn is_before(&self, path: &Path) -> Option<String> {
        let written = std::fs::metadata(path).and_then(|file| file.modified()).ok()?;
        let age = self.at.duration_since(written).ok().filter(|age| *age > LAG)?;
        let age = Nanoseconds(u64::try_from(age.as_nanos()).unwrap_or(u64::MAX)).shown();
        Some(format!("it was written {age} before {} began", self.what))
    }
}
