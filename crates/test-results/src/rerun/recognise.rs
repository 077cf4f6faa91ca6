//! Which program ran a test, and how that program names it.

use super::quote::{dotnet, filterset, regex};
use super::{Target, Tool};
use crate::Format;
use crate::collect::Failure;
use crate::model::Subject;
use crate::suites::BETWEEN;

/// What would run a failure again, if it is sure.
pub(super) fn target(format: Format, failure: &Failure) -> Option<Target> {
    if failure.subject == Subject::OutsideTests {
        // A package of Go can be run whole; of others it is not known what to run.
        return (format == Format::GoTest).then(|| go_package(&failure.suite)).flatten();
    }
    match format {
        Format::GoTest => go(&failure.suite, &failure.name),
        Format::Libtest => Some(libtest(failure)),
        Format::JUnit => junit(failure),
        Format::Tap => tap(failure),
        Format::RSpec => {
            let place = match failure.line {
                0 => failure.file.clone(),
                line => format!("{}:{line}", failure.file),
            };
            (!failure.file.is_empty()).then(|| Target::new(Tool::RSpec, place))
        }
        Format::Mocha => {
            let target = Target::new(Tool::Mocha, regex(&failure.name));
            Some(Target { file: failure.file.clone(), ..target })
        }
        Format::Trx | Format::XUnit | Format::NUnit => dotnet_test(failure),
        // CTRF is written by plug-ins of many programs, and Dart's events by two: nothing in them says by which.
        Format::Dart | Format::Ctrf => None,
    }
}

fn go_package(package: &str) -> Option<Target> {
    // A package that begins with a hyphen would be an option.
    let is_package = !package.is_empty() && !package.starts_with('-');
    is_package.then(|| Target { group: package.to_owned(), ..Target::new(Tool::Go, "") })
}

/// Each level of a test is an expression of its own.
fn go(package: &str, name: &str) -> Option<Target> {
    let levels: Vec<String> = name.split('/').map(|level| format!("^{}$", regex(level))).collect();
    Some(Target { test: levels.join("/"), ..go_package(package)? })
}

/// nextest names a test by package and program; libtest by nothing but its name.
fn libtest(failure: &Failure) -> Target {
    match failure.suite.split_once("::") {
        Some((package, binary)) => Target::new(
            Tool::Nextest,
            format!(
                "(package(={}) & binary(={}) & test(={}))",
                filterset(package),
                filterset(binary),
                filterset(&failure.name)
            ),
        ),
        // rustdoc takes names apart at blanks, so that one test can't be named.
        None if is_doc_test(&failure.name) => {
            Target { group: "--doc".to_owned(), ..Target::new(Tool::Cargo, "") }
        }
        None => Target::new(Tool::Cargo, &failure.name),
    }
}

/// `src/lib.rs - add (line 1)`.
pub(crate) fn is_doc_test(name: &str) -> bool {
    let place = name.rsplit_once(" (line ").map(|(_, behind)| behind.split(')').next().unwrap_or_default());
    name.contains(" - ")
        && place.is_some_and(|line| !line.is_empty() && line.bytes().all(|byte| byte.is_ascii_digit()))
}

fn junit(failure: &Failure) -> Option<Target> {
    let suite = failure.suite.rsplit(BETWEEN).next().unwrap_or_default();
    let Failure { class, name, file, .. } = failure;
    if suite.starts_with("pytest") {
        return pytest(failure);
    }
    if class == "test" && name != "test" {
        return Some(Target { file: file.clone(), ..Target::new(Tool::Node, regex(name)) });
    }
    if is_script(suite) && class == suite {
        let full = name.replace(" > ", " ");
        return Some(Target { file: suite.to_owned(), ..Target::new(Tool::Vitest, regex(&full)) });
    }
    if is_script(file) {
        return Some(Target { file: file.clone(), ..Target::new(Tool::Jest, regex(name)) });
    }
    if !file.is_empty() {
        return None;
    }
    if is_go_test(name) && is_import_path(suite) {
        return go(suite, name);
    }
    if class == suite && is_rust_path(name) && (name.contains("::") || suite.contains("::")) {
        let test = format!("(binary_id(={}) & test(={}))", filterset(suite), filterset(name));
        return Some(Target::new(Tool::Nextest, test));
    }
    if class.is_empty() && name == suite && is_java_class(name) {
        // What is set up for all tests of a class failed.
        return Some(Target::new(Tool::Maven, name));
    }
    if class == suite && is_java_class(class) {
        return Some(java(class, name));
    }
    // CTest gives a test its name for a class, and its suite that of the build: `Linux-c++`, or nothing that it knows.
    (class == name && (suite == "(empty)" || suite.contains('-')))
        .then(|| Target::new(Tool::CTest, regex(name)))
}

/// `tests/test_cart.py::TestTotal::test_sum[1]`: the class tells file and classes, which begin with a capital by custom.
fn pytest(failure: &Failure) -> Option<Target> {
    let dotted: Vec<&str> = failure.class.split('.').filter(|part| !part.is_empty()).collect();
    if dotted.is_empty() {
        // A module that could not be loaded.
        let is_module = failure.name.split('.').all(is_identifier);
        return is_module
            .then(|| Target::new(Tool::Pytest, format!("{}.py", failure.name.replace('.', "/"))));
    }
    let modules = match failure.file.strip_suffix(".py") {
        Some(file) => file.split(['/', '\\']).count(),
        None => dotted.iter().take_while(|part| !part.starts_with(|c: char| c.is_uppercase())).count(),
    };
    if modules == 0 || modules > dotted.len() {
        return None;
    }
    let mut node = format!("{}.py", dotted[..modules].join("/"));
    for part in dotted[modules..].iter().copied().chain([failure.name.as_str()]) {
        node.push_str("::");
        node.push_str(part);
    }
    Some(Target::new(Tool::Pytest, node))
}

/// Surefire and Gradle write the same but for the parentheses that Gradle keeps. A name that is no method's stands for its
/// class: it may be the name on display.
fn java(class: &str, name: &str) -> Target {
    let method = name.split(['(', '[', '{']).next().unwrap_or_default();
    let is_method = is_identifier(method);
    if name.ends_with("()") && is_method {
        return Target::new(Tool::Gradle, format!("{class}.{method}"));
    }
    Target::new(Tool::Maven, if is_method { format!("{class}#{method}") } else { class.to_owned() })
}

/// node:test says where and how it failed in words of its own; of `prove` a suite is a file.
fn tap(failure: &Failure) -> Option<Target> {
    let file = failure.suite.split(BETWEEN).next().unwrap_or_default();
    if ends_in(file, &["t"]) {
        return Some(Target::new(Tool::Prove, file));
    }
    let text = &failure.detail.text;
    let says = |word: &str| text.head.contains(word) || text.tail.contains(word);
    says("failureType: '").then(|| Target::new(Tool::Node, regex(&failure.name)))
}

/// With arguments in its name, a test is found by what stands before them.
fn dotnet_test(failure: &Failure) -> Option<Target> {
    let Failure { class, name, .. } = failure;
    let whole = if class.is_empty() || name.starts_with(&format!("{class}.")) {
        name.clone()
    } else {
        format!("{class}.{name}")
    };
    let method = whole.split('(').next().unwrap_or_default();
    let is_name = method.contains('.') && !method.contains(char::is_whitespace);
    let relation = if method.len() == whole.len() { "=" } else { "~" };
    is_name.then(|| Target::new(Tool::Dotnet, format!("FullyQualifiedName{relation}{}", dotnet(method))))
}

fn ends_in(path: &str, endings: &[&str]) -> bool {
    path.rsplit_once('.').is_some_and(|(stem, ending)| !stem.is_empty() && endings.contains(&ending))
}

fn is_script(path: &str) -> bool {
    ends_in(path, &["js", "jsx", "ts", "tsx", "mjs", "cjs", "mts", "cts"])
}

fn is_identifier(text: &str) -> bool {
    let mut characters = text.chars();
    characters.next().is_some_and(|c| c.is_alphabetic() || "_$".contains(c))
        && characters.all(|c| c.is_alphanumeric() || "_$".contains(c))
}

/// `com.example.StoreTest`, `com.example.StoreTest$Inner`.
fn is_java_class(class: &str) -> bool {
    let last = class.rsplit('.').next().unwrap_or_default();
    class.split('.').all(is_identifier) && last.starts_with(|c: char| c.is_uppercase())
}

fn is_rust_path(name: &str) -> bool {
    name.split("::").all(is_identifier)
}

/// `TestX`, `ExampleX`, `FuzzX`: what follows is no small letter.
fn is_go_test(name: &str) -> bool {
    ["Test", "Example", "Fuzz"].iter().any(|prefix| {
        name.strip_prefix(prefix).is_some_and(|rest| !rest.starts_with(|c: char| c.is_lowercase()))
    })
}

/// `example.com/shop/store`.
fn is_import_path(suite: &str) -> bool {
    let host = suite.split('/').next().unwrap_or_default();
    suite.contains('/') && host.contains('.') && !suite.contains(char::is_whitespace)
}
