//! A repository asked about through the `git` program. Knows its command lines and outputs; every call is
//! hardened against configuration that changes what it prints, runs other programs, or writes. Only `store`
//! writes.

mod changes;
mod objects;
mod store;

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

use gatewright_core::RepoPath;
use gatewright_core::process::{ProcessError, Program};
use gatewright_core::repository::{ChangeEnd, ChangeSet, CommitId};

use crate::Tag;
use crate::error::{Error, Failure};
use crate::graph::Graph;
use crate::reader::{self, Reader, RemoteHead};

pub(crate) use self::store::{Brought, Written};

/// A partial clone fetches what it lacks while it is asked.
const LIMIT: Duration = Duration::from_mins(5);

/// Settings that would change an output, run a program or keep a daemon.
const SETTINGS: [&str; 12] = [
    "core.quotePath=off",
    "core.fsmonitor=false",
    "core.hooksPath=/dev/null",
    "color.ui=false",
    "diff.autoRefreshIndex=true",
    "diff.external=",
    "diff.mnemonicPrefix=false",
    "diff.noprefix=false",
    "diff.relative=false",
    "diff.suppressBlankEmpty=false",
    "log.showSignature=false",
    "submodule.recurse=false",
];

const VARIABLES: [(&str, &str); 6] = [
    ("GIT_DIFF_OPTS", ""),
    ("GIT_NO_REPLACE_OBJECTS", "1"),
    ("GIT_OPTIONAL_LOCKS", "0"),
    ("GIT_PAGER", "cat"),
    ("GIT_TERMINAL_PROMPT", "0"),
    ("LC_ALL", "C"),
];

/// A repository and how to ask about it.
pub(crate) struct Commands {
    folder: PathBuf,
    own_folder: String,
    common_folder: PathBuf,
    bare: bool,
    environment: Vec<(String, String)>,
}

/// A finished call that did not fail.
struct Output {
    code: i32,
    stdout: Vec<u8>,
    stderr: String,
}

impl Commands {
    /// Finds the repository around a folder, by git's own rules of which one is safe to read.
    pub(crate) fn open(folder: &Path, environment: &[(String, String)]) -> Result<Self, Failure> {
        let folder = reader::absolute_folder(folder)?;
        let program = hardened(environment).folder(&folder);
        let words = ["rev-parse", "--is-bare-repository", "--absolute-git-dir"];
        let found = call(&program.clone().args(words), &[0, 128])?;
        if found.code == 128 {
            return Err(not_opened(&folder, &found.stderr));
        }
        let text = utf8(found.stdout)?;
        let (bare, own_folder) = text.split_once('\n').unwrap_or_default();
        let own_folder = without_line_end(own_folder).to_owned();
        check_same(&folder, Path::new(&own_folder))?;

        let common = call(&program.clone().args(["rev-parse", "--git-common-dir"]), &[0])?;
        let common_folder = folder.join(without_line_end(&utf8(common.stdout)?));
        let top = call(&program.args(["rev-parse", "--show-toplevel"]), &[0, 128])?;
        let top = PathBuf::from(without_line_end(&utf8(top.stdout)?));
        let bare = bare == "true";
        // Inside of `.git` there is no top level to show.
        let root = if bare || top.as_os_str().is_empty() { PathBuf::from(&own_folder) } else { top };
        Ok(Self { folder: root, own_folder, common_folder, bare, environment: environment.to_vec() })
    }

    fn git<'a>(&self, words: impl IntoIterator<Item = &'a str>) -> Program {
        let mut program = hardened(&self.environment).folder(&self.folder);
        program = program.args([format!("--git-dir={}", self.own_folder)]);
        if !self.bare {
            program = program.args([format!("--work-tree={}", self.folder.display())]);
        }
        let index = format!("{}/index", self.own_folder);
        program.env("GIT_INDEX_FILE", index).args(["--literal-pathspecs"]).args(words)
    }

    /// The output of a call that must succeed.
    fn read<'a>(&self, words: impl IntoIterator<Item = &'a str>) -> Result<Vec<u8>, Failure> {
        Ok(call(&self.git(words), &[0])?.stdout)
    }

    /// What `rev-parse --verify` makes of a revision. Does not look at the object.
    fn verify(&self, revision: &str) -> Result<Option<String>, Failure> {
        let words = ["rev-parse", "--verify", "--quiet", "--end-of-options", revision];
        let output = call(&self.git(words), &[0, 1, 128])?;
        Ok((output.code == 0).then_some(utf8(output.stdout)?).map(|id| id.trim_end().to_owned()))
    }

    fn is_shallow(&self) -> Result<bool, Failure> {
        Ok(!self.cut_commits()?.is_empty())
    }

    fn require(&self, commit: &CommitId) -> Result<(), Failure> {
        match self.written_parents(commit)? {
            Some(_) => Ok(()),
            None => Err(Error::MissingCommit { id: commit.clone(), shallow: self.is_shallow()? }.into()),
        }
    }
}

fn hardened(environment: &[(String, String)]) -> Program {
    // A hook sets these for its own repository; the folder that was asked about decides here.
    let foreign = ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_NAMESPACE"];
    let mut program = Program::new("git").limit(LIMIT).without_env(foreign).args(["--no-pager"]);
    for setting in SETTINGS {
        program = program.args(["-c", setting]);
    }
    for (key, value) in VARIABLES {
        program = program.env(key, value);
    }
    environment.iter().fold(program, |program, (key, value)| program.env(key, value))
}

fn call(program: &Program, expected: &[i32]) -> Result<Output, Failure> {
    let finished = program.run().map_err(|error| match error {
        ProcessError::Start { source, .. } => {
            Failure::Known(Error::NoProgram { reason: source.to_string(), library: String::new() })
        }
        error => Failure::Unable(error.to_string()),
    })?;
    let stderr = String::from_utf8_lossy(&finished.stderr).into_owned();
    match finished.status.code() {
        Some(code) if expected.contains(&code) => Ok(Output { code, stdout: finished.stdout, stderr }),
        _ => Err(Failure::Unable(complaint(&stderr))),
    }
}

/// The line in which git says what is wrong.
fn complaint(stderr: &str) -> String {
    let fatal = |line: &&str| line.starts_with("fatal: ") || line.starts_with("error: ");
    let line = stderr.lines().find(fatal).or_else(|| stderr.lines().last()).unwrap_or("no reason given");
    line.split_once(": ")
        .filter(|_| fatal(&line))
        .map_or(line, |(_, text)| text)
        .trim_end_matches('.')
        .to_owned()
}

fn not_opened(folder: &Path, stderr: &str) -> Failure {
    if stderr.contains("dubious ownership") || stderr.contains("unsafe repository") {
        // The folder that git would have to call safe is in the command that it proposes.
        let proposed =
            stderr.lines().find_map(|line| line.split_once("--add safe.directory ")).map(|(_, path)| path);
        let path = proposed.map_or(folder, |path| Path::new(path.trim().trim_matches('\'')));
        return Error::OtherOwner(path.to_owned()).into();
    }
    if stderr.contains("not a git repository (or any") {
        return Error::NoRepository.into();
    }
    if let Some((_, link)) = stderr.split_once("fatal: not a git repository: ") {
        return Error::Broken(PathBuf::from(link.trim().trim_matches('\''))).into();
    }
    Failure::Unable(complaint(stderr))
}

/// A `GIT_DIR` that was inherited, from a hook say, may lead elsewhere.
fn check_same(folder: &Path, found: &Path) -> Result<(), Failure> {
    let ceilings: [&Path; 0] = [];
    let Ok(expected) = git2::Repository::discover_path(folder, ceilings) else { return Ok(()) };
    match (expected.canonicalize(), found.canonicalize()) {
        (Ok(expected), Ok(found)) if expected != found => {
            Err(Error::OtherRepository(folder.to_owned()).into())
        }
        _ => Ok(()),
    }
}

fn utf8(bytes: Vec<u8>) -> Result<String, Failure> {
    String::from_utf8(bytes).map_err(|_| Failure::Unable("git printed no UTF-8".to_owned()))
}

fn without_line_end(text: &str) -> &str {
    let text = text.strip_suffix('\n').unwrap_or(text);
    text.strip_suffix('\r').unwrap_or(text)
}

fn parse_id(text: &str) -> Result<CommitId, Failure> {
    CommitId::new(text.trim_end()).ok_or_else(|| Failure::Unable(format!("git printed `{text}` for an id")))
}

/// The parts of an output in which every part ends with a NUL.
fn zero_ended(output: &[u8]) -> impl Iterator<Item = &[u8]> {
    output.split(|&byte| byte == 0).filter(|part| !part.is_empty())
}

impl Reader for Commands {
    fn root(&self) -> PathBuf {
        self.folder.clone()
    }

    fn head(&self) -> Result<Option<CommitId>, Failure> {
        if let Some(id) = self.verify("HEAD")? {
            return parse_id(&id).map(Some);
        }
        // A branch without commits has no reference; a file that is there but not understood is broken.
        let branch = utf8(self.read(["symbolic-ref", "HEAD"])?)?;
        if self.common_folder.join(branch.trim_end()).is_file() {
            return Err(Failure::Unable(format!("the reference {} is broken", branch.trim_end())));
        }
        Ok(None)
    }

    fn resolve(&self, revision: &str) -> Result<Option<CommitId>, Failure> {
        let Some(object) = self.verify(revision)? else { return Ok(None) };
        self.verify(&format!("{object}^{{commit}}"))?.map(|id| parse_id(&id)).transpose()
    }

    fn written_parents(&self, commit: &CommitId) -> Result<Option<Vec<CommitId>>, Failure> {
        let output = call(&self.git(["cat-file", "commit", commit.as_str()]), &[0, 128])?;
        let missing = ["bad file", "could not get object info", "Not a valid object name"];
        match output.code {
            0 => Ok(Some(reader::parents_in(&output.stdout))),
            _ if missing.iter().any(|text| output.stderr.contains(text)) => Ok(None),
            _ => Err(Failure::Unable(complaint(&output.stderr))),
        }
    }

    fn commit_time(&self, commit: &CommitId) -> Result<i64, Failure> {
        let text = utf8(self.read(["show", "--no-patch", "--format=%ct", commit.as_str()])?)?;
        text.trim().parse().map_err(|_| Failure::Unable(format!("git printed `{text}` for a time")))
    }

    fn merge_bases(&self, one: &CommitId, other: &CommitId) -> Result<Vec<CommitId>, Failure> {
        let output = call(&self.git(["merge-base", "--all", one.as_str(), other.as_str()]), &[0, 1])?;
        utf8(output.stdout)?.lines().map(parse_id).collect()
    }

    fn cut_commits(&self) -> Result<HashSet<CommitId>, Failure> {
        reader::read_cut_commits(&self.common_folder)
    }

    fn graph(&self, tips: [&CommitId; 2]) -> Result<Graph, Failure> {
        let text = utf8(self.read(["rev-list", "--parents", tips[0].as_str(), tips[1].as_str()])?)?;
        let mut graph = Graph::new();
        for line in text.lines() {
            let mut ids = line.split(' ').map(parse_id);
            if let Some(commit) = ids.next() {
                graph.insert(commit?, ids.collect::<Result<_, _>>()?);
            }
        }
        Ok(graph)
    }

    fn remote_head(&self) -> Result<RemoteHead, Failure> {
        const REFERENCE: &str = "refs/remotes/origin/HEAD";
        let symbolic = call(&self.git(["symbolic-ref", "--quiet", REFERENCE]), &[0, 1])?;
        let target = utf8(symbolic.stdout)?.trim_end().to_owned();
        let commit = self.resolve(REFERENCE)?;
        let name = |target: &str| target.strip_prefix("refs/remotes/").unwrap_or(target).to_owned();
        Ok(match (commit, target.as_str()) {
            (None, "") => RemoteHead::Absent,
            (None, target) => RemoteHead::Dangling(name(target)),
            (Some(commit), "") => RemoteHead::At { name: name(REFERENCE), commit },
            (Some(commit), target) => RemoteHead::At { name: name(target), commit },
        })
    }

    fn reference_names(&self) -> Result<Vec<String>, Failure> {
        let words = ["for-each-ref", "--format=%(refname)", "refs/heads", "refs/remotes", "refs/tags"];
        let text = utf8(self.read(words)?)?;
        let short = |name: &str| name.splitn(3, '/').nth(2).map(str::to_owned);
        Ok(text.lines().filter_map(short).collect())
    }

    fn file_at(&self, commit: &CommitId, path: &RepoPath) -> Result<Option<Vec<u8>>, Failure> {
        self.require(commit)?;
        let listed = self.read(["ls-tree", "-z", "--full-tree", commit.as_str(), "--", path.as_str()])?;
        // `<mode> <kind> <id>\t<path>`; a folder's own entry is no file.
        let Some(entry) = zero_ended(&listed).next() else { return Ok(None) };
        let text = String::from_utf8_lossy(entry.split(|&byte| byte == b'\t').next().unwrap_or_default());
        match text.split(' ').collect::<Vec<_>>().as_slice() {
            [mode, "blob", id] if mode.starts_with("100") => self.read(["cat-file", "blob", id]).map(Some),
            [_, "blob", _] => {
                Err(Error::SymbolicLink { path: path.to_string(), commit: commit.clone() }.into())
            }
            _ => Ok(None),
        }
    }

    fn changes(&self, base: &CommitId, end: ChangeEnd) -> Result<ChangeSet, Failure> {
        changes::changes(self, base, end)
    }

    fn tracked_files(&self) -> Result<Vec<RepoPath>, Failure> {
        let listed = match self.head()? {
            Some(head) if self.bare => self.read(["ls-tree", "-r", "-z", "--full-tree", head.as_str()])?,
            None if self.bare => Vec::new(),
            _ => self.read(["ls-files", "--stage", "-z"])?,
        };
        // `<mode> …\t<path>` in both.
        let mut paths = Vec::new();
        for entry in zero_ended(&listed).filter(|entry| entry.starts_with(b"100")) {
            let tab = entry.iter().position(|&byte| byte == b'\t').unwrap_or(entry.len());
            paths.push(reader::repo_path(entry.get(tab + 1..).unwrap_or_default())?);
        }
        paths.sort();
        paths.dedup();
        Ok(paths)
    }

    fn tags(&self) -> Result<Vec<Tag>, Failure> {
        let format = "--format=%(objecttype) %(objectname) %(*objecttype) %(*objectname) %(refname)";
        let mut tags = Vec::new();
        for line in utf8(self.read(["for-each-ref", format, "refs/tags"])?)?.lines() {
            let parts: Vec<&str> = line.splitn(5, ' ').collect();
            let [kind, id, target_kind, target, name] = parts.as_slice() else { continue };
            let commit = match (*kind, *target_kind) {
                ("commit", _) => Some(parse_id(id)?),
                (_, "commit") => Some(parse_id(target)?),
                // A tag of a tag: not every git follows it to its end.
                (_, "tag") => self.resolve(id)?,
                _ => None,
            };
            if let Some(commit) = commit {
                tags.push(Tag { name: name.strip_prefix("refs/tags/").unwrap_or(name).to_owned(), commit });
            }
        }
        Ok(tags)
    }

    fn history(&self, from: &CommitId, limit: usize) -> Result<Vec<CommitId>, Failure> {
        self.require(from)?;
        let limit = format!("--max-count={limit}");
        let text = utf8(self.read(["rev-list", "--first-parent", &limit, from.as_str()])?)?;
        text.lines().map(parse_id).collect()
    }
}
