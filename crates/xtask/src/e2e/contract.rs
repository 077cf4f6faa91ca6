//! Our requests to GitHub, judged by Prism with GitHub's own `OpenAPI` description: every one must be valid, and every
//! answer that the description promises must be one that we read. Behaviour (pages, limits, others in between) is
//! judged by the fake in `tests/`; a stateless judge can't.

use std::fs::File;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};

use super::Judge;
use crate::command::{self, scrubbed};

/// Prism reads 13 MB of JSON before it answers.
const START_LIMIT: Duration = Duration::from_mins(4);
const LIMIT: Duration = Duration::from_mins(10);
const LOG: &str = "prism.log";

pub(super) fn judge(judge: &mut Judge) {
    println!("\nrequests to GitHub, by its own description");
    let prism = match Prism::start(judge) {
        Ok(prism) => prism,
        Err(error) => return judge.step("prism", Err(error)),
    };
    judge.step("prism refuses what is wrong", prism.refuses_what_is_wrong());
    match requests(&prism) {
        Err(error) => judge.step("requests", Err(error)),
        Ok(lines) => {
            for line in lines.lines() {
                let (word, rest) = line.split_once("  ").unwrap_or(("FAIL", line));
                let (name, proof) = rest.split_once(": ").unwrap_or((rest, ""));
                let proof = if word == "pass" {
                    Ok(proof.to_owned())
                } else {
                    Err(anyhow::anyhow!(proof.to_owned()))
                };
                judge.step(name, proof);
            }
        }
    }
}

/// What our client says about each of its requests, one a line.
fn requests(prism: &Prism) -> Result<String> {
    let mut contract = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    contract.args([
        "run",
        "--quiet",
        "--locked",
        "--package",
        "gatewright-github",
        "--example",
        "contract",
        "--",
    ]);
    contract.arg(format!("http://{}", prism.address)).current_dir(crate::root());
    let finished = command::capture(&mut contract, LIMIT)?;
    ensure!(!finished.stdout.trim().is_empty(), "it said nothing but: {}", finished.stderr.trim());
    Ok(finished.stdout)
}

/// The server, ended when it is dropped.
struct Prism {
    child: Child,
    address: SocketAddr,
    log: tempfile::TempDir,
}

impl Prism {
    fn start(judge: &Judge) -> Result<Self> {
        let program = judge.peers.program("prism")?;
        let description = judge.peers.program("openapi")?.join("generated/api.github.com.json");
        ensure!(description.is_file(), "{} is not there", description.display());
        let log = tempfile::tempdir()?;
        // Nobody else takes the port in the meantime: the system gives free ones in turn.
        let address = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?;
        let child = spawn(&program, &description, address, log.path())?;
        let mut prism = Self { child, address, log };
        prism.wait()?;
        Ok(prism)
    }

    fn wait(&mut self) -> Result<()> {
        let start = Instant::now();
        while start.elapsed() < START_LIMIT {
            if let Some(status) = self.child.try_wait()? {
                let log = std::fs::read_to_string(self.log.path().join(LOG)).unwrap_or_default();
                bail!("prism ended with {status}; it says: {}", log.trim());
            }
            if TcpStream::connect(self.address).is_ok() {
                println!("  prism is ready after {:.0} s", start.elapsed().as_secs_f64());
                return Ok(());
            }
            thread::sleep(Duration::from_millis(200));
        }
        bail!("prism did not answer within {} s", START_LIMIT.as_secs())
    }

    /// A judge that takes everything proves nothing.
    fn refuses_what_is_wrong(&self) -> Result<String> {
        let wrong = [
            ("POST /repos/octocat/Hello-World/issues/1/comments", "{}"),
            ("POST /repos/octocat/Hello-World/issues/1/comments", "{\"body\":7}"),
            ("GET /repos/octocat/Hello-World/issues/1/comments?per_page=many", ""),
            ("GET /repos/octocat/Hello-World/no-such-thing", ""),
            (
                "POST /repos/octocat/Hello-World/code-scanning/sarifs",
                "{\"ref\":\"refs/heads/main\",\"sarif\":\"H4sI\"}",
            ),
            (
                "POST /repos/octocat/Hello-World/code-scanning/sarifs",
                concat!(
                    "{\"commit_sha\":\"6dcb09b5b57875f334f61aebed695e2e4193db5e\",\"ref\":\"refs/heads/main\",",
                    "\"sarif\":\"H4sI\",\"category\":\"no such field\"}"
                ),
            ),
        ];
        for (line, body) in wrong {
            let status = self.status(line, body).with_context(|| line.to_owned())?;
            // Where the description has an answer 400, that is the one.
            ensure!(matches!(status, 400 | 404 | 422), "{line} {body} came to {status}");
        }
        Ok(format!("{} wrong requests refused", wrong.len()))
    }

    fn status(&self, line: &str, body: &str) -> Result<u16> {
        let mut stream = TcpStream::connect(self.address)?;
        stream.set_read_timeout(Some(Duration::from_mins(1)))?;
        let head = format!(
            "{line} HTTP/1.1\r\nHost: {}\r\nAccept: application/json\r\nContent-Type: application/json\r\n\
             Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
            self.address,
            body.len()
        );
        stream.write_all(head.as_bytes())?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer)?;
        let answer = String::from_utf8_lossy(&answer);
        let status = answer.split_whitespace().nth(1).and_then(|status| status.parse().ok());
        status.with_context(|| format!("no status in {:?}", answer.lines().next()))
    }
}

fn spawn(program: &Path, description: &Path, address: SocketAddr, folder: &Path) -> Result<Child> {
    let log = File::create(folder.join(LOG))?;
    let mut prism = scrubbed(program);
    // The shell that npm's wrapper may be finds node by PATH.
    prism.arg("mock").arg(description).args(["--host", "127.0.0.1", "--port", &address.port().to_string()]);
    prism.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log);
    prism.spawn().context("prism could not be started")
}

impl Drop for Prism {
    fn drop(&mut self) {
        // It may have ended by itself.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
