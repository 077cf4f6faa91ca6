//! `cargo xtask new-case`: a folder below `tests/cases/`, whose `expected/` is written by the first run.

use std::path::Path;

use anyhow::{Result, ensure};

use super::{Changes, check_name};

/// What to make.
#[derive(clap::Args)]
pub struct NewCaseArgs {
    /// The action (or `gatewright`) whose case it is.
    action: String,
    /// What it shows: `unmapped-changed-file`.
    name: String,
}

/// `cargo xtask new-case`.
pub fn run(args: &NewCaseArgs) -> Result<()> {
    let root = crate::root();
    let changes = plan(&root, args)?;
    changes.write()?;
    println!("{}", next(&args.action, &args.name));
    Ok(())
}

fn plan(root: &Path, args: &NewCaseArgs) -> Result<Changes> {
    check_name("a case", &args.name)?;
    let mut known: Vec<&str> = gatewright::actions().iter().map(|action| action.about().name).collect();
    known.push("gatewright");
    ensure!(
        known.contains(&args.action.as_str()),
        "there is no action `{}`; there are {}",
        args.action,
        known.join(", ")
    );
    let mut changes = Changes::new(root);
    add(&mut changes, &args.action, &args.name, "What it shows, in one sentence.")?;
    Ok(changes)
}

/// The files of a case that is still to be written: it fails until it has an `expected/`.
pub(super) fn add(changes: &mut Changes, action: &str, name: &str, what: &str) -> Result<()> {
    let folder = format!("tests/cases/{action}/{name}");
    ensure!(!changes.root.join(&folder).exists(), "{folder} is there already");
    changes.make(format!("{folder}/run"), format!("# {what}\n"))?;
    // Git keeps no empty folder.
    changes.make(format!("{folder}/input/.gitkeep"), "")
}

/// What to do with a new case.
pub(super) fn next(action: &str, name: &str) -> String {
    format!(
        "next: put the files it judges into tests/cases/{action}/{name}/input/ (tests/cases/README.md says what else \
         there can be), then write down what comes out and read it:\n  \
         UPDATE_EXPECT=1 cargo test -p gatewright-tests --test cases -- {action}/{name}"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(action: &str, name: &str) -> String {
        let args = NewCaseArgs { action: action.to_owned(), name: name.to_owned() };
        plan(&crate::root(), &args).unwrap_err().to_string()
    }

    #[test]
    fn a_case_needs_an_action_and_a_name_of_its_own() {
        assert!(
            refused("coverage-gaet", "x")
                .starts_with("there is no action `coverage-gaet`; there are coverage-gate")
        );
        assert!(refused("coverage-gate", "A b").starts_with("`A b` is no name of a case"));
    }
}
