//! The real `sarif-upload` against the fake of GitHub, as a runner would start it, and the client's waiting, in which time
//! is a number.

#![allow(clippy::unwrap_used, reason = "a test that can't go on says so")]
#![allow(clippy::disallowed_methods, reason = "it stands where the runner stands")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use gatewright_github::code_scanning::Processing;
use gatewright_github::{Client, Clock, GithubError, Proxies, RepositoryName, Settings, Token};
use gatewright_tests::github::{Fake, Fault, HEAD, Scanning, State};
use serde_json::{Value, json};

const UPLOAD: &str = "POST /repos/owner/repo/code-scanning/sarifs";
const STATUS: &str = "GET /repos/owner/repo/code-scanning/sarifs";
const FIRST_ID: &str = "47177e22-5596-11eb-80a1-000000000001";

fn binary() -> PathBuf {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    let folder = BUILT.get_or_init(|| {
        let wanted = BTreeSet::from(["sarif-upload".to_owned()]);
        gatewright_tests::binaries::build(&wanted).unwrap()
    });
    folder.join(format!("sarif-upload{}", std::env::consts::EXE_SUFFIX))
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
    fn output(&self, name: &str) -> String {
        let start = format!("{name}<<");
        let mut lines = self.outputs.lines();
        let Some(head) = lines.find(|line| line.starts_with(&start)) else { return String::new() };
        let end = &head[start.len()..];
        lines.take_while(|line| *line != end).collect::<Vec<_>>().join("\n")
    }

    fn said(&self) -> String {
        format!("{}{}{}", self.stdout, self.stderr, self.summary)
    }
}

impl Job {
    fn new(scanning: Scanning, event: &str, reference: &str, payload: &Value) -> Self {
        let fake = Fake::start(State { scanning, ..State::default() });
        let folder = tempfile::tempdir().unwrap();
        for below in ["work", "temp"] {
            fs::create_dir_all(folder.path().join(below)).unwrap();
        }
        fs::write(folder.path().join("temp/event.json"), payload.to_string()).unwrap();
        let path = |below: &str| folder.path().join(below).display().to_string();
        let variables = [
            ("GITHUB_ACTIONS", "true".to_owned()),
            ("GITHUB_API_URL", fake.api()),
            ("GITHUB_EVENT_NAME", event.to_owned()),
            ("GITHUB_EVENT_PATH", path("temp/event.json")),
            ("GITHUB_OUTPUT", path("temp/output")),
            ("GITHUB_REF", reference.to_owned()),
            ("GITHUB_REPOSITORY", "owner/repo".to_owned()),
            ("GITHUB_SERVER_URL", "https://github.com".to_owned()),
            ("GITHUB_SHA", HEAD.to_owned()),
            ("GITHUB_STEP_SUMMARY", path("temp/summary")),
            ("GITHUB_WORKSPACE", "/home/runner/work/repo/repo".to_owned()),
            ("INPUT_TOKEN", "writer".to_owned()),
            ("RUNNER_TEMP", path("temp")),
            ("SOURCE_DATE_EPOCH", "1767225600".to_owned()),
        ];
        let variables = variables.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        Self { fake, folder, variables }
    }

    /// The job of a push to `main`.
    fn of_push() -> Self {
        Self::scanning(Scanning::default())
    }

    fn scanning(scanning: Scanning) -> Self {
        Self::new(scanning, "push", "refs/heads/main", &json!({}))
    }

    fn set(&mut self, name: &str, value: &str) {
        self.variables.insert(name.to_owned(), value.to_owned());
    }

    /// Leaves a SARIF file where scanners leave theirs.
    fn leave(&self, name: &str, sarif: &Value) {
        fs::write(self.folder.path().join("work").join(name), sarif.to_string()).unwrap();
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
}

fn pull_request(head: &str, login: &str) -> Value {
    json!({ "pull_request": {
        "number": 5,
        "head": { "sha": "2".repeat(40), "repo": { "full_name": head } },
        "base": { "sha": "0".repeat(40), "repo": { "full_name": "owner/repo" } },
        "user": { "login": login },
    } })
}

fn sarif(tool: &str, results: usize) -> Value {
    let result = json!({
        "ruleId": "R1",
        "message": { "text": "found" },
        "locations": [{ "physicalLocation": { "artifactLocation": { "uri": "src/a.rs" } } }],
        "partialFingerprints": { "primaryLocationLineHash": "39fa2ee980eb94b0:1" },
    });
    json!({ "version": "2.1.0", "runs": [{
        "tool": { "driver": { "name": tool } },
        "automationDetails": { "id": format!("{tool}/") },
        "results": vec![result; results],
    }] })
}

#[test]
fn files_are_uploaded_and_waited_for_and_told() {
    let job = Job::scanning(Scanning { pending: 1, ..Scanning::default() });
    job.leave("gosec.sarif", &sarif("gosec", 2));
    job.leave("trivy.sarif.json", &sarif("trivy", 1));
    let step = job.run();
    assert_eq!((step.status, step.output("verdict").as_str()), (0, "pass"), "{}", step.said());
    assert_eq!(step.output("uploaded"), "true");
    assert_eq!(step.output("sarif-ids"), format!("{FIRST_ID}\n{}", FIRST_ID.replace("0001", "0002")));
    let state = job.fake.state();
    let [first, second] = state.scanning.uploads.as_slice() else { panic!("{:?}", state.scanning) };
    assert_eq!(
        first.fields,
        json!({
            "commit_sha": HEAD,
            "ref": "refs/heads/main",
            "checkout_uri": "file:///home/runner/work/repo/repo",
            "started_at": "2026-01-01T00:00:00Z",
            "tool_name": "gosec",
        })
    );
    // What arrived is what lay there.
    assert_eq!((&first.sarif, &second.sarif), (&sarif("gosec", 2), &sarif("trivy", 1)));
    assert_eq!((first.asked, second.asked), (2, 2));
    for part in [
        "2 files, 2 runs, 3 results",
        "processed",
        "See what GitHub made of",
        "analyses?sarif&#95;id=",
        "security/code-scanning?query=is%3Aopen",
    ] {
        assert!(step.summary.contains(part), "{part}: {}", step.summary);
    }
}

#[test]
fn pull_requests_are_named_by_what_is_checked_out() {
    let job = Job::new(
        Scanning::default(),
        "pull_request",
        "refs/pull/5/merge",
        &pull_request("owner/repo", "octocat"),
    );
    job.leave("a.sarif", &sarif("gosec", 1));
    let step = job.run();
    assert_eq!(step.status, 0, "{}", step.said());
    assert_eq!(job.fake.state().scanning.uploads[0].fields["ref"], "refs/pull/5/merge");
    assert!(step.summary.contains("query=pr%3A5+is%3Aopen"), "{}", step.summary);
    let mut job = Job::new(
        Scanning::default(),
        "workflow_run",
        "refs/heads/main",
        &json!({ "workflow_run": { "id": 7 } }),
    );
    job.leave("a.sarif", &sarif("gosec", 1));
    let step = job.run();
    assert_eq!((step.status, job.fake.requests().len()), (2, 0), "{}", step.said());
    job.set("INPUT_REF", "refs/heads/change");
    job.set("INPUT_SHA", &"4".repeat(40));
    assert_eq!(job.run().status, 0);
    assert_eq!(job.fake.state().scanning.uploads[0].fields["commit_sha"], "4".repeat(40));
}

#[test]
fn a_fork_gets_a_notice_and_a_payload_and_a_policy_makes_more_of_it() {
    for (head, login, why) in [
        ("stranger/repo", "octocat", "the pull request comes from a fork"),
        ("owner/repo", "dependabot[bot]", "Dependabot's runs get a read-only token"),
        ("owner/repo", "octocat", "the token may not upload results to code scanning"),
    ] {
        let payload = pull_request(head, login);
        let mut job = Job::new(Scanning::default(), "pull_request", "refs/pull/5/merge", &payload);
        job.set("INPUT_TOKEN", "reader");
        job.set("INPUT_PAYLOAD_FILE", "payload.json");
        job.leave("a.sarif", &sarif("gosec", 3));
        let step = job.run();
        assert_eq!(
            (step.status, step.output("verdict").as_str(), step.output("uploaded").as_str()),
            (0, "pass", "false"),
            "{}",
            step.said()
        );
        let notice = step.stdout.lines().find(|line| line.starts_with("::notice")).unwrap();
        let request = format!(
            "POST {}/repos/owner/repo/code-scanning/sarifs for refs/pull/5/merge at {HEAD}: 1 file, 1 run, 3 results, ",
            job.fake.api()
        );
        assert!(notice.contains(why) && notice.contains(&request), "{notice}");
        let payload = fs::read_to_string(job.folder.path().join("work/payload.json")).unwrap();
        let payload: Value = serde_json::from_str(payload.trim_end()).unwrap();
        let names: Vec<&String> = payload.as_object().unwrap().keys().collect();
        assert_eq!(names, ["checkout_uri", "commit_sha", "ref", "sarif", "started_at", "tool_name"]);
        job.set("INPUT_ON_REFUSED", "fail");
        let step = job.run();
        assert_eq!((step.status, step.output("verdict").as_str()), (1, "fail"), "{}", step.said());
        assert_eq!(job.fake.state().scanning.uploads.len(), 0);
    }
}

#[test]
fn a_dry_run_sends_nothing() {
    let mut job = Job::of_push();
    job.set("INPUT_DRY_RUN", "true");
    job.set("INPUT_ON_REFUSED", "fail");
    job.leave("a.sarif", &sarif("gosec", 1));
    let step = job.run();
    assert_eq!((step.status, job.fake.requests().len()), (0, 0), "{}", step.said());
    assert!(step.stdout.contains("this is a dry run"), "{}", step.stdout);
}

#[test]
fn what_github_can_not_process_fails_and_has_its_next_step() {
    for (error, help) in [
        (
            "SARIF URI scheme \"git\" did not match the checkout URI scheme \"file\"",
            "relative to the repository",
        ),
        ("rejecting SARIF, as there are more runs than allowed (21 > 20)", "Split the file"),
        (
            "CodeQL analyses from advanced configurations cannot be processed when the default setup is enabled",
            "default setup off",
        ),
    ] {
        let job = Job::scanning(Scanning { errors: vec![error.to_owned()], ..Scanning::default() });
        job.leave("a.sarif", &sarif("gosec", 1));
        let step = job.run();
        assert_eq!((step.status, step.output("verdict").as_str()), (1, "fail"), "{}", step.said());
        assert_eq!(
            (step.output("uploaded"), step.output("sarif-ids")),
            ("false".to_owned(), FIRST_ID.to_owned())
        );
        let told = step.stdout.lines().find(|line| line.starts_with("::error")).unwrap();
        assert!(told.contains(error) && told.contains(help), "{told}");
        assert!(step.summary.contains("1 file rejected by GitHub"), "{}", step.summary);
    }
}

#[test]
fn what_github_rejects_keeps_no_other_file_back() {
    let job = Job::scanning(Scanning { most: Some(700), ..Scanning::default() });
    job.leave("a.sarif", &sarif("gosec", 1));
    let mut large = sarif("trivy", 1);
    // What gzip can't make small.
    let digits = |number: u64| number.wrapping_mul(0x9e37_79b9_7f4a_7c15).to_string();
    large["runs"][0]["results"][0]["message"]["text"] = json!((1..90).map(digits).collect::<String>());
    job.leave("b.sarif", &large);
    job.leave("c.sarif", &sarif("bandit", 1));
    job.leave("d.sarif", &sarif("eslint", 1));
    job.fake.fail(UPLOAD, Fault::Refuse(422, vec![], "commit not found\u{1b}]0;x\u{7}"));
    let step = job.run();
    assert_eq!((step.status, step.output("verdict").as_str()), (1, "fail"), "{}", step.said());
    assert_eq!((step.output("uploaded"), step.output("findings")), ("false".to_owned(), "2".to_owned()));
    assert_eq!(step.output("sarif-ids"), format!("{FIRST_ID}\n{}", FIRST_ID.replace("0001", "0002")));
    let tools: Vec<Value> =
        job.fake.state().scanning.uploads.iter().map(|upload| upload.fields["tool_name"].clone()).collect();
    assert_eq!(tools, ["bandit", "eslint"]);
    for part in ["a.sarif: GitHub refuses to", "commit not found", "b.sarif: GitHub refuses to", "too large"]
    {
        assert!(step.stdout.contains(part), "{part}: {}", step.stdout);
    }
    assert!(!step.said().contains(['\u{1b}', '\u{7}']), "{}", step.said());
    assert!(step.summary.contains("2 files rejected by GitHub"), "{}", step.summary);
}

#[test]
fn what_would_hit_every_file_ends_it_and_names_what_is_left() {
    let mut job = Job::of_push();
    job.set("INPUT_MOST_WAIT", "0");
    for (name, tool) in [("a.sarif", "gosec"), ("b.sarif", "trivy"), ("c.sarif", "bandit")] {
        job.leave(name, &sarif(tool, 1));
    }
    job.fake.fail(UPLOAD, Fault::Refuse(422, vec![], "invalid"));
    job.fake.fail(UPLOAD, Fault::Refuse(502, vec![], "Bad\u{1b}[2J Gateway"));
    let step = job.run();
    assert_eq!((step.status, step.output("verdict").as_str()), (3, ""), "{}", step.said());
    for part in ["b.sarif was not uploaded", "not tried: c.sarif", "besides, a.sarif: GitHub refuses to"] {
        assert!(step.stderr.contains(part), "{part}: {}", step.stderr);
    }
    assert!(!step.said().contains('\u{1b}'), "{}", step.said());
}

#[test]
fn what_github_complains_of_is_told_and_fails_nothing() {
    let complaints = vec!["a part of it could not be used".to_owned()];
    let mut job = Job::scanning(Scanning { complaints, ..Scanning::default() });
    job.set("INPUT_FAIL_ON", "info");
    job.leave("a.sarif", &sarif("gosec", 1));
    let step = job.run();
    assert_eq!((step.status, step.output("uploaded").as_str()), (0, "true"), "{}", step.said());
    let told = step.stdout.lines().find(|line| line.starts_with("::warning")).unwrap();
    assert!(told.contains("a.sarif: GitHub has processed it, and says: a part of it"), "{told}");
}

#[test]
fn pending_is_no_success() {
    let mut job = Job::scanning(Scanning { pending: 1_000, ..Scanning::default() });
    job.set("INPUT_WAIT", "2");
    job.leave("a.sarif", &sarif("gosec", 1));
    let step = job.run();
    assert_eq!((step.status, step.output("verdict").as_str()), (3, ""), "{}", step.said());
    assert!(step.stderr.contains("after 2 s GitHub has still not processed a.sarif"), "{}", step.stderr);
    // Whoever does not wait is told so.
    job.set("INPUT_WAIT", "0");
    let step = job.run();
    assert_eq!((step.status, step.output("uploaded").as_str()), (0, "true"), "{}", step.said());
    assert!(step.said().contains("not waited for"), "{}", step.said());
}

#[test]
fn what_keeps_github_from_taking_a_file_is_told_apart() {
    let run = |scanning: Scanning, change: &dyn Fn(&mut Job)| {
        let mut job = Job::scanning(scanning);
        job.set("INPUT_MOST_WAIT", "5");
        job.leave("a.sarif", &sarif("gosec", 1));
        change(&mut job);
        let step = job.run();
        (step.status, step.said())
    };
    let off = "Code Security must be enabled for this repository to use code scanning.";
    let (status, said) = run(Scanning { off: Some(off), ..Scanning::default() }, &|_| {});
    assert!(status == 3 && said.contains("Enable Code Security"), "{said}");
    let (status, said) = run(Scanning { most: Some(10), ..Scanning::default() }, &|_| {});
    assert!(status == 1 && said.contains("too large") && said.contains("10 MB of gzip"), "{said}");
    let (status, said) = run(Scanning::default(), &|job| job.set("GITHUB_REPOSITORY", "owner/other"));
    assert!(status == 3 && said.contains("GitHub finds nothing"), "{said}");
    let (status, said) = run(Scanning::default(), &|job| job.set("INPUT_TOKEN", "ghs_unknown"));
    assert!(status == 3 && said.contains("GitHub does not accept the token"), "{said}");
    let (status, said) = run(Scanning::default(), &|job| job.set("GITHUB_API_URL", "http://127.0.0.1:9"));
    assert!(status == 3 && said.contains("there is no answer from 127.0.0.1"), "{said}");
}

#[test]
fn outages_are_waited_out_and_nothing_is_lost() {
    let mut job = Job::of_push();
    job.leave("a.sarif", &sarif("gosec", 1));
    job.fake.fail(UPLOAD, Fault::Refuse(502, vec![], "Bad Gateway"));
    job.fake.fail(STATUS, Fault::Refuse(503, vec![], "Service Unavailable"));
    let step = job.run();
    assert_eq!((step.status, step.output("uploaded").as_str()), (0, "true"), "{}", step.said());
    assert_eq!(job.fake.state().scanning.uploads.len(), 1);
    // An answer that got lost is asked for again: the same analysis takes its own place.
    job.fake.fail(UPLOAD, Fault::DoAndHangUp);
    assert_eq!(job.run().status, 0);
    assert_eq!(job.fake.state().scanning.uploads.len(), 3);
    job.set("INPUT_MOST_WAIT", "0");
    job.fake.fail(UPLOAD, Fault::Refuse(502, vec![], "Bad Gateway"));
    assert_eq!(job.run().status, 3);
}

#[test]
fn a_bad_file_stays_behind_and_the_others_go() {
    let mut bad = sarif("trivy", 2);
    bad["runs"][0]["results"][1]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] = json!("");
    let job = Job::of_push();
    job.leave("bad.sarif", &bad);
    job.leave("good.sarif", &sarif("gosec", 1));
    let step = job.run();
    assert_eq!((step.status, step.output("verdict").as_str()), (1, "fail"), "{}", step.said());
    assert_eq!(
        (step.output("uploaded"), step.output("sarif-ids")),
        ("false".to_owned(), FIRST_ID.to_owned())
    );
    assert!(
        step.said().contains("runs[0].results[1]") && step.summary.contains("held back"),
        "{}",
        step.said()
    );
    assert_eq!(job.fake.state().scanning.uploads[0].fields["tool_name"], "gosec");
    // A failure does not hide it.
    let job = Job::scanning(Scanning { errors: vec!["odd".to_owned()], ..Scanning::default() });
    job.leave("bad.sarif", &bad);
    job.leave("good.sarif", &sarif("gosec", 1));
    let step = job.run();
    assert_eq!(step.status, 1);
    assert!(step.summary.contains("1 file rejected by GitHub, 1 file held back"), "{}", step.summary);
    let mut job = Job::scanning(Scanning { pending: 1_000, ..Scanning::default() });
    job.set("INPUT_WAIT", "1");
    job.leave("bad.sarif", &bad);
    job.leave("good.sarif", &sarif("gosec", 1));
    let step = job.run();
    assert_eq!(step.status, 3);
    assert!(step.stderr.contains("besides, not everything was sent: bad.sarif"), "{}", step.stderr);
}

#[test]
fn the_token_is_masked_and_hostile_names_do_nothing() {
    let mut job = Job::of_push();
    job.set("INPUT_TOKEN", "ghs_secretsecret");
    job.set("RUNNER_DEBUG", "1");
    job.leave("a.sarif", &sarif("gosec", 1));
    let step = job.run();
    assert_eq!(step.status, 3);
    let mask = "::add-mask::ghs_secretsecret\n";
    assert!(
        step.stdout.starts_with(mask) && !step.said().replacen(mask, "", 1).contains("ghs_secret"),
        "{}",
        step.said()
    );
    let mut job = Job::of_push();
    job.set("INPUT_TOKEN", "");
    let hostile = "x\n::error::gotcha | </td><img src=x>%0A::set-output";
    job.leave("a.sarif", &sarif(hostile, 1));
    let step = job.run();
    assert_eq!(step.status, 0, "{}", step.said());
    assert!(!step.stdout.lines().any(|line| line.starts_with("::error")), "{}", step.stdout);
    assert!(!step.summary.contains("<img"), "{}", step.summary);
}

/// A client whose time is a number, and the pauses that it made.
fn client(fake: &Fake) -> (Client, Arc<Mutex<Vec<u64>>>) {
    let pauses = Arc::new(Mutex::new(Vec::new()));
    let (start, counted, kept) = (fake.state().now, Arc::clone(&pauses), Arc::clone(&pauses));
    let settings = Settings {
        api: fake.api(),
        graphql: fake.graphql(),
        token: Token::new("writer").unwrap(),
        proxies: Proxies::default(),
        most_wait: Duration::from_mins(10),
        clock: Clock::new(
            move || Duration::from_secs(start + counted.lock().unwrap().iter().sum::<u64>()),
            move |pause| kept.lock().unwrap().push(pause.as_secs()),
        ),
    };
    (Client::new(settings).unwrap(), pauses)
}

#[test]
fn github_is_asked_less_and_less_often_and_once_more_at_the_end() {
    let repository = RepositoryName::new("owner/repo").unwrap();
    let scanning =
        |pending| State { scanning: Scanning { pending, ..Scanning::default() }, ..State::default() };
    for (pending, wait, expected) in [
        (0, 155, vec![1]),
        (3, 155, vec![1, 2, 4, 8]),
        (99, 155, vec![1, 2, 4, 8, 16, 32, 32, 32, 28]),
        (99, 2, vec![1, 1]),
        (0, 0, vec![]),
    ] {
        let fake = Fake::start(scanning(pending));
        let (client, pauses) = client(&fake);
        let id = fake.state().scanning.take(json!({}), json!({}));
        let states = client.await_sarifs(&repository, &[&id], Duration::from_secs(wait)).unwrap();
        assert_eq!(*pauses.lock().unwrap(), expected);
        assert_eq!(fake.requests().len(), expected.len());
        let done = matches!(states[0], Processing::Complete { analyses_url: Some(_), .. });
        assert_eq!(done, pending < 99 && wait > 0, "{states:?}");
    }
}

#[test]
fn an_upload_that_not_everybody_at_github_knows_yet_is_pending() {
    let repository = RepositoryName::new("owner/repo").unwrap();
    let fake = Fake::start(State::default());
    let (client, _) = client(&fake);
    let states = client.await_sarifs(&repository, &[FIRST_ID], Duration::from_secs(9)).unwrap();
    assert_eq!(states, [Processing::Pending]);
    let odd = client.sarif_status(&repository, "../../issues").unwrap_err();
    assert!(matches!(odd, GithubError::Answer { .. }) && fake.requests().len() == 4, "{odd}");
}
