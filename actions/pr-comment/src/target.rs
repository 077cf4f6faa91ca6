//! Which pull request the reports are about, which commit and run they must be of, and how far they are to be believed.
//!
//! Reports of the very run that speaks are believed as far as its jobs are. In a `workflow_run` they come from another
//! run, perhaps a stranger's: run, commit and pull request are asked of GitHub, and nothing in the payload but the run's
//! id is read.

use gatewright_core::Failure;
use gatewright_core::repository::CommitId;
use gatewright_core::runner::Environment;
use gatewright_github::event::{Subject, subject};
use gatewright_github::{Client, GithubError, PullRequest, RepositoryName, Run, Stamp};

/// Whom the comment is for.
#[derive(Clone, Debug, Default)]
pub(crate) struct Target {
    pub(crate) repository: Option<RepositoryName>,
    /// The pull request, or why there is none and what to do about it.
    pub(crate) pull_request: Option<u64>,
    pub(crate) without: Option<(String, String)>,
    pub(crate) head: Option<String>,
    /// The run that made the reports.
    pub(crate) run: Option<Stamp>,
    pub(crate) trust: Trust,
    /// The run can't have a token that writes.
    pub(crate) read_only: Option<&'static str>,
}

/// How far reports are to be believed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Trust {
    /// They are this run's own.
    #[default]
    OwnRun,
    /// They are another run's.
    AnotherRun,
}

/// What the event and the runner say, before anybody is asked.
pub(crate) fn of_run(environment: &Environment) -> Result<(Target, Subject), Failure> {
    let number = |name: &str| environment.get(name).and_then(|text| text.parse::<u64>().ok());
    let stamp =
        number("GITHUB_RUN_ID").map(|run| Stamp { run, attempt: number("GITHUB_RUN_ATTEMPT").unwrap_or(1) });
    let target = Target {
        repository: environment.get("GITHUB_REPOSITORY").and_then(RepositoryName::new),
        head: environment.get("GITHUB_SHA").map(str::to_owned),
        run: stamp,
        ..Target::default()
    };
    let name = environment.get("GITHUB_EVENT_NAME").unwrap_or_default();
    let Some(path) = environment.file("GITHUB_EVENT_PATH").filter(|_| environment.in_actions()) else {
        return Ok((target, Subject::Other));
    };
    let unreadable = |error: String| {
        Failure::cannot_judge(
            format!("the event in {} can't be read: {error}", path.display()),
            "The runner writes it; check that no step before removed it.",
        )
    };
    let payload = std::fs::read(&path).map_err(|error| unreadable(error.to_string()))?;
    let subject = subject(name, &payload).map_err(|error| unreadable(error.to_string()))?;
    Ok((target, subject))
}

/// Finds the pull request.
pub(crate) fn find(
    mut target: Target,
    subject: &Subject,
    wanted: Option<u64>,
    client: Option<&Client>,
) -> Result<Target, Failure> {
    match subject {
        Subject::PullRequest { number, head_sha, from_fork, by_dependabot }
            if wanted.is_none_or(|wanted| wanted == *number) =>
        {
            target.pull_request = Some(*number);
            target.head.clone_from(head_sha);
            target.read_only = match (from_fork, by_dependabot) {
                (true, _) => Some("the pull request comes from a fork, whose runs get a read-only token"),
                (_, true) => Some("Dependabot's runs get a read-only token"),
                _ => None,
            };
            Ok(target)
        }
        Subject::Run { id } => of_another_run(target, *id, wanted, client),
        _ => of_commit(target, wanted, client),
    }
}

/// The reports are those of another workflow's run.
fn of_another_run(
    mut target: Target,
    id: u64,
    wanted: Option<u64>,
    client: Option<&Client>,
) -> Result<Target, Failure> {
    target.trust = Trust::AnotherRun;
    let (Some(client), Some(repository)) = (client, target.repository.clone()) else {
        return Err(Failure::usage(
            "without a token nobody knows which pull request the run belongs to",
            "Leave `token` to its default, and give the job `pull-requests: write` and `actions: read`.",
        ));
    };
    let run = client.get_run(&repository, id)?;
    target.run = Some(Stamp { run: run.id, attempt: run.run_attempt.unwrap_or(1) });
    target.head = Some(run.head_sha.clone());
    if !run.event.starts_with("pull_request") {
        target.without = Some((
            format!("the run {id} was started by `{}`, not by a pull request", run.event),
            "Start the first workflow on `pull_request`, or leave this run alone.".to_owned(),
        ));
        return Ok(target);
    }
    let found = pull_requests(client, &repository, &run)?;
    Ok(choose(target, found, wanted))
}

fn pull_requests(
    client: &Client,
    repository: &RepositoryName,
    run: &Run,
) -> Result<Vec<PullRequest>, GithubError> {
    let Some(commit) = CommitId::new(&run.head_sha) else {
        let reason = "the run's head is no commit".to_owned();
        return Err(GithubError::Answer { what: format!("read the run {}", run.id), reason });
    };
    let owner = run.head_repository.as_ref().and_then(|head| head.full_name.split('/').next());
    let found = match (owner, &run.head_branch) {
        (Some(owner), Some(branch)) => {
            client.pull_requests_of_branch(repository, (owner, branch), &commit)?
        }
        _ => Vec::new(),
    };
    if found.is_empty() { client.pull_requests_of_commit(repository, &commit) } else { Ok(found) }
}

/// The event is about no pull request: the one that was named, or that has this commit as its head.
fn of_commit(mut target: Target, wanted: Option<u64>, client: Option<&Client>) -> Result<Target, Failure> {
    let (Some(client), Some(repository)) = (client, target.repository.clone()) else {
        target.pull_request = wanted;
        return Ok(target);
    };
    if let Some(wanted) = wanted {
        let pull_request = client.get_pull_request(&repository, wanted)?;
        target.head = Some(pull_request.head.sha);
        target.pull_request = Some(wanted);
        return Ok(target);
    }
    let Some(commit) = target.head.as_deref().and_then(CommitId::new) else { return Ok(target) };
    let found = client.pull_requests_of_commit(&repository, &commit)?;
    Ok(choose(target, found, None))
}

/// Exactly one must be left.
fn choose(mut target: Target, found: Vec<PullRequest>, wanted: Option<u64>) -> Target {
    let found: Vec<u64> = found
        .iter()
        .map(|pull| pull.number)
        .filter(|number| wanted.is_none_or(|wanted| wanted == *number))
        .collect();
    let head = target.head.as_deref().and_then(|sha| sha.get(..10)).unwrap_or("unknown").to_owned();
    match found.as_slice() {
        [number] => target.pull_request = Some(*number),
        [] => {
            target.without = Some((
                format!("no open pull request has the commit {head} as its head"),
                "Nothing is to be done where the branch has none, or has moved on: its next run comments."
                    .to_owned(),
            ));
        }
        several => {
            let numbers: Vec<String> = several.iter().map(|number| format!("#{number}")).collect();
            target.without = Some((
                format!("several pull requests have the commit {head} as their head: {}", numbers.join(", ")),
                "Choose one by `pull-request`.".to_owned(),
            ));
        }
    }
    target
}
