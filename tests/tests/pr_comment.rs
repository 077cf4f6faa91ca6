//! The real `pr-comment` against the fake of GitHub, as a runner would start it.

#![allow(clippy::unwrap_used, reason = "a test that can't go on says so")]
#![allow(clippy::disallowed_methods, reason = "it stands where the runner stands")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use gatewright_core::report::{Measure, Report, Scope, VerdictResult};
use gatewright_core::{RepoPath, sha256};
use gatewright_tests::github::{Fake, Fault, HEAD, Run, State};
use serde_json::json;

fn binary() -> PathBuf {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    let folder = BUILT.get_or_init(|| {
        let wanted = BTreeSet::from(["pr-comment".to_owned()]);
        gatewright_tests::binaries::build(&wanted).unwrap()
    });
    folder.join(format!("pr-comment{}", std::env::consts::EXE_SUFFIX))
}

/// A runner's workspace and the fake that its job talks to.
struct Job {
    fake: Fake,
    folder: tempfile::TempDir,
    variables: BTreeMap<String, String>,
}

/// What one step came to.
struct Step {
    status: i32,
    stdout: String,
    stderr: String,
    summary: String,
    outputs: String,
}

impl Step {
    fn output(&self, name: &str) -> &str {
        let start = format!("{name}<<");
        let mut lines = self.outputs.lines();
        lines.find(|line| line.starts_with(&start)).and_then(|_| lines.next()).unwrap_or_default()
    }

    fn said(&self) -> String {
        format!("{}{}{}", self.stdout, self.stderr, self.summary)
    }
}

impl Job {
    fn new(state: State, event: &str, payload: &serde_json::Value) -> Self {
        let fake = Fake::start(state);
        let folder = tempfile::tempdir().unwrap();
        for below in ["work", "temp/gatewright"] {
            fs::create_dir_all(folder.path().join(below)).unwrap();
        }
        fs::write(folder.path().join("temp/event.json"), payload.to_string()).unwrap();
        let path = |below: &str| folder.path().join(below).display().to_string();
        let variables = [
            ("GITHUB_ACTIONS", "true".to_owned()),
            ("GITHUB_API_URL", fake.api()),
            ("GITHUB_GRAPHQL_URL", fake.graphql()),
            ("GITHUB_EVENT_NAME", event.to_owned()),
            ("GITHUB_EVENT_PATH", path("temp/event.json")),
            ("GITHUB_OUTPUT", path("temp/output")),
            ("GITHUB_REPOSITORY", "owner/repo".to_owned()),
            ("GITHUB_RUN_ATTEMPT", "1".to_owned()),
            ("GITHUB_RUN_ID", "1000".to_owned()),
            ("GITHUB_SERVER_URL", "https://github.com".to_owned()),
            ("GITHUB_SHA", HEAD.to_owned()),
            ("GITHUB_STEP_SUMMARY", path("temp/summary")),
            ("GITHUB_WORKFLOW", "CI".to_owned()),
            ("INPUT_TOKEN", "writer".to_owned()),
            ("RUNNER_TEMP", path("temp")),
        ];
        let variables = variables.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        Self { fake, folder, variables }
    }

    /// The job of a pull request from a branch of the repository.
    fn of_pull_request() -> Self {
        Self::new(State::default(), "pull_request", &pull_request("owner/repo"))
    }

    fn set(&mut self, name: &str, value: &str) {
        self.variables.insert(name.to_owned(), value.to_owned());
    }

    /// Leaves a report where gates leave theirs; returns its hash.
    fn leave(&self, name: &str, report: &Report) -> String {
        let bytes = serde_json::to_vec(report).unwrap();
        fs::write(self.folder.path().join("temp/gatewright").join(name), &bytes).unwrap();
        sha256(&bytes)
    }

    fn run(&self) -> Step {
        let file = |name: &str| self.folder.path().join("temp").join(name);
        for name in ["output", "summary"] {
            fs::write(file(name), "").unwrap();
        }
        let mut command = Command::new(binary());
        command.env_clear().envs(&self.variables).current_dir(self.folder.path().join("work"));
        for (name, value) in gatewright_tests::case::execute::inherited() {
            command.env(name, value);
        }
        let output = command.stdin(Stdio::null()).output().unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        Step {
            status: output.status.code().unwrap(),
            stdout: text(output.stdout),
            stderr: text(output.stderr),
            summary: fs::read_to_string(file("summary")).unwrap(),
            outputs: fs::read_to_string(file("output")).unwrap(),
        }
    }

    /// The bodies of the comments that stand.
    fn comments(&self) -> Vec<String> {
        self.fake.state().comments.iter().map(|comment| comment.body.clone()).collect()
    }
}

fn pull_request(head: &str) -> serde_json::Value {
    json!({ "pull_request": {
        "number": 5,
        "head": { "sha": HEAD, "repo": { "full_name": head } },
        "base": { "sha": "0".repeat(40), "repo": { "full_name": "owner/repo" } },
        "user": { "login": "octocat" },
    } })
}

fn report(name: &str, result: VerdictResult) -> Report {
    let mut report = Report::new();
    report.subject.action = "coverage-gate".into();
    report.subject.name = Some(name.into());
    report.subject.repository = Some("owner/repo".into());
    report.subject.head_sha = Some(HEAD.into());
    report.subject.run_id = Some("1000".into());
    report.subject.run_attempt = Some("1".into());
    report.headline = format!("what {name} found");
    report.verdict.result = result;
    report.verdict.failed = result == VerdictResult::Fail;
    report.measures.push(Measure::percent("coverage.lines", Scope::Total, 9, 10, "85".parse().ok()));
    report
}

#[test]
fn gates_become_one_comment_and_a_failing_one_fails_nothing_here() {
    let job = Job::of_pull_request();
    job.leave("coverage-gate-1.json", &report("go", VerdictResult::Pass));
    job.leave("coverage-gate-2.json", &report("web", VerdictResult::Fail));
    let step = job.run();
    assert_eq!(step.status, 0, "{}", step.said());
    let outputs = ["verdict", "comment", "reports-verdict", "comment-url"].map(|name| step.output(name));
    assert_eq!(outputs, ["pass", "created", "fail", "https://github.com/owner/repo/pull/5#issuecomment-1"]);
    let [body] = job.comments().try_into().unwrap();
    assert!(body.starts_with("<!-- gatewright: CI run=1000 attempt=1 -->\n## ❌ CI: fail\n"), "{body}");
    let places: Vec<_> =
        ["(web)", "(go)", "<details>", "Run 1000"].iter().map(|part| body.find(part).unwrap()).collect();
    assert!(places.is_sorted(), "{body}");
    // The same step again, as after a "re-run": nothing to say, so nothing is sent.
    job.fake.take_lines();
    assert_eq!(job.run().output("comment"), "unchanged");
    assert_eq!(job.fake.take_lines(), ["GET /issues/5/comments", "POST /api/graphql"]);
}

#[test]
fn the_token_is_masked_and_shown_nowhere() {
    let mut job = Job::of_pull_request();
    job.set("INPUT_TOKEN", "ghs_secretsecret");
    job.set("RUNNER_DEBUG", "1");
    job.leave("a.json", &report("go", VerdictResult::Pass));
    let step = job.run();
    assert_eq!(step.status, 3);
    assert!(step.stderr.contains("GitHub does not accept the token"), "{}", step.stderr);
    let mask = "::add-mask::ghs_secretsecret\n";
    assert!(
        step.stdout.starts_with(mask) && !step.said().replacen(mask, "", 1).contains("ghs_secret"),
        "{}",
        step.said()
    );
}

#[test]
fn a_fork_gets_a_notice_and_a_file_and_required_makes_it_a_failure() {
    let mut job = Job::new(State::default(), "pull_request", &pull_request("stranger/repo"));
    job.set("INPUT_TOKEN", "reader");
    job.set("INPUT_COMMENT_FILE", "comment.md");
    job.leave("a.json", &report("go", VerdictResult::Pass));
    let step = job.run();
    assert_eq!(
        (step.status, step.output("comment"), step.output("verdict")),
        (0, "not-sent", "pass"),
        "{}",
        step.said()
    );
    assert!(
        step.stdout.contains("::notice title=The comment was not sent::the pull request comes from a fork"),
        "{}",
        step.stdout
    );
    let text = fs::read_to_string(job.folder.path().join("work/comment.md")).unwrap();
    assert!(text.starts_with("## ✅ CI: pass\n"), "{text}");
    job.set("INPUT_REQUIRED", "true");
    let step = job.run();
    assert_eq!((step.status, step.output("verdict")), (3, ""));
}

#[test]
fn a_missing_permission_is_named() {
    let mut job = Job::of_pull_request();
    job.set("INPUT_TOKEN", "reader");
    job.leave("a.json", &report("go", VerdictResult::Pass));
    let step = job.run();
    assert_eq!((step.status, step.output("comment")), (0, "not-sent"));
    assert!(step.stdout.contains("`issues: write or pull-requests: write`"), "{}", step.stdout);
}

#[test]
fn reports_of_other_commits_runs_or_makers_are_refused_and_that_is_shown() {
    let job = Job::of_pull_request();
    job.leave("good.json", &report("go", VerdictResult::Pass));
    let mut stale = report("web", VerdictResult::Pass);
    stale.subject.head_sha = Some("2".repeat(40));
    job.leave("stale.json", &stale);
    fs::write(job.folder.path().join("temp/gatewright/broken.json"), "{\n\"schema\": ]").unwrap();
    let step = job.run();
    assert_eq!((step.status, step.output("verdict")), (1, "fail"), "{}", step.said());
    let [body] = job.comments().try_into().unwrap();
    assert!(body.contains("(go)") && !body.contains("(web)"), "{body}");
    assert!(
        body.contains("refused-report") && body.contains("broken.json: 2&#58;<!-- -->11: expected value"),
        "{body}"
    );
    assert!(body.contains("## ❌ CI: fail") && step.output("reports-verdict") == "pass", "{body}");
}

#[test]
fn no_report_at_all_is_said_where_an_old_verdict_stood() {
    let job = Job::of_pull_request();
    let old = "<!-- gatewright: CI run=900 attempt=1 -->\n## ✅ CI: pass";
    job.fake.state().comment(5, "github-actions[bot]", old);
    let step = job.run();
    assert_eq!(
        (step.status, step.output("verdict"), step.output("comment")),
        (1, "no-data", "updated"),
        "{}",
        step.said()
    );
    assert!(job.comments()[0].contains("## ❔ CI: no-data"), "{:?}", job.comments());
}

#[test]
fn hashes_from_needs_hold_the_reports() {
    let mut job = Job::of_pull_request();
    let hash = job.leave("a.json", &report("go", VerdictResult::Pass));
    job.set("INPUT_EXPECT_SHA256", &format!("{hash}  go\n"));
    assert_eq!(job.run().status, 0);
    job.leave("forged.json", &report("forged", VerdictResult::Pass));
    job.set("INPUT_EXPECT_SHA256", &format!("{hash}  go\n{}  web\n  skipped\n", "0".repeat(64)));
    let step = job.run();
    assert_eq!(step.status, 1);
    let body = &job.comments()[0];
    for part in ["does not list it", "the report of web is not there", "skipped left no report"] {
        assert!(step.said().contains(part), "{part}: {}", step.said());
    }
    assert!(!body.contains("(forged)"), "{body}");
    job.set("INPUT_EXPECT_SHA256", "what");
    job.set("INPUT_EXPECT_SHA256", &format!("{hash}  a  b"));
    assert_eq!(job.run().status, 2);
}

#[test]
fn problems_begin_a_comment_and_a_pass_does_not() {
    let mut job = Job::of_pull_request();
    job.set("INPUT_WHEN", "problems");
    job.leave("a.json", &report("go", VerdictResult::Pass));
    let step = job.run();
    assert_eq!((step.status, step.output("comment"), job.comments().len()), (0, "not-needed", 0));
    job.leave("a.json", &report("go", VerdictResult::Fail));
    assert_eq!(job.run().output("comment"), "created");
    job.leave("a.json", &report("go", VerdictResult::Pass));
    assert_eq!(job.run().output("comment"), "updated");
    assert!(job.comments()[0].contains("## ✅ CI: pass"));
}

#[test]
fn a_github_that_fails_is_no_verdict() {
    let mut job = Job::of_pull_request();
    job.set("INPUT_MOST_WAIT", "0");
    job.leave("a.json", &report("go", VerdictResult::Pass));
    job.fake.fail("GET /repos", Fault::Refuse(502, vec![], "Bad Gateway"));
    let step = job.run();
    assert_eq!((step.status, step.output("verdict")), (3, ""));
    job.set("GITHUB_API_URL", "http://127.0.0.1:9");
    let step = job.run();
    assert_eq!(step.status, 3);
    assert!(step.stderr.contains("there is no answer from 127.0.0.1"), "{}", step.stderr);
    job.set("GITHUB_API_URL", "http://ghe.example");
    assert_eq!(job.run().status, 2);
    // A short pause that GitHub asks for is waited out.
    let mut job = Job::of_pull_request();
    job.set("INPUT_MOST_WAIT", "5");
    job.leave("a.json", &report("go", VerdictResult::Pass));
    job.fake.fail("POST /repos", Fault::Refuse(429, vec![("Retry-After", "1".into())], "slow down"));
    assert_eq!(job.run().output("comment"), "created");
}

#[test]
fn other_events_find_their_pull_request_or_none() {
    let job = Job::new(State::default(), "push", &json!({}));
    job.leave("a.json", &report("go", VerdictResult::Pass));
    assert_eq!(job.run().output("comment"), "created");
    let mut state = State::default();
    state.pulls.clear();
    let job = Job::new(state, "push", &json!({}));
    job.leave("a.json", &report("go", VerdictResult::Pass));
    let step = job.run();
    assert_eq!((step.status, step.output("comment")), (0, "not-sent"), "{}", step.said());
    // A pull request that was named is asked for its head: these reports are of another commit.
    let mut job = Job::new(State::default(), "workflow_dispatch", &json!({}));
    job.fake.state().pulls[0].head_sha = "3".repeat(40);
    job.set("INPUT_PULL_REQUEST", "5");
    job.leave("a.json", &report("go", VerdictResult::Pass));
    assert_eq!(job.run().status, 1);
}

/// The second workflow: the run 2000 belongs to a fork's pull request 6.
fn of_another_run() -> Job {
    let mut state = State::default();
    let mut fork = state.pulls[0].clone();
    fork.number = 6;
    fork.head_sha = "2".repeat(40);
    fork.head_repository = Some("stranger/repo".to_owned());
    "feature".clone_into(&mut fork.head_branch);
    state.runs.push(Run {
        id: 2000,
        attempt: 1,
        event: "pull_request".to_owned(),
        head_sha: fork.head_sha.clone(),
        head_branch: fork.head_branch.clone(),
        head_repository: fork.head_repository.clone(),
    });
    state.pulls.push(fork);
    let payload =
        json!({ "workflow_run": { "id": 2000, "head_sha": HEAD, "pull_requests": [{ "number": 5 }] } });
    Job::new(state, "workflow_run", &payload)
}

/// A report as the stranger would like it to be shown.
fn forged() -> Report {
    let mut report = report("Approved", VerdictResult::Pass);
    report.subject.head_sha = Some("2".repeat(40));
    report.subject.run_id = Some("2000".into());
    report.headline = "Approved by @security".into();
    let mut inside = gatewright_core::report::Finding::new(
        &gatewright_core::report::RuleInfo {
            id: "Approved",
            title: "Approved",
            severity: gatewright_core::report::Severity::High,
            since: "0",
            help: "Approved",
        },
        "Approved",
        "Approved",
    );
    inside.location =
        Some(gatewright_core::report::Location::lines(RepoPath::new("src/a.rs").unwrap(), 3, 4));
    let mut outside = inside.clone();
    outside.location =
        Some(gatewright_core::report::Location::lines(RepoPath::new("Approved.md").unwrap(), 3, 4));
    report.findings = vec![inside, outside];
    report
}

#[test]
fn in_a_second_workflow_only_numbers_and_the_pull_requests_own_paths_are_shown() {
    let job = of_another_run();
    job.leave("Approved.json", &forged());
    let mut other = forged();
    other.subject.run_id = Some("1000".into());
    job.leave("ApprovedToo.json", &other);
    let step = job.run();
    assert_eq!(step.output("comment"), "created", "{}", step.said());
    let state = job.fake.state();
    let [comment] = state.comments.as_slice() else { panic!("{:?}", state.comments) };
    assert_eq!(comment.pull, 6);
    let body = &comment.body;
    assert!(
        body.starts_with("<!-- gatewright: CI run=2000 attempt=1 -->\n## ❌ CI: fail\n\n> Not verified"),
        "{body}"
    );
    assert!(
        body.contains("90.00 %")
            && body.contains("src/a.rs")
            && body.contains("1 reports are missing or were refused"),
        "{body}"
    );
    assert!(!body.contains("Approved") && !body.contains("security"), "{body}");
}

#[test]
fn a_run_whose_branch_has_moved_on_says_nothing() {
    let job = of_another_run();
    job.fake.state().pulls[1].head_sha = "4".repeat(40);
    job.leave("a.json", &forged());
    let step = job.run();
    assert_eq!((step.status, step.output("comment")), (0, "not-sent"), "{}", step.said());
    assert!(step.stdout.contains("no open pull request has the commit 2222222222"), "{}", step.stdout);
    assert_eq!(job.comments(), Vec::<String>::new());
    job.fake.state().runs[0].event = "push".to_owned();
    assert_eq!(job.run().output("comment"), "not-sent");
}

#[test]
fn a_second_workflow_without_a_token_is_set_up_wrong() {
    let mut job = of_another_run();
    job.set("INPUT_TOKEN", "");
    assert_eq!(job.run().status, 2);
}
