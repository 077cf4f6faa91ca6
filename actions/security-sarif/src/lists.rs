//! Finds the lists of what is accepted that other tools have, and reads them in the version that counts.

use std::path::{Path, PathBuf};

use gatewright_core::action::{Context, DecidingFile, FileVersion};
use gatewright_core::report::Source;
use gatewright_core::{Failure, RepoPath, sha256};
use gatewright_sarif::Evidence;
use gatewright_sarif::evidence::{ListUnderReview, ListVersion};
use gatewright_sarif::lists::{
    AcceptanceList, Instant, OwnProduct, WELL_KNOWN, apply, read_list, read_vex, unreadable_list,
};

use crate::Inputs;

/// How bytes become a list.
type ReadList = fn(&str, Option<RepoPath>, &[u8]) -> AcceptanceList;

/// Lists that were read, and what there is to say about each.
#[derive(Default)]
struct Lists {
    all: Vec<AcceptanceList>,
    versions: Vec<ListVersion>,
    sources: Vec<Source>,
}

/// Reads all lists, and marks the results that they accept.
pub(crate) fn accept(
    inputs: &Inputs,
    ctx: &Context<'_>,
    evidence: &mut Evidence,
    sources: &mut Vec<Source>,
) -> Result<(), Failure> {
    let mut lists = Lists::default();
    match inputs.ignore_files.as_slice() {
        [] => {
            for name in WELL_KNOWN {
                lists.read(&ctx.workspace.root.join(name), ctx, read_list, true);
            }
        }
        [none] if none == "none" => {}
        named => lists.read_named("ignore-files", named, ctx, read_list)?,
    }
    lists.read_named("vex-files", &inputs.vex_files, ctx, read_vex)?;
    let own = OwnProduct { repository: ctx.subject.repository.clone() };
    let (about, uses) = apply(&mut evidence.runs, &lists.all, Instant(ctx.time), &own);
    evidence.about_lists = about;
    let under_review = lists.all.iter().zip(lists.versions).zip(uses).map(|((list, version), used)| {
        let speaks_for = list.kind.map_or("", gatewright_sarif::lists::ListKind::speaks_for);
        ListUnderReview { shown: list.shown.clone(), speaks_for, entries: list.count, used, version }
    });
    evidence.lists = under_review.collect();
    sources.extend(lists.sources);
    Ok(())
}

impl Lists {
    /// Reads what paths and globs name. A path counts whether or not the change has removed the file.
    fn read_named(
        &mut self,
        input: &str,
        patterns: &[String],
        ctx: &Context<'_>,
        read: ReadList,
    ) -> Result<(), Failure> {
        let found = ctx.workspace.find(patterns).accepted(input)?;
        let is_glob = |pattern: &String| pattern.contains(['*', '?', '[', '{']);
        let (globs, paths): (Vec<String>, Vec<String>) = found.empty.into_iter().partition(is_glob);
        let mut files: Vec<PathBuf> = found.files.into_iter().map(|file| file.path).collect();
        files.extend(paths.iter().map(|path| ctx.workspace.directory.join(path)));
        files.sort();
        files.dedup();
        for file in files {
            self.read(&file, ctx, read, false);
        }
        for glob in globs {
            self.add(
                unreadable_list(&glob, None, &format!("`{input}` names it, and there is no such file")),
                ListVersion::Here,
            );
        }
        for (folder, message) in found.unreadable {
            let why = format!("this folder can't be searched for lists: {message}");
            self.add(unreadable_list(&ctx.workspace.shown(&folder), None, &why), ListVersion::Here);
        }
        Ok(())
    }

    fn read(&mut self, file: &Path, ctx: &Context<'_>, read: ReadList, is_usual: bool) {
        let shown = ctx.workspace.shown(file);
        let path = ctx.workspace.repo_path(file);
        let unreadable = |why: &str| unreadable_list(&shown, path.clone(), why);
        let (list, version) = match ctx.deciding_file(file) {
            Err(error) => (unreadable(&format!("it can't be read: {error}")), ListVersion::Here),
            Ok(DecidingFile { bytes: Some(bytes), version }) => {
                let list = read(&shown, path, &bytes);
                let speaks_for = list.kind.map_or("unknown", gatewright_sarif::lists::ListKind::speaks_for);
                self.sources.push(Source {
                    path: shown,
                    format: format!("acceptances for {speaks_for}"),
                    bytes: bytes.len() as u64,
                    sha256: sha256(&bytes),
                });
                (list, version_of(version))
            }
            // The change adds it; what it says counts once it is merged.
            Ok(DecidingFile { bytes: None, version: version @ FileVersion::Base { is_changed: true } }) => {
                (AcceptanceList::none(&shown, path), version_of(version))
            }
            Ok(DecidingFile { bytes: None, version: version @ FileVersion::None(_) })
                if !is_usual || file.exists() =>
            {
                (AcceptanceList::none(&shown, path), version_of(version))
            }
            Ok(DecidingFile { bytes: None, .. }) if is_usual => return,
            Ok(DecidingFile { bytes: None, version }) => {
                (unreadable("there is no such file"), version_of(version))
            }
        };
        self.add(list, version);
    }

    fn add(&mut self, list: AcceptanceList, version: ListVersion) {
        self.all.push(list);
        self.versions.push(version);
    }
}

fn version_of(version: FileVersion) -> ListVersion {
    match version {
        FileVersion::Here => ListVersion::Here,
        FileVersion::Base { is_changed } => ListVersion::Base { is_changed },
        FileVersion::HereInstead(error) => ListVersion::HereInstead { why: error.message, help: error.help },
        FileVersion::None(error) => ListVersion::None { why: error.message, help: error.help },
    }
}
