//! What an action is: a name, its inputs, and one function from inputs to an outcome.

use std::path::PathBuf;

use clap::{Arg, ArgAction, ArgMatches, Args, Command};

use crate::failure::Failure;
use crate::input::Provenance;
use crate::input::shared::{FlagsOnly, SharedInputs};
use crate::render::PagePartsOwned;
use crate::report::{Report, RuleInfo};
use crate::repository::{Base, ChangeSet, RepositoryError};
use crate::workspace::Workspace;

/// An action as its author describes it.
#[derive(Clone, Copy, Debug)]
pub struct About {
    /// Its name, which is also its package's, its binary's and its key in the configuration.
    pub name: &'static str,
    /// Its version.
    pub version: &'static str,
    /// Its title on the Marketplace: `Coverage gate`.
    pub title: &'static str,
    /// What it does, in one sentence.
    pub summary: &'static str,
    /// The files it reads, where it reads any.
    pub files: Option<FilesAbout>,
    /// Whether it looks at the lines a change touches; then it has the input `base`.
    pub reads_base: bool,
    /// Its own outputs, besides those of every action.
    pub outputs: &'static [OutputAbout],
    /// The figures it can produce.
    pub measures: &'static [MeasureAbout],
    /// Its rules.
    pub rules: &'static [RuleInfo],
}

/// The files that an action reads.
#[derive(Clone, Copy, Debug)]
pub struct FilesAbout {
    /// What they are: "Coverage reports".
    pub what: &'static str,
    /// Globs of the well-known places, read where nobody says anything.
    pub well_known: &'static [&'static str],
}

/// An output of an action.
#[derive(Clone, Copy, Debug)]
pub struct OutputAbout {
    /// Its name.
    pub name: &'static str,
    /// What it holds, with its unit.
    pub description: &'static str,
}

/// A figure that an action can produce.
#[derive(Clone, Copy, Debug)]
pub struct MeasureAbout {
    /// Its name.
    pub name: &'static str,
    /// What it counts.
    pub description: &'static str,
}

/// The outputs of every action.
pub const SHARED_OUTPUTS: [OutputAbout; 4] = [
    OutputAbout {
        name: "verdict",
        description: "`pass`, `warn`, `fail` or `no-data`; empty when there is no verdict",
    },
    OutputAbout { name: "report", description: "path of the JSON report" },
    OutputAbout { name: "report-sha256", description: "SHA-256 of the JSON report, in hexadecimal" },
    OutputAbout { name: "findings", description: "how many findings stand, waived ones not counted" },
];

/// What an action made of its inputs. Core writes the files and outputs; nothing here has happened yet.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// The report, without subject and verdict: core adds both.
    pub report: Report,
    /// Files to write, relative to the working directory.
    pub files: Vec<OutputFile>,
    /// The action's own outputs.
    pub outputs: Vec<(String, String)>,
    /// What the action puts into the HTML page besides the report's sections.
    pub page: Option<PagePartsOwned>,
}

/// A file to write.
#[derive(Clone, Debug)]
pub struct OutputFile {
    /// Its path, relative to the working directory or absolute.
    pub path: PathBuf,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

type Judge = Box<dyn Fn(&ArgMatches, &Context<'_>) -> Result<Outcome, Failure> + Send + Sync>;

/// An action: its description, its inputs, and what it does with them.
pub struct Action {
    about: About,
    command: Command,
    judge: Judge,
    is_gate: bool,
}

impl Action {
    /// An action whose inputs are `I` and whose work is `judge`.
    pub fn new<I: Args + 'static>(
        about: About,
        judge: fn(&I, &Context<'_>) -> Result<Outcome, Failure>,
    ) -> Self {
        let command = Command::new(about.name)
            .about(about.summary)
            .version(about.version)
            .disable_help_subcommand(true);
        let mut command = I::augment_args(command);
        if let Some(files) = about.files {
            command = command.arg(files_argument(files)).arg(operands_argument(files));
        }
        if about.reads_base {
            command = command.arg(base_argument());
        }
        // Each group of inputs brings its own doc comment as the description: the action's comes last.
        let command = FlagsOnly::augment_args(SharedInputs::augment_args(command));
        let command = command.about(about.summary).long_about(None);
        let judge: Judge = Box::new(move |matches, ctx| {
            let inputs = I::from_arg_matches(matches).map_err(|error| Failure::bug(&error.to_string()))?;
            judge(&inputs, ctx)
        });
        Self { about, command, judge, is_gate: true }
    }

    /// An action that tells about the verdicts of others, and judges nothing itself: nobody wants it as a gate that he
    /// did not ask for, and it works without a checkout.
    #[must_use]
    pub fn after_gates(self) -> Self {
        Self { is_gate: false, ..self }
    }

    /// Whether it judges something.
    pub fn is_gate(&self) -> bool {
        self.is_gate
    }

    /// The description.
    pub fn about(&self) -> &About {
        &self.about
    }

    /// The command line; also the truth for `action.yml` and the README.
    pub fn command(&self) -> &Command {
        &self.command
    }

    /// Does the action's work.
    pub(crate) fn judge(&self, matches: &ArgMatches, ctx: &Context<'_>) -> Result<Outcome, Failure> {
        (self.judge)(matches, ctx)
    }

    /// Names of all inputs, in the order of declaration.
    pub fn inputs(&self) -> Vec<String> {
        let inputs = self.command.get_arguments().filter(|argument| crate::input::is_input(argument));
        inputs.filter_map(|argument| argument.get_long().map(str::to_owned)).collect()
    }
}

fn files_argument(files: FilesAbout) -> Arg {
    let help = format!("{} to read: paths and globs, one a line; `!` in front excludes.", files.what);
    Arg::new("files")
        .long("files")
        .value_name("GLOB")
        .action(ArgAction::Append)
        .help(format!("{help} Without any: {}.", files.well_known.join(", ")))
}

fn operands_argument(files: FilesAbout) -> Arg {
    Arg::new("FILES")
        .value_name("FILES")
        .num_args(0..)
        .help(format!("{} to read; joined with --files", files.what))
}

fn base_argument() -> Arg {
    Arg::new("base").long("base").value_name("REVISION").help(
        "Branch, tag or commit that the change is compared with. Without it: the base of the pull request or merge \
         group; on a laptop `origin/HEAD`; on other events the scope `patch` does not apply.",
    )
}

/// What an action may know and ask while it works. The only way from a concern to the world.
pub struct Context<'a> {
    /// The folder that relative paths start from.
    pub workspace: &'a Workspace,
    /// Where every input came from.
    pub(crate) provenance: &'a dyn Fn(&str) -> Provenance,
    /// What changed since the base.
    pub change: &'a ChangeUnderReview,
    /// What was written about `files`; empty for the well-known places.
    pub patterns: &'a [String],
    /// The repository's files, where somebody asks.
    pub(crate) tracked: &'a dyn Fn() -> Vec<crate::RepoPath>,
    /// Told what happens, for the log and for an interrupted run.
    pub(crate) notes: &'a crate::runner::Notes,
    /// What the runner says about the run.
    pub(crate) environment: &'a crate::runner::Environment,
    /// The inputs are those that the change proposes.
    pub(crate) dry_run: bool,
    /// The name that was chosen for these settings.
    pub(crate) name: Option<&'a str>,
}

impl Context<'_> {
    /// Where an input came from.
    pub fn provenance(&self, input: &str) -> Provenance {
        (self.provenance)(input)
    }

    /// The files of the repository, sorted: those that git tracks, or without git those that lie there.
    pub fn tracked_files(&self) -> Vec<crate::RepoPath> {
        (self.tracked)()
    }

    /// The run's surroundings, for an action whose work is GitHub's.
    pub fn environment(&self) -> &crate::runner::Environment {
        self.environment
    }

    /// The name that was chosen for these settings, if any was.
    pub fn name(&self) -> Option<&str> {
        self.name
    }

    /// Whether this is only tried, with inputs that the change proposes: nothing may leave the process.
    pub fn is_dry_run(&self) -> bool {
        self.dry_run
    }

    /// Says what is being done: shown with `verbose`, and in what is left of an interrupted run.
    pub fn note(&self, text: impl Into<String>) {
        self.notes.add(text.into());
    }
}

/// The change that is judged, as far as the run knows it.
#[derive(Clone, Debug)]
pub enum ChangeUnderReview {
    /// It is known.
    Known {
        /// What it is compared with.
        base: Base,
        /// What changed.
        changes: ChangeSet,
    },
    /// This event has no base, and nobody named one.
    NotApplicable(String),
    /// There should be a base, but it can't be read.
    Unreadable(RepositoryError),
}
