//! A client of GitHub's REST API: every request goes through [`Client::call`], which holds the one retry policy and
//! the bound on all waiting together.

use std::cell::Cell;
use std::fmt;
use std::time::Duration;

use http::Method;
use serde::de::DeserializeOwned;

use crate::clock::Clock;
use crate::error::{GithubError, shortened};
use crate::pages;
use crate::retry::{Asked, Reaction, react};
use crate::transport::{Answer, Proxies, Transport};

/// A list of more pages of a hundred than this is no list that we read; GitHub ends conversations at 2,500 comments.
const MOST_PAGES: usize = 50;

/// A secret that is shown nowhere.
#[derive(Clone)]
pub struct Token(String);

impl Token {
    /// A token; none where it is blank.
    pub fn new(text: &str) -> Option<Self> {
        let text = text.trim();
        (!text.is_empty()).then(|| Self(text.to_owned()))
    }

    /// The secret itself, for the one header that needs it.
    pub(crate) fn text(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(***)")
    }
}

/// What a client must know.
#[derive(Debug)]
pub struct Settings {
    /// The REST API: `GITHUB_API_URL`.
    pub api: String,
    /// The GraphQL API: `GITHUB_GRAPHQL_URL`.
    pub graphql: String,
    /// What to sign in with.
    pub token: Token,
    /// The proxies that the environment names.
    pub proxies: Proxies,
    /// The longest that all pauses together may take.
    pub most_wait: Duration,
    /// What tells the time, and waits.
    pub clock: Clock,
}

/// A client of one API with one token.
pub struct Client {
    pub(crate) settings: Settings,
    transport: Transport,
    waited: Cell<Duration>,
}

/// One request, described.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    pub(crate) method: Method,
    /// The path below the API's address, with its query.
    pub(crate) path: String,
    pub(crate) body: Option<serde_json::Value>,
    /// In words: `list the comments of #5`.
    pub(crate) what: String,
    /// The permission that it takes, where GitHub doesn't say.
    pub(crate) needs: &'static str,
    /// Asking twice is the same as asking once.
    pub(crate) repeatable: bool,
}

impl Call {
    pub(crate) fn get(path: String, what: String, needs: &'static str) -> Self {
        Self { method: Method::GET, path, body: None, what, needs, repeatable: true }
    }
}

impl Client {
    /// Prepares a client; nothing is sent yet.
    pub fn new(settings: Settings) -> Result<Self, GithubError> {
        let transport = Transport::new(&settings.api, &settings.token, &settings.proxies)?;
        Ok(Self { settings, transport, waited: Cell::default() })
    }

    /// Sends a request until its answer counts, within the bound on waiting.
    pub(crate) fn call(&self, call: &Call) -> Result<Answer, GithubError> {
        self.call_on(&self.transport, call)
    }

    pub(crate) fn call_on(&self, transport: &Transport, call: &Call) -> Result<Answer, GithubError> {
        let body = call.body.as_ref().map(|body| body.to_string().into_bytes());
        for attempt in 1.. {
            tracing::debug!("{} {} (attempt {attempt})", call.method, call.path);
            let answer = transport.send(&call.method, &call.path, body.as_deref());
            let asked = Asked {
                what: &call.what,
                needs: call.needs,
                repeatable: call.repeatable,
                attempt,
                now: self.settings.clock.now(),
            };
            match react(asked, &answer) {
                Reaction::Take => return answer.map_err(|_| unreachable(call)),
                Reaction::Fail(error) => return Err(error),
                Reaction::Wait(pause, error) => self.wait(pause, error)?,
            }
        }
        Err(unreachable(call))
    }

    /// Waits, unless all pauses together would take too long.
    pub(crate) fn wait(&self, pause: Duration, otherwise: GithubError) -> Result<(), GithubError> {
        let waited = self.waited.get() + pause;
        if waited > self.settings.most_wait {
            return Err(otherwise);
        }
        tracing::warn!("{otherwise}; waiting {} s", pause.as_secs());
        self.waited.set(waited);
        self.settings.clock.sleep(pause);
        Ok(())
    }

    /// One value.
    pub(crate) fn one<T: DeserializeOwned>(&self, call: &Call) -> Result<T, GithubError> {
        decode(call, &self.call(call)?)
    }

    /// All values of a list, page by page.
    pub(crate) fn list<T: DeserializeOwned>(&self, first: Call) -> Result<Vec<T>, GithubError> {
        let separator = if first.path.contains('?') { '&' } else { '?' };
        let mut call = Call { path: format!("{}{separator}per_page=100", first.path), ..first };
        let mut values: Vec<T> = Vec::new();
        for _ in 0..MOST_PAGES {
            let answer = self.call(&call)?;
            values.extend(decode::<Vec<T>>(&call, &answer)?);
            let header = answer.headers.get("link").and_then(|value| value.to_str().ok()).unwrap_or_default();
            let Some(next) = pages::next(header) else { return Ok(values) };
            let Some(path) = pages::below(&self.settings.api, next) else {
                let reason = "the next page lies at another address".to_owned();
                return Err(GithubError::Answer { what: call.what, reason });
            };
            path.clone_into(&mut call.path);
        }
        let reason = format!("the list has more than {MOST_PAGES} pages");
        Err(GithubError::Answer { what: call.what, reason })
    }
}

fn decode<T: DeserializeOwned>(call: &Call, answer: &Answer) -> Result<T, GithubError> {
    serde_json::from_slice(&answer.body).map_err(|error| GithubError::Answer {
        what: call.what.clone(),
        reason: shortened(&error.to_string()),
    })
}

fn unreachable(call: &Call) -> GithubError {
    GithubError::Answer { what: call.what.clone(), reason: "there is none".to_owned() }
}
