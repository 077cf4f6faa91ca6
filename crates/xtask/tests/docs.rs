//! The examples in our documentation hold: workflows use inputs that exist, configurations are read by the real
//! reader, and commands are run.

use std::collections::BTreeMap;
use std::path::PathBuf;

use gatewright_core::action::Action;
use gatewright_core::config::ConfigFile;
use gatewright_core::config::yaml::{self, Node, Value};
use gatewright_core::input::{Said, is_setting, resolve, unjudged};
use xtask::transcript;

/// Every document with examples.
fn documents() -> Vec<(String, String)> {
    let mut paths = vec!["README.md".to_owned(), "CONTRIBUTING.md".to_owned()];
    paths.extend(
        gatewright::actions().iter().map(|action| format!("actions/{}/README.md", action.about().name)),
    );
    paths.extend(pages("docs"));
    paths.extend(pages("docs/migrate"));
    let read = |path: String| {
        let text = std::fs::read_to_string(xtask::root().join(&path)).expect("the document is there");
        (path, text)
    };
    paths.into_iter().map(read).collect()
}

/// The pages of a folder.
fn pages(folder: &str) -> Vec<String> {
    let entries = std::fs::read_dir(xtask::root().join(folder)).expect("the folder is there");
    let paths = entries.map(|entry| entry.expect("it can be listed").path());
    let is_page = |path: &PathBuf| path.extension().is_some_and(|extension| extension == "md");
    let mut pages: Vec<String> = paths.filter(is_page).map(|path| xtask::shown(&path)).collect();
    pages.sort();
    pages
}

/// The `yaml` blocks of a document.
fn blocks(markdown: &str) -> Vec<String> {
    fenced(markdown, "yaml")
}

/// The blocks of a document in some language.
fn fenced(markdown: &str, language: &str) -> Vec<String> {
    let fence = format!("\n```{language}\n");
    let parts = markdown.split(fence.as_str()).skip(1);
    parts.map(|part| part.split("\n```").next().unwrap_or_default().to_owned() + "\n").collect()
}

/// Where people come from.
struct Elsewhere {
    tool: &'static str,
    /// What they have there.
    old: &'static str,
    /// What takes its place.
    action: &'static str,
}

const ELSEWHERE: [Elsewhere; 8] = [
    Elsewhere { tool: "codecov", old: "codecov.yml", action: "coverage-gate" },
    Elsewhere { tool: "coveralls", old: ".coveralls.yml", action: "coverage-gate" },
    Elsewhere { tool: "diff-cover", old: "pyproject.toml", action: "coverage-gate" },
    Elsewhere { tool: "dorny-test-reporter", old: ".github/workflows/tests.yml", action: "test-report" },
    Elsewhere {
        tool: "enricomi-publish-unit-test-result",
        old: ".github/workflows/tests.yml",
        action: "test-report",
    },
    Elsewhere { tool: "octocov", old: ".octocov.yml", action: "coverage-gate" },
    Elsewhere {
        tool: "one-job-per-scanner",
        old: ".github/workflows/security.yml",
        action: "security-sarif",
    },
    Elsewhere { tool: "upload-sarif", old: ".github/workflows/security.yml", action: "sarif-upload" },
];

impl Elsewhere {
    fn page(&self) -> String {
        format!("docs/migrate/from-{}.md", self.tool)
    }

    fn case(&self) -> String {
        format!("tests/cases/{}/migrate-from-{}", self.action, self.tool)
    }

    fn file_of_case(&self, path: &str) -> String {
        let file = format!("{}/{path}", self.case());
        std::fs::read_to_string(xtask::root().join(&file)).unwrap_or_else(|error| panic!("{file}: {error}"))
    }
}

/// Whether a block is the configuration of the tool that a page leads away from.
fn is_from_elsewhere(path: &str, block: &str) -> bool {
    let found = ELSEWHERE.iter().find(|elsewhere| path == elsewhere.page());
    found.is_some_and(|elsewhere| elsewhere.file_of_case(&format!("input/{}", elsewhere.old)) == block)
}

#[test]
fn every_example_is_one_that_we_take() {
    let actions = gatewright::actions();
    let (mut workflows, mut configurations) = (0, 0);
    for (path, text) in documents() {
        for block in blocks(&text).into_iter().filter(|block| !is_from_elsewhere(&path, block)) {
            let node = yaml::parse(&block).unwrap_or_else(|error| panic!("{path}: {error}\n{block}"));
            if node.get("jobs").is_some() {
                workflows += 1;
                check_workflow(&path, &node, &actions);
            } else if node
                .entries()
                .iter()
                .any(|entry| actions.iter().any(|action| action.about().name == entry.key))
            {
                configurations += 1;
                check_configuration(&path, &block, &actions);
            } else {
                panic!("{path}: this is neither a workflow nor a configuration:\n{block}");
            }
        }
    }
    assert!(workflows >= 2 && configurations >= 2, "{workflows} workflows, {configurations} configurations");
}

#[test]
fn what_a_page_leads_to_is_what_its_case_runs() {
    let expected = ELSEWHERE.map(|elsewhere| elsewhere.page());
    assert_eq!(pages("docs/migrate"), expected, "`ELSEWHERE` names each page");
    for elsewhere in &ELSEWHERE {
        let path = elsewhere.page();
        let text = std::fs::read_to_string(xtask::root().join(&path)).expect("the page is there");
        assert!(text.contains(&format!("(../../{})", elsewhere.case())), "{path} does not lead to its case");
        let old = elsewhere.old;
        let language = if old == "pyproject.toml" { "toml" } else { "yaml" };
        for (language, file) in [(language, old), ("yaml", ".github/gatewright.yml")] {
            let content = elsewhere.file_of_case(&format!("input/{file}"));
            let shown = fenced(&text, language).contains(&content);
            assert!(shown, "{path} does not show what the case has as {file}:\n{content}");
            let base = elsewhere.file_of_case(&format!("base/{file}"));
            assert_eq!(base, content, "{path}: on a pull request the base's {file} counts");
        }
        // What is said on a command line is what the case runs, unless it stands in for the store of baselines.
        let run = elsewhere.file_of_case("run");
        for said in run.lines().filter_map(|line| line.strip_prefix("args: ")) {
            let shown = fenced(&text, "sh").contains(&format!("{} {said}\n", elsewhere.action));
            let stands_in = said.starts_with("--baseline ");
            assert!(shown || stands_in, "{path} does not show `{} {said}`", elsewhere.action);
        }
    }
    let actions: std::collections::BTreeSet<&str> =
        ELSEWHERE.iter().map(|elsewhere| elsewhere.action).collect();
    let folders = actions.iter().map(|action| xtask::root().join("tests/cases").join(action));
    let cases = folders.flat_map(|folder| std::fs::read_dir(folder).expect("the cases are there"));
    let names = cases.map(|case| case.expect("it can be listed").file_name().to_string_lossy().into_owned());
    let migrations = names.filter(|name| name.starts_with("migrate-from-")).count();
    assert_eq!(migrations, ELSEWHERE.len(), "each case has a page");
}

#[test]
fn every_workflow_gives_our_actions_inputs_that_they_have() {
    let actions = gatewright::actions();
    let mut checked = 0;
    for folder in ["workflows-templates", ".github/workflows", "examples/fork-comment"] {
        for entry in std::fs::read_dir(xtask::root().join(folder)).expect("the folder is there") {
            let path = entry.expect("it can be listed").path();
            if path.extension().is_some_and(|extension| extension == "yml") {
                let text = std::fs::read_to_string(&path).expect("it can be read");
                let shown = xtask::shown(&path);
                let node = yaml::parse(&text).unwrap_or_else(|error| panic!("{shown}: {error}"));
                check_workflow(&shown, &node, &actions);
                checked += 1;
            }
        }
    }
    assert!(checked > 0);
}

fn items(node: &Node) -> &[Node] {
    match &node.value {
        Value::List(items) => items,
        _ => &[],
    }
}

fn scalar(node: Option<&Node>) -> &str {
    match node.map(|node| &node.value) {
        Some(Value::Scalar { text, .. }) => text,
        _ => "",
    }
}

fn check_workflow(path: &str, node: &Node, actions: &[Action]) {
    for job in node.get("jobs").expect("it has jobs").entries() {
        let steps = job.node.get("steps").map(items).unwrap_or_default();
        // What people copy judges pull requests, and those need the merge commit's parents.
        let to_copy = !path.starts_with(".github/");
        let uses_ours = to_copy && steps.iter().any(|step| scalar(step.get("uses")).contains("/actions/"));
        for step in steps {
            let used = scalar(step.get("uses"));
            let with = step.get("with").map(Node::entries).unwrap_or_default();
            if uses_ours && used.starts_with("actions/checkout@") {
                assert!(
                    with.iter().any(|entry| entry.key == "fetch-depth"),
                    "{path}: {used} fetches too little"
                );
            }
            let Some((_, name)) = used.split_once("/actions/") else { continue };
            let name = name.split('@').next().unwrap_or_default();
            let action = actions.iter().find(|action| action.about().name == name);
            let action = action.unwrap_or_else(|| panic!("{path}: there is no action `{name}`"));
            let variables: BTreeMap<String, String> = with
                .iter()
                .map(|entry| {
                    (format!("INPUT_{}", entry.key.to_uppercase()), scalar(Some(&entry.node)).to_owned())
                })
                .collect();
            for entry in with {
                assert!(action.inputs().contains(&entry.key), "{path}: {name} has no input `{}`", entry.key);
            }
            let flags = unjudged(action.command().clone()).try_get_matches_from([name]).expect("no flags");
            if let Err(error) = resolve(action.command(), Said { flags: &flags, variables: &variables }, None)
            {
                panic!("{path}: {name}: {error}");
            }
        }
    }
}

fn check_configuration(path: &str, text: &str, actions: &[Action]) {
    let file =
        ConfigFile::parse(path, text).unwrap_or_else(|error| panic!("{path}: {}\n{text}", error.message));
    for (key, _) in file.actions() {
        let action = actions.iter().find(|action| action.about().name == key);
        let action = action.unwrap_or_else(|| panic!("{path}: there is no action `{key}`"));
        let inputs = action.inputs();
        let lists = action.about().lists;
        let known: Vec<&str> = inputs
            .iter()
            .map(String::as_str)
            .filter(|name| is_setting(name))
            .chain(lists.iter().map(|list| list.name))
            .collect();
        let check = || -> Result<usize, String> {
            let all = file.settings(key).map_err(|error| error.message)?;
            for settings in &all {
                settings.check_keys(&known).map_err(|error| error.message)?;
                settings.conditions().map_err(|error| error.message)?;
                lists
                    .iter()
                    .try_for_each(|list| settings.entries(list).map(drop))
                    .map_err(|error| error.message)?;
                settings.waivers().map_err(|error| error.message)?;
                let flags = unjudged(action.command().clone()).try_get_matches_from([key]).expect("no flags");
                let said = Said { flags: &flags, variables: &BTreeMap::new() };
                resolve(action.command(), said, Some(settings)).map_err(|failure| failure.to_string())?;
            }
            Ok(all.len())
        };
        match check() {
            Ok(settings) => assert!(settings > 0, "{path}: `{key}` is empty"),
            Err(message) => panic!("{path}: {message}\n{text}"),
        }
    }
}

#[test]
fn the_commands_of_the_actions_readmes_print_what_they_show() {
    for action in gatewright::actions() {
        let document = format!("actions/{}/README.md", action.about().name);
        let played = transcript::play(&document).unwrap_or_else(|error| panic!("{error:#}"));
        assert!(played > 0, "{document} shows no command");
    }
}
