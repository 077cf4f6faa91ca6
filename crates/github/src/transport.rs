//! One request over HTTP: octocrab's client on a runtime of its own, TLS with the system's certificates, proxies as the
//! environment names them, and a time limit. It decides nothing about the answer.

use std::error::Error as _;
use std::time::Duration;

use http::{HeaderMap, Method, Uri};
use http_body_util::{BodyExt as _, Limited};
use hyper_rustls::HttpsConnectorBuilder;
use hyper_util::client::legacy::connect::proxy::Tunnel;
use hyper_util::client::legacy::connect::{Connect, HttpConnector};
use hyper_util::client::proxy::matcher::{Intercept, Matcher};
use hyper_util::rt::TokioExecutor;
use octocrab::service::middleware::base_uri::BaseUriLayer;
use octocrab::{AuthState, Octocrab, OctocrabBuilder};

use crate::client::Token;
use crate::error::GithubError;

const CONNECT_LIMIT: Duration = Duration::from_secs(10);
const REQUEST_LIMIT: Duration = Duration::from_secs(30);
/// A body gets time on top: a second for so many bytes.
const BYTES_A_SECOND: u64 = 100_000;
/// A page of a hundred comments of the largest size has 26 MB.
const MOST_ANSWER_BYTES: usize = 64 << 20;

/// The proxies that the environment names.
#[derive(Clone, Debug, Default)]
pub struct Proxies {
    /// `HTTPS_PROXY`, or `ALL_PROXY`.
    pub https: Option<String>,
    /// `NO_PROXY`.
    pub except: Option<String>,
}

/// What came back.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    /// GitHub's words about a failure.
    pub(crate) fn message(&self) -> String {
        let json: serde_json::Value = serde_json::from_slice(&self.body).unwrap_or_default();
        let detail = |error: &serde_json::Value| {
            error["message"].as_str().or(error.as_str()).map(|text| format!("; {text}")).unwrap_or_default()
        };
        let details: String = json["errors"].as_array().into_iter().flatten().take(3).map(detail).collect();
        json["message"].as_str().unwrap_or_default().to_owned() + &details
    }
}

/// No answer came back.
#[derive(Clone, Debug)]
pub(crate) struct TransportError {
    pub(crate) host: String,
    pub(crate) reason: String,
    /// The request may have reached GitHub.
    pub(crate) sent: bool,
}

/// A connection to one API.
pub(crate) struct Transport {
    runtime: tokio::runtime::Runtime,
    octocrab: Octocrab,
    host: String,
}

impl Transport {
    /// Prepares a connection; nothing is sent yet.
    pub(crate) fn new(api: &str, token: &Token, proxies: &Proxies) -> Result<Self, GithubError> {
        let base = address(api)?;
        let host = base.host().unwrap_or_default().to_owned();
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_io().enable_time().build().map_err(
                |error| {
                    setting(format!("no runtime for the network: {error}"), "Check the limits of this user.")
                },
            )?;
        let guard = runtime.enter();
        let octocrab = connect(&base, token, proxies)?;
        drop(guard);
        Ok(Self { runtime, octocrab, host })
    }

    /// Sends one request and reads the answer.
    pub(crate) fn send(
        &self,
        method: &Method,
        path: &str,
        body: Option<&[u8]>,
    ) -> Result<Answer, TransportError> {
        let error = |reason: String, sent| TransportError { host: self.host.clone(), reason, sent };
        let request = http::Request::builder()
            .method(method)
            .uri(path)
            .header("accept", "application/vnd.github+json, application/json")
            .header("x-github-api-version", "2022-11-28")
            .header("user-agent", concat!("gatewright/", env!("CARGO_PKG_VERSION")))
            .header("content-type", "application/json")
            .body(String::from_utf8_lossy(body.unwrap_or_default()).into_owned())
            .map_err(|wrong| error(wrong.to_string(), false))?;
        let exchange = async {
            let response = self
                .octocrab
                .execute(request)
                .await
                .map_err(|cause| error(reason(&cause), !is_connect(&cause)))?;
            let (parts, body) = response.into_parts();
            let body = Limited::new(body, MOST_ANSWER_BYTES)
                .collect()
                .await
                .map_err(|cause| error(cause.to_string(), true))?;
            Ok(Answer {
                status: parts.status.as_u16(),
                headers: parts.headers,
                body: body.to_bytes().to_vec(),
            })
        };
        let bytes = body.map_or(0, |body| body.len() as u64);
        let limit = REQUEST_LIMIT + Duration::from_secs(bytes / BYTES_A_SECOND);
        let late = || error(format!("nothing within {} s", limit.as_secs()), true);
        self.runtime
            .block_on(async { tokio::time::timeout(limit, exchange).await.unwrap_or_else(|_| Err(late())) })
    }
}

fn setting(message: impl Into<String>, help: &str) -> GithubError {
    GithubError::Setting { message: message.into(), help: help.to_owned() }
}

/// The API's address: over TLS, unless it is this machine.
fn address(api: &str) -> Result<Uri, GithubError> {
    let wrong = |why: &str| {
        setting(
            format!("`{api}` is no address of an API: {why}"),
            "Correct GITHUB_API_URL; GitHub's own is https://api.github.com.",
        )
    };
    let uri: Uri = api.trim_end_matches('/').parse().map_err(|_| wrong("it is no URL"))?;
    let host = uri.host().ok_or_else(|| wrong("it has no host"))?;
    match uri.scheme_str() {
        Some("https") => Ok(uri),
        Some("http") if matches!(host, "127.0.0.1" | "localhost" | "[::1]") => Ok(uri),
        Some("http") => Err(wrong("the token would travel unencrypted")),
        _ => Err(wrong("it begins with neither https:// nor http://")),
    }
}

fn connect(base: &Uri, token: &Token, proxies: &Proxies) -> Result<Octocrab, GithubError> {
    let mut http = HttpConnector::new();
    http.enforce_http(false);
    http.set_connect_timeout(Some(CONNECT_LIMIT));
    let secure = base.scheme_str() == Some("https");
    match intercept(base, proxies)? {
        Some(proxy) => {
            let mut tunnel = Tunnel::new(proxy.uri().clone(), http);
            if let Some(credentials) = proxy.basic_auth() {
                tunnel = tunnel.with_auth(credentials.clone());
            }
            if secure {
                Ok(octocrab(base, token, with_tls()?.wrap_connector(tunnel)))
            } else {
                Ok(octocrab(base, token, tunnel))
            }
        }
        None if secure => Ok(octocrab(base, token, with_tls()?.wrap_connector(http))),
        None => Ok(octocrab(base, token, http)),
    }
}

type WithTls = HttpsConnectorBuilder<hyper_rustls::builderstates::WantsProtocols2>;

fn with_tls() -> Result<WithTls, GithubError> {
    let builder = HttpsConnectorBuilder::new().with_native_roots().map_err(|error| {
        setting(
            format!("no certificates to trust: {error}"),
            "Install the system's certificates (the package ca-certificates), or name them in SSL_CERT_FILE.",
        )
    })?;
    Ok(builder.https_only().enable_http1())
}

/// The proxy that stands before this address.
fn intercept(base: &Uri, proxies: &Proxies) -> Result<Option<Intercept>, GithubError> {
    let all = proxies.https.clone().unwrap_or_default();
    let matcher = Matcher::builder().all(all).no(proxies.except.clone().unwrap_or_default()).build();
    // The variable is named in the message, its value is not: it may hold a password.
    match matcher.intercept(base) {
        Some(proxy) if proxy.uri().scheme_str() != Some("http") => Err(setting(
            "the proxy of HTTPS_PROXY or ALL_PROXY is none that begins with http://",
            "Name a proxy for HTTP, or except the API's host in NO_PROXY.",
        )),
        other => Ok(other),
    }
}

fn octocrab<C>(base: &Uri, token: &Token, connector: C) -> Octocrab
where
    C: Connect + Clone + Send + Sync + 'static,
{
    let client = hyper_util::client::legacy::Client::builder(TokioExecutor::new()).build(connector);
    let auth = AuthState::AccessToken { token: token.text().to_owned().into() };
    // octocrab's own retries are not linked: they would send a comment twice.
    let built = OctocrabBuilder::new_empty()
        .with_service(client)
        .with_layer(&BaseUriLayer::new(base.clone()))
        .with_auth(auth)
        .build();
    match built {
        Ok(octocrab) => octocrab,
        Err(never) => match never {},
    }
}

/// The innermost reason: the outer ones only name layers.
fn reason(error: &octocrab::Error) -> String {
    let mut inner: &dyn std::error::Error = error;
    while let Some(source) = inner.source() {
        inner = source;
    }
    crate::error::shortened(&inner.to_string())
}

/// Whether no connection came about: then nothing was sent.
fn is_connect(error: &octocrab::Error) -> bool {
    let mut next: Option<&(dyn std::error::Error + 'static)> = error.source();
    while let Some(error) = next {
        if let Some(error) = error.downcast_ref::<hyper_util::client::legacy::Error>() {
            return error.is_connect();
        }
        next = error.source();
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_that_would_show_the_token_are_refused() {
        for good in [
            "https://api.github.com",
            "https://ghe.example/api/v3/",
            "http://127.0.0.1:4010",
            "http://localhost:1/x",
        ] {
            assert!(address(good).is_ok(), "{good}");
        }
        for bad in
            ["http://ghe.example/api/v3", "ftp://a", "api.github.com", "", "http://127.0.0.1.evil.example"]
        {
            assert!(address(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn proxies_are_used_and_excepted_and_their_passwords_kept() {
        let proxies =
            |https: &str, except: &str| Proxies { https: Some(https.into()), except: Some(except.into()) };
        let base: Uri = "https://api.github.com".parse().unwrap();
        let through = intercept(&base, &proxies("http://u:secret@proxy:3128", "")).unwrap().unwrap();
        assert!(through.basic_auth().is_some() && through.uri().host() == Some("proxy"));
        assert!(intercept(&base, &proxies("http://proxy:3128", "github.com")).unwrap().is_none());
        assert!(intercept(&base, &Proxies::default()).unwrap().is_none());
        let refused = intercept(&base, &proxies("socks5://u:secret@proxy", "")).unwrap_err();
        assert!(!format!("{refused:?}").contains("secret"));
    }
}
