//! Rules over Rust sources: sizes, module comments, tests that run, and who may touch the runner.
//! Functions are measured on what rustfmt wrote: one ends at the brace that stands below its `fn`.

use super::{Problem, SourceFile, Tree};

const FILE_LINES: usize = 800;
const FUNCTION_LINES: usize = 100;

/// Lints that keep the runner behind `core`; switching one off elsewhere is a way round it.
const RUNNER_LINTS: [&str; 4] =
    ["clippy::print_stdout", "clippy::print_stderr", "clippy::exit", "clippy::disallowed_methods"];

pub(super) fn sizes_stay_small(tree: &Tree, problems: &mut Vec<Problem>) {
    for file in tree.rust() {
        let lines: Vec<&str> = file.text.lines().collect();
        if lines.len() > FILE_LINES {
            let wrong = format!("a file of {} lines, {FILE_LINES} is the most", lines.len());
            problems.push(file.problem(1, wrong, "move one of its subjects into a module of its own"));
        }
        for (start, name) in functions(&lines) {
            let length = function_length(&lines[start..]);
            if length > FUNCTION_LINES {
                let wrong = format!("`{name}` has {length} lines, {FUNCTION_LINES} is the most");
                problems.push(file.problem(
                    start + 1,
                    wrong,
                    "give its steps names: move them into functions",
                ));
            }
        }
    }
}

pub(super) fn modules_say_what_they_own(tree: &Tree, problems: &mut Vec<Problem>) {
    for file in tree.rust().filter(|file| !file.text.starts_with("//!")) {
        let mend = "begin the file with a `//!` comment: what the module owns and what it must not know";
        problems.push(file.problem(1, "a module without a comment", mend));
    }
}

pub(super) fn no_test_is_ignored(tree: &Tree, problems: &mut Vec<Problem>) {
    // What lies there is input of tests: there, a test is skipped so that somebody counts it.
    for file in tree.rust().filter(|file| !file.path.starts_with("tests/data/")) {
        for (number, line) in file.lines() {
            if line.trim_start().starts_with("#[ignore") {
                let mend = "make it run, or pin the known wrong behaviour by a test that names it";
                problems.push(file.problem(number, "an ignored test", mend));
            }
        }
    }
}

pub(super) fn only_core_touches_the_runner(tree: &Tree, problems: &mut Vec<Problem>) {
    for file in tree.rust().filter(|file| !may_touch_the_runner(&file.path)) {
        for (number, attribute) in attributes(file) {
            let off = attribute.contains("allow(") || attribute.contains("expect(");
            for lint in RUNNER_LINTS.iter().filter(|lint| off && attribute.contains(**lint)) {
                let mend = "return the text, status or effect as a value and let gatewright-core act on it";
                problems.push(file.problem(number, format!("`{lint}` is switched off outside core"), mend));
            }
        }
    }
}

fn may_touch_the_runner(path: &str) -> bool {
    let free = ["crates/core/", "crates/xtask/", "tests/"];
    free.iter().any(|folder| path.starts_with(folder))
        || path.contains("/tests/")
        || path.contains("/examples/")
        || path.ends_with("/main.rs")
        || path.ends_with("/build.rs")
}

/// The attributes of a file with their first lines, up to its test module.
fn attributes(file: &SourceFile) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    let mut open: Option<(usize, String)> = None;
    for (number, line) in file.lines() {
        let line = line.trim();
        if line.starts_with("#[cfg(") && line.contains("test") {
            break;
        }
        if open.is_none() && (line.starts_with("#[") || line.starts_with("#![")) {
            open = Some((number, String::new()));
        }
        if let Some((start, mut text)) = open.take() {
            text.push_str(line);
            if text.matches('[').count() > text.matches(']').count() {
                open = Some((start, text));
            } else {
                found.push((start, text));
            }
        }
    }
    found
}

/// The index of each line that begins a function, and the function's name.
fn functions<'a>(lines: &'a [&'a str]) -> impl Iterator<Item = (usize, &'a str)> {
    lines.iter().enumerate().filter_map(|(index, line)| Some((index, function_name(line)?)))
}

/// `pub(crate) async fn name(…` → `name`.
pub(super) fn function_name(line: &str) -> Option<&str> {
    let mut rest = line.trim_start();
    loop {
        if let Some(name) = rest.strip_prefix("fn ") {
            return name.split(|end: char| !end.is_alphanumeric() && end != '_').next();
        }
        let (word, after) = rest.split_once(' ')?;
        let qualifies = matches!(word, "pub" | "const" | "async" | "unsafe" | "extern" | "default" | "\"C\"");
        if !qualifies && !word.starts_with("pub(") {
            return None;
        }
        rest = after;
    }
}

fn function_length(lines: &[&str]) -> usize {
    let first = lines[0];
    let indent = &first[..first.len() - first.trim_start().len()];
    let ends_signature = |line: &&str| line.ends_with('{') || line.ends_with('}') || line.ends_with(';');
    let Some(signature) = lines.iter().position(ends_signature) else { return 1 };
    if !lines[signature].ends_with('{') {
        return signature + 1;
    }
    let brace = format!("{indent}}}");
    let body = lines[signature..].iter().position(|line| *line == brace).unwrap_or(0);
    signature + body + 1
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::judged;

    fn function(lines: usize) -> String {
        format!(
            "//! m\nimpl X {{\n    pub(crate) async fn long(\n    ) {{\n{}    }}\n}}\n",
            "        x();\n".repeat(lines)
        )
    }

    #[test]
    fn long_functions_and_files_are_named() {
        assert_eq!(judged(sizes_stay_small, &[("a.rs", &function(97))]), Vec::<String>::new());
        let wrong = "a.rs:3: `long` has 101 lines, 100 is the most";
        assert_eq!(judged(sizes_stay_small, &[("a.rs", &function(98))]), [wrong]);
        assert_eq!(judged(sizes_stay_small, &[("a.rs", &"//\n".repeat(800))]), Vec::<String>::new());
        let wrong = "a.rs:1: a file of 801 lines, 800 is the most";
        assert_eq!(judged(sizes_stay_small, &[("a.rs", &"//\n".repeat(801))]), [wrong]);
    }

    #[test]
    fn short_functions_end_where_they_end() {
        let text = format!("fn one() {{}}\nfn two();\nfn three() {{ 3 }}\n{}", "// x\n".repeat(200));
        assert_eq!(judged(sizes_stay_small, &[("a.rs", &text)]), Vec::<String>::new());
    }

    #[test]
    fn names_of_functions_are_found() {
        assert_eq!(function_name("    pub(in crate::a) const unsafe fn go<T>()"), None);
        assert_eq!(function_name("    pub(super) const fn go<T>()"), Some("go"));
        assert_eq!(function_name("let fn_name = 3;"), None);
    }

    #[test]
    fn a_module_needs_a_comment() {
        let files = [("a.rs", "use b;\n"), ("b.rs", "//! Owns b.\n"), ("c.go", "package c\n")];
        assert_eq!(judged(modules_say_what_they_own, &files), ["a.rs:1: a module without a comment"]);
    }

    #[test]
    fn an_ignored_test_is_named() {
        let files =
            [("a.rs", "#[test]\n    #[ignore = \"slow\"]\nfn a() {}"), ("b.rs", "// #[ignore] is refused")];
        assert_eq!(judged(no_test_is_ignored, &files), ["a.rs:2: an ignored test"]);
    }

    #[test]
    fn switching_off_a_lint_of_the_runner_is_named() {
        let off = "#[expect(\n    clippy::exit,\n    reason = \"x\"\n)]\nfn a() {}\n";
        let wrong = "crates/git/src/lib.rs:1: `clippy::exit` is switched off outside core";
        assert_eq!(judged(only_core_touches_the_runner, &[("crates/git/src/lib.rs", off)]), [wrong]);
        let tests = format!("#[cfg(test)]\nmod tests {{\n{off}}}\n");
        let free = [
            ("crates/core/src/a.rs", off),
            ("actions/x/src/main.rs", off),
            ("crates/git/src/lib.rs", &tests),
        ];
        assert_eq!(judged(only_core_touches_the_runner, &free), Vec::<String>::new());
        let other = [("crates/git/src/lib.rs", "#[allow(clippy::too_many_lines, reason = \"x\")]\n")];
        assert_eq!(judged(only_core_touches_the_runner, &other), Vec::<String>::new());
    }
}
