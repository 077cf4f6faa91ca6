//! Beginnings: `new-action`, `new-rule` and `new-case`. Each makes all of its files and edits in memory, refuses before
//! anything is written, and then writes; what a person has to fill in fails a test until it is.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};

mod action;
mod case;
mod rule;

pub use action::{NewActionArgs, run as run_action};
pub use case::{NewCaseArgs, run as run_case};
pub use rule::{NewRuleArgs, run as run_rule};

/// Words of the front door, and names that mean something else here.
const RESERVED: [&str; 10] =
    ["check", "init", "list", "help", "version", "core", "git", "github", "tests", "gatewright"];

/// Files to make and to change, by path from the root. Nothing happens before [`Changes::write`].
#[derive(Debug)]
struct Changes {
    root: PathBuf,
    made: BTreeMap<String, String>,
    edited: BTreeMap<String, String>,
}

impl Changes {
    fn new(root: &Path) -> Self {
        Self { root: root.to_path_buf(), made: BTreeMap::new(), edited: BTreeMap::new() }
    }

    /// A new file; one that is there already is refused.
    fn make(&mut self, path: impl Into<String>, text: impl Into<String>) -> Result<()> {
        let path = path.into();
        ensure!(!self.root.join(&path).exists(), "{path} is there already");
        self.made.insert(path, text.into());
        Ok(())
    }

    /// A change of a file that is there.
    fn edit(&mut self, path: &str, change: impl FnOnce(&str) -> Result<String>) -> Result<()> {
        let old = match self.edited.get(path) {
            Some(text) => text.clone(),
            None => {
                fs::read_to_string(self.root.join(path)).with_context(|| format!("{path} can't be read"))?
            }
        };
        let new = change(&old).with_context(|| format!("{path} is not as expected"))?;
        self.edited.insert(path.to_owned(), new);
        Ok(())
    }

    fn write(&self) -> Result<()> {
        for (path, text) in self.edited.iter().chain(&self.made) {
            let file = self.root.join(path);
            fs::create_dir_all(file.parent().context("a file lies in a folder")?)?;
            fs::write(&file, text).with_context(|| format!("{path} can't be written"))?;
            println!("{} {path}", if self.made.contains_key(path) { "made" } else { "edited" });
        }
        Ok(())
    }
}

/// Fills `{{key}}` in a template.
fn fill(template: &str, values: &[(&str, &str)]) -> String {
    values
        .iter()
        .fold(template.to_owned(), |text, (key, value)| text.replace(&format!("{{{{{key}}}}}"), value))
}

/// Whether a name is words of a-z and 0-9, joined by hyphens.
fn check_name(kind: &str, name: &str) -> Result<()> {
    let word = |word: &str| {
        !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
    };
    let kebab = name.split('-').all(word) && name.starts_with(|first: char| first.is_ascii_lowercase());
    if !kebab || name.len() > 40 {
        bail!(
            "`{name}` is no name of {kind}; write words of a-z and 0-9 joined by hyphens, at most 40 letters"
        );
    }
    Ok(())
}

/// Inserts a line into a block of sorted lines: behind the last that sorts before it. The block begins behind the line
/// `start`, and ends before the first line that is not `alike`.
fn insert_sorted(text: &str, start: &str, alike: fn(&str) -> bool, line: &str) -> Result<String> {
    let lines: Vec<&str> = text.lines().collect();
    let head = lines.iter().position(|line| line.trim_end() == start);
    let head = head.with_context(|| format!("there is no line `{start}`"))?;
    let block = lines[head + 1..].iter().take_while(|line| alike(line));
    let before = block.filter(|other| other.trim() < line.trim()).count();
    let mut lines: Vec<String> = lines.into_iter().map(str::to_owned).collect();
    lines.insert(head + 1 + before, line.to_owned());
    Ok(lines.join("\n") + "\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_words_and_hyphens() {
        for good in ["coverage-gate", "a1", "x-2-y"] {
            check_name("an action", good).unwrap();
        }
        let long = "a".repeat(41);
        for bad in ["", "A", "a_b", "-a", "a-", "a--b", "1a", "a b", "../a", &long] {
            assert!(check_name("an action", bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn lines_are_inserted_in_order() {
        let like = |line: &str| line.contains('=');
        let text = "[a]\nb = 1\nd = 1\n\n[z]\n";
        assert_eq!(insert_sorted(text, "[a]", like, "c = 1").unwrap(), "[a]\nb = 1\nc = 1\nd = 1\n\n[z]\n");
        assert_eq!(insert_sorted(text, "[a]", like, "e = 1").unwrap(), "[a]\nb = 1\nd = 1\ne = 1\n\n[z]\n");
        assert_eq!(insert_sorted(text, "[z]", like, "a = 1").unwrap(), "[a]\nb = 1\nd = 1\n\n[z]\na = 1\n");
        assert!(insert_sorted(text, "[y]", like, "a = 1").is_err());
    }

    #[test]
    fn nothing_is_written_when_something_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("there"), "x").unwrap();
        let mut changes = Changes::new(folder.path());
        changes.make("new", "y").unwrap();
        assert!(changes.make("there", "y").is_err());
        assert!(changes.edit("gone", |text| Ok(text.to_owned())).is_err());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
