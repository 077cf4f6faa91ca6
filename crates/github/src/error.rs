//! What can go wrong with GitHub, said so that a reader knows the next step. Texts of GitHub's are shortened; the token
//! is in none of them.

use gatewright_core::Failure;

/// Why a request was not answered as it should be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GithubError {
    /// A setting can't be used.
    #[error("{message}")]
    Setting {
        /// What is wrong with it.
        message: String,
        /// The next step.
        help: String,
    },
    /// No connection came about, or it broke.
    #[error("there is no answer from {host}: {reason}")]
    Unreachable {
        /// Who does not answer.
        host: String,
        /// What the system says.
        reason: String,
    },
    /// 401.
    #[error("GitHub does not accept the token")]
    Unauthorized,
    /// 403: the token may not.
    #[error("the token may not {what}: {message}")]
    Forbidden {
        /// What was wanted: `list the comments of #5`.
        what: String,
        /// What would do, in the words of a workflow's `permissions`: `pull-requests: write or issues: write`.
        needs: String,
        /// GitHub's words.
        message: String,
    },
    /// 403: nobody may, because the conversation is locked.
    #[error("the conversation is locked: GitHub refuses to {what}")]
    Locked {
        /// What was wanted.
        what: String,
    },
    /// 429, or 403 of a rate limit, for longer than we may wait.
    #[error("GitHub's {limit} is reached: {what} could go on in {seconds} s")]
    RateLimited {
        /// Which one.
        limit: Limit,
        /// What was wanted.
        what: String,
        /// When it could go on.
        seconds: u64,
    },
    /// 404.
    #[error("GitHub finds nothing: {what}")]
    NotFound {
        /// What was wanted.
        what: String,
    },
    /// 410.
    #[error("it is gone for good: {what}")]
    Gone {
        /// What was wanted.
        what: String,
    },
    /// 413.
    #[error("GitHub refuses to {what}: it is too large")]
    TooLarge {
        /// What was wanted.
        what: String,
    },
    /// 422 and 400.
    #[error("GitHub refuses to {what}: {message}")]
    Refused {
        /// What was wanted.
        what: String,
        /// GitHub's words.
        message: String,
    },
    /// 5xx to the end.
    #[error("GitHub failed to {what}: status {status}")]
    Server {
        /// What was wanted.
        what: String,
        /// The status.
        status: u16,
    },
    /// The answer is not what GitHub's description promises.
    #[error("GitHub's answer can't be used (to {what}): {reason}")]
    Answer {
        /// What was wanted.
        what: String,
        /// What is wrong with it.
        reason: String,
    },
}

/// A limit of GitHub's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// So many requests an hour.
    Primary,
    /// Too many at once, or too much content.
    Secondary,
}

impl std::fmt::Display for Limit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Primary => "hourly rate limit",
            Self::Secondary => "secondary rate limit",
        })
    }
}

impl GithubError {
    /// The next step.
    pub fn help(&self) -> String {
        match self {
            Self::Setting { help, .. } => help.clone(),
            Self::Unreachable { .. } => {
                "Check the network and the proxy (HTTPS_PROXY, NO_PROXY), then run it again.".to_owned()
            }
            Self::Unauthorized => {
                "Hand over a token that is valid: the default is the job's own, which ends with the job."
                    .to_owned()
            }
            Self::Forbidden { needs, .. } => format!(
                "Give the job the permission `{needs}`. On pull requests from forks and of Dependabot a token stays \
                 read-only: there the second workflow, on `workflow_run`, sends it."
            ),
            Self::Locked { .. } => "Unlock the conversation, or leave the comment out.".to_owned(),
            Self::RateLimited { limit: Limit::Primary, .. } => {
                "Run it again later, or raise `most-wait`; the jobs of a repository share one hourly limit."
                    .to_owned()
            }
            Self::RateLimited { limit: Limit::Secondary, .. } => {
                "Run it again later, or raise `most-wait`.".to_owned()
            }
            Self::NotFound { .. } => {
                "Check the repository and the number; a token that may not read it sees nothing, either."
                    .to_owned()
            }
            Self::Gone { .. } => "Check that the repository has pull requests and issues enabled.".to_owned(),
            Self::TooLarge { .. } => "Send less.".to_owned(),
            Self::Refused { .. } => {
                "Read GitHub's reason; if our request is wrong, please report it.".to_owned()
            }
            Self::Server { .. } => {
                "Run it again; GitHub's status page says whether something is down.".to_owned()
            }
            Self::Answer { .. } => {
                "Check that the address of the API is GitHub's; if it is, please report this.".to_owned()
            }
        }
    }

    /// Whether the token's permissions are what is missing: the one thing that a run on a fork expects.
    pub fn is_permission(&self) -> bool {
        matches!(self, Self::Forbidden { .. })
    }
}

impl From<GithubError> for Failure {
    fn from(error: GithubError) -> Self {
        let (message, help) = (error.to_string(), error.help());
        match error {
            GithubError::Setting { .. } => Self::usage(message, help),
            _ => Self::cannot_judge(message, help),
        }
    }
}

/// A foreign sentence in one line and short.
pub(crate) fn shortened(text: &str) -> String {
    const MOST: usize = 300;
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let line = line.trim_end_matches('.');
    match line.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line.to_owned(),
    }
}
