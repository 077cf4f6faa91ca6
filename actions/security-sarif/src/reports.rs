//! Finds scanners' reports and reads them.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::PathBuf;

use gatewright_core::Failure;
use gatewright_core::action::Context;
use gatewright_core::nearest::nearest;
use gatewright_core::report::Source;
use gatewright_core::workspace::{Found, FoundFile, HashedReader};
use gatewright_sarif::{Evidence, Format, Parsed, ScanContent, ScanReport, read};

use crate::WELL_KNOWN;

/// The reports of a run.
#[derive(Debug, Default)]
pub(crate) struct Reports {
    files: BTreeMap<PathBuf, (FoundFile, Option<String>)>,
    missing: Vec<String>,
    idle_exclusions: Vec<String>,
    unreadable: Vec<(PathBuf, String)>,
}

/// Finds all reports of `files`; `gosec=reports/gosec.json` says whose they are.
pub(crate) fn find(ctx: &Context<'_>) -> Result<Reports, Failure> {
    let (excluded, given): (Vec<String>, Vec<String>) =
        ctx.patterns.iter().cloned().partition(|pattern| pattern.starts_with('!'));
    let mut reports = Reports::default();
    if given.is_empty() {
        let well_known: Vec<String> =
            WELL_KNOWN.iter().map(|glob| (*glob).to_owned()).chain(excluded.clone()).collect();
        let mut found = ctx.workspace.find_usual(&well_known).accepted("files")?;
        found.files.retain(|file| !ctx.is_written(&file.path));
        reports.missing = found.missing(&[], &WELL_KNOWN);
        reports.take(found, None);
    }
    for pattern in &given {
        let (tool, glob) = tool_and_glob(pattern, ctx);
        let patterns = [&[glob.to_owned()], excluded.as_slice()].concat();
        let found = ctx.workspace.find(&patterns).accepted("files")?;
        if found.files.is_empty() {
            let whose = tool.map(|tool| format!(" ({tool})")).unwrap_or_default();
            reports.missing.push(format!("{glob}{whose}"));
        }
        reports.take(found, tool);
    }
    reports.idle_exclusions.sort();
    reports.idle_exclusions.dedup();
    Ok(reports)
}

/// The tool that a pattern names, and where its reports lie.
fn tool_and_glob<'a>(pattern: &'a str, ctx: &Context<'_>) -> (Option<&'a str>, &'a str) {
    let is_file = ctx.workspace.directory.join(pattern).exists();
    let is_name = |text: &str| {
        !text.is_empty() && text.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | ' '))
    };
    match pattern.split_once('=') {
        Some((tool, glob)) if !is_file && is_name(tool.trim()) => (Some(tool.trim()), glob.trim()),
        _ => (None, pattern),
    }
}

impl Reports {
    fn take(&mut self, found: Found, tool: Option<&str>) {
        self.unreadable.extend(found.unreadable);
        self.idle_exclusions.extend(found.idle);
        for file in found.files {
            let known = self.files.entry(file.path.clone()).or_insert((file, None));
            known.1 = known.1.take().or(tool.map(str::to_owned));
        }
    }

    /// Reads them all; what can't be read is handed over as such.
    pub(crate) fn read(self, ctx: &Context<'_>) -> (Evidence, Vec<Source>) {
        let mut evidence =
            Evidence { missing: self.missing, idle_exclusions: self.idle_exclusions, ..Evidence::default() };
        let mut sources = Vec::new();
        for (folder, message) in self.unreadable {
            evidence.reports.push(ScanReport {
                shown: ctx.workspace.shown(&folder),
                path: None,
                content: Err(format!("this folder can't be searched for reports: {message}")),
                help: "Let this user read it, or name the reports without a glob that leads there."
                    .to_owned(),
                tool: None,
            });
        }
        let total = self.files.len();
        for (number, (file, tool)) in self.files.into_values().enumerate() {
            ctx.note(format!("reading {} ({} of {total})", file.shown, number + 1));
            let at = evidence.reports.len();
            let mut report = ScanReport {
                path: ctx.workspace.repo_path(&file.path),
                shown: file.shown,
                content: Err(String::new()),
                help: String::new(),
                tool,
            };
            match parse(&file.path, &report.shown) {
                Err((message, help)) => (report.content, report.help) = (Err(message), help),
                Ok((mut parsed, source)) => {
                    sources.push(source);
                    let wrong_list = understand_empty_list(&report, &mut parsed).err();
                    let runs = parsed.runs;
                    let wrong = wrong_list.or_else(|| wrong_tool(&report, &runs));
                    report.content = wrong.map_or_else(
                        || {
                            Ok(ScanContent {
                                format: parsed.format.name(),
                                faults: parsed.faults,
                                is_empty_list: parsed.is_empty_list,
                            })
                        },
                        Err,
                    );
                    if report.content.is_ok() {
                        evidence.of_report.extend(runs.iter().map(|_| at));
                        evidence.runs.extend(runs);
                    } else {
                        "Correct the name in front of `=` in `files`, or the scanner's output."
                            .clone_into(&mut report.help);
                    }
                }
            }
            evidence.reports.push(report);
        }
        (evidence, sources)
    }
}

/// Why a report is not of the tool that its pattern names.
fn wrong_tool(report: &ScanReport, runs: &[gatewright_sarif::Run]) -> Option<String> {
    let wanted = report.tool.as_ref()?;
    let is_its = |run: &gatewright_sarif::Run| run.tool.name.to_lowercase().contains(&wanted.to_lowercase());
    let other = runs.iter().find(|run| !is_its(run))?;
    Some(format!("this is a report of {}, and `files` says that it is one of {wanted}", other.tool.name))
}

/// An empty list does not say whose it is: `files` does, or the file's name. Then it is a run that found nothing.
///
/// # Errors
/// The tool that `files` names writes no such list; in words.
pub(crate) fn understand_empty_list(report: &ScanReport, parsed: &mut Parsed) -> Result<(), String> {
    if !parsed.is_empty_list {
        return Ok(());
    }
    let format = match &report.tool {
        Some(named) => Some(named_format(named)?),
        None => Format::all().find(|format| is_in_name(*format, &report.shown)),
    };
    if parsed.is_null && format != Some(Format::Gitleaks) {
        return Err(
            "`null` is no report: only old versions of Gitleaks mean by it that they found nothing, \
                    and `gitleaks=` in front of the file says that it is theirs"
                .to_owned(),
        );
    }
    let Some(format) = format else { return Ok(()) };
    match format.empty_run() {
        Some(run) => {
            parsed.runs.push(run);
            (parsed.format, parsed.is_empty_list) = (format, false);
            Ok(())
        }
        None if report.tool.is_some() => Err(format!(
            "an empty list is no report of {}, which says more where it finds nothing",
            format.name()
        )),
        None => Ok(()),
    }
}

fn named_format(named: &str) -> Result<Format, String> {
    let format = Format::all().find(|format| format.name().eq_ignore_ascii_case(named));
    format.ok_or_else(|| {
        let nearest = nearest(named, Format::all().map(Format::name));
        let hint = nearest.map(|name| format!("; did you mean `{name}`?")).unwrap_or_default();
        format!("`{named}` is no tool that writes an empty list{hint}")
    })
}

/// Whether a file is called after a tool: `gitleaks.json`.
fn is_in_name(format: Format, path: &str) -> bool {
    let name = path.rsplit(['/', '\\']).next().unwrap_or(path).to_ascii_lowercase();
    name.contains(&format.name().to_ascii_lowercase().replace(' ', "-"))
}

type Read1 = (Parsed, Source);

fn parse(path: &std::path::Path, shown: &str) -> Result<Read1, (String, String)> {
    let io = |error: std::io::Error| {
        (
            format!("it can't be read: {error}"),
            "Check that the file is a report and that this user may read it.".to_owned(),
        )
    };
    let mut reader = HashedReader::open(path).map_err(io)?;
    // A file grows no second buffer while it is read.
    let length = std::fs::metadata(path).map(|about| about.len()).unwrap_or_default();
    let mut content = Vec::with_capacity(usize::try_from(length).unwrap_or_default().saturating_add(1));
    reader.read_to_end(&mut content).map_err(io)?;
    let (bytes, sha256) = reader.finish().map_err(io)?;
    let parsed = read(&content).map_err(|error| (error.to_string(), error.help().to_owned()))?;
    let format = if parsed.is_empty_list { "empty list" } else { parsed.format.name() };
    Ok((parsed, Source { path: shown.to_owned(), format: format.to_owned(), bytes, sha256 }))
}

/// The bytes of a file that an input names, and what the report says about it.
pub(crate) fn bytes(ctx: &Context<'_>, path: &str, format: &str) -> Result<(Vec<u8>, Source), String> {
    let file = ctx.workspace.directory.join(path);
    let mut reader = HashedReader::open(&file).map_err(|error| error.to_string())?;
    let mut content = Vec::new();
    reader.read_to_end(&mut content).map_err(|error| error.to_string())?;
    let (bytes, sha256) = reader.finish().map_err(|error| error.to_string())?;
    Ok((content, Source { path: ctx.workspace.shown(&file), format: format.to_owned(), bytes, sha256 }))
}
