//! The event that started the run, as far as a judge needs it.

use std::path::PathBuf;

use serde_json::Value;

use crate::repository::ReviewEvent;

/// The event's name and the few facts that matter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Event {
    /// `push`, `pull_request`, …
    pub name: String,
    /// The change under review; none for events that review nothing.
    pub review: Option<ReviewEvent>,
    /// The head lies in another repository than the base.
    pub from_fork: bool,
    /// The repository's default branch: `main`.
    pub default_branch: Option<String>,
    /// The payload could not be read: what it would have told is unknown.
    pub unreadable: Option<String>,
}

impl Event {
    /// Reads the payload; what is missing in it is missing here.
    pub fn read(name: Option<&str>, payload: Option<PathBuf>) -> Self {
        let name = name.unwrap_or("").to_owned();
        let bytes =
            payload.map(|path| std::fs::read(&path).map_err(|error| format!("{}: {error}", path.display())));
        let parsed = bytes.map(|bytes| {
            bytes.and_then(|bytes| serde_json::from_slice(&bytes).map_err(|error| error.to_string()))
        });
        match parsed {
            Some(Ok(payload)) => Self::from_payload(name, &payload),
            Some(Err(message)) => Self {
                review: reviews(&name).then(ReviewEvent::default),
                unreadable: Some(message),
                from_fork: true,
                default_branch: None,
                name,
            },
            // Nothing is known of the head: it is not taken for one of ours.
            None => Self {
                review: reviews(&name).then(ReviewEvent::default),
                from_fork: reviews(&name),
                unreadable: None,
                default_branch: None,
                name,
            },
        }
    }

    fn from_payload(name: String, payload: &Value) -> Self {
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let review = match name.as_str() {
            "merge_group" => {
                let group = &payload["merge_group"];
                Some(ReviewEvent { head_sha: text(&group["head_sha"]), base_sha: text(&group["base_sha"]) })
            }
            name if reviews(name) => {
                let request = &payload["pull_request"];
                Some(ReviewEvent {
                    head_sha: text(&request["head"]["sha"]),
                    base_sha: text(&request["base"]["sha"]),
                })
            }
            _ => None,
        };
        let request = &payload["pull_request"];
        // A deleted fork has no repository: then the head is somebody else's, too.
        let head = request["head"]["repo"]["full_name"].as_str();
        let base = request["base"]["repo"]["full_name"].as_str();
        let from_fork = name != "merge_group" && reviews(&name) && (head.is_none() || head != base);
        let default_branch = text(&payload["repository"]["default_branch"]);
        Self { name, review, from_fork, default_branch, unreadable: None }
    }
}

fn reviews(name: &str) -> bool {
    name.starts_with("pull_request") || name == "merge_group"
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn pull(head: &Value) -> Event {
        let payload =
            json!({"pull_request": {"head": head, "base": {"sha": "b", "repo": {"full_name": "o/r"}}}});
        Event::from_payload("pull_request".into(), &payload)
    }

    #[test]
    fn forks_are_recognised() {
        assert!(!pull(&json!({"sha": "h", "repo": {"full_name": "o/r"}})).from_fork);
        assert!(pull(&json!({"sha": "h", "repo": {"full_name": "x/r"}})).from_fork);
        assert!(pull(&json!({"sha": "h", "repo": null})).from_fork);
    }

    #[test]
    fn reviews_know_head_and_base() {
        let event = pull(&json!({"sha": "h", "repo": {"full_name": "o/r"}}));
        assert_eq!(
            event.review,
            Some(ReviewEvent { head_sha: Some("h".into()), base_sha: Some("b".into()) })
        );
        let group = Event::from_payload(
            "merge_group".into(),
            &json!({"merge_group": {"head_sha": "h", "base_sha": "b"}}),
        );
        assert_eq!(group.review, event.review);
        assert_eq!(Event::from_payload("push".into(), &json!({})).review, None);
    }

    #[test]
    fn every_event_of_a_pull_request_is_a_review_and_an_unknown_head_a_stranger() {
        for name in ["pull_request_target", "pull_request_review", "pull_request_review_comment"] {
            let event = Event::from_payload(name.into(), &json!({}));
            assert_eq!((event.review, event.from_fork), (Some(ReviewEvent::default()), true), "{name}");
        }
        assert!(
            Event::read(Some("pull_request"), None).from_fork && !Event::read(Some("push"), None).from_fork
        );
    }

    #[test]
    fn an_unreadable_payload_is_no_trusted_one() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "{").unwrap();
        let event = Event::read(Some("pull_request"), Some(file.path().to_path_buf()));
        assert!(event.from_fork && event.unreadable.is_some() && event.review.is_some());
    }
}
