//! An action as a process: reads its surroundings, runs the one gate, tells the runner, and ends with the status.
//! Panics are caught here, once; SIGINT and SIGTERM flush what is known.

use std::io::{self, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use clap::{ArgMatches, FromArgMatches};

use crate::action::Action;
use crate::config::{ConfigFile, Settings};
use crate::escape::{command_data, command_property, log_text, markdown, terminal};
use crate::failure::{EXIT_PASSED, Failure};
use crate::input::shared::{Color, FlagsOnly, Format, SharedInputs};
use crate::input::{Resolved, Said, resolve, unjudged};
use crate::nearest::nearest;
use crate::process;
use crate::publish::{Show, Stage, Stands, append, publish, publish_answer};
use crate::relay::Stream;
use crate::render::Palette;
use crate::runner::{Environment, Notes, mask, start_log};
use crate::session::{Host, Session, accept, resolve_inputs};

/// Runs an action to its end: the whole `main` of its binary.
pub fn run(action: &Action, host: &Host<'_>) -> ExitCode {
    let environment = Environment::read();
    supervise(&environment, action.about().name, |running| run_action(action, host, &environment, running))
}

/// What a supervised run shares with its supervisor.
#[derive(Default)]
pub(crate) struct Running {
    pub(crate) notes: Notes,
    /// The verdict is made and is being written: an interruption waits for it.
    pub(crate) publishing: AtomicBool,
}

/// How long an interrupted run may still write; the runner ends it 7.5 s after SIGINT.
const GRACE: Duration = Duration::from_secs(5);

/// Runs the work so that a signal or a panic is answered in any case. Signals are answered on a thread of their own:
/// the work may be anywhere, and the main thread is where memory is cheapest.
pub(crate) fn supervise(
    environment: &Environment,
    name: &'static str,
    work: impl FnOnce(&Running) -> Result<u8, Failure>,
) -> ExitCode {
    let running = Arc::new(Running::default());
    silence_panics();
    listen_for_signals(environment.clone(), name, Arc::clone(&running));
    let result = guarded(|| work(&running));
    // From here on the status is known: a signal has nothing left to save.
    running.publishing.store(true, Ordering::SeqCst);
    let status = result.unwrap_or_else(|failure| report_failure(environment, name, &failure));
    end(status)
}

/// Ends the process at once: nothing that is still held needs to be given back piece by piece.
#[expect(clippy::exit, clippy::disallowed_methods, reason = "the one place that ends the process")]
fn end(status: u8) -> ! {
    // What can't be flushed has no reader any more.
    let _ = io::stdout().flush();
    std::process::exit(i32::from(status))
}

fn interrupted(notes: &Notes) -> Failure {
    let doing = notes.last().map(|note| format!(" while: {note}")).unwrap_or_default();
    let mut failure =
        Failure::cannot_judge(format!("cancelled{doing}"), "Run it again; nothing was left half-written.");
    let finished = notes.finished();
    if !finished.is_empty() {
        failure.help = format!("Finished before that: {}. {}", finished.join(", "), failure.help);
    }
    failure
}

static LAST_PANIC: Mutex<Option<String>> = Mutex::new(None);

/// Keeps panic messages, which may hold foreign text, from being printed raw.
fn silence_panics() {
    std::panic::set_hook(Box::new(|info| {
        let text = info.payload_as_str().unwrap_or("panic").to_owned();
        let place = info.location().map(|at| format!(" at {}:{}", at.file(), at.line())).unwrap_or_default();
        if let Ok(mut last) = LAST_PANIC.lock() {
            *last = Some(text + &place);
        }
    }));
}

/// Runs something that must not end the process by a panic.
pub(crate) fn guarded<T>(work: impl FnOnce() -> Result<T, Failure>) -> Result<T, Failure> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| {
        let text = LAST_PANIC.lock().ok().and_then(|mut last| last.take());
        Err(Failure::bug(&text.unwrap_or_else(|| "panic".to_owned())))
    })
}

#[cfg(unix)]
fn listen_for_signals(environment: Environment, name: &'static str, running: Arc<Running>) {
    use signal_hook::consts::{SIGINT, SIGTERM};
    let Ok(mut signals) = signal_hook::iterator::Signals::new([SIGINT, SIGTERM]) else { return };
    std::thread::spawn(move || {
        let mut signals = signals.forever();
        if signals.next().is_none() {
            return;
        }
        // Telling may wait for ever for a reader of standard output: the end does not.
        std::thread::spawn(|| {
            std::thread::sleep(GRACE + Duration::from_secs(1));
            end_now()
        });
        std::thread::spawn(move || {
            // A verdict that is being written ends the process by itself.
            if running.publishing.load(Ordering::SeqCst) {
                std::thread::sleep(GRACE);
            }
            process::end_running();
            report_failure(&environment, name, &interrupted(&running.notes));
            end_now()
        });
        // Somebody who asks twice does not want to be told.
        signals.next();
        process::kill_running();
        end_now()
    });
}

/// Ends an interrupted run; nothing is flushed, because the stream may be what it hangs on.
#[cfg(unix)]
#[expect(clippy::exit, clippy::disallowed_methods, reason = "an interrupted run ends here")]
fn end_now() -> ! {
    std::process::exit(i32::from(crate::failure::EXIT_CANNOT_JUDGE))
}

/// Elsewhere the system ends the process; files are written atomically, so none is left half-written.
#[cfg(not(unix))]
fn listen_for_signals(_: Environment, _: &'static str, _: Arc<Running>) {}

/// Prints a failure for a reader of the log.
pub(crate) fn report_to_log(failure: &Failure, palette: Palette) {
    // There is no other place to say that this can't be written.
    let _ = io::stderr().lock().write_all(failure.render(palette).as_bytes());
}

/// Tells everybody why there is no verdict: standard error, one annotation, the summary, and the empty output.
fn report_failure(environment: &Environment, name: &str, failure: &Failure) -> u8 {
    let palette = if environment.may_colour() { Palette::Ansi } else { Palette::Plain };
    report_to_log(failure, palette);
    if environment.in_actions() {
        let mut properties = String::new();
        if let Some(at) = &failure.at {
            properties = format!("file={},line={},", command_property(&at.path), at.place.line);
        }
        let text = command_data(&terminal(&failure.sentences()));
        let _ = writeln!(io::stdout(), "::error {properties}title={}::{text}", command_property(name));
        if let Some(summary) = environment.file("GITHUB_STEP_SUMMARY") {
            let text =
                format!("## ❔ {}: no verdict\n\n{}\n\n", markdown(name), markdown(&failure.sentences()));
            let _ = append(&summary, &text);
        }
        if let Some(outputs) = environment.file("GITHUB_OUTPUT") {
            let _ = crate::runner::Outputs::new(&outputs).write("verdict", "");
        }
    }
    failure.exit()
}

pub(crate) fn run_action(
    action: &Action,
    host: &Host<'_>,
    environment: &Environment,
    running: &Running,
) -> Result<u8, Failure> {
    let Some(flags) = read_flags(action.command(), environment)? else { return Ok(EXIT_PASSED) };
    let said = Said { flags: &flags, variables: &environment.variables };
    let early = resolve(action.command(), said, None)?;
    let mut out = io::stdout();
    mask_secrets(&early, environment, &mut out)?;
    let shared = shared_inputs(&early)?;
    start_log(shared.verbose, environment.get("RUNNER_DEBUG") == Some("1"));
    let flags_only = FlagsOnly::from_arg_matches(&flags).map_err(|error| Failure::bug(&error.to_string()))?;
    let mut session = Session::new(host, environment, &running.notes, shared.working_directory.as_deref())?;
    session.relays_to = match show(flags_only, false, environment).format {
        Format::Human | Format::Github => Stream::Stdout,
        // Standard output is for the one who asked for the format.
        _ => Stream::Stderr,
    };
    let accepted = |file: &ConfigFile| {
        file.settings(action.about().name)?.iter().try_for_each(|settings| accept(action, settings))
    };
    let configuration = match session.without_checkout(action) {
        Some(nothing) => nothing,
        None => session.configuration(&shared.config, &shared.config_from, &accepted)?,
    };
    let settings = match choose(configuration.file.as_ref(), action, shared.name.as_deref()) {
        // Settings that only the change has count from the day it is merged.
        Err(_) if configuration.proposes(action, shared.name.as_deref()) => None,
        chosen => chosen?,
    };
    if flags_only.explain_inputs {
        let resolved = resolve_inputs(action, said, settings.as_ref())?;
        explain(&resolved, &mut out)
            .map_err(|error| Failure::cannot_judge(error.to_string(), "Check standard output."))?;
        return Ok(EXIT_PASSED);
    }
    let (judged, _) = session.judge(action, said, &configuration, settings.as_ref())?;
    let gate = judged.name.as_deref();
    let stage = Stage {
        environment,
        workspace: &session.workspace,
        show: show(flags_only, judged.shared.verbose, environment),
        perform: &|| session.perform(&judged.outcome, action.about().name, gate),
    };
    running.publishing.store(true, Ordering::SeqCst);
    match &judged.outcome.answer {
        Some(answer) => publish_answer(stage, &judged.outcome, answer, &mut out),
        None => publish(stage, &judged.outcome, &judged.shared, Stands::Yes, &mut out),
    }
}

/// Reads the command line; `None` where clap has answered it already (`--help`, `--version`).
pub(crate) fn read_flags(
    command: &clap::Command,
    environment: &Environment,
) -> Result<Option<ArgMatches>, Failure> {
    use clap::error::ErrorKind;
    match unjudged(command.clone()).try_get_matches_from(&environment.arguments) {
        Ok(matches) => Ok(Some(matches)),
        Err(error) if matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) => {
            // A reader who closed the pipe has seen enough.
            let _ = write!(io::stdout(), "{}", error.render());
            Ok(None)
        }
        Err(error) if error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            let _ = write!(io::stderr(), "{}", error.render());
            Err(Failure::usage("a command is missing", "The simplest is `check`."))
        }
        Err(error) => {
            let text = error.render().to_string();
            let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
            let message = lines.next().unwrap_or_default().trim_start_matches("error: ").to_owned();
            let tip = lines
                .find(|line| line.starts_with("tip: "))
                .map(|tip| format!("{}. ", capitalised(&tip[5..])));
            Err(Failure::usage(
                message,
                format!(
                    "{}Run `{} --help` to see what there is.",
                    tip.unwrap_or_default(),
                    command.get_name()
                ),
            ))
        }
    }
}

fn capitalised(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map(|first| first.to_uppercase().chain(characters).collect()).unwrap_or_default()
}

fn shared_inputs(resolved: &Resolved) -> Result<SharedInputs, Failure> {
    SharedInputs::from_arg_matches(&resolved.matches).map_err(|error| Failure::bug(&error.to_string()))
}

fn mask_secrets(resolved: &Resolved, environment: &Environment, out: &mut dyn Write) -> Result<(), Failure> {
    if !environment.in_actions() {
        return Ok(());
    }
    let secrets =
        resolved.inputs.iter().filter(|input| input.secret).filter_map(|input| input.candidates.first());
    for value in secrets.flat_map(|(_, values)| values) {
        mask(value, out)
            .map_err(|error| Failure::cannot_judge(error.to_string(), "Check standard output."))?;
    }
    Ok(())
}

/// Which settings of the configuration are meant.
pub(crate) fn choose<'a>(
    file: Option<&'a ConfigFile>,
    action: &Action,
    name: Option<&str>,
) -> Result<Option<Settings<'a>>, Failure> {
    let Some(file) = file else { return Ok(None) };
    let own = action.about().name;
    for (key, place) in file.actions() {
        if key != own && nearest(key, [own]).is_some() {
            tracing::warn!("{}:{}: `{key}` is not read here, did you mean `{own}`?", file.path, place.line);
        }
    }
    let mut all = file.settings(own)?;
    let names: Vec<String> = all.iter().filter_map(|settings| settings.name.clone()).collect();
    match name {
        None if all.len() > 1 => Err(Failure::usage(
            format!("`{}` has several settings of `{own}`, and none was chosen", file.path),
            format!("Set the input `name` to one of: {}.", names.join(", ")),
        )),
        None => Ok(all.pop()),
        Some(name) => {
            let found = all.iter().position(|settings| settings.name.as_deref() == Some(name));
            match found {
                Some(index) => Ok(Some(all.swap_remove(index))),
                None if all.is_empty() => Ok(None),
                None => {
                    let hint = nearest(name, names.iter().map(String::as_str))
                        .map(|near| format!(", did you mean `{near}`?"));
                    let known = if names.is_empty() {
                        "They have no name.".to_owned()
                    } else {
                        format!("The names are: {}.", names.join(", "))
                    };
                    let message = format!(
                        "`{}` has no settings of `{own}` called `{name}`{}",
                        file.path,
                        hint.unwrap_or_default()
                    );
                    Err(Failure::usage(message, known))
                }
            }
        }
    }
}

/// How the run shows itself.
pub(crate) fn show(flags: FlagsOnly, unfolded: bool, environment: &Environment) -> Show {
    let format =
        flags.format.unwrap_or(if environment.in_actions() { Format::Github } else { Format::Human });
    let palette = match flags.color.unwrap_or(Color::Auto) {
        Color::Always => Palette::Ansi,
        Color::Never => Palette::Plain,
        Color::Auto if environment.may_colour() => Palette::Ansi,
        Color::Auto => Palette::Plain,
    };
    Show { format, palette, unfolded }
}

/// Every input, the value that won, and the places that lost.
fn explain(resolved: &Resolved, out: &mut dyn Write) -> io::Result<()> {
    let width = resolved.inputs.iter().map(|input| input.name.len()).max().unwrap_or(0);
    for input in &resolved.inputs {
        let mut candidates = input.candidates.iter();
        let text = |values: &[String]| match values {
            [] => "(nothing)".to_owned(),
            _ if input.secret => "***".to_owned(),
            values => values.join(", "),
        };
        if let Some((provenance, values)) = candidates.next() {
            writeln!(
                out,
                "{:width$} = {}  <- {}",
                input.name,
                log_text(&text(values)),
                log_text(&provenance.to_string())
            )?;
        }
        for (provenance, values) in candidates.filter(|(_, values)| !values.is_empty()) {
            writeln!(
                out,
                "{:width$}   (not {} from {})",
                "",
                log_text(&text(values)),
                log_text(&provenance.to_string())
            )?;
        }
    }
    Ok(())
}
