//! The places that a failure's text names, in the words of the common languages. Knows no format and no repository.

/// A place that a text names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// The path as it stands there; of Java's frames `package/File.java`.
    pub path: String,
    /// The line, from 1.
    pub line: u32,
}

/// Places that are looked for in one text.
const MOST: usize = 32;

/// Endings of files that are no sources, however much they look like a place.
const NO_SOURCES: [&str; 8] = [".exe", ".dll", ".so", ".jar", ".log", ".com", ".org", ".net"];

/// The places in the order in which they are named.
pub fn frames(text: &str) -> Vec<Frame> {
    let mut found: Vec<Frame> = Vec::new();
    for line in text.lines() {
        // Text of a test may be one line of megabytes.
        let line = crate::text::cut_str(line, 2000);
        for frame in of_line(line) {
            if !found.contains(&frame) {
                found.push(frame);
            }
        }
        if found.len() >= MOST {
            break;
        }
    }
    found.truncate(MOST);
    found
}

fn of_line(line: &str) -> Vec<Frame> {
    if let Some(frame) = python(line).or_else(|| dot_net(line)).or_else(|| java(line)).or_else(|| perl(line))
    {
        return vec![frame];
    }
    colons(line)
}

/// `File "a/b.py", line 3, in test`
fn python(line: &str) -> Option<Frame> {
    let (path, rest) = line.trim_start().strip_prefix("File \"")?.split_once('"')?;
    frame(path, number(rest.strip_prefix(", line ")?)?)
}

/// `   at N.C.T() in C:\src\C.cs:line 12`
fn dot_net(line: &str) -> Option<Frame> {
    let (before, after) = line.rsplit_once(":line ")?;
    let (_, path) = before.split_once(" in ")?;
    frame(path, number(after)?)
}

/// `at org.example.ATest.works(ATest.java:12)`: the package is in the name of the method.
fn java(line: &str) -> Option<Frame> {
    let rest = line.trim_start().strip_prefix("at ")?;
    let (method, place) = rest.split_once('(')?;
    let (file, after) = place.strip_suffix(')').unwrap_or(place).rsplit_once(':')?;
    let is_name =
        file.split_once('.').is_some_and(|(_, ending)| matches!(ending, "java" | "kt" | "scala" | "groovy"));
    if !is_name || file.contains(['/', '\\']) {
        return None;
    }
    // A module may stand before it: `java.base/java.util.List.of`.
    let method = method.rsplit_once('/').map_or(method, |(_, method)| method);
    let package: Vec<&str> = method
        .split('.')
        .take_while(|part| part.starts_with(|first: char| first.is_lowercase() || first == '_'))
        .collect();
    let names = method.split('.').count();
    let folder = if package.len() < names { package.join("/") } else { String::new() };
    let path = if folder.is_empty() { file.to_owned() } else { format!("{folder}/{file}") };
    frame(&path, number(after)?)
}

/// `#   at t/a.t line 7.`
fn perl(line: &str) -> Option<Frame> {
    let (before, after) = line.rsplit_once(" line ")?;
    let path = before.rsplit_once("at ")?.1;
    let ends = after.trim_end().trim_end_matches('.');
    if path.contains(' ') || !path.contains('.') || !ends.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    frame(path, number(after)?)
}

/// `path:12`, `path:12:3`, `(path:12:3)`, `file:///path:12:3`, `panicked at path:12:3:`, `path(12,3)`.
fn colons(line: &str) -> Vec<Frame> {
    let words =
        line.split(|character: char| character.is_whitespace() || "()[]{}'\"`<>,;".contains(character));
    words.filter_map(of_word).collect()
}

fn of_word(word: &str) -> Option<Frame> {
    let word = word.strip_prefix("file://").unwrap_or(word);
    let word = word.strip_prefix('/').filter(|rest| has_drive(rest)).unwrap_or(word);
    let from = if has_drive(word) { 2 } else { 0 };
    let colon = from + word.get(from..)?.find(':')?;
    let (path, rest) = (&word[..colon], &word[colon + 1..]);
    let line = number(rest)?;
    let after = rest.trim_start_matches(|character: char| character.is_ascii_digit());
    if !after.is_empty() && !after.starts_with([':', '.']) {
        return None;
    }
    let name = path.rsplit(['/', '\\']).next()?;
    let (stem, ending) = name.rsplit_once('.')?;
    let is_source = !stem.is_empty()
        && (1..=10).contains(&ending.len())
        && ending.starts_with(|first: char| first.is_ascii_alphabetic())
        && ending.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    if !is_source || path.contains("://") {
        return None;
    }
    frame(path, line)
}

fn has_drive(word: &str) -> bool {
    matches!(word.as_bytes(), [drive, b':', b'/' | b'\\', ..] if drive.is_ascii_alphabetic())
}

fn number(text: &str) -> Option<u32> {
    let digits = text.find(|character: char| !character.is_ascii_digit()).unwrap_or(text.len());
    text[..digits].parse().ok().filter(|line| *line > 0)
}

fn frame(path: &str, line: u32) -> Option<Frame> {
    let path = path.trim();
    let is_source =
        !path.is_empty() && !path.starts_with('<') && !NO_SOURCES.iter().any(|ending| path.ends_with(ending));
    is_source.then(|| Frame { path: path.replace('\\', "/"), line })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(text: &str) -> Vec<String> {
        frames(text).into_iter().map(|frame| format!("{}:{}", frame.path, frame.line)).collect()
    }

    #[test]
    fn the_common_languages() {
        let cases: [(&str, &[&str]); 18] = [
            ("  File \"/w/tests/test_a.py\", line 7, in test_x", &["/w/tests/test_a.py:7"]),
            ("tests/test_a.py:12: AssertionError", &["tests/test_a.py:12"]),
            ("   at N.C.T() in C:\\src\\My Tests\\C.cs:line 12", &["C:/src/My Tests/C.cs:12"]),
            ("\tat org.example.app.ATest.works(ATest.java:31)", &["org/example/app/ATest.java:31"]),
            ("\tat java.base/java.util.ArrayList.get(ArrayList.java:427)", &["java/util/ArrayList.java:427"]),
            ("\tat ATest.works(ATest.kt:3)", &["ATest.kt:3"]),
            ("\tat sun.reflect.NativeMethod.invoke0(Native Method)", &[]),
            ("    at Context.<anonymous> (test/a.test.js:9:3)", &["test/a.test.js:9"]),
            ("    at file:///w/a.test.mjs:12:3", &["/w/a.test.mjs:12"]),
            ("    at file:///C:/w/a.test.mjs:12:3", &["C:/w/a.test.mjs:12"]),
            ("thread 'a' panicked at crates/x/src/lib.rs:7:9:", &["crates/x/src/lib.rs:7"]),
            ("    a_test.go:7: got 1: want 2", &["a_test.go:7"]),
            ("#   at t/a.t line 7.", &["t/a.t:7"]),
            ("# ./spec/a_spec.rb:10:in `block'", &["./spec/a_spec.rb:10"]),
            ("/w/src/a_test.cc:42: Failure", &["/w/src/a_test.cc:42"]),
            ("test/a_test.dart 8:5 main.<fn>", &[]),
            ("https://example.com:443/x and 12:30:45 and key.value:", &[]),
            ("File \"<string>\", line 1", &[]),
        ];
        for (line, expected) in cases {
            assert_eq!(places(line), expected, "{line}");
        }
    }

    #[test]
    fn places_are_told_once_and_in_order() {
        assert_eq!(places("a.go:1\nb.go:2\na.go:1"), ["a.go:1", "b.go:2"]);
        let many: String = (1..100).map(|line| format!("a.go:{line}\n")).collect();
        assert_eq!(places(&many).len(), MOST);
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_looked_through(text in ".{0,200}") {
            frames(&text);
        }
    }
}
