//! What the fake keeps. Plain data that tests fill and look at.

use std::collections::BTreeMap;

/// Everything of one repository, `owner/repo`.
#[derive(Clone, Debug)]
pub struct State {
    /// `owner/repo`.
    pub repository: String,
    /// Who has which token.
    pub tokens: BTreeMap<String, Identity>,
    /// The pull requests.
    pub pulls: Vec<Pull>,
    /// The comments, by their ids.
    pub comments: Vec<Comment>,
    /// The workflow runs.
    pub runs: Vec<Run>,
    /// The id of the next comment.
    pub next_id: u64,
    /// Seconds since 1970, for time stamps.
    pub now: u64,
    /// Whether GraphQL answers.
    pub graphql: bool,
    /// Lists pages of this size whatever is asked for.
    pub most_per_page: usize,
    /// Code scanning.
    pub scanning: Scanning,
}

/// What code scanning keeps, and how it behaves.
#[derive(Clone, Debug, Default)]
pub struct Scanning {
    /// What was uploaded, oldest first.
    pub uploads: Vec<Upload>,
    /// Why nobody may upload, where that is so: GitHub's words.
    pub off: Option<&'static str>,
    /// So often an upload is asked after before GitHub is done with it.
    pub pending: u32,
    /// What GitHub finds wrong with each upload; with nothing, it is complete.
    pub errors: Vec<String>,
    /// What GitHub complains of in each upload that is complete.
    pub complaints: Vec<String>,
    /// Bytes of Base64 that are too many, where that is not 10 MB of gzip.
    pub most: Option<usize>,
}

/// An upload to code scanning.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Upload {
    /// Its id.
    pub id: String,
    /// The request's body but for the file.
    pub fields: serde_json::Value,
    /// The file, unpacked.
    pub sarif: serde_json::Value,
    /// How often somebody asked after it.
    pub asked: u32,
}

/// Who a token is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// `github-actions[bot]`.
    pub login: String,
    /// What it may.
    pub access: Access,
}

/// What a token may do with pull requests and code scanning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Nothing.
    None,
    /// Look.
    Read,
    /// Comment.
    Write,
}

/// A pull request.
#[derive(Clone, Debug)]
pub struct Pull {
    /// Its number.
    pub number: u64,
    /// `open` or `closed`.
    pub state: String,
    /// The head's commit.
    pub head_sha: String,
    /// The head's repository.
    pub head_repository: Option<String>,
    /// The head's branch.
    pub head_branch: String,
    /// The paths that it touches.
    pub files: Vec<String>,
    /// The conversation is locked.
    pub locked: bool,
}

/// A comment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comment {
    /// Its id.
    pub id: u64,
    /// The pull request's number.
    pub pull: u64,
    /// Who wrote it; nobody where the account is gone.
    pub login: Option<String>,
    /// Its text.
    pub body: String,
    /// How often it was written.
    pub writes: u32,
}

/// A workflow run.
#[derive(Clone, Debug)]
pub struct Run {
    /// Its id.
    pub id: u64,
    /// Its attempt.
    pub attempt: u64,
    /// What started it.
    pub event: String,
    /// The head's commit.
    pub head_sha: String,
    /// The head's branch.
    pub head_branch: String,
    /// The head's repository.
    pub head_repository: Option<String>,
}

/// The commit that the sample's pull request has as its head.
pub const HEAD: &str = "1111111111111111111111111111111111111111";

impl Default for State {
    /// `owner/repo` with the open pull request 5 of the branch `change`, a job's token and a reader's.
    fn default() -> Self {
        let identity = |login: &str, access| Identity { login: login.to_owned(), access };
        Self {
            repository: "owner/repo".to_owned(),
            tokens: BTreeMap::from([
                ("writer".to_owned(), identity("github-actions[bot]", Access::Write)),
                ("reader".to_owned(), identity("github-actions[bot]", Access::Read)),
                ("nobody".to_owned(), identity("github-actions[bot]", Access::None)),
            ]),
            pulls: vec![Pull {
                number: 5,
                state: "open".to_owned(),
                head_sha: HEAD.to_owned(),
                head_repository: Some("owner/repo".to_owned()),
                head_branch: "change".to_owned(),
                files: vec!["src/a.rs".to_owned()],
                locked: false,
            }],
            comments: Vec::new(),
            runs: Vec::new(),
            next_id: 1,
            now: 1_767_225_600,
            graphql: true,
            most_per_page: 100,
            scanning: Scanning::default(),
        }
    }
}

impl Scanning {
    /// An upload is kept; returns its id.
    pub fn take(&mut self, fields: serde_json::Value, sarif: serde_json::Value) -> String {
        let id = format!("47177e22-5596-11eb-80a1-{:012}", self.uploads.len() + 1);
        self.uploads.push(Upload { id: id.clone(), fields, sarif, asked: 0 });
        id
    }
}

impl State {
    /// Somebody comments.
    pub fn comment(&mut self, pull: u64, login: &str, body: &str) -> u64 {
        let id = self.next_id;
        self.next_id += 1;
        self.comments.push(Comment {
            id,
            pull,
            login: Some(login.to_owned()),
            body: body.to_owned(),
            writes: 1,
        });
        id
    }

    /// The comment of an id.
    pub fn find(&mut self, id: u64) -> Option<&mut Comment> {
        self.comments.iter_mut().find(|comment| comment.id == id)
    }

    /// Somebody deletes a comment.
    pub fn delete(&mut self, id: u64) {
        self.comments.retain(|comment| comment.id != id);
    }
}
