//! Transcripts in our documentation, played: the commands of its `console` blocks run in a copy of this repository,
//! and what they print must be what is shown.
//!
//! A line that begins with `$ ` is a command; one with `<<'EOF'` goes on until the line `EOF`. In what is shown, a line
//! `...` stands for any lines and `...` within a line for any text. A command must succeed, unless what is shown
//! has a line that begins with `error`: then it must fail.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};

use crate::{command, copy};

/// Longer than any command of a transcript takes with warm dependencies.
const LIMIT: Duration = Duration::from_mins(10);

/// A command and what it prints.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// The line of the document, from 1.
    pub line: usize,
    /// What is typed.
    pub command: String,
    /// What is shown below it.
    pub shown: Vec<String>,
}

/// The commands of a document, in its order.
pub fn steps(markdown: &str) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    let mut inside = false;
    let mut open = false;
    for (index, line) in markdown.lines().enumerate() {
        if !inside {
            inside = line == "```console";
        } else if let Some(step) = steps.last_mut().filter(|_| open) {
            step.command += &format!("\n{line}");
            open = line != "EOF";
        } else if line == "```" {
            inside = false;
        } else if let Some(command) = line.strip_prefix("$ ") {
            steps.push(Step { line: index + 1, command: command.to_owned(), shown: Vec::new() });
            open = command.contains("<<'EOF'");
        } else if let Some(step) = steps.last_mut() {
            step.shown.push(line.to_owned());
        }
    }
    steps
}

/// Plays a document of this repository, by its path. The copy keeps its place, so that a second time is fast.
pub fn play(document: &str) -> Result<usize> {
    let folder = crate::target().join("transcripts");
    fs::create_dir_all(&folder)?;
    // One at a time: they share the copy.
    let lock = fs::File::create(folder.join("lock"))?;
    lock.lock()?;
    let stage = folder.join("repository");
    copy::renew(&stage)?;
    let steps = steps(&fs::read_to_string(crate::root().join(document))?);
    for step in &steps {
        play_step(step, &stage).with_context(|| format!("{document}:{}: $ {}", step.line, step.command))?;
    }
    Ok(steps.len())
}

fn play_step(step: &Step, stage: &Path) -> Result<()> {
    let mut shell = Command::new("bash");
    shell.args(["-c", &format!("exec 2>&1\n{}", step.command)]).current_dir(stage);
    shell.env_clear().envs(environment(stage)?);
    let finished = command::capture(&mut shell, LIMIT)?;
    let printed: Vec<&str> = finished.stdout.lines().map(str::trim_end).collect();
    let may_fail = step.shown.iter().any(|line| line.starts_with("error"));
    ensure!(
        finished.status.success() != may_fail,
        "it ended with {} and printed:\n{}",
        finished.status,
        finished.stdout
    );
    if !fits(&step.shown, &printed) {
        bail!("it shows\n{}\nbut prints\n{}", step.shown.join("\n"), printed.join("\n"));
    }
    Ok(())
}

/// What cargo and its children need, and nothing that cargo said to the test which plays the transcript. What is built
/// lies beside the copy, but what is built from other packages is shared with everything else.
fn environment(stage: &Path) -> Result<Vec<(String, String)>> {
    let mut environment: Vec<(String, String)> = Vec::new();
    let kept = ["HOME", "CARGO_HOME", "RUSTUP_HOME", "RUSTUP_TOOLCHAIN", "TMPDIR", "RUSTFLAGS"];
    for name in kept {
        environment.extend(std::env::var(name).ok().map(|value| (name.to_owned(), value)));
    }
    let mut path = vec![stage.join("target/debug")];
    path.extend(std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default()));
    let path = std::env::join_paths(path)?.to_string_lossy().into_owned();
    let shown = |path: PathBuf| path.to_string_lossy().into_owned();
    environment.push(("PATH".to_owned(), path));
    environment.push(("CARGO_TARGET_DIR".to_owned(), shown(stage.join("target"))));
    environment.push(("CARGO_BUILD_BUILD_DIR".to_owned(), shown(crate::target())));
    environment.push(("CARGO_NET_OFFLINE".to_owned(), "true".to_owned()));
    environment.push(("LLVM_PROFILE_FILE".to_owned(), shown(stage.join("target/counts-%p"))));
    environment.push(("LC_ALL".to_owned(), "C.UTF-8".to_owned()));
    Ok(environment)
}

/// Whether what is printed is what is shown.
fn fits(shown: &[String], printed: &[&str]) -> bool {
    match shown.split_first() {
        None => printed.is_empty(),
        Some((first, rest)) if first == "..." => {
            (0..=printed.len()).any(|skipped| fits(rest, &printed[skipped..]))
        }
        Some((first, rest)) => {
            printed.split_first().is_some_and(|(line, after)| line_fits(first, line) && fits(rest, after))
        }
    }
}

fn line_fits(shown: &str, printed: &str) -> bool {
    let mut pieces = shown.trim_end().split("...");
    let Some(mut rest) = printed.strip_prefix(pieces.next().unwrap_or_default()) else { return false };
    let mut pieces = pieces.peekable();
    if pieces.peek().is_none() {
        return rest.is_empty();
    }
    while let Some(piece) = pieces.next() {
        if pieces.peek().is_none() {
            return rest.ends_with(piece);
        }
        let Some(at) = rest.find(piece) else { return false };
        rest = &rest[at + piece.len()..];
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_become_steps() {
        let text = "$ not this\n```console\n$ one\nshown\n...\n$ cat > x <<'EOF'\n$ inside\n```\nEOF\n```\n```sh\n$ nor this\n```\n";
        let steps = steps(text);
        assert_eq!(
            steps,
            [
                Step { line: 3, command: "one".into(), shown: vec!["shown".into(), "...".into()] },
                Step { line: 6, command: "cat > x <<'EOF'\n$ inside\n```\nEOF".into(), shown: vec![] },
            ]
        );
    }

    #[test]
    fn dots_stand_for_lines_and_for_text() {
        let check = |shown: &str, printed: &str| {
            let shown: Vec<String> = shown.lines().map(str::to_owned).collect();
            fits(&shown, &printed.lines().collect::<Vec<_>>())
        };
        assert!(check("a\n...\nd", "a\nb\nc\nd") && check("...\nd", "d") && check("", ""));
        assert!(check("in ... s, ok", "in 0.2 s, ok") && check("a...", "a") && check("...b", "ab"));
        assert!(!check("a\n...\nd", "a\nb") && !check("a", "a\nb") && !check("in ... s", "in 2 m"));
        assert!(!check("", "a") && !check("a...b", "ab c"));
    }
}
