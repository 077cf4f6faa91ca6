//! The store between several writers, remotes that refuse, and remotes that are not there.

#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a failing test may panic where it stands")]
#![allow(clippy::needless_raw_string_hashes, reason = "expect-test writes them")]

mod fixture;

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::sync::{Arc, Barrier, Mutex};
use std::thread;

use expect_test::{Expect, expect};
use fixture::store::{baseline, entry, fetch, found, listed, origin, record, remote_with, share, some};
use fixture::{Fixture, git_in, program};
use gatewright_core::store::{
    Fetched, Place, Remote, Retention, Store as _, StoreError, StoreErrorKind, Token,
};

const UNIT: &str = "coverage-gate/unit";

fn text(error: &StoreError, repo: &Fixture) -> String {
    let folder = repo.outside().display().to_string();
    format!("{:?}: {}\n{}\n", error.kind, error.message, error.help).replace(&folder, "<folder>")
}

fn check(error: &StoreError, repo: &Fixture, expected: Expect) {
    expected.assert_eq(&text(error, repo));
}

#[test]
fn writers_at_the_same_time_lose_nothing() {
    const WRITERS: usize = 10;
    let (remote, clone, ids) = remote_with(WRITERS);
    // Most with a clone of their own, as jobs have; two with one between them.
    let clones: Vec<Fixture> = (1..WRITERS).map(|_| remote.clone_with(&["--depth=1"])).collect();
    let barrier = Arc::new(Barrier::new(WRITERS));
    let tries: Vec<u32> = thread::scope(|scope| {
        let writers: Vec<_> = (0..WRITERS)
            .map(|number| {
                let folder = clones[number.min(WRITERS - 2)].path();
                let (barrier, ids) = (Arc::clone(&barrier), &ids);
                scope.spawn(move || {
                    barrier.wait();
                    let series = if number % 2 == 0 { UNIT } else { "other" };
                    let first = share(folder, &entry(series, &ids[number], number)).unwrap();
                    let second = share(folder, &entry("second", &ids[number], number)).unwrap();
                    assert_eq!((first.place, second.place), (Place::Remote, Place::Remote));
                    first.tries.max(second.tries)
                })
            })
            .collect();
        writers.into_iter().map(|writer| writer.join().unwrap()).collect()
    });
    println!("tries: {tries:?}");
    assert!(tries.iter().any(|tries| *tries > 1), "nobody got into anybody's way: {tries:?}");
    fetch(clone.path());
    let mut listed = listed(clone.path());
    listed.sort();
    let mut expected: Vec<_> = (0..WRITERS)
        .flat_map(|number| {
            [if number % 2 == 0 { UNIT } else { "other" }, "second"].map(|name| (name.to_owned(), number))
        })
        .collect();
    expected.sort();
    assert_eq!(listed, expected);
    assert_eq!(clone.id("refs/gatewright/v1"), remote.id("refs/gatewright/v1"));
    git_in(remote.path(), &["fsck", "--strict"], 0);
}

#[test]
fn writers_in_one_clone_without_a_remote_lose_nothing() {
    const WRITERS: usize = 8;
    let repo = Fixture::new();
    let commit = repo.commit();
    thread::scope(|scope| {
        for number in 0..WRITERS {
            let (repo, commit) = (&repo, &commit);
            scope.spawn(move || record(repo.path(), &entry(UNIT, commit, number)));
        }
    });
    let numbers: Vec<usize> = listed(repo.path()).into_iter().map(|(_, number)| number).collect();
    assert_eq!(numbers, (0..WRITERS).rev().collect::<Vec<_>>());
}

#[test]
fn a_remote_without_a_store_and_no_remote_are_told_apart() {
    let (remote, clone, ids) = remote_with(2);
    assert_eq!(fetch(clone.path()), Fetched::NoStore);
    let recorded = record(clone.path(), &entry(UNIT, &ids[0], 1));
    assert_eq!(recorded.place, Place::Local);
    // What lies here is left alone, but the remote's store begins without it.
    assert_eq!(fetch(clone.path()), Fetched::NoStore);
    assert_eq!(found(clone.path(), UNIT, &ids[1]), some(1, 1));
    assert_eq!(share(clone.path(), &entry(UNIT, &ids[1], 2)).unwrap().place, Place::Remote);
    assert_eq!(listed(clone.path()), [(UNIT.to_owned(), 2)]);
    assert_eq!(fetch(clone.path()), Fetched::At(remote.id("refs/gatewright/v1")));

    clone.git(&["remote", "remove", "origin"]);
    assert_eq!(fetch(clone.path()), Fetched::NoRemote);
    assert_eq!(share(clone.path(), &entry(UNIT, &ids[0], 3)).unwrap().place, Place::Local);
    let address = Remote { name: format!("file://{}", remote.path().display()), token: None };
    assert_eq!(
        program().fetch(clone.path(), &address).unwrap(),
        Fetched::At(remote.id("refs/gatewright/v1"))
    );
    assert_eq!(listed(clone.path()), [(UNIT.to_owned(), 2)]);
}

#[test]
fn offline_the_store_that_is_here_serves() {
    let (remote, clone, ids) = remote_with(2);
    share(clone.path(), &entry(UNIT, &ids[0], 1)).unwrap();
    std::fs::rename(remote.path(), remote.outside().join("moved")).unwrap();
    let error = program().fetch(clone.path(), &origin()).unwrap_err();
    check(
        &error,
        &remote,
        expect![[r#"
        Unreachable: the remote `origin` can't be reached: '<folder>/repo' does not appear to be a git repository
        Try again when the remote answers; until then the store of the last `fetch` serves.
    "#]],
    );
    let error = share(clone.path(), &entry(UNIT, &ids[1], 2)).unwrap_err();
    assert_eq!(error.kind, StoreErrorKind::Unreachable);
    assert_eq!(found(clone.path(), UNIT, &ids[1]), some(1, 1));

    // A port on which nobody listens.
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    clone.git(&["remote", "set-url", "origin", &format!("http://127.0.0.1:{port}/o/r.git")]);
    let error = program().fetch(clone.path(), &origin()).unwrap_err();
    assert_eq!(error.kind, StoreErrorKind::Unreachable, "{error}");
}

#[test]
fn a_remote_that_refuses_names_the_permission() {
    let (remote, clone, ids) = remote_with(2);
    let hook = remote.path().join("hooks/pre-receive");
    std::fs::create_dir_all(hook.parent().unwrap()).unwrap();
    std::fs::write(&hook, "#!/bin/sh\necho 'this repository is an archive' >&2\nexit 1\n").unwrap();
    std::fs::set_permissions(&hook, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    let error = share(clone.path(), &entry(UNIT, &ids[0], 1)).unwrap_err();
    check(
        &error,
        &remote,
        expect![[r#"
            Denied: the remote `origin` refuses to have the store written: [remote rejected] (pre-receive hook declined) (this repository is an archive)
            Give the job the permission `contents: write`, and where actions/checkout leaves no credentials (`persist-credentials: false`), a token. Runs of forks can't record.
        "#]],
    );
    // Nothing is left that looks like a store.
    assert_eq!(baseline(clone.path(), UNIT, &ids[0]).store, None);
}

/// What a server was asked.
type Seen = Arc<Mutex<Vec<Request>>>;

#[derive(Clone, Debug)]
struct Request {
    line: String,
    authorization: Vec<String>,
    /// The command lines of all processes at that moment.
    commands: String,
}

/// A repository without commits that may be read and not be written, as GitHub serves it to a read-only token.
fn read_only_server(seen: &Seen) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://someone@127.0.0.1:{}/o/r.git", listener.local_addr().unwrap().port());
    let seen = Arc::clone(seen);
    // Ends with the test's process.
    thread::spawn(move || {
        for stream in listener.incoming() {
            answer(stream.unwrap(), &seen);
        }
    });
    address
}

fn answer(mut stream: TcpStream, seen: &Seen) {
    let mut lines = BufReader::new(stream.try_clone().unwrap()).lines().map(Result::unwrap);
    let line = lines.next().unwrap_or_default();
    let headers: Vec<String> = lines.take_while(|line| !line.is_empty()).collect();
    let authorization = headers.iter().filter_map(|line| line.split_once(": "));
    let authorization = authorization.filter(|(name, _)| name.eq_ignore_ascii_case("authorization"));
    let authorization = authorization.map(|(_, value)| value.to_owned()).collect();
    seen.lock().unwrap().push(Request { line: line.clone(), authorization, commands: commands() });
    let head = "Cache-Control: no-cache\r\nConnection: close";
    if line.contains("service=git-upload-pack") {
        let capabilities = format!("{} capabilities^{{}}\0 ofs-delta agent=git/test\n", "0".repeat(40));
        let body =
            format!("001e# service=git-upload-pack\n0000{:04x}{capabilities}0000", capabilities.len() + 4);
        let kind = "Content-Type: application/x-git-upload-pack-advertisement";
        write!(stream, "HTTP/1.1 200 OK\r\n{kind}\r\n{head}\r\nContent-Length: {}\r\n\r\n{body}", body.len())
            .unwrap();
    } else {
        let body = "Permission to o/r.git denied to github-actions[bot].";
        let kind = "Content-Type: text/plain";
        write!(
            stream,
            "HTTP/1.1 403 Forbidden\r\n{kind}\r\n{head}\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        )
        .unwrap();
    }
}

fn commands() -> String {
    let mut all = String::new();
    for process in std::fs::read_dir("/proc").into_iter().flatten().flatten() {
        // Processes end while they are looked at.
        if let Ok(mut file) = std::fs::File::open(process.path().join("cmdline")) {
            let mut bytes = Vec::new();
            if file.read_to_end(&mut bytes).is_ok() {
                all += &String::from_utf8_lossy(&bytes).replace('\0', " ");
                all.push('\n');
            }
        }
    }
    all
}

#[test]
fn a_token_is_sent_once_and_seen_nowhere() {
    let seen = Seen::default();
    let address = read_only_server(&seen);
    let repo = Fixture::new();
    let commit = repo.commit();
    repo.git(&["remote", "add", "origin", &address]);
    // What actions/checkout leaves behind.
    let host = address.replace("someone@", "").replace("/o/r.git", "/");
    repo.git(&["config", &format!("http.{host}.extraheader"), "AUTHORIZATION: basic left-by-checkout"]);

    assert_eq!(fetch(repo.path()), Fetched::NoStore);
    let drain = |seen: &Seen| std::mem::take(&mut *seen.lock().unwrap());
    let requests = drain(&seen);
    assert!(!requests.is_empty());
    assert!(
        requests.iter().all(|request| request.authorization == ["basic left-by-checkout"]),
        "{requests:?}"
    );

    let token = "ghs_0123456789secret";
    let remote = Remote { name: "origin".to_owned(), token: Token::new(token) };
    assert_eq!(program().fetch(repo.path(), &remote), Ok(Fetched::NoStore));
    let error = program()
        .record(repo.path(), Some(&remote), &entry(UNIT, &commit, 1), &Retention::default())
        .unwrap_err();
    let shown = text(&error, &repo).replace(&host, "http://<host>/");
    expect![[r#"
        Denied: the remote `origin` refuses to have the store written: unable to access 'http://<host>/o/r.git/': The requested URL returned error: 403 (Permission to o/r.git denied to github-actions[bot])
        Give the job the permission `contents: write`, and where actions/checkout leaves no credentials (`persist-credentials: false`), a token. Runs of forks can't record.
    "#]].assert_eq(&shown);
    let requests = drain(&seen);
    assert!(requests.len() >= 3, "{requests:?}");
    // `x-access-token:` and the token, by `base64` of GNU coreutils.
    let expected = "Basic eC1hY2Nlc3MtdG9rZW46Z2hzXzAxMjM0NTY3ODlzZWNyZXQ=";
    for request in &requests {
        assert_eq!(request.authorization, [expected], "{}", request.line);
        assert!(!request.commands.contains(token) && !request.commands.contains(&expected[6..]));
        if cfg!(target_os = "linux") {
            assert!(
                request.commands.contains("git-upload-pack") || request.commands.contains("git-remote-http")
            );
        }
    }
    assert!(!holds(repo.path(), token) && !holds(repo.path(), &expected[6..]));
    assert!(!format!("{remote:?}").contains(token));
}

/// Whether a file below a folder holds a text.
fn holds(folder: &Path, text: &str) -> bool {
    std::fs::read_dir(folder).unwrap().flatten().any(|entry| {
        let path = entry.path();
        if path.is_dir() {
            return holds(&path, text);
        }
        let bytes = std::fs::read(&path).unwrap_or_default();
        bytes.windows(text.len()).any(|window| window == text.as_bytes())
    })
}
