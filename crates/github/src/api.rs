//! The requests that we send, each with its path in GitHub's `OpenAPI` description, and the parts of the answers that we
//! read. Unknown parts are not looked at.

use std::fmt;

use gatewright_core::repository::CommitId;
use http::Method;
use serde::Deserialize;
use serde_json::json;

use crate::client::{Call, Client};
use crate::error::GithubError;
use crate::transport::Transport;

const COMMENTS: &str = "pull-requests: write";
const PULLS: &str = "pull-requests: read";
const ACTIONS: &str = "actions: read";

/// `owner/name`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RepositoryName(String);

impl RepositoryName {
    /// A name, if the text is one.
    pub fn new(text: &str) -> Option<Self> {
        let part = |part: &str| {
            !matches!(part, "" | "." | "..")
                && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
        };
        let (owner, name) = text.split_once('/')?;
        (part(owner) && part(name)).then(|| Self(text.to_owned()))
    }

    /// As it is written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RepositoryName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// Who did something.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Account {
    /// `octocat`, `github-actions[bot]`.
    pub login: String,
    /// `User`, `Bot`, …
    #[serde(default, rename = "type")]
    pub kind: String,
}

/// A comment of a pull request's conversation.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Comment {
    /// Its id: GitHub counts them upwards.
    pub id: u64,
    /// Its text.
    #[serde(default)]
    pub body: Option<String>,
    /// Who wrote it; nobody where the account is gone.
    #[serde(default)]
    pub user: Option<Account>,
    /// Where people see it.
    #[serde(default)]
    pub html_url: String,
}

/// A pull request.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct PullRequest {
    /// Its number.
    pub number: u64,
    /// `open` or `closed`.
    pub state: String,
    /// What it wants to merge.
    pub head: Side,
    /// Where it wants to merge it.
    pub base: Side,
}

/// One side of a pull request.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Side {
    /// The commit.
    pub sha: String,
    /// The repository; none where it is gone.
    #[serde(default)]
    pub repo: Option<Repository>,
}

/// A repository.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Repository {
    /// `owner/name`.
    pub full_name: String,
}

/// A run of a workflow.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Run {
    /// Its id.
    pub id: u64,
    /// Its attempt, from 1.
    #[serde(default)]
    pub run_attempt: Option<u64>,
    /// The event that started it.
    pub event: String,
    /// The commit that it ran for.
    pub head_sha: String,
    /// The branch of that commit.
    #[serde(default)]
    pub head_branch: Option<String>,
    /// The repository of that commit; none where it is gone.
    #[serde(default)]
    pub head_repository: Option<Repository>,
}

/// A file that a pull request touches.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct ChangedPath {
    /// Its path.
    pub filename: String,
}

impl Client {
    /// `GET /repos/{owner}/{repo}/issues/{issue_number}/comments`
    pub fn list_comments(
        &self,
        repository: &RepositoryName,
        number: u64,
    ) -> Result<Vec<Comment>, GithubError> {
        let path = format!("/repos/{repository}/issues/{number}/comments");
        self.list(Call::get(path, format!("list the comments of #{number}"), "pull-requests: read"))
    }

    /// `POST /repos/{owner}/{repo}/issues/{issue_number}/comments`
    pub fn create_comment(
        &self,
        repository: &RepositoryName,
        number: u64,
        body: &str,
    ) -> Result<Comment, GithubError> {
        self.one(&Call {
            method: Method::POST,
            path: format!("/repos/{repository}/issues/{number}/comments"),
            body: Some(json!({ "body": body })),
            what: format!("comment on #{number}"),
            needs: COMMENTS,
            repeatable: false,
        })
    }

    /// `GET /repos/{owner}/{repo}/issues/comments/{comment_id}`
    pub fn get_comment(&self, repository: &RepositoryName, id: u64) -> Result<Comment, GithubError> {
        let path = format!("/repos/{repository}/issues/comments/{id}");
        self.one(&Call::get(path, format!("read comment {id}"), "pull-requests: read"))
    }

    /// `PATCH /repos/{owner}/{repo}/issues/comments/{comment_id}`
    pub fn update_comment(
        &self,
        repository: &RepositoryName,
        id: u64,
        body: &str,
    ) -> Result<Comment, GithubError> {
        self.one(&Call {
            method: Method::PATCH,
            path: format!("/repos/{repository}/issues/comments/{id}"),
            body: Some(json!({ "body": body })),
            what: format!("update comment {id}"),
            needs: COMMENTS,
            repeatable: true,
        })
    }

    /// `DELETE /repos/{owner}/{repo}/issues/comments/{comment_id}`; one that is gone already is deleted.
    pub fn delete_comment(&self, repository: &RepositoryName, id: u64) -> Result<(), GithubError> {
        let deleted = self.call(&Call {
            method: Method::DELETE,
            path: format!("/repos/{repository}/issues/comments/{id}"),
            body: None,
            what: format!("delete comment {id}"),
            needs: COMMENTS,
            repeatable: true,
        });
        match deleted {
            Ok(_) | Err(GithubError::NotFound { .. } | GithubError::Gone { .. }) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// `GET /repos/{owner}/{repo}/pulls/{pull_number}`
    pub fn get_pull_request(
        &self,
        repository: &RepositoryName,
        number: u64,
    ) -> Result<PullRequest, GithubError> {
        self.one(&Call::get(format!("/repos/{repository}/pulls/{number}"), format!("read #{number}"), PULLS))
    }

    /// `GET /repos/{owner}/{repo}/pulls/{pull_number}/files`; GitHub lists 3,000 at most.
    pub fn list_files(
        &self,
        repository: &RepositoryName,
        number: u64,
    ) -> Result<Vec<ChangedPath>, GithubError> {
        let path = format!("/repos/{repository}/pulls/{number}/files");
        self.list(Call::get(path, format!("list the files of #{number}"), PULLS))
    }

    /// `GET /repos/{owner}/{repo}/commits/{commit_sha}/pulls`, and only open ones whose head is that commit.
    pub fn pull_requests_of_commit(
        &self,
        repository: &RepositoryName,
        commit: &CommitId,
    ) -> Result<Vec<PullRequest>, GithubError> {
        let path = format!("/repos/{repository}/commits/{}/pulls", commit.as_str());
        let what = format!("list the pull requests of the commit {}", commit.short());
        let listed = match self.list(Call::get(path, what, PULLS)) {
            // GitHub answers so for a commit that it does not know.
            Err(GithubError::Refused { .. } | GithubError::NotFound { .. }) => Vec::new(),
            other => other?,
        };
        Ok(heads(listed, repository, commit))
    }

    /// `GET /repos/{owner}/{repo}/pulls?head=…`: the open pull requests of a branch whose head is a commit. Other
    /// ways to ask forget the forks'.
    pub fn pull_requests_of_branch(
        &self,
        repository: &RepositoryName,
        (owner, branch): (&str, &str),
        commit: &CommitId,
    ) -> Result<Vec<PullRequest>, GithubError> {
        let path =
            format!("/repos/{repository}/pulls?state=open&head={}:{}", encoded(owner), encoded(branch));
        let what = format!("list the pull requests of the commit {}", commit.short());
        Ok(heads(self.list(Call::get(path, what, PULLS))?, repository, commit))
    }

    /// `GET /repos/{owner}/{repo}/actions/runs/{run_id}`
    pub fn get_run(&self, repository: &RepositoryName, id: u64) -> Result<Run, GithubError> {
        self.one(&Call::get(
            format!("/repos/{repository}/actions/runs/{id}"),
            format!("read the run {id}"),
            ACTIONS,
        ))
    }

    /// Who the token is. Only GraphQL tells for every kind of token; where it does not answer, nobody is known.
    pub fn viewer(&self) -> Option<String> {
        let (base, path) = self.settings.graphql.rsplit_once('/')?;
        let transport = Transport::new(base, &self.settings.token, &self.settings.proxies).ok()?;
        let call = Call {
            method: Method::POST,
            path: format!("/{path}"),
            body: Some(json!({ "query": "query { viewer { login } }" })),
            what: "ask who we are".to_owned(),
            needs: "metadata: read",
            repeatable: false,
        };
        let answer = self.call_on(&transport, &call).ok()?;
        let json: serde_json::Value = serde_json::from_slice(&answer.body).ok()?;
        json["data"]["viewer"]["login"].as_str().map(str::to_owned)
    }
}

fn heads(listed: Vec<PullRequest>, repository: &RepositoryName, commit: &CommitId) -> Vec<PullRequest> {
    let ours = |side: &Side| {
        side.repo.as_ref().is_some_and(|repo| repo.full_name.eq_ignore_ascii_case(repository.as_str()))
    };
    let is_head =
        |pull: &PullRequest| pull.state == "open" && pull.head.sha == commit.as_str() && ours(&pull.base);
    listed.into_iter().filter(is_head).collect()
}

/// Text as a value of a query.
fn encoded(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                char::from(byte).to_string()
            }
            byte => format!("%{byte:02X}"),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_repositories_hold_no_path() {
        assert!(RepositoryName::new("octo-org/hello.world_1").is_some());
        for bad in ["", "a", "a/b/c", "a/..", "../b", "a/b?x", "a/b c", "/b", "a/"] {
            assert!(RepositoryName::new(bad).is_none(), "{bad}");
        }
        assert_eq!(encoded("a&b/c d"), "a%26b%2Fc%20d");
    }
}
