//! What follows from the sources: `action.yml`, the tables of the READMEs, the reference of rules and the schemas.
//! The truth is the list of actions in `gatewright` and the types of core; a generated file is never edited.
//!
//! Everything is made in memory first, so that `--check` and the writing can't disagree.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};
use gatewright_core::action::Action;

mod action_yml;
mod inputs;
mod readme;
pub mod rules;
mod schemas;

pub use inputs::InputAbout;
pub use schemas::{CONFIG, REPORT};

/// The command that mends every stale file.
pub const COMMAND: &str = "cargo xtask gen";

/// Whether to write or only to look.
#[derive(clap::Args)]
pub struct GenArgs {
    /// Write nothing; fail and name the files that are stale.
    #[arg(long)]
    check: bool,
}

/// A file as it should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Generated {
    /// Its path, relative to the root.
    pub path: String,
    /// All of its text.
    pub text: String,
}

/// `cargo xtask gen`.
pub fn run(args: &GenArgs) -> Result<()> {
    let root = crate::root();
    let stale = stale(&root)?;
    for file in &stale {
        if args.check {
            println!("stale: {}", file.path);
        } else {
            let path = root.join(&file.path);
            if let Some(folder) = path.parent() {
                fs::create_dir_all(folder)?;
            }
            fs::write(&path, &file.text).with_context(|| format!("{} can't be written", file.path))?;
            println!("wrote {}", file.path);
        }
    }
    match stale.len() {
        0 => println!("every generated file is as its sources say"),
        number if args.check => bail!("{number} generated files are stale; run `{COMMAND}`"),
        _ => {}
    }
    Ok(())
}

/// The files that are not what their sources say, as they should be.
pub fn stale(root: &Path) -> Result<Vec<Generated>> {
    let mut files = all(root)?;
    // A checkout may have turned the ends of lines into those of its system.
    let current =
        |file: &Generated| fs::read_to_string(root.join(&file.path)).map(|text| text.replace("\r\n", "\n"));
    files.retain(|file| current(file).ok().as_deref() != Some(&file.text));
    Ok(files)
}

/// Every generated file, by path.
pub fn all(root: &Path) -> Result<Vec<Generated>> {
    let actions = gatewright::actions();
    let mut files: Vec<Generated> = actions.iter().map(action_yml::render).collect();
    for action in &actions {
        files.push(readme::render(root, action)?);
        files.push(rules::render(root, action)?);
    }
    files.push(schemas::render_report()?);
    files.push(schemas::render_config(&actions)?);
    files.sort_by(|one, other| one.path.cmp(&other.path));
    Ok(files)
}

/// The folder of an action, relative to the root.
fn folder(action: &Action) -> String {
    format!("actions/{}", action.about().name)
}
