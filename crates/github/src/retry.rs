//! The one retry policy: what an answer means, and whether and when to ask again. Pure: it neither waits nor sends.
//!
//! A request that may have been carried out is asked again only where asking twice is the same as asking once. Rate
//! limits refuse before anything is done, so every request may be asked again after the pause that GitHub names; a
//! secondary limit that names none gets a minute, as GitHub's documentation asks for.

use std::time::Duration;

use http::HeaderMap;

use crate::error::{GithubError, Limit, shortened};
use crate::transport::{Answer, TransportError};

/// So often one request is sent at most.
const MOST_ATTEMPTS: u32 = 8;
/// The pause after a failure of GitHub's; it doubles.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);
/// The least pause after a secondary limit that names none.
const SECONDARY_PAUSE: Duration = Duration::from_mins(1);

/// What is asked for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Asked<'a> {
    /// In words: `list the comments of #5`.
    pub(crate) what: &'a str,
    /// What it takes, where GitHub doesn't say: `pull-requests: write`.
    pub(crate) needs: &'a str,
    /// Asking twice is the same as asking once.
    pub(crate) repeatable: bool,
    /// How often it was asked, from 1.
    pub(crate) attempt: u32,
    /// The time since 1970.
    pub(crate) now: Duration,
}

/// What to do about an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Reaction {
    /// Take it.
    Take,
    /// Ask again after a pause; if that is too long, this is the error.
    Wait(Duration, GithubError),
    /// Give up.
    Fail(GithubError),
}

/// Decides about an answer.
pub(crate) fn react(asked: Asked<'_>, answer: &Result<Answer, TransportError>) -> Reaction {
    let what = asked.what.to_owned();
    let answer = match answer {
        Ok(answer) => answer,
        Err(error) => {
            let failure = GithubError::Unreachable { host: error.host.clone(), reason: error.reason.clone() };
            return again(asked, asked.repeatable || !error.sent, failure);
        }
    };
    let message = || answer.message();
    match answer.status {
        200..=299 => Reaction::Take,
        403 | 429 if let Some((limit, pause)) = limit(asked, answer) => {
            let failure = GithubError::RateLimited { limit, what, seconds: pause.as_secs() };
            if asked.attempt < MOST_ATTEMPTS {
                Reaction::Wait(pause, failure)
            } else {
                Reaction::Fail(failure)
            }
        }
        401 => Reaction::Fail(GithubError::Unauthorized),
        403 if is_locked(&message()) => Reaction::Fail(GithubError::Locked { what }),
        403 => {
            let needs = needs(&answer.headers).unwrap_or_else(|| asked.needs.to_owned());
            Reaction::Fail(GithubError::Forbidden { what, needs, message: shortened(&message()) })
        }
        404 => Reaction::Fail(GithubError::NotFound { what }),
        410 => Reaction::Fail(GithubError::Gone { what }),
        413 => Reaction::Fail(GithubError::TooLarge { what }),
        408 | 500..=599 => {
            again(asked, asked.repeatable, GithubError::Server { what, status: answer.status })
        }
        400 | 409 | 422 => Reaction::Fail(GithubError::Refused { what, message: shortened(&message()) }),
        status => Reaction::Fail(GithubError::Answer {
            what,
            reason: format!("status {status} {}", shortened(&message())),
        }),
    }
}

/// Whether a conversation is locked; a repository that is blocked is another matter.
fn is_locked(message: &str) -> bool {
    message.split(|c: char| !c.is_alphanumeric()).any(|word| word.eq_ignore_ascii_case("locked"))
}

fn again(asked: Asked<'_>, allowed: bool, failure: GithubError) -> Reaction {
    if !allowed || asked.attempt >= MOST_ATTEMPTS {
        return Reaction::Fail(failure);
    }
    let doubled = FIRST_PAUSE.saturating_mul(1 << (asked.attempt - 1).min(5)).min(LONGEST_PAUSE);
    // Jobs of a matrix that failed together should not come back together.
    let scatter = Duration::from_millis(u64::from(asked.now.subsec_millis() % 500));
    Reaction::Wait(doubled + scatter, failure)
}

/// Whether a refusal is a rate limit's, and how long it asks to wait.
fn limit(asked: Asked<'_>, answer: &Answer) -> Option<(Limit, Duration)> {
    let number = |name: &str| -> Option<u64> { answer.headers.get(name)?.to_str().ok()?.trim().parse().ok() };
    let used_up = number("x-ratelimit-remaining") == Some(0);
    let message = answer.message().to_lowercase();
    let secondary = message.contains("secondary rate limit") || message.contains("abuse detection");
    let kind = if used_up && !secondary { Limit::Primary } else { Limit::Secondary };
    if let Some(seconds) = number("retry-after") {
        return Some((kind, Duration::from_secs(seconds.max(1))));
    }
    if used_up && let Some(reset) = number("x-ratelimit-reset") {
        // A second more: clocks differ.
        return Some((kind, Duration::from_secs(reset.saturating_sub(asked.now.as_secs()) + 1)));
    }
    (secondary || used_up || answer.status == 429)
        .then(|| (kind, SECONDARY_PAUSE.saturating_mul(1 << (asked.attempt - 1).min(5))))
}

/// `issues=write; pull_requests=write` as a workflow spells it: `issues: write or pull-requests: write`.
fn needs(headers: &HeaderMap) -> Option<String> {
    let header = headers.get("x-accepted-github-permissions")?.to_str().ok()?;
    let one = |permission: &str| {
        let (name, level) = permission.trim().split_once('=')?;
        let word = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
        (word(name) && word(level)).then(|| format!("{}: {level}", name.replace('_', "-")))
    };
    let all = |set: &str| set.split(',').map(one).collect::<Option<Vec<_>>>().map(|all| all.join(" and "));
    header.split(';').map(all).collect::<Option<Vec<_>>>().map(|any| any.join(" or "))
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    /// What one attempt came to.
    struct Seen(Result<Answer, TransportError>);

    const NOW: Duration = Duration::from_secs(1_000_000);

    fn asked(repeatable: bool, attempt: u32) -> Asked<'static> {
        Asked { what: "update comment 1", needs: "pull-requests: write", repeatable, attempt, now: NOW }
    }

    fn answer(status: u16, headers: &[(&'static str, &'static str)], message: &str) -> Seen {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.insert(*name, value.parse().unwrap());
        }
        let body = serde_json::json!({ "message": message }).to_string().into_bytes();
        Seen(Ok(Answer { status, headers: map, body }))
    }

    fn broken(sent: bool) -> Seen {
        Seen(Err(TransportError { host: "api.github.com".into(), reason: "connection reset".into(), sent }))
    }

    fn check(asked: Asked<'_>, Seen(answer): &Seen, expected: Expect) {
        let text = match react(asked, answer) {
            Reaction::Take => "take".to_owned(),
            Reaction::Wait(pause, error) => format!("wait {} s, else: {error}", pause.as_secs()),
            Reaction::Fail(error) => format!("fail: {error}. {}", error.help()),
        };
        expected.assert_eq(&text);
    }

    #[test]
    fn failures_of_github_are_asked_again_only_where_that_is_safe() {
        check(asked(true, 1), &answer(200, &[], ""), expect!["take"]);
        check(
            asked(true, 1),
            &answer(502, &[], ""),
            expect!["wait 1 s, else: GitHub failed to update comment 1: status 502"],
        );
        check(
            asked(true, 4),
            &answer(503, &[], ""),
            expect!["wait 8 s, else: GitHub failed to update comment 1: status 503"],
        );
        check(
            asked(true, 7),
            &broken(true),
            expect!["wait 30 s, else: there is no answer from api.github.com: connection reset"],
        );
        check(
            asked(true, 8),
            &answer(502, &[], ""),
            expect![
                "fail: GitHub failed to update comment 1: status 502. Run it again; GitHub's status page says whether something is down."
            ],
        );
        check(
            asked(false, 1),
            &answer(502, &[], ""),
            expect![
                "fail: GitHub failed to update comment 1: status 502. Run it again; GitHub's status page says whether something is down."
            ],
        );
        check(
            asked(false, 1),
            &broken(true),
            expect![
                "fail: there is no answer from api.github.com: connection reset. Check the network and the proxy (HTTPS_PROXY, NO_PROXY), then run it again."
            ],
        );
        check(
            asked(false, 1),
            &broken(false),
            expect!["wait 1 s, else: there is no answer from api.github.com: connection reset"],
        );
    }

    #[test]
    fn rate_limits_say_how_long() {
        check(
            asked(false, 1),
            &answer(429, &[("retry-after", "7")], ""),
            expect![
                "wait 7 s, else: GitHub's secondary rate limit is reached: update comment 1 could go on in 7 s"
            ],
        );
        check(
            asked(false, 1),
            &answer(
                403,
                &[("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", "1000600")],
                "API rate limit exceeded",
            ),
            expect![
                "wait 601 s, else: GitHub's hourly rate limit is reached: update comment 1 could go on in 601 s"
            ],
        );
        check(
            asked(false, 2),
            &answer(403, &[], "You have exceeded a secondary rate limit."),
            expect![
                "wait 120 s, else: GitHub's secondary rate limit is reached: update comment 1 could go on in 120 s"
            ],
        );
        check(
            asked(true, 1),
            &answer(403, &[("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", "5")], ""),
            expect![
                "wait 1 s, else: GitHub's hourly rate limit is reached: update comment 1 could go on in 1 s"
            ],
        );
    }

    #[test]
    fn refusals_name_the_permission_and_the_next_step() {
        check(
            asked(true, 1),
            &answer(
                403,
                &[("x-accepted-github-permissions", "issues=write; pull_requests=write,contents=read")],
                "Resource not accessible by integration",
            ),
            expect![
                "fail: the token may not update comment 1: Resource not accessible by integration. Give the job the permission `issues: write or pull-requests: write and contents: read`. On pull requests from forks and of Dependabot a token stays read-only: there the second workflow, on `workflow_run`, sends it."
            ],
        );
        check(
            asked(true, 1),
            &answer(403, &[("x-accepted-github-permissions", "`x`=1")], "no."),
            expect![
                "fail: the token may not update comment 1: no. Give the job the permission `pull-requests: write`. On pull requests from forks and of Dependabot a token stays read-only: there the second workflow, on `workflow_run`, sends it."
            ],
        );
        check(
            asked(true, 1),
            &answer(401, &[], "Bad credentials"),
            expect![
                "fail: GitHub does not accept the token. Hand over a token that is valid: the default is the job's own, which ends with the job."
            ],
        );
        check(
            asked(true, 1),
            &answer(403, &[], "Unable to create comment because issue is locked."),
            expect![
                "fail: the conversation is locked: GitHub refuses to update comment 1. Unlock the conversation, or leave the comment out."
            ],
        );
        check(
            asked(true, 1),
            &answer(403, &[], "Repository access blocked"),
            expect![
                "fail: the token may not update comment 1: Repository access blocked. Give the job the permission `pull-requests: write`. On pull requests from forks and of Dependabot a token stays read-only: there the second workflow, on `workflow_run`, sends it."
            ],
        );
        check(
            asked(true, 1),
            &answer(413, &[], "Payload Too Large"),
            expect!["fail: GitHub refuses to update comment 1: it is too large. Send less."],
        );
        check(
            asked(true, 1),
            &answer(404, &[], "Not Found"),
            expect![
                "fail: GitHub finds nothing: update comment 1. Check the repository and the number; a token that may not read it sees nothing, either."
            ],
        );
        check(
            asked(true, 1),
            &answer(410, &[], ""),
            expect![
                "fail: it is gone for good: update comment 1. Check that the repository has pull requests and issues enabled."
            ],
        );
        check(
            asked(true, 1),
            &answer(422, &[], "Validation Failed"),
            expect![
                "fail: GitHub refuses to update comment 1: Validation Failed. Read GitHub's reason; if our request is wrong, please report it."
            ],
        );
        check(
            asked(true, 1),
            &answer(301, &[], "Moved"),
            expect![
                "fail: GitHub's answer can't be used (to update comment 1): status 301 Moved. Check that the address of the API is GitHub's; if it is, please report this."
            ],
        );
    }
}
