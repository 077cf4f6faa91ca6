//! `cargo xtask new-action`: an action that builds, passes its tests and runs in a workflow as it comes. It judges the
//! length of text files, so that its tests are real; what it is meant to judge takes that sample's place.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, ensure};

use super::{Changes, RESERVED, check_name, fill, insert_sorted};
use crate::command;

/// A build of the new crates with warm dependencies.
const LIMIT: Duration = Duration::from_mins(10);

/// What to make.
#[derive(clap::Args)]
pub struct NewActionArgs {
    /// Its name, which is also its package's, its binary's and its key in the configuration.
    name: String,
    /// Its title. Without it: the name's words.
    #[arg(long)]
    title: Option<String>,
    /// Put what it knows into a library of its own, `crates/<CONCERN>`.
    #[arg(long = "crate", value_name = "CONCERN")]
    concern: Option<String>,
}

/// `cargo xtask new-action`.
pub fn run(args: &NewActionArgs) -> Result<()> {
    let root = crate::root();
    let name = &args.name;
    plan(&root, args)?.write()?;
    let mut packages = vec![format!("--package={name}"), "--package=gatewright".to_owned()];
    packages.extend(args.concern.iter().map(|concern| format!("--package=gatewright-{concern}")));
    cargo(&root, &["fmt"], &packages)?;
    print!("{}", cargo(&root, &["xtask", "gen"], &[])?);
    // What the cases say is written down by the program itself.
    let cases = ["test", "--quiet", "--package=gatewright-tests", "--test=cases", "--"];
    let mut update = cargo_command(&root, &cases, &[format!("{name}/")]);
    command::stdout(update.env("UPDATE_EXPECT", "1"), LIMIT)?;
    println!("made tests/cases/{name}/*/expected");
    println!("next: cargo test -p {name} && cargo test -p gatewright-tests --test cases -- {name}/");
    Ok(())
}

fn cargo(root: &Path, words: &[&str], more: &[String]) -> Result<String> {
    command::stdout(&mut cargo_command(root, words, more), LIMIT)
}

fn cargo_command(root: &Path, words: &[&str], more: &[String]) -> Command {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.args(words).args(more).current_dir(root);
    cargo
}

fn plan(root: &Path, args: &NewActionArgs) -> Result<Changes> {
    let name = args.name.as_str();
    check_name("an action", name)?;
    check_free(root, name)?;
    if let Some(concern) = &args.concern {
        check_name("a library", concern)?;
        check_free(root, concern)?;
        ensure!(concern != name, "the library needs a name of its own");
    }
    let mut changes = Changes::new(root);
    add_action(&mut changes, args)?;
    add_domain(&mut changes, args)?;
    add_cases(&mut changes, name)?;
    register(&mut changes, args)?;
    Ok(changes)
}

fn check_free(root: &Path, name: &str) -> Result<()> {
    ensure!(!RESERVED.contains(&name), "`{name}` means something else here");
    for parent in ["actions", "crates"] {
        ensure!(!root.join(parent).join(name).exists(), "{parent}/{name} is there already");
    }
    Ok(())
}

fn add_action(changes: &mut Changes, args: &NewActionArgs) -> Result<()> {
    let name = args.name.as_str();
    let mut title = args.title.clone().unwrap_or_else(|| name.replace('-', " "));
    if let Some(first) = title.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    ensure!(!title.trim().is_empty() && !title.contains(['"', '\\', '\n']), "`{title}` is no title");
    let domain = args.concern.as_ref().map(|concern| format!("gatewright-{concern}"));
    let path = domain.as_ref().map_or_else(|| "crate".to_owned(), |domain| domain.replace('-', "_"));
    let dependency = domain.as_ref().map(|domain| format!("{domain}.workspace = true\n")).unwrap_or_default();
    let (knows, modules, use_rules, dev) = match &domain {
        Some(domain) => (
            format!(
                "What a text is held to is known by `{domain}`;\n//! how it is shown, by `gatewright-core`."
            ),
            "",
            format!("use {path}::rules;\n"),
            "",
        ),
        None => (
            "What a text is held to is\n//! known by `judge`; how it is shown, by `gatewright-core`."
                .to_owned(),
            "pub mod judge;\npub mod rules;\n",
            String::new(),
            "\n[dev-dependencies]\nexpect-test.workspace = true\n",
        ),
    };
    let module = name.replace('-', "_");
    let values = [
        ("name", name),
        ("title", title.as_str()),
        ("module", &module),
        ("domain", &path),
        ("dependency", &dependency),
        ("knows", &knows),
        ("modules", modules),
        ("use-rules", &use_rules),
        ("dev-dependencies", dev),
    ];
    let templates = [
        ("Cargo.toml", include_str!("../../templates/action/Cargo.toml")),
        ("README.md", include_str!("../../templates/action/README.md")),
        ("src/main.rs", include_str!("../../templates/action/main.rs")),
        ("src/lib.rs", include_str!("../../templates/action/lib.rs")),
        ("src/inputs.rs", include_str!("../../templates/action/inputs.rs")),
    ];
    for (file, template) in templates {
        changes.make(format!("actions/{name}/{file}"), fill(template, &values))?;
    }
    Ok(())
}

/// What the sample knows: in a library of its own, or in the action.
fn add_domain(changes: &mut Changes, args: &NewActionArgs) -> Result<()> {
    let folder = match &args.concern {
        Some(concern) => {
            let folder = format!("crates/{concern}");
            let values = [("concern", concern.as_str())];
            let manifest = fill(include_str!("../../templates/domain/Cargo.toml"), &values);
            changes.make(format!("{folder}/Cargo.toml"), manifest)?;
            changes.make(format!("{folder}/src/lib.rs"), include_str!("../../templates/domain/lib.rs"))?;
            folder
        }
        None => format!("actions/{}", args.name),
    };
    let values = [("version", env!("CARGO_PKG_VERSION"))];
    let templates = [
        ("judge.rs", include_str!("../../templates/domain/judge.rs")),
        ("rules.rs", include_str!("../../templates/domain/rules.rs")),
        ("rules/long_file.rs", include_str!("../../templates/domain/long_file.rs")),
    ];
    for (file, template) in templates {
        changes.make(format!("{folder}/src/{file}"), fill(template, &values))?;
    }
    Ok(())
}

/// A case that passes and one that does not.
fn add_cases(changes: &mut Changes, name: &str) -> Result<()> {
    let notes = |lines: usize| (1..=lines).map(|line| format!("Note {line}.\n")).collect::<String>();
    let folder = format!("tests/cases/{name}");
    changes.make(format!("{folder}/passes/run"), "# A file that is short enough.\ninput: most-lines=3\n")?;
    changes.make(format!("{folder}/passes/input/NOTES.md"), notes(3))?;
    changes.make(
        format!("{folder}/long-file/run"),
        "# A file with two lines too many: the finding is at the first of them.\ninput: most-lines=3\n",
    )?;
    changes.make(format!("{folder}/long-file/input/NOTES.md"), notes(5))?;
    changes.make(format!("{folder}/missing/run"), "# No file at all never passes in silence.\n")
}

/// The places that list all actions.
fn register(changes: &mut Changes, args: &NewActionArgs) -> Result<()> {
    let name = args.name.as_str();
    let ours = |line: &str| line.contains("{ path = ");
    changes.edit("Cargo.toml", |text| {
        let mut text =
            insert_sorted(text, "# Our own", ours, &format!("{name} = {{ path = \"actions/{name}\" }}"))?;
        if let Some(concern) = &args.concern {
            let line = format!("gatewright-{concern} = {{ path = \"crates/{concern}\" }}");
            text = insert_sorted(&text, "# Our own", ours, &line)?;
        }
        Ok(text)
    })?;
    changes.edit("crates/gatewright/Cargo.toml", |text| {
        insert_sorted(text, "[dependencies]", |line| line.contains('='), &format!("{name}.workspace = true"))
    })?;
    changes.edit("crates/gatewright/src/lib.rs", |text| {
        let (before, rest) = text.split_once("vec![").context("there is no `vec![…]` of actions")?;
        let (list, after) = rest.split_once(']').context("the `vec![…]` of actions has no end")?;
        let mut actions: Vec<String> = list
            .split(',')
            .map(|action| action.trim().to_owned())
            .filter(|action| !action.is_empty())
            .collect();
        actions.push(format!("{}::action()", name.replace('-', "_")));
        actions.sort();
        Ok(format!("{before}vec![{}]{after}", actions.join(", ")))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn args(name: &str, concern: Option<&str>) -> NewActionArgs {
        NewActionArgs { name: name.to_owned(), title: None, concern: concern.map(str::to_owned) }
    }

    #[test]
    fn what_is_taken_or_no_name_is_refused() {
        let refused = |name: &str, concern: Option<&str>| {
            plan(&crate::root(), &args(name, concern)).unwrap_err().to_string()
        };
        assert_eq!(refused("coverage-gate", None), "actions/coverage-gate is there already");
        assert_eq!(refused("coverage", None), "crates/coverage is there already");
        assert_eq!(refused("check", None), "`check` means something else here");
        assert!(refused("Notes", None).starts_with("`Notes` is no name of an action"));
        assert_eq!(refused("a-new-one", Some("coverage")), "crates/coverage is there already");
        assert_eq!(refused("a-new-one", Some("a-new-one")), "the library needs a name of its own");
    }

    #[test]
    fn nothing_of_a_template_is_left_open() {
        for concern in [None, Some("letters")] {
            let changes = plan(&crate::root(), &args("a-new-one", concern)).unwrap();
            for (path, text) in changes.made.iter().chain(&changes.edited) {
                assert!(!text.contains("{{"), "{path}");
            }
            let list = &changes.edited["crates/gatewright/src/lib.rs"];
            assert!(list.contains("vec![a_new_one::action(), coverage_gate::action()"), "{list}");
            assert_eq!(changes.edited["Cargo.toml"].contains("gatewright-letters = "), concern.is_some());
        }
    }
}
