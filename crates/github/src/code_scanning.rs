//! Uploads to code scanning: what a SARIF file is packed into, the two requests that send it and ask after it, how long
//! to ask, and what to do about GitHub's refusals. What a SARIF file says is the caller's.

use std::io::Write as _;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::write::GzEncoder;
use gatewright_core::repository::CommitId;
use http::Method;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::api::RepositoryName;
use crate::client::{Call, Client};
use crate::error::{GithubError, shortened};

/// What GitHub takes of one upload, compressed: 10 MB.
pub const MOST_PACKED_BYTES: u64 = 10 << 20;

const NEEDS: &str = "security-events: write";
/// The first pause before GitHub is asked after an upload; it doubles.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(32);
/// So often GitHub is asked at most, whatever the clock says.
const MOST_ROUNDS: u32 = 1_000;

/// A SARIF file as it travels: gzip, in Base64.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Packed {
    /// What GitHub's limit is about: bytes of gzip.
    pub bytes: u64,
    /// The text to send.
    pub text: String,
}

impl Packed {
    /// Packs a file; the same bytes give the same text.
    pub fn of(sarif: &[u8]) -> Self {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        let packed = encoder.write_all(sarif).and_then(|()| encoder.finish());
        let packed = packed.expect("memory takes what is written into it");
        Self { bytes: packed.len() as u64, text: STANDARD.encode(&packed) }
    }
}

/// One upload: the documented fields, and no others.
#[derive(Clone, Copy, Debug)]
pub struct Analysis<'a> {
    /// The commit that was scanned.
    pub commit: &'a CommitId,
    /// `refs/heads/…`, `refs/tags/…`, `refs/pull/5/merge` or `refs/pull/5/head`.
    pub reference: &'a str,
    /// The file.
    pub sarif: &'a Packed,
    /// The folder of the checkout as absolute paths in the file have it: `file:///…`.
    pub checkout_uri: Option<&'a str>,
    /// `YYYY-MM-DDTHH:MM:SSZ`.
    pub started_at: Option<&'a str>,
    /// Whose results they are; without it GitHub says `API`.
    pub tool_name: Option<&'a str>,
    /// Have GitHub hold the file to its specification.
    pub validate: bool,
}

impl Analysis<'_> {
    /// The body of the request.
    pub fn body(&self) -> Value {
        let mut body = Map::new();
        body.insert("commit_sha".to_owned(), json!(self.commit.as_str()));
        body.insert("ref".to_owned(), json!(self.reference));
        body.insert("sarif".to_owned(), json!(self.sarif.text));
        let texts = [
            ("checkout_uri", self.checkout_uri),
            ("started_at", self.started_at),
            ("tool_name", self.tool_name),
        ];
        for (name, text) in texts {
            body.extend(text.map(|text| (name.to_owned(), json!(text))));
        }
        if self.validate {
            body.insert("validate".to_owned(), json!(true));
        }
        Value::Object(body)
    }
}

/// GitHub has taken an upload, and not looked at it yet.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Receipt {
    /// What to ask for.
    pub id: String,
    /// Where to ask.
    #[serde(default)]
    pub url: Option<String>,
}

/// What became of an upload.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Processing {
    /// GitHub is not done yet.
    Pending,
    /// The results are stored.
    Complete {
        /// Where the API lists the analyses.
        analyses_url: Option<String>,
        /// What GitHub complains of all the same, in its words, shortened.
        errors: Vec<String>,
    },
    /// Nothing is stored, or only a part.
    Failed {
        /// GitHub's words, shortened.
        errors: Vec<String>,
    },
}

#[derive(Deserialize)]
struct Status {
    #[serde(rename = "processing_status")]
    word: String,
    #[serde(default)]
    analyses_url: Option<String>,
    #[serde(default)]
    errors: Option<Vec<String>>,
}

impl Client {
    /// `POST /repos/{owner}/{repo}/code-scanning/sarifs`. Sent twice it is stored once: an analysis takes the place of
    /// the one before it, so an answer that got lost is asked for again.
    pub fn upload_sarif(
        &self,
        repository: &RepositoryName,
        analysis: &Analysis<'_>,
    ) -> Result<Receipt, GithubError> {
        self.one(&Call {
            method: Method::POST,
            path: upload_path(repository),
            body: Some(analysis.body()),
            what: "upload results to code scanning".to_owned(),
            needs: NEEDS,
            repeatable: true,
        })
    }

    /// `GET /repos/{owner}/{repo}/code-scanning/sarifs/{sarif_id}`
    pub fn sarif_status(&self, repository: &RepositoryName, id: &str) -> Result<Processing, GithubError> {
        let what = format!("ask after the upload {}", shortened(id));
        if id.is_empty() || !id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') {
            return Err(GithubError::Answer { what, reason: "its id is none".to_owned() });
        }
        let call = Call::get(format!("{}/{id}", upload_path(repository)), what, NEEDS);
        let status: Status = self.one(&call)?;
        let errors = status.errors.iter().flatten().map(|error| shortened(error)).collect();
        match status.word.as_str() {
            "pending" => Ok(Processing::Pending),
            "complete" => Ok(Processing::Complete { analyses_url: status.analyses_url, errors }),
            "failed" => Ok(Processing::Failed { errors }),
            other => {
                let reason = format!("`{}` is no status of an upload that we know", shortened(other));
                Err(GithubError::Answer { what: call.what, reason })
            }
        }
    }

    /// Asks after uploads until GitHub is done with all of them, for so long at most. What is pending then stays so in
    /// the answer, which has their order.
    pub fn await_sarifs(
        &self,
        repository: &RepositoryName,
        ids: &[&str],
        most: Duration,
    ) -> Result<Vec<Processing>, GithubError> {
        let clock = &self.settings.clock;
        let deadline = clock.now() + most;
        let mut states = vec![Processing::Pending; ids.len()];
        let mut pause = FIRST_PAUSE;
        for _ in 0..MOST_ROUNDS {
            let left = deadline.saturating_sub(clock.now());
            if left.is_zero() {
                break;
            }
            clock.sleep(pause.min(left));
            pause = (pause * 2).min(LONGEST_PAUSE);
            for (state, id) in states.iter_mut().zip(ids).filter(|(state, _)| **state == Processing::Pending)
            {
                *state = match self.sarif_status(repository, id) {
                    // It was taken a moment ago, and not everybody at GitHub has heard of it.
                    Err(GithubError::NotFound { .. }) => Processing::Pending,
                    other => other?,
                };
            }
            if !states.contains(&Processing::Pending) {
                break;
            }
            tracing::debug!("still pending after {:?}", most.saturating_sub(left));
        }
        Ok(states)
    }
}

/// Where uploads go, below the API's address.
pub fn upload_path(repository: &RepositoryName) -> String {
    format!("/repos/{repository}/code-scanning/sarifs")
}

/// Whether the repository, not the token, is why an upload is refused: code scanning is off, or nobody may write.
pub fn is_switched_off(error: &GithubError) -> bool {
    let GithubError::Forbidden { message, .. } = error else { return false };
    let message = message.to_lowercase();
    message.contains("must be enabled") || message.contains("not enabled") || message.contains("archived")
}

/// The next step after an upload that was refused.
pub fn upload_help(error: &GithubError) -> String {
    match error {
        GithubError::Forbidden { message, .. } if is_switched_off(error) => advice(message).to_owned(),
        GithubError::Forbidden { needs, .. } => format!(
            "Give the job the permission `{needs}` (in a private repository `contents: read` and `actions: read`, too). \
             On pull requests from forks and of Dependabot a token may stay read-only: keep the SARIF as an artifact there."
        ),
        GithubError::NotFound { .. } => {
            "Check the repository's name and that code scanning is available there; a token \
             that may not see a private repository finds nothing, either."
                .to_owned()
        }
        GithubError::Refused { message, .. } => advice(message).to_owned(),
        GithubError::TooLarge { .. } => advice("413 payload too large").to_owned(),
        other => other.help(),
    }
}

/// What GitHub says about an upload, lower case, and the next step. The first that fits counts.
const KNOWN: [(&str, &str); 17] = [
    (
        "default setup is enabled",
        "Switch CodeQL's default setup off in the repository's settings (Code security), or upload no analysis of CodeQL: only one of both can be.",
    ),
    (
        "multiple runs with the same category",
        "Give each run of one tool an `automationDetails.id` of its own, such as `trivy/image/`.",
    ),
    (
        "more runs than allowed",
        "Split the file: GitHub takes 20 runs in one. Each file is an upload of its own.",
    ),
    (
        "too many logical alerts",
        "The repository has a million alerts, and GitHub takes no more: delete analyses that nobody needs (`DELETE /repos/{owner}/{repo}/code-scanning/analyses/{id}`).",
    ),
    (
        "invalid security severity",
        "Write `security-severity` of every rule as a number in a string: \"8.0\", not \"HIGH\".",
    ),
    (
        "did not match the checkout uri scheme",
        "Write paths relative to the repository, without `https:`, `git:` or `docker:` before them.",
    ),
    (
        "invalid uri",
        "Write the `uri` of every location as a path relative to the repository, percent-encoded and never empty.",
    ),
    (
        "expected artifact location",
        "Give every result a location with a `physicalLocation.artifactLocation.uri`; what belongs to no file can point at the manifest.",
    ),
    (
        "expected at least one location",
        "Give every result a location; what belongs to no file can point at the manifest.",
    ),
    (
        "too large",
        "GitHub takes 10 MB of gzip: split the file by tool or folder, or leave out snippets, artifacts and code flows.",
    ),
    (
        "must be enabled",
        "Enable Code Security (formerly Advanced Security) for the repository in its settings; public repositories have it for nothing.",
    ),
    ("not enabled", "Enable code scanning for the repository in its settings, under Code security."),
    ("archived", "An archived repository takes no uploads: leave the step out, or unarchive it."),
    ("commit not found", "GitHub must know the commit: push it first, and hand over its full id as `sha`."),
    ("commit_sha", "GitHub must know the commit: push it first, and hand over its full id as `sha`."),
    (
        "ref '",
        "Hand over the full name of a branch, tag or pull request as `ref`: refs/heads/main, refs/tags/v1, refs/pull/5/merge.",
    ),
    (
        "rejecting sarif",
        "Bring the file below GitHub's limits: 20 runs in a file; 25,000 results, 25,000 rules and 100 extensions in a run.",
    ),
];

/// The next step after words of GitHub's about an upload.
pub fn advice(words: &str) -> &'static str {
    let words = words.to_lowercase();
    KNOWN.iter().find(|(sign, _)| words.contains(sign)).map_or(
        "Read GitHub's words; its documentation says more under \"Troubleshooting SARIF uploads\".",
        |(_, advice)| advice,
    )
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use expect_test::expect;
    use flate2::read::GzDecoder;

    use super::*;

    #[test]
    fn a_packed_file_is_gzip_in_base64_and_always_the_same() {
        let packed = Packed::of(b"{\"version\":\"2.1.0\"}");
        assert_eq!(packed, Packed::of(b"{\"version\":\"2.1.0\"}"));
        let gzip = STANDARD.decode(&packed.text).unwrap();
        assert_eq!(gzip.len() as u64, packed.bytes);
        let mut text = String::new();
        GzDecoder::new(gzip.as_slice()).read_to_string(&mut text).unwrap();
        assert_eq!(text, "{\"version\":\"2.1.0\"}");
    }

    #[test]
    fn only_documented_fields_are_sent() {
        let (commit, sarif) =
            (CommitId::new(&"1".repeat(40)).unwrap(), Packed { bytes: 1, text: "H4sI".into() });
        let least = Analysis {
            commit: &commit,
            reference: "refs/heads/main",
            sarif: &sarif,
            checkout_uri: None,
            started_at: None,
            tool_name: None,
            validate: false,
        };
        expect![[r#"{"commit_sha":"1111111111111111111111111111111111111111","ref":"refs/heads/main","sarif":"H4sI"}"#]]
            .assert_eq(&least.body().to_string());
        let most = Analysis {
            checkout_uri: Some("file:///w"),
            started_at: Some("2026-01-01T00:00:00Z"),
            tool_name: Some("trivy"),
            validate: true,
            ..least
        };
        let names: Vec<String> = most.body().as_object().unwrap().keys().cloned().collect();
        let documented =
            ["checkout_uri", "commit_sha", "ref", "sarif", "started_at", "tool_name", "validate"];
        assert_eq!(names, documented);
    }

    #[test]
    fn known_refusals_have_their_next_step() {
        let of =
            |words: &str| advice(words).split([':', ',', '.', ';']).next().unwrap_or_default().to_owned();
        let said: Vec<String> = [
            "rejecting SARIF, as there are more runs than allowed (21 > 20)",
            "rejecting SARIF, as there are more results per run than allowed (30000 > 25000)",
            "A delivery cannot contain multiple runs with the same category",
            "rejecting delivery as the repository has too many logical alerts",
            "could not convert rules: invalid security severity value, is not a number: HIGH",
            "SARIF URI scheme \"git\" did not match the checkout URI scheme \"file\"",
            "an invalid URI was provided as a SARIF location",
            "locationFromSarifResult: expected artifact location",
            "expected at least one location",
            "CodeQL analyses from advanced configurations cannot be processed when the default setup is enabled",
            "Code Security must be enabled for this repository to use code scanning.",
            "Payload Too Large",
            "commit not found",
            "something new",
        ]
        .map(of)
        .to_vec();
        expect![[r"
            Split the file
            Bring the file below GitHub's limits
            Give each run of one tool an `automationDetails
            The repository has a million alerts
            Write `security-severity` of every rule as a number in a string
            Write paths relative to the repository
            Write the `uri` of every location as a path relative to the repository
            Give every result a location with a `physicalLocation
            Give every result a location
            Switch CodeQL's default setup off in the repository's settings (Code security)
            Enable Code Security (formerly Advanced Security) for the repository in its settings
            GitHub takes 10 MB of gzip
            GitHub must know the commit
            Read GitHub's words"]]
        .assert_eq(&said.join("\n"));
    }

    #[test]
    fn a_repository_that_is_off_is_no_matter_of_the_token() {
        let forbidden = |message: &str| GithubError::Forbidden {
            what: "upload".into(),
            needs: NEEDS.into(),
            message: message.into(),
        };
        let token = forbidden("Resource not accessible by integration");
        assert!(!is_switched_off(&token) && upload_help(&token).contains("`security-events: write`"));
        let off = forbidden("Advanced Security must be enabled for this repository to use code scanning.");
        assert!(is_switched_off(&off) && upload_help(&off).starts_with("Enable Code Security"));
        let large = GithubError::TooLarge { what: "upload".into() };
        assert!(!is_switched_off(&large) && upload_help(&large).contains("10 MB"));
    }
}
