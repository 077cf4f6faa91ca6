//! Files pictures under repository paths, one report after the other, and then sums them up.

use std::collections::{BTreeMap, BTreeSet};

use gatewright_core::RepoPath;

use super::{Evidence, ReportContent, ReportEvidence, package_of};
use crate::baseline::BaselineUnderReview;
use crate::flags::{self, FlagEvidence, Named};
use crate::language::is_generated;
use crate::tally::{Partials, Tally, totals_of};
use crate::{FileCoverage, Parsed, Picture};
use gatewright_core::source_tree::{Mapped, Origin, Places, SourceTree, within_module};

/// Says whether a file is to be left out, and by which pattern.
pub trait Ignores {
    /// The index of the pattern that decides over the file, and whether it takes it out or back in.
    fn decision(&self, path: &str) -> Option<(usize, bool)>;

    /// Whether the file is left out.
    fn take(&self, path: &str) -> bool {
        self.decision(path).is_some_and(|(_, takes)| takes)
    }
}

/// Gives the first lines of a file.
pub type Heads<'a> = &'a dyn Fn(&RepoPath) -> Option<String>;

/// What of the reports counts, and how.
#[derive(Clone, Copy)]
pub struct Selection<'a> {
    /// What is left out.
    pub ignores: &'a dyn Ignores,
    /// Its patterns as they were written.
    pub patterns: &'a [String],
    /// Gives the first lines of a file, where generated files are to be left out.
    pub heads: Option<Heads<'a>>,
    /// Files that belong together.
    pub components: &'a [Named],
    /// What a line that ran with branches untaken counts as.
    pub partials: Partials,
}

/// A report that is added.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// Its path for readers.
    pub shown: String,
    /// Its path in the repository, if it lies inside.
    pub path: Option<RepoPath>,
    /// The flag that it belongs to.
    pub flag: Option<String>,
}

/// Takes pictures one by one and files them under repository paths.
#[derive(Debug)]
pub struct Gatherer<'a> {
    tree: &'a SourceTree,
    /// The first report of each path that fits several files.
    ambiguous_in: BTreeMap<String, String>,
    evidence: Evidence,
}

impl<'a> Gatherer<'a> {
    /// Files are looked for in `tree`.
    pub fn new(tree: &'a SourceTree) -> Self {
        Self { tree, ambiguous_in: BTreeMap::new(), evidence: Evidence::default() }
    }

    /// Adds a report that could not be read at all.
    pub fn add_unreadable(&mut self, report: Report, message: String, help: String) {
        if let Some(flag) = &report.flag {
            self.evidence.flags.entry(flag.clone()).or_default();
        }
        let Report { shown, path, flag } = report;
        self.evidence.reports.push(ReportEvidence { shown, path, flag, content: Err(message), help });
    }

    /// Adds a report that was read.
    pub fn add(&mut self, report: Report, parsed: Parsed) {
        let Report { shown, path, flag } = report;
        let content = ReportContent {
            format: parsed.format,
            diagnostics: parsed.diagnostics,
            complete: parsed.complete,
            files: parsed.picture.files().len(),
        };
        if let Some(flag) = &flag {
            let known = self.evidence.flags.entry(flag.clone()).or_default();
            known.formats.extend(FlagEvidence::of_format(parsed.format).formats);
        }
        let contested = contested(&parsed.places);
        let origin = Origin { report: path.as_ref(), places: &parsed.places, contested: &contested };
        for (name, file) in parsed.picture {
            let key = self.file_under(name, origin, &shown);
            if let Some(flag) = flag.as_ref().and_then(|flag| self.evidence.flags.get_mut(flag)) {
                flag.picture.insert(key.clone(), file.clone());
            }
            self.evidence.picture.insert(key, file);
        }
        let help = String::new();
        self.evidence.reports.push(ReportEvidence { shown, path, flag, content: Ok(content), help });
    }

    /// Settles every flag: those without a report are carried forward from the baseline, or are missing.
    pub fn settle_flags(&mut self, declared: &[Named], depends_on: &[Named], baseline: &BaselineUnderReview) {
        for named in declared {
            if self.evidence.flags.contains_key(&named.name) {
                continue;
            }
            let paths = depends_on.iter().find(|paths| paths.name == named.name);
            let flag = flags::without_reports(&named.name, paths, self.tree, baseline);
            for (path, file) in flag.picture.files() {
                if RepoPath::from_git(path).is_ok_and(|path| self.tree.has(&path)) {
                    self.evidence.mapped.insert(path.to_owned());
                }
                self.evidence.picture.insert(path.to_owned(), file.clone());
            }
            self.evidence.flags.insert(named.name.clone(), flag);
        }
    }

    /// Takes out what does not count, and sums up what is left.
    pub fn finish(mut self, selection: &Selection<'_>) -> Evidence {
        self.select(selection);
        let evidence = &mut self.evidence;
        evidence.partials = selection.partials;
        evidence.component_globs = selection.components.to_vec();
        evidence.components =
            selection.components.iter().map(|named| (named.name.clone(), Tally::default())).collect();
        for (path, file) in evidence.picture.files() {
            let (native, totals) = (file.native_unit(), totals_of(file, selection.partials));
            evidence.total.add(native, &totals);
            evidence.packages.entry(package_of(path).to_owned()).or_default().add(native, &totals);
            for named in selection.components.iter().filter(|named| named.takes(path)) {
                evidence.components.entry(named.name.clone()).or_default().add(native, &totals);
            }
            evidence.totals.insert(path.to_owned(), totals);
        }
        for flag in evidence.flags.values_mut() {
            for (_, file) in flag.picture.files() {
                flag.tally.add(file.native_unit(), &totals_of(file, selection.partials));
            }
        }
        self.evidence
    }

    fn select(&mut self, selection: &Selection<'_>) {
        let evidence = &mut self.evidence;
        let mut busy = BTreeSet::new();
        let mut kept: Vec<(String, FileCoverage)> = Vec::new();
        for (path, file) in std::mem::take(&mut evidence.picture) {
            let decision = selection.ignores.decision(&path);
            busy.extend(decision.map(|(pattern, _)| pattern));
            if let Some((pattern, true)) = decision {
                let pattern = selection.patterns.get(pattern).cloned().unwrap_or_default();
                evidence.ambiguous.remove(&path);
                evidence.ignored.entry(pattern).or_default().push(path);
            } else if evidence.mapped.contains(&path) && generated(&path, selection) {
                evidence.generated.push(path);
            } else {
                kept.push((path, file));
            }
        }
        let idle = selection.patterns.iter().enumerate().filter(|(index, _)| !busy.contains(index));
        evidence.idle_ignores = idle.map(|(_, pattern)| pattern.clone()).collect();
        let all_are_kept = evidence.ignored.is_empty() && evidence.generated.is_empty();
        evidence.picture = kept.into_iter().collect();
        if !all_are_kept {
            for flag in evidence.flags.values_mut() {
                let picture = std::mem::take(&mut flag.picture);
                let is_kept = |path: &str| evidence.picture.file(path).is_some();
                flag.picture = picture.into_iter().filter(|(path, _)| is_kept(path)).collect::<Picture>();
            }
        }
    }

    /// The key under which a report's file goes into the picture.
    fn file_under(&mut self, name: String, origin: Origin<'_>, report: &str) -> String {
        match self.tree.map(&name, origin) {
            Mapped::File(file) => {
                self.evidence.mapped.insert(file.as_str().to_owned());
                file.into()
            }
            Mapped::OtherCase(file) => {
                self.evidence.mapped.insert(file.as_str().to_owned());
                self.evidence.other_case.insert(name, file.clone());
                file.into()
            }
            Mapped::Ambiguous(candidates) => {
                let name = own_name(name, origin);
                // Two reports may mean two of the candidates: united, one's hits would hide what the other missed.
                let first = self.ambiguous_in.entry(name.clone()).or_insert_with(|| report.to_owned());
                let key = if first == report { name } else { format!("{report}/{name}") };
                self.evidence.ambiguous.insert(key.clone(), candidates);
                key
            }
            Mapped::Unmapped => own_name(name, origin),
        }
    }
}

/// A name that stands for itself. A bare one is told apart by where its report lies: two reports that name a
/// `main.go` each do not speak of one file.
fn own_name(name: String, origin: Origin<'_>) -> String {
    if name.contains(['/', '\\']) {
        return name;
    }
    let source = match origin.places {
        Places::Paths { sources } if sources.len() == 1 => sources.first().map(String::as_str),
        _ => None,
    };
    let folder = source.unwrap_or_else(|| origin.report.map_or("", RepoPath::folder)).trim_end_matches('/');
    if folder.is_empty() { name } else { format!("{folder}/{name}") }
}

fn generated(path: &str, selection: &Selection<'_>) -> bool {
    let Some(heads) = selection.heads else { return false };
    RepoPath::from_git(path).ok().and_then(|path| heads(&path)).is_some_and(|head| is_generated(&head))
}

/// Paths below their packages that several modules of one report have.
fn contested(places: &Places) -> BTreeSet<String> {
    let Places::Packages { modules } = places else { return BTreeSet::new() };
    let mut owners: BTreeMap<&str, usize> = BTreeMap::new();
    for (path, module) in modules {
        *owners.entry(within_module(path, Some(module))).or_default() += 1;
    }
    owners.into_iter().filter(|(_, owners)| *owners > 1).map(|(path, _)| path.to_owned()).collect()
}
