//! Sends every request that we know to an API, which should be a judge of their shape such as Prism with GitHub's own
//! `OpenAPI` description: `cargo run -p gatewright-github --example contract -- http://127.0.0.1:4010`.
//!
//! One line says what each came to, and the status is 1 when one of them was refused or its answer could not be read.

#![allow(clippy::print_stdout, clippy::disallowed_methods, reason = "a program for the contract's judge")]

use std::process::ExitCode;
use std::time::Duration;

use gatewright_core::repository::CommitId;
use gatewright_github::code_scanning::{Analysis, Packed};
use gatewright_github::{Client, Clock, GithubError, Proxies, RepositoryName, Settings, Token};

fn main() -> ExitCode {
    let Some(api) = std::env::args().nth(1) else {
        println!("usage: contract <address of the API>");
        return ExitCode::FAILURE;
    };
    let settings = Settings {
        graphql: format!("{api}/graphql"),
        api,
        token: Token::new("contract").expect("it is not blank"),
        proxies: Proxies::default(),
        most_wait: Duration::from_mins(1),
        clock: Clock::system(),
    };
    let client = match Client::new(settings) {
        Ok(client) => client,
        Err(error) => {
            println!("FAIL  {error}");
            return ExitCode::FAILURE;
        }
    };
    let requests = requests(&client).into_iter().map(|(name, result)| (name, led_elsewhere(result)));
    let failed = requests.filter(|(name, result)| !said(name, result)).count();
    if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// The description's examples of lists lead on to GitHub itself: the page was read, and nobody follows.
fn led_elsewhere(result: Result<String, GithubError>) -> Result<String, GithubError> {
    match result {
        Err(GithubError::Answer { reason, .. }) if reason == "the next page lies at another address" => {
            Ok("a page, whose next one at another address is not asked for".to_owned())
        }
        other => other,
    }
}

fn said(name: &str, result: &Result<String, GithubError>) -> bool {
    match result {
        Ok(proof) => println!("pass  {name}: {proof}"),
        Err(error) => println!("FAIL  {name}: {error}"),
    }
    result.is_ok()
}

/// Every request, with what its answer showed.
fn requests(client: &Client) -> Vec<(&'static str, Result<String, GithubError>)> {
    let repository = RepositoryName::new("octocat/Hello-World").expect("it is a name");
    let commit = CommitId::new("6dcb09b5b57875f334f61aebed695e2e4193db5e").expect("it is a commit");
    let text = "<!-- gatewright: CI run=1 attempt=1 -->\n## ✅ CI: pass\n\n| | Gate |\n| --- | --- |\n";
    vec![
        (
            "list comments",
            client.list_comments(&repository, 1).map(|list| format!("{} comments", list.len())),
        ),
        (
            "create a comment",
            client.create_comment(&repository, 1, text).map(|comment| format!("comment {}", comment.id)),
        ),
        (
            "get a comment",
            client.get_comment(&repository, 1).map(|comment| format!("comment {}", comment.id)),
        ),
        (
            "update a comment",
            client.update_comment(&repository, 1, text).map(|comment| format!("comment {}", comment.id)),
        ),
        ("delete a comment", client.delete_comment(&repository, 1).map(|()| "deleted".to_owned())),
        (
            "get a pull request",
            client.get_pull_request(&repository, 1).map(|pull| format!("#{} {}", pull.number, pull.state)),
        ),
        (
            "list the files of a pull request",
            client.list_files(&repository, 1).map(|list| format!("{} files", list.len())),
        ),
        (
            "list the pull requests of a commit",
            client
                .pull_requests_of_commit(&repository, &commit)
                .map(|list| format!("{} pull requests", list.len())),
        ),
        (
            "list the pull requests of a branch",
            client
                .pull_requests_of_branch(&repository, ("octocat", "new/topic&more"), &commit)
                .map(|list| format!("{} pull requests", list.len())),
        ),
        ("upload SARIF", upload(client, &repository, &commit).map(|receipt| format!("taken as {receipt}"))),
        (
            "get the status of an upload",
            client
                .sarif_status(&repository, "47177e22-5596-11eb-80a1-c1e54ef945c6")
                .map(|state| format!("{state:?}")),
        ),
        ("get a run", client.get_run(&repository, 1).map(|run| format!("run {} of {}", run.id, run.event))),
    ]
}

/// An upload with every field that there is.
fn upload(client: &Client, repository: &RepositoryName, commit: &CommitId) -> Result<String, GithubError> {
    let sarif = Packed::of(b"{\"version\":\"2.1.0\",\"runs\":[]}");
    let analysis = Analysis {
        commit,
        reference: "refs/pull/42/merge",
        sarif: &sarif,
        checkout_uri: Some("file:///github/workspace"),
        started_at: Some("2026-01-01T00:00:00Z"),
        tool_name: Some("scanner"),
        validate: true,
    };
    client.upload_sarif(repository, &analysis).map(|receipt| receipt.id)
}
