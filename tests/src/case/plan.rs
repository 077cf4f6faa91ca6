//! The `run` file: one thing a line, `#` begins a comment line, order does not matter.
//!
//! | line | meaning |
//! |---|---|
//! | `args: --minimum 85 "a b.out"` | arguments, quoted as in a shell; repeated lines join |
//! | `env: NAME=value` | one more variable; it wins over those of the runner |
//! | `input: fail-on=high` | as the composite maps it: `INPUT_FAIL_ON` |
//! | `secret: value` | masked from the start |
//! | `event: pull_request [fork]` | the event, with its `event.json`: `push` (default), `pull_request`, `merge_group`, `schedule`, `workflow_dispatch`, `tag` |
//! | `git: merge shallow origin` | how the repository lies there: `none`, `merge`, `shallow`, `depth=N`, `origin` |
//! | `cd: sub/folder` | where it starts, inside the tree |
//! | `old: junit.xml` | a file of the checkout that was written an hour before the job began |
//! | `os: windows` | whose rules decide what is shown: `linux` (default), `macos`, `windows` |
//! | `kind: node` | what kind of step it is: `run` (default), `node`, `docker` |
//! | `binary: gatewright` | another binary than the action's |
//! | `laptop` | outside Actions: no `GITHUB_*`, no `RUNNER_*`, no `CI` |
//! | `debug` | debug logging is on |
//!
//! In values, `[ROOT]` is the checkout, `[TEMP]` the runner's temporary folder, and `[BASE_SHA]`, `[HEAD_SHA]`
//! and `[MERGE_SHA]` are the commits.

use anyhow::{Context, Result, bail, ensure};

use crate::emulator::{Kind, Os};

/// How a case is run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// The binary's name.
    pub binary: String,
    /// Its arguments.
    pub args: Vec<String>,
    /// Variables that the case adds, inputs among them.
    pub env: Vec<(String, String)>,
    /// What is masked from the start.
    pub secrets: Vec<String>,
    /// The event.
    pub event: Event,
    /// Whether the head of the pull request lies in a fork.
    pub fork: bool,
    /// The repository.
    pub git: Git,
    /// The folder inside the tree in which it starts.
    pub folder: String,
    /// Files of the checkout that are older than the job.
    pub old: Vec<String>,
    /// Whose rules decide.
    pub os: Os,
    /// The kind of step.
    pub kind: Kind,
    /// Whether it runs outside Actions.
    pub laptop: bool,
    /// Whether debug logging is on.
    pub debug: bool,
    /// The fake of GitHub that answers, where one does.
    pub github: Option<Github>,
}

/// What started the run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// Commits on the default branch.
    Push,
    /// A tag.
    Tag,
    /// A pull request.
    PullRequest,
    /// A merge queue.
    MergeGroup,
    /// The clock.
    Schedule,
    /// A person.
    WorkflowDispatch,
}

/// What a fake of GitHub says of the SARIF that it is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Github {
    /// It can't process it, with these words.
    Rejects(String),
    /// It has processed it, and says this besides.
    Complains(String),
}

impl std::str::FromStr for Github {
    type Err = anyhow::Error;

    fn from_str(text: &str) -> Result<Self> {
        match text.split_once(' ') {
            Some(("rejects", words)) => Ok(Self::Rejects(words.to_owned())),
            Some(("complains", words)) => Ok(Self::Complains(words.to_owned())),
            _ => bail!("expected `rejects` or `complains`, and GitHub's words"),
        }
    }
}

/// How the repository lies there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Git {
    /// Whether there is one at all.
    pub present: bool,
    /// Whether HEAD is the merge of the head into the base, as actions/checkout leaves it.
    pub merge: bool,
    /// How many commits deep the clone is; all of them without a number.
    pub depth: Option<u32>,
    /// Whether there is a remote `origin` with a `HEAD`.
    pub origin: bool,
}

impl Plan {
    /// Reads a `run` file; `binary` is the default one.
    pub fn parse(text: &str, binary: &str) -> Result<Self> {
        let mut plan = Self {
            binary: binary.to_owned(),
            args: Vec::new(),
            env: Vec::new(),
            secrets: Vec::new(),
            event: Event::Push,
            fork: false,
            git: Git { present: true, merge: false, depth: None, origin: false },
            folder: String::new(),
            old: Vec::new(),
            os: Os::Linux,
            kind: Kind::Run,
            laptop: false,
            debug: false,
            github: None,
        };
        for (index, line) in text.lines().enumerate() {
            let line = line.trim();
            if !line.is_empty() && !line.starts_with('#') {
                plan.line(line).with_context(|| format!("line {}: `{line}`", index + 1))?;
            }
        }
        Ok(plan)
    }

    fn line(&mut self, line: &str) -> Result<()> {
        let (key, value) = line.split_once(':').map_or((line, ""), |(key, value)| (key, value.trim()));
        match key {
            "args" => self.args.extend(words(value)?),
            "env" => self.env.push(pair(value)?),
            "input" => {
                let (name, value) = pair(value)?;
                self.env.push((format!("INPUT_{}", name.replace(['-', ' '], "_").to_uppercase()), value));
            }
            "secret" => self.secrets.push(value.to_owned()),
            "event" => self.event(value)?,
            "git" => self.git(value)?,
            "old" => self.old.push(value.to_owned()),
            "cd" => value.clone_into(&mut self.folder),
            "os" => {
                self.os =
                    one_of(value, [("linux", Os::Linux), ("macos", Os::MacOs), ("windows", Os::Windows)])?;
            }
            "kind" => {
                self.kind =
                    one_of(value, [("run", Kind::Run), ("node", Kind::Node), ("docker", Kind::Docker)])?;
            }
            "binary" => value.clone_into(&mut self.binary),
            "github" => self.github = Some(value.parse()?),
            "laptop" if value.is_empty() => self.laptop = true,
            "debug" if value.is_empty() => self.debug = true,
            _ => bail!("no such line: see the list in tests/cases/README.md"),
        }
        Ok(())
    }

    fn event(&mut self, value: &str) -> Result<()> {
        let (name, rest) = value.split_once(' ').unwrap_or((value, ""));
        let events = [
            ("push", Event::Push),
            ("tag", Event::Tag),
            ("pull_request", Event::PullRequest),
            ("merge_group", Event::MergeGroup),
            ("schedule", Event::Schedule),
            ("workflow_dispatch", Event::WorkflowDispatch),
        ];
        self.event = one_of(name, events)?;
        self.fork = rest == "fork";
        ensure!(rest.is_empty() || self.fork, "after the event there can only be `fork`");
        Ok(())
    }

    fn git(&mut self, value: &str) -> Result<()> {
        for word in value.split_whitespace() {
            match word {
                "none" => self.git.present = false,
                "merge" => self.git.merge = true,
                "shallow" => self.git.depth = Some(1),
                "origin" => self.git.origin = true,
                _ => {
                    let depth = word.strip_prefix("depth=").and_then(|depth| depth.parse().ok());
                    self.git.depth = Some(depth.context("expected none, merge, shallow, depth=N or origin")?);
                }
            }
        }
        Ok(())
    }
}

fn one_of<T: Copy, const N: usize>(value: &str, table: [(&str, T); N]) -> Result<T> {
    let found = table.iter().find(|(name, _)| *name == value).map(|&(_, value)| value);
    found.with_context(|| format!("expected {}", table.map(|(name, _)| name).join(", ")))
}

fn pair(text: &str) -> Result<(String, String)> {
    let (name, value) = text.split_once('=').context("expected NAME=value")?;
    Ok((name.to_owned(), value.to_owned()))
}

/// Cuts a line into words as a shell does, without expanding anything.
pub fn words(text: &str) -> Result<Vec<String>> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        match character {
            ' ' | '\t' => words.extend(word.take()),
            '\'' | '"' => {
                let word = word.get_or_insert_default();
                loop {
                    match characters.next().context("a quote is never closed")? {
                        end if end == character => break,
                        '\\' if character == '"' => word.extend(characters.next()),
                        inner => word.push(inner),
                    }
                }
            }
            '\\' => word.get_or_insert_default().push(characters.next().context("a backslash at the end")?),
            _ => word.get_or_insert_default().push(character),
        }
    }
    words.extend(word);
    Ok(words)
}
