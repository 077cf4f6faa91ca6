//! Writing the store and exchanging it with a remote, through the `git` program. No hook runs, nothing is signed, no
//! setting of the user changes what is written, and a token is seen neither in a command line nor in a file.

use std::fs;
use std::path::Path;
use std::time::Duration;

use gatewright_core::process::Program;
use gatewright_core::repository::CommitId;
use gatewright_core::store::{Remote, Time, Token};

use super::{Commands, Output, call, complaint, objects, parse_id, utf8, without_line_end};
use crate::error::Failure;
use crate::store::base64;
use crate::store::fault::Fault;
use crate::store::objects::{Item, Objects as _, REFERENCE};

/// The store is small; a remote that takes longer does not answer.
const NETWORK_LIMIT: Duration = Duration::from_mins(2);

/// Settings that would change what is written, or start something that outlives the call.
const SETTINGS: [&str; 14] = [
    "core.ignoreCase=false",
    "core.logAllRefUpdates=false",
    "core.splitIndex=false",
    "core.untrackedCache=false",
    "fetch.fsckObjects=false",
    "fetch.prune=false",
    "fetch.writeCommitGraph=false",
    "gc.auto=0",
    "i18n.commitEncoding=UTF-8",
    "index.sparse=false",
    "maintenance.auto=false",
    "push.followTags=false",
    "push.gpgSign=false",
    "push.recurseSubmodules=no",
];

const MESSAGE: &str = "Store of Gatewright\n\nWritten by its actions; see refs/gatewright/v1.";

/// Paths in one call: some systems allow no longer command lines.
const MOST_PATHS: usize = 60;

/// How asking the remote for its store went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Brought {
    /// It is here, under the store's reference.
    Here,
    /// The remote has none.
    NoStore,
    /// There is no remote of that name.
    NoRemote,
    /// Somebody else holds the reference.
    Busy(String),
}

/// How writing a reference went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Written {
    /// It holds the new commit.
    Done,
    /// It does not hold the old commit any more, or somebody is just writing it.
    Busy(String),
}

impl Commands {
    fn storing<'a>(&self, words: impl IntoIterator<Item = &'a str>) -> Program {
        let settings = SETTINGS.into_iter().flat_map(|setting| ["-c", setting]);
        self.git(settings.chain(words))
    }

    /// Calls that only fail where the disk or the repository is at fault.
    fn written(program: &Program) -> Result<Output, Failure> {
        let output = call(program, &[0, 1, 128, 129])?;
        match output.code {
            0 => Ok(output),
            _ => Err(Fault::Unwritable(complaint(&output.stderr)).into()),
        }
    }

    /// Every file of a store.
    pub(crate) fn files(&self, store: &CommitId) -> Result<Vec<Item>, Failure> {
        objects::list(self, &["-r", store.as_str()])
    }

    /// Writes files as objects and returns their ids. `scratch` is a folder of our own.
    pub(crate) fn write_files(&self, scratch: &Path, files: &[&[u8]]) -> Result<Vec<String>, Failure> {
        let words = ["hash-object", "-w", "-t", "blob", "--no-filters", "--"];
        let mut words: Vec<String> = words.map(str::to_owned).into();
        for (number, bytes) in files.iter().enumerate() {
            let path = scratch.join(format!("file{number}"));
            fs::write(&path, bytes).map_err(|error| Fault::Unwritable(error.to_string()))?;
            words.push(path_text(&path)?);
        }
        let output = Self::written(&self.storing(words.iter().map(String::as_str)))?;
        let ids: Vec<String> = utf8(output.stdout)?.lines().map(str::to_owned).collect();
        if ids.len() != files.len() {
            return Err(Failure::Unable("git printed no id for a file".to_owned()));
        }
        Ok(ids)
    }

    /// Makes a tree from the one of a store, and returns its id. Paths of `gone` come before those of `added`.
    pub(crate) fn write_tree(
        &self,
        scratch: &Path,
        store: Option<&CommitId>,
        gone: &[String],
        added: &[(String, &str)],
    ) -> Result<String, Failure> {
        let index = scratch.join("index");
        match fs::remove_file(&index) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(Fault::Unwritable(error.to_string()).into());
            }
            _ => {}
        }
        let index = path_text(&index)?;
        let indexed = |words: &[&str]| {
            Self::written(&self.storing(words.iter().copied()).env("GIT_INDEX_FILE", index.clone()))
        };
        if let Some(store) = store {
            // A path that no index takes, such as `../x`, is refused here.
            let output = call(
                &self.storing(["read-tree", store.as_str()]).env("GIT_INDEX_FILE", index.clone()),
                &[0, 1, 128],
            )?;
            if output.code != 0 {
                return Err(Fault::Unreadable(complaint(&output.stderr)).into());
            }
        }
        for paths in gone.chunks(MOST_PATHS) {
            let mut words = vec!["update-index", "--force-remove", "--"];
            words.extend(paths.iter().map(String::as_str));
            indexed(&words)?;
        }
        let infos: Vec<String> = added.iter().map(|(path, id)| format!("100644,{id},{path}")).collect();
        let mut words = vec!["update-index", "--add"];
        words.extend(infos.iter().flat_map(|info| ["--cacheinfo", info.as_str()]));
        indexed(&words)?;
        Ok(without_line_end(&utf8(indexed(&["write-tree"])?.stdout)?).to_owned())
    }

    /// Makes a commit without parents, whose id follows from its tree and its time alone.
    pub(crate) fn write_commit(&self, tree: &str, time: Time) -> Result<CommitId, Failure> {
        let mut program = self.storing(["commit-tree", "--no-gpg-sign", "-m", MESSAGE, tree]);
        for role in ["AUTHOR", "COMMITTER"] {
            program = program
                .env(format!("GIT_{role}_NAME"), "Gatewright")
                .env(format!("GIT_{role}_EMAIL"), "gatewright@localhost")
                .env(format!("GIT_{role}_DATE"), format!("@{} +0000", time.unix_seconds()));
        }
        parse_id(&utf8(Self::written(&program)?.stdout)?)
    }

    /// Lets our own reference go from one commit to another, if nobody was faster.
    pub(crate) fn update_reference(
        &self,
        new: &CommitId,
        old: Option<&CommitId>,
    ) -> Result<Written, Failure> {
        let old = old.map_or("", CommitId::as_str);
        let words = ["update-ref", "--no-deref", REFERENCE, new.as_str(), old];
        let output = call(&self.storing(words), &[0, 1, 128])?;
        match output.code {
            0 => Ok(Written::Done),
            _ if is_contention(&output.stderr) => Ok(Written::Busy(complaint(&output.stderr))),
            _ => Err(Fault::Unwritable(complaint(&output.stderr)).into()),
        }
    }

    /// Brings the store of a remote here.
    pub(crate) fn bring(&self, remote: &Remote) -> Result<Brought, Failure> {
        let Some(url) = self.url(remote, &[])? else { return Ok(Brought::NoRemote) };
        let refspec = format!("+{REFERENCE}:{REFERENCE}");
        let mut words = vec!["fetch", "--quiet", "--no-tags", "--no-prune", "--no-recurse-submodules"];
        // All of it is wanted, whatever a partial clone leaves out; and nothing else is to be noted.
        words.extend(["--no-filter", "--no-write-fetch-head", "--refmap=", "--", &remote.name, &refspec]);
        let output = call(&self.asking(&url, remote.token.as_ref(), &words), &[0, 1, 128])?;
        let stderr = &output.stderr;
        let said = reason(&complaint(stderr), stderr);
        match output.code {
            0 => Ok(Brought::Here),
            _ if stderr.contains("couldn't find remote ref") => Ok(Brought::NoStore),
            _ if is_contention(stderr) => Ok(Brought::Busy(complaint(stderr))),
            _ if is_denial(stderr) => {
                Err(Fault::ReadDenied { remote: remote.name.clone(), reason: said }.into())
            }
            _ => {
                // A store that is broken here makes git blame the remote.
                self.tip()?;
                Err(Fault::Unreachable { remote: remote.name.clone(), reason: said }.into())
            }
        }
    }

    /// Lets the remote's reference go from one commit to another, if nobody was faster.
    pub(crate) fn push(
        &self,
        remote: &Remote,
        new: &CommitId,
        old: Option<&CommitId>,
    ) -> Result<Written, Failure> {
        let Some(url) = self.url(remote, &["--push"])? else {
            let reason = "the repository has no remote of that name".to_owned();
            return Err(Fault::Unreachable { remote: remote.name.clone(), reason }.into());
        };
        let lease = format!("--force-with-lease={REFERENCE}:{}", old.map_or("", CommitId::as_str));
        let refspec = format!("{}:{REFERENCE}", new.as_str());
        let words = ["push", "--porcelain", "--no-verify", &lease, "--", &remote.name, &refspec];
        let output = call(&self.asking(&url, remote.token.as_ref(), &words), &[0, 1, 128])?;
        if output.code == 0 {
            return Ok(Written::Done);
        }
        // `!` TAB from:to TAB [rejected] (reason)
        let stdout = String::from_utf8_lossy(&output.stdout);
        let refused =
            stdout.lines().find(|line| line.starts_with('!')).and_then(|line| line.split('\t').nth(2));
        let all = format!("{}\n{}", refused.unwrap_or_default(), output.stderr);
        if is_contention(&all) {
            return Ok(Written::Busy(refused.unwrap_or(&complaint(&output.stderr)).to_owned()));
        }
        let reason = reason(refused.unwrap_or(&complaint(&output.stderr)), &output.stderr);
        let remote = remote.name.clone();
        let denied = refused.is_some() || is_denial(&all);
        let fault = if denied {
            Fault::WriteDenied { remote, reason }
        } else {
            Fault::Unreachable { remote, reason }
        };
        Err(fault.into())
    }

    /// A call that talks to a remote.
    fn asking(&self, url: &str, token: Option<&Token>, words: &[&str]) -> Program {
        let web = url.starts_with("https://") || url.starts_with("http://");
        let Some(token) = token.filter(|_| web) else {
            return self.storing(words.iter().copied()).limit(NETWORK_LIMIT);
        };
        // The empty value takes back what actions/checkout may have left: two headers are an error for GitHub.
        let key = format!("http.{}.extraHeader", without_user(url));
        let settings = [
            format!("--config-env={key}=GATEWRIGHT_NO_HEADER"),
            format!("--config-env={key}=GATEWRIGHT_HEADER"),
        ];
        let words = settings.iter().map(String::as_str).chain(words.iter().copied());
        let header = base64::encode(format!("x-access-token:{}", token.secret()).as_bytes());
        self.storing(words)
            .limit(NETWORK_LIMIT)
            .env("GATEWRIGHT_NO_HEADER", "")
            .env("GATEWRIGHT_HEADER", format!("Authorization: Basic {header}"))
    }

    /// The address of a remote; none where there is no such remote.
    fn url(&self, remote: &Remote, options: &[&str]) -> Result<Option<String>, Failure> {
        let mut words = vec!["remote", "get-url"];
        words.extend(options);
        words.extend(["--", &remote.name]);
        let output = call(&self.git(words), &[0, 2, 128])?;
        if output.code == 0 {
            return Ok(Some(without_line_end(&utf8(output.stdout)?).to_owned()));
        }
        let is_address = remote.name.contains(['/', ':', '\\']);
        Ok(is_address.then(|| remote.name.clone()))
    }
}

/// Git compares the user in an address as well, and an address with a password belongs in no command line.
fn without_user(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else { return url.to_owned() };
    let (host, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
    format!("{scheme}://{host}{path}")
}

fn path_text(path: &Path) -> Result<String, Failure> {
    let text = path.to_str().map(str::to_owned);
    text.ok_or_else(|| {
        Fault::Unwritable("the folder for temporary files has a name that is no UTF-8".into()).into()
    })
}

/// Somebody else was faster, or is just writing.
fn is_contention(text: &str) -> bool {
    let signs = [
        "(stale info)",
        "(fetch first)",
        "(non-fast-forward)",
        "(incorrect old value provided)",
        "(reference already exists)",
        "(failed to update ref)",
        "(failed to lock)",
        "(Internal Server Error)",
        "annot lock ref",
        "unable to update local ref",
        "annot update ref",
        ".lock': File exists",
    ];
    signs.iter().any(|sign| text.contains(sign))
}

/// What the remotes people use say where credentials or a permission are missing.
fn is_denial(text: &str) -> bool {
    let signs = [
        "error: 401",
        "error: 403",
        "ermission to ",
        "ermission denied",
        "access denied",
        "Access denied",
        "Authentication failed",
        "could not read Username",
        "could not read Password",
        "insufficient permission",
        "not authorized",
        "not granted",
        "protected",
        "read-only",
        "read only",
        "epository not found",
        "' not found",
        "declined",
    ];
    signs.iter().any(|sign| text.contains(sign))
}

/// What git says, and behind it what the remote says, in one line.
fn reason(git: &str, stderr: &str) -> String {
    let remote = stderr.lines().filter_map(|line| line.strip_prefix("remote:")).map(str::trim);
    match remote.into_iter().find(|line| !line.is_empty()) {
        Some(line) => format!("{git} ({})", line.trim_end_matches('.')),
        None => git.to_owned(),
    }
}
