//! One step: acts on the lines and files of its parts, in the runner's order, and collects what is shown.
//! What outlives the step lies in [`Scene`].

use std::collections::BTreeMap;

use super::annotations::{self, Level, Places};
use super::commands::{Command, Line, Reader};
use super::lines::LineCutter;
use super::masks::Masks;
use super::matchers::{Found, Matchers};
use super::{
    Fixup, Kind, Order, Os, Outcome, Part, Seen, Setting, Shown, StepResult, StepRun, Stream, artifacts,
    commands, files, summary,
};

/// What the steps of a job share.
#[derive(Clone, Debug, Default)]
pub(super) struct Scene {
    pub(super) masks: Masks,
    pub(super) matchers: Matchers,
    pub(super) artifacts: BTreeMap<String, artifacts::Subject>,
    pub(super) env: BTreeMap<String, String>,
    pub(super) path: Vec<String>,
}

/// Judges a step; `scene` moves on.
pub(super) fn run(step: &StepRun, setting: &Setting, scene: &mut Scene) -> Shown {
    let mut stage = Stage::new(setting, scene);
    if let Some(warning) = unexpected_inputs(step) {
        stage.issue(Level::Warning, &warning, &BTreeMap::new(), None);
    }
    let mut inner = BTreeMap::new();
    let mut outputs = BTreeMap::new();
    for part in &step.parts {
        let written = stage.part(part);
        match (step.kind, &part.id) {
            (Kind::Composite, Some(id)) => drop(inner.insert(id.clone(), written)),
            (Kind::Composite, None) => stage.lost_outputs.extend(written.into_keys()),
            _ => outputs.extend(written),
        }
    }
    for mapped in &step.mapped_outputs {
        let value = inner.get(&mapped.step).and_then(|outputs| outputs.get(&mapped.output));
        outputs.insert(mapped.name.clone(), value.cloned().unwrap_or_default());
    }
    if step.id.is_none() {
        stage.lost_outputs.extend(std::mem::take(&mut outputs).into_keys());
    }
    stage.finish(outputs)
}

fn unexpected_inputs(step: &StepRun) -> Option<String> {
    let declared = |name: &String| step.declared_inputs.iter().any(|known| commands::same(known, name));
    let unexpected: Vec<_> = step.given_inputs.iter().filter(|name| !declared(name)).cloned().collect();
    (step.kind != Kind::Run && !unexpected.is_empty()).then(|| {
        let (unexpected, valid) = (unexpected.join("', '"), step.declared_inputs.join("', '"));
        format!("Unexpected input(s) '{unexpected}', valid inputs are ['{valid}']")
    })
}

struct Stage<'a> {
    setting: &'a Setting,
    scene: &'a mut Scene,
    places: Places,
    fixups: Vec<Fixup>,
    log: Vec<String>,
    seen: Vec<Seen>,
    why: Vec<String>,
    env: BTreeMap<String, String>,
    state: BTreeMap<String, String>,
    added_masks: Vec<String>,
    summaries: Vec<summary::Summary>,
    lost_outputs: Vec<String>,
    // What belongs to the part that runs.
    echo: bool,
    outputs: BTreeMap<String, String>,
    matchers: Matchers,
}

impl<'a> Stage<'a> {
    fn new(setting: &'a Setting, scene: &'a mut Scene) -> Self {
        Self {
            setting,
            scene,
            places: Places::default(),
            fixups: Vec::new(),
            log: Vec::new(),
            seen: Vec::new(),
            why: Vec::new(),
            env: BTreeMap::new(),
            state: BTreeMap::new(),
            added_masks: Vec::new(),
            summaries: Vec::new(),
            lost_outputs: Vec::new(),
            echo: false,
            outputs: BTreeMap::new(),
            matchers: Matchers::default(),
        }
    }

    fn finish(self, outputs: BTreeMap<String, String>) -> Shown {
        Shown {
            result: if self.why.is_empty() { StepResult::Success } else { StepResult::Failure },
            why: self.why,
            annotations: self.places.kept,
            dropped: self.places.dropped,
            fixups: self.fixups,
            outputs,
            lost_outputs: self.lost_outputs,
            env: self.env,
            path: self.scene.path.clone(),
            state: self.state,
            masks: self.added_masks,
            summaries: self.summaries,
            artifacts: self.scene.artifacts.values().cloned().collect(),
            commands: self.seen,
            log: self.log,
        }
    }

    /// The lines, then the exit status, then the files. Returns the part's outputs.
    fn part(&mut self, part: &Part) -> BTreeMap<String, String> {
        self.echo = self.setting.debug;
        self.matchers = self.scene.matchers.clone();
        let mut reader = Reader::default();
        for line in interleave(&part.printed, self.setting.order) {
            self.line(&mut reader, &line);
        }
        let code = part.exit_code;
        if code != 0 {
            match part.kind {
                Kind::Run | Kind::Composite => {
                    self.error(&format!("Process completed with exit code {code}."));
                }
                Kind::Docker => self.error(&format!("Docker run failed with exit code {code}")),
                Kind::Node => {}
            }
            self.why.push(format!("exit code {code}"));
        }
        self.files(part);
        std::mem::take(&mut self.outputs)
    }

    fn line(&mut self, reader: &mut Reader, line: &str) {
        match reader.read(line) {
            Line::Command { command, line }
                if command.name == "notice" && !self.setting.enhanced_annotations =>
            {
                self.text(&line);
            }
            Line::Command { command, line } => self.command(&command, &line),
            Line::Text(line) => self.text(&line),
            Line::Withheld { name, line } => {
                self.seen.push(Seen { name, outcome: Outcome::Withheld });
                self.text(&line);
            }
            Line::Stopped { token, line } => {
                self.seen.push(Seen { name: "stop-commands".to_owned(), outcome: Outcome::Obeyed });
                if token.encode_utf16().count() > 6 {
                    self.scene.masks.add(&token);
                }
                self.write(&line);
            }
            Line::Resumed(line) => self.write(&line),
            Line::TokenRefused(_) => {
                self.seen.push(Seen { name: "stop-commands".to_owned(), outcome: Outcome::Refused });
                self.error(TOKEN_REFUSED);
                self.why.push("command 'stop-commands' failed".to_owned());
            }
        }
    }

    fn text(&mut self, line: &str) {
        match self.matchers.scan(line, self.setting) {
            Some(Found::Issue { level, message, properties, line }) => {
                self.issue(level, &message, &properties, Some(&line));
            }
            Some(Found::Removed(warning)) => {
                self.issue(Level::Warning, &warning, &BTreeMap::new(), None);
                self.text(line);
            }
            None => {
                let defused = line.replace("##[start-action", "##[\\start-action");
                self.write(&defused.replace("##[end-action", "##[\\end-action"));
            }
        }
    }

    fn command(&mut self, command: &Command, line: &str) {
        let silent = matches!(command.name.as_str(), "add-mask" | "debug" | "error" | "warning" | "notice");
        if self.echo && !silent {
            self.write(line);
        }
        let outcome = match self.obey(command) {
            Ok(()) => Outcome::Obeyed,
            Err(reason) => {
                let source = if silent { &command.name } else { line };
                self.error(&format!("Unable to process command '{source}' successfully."));
                self.error(&reason);
                self.why.push(format!("command '{}' failed", command.name));
                Outcome::Refused
            }
        };
        self.seen.push(Seen { name: command.name.clone(), outcome });
    }

    fn obey(&mut self, command: &Command) -> Result<(), String> {
        let data = command.data.as_str();
        match command.name.as_str() {
            "debug" => self.debug(data),
            "group" => self.write(&format!("##[group]{data}")),
            "endgroup" => self.write("##[endgroup]"),
            "add-mask" => self.add_mask(data),
            "set-output" => {
                let name = named(command)?;
                self.outputs.insert(name, data.to_owned());
                self.deprecated(&command.name);
            }
            "save-state" => {
                let name = named(command)?;
                self.state.insert(name, data.to_owned());
                self.deprecated(&command.name);
            }
            "set-env" => self.set_env_command(command)?,
            "add-path" => self.add_path_command(data)?,
            "echo" => self.set_echo(data)?,
            "add-matcher" => return self.add_matcher(data),
            "remove-matcher" => return self.remove_matcher(command),
            name => {
                if let Some(level) = Level::named(name) {
                    self.annotate(level, command);
                }
            }
        }
        Ok(())
    }

    fn annotate(&mut self, level: Level, command: &Command) {
        let mut properties = command.properties.clone();
        self.fixups.extend(annotations::fix_up(&mut properties));
        if let Some(file) = properties.get_mut("file") {
            *file = annotations::shown_path(file, self.setting);
        }
        if !self.setting.enhanced_annotations {
            for key in ["title", "endline", "endcolumn"] {
                properties.remove(key);
            }
        }
        self.issue(level, &command.data, &properties, None);
    }

    fn issue(
        &mut self,
        level: Level,
        message: &str,
        properties: &BTreeMap<String, String>,
        log: Option<&str>,
    ) {
        let message = annotations::cut(&self.scene.masks.hide(message), annotations::MESSAGE_LIMIT);
        let logged = log.unwrap_or(&message);
        let log_line = (!logged.is_empty()).then_some(self.log.len() + 1);
        if !logged.is_empty() {
            self.write(&format!("{}{logged}", level.tag()));
        }
        self.places.offer(annotations::build(level, &message, properties, &self.scene.masks, log_line));
    }

    fn error(&mut self, message: &str) {
        self.issue(Level::Error, message, &BTreeMap::new(), None);
    }

    fn warning(&mut self, message: &str) {
        self.issue(Level::Warning, message, &BTreeMap::new(), None);
    }

    /// Writes to the log, masked.
    fn write(&mut self, text: &str) {
        let hidden = self.scene.masks.hide(text);
        self.log.extend(hidden.split('\n').map(|line| line.trim_end_matches('\r').to_owned()));
    }

    fn debug(&mut self, data: &str) {
        if self.setting.debug {
            for line in data.replace("\r\n", "\n").split('\n') {
                self.write(&format!("##[debug]{line}"));
            }
        }
    }

    fn add_mask(&mut self, value: &str) {
        if value.trim().is_empty() {
            self.warning("Can't add secret mask for empty string in ##[add-mask] command.");
            return;
        }
        if self.echo {
            self.write("::add-mask::***");
        }
        self.scene.masks.add(value);
        self.added_masks.push(value.to_owned());
    }

    fn deprecated(&mut self, command: &str) {
        self.warning(&format!(
            "The `{command}` command is deprecated and will be disabled soon. Please upgrade to using \
             Environment Files. For more information see: https://github.blog/changelog/\
             2022-10-11-github-actions-deprecating-save-state-and-set-output-commands/"
        ));
    }

    fn allow_unsecure(&self, command: &str) -> Result<(), String> {
        if self.setting.unsecure_commands {
            return Ok(());
        }
        Err(format!(
            "The `{command}` command is disabled. Please upgrade to using Environment Files or opt into \
             unsecure command execution by setting the `ACTIONS_ALLOW_UNSECURE_COMMANDS` environment variable \
             to `true`. For more information see: https://github.blog/changelog/\
             2020-10-01-github-actions-deprecating-set-env-and-add-path-commands/"
        ))
    }

    fn set_env_command(&mut self, command: &Command) -> Result<(), String> {
        self.allow_unsecure(&command.name)?;
        let name = named(command)?;
        if commands::same(&name, "NODE_OPTIONS") {
            self.error("Can't update NODE_OPTIONS environment variable using ::set-env:: command.");
        } else {
            self.set_env(&name, &command.data);
        }
        Ok(())
    }

    fn add_path_command(&mut self, data: &str) -> Result<(), String> {
        self.allow_unsecure("add-path")?;
        if data.is_empty() {
            return Err(null("path"));
        }
        self.scene.path.retain(|directory| directory != data);
        self.scene.path.insert(0, data.to_owned());
        Ok(())
    }

    fn set_echo(&mut self, data: &str) -> Result<(), String> {
        self.echo = match data.trim().to_ascii_lowercase().as_str() {
            _ if data.is_empty() => return Err(null("value")),
            "on" => true,
            "off" => false,
            _ => {
                return Err(format!(
                    "Invalid echo command value. Possible values can be: 'on', 'off'. Current value is: '{data}'."
                ));
            }
        };
        Ok(())
    }

    fn add_matcher(&mut self, file: &str) -> Result<(), String> {
        if file.is_empty() {
            self.warning("File path must be specified.");
            return Ok(());
        }
        let text = read_matchers(file, self.setting)?;
        self.scene.matchers.add(&text)?;
        self.matchers.add(&text)
    }

    fn remove_matcher(&mut self, command: &Command) -> Result<(), String> {
        let owners = match (command.properties.get("owner"), command.data.as_str()) {
            (Some(owner), "") => vec![owner.clone()],
            (None, "") => {
                self.warning(
                    "Either an owner name or a file path must be specified in ##[remove-matcher] command.",
                );
                return Ok(());
            }
            (None, file) => Matchers::owners(&read_matchers(file, self.setting)?)?,
            (Some(_), _) => {
                self.warning(
                    "Either specify an owner name or a file path in ##[remove-matcher] command. Both values \
                     cannot be set.",
                );
                return Ok(());
            }
        };
        self.scene.matchers.remove(&owners);
        self.matchers.remove(&owners);
        Ok(())
    }

    fn set_env(&mut self, name: &str, value: &str) {
        for variables in [&mut self.env, &mut self.scene.env] {
            if self.setting.os == Os::Windows {
                variables.retain(|known, _| !commands::same(known, name));
            }
            variables.insert(name.to_owned(), value.to_owned());
        }
    }

    /// Path, environment, summary, state, outputs, artifacts: each is tried, whatever became of the others.
    fn files(&mut self, part: &Part) {
        let files = &part.files;
        files::prepend_path(&mut self.scene.path, &files.path);
        self.env_file(&files.env);
        if let Some(summary) = summary::judge(&files.summary, &self.scene.masks) {
            if summary.state == summary::State::Discarded {
                self.error(&summary::too_big(summary.bytes));
            }
            self.summaries.push(summary);
        }
        let state = files::read_pairs(&files.state, self.setting.os);
        self.state.extend(state.pairs);
        self.file_failed("state", state.error);
        self.output_file(&files.output);
        if self.setting.artifacts && !files.artifacts.is_empty() {
            match artifacts::declare(&mut self.scene.artifacts, &files.artifacts, self.setting) {
                Ok(0) => {}
                Ok(added) => {
                    let total = self.scene.artifacts.len();
                    self.write(&format!(
                        "Captured {added} artifact subject(s) from this step (job total: {total})."
                    ));
                }
                Err(reason) => self.file_failed("artifacts", Some(reason)),
            }
        }
    }

    fn env_file(&mut self, bytes: &[u8]) {
        let env = files::read_pairs(bytes, self.setting.os);
        for (name, value) in env.pairs {
            if commands::same(&name, "NODE_OPTIONS") {
                self.error("Can't store NODE_OPTIONS output parameter using '$GITHUB_ENV' command.");
            } else {
                self.set_env(&name, &value);
            }
        }
        self.file_failed("env", env.error);
    }

    /// An output with an empty name fails the file, and what follows it is not read.
    fn output_file(&mut self, bytes: &[u8]) {
        let read = files::read_pairs(bytes, self.setting.os);
        for (name, value) in read.pairs {
            if name.is_empty() {
                self.file_failed("output", Some(null("name")));
                return;
            }
            self.outputs.insert(name, value);
        }
        self.file_failed("output", read.error);
    }

    fn file_failed(&mut self, file: &str, reason: Option<String>) {
        if let Some(reason) = reason {
            self.error(&format!("Unable to process file command '{file}' successfully."));
            self.error(&reason);
            self.why.push(format!("file command '{file}' failed"));
        }
    }
}

/// The refusal of a stop token.
const TOKEN_REFUSED: &str = "You cannot use a endToken that is an empty string, the string 'pause-logging', or \
    another workflow command. For more information see: https://docs.github.com/actions/learn-github-actions/\
    workflow-commands-for-github-actions#example-stopping-and-starting-workflow-commands or opt into insecure \
    command execution by setting the `ACTIONS_ALLOW_UNSECURE_STOPCOMMAND_TOKENS` environment variable to `true`.";

fn null(parameter: &str) -> String {
    format!("Value cannot be null. (Parameter '{parameter}')")
}

fn named(command: &Command) -> Result<String, String> {
    let missing = || format!("Required field 'name' is missing in ##[{}] command.", command.name);
    command.properties.get("name").cloned().ok_or_else(missing)
}

fn read_matchers(file: &str, setting: &Setting) -> Result<String, String> {
    let path = setting.in_workspace(&setting.to_host(file));
    match setting.disk.entry(&path) {
        Some(super::Entry::File(bytes)) => Ok(super::lines::decode_file(&bytes)),
        _ => Err(format!("Could not find file '{path}'.")),
    }
}

/// The lines of both streams in the order in which the runner takes them.
fn interleave(printed: &[(Stream, Vec<u8>)], order: Order) -> Vec<String> {
    let of = |wanted: Stream| printed.iter().filter(move |(stream, _)| *stream == wanted);
    let pieces: Vec<_> = match order {
        Order::AsWritten => printed.iter().collect(),
        Order::StderrFirst => of(Stream::Stderr).chain(of(Stream::Stdout)).collect(),
    };
    let (mut stdout, mut stderr) = (LineCutter::default(), LineCutter::default());
    let mut lines = Vec::new();
    for (stream, bytes) in pieces {
        let cutter = if *stream == Stream::Stdout { &mut stdout } else { &mut stderr };
        lines.extend(cutter.push(bytes));
    }
    lines.extend(stderr.finish());
    lines.extend(stdout.finish());
    lines
}
