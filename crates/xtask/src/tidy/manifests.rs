//! Rules over Cargo manifests: versions and lints are decided once, in the root, and dependencies point the
//! way of the house: core knows no member, a concern knows only core, an action knows no other action.

use toml::{Table, Value};

use super::{Problem, SourceFile, Tree};

/// Crates that talk over a network.
const NETWORK: [&str; 11] = [
    "octocrab",
    "ureq",
    "reqwest",
    "hyper",
    "hyper-util",
    "hyper-rustls",
    "rustls",
    "tokio-rustls",
    "attohttpc",
    "isahc",
    "curl",
];

/// The actions whose work is GitHub's. All others are gates: they link no network code, and leave reports behind.
const TALKERS: [&str; 5] = ["pr-comment", "pr-context", "sarif-upload", "task-sync", "branch-protection"];

/// What a member takes from `[workspace.package]`.
const INHERITED: [&str; 5] = ["version", "edition", "rust-version", "license", "publish"];

struct Member<'a> {
    file: &'a SourceFile,
    manifest: Table,
}

/// The places of the house, by what they may depend on.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Core,
    /// A concern, `git` or `github`: core only.
    Library,
    Action,
    /// The front door, chores and tests: anything.
    Free,
}

pub(super) fn workspace_decides(tree: &Tree, problems: &mut Vec<Problem>) {
    for member in members(tree, problems) {
        let inherits =
            |value: Option<&Value>| value.and_then(|value| value.get("workspace")?.as_bool()) == Some(true);
        if !inherits(member.manifest.get("lints")) {
            let mend = "add `[lints]` with `workspace = true`";
            problems.push(member.file.problem(1, "the lints of the workspace are not used", mend));
        }
        let package = member.manifest.get("package").and_then(Value::as_table);
        for key in INHERITED {
            if !inherits(package.and_then(|package| package.get(key))) {
                let mend = format!("write `{key}.workspace = true` below `[package]`");
                problems.push(member.file.problem(member.file.line_of(key), format!("an own `{key}`"), mend));
            }
        }
        if package.is_some_and(|package| package.contains_key("default-run"))
            && member.path() != "crates/gatewright"
        {
            let mend = "remove it: a bare `cargo run` is the front door";
            problems.push(member.file.problem(
                member.file.line_of("default-run"),
                "a second `default-run`",
                mend,
            ));
        }
        for (name, value) in member.dependencies() {
            if !inherits(Some(value)) {
                let mend =
                    format!("put the version into the root's manifest and write `{name}.workspace = true`");
                problems.push(member.problem(name, format!("`{name}` has a version of its own"), mend));
            }
        }
    }
}

pub(super) fn dependencies_point_to_core(tree: &Tree, problems: &mut Vec<Problem>) {
    let members = members(tree, &mut Vec::new());
    let names: Vec<(&str, Place)> =
        members.iter().filter_map(|member| Some((member.name()?, member.place()))).collect();
    for member in &members {
        for (name, _) in member.dependencies() {
            let Some((_, place)) = names.iter().find(|(member, _)| *member == name) else { continue };
            let wrong = match (member.place(), place) {
                (Place::Free, _)
                | (Place::Library, Place::Core)
                | (Place::Action, Place::Core | Place::Library) => continue,
                (Place::Core, _) => "core knows no other member",
                (Place::Library, _) => "a library knows only core",
                (Place::Action, _) => "an action knows only libraries",
            };
            let mend = "hand over what is needed as a value of core's, or move the shared type into core";
            problems.push(member.problem(name, format!("depends on `{name}`: {wrong}"), mend.to_owned()));
        }
    }
}

pub(super) fn only_github_talks_to_github(tree: &Tree, problems: &mut Vec<Problem>) {
    for member in members(tree, &mut Vec::new()).iter().filter(|member| member.path() != "crates/github") {
        for (name, _) in member.dependencies().filter(|(name, _)| NETWORK.contains(name)) {
            let mend = "ask `gatewright-github` for it".to_owned();
            problems.push(member.problem(name, format!("`{name}` outside crates/github"), mend));
        }
        let gate =
            member.place() == Place::Action && !member.name().is_some_and(|name| TALKERS.contains(&name));
        if gate && member.dependencies().any(|(name, _)| name == "gatewright-github") {
            let mend = "leave a report, and let `pr-comment` or `sarif-upload` carry it".to_owned();
            problems.push(member.problem(
                "gatewright-github",
                "a gate that links network code".to_owned(),
                mend,
            ));
        }
    }
}

/// The members' manifests; one that can't be read is a problem of its own.
fn members<'a>(tree: &'a Tree, problems: &mut Vec<Problem>) -> Vec<Member<'a>> {
    let mut members = Vec::new();
    for file in tree.files.iter().filter(|file| is_member(&file.path)) {
        match file.text.parse::<Table>() {
            Ok(manifest) => members.push(Member { file, manifest }),
            Err(error) => problems.push(file.problem(1, error.message(), "write valid TOML")),
        }
    }
    members
}

fn is_member(path: &str) -> bool {
    let parts: Vec<&str> = path.split('/').collect();
    matches!(parts[..], ["actions" | "crates", _, "Cargo.toml"] | ["tests", "Cargo.toml"])
}

impl Member<'_> {
    fn path(&self) -> &str {
        self.file.path.trim_end_matches("/Cargo.toml")
    }

    fn name(&self) -> Option<&str> {
        self.manifest.get("package")?.get("name")?.as_str()
    }

    fn place(&self) -> Place {
        match self.path() {
            "crates/core" => Place::Core,
            "crates/gatewright" | "crates/xtask" | "tests" => Place::Free,
            path if path.starts_with("actions/") => Place::Action,
            _ => Place::Library,
        }
    }

    /// All dependencies of all kinds and platforms.
    fn dependencies(&self) -> impl Iterator<Item = (&str, &Value)> {
        let platforms = self.manifest.get("target").and_then(Value::as_table);
        let platforms =
            platforms.into_iter().flat_map(|targets| targets.values().filter_map(Value::as_table));
        std::iter::once(&self.manifest).chain(platforms).flat_map(|table| {
            ["dependencies", "dev-dependencies", "build-dependencies"]
                .into_iter()
                .filter_map(move |kind| table.get(kind)?.as_table())
                .flat_map(|dependencies| dependencies.iter().map(|(name, value)| (name.as_str(), value)))
        })
    }

    fn problem(&self, dependency: &str, wrong: String, mend: String) -> Problem {
        self.file.problem(self.file.line_of(dependency), wrong, mend)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::judged;

    const INHERITS: &str = "version.workspace = true\nedition.workspace = true\nrust-version.workspace = true\n\
                            license.workspace = true\npublish.workspace = true\n";

    fn manifest(name: &str, dependencies: &str) -> String {
        let dependencies = dependencies.replace(' ', ".workspace = true\n");
        format!(
            "[package]\nname = \"{name}\"\n{INHERITS}[dependencies]\n{dependencies}[lints]\nworkspace = true\n"
        )
    }

    #[test]
    fn what_the_workspace_decides_is_inherited() {
        let good = manifest("a", "serde ");
        assert_eq!(judged(workspace_decides, &[("crates/a/Cargo.toml", &good)]), Vec::<String>::new());
        let bad = "[package]\nname = \"a\"\nversion = \"1.0.0\"\nedition.workspace = true\nrust-version.workspace = true\n\
                   license.workspace = true\npublish.workspace = true\ndefault-run = \"a\"\n\
                   [target.'cfg(unix)'.dependencies]\nlibc = \"0.2\"\n";
        assert_eq!(
            judged(workspace_decides, &[("actions/a/Cargo.toml", bad), ("fuzz/Cargo.toml", "")]),
            [
                "actions/a/Cargo.toml:1: the lints of the workspace are not used",
                "actions/a/Cargo.toml:3: an own `version`",
                "actions/a/Cargo.toml:8: a second `default-run`",
                "actions/a/Cargo.toml:10: `libc` has a version of its own",
            ]
        );
        let broken = judged(workspace_decides, &[("tests/Cargo.toml", "[package")]);
        assert!(broken[0].starts_with("tests/Cargo.toml:1: "), "{broken:?}");
    }

    #[test]
    fn dependencies_point_one_way() {
        let files = [
            ("crates/core/Cargo.toml", manifest("gatewright-core", "serde ")),
            ("crates/coverage/Cargo.toml", manifest("gatewright-coverage", "gatewright-core ")),
            (
                "actions/coverage-gate/Cargo.toml",
                manifest("coverage-gate", "gatewright-core gatewright-coverage "),
            ),
            ("crates/gatewright/Cargo.toml", manifest("gatewright", "coverage-gate gatewright-core ")),
        ];
        let good: Vec<_> = files.iter().map(|(path, text)| (*path, text.as_str())).collect();
        assert_eq!(judged(dependencies_point_to_core, &good), Vec::<String>::new());

        let core = manifest("gatewright-core", "gatewright-coverage ");
        let coverage = manifest("gatewright-coverage", "gatewright-sarif ");
        let sarif = manifest("gatewright-sarif", "");
        let first = manifest("first", "second ");
        let second = manifest("second", "");
        let bad = [
            ("crates/core/Cargo.toml", core.as_str()),
            ("crates/coverage/Cargo.toml", &coverage),
            ("crates/sarif/Cargo.toml", &sarif),
            ("actions/first/Cargo.toml", &first),
            ("actions/second/Cargo.toml", &second),
        ];
        assert_eq!(
            judged(dependencies_point_to_core, &bad),
            [
                "crates/core/Cargo.toml:9: depends on `gatewright-coverage`: core knows no other member",
                "crates/coverage/Cargo.toml:9: depends on `gatewright-sarif`: a library knows only core",
                "actions/first/Cargo.toml:9: depends on `second`: an action knows only libraries",
            ]
        );
    }

    #[test]
    fn the_network_has_one_door() {
        let client = manifest("a", "ureq ");
        let files = [("crates/a/Cargo.toml", client.as_str()), ("crates/github/Cargo.toml", &client)];
        assert_eq!(
            judged(only_github_talks_to_github, &files),
            ["crates/a/Cargo.toml:9: `ureq` outside crates/github"]
        );
        let gate = manifest("coverage-gate", "gatewright-github ");
        let talker = manifest("pr-comment", "gatewright-github ");
        let files =
            [("actions/coverage-gate/Cargo.toml", gate.as_str()), ("actions/pr-comment/Cargo.toml", &talker)];
        assert_eq!(
            judged(only_github_talks_to_github, &files),
            ["actions/coverage-gate/Cargo.toml:9: a gate that links network code"]
        );
    }
}
