//! Copies of this repository, for chores that must not touch it: what git tracks or would add, as a repository of
//! its own with one commit.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result};
use tempfile::TempDir;

use crate::command;

/// A copy of what lies below a folder of this repository, in a temporary folder.
pub fn fresh(below: &str) -> Result<TempDir> {
    let copy = tempfile::tempdir()?;
    let from = crate::root().join(below);
    for path in listed(&from)? {
        write(&from, copy.path(), &path)?;
    }
    commit(copy.path())?;
    Ok(copy)
}

/// Makes a folder a copy of this repository. A file that is already right keeps its time, so that cargo builds again
/// only what changed.
pub fn renew(copy: &Path) -> Result<()> {
    fs::create_dir_all(copy)?;
    if copy.join(".git").exists() {
        fs::remove_dir_all(copy.join(".git"))?;
    }
    let wanted = listed(&crate::root())?;
    command::stdout(Command::new("git").args(["init", "--quiet"]).current_dir(copy), Duration::from_mins(1))?;
    for path in listed(copy)?.difference(&wanted) {
        fs::remove_file(copy.join(path))?;
    }
    for path in &wanted {
        let same = fs::read(copy.join(path))
            .is_ok_and(|old| fs::read(crate::root().join(path)).is_ok_and(|new| old == new));
        if !same {
            write(&crate::root(), copy, path)?;
        }
    }
    remove_empty_folders(copy)?;
    fs::remove_dir_all(copy.join(".git"))?;
    commit(copy)
}

/// Commits all files of a folder; the first time makes it a repository.
pub fn commit(folder: &Path) -> Result<()> {
    let steps: [&[&str]; 3] = [
        &["init", "--quiet", "--initial-branch", "main"],
        &["add", "--all"],
        &["-c", "user.name=e2e", "-c", "user.email=e2e@example.com", "commit", "--quiet", "--message", "x"],
    ];
    for step in steps {
        command::stdout(Command::new("git").args(step).current_dir(folder), Duration::from_mins(1))?;
    }
    Ok(())
}

/// The files below a folder that git tracks or would add.
fn listed(folder: &Path) -> Result<BTreeSet<String>> {
    let mut list = Command::new("git");
    list.args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"]).current_dir(folder);
    let listed = command::stdout(&mut list, Duration::from_secs(20))?;
    let paths = listed.split_terminator('\0').filter(|path| folder.join(path).is_file());
    Ok(paths.map(str::to_owned).collect())
}

fn write(from: &Path, to: &Path, path: &str) -> Result<()> {
    let target = to.join(path);
    if let Some(folder) = target.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::copy(from.join(path), target).with_context(|| path.to_owned())?;
    Ok(())
}

/// A folder of the workspace without a manifest would be no member.
fn remove_empty_folders(copy: &Path) -> Result<()> {
    for parent in ["actions", "crates"] {
        for entry in fs::read_dir(copy.join(parent))? {
            let folder = entry?.path();
            if folder.is_dir() && !folder.join("Cargo.toml").exists() {
                fs::remove_dir_all(folder)?;
            }
        }
    }
    Ok(())
}
