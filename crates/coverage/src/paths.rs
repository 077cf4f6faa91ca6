//! From a path as a report wrote it to a file of the repository. Pure: the repository's files are handed in.
//!
//! Tried in this order, and the first answer counts: the root's prefix is cut off an absolute path; a relative path is
//! looked for beside the report and in each folder above it, nearest first; a Go import path is resolved by the module
//! that declares its prefix; last, the longest common suffix of at least two parts, if exactly one file has it. A bare
//! name matches only a report path that is itself a bare name. Two candidates are `ambiguous`, never a guess.

use std::collections::{HashMap, HashSet};

use gatewright_core::RepoPath;

/// What is known of the repository's files.
#[derive(Clone, Debug, Default)]
pub struct SourceTree {
    root: String,
    files: HashSet<RepoPath>,
    by_name: HashMap<String, Vec<RepoPath>>,
    modules: Vec<GoModule>,
}

/// A Go module: the path it declares and the folder of its `go.mod`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GoModule {
    /// `github.com/owner/name`.
    pub path: String,
    /// The folder of its `go.mod`, empty for the root.
    pub folder: String,
}

/// Which file a report's path means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mapped {
    /// This one.
    File(RepoPath),
    /// One of several.
    Ambiguous(Vec<RepoPath>),
    /// None of the repository.
    Unmapped,
}

impl SourceTree {
    /// `root` is the repository's root as reports may write it.
    pub fn new(root: &str, files: impl IntoIterator<Item = RepoPath>, mut modules: Vec<GoModule>) -> Self {
        let files: HashSet<RepoPath> = files.into_iter().collect();
        let mut by_name: HashMap<String, Vec<RepoPath>> = HashMap::new();
        for file in &files {
            by_name.entry(file.file_name().to_owned()).or_default().push(file.clone());
        }
        by_name.values_mut().for_each(|files| files.sort());
        // The longest module path decides, as in Go itself.
        modules.sort_by(|left, right| {
            right.path.len().cmp(&left.path.len()).then_with(|| left.folder.cmp(&right.folder))
        });
        Self { root: root.replace('\\', "/").trim_end_matches('/').to_owned(), files, by_name, modules }
    }

    /// Finds the file that a report at `report` (if it lies in the repository) means by `path`.
    /// `imports` says that relative paths are Go import paths: then the modules decide alone, where there are any.
    pub fn map(&self, path: &str, report: Option<&RepoPath>, imports: bool) -> Mapped {
        let path = path.replace('\\', "/");
        if let Some(inside) = self.below_root(&path) {
            return self.exact(inside).unwrap_or_else(|| self.by_suffix(inside));
        }
        let absolute = gatewright_core::repo_path::is_absolute(&path);
        if !absolute {
            let found = self.beside(&path, report).or_else(|| self.by_module(&path));
            if let Some(found) = found {
                return found;
            }
            // A dependency may end in the same folders as a file of ours.
            if imports && !self.modules.is_empty() {
                return Mapped::Unmapped;
            }
        }
        self.by_suffix(&path)
    }

    fn below_root<'a>(&self, path: &'a str) -> Option<&'a str> {
        if self.root.is_empty() { None } else { path.strip_prefix(&self.root)?.strip_prefix('/') }
    }

    fn exact(&self, path: &str) -> Option<Mapped> {
        let path = RepoPath::new(path).ok()?;
        self.files.contains(&path).then_some(Mapped::File(path))
    }

    fn beside(&self, path: &str, report: Option<&RepoPath>) -> Option<Mapped> {
        let mut folder = report.map_or("", RepoPath::folder);
        loop {
            let candidate = if folder.is_empty() { path.to_owned() } else { format!("{folder}/{path}") };
            if let Some(found) = self.exact(&candidate) {
                return Some(found);
            }
            if folder.is_empty() {
                return None;
            }
            folder = folder.rsplit_once('/').map_or("", |(above, _)| above);
        }
    }

    fn by_module(&self, path: &str) -> Option<Mapped> {
        self.modules.iter().find_map(|module| {
            let inside = path.strip_prefix(&module.path)?.strip_prefix('/')?;
            let file = if module.folder.is_empty() {
                inside.to_owned()
            } else {
                format!("{}/{inside}", module.folder)
            };
            self.exact(&file)
        })
    }

    fn by_suffix(&self, path: &str) -> Mapped {
        let parts: Vec<&str> =
            path.split('/').filter(|part| !part.is_empty() && *part != "." && *part != "..").collect();
        let Some(name) = parts.last() else { return Mapped::Unmapped };
        let Some(candidates) = self.by_name.get(*name) else { return Mapped::Unmapped };
        let shared = |file: &RepoPath| {
            let own = file.as_str().rsplit('/');
            own.zip(parts.iter().rev()).take_while(|(one, other)| one == *other).count()
        };
        let longest = candidates.iter().map(shared).max().unwrap_or(0);
        if longest < 2 && parts.len() > 1 {
            return Mapped::Unmapped;
        }
        let best: Vec<RepoPath> = candidates.iter().filter(|file| shared(file) == longest).cloned().collect();
        match best.as_slice() {
            [only] => Mapped::File(only.clone()),
            _ => Mapped::Ambiguous(best),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map(path: &str, report: &str) -> String {
        let files = [
            "src/main.go",
            "lib/main.go",
            "cmd/app/run.go",
            "js/src/a.js",
            "src/a.js",
            "only.py",
            "x/util.go",
            "y/util.go",
        ];
        let files = files.map(|file| RepoPath::new(file).unwrap());
        let modules = vec![
            GoModule { path: "example.com/m".into(), folder: String::new() },
            GoModule { path: "example.com/m/v2".into(), folder: "cmd".into() },
        ];
        let tree = SourceTree::new("/w/repo", files, modules);
        match tree.map(path, RepoPath::new(report).ok().as_ref(), report.contains("coverage.out")) {
            Mapped::File(file) => file.to_string(),
            Mapped::Ambiguous(files) => {
                format!("ambiguous: {}", files.iter().map(RepoPath::as_str).collect::<Vec<_>>().join(" "))
            }
            Mapped::Unmapped => "unmapped".to_owned(),
        }
    }

    #[test]
    fn absolute_paths_lose_the_root() {
        assert_eq!(map("/w/repo/src/main.go", ""), "src/main.go");
        assert_eq!(map("/builds/1/src/main.go", ""), "src/main.go");
        assert_eq!(map(r"C:\agent\cmd\app\run.go", ""), "cmd/app/run.go");
    }

    #[test]
    fn relative_paths_start_at_the_report() {
        assert_eq!(map("src/a.js", "js/coverage/lcov.info"), "js/src/a.js");
        assert_eq!(map("src/a.js", "coverage/lcov.info"), "src/a.js");
        assert_eq!(map("../src/a.js", "js/coverage/lcov.info"), "js/src/a.js");
    }

    #[test]
    fn modules_resolve_import_paths() {
        assert_eq!(map("example.com/m/src/main.go", "coverage.out"), "src/main.go");
        assert_eq!(map("example.com/m/v2/app/run.go", "coverage.out"), "cmd/app/run.go");
    }

    #[test]
    fn a_dependency_is_no_file_of_ours() {
        assert_eq!(map("github.com/other/dep/cmd/app/run.go", "coverage.out"), "unmapped");
        assert_eq!(map("example.com/m/gen/src/main.go", "coverage.out"), "unmapped");
    }

    #[test]
    fn nothing_is_merged_by_its_bare_name() {
        assert_eq!(map("foreign.org/x/main.go", ""), "unmapped");
        assert_eq!(map("main.go", ""), "ambiguous: lib/main.go src/main.go");
        assert_eq!(map("only.py", "sub/report"), "only.py");
        assert_eq!(map("a/only.py", ""), "unmapped");
        assert_eq!(map("elsewhere/lib/main.go", ""), "lib/main.go");
        assert_eq!(map("..", ""), "unmapped");
    }
}
