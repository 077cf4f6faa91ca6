//! What is generated is as its sources say, and what GitHub reads of it agrees with what the programs read.

use std::collections::BTreeMap;

use gatewright_core::action::{Action, SHARED_OUTPUTS};
use gatewright_core::config::yaml::{self, Node, Value};
use xtask::generate;

#[test]
fn no_generated_file_is_stale() {
    let stale = generate::stale(&xtask::root()).unwrap();
    let paths: Vec<_> = stale.iter().map(|file| file.path.as_str()).collect();
    assert!(paths.is_empty(), "stale: {}\nmend them by `{}`", paths.join(", "), generate::COMMAND);
}

fn text(node: &Node, path: &[&str]) -> Option<String> {
    let node = path.iter().try_fold(node, |node, key| node.get(key))?;
    match &node.value {
        Value::Scalar { text, .. } => Some(text.clone()),
        _ => None,
    }
}

fn keys(node: &Node, key: &str) -> Vec<String> {
    node.get(key)
        .map(|node| node.entries().iter().map(|entry| entry.key.clone()).collect())
        .unwrap_or_default()
}

fn each_action(check: fn(&Action, &Node)) {
    let actions = gatewright::actions();
    assert!(!actions.is_empty());
    for action in &actions {
        let path = xtask::root().join(format!("actions/{}/action.yml", action.about().name));
        let file = std::fs::read_to_string(path).expect("every action has one");
        check(action, &yaml::parse(&file).expect("it is YAML"));
    }
}

#[test]
fn action_yml_declares_what_the_program_takes() {
    each_action(|action, file| {
        assert_eq!(keys(file, "inputs"), action.inputs());
        let command = action.command();
        for name in action.inputs() {
            let argument =
                command.get_arguments().find(|argument| argument.get_long() == Some(&name)).unwrap();
            let description = text(file, &["inputs", &name, "description"]).unwrap();
            let help = argument.get_long_help().or(argument.get_help()).unwrap().to_string();
            let start: String = help.split_whitespace().collect::<Vec<_>>().join(" ");
            assert!(description.starts_with(&start), "{name}: `{description}` does not begin with `{start}`");
            let default =
                argument.get_default_values().first().map(|value| value.to_string_lossy().into_owned());
            let said =
                description.rsplit_once("Default: `").map(|(_, rest)| rest.trim_end_matches("`.").to_owned());
            assert_eq!(said, default, "{name}");
            // GitHub would pass it as if somebody had said it, and the configuration would never count.
            let token = (name == "token").then(|| "${{ github.token }}".to_owned());
            assert_eq!(text(file, &["inputs", &name, "default"]), token, "{name}");
            assert_eq!(text(file, &["inputs", &name, "required"]).as_deref(), Some("false"));
        }
    });
}

#[test]
fn action_yml_hands_over_every_output() {
    each_action(|action, file| {
        let declared = SHARED_OUTPUTS.iter().chain(action.about().outputs).map(|output| output.name);
        let declared: Vec<_> = declared.collect();
        assert_eq!(keys(file, "outputs"), declared);
        for name in declared {
            assert_eq!(
                text(file, &["outputs", name, "value"]).unwrap(),
                format!("${{{{ steps.unix.outputs.{name} || steps.windows.outputs.{name} }}}}")
            );
        }
    });
}

#[test]
fn both_steps_map_every_input_and_expand_nothing() {
    each_action(|action, file| {
        let expected: BTreeMap<String, String> = action
            .inputs()
            .iter()
            .map(|name| {
                let variable = format!("INPUT_{}", name.to_uppercase().replace('-', "_"));
                (variable, format!("${{{{ inputs.{name} }}}}"))
            })
            .collect();
        assert_eq!(text(file, &["runs", "using"]).as_deref(), Some("composite"));
        let Value::List(steps) = &file.get("runs").unwrap().get("steps").unwrap().value else {
            panic!("steps are a list");
        };
        let ids: Vec<_> = steps.iter().map(|step| text(step, &["id"]).unwrap()).collect();
        assert_eq!(ids, ["unix", "windows"]);
        for step in steps {
            let mapped: BTreeMap<String, String> = keys(step, "env")
                .into_iter()
                .map(|key| (key.clone(), text(step, &["env", &key]).unwrap()))
                .collect();
            assert_eq!(mapped, expected);
            let run = text(step, &["run"]).unwrap();
            assert!(!run.contains("${{") && run.contains(action.about().name), "{run}");
        }
    });
}
