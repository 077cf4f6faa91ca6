//! What the event that started a run says about a pull request. Bytes in, facts out.
//!
//! A `workflow_run` payload lists pull requests, too; that list is not read: for forks it is empty, and what it says is
//! as old as the run. The pull request of such a run is asked for by the run's head commit.

use serde_json::Value;

/// The facts of an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Subject {
    /// It is about a pull request.
    PullRequest {
        /// Its number.
        number: u64,
        /// Its head commit.
        head_sha: Option<String>,
        /// The head lies in another repository, or in one that is gone.
        from_fork: bool,
        /// Dependabot opened it: such runs get a read-only token.
        by_dependabot: bool,
    },
    /// It is about another workflow's run.
    Run {
        /// That run's id.
        id: u64,
    },
    /// It is about something else: a push, a schedule.
    Other,
}

/// Reads a payload.
pub fn subject(name: &str, payload: &[u8]) -> Result<Subject, serde_json::Error> {
    let payload: Value = serde_json::from_slice(payload)?;
    if name == "workflow_run" {
        return Ok(payload["workflow_run"]["id"].as_u64().map_or(Subject::Other, |id| Subject::Run { id }));
    }
    let request = &payload["pull_request"];
    let Some(number) = request["number"].as_u64().filter(|_| name.starts_with("pull_request")) else {
        return Ok(Subject::Other);
    };
    let repository = |side: &str| request[side]["repo"]["full_name"].as_str();
    Ok(Subject::PullRequest {
        number,
        head_sha: request["head"]["sha"].as_str().map(str::to_owned),
        from_fork: repository("head").is_none() || repository("head") != repository("base"),
        by_dependabot: request["user"]["login"].as_str() == Some("dependabot[bot]"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(name: &str, payload: &str) -> Subject {
        subject(name, payload.as_bytes()).unwrap()
    }

    #[test]
    fn pull_requests_runs_and_others() {
        let payload = r#"{"pull_request":{"number":5,"head":{"sha":"h","repo":{"full_name":"o/r"}},"base":{"repo":{"full_name":"o/r"}},"user":{"login":"octocat"}}}"#;
        let own = |from_fork, by_dependabot| Subject::PullRequest {
            number: 5,
            head_sha: Some("h".into()),
            from_fork,
            by_dependabot,
        };
        assert_eq!(of("pull_request", payload), own(false, false));
        assert_eq!(of("pull_request_target", &payload.replacen("o/r", "x/r", 1)), own(true, false));
        assert_eq!(
            of("pull_request", &payload.replacen("{\"full_name\":\"o/r\"}", "null", 1)),
            own(true, false)
        );
        assert_eq!(of("pull_request", &payload.replace("octocat", "dependabot[bot]")), own(false, true));
        assert_eq!(of("push", payload), Subject::Other);
    }

    #[test]
    fn of_a_run_only_its_id_counts() {
        let payload = r#"{"workflow_run":{"id":7,"head_sha":"h","pull_requests":[{"number":666}]}}"#;
        assert_eq!(of("workflow_run", payload), Subject::Run { id: 7 });
        assert_eq!(of("workflow_run", "{}"), Subject::Other);
        assert!(subject("pull_request", b"{").is_err());
    }
}
