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
        let target = copy.path().join(&path);
        if let Some(folder) = target.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::copy(from.join(&path), target).with_context(|| path)?;
    }
    commit(copy.path())?;
    Ok(copy)
}

/// Makes a folder a copy of this repository. A file that is already right keeps its time, so that cargo builds again
/// only what changed.
///
/// Its version has a word more than ours. Cargo knows the packages of a workspace by their names, versions and relative
/// paths: without that word, a folder of builds that both share would hand the one the programs of the other.
pub fn renew(copy: &Path) -> Result<()> {
    fs::create_dir_all(copy)?;
    if copy.join(".git").exists() {
        fs::remove_dir_all(copy.join(".git"))?;
    }
    let wanted = listed(&crate::root())?;
    command::stdout(Command::new("git").args(["init", "--quiet"]).current_dir(copy), Duration::from_mins(1))?;
    for path in listed(copy)?.difference(&wanted) {
        fs::remove_file(copy.join(path))?;
        // A folder without files is nothing to git, but it is something to cargo and to our chores.
        let above = Path::new(path).ancestors().skip(1).filter(|folder| *folder != Path::new(""));
        let _: usize = above.take_while(|folder| fs::remove_dir(copy.join(folder)).is_ok()).count();
    }
    for path in &wanted {
        let mut bytes = fs::read(crate::root().join(path)).with_context(|| path.clone())?;
        if path == "Cargo.toml" {
            let ours = concat!("version = \"", env!("CARGO_PKG_VERSION"));
            bytes = String::from_utf8(bytes)?.replacen(ours, &format!("{ours}+copy"), 1).into_bytes();
        }
        if fs::read(copy.join(path)).is_ok_and(|old| old == bytes) {
            continue;
        }
        if let Some(folder) = copy.join(path).parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(copy.join(path), bytes)?;
    }
    fs::remove_dir_all(copy.join(".git"))?;
    commit(copy)
}

/// Commits all files of a folder; the first time makes it a repository.
pub fn commit(folder: &Path) -> Result<()> {
    // A repository of many files would be packed in the background, while somebody copies its objects.
    let steps: [&[&str]; 5] = [
        &["init", "--quiet", "--initial-branch", "main"],
        &["config", "gc.auto", "0"],
        &["config", "maintenance.auto", "false"],
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
