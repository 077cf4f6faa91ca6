//! Rules over words: names that say nothing, places that must not be written down, and TODOs nobody tracks.
//! The forbidden texts are put together here from halves, because this file is judged like any other.

use super::{Problem, SourceFile, Tree};

/// Words that say nothing about what a thing is.
const EMPTY_WORDS: [&str; 10] = [
    "engine",
    "manager",
    "framework",
    "helper",
    "helpers",
    "util",
    "utils",
    "common",
    "systematic",
    "comprehensive",
];

/// Hosts of package registries: the ordinary clients know them.
const REGISTRIES: [&str; 9] = [
    concat!("npm", "js."),
    concat!("py", "pi.org"),
    concat!("python", "hosted.org"),
    concat!("crates", ".io"),
    concat!("proxy.", "golang.org"),
    concat!("sum.", "golang.org"),
    concat!("maven", ".org"),
    concat!("maven.apache", ".org"),
    concat!("deb.", "debian.org"),
];

/// Beginnings of paths that exist on one machine only.
const MACHINE_PATHS: [&str; 3] = [concat!("/wo", "rk/"), concat!("/ro", "ot/"), concat!("/ho", "me/")];

/// The home of GitHub's own runners: real reports name it.
const RUNNER_HOME: &str = "runner/";

pub(super) fn names_avoid_empty_words(tree: &Tree, problems: &mut Vec<Problem>) {
    let mend = "name it after what it is or does";
    for file in &tree.files {
        for part in file.path.split('/') {
            let stem = part.split('.').find(|stem| !stem.is_empty()).unwrap_or(part);
            if let Some(word) = empty_word(&words(stem)) {
                problems.push(file.problem(
                    1,
                    format!("the name `{part}` holds the empty word \"{word}\""),
                    mend,
                ));
            }
        }
    }
    for file in tree.rust() {
        for (number, line) in file.lines() {
            if let Some((name, word)) = empty_item(line) {
                problems.push(file.problem(
                    number,
                    format!("`{name}` holds the empty word \"{word}\""),
                    mend,
                ));
            }
        }
    }
}

pub(super) fn places_stay_out(tree: &Tree, problems: &mut Vec<Problem>) {
    // Cargo writes the name of its registry's index into the lock file.
    for file in tree.files.iter().filter(|file| !file.path.ends_with("Cargo.lock")) {
        for (number, line) in file.lines() {
            if REGISTRIES.iter().any(|host| line.contains(host)) {
                let mend = "name the package and let the ordinary client find its registry";
                problems.push(file.problem(number, "a package registry's host", mend));
            }
            if MACHINE_PATHS.iter().any(|path| names_machine_path(line, path)) {
                let mend = "make the path relative to the repository";
                problems.push(file.problem(number, "a path of one machine", mend));
            }
        }
    }
}

pub(super) fn todos_carry_an_issue(tree: &Tree, problems: &mut Vec<Problem>) {
    let code = |file: &&SourceFile| {
        matches!(file.extension(), "rs" | "toml" | "yml" | "yaml" | "sh" | "ps1" | "js" | "mjs" | "go")
    };
    for file in tree.files.iter().filter(code) {
        for (number, line) in file.lines() {
            let Some(mark) = ["TODO", "FIXME", "XXX"].iter().find(|mark| comment_opens_with(line, mark))
            else {
                continue;
            };
            if !has_issue(line, mark) {
                let mend = "open an issue and write `TODO(#123): what and why`";
                problems.push(file.problem(number, format!("a {mark} without an issue"), mend));
            }
        }
    }
}

/// `repoPath2_x` → repo, path2, x.
fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    for letter in name.chars() {
        let starts = letter.is_uppercase() || !letter.is_alphanumeric();
        if starts && words.last().is_some_and(|word| !word.is_empty()) {
            words.push(String::new());
        }
        if letter.is_alphanumeric() {
            words.last_mut().expect("there is always one").extend(letter.to_lowercase());
        }
    }
    words
}

fn empty_word(words: &[String]) -> Option<&'static str> {
    // CommonMark is a format's own name.
    let own_name = words.windows(2).any(|pair| pair == [concat!("com", "mon"), "mark"]);
    let is_empty = |word: &&&str| words.iter().any(|own| own == **word);
    if own_name { None } else { EMPTY_WORDS.iter().find(is_empty).copied() }
}

/// The item that a line declares, when its name holds an empty word. A function may use the words as
/// adjectives (`longest_common_suffix`), but must not end in one.
fn empty_item(line: &str) -> Option<(&str, &'static str)> {
    if let Some(name) = super::rust::function_name(line) {
        let words = words(name);
        return Some((name, empty_word(&words[words.len() - 1..])?));
    }
    let trimmed = line.trim_start();
    let declared = trimmed.split_once(' ').filter(|(first, _)| first.starts_with("pub"));
    let declared = declared.map_or(trimmed, |(_, rest)| rest);
    let (keyword, rest) = declared.split_once(' ')?;
    if !matches!(keyword, "struct" | "enum" | "trait" | "mod" | "type" | "const" | "static" | "macro_rules!")
    {
        return None;
    }
    let name = rest.split(|end: char| !end.is_alphanumeric() && end != '_').next()?;
    Some((name, empty_word(&words(&if name.contains('_') { name.to_lowercase() } else { name.to_owned() }))?))
}

fn names_machine_path(line: &str, path: &str) -> bool {
    line.match_indices(path).any(|(at, _)| {
        let begins = line[..at].chars().next_back().is_none_or(|before| !is_path_character(before));
        begins && !line[at + path.len()..].starts_with(RUNNER_HOME)
    })
}

fn is_path_character(letter: char) -> bool {
    letter.is_alphanumeric() || "._-/~}*]".contains(letter)
}

fn comment_opens_with(line: &str, mark: &str) -> bool {
    let Some(at) = line.find(mark) else { return false };
    let before = line[..at].trim_end();
    ["//", "///", "//!", "#", "/*"].iter().any(|leader| before.ends_with(leader))
}

fn has_issue(line: &str, mark: &str) -> bool {
    let after = line.split_once(mark).map_or("", |(_, after)| after);
    let number =
        after.strip_prefix("(#").and_then(|rest| rest.split_once(')')).map_or("", |(number, _)| number);
    !number.is_empty() && number.bytes().all(|digit| digit.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::judged;

    const NONE: [&str; 0] = [];

    #[test]
    fn empty_words_in_names_are_found() {
        let files =
            [("src/test_helpers.rs", "struct RuleEngine;\npub(crate) mod utils;\nfn parse_helper() {}\n")];
        assert_eq!(
            judged(names_avoid_empty_words, &files),
            [
                "src/test_helpers.rs:1: the name `test_helpers.rs` holds the empty word \"helpers\"",
                "src/test_helpers.rs:1: `RuleEngine` holds the empty word \"engine\"",
                "src/test_helpers.rs:2: `utils` holds the empty word \"utils\"",
                "src/test_helpers.rs:3: `parse_helper` holds the empty word \"helper\"",
            ]
        );
    }

    #[test]
    fn words_in_prose_and_as_adjectives_stay_silent() {
        let text = "// A helper of the engine, in common.\nfn longest_common_suffix() {}\nstruct CommonMark;\n\
                    const UTILISATION: u8 = 1;\nlet common = 3;\n";
        assert_eq!(judged(names_avoid_empty_words, &[("src/engineering.rs", text)]), NONE);
    }

    #[test]
    fn registries_and_machine_paths_are_found() {
        let registry = format!("see https://{}/x", concat!("crates", ".io"));
        let path = format!("cd \"/{}/me/x\"", "home");
        let files = [("a.md", registry.as_str()), ("b.sh", path.as_str())];
        assert_eq!(
            judged(places_stay_out, &files),
            ["a.md:1: a package registry's host", "b.sh:1: a path of one machine"]
        );
    }

    #[test]
    fn paths_that_only_look_alike_stay_silent() {
        let text = format!(
            "SF:/{0}/runner/a/a.rs\nactions/{1}/x\n${{HOME}}/{1}/y\nhttps://a.b/{0}/c\nimport \"golang.org/x/tools\"\n",
            "home", "work"
        );
        assert_eq!(judged(places_stay_out, &[("a.txt", &text)]), NONE);
        let lock = format!("registry+{}-index", concat!("crates", ".io"));
        assert_eq!(judged(places_stay_out, &[("Cargo.lock", &lock)]), NONE);
    }

    #[test]
    fn a_todo_needs_an_issue() {
        let text = format!("// {0}: later\n# {0}(#12): soon\nlet x = \"{0}\";\n//! {0}(me): x\n", "TODO");
        let wrong = ["a.rs:1: a TODO without an issue", "a.rs:4: a TODO without an issue"];
        assert_eq!(judged(todos_carry_an_issue, &[("a.rs", &text), ("a.md", &text)]), wrong);
    }
}
