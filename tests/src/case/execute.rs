//! Running the real binary: the environment that a runner or a laptop gives it and nothing else, no standard
//! input, a limit of time, and an end by its id.

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use super::plan::{Event, Github, Plan};
use super::stage::{EPOCH, Stage};
use crate::emulator::{FileCommands, Os};
use crate::github::{Fake, Scanning, State};

/// The longest that a case may take.
pub const LIMIT: Duration = Duration::from_mins(1);

/// What the binary left behind.
#[derive(Clone, Debug, Default)]
pub struct Finished {
    /// Its exit status; none when a signal ended it.
    pub code: Option<i32>,
    /// What it printed.
    pub stdout: Vec<u8>,
    /// What it complained about.
    pub stderr: Vec<u8>,
    /// What it wrote for the runner.
    pub files: FileCommands,
}

/// Runs a binary on a stage.
pub fn run(binary: &Path, plan: &Plan, stage: &Stage) -> Result<Finished> {
    let fake = plan.github.as_ref().map(github);
    let mut command = command(binary, plan, stage)?;
    if let Some(fake) = &fake {
        command.env("GITHUB_API_URL", fake.api());
    }
    let mut child = command.spawn().with_context(|| format!("{} could not be started", binary.display()))?;
    let stdout = drain(child.stdout.take());
    let stderr = drain(child.stderr.take());
    let code = wait(&mut child)?;
    let text = |handle: JoinHandle<Vec<u8>>| handle.join().unwrap_or_default();
    Ok(Finished { code, stdout: text(stdout), stderr: text(stderr), files: read_files(stage) })
}

/// The fake of GitHub that a plan asks for; it ends when it is dropped.
fn github(says: &Github) -> Fake {
    let scanning = match says {
        Github::Rejects(words) => Scanning { errors: vec![words.clone()], ..Scanning::default() },
        Github::Complains(words) => Scanning { complaints: vec![words.clone()], ..Scanning::default() },
    };
    Fake::start(State { scanning, ..State::default() })
}

/// A binary on a stage, with both streams piped, ready to be started.
pub fn command(binary: &Path, plan: &Plan, stage: &Stage) -> Result<Command> {
    for name in FILES {
        if !plan.laptop {
            fs::write(command_file(stage, name), "")?;
        }
    }
    #[expect(clippy::disallowed_methods, reason = "the tests share no code with what they test")]
    let mut command = Command::new(binary);
    command
        .args(plan.args.iter().map(|word| stage.fill(word)))
        .current_dir(stage.root.join(&plan.folder))
        .env_clear()
        .envs(environment(plan, stage))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    Ok(command)
}

/// What even a scrubbed environment keeps: where programs lie, and where coverage of the binary goes.
pub fn inherited() -> Vec<(String, String)> {
    #[expect(clippy::disallowed_methods, reason = "the harness stands where the runner stands")]
    let read = |name: &str| std::env::var(name).ok().map(|value| (name.to_owned(), value));
    ["PATH", "LLVM_PROFILE_FILE", "SystemRoot"].into_iter().filter_map(read).collect()
}

fn environment(plan: &Plan, stage: &Stage) -> Vec<(String, String)> {
    let mut variables = inherited();
    variables.push(("HOME".to_owned(), stage.home.display().to_string()));
    variables.push(("SOURCE_DATE_EPOCH".to_owned(), EPOCH.to_owned()));
    if !plan.laptop {
        variables.extend(runner_variables(plan, stage));
    }
    variables.extend(plan.env.iter().map(|(name, value)| (name.clone(), stage.fill(value))));
    variables
}

fn runner_variables(plan: &Plan, stage: &Stage) -> Vec<(String, String)> {
    let path = |path: PathBuf| path.display().to_string();
    let event = event_variables(plan, stage);
    let mut variables: Vec<(&str, String)> = vec![
        ("RUNNER_TEMP", path(stage.temp.clone())),
        ("RUNNER_TOOL_CACHE", path(stage.temp.join("tools"))),
        ("RUNNER_WORKSPACE", path(stage.root.join(".."))),
        ("GITHUB_WORKSPACE", path(stage.root.clone())),
        ("GITHUB_EVENT_PATH", path(stage.temp.join("event.json"))),
        ("GITHUB_ACTION_PATH", path(stage.temp.join("actions").join(&plan.binary))),
    ];
    let os = match plan.os {
        Os::Linux => "Linux",
        Os::MacOs => "macOS",
        Os::Windows => "Windows",
    };
    variables.push(("RUNNER_OS", os.to_owned()));
    variables.extend(CONSTANT.map(|(name, value)| (name, value.to_owned())));
    variables.extend(event);
    if plan.debug {
        variables.push(("RUNNER_DEBUG", "1".to_owned()));
    }
    let mut variables: Vec<_> = variables.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    for name in FILES {
        variables.push((format!("GITHUB_{name}"), path(command_file(stage, name))));
    }
    variables
}

/// What is the same in every run. `GITHUB_ACTION_REF` and `_REPOSITORY` are empty, as in every composite.
const CONSTANT: [(&str, &str); 26] = [
    ("CI", "true"),
    ("GITHUB_ACTIONS", "true"),
    ("GITHUB_ACTION", "__run"),
    ("GITHUB_ACTION_REF", ""),
    ("GITHUB_ACTION_REPOSITORY", ""),
    ("GITHUB_ACTOR", "octocat"),
    ("GITHUB_ACTOR_ID", "1"),
    ("GITHUB_API_URL", "https://api.github.com"),
    ("GITHUB_GRAPHQL_URL", "https://api.github.com/graphql"),
    ("GITHUB_JOB", "test"),
    ("GITHUB_REF_PROTECTED", "false"),
    ("GITHUB_REPOSITORY", "owner/repo"),
    ("GITHUB_REPOSITORY_ID", "1"),
    ("GITHUB_REPOSITORY_OWNER", "owner"),
    ("GITHUB_REPOSITORY_OWNER_ID", "1"),
    ("GITHUB_RETENTION_DAYS", "90"),
    ("GITHUB_RUN_ATTEMPT", "1"),
    ("GITHUB_RUN_ID", "1000"),
    ("GITHUB_RUN_NUMBER", "10"),
    ("GITHUB_SERVER_URL", "https://github.com"),
    ("GITHUB_TRIGGERING_ACTOR", "octocat"),
    ("GITHUB_WORKFLOW", "CI"),
    ("GITHUB_WORKFLOW_REF", "owner/repo/.github/workflows/ci.yml@refs/heads/main"),
    ("RUNNER_ARCH", "X64"),
    ("RUNNER_ENVIRONMENT", "github-hosted"),
    ("RUNNER_NAME", "GitHub Actions 1"),
];

fn event_variables(plan: &Plan, stage: &Stage) -> Vec<(&'static str, String)> {
    let commits = stage.commits.as_ref();
    let head = commits.map_or_else(|| "0".repeat(40), |commits| commits.head.clone());
    let merge = commits.map_or_else(|| "0".repeat(40), |commits| commits.merge.clone());
    let base = commits.map_or("", |commits| commits.base.as_str());
    let queue = format!("gh-readonly-queue/main/pr-1-{base}");
    let queue_ref = format!("refs/heads/{queue}");
    let (name, sha, full, short) = match plan.event {
        Event::Push => ("push", head, "refs/heads/main", "main"),
        Event::Tag => ("push", head, "refs/tags/v1.0.0", "v1.0.0"),
        Event::Schedule => ("schedule", head, "refs/heads/main", "main"),
        Event::WorkflowDispatch => ("workflow_dispatch", head, "refs/heads/main", "main"),
        Event::PullRequest => ("pull_request", merge, "refs/pull/1/merge", "1/merge"),
        Event::MergeGroup => ("merge_group", head, queue_ref.as_str(), queue.as_str()),
    };
    let review = plan.event == Event::PullRequest;
    let only_review = |text: &str| if review { text.to_owned() } else { String::new() };
    vec![
        ("GITHUB_EVENT_NAME", name.to_owned()),
        ("GITHUB_SHA", sha.clone()),
        ("GITHUB_WORKFLOW_SHA", sha),
        ("GITHUB_REF", full.to_owned()),
        ("GITHUB_REF_NAME", short.to_owned()),
        ("GITHUB_REF_TYPE", if plan.event == Event::Tag { "tag" } else { "branch" }.to_owned()),
        ("GITHUB_HEAD_REF", only_review("change")),
        ("GITHUB_BASE_REF", only_review("main")),
    ]
}

const FILES: [&str; 6] = ["OUTPUT", "ENV", "PATH", "STATE", "STEP_SUMMARY", "ARTIFACTS"];

fn command_file(stage: &Stage, name: &str) -> PathBuf {
    stage.temp.join("_runner_file_commands").join(name.to_lowercase())
}

/// What was written for the runner so far.
pub fn read_files(stage: &Stage) -> FileCommands {
    let read = |name: &str| fs::read(command_file(stage, name)).unwrap_or_default();
    FileCommands {
        output: read("OUTPUT"),
        env: read("ENV"),
        path: read("PATH"),
        state: read("STATE"),
        summary: read("STEP_SUMMARY"),
        artifacts: read("ARTIFACTS"),
    }
}

fn drain(stream: Option<impl Read + Send + 'static>) -> JoinHandle<Vec<u8>> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        if let Some(mut stream) = stream {
            // What was read before an error is still worth comparing.
            let _ = stream.read_to_end(&mut bytes);
        }
        bytes
    })
}

fn wait(child: &mut Child) -> Result<Option<i32>> {
    let deadline = Instant::now() + LIMIT;
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(status.code());
        }
        if Instant::now() >= deadline {
            child.kill()?;
            child.wait()?;
            bail!("it did not finish within {} s and was ended", LIMIT.as_secs());
        }
        thread::sleep(Duration::from_millis(2));
    }
}
