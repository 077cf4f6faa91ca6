//! Commands that an action has run: one whose output is shown as it comes, or several beside each other.

use std::collections::BTreeMap;
use std::time::Duration;

use super::{Session, Trial, user_path};
use crate::action::{Action, RunCommand};
use crate::failure::Failure;
use crate::process::{Finished, ProcessError, Program, run_all};
use crate::publish::own_path;
use crate::relay::{Ran, RelayError, ShowLine, relay};

impl Session<'_> {
    /// Runs a command for an action. What the change's own settings would have run is known only if it is the same.
    pub(super) fn run_command(
        &self,
        action: &Action,
        name: Option<&str>,
        command: &RunCommand<'_>,
        trial: Trial,
        show: ShowLine<'_>,
    ) -> Result<Ran, Failure> {
        let words = command.words;
        if let Some((known, ran)) = &*self.ran.borrow()
            && known == words
        {
            return Ok(ran.clone());
        }
        if trial == Trial::DryRun {
            return Err(Failure::usage("it names another command", "Only the one that counts is run."));
        }
        if words.is_empty() {
            return Err(Failure::usage(
                "there is no command to run",
                format!("Write it behind two hyphens: `{} run -- go test ./...`.", action.about().name),
            ));
        }
        let cannot_keep = |error: std::io::Error| {
            Failure::cannot_judge(
                format!("the command's output can't be kept: {error}"),
                "Check the folder's permissions and the space left on the disk.",
            )
        };
        let keep = match command.keep {
            Some(path) => user_path(&self.workspace, path),
            None => own_path(self.environment, &self.workspace, action.about().name, name, "out")
                .map_err(cannot_keep)?,
        };
        let program = self.program(words, crate::runner::is_ours);
        self.notes.add(format!("running {}", program.shown()));
        let ran = relay(&program, command.limit, &keep, show, self.relays_to).map_err(|error| {
            let help = match &error {
                RelayError::Process(_) => "Check that it is installed here and on `PATH`.",
                RelayError::Keep { .. } => "Check the folder's permissions and the space left on the disk.",
            };
            let source = std::error::Error::source(&error).map(|source| format!(": {source}"));
            Failure::cannot_judge(format!("{error}{}", source.unwrap_or_default()), help)
        })?;
        *self.ran.borrow_mut() = Some((words.to_vec(), ran.clone()));
        Ok(ran)
    }

    /// Runs commands beside each other. What the change's own settings would have run is known only if it is the same.
    pub(super) fn collect(
        &self,
        commands: &[Vec<String>],
        limit: Duration,
        trial: Trial,
    ) -> Vec<Result<Finished, ProcessError>> {
        let known = |words: &Vec<String>| self.collected.borrow().get(words).cloned();
        let refused = |words: &Vec<String>| ProcessError::Start {
            program: words.first().cloned().unwrap_or_default(),
            source: std::io::Error::other("only the commands that count are run"),
        };
        let to_run: Vec<&Vec<String>> = match trial {
            Trial::Real => commands.iter().filter(|words| known(words).is_none()).collect(),
            Trial::DryRun => Vec::new(),
        };
        let hidden = |name: &str| crate::runner::is_ours(name) || crate::runner::opens_service(name);
        let programs: Vec<Program> =
            to_run.iter().map(|words| self.program(words, hidden).limit(limit)).collect();
        for program in &programs {
            self.notes.add(format!("running {}", program.shown()));
        }
        let ran = run_all(&programs);
        let mut failed: BTreeMap<&Vec<String>, ProcessError> = BTreeMap::new();
        for (words, result) in to_run.into_iter().zip(ran) {
            match result {
                Ok(finished) => {
                    self.collected.borrow_mut().insert(words.clone(), finished);
                }
                Err(error) => {
                    failed.insert(words, error);
                }
            }
        }
        let result = |words: &Vec<String>| match known(words) {
            Some(finished) => Ok(finished),
            None => Err(failed.remove(words).unwrap_or_else(|| refused(words))),
        };
        commands.iter().map(result).collect()
    }

    /// A command of an action in the working directory. What the runner reads and what only we were given is none of its
    /// business.
    fn program(&self, words: &[String], is_hidden: impl Fn(&str) -> bool) -> Program {
        let ours = |name: &&String| is_hidden(name);
        let (program, arguments) =
            words.split_first().map_or(("", [].as_slice()), |(first, rest)| (first, rest));
        Program::new(program)
            .args(arguments)
            .folder(&self.workspace.directory)
            .without_env(self.environment.variables.keys().filter(ours).cloned())
    }
}
