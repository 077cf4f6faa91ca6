//! What is told: the report on the files and on what became of them.

use gatewright_core::Failure;
use gatewright_core::action::{Context, Outcome};
use gatewright_core::report::{
    Block, Cell, Column, Finding, Inline, Measure, Report, Scope, Section, Source, State,
};
use gatewright_core::runner::Environment;
use gatewright_github::code_scanning::upload_path;

use crate::files::{SarifFile, refuses};
use crate::inputs::Inputs;
use crate::log::Run;
use crate::rules::{self, counted};
use crate::send::{Fate, Plan, Rejected, Sent, Upload};

/// Names of tools and categories that a cell of a table shows.
const MOST_NAMES: usize = 5;

/// The API's address.
pub(crate) fn api(environment: &Environment) -> &str {
    environment.get("GITHUB_API_URL").unwrap_or("https://api.github.com")
}

/// A failure that does not hide what is wrong with the other files.
pub(crate) fn with_findings(mut failure: Failure, findings: &[Finding]) -> Failure {
    let held: Vec<&Finding> = findings.iter().filter(|finding| refuses(finding)).collect();
    if let Some(first) = held.first() {
        let more = if held.len() > 1 { format!(" (and {} more)", held.len() - 1) } else { String::new() };
        failure.message += &format!("; besides, not everything was sent: {}{more}", first.message);
    }
    failure
}

/// The report and the outputs.
pub(crate) fn outcome(
    inputs: &Inputs,
    ctx: &Context<'_>,
    plan: &Plan,
    files: &[SarifFile],
    sent: &Sent,
) -> Outcome {
    let mut report = Report::new();
    report.sources = files.iter().filter(|file| !file.sha256.is_empty()).map(source).collect();
    let (uploads, rejected): (&[Upload], &[Rejected]) = match sent {
        Sent::Done { uploads, rejected } => (uploads, rejected),
        Sent::Not { .. } | Sent::NoFile => (&[], &[]),
    };
    let stored = uploads.iter().filter(|upload| upload.fate != Fate::Failed).count();
    if !files.is_empty() {
        report.measures = measures(files, stored as u64);
        report.sections.push(table(files, uploads, rejected));
    }
    let rejections =
        rejected.iter().map(|rejected| rules::rejected::finding(&files[rejected.file], rejected));
    report.findings.extend(rejections);
    for upload in uploads.iter().filter(|upload| !upload.errors.is_empty()) {
        let words = upload.errors.iter().take(5).cloned().collect::<Vec<_>>().join("; ");
        report.findings.push(rules::processing_errors::finding(&files[upload.file], &words));
    }
    report.headline = headline(plan, files, sent);
    let request = request(api(ctx.environment()), plan);
    match sent {
        Sent::Not { message, help, refused } if !files.is_empty() => {
            let packed: Vec<&SarifFile> = files.iter().filter(|file| file.packed.is_some()).collect();
            let would = format!("{message}; it would have been {request}: {}", content(&packed));
            report.findings.push(rules::not_sent::finding(
                &would,
                help,
                refused.then_some(inputs.on_refused),
            ));
            if *refused {
                report.states.push(State {
                    name: rules::not_sent::REFUSED.to_owned(),
                    policy: inputs.on_refused,
                    message: format!("the results were not uploaded: {message}"),
                    help: help.clone(),
                    gate: None,
                });
            }
            report.sections.push(section(
                "not-sent",
                "What would have been sent",
                request_blocks(&request, plan),
            ));
        }
        Sent::Done { .. } => {
            let mut blocks = request_blocks(&request, plan);
            if let Some(address) = alerts(ctx.environment(), plan) {
                blocks.push(text(&[Inline::text("Alerts: "), Inline::code(address)]));
            }
            report.sections.push(section("upload", "The upload", blocks));
        }
        Sent::Not { .. } | Sent::NoFile => {}
    }
    let all = !files.is_empty() && stored == files.len();
    let ids: Vec<&str> = uploads.iter().map(|upload| upload.id.as_str()).collect();
    let outputs = vec![("uploaded".to_owned(), all.to_string()), ("sarif-ids".to_owned(), ids.join("\n"))];
    Outcome { report, outputs, ..Outcome::default() }
}

fn source(file: &SarifFile) -> Source {
    Source {
        path: file.shown.clone(),
        format: "SARIF".to_owned(),
        bytes: file.bytes,
        sha256: file.sha256.clone(),
    }
}

fn measures(files: &[SarifFile], sent: u64) -> Vec<Measure> {
    let sum = |of: fn(&SarifFile) -> u64| files.iter().map(of).sum::<u64>();
    let counts = [
        ("upload.files", files.len() as u64),
        ("upload.sent", sent),
        ("upload.runs", sum(|file| file.log.run_count())),
        ("upload.results", sum(|file| file.log.results())),
        ("upload.unidentified", sum(|file| file.log.without_fingerprint())),
    ];
    counts.map(|(name, count)| Measure::count(name, Scope::Total, count, None)).to_vec()
}

fn headline(plan: &Plan, files: &[SarifFile], sent: &Sent) -> String {
    let all: Vec<&SarifFile> = files.iter().collect();
    match sent {
        _ if files.is_empty() => "there is nothing to upload".to_owned(),
        Sent::Not { .. } => format!("{}; nothing was uploaded", content(&all)),
        Sent::NoFile => format!("{}; none can be uploaded", content(&all)),
        Sent::Done { uploads, rejected } => {
            let stored: Vec<&Upload> = uploads.iter().filter(|upload| upload.fate != Fate::Failed).collect();
            let sent: Vec<&SarifFile> = stored.iter().map(|upload| &files[upload.file]).collect();
            let rest = |count: usize, what: &str| match count {
                0 => String::new(),
                count => format!(", {} {what}", counted(count as u64, "file")),
            };
            let held = rest(files.iter().filter(|file| file.packed.is_none()).count(), "held back");
            let rejected = rest(rejected.len(), "rejected by GitHub");
            if sent.is_empty() {
                return format!("nothing was uploaded{rejected}{held}");
            }
            let place = plan.target.as_ref().map(|target| target.reference.as_str()).unwrap_or_default();
            let processed = stored.iter().all(|upload| upload.fate == Fate::Processed);
            let done = if processed { "processed" } else { "not waited for" };
            format!("{} uploaded for {place} and {done}{rejected}{held}", content(&sent))
        }
    }
}

/// `2 files, 3 runs, 12 results, 1234 bytes of gzip`.
fn content(files: &[&SarifFile]) -> String {
    let sum = |of: fn(&SarifFile) -> u64| files.iter().map(|file| of(file)).sum::<u64>();
    let packed = match sum(|file| file.packed.as_ref().map_or(0, |packed| packed.bytes)) {
        0 => String::new(),
        bytes => format!(", {bytes} bytes of gzip"),
    };
    format!(
        "{}, {}, {}{packed}",
        counted(files.len() as u64, "file"),
        counted(sum(|file| file.log.run_count()), "run"),
        counted(sum(|file| file.log.results()), "result")
    )
}

/// `POST https://api.github.com/repos/o/r/code-scanning/sarifs for refs/heads/main at 1234…`.
fn request(api: &str, plan: &Plan) -> String {
    let path = match &plan.repository {
        Some(repository) => upload_path(repository),
        None => "/repos/{owner}/{repo}/code-scanning/sarifs".to_owned(),
    };
    let place = match &plan.target {
        Some(target) => format!(" for {} at {}", target.reference, target.commit.as_str()),
        None => String::new(),
    };
    format!("POST {}{path}{place}", api.trim_end_matches('/'))
}

fn request_blocks(request: &str, plan: &Plan) -> Vec<Block> {
    vec![
        text(&[Inline::code(request)]),
        text(&[Inline::text("Absolute paths are taken as below "), Inline::code(&plan.checkout_uri)]),
    ]
}

fn text(content: &[Inline]) -> Block {
    Block::Text { content: content.to_vec() }
}

fn section(id: &str, title: &str, blocks: Vec<Block>) -> Section {
    Section { id: id.to_owned(), title: title.to_owned(), rank: 1, collapsed: false, blocks, gate: None }
}

/// Where people see the alerts.
fn alerts(environment: &Environment, plan: &Plan) -> Option<String> {
    let server = environment.get("GITHUB_SERVER_URL").filter(|server| server.starts_with("https://"))?;
    let (repository, target) = (plan.repository.as_ref()?, plan.target.as_ref()?);
    let query = match target.reference.strip_prefix("refs/pull/").and_then(|rest| rest.split('/').next()) {
        Some(number) => format!("pr%3A{number}+is%3Aopen"),
        None => "is%3Aopen".to_owned(),
    };
    Some(format!("{server}/{repository}/security/code-scanning?query={query}"))
}

fn table(files: &[SarifFile], uploads: &[Upload], rejected: &[Rejected]) -> Section {
    let columns = vec![
        Column::left("File"),
        Column::left("Tools"),
        Column::left("Categories"),
        Column::right("Runs"),
        Column::right("Results"),
        Column::right("Bytes of gzip"),
        Column::left("State"),
        Column::left("Id"),
    ];
    let row = |(index, file): (usize, &SarifFile)| -> Vec<Cell> {
        let upload = uploads.iter().find(|upload| upload.file == index);
        let state = match (upload, &file.packed) {
            _ if rejected.iter().any(|rejected| rejected.file == index) => "rejected",
            (Some(upload), _) if upload.fate == Fate::Processed => "processed",
            (Some(_), _) => "uploaded",
            (None, Some(_)) => "not sent",
            (None, None) => "held back",
        };
        let runs = file.log.runs();
        let number = |number: u64| vec![Inline::text(number.to_string())];
        vec![
            vec![Inline::code(&file.shown)],
            names(runs.iter().filter_map(|run| run.name())),
            names(runs.iter().map(Run::category)),
            number(file.log.run_count()),
            number(file.log.results()),
            file.packed.as_ref().map_or_else(Vec::new, |packed| number(packed.bytes)),
            vec![Inline::text(state)],
            upload.map_or_else(Vec::new, |upload| vec![Inline::code(&upload.id)]),
        ]
    };
    let rows = files.iter().enumerate().map(row).collect();
    let mut blocks = vec![Block::Table { columns, rows }];
    for upload in uploads {
        if let Some(url) = &upload.analyses_url {
            blocks.push(text(&[
                Inline::text("See what GitHub made of "),
                Inline::code(&files[upload.file].shown),
                Inline::text(": "),
                Inline::code(url),
            ]));
        }
    }
    Section { rank: 0, ..section("files", "Files", blocks) }
}

/// Names, each once.
fn names<'a>(names: impl Iterator<Item = &'a str>) -> Cell {
    let mut seen: Vec<&str> = Vec::new();
    let mut more = 0;
    for name in names.filter(|name| !name.is_empty()) {
        if seen.contains(&name) {
            continue;
        }
        if seen.len() < MOST_NAMES { seen.push(name) } else { more += 1 }
    }
    let mut cell: Cell = Vec::new();
    for name in seen {
        if !cell.is_empty() {
            cell.push(Inline::text(", "));
        }
        cell.push(Inline::code(name.chars().take(100).collect::<String>()));
    }
    if more > 0 {
        cell.push(Inline::text(format!(" and {more} more")));
    }
    cell
}
