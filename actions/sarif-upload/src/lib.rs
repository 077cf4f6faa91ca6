//! `sarif-upload`: sends SARIF files to code scanning, waits for GitHub's word on them, and where it may not, says what it
//! would have sent. Each file is held to what GitHub refuses whole before anything is sent. How an upload is made is known
//! by `gatewright-github`; how a report is shown, by `gatewright-core`. No file is changed: what travels is what lies there.

mod files;
mod inputs;
mod locate;
mod log;
mod rules;
mod send;
mod target;
mod told;
mod uri;

use std::path::{Path, PathBuf};
use std::time::Duration;

use gatewright_core::Failure;
use gatewright_core::action::{
    About, Action, Context, FilesAbout, MeasureAbout, Outcome, OutputAbout, OutputFile,
};
use gatewright_core::input::Provenance;
use gatewright_core::report::State;
use gatewright_core::runner::Environment;
use gatewright_core::workspace::FoundFile;
use gatewright_github::event::{Subject, subject};
use gatewright_github::{Client, Clock, Proxies, RepositoryName, Settings, Token};

pub use inputs::Inputs;
use send::{Plan, Sent};
use target::Target;

/// Where scanners leave their SARIF.
const WELL_KNOWN: [&str; 3] = ["*.sarif", "*.sarif.json", "results/*.sarif"];

const ABOUT: About = About {
    name: "sarif-upload",
    version: env!("CARGO_PKG_VERSION"),
    title: "SARIF upload",
    summary: "Sends SARIF to code scanning, waits until it is processed, and says what it would have sent where it may not.",
    files: Some(FilesAbout { what: "SARIF files", well_known: &WELL_KNOWN }),
    reads_base: false,
    verbs: &[],
    lists: &[],
    outputs: &[
        OutputAbout {
            name: "uploaded",
            description: "`true` where every file was uploaded and GitHub rejected none, else `false`; empty with exit status 2 and 3",
        },
        OutputAbout {
            name: "sarif-ids",
            description: "GitHub's id of each file that it took, one a line; also of those that it then could not process. Empty with exit status 2 and 3, where the message names them",
        },
    ],
    measures: &MEASURES,
    rules: &rules::INFOS,
};

const MEASURES: [MeasureAbout; 5] = [
    MeasureAbout { name: "upload.files", description: "SARIF files that were read" },
    MeasureAbout { name: "upload.sent", description: "files that GitHub took" },
    MeasureAbout { name: "upload.runs", description: "runs in the files" },
    MeasureAbout { name: "upload.results", description: "results in the files" },
    MeasureAbout {
        name: "upload.unidentified",
        description: "results without the fingerprint that GitHub tells alerts apart by",
    },
];

/// The action.
pub fn action() -> Action {
    Action::new(ABOUT, run).after_gates()
}

fn run(inputs: &Inputs, ctx: &Context<'_>) -> Result<Outcome, Failure> {
    let environment = ctx.environment();
    if let Some(path) = &inputs.payload_file {
        keep_inside(ctx, path)?;
    }
    let subject = event(environment)?;
    let target = target(inputs, ctx, &subject)?;
    let checkout_uri = checkout_uri(inputs, ctx)?;
    let (found, missing) = find(inputs, ctx)?;
    let (files, findings) = files::read(ctx, &found, &checkout_uri);
    let plan = Plan {
        repository: environment.get("GITHUB_REPOSITORY").and_then(RepositoryName::new),
        target,
        checkout_uri,
        started_at: instant(ctx.time),
        validate: inputs.validate,
        wait: Duration::from_secs(inputs.wait.into()),
        read_only: read_only(&subject),
    };
    let mut payload = None;
    if let Some(path) = &inputs.payload_file {
        let bytes = plan.payload(&files)?;
        payload = Some(OutputFile { path: PathBuf::from(path), bytes });
    }
    let sent = if inputs.dry_run || ctx.is_dry_run() {
        Sent::dry_run()
    } else {
        let token = inputs.token.as_deref().and_then(Token::new);
        let client = token.map(|token| Client::new(settings(inputs, environment, token))).transpose()?;
        send::send(ctx, client.as_ref(), &plan, &files)
            .map_err(|failure| told::with_findings(failure, &findings))?
    };
    let mut outcome = told::outcome(inputs, ctx, &plan, &files, &sent);
    outcome.report.findings.splice(0..0, findings);
    outcome.report.states.extend(missing);
    outcome.files.extend(payload);
    Ok(outcome)
}

/// What the event is about; on a laptop nothing.
fn event(environment: &Environment) -> Result<Subject, Failure> {
    let name = environment.get("GITHUB_EVENT_NAME").unwrap_or_default();
    let Some(path) = environment.file("GITHUB_EVENT_PATH").filter(|_| environment.in_actions()) else {
        return Ok(Subject::Other);
    };
    let unreadable = |error: String| {
        Failure::cannot_judge(
            format!("the event in {} can't be read: {error}", path.display()),
            "The runner writes it; check that no step before removed it.",
        )
    };
    let payload = std::fs::read(&path).map_err(|error| unreadable(error.to_string()))?;
    subject(name, &payload).map_err(|error| unreadable(error.to_string()))
}

/// Why a run can't have a token that writes.
fn read_only(subject: &Subject) -> Option<&'static str> {
    match subject {
        Subject::PullRequest { from_fork: true, .. } => {
            Some("the pull request comes from a fork, whose runs get a read-only token")
        }
        Subject::PullRequest { by_dependabot: true, .. } => Some("Dependabot's runs get a read-only token"),
        _ => None,
    }
}

fn target(inputs: &Inputs, ctx: &Context<'_>, subject: &Subject) -> Result<Option<Target>, Failure> {
    if let Some(target) = target::named(inputs.r#ref.as_deref(), inputs.sha.as_deref())? {
        return Ok(Some(target));
    }
    let environment = ctx.environment();
    if !environment.in_actions() {
        return Ok(None);
    }
    target::of_run(target::Run {
        event: environment.get("GITHUB_EVENT_NAME").unwrap_or_default(),
        reference: environment.get("GITHUB_REF"),
        sha: environment.get("GITHUB_SHA"),
        // The merge commit, where that is what is checked out; else the commit itself.
        checked_out: ctx.subject.merge_sha.as_deref().or(ctx.subject.head_sha.as_deref()),
        subject,
    })
}

/// The folder of the checkout as absolute paths have it.
fn checkout_uri(inputs: &Inputs, ctx: &Context<'_>) -> Result<String, Failure> {
    match &inputs.checkout_uri {
        Some(text) if matches!(uri::classify(text), uri::Uri::Absolute(scheme) if scheme == scheme.to_ascii_lowercase()) => {
            Ok(text.clone())
        }
        Some(text) => Err(Failure::usage(
            format!("`{text}` in `checkout-uri` is no absolute address"),
            "Write it with its scheme: file:///src.",
        )),
        None => {
            let root = ctx.workspace.root.to_string_lossy();
            Ok(uri::of_folder(ctx.environment().get("GITHUB_WORKSPACE").unwrap_or(&root)))
        }
    }
}

/// The files, and what is missing.
fn find(inputs: &Inputs, ctx: &Context<'_>) -> Result<(Vec<FoundFile>, Vec<State>), Failure> {
    let found = if ctx.patterns.is_empty() {
        let well_known = WELL_KNOWN.map(str::to_owned);
        ctx.workspace.find_usual(&well_known)
    } else {
        ctx.workspace.find(ctx.patterns)
    };
    let found = found.accepted("files")?;
    let state = |place: String| State {
        name: "missing-file".to_owned(),
        policy: inputs.on_missing_file,
        message: format!("no SARIF file is at {place}"),
        help: "Run the scanner first, and look whether it broke off; `files` says where its SARIF lies."
            .to_owned(),
        gate: None,
    };
    let missing = found.missing(ctx.patterns, &WELL_KNOWN).into_iter().map(state).collect();
    Ok((found.files, missing))
}

fn settings(inputs: &Inputs, environment: &Environment, token: Token) -> Settings {
    let either = |upper: &str| {
        environment.get(upper).or_else(|| environment.get(&upper.to_lowercase())).map(str::to_owned)
    };
    Settings {
        api: told::api(environment).to_owned(),
        graphql: environment.get("GITHUB_GRAPHQL_URL").unwrap_or("https://api.github.com/graphql").to_owned(),
        token,
        proxies: Proxies {
            https: either("HTTPS_PROXY").or_else(|| either("ALL_PROXY")),
            except: either("NO_PROXY"),
        },
        most_wait: Duration::from_secs(inputs.most_wait.into()),
        clock: Clock::system(),
    }
}

/// A configuration may be a stranger's: it chooses paths inside the repository only.
fn keep_inside(ctx: &Context<'_>, path: &str) -> Result<(), Failure> {
    let from_config = matches!(ctx.provenance("payload-file"), Provenance::Config { .. });
    if from_config && ctx.workspace.repo_path(Path::new(path)).is_none() {
        return Err(Failure::usage(
            format!("`payload-file` of the configuration leads out of the repository: `{path}`"),
            "Choose a path inside the repository; a flag or `with:` may choose any.",
        ));
    }
    Ok(())
}

/// Seconds since 1970 as GitHub wants a time: `2026-01-01T00:00:00Z`.
fn instant(seconds: u64) -> String {
    let day = gatewright_core::date::Date::from_unix_seconds(seconds);
    let (hours, minutes, seconds) = (seconds / 3_600 % 24, seconds / 60 % 60, seconds % 60);
    format!("{day}T{hours:02}:{minutes:02}:{seconds:02}Z")
}

#[cfg(test)]
mod tests {
    #[test]
    fn times_are_as_github_writes_them() {
        assert_eq!(super::instant(0), "1970-01-01T00:00:00Z");
        assert_eq!(super::instant(1_767_225_600 + 3_661), "2026-01-01T01:01:01Z");
    }
}
