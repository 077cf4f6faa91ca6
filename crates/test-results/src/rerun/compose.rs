//! One line for a shell, from tests that are named in the language of their program.

use std::collections::{BTreeMap, BTreeSet};

use super::quote::shell;
use super::{Target, Tool};

pub(super) fn line(tool: Tool, targets: &[Target]) -> String {
    let tests: BTreeSet<&str> = targets.iter().map(|target| target.test.as_str()).collect();
    let files: BTreeSet<&str> =
        targets.iter().map(|target| target.file.as_str()).filter(|file| !file.is_empty()).collect();
    let files: Vec<String> = files.into_iter().map(file).collect();
    let words = match tool {
        Tool::Go => return go(&targets[0].group, &tests),
        Tool::Cargo if tests.contains("") => words(&["cargo", "test", &targets[0].group]),
        Tool::Cargo => [words(&["cargo", "test", "--", "--exact"]), quoted(&tests)].concat(),
        Tool::Nextest => vec!["cargo nextest run -E".to_owned(), shell(&joined(&tests, " | "))],
        Tool::Pytest => [words(&["pytest"]), tests.iter().map(|test| file(test)).collect()].concat(),
        Tool::Jest => {
            let by_path = [words(&["npx", "jest", "--runTestsByPath"]), files].concat();
            [by_path, vec!["-t".to_owned(), shell(&ending(&tests))]].concat()
        }
        Tool::Vitest => {
            [words(&["npx", "vitest", "run"]), files, vec!["-t".to_owned(), shell(&ending(&tests))]].concat()
        }
        Tool::Node => {
            let pattern = shell(&format!("--test-name-pattern={}", ending(&tests)));
            [words(&["node", "--test"]), vec![pattern], files].concat()
        }
        Tool::Mocha => {
            let pattern = shell(&format!("^{}", ending(&tests)));
            [words(&["npx", "mocha"]), files, vec!["--grep".to_owned(), pattern]].concat()
        }
        Tool::Maven => vec![
            "mvn test -Dsurefire.failIfNoSpecifiedTests=false".to_owned(),
            shell(&format!("-Dtest={}", methods(targets))),
        ],
        Tool::Gradle => {
            let tests = tests.iter().map(|test| format!("--tests {}", shell(test)));
            std::iter::once("./gradlew test".to_owned()).chain(tests).collect()
        }
        Tool::CTest => vec!["ctest -R".to_owned(), shell(&format!("^({})$", joined(&tests, "|")))],
        Tool::RSpec => [words(&["rspec"]), tests.iter().map(|test| file(test)).collect()].concat(),
        Tool::Dotnet => vec!["dotnet test --filter".to_owned(), shell(&joined(&tests, "|"))],
        Tool::Prove => [words(&["prove", "-v"]), tests.iter().map(|test| file(test)).collect()].concat(),
    };
    words.join(" ")
}

fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

fn quoted(tests: &BTreeSet<&str>) -> Vec<String> {
    tests.iter().map(|test| shell(test)).collect()
}

fn joined(tests: &BTreeSet<&str>, between: &str) -> String {
    tests.iter().copied().collect::<Vec<_>>().join(between)
}

/// An expression for names that end in one of these.
fn ending(tests: &BTreeSet<&str>) -> String {
    format!("({})$", joined(tests, "|"))
}

/// A file that no program takes for an option.
fn file(path: &str) -> String {
    if path.starts_with('-') { shell(&format!("./{path}")) } else { shell(path) }
}

/// `-run` takes an expression for each level of a test; `|` between levels separates alternatives.
fn go(package: &str, tests: &BTreeSet<&str>) -> String {
    let package = shell(package);
    if tests.contains("") {
        return format!("go test {package}");
    }
    let is_flat = tests.iter().all(|test| !test.contains("/^"));
    let pattern = match tests.len() {
        1 => joined(tests, ""),
        _ if is_flat => {
            let bare =
                |test: &&str| test.trim_start_matches('^').strip_suffix('$').unwrap_or(test).to_owned();
            format!("^({})$", tests.iter().map(bare).collect::<Vec<_>>().join("|"))
        }
        _ => joined(tests, "|"),
    };
    format!("go test -run {} {package}", shell(&pattern))
}

/// `Class#method+method,Class`: a class without a method stands for all of it.
fn methods(targets: &[Target]) -> String {
    let mut classes: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for target in targets {
        let (class, method) = target.test.split_once('#').unwrap_or((&target.test, ""));
        classes.entry(class).or_default().insert(method);
    }
    let shown = classes.into_iter().map(|(class, methods)| {
        if methods.contains("") { class.to_owned() } else { format!("{class}#{}", joined(&methods, "+")) }
    });
    shown.collect::<Vec<_>>().join(",")
}
