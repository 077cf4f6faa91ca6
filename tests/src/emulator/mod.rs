//! The runner emulator: given what a step printed and wrote, it decides by GitHub's rules what a reader of
//! the run would see. It starts nothing, reads no environment, and shares no code with what it judges.
//!
//! [`Job`] takes the steps one after the other; [`judge`] is for a single one. The order of the two streams
//! is not kept by the real runner, which handles waiting stderr lines first: judge both [`Order`]s where that
//! could matter.

pub mod annotations;
pub mod artifacts;
pub mod commands;
pub mod files;
mod job;
pub mod lines;
pub mod masks;
pub mod matchers;
mod step;
pub mod summary;
pub mod variables;

use std::collections::BTreeMap;
use std::path::Path;

use serde::Serialize;

pub use annotations::{Annotation, Dropped, Fixup, Level, Reason};
pub use job::{Job, JobShown, RunShown, show_run};

/// The runner's operating system.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Os {
    /// Paths with case and `/`.
    #[default]
    Linux,
    /// Paths without case, with `/`.
    MacOs,
    /// Paths without case, with `\`.
    Windows,
}

/// Where a piece of output came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stream {
    /// Standard output.
    Stdout,
    /// Standard error.
    Stderr,
}

/// How the runner happens to interleave the two streams.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    /// As the pieces were written.
    #[default]
    AsWritten,
    /// All of stderr first: the worst case, since waiting stderr lines are handled before stdout.
    StderrFirst,
}

/// What a step, or a part of one, runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Kind {
    /// A `run:` step.
    #[default]
    Run,
    /// `using: composite`: several parts that share one set of places.
    Composite,
    /// `using: node24`.
    Node,
    /// `using: docker`.
    Docker,
}

/// The contents of the file-command files when a part ended; empty where nothing was written.
#[derive(Clone, Debug, Default)]
pub struct FileCommands {
    /// `GITHUB_OUTPUT`.
    pub output: Vec<u8>,
    /// `GITHUB_ENV`.
    pub env: Vec<u8>,
    /// `GITHUB_PATH`.
    pub path: Vec<u8>,
    /// `GITHUB_STATE`.
    pub state: Vec<u8>,
    /// `GITHUB_STEP_SUMMARY`.
    pub summary: Vec<u8>,
    /// `GITHUB_ARTIFACTS`.
    pub artifacts: Vec<u8>,
}

/// One process of a step: all of a `run`, node or docker step, or one inner step of a composite.
#[derive(Clone, Debug, Default)]
pub struct Part {
    /// The id of an inner step; of a whole step, see [`StepRun::id`].
    pub id: Option<String>,
    /// Anything but a composite.
    pub kind: Kind,
    /// What it printed, in pieces as they were written.
    pub printed: Vec<(Stream, Vec<u8>)>,
    /// What it wrote.
    pub files: FileCommands,
    /// How it ended.
    pub exit_code: i32,
}

/// An output of a composite: `value: ${{ steps.<step>.outputs.<output> }}`.
#[derive(Clone, Debug)]
pub struct MappedOutput {
    /// The composite's output.
    pub name: String,
    /// The inner step's id.
    pub step: String,
    /// The inner step's output.
    pub output: String,
}

/// A step that has run.
#[derive(Clone, Debug, Default)]
pub struct StepRun {
    /// What it is.
    pub kind: Kind,
    /// Its id; without one its outputs are lost.
    pub id: Option<String>,
    /// The processes that ran, in order: one, or those of a composite.
    pub parts: Vec<Part>,
    /// The outputs of a composite.
    pub mapped_outputs: Vec<MappedOutput>,
    /// The inputs that `action.yml` declares.
    pub declared_inputs: Vec<String>,
    /// The names under `with:`.
    pub given_inputs: Vec<String>,
    /// Whether it runs beside the steps that follow: then outputs, environment and path are held back until
    /// it is waited for.
    pub background: bool,
}

/// Where a job runs.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is one switch of the server or the workflow")]
pub struct Setting {
    /// The operating system.
    pub os: Os,
    /// `GITHUB_WORKSPACE`.
    pub workspace: String,
    /// `GITHUB_SERVER_URL`, for the test whether a file belongs to the repository.
    pub server: String,
    /// `GITHUB_REPOSITORY`.
    pub repository: String,
    /// What is masked from the start.
    pub secrets: Vec<String>,
    /// Whether debug logging is on.
    pub debug: bool,
    /// The interleaving to assume.
    pub order: Order,
    /// The mounts of a job container: inside, outside.
    pub container: Vec<(String, String)>,
    /// Whether the server knows `notice`, `title`, `endLine` and `endColumn`.
    pub enhanced_annotations: bool,
    /// Whether `set-env` and `add-path` are allowed.
    pub unsecure_commands: bool,
    /// Whether `GITHUB_ARTIFACTS` is obeyed.
    pub artifacts: bool,
    /// The files that the runner itself looks at.
    pub disk: Disk,
}

impl Default for Setting {
    fn default() -> Self {
        Self {
            os: Os::Linux,
            workspace: "/builds/work/repo/repo".to_owned(),
            server: "https://github.com".to_owned(),
            repository: "owner/repo".to_owned(),
            secrets: Vec::new(),
            debug: false,
            order: Order::AsWritten,
            container: Vec::new(),
            enhanced_annotations: true,
            unsecure_commands: false,
            artifacts: true,
            disk: Disk::Given(BTreeMap::new()),
        }
    }
}

impl Setting {
    fn to_host(&self, path: &str) -> String {
        for (inside, outside) in &self.container {
            if let Some(rest) = path.strip_prefix(inside.as_str())
                && (rest.is_empty() || rest.starts_with('/'))
            {
                return format!("{outside}{rest}");
            }
        }
        path.to_owned()
    }

    fn is_rooted(&self, path: &str) -> bool {
        let drive = path.as_bytes().get(1) == Some(&b':');
        path.starts_with('/') || (self.os == Os::Windows && (path.starts_with('\\') || drive))
    }

    /// A path below the workspace, with `.` and `..` resolved as text.
    fn in_workspace(&self, path: &str) -> String {
        full_path(&if self.is_rooted(path) { path.to_owned() } else { format!("{}/{path}", self.workspace) })
    }
}

fn full_path(path: &str) -> String {
    let mut parts = Vec::new();
    for part in path.split('/').skip(1) {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            _ => parts.push(part),
        }
    }
    format!("{}/{}", path.split('/').next().unwrap_or_default(), parts.join("/"))
}

/// The files that the runner looks at: matchers, artifacts, and whether an annotation's file exists.
#[derive(Clone, Debug)]
pub enum Disk {
    /// The real ones.
    Real,
    /// Absolute paths and contents.
    Given(BTreeMap<String, Vec<u8>>),
}

/// What lies at a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Entry {
    /// A file with its bytes.
    File(Vec<u8>),
    /// A folder.
    Folder,
}

impl Disk {
    /// What lies at an absolute path.
    pub fn entry(&self, path: &str) -> Option<Entry> {
        match self {
            Self::Real if Path::new(path).is_dir() => Some(Entry::Folder),
            Self::Real => std::fs::read(path).ok().map(Entry::File),
            Self::Given(files) => files.get(path).cloned().map(Entry::File).or_else(|| {
                let folder = format!("{}/", path.trim_end_matches('/'));
                files.keys().any(|file| file.starts_with(&folder)).then_some(Entry::Folder)
            }),
        }
    }
}

/// How a step ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum StepResult {
    /// Green.
    Success,
    /// Red.
    Failure,
}

/// What the runner did with a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// It was obeyed.
    Obeyed,
    /// It had no effect, because commands were stopped.
    Withheld,
    /// It is known and failed; the step is red.
    Refused,
}

/// A command that the runner saw.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Seen {
    /// Its name.
    pub name: String,
    /// What became of it.
    pub outcome: Outcome,
}

/// What a reader of the run sees of one step, and what later steps get from it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Shown {
    /// Green or red.
    pub result: StepResult,
    /// Why it is red.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub why: Vec<String>,
    /// The annotations, before the limits of job and run.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub annotations: Vec<Annotation>,
    /// Those that nobody sees.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub dropped: Vec<Dropped>,
    /// What was changed about lines and columns, in print order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub fixups: Vec<Fixup>,
    /// The outputs.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub outputs: BTreeMap<String, String>,
    /// The names of outputs that nobody can read, because the step has no id.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub lost_outputs: Vec<String>,
    /// What was set for later steps.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub env: BTreeMap<String, String>,
    /// The directories before the `PATH` of later steps, first place first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub path: Vec<String>,
    /// What a post step gets back as `STATE_<name>`.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub state: BTreeMap<String, String>,
    /// The values masked by `add-mask`, as they were given.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub masks: Vec<String>,
    /// The summaries: one for each part that wrote one.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub summaries: Vec<summary::Summary>,
    /// The job's artifact subjects so far, by name.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub artifacts: Vec<artifacts::Subject>,
    /// The commands, in the order in which they were handled.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub commands: Vec<Seen>,
    /// The log, masked.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub log: Vec<String>,
}

/// Judges a single step in a job of its own.
pub fn judge(step: &StepRun, setting: &Setting) -> Shown {
    Job::new(setting.clone()).run(step)
}
