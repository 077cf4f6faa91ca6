//! The rules of the house as code: what clippy can't know. A rule reads the tree of tracked files (and those
//! not yet added) and names each place that breaks it together with the edit that mends it.
//!
//! `cargo test` runs this too, so it must stay fast and needs no network.

use std::fmt;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Result, bail};

use crate::command;

mod licences;
mod manifests;
mod rust;
mod text;
mod workflows;

/// Nothing to choose: all rules run.
#[derive(clap::Args)]
pub struct TidyArgs {}

/// One place that breaks a rule.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// The file, relative to the root.
    pub file: String,
    /// The line, counted from 1.
    pub line: usize,
    /// What is wrong there.
    pub wrong: String,
    /// The edit or the command that mends it.
    pub mend: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}\n  mend: {}", self.file, self.line, self.wrong, self.mend)
    }
}

/// What the rules found.
#[derive(Debug)]
pub struct Tidied {
    /// How many files were read.
    pub files: usize,
    /// How the licences were judged.
    pub licences: String,
    /// All problems, by place.
    pub problems: Vec<Problem>,
}

/// The files that rules look at.
struct Tree {
    files: Vec<SourceFile>,
}

struct SourceFile {
    path: String,
    text: String,
}

/// The rules over the tree. Each module says at its top what it holds.
const RULES: [fn(&Tree, &mut Vec<Problem>); 11] = [
    manifests::workspace_decides,
    manifests::dependencies_point_to_core,
    manifests::only_github_talks_to_github,
    rust::sizes_stay_small,
    rust::modules_say_what_they_own,
    rust::no_test_is_ignored,
    rust::only_core_touches_the_runner,
    text::names_avoid_empty_words,
    text::places_stay_out,
    text::todos_carry_an_issue,
    workflows::uses_and_scripts_are_safe,
];

/// `cargo xtask tidy`.
pub fn run(_: &TidyArgs) -> Result<()> {
    let tidied = check(&crate::root())?;
    for problem in &tidied.problems {
        println!("{problem}");
    }
    if !tidied.problems.is_empty() {
        bail!(
            "rules are broken in {} places; mend them and run `cargo xtask tidy` again",
            tidied.problems.len()
        );
    }
    println!("{} files keep the rules of the house; {}", tidied.files, tidied.licences);
    Ok(())
}

/// Judges the repository at `root` by all rules.
pub fn check(root: &Path) -> Result<Tidied> {
    let tree = Tree::read(root)?;
    let mut problems = Vec::new();
    for rule in RULES {
        rule(&tree, &mut problems);
    }
    let licences = licences::judge(root, &mut problems)?;
    problems.sort();
    Ok(Tidied { files: tree.files.len(), licences, problems })
}

impl Tree {
    /// All text files that git tracks or would add.
    fn read(root: &Path) -> Result<Self> {
        let mut list = Command::new("git");
        list.args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"]).current_dir(root);
        let listed = command::stdout(&mut list, Duration::from_secs(20))?;
        let mut files = Vec::new();
        for path in listed.split_terminator('\0') {
            // A file that was deleted and not yet committed is listed, too. What is not text is not ours to judge.
            let Ok(bytes) = std::fs::read(root.join(path)) else { continue };
            let Ok(text) = String::from_utf8(bytes) else { continue };
            files.push(SourceFile { path: path.to_owned(), text });
        }
        Ok(Self { files })
    }

    fn rust(&self) -> impl Iterator<Item = &SourceFile> {
        self.files.iter().filter(|file| file.extension() == "rs")
    }
}

impl SourceFile {
    fn extension(&self) -> &str {
        let name = self.path.rsplit('/').next().unwrap_or_default();
        name.rsplit_once('.').map_or("", |(_, extension)| extension)
    }

    /// The lines, counted from 1.
    fn lines(&self) -> impl Iterator<Item = (usize, &str)> {
        self.text.lines().enumerate().map(|(index, line)| (index + 1, line))
    }

    /// The first line that starts with `start`, else the first of all.
    fn line_of(&self, start: &str) -> usize {
        self.lines().find(|(_, line)| line.trim_start().starts_with(start)).map_or(1, |(number, _)| number)
    }

    fn problem(&self, line: usize, wrong: impl Into<String>, mend: impl Into<String>) -> Problem {
        Problem { file: self.path.clone(), line, wrong: wrong.into(), mend: mend.into() }
    }
}

/// What a rule says about a tree of the given files: `file:line: what is wrong`.
#[cfg(test)]
fn judged(rule: fn(&Tree, &mut Vec<Problem>), files: &[(&str, &str)]) -> Vec<String> {
    let file = |(path, text): &(&str, &str)| SourceFile { path: (*path).into(), text: (*text).into() };
    let mut problems = Vec::new();
    rule(&Tree { files: files.iter().map(file).collect() }, &mut problems);
    assert!(problems.iter().all(|problem| !problem.mend.is_empty()));
    problems.iter().map(|problem| format!("{}:{}: {}", problem.file, problem.line, problem.wrong)).collect()
}
