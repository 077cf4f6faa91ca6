//! The tools of others as contestants: how each is asked, and what it left.

use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use super::input::Input;
use super::race::{Contestant, Found, contestant};
use crate::command::Finished;
use crate::peers::Peers;
use crate::total::Total;

/// Who must be installed.
pub(super) const PEERS: [&str; 2] = ["sarif-multitool", "sarif"];

/// The program itself: npm's wrapper passes arguments through a shell.
fn multitool(peers: &Peers) -> Result<PathBuf> {
    peers.program("sarif-multitool")?;
    let system = match std::env::consts::OS {
        "macos" => "darwin",
        "windows" => "win32",
        _ => "linux",
    };
    Ok(peers.node_folder().join(format!("node_modules/@microsoft/sarif-multitool-{system}/Sarif.Multitool")))
}

pub(super) fn multitool_merge<'a>(peers: &Peers, input: &'a Input) -> Result<Contestant<'a>> {
    let out = input.file.with_file_name("multitool-merged.sarif");
    let name = "multitool-merged.sarif";
    let ask = fresh(out.clone(), move |command, file| {
        command.arg("merge").arg(file).arg(file.with_file_name("b.sarif"));
        command.args(["--output-file", name, "--log", "ForceOverwrite"]);
        command.arg("--output-directory").arg(file.parent().unwrap_or(Path::new(".")));
    });
    let found = move |_: &Finished| results(&out, &["\"ruleId\""], input.total.total);
    Ok(contestant("sarif-multitool merge", multitool(peers)?, input, ask, Box::new(found)))
}

pub(super) fn multitool_match<'a>(peers: &Peers, input: &'a Input) -> Result<Contestant<'a>> {
    let out = input.file.with_file_name("multitool-matched.sarif");
    let to = out.clone();
    let ask = fresh(out.clone(), move |command, file| {
        command.arg("match-results-forward").arg(file).arg("-r").arg(file.with_file_name("before.sarif"));
        command.arg("-o").arg(&to).args(["--log", "ForceOverwrite"]);
    });
    let found = move |_: &Finished| results(&out, &["\"unchanged\"", "\"updated\""], input.total.total);
    Ok(contestant("sarif-multitool match", multitool(peers)?, input, ask, Box::new(found)))
}

/// It hashes every line to give one result its fingerprint.
pub(super) fn multitool_hash<'a>(peers: &Peers, input: &'a Input) -> Result<Contestant<'a>> {
    let out = input.file.with_file_name("multitool-hashed.sarif");
    let to = out.clone();
    let ask = fresh(out.clone(), move |command, file| {
        command.arg("rewrite").arg(file.with_file_name("line.sarif")).arg("-o").arg(&to);
        command.args(["--insert", "RollingHashPartialFingerprints", "--log", "ForceOverwrite"]);
    });
    let found = move |_: &Finished| {
        anyhow::ensure!(count(&out, &["primaryLocationLineHash"])? == 1, "it hashed nothing");
        Ok(Found::AnotherUnit)
    };
    Ok(contestant("sarif-multitool rewrite", multitool(peers)?, input, ask, Box::new(found)))
}

pub(super) fn sarif_tools_copy<'a>(peers: &Peers, input: &'a Input) -> Result<Contestant<'a>> {
    let out = input.file.with_file_name("sarif-tools-copied.sarif");
    let to = out.clone();
    let ask = fresh(out.clone(), move |command, file| {
        command.arg("copy").arg("-o").arg(&to).arg(file).arg(file.with_file_name("b.sarif"));
    });
    let found = move |_: &Finished| results(&out, &["\"ruleId\""], input.total.total);
    Ok(contestant("sarif-tools copy", peers.program("sarif")?, input, ask, Box::new(found)))
}

/// It counts by rule and matches nothing, so that its figures are of another kind.
pub(super) fn sarif_tools_diff<'a>(peers: &Peers, input: &'a Input) -> Result<Contestant<'a>> {
    let out = input.file.with_file_name("sarif-tools-diff.json");
    let to = out.clone();
    let ask = fresh(out.clone(), move |command, file| {
        command.arg("diff").arg("-o").arg(&to).arg(file.with_file_name("before.sarif")).arg(file);
    });
    let found = move |_: &Finished| {
        fs::metadata(&out).context("it wrote nothing")?;
        Ok(Found::AnotherUnit)
    };
    Ok(contestant("sarif-tools diff", peers.program("sarif")?, input, ask, Box::new(found)))
}

/// A file of an earlier round must not answer for this one.
fn fresh(out: PathBuf, ask: impl Fn(&mut Command, &Path)) -> impl Fn(&mut Command, &Path) {
    move |command, file| {
        let _ = fs::remove_file(&out);
        ask(command, file);
    }
}

/// Each result has one of these words.
fn results(file: &Path, words: &[&str], total: u64) -> Result<Found> {
    Ok(Found::Exact(Total { covered: count(file, words)?, total }))
}

/// How often words stand in a file. It is not read whole: what we hold counts for the next contestant.
fn count(path: &Path, words: &[&str]) -> Result<u64> {
    let mut file = File::open(path).with_context(|| format!("it wrote no {}", path.display()))?;
    let longest = words.iter().map(|word| word.len()).max().unwrap_or_default();
    let (mut buffer, mut kept, mut found) = (vec![0; 1 << 16], 0, 0);
    loop {
        let read = file.read(&mut buffer[kept..])?;
        let end = kept + read;
        if read == 0 {
            return Ok(found);
        }
        // A word is counted where it ends, so that what is kept is counted once.
        for word in words {
            let first = kept.saturating_sub(word.len() - 1);
            let windows = buffer[first..end].windows(word.len());
            found += windows.filter(|window| window == &word.as_bytes()).count() as u64;
        }
        let rest = end.min(longest.saturating_sub(1));
        buffer.copy_within(end - rest..end, 0);
        kept = rest;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_counted_across_borders() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x");
        for before in (1 << 16) - 12..(1 << 16) + 2 {
            let text = "-".repeat(before) + "\"ruleId\"\"updated\"" + &"-".repeat(70_000) + "\"ruleId\"";
            fs::write(&path, text).unwrap();
            assert_eq!(count(&path, &["\"ruleId\"", "\"updated\""]).unwrap(), 3, "{before}");
        }
    }
}
