//! Finds the reports, says which flag each belongs to, and reads them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use gatewright_core::Failure;
use gatewright_core::action::Context;
use gatewright_core::failure::sentence;
use gatewright_core::report::Source;
use gatewright_core::workspace::{FoundFile, HashedReader};
use gatewright_coverage::evidence::Report;
use gatewright_coverage::{Gatherer, Named, Parsed, read};

use crate::WELL_KNOWN;

/// The reports of a run.
#[derive(Debug, Default)]
pub(crate) struct Reports {
    /// Each with its flag, in the order of the paths.
    files: Vec<(FoundFile, Option<String>)>,
    /// Where there should be one and is none.
    pub(crate) missing: Vec<String>,
    /// Exclusions that took out nothing.
    pub(crate) idle_exclusions: Vec<String>,
    unreadable: Vec<(PathBuf, String)>,
}

/// Finds all reports: those of `files`, and those of the flags. Where only flags are named, only theirs are read.
pub(crate) fn find(ctx: &Context<'_>, flags: &[Named]) -> Result<Reports, Failure> {
    let mut reports = Reports::default();
    let mut files: BTreeMap<PathBuf, (FoundFile, Option<String>)> = BTreeMap::new();
    let given = !ctx.patterns.is_empty();
    if given || flags.is_empty() {
        let well_known: Vec<String> = WELL_KNOWN.map(str::to_owned).to_vec();
        let found = ctx.workspace.find(if given { ctx.patterns } else { &well_known }).accepted("files")?;
        reports.missing = found.missing(ctx.patterns, &WELL_KNOWN);
        reports.idle_exclusions = found.idle;
        reports.unreadable = found.unreadable;
        files.extend(found.files.into_iter().map(|file| (file.path.clone(), (file, None))));
    }
    let excluded: Vec<String> =
        ctx.patterns.iter().filter(|pattern| pattern.starts_with('!')).cloned().collect();
    for flag in flags {
        let patterns = [flag.patterns.as_slice(), &excluded].concat();
        let found = ctx.workspace.find(&patterns).accepted("flags")?;
        reports.unreadable.extend(found.unreadable);
        // Without any report, the flag itself is missing, or carried forward.
        if !found.files.is_empty() {
            reports
                .missing
                .extend(found.empty.into_iter().map(|empty| format!("{empty} (flag {})", flag.name)));
        }
        for file in found.files {
            let known = files.entry(file.path.clone()).or_insert((file, None));
            if let Some(other) = known.1.replace(flag.name.clone()) {
                return Err(Failure::usage(
                    format!("{} belongs to two flags: {other} and {}", known.0.shown, flag.name),
                    "Narrow the globs of `flags`: each report belongs to one flag at most.",
                ));
            }
        }
    }
    reports.unreadable.sort();
    reports.unreadable.dedup();
    reports.files = files.into_values().collect();
    Ok(reports)
}

/// Reads them all; what can't be read is handed over as such.
pub(crate) fn gather(reports: &Reports, ctx: &Context<'_>, gatherer: &mut Gatherer<'_>) -> Vec<Source> {
    for (folder, message) in &reports.unreadable {
        let message = format!("this folder can't be searched for reports: {message}");
        let help = "Let this user read it, or name the reports without a glob that leads there.".to_owned();
        let shown = ctx.workspace.shown(folder);
        gatherer.add_unreadable(Report { shown, ..Report::default() }, message, help);
    }
    let mut sources = Vec::new();
    for (number, (file, flag)) in reports.files.iter().enumerate() {
        ctx.note(format!("reading {} ({} of {})", file.shown, number + 1, reports.files.len()));
        let path = ctx.workspace.repo_path(&file.path);
        let report = Report { shown: file.shown.clone(), path, flag: flag.clone() };
        match read_report(&file.path) {
            Err((message, help)) => {
                ctx.note(format!("{}: not read: {message}", file.shown));
                gatherer.add_unreadable(report, message, help);
            }
            Ok((parsed, bytes, sha256)) => {
                let format = parsed.format.name().to_owned();
                let files = parsed.picture.files().len();
                let what = if files == 1 { "file" } else { "files" };
                let of = flag.as_ref().map(|flag| format!(", flag {flag}")).unwrap_or_default();
                ctx.note(format!("{}: {format}, {files} {what}{of}", file.shown));
                sources.push(Source { path: file.shown.clone(), format, bytes, sha256 });
                gatherer.add(report, parsed);
            }
        }
    }
    sources
}

/// Reads one report and hashes it on the way; what is wrong comes back as a message and the next step.
fn read_report(path: &Path) -> Result<(Parsed, u64, String), (String, String)> {
    let io = |error: std::io::Error| {
        (
            format!("it can't be read: {error}"),
            "Check that the file is a report and that this user may read it.".to_owned(),
        )
    };
    let mut reader = HashedReader::open(path).map_err(io)?;
    let parsed = read(&mut reader).map_err(|error| (error.to_string(), sentence(error.help())))?;
    let (bytes, sha256) = reader.finish().map_err(io)?;
    Ok((parsed, bytes, sha256))
}
