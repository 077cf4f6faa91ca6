//! `gatewright`: `check` runs the configured gates in one process and renders once; `init` writes a starter file;
//! `list` names the actions; and every action's own command line is reachable by its name.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Command, FromArgMatches};

use crate::action::{Action, Outcome};
use crate::config::{ConfigFile, DEFAULT_PATH, Settings};
use crate::escape::log_text;
use crate::failure::{EXIT_PASSED, EXIT_USAGE, Failure};
use crate::input::shared::{FlagsOnly, Format, SharedInputs};
use crate::input::{Said, resolve, unjudged};
use crate::merged::{Gate, merge};
use crate::publish::{Show, Stage, Stands, chosen_files, publish, write_report};
use crate::run::{Running, guarded, read_flags, report_to_log, run_action, show, supervise};
use crate::runner::{Environment, start_log, write_atomically};
use crate::session::{Configuration, Host, Proposed, Session, accept, unsaid};

/// Runs the front door to its end: the whole `main` of `gatewright`.
pub fn run_front_door(actions: &[Action], host: &Host<'_>) -> ExitCode {
    let environment = Environment::read();
    supervise(&environment, "gatewright", |running| {
        // `gatewright coverage-gate …` is `coverage-gate …`.
        let named = environment
            .arguments
            .get(1)
            .and_then(|word| actions.iter().find(|action| action.about().name == word));
        if let Some(action) = named {
            let mut environment = environment.clone();
            environment.arguments.remove(0);
            return run_action(action, host, &environment, running);
        }
        Door { actions, host, environment: &environment, running }.open()
    })
}

struct Door<'a> {
    actions: &'a [Action],
    host: &'a Host<'a>,
    environment: &'a Environment,
    running: &'a Running,
}

/// Settings of a run of many gates that only it has.
#[derive(Args, Clone, Debug)]
struct CheckInputs {
    /// Judge only the gates of these names.
    #[arg(long, value_name = "NAME")]
    only: Vec<String>,
}

fn check_command() -> Command {
    let command = CheckInputs::augment_args(Command::new("check"));
    let command = FlagsOnly::augment_args(SharedInputs::augment_args(command));
    command
        .about(
            "Judges every gate of the configuration; without one, the reports it finds in the usual places",
        )
        .long_about(None)
        .mut_args(|argument| {
            // A name chooses one gate for an action; here `only` does. The severity is each gate's own.
            let foreign = matches!(argument.get_long(), Some("name" | "fail-on"));
            argument.hide(foreign)
        })
}

fn init_command() -> Command {
    let command = SharedInputs::augment_args(Command::new("init")).mut_args(|argument| {
        let wanted = matches!(argument.get_long(), Some("working-directory" | "config" | "verbose"));
        argument.hide(!wanted)
    });
    command.about("Writes a configuration for the reports it finds").long_about(None)
}

/// Hidden flags are there for the code that is shared with the actions. Who gives one expects something of it.
fn refuse_foreign(command: &Command, flags: &clap::ArgMatches) -> Result<(), Failure> {
    let given = |argument: &&clap::Arg| {
        argument.is_hide_set()
            && flags.value_source(argument.get_id().as_str()) == Some(clap::parser::ValueSource::CommandLine)
    };
    match command.get_arguments().find(given).and_then(clap::Arg::get_long) {
        None => Ok(()),
        Some(flag) => Err(Failure::usage(
            format!("`{}` has no flag `--{flag}`", command.get_name()),
            match flag {
                "name" => "Use `--only` to judge the gate of a name.".to_owned(),
                _ => format!(
                    "`gatewright {} --help` lists its flags; everything else stands in the configuration.",
                    command.get_name()
                ),
            },
        )),
    }
}

fn command(actions: &[Action]) -> Command {
    let listed: Vec<String> = actions
        .iter()
        .map(|action| format!("  {:<18}{}", action.about().name, action.about().summary))
        .collect();
    Command::new("gatewright")
        .version(env!("CARGO_PKG_VERSION"))
        .about("Judges a change in CI, and on a laptop by the same rules")
        .subcommand_required(true)
        .arg_required_else_help(true)
        .disable_help_subcommand(true)
        .subcommand(check_command())
        .subcommand(init_command())
        .subcommand(Command::new("list").about("Lists the actions"))
        .after_help(format!("Actions, each with its own --help:\n{}", listed.join("\n")))
}

impl Door<'_> {
    fn open(&self) -> Result<u8, Failure> {
        // Only values are read unjudged: the words of the subcommands are clap's.
        let command =
            command(self.actions).mut_subcommand("check", unjudged).mut_subcommand("init", unjudged);
        let Some(flags) = read_flags(&command, self.environment)? else { return Ok(EXIT_PASSED) };
        match flags.subcommand() {
            Some(("check", flags)) => self.check(flags),
            Some(("init", flags)) => self.init(flags),
            _ => {
                for action in self.actions {
                    say(&mut io::stdout(), &format!("{:<18}{}", action.about().name, action.about().summary));
                }
                Ok(EXIT_PASSED)
            }
        }
    }

    fn session(&self, shared: &SharedInputs) -> Result<Session<'_>, Failure> {
        start_log(shared.verbose, self.environment.get("RUNNER_DEBUG") == Some("1"));
        Session::new(self.host, self.environment, &self.running.notes, shared.working_directory.as_deref())
    }

    fn init(&self, flags: &clap::ArgMatches) -> Result<u8, Failure> {
        refuse_foreign(&init_command(), flags)?;
        let shared = shared(&SharedInputs::augment_args(Command::new("init")), flags)?;
        let session = self.session(&shared)?;
        let path = session.workspace.root.join(&shared.config);
        if path.exists() {
            return Err(Failure::usage(
                format!("`{}` is there already", shared.config),
                "Edit it, or remove it first; `gatewright check` runs it.",
            ));
        }
        let starter = starter(self.actions, &session);
        write_atomically(&path, starter.as_bytes()).map_err(|error| {
            Failure::cannot_judge(
                format!("`{}` can't be written: {error}", path.display()),
                "Check the folder's permissions.",
            )
        })?;
        say(&mut io::stdout(), &format!("wrote {}; next: gatewright check", shared.config));
        Ok(EXIT_PASSED)
    }

    fn check(&self, flags: &clap::ArgMatches) -> Result<u8, Failure> {
        let command = check_command();
        refuse_foreign(&command, flags)?;
        let shared = shared(&command, flags)?;
        let inputs =
            CheckInputs::from_arg_matches(flags).map_err(|error| Failure::bug(&error.to_string()))?;
        let flags_only =
            FlagsOnly::from_arg_matches(flags).map_err(|error| Failure::bug(&error.to_string()))?;
        let show = show(flags_only, shared.verbose, self.environment);
        let session = self.session(&shared)?;
        let accepted = |file: &ConfigFile| {
            self.wanted(file, &[])?.iter().try_for_each(|(action, settings)| accept(action, settings))
        };
        let mut configuration = session.configuration(&shared.config, &shared.config_from, &accepted)?;
        let starter = match configuration.file {
            Some(_) => None,
            None => Some(starter(self.actions, &session)),
        };
        if let Some(starter) = &starter {
            configuration.file = Some(ConfigFile::parse(DEFAULT_PATH, starter)?);
        }
        // They concern every gate alike: said once.
        let of_the_run = std::mem::take(&mut configuration.states);
        let file = configuration.file.clone().expect("a file or the starter was just set");
        let wanted = self.wanted(&file, &inputs.only)?;
        let gates = self.judge_all(&session, &configuration, &wanted, show);
        let status = gates.iter().map(|(_, status)| *status).max().unwrap_or(EXIT_PASSED);
        let gates: Vec<Gate> = gates.into_iter().map(|(gate, _)| gate).collect();
        let report = merge(gates, new_gates(&configuration, &file, self.actions), of_the_run);
        self.running.publishing.store(true, std::sync::atomic::Ordering::SeqCst);
        let outcome = Outcome { report, ..Outcome::default() };
        let stands = if status >= EXIT_USAGE { Stands::No } else { Stands::Yes };
        let out = &mut io::stdout();
        let stage = Stage {
            environment: self.environment,
            workspace: &session.workspace,
            show,
            perform: &|| Ok(Vec::new()),
        };
        let published = publish(stage, &outcome, &shared, stands, out)?;
        if let (Some(starter), Format::Human) = (&starter, show.format) {
            say_starter(starter, &shared.config);
        }
        // 3 if any gate did, else 2, else 1, else 0.
        Ok(status.max(published))
    }

    /// The gates of the file, in its order, strictly: every key must be an action.
    fn wanted<'f>(
        &self,
        file: &'f ConfigFile,
        only: &[String],
    ) -> Result<Vec<(&Action, Settings<'f>)>, Failure> {
        let known: Vec<&str> = self.actions.iter().map(|action| action.about().name).collect();
        let mut gates = Vec::new();
        for (key, place) in file.actions() {
            let Some(action) = self.actions.iter().find(|action| action.about().name == key) else {
                return Err(file.unknown_action(key, place, &known).into());
            };
            gates.extend(file.settings(key)?.into_iter().map(|settings| (action, settings)));
        }
        let names: BTreeSet<String> =
            gates.iter().map(|(action, settings)| gate_name(action, settings)).collect();
        if let Some(unknown) = only.iter().find(|name| !names.contains(*name)) {
            let near = crate::nearest::nearest(unknown, names.iter().map(String::as_str));
            let hint = near.map(|near| format!(", did you mean `{near}`?")).unwrap_or_default();
            let all: Vec<String> = names.into_iter().collect();
            return Err(Failure::usage(
                format!("no gate is called `{unknown}`{hint}"),
                format!("The gates are: {}.", all.join(", ")),
            ));
        }
        gates.retain(|(action, settings)| only.is_empty() || only.contains(&gate_name(action, settings)));
        Ok(gates)
    }

    fn judge_all(
        &self,
        session: &Session<'_>,
        configuration: &Configuration,
        wanted: &[(&Action, Settings<'_>)],
        show: Show,
    ) -> Vec<(Gate, u8)> {
        let quiet = !matches!(show.format, Format::Human | Format::Github);
        let mut gates = Vec::new();
        let mut written = BTreeSet::new();
        for (number, (action, settings)) in wanted.iter().enumerate() {
            let name = gate_name(action, settings);
            let progress = |text: &str| {
                if !quiet {
                    say(&mut io::stderr(), &format!("[{}/{}] {name}: {text}", number + 1, wanted.len()));
                }
            };
            progress(&format!("{} …", action.about().name));
            let judged = guarded(|| self.judge_one(session, action, configuration, settings, &mut written));
            gates.push(match judged {
                Ok(report) => {
                    progress(&format!("{} ({})", report.verdict.result, report.headline));
                    self.running.notes.finish(&name, report.verdict.result.as_str());
                    let status = u8::from(report.verdict.failed);
                    (Gate { name, action: action.about().name.to_owned(), judged: Ok(report) }, status)
                }
                Err(failure) => {
                    progress("no verdict");
                    report_to_log(&failure, show.palette);
                    let status = failure.exit();
                    (Gate { name, action: action.about().name.to_owned(), judged: Err(failure) }, status)
                }
            });
        }
        gates
    }

    fn judge_one(
        &self,
        session: &Session<'_>,
        action: &Action,
        configuration: &Configuration,
        settings: &Settings<'_>,
        written: &mut BTreeSet<PathBuf>,
    ) -> Result<crate::report::Report, Failure> {
        // A gate of many hears nothing of the command line or of INPUT_*: those speak to `check`.
        let flags = unsaid(action)?;
        let nothing = BTreeMap::new();
        let said = Said { flags: &flags, variables: &nothing };
        let (judged, _) = session.judge(action, said, configuration, Some(settings))?;
        let taken =
            chosen_files(&session.workspace, &judged).into_iter().find(|file| !written.insert(file.clone()));
        if let Some(file) = taken {
            return Err(Failure::usage(
                format!("`{}` is written by two gates", file.display()),
                "Give each gate's `report-file`, `sarif-file` and `html-file` a path of its own.",
            ));
        }
        write_report(self.environment, &session.workspace, &judged.outcome, &judged.shared)?;
        Ok(judged.outcome.report)
    }
}

fn shared(command: &Command, flags: &clap::ArgMatches) -> Result<SharedInputs, Failure> {
    let nothing = BTreeMap::new();
    let resolved = resolve(command, Said { flags, variables: &nothing }, None)?;
    SharedInputs::from_arg_matches(&resolved.matches).map_err(|error| Failure::bug(&error.to_string()))
}

fn gate_name(action: &Action, settings: &Settings<'_>) -> String {
    settings.name.clone().unwrap_or_else(|| action.about().name.to_owned())
}

/// Gates that only the change's own configuration has: they are named, not judged.
fn new_gates(configuration: &Configuration, counted: &ConfigFile, actions: &[Action]) -> Vec<String> {
    let Some(Proposed::File(file)) = &configuration.proposed else { return Vec::new() };
    let names = |file: &ConfigFile| -> BTreeSet<String> {
        let of = |action: &Action| {
            let settings = file.settings(action.about().name).unwrap_or_default();
            settings.iter().map(|settings| gate_name(action, settings)).collect::<Vec<_>>()
        };
        actions.iter().flat_map(of).collect()
    };
    names(file).difference(&names(counted)).cloned().collect()
}

/// A configuration for the reports that lie in the usual places, one gate a folder.
fn starter(actions: &[Action], session: &Session<'_>) -> String {
    let mut text = String::from("# yaml-language-server: $schema=");
    text += crate::REPOSITORY_URL;
    text += "/raw/main/docs/gatewright.schema.json\n";
    let mut found_any = false;
    for action in actions.iter().filter(|action| action.is_gate()) {
        let Some(files) = action.about().files else { continue };
        let patterns: Vec<String> = files.well_known.iter().map(|place| format!("**/{place}")).collect();
        let mut folders: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for file in session.workspace.find_usual(&patterns).files {
            let Some(path) = session.workspace.repo_path(&file.path) else { continue };
            let folder = path.folder();
            let folder = match folder.strip_suffix("coverage") {
                Some(above) if above.is_empty() || above.ends_with('/') => above.trim_end_matches('/'),
                _ => folder,
            };
            let folder = folder.to_owned();
            folders.entry(folder).or_default().push(path.as_str().to_owned());
        }
        if folders.is_empty() {
            continue;
        }
        found_any = true;
        text += &format!("{}:\n", action.about().name);
        let mut names = BTreeSet::new();
        for (folder, files) in folders {
            let name = name_of(&folder, &names);
            text += &format!("  - name: {name}\n    files:\n");
            names.insert(name);
            files.iter().for_each(|file| text += &format!("      - {}\n", quoted(file)));
        }
    }
    if !found_any {
        for action in actions.iter().filter(|action| action.is_gate()) {
            text += &format!("{}:\n  name: all\n", action.about().name);
        }
    }
    text
}

/// A name for the gate of a folder that no other has.
fn name_of(folder: &str, taken: &BTreeSet<String>) -> String {
    let name: String = folder
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() || matches!(c, '_' | '.') { c } else { '-' })
        .take(60)
        .collect();
    let name = if name.is_empty() { "root".to_owned() } else { name };
    let numbered = (2..1000).map(|number| format!("{name}-{number}"));
    std::iter::once(name.clone()).chain(numbered).find(|name| !taken.contains(name)).unwrap_or(name)
}

/// A YAML text that needs no thought: JSON's quotes are YAML's.
fn quoted(text: &str) -> String {
    let plain = text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '/' | '.' | '_' | '-'))
        && text.starts_with(|c: char| c.is_ascii_alphabetic());
    if plain { text.to_owned() } else { serde_json::Value::from(text).to_string() }
}

fn say_starter(starter: &str, path: &str) {
    let mut out = io::stdout();
    say(
        &mut out,
        &format!(
            "\nThere is no {path}: these gates are a guess. To keep them, run `gatewright init`, which writes:\n"
        ),
    );
    starter.lines().for_each(|line| say(&mut out, &format!("    {line}")));
}

/// Prints a line; a reader who closed the pipe has seen enough.
fn say(out: &mut dyn Write, text: &str) {
    let _ = writeln!(out, "{}", log_text(text));
}
