//! What an action is: a name, its inputs, and one function from inputs to an outcome.

use std::cell::RefCell;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, SystemTime};
use std::{fmt, io};

use clap::{Arg, ArgAction, ArgMatches, Args, Command};

use crate::answer::Answer;
use crate::config::ConfigEntry;
use crate::config::insert::{Inserted, NewWaiver, insert_waiver};
use crate::effect::Effect;
use crate::failure::Failure;
use crate::input::Provenance;
use crate::input::shared::{FlagsOnly, SharedInputs};
use crate::judge::FailOn;
use crate::process::{Finished, ProcessError};
use crate::relay::{Ran, ShowLine};
use crate::render::PagePartsOwned;
use crate::report::{BaselineAbout, Report, RuleInfo, Subject};
use crate::repository::{Base, ChangeSet, CommitId, RepositoryError};
use crate::runner::FolderSink;
use crate::store::{self, Baseline, Damaged};
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
    /// What it does, where that is more than one thing; the first verb is the harmless default.
    pub verbs: &'static [VerbAbout],
    /// Lists that its settings in the configuration may hold besides inputs: each entry is a mapping.
    pub lists: &'static [ListAbout],
    /// Its own outputs, besides those of every action.
    pub outputs: &'static [OutputAbout],
    /// The figures it can produce.
    pub measures: &'static [MeasureAbout],
    /// Its rules.
    pub rules: &'static [RuleInfo],
}

/// One of several things that an action does.
#[derive(Clone, Copy, Debug)]
pub struct VerbAbout {
    /// The word: first on the command line, and the value of the input `command`.
    pub name: &'static str,
    /// What it does, in one sentence.
    pub summary: &'static str,
    /// What its operands are, where it takes any: "source files".
    pub operands: Option<&'static str>,
}

/// A list of mappings in an action's settings.
#[derive(Clone, Copy, Debug)]
pub struct ListAbout {
    /// Its key: `quarantine`.
    pub name: &'static str,
    /// One of its entries, with an article: "an entry of the quarantine".
    pub item: &'static str,
    /// What it is for, in one sentence.
    pub description: &'static str,
    /// What every entry has. One called `until` is a day.
    pub required: &'static [FieldAbout],
    /// What an entry may have.
    pub optional: &'static [FieldAbout],
}

/// A text in an entry of a list.
#[derive(Clone, Copy, Debug)]
pub struct FieldAbout {
    /// Its key.
    pub name: &'static str,
    /// What it holds.
    pub description: &'static str,
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
    /// Files to write piece by piece, relative to the working directory.
    pub streams: Vec<OutputStream>,
    /// Files to write that are made of the judged report, relative to the working directory.
    pub texts: Vec<OutputText>,
    /// Folders to write, relative to the working directory.
    pub folders: Vec<OutputFolder>,
    /// The action's own outputs.
    pub outputs: Vec<(String, String)>,
    /// What is to be done once the verdict stands.
    pub effects: Vec<Effect>,
    /// What a verb says that answers a question and judges nothing: then there is no report.
    pub answer: Option<Answer>,
    /// What the action puts into the HTML page besides the report's sections.
    pub page: Option<PagePartsOwned>,
    /// What the action says about findings once it is known which of them are waived: figures, and what is gated.
    pub settle: Option<Settle>,
    /// Findings of this severity and worse fail the gate, in place of what `fail-on` says by default.
    pub fail_on: Option<FailOn>,
    /// The SARIF of an action that passes on what others wrote.
    pub sarif: Option<SarifWriter>,
}

/// Completes a report whose waivers are applied, and gives outputs that depend on them.
#[derive(Clone)]
pub struct Settle(pub Settler);

/// What a [`Settle`] does.
pub type Settler = Arc<dyn Fn(&mut Report) -> Vec<(String, String)> + Send + Sync>;

impl fmt::Debug for Settle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settle").finish_non_exhaustive()
    }
}

/// Writes the SARIF of a judged report: one text, or several where one file can't hold all. The second is written beside
/// the first, with `-2` behind its name, and so on.
#[derive(Clone)]
pub struct SarifWriter(pub SarifTexts);

/// What a [`SarifWriter`] does.
pub type SarifTexts = Arc<dyn Fn(&Report) -> Vec<String> + Send + Sync>;

impl fmt::Debug for SarifWriter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SarifWriter").finish_non_exhaustive()
    }
}

/// A file to write.
#[derive(Clone, Debug)]
pub struct OutputFile {
    /// Its path, relative to the working directory or absolute.
    pub path: PathBuf,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// A folder to write, file by file, so that they need not all be held at once.
#[derive(Clone)]
pub struct OutputFolder {
    /// Its path, relative to the working directory or absolute. What an earlier run left there is replaced.
    pub path: PathBuf,
    /// Hands over its files.
    pub write: FolderWriter,
}

/// Hands over the files of a folder one by one, once the verdict stands.
pub type FolderWriter = Arc<dyn Fn(&Report, &mut FolderSink<'_>) -> io::Result<()> + Send + Sync>;

/// A file to write that is made of the judged report.
#[derive(Clone)]
pub struct OutputText {
    /// Its path, relative to the working directory or absolute.
    pub path: PathBuf,
    /// Makes it.
    pub write: TextWriter,
}

/// Makes a file of the judged report.
pub type TextWriter = Arc<dyn Fn(&Report) -> String + Send + Sync>;

impl fmt::Debug for OutputText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OutputText").field("path", &self.path).finish_non_exhaustive()
    }
}

/// A file to write that is too large to be held.
#[derive(Clone)]
pub struct OutputStream {
    /// Its path, relative to the working directory or absolute.
    pub path: PathBuf,
    /// Writes it.
    pub write: StreamWriter,
}

/// Writes a file piece by piece.
pub type StreamWriter = Arc<dyn Fn(&mut dyn io::Write) -> io::Result<()> + Send + Sync>;

impl fmt::Debug for OutputStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OutputStream").field("path", &self.path).finish_non_exhaustive()
    }
}

impl fmt::Debug for OutputFolder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OutputFolder").field("path", &self.path).finish_non_exhaustive()
    }
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
        if !about.verbs.is_empty() {
            command = with_verbs(command, &about);
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

fn with_verbs(command: Command, about: &About) -> Command {
    let names: Vec<&'static str> = about.verbs.iter().map(|verb| verb.name).collect();
    let verb = |verb: &VerbAbout| format!("`{}`: {}", verb.name, verb.summary.trim_end_matches('.'));
    let meanings: Vec<String> = about.verbs.iter().map(verb).collect();
    let takers: Vec<String> = about
        .verbs
        .iter()
        .filter_map(|verb| verb.operands.map(|operands| format!("`{}`: {operands}", verb.name)))
        .collect();
    let usage = |verb: &VerbAbout| {
        let operands = if verb.operands.is_some() { " …" } else { "" };
        format!("  {:<12}{}", format!("{}{operands}", verb.name), verb.summary)
    };
    let listed: Vec<String> = about.verbs.iter().map(usage).collect();
    let mut command = command
        .arg(
            Arg::new("command")
                .long("command")
                .value_name("VERB")
                .default_value(names[0])
                .value_parser(clap::builder::PossibleValuesParser::new(names))
                .hide_possible_values(true)
                .help(format!(
                    "What to do; on a command line simply the first word. {}.",
                    meanings.join("; ")
                )),
        )
        .after_help(format!("Verbs, before their operands; without one, the first:\n{}", listed.join("\n")));
    if !takers.is_empty() {
        let help = format!("What the verb is about, one a line ({}).", takers.join("; "));
        let args = Arg::new("args").long("args").value_name("OPERAND").action(ArgAction::Append).help(help);
        command = command.arg(args);
    }
    if about.files.is_none() {
        let words = Arg::new("WORDS").value_name("VERB").num_args(0..).help("A verb and its operands");
        command = command.arg(words);
    }
    command
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
    /// Which of its verbs the action is to do; empty for one without verbs.
    pub verb: &'a str,
    /// What that verb is about.
    pub operands: &'a [String],
    /// The conditions that the figures will be held to: an action may have more figures than it shows unasked.
    pub conditions: &'a [crate::condition::Condition],
    /// What the report will say it is about.
    pub subject: &'a Subject,
    /// Where a file of this commit can be seen, with its path behind a `/`: `https://…/blob/<commit>`.
    pub blob: Option<&'a str>,
    /// The time of the run in seconds since the start of 1970: `SOURCE_DATE_EPOCH` where it is set.
    pub time: u64,
    /// The lists of the settings that count.
    pub(crate) lists: &'a dyn Fn(&str) -> Vec<ConfigEntry>,
    /// What changed since an earlier commit, where somebody asks.
    pub(crate) changes_since: &'a dyn Fn(&CommitId) -> Option<ChangeSet>,
    /// The repository's files, where somebody asks.
    pub(crate) tracked: &'a dyn Fn() -> Vec<crate::RepoPath>,
    /// A file as the version has it that counts.
    pub(crate) deciding: &'a dyn Fn(&std::path::Path) -> io::Result<DecidingFile>,
    /// What the store holds in a series, nearest first.
    pub(crate) recorded: &'a dyn Fn(&str, usize) -> Recorded,
    /// What the run was compared with, for the report.
    pub(crate) compared: &'a RefCell<Option<BaselineAbout>>,
    /// Runs a command, where somebody asks.
    pub(crate) run: &'a dyn Fn(&RunCommand<'_>, ShowLine<'_>) -> Result<Ran, Failure>,
    /// Runs commands beside each other, where somebody asks.
    pub(crate) collect: Collect<'a>,
    /// When the job began, if a runner tells.
    pub(crate) job_started: Option<SystemTime>,
    /// Told what happens, for the log and for an interrupted run.
    pub(crate) notes: &'a crate::runner::Notes,
    /// What the runner says about the run.
    pub(crate) environment: &'a crate::runner::Environment,
    /// Where the configuration lies, relative to the repository's root.
    pub(crate) config: &'a str,
    /// The files that the run is told to write.
    pub(crate) written: &'a [PathBuf],
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

    /// A file besides the configuration that decides what counts: a list of what is accepted. Like the configuration it is the
    /// base's on a pull request and in a merge queue, so that no change disarms its judge; one outside the repository is the
    /// workflow's own. The path is relative to the working directory.
    ///
    /// # Errors
    /// It is there and can't be read.
    pub fn deciding_file(&self, path: &std::path::Path) -> io::Result<DecidingFile> {
        (self.deciding)(path)
    }

    /// The configuration that lies here with one waiver more, in this action's settings: its path for readers, its file, and
    /// what is to be written there. Nothing is written yet.
    ///
    /// # Errors
    /// The configuration can't be read, or nothing can be inserted safely.
    pub fn with_waiver(&self, waiver: &NewWaiver) -> Result<(String, PathBuf, Inserted), Failure> {
        let file = self.workspace.root.join(self.config);
        let text = match std::fs::read_to_string(&file) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
            Err(error) => {
                let message = format!("the configuration `{}` can't be read: {error}", self.config);
                return Err(Failure::cannot_judge(message, "Check the file's permissions."));
            }
        };
        let inserted = insert_waiver(self.config, &text, &self.subject.action, self.name, waiver)?;
        Ok((self.config.to_owned(), file, inserted))
    }

    /// The entries of a list that the action's description names, in the order of the configuration.
    pub fn entries(&self, list: &str) -> Vec<ConfigEntry> {
        (self.lists)(list)
    }

    /// What changed since an earlier commit; nothing where the clone does not hold that commit.
    pub fn changes_since(&self, commit: &CommitId) -> Option<ChangeSet> {
        (self.changes_since)(commit)
    }

    /// What the store holds about the commit that the change is compared with and those before it, nearest first, at
    /// most so many. `part` is the one that was recorded under this name. The report names what this says.
    pub fn recorded(&self, part: &str, most: usize) -> Recorded {
        let recorded = (self.recorded)(part, most);
        if let (Some(nearest), Some(store)) = (recorded.entries.first(), &recorded.store) {
            *self.compared.borrow_mut() = Some(BaselineAbout {
                commit: nearest.entry.commit.as_str().to_owned(),
                distance: nearest.distance,
                store_commit: store.as_str().to_owned(),
            });
        }
        recorded
    }

    /// Runs a command in the working directory and shows its output as it comes, made harmless; what of a line of standard
    /// output is shown is for `show` to say. It gets neither the action's inputs nor the files that the runner reads.
    ///
    /// # Errors
    /// It can't be started, or its output can't be kept. How it ended is no error.
    pub fn run(&self, command: &RunCommand<'_>, show: ShowLine<'_>) -> Result<Ran, Failure> {
        (self.run)(command, show)
    }

    /// Runs commands in the working directory, as many at once as there are processors, and keeps what they print to
    /// themselves. Each may take so long. They get neither the action's inputs nor the files that the runner reads.
    pub fn collect(&self, commands: &[Vec<String>], limit: Duration) -> Vec<Collected> {
        (self.collect)(commands, limit)
    }

    /// When the job began; nothing on a laptop.
    pub fn job_started(&self) -> Option<SystemTime> {
        self.job_started
    }

    /// What a page about the run is called: the repository and the name of the settings; nothing where neither is known.
    pub fn title(&self) -> Option<String> {
        let folder = || self.workspace.root.file_name().map(|name| name.to_string_lossy().into_owned());
        match (self.subject.repository.clone().or_else(folder), &self.subject.name) {
            (Some(repository), Some(name)) => Some(format!("{repository}: {name}")),
            (repository, name) => repository.or_else(|| name.clone()),
        }
    }

    /// What a page says the run is about, as label and value: commit, base, run.
    pub fn facts(&self) -> Vec<(String, String)> {
        let short = |sha: &String| sha.chars().take(10).collect::<String>();
        let facts = [
            ("Commit", self.subject.head_sha.as_ref().map(short)),
            ("Compared with", self.subject.base_sha.as_ref().map(short)),
            ("Run", self.subject.run_id.clone()),
        ];
        let known = facts.into_iter().filter_map(|(label, value)| Some((label.to_owned(), value?)));
        known.collect()
    }

    /// Which commit an entry of the store is of, for sentences: `of 1a2b3c4d5e, 2 commits before the base`.
    pub fn whereabouts(&self, entry: &Baseline) -> String {
        let before = match (self.change, entry.distance) {
            (ChangeUnderReview::Known { .. }, 0) => "the base".to_owned(),
            (ChangeUnderReview::Known { .. }, 1) => "1 commit before the base".to_owned(),
            (ChangeUnderReview::Known { .. }, distance) => format!("{distance} commits before the base"),
            // Seen from this commit, the first one before it is no distance away.
            (_, 0) => "the commit before".to_owned(),
            (_, distance) => format!("{} commits before", distance + 1),
        };
        format!("of {}, {before}", entry.entry.commit.short())
    }

    /// The run's surroundings, for an action whose work is GitHub's.
    pub fn environment(&self) -> &crate::runner::Environment {
        self.environment
    }

    /// The name that was chosen for these settings, if any was.
    pub fn name(&self) -> Option<&str> {
        self.name
    }

    /// Whether the run is told to write its report, SARIF or page there: what an earlier run wrote is nothing to read.
    pub fn is_written(&self, path: &std::path::Path) -> bool {
        self.written.iter().any(|written| written == path)
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

/// A file that decides what counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecidingFile {
    /// Its bytes; nothing where there is no such file in the version that counts.
    pub bytes: Option<Vec<u8>>,
    /// The version that counts.
    pub version: FileVersion,
}

/// Which version of a file counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FileVersion {
    /// The one that lies here.
    Here,
    /// That of the base.
    Base {
        /// The one that lies here says something else.
        is_changed: bool,
    },
    /// The one that lies here, because the base can't be read.
    HereInstead(RepositoryError),
    /// None: the base can't be read, and what lies here may be a stranger's.
    None(RepositoryError),
}

/// Runs commands beside each other, each for at most so long.
pub(crate) type Collect<'a> = &'a dyn Fn(&[Vec<String>], Duration) -> Vec<Collected>;

/// What became of one of several commands.
pub type Collected = Result<Finished, ProcessError>;

/// A command that an action is asked to run.
#[derive(Clone, Copy, Debug)]
pub struct RunCommand<'a> {
    /// The program and its arguments; none of them passes through a shell.
    pub words: &'a [String],
    /// The longest it may take.
    pub limit: Duration,
    /// Where to keep its standard output, relative to the working directory; without it, in a file of our own.
    pub keep: Option<&'a str>,
}

/// What the store holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Recorded {
    /// The entries, nearest first.
    pub entries: Vec<Baseline>,
    /// The commit of the store that was read.
    pub store: Option<CommitId>,
    /// What could not be read and was passed over.
    pub damaged: Vec<Damaged>,
    /// Why there is no entry, lower case, without a full stop; empty where there is one.
    pub why_none: String,
    /// The next step where there is none.
    pub help: String,
}

impl Recorded {
    pub(crate) fn none(why: impl Into<String>, help: impl Into<String>) -> Self {
        Self { why_none: why.into(), help: help.into(), ..Self::default() }
    }

    /// What was asked for `commit`; the first `from` steps are its own and no baseline.
    pub(crate) fn of(answer: store::Answer<Vec<Baseline>>, commit: &CommitId, from: usize) -> Self {
        let mut entries = answer.value;
        entries.retain(|entry| entry.distance >= from);
        for entry in &mut entries {
            entry.distance -= from;
        }
        let mut recorded = Self { entries, store: answer.store, damaged: answer.damaged, ..Self::default() };
        if recorded.entries.is_empty() {
            (recorded.why_none, recorded.help) = match &recorded.store {
                None => (
                    "there is no store of baselines here".to_owned(),
                    "Run this action with `command: fetch` before the gate, and with `command: record` on pushes to the \
                     default branch."
                        .to_owned(),
                ),
                Some(store) => (
                    format!(
                        "the store at {} holds nothing of {} or a commit before it",
                        store.short(),
                        commit.short()
                    ),
                    "Run this action with `command: record` on every push to the default branch; this mends itself with \
                     the next one that is part of the change's base."
                        .to_owned(),
                ),
            };
        }
        recorded
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
