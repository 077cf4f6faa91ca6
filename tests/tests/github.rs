//! The client and the sticky comment against the stateful fake: pages, limits, failures, and what others do meanwhile.
//! Time is a number here: a test that waits an hour takes none.

#![allow(clippy::unwrap_used, reason = "a test that can't go on says so")]

use std::sync::{Arc, Mutex};
use std::time::Duration;

use gatewright_core::repository::CommitId;
use gatewright_github::{
    Client, Clock, GithubError, Key, Proxies, Published, RepositoryName, Settings, Stamp, StickyComment,
    Token, publish,
};
use gatewright_tests::github::{Fake, Fault, State};

const BOT: &str = "github-actions[bot]";

/// A fake, a client of it, and the pauses that it made.
struct Scene {
    fake: Fake,
    client: Client,
    pauses: Arc<Mutex<Vec<u64>>>,
    key: Key,
    repository: RepositoryName,
}

fn scene(state: State) -> Scene {
    scene_of(state, "writer", 600)
}

fn scene_of(state: State, token: &str, most_wait: u64) -> Scene {
    let fake = Fake::start(state);
    let (client, pauses) = client(&fake, token, most_wait);
    Scene {
        fake,
        client,
        pauses,
        key: Key::new("CI"),
        repository: RepositoryName::new("owner/repo").unwrap(),
    }
}

fn client(fake: &Fake, token: &str, most_wait: u64) -> (Client, Arc<Mutex<Vec<u64>>>) {
    let pauses = Arc::new(Mutex::new(Vec::new()));
    let (start, counted, kept) = (fake.state().now, Arc::clone(&pauses), Arc::clone(&pauses));
    let now = move || Duration::from_secs(start + counted.lock().unwrap().iter().sum::<u64>());
    let settings = Settings {
        api: fake.api(),
        graphql: fake.graphql(),
        token: Token::new(token).unwrap(),
        proxies: Proxies::default(),
        most_wait: Duration::from_secs(most_wait),
        clock: Clock::new(now, move |pause| kept.lock().unwrap().push(pause.as_secs())),
    };
    (Client::new(settings).unwrap(), pauses)
}

impl Scene {
    fn sticky<'a>(&'a self, run: u64, text: &'a str) -> StickyComment<'a> {
        let stamp = Stamp { run, attempt: 1 };
        StickyComment {
            repository: &self.repository,
            pull_request: 5,
            key: &self.key,
            stamp,
            text,
            begin: true,
        }
    }

    fn publish(&self, run: u64, text: &str) -> Result<Published, GithubError> {
        Ok(publish(&self.client, &self.sticky(run, text))?.unwrap())
    }

    /// What became of it, in a word.
    fn word(&self, run: u64, text: &str) -> &'static str {
        self.publish(run, text).unwrap().word()
    }

    /// The comments that stand: who, and the lines below the marker.
    fn comments(&self) -> Vec<String> {
        let state = self.fake.state();
        let line = |body: &str| body.lines().last().unwrap_or_default().to_owned();
        state.comments.iter().map(|comment| format!("{} {}", comment.id, line(&comment.body))).collect()
    }

    fn pauses(&self) -> Vec<u64> {
        self.pauses.lock().unwrap().clone()
    }
}

/// The body that a run leaves.
fn body(run: u64, text: &str) -> String {
    format!("<!-- gatewright: CI run={run} attempt=1 -->\n{text}")
}

#[test]
fn one_comment_is_created_then_updated_then_left_alone() {
    let scene = scene(State::default());
    assert_eq!(scene.word(10, "first"), "created");
    assert_eq!(
        scene.fake.take_lines(),
        ["GET /issues/5/comments", "POST /issues/5/comments", "GET /issues/5/comments"]
    );
    assert_eq!(scene.word(11, "second"), "updated");
    assert_eq!(
        scene.fake.take_lines(),
        [
            "GET /issues/5/comments",
            "POST /api/graphql",
            "GET /issues/comments/1",
            "PATCH /issues/comments/1",
            "GET /issues/comments/1"
        ]
    );
    assert_eq!(scene.word(11, "second"), "unchanged");
    assert_eq!(scene.fake.take_lines(), ["GET /issues/5/comments", "POST /api/graphql"]);
    assert_eq!(scene.comments(), ["1 second"]);
    assert_eq!(scene.pauses(), [0; 0]);
}

#[test]
fn keys_keep_comments_apart() {
    let mut scene = scene(State::default());
    scene.word(10, "one");
    scene.key = Key::new("CI/other");
    assert_eq!(scene.word(10, "two"), "created");
    assert_eq!(scene.comments(), ["1 one", "2 two"]);
}

#[test]
fn a_marker_in_somebody_elses_comment_is_his() {
    let mut state = State::default();
    state.comment(5, "mallory", &body(99, "mine"));
    state.comment(5, "other-app[bot]", &body(98, "a bot's"));
    state.comment(5, BOT, &format!("quoted:\n{}", body(97, "in the middle")));
    state.comment(6, BOT, &body(96, "elsewhere"));
    let scene = scene(state);
    assert_eq!(scene.word(10, "ours"), "created");
    assert_eq!(scene.comments().last().unwrap(), "5 ours");
    assert_eq!(scene.fake.state().comments.iter().map(|comment| comment.writes).max(), Some(1));
}

#[test]
fn without_an_answer_to_who_we_are_only_the_jobs_own_bot_is_us() {
    let mut state = State { graphql: false, ..State::default() };
    state.comment(5, "other-app[bot]", &body(9, "a bot's"));
    state.comment(5, BOT, &body(9, "ours"));
    let scene = scene(state);
    assert_eq!(scene.word(10, "new"), "updated");
    assert_eq!(scene.comments(), ["1 a bot's", "2 new"]);
}

#[test]
fn what_somebody_edited_is_written_over_and_what_he_deleted_is_made_again() {
    let scene = scene(State::default());
    scene.word(10, "text");
    scene.fake.state().find(1).unwrap().body += "\nand a word of mine";
    assert_eq!(scene.word(10, "text"), "updated");
    // It vanishes between the list and the look, and then between the look and the writing.
    scene.fake.meanwhile("GET /repos/owner/repo/issues/comments/1", |state| state.delete(1));
    assert_eq!(scene.word(11, "text"), "created");
    scene.fake.meanwhile("PATCH /repos/owner/repo/issues/comments/2", |state| state.delete(2));
    assert_eq!(scene.word(12, "again"), "created");
    assert_eq!(scene.comments(), ["3 again"]);
}

#[test]
fn an_older_run_never_writes_over_a_newer_one() {
    let scene = scene(State::default());
    scene.word(11, "newer");
    assert_eq!(scene.word(10, "older"), "superseded");
    // The newer run speaks between the list and the look.
    scene.fake.meanwhile("GET /repos/owner/repo/issues/comments/1", |state| {
        state.find(1).unwrap().body = body(30, "newest");
    });
    assert_eq!(scene.word(20, "middle"), "superseded");
    // An older one writes right behind us: we see it and speak again.
    let late = body(31, "late");
    scene
        .fake
        .after("GET /repos/owner/repo/issues/comments/1", 1, move |state| state.find(1).unwrap().body = late);
    assert_eq!(scene.word(40, "last"), "updated");
    assert_eq!(scene.comments(), ["1 last"]);
}

#[test]
fn two_runs_that_create_at_once_leave_one_comment_of_the_newer() {
    // Somebody else's run creates between our list and our creation; it is the older run, then the newer one.
    for (theirs, text) in [(9, "ours"), (11, "theirs")] {
        let scene = scene(State::default());
        scene.fake.meanwhile("POST /repos/owner/repo/issues/5/comments", move |state| {
            state.comment(5, BOT, &body(theirs, "theirs"));
        });
        scene.word(10, "ours");
        assert_eq!(scene.comments(), [format!("1 {text}")]);
    }
    // Theirs comes right behind ours: it folds itself where it is newer, and we fold it where it is older.
    for (theirs, expected) in [(9, vec!["1 ours"]), (11, vec!["1 ours", "2 theirs"])] {
        let scene = scene(State::default());
        // The first list finds nothing; the second one comes after our creation.
        scene.fake.after("GET /repos/owner/repo/issues/5/comments", 1, move |state| {
            state.comment(5, BOT, &body(theirs, "theirs"));
        });
        scene.word(10, "ours");
        assert_eq!(scene.comments(), expected);
    }
}

#[test]
fn real_threads_that_race_end_with_one_comment_of_the_newest_run() {
    let fake = Fake::start(State::default());
    std::thread::scope(|scope| {
        for run in 1..=6 {
            let fake = &fake;
            scope.spawn(move || {
                let (client, _) = client(fake, "writer", 600);
                let (key, repository) = (Key::new("CI"), RepositoryName::new("owner/repo").unwrap());
                let text = format!("run {run}");
                let stamp = Stamp { run, attempt: 1 };
                let sticky = StickyComment {
                    repository: &repository,
                    pull_request: 5,
                    key: &key,
                    stamp,
                    text: &text,
                    begin: true,
                };
                publish(&client, &sticky).unwrap();
            });
        }
    });
    // One more run, as the next push brings: whatever the race left is one comment then.
    let (client, _) = client(&fake, "writer", 600);
    let (key, repository) = (Key::new("CI"), RepositoryName::new("owner/repo").unwrap());
    let stamp = Stamp { run: 7, attempt: 1 };
    publish(
        &client,
        &StickyComment {
            repository: &repository,
            pull_request: 5,
            key: &key,
            stamp,
            text: "run 7",
            begin: true,
        },
    )
    .unwrap();
    let state = fake.state();
    assert_eq!(
        state.comments.iter().map(|comment| comment.body.as_str()).collect::<Vec<_>>(),
        [body(7, "run 7")]
    );
}

#[test]
fn duplicates_that_a_dead_run_left_are_folded() {
    let mut state = State::default();
    for run in [3, 5, 4] {
        state.comment(5, BOT, &body(run, "old"));
    }
    let scene = scene(state);
    assert_eq!(scene.word(10, "new"), "updated");
    assert_eq!(scene.comments(), ["1 new"]);
}

#[test]
fn all_pages_are_read_and_only_so_many() {
    let mut state = State { most_per_page: 10, ..State::default() };
    for number in 0..95 {
        state.comment(5, "octocat", &format!("comment {number}"));
    }
    state.comment(5, BOT, &body(1, "ours"));
    let scene = scene(state);
    assert_eq!(scene.word(10, "new"), "updated");
    let pages =
        scene.fake.requests().iter().filter(|request| request.path.contains("/issues/5/comments")).count();
    assert_eq!(pages, 10);
    scene.fake.state().most_per_page = 1;
    let error = scene.publish(11, "x").unwrap_err();
    assert_eq!(
        error.to_string(),
        "GitHub's answer can't be used (to list the comments of #5): the list has more than 50 pages"
    );
}

#[test]
fn failures_of_github_are_waited_out() {
    let scene = scene(State::default());
    let list = "GET /repos/owner/repo/issues/5/comments";
    for fault in [Fault::Refuse(502, vec![], "Bad Gateway"), Fault::HangUp, Fault::Refuse(503, vec![], "")] {
        scene.fake.fail(list, fault);
    }
    assert_eq!(scene.word(10, "text"), "created");
    assert_eq!(scene.pauses(), [1, 2, 4]);
}

#[test]
fn a_creation_that_may_have_happened_is_looked_for_and_never_sent_blindly_again() {
    for fault in [Fault::DoAndHangUp, Fault::DoAndFail(502)] {
        let scene = scene(State::default());
        scene.fake.fail("POST /repos/owner/repo/issues/5/comments", fault);
        assert_eq!(scene.word(10, "text"), "created");
        let posts = scene.fake.take_lines().iter().filter(|line| *line == "POST /issues/5/comments").count();
        assert_eq!((posts, scene.comments()), (1, vec!["1 text".to_owned()]));
    }
    for fault in [Fault::HangUp, Fault::Refuse(500, vec![], "")] {
        let scene = scene(State::default());
        scene.fake.fail("POST /repos/owner/repo/issues/5/comments", fault);
        assert_eq!((scene.word(10, "text"), scene.comments()), ("created", vec!["1 text".to_owned()]));
    }
}

#[test]
fn rate_limits_are_waited_out_within_the_bound() {
    let post = "POST /repos/owner/repo/issues/5/comments";
    let scene_a = scene(State::default());
    scene_a.fake.fail(post, Fault::Refuse(429, vec![("Retry-After", "7".into())], "Too Many Requests"));
    scene_a
        .fake
        .fail(post, Fault::Refuse(403, vec![], "You have exceeded a secondary rate limit. Please wait"));
    let reset = (scene_a.fake.state().now + 300).to_string();
    let used_up = vec![("x-ratelimit-remaining", "0".to_owned()), ("x-ratelimit-reset", reset)];
    scene_a.fake.fail(post, Fault::Refuse(403, used_up, "API rate limit exceeded for installation"));
    assert_eq!(scene_a.word(10, "text"), "created");
    assert_eq!(scene_a.pauses(), [7, 120, 174]);

    let scene_b = scene_of(State::default(), "writer", 30);
    scene_b.fake.fail(post, Fault::Refuse(429, vec![("Retry-After", "20".into())], ""));
    scene_b.fake.fail(post, Fault::Refuse(429, vec![("Retry-After", "20".into())], ""));
    let error = scene_b.publish(10, "text").unwrap_err();
    assert_eq!(
        error.to_string(),
        "GitHub's secondary rate limit is reached: comment on #5 could go on in 20 s"
    );
    assert_eq!((scene_b.pauses(), scene_b.comments()), (vec![20], vec![]));
}

#[test]
fn refusals_name_what_is_missing_and_never_the_token() {
    let said = |token: &str, state: State| {
        let scene = scene_of(state, token, 600);
        let error = scene.publish(10, "text").unwrap_err();
        assert!(!format!("{error} {error:?} {}", error.help()).contains(token));
        (error.to_string(), error.is_permission())
    };
    let (text, is_permission) = said("reader", State::default());
    assert_eq!(
        (text.as_str(), is_permission),
        ("the token may not comment on #5: Resource not accessible by integration", true)
    );
    assert!(said("nobody", State::default()).1);
    assert_eq!(said("stolen", State::default()).0, "GitHub does not accept the token");
    let mut locked = State::default();
    locked.pulls[0].locked = true;
    assert_eq!(said("writer", locked).0, "the conversation is locked: GitHub refuses to comment on #5");
    let mut gone = State::default();
    gone.pulls.clear();
    assert_eq!(said("writer", gone).0, "GitHub finds nothing: list the comments of #5");
}

#[test]
fn a_comment_may_be_as_long_as_github_takes_and_no_longer() {
    let scene = scene(State::default());
    let marker = body(10, "").chars().count();
    assert_eq!(scene.word(10, &"ü".repeat(65_536 - marker)), "created");
    let error = scene.publish(11, &"ü".repeat(65_537 - marker)).unwrap_err();
    assert_eq!(error.to_string(), "the comment has 65537 characters, and GitHub takes 65536");
}

#[test]
fn the_pull_request_of_a_commit_is_found_for_branches_and_forks() {
    let mut state = State::default();
    let mut fork = state.pulls[0].clone();
    fork.number = 6;
    fork.head_sha = "2".repeat(40);
    fork.head_repository = Some("stranger/repo".to_owned());
    fork.head_branch = "a/b&c".to_owned();
    state.pulls.push(fork);
    let scene = scene(state);
    let commit = |digit: &str| CommitId::new(&digit.repeat(40)).unwrap();
    let numbers =
        |pulls: Vec<gatewright_github::PullRequest>| pulls.iter().map(|pull| pull.number).collect::<Vec<_>>();
    let by_commit =
        |digit| numbers(scene.client.pull_requests_of_commit(&scene.repository, &commit(digit)).unwrap());
    assert_eq!((by_commit("1"), by_commit("2")), (vec![5], vec![]));
    let by_branch = |owner, digit| {
        let found = scene.client.pull_requests_of_branch(&scene.repository, (owner, "a/b&c"), &commit(digit));
        numbers(found.unwrap())
    };
    assert_eq!(by_branch("stranger", "2"), [6]);
    // The branch has moved on, or it is another owner's.
    assert_eq!((by_branch("stranger", "3"), by_branch("owner", "2")), (vec![], vec![]));
}

#[test]
fn a_server_that_leads_elsewhere_gets_no_second_request() {
    let scene = scene(State::default());
    let link = vec![("Link", "<http://127.0.0.1:1/steal?page=2>; rel=\"next\"".to_owned())];
    scene.fake.fail("GET /repos/owner/repo/issues/5/comments", Fault::Refuse(200, link, ""));
    let error = scene.client.list_comments(&scene.repository, 5).unwrap_err();
    assert!(matches!(error, GithubError::Answer { .. }), "{error}");
}
