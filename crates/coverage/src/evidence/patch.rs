//! The changed lines, measured. Lines are those that the change adds or modifies; branches the arms on these lines,
//! statements those of blocks that meet them, functions those whose lines they are among.

use std::collections::{BTreeMap, BTreeSet};

use gatewright_core::RepoPath;
use gatewright_core::repository::{ChangeKind, ChangeSet, ChangedFile, LineRange};

use super::{Evidence, Ignores};
use crate::language::Language;
use crate::tally::{Partials, partial_lines};
use crate::{ClosingLines, FileCoverage, LineView, Ratio, Unit};

/// Lines that no report measures may lie between two uncovered ones of a range, up to so many.
const WIDEST_GAP: u32 = 3;

/// The changed lines, measured.
#[derive(Clone, Debug, Default)]
pub struct Patch {
    /// Covered and measured changed lines.
    pub ratio: Ratio,
    /// Statements of blocks that meet changed lines.
    pub statements: Ratio,
    /// Arms of branches on changed lines.
    pub branches: Ratio,
    /// Functions among whose lines are changed ones.
    pub functions: Ratio,
    /// Changed lines that did not run, as ranges, by file. A range may span a few lines that nothing measures.
    pub uncovered: BTreeMap<RepoPath, Vec<LineRange>>,
    /// How many uncovered changed lines each of these files has.
    pub uncovered_lines: BTreeMap<RepoPath, u64>,
    /// Changed source files of which no report knows lines, with the first changed line.
    pub unmapped: BTreeMap<RepoPath, u32>,
    /// How many files the change touches at all.
    pub files: usize,
}

impl Patch {
    /// Measures a change.
    pub(super) fn of(
        evidence: &Evidence,
        changes: &ChangeSet,
        ignores: &dyn Ignores,
        source: &dyn Fn(&RepoPath) -> Option<String>,
    ) -> Self {
        let measured: BTreeSet<Language> =
            evidence.picture.files().filter_map(|(path, _)| Language::of(path)).collect();
        let left_out: BTreeSet<&str> = evidence.generated.iter().map(String::as_str).collect();
        let mut patch = Self { files: changes.files.len(), ..Self::default() };
        for change in &changes.files {
            let name = change.path.as_str();
            let is_out = ignores.take(name) || left_out.contains(name);
            if change.kind == ChangeKind::Deleted || change.binary || is_out {
                continue;
            }
            match evidence.picture.file(name) {
                Some(file) if !file.is_summary_only() => {
                    patch.measure(change, file, evidence.partials, source);
                }
                _ => patch.miss(change, &measured, source),
            }
        }
        patch
    }

    /// What the change adds up to in one unit.
    pub fn ratio_in(&self, unit: Unit) -> Ratio {
        match unit {
            Unit::Statements => self.statements,
            Unit::Lines => self.ratio,
            Unit::Branches => self.branches,
            Unit::Functions => self.functions,
        }
    }

    /// Counts what is measured of a changed file. Statements span whole blocks: where the source is at hand, the
    /// blank lines, comments and closing brackets within are no code that could run.
    fn measure(
        &mut self,
        change: &ChangedFile,
        file: &FileCoverage,
        partials: Partials,
        source: &dyn Fn(&RepoPath) -> Option<String>,
    ) {
        let text = Some(file)
            .filter(|file| file.native_unit() == Unit::Statements)
            .and_then(|_| source(&change.path));
        let text: Option<Vec<&str>> = text.as_ref().map(|text| text.lines().collect());
        if let Some(line) = text.as_ref().and_then(|lines| unknown_function(change, file, lines)) {
            self.unmapped.insert(change.path.clone(), line);
        }
        let language = Language::of(change.path.as_str()).unwrap_or(Language::Go);
        let is_code = |number: u32| {
            let line =
                text.as_ref().and_then(|lines| lines.get(usize::try_from(number).ok()?.checked_sub(1)?));
            line.is_none_or(|line| language.could_run(line))
        };
        let view = file.patch_view(ClosingLines::LeftOut);
        let partial = if partials == Partials::Miss { partial_lines(file) } else { Vec::new() };
        let mut changed = Vec::new();
        let mut missed = Vec::new();
        for (line, hits) in changed_lines(change, &view).filter(|(line, _)| is_code(*line)) {
            let runs = hits > 0 && partial.binary_search(&line).is_err();
            self.ratio.count(1, runs);
            changed.push(line);
            if !runs {
                missed.push(line);
            }
        }
        self.count_units(change, file, &changed);
        if !missed.is_empty() {
            let measured = |line: u32| view.hits(line).is_some() && is_code(line);
            self.uncovered_lines.insert(change.path.clone(), missed.len() as u64);
            self.uncovered.insert(change.path.clone(), ranges(&missed, measured));
        }
    }

    /// Statements, branches and functions; `changed` are the measured changed lines, in order.
    fn count_units(&mut self, change: &ChangedFile, file: &FileCoverage, changed: &[u32]) {
        let meets = |first: u32, last: u32| {
            let from = changed.partition_point(|line| *line < first);
            changed.get(from).is_some_and(|line| *line <= last)
        };
        for block in file.blocks() {
            let (span, statements) = (block.span(), block.statements().map_or(0, u64::from));
            if statements > 0 && meets(span.start_line, span.end_line) {
                self.statements.count(statements, block.hits() > 0);
            }
        }
        let is_changed = |line: u32| {
            let at = change.added.partition_point(|range| range.last < line);
            change.added.get(at).is_some_and(|range| range.first <= line)
        };
        let named = file.branches().iter().map(crate::Branch::line);
        let mut lines: Vec<u32> =
            named.chain(file.branch_tallies().iter().map(|tally| tally.line())).collect();
        lines.sort_unstable();
        lines.dedup();
        for line in lines.into_iter().filter(|line| is_changed(*line)) {
            self.branches += file.branches_on(line);
        }
        for names in file.functions_united() {
            let Some(first) = names.iter().find_map(crate::Function::start) else { continue };
            let last = names.iter().filter_map(crate::Function::end).max().unwrap_or(first).max(first);
            if is_changed(first) || meets(first, last) {
                self.functions.count(1, names.iter().any(|name| name.hits() > 0));
            }
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

/// The changed lines that are measured, in order, with their counts.
fn changed_lines<'a>(change: &'a ChangedFile, view: &'a LineView) -> impl Iterator<Item = (u32, u64)> + 'a {
    change.added.iter().flat_map(move |range| {
        let from = view.runs().partition_point(|run| run.last < range.first);
        let within = view.runs()[from..].iter().take_while(|run| run.first <= range.last);
        within.flat_map(move |run| {
            (run.first.max(range.first)..=run.last.min(range.last)).map(|line| (line, run.hits))
        })
    })
}

/// Lines as ranges. Two are joined over a gap of lines that nothing measures.
fn ranges(lines: &[u32], measured: impl Fn(u32) -> bool) -> Vec<LineRange> {
    let mut ranges: Vec<LineRange> = Vec::new();
    for line in lines {
        match ranges.last_mut() {
            Some(range) if line - range.last <= WIDEST_GAP + 1 && !(range.last + 1..*line).any(&measured) => {
                range.last = *line;
            }
            _ => ranges.push(LineRange { first: *line, last: *line }),
        }
    }
    ranges
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
    use super::super::{Gatherer, Report, Selection};
    use super::*;
    use gatewright_core::source_tree::SourceTree;

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
        gatherer.add(Report::default(), crate::read(&mut report.as_bytes()).unwrap());
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
        let selection = Selection {
            ignores: &NothingIgnored,
            patterns: &[],
            heads: None,
            components: &[],
            partials: Partials::Hit,
        };
        let evidence = gatherer.finish(&selection);
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
        assert_eq!(patch(SOURCE, BLOCKS, &[(5, 5), (8, 9)]), (Ratio::new(0, 2), vec![(5, 8)]));
        assert_eq!(patch(SOURCE, BLOCKS, &[(6, 7), (9, 9)]), (Ratio::new(0, 0), vec![]));
    }
}
