//! Which commit was scanned, and as what it is known: what the caller says, or what the run is about, if that is what is
//! checked out. Results that are shown at another commit than theirs are worse than none.

use gatewright_core::Failure;
use gatewright_core::repository::CommitId;
use gatewright_github::event::Subject;

/// What results are uploaded for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Target {
    /// `refs/heads/main`, `refs/pull/5/merge`.
    pub(crate) reference: String,
    pub(crate) commit: CommitId,
}

/// What is known of the run.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Run<'a> {
    /// `GITHUB_EVENT_NAME`; empty on a laptop.
    pub(crate) event: &'a str,
    /// `GITHUB_REF`.
    pub(crate) reference: Option<&'a str>,
    /// `GITHUB_SHA`.
    pub(crate) sha: Option<&'a str>,
    /// The commit that is checked out; without a checkout, `GITHUB_SHA`.
    pub(crate) checked_out: Option<&'a str>,
    pub(crate) subject: &'a Subject,
}

/// What the caller says; both or nothing.
pub(crate) fn named(reference: Option<&str>, sha: Option<&str>) -> Result<Option<Target>, Failure> {
    let (reference, sha) = match (reference, sha) {
        (None, None) => return Ok(None),
        (Some(reference), Some(sha)) => (reference, sha),
        (Some(_), None) => return Err(half("ref", "sha")),
        (None, Some(_)) => return Err(half("sha", "ref")),
    };
    if !is_reference(reference) {
        return Err(Failure::usage(
            format!("`{reference}` in `ref` is no full name of a branch, tag or pull request"),
            "Write refs/heads/<branch>, refs/tags/<tag>, refs/pull/<number>/merge or refs/pull/<number>/head.",
        ));
    }
    let commit = CommitId::new(sha).ok_or_else(|| {
        Failure::usage(
            format!("`{sha}` in `sha` is no commit"),
            "Write all digits of its id, such as `git rev-parse HEAD` prints them.",
        )
    })?;
    Ok(Some(Target { reference: reference.to_owned(), commit }))
}

fn half(said: &str, missing: &str) -> Failure {
    Failure::usage(
        format!("`{said}` is given without `{missing}`"),
        "Give both, or neither: a commit of one branch must not be shown as another's.",
    )
}

/// What the run is about; nothing where no runner tells.
pub(crate) fn of_run(run: Run<'_>) -> Result<Option<Target>, Failure> {
    if let Subject::Run { .. } = run.subject {
        return Err(Failure::usage(
            "on `workflow_run` nobody knows which commit the results are of",
            "Give `ref` and `sha`: for a branch of this repository `refs/heads/${{ github.event.workflow_run.head_branch }}` and \
             `${{ github.event.workflow_run.head_sha }}`. Results of a fork's run are a stranger's: upload none that nobody checked.",
        ));
    }
    let (Some(reference), Some(sha)) = (run.reference, run.sha) else { return Ok(None) };
    let (Some(commit), Some(there)) = (CommitId::new(sha), run.checked_out.and_then(CommitId::new)) else {
        return Ok(None);
    };
    if there == commit && is_reference(reference) {
        return Ok(Some(Target { reference: reference.to_owned(), commit }));
    }
    if let Subject::PullRequest { number, head_sha: Some(head), .. } = run.subject
        && head == there.as_str()
    {
        return Ok(Some(Target { reference: format!("refs/pull/{number}/head"), commit: there }));
    }
    if there == commit {
        return Err(Failure::usage(
            format!("the run is about `{reference}`, which takes no results"),
            "Give `ref` and `sha` of the branch, tag or pull request that was scanned.",
        ));
    }
    Err(Failure::usage(
        format!(
            "the checkout is at {}, and the run (`{}`) is about {}",
            there.short(),
            run.event,
            commit.short()
        ),
        "Give `ref` and `sha` of what was scanned, or upload before anything else is checked out.",
    ))
}

/// Whether GitHub takes results for it.
fn is_reference(text: &str) -> bool {
    let odd = |byte: u8| byte <= b' ' || byte == 0x7f || b"~^:?*[\\".contains(&byte);
    if text.bytes().any(odd) || text.contains("..") || text.ends_with('/') {
        return false;
    }
    if let Some(rest) = text.strip_prefix("refs/pull/") {
        let number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        return matches!(rest.split_once('/'), Some((pull, "merge" | "head")) if number(pull));
    }
    ["refs/heads/", "refs/tags/"].iter().any(|start| text.len() > start.len() && text.starts_with(start))
}

#[cfg(test)]
mod tests {
    use super::*;

    const MERGE: &str = "1111111111111111111111111111111111111111";
    const HEAD: &str = "2222222222222222222222222222222222222222";
    const OTHER: &str = "3333333333333333333333333333333333333333";

    fn pull() -> Subject {
        Subject::PullRequest {
            number: 5,
            head_sha: Some(HEAD.into()),
            from_fork: false,
            by_dependabot: false,
        }
    }

    fn of(event: &str, reference: &str, checked_out: &str, subject: &Subject) -> Result<String, String> {
        let run = Run {
            event,
            reference: Some(reference),
            sha: Some(MERGE),
            checked_out: Some(checked_out),
            subject,
        };
        match of_run(run) {
            Ok(target) => {
                let target = target.unwrap();
                Ok(format!("{} {}", target.reference, target.commit.as_str()))
            }
            Err(failure) => Err(failure.message),
        }
    }

    #[test]
    fn what_is_checked_out_decides() {
        let merge = "refs/pull/5/merge";
        assert_eq!(of("pull_request", merge, MERGE, &pull()), Ok(format!("{merge} {MERGE}")));
        assert_eq!(of("pull_request", merge, HEAD, &pull()), Ok(format!("refs/pull/5/head {HEAD}")));
        assert!(of("pull_request", merge, OTHER, &pull()).unwrap_err().contains("3333333333"));
        // The base is what such a run is about, and what it scans by default.
        let main = "refs/heads/main";
        assert_eq!(of("pull_request_target", main, MERGE, &pull()), Ok(format!("{main} {MERGE}")));
        assert_eq!(of("pull_request_target", main, HEAD, &pull()), Ok(format!("refs/pull/5/head {HEAD}")));
    }

    #[test]
    fn branches_tags_and_queues_are_as_the_runner_names_them() {
        for reference in ["refs/heads/main", "refs/tags/v1", "refs/heads/gh-readonly-queue/main/pr-5-abc"] {
            assert_eq!(of("push", reference, MERGE, &Subject::Other), Ok(format!("{reference} {MERGE}")));
        }
        assert!(of("push", "refs/heads/main", OTHER, &Subject::Other).is_err());
        assert!(of("odd", "refs/notes/x", MERGE, &Subject::Other).unwrap_err().contains("takes no results"));
        assert!(of("workflow_run", "refs/heads/main", MERGE, &Subject::Run { id: 1 }).is_err());
        let laptop =
            Run { event: "", reference: None, sha: None, checked_out: Some(OTHER), subject: &Subject::Other };
        assert_eq!(of_run(laptop), Ok(None));
    }

    #[test]
    fn a_name_and_a_commit_go_together() {
        assert_eq!(named(None, None), Ok(None));
        let target = named(Some("refs/heads/a/b"), Some(HEAD)).unwrap().unwrap();
        assert_eq!((target.reference.as_str(), target.commit.as_str()), ("refs/heads/a/b", HEAD));
        assert!(named(Some("refs/heads/main"), None).is_err() && named(None, Some(HEAD)).is_err());
        assert!(named(Some("refs/heads/main"), Some("2222222")).is_err());
        for bad in [
            "main",
            "refs/heads/",
            "refs/pull/x/merge",
            "refs/pull/5/base",
            "refs/heads/a b",
            "refs/heads/a..b",
        ] {
            assert!(named(Some(bad), Some(HEAD)).is_err(), "{bad}");
        }
    }
}
