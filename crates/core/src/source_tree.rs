//! From a path as a report wrote it to a file of the repository. Pure: the repository's files are handed in.
//!
//! Tried in this order, and the first answer counts: prefixes are rewritten as the user says; the root's prefix is cut off
//! an absolute path; a relative path is looked for in the user's source roots, then in the report's own, then beside the
//! report and in each folder above it, nearest first; a Go import path is resolved by the module that declares its prefix,
//! a package's file by its module's folder; last, the longest common suffix of at least two parts, if exactly one file has
//! it, then the same with letters' cases left aside. A bare name matches only a report path that is itself a bare name.
//! Two candidates are `ambiguous`, never a guess.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use crate::action::{ChangeUnderReview, Context};
use crate::failure::Failure;
use crate::glob::Globs;
use crate::repo_path::{RepoPath, is_absolute};

/// What is known of the repository's files, and of where reports may have come from.
#[derive(Clone, Debug, Default)]
pub struct SourceTree {
    root: String,
    files: HashSet<RepoPath>,
    /// By file name in lower case.
    by_name: HashMap<String, Vec<RepoPath>>,
    modules: Vec<GoModule>,
    source_roots: Vec<String>,
    rewrites: Vec<Rewrite>,
}

/// How the paths of a report are meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Places {
    /// As paths, absolute or relative to one of `sources` or to where the producer ran.
    Paths {
        /// Folders that the report names as roots of its sources: a hint, often of another machine.
        sources: Vec<String>,
    },
    /// As Go import paths.
    Imports,
    /// As packages: `com/example/A.java` below some source root.
    Packages {
        /// By path: the module that it starts with, where the report has modules (`app/com/example/A.java` of the
        /// module `app`).
        modules: BTreeMap<String, String>,
    },
}

/// A Go module: the path it declares and the folder of its `go.mod`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GoModule {
    /// `github.com/owner/name`.
    pub path: String,
    /// The folder of its `go.mod`, empty for the root.
    pub folder: String,
}

impl GoModule {
    /// The module that a `go.mod` in a folder declares.
    fn declared(text: &str, folder: &str) -> Option<Self> {
        let line = text.lines().find_map(|line| line.trim().strip_prefix("module "))?;
        let path = line.split("//").next().unwrap_or(line).trim().trim_matches('"').to_owned();
        Some(Self { path, folder: folder.to_owned() })
    }
}

/// A prefix of a report's paths, and what stands there in the repository.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rewrite {
    from: String,
    to: String,
}

impl Rewrite {
    /// Reads `FROM=TO`; both are folders, `TO` may be empty for the root.
    ///
    /// # Errors
    /// When there is no `=`, or nothing before it.
    pub fn parse(text: &str) -> Result<Self, String> {
        let expected = "expected FROM=TO, such as `/app/src=src`";
        let (from, to) = text.split_once('=').ok_or(expected)?;
        let (from, to) = (folder(from), folder(to));
        if from.is_empty() { Err(expected.to_owned()) } else { Ok(Self { from, to }) }
    }

    fn apply(&self, path: &str) -> Option<String> {
        let rest = path.strip_prefix(&self.from)?.strip_prefix('/')?;
        Some(joined(&self.to, rest))
    }
}

/// Which file a report's path means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mapped {
    /// This one.
    File(RepoPath),
    /// This one, which is the only one of its name if letters' cases are left aside.
    OtherCase(RepoPath),
    /// One of several.
    Ambiguous(Vec<RepoPath>),
    /// None of the repository.
    Unmapped,
}

/// A report whose paths are to be found.
#[derive(Clone, Copy, Debug)]
pub struct Origin<'a> {
    /// Where it lies, if that is in the repository.
    pub report: Option<&'a RepoPath>,
    /// How it means its paths.
    pub places: &'a Places,
    /// Paths below their packages that more than one of its modules has.
    pub contested: &'a BTreeSet<String>,
}

impl SourceTree {
    /// The repository's files as a run finds them, with those that the change adds and git does not track yet.
    ///
    /// # Errors
    /// A rewrite is none.
    pub fn of_run(ctx: &Context<'_>, source_roots: &[String], rewrites: &[String]) -> Result<Self, Failure> {
        let rewrite = |rule: &String| {
            Rewrite::parse(rule).map_err(|message| {
                let help = "Both sides are folders; the right one starts at the repository's root.";
                Failure::usage(format!("`{rule}` in `rewrite` can't be used: {message}"), help)
            })
        };
        let rewrites = rewrites.iter().map(rewrite).collect::<Result<_, _>>()?;
        let mut files = ctx.tracked_files();
        if let ChangeUnderReview::Known { changes, .. } = ctx.change {
            files.extend(changes.files.iter().map(|file| file.path.clone()));
        }
        let module = |file: &RepoPath| {
            let text = std::fs::read_to_string(file.to_path(&ctx.workspace.root)).ok()?;
            GoModule::declared(&text, file.folder())
        };
        let modules = files.iter().filter(|file| file.file_name() == "go.mod").filter_map(module).collect();
        let tree = Self::new(&ctx.workspace.root.to_string_lossy(), files, modules);
        Ok(tree.with_places(source_roots, rewrites))
    }

    /// `root` is the repository's root as reports may write it.
    pub fn new(root: &str, files: impl IntoIterator<Item = RepoPath>, mut modules: Vec<GoModule>) -> Self {
        let files: HashSet<RepoPath> = files.into_iter().collect();
        let mut by_name: HashMap<String, Vec<RepoPath>> = HashMap::new();
        for file in &files {
            by_name.entry(file.file_name().to_lowercase()).or_default().push(file.clone());
        }
        by_name.values_mut().for_each(|files| files.sort());
        // The longest module path decides, as in Go itself.
        modules.sort_by(|left, right| {
            right.path.len().cmp(&left.path.len()).then_with(|| left.folder.cmp(&right.folder))
        });
        Self { root: folder(root), files, by_name, modules, ..Self::default() }
    }

    /// With folders that paths may be relative to, and with prefixes that stand for others.
    #[must_use]
    pub fn with_places(mut self, source_roots: &[String], mut rewrites: Vec<Rewrite>) -> Self {
        self.source_roots = source_roots.iter().map(|root| folder(root)).collect();
        // The longest prefix decides, in whatever order they were written.
        rewrites.sort_by_key(|rewrite| std::cmp::Reverse(rewrite.from.len()));
        self.rewrites = rewrites;
        self
    }

    /// Finds the file that a report means by `path`.
    pub fn map(&self, path: &str, origin: Origin<'_>) -> Mapped {
        let path = path.replace('\\', "/");
        let rewritten = self.rewrites.iter().find_map(|rewrite| rewrite.apply(&path));
        let was_rewritten = rewritten.is_some();
        let path = rewritten.unwrap_or(path);
        if let Some(inside) = self.below_root(&path) {
            return self.exact(inside).unwrap_or_else(|| self.by_suffix(inside));
        }
        if is_absolute(&path) {
            return self.by_suffix(&path);
        }
        if was_rewritten && let Some(found) = self.exact(&path) {
            return found;
        }
        if let Some(found) = self.in_roots(&path) {
            return found;
        }
        match origin.places {
            Places::Packages { modules } => self.in_packages(&path, modules.get(&path), origin),
            Places::Imports => {
                let found = self.beside(&path, origin.report).or_else(|| self.by_module(&path));
                // A dependency may end in the same folders as a file of ours.
                let foreign = if self.modules.is_empty() { self.by_suffix(&path) } else { Mapped::Unmapped };
                found.unwrap_or(foreign)
            }
            Places::Paths { sources } => {
                let found = self.below_sources(&path, sources).or_else(|| self.beside(&path, origin.report));
                let found = found.or_else(|| self.by_module(&path));
                found.unwrap_or_else(|| match sources.as_slice() {
                    [] => self.by_suffix(&path),
                    _ => self.by_suffix_below(&path, sources),
                })
            }
        }
    }

    /// Whether a path is a file of the repository.
    pub fn has(&self, path: &RepoPath) -> bool {
        self.files.contains(path)
    }

    /// Whether a glob takes a file of the repository.
    pub fn has_any(&self, globs: &Globs) -> bool {
        self.files.iter().any(|file| globs.decision(file.as_str()).is_some_and(|(_, takes)| takes))
    }

    fn below_root<'a>(&self, path: &'a str) -> Option<&'a str> {
        if self.root.is_empty() { None } else { path.strip_prefix(&self.root)?.strip_prefix('/') }
    }

    fn exact(&self, path: &str) -> Option<Mapped> {
        self.tracked(path).map(Mapped::File)
    }

    fn tracked(&self, path: &str) -> Option<RepoPath> {
        RepoPath::new(path).ok().filter(|path| self.files.contains(path))
    }

    /// Below the folders that the user named: nothing beats his word, but two of them may contradict each other.
    fn in_roots(&self, path: &str) -> Option<Mapped> {
        let found = self.source_roots.iter().filter_map(|root| self.tracked(&joined(root, path)));
        one_of(found.collect())
    }

    /// Below the folders that the report names, as they are here or as they were on another machine.
    fn below_sources(&self, path: &str, sources: &[String]) -> Option<Mapped> {
        let below = |source: &String| {
            let source = folder(source);
            let whole = joined(&source, path);
            let rewritten = self.rewrites.iter().find_map(|rewrite| rewrite.apply(&whole));
            let whole = rewritten.unwrap_or(whole);
            let inside = match self.below_root(&whole) {
                Some(inside) => inside.to_owned(),
                None if is_absolute(&whole) => return None,
                None => whole,
            };
            self.tracked(&inside)
        };
        one_of(sources.iter().filter_map(below).collect())
    }

    fn by_suffix_below(&self, path: &str, sources: &[String]) -> Mapped {
        let mut found = BTreeSet::new();
        for source in sources {
            match self.by_suffix(&joined(&folder(source), path)) {
                Mapped::File(file) => {
                    found.insert(file);
                }
                Mapped::Ambiguous(files) => found.extend(files),
                Mapped::OtherCase(_) | Mapped::Unmapped => {}
            }
        }
        one_of(found).unwrap_or_else(|| self.by_suffix(path))
    }

    fn beside(&self, path: &str, report: Option<&RepoPath>) -> Option<Mapped> {
        let mut folder = report.map_or("", RepoPath::folder);
        loop {
            if let Some(found) = self.exact(&joined(folder, path)) {
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
            self.exact(&joined(&module.folder, inside))
        })
    }

    /// A package's file below some source root. Where two modules have such a file, only the module's own folder
    /// tells them apart.
    fn in_packages(&self, path: &str, module: Option<&String>, origin: Origin<'_>) -> Mapped {
        let contested = origin.contested;
        let inner = within_module(path, module);
        if let Some(found) = self.in_roots(inner).filter(|_| !contested.contains(inner)) {
            return found;
        }
        let name = inner.rsplit('/').next().unwrap_or(inner);
        let Some(candidates) = self.by_name.get(&name.to_lowercase()) else { return Mapped::Unmapped };
        let ends = |file: &&RepoPath| {
            let front = file.as_str().strip_suffix(inner);
            front.is_some_and(|front| front.is_empty() || front.ends_with('/'))
        };
        let whole: BTreeSet<RepoPath> = candidates.iter().filter(ends).cloned().collect();
        let in_module = |file: &&RepoPath| {
            let front = file.as_str().strip_suffix(inner).unwrap_or_default();
            module.is_some_and(|module| format!("/{front}").contains(&format!("/{module}/")))
        };
        let own: BTreeSet<RepoPath> = whole.iter().filter(in_module).cloned().collect();
        match (own.len(), whole.len()) {
            (1.., _) => one_of(own).unwrap_or(Mapped::Unmapped),
            (0, 0) if contested.contains(inner) => Mapped::Unmapped,
            (0, 0) => self.by_suffix(inner),
            (0, _) if contested.contains(inner) => Mapped::Ambiguous(whole.into_iter().collect()),
            (0, _) => one_of(nearest(whole, origin.report)).unwrap_or(Mapped::Unmapped),
        }
    }

    /// The longest common suffix of at least two parts, if only one file has it.
    fn by_suffix(&self, path: &str) -> Mapped {
        let parts: Vec<&str> =
            path.split('/').filter(|part| !part.is_empty() && *part != "." && *part != "..").collect();
        let Some(name) = parts.last() else { return Mapped::Unmapped };
        let Some(candidates) = self.by_name.get(&name.to_lowercase()) else { return Mapped::Unmapped };
        let same = |one: &str, other: &str| one == other;
        let best = longest(candidates, &parts, same);
        if !best.is_empty() {
            return one_of(best).unwrap_or(Mapped::Unmapped);
        }
        let alike = |one: &str, other: &str| one == other || one.to_lowercase() == other.to_lowercase();
        match one_of(longest(candidates, &parts, alike)) {
            Some(Mapped::File(file)) => Mapped::OtherCase(file),
            Some(found) => found,
            None => Mapped::Unmapped,
        }
    }
}

/// A package's path without the module that the reader put in front.
pub fn within_module<'a>(path: &'a str, module: Option<&String>) -> &'a str {
    let inner = module.and_then(|module| path.strip_prefix(module.as_str())?.strip_prefix('/'));
    inner.unwrap_or(path)
}

/// The candidates that share the longest suffix with `parts`, if that is long enough to mean something.
fn longest(candidates: &[RepoPath], parts: &[&str], same: impl Fn(&str, &str) -> bool) -> BTreeSet<RepoPath> {
    let shared = |file: &RepoPath| {
        let own = file.as_str().rsplit('/');
        own.zip(parts.iter().rev()).take_while(|(one, other)| same(one, other)).count()
    };
    let longest = candidates.iter().map(shared).max().unwrap_or(0);
    if longest == 0 || longest < 2 && parts.len() > 1 {
        return BTreeSet::new();
    }
    candidates.iter().filter(|file| shared(file) == longest).cloned().collect()
}

/// Of several candidates those below the nearest folder around the report that holds any: a module's own report is
/// about the module's own files.
fn nearest(candidates: BTreeSet<RepoPath>, report: Option<&RepoPath>) -> BTreeSet<RepoPath> {
    let Some(report) = report.filter(|_| candidates.len() > 1) else { return candidates };
    for (end, _) in report.as_str().rmatch_indices('/') {
        let around = &report.as_str()[..=end];
        let inside: BTreeSet<RepoPath> =
            candidates.iter().filter(|file| file.as_str().starts_with(around)).cloned().collect();
        if !inside.is_empty() {
            return inside;
        }
    }
    candidates
}

fn one_of(found: BTreeSet<RepoPath>) -> Option<Mapped> {
    let mut found: Vec<RepoPath> = found.into_iter().collect();
    match found.len() {
        0 => None,
        1 => found.pop().map(Mapped::File),
        _ => Some(Mapped::Ambiguous(found)),
    }
}

/// A folder as it is compared: slashes, and none at its end.
fn folder(text: &str) -> String {
    let text = text.trim().replace('\\', "/");
    let text = text.trim_end_matches('/');
    let text = text.strip_prefix("./").unwrap_or(text);
    if text == "." { String::new() } else { text.to_owned() }
}

fn joined(folder: &str, path: &str) -> String {
    if folder.is_empty() { path.to_owned() } else { format!("{folder}/{path}") }
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
        let places = if report.contains("coverage.out") { Places::Imports } else { sources(&[]) };
        found(&tree, path, report, &places)
    }

    fn found(tree: &SourceTree, path: &str, report: &str, places: &Places) -> String {
        let report = RepoPath::new(report).ok();
        let mut contested = BTreeSet::new();
        if let Places::Packages { modules } = places {
            let mut seen = BTreeSet::new();
            for (path, module) in modules {
                let inner = within_module(path, Some(module)).to_owned();
                if !seen.insert(inner.clone()) {
                    contested.insert(inner);
                }
            }
        }
        let origin = Origin { report: report.as_ref(), places, contested: &contested };
        match tree.map(path, origin) {
            Mapped::File(file) => file.to_string(),
            Mapped::OtherCase(file) => format!("other case: {file}"),
            Mapped::Ambiguous(files) => {
                format!("ambiguous: {}", files.iter().map(RepoPath::as_str).collect::<Vec<_>>().join(" "))
            }
            Mapped::Unmapped => "unmapped".to_owned(),
        }
    }

    fn tree(files: &[&str]) -> SourceTree {
        SourceTree::new("/w/repo", files.iter().map(|file| RepoPath::new(file).unwrap()), Vec::new())
    }

    fn sources(sources: &[&str]) -> Places {
        Places::Paths { sources: sources.iter().map(|source| (*source).to_owned()).collect() }
    }

    #[test]
    fn prefixes_are_rewritten_and_the_longest_decides() {
        let rules = ["/app=", "/app/lib=packages/lib/src", r"C:\agent\_work=./"];
        let rules = rules.iter().map(|rule| Rewrite::parse(rule).unwrap()).collect();
        let tree = tree(&["a.js", "packages/lib/src/b.js", "x/a.js", "x/b.js"]).with_places(&[], rules);
        let none = sources(&[]);
        assert_eq!(found(&tree, "/app/a.js", "", &none), "a.js");
        assert_eq!(found(&tree, "/app/lib/b.js", "", &none), "packages/lib/src/b.js");
        assert_eq!(found(&tree, r"C:\agent\_work\x\a.js", "", &none), "x/a.js");
        assert_eq!(found(&tree, "/application/a.js", "", &none), "unmapped");
        assert_eq!(found(&tree, "b.js", "", &sources(&["/app/lib"])), "packages/lib/src/b.js");
        assert!(Rewrite::parse("/app").is_err() && Rewrite::parse("=x").is_err());
    }

    #[test]
    fn source_roots_beat_what_lies_beside_the_report() {
        let roots = |roots: &[&str]| {
            let roots: Vec<String> = roots.iter().map(|root| (*root).to_owned()).collect();
            tree(&["src/a.py", "lib/a.py", "a.py"]).with_places(&roots, Vec::new())
        };
        assert_eq!(found(&roots(&["src/"]), "a.py", "", &sources(&[])), "src/a.py");
        assert_eq!(found(&roots(&["src", "lib"]), "a.py", "", &sources(&[])), "ambiguous: lib/a.py src/a.py");
        assert_eq!(found(&roots(&["none"]), "a.py", "", &sources(&[])), "a.py");
    }

    #[test]
    fn a_reports_own_sources_are_a_hint() {
        let tree = tree(&["web/src/a.py", "api/src/a.py", "api/lib/b.py"]);
        assert_eq!(found(&tree, "a.py", "", &sources(&["/w/repo/api/src"])), "api/src/a.py");
        assert_eq!(found(&tree, "a.py", "", &sources(&["/ci/build/web/src"])), "web/src/a.py");
        assert_eq!(found(&tree, "a.py", "", &sources(&["/ci/src"])), "ambiguous: api/src/a.py web/src/a.py");
        assert_eq!(
            found(&tree, "a.py", "", &sources(&["/ci/elsewhere"])),
            "ambiguous: api/src/a.py web/src/a.py"
        );
        assert_eq!(found(&tree, "lib/b.py", "", &sources(&["/nowhere"])), "api/lib/b.py");
    }

    #[test]
    fn modules_tell_packages_apart() {
        let files = [
            "app/src/main/java/com/x/A.java",
            "lib/src/main/java/com/x/A.java",
            "lib/src/main/kotlin/x/B.kt",
        ];
        let tree = tree(&files);
        let packages = |modules: &[(&str, &str)]| Places::Packages {
            modules: modules
                .iter()
                .map(|(path, module)| ((*path).to_owned(), (*module).to_owned()))
                .collect(),
        };
        let both = packages(&[("app/com/x/A.java", "app"), ("lib/com/x/A.java", "lib")]);
        assert_eq!(found(&tree, "app/com/x/A.java", "", &both), files[0]);
        assert_eq!(found(&tree, "lib/com/x/A.java", "", &both), files[1]);
        let odd = packages(&[("one/com/x/A.java", "one"), ("lib/com/x/A.java", "lib")]);
        assert!(found(&tree, "one/com/x/A.java", "", &odd).starts_with("ambiguous"));
        assert!(found(&tree, "com/x/A.java", "", &packages(&[])).starts_with("ambiguous"));
        let beside = |report: &str| found(&tree, "com/x/A.java", report, &packages(&[]));
        assert_eq!(beside("app/target/site/jacoco/jacoco.xml"), files[0]);
        assert_eq!(beside("lib/jacoco.xml"), files[1]);
        assert!(beside("report/target/jacoco.xml").starts_with("ambiguous"));
        assert!(beside("jacoco.xml").starts_with("ambiguous"));
        assert_eq!(found(&tree, "com/x/B.kt", "", &packages(&[])), files[2]);
        let rooted = tree.with_places(&["lib/src/main/java".to_owned()], Vec::new());
        assert_eq!(found(&rooted, "com/x/A.java", "", &packages(&[])), files[1]);
    }

    #[test]
    fn another_case_counts_only_where_one_file_fits() {
        let tree = tree(&["Src/Main.cs", "lib/x/Odd.cs", "LIB/x/odd.cs"]);
        assert_eq!(found(&tree, r"c:\build\src\main.cs", "", &sources(&[])), "other case: Src/Main.cs");
        assert_eq!(found(&tree, "Lib/x/ODD.cs", "", &sources(&[])), "ambiguous: LIB/x/odd.cs lib/x/Odd.cs");
        assert_eq!(found(&tree, "lib/x/Odd.cs", "", &sources(&[])), "lib/x/Odd.cs");
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
