//! The commands that run just the failed tests again, for people to paste into a POSIX shell.
//!
//! Which program ran a test is told by the format of its report and the shape of its names. Where that is not sure, there
//! is no command: a wrong one costs more than none. Files are named as the reports name them, and the commands are for
//! the folder in which the tests ran. It must not know what a shell does with a command.

use std::fmt;

use crate::Format;
use crate::collect::Failure;

mod compose;
pub(crate) mod quote;
mod recognise;

pub(crate) use recognise::is_doc_test;

/// Bytes of a command, about: one that fits on a screen and in a comment.
pub const MOST_LENGTH: usize = 4000;

/// Commands for one program; Go has one for each package.
pub const MOST_COMMANDS: usize = 10;

/// A program that runs tests.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Tool {
    /// `go test`.
    Go,
    /// `cargo test`.
    Cargo,
    /// `cargo nextest run`.
    Nextest,
    /// `pytest`.
    Pytest,
    /// `jest`.
    Jest,
    /// `vitest`.
    Vitest,
    /// `node --test`.
    Node,
    /// `mocha`.
    Mocha,
    /// Maven with Surefire.
    Maven,
    /// Gradle.
    Gradle,
    /// `ctest`.
    CTest,
    /// `rspec`.
    RSpec,
    /// `dotnet test`.
    Dotnet,
    /// `prove`.
    Prove,
}

impl Tool {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Go => "go test",
            Self::Cargo => "cargo test",
            Self::Nextest => "nextest",
            Self::Pytest => "pytest",
            Self::Jest => "jest",
            Self::Vitest => "vitest",
            Self::Node => "node:test",
            Self::Mocha => "mocha",
            Self::Maven => "Maven",
            Self::Gradle => "Gradle",
            Self::CTest => "CTest",
            Self::RSpec => "RSpec",
            Self::Dotnet => "dotnet test",
            Self::Prove => "prove",
        }
    }
}

impl fmt::Display for Tool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A command that runs failed tests again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Command {
    /// The program that ran them.
    pub tool: Tool,
    /// One line for a POSIX shell.
    pub command: String,
    /// How many of the failures it runs.
    pub covered: usize,
    /// How many of the program's failures no command runs, for want of room or because of control characters in their
    /// names. Told once for each program, on its last command.
    pub left_out: usize,
}

/// What a command is to run: one test, as its program wants it named.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Target {
    tool: Tool,
    /// Targets of different groups need different commands.
    group: String,
    /// The test in the program's own language; empty for all of the group.
    test: String,
    /// The file that the program needs besides.
    file: String,
}

impl Target {
    fn new(tool: Tool, test: impl Into<String>) -> Self {
        Self { tool, group: String::new(), test: test.into(), file: String::new() }
    }

    /// Whether it can be put into a line that people paste.
    fn is_printable(&self) -> bool {
        let parts = [&self.group, &self.test, &self.file];
        let is_clean = |text: &&String| !text.chars().any(|c| c.is_control() || is_invisible(c));
        parts.iter().all(is_clean) && !self.test.starts_with('-')
    }

    /// About how many bytes it adds to a command.
    fn length(&self) -> usize {
        quote::shell(&self.test).len() + quote::shell(&self.file).len() + 16
    }
}

/// Characters that change how a line looks without being seen.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

/// The commands that run these failures again: by program, in the order in which the programs are met. Failures of a
/// program that is not recognised have none.
pub fn rerun_commands(failures: &[(Format, &Failure)]) -> Vec<Command> {
    let mut tools: Vec<(Tool, Vec<Target>)> = Vec::new();
    for (format, failure) in failures {
        let Some(target) = recognise::target(*format, failure) else { continue };
        match tools.iter_mut().find(|(tool, _)| *tool == target.tool) {
            Some((_, targets)) => targets.push(target),
            None => tools.push((target.tool, vec![target])),
        }
    }
    tools.into_iter().flat_map(|(tool, targets)| commands_of(tool, targets)).collect()
}

fn commands_of(tool: Tool, targets: Vec<Target>) -> Vec<Command> {
    let all = targets.len();
    let mut groups: Vec<(String, Vec<Target>)> = Vec::new();
    for target in targets.into_iter().filter(Target::is_printable) {
        match groups.iter().position(|(group, _)| *group == target.group) {
            Some(known) => groups[known].1.push(target),
            None if groups.len() < MOST_COMMANDS => groups.push((target.group.clone(), vec![target])),
            None => {}
        }
    }
    let mut commands: Vec<Command> =
        groups.into_iter().filter_map(|(_, targets)| command(tool, &targets)).collect();
    let covered: usize = commands.iter().map(|command| command.covered).sum();
    if let Some(last) = commands.last_mut() {
        last.left_out = all - covered;
    }
    commands
}

fn command(tool: Tool, targets: &[Target]) -> Option<Command> {
    let mut length = 0;
    let fitting = targets.iter().take_while(|target| {
        length += target.length();
        length <= MOST_LENGTH
    });
    let covered = fitting.count();
    // All of a group stands for each of its tests.
    let whole = targets.iter().position(|target| target.test.is_empty());
    let (chosen, covered) = match whole {
        Some(whole) => (&targets[whole..=whole], targets.len()),
        None => (&targets[..covered], covered),
    };
    (covered > 0).then(|| Command { tool, command: compose::line(tool, chosen), covered, left_out: 0 })
}

#[cfg(test)]
mod tests;
