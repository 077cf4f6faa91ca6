//! Which language a file is in, which files of it are tests, and whether changed lines could be measured at all:
//! what tells "a source file that no report knows" from a file that no report ever mentions.

use gatewright_core::repository::LineRange;

/// A family of languages that one coverage tool measures together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Language {
    /// Go.
    Go,
    /// JavaScript, TypeScript and what compiles to them.
    JavaScript,
    /// Python.
    Python,
    /// Rust.
    Rust,
    /// C, C++ and Objective-C.
    C,
    /// Java, Kotlin, Scala and Groovy.
    Jvm,
    /// C#, F# and Visual Basic.
    DotNet,
    /// Ruby.
    Ruby,
    /// PHP.
    Php,
    /// Swift.
    Swift,
    /// Dart.
    Dart,
    /// Perl.
    Perl,
}

/// Folders whose files serve tests in every language.
const TEST_FOLDERS: [&str; 10] = [
    "test",
    "tests",
    "__tests__",
    "__mocks__",
    "spec",
    "testdata",
    "fixtures",
    "vendor",
    "node_modules",
    "benches",
];

impl Language {
    /// The language that a file name's ending tells.
    pub(crate) fn of(path: &str) -> Option<Self> {
        let name = path.rsplit('/').next().unwrap_or(path);
        let (stem, extension) = name.rsplit_once('.')?;
        let language = match extension.to_ascii_lowercase().as_str() {
            "go" => Self::Go,
            "ts" | "mts" | "cts" if stem.rsplit('.').next() == Some("d") && stem.contains('.') => {
                return None;
            }
            "js" | "jsx" | "mjs" | "cjs" | "ts" | "tsx" | "mts" | "cts" | "vue" | "svelte" => {
                Self::JavaScript
            }
            "py" => Self::Python,
            "rs" => Self::Rust,
            "c" | "cc" | "cpp" | "cxx" | "h" | "hh" | "hpp" | "hxx" | "m" | "mm" => Self::C,
            "java" | "kt" | "kts" | "scala" | "groovy" => Self::Jvm,
            "cs" | "fs" | "vb" => Self::DotNet,
            "rb" => Self::Ruby,
            "php" => Self::Php,
            "swift" => Self::Swift,
            "dart" => Self::Dart,
            "pl" | "pm" => Self::Perl,
            _ => return None,
        };
        Some(language)
    }

    /// Whether a file of this language is a test, a fixture, or set-up that coverage tools leave out.
    pub(crate) fn is_test(self, path: &str) -> bool {
        let (folders, name) = path.rsplit_once('/').unwrap_or(("", path));
        let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
        let by_name = match self {
            Self::Go => stem.ends_with("_test"),
            Self::JavaScript => {
                [".test", ".spec", ".stories", ".config", "rc"].iter().any(|end| stem.ends_with(end))
            }
            Self::Python => {
                stem.starts_with("test_") || stem.ends_with("_test") || matches!(stem, "conftest" | "setup")
            }
            Self::Rust => stem == "build",
            Self::Ruby => stem.ends_with("_spec") || stem.ends_with("_test"),
            Self::Jvm | Self::DotNet | Self::Php | Self::Swift => {
                stem.ends_with("Test") || stem.ends_with("Tests")
            }
            Self::Dart => stem.ends_with("_test"),
            Self::C | Self::Perl => false,
        };
        by_name || folders.split('/').any(|folder| TEST_FOLDERS.contains(&folder))
    }

    /// Whether the changed lines of a file could hold anything that is measured. Errs towards yes.
    pub(crate) fn is_measurable(self, text: &str, changed: &[LineRange]) -> bool {
        if self == Self::Go && !text.lines().any(|line| line.starts_with("func ") || line.contains("func(")) {
            return false;
        }
        let lines: Vec<&str> = text.lines().collect();
        let line = |number: u32| {
            usize::try_from(number).ok().and_then(|number| lines.get(number.wrapping_sub(1))).copied()
        };
        let most = u32::try_from(lines.len()).unwrap_or(u32::MAX);
        let mut numbers = changed.iter().flat_map(|range| range.first..=range.last.min(most));
        numbers.any(|number| line(number).is_some_and(|line| self.could_run(line)))
    }

    /// Whether a line holds code, as far as the line alone tells: no blank, comment, bracket or import.
    pub(crate) fn could_run(self, line: &str) -> bool {
        let line = line.trim();
        let comment = match self {
            Self::Python | Self::Ruby | Self::Perl => line.starts_with('#'),
            _ => ["//", "/*", "*", "*/"].iter().any(|start| line.starts_with(start)),
        };
        let structure = line.chars().all(|c| matches!(c, '{' | '}' | '(' | ')' | '[' | ']' | ';' | ','));
        let header = match self {
            Self::Go => line.starts_with("package ") || line.starts_with("import ") || line.starts_with('"'),
            Self::Jvm => line.starts_with("package ") || line.starts_with("import "),
            _ => false,
        };
        !line.is_empty() && !comment && !structure && !header
    }
}

/// Whether a file's first lines say that a program wrote it: Go's line, or the mark that most others use.
pub(crate) fn is_generated(head: &str) -> bool {
    let says_so = |line: &str| {
        let line = line.trim();
        let comment = ["//", "#", "/*", "*", "--", "<!--", ";", "%", "\"\"\""]
            .iter()
            .any(|start| line.starts_with(start));
        let go = line.starts_with("// Code generated ") && line.ends_with(" DO NOT EDIT.");
        go || comment
            && line
                .split(|c: char| !c.is_alphanumeric() && c != '@' && c != '_')
                .any(|word| word == "@generated")
    };
    head.lines().take(GENERATED_WITHIN).any(says_so)
}

/// A mark further down is about something else.
const GENERATED_WITHIN: usize = 40;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endings_tell_languages() {
        assert_eq!(Language::of("src/a.test.tsx"), Some(Language::JavaScript));
        assert_eq!(Language::of("src/types.d.ts"), None);
        assert_eq!((Language::of("Makefile"), Language::of("a.md")), (None, None));
    }

    #[test]
    fn generated_files_say_so() {
        assert!(is_generated("// Code generated by protoc-gen-go. DO NOT EDIT.\npackage a\n"));
        assert!(
            is_generated("/*\n * @generated SignedSource<<abc>>\n */\n")
                && is_generated("# @generated by cargo\n")
        );
        assert!(
            !is_generated("// Code generated by hand, mostly.\n") && !is_generated("print('@generated')\n")
        );
        assert!(!is_generated(&format!("{}// @generated\n", "\n".repeat(GENERATED_WITHIN))));
    }

    #[test]
    fn tests_are_recognised() {
        for test in ["pkg/a_test.go", "vendor/x/a.go", "testdata/a.go"] {
            assert!(Language::Go.is_test(test), "{test}");
        }
        assert!(Language::JavaScript.is_test("vite.config.ts") && Language::Python.is_test("app/test_x.py"));
        assert!(!Language::Go.is_test("testing/contest.go") && !Language::Rust.is_test("src/tested.rs"));
    }

    #[test]
    fn declarations_and_comments_are_not_measurable() {
        let all = [LineRange { first: 1, last: 9 }];
        assert!(!Language::Go.is_measurable("package a\n\ntype T struct {\n\tX int\n}\n", &all));
        assert!(Language::Go.is_measurable("package a\n\nfunc F() int {\n\treturn 1\n}\n", &all));
        assert!(
            !Language::Go.is_measurable("package a\n// c\nfunc F() {}\n", &[LineRange { first: 2, last: 2 }])
        );
        assert!(!Language::Python.is_measurable("# a\n\nx = 1\n", &[LineRange { first: 1, last: 2 }]));
    }
}
