//! `pr-comment`: from any number of reports to the one comment of a pull request. It judges nothing: a gate that fails
//! is shown, and does not fail this action. How a comment is kept is known by `gatewright-github`; how it is written,
//! by `gatewright-core`.

mod inputs;
mod reports;
mod rules;
mod target;
pub mod unverified;

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::Duration;

use gatewright_core::Failure;
use gatewright_core::action::{
    About, Action, Context, FilesAbout, MeasureAbout, Outcome, OutputAbout, OutputFile,
};
use gatewright_core::input::Provenance;
use gatewright_core::render::{CommentPage, LinkBase, overall, render_comment};
use gatewright_core::report::{Block, Inline, Measure, Report, Scope, Section, VerdictResult};
use gatewright_github::{
    Client, Clock, GithubError, Key, Proxies, Published, Settings, StickyComment, Token, publish,
};

pub use inputs::Inputs;
use reports::{Expected, Reports};
use target::{Target, Trust};

/// The action's name.
const NAME: &str = "pr-comment";

/// Where gates leave their reports: on a laptop, and on a runner.
const WELL_KNOWN: [&str; 2] = [".gatewright/*.json", "$RUNNER_TEMP/gatewright/*.json"];

const ABOUT: About = About {
    name: NAME,
    version: env!("CARGO_PKG_VERSION"),
    title: "Pull request comment",
    summary: "Keeps one comment on a pull request up to date with the verdicts of any number of gates.",
    files: Some(FilesAbout { what: "Gatewright's reports", well_known: &WELL_KNOWN }),
    reads_base: false,
    verbs: &[],
    lists: &[],
    outputs: &[
        OutputAbout {
            name: "comment",
            description: "what became of it: `created`, `updated`, `unchanged`, `superseded` by a newer run, `not-needed` or `not-sent`",
        },
        OutputAbout {
            name: "comment-url",
            description: "where the comment stands; empty where there is none",
        },
        OutputAbout {
            name: "reports-verdict",
            description: "the worst verdict of the reports shown: `pass`, `warn`, `fail` or `no-data`",
        },
    ],
    measures: &[MeasureAbout { name: "comment.reports", description: "reports that the comment shows" }],
    rules: &rules::INFOS,
};

/// The action.
pub fn action() -> Action {
    Action::new(ABOUT, run).after_gates()
}

/// What became of the comment.
enum Sent {
    Published(Published),
    /// There is none, and none was begun.
    NotNeeded,
    /// Why not, and the next step.
    Not(String, String),
}

fn run(inputs: &Inputs, ctx: &Context<'_>) -> Result<Outcome, Failure> {
    let environment = ctx.environment();
    if let Some(path) = &inputs.comment_file {
        keep_inside(ctx, path)?;
    }
    let token = inputs.token.as_deref().and_then(Token::new);
    let client = match token.filter(|_| !ctx.is_dry_run()) {
        Some(token) => Some(Client::new(settings(inputs, ctx, token))?),
        None => None,
    };
    let (target, subject) = target::of_run(environment)?;
    let target = target::find(target, &subject, inputs.pull_request, client.as_ref())?;
    let mut reports = read(inputs, ctx, &target)?;
    let mut notes: Vec<String> =
        reports.states.iter().map(|state| format!("{}: {}.", state.name, state.message)).collect();
    if target.trust == Trust::AnotherRun {
        anonymise(&mut reports, &target, client.as_ref())?;
        // A stranger chose the names of the files.
        notes = vec![
            "Not verified: the figures come from a run that the change itself controls. Only numbers and paths of the pull request's own files are shown."
                .to_owned(),
        ];
        if !reports.states.is_empty() {
            notes.push(format!(
                "{} reports are missing or were refused; the run's log says which.",
                reports.states.len()
            ));
        }
    }
    let verdict = reports.verdict();
    let text = render(inputs, ctx, &target, (&reports.accepted, verdict), &notes);
    let sent = if ctx.is_dry_run() {
        Sent::NotNeeded
    } else {
        send(inputs, ctx, &target, client.as_ref(), (&text, verdict))?
    };
    if let (true, Sent::Not(message, help)) = (inputs.required, &sent) {
        return Err(Failure::cannot_judge(format!("the comment was not sent: {message}"), help.clone()));
    }
    let mut outcome = told(&target, reports, &sent);
    if let Some(path) = &inputs.comment_file {
        outcome.files.push(OutputFile { path: PathBuf::from(path), bytes: text.into_bytes() });
    }
    Ok(outcome)
}

fn settings(inputs: &Inputs, ctx: &Context<'_>, token: Token) -> Settings {
    let environment = ctx.environment();
    let either = |upper: &str| {
        environment.get(upper).or_else(|| environment.get(&upper.to_lowercase())).map(str::to_owned)
    };
    Settings {
        api: environment.get("GITHUB_API_URL").unwrap_or("https://api.github.com").to_owned(),
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

fn read(inputs: &Inputs, ctx: &Context<'_>, target: &Target) -> Result<Reports, Failure> {
    let temporary = ctx.environment().get("RUNNER_TEMP");
    let well_known: Vec<String> = WELL_KNOWN
        .iter()
        .filter_map(|place| match place.strip_prefix("$RUNNER_TEMP") {
            Some(below) => temporary.map(|folder| format!("{}{below}", folder.replace('\\', "/"))),
            None => Some((*place).to_owned()),
        })
        .collect();
    let given = !ctx.patterns.is_empty();
    let found = ctx.workspace.find(if given { ctx.patterns } else { &well_known });
    if let Some((pattern, message)) = found.wrong.first() {
        return Err(Failure::usage(
            format!("`{pattern}` in `files` is no glob: {message}"),
            "Correct it; `*` stays in a folder, `**` crosses folders.",
        ));
    }
    let mut missing = if given { found.empty } else { Vec::new() };
    if found.files.is_empty() && missing.is_empty() {
        missing.push(if given {
            ctx.patterns.join(", ")
        } else {
            format!("the well-known places ({})", WELL_KNOWN.join(", "))
        });
    }
    let hashes = inputs::expectations(&inputs.expect_sha256).map_err(|line| {
        Failure::usage(
            format!("`{line}` in `expect-sha256` is no line of a hash and a name"),
            "Write `<64 hexadecimal digits>  <instance>`, one report a line.",
        )
    })?;
    let expected = Expected {
        repository: target.repository.as_ref().map(|name| name.as_str().to_owned()),
        head: target.head.clone(),
        run: target.run,
        hashes,
        on_missing: Some(inputs.on_missing_report),
        on_refused: Some(inputs.on_refused_report),
    };
    Ok(reports::read(ctx, &found.files, &missing, &expected))
}

/// Leaves of each report what may be shown of a stranger's.
fn anonymise(reports: &mut Reports, target: &Target, client: Option<&Client>) -> Result<(), GithubError> {
    let files = match (client, &target.repository, target.pull_request) {
        (Some(client), Some(repository), Some(number)) if !reports.accepted.is_empty() => {
            client.list_files(repository, number)?
        }
        _ => Vec::new(),
    };
    let files: BTreeSet<String> = files.into_iter().map(|file| file.filename).collect();
    for report in &mut reports.accepted {
        *report = unverified::project(report, &files);
    }
    Ok(())
}

/// The comment's text, without its marker.
fn render(
    inputs: &Inputs,
    ctx: &Context<'_>,
    target: &Target,
    (reports, verdict): (&[Report], VerdictResult),
    notes: &[String],
) -> String {
    let environment = ctx.environment();
    let server = environment.get("GITHUB_SERVER_URL").filter(|server| server.starts_with("https://"));
    let repository = target.repository.as_ref();
    let place = server.zip(repository).map(|(server, repository)| format!("{server}/{repository}"));
    let links = LinkBase {
        blob: place.as_ref().zip(target.head.as_ref()).map(|(place, sha)| format!("{place}/blob/{sha}")),
    };
    let run = target.run.map(|stamp| {
        let attempt = if stamp.attempt > 1 { format!(", attempt {}", stamp.attempt) } else { String::new() };
        (
            format!("Run {}{attempt}", stamp.run),
            format!("{}/actions/runs/{}", place.clone().unwrap_or_default(), stamp.run),
        )
    });
    let run = run.filter(|_| place.is_some());
    render_comment(&CommentPage {
        title: &title(inputs, ctx),
        verdict,
        reports,
        notes,
        links: &links,
        commit: target.head.as_deref(),
        run: run.as_ref().map(|(run, address)| (run.as_str(), address.as_str())),
    })
}

/// Whose comment it is: `key`, or the workflow's name. In a `workflow_run` that is the second workflow's, which is ours.
fn title(inputs: &Inputs, ctx: &Context<'_>) -> String {
    let workflow = ctx.environment().get("GITHUB_WORKFLOW").unwrap_or("Gatewright").to_owned();
    inputs.key.clone().unwrap_or_else(|| match ctx.name() {
        Some(name) => format!("{workflow}/{name}"),
        None => workflow,
    })
}

/// Sends it, as far as anybody lets us.
fn send(
    inputs: &Inputs,
    ctx: &Context<'_>,
    target: &Target,
    client: Option<&Client>,
    (text, verdict): (&str, VerdictResult),
) -> Result<Sent, Failure> {
    if let Some((message, help)) = &target.without {
        return Ok(Sent::Not(message.clone(), help.clone()));
    }
    let (Some(repository), Some(pull_request), Some(stamp)) =
        (&target.repository, target.pull_request, target.run)
    else {
        return Ok(Sent::Not(
            "this run belongs to no pull request".to_owned(),
            "Run it in a workflow on `pull_request`; `comment-file` writes the text in any case.".to_owned(),
        ));
    };
    let Some(client) = client else {
        return Ok(Sent::Not("there is no token".to_owned(), "Hand one over as `token`.".to_owned()));
    };
    let key = Key::new(&title(inputs, ctx));
    let begin = inputs.when == "always" || verdict != VerdictResult::Pass;
    let comment = StickyComment { repository, pull_request, key: &key, stamp, text, begin };
    ctx.note(format!("commenting on #{pull_request}"));
    match publish(client, &comment) {
        Ok(Some(published)) => Ok(Sent::Published(published)),
        Ok(None) => Ok(Sent::NotNeeded),
        Err(error) if error.is_permission() || matches!(error, GithubError::Locked { .. }) => {
            let message = match target.read_only {
                Some(why) if error.is_permission() => why.to_owned(),
                _ => error.to_string(),
            };
            Ok(Sent::Not(message, error.help()))
        }
        Err(error) => Err(error.into()),
    }
}

/// A configuration may be a stranger's: it chooses paths inside the repository only.
fn keep_inside(ctx: &Context<'_>, path: &str) -> Result<(), Failure> {
    let from_config = matches!(ctx.provenance("comment-file"), Provenance::Config { .. });
    if from_config && ctx.workspace.repo_path(std::path::Path::new(path)).is_none() {
        return Err(Failure::usage(
            format!("`comment-file` of the configuration leads out of the repository: `{path}`"),
            "Choose a path inside the repository; a flag or `with:` may choose any.",
        ));
    }
    Ok(())
}

/// The action's own report: what was shown, what was not, and what became of the comment.
fn told(target: &Target, reports: Reports, sent: &Sent) -> Outcome {
    let verdict = overall(&reports.accepted);
    let shown = reports.accepted.len();
    let mut report = Report::new();
    report.sources = reports.sources;
    report.states = reports.states;
    if shown > 0 {
        report.measures.push(Measure::count("comment.reports", Scope::Total, shown as u64, None));
    }
    let place = target.pull_request.map(|number| format!(" on #{number}")).unwrap_or_default();
    let (word, url, sentence) = match sent {
        Sent::Published(published) => {
            let sentence = match published {
                Published::Superseded(_, stamp) => {
                    format!("a newer run ({}) has commented{place} already", stamp.run)
                }
                other => format!("the comment{place} is {}", other.word()),
            };
            (published.word(), published.comment().html_url.clone(), sentence)
        }
        Sent::NotNeeded => ("not-needed", String::new(), format!("no comment{place} is needed")),
        Sent::Not(..) => ("not-sent", String::new(), "the comment was not sent".to_owned()),
    };
    let noun = if shown == 1 { "report" } else { "reports" };
    report.headline = format!("{shown} {noun}, all in all {verdict}; {sentence}");
    let reason = match sent {
        Sent::Not(message, help) => Some((message.clone(), help.clone())),
        _ => None,
    };
    report.findings.extend(rules::comment_not_sent(reason.as_ref()));
    if let Some((message, help)) = reason {
        report.sections.push(Section {
            id: "not-sent".to_owned(),
            title: "The comment was not sent".to_owned(),
            rank: 1,
            collapsed: false,
            blocks: vec![Block::Text { content: vec![Inline::text(format!("Because {message}. {help}"))] }],
            gate: None,
        });
    }
    let outputs = vec![
        ("comment".to_owned(), word.to_owned()),
        ("comment-url".to_owned(), url),
        ("reports-verdict".to_owned(), verdict.as_str().to_owned()),
    ];
    Outcome { report, outputs, ..Outcome::default() }
}
