//! What ties a rule together: its file, its id, its line in the list, its page, a case in which it finds something and
//! one in which it stays silent.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use gatewright_core::report::RuleInfo;
use serde_json::Value;
use xtask::generate::rules;

#[test]
fn every_rule_has_its_file_its_page_and_its_cases() {
    let root = xtask::root();
    let mut problems = Vec::new();
    let mut checked = 0;
    for action in gatewright::actions() {
        let about = action.about();
        let reference = fs::read_to_string(root.join(rules::path(about.name))).unwrap_or_default();
        let cases = cases(&root.join("tests/cases").join(about.name));
        for rule in about.rules {
            checked += 1;
            let id = rule.id;
            if let Err(error) = rules::file(&root, about.name, id) {
                problems.push(format!("{error}: a rule's file has its id's name"));
            }
            if !reference.contains(&format!("\n## {id}\n")) {
                problems.push(format!("{} has no page of {id}: cargo xtask gen", rules::path(about.name)));
            }
            let new_case = |what: &str| new_case(&root, about.name, &format!("{id}-{what}"));
            if !cases.iter().any(|case| case.has(rule)) {
                problems.push(format!(
                    "no case of {} in which {id} finds anything: {}",
                    about.name,
                    new_case("fires")
                ));
            }
            if !cases.iter().any(|case| !case.has(rule)) {
                problems.push(format!(
                    "no case of {} in which {id} is silent: {}",
                    about.name,
                    new_case("silent")
                ));
            }
        }
        let listed: BTreeSet<String> = about.rules.iter().map(|rule| rule.id.to_owned()).collect();
        for file in rules::folders(&root, about.name).unwrap().iter().flat_map(|folder| files(folder)) {
            if !listed.contains(&file) {
                problems.push(format!("the rule {file} is in a file, but not in the list `ALL`"));
            }
        }
    }
    assert!(checked > 0);
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

/// The command that makes a case, or writes down what comes out of one that was begun.
fn new_case(root: &Path, action: &str, name: &str) -> String {
    if root.join("tests/cases").join(action).join(name).is_dir() {
        return format!(
            "fill it, then UPDATE_EXPECT=1 cargo test -p gatewright-tests --test cases -- {action}/{name}"
        );
    }
    format!("cargo xtask new-case {action} {name}")
}

/// The ids that the files of a folder have by their names.
fn files(folder: &Path) -> Vec<String> {
    let entries =
        fs::read_dir(folder).expect("it is a folder").map(|entry| entry.expect("it can be listed").path());
    let rust = entries.filter(|path| path.extension().is_some_and(|extension| extension == "rs"));
    rust.filter_map(|path| Some(path.file_stem()?.to_string_lossy().replace('_', "-"))).collect()
}

/// What a case expects to be found: annotations by their titles, findings by their rules.
struct Case {
    annotations: BTreeSet<String>,
    findings: BTreeSet<String>,
}

impl Case {
    fn has(&self, rule: &RuleInfo) -> bool {
        self.annotations.contains(rule.title) || self.findings.contains(rule.id)
    }
}

/// The cases of an action that expect something that can be looked at.
fn cases(folder: &Path) -> Vec<Case> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let mut cases = Vec::new();
    for entry in entries {
        let expected = entry.expect("it can be listed").path().join("expected");
        let json = |name: &str| -> Option<Value> {
            let text = fs::read_to_string(expected.join(name)).ok()?;
            Some(
                serde_json::from_str(&text)
                    .unwrap_or_else(|error| panic!("{}/{name}: {error}", expected.display())),
            )
        };
        let (shown, report) = (json("shown.json"), json("report.json"));
        if shown.is_none() && report.is_none() {
            continue;
        }
        let texts = |value: &Option<Value>, list: &str, key: &str| -> BTreeSet<String> {
            let items = value.as_ref().and_then(|value| value[list].as_array());
            let texts = items.into_iter().flatten().filter_map(|item| item[key].as_str());
            texts.map(str::to_owned).collect()
        };
        cases.push(Case {
            annotations: texts(&shown, "annotations", "title"),
            findings: texts(&report, "findings", "rule"),
        });
    }
    cases
}
