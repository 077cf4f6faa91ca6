//! Patterns over paths: `*` and `?` stay in their folder, `**` crosses folders, `[a-z]` and `{a,b}` choose.

use fast_glob::glob_match;

/// One pattern that was checked when it was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern(String);

impl Pattern {
    /// Reads a pattern.
    ///
    /// # Errors
    /// What is wrong with it: an unclosed `[` or `{`, a stray `}`, a backslash at the end, or nothing at all.
    pub fn new(text: &str) -> Result<Self, String> {
        let mut depth = 0_u32;
        let mut characters = text.chars();
        while let Some(c) = characters.next() {
            match c {
                '\\' if characters.next().is_none() => return Err("it ends in a backslash".to_owned()),
                '[' => {
                    // A `]` right behind the bracket, or behind its negation, is a member of the class.
                    let class = characters.as_str();
                    characters.by_ref().skip_while(|c| matches!(c, '!' | '^')).skip(1).find(|c| *c == ']');
                    if !text[..text.len() - characters.as_str().len()].ends_with(']') {
                        return Err(format!("`[{class}` has no `]`"));
                    }
                }
                '{' => depth += 1,
                '}' if depth == 0 => return Err("`}` has no `{`".to_owned()),
                '}' => depth -= 1,
                _ => {}
            }
        }
        match (depth, text.is_empty()) {
            (_, true) => Err("it is empty".to_owned()),
            (0, _) => Ok(Self(text.to_owned())),
            _ => Err("`{` has no `}`".to_owned()),
        }
    }

    /// Whether a whole path fits.
    pub fn is_match(&self, path: &str) -> bool {
        glob_match(&self.0, path)
    }

    /// The pattern as it was written.
    pub fn text(&self) -> &str {
        &self.0
    }
}

/// Patterns in the order they were written; `!` in front takes back.
#[derive(Clone, Debug, Default)]
pub struct Globs {
    patterns: Vec<(bool, Pattern, Pattern)>,
}

impl Globs {
    /// Reads patterns. A folder takes everything in it: `vendor` and `vendor/` are `vendor/**`.
    ///
    /// # Errors
    /// The first pattern that is none, and why.
    pub fn new(patterns: &[String]) -> Result<Self, (String, String)> {
        let read = |pattern: &String| -> Result<(bool, Pattern, Pattern), (String, String)> {
            let (takes, text) =
                pattern.strip_prefix('!').map_or((true, pattern.as_str()), |rest| (false, rest));
            let text = text.trim_start_matches("./").trim_end_matches('/');
            let error = |message| (pattern.clone(), message);
            Ok((
                takes,
                Pattern::new(text).map_err(error)?,
                Pattern::new(&format!("{text}/**")).map_err(error)?,
            ))
        };
        Ok(Self { patterns: patterns.iter().map(read).collect::<Result<_, _>>()? })
    }

    /// The index of the pattern that decides over a path, and whether it takes it or takes it back; the last word
    /// counts, as in a `.gitignore`.
    pub fn decision(&self, path: &str) -> Option<(usize, bool)> {
        let fits =
            |(_, itself, inside): &(bool, Pattern, Pattern)| itself.is_match(path) || inside.is_match(path);
        let last = self.patterns.iter().rposition(fits)?;
        Some((last, self.patterns[last].0))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn takes(patterns: &[&str], path: &str) -> bool {
        let patterns: Vec<String> = patterns.iter().map(|pattern| (*pattern).to_owned()).collect();
        Globs::new(&patterns).unwrap().decision(path).is_some_and(|(_, takes)| takes)
    }

    #[test]
    fn stars_know_folders() {
        let fits = |pattern: &str, path: &str| Pattern::new(pattern).unwrap().is_match(path);
        assert!(fits("*.out", "a.out") && !fits("*.out", "a/b.out"));
        assert!(fits("**/*.out", "a.out") && fits("**/*.out", "a/b/c.out") && fits("a/**/c.out", "a/c.out"));
        assert!(fits("a?[0-9].{go,rs}", "ab7.rs") && !fits("a?[!0-9].go", "ab7.go") && fits("[]x]a", "]a"));
        assert!(fits("**", "a/b") && fits(r"a\*", "a*") && !fits(r"a\*", "ab"));
    }

    #[test]
    fn what_is_no_pattern_is_said() {
        let wrong = |pattern: &str| Pattern::new(pattern).unwrap_err();
        assert_eq!(
            (wrong("a[bc"), wrong("{a,b")),
            ("`[bc` has no `]`".to_owned(), "`{` has no `}`".to_owned())
        );
        assert_eq!(
            (wrong("a}"), wrong("a\\"), wrong("")),
            ("`}` has no `{`".to_owned(), "it ends in a backslash".to_owned(), "it is empty".to_owned())
        );
    }

    #[test]
    fn patterns_start_at_the_root_and_the_last_word_counts() {
        assert!(takes(&["vendor/"], "vendor/a/b.go") && takes(&["gen/*.go"], "gen/a.go"));
        assert!(!takes(&["*.go"], "gen/a.go") && takes(&["**/*.pb.go"], "a/b/c.pb.go"));
        assert!(
            !takes(&["gen/**", "!gen/keep.go"], "gen/keep.go")
                && takes(&["gen/**", "!gen/keep.go"], "gen/x.go")
        );
        assert!(Globs::new(&["a[".to_owned()]).is_err());
    }

    proptest! {
        #[test]
        fn no_pattern_panics(pattern in "[a*?\\[\\]{},!^\\\\/é-]{0,12}", path in "[ab/é]{0,8}") {
            let _ = Pattern::new(&pattern).map(|pattern| pattern.is_match(&path));
        }
    }
}
