//! What the judge looks at: the reports as they were read, the one picture under repository paths, and the lines
//! that the change touches. Built once, purely; rules and gates only read it.

use std::collections::{BTreeMap, BTreeSet};

use gatewright_core::RepoPath;
use gatewright_core::repository::{ChangeKind, ChangeSet, ChangedFile, LineRange};

use crate::language::Language;
use crate::paths::{Mapped, SourceTree};
use crate::{ClosingLines, Diagnostics, FileCoverage, Format, Picture, Places, Ratio, Totals, Unit};

/// A report as it was read.
#[derive(Clone, Debug)]
pub struct ReportEvidence {
    /// Its path for readers.
    pub shown: String,
    /// Its path in the repository, if it lies inside.
    pub path: Option<RepoPath>,
    /// What became of it.
    pub content: Result<ReportContent, String>,
    /// The next step where it could not be read.
    pub help: String,
}

/// The content of a report that was recognised.
#[derive(Clone, Debug)]
pub struct ReportContent {
    /// Its format.
    pub format: Format,
    /// What was odd or broken in it.
    pub diagnostics: Diagnostics,
    /// Nothing that it should hold is missing.
    pub complete: bool,
    /// How many files it measures.
    pub files: usize,
}

/// All that is judged.
#[derive(Clone, Debug, Default)]
pub struct Evidence {
    /// Every report, in the order they were read.
    pub reports: Vec<ReportEvidence>,
    /// All files, under their repository paths; under the report's own where none answers.
    pub picture: Picture,
    /// What each file adds up to, counted once: a line view is not free.
    totals: BTreeMap<String, Totals>,
    /// Which keys of the picture are files of the repository.
    pub mapped: BTreeSet<String>,
    /// Report paths that several files could be.
    pub ambiguous: BTreeMap<String, Vec<RepoPath>>,
    /// Patterns of `ignore` that decided over no file of any report.
    pub idle_ignores: Vec<String>,
    /// The lines that the change touches, where there is a change.
    pub patch: Option<Patch>,
}

/// The changed lines, measured.
#[derive(Clone, Debug, Default)]
pub struct Patch {
    /// Covered and measured changed lines.
    pub ratio: Ratio,
    /// Changed lines that did not run, as ranges, by file.
    pub uncovered: BTreeMap<RepoPath, Vec<LineRange>>,
    /// Changed source files that no report knows, with the first changed line.
    pub unmapped: BTreeMap<RepoPath, u32>,
    /// How many files the change touches at all.
    pub files: usize,
}

/// Takes pictures one by one and files them under repository paths.
#[derive(Debug)]
pub struct Gatherer<'a> {
    tree: &'a SourceTree,
    evidence: Evidence,
}

/// Says whether a file is to be left out, and by which pattern.
pub trait Ignores {
    /// The index of the pattern that decides over the file, and whether it takes it out or back in.
    fn decision(&self, path: &str) -> Option<(usize, bool)>;

    /// Whether the file is left out.
    fn take(&self, path: &str) -> bool {
        self.decision(path).is_some_and(|(_, takes)| takes)
    }
}

impl<'a> Gatherer<'a> {
    /// Files are looked for in `tree`.
    pub fn new(tree: &'a SourceTree) -> Self {
        Self { tree, evidence: Evidence::default() }
    }

    /// Adds a report that could not be read at all.
    pub fn add_unreadable(&mut self, shown: String, path: Option<RepoPath>, message: String, help: String) {
        self.evidence.reports.push(ReportEvidence { shown, path, content: Err(message), help });
    }

    /// Adds a report that was read.
    pub fn add(&mut self, shown: String, path: Option<RepoPath>, parsed: crate::Parsed) {
        let content = ReportContent {
            format: parsed.format,
            diagnostics: parsed.diagnostics,
            complete: parsed.complete,
            files: parsed.picture.files().len(),
        };
        for (name, file) in parsed.picture {
            let imports = parsed.places == Places::Imports;
            let key = match self.tree.map(&name, path.as_ref(), imports) {
                Mapped::File(file) => {
                    self.evidence.mapped.insert(file.as_str().to_owned());
                    file.into()
                }
                Mapped::Ambiguous(candidates) => {
                    self.evidence.ambiguous.insert(name.clone(), candidates);
                    name
                }
                Mapped::Unmapped => name,
            };
            self.evidence.picture.insert(key, file);
        }
        let help = String::new();
        self.evidence.reports.push(ReportEvidence { shown, path, content: Ok(content), help });
    }

    /// Takes out what is ignored and returns what is left.
    pub fn finish(mut self, ignores: &dyn Ignores, patterns: &[String]) -> Evidence {
        let mut busy = BTreeSet::new();
        let mut kept = Picture::default();
        for (path, file) in std::mem::take(&mut self.evidence.picture) {
            let decision = ignores.decision(&path);
            busy.extend(decision.map(|(pattern, _)| pattern));
            if !decision.is_some_and(|(_, takes)| takes) {
                kept.insert(path, file);
            }
        }
        let idle = patterns.iter().enumerate().filter(|(index, _)| !busy.contains(index));
        self.evidence.totals = kept.files().map(|(path, file)| (path.to_owned(), file.totals())).collect();
        self.evidence.idle_ignores = idle.map(|(_, pattern)| pattern.clone()).collect();
        self.evidence.picture = kept;
        self.evidence
    }
}

impl Evidence {
    /// What everything adds up to in one unit.
    ///
    /// Lines are those of the files whose reports count in lines. Only where no report does, they are the lines
    /// that statements span: a file that is judged by its statements must not stand in for another's lines.
    pub fn ratio(&self, unit: Unit) -> Ratio {
        let native = self.native_units();
        let counts =
            |file: &FileCoverage| unit != Unit::Lines || native.len() < 2 || file.native_unit() == unit;
        self.files().filter(|(_, file, _)| counts(file)).map(|(_, _, totals)| totals.ratio(unit)).sum()
    }

    /// Every file with what it adds up to, in the order of the paths.
    pub fn files(&self) -> impl Iterator<Item = (&str, &FileCoverage, &Totals)> {
        self.picture.files().zip(self.totals.values()).map(|((path, file), totals)| (path, file, totals))
    }

    /// The units that files bring natively: statements, lines, or both where formats are mixed.
    pub fn native_units(&self) -> BTreeSet<Unit> {
        self.picture.files().map(|(_, file)| file.native_unit()).collect()
    }

    /// Measures the change. `source` gives a file's text, to tell declarations and comments from code.
    #[must_use]
    pub fn with_change(
        mut self,
        changes: &ChangeSet,
        ignores: &dyn Ignores,
        source: &dyn Fn(&RepoPath) -> Option<String>,
    ) -> Self {
        let measured: BTreeSet<Language> =
            self.picture.files().filter_map(|(path, _)| Language::of(path)).collect();
        let mut patch = Patch { files: changes.files.len(), ..Patch::default() };
        for change in &changes.files {
            if change.kind == ChangeKind::Deleted || change.binary || ignores.take(change.path.as_str()) {
                continue;
            }
            match self.picture.file(change.path.as_str()) {
                Some(file) if !file.is_summary_only() => patch.measure(change, file, source),
                _ => patch.miss(change, &measured, source),
            }
        }
        self.patch = Some(patch);
        self
    }
}

impl Patch {
    /// Counts the changed lines that are measured. Statements span whole blocks: where the source is at hand, the
    /// blank lines, comments and closing brackets within are no code that could run.
    fn measure(
        &mut self,
        change: &ChangedFile,
        file: &FileCoverage,
        source: &dyn Fn(&RepoPath) -> Option<String>,
    ) {
        let view = file.patch_view(ClosingLines::LeftOut);
        let text = Some(file)
            .filter(|file| file.native_unit() == Unit::Statements)
            .and_then(|_| source(&change.path));
        let lines: Option<Vec<&str>> = text.as_ref().map(|text| text.lines().collect());
        let language = Language::of(change.path.as_str()).unwrap_or(Language::Go);
        let is_code = |number: u32| {
            let line =
                lines.as_ref().and_then(|lines| lines.get(usize::try_from(number).ok()?.checked_sub(1)?));
            line.is_none_or(|line| language.could_run(line))
        };
        if let Some(line) = lines.as_ref().and_then(|lines| unknown_function(change, file, lines)) {
            self.unmapped.insert(change.path.clone(), line);
        }
        let mut uncovered: Vec<LineRange> = Vec::new();
        for range in &change.added {
            let from = view.runs().partition_point(|run| run.last < range.first);
            // The line behind the last one that was looked at, if the code before it did not run.
            let mut open = None;
            for run in view.runs()[from..].iter().take_while(|run| run.first <= range.last) {
                let (first, last) = (run.first.max(range.first), run.last.min(range.last));
                open = open.filter(|next| *next == first);
                for line in first..=last {
                    if is_code(line) {
                        self.ratio.count(1, run.hits > 0);
                        match uncovered.last_mut() {
                            _ if run.hits > 0 => {}
                            Some(range) if open.is_some() => range.last = line,
                            _ => uncovered.push(LineRange { first: line, last: line }),
                        }
                        open = (run.hits == 0).then_some(line);
                    }
                    open = open.map(|_| line.saturating_add(1));
                }
            }
        }
        if !uncovered.is_empty() {
            self.uncovered.insert(change.path.clone(), uncovered);
        }
    }

    /// A changed source file that no report knows, unless nothing in the changed lines could be measured.
    fn miss(
        &mut self,
        change: &ChangedFile,
        measured: &BTreeSet<Language>,
        source: &dyn Fn(&RepoPath) -> Option<String>,
    ) {
        let Some(first) = change.added.first() else { return };
        let Some(language) = Language::of(change.path.as_str()) else { return };
        if !measured.contains(&language) || language.is_test(change.path.as_str()) {
            return;
        }
        let measurable = source(&change.path).is_none_or(|text| language.is_measurable(&text, &change.added));
        if measurable {
            self.unmapped.insert(change.path.clone(), first.first);
        }
    }
}

/// The line of a changed Go function that the report does not know: it was made before the change, or for another build.
/// A function's first block begins behind the brace that ends its first line, even when its body is empty.
fn unknown_function(change: &ChangedFile, file: &FileCoverage, lines: &[&str]) -> Option<u32> {
    let text = |number: u32| lines.get(usize::try_from(number).ok()?.checked_sub(1)?).copied();
    let begins = |line: &str| line.starts_with("func ") && line.trim_end().ends_with('{');
    let known = |number: u32| file.blocks().iter().any(|block| block.span().start_line == number);
    let mut changed = change.added.iter().flat_map(|range| range.first..=range.last);
    changed.find(|number| text(*number).is_some_and(begins) && !known(*number))
}

#[cfg(test)]
mod tests {
    use super::*;

    struct NothingIgnored;

    impl Ignores for NothingIgnored {
        fn decision(&self, _: &str) -> Option<(usize, bool)> {
            None
        }
    }

    fn patch(source: &str, blocks: &str, added: &[(u32, u32)]) -> (Ratio, Vec<(u32, u32)>) {
        let patch = measured(source, blocks, added);
        let ranges = patch.uncovered.values().flatten().map(|range| (range.first, range.last)).collect();
        (patch.ratio, ranges)
    }

    fn unmapped(source: &str, blocks: &str, added: &[(u32, u32)]) -> (Ratio, Option<u32>) {
        let patch = measured(source, blocks, added);
        (patch.ratio, patch.unmapped.values().next().copied())
    }

    fn measured(source: &str, blocks: &str, added: &[(u32, u32)]) -> Patch {
        let source_file = RepoPath::new("a.go").unwrap();
        let tree = SourceTree::new("", [source_file.clone()], Vec::new());
        let mut gatherer = Gatherer::new(&tree);
        let report = format!("mode: set\n{blocks}");
        gatherer.add("c.out".to_owned(), None, crate::read(&mut report.as_bytes()).unwrap());
        let added = added.iter().map(|(first, last)| LineRange { first: *first, last: *last }).collect();
        let file = ChangedFile {
            path: source_file.clone(),
            old_path: None,
            kind: ChangeKind::Modified,
            binary: false,
            added,
            removed: Vec::new(),
        };
        let changes = ChangeSet { files: vec![file] };
        let evidence = gatherer.finish(&NothingIgnored, &[]);
        let evidence = evidence.with_change(&changes, &NothingIgnored, &|_| Some(source.to_owned()));
        evidence.patch.unwrap()
    }

    const SOURCE: &str = "package a\n\nfunc F(x int) int {\n\tif x > 1 {\n\t\tx++\n\n\t\t// why\n\t\tx--\n\t}\n\treturn x\n}\n";
    const BLOCKS: &str = "a.go:3.19,4.11 1 1\na.go:4.11,9.3 2 0\na.go:10.2,10.10 1 1\n";

    #[test]
    fn brackets_blanks_and_comments_are_no_code() {
        let (ratio, uncovered) = patch(SOURCE, BLOCKS, &[(3, 11)]);
        assert_eq!((ratio, uncovered), (Ratio::new(3, 5), vec![(5, 8)]));
    }

    #[test]
    fn a_report_older_than_the_change_is_no_pass() {
        let newer = format!("{SOURCE}\nfunc G() int {{\n\treturn 1\n}}\n");
        let (_, patch) = unmapped(&newer, BLOCKS, &[(12, 15)]);
        assert_eq!(patch, Some(13));
        let fresh = format!("{BLOCKS}a.go:13.14,15.2 1 0\n");
        assert_eq!(unmapped(&newer, &fresh, &[(12, 15)]).1, None);
    }

    #[test]
    fn only_changed_lines_count() {
        assert_eq!(patch(SOURCE, BLOCKS, &[(5, 5), (8, 9)]), (Ratio::new(0, 2), vec![(5, 5), (8, 8)]));
        assert_eq!(patch(SOURCE, BLOCKS, &[(6, 7), (9, 9)]), (Ratio::new(0, 0), vec![]));
    }
}
