//! Lists of patterns over repository paths: `*` stays in its folder, `**` crosses folders, `!` takes back.

use globset::{GlobBuilder, GlobMatcher};

/// Patterns in the order they were written.
#[derive(Clone, Debug, Default)]
pub struct Globs {
    patterns: Vec<(bool, GlobMatcher)>,
}

/// Reads one pattern.
pub fn matcher(pattern: &str) -> Result<GlobMatcher, String> {
    let glob = GlobBuilder::new(pattern).literal_separator(true).build();
    glob.map(|glob| glob.compile_matcher()).map_err(|error| error.kind().to_string())
}

impl Globs {
    /// Reads patterns. A folder takes everything in it: `vendor` and `vendor/` are `vendor/**`.
    ///
    /// # Errors
    /// The first pattern that is none, and why.
    pub fn new(patterns: &[String]) -> Result<Self, (String, String)> {
        let read = |pattern: &String| -> Result<(bool, GlobMatcher), (String, String)> {
            let (takes, text) =
                pattern.strip_prefix('!').map_or((true, pattern.as_str()), |rest| (false, rest));
            let text = text.trim_start_matches("./").trim_end_matches('/');
            let folder = format!("{{{text},{text}/**}}");
            let glob =
                matcher(text).and_then(|_| matcher(&folder)).map_err(|message| (pattern.clone(), message))?;
            Ok((takes, glob))
        };
        Ok(Self { patterns: patterns.iter().map(read).collect::<Result<_, _>>()? })
    }

    /// The index of the pattern that takes a path; the last word counts, as in a `.gitignore`.
    pub fn first_match(&self, path: &str) -> Option<usize> {
        let last = self.patterns.iter().enumerate().rev().find(|(_, (_, glob))| glob.is_match(path))?;
        last.1.0.then_some(last.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn takes(patterns: &[&str], path: &str) -> bool {
        let patterns: Vec<String> = patterns.iter().map(|pattern| (*pattern).to_owned()).collect();
        Globs::new(&patterns).unwrap().first_match(path).is_some()
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
}
