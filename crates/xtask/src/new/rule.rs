//! `cargo xtask new-rule`: the rule's file with the headings of its page, its line in the list, and two cases, one that
//! fires and one that stays silent. All of them fail a test until somebody fills them in.

use std::path::Path;

use anyhow::{Context, Result, bail, ensure};

use super::{Changes, case, check_name, fill};
use crate::generate::rules;

/// What to make.
#[derive(clap::Args)]
pub struct NewRuleArgs {
    /// Where its rules lie: a folder of `crates/`, or an action whose rules are its own.
    #[arg(value_name = "CRATE")]
    place: String,
    /// Its id: `unmapped-changed-file`.
    id: String,
    /// How bad a finding is.
    #[arg(long, value_parser = ["critical", "high", "medium", "low", "info"])]
    severity: String,
    /// A short title: what it finds. Without it: the id's words.
    #[arg(long)]
    title: Option<String>,
}

/// `cargo xtask new-rule`.
pub fn run(args: &NewRuleArgs) -> Result<()> {
    let root = crate::root();
    let changes = plan(&root, args)?;
    changes.write()?;
    println!(
        "next: write the page and the check in the new file, fill the two cases, then run\n  \
         {} && cargo test -p xtask --test rules",
        crate::generate::COMMAND
    );
    Ok(())
}

fn plan(root: &Path, args: &NewRuleArgs) -> Result<Changes> {
    check_name("a rule", &args.id)?;
    let candidates = [format!("crates/{}", args.place), format!("actions/{}", args.place)];
    let folder = candidates.iter().find(|folder| root.join(folder).join("src/rules.rs").is_file());
    let folder =
        folder.with_context(|| format!("neither {} has a src/rules.rs", candidates.join(" nor ")))?;
    let list = format!("{folder}/src/rules.rs");
    let actions: Vec<String> = users(root, &root.join(folder).join("src/rules"))?;
    ensure!(!actions.is_empty(), "no action uses the rules of {folder}");

    let module = args.id.replace('-', "_");
    let mut title = args.title.clone().unwrap_or_else(|| args.id.replace('-', " "));
    title[..1].make_ascii_uppercase();
    let mut severity = args.severity.clone();
    severity[..1].make_ascii_uppercase();
    let text = std::fs::read_to_string(root.join(&list))?;
    let (uses, arguments) = signature(&text).with_context(|| format!("{list} is not as expected"))?;
    let mut changes = Changes::new(root);
    let values = [
        ("id", args.id.as_str()),
        ("title", &title),
        ("severity", &severity),
        ("version", env!("CARGO_PKG_VERSION")),
        ("uses", &uses),
        ("arguments", &arguments),
    ];
    changes.make(
        format!("{folder}/src/rules/{module}.rs"),
        fill(include_str!("../../templates/rule/rule.rs"), &values),
    )?;
    changes.edit(&list, |text| register(text, &module))?;
    for action in actions {
        let id = &args.id;
        case::add(&mut changes, &action, &format!("{id}-fires"), &format!("The rule {id} finds something."))?;
        case::add(
            &mut changes,
            &action,
            &format!("{id}-silent"),
            &format!("Nothing for the rule {id} to find."),
        )?;
    }
    Ok(changes)
}

/// The actions whose rules lie in a folder.
fn users(root: &Path, folder: &Path) -> Result<Vec<String>> {
    let mut users = Vec::new();
    for action in gatewright::actions() {
        let name = action.about().name;
        if rules::folders(root, name)?.iter().any(|other| other == folder) {
            users.push(name.to_owned());
        }
    }
    Ok(users)
}

/// What a check of this list is told, and where those types come from.
fn signature(list: &str) -> Result<(String, String)> {
    let check = list.lines().find_map(|line| line.trim().strip_prefix("pub check: fn("));
    let types =
        check.and_then(|rest| rest.split_once(") ->")).context("there is no `pub check: fn(…) -> …`")?.0;
    let arguments: Vec<String> = types.split(',').map(|argument| format!("_: {}", argument.trim())).collect();
    let uses: String =
        list.lines().filter(|line| line.starts_with("use crate::")).map(|line| format!("{line}\n")).collect();
    Ok((uses, arguments.join(", ")))
}

/// Puts a module into the list, in the order of the alphabet.
fn register(list: &str, module: &str) -> Result<String> {
    let modules: Vec<&str> = list.lines().filter_map(declared).collect();
    if modules.contains(&module) {
        bail!("`{module}` is registered already");
    }
    ensure!(!modules.is_empty(), "there is no `mod …;` to put this one beside");
    let count = modules.len();
    let mut lines: Vec<String> = Vec::new();
    let (mut declared_yet, mut registered_yet) = (false, false);
    let entry = format!("    RegisteredRule {{ info: {module}::INFO, check: {module}::check }},");
    for line in list.lines() {
        let other = declared(line);
        if !declared_yet && (other.is_some_and(|other| other > module) || (other.is_none() && after(&lines)))
        {
            lines.push(format!("mod {module};"));
            declared_yet = true;
        }
        let other =
            line.trim().strip_prefix("RegisteredRule { info: ").and_then(|rest| rest.split("::").next());
        let ends = line.trim() == "];" && lines.last().is_some_and(|line| line.contains("RegisteredRule {"));
        if !registered_yet && (other.is_some_and(|other| other > module) || ends) {
            lines.push(entry.clone());
            registered_yet = true;
        }
        let line = line.replace(&format!("; {count}]"), &format!("; {}]", count + 1));
        lines.push(line);
    }
    ensure!(declared_yet && registered_yet, "there is no list `ALL` of `RegisteredRule`");
    Ok(lines.join("\n") + "\n")
}

fn declared(line: &str) -> Option<&str> {
    line.strip_prefix("mod ").and_then(|rest| rest.strip_suffix(';'))
}

/// Whether the last line was a declaration.
fn after(lines: &[String]) -> bool {
    lines.last().is_some_and(|line| declared(line).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIST: &str = include_str!("../../templates/domain/rules.rs");

    #[test]
    fn a_rule_is_registered_in_order() {
        let list = register(&register(LIST, "zebra").unwrap(), "bare_link").unwrap();
        assert!(list.contains("\nmod bare_link;\nmod long_file;\nmod zebra;\n\n"), "{list}");
        let entries: Vec<_> = list.lines().filter(|line| line.contains("RegisteredRule { info")).collect();
        assert_eq!(entries.len(), 3);
        assert!(entries.is_sorted(), "{entries:?}");
        assert_eq!(list.matches("; 3]").count(), LIST.matches("; 1]").count());
        assert!(register(LIST, "long_file").unwrap_err().to_string().contains("registered already"));
        assert!(register("mod a;\n", "b").is_err() && register("", "b").is_err());
    }

    #[test]
    fn our_own_list_takes_a_rule() {
        let text = std::fs::read_to_string(crate::root().join("crates/coverage/src/rules.rs")).unwrap();
        let list = register(&text, "new_one").unwrap();
        assert_eq!(list.lines().count(), text.lines().count() + 2);
        let (uses, arguments) = signature(&text).unwrap();
        assert_eq!(uses, "use crate::evidence::Evidence;\nuse crate::policy::Policy;\n");
        assert_eq!(arguments, "_: &Evidence, _: &Policy");
    }

    #[test]
    fn what_is_wrong_is_refused() {
        let refused = |place: &str, id: &str| {
            let args = NewRuleArgs {
                place: place.to_owned(),
                id: id.to_owned(),
                severity: "low".to_owned(),
                title: None,
            };
            plan(&crate::root(), &args).unwrap_err().to_string()
        };
        assert_eq!(
            refused("coverage", "odd-report"),
            "crates/coverage/src/rules/odd_report.rs is there already"
        );
        assert!(refused("coverage", "Odd").starts_with("`Odd` is no name of a rule"));
        assert_eq!(refused("nowhere", "x"), "neither crates/nowhere nor actions/nowhere has a src/rules.rs");
    }
}
